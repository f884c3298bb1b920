//! What can go wrong, said so that a person knows what to do. `web::problem` turns it into a
//! page or an RFC 9457 problem.

use crate::db::DbError;

/// Why a request was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is logged in, or the token is not valid.
    #[error("log in first")]
    LoggedOut,
    /// The record is not there, or not for this user: the two look the same on purpose.
    #[error("not found")]
    NotFound,
    /// The role or token does not allow this at all.
    #[error("not allowed: {0:?}")]
    Forbidden(crate::access::Permission),
    /// Fields to correct.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// A form's sheet that cannot be used; what is wrong, and where.
    #[error("a sheet that cannot be used: {} remarks", .0.len())]
    Sheet(Vec<crate::forms::Remark>),
    /// A rule of the field forbids it now; the key names the sentence in `locales/`.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// A release would spend more of the budget than is left; ε that it could still have.
    #[error("the budget does not suffice: {0} is left")]
    BudgetSpent(f64),
    /// Someone else changed the record in between.
    #[error("stale")]
    Stale(Box<Stale>),
    /// A change must name the version it was made from, and this one does not.
    #[error("no version")]
    VersionNeeded,
    /// Too many requests; seconds to wait.
    #[error("too many requests")]
    TooMany(u64),
    /// More data than accepted; the limit in bytes, 0 where it is not known.
    #[error("too large")]
    TooLarge(usize),
    /// The index of names is still being built after a start.
    #[error("the index of names is not built yet")]
    NotReady,
    /// The request could not be understood.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The request did not come from this site's own pages.
    #[error("cross-site request")]
    CrossSite,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Something that should not happen; the text goes to the log only.
    #[error("internal: {0}")]
    Internal(String),
}

/// One field to correct.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path as sent, such as `names[0].given`.
    pub field: String,
    /// The key of the sentence in `locales/`, such as `invalid-required`.
    pub error: &'static str,
}

/// Both versions of a record that two people changed.
#[derive(Clone, Debug)]
pub struct Stale {
    /// What this request wanted to save.
    pub yours: serde_json::Value,
    /// What stands on record now.
    pub current: serde_json::Value,
    /// The version on record now.
    pub version: i64,
}

impl Error {
    /// One field to correct.
    pub fn field(field: impl Into<String>, error: &'static str) -> Error {
        Error::Invalid(vec![FieldError { field: field.into(), error }])
    }

    /// Two versions of one record.
    pub fn stale(yours: &impl serde::Serialize, current: &impl serde::Serialize, version: i64) -> Error {
        Error::Stale(Box::new(Stale {
            yours: serde_json::to_value(yours).unwrap_or_default(),
            current: serde_json::to_value(current).unwrap_or_default(),
            version,
        }))
    }

    /// The code of the problem, last part of its RFC 9457 `type`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::LoggedOut => "logged-out",
            Error::NotFound => "not-found",
            Error::Forbidden(_) => "forbidden",
            Error::Invalid(_) => "invalid",
            Error::Sheet(_) => "sheet",
            Error::Refused(_) => "refused",
            Error::BudgetSpent(_) => "budget-spent",
            Error::Stale(_) => "stale",
            Error::VersionNeeded => "version-needed",
            Error::TooMany(_) => "too-many",
            Error::TooLarge(_) => "too-large",
            Error::NotReady => "not-ready",
            Error::BadRequest(_) => "bad-request",
            Error::CrossSite => "cross-site",
            Error::Database(error) if error.is_not_durable() => "not-durable",
            Error::Database(error) if error.is_unavailable() => "unavailable",
            Error::Database(_) | Error::Internal(_) => "internal",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Error::LoggedOut => 401,
            Error::NotFound => 404,
            Error::Forbidden(_) | Error::CrossSite => 403,
            Error::Invalid(_) | Error::Sheet(_) => 422,
            Error::Refused(_) | Error::BudgetSpent(_) => 409,
            Error::Stale(_) => 412,
            Error::VersionNeeded => 428,
            Error::TooMany(_) => 429,
            Error::TooLarge(_) => 413,
            Error::NotReady => 503,
            Error::BadRequest(_) => 400,
            Error::Database(error) if error.is_not_durable() || error.is_unavailable() => 503,
            Error::Database(_) | Error::Internal(_) => 500,
        }
    }
}

/// Collects the fields to correct, so that a person sees all of them at once.
#[derive(Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// Notes the field unless the condition holds.
    pub fn that(&mut self, holds: bool, field: impl Into<String>, error: &'static str) {
        if !holds {
            self.0.push(FieldError { field: field.into(), error });
        }
    }

    /// Required text of at most `most` characters.
    pub fn text(&mut self, text: &str, most: usize, field: &str) {
        self.that(!text.trim().is_empty(), field, "invalid-required");
        self.short(text, most, field);
    }

    /// Optional text of at most `most` characters.
    pub fn short(&mut self, text: &str, most: usize, field: &str) {
        self.that(text.chars().take(most + 1).count() <= most, field, "invalid-too-long");
    }

    /// All is well, or the fields to correct.
    pub fn done(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
