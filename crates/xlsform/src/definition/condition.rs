//! A condition that a caller asks about answers, besides those that stand in the form.

use super::{Definition, FieldId};
use crate::xpath::{Expr, ParseError};

/// A condition on the answers to one question.
#[derive(Debug, Clone)]
pub struct Condition {
    pub(crate) field: FieldId,
    pub(crate) expr: Expr,
}

/// A condition that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// A path to no question.
    #[error("the form has no “{0}”")]
    NoSuchQuestion(String),
    /// An expression that cannot be read.
    #[error(transparent)]
    Expression(#[from] ParseError),
    /// A function that nobody knows.
    #[error("there is no function “{0}()”")]
    UnknownFunction(String),
}

impl Definition {
    /// Reads a condition: an expression said at the question at a path such as `/data/member/age`, whose answer is `.`.
    ///
    /// # Errors
    /// When there is no such question, or the expression cannot be read.
    pub fn condition(&self, path: &str, expression: &str) -> Result<Condition, ConditionError> {
        let field = self.field_at(path).ok_or_else(|| ConditionError::NoSuchQuestion(path.to_owned()))?;
        let expr = Expr::parse(expression, &self.prefixes)?;
        match expr.unknown_function() {
            Some(function) => Err(ConditionError::UnknownFunction(function.to_owned())),
            None => Ok(Condition { field, expr: self.contextualised(&expr, field) }),
        }
    }
}
