//! What the public sees of the demo: a release that was published, and one that waits for a second person.

use crate::access::Viewer;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::ReleaseId;
use crate::statistics::releases::{self, Licence, Method, ProtectionInput, ReleaseInput, TableInput, Title};
use crate::statistics::{Dimension, IndicatorId};
use crate::ui::Language;

/// Where fewer are known, hardly a figure could be told.
pub(super) const FEWEST: usize = 200;

/// Prepares both, and publishes the first.
pub(super) fn tell(tx: &mut Tx<'_>, officer: &Viewer, manager: &Viewer) -> Result<(), Error> {
    let by_sex_and_age = [vec![Dimension::Sex], vec![Dimension::Age]].map(|by| table(IndicatorId::PeopleReached, by));
    let published = ReleaseInput {
        titles: titles(&[
            (Language::En, "People reached"),
            (Language::Es, "Personas atendidas"),
            (Language::Fr, "Personnes touchées"),
            (Language::Ar, "الأشخاص الذين تم الوصول إليهم"),
            (Language::Ja, "支援が届いた人々"),
        ]),
        tables: by_sex_and_age.to_vec(),
        protection: ProtectionInput::default(),
        ..of_this_year(officer.today)
    };
    let release = submit(tx, officer, published)?;
    releases::publish(tx, manager, release, 2)?;
    let waiting = ReleaseInput {
        titles: titles(&[(Language::En, "Protection seekers"), (Language::Es, "Personas que buscan protección")]),
        tables: vec![table(IndicatorId::ProtectionSeekers, vec![Dimension::Sex])],
        protection: ProtectionInput { method: Method::Noise, epsilon: Some(1.0), ..ProtectionInput::default() },
        ..of_this_year(officer.today)
    };
    submit(tx, officer, waiting).map(drop)
}

fn titles(words: &[(Language, &str)]) -> Vec<Title> {
    words.iter().map(|(language, text)| Title { language: *language, text: (*text).to_owned() }).collect()
}

fn table(indicator: IndicatorId, by: Vec<Dimension>) -> TableInput {
    TableInput { indicator, by }
}

fn of_this_year(today: Day) -> ReleaseInput {
    ReleaseInput {
        titles: Vec::new(),
        tables: Vec::new(),
        columns: Vec::new(),
        from: Day(today.0.first_of_year()),
        to: today,
        protection: ProtectionInput::default(),
        licence: Licence::By,
    }
}

fn submit(tx: &mut Tx<'_>, officer: &Viewer, input: ReleaseInput) -> Result<ReleaseId, Error> {
    let release = releases::create(tx, officer, input.clone())?;
    let frozen = releases::prepare(tx, officer, &input.tidy())?;
    releases::submit(tx, officer, release, 1, &frozen)?;
    Ok(release)
}
