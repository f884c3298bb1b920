//! Queries of questionnaires answered.

use std::collections::BTreeMap;

use super::input::Answers;
use super::model::{Case, Screening, vulnerability};
use super::questionnaire::{Form, Outcome};
use super::store;
use crate::access::Viewer;
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{CaseId, ScreeningId};
use crate::params;
use crate::people;

/// Keeps the answers to a questionnaire, and what they mean for person and case.
///
/// # Errors
/// Questions to answer, a rule forbids it, or the database failed.
pub fn answer(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    form: &str,
    input: &Answers,
) -> Result<ScreeningId, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let form = Form::find(form).ok_or(Error::NotFound)?;
    let mut answers = BTreeMap::new();
    let mut check = Check::default();
    for question in form.questions_for(&file.person.respondent) {
        let answer = input.answers.get(&question.id).map_or("", |answer| answer.trim());
        let field = format!("answers[{}]", question.id);
        check.that(question.is_text() || !answer.is_empty(), field.clone(), "invalid-answer");
        check.that(answer.is_empty() || question.accepts(answer), field, "invalid-choice");
        if !answer.is_empty() {
            answers.insert(question.id.clone(), answer.to_owned());
        }
    }
    let done_on = input.done_on.unwrap_or(viewer.today);
    check.that(done_on <= viewer.today, "done_on", "invalid-future");
    check.done()?;
    let outcome = form.evaluate(&answers);
    let id = ScreeningId::new();
    // Answers never change: the entry tells that it was done, the screening itself what was said.
    let told = serde_json::json!({ "form": form.id, "done_on": done_on, "risk_proposed": outcome.proposed });
    let entry = Entry::created(Kind::Screening, id, &told).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO screening (organisation_id, id, case_id, person_id, form, form_version, answers, result, \
         sensitivity, done_on, done_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            viewer.organisation,
            id,
            case,
            file.case.person_id,
            form.id.as_str(),
            form.version,
            serde_json::to_string(&answers).unwrap_or_default(),
            serde_json::to_string(&outcome).unwrap_or_default(),
            form.sensitivity(),
            done_on,
            viewer.user,
            Moment::now()
        ],
    )?;
    let found = combined(tx, viewer, &file.case)?;
    let after = Case {
        risk_proposed: found.proposed,
        vulnerability: vulnerability(file.case.risk, &file.person.respondent, found.weight()),
        first_contact_at: file.case.first_contact_at.or(Some(Moment::now())),
        ..file.case.clone()
    };
    let after = store::save(tx, viewer, &file.case, after, "")?;
    tell_person(tx, viewer, &after, &found)?;
    Ok(id)
}

/// What the latest answers to every questionnaire of a case say together. This is for the rule,
/// not for eyes: what is shown passes [`Form::shown_to`].
pub(super) fn combined(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case) -> Result<Outcome, Error> {
    let mut latest: BTreeMap<String, String> = BTreeMap::new();
    tx.each(
        "SELECT s.form, s.result FROM screening s WHERE s.organisation_id = $1 AND s.case_id = $2 \
         ORDER BY s.created_at, s.id",
        params![viewer.organisation, case.id],
        |row| {
            latest.insert(row.next()?, row.next()?);
            Ok(true)
        },
    )?;
    let outcomes = latest.values().filter_map(|text| serde_json::from_str::<Outcome>(text).ok());
    Ok(Outcome::of(outcomes.flat_map(|outcome| outcome.signs)))
}

/// Sets the person's needs and vulnerability after what was found.
pub(super) fn tell_person(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, found: &Outcome) -> Result<(), Error> {
    let needs: Vec<&str> = found.needs().into_iter().map(Code::code).collect();
    people::store::set_needs(tx, viewer, case.person_id, &needs.join(","), case.vulnerability)
}

/// The questionnaires answered in a case, newest first, as far as this user may read them. The
/// case must have been found for the user before.
///
/// # Errors
/// The database failed.
pub fn of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Screening>, Error> {
    let filter = viewer.visible_parts("s").and("s.case_id = ?", [case.into()]);
    let sql = format!(
        "SELECT s.id, s.form, s.form_version, s.answers, s.result, s.done_on, u.name FROM screening s \
         LEFT JOIN user_account u ON u.organisation_id = s.organisation_id AND u.id = s.done_by \
         WHERE {} ORDER BY s.created_at DESC, s.id DESC",
        filter.sql()
    );
    let screenings = tx.query(&sql, filter.params(), |row| {
        let mut screening = Screening {
            id: row.next()?,
            form: row.next()?,
            form_version: row.next()?,
            answers: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
            result: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
            done_on: row.next()?,
            done_by: row.next()?,
        };
        match Form::find(&screening.form) {
            Some(form) => form.shown_to(viewer, &mut screening.answers, &mut screening.result),
            None => {
                screening.answers.clear();
                screening.result.signs.clear();
            }
        }
        Ok(screening)
    })?;
    Ok(screenings)
}

/// One of them.
///
/// # Errors
/// It is not there for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: ScreeningId) -> Result<Screening, Error> {
    of_case(tx, viewer, case)?.into_iter().find(|screening| screening.id == id).ok_or(Error::NotFound)
}
