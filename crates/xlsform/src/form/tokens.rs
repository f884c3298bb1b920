//! An expression cut into tokens: enough to tell a value from a calculation and to find where a path ends. What the
//! tokens mean together is for [`crate::xpath`] to say.

use std::ops::Range;

use super::names::name_length;
use super::references::references;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A date, time, or both.
    Moment,
    /// A number.
    Number,
    /// `+ - *`, or ` div ` and ` mod ` with their spaces.
    Arithmetic,
    /// `|`.
    Union,
    /// A comparison, ` and ` or ` or `.
    Logic,
    /// Text in quotes.
    Literal,
    /// Spaces.
    Space,
    /// `${name}`.
    Reference,
    /// A function's name with its opening parenthesis.
    Call,
    /// A name followed by `[`.
    NameBracket,
    /// A name.
    Name,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `]`.
    CloseBracket,
    /// `/`.
    Slash,
    /// Any other character.
    Other,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

/// Cuts a text into tokens; together they are the text.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = first(rest);
        let range = at..at + length;
        at = range.end;
        Some(Token { kind, range })
    })
}

fn first(rest: &str) -> (TokenKind, usize) {
    use TokenKind::*;
    let moment = moment_length(rest);
    if moment > 0 {
        return (Moment, moment);
    }
    let number = number_length(rest);
    if number > 0 {
        return (Number, number);
    }
    for (word, kind) in [(" mod ", Arithmetic), (" div ", Arithmetic), (" and ", Logic), (" or ", Logic)] {
        if rest.starts_with(word) {
            return (kind, word.len());
        }
    }
    let Some(letter) = rest.chars().next() else { return (Other, 0) };
    match letter {
        '*' | '+' | '-' => (Arithmetic, 1),
        '=' | '<' | '>' => (Logic, 1),
        '!' if rest.starts_with("!=") => (Logic, 2),
        '|' => (Union, 1),
        '(' => (Open, 1),
        ')' => (Close, 1),
        ']' => (CloseBracket, 1),
        '/' => (Slash, 1),
        '"' | '\'' => match rest.get(1..).and_then(|inner| inner.find(letter)) {
            Some(length) => (Literal, length + 2),
            None => (Other, 1),
        },
        space if space.is_whitespace() => {
            (Space, rest.find(|letter: char| !letter.is_whitespace()).unwrap_or(rest.len()))
        }
        '$' => match references(rest).next() {
            Some(Ok(reference)) if reference.range.start == 0 => (Reference, reference.range.end),
            _ => (Other, 1),
        },
        other => match full_name_length(rest) {
            0 => (Other, other.len_utf8()),
            name => match rest.as_bytes().get(name) {
                Some(b'(') => (Call, name + 1),
                Some(b'[') => (NameBracket, name + 1),
                _ => (Name, name),
            },
        },
    }
}

/// The length of a name with its prefix.
fn full_name_length(text: &str) -> usize {
    let first = name_length(text);
    let second = match text.get(first..).and_then(|rest| rest.strip_prefix(':')) {
        Some(rest) if first > 0 => name_length(rest),
        _ => 0,
    };
    if second > 0 { first + 1 + second } else { first }
}

/// Digits where the pattern has `0`, itself elsewhere.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() >= pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

fn moment_length(text: &str) -> usize {
    const DATE: &str = "0000-00-00";
    let sign = usize::from(text.starts_with('-'));
    if text.get(sign..).is_some_and(|rest| fits(rest, DATE)) {
        let date = sign + DATE.len();
        let time = text.get(date..).and_then(|rest| rest.strip_prefix('T')).map_or(0, time_length);
        return if time > 0 { date + 1 + time } else { date };
    }
    time_length(text)
}

fn time_length(text: &str) -> usize {
    const TIME: &str = "00:00:00";
    if !fits(text, TIME) {
        return 0;
    }
    let zone = text.get(TIME.len()..).unwrap_or_default();
    let zone = match zone.bytes().next() {
        Some(b'Z') => 1,
        Some(b'+' | b'-') if zone.get(1..).is_some_and(|rest| fits(rest, "00:00")) => 6,
        _ => 0,
    };
    TIME.len() + zone
}

fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let Some(rest) = text.get(sign..) else { return 0 };
    let whole = digits(rest);
    let fraction = match rest.get(whole..).and_then(|rest| rest.strip_prefix('.')) {
        Some(fraction) => 1 + digits(fraction),
        None => 0,
    };
    match (whole, fraction) {
        (0, 0 | 1) => 0,
        _ => sign + whole + fraction,
    }
}

/// Whether a default is worked out rather than written as it stands: it calculates, calls a function or refers to a
/// question. In a date or a place a hyphen is no minus.
pub fn is_dynamic(default: &str, hyphens_are_plain: bool) -> bool {
    for token in tokens(default) {
        match token.kind {
            TokenKind::Arithmetic if hyphens_are_plain && default.get(token.range.clone()) == Some("-") => {
                return false;
            }
            TokenKind::Arithmetic | TokenKind::Union | TokenKind::Reference | TokenKind::Call => return true,
            _ => {}
        }
    }
    false
}

/// Where paths that begin with `instance('…')` stand in a text. They end at the first space outside brackets.
pub fn instance_paths(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut tokens = tokens(text).peekable();
    while let Some(token) = tokens.next() {
        if token.kind != TokenKind::Call || text.get(token.range.clone()) != Some("instance(") {
            continue;
        }
        let mut end = token.range.end;
        for wanted in [TokenKind::Literal, TokenKind::Close] {
            if let Some(next) = tokens.next_if(|next| next.kind == wanted) {
                end = next.range.end;
            }
        }
        let mut depth = 0_usize;
        while let Some(next) = tokens.next_if(|next| depth > 0 || next.kind != TokenKind::Space) {
            match next.kind {
                TokenKind::NameBracket => depth += 1,
                TokenKind::Other if text.get(next.range.clone()) == Some("[") => depth += 1,
                TokenKind::CloseBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            end = next.range.end;
        }
        found.push(token.range.start..end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_told_from_calculations() {
        for plain in ["Irbid", "12.5", "-3", "2026-11-28", "10:00:00+03:00", "some-where", "'a + b'", "a and b"] {
            assert!(!is_dynamic(plain, false), "{plain}");
        }
        for worked_out in ["1 + 1", "today()", "${age}", "a * b", "a | b", "7 mod 2", "x div y"] {
            assert!(is_dynamic(worked_out, false), "{worked_out}");
        }
        assert!(!is_dynamic("32.5 -35.9 0 - 0", true));
        assert!(is_dynamic("today() - 1", true));
    }

    #[test]
    fn a_path_ends_at_a_space_outside_brackets() {
        let text = "In instance('towns')/root/item[name = ${town} and a[1]]/label live many";
        let found: Vec<_> = instance_paths(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["instance('towns')/root/item[name = ${town} and a[1]]/label"]);
    }

    proptest! {
        #[test]
        fn tokens_are_the_whole_text(text in "\\PC{0,60}") {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert_eq!(token.range.start, at);
                prop_assert!(token.range.end > at);
                at = token.range.end;
            }
            prop_assert_eq!(at, text.len());
            instance_paths(&text);
        }
    }
}
