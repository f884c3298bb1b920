//! What a person is found by, in one narrow row: all that the index in memory is built from.
//! Whoever cannot be found, because their record was merged or erased, has none.

use serde::Deserialize;
use uuid::Uuid;

use crate::db::{DbError, Tx};
use crate::history::{Bookkeeping, Pen};
use crate::ids::{OrganisationId, PersonId};
use crate::params;
use crate::people::store::record_from;
use crate::people::{Contact, Document, Name, PersonInput};

/// Entries read at once.
pub(super) const PAGE: usize = 10_000;

/// A person's names, and what finds them exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// One a line.
    names: String,
    /// `d:` a document's number, `t:` a phone's; parted by spaces.
    keys: String,
}

/// The parts of a record that lead to a person.
#[derive(Deserialize)]
struct Traits {
    #[serde(default)]
    names: Vec<Name>,
    #[serde(default)]
    documents: Vec<Document>,
    #[serde(default)]
    contacts: Vec<Contact>,
}

impl Entry {
    fn of(names: &[Name], documents: &[Document], contacts: &[Contact]) -> Entry {
        let names: Vec<String> = names
            .iter()
            .map(|name| name.full().split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|name| !name.is_empty())
            .collect();
        let keys: Vec<String> = keys(documents, contacts).collect();
        Entry { names: names.join("\n"), keys: keys.join(" ") }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.lines()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.split_whitespace()
    }
}

/// What finds a person exactly: their documents and phones.
pub(in crate::people) fn keys(documents: &[Document], contacts: &[Contact]) -> impl Iterator<Item = String> {
    let numbers = documents.iter().filter_map(|document| document_key(&document.number));
    numbers.chain(contacts.iter().filter_map(|contact| phone_key(&contact.value)))
}

/// A document's number, whatever is written between its letters and digits.
pub(in crate::people) fn document_key(number: &str) -> Option<String> {
    let plain: String = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(60).collect();
    (!plain.is_empty()).then(|| format!("d:{plain}"))
}

/// The last nine digits, which stay the same with and without a country's code.
pub(in crate::people) fn phone_key(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 6).then(|| format!("t:{}", &digits[digits.len().saturating_sub(9)..]))
}

/// Writes down what a person is found by.
///
/// # Errors
/// The database failed.
pub fn note(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    person: PersonId,
    input: &PersonInput,
) -> Result<(), DbError> {
    write(tx, organisation, person, Entry::of(&input.names, &input.documents, &input.contacts))
}

fn write(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId, entry: Entry) -> Result<(), DbError> {
    tx.execute(
        &Pen::unrecorded(Bookkeeping::SearchEntry),
        "INSERT INTO search_entry (organisation_id, person_id, names, keys) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (organisation_id, person_id) DO UPDATE SET names = excluded.names, keys = excluded.keys",
        params![organisation, person, entry.names, entry.keys],
    )?;
    Ok(())
}

/// Takes away what a person was found by; whoever calls has recorded why.
///
/// # Errors
/// The database failed.
pub fn forget(tx: &mut Tx<'_>, pen: &Pen, organisation: OrganisationId, person: PersonId) -> Result<(), DbError> {
    tx.execute(
        pen,
        "DELETE FROM search_entry WHERE organisation_id = $1 AND person_id = $2",
        params![organisation, person],
    )?;
    Ok(())
}

/// Writes down what everyone on record is found by; the migration that made the table calls it.
///
/// # Errors
/// The database failed, or a record is damaged.
pub fn note_everyone(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let mut last = (OrganisationId(Uuid::nil()), PersonId(Uuid::nil()));
    loop {
        let page = tx.query(
            "SELECT organisation_id, id, details, merged_into FROM person WHERE (organisation_id, id) > ($1, $2) \
             ORDER BY organisation_id, id LIMIT 500",
            params![last.0, last.1],
            |row| Ok((row.next()?, row.next()?, row.next::<String>()?, row.next::<Option<PersonId>>()?)),
        )?;
        let Some((organisation, person, ..)) = page.last() else { return Ok(()) };
        last = (*organisation, *person);
        for (organisation, person, details, merged_into) in page {
            if merged_into.is_none() {
                let traits: Traits = record_from(&details)?;
                write(tx, organisation, person, Entry::of(&traits.names, &traits.documents, &traits.contacts))?;
            }
        }
    }
}

/// A person's entry, in the order of organisations.
pub(super) type Listed = (OrganisationId, PersonId, Entry);

/// Entries after a place, in order.
pub(super) fn page(tx: &mut Tx<'_>, after: (OrganisationId, PersonId)) -> Result<Vec<Listed>, DbError> {
    tx.query(
        &format!(
            "SELECT organisation_id, person_id, names, keys FROM search_entry WHERE (organisation_id, person_id) > ($1, $2) \
             ORDER BY organisation_id, person_id LIMIT {PAGE}"
        ),
        params![after.0, after.1],
        |row| Ok((row.next()?, row.next()?, Entry { names: row.next()?, keys: row.next()? })),
    )
}

/// The people whose records the history says were written between two of its numbers, the first not counted, and how
/// they are found now, if they still are.
pub(super) fn changed(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    after: i64,
    until: i64,
) -> Result<Vec<(PersonId, Option<Entry>)>, DbError> {
    tx.query(
        "SELECT h.person_id, s.names, s.keys FROM history h \
         LEFT JOIN search_entry s ON s.organisation_id = h.organisation_id AND s.person_id = h.person_id \
         WHERE h.organisation_id = $1 AND h.seq > $2 AND h.seq <= $3 AND h.kind = 'person' AND h.act <> 'read' \
         AND h.person_id IS NOT NULL",
        params![organisation, after, until],
        |row| {
            let (person, names, keys) = (row.next()?, row.next::<Option<String>>()?, row.next::<Option<String>>()?);
            Ok((person, names.zip(keys).map(|(names, keys)| Entry { names, keys })))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_however_written() {
        assert_eq!(document_key("SY 778-1234/9"), document_key("sy7781234 9"));
        assert_eq!(phone_key("+963 944 555 123"), phone_key("0944555123"));
        assert_eq!(phone_key("12"), None);
        assert_eq!(document_key(" - "), None);
    }
}
