//! The schema, brought up to date at each start on either engine.

use super::{DbError, Tx};
use crate::people::search;

const MIGRATIONS: &[Migration] = &[
    Migration::of(include_str!("migrations/0001_foundation.sql")),
    Migration::of(include_str!("migrations/0002_days.sql")),
    Migration::of(include_str!("migrations/0003_cases.sql")),
    Migration::of(include_str!("migrations/0004_narrow_indexes.sql")),
    Migration { sql: include_str!("migrations/0005_search_entry.sql"), fill: Some(search::note_everyone) },
    Migration::of(include_str!("migrations/0006_rare_rows.sql")),
    Migration::of(include_str!("migrations/0007_needs.sql")),
    Migration::of(include_str!("migrations/0008_ways_to_cases.sql")),
    Migration::of(include_str!("migrations/0009_first_page.sql")),
    Migration::of(include_str!("migrations/0010_duplicates.sql")),
    Migration::of(include_str!("migrations/0011_tracing.sql")),
    Migration::of(include_str!("migrations/0012_forms.sql")),
    Migration::of(include_str!("migrations/0013_entities.sql")),
    Migration::of(include_str!("migrations/0014_results.sql")),
    Migration::of(include_str!("migrations/0015_device_passwords.sql")),
    Migration::of(include_str!("migrations/0016_encryption.sql")),
    Migration::of(include_str!("migrations/0017_reviews.sql")),
    Migration::of(include_str!("migrations/0018_outcomes.sql")),
    Migration::of(include_str!("migrations/0020_releases.sql")),
    Migration::of(include_str!("migrations/0021_ledger_delta.sql")),
    Migration::of(include_str!("migrations/0022_regional.sql")),
];

/// Fills a new table from the records that are there.
type Fill = fn(&mut Tx<'_>) -> Result<(), DbError>;

/// A step of the schema, and what fills it from the records that are there.
struct Migration {
    sql: &'static str,
    fill: Option<Fill>,
}

impl Migration {
    const fn of(sql: &'static str) -> Migration {
        Migration { sql, fill: None }
    }
}

/// Every table, in the order in which they are copied: organisations last, so that nobody can log
/// in to half a copy.
pub const TABLES: &[&str] = &[
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
    "search_entry",
    "household",
    "relation",
    "merge",
    "duplicate",
    "tracing_request",
    "tracing_candidate",
    "consent",
    "case_file",
    "screening",
    "goal",
    "action",
    "note",
    "attachment",
    "form",
    "form_version",
    "form_key",
    "form_file",
    "form_draft",
    "submission",
    "submission_version",
    "submission_file",
    "comment",
    "entity_list",
    "entity",
    "entity_version",
    "entity_held",
    "device",
    "flag",
    "approval",
    "follow_up",
    "follow_up_form",
    "access_grant",
    "notice",
    "release",
    "ledger_entry",
    "budget",
    "agreement",
    "history_head",
    "history",
    "organisation",
];

/// Applies what is missing, each migration whole or not at all.
pub(super) fn run(tx: &mut Tx<'_>) -> Result<(), DbError> {
    apply(tx, MIGRATIONS)
}

fn apply(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<(), DbError> {
    tx.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let known = migrations.len() as i64;
    let found = tx.count("SELECT coalesce(max(version), 0) FROM schema_version", &[])?;
    if found > known {
        return Err(DbError::TooNew { found, known });
    }
    for (index, migration) in migrations.iter().enumerate().skip(found as usize) {
        let version = index + 1;
        let stamp = format!("INSERT INTO schema_version (version) VALUES ({version});");
        // On PostgreSQL all of it is one transaction already.
        let (begin, sql, end) = match tx.is_postgres() {
            true => ("", migration.sql.to_owned(), ""),
            false => ("BEGIN IMMEDIATE;", for_sqlite(migration.sql), "COMMIT;"),
        };
        tx.batch(&format!("{begin}\n{sql}"))?;
        if let Some(fill) = migration.fill {
            fill(tx)?;
        }
        tx.batch(&format!("{stamp}\n{end}"))?;
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
            "PRIMARY KEY (organisation_id, person_id)\n) STRICT",
            "PRIMARY KEY (organisation_id, person_id)\n) STRICT, WITHOUT ROWID",
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, Engine, Location, sqlite};
    use crate::keys::DataKey;

    #[test]
    fn every_table_is_listed_for_copying() {
        let dropped = |table: &str| MIGRATIONS.iter().any(|step| step.sql.contains(&format!("DROP TABLE {table};")));
        for step in MIGRATIONS {
            for line in step.sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")) {
                let table = line.trim_end_matches(" (");
                assert!(TABLES.contains(&table) != dropped(table), "{table} would not be copied, or is there no more");
            }
        }
    }

    #[test]
    fn an_installation_from_before_the_index_gets_its_entries() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key) = (folder.path().join("watari.db"), DataKey::generate());
        let version = MIGRATIONS.iter().position(|step| step.fill.is_some()).unwrap();
        let columns = "organisation_id, id, number, display_name, sort_name, sex, birth_kind, details, needs, vulnerability, \
             protected, consent_case_work, consent_referral, consent_law_enforcement, consent_statistics, \
             consent_research, created_at, updated_at, version";
        let details =
            r#"{"names":[{"kind":"main","given":"Zubaida","family":"Qasmi"}],"documents":[{"number":"A 12-3"}]}"#;
        let someone = format!(
            "INSERT INTO person ({columns}) VALUES (x'00000000000000000000000000000001', \
             x'00000000000000000000000000000002', 1, '', '', 'female', 'unknown', '{details}', '', 0, 0, '', '', '', '', '', \
             0, 0, 1)"
        );
        let connection = sqlite::open(&file, &key).unwrap();
        apply(&mut Tx { engine: Engine::Sqlite(&connection), key: &key }, &MIGRATIONS[..version]).unwrap();
        connection.execute_batch(&someone).unwrap();
        drop(connection);
        let db = Db::open(Location::Sqlite(file), &key, 1).unwrap();
        let entries = db.read_blocking(|tx| {
            tx.query("SELECT names, keys FROM search_entry", &[], |row| {
                Ok((row.next::<String>()?, row.next::<String>()?))
            })
        });
        assert_eq!(entries.unwrap(), [("Zubaida Qasmi".to_owned(), "d:a123".to_owned())]);
    }
}
