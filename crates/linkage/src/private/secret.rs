//! The secret that both organisations hold and nobody else.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::parameters::Weak;
use crate::batch::Error;

/// Fewest bytes of a secret: 128 bits.
const FEWEST: usize = 16;
/// Most bytes of a secret.
const MOST: usize = 64;
/// Random bytes repeat themselves little: of sixteen fewer than ten different ones happen once in
/// more than a million secrets.
const FEWEST_DIFFERENT: usize = 10;
/// What stands before a secret in its file.
const MARK: &str = "watari-link-secret-1";
/// Bytes of the digest that finds a slip of whoever copies a secret by hand.
const DIGEST: usize = 4;

/// Random bytes, forgotten when they are dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new secret of 256 bits from the system's source of random numbers.
    pub fn generate() -> Secret {
        Secret(Zeroizing::new(rand::random::<[u8; 32]>().to_vec()))
    }

    /// A secret of bytes that came from elsewhere.
    ///
    /// # Errors
    /// It is shorter than 128 bits, or plainly not random.
    pub fn new(bytes: &[u8]) -> Result<Secret, Weak> {
        if bytes.len() < FEWEST {
            return Err(Weak::new(format!(
                "the secret has {} bytes; with fewer than {FEWEST} (128 bits) it can be found by trying",
                bytes.len()
            )));
        }
        if bytes.len() > MOST {
            return Err(Weak::new(format!("the secret has {} bytes; more than {MOST} are a mistake", bytes.len())));
        }
        let different = bytes.iter().collect::<std::collections::BTreeSet<_>>().len();
        let repeats = (1..=bytes.len() / 2).any(|step| bytes[step..] == bytes[..bytes.len() - step]);
        if different < FEWEST_DIFFERENT || repeats || bytes.is_ascii() {
            return Err(Weak::new(
                "the secret is not random: words and patterns are found by trying; let `watari link secret` make one",
            ));
        }
        Ok(Secret(Zeroizing::new(bytes.to_vec())))
    }

    /// Reads a secret from the file that `watari link secret` wrote.
    ///
    /// # Errors
    /// The file cannot be read, holds no such secret, a letter of it is wrong, or it is weak.
    pub fn read(path: &Path) -> Result<Secret, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::file(path, format!("the secret cannot be read: {error}")))?;
        Secret::from_text(&Zeroizing::new(text)).map_err(|weak| Error::file(path, weak.to_string()))
    }

    /// A secret from its text.
    ///
    /// # Errors
    /// As [`Secret::read`].
    pub fn from_text(text: &str) -> Result<Secret, Weak> {
        let Some((MARK, coded)) = text.trim().split_once(' ') else {
            return Err(Weak::new(format!(
                "this is no secret; let `watari link secret` make one (it begins with {MARK}): words that people \
                 think of are found by trying"
            )));
        };
        let slip = || Weak::new("a letter of the secret is wrong or missing; copy it anew");
        let bytes = Zeroizing::new(STANDARD.decode(coded.trim()).map_err(|_| slip())?);
        let (bytes, digest) = bytes.split_last_chunk::<DIGEST>().ok_or_else(slip)?;
        if self::digest(bytes) != *digest {
            return Err(slip());
        }
        Secret::new(bytes)
    }

    /// The secret as text, to be kept in a file.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(self.0.to_vec());
        bytes.extend(digest(&self.0));
        let mut coded = STANDARD.encode(&*bytes);
        let text = Zeroizing::new(format!("{MARK} {coded}\n"));
        coded.zeroize();
        text
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

fn digest(bytes: &[u8]) -> [u8; DIGEST] {
    let digest = Sha256::new().chain_update("watari link secret").chain_update(bytes).finalize();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_and_read() {
        let secret = Secret::generate();
        let text = secret.to_text();
        assert_eq!(Secret::from_text(&text).unwrap().bytes(), secret.bytes());
        assert_eq!(format!("{secret:?}"), "Secret", "it is in no log");
    }

    #[test]
    fn weak_secrets_are_refused_and_say_why() {
        let refused = |bytes: &[u8]| Secret::new(bytes).unwrap_err().to_string();
        assert!(refused(b"short").contains("5 bytes"));
        assert!(refused(&[0xc7; 32]).contains("not random"));
        assert!(refused(b"correct horse battery staple").contains("not random"));
        assert!(refused(&(1..=16).chain(1..=16).map(|byte| byte * 9).collect::<Vec<u8>>()).contains("not random"));
        assert!(Secret::from_text("my secret words").unwrap_err().to_string().contains("watari link secret"));
    }

    #[test]
    fn a_slip_in_copying_is_found() {
        let text = Secret::generate().to_text();
        let letter = text.chars().nth(30).unwrap();
        let other = if letter == 'A' { 'B' } else { 'A' };
        let slipped: String = text.chars().enumerate().map(|(at, c)| if at == 30 { other } else { c }).collect();
        assert!(Secret::from_text(&slipped).unwrap_err().to_string().contains("a letter of the secret is wrong"));
    }
}
