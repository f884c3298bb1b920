//! The house's budget of differential privacy, and what each release spent of it.
//!
//! Costs add up, over all releases and for ever, whatever they were about: whoever compares them knows no bounds. So the
//! house sets a budget once, with a second person, and every draw of noise is written down with what it cost; releases
//! without noise stand there too, with nothing, because their protection is another one and adds nothing to the sum.

use disclosure::account::{Cost, Delta, Epsilon, Rho};
use serde::{Deserialize, Serialize};

use super::model::Method;
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::codes;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx};
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{BudgetId, LedgerEntryId, ReleaseId, UserId};
use crate::params;
use crate::statistics::regional;

codes! {
    /// For how long a budget is.
    "budget-lasts" Lasts {
        /// For each calendar year: the promise is one for each year, and adds up over the years.
        Year = "year",
        /// For ever.
        Ever = "ever",
    }
}

/// How much may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Terms {
    /// ε of all releases together, 0.1 to 10.
    pub epsilon: f64,
    /// δ, above 0 and at most 0.001: well below one in the number of people.
    pub delta: f64,
    /// For how long.
    pub lasts: Lasts,
}

impl Default for Terms {
    /// In the middle of what statistical offices take: ε 4 for ever, and a δ for houses of up to 100,000 people.
    fn default() -> Terms {
        Terms { epsilon: 4.0, delta: 1e-6, lasts: Lasts::Ever }
    }
}

impl Terms {
    fn check(&self, people: i64) -> Result<(), Error> {
        let mut check = Check::default();
        check.that((0.1..=10.0).contains(&self.epsilon), "epsilon", "invalid-budget-epsilon");
        let people = usize::try_from(people).unwrap_or(0);
        let fits = Delta::new(self.delta).and_then(|delta| delta.check(people)).is_ok();
        check.that(fits, "delta", "invalid-budget-delta");
        check.done()
    }

    /// What is left after so much was spent: ρ, and the ε of a single release that takes all of it.
    fn left(&self, spent: Cost) -> (Rho, f64) {
        match (Epsilon::new(self.epsilon), Delta::new(self.delta)) {
            (Ok(epsilon), Ok(delta)) => spent.leaves(epsilon, delta),
            _ => (Rho::ZERO, 0.0),
        }
    }
}

/// δ is kept in parts of so many.
const DELTA_PARTS: f64 = 1e15;

/// Terms that wait for a second person.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// Its id.
    pub id: BudgetId,
    /// What was proposed.
    #[serde(flatten)]
    pub terms: Terms,
    /// By whom.
    pub proposed_by: UserId,
    /// Their name.
    pub proposed_by_name: String,
    /// When.
    pub proposed_at: Moment,
}

/// One line of the ledger.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LedgerEntry {
    /// The release, or the agreement that a part was given to.
    pub release_id: ReleaseId,
    /// Its title; nothing where it was thrown away.
    pub title: Option<String>,
    /// Whether it was a part of regional figures.
    pub regional: bool,
    /// How it was protected.
    pub method: Method,
    /// ρ spent, in 10⁻¹²; 0 without noise.
    pub rho: u64,
    /// δ spent, on finding out which values occur; 0 where all were known beforehand.
    pub delta: f64,
    /// When.
    pub spent_at: Moment,
    /// By whom.
    pub spent_by_name: String,
}

/// The budget and what became of it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Ledger {
    /// What may be spent.
    #[serde(flatten)]
    pub terms: Terms,
    /// Since when; nothing as long as it is the one that every house begins with.
    pub confirmed_at: Option<Moment>,
    /// What waits for a second person.
    pub proposal: Option<Proposal>,
    /// ε of all that was spent in the time that the budget is for.
    pub spent_epsilon: f64,
    /// ε that a single release could still have.
    pub left_epsilon: f64,
    /// Every release, the latest first.
    pub entries: Vec<LedgerEntry>,
}

/// The budget that holds, and since when.
///
/// # Errors
/// The database failed.
pub fn terms(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<(Terms, Option<Moment>), Error> {
    let sql = "SELECT terms, confirmed_at FROM budget WHERE organisation_id = $1 AND confirmed_at IS NOT NULL \
               ORDER BY confirmed_at DESC, id DESC LIMIT 1";
    let found = tx.one(sql, params![viewer.organisation], |row| Ok((row.next::<String>()?, row.next::<Moment>()?)))?;
    match found {
        Some((terms, at)) => Ok((read(&terms)?, Some(at))),
        None => Ok((Terms::default(), None)),
    }
}

fn read(terms: &str) -> Result<Terms, DbError> {
    serde_json::from_str(terms).map_err(|error| DbError::Other(format!("a budget cannot be read: {error}")))
}

/// What was spent in the time that the budget is for.
fn spent(tx: &mut Tx<'_>, viewer: &Viewer, lasts: Lasts) -> Result<Cost, Error> {
    let from = match lasts {
        Lasts::Ever => Moment::from_milliseconds(0),
        Lasts::Year => first_of_year(viewer.today).begins(&viewer.time_zone),
    };
    let sql = "SELECT rho, delta FROM ledger_entry WHERE organisation_id = $1 AND spent_at >= $2";
    let costs = tx.query(sql, params![viewer.organisation, from], cost)?;
    Ok(costs.into_iter().sum())
}

fn cost(row: &Row<'_>) -> Result<Cost, DbError> {
    let (rho, delta): (i64, i64) = (row.next()?, row.next()?);
    Ok(Cost { rho: Rho::from_parts(u64::try_from(rho).unwrap_or(0)), delta: delta as f64 / DELTA_PARTS })
}

fn first_of_year(day: Day) -> Day {
    Day(day.0.first_of_year())
}

/// Spends what a release costs. The entry in the history was made, so that two who spend side by side see each other.
pub(in crate::statistics) fn spend(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    release: ReleaseId,
    method: Method,
    cost: Cost,
) -> Result<(), Error> {
    let (terms, _) = terms(tx, viewer)?;
    let before = spent(tx, viewer, terms.lasts)?;
    let (left, _) = terms.left(before + Cost { rho: Rho::ZERO, ..cost });
    if left.less(cost.rho).is_none() {
        return Err(Error::BudgetSpent(terms.left(before).1));
    }
    tx.execute(
        pen,
        "INSERT INTO ledger_entry (organisation_id, id, release_id, method, rho, delta, spent_by, spent_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            viewer.organisation,
            LedgerEntryId::new(),
            release,
            method,
            i64::try_from(cost.rho.parts()).unwrap_or(i64::MAX),
            (cost.delta * DELTA_PARTS).ceil() as i64,
            viewer.user,
            Moment::now()
        ],
    )?;
    Ok(())
}

/// Who reads the ledger.
const READERS: [Permission; 3] = [Permission::PrepareReleases, Permission::ApproveReleases, Permission::ManageSettings];
/// Who proposes a budget.
const PROPOSERS: [Permission; 2] = [Permission::PrepareReleases, Permission::ManageSettings];
/// Who confirms one.
const CONFIRMERS: [Permission; 2] = [Permission::ApproveReleases, Permission::ManageSettings];

/// The ledger.
///
/// # Errors
/// The role does not allow it, or the database failed.
pub fn ledger(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Ledger, Error> {
    viewer.require_any(&READERS)?;
    let (terms, confirmed_at) = terms(tx, viewer)?;
    let spent = spent(tx, viewer, terms.lasts)?;
    let entries = tx.query(
        "SELECT e.release_id, r.details, a.terms, e.method, e.rho, e.delta, e.spent_at, u.name FROM ledger_entry e \
         JOIN user_account u ON u.organisation_id = e.organisation_id AND u.id = e.spent_by \
         LEFT JOIN release r ON r.organisation_id = e.organisation_id AND r.id = e.release_id \
         LEFT JOIN agreement a ON a.organisation_id = e.organisation_id AND a.id = e.release_id \
         WHERE e.organisation_id = $1 ORDER BY e.spent_at DESC, e.id DESC LIMIT 1000",
        params![viewer.organisation],
        |row| {
            let (release_id, details) = (row.next()?, row.next::<Option<String>>()?);
            let terms = row.next::<Option<String>>()?;
            let agreed = terms.as_deref().and_then(regional::title_of);
            let input = details.and_then(|text| serde_json::from_str::<super::model::ReleaseInput>(&text).ok());
            let language = crate::ui::Language::from_code(&viewer.language).unwrap_or_default();
            let (method, cost) = (row.next()?, cost(row)?);
            Ok(LedgerEntry {
                release_id,
                title: input.map(|input| input.title(&language).to_owned()).or(agreed),
                regional: terms.is_some(),
                method,
                rho: cost.rho.parts(),
                delta: cost.delta,
                spent_at: row.next()?,
                spent_by_name: row.next()?,
            })
        },
    )?;
    let delta = Delta::new(terms.delta - spent.delta);
    Ok(Ledger {
        confirmed_at,
        proposal: proposal(tx, viewer)?,
        spent_epsilon: delta.map_or(0.0, |delta| spent.rho.epsilon(delta)),
        left_epsilon: terms.left(spent).1,
        terms,
        entries,
    })
}

fn proposal(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Option<Proposal>, Error> {
    let sql = "SELECT b.id, b.terms, b.proposed_by, u.name, b.proposed_at FROM budget b \
               JOIN user_account u ON u.organisation_id = b.organisation_id AND u.id = b.proposed_by \
               WHERE b.organisation_id = $1 AND b.confirmed_at IS NULL";
    Ok(tx.one(sql, params![viewer.organisation], |row| {
        Ok(Proposal {
            id: row.next()?,
            terms: read(&row.next::<String>()?)?,
            proposed_by: row.next()?,
            proposed_by_name: row.next()?,
            proposed_at: row.next()?,
        })
    })?)
}

/// Proposes a budget; it holds once a second person confirms it. One that waits already gives way.
///
/// # Errors
/// The role does not allow it, fields to correct, or the database failed.
pub fn propose(tx: &mut Tx<'_>, viewer: &Viewer, terms: &Terms) -> Result<BudgetId, Error> {
    viewer.require_any(&PROPOSERS)?;
    let people = "SELECT count(*) FROM person WHERE organisation_id = $1";
    terms.check(tx.count(people, params![viewer.organisation])?)?;
    let id = BudgetId::new();
    let pen = history::record(tx, viewer, Entry::created(Kind::Budget, id, terms))?;
    tx.execute(
        &pen,
        "DELETE FROM budget WHERE organisation_id = $1 AND confirmed_at IS NULL",
        params![viewer.organisation],
    )?;
    tx.execute(
        &pen,
        "INSERT INTO budget (organisation_id, id, terms, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5)",
        params![viewer.organisation, id, serde_json::to_string(terms).unwrap_or_default(), viewer.user, Moment::now()],
    )?;
    Ok(id)
}

/// Confirms a budget that someone else proposed.
///
/// # Errors
/// The role does not allow it, it is the viewer's own, it does not wait any more, or the database failed.
pub fn confirm(tx: &mut Tx<'_>, viewer: &Viewer, id: BudgetId) -> Result<(), Error> {
    viewer.require_any(&CONFIRMERS)?;
    let waiting = proposal(tx, viewer)?.filter(|proposal| proposal.id == id).ok_or(Error::NotFound)?;
    if waiting.proposed_by == viewer.user {
        return Err(Error::Refused("refused-budget-own"));
    }
    let (before, _) = terms(tx, viewer)?;
    let pen = history::record(tx, viewer, Entry::changed(Kind::Budget, id, &before, &waiting.terms))?;
    tx.execute(
        &pen,
        "UPDATE budget SET confirmed_by = $3, confirmed_at = $4 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, viewer.user, Moment::now()],
    )?;
    Ok(())
}

/// Whether someone may confirm what waits: for the button, never instead of the check.
pub fn may_confirm(viewer: &Viewer, proposal: &Proposal) -> bool {
    CONFIRMERS.iter().any(|permission| viewer.may(*permission)) && proposal.proposed_by != viewer.user
}

/// Whether someone may propose a budget.
pub fn may_propose(viewer: &Viewer) -> bool {
    PROPOSERS.iter().any(|permission| viewer.may(*permission))
}
