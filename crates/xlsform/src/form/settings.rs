//! The settings sheet: what holds for the whole form.

use crate::xform::NAMESPACES;

use super::names::is_name;
use super::problem::{Findings, ProblemKind, WarningKind};
use super::table::{Headings, Table};
use super::{Attributes, Sheets};

/// What holds for the whole form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What people read.
    pub title: String,
    /// What servers tell forms apart by.
    pub id: String,
    /// What servers tell a form's versions apart by.
    pub version: Option<String>,
    /// The language of text that names none.
    pub default_language: String,
    /// The form's look, as a class of its body.
    pub style: Option<String>,
    /// An expression that names each filled-in form.
    pub instance_name: Option<String>,
    /// The key that answers are encrypted with.
    pub public_key: Option<String>,
    /// Where answers are sent to.
    pub submission_url: Option<String>,
    /// Whether answers are sent at once.
    pub auto_send: Option<String>,
    /// Whether sent answers are deleted.
    pub auto_delete: Option<String>,
    /// Whether sent answers may be changed.
    pub client_editable: bool,
    /// Namespaces for attributes of one's own: `org="http://example.org"`.
    pub namespaces: Vec<(String, String)>,
    /// The namespace of the answers.
    pub instance_namespace: Option<String>,
    /// Attributes of the answers' root.
    pub attributes: Attributes,
    /// The prefix of compact answers.
    pub compact_prefix: Option<String>,
    /// What separates compact answers.
    pub compact_delimiter: Option<String>,
    /// How each filled-in form gets its id; none when it gets none.
    pub instance_id: Option<String>,
    /// The name of the root element.
    pub root: String,
    /// Whether runs of spaces in the survey become one.
    pub(super) clean_text_values: bool,
    /// Whether a choice may stand in a list twice.
    pub(super) allow_choice_duplicates: bool,
}

const HEADINGS: Headings = Headings {
    sheet: "settings",
    known: &[
        "title",
        "id_string",
        "version",
        "default_language",
        "style",
        "instance_name",
        "public_key",
        "submission_url",
        "auto_send",
        "auto_delete",
        "client_editable",
        "namespaces",
        "instance_xmlns",
        "attribute",
        "prefix",
        "delimiter",
        "instance_id",
        "omit_instanceID",
        "name",
        "clean_text_values",
        "allow_choice_duplicates",
        "add_none_option",
        "flat",
        "sms_keyword",
        "sms_separator",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_response",
    ],
    aliases: &[
        ("form_title", &["title"]),
        ("set_form_title", &["title"]),
        ("form_id", &["id_string"]),
        ("set_form_id", &["id_string"]),
    ],
    single_spaces: false,
};

impl Settings {
    /// The prefix of a name, if nothing declares it.
    pub(super) fn unknown_prefix<'a>(&self, name: &'a str) -> Option<&'a str> {
        let (prefix, _) = name.split_once(':')?;
        let known =
            NAMESPACES.iter().map(|(known, _)| *known).chain(self.namespaces.iter().map(|(own, _)| own.as_str()));
        (!known.chain(["entities", "xml", "xmlns"]).any(|known| known == prefix)).then_some(prefix)
    }
}

/// Settings that only very old tools knew.
const UNSUPPORTED: [&str; 2] = ["add_none_option", "flat"];

/// Yes or no, as people write it; none for anything else.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => Some(false),
        _ => None,
    }
}

/// Reads the settings sheet, if there is one.
pub(super) fn read(sheets: &Sheets<'_>, root: &str, findings: &mut Findings) -> Settings {
    let mut settings = Settings {
        id: sheets.workbook.name.clone().unwrap_or_else(|| "data".to_string()),
        default_language: "default".to_string(),
        instance_id: Some("uid".to_string()),
        root: root.to_string(),
        clean_text_values: true,
        ..Settings::default()
    };
    let Some(mut sheet) = sheets.get("settings").cloned() else {
        settings.title.clone_from(&settings.id);
        let similar = sheets.similar("settings");
        if !similar.is_empty() {
            findings.warn(super::Place::sheet("settings"), WarningKind::SimilarSheet(similar));
        }
        return settings;
    };
    drop_second_id(&mut sheet, findings);
    let table = Table::read(&sheet, &HEADINGS, findings);
    let mut title = None;
    for (header, value) in table.rows.first().map(|row| (row.number, &row.cells)).into_iter().flat_map(|(_, cells)| {
        cells.iter().filter_map(|(header, value)| table.headers.get(*header).map(|header| (header, value)))
    }) {
        let place = table.place(2).column(&header.text);
        let parts: Vec<&str> = header.parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["attribute", name] => settings.attributes.set(name, value.clone()),
            ["title"] => title = Some(value.clone()),
            ["id_string"] => settings.id.clone_from(value),
            ["version"] => settings.version = Some(value.clone()),
            ["default_language"] => settings.default_language.clone_from(value),
            ["style"] => settings.style = Some(value.clone()),
            ["instance_name"] => settings.instance_name = Some(value.clone()),
            ["public_key"] => settings.public_key = Some(value.clone()),
            ["submission_url"] => settings.submission_url = Some(value.clone()),
            ["auto_send"] => settings.auto_send = Some(value.clone()),
            ["auto_delete"] => settings.auto_delete = Some(value.clone()),
            ["client_editable"] => settings.client_editable = yes_or_no(value) == Some(true),
            ["namespaces"] => settings.namespaces = namespaces(value),
            ["instance_xmlns"] => settings.instance_namespace = Some(value.clone()),
            ["prefix"] => settings.compact_prefix = Some(value.clone()),
            ["delimiter"] => settings.compact_delimiter = Some(value.clone()),
            ["instance_id"] => {
                if let Some(preload) = &mut settings.instance_id {
                    preload.clone_from(value);
                }
            }
            ["omit_instanceID"] if yes_or_no(value) == Some(true) => settings.instance_id = None,
            ["name"] if is_name(value) => settings.root.clone_from(value),
            ["name"] => findings.problem(place, ProblemKind::BadName(value.clone())),
            ["clean_text_values"] => settings.clean_text_values = yes_or_no(value).unwrap_or(true),
            ["allow_choice_duplicates"] => settings.allow_choice_duplicates = yes_or_no(value) == Some(true),
            [name] if UNSUPPORTED.contains(name) && yes_or_no(value) != Some(false) => {
                findings.warn(place, WarningKind::UnsupportedSetting((*name).to_string()));
            }
            _ => {}
        }
    }
    if settings.instance_id.is_none() && settings.public_key.is_some() {
        findings.problem(table.place(2).column("omit_instanceID"), ProblemKind::KeyWithoutInstanceId);
    }
    let attributes = std::mem::take(&mut settings.attributes);
    for (name, value) in attributes.iter() {
        let place = table.place(2).column(&format!("attribute::{name}"));
        match warning_about(name, &settings) {
            Some(kind) => findings.warn(place, kind),
            None => settings.attributes.set(name, value),
        }
    }
    settings.title = title.unwrap_or_else(|| settings.id.clone());
    settings
}

/// Why a name cannot be an attribute's.
pub(super) fn warning_about(name: &str, settings: &Settings) -> Option<WarningKind> {
    if !is_name(name) {
        return Some(WarningKind::BadAttribute(name.to_string()));
    }
    settings.unknown_prefix(name).map(|prefix| WarningKind::UnknownPrefix(prefix.to_string()))
}

/// Of the columns form_id and id_string the first counts.
fn drop_second_id(sheet: &mut crate::workbook::Sheet, findings: &mut Findings) {
    let Some(headers) = sheet.rows.first() else { return };
    let column = |name| headers.cells.iter().find(|cell| cell.text == name).map(|cell| cell.column);
    let (Some(_), Some(second)) = (column("form_id"), column("id_string")) else { return };
    findings.warn(super::Place::row("settings", headers.number).column("id_string"), WarningKind::TwoFormIds);
    for row in &mut sheet.rows {
        row.cells.retain(|cell| cell.column != second);
    }
}

/// `org="http://example.org" other="…"`.
fn namespaces(text: &str) -> Vec<(String, String)> {
    text.split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .filter(|(prefix, uri)| !prefix.is_empty() && !uri.contains('='))
        .map(|(prefix, uri)| (prefix.to_string(), uri.replace(['"', '\''], "")))
        .collect()
}
