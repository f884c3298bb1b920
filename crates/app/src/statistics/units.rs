//! Who and what is counted in each indicator: the code beside the words in `reference/indicators.toml`.

use super::facts::{After, Case, Facts, Set, Touch, between};
use super::model::{Dimension, IndicatorId, NONE, Period, UNKNOWN};
use crate::cases::AfterClosure;
use crate::code::Code;
use crate::dates::Day;

/// A first service counts as in time within so many days.
const IN_TIME: i64 = 30;

/// Legal statuses of people in need of international protection.
const PROTECTED: [&str; 4] = ["refugee", "asylum_seeker", "temporary_protection", "subsidiary_protection"];

/// Someone or something in an indicator.
#[derive(Clone, Debug, Default)]
pub(super) struct One {
    /// Which: units with one number are the same, and count once in a cell.
    pub(super) number: u32,
    /// Whose.
    pub(super) person: u32,
    /// Whether it is in the numerator, and not in the denominator alone.
    pub(super) counts: bool,
    /// How many days it took.
    pub(super) days: Option<i64>,
    /// Fronts and dimensions of goals.
    pub(super) goals: Set,
    /// Needs.
    pub(super) needs: Set,
    /// The kind of provider.
    pub(super) provider: u16,
    /// How long after closure.
    pub(super) after: Option<AfterClosure>,
}

/// Dimensions that tell what was found: the denominator is not told apart by them.
pub(super) fn found(indicator: IndicatorId) -> &'static [Dimension] {
    match indicator {
        IndicatorId::NeedsFound => &[Dimension::Need],
        _ => &[],
    }
}

/// What a code 0 is called.
pub(super) fn nothing(dimension: Dimension) -> &'static str {
    if dimension.overlaps() { NONE } else { UNKNOWN }
}

impl Facts {
    /// The units of an indicator in a period.
    pub(super) fn units(&self, indicator: IndicatorId, period: Period) -> Vec<One> {
        match indicator {
            IndicatorId::PeopleReached => self.reached(period),
            IndicatorId::NewPeople => self.new_people(period),
            IndicatorId::ProtectionSeekers => self.protection_seekers(period),
            IndicatorId::NeedsFound => self.screened(period),
            IndicatorId::FirstService => self.first_services(period),
            IndicatorId::ProviderActions => self.provider_actions(period),
            IndicatorId::GoalsMet => self.closed(period),
            IndicatorId::Trafficking => self.trafficking(period),
            IndicatorId::OutcomesReached => {
                let due = self.after.iter().filter(|it| it.due <= self.today || it.day.is_some());
                due.filter(|it| period.holds(it.due)).map(|it| asked(it, it.reached)).collect()
            }
            IndicatorId::OutcomesBetter => self.answered(period, |it| it.better),
            IndicatorId::OutcomesSafe => self.answered(period, |it| it.safe),
            IndicatorId::OutcomesLegal => self.answered(period, |it| it.legal),
        }
    }

    fn reached(&self, period: Period) -> Vec<One> {
        let touches = between(&self.touches, |touch: &Touch| touch.day, period.from, period.to);
        let mut places: Vec<Option<usize>> = vec![None; self.people.len()];
        let mut reached: Vec<One> = Vec::new();
        for touch in touches {
            let Some(place) = places.get_mut(touch.person as usize) else { continue };
            let place = *place.get_or_insert_with(|| {
                reached.push(self.one(touch.person, touch.person));
                reached.len() - 1
            });
            if let Some(one) = reached.get_mut(place) {
                one.goals.join(touch.goals);
            }
        }
        reached
    }

    /// A unit about someone, which counts.
    fn one(&self, number: u32, person: u32) -> One {
        let needs = self.people.get(person as usize).map(|person| person.needs).unwrap_or_default();
        One { number, person, counts: true, needs, ..One::default() }
    }

    fn new_people(&self, period: Period) -> Vec<One> {
        let mut first: Vec<Option<Day>> = vec![None; self.people.len()];
        for case in &self.cases {
            if let Some(first) = first.get_mut(case.person as usize) {
                *first = first.iter().copied().chain([case.opened]).min();
            }
        }
        let new = (0..).zip(first).filter(|(_, day)| day.is_some_and(|day| period.holds(day)));
        new.map(|(person, _)| self.one(person, person)).collect()
    }

    fn protection_seekers(&self, period: Period) -> Vec<One> {
        let codes = PROTECTED.map(|status| self.domains.code(Dimension::Status, status));
        let status = |one: &One| self.people.get(one.person as usize).map_or(0, |person| person.status);
        let known = self.reached(period).into_iter().filter(|one| status(one) != 0);
        known.map(|one| One { counts: codes.contains(&status(&one)), ..one }).collect()
    }

    fn screened(&self, period: Period) -> Vec<One> {
        let screenings = between(&self.screenings, |screening| screening.day, period.from, period.to);
        let mut needs: Vec<Option<Set>> = vec![None; self.people.len()];
        for screening in screenings {
            if let Some(needs) = needs.get_mut(screening.person as usize) {
                needs.get_or_insert_default().join(screening.needs);
            }
        }
        let screened = (0..).zip(needs).filter_map(|(person, needs)| Some((person, needs?)));
        screened.map(|(person, needs)| One { counts: !needs.is_empty(), needs, ..self.one(person, person) }).collect()
    }

    fn first_services(&self, period: Period) -> Vec<One> {
        let opened = (0..)
            .zip(&self.cases)
            .filter(|(_, case)| period.holds(case.opened) && case.opened.plus_days(IN_TIME) <= self.today);
        let one = |(number, case): (u32, &Case)| {
            let days = case.served.map(|served| case.opened.days_until(served).max(0));
            One { counts: days.is_some_and(|days| days <= IN_TIME), days, ..self.one(number, case.person) }
        };
        opened.map(one).collect()
    }

    fn provider_actions(&self, period: Period) -> Vec<One> {
        let due = (0..).zip(&self.actions).filter(|(_, action)| period.holds(action.due));
        due.map(|(number, action)| One {
            counts: action.done.is_some(),
            days: action.done.map(|done| action.planned.days_until(done).max(0)),
            goals: action.goals,
            provider: action.provider,
            ..self.one(number, action.person)
        })
        .collect()
    }

    fn closed(&self, period: Period) -> Vec<One> {
        let closed = (0..).zip(&self.cases).filter(|(_, case)| {
            case.closed.is_some_and(|day| period.holds(day)) && case.reason.as_deref() != Some("duplicate")
        });
        closed
            .map(|(number, case)| One {
                counts: case.reason.as_deref() == Some("goals_met"),
                ..self.one(number, case.person)
            })
            .collect()
    }

    fn trafficking(&self, period: Period) -> Vec<One> {
        let cases = self.cases.iter().filter(|case| case.trafficking && period.holds(case.opened));
        let mut people: Vec<u32> = cases.map(|case| case.person).collect();
        people.sort_unstable();
        people.dedup();
        people.into_iter().map(|person| self.one(person, person)).collect()
    }

    fn answered(&self, period: Period, answer: impl Fn(&After) -> Option<bool>) -> Vec<One> {
        let in_period = self.after.iter().filter(|it| it.day.is_some_and(|day| period.holds(day)));
        in_period.filter_map(|it| Some(asked(it, answer(it)?))).collect()
    }
}

/// Someone who was asked after closure.
fn asked(it: &After, counts: bool) -> One {
    One { number: it.person, person: it.person, counts, after: Some(it.after), ..One::default() }
}

/// The place of a front and dimension as the codes of each.
pub(super) fn of_goal(place: usize) -> (u16, u16) {
    let dimensions = crate::cases::Dimension::ALL.len();
    let code = |place: usize| u16::try_from(place + 1).unwrap_or(0);
    (code(place / dimensions), code(place % dimensions))
}
