//! Pairs follow the records: found once, whoever looks, and never asked twice what was answered.

use super::find::{keep, look};
use super::*;
use crate::access::{Role, Scope, Via, Viewer};
use crate::db::{Db, Location, Tx};
use crate::error::Error;
use crate::ids::{PersonId, SessionId, UserId};
use crate::keys::DataKey;
use crate::people::merge::{self, MergeInput};
use crate::people::search::Known;
use crate::people::{Birth, BirthKind, Document, PersonInput, Sex, store as people};
use crate::users::{OrganisationSettings, store as users};

struct House {
    _folder: tempfile::TempDir,
    db: Db,
    viewer: Viewer,
    /// As many servers on one database, and how far each has come.
    servers: [(Known, std::cell::Cell<i64>); 2],
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(Location::Sqlite(folder.path().join("watari.db")), &DataKey::generate(), 2).unwrap();
    let organisation = db
        .write_blocking(|tx| users::create_organisation(tx, "Bridge", "JO", &OrganisationSettings::default()))
        .unwrap();
    let viewer = Viewer {
        organisation,
        organisation_name: "Bridge".to_owned(),
        user: UserId::new(),
        name: "Data officer".to_owned(),
        language: "en".to_owned(),
        role: Role::DataOfficer,
        scope: Scope::Organisation,
        team: None,
        sees_medical: false,
        sees_trafficking: false,
        via: Via::Session(SessionId::new()),
        time_zone: "UTC".to_owned(),
        today: "2026-11-24".parse().unwrap(),
    };
    House { _folder: folder, db, viewer, servers: Default::default() }
}

fn someone(given: &str, family: &str, born: &str) -> PersonInput {
    let mut input = PersonInput { sex: Sex::Female, ..PersonInput::default() };
    (input.names[0].given, input.names[0].family) = (given.to_owned(), family.to_owned());
    input.birth = Birth { kind: BirthKind::Exact, from: born.parse().ok(), ..Birth::default() };
    input
}

impl House {
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let viewer = self.viewer.clone();
        self.db.write_blocking(move |tx| work(tx, &viewer)).unwrap()
    }

    fn register(&self, input: PersonInput) -> PersonId {
        self.write(move |tx, viewer| people::create(tx, viewer, input))
    }

    fn change(&self, person: PersonId, change: impl FnOnce(&mut PersonInput) + Send + 'static) {
        self.write(move |tx, viewer| {
            let found = people::find(tx, viewer, person)?;
            let mut record = found.record;
            change(&mut record);
            people::update(tx, viewer, person, found.version, record)
        });
    }

    fn decide(&self, duplicate: &Duplicate, decision: DuplicateDecision) {
        let (id, version) = (duplicate.id, duplicate.version);
        let verdict = DuplicateVerdict { decision, kept: None, why: "compared".to_owned() };
        self.write(move |tx, viewer| decide(tx, viewer, id, version, &verdict));
    }

    /// Both servers follow the history to its end, and the first once more from the beginning.
    fn follow(&self) {
        self.follow_as(0);
        self.follow_as(1);
        self.servers[0].1.set(0);
        self.follow_as(0);
    }

    fn follow_as(&self, server: usize) {
        let (known, passed) = &self.servers[server];
        let organisation = self.viewer.organisation;
        loop {
            let (known, after) = (known.clone(), passed.get());
            let slice = self.db.read_blocking(move |tx| look(tx, &known, organisation, after)).unwrap();
            let until = slice.until();
            self.db.write_blocking(move |tx| keep(tx, organisation, &slice)).unwrap();
            passed.set(until);
            if until == after {
                return;
            }
        }
    }

    fn shown(&self, show: DuplicatesShown) -> Vec<Duplicate> {
        let options = DuplicateOptions { show: Some(show), ..DuplicateOptions::default() };
        let viewer = self.viewer.clone();
        self.db.read_blocking(move |tx| list(tx, &viewer, &options)).unwrap().items
    }

    fn waiting(&self) -> Vec<[PersonId; 2]> {
        self.shown(DuplicatesShown::Waiting).iter().map(|pair| [pair.first.id, pair.second.id]).collect()
    }
}

#[test]
fn a_pair_is_found_once_by_however_many_servers() {
    let house = house();
    let one = house.register(someone("Duha", "Zarqawi", "1994-05-17"));
    house.register(someone("Carlos", "Mejía", "1994-05-17"));
    house.follow();
    assert_eq!(house.waiting(), Vec::<[PersonId; 2]>::new());
    let other = house.register(someone("الزرقاوي", "ضحى", "1994-05-17"));
    house.follow();
    assert_eq!(house.waiting(), [[one, other]]);
    let found = &house.shown(DuplicatesShown::Waiting)[0];
    assert_eq!((found.version, found.agreements.birth), (1, crate::people::likeness::Agreement::Same));
    let organisation = house.viewer.organisation;
    let head = house.db.read_blocking(move |tx| {
        let written = tx.count("SELECT value FROM counter WHERE name = 'duplicates'", &[])?;
        let head = tx.count("SELECT seq FROM history_head WHERE organisation_id = $1", &[organisation.into()])?;
        Ok::<_, crate::db::DbError>(written - head)
    });
    assert_eq!(head.unwrap(), 0, "how far it has come is written down, and never back");
}

#[test]
fn a_paper_leads_to_someone_whatever_their_name() {
    let house = house();
    let paper = |number: &str| Document { kind: "passport".into(), number: number.into(), ..Document::default() };
    let one = house
        .register(PersonInput { documents: vec![paper("SY 778-1234/9")], ..someone("Duha", "Zarqawi", "1994-05-17") });
    let other =
        house.register(PersonInput { documents: vec![paper("sy77812349")], ..someone("Umm", "Karim", "1994-05-17") });
    house.follow();
    assert_eq!(house.waiting(), [[one, other]]);
    house.change(other, |record| record.documents.clear());
    house.follow();
    assert!(house.waiting().is_empty(), "a pair that nobody decided goes when its reason goes");
}

#[test]
fn what_is_decided_is_not_asked_again_and_what_is_unsure_comes_back_with_a_change() {
    let house = house();
    let one = house.register(someone("Duha", "Zarqawi", "1994-05-17"));
    let other = house.register(someone("Duha", "Zarqawi", "1994-05-18"));
    house.follow();
    house.decide(&house.shown(DuplicatesShown::Waiting)[0], DuplicateDecision::Unsure);
    house.follow();
    assert!(house.waiting().is_empty());
    house.change(one, |record| record.languages.push("ar".to_owned()));
    house.follow();
    assert!(house.waiting().is_empty(), "what is not compared is no reason to ask");
    house.change(one, |record| record.nationalities.push("SY".to_owned()));
    house.follow();
    assert_eq!(house.waiting(), [[one, other]]);
    house.decide(&house.shown(DuplicatesShown::Waiting)[0], DuplicateDecision::NotSame);
    house.change(other, |record| record.birth.from = "1994-05-17".parse().ok());
    house.follow();
    assert!(house.waiting().is_empty());
    let decided = house.shown(DuplicatesShown::Decided);
    assert_eq!(decided[0].decision, DuplicateDecision::NotSame);
    assert_eq!(decided[0].agreements.birth, crate::people::likeness::Agreement::Same, "it says what is so now");
}

#[test]
fn whoever_was_told_apart_stays_apart_after_a_merge() {
    let house = house();
    let [one, other, third] =
        ["1994-05-17", "1994-05-17", "1994-05-18"].map(|born| house.register(someone("Duha", "Zarqawi", born)));
    house.follow();
    assert_eq!(house.waiting().len(), 3);
    let pair = |people: [PersonId; 2]| {
        let all = house.shown(DuplicatesShown::Waiting);
        all.into_iter().find(|pair| [pair.first.id, pair.second.id] == people).unwrap()
    };
    house.decide(&pair([other, third]), DuplicateDecision::NotSame);
    // Another record of the first woman comes in later, and she is merged with the second.
    house.decide(&pair([one, other]), DuplicateDecision::Same);
    house.follow();
    assert_eq!(house.waiting(), [[one, third]], "asked before the merge, and still open");
    let late = house.register(someone("Duha", "Zarqawi", "1994-05-17"));
    house.write(move |tx, viewer| {
        merge::merge(tx, viewer, late, &MergeInput { merged: one, why: "the same passport".to_owned() })
    });
    house.follow();
    assert!(house.waiting().is_empty(), "the third was told apart from one of those that are now one");
}

#[test]
fn a_merge_answers_the_question_and_its_undoing_asks_it_again() {
    let house = house();
    let one = house.register(someone("Duha", "Zarqawi", "1994-05-17"));
    let other = house.register(someone("Duha", "Zarqawi", "1994-05-17"));
    house.follow();
    let merge = house.write(move |tx, viewer| {
        merge::merge(tx, viewer, other, &MergeInput { merged: one, why: "the same passport".to_owned() })
    });
    house.follow();
    let decided = house.shown(DuplicatesShown::Decided);
    assert_eq!((decided[0].decision, decided[0].merge_id), (DuplicateDecision::Same, Some(merge)));
    assert!(house.waiting().is_empty());
    house.write(move |tx, viewer| merge::undo(tx, viewer, merge));
    house.follow();
    assert_eq!(house.waiting(), [[one, other]]);
}

#[test]
fn the_most_vulnerable_come_first_page_by_page() {
    let house = house();
    let names = [("Duha", "Zarqawi"), ("Leocadia", "Ferreira"), ("Mykola", "Bondarenko")];
    let pairs = names.map(|(given, family)| [(); 2].map(|()| house.register(someone(given, family, "1994-05-17"))));
    let weights = [3, 9, 0];
    for (pair, weight) in pairs.iter().zip(weights) {
        let person = pair[1];
        house.write(move |tx, viewer| people::set_needs(tx, viewer, person, "", weight));
    }
    house.follow();
    assert_eq!(house.waiting(), [pairs[1], pairs[0], pairs[2]]);
    let viewer = house.viewer.clone();
    let seen = house.db.read_blocking(move |tx| {
        let (mut seen, mut options) = (Vec::new(), DuplicateOptions { limit: Some(1), ..DuplicateOptions::default() });
        loop {
            let page = list(tx, &viewer, &options)?;
            seen.extend(page.items.iter().map(|pair| [pair.first.id, pair.second.id]));
            match page.next {
                Some(next) => options.after = Some(next),
                None => return Ok::<_, Error>((seen, count(tx, &viewer)?)),
            }
        }
    });
    assert_eq!(seen.unwrap(), (vec![pairs[1], pairs[0], pairs[2]], 3));
    let wrong = DuplicateOptions { after: Some("nonsense".to_owned()), ..DuplicateOptions::default() };
    let viewer = house.viewer.clone();
    let refused = house.db.read_blocking(move |tx| list(tx, &viewer, &wrong));
    assert!(matches!(refused, Err(Error::BadRequest(_))));
}
