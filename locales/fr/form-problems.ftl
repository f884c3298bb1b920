# Ce qui ne va pas dans une feuille, d’après les codes du moteur de questionnaires. Les mots d’XLSForm restent tels quels. Ce qui peut manquer est « none ».
# Le fichier.
form-problem-cannot-open = Impossible d’ouvrir { $path } : { $reason }.
form-problem-unknown-format = { $name } n’est pas un formulaire : enregistrez-le en .xlsx, .xls, .csv ou .md.
form-problem-too-large = Le fichier dépasse { $most } octets : retirez les feuilles, les images et les données dont le formulaire n’a pas besoin.
form-problem-unpacks-too-large = Le fichier décompressé dépasse { $most } octets : retirez les feuilles, les images et les données dont le formulaire n’a pas besoin.
form-problem-too-many-cells = Feuille { $sheet }, ligne { $row } : le fichier contient plus de { $most } cellules. Déplacez des données dans un fichier CSV à côté.
form-problem-too-much-text = Feuille { $sheet }, ligne { $row } : le fichier contient plus de { $most } octets de texte. Déplacez des données dans un fichier CSV à côté.
form-problem-long-cell = Feuille { $sheet }, ligne { $row } : une cellule dépasse 32 767 caractères. Raccourcissez son texte.
form-problem-damaged = Le classeur est abîmé ou protégé par un mot de passe ({ $reason }) : ouvrez-le dans un tableur et enregistrez-le de nouveau.
form-problem-not-text = La ligne { $line } n’est pas du texte UTF-8 : enregistrez le fichier en UTF-8.
form-problem-unreadable-line = La ligne { $line } ne peut pas être lue comme valeurs séparées par des virgules ({ $reason }).
form-problem-no-table = Le fichier ne contient aucun tableau : la première feuille d’un formulaire est survey, avec les colonnes type, name et label.
form-problem-public-key = Seul le détenteur de la clé privée peut lire ce que les téléphones envoient : c’est gardé tel quel, n’appartient de soi-même à aucun dossier, n’a pas de résultat et ne crée aucune ligne de liste. Sans public_key, le chiffrement s’active sur la page du formulaire, et Watari le lit.
form-problem-public-key-unreadable = Ce n’est pas une clé RSA publique. Écrivez ce qui se trouve entre les lignes BEGIN PUBLIC KEY et END PUBLIC KEY, sans ces lignes.
form-problem-public-key-private = C’est la clé privée, qui doit rester chez vous. Écrivez ici la clé publique, et créez une nouvelle paire de clés.
form-problem-public-key-length = La clé a { $bits } bits. Créez-en une de 2048 à 8192.
# Feuilles et colonnes.
form-problem-no-survey = Cette feuille n’existe pas. Un formulaire a besoin d’une feuille nommée survey, avec les colonnes type, name et label{ $similar ->
    [none] .
   *[other] {" "}(il y a { $similar }).
 }
form-problem-no-column = La colonne { $column } manque. Ajoutez-la à la première ligne.
form-problem-same-column = Cette colonne et la colonne { $column } sont deux noms de la même chose. Gardez-en une.
form-problem-repeated-header = Le même en-tête figure au-dessus de deux colonnes. Renommez-en une ou retirez-la.
form-problem-unknown-media = Le type de média { $media } n’existe pas. Écrivez image, big-image, audio ou video.
form-problem-too-many-rows = Le formulaire dépasse { $most } lignes. Déplacez des données dans un fichier CSV à côté, ou faites plusieurs formulaires.
form-problem-too-deep = Les groupes sont imbriqués sur plus de { $most } niveaux. Retirez-en quelques-uns.
form-problem-too-many-columns = La feuille dépasse { $most } colonnes. Retirez celles dont le formulaire n’a pas besoin.
form-problem-too-many-wordings = Le formulaire a { $languages } langues et { $texts } textes : c’est plus de formulations qu’un formulaire ne peut en contenir. Retirez des langues.
# Lignes et noms.
form-problem-no-type = La ligne n’a pas de type. Écrivez-en un, par exemple text, integer ou note.
form-problem-unknown-type = Le type « { $name } » n’existe pas. { $hint ->
    [none] Les types possibles sont sur xlsform.org.
   *[other] Vouliez-vous écrire { $hint } ? Les types possibles sont sur xlsform.org.
 }
form-problem-no-name = Le nom manque. Donnez-en un qui commence par une lettre, par exemple household_size.
form-problem-bad-name = « { $name } » ne peut pas servir de nom. Commencez par une lettre ou un tiret bas, puis des lettres, chiffres, tirets bas, traits d’union et points.
form-problem-unknown-name-prefix = Le préfixe { $prefix } du nom est inconnu. Retirez-le, ou écrivez { $prefix }="…" sous namespaces dans la feuille settings.
form-problem-same-name = { $other ->
    [none] Une ligne que le formulaire crée lui-même à côté de celle-ci porte déjà le nom « { $name } ».
   *[other] La ligne { $other }, à côté de celle-ci, porte déjà le nom « { $name } ».
 } Donnez un autre nom à l’une des deux.
form-problem-meta-name = Le nom meta est réservé aux métadonnées du formulaire. Choisissez un autre nom.
form-problem-repeat-named-like-form = La répétition porte le nom du formulaire lui-même, « { $name } ». Choisissez un autre nom.
form-problem-same-repeat-name = La ligne { $other } est déjà une répétition nommée « { $name } ». Chaque répétition doit avoir son propre nom, où qu’elle soit.
form-problem-no-label = Il n’y a rien à lire. Écrivez label, hint ou un fichier média.
form-problem-only-guidance = Il n’y a qu’un guidance_hint, qui peut rester caché. Écrivez aussi label ou hint.
form-problem-big-image-alone = Il y a une big-image sans image. Indiquez aussi l’image.
form-problem-not-begun = Il y a end_{ $container } sans begin_{ $container }. Retirez la ligne, ou écrivez begin_{ $container } au-dessus.
form-problem-wrong-end = Cette ligne est un end_{ $end }, mais la ligne { $begun } est un begin_{ $open }. Écrivez d’abord end_{ $open }.
form-problem-not-ended = Le begin_{ $container } de cette ligne n’a pas de fin. Ajoutez une ligne end_{ $container }.
form-problem-loop-without-list = La boucle ne nomme aucune liste de choix. Écrivez begin_loop over avec une liste de la feuille choices.
form-problem-repeat-in-loop = La répétition « { $name } » est dans une boucle, ce qui ferait plusieurs répétitions du même nom. Écrivez la boucle sous forme de groupes.
form-problem-bad-loop-name = Une boucle fait un groupe de chaque choix de cette liste, mais « { $name } » ne peut pas nommer un groupe. Écrivez des lettres, des chiffres et des tirets bas.
form-problem-no-calculation = Il n’y a rien à calculer. Écrivez une expression dans la colonne calculation.
# Choix.
form-problem-no-list = Le type ne nomme aucune liste de choix. Écrivez par exemple { $command } towns, où towns est une liste de la feuille choices.
form-problem-unknown-list = La liste de choix « { $name } » n’existe pas dans la feuille { $sheet }. Ajoutez-la avec les colonnes list_name, name et label, ou corrigez son nom{ $similar ->
    [none] .
   *[other] {" "}(il y a { $similar }).
 }
form-problem-space-in-choice = Le choix « { $choice } » de la liste { $list } a une espace dans son nom ; or l’espace sépare les réponses d’un select_multiple. Écrivez plutôt un tiret bas.
form-problem-bad-file = { $command } a besoin d’un fichier en .csv, .xml ou .geojson, pas de « { $file } ».
form-problem-filter-with-other = Un choice_filter ne va pas avec or_other. Ajoutez un choix nommé other et une question à vous.
form-problem-filter-in-table = Un choice_filter ne va pas dans un groupe à l’apparence table-list. Retirez l’un des deux.
form-problem-lists-in-table = Les sélections d’un groupe à l’apparence table-list partagent une même liste de choix : ici « { $here } », plus haut « { $above } ».
form-problem-other-without-choices = or_other demande des choix dans la feuille choices.
form-problem-search-with-file = search() lit les choix dans son propre fichier, et le type nomme aussi un fichier. Utilisez select_one avec une liste de choix, ou retirez search().
form-problem-search-shares-list = search() prend pour lui la liste de choix « { $list } », utilisée aussi sans search() par : { $others }. Donnez à ces questions leur propre liste.
form-problem-choice-without-name = Le choix n’a pas de nom. Donnez-lui-en un.
form-problem-same-choice = La ligne { $other } contient déjà le choix « { $name } » dans cette liste. Renommez l’un des deux, ou écrivez yes sous allow_choice_duplicates dans la feuille settings.
# Paramètres.
form-problem-bad-parameters = Les paramètres ne peuvent pas être lus. Écrivez des paires clé=valeur séparées par une espace, par exemple start=0 end=10.
form-problem-unknown-parameter = Le paramètre { $unknown } n’existe pas. { $known ->
    [none] Ce type n’en a aucun.
   *[other] Ici, on peut écrire : { $known }.
 }
form-problem-bad-parameter = Le paramètre { $parameter } vaut « { $found } ». Écrivez { $wanted }.
form-problem-number = un nombre
form-problem-whole-number = un nombre entier
form-problem-number-other-than-zero = un nombre autre que 0
form-problem-metres = un nombre de mètres
form-problem-seconds = un nombre de secondes
form-problem-seconds-at-least = un nombre de secondes, au moins égal à { $parameter }
form-problem-number-or-reference = un nombre ou une référence à une question
form-problem-one-of = une de ces valeurs : { $values }
form-problem-column-or-property = le nom d’une colonne ou d’une propriété
form-problem-list-of-choices = le nom d’une liste de la feuille choices
form-problem-list-of-numbers = le nom d’une liste dont tous les choix sont des nombres de l’intervalle ; « { $choice } » de la liste { $list } n’en est pas un
form-problem-package = le nom d’un paquet Android, par exemple org.example.camera
form-problem-seed-without-randomize = Le paramètre seed ne marche qu’avec randomize=true.
form-problem-part-of-location = Un audit avec localisation a besoin des trois : location-priority, location-min-interval et location-max-age.
form-problem-audit-name = L’audit s’appelle toujours audit. Laissez son nom vide.
form-problem-larger-than-range = Le paramètre { $parameter } ne doit pas être plus grand que l’intervalle de { $start } à { $end }.
form-problem-no-multiple = Le paramètre { $parameter } doit être un multiple du pas { $step }.
form-problem-outside-range = { $what } est hors de l’intervalle. Écrivez un nombre entre { $start } et { $end }.
form-problem-parameter-outside = Le paramètre { $parameter } ({ $value })
form-problem-choice-outside = Le choix « { $choice } » de la liste { $list }
form-problem-ticks-with-appearance = Les graduations et les valeurs d’attente demandent l’apparence vertical ou no-ticks, ou aucune ; ici c’est « { $appearance } ».
form-problem-no-ticks-labels = Avec l’apparence no-ticks, la liste de choix « { $list } » ne peut contenir que le début et la fin de l’intervalle.
form-problem-no-geometry = « { $name } » ne contient aucun lieu à choisir. Nommez une liste de choix, une liste d’entités, un fichier joint sans son extension, ou une répétition sous la forme ${"{"}name{"}"}.
# Références et expressions.
form-problem-bad-reference = Une référence s’écrit ${"{"}name{"}"}, avec le nom d’une question et rien d’autre entre les accolades.
form-problem-unknown-reference = Rien dans la feuille survey ne s’appelle « { $name } ». Corrigez le nom dans ${"{"}{ $name }{"}"}.
form-problem-ambiguous-reference = Plusieurs lignes de la feuille survey s’appellent « { $name } ». Donnez un nom propre à celles auxquelles on fait référence.
form-problem-bad-expression = L’expression ne peut pas être lue : { $reason }.
form-problem-unclosed = le guillemet au caractère { $character } n’est pas fermé
form-problem-variable = le caractère { $character } est $, mais un formulaire n’a pas de variables ; nommez une question
form-problem-ends-early = elle s’arrête là où il faut encore quelque chose
form-problem-unexpected = « { $rest } » au caractère { $character } n’a rien à faire là
form-problem-nests-deep = elle est imbriquée sur plus de { $levels } niveaux ou enchaîne plus de { $operators } opérateurs ; calculez-en une partie dans une question à part
form-problem-not-in-pairs = { $function }() reçoit { $count } arguments et les prend par paires
form-problem-no-arguments = { $function }() reçoit { $count } arguments et n’en prend aucun
form-problem-too-few-arguments = { $function }() reçoit { $count } arguments et en prend au moins { $least }
form-problem-other-arguments = { $function }() reçoit { $count } arguments et en prend { $least }
form-problem-arguments-outside = { $function }() reçoit { $count } arguments et en prend de { $least } à { $most }
form-problem-bad-pattern = « { $pattern } » n’est pas une expression régulière ({ $reason })
form-problem-unknown-function = La fonction { $function }() n’existe pas. Corrigez son nom.
form-problem-reference-to-file = « { $name } » est un fichier, qui n’a pas de réponse. Faites référence à une question.
form-problem-bad-triggers = Plusieurs déclencheurs sont séparés par des virgules, par exemple ${"{"}a{"}"}, ${"{"}b{"}"}.
form-problem-no-trigger = Un déclencheur nomme des questions, par exemple ${"{"}age{"}"}.
form-problem-hidden-trigger = Personne ne répond à « { $name } », qui ne peut donc rien déclencher. Nommez une question affichée.
form-problem-geopoint-without-trigger = Un background-geopoint a besoin d’un déclencheur (trigger) : la question dont la réponse fait relever le lieu.
form-problem-geopoint-with-calculation = Un background-geopoint ne calcule rien. Laissez la colonne calculation vide.
form-problem-same-instance = Deux fichiers s’appelleraient « { $name } » : { $one } et { $other }. Renommez-en un.
form-problem-key-without-instance-id = La public_key a besoin d’un identifiant d’instance. Retirez omit_instanceID.
# Entités.
form-problem-no-entities = save_to demande une feuille entities qui dit ce qui est enregistré.
form-problem-same-property = La ligne { $other } enregistre déjà dans « { $property } ». Changez l’une des deux.
form-problem-save-to-group = Un groupe ou une répétition ne peut pas être enregistré. Déplacez save_to sur une question.
form-problem-unknown-entity-list = La liste d’entités « { $list } » n’existe pas dans la feuille entities. Corrigez le nom avant le #, ou ajoutez la liste.
form-problem-save-to-without-list = Il y a plusieurs listes d’entités. Écrivez list#property, par exemple people#age.
form-problem-save-to-hashes = Il y a plus d’un #. Écrivez list#property.
form-problem-reserved-property = « { $property } » appartient à l’entité elle-même. Choisissez un autre nom de propriété que name et label.
form-problem-reserved-prefix = Les noms qui commencent par deux tirets bas sont réservés au système. Choisissez-en un autre.
form-problem-dot-in-list = Le nom d’une liste d’entités ne doit pas contenir de point. Écrivez plutôt un tiret bas.
form-problem-entity-list-without-name = La liste d’entités n’a pas de nom. Écrivez-en un dans la colonne list_name.
form-problem-same-entity-list = La ligne { $other } contient déjà cette liste d’entités. Écrivez chaque liste une seule fois.
form-problem-unknown-entity-column = La colonne « { $column } » n’existe pas dans cette feuille. Il y a list_name, label, entity_id, create_if et update_if.
form-problem-entity-without-label = Une entité que l’on crée a besoin d’un label. Écrivez une expression dans la colonne label.
form-problem-upsert-without-condition = Avec create_if et entity_id, il faut aussi update_if. Écrivez-le, ou retirez entity_id.
form-problem-update-without-id = update_if a besoin d’un entity_id qui dit de quelle entité il s’agit. Écrivez-le, ou utilisez create_if.
form-problem-entity-scopes = La liste d’entités { $list } est alimentée depuis { $one ->
    [none] le formulaire lui-même
   *[other] { $one }
 } et depuis { $other ->
    [none] le formulaire lui-même
   *[other] { $other }
 }, qui ne sont pas l’un dans l’autre. Reprenez la réponse avec un calculate.
form-problem-no-room-for-entity = Chaque groupe ou répétition ne peut contenir qu’une entité ; celle de la ligne { $other } a pris la place dans { $scope ->
    [none] le formulaire lui-même
   *[other] { $scope }
 }. Mettez leurs questions dans des groupes séparés.
# Le formulaire entier.
form-problem-circle = Ces éléments dépendent les uns des autres en cercle : { $names }. Retirez une des références.
form-problem-unreadable-xml = Le XML du formulaire ne peut pas être lu : { $reason }.
form-problem-missing-part = Il manque au formulaire : { $part }. Est-ce bien un XForm ?
form-problem-unreadable-expression = Ligne { $row } du XForm, { $place } : l’expression ne peut pas être lue : { $error }.
form-problem-unknown-function-at = Ligne { $row } du XForm, { $place } : la fonction { $function }() n’existe pas. Corrigez son nom.
form-problem-unknown-path = Ligne { $row } du XForm, { $place } : le formulaire ne contient pas « { $path } ». Corrigez le chemin.
form-problem-twice = Ligne { $row } du XForm : « { $name } » y figure deux fois. Donnez à chacun son nom.
form-problem-not-allowed = Ligne { $row } du XForm, { $place } : « { $value } » n’est pas permis ici.
form-problem-unreadable-instance = Un fichier dont le formulaire a besoin ne peut pas être lu : { $reason }.
# Ce qui n’est peut-être pas voulu ainsi.
form-problem-similar-sheet = Cette feuille n’existe pas, mais une autre porte presque ce nom : { $similar }. Corrigez son nom, ou mettez un tiret bas devant si ce n’est pas elle.
form-problem-no-header = Des valeurs de cette colonne n’ont pas d’en-tête. Donnez-lui-en un dans la première ligne.
form-problem-unknown-column = Cette colonne ne fait pas partie d’XLSForm. Ce qu’elle contient est ignoré.
form-problem-bad-attribute = « { $name } » ne peut pas nommer un attribut du formulaire et est donc laissé de côté. Écrivez des lettres, chiffres, tirets bas, traits d’union et points.
form-problem-unknown-prefix = Le préfixe { $prefix } est inconnu ; l’attribut est donc laissé de côté. Écrivez { $prefix }="…" sous namespaces dans la feuille settings.
form-problem-bad-choice-column = Une colonne de la feuille choices qui passe dans le formulaire doit avoir un nom sans espaces. Elle est laissée de côté.
form-problem-two-form-ids = form_id et id_string sont deux noms de la même chose. C’est form_id qui compte.
form-problem-empty-row = La ligne n’a ni type, ni nom, ni label. Elle est laissée de côté.
form-problem-disabled = La colonne disabled ne fait plus partie d’XLSForm. Utilisez plutôt relevant.
form-problem-old-metadata = Seules d’anciennes versions d’ODK Collect sur d’anciens téléphones connaissent encore { $name }.
form-problem-same-name-but = { $other ->
    [none] Le nom « { $name } » ne diffère que par les majuscules de celui d’une ligne que le formulaire crée lui-même.
   *[other] Le nom « { $name } » ne diffère que par les majuscules de celui de la ligne { $other }.
 } Certains logiciels d’analyse ne les distinguent pas.
form-problem-idle-trigger = Personne ne répond à « { $name } », qui ne déclenchera donc rien.
form-problem-others-function = { $function }() n’est pas une fonction d’ODK. Seuls les programmes qui la connaissent peuvent utiliser ce formulaire.
form-problem-repeat-without-label = La répétition n’a pas de label.
form-problem-choice-without-label = Le choix n’a pas de label.
form-problem-external-without-filter = select_one_external est fait pour des sélections avec choice_filter.
form-problem-no-max-pixels = Le paramètre max-pixels, par exemple max-pixels=1024, réduit les photos et accélère l’envoi.
form-problem-untranslated = La langue « { $language } » n’a pas de colonne pour { $columns }.
form-problem-other-untranslated = or_other ajoute un choix et une question dans une seule langue. Dans un formulaire en plusieurs langues, écrivez-les vous-même.
form-problem-language-code = La langue « { $language } » n’indique pas de code de langue. Écrivez par exemple French (fr).
form-problem-unsupported-setting = Le paramètre « { $setting } » de la feuille settings n’est pas pris en charge et est laissé de côté.
# The results sheet.
form-problem-result-without-question = La ligne ne nomme aucune question. Écrivez le nom de celle dont c’est la réponse.
form-problem-unknown-question = Rien sur la feuille survey ne s’appelle « { $name } ». Écrivez le nom d’une question{ $similar ->
    [none] .
   *[other] {" "}(il y a { $similar }).
 }
form-problem-not-a-question = « { $name } » n’a pas de réponse à elle. Écrivez le nom d’une question.
form-problem-no-condition = Il n’y a pas de condition. Écrivez une expression, par exemple . = 'yes'.
form-problem-list-of-the-house = Watari crée lui-même la liste { $list }. Donnez un autre nom à la liste d’entités.
form-problem-no-code = { $found } n’est pas un code. Écrivez l’un de ceux-ci : { $known }
form-problem-no-weight = Un poids vaut 1, 2 ou 3 : signe léger, sérieux ou grave.
form-problem-unknown-results-column = Cette colonne est inconnue. Il y a question, when, need, weight et risk.
form-problem-rows-not-utf8 = Le fichier n’est pas du texte UTF-8. Enregistrez-le en CSV UTF-8.
form-problem-rows-unreadable = Impossible de lire ceci comme CSV : { $reason }
form-problem-row-length = La ligne a { $cells } cellules et la première ligne { $columns }. Donnez-lui-en autant.
form-problem-row-twice = Cet identifiant figure déjà dans une ligne précédente. Gardez-en une seule.
form-problem-rows-too-many = Le fichier a plus de { $most } lignes. Divisez-le.
form-problem-rows-unknown-property = La liste n’a pas cette propriété. Ajoutez-la sur la page de la liste, ou retirez la colonne.
form-problem-rows-column-twice = La colonne figure deux fois. Gardez-en une seule.
form-problem-rows-no-label-column = La colonne label manque. Elle dit comment s’appelle chaque ligne.
form-problem-row-bad-id = L’identifiant n’est pas un UUID aléatoire (version 4). Laissez la cellule vide.
form-problem-row-bad-version = La version n’est pas un nombre. Laissez la cellule vide.
form-problem-row-no-label = La ligne a besoin d’un libellé.
form-problem-row-id-taken = Cet identifiant ne peut pas être utilisé. Laissez la cellule vide.
form-problem-row-changed = Modifié entre-temps : la version { $version } est en vigueur. Téléchargez de nouveau la liste.
