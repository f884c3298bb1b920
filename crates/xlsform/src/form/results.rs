//! The results sheet: what follows from answers, beyond what XLSForm says. Other tools pass it by.
//!
//! A row names a question, a condition said at that question, and what follows where it holds; what the further columns
//! mean is for whoever keeps the answers to say.

use std::collections::HashMap;

use super::problem::{Findings, Place, ProblemKind};
use super::references::replace;
use super::table::{Headings, Table, TableRow};
use super::{Kind, Node, NodeId, Sheets, similar_names};
use crate::xpath::{Expr, Prefixes};

/// A row of the results sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRow {
    /// The row of the sheet.
    pub row: u32,
    /// The question whose answer it is.
    pub question: NodeId,
    /// When it follows: an expression in which `.` is the answer.
    pub when: String,
    /// What follows, by the headers of the further columns; only those with a value.
    pub values: Vec<(String, String)>,
}

impl ResultRow {
    /// The value under a header.
    pub fn value(&self, header: &str) -> Option<&str> {
        self.values.iter().find(|(held, _)| held == header).map(|(_, value)| value.as_str())
    }
}

const HEADINGS: Headings =
    Headings { sheet: "results", known: &["question", "when"], aliases: &[], single_spaces: false };

/// Reads the results sheet, if there is one.
pub(super) fn read(
    sheets: &Sheets<'_>,
    names: &HashMap<String, Vec<NodeId>>,
    nodes: &[Node],
    findings: &mut Findings,
) -> Vec<ResultRow> {
    let Some(sheet) = sheets.get(HEADINGS.sheet) else {
        let similar = sheets.similar(HEADINGS.sheet);
        if !similar.is_empty() {
            findings.warn(Place::sheet(HEADINGS.sheet), super::WarningKind::SimilarSheet(similar));
        }
        return Vec::new();
    };
    let table = Table::read(sheet, &HEADINGS, findings);
    table.require("question", findings);
    table.require("when", findings);
    if !(table.has("question") && table.has("when")) {
        return Vec::new();
    }
    table.rows.iter().filter_map(|row| result(&table, row, names, nodes, findings)).collect()
}

fn result(
    table: &Table,
    row: &TableRow,
    names: &HashMap<String, Vec<NodeId>>,
    nodes: &[Node],
    findings: &mut Findings,
) -> Option<ResultRow> {
    let mut cells: Vec<(String, String)> = row
        .cells
        .iter()
        .filter_map(|(header, value)| Some((table.headers.get(*header)?.parts.join("::"), value.trim().to_string())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let mut take = |name: &str| {
        let place = cells.iter().position(|(header, _)| header == name)?;
        Some(cells.remove(place).1)
    };
    let (question, when) = (take("question"), take("when"));
    let question = question_of(question.as_deref(), names, nodes);
    let when = condition(when);
    for (column, problem) in [("question", question.as_ref().err()), ("when", when.as_ref().err())] {
        if let Some(kind) = problem {
            findings.problem(table.place(row.number).column(column), kind.clone());
        }
    }
    Some(ResultRow { row: row.number, question: question.ok()?, when: when.ok()?, values: cells })
}

fn question_of(
    name: Option<&str>,
    names: &HashMap<String, Vec<NodeId>>,
    nodes: &[Node],
) -> Result<NodeId, ProblemKind> {
    let name = name.ok_or(ProblemKind::ResultWithoutQuestion)?;
    match names.get(name).map(Vec::as_slice) {
        Some([one]) => match nodes.get(one.0).map(|node| &node.kind) {
            Some(Kind::Question(_)) => Ok(*one),
            _ => Err(ProblemKind::NotAQuestion(name.to_string())),
        },
        None | Some([]) => {
            let similar = similar_names(name, names.keys().map(String::as_str));
            Err(ProblemKind::UnknownQuestion { name: name.to_string(), similar })
        }
        Some(_) => Err(ProblemKind::AmbiguousReference(name.to_string())),
    }
}

/// A condition that can be read as an expression; its references are looked at with those of the other sheets.
fn condition(when: Option<String>) -> Result<String, ProblemKind> {
    let when = when.ok_or(ProblemKind::NoCondition)?;
    let plain = replace(&when, |reference| reference.name.to_string());
    let expr = Expr::parse(&plain, &Prefixes::new()).map_err(|error| ProblemKind::BadExpression(error.problem))?;
    match expr.unknown_function() {
        Some(function) => Err(ProblemKind::UnknownFunction(function.to_string())),
        None => Ok(when),
    }
}

#[cfg(test)]
mod tests {
    use crate::form::{Form, ProblemKind};
    use crate::workbook::{Format, Limits, Workbook};

    fn read(results: &str) -> crate::form::Reading {
        let survey = "| survey |\n| | type | name | label |\n| | begin_group | home | Home |\n\
                      | | text | town | Town |\n| | integer | age | Age |\n| | end_group | | |\n| results |\n";
        let text = format!("{survey}{results}");
        Form::read(&Workbook::read(text.as_bytes(), Format::Markdown, &Limits::default()).unwrap())
    }

    #[test]
    fn a_row_says_what_follows_from_an_answer() {
        let (form, warnings) =
            read("| | question | when | need | weight |\n| | age | . < 18 and ${town} = '' | | 2 |\n").unwrap();
        let [row] = form.results.as_slice() else { panic!("{:?}", form.results) };
        assert_eq!((form.node(row.question).name.as_str(), row.row), ("age", 2));
        assert_eq!((row.value("weight"), row.value("need")), (Some("2"), None));
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        let rows = "| | question | when |\n| | agee | . > 1 |\n| | home | . = 1 |\n| | age | . = ${twon} |\n\
                    | | age | . = |\n| | age | nonsense(.) |\n| | | . = 1 |\n| | age | |\n";
        let problems = read(rows).unwrap_err();
        let told: Vec<(u32, &str)> = problems
            .iter()
            .map(|it| (it.place.row.unwrap_or_default(), it.place.column.as_deref().unwrap_or_default()))
            .collect();
        let wanted =
            [(2, "question"), (3, "question"), (4, "when"), (5, "when"), (6, "when"), (7, "question"), (8, "when")];
        assert_eq!(told, wanted, "{problems:?}");
        assert!(problems.iter().all(|it| it.place.sheet == "results"));
        let similar = matches!(&problems[0].kind, ProblemKind::UnknownQuestion { similar, .. } if similar == &["age"]);
        assert!(similar, "{}", problems[0]);
        assert!(matches!(read("| | question |\n| | age |\n").unwrap_err()[0].kind, ProblemKind::NoColumn("when")));
    }
}
