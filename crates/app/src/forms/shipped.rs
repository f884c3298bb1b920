//! The forms that come with Watari: published in every house when it is made, and kept up to date in those that did not
//! write their own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use xlsform::definition::Definition;

use super::meaning::{Meaning, titled};
use super::model::{FormVersion, VersionState};
use super::store;
use super::upload::{self, Sheet};
use crate::db::Tx;
use crate::error::Error;
use crate::history::Actor;
use crate::ids::OrganisationId;
use crate::ui::Language;

/// The screening every case needs.
pub const SPECIFIC_NEEDS: &str = "specific-needs";
/// The assessment every case needs.
pub const SEVEN_DIMENSIONS: &str = "seven-dimensions";
/// The visit some weeks after a plan was agreed.
pub const FOLLOW_UP_VISIT: &str = "follow_up_visit";

/// What became of someone after their case was closed.
pub const OUTCOMES: &str = "outcomes";

/// Their files, in the order in which they are offered.
const FILES: [(&str, &str); 7] = [
    ("specific-needs.md", include_str!("../../../../forms/specific-needs.md")),
    ("washington-group.md", include_str!("../../../../forms/washington-group.md")),
    ("seven-dimensions.md", include_str!("../../../../forms/seven-dimensions.md")),
    ("trafficking-indicators.md", include_str!("../../../../forms/trafficking-indicators.md")),
    ("follow-up-visit.md", include_str!("../../../../forms/follow-up-visit.md")),
    ("outcomes.md", include_str!("../../../../forms/outcomes.md")),
    ("place-of-help.md", include_str!("../../../../forms/place-of-help.md")),
];

static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| match upload::read(name, text.as_bytes().to_vec()) {
        Ok(sheet) => Some(sheet),
        Err(remarks) => {
            tracing::error!(file = name, ?remarks, "a form that comes with Watari has errors");
            None
        }
    };
    FILES.iter().filter_map(read).collect()
});

fn named(name: &str) -> Option<&'static Sheet> {
    SHEETS.iter().find(|sheet| sheet.name == name)
}

/// Where a form stands among those that come with Watari; after them all where it does not.
pub(super) fn place(name: &str) -> usize {
    SHEETS.iter().position(|sheet| sheet.name == name).unwrap_or(SHEETS.len())
}

/// What a form that comes with Watari is called in a language, by its name or its title.
pub fn title(name: &str, language: Language) -> Option<&'static str> {
    let sheet = SHEETS.iter().find(|sheet| sheet.name == name || sheet.title == name)?;
    Some(titled(&sheet.title, &sheet.titles, language))
}

/// The form that screenings were answered by before they were submissions: its questions keep their names.
pub(super) fn definition(name: &str) -> Option<(Arc<Definition>, &'static Meaning)> {
    let sheet = named(name)?;
    let definition = Definition::read(&sheet.xform, &upload::placeholders(&sheet.xform)).ok()?;
    Some((Arc::new(definition), &sheet.meaning))
}

/// Who may read which answer of such a screening.
pub(super) fn meaning(name: &str) -> Option<&'static Meaning> {
    named(name).map(|sheet| &sheet.meaning)
}

/// Gives a house the forms that it has not, and the newer versions of those it has: published where the version asked
/// came with Watari too, and otherwise as a draft, unless one is being prepared.
///
/// # Errors
/// The database failed.
pub fn ship(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(), Error> {
    for sheet in SHEETS.iter() {
        ship_one(tx, Actor { organisation, user: None }, sheet)?;
    }
    Ok(())
}

fn ship_one(tx: &mut Tx<'_>, by: Actor, sheet: &Sheet) -> Result<(), Error> {
    let known = store::form_named(tx, by.organisation, &sheet.name)?;
    let versions = match &known {
        Some(form) => store::versions(tx, by.organisation, form.id)?,
        None => Vec::new(),
    };
    let is_there = versions.iter().any(|version| version.is_of(&sheet.version));
    let in_state = |state| versions.iter().find(|version: &&FormVersion| version.state == state);
    if is_there || in_state(VersionState::Draft).is_some() {
        return Ok(());
    }
    let is_own = in_state(VersionState::Published).is_some_and(|version| !version.shipped);
    let id = store::add_by(tx, by, sheet)?;
    if is_own {
        return Ok(());
    }
    let form =
        store::form_named(tx, by.organisation, &sheet.name)?.filter(|form| form.id == id).ok_or(Error::NotFound)?;
    let draft = store::versions(tx, by.organisation, id)?.into_iter().find(|it| it.state == VersionState::Draft);
    store::publish_by(tx, by, &form, &draft.ok_or(Error::NotFound)?)
}

/// Gives every house its forms, at start.
///
/// # Errors
/// The database failed.
pub fn ship_everywhere(tx: &mut Tx<'_>) -> Result<(), Error> {
    let houses = tx.query("SELECT id FROM organisation ORDER BY id", &[], |row| row.get(0))?;
    houses.into_iter().try_for_each(|house| ship(tx, house))
}

/// What a form that comes with Watari is called, by language codes.
pub fn titles(name: &str) -> BTreeMap<String, String> {
    named(name).map(|sheet| sheet.titles.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope, Sensitivity};
    use crate::cases::Dimension;
    use crate::cases::outcome::Need;
    use crate::code::Code;
    use crate::testing::{House, viewer};

    #[test]
    fn they_are_whole_in_every_language() {
        assert_eq!(SHEETS.len(), FILES.len());
        for sheet in SHEETS.iter() {
            assert_eq!(sheet.warnings, [], "{}", sheet.name);
            let (definition, meaning) = definition(&sheet.name).unwrap();
            let spoken: Vec<&str> = definition.languages.iter().map(|it| it.name.as_str()).collect();
            for language in Language::ALL {
                assert!(
                    spoken.iter().any(|name| name.ends_with(&format!("({language})"))),
                    "{} {language}",
                    sheet.name
                );
                assert!(!meaning.judges() || sheet.titles.contains_key(language.code()), "{} {language}", sheet.name);
            }
        }
    }

    #[test]
    fn every_need_and_dimension_is_asked_about() {
        let needs = named(SPECIFIC_NEEDS).unwrap().meaning.to_json();
        for need in Need::ALL {
            assert!(needs.contains(need.code()), "{need}");
        }
        for (name, dimension) in
            [SEVEN_DIMENSIONS, OUTCOMES].iter().flat_map(|it| Dimension::ALL.iter().map(move |d| (it, d)))
        {
            let asked = &named(name).unwrap().meaning.questions;
            let of_dimension = format!("/data/asked/{dimension}/");
            assert!(asked.keys().any(|path| path.starts_with(&of_dimension)), "{name} {dimension}");
        }
    }

    #[test]
    fn what_is_delicate_is_said_to_be() {
        let shared = |name: &str| meaning(name).unwrap().shared_sensitivity();
        assert_eq!(shared(SPECIFIC_NEEDS), Sensitivity::Case, "each answer by its own");
        assert_eq!(shared("washington-group"), Sensitivity::Medical);
        assert_eq!(shared("trafficking-indicators"), Sensitivity::Trafficking);
        let reader = viewer(OrganisationId::new(), Role::Caseworker, Scope::Team);
        let needs = meaning(SPECIFIC_NEEDS).unwrap();
        let path =
            |name: &str| needs.questions.keys().find(|path| path.ends_with(&format!("/{name}"))).unwrap().clone();
        for (name, may) in [("threats_now", true), ("torture_harm", false), ("controlled_by_others", false)] {
            assert_eq!(needs.may_read(&reader, &path(name)), may, "{name}");
        }
        let manager = viewer(OrganisationId::new(), Role::ProgrammeManager, Scope::Organisation);
        let dimensions = meaning(SEVEN_DIMENSIONS).unwrap();
        for (name, may) in [("economic/economic_income", true), ("economic/economic_strengths", false)] {
            assert_eq!(dimensions.may_read(&manager, &format!("/data/asked/{name}")), may, "words may name someone");
        }
    }

    #[test]
    fn the_youngest_of_whom_anything_is_asked_is_found() {
        assert_eq!(meaning("washington-group").unwrap().from_age, 5);
        assert_eq!(meaning(SPECIFIC_NEEDS).unwrap().from_age, 0);
    }

    #[test]
    fn a_house_has_them_and_keeps_what_it_wrote_itself() {
        let house = House::new();
        house.write(|tx, viewer| {
            let form = |tx: &mut Tx<'_>| store::form_named(tx, viewer.organisation, SPECIFIC_NEEDS).map(Option::unwrap);
            let first = form(tx)?;
            assert_eq!(store::versions(tx, viewer.organisation, first.id)?.len(), 1);
            ship(tx, viewer.organisation)?;
            assert_eq!(store::versions(tx, viewer.organisation, first.id)?.len(), 1, "nothing is brought twice");

            // A newer version takes the place of the one that came with Watari.
            let newer = |version: &str| {
                let text = FILES[0].1.replace("| 2026.11 |", &format!("| {version} |"));
                upload::read("specific-needs.md", text.into_bytes()).unwrap()
            };
            let by = Actor { organisation: viewer.organisation, user: None };
            ship_one(tx, by, &newer("2027.1"))?;
            assert_eq!(form(tx)?.published.as_deref(), Some("2027.1"));

            // The house writes its own: the next one waits as a draft, and no draft of the house gives way to it.
            store::add(tx, viewer, &newer("own"))?;
            ship_one(tx, by, &newer("2027.2"))?;
            assert_eq!(store::versions(tx, viewer.organisation, first.id)?[0].name, "own");
            let now = form(tx)?;
            store::publish(tx, viewer, now.id, now.version)?;
            ship_one(tx, by, &newer("2027.2"))?;
            let versions = store::versions(tx, viewer.organisation, first.id)?;
            assert_eq!((versions[0].name.as_str(), versions[0].state), ("2027.2", VersionState::Draft));
            assert_eq!(form(tx)?.published.as_deref(), Some("own"));
            Ok(())
        });
    }
}
