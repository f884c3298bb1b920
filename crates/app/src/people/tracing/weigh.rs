//! How likely someone on record is the person a family looks for, and why.
//!
//! What the family told of the person is compared with the record as two records of one person are,
//! by the engine's learned model (`likeness`); what both sides tell of each other raises or lowers the
//! odds further, each fact by a weight that is a binary logarithm, as in the model. Two requests that
//! meet, each looking for the other side, weigh most.

use linkage::batch::Among;

use crate::code::Code;
use crate::dates::Day;
use crate::people::likeness::{Agreement, Likeness, compare};
use crate::people::model::own_names;
use crate::people::{Name, NameKind, PersonInput, Sex};
use crate::reference;

use super::model::{Fact, Facts, Kin, TracingInput};

/// Likely enough to be shown, in per mille: few look, and nobody may be missed.
pub(super) const WORTH_A_LOOK: i64 = 100;
/// As likely the one whom the other side looks for, in per mille.
const MEETS: i64 = 200;
/// The most that two requests that meet add to the odds: people may be mistaken in both.
const MOST_OF_A_MEETING: f64 = 16.0;
/// What it takes from the odds where two who look for each other know another name of each other.
const ANOTHER_NAME: f64 = 3.0;
/// Names as alike as this are the same, in whatever order and script.
const SAME_NAME: f64 = 0.99;
/// Names as alike as this may be one name otherwise written.
const ALIKE_NAME: f64 = 0.85;
/// A parent is at least and at most so many years older than their child.
const PARENT: (i64, i64) = (12, 60);
/// The same of a grandparent.
const GRANDPARENT: (i64, i64) = (26, 110);
/// No brother or sister is further apart in years.
const SIBLING: (i64, i64) = (-35, 35);
/// The age of consent to nothing, and yet of marriages on record.
const YOUNGEST_PARTNER: i64 = 10;

/// A family that looks for someone.
pub(super) struct Seeking<'r> {
    pub seeker: &'r PersonInput,
    pub request: &'r TracingInput,
}

/// Someone who may be the one.
pub(super) struct Candidate {
    pub record: PersonInput,
    /// Whom they name as family, or live with.
    pub kin: Vec<Kin>,
    /// For whom they look.
    pub looks_for: Vec<TracingInput>,
}

/// What comparing came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub facts: Facts,
    pub per_mille: i64,
}

/// Compares a request with someone on record, on a day, among all people on record.
pub(super) fn weigh(seeking: &Seeking<'_>, known: &Candidate, among: &Among<'_>, today: Day) -> Option<Weight> {
    let likeness = alike(seeking.request, &known.record, among, today)?;
    let told = likeness.agreements;
    let meeting = meeting(seeking, &known.looks_for, among, today);
    let facts = Facts {
        name: told.name,
        birth: told.birth,
        sex: told.sex,
        nationality: told.nationality,
        ages: ages(seeking, &known.record, today),
        family: family(seeking, known),
        company: company(seeking.request, &known.kin),
        place: place(seeking.request, &known.record),
        request: meeting.agreement,
    };
    let further = Fact::ALL.iter().map(|fact| evidence(*fact, facts.of(*fact))).sum::<f64>() + meeting.evidence;
    // Whom each side looks for may go by another name with the other: then the name says nothing.
    let by_another_name = (facts.request == Agreement::Same && facts.name == Agreement::Different)
        .then(|| nameless(seeking.request, &known.record, among, today))
        .flatten();
    let likeness = by_another_name.map_or(likeness, |nameless| nameless.raised(-ANOTHER_NAME));
    Some(Weight { facts, per_mille: likeness.raised(further).per_mille() })
}

/// How alike the person sought is to someone. Names of parents are weighed as family, once.
fn alike(request: &TracingInput, person: &PersonInput, among: &Among<'_>, today: Day) -> Option<Likeness> {
    let mut sought = request.sought();
    sought.names.retain(|name| name.kind.is_own());
    compare(&sought, &[person], among, today).pop()
}

/// The same, whatever they are called.
fn nameless(request: &TracingInput, person: &PersonInput, among: &Among<'_>, today: Day) -> Option<Likeness> {
    let without = |person: &PersonInput| PersonInput { names: Vec::new(), ..person.clone() };
    compare(&without(&request.sought()), &[&without(person)], among, today).pop()
}

/// What a fact adds to the odds besides the traits of the person, as a binary logarithm.
fn evidence(fact: Fact, agreement: Agreement) -> f64 {
    use Agreement::{Alike, Different, Missing, Same};
    match (fact, agreement) {
        (_, Missing) | (Fact::Name | Fact::Birth | Fact::Sex | Fact::Nationality | Fact::Request, _) => 0.0,
        (Fact::Ages, Same) => 0.5,
        (Fact::Ages, Alike) => 0.0,
        (Fact::Ages, Different) => -5.0,
        (Fact::Family, Same) => 5.0,
        (Fact::Family, Alike) => 3.0,
        (Fact::Family, Different) => -3.0,
        (Fact::Company, Same) => 3.0,
        (Fact::Company, Alike) => 1.5,
        (Fact::Company, Different) => -0.5,
        (Fact::Place, Same) => 2.0,
        (Fact::Place, Alike) => 0.5,
        // People move on: a way that is not known to lead through a place says little.
        (Fact::Place, Different) => -0.5,
    }
}

/// A relation whoever it is: `mother` and `father` are both a `parent`.
fn neutral(relation: &str) -> &str {
    reference::inverse("relations", relation)
        .and_then(|other| reference::inverse("relations", other))
        .unwrap_or(relation)
}

/// How alike the most alike of some names are.
fn best<'n>(ones: impl IntoIterator<Item = &'n str>, others: &[&str]) -> Option<f64> {
    let like = |one: &str, other: &str| linkage::likeness(one, other).max(linkage::likeness(other, one));
    ones.into_iter().flat_map(|one| others.iter().map(move |other| like(one, other))).max_by(f64::total_cmp)
}

fn agreement(likeness: f64) -> Agreement {
    match likeness {
        _ if likeness >= SAME_NAME => Agreement::Same,
        _ if likeness >= ALIKE_NAME => Agreement::Alike,
        _ => Agreement::Different,
    }
}

/// Whether two people's ages fit what one is to the other.
fn ages(seeking: &Seeking<'_>, record: &PersonInput, today: Day) -> Agreement {
    let (Some(seeker), Some(sought)) = (seeking.seeker.birth.age_range(today), record.birth.age_range(today)) else {
        return Agreement::Missing;
    };
    // By how many years the one sought is older: at least, at most.
    let older = (sought.0 - seeker.1, sought.1 - seeker.0);
    let within = |(least, most): (i64, i64)| older.1 >= least && older.0 <= most;
    let younger = |(least, most): (i64, i64)| (-most, -least);
    let fits = match neutral(&seeking.request.relation) {
        "parent" => within(PARENT),
        "child" => within(younger(PARENT)),
        "grandparent" => within(GRANDPARENT),
        "grandchild" => within(younger(GRANDPARENT)),
        "sibling" => within(SIBLING),
        "partner" => sought.1 >= YOUNGEST_PARTNER && seeker.1 >= YOUNGEST_PARTNER,
        "guardian" | "caregiver" | "foster_parent" => older.1 >= 0,
        "ward" | "cared_for" | "foster_child" => older.0 <= 0,
        _ => return Agreement::Missing,
    };
    if fits { Agreement::Same } else { Agreement::Different }
}

/// Someone the person sought would name: what they are to them, and how they are called.
struct Expected<'n> {
    relation: &'n str,
    names: Vec<String>,
}

/// Whether the candidate names those as family whom the person sought would name.
fn family(seeking: &Seeking<'_>, known: &Candidate) -> Agreement {
    let expected = expected(seeking);
    let named: Vec<(&str, String)> = named(known);
    let compared = expected.iter().filter_map(|expected| {
        let theirs: Vec<&str> = named
            .iter()
            .filter(|(relation, _)| is_same_kin(expected.relation, relation))
            .map(|(_, name)| name.as_str())
            .collect();
        let agreement = agreement(best(expected.names.iter().map(String::as_str), &theirs)?);
        // One has two parents, and may have any number of brothers or children.
        let is_parent = neutral(expected.relation) == "parent";
        Some(agreement).filter(|agreement| is_parent || *agreement != Agreement::Different)
    });
    compared.min().unwrap_or(Agreement::Missing)
}

/// Whether two words may mean one relation: a mother is a parent, and no father.
fn is_same_kin(one: &str, other: &str) -> bool {
    neutral(one) == neutral(other) && (one == other || one == neutral(one) || other == neutral(other))
}

/// The parents told of the person sought, the seeker, and between brothers and sisters the
/// seeker's own parents.
fn expected<'r>(seeking: &Seeking<'r>) -> Vec<Expected<'r>> {
    let parents = |names: &[Name], kind: NameKind| -> Vec<String> {
        names.iter().filter(|name| name.kind == kind).map(Name::full).collect()
    };
    let relation = neutral(&seeking.request.relation);
    let mut expected = Vec::new();
    for (kind, word) in [(NameKind::Mother, "mother"), (NameKind::Father, "father")] {
        let mut names = parents(&seeking.request.names, kind);
        if relation == "sibling" {
            names.extend(parents(&seeking.seeker.names, kind));
        }
        expected.push(Expected { relation: word, names });
    }
    let seekers = own_names(&seeking.seeker.names).collect();
    let told = match (relation, seeking.seeker.sex) {
        ("child", Sex::Female) => Some("mother"),
        ("child", Sex::Male) => Some("father"),
        _ => reference::inverse("relations", &seeking.request.relation),
    };
    expected.extend(told.map(|relation| Expected { relation, names: seekers }));
    expected
}

/// Whom a candidate names, and what these are to them.
fn named(known: &Candidate) -> Vec<(&str, String)> {
    let parents = known.record.names.iter().filter_map(|name| match name.kind {
        NameKind::Mother => Some(("mother", name.full())),
        NameKind::Father => Some(("father", name.full())),
        _ => None,
    });
    parents.chain(known.kin.iter().map(|kin| (kin.relation.as_str(), kin.name.clone()))).collect()
}

/// Whether those with whom the person was last seen are among the candidate's family.
fn company(request: &TracingInput, kin: &[Kin]) -> Agreement {
    let theirs: Vec<&str> = kin.iter().map(|kin| kin.name.as_str()).collect();
    best(request.company.iter().map(String::as_str), &theirs).map_or(Agreement::Missing, agreement)
}

/// Whether the candidate's way leads through where the person was last seen.
fn place(request: &TracingInput, record: &PersonInput) -> Agreement {
    let seen = (request.last_seen_country.as_deref(), request.last_seen_place.trim());
    if seen == (None, "") || record.journey.is_empty() {
        return Agreement::Missing;
    }
    let of_leg = |country: Option<&str>, place: &str| {
        let both = |one: &str, other: &str| !one.is_empty() && !other.is_empty();
        let is_elsewhere = seen.0.is_some() && country.is_some() && seen.0 != country;
        match both(seen.1, place).then(|| best([seen.1], &[place]).unwrap_or_default()) {
            _ if is_elsewhere => Agreement::Different,
            Some(likeness) if likeness >= ALIKE_NAME => Agreement::Same,
            _ if seen.0.is_some() && seen.0 == country => Agreement::Alike,
            Some(_) => Agreement::Different,
            None => Agreement::Missing,
        }
    };
    let legs = record.journey.iter().map(|leg| of_leg(leg.country.as_deref(), leg.place.trim()));
    legs.min().unwrap_or(Agreement::Missing)
}

/// Whether the candidate looks for the seeker too, and what that adds to the odds.
struct Meeting {
    agreement: Agreement,
    evidence: f64,
}

/// That someone looks for one like the seeker is as good as a second comparison of two people: it adds what it
/// lifts the odds by above those of anybody.
fn meeting(seeking: &Seeking<'_>, theirs: &[TracingInput], among: &Among<'_>, today: Day) -> Meeting {
    let back = reference::inverse("relations", &seeking.request.relation).map(neutral);
    let meets = |request: &TracingInput| {
        let likeness = alike(request, seeking.seeker, among, today)?;
        let evidence = (likeness.odds() + (among.records as f64).log2()).clamp(0.0, MOST_OF_A_MEETING);
        match back == Some(neutral(&request.relation)) {
            _ if likeness.per_mille() < MEETS => None,
            true => Some(Meeting { agreement: Agreement::Same, evidence }),
            // Looked for by someone to whom they are something else.
            false => Some(Meeting { agreement: Agreement::Alike, evidence: evidence / 2.0 }),
        }
    };
    let met = theirs.iter().filter_map(meets).max_by(|one, other| one.evidence.total_cmp(&other.evidence));
    met.unwrap_or(Meeting { agreement: Agreement::Missing, evidence: 0.0 })
}

#[cfg(test)]
mod tests {
    use linkage::batch::Kind;

    use super::*;
    use crate::people::{Birth, BirthKind, Leg, Stage};

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
    }

    fn name(kind: NameKind, given: &str, family: &str) -> Name {
        Name { kind, given: given.to_owned(), family: family.to_owned(), family_first: false }
    }

    fn aged(age: i64) -> Birth {
        Birth { kind: BirthKind::Age, age: Some(age), age_on: Some(today()), ..Birth::default() }
    }

    fn person(given: &str, family: &str, sex: Sex, age: i64) -> PersonInput {
        PersonInput {
            names: vec![name(NameKind::Main, given, family)],
            sex,
            birth: aged(age),
            nationalities: vec!["SY".to_owned()],
            ..PersonInput::default()
        }
    }

    fn looks_for(relation: &str, given: &str, family: &str, sex: Sex, age: i64) -> TracingInput {
        let PersonInput { names, sex, birth, nationalities, .. } = person(given, family, sex, age);
        TracingInput { relation: relation.to_owned(), names, sex, birth, nationalities, ..TracingInput::default() }
    }

    fn known(record: PersonInput) -> Candidate {
        Candidate { record, kin: Vec::new(), looks_for: Vec::new() }
    }

    fn kin(relation: &str, name: &str) -> Kin {
        Kin { relation: relation.to_owned(), name: name.to_owned(), person: None }
    }

    fn mother() -> PersonInput {
        person("مريم", "الحداد", Sex::Female, 38)
    }

    /// Among ten thousand people, of whom twenty have each name.
    fn weight_for(seeker: &PersonInput, request: &TracingInput, candidate: &Candidate) -> Weight {
        let holders = |kind: Kind, _: &str| matches!(kind, Kind::Given | Kind::Family).then_some(20);
        let among = Among { records: 10_000, holders: &holders };
        weigh(&Seeking { seeker, request }, candidate, &among, today()).unwrap()
    }

    fn weight(request: &TracingInput, candidate: &Candidate) -> Weight {
        weight_for(&mother(), request, candidate)
    }

    #[test]
    fn a_daughter_in_another_script_with_a_guessed_age_is_likely_and_explained() {
        let request = looks_for("daughter", "نور", "الأحمد", Sex::Female, 14);
        let mut daughter = known(person("Nour", "Al-Ahmad", Sex::Female, 13));
        let alone = weight(&request, &daughter);
        assert!(alone.per_mille >= WORTH_A_LOOK, "{alone:?}");
        assert_eq!((alone.facts.ages, alone.facts.family), (Agreement::Same, Agreement::Missing));
        daughter.record.names.push(name(NameKind::Mother, "Mariam", "Haddad"));
        let named = weight(&request, &daughter);
        assert!(matches!(named.facts.family, Agreement::Same | Agreement::Alike), "{named:?}");
        assert!(named.per_mille > alone.per_mille);
        daughter.record.names[1] = name(NameKind::Mother, "Svetlana", "Kovalenko");
        let other = weight(&request, &daughter);
        assert_eq!(other.facts.family, Agreement::Different);
        assert!(other.per_mille < alone.per_mille);
    }

    #[test]
    fn nobody_is_their_mothers_elder() {
        let request = looks_for("daughter", "Nour", "Ahmad", Sex::Female, 40);
        let elder = weight(&request, &known(person("Nour", "Ahmad", Sex::Female, 40)));
        assert_eq!(elder.facts.ages, Agreement::Different);
        let cousin = TracingInput { relation: "cousin".to_owned(), ..request };
        assert!(elder.per_mille < weight(&cousin, &known(person("Nour", "Ahmad", Sex::Female, 40))).per_mille);
        for (relation, age, fits) in [
            ("mother", 60, true),
            ("mother", 45, false),
            ("sister", 50, true),
            ("grandmother", 70, true),
            ("grandchild", 3, true),
            ("grandchild", 30, false),
            ("husband", 40, true),
        ] {
            let request = looks_for(relation, "Nour", "Ahmad", Sex::Unknown, age);
            let told = weight(&request, &known(person("Nour", "Ahmad", Sex::Unknown, age))).facts.ages;
            assert_eq!(told == Agreement::Same, fits, "{relation} of {age}");
        }
        let cousin = looks_for("cousin", "Nour", "Ahmad", Sex::Unknown, 3);
        assert_eq!(weight(&cousin, &known(person("Nour", "Ahmad", Sex::Unknown, 3))).facts.ages, Agreement::Missing);
    }

    #[test]
    fn two_requests_that_meet_weigh_most() {
        let request = looks_for("daughter", "نور", "الأحمد", Sex::Female, 14);
        // She goes by another name here.
        let mut daughter = known(person("Lulu", "Khalil", Sex::Female, 14));
        let alone = weight(&request, &daughter);
        assert!(alone.per_mille < WORTH_A_LOOK, "{alone:?}");
        daughter.looks_for = vec![looks_for("mother", "Maryam", "Haddad", Sex::Female, 40)];
        let met = weight(&request, &daughter);
        assert_eq!(met.facts.request, Agreement::Same);
        assert!(met.per_mille >= WORTH_A_LOOK, "{met:?}");
        daughter.looks_for[0].relation = "sister".to_owned();
        assert_eq!(weight(&request, &daughter).facts.request, Agreement::Alike);
        daughter.looks_for = vec![looks_for("mother", "Svetlana", "Kovalenko", Sex::Female, 40)];
        assert_eq!(weight(&request, &daughter).facts.request, Agreement::Missing, "she looks for someone else");
    }

    #[test]
    fn ties_on_record_place_and_company_speak_too() {
        let mut request = looks_for("son", "Yusuf", "Ahmad", Sex::Male, 10);
        request.company = vec!["Khalida Darwish".to_owned()];
        (request.last_seen_country, request.last_seen_place) = (Some("TR".to_owned()), "Gaziantep".to_owned());
        let mut son = known(person("Youssef", "Ahmad", Sex::Male, 10));
        let leg = |country: &str, place: &str| Leg {
            stage: Stage::Transit,
            country: Some(country.to_owned()),
            place: place.to_owned(),
            from: None,
            until: None,
            legal_status: None,
            cause: None,
            reason: None,
        };
        let alone = weight(&request, &son);
        assert_eq!((alone.facts.place, alone.facts.company), (Agreement::Missing, Agreement::Missing));
        son.record.journey = vec![leg("LB", "Tripoli"), leg("TR", "Gaziantep")];
        son.kin = vec![kin("aunt", "خالدة درويش"), kin("mother", "Maryam al-Haddad")];
        let told = weight(&request, &son);
        assert_eq!(told.facts.place, Agreement::Same);
        assert!(matches!(told.facts.company, Agreement::Same | Agreement::Alike), "{told:?}");
        assert!(matches!(told.facts.family, Agreement::Same | Agreement::Alike), "{told:?}");
        son.record.journey = vec![leg("TR", "Ankara")];
        assert_eq!(weight(&request, &son).facts.place, Agreement::Alike);
        son.record.journey = vec![leg("LY", "Tripoli")];
        assert_eq!(weight(&request, &son).facts.place, Agreement::Different);
        // A brother of another name is no contradiction, a mother of another is.
        son.kin = vec![kin("brother", "Somebody Else")];
        assert_eq!(weight(&request, &son).facts.family, Agreement::Missing);
        son.kin = vec![kin("father", "Somebody Else")];
        assert_eq!(weight(&request, &son).facts.family, Agreement::Missing, "the seeker is no father");
    }

    #[test]
    fn brothers_and_sisters_share_their_parents() {
        let mut seeker = mother();
        seeker.names.push(name(NameKind::Father, "Ibrahim", "Haddad"));
        let request = looks_for("brother", "Elias", "Haddad", Sex::Male, 30);
        let mut brother = known(person("Ilyas", "Haddad", Sex::Male, 31));
        brother.record.names.push(name(NameKind::Father, "إبراهيم", "الحداد"));
        let told = weight_for(&seeker, &request, &brother);
        assert!(matches!(told.facts.family, Agreement::Same | Agreement::Alike), "{told:?}");
    }
}
