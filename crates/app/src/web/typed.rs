//! A form as it was typed: what could be read of it, and what could not.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::App;
use super::input::{deserialize_form, unread};
use crate::error::{Error, FieldError};

/// A form whose slips of the pen are named, so that the page can show it again with all that
/// was typed.
pub struct Typed<T> {
    /// What could be read.
    pub read: T,
    /// What could not.
    pub unread: Vec<Unread>,
}

/// A field that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which, and why.
    pub error: FieldError,
    /// What was typed into it.
    pub text: String,
}

/// The names and values of a form, in its order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

/// A form with its files, in either of the ways a browser sends one.
#[derive(Default)]
pub struct Sent {
    /// The fields.
    pub fields: Fields,
    files: Vec<SentFile>,
}

/// A file as it was sent.
struct SentFile {
    /// The field it was chosen in.
    field: String,
    /// What it is called on the sender's disk.
    name: String,
    content: Vec<u8>,
}

impl Sent {
    /// The content of a file, where one was chosen.
    pub fn file(&self, field: &str) -> Option<Vec<u8>> {
        self.files.iter().find(|file| file.field == field && !file.content.is_empty()).map(|file| file.content.clone())
    }

    /// All files: the field of each, its name and its content.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str, &[u8])> {
        self.files.iter().map(|file| (file.field.as_str(), file.name.as_str(), file.content.as_slice()))
    }

    /// The fields in which files were chosen.
    pub fn file_fields(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|file| !file.content.is_empty()).map(|file| file.field.as_str())
    }

    /// What a file is called on the sender's disk.
    pub fn file_name(&self, field: &str) -> Option<String> {
        self.files.iter().find(|file| file.field == field).map(|file| file.name.clone())
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Sent, Error> {
        let largest = app.settings.largest_request;
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let body = Bytes::from_request(request, app).await.map_err(|error| unread(&error, largest))?;
            return Ok(Sent { fields: Fields::of(&body), files: Vec::new() });
        }
        let broken = |error: MultipartError| match error.status().as_u16() {
            413 => Error::TooLarge(largest),
            _ => Error::BadRequest("the upload broke off".to_owned()),
        };
        let form = Multipart::from_request(request, app).await;
        let mut form = form.map_err(|_| Error::BadRequest("the upload has no boundary".to_owned()))?;
        let mut sent = Sent::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content = field.bytes().await.map_err(broken)?.to_vec();
            match file_name {
                Some(called) => sent.files.push(SentFile { field: name, name: called, content }),
                None => sent.fields.0.push((name, String::from_utf8_lossy(&content).into_owned())),
            }
        }
        Ok(sent)
    }
}

/// After so many unreadable fields, what came in was no form of ours.
const MOST_UNREAD: usize = 200;

impl Fields {
    /// The fields of a request's body.
    pub fn of(body: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Names and values, in the form's order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// What stands in a field; nothing where it is not there.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Leaves out rows into which nothing was written, such as `contacts[2]`, and numbers the
    /// others anew. In `chosen` fields something always stands; they do not make a row.
    pub fn without_blank_rows(self, chosen: &[&str]) -> Fields {
        let mut written: BTreeMap<(String, u32), usize> = BTreeMap::new();
        for (name, value) in &self.0 {
            let Some((list, row, rest)) = row_of(name) else { continue };
            let part = rest.trim_matches(['[', ']']);
            if !value.trim().is_empty() && !chosen.contains(&part) {
                written.insert((list.to_owned(), row), 0);
            }
        }
        let (mut list, mut next) = (String::new(), 0);
        for ((of, _), place) in &mut written {
            if *of != list {
                (list, next) = (of.clone(), 0);
            }
            *place = next;
            next += 1;
        }
        let renumbered = |(name, value): (String, String)| match row_of(&name) {
            None => Some((name, value)),
            Some((list, row, rest)) => {
                let place = written.get(&(list.to_owned(), row))?;
                Some((format!("{list}[{place}]{rest}"), value))
            }
        };
        Fields(self.0.into_iter().filter_map(renumbered).collect())
    }

    /// Reads the form; fields that cannot be read are left out and named.
    ///
    /// # Errors
    /// What came in is no such form at all.
    pub fn read<T: DeserializeOwned>(mut self) -> Result<Typed<T>, Error> {
        let mut unread = Vec::new();
        loop {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
            let (path, message) = match deserialize_form(body.as_bytes()) {
                Ok(read) => return Ok(Typed { read, unread }),
                Err(wrong) => wrong,
            };
            let text = self.take(&path).filter(|_| unread.len() < MOST_UNREAD);
            let text = text.ok_or_else(|| Error::BadRequest(format!("{path}: {message}")))?;
            unread.push(Unread { error: FieldError { field: path, error: reason(&message) }, text });
        }
    }

    /// Takes a field out and answers what stood in it.
    fn take(&mut self, path: &str) -> Option<String> {
        let text = self.0.iter().find(|(name, _)| path_of(name) == path).map(|(_, value)| value.clone());
        self.0.retain(|(name, _)| path_of(name) != path);
        text
    }
}

impl<T> Typed<T> {
    /// What is wrong: what could not be read, and what a check of the rest found.
    pub fn errors(&self, check: Result<(), Error>) -> Result<Vec<FieldError>, Error> {
        let mut errors: Vec<FieldError> = self.unread.iter().map(|unread| unread.error.clone()).collect();
        match check {
            Ok(()) => {}
            Err(Error::Invalid(more)) => {
                errors
                    .extend(more.into_iter().filter(|new| self.unread.iter().all(|old| old.error.field != new.field)));
            }
            Err(error) => return Err(error),
        }
        Ok(errors)
    }
}

/// `contacts[2][note]` is row 2 of `contacts`, with `[note]` behind it.
fn row_of(name: &str) -> Option<(&str, u32, &str)> {
    let (list, rest) = name.split_once('[')?;
    let (row, rest) = rest.split_once(']')?;
    Some((list, row.parse().ok()?, rest))
}

/// `contacts[2][note]` is the field `contacts[2].note`.
fn path_of(name: &str) -> String {
    let mut pieces = name.split('[');
    let mut path = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces.map(|piece| piece.trim_end_matches(']')) {
        let is_row = piece.bytes().all(|byte| byte.is_ascii_digit());
        path.push_str(&if is_row { format!("[{piece}]") } else { format!(".{piece}") });
    }
    path
}

/// The key of the sentence for what a type said of a text it cannot take.
pub(super) fn reason(message: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    match () {
        () if says(&["not a date", "not a day"]) => "invalid-date",
        () if says(&["digit", "number", "integer", "float", "i64", "u32"]) => "invalid-number",
        () => "invalid-choice",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::dates::Day;
    use crate::web::blank;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Form {
        #[serde(default)]
        rows: Vec<Row>,
        #[serde(default)]
        codes: Vec<String>,
        #[serde(default, deserialize_with = "blank")]
        age: Option<i64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        #[serde(default)]
        kind: String,
        #[serde(default, deserialize_with = "blank")]
        day: Option<Day>,
    }

    fn read(body: &str) -> (Form, Vec<(String, &'static str, String)>) {
        let typed: Typed<Form> = Fields::of(body.as_bytes()).without_blank_rows(&["kind"]).read().unwrap();
        let unread = typed.unread.into_iter().map(|it| (it.error.field, it.error.error, it.text));
        (typed.read, unread.collect())
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_there() {
        let (form, unread) = read("rows[0][kind]=a&rows[0][day]=&rows[7][kind]=b&rows[7][day]=soon&age=old&codes[1]=x");
        assert_eq!(form, Form { rows: vec![Row { kind: "b".into(), day: None }], codes: vec!["x".into()], age: None });
        assert_eq!(
            unread,
            [
                ("rows[0].day".to_owned(), "invalid-date", "soon".to_owned()),
                ("age".to_owned(), "invalid-number", "old".to_owned()),
            ]
        );
    }

    #[test]
    fn rows_keep_their_order_beyond_ten() {
        let body: Vec<String> = (0..12).rev().map(|row| format!("codes[{row}]=c{row}")).collect();
        let (form, _) = read(&body.join("&"));
        assert_eq!(form.codes, (0..12).map(|row| format!("c{row}")).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_form_is_refused_as_a_whole() {
        for body in ["rows=1", "rows[0][day][x][y]=1", "age[0]=1"] {
            assert!(Fields::of(body.as_bytes()).read::<Form>().is_err(), "{body}");
        }
    }
}
