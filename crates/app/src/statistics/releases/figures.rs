//! From what is asked to what the public may see: counted, protected and frozen.
//!
//! All of it happens once, when a release is submitted, and never again: noise that is drawn anew at each look would be
//! averaged away, and so would a suppression that is chosen anew. That is why the preview of a release with noise shows
//! how wide the noise will be and no figures. Each submission counts anew, so that whoever withdrew their consent in
//! between is left out; and it spends anew, published or not, because choosing among several draws would tell more than
//! one of them. The figures as they were counted are kept nowhere.

use disclosure::account::{Cost, Delta, Epsilon, Rho};
use disclosure::noise::{Gaussian, Source};
use disclosure::tables::{self, Published, Refusal, Table, TableRisk};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ledger::{self, Terms};
use super::model::{Method, ReleaseInput, TableInput, USUAL_THRESHOLD, is_open};
use super::records::{self, Records};
use crate::access::Viewer;
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::ReleaseId;
use crate::params;
use crate::statistics::{self, Cell, Dimension, Indicator, Period, Question};

/// The dimension that parts those of whom something is said from the others it could be said of.
pub const MET: &str = "met";
/// All values of an open dimension that are too few people's to be named.
pub const OTHER: &str = "other";
/// What a dimension of yes and no holds.
const YES_AND_NO: [&str; 2] = ["yes", "no"];
/// Values that say that nothing of a dimension applies, or that nobody knows: no group of people to tell of.
const NO_VALUES: [&str; 2] = [statistics::NONE, statistics::UNKNOWN];
/// So many standard deviations to both sides hold 95 of 100 draws.
const WIDTH: f64 = 1.96;

/// How far a count lies from its figure in 95 of 100 draws, at most.
pub(in crate::statistics) fn within(sigma: f64) -> u64 {
    (WIDTH * sigma).ceil() as u64
}

/// The figures of a release, as the public sees them.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Frozen {
    /// The day they were counted.
    pub counted_on: Day,
    /// The tables.
    pub tables: Vec<FrozenTable>,
    /// What would have been told without protection, a table each.
    #[schema(ignore)]
    pub risks: Vec<TableRisk>,
    /// The noise, where there is any.
    pub noise: Option<Noise>,
    /// Synthetic records, where it holds any.
    #[serde(default)]
    #[schema(ignore)]
    pub records: Option<Records>,
    /// The releases of the same figures that the protection took into account.
    pub earlier: Vec<ReleaseId>,
    /// How many small figures those earlier releases tell already, whatever this one does.
    #[serde(default)]
    pub told_before: usize,
    /// What the engine needs to protect the next release from being compared with this one.
    #[schema(ignore)]
    pub published: Vec<Published>,
}

/// What was spent on noise.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Noise {
    /// ε of the release.
    pub epsilon: f64,
    /// δ of the house.
    pub delta: f64,
    /// The standard deviation of the noise in each cell; of synthetic records, of that in how many have each value of one
    /// column.
    pub sigma: f64,
    /// ρ, in 10⁻¹².
    pub rho: u64,
    /// δ spent on finding out which values occur.
    #[serde(default)]
    pub found: f64,
}

/// One table.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FrozenTable {
    /// What is counted.
    #[serde(flatten)]
    pub input: TableInput,
    /// The axes, those of the table's dimensions in their order.
    pub axes: Vec<Axis>,
    /// The cells, totals included.
    pub cells: Vec<FrozenCell>,
}

/// What a table is broken down by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Axis {
    /// The dimension's code; `met` parts those of whom the indicator is true from the others.
    pub code: String,
    /// Its values.
    pub values: Vec<String>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FrozenCell {
    /// The place of its value on each axis; nothing for the total.
    pub at: Vec<Option<u16>>,
    /// What is told.
    #[serde(flatten)]
    pub figure: Figure,
}

/// What is told in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Figure {
    /// The count.
    Count {
        /// How many people.
        value: u64,
    },
    /// The count, rounded.
    Rounded {
        /// How many people.
        value: u64,
    },
    /// The count with noise.
    Noisy {
        /// How many people, give or take.
        value: u64,
        /// In 95 of 100 draws the count lies no farther from it.
        within: u64,
    },
    /// The count among synthetic records.
    Synthetic {
        /// How many of them.
        value: u64,
    },
    /// Nothing.
    Suppressed,
}

impl Figure {
    /// The number, where one is told.
    pub fn value(self) -> Option<u64> {
        match self {
            Figure::Count { value }
            | Figure::Rounded { value }
            | Figure::Synthetic { value }
            | Figure::Noisy { value, .. } => Some(value),
            Figure::Suppressed => None,
        }
    }
}

impl From<tables::Figure> for Figure {
    fn from(figure: tables::Figure) -> Figure {
        match figure {
            tables::Figure::Count(value) => Figure::Count { value },
            tables::Figure::Rounded(value) => Figure::Rounded { value },
            tables::Figure::Suppressed => Figure::Suppressed,
        }
    }
}

impl Frozen {
    /// Nothing, counted on a day.
    pub(super) fn blank(counted_on: Day) -> Frozen {
        Frozen {
            counted_on,
            tables: Vec::new(),
            risks: Vec::new(),
            noise: None,
            records: None,
            earlier: Vec::new(),
            told_before: 0,
            published: Vec::new(),
        }
    }

    /// What it spends.
    pub fn cost(&self) -> Cost {
        self.noise.map_or(Cost::NOTHING, |noise| Cost { rho: Rho::from_parts(noise.rho), delta: noise.found })
    }

    /// How many figures are not told.
    pub fn suppressed(&self) -> usize {
        self.tables.iter().map(FrozenTable::suppressed).sum()
    }
}

impl FrozenTable {
    /// How many figures are not told.
    pub fn suppressed(&self) -> usize {
        self.cells.iter().filter(|cell| cell.figure == Figure::Suppressed).count()
    }
}

/// What of a cell is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Of how many it is true.
    Number,
    /// Of how many it could be.
    All,
    /// Of how many it is, and of how many it is not.
    Parts,
}

/// A value, and how many people have it over the axes of a table.
pub(in crate::statistics) type Group = (String, Vec<u64>);

/// A table as it was counted.
pub(in crate::statistics) struct Counted {
    /// What was asked for.
    pub(in crate::statistics) input: TableInput,
    /// Axes of which each person has one value.
    pub(in crate::statistics) axes: Vec<Axis>,
    /// The counts over them, row by row.
    pub(in crate::statistics) counts: Vec<u64>,
    /// The dimension of which a person may have several values: each with its counts over the axes.
    pub(in crate::statistics) overlapping: Option<(Dimension, Vec<Group>)>,
}

/// Counts and protects what a release is to hold.
///
/// # Errors
/// Not allowed, an earlier release that it cannot be protected from, too much to check, or the database failed.
pub(crate) fn prepare(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput) -> Result<Frozen, Error> {
    let (terms, _) = ledger::terms(tx, viewer)?;
    if input.protection.method == Method::Records {
        return records::prepare(tx, viewer, input, &terms);
    }
    let earlier = published_before(tx, viewer, input)?;
    let counted = count_all(tx, viewer, input)?;
    let mut frozen = Frozen {
        risks: risks(input, &counted),
        earlier: earlier.iter().map(|(id, _)| *id).collect(),
        ..Frozen::blank(viewer.today)
    };
    if input.protection.method == Method::Suppression {
        suppress(input, &counted, &earlier, &mut frozen)?;
    } else {
        draw(input, &counted, &terms, &mut frozen, &mut Source::secure())?;
    }
    Ok(frozen)
}

/// What a release would tell and how it would look, before it is submitted: with noise nothing is drawn, so that
/// nobody looks twice.
///
/// # Errors
/// As [`prepare`].
pub fn preview(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput) -> Result<Frozen, Error> {
    let (terms, _) = ledger::terms(tx, viewer)?;
    match input.protection.method {
        Method::Suppression => prepare(tx, viewer, input),
        Method::Noise => {
            let counted = count_all(tx, viewer, input)?;
            let (noise, _) = noise_of(input, &counted, &terms)?;
            Ok(Frozen { risks: risks(input, &counted), noise: Some(noise), ..Frozen::blank(viewer.today) })
        }
        Method::Records => records::preview(tx, viewer, input, &terms),
    }
}

/// What was ever published of the same indicators, withdrawn or not: whoever saw it remembers. Not what overlaps in
/// days but begins on another: from such two the days that only one counts are worked out.
///
/// # Errors
/// The database failed, or a release cannot be read.
pub fn published_before(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    input: &ReleaseInput,
) -> Result<Vec<(ReleaseId, Earlier)>, Error> {
    let sql = "SELECT id, details, figures FROM release WHERE organisation_id = $1 \
               AND state IN ('published', 'withdrawn') ORDER BY decided_at, id";
    let rows = tx.query(sql, params![viewer.organisation], |row| {
        Ok((row.next::<ReleaseId>()?, row.next::<String>()?, row.next::<String>()?))
    })?;
    let mut found = Vec::new();
    for (id, details, figures) in rows {
        let broken = |error: serde_json::Error| Error::Internal(format!("release {id} cannot be read: {error}"));
        let before: ReleaseInput = serde_json::from_str(&details).map_err(broken)?;
        let shares = |table: &TableInput| input.tables.iter().any(|own| own.indicator == table.indicator);
        if before.tables.iter().any(shares) {
            let frozen: Frozen = serde_json::from_str(&figures).map_err(broken)?;
            found.push((id, Earlier { input: before, published: frozen.published }));
        }
    }
    Ok(found)
}

/// A release that the public has seen.
pub struct Earlier {
    /// What it held.
    pub input: ReleaseInput,
    published: Vec<Published>,
}

fn risks(input: &ReleaseInput, counted: &[Counted]) -> Vec<TableRisk> {
    let threshold = input.protection.threshold.unwrap_or(USUAL_THRESHOLD);
    counted.iter().flat_map(|table| tables::risk_of(&[table.whole()], threshold)).collect()
}

fn count_all(tx: &mut Tx<'_>, viewer: &Viewer, input: &ReleaseInput) -> Result<Vec<Counted>, Error> {
    let viewer = viewer.counting()?;
    input.tables.iter().map(|table| count(tx, &viewer, input, table)).collect()
}

/// Counts a table as it is, for what protects it.
///
/// # Errors
/// The user may not read such figures, or the database failed.
pub(in crate::statistics) fn count(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    input: &ReleaseInput,
    table: &TableInput,
) -> Result<Counted, Error> {
    let period = input.period();
    let mut axes = Vec::new();
    let (several, single): (Vec<Dimension>, Vec<Dimension>) = table.by.iter().partition(|it| it.overlaps());
    for dimension in &single {
        let values = match is_open(*dimension) {
            true => named(occurring(tx, viewer, table, period, *dimension)?, input),
            false => statistics::figures::values(tx, viewer, *dimension)?,
        };
        axes.push(Axis { code: dimension.code().to_owned(), values });
    }
    let has_denominator = Indicator::of(table.indicator).is_some_and(|indicator| indicator.denominator.is_some());
    // What someone may have several of is told out of everyone; else of whom it is true beside of whom it is not.
    let told = match (has_denominator, several.is_empty()) {
        (true, true) => Told::Parts,
        (true, false) => Told::All,
        (false, _) => Told::Number,
    };
    if told == Told::Parts {
        axes.push(Axis { code: MET.to_owned(), values: YES_AND_NO.map(str::to_owned).to_vec() });
    }
    let ask = |tx: &mut Tx<'_>, by: Vec<Dimension>| {
        let question = Question { indicator: table.indicator, period, by, only: Vec::new() };
        statistics::figures::answer(tx, viewer, &question)
    };
    let base = ask(tx, single.clone())?;
    let cells = if single.is_empty() { vec![base.total] } else { base.cells };
    let counts = spread(&axes, cells.iter().map(|cell| (cell.values.as_slice(), cell)), told);
    let mut overlapping = None;
    if let Some(dimension) = several.first() {
        let values = statistics::figures::values(tx, viewer, *dimension)?;
        let all = ask(tx, single.iter().copied().chain([*dimension]).collect())?.cells;
        let of = |value: &String| {
            let with = all.iter().filter_map(|cell| {
                let (own, rest) = cell.values.split_last()?;
                (own == value).then_some((rest, cell))
            });
            (value.clone(), spread(&axes, with, Told::Number))
        };
        let groups = values.iter().filter(|value| !NO_VALUES.contains(&value.as_str()));
        overlapping = Some((*dimension, groups.map(of).collect()));
    }
    Ok(Counted { input: table.clone(), axes, counts, overlapping })
}

/// The values of a dimension that occur, with how many people have each.
fn occurring(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    table: &TableInput,
    period: Period,
    dimension: Dimension,
) -> Result<Vec<(String, u64)>, Error> {
    let question = Question { indicator: table.indicator, period, by: vec![dimension], only: Vec::new() };
    let figures = statistics::figures::answer(tx, viewer, &question)?;
    let value = |cell: Cell| Some((cell.values.first()?.clone(), cell.denominator.unwrap_or(cell.numerator)));
    Ok(figures.cells.into_iter().filter_map(value).collect())
}

/// The values of an open dimension that enough people have, by name, and one for all the others.
fn named(values: Vec<(String, u64)>, input: &ReleaseInput) -> Vec<String> {
    let threshold = input.protection.threshold.unwrap_or(USUAL_THRESHOLD);
    let mut named: Vec<String> =
        values.into_iter().filter(|(_, people)| *people >= threshold).map(|(value, _)| value).collect();
    named.sort_unstable();
    named.push(OTHER.to_owned());
    named
}

/// Figures put into their places on the axes; those whose values have no place of their own are told as others.
fn spread<'c>(axes: &[Axis], cells: impl Iterator<Item = (&'c [String], &'c Cell)>, told: Told) -> Vec<u64> {
    let mut counts = vec![0; axes.iter().map(|axis| axis.values.len()).product()];
    for (values, cell) in cells {
        let mut place = Some(0);
        for (axis, value) in axes.iter().zip(values) {
            let own = axis.values.iter().position(|it| it == value);
            let own = own.or_else(|| axis.values.iter().position(|it| it == OTHER));
            place = place.zip(own).map(|(place, own)| place * axis.values.len() + own);
        }
        let Some(place) = place else { continue };
        let all = cell.denominator.unwrap_or(cell.numerator);
        let parts = match told {
            Told::Number => vec![cell.numerator],
            Told::All => vec![all],
            Told::Parts => vec![cell.numerator, all.saturating_sub(cell.numerator)],
        };
        let first = place * parts.len();
        for (count, part) in counts.iter_mut().skip(first).zip(parts) {
            *count += part;
        }
    }
    counts
}

impl Counted {
    /// Who is counted, since when: what is published of them later includes them.
    fn population(&self, input: &ReleaseInput) -> String {
        format!("{} since {}", self.input.indicator, input.from)
    }

    fn dimensions(&self) -> Vec<tables::Dimension> {
        self.axes.iter().map(Axis::as_dimension).collect()
    }

    /// The table as the engine protects it: the people themselves, and for each value that overlaps those who have it
    /// beside those who have not.
    fn tables(&self, input: &ReleaseInput, number: usize) -> Vec<Table> {
        let population = self.population(input);
        let name = format!("{} {}", self.input.indicator, number);
        let base = Table {
            name: name.clone(),
            population: population.clone(),
            dimensions: self.dimensions(),
            counts: self.counts.clone(),
        };
        let Some((dimension, values)) = &self.overlapping else { return vec![base] };
        let with = values.iter().map(|(value, counts)| {
            let own = format!("{dimension}={value}");
            let mut dimensions = self.dimensions();
            dimensions.push(tables::Dimension { name: own.clone(), values: YES_AND_NO.map(str::to_owned).to_vec() });
            let pairs = counts.iter().zip(&self.counts).flat_map(|(with, all)| [*with, all.saturating_sub(*with)]);
            Table {
                name: format!("{name} {own}"),
                population: format!("{population} {own}"),
                dimensions,
                counts: pairs.collect(),
            }
        });
        [base].into_iter().chain(with).collect()
    }

    /// The table with its overlapping values as if they were apart, to tell what it would give away.
    fn whole(&self) -> Table {
        let mut dimensions = self.dimensions();
        let name = self.input.indicator.code().to_owned();
        let Some((dimension, values)) = &self.overlapping else {
            return Table { name, population: String::new(), dimensions, counts: self.counts.clone() };
        };
        let told = values.iter().map(|(value, _)| value.clone()).collect();
        dimensions.push(tables::Dimension { name: dimension.code().to_owned(), values: told });
        let places = 0..self.counts.len();
        let of = |place: usize| values.iter().map(move |(_, counts)| counts.get(place).copied().unwrap_or(0));
        Table { name, population: String::new(), dimensions, counts: places.flat_map(of).collect() }
    }

    /// How much one person may change, squared: one cell of the people themselves, and one of each value.
    fn sensitivity_squared(&self) -> u64 {
        1 + self.overlapping.as_ref().map_or(0, |(_, values)| values.len() as u64)
    }

    /// The axes as the table shows them: the overlapping dimension at its place among the others.
    pub(in crate::statistics) fn shown(
        &self,
        cells: Vec<FrozenCell>,
        overlapping: Vec<(usize, FrozenCell)>,
    ) -> FrozenTable {
        let mut axes = self.axes.clone();
        let mut cells = cells;
        if let Some((dimension, values)) = &self.overlapping {
            let at = self.input.by.iter().position(|it| it == dimension).unwrap_or(axes.len()).min(axes.len());
            let told = values.iter().map(|(value, _)| value.clone()).collect();
            axes.insert(at, Axis { code: dimension.code().to_owned(), values: told });
            let placed = |value: Option<u16>, mut cell: FrozenCell| {
                cell.at.insert(at.min(cell.at.len()), value);
                cell
            };
            cells = cells.into_iter().map(|cell| placed(None, cell)).collect();
            let own = |(value, cell): (usize, FrozenCell)| placed(u16::try_from(value).ok(), cell);
            cells.extend(overlapping.into_iter().map(own));
        }
        FrozenTable { input: self.input.clone(), axes, cells }
    }
}

impl Axis {
    /// As the engine knows it. Open dimensions name different values each time, so that their name says which.
    fn as_dimension(&self) -> tables::Dimension {
        let open = Dimension::from_code(&self.code).is_some_and(is_open);
        let digest = Sha256::digest(self.values.join(" "));
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = if open { format!("{} {short}", self.code) } else { self.code.clone() };
        tables::Dimension { name, values: self.values.clone() }
    }
}

fn suppress(
    input: &ReleaseInput,
    counted: &[Counted],
    earlier: &[(ReleaseId, Earlier)],
    frozen: &mut Frozen,
) -> Result<(), Error> {
    let overlaps = |before: &Earlier| {
        let other = &before.input;
        let suppressed = other.protection.method == Method::Suppression;
        suppressed && other.from != input.from && other.from <= input.to && input.from <= other.to
    };
    if earlier.iter().any(|(_, before)| overlaps(before)) {
        return Err(Error::Refused("refused-release-overlaps"));
    }
    let protection = tables::Protection {
        threshold: input.protection.threshold.unwrap_or(USUAL_THRESHOLD),
        rounding: input.protection.rounding,
        zeros: tables::Zeros::Protected,
        nestings: Vec::new(),
    };
    let known: Vec<Published> = earlier.iter().flat_map(|(_, before)| before.published.iter().cloned()).collect();
    let parts: Vec<Vec<Table>> =
        counted.iter().enumerate().map(|(number, table)| table.tables(input, number + 1)).collect();
    let (published, audit) = tables::protect_audited(&parts.concat(), &known, &protection).map_err(refused)?;
    frozen.told_before = audit.told_before.len();
    let mut rest = published.as_slice();
    for (table, parts) in counted.iter().zip(&parts) {
        let (own, after) = rest.split_at(parts.len().min(rest.len()));
        rest = after;
        frozen.tables.push(table.as_suppressed(own));
    }
    frozen.published = published;
    Ok(())
}

impl Counted {
    /// The table as it is told, of what the engine lets be told of its parts. A total that any part must not tell is
    /// told by none.
    fn as_suppressed(&self, parts: &[Published]) -> FrozenTable {
        let Some((base, values)) = parts.split_first() else { return self.shown(Vec::new(), Vec::new()) };
        let mut cells: Vec<FrozenCell> = base
            .cells
            .iter()
            .map(|cell| FrozenCell { at: cell.coordinates.clone(), figure: cell.figure.into() })
            .collect();
        let mut overlapping = Vec::new();
        for (number, part) in values.iter().enumerate() {
            for cell in &part.cells {
                let Some((own, at)) = cell.coordinates.split_last() else { continue };
                match own {
                    Some(0) => {
                        let told = FrozenCell { at: at.to_vec(), figure: cell.figure.into() };
                        overlapping.push((number, told));
                    }
                    None if cell.figure == tables::Figure::Suppressed => {
                        let hidden = cells.iter_mut().filter(|known| known.at == at);
                        hidden.for_each(|known| known.figure = Figure::Suppressed);
                    }
                    _ => {}
                }
            }
        }
        self.shown(cells, overlapping)
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::TooLarge { .. } | Refusal::Unchecked(_) => Error::Refused("refused-release-too-large"),
        Refusal::Values { .. } => Error::Refused("refused-release-other-values"),
        Refusal::Disagree { .. } => Error::Refused("refused-release-disagree"),
        Refusal::Contradiction(_) => Error::Refused("refused-release-contradiction"),
        other => Error::Internal(other.to_string()),
    }
}

/// How wide the noise is, and what draws it.
fn noise_of(input: &ReleaseInput, counted: &[Counted], terms: &Terms) -> Result<(Noise, Gaussian), Error> {
    let broken = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let epsilon = Epsilon::new(input.protection.epsilon.unwrap_or_default()).map_err(|error| broken(&error))?;
    let delta = Delta::new(terms.delta).map_err(|error| broken(&error))?;
    let rho = Rho::within(epsilon, delta);
    let sensitivity = counted.iter().map(Counted::sensitivity_squared).sum();
    let gaussian = Gaussian::with_rho(sensitivity, rho).map_err(|error| broken(&error))?;
    let (epsilon, delta) = (epsilon.value(), delta.value());
    let noise = Noise { epsilon, delta, sigma: gaussian.sigma(), rho: rho.parts(), found: 0.0 };
    Ok((noise, gaussian))
}

fn draw(
    input: &ReleaseInput,
    counted: &[Counted],
    terms: &Terms,
    frozen: &mut Frozen,
    source: &mut Source,
) -> Result<(), Error> {
    let (noise, gaussian) = noise_of(input, counted, terms)?;
    for table in counted {
        let sizes: Vec<usize> = table.axes.iter().map(|axis| axis.values.len()).collect();
        let mut drawn = |counts: &[u64]| {
            let mut noisy: Vec<i64> =
                counts.iter().map(|count| i64::try_from(*count).unwrap_or(i64::MAX / 4)).collect();
            gaussian.add_to(&mut noisy, source);
            with_totals(&noisy, &sizes, noise.sigma)
        };
        let cells = drawn(&table.counts);
        let mut overlapping = Vec::new();
        for (number, (_, counts)) in table.overlapping.iter().flat_map(|(_, values)| values).enumerate() {
            overlapping.extend(drawn(counts).into_iter().map(|cell| (number, cell)));
        }
        frozen.tables.push(table.shown(cells, overlapping));
    }
    frozen.noise = Some(noise);
    Ok(())
}

/// Noisy cells and all their totals, which are sums of what was drawn: they cost nothing further. No figure is
/// below 0; totals are summed before that, so that they are not too high.
pub(in crate::statistics) fn with_totals(noisy: &[i64], sizes: &[usize], sigma: f64) -> Vec<FrozenCell> {
    let mut places: Vec<Vec<Option<u16>>> = vec![Vec::new()];
    for size in sizes {
        let values = || (0..*size).map(|value| u16::try_from(value).ok()).chain([None]);
        places = places
            .into_iter()
            .flat_map(|place| values().map(move |value| [place.clone(), vec![value]].concat()))
            .collect();
    }
    let cell = |at: Vec<Option<u16>>| {
        let (sum, number) = sum_at(noisy, sizes, &at);
        let within = within(sigma * (number as f64).sqrt());
        FrozenCell { at, figure: Figure::Noisy { value: u64::try_from(sum).unwrap_or(0), within } }
    };
    places.into_iter().map(cell).collect()
}

/// The sum of all cells that a place stands for, and how many they are.
fn sum_at(noisy: &[i64], sizes: &[usize], at: &[Option<u16>]) -> (i64, usize) {
    let belongs = |place: usize| {
        let mut rest = place;
        sizes.iter().zip(at).rev().all(|(size, wanted)| {
            let own = rest % size;
            rest /= size;
            wanted.is_none_or(|wanted| usize::from(wanted) == own)
        })
    };
    let own = noisy.iter().enumerate().filter(|(place, _)| belongs(*place));
    own.fold((0, 0), |(sum, number), (_, noise)| (sum + noise, number + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::IndicatorId;
    use crate::statistics::releases::{Licence, ProtectionInput, Title};
    use crate::ui::Language;

    fn axis(code: &str, values: &[&str]) -> Axis {
        Axis { code: code.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn cell(values: &[&str], numerator: u64, denominator: Option<u64>) -> Cell {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Cell { values, numerator, denominator, ..Cell::default() }
    }

    fn spread_out(axes: &[Axis], cells: &[Cell], told: Told) -> Vec<u64> {
        spread(axes, cells.iter().map(|cell| (cell.values.as_slice(), cell)), told)
    }

    #[test]
    fn figures_are_put_into_their_places() {
        let axes = [axis("sex", &["female", "male"]), axis("nationality", &["HN", "other"])];
        let cells = [
            cell(&["female", "HN"], 7, None),
            cell(&["male", "HN"], 5, None),
            cell(&["female", "TV"], 1, None),
            cell(&["female", "NR"], 2, None),
        ];
        assert_eq!(spread_out(&axes, &cells, Told::Number), [7, 3, 5, 0], "few of a country are told as others");
        let axes = [axis("sex", &["female", "male"]), axis(MET, &["yes", "no"])];
        let cells = [cell(&["female"], 3, Some(10)), cell(&["male"], 2, Some(2))];
        assert_eq!(spread_out(&axes, &cells, Told::Parts), [3, 7, 2, 0]);
        assert_eq!(spread_out(&axes[..1], &cells, Told::All), [10, 2]);
    }

    #[test]
    fn totals_are_sums_of_what_was_drawn_and_their_margin_is_wider() {
        let cells = with_totals(&[4, -3, 10, 20, 0, 1], &[2, 3], 10.0);
        assert_eq!(cells.len(), 12);
        let at = |at: &[Option<u16>]| cells.iter().find(|cell| cell.at == at).unwrap().figure;
        assert_eq!(at(&[Some(0), Some(1)]), Figure::Noisy { value: 0, within: 20 }, "nothing is below nobody");
        assert_eq!(at(&[Some(0), None]), Figure::Noisy { value: 11, within: 34 });
        assert_eq!(at(&[None, Some(2)]), Figure::Noisy { value: 11, within: 28 });
        assert_eq!(at(&[None, None]), Figure::Noisy { value: 32, within: 49 });
    }

    fn release(threshold: u64, rounding: Option<u64>, table: &TableInput) -> ReleaseInput {
        ReleaseInput {
            titles: vec![Title { language: Language::En, text: "Needs".to_owned() }],
            tables: vec![table.clone()],
            columns: Vec::new(),
            from: "2025-01-01".parse().unwrap(),
            to: "2025-12-31".parse().unwrap(),
            protection: ProtectionInput {
                method: Method::Suppression,
                threshold: Some(threshold),
                rounding,
                epsilon: None,
            },
            licence: Licence::By,
        }
    }

    fn blank() -> Frozen {
        Frozen::blank("2026-11-28".parse().unwrap())
    }

    /// Two women of forty are survivors of torture; a person may have both needs.
    fn needs() -> Counted {
        let table = TableInput { indicator: IndicatorId::NewPeople, by: vec![Dimension::Sex, Dimension::Need] };
        let values = vec![("torture".to_owned(), vec![2, 25]), ("older_person".to_owned(), vec![15, 12])];
        Counted {
            input: table,
            axes: vec![axis("sex", &["female", "male"])],
            counts: vec![40, 30],
            overlapping: Some((Dimension::Need, values)),
        }
    }

    #[test]
    fn who_has_a_need_is_protected_beside_who_has_not() {
        let counted = needs();
        let input = release(10, None, &counted.input);
        let mut frozen = blank();
        suppress(&input, &[counted], &[], &mut frozen).unwrap();
        let table = &frozen.tables[0];
        assert_eq!(table.axes, [axis("sex", &["female", "male"]), axis("need", &["torture", "older_person"])]);
        let at = |at: &[Option<u16>]| table.cells.iter().find(|cell| cell.at == at).unwrap().figure;
        assert_eq!(at(&[Some(0), Some(0)]), Figure::Suppressed);
        let others = [at(&[Some(1), Some(0)]), at(&[None, Some(0)])];
        assert!(others.contains(&Figure::Suppressed), "the total less the men would be the women: {others:?}");
        assert_eq!(at(&[Some(0), Some(1)]), Figure::Count { value: 15 });
        assert_eq!(table.cells.len(), 3 + 2 * 3);
    }

    #[test]
    fn a_value_that_nearly_all_have_is_as_small_as_one_that_few_have() {
        let mut counted = needs();
        counted.overlapping = Some((Dimension::Need, vec![("torture".to_owned(), vec![38, 15])]));
        let input = release(10, None, &counted.input);
        let mut frozen = blank();
        suppress(&input, &[counted], &[], &mut frozen).unwrap();
        let at = |at: &[Option<u16>]| frozen.tables[0].cells.iter().find(|cell| cell.at == at).unwrap().figure;
        let told = at(&[Some(0), None]).value().zip(at(&[Some(0), Some(0)]).value());
        assert_eq!(told, None, "two women are those without the need");
    }

    #[test]
    fn noise_is_spread_over_every_cell_that_a_person_may_change() {
        let counted = [needs()];
        let mut input = release(10, None, &counted[0].input);
        input.protection =
            ProtectionInput { method: Method::Noise, threshold: None, rounding: None, epsilon: Some(1.0) };
        let (noise, _) = noise_of(&input, &counted, &Terms::default()).unwrap();
        // One cell of the people and one of each of two needs: three squares of one.
        let wanted = (3.0 / (2.0 * noise.rho as f64 / 1e12)).sqrt();
        assert!((noise.sigma - wanted).abs() < 1e-3, "{} {wanted}", noise.sigma);
        let drawn = |seed: u64| {
            let mut frozen = blank();
            let mut source = Source::seeded_for_tests(seed);
            draw(&input, &counted, &Terms::default(), &mut frozen, &mut source).unwrap();
            frozen
        };
        let frozen = drawn(7);
        assert_eq!(frozen.cost().rho, Rho::from_parts(noise.rho));
        assert_eq!(frozen.tables[0].cells.len(), 9);
        assert_ne!(drawn(8).tables[0].cells, frozen.tables[0].cells);
        let mean: f64 = (0..400)
            .map(|seed| drawn(seed).tables[0].cells.iter().find(|cell| cell.at == [Some(0), None]).unwrap().figure)
            .map(|figure| figure.value().unwrap() as f64)
            .sum::<f64>()
            / 400.0;
        assert!((mean - 40.0).abs() < 4.0 * noise.sigma / 20.0 + 1.0, "{mean}");
    }

    #[test]
    fn the_next_release_of_a_longer_period_is_protected_from_the_first() {
        let table = TableInput { indicator: IndicatorId::NewPeople, by: vec![Dimension::Sex] };
        let counted = |counts: Vec<u64>| Counted {
            input: table.clone(),
            axes: vec![axis("sex", &["female", "male", "other"])],
            counts,
            overlapping: None,
        };
        let mut input = release(5, None, &table);
        let mut first = blank();
        suppress(&input, &[counted(vec![40, 30, 20])], &[], &mut first).unwrap();
        assert_eq!(first.suppressed(), 0);
        let earlier = Earlier { input: input.clone(), published: first.published };
        input.to = "2026-06-30".parse().unwrap();
        let mut second = blank();
        let known = [(ReleaseId::new(), earlier)];
        suppress(&input, &[counted(vec![41, 60, 50])], &known, &mut second).unwrap();
        let at = |at: u16| second.tables[0].cells.iter().find(|cell| cell.at == [Some(at)]).unwrap().figure;
        assert_eq!(at(0), Figure::Suppressed, "one woman came since");
        input.from = "2025-06-01".parse().unwrap();
        let overlapping = suppress(&input, &[counted(vec![41, 60, 50])], &known, &mut blank());
        assert!(matches!(overlapping, Err(Error::Refused("refused-release-overlaps"))));
    }
}
