device-typed = Teléfonos que piden un nombre de usuario
device-typed-intro = KoboCollect y las versiones anteriores de ODK Collect los piden en los ajustes del servidor. Como la imagen, se muestran una sola vez.
device-server = Servidor
device-username = Nombre de usuario
device-password = Contraseña
