//! Consent: what a person allows, for which purpose, to whom, until when.
//!
//! Decisions are only ever added; the latest about a purpose counts, and stands in the person's
//! own row too, where access reads it: a withdrawal takes effect with the commit that records it.

mod pages;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Decision, Purpose};
use super::store;
use crate::access::{Permission, Viewer};
use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind, Story};
use crate::ids::{ConsentId, PersonId, UserId};
use crate::params;
use crate::reference;
use crate::web::blank;

pub use pages::routes;

/// A decision to be recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsentInput {
    /// About which purpose.
    pub purpose: Purpose,
    /// What was decided.
    pub decision: Decision,
    /// For a referral: to which kinds of provider (`provider_kinds`).
    #[serde(default)]
    pub provider_kinds: Vec<String>,
    /// When; today without it.
    #[serde(default, deserialize_with = "blank")]
    pub decided_on: Option<Day>,
    /// Last day it holds.
    #[serde(default, deserialize_with = "blank")]
    pub valid_until: Option<Day>,
    /// The words that were shown or read to the person.
    #[serde(default)]
    pub wording: String,
    /// Who witnessed it.
    #[serde(default)]
    pub witness: String,
    /// Who decided for a child.
    #[serde(default)]
    pub guardian: String,
}

/// A decision on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Consent {
    /// Id.
    pub id: ConsentId,
    /// What was decided.
    #[serde(flatten)]
    pub decision: ConsentInput,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// When it was recorded.
    pub created_at: Moment,
}

pub(super) fn column(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CaseWork => "consent_case_work",
        Purpose::Referral => "consent_referral",
        Purpose::LawEnforcement => "consent_law_enforcement",
        Purpose::Statistics => "consent_statistics",
        Purpose::Research => "consent_research",
    }
}

/// Records a decision.
///
/// # Errors
/// Not there for this user, fields to correct, or the database failed.
pub fn decide(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, input: ConsentInput) -> Result<ConsentId, Error> {
    viewer.require(Permission::WritePeople)?;
    viewer.require(Permission::ReadPeople)?;
    let filter = viewer.visible_people().and("p.id = ?", [id.into()]);
    let known = tx.one(
        &format!("SELECT p.{}, p.birth_from, p.birth_to FROM person p WHERE {}", column(input.purpose), filter.sql()),
        filter.params(),
        |row| Ok((row.next::<Decision>()?, row.next::<Option<Day>>()?, row.next::<Option<Day>>()?)),
    )?;
    let (before, from, to) = known.ok_or(Error::NotFound)?;
    let may_be_child = from.and(to).is_some_and(|born| born.years_until(viewer.today) < 18);
    let decided_on = input.decided_on.unwrap_or(viewer.today);
    check(&input, decided_on, viewer.today, before, may_be_child)?;
    let consent = ConsentId::new();
    let pen = history::record(tx, viewer, Entry::created(Kind::Consent, consent, &input).about(id))?;
    tx.execute(
        &pen,
        "INSERT INTO consent (organisation_id, id, person_id, purpose, decision, provider_kinds, decided_on, \
         valid_until, wording, witness, guardian, recorded_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            viewer.organisation,
            consent,
            id,
            input.purpose,
            input.decision,
            input.provider_kinds.join(","),
            decided_on,
            input.valid_until,
            input.wording,
            input.witness,
            input.guardian,
            viewer.user,
            Moment::now()
        ],
    )?;
    tx.execute(
        &pen,
        &format!(
            "UPDATE person SET {} = $3, updated_at = $4, version = version + 1 WHERE organisation_id = $1 AND id = $2",
            column(input.purpose)
        ),
        params![viewer.organisation, id, input.decision, Moment::now()],
    )?;
    Ok(consent)
}

fn check(input: &ConsentInput, decided_on: Day, today: Day, before: Decision, child: bool) -> Result<(), Error> {
    let mut check = Check::default();
    check.that(input.decision != Decision::NotAsked, "decision", "invalid-choice");
    check.that(decided_on <= today, "decided_on", "invalid-future");
    check.that(input.valid_until.is_none_or(|until| until >= decided_on), "valid_until", "invalid-order");
    check.that(
        input.decision != Decision::Withdrawn || before == Decision::Given,
        "decision",
        "invalid-nothing-to-withdraw",
    );
    let given = input.decision == Decision::Given;
    check.that(!given || !input.wording.trim().is_empty(), "wording", "invalid-required");
    check.that(!(given && child && input.guardian.trim().is_empty()), "guardian", "invalid-guardian");
    check.that(
        !given || input.purpose != Purpose::Referral || !input.provider_kinds.is_empty(),
        "provider_kinds",
        "invalid-required",
    );
    let known = input.provider_kinds.iter().all(|kind| reference::has("provider_kinds", kind));
    check.that(known, "provider_kinds", "invalid-choice");
    check.short(&input.wording, 4000, "wording");
    check.short(&input.witness, 200, "witness");
    check.short(&input.guardian, 200, "guardian");
    check.done()
}

/// All decisions of a person, newest first.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn of_person(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Consent>, Error> {
    store::find(tx, viewer, id)?;
    Ok(tx.query(
        "SELECT id, purpose, decision, provider_kinds, decided_on, valid_until, wording, witness, guardian, recorded_by, \
         created_at FROM consent WHERE organisation_id = $1 AND person_id = $2 ORDER BY created_at DESC, id DESC",
        params![viewer.organisation, id],
        |row| {
            Ok(Consent {
                id: row.next()?,
                decision: ConsentInput {
                    purpose: row.next()?,
                    decision: row.next()?,
                    provider_kinds: row.next::<String>()?.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
                    decided_on: Some(row.next()?),
                    valid_until: row.next()?,
                    wording: row.next()?,
                    witness: row.next::<Option<String>>()?.unwrap_or_default(),
                    guardian: row.next::<Option<String>>()?.unwrap_or_default(),
                },
                recorded_by: row.next()?,
                created_at: row.next()?,
            })
        },
    )?)
}

/// What a person's page says of a decision.
pub(in crate::people) struct Latest {
    /// About which purpose.
    pub purpose: Purpose,
    /// When it was made.
    pub decided_on: Day,
    /// Who decided for a child.
    pub guardian: String,
}

/// The decisions of a person who was found for the user before, newest first.
pub(in crate::people) fn latest(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Latest>, DbError> {
    tx.query(
        "SELECT purpose, decided_on, coalesce(guardian, '') FROM consent \
         WHERE organisation_id = $1 AND person_id = $2 ORDER BY created_at DESC, id DESC",
        params![viewer.organisation, id],
        |row| Ok(Latest { purpose: row.next()?, decided_on: row.next()?, guardian: row.next()? }),
    )
}

/// What has already left the organisation about a person who was found for the user before: a
/// withdrawal cannot call it back.
pub(in crate::people) fn already_shared(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Story>, DbError> {
    history::left(tx, viewer.organisation, id, 1000)
}
