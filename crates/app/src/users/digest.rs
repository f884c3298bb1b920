//! A user name and a password with each request: Digest access authentication with MD5 and `qop=auth` (RFC 7616, and
//! RFC 2617 before it), as the clients of ODK Collect speak it, and Basic (RFC 7617) where the line keeps secrets.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq;

use crate::dates::Moment;
use crate::keys::DataKey;

/// What the passwords are for, as a client shows it. It is hashed into every password that is kept: never change it.
pub const REALM: &str = "Watari";
/// How long a nonce is taken, in seconds.
const FRESH: i64 = 5 * 60;
/// How far the clock of another server may be ahead, in seconds.
const AHEAD: i64 = 60;
/// Nonces in use that are remembered before those past their time are forgotten.
const MOST: usize = 10_000;

/// MD5 in hexadecimal, as devices write it: no protection, only what their protocols ask for.
pub fn md5(content: impl AsRef<[u8]>) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a password: H(A1) of RFC 7616. Whoever has it can answer a challenge, so it is kept sealed.
pub fn ha1(username: &str, password: &str) -> String {
    md5(format!("{username}:{REALM}:{password}"))
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// What an `Authorization` header of either scheme holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Credentials {
    /// The password itself.
    Basic {
        /// Who.
        username: String,
        /// With which password.
        password: String,
    },
    /// The answer to a challenge.
    Digest(Answer),
}

/// The answer to a challenge.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    username: String,
    nonce: String,
    uri: String,
    cnonce: String,
    /// The count of requests with this nonce as it was written, which is what was hashed.
    nc: String,
    count: u32,
    response: String,
}

impl Credentials {
    /// Reads the header; nothing where it is of another scheme, incomplete, or asks for what is not offered.
    pub fn read(header: &str) -> Option<Credentials> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => {
                let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
                let (username, password) = decoded.split_once(':')?;
                Some(Credentials::Basic { username: username.to_owned(), password: password.to_owned() })
            }
            "digest" => Answer::read(rest).map(Credentials::Digest),
            _ => None,
        }
    }

    /// Who wants to be let in.
    pub fn username(&self) -> &str {
        match self {
            Credentials::Basic { username, .. } => username,
            Credentials::Digest(answer) => &answer.username,
        }
    }

    /// Whether the password was the one of which this is kept, for this request.
    pub fn fit(&self, ha1: &str, method: &Method, target: &str) -> bool {
        match self {
            Credentials::Basic { username, password } => same(&self::ha1(username, password), ha1),
            Credentials::Digest(answer) => answer.fits(ha1, method) && answer.is_for(target),
        }
    }
}

impl Answer {
    fn read(text: &str) -> Option<Answer> {
        let mut named = parameters(text)?;
        let mut take = |name: &str| named.remove(name);
        let is_md5 = take("algorithm").is_none_or(|name| name.eq_ignore_ascii_case("md5"));
        let is_auth = take("qop").is_some_and(|name| name.eq_ignore_ascii_case("auth"));
        if !is_md5 || !is_auth || take("realm")? != REALM {
            return None;
        }
        let nc = take("nc")?;
        let count = u32::from_str_radix(&nc, 16).ok()?;
        Some(Answer {
            username: take("username")?,
            nonce: take("nonce")?,
            uri: take("uri")?,
            cnonce: take("cnonce")?,
            response: take("response")?.to_ascii_lowercase(),
            nc,
            count,
        })
    }

    fn fits(&self, ha1: &str, method: &Method) -> bool {
        let Answer { nonce, nc, cnonce, uri, .. } = self;
        let ha2 = md5(format!("{method}:{uri}"));
        same(&md5(format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}")), &self.response)
    }

    /// Whether the address that was hashed is the one that was asked for. A client may write it with the server's name,
    /// and a proxy may have taken a folder off its front.
    fn is_for(&self, target: &str) -> bool {
        let path = match self.uri.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"),
            None => &self.uri,
        };
        target.starts_with('/') && path.ends_with(target)
    }
}

/// `name=value` and `name="value"`, separated by commas.
fn parameters(text: &str) -> Option<HashMap<String, String>> {
    let mut found = HashMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after.get(..end)?.trim().to_owned(), after.get(end..)?)
            }
        };
        found.insert(name.trim().to_ascii_lowercase(), value);
        let after = after.trim_start();
        rest = if after.is_empty() { after } else { after.strip_prefix(',')?.trim_start() };
    }
    Some(found)
}

/// What stands before the closing quotation mark, and what after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// The nonces that this server takes, and how often each was used.
pub struct Nonces {
    since: Moment,
    used: Mutex<HashMap<String, Used>>,
}

/// Which counts came with a nonce: the highest, and the 64 up to it, one bit each. Requests overtake each other.
#[derive(Default)]
struct Used {
    made: i64,
    highest: u32,
    seen: u64,
}

impl Default for Nonces {
    fn default() -> Nonces {
        Nonces { since: Moment::now(), used: Mutex::default() }
    }
}

impl Nonces {
    /// A new one: when it was made, something random, and a digest that only this house can make.
    pub fn new_nonce(key: &DataKey) -> String {
        let mut content = Moment::now().milliseconds().to_be_bytes().to_vec();
        content.extend(rand::random::<[u8; 8]>());
        let digest = key.digest("nonce", &content);
        content.extend(digest.iter().take(16));
        URL_SAFE_NO_PAD.encode(content)
    }

    /// Takes an answer whose password is right: whether its nonce is one of this house, of these minutes, and was not
    /// used for this request before. One made before this server started may have been used before, too.
    pub fn take(&self, key: &DataKey, answer: &Answer) -> bool {
        let (now, Some(made)) = (Moment::now(), made(key, &answer.nonce)) else { return false };
        if made < self.since || made > now.plus_seconds(AHEAD) || made < now.plus_seconds(-FRESH) {
            return false;
        }
        let Ok(mut used) = self.used.lock() else { return false };
        if used.len() >= MOST {
            let oldest = now.plus_seconds(-FRESH).milliseconds();
            used.retain(|_, used| used.made >= oldest);
        }
        let made = made.milliseconds();
        used.entry(answer.nonce.clone()).or_insert(Used { made, ..Used::default() }).count(answer.count)
    }
}

/// When a nonce of this house was made.
fn made(key: &DataKey, nonce: &str) -> Option<Moment> {
    let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
    let (content, digest) = bytes.split_at_checked(16)?;
    let whole = key.digest("nonce", content);
    let is_ours: bool = whole.get(..16)?.ct_eq(digest).into();
    let millis = content.get(..8)?.try_into().ok()?;
    is_ours.then(|| Moment::from_milliseconds(i64::from_be_bytes(millis)))
}

impl Used {
    /// Notes a count; whether it is the first of its kind.
    fn count(&mut self, count: u32) -> bool {
        if count > self.highest {
            let further = count - self.highest;
            self.seen = self.seen.checked_shl(further).unwrap_or_default() | 1;
            self.highest = count;
            return true;
        }
        let Some(bit) = 1_u64.checked_shl(self.highest - count).filter(|bit| count > 0 && self.seen & bit == 0) else {
            return false;
        };
        self.seen |= bit;
        true
    }
}

/// The schemes offered, as values of `WWW-Authenticate`. Basic only where `basic`, because it sends the password itself.
pub fn challenge(key: &DataKey, is_stale: bool, basic: bool) -> Vec<String> {
    let nonce = Nonces::new_nonce(key);
    let stale = if is_stale { ", stale=true" } else { "" };
    let digest = format!("Digest realm=\"{REALM}\", qop=\"auth\", algorithm=MD5, nonce=\"{nonce}\"{stale}");
    let basic = basic.then(|| format!("Basic realm=\"{REALM}\", charset=\"UTF-8\""));
    std::iter::once(digest).chain(basic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer as a client makes it.
    fn answer(key: &DataKey, count: u32, uri: &str) -> Credentials {
        answer_to(&Nonces::new_nonce(key), count, uri)
    }

    fn answer_to(nonce: &str, count: u32, uri: &str) -> Credentials {
        let (ha1, ha2) = (ha1("tablet-4", "river"), md5(format!("GET:{uri}")));
        let response = md5(format!("{ha1}:{nonce}:{count:08x}:0a4f:auth:{ha2}"));
        let header = format!(
            "Digest username=\"tablet-4\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", qop=auth, \
             nc={count:08x}, cnonce=\"0a4f\", response=\"{response}\", algorithm=MD5"
        );
        Credentials::read(&header).unwrap()
    }

    fn taken(nonces: &Nonces, key: &DataKey, credentials: &Credentials) -> bool {
        match credentials {
            Credentials::Digest(answer) => nonces.take(key, answer),
            Credentials::Basic { .. } => panic!("no nonce"),
        }
    }

    #[test]
    fn an_answer_fits_one_request_and_one_password() {
        let given = answer(&DataKey::generate(), 1, "/openrosa/formList?formID=a,b");
        let kept = ha1("tablet-4", "river");
        assert!(given.fit(&kept, &Method::GET, "/openrosa/formList?formID=a,b"));
        assert!(!given.fit(&kept, &Method::POST, "/openrosa/formList?formID=a,b"));
        assert!(!given.fit(&kept, &Method::GET, "/openrosa/formList"));
        assert!(!given.fit(&ha1("tablet-4", "lake"), &Method::GET, "/openrosa/formList?formID=a,b"));
        let whole = answer(&DataKey::generate(), 1, "https://cases.example.org/watari/openrosa/formList");
        assert!(whole.fit(&kept, &Method::GET, "/openrosa/formList"), "a proxy took a folder away");
    }

    #[test]
    fn the_hash_is_the_one_that_others_compute() {
        // By hashlib: A1 = Mina:Watari:paper boat, A2 = HEAD:/openrosa/submission.
        let header = "Digest username=\"Mina\",realm=\"Watari\",nonce=\"n0\",uri=\"/openrosa/submission\",\
                      response=\"472b5afef0c9f7411bf898634f470978\",qop=\"auth\",nc=00000002,cnonce=\"c0\"";
        let given = Credentials::read(header).unwrap();
        assert!(given.fit(&ha1("Mina", "paper boat"), &Method::HEAD, "/openrosa/submission"));
    }

    #[test]
    fn a_nonce_is_used_once_for_each_count_however_they_overtake_each_other() {
        let (key, nonces) = (DataKey::generate(), Nonces::default());
        let nonce = Nonces::new_nonce(&key);
        let take = |count| taken(&nonces, &key, &answer_to(&nonce, count, "/"));
        let told: Vec<bool> = [1, 3, 2, 2, 3, 1, 100, 36, 37, 99, 0].map(take).to_vec();
        assert_eq!(told, [true, true, true, false, false, false, true, false, true, true, false]);
    }

    #[test]
    fn a_nonce_of_elsewhere_of_long_ago_or_of_before_the_start_is_stale() {
        let (key, nonces) = (DataKey::generate(), Nonces::default());
        assert!(!taken(&nonces, &DataKey::generate(), &answer(&key, 1, "/")));
        assert!(!taken(&nonces, &key, &answer_to("AAAA", 1, "/")));
        let nonce = Nonces::new_nonce(&key);
        let later = Nonces { since: Moment::now().plus_seconds(1), ..Nonces::default() };
        assert!(!taken(&later, &key, &answer_to(&nonce, 1, "/")));
        assert!(taken(&nonces, &key, &answer_to(&nonce, 1, "/")));
    }

    #[test]
    fn what_is_no_such_header_is_nothing() {
        for header in [
            "",
            "Basic",
            "Basic %%%",
            "Basic bm9jb2xvbg==",
            "Bearer abc",
            "Digest",
            "Digest username",
            "Digest username=\"a",
            "Digest username=\"a\\",
            "Digest realm=\"Watari\", qop=auth-int, nc=00000001",
            "Digest realm=\"Watari\", qop=auth, nc=00000001, algorithm=SHA-256",
        ] {
            assert_eq!(Credentials::read(header), None, "{header}");
        }
        let basic = Credentials::read(&format!("basic {}", STANDARD.encode("Mina:paper: boat"))).unwrap();
        assert!(basic.fit(&ha1("Mina", "paper: boat"), &Method::GET, "/"));
        assert_eq!(basic.username(), "Mina");
    }
}
