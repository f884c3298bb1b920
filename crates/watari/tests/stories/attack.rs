//! A data officer attacks a release before others do it, and the tables that were published.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

fn stats(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_watari")).current_dir(folder).arg("stats").args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn done(folder: &Path, args: &[&str]) -> String {
    let (code, out, error) = stats(folder, args);
    assert_eq!(code, Some(0), "{args:?}: {error}");
    out
}

/// People of a camp, all invented: where they came from and what they do hang together, the rest is chance.
fn people(number: usize, mut state: u64) -> String {
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut text = "sex,age,origin,tent,work,language,need\n".to_owned();
    for _ in 0..number {
        let origin = below(20);
        writeln!(
            text,
            "s{},a{},o{origin},t{},w{},l{},n{}",
            below(2),
            below(9),
            below(30),
            (origin + below(8)) % 15,
            (origin + below(3)) % 12,
            below(4)
        )
        .unwrap();
    }
    text
}

#[test]
fn records_that_were_only_stripped_of_names_are_found_out_and_strangers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, seed) in [("people.csv", 1), ("held-back.csv", 2), ("others.csv", 3)] {
        std::fs::write(at.join(name), people(900, seed)).unwrap();
    }
    std::fs::write(at.join("columns.toml"), "[columns.need]\nrole = \"sensitive\"\n").unwrap();
    let against = |released: &str, more: &[&str]| {
        let fixed = ["attack", "people.csv", released, "--columns", "columns.toml", "--control", "held-back.csv"];
        let promise = ["--epsilon", "1", "--delta", "0.00001", "--targets", "450", "--quiet"];
        done(at, &[&fixed[..], &promise, more].concat())
    };

    let said = against("people.csv", &["-o", "report.html"]);
    assert!(said.contains("Membership") && said.contains("The promise is not kept: do not publish"), "{said}");
    let report = std::fs::read_to_string(at.join("report.html")).unwrap();
    assert!(report.contains("<svg") && report.contains("Do not publish it") && !report.contains("<script"));

    let found: Json = serde_json::from_str(&against("others.csv", &["--json"])).unwrap();
    let outcomes = found["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), 4);
    for outcome in outcomes {
        assert_ne!(outcome["finding"], "broken", "{outcome}");
    }
}

#[test]
fn an_attack_that_makes_no_sense_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("people.csv"), people(900, 1)).unwrap();
    std::fs::write(at.join("colours.csv"), "colour\nred\nred\nblue\nblue\n").unwrap();
    let refused = |args: &[&str], says: &str| {
        let (code, _, error) = stats(at, args);
        assert_eq!(code, Some(1), "{args:?}");
        assert!(error.contains(says), "{args:?}: {error}");
    };
    let attack = ["attack", "people.csv", "people.csv"];
    refused(&[&attack[..], &["--epsilon", "1"]].concat(), "belong together");
    refused(&[&attack[..], &["--epsilon", "100", "--delta", "0.00001"]].concat(), "at most 20");
    refused(&[&attack[..], &["-o", "report.pdf"]].concat(), ".html or .json");
    refused(&["attack", "people.csv", "colours.csv"], "no column in common");
    assert!(done(at, &[&attack[..], &["--quiet"]].concat()).contains("Without a control"));
}

/// How many people have the values of a cell.
fn counted(people: &str, dimensions: &Json, cell: &Json) -> usize {
    let fixed: Vec<&str> = (dimensions.as_array().unwrap().iter().zip(cell["coordinates"].as_array().unwrap()))
        .filter_map(|(dimension, value)| dimension["values"][value.as_u64()? as usize].as_str())
        .collect();
    people.lines().skip(1).filter(|line| fixed.iter().all(|value| line.split(',').any(|cell| cell == *value))).count()
}

#[test]
fn what_tables_leave_out_is_worked_out_unless_they_are_protected() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("people.csv"), people(400, 1)).unwrap();
    done(at, &["tables", "people.csv", "--by", "sex,age", "--k", "25", "--quiet", "-o", "tables.json"]);
    let said = done(at, &["difference", "tables.json", "--k", "25", "-o", "report.html"]);
    assert!(said.contains("1 tables") && said.contains(" 0 were worked out, 0 more"), "{said}");

    // The same with a single small figure left out, as is done by hand.
    let mut tables: Json = serde_json::from_str(&std::fs::read_to_string(at.join("tables.json")).unwrap()).unwrap();
    let dimensions = tables[0]["dimensions"].clone();
    let mut left_out = 0;
    for cell in tables[0]["cells"].as_array_mut().unwrap() {
        let whole = cell["coordinates"].as_array().unwrap().iter().all(|value| !value.is_null());
        let count = counted(&people(400, 1), &dimensions, cell);
        if cell["figure"] == "suppressed" && whole && count < 25 && left_out == 0 {
            left_out += 1;
        } else if cell["figure"] == "suppressed" {
            cell["figure"] = serde_json::json!({ "count": count });
        }
    }
    assert_eq!(left_out, 1);
    std::fs::write(at.join("by-hand.json"), tables.to_string()).unwrap();
    let found: Json = serde_json::from_str(&done(at, &["difference", "by-hand.json", "--k", "25", "--json"])).unwrap();
    assert_eq!(found["worked_out"].as_array().unwrap().len(), 1, "{found}");
    let (code, _, error) = stats(at, &["difference"]);
    assert!(code == Some(1) && error.contains("name tables"), "{error}");
}
