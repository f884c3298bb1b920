//! The survey sheet: row by row, groups and repeats opening and closing.

use std::collections::{HashMap, HashSet};

use super::choices::{self, Choices};
use super::entities::{Declaration, SaveTo};
use super::line::{self, Line};
use super::parameters::Parameters;
use super::problem::{Findings, Place, ProblemKind, WarningKind};
use super::references::{Malformed, has_reference, references, sole_reference};
use super::settings::{self, Settings, yes_or_no};
use super::table::Table;
use super::tokens::is_dynamic;
use super::types::{self, Container, SelectType};
use super::{
    Action, ActionKind, Choice, Control, Event, ExternalChoices, FileKind, Form, Items, Kind, Node, NodeId, Order,
    ROOT, Select, SelectMode, Sheets, Text, is_name, ranges, translations,
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
    let entities = super::entities::read(sheets, findings);
    let headings = super::table::Headings { single_spaces: settings.clean_text_values, ..line::HEADINGS };
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
            ["media", kind, ..] if super::MediaKind::named(kind).is_none() => {
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
            let row_of = |row: Option<u32>| row.map_or_else(|| "generated".to_string(), |row| row.to_string());
            if let Some(other) = open.names.insert(node.name.clone(), node.row) {
                let kind = ProblemKind::SameName { name: node.name.clone(), other: row_of(other) };
                self.findings.problem(place, kind);
            } else if let Some(other) = open.small_names.insert(node.name.to_lowercase(), node.row) {
                let kind = WarningKind::SameNameBut { name: node.name.clone(), other: row_of(other) };
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

    /// The list that a loop goes over.
    fn columns_of(&mut self, list: Option<&str>, place: &Place) -> Option<String> {
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

    /// A loop becomes a group for each choice of its list, with the loop's questions in each.
    fn unroll(&mut self, id: NodeId, list: &str) {
        let Some(pattern) = self.nodes.get_mut(id.0).map(|node| std::mem::take(&mut node.children)) else { return };
        let choices = self.choices.get(list).map(|list| list.choices.clone()).unwrap_or_default();
        let repeats: Vec<(u32, String)> = pattern.iter().flat_map(|id| self.repeats_within(*id)).collect();
        let columns = choices.iter().filter(|choice| choice.name != "none");
        for (row, name) in repeats.into_iter().filter(|_| columns.clone().count() > 1) {
            let place = Place::row("survey", row).column("type");
            self.findings.problem(place, ProblemKind::RepeatInLoop(name));
        }
        for choice in columns {
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

    fn repeats_within(&self, id: NodeId) -> Vec<(u32, String)> {
        let Some(node) = self.nodes.get(id.0) else { return Vec::new() };
        let own = node.is_repeat().then(|| (node.row.unwrap_or_default(), node.name.clone()));
        own.into_iter().chain(node.children.iter().flat_map(|child| self.repeats_within(*child))).collect()
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

    fn copy(&mut self, from: NodeId, to: NodeId, choice: &Choice) {
        let Some(node) = self.nodes.get(from.0) else { return };
        let mut copy = node.clone();
        let children = std::mem::take(&mut copy.children);
        copy.fill(choice);
        let id = self.adopt(copy, to);
        for child in children {
            self.copy(child, id, choice);
        }
    }

    /// What a loop was the pattern for stands nowhere itself.
    fn abandon(&mut self, id: NodeId) {
        let Some(node) = self.nodes.get_mut(id.0) else { return };
        node.parent = None;
        for child in std::mem::take(&mut node.children) {
            self.abandon(child);
        }
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
                let hint = types::NAMES.into_iter().find(|name| super::distance(name, &kind.to_lowercase()) <= 2);
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
        if has(super::MediaKind::BigImage) && !has(super::MediaKind::Image) {
            self.findings.problem(place.column("big-image"), ProblemKind::BigImageAlone);
        }
    }

    fn unknown_list(&self, name: &str) -> ProblemKind {
        let mut similar = self.choices.similar(name);
        if self.choices.lists.is_empty() {
            similar = self.sheets.similar("choices");
        }
        ProblemKind::UnknownList { name: name.to_string(), sheet: "choices", similar }
    }

    /// Makes a node a select; gives the question for another answer, if one is wanted.
    fn select(
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

    fn external_select(&mut self, list: &str, node: &mut Node, place: &Place) {
        let known = self.external.as_ref().is_some_and(|external| external.lists.iter().any(|name| name == list));
        if !known {
            let similar = match &self.external {
                Some(external) => super::similar_names(list, external.lists.iter().map(String::as_str)),
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
    fn items(&mut self, select: &SelectType<'_>, parameters: &Parameters, place: &Place) -> Option<Items> {
        let file = FileKind::split(select.list);
        if select.from_file && file.is_none_or(|(stem, _)| stem.contains('.')) {
            let kind = ProblemKind::BadFile { command: select.command.to_string(), file: select.list.to_string() };
            self.findings.problem(place.column("type"), kind);
            return None;
        }
        if let Some((stem, kind)) = file {
            let name = |parameter, usual: &str, findings: &mut Findings| {
                let wanted = "the name of a column or property";
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

    fn refuse_spaces(&mut self, list: &str, place: &Place) {
        for choice in self.choices.get(list).into_iter().flat_map(|list| &list.choices) {
            if choice.name.contains(' ') {
                let kind = ProblemKind::SpaceInChoice { choice: choice.name.clone(), list: list.to_string() };
                let place = choice.row.map_or_else(|| place.clone(), |row| Place::row("choices", row).column("name"));
                if !self.findings.problems.iter().any(|other| other.place == place && other.kind == kind) {
                    self.findings.problem(place, kind);
                }
            }
        }
    }

    fn order(&mut self, select: &SelectType<'_>, parameters: &Parameters) -> Order {
        let known: &[&str] =
            if select.from_file { &["value", "label", "randomize", "seed"] } else { &["randomize", "seed"] };
        parameters.allow(known, self.findings);
        let random = parameters.one_of("randomize", &["true", "false"], self.findings) == Some("true");
        if parameters.get("randomize").is_none() && parameters.get("seed").is_some() {
            self.findings.problem(parameters.place().clone(), ProblemKind::SeedWithoutRandomize);
        }
        let is_seed = |seed: &str| sole_reference(seed).is_some() || seed.parse::<f64>().is_ok();
        let seed = parameters.checked("seed", "a number or a reference to a question", self.findings, is_seed);
        match (random, seed) {
            (false, _) => Order::Given,
            (true, None) => Order::Random,
            (true, Some(seed)) => Order::Seeded(seed.to_string()),
        }
    }

    /// Adds the choice `other` to a list and gives the question that asks for the other answer.
    fn or_other(&mut self, list: &str, node: &Node, place: &Place) -> Option<Node> {
        self.or_other = true;
        if node.choice_filter.is_some() {
            self.findings.problem(place.column("choice_filter"), ProblemKind::FilterWithOther);
            return None;
        }
        let Some(list) = self.choices.get_mut(list) else {
            self.findings.problem(place.column("type"), ProblemKind::OtherWithoutChoices);
            return None;
        };
        if !list.choices.iter().any(|choice| choice.name == "other") {
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
            list.choices.push(Choice { name: "other".to_string(), label, ..Choice::default() });
        }
        let mut question =
            Node { name: format!("{}_other", node.name), label: Text::plain("Specify other."), ..Node::default() };
        set_type(&mut question, "text");
        question.bind.set("relevant", format!("selected(../{}, 'other')", node.name));
        Some(question)
    }

    /// Selects of a table show the choices' labels once, above.
    fn row_of_table(&mut self, select: &SelectType<'_>, mode: SelectMode, node: &mut Node, place: &Place) {
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

    /// What only some types have: mostly their parameters.
    fn particulars(&mut self, kind: &str, node: &mut Node, parameters: &Parameters, place: &Place) {
        let whole = |text: &str| text.parse::<i64>().is_ok();
        match kind {
            "text" => {
                parameters.allow(&["rows"], self.findings);
                if let Some(rows) = parameters.checked("rows", "a whole number", self.findings, whole) {
                    node.body.set("rows", rows);
                }
            }
            "photo" => self.photo(node, parameters, place),
            "audio" => {
                parameters.allow(&["quality"], self.findings);
                let qualities = ["voice-only", "low", "normal", "external"];
                if let Some(quality) = parameters.one_of("quality", &qualities, self.findings) {
                    node.bind.set("odk:quality", quality);
                }
            }
            "background-audio" => {
                parameters.allow(&["quality"], self.findings);
                let quality = parameters.one_of("quality", &["voice-only", "low", "normal"], self.findings);
                let kind = ActionKind::RecordAudio { quality: quality.map(str::to_string) };
                node.actions.push(Action { kind, event: Event::Load });
            }
            "start-geopoint" => node.actions.push(Action { kind: ActionKind::SetGeopoint, event: Event::FirstLoad }),
            "background-geopoint" => {
                if node.triggers.is_empty() {
                    self.findings.problem(place.column("trigger"), ProblemKind::GeopointWithoutTrigger);
                }
                if node.bind.get("calculate").is_some() {
                    self.findings.problem(place.column("calculation"), ProblemKind::GeopointWithCalculation);
                }
            }
            "geopoint" | "geotrace" | "geoshape" => self.map(kind, node, parameters),
            "range" => {
                let list = ranges::read(node, parameters, &self.choices, self.findings);
                node.kind = Kind::Question(Control::Range(list));
            }
            "simserial" | "subscriberid" => {
                self.findings.warn(place.column("type"), WarningKind::OldMetadata(kind.to_string()));
            }
            _ => {}
        }
    }

    fn photo(&mut self, node: &mut Node, parameters: &Parameters, place: &Place) {
        const IMAGES: &str = "jr://images/";
        if let Some(default) = node.default.as_mut().filter(|default| !default.contains(IMAGES)) {
            default.insert_str(0, IMAGES);
        }
        parameters.allow(&["app", "max-pixels"], self.findings);
        match parameters.checked("max-pixels", "a whole number", self.findings, |text| text.parse::<i64>().is_ok()) {
            Some(pixels) => node.bind.set("orx:max-pixels", pixels),
            None if parameters.get("max-pixels").is_none() => {
                self.findings.warn(place.clone(), WarningKind::NoMaxPixels)
            }
            None => {}
        }
        if !matches!(node.body.get("appearance"), None | Some("annotate")) {
            return;
        }
        let wanted = "an Android package's name, for example org.example.camera";
        if let Some(app) = parameters.checked("app", wanted, self.findings, is_package) {
            node.body.set("intent", app);
        }
    }

    fn map(&mut self, kind: &str, node: &mut Node, parameters: &Parameters) {
        let known: &[&str] = match kind {
            "geopoint" => &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"],
            _ => &["allow-mock-accuracy", "incremental", "reference-geometry"],
        };
        parameters.allow(known, self.findings);
        if kind == "geopoint" {
            let number = |text: &str| text.parse::<f64>().is_ok();
            for (name, attribute) in
                [("capture-accuracy", "accuracyThreshold"), ("warning-accuracy", "unacceptableAccuracyThreshold")]
            {
                if let Some(metres) = parameters.checked(name, "a number of metres", self.findings, number) {
                    node.body.set(attribute, metres);
                }
            }
        } else if let Some(value) = parameters
            .checked("incremental", "true", self.findings, |value| yes_or_no(value) == Some(true))
            .map(|_| "true")
        {
            node.body.set("incremental", value);
        }
        if let Some(allowed) = parameters.one_of("allow-mock-accuracy", &["true", "false"], self.findings) {
            node.bind.set("odk:allow-mock-accuracy", allowed);
        }
        if let Some(geometry) = parameters.get("reference-geometry") {
            self.geometries.push((parameters.place().clone(), geometry.to_string()));
            let items = if has_reference(geometry) {
                Items::Answers(geometry.to_string())
            } else {
                Items::List(geometry.to_string())
            };
            node.kind = Kind::Question(Control::Map(Some(items)));
        }
    }

    fn audit(&mut self, line: Line, place: &Place) {
        const LOCATION: [&str; 3] = ["location-priority", "location-min-interval", "location-max-age"];
        const KNOWN: [&str; 6] = [
            "identify-user",
            "location-max-age",
            "location-min-interval",
            "location-priority",
            "track-changes",
            "track-changes-reasons",
        ];
        let mut node = line.node;
        if line.name.is_some_and(|name| name != "audit") {
            self.findings.problem(place.column("name"), ProblemKind::AuditName);
        }
        node.name = "audit".to_string();
        set_type(&mut node, "audit");
        let parameters = Parameters::read(line.parameters.as_deref(), place.column("parameters"), self.findings);
        parameters.allow(&KNOWN, self.findings);
        let truths: &[&str] = &["true", "false"];
        for (name, allowed) in
            [("track-changes", truths), ("track-changes-reasons", &["on-form-edit"]), ("identify-user", truths)]
        {
            if let Some(value) = parameters.one_of(name, allowed, self.findings) {
                node.bind.set(&format!("odk:{name}"), value);
            }
        }
        let given = LOCATION.iter().filter(|name| parameters.get(name).is_some()).count();
        if given == LOCATION.len() {
            let priorities = ["no-power", "low-power", "balanced", "high-accuracy"];
            let count = |text: &str| text.parse::<u64>().is_ok();
            let priority = parameters.one_of("location-priority", &priorities, self.findings);
            let interval = parameters.checked("location-min-interval", "a number of seconds", self.findings, count);
            let least = interval.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
            let wanted = "a number of seconds, no less than location-min-interval";
            let age = parameters.checked("location-max-age", wanted, self.findings, |text| {
                text.parse::<u64>().is_ok_and(|age| age >= least)
            });
            for (name, value) in LOCATION.into_iter().zip([priority, interval, age]) {
                node.bind.set(&format!("odk:{name}"), value.unwrap_or_default());
            }
        } else if given > 0 {
            self.findings.problem(parameters.place().clone(), ProblemKind::PartOfLocation);
        }
        self.start_value(&mut node);
        self.meta.push(node);
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
        let version = super::entities::place(&mut self.nodes, &entities, &self.save_to, &self.names, self.findings);
        self.add_metadata();
        self.check_references(table);
        let rows = self.names.into_iter().filter_map(|(name, ids)| Some((name, *ids.first()?)));
        let names = self.counters.into_iter().chain(rows).collect();
        let lists = self.choices.lists;
        translations::check_codes(&self.nodes, &lists, &self.settings.default_language, self.findings);
        let form = Form {
            settings: self.settings,
            lists,
            external_choices: self.external,
            nodes: self.nodes,
            entities_version: version,
            names,
        };
        super::instances::check(&form, self.findings);
        Some(form)
    }

    fn check_triggers(&mut self) {
        for Trigger { place, name, sets_value } in std::mem::take(&mut self.triggers) {
            match self.questions.get(&name).and_then(|id| self.nodes.get(id.0)) {
                None => self.findings.problem(place, ProblemKind::UnknownReference(name)),
                Some(node) if node.is_shown() => {}
                Some(node) if sets_value && !matches!(node.kind, Kind::Question(Control::Hidden)) => {
                    self.findings.problem(place, ProblemKind::HiddenTrigger(name));
                }
                Some(_) => self.findings.warn(place, WarningKind::HiddenTrigger(name)),
            }
        }
    }

    fn check_geometries(&mut self) {
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
    fn check_search(&mut self) {
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
                self.findings.problem(place, ProblemKind::SearchSharesList { list, others: others.join(", ") });
            }
        }
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

    /// Every reference must be well formed and mean one row.
    fn check_references(&mut self, table: &Table) {
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
        for name in ["settings", "entities"] {
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

/// Whether an appearance asks the app to look choices up: `search('towns')`.
fn searches(appearance: &str) -> bool {
    appearance.find("search(").is_some_and(|start| appearance.get(start..).is_some_and(|rest| rest.contains(')')))
}

impl Choice {
    /// A text of a loop with the choice's name and label put in: `%(name)s`, `%(label)s`.
    fn put_into(&self, text: &mut String, language: Option<&str>) {
        if text.contains("%(") {
            let translated = self.label.translations.iter().find(|(other, _)| Some(other.as_str()) == language);
            let label = translated.map(|(_, text)| text.as_str()).or(self.label.plain.as_deref());
            *text = text.replace("%(name)s", &self.name).replace("%(label)s", label.unwrap_or_default());
        }
    }
}

impl Node {
    /// Puts a choice of a loop into everything that is written.
    fn fill(&mut self, choice: &Choice) {
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

/// Whether a text can name an Android package.
fn is_package(name: &str) -> bool {
    name.contains('.')
        && name.split('.').all(|segment| {
            segment.starts_with(|first: char| first.is_ascii_alphabetic())
                && segment.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        })
}
