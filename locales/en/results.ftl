# Screenings and what their rules give.

screening-not-asked = Not asked yet
screening-as-filled-in = The form as it was filled in
form-shipped = Came with Watari

# Answers as columns of the list of cases
columns-title = Answers as columns
columns-intro = Choose questions of forms: the list and its files show the latest answer of each case, as far as you may read it.
columns-none = No form asks anything yet.
columns-show = Show in the list
