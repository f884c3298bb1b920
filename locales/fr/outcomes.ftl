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
