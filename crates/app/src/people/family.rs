//! Households and relations: who moves together, who belongs to whom, who was parted.

mod api;
mod pages;
pub mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::PersonSummary;
use crate::codes;
use crate::dates::Day;
use crate::error::{Check, Error};
use crate::ids::{HouseholdId, PersonId, RelationId};
use crate::reference;
use crate::web::blank;

pub use api::api_routes;
pub(super) use pages::role;
pub use pages::routes;

/// The role of whom the others' roles are told from.
pub const HEAD: &str = "head";

codes! {
    /// With whom a child is (Inter-agency Guiding Principles on Unaccompanied and Separated
    /// Children, 2004).
    "child-status" ChildStatus {
        /// With a parent, or whoever cares for them by law or custom.
        Accompanied = "accompanied",
        /// Parted from both, but with other relatives.
        Separated = "separated",
        /// With no adult who is responsible for them.
        Unaccompanied = "unaccompanied",
    }
}

/// Who cares for a child by law or custom.
const CARERS: &[&str] = &["mother", "father", "parent", "guardian", "foster_parent", "caregiver"];
/// Carers even where they are children themselves.
const PARENTS: &[&str] = &["mother", "father", "parent"];

/// Who heads a new household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewHousehold {
    /// The head.
    pub person_id: PersonId,
}

/// Who joins a household, or what they are in it from now on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberInput {
    /// Who.
    pub person_id: PersonId,
    /// What they are to the head (`relations`), or `head`.
    #[serde(default)]
    pub role: String,
}

impl MemberInput {
    /// Whether it can be recorded.
    ///
    /// # Errors
    /// The field to correct.
    pub fn check(&self) -> Result<(), Error> {
        let known = self.role == HEAD || reference::has("relations", &self.role);
        if known { Ok(()) } else { Err(Error::field("role", "invalid-choice")) }
    }
}

/// A tie between a person and someone on record, or known by name only.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RelationInput {
    /// The other person.
    #[serde(default, deserialize_with = "blank")]
    pub relative_id: Option<PersonId>,
    /// Their name, where they are not on record.
    #[serde(default)]
    pub relative_name: String,
    /// What the other is to the person (`relations`).
    #[serde(default)]
    pub relation: String,
    /// Since when.
    #[serde(default, deserialize_with = "blank")]
    pub starts_on: Option<Day>,
    /// Until when.
    #[serde(default, deserialize_with = "blank")]
    pub ends_on: Option<Day>,
}

impl RelationInput {
    /// Whether it can be recorded for a person.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, person: PersonId, today: Day) -> Result<(), Error> {
        let mut check = Check::default();
        let named = !self.relative_name.trim().is_empty();
        check.that(self.relative_id.is_some() != named, "relative_name", "invalid-relative");
        check.that(self.relative_id != Some(person), "relative_name", "invalid-relative-self");
        check.short(&self.relative_name, 200, "relative_name");
        check.that(reference::has("relations", &self.relation), "relation", "invalid-choice");
        check.that(self.starts_on.is_none_or(|day| day <= today), "starts_on", "invalid-future");
        check.that(self.ends_on.is_none_or(|day| day <= today), "ends_on", "invalid-future");
        let ordered = self.starts_on.zip(self.ends_on).is_none_or(|(start, end)| start <= end);
        check.that(ordered, "ends_on", "invalid-order");
        check.done()
    }
}

/// The day a tie ended.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RelationEnd {
    /// The day; today where left out.
    #[serde(default, deserialize_with = "blank")]
    pub ends_on: Option<Day>,
}

/// A tie as seen from one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Relation {
    /// Id.
    pub id: RelationId,
    /// What the other is to the person (`relations`).
    pub relation: String,
    /// The other, where they are on record and open to this user.
    pub relative: Option<PersonSummary>,
    /// Their name, where they are not on record.
    pub relative_name: Option<String>,
    /// Since when.
    pub starts_on: Option<Day>,
    /// Until when.
    pub ends_on: Option<Day>,
    /// Whether the two live apart: the tie holds, but they share no household.
    pub separated: bool,
}

/// A person's household and ties.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Family {
    /// Their household.
    pub household: Option<Household>,
    /// Their ties, those that hold first.
    pub relations: Vec<Relation>,
    /// With whom they are, where they may be a child and something is on record of it.
    pub child_status: Option<ChildStatus>,
}

/// People who move together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Household {
    /// Id.
    pub id: HouseholdId,
    /// Number inside the organisation, written `H-000123`.
    pub number: i64,
    /// The members, the head first.
    pub members: Vec<Member>,
    /// Version of the record.
    pub version: i64,
}

/// Someone in a household.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    /// Who; nobody where they are not open to this user.
    pub person: Option<PersonSummary>,
    /// What they are to the head (`relations`), or `head`; of someone not open to this user, nothing.
    pub role: Option<String>,
    /// Whether they may be under 18; of someone not open to this user, nothing.
    pub may_be_child: Option<bool>,
}

/// How a household's number is written.
pub fn household_number(number: i64) -> String {
    format!("H-{number:06}")
}

/// A relative as far as it matters for a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    /// What they are to the child.
    pub relation: String,
    /// In the same household.
    pub together: bool,
    /// Surely 18 or older.
    pub adult: bool,
}

/// With whom a child is.
pub(super) fn child_status(ties: &[Tie]) -> ChildStatus {
    let mut near = ties.iter().filter(|tie| tie.together);
    let cares = |tie: &Tie| {
        let relation = tie.relation.as_str();
        CARERS.contains(&relation) && (tie.adult || PARENTS.contains(&relation))
    };
    if near.clone().any(cares) {
        ChildStatus::Accompanied
    } else if near.any(|tie| tie.adult && tie.relation != "not_related") {
        ChildStatus::Separated
    } else {
        ChildStatus::Unaccompanied
    }
}

/// What someone is to a member of a household, told from what both are to its head.
pub(super) fn tie_through_head(mine: &str, theirs: &str) -> Option<String> {
    match (mine, theirs) {
        (HEAD, HEAD) => None,
        (HEAD, theirs) => Some(theirs.to_owned()),
        (mine, HEAD) => reference::inverse("relations", mine).map(str::to_owned),
        // A parent's spouse need not care for the child, nor a grandparent's son be the father.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie(relation: &str, together: bool, adult: bool) -> Tie {
        Tie { relation: relation.to_owned(), together, adult }
    }

    #[test]
    fn a_child_is_with_parents_with_relatives_or_alone() {
        use ChildStatus::*;
        for (ties, status) in [
            (vec![], Unaccompanied),
            (vec![tie("mother", true, true)], Accompanied),
            (vec![tie("mother", true, false)], Accompanied),
            (vec![tie("mother", false, true)], Unaccompanied),
            (vec![tie("mother", false, true), tie("aunt", true, true)], Separated),
            (vec![tie("aunt", true, true), tie("guardian", true, true)], Accompanied),
            (vec![tie("sibling", true, false)], Unaccompanied),
            (vec![tie("caregiver", true, false)], Unaccompanied),
            (vec![tie("not_related", true, true)], Unaccompanied),
        ] {
            assert_eq!(child_status(&ties), status, "{ties:?}");
        }
    }

    #[test]
    fn roles_tell_ties_to_the_head_only() {
        assert_eq!(tie_through_head("daughter", HEAD).as_deref(), Some("parent"));
        assert_eq!(tie_through_head(HEAD, "sister").as_deref(), Some("sister"));
        assert_eq!(tie_through_head("son", "wife"), None);
        assert_eq!(tie_through_head(HEAD, HEAD), None);
    }

    #[test]
    fn every_relation_has_its_other_side() {
        for (code, _) in reference::entries("relations", crate::ui::Language::En).iter().copied() {
            let inverse = reference::inverse("relations", code).unwrap_or_default();
            assert!(reference::has("relations", inverse), "{code}: {inverse}");
        }
    }

    #[test]
    fn a_tie_needs_one_other_and_days_in_order() {
        let today: Day = "2026-11-24".parse().unwrap();
        let (me, other) = (PersonId::new(), PersonId::new());
        let good = RelationInput { relative_id: Some(other), relation: "mother".into(), ..RelationInput::default() };
        assert!(good.check(me, today).is_ok());
        let named = RelationInput { relative_id: None, relative_name: "Amina".into(), ..good.clone() };
        assert!(named.check(me, today).is_ok());
        for wrong in [
            RelationInput { relative_id: None, ..good.clone() },
            RelationInput { relative_name: "Amina".into(), ..good.clone() },
            RelationInput { relative_id: Some(me), ..good.clone() },
            RelationInput { relation: "friendly".into(), ..good.clone() },
            RelationInput { ends_on: Some(today.plus_days(1)), ..good.clone() },
            RelationInput { starts_on: Some(today), ends_on: Some(today.plus_days(-1)), ..good.clone() },
        ] {
            assert!(wrong.check(me, today).is_err(), "{wrong:?}");
        }
    }
}
