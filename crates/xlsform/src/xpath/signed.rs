//! Messages signed with Ed25519, as `extract-signed()` reads them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};

fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='))).ok()
}

/// The message that follows its 64 bytes of signature, if the holder of the public key signed it.
pub(super) fn extract(signed: &str, key: &str) -> Option<String> {
    let key = VerifyingKey::from_bytes(&bytes(key)?.try_into().ok()?).ok()?;
    let signed = bytes(signed)?;
    let (signature, message) = signed.split_first_chunk::<64>()?;
    key.verify_strict(message, &Signature::from_bytes(signature)).ok()?;
    String::from_utf8(message.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_message_is_read_only_if_its_signature_holds() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let message = "camp:north;household:412";
        let mut signed = key.sign(message.as_bytes()).to_bytes().to_vec();
        signed.extend(message.as_bytes());
        let public = STANDARD.encode(key.verifying_key().as_bytes());
        assert_eq!(extract(&STANDARD.encode(&signed), &public).as_deref(), Some(message));
        signed.pop();
        assert_eq!(extract(&STANDARD.encode(&signed), &public), None);
    }
}
