//! What the engine's comparing and weighing of one pair is in SQL.

use super::{Dialect, LN_2};
use crate::batch::columns::Kind;
use crate::batch::compare::{CROSSED, STRAIGHT};
use crate::batch::levels::{self, CLOSE, DIFFERENT, MISSING, SOUND};
use crate::batch::prepare::Derived;
use crate::batch::records::Records;
use crate::batch::score::{ByLevel, Scorer};

/// A level that letters decide, so that it has to be asked.
const UNSURE: i8 = -1;
/// The bound of the Jaro-Winkler similarity from which names are near, less what rounding takes.
const NEARLY: f64 = 0.7999;
/// The most that a group of people of which a pair is no likely member may weigh: nothing.
const NEVER: &str = "-1000000";

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

    /// What the value's frequency makes of «the same», or of «the same sound», which both have.
    fn by_value(&self, what: &str) -> String {
        let a = format!("a_{what}_{}", self.left + 1);
        match what {
            "same" if self.left != self.right => format!("least({a}, b_same_{})", self.right + 1),
            _ => a,
        }
    }
}

impl<'a> Weigh<'a> {
    /// The weights of a model.
    pub fn new(dialect: Dialect, records: &'a Records, scorer: &Scorer<'_>) -> Weigh<'a> {
        let places = records.fields.len() + usize::from(records.crossing.is_some());
        let slots = (0..places).map(|slot| scorer.by_level(slot)).collect();
        Weigh { dialect, records, slots, grouped_by: scorer.grouped_by() }
    }

    /// Whether a sound of its own is worth something.
    pub fn is_heard(kind: Kind) -> bool {
        kind != Kind::Address && Derived::of(kind).contains(&Derived::Sound)
    }

    /// The weight of agreeing on a value, from the number of records that have it (Winkler 1989).
    pub fn of_value(&self, slot: usize) -> String {
        let ByLevel { same, rarest, .. } = self.slots[slot];
        let frequency = frequency(slot);
        match self.records.fields[slot].kind {
            Kind::Number | Kind::Phone => format!(
                "{} - case when count(*) <= 4 then least({}, {frequency}) else {frequency} end",
                number(same),
                number(rarest)
            ),
            _ => format!("{} - {frequency}", number(same)),
        }
    }

    /// The same for a sound.
    pub fn of_sound(&self, slot: usize) -> String {
        format!("{} - {}", number(self.slots[slot].sound), frequency(slot))
    }

    /// The columns of two records side by side.
    pub fn sides(&self) -> String {
        let mut columns = Vec::new();
        for (slot, field) in self.records.fields.iter().enumerate() {
            let derived = Derived::of(field.kind).iter().filter(|derived| **derived != Derived::Words);
            columns.extend(derived.map(|derived| derived.column(slot)));
            if field.kind != Kind::Age {
                columns.push(format!("same_{}", slot + 1));
            }
            if Weigh::is_heard(field.kind) {
                columns.push(format!("heard_{}", slot + 1));
            }
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

    fn crossing(&self, slot: usize) -> bool {
        self.records.crossing.is_some_and(|(given, family)| slot == given || slot == family)
    }

    /// All that is compared: fields with themselves, and given and family name with each other.
    fn compared(&self) -> Vec<Compared> {
        let straight = self.records.fields.iter().enumerate().map(|(slot, field)| {
            let level = if self.crossing(slot) { "straight" } else { "level" };
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
        let levels: Vec<String> =
            self.compared().iter().map(|it| format!("{} as {}", self.known(it), it.level)).collect();
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
                    .map_or(it.slot, |(given, _)| if self.crossing(it.slot) { given } else { it.slot }),
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
        format!(
            "({} and {} or greatest(straight_{given}, straight_{family}) = {MISSING}) and not {}",
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
        let sum = |strangers: bool| {
            let mut terms = Vec::new();
            let term = |it: &Compared| self.term(it, strangers, &it.level, &it.by_value("same"), &it.by_value("heard"));
            let (mut straight, mut crossed) = (Vec::new(), Vec::new());
            for it in self.compared() {
                match it.left == it.right {
                    _ if !self.crossing(it.slot) => terms.push(term(&it)),
                    true => straight.push(term(&it)),
                    false => crossed.push(term(&it)),
                }
            }
            if self.records.crossing.is_some() {
                let order = self.slots.last().map(|order| if strangers { order.strangers } else { order.relatives });
                let order = order.unwrap_or_default();
                let (as_they_stand, changed) = (order[usize::from(STRAIGHT)].max(0.0), order[usize::from(CROSSED)]);
                terms.push(format!(
                    "greatest({} + {}, case when {} then {} + {} else {NEVER} end)",
                    straight.join(" + "),
                    number(as_they_stand),
                    self.can_be_crossed(),
                    crossed.join(" + "),
                    number(changed)
                ));
            }
            terms.join("\n    + ")
        };
        format!(
            "select one, other,\n  prior + {}\n  as most_strangers,\n  related + {}\n  as most_relatives\nfrom (\n{known}\n) \
             known cross join {{t}}_fact",
            sum(true),
            sum(false)
        )
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
            columns.push(format!("{} as same_{level}", it.by_worth("same")));
            columns.push(format!("{} as heard_{level}", it.by_worth("heard")));
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
        let both = |order: &str| format!("{order}_{g} >= {CLOSE} and {order}_{f} >= {CLOSE}");
        let crossed = format!(
            "not {} and ({} or greatest(straight_{g}, straight_{f}) = {MISSING} and greatest(crossed_{g}, crossed_{f}) >= {SOUND})",
            self.stands_straight(),
            both("crossed")
        );
        let place = |name: usize| {
            let of = |what: &str| {
                format!(
                    "case when crossed then {what}crossed_{name} else {what}straight_{name} end as {what}level_{name}"
                )
            };
            [of(""), of("same_"), of("heard_")].join(", ")
        };
        format!(
            "select chosen.*, {}, {},\n  case when {} then {STRAIGHT} when crossed then {CROSSED} else {MISSING} end as level_order\n\
             from (\nselect answered.*, {crossed} as crossed from (\n{answered}\n) answered{fence}\n) chosen{fence}",
            place(g),
            place(f),
            both("straight"),
            fence = self.fence(),
        )
    }

    /// The levels of records that say the same.
    pub fn levels_of_copies(&self, source: &str) -> String {
        let mut columns = Vec::new();
        for (slot, field) in self.records.fields.iter().enumerate() {
            let (number, top) = (slot + 1, levels::of(field.kind).len());
            columns.push(format!("case when a_value_{number} is null then {MISSING} else {top} end as level_{number}"));
            if field.kind != Kind::Age {
                columns.push(format!("a_same_{number} as same_level_{number}"));
            }
            columns.push(format!("cast(0 as double precision) as heard_level_{number}"));
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
        let places = self.slots.len();
        let sum = |strangers: bool| {
            let term = |slot: usize| {
                let (level, kind) = match self.records.fields.get(slot) {
                    Some(field) => (format!("level_{}", slot + 1), field.kind),
                    None => ("level_order".to_owned(), Kind::Category),
                };
                let it = Compared { level, kind, slot, left: slot, right: slot };
                let (same, heard) = (format!("same_{}", it.level), format!("heard_{}", it.level));
                self.term(&it, strangers, &it.level, &same, &heard)
            };
            (0..places).map(term).collect::<Vec<String>>().join("\n    + ")
        };
        format!(
            "select against.*, least(strangers, relatives) - ln(1 + exp(greatest(-abs(strangers - relatives) * {LN_2}, -500))) \
             / {LN_2} as weight\nfrom (\nselect levels.*, fact.files,\n  prior + {}\n  as strangers,\n  related + {}\n  as relatives\n\
             from (\n{levels}\n) levels cross join {{t}}_fact fact{fence}\n) against",
            sum(true),
            sum(false),
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
        format!("case when {a} is null or {b} is null then {MISSING} when {a} = {b} then {top} {rest} end")
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

    /// What one place weighs; where its level is unsure, the most that it can.
    fn term(&self, it: &Compared, strangers: bool, level: &str, same: &str, heard: &str) -> String {
        let by_level = &self.slots[it.slot];
        let is_field = it.slot < self.records.fields.len();
        let top = if is_field { levels::of(it.kind).len() } else { levels::ORDER.len() };
        let weights = if strangers { &by_level.strangers } else { &by_level.relatives };
        // Strangers of one group agree more often.
        let less = |level: usize| match (strangers, self.grouped_by, &by_level.less_among) {
            (true, Some(group), Some(less)) => {
                let same_group = format!("level_{} = {}", group + 1, levels::of(self.records.fields[group].kind).len());
                format!(" + case when {same_group} then {} else 0 end", number(less[level]))
            }
            _ => String::new(),
        };
        let mut cases = String::new();
        let most = (1..top).map(|level| {
            let less = by_level.less_among.filter(|_| strangers).map_or(0.0, |less| less[level].max(0.0));
            weights[level] + less
        });
        if is_field && asks(it.kind) {
            cases += &format!(" when {UNSURE} then {}", number(most.fold(f32::MIN, f32::max)));
        }
        for (level, &plain) in weights.iter().enumerate().take(top + 1).skip(1) {
            let weight = match level {
                _ if !strangers => number(plain),
                _ if level == top && is_field && it.kind != Kind::Age => format!("greatest({same}{}, 0)", less(level)),
                // To agree never speaks against.
                _ if level == top => format!("greatest({}{}, 0)", number(plain), less(level)),
                _ if level == usize::from(SOUND) && Weigh::is_heard(it.kind) && is_field => {
                    format!("{heard}{}", less(level))
                }
                _ => format!("{}{}", number(plain), less(level)),
            };
            cases += &format!(" when {level} then {weight}");
        }
        format!("case {level}{cases} else 0 end")
    }
}

impl Compared {
    /// The same where it is worth something, and nothing else.
    fn by_worth(&self, what: &str) -> String {
        let worth = if what == "same" { self.kind != Kind::Age } else { Weigh::is_heard(self.kind) };
        if worth { self.by_value(what) } else { "cast(0 as double precision)".to_owned() }
    }
}

/// The share of records that have a value by chance, in bits: the record itself does not count.
fn frequency(slot: usize) -> String {
    format!("ln(greatest(count(*) - 1, 1) / cast(greatest(present_{}, 1) as double precision)) / {LN_2}", slot + 1)
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
    let whole = |day: &str| format!("{day} % 100 > 0 and {day} % 10000 >= 100");
    let years = format!("abs(({a} - {a} % 10000) - ({b} - {b} % 10000))");
    let by_year = format!("case {years} when 0 then 3 when 10000 then 2 else {DIFFERENT} end");
    format!(
        "when not ({} and {}) then {by_year} \
         when {years} = 0 and {a} % 10000 - {a} % 100 = {b} % 100 * 100 and {a} % 100 * 100 = {b} % 10000 - {b} % 100 then 6 \
         when {wrong} = 1 or {wrong} = 2 and ({exchanged}) then 5 \
         when {a} % 10000 = {b} % 10000 and ({years} <= 20000 or {years} % 100000 = 0) then 4 else {by_year}",
        whole(a),
        whole(b)
    )
}

/// A weight as SQL has it.
fn number(weight: f32) -> String {
    format!("{weight}")
}
