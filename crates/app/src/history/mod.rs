//! Every change: who, when, what before and after, why. The only way to write.
//!
//! Changing a row takes a [`Pen`], and only [`record`] hands one out after it has added the
//! entry to the organisation's chain. Each entry's hash (HMAC-SHA-256) covers the one before, so
//! that [`verify`] finds what was altered, removed or reordered. The content of an entry is
//! hashed with a salt of its own: erasing a person removes content and salt and leaves the chain
//! whole.

mod pages;
mod story;
mod verify;
pub mod words;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::access::Viewer;
use crate::code::Code;
use crate::dates::Moment;
use crate::db::{DbError, Tx};
use crate::error::Error;
use crate::ids::{CaseId, OrganisationId, PersonId, UserId};
use crate::params;

pub use pages::{api_routes, routes};
pub use story::{Line, Page, Story, Wanted, entries_of_leaving, entries_of_organisation, page_of_case, page_of_person};
pub use verify::{Fault, Verified, verify, verify_organisation};

/// The proof that the history knows of a change; nothing else can make one.
pub struct Pen(());

/// Writes that are the machine's own bookkeeping and no record of the field.
#[derive(Clone, Copy, Debug)]
pub enum Bookkeeping {
    /// Moving a database, history included.
    Copy,
    /// Sessions and when they were last seen.
    Session,
    /// What a person is found by, derived from the record.
    SearchEntry,
    /// The next number of a series.
    Counter,
    /// Answers kept for repeated requests.
    Idempotency,
    /// Notices shown to a user, read or unread.
    Notice,
    /// A case's owner has seen that it is new.
    Seen,
    /// Pairs of records found to be alike, and how far they were looked for.
    Duplicate,
    /// People found who may be someone sought, and how far they were looked for.
    Candidate,
    /// Answers to a form that are still being written down.
    Draft,
}

impl Pen {
    /// A pen for the machine's own bookkeeping.
    pub(crate) fn unrecorded(_reason: Bookkeeping) -> Pen {
        Pen(())
    }
}

crate::codes! {
    /// What was done.
    "act" Act {
        /// A record was made.
        Created = "created",
        /// A record was changed.
        Changed = "changed",
        /// A record was removed.
        Removed = "removed",
        /// A sensitive record was read.
        Read = "read",
        /// Data left as a file.
        Exported = "exported",
        /// Data were shown or given to another body.
        Shared = "shared",
        /// A person was erased; the tombstone.
        Erased = "erased",
        /// Access was taken in an emergency.
        BrokeGlass = "broke_glass",
    }
}

crate::codes! {
    /// What kind of record.
    "kind" Kind {
        /// The organisation and its settings.
        Organisation = "organisation",
        /// A team.
        Team = "team",
        /// A user.
        User = "user",
        /// A token of the API.
        Token = "token",
        /// A passkey.
        Passkey = "passkey",
        /// A person.
        Person = "person",
        /// A person's photo.
        Photo = "photo",
        /// A household.
        Household = "household",
        /// A relation.
        Relation = "relation",
        /// A merge of two people.
        Merge = "merge",
        /// Two records that may be one person's.
        Duplicate = "duplicate",
        /// A tracing request.
        Tracing = "tracing",
        /// Someone who may be the person sought.
        Candidate = "candidate",
        /// A consent.
        Consent = "consent",
        /// A case.
        Case = "case",
        /// A screening or assessment.
        Screening = "screening",
        /// A goal.
        Goal = "goal",
        /// An action.
        Action = "action",
        /// A note.
        Note = "note",
        /// An attachment.
        Attachment = "attachment",
        /// A flag.
        Flag = "flag",
        /// An approval.
        Approval = "approval",
        /// A follow-up.
        FollowUp = "follow_up",
        /// Emergency access.
        AccessGrant = "access_grant",
        /// A form.
        Form = "form",
        /// A form filled in.
        Submission = "submission",
        /// What someone wrote about a form filled in.
        Comment = "comment",
        /// A list of entities.
        EntityList = "entity_list",
        /// An entity.
        Entity = "entity",
        /// A device that forms are filled in on.
        Device = "device",
        /// A list of records, as exported.
        List = "list",
        /// Figures for the public.
        Release = "release",
        /// How much may be told with noise.
        Budget = "budget",
        /// What several organisations agreed to count together.
        Agreement = "agreement",
    }
}

/// Who acts: a user, or the machine itself (command line) where there is none.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// Whose data.
    pub organisation: OrganisationId,
    /// Who.
    pub user: Option<UserId>,
}

impl From<&Viewer> for Actor {
    fn from(viewer: &Viewer) -> Actor {
        Actor { organisation: viewer.organisation, user: Some(viewer.user) }
    }
}

/// One entry to be written.
#[derive(Debug)]
pub struct Entry {
    act: Act,
    kind: Kind,
    record: Uuid,
    person: Option<PersonId>,
    case: Option<CaseId>,
    content: Map<String, Json>,
}

impl Entry {
    /// Something done to a record that changes no field: read, exported, shared.
    pub fn new(act: Act, kind: Kind, record: impl Into<Uuid>) -> Entry {
        Entry { act, kind, record: record.into(), person: None, case: None, content: Map::new() }
    }

    /// A record was made.
    pub fn created(kind: Kind, record: impl Into<Uuid>, after: &impl Serialize) -> Entry {
        Entry::new(Act::Created, kind, record).changes(Map::new(), fields(after))
    }

    /// A record was changed; only what differs is kept.
    pub fn changed(kind: Kind, record: impl Into<Uuid>, before: &impl Serialize, after: &impl Serialize) -> Entry {
        Entry::new(Act::Changed, kind, record).changes(fields(before), fields(after))
    }

    /// A record was removed.
    pub fn removed(kind: Kind, record: impl Into<Uuid>, before: &impl Serialize) -> Entry {
        Entry::new(Act::Removed, kind, record).changes(fields(before), Map::new())
    }

    /// Whom it is about: the entry is shown with, and erased with, this person.
    pub fn about(mut self, person: PersonId) -> Entry {
        self.person = Some(person);
        self
    }

    /// The case it belongs to.
    pub fn in_case(mut self, case: CaseId) -> Entry {
        self.case = Some(case);
        self
    }

    /// Why, in the user's words.
    pub fn because(mut self, why: impl Into<String>) -> Entry {
        let why = why.into();
        if !why.trim().is_empty() {
            self.content.insert("why".to_owned(), Json::String(why));
        }
        self
    }

    /// A fact worth telling, such as to whom or how many.
    pub fn noting(mut self, name: &str, value: impl Into<Json>) -> Entry {
        self.content.insert(name.to_owned(), value.into());
        self
    }

    fn changes(mut self, mut before: Map<String, Json>, after: Map<String, Json>) -> Entry {
        let mut changes = Map::new();
        for (field, is) in after {
            let was = before.remove(&field).unwrap_or_default();
            if was != is {
                changes.insert(field, Json::Array(vec![was, is]));
            }
        }
        for (field, was) in before.into_iter().filter(|(_, was)| !was.is_null()) {
            changes.insert(field, Json::Array(vec![was, Json::Null]));
        }
        changes.retain(|field, _| !matches!(field.as_str(), "version" | "updated_at"));
        self.content.insert("changes".to_owned(), Json::Object(changes));
        self
    }
}

fn fields(record: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(record) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// An entry written out and hashed: all of it that needs no database, and so can be done before
/// the one writer is asked.
pub struct Sealed {
    act: Act,
    kind: Kind,
    record: Uuid,
    person: Option<PersonId>,
    case: Option<CaseId>,
    content: String,
    salt: [u8; 16],
    content_hash: [u8; 32],
}

impl From<Entry> for Sealed {
    fn from(entry: Entry) -> Sealed {
        let Entry { act, kind, record, person, case, content } = entry;
        let content = Json::Object(content).to_string();
        let salt: [u8; 16] = rand::random();
        let content_hash = content_hash(&salt, &content);
        Sealed { act, kind, record, person, case, content, salt, content_hash }
    }
}

macro_rules! into_uuid {
    ($($id:ident),+) => { $(impl From<crate::ids::$id> for Uuid { fn from(id: crate::ids::$id) -> Uuid { id.0 } })+ };
}
into_uuid!(
    OrganisationId,
    TeamId,
    UserId,
    SessionId,
    TokenId,
    PasskeyId,
    PersonId,
    HouseholdId,
    RelationId,
    MergeId,
    DuplicateId,
    TracingId,
    CandidateId,
    ConsentId,
    CaseId,
    ScreeningId,
    GoalId,
    ActionId,
    NoteId,
    AttachmentId,
    FlagId,
    ApprovalId,
    FollowUpId,
    GrantId,
    NoticeId,
    FormId,
    FormVersionId,
    SubmissionId,
    CommentId,
    EntityListId,
    EntityId,
    DeviceId,
    ReleaseId,
    BudgetId,
    AgreementId
);

/// Adds an entry to the organisation's chain and hands out the pen to make the change it tells of.
///
/// # Errors
/// The database failed; the surrounding transaction must then be given up.
pub fn record(tx: &mut Tx<'_>, by: impl Into<Actor>, entry: impl Into<Sealed>) -> Result<Pen, Error> {
    chain(tx, by.into(), entry.into())
}

fn chain(tx: &mut Tx<'_>, by: Actor, entry: Sealed) -> Result<Pen, Error> {
    let pen = Pen(());
    let (seq, previous) = next_link(tx, by.organisation)?;
    let link = Link {
        organisation: by.organisation,
        seq,
        at: Moment::now().milliseconds(),
        user: by.user.map(|id| id.0),
        act: entry.act.code().into(),
        kind: entry.kind.code().into(),
        record: entry.record,
        person: entry.person.map(|id| id.0),
        case: entry.case.map(|id| id.0),
        content_hash: entry.content_hash,
    };
    let hash = link.hash(tx, &previous);
    tx.execute(
        &pen,
        "INSERT INTO history (organisation_id, seq, at, user_id, act, kind, record_id, person_id, \
         case_id, content, salt, content_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            link.organisation,
            link.seq,
            link.at,
            link.user,
            link.act.as_ref(),
            link.kind.as_ref(),
            link.record,
            link.person,
            link.case,
            entry.content,
            entry.salt.as_slice(),
            link.content_hash.as_slice(),
            hash.as_slice()
        ],
    )?;
    set_head(tx, &pen, by.organisation, seq, &hash)?;
    Ok(pen)
}

/// When the last change of any organisation was written: a clock that stands before it was set back.
///
/// # Errors
/// The database failed.
pub fn last_change(tx: &mut Tx<'_>) -> Result<Option<Moment>, DbError> {
    // Not joined: the engine might begin with all of the history.
    tx.one(
        "SELECT max((SELECT h.at FROM history h WHERE h.organisation_id = d.organisation_id AND h.seq = d.seq)) \
         FROM history_head d",
        &[],
        |row| row.get(0),
    )
    .map(Option::flatten)
}

/// Removes what the entries about an erased person or record say; that there were entries stays.
/// The pen is that of the record's tombstone, without which [`verify`] would miss the content.
pub(crate) fn forget(
    tx: &mut Tx<'_>,
    tombstone: &Pen,
    organisation: OrganisationId,
    erased: impl Into<Uuid>,
) -> Result<u64, DbError> {
    let erased = erased.into();
    let mut forgotten = 0;
    // In the words of the index on records, which leaves out what the other two conditions find.
    let record = "record_id = $2 AND (person_id IS NULL OR record_id <> person_id) \
                  AND (case_id IS NULL OR record_id <> case_id)";
    for entries in ["person_id = $2", "case_id = $2", record] {
        forgotten += tx.execute(
            tombstone,
            &format!(
                "UPDATE history SET content = NULL, salt = NULL \
                 WHERE organisation_id = $1 AND {entries} AND act <> 'erased'"
            ),
            params![organisation, erased],
        )?;
    }
    Ok(forgotten)
}

/// The number of the next entry and the hash it joins on to; on PostgreSQL this holds the chain
/// until the commit.
fn next_link(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(i64, Vec<u8>), DbError> {
    let sql = match tx.is_postgres() {
        true => "SELECT seq, hash FROM history_head WHERE organisation_id = $1 FOR UPDATE",
        false => "SELECT seq, hash FROM history_head WHERE organisation_id = $1",
    };
    let head = tx.one(sql, params![organisation], |row| Ok((row.get::<i64>(0)? + 1, row.get(1)?)))?;
    Ok(head.unwrap_or_else(|| (1, vec![0; 32])))
}

fn set_head(
    tx: &mut Tx<'_>,
    pen: &Pen,
    organisation: OrganisationId,
    seq: i64,
    hash: &[u8; 32],
) -> Result<(), DbError> {
    let mac = head_mac(tx, organisation, seq, hash);
    let sql = match seq {
        1 => "INSERT INTO history_head (organisation_id, seq, hash, mac) VALUES ($1, $2, $3, $4)",
        _ => "UPDATE history_head SET seq = $2, hash = $3, mac = $4 WHERE organisation_id = $1",
    };
    tx.execute(pen, sql, params![organisation, seq, hash.as_slice(), mac.as_slice()])?;
    Ok(())
}

/// All that an entry's hash covers.
struct Link {
    organisation: OrganisationId,
    seq: i64,
    at: i64,
    user: Option<Uuid>,
    act: Cow<'static, str>,
    kind: Cow<'static, str>,
    record: Uuid,
    person: Option<Uuid>,
    case: Option<Uuid>,
    content_hash: [u8; 32],
}

impl Link {
    /// HMAC-SHA-256 over the previous hash and every field; each of known length or ended by NUL.
    fn hash(&self, tx: &Tx<'_>, previous: &[u8]) -> [u8; 32] {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(previous);
        bytes.extend_from_slice(self.organisation.0.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.at.to_be_bytes());
        for id in [self.user, Some(self.record), self.person, self.case] {
            bytes.extend_from_slice(id.unwrap_or_default().as_bytes());
        }
        for code in [&self.act, &self.kind] {
            bytes.extend_from_slice(code.as_bytes());
            bytes.push(0);
        }
        bytes.extend_from_slice(&self.content_hash);
        tx.key().digest("history", &bytes)
    }
}

fn content_hash(salt: &[u8], content: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(content).finalize().into()
}

/// Without it, the last entries could be cut off and the head set back unseen.
fn head_mac(tx: &Tx<'_>, organisation: OrganisationId, seq: i64, hash: &[u8]) -> [u8; 32] {
    let mut bytes = organisation.0.as_bytes().to_vec();
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(hash);
    tx.key().digest("history head", &bytes)
}
