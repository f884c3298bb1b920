//! Which pairs are looked at: those that share a key of at least one rule.
//!
//! A rule joins derived keys (a name's sound, a birth year, half a number). Each possible rule's
//! pairs are counted before any is run, on a sample that is scaled up; then rules are taken one
//! after another, each time the one that finds most for its pairs, as long as the budget lasts.
//! A pair belongs to the first rule that makes it, which the two records tell: no set of pairs and
//! no table of keys is ever kept. A rule's keys are sorted share by share where memory is short.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::columns::Kind;
use super::dictionary::{Random, mix};
use super::levels;
use super::records::Records;

/// Most rules at once.
pub const MOST_RULES: usize = 24;
/// Bytes for each record whose keys are sorted.
const SORTING: usize = 12;
const MOST_SHARES: usize = 1024;
/// Records whose pairs are counted to estimate a rule's.
const SAMPLE: usize = 65_536;
/// Invented matches by which rules are chosen.
const INVENTED: usize = 2_000;
/// What finding a match by a first, second, third rule is worth: one rule may fail it for reasons
/// that no model knows.
const WORTH: [f64; 4] = [1.0, 0.4, 0.2, 0.1];

/// A key derived from a record's values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The value itself.
    Whole(usize),
    /// The value's sound.
    Sound(usize),
    /// The sounds of given and family name in either order.
    Names,
    /// The rarest word's sound.
    Rare(usize),
    /// The commonest word's sound.
    Common(usize),
    /// A date's year.
    Year(usize),
    /// A date's day and month, guesses aside.
    DayMonth(usize),
    /// A number's first half.
    Head(usize),
    /// A number's second half.
    Tail(usize),
}

impl Part {
    /// The fields the key is made of.
    fn fields(self, records: &Records) -> Vec<usize> {
        match self {
            Part::Names => records.crossing.map(|(given, family)| vec![given, family]).unwrap_or_default(),
            Part::Whole(field)
            | Part::Sound(field)
            | Part::Rare(field)
            | Part::Common(field)
            | Part::Year(field)
            | Part::DayMonth(field)
            | Part::Head(field)
            | Part::Tail(field) => vec![field],
        }
    }

    fn key(self, records: &Records, record: usize) -> u64 {
        let row = records.row(record);
        match self {
            Part::Whole(field) => records.lexicon(field).hash(row[field]),
            Part::Sound(field) => records.lexicon(field).sound(row[field]),
            Part::Names => records.crossing.map_or(0, |(given, family)| {
                let lexicon = records.lexicon(given);
                let (a, b) = (lexicon.sound(row[given]), lexicon.sound(row[family]));
                if a == 0 || b == 0 { 0 } else { mix(a.min(b), a.max(b)) }
            }),
            Part::Rare(field) => records.lexicon(field).rare(row[field]),
            Part::Common(field) => records.lexicon(field).common(row[field]),
            Part::Year(field) => u64::from(records.lexicon(field).day(row[field]).year()),
            Part::DayMonth(field) => {
                let day = records.lexicon(field).day(row[field]);
                if day.is_whole() && !day.is_guess() { u64::from(day.0 % 10_000) } else { 0 }
            }
            Part::Head(field) | Part::Tail(field) => {
                self.half(records.lexicon(field).bytes(row[field])).map_or(0, super::dictionary::hash)
            }
        }
    }

    /// The half of a number that the key is, where the number is long enough for halves to say something.
    fn half(self, number: &[u8]) -> Option<&[u8]> {
        let half = number.len() / 2;
        let (head, tail) = number.split_at(half);
        (half >= 3).then_some(if matches!(self, Part::Head(_)) { head } else { tail })
    }

    /// Whether two records share the key. Most pairs do not, and of most a look at the rows tells.
    fn joins(self, records: &Records, one: usize, other: usize) -> bool {
        let (a, b) = (records.row(one), records.row(other));
        match self {
            Part::Whole(field) => a[field] == b[field] && a[field] != 0,
            Part::Sound(field) => {
                let sound = |id| records.lexicon(field).sound(id);
                a[field] != 0 && (a[field] == b[field] || sound(a[field]) == sound(b[field]))
            }
            Part::Head(field) | Part::Tail(field) => {
                let half = |id| self.half(records.lexicon(field).bytes(id));
                match half(a[field]) {
                    None => false,
                    half_of_one => a[field] == b[field] || half_of_one == half(b[field]),
                }
            }
            _ => match self.key(records, one) {
                0 => false,
                key => key == self.key(records, other),
            },
        }
    }

    /// Whether two records of one person share the key, given how far the field agrees.
    fn survives(self, kind: Kind, level: u8, luck: bool) -> bool {
        let same = levels::of(kind).len() as u8;
        match self {
            Part::Whole(_) => level == same,
            Part::Sound(_) | Part::Names => level == same || (level == levels::SOUND && kind != Kind::Address),
            Part::Rare(_) | Part::Common(_) => level == same || (level + 2 >= same && luck),
            Part::Year(_) => {
                [same, levels::SWAPPED, levels::SAME_YEAR, levels::GUESSED].contains(&level)
                    || (level == levels::DIGIT && luck)
            }
            Part::DayMonth(_) => level == same || level == levels::SAME_DAY || (level == levels::DIGIT && !luck),
            Part::Head(_) => level == same || (level >= 2 && luck),
            Part::Tail(_) => level == same || (level >= 2 && !luck),
        }
    }
}

/// Keys that two records must share all of to be looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rule(pub Vec<Part>);

impl Rule {
    /// The rule's key of a record; 0 where it has none.
    pub fn key(&self, records: &Records, record: usize) -> u32 {
        let mut key = 0x51_7cc1_b727_2202;
        for part in &self.0 {
            match part.key(records, record) {
                0 => return 0,
                value => key = mix(key, value),
            }
        }
        // 0 means none.
        ((key >> 32) as u32).max(1)
    }

    /// Whether two records share the key.
    pub fn makes(&self, records: &Records, one: u32, other: u32) -> bool {
        self.0.iter().all(|part| part.joins(records, one as usize, other as usize))
    }

    /// Whether two records that share the other rule's key share this one's too.
    fn makes_all_of(&self, other: &Rule, crossing: Option<(usize, usize)>) -> bool {
        let has = |part| other.0.contains(&part);
        let follows = |part: &Part| match *part {
            Part::Year(field) => has(*part) || has(Part::Whole(field)),
            Part::Names => {
                has(Part::Names)
                    || crossing.is_some_and(|(given, family)| has(Part::Sound(given)) && has(Part::Sound(family)))
            }
            part => has(part),
        };
        self.0.iter().all(follows)
    }

    /// Whether it joins whoever has a telephone or an address in common, and asks for nothing else.
    pub fn meets_households(&self, records: &Records) -> bool {
        match self.0[..] {
            [Part::Whole(field) | Part::Sound(field)] => records.fields[field].kind.is_a_households(),
            _ => false,
        }
    }

    /// The places of a pattern about which the rule's pairs say nothing, one bit each.
    pub fn slots(&self, records: &Records) -> u32 {
        let mut slots = 0;
        for field in self.0.iter().flat_map(|part| part.fields(records)) {
            slots |= 1 << field;
            if records.crossing.is_some_and(|(given, family)| field == given || field == family) {
                slots |= 1 << records.fields.len();
            }
        }
        slots
    }

    /// The rule in words that models and reports use.
    pub fn words(&self, records: &Records) -> Vec<String> {
        self.0.iter().map(|part| part.words(records)).collect()
    }

    /// The rule that these words mean.
    pub fn read(words: &[String], records: &Records) -> Option<Rule> {
        let parts = parts(records);
        let part = |word: &String| parts.iter().copied().find(|part| part.words(records) == *word);
        words.iter().map(part).collect::<Option<Vec<Part>>>().map(Rule)
    }
}

impl Part {
    fn words(self, records: &Records) -> String {
        let name = |field: usize| records.fields[field].name.as_str();
        match self {
            Part::Whole(field) => name(field).to_owned(),
            Part::Sound(field) => format!("sound of {}", name(field)),
            Part::Names => "sounds of both names".to_owned(),
            Part::Rare(field) => format!("rarest word of {}", name(field)),
            Part::Common(field) => format!("commonest word of {}", name(field)),
            Part::Year(field) => format!("year of {}", name(field)),
            Part::DayMonth(field) => format!("day and month of {}", name(field)),
            Part::Head(field) => format!("first half of {}", name(field)),
            Part::Tail(field) => format!("second half of {}", name(field)),
        }
    }
}

/// All keys these records offer.
fn parts(records: &Records) -> Vec<Part> {
    let mut parts = Vec::new();
    if records.crossing.is_some() {
        parts.push(Part::Names);
    }
    for (at, field) in records.fields.iter().enumerate() {
        match field.kind {
            Kind::Given | Kind::Family | Kind::Name | Kind::Place => parts.push(Part::Sound(at)),
            Kind::FullName => parts.extend([Part::Sound(at), Part::Rare(at), Part::Common(at)]),
            Kind::Address => parts.extend([Part::Sound(at), Part::Rare(at)]),
            Kind::Date => parts.extend([Part::Whole(at), Part::Year(at), Part::DayMonth(at)]),
            Kind::Number | Kind::Phone => parts.extend([Part::Whole(at), Part::Head(at), Part::Tail(at)]),
            Kind::Postcode | Kind::Age | Kind::Sex | Kind::Category => parts.push(Part::Whole(at)),
            Kind::Ignored => {}
        }
    }
    parts
}

/// A rule and how many pairs it makes.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The rule.
    pub rule: Rule,
    /// Its pairs, estimated from a sample where there are many records.
    pub pairs: f64,
}

/// All rules of one to three keys of different fields, with their pairs counted.
pub fn candidates(records: &Records) -> Vec<Counted> {
    let parts = parts(records);
    let mut sample = sample(records);
    let scale = {
        let share = sample.len() as f64 / records.len().max(1) as f64;
        1.0 / (share * share)
    };
    if records.split.is_none() {
        // Copies of a record come into a sample together, and are not looked at: each pair of them would count for
        // many, and leave the rules less of their budget.
        let mut met = FxHashSet::default();
        sample.retain(|&record| met.insert(records.content(record as usize)));
    }
    let keys: Vec<Vec<u64>> = parts
        .par_iter()
        .map(|part| sample.iter().map(|&record| part.key(records, record as usize)).collect())
        .collect();
    let mut rules: Vec<Vec<usize>> = Vec::new();
    let apart = |a: usize, b: usize| {
        let (a, b) = (parts[a].fields(records), parts[b].fields(records));
        a.iter().all(|field| !b.contains(field))
    };
    for one in 0..parts.len() {
        rules.push(vec![one]);
        for two in (one + 1..parts.len()).filter(|&two| apart(one, two)) {
            rules.push(vec![one, two]);
            let firm = |part: usize| !matches!(parts[part], Part::Head(_) | Part::Tail(_));
            if firm(one) && firm(two) {
                let third =
                    (two + 1..parts.len()).filter(|&three| firm(three) && apart(one, three) && apart(two, three));
                rules.extend(third.map(|three| vec![one, two, three]));
            }
        }
    }
    rules
        .into_par_iter()
        .map(|rule| {
            let mut joined: Vec<u64> = Vec::with_capacity(sample.len());
            for (at, &record) in sample.iter().enumerate() {
                let mut key = 1;
                for &part in &rule {
                    key = if keys[part][at] == 0 { 0 } else { mix(key, keys[part][at]) };
                    if key == 0 {
                        break;
                    }
                }
                if key != 0 {
                    let second = records.split.is_some_and(|split| record as usize >= split);
                    joined.push(key & !1 | u64::from(second));
                }
            }
            joined.sort_unstable();
            let pairs: f64 = joined.chunk_by(|a, b| a & !1 == b & !1).map(|block| pairs_of(records, block)).sum();
            Counted { rule: Rule(rule.into_iter().map(|part| parts[part]).collect()), pairs: pairs * scale }
        })
        .collect()
}

fn pairs_of(records: &Records, block: &[u64]) -> f64 {
    let all = block.len() as f64;
    if records.split.is_none() {
        return all * (all - 1.0) / 2.0;
    }
    let second = block.iter().filter(|key| *key & 1 == 1).count() as f64;
    second * (all - second)
}

/// Records picked by what they say, so that their order does not matter.
pub fn sample(records: &Records) -> Vec<u32> {
    if records.len() <= SAMPLE {
        return (0..records.len() as u32).collect();
    }
    let bound = (u64::MAX as f64 * (SAMPLE as f64 / records.len() as f64)) as u64;
    // The content's hash is a sum; mixed, its upper bits are as good as the lower.
    (0..records.len() as u32)
        .into_par_iter()
        .filter(|&record| mix(records.content(record as usize), 7) <= bound)
        .collect()
}

/// What rules are chosen for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// To learn from: a rule that a looser one makes superfluous still tells of other fields.
    Learning,
    /// To find matches.
    Finding,
}

/// Picks the rules that find most matches within `budget` pairs. `agreement` says for each place
/// how often matches have each level, from 0 up.
pub fn choose(
    records: &Records,
    mut candidates: Vec<Counted>,
    budget: f64,
    agreement: &[Vec<f64>],
    aim: For,
) -> Vec<Counted> {
    let invented = invent(records, agreement);
    candidates.retain(|counted| counted.pairs <= budget / 2.0);
    let found: Vec<Vec<u32>> = candidates
        .par_iter()
        .map(|counted| {
            (0..INVENTED as u32).filter(|&at| invented[at as usize].shares(records, &counted.rule)).collect()
        })
        .collect();
    let mut times = vec![0usize; INVENTED];
    let mut chosen: Vec<usize> = Vec::new();
    let mut left = budget;
    let overhead = records.len() as f64;
    let rules: Vec<Rule> = candidates.iter().map(|counted| counted.rule.clone()).collect();
    let superfluous = |tighter: usize, looser: usize| {
        aim == For::Finding && rules[looser].makes_all_of(&rules[tighter], records.crossing)
    };
    while chosen.len() < MOST_RULES {
        let worth = |at: usize| -> f64 {
            found[at].iter().map(|&pair| WORTH.get(times[pair as usize]).copied().unwrap_or(0.0)).sum()
        };
        let best = (0..candidates.len())
            .filter(|&at| candidates[at].pairs <= left)
            // What a looser rule makes anyway is no gain.
            .filter(|&at| !chosen.iter().any(|&chosen| chosen == at || superfluous(at, chosen)))
            .map(|at| (at, worth(at), worth(at) / (candidates[at].pairs + overhead).sqrt()))
            .filter(|(_, worth, _)| *worth >= INVENTED as f64 * 0.0003)
            // Equal worth: the first by its words, whatever the columns' order.
            .max_by(|a, b| a.2.total_cmp(&b.2).then_with(|| candidates[b.0].rule.cmp(&candidates[a.0].rule)));
        let Some((at, ..)) = best else { break };
        chosen.retain(|&tighter| {
            let needed = !superfluous(tighter, at);
            if !needed {
                found[tighter].iter().for_each(|&pair| times[pair as usize] -= 1);
                left += candidates[tighter].pairs;
            }
            needed
        });
        found[at].iter().for_each(|&pair| times[pair as usize] += 1);
        left -= candidates[at].pairs;
        chosen.push(at);
    }
    let mut chosen: Vec<Counted> = chosen.into_iter().map(|at| candidates[at].clone()).collect();
    // The tightest first: a pair is counted to the rule that says most.
    chosen.sort_by(|a, b| a.pairs.total_cmp(&b.pairs).then_with(|| a.rule.cmp(&b.rule)));
    chosen
}

/// An invented match: how far each field agrees, and how chance would have it in the rest.
struct Invented {
    levels: Vec<u8>,
    luck: Vec<bool>,
}

impl Invented {
    fn shares(&self, records: &Records, rule: &Rule) -> bool {
        rule.0.iter().all(|part| {
            part.fields(records).into_iter().all(|field| {
                let crossed = records.crossing.is_some_and(|(given, family)| field == given || field == family)
                    && *part != Part::Names
                    && self.levels.last() == Some(&super::compare::CROSSED);
                !crossed && part.survives(records.fields[field].kind, self.levels[field], self.luck[field])
            })
        })
    }
}

fn invent(records: &Records, agreement: &[Vec<f64>]) -> Vec<Invented> {
    let mut random = Random(20_261_124);
    let mut share = || (random.next() >> 11) as f64 / (1u64 << 53) as f64;
    (0..INVENTED)
        .map(|_| {
            let mut levels = Vec::new();
            let mut luck = Vec::new();
            for (slot, shares) in agreement.iter().enumerate() {
                let known =
                    records.fields.get(slot).map_or(1.0, |field| field.present as f64 / records.len().max(1) as f64);
                let missing = share() > known * known;
                let mut at = share();
                let level = shares.iter().position(|share| {
                    at -= share;
                    at < 0.0
                });
                levels.push(if missing { 0 } else { level.unwrap_or(shares.len() - 1) as u8 });
                luck.push(share() < 0.5);
            }
            Invented { levels, luck }
        })
        .collect()
}

/// What rules make of records. No record's keys are kept: whether a rule makes a pair is told from
/// the two records, and asked only of the few pairs for which it matters.
pub struct Blocks {
    /// Rules in order; a pair belongs to the first that makes it.
    pub rules: Vec<Rule>,
    /// Keys of each rule that too many records share.
    left_out: Vec<FxHashSet<u32>>,
    /// What is left out because it says too little, for the user to know.
    pub remarks: Vec<String>,
}

/// Records that share a rule's key. With two files those of the first come first.
#[derive(Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
}

/// Records in the order of a rule's keys, and where blocks begin and end.
pub struct Sorted {
    order: Vec<u32>,
    blocks: Vec<Block>,
    /// How many pairs they make.
    pub pairs: f64,
}

/// A piece of a block's pairs that one thread looks at.
#[derive(Clone, Copy)]
pub struct Piece {
    block: Block,
    from: u32,
    to: u32,
}

/// One of several parts into which a rule's keys are taken apart, so that they need less memory.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Which.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    /// All keys at once.
    pub const WHOLE: Share = Share { part: 0, of: 1 };

    /// The parts that sort so many records within `bytes`.
    pub fn within(bytes: usize, records: usize) -> impl Iterator<Item = Share> {
        let of = (records * SORTING).div_ceil(bytes.max(1)).clamp(1, MOST_SHARES) as u32;
        (0..of).map(move |part| Share { part, of })
    }

    fn has(self, key: u32) -> bool {
        self.of == 1 || (mix(u64::from(key), 0x5a4e) >> 32) as u32 % self.of == self.part
    }
}

impl Blocks {
    /// What these rules make; nothing is worked out yet.
    pub fn new(rules: Vec<Rule>) -> Blocks {
        let left_out = vec![FxHashSet::default(); rules.len()];
        Blocks { rules, left_out, remarks: Vec::new() }
    }

    /// The blocks of a share of one rule's keys, of the records that `counts` says are looked at.
    /// Blocks of more than `largest` pairs are left out, and their pairs are free for later rules.
    pub fn sort(
        &mut self,
        records: &Records,
        rule: usize,
        share: Share,
        largest: f64,
        counts: impl Fn(u32) -> bool + Sync,
    ) -> Sorted {
        let mut keyed: Vec<u64> = (0..records.len() as u32)
            .into_par_iter()
            .filter(|&record| counts(record))
            .map(|record| u64::from(self.rules[rule].key(records, record as usize)) << 32 | u64::from(record))
            .filter(|keyed| keyed >> 32 != 0 && share.has((keyed >> 32) as u32))
            .collect();
        keyed.par_sort_unstable();
        let order: Vec<u32> = keyed.par_iter().map(|keyed| *keyed as u32).collect();
        let mut sorted = Sorted { order, blocks: Vec::new(), pairs: 0.0 };
        let mut start = 0u32;
        for block in keyed.chunk_by(|a, b| a >> 32 == b >> 32) {
            let end = start + block.len() as u32;
            let pairs = sorted.pairs_of(records, Block { start, end });
            if pairs > largest {
                self.left_out[rule].insert((block[0] >> 32) as u32);
            } else if pairs > 0.0 {
                sorted.pairs += pairs;
                sorted.blocks.push(Block { start, end });
            }
            start = end;
        }
        if share.part + 1 == share.of && !self.left_out[rule].is_empty() {
            let (words, left_out) = (self.rules[rule].words(records).join(" + "), self.left_out[rule].len());
            self.remarks.push(format!("{words}: {left_out} keys are shared by too many records to tell anybody apart"));
        }
        sorted
    }

    /// The rule makes the pair, and none before it does.
    pub fn is_first(&self, records: &Records, rule: usize, one: u32, other: u32) -> bool {
        self.makes(records, rule, one, other) && !(0..rule).any(|before| self.makes(records, before, one, other))
    }

    fn makes(&self, records: &Records, rule: usize, one: u32, other: u32) -> bool {
        let (rule, left_out) = (&self.rules[rule], &self.left_out[rule]);
        rule.makes(records, one, other) && (left_out.is_empty() || !left_out.contains(&rule.key(records, one as usize)))
    }

    /// The rules that make a pair, one bit each.
    pub fn rules_of(&self, records: &Records, one: u32, other: u32) -> u32 {
        let makes = |rule: &Rule| u32::from(rule.makes(records, one, other));
        self.rules.iter().enumerate().fold(0, |rules, (at, rule)| rules | makes(rule) << at)
    }
}

impl Sorted {
    /// Calls `visit` with each pair of a piece.
    pub fn each_pair(&self, records: &Records, piece: Piece, mut visit: impl FnMut(u32, u32)) {
        let members = &self.order[piece.block.start as usize..piece.block.end as usize];
        let split = records.split.map(|split| members.partition_point(|&record| (record as usize) < split));
        for at in piece.from as usize..piece.to as usize {
            let others = match split {
                Some(split) => &members[split..],
                None => &members[at + 1..],
            };
            others.iter().for_each(|&other| visit(members[at], other));
        }
    }

    fn pairs_of(&self, records: &Records, block: Block) -> f64 {
        let members = &self.order[block.start as usize..block.end as usize];
        let all = members.len() as f64;
        match records.split {
            None => all * (all - 1.0) / 2.0,
            Some(split) => {
                let first = members.partition_point(|&record| (record as usize) < split) as f64;
                first * (all - first)
            }
        }
    }

    /// The blocks in batches of pieces of about `pairs` pairs each.
    pub fn pieces(&self, records: &Records, pairs: f64) -> Vec<Vec<Piece>> {
        let mut batches = Vec::new();
        let (mut batch, mut load) = (Vec::new(), 0.0);
        for &block in &self.blocks {
            let members = &self.order[block.start as usize..block.end as usize];
            let rows = records
                .split
                .map_or(members.len(), |split| members.partition_point(|&record| (record as usize) < split));
            let each = self.pairs_of(records, block) / rows.max(1) as f64;
            let step = ((pairs / each.max(1.0)) as usize).max(1);
            let mut from = 0;
            while from < rows {
                let to = (from + step).min(rows);
                batch.push(Piece { block, from: from as u32, to: to as u32 });
                load += each * (to - from) as f64;
                from = to;
                if load >= pairs {
                    batches.push(std::mem::take(&mut batch));
                    load = 0.0;
                }
            }
        }
        if !batch.is_empty() {
            batches.push(batch);
        }
        batches
    }

    /// Keeps some blocks, picked by their key, that make about `pairs` pairs; tells the share they are.
    pub fn thin(&mut self, records: &Records, rule: &Rule, pairs: f64) -> f64 {
        if self.pairs <= pairs {
            return 1.0;
        }
        let bound = (pairs / self.pairs * u64::MAX as f64) as u64;
        let picked = |block: &Block| {
            let key = rule.key(records, self.order[block.start as usize] as usize);
            mix(u64::from(key), 0x5eed) <= bound
        };
        let blocks: Vec<Block> = self.blocks.iter().copied().filter(picked).collect();
        let some: f64 = blocks.iter().map(|&block| self.pairs_of(records, block)).sum();
        let share = some / self.pairs;
        (self.blocks, self.pairs) = (blocks, some);
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Engine, Settings, Wishes};

    #[test]
    fn share_by_share_the_same_pairs_come_out_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        let row =
            |at: usize| format!("{},{},{}\n", ["Amina", "Omar", "Olha"][at % 3], 70_000_000 + at % 40, 1980 + at % 7);
        std::fs::write(&file, format!("given name,phone,birth date\n{}", (0..300).map(row).collect::<String>()))
            .unwrap();
        let engine = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
        let records = &engine.records;
        let rules: Vec<Rule> = parts(records).into_iter().map(|part| Rule(vec![part])).collect();
        let pairs_of = |shares: Vec<Share>| {
            let mut blocks = Blocks::new(rules.clone());
            let mut pairs = Vec::new();
            for (rule, &share) in (0..rules.len()).flat_map(|rule| shares.iter().map(move |share| (rule, share))) {
                let sorted = blocks.sort(records, rule, share, f64::MAX, |record| record != 7);
                for piece in sorted.pieces(records, 50.0).into_iter().flatten() {
                    sorted.each_pair(records, piece, |one, other| {
                        if blocks.is_first(records, rule, one, other) {
                            pairs.push((one.min(other), one.max(other)));
                        }
                    });
                }
            }
            pairs.sort_unstable();
            pairs
        };
        let shares: Vec<Share> = Share::within(1_000, records.len()).collect();
        assert_eq!(shares.len(), 4);
        let whole = pairs_of(vec![Share::WHOLE]);
        assert_eq!(pairs_of(shares), whole);
        assert!(whole.windows(2).all(|pairs| pairs[0] != pairs[1]), "each pair once");
        assert!(whole.iter().all(|pair| pair.0 != 7 && pair.1 != 7));
        let all = (0..300u32).flat_map(|one| (one + 1..300).map(move |other| (one, other)));
        let expected = all
            .filter(|&(one, other)| one != 7 && other != 7 && rules.iter().any(|rule| rule.makes(records, one, other)));
        assert_eq!(whole, expected.collect::<Vec<_>>());
    }

    #[test]
    fn copies_of_records_take_nothing_of_the_budget() {
        let folder = tempfile::tempdir().unwrap();
        let counted = |copies: usize| {
            let file = folder.path().join(format!("{copies}.csv"));
            let row = |at: usize| format!("Amina,{},{}\n", 70_000_000 + at % 40, 1980 + at % 7);
            let rows: String = (0..200).flat_map(|at| std::iter::repeat_n(row(at), copies)).collect();
            std::fs::write(&file, format!("given name,phone,birth date\n{rows}")).unwrap();
            let engine = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
            let pairs = candidates(&engine.records);
            pairs.into_iter().map(|counted| (counted.rule.words(&engine.records), counted.pairs)).collect::<Vec<_>>()
        };
        let once = counted(1);
        assert!(once.iter().any(|(_, pairs)| *pairs > 100.0));
        assert_eq!(counted(3), once);
    }
}
