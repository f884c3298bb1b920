# Qué está mal en una hoja, según los códigos del motor de cuestionarios. Las palabras de XLSForm se dejan como son. Lo que puede faltar es «none».
# El archivo.
form-problem-cannot-open = No se puede abrir { $path }: { $reason }.
form-problem-unknown-format = { $name } no es un formulario: guárdelo como .xlsx, .xls, .csv o .md.
form-problem-too-large = El archivo pasa de { $most } bytes: quite las hojas, imágenes y datos que el formulario no necesita.
form-problem-unpacks-too-large = El archivo descomprimido pasa de { $most } bytes: quite las hojas, imágenes y datos que el formulario no necesita.
form-problem-too-many-cells = Hoja { $sheet }, fila { $row }: el archivo tiene más de { $most } celdas. Pase datos a un archivo CSV aparte.
form-problem-too-much-text = Hoja { $sheet }, fila { $row }: el archivo tiene más de { $most } bytes de texto. Pase datos a un archivo CSV aparte.
form-problem-long-cell = Hoja { $sheet }, fila { $row }: una celda tiene más de 32 767 caracteres. Acorte su texto.
form-problem-damaged = El libro está dañado o protegido con contraseña ({ $reason }): ábralo en una hoja de cálculo y guárdelo de nuevo.
form-problem-not-text = La línea { $line } no es texto UTF-8: guarde el archivo en UTF-8.
form-problem-unreadable-line = La línea { $line } no se puede leer como valores separados por comas ({ $reason }).
form-problem-no-table = El archivo no contiene ninguna tabla: la primera hoja de un formulario es survey, con las columnas type, name y label.
form-problem-public-key = Solo quien tiene la clave privada puede leer lo que envían los teléfonos: se guarda tal como llega, no pertenece por sí mismo a ningún caso, no tiene resultado y no crea filas de listas. Sin public_key, el cifrado se activa en la página del formulario, y Watari lo lee.
form-problem-public-key-unreadable = Esto no es una clave RSA pública. Escriba lo que está entre las líneas BEGIN PUBLIC KEY y END PUBLIC KEY, sin esas líneas.
form-problem-public-key-private = Esta es la clave privada, que debe quedarse con usted. Escriba aquí la pública y cree un nuevo par de claves.
form-problem-public-key-length = La clave tiene { $bits } bits. Cree una de 2048 a 8192.
# Hojas y columnas.
form-problem-no-survey = No existe esa hoja. Un formulario necesita una llamada survey, con las columnas type, name y label{ $similar ->
    [none] .
   *[other] {" "}(hay { $similar }).
 }
form-problem-no-column = Falta la columna { $column }. Añádala en la primera fila.
form-problem-same-column = Esta columna y la columna { $column } son dos nombres de lo mismo. Deje solo una.
form-problem-repeated-header = El mismo encabezado está sobre dos columnas. Cambie el nombre de una o quítela.
form-problem-unknown-media = No existe el tipo de medio { $media }. Escriba image, big-image, audio o video.
form-problem-too-many-rows = El formulario tiene más de { $most } filas. Pase datos a un archivo CSV aparte o haga varios formularios.
form-problem-too-deep = Hay más de { $most } niveles de grupos unos dentro de otros. Quite algunos.
form-problem-too-many-columns = La hoja tiene más de { $most } columnas. Quite las que el formulario no necesita.
form-problem-too-many-wordings = El formulario tiene { $languages } idiomas y { $texts } textos: más redacciones de las que caben en un formulario. Quite idiomas.
# Filas y nombres.
form-problem-no-type = La fila no tiene tipo. Escriba uno, por ejemplo text, integer o note.
form-problem-unknown-type = No existe el tipo «{ $name }». { $hint ->
    [none] En xlsform.org están los tipos que hay.
   *[other] ¿Quiso escribir { $hint }? En xlsform.org están los tipos que hay.
 }
form-problem-no-name = Falta el nombre. Ponga uno que empiece por una letra, por ejemplo household_size.
form-problem-bad-name = «{ $name }» no puede ser un nombre. Empiece por una letra o un guion bajo y siga con letras, cifras, guiones bajos, guiones y puntos.
form-problem-unknown-name-prefix = No se conoce el prefijo { $prefix } del nombre. Quítelo o escriba { $prefix }="…" en namespaces, en la hoja settings.
form-problem-same-name = { $other ->
    [none] Una fila que crea el propio formulario, junto a esta, ya tiene el nombre «{ $name }».
   *[other] La fila { $other }, junto a esta, ya tiene el nombre «{ $name }».
 } Ponga otro nombre a una de las dos.
form-problem-meta-name = El nombre meta está reservado para los metadatos del formulario. Elija otro nombre.
form-problem-repeat-named-like-form = La repetición se llama igual que el propio formulario, «{ $name }». Elija otro nombre.
form-problem-same-repeat-name = La fila { $other } ya es una repetición llamada «{ $name }». Cada repetición necesita un nombre distinto, esté donde esté.
form-problem-no-label = No hay nada que leer. Escriba label, hint o un archivo de medios.
form-problem-only-guidance = Solo hay guidance_hint, que puede quedar oculto. Escriba también label o hint.
form-problem-big-image-alone = Hay una big-image sin image. Indique también la imagen.
form-problem-not-begun = Hay un end_{ $container } sin begin_{ $container }. Quite la fila o escriba begin_{ $container } más arriba.
form-problem-wrong-end = Esta fila es un end_{ $end }, pero la fila { $begun } es un begin_{ $open }. Escriba antes end_{ $open }.
form-problem-not-ended = El begin_{ $container } de esta fila no tiene fin. Añada una fila end_{ $container }.
form-problem-loop-without-list = El bucle no nombra ninguna lista de opciones. Escriba begin_loop over con una lista de la hoja choices.
form-problem-repeat-in-loop = La repetición «{ $name }» está en un bucle, y así habría varias repeticiones del mismo nombre. Escriba el bucle como grupos.
form-problem-bad-loop-name = Un bucle hace un grupo de cada opción de esta lista, pero «{ $name }» no puede ser el nombre de un grupo. Escriba letras, cifras y guiones bajos.
form-problem-no-calculation = No hay nada que calcular. Escriba una expresión en la columna calculation.
# Opciones.
form-problem-no-list = El tipo no nombra ninguna lista de opciones. Escriba por ejemplo { $command } towns, donde towns es una lista de la hoja choices.
form-problem-unknown-list = No existe la lista de opciones «{ $name }» en la hoja { $sheet }. Añádala allí con las columnas list_name, name y label, o corrija su nombre{ $similar ->
    [none] .
   *[other] {" "}(hay { $similar }).
 }
form-problem-space-in-choice = La opción «{ $choice }» de la lista { $list } tiene un espacio en su nombre, y el espacio separa las respuestas de un select_multiple. Escriba un guion bajo en su lugar.
form-problem-bad-file = { $command } necesita un archivo terminado en .csv, .xml o .geojson, no «{ $file }».
form-problem-filter-with-other = Un choice_filter no puede ir junto con or_other. Añada una opción llamada other y una pregunta propia.
form-problem-filter-in-table = Un choice_filter no puede estar en un grupo con la apariencia table-list. Quite uno de los dos.
form-problem-lists-in-table = Las selecciones de un grupo con la apariencia table-list comparten una sola lista de opciones: aquí es «{ $here }», más arriba «{ $above }».
form-problem-other-without-choices = or_other necesita opciones en la hoja choices.
form-problem-search-with-file = search() lee las opciones de su propio archivo, y el tipo también nombra un archivo. Use select_one con una lista de opciones o quite search().
form-problem-search-shares-list = search() se queda con la lista de opciones «{ $list }», que también usan sin search(): { $others }. Dé a esas preguntas una lista propia.
form-problem-choice-without-name = La opción no tiene nombre. Póngale uno.
form-problem-same-choice = La fila { $other } ya tiene la opción «{ $name }» en esta lista. Cambie el nombre de una o escriba yes en allow_choice_duplicates, en la hoja settings.
# Parámetros.
form-problem-bad-parameters = No se pueden leer los parámetros. Escriba pares clave=valor separados por un espacio, por ejemplo start=0 end=10.
form-problem-unknown-parameter = No existe el parámetro { $unknown }. { $known ->
    [none] Este tipo no tiene ninguno.
   *[other] Aquí se puede escribir: { $known }.
 }
form-problem-bad-parameter = El parámetro { $parameter } es «{ $found }». Escriba { $wanted }.
form-problem-number = un número
form-problem-whole-number = un número entero
form-problem-number-other-than-zero = un número distinto de 0
form-problem-metres = un número de metros
form-problem-seconds = un número de segundos
form-problem-seconds-at-least = un número de segundos no menor que { $parameter }
form-problem-number-or-reference = un número o una referencia a una pregunta
form-problem-one-of = uno de estos valores: { $values }
form-problem-column-or-property = el nombre de una columna o propiedad
form-problem-list-of-choices = el nombre de una lista de la hoja choices
form-problem-list-of-numbers = el nombre de una lista cuyas opciones sean todas números del intervalo; «{ $choice }» de la lista { $list } no lo es
form-problem-package = el nombre de un paquete de Android, por ejemplo org.example.camera
form-problem-seed-without-randomize = El parámetro seed solo funciona junto con randomize=true.
form-problem-part-of-location = Un audit con ubicación necesita los tres: location-priority, location-min-interval y location-max-age.
form-problem-audit-name = El audit se llama siempre audit. Deje su nombre vacío.
form-problem-larger-than-range = El parámetro { $parameter } no debe ser mayor que el intervalo de { $start } a { $end }.
form-problem-no-multiple = El parámetro { $parameter } debe ser un múltiplo del paso { $step }.
form-problem-outside-range = { $what } queda fuera del intervalo. Escriba un número entre { $start } y { $end }.
form-problem-parameter-outside = El parámetro { $parameter } ({ $value })
form-problem-choice-outside = La opción «{ $choice }» de la lista { $list }
form-problem-ticks-with-appearance = Las marcas y los valores de muestra necesitan la apariencia vertical o no-ticks, o ninguna; aquí es «{ $appearance }».
form-problem-no-ticks-labels = Con la apariencia no-ticks, la lista de opciones «{ $list }» solo puede tener el principio y el final del intervalo.
form-problem-no-geometry = «{ $name }» no contiene lugares para elegir. Nombre una lista de opciones, una lista de entidades, un archivo adjunto sin su extensión o una repetición como ${"{"}name{"}"}.
# Referencias y expresiones.
form-problem-bad-reference = Una referencia se escribe ${"{"}name{"}"}, con el nombre de una pregunta y nada más entre las llaves.
form-problem-unknown-reference = Nada en la hoja survey se llama «{ $name }». Corrija el nombre en ${"{"}{ $name }{"}"}.
form-problem-ambiguous-reference = Más de una fila de la hoja survey se llama «{ $name }». Dé un nombre propio a las que se usan como referencia.
form-problem-bad-expression = No se puede leer la expresión: { $reason }.
form-problem-unclosed = la comilla en el carácter { $character } no se cierra
form-problem-variable = el carácter { $character } es $, pero los formularios no tienen variables; nombre una pregunta
form-problem-ends-early = termina donde todavía falta algo
form-problem-unexpected = «{ $rest }» en el carácter { $character } no corresponde ahí
form-problem-nests-deep = tiene más de { $levels } niveles o encadena más de { $operators } operadores; calcule una parte en una pregunta aparte
form-problem-not-in-pairs = { $function }() recibe { $count } argumentos y los toma por pares
form-problem-no-arguments = { $function }() recibe { $count } argumentos y no toma ninguno
form-problem-too-few-arguments = { $function }() recibe { $count } argumentos y toma { $least } o más
form-problem-other-arguments = { $function }() recibe { $count } argumentos y toma { $least }
form-problem-arguments-outside = { $function }() recibe { $count } argumentos y toma de { $least } a { $most }
form-problem-bad-pattern = «{ $pattern }» no es una expresión regular ({ $reason })
form-problem-unknown-function = No existe la función { $function }(). Corrija su nombre.
form-problem-reference-to-file = «{ $name }» es un archivo y no tiene respuesta. Haga referencia a una pregunta.
form-problem-bad-triggers = Varios disparadores se separan con comas, por ejemplo ${"{"}a{"}"}, ${"{"}b{"}"}.
form-problem-no-trigger = Un disparador nombra preguntas, por ejemplo ${"{"}age{"}"}.
form-problem-hidden-trigger = Nadie responde «{ $name }», así que no puede disparar nada. Nombre una pregunta que se muestre.
form-problem-geopoint-without-trigger = Un background-geopoint necesita un disparador (trigger): la pregunta cuya respuesta hace tomar la ubicación.
form-problem-geopoint-with-calculation = Un background-geopoint no calcula nada. Deje vacía la columna calculation.
form-problem-same-instance = Dos archivos se llamarían «{ $name }»: { $one } y { $other }. Cambie el nombre de uno.
form-problem-key-without-instance-id = La public_key necesita un identificador de instancia. Quite omit_instanceID.
# Entidades.
form-problem-no-entities = save_to necesita una hoja entities que diga qué se guarda.
form-problem-same-property = La fila { $other } ya guarda en «{ $property }». Cambie una de las dos.
form-problem-save-to-group = Un grupo o una repetición no se puede guardar. Pase save_to a una pregunta.
form-problem-unknown-entity-list = No existe la lista de entidades «{ $list }» en la hoja entities. Corrija el nombre antes de # o añada la lista.
form-problem-save-to-without-list = Hay varias listas de entidades. Escriba list#property, por ejemplo people#age.
form-problem-save-to-hashes = Hay más de un #. Escriba list#property.
form-problem-reserved-property = «{ $property }» pertenece a la propia entidad. Elija otro nombre de propiedad que no sea name ni label.
form-problem-reserved-prefix = Los nombres que empiezan por dos guiones bajos están reservados para el sistema. Elija otro.
form-problem-dot-in-list = El nombre de una lista de entidades no debe llevar punto. Escriba un guion bajo en su lugar.
form-problem-entity-list-without-name = La lista de entidades no tiene nombre. Escriba uno en la columna list_name.
form-problem-same-entity-list = La fila { $other } ya tiene esta lista de entidades. Escriba cada lista una sola vez.
form-problem-unknown-entity-column = No existe la columna «{ $column }» en esta hoja. Hay list_name, label, entity_id, create_if y update_if.
form-problem-entity-without-label = Una entidad que se crea necesita un label. Escriba una expresión en la columna label.
form-problem-upsert-without-condition = Con create_if y entity_id hace falta también update_if. Escríbalo o quite entity_id.
form-problem-update-without-id = update_if necesita un entity_id que diga de qué entidad se trata. Escríbalo o use create_if.
form-problem-entity-scopes = La lista de entidades { $list } recibe datos desde { $one ->
    [none] el propio formulario
   *[other] { $one }
 } y desde { $other ->
    [none] el propio formulario
   *[other] { $other }
 }, que no están uno dentro del otro. Traiga la respuesta con un calculate.
form-problem-no-room-for-entity = Cada grupo o repetición admite una sola entidad; la de la fila { $other } ocupó el lugar en { $scope ->
    [none] el propio formulario
   *[other] { $scope }
 }. Ponga sus preguntas en grupos separados.
# El formulario entero.
form-problem-circle = Estos elementos dependen unos de otros en círculo: { $names }. Quite una de las referencias.
form-problem-unreadable-xml = No se puede leer el XML del formulario: { $reason }.
form-problem-missing-part = Al formulario le falta: { $part }. ¿Es un XForm?
form-problem-unreadable-expression = Fila { $row } del XForm, { $place }: no se puede leer la expresión: { $error }.
form-problem-unknown-function-at = Fila { $row } del XForm, { $place }: no existe la función { $function }(). Corrija su nombre.
form-problem-unknown-path = Fila { $row } del XForm, { $place }: el formulario no tiene «{ $path }». Corrija la ruta.
form-problem-twice = Fila { $row } del XForm: «{ $name }» está dos veces. Dé a cada uno su nombre.
form-problem-not-allowed = Fila { $row } del XForm, { $place }: aquí no se permite «{ $value }».
form-problem-unreadable-instance = No se puede leer un archivo que el formulario necesita: { $reason }.
# Lo que quizá no se quiso así.
form-problem-similar-sheet = No existe esa hoja, pero hay una de nombre muy parecido: { $similar }. Corrija su nombre o póngale un guion bajo delante si no es esa.
form-problem-no-header = Hay valores en esta columna sin encabezado. Póngale uno en la primera fila.
form-problem-unknown-column = Esta columna no es parte de XLSForm. No se hace caso de su contenido.
form-problem-bad-attribute = «{ $name }» no puede ser el nombre de un atributo del formulario y se deja fuera. Escriba letras, cifras, guiones bajos, guiones y puntos.
form-problem-unknown-prefix = No se conoce el prefijo { $prefix }, así que el atributo se deja fuera. Escriba { $prefix }="…" en namespaces, en la hoja settings.
form-problem-bad-choice-column = Una columna de la hoja choices que pasa al formulario necesita un nombre sin espacios. Se deja fuera.
form-problem-two-form-ids = form_id e id_string son dos nombres de lo mismo. Vale form_id.
form-problem-empty-row = La fila no tiene tipo, ni nombre, ni label. Se deja fuera.
form-problem-disabled = La columna disabled ya no es parte de XLSForm. Use relevant en su lugar.
form-problem-old-metadata = Solo versiones antiguas de ODK Collect en teléfonos antiguos conocen todavía { $name }.
form-problem-same-name-but = { $other ->
    [none] El nombre «{ $name }» solo se distingue por las mayúsculas del de una fila que crea el propio formulario.
   *[other] El nombre «{ $name }» solo se distingue por las mayúsculas del de la fila { $other }.
 } Algunos programas de análisis no los distinguen.
form-problem-idle-trigger = Nadie responde «{ $name }», así que no disparará nada.
form-problem-others-function = { $function }() no es una función de ODK. Solo los programas que la conocen pueden usar este formulario.
form-problem-repeat-without-label = La repetición no tiene label.
form-problem-choice-without-label = La opción no tiene label.
form-problem-external-without-filter = select_one_external está pensado para selecciones con choice_filter.
form-problem-no-max-pixels = El parámetro max-pixels, por ejemplo max-pixels=1024, reduce las fotos y acelera el envío.
form-problem-untranslated = El idioma «{ $language }» no tiene columna para { $columns }.
form-problem-other-untranslated = or_other añade una opción y una pregunta en un solo idioma. En un formulario de varios idiomas, escríbalas usted.
form-problem-language-code = El idioma «{ $language }» no indica un código de idioma. Escriba por ejemplo French (fr).
form-problem-unsupported-setting = El ajuste «{ $setting }» no se admite y se deja fuera.
# The results sheet.
form-problem-result-without-question = La fila no nombra ninguna pregunta. Escriba el nombre de aquella cuya respuesta es.
form-problem-unknown-question = Nada en la hoja survey se llama «{ $name }». Escriba el nombre de una pregunta{ $similar ->
    [none] .
   *[other] {" "}(hay { $similar }).
 }
form-problem-not-a-question = «{ $name }» no tiene respuesta propia. Escriba el nombre de una pregunta.
form-problem-no-condition = No hay condición. Escriba una expresión, por ejemplo . = 'yes'.
form-problem-list-of-the-house = Watari crea él mismo la lista { $list }. Dé otro nombre a la lista de entidades.
form-problem-no-code = { $found } no es un código. Escriba uno de estos: { $known }
form-problem-no-weight = Un peso es 1, 2 o 3: una señal leve, seria o grave.
form-problem-unknown-results-column = Esta columna no se conoce. Hay question, when, need, weight y risk.
form-problem-rows-not-utf8 = El archivo no es texto UTF-8. Guárdelo como CSV UTF-8.
form-problem-rows-unreadable = No se puede leer como CSV: { $reason }
form-problem-row-length = La fila tiene { $cells } celdas y la primera { $columns }. Déle las mismas.
form-problem-row-twice = Este identificador ya está en una fila anterior. Deje solo una.
form-problem-rows-too-many = El archivo tiene más de { $most } filas. Divídalo.
form-problem-rows-unknown-property = La lista no tiene esa propiedad. Añádala en la página de la lista, o quite la columna.
form-problem-rows-column-twice = La columna está dos veces. Deje solo una.
form-problem-rows-no-label-column = Falta la columna label. Dice cómo se llama cada fila.
form-problem-row-bad-id = El identificador no es un UUID aleatorio (versión 4). Deje la celda vacía.
form-problem-row-bad-version = La versión no es un número. Deje la celda vacía.
form-problem-row-no-label = La fila necesita una etiqueta.
form-problem-row-id-taken = Este identificador no se puede usar. Deje la celda vacía.
form-problem-row-changed = Cambió entretanto: ahora está la versión { $version }. Descargue la lista de nuevo.
