//! The data key, how it is wrapped on disk, and what is sealed with keys derived from it.
//!
//! One random 256-bit data key protects an installation. On disk it lies wrapped
//! (XChaCha20-Poly1305) by a key from a passphrase (argon2id, RFC 9106) or from a key file.
//! Every use derives its own key (HKDF-SHA-256, RFC 5869).

use std::fmt;
use std::path::Path;

use argon2::Argon2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The passphrase or key file does not open this installation.
    #[error(
        "the {0} does not fit this data: nothing was opened or changed. Check that it is the one given at `watari init`"
    )]
    Wrong(&'static str),
    /// The wrapped key asks for the other way of opening it.
    #[error("this data is locked with a {0}: give that")]
    OtherWay(&'static str),
    /// The file that holds the wrapped key is missing or damaged.
    #[error("{file}: {reason}")]
    File {
        /// Which file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Sealed content was altered or sealed with another key.
    #[error("sealed content could not be opened: it was altered, or sealed with another key")]
    Sealed,
}

/// The key everything else is derived from. Wiped from memory when dropped; never printed.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// What opens the data key.
pub enum Unlock {
    /// Words a person remembers.
    Passphrase(Zeroizing<String>),
    /// Content of a key file.
    KeyFile(Zeroizing<Vec<u8>>),
}

/// The wrapped key as it lies in `key.toml`, or in front of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WrappedKey {
    /// `passphrase` or `key file`.
    way: String,
    /// Salt of the wrapping key.
    salt: String,
    /// Nonce of the wrapping.
    nonce: String,
    /// The sealed data key.
    wrapped: String,
}

impl DataKey {
    /// A new random key.
    pub fn generate() -> DataKey {
        DataKey(Zeroizing::new(rand::random()))
    }

    /// The key in hexadecimal, for SQLCipher.
    pub fn hex(&self) -> Zeroizing<String> {
        let key = self.derive("database");
        Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Wraps this key for storage.
    pub fn wrap(&self, unlock: &Unlock) -> WrappedKey {
        let salt: [u8; 16] = rand::random();
        let nonce: [u8; 24] = rand::random();
        let wrapped = seal_with(&unlock.wrapping_key(&salt), &nonce, b"watari data key", self.0.as_slice());
        WrappedKey {
            way: unlock.way().to_owned(),
            salt: BASE64.encode(salt),
            nonce: BASE64.encode(nonce),
            wrapped: BASE64.encode(wrapped),
        }
    }

    /// Seals content under a purpose and a name; both are needed to open it.
    pub fn seal(&self, purpose: &str, name: &[u8], content: &[u8]) -> Vec<u8> {
        let nonce: [u8; 24] = rand::random();
        let mut sealed = nonce.to_vec();
        sealed.extend(seal_with(&self.derive(purpose), &nonce, name, content));
        sealed
    }

    /// Opens what [`DataKey::seal`] sealed.
    ///
    /// # Errors
    /// The content was altered, or belongs to another name, purpose or key.
    pub fn open(&self, purpose: &str, name: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, body) = sealed.split_at_checked(24).ok_or(KeyError::Sealed)?;
        open_with(&self.derive(purpose), nonce, name, body).ok_or(KeyError::Sealed)
    }

    /// A keyed digest (HMAC-SHA-256) that only the holder of the key can make.
    pub fn digest(&self, purpose: &str, content: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.derive(purpose).as_slice())
            .unwrap_or_else(|_| unreachable!());
        mac.update(content);
        mac.finalize().into_bytes().into()
    }

    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are always within HKDF's limit.
        let _ = Hkdf::<Sha256>::new(None, self.0.as_slice()).expand(purpose.as_bytes(), key.as_mut_slice());
        key
    }
}

impl WrappedKey {
    /// Opens the data key.
    ///
    /// # Errors
    /// A wrong passphrase or key file, or the other way was used.
    pub fn unwrap(&self, unlock: &Unlock) -> Result<DataKey, KeyError> {
        if self.way != unlock.way() {
            return Err(KeyError::OtherWay(if self.way == "passphrase" { "passphrase" } else { "key file" }));
        }
        let damaged = || KeyError::File { file: "wrapped key".to_owned(), reason: "it is damaged".to_owned() };
        let salt = BASE64.decode(&self.salt).map_err(|_| damaged())?;
        let nonce = BASE64.decode(&self.nonce).map_err(|_| damaged())?;
        let wrapped = BASE64.decode(&self.wrapped).map_err(|_| damaged())?;
        let opened = open_with(&unlock.wrapping_key(&salt), &nonce, b"watari data key", &wrapped)
            .ok_or(KeyError::Wrong(unlock.way()))?;
        let bytes: [u8; 32] = opened.try_into().map_err(|_| damaged())?;
        Ok(DataKey(Zeroizing::new(bytes)))
    }

    /// Reads `key.toml`.
    ///
    /// # Errors
    /// The file is missing or is not a wrapped key.
    pub fn load(file: &Path) -> Result<WrappedKey, KeyError> {
        let failed = |reason: String| KeyError::File { file: file.display().to_string(), reason };
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        toml::from_str(&text).map_err(|error| failed(error.message().to_owned()))
    }

    /// Writes `key.toml`, readable by its owner only, and never over another.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn store(&self, file: &Path) -> Result<(), KeyError> {
        use std::io::Write;
        let failed = |reason: String| KeyError::File { file: file.display().to_string(), reason };
        let text = toml::to_string(self).map_err(|error| failed(error.to_string()))?;
        // Under another name first: half a key, from a machine that went down, opens nothing.
        let draft = file.with_extension(format!("toml.{}", uuid::Uuid::new_v4().simple()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&draft).map_err(|error| failed(error.to_string()))?;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
        let named = written.and_then(|()| std::fs::hard_link(&draft, file));
        drop(std::fs::remove_file(&draft));
        named.map_err(|error| failed(error.to_string()))
    }
}

impl Unlock {
    fn way(&self) -> &'static str {
        match self {
            Unlock::Passphrase(_) => "passphrase",
            Unlock::KeyFile(_) => "key file",
        }
    }

    fn wrapping_key(&self, salt: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        match self {
            Unlock::Passphrase(words) => {
                // Parameters and lengths are fixed and valid.
                let _ = slow_hash().hash_password_into(words.as_bytes(), salt, key.as_mut_slice());
            }
            Unlock::KeyFile(content) => {
                let _ = Hkdf::<Sha256>::new(Some(salt), content).expand(b"watari key file", key.as_mut_slice());
            }
        }
        key
    }
}

/// argon2id with the second recommended parameters of RFC 9106 (64 MiB, 3 passes, 4 lanes).
fn slow_hash() -> Argon2<'static> {
    let params = argon2::Params::new(64 * 1024, 3, 4, Some(32)).unwrap_or_default();
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

fn seal_with(key: &[u8; 32], nonce: &[u8; 24], name: &[u8], content: &[u8]) -> Vec<u8> {
    // Sealing fails only beyond 256 GiB.
    XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(*nonce), Payload { msg: content, aad: name })
        .unwrap_or_default()
}

fn open_with(key: &[u8; 32], nonce: &[u8], name: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: name }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(words: &str) -> Unlock {
        Unlock::Passphrase(Zeroizing::new(words.to_owned()))
    }

    #[test]
    fn a_wrong_passphrase_opens_nothing() {
        let key = DataKey::generate();
        let wrapped = key.wrap(&passphrase("correct"));
        assert_eq!(wrapped.unwrap(&passphrase("correct")).unwrap().hex(), key.hex());
        assert!(matches!(wrapped.unwrap(&passphrase("wrong")), Err(KeyError::Wrong(_))));
    }

    #[test]
    fn sealed_content_is_bound_to_its_name() {
        let key = DataKey::generate();
        let sealed = key.seal("attachment", b"one", b"content");
        assert_eq!(key.open("attachment", b"one", &sealed).unwrap(), b"content");
        assert!(key.open("attachment", b"two", &sealed).is_err());
        assert!(key.open("other", b"one", &sealed).is_err());
    }
}
