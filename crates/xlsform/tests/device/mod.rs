//! A device that encrypts what it sends, written from ODK's specification alone and with nothing of the engine, so that
//! an error in how it opens does not hide behind the same error in how it seals.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use openssl::encrypt::Encrypter;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Padding;
use openssl::symm::{Cipher, encrypt};

/// What an encrypted submission consists of.
pub struct Sealed {
    /// What stands in place of the record.
    pub manifest: String,
    /// The encrypted files by their names, the record among them.
    pub files: Vec<(String, Vec<u8>)>,
}

fn to_key(key: &PKey<Public>, content: &[u8]) -> String {
    let mut encrypter = Encrypter::new(key).unwrap();
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    encrypter.set_rsa_oaep_md(MessageDigest::sha256()).unwrap();
    encrypter.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
    let mut out = vec![0; encrypter.encrypt_len(content).unwrap()];
    let length = encrypter.encrypt(content, &mut out).unwrap();
    STANDARD.encode(&out[..length])
}

fn hex(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Encrypts a record with its files, in the order in which they are given, to the key that stands in a form.
pub fn seal(
    key: &str,
    form: &str,
    version: Option<&str>,
    instance: &str,
    media: &[(&str, &[u8])],
    xml: &[u8],
) -> Sealed {
    let public = PKey::public_key_from_der(&STANDARD.decode(key).unwrap()).unwrap();
    let secret: [u8; 32] = rand::random();
    let sealed_key = to_key(&public, &secret);
    let seed = [instance.as_bytes(), &secret].concat();
    let mut vector: [u8; 16] = Md5::digest(&seed).into();
    let mut signed: Vec<String> = vec![form.to_owned()];
    signed.extend(version.map(str::to_owned));
    signed.extend([sealed_key.clone(), instance.to_owned()]);
    let mut files = Vec::new();
    for (place, (name, content)) in media.iter().copied().chain([("submission.xml", xml)]).enumerate() {
        vector[place % 16] = vector[place % 16].wrapping_add(1);
        let padding = 16 - content.len() % 16;
        let padded = [content, &vec![padding as u8; padding]].concat();
        let sealed = encrypt(Cipher::aes_256_cfb128(), &secret, Some(&vector), &padded).unwrap();
        files.push((format!("{name}.enc"), sealed));
        signed.push(format!("{name}::{}", hex(content)));
    }
    let signature = to_key(&public, &Md5::digest(signed.join("\n") + "\n"));
    let named: String = media.iter().map(|(name, _)| format!("<media><file>{name}.enc</file></media>\n")).collect();
    let version = version.map(|version| format!(" version=\"{version}\"")).unwrap_or_default();
    let manifest = format!(
        "<data xmlns=\"http://www.opendatakit.org/xforms/encrypted\" id=\"{form}\"{version} encrypted=\"yes\">\
         <base64EncryptedKey>{sealed_key}</base64EncryptedKey>\
         <orx:meta xmlns:orx=\"http://openrosa.org/xforms\"><orx:instanceID>{instance}</orx:instanceID></orx:meta>\n\
         {named}<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>\
         <base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>"
    );
    Sealed { manifest, files }
}
