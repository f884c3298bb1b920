# What is wrong with a sheet, by the codes of the questionnaire engine. XLSForm's own words stay as they are. What may be missing is "none".
# The file.
form-problem-cannot-open = { $path } cannot be opened: { $reason }.
form-problem-unknown-format = { $name } is not a form: save it as .xlsx, .xls, .csv or .md.
form-problem-too-large = The file has more than { $most } bytes: remove sheets, pictures and data that the form does not need.
form-problem-unpacks-too-large = The file unpacks to more than { $most } bytes: remove sheets, pictures and data that the form does not need.
form-problem-too-many-cells = Sheet { $sheet }, row { $row }: the file holds more than { $most } cells. Move data to a CSV file beside it.
form-problem-too-much-text = Sheet { $sheet }, row { $row }: the file holds more than { $most } bytes of text. Move data to a CSV file beside it.
form-problem-long-cell = Sheet { $sheet }, row { $row }: a cell has more than 32,767 letters. Shorten its text.
form-problem-damaged = The workbook is damaged or protected by a password ({ $reason }): open it in a spreadsheet program and save it anew.
form-problem-not-text = Line { $line } is not UTF-8 text: save the file as UTF-8.
form-problem-unreadable-line = Line { $line } cannot be read as comma-separated values ({ $reason }).
form-problem-no-table = There is no table in the file: the first sheet of a form is survey, with columns type, name and label.
form-problem-public-key = Only the holder of the private key can read what phones send: it is kept as it comes, belongs to no case by itself, has no result and makes no row of a list. Without public_key, encryption can be turned on on the form’s page, and Watari reads it.
form-problem-public-key-unreadable = This is no public RSA key. Write what stands between the lines BEGIN PUBLIC KEY and END PUBLIC KEY, without these lines.
form-problem-public-key-private = This is the private key, which must stay with you. Write the public one here, and make a new pair of keys.
form-problem-public-key-length = The key has { $bits } bits. Make one of 2048 to 8192.
# Sheets and columns.
form-problem-no-survey = There is no such sheet. A form needs one named survey, with columns type, name and label{ $similar ->
    [none] .
   *[other] {" "}(there is { $similar }).
 }
form-problem-no-column = There is no column { $column }. Add one to the first row.
form-problem-same-column = This column and column { $column } are two names for the same thing. Keep one of them.
form-problem-repeated-header = The same header stands over two columns. Rename or remove one of them.
form-problem-unknown-media = There is no media of the kind { $media }. Write image, big-image, audio or video.
form-problem-too-many-rows = The form has more than { $most } rows. Move data to a CSV file beside it, or make several forms.
form-problem-too-deep = Groups lie in one another more than { $most } deep. Take some of them out.
form-problem-too-many-columns = The sheet has more than { $most } columns. Remove those that the form does not need.
form-problem-too-many-wordings = The form has { $languages } languages and { $texts } texts, more wordings than a form can hold. Leave out languages.
# Rows and names.
form-problem-no-type = The row has no type. Write one, for example text, integer or note.
form-problem-unknown-type = There is no type “{ $name }”. { $hint ->
    [none] See xlsform.org for the types there are.
   *[other] Did you mean { $hint }? See xlsform.org for the types there are.
 }
form-problem-no-name = It has no name. Give it one that begins with a letter, for example household_size.
form-problem-bad-name = “{ $name }” cannot be a name. Begin with a letter or an underscore and go on with letters, digits, underscores, hyphens and dots.
form-problem-unknown-name-prefix = The prefix { $prefix } of the name is not known. Leave it out, or write { $prefix }="…" under namespaces on the settings sheet.
form-problem-same-name = { $other ->
    [none] A row that the form makes itself, beside this one, has the name “{ $name }” already.
   *[other] Row { $other }, beside this one, has the name “{ $name }” already.
 } Give one of them another name.
form-problem-meta-name = The name meta belongs to the form’s metadata. Choose another name.
form-problem-repeat-named-like-form = The repeat has the name of the form itself, “{ $name }”. Choose another name.
form-problem-same-repeat-name = Row { $other } is a repeat named “{ $name }” already. Repeats need different names, wherever they stand.
form-problem-no-label = There is nothing to read. Write a label, a hint or a media file.
form-problem-only-guidance = There is only a guidance hint, which may stay hidden. Write a label or a hint too.
form-problem-big-image-alone = There is a big-image without an image. Name the image too.
form-problem-not-begun = There is an end_{ $container } without a begin_{ $container }. Remove the row, or write begin_{ $container } above it.
form-problem-wrong-end = This row ends a { $end }, but row { $begun } began a { $open }. Write end_{ $open } first.
form-problem-not-ended = The begin_{ $container } of this row has no end. Add a row end_{ $container }.
form-problem-loop-without-list = The loop names no choice list. Write begin_loop over a list of the choices sheet.
form-problem-repeat-in-loop = The repeat “{ $name }” stands in a loop, which would make several repeats of one name. Write the loop out as groups.
form-problem-bad-loop-name = A loop makes a group of each choice of this list, but “{ $name }” cannot name a group. Write letters, digits and underscores.
form-problem-no-calculation = There is nothing to calculate. Write an expression into column calculation.
# Choices.
form-problem-no-list = The type names no choice list. Write for example { $command } towns, with towns a list of the choices sheet.
form-problem-unknown-list = There is no choice list “{ $name }” on sheet { $sheet }. Add it there with columns list_name, name and label, or correct its name{ $similar ->
    [none] .
   *[other] {" "}(there is { $similar }).
 }
form-problem-space-in-choice = The choice “{ $choice }” of list { $list } has a space in its name, which separates the answers of a select_multiple. Write an underscore instead.
form-problem-bad-file = { $command } needs a file that ends in .csv, .xml or .geojson, not “{ $file }”.
form-problem-filter-with-other = A choice filter cannot stand together with or_other. Add a choice named other and a question of your own.
form-problem-filter-in-table = A choice filter cannot stand in a group with appearance table-list. Remove one of them.
form-problem-lists-in-table = Selects in a group with appearance table-list share one choice list: here it is “{ $here }”, above “{ $above }”.
form-problem-other-without-choices = or_other needs choices on the choices sheet.
form-problem-search-with-file = search() reads choices from a file of its own, and the type names a file too. Use select_one with a choice list, or remove search().
form-problem-search-shares-list = search() takes over the choice list “{ $list }”, which is also used without search() by: { $others }. Give those a list of their own.
form-problem-choice-without-name = The choice has no name. Give it one.
form-problem-same-choice = Row { $other } has the choice “{ $name }” in this list already. Rename one, or write yes under allow_choice_duplicates on the settings sheet.
# Parameters.
form-problem-bad-parameters = The parameters cannot be read. Write key=value pairs with a space between them, for example start=0 end=10.
form-problem-unknown-parameter = There is no parameter { $unknown }. { $known ->
    [none] This type has none.
   *[other] Here one can write: { $known }.
 }
form-problem-bad-parameter = The parameter { $parameter } is “{ $found }”. Write { $wanted }.
form-problem-number = a number
form-problem-whole-number = a whole number
form-problem-number-other-than-zero = a number other than 0
form-problem-metres = a number of metres
form-problem-seconds = a number of seconds
form-problem-seconds-at-least = a number of seconds, no less than { $parameter }
form-problem-number-or-reference = a number or a reference to a question
form-problem-one-of = one of these: { $values }
form-problem-column-or-property = the name of a column or property
form-problem-list-of-choices = the name of a list of the choices sheet
form-problem-list-of-numbers = the name of a list whose choices are all numbers of the range; “{ $choice }” of list { $list } is not
form-problem-package = the name of an Android package, for example org.example.camera
form-problem-seed-without-randomize = The parameter seed works only together with randomize=true.
form-problem-part-of-location = An audit with location needs all three: location-priority, location-min-interval and location-max-age.
form-problem-audit-name = The audit is always called audit. Leave its name empty.
form-problem-larger-than-range = The parameter { $parameter } must not be larger than the range from { $start } to { $end }.
form-problem-no-multiple = The parameter { $parameter } must be a multiple of the step { $step }.
form-problem-outside-range = { $what } does not lie in the range. Write a number between { $start } and { $end }.
form-problem-parameter-outside = The parameter { $parameter }, { $value },
form-problem-choice-outside = The choice “{ $choice }” of list { $list }
form-problem-ticks-with-appearance = Ticks and placeholders need the appearance vertical, no-ticks or none at all; here it is “{ $appearance }”.
form-problem-no-ticks-labels = With the appearance no-ticks the choice list “{ $list }” may hold only the start and the end of the range.
form-problem-no-geometry = “{ $name }” holds no places to choose from. Name a choice list, an entity list, an attached file without its ending, or a repeat as ${"{"}name{"}"}.
# References and expressions.
form-problem-bad-reference = A reference is written ${"{"}name{"}"}, with the name of a question and nothing else between the braces.
form-problem-unknown-reference = Nothing on the survey sheet is called “{ $name }”. Correct the name in ${"{"}{ $name }{"}"}.
form-problem-ambiguous-reference = More than one row of the survey sheet is called “{ $name }”. Give those that are referred to a name of their own.
form-problem-bad-expression = The expression cannot be read: { $reason }.
form-problem-unclosed = the quotation mark at character { $character } has no other to close it
form-problem-variable = character { $character } is $, but forms have no variables; name a question
form-problem-ends-early = it ends where something more is needed
form-problem-unexpected = “{ $rest }” at character { $character } does not belong there
form-problem-nests-deep = it nests deeper than { $levels } levels or chains more than { $operators } operators; calculate a part of it in a question of its own
form-problem-not-in-pairs = { $function }() is given { $count } arguments and takes them in pairs
form-problem-no-arguments = { $function }() is given { $count } arguments and takes none
form-problem-too-few-arguments = { $function }() is given { $count } arguments and takes { $least } or more
form-problem-other-arguments = { $function }() is given { $count } arguments and takes { $least }
form-problem-arguments-outside = { $function }() is given { $count } arguments and takes { $least } to { $most }
form-problem-bad-pattern = “{ $pattern }” is no regular expression ({ $reason })
form-problem-unknown-function = There is no function { $function }(). Correct its name.
form-problem-reference-to-file = “{ $name }” is a file, which has no answer. Refer to a question.
form-problem-bad-triggers = Several triggers are separated by commas, for example ${"{"}a{"}"}, ${"{"}b{"}"}.
form-problem-no-trigger = A trigger names questions, for example ${"{"}age{"}"}.
form-problem-hidden-trigger = Nobody answers “{ $name }”, so it cannot trigger anything. Name a question that is shown.
form-problem-geopoint-without-trigger = A background-geopoint needs a trigger: the question whose answer asks for the place.
form-problem-geopoint-with-calculation = A background-geopoint calculates nothing. Leave column calculation empty.
form-problem-same-instance = Two files would both be called “{ $name }”: { $one } and { $other }. Rename one of them.
form-problem-key-without-instance-id = The public_key needs an instance ID. Remove omit_instanceID.
# Entities.
form-problem-no-entities = save_to needs a sheet entities that says what is saved.
form-problem-same-property = Row { $other } saves to “{ $property }” already. Change one of them.
form-problem-save-to-group = A group or repeat cannot be saved. Move save_to to a question.
form-problem-unknown-entity-list = There is no entity list “{ $list }” on sheet entities. Correct the name before the #, or add the list.
form-problem-save-to-without-list = There are several entity lists. Write list#property, for example people#age.
form-problem-save-to-hashes = There is more than one # in it. Write list#property.
form-problem-reserved-property = “{ $property }” belongs to the entity itself. Choose another property name than name and label.
form-problem-reserved-prefix = Names that begin with two underscores belong to the system. Choose another.
form-problem-dot-in-list = The name of an entity list must have no dot. Write an underscore instead.
form-problem-entity-list-without-name = The entity list has no name. Write one into column list_name.
form-problem-same-entity-list = Row { $other } has this entity list already. Write each list once.
form-problem-unknown-entity-column = There is no column “{ $column }” on this sheet. There are list_name, label, entity_id, create_if and update_if.
form-problem-entity-without-label = An entity that is created needs a label. Write an expression into column label.
form-problem-upsert-without-condition = With both create_if and entity_id an update_if is needed. Write one, or remove the entity_id.
form-problem-update-without-id = update_if needs an entity_id that says which entity is meant. Write one, or use create_if.
form-problem-entity-scopes = The entity list { $list } is fed from { $one ->
    [none] the form itself
   *[other] { $one }
 } and from { $other ->
    [none] the form itself
   *[other] { $other }
 }, which do not lie in one another. Bring the answer over with a calculate.
form-problem-no-room-for-entity = Each group or repeat can hold one entity; the one of row { $other } took the place in { $scope ->
    [none] the form itself
   *[other] { $scope }
 }. Put their questions into groups of their own.
# The form as a whole.
form-problem-circle = These depend on one another in a circle: { $names }. Take one reference out.
form-problem-unreadable-xml = The form’s XML cannot be read: { $reason }.
form-problem-missing-part = The form has no { $part }. Is this an XForm?
form-problem-unreadable-expression = Row { $row } of the XForm, { $place }: the expression cannot be read: { $error }.
form-problem-unknown-function-at = Row { $row } of the XForm, { $place }: there is no function { $function }(). Correct its name.
form-problem-unknown-path = Row { $row } of the XForm, { $place }: the form has no “{ $path }”. Correct the path.
form-problem-twice = Row { $row } of the XForm: “{ $name }” stands twice. Give each its own name.
form-problem-not-allowed = Row { $row } of the XForm, { $place }: “{ $value }” is not allowed here.
form-problem-unreadable-instance = A file that the form needs cannot be read: { $reason }.
# What may not be meant as it is written.
form-problem-similar-sheet = There is no such sheet, but one that is called almost so: { $similar }. Correct its name, or put an underscore before it if it is not meant.
form-problem-no-header = Values of this column stand under no header. Give it one in the first row.
form-problem-unknown-column = This column is not part of XLSForm. What stands in it is left alone.
form-problem-bad-attribute = “{ $name }” cannot name an attribute of a form, so it is left out. Write letters, digits, underscores, hyphens and dots.
form-problem-unknown-prefix = The prefix { $prefix } is not known, so the attribute is left out. Write { $prefix }="…" under namespaces on the settings sheet.
form-problem-bad-choice-column = A column of the choices sheet that becomes part of the form needs a name without spaces. It is left out.
form-problem-two-form-ids = form_id and id_string are two names for the same thing. form_id counts.
form-problem-empty-row = The row has neither type nor name nor label. It is left out.
form-problem-disabled = Column disabled is no longer part of XLSForm. Use relevant instead.
form-problem-old-metadata = Only old versions of ODK Collect on old phones still know { $name }.
form-problem-same-name-but = { $other ->
    [none] The name “{ $name }” differs from that of a row that the form makes itself in upper and lower case only.
   *[other] The name “{ $name }” differs from that of row { $other } in upper and lower case only.
 } Some programs for analysis do not tell them apart.
form-problem-idle-trigger = Nobody answers “{ $name }”, so it will not trigger anything.
form-problem-others-function = { $function }() is no function of ODK’s. Only programs that know it can work with the form.
form-problem-repeat-without-label = The repeat has no label.
form-problem-choice-without-label = The choice has no label.
form-problem-external-without-filter = select_one_external is meant for selects with a choice filter.
form-problem-no-max-pixels = The parameter max-pixels, for example max-pixels=1024, makes photos smaller and sending faster.
form-problem-untranslated = The language “{ $language }” has no column for { $columns }.
form-problem-other-untranslated = or_other adds a choice and a question in one language only. In a form of several languages write them yourself.
form-problem-language-code = The language “{ $language }” names no language code. Write for example French (fr).
form-problem-unsupported-setting = The setting “{ $setting }” is not supported and is left out.
# The results sheet.
form-problem-result-without-question = The row names no question. Write the name of the one whose answer it is.
form-problem-unknown-question = Nothing on the survey sheet is called “{ $name }”. Write the name of a question{ $similar ->
    [none] .
   *[other] {" "}(there is { $similar }).
 }
form-problem-not-a-question = “{ $name }” has no answer of its own. Write the name of a question.
form-problem-no-condition = There is no condition. Write an expression, for example . = 'yes'.
form-problem-list-of-the-house = Watari makes the list { $list } itself. Give the list of entities another name.
form-problem-no-code = { $found } is not a code. Write one of: { $known }
form-problem-no-weight = A weight is 1, 2 or 3: a light, a serious or a severe sign.
form-problem-unknown-results-column = Nobody knows this column. There are question, when, need, weight and risk.
form-problem-rows-not-utf8 = The file is not UTF-8 text. Save it as CSV UTF-8.
form-problem-rows-unreadable = This cannot be read as CSV: { $reason }
form-problem-row-length = The row has { $cells } cells and the first row { $columns }. Give it as many.
form-problem-row-twice = This id stands in an earlier row too. Leave one of them.
form-problem-rows-too-many = The file has more than { $most } rows. Split it.
form-problem-rows-unknown-property = The list has no such property. Add it on the list’s page, or take the column out.
form-problem-rows-column-twice = The column stands twice. Leave one of them.
form-problem-rows-no-label-column = The column label is missing. It says what each row is called.
form-problem-row-bad-id = The id is no random UUID (version 4). Leave the cell empty.
form-problem-row-bad-version = The version is not a number. Leave the cell empty.
form-problem-row-no-label = The row needs a label.
form-problem-row-id-taken = This id cannot be used. Leave the cell empty.
form-problem-row-changed = It was changed since: version { $version } stands now. Download the list again.
