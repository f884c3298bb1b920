//! What a submission makes and changes: its entities, read by what the form declares.
//!
//! After the [entities specification](https://getodk.github.io/xforms-spec/entities) 2025.1: an entity is declared in
//! the metadata of the form, a group or a repeat; answers within that place are saved to its properties. Names are
//! compared without their prefix, because phones write metadata in a namespace of its own.

use uuid::{Uuid, Variant};

use crate::definition::{Definition, FieldId};
use crate::xpath::{NodeId, Tree};

/// A list of entities that a form declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The list's name.
    pub list: String,
    /// The properties that answers are saved to, in the form's order.
    pub properties: Vec<String>,
    /// Whether the form makes entities.
    pub creates: bool,
    /// Whether the form changes entities.
    pub updates: bool,
}

/// What a submission makes or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Where it stands in the submission, with its place in each repeat.
    pub path: String,
    /// The list that it belongs to.
    pub list: String,
    /// Its id, a random UUID (version 4).
    pub id: Uuid,
    /// Whether it is to be made.
    pub create: bool,
    /// Whether it is to be changed.
    pub update: bool,
    /// The version that whoever filled in had before them.
    pub base_version: Option<i64>,
    /// The last version that their device had from the server; none for an entity made on the device.
    pub trunk_version: Option<i64>,
    /// The device's changes since then, which belong together and follow one another.
    pub branch: Option<Uuid>,
    /// What it is called; none where the form says nothing.
    pub label: Option<String>,
    /// The properties that were answered or emptied, in the form's order; what was not asked is not among them.
    pub properties: Vec<(String, String)>,
}

/// An entity that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct EntityError {
    /// The element or attribute, with its place in each repeat.
    pub path: String,
    /// The value as sent.
    pub value: String,
    /// What is wrong.
    pub problem: EntityProblem,
}

/// What is wrong with an entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntityProblem {
    /// The id is none that devices make.
    #[error("an entity needs a random UUID (version 4) as its id; let the form make it, or choose from its list")]
    Id,
    /// The list is not the one that the form declares.
    #[error("the form declares the list “{0}”")]
    OtherList(String),
    /// The form declares no such act.
    #[error("the form does not “{0}” entities of this list")]
    Undeclared(&'static str),
    /// What should count versions does not.
    #[error("a version is a whole number from 1")]
    Version,
    /// What should name a branch does not, or is missing.
    #[error("changes made offline need a random UUID (version 4) as branchId")]
    Branch,
    /// A property would have several values.
    #[error("“{0}” is saved from several answers; save it within the repeat that the entity is made for")]
    Several(String),
}

/// Where a form declares an entity: the element that holds the metadata, and the `entity` element within.
#[derive(Clone, Copy)]
struct Place {
    container: FieldId,
    entity: FieldId,
}

/// The lists that a form declares, in the form's order. Declared in several places, a list has all their properties.
pub fn declared(definition: &Definition) -> Vec<Declared> {
    let mut lists: Vec<Declared> = Vec::new();
    for place in places(definition) {
        let Some(name) = list_of(definition, place) else { continue };
        let (creates, updates) = (declares(definition, place, "create"), declares(definition, place, "update"));
        let at = lists.iter().position(|list| list.list == name).unwrap_or_else(|| {
            lists.push(Declared { list: name, properties: Vec::new(), creates: false, updates: false });
            lists.len() - 1
        });
        let Some(list) = lists.get_mut(at) else { continue };
        (list.creates, list.updates) = (list.creates || creates, list.updates || updates);
        for (_, property) in saved(definition, place) {
            if !list.properties.contains(&property) {
                list.properties.push(property);
            }
        }
    }
    lists
}

/// The entities that a submission makes or changes, in its order; those that it leaves alone are not among them.
pub fn read(definition: &Definition, record: &Tree) -> Vec<Result<Entity, EntityError>> {
    let mut found: Vec<(u32, Result<Entity, EntityError>)> = Vec::new();
    for place in places(definition) {
        for container in at(definition, record, place.container) {
            let meta = record.child(container, "meta");
            let Some(node) = meta.and_then(|meta| record.child(meta, "entity")) else { continue };
            let read = Reader { definition, record, place, container, node }.read();
            found.extend(read.transpose().map(|read| (record.order(container), read)));
        }
    }
    // Places are visited one by one, and one within another comes after it.
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, read)| read).collect()
}

/// Where a form declares entities.
fn places(definition: &Definition) -> Vec<Place> {
    let parent = |id: FieldId, name: &str| {
        definition.field(id).parent.filter(|parent| name.is_empty() || definition.field(*parent).name.local == name)
    };
    let entities = definition.fields().filter(|(_, field)| !field.is_attribute && field.name.local == "entity");
    entities
        .filter_map(|(entity, _)| {
            let container = parent(parent(entity, "meta")?, "")?;
            list_of(definition, Place { container, entity }).map(|_| Place { container, entity })
        })
        .collect()
}

/// The list that an entity belongs to, as the form writes it.
fn list_of(definition: &Definition, place: Place) -> Option<String> {
    let path = &definition.field(place.entity).path;
    let mut nodes = at(definition, &definition.instance, place.entity);
    // A repeat's first instance may stand in its template only.
    let template = definition.repeat_around(place.entity).and_then(|repeat| {
        let template = &definition.field(repeat).repeat.as_ref()?.template;
        let rest = path.strip_prefix(definition.field(repeat).path.as_str())?;
        let node = rest.split('/').skip(1).try_fold(template.root()?, |node, step| template.child(node, local(step)));
        node.and_then(|node| template.attribute(node, "dataset"))
    });
    let written = nodes.pop().and_then(|node| definition.instance.attribute(node, "dataset"));
    written.or(template).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn declares(definition: &Definition, place: Place, act: &str) -> bool {
    let attributes = &definition.field(place.entity).attributes;
    attributes.iter().any(|attribute| definition.field(*attribute).name.local == act)
}

/// The fields that are saved to the entity of a place: those nearer to it than to any other.
fn saved(definition: &Definition, place: Place) -> Vec<(FieldId, String)> {
    let containers: Vec<FieldId> = places(definition).iter().map(|place| place.container).collect();
    let nearest = |id: FieldId| definition.upwards(id).find(|above| containers.contains(above));
    let fields = definition.fields().filter(|(id, _)| nearest(*id) == Some(place.container));
    fields.filter_map(|(id, field)| Some((id, field.bind.save_to.clone()?))).collect()
}

fn local(step: &str) -> &str {
    step.rsplit(':').next().unwrap_or(step)
}

/// The elements of a field in a record, those of all instances of the repeats around it.
fn at(definition: &Definition, record: &Tree, field: FieldId) -> Vec<NodeId> {
    below(record, NodeId::DOCUMENT, &definition.field(field).path)
}

/// The elements at a path such as `/a/b` beneath a node.
fn below(record: &Tree, node: NodeId, path: &str) -> Vec<NodeId> {
    path.split('/').skip(1).fold(vec![node], |nodes, step| {
        let children = |node: NodeId| record.elements(node).filter(|child| record.local(*child) == local(step));
        nodes.into_iter().flat_map(children).collect()
    })
}

/// One entity on its way.
struct Reader<'r> {
    definition: &'r Definition,
    record: &'r Tree,
    place: Place,
    container: NodeId,
    node: NodeId,
}

impl Reader<'_> {
    fn read(&self) -> Result<Option<Entity>, EntityError> {
        let (create, update) = (self.does("create")?, self.does("update")?);
        if !create && !update {
            return Ok(None);
        }
        let list = list_of(self.definition, self.place).unwrap_or_default();
        let named = self.attribute("dataset");
        if named != list {
            return Err(self.wrong("dataset", EntityProblem::OtherList(list)));
        }
        let id = random_uuid(self.attribute("id")).ok_or_else(|| self.wrong("id", EntityProblem::Id))?;
        let branch = match self.attribute("branchId") {
            "" => None,
            named => Some(random_uuid(named).ok_or_else(|| self.wrong("branchId", EntityProblem::Branch))?),
        };
        let (base_version, trunk_version) = (self.version("baseVersion")?, self.version("trunkVersion")?);
        if trunk_version.is_some() && branch.is_none() {
            return Err(self.wrong("branchId", EntityProblem::Branch));
        }
        let label = self.record.child(self.node, "label").map(|label| self.record.text(label).trim().to_owned());
        let label = label.filter(|label| !label.is_empty());
        let properties = self.properties()?;
        let path = path(self.record, self.node);
        Ok(Some(Entity { path, list, id, create, update, base_version, trunk_version, branch, label, properties }))
    }

    fn attribute(&self, name: &str) -> &str {
        self.record.attribute(self.node, name).unwrap_or_default().trim()
    }

    fn wrong(&self, attribute: &str, problem: EntityProblem) -> EntityError {
        let path = format!("{}/@{attribute}", path(self.record, self.node));
        EntityError { path, value: self.attribute(attribute).to_owned(), problem }
    }

    /// Whether an act is to be done; only `1` and `true` say so.
    fn does(&self, act: &'static str) -> Result<bool, EntityError> {
        let does = matches!(self.attribute(act), "1" | "true");
        match does && !declares(self.definition, self.place, act) {
            true => Err(self.wrong(act, EntityProblem::Undeclared(act))),
            false => Ok(does),
        }
    }

    fn version(&self, name: &str) -> Result<Option<i64>, EntityError> {
        match self.attribute(name) {
            "" => Ok(None),
            number => match number.parse() {
                Ok(version) if version > 0 => Ok(Some(version)),
                _ => Err(self.wrong(name, EntityProblem::Version)),
            },
        }
    }

    fn properties(&self) -> Result<Vec<(String, String)>, EntityError> {
        let around = &self.definition.field(self.place.container).path;
        let mut properties = Vec::new();
        for (field, property) in saved(self.definition, self.place) {
            let rest = self.definition.field(field).path.strip_prefix(around.as_str()).unwrap_or_default();
            match below(self.record, self.container, rest).as_slice() {
                // What was not relevant is not part of the record, and leaves the property as it is.
                [] => {}
                [node] => properties.push((property, self.record.text(*node).into_owned())),
                [_, second, ..] => {
                    let (path, value) = (path(self.record, *second), self.record.text(*second).into_owned());
                    return Err(EntityError { path, value, problem: EntityProblem::Several(property) });
                }
            }
        }
        Ok(properties)
    }
}

/// A random UUID as devices make it, with or without `uuid:` before it.
pub fn random_uuid(text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix("uuid:").unwrap_or(text);
    let id = Uuid::parse_str(digits).ok().filter(|_| digits.len() == 36)?;
    (id.get_version_num() == 4 && id.get_variant() == Variant::RFC4122).then_some(id)
}

/// Where a node stands, with its place among those of its name where there are several.
fn path(record: &Tree, node: NodeId) -> String {
    let mut steps: Vec<String> = std::iter::successors(Some(node), |node| record.node(*node).parent())
        .filter(|node| *node != NodeId::DOCUMENT)
        .map(|node| {
            let siblings = record.node(node).parent().map_or(0, |parent| {
                record.elements(parent).filter(|other| record.local(*other) == record.local(node)).count()
            });
            match siblings {
                0 | 1 => record.local(node).to_owned(),
                _ => format!("{}[{}]", record.local(node), record.position(node)),
            }
        })
        .collect();
    steps.reverse();
    format!("/{}", steps.join("/"))
}
