//! The entities sheet: what answers make or change entities, and where in the form that stands.
//!
//! An entity is declared in the metadata of a group, a repeat or the form. One that is made for each repetition must
//! stand within the repeat, and each group can hold one; [`place`] finds the places.

use std::collections::HashMap;

use super::problem::{Findings, Place, ProblemKind};
use super::references::references;
use super::table::{Headings, Table};
use super::{Action, ActionKind, Attributes, Control, Event, Kind, Node, NodeId, ROOT, Sheets, is_name, line};

/// The version of the [entities specification](https://getodk.github.io/xforms-spec/entities) that a form needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntitiesVersion {
    /// One entity of the whole form.
    V2024_1,
    /// Several entities, or entities within repeats.
    V2025_1,
}

impl EntitiesVersion {
    /// As written in a form.
    pub fn number(self) -> &'static str {
        match self {
            Self::V2024_1 => "2024.1.0",
            Self::V2025_1 => "2025.1.0",
        }
    }
}

/// A row of the entities sheet.
#[derive(Debug, Default)]
pub(super) struct Declaration {
    pub(super) list: String,
    row: u32,
    label: Option<String>,
    id: Option<String>,
    create_if: Option<String>,
    update_if: Option<String>,
}

/// A question whose answer becomes an entity's property.
#[derive(Debug)]
pub(super) struct SaveTo {
    pub(super) node: NodeId,
    pub(super) row: u32,
    /// `property`, or `list#property`.
    pub(super) value: String,
}

const HEADINGS: Headings = Headings {
    sheet: "entities",
    known: &["dataset", "entity_id", "create_if", "update_if", "repeat", "label"],
    aliases: &[("list_name", &["dataset"])],
    single_spaces: false,
};

/// Reads the entities sheet, if there is one.
pub(super) fn read(sheets: &Sheets<'_>, findings: &mut Findings) -> Vec<Declaration> {
    let Some(sheet) = sheets.get("entities") else {
        let similar = sheets.similar("entities");
        if !similar.is_empty() {
            findings.warn(Place::sheet("entities"), super::WarningKind::SimilarSheet(similar));
        }
        return Vec::new();
    };
    let table = Table::read(sheet, &HEADINGS, findings);
    for header in table
        .headers
        .iter()
        .filter(|header| !matches!(header.parts.as_slice(), [name] if HEADINGS.known.contains(&name.as_str())))
    {
        let place = Place::row("entities", 1).column(&header.text);
        findings.problem(place, ProblemKind::UnknownEntityColumn(header.text.clone()));
    }
    let mut declarations: Vec<Declaration> = Vec::new();
    for row in &table.rows {
        let mut entity = Declaration { row: row.number, ..Declaration::default() };
        for (header, value) in &row.cells {
            let Some(header) = table.headers.get(*header) else { continue };
            let cell = || Some(value.clone());
            match header.parts.first().map(String::as_str) {
                Some("dataset") => entity.list.clone_from(value),
                Some("label") => entity.label = cell(),
                Some("entity_id") => entity.id = cell(),
                Some("create_if") => entity.create_if = cell(),
                Some("update_if") => entity.update_if = cell(),
                _ => {}
            }
        }
        entity.check(findings);
        match declarations.iter().find(|other| other.list == entity.list) {
            Some(other) if !entity.list.is_empty() => {
                let place = table.place(row.number).column("list_name");
                findings.problem(place, ProblemKind::SameEntityList(other.row));
            }
            _ => declarations.push(entity),
        }
    }
    declarations
}

impl Declaration {
    fn place(&self) -> Place {
        Place::row("entities", self.row)
    }

    fn check(&self, findings: &mut Findings) {
        let bad_list = if self.list.is_empty() {
            Some(ProblemKind::EntityListWithoutName)
        } else if self.list.starts_with("__") {
            Some(ProblemKind::ReservedPrefix)
        } else if self.list.contains('.') {
            Some(ProblemKind::DotInList)
        } else if !is_name(&self.list) {
            Some(ProblemKind::BadName(self.list.clone()))
        } else {
            None
        };
        if let Some(kind) = bad_list {
            findings.problem(self.place().column("list_name"), kind);
        }
        match (&self.id, &self.create_if, &self.update_if) {
            (None, _, Some(_)) => findings.problem(self.place().column("update_if"), ProblemKind::UpdateWithoutId),
            (Some(_), Some(_), None) => {
                findings.problem(self.place().column("update_if"), ProblemKind::UpsertWithoutCondition);
            }
            (None, _, None) if self.label.is_none() => {
                findings.problem(self.place().column("label"), ProblemKind::EntityWithoutLabel);
            }
            _ => {}
        }
    }

    /// Names of the questions that its expressions refer to.
    fn referred(&self) -> impl Iterator<Item = &str> {
        let cells = [&self.id, &self.create_if, &self.update_if, &self.label];
        cells.into_iter().flatten().flat_map(|text| references(text).flatten()).map(|reference| reference.name)
    }

    /// Its attributes, each with the value at the beginning, its `bind` and what sets it.
    fn attributes(&self, in_repeat: bool) -> Vec<Node> {
        let calculated = |expression: &str| {
            let mut bind = Attributes::default();
            bind.set("calculate", line::expression(expression));
            bind.set("readonly", "true()");
            bind.set("type", "string");
            bind
        };
        let attribute = |name: &str, value: &str| Node {
            name: name.to_string(),
            kind: Kind::Attribute(value.to_string()),
            ..Node::default()
        };
        let mut attributes = vec![attribute("dataset", &self.list)];
        let conditional = |name, condition: &Option<String>| Node {
            bind: condition.as_deref().map(calculated).unwrap_or_default(),
            ..attribute(name, "1")
        };
        let mut id = attribute("id", "");
        if self.id.is_none() || self.create_if.is_some() {
            attributes.push(conditional("create", &self.create_if));
        }
        if let Some(entity) = &self.id {
            attributes.push(conditional("update", &self.update_if));
            for (name, property) in
                [("baseVersion", "__version"), ("trunkVersion", "__trunkVersion"), ("branchId", "__branchId")]
            {
                let item = format!("instance('{}')/root/item[name={entity}]/{property}", self.list);
                attributes.push(Node { bind: calculated(&item), ..attribute(name, "") });
            }
            id.bind = calculated(entity);
        } else {
            id.bind.set("readonly", "true()");
            id.bind.set("type", "string");
            let set = |event| Action { kind: ActionKind::SetValue("uuid()".to_string()), event };
            id.actions.push(set(Event::FirstLoad));
            if in_repeat {
                id.actions.push(set(Event::NewRepeat));
            }
        }
        attributes.push(id);
        if let Some(label) = &self.label {
            attributes.push(Node {
                name: "label".to_string(),
                kind: Kind::Question(Control::Calculate),
                bind: calculated(label),
                ..Node::default()
            });
        }
        attributes
    }
}

/// What of the survey an entity depends on.
struct Source {
    /// From the root to the group that holds it.
    path: Vec<NodeId>,
    row: u32,
    /// The property that the answer is saved to; none for a question that an expression refers to.
    property: Option<String>,
}

/// Paths within a form's tree.
struct Tree<'a> {
    nodes: &'a [Node],
}

impl Tree<'_> {
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// From the root to a node's parent.
    fn path_to(&self, id: NodeId) -> Vec<NodeId> {
        let parent = |id: NodeId| self.node(id).and_then(|node| node.parent);
        let mut path: Vec<NodeId> = std::iter::successors(parent(id), |id| parent(*id)).collect();
        path.reverse();
        path
    }

    fn is_repeat(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(Node::is_repeat)
    }

    /// How many of a path's nodes lead to its innermost repeat, or to the root.
    fn scope_length(&self, path: &[NodeId]) -> usize {
        path.iter().rposition(|id| self.is_repeat(*id)).map_or(1, |at| at + 1)
    }

    fn scope<'p>(&self, path: &'p [NodeId]) -> &'p [NodeId] {
        path.get(..self.scope_length(path)).unwrap_or(path)
    }

    /// How many repeats lie above, and how many groups below the innermost.
    fn depth(&self, path: &[NodeId]) -> (usize, usize) {
        let repeats = path.iter().filter(|id| self.is_repeat(**id)).count();
        (repeats, path.len() - self.scope_length(path).min(path.len()))
    }

    /// The names on a path below the form itself; none for the form.
    fn words(&self, path: &[NodeId]) -> Option<String> {
        let names: Vec<_> =
            path.iter().skip(1).filter_map(|id| self.node(*id)).map(|node| node.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join("/"))
    }
}

/// Where an entity wants to stand.
struct Request<'a> {
    entity: &'a Declaration,
    /// The repeat, or the form, that it is made for.
    scope: Vec<NodeId>,
    /// The group that suits it best.
    wanted: Vec<NodeId>,
    /// The groups whose questions are saved.
    saved: Vec<Vec<NodeId>>,
}

/// Puts entities into the form's tree and says what version of the specification that needs.
pub(super) fn place(
    nodes: &mut Vec<Node>,
    entities: &[Declaration],
    save_to: &[SaveTo],
    names: &HashMap<String, Vec<NodeId>>,
    findings: &mut Findings,
) -> Option<EntitiesVersion> {
    let sources = sources(nodes, entities, save_to, names, findings);
    let first = entities.first()?;
    let tree = Tree { nodes };
    let mut requests: Vec<Request<'_>> = Vec::new();
    for (entity, sources) in entities.iter().zip(&sources) {
        requests.push(request(&tree, entity, sources, findings));
    }
    let alone = requests.len() == 1 && requests.iter().all(|request| request.scope == [ROOT]);
    let places = if alone { vec![(first, vec![ROOT])] } else { allocate(&tree, &mut requests, findings) };
    let several = entities.len() > 1 || places.iter().any(|(_, path)| tree.depth(path).0 > 0);
    for (entity, path) in places {
        let in_repeat = path.iter().any(|id| nodes.get(id.0).is_some_and(Node::is_repeat));
        let Some(container) = path.last() else { continue };
        let meta = add(nodes, *container, Node { name: "meta".to_string(), kind: Kind::Meta, ..Node::default() });
        let node = add(nodes, meta, Node { name: "entity".to_string(), kind: Kind::Entity, ..Node::default() });
        for attribute in entity.attributes(in_repeat) {
            add(nodes, node, attribute);
        }
    }
    Some(if several { EntitiesVersion::V2025_1 } else { EntitiesVersion::V2024_1 })
}

fn add(nodes: &mut Vec<Node>, parent: NodeId, node: Node) -> NodeId {
    let id = NodeId(nodes.len());
    nodes.push(Node { parent: Some(parent), ..node });
    if let Some(parent) = nodes.get_mut(parent.0) {
        parent.children.push(id);
    }
    id
}

/// For each entity what of the survey it depends on. Notes in the questions what they are saved to.
fn sources(
    nodes: &mut [Node],
    entities: &[Declaration],
    save_to: &[SaveTo],
    names: &HashMap<String, Vec<NodeId>>,
    findings: &mut Findings,
) -> Vec<Vec<Source>> {
    let mut sources: Vec<Vec<Source>> = entities.iter().map(|_| Vec::new()).collect();
    for saved in save_to {
        let place = Place::row("survey", saved.row).column("save_to");
        match property(saved, entities, &sources) {
            Err(kind) => findings.problem(place, kind),
            Ok((at, property)) => {
                let path = Tree { nodes }.path_to(saved.node);
                if let Some(sources) = sources.get_mut(at) {
                    sources.push(Source { path, row: saved.row, property: Some(property.to_string()) });
                }
                if let Some(node) = nodes.get_mut(saved.node.0) {
                    node.bind.set("entities:saveto", property);
                }
            }
        }
    }
    for (entity, sources) in entities.iter().zip(&mut sources) {
        for id in entity.referred().filter_map(|name| names.get(name)).flatten() {
            let Some(row) = nodes.get(id.0).and_then(|node| node.row) else { continue };
            sources.push(Source { path: Tree { nodes }.path_to(*id), row, property: None });
        }
        sources.sort_by_key(|source| source.row);
    }
    sources
}

/// The entity, by its place, and its property that a question is saved to.
fn property<'a>(
    saved: &'a SaveTo,
    entities: &[Declaration],
    sources: &[Vec<Source>],
) -> Result<(usize, &'a str), ProblemKind> {
    if entities.is_empty() {
        return Err(ProblemKind::NoEntities);
    }
    let (at, property) = match saved.value.split_once('#') {
        Some((_, rest)) if rest.contains('#') => return Err(ProblemKind::SaveToHashes),
        Some((list, property)) => {
            let known = entities.iter().position(|entity| entity.list == list);
            (known.ok_or_else(|| ProblemKind::UnknownEntityList(list.to_string()))?, property)
        }
        None if entities.len() > 1 => return Err(ProblemKind::SaveToWithoutList),
        None => (0, saved.value.as_str()),
    };
    if matches!(property.to_lowercase().as_str(), "name" | "label") {
        return Err(ProblemKind::ReservedProperty(property.to_string()));
    }
    if property.starts_with("__") {
        return Err(ProblemKind::ReservedPrefix);
    }
    if !is_name(property) {
        return Err(ProblemKind::BadName(property.to_string()));
    }
    let mut taken = sources.get(at).into_iter().flatten();
    match taken.find(|source| source.property.as_deref() == Some(property)) {
        Some(other) => Err(ProblemKind::SameProperty { property: property.to_string(), other: other.row }),
        None => Ok((at, property)),
    }
}

/// Where an entity wants to stand, by what it depends on.
fn request<'a>(tree: &Tree<'_>, entity: &'a Declaration, sources: &[Source], findings: &mut Findings) -> Request<'a> {
    let deepest = |sources: &mut dyn Iterator<Item = &Source>| {
        sources
            .reduce(|best, next| if tree.depth(&next.path) > tree.depth(&best.path) { next } else { best })
            .map(|source| source.path.clone())
    };
    let repeats = |source: &Source| tree.depth(&source.path).0;
    let innermost = sources.iter().reduce(|best, next| if repeats(next) > repeats(best) { next } else { best });
    let scope = innermost.map_or_else(|| vec![ROOT], |source| tree.scope(&source.path).to_vec());
    let within = &mut sources.iter().filter(|source| tree.scope(&source.path) == scope);
    let innermost = deepest(within).unwrap_or_else(|| scope.clone());
    let mut saved: Vec<Vec<NodeId>> = Vec::new();
    for source in sources.iter().filter(|source| source.property.is_some()) {
        if !saved.contains(&source.path) {
            saved.push(source.path.clone());
        }
    }
    let wanted = match saved.as_slice() {
        [] => innermost,
        [one] => one.clone(),
        [first, others @ ..] => {
            let shared = (0..first.len()).take_while(|at| others.iter().all(|path| path.get(*at) == first.get(*at)));
            let common = first.get(..shared.count()).unwrap_or_default().to_vec();
            let savers = &mut sources.iter().filter(|source| source.property.is_some());
            let boundary = deepest(savers).map_or_else(Vec::new, |path| tree.scope(&path).to_vec());
            if tree.depth(&common) > tree.depth(&boundary) { common } else { boundary }
        }
    };
    // What is saved for each repetition cannot be part of what is saved once: any of the answers may be the one to move.
    let saved_apart = saved.iter().find(|path| tree.scope(path) != scope).map(|path| tree.scope(path));
    for source in sources {
        let own = tree.scope(&source.path);
        let apart = match (&source.property, saved_apart) {
            (Some(_), Some(other)) if own == scope => Some(other),
            (Some(_), Some(_)) => Some(scope.as_slice()),
            _ => (!scope.starts_with(own)).then_some(scope.as_slice()),
        };
        if let Some(other) = apart {
            let kind =
                ProblemKind::EntityScopes { list: entity.list.clone(), one: tree.words(own), other: tree.words(other) };
            let place = match source.property {
                Some(_) => Place::row("survey", source.row).column("save_to"),
                None => entity.place(),
            };
            findings.problem(place, kind);
        }
    }
    Request { entity, scope, wanted, saved }
}

/// Gives each entity a group of its own: the one it wants, or one above it within its scope.
fn allocate<'a>(
    tree: &Tree<'_>,
    requests: &mut [Request<'a>],
    findings: &mut Findings,
) -> Vec<(&'a Declaration, Vec<NodeId>)> {
    let mut placed: Vec<(&Declaration, Vec<NodeId>)> = Vec::new();
    let mut reserved: HashMap<Vec<NodeId>, u32> = HashMap::new();
    requests.sort_by_key(|request| request.entity.row);
    for request in requests {
        let mut taken_by = None;
        let mut found = None;
        for length in (request.scope.len()..=request.wanted.len()).rev() {
            let Some(path) = request.wanted.get(..length) else { continue };
            match reserved.get(path) {
                None => {
                    found = Some(path.to_vec());
                    break;
                }
                Some(other) => taken_by = Some(*other),
            }
            if let Some(other) = request.saved.iter().find_map(|path| reserved.get(path)) {
                taken_by = Some(*other);
                break;
            }
        }
        let Some(path) = found else {
            // Without anybody in its way its own sources contradict each other, which was said already.
            if let Some(other) = taken_by {
                let kind = ProblemKind::NoRoomForEntity { scope: tree.words(&request.scope), other };
                findings.problem(request.entity.place(), kind);
            }
            continue;
        };
        let row = request.entity.row;
        for saved in &request.saved {
            for length in path.len()..=saved.len() {
                reserved.insert(saved.get(..length).unwrap_or_default().to_vec(), row);
            }
        }
        reserved.insert(path.clone(), row);
        placed.push((request.entity, path));
    }
    placed
}
