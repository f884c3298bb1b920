//! How easily people are recognised in microdata, by person and for the file.
//!
//! Whoever knows the quasi-identifiers of a person finds those who share all of them, an *equivalence class*. A file
//! is *k*-anonymous if no class is smaller than *k* (Samarati and Sweeney 1998). A class in which everybody has the
//! same sensitive value tells it without anybody being found: *l*-diversity counts the values in it (Machanavajjhala
//! et al. 2007), *t*-closeness says how far it is from the file (Li, Li and Venkatasubramanian 2007).

mod classes;
mod report;
mod special;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::microdata::{Column, Microdata, Role};

use classes::{Classes, Marks};
pub use report::report;
pub use special::{Combination, MOST_LENGTH, Special};

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Classes of fewer people than this are small.
    pub threshold: u64,
    /// How many people there are of whom those in the file are a part; none if the file holds all of them, or an
    /// attacker knows that somebody is in it.
    pub population: Option<u64>,
    /// The most columns that are looked at together for special uniques; none are looked for with 0.
    pub length: usize,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Nobody can be recognised by nothing.
    #[error("no column is a quasi-identifier; describe what others may know of a person as one")]
    NoQuasiIdentifier,
    /// Smaller classes than one there are not.
    #[error("a threshold of {0} asks for nothing; write 2 at least")]
    Threshold(u64),
    /// The file is larger than the population.
    #[error("the population has {population} people, and the file already {rows}; name all those it was drawn from")]
    Population {
        /// The population.
        population: u64,
        /// The rows.
        rows: usize,
    },
    /// Longer combinations than can be looked at.
    #[error("special uniques are looked for up to {MOST_LENGTH} columns, not {0}")]
    Length(usize),
}

/// How easily people are recognised in a file.
#[derive(Clone, Debug, Serialize)]
pub struct Risk {
    /// How many people there are.
    pub people: usize,
    /// By what they can be recognised.
    pub quasi_identifiers: Vec<String>,
    /// Classes of fewer people are small.
    pub threshold: u64,
    /// How many classes there are.
    pub classes: usize,
    /// The size of the smallest class: the *k* of the file.
    pub smallest: u64,
    /// People who share their quasi-identifiers with nobody.
    pub unique: u64,
    /// People in small classes.
    pub small: u64,
    /// People by the size of their class.
    pub sizes: Vec<Size>,
    /// The chance to be recognised, for an attacker who knows that the person is in the file.
    pub prosecutor: Chance,
    /// The chance to be recognised, for an attacker who knows only that the person is one of the population.
    pub journalist: Option<Chance>,
    /// What classes tell of sensitive columns.
    pub sensitive: Vec<Sensitive>,
    /// Those who are unique by few columns.
    pub special: Option<Special>,
    /// What would be left if a column were left out.
    pub without: Vec<Without>,
}

/// People in classes of some size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Size {
    /// The smallest class counted here.
    pub from: u64,
    /// The largest; none where there is no limit.
    pub to: Option<u64>,
    /// How many classes.
    pub classes: u64,
    /// How many people in them.
    pub people: u64,
}

/// The chance of people to be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// Of whoever has the highest.
    pub highest: f64,
    /// Of all on average: the part of the file that an attacker who tries everybody gets right (the marketer's).
    pub average: f64,
    /// How many would be recognised.
    pub expected: f64,
}

/// What classes tell of a sensitive column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sensitive {
    /// The column.
    pub column: String,
    /// The fewest different values in a class: distinct *l*-diversity.
    pub distinct: usize,
    /// The fewest equally frequent values that would be as uncertain: entropy *l*-diversity.
    pub entropy: f64,
    /// How far a class is at most from the file, from 0 to 1 (total variation distance): *t*-closeness.
    pub distance: f64,
    /// People in classes of two and more in which all have the same value: their value is told though they are not
    /// found.
    pub told: u64,
}

/// What would be left if a column were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Without {
    /// The column.
    pub column: String,
    /// People who would share their quasi-identifiers with nobody.
    pub unique: u64,
    /// People in small classes.
    pub small: u64,
}

/// How easily one person is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Person {
    /// How many people in the file have the same quasi-identifiers.
    pub class: u32,
    /// The chance to be recognised: the journalist's where a population is given, the prosecutor's else.
    pub chance: f64,
    /// How special the person is: 0 for whoever is not unique by any few columns.
    pub score: f64,
}

/// How easily people are recognised, for the file and person by person.
///
/// # Errors
/// The question cannot be asked of these data.
pub fn assess(microdata: &Microdata, question: &Question) -> Result<(Risk, Vec<Person>), Unanswered> {
    let columns: Vec<&Column> =
        microdata.columns().iter().filter(|column| column.role == Role::QuasiIdentifier).collect();
    refuse(microdata, question, &columns)?;
    let marks = Marks::of(&columns, microdata.rows());
    let classes = Classes::of(&marks.all());
    let special = (question.length > 0).then(|| special::find(&columns, microdata.rows(), question.length));
    let chances: Vec<f64> = classes.sizes().map(|size| chance(size, microdata.rows(), question.population)).collect();
    let (special, scores) = special.unzip();
    let people = classes.sizes().zip(&chances).enumerate().map(|(row, (class, chance))| Person {
        class,
        chance: *chance,
        score: scores.as_ref().and_then(|scores| scores.get(row)).copied().unwrap_or_default(),
    });
    let people: Vec<Person> = people.collect();
    let prosecutor = average(&classes.sizes().map(|size| 1.0 / f64::from(size)).collect::<Vec<f64>>());
    let without = columns.par_iter().zip(marks.without()).map(|(column, marks)| {
        let classes = Classes::of(&marks);
        Without { column: column.name.clone(), unique: classes.below(2), small: classes.below(question.threshold) }
    });
    let sensitive = microdata.columns().iter().filter(|column| column.role == Role::Sensitive);
    let risk = Risk {
        people: microdata.rows(),
        quasi_identifiers: columns.iter().map(|column| column.name.clone()).collect(),
        threshold: question.threshold,
        classes: classes.len(),
        smallest: classes.sizes().min().map_or(0, u64::from),
        unique: classes.below(2),
        small: classes.below(question.threshold),
        sizes: sizes(&classes),
        prosecutor,
        journalist: question.population.map(|_| average(&chances)),
        sensitive: sensitive.map(|column| tells(column, &classes)).collect(),
        special,
        without: without.collect(),
    };
    Ok((risk, people))
}

fn refuse(microdata: &Microdata, question: &Question, columns: &[&Column]) -> Result<(), Unanswered> {
    if columns.is_empty() {
        return Err(Unanswered::NoQuasiIdentifier);
    }
    if question.threshold < 2 {
        return Err(Unanswered::Threshold(question.threshold));
    }
    if question.length > MOST_LENGTH {
        return Err(Unanswered::Length(question.length));
    }
    let rows = microdata.rows();
    match question.population.filter(|population| *population < rows as u64) {
        Some(population) => Err(Unanswered::Population { population, rows }),
        None => Ok(()),
    }
}

/// The chance to recognise one of a class, of whose population the file is a part: the mean of 1/F for a class of f
/// here and F there, F − f being negative binomial (Benedetti and Franconi 1998; Hundepool et al. 2012, section 3.3.1),
/// by its first terms from 3 people on.
fn chance(class: u32, rows: usize, population: Option<u64>) -> f64 {
    let size = f64::from(class.max(1));
    let Some(population) = population.filter(|population| *population > rows as u64) else { return 1.0 / size };
    let part = rows as f64 / population as f64;
    let odds = part / (1.0 - part);
    match class {
        0 | 1 => odds * (1.0 / part).ln(),
        2 => odds - odds * odds * (1.0 / part).ln(),
        _ => part / (size - (1.0 - part)),
    }
}

fn average(chances: &[f64]) -> Chance {
    let expected: f64 = chances.iter().sum();
    let highest = chances.iter().copied().fold(0.0, f64::max);
    Chance { highest, average: if chances.is_empty() { 0.0 } else { expected / chances.len() as f64 }, expected }
}

fn sizes(classes: &Classes) -> Vec<Size> {
    let limits = [(1, Some(1)), (2, Some(2)), (3, Some(4)), (5, Some(9)), (10, Some(19)), (20, Some(49)), (50, None)];
    let size = |(from, to): (u64, Option<u64>)| {
        let within = |size: &&u32| u64::from(**size) >= from && to.is_none_or(|to| u64::from(**size) <= to);
        let here: Vec<&u32> = classes.counts().iter().filter(within).collect();
        Size { from, to, classes: here.len() as u64, people: here.iter().map(|size| u64::from(**size)).sum() }
    };
    limits.map(size).to_vec()
}

fn tells(column: &Column, classes: &Classes) -> Sensitive {
    let mut values: Vec<FxHashMap<u16, u32>> = vec![FxHashMap::default(); classes.len()];
    let mut all: BTreeMap<u16, u32> = BTreeMap::new();
    for (class, code) in classes.of_rows().iter().zip(&column.codes) {
        if let Some(values) = values.get_mut(*class as usize) {
            *values.entry(*code).or_default() += 1;
        }
        *all.entry(*code).or_default() += 1;
    }
    let rows = column.codes.len() as f64;
    let entropy = |values: &FxHashMap<u16, u32>, size: f64| -> f64 {
        values.values().map(|count| f64::from(*count) / size).map(|part| -part * part.ln()).sum()
    };
    let distance = |values: &FxHashMap<u16, u32>, size: f64| -> f64 {
        let part = |code: &u16| values.get(code).map_or(0.0, |count| f64::from(*count) / size);
        all.iter().map(|(code, count)| (part(code) - f64::from(*count) / rows).abs()).sum::<f64>() / 2.0
    };
    let each = values.iter().zip(classes.counts()).map(|(values, size)| (values, f64::from(*size)));
    let told = values.iter().zip(classes.counts()).filter(|(values, size)| values.len() == 1 && **size > 1);
    Sensitive {
        column: column.name.clone(),
        distinct: values.iter().map(FxHashMap::len).min().unwrap_or_default(),
        entropy: each.clone().map(|(values, size)| entropy(values, size).exp()).fold(f64::INFINITY, f64::min),
        distance: each.map(|(values, size)| distance(values, size)).fold(0.0, f64::max),
        told: told.map(|(_, size)| u64::from(*size)).sum(),
    }
}
