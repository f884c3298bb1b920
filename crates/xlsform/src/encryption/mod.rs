//! Submissions encrypted on the device, after [ODK's specification](https://getodk.github.io/xforms-spec/encryption): a
//! [`Manifest`] in place of the record, and beside it the record and its files, each encrypted.
//!
//! What devices send is written to the holder of a key; it says nothing of who wrote it. Whoever has the public key,
//! which stands in the form, can write such a submission.
//!
//! Opening one takes the feature `encryption`, which links OpenSSL.

#[cfg(feature = "encryption")]
mod cipher;
#[cfg(feature = "encryption")]
mod key;
mod manifest;
mod rewrite;

#[cfg(feature = "encryption")]
pub use cipher::{DecryptError, decrypt};
#[cfg(feature = "encryption")]
pub use key::{KeyError, PrivateKey, PublicKey};
pub use manifest::{Manifest, ManifestError, is_manifest};
pub use rewrite::{RewriteError, rewrite};
