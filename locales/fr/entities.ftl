entity-lists = Listes
entity-lists-intro = Ce que les formulaires créent, modifient et proposent : lieux, ménages, objets. Les lignes sur un dossier sont vues par qui voit le dossier, toutes les autres par la maison.
entity-lists-none = Pas encore de liste
entity-list-make = Créer une liste
entity-list-make-hint = Un formulaire avec une feuille nommée entities crée sa liste quand il est publié ; ici vous en créez une à la main.
entity-list-name = Nom dans les formulaires
entity-list-reach = Qui voit les lignes
entity-list-reach-hint = Le réglage vaut ici, dans les formulaires et sur les téléphones.
list-reach-house = Les dossiers par qui les voit, les autres par la maison
list-reach-maker = Seulement qui les a créées
entity-properties = Propriétés
entity-properties-lines = Propriétés, une par ligne
entity-properties-further = Autres propriétés, une par ligne
entity-rows = Lignes
entity-rows-none = Aucune ligne que vous voyez
entity-rows-managed = Les lignes sur un dossier sont comptées ici et montrées à qui voit le dossier.
entity-count = { $count ->
    [0] Aucune ligne
    [one] 1 ligne
   *[other] { $count } lignes
 }
entity-held = { $count ->
    [one] Un changement attend le précédent
   *[other] { $count } changements attendent les précédents
 }
entity-label = Libellé
entity-made-by = Créée par
entity-stands = En place
entity-waits = Attend son dossier
entity-deleted = Supprimée
entity-case = Dossier
entity-change = La modifier ici
entity-delete = Supprimer
entity-delete-sure = Supprimer cette ligne ? Formulaires et téléphones ne la proposent plus ; vous pouvez la rétablir.
entity-restore = Rétablir
entity-resolve = Elle est juste comme elle est
entity-made-from = faite à partir de la version { $count }
entity-conflict-soft = Faits côte à côte
entity-conflict-hard = Changements contradictoires
entity-conflict-soft-hint = Deux changements ont été faits à partir de la même version, sur des choses différentes. Les deux restent. Vérifiez qu’ils vont ensemble.
entity-conflict-hard-hint = Deux changements de la même chose ont été faits à partir de la même version. Le dernier arrivé reste. Corrigez-le, ou dites qu’il est juste.
entity-upload = Reprendre des lignes d’un CSV
entity-upload-hint = Colonnes : label et les propriétés. Les lignes avec un identifiant dans la colonne name modifient cette ligne ; toutes les autres sont nouvelles. 5 000 lignes au plus.
entity-upload-refused = Le fichier n’a pas été repris
entity-upload-refused-hint = Rien n’a été conservé. Changez ces lignes et envoyez le fichier à nouveau.
entity-uploaded-made = { $count ->
    [one] Une ligne est nouvelle.
   *[other] { $count } lignes sont nouvelles.
 }
entity-uploaded-changed = { $count ->
    [one] Une ligne a été modifiée.
   *[other] { $count } lignes ont été modifiées.
 }
entity-uploaded-same = { $count ->
    [one] Une ligne était déjà ainsi.
   *[other] { $count } lignes étaient déjà ainsi.
 }
entity-of-submission = Dans les listes
finding-entity = Cette ligne d’une liste ne peut pas être lue :
finding-entity-exists = Une ligne de cet identifiant est déjà dans la liste.
finding-entity-missing = La liste n’a pas de telle ligne que l’expéditeur voit.
finding-entity-deleted = La ligne a été supprimée.
finding-entity-version = La ligne n’a jamais eu la version dont part ce changement.
finding-entity-label = Une nouvelle ligne a besoin d’un libellé.
finding-entity-sensitivity = La ligne est sensible d’une autre manière que ce formulaire.
finding-entity-waits = Le changement précédent, fait sur le même appareil, n’est pas encore arrivé. Celui-ci attend.
kind-entity = ligne d’une liste
kind-entity-list = liste de formulaires
field-entity-list = Liste
field-entity-number = Version
field-reach = Qui voit les lignes
field-properties = Propriétés
field-label = Libellé
field-conflict = Conflit
invalid-list-name = Un nom commence par une lettre et n’a que des lettres, des chiffres, - et _.
invalid-list-taken = Il y a déjà une liste de ce nom.
invalid-property = Une propriété commence par une lettre et n’a pas d’espaces ; name, label et les noms qui commencent par __ sont pris.
refused-entity-deleted = Cette ligne est supprimée. Rétablissez-la d’abord.
refused-entity-not-deleted = Cette ligne n’est pas supprimée.
refused-entity-no-conflict = Il n’y a pas de conflit à régler.
refused-entity-exists = La liste a déjà une ligne de cet identifiant. Donnez à la nouvelle le sien.
field-source = Tiré de
held-changes = Modifications en attente
held-changes-hint = Elles ont été faites hors ligne, et celle qui précède n’est pas arrivée. Appliquez-en une à ce qui est en vigueur, ou abandonnez-la ; son formulaire reste tel qu’envoyé.
held-no-entity = La ligne non plus n’est pas arrivée
held-why = Pourquoi ?
held-act-apply = Appliquer maintenant
held-act-discard = Abandonner
finding-entity-discarded = La modification attendait la précédente et a été abandonnée.
refused-held-no-entity = La ligne à modifier n’est pas ici, ou pas pour vous. Attendez le formulaire qui l’a créée, ou abandonnez la modification.
field-held-change = Modification en attente
