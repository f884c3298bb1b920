//! Codes compared with codes: who is in both lists?
//!
//! All pairs of a few thousand codes are looked at. Of more, only those are that agree in all of
//! some bits drawn at random, for enough such draws that a pair at the threshold itself is missed
//! once in fifty times (locality-sensitive hashing of Hamming distance: Indyk and Motwani 1998; for
//! Bloom filters Durham 2012, Karapiperis and Verykios 2015). A pair that is more alike is missed much more seldom.

use std::io::Write;

use csv::WriterBuilder;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::codes::Codes;
use crate::batch::{Error, Random};

/// Pairs drawn at random to see how alike strangers are, in lists that have at least so many pairs.
const STRANGERS: usize = 100_000;
const MANY: u64 = 1_000_000;
/// Share of strangers that may be as alike as the threshold.
const ALIKE: f64 = 0.001;
/// A pair at the threshold may be missed this often.
const MISSED: f64 = 0.02;
/// Most draws of bits.
const MOST_DRAWS: usize = 400;
/// Most bits of a draw.
const MOST_DRAWN: usize = 32;
/// Words compared before it is asked whether a pair can still be alike.
const STRIDE: usize = 4;

/// How pairs are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// From 0 to 1: two codes that are less alike are two people.
    pub threshold: f64,
    /// Up to so many pairs all are looked at, of more only those that draws of bits bring together.
    pub all_pairs_up_to: u64,
}

impl Search {
    /// Pairs that are looked at within seconds.
    pub const FEW: u64 = 500_000_000;
}

/// Two records that are one person's: places in either list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// In the first list.
    pub one: u32,
    /// In the second.
    pub other: u32,
    /// From 0 to 1.
    pub similarity: f32,
}

/// What comparing came to.
#[derive(Debug)]
pub struct Compared {
    /// The most alike first, each record once.
    pub pairs: Vec<Found>,
    /// Pairs of codes that were looked at.
    pub looked_at: u64,
    /// The share of pairs at the threshold itself that were looked at, as can be expected.
    pub expected: f64,
}

/// Finds who is in both lists. Each record has one partner at most; the most alike are joined
/// first.
///
/// # Errors
/// The lists were encoded with different parameters or secrets, or the threshold is none or one that
/// strangers reach.
pub fn compare(one: &Codes, other: &Codes, search: Search) -> Result<Compared, Error> {
    if !(0.0..=1.0).contains(&search.threshold) {
        return Err(Error::file(&one.path, format!("the threshold is a number from 0 to 1, not {}", search.threshold)));
    }
    refuse_unlike(one, other)?;
    let (these, those) = (Distinct::of(one), Distinct::of(other));
    let pairs = these.len() as u64 * those.len() as u64;
    if pairs > MANY {
        refuse_strangers(one, &these, &those, search.threshold)?;
    }
    let plan = (pairs > search.all_pairs_up_to).then(|| Plan::new(&these, &those, search.threshold));
    let (found, looked_at, expected) = match &plan {
        None => {
            let found = exhaustive(&these, &those, search.threshold);
            (found, pairs, 1.0)
        }
        Some(plan) => {
            let (found, looked_at) = plan.run(&these, &those, search.threshold);
            (found, looked_at, plan.expected)
        }
    };
    Ok(Compared { pairs: decide(found, &these, &those), looked_at, expected })
}

/// Writes pairs as rows: the two records' names and how alike they are.
///
/// # Errors
/// The output cannot be written.
pub fn write_pairs(one: &Codes, other: &Codes, pairs: &[Found], out: impl Write) -> csv::Result<()> {
    let mut writer = WriterBuilder::new().buffer_capacity(1 << 20).from_writer(out);
    writer.write_record(["one", "other", "similarity"])?;
    for pair in pairs {
        let (one, other) = (one.ids.get(pair.one as usize), other.ids.get(pair.other as usize));
        writer.write_record([one, other, &format!("{:.4}", pair.similarity)])?;
    }
    writer.flush()?;
    Ok(())
}

fn refuse_unlike(one: &Codes, other: &Codes) -> Result<(), Error> {
    if let Some(difference) = one.parameters.difference(&other.parameters) {
        let reason = format!(
            "the lists were encoded differently: {difference}; encode both with the same --fields, --bits, --hardening \
             and --salt"
        );
        return Err(Error::row(&other.path, 1, reason));
    }
    if one.check != other.check {
        let reason = format!(
            "this list was encoded with another secret than {}, or by a version of Watari that reads names otherwise; \
             encode both anew with one secret and one version",
            one.path.display()
        );
        return Err(Error::row(&other.path, 1, reason));
    }
    Ok(())
}

/// A threshold that strangers reach makes pairs of nearly everybody.
fn refuse_strangers(list: &Codes, these: &Distinct, those: &Distinct, threshold: f64) -> Result<(), Error> {
    let mut random = Random(7);
    let mut alike: Vec<f32> = (0..STRANGERS)
        .filter_map(|_| {
            let (one, other) = (random.below(these.len()), random.below(those.len()));
            similarity(these.codes[one], these.ones[one], those.codes[other], those.ones[other], 0.0)
        })
        .collect();
    let reaching = alike.iter().filter(|similarity| f64::from(**similarity) >= threshold).count() as f64;
    if reaching <= ALIKE * STRANGERS as f64 {
        return Ok(());
    }
    alike.sort_unstable_by(f32::total_cmp);
    let from = alike[alike.len() - 1 - (ALIKE * alike.len() as f64) as usize];
    let share = reaching * 100.0 / STRANGERS as f64;
    let reason = format!(
        "{share:.1} % of strangers are as alike as the threshold {threshold}; choose one above {:.2}",
        (from * 100.0).ceil() / 100.0
    );
    Err(Error::file(&list.path, reason))
}

/// The different codes of a list, and who has each: a list of nothing but copies costs no more
/// than one record.
struct Distinct<'a> {
    codes: Vec<&'a [u64]>,
    ones: Vec<u32>,
    holders: Vec<Vec<u32>>,
}

impl<'a> Distinct<'a> {
    fn of(list: &'a Codes) -> Distinct<'a> {
        let mut known: FxHashMap<&[u64], u32> = FxHashMap::default();
        let mut distinct = Distinct { codes: Vec::new(), ones: Vec::new(), holders: Vec::new() };
        for at in 0..list.len() {
            let code = list.code(at);
            let place = *known.entry(code).or_insert(distinct.codes.len() as u32) as usize;
            if place == distinct.codes.len() {
                distinct.codes.push(code);
                distinct.ones.push(code.iter().map(|word| word.count_ones()).sum());
                distinct.holders.push(Vec::new());
            }
            distinct.holders[place].push(at as u32);
        }
        distinct
    }

    fn len(&self) -> usize {
        self.codes.len()
    }

    /// Bits that are set in a code on average.
    fn average(&self) -> f64 {
        self.ones.iter().map(|&ones| f64::from(ones)).sum::<f64>() / self.len().max(1) as f64
    }
}

/// The similarity of two codes if it reaches the threshold. Dice's is 1 - different / (ones of one +
/// ones of the other), so that the bits that may differ are known before any are compared.
fn similarity(one: &[u64], ones: u32, other: &[u64], others: u32, threshold: f64) -> Option<f32> {
    let all = f64::from(ones + others);
    if all == 0.0 {
        return None;
    }
    let most = ((1.0 - threshold) * all + 1e-6) as u32;
    if ones.abs_diff(others) > most {
        return None;
    }
    let mut different = 0;
    for (one, other) in one.chunks(STRIDE).zip(other.chunks(STRIDE)) {
        different += one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum::<u32>();
        if different > most {
            return None;
        }
    }
    Some((1.0 - f64::from(different) / all) as f32)
}

fn exhaustive(these: &Distinct, those: &Distinct, threshold: f64) -> Vec<Found> {
    (0..these.len())
        .into_par_iter()
        .flat_map_iter(|one| {
            (0..those.len()).filter_map(move |other| {
                let similarity =
                    similarity(these.codes[one], these.ones[one], those.codes[other], those.ones[other], threshold)?;
                Some(Found { one: one as u32, other: other as u32, similarity })
            })
        })
        .collect()
}

/// Which bits are drawn.
struct Plan {
    draws: Vec<Vec<u16>>,
    expected: f64,
}

impl Plan {
    fn new(these: &Distinct, those: &Distinct, threshold: f64) -> Plan {
        let bits = these.codes.first().map_or(64, |code| code.len() * 64);
        // How likely two codes at the threshold agree in one bit.
        let agree = 1.0 - (1.0 - threshold) * (these.average() + those.average()) / bits as f64;
        let drawn =
            ((these.len().max(those.len()) as f64).log2().ceil() as usize).saturating_sub(1).clamp(8, MOST_DRAWN);
        let once = agree.clamp(0.01, 0.999).powi(drawn as i32);
        let wanted = (MISSED.ln() / (1.0 - once).ln()).ceil() as usize;
        let draws = wanted.clamp(1, MOST_DRAWS);
        let mut random = Random(2026);
        let draws: Vec<Vec<u16>> = (0..draws)
            .map(|_| {
                let mut draw = Vec::with_capacity(drawn);
                while draw.len() < drawn {
                    let bit = random.below(bits) as u16;
                    if !draw.contains(&bit) {
                        draw.push(bit);
                    }
                }
                draw
            })
            .collect();
        let expected = 1.0 - (1.0 - once).powi(draws.len() as i32);
        Plan { draws, expected }
    }

    fn run(&self, these: &Distinct, those: &Distinct, threshold: f64) -> (Vec<Found>, u64) {
        let found = self.draws.par_iter().map(|draw| {
            let (ours, theirs) = (sorted(these, draw), sorted(those, draw));
            let (mut found, mut looked_at) = (Vec::new(), 0u64);
            let mut rest = theirs.as_slice();
            for ours in ours.chunk_by(|one, next| one.0 == next.0) {
                let key = ours[0].0;
                rest = &rest[rest.partition_point(|(other, _)| *other < key)..];
                let alike = &rest[..rest.partition_point(|(other, _)| *other == key)];
                looked_at += (ours.len() * alike.len()) as u64;
                for &(_, one) in ours {
                    let (code, ones) = (these.codes[one as usize], these.ones[one as usize]);
                    found.extend(alike.iter().filter_map(|&(_, other)| {
                        let (theirs, others) = (those.codes[other as usize], those.ones[other as usize]);
                        let similarity = similarity(code, ones, theirs, others, threshold)?;
                        Some(Found { one, other, similarity })
                    }));
                }
            }
            (found, looked_at)
        });
        let (found, looked_at) = found.reduce(
            || (Vec::new(), 0),
            |(one, these), (other, those)| {
                let (mut more, fewer) = if one.len() >= other.len() { (one, other) } else { (other, one) };
                more.extend(fewer);
                (more, these + those)
            },
        );
        let mut seen = FxHashSet::default();
        let found = found.into_iter().filter(|pair| seen.insert((pair.one, pair.other))).collect();
        (found, looked_at)
    }
}

/// The codes by what they have of the drawn bits.
fn sorted(list: &Distinct, draw: &[u16]) -> Vec<(u32, u32)> {
    let key = |code: &[u64]| {
        draw.iter().fold(0u32, |key, &bit| key << 1 | (code[usize::from(bit) / 64] >> (bit % 64) & 1) as u32)
    };
    let mut keys: Vec<(u32, u32)> = list.codes.iter().zip(0..).map(|(code, at)| (key(code), at)).collect();
    keys.sort_unstable();
    keys
}

/// Joins the most alike first, each record to one; of equals those first in the lists.
fn decide(mut found: Vec<Found>, these: &Distinct, those: &Distinct) -> Vec<Found> {
    found.par_sort_unstable_by(|a, b| {
        b.similarity.total_cmp(&a.similarity).then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    let (mut used, mut other_used) = (vec![0usize; these.len()], vec![0usize; those.len()]);
    let mut pairs = Vec::new();
    for pair in found {
        let (ours, theirs) = (&these.holders[pair.one as usize], &those.holders[pair.other as usize]);
        let (mine, yours) = (&mut used[pair.one as usize], &mut other_used[pair.other as usize]);
        while *mine < ours.len() && *yours < theirs.len() {
            pairs.push(Found { one: ours[*mine], other: theirs[*yours], similarity: pair.similarity });
            *mine += 1;
            *yours += 1;
        }
    }
    pairs
}
