//! Digests of texts, as `digest()` gives them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of a text; none where the algorithm or the encoding is not known.
pub(super) fn digest(text: &str, algorithm: &str, encoding: &str) -> Option<String> {
    let bytes = match algorithm.to_ascii_uppercase().as_str() {
        "MD5" => Md5::digest(text).to_vec(),
        "SHA-1" => Sha1::digest(text).to_vec(),
        "SHA-256" => Sha256::digest(text).to_vec(),
        "SHA-384" => Sha384::digest(text).to_vec(),
        "SHA-512" => Sha512::digest(text).to_vec(),
        _ => return None,
    };
    match encoding.to_ascii_lowercase().as_str() {
        "hex" => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        "base64" => Some(STANDARD.encode(bytes)),
        _ => None,
    }
}

/// The text that a Base64 text stands for; bytes that are no UTF-8 become �.
pub(super) fn base64_decode(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = STANDARD.decode(kept).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first eight bytes of a text's SHA-256 as a number: the seed that a text gives to `randomize()`.
pub(super) fn seed(text: &str) -> i64 {
    let hash = Sha256::digest(text);
    hash.iter().take(8).fold(0, |seed, byte| (seed << 8) | i64::from(*byte))
}
