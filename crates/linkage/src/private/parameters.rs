//! What two organisations agree on besides the secret, and what is too weak to be agreed on.

use std::fmt;
use std::str::FromStr;

/// Fewest and most bits of a code before hardening.
const BITS: std::ops::RangeInclusive<usize> = Parameters::FEWEST_BITS..=8192;
/// A code is whole words after folding too.
const BITS_STEP: usize = 128;
/// Bits that one piece of a field sets: with one a slip costs nothing and strangers share
/// everything, with many each name is a pattern of its own that can be found.
const HASHES: std::ops::RangeInclusive<u8> = 2..=40;
/// What stands before parameters.
const MARK: &str = "watari-code-1";

/// A field of a person that goes into the code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// Given and family names, in any order.
    Name,
    /// Other names that belong to the person: the father's, the mother's.
    Relative,
    /// The birth date, or what is known of it.
    Birth,
    /// The sex.
    Sex,
    /// A telephone number.
    Phone,
    /// A document's number.
    Number,
    /// An address.
    Address,
    /// A postal code.
    Postcode,
    /// A town, a district.
    Place,
}

impl Field {
    /// All of them.
    pub const ALL: [Field; 9] = [
        Field::Name,
        Field::Relative,
        Field::Birth,
        Field::Sex,
        Field::Phone,
        Field::Number,
        Field::Address,
        Field::Postcode,
        Field::Place,
    ];

    /// Its word on the command line and in files.
    pub fn word(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Relative => "relative",
            Field::Birth => "birth",
            Field::Sex => "sex",
            Field::Phone => "phone",
            Field::Number => "number",
            Field::Address => "address",
            Field::Postcode => "postcode",
            Field::Place => "place",
        }
    }

    /// Bits that one piece sets where nothing else is agreed: many where a piece tells one person
    /// from another, few where a household shares it.
    pub fn usual_hashes(self) -> u8 {
        match self {
            Field::Birth => 20,
            Field::Sex => 12,
            Field::Name => 10,
            Field::Number => 8,
            Field::Address | Field::Postcode => 4,
            Field::Relative | Field::Phone => 3,
            Field::Place => 2,
        }
    }

    /// Pieces that a value has, more or less.
    fn usual_pieces(self) -> usize {
        match self {
            Field::Name => 26,
            Field::Address => 25,
            Field::Relative => 12,
            Field::Number => 11,
            Field::Phone => 10,
            Field::Birth => 9,
            Field::Place => 8,
            Field::Postcode => 5,
            Field::Sex => 1,
        }
    }
}

impl FromStr for Field {
    type Err = Weak;

    fn from_str(word: &str) -> Result<Field, Weak> {
        Field::ALL.into_iter().find(|field| field.word() == word).ok_or_else(|| {
            Weak::new(format!("«{word}» is no field; there are {}", Field::ALL.map(Field::word).join(", ")))
        })
    }
}

/// What is done to a code so that its bits say less.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Hardening {
    /// Nothing; always refused.
    None,
    /// Followed by its opposite and shuffled: each code has equally many bits set (Schnell and
    /// Borgs 2016). Twice as long, nothing is lost in comparison.
    Balanced,
    /// One half laid over the other by exclusive or (Schnell and Borgs 2016): half as long, a bit
    /// stands for no piece any more, and comparison is coarser.
    #[default]
    Folded,
}

impl Hardening {
    const ALL: [Hardening; 3] = [Hardening::None, Hardening::Balanced, Hardening::Folded];

    /// The similarity from which two codes are one person's where nothing else is said, as measured on
    /// invented lists (see PRIVATE.md); lists with other fields have another.
    pub fn usual_threshold(self) -> f64 {
        match self {
            Hardening::Balanced => 0.8,
            Hardening::Folded | Hardening::None => 0.68,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Hardening::None => "none",
            Hardening::Balanced => "balanced",
            Hardening::Folded => "folded",
        }
    }
}

impl FromStr for Hardening {
    type Err = Weak;

    fn from_str(word: &str) -> Result<Hardening, Weak> {
        let found = Hardening::ALL.into_iter().find(|hardening| hardening.word() == word);
        found.ok_or_else(|| Weak::new(format!("hardening is balanced or folded, not «{word}»")))
    }
}

/// What each piece is mixed with, so that one name has another code in each group of people. A
/// slip in what salts makes one person two strangers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Salt {
    /// Nothing.
    #[default]
    None,
    /// The sex.
    Sex,
    /// The year of birth.
    BirthYear,
}

impl Salt {
    const ALL: [Salt; 3] = [Salt::None, Salt::Sex, Salt::BirthYear];

    fn word(self) -> &'static str {
        match self {
            Salt::None => "none",
            Salt::Sex => "sex",
            Salt::BirthYear => "birth-year",
        }
    }
}

impl FromStr for Salt {
    type Err = Weak;

    fn from_str(word: &str) -> Result<Salt, Weak> {
        let found = Salt::ALL.into_iter().find(|salt| salt.word() == word);
        found.ok_or_else(|| Weak::new(format!("salt is none, sex or birth-year, not «{word}»")))
    }
}

/// How codes are made. Both organisations need the same; codes made with others are unrelated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameters {
    /// Bits of a code before hardening.
    pub bits: usize,
    /// What is done to the bits.
    pub hardening: Hardening,
    /// What pieces are mixed with.
    pub salt: Salt,
    /// The fields, each with the bits that one of its pieces sets.
    pub fields: Vec<(Field, u8)>,
}

impl Default for Parameters {
    fn default() -> Parameters {
        Parameters::of(&Field::ALL)
    }
}

impl Parameters {
    /// Fewest bits of a code before hardening.
    pub const FEWEST_BITS: usize = 512;

    /// The usual parameters for some fields: as many bits as leave a quarter to two fifths of them set.
    pub fn of(fields: &[Field]) -> Parameters {
        let mut fields: Vec<(Field, u8)> = fields.iter().map(|&field| (field, field.usual_hashes())).collect();
        fields.sort_unstable();
        fields.dedup();
        let set: usize = fields.iter().map(|(field, hashes)| field.usual_pieces() * usize::from(*hashes)).sum();
        let bits = (set * 2).next_power_of_two().clamp(*BITS.start(), *BITS.end());
        Parameters { bits, hardening: Hardening::default(), salt: Salt::default(), fields }
    }

    /// Refuses what would give people away, or find nobody.
    ///
    /// # Errors
    /// What is weak, and why.
    pub fn check(&self) -> Result<(), Weak> {
        let refuse = |reason: String| Err(Weak::new(reason));
        if !BITS.contains(&self.bits) || !self.bits.is_multiple_of(BITS_STEP) {
            let (fewest, most) = (BITS.start(), BITS.end());
            return refuse(format!(
                "{} bits: a code has {fewest} to {most} bits in steps of {BITS_STEP}; in fewer, strangers look alike, in \
                 more, each piece of a name can be told",
                self.bits
            ));
        }
        if self.hardening == Hardening::None {
            return refuse(
                "no hardening: plain Bloom filters have been read by counting which bits are often set (Kuzu et al. \
                 2011, Christen et al. 2017); choose balanced or folded"
                    .to_owned(),
            );
        }
        let wrong = self.fields.iter().find(|(_, hashes)| !HASHES.contains(hashes));
        if let Some((field, hashes)) = wrong {
            let (fewest, most) = (HASHES.start(), HASHES.end());
            return refuse(format!(
                "{hashes} hashes for «{}»: a piece sets {fewest} to {most} bits; with fewer, chance decides, with \
                 more, the pattern of a frequent piece stands out",
                field.word()
            ));
        }
        if self.fields.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return refuse("a field stands twice, or fields are in another order".to_owned());
        }
        let has = |wanted| self.fields.iter().any(|(field, _)| *field == wanted);
        if !has(Field::Name) {
            return refuse("no name: codes without names tell nobody apart".to_owned());
        }
        if !self.fields.iter().any(|(field, _)| tells_apart(*field)) {
            return refuse(
                "a single field: codes of names alone repeat as names do and are read by counting; add birth, relative, \
                 phone or number"
                    .to_owned(),
            );
        }
        let salted_by = match self.salt {
            Salt::None => None,
            Salt::Sex => Some(Field::Sex),
            Salt::BirthYear => Some(Field::Birth),
        };
        match salted_by {
            Some(field) if !has(field) => {
                refuse(format!("the salt {} needs the field «{}»", self.salt.word(), field.word()))
            }
            _ => Ok(()),
        }
    }

    /// Bits of a code as it is written.
    pub fn code_bits(&self) -> usize {
        match self.hardening {
            Hardening::None => self.bits,
            Hardening::Balanced => self.bits * 2,
            Hardening::Folded => self.bits / 2,
        }
    }

    /// What these parameters and others differ in, in words; none where they are the same.
    pub fn difference(&self, other: &Parameters) -> Option<String> {
        if self == other {
            return None;
        }
        let words = |parameters: &Parameters| -> Vec<String> {
            parameters.to_string().split(' ').skip(1).map(str::to_owned).collect()
        };
        let (ours, theirs) = (words(self), words(other));
        let only = |these: &[String], those: &[String]| {
            let only: Vec<&str> = these.iter().filter(|word| !those.contains(word)).map(String::as_str).collect();
            if only.is_empty() { "nothing more".to_owned() } else { only.join(" ") }
        };
        Some(format!("one has {}, the other {}", only(&ours, &theirs), only(&theirs, &ours)))
    }
}

/// Fields that a person does not share with many.
pub(super) fn tells_apart(field: Field) -> bool {
    matches!(field, Field::Relative | Field::Birth | Field::Phone | Field::Number | Field::Address)
}

impl fmt::Display for Parameters {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hardening, salt) = (self.hardening.word(), self.salt.word());
        write!(out, "{MARK} bits={} hardening={hardening} salt={salt}", self.bits)?;
        self.fields.iter().try_for_each(|(field, hashes)| write!(out, " {}={hashes}", field.word()))
    }
}

impl FromStr for Parameters {
    type Err = Weak;

    fn from_str(text: &str) -> Result<Parameters, Weak> {
        let Some(words) = text.strip_prefix(MARK) else {
            return Err(Weak::new(format!("these are no parameters of this version: they begin with {MARK}")));
        };
        let mut parameters = Parameters { bits: 0, hardening: Hardening::None, salt: Salt::None, fields: Vec::new() };
        for word in words.split_whitespace() {
            let wrong = || Weak::new(format!("«{word}» is no parameter"));
            let (name, value) = word.split_once('=').ok_or_else(wrong)?;
            match name {
                "bits" => parameters.bits = value.parse().map_err(|_| wrong())?,
                "hardening" => parameters.hardening = value.parse()?,
                "salt" => parameters.salt = value.parse()?,
                field => parameters.fields.push((field.parse()?, value.parse().map_err(|_| wrong())?)),
            }
        }
        parameters.check()?;
        Ok(parameters)
    }
}

/// Why a secret, parameters or codes are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weak(String);

impl Weak {
    pub(super) fn new(reason: impl Into<String>) -> Weak {
        Weak(reason.into())
    }
}

impl fmt::Display for Weak {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Weak {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_and_read() {
        let parameters = Parameters { salt: Salt::BirthYear, ..Parameters::default() };
        assert_eq!(parameters.to_string().parse::<Parameters>().unwrap(), parameters);
        assert_eq!(Parameters::default().check(), Ok(()));
    }

    #[test]
    fn weak_parameters_are_refused_and_say_what() {
        let refused = |change: &dyn Fn(&mut Parameters)| {
            let mut parameters = Parameters::default();
            change(&mut parameters);
            // What is refused here is refused when it comes in a file, too.
            assert!(parameters.to_string().parse::<Parameters>().is_err());
            parameters.check().unwrap_err().to_string()
        };
        assert!(refused(&|it| it.bits = 256).contains("256 bits"));
        assert!(refused(&|it| it.bits = 1000).contains("1000 bits"));
        assert!(refused(&|it| it.hardening = Hardening::None).contains("no hardening"));
        assert!(refused(&|it| it.fields[0].1 = 1).contains("1 hashes for «name»"));
        assert!(refused(&|it| it.fields[0].1 = 90).contains("90 hashes for «name»"));
        assert!(refused(&|it| it.fields.truncate(1)).contains("a single field"));
        assert!(refused(&|it| it.fields.retain(|(field, _)| *field != Field::Name)).contains("no name"));
        assert!(refused(&|it| it.fields.swap(0, 1)).contains("order"));
        let unsalted = |it: &mut Parameters| {
            it.salt = Salt::Sex;
            it.fields.retain(|(field, _)| *field != Field::Sex);
        };
        assert!(refused(&unsalted).contains("needs the field «sex»"));
    }

    #[test]
    fn what_differs_is_named() {
        let one = Parameters::of(&[Field::Name, Field::Birth]);
        let other = Parameters { bits: 512, ..Parameters::of(&[Field::Name, Field::Birth, Field::Sex]) };
        let said = one.difference(&other).unwrap();
        assert_eq!(said, "one has bits=1024, the other bits=512 sex=12");
        assert_eq!(one.difference(&one.clone()), None);
    }
}
