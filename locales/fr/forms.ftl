nav-forms = Formulaires
forms-intro = Questionnaires écrits en XLSForm : téléversez une feuille, essayez-la, publiez-la. Les intervenants la remplissent pour un dossier, ici ou sur un téléphone.
forms-inbox = À attribuer
forms-inbox-intro = Ce que des téléphones ont envoyé sans dossier sur lequel l’expéditeur peut travailler. C’est conservé jusqu’à ce que quelqu’un l’attribue à un dossier.
forms-inbox-empty = Rien n’attend de dossier
forms-add = Ajouter un formulaire ou sa version suivante
forms-choose = Feuille du formulaire
forms-choose-hint = XLSForm en .xlsx, .xls, .csv ou .md, jusqu’à 8 Mo. L’identifiant dans ses paramètres dit de quel formulaire il s’agit.
forms-upload = Téléverser
forms-none = Pas encore de formulaire
forms-none-hint = La première feuille que vous téléversez devient le premier formulaire.
form-one = Formulaire
form-title = Titre
form-version = Version
form-versions = Versions
form-submissions = Envois
form-submissions-count = { $count ->
    [0] Aucun envoi
    [one] { $count } envoi
   *[other] { $count } envois
 }
form-changed = Modifié
form-state = État
form-state-draft = Brouillon
form-state-open = Ouvert
form-state-closing = En fermeture
form-state-closed = Fermé
form-state-hint = Ouvert : proposé et accepté. En fermeture : plus proposé ; ce qui est en cours est encore accepté. Fermé : rien n’est accepté.
form-version-state-draft = Brouillon
form-version-state-published = Publiée
form-version-state-retired = Remplacée
form-remarks = Ce qu’il faut changer dans la feuille
form-sheet = Feuille
form-row = Ligne
form-column = Colonne
form-what-to-do = Ce qui ne va pas et ce qu’il faut écrire
form-whole-file = Le fichier
form-sheet-refused = { $count ->
    [one] La feuille ne peut pas être utilisée : une chose à changer
   *[other] La feuille ne peut pas être utilisée : { $count } choses à changer
 }
form-nothing-kept = Rien n’a été conservé. Changez la feuille et téléversez-la de nouveau.
form-warnings = { $count ->
    [one] Le formulaire est utilisable. Une chose n’est peut-être pas voulue ainsi.
   *[other] Le formulaire est utilisable. { $count } choses ne sont peut-être pas voulues ainsi.
 }
form-draft = Version en brouillon
form-draft-hint = Personne d’autre que vous ne la voit encore. Une fois publiée, elle ne change plus.
form-try-out = Essayer
form-publish = Publier
form-publish-sure = Publier cette version ? Dès lors c’est elle qu’on remplit, et elle ne peut plus être changée.
form-files = Fichiers
form-files-hint = Images et listes que le formulaire demande.
form-files-missing = { $count ->
    [one] Un fichier manque.
   *[other] { $count } fichiers manquent.
 }
form-file-missing = Manque
form-file-there = Présent
form-file-kept = Un fichier est conservé. Le retirer
form-live-list = Watari fait cette liste elle-même : celles et ceux que l’utilisateur peut voir.
form-uploaded = Téléversée
form-downloads = Télécharger
form-the-sheet = Feuille
form-print = Formulaire vierge
form-print-hint = Toutes les questions, même celles qui ne sont posées que parfois. Imprimez cette page pour la remplir à la main.
form-settings = Paramètres
form-subject-field = Question qui contient le dossier ou la personne
form-subject-hint = Elle contient l’identifiant ou le numéro d’un dossier ou d’une personne. Sans choix ici : { $name }.
form-next-version = Version suivante
form-next-version-hint = Écrivez une autre version dans les paramètres de la feuille et téléversez-la.
form-sent = Envoyé
form-names = Désigne
form-assign = Attribuer
form-case-number = Numéro du dossier
form-pages = Pages du formulaire
form-page = Page { $count }
form-back = Retour
form-next = Suivant
form-send = Remettre
form-save-later = Enregistrer pour plus tard
form-check-all = Vérifier toutes les réponses
form-trying-out = Vous essayez le formulaire. Rien de ce que vous saisissez n’est conservé.
form-tried-out = Toutes les réponses sont comme le formulaire les veut. Rien n’a été conservé.
form-look = Actualiser
form-discard = Jeter ce brouillon
form-discard-sure = Jeter ce brouillon, avec toutes ses réponses ?
form-handed-in = Le formulaire est remis et se trouve dans le dossier.
form-remove-one = Retirer
form-add-one = Ajouter : { $name }
form-confirm = Oui, confirmé
form-required = nécessaire
form-latitude = Latitude
form-longitude = Longitude
form-altitude = Altitude en mètres
form-accuracy = Précision en mètres
form-rank = Place { $count }
form-record = Enregistrement (XML)
form-found = { $count ->
    [one] Une chose que le formulaire n’aurait pas permise.
   *[other] { $count } choses que le formulaire n’aurait pas permises.
 }
form-found-hint = Les réponses sont conservées comme elles ont été envoyées, et marquées.
form-wrong-required = Répondez à cette question.
form-wrong-constraint = Cette réponse n’est pas permise.
form-wrong-type = Ce n’est pas le genre de réponse demandé.
form-wrong-not-offered = Choisissez parmi ce qui est proposé, chaque choix une fois.
form-wrong-range = Donnez un nombre de l’échelle, sur une de ses marques.
form-wrong-rank = Donnez sa place à chaque choix.
finding-unknown = Le formulaire n’a pas cette question.
finding-not-relevant = Le formulaire n’aurait pas posé cette question.
finding-required = Le formulaire demande une réponse ici.
finding-constraint = Le formulaire ne permet pas cette réponse.
finding-type = Ce n’est pas le genre de réponse demandé.
finding-not-offered = Le formulaire ne propose pas ce choix.
finding-range = Le nombre n’est pas sur l’échelle.
finding-rank = Tous les choix n’ont pas leur place.
finding-calculated-otherwise = Le formulaire calcule : { $name }
finding-instances = Le formulaire compte : { $name }
finding-other-version = Rempli avec une autre version ; jugé avec { $name }
finding-not-judged = Le formulaire n’a pas pu juger ceci.
forms-of-case = Formulaires
forms-of-case-none = Aucun formulaire n’a été rempli.
forms-fill-in = Remplir un formulaire
form-go-on = Brouillon : continuer
form-marked = { $count ->
    [one] { $count } marqué
   *[other] { $count } marqués
 }
kind-form = formulaire
kind-submission = envoi
kind-device = appareil
permission-manage-forms = La gestion des formulaires revient aux responsables des données et aux administrateurs.
refused-form-published = La version publiée ne change pas. Téléversez d’abord la feuille comme nouvelle version.
refused-form-no-draft = Il n’y a pas de brouillon à publier. Téléversez d’abord une feuille.
refused-form-files-missing = Des fichiers que le formulaire demande manquent. Téléversez-les d’abord.
refused-form-not-open = Ce formulaire ne peut pas être rempli : il n’est pas ouvert.
error-sheet = La feuille ne peut pas être utilisée
error-sheet-advice = Rien n’a été conservé. Changez la feuille et téléversez-la de nouveau.
invalid-form-version = Une version de ce nom est déjà publiée. Écrivez une autre version sur la feuille settings, colonne version.
invalid-form-state = Un formulaire publié est ouvert, en fermeture ou fermé ; un brouillon se publie d’abord.
invalid-form-file = Le formulaire ne demande pas de fichier de ce nom.
invalid-form-text = Le fichier n’est pas du texte UTF-8 : enregistrez-le en UTF-8.
invalid-form-table = Le formulaire ne peut pas lire ce fichier : sa première ligne doit nommer les colonnes, et chaque ligne doit leur correspondre.
invalid-file-large = Le fichier est trop grand : au plus 10 Mo.
invalid-case = Il n’y a pas de tel dossier sur lequel on puisse travailler.
field-form-name = Identifiant du formulaire
field-form-version = Version
field-form-state = État
field-file-name = Fichier
field-subject-field = Question qui contient le dossier ou la personne
field-title = Titre
field-found = Non permis par le formulaire
devices = Appareils
devices-intro = Téléphones et tablettes avec ODK Collect. Chacun agit au nom de son utilisateur : il reçoit les formulaires et les listes de celles et ceux que l’utilisateur peut voir, et ce qu’il envoie vient de l’utilisateur.
device-made = L’appareil est prêt
device-once = Scannez cette image avec ODK Collect (ajouter un projet, scanner le code). Elle n’est montrée qu’une fois ; la clé dans l’adresse ouvre ce que son utilisateur peut voir.
device-picture = Paramètres pour ODK Collect en code QR
device-make = Créer un appareil
device-name = Nom de l’appareil
device-user = Utilisateur
device-since = Depuis
device-end = Mettre fin à sa clé
device-end-sure = Mettre fin à la clé de cet appareil ? Il ne pourra plus rien recevoir ni envoyer.
device-none = Aucun appareil
refused-submission-differs = Le même enregistrement a déjà été envoyé avec d’autres réponses. Rien n’a été changé.
invalid-device-user = Cet utilisateur ne remplit pas de formulaires.
documents-submissions = envois
field-device = Appareil
form-export = Tous les envois de ce formulaire
form-table = Une ligne par envoi (CSV)
form-table-of = Une ligne pour chaque : { $name } (CSV)
