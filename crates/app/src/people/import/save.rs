//! A row becomes a person.

use serde::Serialize;
use serde_json::json;

use crate::dates::{Day, Moment};
use crate::db::{DbError, Tx};
use crate::error::Error;
use crate::history::{self, Actor, Bookkeeping, Entry, Kind, Pen};
use crate::ids::PersonId;
use crate::params;

/// A person as a file tells of them.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Incoming {
    /// What is the same when the file comes again.
    pub source: String,
    /// Given name.
    pub given: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// The whole name, where the file does not part it.
    pub name: Option<String>,
    /// Further names.
    pub other_names: Vec<String>,
    /// The mother's name.
    pub mother: Option<String>,
    /// The father's name.
    pub father: Option<String>,
    /// `female`, `male`, `other` or `unknown`.
    pub sex: String,
    /// `exact`, `estimated`, `age` or `unknown`.
    pub birth_kind: String,
    /// The earliest day of birth.
    pub birth_from: Option<Day>,
    /// The latest day of birth.
    pub birth_to: Option<Day>,
    /// Codes of nationalities.
    pub nationalities: Vec<String>,
    /// Codes of languages.
    pub languages: Vec<String>,
    /// Telephone numbers, not known to be safe.
    pub phones: Vec<String>,
    /// Number of a document.
    pub document_number: Option<String>,
    /// Kind of that document.
    pub document_kind: Option<String>,
}

impl Incoming {
    /// The name to show.
    pub fn display_name(&self) -> String {
        let parts: Vec<&str> = [self.given.as_deref(), self.family.as_deref()].into_iter().flatten().collect();
        let whole = (!parts.is_empty()).then(|| parts.join(" "));
        whole.or_else(|| self.name.clone()).or_else(|| self.other_names.first().cloned()).unwrap_or_default()
    }
}

/// What became of a row.
pub(super) enum Saved {
    /// The person is new.
    Created,
    /// The person came from this source before.
    Known,
    /// A rule of the record forbids it.
    Refused(String),
}

/// Whether a row would be new.
pub(super) fn look(tx: &mut Tx<'_>, by: Actor, person: &Incoming) -> Result<Saved, Error> {
    let known = tx.count(
        "SELECT count(*) FROM person WHERE organisation_id = $1 AND source = $2",
        params![by.organisation, person.source.as_str()],
    )?;
    Ok(if known > 0 { Saved::Known } else { Saved::Created })
}

/// Registers the person, unless they came from this source before.
pub(super) fn save(tx: &mut Tx<'_>, by: Actor, person: &Incoming) -> Result<Saved, Error> {
    if let Saved::Known = look(tx, by, person)? {
        return Ok(Saved::Known);
    }
    match register(tx, by, person) {
        Ok(()) => Ok(Saved::Created),
        // Checked before anything was written, so the transaction is whole.
        Err(Error::Invalid(fields)) => {
            let reasons: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.field, field.error)).collect();
            Ok(Saved::Refused(reasons.join("; ")))
        }
        Err(error) => Err(error),
    }
}

fn register(tx: &mut Tx<'_>, by: Actor, person: &Incoming) -> Result<(), Error> {
    let (id, now) = (PersonId::new(), Moment::now());
    let name = person.display_name();
    let sort_name = deunicode::deunicode(&name).to_lowercase();
    let pen = history::record(tx, by, Entry::created(Kind::Person, id, person).about(id).noting("imported", true))?;
    let number = next_number(tx, by)?;
    tx.execute(
        &pen,
        "INSERT INTO person (organisation_id, id, number, display_name, sort_name, sex, birth_kind, birth_from, \
         birth_to, nationality, details, needs, vulnerability, protected, consent_case_work, consent_referral, \
         consent_law_enforcement, consent_statistics, consent_research, source, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0, 0, $12, $12, $12, $12, $12, $13, $14, $14, 1)",
        params![
            by.organisation,
            id,
            number,
            name,
            sort_name,
            person.sex.as_str(),
            person.birth_kind.as_str(),
            person.birth_from,
            person.birth_to,
            person.nationalities.first().map(String::as_str),
            details(person),
            "none",
            person.source.as_str(),
            now
        ],
    )?;
    Ok(())
}

/// The lists that stand in the person's own row.
fn details(person: &Incoming) -> String {
    let document = person
        .document_number
        .as_ref()
        .map(|number| json!({ "kind": person.document_kind.as_deref().unwrap_or("other"), "number": number }));
    let contacts: Vec<_> =
        person.phones.iter().map(|phone| json!({ "kind": "mobile", "value": phone, "safe": false })).collect();
    let first = json!({ "given": person.given, "family": person.family, "full": person.name });
    let others = person.other_names.iter().map(|name| json!({ "full": name }));
    json!({
        "names": std::iter::once(first).chain(others).collect::<Vec<_>>(),
        "mother": person.mother,
        "father": person.father,
        "nationalities": person.nationalities,
        "languages": person.languages,
        "documents": document.into_iter().collect::<Vec<_>>(),
        "contacts": contacts,
    })
    .to_string()
}

fn next_number(tx: &mut Tx<'_>, by: Actor) -> Result<i64, DbError> {
    let pen = Pen::unrecorded(Bookkeeping::Counter);
    let taken = tx.execute_returning(
        &pen,
        "UPDATE counter SET value = value + 1 WHERE organisation_id = $1 AND name = 'person' RETURNING value",
        params![by.organisation],
        |row| row.get(0),
    )?;
    if let Some(number) = taken.into_iter().next() {
        return Ok(number);
    }
    tx.execute(
        &pen,
        "INSERT INTO counter (organisation_id, name, value) VALUES ($1, 'person', 1)",
        params![by.organisation],
    )?;
    Ok(1)
}
