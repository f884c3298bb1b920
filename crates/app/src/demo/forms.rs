//! Follow-up visits, as the form that comes with Watari asks about them.

use crate::access::Viewer;
use crate::db::Tx;
use crate::error::Error;
use crate::forms;
use crate::ids::{CaseId, FormId};
use crate::ui::Language;

/// A visit as it was written down.
struct Visit {
    /// Answers by paths below the form's root.
    answers: &'static [(&'static str, &'static str)],
    /// What was agreed, in the languages workers write in.
    agreed: [&'static str; 3],
}

const VISITS: [Visit; 2] = [
    Visit {
        answers: &[
            ("visit/met", "yes"),
            ("living/sharing", "5"),
            ("living/safe", "mostly"),
            ("living/needs", "shelter papers"),
        ],
        agreed: [
            "She will come to the legal clinic; we ask for a room of her own.",
            "Irá a la clínica legal; pedimos un cuarto propio para ella.",
            "ستأتي إلى العيادة القانونية؛ ونطلب لها غرفة خاصة بها.",
        ],
    },
    Visit {
        answers: &[("visit/met", "no")],
        agreed: [
            "Call again before noon; the neighbour says they work in the afternoon.",
            "Llamar de nuevo antes del mediodía; dice la vecina que trabajan por la tarde.",
            "نعاود الزيارة قبل الظهر؛ تقول الجارة إنهم يعملون بعد الظهر.",
        ],
    },
];

/// Fills the form of a follow-up visit in for two cases of a house.
pub(super) fn tell(tx: &mut Tx<'_>, workers: &[Viewer]) -> Result<(), Error> {
    let Some(worker) = workers.last() else { return Ok(()) };
    let Some(form) = forms::form_id(tx, worker, forms::FOLLOW_UP_VISIT)? else { return Ok(()) };
    let language: Language = worker.language.parse().unwrap_or(Language::En);
    let written = match language {
        Language::Es => 1,
        Language::Ar => 2,
        _ => 0,
    };
    let filter = worker.visible_cases().and("c.state = 'in_service'", []);
    let sql = format!(
        "SELECT c.id FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
         WHERE {} ORDER BY c.number LIMIT 20",
        filter.sql()
    );
    let cases: Vec<CaseId> = tx.query(&sql, filter.params(), |row| row.get(0))?;
    let mut visits = VISITS.iter();
    let mut visit = visits.next();
    for case in cases {
        let Some(Visit { answers, agreed }) = visit else { break };
        let day = worker.today.plus_days(-9).to_string();
        let further = [("visit/visited_on", day.as_str()), ("next/agreed", agreed[written])];
        let answers: Vec<(&str, &str)> = answers.iter().copied().chain(further).collect();
        if hand_in(tx, worker, case, form, &answers)? {
            visit = visits.next();
        }
    }
    Ok(())
}

/// Whether the form could be filled in for a case: not where consent has lapsed.
fn hand_in(
    tx: &mut Tx<'_>,
    worker: &Viewer,
    case: CaseId,
    form: FormId,
    answers: &[(&str, &str)],
) -> Result<bool, Error> {
    match forms::hand_in(tx, worker, case, form, None, answers) {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
