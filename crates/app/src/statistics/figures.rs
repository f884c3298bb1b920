//! Counting.

use disclosure::{Column, Domain, Microdata, Role};
use rustc_hash::FxHashMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::facts::{self, Facts, Person, Set};
use super::model::{Cell, Dimension, Figures, Indicator, IndicatorId, Period, Question};
use super::units::{One, found, nothing, of_goal};
use crate::access::{Permission, Sensitivity, Viewer};
use crate::cases::outcome::Need;
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::people::age;

/// By so many dimensions at once figures are told apart.
pub const MOST_DIMENSIONS: usize = 4;

/// What of the facts someone may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reach {
    /// Needs that may be told apart; others are as if nobody had them.
    needs: Set,
}

impl Reach {
    /// All of it.
    #[cfg(test)]
    pub(super) fn whole() -> Reach {
        Reach { needs: Set::of(|_: Need| true) }
    }

    pub(super) fn of(viewer: &Viewer) -> Reach {
        Reach { needs: Set::of(|need: Need| viewer.counts(need.sensitivity())) }
    }
}

/// Counts what is asked, as far as this user may know it.
///
/// # Errors
/// The user may not read such figures, the indicator is not told apart like this, or the database failed.
pub fn answer(tx: &mut Tx<'_>, viewer: &Viewer, question: &Question) -> Result<Figures, Error> {
    check(viewer, question)?;
    let facts = facts::of(tx, viewer)?;
    Ok(facts.answer(Reach::of(viewer), question))
}

/// Figures with what they answer, and what they are to be compared with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer {
    /// What was counted.
    pub indicator: IndicatorId,
    /// Over which days.
    pub period: Period,
    /// The figures: exact, and not for publication.
    #[serde(flatten)]
    pub figures: Figures,
    /// The total in the period before.
    pub before: Cell,
    /// The total in the same period a year earlier.
    pub a_year_ago: Cell,
    /// The total step by step up to the period.
    pub over_time: Vec<Step>,
}

/// The total of a step of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Step {
    /// The days.
    pub period: Period,
    /// The total.
    pub total: Cell,
}

/// Counts what is asked, and the same in the periods to compare it with.
///
/// # Errors
/// Those of [`answer`].
pub fn compared(tx: &mut Tx<'_>, viewer: &Viewer, question: &Question) -> Result<Answer, Error> {
    check(viewer, question)?;
    let facts = facts::of(tx, viewer)?;
    let reach = Reach::of(viewer);
    let total = |period: Period| facts.answer(reach, &Question { period, by: Vec::new(), ..question.clone() }).total;
    let steps = question.period.steps(viewer.today).into_iter();
    Ok(Answer {
        indicator: question.indicator,
        period: question.period,
        figures: facts.answer(reach, question),
        before: total(question.period.before()),
        a_year_ago: total(question.period.a_year_ago()),
        over_time: steps.map(|period| Step { period, total: total(period) }).collect(),
    })
}

/// The values of a dimension that can be asked for by this user.
///
/// # Errors
/// The database failed.
pub(super) fn values(tx: &mut Tx<'_>, viewer: &Viewer, dimension: Dimension) -> Result<Vec<String>, Error> {
    let facts = facts::of(tx, viewer)?;
    let may = |value: &str| Need::from_code(value).is_none_or(|need| viewer.counts(need.sensitivity()));
    let values = facts.domains.of(dimension).iter().filter(|value| dimension != Dimension::Need || may(value));
    Ok(values.cloned().chain([nothing(dimension).to_owned()]).collect())
}

/// Whether such a question may be asked by this user, and makes sense.
///
/// # Errors
/// It may not be asked, or the fields that make no sense.
pub(super) fn check(viewer: &Viewer, question: &Question) -> Result<(), Error> {
    viewer.require(Permission::ReadStatistics)?;
    let Some(indicator) = Indicator::of(question.indicator) else { return Err(Error::NotFound) };
    let asked = question.by.iter().chain(question.only.iter().map(|(dimension, _)| dimension));
    let needs = question.only.iter().filter(|(dimension, _)| *dimension == Dimension::Need);
    let needs = needs.filter_map(|(_, need)| Need::from_code(need)).map(Need::sensitivity);
    let dimensions = asked.clone().map(|dimension| dimension.sensitivity());
    let mut sensitivities = dimensions.chain(needs).chain([indicator.sensitivity]);
    if let Some(delicate) = sensitivities.find(|it| !viewer.counts(*it)) {
        return Err(Error::Refused(match delicate {
            Sensitivity::Trafficking => "refused-figures-trafficking",
            _ => "refused-figures-medical",
        }));
    }
    let mut check = Check::default();
    check.that(question.period.from <= question.period.to, "to", "invalid-order");
    check.that(asked.clone().all(|dimension| indicator.dimensions.contains(dimension)), "by", "invalid-choice");
    let before = |place: usize| question.by.iter().take(place);
    let once = question.by.iter().enumerate().all(|(place, it)| before(place).all(|other| other != it));
    check.that(once, "by", "invalid-choice");
    check.that(question.by.len() <= MOST_DIMENSIONS, "by", "invalid-too-many");
    check.done()
}

/// Values of up to [`MOST_DIMENSIONS`] dimensions, a code each.
type Key = [u16; MOST_DIMENSIONS];

/// What is counted for one combination.
#[derive(Clone, Debug, Default)]
struct Tally {
    numerator: u64,
    denominator: u64,
    days: Vec<i64>,
}

/// What is counted, and room for the combinations of one unit.
#[derive(Default)]
struct Tallies {
    cells: FxHashMap<Key, Tally>,
    total: Tally,
    counted: Vec<Key>,
    asked: Vec<Key>,
}

/// Counts without asking who wants to know.
pub(super) fn count(facts: &Facts, reach: Reach, question: &Question) -> Figures {
    let counting = Counting::new(facts, reach, question);
    let mut units = facts.units(question.indicator, question.period);
    units.sort_unstable_by_key(|one| one.number);
    let mut tallies = Tallies::default();
    for same in units.chunk_by(|one, other| one.number == other.number) {
        counting.add(same, &mut tallies);
    }
    let Tallies { cells, total, .. } = tallies;
    let has_denominator = Indicator::of(question.indicator).is_some_and(|it| it.denominator.is_some());
    let cell = |values: Vec<String>, tally: &Tally, denominator: u64| Cell {
        values,
        numerator: tally.numerator,
        denominator: has_denominator.then_some(denominator),
        median_days: median(tally.days.clone()),
    };
    let mut keys: Vec<Key> = cells.keys().copied().chain(counting.every_value()).collect();
    keys.sort_by_cached_key(|key| counting.order(key));
    keys.dedup();
    let none = Tally::default();
    let of = |key: &Key| cells.get(key).unwrap_or(&none);
    let shown = keys.iter().filter(|key| !counting.is_finding_of_nothing(key));
    Figures {
        cells: shown.map(|key| cell(counting.values(key), of(key), of(&counting.base(key)).denominator)).collect(),
        total: cell(Vec::new(), &total, total.denominator),
        by: question.by.clone(),
        left_out: facts.left_out(question.period.from, question.period.to),
    }
}

/// A question on the way to its answer.
struct Counting<'q> {
    facts: &'q Facts,
    question: &'q Question,
    reach: Reach,
    /// The code of each value that is asked for; a value that nobody has asks for nobody.
    only: Vec<(Dimension, Option<u16>)>,
    /// Dimensions that the denominator is not told apart by.
    found: &'static [Dimension],
    /// The day on which people are of an age.
    on: Day,
    goals: bool,
    needs: bool,
    exploitation: bool,
}

impl<'q> Counting<'q> {
    fn new(facts: &'q Facts, reach: Reach, question: &'q Question) -> Counting<'q> {
        let code = |dimension: Dimension, value: &str| match facts.domains.code(dimension, value) {
            0 if value == nothing(dimension) => Some(0),
            0 => None,
            code => Some(code),
        };
        let only: Vec<_> = question.only.iter().map(|(of, value)| (*of, code(*of, value))).collect();
        let asks = |dimension: Dimension| {
            question.by.contains(&dimension) || question.only.iter().any(|(only, _)| *only == dimension)
        };
        Counting {
            on: question.period.to.min(facts.today),
            goals: asks(Dimension::Front) || asks(Dimension::Security),
            needs: asks(Dimension::Need),
            exploitation: asks(Dimension::Exploitation),
            found: found(question.indicator),
            only,
            facts,
            question,
            reach,
        }
    }

    /// Adds a unit, told once or several times, to the cells that it belongs to.
    fn add(&self, same: &[One], tallies: &mut Tallies) {
        let Tallies { cells, total, counted, asked } = tallies;
        for one in same {
            self.keys(one, false, asked);
            if self.counts(one) {
                self.keys(one, true, counted);
            }
        }
        for keys in [&mut *counted, &mut *asked] {
            keys.sort_unstable();
            keys.dedup();
        }
        let days = same.iter().filter_map(|one| one.days).min();
        total.numerator += u64::from(!counted.is_empty());
        total.denominator += u64::from(!asked.is_empty());
        total.days.extend(days.filter(|_| !asked.is_empty()));
        for key in counted.drain(..) {
            cells.entry(key).or_default().numerator += 1;
        }
        for key in asked.drain(..) {
            let tally = cells.entry(key).or_default();
            tally.denominator += 1;
            tally.days.extend(days);
        }
    }

    /// Whether it is in the numerator, as far as may be known.
    fn counts(&self, one: &One) -> bool {
        one.counts && (self.question.indicator != IndicatorId::NeedsFound || !self.needs_of(one).is_empty())
    }

    fn needs_of(&self, one: &One) -> Set {
        one.needs.and(self.reach.needs)
    }

    /// The combinations of values that a unit has, those asked for alone; without what was found as well, where that makes
    /// no difference.
    fn keys(&self, one: &One, with_found: bool, keys: &mut Vec<Key>) {
        let Some(person) = self.facts.people.get(one.person as usize) else { return };
        let ignores = |dimension: Dimension| !with_found && self.found.contains(&dimension);
        let ages = |domain: &str| self.facts.domains.code(Dimension::Age, domain);
        let goals = several(one.goals, self.goals);
        let needs = several(self.needs_of(one), self.needs && !ignores(Dimension::Need));
        let forms = several(person.exploitation, self.exploitation);
        for goal in goals {
            let (front, security) = goal.map_or((0, 0), of_goal);
            for need in needs.clone() {
                for form in forms.clone() {
                    let value = |dimension: Dimension| match dimension {
                        Dimension::Sex => person.sex,
                        Dimension::Age => ages(age::band_of_born(person.born, self.on)),
                        Dimension::Disability => person.disability,
                        Dimension::Status => person.status,
                        Dimension::Nationality => person.nationality,
                        Dimension::Route => person.route,
                        Dimension::Front => front,
                        Dimension::Security => security,
                        Dimension::Need => code_at(need),
                        Dimension::Exploitation => code_at(form),
                        Dimension::Provider => one.provider,
                        Dimension::After => one.after.map_or(0, |after| code_at(Some(after as usize))),
                    };
                    let wanted = self.only.iter().all(|(of, code)| ignores(*of) || *code == Some(value(*of)));
                    if wanted {
                        let mut key = Key::default();
                        for (place, dimension) in key.iter_mut().zip(&self.question.by) {
                            *place = value(*dimension);
                        }
                        keys.push(key);
                    }
                }
            }
        }
    }

    /// The cell that holds a cell's denominator.
    fn base(&self, key: &Key) -> Key {
        let mut base = *key;
        for (place, dimension) in base.iter_mut().zip(&self.question.by) {
            if self.found.contains(dimension) {
                *place = 0;
            }
        }
        base
    }

    /// Whether a cell is only there for others' denominators.
    fn is_finding_of_nothing(&self, key: &Key) -> bool {
        key.iter().zip(&self.question.by).any(|(code, dimension)| *code == 0 && self.found.contains(dimension))
    }

    /// Each value of a single dimension whose values are known beforehand and few: zeros are figures too.
    fn every_value(&self) -> Vec<Key> {
        let [dimension] = self.question.by[..] else { return Vec::new() };
        let few = !is_open(dimension) && !matches!(dimension, Dimension::Status | Dimension::Provider);
        let codes = 1..=u16::try_from(self.facts.domains.of(dimension).len()).unwrap_or(0);
        let may =
            |code: &u16| dimension != Dimension::Need || self.reach.needs.places().any(|it| code_at(Some(it)) == *code);
        let wanted = |code: &u16| self.only.iter().all(|(of, only)| *of != dimension || *only == Some(*code));
        let keys = codes.filter(|_| few).filter(may).filter(wanted);
        keys.map(|code| [code, 0, 0, 0]).collect()
    }

    /// In the order of each dimension's values, those that are only met by their codes, what is not known last.
    fn order(&self, key: &Key) -> Vec<(u16, &str)> {
        let place = |(dimension, code): (&Dimension, &u16)| match self.facts.domains.value(*dimension, *code) {
            Some(value) if is_open(*dimension) => (0, value),
            _ => (code.wrapping_sub(1), ""),
        };
        self.question.by.iter().zip(key).map(place).collect()
    }

    fn values(&self, key: &Key) -> Vec<String> {
        let value = |(dimension, code): (&Dimension, &u16)| {
            self.facts.domains.value(*dimension, *code).unwrap_or(nothing(*dimension)).to_owned()
        };
        self.question.by.iter().zip(key).map(value).collect()
    }
}

/// The places of a set where they are asked for, and none where there is none.
fn several(set: Set, asked: bool) -> impl Iterator<Item = Option<usize>> + Clone {
    let set = if asked { set } else { Set::default() };
    let none = set.is_empty().then_some(None);
    set.places().map(Some).chain(none)
}

fn code_at(place: Option<usize>) -> u16 {
    place.and_then(|place| u16::try_from(place + 1).ok()).unwrap_or(0)
}

/// The middle of the days; of two in the middle their mean, a half rounded up.
fn median(mut days: Vec<i64>) -> Option<u64> {
    days.sort_unstable();
    let (half, count) = (days.len() / 2, days.len());
    let (low, high) = (days.get(half.checked_sub(1 - count % 2)?)?, days.get(half)?);
    u64::try_from((low + high + 1) / 2).ok()
}

/// The people reached in a period who agreed to be counted, a row each, with what is known of them in these dimensions
/// as columns, delicate ones included: for what a protection makes of them, never for eyes. Of dimensions with several
/// values each value is a column, `yes` where the person has it and empty elsewhere.
///
/// # Errors
/// The user may not read figures, or the database failed.
pub fn records(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    period: &Period,
    dimensions: &[Dimension],
) -> Result<Microdata, Error> {
    viewer.require(Permission::ReadStatistics)?;
    let facts = facts::of(tx, viewer)?;
    let reached = facts.units(IndicatorId::PeopleReached, *period);
    Ok(microdata(&facts, &reached, period.to.min(facts.today), dimensions))
}

fn microdata(facts: &Facts, reached: &[One], on: Day, dimensions: &[Dimension]) -> Microdata {
    let people = || reached.iter().filter_map(|one| Some((one, facts.people.get(one.person as usize)?)));
    let single = |dimension: Dimension, code: &dyn Fn(&Person) -> u16| Column {
        name: dimension.code().to_owned(),
        values: facts.domains.of(dimension).to_vec(),
        codes: people().map(|(_, person)| code(person)).collect(),
        role: role(dimension),
        domain: if is_open(dimension) { Domain::Found } else { Domain::Declared },
    };
    let each = |dimension: Dimension, has: &dyn Fn(&One, &Person, u16) -> bool| -> Vec<Column> {
        let values = (1..).zip(facts.domains.of(dimension));
        let column = |(code, value): (u16, &String)| Column {
            name: format!("{dimension}_{value}"),
            values: vec!["yes".to_owned()],
            codes: people().map(|(one, person)| u16::from(has(one, person, code))).collect(),
            role: role(dimension),
            domain: Domain::Declared,
        };
        values.map(column).collect()
    };
    let holds = |set: Set, code: u16| set.places().any(|place| code_at(Some(place)) == code);
    let serves = |one: &One, is: &dyn Fn((u16, u16)) -> bool| one.goals.places().any(|place| is(of_goal(place)));
    let ages = |person: &Person| facts.domains.code(Dimension::Age, age::band_of_born(person.born, on));
    let columns = |dimension: &Dimension| match *dimension {
        Dimension::Sex => vec![single(*dimension, &|person| person.sex)],
        Dimension::Age => vec![single(*dimension, &ages)],
        Dimension::Nationality => vec![single(*dimension, &|person| person.nationality)],
        Dimension::Status => vec![single(*dimension, &|person| person.status)],
        Dimension::Route => vec![single(*dimension, &|person| person.route)],
        Dimension::Disability => vec![single(*dimension, &|person| person.disability)],
        Dimension::Front => each(*dimension, &|one, _, code| serves(one, &|(front, _)| front == code)),
        Dimension::Security => each(*dimension, &|one, _, code| serves(one, &|(_, security)| security == code)),
        Dimension::Need => each(*dimension, &|one, _, code| holds(one.needs, code)),
        Dimension::Exploitation => each(*dimension, &|_, person, code| holds(person.exploitation, code)),
        // Neither is known of a person: one is of an action, the other of a time of asking.
        Dimension::Provider | Dimension::After => Vec::new(),
    };
    Microdata::new(dimensions.iter().flat_map(columns).collect())
}

/// What a dimension is to someone who would recognise a person.
fn role(dimension: Dimension) -> Role {
    match dimension {
        Dimension::Disability | Dimension::Need | Dimension::Exploitation => Role::Sensitive,
        _ => Role::QuasiIdentifier,
    }
}

/// Whether the values of a dimension are those that occur.
fn is_open(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Nationality | Dimension::Route)
}
