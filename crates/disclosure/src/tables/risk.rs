//! What tables would tell if they were published as they are.

use std::collections::BTreeSet;

use super::axes::{Axes, Fixed};
use super::protect::totals;
use super::system::System;
use super::{Table, TableRisk};

/// What each table would tell, together with the others of its population.
pub fn risk_of(tables: &[Table], threshold: u64) -> Vec<TableRisk> {
    tables.iter().map(|table| risk(table, tables, threshold)).collect()
}

fn risk(table: &Table, tables: &[Table], threshold: u64) -> TableRisk {
    let is_small = |count: u64| count > 0 && count < threshold;
    let cells = totals(&table.dimensions, &table.counts);
    TableRisk {
        table: table.name.clone(),
        small: cells.iter().filter(|(_, count)| is_small(*count)).count(),
        people: table.counts.iter().filter(|count| is_small(**count)).sum(),
        zeros: table.counts.iter().filter(|count| **count == 0).count(),
        by_difference: by_difference(table, tables, is_small).unwrap_or_default(),
    }
}

/// How many small figures follow from the others by adding and subtracting; nothing where tables do not fit.
fn by_difference(table: &Table, tables: &[Table], is_small: impl Fn(u64) -> bool) -> Option<usize> {
    let linked: Vec<&Table> = tables.iter().filter(|other| other.population == table.population).collect();
    let axes = Axes::new(linked.iter().map(|it| (it.name.as_str(), it.dimensions.as_slice())), &[]).ok()?;
    let set = |table: &&Table| axes.places(&table.dimensions).into_iter().map(|(axis, _)| axis).collect();
    let sets: BTreeSet<BTreeSet<u16>> = linked.iter().map(set).collect();
    let mut system = System::default();
    system.add_cliques(0, &axes, &sets);
    let mut figures: Vec<Option<i64>> = vec![None; system.len()];
    let mut small = Vec::new();
    for each in &linked {
        for (coordinates, count) in totals(&each.dimensions, &each.counts) {
            let fixed: Fixed = super::protect::fixed(&axes, &each.dimensions, &coordinates);
            let id = system.id(0, &fixed)?;
            if !is_small(count) {
                figures.iter_mut().skip(id).take(1).for_each(|figure| *figure = i64::try_from(count).ok());
            } else if std::ptr::eq(*each, table) {
                small.push(id);
            }
        }
    }
    system.deduce(&mut figures);
    Some(small.iter().filter(|id| figures.get(**id).copied().flatten().is_some()).count())
}
