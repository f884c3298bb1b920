//! Conditions of a query with their parameters, kept together.

use crate::db::Value;

/// A condition written with `?`, numbered `$1`, `$2`, … in the order it was built.
#[derive(Clone, Debug)]
pub struct Filter {
    sql: String,
    params: Vec<Value>,
}

impl Filter {
    /// A first condition.
    pub fn new(condition: &str, params: impl IntoIterator<Item = Value>) -> Filter {
        Filter { sql: String::new(), params: Vec::new() }.and(condition, params)
    }

    /// Narrows by a further condition.
    pub fn and(mut self, condition: &str, params: impl IntoIterator<Item = Value>) -> Filter {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        let mut number = self.params.len();
        for piece in condition.split_inclusive('?') {
            match piece.strip_suffix('?') {
                Some(before) => {
                    number += 1;
                    self.sql.push_str(&format!("{before}${number}"));
                }
                None => self.sql.push_str(piece),
            }
        }
        self.params.extend(params);
        debug_assert_eq!(number, self.params.len(), "a parameter for each ? in {condition}");
        self
    }

    /// Narrows by another filter.
    pub fn and_filter(self, other: Filter) -> Filter {
        let mut condition = String::with_capacity(other.sql.len());
        // The other's `$n` become `?` again; its parameters are in the order of appearance.
        let mut rest = other.sql.as_str();
        while let Some(at) = rest.find('$') {
            condition.push_str(&rest[..at]);
            condition.push('?');
            rest = rest[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
        condition.push_str(rest);
        self.and(&condition, other.params)
    }

    /// Adds a value that the rest of the query needs and answers its mark, such as `$7`.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// The condition, to stand after `WHERE`.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The parameters.
    pub fn params(&self) -> &[Value] {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_numbered_in_order() {
        let other = Filter::new("c = ? OR d = ?", [3.into(), 4.into()]);
        let filter = Filter::new("a = ?", [1.into()]).and("b = ?", [2.into()]).and_filter(other);
        assert_eq!(filter.sql(), "a = $1 AND b = $2 AND c = $3 OR d = $4");
        assert_eq!(filter.params().len(), 4);
    }
}
