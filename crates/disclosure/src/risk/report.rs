//! The risk of a file as a report for a data officer.

use super::{Chance, Risk};
use crate::report::{Bar, Bars, Cell, Format, Page, Section, Table};

/// The risk of a file as one page: who would be recognised, by what, and what would help.
pub fn report(file: &str, risk: &Risk) -> Page {
    let mut sections = vec![summary(risk)];
    if risk.unique > 0 {
        let text = format!(
            "{} of {} people share what others may know of them with nobody in the file. Do not share it as it is.",
            risk.unique, risk.people
        );
        sections.push(Section::Warning { text });
    }
    sections.push(Section::Bars(sizes(risk)));
    sections.push(Section::Table(chances(risk)));
    if !risk.sensitive.is_empty() {
        sections.push(Section::Table(sensitive(risk)));
    }
    sections.extend(special(risk));
    sections.push(Section::Bars(without(risk)));
    Page { title: format!("Risk of {file}"), language: "en".to_owned(), sections }
}

fn summary(risk: &Risk) -> Section {
    let paragraphs = vec![
        format!("{} people, who can be recognised by {}.", risk.people, risk.quasi_identifiers.join(", ")),
        format!(
            "Whoever knows all of these of a person finds a group of the same values: there are {} groups, and the \
             smallest has {} (k-anonymity). {} people are in groups of fewer than {}.",
            risk.classes, risk.smallest, risk.small, risk.threshold
        ),
    ];
    Section::Text { heading: "Who can be recognised".to_owned(), paragraphs }
}

fn whole(number: u64) -> Cell {
    Cell::Number(number as f64, Format::Whole)
}

fn bar(number: u64) -> Bar {
    Bar { value: number as f64, ..Bar::default() }
}

fn sizes(risk: &Risk) -> Bars {
    let name = |from: u64, to: Option<u64>| match to {
        Some(to) if to == from => from.to_string(),
        Some(to) => format!("{from} to {to}"),
        None => format!("{from} and more"),
    };
    Bars {
        heading: "People by the size of their group".to_owned(),
        note: "Whoever stands alone is found by what others know; whoever is one of many is not.".to_owned(),
        rows_are: "Size of the group".to_owned(),
        series: vec![String::new()],
        values_are: "People".to_owned(),
        format: Format::Whole,
        mark_is: String::new(),
        full: Some(risk.people as f64),
        rows: risk.sizes.iter().map(|size| (name(size.from, size.to), vec![bar(size.people)])).collect(),
    }
}

fn chances(risk: &Risk) -> Table {
    let row = |who: &str, chance: &Chance| {
        vec![
            Cell::Text(who.to_owned()),
            Cell::Number(chance.highest, Format::Percent),
            Cell::Number(chance.average, Format::Percent),
            Cell::Number(chance.expected, Format::Decimals(1)),
        ]
    };
    let prosecutor = row("knows that the person is in the file", &risk.prosecutor);
    let journalist = risk.journalist.iter().map(|it| row("knows that the person is of the population", it));
    Table {
        heading: "The chance to be recognised".to_owned(),
        note: "If everybody is tried, so many are recognised rightly.".to_owned(),
        columns: ["An attacker who", "At most", "On average", "People"].map(str::to_owned).to_vec(),
        rows: [prosecutor].into_iter().chain(journalist).collect(),
    }
}

fn sensitive(risk: &Risk) -> Table {
    let row = |column: &super::Sensitive| {
        vec![
            Cell::Text(column.column.clone()),
            whole(column.distinct as u64),
            Cell::Number(column.entropy, Format::Decimals(2)),
            Cell::Number(column.distance, Format::Decimals(2)),
            whole(column.told),
        ]
    };
    Table {
        heading: "What groups tell without anybody being found".to_owned(),
        note: "Where all of a group have the same value, it is told of each of them.".to_owned(),
        columns: [
            "Column",
            "Values in a group at least (l)",
            "As uncertain as (entropy l)",
            "From the file at most (t)",
            "People told of",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: risk.sensitive.iter().map(row).collect(),
    }
}

fn special(risk: &Risk) -> Vec<Section> {
    let Some(special) = &risk.special else { return Vec::new() };
    let rows = special.combinations.iter().map(|it| vec![Cell::Text(it.columns.join(", ")), whole(it.people)]);
    let complete = if special.complete { "" } else { " There are more than were looked at." };
    let by_columns = Bars {
        heading: "Columns that help people to stand out".to_owned(),
        note: "Make the values of the first ones wider, or leave them out.".to_owned(),
        rows_are: "Column".to_owned(),
        series: vec![String::new()],
        values_are: "People".to_owned(),
        format: Format::Whole,
        mark_is: String::new(),
        full: Some(risk.people as f64),
        rows: special.columns.iter().map(|it| (it.columns.join(", "), vec![bar(it.people)])).collect(),
    };
    let combinations = Table {
        heading: "Few columns by which people stand out".to_owned(),
        note: format!("People who are unique by these columns, and by none of them left out.{complete}"),
        columns: ["Columns", "People"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    };
    vec![Section::Table(combinations), Section::Bars(by_columns)]
}

fn without(risk: &Risk) -> Bars {
    let mut rows: Vec<(String, Vec<Bar>)> =
        risk.without.iter().map(|it| (it.column.clone(), vec![bar(it.small), bar(it.unique)])).collect();
    rows.sort_by(|one, other| {
        let small = |row: &(String, Vec<Bar>)| row.1.first().map_or(0.0, |bar| bar.value);
        small(one).total_cmp(&small(other))
    });
    Bars {
        heading: "What is left if a column is left out".to_owned(),
        note: "The column whose absence helps most stands first.".to_owned(),
        rows_are: "Without".to_owned(),
        series: vec![format!("in groups of fewer than {}", risk.threshold), "alone".to_owned()],
        values_are: "People".to_owned(),
        format: Format::Whole,
        mark_is: String::new(),
        full: Some(risk.people as f64),
        rows,
    }
}
