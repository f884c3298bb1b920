//! Submissions that were edited: the row of a submission holds what it says now, and what it said before each edit is
//! kept beside it.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::review::{self, ReviewState, entry_about};
use super::submissions::{self, Found, FoundKind, Incoming, Kept, Submission};
use super::{entities, store};
use crate::access::Viewer;
use crate::cases::outcome::Outcome;
use crate::cases::screenings;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{CaseId, FormVersionId, PersonId, SubmissionId, SubmissionVersionId, UserId};
use crate::params;

/// What a submission was until it was edited.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionVersion {
    /// Its number, from 1.
    pub number: i64,
    /// The id that the device gave it.
    pub instance_id: String,
    /// What the sheet calls the version of the form that it was filled in with.
    pub form_version: String,
    /// How much in it the form would not have allowed.
    pub found: i64,
    /// Who wrote it.
    pub writer: Option<String>,
    /// When.
    pub written_at: Moment,
}

/// What a submission that was found for the user before said until it was edited, the last first.
pub(super) fn versions(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<Vec<SubmissionVersion>, Error> {
    Ok(tx.query(
        "SELECT y.number, y.instance_id, v.name, y.found, u.name, y.written_at FROM submission_version y \
         JOIN form_version v ON v.organisation_id = y.organisation_id AND v.id = y.form_version_id \
         LEFT JOIN user_account u ON u.organisation_id = y.organisation_id AND u.id = y.written_by \
         WHERE y.organisation_id = $1 AND y.submission_id = $2 ORDER BY y.number DESC",
        params![viewer.organisation, id],
        |row| {
            Ok(SubmissionVersion {
                number: row.next()?,
                instance_id: row.next()?,
                form_version: row.next()?,
                found: row.next()?,
                writer: row.next()?,
                written_at: row.next()?,
            })
        },
    )?)
}

/// A version of a submission that is there for this user, read as the sheet says that it was given to.
///
/// # Errors
/// It is not there for this user, it has no such version, or the database failed.
pub(super) fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId, number: i64) -> Result<Kept, Error> {
    let mut kept = submissions::find(tx, viewer, id)?;
    if kept.submission.number == number {
        return Ok(kept);
    }
    let found = tx.one(
        "SELECT y.form_version_id, v.name, y.instance_id, y.xml, y.findings, y.found, y.written_by, u.name, \
         y.written_at FROM submission_version y \
         JOIN form_version v ON v.organisation_id = y.organisation_id AND v.id = y.form_version_id \
         LEFT JOIN user_account u ON u.organisation_id = y.organisation_id AND u.id = y.written_by \
         WHERE y.organisation_id = $1 AND y.submission_id = $2 AND y.number = $3",
        params![viewer.organisation, id, number],
        |row| {
            let it = &mut kept.submission;
            (it.form_version_id, it.form_version, it.latest_id) = (row.next()?, row.next()?, row.next()?);
            kept.xml = row.next()?;
            kept.findings = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
            (it.found, it.sent_by, it.sender, it.sent_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
            (it.number, it.editor, it.edited_at, it.judged) = (number, None, None, false);
            Ok(())
        },
    )?;
    found.ok_or(Error::NotFound)?;
    kept.meaning = store::meaning(tx, viewer.organisation, kept.submission.form_version_id)?;
    kept.findings.retain(|found| kept.meaning.may_read(viewer, &found.path));
    Ok(kept)
}

/// A submission that was edited.
pub(super) struct Edited {
    pub(super) id: SubmissionId,
    /// Which of its versions the edit made.
    pub(super) number: i64,
    pub(super) case: Option<(CaseId, PersonId)>,
    pub(super) pen: Pen,
}

/// Keeps a record as the next version of the submission whose last one it was made from. It stays in its case; one that
/// waits goes to the case that it names now. Entities follow only where the submission said nothing of any before.
///
/// # Errors
/// No such submission for this user, work on its case is not allowed, it was edited since, or the database failed.
pub(super) fn keep(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming, before: &str) -> Result<Edited, Error> {
    let known = submissions::of_instance(tx, viewer, before)?.ok_or(Error::NotFound)?;
    let mut there = review::to_work_on(tx, viewer, known.id)?;
    if there.form_id != incoming.form.id {
        return Err(Error::NotFound);
    }
    if there.number != known.number {
        return Err(Error::Refused("refused-edit-outdated"));
    }
    let sensitivity = entities::together(there.sensitivity, incoming.form.sensitivity);
    there.sensitivity = sensitivity.ok_or(Error::Refused("refused-edit-sensitivity"))?;
    let former = former(tx, viewer, &there)?;
    let findings = findings(&former, &there, incoming);
    let pen = write(tx, viewer, &there, incoming, &former, &findings)?;
    let case = there.case_id.zip(there.person_id);
    if !entities::is_source(tx, viewer, there.id)? {
        let waits = incoming.asks_for_case && case.is_none();
        let (submission, number, sensitivity) = (there.id, there.number + 1, there.sensitivity);
        let source = entities::Source { submission, number, case, waits, sensitivity };
        let further = entities::carry_out(tx, viewer, &pen, &source, &incoming.entities)?;
        if !further.is_empty() {
            let all: Vec<Found> = findings.into_iter().chain(further).collect();
            entities::note(tx, viewer, &pen, there.id, &all)?;
        }
    }
    match (case, incoming.case) {
        (None, Some(of)) => {
            let edited = submissions::find(tx, viewer, there.id)?.submission;
            submissions::give(tx, viewer, &edited, of)?;
        }
        (Some((case, _)), _) if former.result.is_some() || incoming.judged.result.is_some() => {
            screenings::apply(tx, viewer, case)?;
        }
        _ => {}
    }
    let case = case.or(incoming.case);
    submissions::touch_case(tx, viewer, &pen, case)?;
    Ok(Edited { id: there.id, number: there.number + 1, case, pen })
}

/// What a submission said until now.
struct Former {
    instance_id: String,
    form_version: FormVersionId,
    subject: String,
    xml: String,
    findings: Vec<Found>,
    result: Option<String>,
    manifest: Option<String>,
    written_by: UserId,
    written_at: Moment,
}

fn former(tx: &mut Tx<'_>, viewer: &Viewer, there: &Submission) -> Result<Former, Error> {
    let found = tx.one(
        "SELECT COALESCE(s.latest_id, s.instance_id), s.form_version_id, s.subject, s.xml, s.findings, s.result, s.manifest, \
         COALESCE(s.edited_by, s.sent_by), COALESCE(s.edited_at, s.sent_at) FROM submission s \
         WHERE s.organisation_id = $1 AND s.id = $2",
        params![viewer.organisation, there.id],
        |row| {
            Ok(Former {
                instance_id: row.next()?,
                form_version: row.next()?,
                subject: row.next()?,
                xml: row.next()?,
                findings: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
                result: row.next()?,
                manifest: row.next()?,
                written_by: row.next()?,
                written_at: row.next()?,
            })
        },
    )?;
    found.ok_or(Error::NotFound)
}

/// What of an edit the form would not have allowed, and what of the version before still waits.
fn findings(former: &Former, there: &Submission, incoming: &Incoming) -> Vec<Found> {
    let waiting = former.findings.iter().filter(|found| found.kind == FoundKind::EntityWaits);
    let mut findings: Vec<Found> = incoming.judged.findings.iter().chain(waiting).cloned().collect();
    if let (Some(stays), Some((named, _))) = (there.case_id, incoming.case)
        && stays != named
    {
        let (path, value) = (String::new(), incoming.subject.clone());
        findings.push(Found { path, value, kind: FoundKind::OtherCase, expected: None, message: None });
    }
    findings
}

/// The risk that a kept result proposes, for the history.
fn proposed(result: Option<&str>) -> Option<crate::cases::Risk> {
    result.and_then(|text| serde_json::from_str::<Outcome>(text).ok()).and_then(|outcome| outcome.proposed)
}

fn write(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    there: &Submission,
    incoming: &Incoming,
    former: &Former,
    findings: &[Found],
) -> Result<Pen, Error> {
    let found = i64::try_from(findings.len()).unwrap_or(i64::MAX);
    let result = incoming.judged.result.as_ref().map(|result| serde_json::to_string(result).unwrap_or_default());
    let told = |number: i64, review_state: ReviewState, found: i64, result: Option<&str>| {
        json!({
            "submission_number": number, "review_state": review_state, "found": found, "risk_proposed": proposed(result),
        })
    };
    let was = told(there.number, there.review_state, there.found, former.result.as_deref());
    let is = told(there.number + 1, ReviewState::Edited, found, result.as_deref());
    let entry = Entry::changed(Kind::Submission, there.id, &was, &is);
    let pen = history::record(tx, viewer, entry_about(there, entry))?;
    tx.execute(
        &pen,
        "INSERT INTO submission_version (organisation_id, id, submission_id, case_id, person_id, number, instance_id, \
         form_version_id, subject, xml, findings, found, result, written_by, written_at, manifest) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            viewer.organisation,
            SubmissionVersionId::new(),
            there.id,
            there.case_id,
            there.person_id,
            there.number,
            former.instance_id.as_str(),
            former.form_version,
            former.subject.as_str(),
            former.xml.as_str(),
            json!(former.findings).to_string(),
            there.found,
            former.result.clone(),
            former.written_by,
            former.written_at,
            former.manifest.clone()
        ],
    )?;
    tx.execute(
        &pen,
        "UPDATE submission SET latest_id = $3, form_version_id = $4, subject = $5, sensitivity = $6, xml = $7, \
         findings = $8, found = $9, result = $10, number = number + 1, edited_by = $11, edited_at = $12, \
         review_state = $13, manifest = $14, updated_at = $12, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            there.id,
            incoming.instance_id.as_str(),
            incoming.version,
            incoming.subject.as_str(),
            there.sensitivity,
            incoming.xml.as_str(),
            json!(findings).to_string(),
            found,
            result,
            viewer.user,
            Moment::now(),
            ReviewState::Edited,
            incoming.manifest.clone()
        ],
    )?;
    Ok(pen)
}
