//! The one file that organisations send each other: all that is known of an agreement.
//!
//! A file holds the terms and the messages that have come of them. Whoever takes one in joins it with what is there
//! already, and gives out the joined file: it does not matter in what order files arrive, whether one is sent twice, or
//! whether they go to everyone or through one organisation that passes them on. There are four messages, each signed by
//! its organisation (Ed25519, RFC 8032), numbers and keys in Base64:
//! - an **answer**: it agrees. It brings the public keys made for this agreement, and signs them with the terms' hash.
//! - a **part**: its counts with noise, split by [`disclosure::shares`], one share sealed to each other organisation
//!   (HPKE, RFC 9180: X25519, HKDF-SHA-256, ChaCha20-Poly1305). It signs all of them with the round's hash, which covers
//!   the terms and every key: whoever was shown other keys is in another round.
//! - a **subtotal**: what its own share and the others' add up to. It signs it with the hash of all parts, so that who
//!   gave different parts to different organisations is found out before there is a total.
//! - an **end**, with a reason.
//!
//! A file is JSON, version 1, at most [`LARGEST`] bytes, written in one way only: read and written again, it is the same
//! byte for byte, or it is refused. It holds all that its messages rest on (parts only with all answers, subtotals only
//! with all parts), so that it is verified by itself before anything is looked up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use disclosure::account::Delta;
use disclosure::noise::Source;
use disclosure::shares::{self, Share, Subtotal};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::model::{AgreementState, Terms};
use crate::error::Error;

/// The largest file that is looked at, in bytes.
pub const LARGEST: usize = 8 * 1024 * 1024;
/// The only version there is.
const VERSION: u32 = 1;
/// What every signature and seal is for, so that none can be taken for another's.
const DOMAIN: &str = "watari regional figures 1";
/// A sealed share is so much longer than the share: the key and the tag (RFC 9180).
const OVERHEAD: usize = 32 + 16;
/// The longest reason of an end, in bytes.
const LONGEST_REASON: usize = 4000;

/// Why a file is refused. Nothing of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Larger than any such file.
    #[error("it is larger than such a file can be")]
    TooLarge,
    /// Something else.
    #[error("it is no file of an agreement")]
    Strange,
    /// Made by a later version.
    #[error("it was made by another version of Watari")]
    Version,
    /// Changed on the way, or made up.
    #[error("it was changed on the way")]
    Damaged,
    /// It holds nothing signed by whoever proposed it.
    #[error("whoever proposed it has not agreed themselves")]
    Unanswered,
    /// The same agreement with other terms.
    #[error("it has the same number as an agreement here, and other terms")]
    OtherTerms,
    /// An organisation said two different things.
    #[error("an organisation's message is not the one that came before")]
    Second,
    /// Something in this house's name that it did not say.
    #[error("it holds something in the name of this house that is not from it")]
    Ours,
    /// All of it is known.
    #[error("nothing in it is new")]
    NothingNew,
    /// A share that its organisation did not make as agreed.
    #[error("a part in it cannot be opened")]
    Sealed,
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Error {
        Error::Refused(match error {
            FileError::TooLarge => "refused-regional-file-large",
            FileError::Strange => "refused-regional-strange",
            FileError::Version => "refused-regional-version",
            FileError::Damaged => "refused-regional-damaged",
            FileError::Unanswered => "refused-regional-unanswered",
            FileError::OtherTerms => "refused-regional-other-terms",
            FileError::Second => "refused-regional-second",
            FileError::Ours => "refused-regional-ours",
            FileError::NothingNew => "refused-regional-nothing-new",
            FileError::Sealed => "refused-regional-sealed",
        })
    }
}

/// Bytes, written in Base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64.decode(text).map(Bytes).map_err(serde::de::Error::custom)
    }
}

/// An organisation has agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    party: usize,
    sealing: Bytes,
    signing: Bytes,
    signature: Bytes,
}

/// An organisation's counts, split and sealed: a share for each other one, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    party: usize,
    sealed: Vec<Bytes>,
    signature: Bytes,
}

/// What an organisation's shares add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    party: usize,
    numbers: Bytes,
    signature: Bytes,
}

/// An organisation ended the agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    party: usize,
    reason: String,
    signature: Bytes,
}

/// What has come of an agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    answers: Vec<Answer>,
    parts: Vec<Part>,
    subtotals: Vec<Sum>,
    end: Option<End>,
}

/// All that is known of an agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    watari_regional: u32,
    /// What was agreed.
    pub terms: Terms,
    /// What came of it.
    pub messages: Messages,
}

/// What only this house knows: its secret keys for one agreement, and its own share once its part is given. Gone with
/// its subtotal.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    sealing: Zeroizing<Vec<u8>>,
    signing: Zeroizing<[u8; 32]>,
    share: Zeroizing<Vec<u64>>,
}

/// A hash of parts of any length, none of which can run into the next.
fn hash<'p>(kind: &'p str, parts: impl IntoIterator<Item = &'p [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [DOMAIN.as_bytes(), kind.as_bytes()].into_iter().chain(parts) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn place(party: usize) -> [u8; 8] {
    (party as u64).to_be_bytes()
}

fn to_bytes(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn to_numbers(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect()
}

impl Answer {
    fn signed(&self, terms: &[u8; 32]) -> [u8; 32] {
        hash("answer", [terms.as_slice(), &place(self.party), &self.sealing.0, &self.signing.0])
    }

    fn verify(&self, digest: &[u8; 32], signature: &Bytes) -> Result<(), FileError> {
        let key: [u8; 32] = self.signing.0.as_slice().try_into().map_err(|_| FileError::Damaged)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| FileError::Damaged)?;
        let signature = Signature::from_slice(&signature.0).map_err(|_| FileError::Damaged)?;
        key.verify_strict(digest, &signature).map_err(|_| FileError::Damaged)
    }

    fn sealing_key(&self) -> Result<<X25519HkdfSha256 as Kem>::PublicKey, FileError> {
        <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.sealing.0).map_err(|_| FileError::Damaged)
    }
}

impl Part {
    fn signed(&self, round: &[u8; 32]) -> [u8; 32] {
        let place = place(self.party);
        hash("part", [round.as_slice(), &place].into_iter().chain(self.sealed.iter().map(|it| it.0.as_slice())))
    }

    /// The share sealed to an organisation.
    fn to(&self, party: usize) -> Option<&[u8]> {
        let at = if party < self.party { Some(party) } else { party.checked_sub(1) };
        self.sealed.get(at.filter(|_| party != self.party)?).map(|sealed| sealed.0.as_slice())
    }
}

impl Sum {
    fn signed(&self, parts: &[u8; 32]) -> [u8; 32] {
        hash("subtotal", [parts.as_slice(), &place(self.party), &self.numbers.0])
    }
}

impl End {
    fn signed(&self, terms: &[u8; 32]) -> [u8; 32] {
        hash("end", [terms.as_slice(), &place(self.party), self.reason.as_bytes()])
    }
}

impl Secrets {
    fn sign(&self, digest: &[u8; 32]) -> Bytes {
        Bytes(SigningKey::from_bytes(&self.signing).sign(digest).to_bytes().to_vec())
    }
}

/// Whether messages stand in the order of their organisations, each once.
fn in_order(parties: impl IntoIterator<Item = usize>, all: usize) -> bool {
    let mut next = 0;
    parties.into_iter().all(|party| {
        let fits = party >= next && party < all;
        next = party + 1;
        fits
    })
}

impl File {
    /// An agreement of which nothing has come.
    pub fn new(terms: Terms, messages: Messages) -> File {
        File { watari_regional: VERSION, terms, messages }
    }

    /// Reads a file and verifies all of it.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn read(bytes: &[u8]) -> Result<File, FileError> {
        #[derive(Deserialize)]
        struct Head {
            watari_regional: u32,
        }
        if bytes.len() > LARGEST {
            return Err(FileError::TooLarge);
        }
        // Programs that pass on a text end it with a line.
        let bytes = bytes.trim_ascii();
        let head: Head = serde_json::from_slice(bytes).map_err(|_| FileError::Strange)?;
        if head.watari_regional != VERSION {
            return Err(FileError::Version);
        }
        let file: File = serde_json::from_slice(bytes).map_err(|_| FileError::Damaged)?;
        if file.write() != bytes {
            return Err(FileError::Damaged);
        }
        file.verify()?;
        Ok(file)
    }

    /// The file as it is sent.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn verify(&self) -> Result<(), FileError> {
        let Messages { answers, parts, subtotals, end } = &self.messages;
        let (all, cells) = (self.terms.parties(), self.terms.cells());
        self.terms.input.check_lasting().and_then(|()| self.terms.check_size()).map_err(|_| FileError::Damaged)?;
        Delta::new(self.terms.delta).map_err(|_| FileError::Damaged)?;
        let ordered = in_order(answers.iter().map(|it| it.party), all)
            && in_order(parts.iter().map(|it| it.party), all)
            && in_order(subtotals.iter().map(|it| it.party), all);
        let rests = (parts.is_empty() || answers.len() == all) && (subtotals.is_empty() || parts.len() == all);
        if !ordered || !rests {
            return Err(FileError::Damaged);
        }
        let terms = self.hash_of_terms();
        for answer in answers {
            answer.sealing_key()?;
            answer.verify(&answer.signed(&terms), &answer.signature)?;
        }
        if answers.first().is_none_or(|first| first.party != 0) {
            return Err(FileError::Unanswered);
        }
        let by = |party: usize| answers.iter().find(|answer| answer.party == party).ok_or(FileError::Damaged);
        let round = self.round();
        for part in parts {
            let fits = |sealed: &Bytes| sealed.0.len() == OVERHEAD + 8 * cells;
            if part.sealed.len() + 1 != all || !part.sealed.iter().all(fits) {
                return Err(FileError::Damaged);
            }
            by(part.party)?.verify(&part.signed(&round), &part.signature)?;
        }
        let of = self.hash_of_parts();
        for sum in subtotals {
            if sum.numbers.0.len() != 8 * cells {
                return Err(FileError::Damaged);
            }
            by(sum.party)?.verify(&sum.signed(&of), &sum.signature)?;
        }
        if let Some(end) = end {
            if end.reason.len() > LONGEST_REASON {
                return Err(FileError::Damaged);
            }
            by(end.party)?.verify(&end.signed(&terms), &end.signature)?;
        }
        Ok(())
    }

    fn hash_of_terms(&self) -> [u8; 32] {
        let terms = serde_json::to_vec(&self.terms).unwrap_or_default();
        hash("terms", [terms.as_slice()])
    }

    /// What all of it rests on: the terms and everyone's keys.
    fn round(&self) -> [u8; 32] {
        let terms = self.hash_of_terms();
        let keys = self.messages.answers.iter().flat_map(|it| [it.sealing.0.as_slice(), it.signing.0.as_slice()]);
        hash("round", [terms.as_slice()].into_iter().chain(keys))
    }

    fn hash_of_parts(&self) -> [u8; 32] {
        let round = self.round();
        let signatures = self.messages.parts.iter().map(|part| part.signature.0.as_slice());
        let signed: Vec<[u8; 32]> = self.messages.parts.iter().map(|part| part.signed(&round)).collect();
        hash("parts", [round.as_slice()].into_iter().chain(signed.iter().map(<[u8; 32]>::as_slice)).chain(signatures))
    }

    /// Forty digits that are the same in every house only if everyone has the same terms and the same keys; nothing
    /// before all have agreed.
    pub fn code(&self) -> Option<String> {
        if self.messages.answers.len() < self.terms.parties() {
            return None;
        }
        let group = |pair: &[u8; 4]| format!("{:05}", u32::from_be_bytes(*pair) % 100_000);
        Some(self.round().as_chunks::<4>().0.iter().map(group).collect::<Vec<_>>().join(" "))
    }

    /// How far it is for one of the organisations, or for a house that has not said which it is.
    pub fn state(&self, own: Option<usize>) -> AgreementState {
        let Messages { answers, subtotals, end, .. } = &self.messages;
        let all = self.terms.parties();
        let [agreed, part, subtotal] = own.map_or([false; 3], |own| self.came_from(own));
        match () {
            () if end.is_some() => AgreementState::Ended,
            () if subtotals.len() == all => AgreementState::Complete,
            () if subtotal => AgreementState::Added,
            () if part => AgreementState::Given,
            () if !agreed => AgreementState::Proposed,
            () if answers.len() == all => AgreementState::Joined,
            () => AgreementState::Agreed,
        }
    }

    /// How many answers, parts and subtotals there are.
    pub fn counts(&self) -> [usize; 3] {
        [self.messages.answers.len(), self.messages.parts.len(), self.messages.subtotals.len()]
    }

    /// Whether all parts are here.
    pub fn has_all_parts(&self) -> bool {
        self.messages.parts.len() == self.terms.parties()
    }

    /// What has come from one organisation: its answer, its part, its subtotal.
    pub fn came_from(&self, party: usize) -> [bool; 3] {
        let Messages { answers, parts, subtotals, .. } = &self.messages;
        [
            answers.iter().any(|it| it.party == party),
            parts.iter().any(|it| it.party == party),
            subtotals.iter().any(|it| it.party == party),
        ]
    }

    /// Who ended it, and why.
    pub fn end(&self) -> Option<(usize, &str)> {
        self.messages.end.as_ref().map(|end| (end.party, end.reason.as_str()))
    }

    /// Agrees for an organisation: its keys are made now, for this agreement alone.
    pub fn agree(&mut self, party: usize) -> Secrets {
        let (secret, public) = X25519HkdfSha256::gen_keypair();
        let secrets = Secrets {
            sealing: Zeroizing::new(secret.to_bytes().to_vec()),
            signing: Zeroizing::new(rand::random()),
            share: Zeroizing::default(),
        };
        let signing = SigningKey::from_bytes(&secrets.signing).verifying_key().to_bytes();
        let mut answer = Answer {
            party,
            sealing: Bytes(public.to_bytes().to_vec()),
            signing: Bytes(signing.to_vec()),
            signature: Bytes::default(),
        };
        answer.signature = secrets.sign(&answer.signed(&self.hash_of_terms()));
        insert(&mut self.messages.answers, answer, |it| it.party);
        secrets
    }

    /// Splits an organisation's counts, seals each share to whom it is for, and keeps its own. Noise was added.
    ///
    /// # Errors
    /// Counts beyond reason, or a key that cannot be sealed to.
    pub fn give(&mut self, party: usize, secrets: &mut Secrets, counts: &[i64]) -> Result<(), Error> {
        let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("a part cannot be given: {error}"));
        let round = self.round();
        let name = BASE64.encode(round);
        let shares = shares::split(&name, counts, party, self.terms.parties(), &mut Source::secure())
            .map_err(|error| broken(&error))?;
        let mut sealed = Vec::new();
        for share in shares {
            if share.to == party {
                secrets.share = Zeroizing::new(share.numbers);
                continue;
            }
            let answer = self.messages.answers.get(share.to).ok_or(FileError::Damaged)?;
            let numbers = Zeroizing::new(to_bytes(&share.numbers));
            let (key, content) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &answer.sealing_key()?,
                DOMAIN.as_bytes(),
                &numbers,
                &hash("share", [round.as_slice(), &place(party), &place(share.to)]),
            )
            .map_err(|error| broken(&error))?;
            sealed.push(Bytes([key.to_bytes().as_slice(), &content].concat()));
        }
        let mut part = Part { party, sealed, signature: Bytes::default() };
        part.signature = secrets.sign(&part.signed(&round));
        insert(&mut self.messages.parts, part, |it| it.party);
        Ok(())
    }

    /// Opens what was sealed to an organisation, adds it to its own share and gives the subtotal. All parts are here.
    ///
    /// # Errors
    /// A share that cannot be opened.
    pub fn add_up(&mut self, party: usize, secrets: &Secrets) -> Result<(), FileError> {
        let (round, all) = (self.round(), self.terms.parties());
        let name = BASE64.encode(round);
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&secrets.sealing);
        let secret = secret.map_err(|_| FileError::Sealed)?;
        let share = |from, numbers| Share { round: name.clone(), parties: all, from, to: party, numbers };
        let mut shares = vec![share(party, secrets.share.to_vec())];
        for part in self.messages.parts.iter().filter(|part| part.party != party) {
            let sealed = part.to(party).ok_or(FileError::Sealed)?;
            let (key, content) = sealed.split_at_checked(32).ok_or(FileError::Sealed)?;
            let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).map_err(|_| FileError::Sealed)?;
            let numbers = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeR::Base,
                &secret,
                &key,
                DOMAIN.as_bytes(),
                content,
                &hash("share", [round.as_slice(), &place(part.party), &place(party)]),
            );
            shares.push(share(part.party, to_numbers(&Zeroizing::new(numbers.map_err(|_| FileError::Sealed)?))));
        }
        let subtotal = shares::subtotal(party, &shares).map_err(|_| FileError::Sealed)?;
        let mut sum = Sum { party, numbers: Bytes(to_bytes(&subtotal.numbers)), signature: Bytes::default() };
        sum.signature = secrets.sign(&sum.signed(&self.hash_of_parts()));
        insert(&mut self.messages.subtotals, sum, |it| it.party);
        Ok(())
    }

    /// Ends it for everyone who takes this file in.
    pub fn end_by(&mut self, party: usize, secrets: &Secrets, reason: &str) {
        let mut end = End { party, reason: reason.to_owned(), signature: Bytes::default() };
        end.signature = secrets.sign(&end.signed(&self.hash_of_terms()));
        self.messages.end = Some(end);
    }

    /// The total of everyone's counts; nothing before all subtotals are here.
    pub fn total(&self) -> Option<Vec<i64>> {
        let name = BASE64.encode(self.round());
        let all = self.terms.parties();
        let subtotal = |sum: &Sum| Subtotal {
            round: name.clone(),
            parties: all,
            of: sum.party,
            numbers: to_numbers(&sum.numbers.0),
        };
        shares::total(&self.messages.subtotals.iter().map(subtotal).collect::<Vec<_>>()).ok()
    }

    /// Joins what is known with a file that was verified. `own` is which of the organisations this house is, once it has
    /// agreed: nobody else speaks for it.
    ///
    /// # Errors
    /// Why the other file is refused; then nothing has changed.
    pub fn join(&mut self, other: &File, own: Option<usize>) -> Result<(), FileError> {
        if self.terms != other.terms {
            return Err(FileError::OtherTerms);
        }
        let mut joined = self.clone();
        let (mine, theirs) = (&mut joined.messages, &other.messages);
        union(&mut mine.answers, &theirs.answers, |it| it.party, own)?;
        union(&mut mine.parts, &theirs.parts, |it| it.party, own)?;
        union(&mut mine.subtotals, &theirs.subtotals, |it| it.party, own)?;
        if mine.end.is_none() {
            mine.end.clone_from(&theirs.end);
        }
        if joined == *self {
            return Err(FileError::NothingNew);
        }
        // What fits by itself need not fit together: the same keys, the same parts.
        joined.verify()?;
        *self = joined;
        Ok(())
    }
}

/// Adds messages that are not there yet.
fn union<M: Clone + PartialEq>(
    known: &mut Vec<M>,
    new: &[M],
    party: impl Fn(&M) -> usize + Copy,
    own: Option<usize>,
) -> Result<(), FileError> {
    for message in new {
        match known.iter().find(|it| party(it) == party(message)) {
            Some(it) if it == message => {}
            _ if own == Some(party(message)) => return Err(FileError::Ours),
            Some(_) => return Err(FileError::Second),
            None => insert(known, message.clone(), party),
        }
    }
    Ok(())
}

/// Puts a message in the order of the organisations.
fn insert<M>(messages: &mut Vec<M>, message: M, party: impl Fn(&M) -> usize) {
    let at = messages.partition_point(|it| party(it) < party(&message));
    messages.insert(at, message);
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::ids::AgreementId;
    use crate::statistics::regional::figures::Shape;
    use crate::statistics::regional::model::tests::input;
    use crate::statistics::releases::figures::Axis;

    /// The agreement of three shelters, proposed by the first.
    fn proposed() -> (File, Secrets) {
        let sexes = ["female", "male", "other", "unknown"].map(str::to_owned).to_vec();
        let shape = Shape { axes: vec![Axis { code: "sex".to_owned(), values: sexes }], several: None };
        let terms = Terms { id: AgreementId::new(), input: input(), delta: 1e-6, shapes: vec![shape] };
        let mut file = File::new(terms, Messages::default());
        let secrets = file.agree(0);
        (file, secrets)
    }

    const COUNTS: [[i64; 4]; 3] = [[40, 30, 0, -2], [7, 1, 0, 0], [100, 0, 3, 5]];

    /// Each house's file and secrets, after everyone agreed.
    fn agreed() -> Vec<(File, Secrets)> {
        let (first, secrets) = proposed();
        let mut houses = vec![(first.clone(), secrets)];
        for party in 1..3 {
            let mut file = File::read(&first.write()).unwrap();
            let secrets = file.agree(party);
            houses.push((file, secrets));
        }
        exchange(&mut houses);
        houses
    }

    /// Everyone takes in everyone's file.
    fn exchange(houses: &mut [(File, Secrets)]) {
        let sent: Vec<Vec<u8>> = houses.iter().map(|(file, _)| file.write()).collect();
        for (own, (file, _)) in houses.iter_mut().enumerate() {
            for (from, bytes) in sent.iter().enumerate().filter(|(from, _)| *from != own) {
                let read = File::read(bytes).unwrap_or_else(|error| panic!("{own} from {from}: {error}"));
                let joined = file.join(&read, Some(own));
                assert!(matches!(joined, Ok(()) | Err(FileError::NothingNew)), "{own} from {from}: {joined:?}");
            }
        }
    }

    fn given() -> Vec<(File, Secrets)> {
        let mut houses = agreed();
        for (party, (file, secrets)) in houses.iter_mut().enumerate() {
            file.give(party, secrets, &COUNTS[party]).unwrap();
        }
        exchange(&mut houses);
        houses
    }

    fn complete() -> Vec<(File, Secrets)> {
        let mut houses = given();
        for (party, (file, secrets)) in houses.iter_mut().enumerate() {
            file.add_up(party, secrets).unwrap();
        }
        exchange(&mut houses);
        houses
    }

    static COMPLETE: LazyLock<Vec<u8>> = LazyLock::new(|| complete()[0].0.write());

    #[test]
    fn three_shelters_learn_the_total_and_nothing_else() {
        let houses = agreed();
        let codes: Vec<_> = houses.iter().map(|(file, _)| file.code().unwrap()).collect();
        assert!(codes.iter().all(|code| *code == codes[0] && code.len() == 47), "{codes:?}");
        assert!(houses.iter().enumerate().all(|(own, (file, _))| file.state(Some(own)) == AgreementState::Joined));
        for (file, _) in complete() {
            assert_eq!(file.total().unwrap(), [147, 31, 3, 3]);
            assert_eq!(file.state(Some(0)), AgreementState::Complete);
        }
        let (before, _) = &given()[1];
        assert_eq!((before.total(), before.state(Some(1))), (None, AgreementState::Given));
    }

    #[test]
    fn it_does_not_matter_who_passes_the_files_on() {
        let mut houses = agreed();
        for (party, (file, secrets)) in houses.iter_mut().enumerate() {
            file.give(party, secrets, &COUNTS[party]).unwrap();
        }
        // Everyone sends to the first, who sends one file to everyone.
        let (rest, mut first) = (houses[1..].iter().map(|(file, _)| file.clone()), houses[0].0.clone());
        rest.for_each(|file| first.join(&file, Some(0)).unwrap());
        for (own, (file, _)) in houses.iter_mut().enumerate().skip(1) {
            file.join(&first, Some(own)).unwrap();
            assert!(file.has_all_parts());
        }
    }

    #[test]
    fn two_shares_of_three_do_not_tell_the_counts() {
        let mut houses = given();
        let (file, _) = houses.swap_remove(1);
        let text = String::from_utf8(file.write()).unwrap();
        let own = BASE64.encode(to_bytes(&COUNTS[0].map(i64::cast_unsigned)));
        assert!(!text.contains(own.trim_end_matches('=')));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        assert_eq!(File::read(b"%PDF-1.7"), Err(FileError::Strange));
        assert_eq!(File::read(b"{}"), Err(FileError::Strange));
        assert_eq!(File::read(br#"{"watari_regional":2}"#), Err(FileError::Version));
        assert_eq!(File::read(br#"{"watari_regional":1}"#), Err(FileError::Damaged));
        assert_eq!(File::read(&vec![b' '; LARGEST + 1]), Err(FileError::TooLarge));
        let deep = [b"{\"watari_regional\":1,\"terms\":".to_vec(), vec![b'['; 100_000]].concat();
        assert_eq!(File::read(&deep), Err(FileError::Strange));
        let (mut unsigned, _) = proposed();
        unsigned.messages = Messages::default();
        assert_eq!(File::read(&unsigned.write()), Err(FileError::Unanswered));
    }

    #[test]
    fn who_says_two_things_or_speaks_for_another_is_found_out() {
        let mut houses = agreed();
        let (sent, own) = (houses[1].0.clone(), houses[0].0.clone());
        assert_eq!(houses[0].0.join(&sent, Some(0)), Err(FileError::NothingNew));
        assert_eq!(houses[0].0, own, "nothing has changed");

        // The second gives two different parts.
        let (file, secrets) = &mut houses[1];
        let mut other = file.clone();
        file.give(1, secrets, &COUNTS[1]).unwrap();
        other.give(1, secrets, &COUNTS[1]).unwrap();
        let (one, two) = (file.clone(), other);
        houses[0].0.join(&one, Some(0)).unwrap();
        assert_eq!(houses[0].0.join(&two, Some(0)), Err(FileError::Second));
        // Someone has keys in the first's name.
        let (mut forged, _) = proposed();
        forged.terms = own.terms.clone();
        forged.messages.answers.clear();
        forged.agree(0);
        assert_eq!(houses[0].0.join(&File::read(&forged.write()).unwrap(), Some(0)), Err(FileError::Ours));
        assert_eq!(houses[2].0.join(&forged, Some(2)), Err(FileError::Second));
        // The same number, other terms.
        let (mut changed, _) = proposed();
        changed.terms.id = own.terms.id;
        changed.terms.input.epsilon = 2.0;
        assert_eq!(houses[2].0.join(&changed, Some(2)), Err(FileError::OtherTerms));
    }

    /// The second sends one part to the first and another to the third: no total comes of it.
    #[test]
    fn different_parts_for_different_houses_make_no_total() {
        let mut houses = agreed();
        let mut twice = Vec::new();
        for own in [0, 2] {
            let (file, secrets) = &mut houses[own];
            file.give(own, secrets, &COUNTS[own]).unwrap();
            let (file, secrets) = &mut houses[1];
            let mut second = file.clone();
            second.give(1, secrets, &COUNTS[1]).unwrap();
            twice.push(second);
        }
        let (first, third) = (houses[0].0.clone(), houses[2].0.clone());
        for (own, part, from) in [(0, &twice[0], &third), (2, &twice[1], &first)] {
            let (file, secrets) = &mut houses[own];
            file.join(part, Some(own)).unwrap();
            file.join(from, Some(own)).unwrap();
            file.add_up(own, secrets).unwrap();
        }
        let third = houses[2].0.clone();
        assert_eq!(houses[0].0.join(&third, Some(0)), Err(FileError::Second));
    }

    #[test]
    fn whoever_ends_it_ends_it_for_all() {
        let mut houses = agreed();
        let (file, secrets) = &mut houses[2];
        file.end_by(2, secrets, "Our board said no");
        let ended = file.clone();
        houses[0].0.join(&File::read(&ended.write()).unwrap(), Some(0)).unwrap();
        assert_eq!(houses[0].0.state(Some(0)), AgreementState::Ended);
        assert_eq!(houses[0].0.end(), Some((2, "Our board said no")));
    }

    #[test]
    fn parts_that_nobody_can_open_are_refused() {
        let mut houses = given();
        let stranger = houses[2].0.clone().agree(2);
        let (file, secrets) = &mut houses[2];
        let wrong = Secrets {
            sealing: stranger.sealing.clone(),
            signing: secrets.signing.clone(),
            share: secrets.share.clone(),
        };
        assert_eq!(file.add_up(2, &wrong), Err(FileError::Sealed));
    }

    #[test]
    fn a_line_at_the_end_is_no_damage() {
        let with_line = [COMPLETE.as_slice(), b"\r\n"].concat();
        assert!(File::read(&with_line).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn a_changed_byte_is_refused(at in any::<prop::sample::Index>(), by in 1u8..) {
            let mut bytes = COMPLETE.clone();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            // Only a file that ends before its end is anything else than damaged; white space around it is none.
            prop_assert!(File::read(&bytes).is_err(), "{at}");
        }

        #[test]
        fn what_is_cut_off_or_stands_twice_is_refused(from in any::<prop::sample::Index>(), twice: bool) {
            let from = from.index(COMPLETE.len() - 1);
            let bytes = if twice { [&COMPLETE[..=from], &COMPLETE[from..]].concat() } else { COMPLETE[..from].to_vec() };
            prop_assert!(File::read(&bytes).is_err(), "{from}");
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(File::read(&bytes).is_err());
        }
    }
}
