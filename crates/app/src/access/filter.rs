//! Conditions of a query with their parameters, kept together.

use std::fmt::Write as _;

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
        self.join(" AND ");
        let mut number = self.params.len();
        // Each condition in parentheses: an OR in one must not open what another closes.
        self.sql.push('(');
        for piece in condition.split_inclusive('?') {
            match piece.strip_suffix('?') {
                Some(before) => {
                    number += 1;
                    self.sql.push_str(before);
                    self.mark(number);
                }
                None => self.sql.push_str(piece),
            }
        }
        self.sql.push(')');
        self.params.extend(params);
        debug_assert_eq!(number, self.params.len(), "a parameter for each ? in {condition}");
        self
    }

    /// Narrows by another filter.
    pub fn and_filter(mut self, other: Filter) -> Filter {
        self.join(" AND ");
        self.sql.push('(');
        self.append(other);
        self.sql.push(')');
        self
    }

    /// The condition inside another, such as one `EXISTS (SELECT …` opens and a bracket closes.
    pub fn inside(self, before: &str, after: &str) -> Filter {
        Filter { sql: format!("({before}{}{after})", self.sql), params: self.params }
    }

    /// Any of several conditions; none of none.
    pub fn any(ways: Vec<Filter>) -> Filter {
        if ways.is_empty() {
            return Filter::new("1 = 0", []);
        }
        let mut any = Filter { sql: "(".to_owned(), params: Vec::new() };
        for (place, way) in ways.into_iter().enumerate() {
            any.sql.push_str(if place == 0 { "" } else { " OR " });
            any.append(way);
        }
        any.sql.push(')');
        any
    }

    fn join(&mut self, word: &str) {
        if !self.sql.is_empty() {
            self.sql.push_str(word);
        }
    }

    fn mark(&mut self, number: usize) {
        // Writing to a string cannot fail.
        let _ = write!(self.sql, "${number}");
    }

    /// Another filter's condition, its marks numbered on from here.
    fn append(&mut self, other: Filter) {
        let before = self.params.len();
        let mut pieces = other.sql.split('$');
        self.sql.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
            let number: usize = piece[..piece.len() - rest.len()].parse().unwrap_or_default();
            self.mark(before + number);
            self.sql.push_str(rest);
        }
        self.params.extend(other.params);
    }

    /// The same condition, only to be tested on rows that are found without it: no engine looks for
    /// them through an index of its own.
    pub fn tested(self) -> Filter {
        Filter { sql: format!("(CASE WHEN {} THEN 1 ELSE 0 END = 1)", self.sql), params: self.params }
    }

    /// A condition on one of many values: the value is among these, of which there is at least one. As many
    /// marks as a multiple of ten, so that few statements are prepared.
    pub fn among<V: Into<Value> + Copy>(self, column: &str, values: &[V]) -> Filter {
        let padding = values.last().into_iter().cycle().take(values.len().next_multiple_of(10) - values.len());
        let values: Vec<Value> = values.iter().chain(padding).map(|value| (*value).into()).collect();
        let marks = vec!["?"; values.len()].join(", ");
        self.and(&format!("{column} IN ({marks})"), values)
    }

    /// Adds a value that the rest of the query needs and answers its mark, such as `$7`.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// Adds another filter's values and answers its condition, to stand elsewhere in the query.
    pub fn bind_filter(&mut self, other: Filter) -> String {
        let own = self.sql.len();
        self.append(other);
        self.sql.split_off(own)
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
        assert_eq!(filter.sql(), "(a = $1) AND (b = $2) AND ((c = $3 OR d = $4))");
        assert_eq!(filter.params().len(), 4);
    }

    #[test]
    fn an_or_stays_inside_its_own_condition() {
        let filter = Filter::new("a = 1", []).and("b = ? OR c = ?", [2.into(), 3.into()]).and("d = 4", []);
        assert_eq!(filter.sql(), "(a = 1) AND (b = $1 OR c = $2) AND (d = 4)");
    }

    #[test]
    fn any_of_several_stays_inside_its_own_condition() {
        let ways = vec![Filter::new("b = ?", [2.into()]), Filter::new("c = ? AND d = ?", [3.into(), 4.into()])];
        let filter = Filter::new("a = ?", [1.into()]).and_filter(Filter::any(ways)).and("e = ?", [5.into()]);
        assert_eq!(filter.sql(), "(a = $1) AND (((b = $2) OR (c = $3 AND d = $4))) AND (e = $5)");
        assert_eq!(Filter::any(Vec::new()).sql(), "(1 = 0)");
    }

    #[test]
    fn inside_another_it_keeps_its_parameters() {
        let inner = Filter::new("b = ? OR c = ?", [2.into(), 3.into()]).inside("EXISTS (SELECT 1 WHERE ", ")");
        let filter = Filter::new("a = ?", [1.into()]).and_filter(inner);
        assert_eq!(filter.sql(), "(a = $1) AND ((EXISTS (SELECT 1 WHERE (b = $2 OR c = $3))))");
        assert_eq!(filter.params(), [1.into(), 2.into(), 3.into()]);
    }

    #[test]
    fn a_bound_value_gets_the_next_mark() {
        let mut filter = Filter::new("a = ?", [1.into()]);
        assert_eq!(filter.bind(9), "$2");
        assert_eq!(filter.params().len(), 2);
    }

    #[test]
    fn one_of_many_values_is_asked_for_in_tens() {
        let mut filter = Filter::new("a = ?", [1.into()]).among("b", &[2, 3]);
        assert_eq!(filter.sql(), "(a = $1) AND (b IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11))");
        assert_eq!(filter.bind_filter(Filter::new("c = ? OR d = ?", [4.into(), 5.into()])), "(c = $12 OR d = $13)");
        assert!(filter.sql().ends_with("$11))"), "the other stands elsewhere");
        assert_eq!(filter.params().len(), 13);
    }

    #[test]
    fn marks_and_parameters_agree_however_filters_are_joined() {
        for seed in 0..500_u32 {
            let piece = |size: u32| {
                let marks = vec!["x = ?"; size as usize].join(" OR ");
                Filter::new(&format!("1 = 1 OR {marks}"), (0..size).map(|n| i64::from(n).into()))
            };
            let sizes = [1 + seed % 3, 1 + seed / 3 % 4, 1 + seed / 12 % 12];
            let filter = piece(sizes[0]).and_filter(piece(sizes[1]).and_filter(piece(sizes[2])));
            let marks: Vec<usize> = filter
                .sql()
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap())
                .collect();
            assert_eq!(marks, (1..=filter.params().len()).collect::<Vec<_>>());
        }
    }
}
