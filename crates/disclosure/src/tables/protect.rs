//! Which figures are not published: the small ones, and as many others as it takes that nobody can work them out.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::axes::{Axes, Fixed, coordinates};
use super::system::{Bounds, Id, Point, System, Unsolved};
use super::{Cell, Dimension, Figure, Protection, Published, Refusal, Table, Zeros};
use crate::round::nearest;

/// More cells than this are not checked together.
const MOST_CELLS: usize = 20_000;

/// What was checked before tables were published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Figures under the threshold.
    pub small: usize,
    /// Figures that are not published on their account.
    pub on_their_account: usize,
    /// Figures, and differences to earlier releases, of which it was checked that nobody can work them out.
    pub checked: usize,
    /// The width of the interval in which each of them has to be left.
    pub width: u64,
    /// Those that what was published earlier tells already, whatever is published now: each in words.
    pub told_before: Vec<String>,
}

/// The tables as they may be published, in their order. What was published of the same populations before is known
/// to everybody, and taken into account.
///
/// # Errors
/// The tables do not fit together, or are too large to be checked.
pub fn protect(tables: &[Table], earlier: &[Published], protection: &Protection) -> Result<Vec<Published>, Refusal> {
    protect_audited(tables, earlier, protection).map(|(published, _)| published)
}

/// Like [`protect`], with what was checked.
///
/// # Errors
/// The tables do not fit together, or are too large to be checked.
pub fn protect_audited(
    tables: &[Table],
    earlier: &[Published],
    protection: &Protection,
) -> Result<(Vec<Published>, Audit), Refusal> {
    check(tables, protection)?;
    let mut audit = Audit { width: protection.threshold, ..Audit::default() };
    let mut published: Vec<Option<Published>> = tables.iter().map(|_| None).collect();
    let populations: BTreeSet<&str> = tables.iter().map(|table| table.population.as_str()).collect();
    for population in populations {
        let places: Vec<usize> =
            (0..tables.len()).filter(|at| tables.get(*at).is_some_and(|it| it.population == population)).collect();
        let these: Vec<&Table> = places.iter().filter_map(|at| tables.get(*at)).collect();
        let earlier: Vec<&Published> = earlier.iter().filter(|it| it.population == population).collect();
        let released = Release::new(population, &these, &earlier, protection)?.protect(&mut audit)?;
        for (place, table) in places.iter().zip(released) {
            published.iter_mut().skip(*place).take(1).for_each(|slot| *slot = Some(table.clone()));
        }
    }
    Ok((published.into_iter().flatten().collect(), audit))
}

/// What is wrong with tables, each on its own.
pub(super) fn check(tables: &[Table], protection: &Protection) -> Result<(), Refusal> {
    if protection.threshold < 2 {
        return Err(Refusal::Threshold(protection.threshold));
    }
    if let Some(base) = protection.rounding.filter(|base| *base < 2) {
        return Err(Refusal::Rounding(base));
    }
    for table in tables {
        let cells = table.dimensions.iter().try_fold(1usize, |cells, it| cells.checked_mul(it.values.len()));
        if cells != Some(table.counts.len()) {
            let cells = cells.unwrap_or(usize::MAX);
            return Err(Refusal::Shape { table: table.name.clone(), counts: table.counts.len(), cells });
        }
        let names: Vec<&String> = table.dimensions.iter().map(|dimension| &dimension.name).collect();
        let values = table.dimensions.iter().map(|dimension| dimension.values.iter().collect());
        for words in values.chain([names]) {
            let mut seen = BTreeSet::new();
            if let Some(twice) = words.into_iter().find(|word| !seen.insert(*word)) {
                return Err(Refusal::Twice { table: table.name.clone(), name: twice.clone() });
            }
        }
    }
    Ok(())
}

/// A figure that is about to be published: one cell, in whichever tables it stands.
struct Candidate {
    fixed: Fixed,
    count: u64,
    suppressed: bool,
}

/// The tables of one population on their way.
struct Release<'a> {
    population: &'a str,
    protection: &'a Protection,
    tables: &'a [&'a Table],
    earlier: &'a [&'a Published],
    axes: Axes,
    cliques: BTreeSet<BTreeSet<u16>>,
    candidates: Vec<Candidate>,
    /// For each table its cells: coordinates, and the place of the figure.
    cells: Vec<Vec<(Vec<Option<u16>>, usize)>>,
}

impl<'a> Release<'a> {
    fn new(
        population: &'a str,
        tables: &'a [&'a Table],
        earlier: &'a [&'a Published],
        protection: &'a Protection,
    ) -> Result<Release<'a>, Refusal> {
        let named = earlier.iter().map(|it| (it.table.as_str(), it.dimensions.as_slice()));
        let named = named.chain(tables.iter().map(|it| (it.name.as_str(), it.dimensions.as_slice())));
        let axes = Axes::new(named.clone(), &protection.nestings)?;
        let sets = named.map(|(_, dimensions)| axes.places(dimensions).into_iter().map(|(axis, _)| axis).collect());
        let cliques = axes.cliques(&sets.collect());
        let mut release = Release {
            population,
            protection,
            tables,
            earlier,
            axes,
            cliques,
            candidates: Vec::new(),
            cells: Vec::new(),
        };
        release.refuse_too_large()?;
        release.count()?;
        Ok(release)
    }

    fn editions(&self) -> Vec<u32> {
        let mut editions: Vec<u32> = self.earlier.iter().map(|published| published.edition).collect();
        editions.sort_unstable();
        editions.dedup();
        editions
    }

    fn refuse_too_large(&self) -> Result<(), Refusal> {
        let size = |clique: &BTreeSet<u16>| {
            let sizes = clique.iter().map(|axis| usize::from(self.axes.size(*axis)) + 1);
            sizes.fold(1usize, usize::saturating_mul)
        };
        let one: usize = self.cliques.iter().map(size).fold(0, usize::saturating_add);
        let cells = one.saturating_mul(self.editions().len() * 2 + 1);
        if cells > MOST_CELLS {
            return Err(Refusal::TooLarge { population: self.population.to_owned(), cells, limit: MOST_CELLS });
        }
        Ok(())
    }

    /// All figures of the tables, totals included; those of fewer people than the threshold are not published.
    fn count(&mut self) -> Result<(), Refusal> {
        let mut known: FxHashMap<Fixed, (usize, &str)> = FxHashMap::default();
        for table in self.tables {
            let mut cells = Vec::new();
            for (coordinates, count) in totals(&table.dimensions, &table.counts) {
                let fixed = fixed(&self.axes, &table.dimensions, &coordinates);
                let next = (self.candidates.len(), table.name.as_str());
                let (at, other) = *known.entry(fixed.clone()).or_insert(next);
                cells.push((coordinates, at));
                let Some(candidate) = self.candidates.get(at) else {
                    let suppressed = self.is_small(count);
                    self.candidates.push(Candidate { fixed, count, suppressed });
                    continue;
                };
                if candidate.count != count {
                    return Err(Refusal::Disagree {
                        table: other.to_owned(),
                        other: table.name.clone(),
                        here: self.axes.words(&fixed),
                        count: candidate.count,
                        other_count: count,
                    });
                }
            }
            self.cells.push(cells);
        }
        Ok(())
    }

    fn is_small(&self, count: u64) -> bool {
        count < self.protection.threshold && (count > 0 || self.protection.zeros == Zeros::Protected)
    }

    fn protect(mut self, audit: &mut Audit) -> Result<Vec<Published>, Refusal> {
        let small = self.candidates.iter().filter(|candidate| candidate.suppressed).count();
        let mut worlds = self.worlds()?;
        let mut told_before: BTreeSet<String> = BTreeSet::new();
        // What one attacker must not learn takes figures from another too: until all of them agree.
        loop {
            let before = self.suppressed();
            for world in &mut worlds {
                world.protect(&mut self.candidates, &mut told_before);
            }
            if self.suppressed() == before {
                break;
            }
        }
        audit.small += small;
        audit.on_their_account += self.suppressed() - small;
        audit.checked += worlds.iter().map(|world| world.targets.len()).sum::<usize>();
        audit.told_before.extend(told_before);
        Ok(self.published())
    }

    fn suppressed(&self) -> usize {
        self.candidates.iter().filter(|candidate| candidate.suppressed).count()
    }

    fn published(&self) -> Vec<Published> {
        let figure = |at: &usize| match (self.candidates.get(*at), self.protection.rounding) {
            (Some(Candidate { suppressed: false, count, .. }), None) => Figure::Count(*count),
            (Some(Candidate { suppressed: false, count, .. }), Some(base)) => Figure::Rounded(nearest(*count, base)),
            _ => Figure::Suppressed,
        };
        let edition = self.editions().last().map_or(1, |last| last + 1);
        let tables = self.tables.iter().zip(&self.cells).map(|(table, cells)| Published {
            table: table.name.clone(),
            population: self.population.to_owned(),
            edition,
            rounding: self.protection.rounding,
            dimensions: table.dimensions.clone(),
            cells: cells
                .iter()
                .map(|(coordinates, at)| Cell { coordinates: coordinates.clone(), figure: figure(at) })
                .collect(),
        });
        tables.collect()
    }

    /// What may be true of the people counted now and those counted before, as far as what is published allows it:
    /// they are the same, or some have come, or some have come and some have gone.
    fn worlds(&self) -> Result<Vec<World>, Refusal> {
        if self.earlier.is_empty() {
            return Ok(vec![self.world(Since::Nothing)?.ok_or_else(|| self.contradiction())?]);
        }
        let same = self.world(Since::Nothing)?;
        let grown = match self.world(Since::Arrivals)? {
            Some(grown) => Some(grown),
            None => self.world(Since::Anything)?,
        };
        let worlds: Vec<World> = [same, grown].into_iter().flatten().collect();
        if worlds.is_empty() { Err(self.contradiction()) } else { Ok(worlds) }
    }

    fn contradiction(&self) -> Refusal {
        Refusal::Contradiction(self.population.to_owned())
    }

    /// The system that an attacker has who believes this; nothing if it cannot be true.
    fn world(&self, since: Since) -> Result<Option<World>, Refusal> {
        let mut system = System::default();
        let mut editions = self.editions();
        let now = editions.last().map_or(1, |last| last + 1);
        editions.push(now);
        // Where nothing happened, all editions are one.
        let cells_of = |edition: u32| if since == Since::Nothing { 0 } else { edition };
        for edition in editions.iter().map(|edition| cells_of(*edition)).collect::<BTreeSet<u32>>() {
            system.add_cliques(edition, &self.axes, &self.cliques);
        }
        let mut targets: Vec<Target> = Vec::new();
        let mut ids: Vec<Id> = Vec::new();
        for candidate in &self.candidates {
            let Some(id) = system.id(cells_of(now), &candidate.fixed) else { return Ok(None) };
            ids.push(id);
            if candidate.suppressed {
                targets.push(Target { cell: id, words: self.axes.words(&candidate.fixed), kind: Kind::Small });
            }
        }
        let mut told: FxHashMap<Id, Bounds> = FxHashMap::default();
        let mut seen_before: BTreeSet<(u32, Fixed)> = BTreeSet::new();
        for published in self.earlier {
            for cell in &published.cells {
                let fixed = fixed(&self.axes, &published.dimensions, &cell.coordinates);
                let Some(id) = system.id(cells_of(published.edition), &fixed) else { continue };
                let bounds = told_by(cell.figure, published.rounding.unwrap_or(1));
                let known = told.get(&id).copied().unwrap_or(system.bounds(id));
                let Some(both) = known.and(bounds) else { return Ok(None) };
                told.insert(id, both);
                if cell.figure == Figure::Suppressed {
                    let words = format!("{} in an earlier release", self.axes.words(&fixed));
                    let nobody = self.protection.zeros == Zeros::Published;
                    targets.push(Target { cell: id, words, kind: Kind::Unless { nobody } });
                }
                seen_before.insert((published.edition, fixed));
            }
            // What a value that was not there before would have counted, was nobody.
            for fixed in self.not_yet(published) {
                if let Some(id) = system.id(cells_of(published.edition), &fixed)
                    && since != Since::Nothing
                {
                    told.insert(id, Bounds::exactly(0));
                }
            }
        }
        told.iter().for_each(|(id, bounds)| system.bind(*id, *bounds));
        if since != Since::Nothing {
            let bounds = if since == Since::Arrivals { Bounds::ANY } else { Bounds::ANY_DIFFERENCE };
            let mut pairs: BTreeSet<(Id, Id, Option<Fixed>)> = BTreeSet::new();
            let current: BTreeSet<&Fixed> = self.candidates.iter().map(|candidate| &candidate.fixed).collect();
            for (edition, fixed, id) in system.cells() {
                let later = editions.iter().copied().find(|later| *later > edition);
                let next = later.filter(|_| since == Since::Arrivals).and_then(|later| system.id(later, fixed));
                if let Some(next) = next {
                    pairs.insert((id, next, None));
                }
                if seen_before.contains(&(edition, fixed.clone()))
                    && current.contains(fixed)
                    && let Some(last) = system.id(now, fixed)
                {
                    pairs.remove(&(id, last, None));
                    pairs.insert((id, last, Some(fixed.clone())));
                }
            }
            for (from, to, fixed) in pairs {
                let cell = system.add_increase(from, to, bounds);
                if let Some(fixed) = fixed {
                    let words = format!("the change in {} since an earlier release", self.axes.words(&fixed));
                    targets.push(Target { cell, words, kind: Kind::Unless { nobody: true } });
                }
            }
        }
        targets.sort_by_key(|target| target.cell);
        targets.dedup_by_key(|target| target.cell);
        World::new(system, ids, targets, &self.candidates, self.protection).map_err(|()| Refusal::TooLarge {
            population: self.population.to_owned(),
            cells: MOST_CELLS + 1,
            limit: MOST_CELLS,
        })
    }

    /// The cells of values that a dimension has by now, and did not have in an earlier table.
    fn not_yet(&self, published: &Published) -> Vec<Fixed> {
        let places = self.axes.places(&published.dimensions);
        let absent = places.iter().flat_map(|(axis, values)| {
            (0..self.axes.size(*axis)).filter(|value| !values.contains(value)).map(|value| vec![(*axis, value)])
        });
        absent.collect()
    }
}

/// What may have happened since an earlier release.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Since {
    /// The same people are counted.
    Nothing,
    /// People have come.
    Arrivals,
    /// People have come and gone.
    Anything,
}

/// What a published figure tells of the count.
fn told_by(figure: Figure, base: u64) -> Bounds {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    match figure {
        Figure::Count(count) => Bounds::exactly(signed(count)),
        Figure::Rounded(count) => {
            let half = base / 2;
            Bounds { least: signed(count.saturating_sub(half)), most: Some(signed(count.saturating_add(half))) }
        }
        Figure::Suppressed => Bounds::ANY,
    }
}

/// A cell of a table as one of the population.
pub(super) fn fixed(axes: &Axes, dimensions: &[Dimension], coordinates: &[Option<u16>]) -> Fixed {
    let places = axes.places(dimensions);
    let mut fixed: Fixed = places
        .iter()
        .zip(coordinates)
        .filter_map(|((axis, values), value)| {
            let value = values.get(usize::from((*value)?))?;
            Some((*axis, *value))
        })
        .collect();
    fixed.sort_unstable();
    fixed
}

/// All cells of a table with their counts, totals included.
pub(super) fn totals(dimensions: &[Dimension], counts: &[u64]) -> Vec<(Vec<Option<u16>>, u64)> {
    let sizes: Vec<u16> =
        dimensions.iter().map(|dimension| u16::try_from(dimension.values.len()).unwrap_or(u16::MAX)).collect();
    let mut sums: BTreeMap<Vec<Option<u16>>, u64> = coordinates(&sizes).map(|cell| (cell, 0)).collect();
    for (place, count) in counts.iter().enumerate() {
        let mut rest = place;
        let mut full = Vec::with_capacity(sizes.len());
        for size in sizes.iter().rev().map(|size| usize::from(*size).max(1)) {
            full.push(u16::try_from(rest % size).unwrap_or_default());
            rest /= size;
        }
        full.reverse();
        for which in 0..1u32 << full.len() {
            let cell = full.iter().enumerate().map(|(at, value)| (which >> at & 1 == 1).then_some(*value)).collect();
            sums.entry(cell).and_modify(|sum| *sum = sum.saturating_add(*count));
        }
    }
    coordinates(&sizes).map(|cell| sums.get(&cell).map_or((cell.clone(), 0), |sum| (cell.clone(), *sum))).collect()
}

/// When a cell is safe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is small: it has to be left in an interval as wide as the protection.
    Small,
    /// It may be small: likewise, unless it can only be as much as the threshold, or nobody where that may be known.
    Unless {
        /// Whether it may be known that it is nobody.
        nobody: bool,
    },
}

/// A cell that nobody may work out.
struct Target {
    cell: Id,
    words: String,
    kind: Kind,
}

/// What an attacker knows, and what was found about it.
struct World {
    system: System,
    /// The cell of each candidate.
    ids: Vec<Id>,
    /// What is known of it besides what is published now.
    anyway: Vec<Bounds>,
    targets: Vec<Target>,
    /// A solution.
    base: Point,
    /// The least and the most that each cell is in a solution that was found.
    ranges: Vec<(i64, i64)>,
    threshold: i64,
    given_up: BTreeSet<Id>,
}

impl World {
    fn new(
        mut system: System,
        ids: Vec<Id>,
        targets: Vec<Target>,
        candidates: &[Candidate],
        protection: &Protection,
    ) -> Result<Option<World>, ()> {
        let anyway: Vec<Bounds> = ids.iter().map(|id| system.bounds(*id)).collect();
        for (id, candidate) in ids.iter().zip(candidates) {
            let count = Bounds::exactly(i64::try_from(candidate.count).map_err(|_| ())?);
            let Some(both) = system.bounds(*id).and(count) else { return Ok(None) };
            system.bind(*id, both);
        }
        let mut figures: Vec<Option<i64>> = (0..system.len()).map(|id| system.bounds(id).known()).collect();
        system.deduce(&mut figures);
        let mut base: Point = figures.iter().map(|figure| figure.unwrap_or_default()).collect();
        if !system.holds(&base) {
            let unknown: Vec<Id> = (0..system.len()).filter(|id| system.bounds(*id).known().is_none()).collect();
            base = match system.move_from(&base, &unknown, &[], 0) {
                Ok(base) => base,
                Err(Unsolved::Infeasible) => return Ok(None),
                Err(Unsolved::NotFound) => return Err(()),
            };
        }
        let ranges = base.iter().map(|figure| (*figure, *figure)).collect();
        let threshold = i64::try_from(protection.threshold).map_err(|_| ())?;
        Ok(Some(World { system, ids, anyway, targets, base, ranges, threshold, given_up: BTreeSet::new() }))
    }

    /// Suppresses figures until nobody who believes in this world can work out what has to be protected.
    fn protect(&mut self, candidates: &mut [Candidate], told_before: &mut BTreeSet<String>) {
        self.tell(candidates);
        self.search_together();
        let targets: Vec<(Id, Kind, String)> =
            self.targets.iter().map(|target| (target.cell, target.kind, target.words.clone())).collect();
        for (target, kind, words) in targets {
            while !self.given_up.contains(&target) && !self.is_safe(target, kind) {
                if !self.would_be_safe(target, kind, candidates) {
                    self.given_up.insert(target);
                    told_before.insert(words.clone());
                    break;
                }
                let chosen = self.choose(target, candidates);
                for at in chosen {
                    candidates.iter_mut().skip(at).take(1).for_each(|candidate| candidate.suppressed = true);
                }
                self.tell(candidates);
                self.search_together();
            }
        }
    }

    /// Tells the attacker what is published now.
    fn tell(&mut self, candidates: &[Candidate]) {
        for ((id, anyway), candidate) in self.ids.iter().zip(&self.anyway).zip(candidates) {
            let count = i64::try_from(candidate.count).unwrap_or(i64::MAX);
            self.system.bind(*id, if candidate.suppressed { *anyway } else { Bounds::exactly(count) });
        }
    }

    fn note(&mut self, point: &[i64]) {
        for ((least, most), figure) in self.ranges.iter_mut().zip(point) {
            *least = (*least).min(*figure);
            *most = (*most).max(*figure);
        }
    }

    fn is_wide(&self, cell: Id) -> bool {
        self.ranges.get(cell).is_some_and(|(least, most)| most - least >= self.threshold)
    }

    /// Looks for solutions that move many cells at once, so that few have to be looked at one by one.
    fn search_together(&mut self) {
        loop {
            let open: Vec<Id> = self.targets.iter().map(|target| target.cell).collect();
            let open = open.into_iter().filter(|cell| !self.is_wide(*cell) && !self.given_up.contains(cell));
            let open: BTreeSet<Id> = open.filter(|cell| self.system.bounds(*cell).known().is_none()).collect();
            let mut left = open.clone();
            while let Some(first) = left.first().copied() {
                let component = self.system.component(&[first]);
                let here: Vec<(Id, f64)> =
                    component.iter().filter(|id| left.contains(id)).map(|id| (*id, 1.0)).collect();
                left.retain(|id| component.binary_search(id).is_err());
                left.remove(&first);
                if let Ok(point) = self.system.move_from(&self.base, &component, &here, self.threshold) {
                    self.note(&point);
                }
            }
            if !open.iter().any(|cell| self.is_wide(*cell)) {
                return;
            }
        }
    }

    /// Whether nobody can work out a cell.
    fn is_safe(&mut self, cell: Id, kind: Kind) -> bool {
        if self.is_wide(cell) {
            return true;
        }
        let harmless = |least: i64, most: i64, threshold: i64| {
            let sizes = if least > 0 {
                least
            } else if most < 0 {
                -most
            } else {
                0
            };
            match kind {
                Kind::Small => false,
                Kind::Unless { nobody } => sizes >= threshold || (nobody && least == 0 && most == 0),
            }
        };
        if let Some(known) = self.system.bounds(cell).known() {
            return harmless(known, known, self.threshold);
        }
        let component = self.system.component(&[cell]);
        let mut ends = Vec::with_capacity(2);
        for direction in [1.0, -1.0] {
            let moved = self.system.move_from(&self.base, &component, &[(cell, direction)], self.threshold);
            let Ok(point) = moved else { return false };
            ends.extend(point.get(cell).copied());
            self.note(&point);
            if self.is_wide(cell) {
                return true;
            }
        }
        matches!(ends.as_slice(), [most, least] if harmless(*least, *most, self.threshold))
    }

    /// Whether a cell would be safe if nothing more were published.
    fn would_be_safe(&mut self, cell: Id, kind: Kind, candidates: &[Candidate]) -> bool {
        for (id, anyway) in self.ids.iter().zip(&self.anyway) {
            self.system.bind(*id, *anyway);
        }
        // What is found here holds only here.
        let ranges = self.ranges.clone();
        let safe = self.is_safe(cell, kind);
        self.ranges = ranges;
        self.tell(candidates);
        safe
    }

    /// The figures that are best left out so that a cell becomes wider, by their places; one at least.
    fn choose(&self, target: Id, candidates: &[Candidate]) -> Vec<usize> {
        let place_of: FxHashMap<Id, usize> = self.ids.iter().copied().zip(0..).collect();
        let open = |id: Id| {
            let place = place_of.get(&id)?;
            let candidate = candidates.get(*place).filter(|candidate| !candidate.suppressed)?;
            let told_anyway = self.anyway.get(*place).is_some_and(|anyway| anyway.known().is_some());
            (!told_anyway).then(|| ((candidate.count as f64) + 2.0).log2())
        };
        for direction in [1.0, -1.0] {
            let cheapest = self.system.cheapest(&self.base, &[(target, direction)], self.threshold, open);
            if let Ok((cells, _)) = cheapest
                && !cells.is_empty()
            {
                return cells.iter().filter_map(|id| place_of.get(id).copied()).collect();
            }
        }
        let least = (0..self.system.len()).filter_map(|id| open(id).map(|cost| (cost, id)));
        let least = least.min_by(|one, other| one.0.total_cmp(&other.0));
        least.and_then(|(_, id)| place_of.get(&id).copied()).into_iter().collect()
    }
}
