//! From files to people: reads, learns, looks at pairs, decides.

use std::path::PathBuf;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::blocking::{self, Blocks, Counted, For, Piece, Rule, Share, Sorted};
use super::columns::Kind;
use super::decide::{self, Links};
use super::error::Error;
use super::estimate::{Parameters, estimate};
use super::model::Model;
use super::pairs::{Pair, Pairs};
use super::records::{Plan, Records, Wishes};
use super::score::Scorer;
use super::table::Table;

/// The probability from which two records are usually taken for one person. Where probabilities
/// are what they say, F1 is highest at half its own best value, which is close to a half (Lipton,
/// Elkan and Narayanaswamy 2014).
pub const USUAL_THRESHOLD: f64 = 0.5;
/// Pairs for each record that are looked at, and at least.
const PAIRS_PER_RECORD: f64 = 20.0;
const LEAST_PAIRS: f64 = 3_000_000.0;
/// Pairs for each record of a rule from which households are learned, at most: beyond that they are a crowd's.
const HOUSEHOLDS: f64 = 10.0;
/// Most rules from which households are learned, beside the others.
const MOST_OF_HOUSEHOLDS: usize = 8;
/// Pairs that one thread looks at before it hands in what it found.
const PIECE: f64 = 60_000.0;
/// The weight of two records that say the same and are found to be one: no group is so large that
/// they are taken apart.
const COPY: f32 = 100.0;
/// Pieces whose finds wait to be handed in.
const AT_ONCE: usize = 64;

/// How a run is to go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of memory that are aimed at.
    pub memory: usize,
    /// Pairs to look at for each record.
    pub pairs_per_record: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { memory: 8 << 30, pairs_per_record: PAIRS_PER_RECORD }
    }
}

/// Records, and what is known of how they agree.
pub struct Engine {
    /// The records.
    pub records: Records,
    /// What was learned or given.
    pub model: Model,
    /// What the user should know.
    pub remarks: Vec<String>,
    pub(super) tables: Vec<Table>,
    pub(super) plan: Plan,
    parameters: Parameters,
    rules: Vec<Rule>,
    settings: Settings,
}

/// Told what is being done, in words.
pub type Progress<'a> = &'a mut (dyn FnMut(&str) + Send);

/// The rules to learn from: those with few pairs, because where nearly all pairs are strangers'
/// the little that the model gets wrong about strangers outweighs the matches; and those by which
/// households are met, because what brothers and sisters share is learned from nobody else.
fn to_learn_from(chosen: &[Counted], candidates: &[Counted], records: &Records) -> Vec<Rule> {
    let each = records.len() as f64;
    let few = |counted: &&Counted| counted.pairs <= each;
    let households = |counted: &&Counted| counted.pairs <= each * HOUSEHOLDS && counted.rule.meets_households(records);
    let rule = |counted: &Counted| counted.rule.clone();
    let mut rules: Vec<Rule> = chosen.iter().filter(few).map(rule).collect();
    if rules.len() < 3 {
        rules = chosen.iter().take(3).map(rule).collect();
    }
    let met: Vec<Rule> = candidates.iter().filter(households).map(rule).filter(|rule| !rules.contains(rule)).collect();
    rules.extend(met.into_iter().take(MOST_OF_HOUSEHOLDS));
    rules
}

impl Engine {
    /// Reads one file or two and learns from them, or takes what a model says.
    ///
    /// # Errors
    /// A file is refused: file, row and column are named.
    pub fn open(
        files: &[PathBuf],
        wishes: &Wishes,
        model: Option<Model>,
        settings: Settings,
        progress: Progress<'_>,
    ) -> Result<Engine, Error> {
        let tables = files.iter().map(|file| Table::open(file)).collect::<Result<Vec<Table>, Error>>()?;
        let wishes = match &model {
            Some(model) => model.wishes(wishes, &tables),
            None => wishes.clone(),
        };
        let mut plan = Plan::new(&tables, &wishes)?;
        plan.memory = settings.memory;
        for (name, kind) in plan.fields() {
            progress(&format!("«{name}» is compared as {}", kind.word()));
        }
        plan.remarks.iter().for_each(|remark| progress(remark));
        let records = Records::read(&tables, &plan, &mut |rows| {
            if rows % (1 << 20) < (1 << 14) && rows >= 1 << 20 {
                progress(&format!("{rows} rows read"));
            }
        })?;
        progress(&format!("{} rows read", records.len()));
        let mut engine = Engine {
            model: Model::default(),
            remarks: plan.remarks.clone(),
            tables,
            plan,
            parameters: Parameters::guess(&records),
            rules: Vec::new(),
            records,
            settings,
        };
        match model {
            Some(model) => engine.follow(model, progress),
            None => engine.learn(progress),
        }
        Ok(engine)
    }

    fn budget(&self) -> f64 {
        (self.records.len() as f64 * self.settings.pairs_per_record).max(LEAST_PAIRS)
    }

    fn learn(&mut self, progress: Progress<'_>) {
        progress("counting the pairs of possible rules");
        let candidates = blocking::candidates(&self.records);
        let (budget, m) = (self.budget(), &self.parameters.m);
        let chosen = blocking::choose(&self.records, candidates.clone(), budget, m, For::Learning);
        let rules = to_learn_from(&chosen, &candidates, &self.records);
        let estimate = estimate(&self.records, &rules, progress);
        self.parameters = estimate.parameters;
        let chosen = blocking::choose(&self.records, candidates, self.budget(), &self.parameters.m, For::Finding);
        for Counted { rule, pairs } in &chosen {
            progress(&format!("rule {}: about {pairs:.0} pairs", rule.words(&self.records).join(" + ")));
        }
        self.rules = chosen.into_iter().map(|counted| counted.rule).collect();
        progress(&format!("about {:.0} pairs of records are one person", estimate.matches));
        self.model = Model::of(&self.records, &self.parameters, &self.rules);
    }

    fn follow(&mut self, model: Model, progress: Progress<'_>) {
        self.records.group_by(model.group(&self.records));
        self.parameters = model.parameters(&self.records);
        self.rules = model.rules(&self.records);
        if self.rules.is_empty() {
            let candidates = blocking::candidates(&self.records);
            let chosen = blocking::choose(&self.records, candidates, self.budget(), &self.parameters.m, For::Finding);
            self.rules = chosen.into_iter().map(|counted| counted.rule).collect();
            progress("the model's rules do not fit this file; others were chosen");
        }
        self.model = model;
    }

    /// Weights of pairs under what was learned.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.records, &self.parameters)
    }

    /// All pairs that rules make and whose probability reaches `probability`, the records that say
    /// exactly the same among them.
    ///
    /// # Errors
    /// The temporary file for pairs that do not fit into memory cannot be written.
    pub fn pairs(&self, probability: f64, progress: Progress<'_>) -> std::io::Result<Pairs> {
        let floor = Scorer::weight_of(probability);
        let (scorer, records) = (self.scorer(), &self.records);
        let mut pairs = Pairs::new(self.settings.memory / 8);
        let same = self.same(&scorer, floor);
        pairs.extend(&same)?;
        let repeated: rustc_hash::FxHashSet<u32> = same.iter().map(|pair| pair.other).collect();
        drop(same);
        let mut blocks = Blocks::new(self.rules.clone());
        let largest = self.budget() / 4.0;
        let mut looked_at = 0.0;
        for rule in 0..self.rules.len() {
            let mut of_rule = 0.0;
            for share in Share::within(self.settings.memory / 8, records.len()) {
                let sorted = blocks.sort(records, rule, share, largest, |record| !repeated.contains(&record));
                of_rule += sorted.pairs;
                for pieces in sorted.pieces(records, PIECE).chunks(AT_ONCE) {
                    let likely = |pieces: &Vec<Piece>| self.likely(&scorer, &blocks, rule, &sorted, pieces, floor);
                    let found: Vec<Vec<Pair>> = pieces.par_iter().map(likely).collect();
                    found.iter().try_for_each(|found| pairs.extend(found))?;
                }
            }
            looked_at += of_rule;
            progress(&format!("{}: {of_rule:.0} pairs", self.rules[rule].words(records).join(" + ")));
        }
        blocks.remarks.iter().for_each(|remark| progress(remark));
        progress(&format!("{looked_at:.0} pairs looked at, {} likely", pairs.len()));
        Ok(pairs)
    }

    /// The pairs of some pieces that reach `floor` and that no earlier rule makes.
    fn likely(
        &self,
        scorer: &Scorer<'_>,
        blocks: &Blocks,
        rule: usize,
        sorted: &Sorted,
        pieces: &[Piece],
        floor: f32,
    ) -> Vec<Pair> {
        let mut likely = Vec::new();
        for &piece in pieces {
            sorted.each_pair(&self.records, piece, |one, other| {
                if let Some(weight) = scorer.weight(one as usize, other as usize, floor)
                    && blocks.is_first(&self.records, rule, one, other)
                {
                    likely.push(Pair { one: one.min(other), other: one.max(other), weight });
                }
            });
        }
        likely
    }

    /// Each record that says exactly what an earlier one says, paired with the first of them. It
    /// is not looked at further, so that many copies of one record cost no more than one.
    fn same(&self, scorer: &Scorer<'_>, floor: f32) -> Vec<Pair> {
        let records = &self.records;
        if records.split.is_some() {
            return Vec::new();
        }
        let hashes: Vec<u64> = (0..records.len()).into_par_iter().map(|record| records.content(record)).collect();
        let mut first = FxHashMap::<u64, u32>::default();
        let mut same = Vec::new();
        for (record, &hash) in hashes.iter().enumerate() {
            let first = *first.entry(hash).or_insert(record as u32) as usize;
            if first != record
                && records.row(first) == records.row(record)
                && (scorer.weight(first, record, floor).is_some() || self.is_named_and_numbered(record))
            {
                same.push(Pair { one: first as u32, other: record as u32, weight: COPY });
            }
        }
        same
    }

    /// A copy of a record with a name and a document's number is that record, however common
    /// both are: in a file of nothing but copies they are on every row.
    fn is_named_and_numbered(&self, record: usize) -> bool {
        let known = |wanted: fn(Kind) -> bool| {
            let row = self.records.row(record).iter().zip(&self.records.fields);
            row.into_iter().any(|(&value, field)| value != 0 && wanted(field.kind))
        };
        known(|kind| matches!(kind, Kind::Given | Kind::Family | Kind::FullName)) && known(|kind| kind == Kind::Number)
    }

    /// The records of each person: for each record the first of its person.
    ///
    /// # Errors
    /// As [`Engine::pairs`].
    pub fn cluster(&self, pairs: &mut Pairs, probability: f64) -> std::io::Result<Vec<u32>> {
        let scorer = self.scorer();
        let weigh = |one: u32, other: u32| {
            let (one, other) = (one as usize, other as usize);
            let copy = self.records.row(one) == self.records.row(other);
            if copy { COPY } else { scorer.weight(one, other, f32::MIN).unwrap_or(f32::MIN) }
        };
        decide::cluster(self.records.len(), pairs, Scorer::weight_of(probability), weigh)
    }

    /// The links between two files, the likeliest first.
    ///
    /// # Errors
    /// As [`Engine::pairs`].
    pub fn link(&self, pairs: &mut Pairs, probability: f64, links: Links) -> std::io::Result<Vec<Pair>> {
        decide::link(pairs, Scorer::weight_of(probability), links)
    }
}
