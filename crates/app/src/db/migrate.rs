//! The schema, brought up to date at each start on either engine.

use super::{DbError, Tx};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_days.sql"),
    include_str!("migrations/0004_narrow_indexes.sql"),
];

/// Every table, in an order in which they can be copied.
pub const TABLES: &[&str] = &[
    "organisation",
    "counter",
    "team",
    "user_account",
    "session",
    "login",
    "login_link",
    "pending",
    "passkey",
    "api_token",
    "idempotency",
    "person",
    "person_key",
    "household",
    "relation",
    "merge",
    "consent",
    "case_file",
    "screening",
    "goal",
    "action",
    "note",
    "attachment",
    "flag",
    "approval",
    "follow_up",
    "access_grant",
    "notice",
    "history_head",
    "history",
];

/// Applies what is missing, each migration whole or not at all.
pub(super) fn run(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let known = MIGRATIONS.len() as i64;
    let found = tx.count("SELECT coalesce(max(version), 0) FROM schema_version", &[])?;
    if found > known {
        return Err(DbError::TooNew { found, known });
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let version = index + 1;
        let stamp = format!("INSERT INTO schema_version (version) VALUES ({version});");
        if tx.is_postgres() {
            tx.batch(&format!("{sql}\n{stamp}"))?;
        } else {
            tx.batch(&format!("BEGIN IMMEDIATE;\n{}\n{stamp}\nCOMMIT;", for_sqlite(sql)))?;
        }
    }
    Ok(())
}

/// SQLite's strict tables know fewer type names, and cluster a table where told to.
fn for_sqlite(sql: &str) -> String {
    sql.replace(" BIGINT", " INTEGER")
        .replace(" UUID", " BLOB")
        .replace(" BYTEA", " BLOB")
        .replace("\n);", "\n) STRICT;")
        .replace(
            "PRIMARY KEY (organisation_id, key, person_id)\n) STRICT",
            "PRIMARY KEY (organisation_id, key, person_id)\n) STRICT, WITHOUT ROWID",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_listed_for_copying() {
        for sql in MIGRATIONS {
            for line in sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")) {
                let table = line.trim_end_matches(" (");
                assert!(TABLES.contains(&table), "{table} would not be copied");
            }
        }
    }
}
