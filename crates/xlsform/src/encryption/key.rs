//! The two halves of a form's key: RSA, of which the public one stands in the form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::encrypt::Decrypter;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::{Padding, Rsa};

/// The least length of a key in bits. Below it nobody should rely on RSA (NIST SP 800-131A).
const SHORTEST: u32 = 2048;

/// The greatest length: opening takes the longer, the longer the key is.
const LONGEST: u32 = 8192;

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No public key.
    #[error(
        "this is no public RSA key; write what stands between the lines BEGIN PUBLIC KEY and END PUBLIC KEY, without \
         these lines"
    )]
    NotPublic,
    /// The half that must not leave its holder.
    #[error("this is the private key, which must stay with you; write the public one, and make a new pair of keys")]
    IsPrivate,
    /// No private key.
    #[error(
        "this is no private RSA key; give the file that begins with the line BEGIN PRIVATE KEY, without a passphrase"
    )]
    NotPrivate,
    /// A key of another length than is safe and quick.
    #[error("the key has {0} bits; make one of 2048 to 8192")]
    Length(u32),
    /// OpenSSL failed.
    #[error("the key cannot be made: {0}")]
    Failed(String),
}

impl From<ErrorStack> for KeyError {
    fn from(error: ErrorStack) -> KeyError {
        KeyError::Failed(error.to_string())
    }
}

fn check_length(bits: u32) -> Result<(), KeyError> {
    if (SHORTEST..=LONGEST).contains(&bits) { Ok(()) } else { Err(KeyError::Length(bits)) }
}

/// The half of a key that devices encrypt with.
#[derive(Clone, Debug)]
pub struct PublicKey(PKey<Public>);

impl PublicKey {
    /// Reads a key as forms hold it: SubjectPublicKeyInfo in base64. Spaces and line ends in it are passed by.
    ///
    /// # Errors
    /// It is none, it is the private key, or its length is not safe.
    pub fn read(text: &str) -> Result<PublicKey, KeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(KeyError::IsPrivate);
        }
        let letters: String = text.split_whitespace().collect();
        let der = STANDARD.decode(letters).map_err(|_| KeyError::NotPublic)?;
        if PKey::private_key_from_der(&der).is_ok() {
            return Err(KeyError::IsPrivate);
        }
        let key = PKey::public_key_from_der(&der).map_err(|_| KeyError::NotPublic)?;
        check_length(key.rsa().map_err(|_| KeyError::NotPublic)?.size() * 8)?;
        Ok(PublicKey(key))
    }

    /// The key as forms hold it.
    ///
    /// # Errors
    /// OpenSSL failed.
    pub fn to_base64(&self) -> Result<String, KeyError> {
        Ok(STANDARD.encode(self.0.public_key_to_der()?))
    }
}

/// The half of a key that opens what devices encrypted. It is never displayed; OpenSSL wipes it when it is dropped.
#[derive(Clone)]
pub struct PrivateKey(PKey<Private>);

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl PrivateKey {
    /// Makes a new key of 2048 bits, as ODK's documentation advises.
    ///
    /// # Errors
    /// OpenSSL failed.
    pub fn generate() -> Result<PrivateKey, KeyError> {
        Ok(PrivateKey(PKey::from_rsa(Rsa::generate(SHORTEST)?)?))
    }

    /// Reads a key from a PEM file, PKCS #8 or PKCS #1, without a passphrase.
    ///
    /// # Errors
    /// It is none, or its length is not safe.
    pub fn from_pem(pem: &[u8]) -> Result<PrivateKey, KeyError> {
        // Without an answer OpenSSL would ask for a passphrase on the terminal.
        let key = PKey::private_key_from_pem_callback(pem, |_| Ok(0)).map_err(|_| KeyError::NotPrivate)?;
        PrivateKey::of(key)
    }

    /// Reads a key from PKCS #8 in DER.
    ///
    /// # Errors
    /// It is none, or its length is not safe.
    pub fn from_der(der: &[u8]) -> Result<PrivateKey, KeyError> {
        PrivateKey::of(PKey::private_key_from_pkcs8(der).map_err(|_| KeyError::NotPrivate)?)
    }

    fn of(key: PKey<Private>) -> Result<PrivateKey, KeyError> {
        check_length(key.rsa().map_err(|_| KeyError::NotPrivate)?.size() * 8)?;
        Ok(PrivateKey(key))
    }

    /// The key as PKCS #8 in DER. Whoever asks keeps it safe.
    ///
    /// # Errors
    /// OpenSSL failed.
    pub fn to_der(&self) -> Result<Vec<u8>, KeyError> {
        Ok(self.0.private_key_to_pkcs8()?)
    }

    /// Its other half.
    ///
    /// # Errors
    /// OpenSSL failed.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        Ok(PublicKey(PKey::public_key_from_der(&self.0.public_key_to_der()?)?))
    }

    /// Opens a few bytes in base64: RSA-OAEP with SHA-256, also in its mask (MGF1).
    pub(super) fn open(&self, text: &str) -> Option<Vec<u8>> {
        let sealed = STANDARD.decode(text).ok()?;
        self.open_bytes(&sealed).ok()
    }

    fn open_bytes(&self, sealed: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut decrypter = Decrypter::new(&self.0)?;
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        decrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
        decrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
        let mut opened = vec![0; decrypter.decrypt_len(sealed)?];
        let length = decrypter.decrypt(sealed, &mut opened)?;
        opened.truncate(length);
        Ok(opened)
    }
}
