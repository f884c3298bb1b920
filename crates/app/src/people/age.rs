//! Ages as figures tell them: in bands.

use crate::dates::Day;

/// The age bands of UNHCR's statistics: the first age of each, and how it is written.
pub const BANDS: [(i64, &str); 5] = [(0, "0-4"), (5, "5-11"), (12, "12-17"), (18, "18-59"), (60, "60+")];

/// The band of an age in years.
pub fn band(age: i64) -> &'static str {
    BANDS.iter().rev().find(|(from, _)| age >= *from).map_or("", |(_, band)| band)
}

/// The age band of someone born between two days, on a day; none where they may be of either of two.
pub fn band_of_born(born: [Option<Day>; 2], on: Day) -> &'static str {
    let of = |born: Day| band(born.years_until(on));
    match born {
        [Some(first), Some(last)] if of(first) == of(last) => of(first),
        _ => "",
    }
}
