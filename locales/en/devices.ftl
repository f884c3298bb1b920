device-typed = Phones that ask for a user name
device-typed-intro = KoboCollect and older versions of ODK Collect take these in their server settings. Like the picture, they are shown only once.
device-server = Server
device-username = User name
device-password = Password
