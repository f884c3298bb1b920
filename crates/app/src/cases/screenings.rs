//! Screenings of a case: submissions of forms that have a rule, and those from before forms had one.

use std::collections::BTreeMap;

use super::model::{Case, Screening, vulnerability};
use super::outcome::Outcome;
use super::store;
use crate::access::Viewer;
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::forms;
use crate::ids::{CaseId, ScreeningId};
use crate::params;
use crate::people;

/// Applies to case and person what their screenings say, after another was answered, by whomever.
///
/// # Errors
/// The case is not there, or the database failed.
pub(crate) fn apply(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<(), Error> {
    let file = store::file(tx, viewer, case)?;
    let found = combined(tx, viewer, &file.case)?;
    let after = Case {
        risk_proposed: found.proposed,
        vulnerability: vulnerability(file.case.risk, &file.person.respondent, found.weight()),
        first_contact_at: file.case.first_contact_at.or(Some(Moment::now())),
        ..file.case.clone()
    };
    let after = store::save(tx, viewer, &file.case, after, "")?;
    tell_person(tx, viewer, &after, &found)
}

/// What the latest answers to every screening of a case say together. This is for the rule, not for eyes: what is shown
/// comes from [`of_case`].
pub(super) fn combined(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case) -> Result<Outcome, Error> {
    let mut latest: BTreeMap<String, Outcome> = BTreeMap::new();
    for (form, _, outcome) in results(tx, viewer, case.id)? {
        latest.insert(form, outcome);
    }
    Ok(Outcome::of(latest.into_values().flat_map(|outcome| outcome.signs)))
}

/// All results of a case in the order in which they came.
fn results(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<(String, Moment, Outcome)>, Error> {
    let mut results = tx.query(
        "SELECT s.form, s.created_at, s.result FROM screening s WHERE s.organisation_id = $1 AND s.case_id = $2 \
         ORDER BY s.created_at, s.id",
        params![viewer.organisation, case],
        |row| {
            let (form, at) = (row.next()?, row.next()?);
            Ok((form, at, serde_json::from_str(&row.next::<String>()?).unwrap_or_default()))
        },
    )?;
    results.extend(forms::results_of_case(tx, viewer, case)?);
    results.sort_by_key(|(_, at, _)| *at);
    Ok(results)
}

/// Whether a screening was answered in a case since a moment.
pub(super) fn answered_since(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    form: &str,
    since: Moment,
) -> Result<bool, Error> {
    Ok(results(tx, viewer, case)?.iter().any(|(name, at, _)| name == form && *at >= since))
}

/// Sets the person's needs and vulnerability after what was found.
pub(super) fn tell_person(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, found: &Outcome) -> Result<(), Error> {
    let needs: Vec<&str> = found.needs().into_iter().map(Code::code).collect();
    people::store::set_needs(tx, viewer, case.person_id, &needs.join(","), case.vulnerability)
}

/// The screenings of a case, newest first, as far as this user may read them. The case must have been found for the user
/// before.
///
/// # Errors
/// The database failed.
pub fn of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Screening>, Error> {
    let mut screenings = forms::screenings_of_case(tx, viewer, case)?;
    screenings.extend(from_before(tx, viewer, case)?);
    screenings.sort_by_key(|screening| std::cmp::Reverse((screening.at, screening.id.0)));
    Ok(screenings)
}

/// Those from before screenings were submissions.
fn from_before(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Screening>, Error> {
    let filter = viewer.visible_parts("s").and("s.case_id = ?", [case.into()]);
    let sql = format!(
        "SELECT s.id, s.form, s.form_version, s.answers, s.result, s.done_on, u.name, s.created_at FROM screening s \
         LEFT JOIN user_account u ON u.organisation_id = s.organisation_id AND u.id = s.done_by WHERE {}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        let (id, form): (ScreeningId, String) = (row.next()?, row.next()?);
        let version: i64 = row.next()?;
        let mut answers = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
        let mut result = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
        forms::show_from_before(viewer, &form, &mut answers, &mut result);
        Ok(Screening {
            id,
            title: forms::shipped_title(&form, crate::ui::Language::En).unwrap_or(&form).to_owned(),
            titles: forms::shipped_titles(&form),
            form,
            form_version: version.to_string(),
            answers,
            result,
            done_on: row.next()?,
            done_by: row.next()?,
            submission_id: None,
            at: row.next()?,
        })
    })?)
}

/// One of them.
///
/// # Errors
/// It is not there for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: ScreeningId) -> Result<Screening, Error> {
    of_case(tx, viewer, case)?.into_iter().find(|screening| screening.id == id).ok_or(Error::NotFound)
}
