# Screenings and what their rules give.

screening-not-asked = Aún no se ha preguntado
screening-as-filled-in = El formulario tal como se llenó
form-shipped = Viene con Watari

# Answers as columns of the list of cases
columns-title = Respuestas como columnas
columns-intro = Elija preguntas de los formularios: la lista y sus archivos muestran la última respuesta de cada caso, si usted puede leerla.
columns-none = Ningún formulario pregunta nada todavía.
columns-show = Mostrar en la lista
