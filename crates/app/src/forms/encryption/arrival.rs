//! An encrypted submission as it comes from a device: kept as it came until it is whole, and opened where the house has
//! the key.

use serde_json::json;
use xlsform::encryption::{DecryptError, Manifest, PrivateKey, decrypt};
use xlsform::xpath::Tree;

use super::{Encrypted, keys};
use crate::access::Viewer;
use crate::cases::parts;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::forms::model::{Encryption, Form};
use crate::forms::openrosa;
use crate::forms::phone::Phone;
use crate::forms::submissions::{self, Incoming, Known, NewFile, SubmissionFile};
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{CaseId, DeviceId, FormVersionId, PersonId, SubmissionId};
use crate::params;

/// The most bytes of files in one encrypted submission, which are opened together.
const LARGEST_SUBMISSION: usize = 128 * 1024 * 1024;

/// What encrypting adds to a file at most, in bytes.
pub(in crate::forms) const LONGEST_PADDING: usize = 16;

/// How often a submission is put together anew, because more of it came at the same time.
const MOST_TRIES: usize = 3;

/// A manifest with the files that came with it.
pub(in crate::forms) struct Arriving {
    device: DeviceId,
    xml: String,
    manifest: Manifest,
    files: Vec<(String, Vec<u8>)>,
}

impl Arriving {
    /// Reads a manifest.
    ///
    /// # Errors
    /// It cannot be used, or there is a file that it does not name.
    pub(in crate::forms) fn read(
        device: DeviceId,
        xml: String,
        files: Vec<(String, Vec<u8>)>,
    ) -> Result<Arriving, Error> {
        let manifest = Manifest::read(&xml).map_err(|error| Error::BadRequest(error.to_string()))?;
        let is_named = |name: &str| manifest.files().any(|named| named == name);
        if let Some((name, _)) = files.iter().find(|(name, _)| !is_named(name)) {
            return Err(Error::BadRequest(format!("the manifest names no file «{name}»")));
        }
        if files.iter().any(|(name, file)| *name == manifest.record && file.len() > LONGEST_RECORD) {
            return Err(Error::TooLarge(submissions::LONGEST_RECORD));
        }
        Ok(Arriving { device, xml, manifest, files })
    }
}

/// The longest encrypted record in bytes.
const LONGEST_RECORD: usize = submissions::LONGEST_RECORD + LONGEST_PADDING;

/// Takes what a device sent.
///
/// # Errors
/// No such form, one that is not open, other content under the same id, too large, or the database failed.
pub(in crate::forms) async fn take(phone: &Phone, arriving: Arriving) -> Result<(), Error> {
    let arriving = std::sync::Arc::new(arriving);
    for _ in 0..MOST_TRIES {
        let sent = arriving.clone();
        let Some(ready) = phone.read(move |tx, viewer| prepare(tx, viewer, &sent)).await? else { return Ok(()) };
        let sent = arriving.clone();
        if phone.write(move |tx, viewer| keep(tx, viewer, &sent, ready)).await? {
            return Ok(());
        }
    }
    // All of it is kept; only opening it was overtaken each time.
    Err(Error::Internal("an encrypted submission kept changing while it was opened".to_owned()))
}

/// What is to be kept.
enum Ready {
    /// A record like any other, with its files.
    Opened(Box<Incoming>, Vec<NewFile>),
    /// What came, as it came, and why it is not read.
    Sealed { form: Box<Form>, version: FormVersionId, why: Encrypted, files: Vec<NewFile> },
}

/// Puts together what came now and before, and opens it where that can be done; none where it was read already.
fn prepare(tx: &mut Tx<'_>, viewer: &Viewer, arriving: &Arriving) -> Result<Option<Ready>, Error> {
    let Arriving { manifest, files, .. } = arriving;
    let named = manifest.version.as_deref().unwrap_or_default();
    let (form, version, _) = openrosa::form_and_version(tx, viewer, &manifest.form, named)?;
    let known = known(tx, viewer, arriving)?;
    let held = match &known {
        Some(known) if known.encrypted.is_none() => return Ok(None),
        Some(known) => submissions::files_as_they_came(tx, viewer, known.id)?,
        None => Vec::new(),
    };
    let before: i64 = held.iter().map(|file| file.size).sum();
    let now: usize = files.iter().map(|(_, content)| content.len()).sum();
    if usize::try_from(before).unwrap_or(usize::MAX).saturating_add(now) > LARGEST_SUBMISSION {
        return Err(Error::TooLarge(LARGEST_SUBMISSION));
    }
    let opened = match version.encryption {
        Encryption::Own => Err(Encrypted::Own),
        Encryption::None | Encryption::House => {
            let keys = keys::keys_of(tx, viewer.organisation, form.id)?;
            match keys.into_iter().find(|key| key.opens(manifest)) {
                Some(key) => open(tx, viewer, arriving, &key, &held)?,
                None => Err(Encrypted::OtherKey),
            }
        }
    };
    Ok(Some(match opened {
        Ok((mut incoming, files)) => {
            incoming.manifest = Some(arriving.xml.clone());
            Ready::Opened(Box::new(incoming), files)
        }
        Err(why) => {
            let files = files.iter().map(|(name, content)| NewFile::seal(tx.key(), name, content)).collect();
            Ready::Sealed { form: Box::new(form), version: version.id, why, files }
        }
    }))
}

/// The submission of this id, which must be the same one.
fn known(tx: &mut Tx<'_>, viewer: &Viewer, arriving: &Arriving) -> Result<Option<Known>, Error> {
    let known = submissions::of_instance(tx, viewer, &arriving.manifest.instance_id)?;
    match known {
        Some(known) if known.manifest.as_ref() != Some(&arriving.xml) || known.sent_by != viewer.user => {
            Err(Error::Refused("refused-submission-differs"))
        }
        known => Ok(known),
    }
}

/// What came of opening a submission, or why it is not read.
type Opened = Result<(Incoming, Vec<NewFile>), Encrypted>;

/// What opening stops at: it cannot be read, or the database failed.
enum Stopped {
    Sealed(Encrypted),
    Failed(Error),
}

impl From<DecryptError> for Stopped {
    fn from(error: DecryptError) -> Stopped {
        Stopped::Sealed(match error {
            DecryptError::OtherKey => Encrypted::OtherKey,
            DecryptError::Damaged(_) => Encrypted::Damaged,
            DecryptError::Altered => Encrypted::Altered,
        })
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Stopped {
        Stopped::Failed(error)
    }
}

fn open(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    arriving: &Arriving,
    key: &PrivateKey,
    held: &[SubmissionFile],
) -> Result<Opened, Error> {
    match open_all(tx, viewer, arriving, key, held) {
        Ok(opened) => Ok(Ok(opened)),
        Err(Stopped::Sealed(why)) => Ok(Err(why)),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

fn open_all(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    arriving: &Arriving,
    key: &PrivateKey,
    held: &[SubmissionFile],
) -> Result<(Incoming, Vec<NewFile>), Stopped> {
    let Arriving { device, manifest, files, .. } = arriving;
    let is_there = |name: &str| held.iter().any(|file| file.name == name) || files.iter().any(|(it, _)| it == name);
    if !manifest.files().all(is_there) {
        return Err(Stopped::Sealed(Encrypted::Incomplete));
    }
    let (mut record, mut kept) = (None, Vec::new());
    let sealing = tx.key().clone();
    // What came first stays, as it does for any submission.
    let read = |name: &str| match held.iter().find(|file| file.name == name) {
        Some(file) => Ok(submissions::content(tx, viewer, file.id)?),
        None => Ok(files.iter().find(|(it, _)| it == name).map(|(_, content)| content.clone()).unwrap_or_default()),
    };
    let last = manifest.files().count();
    let mut place = 0;
    decrypt::<Stopped>(manifest, key, read, |name, content| {
        place += 1;
        if place == last {
            record = Some(content);
        } else {
            kept.push(NewFile::seal(&sealing, name, &content));
        }
        Ok(())
    })?;
    let xml = record.and_then(|record| String::from_utf8(record).ok()).ok_or(DecryptError::Altered)?;
    let tree = Tree::from_xml(&xml).map_err(|_| Stopped::Sealed(Encrypted::Damaged))?;
    let form = tree.root().map(|root| tree.attribute(root, "id").unwrap_or_else(|| tree.local(root)).to_owned());
    let is_the_same = submissions::instance_id(&tree).as_ref() == Some(&manifest.instance_id);
    if !is_the_same || form.as_ref() != Some(&manifest.form) {
        return Err(Stopped::Sealed(Encrypted::Altered));
    }
    match openrosa::read(tx, viewer, Some(*device), xml) {
        Err(Error::BadRequest(_)) => Err(Stopped::Sealed(Encrypted::Damaged)),
        read => Ok((read?, kept)),
    }
}

/// Keeps what is ready. Answers whether it is done: it is not where the rest of it came meanwhile.
fn keep(tx: &mut Tx<'_>, viewer: &Viewer, arriving: &Arriving, ready: Ready) -> Result<bool, Error> {
    let known = known(tx, viewer, arriving)?;
    match (known, ready) {
        (Some(known), _) if known.encrypted.is_none() => Ok(true),
        (Some(known), Ready::Sealed { why, files, .. }) => {
            let pen = submissions::further_pen(tx, viewer, known.id, known.case, files.len())?;
            let Some(pen) = pen else { return Ok(true) };
            keep_files(tx, viewer, &pen, (known.id, known.number), known.case, files)?;
            tx.execute(
                &pen,
                "UPDATE submission SET encrypted = $3 WHERE organisation_id = $1 AND id = $2",
                params![viewer.organisation, known.id, why],
            )?;
            Ok(why != Encrypted::Incomplete || !is_whole(tx, viewer, arriving, known.id)?)
        }
        (None, Ready::Sealed { form, version, why, files }) => {
            if !openrosa::takes(&form) {
                return Err(Error::Refused("refused-form-not-open"));
            }
            let id = SubmissionId::new();
            let pen = keep_as_it_came(tx, viewer, arriving, (id, &form, version), why)?;
            keep_files(tx, viewer, &pen, (id, 1), None, files)?;
            Ok(true)
        }
        (known, Ready::Opened(mut incoming, files)) => {
            match known {
                // It becomes a version of another submission.
                Some(known) if incoming.edits.is_some() => submissions::take_away_encrypted(tx, viewer, &known)?,
                Some(known) => {
                    incoming.id = known.id;
                    incoming.case = incoming.case.or(known.case);
                }
                None if !openrosa::takes(&incoming.form) => return Err(Error::Refused("refused-form-not-open")),
                None => {}
            }
            let (of, case, pen) = openrosa::keep_new(tx, viewer, &incoming)?;
            keep_files(tx, viewer, &pen, of, case, files)?;
            Ok(true)
        }
    }
}

fn keep_files(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    pen: &Pen,
    of: (SubmissionId, i64),
    case: Option<(CaseId, PersonId)>,
    files: Vec<NewFile>,
) -> Result<(), Error> {
    files.into_iter().try_for_each(|file| submissions::keep_file(tx, viewer, pen, of, case, file))
}

/// Keeps a manifest as a submission that is not read.
fn keep_as_it_came(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    arriving: &Arriving,
    (id, form, version): (SubmissionId, &Form, FormVersionId),
    why: Encrypted,
) -> Result<Pen, Error> {
    let told = json!({ "form": form.title, "encrypted": why });
    let entry = Entry::created(Kind::Submission, id, &told).noting(parts::GUARDED, form.sensitivity.to_string());
    let pen = history::record(tx, viewer, entry)?;
    tx.execute(
        &pen,
        "INSERT INTO submission (organisation_id, id, form_id, form_version_id, instance_id, subject, sensitivity, xml, \
         findings, found, device_id, sent_by, sent_at, version, manifest, encrypted) \
         VALUES ($1, $2, $3, $4, $5, '', $6, '', '[]', 0, $7, $8, $9, 1, $10, $11)",
        params![
            viewer.organisation,
            id,
            form.id,
            version,
            arriving.manifest.instance_id.as_str(),
            form.sensitivity,
            arriving.device,
            viewer.user,
            Moment::now(),
            arriving.xml.as_str(),
            why
        ],
    )?;
    Ok(pen)
}

fn is_whole(tx: &mut Tx<'_>, viewer: &Viewer, arriving: &Arriving, id: SubmissionId) -> Result<bool, Error> {
    let there = submissions::files_as_they_came(tx, viewer, id)?;
    Ok(arriving.manifest.files().all(|name| there.iter().any(|file| file.name == name)))
}
