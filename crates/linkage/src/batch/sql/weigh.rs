//! What the engine's comparing and weighing of one pair is in SQL.

use super::{Dialect, LN_2};
use crate::batch::columns::Kind;
use crate::batch::compare::{CROSSED, STRAIGHT};
use crate::batch::levels::{
    self, CLOSE, DIFFERENT, DIGIT, GUESSED, MISSING, NEAR, SAME_DAY, SAME_YEAR, SOUND, SWAPPED, YEAR_OFF,
};
use crate::batch::prepare::Derived;
use crate::batch::records::Records;
use crate::batch::score::{BELIEF, ByLevel, Scorer};

/// A level that letters decide, so that it has to be asked.
const UNSURE: i8 = -1;
/// The bound of the Jaro-Winkler similarity from which names are near, less what rounding takes.
const NEARLY: f64 = 0.7999;
/// The most that a group of people of which a pair is no likely member may weigh: nothing.
const NEVER: &str = "-1000000";

/// Two of one group, whose group is the same.
const OF_ONE_GROUP: u8 = 2;
/// Of one of both the group is not known.
const OF_ONE_KNOWN: u8 = 1;

/// What a value that both have is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The value itself.
    Same,
    /// Its sound.
    Heard,
}

impl Worth {
    /// What there is of a kind.
    pub fn of(kind: Kind) -> impl Iterator<Item = Worth> {
        let heard = kind != Kind::Address && Derived::of(kind).contains(&Derived::Sound);
        [(Worth::Same, kind != Kind::Age), (Worth::Heard, heard)]
            .into_iter()
            .filter_map(|(worth, is_there)| is_there.then_some(worth))
    }

    /// What there is of a kind by how often a person's own group has it.
    pub fn within_group(kind: Kind) -> impl Iterator<Item = Worth> {
        let counted = kind == Kind::Date || Derived::of(kind).contains(&Derived::Sound);
        Worth::of(kind).filter(move |_| counted)
    }

    /// How its columns begin.
    pub fn word(self) -> &'static str {
        match self {
            Worth::Same => "same",
            Worth::Heard => "heard",
        }
    }

    /// What is counted for it.
    pub fn counted(self) -> Derived {
        match self {
            Worth::Same => Derived::Value,
            Worth::Heard => Derived::Sound,
        }
    }

    /// Its column at large, of the field of this number.
    pub fn at_large(self, slot: usize) -> String {
        format!("{}_{}", self.word(), slot + 1)
    }

    /// Its column within the record's own group.
    pub fn within(self, slot: usize) -> String {
        format!("{}_within_{}", self.word(), slot + 1)
    }

    /// The same of the value that stands in the other name's place.
    pub fn crossed(self, slot: usize) -> String {
        format!("{}_crossed_{}", self.word(), slot + 1)
    }
}

/// Expressions over two records side by side, whose columns begin with `a_` and `b_`.
pub struct Weigh<'a> {
    dialect: Dialect,
    records: &'a Records,
    slots: Vec<ByLevel>,
    /// The place by which people are grouped.
    grouped_by: Option<usize>,
}

/// A pair of values that may have to be asked about.
pub struct Question {
    /// The number of the field.
    pub field: usize,
    /// The first value's column.
    pub one: String,
    /// The other's.
    pub other: String,
    /// When it has to be asked.
    pub open: String,
}

/// Two columns that are compared.
struct Compared {
    /// What the level is called.
    level: String,
    kind: Kind,
    /// The place whose levels these are.
    slot: usize,
    /// The place of the first record's value and of the other's.
    left: usize,
    right: usize,
}

impl Compared {
    fn a(&self, derived: Derived) -> String {
        format!("a_{}", derived.column(self.left))
    }

    fn b(&self, derived: Derived) -> String {
        format!("b_{}", derived.column(self.right))
    }

    /// What the frequency of the value that both have makes of it.
    fn at_large(&self, worth: Worth) -> String {
        let a = format!("a_{}", worth.at_large(self.left));
        match worth {
            Worth::Same if self.left != self.right => format!("least({a}, b_{})", worth.at_large(self.right)),
            // Of a group that is known of one alone it is asked what it would weigh if it were the other's.
            Worth::Same if self.kind == Kind::Category => format!("coalesce({a}, b_{})", worth.at_large(self.left)),
            _ => a,
        }
    }

    /// The same by the group of both, or of the one of which it is known.
    fn within(&self, worth: Worth) -> String {
        let b = if self.left == self.right { worth.within(self.left) } else { worth.crossed(self.left) };
        format!("coalesce(a_{}, b_{b})", worth.within(self.left))
    }
}

impl<'a> Weigh<'a> {
    /// The weights of a model.
    pub fn new(dialect: Dialect, records: &'a Records, scorer: &Scorer<'_>) -> Weigh<'a> {
        let places = records.fields.len() + usize::from(records.crossing.is_some());
        let slots = (0..places).map(|slot| scorer.by_level(slot)).collect();
        Weigh { dialect, records, slots, grouped_by: scorer.grouped_by() }
    }

    /// The field by which people are grouped, if there is one.
    pub fn grouped_by(&self) -> Option<usize> {
        self.grouped_by
    }

    /// The weight of agreeing on a value, or its sound, from the number of records that have it (Winkler 1989).
    pub fn of(&self, worth: Worth, slot: usize) -> String {
        let frequency = format!(
            "ln(greatest(count(*) - 1, 1) / cast(greatest(present_{}, 1) as double precision)) / {LN_2}",
            slot + 1
        );
        let (rarest, best) = (number(self.slots[slot].rarest), number(self.best(worth, slot).0));
        match self.records.fields[slot].kind {
            Kind::Number | Kind::Phone => {
                format!("{best} - case when count(*) <= 4 then least({rarest}, {frequency}) else {frequency} end")
            }
            _ => format!("{best} - {frequency}"),
        }
    }

    /// The same where `times` of a group's `members` have it, from the weight `at_large`; of rare values that says
    /// little, so that what is frequent in the group on the average counts beside it.
    pub fn of_group(&self, worth: Worth, slot: usize, times: &str, members: &str, at_large: &str) -> String {
        let (best, less) = self.best(worth, slot);
        let usual = format!("least(exp(({} - {at_large}) * {LN_2}), 1)", number(best - less));
        format!(
            "{} - ln((greatest({times} - 1, 0) + {BELIEF:?}) / ({members} + {BELIEF:?} / {usual})) / {LN_2}",
            number(best)
        )
    }

    /// What it weighs before the value's frequency is taken away, and what is less of it within a group.
    fn best(&self, worth: Worth, slot: usize) -> (f32, f32) {
        let by_level = &self.slots[slot];
        let (best, level) = match worth {
            Worth::Same => (by_level.same, levels::of(self.records.fields[slot].kind).len()),
            Worth::Heard => (by_level.sound, usize::from(SOUND)),
        };
        (best, by_level.less_among.map_or(0.0, |less| less[level]))
    }

    /// Whether a record's name in this field only repeats its given or its family name: then it says nothing more.
    pub fn told(&self, slot: usize) -> Option<String> {
        let (given, family) = self.names_beside(slot)?;
        let sound = |slot| format!("r.{}", Derived::Sound.column(slot));
        Some(format!("coalesce({} in ({}, {}), false)", sound(slot), sound(given), sound(family)))
    }

    fn names_beside(&self, slot: usize) -> Option<(usize, usize)> {
        let field = self.records.fields.get(slot)?;
        self.records.crossing.filter(|_| field.kind == Kind::Name)
    }

    /// The field whose values may stand in this one's place.
    pub fn crossed_with(&self, slot: usize) -> Option<usize> {
        match self.records.crossing {
            Some((given, family)) if slot == given => Some(family),
            Some((given, family)) if slot == family => Some(given),
            _ => None,
        }
    }

    /// The columns of two records side by side.
    pub fn sides(&self) -> String {
        let mut columns = Vec::new();
        for (slot, field) in self.records.fields.iter().enumerate() {
            let derived = Derived::of(field.kind).iter().filter(|derived| **derived != Derived::Words);
            columns.extend(derived.map(|derived| derived.column(slot)));
            columns.extend(Worth::of(field.kind).map(|worth| worth.at_large(slot)));
            if self.grouped_by.is_some() {
                for worth in Worth::within_group(field.kind) {
                    columns.push(worth.within(slot));
                    columns.extend(self.crossed_with(slot).map(|_| worth.crossed(slot)));
                }
            }
            columns.extend(self.names_beside(slot).map(|_| told(slot)));
        }
        let sides = [("one", "a"), ("other", "b")];
        let both = sides.iter().flat_map(|(record, side)| {
            columns.iter().map(move |column| format!("{record}.{column} as {side}_{column}"))
        });
        both.collect::<Vec<String>>().join(", ")
    }

    /// PostgreSQL would write each level out wherever it is used; this keeps it from looking into what stands before.
    fn fence(&self) -> &'static str {
        match self.dialect {
            Dialect::DuckDb => "",
            Dialect::Postgres => "\noffset 0",
        }
    }

    /// All that is compared: fields with themselves, and given and family name with each other.
    fn compared(&self) -> Vec<Compared> {
        let straight = self.records.fields.iter().enumerate().map(|(slot, field)| {
            let level = if self.crossed_with(slot).is_some() { "straight" } else { "level" };
            Compared { level: format!("{level}_{}", slot + 1), kind: field.kind, slot, left: slot, right: slot }
        });
        let mut compared: Vec<Compared> = straight.collect();
        if let Some((given, family)) = self.records.crossing {
            for (left, right) in [(given, family), (family, given)] {
                let (level, kind) = (format!("crossed_{}", left + 1), self.records.fields[given].kind);
                compared.push(Compared { level, kind, slot: left, left, right });
            }
        }
        compared
    }

    /// Levels as far as they are known without letters, beside the columns of `source`.
    pub fn known_levels(&self, source: &str) -> String {
        let mut levels: Vec<String> =
            self.compared().iter().map(|it| format!("{} as {}", self.known(it), it.level)).collect();
        if let Some(group) = self.grouped_by {
            let (a, b) = (format!("a_value_{}", group + 1), format!("b_value_{}", group + 1));
            levels.push(format!(
                "case when {a} = {b} then {OF_ONE_GROUP} when ({a} is null) <> ({b} is null) then {OF_ONE_KNOWN} \
                 else 0 end as among"
            ));
        }
        format!("select source.*,\n  {}\nfrom (\n{source}\n) source{}", levels.join(",\n  "), self.fence())
    }

    /// What has to be asked of a relation of known levels.
    pub fn questions(&self) -> Vec<Question> {
        let asked = self.compared().into_iter().filter(|it| asks(it.kind));
        asked
            .map(|it| Question {
                // Given and family names are compared in one way, which the given name's number stands for.
                field: 1 + self
                    .records
                    .crossing
                    .map_or(it.slot, |(given, _)| if self.crossed_with(it.slot).is_some() { given } else { it.slot }),
                one: it.a(Derived::Value),
                other: it.b(Derived::Value),
                open: if it.left == it.right {
                    format!("{} = {UNSURE}", it.level)
                } else {
                    format!("{} = {UNSURE} and {}", it.level, self.can_be_crossed())
                },
            })
            .collect()
    }

    /// The columns of known levels that questions are made of.
    pub fn unsure(&self, known: &str) -> String {
        let compared = self.compared();
        let mut columns: Vec<String> = Vec::new();
        for it in compared.iter().filter(|it| asks(it.kind)) {
            columns.extend([it.level.clone(), it.a(Derived::Value), it.b(Derived::Value)]);
        }
        columns.sort();
        columns.dedup();
        if columns.is_empty() {
            columns.push("one".to_owned());
        }
        format!("select {} from (\n{known}\n) known", columns.join(", "))
    }

    /// Whether names can have changed places: they cannot where they are known to agree as they stand.
    fn can_be_crossed(&self) -> String {
        let Some((given, family)) = self.records.crossing else { return "false".to_owned() };
        let (given, family) = (given + 1, family + 1);
        let could = |name: usize| format!("crossed_{name} not in ({MISSING}, {DIFFERENT})");
        let straight = format!("greatest(straight_{given}, straight_{family})");
        format!(
            "({} and {} and {straight} < {CLOSE} or {straight} = {MISSING}) and not {}",
            could(given),
            could(family),
            self.stands_straight()
        )
    }

    /// Whether names agree so well as they stand that it is not asked whether they changed places.
    fn stands_straight(&self) -> String {
        let Some((given, family)) = self.records.crossing else { return "true".to_owned() };
        let (given, family) = (format!("straight_{}", given + 1), format!("straight_{}", family + 1));
        format!(
            "({given} >= {CLOSE} and {family} >= {CLOSE} or greatest({given}, {family}) >= {SOUND} \
             and least({given}, {family}) <> {MISSING})"
        )
    }

    /// The most that pairs with known levels can weigh, against strangers and against relatives.
    pub fn most(&self, known: &str) -> String {
        let compared = self.compared();
        let terms = compared.iter().flat_map(|it| {
            let told = format!("(a_{0} or b_{0})", told(it.slot));
            self.terms(it, &|worth| it.at_large(worth), &|worth| it.within(worth), &told)
        });
        let terms = terms.collect::<Vec<String>>().join(",\n  ");
        let sum = |term: &dyn Fn(&Compared) -> String, order: [f32; 16]| {
            let (mut sum, mut straight, mut crossed) = (Vec::new(), Vec::new(), Vec::new());
            for it in &compared {
                match it.left == it.right {
                    _ if self.crossed_with(it.slot).is_none() => sum.push(term(it)),
                    true => straight.push(term(it)),
                    false => crossed.push(term(it)),
                }
            }
            if self.records.crossing.is_some() {
                let (as_they_stand, changed) = (order[usize::from(STRAIGHT)].max(0.0), order[usize::from(CROSSED)]);
                sum.push(format!(
                    "greatest({} + {}, case when {} then {} + {} else {NEVER} end)",
                    straight.join(" + "),
                    number(as_they_stand),
                    self.can_be_crossed(),
                    crossed.join(" + "),
                    number(changed)
                ));
            }
            sum.join("\n    + ")
        };
        let order = self.slots.last().filter(|_| self.records.crossing.is_some());
        let of_strangers = order.map_or([0.0; 16], |order| {
            let less = order.less_among.unwrap_or_default();
            std::array::from_fn(|level| order.strangers[level] + less[level].max(0.0))
        });
        let of_relatives = order.map_or([0.0; 16], |order| order.relatives);
        format!(
            "select one, other,\n  prior + {}\n  as most_strangers,\n  related + {}\n  as most_relatives\nfrom (\n\
             select known.*,\n  {terms}\nfrom (\n{known}\n) known{fence}\n) terms cross join {{t}}_fact",
            sum(&|it| self.of_group_or_at_large(it), of_strangers),
            sum(&|it| self.of_relatives(it), of_relatives),
            fence = self.fence(),
        )
    }

    /// What a place weighs against two strangers: of one group, or at large.
    fn of_group_or_at_large(&self, it: &Compared) -> String {
        let level = &it.level;
        match self.grouped_by {
            Some(_) => format!("case when among = {OF_ONE_GROUP} then within_{level} else large_{level} end"),
            None => format!("large_{level}"),
        }
    }

    /// All levels, where answers stand beside the known ones.
    pub fn levels(&self, known: &str) -> String {
        let (mut columns, mut joins) = (Vec::new(), String::new());
        let mut questions = self.questions().into_iter();
        for it in self.compared() {
            let level = &it.level;
            match asks(it.kind).then(|| questions.next()).flatten() {
                Some(question) => {
                    let answer = format!("answer_{level}");
                    columns.push(format!(
                        "case when {level} = {UNSURE} then coalesce({answer}.level, {DIFFERENT}) else {level} end as {level}"
                    ));
                    joins += &format!(
                        "\nleft join {{t}}_level {answer} on {answer}.field = {} and {answer}.one = {} and {answer}.other = {}",
                        question.field, question.one, question.other
                    );
                }
                None => columns.push(format!("{level} as {level}")),
            }
            for worth in Worth::of(it.kind) {
                columns.push(format!("{} as {}_{level}", it.at_large(worth), worth.word()));
            }
            if self.grouped_by.is_some() {
                for worth in Worth::within_group(it.kind) {
                    columns.push(format!("{} as {}_within_{level}", it.within(worth), worth.word()));
                }
            }
            columns.extend(self.names_beside(it.slot).map(|_| format!("a_{0} or b_{0} as {0}", told(it.slot))));
        }
        if self.grouped_by.is_some() {
            columns.push("among".to_owned());
        }
        let fence = self.fence();
        let answered = format!(
            "select known.one, known.other,\n  {}\nfrom (\n{known}\n) known{joins}{fence}",
            columns.join(",\n  ")
        );
        self.settled(&answered)
    }

    /// Which of the two orders of names counts.
    fn settled(&self, answered: &str) -> String {
        let Some((given, family)) = self.records.crossing else { return answered.to_owned() };
        let (g, f) = (given + 1, family + 1);
        let (straight, crossed) =
            (format!("greatest(straight_{g}, straight_{f})"), format!("greatest(crossed_{g}, crossed_{f})"));
        let changed = format!(
            "not {} and (least(crossed_{g}, crossed_{f}) >= {NEAR} and {crossed} >= {CLOSE} and {straight} < {CLOSE} \
             or {straight} = {MISSING} and {crossed} >= {SOUND})",
            self.stands_straight(),
        );
        let place = |name: usize| {
            let of = |what: String| {
                format!(
                    "case when crossed then {what}crossed_{name} else {what}straight_{name} end as {what}level_{name}"
                )
            };
            let kind = self.records.fields[given].kind;
            let mut columns = vec![of(String::new())];
            columns.extend(Worth::of(kind).map(|worth| of(format!("{}_", worth.word()))));
            if self.grouped_by.is_some() {
                columns.extend(Worth::within_group(kind).map(|worth| of(format!("{}_within_", worth.word()))));
            }
            columns.join(", ")
        };
        format!(
            "select chosen.*, {}, {},\n  case when {} then {STRAIGHT} when crossed then {CROSSED} else {MISSING} end as level_order\n\
             from (\nselect answered.*, {changed} as crossed from (\n{answered}\n) answered{fence}\n) chosen{fence}",
            place(g),
            place(f),
            format_args!("straight_{g} >= {CLOSE} and straight_{f} >= {CLOSE}"),
            fence = self.fence(),
        )
    }

    /// The levels of records that say the same.
    pub fn levels_of_copies(&self, source: &str) -> String {
        let mut columns = Vec::new();
        let day_is_whole = |slot: usize| is_whole(&format!("a_value_{}", slot + 1));
        for (slot, field) in self.records.fields.iter().enumerate() {
            let (number, top) = (slot + 1, levels::of(field.kind).len());
            let part = match field.kind {
                Kind::Date => format!("when not ({}) then {SAME_YEAR} ", day_is_whole(slot)),
                _ => String::new(),
            };
            columns.push(format!(
                "case when a_value_{number} is null then {MISSING} {part}else {top} end as level_{number}"
            ));
            columns.extend(
                Worth::of(field.kind)
                    .map(|worth| format!("a_{} as {}_level_{number}", worth.at_large(slot), worth.word())),
            );
            if self.grouped_by.is_some() {
                columns.extend(
                    Worth::within_group(field.kind)
                        .map(|worth| format!("a_{} as {}_within_level_{number}", worth.within(slot), worth.word())),
                );
            }
            columns.extend(self.names_beside(slot).map(|_| format!("a_{0} as {0}", told(slot))));
        }
        if let Some(group) = self.grouped_by {
            columns.push(format!("case when a_value_{} is null then 0 else {OF_ONE_GROUP} end as among", group + 1));
        }
        if let Some((given, family)) = self.records.crossing {
            columns.push(format!(
                "case when a_value_{} is null or a_value_{} is null then {MISSING} else {STRAIGHT} end as level_order",
                given + 1,
                family + 1
            ));
        }
        format!("select one, other,\n  {}\nfrom (\n{source}\n) copies", columns.join(",\n  "))
    }

    /// Weights of pairs whose levels are known.
    pub fn weight(&self, levels: &str) -> String {
        let place = |slot: usize| {
            let (level, kind) = match self.records.fields.get(slot) {
                Some(field) => (format!("level_{}", slot + 1), field.kind),
                None => ("level_order".to_owned(), Kind::Category),
            };
            Compared { level, kind, slot, left: slot, right: slot }
        };
        let places: Vec<Compared> = (0..self.slots.len()).map(place).collect();
        let terms = places.iter().flat_map(|it| {
            let column = |worth: Worth, within: &str| format!("{}{within}_{}", worth.word(), it.level);
            self.terms(it, &|worth| column(worth, ""), &|worth| column(worth, "_within"), &told(it.slot))
        });
        let terms = terms.collect::<Vec<String>>().join(",\n  ");
        let sum = |term: &dyn Fn(&Compared) -> String| places.iter().map(term).collect::<Vec<String>>().join(" + ");
        let (large, relatives) = (sum(&|it| format!("large_{}", it.level)), sum(&|it| self.of_relatives(it)));
        let strangers = match self.grouped_by {
            // Where the group is known of one alone, whichever explains better that strangers are so alike.
            Some(_) => {
                let within = sum(&|it| format!("within_{}", it.level));
                format!(
                    "case among when {OF_ONE_GROUP} then {within}\n    when {OF_ONE_KNOWN} then least({large},\n      {within})\n    \
                     else {large} end"
                )
            }
            None => large,
        };
        format!(
            "select against.*, least(strangers, relatives) - ln(1 + exp(greatest(-abs(strangers - relatives) * {LN_2}, -500))) \
             / {LN_2} as weight\nfrom (\nselect terms.*, fact.files,\n  prior + {strangers}\n  as strangers,\n  \
             related + {relatives}\n  as relatives\nfrom (\nselect levels.*,\n  {terms}\n\
             from (\n{levels}\n) levels{fence}\n) terms cross join {{t}}_fact fact{fence}\n) against",
            fence = self.fence()
        )
    }

    /// How far two values agree, as far as that is known without their letters.
    fn known(&self, it: &Compared) -> String {
        let (a, b) = (it.a(Derived::Value), it.b(Derived::Value));
        let top = levels::of(it.kind).len();
        let sounds = format!("when {} = {} then {SOUND} ", it.a(Derived::Sound), it.b(Derived::Sound));
        let rest = match it.kind {
            Kind::Given | Kind::Family | Kind::Name | Kind::Place => {
                format!("{sounds}when {} then {UNSURE} else {DIFFERENT}", self.can_agree(it))
            }
            Kind::FullName => format!("{sounds}else {UNSURE}"),
            Kind::Address => format!("else {UNSURE}"),
            Kind::Number | Kind::Phone | Kind::Postcode => {
                format!("when {} then {UNSURE} else {DIFFERENT}", can_be_slip(&a, &b))
            }
            Kind::Date => dates(&a, &b),
            Kind::Age => format!(
                "when abs({a} - {b}) = 1 then 4 when abs({a} - {b}) in (2, 3) then 3 when abs({a} - {b}) = 10 then 2 else {DIFFERENT}"
            ),
            Kind::Sex | Kind::Category | Kind::Ignored => format!("else {DIFFERENT}"),
        };
        let same = match it.kind {
            // Of a year alone nobody knows whether the days are the same.
            Kind::Date => format!("{a} = {b} and {}", is_whole(&a)),
            _ => format!("{a} = {b}"),
        };
        format!("case when {a} is null or {b} is null then {MISSING} when {same} then {top} {rest} end")
    }

    /// Whether names that do not sound the same can agree: one can be a part or an initial of the other, a short form,
    /// or near in spelling (a bound of the Jaro-Winkler similarity from letters that only one of them has).
    fn can_agree(&self, it: &Compared) -> String {
        let both = |derived| (it.a(derived), it.b(derived));
        let ((a, b), (la, lb), (pa, pb), (sa, sb), (wa, wb)) = (
            both(Derived::Value),
            both(Derived::Length),
            both(Derived::Parts),
            both(Derived::Short),
            both(Derived::Letters),
        );
        let only = |these: &str, those: &str| match self.dialect {
            Dialect::DuckDb => format!("bit_count({these} & ~{those})"),
            Dialect::Postgres => format!("bit_count(cast({these} & ~{those} as bit(32)))"),
        };
        let common = format!("least({la} - {}, {lb} - {})", only(&wa, &wb), only(&wb, &wa));
        let jaro = format!(
            "((cast({common} as double precision) / {la} + cast({common} as double precision) / {lb} + 1) / 3)"
        );
        let head = format!(
            "case when left({a}, 1) <> left({b}, 1) then 0 when left({a}, 2) <> left({b}, 2) then 0.1 \
         when left({a}, 3) <> left({b}, 3) then 0.2 when left({a}, 4) <> left({b}, 4) then 0.3 else 0.4 end"
        );
        format!(
            "{pa} > 1 or {pb} > 1 or {la} = 1 or {lb} = 1 or ({sa} & {sb}) <> 0 \
         or {common} > 0 and {jaro} + {head} * (1 - {jaro}) >= {NEARLY}"
        )
    }

    /// What one place weighs against two strangers, as columns: at large, and of one group where people are grouped.
    /// Where its level is unsure, the most that it can.
    fn terms(
        &self,
        it: &Compared,
        at_large: &dyn Fn(Worth) -> String,
        within: &dyn Fn(Worth) -> String,
        told: &str,
    ) -> Vec<String> {
        let (level, top) = (&it.level, self.top(it));
        let weights = &self.slots[it.slot].strangers;
        let is_field = it.slot < self.records.fields.len();
        let unless_told = |term: String| match self.names_beside(it.slot) {
            Some(_) => format!("case when {told} and {level} > {DIFFERENT} then 0 else {term} end"),
            None => term,
        };
        let worth_at = |level: usize, worths: &mut dyn Iterator<Item = Worth>| {
            worths.filter(|_| is_field).find(|worth| match worth {
                Worth::Same => level == top,
                Worth::Heard => level == usize::from(SOUND) && level != top,
            })
        };
        let large = |level: usize| {
            let weight = match worth_at(level, &mut Worth::of(it.kind)) {
                Some(worth) => at_large(worth),
                None => number(weights[level]),
            };
            never_against(level == top, weight)
        };
        let mut terms =
            vec![format!("{} as large_{level}", unless_told(self.by_level(it, &large, |level| weights[level])))];
        if let (Some(group), Some(less)) = (self.grouped_by, self.slots[it.slot].less_among) {
            let of_group = |level: usize| {
                let weight = match worth_at(level, &mut Worth::within_group(it.kind)) {
                    Some(worth) => format!("least({}, {})", within(worth), large(level)),
                    None => format!("{} + {}", large(level), number(less[level])),
                };
                never_against(level == top, weight)
            };
            let term = self.by_level(it, &of_group, |level| weights[level] + less[level]);
            let term = match it.slot == group {
                // As if it were known to be the same.
                true => format!(
                    "case when {level} = {MISSING} then {} else {term} end",
                    never_against(true, at_large(Worth::Same))
                ),
                false => term,
            };
            terms.push(format!("{} as within_{level}", unless_told(term)));
        }
        terms
    }

    fn top(&self, it: &Compared) -> usize {
        if it.slot < self.records.fields.len() { levels::of(it.kind).len() } else { levels::ORDER.len() }
    }

    fn by_level(&self, it: &Compared, weight: &dyn Fn(usize) -> String, plain: impl Fn(usize) -> f32) -> String {
        let top = self.top(it);
        let mut cases = String::new();
        if it.slot < self.records.fields.len() && asks(it.kind) {
            let most = (1..top).map(plain).fold(0.0, f32::max);
            cases += &format!(" when {UNSURE} then {}", number(most));
        }
        for level in 1..=top {
            cases += &format!(" when {level} then {}", weight(level));
        }
        format!("case {}{cases} else 0 end", it.level)
    }

    /// What a place weighs against two of one household, beside its columns against strangers.
    fn of_relatives(&self, it: &Compared) -> String {
        let by_level = &self.slots[it.slot];
        let level = &it.level;
        let weight = self.by_level(it, &|level| number(by_level.relatives[level]), |level| by_level.relatives[level]);
        match (by_level.as_strangers, self.grouped_by) {
            (false, _) => weight,
            (true, None) => format!("least({weight}, large_{level})"),
            (true, Some(_)) => {
                format!("least({weight}, case when among = 0 then large_{level} else within_{level} end)")
            }
        }
    }
}

/// To agree never speaks against.
fn never_against(is_same: bool, weight: String) -> String {
    if is_same { format!("greatest({weight}, 0)") } else { weight }
}

/// The column that says that a name repeats another of the record's.
pub fn told(slot: usize) -> String {
    format!("told_{}", slot + 1)
}

/// Whether letters decide how far values of a kind agree.
fn asks(kind: Kind) -> bool {
    match kind {
        Kind::Given
        | Kind::Family
        | Kind::Name
        | Kind::Place
        | Kind::FullName
        | Kind::Address
        | Kind::Number
        | Kind::Phone
        | Kind::Postcode => true,
        Kind::Date | Kind::Age | Kind::Sex | Kind::Category | Kind::Ignored => false,
    }
}

/// Whether numbers can be a slip or a half apart: either way what is left of one half is the same.
fn can_be_slip(a: &str, b: &str) -> String {
    let half = format!("greatest((greatest(length({a}), length({b})) >> 1) - 1, 0)");
    format!(
        "abs(length({a}) - length({b})) <= 1 and (left({a}, {half}) = left({b}, {half}) or right({a}, {half}) = right({b}, {half}))"
    )
}

/// How far two different days agree, which are eight digits each.
fn dates(a: &str, b: &str) -> String {
    // A digit with its place: 300 in 19900304.
    let digit = |day: &str, place: u32| {
        let (above, below) = (10u32.pow(place + 1), 10u32.pow(place));
        if place == 0 { format!("({day} % 10)") } else { format!("({day} % {above} - {day} % {below})") }
    };
    let wrong: Vec<String> =
        (0..8).map(|place| format!("case when {} <> {} then 1 else 0 end", digit(a, place), digit(b, place))).collect();
    let wrong = wrong.join(" + ");
    let exchanged = (0..7).map(|place| {
        format!(
            "{} <> {} and {} = 10 * {} and {} = 10 * {}",
            digit(a, place),
            digit(b, place),
            digit(a, place + 1),
            digit(b, place),
            digit(b, place + 1),
            digit(a, place)
        )
    });
    let exchanged = exchanged.collect::<Vec<String>>().join(" or ");
    let years = format!("abs(({a} - {a} % 10000) - ({b} - {b} % 10000))");
    let by_year = |same: u8| format!("case {years} when 0 then {same} when 10000 then {YEAR_OFF} else {DIFFERENT} end");
    format!(
        "when not ({} and {}) then {} when {guess_a} and {guess_b} then {} \
         when ({guess_a} or {guess_b}) and {years} = 0 then {GUESSED} \
         when {years} = 0 and {a} % 10000 - {a} % 100 = {b} % 100 * 100 and {a} % 100 * 100 = {b} % 10000 - {b} % 100 \
         then {SWAPPED} when {wrong} = 1 or {wrong} = 2 and ({exchanged}) then {DIGIT} \
         when {a} % 10000 = {b} % 10000 and ({years} <= 20000 or {years} % 100000 = 0) then {SAME_DAY} else {}",
        is_whole(a),
        is_whole(b),
        by_year(SAME_YEAR),
        by_year(GUESSED),
        by_year(SAME_YEAR),
        guess_a = is_guess(a),
        guess_b = is_guess(b),
    )
}

/// Whether month and day are known.
pub fn is_whole(day: &str) -> String {
    format!("{day} % 100 > 0 and {day} % 10000 >= 100")
}

/// Whether it is one of the days that stand for a day nobody knows.
pub fn is_guess(day: &str) -> String {
    format!("{day} % 10000 in (101, 701)")
}

/// A weight as SQL has it.
fn number(weight: f32) -> String {
    format!("{weight}")
}
