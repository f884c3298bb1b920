//! Pairs that were found likely, in memory as long as there is room and in a file after that.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};

/// Two records and the weight of their being one person, in bits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// The record that comes first.
    pub one: u32,
    /// The other.
    pub other: u32,
    /// The weight.
    pub weight: f32,
}

/// Bytes of a pair in a file.
const SIZE: usize = 12;

impl Pair {
    fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        bytes[..4].copy_from_slice(&self.one.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.other.to_le_bytes());
        bytes[8..].copy_from_slice(&self.weight.to_le_bytes());
        bytes
    }

    fn from_bytes([a, b, c, d, e, f, g, h, i, j, k, l]: [u8; SIZE]) -> Pair {
        Pair {
            one: u32::from_le_bytes([a, b, c, d]),
            other: u32::from_le_bytes([e, f, g, h]),
            weight: f32::from_le_bytes([i, j, k, l]),
        }
    }
}

/// A store of pairs that keeps to its share of memory.
pub struct Pairs {
    held: Vec<Pair>,
    most: usize,
    spilled: Option<BufWriter<File>>,
    in_file: usize,
}

impl Pairs {
    /// A store that holds at most `bytes` in memory.
    pub fn new(bytes: usize) -> Pairs {
        Pairs { held: Vec::new(), most: (bytes / SIZE).max(1024), spilled: None, in_file: 0 }
    }

    /// Adds pairs.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub fn extend(&mut self, pairs: &[Pair]) -> std::io::Result<()> {
        if self.held.len() + pairs.len() > self.most {
            let file = match &mut self.spilled {
                Some(file) => file,
                None => self.spilled.insert(BufWriter::with_capacity(1 << 20, tempfile::tempfile()?)),
            };
            for pair in &self.held {
                file.write_all(&pair.to_bytes())?;
            }
            self.in_file += self.held.len();
            self.held.clear();
        }
        self.held.extend_from_slice(pairs);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.in_file + self.held.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `visit` with each pair.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn each(&mut self, mut visit: impl FnMut(Pair)) -> std::io::Result<()> {
        if let Some(spilled) = &mut self.spilled {
            spilled.flush()?;
            spilled.get_mut().rewind()?;
            let mut reader = BufReader::with_capacity(1 << 20, spilled.get_ref());
            let mut bytes = [0; SIZE];
            for _ in 0..self.in_file {
                reader.read_exact(&mut bytes)?;
                visit(Pair::from_bytes(bytes));
            }
        }
        self.held.iter().copied().for_each(visit);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_comes_back_from_the_file() {
        let mut pairs = Pairs::new(0);
        let all: Vec<Pair> = (0..5_000u32).map(|at| Pair { one: at, other: at + 1, weight: at as f32 / 7.0 }).collect();
        all.chunks(700).for_each(|some| pairs.extend(some).unwrap());
        assert_eq!(pairs.len(), all.len());
        for _ in 0..2 {
            let mut back = Vec::new();
            pairs.each(|pair| back.push(pair)).unwrap();
            assert_eq!(back, all);
        }
    }
}
