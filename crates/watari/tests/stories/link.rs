//! A data officer finds who stands in a list twice, on the command line, with files alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use linkage::batch::{Batch, Engine, Form, Links, Model, Settings, Sheet, Table, Values, Wishes, probability};

use crate::support::Cluster;

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
    assert!(said.contains("given name, same sound: «Youssef» (youssef), «يوسف» (yusf)"), "{said}");
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
    refused(
        &["compare", "a.csv", "b.csv"],
        1,
        "b.csv, row 1: this list was encoded with another secret than a.csv, or by a version",
    );
    refused(&["compare", "a.csv", "c.csv"], 1, "encoded differently: one has bits=2048");
    refused(&["compare", "a.csv", "ours.csv"], 1, "ours.csv, row 1: these are no codes");
    refused(&["compare", "a.csv", "a.csv", "--threshold", "7"], 1, "from 0 to 1");
    refused(&["compare", "a.csv", "a.csv", "-o", "a.csv"], 1, "is read; write to another file");
}

/// People as clerks put them down twice: names crossed, shortened, misspelt, in another script; days and months
/// swapped, years off, years alone; numbers with a wrong digit; brothers and sisters; copies.
fn messy(people: usize) -> String {
    let given = ["Youssef", "Amina", "Oleksandr", "Khadija", "Marwan", "Mohammed Ali", "Tariq", "Alexander", "Rashid"];
    let again = ["يوسف", "Amena", "Олександр", "Khadra", "M", "Ali", "Tarif", "Sasha", "Rachid"];
    let family = ["Haddad", "Shevchenko", "Al-Khatib", "Mansour", "Bondarenko", "Darwish", "Sabbagh", "Ben Ali"];
    let other = ["حداد", "Shevchenka", "Khatib", "Mansor", "Бондаренко", "Darwich", "Sabagh", "Benali"];
    let streets = ["Olive Street", "Market Road North", "Old Harbour Lane", "Station Street"];
    let mut rows = String::from(
        "id,given name,family name,father name,birth date,sex,phone,passport,street address,postcode,town,nationality,person\n",
    );
    let mut random = 1u64;
    let mut below = move |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % end
    };
    for person in 0..people {
        let (g, f, father) = (below(9), below(8), below(9));
        let (year, month, day) = (1950 + below(60), 1 + below(12), 1 + below(28));
        // Of some only the year was known.
        let (month, day) = if person % 11 == 4 { (1, 1) } else { (month, day) };
        let (sex, phone, passport) = (["f", "m"][below(2)], 790_000_000 + below(9_999_999), 100_000 + below(800_000));
        let (street, number, code, town) = (streets[below(4)], 1 + below(40), 1000 + below(30), below(3));
        let (towns, nation) = (["Aleppo", "Odesa", "Port Said"], ["SYR", "UKR", "EGY"][below(3)]);
        let nation_is_known = [below(8) != 0, below(8) != 0];
        let mut row = |id: &str, names: (&str, &str, &str), born: &str, phone: &str, passport: &str, town: &str| {
            let (given, family, father) = names;
            let nation = if nation_is_known[usize::from(id.starts_with('B'))] { nation } else { "" };
            rows += &format!(
                "{id},{given},{family},{father},{born},{sex},{phone},{passport},{number} {street},{code},{town},{nation},{person}\n"
            );
        };
        let born = format!("{year}-{month:02}-{day:02}");
        let (phone, passport) = (format!("0{phone}"), format!("P{passport}"));
        // Some are called after their father, so that his name says nothing more.
        let (father, his_again) = if person % 7 == 2 { (family[f], other[f]) } else { (given[father], again[father]) };
        let names = (given[g], family[f], father);
        row(&format!("A{person}"), names, &born, &phone, &passport, towns[town]);
        if person % 2 == 0 {
            let born = match below(9) {
                0 => format!("{year}-{day:02}-{month:02}"),
                1 => format!("{}-{month:02}-{day:02}", year + 1),
                2 => format!("{}-{month:02}-{day:02}", year - 10),
                3 => year.to_string(),
                4 => format!("{year}-{:02}-{day:02}", month % 12 + 1),
                5 => format!("{}-01-01", year - 1),
                6 => format!("{year}-{month:02}-{:02}", day / 10 + day % 10 * 10),
                7 => String::new(),
                _ => born.clone(),
            };
            let names = match below(7) {
                0 => (family[f], given[g], father),
                1 => (again[g], other[f], his_again),
                2 => (other[f], again[g], ""),
                3 => (given[g], "", father),
                4 => ("", given[g], father),
                5 => (given[g], family[(f + 1) % 8], his_again),
                _ => names,
            };
            let phone = match below(4) {
                0 => format!("{}7", &phone[..9]),
                1 => format!("{}00000", &phone[..5]),
                2 => String::new(),
                _ => format!("+962{}", &phone[1..]),
            };
            let passport = if below(3) == 0 { passport.clone() } else { String::new() };
            let town = ["حلب", "Одеса", "Port-Said"][town];
            row(&format!("B{person}"), names, &born, &phone, &passport, town);
        }
        if person % 10 == 3 {
            row(&format!("C{person}"), names, &born, &phone, &passport, towns[town]);
        }
        if person % 10 == 5 {
            // A brother or sister.
            let names = (given[(g + 4) % 9], family[f], father);
            row(&format!("D{person}"), names, &format!("{}-0{}-17", year + 2, 1 + below(9)), &phone, "", towns[town]);
        }
    }
    rows
}

/// The pairs that the engine finds, by the records' names.
fn by_engine(
    folder: &Path,
    files: &[&str],
    threshold: f64,
    levels: &mut BTreeSet<String>,
) -> BTreeMap<(String, String), f64> {
    let model = Model::read(&folder.join("model.toml")).unwrap();
    let files: Vec<_> = files.iter().map(|file| folder.join(file)).collect();
    let engine = Engine::open(&files, &Wishes::default(), Some(model), Settings::default(), &mut |_| {}).unwrap();
    let mut pairs = engine.pairs(threshold, &mut |_| {}).unwrap();
    let found = engine.link(&mut pairs, threshold, Links::All).unwrap();
    let mut named = BTreeMap::new();
    for pair in found {
        let explained = engine.explain(pair.one as usize, pair.other as usize);
        levels.extend(explained.contributions.iter().map(|it| format!("{}: {}", it.field, it.level)));
        let [one, other] = explained.records;
        named.insert((one, other), f64::from(pair.weight));
    }
    named
}

/// The pairs that PostgreSQL finds with the scripts that a data officer has written for it.
fn by_postgres(
    folder: &Path,
    files: &[&str],
    threshold: &str,
) -> (BTreeMap<(String, String), f64>, BTreeMap<String, String>) {
    let database = Cluster::get().create_database();
    let done = |args: &[&str]| {
        let output = link(folder, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    };
    let other = files.get(1).map_or(vec![], |other| vec!["--other", other]);
    done(&[&["prepare", files[0], "--model", "model.toml", "-o", "prepared.csv"], &other[..]].concat());
    let script = |step: &str| {
        let file = format!("{step}.sql");
        let to = ["--table", "people", "--dialect", "postgres", "--threshold", threshold, "--step", step, "-o", &file];
        done(&[&["sql", "model.toml"], &to[..]].concat());
        assert!(Cluster::get().run_file(&database, &folder.join(&file)), "{step}");
    };
    let run = |sql: &str| assert!(Cluster::get().run(&database, sql), "{sql}");
    let at = |file: &str| folder.join(file).display().to_string();
    script("table");
    run(&format!("\\copy people from '{}' (format csv, header)", at("prepared.csv")));
    script("pairs");
    let unanswered = link(
        folder,
        &["sql", "model.toml", "--table", "people", "--dialect", "postgres", "--step", "weights", "-o", "weights.sql"],
    );
    assert!(unanswered.status.success());
    assert!(!Cluster::get().run_file(&database, &folder.join("weights.sql")), "what is not answered is not weighed");
    run(&format!("\\copy people_met to '{}' (format csv, header)", at("met.csv")));
    done(&["levels", "met.csv", "--model", "model.toml", "-o", "levels.csv"]);
    run(&format!("\\copy people_level from '{}' (format csv, header)", at("levels.csv")));
    script("weights");
    script("people");
    run(&format!(
        "\\copy (select one_id, other_id, weight from people_weight) to '{}' (format csv)",
        at("weights.csv")
    ));
    run(&format!(
        "\\copy (select r.id, first.id from people_person p join people r using (record) join people first \
         on first.record = p.person) to '{}' (format csv)",
        at("persons.csv")
    ));
    let rows = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let weights = rows("weights.csv");
    let pairs = weights.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let pairs = pairs.map(|row| ((row[0].to_owned(), row[1].to_owned()), row[2].parse().unwrap())).collect();
    let persons = rows("persons.csv");
    let person =
        persons.lines().filter_map(|row| row.split_once(',')).map(|(id, first)| (id.to_owned(), first.to_owned()));
    (pairs, person.collect())
}

/// Bits by which the engine's single precision and a database's double may differ.
const ROUNDING: f64 = 0.001;

fn assert_same(engine: &BTreeMap<(String, String), f64>, sql: &BTreeMap<(String, String), f64>, floor: f64) {
    let clear = |weight: f64| weight > floor + ROUNDING;
    for (pair, &weight) in engine.iter().filter(|(_, weight)| clear(**weight)) {
        let other = sql.get(pair).unwrap_or_else(|| panic!("{pair:?}, of {weight} bits, is not found in SQL"));
        assert!((weight - other).abs() < ROUNDING, "{pair:?}: {weight} bits by the engine, {other} in SQL");
    }
    let more: Vec<_> = sql.iter().filter(|(pair, weight)| clear(**weight) && !engine.contains_key(pair)).collect();
    assert!(more.is_empty(), "only in SQL: {more:?}");
}

#[test]
fn a_database_finds_the_pairs_that_the_engine_finds() {
    if !Cluster::is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("list.csv"), messy(1500)).unwrap();
    let trained = link(at, &["train", "list.csv", "--truth", "person", "-o", "model.toml", "--quiet"]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let mut levels = BTreeSet::new();
    let engine = by_engine(at, &["list.csv"], 0.0001, &mut levels);
    let (sql, persons) = by_postgres(at, &["list.csv"], "0.0001");
    assert!(engine.len() > 800, "{}", engine.len());
    assert_same(&engine, &sql, (0.0001f64 / 0.9999).log2());
    let said = |what: &str| levels.iter().filter(|level| level.starts_with(what)).count();
    assert!(said("birth date: ") >= 8, "every way in which dates differ is met: {levels:?}");
    assert!(said("order of names: ") >= 3 && said("given name: ") >= 7 && said("phone: ") >= 4, "{levels:?}");
    // The copy is its first record's person.
    assert_eq!(persons["C3"], "A3");
    assert!((probability(sql[&("A3".to_owned(), "C3".to_owned())] as f32) - 1.0).abs() < 1e-6);
}

#[test]
fn a_database_links_two_lists_as_the_engine_does() {
    if !Cluster::is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let rows = messy(1200);
    let (first, again): (Vec<&str>, Vec<&str>) = rows.lines().skip(1).partition(|row| row.starts_with('A'));
    let head = rows.lines().next().unwrap();
    std::fs::write(at.join("a.csv"), format!("{head}\n{}\n", first.join("\n"))).unwrap();
    // The other list has the whole name in one cell.
    let whole = |row: &&str| {
        let cells: Vec<&str> = row.split(',').collect();
        format!("{},{} {},{}", cells[0], cells[1], cells[2], cells[3..].join(","))
    };
    let joined: Vec<String> = again.iter().map(whole).collect();
    let head = head.replace("given name,family name", "full name");
    std::fs::write(at.join("b.csv"), format!("{head}\n{}\n", joined.join("\n"))).unwrap();
    let trained = link(at, &["train", "a.csv", "--other", "b.csv", "--truth", "person", "-o", "model.toml", "--quiet"]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let engine = by_engine(at, &["a.csv", "b.csv"], 0.01, &mut BTreeSet::new());
    let (sql, _) = by_postgres(at, &["a.csv", "b.csv"], "0.01");
    assert!(engine.len() > 500, "{}", engine.len());
    assert_same(&engine, &sql, (0.01f64 / 0.99).log2());
}

#[test]
fn what_no_database_could_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("list.csv"), list()).unwrap();
    std::fs::write(at.join("names.csv"), "id,given name\n1,Amina\n").unwrap();
    std::fs::write(at.join("met.csv"), "field,one,other\n99,amina,amena\n").unwrap();
    assert!(link(at, &["train", "list.csv", "--truth", "person", "-o", "model.toml"]).status.success());
    let refused = |args: &[&str], code: i32, says: &str| {
        let output = link(at, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    };
    let sql = |table: &'static str, dialect: &'static str, step: &'static str| {
        ["sql", "model.toml", "--table", table, "--dialect", dialect, "--step", step]
    };
    refused(&sql("people; drop", "postgres", "pairs"), 1, "a table's name has Latin letters");
    refused(&sql("people", "oracle", "pairs"), 1, "--dialect: unknown variant `oracle`");
    refused(&sql("people", "duckdb", "all"), 1, "--step: unknown variant `all`");
    refused(&["sql", "model.toml"], 2, "table");
    refused(
        &["prepare", "names.csv", "--model", "model.toml"],
        1,
        "the model compares a field that the file does not have",
    );
    refused(&["levels", "met.csv", "--model", "model.toml"], 1, "met.csv, row 2, column «field»: «99»");
}

#[test]
fn what_every_run_says_can_stand_in_the_configuration_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("list.csv"), list()).unwrap();
    std::fs::write(
        at.join("watari.toml"),
        "truth = \"person\"\ncolumn = [\"phone=ignored\"]\nquiet = true\nthreshold = 1.5\n",
    )
    .unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watari"));
        command.current_dir(at).env("WATARI_CONFIG", "watari.toml").arg("link").args(args).output().unwrap()
    };
    let trained = run(&["train", "list.csv"]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    assert!(text(&trained.stderr).is_empty(), "{}", text(&trained.stderr));
    let model = text(&trained.stdout);
    assert!(model.contains("\"passport\"") && !model.contains("phone") && !model.contains("\"person\""), "{model}");
    let refused = run(&["dedupe", "list.csv"]);
    assert!(
        text(&refused.stderr).contains("--threshold is a number from 0 to 1, not 1.5"),
        "{}",
        text(&refused.stderr)
    );
    assert!(run(&["dedupe", "list.csv", "--threshold", "0.9"]).status.success(), "a flag wins over the file");
}

/// All cells of a file.
fn cells(path: &Path) -> Vec<String> {
    let table = Table::open(path).unwrap();
    let (mut batches, mut batch) = (table.batches().unwrap(), Batch::default());
    let mut cells = table.header().to_vec();
    loop {
        batches.read(&mut batch).unwrap();
        if batch.is_empty() {
            return cells;
        }
        let row = |row: usize| (0..table.header().len()).map(move |column| (row, column));
        cells.extend((0..batch.len()).flat_map(row).map(|(row, column)| batch.cell(row, column).to_owned()));
    }
}

#[test]
fn a_list_in_parquet_is_linked_as_one_in_csv() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let rows = list();
    std::fs::write(at.join("list.csv"), &rows).unwrap();
    let mut rows = rows.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<String>>());
    let header = rows.next().unwrap();
    let rows: Vec<Vec<String>> = rows.collect();
    let texts = |column: usize| {
        let cells = rows.iter().map(|row| Some(row[column].clone()).filter(|cell| !cell.is_empty()));
        Values::Text(cells.collect())
    };
    let mut file = std::fs::File::create(at.join("list.parquet")).unwrap();
    let columns = header.iter().map(|name| (name.clone(), Values::Text(Vec::new()))).collect();
    let mut sheet = Sheet::new(Form::Parquet, columns, &mut file).unwrap();
    sheet.write((0..header.len()).map(texts).collect()).unwrap();
    sheet.finish().unwrap();
    let done = |args: &[&str]| {
        let output = link(at, &[args, &["--truth", "person", "--quiet"]].concat());
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    };
    done(&["dedupe", "list.csv", "-o", "people.csv"]);
    for (from, to) in [("list.parquet", "a.parquet"), ("list.csv", "b.parquet"), ("list.parquet", "c.csv")] {
        done(&["dedupe", from, "-o", to]);
        assert_eq!(cells(&at.join(to)), cells(&at.join("people.csv")), "{from} to {to}");
    }
    done(&["train", "list.parquet", "-o", "model.toml"]);
    done(&["match", "list.parquet", "list.csv", "--model", "model.toml", "-o", "pairs.parquet"]);
    done(&["match", "list.csv", "list.parquet", "--model", "model.toml", "-o", "pairs.csv"]);
    let (parquet, csv) = (cells(&at.join("pairs.parquet")), cells(&at.join("pairs.csv")));
    let ids = |cells: &[String]| cells.chunks(4).map(|row| row[..2].to_vec()).collect::<Vec<_>>();
    assert_eq!(ids(&parquet), ids(&csv));
    assert!(parquet.len() > 4 * PEOPLE);
    std::fs::copy(at.join("list.csv"), at.join("false.parquet")).unwrap();
    let refused = link(at, &["dedupe", "false.parquet"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("false.parquet: this is no Parquet file that can be read"));
}
