//! Consent: what a person allows, for which purpose, to whom, until when.
//!
//! Decisions are only ever added; the one decided last about a purpose counts, and stands with its
//! last day in the person's own row too, where access reads it: a withdrawal takes effect with the
//! commit that records it, a last day with the midnight that ends it ([`Decision::on`]).

mod pages;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Decision, Name, Person, PersonInput, Purpose};
use super::store;
use crate::access::{Permission, Viewer};
use crate::cases::{self, CaseSummary};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind, Pen, Story};
use crate::ids::{CaseId, ConsentId, OrganisationId, PersonId, UserId};
use crate::params;
use crate::reference;
use crate::web::blank;

pub use pages::routes;

/// Days before its last day from which a consent is to be asked for again.
const REMIND_DAYS: i64 = 14;

/// The age from which a person decides alone (Convention on the Rights of the Child, article 1).
const OF_AGE: i64 = 18;

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
        Purpose::Contact => "consent_contact",
    }
}

/// Records a decision.
///
/// # Errors
/// Not there for this user, fields to correct, or the database failed.
pub fn decide(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId, input: ConsentInput) -> Result<ConsentId, Error> {
    viewer.require(Permission::WritePeople)?;
    let person = store::find(tx, viewer, id)?;
    if person.merged_into.is_some() {
        return Err(Error::Refused("refused-merged"));
    }
    let decided_on = input.decided_on.unwrap_or(viewer.today);
    check(&input, decided_on, viewer.today, &person)?;
    let valid_until = last_day(&input, &person.record, viewer.today);
    let input = ConsentInput { decided_on: Some(decided_on), valid_until, ..input };
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
    settle(tx, &pen, viewer.organisation, id, &[input.purpose])?;
    Ok(consent)
}

/// Writes into a person's row which decision about each purpose counts: the one decided last, of
/// two on one day the one recorded last. A paper found late does not undo a later withdrawal.
///
/// # Errors
/// The database failed.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    pen: &Pen,
    organisation: OrganisationId,
    person: PersonId,
    purposes: &[Purpose],
) -> Result<(), Error> {
    for purpose in purposes {
        let last = tx.one(
            "SELECT decision, valid_until FROM consent \
             WHERE organisation_id = $1 AND person_id = $2 AND purpose = $3 \
             ORDER BY decided_on DESC, created_at DESC, id DESC LIMIT 1",
            params![organisation, person, *purpose],
            |row| Ok((row.next::<Decision>()?, row.next::<Option<Day>>()?)),
        )?;
        let (decision, until) = last.unwrap_or((Decision::NotAsked, None));
        let column = column(*purpose);
        tx.execute(
            pen,
            &format!(
                "UPDATE person SET {column} = $3, {column}_until = $4, updated_at = $5, version = version + 1 \
                 WHERE organisation_id = $1 AND id = $2"
            ),
            params![organisation, person, decision, until, Moment::now()],
        )?;
    }
    Ok(())
}

/// What a guardian allowed holds until the child comes of age: then the person decides.
fn last_day(input: &ConsentInput, record: &PersonInput, today: Day) -> Option<Day> {
    let given = input.decision == Decision::Given;
    let of_age = record.birth.range(today).1.filter(|_| given && record.birth.may_be_child(today));
    let last_as_child = of_age.map(|born| born.plus_years(OF_AGE).plus_days(-1));
    input.valid_until.into_iter().chain(last_as_child).min()
}

/// Whether these words name the person: any of their names, in any order and spelling of letters.
fn names_the_person(words: &str, record: &PersonInput) -> bool {
    let parts = |words: &str| {
        let mut parts = linkage::tokens(words);
        parts.sort();
        parts
    };
    let said = parts(words);
    let own = |name: &Name| name.kind.is_own() && parts(&name.full()) == said;
    !said.is_empty() && record.names.iter().any(own)
}

fn check(input: &ConsentInput, decided_on: Day, today: Day, person: &Person) -> Result<(), Error> {
    let (before, child) = (person.consents.of(input.purpose), person.record.birth.may_be_child(today));
    let mut check = Check::default();
    let is_decision = !matches!(input.decision, Decision::NotAsked | Decision::Lapsed);
    check.that(is_decision, "decision", "invalid-choice");
    check.that(decided_on <= today, "decided_on", "invalid-future");
    check.that(input.valid_until.is_none_or(|until| until >= decided_on), "valid_until", "invalid-order");
    check.that(
        input.decision != Decision::Withdrawn || matches!(before, Decision::Given | Decision::Lapsed),
        "decision",
        "invalid-nothing-to-withdraw",
    );
    let given = input.decision == Decision::Given;
    check.that(!given || !input.wording.trim().is_empty(), "wording", "invalid-required");
    check.that(!(given && child && input.guardian.trim().is_empty()), "guardian", "invalid-guardian");
    let own_guardian = names_the_person(&input.guardian, &person.record);
    check.that(!own_guardian, "guardian", "invalid-guardian-self");
    check.that(!names_the_person(&input.witness, &person.record), "witness", "invalid-witness-self");
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

/// All decisions of a person, the ones decided last first.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn of_person(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Consent>, Error> {
    store::find(tx, viewer, id)?;
    Ok(tx.query(
        "SELECT id, purpose, decision, provider_kinds, decided_on, valid_until, wording, witness, guardian, recorded_by, \
         created_at FROM consent WHERE organisation_id = $1 AND person_id = $2 \
         ORDER BY decided_on DESC, created_at DESC, id DESC",
        params![viewer.organisation, id],
        |row| {
            Ok(Consent {
                id: row.next()?,
                decision: ConsentInput {
                    purpose: row.next()?,
                    decision: row.next()?,
                    provider_kinds: kinds(&row.next::<String>()?),
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

/// What has already left about a person, or was seen in an emergency, and the lists that left since
/// they were registered and may name them: a withdrawal cannot call these back.
///
/// # Errors
/// Not there for this user, or the database failed.
pub fn already_shared(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Story>, Error> {
    store::find(tx, viewer, id)?;
    let cases = cases::store::of_person(tx, viewer, id)?;
    Ok(shared(tx, viewer, id, &cases)?)
}

/// The same of a person who was found for the user before, with the cases found for the user.
pub(in crate::people) fn shared(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: PersonId,
    cases: &[CaseSummary],
) -> Result<Vec<Story>, DbError> {
    let left = history::entries_of_leaving(tx, viewer.organisation, id, 200)?;
    // A case that is hidden from someone who reads cases does not show by having left.
    let is_open = |entry: &Story| {
        let is_of = |case: CaseId| cases.iter().any(|open| open.id == case);
        entry.case_id.is_none_or(|case| !viewer.may(Permission::ReadCases) || is_of(case))
    };
    Ok(left.into_iter().filter(is_open).collect())
}

/// What a person's page says of a decision.
pub(in crate::people) struct Latest {
    /// About which purpose.
    pub purpose: Purpose,
    /// When it was made.
    pub decided_on: Day,
    /// Its last day.
    pub valid_until: Option<Day>,
    /// To which kinds of provider.
    pub provider_kinds: Vec<String>,
    /// Who decided for a child.
    pub guardian: String,
    /// Who was there.
    pub witness: String,
}

/// The decisions of a person who was found for the user before, the ones decided last first.
pub(in crate::people) fn latest(tx: &mut Tx<'_>, viewer: &Viewer, id: PersonId) -> Result<Vec<Latest>, DbError> {
    tx.query(
        "SELECT purpose, decided_on, valid_until, provider_kinds, coalesce(guardian, ''), coalesce(witness, '') \
         FROM consent WHERE organisation_id = $1 AND person_id = $2 ORDER BY decided_on DESC, created_at DESC, id DESC",
        params![viewer.organisation, id],
        |row| {
            Ok(Latest {
                purpose: row.next()?,
                decided_on: row.next()?,
                valid_until: row.next()?,
                provider_kinds: kinds(&row.next::<String>()?),
                guardian: row.next()?,
                witness: row.next()?,
            })
        },
    )
}

/// Kinds of provider as a column holds them.
fn kinds(joined: &str) -> Vec<String> {
    joined.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect()
}

/// A consent that ends soon, or has ended, while a case is open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lapsing {
    /// Whose.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// For what.
    pub purpose: Purpose,
    /// Its last day.
    pub until: Day,
    /// Whether that day has passed.
    pub lapsed: bool,
}

/// Consents of the people this user is responsible for that need to be asked for again: from
/// [`REMIND_DAYS`] before the last day on, while the person has an open case. The first to end
/// come first.
///
/// # Errors
/// The database failed.
pub fn lapsing(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Lapsing>, Error> {
    let soon = viewer.today.plus_days(REMIND_DAYS);
    let columns: Vec<&str> = Purpose::ALL.iter().map(|purpose| column(*purpose)).collect();
    let any = columns.iter().map(|it| format!("(p.{it} = 'given' AND p.{it}_until <= ?)")).collect::<Vec<_>>();
    // In the words of the index on those whose consents have a last day.
    let ends = columns.iter().map(|it| format!("p.{it}_until IS NOT NULL")).collect::<Vec<_>>();
    let filter = viewer
        .visible_people_in_order()
        .and("p.owner_id = ? AND p.merged_into IS NULL", [viewer.user.into()])
        .and(&ends.join(" OR "), [])
        .and(&any.join(" OR "), columns.iter().map(|_| soon.into()))
        .and(
            "EXISTS (SELECT 1 FROM case_file o WHERE o.organisation_id = p.organisation_id AND o.person_id = p.id \
             AND o.state <> 'closed')",
            [],
        );
    let wanted: Vec<String> = columns.iter().map(|it| format!("p.{it}, p.{it}_until")).collect();
    let sql = format!(
        "SELECT p.id, p.display_name, {} FROM person p WHERE {} ORDER BY p.id LIMIT 200",
        wanted.join(", "),
        filter.sql()
    );
    let mut found = Vec::new();
    tx.each(&sql, filter.params(), |row| {
        let (person_id, person_name): (PersonId, String) = (row.next()?, row.next()?);
        for purpose in Purpose::ALL {
            let (decision, until): (Decision, Option<Day>) = (row.next()?, row.next()?);
            let ending = until.filter(|until| decision == Decision::Given && *until <= soon);
            found.extend(ending.map(|until| Lapsing {
                person_id,
                person_name: person_name.clone(),
                purpose: *purpose,
                until,
                lapsed: until < viewer.today,
            }));
        }
        Ok(true)
    })?;
    found.sort_by_key(|it| (it.until, it.purpose, it.person_id));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Birth, BirthKind, NameKind};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn given(valid_until: Option<&str>) -> ConsentInput {
        ConsentInput {
            purpose: Purpose::CaseWork,
            decision: Decision::Given,
            provider_kinds: Vec::new(),
            decided_on: None,
            valid_until: valid_until.map(day),
            wording: String::new(),
            witness: String::new(),
            guardian: String::new(),
        }
    }

    fn born(on: &str) -> PersonInput {
        let birth = Birth { kind: BirthKind::Exact, from: Some(day(on)), ..Birth::default() };
        PersonInput { birth, ..PersonInput::default() }
    }

    #[test]
    fn what_a_guardian_allowed_ends_when_the_child_comes_of_age() {
        let today = day("2026-11-24");
        let last = |until, on| last_day(&given(until), &born(on), today);
        assert_eq!(last(None, "2010-03-01"), Some(day("2028-02-29")));
        assert_eq!(last(Some("2027-01-01"), "2010-03-01"), Some(day("2027-01-01")));
        assert_eq!(last(Some("2030-01-01"), "2010-03-01"), Some(day("2028-02-29")));
        assert_eq!(last(None, "1990-03-01"), None);
        let refused = ConsentInput { decision: Decision::Refused, ..given(None) };
        assert_eq!(last_day(&refused, &born("2010-03-01"), today), None);
    }

    #[test]
    fn nobody_is_their_own_guardian_however_it_is_written() {
        let mut record = born("2012-01-01");
        record.names[0] =
            Name { kind: NameKind::Main, given: "Rana".into(), family: "Haddad".into(), family_first: false };
        record.names.push(Name {
            kind: NameKind::Mother,
            given: "Huda".into(),
            family: "Haddad".into(),
            family_first: false,
        });
        for own in ["Rana Haddad", "haddad  RANA", "Haddad, Rana"] {
            assert!(names_the_person(own, &record), "{own}");
        }
        for other in ["Huda Haddad", "Rana", "", "—"] {
            assert!(!names_the_person(other, &record), "{other}");
        }
    }
}
