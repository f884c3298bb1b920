nav-forms = Forms
forms-intro = Questionnaires written as XLSForm: upload a sheet, try it out, publish it. Caseworkers fill it in for a case, here or on a phone.
forms-inbox = To be assigned
forms-inbox-intro = What phones sent without a case that the sender may work on. It is kept until someone gives it to a case.
forms-inbox-empty = Nothing waits for a case
forms-add = Add a form or its next version
forms-choose = Sheet of the form
forms-choose-hint = XLSForm as .xlsx, .xls, .csv or .md, up to 8 MB. The form id in its settings says which form it is.
forms-upload = Upload
forms-none = No forms yet
forms-none-hint = The first sheet you upload becomes the first form.
form-one = Form
form-title = Form
form-version = Version
form-versions = Versions
form-submissions = Submissions
form-submissions-count = { $count ->
    [0] No submissions
    [one] 1 submission
   *[other] { $count } submissions
 }
form-changed = Changed
form-state = State
form-state-draft = Draft
form-state-open = Open
form-state-closing = Closing
form-state-closed = Closed
form-state-hint = Open: offered and taken. Closing: no longer offered; what is under way is still taken. Closed: nothing is taken.
form-version-state-draft = Draft
form-version-state-published = Published
form-version-state-retired = Retired
form-remarks = What to change in the sheet
form-sheet = Sheet
form-row = Row
form-column = Column
form-what-to-do = What is wrong and what to write
form-whole-file = The file
form-sheet-refused = { $count ->
    [one] The sheet cannot be used: one thing to change
   *[other] The sheet cannot be used: { $count } things to change
 }
form-nothing-kept = Nothing was kept. Change the sheet and upload it again.
form-warnings = { $count ->
    [one] The form can be used. One thing may not be meant as it is written.
   *[other] The form can be used. { $count } things may not be meant as they are written.
 }
form-draft = Draft version
form-draft-hint = Nobody but you sees it yet. Once published it never changes.
form-try-out = Try out
form-publish = Publish
form-publish-sure = Publish this version? From then on it is the one that is filled in, and it cannot be changed.
form-files = Files
form-files-hint = Pictures and lists that the form asks for.
form-files-missing = { $count ->
    [one] One file is missing.
   *[other] { $count } files are missing.
 }
form-file-missing = Missing
form-file-there = There
form-file-kept = A file is kept. Remove it
form-live-list = Watari makes this list itself: those whom the user may see.
form-uploaded = Uploaded
form-downloads = Download
form-the-sheet = Sheet
form-print = Blank form
form-print-hint = All questions, also those that are asked only sometimes. Print this page to fill it in by hand.
form-settings = Settings
form-subject-field = Question that holds the case or person
form-subject-hint = It holds the id or number of a case or person. Without a choice here: { $name }.
form-next-version = Next version
form-next-version-hint = Write another version into the settings of the sheet and upload it.
form-sent = Sent
form-names = Names
form-assign = Assign
form-case-number = Case number
form-pages = Pages of the form
form-page = Page { $count }
form-back = Back
form-next = Next
form-send = Hand in
form-save-later = Save for later
form-check-all = Check all answers
form-trying-out = You are trying out the form. Nothing you enter is kept.
form-tried-out = All answers are as the form wants them. Nothing was kept.
form-look = Refresh
form-discard = Throw this draft away
form-discard-sure = Throw this draft away, with all its answers?
form-handed-in = The form is handed in and stands with the case.
form-remove-one = Remove
form-add-one = Add: { $name }
form-confirm = Yes, confirmed
form-required = needed
form-latitude = Latitude
form-longitude = Longitude
form-altitude = Altitude in metres
form-accuracy = Accuracy in metres
form-rank = Place { $count }
form-record = Record (XML)
form-found = { $count ->
    [one] One thing the form would not have allowed.
   *[other] { $count } things the form would not have allowed.
 }
form-found-hint = The answers are kept as they were sent, and marked.
form-wrong-required = Answer this question.
form-wrong-constraint = This answer is not allowed.
form-wrong-type = This is not the kind of answer that is asked for.
form-wrong-not-offered = Choose from what is offered, each choice once.
form-wrong-range = Give a number on the scale, at one of its marks.
form-wrong-rank = Give every choice its place.
finding-unknown = The form has no such question.
finding-not-relevant = The form would not have asked this.
finding-required = The form needs an answer here.
finding-constraint = The form does not allow this answer.
finding-type = This is not the kind of answer that is asked for.
finding-not-offered = The form does not offer this choice.
finding-range = The number is not on the scale.
finding-rank = Not every choice has its place.
finding-calculated-otherwise = The form calculates: { $name }
finding-instances = The form counts: { $name }
finding-other-version = Filled in with another version; judged by { $name }
finding-not-judged = The form could not judge this.
forms-of-case = Forms
forms-of-case-none = No form has been filled in.
forms-fill-in = Fill in a form
form-go-on = Draft: go on
form-marked = { $count } marked
kind-form = form
kind-submission = submission
kind-device = device
permission-manage-forms = Managing forms is for data officers and administrators.
refused-form-published = The published version does not change. Upload the sheet as a new version first.
refused-form-no-draft = There is no draft to publish. Upload a sheet first.
refused-form-files-missing = Files that the form asks for are missing. Upload them first.
refused-form-not-open = This form cannot be filled in: it is not open.
error-sheet = The sheet cannot be used
error-sheet-advice = Nothing was kept. Change the sheet and upload it again.
invalid-form-version = A version of this name is published already. Write another version on the settings sheet, column version.
invalid-form-state = A published form is open, closing or closed; a draft is published first.
invalid-form-file = The form asks for no file of this name.
invalid-form-text = The file is not UTF-8 text: save it as UTF-8.
invalid-form-table = The form cannot read this file: its first row must name the columns, and every row must fit them.
invalid-file-large = The file is too large: at most 10 MB.
invalid-case = There is no such case that may be worked on.
field-form-name = Form id
field-form-version = Version
field-form-state = State
field-file-name = File
field-subject-field = Question that holds the case or person
field-title = Title
field-found = Not as the form allows
devices = Devices
devices-intro = Phones and tablets with ODK Collect. Each acts as its user: it gets the forms and the lists of those whom the user may see, and what it sends is the user’s.
device-made = The device is ready
device-once = Scan this picture with ODK Collect (add a project, scan the code). It is shown only once; the key in the address opens what its user may see.
device-picture = Settings for ODK Collect as a QR code
device-make = Make a device
device-name = Name of the device
device-user = User
device-since = Since
device-end = End its key
device-end-sure = End this device’s key? It can no longer fetch or send anything.
device-none = No devices
refused-submission-differs = The same record was sent before with other answers. Nothing was changed.
invalid-device-user = This user fills in no forms.
documents-submissions = submissions
field-device = Device
field-for-user = For
form-export = Submissions
