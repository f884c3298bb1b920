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
