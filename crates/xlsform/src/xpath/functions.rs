//! The functions of XPath 1.0 and of ODK XForms.

use fancy_regex::Regex;
use jiff::ZonedDateTime;

use super::dates::{self, Moments};
use super::evaluate::{Context, EvaluateError, text_of};
use super::parse::{Expr, Unreadable};
use super::tree::NodeId;
use super::value::{NodeRef, Value, is_space, text_to_number, words};
use super::{digest, geo, shuffle};

/// How long a token that `uuid(n)` gives may be.
const LONGEST_TOKEN: f64 = 10_000.0;

/// Declares the functions with their names and how many arguments each takes at least and at most.
macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:expr;)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Function { $($variant),* }

        impl Function {
            /// The function of a name.
            pub fn named(name: &str) -> Option<Function> {
                match name {
                    $($name => Some(Function::$variant),)*
                    // Its name of before.
                    "enclosed-area" => Some(Function::Area),
                    _ => None,
                }
            }

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name),* }
            }

            fn arguments(self) -> (usize, usize) {
                match self { $(Function::$variant => ($least, $most)),* }
            }
        }
    };
}

/// Any number of arguments.
const MANY: usize = usize::MAX;

functions! {
    Abs "abs" 1 1;
    Acos "acos" 1 1;
    Area "area" 1 1;
    Asin "asin" 1 1;
    Atan "atan" 1 1;
    Atan2 "atan2" 2 2;
    Base64Decode "base64-decode" 1 1;
    Boolean "boolean" 1 1;
    BooleanFromString "boolean-from-string" 1 1;
    Ceiling "ceiling" 1 1;
    Checklist "checklist" 2 MANY;
    ChoiceName "jr:choice-name" 2 2;
    Coalesce "coalesce" 1 MANY;
    Concat "concat" 0 MANY;
    Contains "contains" 2 2;
    Cos "cos" 1 1;
    Count "count" 1 1;
    CountNonEmpty "count-non-empty" 1 1;
    CountSelected "count-selected" 1 1;
    Current "current" 0 0;
    Date "date" 1 1;
    DateTime "date-time" 1 1;
    DecimalDateTime "decimal-date-time" 1 1;
    DecimalTime "decimal-time" 1 1;
    Digest "digest" 2 3;
    Distance "distance" 1 MANY;
    EndsWith "ends-with" 2 2;
    Exp "exp" 1 1;
    Exp10 "exp10" 1 1;
    ExtractSigned "extract-signed" 2 2;
    False "false" 0 0;
    Floor "floor" 1 1;
    FormatDate "format-date" 2 2;
    FormatDateTime "format-date-time" 2 2;
    Geofence "geofence" 2 2;
    Id "id" 1 1;
    If "if" 3 3;
    IndexedRepeat "indexed-repeat" 3 MANY;
    Instance "instance" 1 1;
    Int "int" 1 1;
    Intersects "intersects" 1 1;
    Itext "jr:itext" 1 1;
    Join "join" 1 MANY;
    Lang "lang" 1 1;
    Last "last" 0 0;
    LocalName "local-name" 0 1;
    Log "log" 1 1;
    Log10 "log10" 1 1;
    LowerCase "lower-case" 1 1;
    Max "max" 1 MANY;
    Min "min" 1 MANY;
    Name "name" 0 1;
    NamespaceUri "namespace-uri" 0 1;
    NormalizeSpace "normalize-space" 0 1;
    Not "not" 1 1;
    Now "now" 0 0;
    Number "number" 0 1;
    Once "once" 1 1;
    Pi "pi" 0 0;
    Position "position" 0 1;
    Pow "pow" 2 2;
    Property "property" 1 1;
    Pulldata "pulldata" 4 4;
    Random "random" 0 0;
    Randomize "randomize" 1 2;
    Regex "regex" 2 2;
    Round "round" 1 2;
    Selected "selected" 2 2;
    SelectedAt "selected-at" 2 2;
    Sin "sin" 1 1;
    Sqrt "sqrt" 1 1;
    StartsWith "starts-with" 2 2;
    String "string" 0 1;
    StringLength "string-length" 0 1;
    Substr "substr" 2 3;
    Substring "substring" 2 3;
    SubstringAfter "substring-after" 2 2;
    SubstringBefore "substring-before" 2 2;
    Sum "sum" 1 1;
    Tan "tan" 1 1;
    Today "today" 0 0;
    Translate "translate" 3 3;
    True "true" 0 0;
    UpperCase "upper-case" 1 1;
    Uuid "uuid" 0 1;
    Version "version" 0 0;
    WeightedChecklist "weighted-checklist" 2 MANY;
}

/// Compiles the pattern of `regex()`, which describes the whole text, as ODK documents it and ODK Collect does: what a
/// phone lets through must be let through here, and nothing else.
pub(super) fn pattern(text: &str) -> Result<Regex, Unreadable> {
    // By itself first, so that its brackets are its own.
    let whole = Regex::new(text).and_then(|_| Regex::new(&format!(r"\A(?:{text})\z")));
    whole.map_err(|error| Unreadable::BadPattern { pattern: text.to_owned(), reason: error.to_string() })
}

/// Whether a pattern describes a text.
pub(super) fn matches(text: &str, regex: &Regex) -> Result<Value, EvaluateError> {
    let found = regex.is_match(text).map_err(|_| EvaluateError::Unfit {
        function: "regex",
        value: regex.as_str().to_owned(),
        needs: "a pattern that can be decided within a million steps",
    })?;
    Ok(Value::Truth(found))
}

impl Function {
    /// Whether it takes so many arguments.
    pub(super) fn admits(self, count: usize) -> Result<(), Unreadable> {
        let (least, most) = self.arguments();
        let wrong = match self {
            Function::IndexedRepeat => count.is_multiple_of(2),
            Function::WeightedChecklist => !count.is_multiple_of(2),
            _ => false,
        };
        if (least..=most).contains(&count) && !wrong {
            return Ok(());
        }
        let function = self.name();
        Err(match (least, most) {
            _ if wrong => Unreadable::NotInPairs { function, count },
            (0, 0) => Unreadable::NoArguments { function, count },
            (least, MANY) => Unreadable::TooFewArguments { function, count, least },
            (least, most) if least == most => Unreadable::OtherArguments { function, count, least },
            (least, most) => Unreadable::ArgumentsOutside { function, count, least, most },
        })
    }

    pub(super) fn call(self, at: &Context<'_>, given: &[Expr]) -> Result<Value, EvaluateError> {
        let arguments = Arguments { at, given };
        match self {
            Function::If => {
                let chosen = if arguments.truth(0)? { 1 } else { 2 };
                arguments.value(chosen)
            }
            Function::Coalesce => {
                for index in 0..given.len() {
                    let text = arguments.blank_or_text(index)?;
                    if !text.is_empty() {
                        return Ok(Value::Text(text));
                    }
                }
                Ok("".into())
            }
            Function::Once => {
                let held = at.text_of(at.node);
                if held.is_empty() { arguments.blank_or_text(0).map(Value::Text) } else { Ok(held.as_ref().into()) }
            }
            Function::True => Ok(Value::Truth(true)),
            Function::False => Ok(Value::Truth(false)),
            Function::Boolean => arguments.truth(0).map(Value::Truth),
            Function::Not => arguments.truth(0).map(|truth| Value::Truth(!truth)),
            Function::BooleanFromString => {
                let text = arguments.text(0)?;
                Ok(Value::Truth(matches!(text.trim_matches(is_space), "true" | "1")))
            }
            Function::Checklist => arguments.checklist(false),
            Function::WeightedChecklist => arguments.checklist(true),
            Function::Regex => {
                let pattern = pattern(&arguments.text(1)?).map_err(|_| EvaluateError::Unfit {
                    function: "regex",
                    value: arguments.text(1).unwrap_or_default(),
                    needs: "a regular expression",
                })?;
                matches(&arguments.text(0)?, &pattern)
            }
            Function::Selected => {
                let (list, wanted) = (arguments.text(0)?, arguments.text(1)?);
                let wanted = wanted.trim_matches(is_space);
                let found = if wanted.is_empty() { list.is_empty() } else { words(&list).any(|word| word == wanted) };
                Ok(Value::Truth(found))
            }
            Function::SelectedAt => {
                let (list, index) = (arguments.text(0)?, arguments.number(1)?);
                let index = if index >= 0.0 { index as usize } else { usize::MAX };
                Ok(words(&list).nth(index).unwrap_or_default().into())
            }
            Function::CountSelected => Ok(Value::Number(words(&arguments.text(0)?).count() as f64)),
            Function::Count => Ok(Value::Number(arguments.node_set(self, 0)?.len() as f64)),
            Function::CountNonEmpty => {
                let nodes = arguments.node_set(self, 0)?;
                Ok(Value::Number(nodes.iter().filter(|node| !at.text_of(**node).is_empty()).count() as f64))
            }
            Function::Sum => {
                let nodes = arguments.node_set(self, 0)?;
                Ok(Value::Number(nodes.iter().map(|node| at.number_of(*node)).sum()))
            }
            Function::Max => arguments.extreme(f64::max),
            Function::Min => arguments.extreme(f64::min),
            Function::Last => Ok(Value::Number(at.size as f64)),
            Function::Position => match given {
                [] => Ok(Value::Number(at.position as f64)),
                _ => {
                    let node = arguments.node_set(self, 0)?.first().copied();
                    Ok(Value::Number(node.map_or(f64::NAN, |node| at.position_of(node) as f64)))
                }
            },
            Function::Current => Ok(Value::Nodes(vec![at.current])),
            Function::Instance => {
                let id = arguments.text(0)?;
                let document = at.host.instance(&id).ok_or(EvaluateError::UnknownInstance(id))?;
                Ok(Value::Nodes(vec![NodeRef { document, node: NodeId::DOCUMENT }]))
            }
            Function::Pulldata => arguments.pulldata(),
            Function::IndexedRepeat => arguments.indexed_repeat(),
            Function::Randomize => arguments.randomize(),
            Function::Itext => at.host.text(&arguments.text(0)?, at.node).map(Value::Text),
            Function::ChoiceName => {
                at.host.choice_name(&arguments.text(0)?, &arguments.text(1)?, at.current).map(Value::Text)
            }
            Function::Property => Ok(Value::Text(at.host.property(&arguments.text(0)?))),
            Function::Version => Ok(Value::Text(at.host.version())),
            Function::Today | Function::Now | Function::Date | Function::DateTime => arguments.moment(self),
            Function::FormatDate | Function::FormatDateTime => {
                let moment = arguments.read_moment(0)?;
                let pattern = arguments.text(1)?;
                Ok(Value::Text(moment.map(|moment| dates::format(&moment, &pattern)).unwrap_or_default()))
            }
            Function::DecimalDateTime => {
                let moment = arguments.read_moment(0)?;
                Ok(Value::Number(moment.map_or(f64::NAN, |moment| dates::days_since_1970(&moment))))
            }
            Function::DecimalTime => {
                let moments = Moments { zone: at.host.zone() };
                Ok(Value::Number(moments.day_fraction(&arguments.text(0)?).unwrap_or(f64::NAN)))
            }
            Function::Area | Function::Distance | Function::Geofence | Function::Intersects => {
                arguments.geography(self)
            }
            Function::Id => arguments.by_id(),
            Function::Lang => arguments.lang(),
            Function::Name | Function::LocalName | Function::NamespaceUri => arguments.node_name(self),
            Function::ExtractSigned => {
                let (signed, key) = (arguments.text(0)?, arguments.text(1)?);
                Ok(Value::Text(super::signed::extract(&signed, &key).unwrap_or_default()))
            }
            _ if self.is_of_texts() => arguments.texts(self),
            _ => arguments.numbers(self),
        }
    }

    fn is_of_texts(self) -> bool {
        use Function::*;
        matches!(
            self,
            String
                | Concat
                | Join
                | Substr
                | Substring
                | SubstringBefore
                | SubstringAfter
                | Translate
                | StringLength
                | NormalizeSpace
                | Contains
                | StartsWith
                | EndsWith
                | LowerCase
                | UpperCase
                | Uuid
                | Digest
                | Base64Decode
        )
    }
}

impl Context<'_> {
    fn number_of(&self, node: NodeRef) -> f64 {
        super::evaluate::number_of(self.host, &text_of(self.host, node))
    }

    fn position_of(&self, node: NodeRef) -> usize {
        self.host.tree(node.document).position(node.node)
    }
}

/// The arguments of a call, evaluated when they are asked for.
struct Arguments<'a, 'b> {
    at: &'a Context<'b>,
    given: &'a [Expr],
}

impl Arguments<'_, '_> {
    /// The value of an argument; of one that was not given, the context node.
    fn value(&self, index: usize) -> Result<Value, EvaluateError> {
        match self.given.get(index) {
            Some(expr) => self.at.value(expr),
            None => Ok(Value::Nodes(vec![self.at.node])),
        }
    }

    fn text(&self, index: usize) -> Result<String, EvaluateError> {
        match self.value(index)? {
            Value::Text(text) => Ok(text),
            value => Ok(value.to_text(self.at.host)),
        }
    }

    /// An argument as text, where what is not a number is blank.
    fn blank_or_text(&self, index: usize) -> Result<String, EvaluateError> {
        match self.value(index)? {
            Value::Number(number) if number.is_nan() => Ok(String::new()),
            value => Ok(value.to_text(self.at.host)),
        }
    }

    fn number(&self, index: usize) -> Result<f64, EvaluateError> {
        Ok(self.value(index)?.to_number(self.at.host))
    }

    fn truth(&self, index: usize) -> Result<bool, EvaluateError> {
        Ok(self.value(index)?.to_truth())
    }

    fn node_set(&self, function: Function, index: usize) -> Result<Vec<NodeRef>, EvaluateError> {
        match self.value(index)? {
            Value::Nodes(nodes) => Ok(nodes),
            value => Err(EvaluateError::Unfit {
                function: function.name(),
                value: value.to_text(self.at.host),
                needs: "a path to nodes",
            }),
        }
    }

    /// Every argument from one on, with a node-set's nodes one by one.
    fn each_from(&self, first: usize) -> Result<Vec<Value>, EvaluateError> {
        let mut values = Vec::new();
        for index in first..self.given.len() {
            values.append(&mut self.each_of(index)?);
        }
        Ok(values)
    }

    /// An argument's nodes one by one, or its one value.
    fn each_of(&self, index: usize) -> Result<Vec<Value>, EvaluateError> {
        Ok(match self.value(index)? {
            Value::Nodes(nodes) => nodes.iter().map(|node| Value::Text(self.at.text_of(*node).into_owned())).collect(),
            value => vec![value],
        })
    }

    fn texts(&self, function: Function) -> Result<Value, EvaluateError> {
        let text = |index| self.text(index);
        Ok(match function {
            Function::String => Value::Text(text(0)?),
            Function::Concat => {
                let values = self.each_from(0)?;
                Value::Text(values.iter().map(|value| value.to_text(self.at.host)).collect())
            }
            Function::Join => {
                let values = self.each_from(1)?;
                let texts: Vec<String> = values.iter().map(|value| value.to_text(self.at.host)).collect();
                Value::Text(texts.join(&text(0)?))
            }
            Function::Substr => self.substr()?,
            Function::Substring => self.substring()?,
            Function::SubstringBefore => {
                let (text, mark) = (text(0)?, text(1)?);
                text.split_once(&mark).map_or("", |(before, _)| before).into()
            }
            Function::SubstringAfter => {
                let (text, mark) = (text(0)?, text(1)?);
                text.split_once(&mark).map_or("", |(_, after)| after).into()
            }
            Function::Translate => {
                let (text, from, to) = (text(0)?, text(1)?, text(2)?);
                let to: Vec<char> = to.chars().collect();
                let translated = text.chars().filter_map(|c| match from.chars().position(|from| from == c) {
                    Some(place) => to.get(place).copied(),
                    None => Some(c),
                });
                Value::Text(translated.collect())
            }
            Function::StringLength => Value::Number(text(0)?.chars().count() as f64),
            Function::NormalizeSpace => Value::Text(words(&text(0)?).collect::<Vec<_>>().join(" ")),
            Function::Contains => Value::Truth(text(0)?.contains(&text(1)?)),
            Function::StartsWith => Value::Truth(text(0)?.starts_with(&text(1)?)),
            Function::EndsWith => Value::Truth(text(0)?.ends_with(&text(1)?)),
            Function::LowerCase => Value::Text(text(0)?.to_lowercase()),
            Function::UpperCase => Value::Text(text(0)?.to_uppercase()),
            Function::Base64Decode => Value::Text(digest::base64_decode(&text(0)?)),
            Function::Digest => {
                let encoding = if self.given.len() > 2 { text(2)? } else { "base64".to_owned() };
                let algorithm = text(1)?;
                let digest = digest::digest(&text(0)?, &algorithm, &encoding);
                Value::Text(digest.ok_or(EvaluateError::Unfit {
                    function: "digest",
                    value: format!("{algorithm}, {encoding}"),
                    needs: "MD5, SHA-1, SHA-256, SHA-384 or SHA-512, and base64 or hex",
                })?)
            }
            _ => self.uuid()?,
        })
    }

    fn uuid(&self) -> Result<Value, EvaluateError> {
        if self.given.is_empty() {
            let random: [u8; 16] = std::array::from_fn(|_| (self.at.host.random() * 256.0) as u8);
            return Ok(Value::Text(uuid::Builder::from_random_bytes(random).into_uuid().to_string()));
        }
        let length = self.number(0)?;
        if !(0.0..=LONGEST_TOKEN).contains(&length) {
            let value = Value::Number(length).to_text(self.at.host);
            return Err(EvaluateError::Unfit { function: "uuid", value, needs: "a length from 0 to 10000" });
        }
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let letter = |_| LETTERS.get((self.at.host.random() * 62.0) as usize).map_or('A', |letter| char::from(*letter));
        Ok(Value::Text((0..length as usize).map(letter).collect()))
    }

    /// `substr`: places counted from 0, negative ones from the end; the end does not belong.
    fn substr(&self) -> Result<Value, EvaluateError> {
        let text: Vec<char> = self.text(0)?.chars().collect();
        let place = |place: f64| -> usize {
            let place = if place < 0.0 { place + text.len() as f64 } else { place };
            // A float becomes the nearest place there is; what is no number becomes 0.
            (place as usize).min(text.len())
        };
        let start = place(self.number(1)?);
        let end = if self.given.len() > 2 { place(self.number(2)?) } else { text.len() };
        Ok(Value::Text(text.get(start..end).unwrap_or_default().iter().collect()))
    }

    /// `substring` of XPath 1.0: places counted from 1 and rounded.
    fn substring(&self) -> Result<Value, EvaluateError> {
        let text = self.text(0)?;
        let start = round_up_halves(self.number(1)?);
        let end = if self.given.len() > 2 { start + round_up_halves(self.number(2)?) } else { f64::INFINITY };
        let within = |index: usize| (index + 1) as f64 >= start && ((index + 1) as f64) < end;
        Ok(Value::Text(text.chars().enumerate().filter(|(index, _)| within(*index)).map(|(_, c)| c).collect()))
    }

    fn numbers(&self, function: Function) -> Result<Value, EvaluateError> {
        let number = |index| self.number(index);
        Ok(Value::Number(match function {
            Function::Number => number(0)?,
            Function::Abs => number(0)?.abs(),
            Function::Acos => number(0)?.acos(),
            Function::Asin => number(0)?.asin(),
            Function::Atan => number(0)?.atan(),
            Function::Atan2 => number(0)?.atan2(number(1)?),
            Function::Ceiling => number(0)?.ceil(),
            Function::Cos => number(0)?.cos(),
            Function::Exp => number(0)?.exp(),
            Function::Exp10 => 10f64.powf(number(0)?),
            Function::Floor => number(0)?.floor(),
            Function::Int => number(0)?.trunc(),
            Function::Log => number(0)?.ln(),
            Function::Log10 => number(0)?.log10(),
            Function::Pi => std::f64::consts::PI,
            Function::Pow => number(0)?.powf(number(1)?),
            Function::Random => self.at.host.random(),
            Function::Round if self.given.len() > 1 => round_to(number(0)?, number(1)?),
            Function::Round => number(0)?.round(),
            Function::Sin => number(0)?.sin(),
            Function::Sqrt => number(0)?.sqrt(),
            Function::Tan => number(0)?.tan(),
            _ => f64::NAN,
        }))
    }

    /// The greatest or least of all values; not a number if there is none or one is not a number.
    fn extreme(&self, of_two: fn(f64, f64) -> f64) -> Result<Value, EvaluateError> {
        let values = self.each_from(0)?;
        let numbers = values.iter().map(|value| value.to_number(self.at.host));
        let extreme = numbers.reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { of_two(a, b) });
        Ok(Value::Number(extreme.unwrap_or(f64::NAN)))
    }

    /// Whether the answers that are true, counted or weighed, lie between least and most; -1 is no bound.
    fn checklist(&self, weighted: bool) -> Result<Value, EvaluateError> {
        let (least, most) = (self.number(0)?, self.number(1)?);
        let is_true = |value: &Value| match value {
            Value::Truth(truth) => *truth,
            value => value.to_number(self.at.host) > 0.0,
        };
        let mut total = 0.0;
        if weighted {
            for index in (2..self.given.len()).step_by(2) {
                let (values, weights) = (self.each_of(index)?, self.each_of(index + 1)?);
                let pairs = values.iter().zip(&weights).filter(|(value, _)| is_true(value));
                total += pairs.map(|(_, weight)| weight.to_number(self.at.host)).sum::<f64>();
            }
        } else {
            total = self.each_from(2)?.iter().filter(|value| is_true(value)).count() as f64;
        }
        Ok(Value::Truth((least == -1.0 || total >= least) && (most == -1.0 || total <= most)))
    }

    fn moment(&self, function: Function) -> Result<Value, EvaluateError> {
        let text = match function {
            Function::Today => dates::write_date(&self.at.host.now()),
            Function::Now => dates::write_date_time(&self.at.host.now()),
            _ => self.read_moment(0)?.map(|moment| dates::write(&moment)).unwrap_or_default(),
        };
        Ok(Value::Text(text))
    }

    /// The moment that an argument stands for: a number of days, or a date with or without time.
    fn read_moment(&self, index: usize) -> Result<Option<ZonedDateTime>, EvaluateError> {
        let moments = Moments { zone: self.at.host.zone() };
        Ok(match self.value(index)? {
            Value::Number(days) => moments.from_days(days),
            Value::Truth(_) => None,
            value => {
                let text = value.to_text(self.at.host);
                moments.read(&text).or_else(|| moments.from_days(text_to_number(&text)?))
            }
        })
    }

    /// The texts of an argument: those of its nodes, or the one.
    fn places(&self, index: usize) -> Result<Vec<String>, EvaluateError> {
        Ok(match self.value(index)? {
            Value::Nodes(nodes) => nodes.iter().map(|node| self.at.text_of(*node).into_owned()).collect(),
            value => vec![value.to_text(self.at.host)],
        })
    }

    fn geography(&self, function: Function) -> Result<Value, EvaluateError> {
        let mut places = Vec::new();
        for index in 0..self.given.len() {
            places.append(&mut self.places(index)?);
        }
        if function == Function::Geofence {
            let (point, shape) = (geo::point(&self.text(0)?), geo::points(&self.text(1)?));
            return Ok(Value::Truth(point.zip(shape).is_some_and(|(point, shape)| geo::within(point, &shape))));
        }
        let points = geo::points(&places.join(";"));
        Ok(match function {
            Function::Intersects => Value::Truth(points.is_some_and(|line| geo::crosses_itself(&line))),
            Function::Area => Value::Number(points.map_or(0.0, |shape| geo::area(&shape))),
            _ => Value::Number(points.map_or(f64::NAN, |line| geo::distance(&line))),
        })
    }

    fn randomize(&self) -> Result<Value, EvaluateError> {
        let nodes = self.node_set(Function::Randomize, 0)?;
        if self.given.len() < 2 {
            return Ok(Value::Nodes(shuffle::shuffled(&nodes, || self.at.host.random())));
        }
        let seed = self.value(1)?;
        let (number, text) = (seed.to_number(self.at.host), seed.to_text(self.at.host));
        let written_number = !matches!(seed, Value::Number(_)) && number.is_nan() && !text.is_empty();
        let seed = if written_number { digest::seed(&text) } else { number as i64 };
        Ok(Value::Nodes(shuffle::seeded(&nodes, seed)))
    }

    /// `instance(id)/root/item[query = value]/wanted`, the first.
    fn pulldata(&self) -> Result<Value, EvaluateError> {
        let (id, wanted, query, value) = (self.text(0)?, self.text(1)?, self.text(2)?, self.text(3)?);
        let document = self.at.host.instance(&id).ok_or(EvaluateError::UnknownInstance(id))?;
        let tree = self.at.host.tree(document);
        let root = tree.root().unwrap_or(NodeId::DOCUMENT);
        // A column is an element or, with @, an attribute.
        let column = |item: NodeId, name: &str| match name.strip_prefix('@') {
            Some(name) => tree.node(item).attributes().iter().copied().find(|held| tree.local(*held) == name),
            None => tree.child(item, name),
        };
        let found = if query.starts_with('@') {
            tree.elements(root).find(|item| column(*item, &query).is_some_and(|node| tree.text(node) == value))
        } else {
            tree.index(root, "item", &query).get(&value).and_then(|items| items.first().copied())
        };
        let node = found.and_then(|item| column(item, &wanted));
        Ok(Value::Text(node.map(|node| tree.text(node).into_owned()).unwrap_or_default()))
    }

    /// The nodes that lie in the given instance of each given repeat.
    fn indexed_repeat(&self) -> Result<Value, EvaluateError> {
        let mut nodes = self.node_set(Function::IndexedRepeat, 0)?;
        for pair in 0..(self.given.len() - 1) / 2 {
            let repeats = self.node_set(Function::IndexedRepeat, 1 + 2 * pair)?;
            let index = self.number(2 + 2 * pair)?;
            let wanted: Vec<NodeRef> =
                repeats.into_iter().filter(|repeat| self.at.position_of(*repeat) as f64 == index).collect();
            nodes.retain(|node| {
                let tree = self.at.host.tree(node.document);
                tree.ancestors(node.node).any(|above| wanted.contains(&NodeRef { node: above, ..*node }))
            });
        }
        Ok(Value::Nodes(nodes))
    }

    fn by_id(&self) -> Result<Value, EvaluateError> {
        let wanted = self.places(0)?.join(" ");
        let tree = self.at.host.tree(self.at.node.document);
        let found = tree
            .descendants(NodeId::DOCUMENT)
            .filter(|node| tree.attribute(*node, "id").is_some_and(|id| words(&wanted).any(|wanted| wanted == id)));
        let document = self.at.node.document;
        Ok(Value::Nodes(found.map(|node| NodeRef { document, node }).collect()))
    }

    fn lang(&self) -> Result<Value, EvaluateError> {
        let wanted = self.text(0)?.to_ascii_lowercase();
        let tree = self.at.host.tree(self.at.node.document);
        let mut upwards = std::iter::once(self.at.node.node).chain(tree.ancestors(self.at.node.node));
        let written = upwards.find_map(|node| tree.attribute(node, "lang")).unwrap_or_default().to_ascii_lowercase();
        let rest = written.strip_prefix(&wanted);
        Ok(Value::Truth(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))))
    }

    fn node_name(&self, function: Function) -> Result<Value, EvaluateError> {
        let first = self.node_set(function, 0)?.first().copied();
        let name = first.and_then(|node| self.at.host.tree(node.document).node(node.node).name());
        Ok(Value::Text(match (name, function) {
            (None, _) => String::new(),
            (Some(name), Function::Name) => name.qualified().into_owned(),
            (Some(name), Function::LocalName) => name.local.clone(),
            (Some(name), _) => name.namespace.clone().unwrap_or_default(),
        }))
    }
}

/// Rounds as XPath 1.0 does: a half goes up.
fn round_up_halves(number: f64) -> f64 {
    (number + 0.5).floor()
}

/// Rounds to so many decimals; to tens, hundreds and so on where the number of decimals is negative.
fn round_to(number: f64, decimals: f64) -> f64 {
    if !number.is_finite() || !decimals.is_finite() {
        return number;
    }
    // By way of decimal notation, so that 2.15 becomes 2.2 although its binary value lies below.
    let decimals = (decimals.trunc() as i64).clamp(-400, 400);
    let shifted: f64 = format!("{number}e{decimals}").parse().unwrap_or(number);
    if !shifted.is_finite() {
        return number;
    }
    format!("{}e{}", shifted.round(), -decimals).parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_describes_the_whole_text() {
        let fits = |text: &str, with: &str| pattern(with).unwrap().is_match(text).unwrap();
        assert!(fits("0612345678", "[0-9]{10}"));
        assert!(!fits("06123456789", "[0-9]{10}"), "a number too long is no number");
        assert!(fits("06123456789", "[0-9]{10}.*"));
        assert!(fits("no", "yes|no") && !fits("not", "yes|no"), "each of several is whole");
        assert!(fits("A-1", "^[A-Z]-[0-9]$"));
        assert!(pattern("a)|(b").is_err());
    }
}
