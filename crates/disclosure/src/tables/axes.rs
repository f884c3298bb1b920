//! The dimensions that all tables of one population are made of, and the cells that their coordinates name.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Dimension, Nesting, Refusal};

/// A cell by what is fixed of it: dimension and value, in the order of dimensions; the rest is total.
pub type Fixed = Vec<(u16, u16)>;

/// The dimensions of a population, each with all its values.
#[derive(Debug, Default)]
pub struct Axes {
    names: Vec<String>,
    values: Vec<Vec<String>>,
    /// Which dimension lies in which, and each value's place there.
    nestings: Vec<(u16, u16, Vec<u16>)>,
}

impl Axes {
    /// The dimensions of these tables: each with its table's name.
    ///
    /// # Errors
    /// Values of one dimension that do not go together.
    pub fn new<'a>(
        tables: impl IntoIterator<Item = (&'a str, &'a [Dimension])>,
        nestings: &[Nesting],
    ) -> Result<Axes, Refusal> {
        let mut axes = Axes::default();
        for (table, dimensions) in tables {
            for dimension in dimensions {
                axes.take(table, dimension)?;
            }
        }
        for nesting in nestings {
            let (Some(fine), Some(coarse)) = (axes.place(&nesting.fine), axes.place(&nesting.coarse)) else { continue };
            let into = axes.values_of(fine).iter().map(|value| {
                let wide = nesting.into.get(value)?;
                place(axes.values_of(coarse), wide)
            });
            let Some(into) = into.collect::<Option<Vec<u16>>>() else {
                return Err(Refusal::Nesting { fine: nesting.fine.clone(), coarse: nesting.coarse.clone() });
            };
            axes.nestings.push((fine, coarse, into));
        }
        Ok(axes)
    }

    /// Later releases may add values at the end or between; what one of them leaves out nobody had.
    fn take(&mut self, table: &str, dimension: &Dimension) -> Result<(), Refusal> {
        let Some(at) = self.names.iter().position(|name| *name == dimension.name) else {
            self.names.push(dimension.name.clone());
            self.values.push(dimension.values.clone());
            return Ok(());
        };
        let Some(known) = self.values.get_mut(at) else { return Ok(()) };
        let new: BTreeSet<&String> = dimension.values.iter().collect();
        let old: BTreeSet<&String> = known.iter().collect();
        if !new.is_subset(&old) && !old.is_subset(&new) {
            return Err(Refusal::Values { table: table.to_owned(), dimension: dimension.name.clone() });
        }
        let more: Vec<String> = dimension.values.iter().filter(|value| !old.contains(value)).cloned().collect();
        known.extend(more);
        Ok(())
    }

    fn place(&self, name: &str) -> Option<u16> {
        place(&self.names, name)
    }

    fn values_of(&self, axis: u16) -> &[String] {
        self.values.get(usize::from(axis)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The dimensions by their place, and for each its values' places.
    pub fn places(&self, dimensions: &[Dimension]) -> Vec<(u16, Vec<u16>)> {
        let values = |axis: u16, dimension: &Dimension| {
            let known: FxHashMap<&str, u16> = self.values_of(axis).iter().map(String::as_str).zip(0..).collect();
            dimension.values.iter().filter_map(|value| known.get(value.as_str()).copied()).collect()
        };
        let places = dimensions.iter().filter_map(|it| self.place(&it.name).map(|axis| (axis, values(axis, it))));
        places.collect()
    }

    /// How many values a dimension has.
    pub fn size(&self, axis: u16) -> u16 {
        u16::try_from(self.values_of(axis).len()).unwrap_or(u16::MAX)
    }

    /// Which dimension lies in which, and each value's place there.
    pub fn nestings(&self) -> &[(u16, u16, Vec<u16>)] {
        &self.nestings
    }

    /// A cell in words.
    pub fn words(&self, fixed: &[(u16, u16)]) -> String {
        let word = |(axis, value): &(u16, u16)| {
            let name = self.names.get(usize::from(*axis)).map_or("", String::as_str);
            let value = self.values_of(*axis).get(usize::from(*value)).map_or("", String::as_str);
            format!("{name} {value}")
        };
        if fixed.is_empty() {
            return "total".to_owned();
        }
        fixed.iter().map(word).collect::<Vec<String>>().join(", ")
    }

    /// The sets of dimensions that have to be looked at together: those of the tables, with what lies in one another,
    /// and one set in place of those that go round in a circle. What is true of each of these sets, and agrees where
    /// they meet, is then true of people (the sets are the cliques of a decomposable model, Lauritzen 1996,
    /// proposition 2.17 and theorem 4.4).
    pub fn cliques(&self, tables: &BTreeSet<BTreeSet<u16>>) -> BTreeSet<BTreeSet<u16>> {
        let mut cliques = tables.clone();
        for circle in self.circles(tables) {
            let mut joined: BTreeSet<u16> = circle;
            // What a narrower value tells need not be told again by the wider one.
            for (fine, coarse, _) in &self.nestings {
                if joined.contains(fine) {
                    joined.remove(coarse);
                }
            }
            cliques.insert(joined);
        }
        loop {
            let coarser = cliques.iter().flat_map(|clique| {
                self.nestings.iter().filter(|(fine, coarse, _)| clique.contains(fine) && !clique.contains(coarse)).map(
                    |(fine, coarse, _)| {
                        let mut wider = clique.clone();
                        wider.remove(fine);
                        wider.insert(*coarse);
                        wider
                    },
                )
            });
            let new: Vec<BTreeSet<u16>> = coarser.filter(|wider| !cliques.contains(wider)).collect();
            if new.is_empty() {
                return cliques;
            }
            cliques.extend(new);
        }
    }

    /// What is left of sets of dimensions after taking away, again and again, what only one of them has and what
    /// lies wholly in another (Graham's reduction): nothing, unless they go round in a circle.
    fn circles(&self, tables: &BTreeSet<BTreeSet<u16>>) -> Vec<BTreeSet<u16>> {
        let with_coarse = |table: &BTreeSet<u16>| {
            let mut table = table.clone();
            loop {
                let more =
                    self.nestings.iter().filter(|(fine, coarse, _)| table.contains(fine) && !table.contains(coarse));
                let more: Vec<u16> = more.map(|(_, coarse, _)| *coarse).collect();
                if more.is_empty() {
                    return table;
                }
                table.extend(more);
            }
        };
        let whole: Vec<BTreeSet<u16>> = tables.iter().map(with_coarse).collect();
        let mut left: Vec<(usize, BTreeSet<u16>)> = whole.iter().cloned().enumerate().collect();
        loop {
            let before: usize = left.iter().map(|(_, set)| set.len() + 1).sum();
            let mut often: FxHashMap<u16, u32> = FxHashMap::default();
            left.iter().flat_map(|(_, set)| set).for_each(|axis| *often.entry(*axis).or_default() += 1);
            left.iter_mut().for_each(|(_, set)| set.retain(|axis| often.get(axis).is_some_and(|times| *times > 1)));
            let mut kept: Vec<(usize, BTreeSet<u16>)> = Vec::new();
            for (place, (table, set)) in left.iter().enumerate() {
                let later = left.iter().skip(place + 1).any(|(_, other)| set.is_subset(other));
                if !later && !kept.iter().any(|(_, other)| set.is_subset(other)) && !set.is_empty() {
                    kept.push((*table, set.clone()));
                }
            }
            left = kept;
            let after: usize = left.iter().map(|(_, set)| set.len() + 1).sum();
            if after == before {
                break;
            }
        }
        // Those that hang together, each with the whole of its tables.
        let mut circles: Vec<(BTreeSet<u16>, BTreeSet<u16>)> = Vec::new();
        for (table, set) in left {
            let mut joined = (set, whole.get(table).cloned().unwrap_or_default());
            let (touching, apart): (Vec<_>, Vec<_>) =
                circles.into_iter().partition(|(core, _)| !core.is_disjoint(&joined.0));
            for (core, all) in touching {
                joined.0.extend(core);
                joined.1.extend(all);
            }
            circles = apart;
            circles.push(joined);
        }
        circles.into_iter().map(|(_, all)| all).collect()
    }
}

fn place(names: &[String], name: &str) -> Option<u16> {
    names.iter().position(|known| known == name).and_then(|at| u16::try_from(at).ok())
}

/// All cells of a table with so many values in each dimension, totals included: each coordinate from `None` on.
pub fn coordinates(sizes: &[u16]) -> impl Iterator<Item = Vec<Option<u16>>> + use<> {
    let sizes = sizes.to_vec();
    let mut next = Some(vec![None; sizes.len()]);
    std::iter::from_fn(move || {
        let now = next.take()?;
        let mut following = now.clone();
        let mut carried = true;
        for (coordinate, size) in following.iter_mut().zip(&sizes).rev() {
            let up = coordinate.map_or(0, |value| value + 1);
            if up < *size {
                *coordinate = Some(up);
                carried = false;
                break;
            }
            *coordinate = None;
        }
        next = (!carried).then_some(following);
        Some(now)
    })
}
