//! What became of people six and twelve months after their case was closed, as the house's form asks.

use crate::access::Viewer;
use crate::cases::input::NewFollowUp;
use crate::cases::{AfterClosure, parts};
use crate::code::Code;
use crate::dates::{Day, Moment, as_if_at};
use crate::db::Tx;
use crate::error::Error;
use crate::forms;
use crate::ids::{CaseId, FormId};

/// Of so many people at most.
const MOST: usize = 60;

/// Answers of whoever was reached, by paths below the form's root; what differs from one to the next follows.
const ANSWERS: [(&str, &str); 14] = [
    ("asked/contact/reached", "yes"),
    ("asked/contact/answered_by", "person"),
    ("asked/contact/again", "yes"),
    ("asked/economic/income", "partly"),
    ("asked/food/meals", "always"),
    ("asked/health/health_now", "good"),
    ("asked/health/wellbeing", "some"),
    ("asked/health/care", "always"),
    ("asked/environmental/place", "same"),
    ("asked/environmental/housing", "insecure"),
    ("asked/personal/harmed", "no"),
    ("asked/community/ties", "few"),
    ("asked/community/children", "no"),
    ("asked/political/intention", "stay"),
];

/// Work, safety, legal status, how life compares, whether help is needed again.
const LIVES: [[&str; 5]; 5] = [
    ["employed_contract", "safe", "secure", "better", "no"],
    ["employed_informal", "mostly", "temporary", "better", "no"],
    ["self_employed", "safe", "pending", "same", "no"],
    ["looking", "unsafe", "none", "worse", "yes"],
    ["household", "mostly", "secure", "better", "no"],
];

/// A case that was closed long enough ago.
struct Closed {
    id: CaseId,
    at: Moment,
}

/// Asks those who agreed to it.
pub(super) fn tell(tx: &mut Tx<'_>, workers: &[Viewer]) -> Result<(), Error> {
    let Some(worker) = workers.last() else { return Ok(()) };
    let Some(form) = forms::form_id(tx, worker, "outcomes")? else { return Ok(()) };
    for (place, case) in closed(tx, worker)?.into_iter().enumerate() {
        for after in [AfterClosure::Months6, AfterClosure::Months12] {
            let due = case.at.day(&worker.time_zone).plus_months(after.months());
            // Some are not asked in time, or not at all.
            let asked = place % 7 != 4;
            if due < worker.today && asked {
                ask(tx, worker, &case, (after, due), form, place)?;
            }
        }
    }
    Ok(())
}

fn closed(tx: &mut Tx<'_>, worker: &Viewer) -> Result<Vec<Closed>, Error> {
    let latest = worker.today.plus_months(-AfterClosure::Months6.months()).begins(&worker.time_zone);
    // Whoever left so long ago that their erasure is offered is asked no more.
    let earliest = worker.today.plus_years(-2).begins(&worker.time_zone);
    let filter = worker
        .visible_cases()
        .and("c.state = 'closed' AND c.closed_at BETWEEN ? AND ?", [earliest.into(), latest.into()])
        .and("p.consent_contact = 'given'", []);
    let sql = format!(
        "SELECT c.id, c.closed_at FROM case_file c \
         JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} ORDER BY c.number LIMIT {MOST}",
        filter.sql()
    );
    Ok(tx.query(&sql, filter.params(), |row| Ok(Closed { id: row.next()?, at: row.next()? }))?)
}

/// Asks someone on the day it was due, or finds nobody.
fn ask(
    tx: &mut Tx<'_>,
    worker: &Viewer,
    case: &Closed,
    (after, due): (AfterClosure, Day),
    form: FormId,
    place: usize,
) -> Result<(), Error> {
    let day = due.to_string();
    let [work, safety, legal, compared, help] = LIVES[(place + after as usize) % LIVES.len()];
    let reached = [
        ("asked/done_on", day.as_str()),
        ("asked/economic/work", work),
        ("asked/personal/safety", safety),
        ("asked/political/legal", legal),
        ("asked/political/compared", compared),
        ("asked/political/help", help),
    ];
    let missed =
        [("asked/done_on", day.as_str()), ("asked/contact/reached", "not_reached"), ("asked/contact/tries", "3")];
    let answers: Vec<(&str, &str)> = match place % 5 == 3 {
        true => missed.to_vec(),
        false => ANSWERS.into_iter().chain(reached).collect(),
    };
    let worker = Viewer { today: due, ..worker.clone() };
    let done = as_if_at(due.begins(&worker.time_zone).plus_seconds(11 * 3600), || {
        let planned = NewFollowUp {
            kind: after.code().to_owned(),
            due_on: Some(due),
            user_id: Some(worker.user),
            done_on: None,
            person_seen: false,
            text: String::new(),
        };
        let follow_up = parts::add_follow_up(tx, &worker, case.id, &planned)?;
        forms::hand_in(tx, &worker, case.id, form, Some(follow_up), &answers)
    });
    match done {
        Err(Error::Refused(_)) => Ok(()),
        other => other.map(drop),
    }
}
