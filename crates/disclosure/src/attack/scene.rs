//! What an attack plays on: people, and what was released of them, in the same codes.

use rayon::prelude::*;

use crate::noise::Source;
use crate::{Column, Microdata, Role};

use super::AttackError;

/// Original, control and release with the same columns and the same codes.
pub struct Scene {
    pub original: Microdata,
    pub control: Option<Microdata>,
    pub released: Microdata,
}

impl Scene {
    /// With the columns that all have.
    pub fn new(original: &Microdata, control: Option<&Microdata>, released: &Microdata) -> Result<Scene, AttackError> {
        let common = |column: &&Column| {
            released.column(&column.name).is_some()
                && control.is_none_or(|control| control.column(&column.name).is_some())
        };
        let columns: Vec<&Column> = original.columns().iter().filter(common).collect();
        if columns.is_empty() {
            return Err(AttackError::NoCommonColumn);
        }
        if original.rows() == 0 || released.rows() == 0 || control.is_some_and(|control| control.rows() == 0) {
            return Err(AttackError::Empty);
        }
        let mut sides: [Vec<Column>; 3] = Default::default();
        for column in columns {
            let others = [control.and_then(|control| control.column(&column.name)), released.column(&column.name)];
            let (own, [held_back, released]) = column.in_same_codes(others);
            for (side, coded) in sides.iter_mut().zip([Some(own), held_back, released]) {
                side.extend(coded);
            }
        }
        let [own, others, released] = sides;
        let control = control.is_some().then(|| Microdata::new(others));
        Ok(Scene { original: Microdata::new(own), control, released: Microdata::new(released) })
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.original.columns().len()
    }

    /// The columns with this role, by place.
    pub fn with_role(&self, role: Role) -> Vec<usize> {
        let columns = self.original.columns().iter().enumerate();
        columns.filter(|(_, column)| column.role == role).map(|(place, _)| place).collect()
    }
}

/// Some columns of all rows.
pub struct People<'a> {
    columns: Vec<&'a [u16]>,
    number: usize,
}

/// So many rows at a time are compared: their distances stay near the processor.
const BLOCK: usize = 4096;

impl<'a> People<'a> {
    /// All rows, of these columns.
    pub fn of(data: &'a Microdata, columns: &[usize]) -> People<'a> {
        let codes = |place: &usize| data.columns().get(*place).map(|column| column.codes.as_slice());
        People { columns: columns.iter().filter_map(codes).collect(), number: data.rows() }
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.number
    }

    /// One person.
    pub fn person(&self, row: usize) -> Vec<u16> {
        self.columns.iter().filter_map(|codes| codes.get(row).copied()).collect()
    }

    /// In how many columns a row differs from a person.
    pub fn distance(&self, row: usize, person: &[u16]) -> u16 {
        self.columns.iter().zip(person).map(|(codes, code)| u16::from(codes.get(row) != Some(code))).sum()
    }

    /// The rows that differ from a person in the fewest columns, and in how many.
    pub fn nearest(&self, person: &[u16]) -> (u16, Vec<usize>) {
        let mut least = u16::MAX;
        let mut nearest = Vec::new();
        for first in (0..self.number).step_by(BLOCK) {
            let mut distances = [0u16; BLOCK];
            let distances = distances.get_mut(..BLOCK.min(self.number - first)).unwrap_or_default();
            for (codes, code) in self.columns.iter().zip(person) {
                for (distance, other) in distances.iter_mut().zip(codes.iter().skip(first)) {
                    *distance += u16::from(other != code);
                }
            }
            let closest = distances.iter().copied().min().unwrap_or(u16::MAX);
            if closest < least {
                least = closest;
                nearest.clear();
            }
            if closest == least {
                let rows = distances.iter().enumerate().filter(|(_, distance)| **distance == least);
                nearest.extend(rows.map(|(row, _)| first + row));
            }
        }
        (least, nearest)
    }
}

/// The people who are attacked, by their rows: some of the original, and as many of the control.
pub struct Targets {
    pub members: Vec<usize>,
    pub strangers: Vec<usize>,
}

impl Targets {
    /// At most so many of each. Half of the control is left: an attacker knows such people.
    pub fn choose(scene: &Scene, most: usize, source: &mut Source) -> Targets {
        let strangers = scene.control.as_ref().map(|control| control.rows());
        let number = most.min(scene.original.rows()).min(strangers.map_or(usize::MAX, |rows| rows.div_ceil(2)));
        Targets {
            members: some_of(scene.original.rows(), number, source),
            strangers: strangers.map_or(Vec::new(), |rows| some_of(rows, number, source)),
        }
    }
}

/// So many different numbers below a limit, in random order.
pub fn some_of(limit: usize, number: usize, source: &mut Source) -> Vec<usize> {
    let mut places: Vec<usize> = (0..limit).collect();
    for place in 0..number.min(limit) {
        let other = place + below(limit - place, source);
        places.swap(place, other);
    }
    places.truncate(number);
    places
}

/// A number below a limit.
pub fn below(limit: usize, source: &mut Source) -> usize {
    usize::try_from(source.below(limit as u64)).unwrap_or(0)
}

/// Does something to each, on all cores, each with random bits of its own.
pub fn on_each<T: Sync, U: Send>(all: &[T], source: &mut Source, act: impl Fn(&T, &mut Source) -> U + Sync) -> Vec<U> {
    let sources: Vec<Source> = all.iter().map(|_| source.split()).collect();
    all.par_iter().zip(sources).map(|(item, mut source)| act(item, &mut source)).collect()
}
