//! Columns on their way in: each batch has a dictionary of its own, which joins the file's.

use rustc_hash::FxHashMap;

use crate::describe::{About, Bands, part_of_date};

use super::{Refused, is_kept};

/// A column of one batch: its different cells, and for each row which of them it is.
#[derive(Default)]
pub struct Batch {
    places: FxHashMap<Vec<u8>, u32>,
    cells: Vec<u32>,
}

impl Batch {
    /// Adds a cell, without the spaces around it.
    pub fn push(&mut self, cell: &[u8]) {
        let cell = cell.trim_ascii();
        let place = self.places.get(cell).copied().unwrap_or_else(|| {
            let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
            *self.places.entry(cell.to_vec()).or_insert(next)
        });
        self.cells.push(place);
    }
}

/// A column of the whole file.
pub struct Gathered {
    /// Its name.
    pub name: String,
    /// Its values: code `c` is `values[c - 1]`.
    pub values: Vec<String>,
    /// One code for each row; 0 is an empty cell.
    pub codes: Vec<u16>,
    /// Why it is not taken. From then on no more of it is kept.
    pub refused: Option<Refused>,
    about: About,
    places: FxHashMap<String, u16>,
}

impl Gathered {
    /// Whether every row says the same, so that the column tells nothing of anyone. A column of one value that some
    /// have and others not is a flag.
    pub fn says_nothing(&self) -> bool {
        self.values.len() <= 1 && self.codes.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// A column that is about to be read.
    pub fn new(name: String, about: About) -> Gathered {
        let declared = match (&about.values, &about.bands) {
            (Some(values), _) => values.clone(),
            (None, Some(bands)) => Bands::new(bands).names(),
            (None, None) => Vec::new(),
        };
        let places = declared.iter().cloned().zip(1..=u16::MAX).collect();
        Gathered { name, values: declared, codes: Vec::new(), refused: None, about, places }
    }

    /// Whether its cells are looked at.
    pub fn is_read(&self) -> bool {
        is_kept(&self.about) && self.refused.is_none()
    }

    /// Adds a batch, whose first row is the file's row `from`.
    pub fn join(&mut self, batch: &Batch, from: u64) {
        if !self.is_read() {
            return;
        }
        let mut code_of = vec![0u16; batch.places.len()];
        // In the order in which they occur, so that the first cell that is wrong is the one that is told.
        let mut cells: Vec<(&[u8], u32)> = batch.places.iter().map(|(cell, place)| (cell.as_slice(), *place)).collect();
        cells.sort_unstable_by_key(|(_, place)| *place);
        for (cell, place) in cells {
            match self.code(cell) {
                Ok(code) => code_of.iter_mut().skip(place as usize).take(1).for_each(|slot| *slot = code),
                Err(reason) => {
                    let at = batch.cells.iter().position(|cell| *cell == place).unwrap_or_default();
                    let row = from.saturating_add(at as u64);
                    self.refuse(Refused::Cell { row, column: self.name.clone(), reason });
                    return;
                }
            }
            if self.refused.is_some() {
                return;
            }
        }
        self.codes.extend(batch.cells.iter().map(|place| code_of.get(*place as usize).copied().unwrap_or(0)));
    }

    fn refuse(&mut self, refused: Refused) {
        self.refused = Some(refused);
        self.codes = Vec::new();
        self.places = FxHashMap::default();
    }

    fn code(&mut self, cell: &[u8]) -> Result<u16, String> {
        let cell = std::str::from_utf8(cell)
            .map_err(|_| "its letters are not written in UTF-8; save the file as CSV UTF-8".to_owned())?
            .trim();
        if cell.is_empty() {
            return Ok(0);
        }
        if let Some(bands) = &self.about.bands {
            match Bands::new(bands).of(cell) {
                Ok(place) => return Ok(u16::try_from(place + 1).unwrap_or_default()),
                Err(reason) if !self.about.released => return Err(reason),
                Err(_) => {}
            }
        }
        let value = match self.about.dates.map(|dates| part_of_date(cell, dates)) {
            Some(Ok(part)) => part,
            Some(Err(reason)) if !self.about.released => return Err(reason),
            _ => cell,
        };
        if let Some(code) = self.places.get(value) {
            return Ok(*code);
        }
        if let Some(values) = self.about.values.as_ref().filter(|_| !self.about.released) {
            let near = crate::describe::nearest(value, values.iter().map(String::as_str));
            let near = near.map(|near| format!("; is «{near}» meant?")).unwrap_or_default();
            return Err(format!("«{value}» is not among its values{near}"));
        }
        let Some(code) = u16::try_from(self.values.len() + 1).ok() else {
            let reason = super::Suspicion::TooManyValues.reason(&crate::describe::key(&self.name));
            self.refuse(Refused::Column { column: self.name.clone(), reason });
            return Ok(0);
        };
        self.places.insert(value.to_owned(), code);
        self.values.push(value.to_owned());
        Ok(code)
    }
}
