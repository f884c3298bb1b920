//! Candidates follow the records and the requests, from whichever side they come; neither side
//! learns of the other before an answer.

use super::find::{Candidates, Sought};
use super::*;
use crate::access::{Role, Scope, Viewer};
use crate::db::Tx;
use crate::error::Error;
use crate::ids::{CandidateId, PersonId, TracingId};
use crate::people::follow;
use crate::people::likeness::Agreement;
use crate::people::merge::{self, MergeInput};
use crate::people::search::Known;
use crate::people::{Birth, BirthKind, PersonInput, Sex, store as people};
use crate::testing;

struct Desk {
    house: testing::House,
    /// As many servers on one database, and how far each has come.
    servers: Vec<(Candidates, std::cell::Cell<i64>)>,
}

fn desk() -> Desk {
    let server = || (Candidates { known: Known::default(), sought: Sought::default() }, std::cell::Cell::new(0));
    Desk { house: testing::House::new(), servers: vec![server(), server()] }
}

fn someone(given: &str, family: &str, sex: Sex, age: i64) -> PersonInput {
    let mut input = PersonInput { sex, ..PersonInput::default() };
    (input.names[0].given, input.names[0].family) = (given.to_owned(), family.to_owned());
    input.birth = aged(age);
    input
}

fn aged(age: i64) -> Birth {
    let on = "2026-11-24".parse().ok();
    Birth { kind: BirthKind::Age, age: Some(age), age_on: on, ..Birth::default() }
}

fn looks_for(relation: &str, sought: PersonInput) -> TracingInput {
    let PersonInput { names, sex, birth, nationalities, .. } = sought;
    let (relation, wording) = (relation.to_owned(), "May we look for her? Yes".to_owned());
    TracingInput { relation, names, sex, birth, nationalities, wording, ..TracingInput::default() }
}

impl Desk {
    fn register(&self, input: PersonInput) -> PersonId {
        self.house.write(move |tx, viewer| people::create(tx, viewer, input))
    }

    fn seek(&self, seeker: PersonId, input: TracingInput) -> TracingId {
        self.house.write(move |tx, viewer| register(tx, viewer, seeker, input))
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &Viewer) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let viewer = self.house.viewer.clone();
        self.house.db.read_blocking(move |tx| work(tx, &viewer)).unwrap()
    }

    /// Both servers follow the history to its end, and a third that was just started.
    fn follow(&self) {
        self.servers.iter().for_each(|(finder, passed)| self.follow_as(finder, passed));
        self.follow_as(&desk().servers[0].0, &std::cell::Cell::new(0));
    }

    fn follow_as(&self, finder: &Candidates, passed: &std::cell::Cell<i64>) {
        follow::to_the_end(&self.house.db, finder, self.house.viewer.organisation, passed);
    }

    fn candidates(&self, request: TracingId) -> Vec<Candidate> {
        self.read(move |tx, viewer| of_request(tx, viewer, request))
    }

    fn people(&self, request: TracingId) -> Vec<PersonId> {
        self.candidates(request).iter().map(|candidate| candidate.person.id).collect()
    }

    fn decide(&self, candidate: &Candidate, decision: CandidateState) {
        let (request, id, version) = (candidate.request_id, candidate.id, candidate.version);
        let verdict = CandidateVerdict { decision: Some(decision), why: "compared".to_owned() };
        self.house.write(move |tx, viewer| decide(tx, viewer, request, id, version, &verdict));
    }

    fn ask(&self, request: TracingId) -> CandidateId {
        for decision in [CandidateState::Confirmed, CandidateState::Asked] {
            self.decide(&self.candidates(request)[0], decision);
        }
        self.candidates(request)[0].id
    }

    fn change(&self, person: PersonId, change: impl FnOnce(&mut PersonInput) + Send + 'static) {
        self.house.write(move |tx, viewer| {
            let found = people::find(tx, viewer, person)?;
            let mut record = found.record;
            change(&mut record);
            people::update(tx, viewer, person, found.version, record)
        });
    }
}

#[test]
fn a_daughter_is_found_whichever_side_comes_first() {
    let desk = desk();
    let mother = desk.register(someone("مريم", "الحداد", Sex::Female, 38));
    let before = desk.register(someone("Nour", "Al-Ahmad", Sex::Female, 13));
    desk.follow();
    let request = desk.seek(mother, looks_for("daughter", someone("نور", "الأحمد", Sex::Female, 14)));
    desk.follow();
    assert_eq!(desk.people(request), [before], "registered before the request");
    let after = desk.register(someone("Noor", "Ahmad", Sex::Female, 14));
    desk.register(someone("Svetlana", "Kovalenko", Sex::Female, 14));
    desk.follow();
    let mut found = desk.people(request);
    found.sort();
    assert_eq!(found, [before, after], "once each, and nobody else");
    // Somebody else, once decided, is not asked about again.
    let other = desk.candidates(request).into_iter().find(|one| one.person.id == before).unwrap();
    desk.decide(&other, CandidateState::NotThisPerson);
    desk.change(before, |record| record.languages = vec!["ar".to_owned()]);
    desk.change(before, |record| record.birth = aged(14));
    desk.follow();
    let again = desk.candidates(request).into_iter().find(|one| one.person.id == before).unwrap();
    assert_eq!((again.state, again.id), (CandidateState::NotThisPerson, other.id));
    // Who is no longer alike goes as they came.
    desk.change(after, |record| record.names[0].given = "Khadija".to_owned());
    desk.change(after, |record| record.names[0].family = "Ouedraogo".to_owned());
    desk.follow();
    assert_eq!(desk.people(request), [before]);
}

#[test]
fn two_requests_meet_whatever_the_sought_are_called() {
    let desk = desk();
    let mother = desk.register(someone("Maryam", "Haddad", Sex::Female, 38));
    let daughter = desk.register(someone("Lulu", "Khalil", Sex::Female, 14));
    let hers = desk.seek(mother, looks_for("daughter", someone("نور", "الأحمد", Sex::Female, 14)));
    desk.follow();
    assert!(desk.people(hers).is_empty());
    let theirs = desk.seek(daughter, looks_for("mother", someone("مريم", "الحداد", Sex::Female, 40)));
    desk.follow();
    let met = desk.candidates(hers);
    assert_eq!((met[0].person.id, met[0].facts.request), (daughter, Agreement::Same));
    assert_eq!(desk.people(theirs), [mother], "from the other side too");
}

#[test]
fn a_refusal_changes_nothing_that_the_seekers_side_sees() {
    let desk = desk();
    let mother = desk.register(someone("Maryam", "Haddad", Sex::Female, 38));
    let daughter = desk.register(someone("Nour", "Haddad", Sex::Female, 20));
    let request = desk.seek(mother, looks_for("daughter", someone("Nour", "Haddad", Sex::Female, 20)));
    let seen = || {
        let caseworker = Viewer { role: Role::Caseworker, ..desk.house.viewer.clone() };
        desk.house
            .db
            .read_blocking(move |tx| {
                let told = (find(tx, &caseworker, request)?, people::story(tx, &caseworker, mother, 100)?);
                let person = people::find(tx, &caseworker, mother)?;
                Ok::<_, Error>((serde_json::to_string(&told).unwrap(), serde_json::to_string(&person).unwrap()))
            })
            .unwrap()
    };
    let before = seen();
    desk.follow();
    let question = desk.ask(request);
    assert_eq!(seen(), before, "that someone is asked");
    let answer = |decision| AnswerInput {
        decision: Some(decision),
        share: Some(Share::Message),
        words: "I am well, do not look for me".to_owned(),
        wording: "Someone looks for you".to_owned(),
        guardian: String::new(),
        answered_on: None,
    };
    let put = |decision: CandidateState| {
        let input = answer(decision);
        desk.house.write(move |tx, viewer| {
            let version = super::question(tx, viewer, question)?.version;
            super::answer(tx, viewer, question, version, &input)
        });
    };
    put(CandidateState::Refused);
    assert_eq!(seen(), before, "that someone refused");
    put(CandidateState::Agreed);
    let located = desk.read(move |tx, viewer| find(tx, viewer, request));
    assert_eq!((located.state, located.news.unwrap().share), (TracingState::Located, Share::Message));
    let story = desk.read(move |tx, viewer| people::story(tx, viewer, mother, 100));
    assert!(story[0].user_name.is_none() && story[0].user_id.is_none(), "whoever asked would tell where they are");
    put(CandidateState::Refused);
    let back = desk.read(move |tx, viewer| find(tx, viewer, request));
    assert!(back.state == TracingState::Open && back.news.is_none());
    let asked = desk.read(move |tx, viewer| of_person(tx, viewer, daughter));
    assert_eq!((asked.questions[0].seeker.as_deref(), asked.questions[0].relation.as_str()), (None, "parent"));
}

#[test]
fn nobody_sees_a_candidate_without_seeing_both() {
    let desk = desk();
    let mother = desk.register(someone("Maryam", "Haddad", Sex::Female, 38));
    let request = desk.seek(mother, looks_for("daughter", someone("Nour", "Haddad", Sex::Female, 20)));
    let daughter = desk.register(someone("Nour", "Haddad", Sex::Female, 20));
    desk.follow();
    let candidate = desk.candidates(request)[0].clone();
    // A supervisor who sees the mother only.
    let supervisor = testing::viewer(desk.house.viewer.organisation, Role::Supervisor, Scope::Own);
    let owner = supervisor.user;
    let give = move |person: PersonId| {
        desk.house.write(move |tx, viewer| people::set_responsible(tx, viewer, person, Some(owner), None));
        let (viewer, id) = (supervisor.clone(), candidate.id);
        let read = desk.house.db.read_blocking(move |tx| {
            let all = list(tx, &viewer, &TracingOptions { waiting: Some(true), ..TracingOptions::default() })?;
            let request_seen = find(tx, &viewer, request).ok().map(|request| request.candidates);
            let counted = waiting(tx, &viewer)?.candidates;
            let seen = candidates::records(tx, &viewer, request, id);
            Ok::<_, Error>((all.items.len(), request_seen, counted, seen.is_ok()))
        });
        read.unwrap()
    };
    assert_eq!(give(mother), (0, Some(Some(0)), 0, false), "no candidate, not even a count");
    assert_eq!(give(daughter), (1, Some(Some(1)), 1, true));
}

#[test]
fn merging_takes_requests_and_candidates_along_and_back() {
    let desk = desk();
    let mother = desk.register(someone("Maryam", "Haddad", Sex::Female, 38));
    let twice = desk.register(someone("Mariam", "Haddad", Sex::Female, 38));
    let request = desk.seek(twice, looks_for("daughter", someone("Nour", "Haddad", Sex::Female, 20)));
    let daughter = desk.register(someone("Nour", "Haddad", Sex::Female, 20));
    let double = desk.register(someone("Nur", "Haddad", Sex::Female, 20));
    desk.follow();
    assert_eq!(desk.people(request).len(), 2);
    let merge = |kept: PersonId, merged: PersonId| {
        let input = MergeInput { merged, why: "one person".to_owned() };
        desk.house.write(move |tx, viewer| merge::merge(tx, viewer, kept, &input))
    };
    let candidate = desk.candidates(request).into_iter().find(|one| one.person.id == double).unwrap();
    desk.decide(&candidate, CandidateState::Likely);
    merge(mother, twice);
    let merged = merge(daughter, double);
    desk.follow();
    let left = desk.candidates(request);
    assert_eq!(left.len(), 1, "one person is one candidate");
    assert_eq!((left[0].person.id, left[0].state), (daughter, CandidateState::Likely), "the decision stays");
    let of_mother = desk.read(move |tx, viewer| of_person(tx, viewer, mother));
    assert_eq!(of_mother.requests[0].id, request);
    desk.house.write(move |tx, viewer| merge::undo(tx, viewer, merged));
    desk.follow();
    let mut back = desk.people(request);
    back.sort();
    assert_eq!(back, [daughter, double]);
}

#[test]
fn those_who_live_together_are_not_looked_for() {
    let desk = desk();
    let mother = desk.register(someone("Maryam", "Haddad", Sex::Female, 38));
    let daughter = desk.register(someone("Nour", "Haddad", Sex::Female, 20));
    let request = desk.seek(mother, looks_for("daughter", someone("Nour", "Haddad", Sex::Female, 20)));
    desk.follow();
    assert_eq!(desk.people(request), [daughter]);
    desk.house.write(move |tx, viewer| {
        use crate::people::family::{MemberInput, store as family};
        let household = family::create_household(tx, viewer, mother)?;
        family::join(tx, viewer, household, &MemberInput { person_id: daughter, role: "daughter".to_owned() })
    });
    desk.follow();
    assert!(desk.people(request).is_empty());
    let closing = TracingClosing { outcome: Some(TracingOutcome::Reunited), note: String::new() };
    desk.house.write(move |tx, viewer| close(tx, viewer, request, 1, &closing));
    let reopening = TracingReopening { why: "another daughter".to_owned() };
    desk.house.write(move |tx, viewer| reopen(tx, viewer, request, 2, &reopening));
    assert_eq!(desk.read(move |tx, viewer| find(tx, viewer, request)).state, TracingState::Open);
}
