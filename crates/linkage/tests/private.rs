//! Lists compared without being shown: who is in both is found, and what is weak or unlike is refused.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use linkage::batch::Table;
use linkage::private::{
    Choice, Code, Codes, Encoder, Field, Hardening, Parameters, Salt, Search, Secret, compare, encode, write_pairs,
};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};

#[path = "../examples/registry/names.rs"]
mod names;
#[path = "../examples/registry/people.rs"]
mod people;
mod support;

use support::Folder;

/// Two lists that have some people in common, each once.
fn two_lists(folder: &Folder, records: u64) -> (PathBuf, PathBuf) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let (mut a, mut b) = (format!("{}\n", people::HEADER), format!("{}\n", people::HEADER));
    for record in 0..records {
        let mut line = String::new();
        people::write(7, record, records, &mut line);
        let times = seen.entry(line.rsplit(',').next().unwrap().to_owned()).or_default();
        *times += 1;
        match times {
            1 => a.push_str(&line),
            2 => b.push_str(&line),
            _ => {}
        }
    }
    (folder.file("a.csv", a), folder.file("b.csv", b))
}

/// The list's people are called by the truth.
fn truth() -> Choice {
    Choice { id: Some("person".into()), ..Choice::default() }
}

fn encoded(file: &Path, choice: &Choice, secret: &Secret) -> Codes {
    encode(&Table::open(file).unwrap(), choice, secret, &mut |_| {}).unwrap()
}

/// Precision and recall, every person of the second list being in the first.
fn judged(one: &Codes, other: &Codes, search: Search) -> (f64, f64) {
    let pairs = compare(one, other, search).unwrap().pairs;
    let right = pairs.iter().filter(|pair| one.id(pair.one as usize) == other.id(pair.other as usize)).count() as f64;
    (right / pairs.len() as f64, right / other.len() as f64)
}

#[test]
fn who_is_in_both_lists_is_found_in_any_script() {
    let folder = Folder::new();
    let (a, b) = two_lists(&folder, 4_000);
    let secret = Secret::generate();
    for hardening in [Hardening::Folded, Hardening::Balanced] {
        let codes = |file| encoded(file, &Choice { hardening, ..truth() }, &secret);
        let (one, other) = (codes(&a), codes(&b));
        assert!(one.left_out < 10, "{}", one.left_out);
        let threshold = hardening.usual_threshold();
        let (precision, recall) = judged(&one, &other, Search { threshold, all_pairs_up_to: u64::MAX });
        assert!(precision > 0.95 && recall > 0.88, "{hardening:?}: {precision} {recall}");
        let low = compare(&one, &other, Search { threshold: 0.3, all_pairs_up_to: u64::MAX }).unwrap_err().to_string();
        assert!(low.contains("% of strangers are as alike as the threshold 0.3; choose one above 0."), "{low}");
        // Drawn bits bring nearly all pairs together that are alike.
        let drawn = compare(&one, &other, Search { threshold, all_pairs_up_to: 0 }).unwrap();
        assert!(drawn.expected > 0.95, "{}", drawn.expected);
        let (_, drawn) = judged(&one, &other, Search { threshold, all_pairs_up_to: 0 });
        assert!(drawn > recall * 0.98, "{hardening:?}: {drawn} of {recall}");
    }
}

#[test]
fn codes_are_written_without_names_and_read_again() {
    let folder = Folder::new();
    let rows =
        "given name,surname,birth date\nAmina,Yusuf,1990-01-02\nYoussef,Chokri,1985-03-04\nOlena,,1970\n,Omar,1999\n";
    let file = folder.file("list.csv", rows);
    let secret = Secret::generate();
    let codes = encoded(&file, &Choice::default(), &secret);
    assert_eq!((codes.len(), codes.left_out), (4, 0));
    let mut out = Vec::new();
    codes.write(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.starts_with("id,watari-code-1 bits=1024 hardening=folded salt=none name=10 birth=20 check="),
        "{text}"
    );
    for told in ["Amina", "Yusuf", "1990", &*secret.to_text()] {
        assert!(!text.contains(told), "{told}");
    }
    let read = Codes::read(&folder.file("codes.csv", &text)).unwrap();
    assert_eq!(read.ids().collect::<BTreeSet<_>>(), BTreeSet::from(["1", "2", "3", "4"]));
    let found = compare(&codes, &read, Search { threshold: 1.0, all_pairs_up_to: 100 }).unwrap().pairs;
    let mut pairs = Vec::new();
    write_pairs(&codes, &read, &found, &mut pairs).unwrap();
    let pairs: BTreeSet<String> = String::from_utf8(pairs).unwrap().lines().map(str::to_owned).collect();
    let own = ["one,other,similarity", "1,1,1.0000", "2,2,1.0000", "3,3,1.0000", "4,4,1.0000"];
    assert_eq!(pairs, own.map(str::to_owned).into());
}

#[test]
fn copies_cost_no_more_than_one_and_are_joined_one_by_one() {
    let folder = Folder::new();
    let header = "given name,surname,birth date\n";
    let many = folder.file("many.csv", format!("{header}{}", "Amina,Yusuf,1990-01-02\n".repeat(20_000)));
    let few = folder.file("few.csv", format!("{header}{}", "Amina,Yusuf,1990-01-02\n".repeat(3)));
    let secret = Secret::generate();
    let codes = |file| encoded(file, &Choice::default(), &secret);
    let compared = compare(&codes(&many), &codes(&few), Search { threshold: 0.7, all_pairs_up_to: 0 }).unwrap();
    assert_eq!((compared.pairs.len(), compared.looked_at > 100), (3, false));
}

#[test]
fn who_would_stand_out_is_left_out() {
    let encoder = Encoder::new(&Secret::generate(), &Parameters::default()).unwrap();
    assert!(encoder.encode([(Field::Name, "Amina Yusuf")]).is_none(), "a name alone");
    assert!(encoder.encode([(Field::Name, "Amina Yusuf"), (Field::Sex, "f"), (Field::Place, "Irbid")]).is_none());
    assert!(encoder.encode([(Field::Birth, "1990-01-02"), (Field::Number, "A123")]).is_none(), "no name");
    assert!(encoder.encode([(Field::Name, "Amina"), (Field::Birth, "1990")]).is_some());
    assert!(encoder.encode([(Field::Name, "—"), (Field::Birth, "?")]).is_none());
}

#[test]
fn unlike_and_weak_lists_are_refused_with_their_place() {
    let folder = Folder::new();
    let (a, _) = two_lists(&folder, 200);
    let (secret, usual) = (Secret::generate(), Choice::default());
    let codes = |choice: &Choice, secret: &Secret| encoded(&a, choice, secret);
    let first = codes(&truth(), &secret);
    let against =
        |other: &Codes| compare(&first, other, Search { threshold: 0.7, all_pairs_up_to: 0 }).unwrap_err().to_string();
    assert!(against(&codes(&truth(), &Secret::generate())).contains("another secret than"));
    let salted = Choice { salt: Salt::Sex, ..truth() };
    assert!(against(&codes(&salted, &secret)).contains("one has salt=none, the other salt=sex"));
    let fewer = Choice { fields: vec![Field::Name, Field::Birth, Field::Relative], ..truth() };
    let said = against(&codes(&fewer, &secret));
    assert!(said.contains("bits=2048 sex=12 phone=3 number=8 place=2"), "{said}");
    let refused = |text: &str, choice: &Choice| {
        let table = Table::open(&folder.file("people.csv", text)).unwrap();
        let error = encode(&table, choice, &secret, &mut |_| {}).err().unwrap().to_string();
        error.rsplit('/').next().unwrap().to_owned()
    };
    let names = "given name,surname,sex\nAmina,Yusuf,f\n";
    assert!(refused(names, &usual).starts_with("people.csv: a single field"));
    let wanted = Choice { fields: vec![Field::Name, Field::Birth], ..Choice::default() };
    assert!(refused(names, &wanted).starts_with("people.csv: no column holds «birth»"));
    let dated = "name,birth date\nAmina Yusuf,1990-01-02\n";
    assert!(refused(dated, &Choice { hardening: Hardening::None, ..usual.clone() }).contains("no hardening"));
    assert!(refused(dated, &Choice { bits: Some(8192), ..usual.clone() }).contains("stand out"));
    let unnamed = "given name,surname,birth date\n,,1990-01-02\n";
    assert!(refused(unnamed, &usual).contains("nobody can be encoded"));
    let ordered: String = (0..30).map(|row| format!("A{}na,Yusuf,19{}-01-02\n", "mi".repeat(row), 60 + row)).collect();
    let said = refused(&format!("given name,surname,birth date\n{ordered}"), &usual);
    assert!(said.contains("column «given name»: the list is in this column's order"), "{said}");
    let ragged = "given name,surname,birth date\nAmina,Yusuf,1990\nOmar\n";
    assert!(refused(ragged, &usual).starts_with("people.csv, row 3: the row has 1 cells"));
    let read = |text: &str| Codes::read(&folder.file("codes.csv", text)).err().unwrap().to_string();
    let made = format!("{} check=00", Parameters::of(&[Field::Name, Field::Birth]));
    assert!(read("id,name,surname\n").contains("row 1: these are no codes"));
    assert!(read("id,code\n").contains("column «code»: the column's name does not say how"));
    assert!(read("id,watari-code-1 bits=64 hardening=none salt=none name=1 check=0\n").contains("64 bits"));
    assert!(read(&format!("id,{made}\n1,not base64!\n")).contains("row 2, column «watari-code-1"));
    assert!(read(&format!("id,{made}\n1,AAAA\n")).contains("the code has 3 bytes, not 64"));
}

fn code(encoder: &Encoder, name: &str, birth: &str, document: &str) -> Code {
    encoder.encode([(Field::Name, name), (Field::Birth, birth), (Field::Number, document)]).unwrap()
}

fn name() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-z]{3,10}", 2..4)
}

fn birth() -> impl Strategy<Value = String> {
    (1930..2020, 1..13, 1..29).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_record_has_one_code_whatever_the_order_of_names(parts in name(), birth in birth(), document in "[A-Z][0-9]{8}") {
        let secret = Secret::generate();
        let encoder = Encoder::new(&secret, &Parameters::default()).unwrap();
        let again = Encoder::new(&Secret::from_text(&secret.to_text()).unwrap(), &Parameters::default()).unwrap();
        let turned: Vec<String> = parts.iter().rev().cloned().collect();
        let one = code(&encoder, &parts.join(" "), &birth, &document);
        prop_assert_eq!(&one, &code(&again, &turned.join(", "), &birth, &document));
        prop_assert_eq!(encoder.check(), again.check());
    }

    #[test]
    fn another_secret_makes_unrelated_codes(parts in name(), birth in birth(), document in "[A-Z][0-9]{8}") {
        for hardening in [Hardening::Folded, Hardening::Balanced] {
            let parameters = Parameters { hardening, ..Parameters::default() };
            let encoder = |_| Encoder::new(&Secret::generate(), &parameters).unwrap();
            let [one, other] = [0, 1].map(encoder);
            prop_assert!(one.check() != other.check());
            let [a, b] = [&one, &other].map(|it| code(it, &parts.join(" "), &birth, &document));
            // As alike as chance makes codes of so many bits.
            let chance = f64::from(a.ones() + b.ones()) / 2.0 / parameters.code_bits() as f64;
            prop_assert!((a.similarity(&b) - chance).abs() < 0.16, "{} by chance {chance}", a.similarity(&b));
            if hardening == Hardening::Balanced {
                prop_assert_eq!(a.ones() as usize, parameters.bits);
            }
        }
    }

    #[test]
    fn a_slip_keeps_codes_alike_and_strangers_are_not(
        parts in name(), others in name(), birth in birth(), document in "[A-Z][0-9]{8}", at in 0..100usize,
    ) {
        let encoder = Encoder::new(&Secret::generate(), &Parameters::default()).unwrap();
        let one = code(&encoder, &parts.join(" "), &birth, &document);
        let mut slipped = parts.join(" ");
        let place = at % (slipped.len() - 1);
        slipped.remove(place);
        let slip = one.similarity(&code(&encoder, &slipped, &birth, &document));
        prop_assert!(slip > 0.7, "{slip}");
        if !parts.iter().any(|part| others.contains(part)) {
            let stranger = one.similarity(&code(&encoder, &others.join(" "), "2024-10-30", "B-777"));
            prop_assert!(stranger < 0.6 && stranger < slip, "{stranger} and {slip}");
        }
    }

    #[test]
    fn no_value_makes_it_fall_over(name in "\\PC{0,40}", birth in "\\PC{0,14}", rest in "\\PC{0,40}") {
        let encoder = Encoder::new(&Secret::generate(), &Parameters::default()).unwrap();
        let values = Field::ALL.map(|field| (field, match field {
            Field::Name => name.as_str(),
            Field::Birth => birth.as_str(),
            _ => rest.as_str(),
        }));
        if let Some(code) = encoder.encode(values) {
            prop_assert_eq!(code.similarity(&code), 1.0);
        }
    }

    #[test]
    fn no_encoded_file_makes_it_fall_over(head in "\\PC{0,80}", rows in "\\PC{0,200}") {
        let folder = Folder::new();
        let made = format!("{} check={head}", Parameters::of(&[Field::Name, Field::Birth]));
        for text in [format!("{head}\n{rows}"), format!("id,\"{}\"\n{rows}", made.replace('"', "\"\""))] {
            if let Ok(codes) = Codes::read(&folder.file("codes.csv", text)) {
                prop_assert_eq!(codes.ids().count(), codes.len());
            }
        }
    }
}
