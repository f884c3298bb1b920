device-typed = Téléphones qui demandent un nom d’utilisateur
device-typed-intro = KoboCollect et les anciennes versions d’ODK Collect les prennent dans les paramètres du serveur. Comme l’image, ils ne sont montrés qu’une fois.
device-server = Serveur
device-username = Nom d’utilisateur
device-password = Mot de passe
