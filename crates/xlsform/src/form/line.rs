//! A row of the survey sheet, its cells put where they belong.

use super::choices::set_media;
use super::settings::yes_or_no;
use super::table::{Header, Headings, TableRow};
use super::{MediaKind, Node};

/// A row of the survey sheet before it is known what it means.
#[derive(Default)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
    pub(super) parameters: Option<String>,
    pub(super) trigger: Option<String>,
    pub(super) intent: Option<String>,
    pub(super) disabled: Option<String>,
    pub(super) save_to: Option<String>,
    /// Everything that stays as it is.
    pub(super) node: Node,
}

pub(super) const HEADINGS: Headings = Headings {
    sheet: "survey",
    known: &[
        "type",
        "name",
        "label",
        "hint",
        "guidance_hint",
        "media",
        "bind",
        "control",
        "instance",
        "default",
        "choice_filter",
        "parameters",
        "trigger",
        "disabled",
        "intent",
        "sensitivity",
        "sms_field",
        "sms_option",
        "sms_separator",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_response",
    ],
    aliases: &[
        ("compact_tag", &["instance", "odk:tag"]),
        ("read_only", &["bind", "readonly"]),
        ("readonly", &["bind", "readonly"]),
        ("relevant", &["bind", "relevant"]),
        ("relevance", &["bind", "relevant"]),
        ("required", &["bind", "required"]),
        ("constraint", &["bind", "constraint"]),
        ("constraining_message", &["bind", "jr:constraintMsg"]),
        ("constraint_message", &["bind", "jr:constraintMsg"]),
        ("requiredmsg", &["bind", "jr:requiredMsg"]),
        ("required_message", &["bind", "jr:requiredMsg"]),
        ("noapperrorstring", &["bind", "jr:noAppErrorString"]),
        ("no_app_error_string", &["bind", "jr:noAppErrorString"]),
        ("calculation", &["bind", "calculate"]),
        ("calculate", &["bind", "calculate"]),
        ("save_to", &["bind", "entities:saveto"]),
        ("caption", &["label"]),
        ("command", &["type"]),
        ("tag", &["name"]),
        ("value", &["name"]),
        ("image", &["media", "image"]),
        ("big-image", &["media", "big-image"]),
        ("audio", &["media", "audio"]),
        ("video", &["media", "video"]),
        ("body", &["control"]),
        ("appearance", &["control", "appearance"]),
        ("count", &["control", "jr:count"]),
        ("repeat_count", &["control", "jr:count"]),
        ("jr:count", &["control", "jr:count"]),
        ("autoplay", &["control", "autoplay"]),
        ("rows", &["control", "rows"]),
    ],
    single_spaces: true,
};

/// Expressions of the `bind` in which people write yes and no.
const TRUTHS: [&str; 5] = ["readonly", "required", "relevant", "constraint", "calculate"];

impl Line {
    /// Reads a row whose cells stand under columns with these [`parts`].
    pub(super) fn read(columns: &[Vec<&str>], row: &TableRow) -> Self {
        let mut line = Self { number: row.number, ..Self::default() };
        line.node.row = Some(row.number);
        for (header, value) in &row.cells {
            if let Some(column) = columns.get(*header) {
                line.put(column, value);
            }
        }
        line
    }

    /// Whether no cell said anything that counts.
    pub(super) fn is_nameless(&self) -> bool {
        self.name.is_none() && self.node.label.is_empty()
    }

    fn put(&mut self, column: &[&str], value: &str) {
        let value = value.to_string();
        let node = &mut self.node;
        match column {
            ["type"] => self.kind = Some(value),
            ["name"] => self.name = Some(value),
            ["label", language @ ..] => node.label.set(language.first().copied(), value),
            ["hint", language @ ..] => node.hint.set(language.first().copied(), value),
            ["guidance_hint", language @ ..] => node.guidance.set(language.first().copied(), value),
            ["media", kind, language @ ..] => {
                if let Some(kind) = MediaKind::named(kind) {
                    set_media(&mut node.media, kind, language.first().copied(), value);
                }
            }
            ["bind", "jr:constraintMsg", language @ ..] => {
                node.constraint_message.set(language.first().copied(), value);
            }
            ["bind", "jr:requiredMsg", language @ ..] => node.required_message.set(language.first().copied(), value),
            ["bind", "jr:noAppErrorString", language @ ..] => node.no_app_message.set(language.first().copied(), value),
            ["bind", "entities:saveto"] => self.save_to = Some(value),
            // Where headers are taken apart at single colons, an attribute's prefix looks like a part.
            [place @ ("bind" | "control" | "instance"), name @ ..] if name.len() > 1 => {
                self.put(&[place, &name.join(":")], &value);
            }
            ["bind", name] if TRUTHS.contains(name) => node.bind.set(name, expression(&value)),
            ["bind", name] => node.bind.set(name, value),
            ["control", name] => node.body.set(name, value),
            ["instance", name] => node.instance.set(name, value),
            ["default"] => node.default = Some(value),
            ["choice_filter"] => node.choice_filter = Some(value),
            ["sensitivity"] => node.sensitivity = Some(value),
            ["parameters"] => self.parameters = Some(value),
            ["trigger"] => self.trigger = Some(value),
            ["intent"] => self.intent = Some(value),
            ["disabled"] => self.disabled = Some(value),
            _ => {}
        }
    }
}

/// An expression, in which people write yes and no for true and false.
pub(super) fn expression(text: &str) -> &str {
    match yes_or_no(text) {
        Some(true) => "true()",
        Some(false) => "false()",
        None => text,
    }
}

/// Whether an attribute of the `bind` is said to people, in several languages perhaps.
pub(super) fn is_message(attribute: &str) -> bool {
    matches!(attribute, "jr:constraintMsg" | "jr:requiredMsg" | "jr:noAppErrorString")
}

pub(super) fn parts(header: &Header) -> Vec<&str> {
    header.parts.iter().map(String::as_str).collect()
}

/// Whether a column means anything on the survey sheet.
pub(super) fn is_known(column: &[&str]) -> bool {
    match column {
        ["label" | "hint" | "guidance_hint"] | ["label" | "hint" | "guidance_hint", _] => true,
        ["media" | "bind" | "control" | "instance", _] | ["media" | "bind" | "control" | "instance", _, _] => true,
        [name] => HEADINGS.known.contains(name) && !matches!(*name, "media" | "bind" | "control" | "instance"),
        _ => false,
    }
}

/// Whether a column's cells hold expressions and nothing else.
pub(super) fn is_expression(column: &[&str]) -> bool {
    matches!(
        column,
        ["bind", "relevant" | "constraint" | "required" | "readonly" | "calculate"]
            | ["choice_filter"]
            | ["control", "jr:count"]
    )
}

/// Whether references in a column's cells are looked at elsewhere, or not at all.
pub(super) fn is_without_references(column: &[&str]) -> bool {
    matches!(column, ["type" | "name" | "trigger"]) || !is_known(column)
}
