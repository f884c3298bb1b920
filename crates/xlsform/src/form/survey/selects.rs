//! Questions with choices.

use crate::form::parameters::Parameters;
use crate::form::problem::{Findings, Place, ProblemKind, Wanted, WarningKind};
use crate::form::references::{has_reference, sole_reference};
use crate::form::types::SelectType;
use crate::form::{
    Choice, Control, FileKind, Items, Kind, MANY_PROBLEMS, Node, Order, Select, SelectMode, Text, is_name,
};

use super::{Survey, set_type};

impl Survey<'_> {
    /// Makes a node a select; gives the question for another answer, if one is wanted.
    pub(super) fn select(
        &mut self,
        select: &SelectType<'_>,
        node: &mut Node,
        parameters: &Parameters,
        place: &Place,
    ) -> Option<Node> {
        let type_place = place.column("type");
        let Some(mode) = select.mode else {
            self.external_select(select.list, node, place);
            self.order(select, parameters);
            return None;
        };
        let items = self.items(select, parameters, place);
        if let Some(Items::List(list)) = &items {
            self.instances.insert(list.clone());
            if mode == SelectMode::Multiple {
                self.refuse_spaces(list, &type_place);
            }
        }
        let order = self.order(select, parameters);
        let other = select.or_other.then(|| self.or_other(select.list, node, place)).flatten();
        if self.in_table {
            self.row_of_table(select, mode, node, place);
        }
        let search = node.body.get("appearance").is_some_and(searches);
        if search && matches!(items, Some(Items::File { .. })) {
            self.findings.problem(place.column("appearance"), ProblemKind::SearchWithFile);
        }
        node.bind.set_default("type", if mode == SelectMode::Rank { "odk:rank" } else { "string" });
        let items = items.unwrap_or_else(|| Items::List(select.list.to_string()));
        node.kind = Kind::Question(Control::Select(Select { mode, items, order, search }));
        other
    }

    pub(super) fn external_select(&mut self, list: &str, node: &mut Node, place: &Place) {
        let known = self.external.as_ref().is_some_and(|external| external.lists.iter().any(|name| name == list));
        if !known {
            let similar = match &self.external {
                Some(external) => crate::form::similar_names(list, external.lists.iter().map(String::as_str)),
                None => self.sheets.similar("external_choices"),
            };
            let kind = ProblemKind::UnknownList { name: list.to_string(), sheet: "external_choices", similar };
            self.findings.problem(place.column("type"), kind);
        }
        if node.choice_filter.is_none() {
            self.findings.warn(place.clone(), WarningKind::ExternalWithoutFilter);
        }
        node.bind.set_default("type", "string");
        node.kind = Kind::Question(Control::ExternalSelect(list.to_string()));
    }

    /// Where a select's choices come from.
    pub(super) fn items(&mut self, select: &SelectType<'_>, parameters: &Parameters, place: &Place) -> Option<Items> {
        let file = FileKind::split(select.list);
        if select.from_file && file.is_none_or(|(stem, _)| stem.contains('.')) {
            let kind = ProblemKind::BadFile { command: select.command.to_string(), file: select.list.to_string() };
            self.findings.problem(place.column("type"), kind);
            return None;
        }
        if let Some((stem, kind)) = file {
            let name = |parameter, usual: &str, findings: &mut Findings| {
                let wanted = Wanted::ColumnOrProperty;
                parameters.checked(parameter, wanted, findings, is_name).unwrap_or(usual).to_string()
            };
            let (value, label) = if kind == FileKind::Geojson { ("id", "title") } else { ("name", "label") };
            let value = name("value", value, self.findings);
            let label = name("label", label, self.findings);
            self.instances.insert(stem.to_string());
            return Some(Items::File { stem: stem.to_string(), kind, value, label });
        }
        if has_reference(select.list) {
            return Some(Items::Answers(select.list.to_string()));
        }
        if self.choices.get(select.list).is_none() {
            let kind = self.unknown_list(select.list);
            self.findings.problem(place.column("type"), kind);
            return None;
        }
        Some(Items::List(select.list.to_string()))
    }

    pub(super) fn refuse_spaces(&mut self, list: &str, place: &Place) {
        let Some(list) = self.choices.get_mut(list).filter(|list| !list.checked_for_spaces) else { return };
        list.checked_for_spaces = true;
        for choice in list.choices.iter().filter(|choice| choice.name.contains(' ')) {
            let kind = ProblemKind::SpaceInChoice { choice: choice.name.clone(), list: list.name.clone() };
            let place = choice.row.map_or_else(|| place.clone(), |row| Place::row("choices", row).column("name"));
            self.findings.problem(place, kind);
        }
    }

    pub(super) fn order(&mut self, select: &SelectType<'_>, parameters: &Parameters) -> Order {
        let known: &[&str] =
            if select.from_file { &["value", "label", "randomize", "seed"] } else { &["randomize", "seed"] };
        parameters.allow(known, self.findings);
        let random = parameters.one_of("randomize", &["true", "false"], self.findings) == Some("true");
        if parameters.get("randomize").is_none() && parameters.get("seed").is_some() {
            self.findings.problem(parameters.place().clone(), ProblemKind::SeedWithoutRandomize);
        }
        let is_seed = |seed: &str| sole_reference(seed).is_some() || seed.parse::<f64>().is_ok();
        let seed = parameters.checked("seed", Wanted::NumberOrReference, self.findings, is_seed);
        match (random, seed) {
            (false, _) => Order::Given,
            (true, None) => Order::Random,
            (true, Some(seed)) => Order::Seeded(seed.to_string()),
        }
    }

    /// Adds the choice `other` to a list and gives the question that asks for the other answer.
    pub(super) fn or_other(&mut self, list: &str, node: &Node, place: &Place) -> Option<Node> {
        self.or_other = true;
        if node.choice_filter.is_some() {
            self.findings.problem(place.column("choice_filter"), ProblemKind::FilterWithOther);
            return None;
        }
        let Some(list) = self.choices.get_mut(list) else {
            self.findings.problem(place.column("type"), ProblemKind::OtherWithoutChoices);
            return None;
        };
        list.has_other = list.has_other || list.choices.iter().any(|choice| choice.name == "other");
        if !list.has_other {
            let mut label = Text::plain("Other");
            let languages: Vec<String> = list
                .choices
                .iter()
                .filter(|choice| choice.label.is_translated())
                .flat_map(|choice| choice.label.in_languages(&self.settings.default_language))
                .map(|(language, _)| language.to_string())
                .collect();
            if !languages.is_empty() {
                label = Text::default();
                for language in languages {
                    if !label.translations.iter().any(|(other, _)| *other == language) {
                        label.set(Some(&language), "Other".to_string());
                    }
                }
            }
            list.has_other = true;
            list.choices.push(Choice { name: "other".to_string(), label, ..Choice::default() });
        }
        let mut question =
            Node { name: format!("{}_other", node.name), label: Text::plain("Specify other."), ..Node::default() };
        set_type(&mut question, "text");
        question.bind.set("relevant", format!("selected(../{}, 'other')", node.name));
        Some(question)
    }

    /// Selects of a table show the choices' labels once, above.
    pub(super) fn row_of_table(&mut self, select: &SelectType<'_>, mode: SelectMode, node: &mut Node, place: &Place) {
        match &self.table_list {
            None => {
                if node.choice_filter.is_some() {
                    self.findings.problem(place.column("choice_filter"), ProblemKind::FilterInTable);
                }
                self.table_list = Some(select.list.to_string());
                let row = node.row.unwrap_or_default();
                let mut heading =
                    Node { name: format!("reserved_name_for_field_list_labels_{row}"), ..Node::default() };
                heading.body.set("appearance", "label");
                heading.bind.set("type", if mode == SelectMode::Rank { "odk:rank" } else { "string" });
                let items = Items::List(select.list.to_string());
                heading.kind =
                    Kind::Question(Control::Select(Select { mode, items, order: Order::Given, search: false }));
                self.push(heading);
            }
            Some(above) if above != select.list => {
                let kind = ProblemKind::ListsInTable { here: select.list.to_string(), above: above.clone() };
                self.findings.problem(place.column("type"), kind);
            }
            Some(_) => {}
        }
        node.body.set("appearance", "list-nolabel");
    }

    pub(super) fn unknown_list(&self, name: &str) -> ProblemKind {
        let similar = if self.choices.lists.is_empty() {
            self.sheets.similar("choices")
        } else if self.findings.problems.len() < MANY_PROBLEMS {
            self.choices.similar(name)
        } else {
            Vec::new()
        };
        ProblemKind::UnknownList { name: name.to_string(), sheet: "choices", similar }
    }
}

/// Whether an appearance asks the app to look choices up: `search('towns')`.
fn searches(appearance: &str) -> bool {
    appearance.find("search(").is_some_and(|start| appearance.get(start..).is_some_and(|rest| rest.contains(')')))
}
