//! Possible duplicates: types and rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dates::Moment;
use crate::error::{Check, Error};
use crate::ids::{DuplicateId, MergeId, PersonId, UserId};
use crate::people::likeness::Agreements;
use crate::people::{Person, PersonSummary};

crate::codes! {
    /// What was decided about a possible duplicate.
    "duplicate-decision" DuplicateDecision {
        /// Nothing yet.
        Waiting = "waiting",
        /// One person: the records were merged.
        Same = "same",
        /// Two people: not asked again.
        NotSame = "not_same",
        /// It cannot be told: asked again once one of the records changes.
        Unsure = "unsure",
    }
}

crate::codes! {
    /// Which possible duplicates a list shows.
    "duplicates-show" DuplicatesShown {
        /// Those that wait for a decision.
        Waiting = "waiting",
        /// Those of which nobody was sure.
        Unsure = "unsure",
        /// Those decided, the last first.
        Decided = "decided",
    }
}

/// Two records that may be one person's.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duplicate {
    /// Its id.
    pub id: DuplicateId,
    /// The record made first.
    pub first: PersonSummary,
    /// The record made later.
    pub second: PersonSummary,
    /// How alike they are, in per mille.
    pub likeness: i64,
    /// How each field compares.
    pub agreements: Agreements,
    /// Who comes first: the greater vulnerability of the two.
    pub vulnerability: i64,
    /// When they were found to be alike.
    pub found_at: Moment,
    /// What was decided.
    pub decision: DuplicateDecision,
    /// The merge that made them one.
    pub merge_id: Option<MergeId>,
    /// Who decided last.
    pub decided_by: Option<UserId>,
    /// Their name.
    pub decider: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why, in their words.
    pub why: Option<String>,
    /// Changes with each decision, and when a record changes in what is compared.
    pub version: i64,
}

impl Duplicate {
    /// The likeness in per cent, for people.
    pub fn percent(&self) -> i64 {
        self.likeness / 10
    }
}

/// One page of possible duplicates.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duplicates {
    /// Most vulnerable first, then most alike; of those decided the last first.
    pub items: Vec<Duplicate>,
    /// Send this as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// Which possible duplicates are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DuplicateOptions {
    /// `waiting` (without it, too), `unsure` or `decided`.
    #[serde(deserialize_with = "crate::web::blank")]
    #[param(value_type = Option<String>)]
    pub show: Option<DuplicatesShown>,
    /// Where the last page ended.
    #[serde(deserialize_with = "crate::web::blank")]
    pub after: Option<String>,
    /// Pairs on a page, 1 to 200; 50 without it.
    #[serde(deserialize_with = "crate::web::blank")]
    pub limit: Option<i64>,
}

/// One of the two records, with what would move in a merge.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Compared {
    /// The record.
    #[serde(flatten)]
    pub person: Person,
    /// When it was made.
    pub registered_at: Moment,
    /// Decisions about purposes on record.
    pub consents: i64,
    /// Cases, for those who may know of them.
    pub cases: Option<i64>,
}

/// A possible duplicate with both records whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DuplicateRecords {
    /// The pair.
    #[serde(flatten)]
    pub duplicate: Duplicate,
    /// Both records, the one made first in front.
    pub records: Vec<Compared>,
}

/// A decision about a possible duplicate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DuplicateVerdict {
    /// `same`, `not_same` or `unsure`.
    #[serde(default = "nothing_yet")]
    pub decision: DuplicateDecision,
    /// Which record stays, where they are the same; the older one if not said.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub kept: Option<PersonId>,
    /// Why; needed where they are the same.
    #[serde(default)]
    pub why: String,
}

fn nothing_yet() -> DuplicateDecision {
    DuplicateDecision::Waiting
}

/// Longest reason, in characters.
const LONGEST_REASON: usize = 2000;

impl DuplicateVerdict {
    /// Whether it can be taken down for this pair.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self, duplicate: &Duplicate) -> Result<(), Error> {
        let mut check = Check::default();
        check.that(self.decision != DuplicateDecision::Waiting, "decision", "invalid-choice");
        if self.decision == DuplicateDecision::Same {
            check.text(&self.why, LONGEST_REASON, "why");
            let is_one_of_them = [duplicate.first.id, duplicate.second.id].contains(&self.kept_of(duplicate));
            check.that(is_one_of_them, "kept", "invalid-choice");
        } else {
            check.short(&self.why, LONGEST_REASON, "why");
        }
        check.done()
    }

    /// The record that stays.
    pub fn kept_of(&self, duplicate: &Duplicate) -> PersonId {
        self.kept.unwrap_or(duplicate.first.id)
    }
}
