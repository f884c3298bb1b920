//! The body: what people see.

use std::collections::HashMap;

use crate::form::{Attributes, Control, Event, Items, Kind, NodeId, Order, ROOT, Select, SelectMode, Text};

use super::Writer;
use super::itext::{is_hint_translated, is_label_translated, text_ref};
use super::paths::View;

/// Whose answers make others be set: for each name the nodes that it triggers.
type Triggered<'a> = HashMap<&'a str, Vec<NodeId>>;

/// An itemset: where the items are, what of each is stored and what is shown.
struct Itemset {
    nodes: String,
    value: String,
    label: String,
}

impl Writer<'_> {
    /// All controls of the form.
    pub(super) fn controls(&mut self) {
        let mut triggered = Triggered::new();
        let form = self.form;
        let mut left = vec![ROOT];
        while let Some(id) = left.pop() {
            let node = form.node(id);
            left.extend(node.children.iter().rev());
            for name in &node.triggers {
                triggered.entry(name).or_default().push(id);
            }
        }
        for child in &form.node(ROOT).children {
            self.control(*child, &triggered);
        }
    }

    fn control(&mut self, id: NodeId, triggered: &Triggered<'_>) {
        match &self.form.node(id).kind {
            Kind::Group => self.group(id, triggered),
            Kind::Repeat => self.repeat(id, triggered),
            Kind::Question(control) if self.form.node(id).is_shown() => self.question(id, control, triggered),
            _ => {}
        }
    }

    fn group(&mut self, id: NodeId, triggered: &Triggered<'_>) {
        let node = self.form.node(id);
        self.xml.open("group");
        self.body(id, "ref");
        if !node.label.is_empty() {
            self.label(id);
        }
        for child in &node.children {
            self.control(*child, triggered);
        }
        self.xml.close();
    }

    fn repeat(&mut self, id: NodeId, triggered: &Triggered<'_>) {
        let node = self.form.node(id);
        let path = self.paths.of(id).to_string();
        self.xml.open("group").attribute("ref", &path);
        self.label(id);
        self.xml.open("repeat");
        self.body(id, "nodeset");
        for child in &node.children {
            self.control(*child, triggered);
        }
        self.new_repetition(id);
        self.xml.close().close();
    }

    /// What is done in each new repetition, but for repeats within, which do it themselves.
    fn new_repetition(&mut self, id: NodeId) {
        let form = self.form;
        for child in &form.node(id).children {
            let node = form.node(*child);
            for action in node.actions.iter().filter(|action| action.event == Event::NewRepeat) {
                self.action(*child, action);
            }
            if !node.is_repeat() {
                self.new_repetition(*child);
            }
        }
    }

    /// The control's attributes, its path first.
    fn body(&mut self, id: NodeId, path_attribute: &str) {
        let mut attributes = Attributes::default();
        attributes.set(path_attribute, self.paths.of(id));
        let node = self.form.node(id);
        if let Kind::Question(Control::Upload(media_type)) = node.kind {
            attributes.set("mediatype", media_type);
        }
        if let Kind::Question(Control::OpenStreetMap(_)) = node.kind {
            attributes.set("mediatype", "osm/*");
        }
        node.body.iter().for_each(|(name, value)| attributes.set(name, value));
        for (name, value) in attributes.iter() {
            self.attribute(name, value, View::from(id));
        }
    }

    fn question(&mut self, id: NodeId, control: &Control, triggered: &Triggered<'_>) {
        let tag = match control {
            Control::Calculate | Control::Hidden => return,
            Control::Input | Control::Map(_) | Control::ExternalSelect(_) => "input",
            Control::Trigger => "trigger",
            Control::Upload(_) | Control::OpenStreetMap(_) => "upload",
            Control::Range(_) => "range",
            Control::Select(Select { mode: SelectMode::One, .. }) => "select1",
            Control::Select(Select { mode: SelectMode::Multiple, .. }) => "select",
            Control::Select(Select { mode: SelectMode::Rank, .. }) => "odk:rank",
        };
        self.xml.open(tag);
        self.body(id, "ref");
        if let Control::ExternalSelect(list) = control {
            let query = self.filtered(id, format!("instance('{list}')/root/item"), false);
            self.xml.attribute("query", &query);
        }
        let node = self.form.node(id);
        self.label(id);
        if !(node.hint.is_empty() && node.guidance.is_empty()) {
            if is_hint_translated(node) {
                let text = text_ref(&self.paths, id, "hint");
                self.xml.open("hint").attribute("ref", &text).close();
            } else {
                self.words("hint", None, node.hint.untranslated().unwrap_or_default(), Some(id));
            }
        }
        match control {
            Control::Select(select) if select.search => self.searched_items(id, select),
            Control::Select(select) => {
                let itemset = self.ordered(id, &select.items, &select.order);
                self.itemset(&itemset);
            }
            Control::Map(Some(items)) => {
                let itemset = self.places(id, items);
                self.itemset(&itemset);
            }
            Control::Range(Some(list)) => {
                let itemset = self.list_items(list);
                self.itemset(&itemset);
            }
            Control::OpenStreetMap(tags) => tags.iter().for_each(|(key, label)| self.tag(key, label)),
            _ => {}
        }
        let targets = triggered.get(node.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        for records in [false, true] {
            for target in targets {
                if self.records_place(*target) == records {
                    self.set_by(id, *target, records);
                }
            }
        }
        self.xml.close();
    }

    /// Whether a node that is triggered records where one is.
    fn records_place(&self, id: NodeId) -> bool {
        let node = self.form.node(id);
        matches!(node.kind, Kind::Question(Control::Trigger)) && node.bind.get("type") == Some("geopoint")
    }

    fn label(&mut self, id: NodeId) {
        let node = self.form.node(id);
        if is_label_translated(node) {
            let text = text_ref(&self.paths, id, "label");
            self.xml.open("label").attribute("ref", &text).close();
        } else {
            self.words("label", None, node.label.untranslated().unwrap_or_default(), Some(id));
        }
    }

    fn tag(&mut self, key: &str, label: &Text) {
        self.xml.open("tag").attribute("key", key);
        self.words("label", None, label.untranslated().unwrap_or_default(), None);
        self.xml.close();
    }

    /// Sets a question when the answer of another one changes.
    fn set_by(&mut self, trigger: NodeId, target: NodeId, records_place: bool) {
        let node = self.form.node(target);
        let path = self.paths.of(target).to_string();
        let tag = if records_place { "odk:setgeopoint" } else { "setvalue" };
        self.xml.open(tag).attribute("ref", &path).attribute("event", "xforms-value-changed");
        if let Some(expression) = node.bind.get("calculate").filter(|_| !records_place) {
            self.attribute("value", expression, View::from(trigger));
        }
        self.xml.close();
    }

    fn itemset(&mut self, itemset: &Itemset) {
        self.xml.open("itemset").attribute("nodeset", &itemset.nodes);
        self.xml.open("value").attribute("ref", &itemset.value).close();
        self.xml.open("label").attribute("ref", &itemset.label).close();
        self.xml.close();
    }

    fn list_items(&self, list: &str) -> Itemset {
        let translated = self.form.list(list).is_some_and(|list| list.is_translated);
        let label = if translated { "jr:itext(itextId)" } else { "label" };
        Itemset { nodes: format!("instance('{list}')/root/item"), value: "name".to_string(), label: label.to_string() }
    }

    /// A select's items, filtered and in order.
    fn ordered(&self, id: NodeId, items: &Items, order: &Order) -> Itemset {
        let mut itemset = match items {
            Items::List(list) => self.list_items(list),
            Items::File { stem, value, label, .. } => {
                Itemset { nodes: format!("instance('{stem}')/root/item"), value: value.clone(), label: label.clone() }
            }
            Items::Answers(reference) => {
                let path = self.paths.resolve(reference, View { all_repetitions: true, ..View::from(id) });
                let (nodes, name) = path.trim().rsplit_once('/').unwrap_or(("", path.trim()));
                Itemset { nodes: nodes.to_string(), value: name.to_string(), label: name.to_string() }
            }
        };
        let among_answers = matches!(items, Items::Answers(_));
        let has_filter = self.form.node(id).choice_filter.is_some();
        itemset.nodes = if among_answers && !has_filter {
            format!("{}[./{} != '']", itemset.nodes, itemset.value)
        } else {
            self.filtered(id, itemset.nodes, among_answers)
        };
        itemset.nodes = match order {
            Order::Given => itemset.nodes,
            Order::Random => format!("randomize({})", itemset.nodes),
            Order::Seeded(seed) => {
                let seed = self.paths.resolve(seed, View::from(id));
                format!("randomize({}, {})", itemset.nodes, seed.trim())
            }
        };
        itemset
    }

    /// Places on a map that can be chosen.
    fn places(&self, id: NodeId, items: &Items) -> Itemset {
        let Items::Answers(reference) = items else { return self.ordered(id, items, &Order::Given) };
        let path = self.paths.resolve(reference, View { all_repetitions: true, ..View::from(id) });
        let geometry = || "geometry".to_string();
        let nodes = match self.form.node(id).choice_filter {
            // Without a filter some apps take the first repetition alone.
            None => format!("{}[./geometry != '']", path.trim()),
            Some(_) => self.filtered(id, path.trim().to_string(), true),
        };
        Itemset { nodes, value: geometry(), label: geometry() }
    }

    /// The nodes with the question's choice filter, if it has one.
    fn filtered(&self, id: NodeId, nodes: String, among_answers: bool) -> String {
        let Some(filter) = &self.form.node(id).choice_filter else { return nodes };
        let view = View { from: Some(id), in_filter: true, all_repetitions: among_answers };
        let mut filter = self.paths.resolve(filter, view);
        if among_answers {
            filter = filter.replace(&format!("current()/{nodes}"), ".").replace(&nodes, ".");
        }
        format!("{nodes}[{filter}]")
    }

    /// Items that the app replaces by those of its own file.
    fn searched_items(&mut self, id: NodeId, select: &Select) {
        let Items::List(name) = &select.items else { return };
        let form = self.form;
        let Some(list) = form.list(name) else { return };
        let translated = list.is_translated;
        for (number, choice) in list.choices.iter().enumerate() {
            self.xml.open("item");
            if translated {
                self.xml.open("label").attribute("ref", &format!("jr:itext('{name}-{number}')")).close();
            } else if form.node(id).label.is_empty() {
                self.xml.open("label").close();
            } else {
                self.words("label", None, choice.label.untranslated().unwrap_or_default(), None);
            }
            self.xml.open("value").text(&choice.name).close().close();
        }
    }
}
