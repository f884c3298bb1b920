entity-lists = Listas
entity-lists-intro = Lo que los formularios crean, cambian y ofrecen: lugares, hogares, cosas. Las filas sobre un caso las ve quien ve el caso; todas las demás, la casa.
entity-lists-none = Aún no hay listas
entity-list-make = Crear una lista
entity-list-make-hint = Un formulario con una hoja llamada entities crea su lista al publicarse; aquí crea una a mano.
entity-list-name = Nombre en los formularios
entity-list-reach = Quién ve las filas
entity-list-reach-hint = El ajuste vale aquí, en los formularios y en los teléfonos.
list-reach-house = Los casos quien los ve, las demás la casa
list-reach-maker = Solo quien las creó
entity-properties = Propiedades
entity-properties-lines = Propiedades, una por línea
entity-properties-further = Más propiedades, una por línea
entity-rows = Filas
entity-rows-none = No hay filas que usted vea
entity-rows-managed = Las filas sobre un caso se cuentan aquí y se muestran a quien ve el caso.
entity-count = { $count ->
    [0] Ninguna fila
    [one] 1 fila
   *[other] { $count } filas
 }
entity-held = { $count ->
    [one] Un cambio espera al anterior
   *[other] { $count } cambios esperan a los anteriores
 }
entity-label = Etiqueta
entity-made-by = Creada por
entity-stands = Vigente
entity-waits = Espera su caso
entity-deleted = Eliminada
entity-case = Caso
entity-change = Cambiarla aquí
entity-delete = Eliminar
entity-delete-sure = ¿Eliminar esta fila? Los formularios y teléfonos ya no la ofrecen; puede restaurarla.
entity-restore = Restaurar
entity-resolve = Está bien como está
entity-made-from = hecho a partir de la versión { $count }
entity-conflict-soft = Hechos a la vez
entity-conflict-hard = Cambios contradictorios
entity-conflict-soft-hint = Dos cambios se hicieron a partir de la misma versión, de cosas distintas. Ambos quedan. Mire si van juntos.
entity-conflict-hard-hint = Dos cambios de lo mismo se hicieron a partir de la misma versión. Queda el que llegó último. Corríjalo, o diga que está bien.
entity-upload = Tomar filas de un CSV
entity-upload-hint = Columnas: label y las propiedades. Las filas con un identificador en la columna name cambian esa fila; todas las demás son nuevas. Hasta 5 000 filas.
entity-upload-refused = El archivo no se tomó
entity-upload-refused-hint = No se guardó nada. Cambie estas filas y envíe el archivo de nuevo.
entity-uploaded-made = { $count ->
    [one] Una fila es nueva.
   *[other] { $count } filas son nuevas.
 }
entity-uploaded-changed = { $count ->
    [one] Una fila se cambió.
   *[other] { $count } filas se cambiaron.
 }
entity-uploaded-same = { $count ->
    [one] Una fila ya estaba así.
   *[other] { $count } filas ya estaban así.
 }
entity-of-submission = En listas
finding-entity = Esta fila de una lista no se puede leer:
finding-entity-exists = Ya hay una fila con este identificador en la lista.
finding-entity-missing = La lista no tiene tal fila que el remitente vea.
finding-entity-deleted = La fila fue eliminada.
finding-entity-version = La fila nunca tuvo la versión de la que parte este cambio.
finding-entity-label = Una fila nueva necesita una etiqueta.
finding-entity-sensitivity = La fila es delicada de otra manera que este formulario.
finding-entity-waits = El cambio anterior, hecho en el mismo dispositivo, aún no ha llegado. Este espera.
kind-entity = fila de una lista
kind-entity-list = lista de formularios
field-entity-list = Lista
field-entity-number = Versión
field-reach = Quién ve las filas
field-properties = Propiedades
field-label = Etiqueta
field-conflict = Conflicto
invalid-list-name = Un nombre empieza con una letra y solo tiene letras, cifras, - y _.
invalid-list-taken = Ya hay una lista con este nombre.
invalid-property = Una propiedad empieza con una letra y no tiene espacios; name, label y los nombres que empiezan con __ están tomados.
refused-entity-deleted = Esta fila está eliminada. Restáurela primero.
refused-entity-not-deleted = Esta fila no está eliminada.
refused-entity-no-conflict = No hay ningún conflicto que resolver.
refused-entity-exists = La lista ya tiene una fila con este identificador. Dé a la nueva el suyo propio.
field-source = Tomado de
held-changes = Cambios en espera
held-changes-hint = Se hicieron sin conexión, y el cambio anterior no ha llegado. Aplique uno a lo que hay ahora, o descártelo; su formulario queda como se envió.
held-no-entity = La fila tampoco ha llegado
held-why = ¿Por qué?
held-act-apply = Aplicar ahora
held-act-discard = Descartar
finding-entity-discarded = El cambio esperaba al anterior y fue descartado.
refused-held-no-entity = La fila que cambia no está aquí, o no para usted. Espere el formulario que la creó, o descarte el cambio.
field-held-change = Cambio en espera
