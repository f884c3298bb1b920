//! What an attack plays on: people, and what was released of them, in the same codes.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

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
            for (side, coded) in sides.iter_mut().zip(same_codes(column, others)) {
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

/// A column three times, with codes that mean the same in each.
fn same_codes(column: &Column, others: [Option<&Column>; 2]) -> [Option<Column>; 3] {
    let mut values = column.values.clone();
    let mut codes: FxHashMap<String, u16> = values.iter().cloned().zip(1..).collect();
    let mut coded = others.map(|other| {
        let other = other?;
        let places: Vec<u16> = std::iter::once(0)
            .chain(other.values.iter().map(|value| {
                *codes.entry(value.clone()).or_insert_with(|| {
                    values.push(value.clone());
                    u16::try_from(values.len()).unwrap_or(u16::MAX)
                })
            }))
            .collect();
        let codes = other.codes.iter().map(|code| places.get(usize::from(*code)).copied().unwrap_or(0)).collect();
        Some(Column { codes, ..column.clone() })
    });
    let mut own = Some(column.clone());
    for column in coded.iter_mut().chain([&mut own]).flatten() {
        column.values.clone_from(&values);
    }
    let [control, released] = coded;
    [own, control, released]
}

/// Rows of some columns, each row together.
pub struct People {
    width: usize,
    codes: Vec<u16>,
}

impl People {
    /// All rows, of these columns.
    pub fn of(data: &Microdata, columns: &[usize]) -> People {
        let chosen: Vec<&Column> = columns.iter().filter_map(|place| data.columns().get(*place)).collect();
        let mut codes = vec![0; data.rows() * chosen.len()];
        for (place, column) in chosen.iter().enumerate() {
            for (cell, code) in codes.iter_mut().skip(place).step_by(chosen.len()).zip(&column.codes) {
                *cell = *code;
            }
        }
        People { width: chosen.len(), codes }
    }

    /// The people, one after the other.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, u16> {
        self.codes.chunks_exact(self.width.max(1))
    }

    /// One person.
    pub fn row(&self, place: usize) -> &[u16] {
        self.codes.get(place * self.width..(place + 1) * self.width).unwrap_or(&[])
    }

    /// Those that differ from a person in the fewest columns, and in how many.
    pub fn nearest(&self, person: &[u16]) -> (u16, Vec<usize>) {
        let mut least = u16::MAX;
        let mut nearest = Vec::new();
        for (place, row) in self.rows().enumerate() {
            let distance = distance(row, person);
            if distance < least {
                least = distance;
                nearest.clear();
            }
            if distance == least {
                nearest.push(place);
            }
        }
        (least, nearest)
    }
}

/// In how many columns two people differ.
pub fn distance(one: &[u16], other: &[u16]) -> u16 {
    one.iter().zip(other).map(|(one, other)| u16::from(one != other)).sum()
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
