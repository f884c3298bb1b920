entity-lists = Lists
entity-lists-intro = What forms make, change and choose from: places, households, items. Rows about a case are seen by whoever sees the case, all others by the house.
entity-lists-none = No lists yet
entity-list-make = Make a list
entity-list-make-hint = A form with a sheet named entities makes its list when it is published; here you make one by hand.
entity-list-name = Name in forms
entity-list-reach = Who sees the rows
entity-list-reach-hint = The setting holds here, in forms and on phones.
list-reach-house = Cases by who sees them, all others by the house
list-reach-maker = Only those who made them
entity-properties = Properties
entity-properties-lines = Properties, one a line
entity-properties-further = Further properties, one a line
entity-rows = Rows
entity-rows-none = No rows that you see
entity-rows-managed = Rows about a case are counted here and shown to those who see the case.
entity-count = { $count ->
    [0] No rows
    [one] 1 row
   *[other] { $count } rows
 }
entity-held = { $count ->
    [one] One change waits for the one before it
   *[other] { $count } changes wait for the ones before them
 }
entity-label = Label
entity-made-by = Made by
entity-stands = Stands
entity-waits = Waits for its case
entity-deleted = Deleted
entity-case = Case
entity-change = Change it here
entity-delete = Delete
entity-delete-sure = Delete this row? Forms and phones are offered it no more; you can restore it.
entity-restore = Restore
entity-resolve = It is right as it stands
entity-made-from = made from version { $count }
entity-conflict-soft = Made side by side
entity-conflict-hard = Contradicting changes
entity-conflict-soft-hint = Two changes were made from the same version, of different things. Both stand. Look whether they go together.
entity-conflict-hard-hint = Two changes of the same thing were made from the same version. The one that came last stands. Correct it, or say that it is right.
entity-upload = Take in rows from CSV
entity-upload-hint = Columns: label and the properties. Rows with an id in the column name change that row; all others are new. Up to 5,000 rows.
entity-upload-refused = The file was not taken
entity-upload-refused-hint = Nothing was kept. Change these rows and send the file again.
entity-uploaded-made = { $count ->
    [one] One row is new.
   *[other] { $count } rows are new.
 }
entity-uploaded-changed = { $count ->
    [one] One row was changed.
   *[other] { $count } rows were changed.
 }
entity-uploaded-same = { $count ->
    [one] One row stood so already.
   *[other] { $count } rows stood so already.
 }
entity-of-submission = In lists
finding-entity = This row of a list cannot be read:
finding-entity-exists = A row of this id is in the list already.
finding-entity-missing = The list has no such row that the sender sees.
finding-entity-deleted = The row was deleted.
finding-entity-version = The row never had the version that this change was made from.
finding-entity-label = A new row needs a label.
finding-entity-sensitivity = The row is delicate in another way than this form.
finding-entity-waits = The change before this one, made on the same device, has not come yet. It waits.
kind-entity = row of a list
kind-entity-list = list of forms
field-entity-list = List
field-entity-number = Version
field-reach = Who sees the rows
field-properties = Properties
field-label = Label
field-conflict = Conflict
invalid-list-name = A name begins with a letter and has letters, digits, - and _ only.
invalid-list-taken = There is a list of this name already.
invalid-property = A property begins with a letter and has no spaces; name, label and names that begin with __ are taken.
refused-entity-deleted = This row is deleted. Restore it first.
refused-entity-not-deleted = This row is not deleted.
refused-entity-no-conflict = There is no conflict to settle.
refused-entity-exists = The list has a row of this id already. Give the new one an id of its own.
field-source = Taken from
held-changes = Changes that wait
held-changes-hint = They were made offline, and the change before each has not come. Apply one to what stands now, or discard it; its form stays as it was sent.
held-no-entity = The row has not come either
held-why = Why?
held-act-apply = Apply now
held-act-discard = Discard
finding-entity-discarded = The change waited for the one before it, and was discarded.
refused-held-no-entity = The row that it changes is not here, or not for you. Wait for the form that made it, or discard the change.
field-held-change = Change that waited
