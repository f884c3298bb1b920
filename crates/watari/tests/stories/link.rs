//! A data officer finds who stands in a list twice, on the command line, with files alone.

use std::path::Path;
use std::process::{Command, Output};

/// Three hundred people of invented names, of whom every fifth was registered again by somebody
/// who wrote the names another way and did not see the passport.
fn list() -> String {
    let given = [
        ("Youssef", "يوسف"),
        ("Amina", "أمينة"),
        ("Oleksandr", "Олександр"),
        ("Khadija", "خديجة"),
        ("Marwan", "مروان"),
        ("Natalia", "Наталія"),
        ("Tariq", "طارق"),
        ("Samira", "سميرة"),
        ("Bohdan", "Богдан"),
        ("Rashid", "رشيد"),
        ("Larysa", "Лариса"),
        ("Bilal", "بلال"),
        ("Zainab", "زينب"),
        ("Maksym", "Максим"),
        ("Karim", "كريم"),
        ("Fatima", "فاطمة"),
        ("Stepan", "Степан"),
    ];
    let family = [
        ("Haddad", "حداد"),
        ("Shevchenko", "Шевченко"),
        ("Al-Khatib", "الخطيب"),
        ("Mansour", "منصور"),
        ("Bondarenko", "Бондаренко"),
        ("Darwish", "درويش"),
        ("Sabbagh", "صباغ"),
        ("Kovalenko", "Коваленко"),
        ("Barakat", "بركات"),
        ("Moroz", "Мороз"),
        ("Najjar", "نجار"),
        ("Petrenko", "Петренко"),
        ("Khalil", "خليل"),
    ];
    let mut rows = String::from("id,given name,family name,birth date,phone,passport,person\n");
    for person in 0..PEOPLE {
        let ((given, given_again), (family, family_again)) = (given[person * 7 % 17], family[person * 5 % 13]);
        let (month, day, number) = (1 + person * 7 % 12, 1 + person * 11 % 28, 100_000 + person * 7_919);
        let (year, phone) = (1950 + person * 13 % 60, 790_000_000 + person * 104_729);
        let born = format!("{year}-{month:02}-{day:02}");
        rows += &format!("A{person},{given},{family},{born},0{phone},P{number},{person}\n");
        if person % 5 == 0 {
            rows += &format!("B{person},{given_again},{family_again},{born},+962{phone},,{person}\n");
        }
    }
    rows
}

const PEOPLE: usize = 300;
const AGAIN: usize = PEOPLE / 5;

fn link(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watari"));
    command.current_dir(folder).arg("link").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_list_comes_back_with_its_people_numbered() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("list.csv"), list()).unwrap();
    let done = link(at, &["dedupe", "list.csv", "--truth", "person", "-o", "people.csv", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(summary["records"], PEOPLE + AGAIN);
    assert_eq!(summary["people"], PEOPLE, "{summary}");
    assert!(text(&done.stderr).contains("«given name» is compared as given"), "progress is told aside");
    let people = std::fs::read_to_string(at.join("people.csv")).unwrap();
    assert!(people.starts_with("id,given name,family name,birth date,phone,passport,person,cluster_id\n"));
    let number = |id: &str| {
        let row = people.lines().find(|row| row.starts_with(&format!("{id},"))).unwrap();
        row.rsplit(',').next().unwrap().to_owned()
    };
    assert_eq!(number("A0"), number("B0"), "another script, the same person");
    assert_ne!(number("A0"), number("A1"));
    // Without -o the result is all that stands on the standard output.
    let same = link(at, &["dedupe", "list.csv", "--truth", "person", "--quiet"]);
    assert_eq!((text(&same.stdout), text(&same.stderr)), (people, String::new()));
}

#[test]
fn a_model_is_trained_explains_and_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("list.csv"), list()).unwrap();
    let common = ["--truth", "person", "--quiet"];
    let with = |args: &[&str]| link(at, &[args, &common].concat());
    let trained = with(&["train", "list.csv", "-o", "model.toml"]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    assert!(std::fs::read_to_string(at.join("model.toml")).unwrap().contains("name = \"passport\"\nkind = \"number\""));
    let explained = with(&["explain", "list.csv", "A0", "B0", "--model", "model.toml", "--svg", "why.svg"]);
    let said = text(&explained.stdout);
    assert!(said.contains("given name, same sound: «youssef»"), "{said}");
    assert!(said.contains("passport, missing"), "{said}");
    assert!(std::fs::read_to_string(at.join("why.svg")).unwrap().starts_with("<svg"));
    let judged = with(&["evaluate", "list.csv", "--json", "--svg", "curve.svg"]);
    let judged: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
    let at_default = judged["points"].as_array().unwrap().iter().find(|point| point["threshold"] == 0.8).unwrap();
    assert!(at_default["f1"].as_f64().unwrap() > 0.97, "{judged}");
    assert!(at.join("curve.svg").exists());
    // Two files: the second list against the first.
    let rows = list();
    let (first, again): (Vec<&str>, Vec<&str>) = rows.lines().skip(1).partition(|row| row.starts_with('A'));
    let head = rows.lines().next().unwrap();
    std::fs::write(at.join("a.csv"), format!("{head}\n{}\n", first.join("\n"))).unwrap();
    std::fs::write(at.join("b.csv"), format!("{head}\n{}\n", again.join("\n"))).unwrap();
    let matched = with(&["match", "a.csv", "b.csv"]);
    let links = text(&matched.stdout);
    assert!(links.lines().any(|row| row.starts_with("A0,B0,")), "{links}{}", text(&matched.stderr));
    assert_eq!(links.lines().count(), AGAIN + 1, "{links}");
}

#[test]
fn what_cannot_be_linked_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("ragged.csv"), "given name,surname\nAmina,Yusuf\nOmar\n").unwrap();
    std::fs::write(at.join("list.csv"), list()).unwrap();
    let refused = |args: &[&str], code: i32, says: &str| {
        let output = link(at, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    };
    refused(&["dedupe", "ragged.csv"], 1, "ragged.csv, row 3: the row has 1 cells, the header 2");
    refused(&["dedupe", "none.csv"], 1, "none.csv: the file cannot be read");
    refused(&["dedupe", "list.csv", "-o", "list.csv"], 1, "is read; write to another file");
    refused(&["dedupe", "list.csv", "--id", "number"], 1, "column «number»: there is no such column");
    refused(&["dedupe", "list.csv", "--column", "person=colour"], 1, "unknown variant `colour`");
    refused(&["explain", "list.csv", "A0", "Z9"], 1, "there is no record «Z9»");
    refused(&["evaluate", "list.csv"], 1, "--truth");
    refused(&["dedupe"], 2, "must be provided");
    refused(&["dedupe", "list.csv", "--threshold", "much"], 2, "threshold");
    assert_eq!(std::fs::read_to_string(at.join("list.csv")).unwrap(), list(), "what is read is never written");
}

/// The list of one organisation and of another, who share some people: each has its own columns,
/// order and spelling.
fn two_organisations(folder: &Path) -> usize {
    let rows = list();
    let mut first: Vec<&str> = rows.lines().skip(1).filter(|row| row.starts_with('A')).collect();
    // By birth date, which is no order of names.
    first.sort_by_key(|row| row.rsplit(',').nth(1));
    let head = rows.lines().next().unwrap();
    std::fs::write(folder.join("ours.csv"), format!("{head}\n{}\n", first.join("\n"))).unwrap();
    let again = rows.lines().filter(|row| row.starts_with('B')).map(|row| {
        let [id, given, family, birth, phone, _, person] = row.split(',').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        format!("{id};{family} {given};{phone};{birth};{person}\n")
    });
    let theirs = format!("numéro;nom complet;téléphone;date de naissance;person\n{}", again.collect::<String>());
    std::fs::write(folder.join("theirs.csv"), theirs).unwrap();
    AGAIN
}

#[test]
fn two_organisations_find_whom_both_know_without_showing_their_lists() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let shared = two_organisations(at);
    let done = |args: &[&str]| {
        let output = link(at, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        text(&output.stderr)
    };
    done(&["secret", "-o", "secret"]);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&at.join("secret").metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "the secret is its owner's alone");
    }
    let agreed = ["--secret", "secret", "--fields", "name,birth,phone", "--column", "person=ignored"];
    let said = done(&[&["encode", "ours.csv", "-o", "a.csv", "--id", "id"], &agreed[..]].concat());
    assert!(said.contains("«given name» is encoded as name") && said.contains("«passport» is not encoded"), "{said}");
    let said = done(&[&["encode", "theirs.csv", "-o", "b.csv"], &agreed[..]].concat());
    assert!(said.contains("named by their row's number"), "{said}");
    let codes = std::fs::read_to_string(at.join("b.csv")).unwrap();
    assert!(codes.starts_with("id,watari-code-1 bits=1024 hardening=folded salt=none name=10 birth=20 phone=3 check="));
    assert!(!codes.contains("حداد") && !codes.contains("1950"), "no name or date is in what is handed over");
    // Whoever compares has no secret.
    std::fs::remove_file(at.join("secret")).unwrap();
    let said = link(at, &["compare", "a.csv", "b.csv", "-o", "pairs.csv", "--json"]);
    let summary: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!((&summary["one"], &summary["other"]), (&PEOPLE.into(), &AGAIN.into()), "{summary}");
    let pairs = std::fs::read_to_string(at.join("pairs.csv")).unwrap();
    let right = pairs.lines().skip(1).filter(|row| {
        let (one, row) = row.split_once(',').unwrap();
        let (other, _) = row.split_once(',').unwrap();
        // Every fifth of the first list is in the second, in its order.
        one == format!("A{}", (other.parse::<usize>().unwrap() - 1) * 5)
    });
    let (right, found) = (right.count(), pairs.lines().count() - 1);
    assert!(
        right * 100 >= shared * 95 && right * 100 >= found * 98,
        "{right} of {found} are right, {shared} are shared"
    );
}

#[test]
fn what_would_give_people_away_is_not_encoded() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    two_organisations(at);
    let refused = |args: &[&str], code: i32, says: &str| {
        let output = link(at, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    };
    for secret in ["secret", "another"] {
        assert!(link(at, &["secret", "-o", secret]).status.success());
    }
    std::fs::write(at.join("words"), "swordfish swordfish\n").unwrap();
    let encode =
        |more: &[&'static str]| [&["encode", "ours.csv", "-o", "out.csv", "--id", "id", "--secret"], more].concat();
    refused(&["secret", "-o", "secret"], 1, "the secret secret cannot be made");
    refused(&encode(&["words"]), 1, "words: this is no secret");
    refused(&encode(&["none"]), 1, "none: the secret cannot be read");
    refused(&encode(&["secret", "--fields", "name"]), 1, "ours.csv: a single field");
    refused(&encode(&["secret", "--fields", "name,colour"]), 1, "--fields: «colour» is no field");
    refused(&encode(&["secret", "--bits", "64"]), 1, "64 bits: a code has 512 to 8192 bits");
    refused(&encode(&["secret", "--hardening", "none"]), 1, "no hardening");
    refused(&encode(&["secret", "--salt", "sex"]), 1, "the salt sex needs the field «sex»");
    refused(&["encode", "ours.csv"], 2, "secret");
    assert!(!at.join("out.csv").exists(), "what is refused leaves nothing behind");
    let encoded = |out: &'static str, more: &[&'static str]| {
        let args = [&["encode", "ours.csv", "-o", out, "--id", "id", "--quiet", "--secret"], more].concat();
        let output = link(at, &args);
        assert_eq!((output.status.success(), text(&output.stderr)), (true, String::new()));
    };
    encoded("a.csv", &["secret"]);
    encoded("b.csv", &["another"]);
    encoded("c.csv", &["secret", "--fields", "name,birth"]);
    refused(&["compare", "a.csv", "b.csv"], 1, "b.csv, row 1: this list was encoded with another secret than a.csv");
    refused(&["compare", "a.csv", "c.csv"], 1, "encoded differently: one has bits=2048");
    refused(&["compare", "a.csv", "ours.csv"], 1, "ours.csv, row 1: these are no codes");
    refused(&["compare", "a.csv", "a.csv", "--threshold", "7"], 1, "from 0 to 1");
    refused(&["compare", "a.csv", "a.csv", "-o", "a.csv"], 1, "is read; write to another file");
}
