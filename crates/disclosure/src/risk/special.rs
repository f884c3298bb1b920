//! Special uniques: people who are unique by few columns, and by none of them left out. They stand out in the
//! population too, whatever the file's size (Elliot, Manning and Ford, «A computational algorithm for handling the
//! special uniques problem», 2002).

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::microdata::Column;

/// The most columns that are looked at together.
pub const MOST_LENGTH: usize = 3;
/// Tables up to this size are counted by place.
const DENSE: usize = 1 << 22;
/// Combinations that are named.
const MOST_NAMED: usize = 20;
/// Where there are more than this, a file is no better for knowing all of them.
const MOST_FOUND: usize = 5_000_000;
/// Sets of columns that are looked at before it is asked whether that is enough.
const AT_ONCE: usize = 64;

/// Those who are unique by few columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Special {
    /// People who are unique by so many columns, and by no fewer: one column, two, three.
    pub people: Vec<u64>,
    /// The columns by which most are.
    pub combinations: Vec<Combination>,
    /// For each column the people whom it helps to make unique.
    pub columns: Vec<Combination>,
    /// Whether all sets of columns were looked at; there were too many finds else.
    pub complete: bool,
}

/// Columns that make people unique.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Combination {
    /// The columns.
    pub columns: Vec<String>,
    /// How many people.
    pub people: u64,
}

/// One person unique by some columns and by none of them left out.
type Unique = (u32, [u16; MOST_LENGTH]);

/// No column.
const NONE: u16 = u16::MAX;

/// Finds them, and a score of each person: of each minimal set of m columns out of n the product of n − m, …,
/// n − length, so that fewer columns weigh more.
pub fn find(columns: &[&Column], rows: usize, length: usize) -> (Special, Vec<f64>) {
    let length = length.min(columns.len()).min(MOST_LENGTH);
    let mut known: FxHashSet<Unique> = FxHashSet::default();
    let mut people = Vec::new();
    let mut some: FxHashSet<u32> = FxHashSet::default();
    let mut complete = true;
    for size in 1..=length {
        let mut found: Vec<Unique> = Vec::new();
        for sets in sets(columns.len(), size).chunks(AT_ONCE) {
            found.par_extend(sets.par_iter().flat_map_iter(|set| minimal(columns, rows, set, &known)));
            complete &= known.len() + found.len() <= MOST_FOUND;
            if !complete {
                break;
            }
        }
        people.push(found.iter().map(|(row, _)| *row).filter(|row| some.insert(*row)).count() as u64);
        known.extend(found);
        if !complete {
            break;
        }
    }
    let mut scores = vec![0.0; rows];
    let mut by_set: BTreeMap<[u16; MOST_LENGTH], u64> = BTreeMap::new();
    let mut by_column: BTreeMap<u16, FxHashSet<u32>> = BTreeMap::new();
    for (row, set) in &known {
        let size = set.iter().filter(|column| **column != NONE).count();
        let weight: f64 = (size..=length).map(|size| (columns.len() - size).max(1) as f64).product();
        scores.iter_mut().skip(*row as usize).take(1).for_each(|score| *score += weight);
        *by_set.entry(*set).or_default() += 1;
        for column in set.iter().filter(|column| **column != NONE) {
            by_column.entry(*column).or_default().insert(*row);
        }
    }
    let name = |column: &u16| columns.get(usize::from(*column)).map(|column| column.name.clone());
    let combinations = by_set
        .iter()
        .map(|(set, people)| Combination { columns: set.iter().filter_map(name).collect(), people: *people });
    let single = by_column.iter().map(|(column, people)| Combination {
        columns: name(column).into_iter().collect(),
        people: people.len() as u64,
    });
    let most_first = |mut combinations: Vec<Combination>| {
        combinations.sort_by_key(|combination| std::cmp::Reverse(combination.people));
        combinations
    };
    let mut combinations = most_first(combinations.collect());
    combinations.truncate(MOST_NAMED);
    (Special { people, combinations, columns: most_first(single.collect()), complete }, scores)
}

/// All sets of so many columns out of so many.
fn sets(columns: usize, size: usize) -> Vec<Vec<u16>> {
    let columns = u16::try_from(columns).unwrap_or(NONE);
    let longer = |set: Vec<u16>| {
        let from = set.last().map_or(0, |last| last + 1);
        (from..columns).map(move |column| set.iter().copied().chain([column]).collect())
    };
    (0..size).fold(vec![Vec::new()], |sets, _| sets.into_iter().flat_map(longer).collect())
}

/// Rows that are alone in the table of these columns, and not in that of fewer of them.
fn minimal(columns: &[&Column], rows: usize, set: &[u16], known: &FxHashSet<Unique>) -> Vec<Unique> {
    let these: Vec<&Column> = set.iter().filter_map(|column| columns.get(usize::from(*column)).copied()).collect();
    let alone = alone(&these, rows);
    let padded = |set: &[u16]| {
        let mut padded = [NONE; MOST_LENGTH];
        padded.iter_mut().zip(set).for_each(|(slot, column)| *slot = *column);
        padded
    };
    // Not only those of one column less: what is unique by one column is so by each pair with it, and not noted there.
    let fewer: Vec<[u16; MOST_LENGTH]> = (1..set.len())
        .flat_map(|size| {
            let places = sets(set.len(), size);
            let pick = |places: &Vec<u16>| -> Vec<u16> {
                places.iter().filter_map(|place| set.get(usize::from(*place)).copied()).collect()
            };
            places.iter().map(|places| padded(&pick(places))).collect::<Vec<_>>()
        })
        .collect();
    let new = |row: &u32| !fewer.iter().any(|fewer| known.contains(&(*row, *fewer)));
    alone.into_iter().filter(new).map(|row| (row, padded(set))).collect()
}

/// Rows that share the values of these columns with no other.
fn alone(columns: &[&Column], rows: usize) -> Vec<u32> {
    let size = columns.iter().fold(1usize, |size, column| size.saturating_mul(column.size()));
    let mut places = vec![0u64; rows];
    for column in columns {
        let size = column.size() as u64;
        places.iter_mut().zip(&column.codes).for_each(|(place, code)| *place = *place * size + u64::from(*code));
    }
    // Which row was there, and that there was another.
    const NOBODY: u32 = u32::MAX;
    const SEVERAL: u32 = u32::MAX - 1;
    let seen = |slot: &mut u32, row: u32| *slot = if *slot == NOBODY { row } else { SEVERAL };
    let mut alone: Vec<u32> = if size <= DENSE {
        let mut table = vec![NOBODY; size];
        for (row, place) in (0u32..).zip(&places) {
            if let Some(slot) = usize::try_from(*place).ok().and_then(|place| table.get_mut(place)) {
                seen(slot, row);
            }
        }
        table.into_iter().filter(|row| *row < SEVERAL).collect()
    } else {
        let mut table: FxHashMap<u64, u32> = FxHashMap::default();
        for (row, place) in (0u32..).zip(&places) {
            seen(table.entry(*place).or_insert(NOBODY), row);
        }
        table.into_values().filter(|row| *row < SEVERAL).collect()
    };
    alone.sort_unstable();
    alone
}
