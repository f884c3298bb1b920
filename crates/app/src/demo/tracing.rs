//! Families of the demo who look for each other: two of them look for one another and do not know
//! that the other is here.

use crate::access::Viewer;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::PersonId;
use crate::params;
use crate::people::tracing::{self, TracingInput};
use crate::people::{BirthKind, Person, PersonInput, Sex, store};
use crate::ui::Language;

use super::people::Inventor;

/// How families were separated, in the languages workers write in.
const CIRCUMSTANCES: &[[&str; 3]] = &[
    [
        "They were put on two different buses at the border and lost sight of each other.",
        "En la frontera los subieron a dos autobuses distintos y se perdieron de vista.",
        "أُركبا حافلتين مختلفتين عند الحدود فلم يعد أحدهما يرى الآخر.",
    ],
    [
        "The phone was stolen on the way; there has been no news since.",
        "Les robaron el teléfono en el camino; desde entonces no hay noticias.",
        "سُرق الهاتف في الطريق ولم تصل أخبار منذ ذلك الحين.",
    ],
    [
        "Stayed behind with an aunt when the fighting came near; the aunt has since moved.",
        "Se quedó con una tía cuando se acercaron los combates; la tía se mudó después.",
        "بقي مع عمته حين اقترب القتال، ثم انتقلت العمة.",
    ],
    [
        "Went ahead to find work and promised to write.",
        "Se adelantó para buscar trabajo y prometió escribir.",
        "سبق الأسرة بحثًا عن عمل ووعد بأن يكتب.",
    ],
];

/// Whom others look for, who are not here: relation, sex, and by how many years they are older.
const ELSEWHERE: &[(&str, Sex, i64)] =
    &[("son", Sex::Male, -22), ("brother", Sex::Male, 4), ("sister", Sex::Female, -5), ("daughter", Sex::Female, -24)];

/// Two people of one country who came alone, the elder first: a parent and a child before others.
const PARTED: &str = "SELECT m.id, c.id FROM person m JOIN person c ON c.organisation_id = m.organisation_id \
    AND c.nationality = m.nationality AND c.household_id IS NULL AND c.merged_into IS NULL AND c.birth_from > m.birth_to \
    AND c.protected = 0 WHERE m.organisation_id = $1 AND m.household_id IS NULL AND m.merged_into IS NULL \
    AND m.protected = 0 AND m.birth_to < $2 \
    ORDER BY CASE WHEN c.birth_to > $2 THEN 0 ELSE 1 END, CASE m.sex WHEN 'female' THEN 0 ELSE 1 END, m.number, c.number \
    LIMIT 40";

/// People who head a household, the younger first, for requests of whom nobody is here.
const SEEKERS: &str = "SELECT id FROM person WHERE organisation_id = $1 AND household_role = 'head' \
                       AND merged_into IS NULL AND protected = 0 AND birth_to < $3 ORDER BY birth_to DESC, number LIMIT $2";

/// Registers the requests of a house.
pub(super) fn tell(tx: &mut Tx<'_>, inventor: &mut Inventor, workers: &[Viewer]) -> Result<(), Error> {
    let Some(last) = workers.last() else { return Ok(()) };
    if let Some((elder, younger)) = parted(tx, last)? {
        let (forth, back) = ties(&elder.record, &younger.record, last);
        seek(tx, last, &elder, forth, known(&younger.record), 0)?;
        seek(tx, last, &younger, back, known(&elder.record), 0)?;
    }
    let grown = last.today.plus_years(-25);
    let seekers: Vec<PersonId> =
        tx.query(SEEKERS, params![last.organisation, ELSEWHERE.len() as i64, grown], |row| row.get(0))?;
    for (place, (id, (relation, sex, older))) in seekers.into_iter().zip(ELSEWHERE).enumerate() {
        // Those who see all of the team register whoever came to any of them.
        let seeker = store::find(tx, last, id)?;
        let age = seeker.record.birth.age_range(last.today).map_or(30, |(youngest, _)| youngest) + older;
        let sought = inventor.relative(&seeker.record, *sex, age.max(1), last.today);
        seek(tx, last, &seeker, relation, sought, place)?;
    }
    Ok(())
}

/// Two who may be parent and child, or else brothers or sisters.
fn parted(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Option<(Person, Person)>, Error> {
    let of_age = viewer.today.plus_years(-18);
    let pairs = tx.query(PARTED, params![viewer.organisation, of_age], |row| {
        Ok((row.next::<PersonId>()?, row.next::<PersonId>()?))
    })?;
    for (elder, younger) in pairs {
        let pair = (store::find(tx, viewer, elder)?, store::find(tx, viewer, younger)?);
        let years = years_between(&pair.0.record, &pair.1.record, viewer);
        if (18..45).contains(&years) || years < 12 {
            return Ok(Some(pair));
        }
    }
    Ok(None)
}

fn years_between(elder: &PersonInput, younger: &PersonInput, viewer: &Viewer) -> i64 {
    let age = |person: &PersonInput| person.birth.age_range(viewer.today).map_or(0, |(youngest, _)| youngest);
    age(elder) - age(younger)
}

/// What each is to the other: the younger to the elder, and the elder to the younger.
fn ties(elder: &PersonInput, younger: &PersonInput, viewer: &Viewer) -> (&'static str, &'static str) {
    let is_parent = years_between(elder, younger, viewer) >= 18;
    let word = |person: &PersonInput, female, male| if person.sex == Sex::Female { female } else { male };
    match is_parent {
        true => (word(younger, "daughter", "son"), word(elder, "mother", "father")),
        false => (word(younger, "sister", "brother"), word(elder, "sister", "brother")),
    }
}

/// What a relative knows of someone: the name in their own script, and the age.
fn known(person: &PersonInput) -> PersonInput {
    let mut known = PersonInput { documents: Vec::new(), contacts: Vec::new(), ..person.clone() };
    known.names.truncate(1);
    if known.birth.kind == BirthKind::Exact {
        known.birth.kind = BirthKind::Estimated;
        known.birth.to = known.birth.from.map(|day| day.plus_days(300));
    }
    known
}

fn seek(
    tx: &mut Tx<'_>,
    worker: &Viewer,
    seeker: &Person,
    relation: &str,
    sought: PersonInput,
    place: usize,
) -> Result<(), Error> {
    let language: Language = worker.language.parse().unwrap_or(Language::En);
    let written = match language {
        Language::Es => 1,
        Language::Ar => 2,
        _ => 0,
    };
    // Where the family was last together lies on the seeker's own way.
    let together = seeker.record.journey.get(1).or(seeker.record.journey.first());
    let is_child = seeker.record.birth.may_be_child(worker.today);
    let request = TracingInput {
        relation: relation.to_owned(),
        names: sought.names,
        sex: sought.sex,
        birth: sought.birth,
        nationalities: sought.nationalities,
        last_seen_country: together.and_then(|leg| leg.country.clone()),
        last_seen_place: together.map(|leg| leg.place.clone()).unwrap_or_default(),
        last_seen_on: together.and_then(|leg| leg.until).filter(|day| *day <= worker.today),
        circumstances: CIRCUMSTANCES[place % CIRCUMSTANCES.len()][written].to_owned(),
        tell_name: true,
        wording: language.t("tracing-consent-wording").to_owned(),
        guardian: if is_child { super::people::guardian_office(language).to_owned() } else { String::new() },
        ..TracingInput::default()
    };
    tracing::register(tx, worker, seeker.id, request).map(drop)
}
