//! Tokens of the API: a user's own, limited to scopes their role has.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions;
use crate::access::{TokenScope, Viewer};
use crate::code::Code;
use crate::dates::Moment;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::TokenId;
use crate::params;

/// Longest life of a token, in days.
const LONGEST: i64 = 365;

/// What a token is wanted for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenInput {
    /// What it is for, in the user's words.
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<TokenScope>,
    /// Days it lives, 1 to 365; 90 without it.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub days: Option<i64>,
}

/// A token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends by itself.
    pub expires_at: Moment,
}

/// A new token with its secret, shown once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// Id.
    pub id: TokenId,
    /// The secret, sent as `Authorization: Bearer …`.
    pub secret: String,
}

/// Makes a token.
///
/// # Errors
/// Made with a token, fields to correct (a scope beyond the role among them), or the database failed.
pub fn create(tx: &mut Tx<'_>, viewer: &Viewer, input: &TokenInput) -> Result<NewToken, Error> {
    super::account::in_person(viewer)?;
    let days = input.days.unwrap_or(90);
    let mut check = Check::default();
    check.text(&input.name, 100, "name");
    check.that(!input.scopes.is_empty(), "scopes", "invalid-required");
    let allowed = viewer.token_scopes();
    check.that(input.scopes.iter().all(|scope| allowed.contains(scope)), "scopes", "invalid-token-scope");
    check.that((1..=LONGEST).contains(&days), "days", "invalid-days");
    check.done()?;
    let (secret, digest) = sessions::new_secret();
    let id = TokenId::new();
    let scopes = input.scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ");
    let pen = history::record(tx, viewer, Entry::created(Kind::Token, id, input))?;
    let now = Moment::now();
    tx.execute(
        &pen,
        "INSERT INTO api_token (token_hash, organisation_id, id, user_id, name, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            digest.as_slice(),
            viewer.organisation,
            id,
            viewer.user,
            input.name.trim(),
            scopes,
            now,
            now.plus_seconds(days * 86_400)
        ],
    )?;
    Ok(NewToken { id, secret })
}

/// The user's tokens that still work.
///
/// # Errors
/// Asked with a token, or the database failed.
pub fn of_viewer(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<Token>, Error> {
    super::account::in_person(viewer)?;
    Ok(tx.query(
        "SELECT id, name, scopes, created_at, expires_at FROM api_token WHERE organisation_id = $1 AND user_id = $2 \
         AND ended_at IS NULL AND expires_at > $3 ORDER BY created_at DESC",
        params![viewer.organisation, viewer.user, Moment::now()],
        |row| {
            Ok(Token {
                id: row.next()?,
                name: row.next()?,
                scopes: row.next::<String>()?.split(' ').filter_map(TokenScope::from_code).collect(),
                created_at: row.next()?,
                expires_at: row.next()?,
            })
        },
    )?)
}

/// Ends a token of the user.
///
/// # Errors
/// Asked with a token, no such token of theirs, or the database failed.
pub fn end(tx: &mut Tx<'_>, viewer: &Viewer, id: TokenId) -> Result<(), Error> {
    super::account::in_person(viewer)?;
    let pen = history::record(tx, viewer, Entry::new(history::Act::Removed, Kind::Token, id))?;
    let ended = tx.execute(
        &pen,
        "UPDATE api_token SET ended_at = $4 WHERE organisation_id = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL",
        params![viewer.organisation, viewer.user, id, Moment::now()],
    )?;
    if ended == 1 { Ok(()) } else { Err(Error::NotFound) }
}
