//! What the house holds, as far as figures need it: narrow rows in memory, of people who agreed to be counted, without
//! name or number. Of everyone else only that something was done for someone on a day, so that it can be said how many
//! are left out.
//!
//! They follow the history: as soon as it has gone on, the rows of the people whom it tells of are read anew, so that a
//! withdrawn consent, or a person erased, is gone from the next figure.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use xlsform::xpath::Tree;

use super::figures::{Reach, count};
use super::model::{Dimension, Exploitation, Figures, Question};
use crate::access::Viewer;
use crate::cases::outcome::{Need, Outcome};
use crate::cases::{self, ActionState, AfterClosure, CaseState, Doer, Front};
use crate::code::Code;
use crate::dates::{Day, Moment, Zone};
use crate::db::Tx;
use crate::error::Error;
use crate::history::{Act, Kind};
use crate::ids::{CaseId, OrganisationId, PersonId, SubmissionId};
use crate::params;
use crate::people::{Leg, Sex, Stage, age};
use crate::reference;

/// Several of few values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Set(u16);

impl Set {
    pub(super) fn add(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    pub(super) fn join(&mut self, other: Set) {
        self.0 |= other.0;
    }

    pub(super) fn and(self, other: Set) -> Set {
        Set(self.0 & other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places of those in it.
    pub(super) fn places(self) -> impl Iterator<Item = usize> + Clone {
        (0..16).filter(move |place| self.0 & (1 << place) != 0)
    }

    /// Those of a list for which something holds.
    pub(super) fn of<C: Code>(holds: impl Fn(C) -> bool) -> Set {
        let mut set = Set::default();
        (0..).zip(C::ALL).filter(|(_, code)| holds(**code)).for_each(|(place, _)| set.add(place));
        set
    }
}

/// Someone who agreed to be counted. Values are codes of [`Domains`], 0 where nothing is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) sex: u16,
    pub(super) born: [Option<Day>; 2],
    pub(super) disability: u16,
    pub(super) status: u16,
    pub(super) nationality: u16,
    pub(super) route: u16,
    /// Needs known today.
    pub(super) needs: Set,
    /// What their latest answers to the indicators of trafficking point to.
    pub(super) exploitation: Set,
    /// Whether they agree to be contacted after closure.
    pub(super) contact: bool,
}

/// Something was done for someone on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    pub(super) day: Day,
    pub(super) person: u32,
    /// Front and dimension of the goal that it served.
    pub(super) goals: Set,
}

/// A case.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) person: u32,
    pub(super) opened: Day,
    pub(super) closed: Option<Day>,
    pub(super) reason: Option<String>,
    pub(super) trafficking: bool,
    /// When a worker or a provider first did something that was planned.
    pub(super) served: Option<Day>,
}

/// An action of a plan that a provider was to do, and that was not given up.
#[derive(Clone, Debug)]
pub(super) struct ProviderAction {
    pub(super) person: u32,
    pub(super) provider: u16,
    pub(super) goals: Set,
    pub(super) planned: Day,
    pub(super) due: Day,
    pub(super) done: Option<Day>,
}

/// A screening.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screening {
    pub(super) person: u32,
    pub(super) day: Day,
    pub(super) needs: Set,
}

/// What was asked after closure, or is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct After {
    pub(super) person: u32,
    pub(super) after: AfterClosure,
    pub(super) due: Day,
    pub(super) reached: bool,
    /// The day of the answers.
    pub(super) day: Option<Day>,
    pub(super) better: Option<bool>,
    pub(super) safe: Option<bool>,
    pub(super) legal: Option<bool>,
}

/// The values of each dimension: code `c` is the value at `c - 1`.
#[derive(Clone, Debug)]
pub(super) struct Domains(Vec<Vec<String>>);

impl Domains {
    pub(super) fn new() -> Domains {
        Domains(Dimension::ALL.iter().map(|dimension| known_values(*dimension)).collect())
    }

    /// The values of a dimension.
    pub(super) fn of(&self, dimension: Dimension) -> &[String] {
        self.0.get(dimension as usize).map_or(&[], Vec::as_slice)
    }

    /// The code of a value; 0 of one that the dimension does not have.
    pub(super) fn code(&self, dimension: Dimension, value: &str) -> u16 {
        let place = self.of(dimension).iter().position(|known| known == value);
        place.and_then(|place| u16::try_from(place + 1).ok()).unwrap_or(0)
    }

    /// The value of a code; nothing of 0.
    pub(super) fn value(&self, dimension: Dimension, code: u16) -> Option<&str> {
        usize::from(code).checked_sub(1).and_then(|place| self.of(dimension).get(place)).map(String::as_str)
    }
}

/// Values named beforehand. Nationalities and routes are those that occur.
fn known_values(dimension: Dimension) -> Vec<String> {
    fn all<C: Code>() -> Vec<String> {
        C::ALL.iter().map(|code| code.code().to_owned()).collect()
    }
    let listed = |list: &str| reference::codes(list).filter(|code| *code != "unknown").map(str::to_owned).collect();
    match dimension {
        Dimension::Sex => all::<Sex>().into_iter().filter(|code| code != Sex::Unknown.code()).collect(),
        Dimension::Age => age::BANDS.iter().map(|(_, band)| (*band).to_owned()).collect(),
        Dimension::Disability => ["yes", "no"].map(str::to_owned).into(),
        Dimension::Status => listed("legal_statuses"),
        Dimension::Provider => listed("provider_kinds"),
        Dimension::Front => all::<Front>(),
        Dimension::Security => all::<cases::Dimension>(),
        Dimension::Need => all::<Need>(),
        Dimension::Exploitation => all::<Exploitation>(),
        Dimension::After => all::<AfterClosure>(),
        Dimension::Nationality | Dimension::Route => Vec::new(),
    }
}

/// Codes of values that are met one after the other.
#[derive(Default)]
struct Met {
    codes: FxHashMap<String, u16>,
    values: Vec<String>,
}

impl Met {
    /// Those that were met before.
    fn of(values: &[String]) -> Met {
        Met { codes: values.iter().cloned().zip(1..).collect(), values: values.to_vec() }
    }

    /// The code of a value; 0 once there are too many to tell apart.
    fn code(&mut self, value: String) -> u16 {
        if let Some(code) = self.codes.get(&value) {
            return *code;
        }
        let Ok(code) = u16::try_from(self.values.len() + 1) else { return 0 };
        self.values.push(value.clone());
        self.codes.insert(value, code);
        code
    }
}

/// All of it, of one organisation.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) today: Day,
    pub(super) domains: Domains,
    pub(super) people: Vec<Person>,
    /// By day.
    pub(super) touches: Vec<Touch>,
    /// Days on which something was done for people who are not counted, by day: each person under a number.
    pub(super) left_out: Vec<(Day, u32)>,
    pub(super) cases: Vec<Case>,
    pub(super) actions: Vec<ProviderAction>,
    pub(super) screenings: Vec<Screening>,
    pub(super) after: Vec<After>,
    /// What was counted of it, so that a page read again, or by the next person, is not counted again.
    answers: Mutex<HashMap<(Reach, Question), Figures>>,
}

/// So many answers are kept.
const MOST_ANSWERS: usize = 5_000;

/// The days between two, of rows in the order of days.
pub(super) fn between<T>(rows: &[T], day: impl Fn(&T) -> Day, from: Day, to: Day) -> &[T] {
    let first = rows.partition_point(|row| day(row) < from);
    let end = rows.partition_point(|row| day(row) <= to);
    rows.get(first..end).unwrap_or_default()
}

impl Facts {
    /// Those of a house about which nothing is known.
    pub(super) fn none(today: Day) -> Facts {
        Facts {
            today,
            domains: Domains::new(),
            people: Vec::new(),
            touches: Vec::new(),
            left_out: Vec::new(),
            cases: Vec::new(),
            actions: Vec::new(),
            screenings: Vec::new(),
            after: Vec::new(),
            answers: Mutex::default(),
        }
    }

    /// The answer to a question, counted where nobody asked it before.
    pub(super) fn answer(&self, reach: Reach, question: &Question) -> Figures {
        let asked = (reach, question.clone());
        let known = self.answers.lock().ok().and_then(|answers| answers.get(&asked).cloned());
        known.unwrap_or_else(|| {
            let figures = count(self, reach, question);
            if let Ok(mut answers) = self.answers.lock()
                && answers.len() < MOST_ANSWERS
            {
                answers.insert(asked, figures.clone());
            }
            figures
        })
    }

    /// All but what is known of some, who are counted, and of others, who are not. Nobody's place changes.
    fn without(&self, places: &FxHashSet<u32>, others: &FxHashSet<u32>) -> Facts {
        fn of<T: Clone>(rows: &[T], gone: &FxHashSet<u32>, whose: impl Fn(&T) -> u32) -> Vec<T> {
            rows.iter().filter(|row| !gone.contains(&whose(row))).cloned().collect()
        }
        let mut people = self.people.clone();
        for place in places {
            people.get_mut(*place as usize).into_iter().for_each(|person| *person = Person::default());
        }
        Facts {
            today: self.today,
            domains: self.domains.clone(),
            people,
            touches: of(&self.touches, places, |touch| touch.person),
            left_out: of(&self.left_out, others, |(_, person)| *person),
            cases: of(&self.cases, places, |case| case.person),
            actions: of(&self.actions, places, |action| action.person),
            screenings: of(&self.screenings, places, |screening| screening.person),
            after: of(&self.after, places, |after| after.person),
            answers: Mutex::default(),
        }
    }

    /// How many people something was done for between two days who are not counted.
    pub(super) fn left_out(&self, from: Day, to: Day) -> u64 {
        let mut people: Vec<u32> =
            between(&self.left_out, |(day, _)| *day, from, to).iter().map(|(_, person)| *person).collect();
        people.sort_unstable();
        people.dedup();
        people.len() as u64
    }
}

/// The latest facts of each organisation. A server has few.
static LATEST: LazyLock<Mutex<HashMap<OrganisationId, Known>>> = LazyLock::new(Mutex::default);

/// Where the history stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Head {
    seq: i64,
    hash: Vec<u8>,
}

impl Head {
    fn of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Head, Error> {
        let sql = "SELECT seq, hash FROM history_head WHERE organisation_id = $1";
        let head = tx.one(sql, params![viewer.organisation], |row| Ok(Head { seq: row.next()?, hash: row.next()? }))?;
        Ok(head.unwrap_or_default())
    }

    /// Whether the history that this transaction sees has come through here. One that was undone, or is later than this
    /// transaction, has not.
    fn is_past(&self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<bool, Error> {
        let sql = "SELECT hash FROM history WHERE organisation_id = $1 AND seq = $2";
        let hash = tx.one(sql, params![viewer.organisation, self.seq], |row| row.get::<Vec<u8>>(0))?;
        Ok(hash.is_some_and(|hash| hash == self.hash))
    }
}

/// Facts, and how far of the history they know.
#[derive(Clone)]
struct Known {
    head: Head,
    facts: Arc<Facts>,
    numbers: Arc<Numbers>,
}

/// Where people's rows are.
#[derive(Clone, Default)]
struct Numbers {
    /// The place of those who are counted.
    places: FxHashMap<PersonId, u32>,
    /// Numbers of those who are not.
    others: FxHashMap<PersonId, u32>,
    /// The next of these.
    next: u32,
}

impl Known {
    /// These facts with what the history tells up to a place.
    fn followed(&self, tx: &mut Tx<'_>, viewer: &Viewer, head: Head) -> Result<Known, Error> {
        match changed(tx, viewer, self.head.seq, head.seq)? {
            None => Reader::read(tx, viewer, head),
            Some(people) if people.is_empty() => Ok(Known { head, ..self.clone() }),
            Some(people) => Reader::follow(tx, viewer, self, &people, head),
        }
    }
}

/// Whose records changed between two places of the history; none where it may be everybody's.
fn changed(tx: &mut Tx<'_>, viewer: &Viewer, after: i64, until: i64) -> Result<Option<Vec<PersonId>>, Error> {
    let sql = format!(
        "SELECT DISTINCT h.kind, h.act, h.person_id FROM history h WHERE h.organisation_id = $1 AND {} LIMIT {}",
        told_between(after, until),
        MOST_CHANGES + 1
    );
    let entries = tx.query(&sql, params![viewer.organisation], |row| {
        Ok((row.next::<Kind>()?, row.next::<Act>()?, row.next::<Option<PersonId>>()?))
    })?;
    let mut people = Vec::new();
    for (kind, act, person) in &entries {
        match (kind, person) {
            // These concern others than those whom they are about, or what everybody's rows depend on.
            _ if *act == Act::Erased => return Ok(None),
            (Kind::Merge | Kind::Form | Kind::Organisation, _) => return Ok(None),
            (_, Some(person)) => people.push(*person),
            (kind, None) if is_about_nobody(*kind) => {}
            (_, None) => return Ok(None),
        }
    }
    people.sort_unstable();
    people.dedup();
    Ok((entries.len() <= MOST_CHANGES).then_some(people))
}

/// Kinds of records that no figure knows of.
fn is_about_nobody(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Team
            | Kind::User
            | Kind::Token
            | Kind::Passkey
            | Kind::Household
            | Kind::Duplicate
            | Kind::EntityList
            | Kind::Entity
            | Kind::Device
            | Kind::List
            | Kind::Release
            | Kind::Budget
            | Kind::Agreement
    )
}

/// After more entries of the history than this, all is read anew.
const MOST_CHANGES: usize = 5_000;

/// The entries of the history `h` between two places, the first not among them, that tell of a change.
fn told_between(after: i64, until: i64) -> String {
    format!("h.seq > {after} AND h.seq <= {until} AND h.act NOT IN ('read', 'exported')")
}

/// The facts of an organisation as they stand in this transaction.
///
/// # Errors
/// The database failed.
pub(super) fn of(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Arc<Facts>, Error> {
    let head = Head::of(tx, viewer)?;
    let known = LATEST.lock().ok().and_then(|latest| latest.get(&viewer.organisation).cloned());
    let now = match known.filter(|known| known.facts.today == viewer.today) {
        Some(known) if known.head == head => return Ok(known.facts),
        Some(known) if known.head.is_past(tx, viewer)? => known.followed(tx, viewer, head)?,
        _ => Reader::read(tx, viewer, head)?,
    };
    let facts = now.facts.clone();
    if let Ok(mut latest) = LATEST.lock() {
        latest.insert(viewer.organisation, now);
    }
    Ok(facts)
}

/// The facts as if nothing had been known before.
#[cfg(test)]
pub(super) fn anew(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Arc<Facts>, Error> {
    let head = Head::of(tx, viewer)?;
    Ok(Reader::read(tx, viewer, head)?.facts)
}

/// Whose a row is.
#[derive(Clone, Copy)]
enum Whose {
    /// Someone who is counted.
    Counted(u32),
    /// Someone who is not.
    LeftOut(u32),
}

/// Reads the facts, table by table.
struct Reader {
    facts: Facts,
    numbers: Numbers,
    zone: Zone,
    /// Which people's rows are read, those whom the history tells of between two places; everybody's without.
    between: Option<(i64, i64)>,
}

/// What a person's details say about the way.
#[derive(Deserialize)]
struct Way {
    #[serde(default)]
    journey: Vec<Leg>,
}

impl Way {
    /// Legal status where the journey tells it last.
    fn status(&self) -> Option<&str> {
        self.journey.iter().rev().find_map(|leg| leg.legal_status.as_deref())
    }

    /// From the country of origin to that of destination.
    fn countries(&self) -> Option<String> {
        let at = |stage: Stage| move |leg: &&Leg| leg.stage == stage && leg.country.is_some();
        let origin = self.journey.iter().find(at(Stage::Origin))?.country.as_deref()?;
        let destination = self.journey.iter().rev().find(at(Stage::Destination))?.country.as_deref()?;
        Some(format!("{origin}-{destination}"))
    }
}

impl Reader {
    /// Everybody's.
    fn read(tx: &mut Tx<'_>, viewer: &Viewer, head: Head) -> Result<Known, Error> {
        let (facts, numbers) = (Facts::none(viewer.today), Numbers::default());
        Reader { facts, numbers, zone: Zone::of(&viewer.time_zone), between: None }.known(tx, viewer, head)
    }

    /// Those of some people anew, the others as they are known.
    fn follow(
        tx: &mut Tx<'_>,
        viewer: &Viewer,
        known: &Known,
        changed: &[PersonId],
        head: Head,
    ) -> Result<Known, Error> {
        let mut numbers = Numbers::clone(&known.numbers);
        let places = changed.iter().filter_map(|person| numbers.places.remove(person)).collect();
        let others = changed.iter().filter_map(|person| numbers.others.remove(person)).collect();
        let facts = known.facts.without(&places, &others);
        let between = Some((known.head.seq, head.seq));
        Reader { facts, numbers, zone: Zone::of(&viewer.time_zone), between }.known(tx, viewer, head)
    }

    fn known(mut self, tx: &mut Tx<'_>, viewer: &Viewer, head: Head) -> Result<Known, Error> {
        self.people(tx, viewer)?;
        let cases = self.cases(tx, viewer)?;
        self.actions(tx, viewer, &cases)?;
        let kept = self.follow_ups(tx, viewer)?;
        self.screenings(tx, viewer, &kept)?;
        let mut facts = self.facts;
        facts.touches.sort_by_key(|touch| touch.day);
        facts.left_out.sort_unstable();
        facts.screenings.sort_by_key(|screening| screening.day);
        Ok(Known { head, facts: Arc::new(facts), numbers: Arc::new(self.numbers) })
    }

    /// What of a table is read, where a column of it says whose a row is; `$1` is the organisation.
    fn whose_rows(&self, column: &str) -> String {
        self.between.map_or_else(String::new, |(after, until)| {
            format!(
                " AND {column} IN (SELECT h.person_id FROM history h WHERE h.organisation_id = $1 \
                 AND h.person_id IS NOT NULL AND {})",
                told_between(after, until)
            )
        })
    }

    /// Those who agreed. A status or nationality that is none counts as not known.
    fn people(&mut self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<(), Error> {
        let mut filter = viewer.counted_people();
        let today = filter.bind(viewer.today);
        let whose = self.whose_rows("p.id");
        let sql = format!(
            "SELECT p.id, p.sex, p.birth_from, p.birth_to, p.nationality, p.needs, p.details, \
             CASE WHEN p.consent_contact = 'given' AND COALESCE(p.consent_contact_until, '9999-12-31') >= {today} \
             THEN 1 ELSE 0 END FROM person p WHERE {}{whose}",
            filter.sql()
        );
        let domains = self.facts.domains.clone();
        let met = |dimension| Met::of(domains.of(dimension));
        let (mut nationalities, mut routes) = (met(Dimension::Nationality), met(Dimension::Route));
        tx.each(&sql, filter.params(), |row| {
            let (id, sex): (PersonId, String) = (row.next()?, row.next()?);
            let born = [row.next()?, row.next()?];
            let nationality = row.next::<Option<String>>()?.filter(|code| code != "unknown");
            let needs: String = row.next()?;
            let way: Way = serde_json::from_str(&row.next::<String>()?).unwrap_or(Way { journey: Vec::new() });
            self.numbers.places.insert(id, u32::try_from(self.facts.people.len()).unwrap_or(u32::MAX));
            self.facts.people.push(Person {
                sex: domains.code(Dimension::Sex, &sex),
                born,
                disability: 0,
                status: way.status().map_or(0, |status| domains.code(Dimension::Status, status)),
                nationality: nationality.map_or(0, |code| nationalities.code(code)),
                route: way.countries().map_or(0, |route| routes.code(route)),
                needs: Set::of(|need: Need| needs.split(',').any(|code| code == need.code())),
                exploitation: Set::default(),
                contact: row.next()?,
            });
            Ok(true)
        })?;
        for (dimension, met) in [(Dimension::Nationality, nationalities), (Dimension::Route, routes)] {
            if let Some(values) = self.facts.domains.0.get_mut(dimension as usize) {
                *values = met.values;
            }
        }
        Ok(())
    }

    fn whose(&mut self, id: PersonId) -> Whose {
        let Numbers { places, others, next } = &mut self.numbers;
        if let Some(place) = places.get(&id) {
            return Whose::Counted(*place);
        }
        Whose::LeftOut(*others.entry(id).or_insert_with(|| {
            *next += 1;
            *next
        }))
    }

    /// Notes that something was done; whose it was, where they are counted.
    fn touch(&mut self, id: PersonId, days: &[Option<Day>], goals: Set) -> Option<u32> {
        let whose = self.whose(id);
        for day in days.iter().flatten() {
            match whose {
                Whose::Counted(person) => self.facts.touches.push(Touch { day: *day, person, goals }),
                Whose::LeftOut(person) => self.facts.left_out.push((*day, person)),
            }
        }
        match whose {
            Whose::Counted(person) => Some(person),
            Whose::LeftOut(_) => None,
        }
    }

    /// Cases, and where each stands among them.
    fn cases(&mut self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<FxHashMap<CaseId, usize>, Error> {
        let sql = format!(
            "SELECT c.id, c.person_id, c.created_at, c.opened_at, c.first_contact_at, c.closed_at, c.closure_reason, \
             c.trafficking, c.state FROM case_file c WHERE c.organisation_id = $1{}",
            self.whose_rows("c.person_id")
        );
        let mut places = FxHashMap::default();
        let zone = self.zone.clone();
        tx.each(&sql, params![viewer.organisation], |row| {
            let day = |moment: Option<Moment>| moment.map(|moment| zone.day(moment));
            let (id, person): (CaseId, PersonId) = (row.next()?, row.next()?);
            let opened = zone.day(row.next()?);
            let (again, contact) = (day(row.next()?), day(row.next()?));
            let closed = day(row.next()?);
            let (reason, trafficking, state) = (row.next()?, row.next()?, row.next::<CaseState>()?);
            if let Some(person) = self.touch(person, &[Some(opened), again, contact], Set::default()) {
                places.insert(id, self.facts.cases.len());
                let closed = closed.filter(|_| state == CaseState::Closed);
                self.facts.cases.push(Case { person, opened, closed, reason, trafficking, served: None });
            }
            Ok(true)
        })?;
        Ok(places)
    }

    fn actions(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, cases: &FxHashMap<CaseId, usize>) -> Result<(), Error> {
        let sql = format!(
            "SELECT a.person_id, a.case_id, g.front, g.dimension, a.who, a.provider_kind, a.created_at, a.due_on, \
             a.state, a.done_on FROM action a \
             JOIN goal g ON g.organisation_id = a.organisation_id AND g.id = a.goal_id WHERE a.organisation_id = $1{}",
            self.whose_rows("a.person_id")
        );
        let zone = self.zone.clone();
        tx.each(&sql, params![viewer.organisation], |row| {
            let (person, case): (PersonId, CaseId) = (row.next()?, row.next()?);
            let (front, dimension): (Front, cases::Dimension) = (row.next()?, row.next()?);
            let (who, provider): (Doer, Option<String>) = (row.next()?, row.next()?);
            let (planned, due): (Moment, Day) = (row.next()?, row.next()?);
            let (state, ended): (ActionState, Option<Day>) = (row.next()?, row.next()?);
            let done = ended.filter(|_| state == ActionState::Done);
            let goals = goals_of(front, dimension);
            let Some(person) = self.touch(person, &[done], goals) else { return Ok(true) };
            if who != Doer::Person
                && let Some(case) = cases.get(&case).and_then(|place| self.facts.cases.get_mut(*place))
            {
                case.served = case.served.into_iter().chain(done).min();
            }
            if who == Doer::Provider && state != ActionState::Dropped {
                let provider = provider.map_or(0, |kind| self.facts.domains.code(Dimension::Provider, &kind));
                let planned = zone.day(planned);
                self.facts.actions.push(ProviderAction { person, provider, goals, planned, due, done });
            }
            Ok(true)
        })?;
        Ok(())
    }

    /// Follow-ups; the submissions by which they were kept.
    fn follow_ups(&mut self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<SubmissionId>, Error> {
        let kinds: Vec<String> = AfterClosure::ALL.iter().map(|kind| format!("'{kind}'")).collect();
        let sql = format!(
            "SELECT f.person_id, f.kind, f.due_on, f.done_on, f.person_seen, f.submission_id, s.xml FROM follow_up f \
             LEFT JOIN submission s ON s.organisation_id = f.organisation_id AND s.id = f.submission_id \
             AND f.kind IN ({}) WHERE f.organisation_id = $1{}",
            kinds.join(", "),
            self.whose_rows("f.person_id")
        );
        let mut kept = Vec::new();
        tx.each(&sql, params![viewer.organisation], |row| {
            let (person, kind): (PersonId, String) = (row.next()?, row.next()?);
            let (due, day): (Day, Option<Day>) = (row.next()?, row.next()?);
            let reached = row.next::<Option<bool>>()?.unwrap_or_default();
            kept.extend(row.next::<Option<SubmissionId>>()?);
            let answers = row.next::<Option<String>>()?.and_then(|xml| Tree::from_xml(&xml).ok());
            let person = self.touch(person, &[day.filter(|_| reached)], Set::default());
            let Some((person, after)) = person.zip(AfterClosure::from_code(&kind)) else { return Ok(true) };
            let asked = day.is_some() || self.facts.people.get(person as usize).is_some_and(|person| person.contact);
            if asked {
                let said = |question: &str, yes: &[&str]| {
                    let answer = answer(answers.as_ref()?, question).filter(|answer| answer != "unknown")?;
                    Some(yes.contains(&answer.as_str()))
                };
                self.facts.after.push(After {
                    person,
                    after,
                    due,
                    reached: reached && day.is_some(),
                    day,
                    better: said("compared", &["better"]),
                    safe: said("safety", &["safe", "mostly"]),
                    legal: said("legal", &["secure"]),
                });
            }
            Ok(true)
        })?;
        kept.sort_unstable();
        Ok(kept)
    }

    /// Screenings, those from before they were submissions too. What was asked after closure is none.
    fn screenings(&mut self, tx: &mut Tx<'_>, viewer: &Viewer, kept: &[SubmissionId]) -> Result<(), Error> {
        let answered = |column: &str, before: char, after: char| {
            let given = |code: &str| format!("{column} LIKE '%{before}{code}{after}%'");
            format!("CASE WHEN {} OR {} THEN 1 ELSE 0 END", given("no_difficulty"), given("some"))
        };
        let sql = format!(
            "SELECT s.person_id, s.form, s.created_at, s.result, {} FROM screening s \
             WHERE s.organisation_id = $1{} ORDER BY s.created_at, s.id",
            answered("s.answers", '"', '"'),
            self.whose_rows("s.person_id")
        );
        tx.each(&sql, params![viewer.organisation], |row| {
            let (person, form) = (row.next()?, row.next::<String>()?);
            self.screening(person, &form, row.next()?, &row.next::<String>()?, row.next()?);
            Ok(true)
        })?;
        let sql = format!(
            "SELECT s.person_id, f.name, s.sent_at, s.result, {}, s.id FROM submission s \
             JOIN form f ON f.organisation_id = s.organisation_id AND f.id = s.form_id \
             WHERE s.organisation_id = $1 AND s.person_id IS NOT NULL AND s.result IS NOT NULL{} \
             ORDER BY s.sent_at, s.id",
            answered("s.xml", '>', '<'),
            self.whose_rows("s.person_id")
        );
        tx.each(&sql, params![viewer.organisation], |row| {
            let (person, form) = (row.next()?, row.next::<String>()?);
            let (at, result, answered) = (row.next()?, row.next::<String>()?, row.next()?);
            if form != OUTCOMES && kept.binary_search(&row.next()?).is_err() {
                self.screening(person, &form, at, &result, answered);
            }
            Ok(true)
        })?;
        Ok(())
    }

    /// One of them, the latest of its form so far.
    fn screening(&mut self, person: PersonId, form: &str, at: Moment, result: &str, answered: bool) {
        let day = self.zone.day(at);
        let found: Outcome = serde_json::from_str(result).unwrap_or_default();
        let Some(place) = self.touch(person, &[Some(day)], Set::default()) else { return };
        let needs = found.needs();
        self.facts.screenings.push(Screening { person: place, day, needs: Set::of(|need| needs.contains(&need)) });
        let Some(person) = self.facts.people.get_mut(place as usize) else { return };
        if form == WASHINGTON_GROUP {
            let value = match (needs.contains(&Need::Disability), answered) {
                (true, _) => "yes",
                (false, true) => "no",
                (false, false) => "",
            };
            person.disability = self.facts.domains.code(Dimension::Disability, value);
        }
        if form == TRAFFICKING_INDICATORS {
            let asked = |form: Exploitation| found.signs.iter().any(|sign| sign.question == question_of(form));
            person.exploitation = Set::of(asked);
        }
    }
}

/// The forms of the house whose questions have a meaning of their own in figures, by their names.
const WASHINGTON_GROUP: &str = "washington-group";
const TRAFFICKING_INDICATORS: &str = "trafficking-indicators";
const OUTCOMES: &str = "outcomes";

/// The question of the indicators of trafficking that points to a form of exploitation.
fn question_of(form: Exploitation) -> &'static str {
    match form {
        Exploitation::Labour => "work_without_end",
        Exploitation::Sexual => "sex_for_others",
        Exploitation::Criminal => "crime_for_others",
        Exploitation::Servitude => "handed_over",
    }
}

/// A goal's front and dimension together: someone protected in health and empowered at work is not empowered in health.
pub(super) fn goals_of(front: Front, dimension: cases::Dimension) -> Set {
    let mut goals = Set::default();
    goals.add(front as usize * cases::Dimension::ALL.len() + dimension as usize);
    goals
}

/// The answer to a question of a record.
fn answer(record: &Tree, question: &str) -> Option<String> {
    let nodes = record.root().into_iter().flat_map(|root| record.descendants(root));
    let said = nodes.filter(|node| record.local(*node) == question && !record.has_elements(*node));
    said.map(|node| record.text(node).trim().to_owned()).find(|text| !text.is_empty())
}
