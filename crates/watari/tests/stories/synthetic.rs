//! A data officer gives records of people who do not exist to researchers, and knows how far their figures can be
//! trusted.

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

fn refused(folder: &Path, args: &[&str], says: &str) {
    let output = stats(folder, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert!(said.contains(says), "{args:?}: {says} is not in {said}");
}

/// Invented people: whoever comes from a place mostly ends up in one trade; one has a trade of their own.
fn people() -> String {
    let mut text = "place,trade,sex,alone\n".to_owned();
    for number in 0..6_000usize {
        let place = number * 7919 % 5;
        let trade = if number % 9 == 0 { number / 9 % 5 } else { place };
        let trade = if number == 77 { "lighthouse".to_owned() } else { format!("trade {trade}") };
        let sex = if number * 31 % 10 < 6 { "female" } else { "male" };
        let alone = if number * 17 % 4 == 0 { "yes" } else { "" };
        writeln!(text, "place {place},{trade},{sex},{alone}").unwrap();
    }
    text
}

#[test]
fn records_of_nobody_keep_the_figures_and_say_what_they_cost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("people.csv"), people()).unwrap();
    done(folder, &["ledger", "ledger.json", "--epsilon", "5", "--delta", "1e-6"]);
    for (method, out) in [("marginals", "one.csv"), ("seeded", "two.csv")] {
        let ledger: &[&str] = if method == "marginals" { &["--ledger", "ledger.json"] } else { &[] };
        let args = ["synthesize", "people.csv", "--epsilon", "3", "--delta", "1e-6", "--method", method, "-o", out];
        done(folder, &[args.as_slice(), ledger].concat());
        let records = std::fs::read_to_string(folder.join(out)).unwrap();
        assert!(records.starts_with("place,trade,sex,alone\n"));
        assert!(!records.contains("lighthouse"), "a value that one person has is told");
        let told: Json = serde_json::from_str(&done(folder, &["evaluate", "people.csv", out, "--json"])).unwrap();
        for line in told["lengths"].as_array().unwrap() {
            assert!(line["relative_error"].as_f64().unwrap() < 0.15, "{method}: {line}");
        }
        let note = std::fs::read_to_string(folder.join(out).with_extension("method.json")).unwrap();
        let note: Json = serde_json::from_str(&note).unwrap();
        assert_eq!(note["safe_to_release"], true);
        assert_eq!(note["epsilon"], 3.0);
    }
    done(folder, &["evaluate", "people.csv", "one.csv", "-o", "utility.html"]);
    let page = std::fs::read_to_string(folder.join("utility.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Error by length"));
    // The budget was for less than two such releases.
    let again = ["synthesize", "people.csv", "--epsilon", "4.9", "--delta", "1e-6", "--ledger", "ledger.json"];
    refused(folder, &[again.as_slice(), &["-o", "three.csv"]].concat(), "budget");
    assert!(!folder.join("three.csv").exists());
}

#[test]
fn records_in_bands_are_compared_and_attacked_by_the_description_of_the_original() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let row = |(number, line): (usize, &str)| match number {
        0 => format!("name,age,arrived,{line}\n"),
        _ => format!("person {number},{},20{}-05-01,{line}\n", number * 37 % 80, 15 + number * 7 % 10),
    };
    std::fs::write(folder.join("people.csv"), people().lines().enumerate().map(row).collect::<String>()).unwrap();
    let described = "[columns.name]\nrole = \"identifier\"\n[columns.age]\nbands = [0, 18, 60]\n\
                     [columns.arrived]\ndates = \"year\"\n[columns.alone]\nrole = \"sensitive\"\n";
    std::fs::write(folder.join("columns.toml"), described).unwrap();
    let described = ["--columns", "columns.toml"];
    let make = ["synthesize", "people.csv", "--epsilon", "3", "--delta", "1e-6", "-o", "made.csv"];
    done(folder, &[make.as_slice(), &described].concat());
    assert!(std::fs::read_to_string(folder.join("made.csv")).unwrap().contains("18-59,2020,"));
    let evaluate = ["evaluate", "people.csv", "made.csv", "--json"];
    let told: Json = serde_json::from_str(&done(folder, &[evaluate.as_slice(), &described].concat())).unwrap();
    assert!(told["lengths"][0]["relative_error"].as_f64().unwrap() < 0.05, "{told}");
    let attack = ["attack", "people.csv", "made.csv", "--targets", "200", "--json"];
    let told: Json = serde_json::from_str(&done(folder, &[attack.as_slice(), &described].concat())).unwrap();
    assert_eq!(told["columns"], serde_json::json!(["age", "arrived", "place", "trade", "sex", "alone"]));
    // The original itself is a release too, a bad one: by the same description it is the same people.
    let evaluate = ["evaluate", "people.csv", "people.csv", "--json"];
    let told: Json = serde_json::from_str(&done(folder, &[evaluate.as_slice(), &described].concat())).unwrap();
    assert_eq!(told["lengths"][2]["relative_error"], 0.0);
}

#[test]
fn a_threshold_without_noise_is_told_apart_and_a_seed_marks_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("people.csv"), people()).unwrap();
    let output = stats(folder, &["synthesize", "people.csv", "--k", "10", "-o", "k.csv"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("not differentially private"));
    assert!(!std::fs::read_to_string(folder.join("k.csv")).unwrap().contains("lighthouse"));
    let args = ["synthesize", "people.csv", "--epsilon", "2", "--delta", "1e-6", "--seed", "5"];
    let (one, other) = (done(folder, &args), done(folder, &args));
    assert_eq!(one, other);
    assert!(one.lines().next().unwrap().ends_with(",unsafe_made_with_seed"));
}

#[test]
fn what_protects_nobody_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("people.csv"), people()).unwrap();
    refused(folder, &["synthesize", "people.csv"], "how people are protected");
    refused(folder, &["synthesize", "people.csv", "--epsilon", "0", "--delta", "1e-6"], "above 0");
    refused(folder, &["synthesize", "people.csv", "--epsilon", "100", "--delta", "1e-6"], "at most 20");
    refused(folder, &["synthesize", "people.csv", "--epsilon", "1", "--delta", "0.0009"], "people must be below");
    refused(folder, &["synthesize", "people.csv", "--epsilon", "1", "--delta", "1e-6", "--k", "5"], "not both");
    std::fs::write(folder.join("few.csv"), "sex,place\nfemale,A\nmale,A\nfemale,B\nmale,B\n").unwrap();
    refused(folder, &["synthesize", "few.csv", "--epsilon", "0.5", "--delta", "1e-6"], "few");
}
