//! The house's keys of forms, and the versions that give them to devices.

use serde_json::json;
use xlsform::encryption::{PrivateKey, rewrite};
use zeroize::Zeroizing;

use crate::access::Viewer;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::Error;
use crate::forms::model::{Encryption, Form, FormVersion, VersionState};
use crate::forms::store;
use crate::forms::upload::Sheet;
use crate::history::{self, Entry, Kind, Pen};
use crate::ids::{FormId, FormKeyId, OrganisationId};
use crate::params;

/// What a private key is sealed for.
const PURPOSE: &str = "form key";

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// The keys of a form, the last first.
pub(super) fn keys_of(tx: &mut Tx<'_>, of: OrganisationId, form: FormId) -> Result<Vec<PrivateKey>, Error> {
    let kept = tx.query(
        "SELECT k.id, k.sealed FROM form_key k WHERE k.organisation_id = $1 AND k.form_id = $2 \
         ORDER BY k.created_at DESC, k.id DESC",
        params![of, form],
        |row| Ok((row.next::<FormKeyId>()?, row.next::<Vec<u8>>()?)),
    )?;
    let open = |(id, sealed): (FormKeyId, Vec<u8>)| {
        let der = Zeroizing::new(tx.key().open(PURPOSE, id.0.as_bytes(), &sealed).map_err(failed)?);
        PrivateKey::from_der(&der).map_err(failed)
    };
    kept.into_iter().map(open).collect()
}

fn keep_key(tx: &mut Tx<'_>, pen: &Pen, of: OrganisationId, form: FormId, key: &PrivateKey) -> Result<(), Error> {
    let id = FormKeyId::new();
    let der = Zeroizing::new(key.to_der().map_err(failed)?);
    let sealed = tx.key().seal(PURPOSE, id.0.as_bytes(), &der);
    tx.execute(
        pen,
        "INSERT INTO form_key (organisation_id, id, form_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![of, id, form, sealed, Moment::now()],
    )?;
    Ok(())
}

/// What a version becomes for devices that encrypt, or no longer do. They ask by name: none is used twice.
pub(in crate::forms) struct Rewritten {
    pub(in crate::forms) name: String,
    pub(in crate::forms) xform: String,
    pub(in crate::forms) encryption: Encryption,
}

impl Rewritten {
    fn new(name: &str, number: i64, xform: &str, key: Option<&PrivateKey>) -> Result<Rewritten, Error> {
        let (encryption, mark) = match key {
            Some(_) => (Encryption::House, ENCRYPTED),
            None => (Encryption::None, UNENCRYPTED),
        };
        let name = format!("{}{mark}{number}]", unmarked(name));
        let public = key.map(|key| key.public().and_then(|public| public.to_base64()).map_err(failed)).transpose()?;
        Ok(Rewritten { xform: rewrite(xform, &name, public.as_deref()).map_err(failed)?, name, encryption })
    }
}

const ENCRYPTED: &str = "[encrypted:";
const UNENCRYPTED: &str = "[unencrypted:";

/// What the sheet calls a version, without what was added to its name for devices.
pub(in crate::forms) fn unmarked(name: &str) -> &str {
    let marked = name.strip_suffix(']').map(|rest| rest.trim_end_matches(|letter: char| letter.is_ascii_digit()));
    let own = marked.and_then(|rest| rest.strip_suffix(ENCRYPTED).or(rest.strip_suffix(UNENCRYPTED)));
    own.unwrap_or(name)
}

/// A draft with the house's key, where the version in force has it.
pub(in crate::forms) fn carried_over(
    tx: &mut Tx<'_>,
    of: OrganisationId,
    form: &Form,
    draft: &FormVersion,
) -> Result<Option<Rewritten>, Error> {
    let published = store::versions(tx, of, form.id)?.into_iter().find(|it| it.state == VersionState::Published);
    let goes_on = published.is_some_and(|published| published.encryption == Encryption::House);
    // A key of the sheet's own goes first.
    if !goes_on || draft.encryption != Encryption::None {
        return Ok(None);
    }
    let key = keys_of(tx, of, form.id)?.into_iter().next().ok_or_else(|| failed("an encrypted form has no key"))?;
    let (_, xform) = store::version(tx, of, draft.id)?;
    Rewritten::new(&draft.name, draft.number, &xform, Some(&key)).map(Some)
}

/// Lets devices encrypt with a new key of the house, or no longer encrypt where there is none: a new version of the same
/// sheet, in force at once.
///
/// # Errors
/// The role does not manage forms, someone else was faster, no version is in force or its sheet has a key of its own, or
/// the database failed.
pub(super) fn switch(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: FormId,
    expected: i64,
    key: Option<PrivateKey>,
) -> Result<(), Error> {
    let detail = store::find(tx, viewer, id)?;
    store::check_version(&detail.form, expected)?;
    let published = detail.published().ok_or(Error::Refused("refused-form-not-published"))?;
    let to = if key.is_some() { Encryption::House } else { Encryption::None };
    match published.encryption {
        Encryption::Own => return Err(Error::Refused("refused-form-has-own-key")),
        now if now == to => return Ok(()),
        Encryption::None | Encryption::House => {}
    }
    let of = viewer.organisation;
    let (before, after) = (json!({ "encryption": published.encryption }), json!({ "encryption": to }));
    let pen = history::record(tx, viewer, Entry::changed(Kind::Form, id, &before, &after))?;
    if let Some(key) = &key {
        keep_key(tx, &pen, of, id, key)?;
    }
    // A draft that is being prepared stays the last version.
    tx.execute(
        &pen,
        "UPDATE form_version SET number = number + 1 WHERE organisation_id = $1 AND form_id = $2 AND state = 'draft'",
        params![of, id],
    )?;
    let given_out = detail.versions.iter().filter(|version| version.state != VersionState::Draft);
    let number = given_out.map(|version| version.number).max().unwrap_or_default() + 1;
    let sheet = sheet_of(tx, viewer, published)?;
    let rewritten = Rewritten::new(&published.name, number, &sheet.xform, key.as_ref())?;
    let version = store::keep_version(tx, viewer.into(), &pen, (id, number, published.shipped), &sheet)?;
    for file in store::files_of(tx, of, published.id, "")? {
        let (content, _) = store::file_content(tx, of, published.id, &file.name)?;
        store::keep_file(tx, of, &pen, version, &file.name, &content)?;
    }
    let (draft, _) = store::version(tx, of, version)?;
    store::put_in_force(tx, viewer.into(), &detail.form, &draft, Some(rewritten))
}

/// A version as it was uploaded.
fn sheet_of(tx: &mut Tx<'_>, viewer: &Viewer, version: &FormVersion) -> Result<Sheet, Error> {
    let (file_name, content) = store::sheet(tx, viewer, version.form_id, version.id)?;
    let (held, xform) = store::version(tx, viewer.organisation, version.id)?;
    Ok(Sheet {
        file_name,
        content,
        name: String::new(),
        title: held.title,
        version: held.name,
        xform,
        itemsets: None,
        warnings: held.warnings,
        meaning: store::meaning(tx, viewer.organisation, version.id)?.as_ref().clone(),
        titles: held.titles,
        encryption: Encryption::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_taken_off_a_name_and_nothing_else() {
        for (name, own) in [
            ("2026.11[encrypted:4]", "2026.11"),
            ("2026.11[unencrypted:12]", "2026.11"),
            ("[encrypted:2]", ""),
            ("", ""),
            ("3", "3"),
            ("v[2]", "v[2]"),
            ("[encrypted:x]", "[encrypted:x]"),
        ] {
            assert_eq!(unmarked(name), own, "{name}");
        }
    }
}
