//! Loops: groups of questions that are written once and asked for each choice of a list.

use crate::form::problem::{Place, ProblemKind};
use crate::form::{Choice, Kind, MOST_NODES, Node, NodeId, is_name};

use super::Survey;

impl Survey<'_> {
    /// The list that a loop goes over.
    pub(super) fn columns_of(&mut self, list: Option<&str>, place: &Place) -> Option<String> {
        let place = place.column("type");
        let Some(list) = list else {
            self.findings.problem(place, ProblemKind::LoopWithoutList);
            return None;
        };
        if self.choices.get(list).is_none() {
            self.findings.problem(place, self.unknown_list(list));
        }
        Some(list.to_string())
    }

    /// A loop becomes a group for each choice of its list, with the loop's questions in each.
    pub(super) fn unroll(&mut self, id: NodeId, list: &str) {
        let Some(pattern) = self.nodes.get_mut(id.0).map(|node| std::mem::take(&mut node.children)) else { return };
        let choices = self.choices.get(list).map(|list| list.choices.clone()).unwrap_or_default();
        let within: usize = pattern.iter().map(|id| self.size(*id)).sum();
        if self.nodes.len() + choices.len().saturating_mul(within + 1) > MOST_NODES {
            let row = self.nodes.get(id.0).and_then(|node| node.row).unwrap_or_default();
            let place = Place::row("survey", row).column("type");
            self.findings.problem(place, ProblemKind::TooManyRows(MOST_NODES));
            return;
        }
        let repeats: Vec<(u32, String)> = pattern.iter().flat_map(|id| self.repeats_within(*id)).collect();
        let columns = choices.iter().filter(|choice| choice.name != "none");
        for (row, name) in repeats.into_iter().filter(|_| columns.clone().count() > 1) {
            let place = Place::row("survey", row).column("type");
            self.findings.problem(place, ProblemKind::RepeatInLoop(name));
        }
        for choice in columns {
            if !is_name(&choice.name) || self.settings.unknown_prefix(&choice.name).is_some() {
                let place = Place::row("choices", choice.row.unwrap_or_default()).column("name");
                self.findings.problem(place, ProblemKind::BadLoopName(choice.name.clone()));
            }
            let group =
                Node { name: choice.name.clone(), kind: Kind::Group, label: choice.label.clone(), ..Node::default() };
            let group = self.adopt(group, id);
            for child in &pattern {
                self.copy(*child, group, choice);
            }
        }
        for child in pattern {
            self.abandon(child);
        }
    }

    /// How many nodes a node and all below it are.
    fn size(&self, id: NodeId) -> usize {
        let children = self.nodes.get(id.0).map(|node| node.children.as_slice()).unwrap_or_default();
        1 + children.iter().map(|child| self.size(*child)).sum::<usize>()
    }

    pub(super) fn repeats_within(&self, id: NodeId) -> Vec<(u32, String)> {
        let Some(node) = self.nodes.get(id.0) else { return Vec::new() };
        let own = node.is_repeat().then(|| (node.row.unwrap_or_default(), node.name.clone()));
        own.into_iter().chain(node.children.iter().flat_map(|child| self.repeats_within(*child))).collect()
    }

    pub(super) fn copy(&mut self, from: NodeId, to: NodeId, choice: &Choice) {
        let Some(node) = self.nodes.get(from.0) else { return };
        let mut copy = node.clone();
        let children = std::mem::take(&mut copy.children);
        copy.fill(choice);
        if !is_name(&copy.name) {
            let place = Place::row("survey", copy.row.unwrap_or_default()).column("name");
            self.findings.problem(place, ProblemKind::BadName(copy.name.clone()));
        }
        let id = self.adopt(copy, to);
        for child in children {
            self.copy(child, id, choice);
        }
    }

    /// What a loop was the pattern for stands nowhere itself.
    pub(super) fn abandon(&mut self, id: NodeId) {
        let Some(node) = self.nodes.get_mut(id.0) else { return };
        node.parent = None;
        for child in std::mem::take(&mut node.children) {
            self.abandon(child);
        }
    }
}

impl Choice {
    /// A text of a loop with the choice's name and label put in: `%(name)s`, `%(label)s`.
    pub(super) fn put_into(&self, text: &mut String, language: Option<&str>) {
        if text.contains("%(") {
            let translated = self.label.translations.iter().find(|(other, _)| Some(other.as_str()) == language);
            let label = translated.map(|(_, text)| text.as_str()).or(self.label.plain.as_deref());
            *text = text.replace("%(name)s", &self.name).replace("%(label)s", label.unwrap_or_default());
        }
    }
}

impl Node {
    /// Puts a choice of a loop into everything that is written.
    pub(super) fn fill(&mut self, choice: &Choice) {
        let media = self.media.iter_mut().map(|(_, text)| text);
        let messages = [&mut self.constraint_message, &mut self.required_message, &mut self.no_app_message];
        let words = [&mut self.label, &mut self.hint, &mut self.guidance];
        for text in media.chain(messages).chain(words) {
            text.plain.iter_mut().for_each(|plain| choice.put_into(plain, None));
            text.translations.iter_mut().for_each(|(language, text)| choice.put_into(text, Some(language.as_str())));
        }
        for attributes in [&mut self.bind, &mut self.body, &mut self.instance] {
            attributes.0.iter_mut().for_each(|(_, value)| choice.put_into(value, None));
        }
        let rest = [Some(&mut self.name), self.default.as_mut(), self.choice_filter.as_mut()];
        rest.into_iter().flatten().for_each(|text| choice.put_into(text, None));
    }
}
