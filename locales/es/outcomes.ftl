# Qué formulario para qué tipo de seguimiento
follow-up-forms = Formularios de los seguimientos
follow-up-forms-intro = Cada tipo de seguimiento puede tener un formulario: se ofrece a quien hace el seguimiento y, una vez entregado, lo marca como hecho.
follow-up-forms-hint = Sin elegir nada: el resultado se escribe sin formulario.
follow-up-form-hint = Este formulario es parte del seguimiento. Una vez entregado, lo marca como hecho.
follow-up-form-begin = Rellenar el formulario
follow-up-form-go-on = Seguir con el formulario
follow-up-without-form = O escribirlo sin el formulario
field-follow-up-form = Formulario
field-follow-up-kind = Tipo de seguimiento
refused-follow-up-no-form = Ningún formulario corresponde a este tipo de seguimiento, o no está abierto. Escriba el resultado sin formulario.
finding-follow-up = El seguimiento indicado no está previsto en este caso, o no le correspondía a quien lo envió.

# Qué fue de alguien después del cierre
purpose-contact = Contacto tras el cierre
consent-wording-contact = ¿Podemos contactarle 3, 6 y 12 meses después del cierre de su caso, para saber cómo está? Puede decir que no, y cambiar de opinión en cualquier momento.
close-ask-after = Preguntar más adelante qué fue de la persona
close-no-contact = La persona no ha aceptado ser contactada tras el cierre, así que no se prevé nada.
close-ask-consent = Registrar lo que decida
invalid-no-contact = La persona no ha aceptado ser contactada tras el cierre.
invalid-nobody-to-ask = Tras un cierre por este motivo no se pregunta a nadie. Desmarque lo previsto.
refused-case-no-contact = La persona no ha aceptado ser contactada tras el cierre, o ya no lo acepta.

# Respuestas sin identidad
permission-export-deidentified = Exportar respuestas sin identidad no es parte de su función.
documents-deidentified = respuestas sin identidad
deidentified = Respuestas sin identidad
deidentified-intro = Para estadísticas: lo que se respondió, sin nombres, números ni textos.
deidentified-open = Lo que sale
deidentified-holds = Qué contiene el archivo
deidentified-holds-what = Una fila por formulario rellenado, de personas que aceptaron ser contadas. Cada caso lleva un número creado solo para este archivo; los días salen como meses, las fechas de nacimiento y edades como tramos. Los textos, archivos, lugares, preguntas que se repiten, números largos y respuestas delicadas se quedan aquí.
deidentified-ages = Tramos de edad:
deidentified-nothing = Nada de este formulario puede salir sin identidad.
deidentified-not = De qué no protege
deidentified-not-what = El archivo no es anónimo. Donde pocas personas comparten sexo, edad y mes, una fila puede ser de una persona; quien conoce algunas respuestas de alguien puede encontrar las demás. Entréguelo solo a quien lo necesite, bajo acuerdo, y haga que se destruya después. Quien retire su consentimiento más tarde sigue en los archivos que ya salieron.
refused-deidentified-delicate = Las respuestas de este formulario son delicadas: no salen en ningún archivo sin identidad.
