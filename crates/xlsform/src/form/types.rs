//! Types of questions: how each is answered and what its data are.

use super::{Control, FileKind, SelectMode};

/// A type of question without choices.
pub(super) struct QuestionType {
    pub(super) control: Control,
    /// Attributes of its `bind` unless the sheet gives others.
    pub(super) bind: &'static [(&'static str, &'static str)],
    /// Its hint unless the sheet gives another.
    pub(super) hint: Option<&'static str>,
}

/// The type's other, older names lead to the one it has now.
pub(super) fn current_name(name: &str) -> &str {
    match name {
        "imei" => "deviceid",
        "image" | "add image prompt" | "add photo prompt" => "photo",
        "add audio prompt" => "audio",
        "add video prompt" => "video",
        "add file prompt" => "file",
        other => other,
    }
}

/// The type of this name.
pub(super) fn question_type(name: &str) -> Option<QuestionType> {
    let plain = |control, bind| QuestionType { control, bind, hint: None };
    let input = |bind| plain(Control::Input, bind);
    let hidden = |bind| plain(Control::Hidden, bind);
    let days = |bind, hint| QuestionType { control: Control::Input, bind, hint: Some(hint) };
    Some(match name {
        "text" | "string" | "q string" | "add text prompt" => input(&[("type", "string")]),
        "integer" | "int" | "q int" | "add integer prompt" => input(&[("type", "int")]),
        "decimal" | "q decimal" | "add decimal prompt" => input(&[("type", "decimal")]),
        "date" | "q date" | "add date prompt" => input(&[("type", "date")]),
        "time" => input(&[("type", "time")]),
        "dateTime"
        | "datetime"
        | "date time"
        | "q dateTime"
        | "q date time"
        | "add dateTime prompt"
        | "add date time prompt" => input(&[("type", "dateTime")]),
        "barcode" | "q barcode" | "add barcode prompt" => input(&[("type", "barcode")]),
        "note" | "q note" | "add note prompt" => input(&[("readonly", "true()"), ("type", "string")]),
        "geopoint" => plain(Control::Map(None), &[("type", "geopoint")]),
        "geotrace" => plain(Control::Map(None), &[("type", "geotrace")]),
        "geoshape" => plain(Control::Map(None), &[("type", "geoshape")]),
        "q geopoint" | "location" | "q location" | "add location prompt" | "gps" => input(&[("type", "geopoint")]),
        "q geotrace" => input(&[("type", "geotrace")]),
        "q geoshape" => input(&[("type", "geoshape")]),
        "percentage" => input(&[("type", "int"), ("constraint", "0 <= . and . <= 100")]),
        "number of days in last month" => {
            days(&[("type", "int"), ("constraint", "0 <= . and . <= 31")], "Enter a number 0-31.")
        }
        "number of days in last six months" => {
            days(&[("type", "int"), ("constraint", "0 <= . and . <= 183")], "Enter a number 0-183.")
        }
        "number of days in last year" => {
            days(&[("type", "int"), ("constraint", "0 <= . and . <= 365")], "Enter a number 0-365.")
        }
        "phone number" => days(&[("type", "string"), ("constraint", r"regex(., '^\d*$')")], "Enter numbers only."),
        "acknowledge" | "q acknowledge" | "add acknowledge prompt" => plain(Control::Trigger, &[("type", "string")]),
        "trigger" => plain(Control::Trigger, &[]),
        "range" => plain(Control::Range(None), &[("type", "int")]),
        "osm" => plain(Control::OpenStreetMap(Vec::new()), BINARY),
        "photo" | "image" | "q picture" | "q image" => plain(Control::Upload("image/*"), BINARY),
        "audio" | "q audio" => plain(Control::Upload("audio/*"), BINARY),
        "video" | "q video" => plain(Control::Upload("video/*"), BINARY),
        "file" => plain(Control::Upload("application/*"), BINARY),
        "calculate" => plain(Control::Calculate, &[("type", "string")]),
        "q calculate" | "add calculate prompt" | "hidden" => hidden(&[("type", "string")]),
        "audit" | "background-audio" => hidden(BINARY),
        "start-geopoint" => hidden(&[("type", "geopoint")]),
        "background-geopoint" => plain(Control::Trigger, &[("type", "geopoint")]),
        "start" | "start time" | "get start time" => {
            hidden(&[("type", "dateTime"), ("jr:preload", "timestamp"), ("jr:preloadParams", "start")])
        }
        "end" | "end time" | "get end time" => {
            hidden(&[("type", "dateTime"), ("jr:preload", "timestamp"), ("jr:preloadParams", "end")])
        }
        "today" | "get today" => hidden(&[("type", "date"), ("jr:preload", "date"), ("jr:preloadParams", "today")]),
        "deviceid" | "device id" | "get device id" => hidden(property!("deviceid")),
        "phonenumber" | "get phone number" => hidden(property!("phonenumber")),
        "simserial" | "sim id" | "get sim id" => hidden(property!("simserial")),
        "subscriberid" | "subscriber id" | "get subscriber id" => hidden(property!("subscriberid")),
        "username" => hidden(property!("username")),
        "email" => hidden(property!("email")),
        "uri:deviceid" => hidden(property!("uri:deviceid")),
        "uri:phonenumber" => hidden(property!("uri:phonenumber")),
        "uri:simserial" => hidden(property!("uri:simserial")),
        "uri:subscriberid" => hidden(property!("uri:subscriberid")),
        "uri:username" => hidden(property!("uri:username")),
        "uri:email" => hidden(property!("uri:email")),
        _ => return None,
    })
}

const BINARY: &[(&str, &str)] = &[("type", "binary")];

/// A property of the device or of who uses it.
macro_rules! property {
    ($name:literal) => {
        &[("type", "string"), ("jr:preload", "property"), ("jr:preloadParams", $name)]
    };
}
use property;

/// The names of types that people use today, to suggest one for a slip.
pub(super) const NAMES: [&str; 40] = [
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "note",
    "calculate",
    "select_one",
    "select_multiple",
    "select_one_from_file",
    "select_multiple_from_file",
    "select_one_external",
    "rank",
    "range",
    "geopoint",
    "geotrace",
    "geoshape",
    "start-geopoint",
    "background-geopoint",
    "image",
    "audio",
    "background-audio",
    "video",
    "file",
    "barcode",
    "acknowledge",
    "hidden",
    "csv-external",
    "xml-external",
    "start",
    "end",
    "today",
    "deviceid",
    "phonenumber",
    "username",
    "email",
    "audit",
    "begin_group",
    "begin_repeat",
];

/// A row that begins or ends something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Group,
    Repeat,
    Loop,
}

impl Container {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Repeat => "repeat",
            Self::Loop => "loop",
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "group" => Some(Self::Group),
            "repeat" | "lgroup" | "looped group" => Some(Self::Repeat),
            "loop" => Some(Self::Loop),
            _ => None,
        }
    }

    /// `begin_repeat`, `begin loop over towns`: what begins, and the list that is named.
    pub(super) fn begun_by(text: &str) -> Option<(Self, Option<&str>)> {
        let rest = text.strip_prefix("begin")?.strip_prefix([' ', '_'])?;
        if let Some(container) = Self::named(rest) {
            return Some((container, None));
        }
        let (name, list) = rest.rsplit_once(' ')?;
        let name = name.strip_suffix(" over").unwrap_or(name);
        Some((Self::named(name)?, Some(list)))
    }

    /// `end_repeat`: what ends.
    pub(super) fn ended_by(text: &str) -> Option<Self> {
        Self::named(text.strip_prefix("end")?.strip_prefix([' ', '_'])?)
    }
}

/// What a select's type says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SelectType<'a> {
    /// As written, without what follows.
    pub(super) command: &'a str,
    /// How many may be chosen; none for choices that are looked up in a file beside the form.
    pub(super) mode: Option<SelectMode>,
    /// Whether the choices stand in a file.
    pub(super) from_file: bool,
    /// The list, file or reference.
    pub(super) list: &'a str,
    /// Whether another answer can be typed in.
    pub(super) or_other: bool,
}

/// Commands of selects, those first that begin like another one.
const SELECTS: [(&str, Option<SelectMode>, bool); 15] = [
    ("add select one prompt using", Some(SelectMode::One), false),
    ("add select multiple prompt using", Some(SelectMode::Multiple), false),
    ("select all that apply from", Some(SelectMode::Multiple), false),
    ("select all that apply", Some(SelectMode::Multiple), false),
    ("select one from file", Some(SelectMode::One), true),
    ("select multiple from file", Some(SelectMode::Multiple), true),
    ("select one from", Some(SelectMode::One), false),
    ("select one", Some(SelectMode::One), false),
    ("select1", Some(SelectMode::One), false),
    ("select_one_external", None, false),
    ("select_one_from_file", Some(SelectMode::One), true),
    ("select_multiple_from_file", Some(SelectMode::Multiple), true),
    ("select_one", Some(SelectMode::One), false),
    ("select_multiple", Some(SelectMode::Multiple), false),
    ("rank", Some(SelectMode::Rank), false),
];

impl<'a> SelectType<'a> {
    /// `select_one towns or_other` taken apart.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        SELECTS.iter().find_map(|(name, mode, from_file)| {
            let rest = text.strip_prefix(name)?.strip_prefix(' ')?;
            let (list, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let or_other = match rest {
                "" => false,
                "or_other" | "or other" | "or specify other" => true,
                _ => return None,
            };
            let command = text.get(..name.len())?;
            (!list.is_empty()).then_some(Self { command, mode: *mode, from_file: *from_file, list, or_other })
        })
    }

    /// Whether the text is a select's command without a list.
    pub(super) fn lacks_list(text: &str) -> bool {
        SELECTS.iter().any(|(name, ..)| *name == text)
    }
}

/// The type of a row that only names a file.
pub(super) fn attachment(name: &str) -> Option<FileKind> {
    match name {
        "csv-external" => Some(FileKind::Csv),
        "xml-external" => Some(FileKind::Xml),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_name_a_list() {
        let one = SelectType::parse("select_one towns or_other").unwrap();
        assert_eq!((one.command, one.list, one.or_other), ("select_one", "towns", true));
        let file = SelectType::parse("select one from file towns.csv").unwrap();
        assert!(file.from_file && file.list == "towns.csv");
        assert_eq!(SelectType::parse("select_one_external towns").unwrap().mode, None);
        assert_eq!(SelectType::parse("select one from towns").unwrap().list, "towns");
        assert_eq!(SelectType::parse("select_one towns by train"), None);
        assert!(SelectType::lacks_list("select_multiple"));
    }

    #[test]
    fn containers_begin_and_end() {
        assert_eq!(Container::begun_by("begin repeat"), Some((Container::Repeat, None)));
        assert_eq!(Container::begun_by("begin loop over towns"), Some((Container::Loop, Some("towns"))));
        assert_eq!(Container::ended_by("end_group"), Some(Container::Group));
        assert_eq!(Container::begun_by("beginning"), None);
    }

    #[test]
    fn every_name_that_is_suggested_is_a_type() {
        for name in NAMES {
            let list = format!("{name} towns.csv");
            let known = question_type(current_name(name)).is_some()
                || SelectType::parse(&list).is_some()
                || attachment(name).is_some()
                || Container::begun_by(name).is_some();
            assert!(known, "{name}");
        }
    }
}
