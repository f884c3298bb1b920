//! Charts of figures, each with its table.

use std::fmt::Write as _;

use super::model::Cell;
use super::words;
use crate::ui::Ui;

/// A row of a bar chart.
pub(super) struct Bar {
    pub(super) label: String,
    /// Per cent of the chart's width.
    pub(super) width: u64,
    /// The share, where there is one, or how many.
    pub(super) figure: String,
    /// How many out of how many.
    pub(super) part: Option<String>,
    pub(super) median: Option<u64>,
}

/// Rows whose bars are as long as their shares, or as how many they are beside the most.
pub(super) fn bars(ui: &Ui, cells: &[(String, Cell)]) -> Vec<Bar> {
    let most = cells.iter().map(|(_, cell)| cell.numerator).max().unwrap_or(0).max(1);
    let bar = |(label, cell): &(String, Cell)| Bar {
        label: label.clone(),
        width: match cell.denominator {
            Some(_) => cell.share().unwrap_or(0),
            None => cell.numerator * 100 / most,
        },
        figure: words::figure(ui, cell),
        part: words::part(ui, cell),
        median: cell.median_days,
    };
    cells.iter().map(bar).collect()
}

/// A line over time. It is drawn from left to right; the stylesheet mirrors it where one reads the other way.
pub(super) struct Line {
    /// The steps, as the table beside it tells them.
    pub(super) points: Vec<Point>,
    /// What to draw: a line for each run of steps that have a value.
    pub(super) path: String,
    /// The highest value, in words.
    pub(super) highest: String,
}

/// A step.
pub(super) struct Point {
    pub(super) label: String,
    pub(super) figure: String,
    pub(super) part: Option<String>,
}

/// How wide and high a chart is, in units of its own.
const WIDTH: u64 = 240;
const HEIGHT: u64 = 60;

impl Line {
    /// A line through totals: their shares where they have any, else how many.
    pub(super) fn of(ui: &Ui, steps: Vec<(String, Cell)>) -> Line {
        let value = |cell: &Cell| if cell.denominator.is_some() { cell.share() } else { Some(cell.numerator) };
        let values: Vec<Option<u64>> = steps.iter().map(|(_, cell)| value(cell)).collect();
        let top = steps.iter().max_by_key(|(_, cell)| value(cell));
        Line {
            highest: top.map_or_else(String::new, |(_, cell)| words::figure(ui, cell)),
            path: path(&values),
            points: steps
                .iter()
                .map(|(label, cell)| Point {
                    label: label.clone(),
                    figure: words::figure(ui, cell),
                    part: words::part(ui, cell),
                })
                .collect(),
        }
    }
}

/// An SVG path through values from nought to the highest; a gap where there is none.
fn path(values: &[Option<u64>]) -> String {
    let most = values.iter().flatten().max().copied().unwrap_or(0).max(1);
    let last = (values.len() as u64).saturating_sub(1).max(1);
    let (mut path, mut drawing) = (String::new(), false);
    for (place, value) in (0..).zip(values) {
        let Some(value) = value else {
            drawing = false;
            continue;
        };
        let (x, y) = (place * WIDTH / last, HEIGHT - value * HEIGHT / most);
        // A step alone between gaps is a dot.
        let act = if drawing { format!("L{x} {y}") } else { format!("M{x} {y}h.01") };
        // Writing to a string cannot fail.
        let _ = write!(path, "{act}");
        drawing = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_nought_to_the_highest_with_gaps() {
        assert_eq!(path(&[Some(0), Some(5), Some(10)]), "M0 60h.01L120 30L240 0");
        assert_eq!(path(&[Some(4), None, Some(8)]), "M0 30h.01M240 0h.01");
        assert_eq!(path(&[]), "");
        assert_eq!(path(&[Some(0)]), "M0 60h.01");
    }
}
