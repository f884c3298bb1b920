//! Erasing leaves nothing of the person: not in a table, not in the file, not in a backup.

use std::path::Path;

use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::*;
use crate::access::{Role, TokenScope, Via, Viewer};
use crate::dates::Day;
use crate::db::{self, Db, Location, TABLES, Tx, Value};
use crate::error::Error;
use crate::history::{self, Act, Bookkeeping, Entry, Kind, Pen, Story, Wanted};
use crate::ids::{CaseId, HouseholdId, OrganisationId, PersonId, RelationId, TokenId};
use crate::keys::{DataKey, Unlock};
use crate::testing::House;

const MARKER: &str = "Xyzzyana Marqueña";

/// A row with the marker in every text and every other byte column, except where told.
fn insert(tx: &mut Tx<'_>, organisation: OrganisationId, table: &str, known: &[(&str, Value)]) {
    let pen = Pen::unrecorded(Bookkeeping::Copy);
    let columns: Vec<(String, String)> = tx
        .query("SELECT name, type FROM pragma_table_info($1)", &[table.into()], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let values: Vec<Value> = columns
        .iter()
        .map(|(name, kind)| match known.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.clone(),
            None if name == "organisation_id" => organisation.into(),
            // What a device calls its record is nobody else's.
            None if name == "instance_id" || name == "latest_id" => {
                format!("{MARKER} {}", Uuid::now_v7()).as_str().into()
            }
            None if kind == "TEXT" => MARKER.into(),
            None if name.ends_with("_id") || name == "id" || name.ends_with("_by") => Uuid::now_v7().into(),
            None if kind == "BLOB" => MARKER.as_bytes().into(),
            None => Value::Int(rand::random_range(1..1_000_000)),
        })
        .collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let marks: Vec<String> = (1..=names.len()).map(|number| format!("${number}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), marks.join(", "));
    tx.execute(&pen, &sql, &values).unwrap();
}

struct Someone {
    person: PersonId,
    merged: PersonId,
    relative: PersonId,
    number: i64,
}

/// A person with a row in every table that can hold one, and a relative who stays.
fn register(house: &House, state: &'static str, erase_from: Option<&'static str>) -> Someone {
    let (organisation, viewer) = (house.viewer.organisation, house.viewer.clone());
    let someone = Someone {
        person: PersonId::new(),
        merged: PersonId::new(),
        relative: PersonId::new(),
        number: rand::random_range(1..1_000_000_000),
    };
    let Someone { person, merged, relative, number } = someone;
    let write = move |tx: &mut Tx<'_>| -> Result<(), Error> {
        let (household, case) = (HouseholdId::new(), CaseId::new());
        let alone = || ("household_id", Value::from(household));
        let not_merged = || ("merged_into", Value::Null);
        let (number, protected) = (("number", Value::Int(number)), ("protected", Value::Int(0)));
        insert(
            tx,
            organisation,
            "person",
            &[("id", person.into()), number, protected, alone(), not_merged(), ("source", Value::Null)],
        );
        let into = ("merged_into", person.into());
        insert(
            tx,
            organisation,
            "person",
            &[("id", merged.into()), alone(), into, ("source", merged.to_string().into())],
        );
        let other = ("display_name", "Someone else".into());
        let details: Vec<(&str, Value)> = ["sort_name", "details", "source", "household_role"]
            .into_iter()
            .map(|name| (name, format!("{relative}").into()))
            .chain([
                ("id", relative.into()),
                other,
                not_merged(),
                ("updated_at", crate::dates::Moment::now().into()),
                ("nationality", "SY".into()),
                ("needs", "".into()),
            ])
            .chain(["sex", "gender", "birth_kind", "birth_from", "birth_to"].map(|name| (name, "unknown".into())))
            .chain(
                ["case_work", "referral", "law_enforcement", "statistics", "research", "contact"].into_iter().flat_map(
                    |purpose| {
                        let column = |end: &str| &*Box::leak(format!("consent_{purpose}{end}").into_boxed_str());
                        [(column(""), "given".into()), (column("_until"), Value::Null)]
                    },
                ),
            )
            .collect();
        insert(tx, organisation, "person", &details);
        insert(tx, organisation, "household", &[("id", household.into())]);
        let end: Value = erase_from.into();
        let case_columns =
            [("id", case.into()), ("person_id", person.into()), ("state", state.into()), ("erase_from", end)];
        insert(tx, organisation, "case_file", &case_columns);
        for table in TABLES.iter().filter(|table| !["history", "case_file"].contains(table)) {
            let columns: Vec<String> =
                tx.query("SELECT name FROM pragma_table_info($1)", &[(*table).into()], |row| row.get(0))?;
            let has = |name: &str| columns.iter().any(|column| column == name);
            if has("person_id") {
                insert(tx, organisation, table, &[("person_id", person.into()), ("case_id", case.into())]);
            }
            if has("case_id") {
                // A part whose person was mixed up still goes with the case.
                insert(tx, organisation, table, &[("person_id", merged.into()), ("case_id", case.into())]);
            }
        }
        let tie = RelationId::new();
        let ends = [("id", tie.into()), ("person_id", relative.into()), ("relative_id", person.into())];
        insert(tx, organisation, "relation", &ends);
        insert(tx, organisation, "merge", &[("kept_id", person.into()), ("merged_id", merged.into())]);
        insert(tx, organisation, "merge", &[("kept_id", relative.into()), ("merged_id", person.into())]);
        for (first, second, decided_at) in
            [(person, relative, Value::Int(1)), (relative, merged, Value::Null), (relative, person, Value::Null)]
        {
            let pair = [("first_id", first.into()), ("second_id", second.into()), ("decided_at", decided_at)];
            insert(tx, organisation, "duplicate", &pair);
        }
        let created_at = crate::dates::Moment::now().into();
        insert(
            tx,
            organisation,
            "idempotency",
            &[("answer", format!("{{\"id\":\"{person}\",\"name\":\"{MARKER}\"}}").into()), ("created_at", created_at)],
        );
        insert(tx, organisation, "idempotency", &[("created_at", Value::Int(0))]);
        let told = serde_json::json!({ "name": MARKER });
        history::record(tx, &viewer, Entry::created(Kind::Person, person, &told).about(person))?;
        history::record(tx, &viewer, Entry::created(Kind::Person, merged, &told).about(merged))?;
        history::record(tx, &viewer, Entry::created(Kind::Note, Uuid::now_v7(), &told).in_case(case))?;
        history::record(tx, &viewer, Entry::created(Kind::Relation, tie, &told).about(relative))?;
        history::record(tx, &viewer, Entry::created(Kind::Household, household, &told))?;
        let seen = Entry::new(Act::Read, Kind::Person, relative).about(relative).because("the relative's own");
        history::record(tx, &viewer, seen)?;
        Ok(())
    };
    house.db.write_blocking(write).unwrap();
    someone
}

/// Every table that shows the marker, or one of these ids outside the history's skeleton.
fn traces(db: &Db, ids: Vec<Uuid>) -> Vec<String> {
    db.read_blocking(move |tx| -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for table in TABLES {
            let columns = tx.count("SELECT count(*) FROM pragma_table_info($1)", &[(*table).into()])? as usize;
            tx.each(&format!("SELECT * FROM {table}"), &[], |row| {
                for column in 0..columns {
                    let bytes = match row.value(column)? {
                        Value::Text(text) => text.into_bytes(),
                        Value::Bytes(bytes) => bytes,
                        _ => continue,
                    };
                    let named = ids.iter().any(|id| {
                        let text = id.to_string();
                        bytes == id.as_bytes() || bytes.windows(text.len()).any(|part| part == text.as_bytes())
                    });
                    if holds_marker(&bytes) || (named && *table != "history") {
                        found.push((*table).to_owned());
                    }
                }
                Ok(true)
            })?;
        }
        found.dedup();
        Ok(found)
    })
    .unwrap()
}

fn holds_marker(bytes: &[u8]) -> bool {
    bytes.windows(MARKER.len()).any(|part| part == MARKER.as_bytes())
}

/// The file's pages as the key's holder would read them, free ones and their gaps included.
fn pages(file: &Path, key: &DataKey) -> Vec<u8> {
    let mut connection = Connection::open(file).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.hex().as_str())).unwrap();
    connection.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256").unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    connection.serialize("main").unwrap().to_vec()
}

fn erasure(someone: &Someone) -> Erasure {
    Erasure { reason: "the period is over".to_owned(), on_request: false, confirm: someone.number.to_string() }
}

fn try_erase(house: &House, viewer: &Viewer, someone: &Someone, erasure: Erasure) -> Result<(), Error> {
    let (viewer, person) = (viewer.clone(), someone.person);
    house.db.write_blocking(move |tx| erase(tx, &viewer, person, &erasure))
}

fn faults(db: &Db) -> Vec<String> {
    let verified = db.read_blocking(history::verify).unwrap();
    verified.into_iter().flat_map(|chain| chain.faults).map(|fault| fault.to_string()).collect()
}

#[test]
fn nothing_of_an_erased_person_remains() {
    let house = House::new();
    let someone = register(&house, "closed", Some("2026-11-01"));
    let ids = vec![someone.person.0, someone.merged.0];
    assert!(traces(&house.db, ids.clone()).len() > 12, "the marker is everywhere before");
    try_erase(&house, &house.viewer, &someone, erasure(&someone)).unwrap();
    assert_eq!(traces(&house.db, ids), Vec::<String>::new());
    assert_eq!(faults(&house.db), Vec::<String>::new());
    assert!(!holds_marker(&pages(&house.folder.path().join("watari.db"), &house.key)), "in the file's free space");
    let left = house.db.read_blocking(|tx| tx.count("SELECT count(*) FROM person", &[])).unwrap();
    assert_eq!(left, 1, "the relative stays");
}

#[test]
fn nothing_of_an_erased_person_remains_in_memory() {
    let house = House::new();
    let someone = register(&house, "closed", Some("2026-11-01"));
    let known = crate::people::search::Known::default();
    let in_memory = || {
        let (known, organisation) = (known.clone(), house.viewer.organisation);
        house.db.read_blocking(move |tx| known.size(tx, organisation)).unwrap()
    };
    assert_eq!(in_memory(), (1, 2), "one person of a name in two parts");
    try_erase(&house, &house.viewer, &someone, erasure(&someone)).unwrap();
    assert_eq!(in_memory(), (0, 0));
}

#[test]
fn a_later_backup_has_nothing_either() {
    let house = House::new();
    let someone = register(&house, "closed", Some("2026-11-01"));
    try_erase(&house, &house.viewer, &someone, erasure(&someone)).unwrap();
    let unlock = Unlock::Passphrase(Zeroizing::new("over the bridge".to_owned()));
    let (file, back) = (house.folder.path().join("a.backup"), house.folder.path().join("back.db"));
    let report = db::backup(&house.db, &house.key, &house.key.wrap(&unlock), &file, |_, _| {}).unwrap();
    assert!(report.faults.is_empty());
    let restored = db::restore(&file, &unlock, &Location::Sqlite(back.clone()), |_, _| {}).unwrap();
    assert!(!holds_marker(&pages(&back, &restored.key)));
    let db = Db::open(Location::Sqlite(back), &restored.key, 1).unwrap();
    assert_eq!(traces(&db, vec![someone.person.0, someone.merged.0]), Vec::<String>::new());
    assert_eq!(faults(&db), Vec::<String>::new());
}

/// Everything about them, in their cases too.
fn entries_about(tx: &mut Tx<'_>, organisation: OrganisationId, person: PersonId) -> Result<Vec<Story>, Error> {
    let all = history::entries_of_organisation(tx, organisation, Wanted::default(), 500)?;
    Ok(all.into_iter().filter(|entry| entry.person_id == Some(person)).collect())
}

#[test]
fn the_tombstone_says_why_and_others_keep_their_history() {
    let house = House::new();
    let someone = register(&house, "closed", Some("2026-11-01"));
    try_erase(&house, &house.viewer, &someone, erasure(&someone)).unwrap();
    let (organisation, person, relative) = (house.viewer.organisation, someone.person, someone.relative);
    let (own, others) = house
        .db
        .read_blocking(move |tx| -> Result<_, Error> {
            Ok((entries_about(tx, organisation, person)?, entries_about(tx, organisation, relative)?))
        })
        .unwrap();
    assert_eq!(own[0].act, Act::Erased);
    assert_eq!(own[0].why.as_deref(), Some("the period is over"));
    assert!(own[1..].iter().all(|entry| entry.erased));
    let kept = others.iter().find(|entry| entry.act == Act::Read).unwrap();
    assert_eq!(kept.why.as_deref(), Some("the relative's own"));
}

#[test]
fn open_cases_and_running_periods_are_refused() {
    let house = House::new();
    for (state, end, why) in [
        ("in_service", None, "refused-erase-open-case"),
        ("closed", Some("2026-11-25"), "refused-erase-not-due"),
        ("closed", None, "refused-erase-not-due"),
    ] {
        let someone = register(&house, state, end);
        let refused = try_erase(&house, &house.viewer, &someone, erasure(&someone));
        assert!(matches!(refused, Err(Error::Refused(reason)) if reason == why), "{refused:?}");
        let asked = Erasure { on_request: true, ..erasure(&someone) };
        try_erase(&house, &house.viewer, &someone, asked).unwrap();
    }
    assert_eq!(faults(&house.db), Vec::<String>::new());
}

#[test]
fn only_data_officers_erase_and_never_with_a_token() {
    let house = House::new();
    let someone = register(&house, "closed", Some("2026-11-01"));
    let supervisor = Viewer { role: Role::Supervisor, ..house.viewer.clone() };
    let token = Viewer { via: Via::Token(TokenId::new(), vec![TokenScope::PeopleWrite]), ..house.viewer.clone() };
    for viewer in [supervisor, token] {
        let refused = try_erase(&house, &viewer, &someone, erasure(&someone));
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    }
    let elsewhere = Viewer { organisation: OrganisationId::new(), ..house.viewer.clone() };
    assert!(matches!(try_erase(&house, &elsewhere, &someone, erasure(&someone)), Err(Error::NotFound)));
    let wrong = Erasure { confirm: "1".to_owned(), ..erasure(&someone) };
    assert!(matches!(try_erase(&house, &house.viewer, &someone, wrong), Err(Error::Invalid(_))));
}

#[test]
fn the_list_offers_whom_the_rule_allows_page_by_page() {
    let house = House::new();
    let first = register(&house, "closed", Some("2025-01-01"));
    let second = register(&house, "closed", Some("2026-11-24"));
    register(&house, "closed", Some("2026-11-25"));
    register(&house, "reopened", Some("2020-01-01"));
    let viewer = house.viewer.clone();
    let pages = house
        .db
        .read_blocking(move |tx| -> Result<Vec<(Vec<Due>, bool)>, Error> {
            let (one, next) = due(tx, &viewer, None, 1)?;
            let (two, end) = due(tx, &viewer, next, 1)?;
            Ok(vec![(one, next.is_some()), (two, end.is_some())])
        })
        .unwrap();
    let people: Vec<PersonId> = pages.iter().flat_map(|(page, _)| page.iter().map(|due| due.person_id)).collect();
    assert_eq!(people, [first.person, second.person]);
    assert_eq!(pages.iter().map(|(_, more)| *more).collect::<Vec<_>>(), [true, false]);
    assert_eq!(pages[0].0[0].erase_from, "2025-01-01".parse::<Day>().unwrap());
}
