# Quel formulaire pour quel type de suivi
follow-up-forms = Formulaires des suivis
follow-up-forms-intro = Chaque type de suivi peut avoir un formulaire : il est proposé à la personne qui fait le suivi et, une fois remis, marque le suivi comme fait.
follow-up-forms-hint = Rien de choisi : le résultat s’écrit sans formulaire.
follow-up-form-hint = Ce formulaire fait partie du suivi. Une fois remis, il marque le suivi comme fait.
follow-up-form-begin = Remplir le formulaire
follow-up-form-go-on = Continuer le formulaire
follow-up-without-form = Ou l’écrire sans le formulaire
field-follow-up-form = Formulaire
field-follow-up-kind = Type de suivi
refused-follow-up-no-form = Aucun formulaire n’est prévu pour ce type de suivi, ou il n’est pas ouvert. Écrivez le résultat sans formulaire.
finding-follow-up = Le suivi indiqué n’est pas prévu dans ce dossier, ou ne revenait pas à l’expéditeur.

# Ce qu’une personne est devenue après la clôture
purpose-contact = Contact après la clôture
consent-wording-contact = Pouvons-nous vous contacter 3, 6 et 12 mois après la clôture de votre dossier, pour savoir comment vous allez ? Vous pouvez refuser, et changer d’avis à tout moment.
close-ask-after = Demander plus tard ce que la personne est devenue
close-no-contact = La personne n’a pas accepté d’être contactée après la clôture ; rien n’est donc prévu.
close-ask-consent = Noter sa décision
invalid-no-contact = La personne n’a pas accepté d’être contactée après la clôture.
invalid-nobody-to-ask = Après une clôture pour ce motif, on ne demande rien à personne. Décochez ce qui est prévu.
refused-case-no-contact = La personne n’a pas accepté d’être contactée après la clôture, ou ne l’accepte plus.

# Réponses sans identité
permission-export-deidentified = Exporter des réponses sans identité ne fait pas partie de votre rôle.
documents-deidentified = réponses sans identité
deidentified = Réponses sans identité
deidentified-intro = Pour les statistiques : ce qui a été répondu, sans noms, numéros ni textes.
deidentified-open = Ce qui sort
deidentified-holds = Ce que contient le fichier
deidentified-holds-what = Une ligne par formulaire rempli, pour les personnes qui ont accepté d’être comptées. Un dossier porte un numéro créé pour ce fichier seulement ; les jours sortent en mois, les dates de naissance et les âges en tranches. Les textes, les fichiers, les lieux, les questions répétées, les longs numéros et les réponses sensibles restent ici.
deidentified-ages = Tranches d’âge :
deidentified-nothing = Rien de ce formulaire ne peut sortir sans identité.
deidentified-not = Ce dont il ne protège pas
deidentified-not-what = Le fichier n’est pas anonyme. Quand peu de personnes partagent le sexe, l’âge et le mois, une ligne peut être celle d’une personne ; qui connaît certaines réponses de quelqu’un peut trouver les autres. Ne le donnez qu’à qui en a besoin, sous accord, et faites-le détruire ensuite. Qui retire son accord plus tard reste dans les fichiers déjà sortis.
refused-deidentified-delicate = Les réponses de ce formulaire sont sensibles : elles ne sortent dans aucun fichier sans identité.
