//! The manifest of an encrypted submission: which form it is of, its key, and the names of its files.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::xpath::{NodeId, Tree};

/// What the name of an encrypted file ends in.
const ENDING: &str = ".enc";

/// The longest name of a file in bytes.
const LONGEST_NAME: usize = 200;

/// What a device sends in place of an encrypted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The form's id.
    pub form: String,
    /// The form's version; none where the form has none.
    pub version: Option<String>,
    /// The record's own id.
    pub instance_id: String,
    /// The files' key, encrypted, in base64 as it was written: the signature is over these letters.
    pub key: String,
    /// The names of the encrypted files, in the order in which they were encrypted.
    pub media: Vec<String>,
    /// The name of the encrypted record.
    pub record: String,
    /// The digest of all of it, encrypted; devices always send it.
    pub signature: Option<String>,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// No XML.
    #[error("the manifest is no XML: {0}")]
    Unreadable(String),
    /// A record in the clear.
    #[error("this is no manifest of an encrypted submission: its outermost element lacks encrypted=\"yes\"")]
    NotEncrypted,
    /// An element or attribute is not there, or has nothing in it.
    #[error("the manifest has no {0}")]
    Missing(&'static str),
    /// An element that may stand once stands twice.
    #[error("the manifest has more than one {0}")]
    Twice(&'static str),
    /// A name that leads out of its folder, or is none of an encrypted file.
    #[error(
        "the manifest names the file «{0}»; a name has no folder, ends in .enc and has at most {LONGEST_NAME} bytes"
    )]
    BadName(String),
    /// Two files of one name.
    #[error("the manifest names the file «{0}» twice")]
    NamedTwice(String),
    /// What should be base64 is not.
    #[error("{0} of the manifest is not base64")]
    NotBase64(&'static str),
}

const KEY: &str = "base64EncryptedKey";
const SIGNATURE: &str = "base64EncryptedElementSignature";

/// Whether a record is the manifest of an encrypted one.
pub fn is_manifest(record: &Tree) -> bool {
    record.root().is_some_and(|root| record.attribute(root, "encrypted") == Some("yes"))
}

impl Manifest {
    /// Reads a manifest. Namespaces are passed by: devices and the specification differ in them.
    ///
    /// # Errors
    /// It is none, it lacks something, or a name of a file cannot be trusted.
    pub fn read(xml: &str) -> Result<Manifest, ManifestError> {
        let tree = Tree::from_xml(xml).map_err(|error| ManifestError::Unreadable(error.to_string()))?;
        Manifest::of(&tree)
    }

    /// The same of XML that was read already.
    ///
    /// # Errors
    /// As for [`Manifest::read`].
    pub fn of(tree: &Tree) -> Result<Manifest, ManifestError> {
        let root = tree.root().filter(|_| is_manifest(tree)).ok_or(ManifestError::NotEncrypted)?;
        let form = tree.attribute(root, "id").filter(|id| !id.is_empty()).ok_or(ManifestError::Missing("id"))?;
        let meta = one(tree, root, "meta")?.ok_or(ManifestError::Missing("meta"))?;
        let media = named(tree, root, "media").map(|media| text(tree, media, "file"));
        let manifest = Manifest {
            form: form.to_owned(),
            version: tree.attribute(root, "version").map(str::to_owned),
            instance_id: text(tree, meta, "instanceID")?,
            key: text(tree, root, KEY)?,
            media: media.collect::<Result<_, _>>()?,
            record: text(tree, root, "encryptedXmlFile")?,
            signature: match text(tree, root, SIGNATURE) {
                Err(ManifestError::Missing(_)) => None,
                found => Some(found?),
            },
        };
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let mut seen = HashSet::new();
        for name in self.files() {
            let plain = plain_name(name).ok_or_else(|| ManifestError::BadName(name.to_owned()))?;
            // Two names that differ in their letters' case are one file on some machines.
            if !seen.insert(plain.to_lowercase()) {
                return Err(ManifestError::NamedTwice(name.to_owned()));
            }
        }
        let is_base64 = |text: &str| STANDARD.decode(text).is_ok();
        if !is_base64(&self.key) {
            return Err(ManifestError::NotBase64(KEY));
        }
        if self.signature.as_deref().is_some_and(|text| !is_base64(text)) {
            return Err(ManifestError::NotBase64(SIGNATURE));
        }
        Ok(())
    }

    /// The names of all encrypted files in the order in which they were encrypted, the record last.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.media.iter().chain([&self.record]).map(String::as_str)
    }
}

/// What a file was called before it was encrypted; none where the name is not one of an encrypted file in its folder.
pub(super) fn plain_name(name: &str) -> Option<&str> {
    let plain = name.strip_suffix(ENDING)?;
    let is_inside = !plain.is_empty() && plain.trim() == plain && plain != "." && plain != "..";
    let is_one = !name.contains(|letter: char| matches!(letter, '/' | '\\' | ':') || letter.is_control());
    (is_inside && is_one && name.len() <= LONGEST_NAME).then_some(plain)
}

fn named<'t>(tree: &'t Tree, parent: NodeId, name: &'t str) -> impl Iterator<Item = NodeId> + 't {
    tree.elements(parent).filter(move |child| tree.local(*child) == name)
}

fn one(tree: &Tree, parent: NodeId, name: &'static str) -> Result<Option<NodeId>, ManifestError> {
    let mut found = named(tree, parent, name);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(ManifestError::Twice(name)),
        (found, None) => Ok(found),
    }
}

fn text(tree: &Tree, parent: NodeId, name: &'static str) -> Result<String, ManifestError> {
    let found = one(tree, parent, name)?.map(|node| tree.text(node).trim().to_owned());
    found.filter(|text| !text.is_empty()).ok_or(ManifestError::Missing(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "<data xmlns=\"http://opendatakit.org/submissions\" id=\"visit\" version=\"3\" encrypted=\"yes\">\
        <base64EncryptedKey>YQ==</base64EncryptedKey>\
        <orx:meta xmlns:orx=\"http://openrosa.org/xforms\"><orx:instanceID>uuid:1</orx:instanceID></orx:meta>\
        <media><file>roof.jpg.enc</file></media><media><file>song.m4a.enc</file></media>\
        <encryptedXmlFile>submission.xml.enc</encryptedXmlFile>\
        <base64EncryptedElementSignature>Yg==</base64EncryptedElementSignature></data>";

    fn read(from: &str, to: &str) -> Result<Manifest, ManifestError> {
        assert!(WHOLE.contains(from), "{from}");
        Manifest::read(&WHOLE.replace(from, to))
    }

    #[test]
    fn a_manifest_names_its_form_its_key_and_its_files_in_order() {
        let manifest = Manifest::read(WHOLE).unwrap();
        assert_eq!((manifest.form.as_str(), manifest.version.as_deref()), ("visit", Some("3")));
        assert_eq!((manifest.instance_id.as_str(), manifest.key.as_str()), ("uuid:1", "YQ=="));
        let files: Vec<&str> = manifest.files().collect();
        assert_eq!(files, ["roof.jpg.enc", "song.m4a.enc", "submission.xml.enc"]);
        assert_eq!(manifest.signature.as_deref(), Some("Yg=="));
        assert_eq!(read(" version=\"3\"", "").unwrap().version, None);
        // ODK Collect writes a namespace of its own.
        let collect = read("http://opendatakit.org/submissions", "http://www.opendatakit.org/xforms/encrypted");
        assert_eq!(collect.unwrap(), manifest);
        let unsigned = "<base64EncryptedElementSignature>Yg==</base64EncryptedElementSignature>";
        assert_eq!(read(unsigned, "").unwrap().signature, None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |from: &str| read(from, "").unwrap_err();
        assert_eq!(missing(" encrypted=\"yes\""), ManifestError::NotEncrypted);
        assert_eq!(missing(" id=\"visit\""), ManifestError::Missing("id"));
        assert_eq!(missing("uuid:1"), ManifestError::Missing("instanceID"));
        assert_eq!(missing("YQ=="), ManifestError::Missing(KEY));
        assert_eq!(missing("submission.xml.enc"), ManifestError::Missing("encryptedXmlFile"));
        assert_eq!(missing("<file>roof.jpg.enc</file>"), ManifestError::Missing("file"));
        assert!(matches!(missing("</data>"), ManifestError::Unreadable(_)));
        assert_eq!(read("YQ==", "Q"), Err(ManifestError::NotBase64(KEY)));
        assert_eq!(read("Yg==", "%"), Err(ManifestError::NotBase64(SIGNATURE)));
        let twice = read("<encryptedXmlFile>", "<encryptedXmlFile>a.enc</encryptedXmlFile><encryptedXmlFile>");
        assert_eq!(twice, Err(ManifestError::Twice("encryptedXmlFile")));
    }

    #[test]
    fn no_name_leads_out_of_its_folder_or_stands_for_two_files() {
        let long = format!("{}.enc", "a".repeat(LONGEST_NAME));
        for name in
            ["../x.enc", "a/b.enc", "a\\b.enc", "C:x.enc", "...enc", "..enc", ".enc", "roof.jpg", &long, " .enc"]
        {
            assert_eq!(
                read("roof.jpg.enc", name).unwrap_err(),
                ManifestError::BadName(name.trim().to_owned()),
                "{name}"
            );
        }
        for name in ["song.m4a.enc", "submission.xml.enc"] {
            assert!(matches!(read("roof.jpg.enc", name), Err(ManifestError::NamedTwice(_))), "{name}");
        }
        assert_eq!(read("roof.jpg.enc", "SONG.m4a.enc"), Err(ManifestError::NamedTwice("song.m4a.enc".to_owned())));
        assert!(read("roof.jpg.enc", "سقف.jpg.enc").is_ok());
    }
}
