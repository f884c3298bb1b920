//! A model as SQL, for more records than one machine holds: DuckDB, PostgreSQL and what speaks like it.
//!
//! The records are those that [`prepare`](super::prepare()) writes. Three scripts follow one another. [`Step::Pairs`]
//! counts values, joins records by the model's rules, each pair once, and keeps the pairs whose weight could reach the
//! threshold; where that depends on letters it notes which two values met. [`answer`](super::answer()) says how far
//! those agree: distinct names are few beside records, and an answer holds for all who are called so. [`Step::Weights`]
//! weighs the pairs that are left; [`Step::People`] joins them to people.
//!
//! Equal values, sounds, dates and ages are compared in SQL. Letters are not: what a database has of string distances
//! differs from one to the next, and from this engine's in details that would carry people across a threshold; and
//! names of several parts in any order would take pages of it. So levels are the engine's own, and figures agree with
//! its to rounding.

mod weigh;

use serde::{Deserialize, Serialize};

use self::weigh::{Weigh, Worth, is_guess, is_whole, told};
use super::blocking::{Part, Rule};
use super::columns::Kind;
use super::model::Model;
use super::prepare::Derived;
use super::records::Records;
use super::score::Scorer;

/// Fewest pairs that a key may make before it is left out, as in the engine.
const LEAST_PAIRS: f64 = 3_000_000.0;
/// The share of all pairs that one key may make.
const LARGEST: f64 = 4.0;

/// Which database is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// DuckDB 1.3 or later.
    DuckDb,
    /// PostgreSQL 14 or later.
    Postgres,
}

/// What a script does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Makes the empty table of records.
    Table,
    /// Finds the pairs that could be one person, and the pairs of values to ask about.
    Pairs,
    /// Weighs them.
    Weights,
    /// Joins those that are likely enough to people.
    People,
}

/// What is asked of a script.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// The table of prepared records; what the scripts make is called after it.
    pub table: &'a str,
    /// The database.
    pub dialect: Dialect,
    /// The script.
    pub step: Step,
    /// Probability from which two records are one person.
    pub threshold: f64,
    /// Pairs to look at for each record, as for the engine.
    pub pairs_per_record: f64,
}

impl Script<'_> {
    /// Writes the script for a model.
    ///
    /// # Errors
    /// The table's name is none that every database takes, or a rule of the model speaks of something
    /// that the model does not compare; told in words.
    pub fn write(&self, model: &Model) -> Result<String, String> {
        let letters = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        if self.table.len() > 40 || self.table.split('.').count() > 2 || !self.table.split('.').all(letters) {
            return Err(format!("«{}»: a table's name has Latin letters, digits and _, 40 at most", self.table));
        }
        let records = Records::none(model.fields.iter().map(|field| (field.name.clone(), field.kind)));
        let rules = model.rules(&records);
        if rules.is_empty() || rules.len() < model.rules.len() {
            return Err("a rule of the model speaks of something that the model does not compare".to_owned());
        }
        let parameters = model.parameters(&records);
        let scorer = Scorer::new(&records, &parameters);
        let weigh = Weigh::new(self.dialect, &records, &scorer);
        let writing = Writing { script: self, model, records: &records, rules: &rules, weigh, text: String::new() };
        Ok(match self.step {
            Step::Table => writing.table(),
            Step::Pairs => writing.pairs(),
            Step::Weights => writing.weights(),
            Step::People => writing.people(),
        })
    }
}

/// A script on its way.
struct Writing<'a> {
    script: &'a Script<'a>,
    model: &'a Model,
    records: &'a Records,
    rules: &'a [Rule],
    weigh: Weigh<'a>,
    text: String,
}

impl Writing<'_> {
    /// Adds text in which `{t}` is the table.
    fn say(&mut self, text: &str) {
        self.text.push_str(&text.replace("{t}", self.script.table));
        self.text.push('\n');
    }

    /// Makes a table anew from a query.
    fn make(&mut self, name: &str, query: &str) {
        // Nothing of this outlives a crash that could not be made again.
        let kind = if self.postgres() { "unlogged table" } else { "table" };
        self.say(&format!("drop table if exists {{t}}_{name};\ncreate {kind} {{t}}_{name} as\n{query};"));
        if self.postgres() {
            self.say(&format!("analyze {{t}}_{name};"));
        }
        self.say("");
    }

    fn postgres(&self) -> bool {
        self.script.dialect == Dialect::Postgres
    }

    fn slots(&self) -> impl Iterator<Item = (usize, Kind)> + use<> {
        let kinds: Vec<Kind> = self.records.fields.iter().map(|field| field.kind).collect();
        kinds.into_iter().enumerate()
    }

    fn head(&mut self, what: &str, next: &str) {
        let fields: Vec<String> = self
            .slots()
            .map(|(slot, kind)| {
                format!("--   {}  {} ({})", slot + 1, one_line(&self.records.fields[slot].name), kind.word())
            })
            .collect();
        self.say(&format!("-- {what}\n-- Next: {next}\n--\n-- The fields by their numbers:\n{}\n", fields.join("\n")));
    }

    fn table(mut self) -> String {
        let load = match self.script.dialect {
            Dialect::DuckDb => "insert into {t} select * from 'prepared.parquet';",
            Dialect::Postgres => "\\copy {t} from 'prepared.csv' (format csv, header)",
        };
        self.head("The table of records that `watari link prepare` writes.", &format!("{load} then --step pairs"));
        let mut columns: Vec<String> = ["record bigint", "file bigint", "id text"].map(str::to_owned).into();
        for (slot, kind) in self.slots() {
            for derived in Derived::of(kind) {
                let number =
                    matches!(kind, Kind::Date | Kind::Age) || !matches!(derived, Derived::Value | Derived::Words);
                columns.push(format!("{} {}", derived.column(slot), if number { "bigint" } else { "text" }));
            }
        }
        self.say(&format!("create table {{t}} (\n  {}\n);", columns.join(",\n  ")));
        self.text
    }

    fn pairs(mut self) -> String {
        self.head(
            "Pairs of records that could be one person, in {t}_pair; pairs of values to ask about, in {t}_met.",
            "write {t}_met to a file, `watari link levels` answers it, load the answers into {t}_level; --step weights",
        );
        self.plainly();
        self.facts();
        self.frequencies();
        self.seen();
        self.copies();
        self.keys();
        self.count();
        self.candidates();
        self.met();
        self.text
    }

    /// PostgreSQL would spend longer on compiling these expressions than on working them out.
    fn plainly(&mut self) {
        if self.postgres() {
            self.say("set jit = off;\n");
        }
    }

    /// What holds for all: how many there are, the weight before anything is compared.
    fn facts(&mut self) {
        let present: Vec<String> = self
            .slots()
            .map(|(slot, _)| format!("count({}) as present_{}", Derived::Value.column(slot), slot + 1))
            .collect();
        let share = |each: f64| format!("least(greatest({each} * n / greatest(pairs, 1), 1e-15), 0.5)");
        let (matches, relatives) = (share(self.model.matches_per_record), share(self.model.relatives_per_record));
        let Script { pairs_per_record, .. } = *self.script;
        let query = format!(
            "select counted.*,\n  ln({matches} / (1 - {matches})) / {LN_2} as prior,\n  \
             ln({matches} / greatest({relatives}, 1e-15)) / {LN_2} as related,\n  \
             greatest(n * {pairs_per_record:?}, {LEAST_PAIRS:?}) / {LARGEST:?} as largest,\n  cast({floor} as double precision) as floor\n\
             from (\n  select sums.*, case when files = 1 then n * (n - 1) / 2 else of_first * (n - of_first) end as pairs\n  \
             from (\n    select cast(count(*) as double precision) as n, coalesce(max(file), 1) as files,\n      \
             cast(count(*) filter (where file = 1) as double precision) as of_first,\n      {}\n    from {{t}}\n  ) sums\n) counted",
            present.join(", "),
            floor = self.floor(),
        );
        self.make("fact", &query);
    }

    /// What agreement on each value is worth: the rarer it is, the more.
    fn frequencies(&mut self) {
        for (slot, kind) in self.slots() {
            let number = slot + 1;
            for worth in Worth::of(kind) {
                let column = worth.counted().column(slot);
                let query = format!(
                    "select {column} as value, count(*) as records, {} as weight\nfrom {{t}} cross join {{t}}_fact\n\
                     where {column} is not null group by {column}, present_{number}",
                    self.weigh.of(worth, slot)
                );
                self.make(&column, &query);
            }
            if self.asks_words(slot) {
                let query = format!(
                    "with part as (\n  select value, cast(unnest(string_to_array(words, ' ')) as bigint) as word\n  \
                     from (select distinct value_{number} as value, words_{number} as words from {{t}}\n    \
                     where value_{number} is not null) spelt\n), counted as (\n  \
                     select word, count(*) as times from part group by word\n)\n\
                     select value, (array_agg(word order by times, word))[1] as rare,\n  \
                     (array_agg(word order by times desc, word desc))[1] as common\n\
                     from part join counted using (word) group by value"
                );
                self.make(&format!("word_{number}"), &query);
            }
        }
        if let Some(group) = self.weigh.grouped_by() {
            self.frequencies_within(group);
        }
    }

    /// The same by how often each group of people has the value.
    fn frequencies_within(&mut self, group: usize) {
        let group = Derived::Value.column(group);
        for (slot, kind) in self.slots() {
            for worth in Worth::within_group(kind) {
                let column = worth.counted().column(slot);
                let query = format!(
                    "with together as (\n  select {column} as value, {group} as among, count(*) as times from {{t}}\n  \
                     where {column} is not null and {group} is not null group by {column}, {group}\n)\n\
                     select together.value, among, {weight} as weight\nfrom together\n\
                     join {{t}}_{column} at_large on at_large.value = together.value\n\
                     join {{t}}_{group} members on members.value = among",
                    weight = self.weigh.of_group(worth, slot, "times", "members.records", "at_large.weight"),
                );
                self.make(&format!("within_{column}"), &query);
            }
        }
    }

    /// Whether a rule asks for the rarest or the commonest word of a field.
    fn asks_words(&self, slot: usize) -> bool {
        let mut parts = self.rules.iter().flat_map(|rule| &rule.0);
        parts.any(|part| *part == Part::Rare(slot) || *part == Part::Common(slot))
    }

    /// Records with what their values are worth.
    fn seen(&mut self) {
        let (mut columns, mut joins) = (Vec::new(), Vec::new());
        for (slot, kind) in self.slots() {
            let derived = Derived::of(kind).iter().filter(|derived| **derived != Derived::Words);
            columns.extend(derived.map(|derived| format!("r.{}", derived.column(slot))));
            for worth in Worth::of(kind) {
                let column = worth.counted().column(slot);
                columns.push(format!("{column}.weight as {}", worth.at_large(slot)));
                joins.push(format!("left join {{t}}_{column} {column} on {column}.value = r.{column}"));
            }
            if self.asks_words(slot) {
                let (word, value) = (format!("word_{}", slot + 1), Derived::Value.column(slot));
                columns.extend(["rare", "common"].map(|which| format!("{word}.{which} as {which}_{}", slot + 1)));
                joins.push(format!("left join {{t}}_{word} {word} on {word}.value = r.{value}"));
            }
            columns.extend(self.weigh.told(slot).map(|repeats| format!("{repeats} as {}", told(slot))));
        }
        if let Some(group) = self.weigh.grouped_by() {
            self.seen_within(group, &mut columns, &mut joins);
        }
        self.make(
            "seen",
            &format!("select r.record, r.file, r.id,\n  {}\nfrom {{t}} r\n{}", columns.join(",\n  "), joins.join("\n")),
        );
    }

    /// What their values are worth in their own group: each where it stands, and names where they would stand crossed.
    fn seen_within(&self, group: usize, columns: &mut Vec<String>, joins: &mut Vec<String>) {
        let group = Derived::Value.column(group);
        for (slot, kind) in self.slots() {
            for worth in Worth::within_group(kind) {
                let column = worth.counted().column(slot);
                let mut join = |table: &str, name: &str, value: &str, among: &str| {
                    joins.push(format!("left join {{t}}_{table} {name} on {name}.value = r.{value}{among}"));
                };
                let among = |name: &str| format!(" and {name}.among = r.{group}");
                let own = format!("own_{column}");
                join(&format!("within_{column}"), &own, &column, &among(&own));
                columns.push(format!("{own}.weight as {}", worth.within(slot)));
                if let Some(other) = self.weigh.crossed_with(slot) {
                    let value = worth.counted().column(other);
                    let (large, crossed) = (format!("large_{column}"), format!("crossed_{column}"));
                    join(&column, &large, &value, "");
                    join(&format!("within_{column}"), &crossed, &value, &among(&crossed));
                    let nobody =
                        self.weigh.of_group(worth, slot, "0", &format!("{group}.records"), &format!("{large}.weight"));
                    columns.push(format!("coalesce({crossed}.weight, {nobody}) as {}", worth.crossed(slot)));
                }
            }
        }
    }

    /// Records that say exactly what an earlier one says: they are paired with the first and looked at no further.
    fn copies(&mut self) {
        let values: Vec<String> = self.slots().map(|(slot, _)| Derived::Value.column(slot)).collect();
        let same: Vec<String> =
            values.iter().map(|value| format!("one.{value} is not distinct from other.{value}")).collect();
        let source = format!(
            "with content as (\n  select record, {content} as content from {{t}}_seen\n), again as (\n  \
             select content, min(record) as first from content group by content having count(*) > 1\n)\n\
             select one.record as one, other.record as other, {sides}\nfrom again join content using (content)\n\
             join {{t}}_seen one on one.record = again.first\njoin {{t}}_seen other on other.record = content.record\n\
             where content.record > again.first and {same}",
            content = self.hash(&values),
            sides = self.weigh.sides(),
            same = same.join(" and "),
        );
        let levels = self.weigh.levels_of_copies(&source);
        let weight = self.weigh.weight(&levels);
        let known = |wanted: fn(Kind) -> bool| {
            let of: Vec<String> = self
                .slots()
                .filter(|(_, kind)| wanted(*kind))
                .map(|(slot, _)| format!("level_{} > 0", slot + 1))
                .collect();
            if of.is_empty() { "false".to_owned() } else { format!("({})", of.join(" or ")) }
        };
        let named = known(|kind| matches!(kind, Kind::Given | Kind::Family | Kind::FullName));
        let numbered = known(|kind| kind == Kind::Number);
        let query = format!(
            "select one, other from (\n{weight}\n) weighed\nwhere files = 1 and (weight >= {floor} or {named} and {numbered})",
            floor = self.floor(),
        );
        self.make("copy", &query);
    }

    /// Each rule's key of each record, without those that too many share.
    fn keys(&mut self) {
        let keys: Vec<String> = self.rules.iter().map(|rule| self.key(rule)).collect();
        let columns: Vec<String> =
            keys.iter().enumerate().map(|(at, key)| format!("{key} as key_{}", at + 1)).collect();
        self.make(
            "keyed",
            &format!(
                "select s.record, s.file,\n  {}\nfrom {{t}}_seen s left join {{t}}_copy c on c.other = s.record\n\
                 where c.other is null",
                columns.join(",\n  ")
            ),
        );
        let large = (1..=keys.len()).map(|rule| {
            format!(
                "select {rule} as rule, key_{rule} as key from {{t}}_keyed cross join {{t}}_fact\n\
                 where key_{rule} is not null group by key_{rule}, files, largest\n\
                 having case when files = 1 then cast(count(*) as double precision) * (count(*) - 1) / 2\n  \
                 else cast(count(*) filter (where file = 1) as double precision) * count(*) filter (where file > 1) end > largest"
            )
        });
        let large = large.collect::<Vec<String>>().join("\nunion all\n");
        self.make("large", &large);
        let (mut columns, mut joins) = (String::new(), String::new());
        for (at, rule) in self.rules.iter().enumerate() {
            let number = at + 1;
            columns += &format!(
                "\n  -- {}\n  , case when large_{number}.key is null then k.key_{number} end as key_{number}",
                one_line(&rule.words(self.records).join(" + "))
            );
            joins += &format!(
                "\nleft join {{t}}_large large_{number} on large_{number}.rule = {number} and large_{number}.key = k.key_{number}"
            );
        }
        self.make(
            "ready",
            &format!("select s.*{columns}\nfrom {{t}}_seen s left join {{t}}_keyed k on k.record = s.record{joins}"),
        );
    }

    /// How many pairs each rule makes, before any is made: whoever runs the script can stop where they are too many.
    fn count(&mut self) {
        let by_rule = self.rules.iter().enumerate().map(|(at, rule)| {
            let (number, words) = (at + 1, rule.words(self.records).join(" + ").replace('\'', "''"));
            format!(
                "select {number} as rule, '{}' as keys, sum(pairs) as pairs, max(records) as largest from (\n  \
                 select count(*) as records, case when files = 1 then cast(count(*) as double precision) * (count(*) - 1) / 2\n    \
                 else cast(count(*) filter (where file = 1) as double precision) * count(*) filter (where file > 1) end as pairs\n  \
                 from {{t}}_ready cross join {{t}}_fact where key_{number} is not null group by key_{number}, files\n) keyed",
                one_line(&words)
            )
        });
        let by_rule = by_rule.collect::<Vec<String>>().join("\nunion all\n");
        self.make("rule", &by_rule);
    }

    fn key(&self, rule: &Rule) -> String {
        let (mut known, mut values) = (Vec::new(), Vec::new());
        for part in &rule.0 {
            let column = |derived: Derived, slot: usize| derived.column(slot);
            let whole = |slot: usize| column(Derived::Value, slot);
            match *part {
                Part::Whole(slot) => values.push(whole(slot)),
                Part::Sound(slot) => values.push(column(Derived::Sound, slot)),
                Part::Names => {
                    if let Some((given, family)) = self.records.crossing {
                        let (given, family) = (column(Derived::Sound, given), column(Derived::Sound, family));
                        known.push(format!("{given} is not null and {family} is not null"));
                        values.push(format!("least({given}, {family})"));
                        values.push(format!("greatest({given}, {family})"));
                    }
                }
                Part::Rare(slot) => values.push(format!("rare_{}", slot + 1)),
                Part::Common(slot) => values.push(format!("common_{}", slot + 1)),
                Part::Year(slot) => values.push(format!("({0} - {0} % 10000)", whole(slot))),
                Part::DayMonth(slot) => {
                    known.push(format!("{} and not {}", is_whole(&whole(slot)), is_guess(&whole(slot))));
                    values.push(format!("{} % 10000", whole(slot)));
                }
                Part::Head(slot) | Part::Tail(slot) => {
                    let (value, half) = (whole(slot), format!("(length({}) >> 1)", whole(slot)));
                    known.push(format!("length({value}) >= 6"));
                    values.push(match part {
                        Part::Head(_) => format!("left({value}, {half})"),
                        _ => format!("substr({value}, {half} + 1)"),
                    });
                }
            }
        }
        known.extend(values.iter().map(|value| format!("{value} is not null")));
        format!("case when {} then {} end", known.join(" and "), self.hash(&values))
    }

    /// A number for several values together; a missing one counts as a value.
    fn hash(&self, values: &[String]) -> String {
        match self.script.dialect {
            Dialect::DuckDb => format!("hash({})", values.join(", ")),
            Dialect::Postgres => format!("hashtextextended(concat({}), 0)", values.join(", '|', ")),
        }
    }

    /// Pairs that share a key, each by the first rule that makes it, as long as they could weigh enough. Rule after
    /// rule, so that one join at a time takes memory.
    fn candidates(&mut self) {
        self.make("pair", "select record as one, record as other from {t}_ready where false");
        for rule in 1..=self.rules.len() {
            let earlier: String =
                (1..rule).map(|at| format!("\n  and (one.key_{at} = other.key_{at}) is not true")).collect();
            let candidates = format!(
                "select one.record as one, other.record as other, {}\nfrom {{t}}_ready one join {{t}}_ready other on \
                 one.key_{rule} = other.key_{rule} and one.record < other.record\n  \
                 cross join {{t}}_fact where (files = 1 or one.file <> other.file){earlier}",
                self.weigh.sides()
            );
            let most = self.weigh.most(&self.weigh.known_levels(&candidates));
            // The bound stands in a table, so that no planner works levels out once for the condition and once more.
            self.say(&format!(
                "-- {}\ninsert into {{t}}_pair\nselect one, other from (\n{most}\n) bound\n\
                 join {{t}}_fact floors on least(most_strangers, most_relatives) >= floors.floor;\n",
                one_line(&self.rules[rule - 1].words(self.records).join(" + "))
            ));
        }
        if self.postgres() {
            self.say("analyze {t}_pair;\n");
        }
    }

    /// The pairs that are left, side by side.
    fn facing(&self) -> String {
        format!(
            "select p.one, p.other, {}\nfrom {{t}}_pair p join {{t}}_ready one on one.record = p.one\n\
             join {{t}}_ready other on other.record = p.other",
            self.weigh.sides()
        )
    }

    /// The values of which it has to be asked how far they agree.
    fn met(&mut self) {
        self.say("create table if not exists {t}_level (field bigint, one text, other text, level bigint);");
        let known = self.weigh.known_levels(&self.facing());
        self.make("unsure", &self.weigh.unsure(&known));
        let fields = self.weigh.questions().into_iter().map(|question| {
            format!(
                "select {} as field, {} as one, {} as other from {{t}}_unsure where {}",
                question.field, question.one, question.other, question.open
            )
        });
        let mut fields: Vec<String> = fields.collect();
        if fields.is_empty() {
            fields.push("select 0 as field, '' as one, '' as other where false".to_owned());
        }
        let query = format!(
            "select field, one, other from (\n{}\n) met\nwhere not exists (\n  select 1 from {{t}}_level l \
             where l.field = met.field and l.one = met.one and l.other = met.other\n)",
            fields.join("\nunion\n")
        );
        self.make("met", &query);
        self.say("drop table {t}_unsure;");
    }

    fn weights(mut self) -> String {
        self.head(
            "Pairs that are likely enough, with probability and weight in bits, in {t}_weight.",
            "they are the result; --step people joins them to people",
        );
        self.plainly();
        let open = "exists (select 1 from {t}_met met where not exists (\n  select 1 from {t}_level l \
                    where l.field = met.field and l.one = met.one and l.other = met.other))";
        let complain = "values met whose agreement is not in {t}_level: ask `watari link levels` and load its answers";
        match self.script.dialect {
            Dialect::DuckDb => self.say(&format!("select error('{complain}') where {open};\n")),
            Dialect::Postgres => {
                self.say(&format!(
                    "do $$ begin\n  if {open} then\n    raise exception '{complain}';\n  end if;\nend $$;\n"
                ));
            }
        }
        let known = self.weigh.known_levels(&self.facing());
        let weight = self.weigh.weight(&self.weigh.levels(&known));
        let query = format!(
            "select w.one, w.other, one.id as one_id, other.id as other_id,\n  \
             1 / (1 + exp(least(-w.weight * {LN_2}, 500))) as probability, w.weight\nfrom (\n\
             select one, other, weight from (\n{weight}\n) weighed where weight >= {floor}\n\
             union all\nselect one, other, cast(100 as double precision) from {{t}}_copy\n) w\n\
             join {{t}} one on one.record = w.one join {{t}} other on other.record = w.other",
            floor = self.floor()
        );
        self.make("weight", &query);
        self.text
    }

    fn people(mut self) -> String {
        self.head(
            "For each record the first record of its person, in {t}_person.",
            "read it. `watari link dedupe` also takes chains apart, whose ends are two people; this does not",
        );
        match self.script.dialect {
            Dialect::DuckDb => self.make(
                "person",
                "with recursive link as (\n  select one, other from {t}_weight\n  union all\n  \
                 select other, one from {t}_weight\n), step (record, person) using key (record) as (\n  \
                 select record, record from {t}\n  union\n  select link.other, min(step.person)\n  \
                 from step join link on link.one = step.record join recurring.step known on known.record = link.other\n  \
                 where step.person < known.person group by link.other\n)\nselect record, person from step",
            ),
            Dialect::Postgres => {
                self.make("person", "select record, record as person from {t}");
                self.say(
                    "create unique index on {t}_person (record);\ndo $$ declare changed bigint; begin\n  loop\n    \
                     update {t}_person p set person = nearest.person\n    from (\n      \
                     select record, min(person) as person from (\n        \
                     select w.other as record, one.person from {t}_weight w join {t}_person one on one.record = w.one\n        \
                     union all\n        \
                     select w.one, other.person from {t}_weight w join {t}_person other on other.record = w.other\n      \
                     ) beside group by record\n    ) nearest\n    where nearest.record = p.record and nearest.person < p.person;\n    \
                     get diagnostics changed = row_count;\n    exit when changed = 0;\n    \
                     -- Whoever stands for somebody is stood for by the same: steps double in length.\n    \
                     update {t}_person p set person = above.person from {t}_person above\n    \
                     where above.record = p.person and above.person < p.person;\n  end loop;\nend $$;",
                );
            }
        }
        self.text
    }

    /// The weight from which two records are one person.
    fn floor(&self) -> f32 {
        Scorer::weight_of(self.script.threshold)
    }
}

/// The natural logarithm of 2, with which weights become bits.
const LN_2: f64 = std::f64::consts::LN_2;

/// A name in a comment ends with its line.
fn one_line(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
