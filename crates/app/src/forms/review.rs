//! What people make of submissions: their review states, and comments.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::entities;
use super::submissions::{self, Submission};
use crate::access::{Permission, Viewer};
use crate::cases::{self, parts};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{CommentId, SubmissionId, UserId};
use crate::params;

crate::codes! {
    /// What came of looking at a submission.
    "review-state" ReviewState {
        /// Nobody has said anything of it yet.
        Received = "received",
        /// It was changed since it came or was last looked at.
        Edited = "edited",
        /// Something in it has to be cleared up.
        HasIssues = "has_issues",
        /// It is right.
        Approved = "approved",
        /// It is not to be used.
        Rejected = "rejected",
    }
}

impl ReviewState {
    /// The look of its badge.
    pub fn look(self) -> &'static str {
        match self {
            ReviewState::Received => "",
            ReviewState::Edited | ReviewState::HasIssues => "waiting",
            ReviewState::Approved => "done",
            ReviewState::Rejected => "refused",
        }
    }
}

/// What someone says of a submission.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// What came of looking at it.
    pub review_state: ReviewState,
    /// Why, for whoever reads the submission.
    #[serde(default)]
    pub comment: String,
}

/// What someone writes about a submission.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewComment {
    /// Its words.
    #[serde(default)]
    pub text: String,
}

/// What someone wrote about a submission; whoever reads the submission reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comment {
    /// Id.
    pub id: CommentId,
    /// Its words.
    pub text: String,
    /// Who wrote it.
    pub written_by: UserId,
    /// Their name.
    pub writer: Option<String>,
    /// When.
    pub written_at: Moment,
}

/// The longest comment in characters.
const LONGEST: usize = 10_000;

/// An entry about a submission: its person's and case's, and as delicate as the submission.
pub(super) fn entry_about(submission: &Submission, entry: Entry) -> Entry {
    let entry = entities::store::entry_about(entry, submission.case_id, submission.person_id);
    entry.noting(parts::GUARDED, submission.sensitivity.to_string())
}

/// A submission that this user may say something of: one they see, whose case may be worked on where it has one.
///
/// # Errors
/// The role does not work on cases, it is not there for this user, work on its case is not allowed, or the database
/// failed.
pub(super) fn to_work_on(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<Submission, Error> {
    viewer.require(Permission::WriteCases)?;
    let submission = submissions::find(tx, viewer, id)?.submission;
    if let Some(case) = submission.case_id {
        cases::store::find_for_work(tx, viewer, case)?;
    }
    Ok(submission)
}

/// Whether this user may say something of a submission.
pub(super) fn may(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<bool, Error> {
    match to_work_on(tx, viewer, id) {
        Ok(_) => Ok(true),
        Err(Error::NotFound | Error::Refused(_) | Error::Forbidden(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Says what came of looking at a submission, and why.
///
/// # Errors
/// It is not there for this user, work on its case is not allowed, someone else was faster, fields to correct, or the
/// database failed.
pub fn review(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId, expected: i64, review: &Review) -> Result<(), Error> {
    let submission = to_work_on(tx, viewer, id)?;
    if submission.version != expected {
        let current = json!({ "review_state": submission.review_state });
        return Err(Error::stale(review, &current, submission.version));
    }
    let mut check = Check::default();
    check.short(&review.comment, LONGEST, "comment");
    check.done()?;
    set(tx, viewer, &submission, review.review_state)?;
    match review.comment.trim() {
        "" => Ok(()),
        text => write(tx, viewer, &submission, text).map(drop),
    }
}

/// Sets the review state of a submission that this user may say something of.
pub(super) fn set(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    submission: &Submission,
    review_state: ReviewState,
) -> Result<(), Error> {
    if review_state == submission.review_state {
        return Ok(());
    }
    let told = |review_state: ReviewState| json!({ "review_state": review_state });
    let entry = Entry::changed(Kind::Submission, submission.id, &told(submission.review_state), &told(review_state));
    let pen = history::record(tx, viewer, entry_about(submission, entry))?;
    tx.execute(
        &pen,
        "UPDATE submission SET review_state = $3, updated_at = $4, version = version + 1 \
         WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, submission.id, review_state, Moment::now()],
    )?;
    Ok(())
}

/// Writes a comment.
///
/// # Errors
/// The submission is not there for this user, work on its case is not allowed, no words, or the database failed.
pub fn comment(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId, input: &NewComment) -> Result<CommentId, Error> {
    let submission = to_work_on(tx, viewer, id)?;
    let mut check = Check::default();
    check.text(&input.text, LONGEST, "text");
    check.done()?;
    write(tx, viewer, &submission, input.text.trim())
}

fn write(tx: &mut Tx<'_>, viewer: &Viewer, submission: &Submission, text: &str) -> Result<CommentId, Error> {
    let id = CommentId::new();
    let entry = Entry::created(Kind::Comment, id, &json!({ "form": submission.form_title }));
    let pen = history::record(tx, viewer, entry_about(submission, entry))?;
    tx.execute(
        &pen,
        "INSERT INTO comment (organisation_id, id, submission_id, case_id, person_id, text, written_by, written_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            viewer.organisation,
            id,
            submission.id,
            submission.case_id,
            submission.person_id,
            text,
            viewer.user,
            Moment::now()
        ],
    )?;
    Ok(id)
}

/// The comments on a submission that was found for the user before, the last first.
pub(super) fn comments(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<Vec<Comment>, Error> {
    Ok(tx.query(
        "SELECT m.id, m.text, m.written_by, u.name, m.written_at FROM comment m \
         LEFT JOIN user_account u ON u.organisation_id = m.organisation_id AND u.id = m.written_by \
         WHERE m.organisation_id = $1 AND m.submission_id = $2 ORDER BY m.written_at DESC, m.id DESC",
        params![viewer.organisation, id],
        |row| {
            Ok(Comment {
                id: row.next()?,
                text: row.next()?,
                written_by: row.next()?,
                writer: row.next()?,
                written_at: row.next()?,
            })
        },
    )?)
}
