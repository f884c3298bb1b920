//! What submissions say of entities, carried out: made, changed, or held until the change before it comes.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;
use xlsform::definition::Definition;
use xlsform::entities::{Entity as Sent, EntityError, read};
use xlsform::xpath::Tree;

use super::model::{Entity, EntityConflict, EntityVersion};
use super::store::{self, Belonging, Content, Origin};
use crate::access::{Sensitivity, Viewer};
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::forms::submissions::{Found, FoundKind};
use crate::forms::upload;
use crate::history::Pen;
use crate::ids::{CaseId, EntityHeldId, EntityId, FormVersionId, PersonId, SubmissionId};
use crate::params;

/// The submission that entities come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) submission: SubmissionId,
    /// Which of its versions.
    pub(crate) number: i64,
    pub(crate) case: Option<(CaseId, PersonId)>,
    /// Whether its form asks for a case and it names none that its sender may work on.
    pub(crate) waits: bool,
    pub(crate) sensitivity: Sensitivity,
}

/// What came of one entity.
enum Came {
    /// It was made or changed.
    Done(Pen, Next),
    /// It cannot be.
    Not(FoundKind),
    /// It waits for the change before it.
    Held { branch: Uuid, base: i64 },
}

/// The held change that may follow now.
struct Next {
    entity: EntityId,
    /// The device's run of changes; none for whatever follows a new entity.
    branch: Option<Uuid>,
    base: i64,
}

/// Carries out what a submission says of entities; answers what of it cannot be, and why. The pen is that of the
/// submission.
pub(crate) fn carry_out(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    source: &Source,
    sent: &[Result<Sent, EntityError>],
) -> Result<Vec<Found>, Error> {
    let mut findings = Vec::new();
    for entity in sent {
        match entity {
            Ok(entity) => match apply(tx, viewer, source, entity)? {
                Came::Done(pen, next) => go_on(tx, viewer, &pen, next)?,
                Came::Not(kind) => findings.push(found(entity, kind)),
                Came::Held { branch, base } => {
                    hold(tx, viewer, pen, source, entity, (branch, base))?;
                    findings.push(found(entity, FoundKind::EntityWaits));
                }
            },
            Err(error) => findings.push(Found {
                path: error.path.clone(),
                value: error.value.clone(),
                kind: FoundKind::Entity,
                expected: None,
                message: Some(error.problem.to_string()),
            }),
        }
    }
    Ok(findings)
}

fn found(entity: &Sent, kind: FoundKind) -> Found {
    Found { path: entity.path.clone(), value: entity.id.to_string(), kind, expected: None, message: None }
}

fn apply(tx: &mut Tx<'_>, viewer: &Viewer, source: &Source, sent: &Sent) -> Result<Came, Error> {
    let Some(list) = store::list_named(tx, viewer.organisation, &sent.list)? else {
        return Ok(Came::Not(FoundKind::EntityMissing));
    };
    let id = EntityId(sent.id);
    match store::held_entity(tx, viewer, id)? {
        None if sent.create => {
            if sent.label.is_none() {
                return Ok(Came::Not(FoundKind::EntityLabel));
            }
            let Source { submission, case, waits, sensitivity, .. } = source.clone();
            let belonging = Belonging { case, waits, sensitivity };
            let branch = sent.branch.map(|branch| (branch, None));
            let origin = Origin { submission: Some(submission), branch, ..Origin::default() };
            let pen = store::insert(tx, viewer, (&list, id), &belonging, &content(sent), &origin)?;
            Ok(Came::Done(pen, Next { entity: id, branch: None, base: 1 }))
        }
        // Made on the device too: what made it has not come yet.
        None => Ok(match (sent.branch, sent.base_version) {
            (Some(branch), Some(base)) => Came::Held { branch, base },
            _ => Came::Not(FoundKind::EntityMissing),
        }),
        Some(_) if !sent.update => Ok(Came::Not(FoundKind::EntityExists)),
        Some(there) if there.list_id != list.id || !store::sees(tx, viewer, id)? => {
            Ok(Came::Not(FoundKind::EntityMissing))
        }
        Some(there) => change(tx, viewer, source, &there, sent),
    }
}

fn content(sent: &Sent) -> Content {
    Content { label: sent.label.clone(), properties: sent.properties.iter().cloned().collect() }
}

fn change(tx: &mut Tx<'_>, viewer: &Viewer, source: &Source, there: &Entity, sent: &Sent) -> Result<Came, Error> {
    if there.deleted_at.is_some() {
        return Ok(Came::Not(FoundKind::EntityDeleted));
    }
    if sent.trunk_version.is_some_and(|trunk| trunk > there.number) {
        return Ok(Came::Not(FoundKind::EntityVersion));
    }
    let Some(base) = base_of(tx, viewer, there, sent)? else {
        return Ok(match (sent.branch, sent.base_version) {
            (Some(branch), Some(base)) => Came::Held { branch, base },
            _ => Came::Not(FoundKind::EntityVersion),
        });
    };
    let Some(sensitivity) = together(there.sensitivity, source.sensitivity) else {
        return Ok(Came::Not(FoundKind::EntitySensitivity));
    };
    let content = content(sent);
    let interrupted = match sent.branch {
        Some(branch) => store::is_interrupted(tx, viewer, there.id, branch, sent.trunk_version.unwrap_or(1))?,
        None => false,
    };
    let origin = Origin {
        submission: Some(source.submission),
        base: Some(base.number),
        branch: sent.branch.map(|branch| (branch, sent.base_version)),
        conflict: conflict(there, &base, &content, interrupted),
        source: None,
    };
    let pen = store::write(tx, viewer, there, sensitivity, &content, &origin)?;
    let base = sent.base_version.unwrap_or(base.number) + 1;
    Ok(Came::Done(pen, Next { entity: there.id, branch: sent.branch, base }))
}

/// The version that a change was made from. Along a device's run of changes the numbers are the device's own.
fn base_of(tx: &mut Tx<'_>, viewer: &Viewer, there: &Entity, sent: &Sent) -> Result<Option<EntityVersion>, Error> {
    match (sent.base_version, sent.branch) {
        (None, _) => Ok(None),
        (Some(base), Some(branch)) if base > 1 && sent.trunk_version != Some(base) => {
            store::version_along(tx, viewer, there.id, branch, base - 1)
        }
        (Some(base), _) => store::version_at(tx, viewer, there.id, base),
    }
}

/// How a change stands to those made since the version that it was made from.
fn conflict(there: &Entity, base: &EntityVersion, content: &Content, interrupted: bool) -> Option<EntityConflict> {
    if base.number == there.number {
        return interrupted.then_some(EntityConflict::Soft);
    }
    let differs = |stands: Option<&str>, was: Option<&str>, brought: &str| stands != was && stands != Some(brought);
    let stands = |values: &BTreeMap<String, String>, name: &str| values.get(name).cloned();
    let properties = content.properties.iter().any(|(name, brought)| {
        let (stands, was) = (stands(&there.properties, name), stands(&base.properties, name));
        differs(stands.as_deref(), was.as_deref(), brought)
    });
    let label = content.label.as_deref();
    let label = label.is_some_and(|brought| differs(Some(&there.label), Some(&base.label), brought));
    Some(if properties || label { EntityConflict::Hard } else { EntityConflict::Soft })
}

/// How delicate is what two forms write; none where each is delicate in another way.
pub(crate) fn together(there: Sensitivity, sent: Sensitivity) -> Option<Sensitivity> {
    match (there, sent) {
        (one, other) if one == other => Some(one),
        (Sensitivity::Case, other) | (other, Sensitivity::Case) => Some(other),
        _ => None,
    }
}

fn hold(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    source: &Source,
    sent: &Sent,
    (branch, base): (Uuid, i64),
) -> Result<(), Error> {
    let (case, person) = source.case.unzip();
    let list = store::list_named(tx, viewer.organisation, &sent.list)?.ok_or(Error::NotFound)?;
    tx.execute(
        pen,
        "INSERT INTO entity_held (organisation_id, id, entity_id, branch_id, base, list_id, submission_id, path, \
         case_id, person_id, held_by, held_at, number) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            viewer.organisation,
            EntityHeldId::new(),
            EntityId(sent.id),
            branch,
            base,
            list.id,
            source.submission,
            sent.path.as_str(),
            case,
            person,
            viewer.user,
            Moment::now(),
            source.number
        ],
    )?;
    Ok(())
}

/// Carries out the held changes that follow one another from here.
fn go_on(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, mut next: Next) -> Result<(), Error> {
    while let Some(held) = take_held(tx, viewer, pen, &next)? {
        let Some((source, sent)) = sent_again(tx, viewer, &held)? else { continue };
        match apply(tx, viewer, &source, &sent)? {
            Came::Done(_, after) => {
                settle(tx, viewer, pen, &sent, source.submission, None)?;
                next = after;
            }
            Came::Not(kind) => settle(tx, viewer, pen, &sent, source.submission, Some(found(&sent, kind)))?,
            // It was the one to follow; only a record that names its place twice waits again.
            Came::Held { branch, base } => return hold(tx, viewer, pen, &source, &sent, (branch, base)),
        }
    }
    Ok(())
}

/// Where a held change stands.
pub(super) struct Held {
    pub(super) submission: SubmissionId,
    /// The version of the submission that holds it.
    pub(super) number: i64,
    pub(super) path: String,
}

/// Takes the held change that follows out of the queue. A device acts for one user: nobody else's change follows.
fn take_held(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, next: &Next) -> Result<Option<Held>, Error> {
    let found = tx.one(
        "SELECT h.id, h.submission_id, h.number, h.path FROM entity_held h \
         WHERE h.organisation_id = $1 AND h.entity_id = $2 AND h.base = $3 AND h.held_by = $4 \
         AND (h.branch_id = $5 OR $6 = 1) ORDER BY h.held_at, h.id",
        params![
            viewer.organisation,
            next.entity,
            next.base,
            viewer.user,
            next.branch.unwrap_or_default(),
            i64::from(next.branch.is_none())
        ],
        |row| {
            Ok((row.next::<EntityHeldId>()?, Held { submission: row.next()?, number: row.next()?, path: row.next()? }))
        },
    )?;
    let Some((id, held)) = found else { return Ok(None) };
    tx.execute(
        pen,
        "DELETE FROM entity_held WHERE organisation_id = $1 AND id = $2",
        params![viewer.organisation, id],
    )?;
    Ok(Some(held))
}

/// The held change as its submission says it.
fn sent_again(tx: &mut Tx<'_>, viewer: &Viewer, held: &Held) -> Result<Option<(Source, Sent)>, Error> {
    let kept = tx.one(
        "SELECT COALESCE(y.form_version_id, s.form_version_id), s.case_id, s.person_id, s.sensitivity, \
         COALESCE(y.xml, s.xml) FROM submission s \
         LEFT JOIN submission_version y ON y.organisation_id = s.organisation_id AND y.submission_id = s.id \
         AND y.number = $3 WHERE s.organisation_id = $1 AND s.id = $2",
        params![viewer.organisation, held.submission, held.number],
        |row| {
            let (version, case, person): (FormVersionId, Option<CaseId>, Option<PersonId>) =
                (row.next()?, row.next()?, row.next()?);
            Ok((version, case.zip(person), row.next::<Sensitivity>()?, row.next::<String>()?))
        },
    )?;
    let Some((version, case, sensitivity, xml)) = kept else { return Ok(None) };
    let (_, xform) = crate::forms::store::version(tx, viewer.organisation, version)?;
    let definition = Definition::read(&xform, &upload::placeholders(&xform));
    let (Ok(definition), Ok(record)) = (definition, Tree::from_xml(&xml)) else { return Ok(None) };
    let sent = read(&definition, &record).into_iter().flatten().find(|sent| sent.path == held.path);
    // Whom the entity is about stands with what made it.
    let source = Source { submission: held.submission, number: held.number, case, waits: case.is_none(), sensitivity };
    Ok(sent.map(|sent| (source, sent)))
}

/// Applies a held change to what stands, as if it had been made from that, and goes on with those that followed it.
pub(super) fn apply_now(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, held: &Held) -> Result<(), Error> {
    let (source, sent) = sent_again(tx, viewer, held)?.ok_or(Error::NotFound)?;
    let id = EntityId(sent.id);
    let there =
        store::held_entity(tx, viewer, id)?.filter(|there| there.list == sent.list && there.deleted_at.is_none());
    let there = if store::sees(tx, viewer, id)? { there } else { None };
    let there = there.ok_or(Error::Refused("refused-held-no-entity"))?;
    let sensitivity = together(there.sensitivity, source.sensitivity);
    let sensitivity = sensitivity.ok_or(Error::Refused("refused-held-no-entity"))?;
    let origin = Origin {
        submission: Some(source.submission),
        base: Some(there.number),
        branch: sent.branch.map(|branch| (branch, sent.base_version)),
        conflict: None,
        source: None,
    };
    let written = store::write(tx, viewer, &there, sensitivity, &content(&sent), &origin)?;
    settle(tx, viewer, pen, &sent, source.submission, None)?;
    let base = sent.base_version.unwrap_or(there.number) + 1;
    go_on(tx, viewer, &written, Next { entity: id, branch: sent.branch, base })
}

/// Gives a held change up: its submission says so.
pub(super) fn discard(tx: &mut Tx<'_>, viewer: &Viewer, pen: &Pen, held: &Held) -> Result<(), Error> {
    let Some((source, sent)) = sent_again(tx, viewer, held)? else { return Ok(()) };
    settle(tx, viewer, pen, &sent, source.submission, Some(found(&sent, FoundKind::EntityDiscarded)))
}

/// What a submission said of an entity is held no more: the finding that it waits goes, and another may come.
fn settle(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    sent: &Sent,
    submission: SubmissionId,
    found: Option<Found>,
) -> Result<(), Error> {
    let kept = tx.one(
        "SELECT s.findings FROM submission s WHERE s.organisation_id = $1 AND s.id = $2",
        params![viewer.organisation, submission],
        |row| row.get::<String>(0),
    )?;
    let mut findings: Vec<Found> = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    findings.retain(|found| !(found.kind == FoundKind::EntityWaits && found.path == sent.path));
    findings.extend(found);
    note(tx, viewer, pen, submission, &findings)
}

/// Whether a submission made or changed an entity already, or one waits for it: then its edits say nothing of entities.
pub(crate) fn is_source(tx: &mut Tx<'_>, viewer: &Viewer, submission: SubmissionId) -> Result<bool, Error> {
    let count = tx.count(
        "SELECT (SELECT count(*) FROM entity_version v WHERE v.organisation_id = $1 AND v.submission_id = $2) \
         + (SELECT count(*) FROM entity_held h WHERE h.organisation_id = $1 AND h.submission_id = $2)",
        params![viewer.organisation, submission],
    )?;
    Ok(count > 0)
}

/// Writes down what was found in a submission.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    submission: SubmissionId,
    findings: &[Found],
) -> Result<(), Error> {
    tx.execute(
        pen,
        "UPDATE submission SET findings = $3, found = $4 WHERE organisation_id = $1 AND id = $2",
        params![
            viewer.organisation,
            submission,
            json!(findings).to_string(),
            i64::try_from(findings.len()).unwrap_or(i64::MAX)
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn entity(number: i64, label: &str, properties: &[(&str, &str)]) -> Entity {
        Entity {
            id: EntityId::new(),
            list_id: crate::ids::EntityListId::new(),
            list: "water_points".to_owned(),
            label: label.to_owned(),
            properties: values(properties),
            sensitivity: Sensitivity::Case,
            case_id: None,
            person_id: None,
            waits: false,
            conflict: None,
            number,
            made_by: crate::ids::UserId::new(),
            maker: None,
            deleted_at: None,
            created_at: Moment::now(),
            updated_at: Moment::now(),
            version: 1,
        }
    }

    fn version(number: i64, label: &str, properties: &[(&str, &str)]) -> EntityVersion {
        EntityVersion {
            number,
            base: None,
            label: label.to_owned(),
            properties: values(properties),
            received: BTreeMap::new(),
            conflict: None,
            submission_id: None,
            written_by: crate::ids::UserId::new(),
            writer: None,
            written_at: Moment::now(),
        }
    }

    fn brings(label: Option<&str>, properties: &[(&str, &str)]) -> Content {
        Content { label: label.map(str::to_owned), properties: values(properties) }
    }

    #[test]
    fn two_who_change_the_same_thing_are_in_hard_conflict() {
        let (first, now) = (version(1, "Well", &[("litres", "40")]), entity(2, "Well", &[("litres", "30")]));
        let with = |label, properties: &[(&str, &str)]| conflict(&now, &first, &brings(label, properties), false);
        assert_eq!(with(None, &[("litres", "20")]), Some(EntityConflict::Hard));
        assert_eq!(with(None, &[("litres", "30")]), Some(EntityConflict::Soft), "both say the same");
        assert_eq!(with(None, &[("remark", "dry")]), Some(EntityConflict::Soft));
        assert_eq!(with(Some("Old well"), &[]), Some(EntityConflict::Soft), "only one renamed it");
        let renamed = entity(2, "New well", &[("litres", "40")]);
        assert_eq!(conflict(&renamed, &first, &brings(Some("Old well"), &[]), false), Some(EntityConflict::Hard));
    }

    #[test]
    fn whoever_had_the_last_version_is_in_none() {
        let (last, now) = (version(2, "Well", &[]), entity(2, "Well", &[]));
        assert_eq!(conflict(&now, &last, &brings(Some("Spring"), &[]), false), None);
        assert_eq!(conflict(&now, &last, &brings(None, &[]), true), Some(EntityConflict::Soft));
        assert!(EntityConflict::Hard > EntityConflict::Soft && Some(EntityConflict::Soft) > None);
    }

    #[test]
    fn what_is_more_delicate_makes_the_entity_so() {
        use Sensitivity::{Case, Medical, Trafficking};
        assert_eq!(together(Case, Medical), Some(Medical));
        assert_eq!(together(Trafficking, Case), Some(Trafficking));
        assert_eq!(together(Medical, Trafficking), None);
    }
}
