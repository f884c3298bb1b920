//! Counting by hand in a small house, and laws that hold in any. People are invented.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::facts::{After, Case, Facts, Person, ProviderAction, Screening, Set, Touch, goals_of};
use super::figures::{Reach, check, count};
use super::model::*;
use crate::access::{Role, Scope};
use crate::cases::outcome::Need;
use crate::cases::{AfterClosure, Dimension as Security, Front};
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::ids::OrganisationId;
use crate::testing::viewer;

const TODAY: &str = "2026-11-24";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn needs(needs: &[Need]) -> Set {
    Set::of(|need| needs.contains(&need))
}

/// A woman with a disability, a girl, a man, an old man of unknown status.
fn house() -> Facts {
    let mut facts = Facts::none(day(TODAY));
    let person = |facts: &Facts, sex: &str, born: &str, disability: &str, status: &str| Person {
        sex: facts.domains.code(Dimension::Sex, sex),
        born: [Some(day(born)); 2],
        disability: facts.domains.code(Dimension::Disability, disability),
        status: facts.domains.code(Dimension::Status, status),
        ..Person::default()
    };
    facts.people = vec![
        person(&facts, "female", "1990-05-05", "yes", "refugee"),
        person(&facts, "female", "2015-01-01", "no", "asylum_seeker"),
        person(&facts, "male", "1985-01-01", "no", "irregular"),
        person(&facts, "male", "1950-01-01", "", ""),
    ];
    let touch = |on: &str, person, goals| Touch { day: day(on), person, goals };
    let work = goals_of(Front::Empower, Security::Economic);
    let safety = goals_of(Front::Protect, Security::Personal);
    facts.touches = vec![
        touch("2026-01-10", 0, Set::default()),
        touch("2026-02-01", 0, work),
        touch("2026-02-05", 1, safety),
        touch("2026-02-20", 0, safety),
        touch("2026-05-01", 3, Set::default()),
    ];
    facts.left_out = vec![(day("2026-01-15"), 0), (day("2026-02-15"), 0), (day("2026-03-15"), 1)];
    facts
}

fn ask(facts: &Facts, id: IndicatorId, period: &str, by: &[Dimension], only: &[(Dimension, &str)]) -> Figures {
    let question = Question {
        indicator: id,
        period: period.parse().unwrap(),
        by: by.to_vec(),
        only: only.iter().map(|(of, value)| (*of, (*value).to_owned())).collect(),
    };
    count(facts, Reach::whole(), &question)
}

/// The numbers of cells by their values.
fn cells(figures: &Figures) -> Vec<(String, u64)> {
    figures.cells.iter().map(|cell| (cell.values.join("+"), cell.numerator)).collect()
}

fn told(cells: &[(&str, u64)]) -> Vec<(String, u64)> {
    cells.iter().map(|(values, count)| ((*values).to_owned(), *count)).collect()
}

#[test]
fn each_person_counts_once_however_often_they_were_helped() {
    let facts = house();
    let figures = ask(&facts, IndicatorId::PeopleReached, "2026-Q1", &[Dimension::Sex], &[]);
    assert_eq!((figures.total.numerator, figures.total.denominator, figures.left_out), (2, None, 2));
    // Nobody is a figure too.
    assert_eq!(cells(&figures), told(&[("female", 2), ("male", 0), ("other", 0)]));
    let ages = ask(&facts, IndicatorId::PeopleReached, "2026", &[Dimension::Age], &[]);
    assert_eq!(cells(&ages), told(&[("0-4", 0), ("5-11", 1), ("12-17", 0), ("18-59", 1), ("60+", 1)]));
    assert_eq!(ask(&facts, IndicatorId::PeopleReached, "2026-04", &[], &[]).total.numerator, 0);
}

#[test]
fn a_front_and_a_dimension_are_of_one_goal() {
    let facts = house();
    let by = [Dimension::Front, Dimension::Security];
    let figures = ask(&facts, IndicatorId::PeopleReached, "2026", &by, &[]);
    assert_eq!(cells(&figures), told(&[("protect+personal", 2), ("empower+economic", 1), ("none+none", 1)]));
    assert_eq!(figures.total.numerator, 3);
    let empowered = [(Dimension::Front, "empower")];
    let figures = ask(&facts, IndicatorId::PeopleReached, "2026", &[Dimension::Sex], &empowered);
    assert_eq!(cells(&figures), told(&[("female", 1), ("male", 0), ("other", 0)]));
    let crossed = [(Dimension::Front, "empower"), (Dimension::Security, "personal")];
    assert_eq!(ask(&facts, IndicatorId::PeopleReached, "2026", &[], &crossed).total.numerator, 0);
}

#[test]
fn a_value_that_nobody_has_is_asked_of_nobody() {
    let facts = house();
    let only = [(Dimension::Nationality, "SO")];
    assert_eq!(ask(&facts, IndicatorId::PeopleReached, "2026", &[], &only).total.numerator, 0);
    let unknown = [(Dimension::Status, UNKNOWN)];
    assert_eq!(ask(&facts, IndicatorId::PeopleReached, "2026", &[], &unknown).total.numerator, 1);
}

#[test]
fn refugees_are_told_out_of_those_whose_status_is_known() {
    let figures = ask(&house(), IndicatorId::ProtectionSeekers, "2026", &[], &[]);
    assert_eq!((figures.total.numerator, figures.total.denominator), (2, Some(2)), "the man was not reached");
}

#[test]
fn needs_are_told_out_of_all_who_were_screened() {
    let mut facts = house();
    let screening = |on: &str, person, found: &[Need]| Screening { person, day: day(on), needs: needs(found) };
    facts.screenings = vec![
        screening("2026-02-01", 0, &[Need::Disability]),
        screening("2026-02-02", 1, &[Need::ChildAtRisk, Need::Sgbv]),
        screening("2026-02-03", 2, &[]),
        screening("2026-02-04", 0, &[Need::WomanAtRisk]),
    ];
    let figures = ask(&facts, IndicatorId::NeedsFound, "2026", &[Dimension::Need], &[]);
    assert_eq!((figures.total.numerator, figures.total.denominator), (2, Some(3)));
    assert_eq!(figures.cells.len(), Need::ALL.len(), "zeros too, and no row of those without need");
    assert!(figures.cells.iter().all(|cell| cell.denominator == Some(3)));
    let by_sex = ask(&facts, IndicatorId::NeedsFound, "2026", &[Dimension::Sex, Dimension::Need], &[]);
    let sgbv = by_sex.cells.iter().find(|cell| cell.values == ["female", "sgbv"]).unwrap();
    assert_eq!((sgbv.numerator, sgbv.denominator), (1, Some(2)));

    // Whoever may not know of health: as if nobody had such a need, not even in the total.
    let officer = viewer(OrganisationId::new(), Role::DataOfficer, Scope::Organisation);
    let question = Question {
        indicator: IndicatorId::NeedsFound,
        period: "2026-02-01/2026-02-01".parse().unwrap(),
        by: vec![Dimension::Need],
        only: Vec::new(),
    };
    let figures = count(&facts, Reach::of(&officer), &question);
    assert_eq!((figures.total.numerator, figures.total.denominator), (0, Some(1)));
    assert!(figures.cells.iter().all(|cell| cell.values != ["disability"] && cell.values != ["torture"]));
}

#[test]
fn time_to_service_has_a_share_and_a_median() {
    let mut facts = house();
    let case = |person, opened: &str, served: Option<&str>| Case {
        person,
        opened: day(opened),
        closed: None,
        reason: None,
        trafficking: false,
        served: served.map(day),
    };
    facts.cases = vec![
        case(0, "2026-01-01", Some("2026-01-11")),
        case(1, "2026-02-01", Some("2026-03-03")),
        case(2, "2026-03-01", Some("2026-04-20")),
        case(3, "2026-03-01", None),
        // Not yet thirty days old: nobody can say whether it comes in time.
        case(3, "2026-11-01", Some("2026-11-02")),
    ];
    let figures = ask(&facts, IndicatorId::FirstService, "2026", &[Dimension::Sex], &[]);
    assert_eq!((figures.total.numerator, figures.total.denominator), (2, Some(4)));
    assert_eq!((figures.total.median_days, figures.total.share()), (Some(30), Some(50)));
    let of = |sex: &str| figures.cells.iter().find(|cell| cell.values == [sex]).unwrap().clone();
    assert_eq!((of("female").median_days, of("male").median_days, of("other").median_days), (Some(20), Some(50), None));
    // Both of the old man's cases, but one first time.
    let new = ask(&facts, IndicatorId::NewPeople, "2026", &[], &[]);
    assert_eq!(new.total.numerator, 4);
    assert_eq!(ask(&facts, IndicatorId::NewPeople, "2026-11", &[], &[]).total.numerator, 0);
}

#[test]
fn what_became_of_people_is_told_by_months_and_each_counts_once() {
    let mut facts = house();
    let after = |person, after, due: &str, reached, better| After {
        person,
        after,
        due: day(due),
        reached,
        day: Some(day(due)).filter(|_| reached),
        better,
        safe: None,
        legal: None,
    };
    facts.after = vec![
        after(0, AfterClosure::Months6, "2026-03-01", true, Some(true)),
        after(0, AfterClosure::Months12, "2026-09-01", true, Some(false)),
        after(1, AfterClosure::Months6, "2026-03-01", false, None),
        // Not due yet.
        after(2, AfterClosure::Months6, "2026-12-24", false, None),
    ];
    let reached = ask(&facts, IndicatorId::OutcomesReached, "2026", &[Dimension::After], &[]);
    assert_eq!((reached.total.numerator, reached.total.denominator), (1, Some(2)));
    let six = reached.cells.iter().find(|cell| cell.values == ["outcome_6_months"]).unwrap();
    assert_eq!((six.numerator, six.denominator), (1, Some(2)));
    let better = ask(&facts, IndicatorId::OutcomesBetter, "2026", &[], &[(Dimension::After, "outcome_12_months")]);
    assert_eq!((better.total.numerator, better.total.denominator), (0, Some(1)));
}

#[test]
fn who_may_not_read_such_answers_gets_no_such_figures() {
    let ask = |role, indicator, by: &[Dimension]| {
        let viewer = viewer(OrganisationId::new(), role, Scope::Organisation);
        let period = "2026".parse().unwrap();
        check(&viewer, &Question { indicator, period, by: by.to_vec(), only: Vec::new() })
    };
    let reached = IndicatorId::PeopleReached;
    assert!(ask(Role::DataOfficer, reached, &[Dimension::Sex]).is_ok());
    assert!(matches!(ask(Role::Caseworker, reached, &[]), Err(Error::Forbidden(_))));
    assert!(matches!(
        ask(Role::DataOfficer, reached, &[Dimension::Disability]),
        Err(Error::Refused("refused-figures-medical"))
    ));
    assert!(matches!(
        ask(Role::Supervisor, IndicatorId::Trafficking, &[]),
        Err(Error::Refused("refused-figures-trafficking"))
    ));
    let question = |need: &str| Question {
        indicator: IndicatorId::NeedsFound,
        period: "2026".parse().unwrap(),
        by: Vec::new(),
        only: vec![(Dimension::Need, need.to_owned())],
    };
    let officer = viewer(OrganisationId::new(), Role::DataOfficer, Scope::Organisation);
    assert!(matches!(check(&officer, &question("torture")), Err(Error::Refused("refused-figures-medical"))));
    assert!(check(&officer, &question("woman_at_risk")).is_ok());
    assert!(matches!(ask(Role::DataOfficer, reached, &[Dimension::Provider]), Err(Error::Invalid(_))));
    assert!(matches!(ask(Role::DataOfficer, reached, &[Dimension::Sex; 2]), Err(Error::Invalid(_))));
}

/// A house in which everything is left to chance.
fn any_house(seed: u64) -> Facts {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut facts = Facts::none(day(TODAY));
    let mut some_day = {
        let mut dice = StdRng::seed_from_u64(seed + 1);
        move || day("2025-01-01").plus_days(dice.random_range(0..690))
    };
    for _ in 0..40 {
        let born = day("1940-01-01").plus_days(dice.random_range(0..30_000));
        facts.people.push(Person {
            sex: dice.random_range(0..4),
            born: [Some(born), Some(born.plus_days(dice.random_range(0..900)))],
            disability: dice.random_range(0..3),
            status: dice.random_range(0..5),
            needs: needs(&[Need::ALL[dice.random_range(0..Need::ALL.len())]]),
            ..Person::default()
        });
    }
    for _ in 0..120 {
        let person = dice.random_range(0..40);
        let goals = goals_of(Front::ALL[dice.random_range(0..2)], Security::ALL[dice.random_range(0..7)]);
        facts.touches.push(Touch { day: some_day(), person, goals });
        let (opened, days) = (some_day(), dice.random_range(0..90));
        let served = (days < 70).then(|| opened.plus_days(days));
        let closed = (days > 40).then(|| opened.plus_days(days * 2));
        let reason = closed.map(|_| ["goals_met", "duplicate", "no_contact"][dice.random_range(0..3)].to_owned());
        facts.cases.push(Case { person, opened, closed, reason, trafficking: days < 5, served });
        let done = (days < 50).then(|| opened.plus_days(days));
        let provider = dice.random_range(0..4);
        facts.actions.push(ProviderAction { person, provider, goals, planned: opened, due: some_day(), done });
        let found = if days < 60 { needs(&[Need::ALL[dice.random_range(0..Need::ALL.len())]]) } else { Set::default() };
        facts.screenings.push(Screening { person, day: some_day(), needs: found });
        let after = AfterClosure::ALL[dice.random_range(0..3)];
        let (reached, answer) = (days < 45, (days < 40).then_some(days < 20));
        let (due, answered) = (some_day(), some_day());
        let said = Some(answered).filter(|_| reached);
        facts.after.push(After { person, after, due, reached, day: said, better: answer, safe: answer, legal: None });
    }
    facts.touches.sort_by_key(|touch| touch.day);
    facts.screenings.sort_by_key(|screening| screening.day);
    facts
}

#[test]
fn in_any_house_parts_add_up_to_the_whole() {
    for seed in 0..60 {
        let facts = any_house(seed);
        for indicator in Indicator::all() {
            let total = ask(&facts, indicator.id, "2026", &[], &[]).total;
            assert!(total.denominator.is_none_or(|all| total.numerator <= all), "{}", indicator.id);
            for dimension in &indicator.dimensions {
                let figures = ask(&facts, indicator.id, "2026", &[*dimension], &[]);
                assert_eq!(figures.total, total, "the total is the same however it is told apart");
                let sum: u64 = figures.cells.iter().map(|cell| cell.numerator).sum();
                // After closure someone may have been asked twice.
                let once = !dimension.overlaps() && *dimension != Dimension::After;
                assert!(
                    if once { sum == total.numerator } else { sum >= total.numerator },
                    "{} {dimension}",
                    indicator.id
                );
                for cell in &figures.cells {
                    let only = [(*dimension, cell.values[0].as_str())];
                    let alone = ask(&facts, indicator.id, "2026", &[], &only).total;
                    let cell = Cell { values: Vec::new(), ..cell.clone() };
                    assert_eq!(alone, cell, "{} {dimension} {only:?}: a filter finds what its row tells", indicator.id);
                }
            }
        }
    }
}

#[test]
fn in_any_house_what_happened_in_a_quarter_happened_in_its_months() {
    for seed in 0..60 {
        let facts = any_house(seed);
        let total = |id, period: &str| ask(&facts, id, period, &[], &[]).total;
        for id in
            [IndicatorId::NewPeople, IndicatorId::FirstService, IndicatorId::GoalsMet, IndicatorId::ProviderActions]
        {
            let months: u64 = ["2026-04", "2026-05", "2026-06"].iter().map(|month| total(id, month).numerator).sum();
            assert_eq!(total(id, "2026-Q2").numerator, months, "{id}");
        }
        // Who came in two months is one person in the quarter.
        let reached = |period: &str| total(IndicatorId::PeopleReached, period).numerator;
        let months = ["2026-04", "2026-05", "2026-06"].map(reached);
        assert!(reached("2026-Q2") <= months.iter().sum() && months.iter().all(|month| *month <= reached("2026-Q2")));
    }
}

/// Writes a house of so many people in SQL, each with a case, three goals, four actions and two screenings.
fn fill(tx: &mut crate::db::Tx<'_>, house: crate::ids::OrganisationId, people: i64) -> Result<(), Error> {
    use crate::history::{Bookkeeping, Pen};
    use crate::params;
    let pen = Pen::unrecorded(Bookkeeping::Idempotency);
    let details = r#"{"names":[{"kind":"main","given":"Invented","family":"Person"}],"sex":"female","birth":{"kind":"exact","from":"1990-01-01"},"nationalities":["SO"],"languages":["so","ar"],"documents":[{"kind":"passport","number":"X1234567","issuer":"SO"}],"contacts":[{"kind":"mobile","value":"+962 7 9000 0000","safety":"unsafe","note":"Her brother answers."}],"journey":[{"stage":"origin","country":"SO","place":"Baidoa","until":"2025-03-01","legal_status":"citizen"},{"stage":"transit","country":"YE","place":"Aden"},{"stage":"destination","country":"JO","place":"Amman","from":"2025-09-01","legal_status":"asylum_seeker"}],"protected":false}"#;
    let result = r#"{"signs":[{"question":"walking","answer":"a_lot","weight":2,"need":"disability"},{"question":"x","answer":"yes","weight":2,"need":"woman_at_risk"}],"proposed":"medium"}"#;
    let numbers = |most: i64, from: &str| {
        format!("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {} - 1) {from}", most)
    };
    let id = |of: &str, letter: char| format!("CAST(printf('{letter}%015d', {of}) AS BLOB)");
    // Days of the last two years, as milliseconds.
    let at = "1735689600000 + (i * 7919 % 59000) * 1000000";
    let on = |far: i64| format!("date('2025-01-01', '+' || ((i * 31 + {far}) % 690) || ' days')");
    let person = numbers(
        people,
        &format!(
            "INSERT INTO person (organisation_id, id, number, display_name, sort_name, sex, birth_kind, birth_from, birth_to, nationality, \
         details, needs, vulnerability, protected, consent_case_work, consent_referral, consent_law_enforcement, \
         consent_statistics, consent_research, created_at, updated_at, version) \
         SELECT $1, {}, i, 'Invented', 'invented', CASE i % 3 WHEN 0 THEN 'female' WHEN 1 THEN 'male' ELSE 'unknown' END, \
         'exact', date('1945-01-01', '+' || (i * 37 % 29000) || ' days'), date('1945-01-01', '+' || (i * 37 % 29000) || ' days'), \
         CASE i % 5 WHEN 0 THEN 'SO' WHEN 1 THEN 'SY' WHEN 2 THEN 'HT' WHEN 3 THEN 'VE' ELSE 'AF' END, $2, 'disability', 0, 0, 'given', 'given', 'refused', \
         CASE i % 10 WHEN 0 THEN 'refused' ELSE 'given' END, 'refused', {at}, {at}, 1 FROM n",
            id("i", 'p')
        ),
    );
    tx.execute(&pen, &person, params![house, details])?;
    let case = numbers(
        people,
        &format!(
            "INSERT INTO case_file (organisation_id, id, number, person_id, state, risk, trafficking, vulnerability, opened_at, first_contact_at, \
         closed_at, closure_reason, created_at, updated_at, version) SELECT $1, {}, i, {}, CASE i % 2 WHEN 0 THEN 'closed' ELSE 'in_service' END, 'medium', \
         CASE i % 25 WHEN 0 THEN 1 ELSE 0 END, 0, {at}, {at}, CASE i % 2 WHEN 0 THEN {at} + 8000000000 END, CASE i % 2 WHEN 0 THEN 'goals_met' END, {at}, {at}, 1 FROM n",
            id("i", 'c'),
            id("i", 'p')
        ),
    );
    tx.execute(&pen, &case, params![house])?;
    let goal = numbers(
        people * 3,
        &format!(
            "INSERT INTO goal (organisation_id, id, case_id, person_id, front, dimension, text, state, created_at, version) \
         SELECT $1, {}, {}, {}, CASE i % 2 WHEN 0 THEN 'protect' ELSE 'empower' END, CASE i % 3 WHEN 0 THEN 'health' WHEN 1 THEN 'economic' ELSE 'political' END, \
         'What will be true', 'begun', {at}, 1 FROM n",
            id("i", 'g'),
            id("i / 3", 'c'),
            id("i / 3", 'p')
        ),
    );
    tx.execute(&pen, &goal, params![house])?;
    let action = numbers(
        people * 4,
        &format!(
            "INSERT INTO action (organisation_id, id, goal_id, case_id, person_id, text, who, provider_kind, due_on, state, done_on, created_at, version) \
         SELECT $1, {}, {}, {}, {}, 'What is to be done', CASE i % 2 WHEN 0 THEN 'provider' ELSE 'user' END, CASE i % 2 WHEN 0 THEN 'legal' END, {}, \
         CASE i % 4 WHEN 3 THEN 'open' ELSE 'done' END, CASE i % 4 WHEN 3 THEN NULL ELSE {} END, {at}, 1 FROM n",
            id("i", 'a'),
            id("i / 4 * 3", 'g'),
            id("i / 4", 'c'),
            id("i / 4", 'p'),
            on(0),
            on(5)
        ),
    );
    tx.execute(&pen, &action, params![house])?;
    let screening = numbers(
        people * 2,
        &format!(
            "INSERT INTO screening (organisation_id, id, case_id, person_id, form, form_version, answers, result, sensitivity, done_on, done_by, created_at) \
         SELECT $1, {}, {}, {}, CASE i % 2 WHEN 0 THEN 'washington-group' ELSE 'specific-needs' END, 1, '{{\"walking\":\"a_lot\"}}', $2, 'case', {}, {}, {at} FROM n",
            id("i", 's'),
            id("i / 2", 'c'),
            id("i / 2", 'p'),
            on(0),
            id("1", 'u')
        ),
    );
    tx.execute(&pen, &screening, params![house, result])?;
    Ok(())
}

/// Whatever the history tells, facts that followed it answer as facts that are read anew do.
#[test]
fn facts_that_follow_the_history_are_those_read_anew() {
    use crate::history::{self, Entry, Kind};
    use crate::params;

    let house = crate::testing::House::new();
    let organisation = house.viewer.organisation;
    house.write(move |tx, _| fill(tx, organisation, 60));
    let supervisor = crate::access::Viewer {
        sees_medical: true,
        sees_trafficking: true,
        ..viewer(organisation, Role::Supervisor, Scope::Organisation)
    };
    let same = |when: &'static str| {
        let supervisor = supervisor.clone();
        let both = house.db.read_blocking(move |tx| {
            let followed = super::facts::of(tx, &supervisor)?;
            Ok::<_, Error>((followed, super::facts::anew(tx, &supervisor)?))
        });
        let (followed, anew) = both.unwrap();
        let mut reached = 0;
        for indicator in Indicator::all() {
            for by in [vec![]].into_iter().chain(indicator.dimensions.iter().map(|it| vec![*it])) {
                let (period, only) = ("2025-01-01/2026-12-31".parse().unwrap(), Vec::new());
                let question = Question { indicator: indicator.id, period, by, only };
                let answer = followed.answer(Reach::whole(), &question);
                assert_eq!(answer, anew.answer(Reach::whole(), &question), "{when}: {question:?}");
                if question.by.is_empty() && question.indicator == IndicatorId::PeopleReached {
                    reached = answer.total.numerator;
                }
            }
        }
        reached
    };
    let person = |number: usize| {
        crate::ids::PersonId(format!("p{number:015}").into_bytes().try_into().map(uuid::Uuid::from_bytes).unwrap())
    };
    let write = |kind: Kind, act: &'static str, number: usize, sql: &'static str| {
        let person = person(number);
        house.write(move |tx, viewer| {
            let entry = match act {
                "created" => Entry::created(kind, person, &serde_json::json!({ "told": true })),
                _ => Entry::removed(kind, person, &serde_json::json!({ "told": true })),
            };
            let pen = history::record(tx, viewer, entry.about(person))?;
            tx.execute(&pen, sql, params![viewer.organisation, person])?;
            Ok(())
        });
    };
    let before = same("at first");
    let refused = "UPDATE person SET consent_statistics = 'refused' WHERE organisation_id = $1 AND id = $2";
    write(Kind::Consent, "removed", 5, refused);
    assert_eq!(same("one withdrew"), before - 1);
    let given =
        "UPDATE person SET consent_statistics = 'given', nationality = 'TV' WHERE organisation_id = $1 AND id = $2";
    for number in [5, 10] {
        write(Kind::Consent, "created", number, given);
    }
    assert_eq!(same("two agreed, of a new nationality"), before + 1);
    let closed = "UPDATE case_file SET state = 'closed', closed_at = 1760000000000, closure_reason = 'lost_contact' \
                  WHERE organisation_id = $1 AND person_id = $2";
    write(Kind::Case, "created", 7, closed);
    write(Kind::Screening, "removed", 8, "DELETE FROM screening WHERE organisation_id = $1 AND person_id = $2");
    write(Kind::Action, "removed", 9, "DELETE FROM action WHERE organisation_id = $1 AND person_id = $2");
    same("records of three changed");
    write(Kind::Person, "removed", 11, "DELETE FROM person WHERE organisation_id = $1 AND id = $2");
    assert_eq!(same("one is gone"), before);
}

#[test]
#[ignore = "measures a house of 100,000 people: cargo test -p app --release --lib a_large_house -- --ignored --nocapture"]
fn a_large_house_answers_within_a_second() {
    let house = crate::testing::House::new();
    let organisation = house.viewer.organisation;
    house.write(move |tx, _| fill(tx, organisation, 100_000));
    let supervisor = crate::access::Viewer {
        sees_medical: true,
        sees_trafficking: true,
        ..viewer(organisation, Role::Supervisor, Scope::Organisation)
    };
    for time in ["first", "again", "after a change"] {
        if time == "after a change" {
            house.write(|tx, viewer| {
                let person = crate::ids::PersonId(uuid::Uuid::from_bytes(*b"p000000000000007"));
                let told = serde_json::json!({ "told": true });
                let entry = crate::history::Entry::created(crate::history::Kind::Consent, person, &told);
                crate::history::record(tx, viewer, entry.about(person))?;
                Ok(())
            });
        }
        let supervisor = supervisor.clone();
        let taken = house.db.read_blocking(move |tx| {
            let started = std::time::Instant::now();
            super::facts::of(tx, &supervisor)?;
            let read = started.elapsed();
            for indicator in Indicator::all() {
                let question = |by: Vec<Dimension>| Question {
                    indicator: indicator.id,
                    period: "2026".parse().unwrap(),
                    by,
                    only: Vec::new(),
                };
                super::figures::compared(tx, &supervisor, &question(Vec::new()))?;
                for by in [Dimension::Sex, Dimension::Age, Dimension::Disability] {
                    super::figures::answer(tx, &supervisor, &question(vec![by]))?;
                }
            }
            Ok::<_, Error>((read, started.elapsed()))
        });
        let (read, all) = taken.unwrap();
        println!("{time}: facts {read:?}, the whole dashboard {all:?}");
    }
}
