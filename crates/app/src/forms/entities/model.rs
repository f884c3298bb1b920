//! What a list, an entity and its versions are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xlsform::form::is_name;

use super::held::HeldChange;
use crate::access::Sensitivity;
use crate::dates::Moment;
use crate::error::{Check, Error};
use crate::forms::upload::LIVE_LISTS;
use crate::ids::{CaseId, EntityId, EntityListId, PersonId, SubmissionId, UserId};

crate::codes! {
    /// Who sees the rows of a list.
    "list-reach" Reach {
        /// Those about a case whoever sees the case, all others the whole house.
        House = "house",
        /// Of these only those that they made themselves.
        Maker = "maker",
    }
}

crate::codes! {
    /// How two versions made from the same one stand to each other, the graver last.
    "entity-conflict" EntityConflict {
        /// They changed different things.
        Soft = "soft",
        /// They changed the same thing otherwise.
        Hard = "hard",
    }
}

/// A list of entities.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityList {
    /// Id.
    pub id: EntityListId,
    /// Its name in forms; the file `NAME.csv` is this list.
    pub name: String,
    /// What is known of each entity besides its label, in the order of the columns.
    pub properties: Vec<String>,
    /// Who sees its rows.
    pub reach: Reach,
    /// How many there are, whoever asks.
    pub count: i64,
    /// Changes that wait for one before them.
    pub held: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When the list itself was last changed.
    pub updated_at: Moment,
    /// The record's version.
    pub version: i64,
}

/// An entity as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entity {
    /// Id, as forms name it.
    pub id: EntityId,
    /// Its list.
    pub list_id: EntityListId,
    /// The list's name.
    pub list: String,
    /// What it is called.
    pub label: String,
    /// Its properties.
    pub properties: BTreeMap<String, String>,
    /// How delicate it is: as the forms that wrote it.
    pub sensitivity: Sensitivity,
    /// The case that it is about.
    pub case_id: Option<CaseId>,
    /// The person of that case.
    pub person_id: Option<PersonId>,
    /// Whether the submission that made it waits for its case.
    pub waits: bool,
    /// Whether versions of it were made from the same one, and nobody looked at that yet.
    pub conflict: Option<EntityConflict>,
    /// The version that forms see, from 1.
    pub number: i64,
    /// Who made it.
    pub made_by: UserId,
    /// Their name.
    pub maker: Option<String>,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// The record's version.
    pub version: i64,
}

/// What an entity was after a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityVersion {
    /// The version that forms see, from 1.
    pub number: i64,
    /// The version that the change was made from.
    pub base: Option<i64>,
    /// What it was called.
    pub label: String,
    /// Its properties.
    pub properties: BTreeMap<String, String>,
    /// What the change brought: properties by name, and `label`.
    pub received: BTreeMap<String, String>,
    /// How the change stands to one made from the same version.
    pub conflict: Option<EntityConflict>,
    /// The submission it came from; none for a change made here.
    pub submission_id: Option<SubmissionId>,
    /// Who made the change.
    pub written_by: UserId,
    /// Their name.
    pub writer: Option<String>,
    /// When.
    pub written_at: Moment,
}

/// An entity with its versions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityDetail {
    /// The entity.
    pub entity: Entity,
    /// The properties of its list, in order.
    pub columns: Vec<String>,
    /// Its versions, the last first.
    pub versions: Vec<EntityVersion>,
}

/// A list with those of its rows that a user sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityListDetail {
    /// The list.
    pub list: EntityList,
    /// Rows that the user sees, deleted ones among them, the last changed first.
    pub rows: Vec<Entity>,
    /// From where on there are more.
    pub next: Option<i64>,
    /// Changes that you sent and that wait for one before them.
    pub held_changes: Vec<HeldChange>,
}

/// A list made by hand.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewEntityList {
    /// Its name in forms.
    #[serde(default)]
    pub name: String,
    /// Its properties, one a line.
    #[serde(default)]
    pub properties: String,
}

/// What can be changed about a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntityListChange {
    /// Who sees its rows.
    pub reach: Reach,
    /// Further properties, one a line; a list never loses one.
    #[serde(default)]
    pub properties: String,
}

/// An entity as someone writes it here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct EntityChange {
    /// What it is called.
    #[serde(default)]
    pub label: String,
    /// Its properties by name; those not named stay.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

/// The names of properties, one a line, each once.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a text can name a property: as forms name what they save to.
pub(super) fn is_property(name: &str) -> bool {
    let reserved = name.starts_with("__") || ["name", "label"].contains(&name.to_lowercase().as_str());
    !reserved && is_name(name) && !name.contains(':') && name.len() <= 200
}

impl NewEntityList {
    /// Checks what needs no database.
    ///
    /// # Errors
    /// Fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let name = self.name.trim();
        let mut check = Check::default();
        check.text(name, 200, "name");
        let good = is_name(name) && !name.contains(['.', ':']) && !name.starts_with("__");
        check.that(name.is_empty() || good, "name", "invalid-list-name");
        check.that(!LIVE_LISTS.contains(&format!("{name}.csv").as_str()), "name", "invalid-list-taken");
        check.that(names(&self.properties).iter().all(|name| is_property(name)), "properties", "invalid-property");
        check.done()
    }
}

impl EntityListChange {
    /// Checks what needs no database.
    ///
    /// # Errors
    /// Fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        check.that(names(&self.properties).iter().all(|name| is_property(name)), "properties", "invalid-property");
        check.done()
    }
}

impl EntityChange {
    /// Checks what needs no database but the list's properties.
    ///
    /// # Errors
    /// Fields to correct.
    pub fn check(&self, properties: &[String]) -> Result<(), Error> {
        let mut check = Check::default();
        check.text(&self.label, 1_000, "label");
        for (name, value) in &self.properties {
            let field = format!("properties[{name}]");
            check.that(properties.contains(name), field.clone(), "invalid-choice");
            check.short(value, 10_000, &field);
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_as_forms_can_name_it() {
        let named = |name: &str| NewEntityList { name: name.to_owned(), properties: "place\n\n depth ".to_owned() };
        assert!(named("water_points").check().is_ok() && named("eau-potable").check().is_ok());
        for name in ["", "water points", "a.b", "__wells", "people", "cases", "follow_ups", "1st"] {
            assert!(named(name).check().is_err(), "{name}");
        }
        assert_eq!(names("place\n\n depth \nplace"), ["place", "depth"]);
    }

    #[test]
    fn what_forms_reserve_is_no_property() {
        assert!(is_property("place") && is_property("水"));
        assert!(["name", "Label", "__version", "two words", "a:b", ""].iter().all(|name| !is_property(name)));
    }
}
