//! `$filter` of OData, as far as it is about a row and not about what it holds: comparisons of `__system/submitterId`,
//! `submissionDate`, `updatedAt` and `reviewState` of submissions, and of `creatorId`, `createdAt`, `updatedAt` and
//! `conflict` of entities, joined by `and`, `or`, `not` and brackets.

use jiff::Timestamp;
use serde_json::json;

use super::{number, refusal, review_named};
use crate::access::Filter;
use crate::dates::{Day, Moment};
use crate::db::Value;
use crate::ids::UserId;

/// Why a filter is not understood.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none.
    Unparseable(String),
    /// It is about something that cannot be filtered by.
    Field(String),
    /// It does what this server cannot.
    Expression(String),
}

impl Refused {
    /// As Central words it.
    pub fn response(&self) -> axum::response::Response {
        match self {
            Refused::Unparseable(reason) => {
                let message = format!("The OData filter expression you provided could not be parsed: {reason}");
                refusal(400.18, &message, json!({ "reason": reason }))
            }
            Refused::Field(text) => {
                let message =
                    format!("The given OData filter expression references fields not supported by this server: {text}");
                refusal(501.5, &message, json!({ "text": text }))
            }
            Refused::Expression(text) => {
                let message =
                    format!("The given OData filter expression uses features not supported by this server: {text}");
                refusal(501.4, &message, json!({ "text": text }))
            }
        }
    }
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Submissions, `s` in the query.
    Submissions,
    /// Entities, `e` in the query.
    Entities,
}

/// A filter as a condition on rows. `users` are those of the house, whom `submitterId` and `creatorId` may mean.
///
/// # Errors
/// What is not understood.
pub fn condition(text: &str, rows: Rows, users: &[UserId]) -> Result<Filter, Refused> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, rows, users, depth: 0 };
    let read = reader.any()?;
    match reader.peek() {
        None => Ok(read),
        Some(token) => Err(Refused::Unparseable(format!("unexpected {token}"))),
    }
}

/// The deepest nesting of brackets.
const DEEPEST: usize = 50;

fn tokens(text: &str) -> Result<Vec<String>, Refused> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' => 1,
            '\'' => rest
                .get(1..)
                .and_then(|after| after.find('\''))
                .map(|end| end + 2)
                .ok_or_else(|| Refused::Unparseable("a quotation mark is not closed".to_owned()))?,
            _ => rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        found.push(token.to_owned());
        rest = after.trim_start();
    }
    Ok(found)
}

struct Reader<'u> {
    tokens: Vec<String>,
    at: usize,
    rows: Rows,
    users: &'u [UserId],
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Result<String, Refused> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| Refused::Unparseable("it ends too early".to_owned()))
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_it = self.peek() == Some(word);
        self.at += usize::from(is_it);
        is_it
    }

    fn any(&mut self) -> Result<Filter, Refused> {
        let mut ways = vec![self.all()?];
        while self.takes("or") {
            ways.push(self.all()?);
        }
        Ok(Filter::any(ways))
    }

    fn all(&mut self) -> Result<Filter, Refused> {
        let mut whole = self.one()?;
        while self.takes("and") {
            whole = whole.and_filter(self.one()?);
        }
        Ok(whole)
    }

    fn one(&mut self) -> Result<Filter, Refused> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refused::Expression("brackets deeper than fifty".to_owned()));
        }
        let read = if self.takes("not") {
            Ok(self.one()?.inside("NOT (", ")"))
        } else if self.takes("(") {
            let inner = self.any()?;
            match self.takes(")") {
                true => Ok(inner),
                false => Err(Refused::Unparseable("a bracket is not closed".to_owned())),
            }
        } else {
            self.comparison()
        };
        self.depth -= 1;
        read
    }

    fn comparison(&mut self) -> Result<Filter, Refused> {
        let field = self.next()?;
        if self.peek() == Some("(") {
            return Err(Refused::Expression(format!("the function {field}")));
        }
        let sign = match self.next()?.as_str() {
            "eq" => "=",
            "ne" | "neq" => "<>",
            "lt" => "<",
            "le" => "<=",
            "gt" => ">",
            "ge" => ">=",
            other => return Err(Refused::Unparseable(format!("{other} is no comparison"))),
        };
        let operand = self.next()?;
        let operand = if operand == "now" && self.takes("(") && self.takes(")") { "now()".to_owned() } else { operand };
        use Rows::{Entities, Submissions};
        match (self.rows, field.trim_start_matches("$root/Submissions/").trim_start_matches("__system/")) {
            (Submissions, "submissionDate") => {
                Ok(Filter::new(&format!("s.sent_at {sign} ?"), [moment(&operand)?.into()]))
            }
            (Submissions, "submitterId") => self.user("s.sent_by", sign, &operand),
            (Submissions, "updatedAt") => updated("s.updated_at", sign, &operand),
            (Submissions, "reviewState") => reviewed(sign, &operand),
            (Entities, "createdAt") => Ok(Filter::new(&format!("e.created_at {sign} ?"), [moment(&operand)?.into()])),
            (Entities, "creatorId") => self.user("e.made_by", sign, &operand),
            // Until it is changed it was last changed when it was made.
            (Entities, "updatedAt") => updated("NULLIF(e.updated_at, e.created_at)", sign, &operand),
            (Entities, "conflict") => in_conflict(sign, &operand),
            _ => Err(Refused::Field(field)),
        }
    }

    /// A comparison of a column that holds a user.
    fn user(&self, column: &str, sign: &str, operand: &str) -> Result<Filter, Refused> {
        let wanted: i64 =
            operand.trim_matches('\'').parse().map_err(|_| Refused::Unparseable(format!("{operand} is no number")))?;
        let user = self.users.iter().find(|user| number(user.0) == wanted);
        let value = |user: &UserId| Value::from(*user);
        match (sign, user) {
            ("=" | "<>", Some(user)) => Ok(Filter::new(&format!("{column} {sign} ?"), [value(user)])),
            ("=", None) => Ok(Filter::new("1 = 0", [])),
            ("<>", None) => Ok(Filter::new("1 = 1", [])),
            _ => Err(Refused::Expression("an order of users".to_owned())),
        }
    }
}

/// A comparison with when it was last changed, which is null for most.
fn updated(column: &str, sign: &str, operand: &str) -> Result<Filter, Refused> {
    let text = |condition: &str| condition.replace("COLUMN", column);
    match (sign, operand) {
        ("=", "null") => Ok(Filter::new(&text("COLUMN IS NULL"), [])),
        ("<>", "null") => Ok(Filter::new(&text("COLUMN IS NOT NULL"), [])),
        (_, "null") => Ok(Filter::new("1 = 0", [])),
        ("<>", _) => Ok(Filter::new(&text("COLUMN IS NULL OR COLUMN <> ?"), [moment(operand)?.into()])),
        _ => Ok(Filter::new(&text(&format!("COLUMN {sign} ?")), [moment(operand)?.into()])),
    }
}

/// A comparison with how versions of an entity stand to each other, which is null for most.
fn in_conflict(sign: &str, operand: &str) -> Result<Filter, Refused> {
    let word = operand.trim_matches('\'');
    match (sign, operand) {
        ("=", "null") => Ok(Filter::new("e.conflict IS NULL", [])),
        ("<>", "null") => Ok(Filter::new("e.conflict IS NOT NULL", [])),
        ("=", _) => Ok(Filter::new("e.conflict = ?", [word.into()])),
        ("<>", _) => Ok(Filter::new("e.conflict IS NULL OR e.conflict <> ?", [word.into()])),
        _ => Err(Refused::Expression("an order of conflict".to_owned())),
    }
}

/// A comparison with the review state; a word that stands for none fits nothing.
fn reviewed(sign: &str, operand: &str) -> Result<Filter, Refused> {
    let word = Some(operand.trim_matches('\'')).filter(|_| operand != "null");
    match (sign, review_named(word)) {
        ("=" | "<>", Some(state)) => Ok(Filter::new(&format!("s.review_state {sign} ?"), [state.into()])),
        ("=", None) => Ok(Filter::new("1 = 0", [])),
        ("<>", None) => Ok(Filter::new("1 = 1", [])),
        _ => Err(Refused::Expression("an order of reviewState".to_owned())),
    }
}

fn moment(text: &str) -> Result<Moment, Refused> {
    let text = text.trim_matches('\'');
    if text == "now()" {
        return Ok(Moment::now());
    }
    let instant = text.parse::<Timestamp>().ok().map(|at| Moment::from_milliseconds(at.as_millisecond()));
    let found = instant.or_else(|| text.parse::<Day>().ok().map(|day| day.begins("UTC")));
    found.ok_or_else(|| Refused::Unparseable(format!("{text} is no date")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> String {
        condition(text, Rows::Submissions, &[])
            .map(|filter| filter.sql().to_owned())
            .unwrap_or_else(|refused| format!("{refused:?}"))
    }

    #[test]
    fn comparisons_are_joined_as_they_are_written() {
        let both = sql("__system/submissionDate ge 2026-11-01 and __system/submissionDate lt 2026-12-01T00:00:00.000Z");
        assert!(both.contains("s.sent_at >= $1") && both.contains("s.sent_at < $2"), "{both}");
        let either = sql("not (__system/submissionDate gt now() or __system/reviewState eq 'approved')");
        assert!(either.contains("(NOT (") && either.contains("s.sent_at > $1"), "{either}");
        assert!(either.contains("s.review_state = $2"), "{either}");
    }

    #[test]
    fn what_may_be_null_is_compared_with_null() {
        assert!(sql("__system/updatedAt eq null").contains("s.updated_at IS NULL"));
        assert!(sql("__system/updatedAt ne null").contains("s.updated_at IS NOT NULL"));
        assert!(sql("__system/updatedAt ne 2026-11-01").contains("s.updated_at IS NULL OR s.updated_at <> $1"));
        assert!(sql("__system/updatedAt gt 2026-11-01").contains("s.updated_at > $1"));
        let received = condition("__system/reviewState eq null", Rows::Submissions, &[]).unwrap();
        assert_eq!(received.params(), [Value::from("received")]);
        let hasty = condition("__system/reviewState ne 'hasIssues'", Rows::Submissions, &[]).unwrap();
        assert_eq!((hasty.sql(), hasty.params()), ("((s.review_state <> $1))", &[Value::from("has_issues")][..]));
        assert!(sql("__system/reviewState eq 'has_issues'").contains("1 = 0"), "that is Watari's word, not Central's");
        assert!(matches!(
            condition("__system/reviewState gt 'edited'", Rows::Submissions, &[]),
            Err(Refused::Expression(_))
        ));
    }

    #[test]
    fn what_is_sent_by_someone_is_found_by_their_number() {
        let user = UserId::new();
        let filter =
            condition(&format!("__system/submitterId eq {}", number(user.0)), Rows::Submissions, &[user]).unwrap();
        assert!(filter.sql().contains("s.sent_by = $1"));
        assert!(sql("__system/submitterId eq 7").contains("1 = 0"));
    }

    #[test]
    fn entities_have_fields_of_their_own() {
        let of = |text: &str| condition(text, Rows::Entities, &[]).map(|filter| filter.sql().to_owned());
        assert!(of("__system/createdAt gt 2026-11-01").unwrap().contains("e.created_at > $1"));
        assert!(of("__system/updatedAt eq null").unwrap().contains("NULLIF(e.updated_at, e.created_at) IS NULL"));
        assert!(of("__system/conflict ne 'soft'").unwrap().contains("e.conflict IS NULL OR e.conflict <> $1"));
        assert_eq!(of("__system/reviewState eq null"), Err(Refused::Field("__system/reviewState".to_owned())));
        let of_submission = condition("__system/conflict eq null", Rows::Submissions, &[]).unwrap_err();
        assert_eq!(of_submission, Refused::Field("__system/conflict".to_owned()));
    }

    #[test]
    fn what_cannot_be_done_is_named() {
        assert_eq!(condition("age gt 3", Rows::Submissions, &[]).unwrap_err(), Refused::Field("age".to_owned()));
        let function = condition("year(__system/submissionDate) eq 2026", Rows::Submissions, &[]).unwrap_err();
        assert_eq!(function, Refused::Expression("the function year".to_owned()));
        for wrong in
            ["", "(", "a", "a like b", "__system/submissionDate eq", "'", "__system/submissionDate eq soon", "a eq 1)"]
        {
            assert!(condition(wrong, Rows::Submissions, &[]).is_err(), "{wrong}");
        }
        assert!(condition(&"(".repeat(10_000), Rows::Submissions, &[]).is_err());
    }
}
