//! Everything a form looks things up in: attached files, choice lists, the record saved last.

use std::collections::HashMap;

use super::problem::{Findings, Place, ProblemKind};
use super::references::has_last_saved;
use super::{ActionKind, ChoiceList, Control, Form, Items, Kind, Node, ROOT, Select};

/// Expressions of a `bind` that may look things up.
const EXPRESSIONS: [&str; 5] = ["calculate", "constraint", "readonly", "required", "relevant"];

/// The name under which expressions find the record saved last.
pub const LAST_SAVED: &str = "__last-saved";

/// Something that expressions look things up in.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance<'a> {
    /// What expressions call it by.
    pub id: String,
    /// What it is.
    pub source: Source<'a>,
    row: Option<u32>,
}

/// What an instance is.
#[derive(Clone, Debug, PartialEq)]
pub enum Source<'a> {
    /// A file, or what the app keeps, by its address.
    Uri(String),
    /// A list of the form.
    List(&'a ChoiceList),
}

/// All instances of a form, each once. A file goes before a list of the same name.
pub fn instances(form: &Form) -> Vec<Instance<'_>> {
    collect(form).0
}

/// A problem for every two files of one name.
pub(super) fn check(form: &Form, findings: &mut Findings) {
    for (place, kind) in collect(form).1 {
        findings.problem(place, kind);
    }
}

fn collect(form: &Form) -> (Vec<Instance<'_>>, Vec<(Place, ProblemKind)>) {
    let mut found = Found::default();
    let mut last_saved = false;
    let mut left = vec![ROOT];
    while let Some(id) = left.pop() {
        let node = form.node(id);
        left.extend(node.children.iter().rev());
        match &node.kind {
            Kind::Attachment(file) => {
                let again = found.attachments.insert(node.name.clone(), node.row);
                let uri = file.uri(&node.name);
                if again.is_some() {
                    found.clash(&node.name, &uri, &uri, node.row);
                }
                found.add(&node.name, uri, node.row);
            }
            Kind::Root | Kind::Group | Kind::Repeat | Kind::Question(_) => {
                for file in expressions(node).flat_map(pulled) {
                    found.add(file, super::FileKind::Csv.uri(file), node.row);
                }
                if let Kind::Question(Control::Select(Select { items: Items::File { stem, kind, .. }, .. })) =
                    &node.kind
                {
                    found.add(stem, kind.uri(stem), node.row);
                }
                last_saved |= expressions(node).any(has_last_saved);
            }
            Kind::Meta | Kind::Entity | Kind::Attribute(_) => {}
        }
    }
    if last_saved {
        found.add(LAST_SAVED, "jr://instance/last-saved".to_string(), None);
    }
    for list in form.lists.iter().filter(|list| !list.used_by_search) {
        match found.index.get(&list.name).and_then(|at| found.instances.get(*at)) {
            Some(Instance { source: Source::Uri(uri), row, .. }) => {
                let (uri, row) = (uri.clone(), *row);
                found.clash(&list.name, &uri, "a list of the choices sheet", row);
            }
            _ => found.instances.push(Instance { id: list.name.clone(), source: Source::List(list), row: None }),
        }
    }
    (found.instances, found.problems)
}

#[derive(Default)]
struct Found<'a> {
    instances: Vec<Instance<'a>>,
    index: HashMap<String, usize>,
    attachments: HashMap<String, Option<u32>>,
    problems: Vec<(Place, ProblemKind)>,
}

impl Found<'_> {
    fn add(&mut self, id: &str, uri: String, row: Option<u32>) {
        match self.index.get(id).and_then(|at| self.instances.get(*at)) {
            Some(Instance { source: Source::Uri(other), .. }) if *other == uri => {}
            Some(Instance { source: Source::Uri(other), .. }) => {
                let other = other.clone();
                self.clash(id, &other, &uri, row);
            }
            _ => {
                self.index.insert(id.to_string(), self.instances.len());
                self.instances.push(Instance { id: id.to_string(), source: Source::Uri(uri), row });
            }
        }
    }

    fn clash(&mut self, name: &str, one: &str, other: &str, row: Option<u32>) {
        let place = row.map_or_else(|| Place::sheet("survey"), |row| Place::row("survey", row));
        let kind = ProblemKind::SameInstance { name: name.to_string(), one: one.to_string(), other: other.to_string() };
        self.problems.push((place, kind));
    }
}

/// Expressions of a node that may look things up.
fn expressions(node: &Node) -> impl Iterator<Item = &str> {
    let bind = EXPRESSIONS.iter().filter_map(|name| node.bind.get(name));
    let set = node.actions.iter().filter_map(|action| match &action.kind {
        ActionKind::SetValue(expression) => Some(expression.as_str()),
        _ => None,
    });
    bind.chain(node.choice_filter.as_deref()).chain(node.default.as_deref()).chain(set)
}

/// The files that an expression reads by `pulldata('file', …)`.
fn pulled(expression: &str) -> impl Iterator<Item = &str> {
    expression.split("pulldata").skip(1).filter_map(|rest| {
        let arguments = rest.trim_start().strip_prefix('(')?;
        let (file, _) = arguments.split_once(',')?;
        Some(file.trim().trim_matches(['\'', '"']).trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_expressions() {
        let found: Vec<_> =
            pulled("concat(pulldata('towns', 'name', 'id', ${t}), pulldata ( \"prices\" , 'a'))").collect();
        assert_eq!(found, ["towns", "prices"]);
        assert_eq!(pulled("pulldata").count(), 0);
    }
}
