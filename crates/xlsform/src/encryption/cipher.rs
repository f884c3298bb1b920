//! Opening an encrypted submission: AES-256 in CFB mode, each file with an initialisation vector of its own.

use md5::{Digest as _, Md5};
use openssl::symm::{Cipher, Crypter, Mode};

use super::key::PrivateKey;
use super::manifest::{Manifest, plain_name};

/// The length of a block in bytes, and so of an initialisation vector.
const BLOCK: usize = 16;

/// The length of a record's key in bytes.
const KEY: usize = 32;

/// Why an encrypted submission cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// It was written to another key.
    #[error("this key does not open it: it was encrypted with another")]
    OtherKey,
    /// A file was cut off or altered.
    #[error("the file «{0}» cannot be decrypted: it was altered or is not whole")]
    Damaged(String),
    /// The signature is of other content, or there is none.
    #[error("the signature does not fit: something in it was altered")]
    Altered,
}

/// The key of one record with the initialisation vectors of its files.
struct RecordKey {
    key: Vec<u8>,
    vector: [u8; BLOCK],
    count: usize,
}

impl RecordKey {
    fn open(manifest: &Manifest, key: &PrivateKey) -> Option<RecordKey> {
        let key = key.open(&manifest.key).filter(|key| key.len() == KEY)?;
        let seed = Md5::new().chain_update(&manifest.instance_id).chain_update(&key).finalize();
        Some(RecordKey { key, vector: seed.into(), count: 0 })
    }

    /// The vector of the next file: one byte after the other is counted up.
    fn next_vector(&mut self) -> [u8; BLOCK] {
        if let Some(byte) = self.vector.get_mut(self.count % BLOCK) {
            *byte = byte.wrapping_add(1);
        }
        self.count += 1;
        self.vector
    }

    /// Decrypts the next file; none where what is left is not padded as it must be.
    fn decrypt_next(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        let vector = self.next_vector();
        let mut crypter = Crypter::new(Cipher::aes_256_cfb128(), Mode::Decrypt, &self.key, Some(&vector)).ok()?;
        let mut plain = vec![0; content.len() + BLOCK];
        let length = crypter.update(content, &mut plain).ok()?;
        plain.truncate(length);
        unpad(plain)
    }
}

/// Takes away the padding of PKCS #7, which devices write although the mode needs none.
fn unpad(mut plain: Vec<u8>) -> Option<Vec<u8>> {
    let padding = usize::from(*plain.last()?);
    let is_whole = plain.len().is_multiple_of(BLOCK) && (1..=BLOCK).contains(&padding);
    let length = plain.len().checked_sub(padding).filter(|_| is_whole)?;
    let is_padded = plain.iter().skip(length).all(|byte| usize::from(*byte) == padding);
    is_padded.then(|| plain.truncate(length))?;
    Some(plain)
}

impl PrivateKey {
    /// Whether a submission was encrypted with this key's other half.
    pub fn opens(&self, manifest: &Manifest) -> bool {
        RecordKey::open(manifest, self).is_some()
    }
}

/// What is signed: a line for each of these, and for each file its name and MD5.
struct Signed(Md5);

impl Signed {
    fn new(manifest: &Manifest) -> Signed {
        let Manifest { form, version, key, instance_id, .. } = manifest;
        let mut signed = Signed(Md5::new());
        [Some(form), version.as_ref(), Some(key), Some(instance_id)]
            .into_iter()
            .flatten()
            .for_each(|it| signed.line(it));
        signed
    }

    fn line(&mut self, text: &str) {
        self.0.update(text);
        self.0.update("\n");
    }

    fn file(&mut self, name: &str, content: &[u8]) {
        let digest: String = Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        self.line(&format!("{name}::{digest}"));
    }

    fn fits(self, manifest: &Manifest, key: &PrivateKey) -> bool {
        let signature = manifest.signature.as_deref().and_then(|text| key.open(text));
        signature.is_some_and(|signature| signature == self.0.finalize().as_slice())
    }
}

/// Decrypts a submission file by file, in the order of its manifest and the record last, so that one file is in memory at
/// a time: `read` brings an encrypted file by its name, `keep` takes what it was before, with its own name.
///
/// The signature covers all of it, so what was kept must be thrown away on an error.
///
/// # Errors
/// The key is another, something was altered, or `read` or `keep` failed.
pub fn decrypt<E: From<DecryptError>>(
    manifest: &Manifest,
    key: &PrivateKey,
    mut read: impl FnMut(&str) -> Result<Vec<u8>, E>,
    mut keep: impl FnMut(&str, Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let mut record_key = RecordKey::open(manifest, key).ok_or(DecryptError::OtherKey)?;
    let mut signed = Signed::new(manifest);
    for name in manifest.files() {
        let damaged = || DecryptError::Damaged(name.to_owned());
        let plain = record_key.decrypt_next(&read(name)?).ok_or_else(damaged)?;
        let own = plain_name(name).ok_or_else(damaged)?;
        signed.file(own, &plain);
        keep(own, plain)?;
    }
    if signed.fits(manifest, key) { Ok(()) } else { Err(DecryptError::Altered.into()) }
}
