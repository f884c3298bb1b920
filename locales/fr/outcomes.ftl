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
