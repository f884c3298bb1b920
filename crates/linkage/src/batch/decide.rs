//! From pairs to people: who belongs together when all pairs are seen at once.

use std::collections::BTreeMap;

use super::pairs::{Pair, Pairs};

/// Records of a group within which every pair is looked at.
const LARGEST_GROUP: usize = 80;
/// One pair speaks for a group, or against it, with at most so many bits.
const LOUDEST: f32 = 12.0;
/// Steps by which a group that is too large is taken apart, in bits, and how far.
const STEP: f32 = 4.0;
const STEPS: u32 = 8;

/// Sets that are joined (union by index, path halving).
pub struct Sets(Vec<u32>);

impl Sets {
    /// Each record alone.
    pub fn new(len: usize) -> Sets {
        Sets((0..len as u32).collect())
    }

    /// The set's first record.
    pub fn find(&mut self, mut record: u32) -> u32 {
        while self.0[record as usize] != record {
            let above = self.0[self.0[record as usize] as usize];
            self.0[record as usize] = above;
            record = above;
        }
        record
    }

    /// Joins two records' sets.
    pub fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        // The first record stands for all, so that the result does not depend on the order of pairs.
        self.0[one.max(other) as usize] = one.min(other);
    }
}

/// Puts the records of one person together: pairs whose weight reaches `threshold` join, and
/// then each group of three and more is checked for chains. In a chain, a is like b and b like c
/// while a and c are plainly two people; so within a group every pair is weighed by `weigh`, and
/// parts are joined, the likeliest first, only while they agree on average (average linkage, Sokal
/// and Michener 1958). Groups too large for that are first taken apart at higher thresholds.
///
/// The result names for each record the first record of its person.
///
/// # Errors
/// Pairs that were put aside in a file cannot be read.
pub fn cluster(
    len: usize,
    pairs: &mut Pairs,
    threshold: f32,
    weigh: impl Fn(u32, u32) -> f32,
) -> std::io::Result<Vec<u32>> {
    let mut sets = Sets::new(len);
    pairs.each(|pair| {
        if pair.weight >= threshold {
            sets.join(pair.one, pair.other);
        }
    })?;
    let mut people: Vec<u32> = (0..len as u32).map(|record| sets.find(record)).collect();
    drop(sets);
    let mut sizes = vec![0u32; len];
    people.iter().for_each(|&first| sizes[first as usize] += 1);
    let mut large: BTreeMap<u32, Vec<Pair>> = BTreeMap::new();
    pairs.each(|pair| {
        let first = people[pair.one as usize];
        if pair.weight >= threshold && sizes[first as usize] > 2 {
            large.entry(first).or_default().push(pair);
        }
    })?;
    for pairs in large.into_values() {
        let mut members: Vec<u32> = pairs.iter().flat_map(|pair| [pair.one, pair.other]).collect();
        members.sort_unstable();
        members.dedup();
        for group in apart(&members, &pairs, threshold, STEPS) {
            for part in split(&group, threshold, &weigh) {
                part.iter().for_each(|&record| people[record as usize] = part[0]);
            }
        }
    }
    Ok(people)
}

/// A group as it is, or as smaller groups at higher thresholds.
fn apart(members: &[u32], pairs: &[Pair], threshold: f32, steps: u32) -> Vec<Vec<u32>> {
    if members.len() <= LARGEST_GROUP || steps == 0 {
        return vec![members.to_vec()];
    }
    let threshold = threshold + STEP;
    let place = |record: u32| members.binary_search(&record).unwrap_or_default() as u32;
    let mut sets = Sets::new(members.len());
    for pair in pairs.iter().filter(|pair| pair.weight >= threshold) {
        sets.join(place(pair.one), place(pair.other));
    }
    let mut groups: BTreeMap<u32, (Vec<u32>, Vec<Pair>)> = BTreeMap::new();
    for (at, &record) in members.iter().enumerate() {
        groups.entry(sets.find(at as u32)).or_default().0.push(record);
    }
    for &pair in pairs.iter().filter(|pair| pair.weight >= threshold) {
        groups.entry(sets.find(place(pair.one))).or_default().1.push(pair);
    }
    groups.into_values().flat_map(|(members, pairs)| apart(&members, &pairs, threshold, steps - 1)).collect()
}

/// The parts of a group that agree on average.
fn split(members: &[u32], threshold: f32, weigh: &impl Fn(u32, u32) -> f32) -> Vec<Vec<u32>> {
    if members.len() < 3 || members.len() > LARGEST_GROUP {
        return vec![members.to_vec()];
    }
    let mut parts: Vec<Vec<u32>> = members.iter().map(|&record| vec![record]).collect();
    let mut sums: Vec<Vec<f32>> = members
        .iter()
        .map(|&one| members.iter().map(|&other| (weigh(one, other) - threshold).clamp(-LOUDEST, LOUDEST)).collect())
        .collect();
    loop {
        let mut best = (0.0, 0, 0);
        for one in 0..parts.len() {
            for other in one + 1..parts.len() {
                let average = sums[one][other] / (parts[one].len() * parts[other].len()) as f32;
                if average > best.0 || (best.2 == 0 && average >= 0.0) {
                    best = (average, one, other);
                }
            }
        }
        let (_, one, other) = best;
        if other == 0 {
            return parts;
        }
        let joined = parts.swap_remove(other);
        parts[one].extend(joined);
        parts[one].sort_unstable();
        for row in &mut sums {
            row[one] += row[other];
            row.swap_remove(other);
        }
        sums.swap_remove(other);
        sums[one] = sums.iter().map(|row| row[one]).collect();
    }
}

/// How many records of the other file a record may be linked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Links {
    /// Neither file has a person twice: each record has at most one partner.
    OneToOne,
    /// Only the first file has each person once: each record of the second has at most one partner.
    OneToMany,
    /// Each pair that is likely enough.
    All,
}

/// The links between two files, the likeliest first.
///
/// # Errors
/// Pairs that were put aside in a file cannot be read.
pub fn link(pairs: &mut Pairs, threshold: f32, links: Links) -> std::io::Result<Vec<Pair>> {
    let mut likely = Vec::new();
    pairs.each(|pair| {
        if pair.weight >= threshold {
            likely.push(pair);
        }
    })?;
    likely.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.one, a.other).cmp(&(b.one, b.other))));
    let mut ones = rustc_hash::FxHashSet::default();
    let mut others = rustc_hash::FxHashSet::default();
    likely.retain(|pair| match links {
        Links::All => true,
        Links::OneToMany => others.insert(pair.other),
        Links::OneToOne => {
            let free = !ones.contains(&pair.one) && !others.contains(&pair.other);
            if free {
                ones.insert(pair.one);
                others.insert(pair.other);
            }
            free
        }
    });
    Ok(likely)
}

/// Numbers from 1 for people, in the order in which their first records stand in the file.
pub fn number(people: &[u32]) -> Vec<u32> {
    let mut numbers = vec![0u32; people.len()];
    let mut next = 0;
    let mut result = Vec::with_capacity(people.len());
    for &first in people {
        if numbers[first as usize] == 0 {
            next += 1;
            numbers[first as usize] = next;
        }
        result.push(numbers[first as usize]);
    }
    result
}

/// Groups by size, for a summary: how many people have how many records.
pub fn sizes(people: &[u32]) -> BTreeMap<usize, usize> {
    let mut counts = rustc_hash::FxHashMap::<u32, usize>::default();
    people.iter().for_each(|&first| *counts.entry(first).or_default() += 1);
    let mut sizes = BTreeMap::new();
    counts.into_values().for_each(|size| *sizes.entry(size).or_default() += 1);
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_breaks_where_its_ends_are_two_people() {
        let mut pairs = Pairs::new(1 << 20);
        // 0-1-2 are one person; 2-3 is doubtful, and 3 is nothing like 0 and 1.
        let held = [(0, 1, 9.0), (1, 2, 8.0), (2, 3, 1.0), (4, 5, 3.0)];
        pairs.extend(&held.map(|(one, other, weight)| Pair { one, other, weight })).unwrap();
        let weigh = |a: u32, b: u32| match (a.min(b), a.max(b)) {
            (0, 1) => 9.0,
            (1, 2) => 8.0,
            (0, 2) => 2.0,
            (2, 3) => 1.0,
            _ => -10.0,
        };
        assert_eq!(cluster(7, &mut pairs, 0.0, weigh).unwrap(), [0, 0, 0, 3, 4, 4, 6]);
    }

    #[test]
    fn links_keep_to_their_number() {
        let mut pairs = Pairs::new(1 << 20);
        let held = [(0, 10, 9.0), (0, 11, 8.0), (1, 10, 7.0), (1, 11, 6.0)];
        pairs.extend(&held.map(|(one, other, weight)| Pair { one, other, weight })).unwrap();
        let mut linked = |links| -> Vec<(u32, u32)> {
            link(&mut pairs, 0.0, links).unwrap().into_iter().map(|pair| (pair.one, pair.other)).collect()
        };
        assert_eq!(linked(Links::OneToOne), [(0, 10), (1, 11)]);
        assert_eq!(linked(Links::OneToMany), [(0, 10), (0, 11)]);
        assert_eq!(linked(Links::All).len(), 4);
    }
}
