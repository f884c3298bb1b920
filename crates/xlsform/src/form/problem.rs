//! What is wrong with a form, and where; and what may be meant otherwise.

use std::fmt;

use crate::kinds::kinds;
use crate::xpath::Unreadable;

/// A place in a form's workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sheet.
    pub sheet: String,
    /// The row, counted from 1; none when the whole sheet is meant.
    pub row: Option<u32>,
    /// The column's header as written; none when the whole row is meant.
    pub column: Option<String>,
}

impl Place {
    /// A whole sheet.
    pub fn sheet(sheet: &str) -> Self {
        Self { sheet: sheet.to_string(), row: None, column: None }
    }

    /// A row of a sheet.
    pub fn row(sheet: &str, row: u32) -> Self {
        Self { row: Some(row), ..Self::sheet(sheet) }
    }

    /// The same place, narrowed to a column.
    pub fn column(&self, column: &str) -> Self {
        Self { column: Some(column.to_string()), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sheet {}", self.sheet)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// Something that must be changed before the form can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, and what to write instead.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

impl std::error::Error for Problem {}

/// Something that may not be meant as it is written; the form can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

kinds! {
    /// What is wrong with a form. Each says what to write instead.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum ProblemKind {
        #[error(
            "there is no such sheet; a form needs one named survey, with columns type, name and label{}",
            almost(.similar)
        )]
        NoSurvey { similar: Vec<String> },
        #[error("there is no column {0}; add one to the first row")]
        NoColumn(column: &'static str),
        #[error("this column and column {0} are two names for the same thing; keep one of them")]
        SameColumn(column: String),
        #[error("the same header stands over two columns; rename or remove one of them")]
        RepeatedHeader,
        #[error("there is no media of the kind {0}; write image, big-image, audio or video")]
        UnknownMedia(media: String),

        #[error("the form has more than {0} rows; move data to a CSV file beside it, or make several forms")]
        TooManyRows(most: usize),
        #[error("groups lie in one another more than {0} deep; take some of them out")]
        TooDeep(most: usize),
        #[error("the sheet has more than {0} columns; remove those that the form does not need")]
        TooManyColumns(most: usize),
        #[error(
            "the form has {languages} languages and {texts} texts, more wordings than a form can hold; leave out \
             languages"
        )]
        TooManyWordings { languages: usize, texts: usize },
        #[error("the row has no type; write one, for example text, integer or note")]
        NoType,
        #[error(
            "nobody knows the type {name:?}; see xlsform.org for the types there are{}",
            .hint.map(|hint| format!("; did you mean {hint}?")).unwrap_or_default()
        )]
        UnknownType { name: String, hint: Option<&'static str> },
        #[error("it has no name; give it one that begins with a letter, for example household_size")]
        NoName,
        #[error(
            "{0:?} is no name; begin with a letter or an underscore and go on with letters, digits, underscores, \
             hyphens and dots"
        )]
        BadName(name: String),
        #[error(
            "nobody knows the prefix {0} of the name; leave it out, or write {0}=\"…\" under namespaces on the \
             settings sheet"
        )]
        UnknownNamePrefix(prefix: String),
        #[error("{} beside it has the name {name:?} already; give one of them another name", row(.other))]
        SameName { name: String, other: Option<u32> },
        #[error("the name meta belongs to the form's metadata; choose another name")]
        MetaName,
        #[error("the repeat has the name of the form's root, {0:?}; choose another name")]
        RepeatNamedLikeForm(name: String),
        #[error("row {other} is a repeat named {name:?} already; repeats need different names, wherever they stand")]
        SameRepeatName { name: String, other: u32 },
        #[error("there is nothing to read: write a label, a hint or a media file")]
        NoLabel,
        #[error("there is only a guidance hint, which may stay hidden: write a label or a hint too")]
        OnlyGuidance,
        #[error("there is a big-image without an image; name the image too")]
        BigImageAlone,
        #[error("this ends a {0} that was not begun; remove the row, or begin a {0} above")]
        NotBegun(container: &'static str),
        #[error("this ends a {end}, but row {begun} began a {open}; end that one first")]
        WrongEnd { end: &'static str, open: &'static str, begun: u32 },
        #[error("the {0} that begins here has no end; add a row end_{0}")]
        NotEnded(container: &'static str),
        #[error("the loop names no choice list; write begin_loop over a list of the choices sheet")]
        LoopWithoutList,
        #[error(
            "the repeat {0:?} stands in a loop, which would make several repeats of one name; write the loop out as \
             groups"
        )]
        RepeatInLoop(name: String),
        #[error(
            "a loop goes over this list and makes a group of each choice, but {0:?} cannot name a group; write \
             letters, digits and underscores"
        )]
        BadLoopName(name: String),
        #[error("there is nothing to calculate; write an expression into column calculation")]
        NoCalculation,

        #[error("the type names no choice list; write for example {0} towns, with towns a list of the choices sheet")]
        NoList(command: String),
        #[error(
            "there is no choice list {name:?} on sheet {sheet}; add it there with columns list_name, name and label, \
             or correct its name{}",
            almost(.similar)
        )]
        UnknownList { name: String, sheet: &'static str, similar: Vec<String> },
        #[error(
            "the choice {choice:?} of list {list} has a space in its name, which separates answers of a \
             select_multiple; write an underscore instead"
        )]
        SpaceInChoice { choice: String, list: String },
        #[error("{command} needs a file that ends in .csv, .xml or .geojson, not {file:?}")]
        BadFile { command: String, file: String },
        #[error(
            "a choice filter cannot stand together with or_other; add a choice named other and a question of your own"
        )]
        FilterWithOther,
        #[error("a choice filter cannot stand in a group with appearance table-list; remove one of them")]
        FilterInTable,
        #[error("selects in a group with appearance table-list share one list: here {here:?}, above {above:?}")]
        ListsInTable { here: String, above: String },
        #[error("or_other needs choices on the choices sheet")]
        OtherWithoutChoices,
        #[error(
            "search() reads choices from a file of its own, and the type names a file too; use select_one with a \
             list, or remove search()"
        )]
        SearchWithFile,
        #[error(
            "search() takes over the list {list:?}, which {} use without search(); give them lists of their own",
            .others.join(", ")
        )]
        SearchSharesList { list: String, others: Vec<String> },
        #[error("the choice has no name; give it one")]
        ChoiceWithoutName,
        #[error(
            "row {other} has the choice {name:?} in this list already; rename one, or write yes under \
             allow_choice_duplicates on the settings sheet"
        )]
        SameChoice { name: String, other: u32 },

        #[error(
            "the parameters cannot be read; write key=value pairs with a space between them, for example start=0 end=10"
        )]
        BadParameters,
        #[error("there is no parameter {unknown}; here one can write {}", .known.join(", "))]
        UnknownParameter { unknown: String, known: Vec<String> },
        #[error("parameter {parameter} is {found:?}; write {wanted}")]
        BadParameter { parameter: &'static str, found: String, wanted: Wanted },
        #[error("parameter seed works only together with randomize=true")]
        SeedWithoutRandomize,
        #[error("an audit with location needs all of location-priority, location-min-interval and location-max-age")]
        PartOfLocation,
        #[error("the audit is always called audit; leave its name empty")]
        AuditName,
        #[error("parameter {parameter} must not be larger than the range from {start} to {end}")]
        LargerThanRange { parameter: &'static str, start: String, end: String },
        #[error("parameter {parameter} must be a multiple of the step {step}")]
        NoMultiple { parameter: &'static str, step: String },
        #[error("{what} must lie between {start} and {end}")]
        OutsideRange { what: Outside, start: String, end: String },
        #[error("ticks and placeholders need the appearance vertical, no-ticks or none; here it is {0:?}")]
        TicksWithAppearance(appearance: String),
        #[error("with the appearance no-ticks the list {0:?} may only hold the range's start and end")]
        NoTicksLabels(list: String),
        #[error(
            "{0:?} is no place to choose from: name a choice list, an entity list, an attached file without its \
             ending, or a repeat as ${{name}}"
        )]
        NoGeometry(name: String),

        #[error("a reference is written ${{name}}, with the name of a question and nothing else between the braces")]
        BadReference,
        #[error("nothing on the survey sheet is called {0:?}; correct the name between ${{ and }}")]
        UnknownReference(name: String),
        #[error(
            "more than one row of the survey sheet is called {0:?}; give those that are referred to a name of their own"
        )]
        AmbiguousReference(name: String),
        #[error("the expression cannot be read: {0}")]
        BadExpression(reason: Unreadable),
        #[error("there is no function {0}(); correct its name, or see xlsform.org for the functions there are")]
        UnknownFunction(function: String),
        #[error("{0:?} is a file, which has no answer; refer to a question")]
        ReferenceToFile(name: String),
        #[error("the row names no question; write the name of the one whose answer it is")]
        ResultWithoutQuestion,
        #[error("nothing on the survey sheet is called {name:?}; write the name of a question{}", almost(.similar))]
        UnknownQuestion { name: String, similar: Vec<String> },
        #[error("{0:?} has no answer of its own; write the name of a question")]
        NotAQuestion(name: String),
        #[error("there is no condition; write an expression, for example . = 'yes'")]
        NoCondition,
        #[error("several triggers are separated by commas, for example ${{a}}, ${{b}}")]
        BadTriggers,
        #[error("a trigger names questions, for example ${{age}}")]
        NoTrigger,
        #[error("nobody answers {0:?}, so it cannot trigger anything; name a question that is shown")]
        HiddenTrigger(name: String),
        #[error("a background-geopoint needs a trigger: the question whose answer asks for the place")]
        GeopointWithoutTrigger,
        #[error("a background-geopoint calculates nothing; leave column calculation empty")]
        GeopointWithCalculation,

        #[error("two files would both be called {name:?}: {one} and {other}; rename one of them")]
        SameInstance { name: String, one: String, other: String },

        #[error("the public_key needs an instance ID; remove omit_instanceID")]
        KeyWithoutInstanceId,

        #[error("save_to needs a sheet entities that says what is saved")]
        NoEntities,
        #[error("row {other} saves to {property:?} already; change one of them")]
        SameProperty { property: String, other: u32 },
        #[error("a group or repeat cannot be saved; move save_to to a question")]
        SaveToGroup,
        #[error("there is no entity list {0:?} on sheet entities; correct the name before the #, or add the list")]
        UnknownEntityList(list: String),
        #[error("there are several entity lists; write list#property, for example people#age")]
        SaveToWithoutList,
        #[error("there is more than one # in it; write list#property")]
        SaveToHashes,
        #[error("{0:?} is an entity's own; choose another property name than name and label")]
        ReservedProperty(property: String),
        #[error("names that begin with two underscores belong to the system; choose another")]
        ReservedPrefix,
        #[error("the name of an entity list must have no dot; write an underscore instead")]
        DotInList,
        #[error("the entity list has no name; write one into column list_name")]
        EntityListWithoutName,
        #[error("row {0} has this entity list already; write each list once")]
        SameEntityList(other: u32),
        #[error(
            "there is no column {0:?} on this sheet; there are list_name, label, entity_id, create_if and update_if"
        )]
        UnknownEntityColumn(column: String),
        #[error("an entity that is created needs a label; write an expression into column label")]
        EntityWithoutLabel,
        #[error("with both create_if and entity_id an update_if is needed; write one, or remove the entity_id")]
        UpsertWithoutCondition,
        #[error("update_if needs an entity_id that says which entity is meant; write one, or use create_if")]
        UpdateWithoutId,
        #[error(
            "entity list {list} is fed from {} and from {}, which do not lie in one another; bring the answer over \
             with a calculate",
            within(.one), within(.other)
        )]
        EntityScopes { list: String, one: Option<String>, other: Option<String> },
        #[error(
            "each group or repeat can hold one entity; the one of row {other} took the place in {}; put their \
             questions into groups of their own",
            within(.scope)
        )]
        NoRoomForEntity { scope: Option<String>, other: u32 },
    }
}

kinds! {
    /// What may not be meant as it is written.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum WarningKind {
        #[error(
            "there is no such sheet, but one that is called almost so{}; put an underscore before its name if it is \
             not meant",
            almost(.0)
        )]
        SimilarSheet(similar: Vec<String>),
        #[error("values of this column stand under no header; give it one in the first row")]
        NoHeader,
        #[error("nobody knows this column; what stands in it is left alone")]
        UnknownColumn,
        #[error(
            "{0:?} cannot name an attribute of a form, so it is left out; write letters, digits, underscores, hyphens \
             and dots"
        )]
        BadAttribute(name: String),
        #[error(
            "nobody knows the prefix {0}, so the attribute is left out; write {0}=\"…\" under namespaces on the \
             settings sheet"
        )]
        UnknownPrefix(prefix: String),
        #[error(
            "a column of the choices sheet that becomes part of the form needs a name without spaces; it is left out"
        )]
        BadChoiceColumn,
        #[error("form_id and id_string are two names for the same thing; form_id counts")]
        TwoFormIds,
        #[error("the row has neither type nor name nor label; it is left out")]
        EmptyRow,
        #[error("column disabled is no longer part of XLSForm; use relevant instead")]
        Disabled,
        #[error("only old versions of ODK Collect on old phones still know {0}")]
        OldMetadata(name: String),
        #[error(
            "the name {name:?} differs from that of {} in upper and lower case only, which some tools for analysis do \
             not tell apart",
            row(.other)
        )]
        SameNameBut { name: String, other: Option<u32> },
        #[error("nobody answers {0:?}, so it will not trigger anything")]
        IdleTrigger(name: String),
        #[error("{0}() is no function of ODK's; only programs that know it can work with the form")]
        OthersFunction(function: String),
        #[error("the repeat has no label")]
        RepeatWithoutLabel,
        #[error("the choice has no label")]
        ChoiceWithoutLabel,
        #[error("select_one_external is meant for selects with a choice filter")]
        ExternalWithoutFilter,
        #[error("parameter max-pixels, for example max-pixels=1024, makes photos smaller and sending faster")]
        NoMaxPixels,
        #[error("the language {language:?} has no column for {}", .columns.join(", "))]
        Untranslated { language: String, columns: Vec<String> },
        #[error(
            "or_other adds a choice and a question in one language only; in a form of several languages write them \
             yourself"
        )]
        OtherUntranslated,
        #[error("the language {0:?} names no language code; write for example French (fr)")]
        LanguageCode(language: String),
        #[error("setting {0:?} is not supported and left out")]
        UnsupportedSetting(setting: String),
    }
}

kinds! {
    /// What a parameter has to be.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum Wanted {
        #[error("a number")]
        Number,
        #[error("a whole number")]
        WholeNumber,
        #[error("a number other than 0")]
        NumberOtherThanZero,
        #[error("a number of metres")]
        Metres,
        #[error("a number of seconds")]
        Seconds,
        #[error("a number of seconds, no less than {0}")]
        SecondsAtLeast(parameter: &'static str),
        #[error("a number or a reference to a question")]
        NumberOrReference,
        #[error("{}", .0.join(" or "))]
        OneOf(values: Vec<String>),
        #[error("the name of a column or property")]
        ColumnOrProperty,
        #[error("the name of a list of the choices sheet")]
        ListOfChoices,
        #[error("a list whose choices are numbers of the range, unlike choice {choice:?} of list {list}")]
        ListOfNumbers { choice: String, list: String },
        #[error("an Android package's name, for example org.example.camera")]
        Package,
    }
}

kinds! {
    /// What lies outside a range.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum Outside {
        #[error("parameter {parameter}, {value},")]
        ParameterOutside { parameter: &'static str, value: String },
        #[error("choice {choice:?} of list {list}")]
        ChoiceOutside { choice: String, list: String },
    }
}

fn row(number: &Option<u32>) -> String {
    number.map_or_else(|| "a row that the form makes itself".to_string(), |row| format!("row {row}"))
}

fn within(path: &Option<String>) -> String {
    path.as_ref().map_or_else(|| "the form".to_string(), |path| format!("the form/{path}"))
}

fn almost(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" (there is {})", names.join(", ")) }
}

/// Collects everything that is wrong, so that all of it can be told at once.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Warning>,
}

impl Findings {
    pub(super) fn problem(&mut self, place: Place, kind: ProblemKind) {
        self.problems.push(Problem { place, kind });
    }

    pub(super) fn warn(&mut self, place: Place, kind: WarningKind) {
        self.warnings.push(Warning { place, kind });
    }
}
