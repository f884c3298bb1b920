nav-forms = Formularios
forms-intro = Cuestionarios escritos como XLSForm: suba una hoja, pruébela, publíquela. Quienes llevan casos lo rellenan para un caso, aquí o en un teléfono.
forms-inbox = Por asignar
forms-inbox-intro = Lo que enviaron teléfonos sin un caso en el que pueda trabajar quien lo envió. Se conserva hasta que alguien lo asigna a un caso.
forms-inbox-empty = Nada espera un caso
forms-add = Añadir un formulario o su siguiente versión
forms-choose = Hoja del formulario
forms-choose-hint = XLSForm como .xlsx, .xls, .csv o .md, hasta 8 MB. El identificador en sus ajustes dice qué formulario es.
forms-upload = Subir
forms-none = Aún no hay formularios
forms-none-hint = La primera hoja que suba será el primer formulario.
form-one = Formulario
form-title = Título
form-version = Versión
form-versions = Versiones
form-submissions = Envíos
form-submissions-count = { $count ->
    [0] Ningún envío
    [one] { $count } envío
   *[other] { $count } envíos
 }
form-changed = Cambiado
form-state = Estado
form-state-draft = Borrador
form-state-open = Abierto
form-state-closing = Por cerrar
form-state-closed = Cerrado
form-state-hint = Abierto: se ofrece y se recibe. Por cerrar: ya no se ofrece; lo empezado aún se recibe. Cerrado: no se recibe nada.
form-version-state-draft = Borrador
form-version-state-published = Publicada
form-version-state-retired = Sustituida
form-remarks = Qué cambiar en la hoja
form-sheet = Hoja
form-row = Fila
form-column = Columna
form-what-to-do = Qué está mal y qué escribir
form-whole-file = El archivo
form-sheet-refused = { $count ->
    [one] La hoja no se puede usar: una cosa por cambiar
   *[other] La hoja no se puede usar: { $count } cosas por cambiar
 }
form-nothing-kept = No se guardó nada. Cambie la hoja y súbala de nuevo.
form-warnings = { $count ->
    [one] El formulario se puede usar. Una cosa quizá no se quiso así.
   *[other] El formulario se puede usar. { $count } cosas quizá no se quisieron así.
 }
form-draft = Versión en borrador
form-draft-hint = Nadie más que usted la ve todavía. Una vez publicada ya no cambia.
form-try-out = Probar
form-publish = Publicar
form-publish-sure = ¿Publicar esta versión? Desde entonces es la que se rellena, y no se puede cambiar.
form-files = Archivos
form-files-hint = Imágenes y listas que pide el formulario.
form-files-missing = { $count ->
    [one] Falta un archivo.
   *[other] Faltan { $count } archivos.
 }
form-file-missing = Falta
form-file-there = Está
form-file-kept = Hay un archivo guardado. Quitarlo
form-live-list = Esta lista la hace Watari: a quienes puede ver el usuario.
form-uploaded = Subida
form-downloads = Descargar
form-the-sheet = Hoja
form-print = Formulario en blanco
form-print-hint = Todas las preguntas, también las que solo se hacen a veces. Imprima esta página para rellenarla a mano.
form-settings = Ajustes
form-subject-field = Pregunta que contiene el caso o la persona
form-subject-hint = Contiene el identificador o el número de un caso o una persona. Si no se elige nada: { $name }.
form-next-version = Siguiente versión
form-next-version-hint = Escriba otra versión en los ajustes de la hoja y súbala.
form-sent = Enviado
form-names = Nombra
form-assign = Asignar
form-case-number = Número de caso
form-pages = Páginas del formulario
form-page = Página { $count }
form-back = Atrás
form-next = Siguiente
form-send = Entregar
form-save-later = Guardar para después
form-check-all = Comprobar todas las respuestas
form-trying-out = Está probando el formulario. Nada de lo que escriba se guarda.
form-tried-out = Todas las respuestas son como las quiere el formulario. No se guardó nada.
form-look = Actualizar
form-discard = Desechar este borrador
form-discard-sure = ¿Desechar este borrador, con todas sus respuestas?
form-handed-in = El formulario está entregado y queda en el caso.
form-remove-one = Quitar
form-add-one = Añadir: { $name }
form-confirm = Sí, confirmado
form-required = necesaria
form-latitude = Latitud
form-longitude = Longitud
form-altitude = Altitud en metros
form-accuracy = Precisión en metros
form-rank = Lugar { $count }
form-record = Registro (XML)
form-found = { $count ->
    [one] Una cosa que el formulario no habría permitido.
   *[other] { $count } cosas que el formulario no habría permitido.
 }
form-found-hint = Las respuestas se conservan como se enviaron, y están marcadas.
form-wrong-required = Responda a esta pregunta.
form-wrong-constraint = Esta respuesta no está permitida.
form-wrong-type = No es la clase de respuesta que se pide.
form-wrong-not-offered = Elija entre lo que se ofrece, cada opción una vez.
form-wrong-range = Dé un número de la escala, en una de sus marcas.
form-wrong-rank = Dé a cada opción su lugar.
finding-unknown = El formulario no tiene esa pregunta.
finding-not-relevant = El formulario no habría preguntado esto.
finding-required = El formulario pide aquí una respuesta.
finding-constraint = El formulario no permite esta respuesta.
finding-type = No es la clase de respuesta que se pide.
finding-not-offered = El formulario no ofrece esta opción.
finding-range = El número no está en la escala.
finding-rank = No todas las opciones tienen su lugar.
finding-calculated-otherwise = El formulario calcula: { $name }
finding-instances = El formulario cuenta: { $name }
finding-other-version = Rellenado con otra versión; juzgado con { $name }
finding-not-judged = El formulario no pudo juzgar esto.
forms-of-case = Formularios
forms-of-case-none = No se ha rellenado ningún formulario.
forms-fill-in = Rellenar un formulario
form-go-on = Borrador: seguir
form-marked = { $count ->
    [one] { $count } marcada
   *[other] { $count } marcadas
 }
kind-form = formulario
kind-submission = envío
kind-device = dispositivo
permission-manage-forms = Gestionar formularios corresponde a responsables de datos y administradores.
refused-form-published = La versión publicada no cambia. Suba primero la hoja como versión nueva.
refused-form-no-draft = No hay borrador que publicar. Suba primero una hoja.
refused-form-files-missing = Faltan archivos que pide el formulario. Súbalos primero.
refused-form-not-open = Este formulario no se puede rellenar: no está abierto.
error-sheet = La hoja no se puede usar
error-sheet-advice = No se guardó nada. Cambie la hoja y súbala de nuevo.
invalid-form-version = Ya hay una versión publicada con ese nombre. Escriba otra versión en la hoja settings, columna version.
invalid-form-state = Un formulario publicado está abierto, por cerrar o cerrado; un borrador se publica primero.
invalid-form-file = El formulario no pide ningún archivo con ese nombre.
invalid-form-text = El archivo no es texto UTF-8: guárdelo como UTF-8.
invalid-form-table = El formulario no puede leer este archivo: la primera fila debe nombrar las columnas, y cada fila debe ajustarse a ellas.
invalid-file-large = El archivo es demasiado grande: 10 MB como máximo.
invalid-case = No hay tal caso en el que se pueda trabajar.
field-form-name = Identificador del formulario
field-form-version = Versión
field-form-state = Estado
field-file-name = Archivo
field-subject-field = Pregunta que contiene el caso o la persona
field-title = Título
field-found = No permitido por el formulario
devices = Dispositivos
devices-intro = Teléfonos y tabletas con ODK Collect. Cada uno actúa como su usuario: recibe los formularios y las listas de quienes el usuario puede ver, y lo que envía es del usuario.
device-made = El dispositivo está listo
device-once = Escanee esta imagen con ODK Collect (añadir proyecto, escanear el código). Se muestra una sola vez; la clave de la dirección abre lo que su usuario puede ver.
device-picture = Ajustes para ODK Collect como código QR
device-make = Crear un dispositivo
device-name = Nombre del dispositivo
device-user = Usuario
device-since = Desde
device-end = Terminar su clave
device-end-sure = ¿Terminar la clave de este dispositivo? Ya no podrá recibir ni enviar nada.
device-none = Ningún dispositivo
refused-submission-differs = El mismo registro se envió antes con otras respuestas. No se cambió nada.
invalid-device-user = Este usuario no rellena formularios.
documents-submissions = envíos
field-device = Dispositivo
form-export = Todos los envíos de este formulario
form-table = Una fila por envío (CSV)
form-table-of = Una fila para cada: { $name } (CSV)
