# Screenings and what their rules give.

screening-not-asked = Pas encore demandé
screening-as-filled-in = Le formulaire tel qu’il a été rempli
form-shipped = Fourni avec Watari

# Answers as columns of the list of cases
columns-title = Réponses en colonnes
columns-intro = Choisissez des questions de formulaires : la liste et ses fichiers montrent la dernière réponse de chaque dossier, dans la mesure où vous pouvez la lire.
columns-none = Aucun formulaire ne pose encore de question.
columns-show = Afficher dans la liste
