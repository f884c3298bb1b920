//! Can what tables leave out be worked out from what they say?

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::report::{self, Format, Page, Section};
use crate::tables::{Figure, Published};

/// What differencing found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Differences {
    /// Published tables.
    pub tables: usize,
    /// Figures that are not published.
    pub suppressed: usize,
    /// Those that were worked out exactly.
    pub worked_out: Vec<Found>,
    /// Those of which it is known that they lie within fewer numbers than the threshold.
    pub narrowed: Vec<Found>,
    /// Published figures of which two releases differ by fewer people than the threshold: who came between, or left, is
    /// told.
    pub changes: Vec<Change>,
    /// Fewer people than this should not be told of.
    pub threshold: u64,
}

/// A figure between two numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Whose figure, in words.
    pub cell: String,
    /// In which release.
    pub edition: u32,
    /// It is at least this.
    pub least: u64,
    /// It is at most this.
    pub most: u64,
}

/// A figure that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Whose figure, in words.
    pub cell: String,
    /// In which release it had become another.
    pub edition: u32,
    /// By how many people.
    pub by: i64,
}

/// A cell of all tables about one population: its edition, and the values that are fixed. Tables that share it have it
/// in common.
type Key<'a> = (&'a str, u32, Vec<(&'a str, &'a str)>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Interval {
    least: u64,
    most: Option<u64>,
}

/// Works out what it can as anybody would with paper: a total is the sum of its parts, so that a part that is left out
/// lies between the total less the most and less the least that the others can be; again and again until nothing new
/// follows. All tables are taken together that count the same people, and releases are compared with the next one.
///
/// What linear programming would find beyond this is what [`crate::tables::protect`] looks for; this attack shares
/// nothing with it.
pub fn difference(published: &[Published], threshold: u64) -> Differences {
    let mut cells: FxHashMap<Key<'_>, usize> = FxHashMap::default();
    let mut intervals: Vec<Interval> = Vec::new();
    let mut suppressed: Vec<bool> = Vec::new();
    let mut sums: Vec<(usize, Vec<usize>)> = Vec::new();
    for table in published {
        for cell in &table.cells {
            let said = interval(cell.figure, table.rounding);
            let place = *cells.entry(key(table, &cell.coordinates)).or_insert_with(|| {
                intervals.push(Interval { least: 0, most: None });
                suppressed.push(true);
                intervals.len() - 1
            });
            if let (Some(known), Some(hidden)) = (intervals.get_mut(place), suppressed.get_mut(place)) {
                *known = both(*known, said);
                *hidden &= cell.figure == Figure::Suppressed;
            }
        }
    }
    for table in published {
        sums.extend(table.cells.iter().flat_map(|cell| sums_of(table, &cell.coordinates, &cells)));
    }
    while narrow(&sums, &mut intervals) {}

    let mut found: Vec<Found> = Vec::new();
    for (key, place) in &cells {
        let (Some(interval), Some(true)) = (intervals.get(*place), suppressed.get(*place)) else { continue };
        // What is left out on account of others and surely not small tells of nobody.
        if interval.least >= threshold {
            continue;
        }
        if let Some(most) = interval.most.filter(|most| most.saturating_sub(interval.least) < threshold) {
            found.push(Found { cell: words(key), edition: key.1, least: interval.least, most });
        }
    }
    found.sort_by(|one, other| (one.edition, &one.cell).cmp(&(other.edition, &other.cell)));
    let (worked_out, narrowed) = found.into_iter().partition(|found| found.least == found.most);
    Differences {
        tables: published.len(),
        suppressed: suppressed.iter().filter(|suppressed| **suppressed).count(),
        worked_out,
        narrowed,
        changes: changes(&cells, &intervals, threshold),
        threshold,
    }
}

fn key<'a>(table: &'a Published, coordinates: &[Option<u16>]) -> Key<'a> {
    let fixed = table.dimensions.iter().zip(coordinates).filter_map(|(dimension, value)| {
        let value = dimension.values.get(usize::from((*value)?))?;
        Some((dimension.name.as_str(), value.as_str()))
    });
    let mut fixed: Vec<(&str, &str)> = fixed.collect();
    fixed.sort_unstable();
    (&table.population, table.edition, fixed)
}

fn words((population, _, fixed): &Key<'_>) -> String {
    let fixed: Vec<String> = fixed.iter().map(|(name, value)| format!("{name} {value}")).collect();
    match (population.is_empty(), fixed.is_empty()) {
        (true, true) => "all".to_owned(),
        (true, false) => fixed.join(", "),
        (false, true) => (*population).to_owned(),
        (false, false) => format!("{population}: {}", fixed.join(", ")),
    }
}

fn interval(figure: Figure, rounding: Option<u64>) -> Interval {
    match figure {
        Figure::Count(count) => Interval { least: count, most: Some(count) },
        Figure::Rounded(count) => {
            let half = rounding.unwrap_or(1) / 2;
            Interval { least: count.saturating_sub(half), most: Some(count.saturating_add(half)) }
        }
        Figure::Suppressed => Interval { least: 0, most: None },
    }
}

fn both(one: Interval, other: Interval) -> Interval {
    let most = [one.most, other.most].into_iter().flatten().min();
    Interval { least: one.least.max(other.least), most }
}

/// The sums that a cell is: over each dimension in which it is a total.
fn sums_of(
    table: &Published,
    coordinates: &[Option<u16>],
    cells: &FxHashMap<Key<'_>, usize>,
) -> Vec<(usize, Vec<usize>)> {
    let sum = |(place, dimension): (usize, &crate::tables::Dimension)| {
        let part = |value: u16| {
            let mut coordinates = coordinates.to_vec();
            *coordinates.get_mut(place)? = Some(value);
            cells.get(&key(table, &coordinates)).copied()
        };
        let size = u16::try_from(dimension.values.len()).ok()?;
        let parts: Option<Vec<usize>> = (0..size).map(part).collect();
        Some((cells.get(&key(table, coordinates)).copied()?, parts?))
    };
    let totals = table.dimensions.iter().enumerate();
    totals.filter(|(place, _)| coordinates.get(*place) == Some(&None)).filter_map(sum).collect()
}

/// What follows from each sum; whether anything new does.
fn narrow(sums: &[(usize, Vec<usize>)], intervals: &mut [Interval]) -> bool {
    let mut new = false;
    let mut learn = |intervals: &mut [Interval], place: usize, said: Interval| {
        if let Some(known) = intervals.get_mut(place) {
            let narrower = both(*known, said);
            // Tables that contradict each other tell nothing more.
            let sense = narrower.most.is_none_or(|most| most >= narrower.least);
            new |= sense && narrower != *known;
            *known = if sense { narrower } else { *known };
        }
    };
    for (total, parts) in sums {
        let of = |intervals: &[Interval], place: &usize| intervals.get(*place).copied();
        let known: Vec<Interval> = parts.iter().filter_map(|place| of(intervals, place)).collect();
        let least: u64 = known.iter().map(|part| part.least).sum();
        let endless = known.iter().filter(|part| part.most.is_none()).count();
        let most: u64 = known.iter().filter_map(|part| part.most).sum();
        learn(intervals, *total, Interval { least, most: (endless == 0).then_some(most) });
        let Some(sum) = of(intervals, total) else { continue };
        for (place, part) in parts.iter().zip(&known) {
            let others_endless = endless - usize::from(part.most.is_none()) > 0;
            let others_most = most - part.most.unwrap_or(0);
            let least_here = if others_endless { 0 } else { sum.least.saturating_sub(others_most) };
            let most_here = sum.most.map(|sum| sum.saturating_sub(least - part.least));
            learn(intervals, *place, Interval { least: least_here, most: most_here });
        }
    }
    new
}

fn changes(cells: &FxHashMap<Key<'_>, usize>, intervals: &[Interval], threshold: u64) -> Vec<Change> {
    let exact = |place: usize| {
        let interval = intervals.get(place)?;
        i64::try_from(interval.most.filter(|most| *most == interval.least)?).ok()
    };
    let change = |(key, place): (&Key<'_>, &usize)| {
        let (population, edition, fixed) = key;
        let before = cells.get(&(*population, edition.checked_sub(1)?, fixed.clone()))?;
        let by = exact(*place)? - exact(*before)?;
        let told = by != 0 && by.unsigned_abs() < threshold;
        told.then(|| Change { cell: words(key), edition: *edition, by })
    };
    let mut changes: Vec<Change> = cells.iter().filter_map(change).collect();
    changes.sort_by(|one, other| (one.edition, &one.cell).cmp(&(other.edition, &other.cell)));
    changes
}

/// So many rows of a report at most: who wants all takes the JSON.
const MOST_ROWS: usize = 100;

impl Differences {
    /// Whether nothing was found.
    pub fn nothing(&self) -> bool {
        self.worked_out.is_empty() && self.narrowed.is_empty() && self.changes.is_empty()
    }

    /// What was found, in a sentence, and each figure that was worked out.
    pub fn words(&self) -> Vec<String> {
        let worked_out = |found: &Found| format!("{} (release {}): {}", found.cell, found.edition, found.least);
        std::iter::once(self.summary()).chain(self.worked_out.iter().map(worked_out)).collect()
    }

    fn summary(&self) -> String {
        let whole = |number: usize| Format::Whole.write(number as f64);
        format!(
            "{} tables, in which {} figures are not published. {} were worked out, {} more lie within fewer than {} \
             numbers, and {} published figures changed from one release to the next by fewer than {} people.",
            whole(self.tables),
            whole(self.suppressed),
            whole(self.worked_out.len()),
            whole(self.narrowed.len()),
            self.threshold,
            whole(self.changes.len()),
            self.threshold
        )
    }

    /// The report.
    pub fn page(&self) -> Page {
        let mut sections = Vec::new();
        if !self.nothing() {
            sections.push(Section::Warning {
                text: "Figures that should not be known can be worked out. Do not publish these tables.".to_owned(),
            });
        }
        let how = "Totals were subtracted from each other until nothing new followed, over all tables about the same \
                   people and from each release to the next. That nothing is found this way does not prove that there \
                   is nothing.";
        let paragraphs = vec![self.summary(), how.to_owned()];
        sections.push(Section::Text { heading: String::new(), paragraphs });
        let found = |found: &Found| {
            let figure = match found.least == found.most {
                true => found.least.to_string(),
                false => format!("{} – {}", found.least, found.most),
            };
            row(&found.cell, found.edition, figure)
        };
        let change = |change: &Change| row(&change.cell, change.edition, format!("{:+}", change.by));
        sections.extend(table("Worked out", self.worked_out.iter().map(found)));
        sections.extend(table("Narrowed down", self.narrowed.iter().map(found)));
        sections.extend(table("Small changes", self.changes.iter().map(change)));
        Page { title: "Differencing of tables".to_owned(), language: "en".to_owned(), sections }
    }
}

fn row(cell: &str, edition: u32, figure: String) -> Vec<report::Cell> {
    let edition = report::Cell::Number(f64::from(edition), Format::Whole);
    vec![report::Cell::Text(cell.to_owned()), edition, report::Cell::Text(figure)]
}

fn table(heading: &str, rows: impl ExactSizeIterator<Item = Vec<report::Cell>>) -> Option<Section> {
    let number = rows.len();
    let note = if number > MOST_ROWS { format!("The first {MOST_ROWS} of {number}.") } else { String::new() };
    let columns = ["Who", "Release", "Figure"].map(str::to_owned).to_vec();
    let rows: Vec<_> = rows.take(MOST_ROWS).collect();
    (number > 0).then(|| Section::Table(report::Table { heading: heading.to_owned(), note, columns, rows }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tables::{Dimension, Protection, Table, Zeros, protect};

    fn dimension(name: &str, values: &[&str]) -> Dimension {
        Dimension { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn table(counts: Vec<u64>) -> Table {
        Table {
            name: "people reached".to_owned(),
            population: "people reached".to_owned(),
            dimensions: vec![dimension("sex", &["female", "male"]), dimension("place", &["north", "south", "west"])],
            counts,
        }
    }

    /// Everything published, small figures left out, and nothing else done for them.
    fn naive(table: &Table, edition: u32, threshold: u64) -> Published {
        let sizes: Vec<usize> = table.dimensions.iter().map(|dimension| dimension.values.len()).collect();
        let choices = |size: usize| std::iter::once(None).chain((0..size).map(Some));
        let mut cells = Vec::new();
        for row in choices(sizes[0]) {
            for column in choices(sizes[1]) {
                let counted = table.counts.iter().enumerate().filter(|(place, _)| {
                    row.is_none_or(|row| place / sizes[1] == row)
                        && column.is_none_or(|column| place % sizes[1] == column)
                });
                let count: u64 = counted.map(|(_, count)| count).sum();
                let figure = if count < threshold { Figure::Suppressed } else { Figure::Count(count) };
                let coordinates = [row, column].map(|value| value.map(|value| value as u16)).to_vec();
                cells.push(crate::tables::Cell { coordinates, figure });
            }
        }
        let Table { name, population, dimensions, .. } = table.clone();
        Published { table: name, population, edition, rounding: None, dimensions, cells }
    }

    #[test]
    fn a_small_figure_left_out_alone_is_worked_out_from_the_total() {
        let found = difference(&[naive(&table(vec![3, 40, 50, 60, 70, 80]), 1, 10)], 10);
        assert_eq!(found.suppressed, 1);
        let only = &found.worked_out[0];
        assert_eq!((only.cell.as_str(), only.least), ("people reached: place north, sex female", 3));
        assert!(found.page().html().contains("Do not publish"));
    }

    #[test]
    fn four_left_out_in_a_square_are_narrowed_down_where_they_are_small() {
        let mut published = naive(&table(vec![3, 4, 50, 2, 5, 80]), 1, 10);
        for (value, total) in [(0, 5), (1, 9)] {
            let of = |cell: &&mut crate::tables::Cell| cell.coordinates == [None, Some(value)];
            published.cells.iter_mut().filter(of).for_each(|cell| cell.figure = Figure::Count(total));
        }
        let found = difference(&[published], 10);
        assert!(found.worked_out.is_empty() && !found.narrowed.is_empty(), "{found:?}");
    }

    #[test]
    fn rounded_figures_leave_room() {
        let mut published = naive(&table(vec![3, 40, 50, 60, 70, 80]), 1, 10);
        published.rounding = Some(10);
        for cell in &mut published.cells {
            if let Figure::Count(count) = cell.figure {
                cell.figure = Figure::Rounded(crate::round::nearest(count, 10));
            }
        }
        let found = difference(&[published], 10);
        assert!(found.worked_out.is_empty(), "{found:?}");
    }

    #[test]
    fn who_came_between_two_releases_is_told_by_their_difference() {
        let earlier = naive(&table(vec![30, 40, 50, 60, 70, 80]), 1, 10);
        let later = naive(&table(vec![31, 40, 50, 60, 70, 80]), 2, 10);
        let found = difference(&[earlier, later], 10);
        assert!(found.changes.iter().any(|it| it.cell == "people reached: place north, sex female" && it.by == 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// An attack that shares nothing with the protection: the truth lies where it says, and it finds nothing in
        /// protected tables, nor in two releases of them.
        #[test]
        fn protected_tables_tell_nothing(
            counts in prop::collection::vec(0u64..60, 6), more in prop::collection::vec(0u64..30, 6),
            rounding in prop::sample::select(vec![None, Some(3), Some(5), Some(10)]),
        ) {
            let (first, second) = (table(counts.clone()), table(counts.iter().zip(&more).map(|(one, two)| one + two).collect()));
            let protection = Protection { threshold: 10, rounding, zeros: Zeros::Protected, nestings: Vec::new() };
            let earlier = protect(&[first], &[], &protection).unwrap();
            let later = protect(&[second], &earlier, &protection).unwrap();
            let found = difference(&[earlier, later].concat(), 10);
            prop_assert!(found.nothing(), "{found:?}");
        }

        #[test]
        fn the_truth_lies_where_it_says(counts in prop::collection::vec(0u64..30, 6)) {
            let table = table(counts);
            let found = difference(&[naive(&table, 1, 10)], 10);
            let whole = naive(&table, 1, 0);
            for found in found.worked_out.iter().chain(&found.narrowed) {
                let cell = whole.cells.iter().find(|cell| words(&key(&whole, &cell.coordinates)) == found.cell).unwrap();
                let Figure::Count(truth) = cell.figure else { panic!("nothing was left out") };
                prop_assert!((found.least..=found.most).contains(&truth), "{found:?}, truth {truth}");
            }
        }
    }
}
