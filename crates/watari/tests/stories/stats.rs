//! A data officer has a list of people and has to give figures away: who would be recognised, and which tables can be
//! published, this year and the next.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn stats(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watari")).current_dir(folder).arg("stats").args(args).output().unwrap()
}

fn done(folder: &Path, args: &[&str]) -> String {
    let output = stats(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, args: &[&str], says: &[&str]) {
    let output = stats(folder, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    for words in says {
        assert!(said.contains(words), "{args:?}: {words} is not in {said}");
    }
}

/// So many women and men of each age group, all invented.
fn people(counts: [[usize; 3]; 2]) -> String {
    let mut text = "name,sex,age,trafficked\n".to_owned();
    let mut number = 0;
    for (sex, row) in ["female", "male"].iter().zip(counts) {
        for (age, count) in [9, 33, 71].iter().zip(row) {
            for _ in 0..count {
                let trafficked = if number % 3 == 0 { "yes" } else { "no" };
                writeln!(text, "Person {number},{sex},{},{trafficked}", age + number % 8).unwrap();
                number += 1;
            }
        }
    }
    text
}

const COLUMNS: &str = "[columns.name]\nrole = \"identifier\"\n[columns.age]\nbands = [0, 18, 60]\n\
    [columns.trafficked]\nrole = \"sensitive\"\n";

fn count(csv: &str, table: &str, values: &[&str]) -> Option<u64> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let row = rows.iter().find(|row| &row[0] == table && values.iter().zip(row.iter().skip(1)).all(|(a, b)| *a == b));
    let row = row.unwrap_or_else(|| panic!("{values:?} is not in {csv}"));
    let at = header.iter().position(|name| name == "count").unwrap();
    row[at].parse().ok()
}

#[test]
fn a_list_becomes_tables_and_next_years_do_not_tell_who_came() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("2024.csv"), people([[40, 3, 25], [30, 60, 20]])).unwrap();
    std::fs::write(at.join("2025.csv"), people([[40, 3, 27], [60, 60, 20]])).unwrap();
    std::fs::write(at.join("columns.toml"), COLUMNS).unwrap();

    let tables = ["tables", "2024.csv", "--columns", "columns.toml", "--by", "sex,age"];
    let published = done(at, &tables);
    assert_eq!(count(&published, "sex, age", &["total", "total"]), Some(178));
    assert_eq!(count(&published, "sex, age", &["female", "18-59"]), None, "three women are three too few");
    assert!(
        count(&published, "sex, age", &["female", "0-17"]).is_none() || {
            count(&published, "sex, age", &["female", "60+"]).is_none()
        }
    );
    done(at, &[&tables[..], &["-o", "2024.json"]].concat());
    let kept: Json = serde_json::from_str(&std::fs::read_to_string(at.join("2024.json")).unwrap()).unwrap();
    assert_eq!(kept[0]["edition"], 1);

    let audit = done(
        at,
        &[
            "tables",
            "2025.csv",
            "--columns",
            "columns.toml",
            "--by",
            "sex,age",
            "--earlier",
            "2024.json",
            "-o",
            "2025.csv.csv",
            "--json",
        ],
    );
    let audit: Json = serde_json::from_str(&audit).unwrap();
    assert_eq!((audit["width"].as_u64(), audit["told_before"].as_array().unwrap().len()), (Some(10), 0));
    let next = std::fs::read_to_string(at.join("2025.csv.csv")).unwrap();
    let both = |values: &[&str]| Some((count(&published, "sex, age", values)?, count(&next, "sex, age", values)?));
    for values in [["female", "60+"], ["female", "total"], ["total", "60+"]] {
        assert!(both(&values).is_none_or(|(then, now)| now == then || now - then >= 10), "{values:?}: two women came");
    }

    let rounded = done(at, &[&tables[..], &["--round", "5"]].concat());
    assert_eq!(count(&rounded, "sex, age", &["total", "total"]), Some(180));
    assert!(rounded.contains("rounded"), "{rounded}");
}

#[test]
fn who_would_be_recognised_is_told_for_the_file_and_each_person() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("people.csv"), people([[40, 1, 25], [30, 60, 20]])).unwrap();
    std::fs::write(at.join("columns.toml"), COLUMNS).unwrap();
    let risk = ["risk", "people.csv", "--columns", "columns.toml", "--quiet"];
    let told = done(at, &risk);
    assert!(told.contains("176 people, recognised by: sex, age"), "{told}");
    assert!(told.contains("1 people share their values with nobody"), "{told}");
    assert!(told.contains("1 by sex, age") && told.contains("Without age: 0 alone"), "{told}");
    let json: Json =
        serde_json::from_str(&done(at, &[&risk[..], &["--json", "--population", "5000"]].concat())).unwrap();
    assert_eq!((json["smallest"].as_u64(), json["unique"].as_u64()), (Some(1), Some(1)));
    assert!(json["journalist"]["highest"].as_f64().unwrap() < 0.2, "{json}");
    done(at, &[&risk[..], &["-o", "risk.csv"]].concat());
    let each = std::fs::read_to_string(at.join("risk.csv")).unwrap();
    assert_eq!(each.lines().count(), 177);
    assert!(each.lines().any(|line| line.starts_with("42,1,1.000000,")), "the woman between: {each}");
    refused(at, &[&risk[..], &["-o", "risk.doc"]].concat(), &[".csv", ".json"]);
    refused(at, &[&risk[..], &["--population", "7"]].concat(), &["people.csv", "the file already 176"]);
    refused(at, &[&risk[..], &["--k", "1"]].concat(), &["write 2 at least"]);
}

#[test]
fn a_file_that_names_people_is_refused_with_all_reasons_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("people.csv"), people([[40, 30, 25], [30, 60, 20]])).unwrap();
    let says = ["people.csv, column «name»", "role = \"identifier\"", "people.csv, column «age»", "bands = "];
    refused(at, &["risk", "people.csv"], &says);
    done(at, &["describe", "people.csv", "-o", "columns.toml"]);
    let told = done(at, &["risk", "people.csv", "--columns", "columns.toml", "--quiet"]);
    assert!(
        told.contains("205 people, recognised by: age, sex, trafficked") || told.contains("sex, age, trafficked"),
        "{told}"
    );

    fn tables<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["tables", "people.csv", "--columns", "columns.toml"], more].concat()
    }
    refused(at, &tables(&["--by", "sex,agee"]), &["no column «agee» (is «age» meant?)"]);
    refused(at, &tables(&["--by", "sex,sex"]), &["twice"]);
    refused(at, &tables(&[]), &["--by sex,age"]);
    refused(at, &tables(&["--by", "sex", "--k", "1"]), &["protects nobody"]);
    refused(at, &tables(&["--by", "sex", "--nested", "sex=age"]), &["are not nested"]);
    refused(at, &tables(&["--by", "sex", "-o", "people.csv"]), &["people.csv is read"]);
    std::fs::write(at.join("wrong.toml"), "[columns.sexx]\nrole = \"sensitive\"\n").unwrap();
    refused(at, &["risk", "people.csv", "--columns", "wrong.toml"], &["«sexx»; is «sex» meant?"]);
    assert_eq!(stats(at, &["tables", "people.csv", "--frob"]).status.code(), Some(2));
    let all = done(at, &tables(&["--length", "2", "--k", "5"]));
    assert_eq!(count(&all, "sex", &["total"]), Some(205));
}

#[test]
fn tables_with_noise_are_paid_for_and_refused_when_the_budget_is_spent() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("people.csv"), people([[400, 300, 250], [300, 600, 200]])).unwrap();
    std::fs::write(at.join("found.toml"), COLUMNS).unwrap();
    std::fs::write(at.join("columns.toml"), format!("{COLUMNS}[columns.sex]\nvalues = [\"female\", \"male\"]\n"))
        .unwrap();
    let noise = ["--by", "sex,age", "--epsilon", "1", "--delta", "1e-6", "--quiet"];
    let tables =
        |more: &[&'static str]| [&["tables", "people.csv", "--columns", "columns.toml"], &noise[..], more].concat();

    refused(at, &tables(&["--ledger", "ledger.json"]), &["watari stats ledger ledger.json", "does not exist"]);
    done(at, &["ledger", "ledger.json", "--epsilon", "1.2", "--delta", "1e-6"]);
    let released = done(at, &tables(&["--ledger", "ledger.json"]));
    let count = |values: &[&str]| count(&released, "sex, age", values).unwrap();
    assert!(count(&["total", "total"]).abs_diff(2050) < 100, "{released}");
    let women: u64 = ["0-17", "18-59", "60+", "not stated"].iter().map(|age| count(&["female", age])).sum();
    assert_eq!(women, count(&["female", "total"]), "totals are sums");
    assert!(released.contains("noisy") && !released.contains("unsafe"), "{released}");
    refused(at, &tables(&["--ledger", "ledger.json"]), &["the privacy budget does not suffice"]);
    let spent = done(at, &["ledger", "ledger.json"]);
    assert!(spent.contains("tables of people.csv: sex, age") && spent.contains("left for one more release"), "{spent}");

    let seeded = done(at, &tables(&["--seed", "1"]));
    assert_eq!(seeded, done(at, &tables(&["--seed", "1"])));
    assert!(seeded.contains("unsafe"), "{seeded}");
    refused(
        at,
        &["tables", "people.csv", "--columns", "found.toml", "--by", "sex", "--epsilon", "1", "--delta", "1e-6"],
        &["which values there are", "sex"],
    );
    refused(
        at,
        &["tables", "people.csv", "--columns", "columns.toml", "--by", "sex", "--epsilon", "100", "--delta", "1e-6"],
        &["at most 20"],
    );
    refused(at, &["tables", "people.csv", "--columns", "columns.toml", "--by", "sex", "--epsilon", "1"], &["--delta"]);
}
