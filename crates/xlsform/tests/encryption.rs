//! What devices encrypt comes back byte for byte; whatever was altered on the way is told.
#![cfg(feature = "encryption")]

mod device;

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::{Sealed, seal};
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use proptest::prelude::*;
use xlsform::encryption::{DecryptError, KeyError, Manifest, PrivateKey, PublicKey, decrypt};

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().unwrap());

fn public() -> String {
    KEY.public().unwrap().to_base64().unwrap()
}

/// Opens a submission: the files by their names, in order.
fn open(sealed: &Sealed, key: &PrivateKey) -> Result<Vec<(String, Vec<u8>)>, DecryptError> {
    let manifest = Manifest::read(&sealed.manifest).unwrap();
    let files: HashMap<&str, &Vec<u8>> = sealed.files.iter().map(|(name, content)| (name.as_str(), content)).collect();
    let mut opened = Vec::new();
    let read = |name: &str| Ok::<_, DecryptError>(files[name].clone());
    decrypt(&manifest, key, read, |name, content| {
        opened.push((name.to_owned(), content));
        Ok(())
    })?;
    Ok(opened)
}

fn visit(media: &[(&str, &[u8])], xml: &[u8]) -> Sealed {
    seal(&public(), "visit", Some("1[encrypted:2]"), "uuid:4f2a", media, xml)
}

#[test]
fn what_another_program_sealed_is_opened() {
    let data = |name: &str| std::fs::read(format!("tests/data/encrypted/{name}")).unwrap();
    let key = PrivateKey::from_pem(&data("key.pem")).unwrap();
    let manifest = String::from_utf8(data("submission.xml")).unwrap();
    let names = ["roof.png.enc", "note.txt.enc", "submission.xml.enc"];
    let sealed = Sealed { manifest, files: names.map(|name| (name.to_owned(), data(name))).to_vec() };
    let opened = open(&sealed, &key).unwrap();
    let names: Vec<&str> = opened.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["roof.png", "note.txt", "submission.xml"]);
    assert_eq!(opened[1].1, "سقف من صفيح".as_bytes());
    assert!(String::from_utf8_lossy(&opened[2].1).contains("<roof>tin</roof>"));
}

#[test]
fn the_vectors_of_many_files_count_on_over_all_sixteen_bytes_and_over_their_end() {
    let names: Vec<String> = (0..5_000).map(|place| format!("{place}.jpg")).collect();
    let media: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    let opened = open(&visit(&media, b"<data/>"), &KEY).unwrap();
    assert!(opened.iter().take(5_000).all(|(name, content)| content == name.as_bytes()));
    assert_eq!(opened[5_000], ("submission.xml".to_owned(), b"<data/>".to_vec()));
}

#[test]
fn a_large_record_comes_back_whole() {
    let large: Vec<u8> = (0..10 * 1024 * 1024_u32).map(|place| (place % 251) as u8).collect();
    let opened = open(&visit(&[("film.mp4", &large)], &large), &KEY).unwrap();
    assert!(opened.iter().all(|(_, content)| *content == large));
}

#[test]
fn another_key_opens_nothing_and_a_form_without_a_version_is_opened() {
    let other = PrivateKey::generate().unwrap();
    assert_eq!(open(&visit(&[], b"<data/>"), &other), Err(DecryptError::OtherKey));
    let sealed = seal(&public(), "visit", None, "uuid:4f2a", &[], b"<data/>");
    assert_eq!(open(&sealed, &KEY).unwrap()[0].1, b"<data/>");
}

#[test]
fn what_stands_in_the_manifest_is_signed() {
    let sealed = || visit(&[("a.jpg", b"one"), ("b.jpg", b"two")], b"<data/>");
    let altered = |from: &str, to: &str| {
        let manifest = sealed();
        assert!(manifest.manifest.contains(from));
        open(&Sealed { manifest: manifest.manifest.replace(from, to), files: manifest.files }, &KEY)
    };
    assert_eq!(altered("id=\"visit\"", "id=\"other\""), Err(DecryptError::Altered));
    assert_eq!(altered("1[encrypted:2]", "1"), Err(DecryptError::Altered));
    // Other names or another order have other vectors: what comes out is not padded, or not what was signed.
    assert!(altered("uuid:4f2a", "uuid:4f2b").is_err());
    let unsigned = |sealed: &str| {
        let (before, rest) = sealed.split_once("<base64EncryptedElementSignature>").unwrap();
        format!("{before}{}", rest.split_once("</base64EncryptedElementSignature>").unwrap().1)
    };
    let without = sealed();
    let manifest = unsigned(&without.manifest);
    assert_eq!(open(&Sealed { manifest, files: without.files }, &KEY), Err(DecryptError::Altered));
}

#[test]
fn keys_that_nobody_should_use_are_refused_with_what_to_do() {
    let read = |text: &str| PublicKey::read(text).map(|_| ()).unwrap_err();
    for text in ["", "abc", "QUJD", "-----BEGIN PUBLIC KEY-----"] {
        assert_eq!(read(text), KeyError::NotPublic, "{text}");
    }
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    assert_eq!(read(&STANDARD.encode(short.public_key_to_der().unwrap())), KeyError::Length(1024));
    assert_eq!(
        PrivateKey::from_pem(&short.private_key_to_pem_pkcs8().unwrap()).map(|_| ()),
        Err(KeyError::Length(1024))
    );
    let der = KEY.to_der().unwrap();
    assert_eq!(read(&STANDARD.encode(&der)), KeyError::IsPrivate);
    let pair = PKey::private_key_from_pkcs8(&der).unwrap();
    assert_eq!(read(&STANDARD.encode(pair.rsa().unwrap().private_key_to_der().unwrap())), KeyError::IsPrivate);
    let pem = String::from_utf8(pair.private_key_to_pem_pkcs8().unwrap()).unwrap();
    assert_eq!(read(&pem), KeyError::IsPrivate);
    let curve = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let curve = PKey::from_ec_key(openssl::ec::EcKey::generate(&curve).unwrap()).unwrap();
    assert_eq!(read(&STANDARD.encode(curve.public_key_to_der().unwrap())), KeyError::NotPublic);
    assert_eq!(PrivateKey::from_pem(&curve.private_key_to_pem_pkcs8().unwrap()).map(|_| ()), Err(KeyError::NotPrivate));

    // Broken over lines, as OpenSSL writes it, and in the older way of writing it, a key is read.
    let broken =
        public().chars().collect::<Vec<_>>().chunks(64).map(String::from_iter).collect::<Vec<_>>().join("\r\n");
    assert_eq!(PublicKey::read(&broken).unwrap().to_base64().unwrap(), public());
    let older = PrivateKey::from_pem(&pair.rsa().unwrap().private_key_to_pem().unwrap()).unwrap();
    assert_eq!(older.public().unwrap().to_base64().unwrap(), public());
    let locked = pair.private_key_to_pem_pkcs8_passphrase(openssl::symm::Cipher::aes_256_cbc(), b"words").unwrap();
    assert_eq!(PrivateKey::from_pem(&locked).map(|_| ()), Err(KeyError::NotPrivate));
    assert_eq!(PrivateKey::from_der(b"").map(|_| ()), Err(KeyError::NotPrivate));
    assert_eq!(format!("{:?}", *KEY), "PrivateKey(..)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_come_back(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..20)) {
        let names: Vec<String> = (0..contents.len()).map(|place| format!("{place}.bin")).collect();
        let media: Vec<(&str, &[u8])> =
            names.iter().zip(&contents).map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let (record, media) = media.split_last().unwrap();
        let opened = open(&visit(media, record.1), &KEY).unwrap();
        prop_assert_eq!(opened.into_iter().map(|(_, content)| content).collect::<Vec<_>>(), contents);
    }

    #[test]
    fn any_flipped_bit_is_told(
        photo in prop::collection::vec(any::<u8>(), 0..80),
        file in 0..2_usize,
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let mut sealed = visit(&[("a.jpg", &photo)], b"<data><town>Kakuma</town></data>");
        let content = &mut sealed.files[file].1;
        let place = place.index(content.len());
        content[place] ^= 1 << bit;
        prop_assert!(matches!(open(&sealed, &KEY), Err(DecryptError::Damaged(_) | DecryptError::Altered)));
    }

    #[test]
    fn any_cut_is_told(photo in prop::collection::vec(any::<u8>(), 0..80), left in any::<prop::sample::Index>()) {
        let mut sealed = visit(&[("a.jpg", &photo)], b"<data/>");
        let content = &mut sealed.files[0].1;
        content.truncate(left.index(content.len()));
        prop_assert!(matches!(open(&sealed, &KEY), Err(DecryptError::Damaged(_) | DecryptError::Altered)));
    }

    #[test]
    fn whatever_stands_in_a_manifest_it_is_read_or_refused(text in "[<>a-zA-Z/\"= .:]{0,200}", key in ".{0,80}") {
        let _ = Manifest::read(&text);
        let _ = PublicKey::read(&key);
        let escaped = key.replace(['<', '&', '>', ']'], "");
        let sealed = visit(&[], b"<data/>");
        let manifest = sealed.manifest.replace("submission.xml.enc", &escaped);
        if let Ok(manifest) = Manifest::read(&manifest) {
            prop_assert!(manifest.record.ends_with(".enc") && !manifest.record.contains(['/', '\\']));
        }
    }
}
