//! Queries of what is being filled in and what was handed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use xlsform::definition::Definition;
use xlsform::encryption::Manifest;
use xlsform::entities::EntityError;
use xlsform::fill::{Filling, Finding, FindingKind, ProblemKind, check};
use xlsform::xpath::{NodeId, Tree};

use super::encryption::Encrypted;
use super::filling::{self, begin};
use super::meaning::{Meaning, titled};
use super::model::{Encryption, FOLLOW_UP_FIELD, Form, FormState, FormVersion, SUBJECT_FIELDS};
use super::review::ReviewState;
use super::{edits, entities, follow_ups, store};
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::cases::outcome::Outcome;
use crate::cases::{self, media_type, parts, screenings};
use crate::dates::Moment;
use crate::db::{DbError, Row, Tx, Value};
use crate::error::Error;
use crate::history::{self, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{
    CaseId, DeviceId, FollowUpId, FormId, FormVersionId, PersonId, SubmissionFileId, SubmissionId, UserId,
};
use crate::keys::DataKey;
use crate::params;
use crate::ui::Language;

/// The longest record in bytes.
pub const LONGEST_RECORD: usize = 4 * 1024 * 1024;

crate::codes! {
    /// What a form would not have allowed.
    "finding" FoundKind {
        /// It has no such question.
        Unknown = "unknown",
        /// It would not have asked.
        NotRelevant = "not_relevant",
        /// An answer is missing.
        Required = "required",
        /// The answer does not satisfy its condition.
        Constraint = "constraint",
        /// The answer is not of the kind asked for.
        Type = "type",
        /// What was chosen is not offered.
        NotOffered = "not_offered",
        /// The number is not on the scale.
        Range = "range",
        /// Not every choice has its rank.
        Rank = "rank",
        /// It calculates another value.
        CalculatedOtherwise = "calculated_otherwise",
        /// It counts another number of instances.
        Instances = "instances",
        /// It was filled in with another version.
        OtherVersion = "other_version",
        /// It could not judge the record.
        NotJudged = "not_judged",
        /// What it says of an entity cannot be read.
        Entity = "entity",
        /// An entity of this id is there already.
        EntityExists = "entity_exists",
        /// The entity is not there for the sender.
        EntityMissing = "entity_missing",
        /// The entity was deleted.
        EntityDeleted = "entity_deleted",
        /// The entity never had the version that the change was made from.
        EntityVersion = "entity_version",
        /// A new entity is not called anything.
        EntityLabel = "entity_label",
        /// The entity is delicate in another way than the form.
        EntitySensitivity = "entity_sensitivity",
        /// The change before it, made on the same device, has not come.
        EntityWaits = "entity_waits",
        /// It was edited to name another case than the one it stays in.
        OtherCase = "other_case",
        /// It waited, and was discarded by hand.
        EntityDiscarded = "entity_discarded",
        /// The follow-up that it names is not planned in its case.
        FollowUp = "follow_up",
    }
}

/// Something in a submission that the form would not have allowed. It is kept as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// Where, with its place in each repeat.
    pub path: String,
    /// The value as sent.
    pub value: String,
    /// What about it.
    pub kind: FoundKind,
    /// What the form calculates, counts or expects.
    pub expected: Option<String>,
    /// What the form says to it.
    pub message: Option<String>,
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Found {
        let (kind, expected) = match finding.kind {
            FindingKind::Unknown => (FoundKind::Unknown, None),
            FindingKind::NotRelevant => (FoundKind::NotRelevant, None),
            FindingKind::Problem(kind) => (of_problem(kind), None),
            FindingKind::CalculatedOtherwise { calculated } => (FoundKind::CalculatedOtherwise, Some(calculated)),
            FindingKind::Instances { counted } => (FoundKind::Instances, Some(counted.to_string())),
            FindingKind::OtherVersion { expected } => (FoundKind::OtherVersion, Some(expected)),
        };
        Found { path: finding.path, value: finding.value, kind, expected, message: finding.message }
    }
}

fn of_problem(kind: ProblemKind) -> FoundKind {
    match kind {
        ProblemKind::Required => FoundKind::Required,
        ProblemKind::Constraint => FoundKind::Constraint,
        ProblemKind::Type => FoundKind::Type,
        ProblemKind::NotOffered => FoundKind::NotOffered,
        ProblemKind::Range => FoundKind::Range,
        ProblemKind::Rank => FoundKind::Rank,
    }
}

/// Whether it is the data about the record, which some devices send in a namespace of its own, or the id of what the
/// record is an edit of, which no form declares.
fn is_metadata(finding: &Finding) -> bool {
    let names: Vec<&str> =
        finding.path.split('/').skip(2).map(|step| step.rsplit(':').next().unwrap_or(step)).collect();
    finding.kind == FindingKind::Unknown && matches!(names.as_slice(), ["meta"] | ["meta", "deprecatedID"])
}

/// Whether it is what the form says of an entity: calculated from the list as the device had it.
fn is_of_entity(finding: &Finding) -> bool {
    let calculated = matches!(finding.kind, FindingKind::CalculatedOtherwise { .. });
    calculated && finding.path.contains("/meta/entity/")
}

/// The ids of the entities that a record changes: the device may have had them before this list has them.
fn changed_entities(definition: &Definition, xml: &str) -> Vec<String> {
    let record = Tree::from_xml(xml).ok();
    let sent = record.map(|record| xlsform::entities::read(definition, &record)).unwrap_or_default();
    sent.into_iter().flatten().filter(|sent| sent.update).map(|sent| sent.id.to_string()).collect()
}

/// What a form says to a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    /// What it would not have allowed.
    pub(super) findings: Vec<Found>,
    /// What its rule gives, where it has one.
    pub(super) result: Option<Outcome>,
}

/// What a form says to a record.
pub(super) fn judge(definition: &Arc<Definition>, meaning: &Meaning, viewer: &Viewer, xml: &str) -> Judged {
    let not_judged = |error: String| {
        let (path, value) = (String::new(), String::new());
        Found { path, value, kind: FoundKind::NotJudged, expected: None, message: Some(error) }
    };
    let checked = match check(definition.clone(), filling::surroundings(viewer), xml) {
        Ok(checked) => checked,
        Err(error) => return Judged { findings: vec![not_judged(error.to_string())], result: None },
    };
    let changed = changed_entities(definition, xml);
    let is_changed =
        |found: &Finding| found.kind == FindingKind::Problem(ProblemKind::NotOffered) && changed.contains(&found.value);
    let passed_by = |found: &Finding| is_metadata(found) || is_of_entity(found) || is_changed(found);
    let findings = checked.findings.into_iter().filter(|found| !passed_by(found)).map(Found::from);
    let mut judged = Judged { findings: findings.collect(), result: None };
    if meaning.judges() {
        match meaning.judge(&checked.filling) {
            Ok(outcome) => judged.result = Some(outcome),
            Err(error) => judged.findings.push(not_judged(error.to_string())),
        }
    }
    judged
}

/// What a draft's form says to its record.
pub(super) fn judge_draft(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    draft: &Draft,
    definition: &Arc<Definition>,
    record: &str,
) -> Result<Judged, Error> {
    let meaning = store::meaning(tx, viewer.organisation, draft.form_version_id)?;
    Ok(judge(definition, &meaning, viewer, record))
}

/// A form filled in and handed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Submission {
    /// Id.
    pub id: SubmissionId,
    /// Of which form.
    pub form_id: FormId,
    /// The form's title.
    pub form_title: String,
    /// What it is called, by language codes, where that differs.
    pub form_titles: BTreeMap<String, String>,
    /// Of which version.
    pub form_version_id: FormVersionId,
    /// What the sheet calls that version.
    pub form_version: String,
    /// The id that the device gave it.
    pub instance_id: String,
    /// The case it belongs to; none as long as it waits to be assigned.
    pub case_id: Option<CaseId>,
    /// The person of that case.
    pub person_id: Option<PersonId>,
    /// What the question for the case or person held.
    pub subject: String,
    /// How delicate it is.
    pub sensitivity: Sensitivity,
    /// How much in it the form would not have allowed.
    pub found: i64,
    /// Whether the form's rule gave a result: then it is a screening.
    pub judged: bool,
    /// The device it came from; none where it was filled in here.
    pub device: Option<String>,
    /// Who handed it in.
    pub sent_by: UserId,
    /// Their name.
    pub sender: Option<String>,
    /// When.
    pub sent_at: Moment,
    /// Why it is not read; none where it is.
    pub encrypted: Option<Encrypted>,
    /// Bytes of its encrypted files; none where it is read.
    pub size: Option<i64>,
    /// What came of looking at it.
    pub review_state: ReviewState,
    /// When it was last changed or looked at.
    pub updated_at: Option<Moment>,
    /// Which of its versions this is, from 1: each edit makes one.
    pub number: i64,
    /// The id that the device gave this version.
    pub latest_id: String,
    /// Who edited it last.
    pub editor: Option<String>,
    /// When.
    pub edited_at: Option<Moment>,
    /// The record's version.
    pub version: i64,
}

const COLUMNS: &str = "s.id, s.form_id, v.title, v.titles, s.form_version_id, v.name, s.instance_id, s.case_id, \
                       s.person_id, s.subject, s.sensitivity, s.found, \
                       CASE WHEN s.result IS NULL THEN 0 ELSE 1 END, d.name, s.sent_by, u.name, s.sent_at, s.encrypted, \
                       CASE WHEN s.encrypted IS NULL THEN NULL ELSE (SELECT CAST(coalesce(sum(x.size), 0) AS BIGINT) \
                       FROM submission_file x WHERE x.organisation_id = s.organisation_id AND x.submission_id = s.id) \
                       END, s.review_state, s.updated_at, s.number, COALESCE(s.latest_id, s.instance_id), w.name, \
                       s.edited_at, s.version";

const JOINED: &str = "submission s \
    JOIN form_version v ON v.organisation_id = s.organisation_id AND v.id = s.form_version_id \
    LEFT JOIN case_file c ON c.organisation_id = s.organisation_id AND c.id = s.case_id \
    LEFT JOIN person p ON p.organisation_id = s.organisation_id AND p.id = c.person_id \
    LEFT JOIN device d ON d.organisation_id = s.organisation_id AND d.id = s.device_id \
    LEFT JOIN user_account u ON u.organisation_id = s.organisation_id AND u.id = s.sent_by \
    LEFT JOIN user_account w ON w.organisation_id = s.organisation_id AND w.id = s.edited_by";

fn from_row(row: &Row<'_>) -> Result<Submission, DbError> {
    Ok(Submission {
        id: row.next()?,
        form_id: row.next()?,
        form_title: row.next()?,
        form_titles: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
        form_version_id: row.next()?,
        form_version: row.next()?,
        instance_id: row.next()?,
        case_id: row.next()?,
        person_id: row.next()?,
        subject: row.next()?,
        sensitivity: row.next()?,
        found: row.next()?,
        judged: row.next::<i64>()? == 1,
        device: row.next()?,
        sent_by: row.next()?,
        sender: row.next()?,
        sent_at: row.next()?,
        encrypted: row.next()?,
        size: row.next()?,
        review_state: row.next()?,
        updated_at: row.next()?,
        number: row.next()?,
        latest_id: row.next()?,
        editor: row.next()?,
        edited_at: row.next()?,
        version: row.next()?,
    })
}

impl Submission {
    /// The form's title in a language.
    pub fn title_in(&self, language: Language) -> &str {
        titled(&self.form_title, &self.form_titles, language)
    }
}

/// The submissions of a case that was found for the user before, newest first.
///
/// # Errors
/// The database failed.
pub fn of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Submission>, Error> {
    let filter = viewer.visible_submissions().and("s.case_id = ?", [case.into()]);
    let sql = format!("SELECT {COLUMNS} FROM {JOINED} WHERE {} ORDER BY s.sent_at DESC, s.id", filter.sql());
    Ok(tx.query(&sql, filter.params(), from_row)?)
}

/// A submission with its record and what was found in it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The submission.
    pub submission: Submission,
    /// The record as it was sent.
    pub xml: String,
    /// What the form would not have allowed, as far as this user may read it.
    pub findings: Vec<Found>,
    /// Which answers this user may read.
    pub(super) meaning: Arc<Meaning>,
}

/// A submission that is there for this user.
///
/// # Errors
/// It is not there for this user, or the database failed.
pub fn find(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<Kept, Error> {
    viewer.require(Permission::ReadCases)?;
    let filter = viewer.visible_submissions().and("s.id = ?", [id.into()]);
    let sql = format!("SELECT {COLUMNS}, s.xml, s.findings FROM {JOINED} WHERE {}", filter.sql());
    let found = tx.one(&sql, filter.params(), |row| {
        let (submission, xml) = (from_row(row)?, row.next()?);
        let findings = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
        Ok(Kept { submission, xml, findings, meaning: Arc::default() })
    })?;
    let mut kept = found.ok_or(Error::NotFound)?;
    kept.meaning = store::meaning(tx, viewer.organisation, kept.submission.form_version_id)?;
    kept.findings.retain(|found| kept.meaning.may_read(viewer, &found.path));
    Ok(kept)
}

/// Submissions that are read.
const READ: &str = "s.encrypted IS NULL";

/// Submissions that are not read: they came encrypted.
const ENCRYPTED: &str = "s.encrypted IS NOT NULL";

/// Submissions without a case, whoever asks: in the inbox of those who manage forms, who learn no answer.
fn in_inbox(viewer: &Viewer) -> Filter {
    Filter::new("s.organisation_id = ? AND s.case_id IS NULL", [viewer.organisation.into()])
}

/// The most submissions without a case shown at once.
const MOST_WAITING: i64 = 200;

fn without_case(tx: &mut Tx<'_>, filter: &Filter) -> Result<Vec<Submission>, Error> {
    let sql =
        format!("SELECT {COLUMNS} FROM {JOINED} WHERE {} ORDER BY s.sent_at, s.id LIMIT {MOST_WAITING}", filter.sql());
    Ok(tx.query(&sql, filter.params(), from_row)?)
}

/// All submissions that wait for a case, the oldest first. What their questions hold may name someone and is left out.
///
/// # Errors
/// The role does not manage forms, or the database failed.
pub fn inbox(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Submission>, Error> {
    viewer.require(Permission::ManageForms)?;
    let mut waiting = without_case(tx, &in_inbox(viewer).and(READ, []))?;
    waiting.iter_mut().for_each(|submission| submission.subject.clear());
    Ok(waiting)
}

/// All submissions without a case that are not read because they are encrypted, the oldest first.
///
/// # Errors
/// The role does not manage forms, or the database failed.
pub fn encrypted_in_inbox(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Submission>, Error> {
    viewer.require(Permission::ManageForms)?;
    without_case(tx, &in_inbox(viewer).and(ENCRYPTED, []))
}

/// How many wait for a case.
///
/// # Errors
/// The database failed.
pub fn count_inbox(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<i64, Error> {
    let filter = in_inbox(viewer).and(READ, []);
    Ok(tx.count(&format!("SELECT count(*) FROM submission s WHERE {}", filter.sql()), filter.params())?)
}

/// What this user sent, or answers for, and waits for a case: the oldest first.
///
/// # Errors
/// The role does not work on cases, or the database failed.
pub fn waiting(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Submission>, Error> {
    viewer.require(Permission::WriteCases)?;
    without_case(tx, &viewer.visible_submissions().and("s.case_id IS NULL", []).and(READ, []))
}

/// The same of those that are not read because they are encrypted.
///
/// # Errors
/// The role does not work on cases, or the database failed.
pub fn encrypted_waiting(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Submission>, Error> {
    viewer.require(Permission::WriteCases)?;
    without_case(tx, &viewer.visible_submissions().and("s.case_id IS NULL", []).and(ENCRYPTED, []))
}

/// The case that a submission is to belong to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseOfSubmission {
    /// The case's number, or its id.
    #[serde(default)]
    pub case: String,
}

impl CaseOfSubmission {
    fn is_none(&self) -> Error {
        Error::field("case", if self.case.trim().is_empty() { "invalid-required" } else { "invalid-case" })
    }
}

/// Gives a submission that waits to a case that this user sees.
///
/// # Errors
/// It is not there for this user, no such case, work on it is not allowed, or the database failed.
pub fn assign(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
    expected: i64,
    input: &CaseOfSubmission,
) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    let filter = viewer.visible_submissions().and("s.case_id IS NULL AND s.id = ?", [id.into()]);
    let submission = one_without_case(tx, &filter, expected, input)?;
    let of = case_of(tx, viewer, input.case.trim())?.ok_or_else(|| input.is_none())?;
    give(tx, viewer, &submission, of)
}

/// Gives a submission of the inbox to the case of a number, of which whoever does it learns nothing else.
///
/// # Errors
/// The role does not manage forms, no such case, work on it is not allowed, or the database failed.
pub fn file_away(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
    expected: i64,
    input: &CaseOfSubmission,
) -> Result<(), Error> {
    viewer.require(Permission::ManageForms)?;
    let submission = one_without_case(tx, &in_inbox(viewer).and("s.id = ?", [id.into()]), expected, input)?;
    let number = input.case.trim().parse().map_err(|_| input.is_none())?;
    let of = cases::store::find_to_file(tx, viewer, number)?.ok_or_else(|| input.is_none())?;
    give(tx, viewer, &submission, of)
}

fn one_without_case(
    tx: &mut Tx<'_>,
    filter: &Filter,
    expected: i64,
    input: &CaseOfSubmission,
) -> Result<Submission, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {JOINED} WHERE {}", filter.sql());
    let submission = tx.one(&sql, filter.params(), from_row)?.ok_or(Error::NotFound)?;
    match submission.version == expected {
        true => Ok(submission),
        false => Err(Error::stale(input, &json!({ "case": null }), submission.version)),
    }
}

/// Gives a submission to a case, with all that belongs to it.
pub(super) fn give(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    submission: &Submission,
    (case, person): (CaseId, PersonId),
) -> Result<(), Error> {
    let sql = "SELECT s.result, s.xml FROM submission s WHERE s.organisation_id = $1 AND s.id = $2";
    let kept = tx.one(sql, params![viewer.organisation, submission.id], |row| {
        Ok((row.next::<Option<String>>()?, row.next::<String>()?))
    })?;
    let (result, xml) = kept.ok_or(Error::NotFound)?;
    let result: Option<Outcome> = result.and_then(|text| serde_json::from_str(&text).ok());
    let Submission { id, form_title, found, sensitivity, .. } = submission;
    let entry = entry_of(*id, form_title, *found, result.as_ref(), *sensitivity).about(person).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    for (rows, key) in [
        ("submission SET version = version + 1,", "id"),
        ("submission_file SET", "submission_id"),
        ("submission_version SET", "submission_id"),
        ("comment SET", "submission_id"),
    ] {
        tx.execute(
            &pen,
            &format!("UPDATE {rows} case_id = $3, person_id = $4 WHERE organisation_id = $1 AND {key} = $2"),
            params![viewer.organisation, submission.id, case, person],
        )?;
    }
    if result.is_some() {
        screenings::apply(tx, viewer, case)?;
    }
    // Nobody marks a follow-up of a case that they do not work on.
    if let Some(named) = Tree::from_xml(&xml).ok().and_then(|record| follow_ups::named(&record, None)) {
        follow_ups::keep(tx, viewer, submission.id, Some(case), &named)?;
    }
    entities::store::give(tx, viewer, &pen, submission.id, (case, person))
}

/// The case that a question names: by its own id or number, or by its person's, whose open case it then is. Only a
/// case that this user sees and may work on.
pub(super) fn case_of(tx: &mut Tx<'_>, viewer: &Viewer, named: &str) -> Result<Option<(CaseId, PersonId)>, Error> {
    if named.is_empty() || !viewer.may(Permission::WriteCases) {
        return Ok(None);
    }
    let (condition, value): (&str, Value) = match (named.parse::<uuid::Uuid>(), named.strip_prefix("P-")) {
        (Ok(id), _) => ("c.id = ? OR c.person_id = ?", id.into()),
        (_, Some(number)) => match number.parse::<i64>() {
            Ok(number) => ("p.number = ?", number.into()),
            Err(_) => return Ok(None),
        },
        _ => match named.parse::<i64>() {
            Ok(number) => ("c.number = ?", number.into()),
            Err(_) => return Ok(None),
        },
    };
    let params = vec![value; condition.matches('?').count()];
    let filter = viewer.visible_cases().and(condition, params);
    let sql = format!(
        "SELECT c.id FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} ORDER BY CASE c.state WHEN 'closed' THEN 1 ELSE 0 END, c.opened_at DESC LIMIT 1",
        filter.sql()
    );
    let Some(case) = tx.one(&sql, filter.params(), |row| row.get::<CaseId>(0))? else { return Ok(None) };
    match cases::store::find_for_work(tx, viewer, case) {
        Ok(file) => Ok(Some((case, file.case.person_id))),
        Err(Error::NotFound | Error::Refused(_) | Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the question for the case or person holds in a record.
pub(super) fn subject_of(form: &Form, record: &Tree) -> String {
    let Some(root) = record.root() else { return String::new() };
    let names = subject_fields(&form.subject_field);
    let values = names.iter().flat_map(|name| {
        let named = record.descendants(root).filter(move |node| record.local(*node) == *name);
        named.map(|node| record.text(node).trim().to_owned())
    });
    values.into_iter().find(|value| !value.is_empty()).unwrap_or_default().chars().take(200).collect()
}

/// Whether a form asks for the case or person: without an answer its submissions wait.
pub(super) fn asks_for_case(form: &Form, definition: &Definition) -> bool {
    let names = subject_fields(&form.subject_field);
    definition.fields().any(|(_, field)| !field.is_attribute && names.contains(&field.name.local))
}

/// A form being filled in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Draft {
    /// Id; that of the submission, once it is handed in.
    pub id: SubmissionId,
    /// Of which form.
    pub form_id: FormId,
    /// The form's title.
    pub form_title: String,
    /// What it is called, by language codes, where that differs.
    pub form_titles: BTreeMap<String, String>,
    /// Of which version.
    pub form_version_id: FormVersionId,
    /// For which case.
    pub case_id: CaseId,
    /// Of which person.
    pub person_id: PersonId,
    /// The planned follow-up that it is filled in for.
    pub follow_up_id: Option<FollowUpId>,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was last written on.
    pub updated_at: Moment,
    /// The names of the questions that the case answers.
    #[serde(skip)]
    pub fixed: Vec<String>,
}

const DRAFT: &str = "d.id, v.form_id, v.title, v.titles, d.form_version_id, d.case_id, d.person_id, d.follow_up_id, \
     d.created_at, d.updated_at, f.subject_field";

const DRAFT_JOINED: &str = "form_draft d \
    JOIN form_version v ON v.organisation_id = d.organisation_id AND v.id = d.form_version_id \
    JOIN form f ON f.organisation_id = v.organisation_id AND f.id = v.form_id";

fn draft_from(row: &Row<'_>) -> Result<Draft, DbError> {
    let mut draft = Draft {
        id: row.next()?,
        form_id: row.next()?,
        form_title: row.next()?,
        form_titles: serde_json::from_str(&row.next::<String>()?).unwrap_or_default(),
        form_version_id: row.next()?,
        case_id: row.next()?,
        person_id: row.next()?,
        follow_up_id: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        fixed: subject_fields(&row.next::<String>()?),
    };
    draft.fixed.extend(draft.follow_up_id.map(|_| FOLLOW_UP_FIELD.to_owned()));
    Ok(draft)
}

impl Draft {
    /// The form's title in a language.
    pub fn title_in(&self, language: Language) -> &str {
        titled(&self.form_title, &self.form_titles, language)
    }
}

/// The names of the questions that hold the case or person.
fn subject_fields(own: &str) -> Vec<String> {
    if own.is_empty() { SUBJECT_FIELDS.map(str::to_owned).to_vec() } else { vec![own.to_owned()] }
}

/// What this user is filling in for a case, the last first.
///
/// # Errors
/// The database failed.
pub fn drafts_of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Draft>, Error> {
    let sql = format!(
        "SELECT {DRAFT} FROM {DRAFT_JOINED} WHERE d.organisation_id = $1 AND d.case_id = $2 AND d.created_by = $3 \
         ORDER BY d.updated_at DESC, d.id"
    );
    Ok(tx.query(&sql, params![viewer.organisation, case, viewer.user], draft_from)?)
}

/// A draft with its record and its form's version: only for who began it, and as long as the case may be worked on.
pub(super) fn draft(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
) -> Result<(Draft, String, Arc<Definition>), Error> {
    viewer.require(Permission::WriteCases)?;
    let sql = format!(
        "SELECT {DRAFT}, d.xml, v.xform FROM {DRAFT_JOINED} \
         WHERE d.organisation_id = $1 AND d.id = $2 AND d.created_by = $3"
    );
    let found = tx.one(&sql, params![viewer.organisation, id, viewer.user], |row| {
        Ok((draft_from(row)?, row.next::<String>()?, row.next::<String>()?))
    })?;
    let (draft, xml, xform) = found.ok_or(Error::NotFound)?;
    parts::check_filling_in(tx, viewer, draft.case_id, draft.follow_up_id)?;
    let definition = store::definition(tx, viewer, draft.form_version_id, &xform, Some(draft.case_id))?;
    Ok((draft, xml, definition))
}

/// The case that a draft of this user is for, whether it may still be worked on or not.
pub(super) fn case_of_draft(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<CaseId, Error> {
    viewer.require(Permission::WriteCases)?;
    let case = tx.one(
        "SELECT d.case_id FROM form_draft d WHERE d.organisation_id = $1 AND d.id = $2 AND d.created_by = $3",
        params![viewer.organisation, id, viewer.user],
        |row| row.get(0),
    )?;
    case.ok_or(Error::NotFound)
}

/// A form offered to this user, in the version that is filled in.
pub(super) fn offered(tx: &mut Tx<'_>, viewer: &Viewer, form: FormId) -> Result<(Form, FormVersion, String), Error> {
    viewer.require(Permission::WriteCases)?;
    let form = store::form(tx, viewer, form)?;
    if !viewer.sees(form.sensitivity) {
        return Err(Error::NotFound);
    }
    if form.state != FormState::Open {
        return Err(Error::Refused("refused-form-not-open"));
    }
    let (version, xform) = store::published(tx, viewer, form.id)?;
    // What a page sends passes through the house in the clear, which the key's holder did not want.
    if version.encryption == Encryption::Own {
        return Err(Error::Refused("refused-form-own-key"));
    }
    Ok((form, version, xform))
}

/// What is to be filled in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewDraft {
    /// The form; for a follow-up it need not be named.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub form_id: Option<FormId>,
    /// The planned follow-up that it is filled in for: with the form of its kind, and no other.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub follow_up_id: Option<FollowUpId>,
}

/// Begins to fill in a form for a case, or for one of its follow-ups.
///
/// # Errors
/// No form is named, the follow-up is not planned or has another form, the form is not open, work on the case is not
/// allowed, or the database failed.
pub fn begin_draft(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    new: NewDraft,
    language: Language,
) -> Result<SubmissionId, Error> {
    parts::check_filling_in(tx, viewer, case, new.follow_up_id)?;
    let file = cases::store::find(tx, viewer, case)?;
    let form = match new.follow_up_id {
        Some(follow_up) => follow_ups::form_to_begin(tx, viewer, case, follow_up)?,
        None => new.form_id.ok_or_else(|| Error::field("form_id", "invalid-required"))?,
    };
    if new.form_id.is_some_and(|named| named != form) {
        return Err(Error::field("form_id", "invalid-choice"));
    }
    let (form, version, xform) = offered(tx, viewer, form)?;
    let definition = store::definition(tx, viewer, version.id, &xform, Some(case))?;
    let mut filling = begin(definition, viewer, language)?;
    name_the_case(&mut filling, &form, case, file.case.person_id)?;
    if let Some(follow_up) = new.follow_up_id {
        follow_ups::name_in(&mut filling, follow_up)?;
    }
    let (id, now) = (SubmissionId::new(), Moment::now());
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Draft),
        "INSERT INTO form_draft (organisation_id, id, form_version_id, case_id, person_id, follow_up_id, xml, \
         created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        params![
            viewer.organisation,
            id,
            version.id,
            case,
            file.case.person_id,
            new.follow_up_id,
            filling.draft(),
            viewer.user,
            now
        ],
    )?;
    Ok(id)
}

/// Answers the question for the case or the person, where the form has one outside repeats.
pub(super) fn name_the_case(filling: &mut Filling, form: &Form, case: CaseId, person: PersonId) -> Result<(), Error> {
    for name in &subject_fields(&form.subject_field) {
        let fields = filling.definition().fields().filter(|(_, field)| field.name.local == *name);
        let ids: Vec<_> = fields.filter(|(_, field)| field.children.is_empty()).map(|(id, _)| id).collect();
        let nodes: Vec<_> = ids.into_iter().flat_map(|id| filling.nodes(id).to_vec()).collect();
        for node in nodes {
            let offers = |value: &str, filling: &Filling| {
                filling.choices(node).is_ok_and(|all| all.iter().any(|choice| choice.value == value))
            };
            let by_person = *name == "person_id" || offers(&person.to_string(), filling);
            let value = if by_person { person.to_string() } else { case.to_string() };
            // A calculated one says itself whom it is about.
            if filling.value(node).is_empty() && !filling.readonly(node) {
                filling.answer(node, &value)?;
            }
        }
    }
    Ok(())
}

/// Keeps a draft as it was looked at, unless it went on since it was read: a browser asks what is asked now after each
/// answer, and may be overtaken by its user.
pub(super) fn save_look(tx: &mut Tx<'_>, viewer: &Viewer, draft: &Draft, xml: &str) -> Result<(), Error> {
    let now = tx.one(
        "SELECT d.updated_at FROM form_draft d WHERE d.organisation_id = $1 AND d.id = $2 AND d.created_by = $3",
        params![viewer.organisation, draft.id, viewer.user],
        |row| row.get::<Moment>(0),
    )?;
    if now == Some(draft.updated_at) { save_draft(tx, viewer, draft.id, xml) } else { Ok(()) }
}

/// Keeps a draft as it stands.
pub(super) fn save_draft(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId, xml: &str) -> Result<(), Error> {
    if xml.len() > LONGEST_RECORD {
        return Err(Error::TooLarge(LONGEST_RECORD));
    }
    let kept = tx.execute(
        &Pen::unrecorded(Bookkeeping::Draft),
        "UPDATE form_draft SET xml = $4, updated_at = $5 WHERE organisation_id = $1 AND id = $2 AND created_by = $3",
        params![viewer.organisation, id, viewer.user, xml, Moment::now()],
    )?;
    if kept == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Throws a draft away, with its files.
///
/// # Errors
/// Not this user's, or the database failed.
pub fn discard_draft(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    let pen = Pen::unrecorded(Bookkeeping::Draft);
    let gone = tx.execute(
        &pen,
        "DELETE FROM form_draft WHERE organisation_id = $1 AND id = $2 AND created_by = $3",
        params![viewer.organisation, id, viewer.user],
    )?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    tx.execute(
        &pen,
        "DELETE FROM submission_file WHERE organisation_id = $1 AND submission_id = $2",
        params![viewer.organisation, id],
    )?;
    Ok(())
}

/// A record on its way into the house.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) id: SubmissionId,
    pub(super) form: Form,
    pub(super) version: FormVersionId,
    pub(super) instance_id: String,
    pub(super) case: Option<(CaseId, PersonId)>,
    pub(super) subject: String,
    pub(super) xml: String,
    pub(super) judged: Judged,
    /// What it says of entities.
    pub(super) entities: Vec<Result<xlsform::entities::Entity, EntityError>>,
    /// Whether its form asks for a case.
    pub(super) asks_for_case: bool,
    /// The manifest that it came with, where it was encrypted.
    pub(super) manifest: Option<String>,
    /// What it says of a planned follow-up.
    pub(super) follow_up: Option<follow_ups::Named>,
    pub(super) device: Option<DeviceId>,
    /// The id of the version that it is an edit of.
    pub(super) edits: Option<String>,
}

/// What the history tells of a submission: as delicate as the submission itself.
fn entry_of(id: SubmissionId, form: &str, found: i64, result: Option<&Outcome>, sensitivity: Sensitivity) -> Entry {
    let mut told = json!({ "form": form, "found": found });
    if let (Some(told), Some(proposed)) = (told.as_object_mut(), result.and_then(|result| result.proposed)) {
        told.insert("risk_proposed".to_owned(), json!(proposed));
    }
    Entry::created(Kind::Submission, id, &told).noting(parts::GUARDED, sensitivity.to_string())
}

/// Keeps a record, in its case or in the inbox, with what its form's rule makes of it; makes and changes the entities
/// that it names, and marks the follow-up that it was filled in for as kept.
pub(super) fn keep(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming) -> Result<Pen, Error> {
    let pen = insert(tx, viewer, incoming)?;
    let Incoming { id, form, case, judged, entities, asks_for_case, follow_up, .. } = incoming;
    let (sensitivity, waits) = (form.sensitivity, *asks_for_case && case.is_none());
    let source = entities::Source { submission: *id, number: 1, case: *case, waits, sensitivity };
    let mut further = entities::carry_out(tx, viewer, &pen, &source, entities)?;
    if let Some(named) = follow_up {
        further.extend(follow_ups::keep(tx, viewer, *id, case.map(|(case, _)| case), named)?);
    }
    if !further.is_empty() {
        let findings: Vec<Found> = judged.findings.iter().cloned().chain(further).collect();
        entities::note(tx, viewer, &pen, *id, &findings)?;
    }
    if let (Some((case, _)), true) = (case, judged.result.is_some()) {
        screenings::apply(tx, viewer, *case)?;
    }
    Ok(pen)
}

fn insert(tx: &mut Tx<'_>, viewer: &Viewer, incoming: &Incoming) -> Result<Pen, Error> {
    let Incoming { id, form, version, instance_id, case: of, subject, xml, judged, device, manifest, .. } = incoming;
    let found = i64::try_from(judged.findings.len()).unwrap_or(i64::MAX);
    let mut entry = entry_of(*id, &form.title, found, judged.result.as_ref(), form.sensitivity);
    if let Some((case, person)) = of {
        entry = entry.about(*person).in_case(*case);
    }
    let pen = history::record(tx, viewer, entry)?;
    if manifest.is_some() {
        forget_encrypted(tx, viewer, &pen, *id)?;
    }
    let (case, person) = of.unzip();
    tx.execute(
        &pen,
        "INSERT INTO submission (organisation_id, id, form_id, form_version_id, instance_id, case_id, person_id, \
         subject, sensitivity, xml, findings, found, result, device_id, sent_by, sent_at, version, manifest) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, $17)",
        params![
            viewer.organisation,
            *id,
            form.id,
            *version,
            instance_id.as_str(),
            case,
            person,
            subject.as_str(),
            form.sensitivity,
            xml.as_str(),
            serde_json::to_string(&judged.findings).unwrap_or_default(),
            found,
            judged.result.as_ref().map(|result| serde_json::to_string(result).unwrap_or_default()),
            *device,
            viewer.user,
            Moment::now(),
            manifest.clone()
        ],
    )?;
    Ok(pen)
}

/// Takes away a submission that came encrypted and in parts: whole, it is a version of another one.
pub(super) fn take_away_encrypted(tx: &mut Tx<'_>, viewer: &Viewer, known: &Known) -> Result<(), Error> {
    let entry = Entry::removed(Kind::Submission, known.id, &json!({ "encrypted": known.encrypted }));
    let (case, person) = known.case.unzip();
    let pen = history::record(tx, viewer, entities::store::entry_about(entry, case, person))?;
    forget_encrypted(tx, viewer, &pen, known.id)
}

/// Takes away what came of a submission before it was whole: it is read now.
fn forget_encrypted(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, id: SubmissionId) -> Result<(), Error> {
    for rows in [
        "submission_file WHERE organisation_id = $1 AND submission_id = $2",
        "submission WHERE organisation_id = $1 AND id = $2",
    ] {
        tx.execute(pen, &format!("DELETE FROM {rows}"), params![viewer.organisation, id])?;
    }
    Ok(())
}

/// Hands a draft in: it becomes a submission of its case.
///
/// # Errors
/// Not this user's, the form is closed, work on the case is not allowed, or the database failed.
pub(super) fn send_draft(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
    xml: String,
    judged: Judged,
) -> Result<(), Error> {
    let (draft, _, definition) = draft(tx, viewer, id)?;
    let form = store::form(tx, viewer, draft.form_id)?;
    if !matches!(form.state, FormState::Open | FormState::Closing) {
        return Err(Error::Refused("refused-form-not-open"));
    }
    let record = Tree::from_xml(&xml).map_err(|error| Error::Internal(error.to_string()))?;
    let incoming = Incoming {
        id,
        version: draft.form_version_id,
        instance_id: instance_id(&record).unwrap_or_else(|| id.to_string()),
        case: Some((draft.case_id, draft.person_id)),
        subject: subject_of(&form, &record),
        entities: xlsform::entities::read(&definition, &record),
        asks_for_case: asks_for_case(&form, &definition),
        follow_up: follow_ups::named(&record, draft.follow_up_id),
        xml,
        judged,
        device: None,
        manifest: None,
        edits: None,
        form,
    };
    let pen = keep(tx, viewer, &incoming)?;
    tx.execute(
        &pen,
        "DELETE FROM form_draft WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
    )?;
    let file = cases::store::find(tx, viewer, draft.case_id)?;
    cases::store::touch(tx, viewer, &pen, &file.case)
}

/// Fills a form in for a case, for a follow-up where one is named, and hands it in, with answers by paths below the form's
/// root.
///
/// # Errors
/// As for beginning and handing in; a path to no question.
pub fn hand_in(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    form: FormId,
    follow_up_id: Option<FollowUpId>,
    answers: &[(&str, &str)],
) -> Result<SubmissionId, Error> {
    let new = NewDraft { form_id: Some(form), follow_up_id };
    let id = begin_draft(tx, viewer, case, new, Language::En)?;
    let (draft, xml, definition) = draft(tx, viewer, id)?;
    let mut filling = filling::resume(definition.clone(), viewer, Language::En, &xml)?;
    let root = filling.path(filling.root());
    for (path, value) in answers {
        let node = filling.at(&format!("{root}/{path}"))?;
        filling.answer(node, value)?;
    }
    let record = filling.submission()?;
    let judged = judge_draft(tx, viewer, &draft, &definition, &record)?;
    send_draft(tx, viewer, id, record, judged)?;
    Ok(id)
}

/// The case goes on when something was handed in for it.
pub(super) fn touch_case(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    of: Option<(CaseId, PersonId)>,
) -> Result<(), Error> {
    let Some((case, _)) = of else { return Ok(()) };
    let file = cases::store::find(tx, viewer, case)?;
    cases::store::touch(tx, viewer, pen, &file.case)
}

/// A pen for files that come after their record; none where none came.
pub(super) fn further_pen(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
    of: Option<(CaseId, PersonId)>,
    files: usize,
) -> Result<Option<Pen>, Error> {
    if files == 0 {
        return Ok(None);
    }
    let mut entry = Entry::new(history::Act::Changed, Kind::Submission, id);
    if let Some((case, person)) = of {
        entry = entry.about(person).in_case(case);
    }
    history::record(tx, viewer, entry.noting("files", i64::try_from(files).unwrap_or(i64::MAX))).map(Some)
}

/// The condition of a form's submissions that this user sees.
pub(super) fn of_form_filter(viewer: &Viewer, form: FormId) -> Filter {
    viewer.visible_submissions().and("s.form_id = ?", [form.into()])
}

/// How many submissions there are of which a condition holds.
pub(super) fn count_where(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Error> {
    Ok(tx.count(&format!("SELECT count(*) FROM {JOINED} WHERE {}", filter.sql()), filter.params())?)
}

/// Submissions of which a condition holds, in the order in which they came: each with its case's number and record.
pub(super) fn of_form_where(
    tx: &mut Tx<'_>,
    filter: &Filter,
    (from, most): (i64, i64),
) -> Result<Vec<(Submission, Option<i64>, String)>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, c.number, s.xml FROM {JOINED} WHERE {} ORDER BY s.sent_at, s.id LIMIT {most} OFFSET {from}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| Ok((from_row(row)?, row.next()?, row.next()?)))?)
}

/// The id that a record bears.
pub(super) fn instance_id(record: &Tree) -> Option<String> {
    let root = record.root()?;
    let id = in_meta(record, "instanceID").or_else(|| record.attribute(root, "instanceID").map(str::to_owned));
    id.filter(|id| !id.is_empty() && id.len() <= 200)
}

/// The id of the version that a record is an edit of.
pub(super) fn deprecated_id(record: &Tree) -> Option<String> {
    in_meta(record, "deprecatedID").filter(|id| !id.is_empty())
}

/// What the data about a record hold under a name.
fn in_meta(record: &Tree, name: &str) -> Option<String> {
    let meta = record.child(record.root()?, "meta")?;
    record.child(meta, name).map(|node| record.text(node).trim().to_owned())
}

/// A file of a submission.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionFile {
    /// Id.
    pub id: SubmissionFileId,
    /// Its name in the record.
    pub name: String,
    /// The media type that its content shows.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

/// The files of a submission that this user may open: those that answer questions whose answers they may read.
pub(super) fn files_of(tx: &mut Tx<'_>, viewer: &Viewer, kept: &Kept) -> Result<Vec<SubmissionFile>, Error> {
    let number = kept.submission.number;
    let mut files = files(tx, viewer, kept.submission.id, number)?;
    if let Ok(record) = Tree::from_xml(&kept.xml) {
        let answers: Vec<_> = record.root().into_iter().flat_map(|root| record.descendants(root)).collect();
        files.retain(|(came_with, file)| {
            let is_it = |node: &&NodeId| !record.has_elements(**node) && record.text(**node).trim() == file.name;
            let mut named = answers.iter().filter(is_it).peekable();
            // What came with a version before is there only where this one still names it.
            let is_there = *came_with == number || named.peek().is_some();
            is_there && named.all(|node| kept.meaning.may_read(viewer, &path_in(&record, *node)))
        });
    }
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

/// The path of an element of a record, without places in repeats.
pub(super) fn path_in(record: &Tree, node: NodeId) -> String {
    let mut steps: Vec<&str> = std::iter::once(node).chain(record.ancestors(node)).map(|it| record.local(it)).collect();
    steps.retain(|step| !step.is_empty());
    steps.reverse();
    format!("/{}", steps.join("/"))
}

/// The last file of each name that had come with a version of a submission that was found for the user before, each
/// with the version that it came with.
fn files(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId, number: i64) -> Result<Vec<(i64, SubmissionFile)>, Error> {
    Ok(tx.query(
        "SELECT x.number, x.id, x.name, x.media_type, x.size FROM submission_file x \
         WHERE x.organisation_id = $1 AND x.submission_id = $2 AND x.number <= $3 AND NOT EXISTS \
         (SELECT 1 FROM submission_file y WHERE y.organisation_id = x.organisation_id \
          AND y.submission_id = x.submission_id AND y.name = x.name AND y.number > x.number AND y.number <= $3) \
         ORDER BY x.created_at, x.id",
        params![viewer.organisation, id, number],
        |row| {
            let number = row.next()?;
            let (id, name, media_type, size) = (row.next()?, row.next()?, row.next()?, row.next()?);
            Ok((number, SubmissionFile { id, name, media_type, size }))
        },
    )?)
}

/// How many of the files that a submission names came.
pub(super) fn count_files(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    submission: &Submission,
    named: &[String],
) -> Result<usize, Error> {
    let there = files(tx, viewer, submission.id, submission.number)?;
    Ok(there.iter().filter(|(_, file)| named.contains(&file.name)).count())
}

/// A file on its way into the house, sealed before the one writer is asked: sealing takes longer than writing.
pub(super) struct NewFile {
    id: SubmissionFileId,
    name: String,
    media_type: &'static str,
    size: i64,
    sealed: Vec<u8>,
}

impl NewFile {
    /// Seals a file.
    pub(super) fn seal(key: &DataKey, name: &str, content: &[u8]) -> NewFile {
        let id = SubmissionFileId::new();
        NewFile {
            id,
            name: name.to_owned(),
            media_type: media_type(content).unwrap_or("application/octet-stream"),
            size: i64::try_from(content.len()).unwrap_or(i64::MAX),
            sealed: key.seal("submission file", id.0.as_bytes(), content),
        }
    }
}

/// Keeps a file of a version of a submission, or of a draft; one of this name that came with it already stays.
pub(super) fn keep_file(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    (submission, number): (SubmissionId, i64),
    of: Option<(CaseId, PersonId)>,
    file: NewFile,
) -> Result<(), Error> {
    let (case, person) = of.unzip();
    tx.execute(
        pen,
        "INSERT INTO submission_file (organisation_id, id, submission_id, case_id, person_id, name, media_type, size, \
         sealed, created_at, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (organisation_id, submission_id, name, number) DO NOTHING",
        params![
            viewer.organisation,
            file.id,
            submission,
            case,
            person,
            file.name,
            file.media_type,
            file.size,
            file.sealed,
            Moment::now(),
            number
        ],
    )?;
    Ok(())
}

/// Takes a file of a draft away.
pub(super) fn drop_file(tx: &mut Tx<'_>, viewer: &Viewer, submission: SubmissionId, name: &str) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Draft),
        "DELETE FROM submission_file WHERE organisation_id = $1 AND submission_id = $2 AND name = $3",
        params![viewer.organisation, submission, name],
    )?;
    Ok(())
}

/// A file with its content.
///
/// # Errors
/// The submission or file is not there for this user, it was altered, or the database failed.
pub fn open_file(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
    file: SubmissionFileId,
) -> Result<(Submission, SubmissionFile, Vec<u8>), Error> {
    let kept = find(tx, viewer, id)?;
    let number = tx.one(
        "SELECT x.number FROM submission_file x WHERE x.organisation_id = $1 AND x.submission_id = $2 AND x.id = $3",
        params![viewer.organisation, id, file],
        |row| row.get::<i64>(0),
    )?;
    let number = number.ok_or(Error::NotFound)?;
    let is_it = |held: &SubmissionFile| held.id == file;
    let held = match files_of(tx, viewer, &kept)?.into_iter().find(is_it) {
        Some(held) => held,
        // It is read as the version that it came with.
        None => {
            let before = edits::find(tx, viewer, id, number)?;
            files_of(tx, viewer, &before)?.into_iter().find(is_it).ok_or(Error::NotFound)?
        }
    };
    let content = content(tx, viewer, file)?;
    Ok((kept.submission, held, content))
}

/// The content of a file that was found for the user before.
pub(super) fn content(tx: &mut Tx<'_>, viewer: &Viewer, file: SubmissionFileId) -> Result<Vec<u8>, Error> {
    let sealed = tx.one(
        "SELECT x.sealed FROM submission_file x WHERE x.organisation_id = $1 AND x.id = $2",
        params![viewer.organisation, file],
        |row| row.get::<Vec<u8>>(0),
    )?;
    let content = tx.key().open("submission file", file.0.as_bytes(), &sealed.ok_or(Error::NotFound)?);
    content.map_err(|error| Error::Internal(format!("submission file {file}: {error}")))
}

/// The files of an encrypted submission that was found for the user before.
pub(super) fn files_as_they_came(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: SubmissionId,
) -> Result<Vec<SubmissionFile>, Error> {
    Ok(files(tx, viewer, id, 1)?.into_iter().map(|(_, file)| file).collect())
}

/// The manifest of an encrypted submission that was found for the user before.
pub(super) fn manifest(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<String, Error> {
    let found = tx.one(
        "SELECT s.manifest FROM submission s WHERE s.organisation_id = $1 AND s.id = $2",
        params![viewer.organisation, id],
        |row| row.get::<Option<String>>(0),
    )?;
    found.flatten().ok_or(Error::NotFound)
}

/// The files that the manifest of an encrypted submission names and that have not come.
pub(super) fn missing(tx: &mut Tx<'_>, viewer: &Viewer, submission: &Submission) -> Result<Vec<String>, Error> {
    if submission.encrypted.is_none() {
        return Ok(Vec::new());
    }
    let there = files_as_they_came(tx, viewer, submission.id)?;
    let manifest = Manifest::read(&manifest(tx, viewer, submission.id)?);
    let manifest = manifest.map_err(|error| Error::Internal(error.to_string()))?;
    let gone = |name: &&str| !there.iter().any(|file| file.name == *name);
    Ok(manifest.files().filter(gone).map(str::to_owned).collect())
}

/// A version of a submission that is there already.
pub(super) struct Known {
    pub(super) id: SubmissionId,
    pub(super) case: Option<(CaseId, PersonId)>,
    pub(super) sent_by: UserId,
    pub(super) xml: String,
    pub(super) number: i64,
    /// What came in its place, where it was encrypted.
    pub(super) manifest: Option<String>,
    /// Why it is not read; none where it is.
    pub(super) encrypted: Option<Encrypted>,
}

/// The version of a submission of an id that a device gave, whoever asks.
pub(super) fn of_instance(tx: &mut Tx<'_>, viewer: &Viewer, instance_id: &str) -> Result<Option<Known>, Error> {
    Ok(tx.one(
        "SELECT s.id, s.case_id, s.person_id, s.sent_by, s.xml, s.number, s.manifest, s.encrypted FROM submission s \
         WHERE s.organisation_id = $1 AND s.instance_id = $2 AND s.latest_id IS NULL \
         UNION ALL SELECT s.id, s.case_id, s.person_id, s.edited_by, s.xml, s.number, s.manifest, s.encrypted \
         FROM submission s WHERE s.organisation_id = $1 AND s.latest_id = $2 \
         UNION ALL SELECT y.submission_id, y.case_id, y.person_id, y.written_by, y.xml, y.number, y.manifest, NULL \
         FROM submission_version y WHERE y.organisation_id = $1 AND y.instance_id = $2",
        params![viewer.organisation, instance_id],
        |row| {
            let (id, case, person): (_, Option<CaseId>, Option<PersonId>) = (row.next()?, row.next()?, row.next()?);
            let (sent_by, xml, number, manifest) = (row.next()?, row.next()?, row.next()?, row.next()?);
            let encrypted = row.next()?;
            Ok(Known { id, case: case.zip(person), sent_by, xml, number, manifest, encrypted })
        },
    )?)
}
