//! The index follows the history: whatever is written is found at once, by every server.

use std::collections::BTreeSet;

use super::*;
use crate::history::{Bookkeeping, Pen};
use crate::people::merge::{self, MergeInput};
use crate::people::{Contact, Document, Safety, store};
use crate::testing::House;
use crate::users::{OrganisationSettings, store as users};

/// A house with as many servers on its database.
struct Servers {
    house: House,
    known: [Known; 2],
}

fn house() -> Servers {
    Servers { house: House::new(), known: Default::default() }
}

fn named(name: &str) -> PersonInput {
    let mut input = PersonInput::default();
    input.names[0].given = name.to_owned();
    input.documents =
        vec![Document { kind: "passport".to_owned(), number: format!("no {name}"), ..Document::default() }];
    input.contacts = vec![Contact {
        kind: "mobile".to_owned(),
        value: "+962 7 9000 0001".to_owned(),
        safety: Safety::Safe,
        note: String::new(),
    }];
    input
}

impl Servers {
    fn register(&self, name: &str) -> PersonId {
        let input = named(name);
        self.house.write(move |tx, viewer| store::create(tx, viewer, input))
    }

    fn rename(&self, person: PersonId, name: &str) {
        let input = named(name);
        self.house.write(move |tx, viewer| {
            let version = store::find(tx, viewer, person)?.version;
            store::update(tx, viewer, person, version, input)
        });
    }

    fn found_by(&self, known: &Known, query: &str) -> BTreeSet<PersonId> {
        let (known, viewer, query) = (known.clone(), self.house.viewer.clone(), query.to_owned());
        let found = self.house.db.read_blocking(move |tx| search_in(tx, &viewer, &known, &query)).unwrap();
        found.into_iter().filter(|hit| hit.score > 0.85).map(|hit| hit.person.id).collect()
    }

    /// Every server, and one that has just started, find these and no others.
    fn finds(&self, query: &str, people: &[PersonId]) {
        let people: BTreeSet<PersonId> = people.iter().copied().collect();
        let started = Search::start(&self.house.db);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let fresh = runtime.block_on(started.ready()).unwrap();
        for known in self.known.iter().chain([&fresh]) {
            assert_eq!(self.found_by(known, query), people, "{query}");
        }
    }
}

#[test]
fn what_is_written_is_found_at_once_by_every_server() {
    let house = house();
    house.finds("Zubaida", &[]);
    let one = house.register("Zubaida Qasmi");
    house.finds("Qasmi Zubayda", &[one]);
    house.finds("nozubaidaqasmi", &[one]);
    house.rename(one, "Leocadia Ferreira");
    house.finds("Zubaida Qasmi", &[]);
    house.finds("nozubaidaqasmi", &[]);
    house.finds("Leocadia Ferreyra", &[one]);
    let other = house.register("Leokadia Fereira");
    house.finds("Leocadia Ferreira", &[one, other]);
    house.finds("0790000001", &[one, other]);
}

#[test]
fn a_merged_record_is_found_again_once_the_merge_is_undone() {
    let house = house();
    let (kept, ended) = (house.register("Zubaida Qasmi"), house.register("Leocadia Ferreira"));
    let input = MergeInput { merged: ended, why: "the same passport".to_owned() };
    let id = house.house.write(move |tx, viewer| merge::merge(tx, viewer, kept, &input));
    house.finds("Zubaida Qasmi", &[kept]);
    house.finds("Leocadia Ferreira", &[kept]);
    house.house.write(move |tx, viewer| merge::undo(tx, viewer, id));
    house.finds("Zubaida Qasmi", &[kept]);
    house.finds("Leocadia Ferreira", &[ended]);
}

#[test]
fn what_was_rolled_back_is_not_found() {
    let house = house();
    let viewer = house.house.viewer.clone();
    let failed: Result<PersonId, Error> = house.house.db.write_blocking(move |tx| {
        store::create(tx, &viewer, named("Zubaida Qasmi"))?;
        Err(Error::Refused("refused-merge"))
    });
    assert!(failed.is_err());
    house.finds("Zubaida Qasmi", &[]);
}

#[test]
fn another_organisations_people_are_not_found() {
    let house = house();
    house.register("Zubaida Qasmi");
    let organisation =
        house.house.write(|tx, _| users::create_organisation(tx, "Elsewhere", "MX", &OrganisationSettings::default()));
    let viewer = Viewer { organisation, ..house.house.viewer.clone() };
    let known = house.known[0].clone();
    for query in ["Zubaida Qasmi", "0790000001", "nozubaidaqasmi"] {
        let (viewer, known) = (viewer.clone(), known.clone());
        let found = house.house.db.read_blocking(move |tx| search_in(tx, &viewer, &known, query)).unwrap();
        assert!(found.is_empty(), "{query}");
    }
}

#[test]
fn many_entries_are_followed_in_steps() {
    let house = house();
    house.finds("Zubaida", &[]);
    let viewer = house.house.viewer.clone();
    let people = house
        .house
        .db
        .write_blocking(move |tx| {
            (0..5_100)
                .map(|number| store::create(tx, &viewer, named(&format!("Zubaida Q{number}"))))
                .collect::<Result<Vec<_>, _>>()
        })
        .unwrap();
    house.finds("nozubaidaq5099", &people[5099..]);
    let (known, organisation) = (house.known[0].clone(), house.house.viewer.organisation);
    let size = house.house.db.read_blocking(move |tx| known.size(tx, organisation)).unwrap();
    assert_eq!(size.0, people.len());
}

#[test]
fn entries_are_made_for_records_from_before() {
    let house = house();
    let one = house.register("Zubaida Qasmi");
    let (kept, ended) = (house.register("Amparo Solís"), house.register("Leocadia Ferreira"));
    let input = MergeInput { merged: ended, why: "the same passport".to_owned() };
    house.house.write(move |tx, viewer| merge::merge(tx, viewer, kept, &input));
    let entries =
        |tx: &mut Tx<'_>| entry::page(tx, (crate::ids::OrganisationId(uuid::Uuid::nil()), PersonId(uuid::Uuid::nil())));
    let before = house.house.db.read_blocking(entries).unwrap();
    house.house.write(|tx, _| {
        tx.execute(&Pen::unrecorded(Bookkeeping::SearchEntry), "DELETE FROM search_entry", &[])?;
        Ok(note_everyone(tx)?)
    });
    let after = house.house.db.read_blocking(entries).unwrap();
    assert_eq!((&before, before.len()), (&after, 2));
    assert_eq!(after[0].1, one);
}

#[test]
fn a_search_before_the_index_is_built_says_so_after_a_while() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let waited = runtime.block_on(Known::default().built_within(std::time::Duration::from_millis(20)));
    assert!(matches!(waited, Err(Error::NotReady)));
}
