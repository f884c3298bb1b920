//! Expressions cut into tokens.

use super::parse::ParseError;
use super::value::is_space;

/// A token with the place where it begins, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Literal(String),
    /// A name, with its prefix where it has one.
    Name(Option<String>, String),
    /// `*`, or `prefix:*`, where a name is looked for.
    Any(Option<String>),
    /// Punctuation, and the operators written as words.
    Sign(&'static str),
}

const SIGNS: [&str; 21] =
    ["//", "::", "..", "!=", "<=", ">=", "/", "(", ")", "[", "]", "@", ",", "|", "+", "-", "=", "<", ">", ".", "*"];

const WORDS: [&str; 4] = ["and", "or", "mod", "div"];

/// Cuts an expression into tokens. A `*` or a word such as `and` is an operator where an operand came before.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let (kind, taken) = match first {
            '"' | '\'' => literal(rest, first).ok_or_else(|| ParseError::unclosed(text, at))?,
            '0'..='9' => number(rest),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => number(rest),
            '$' => return Err(ParseError::variable(text, at)),
            c if begins_name(c) => word(rest, follows_operand(tokens.last())),
            _ => sign(rest, follows_operand(tokens.last())).ok_or_else(|| ParseError::unexpected(text, at))?,
        };
        tokens.push(Token { at, kind });
        rest = rest[taken..].trim_start_matches(is_space);
    }
    Ok(tokens)
}

fn follows_operand(last: Option<&Token>) -> bool {
    match last.map(|token| &token.kind) {
        None => false,
        Some(TokenKind::Sign(sign)) => matches!(*sign, ")" | "]" | "." | ".."),
        Some(_) => true,
    }
}

fn literal(rest: &str, quote: char) -> Option<(TokenKind, usize)> {
    let end = rest[1..].find(quote)?;
    Some((TokenKind::Literal(rest[1..=end].to_owned()), end + 2))
}

fn number(rest: &str) -> (TokenKind, usize) {
    let mut point = false;
    let end = rest
        .find(|c: char| {
            let first_point = c == '.' && !point;
            point |= c == '.';
            !(c.is_ascii_digit() || first_point)
        })
        .unwrap_or(rest.len());
    (TokenKind::Number(rest[..end].parse().unwrap_or(f64::NAN)), end)
}

fn word(rest: &str, follows_operand: bool) -> (TokenKind, usize) {
    let first = &rest[..name_length(rest)];
    if follows_operand && let Some(word) = WORDS.iter().find(|word| **word == first) {
        return (TokenKind::Sign(word), first.len());
    }
    let after = &rest[first.len()..];
    match after.strip_prefix(':') {
        Some(after) if after.starts_with('*') => (TokenKind::Any(Some(first.to_owned())), first.len() + 2),
        Some(after) if after.starts_with(begins_name) => {
            let local = &after[..name_length(after)];
            (TokenKind::Name(Some(first.to_owned()), local.to_owned()), first.len() + 1 + local.len())
        }
        _ => (TokenKind::Name(None, first.to_owned()), first.len()),
    }
}

fn sign(rest: &str, follows_operand: bool) -> Option<(TokenKind, usize)> {
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
    let kind = if *sign == "*" && !follows_operand { TokenKind::Any(None) } else { TokenKind::Sign(sign) };
    Some((kind, sign.len()))
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn name_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}') || is_mark(c)))
        .unwrap_or(rest.len())
}

/// Combining marks, which scripts such as Devanagari need within a name.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{203f}'..='\u{2040}')
}
