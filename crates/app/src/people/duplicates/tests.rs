//! Pairs follow the records: found once, whoever looks, and never asked twice what was answered.

use super::find::Duplicates;
use super::*;
use crate::error::Error;
use crate::ids::PersonId;
use crate::people::follow;
use crate::people::merge::{self, MergeInput};
use crate::people::search::Known;
use crate::people::{Birth, BirthKind, Document, PersonInput, Sex, store as people};
use crate::testing;

struct Desk {
    house: testing::House,
    /// As many servers on one database, and how far each has come.
    servers: [(Known, std::cell::Cell<i64>); 2],
}

fn desk() -> Desk {
    Desk { house: testing::House::new(), servers: Default::default() }
}

fn someone(given: &str, family: &str, born: &str) -> PersonInput {
    let mut input = PersonInput { sex: Sex::Female, ..PersonInput::default() };
    (input.names[0].given, input.names[0].family) = (given.to_owned(), family.to_owned());
    input.birth = Birth { kind: BirthKind::Exact, from: born.parse().ok(), ..Birth::default() };
    input
}

impl Desk {
    fn register(&self, input: PersonInput) -> PersonId {
        self.house.write(move |tx, viewer| people::create(tx, viewer, input))
    }

    fn change(&self, person: PersonId, change: impl FnOnce(&mut PersonInput) + Send + 'static) {
        self.house.write(move |tx, viewer| {
            let found = people::find(tx, viewer, person)?;
            let mut record = found.record;
            change(&mut record);
            people::update(tx, viewer, person, found.version, record)
        });
    }

    fn decide(&self, duplicate: &Duplicate, decision: DuplicateDecision) {
        let (id, version) = (duplicate.id, duplicate.version);
        let verdict = DuplicateVerdict { decision, kept: None, why: "compared".to_owned() };
        self.house.write(move |tx, viewer| decide(tx, viewer, id, version, &verdict));
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
        let finder = Duplicates { known: known.clone() };
        follow::to_the_end(&self.house.db, &finder, self.house.viewer.organisation, passed);
    }

    fn shown(&self, show: DuplicatesShown) -> Vec<Duplicate> {
        let options = DuplicateOptions { show: Some(show), ..DuplicateOptions::default() };
        let viewer = self.house.viewer.clone();
        self.house.db.read_blocking(move |tx| list(tx, &viewer, &options)).unwrap().items
    }

    fn waiting(&self) -> Vec<[PersonId; 2]> {
        self.shown(DuplicatesShown::Waiting).iter().map(|pair| [pair.first.id, pair.second.id]).collect()
    }
}

#[test]
fn a_pair_is_found_once_by_however_many_servers() {
    let desk = desk();
    let one = desk.register(someone("Duha", "Zarqawi", "1994-05-17"));
    desk.register(someone("Carlos", "Mejía", "1994-05-17"));
    desk.follow();
    assert_eq!(desk.waiting(), Vec::<[PersonId; 2]>::new());
    let other = desk.register(someone("الزرقاوي", "ضحى", "1994-05-17"));
    desk.follow();
    assert_eq!(desk.waiting(), [[one, other]]);
    let found = &desk.shown(DuplicatesShown::Waiting)[0];
    assert_eq!((found.version, found.agreements.birth), (1, crate::people::likeness::Agreement::Same));
    let organisation = desk.house.viewer.organisation;
    let head = desk.house.db.read_blocking(move |tx| {
        let written = tx.count("SELECT value FROM counter WHERE name = 'duplicates'", &[])?;
        let head = tx.count("SELECT seq FROM history_head WHERE organisation_id = $1", &[organisation.into()])?;
        Ok::<_, crate::db::DbError>(written - head)
    });
    assert_eq!(head.unwrap(), 0, "how far it has come is written down, and never back");
}

#[test]
fn a_paper_leads_to_someone_whatever_their_name() {
    let desk = desk();
    let paper = |number: &str| Document { kind: "passport".into(), number: number.into(), ..Document::default() };
    let one = desk
        .register(PersonInput { documents: vec![paper("SY 778-1234/9")], ..someone("Duha", "Zarqawi", "1994-05-17") });
    let other =
        desk.register(PersonInput { documents: vec![paper("sy77812349")], ..someone("Umm", "Karim", "1994-05-17") });
    desk.follow();
    assert_eq!(desk.waiting(), [[one, other]]);
    desk.change(other, |record| record.documents.clear());
    desk.follow();
    assert!(desk.waiting().is_empty(), "a pair that nobody decided goes when its reason goes");
}

#[test]
fn what_is_decided_is_not_asked_again_and_what_is_unsure_comes_back_with_a_change() {
    let desk = desk();
    let one = desk.register(someone("Duha", "Zarqawi", "1994-05-17"));
    let other = desk.register(someone("Duha", "Zarqawi", "1994-05-18"));
    desk.follow();
    desk.decide(&desk.shown(DuplicatesShown::Waiting)[0], DuplicateDecision::Unsure);
    desk.follow();
    assert!(desk.waiting().is_empty());
    desk.change(one, |record| record.languages.push("ar".to_owned()));
    desk.follow();
    assert!(desk.waiting().is_empty(), "what is not compared is no reason to ask");
    desk.change(one, |record| record.nationalities.push("SY".to_owned()));
    desk.follow();
    assert_eq!(desk.waiting(), [[one, other]]);
    desk.decide(&desk.shown(DuplicatesShown::Waiting)[0], DuplicateDecision::NotSame);
    desk.change(other, |record| record.birth.from = "1994-05-17".parse().ok());
    desk.follow();
    assert!(desk.waiting().is_empty());
    let decided = desk.shown(DuplicatesShown::Decided);
    assert_eq!(decided[0].decision, DuplicateDecision::NotSame);
    assert_eq!(decided[0].agreements.birth, crate::people::likeness::Agreement::Same, "it says what is so now");
}

#[test]
fn whoever_was_told_apart_stays_apart_after_a_merge() {
    let desk = desk();
    let [one, other, third] =
        ["1994-05-17", "1994-05-17", "1994-05-18"].map(|born| desk.register(someone("Duha", "Zarqawi", born)));
    desk.follow();
    assert_eq!(desk.waiting().len(), 3);
    let pair = |people: [PersonId; 2]| {
        let all = desk.shown(DuplicatesShown::Waiting);
        all.into_iter().find(|pair| [pair.first.id, pair.second.id] == people).unwrap()
    };
    desk.decide(&pair([other, third]), DuplicateDecision::NotSame);
    // Another record of the first woman comes in later, and she is merged with the second.
    desk.decide(&pair([one, other]), DuplicateDecision::Same);
    desk.follow();
    assert_eq!(desk.waiting(), [[one, third]], "asked before the merge, and still open");
    let late = desk.register(someone("Duha", "Zarqawi", "1994-05-17"));
    desk.house.write(move |tx, viewer| {
        merge::merge(tx, viewer, late, &MergeInput { merged: one, why: "the same passport".to_owned() })
    });
    desk.follow();
    assert!(desk.waiting().is_empty(), "the third was told apart from one of those that are now one");
}

#[test]
fn a_merge_answers_the_question_and_its_undoing_asks_it_again() {
    let desk = desk();
    let one = desk.register(someone("Duha", "Zarqawi", "1994-05-17"));
    let other = desk.register(someone("Duha", "Zarqawi", "1994-05-17"));
    desk.follow();
    let merge = desk.house.write(move |tx, viewer| {
        merge::merge(tx, viewer, other, &MergeInput { merged: one, why: "the same passport".to_owned() })
    });
    desk.follow();
    let decided = desk.shown(DuplicatesShown::Decided);
    assert_eq!((decided[0].decision, decided[0].merge_id), (DuplicateDecision::Same, Some(merge)));
    assert!(desk.waiting().is_empty());
    desk.house.write(move |tx, viewer| merge::undo(tx, viewer, merge));
    desk.follow();
    assert_eq!(desk.waiting(), [[one, other]]);
}

#[test]
fn the_most_vulnerable_come_first_page_by_page() {
    let desk = desk();
    let names = [("Duha", "Zarqawi"), ("Leocadia", "Ferreira"), ("Mykola", "Bondarenko")];
    let pairs = names.map(|(given, family)| [(); 2].map(|()| desk.register(someone(given, family, "1994-05-17"))));
    let weights = [3, 9, 0];
    for (pair, weight) in pairs.iter().zip(weights) {
        let person = pair[1];
        desk.house.write(move |tx, viewer| people::set_needs(tx, viewer, person, "", weight));
    }
    desk.follow();
    assert_eq!(desk.waiting(), [pairs[1], pairs[0], pairs[2]]);
    let viewer = desk.house.viewer.clone();
    let seen = desk.house.db.read_blocking(move |tx| {
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
    let viewer = desk.house.viewer.clone();
    let refused = desk.house.db.read_blocking(move |tx| list(tx, &viewer, &wrong));
    assert!(matches!(refused, Err(Error::BadRequest(_))));
}
