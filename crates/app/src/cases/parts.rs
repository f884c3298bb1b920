//! Queries of what gathers in a case: notes, flags, approvals, follow-ups.

use super::input::{
    ApprovalDecision, Because, FlagResolution, FollowUpRecord, NewApproval, NewFlag, NewFollowUp, NewNote, SHORT,
};
use super::lifecycle::{self, Refusal};
use super::model::{AfterClosure, Approval, ApprovalKind, ApprovalState, Case, CaseState, Flag, FollowUp, Note};
use super::store;
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::{Tx, Value};
use crate::error::{Check, Error};
use crate::history::{self, Bookkeeping, Entry, Kind, Pen, Story};
use crate::ids::{ApprovalId, CaseId, FlagId, FollowUpId, NoteId, NoticeId, PersonId, SubmissionId, UserId};
use crate::params;
use crate::users::{self, OrganisationSettings};

/// What someone wrote in their own words may say who it is about.
fn knows(viewer: &Viewer) -> bool {
    viewer.sees(Sensitivity::Identity)
}

/// The notes of a case that was found for the user before, newest first.
///
/// # Errors
/// The database failed.
pub fn notes(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Note>, Error> {
    if !knows(viewer) {
        return Ok(Vec::new());
    }
    let filter = viewer.visible_parts("n").and("n.case_id = ?", [case.into()]);
    let sql = format!(
        "SELECT n.id, n.kind, n.sensitivity, n.text, n.written_by, u.name, n.created_at, n.changed_at, n.struck_at, \
         s.name, n.struck_because, n.version FROM note n \
         LEFT JOIN user_account u ON u.organisation_id = n.organisation_id AND u.id = n.written_by \
         LEFT JOIN user_account s ON s.organisation_id = n.organisation_id AND s.id = n.struck_by \
         WHERE {} ORDER BY n.created_at DESC, n.id DESC",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| {
        Ok(Note {
            id: row.next()?,
            kind: row.next()?,
            sensitivity: row.next()?,
            text: row.next()?,
            written_by: row.next()?,
            writer: row.next()?,
            created_at: row.next()?,
            changed_at: row.next()?,
            struck_at: row.next()?,
            struck_by: row.next()?,
            struck_because: row.next()?,
            version: row.next()?,
        })
    })?)
}

/// One of them.
///
/// # Errors
/// It is not there for this user, or the database failed.
pub fn note(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: NoteId) -> Result<Note, Error> {
    notes(tx, viewer, case)?.into_iter().find(|note| note.id == id).ok_or(Error::NotFound)
}

/// Writes a note.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn add_note(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, input: &NewNote) -> Result<NoteId, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    input.check()?;
    let sensitivity = input.sensitivity.unwrap_or(Sensitivity::Case);
    if !viewer.sees(sensitivity) {
        return Err(Error::field("sensitivity", "invalid-choice"));
    }
    let id = NoteId::new();
    // A note may be more delicate than the history: what it says at first stands only in it.
    let told = serde_json::json!({ "kind": input.kind, "sensitivity": sensitivity });
    let entry = Entry::created(Kind::Note, id, &told).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO note (organisation_id, id, case_id, person_id, kind, sensitivity, text, written_by, created_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        params![
            viewer.organisation,
            id,
            case,
            file.case.person_id,
            input.kind.as_str(),
            sensitivity,
            input.text.trim(),
            viewer.user,
            Moment::now()
        ],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(id)
}

/// Puts a note right. Only its writer does; the history keeps what it said before, for those who may
/// read it ([`told_to`]).
///
/// # Errors
/// Fields to correct, not the writer, struck out, a rule forbids it, someone else changed it, or the
/// database failed.
pub fn change_note(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: NoteId,
    version: i64,
    input: &NewNote,
) -> Result<Note, Error> {
    let file = store::find_for_work(tx, viewer, case)?;
    let before = note(tx, viewer, case, id)?;
    if before.version != version {
        return Err(Error::stale(input, &before, before.version));
    }
    if before.written_by != viewer.user {
        return Err(Refusal::NotTheWriter.into());
    }
    if before.struck_at.is_some() {
        return Err(Refusal::AlreadyDone.into());
    }
    input.check()?;
    let sensitivity = input.sensitivity.unwrap_or(before.sensitivity);
    if !viewer.sees(sensitivity) {
        return Err(Error::field("sensitivity", "invalid-choice"));
    }
    let after = Note {
        kind: input.kind.clone(),
        sensitivity,
        text: input.text.trim().to_owned(),
        changed_at: Some(Moment::now()),
        version: version + 1,
        ..before.clone()
    };
    let told =
        |note: &Note| serde_json::json!({ "kind": note.kind, "sensitivity": note.sensitivity, "text": note.text });
    let entry = Entry::changed(Kind::Note, id, &told(&before), &told(&after)).about(file.case.person_id).in_case(case);
    let guarded = [before.sensitivity, after.sensitivity].map(|it| it.to_string());
    let pen = history::record(tx, viewer, entry.noting(GUARDED, guarded.join(",")))?;
    tx.execute(
        &pen,
        "UPDATE note SET kind = $3, sensitivity = $4, text = $5, changed_at = $6, version = $7 \
         WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            id,
            after.kind.as_str(),
            after.sensitivity,
            after.text.as_str(),
            after.changed_at,
            after.version
        ],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(after)
}

/// Strikes a note out: it stays readable, with the reason. Its writer or a supervisor does, in a
/// closed case too.
///
/// # Errors
/// No reason, neither writer nor supervisor, struck out already, someone else changed it, or the
/// database failed.
pub fn strike_note(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: NoteId,
    version: i64,
    input: &Because,
) -> Result<Note, Error> {
    viewer.require(Permission::WriteCases)?;
    let file = store::find(tx, viewer, case)?;
    let before = note(tx, viewer, case, id)?;
    if before.version != version {
        return Err(Error::stale(input, &before, before.version));
    }
    if before.written_by != viewer.user && !viewer.may(Permission::Approve) {
        return Err(Refusal::NotTheWriter.into());
    }
    if before.struck_at.is_some() {
        return Err(Refusal::AlreadyDone.into());
    }
    input.check()?;
    let after = Note {
        struck_at: Some(Moment::now()),
        struck_by: Some(viewer.name.clone()),
        struck_because: Some(input.reason.trim().to_owned()),
        version: version + 1,
        ..before.clone()
    };
    let entry = Entry::changed(Kind::Note, id, &before, &after).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry.noting(GUARDED, before.sensitivity.to_string()))?;
    tx.execute(
        &pen,
        "UPDATE note SET struck_by = $3, struck_at = $4, struck_because = $5, version = $6 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, viewer.user, after.struck_at, after.struck_because.clone(), after.version],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(after)
}

/// The fact of an entry that says how delicate its words are.
pub(crate) const GUARDED: &str = "guarded";

/// An entry of a case's history without the words this user may not read: the words of a note are
/// as delicate as the note was before, and as it was made then.
pub(super) fn told_to(viewer: &Viewer, mut story: Story) -> Story {
    let hidden = story
        .facts
        .iter()
        .filter(|(name, _)| name == GUARDED)
        .flat_map(|(_, codes)| codes.split(','))
        .any(|code| !Sensitivity::from_code(code).is_some_and(|sensitivity| viewer.sees(sensitivity)));
    story.facts.retain(|(name, _)| name != GUARDED);
    if hidden {
        story.changes.clear();
    }
    story
}

/// The flags of a case that was found for the user before, those to resolve first.
///
/// # Errors
/// The database failed.
pub fn flags(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Flag>, Error> {
    if !knows(viewer) {
        return Ok(Vec::new());
    }
    Ok(tx.query(
        "SELECT f.id, f.kind, f.text, u.name, f.created_at, f.resolved_at, f.resolution FROM flag f \
         LEFT JOIN user_account u ON u.organisation_id = f.organisation_id AND u.id = f.raised_by \
         WHERE f.organisation_id = $1 AND f.case_id = $2 \
         ORDER BY CASE WHEN f.resolved_at IS NULL THEN 0 ELSE 1 END, f.created_at DESC, f.id",
        params![viewer.organisation, case],
        |row| {
            Ok(Flag {
                id: row.next()?,
                kind: row.next()?,
                text: row.next()?,
                raised_by: row.next()?,
                created_at: row.next()?,
                resolved_at: row.next()?,
                resolution: row.next()?,
            })
        },
    )?)
}

/// The flag that keeps a person from being erased: evidence is needed, whatever the period says.
/// Anyone who works on the case raises it, closed or not; a supervisor resolves it.
pub const LEGAL_HOLD: &str = "legal_hold";

fn find_to_flag(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, kind: &str) -> Result<store::File, Error> {
    if kind != LEGAL_HOLD {
        return store::find_for_work(tx, viewer, case);
    }
    viewer.require(Permission::WriteCases)?;
    store::find(tx, viewer, case)
}

/// Raises a flag.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn raise_flag(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, input: &NewFlag) -> Result<FlagId, Error> {
    let file = find_to_flag(tx, viewer, case, &input.kind)?;
    input.check()?;
    let id = FlagId::new();
    let entry = Entry::created(Kind::Flag, id, input).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO flag (organisation_id, id, case_id, person_id, kind, text, raised_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            viewer.organisation,
            id,
            case,
            file.case.person_id,
            input.kind.as_str(),
            input.text.trim(),
            viewer.user,
            Moment::now()
        ],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(id)
}

/// Resolves a flag.
///
/// # Errors
/// A field to correct, resolved already, a rule forbids it, or the database failed.
pub fn resolve_flag(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: FlagId,
    input: &FlagResolution,
) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    let flag = {
        store::find(tx, viewer, case)?;
        flags(tx, viewer, case)?.into_iter().find(|flag| flag.id == id).ok_or(Error::NotFound)?
    };
    let file = find_to_flag(tx, viewer, case, &flag.kind)?;
    if flag.kind == LEGAL_HOLD {
        viewer.require(Permission::Approve)?;
    }
    if flag.resolved_at.is_some() {
        return Err(Refusal::AlreadyDone.into());
    }
    let mut check = Check::default();
    check.text(&input.resolution, SHORT, "resolution");
    check.done()?;
    let now = Moment::now();
    let after = Flag { resolved_at: Some(now), resolution: Some(input.resolution.trim().to_owned()), ..flag.clone() };
    let entry = Entry::changed(Kind::Flag, id, &flag, &after).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "UPDATE flag SET resolved_by = $3, resolved_at = $4, resolution = $5 WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, viewer.user, now, after.resolution],
    )?;
    store::touch(tx, viewer, &pen, &file.case)
}

/// The approvals of a case that was found for the user before, newest first.
///
/// # Errors
/// The database failed.
pub fn approvals(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Approval>, Error> {
    let knows = knows(viewer);
    Ok(tx.query(
        "SELECT a.id, a.kind, a.state, a.asked_by, u.name, a.asked_at, d.name, a.decided_at, a.comment \
         FROM approval a \
         LEFT JOIN user_account u ON u.organisation_id = a.organisation_id AND u.id = a.asked_by \
         LEFT JOIN user_account d ON d.organisation_id = a.organisation_id AND d.id = a.decided_by \
         WHERE a.organisation_id = $1 AND a.case_id = $2 ORDER BY a.asked_at DESC, a.id",
        params![viewer.organisation, case],
        |row| {
            Ok(Approval {
                id: row.next()?,
                kind: row.next()?,
                state: row.next()?,
                asked_by: row.next()?,
                asker: row.next()?,
                asked_at: row.next()?,
                decider: row.next()?,
                decided_at: row.next()?,
                comment: row.next::<Option<String>>()?.filter(|_| knows),
            })
        },
    )?)
}

/// Asks the supervisor to decide on the plan or the closure. A plan must be complete first;
/// closing may be asked for without the person's consent.
///
/// # Errors
/// A rule forbids it, or the database failed.
pub fn ask_approval(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, input: &NewApproval) -> Result<ApprovalId, Error> {
    viewer.require(Permission::WriteCases)?;
    let mut file = store::find(tx, viewer, case)?;
    let mut check = Check::default();
    check.short(&input.why, SHORT, "why");
    check.short(input.one_front_reason.as_deref().unwrap_or_default(), SHORT, "one_front_reason");
    check.done()?;
    if input.one_front_reason.is_some() && input.kind == ApprovalKind::Plan {
        lifecycle::work(file.case.state, file.person.consent)?;
        let after = Case { one_front_reason: input.one_front_reason.clone(), ..file.case.clone() };
        file.case = store::save(tx, viewer, &file.case, after, "")?;
    }
    let facts = store::facts(tx, viewer, &file)?;
    if facts.waiting {
        return Err(Refusal::ApprovalWaiting.into());
    }
    match input.kind {
        ApprovalKind::Plan => lifecycle::plan_is_complete(&facts)?,
        ApprovalKind::Closure if file.case.state == CaseState::Closed => return Err(Refusal::Closed.into()),
        ApprovalKind::Closure => {}
    }
    let id = ApprovalId::new();
    let told = serde_json::json!({ "kind": input.kind, "state": ApprovalState::Waiting });
    let entry = Entry::created(Kind::Approval, id, &told).about(file.case.person_id).in_case(case);
    let pen = history::record(tx, viewer, entry.because(&input.why))?;
    tx.execute(
        &pen,
        "INSERT INTO approval (organisation_id, id, case_id, person_id, kind, state, asked_by, asked_at) \
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7)",
        params![viewer.organisation, id, case, file.case.person_id, input.kind, viewer.user, Moment::now()],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    Ok(id)
}

/// Whether this user decides on what was asked for: for the page that offers it and for the decision.
///
/// # Errors
/// The role does not allow it, their own request or case (and what to do where the organisation has
/// nobody else), or the database failed.
pub(super) fn check_decider(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, asked_by: UserId) -> Result<(), Error> {
    viewer.require(Permission::Approve)?;
    let may = |decider: UserId| lifecycle::decide(decider, asked_by, case.owner_id);
    let Err(refusal) = may(viewer.user) else { return Ok(()) };
    let deciders = users::store::who_may(tx, viewer.organisation, Permission::Approve)?;
    let others = deciders.into_iter().any(|decider| may(decider).is_ok());
    Err(if others { refusal } else { Refusal::NobodyElse }.into())
}

/// Takes back what waits for a decision that the organisation no longer asks for: it would hold up
/// its case, and there may be nobody to decide.
///
/// # Errors
/// The database failed.
pub fn drop_unwanted_requests(tx: &mut Tx<'_>, viewer: &Viewer, settings: &OrganisationSettings) -> Result<(), Error> {
    let waiting: Vec<(ApprovalId, CaseId, PersonId, ApprovalKind)> = tx.query(
        "SELECT id, case_id, person_id, kind FROM approval WHERE organisation_id = $1 AND state = 'waiting'",
        params![viewer.organisation],
        |row| Ok((row.next()?, row.next()?, row.next()?, row.next()?)),
    )?;
    let wanted = |kind: ApprovalKind| match kind {
        ApprovalKind::Plan => settings.plan_approval,
        ApprovalKind::Closure => settings.closure_approval,
    };
    for (id, case, person, kind) in waiting.into_iter().filter(|(.., kind)| !wanted(*kind)) {
        let told = serde_json::json!({ "kind": kind, "state": ApprovalState::Waiting });
        let entry = Entry::removed(Kind::Approval, id, &told).about(person).in_case(case);
        let pen = history::record(tx, viewer, entry)?;
        tx.execute(
            &pen,
            "DELETE FROM approval WHERE organisation_id = $1 AND id = $2",
            params![viewer.organisation, id],
        )?;
    }
    Ok(())
}

/// Decides. An approved plan is agreed at once.
///
/// # Errors
/// Not allowed, decided already, one's own request or case, a rule forbids it, or the database failed.
pub fn decide(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: ApprovalId,
    input: &ApprovalDecision,
) -> Result<(), Error> {
    viewer.require(Permission::Approve)?;
    let file = store::find(tx, viewer, case)?;
    let before = approvals(tx, viewer, case)?.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    if before.state != ApprovalState::Waiting {
        return Err(Refusal::AlreadyDecided.into());
    }
    check_decider(tx, viewer, &file.case, before.asked_by)?;
    let mut check = Check::default();
    check.that(input.approve || !input.comment.trim().is_empty(), "comment", "invalid-comment-needed");
    check.short(&input.comment, SHORT, "comment");
    check.done()?;
    let state = if input.approve { ApprovalState::Approved } else { ApprovalState::Refused };
    let entry = Entry::changed(
        Kind::Approval,
        id,
        &serde_json::json!({ "kind": before.kind, "state": before.state }),
        &serde_json::json!({ "kind": before.kind, "state": state }),
    );
    let pen = history::record(
        tx,
        viewer,
        entry
            .about(file.case.person_id)
            .in_case(case)
            .noting("approval", before.kind.to_string())
            .because(&input.comment),
    )?;
    let comment = Some(input.comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    tx.execute(
        &pen,
        "UPDATE approval SET state = $3, decided_by = $4, decided_at = $5, comment = $6 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id, state, viewer.user, Moment::now(), comment],
    )?;
    store::touch(tx, viewer, &pen, &file.case)?;
    let kind = if input.approve { "approved" } else { "refused" };
    notify(tx, viewer, before.asked_by, kind, &file.case, &input.comment)?;
    if input.approve && before.kind == ApprovalKind::Plan {
        store::agree_plan(tx, viewer, case, file.case.version, None)?;
    }
    Ok(())
}

/// Leaves a notice on a user's first page.
pub(super) fn notify(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    user: UserId,
    kind: &str,
    case: &Case,
    text: &str,
) -> Result<(), Error> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::Notice),
        "INSERT INTO notice (organisation_id, id, user_id, kind, person_id, case_id, text, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![viewer.organisation, NoticeId::new(), user, kind, case.person_id, case.id, text, Moment::now()],
    )?;
    Ok(())
}

/// The follow-ups of a case that was found for the user before: planned ones, then kept ones, the last first.
///
/// # Errors
/// The database failed.
pub fn follow_ups(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<FollowUp>, Error> {
    let knows = knows(viewer);
    Ok(tx.query(
        "SELECT f.id, f.kind, f.due_on, f.user_id, u.name, f.done_on, f.person_seen, f.text, \
         f.submission_id, f.version \
         FROM follow_up f \
         LEFT JOIN user_account u ON u.organisation_id = f.organisation_id AND u.id = f.user_id \
         WHERE f.organisation_id = $1 AND f.case_id = $2 \
         ORDER BY CASE WHEN f.done_on IS NULL THEN 0 ELSE 1 END, CASE WHEN f.done_on IS NULL THEN f.due_on END, \
         f.done_on DESC, f.id",
        params![viewer.organisation, case],
        |row| {
            Ok(FollowUp {
                id: row.next()?,
                kind: row.next()?,
                due_on: row.next()?,
                user_id: row.next()?,
                user_name: row.next()?,
                done_on: row.next()?,
                person_seen: row.next()?,
                text: row.next::<Option<String>>()?.filter(|_| knows),
                submission_id: row.next()?,
                version: row.next()?,
            })
        },
    )?)
}

/// One of them.
///
/// # Errors
/// It is not there, or the database failed.
pub fn follow_up(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: FollowUpId) -> Result<FollowUp, Error> {
    follow_ups(tx, viewer, case)?.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)
}

/// Plans a follow-up, or records one that was kept.
///
/// # Errors
/// Fields to correct, a rule forbids it, or the database failed.
pub fn add_follow_up(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, input: &NewFollowUp) -> Result<FollowUpId, Error> {
    let file = store::find_for_follow_up(tx, viewer, case, &input.kind)?;
    let due_on = input.check(viewer.today)?;
    store::check_colleague(tx, viewer, input.user_id, "user_id")?;
    let follow_up = FollowUp {
        id: FollowUpId::new(),
        kind: input.kind.clone(),
        due_on,
        user_id: input.user_id.or(file.case.owner_id).or(Some(viewer.user)),
        user_name: None,
        done_on: input.done_on,
        person_seen: input.done_on.map(|_| input.person_seen),
        text: Some(input.text.trim().to_owned()).filter(|text| !text.is_empty()),
        submission_id: None,
        version: 1,
    };
    let pen = insert(tx, viewer, &file.case, &follow_up)?;
    kept(tx, viewer, &pen, &file.case, &follow_up)?;
    Ok(follow_up.id)
}

/// Plans to ask what became of the person of a case that was just closed.
pub(super) fn ask_after(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, when: &[AfterClosure]) -> Result<(), Error> {
    for after in AfterClosure::ALL.iter().filter(|after| when.contains(after)) {
        let follow_up = FollowUp {
            id: FollowUpId::new(),
            kind: after.code().to_owned(),
            due_on: viewer.today.plus_months(after.months()),
            user_id: case.owner_id.or(Some(viewer.user)),
            user_name: None,
            done_on: None,
            person_seen: None,
            text: None,
            submission_id: None,
            version: 1,
        };
        insert(tx, viewer, case, &follow_up)?;
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, follow_up: &FollowUp) -> Result<Pen, Error> {
    let entry = Entry::created(Kind::FollowUp, follow_up.id, follow_up).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO follow_up (organisation_id, id, case_id, person_id, kind, due_on, user_id, done_on, \
         person_seen, text, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        params![
            viewer.organisation,
            follow_up.id,
            case.id,
            case.person_id,
            follow_up.kind.as_str(),
            follow_up.due_on,
            follow_up.user_id,
            follow_up.done_on,
            follow_up.person_seen,
            follow_up.text.clone(),
            Moment::now()
        ],
    )?;
    Ok(pen)
}

fn kept(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, case: &Case, follow_up: &FollowUp) -> Result<(), Error> {
    if follow_up.done_on.is_some() {
        let case = store::progress(tx, viewer, case, follow_up.person_seen == Some(true))?;
        return store::touch(tx, viewer, pen, &case);
    }
    store::touch(tx, viewer, pen, case)
}

/// Records what came of a planned follow-up. The first one kept begins the service.
///
/// # Errors
/// Fields to correct, recorded already, a rule forbids it, or the database failed.
pub fn record_follow_up(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: FollowUpId,
    version: i64,
    input: &FollowUpRecord,
) -> Result<FollowUp, Error> {
    viewer.require(Permission::WriteCases)?;
    store::find(tx, viewer, case)?;
    let before = follow_up(tx, viewer, case, id)?;
    let file = store::find_for_follow_up(tx, viewer, case, &before.kind)?;
    if before.version != version {
        return Err(Error::stale(input, &before, before.version));
    }
    if before.done_on.is_some() {
        return Err(Refusal::AlreadyDone.into());
    }
    input.check(viewer.today)?;
    let after = FollowUp {
        done_on: Some(input.done_on.unwrap_or(viewer.today)),
        person_seen: Some(input.person_seen),
        text: Some(input.text.trim().to_owned()),
        version: version + 1,
        ..before.clone()
    };
    if !keep(tx, viewer, &file.case, &before, &after)? {
        let now = follow_up(tx, viewer, case, id)?;
        return Err(Error::stale(input, &now, now.version));
    }
    Ok(after)
}

/// Writes a follow-up that was kept; whether nobody was faster.
fn keep(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case, before: &FollowUp, after: &FollowUp) -> Result<bool, Error> {
    let entry = Entry::changed(Kind::FollowUp, after.id, before, after).about(case.person_id).in_case(case.id);
    let pen = history::record(tx, viewer, entry)?;
    let written = tx.execute(
        &pen,
        "UPDATE follow_up SET done_on = $3, person_seen = $4, text = $5, submission_id = $6, version = $7 \
         WHERE organisation_id = $1 AND id = $2 AND version = $8",
        params![
            viewer.organisation,
            after.id,
            after.done_on,
            after.person_seen,
            after.text.clone(),
            after.submission_id,
            after.version,
            before.version
        ],
    )?;
    if written == 0 {
        return Ok(false);
    }
    kept(tx, viewer, &pen, case, after)?;
    Ok(true)
}

/// What a form that was filled in for a follow-up says came of it.
pub(crate) struct Evidence {
    /// The form filled in.
    pub submission: SubmissionId,
    /// The day that it names; today without one.
    pub done_on: Option<Day>,
    /// Whether the person was seen.
    pub person_seen: bool,
}

/// Marks a planned follow-up as kept by a form that was filled in for it; whether it could be: it is planned in this case,
/// and this user may work on it.
///
/// # Errors
/// The database failed.
pub(crate) fn keep_by_form(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    id: FollowUpId,
    evidence: &Evidence,
) -> Result<bool, Error> {
    let planned = follow_ups(tx, viewer, case)?.into_iter().find(|it| it.id == id && it.done_on.is_none());
    let Some(before) = planned else { return Ok(false) };
    let file = match store::find_for_follow_up(tx, viewer, case, &before.kind) {
        Ok(file) => file,
        Err(Error::NotFound | Error::Refused(_) | Error::Forbidden(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let after = FollowUp {
        done_on: Some(evidence.done_on.filter(|day| *day <= viewer.today).unwrap_or(viewer.today)),
        person_seen: Some(evidence.person_seen),
        submission_id: Some(evidence.submission),
        version: before.version + 1,
        ..before.clone()
    };
    keep(tx, viewer, &file.case, &before, &after)
}

/// Checks that a form may be filled in for a case, or for a follow-up of it.
///
/// # Errors
/// The case is not there, work on it is not allowed now, or the database failed.
pub(crate) fn check_filling_in(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    begun_for: Option<FollowUpId>,
) -> Result<(), Error> {
    viewer.require(Permission::WriteCases)?;
    store::find(tx, viewer, case)?;
    let kept = follow_ups(tx, viewer, case)?.into_iter().find(|it| Some(it.id) == begun_for);
    match kept {
        Some(follow_up) => store::find_for_follow_up(tx, viewer, case, &follow_up.kind).map(drop),
        None => store::find_for_work(tx, viewer, case).map(drop),
    }
}

/// Follow-ups to be kept now and later, of the cases that this user sees; see [`Viewer::follow_ups_to_keep`].
pub(crate) fn to_keep(viewer: &Viewer) -> Filter {
    let after_closure: Vec<&str> = AfterClosure::ALL.iter().map(|it| it.code()).collect();
    viewer.follow_ups_to_keep(&after_closure)
}

/// A follow-up that somebody is about to keep, as long as it is only planned.
///
/// # Errors
/// It is not there, was kept already, work on the case is not allowed now, or the database failed.
pub(crate) fn planned(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: FollowUpId) -> Result<FollowUp, Error> {
    viewer.require(Permission::WriteCases)?;
    store::find(tx, viewer, case)?;
    let follow_up = follow_up(tx, viewer, case, id)?;
    store::find_for_follow_up(tx, viewer, case, &follow_up.kind)?;
    if follow_up.done_on.is_some() { Err(Refusal::AlreadyDone.into()) } else { Ok(follow_up) }
}

/// Removes planned follow-ups of a case that closes.
pub(super) fn cancel_planned(tx: &mut Tx<'_>, viewer: &Viewer, case: &Case) -> Result<(), Error> {
    let planned = follow_ups(tx, viewer, case.id)?.into_iter().filter(|it| it.done_on.is_none());
    for follow_up in planned {
        let entry = Entry::removed(Kind::FollowUp, follow_up.id, &follow_up).about(case.person_id).in_case(case.id);
        let pen = history::record(tx, viewer, entry)?;
        tx.execute(
            &pen,
            "DELETE FROM follow_up WHERE organisation_id = $1 AND id = $2",
            &[Value::from(viewer.organisation), Value::from(follow_up.id)],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope};
    use crate::history::{Act, Line};
    use crate::ids::OrganisationId;
    use crate::testing;

    #[test]
    fn a_notes_words_are_told_to_whoever_might_read_it_then_and_before() {
        let viewer = |sees_medical| Viewer {
            sees_medical,
            ..testing::viewer(OrganisationId::new(), Role::Caseworker, Scope::Own)
        };
        let story = |guarded: &str| Story {
            seq: 1,
            at: Moment::now(),
            user_id: None,
            user_name: None,
            act: Act::Changed,
            kind: Kind::Note,
            record_id: uuid::Uuid::now_v7(),
            person_id: None,
            case_id: None,
            why: None,
            changes: Line::of("text", serde_json::json!(["a", "b"])).into_iter().collect(),
            facts: vec![(GUARDED.into(), guarded.into())],
            erased: false,
        };
        let told = |sees_medical, guarded| {
            let told = told_to(&viewer(sees_medical), story(guarded));
            assert!(told.facts.is_empty());
            told.changes.len()
        };
        assert_eq!((told(false, "case,case"), told(true, "case,medical")), (1, 1));
        assert_eq!((told(false, "case,medical"), told(false, "medical,case"), told(true, "trafficking")), (0, 0, 0));
    }
}
