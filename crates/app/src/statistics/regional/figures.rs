//! From what this house holds to its part, and from everyone's subtotals to the tables of the total.

use disclosure::account::{Delta, Epsilon, Rho};
use disclosure::noise::{Gaussian, Source};
use disclosure::shares;
use serde::{Deserialize, Serialize};

use super::model::{AgreementInput, Terms};
use crate::access::Viewer;
use crate::code::Code;
use crate::db::Tx;
use crate::error::Error;
use crate::statistics::Dimension;
use crate::statistics::releases::TableInput;
use crate::statistics::releases::figures::{Axis, Counted, FrozenTable, count, with_totals, within};

/// How the cells of a table lie: over the axes first, then over them again for each value of a dimension of which a
/// person may have several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The axes of which each person has one value.
    pub axes: Vec<Axis>,
    /// The dimension of which a person may have several values.
    pub several: Option<Axis>,
}

impl Shape {
    fn of(counted: &Counted) -> Shape {
        let several = counted.overlapping.as_ref().map(|(dimension, groups)| Axis {
            code: dimension.code().to_owned(),
            values: groups.iter().map(|(value, _)| value.clone()).collect(),
        });
        Shape { axes: counted.axes.clone(), several }
    }

    /// How many cells lie over the axes.
    fn plain(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul)
    }

    fn groups(&self) -> usize {
        1 + self.several.as_ref().map_or(0, |axis| axis.values.len())
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.plain().saturating_mul(self.groups())
    }

    /// The table of a total whose cells carry noise.
    fn table(&self, input: &TableInput, cells: &[i64], sigma: f64) -> FrozenTable {
        let sizes: Vec<usize> = self.axes.iter().map(|axis| axis.values.len()).collect();
        let mut groups = cells.chunks(self.plain().max(1)).map(|cells| with_totals(cells, &sizes, sigma));
        let base = groups.next().unwrap_or_default();
        let overlapping = groups.enumerate().flat_map(|(number, cells)| cells.into_iter().map(move |it| (number, it)));
        let several = self.several.as_ref().and_then(|axis| {
            let groups = axis.values.iter().map(|value| (value.clone(), Vec::new())).collect();
            Some((Dimension::from_code(&axis.code)?, groups))
        });
        let empty = Counted { input: input.clone(), axes: self.axes.clone(), counts: Vec::new(), overlapping: several };
        empty.shown(base, overlapping.collect())
    }
}

/// The noise that an agreement asks of each house.
#[derive(Clone)]
pub struct Noise {
    each: Gaussian,
    /// What each house spends.
    pub rho: Rho,
    /// The standard deviation of the noise in a cell of the total.
    pub sigma: f64,
}

impl Noise {
    /// Wide enough to protect everyone towards all other organisations but one together, and whoever is counted by as
    /// many of them as the agreement says: the total then changes by so many for one person, and the noise is as many
    /// times wider.
    ///
    /// # Errors
    /// Terms that no house could have proposed.
    pub fn of(terms: &Terms) -> Result<Noise, Error> {
        let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("noise of an agreement: {error}"));
        let epsilon = Epsilon::new(terms.input.epsilon).map_err(|error| broken(&error))?;
        let delta = Delta::new(terms.delta).map_err(|error| broken(&error))?;
        let rho = Rho::within(epsilon, delta);
        let changed: u64 = terms.shapes.iter().map(|shape| shape.groups() as u64).sum();
        let sensitivity = changed.saturating_mul(terms.input.known_to.saturating_pow(2));
        let parties = terms.parties();
        let each = shares::noise_of_each(sensitivity, rho, parties, parties.saturating_sub(2))
            .map_err(|error| broken(&error))?;
        let sigma = each.sigma() * (parties as f64).sqrt();
        Ok(Noise { each, rho, sigma })
    }

    /// In 95 of 100 draws a cell of the total lies no farther from the count.
    pub fn within(&self) -> u64 {
        within(self.sigma)
    }
}

/// How the cells of an agreement lie in this house.
///
/// # Errors
/// Not allowed, or the database failed.
pub fn shapes(tx: &mut Tx<'_>, viewer: &Viewer, input: &AgreementInput) -> Result<Vec<Shape>, Error> {
    Ok(count_all(tx, viewer, input)?.iter().map(Shape::of).collect())
}

fn count_all(tx: &mut Tx<'_>, viewer: &Viewer, input: &AgreementInput) -> Result<Vec<Counted>, Error> {
    let (viewer, release) = (viewer.counting()?, input.as_release());
    input.tables.iter().map(|table| count(tx, &viewer, &release, table)).collect()
}

/// Whether this house knows the same values as whoever proposed.
///
/// # Errors
/// It does not, or as [`shapes`].
pub fn check_shapes(tx: &mut Tx<'_>, viewer: &Viewer, terms: &Terms) -> Result<(), Error> {
    let same = shapes(tx, viewer, &terms.input)? == terms.shapes;
    if same { Ok(()) } else { Err(Error::Refused("refused-regional-values")) }
}

/// This house's counts with its noise, drawn here and never again.
///
/// # Errors
/// As [`check_shapes`].
pub fn noisy_counts(tx: &mut Tx<'_>, viewer: &Viewer, terms: &Terms, noise: &Noise) -> Result<Vec<i64>, Error> {
    let counted = count_all(tx, viewer, &terms.input)?;
    if counted.iter().map(Shape::of).ne(terms.shapes.iter().cloned()) {
        return Err(Error::Refused("refused-regional-values"));
    }
    let groups = |table: &Counted| {
        let with = table.overlapping.iter().flat_map(|(_, groups)| groups).flat_map(|(_, counts)| counts);
        table.counts.iter().chain(with).copied().collect::<Vec<u64>>()
    };
    let counts = counted.iter().flat_map(groups);
    let mut counts: Vec<i64> = counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX)).collect();
    noise.each.add_to(&mut counts, &mut Source::secure());
    Ok(counts)
}

/// The tables of a total.
pub fn tables(terms: &Terms, total: &[i64], noise: &Noise) -> Vec<FrozenTable> {
    let mut rest = total;
    let table = |(input, shape): (&TableInput, &Shape)| {
        let (own, after) = rest.split_at(shape.cells().min(rest.len()));
        rest = after;
        shape.table(input, own, noise.sigma)
    };
    terms.input.tables.iter().zip(&terms.shapes).map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::input;
    use super::*;
    use crate::ids::AgreementId;
    use crate::statistics::IndicatorId;
    use crate::statistics::releases::figures::Figure;

    fn axis(code: &str, values: &[&str]) -> Axis {
        Axis { code: code.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn terms(known_to: u64) -> Terms {
        let needs =
            Shape { axes: vec![axis("sex", &["female", "male"])], several: Some(axis("need", &["a", "b", "c"])) };
        let mut input = input();
        input.known_to = known_to;
        input.tables =
            vec![TableInput { indicator: IndicatorId::NewPeople, by: vec![Dimension::Sex, Dimension::Need] }];
        Terms { id: AgreementId::new(), input, delta: 1e-6, shapes: vec![needs] }
    }

    /// One cell of the people and one of each of three needs, twice over: 4 · 2² squares, of two houses' noise.
    #[test]
    fn the_noise_covers_every_cell_that_one_person_may_change() {
        let noise = Noise::of(&terms(2)).unwrap();
        let each = (16.0 / (2.0 * 2.0 * noise.rho.value())).sqrt();
        assert!((noise.sigma - each * 3f64.sqrt()).abs() < 1e-3, "{} {each}", noise.sigma);
        assert!((Noise::of(&terms(1)).unwrap().sigma * 2.0 - noise.sigma).abs() < 1e-3);
        assert_eq!(noise.rho, Noise::of(&terms(3)).unwrap().rho, "what it costs does not depend on it");
    }

    #[test]
    fn the_total_lies_as_the_counts_were_laid() {
        let terms = terms(2);
        let noise = Noise::of(&terms).unwrap();
        let tables = tables(&terms, &[50, 40, 1, 2, 3, 4, 5, -6], &noise);
        assert_eq!(terms.cells(), 8);
        let at = |at: &[Option<u16>]| {
            let cell = tables[0].cells.iter().find(|cell| cell.at == at);
            cell.and_then(|cell| cell.figure.value())
        };
        assert_eq!((at(&[Some(0), None]), at(&[None, None])), (Some(50), Some(90)));
        assert_eq!((at(&[Some(1), Some(0)]), at(&[Some(0), Some(1)])), (Some(2), Some(3)));
        assert_eq!(at(&[Some(1), Some(2)]), Some(0), "nobody is fewer than none");
        let Figure::Noisy { within, .. } = tables[0].cells[0].figure else { panic!("not noisy") };
        assert_eq!(within, noise.within());
    }
}
