//! The survey sheet: row by row, groups and repeats opening and closing.

mod checks;
mod details;
mod loops;
mod selects;

use std::collections::{HashMap, HashSet};

use crate::form::choices::Choices;
use crate::form::entities::{Declaration, SaveTo};
use crate::form::line::Line;
use crate::form::parameters::Parameters;
use crate::form::problem::{Findings, Place, ProblemKind, WarningKind};
use crate::form::references::{Malformed, references, sole_reference};
use crate::form::settings::{Settings, yes_or_no};
use crate::form::table::Table;
use crate::form::tokens::is_dynamic;
use crate::form::types::{Container, SelectType};
use crate::form::{
    Action, ActionKind, Control, DEEPEST, Event, ExternalChoices, Form, Kind, MOST_NODES, MediaKind, Node, NodeId,
    ROOT, Sheets, Text, choices, entities, instances, is_name, line, results, settings, table, translations, types,
};

/// Reads a whole workbook; none when there is no survey to read.
pub(super) fn read(sheets: &Sheets<'_>, root: &str, findings: &mut Findings) -> Option<Form> {
    let Some(sheet) = sheets.get("survey").filter(|sheet| !sheet.rows.is_empty()) else {
        findings.problem(Place::sheet("survey"), ProblemKind::NoSurvey { similar: sheets.similar("survey") });
        return None;
    };
    if !is_name(root) {
        findings.problem(Place::sheet("settings").column("name"), ProblemKind::BadName(root.to_string()));
    }
    let settings = settings::read(sheets, root, findings);
    let choices = Choices::read(sheets, &settings, findings);
    let external = choices::read_external(sheets, findings);
    let tags = choices::read_osm(sheets, findings);
    let entities = entities::read(sheets, findings);
    let headings = table::Headings { single_spaces: settings.clean_text_values, ..line::HEADINGS };
    let mut table = Table::read(sheet, &headings, findings);
    table.require("type", findings);
    check_headers(&mut table, &settings, findings);
    translations::check(&table, &choices.headers, findings);

    let root = Node { name: settings.root.clone(), ..Node::default() };
    let mut survey = Survey {
        sheets,
        settings,
        choices,
        external,
        tags,
        entities,
        findings,
        nodes: vec![root],
        open: vec![Open::new(ROOT, None, 1)],
        meta: Vec::new(),
        table_list: None,
        in_table: false,
        names: HashMap::new(),
        questions: HashMap::new(),
        repeats: HashMap::new(),
        triggers: Vec::new(),
        geometries: Vec::new(),
        instances: HashSet::new(),
        save_to: Vec::new(),
        or_other: false,
        counters: Vec::new(),
    };
    let columns: Vec<Vec<&str>> = table.headers.iter().map(line::parts).collect();
    for row in &table.rows {
        let too_much = if survey.nodes.len() > MOST_NODES {
            Some(ProblemKind::TooManyRows(MOST_NODES))
        } else if survey.open.len() > DEEPEST {
            Some(ProblemKind::TooDeep(DEEPEST))
        } else {
            None
        };
        if let Some(kind) = too_much {
            survey.findings.problem(Place::row("survey", row.number), kind);
            return None;
        }
        survey.line(Line::read(&columns, row));
    }
    survey.finish(&table)
}

/// Columns that mean nothing are said to, and those that cannot be written are left out.
fn check_headers(table: &mut Table, settings: &Settings, findings: &mut Findings) {
    for header in &mut table.headers {
        let place = Place::row(table.sheet, 1).column(&header.text);
        let parts = line::parts(header);
        let unusable = match parts.as_slice() {
            ["media", kind, ..] if MediaKind::named(kind).is_none() => {
                findings.problem(place, ProblemKind::UnknownMedia((*kind).to_string()));
                continue;
            }
            ["bind", message, _] if line::is_message(message) => None,
            ["bind" | "control" | "instance", name @ ..] if !name.is_empty() => {
                settings::warning_about(&name.join(":"), settings)
            }
            _ if !line::is_known(&parts) => Some(WarningKind::UnknownColumn),
            _ => None,
        };
        if let Some(kind) = unusable {
            findings.warn(place, kind);
            header.parts.clear();
        }
    }
}

/// A group, repeat or loop whose end is not reached yet.
struct Open {
    id: NodeId,
    container: Option<Container>,
    row: u32,
    /// Names of its children with the rows they stand in; the same in small letters.
    names: HashMap<String, Option<u32>>,
    small_names: HashMap<String, Option<u32>>,
    /// The list that a loop goes over.
    columns: Option<String>,
}

impl Open {
    fn new(id: NodeId, container: Option<Container>, row: u32) -> Self {
        Self { id, container, row, names: HashMap::new(), small_names: HashMap::new(), columns: None }
    }
}

/// A question that is named as a trigger.
struct Trigger {
    place: Place,
    name: String,
    /// Whether its answer sets a value, not only asks for the place.
    sets_value: bool,
}

/// A form while it is read.
struct Survey<'a> {
    sheets: &'a Sheets<'a>,
    settings: Settings,
    choices: Choices,
    external: Option<ExternalChoices>,
    tags: Vec<(String, Vec<(String, Text)>)>,
    entities: Vec<Declaration>,
    findings: &'a mut Findings,
    nodes: Vec<Node>,
    /// From the root to where the next row goes.
    open: Vec<Open>,
    /// What goes to the form's metadata.
    meta: Vec<Node>,
    /// The list that the selects of the present table share, once there is one.
    table_list: Option<String>,
    in_table: bool,
    /// Rows that can be referred to, by name.
    names: HashMap<String, Vec<NodeId>>,
    /// Questions by name.
    questions: HashMap<String, NodeId>,
    repeats: HashMap<String, u32>,
    triggers: Vec<Trigger>,
    geometries: Vec<(Place, String)>,
    /// Names of the files and lists that selects and attachments bring along.
    instances: HashSet<String>,
    save_to: Vec<SaveTo>,
    or_other: bool,
    /// What counts repeats, by its name.
    counters: Vec<(String, NodeId)>,
}

impl Survey<'_> {
    fn line(&mut self, mut line: Line) {
        let place = Place::row("survey", line.number);
        if let Some(disabled) = &line.disabled {
            self.findings.warn(place.column("disabled"), WarningKind::Disabled);
            if yes_or_no(disabled) == Some(true) {
                return;
            }
        }
        let Some(kind) = line.kind.take() else {
            if line.is_nameless() {
                self.findings.warn(place, WarningKind::EmptyRow);
            } else {
                self.findings.problem(place.column("type"), ProblemKind::NoType);
            }
            return;
        };
        let kind = types::current_name(&kind);
        line.node.triggers = self.triggers_of(line.trigger.as_deref(), kind, &place);
        if let Some(intent) = line.intent.take() {
            line.node.body.set("intent", intent);
        }
        if kind == "audit" {
            return self.audit(line, &place);
        }
        if self.is_setting(kind, &line) {
            return;
        }
        if let Some(container) = Container::ended_by(kind) {
            if line.save_to.is_some() {
                self.findings.problem(place.column("save_to"), ProblemKind::SaveToGroup);
            }
            return self.end(container, &place);
        }
        if line.name.is_none() && kind == "note" {
            line.name = Some(format!("generated_note_name_{}", line.number));
        }
        let Some(name) = line.name.take() else {
            self.findings.problem(place.column("name"), ProblemKind::NoName);
            // Its end would otherwise be taken for one too many.
            if let Some((container, _)) = Container::begun_by(kind) {
                line.node.name = format!("row_{}", line.number);
                self.begin(container, None, line, &place);
            }
            return;
        };
        if !is_name(&name) {
            self.findings.problem(place.column("name"), ProblemKind::BadName(name.clone()));
        } else if let Some(prefix) = self.settings.unknown_prefix(&name) {
            let kind = ProblemKind::UnknownNamePrefix(prefix.to_string());
            self.findings.problem(place.column("name"), kind);
        } else if name == "meta" {
            self.findings.problem(place.column("name"), ProblemKind::MetaName);
        }
        line.node.name = name;
        match Container::begun_by(kind) {
            Some((container, list)) => self.begin(container, list, line, &place),
            None => self.question(kind, line, &place),
        }
    }

    /// Old forms set the title and the id in the survey sheet.
    fn is_setting(&mut self, kind: &str, line: &Line) -> bool {
        let value = line.name.clone().unwrap_or_default();
        match kind {
            "form_title" | "set_form_title" => self.settings.title = value,
            "form_id" | "set_form_id" => self.settings.id = value,
            "prefix" => self.settings.compact_prefix = Some(value),
            _ => return false,
        }
        true
    }

    fn triggers_of(&mut self, trigger: Option<&str>, kind: &str, place: &Place) -> Vec<String> {
        let sets_value = kind != "background-geopoint";
        let place = place.column("trigger");
        let mut names = Vec::new();
        for part in trigger.into_iter().flat_map(|trigger| trigger.split(',')) {
            let found: Result<Vec<_>, Malformed> = references(part).collect();
            match found.as_deref() {
                Err(Malformed) => self.findings.problem(place.clone(), ProblemKind::BadReference),
                Ok([]) if trigger.is_some_and(|all| !all.contains("${")) => {
                    self.findings.problem(place.clone(), ProblemKind::NoTrigger);
                }
                Ok([]) => {}
                Ok([one]) => {
                    self.triggers.push(Trigger { place: place.clone(), name: one.name.to_string(), sets_value });
                    names.push(one.name.to_string());
                }
                Ok(_) => self.findings.problem(place.clone(), ProblemKind::BadTriggers),
            }
        }
        names
    }

    /// Adds a child to the group that is open, and looks whether its name is free there.
    fn push(&mut self, mut node: Node) -> NodeId {
        let id = NodeId(self.nodes.len());
        if node.body.get("appearance") == Some("label") && node.label.is_empty() {
            // It labels the columns of a table and itself nothing.
            node.label = Text::plain(" ");
        }
        if let Some(open) = self.open.last_mut() {
            let place = Place::row("survey", node.row.unwrap_or(open.row)).column("name");
            if let Some(other) = open.names.insert(node.name.clone(), node.row) {
                let kind = ProblemKind::SameName { name: node.name.clone(), other };
                self.findings.problem(place, kind);
            } else if let Some(other) = open.small_names.insert(node.name.to_lowercase(), node.row) {
                let kind = WarningKind::SameNameBut { name: node.name.clone(), other };
                self.findings.warn(place, kind);
            }
            node.parent = Some(open.id);
            let parent = open.id;
            if let Some(parent) = self.nodes.get_mut(parent.0) {
                parent.children.push(id);
            }
        }
        self.nodes.push(node);
        id
    }

    /// Adds a row that others can refer to.
    fn push_row(&mut self, node: Node) -> NodeId {
        let name = node.name.clone();
        let id = self.push(node);
        self.names.entry(name).or_default().push(id);
        id
    }

    fn begin(&mut self, container: Container, list: Option<&str>, line: Line, place: &Place) {
        let mut node = line.node;
        node.kind = if container == Container::Repeat { Kind::Repeat } else { Kind::Group };
        // Groups have no answer that could be set.
        (node.triggers, node.default) = (Vec::new(), None);
        if line.save_to.is_some() {
            self.findings.problem(place.column("save_to"), ProblemKind::SaveToGroup);
        }
        if container == Container::Repeat {
            if node.name == self.settings.root {
                let kind = ProblemKind::RepeatNamedLikeForm(node.name.clone());
                self.findings.problem(place.column("name"), kind);
            } else if let Some(other) = self.repeats.insert(node.name.clone(), line.number) {
                let kind = ProblemKind::SameRepeatName { name: node.name.clone(), other };
                self.findings.problem(place.column("name"), kind);
            }
            if node.label.is_empty() && node.media.is_empty() {
                self.findings.warn(place.clone(), WarningKind::RepeatWithoutLabel);
            }
        }
        let columns = (container == Container::Loop).then(|| self.columns_of(list, place)).flatten();
        self.count_repeats(&mut node);
        let mut heading = None;
        let appearance: Vec<&str> = node.body.get("appearance").unwrap_or_default().split_whitespace().collect();
        if appearance.contains(&"table-list") {
            let rest = appearance.iter().filter(|word| **word != "table-list");
            let appearance = std::iter::once(&"field-list").chain(rest).copied().collect::<Vec<_>>().join(" ");
            node.body.set("appearance", appearance);
            (self.in_table, self.table_list) = (true, None);
            if !(node.label.is_empty() && node.hint.is_empty()) {
                let mut note = note(&format!("generated_table_list_label_{}", line.number));
                note.label = std::mem::take(&mut node.label);
                note.hint = std::mem::take(&mut node.hint);
                heading = Some(note);
            }
        }
        let id = self.push_row(node);
        self.open.push(Open { columns, ..Open::new(id, Some(container), line.number) });
        if let Some(heading) = heading {
            self.push(heading);
        }
    }

    /// How often a repeat is asked must stand in a node; an expression gets one of its own.
    fn count_repeats(&mut self, node: &mut Node) {
        let Some(count) = node.body.get("jr:count").filter(|count| sole_reference(count).is_none()) else { return };
        let mut counter =
            Node { name: format!("{}_count", node.name), kind: Kind::Question(Control::Calculate), ..Node::default() };
        counter.bind.set("readonly", "true()");
        counter.bind.set("calculate", line::expression(count));
        counter.bind.set("type", "string");
        node.body.set("jr:count", format!("${{{}}}", counter.name));
        let name = counter.name.clone();
        let id = self.push(counter);
        self.counters.push((name, id));
    }

    fn end(&mut self, container: Container, place: &Place) {
        let place = place.column("type");
        match self.open.last() {
            Some(open) if open.container == Some(container) => {}
            Some(Open { container: Some(other), row, .. }) => {
                let kind = ProblemKind::WrongEnd { end: container.name(), open: other.name(), begun: *row };
                self.findings.problem(place, kind);
                // Whoever closes a group with the wrong word did mean to close it.
                let closes_outer = self.open.iter().any(|open| open.container == Some(container));
                if closes_outer {
                    while self.open.pop().is_some_and(|open| open.container != Some(container)) {}
                    return;
                }
            }
            _ => {
                self.findings.problem(place, ProblemKind::NotBegun(container.name()));
                return;
            }
        }
        (self.in_table, self.table_list) = (false, None);
        if let Some(Open { id, columns: Some(list), .. }) = self.open.pop() {
            self.unroll(id, &list);
        }
    }

    fn adopt(&mut self, mut node: Node, parent: NodeId) -> NodeId {
        let id = NodeId(self.nodes.len());
        node.parent = Some(parent);
        self.nodes.push(node);
        if let Some(parent) = self.nodes.get_mut(parent.0) {
            parent.children.push(id);
        }
        id
    }

    fn in_repeat(&self) -> bool {
        self.open.iter().any(|open| open.container == Some(Container::Repeat))
    }

    fn question(&mut self, kind: &str, mut line: Line, place: &Place) {
        let parameters = Parameters::read(line.parameters.as_deref(), place.column("parameters"), self.findings);
        if let Some(file) = types::attachment(kind) {
            line.node.kind = Kind::Attachment(file);
            self.instances.insert(line.node.name.clone());
            let id = self.push_row(line.node);
            self.save_to.extend(line.save_to.map(|value| SaveTo { node: id, row: line.number, value }));
            return;
        }
        let save_to = line.save_to.take();
        let mut node = line.node;
        let mut other = None;
        if let Some(select) = SelectType::parse(kind) {
            other = self.select(&select, &mut node, &parameters, place);
        } else if let Some(list) = kind.strip_prefix("osm ").or_else(|| (kind == "osm").then_some("")) {
            let tags = self.tags.iter().find(|(name, _)| name == list).map(|(_, tags)| tags.clone());
            set_type(&mut node, "osm");
            node.kind = Kind::Question(Control::OpenStreetMap(tags.unwrap_or_default()));
        } else if !set_type(&mut node, kind) {
            let kind = if SelectType::lacks_list(kind) {
                ProblemKind::NoList(kind.to_string())
            } else {
                let hint = types::NAMES.into_iter().find(|name| crate::form::distance(name, &kind.to_lowercase()) <= 2);
                ProblemKind::UnknownType { name: kind.to_string(), hint }
            };
            self.findings.problem(place.column("type"), kind);
        } else {
            self.particulars(kind, &mut node, &parameters, place);
        }
        self.start_value(&mut node);
        self.check_words(&node, place);
        if kind == "calculate" && node.bind.get("calculate").is_none() && node.actions.is_empty() {
            self.findings.problem(place.column("calculation"), ProblemKind::NoCalculation);
        }
        let id = self.push_row(node);
        if let Some(node) = self.nodes.get(id.0) {
            self.questions.insert(node.name.clone(), id);
        }
        if let Some(property) = save_to {
            self.save_to.push(SaveTo { node: id, row: line.number, value: property });
        }
        if let Some(other) = other {
            self.push(other);
        }
    }

    /// A default that is worked out becomes an action; others stand in the instance.
    fn start_value(&mut self, node: &mut Node) {
        let hyphens = matches!(node.bind.get("type"), Some("date" | "dateTime" | "geopoint" | "geotrace" | "geoshape"));
        let Some(default) = node.default.take_if(|default| is_dynamic(default, hyphens)) else { return };
        let events = [Some(Event::FirstLoad), self.in_repeat().then_some(Event::NewRepeat)];
        let set = |event| Action { kind: ActionKind::SetValue(default.clone()), event };
        node.actions.splice(..0, events.into_iter().flatten().map(set));
    }

    fn check_words(&mut self, node: &Node, place: &Place) {
        if !node.is_shown() || node.body.get("appearance") == Some("label") {
            return;
        }
        let silent = node.label.is_empty() && node.media.is_empty() && node.hint.is_empty();
        if silent {
            let only_guidance = !node.guidance.is_empty();
            let kind = if only_guidance { ProblemKind::OnlyGuidance } else { ProblemKind::NoLabel };
            self.findings.problem(place.column("label"), kind);
        }
        let has = |kind| node.media.iter().any(|(other, _)| *other == kind);
        if has(MediaKind::BigImage) && !has(MediaKind::Image) {
            self.findings.problem(place.column("big-image"), ProblemKind::BigImageAlone);
        }
    }

    fn finish(mut self, table: &Table) -> Option<Form> {
        for open in self.open.iter().skip(1) {
            let name = open.container.map_or("group", Container::name);
            self.findings.problem(Place::row("survey", open.row).column("type"), ProblemKind::NotEnded(name));
        }
        if self.or_other && translations::any(table, &self.choices.headers) {
            self.findings.warn(Place::sheet("survey"), WarningKind::OtherUntranslated);
        }
        self.open.truncate(1);
        self.check_triggers();
        self.check_geometries();
        self.check_search();
        let entities = std::mem::take(&mut self.entities);
        let version = entities::place(&mut self.nodes, &entities, &self.save_to, &self.names, self.findings);
        self.add_metadata();
        self.check_references(table);
        self.check_expressions(table);
        let results = results::read(self.sheets, &self.names, &self.nodes, self.findings);
        let rows = self.names.into_iter().filter_map(|(name, ids)| Some((name, *ids.first()?)));
        let names = self.counters.into_iter().chain(rows).collect();
        let Choices { mut lists, index: list_index, .. } = self.choices;
        lists.iter_mut().for_each(|list| list.is_translated = list.needs_translation());
        translations::check_codes(&self.nodes, &lists, &self.settings.default_language, self.findings);
        let form = Form {
            settings: self.settings,
            lists,
            external_choices: self.external,
            nodes: self.nodes,
            entities_version: version,
            results,
            names,
            list_index,
        };
        instances::check(&form, self.findings);
        Some(form)
    }

    /// Audit, instance ID and instance name.
    fn add_metadata(&mut self) {
        let calculated = |name: &str, bind: &[(&str, &str)]| {
            let mut node = Node { name: name.to_string(), kind: Kind::Question(Control::Calculate), ..Node::default() };
            bind.iter().for_each(|(name, value)| node.bind.set(name, line::expression(value)));
            node.bind.set_default("type", "string");
            node
        };
        let mut meta = std::mem::take(&mut self.meta);
        if let Some(preload) = &self.settings.instance_id {
            meta.push(calculated("instanceID", &[("readonly", "true()"), ("jr:preload", preload)]));
        }
        if let Some(name) = &self.settings.instance_name {
            meta.push(calculated("instanceName", &[("calculate", name)]));
        }
        if meta.is_empty() {
            return;
        }
        let existing = self.nodes.first().and_then(|root| {
            root.children.iter().copied().find(|id| self.nodes.get(id.0).is_some_and(|node| node.kind == Kind::Meta))
        });
        let group = existing.unwrap_or_else(|| {
            self.adopt(Node { name: "meta".to_string(), kind: Kind::Meta, ..Node::default() }, ROOT)
        });
        for node in meta {
            let name = node.name.clone();
            let id = self.adopt(node, group);
            if name == "instanceID" {
                self.names.entry(name).or_default().push(id);
            }
        }
    }
}

/// Gives a node a type's control, bind and hint.
fn set_type(node: &mut Node, name: &str) -> bool {
    let Some(question) = types::question_type(name) else { return false };
    node.kind = Kind::Question(question.control);
    question.bind.iter().for_each(|(name, value)| node.bind.set_default(name, value));
    if let Some(hint) = question.hint.filter(|_| node.hint.is_empty()) {
        node.hint = Text::plain(hint);
    }
    true
}

fn note(name: &str) -> Node {
    let mut node = Node { name: name.to_string(), ..Node::default() };
    set_type(&mut node, "note");
    node
}
