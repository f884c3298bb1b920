//! The values of expressions and how they turn into one another.

use super::tree::NodeId;

/// A node of one of the documents an expression may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeRef {
    /// Which document: 0 is the primary instance, others as the [`Host`](super::Host) numbers them.
    pub document: usize,
    /// The node in it.
    pub node: NodeId,
}

/// The value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A node-set, in document order unless it was shuffled.
    Nodes(Vec<NodeRef>),
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean.
    Truth(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

/// Whitespace as XML means it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// The words of a text that stand between whitespace, as answers to select questions do.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// A number as XPath writes it: no exponent, no trailing zeros.
pub(super) fn number_to_text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    number.to_string()
}

/// The number that a text writes by XPath's own rule: digits with at most a point and a minus sign.
pub(super) fn text_to_number(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let written = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit());
    if written { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(number_to_text(12.0), "12");
        assert_eq!(number_to_text(-0.5), "-0.5");
        assert_eq!(number_to_text(-0.0), "0");
        assert_eq!(number_to_text(1e21), "1000000000000000000000");
        assert_eq!(number_to_text(f64::NAN), "NaN");
    }

    #[test]
    fn only_plain_digits_are_a_number() {
        assert_eq!(text_to_number(" 4.50\n"), Some(4.5));
        assert_eq!(text_to_number("-.5"), Some(-0.5));
        for no in ["", "-", ".", "1e3", "+1", "1,5", "inf", "1.2.3", "--1"] {
            assert_eq!(text_to_number(no), None, "{no}");
        }
    }
}
