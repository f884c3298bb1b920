//! What can be said of a form only when all of it is read.

use std::collections::HashMap;

use crate::form::problem::{Place, ProblemKind, WarningKind};
use crate::form::references::{Malformed, references, replace, sole_reference};
use crate::form::table::Table;
use crate::form::{Control, Items, Kind, Node, Select, line};
use crate::xform::{ENTITIES, NAMESPACES};
use crate::xpath::{Expr, Prefixes};

use super::{Survey, Trigger};

impl Survey<'_> {
    pub(super) fn check_triggers(&mut self) {
        for Trigger { place, name, sets_value } in std::mem::take(&mut self.triggers) {
            match self.questions.get(&name).and_then(|id| self.nodes.get(id.0)) {
                None => self.findings.problem(place, ProblemKind::UnknownReference(name)),
                Some(node) if node.is_shown() => {}
                Some(node) if sets_value && !matches!(node.kind, Kind::Question(Control::Hidden)) => {
                    self.findings.problem(place, ProblemKind::HiddenTrigger(name));
                }
                Some(_) => self.findings.warn(place, WarningKind::IdleTrigger(name)),
            }
        }
    }

    pub(super) fn check_geometries(&mut self) {
        for (place, geometry) in std::mem::take(&mut self.geometries) {
            let known = self.instances.contains(&geometry)
                || self.choices.get(&geometry).is_some()
                || self.entities.iter().any(|entity| entity.list == geometry)
                || sole_reference(&geometry).is_some_and(|reference| self.repeats.contains_key(reference.name));
            if !known {
                self.findings.problem(place, ProblemKind::NoGeometry(geometry));
            }
        }
    }

    /// `search()` takes a list's choices out of the form; nobody else may need them.
    pub(super) fn check_search(&mut self) {
        #[derive(Default)]
        struct Users {
            searching: Vec<u32>,
            others: Vec<String>,
        }
        let mut users: HashMap<String, Users> = HashMap::new();
        for node in self.nodes.iter().filter(|node| node.row.is_some()) {
            let Kind::Question(Control::Select(Select { items: Items::List(list), search, .. })) = &node.kind else {
                continue;
            };
            let users = users.entry(list.clone()).or_default();
            if *search {
                users.searching.push(node.row.unwrap_or_default())
            } else {
                users.others.push(node.name.clone())
            }
        }
        for (list, Users { searching, others }) in users {
            let Some(row) = searching.first() else { continue };
            if others.is_empty() {
                if let Some(list) = self.choices.get_mut(&list) {
                    list.used_by_search = true;
                }
            } else {
                let place = Place::row("survey", *row).column("type");
                self.findings.problem(place, ProblemKind::SearchSharesList { list, others });
            }
        }
    }

    /// Every reference must be well formed and mean one row.
    pub(super) fn check_references(&mut self, table: &Table) {
        let (names, nodes, findings) = (&self.names, &self.nodes, &mut *self.findings);
        let mut check = |place: Place, text: &str| {
            if !text.contains("${") {
                return;
            }
            for found in references(text) {
                let kind = match found {
                    Err(Malformed) => ProblemKind::BadReference,
                    Ok(reference) => match names.get(reference.name).map(Vec::as_slice) {
                        None | Some([]) => ProblemKind::UnknownReference(reference.name.to_string()),
                        Some([one]) => match nodes.get(one.0) {
                            Some(Node { kind: Kind::Attachment(_), .. }) => {
                                ProblemKind::ReferenceToFile(reference.name.to_string())
                            }
                            // What stands in a loop stands there once for each choice.
                            Some(Node { parent: None, .. }) => {
                                ProblemKind::AmbiguousReference(reference.name.to_string())
                            }
                            _ => continue,
                        },
                        Some(_) => ProblemKind::AmbiguousReference(reference.name.to_string()),
                    },
                };
                findings.problem(place.clone(), kind);
            }
        };
        for name in ["settings", "entities", "results"] {
            let Some(sheet) = self.sheets.get(name) else { continue };
            let headers = sheet.rows.first().map(|row| row.cells.as_slice()).unwrap_or_default();
            for row in sheet.rows.iter().skip(1) {
                for cell in &row.cells {
                    let header =
                        headers.iter().find(|header| header.column == cell.column).map(|cell| cell.text.as_str());
                    if !matches!(header, Some("list_name" | "list name" | "repeat")) {
                        check(Place::row(name, row.number).column(header.unwrap_or_default()), &cell.text);
                    }
                }
            }
        }
        for row in &table.rows {
            for (header, text) in row.cells.iter().filter(|(_, text)| text.contains("${")) {
                let Some(header) = table.headers.get(*header) else { continue };
                if !line::is_without_references(&line::parts(header)) {
                    check(table.place(row.number).column(&header.text), text);
                }
            }
        }
        self.choices.check_references(&mut check);
        for node in nodes {
            if let (Kind::Question(Control::Select(Select { items: Items::Answers(reference), .. })), Some(row)) =
                (&node.kind, node.row)
            {
                check(Place::row("survey", row).column("type"), reference);
            }
        }
    }

    /// Every expression must be one, so that it is not a phone that finds out. What it means for the form is told when
    /// the form is read as a whole.
    pub(super) fn check_expressions(&mut self, table: &Table) {
        let own = self.settings.namespaces.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()));
        let known = NAMESPACES.into_iter().chain([ENTITIES]).chain(own);
        let prefixes: Prefixes = known.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect();
        let findings = &mut *self.findings;
        let mut check = |place: Place, text: &str| {
            if text.trim().is_empty() || references(text).any(|found| found.is_err()) {
                return;
            }
            match Expr::parse(&in_paths(text), &prefixes) {
                Err(error) => findings.problem(place, ProblemKind::BadExpression(error.problem)),
                Ok(expression) => match expression.unknown_function() {
                    // With a prefix it is some other program's.
                    Some(name) if name.contains(':') => findings.warn(place, WarningKind::OthersFunction(name.into())),
                    Some(name) => findings.problem(place, ProblemKind::UnknownFunction(name.into())),
                    None => {}
                },
            }
        };
        for row in &table.rows {
            for (header, text) in &row.cells {
                let Some(header) = table.headers.get(*header) else { continue };
                if line::is_expression(&line::parts(header)) {
                    check(table.place(row.number).column(&header.text), line::expression(text));
                }
            }
        }
        for (name, columns) in EXPRESSIONS_ELSEWHERE {
            let Some(sheet) = self.sheets.get(name) else { continue };
            let headers = sheet.rows.first().map(|row| row.cells.as_slice()).unwrap_or_default();
            for row in sheet.rows.iter().skip(1) {
                for cell in &row.cells {
                    let header = headers.iter().find(|header| header.column == cell.column);
                    if let Some(header) = header.filter(|header| columns.contains(&header.text.as_str())) {
                        check(Place::row(name, row.number).column(&header.text), &cell.text);
                    }
                }
            }
        }
    }
}

/// Columns of other sheets that hold expressions.
const EXPRESSIONS_ELSEWHERE: [(&str, &[&str]); 2] =
    [("settings", &["instance_name"]), ("entities", &["label", "entity_id", "create_if", "update_if"])];

/// An expression with a path of the same length in each reference's place, so that what is told of a character of the
/// one holds for the other.
fn in_paths(text: &str) -> String {
    replace(text, |reference| {
        let length = text.get(reference.range.clone()).map_or(0, |written| written.chars().count());
        format!("/{}", "x".repeat(length.saturating_sub(1)))
    })
}
