//! Whole files linked: who is who is found, the order of rows and columns says nothing, and bad
//! input is named.

use std::path::{Path, PathBuf};

use linkage::batch::{
    Among, Engine, Few, Form, Kind, Links, Model, Settings, Table, USUAL_THRESHOLD, Wishes, write_links, write_people,
};

#[path = "../examples/registry/names.rs"]
mod names;
#[path = "../examples/registry/people.rs"]
mod people;
mod support;

use support::Folder;

fn registry(records: u64) -> Vec<String> {
    (0..records)
        .map(|record| {
            let mut line = String::new();
            people::write(7, record, records, &mut line);
            line
        })
        .collect()
}

fn open(files: &[PathBuf]) -> Result<Engine, linkage::batch::Error> {
    let truth = Wishes { truth: Some("person".into()), ..Wishes::default() };
    Engine::open(files, &truth, None, Settings::default(), &mut |_| {})
}

fn people_of(path: &Path, threshold: f64) -> Vec<u32> {
    let engine = Engine::open(&[path.to_owned()], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
    let mut pairs = engine.pairs(threshold, &mut |_| {}).unwrap();
    engine.cluster(&mut pairs, threshold).unwrap()
}

#[test]
fn a_registry_in_five_scripts_is_told_apart_without_labels() {
    let folder = Folder::new();
    let file = folder.file("registry.csv", format!("{}\n{}", people::HEADER, registry(6_000).concat()));
    let evaluation = open(&[file]).unwrap().evaluate(0.8, Links::OneToOne, &mut |_| {}).unwrap();
    let at = evaluation.points.iter().find(|point| point.threshold == 0.8).unwrap();
    assert!(at.f1 > 0.96, "{evaluation}");
    assert!(at.precision > 0.97, "{evaluation}");
    // A higher threshold finds no more.
    assert!(evaluation.points.windows(2).all(|points| points[1].recall <= points[0].recall + 0.002), "{evaluation}");
    assert!(evaluation.to_svg().contains("<polyline"));
}

#[test]
fn two_files_are_linked_one_to_one_though_their_columns_differ() {
    let folder = Folder::new();
    let rows = registry(6_000);
    // The first file has each person once; the second has those registered again.
    let mut seen = std::collections::HashSet::new();
    let (first, again): (Vec<&String>, Vec<&String>) =
        rows.iter().partition(|row| seen.insert(row.rsplit(',').next().map(str::to_owned)));
    let text = |rows: &[&String]| rows.iter().map(|row| row.as_str()).collect::<String>();
    let a = folder.file("a.csv", format!("{}\n{}", people::HEADER, text(&first)));
    let header = "record,prénom,nom,nom du père,sexe,date de naissance,nationalité,ville,téléphone,passeport,person";
    let b = folder.file("b.csv", format!("{header}\n{}", text(&again)).replace(',', ";"));
    let engine = open(&[a, b]).unwrap();
    assert!(engine.records.fields.len() >= 8, "{:?}", engine.remarks);
    let evaluation = engine.evaluate(0.8, Links::OneToOne, &mut |_| {}).unwrap();
    assert!(evaluation.best().unwrap().f1 > 0.93, "{evaluation}");
    let mut pairs = engine.pairs(0.8, &mut |_| {}).unwrap();
    let links = engine.link(&mut pairs, 0.8, Links::OneToOne).unwrap();
    let mut out = Vec::new();
    write_links(&engine, &links, Form::Csv, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), links.len() + 1);
}

#[test]
fn the_order_of_rows_and_columns_says_nothing() {
    let folder = Folder::new();
    let rows = registry(2_000);
    let straight = folder.file("straight.csv", format!("{}\n{}", people::HEADER, rows.concat()));
    let turned: Vec<String> = std::iter::once(&format!("{}\n", people::HEADER))
        .chain(rows.iter().rev())
        .map(|row| {
            let mut cells: Vec<&str> = row.trim_end().split(',').collect();
            cells.reverse();
            cells.join(",")
        })
        .collect();
    let turned = folder.file("turned.csv", turned.join("\n"));
    let groups = |people: Vec<u32>, backwards: bool| -> std::collections::BTreeSet<Vec<usize>> {
        let last = people.len() - 1;
        let mut groups = std::collections::BTreeMap::<u32, Vec<usize>>::new();
        for (row, person) in people.into_iter().enumerate() {
            groups.entry(person).or_default().push(if backwards { last - row } else { row });
        }
        groups
            .into_values()
            .map(|mut rows| {
                rows.sort_unstable();
                rows
            })
            .collect()
    };
    let usual = USUAL_THRESHOLD;
    assert_eq!(groups(people_of(&straight, usual), false), groups(people_of(&turned, usual), true));
}

#[test]
fn what_is_missing_never_speaks_for_a_match() {
    let folder = Folder::new();
    let rows = registry(2_000);
    let whole = folder.file("whole.csv", format!("{}\n{}", people::HEADER, rows.concat()));
    let engine = open(&[whole]).unwrap();
    let model = engine.model.clone();
    // Each record twice: as it is, and with one cell emptied.
    for column in 1..10 {
        let pairs: Vec<String> = rows[..300]
            .iter()
            .flat_map(|row| {
                let mut cells: Vec<&str> = row.trim_end().split(',').collect();
                cells[column] = "";
                [row.clone(), row.clone(), format!("{}\n", cells.join(","))]
            })
            .collect();
        let file = folder.file("emptied.csv", format!("{}\n{}", people::HEADER, pairs.concat()));
        let truth = Wishes { truth: Some("person".into()), ..Wishes::default() };
        let engine = Engine::open(&[file], &truth, Some(model.clone()), Settings::default(), &mut |_| {}).unwrap();
        for first in (0..engine.records.len()).step_by(3) {
            let (same, emptied) = (engine.explain(first, first + 1), engine.explain(first, first + 2));
            assert!(emptied.weight <= same.weight + 0.01, "column {column}\n{same}\n{emptied}");
        }
    }
}

#[test]
fn a_model_is_kept_read_and_followed() {
    let folder = Folder::new();
    let file = folder.file("registry.csv", format!("{}\n{}", people::HEADER, registry(3_000).concat()));
    let learned = open(std::slice::from_ref(&file)).unwrap();
    let kept = folder.file("model.toml", learned.model.to_text());
    let model = Model::read(&kept).unwrap();
    assert_eq!(model, learned.model);
    assert_eq!(model.group.as_deref(), Some("nationality"));
    assert!(model.fields[0].levels.iter().all(|level| level.among.is_some()), "{:?}", model.fields[0]);
    let truth = Wishes { truth: Some("person".into()), ..Wishes::default() };
    let followed =
        Engine::open(std::slice::from_ref(&file), &truth, Some(model), Settings::default(), &mut |_| {}).unwrap();
    for (one, other) in [(0, 1), (5, 900), (17, 2_500)] {
        let (learned, followed) = (learned.explain(one, other), followed.explain(one, other));
        assert!((learned.weight - followed.weight).abs() < 0.05, "{learned}\n{followed}");
        let sum = learned.start + learned.contributions.iter().map(|part| part.weight).sum::<f32>();
        assert!((sum - learned.weight).abs() < 1.01, "the likelier alternative takes at most a bit more: {learned}");
        assert!(learned.to_svg().ends_with("</svg>\n"));
    }
    let wrong = folder.file("wrong.toml", learned.model.to_text().replace("format = 1", "format = 9"));
    assert!(Model::read(&wrong).unwrap_err().to_string().contains("format 9"));
    let wrong = folder.file("wrong.toml", "rules = 7");
    assert!(Model::read(&wrong).unwrap_err().to_string().contains("wrong.toml: this is no model"));
}

#[test]
fn a_few_are_weighed_as_they_would_be_among_all() {
    let folder = Folder::new();
    let rows = registry(4_000);
    let file = folder.file("registry.csv", format!("{}\n{}", people::HEADER, rows.concat()));
    let engine = open(&[file]).unwrap();
    let header: Vec<&str> = people::HEADER.split(',').collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.trim_end().split(',').collect()).collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let fields: Vec<usize> = engine.model.kinds().map(|(name, _)| place(name)).collect();
    let row = |record: usize| -> Vec<&str> { fields.iter().map(|&field| cells[record][field]).collect() };
    let sounds = |name: &str| linkage::tokens(name).iter().map(|part| linkage::Skeleton::of(part)).collect::<Vec<_>>();
    let mut heard = std::collections::HashMap::<Vec<linkage::Skeleton>, u64>::new();
    for record in &cells {
        *heard.entry(sounds(record[place("given_name")])).or_default() += 1;
        *heard.entry(sounds(record[place("family_name")])).or_default() += 1;
    }
    let holders = |kind: Kind, name: &str| match kind {
        Kind::Given | Kind::Family => Some(heard.get(&sounds(name)).copied().unwrap_or(0)),
        _ => None,
    };
    let among = Among { records: rows.len() as u64, holders: &holders };
    let mut first = std::collections::HashMap::new();
    let (mut asked, mut agreed) = (0, 0);
    for (record, cells) in cells.iter().enumerate() {
        let other = *first.entry(cells[place("person")]).or_insert(record);
        // Whoever is registered again, and strangers.
        let other = if other == record { record / 2 } else { other };
        if other != record {
            let there = engine.explain(record, other).probability > 0.5;
            let few =
                Few::new(&engine.model, &[row(record), row(other)], &among).scorer().explain(0, 1).probability > 0.5;
            asked += 1;
            agreed += usize::from(there == few);
        }
    }
    assert!(asked > 3_900 && agreed * 100 >= asked * 99, "{agreed} of {asked}");
}

#[test]
fn an_explanation_shows_values_in_their_own_letters() {
    let folder = Folder::new();
    let header = "given name,surname,birth date,phone\n";
    let others: String = registry(400)
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            format!("{},{},{},{}\n", cells[1], cells[2], cells[5], cells[8])
        })
        .collect();
    let last = "محمد,الخطيب,1990-01-02,0791234567\nMohammed,Khatib,1990-01-02,\n";
    let file = folder.file("letters.csv", format!("{header}{others}{last}"));
    let engine = Engine::open(std::slice::from_ref(&file), &Wishes::default(), None, Settings::default(), &mut |_| {});
    let engine = engine.unwrap();
    let explained = engine.explain_as_written(400, 401).unwrap();
    assert_eq!(explained.weight, engine.explain(400, 401).weight);
    let said = explained.to_string();
    assert!(said.contains("«محمد» (mhmd), «Mohammed» (mohammed)"), "{said}");
    assert!(said.contains("«1990-01-02» (19900102)"), "{said}");
    std::fs::write(&file, header).unwrap();
    assert!(engine.explain_as_written(400, 401).unwrap_err().to_string().contains("has changed since it was read"));
}

#[test]
fn a_namesake_of_ones_own_people_says_less_than_one_abroad() {
    let folder = Folder::new();
    // A name that is common in one group and met by chance in another, and a guessed day of birth.
    let row = |name: &str, family: &str, birth: &str, nation: &str| format!("{name},{family},{birth},{nation}\n");
    let mut text = String::from("given name,surname,birth date,nationality\n");
    text += &row("Oksana", "Melnyk", "1990-03-04", "UKR");
    text += &row("Oksana", "Melnyk", "1990-03-04", "UKR");
    text += &row("Oksana", "Melnyk", "1990-03-04", "");
    text += &row("Bintou", "Sow", "1990-03-04", "MLI");
    text += &row("Bintou", "Sow", "1990-01-01", "MLI");
    for at in 0..300 {
        let birth = format!("19{:02}-{:02}-{:02}", 50 + at % 50, 1 + at % 12, 1 + at % 28);
        text += &row(["Oksana", "Olena"][at % 2], ["Melnyk", "Koval", "Boiko"][at % 3], &birth, "UKR");
        let (name, family) = (["Ali", "Omar", "Samir", "Nabil", "Fadi"][at % 5], ["Haddad", "Awad", "Taha"][at % 3]);
        (0..9).for_each(|_| text += &row(name, family, &birth, "SYR"));
    }
    let engine =
        Engine::open(&[folder.file("people.csv", text)], &Wishes::default(), None, Settings::default(), &mut |_| {});
    let engine = engine.unwrap();
    let weight_of = |one, other, field: &str| {
        let explained = engine.explain(one, other);
        explained.contributions.iter().find(|part| part.field == field).unwrap().weight
    };
    // Few at large are called so, half of all Ukrainians are: that says a bit.
    assert!(weight_of(0, 1, "given name") < 1.5, "{}", engine.explain(0, 1));
    // A group that one record keeps back makes nobody rarer.
    assert!(engine.explain(0, 2).weight <= engine.explain(0, 1).weight + 0.01);
    assert!(engine.explain(3, 4).to_string().contains("birth date, same year, day a guess"));
}

#[test]
fn what_brothers_and_sisters_share_is_learned_where_households_are_large() {
    let folder = Folder::new();
    // Eight of a house have its telephone, family name and place: by that telephone alone thrice as many pairs are met as
    // there are people. Every eighth is registered twice.
    let mut text = String::from("given name,family name,birth date,place,phone\n");
    for person in 0..8_000u64 {
        let (mut own, mut house) = (people::Random::new(1, person), people::Random::new(2, person / 8));
        let (given, family) = (names::ARABIC_MEN, names::ARABIC_FAMILIES);
        let spelt =
            |all: &[&str], at: u64| all[(at % all.len() as u64) as usize].split(['/', '|']).next().unwrap().to_owned();
        let birth = format!("{}-{:02}-{:02}", 1950 + own.next() % 60, 1 + own.next() % 12, 1 + own.next() % 28);
        let row = format!(
            "{},{},{birth},{},079{:07}\n",
            spelt(given, own.next()),
            spelt(family, house.next()),
            spelt(names::PLACES[0], house.next()),
            house.next() % 10_000_000
        );
        (0..1 + usize::from(person % 8 == 3)).for_each(|_| text += &row);
    }
    let file = folder.file("houses.csv", text);
    let engine = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
    let same = |field: &str| {
        let field = engine.model.fields.iter().find(|it| it.name == field).unwrap();
        field.levels.last().and_then(|level| level.r).unwrap()
    };
    assert!(same("place") > 0.95 && same("family name") > 0.95, "{}", engine.model.to_text());
}

#[test]
fn little_memory_changes_nothing_but_time() {
    let folder = Folder::new();
    let file = folder.file("registry.csv", format!("{}\n{}", people::HEADER, registry(6_000).concat()));
    let people = |memory: usize| {
        let settings = Settings { memory, ..Settings::default() };
        let engine = Engine::open(std::slice::from_ref(&file), &Wishes::default(), None, settings, &mut |_| {})?;
        let mut pairs = engine.pairs(0.5, &mut |_| {}).unwrap();
        Ok::<_, linkage::batch::Error>(engine.cluster(&mut pairs, 0.5).unwrap())
    };
    let refused = people(100 << 10).unwrap_err().to_string();
    assert!(refused.contains("registry.csv: the first ") && refused.contains("--memory"), "{refused}");
    assert_eq!(people(4 << 20).unwrap(), people(8 << 30).unwrap());
}

#[test]
fn known_short_forms_and_patronymics_are_told() {
    let folder = Folder::new();
    let header = "given name,surname,patronymic,birth date,phone\n";
    let others: String = registry(400)
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            format!("{},{},{},{},{}\n", cells[1], cells[2], cells[3], cells[5], cells[8])
        })
        .collect();
    let two = "Олександр,Коваленко,Петро,1990-01-02,0791234567\nSasha,Kovalenko,Petrovych,1990-01-02,\n\
               Serhii,Kovalenko,Petrovych,1990-01-02,\nPepe,Ruiz,,1980-03-04,\nJosé,Ruiz,,1980-03-04,\n";
    let file = folder.file("short.csv", format!("{header}{two}{others}"));
    let engine = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
    let known = engine.explain(0, 1);
    assert!(known.to_string().contains("given name, known short form"), "{known}");
    assert!(
        known.to_string().contains("patronymic, same sound") || known.to_string().contains("patronymic, same:"),
        "{known}"
    );
    assert!(engine.explain(3, 4).to_string().contains("given name, known short form"));
    let brother = engine.explain(0, 2);
    assert!(brother.to_string().contains("given name, different"), "{brother}");
    assert!(known.weight > brother.weight + 2.0, "{known}\n{brother}");
}

#[test]
fn an_age_stands_in_for_a_birth_date() {
    let folder = Folder::new();
    let rows = registry(600);
    let (mut dated, mut aged) = (String::from("given name,surname,birth date,phone\n"), String::new());
    for row in &rows {
        let cells: Vec<&str> = row.split(',').collect();
        dated += &format!("{},{},{},{}\n", cells[1], cells[2], cells[5], cells[8]);
        let age = cells[5].get(..4).map(|year| (2024 - year.parse::<i32>().unwrap()).to_string()).unwrap_or_default();
        aged += &format!("{},{},{age},12/05/2024,{}\n", cells[1], cells[2], cells[8]);
    }
    let dated = folder.file("dated.csv", dated);
    let aged = folder.file("aged.csv", format!("given name,surname,age,registration date,phone\n{aged}"));
    let open =
        |files: &[PathBuf]| Engine::open(files, &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
    let both = open(&[dated, aged.clone()]);
    assert!(
        both.remarks.iter().any(|remark| remark.contains("counted from «registration date»")),
        "{:?}",
        both.remarks
    );
    let said = both.explain(0, rows.len()).to_string();
    assert!(said.contains("birth date, same year"), "{said}");
    // Of ages alone ages are compared.
    assert!(open(&[aged]).explain(0, 1).to_string().contains("age, "));
    // In one list, for those of whom the date is not known; not a second time for the others.
    let mixed = "name,age,birth date,phone\nAmina Yusuf,34,1990-05-06,0791111111\nAmina Yusuf,34,,0791111111\nOmar Ali,20,2004-01-02,\n";
    let engine = open(&[folder.file("mixed.csv", mixed)]);
    assert!(!engine.records.fields.iter().any(|field| field.name == "age"));
    assert!(
        engine.remarks.iter().any(|remark| remark.contains("when the file was last written")),
        "{:?}",
        engine.remarks
    );
    assert!(!engine.explain(0, 1).to_string().contains("birth date, missing"));
}

#[test]
fn bad_files_are_refused_by_file_row_and_column() {
    let folder = Folder::new();
    let refused = |text: &[u8]| {
        let file = folder.file("people.csv", text);
        let error = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {});
        error.err().map(|error| error.to_string().rsplit('/').next().unwrap().to_owned()).unwrap_or_default()
    };
    assert!(refused(b"").starts_with("people.csv: the file is empty"));
    assert!(refused(b"name,name\nA,B\n").starts_with("people.csv, row 1, column \u{ab}name\u{bb}: two columns"));
    assert!(refused(b"given name,surname\nA,B\nC,D,E\n").starts_with("people.csv, row 3: the row has 3 cells"));
    assert!(
        refused(b"given name,surname\nA,B\nA,P\xe9rez\n")
            .starts_with("people.csv, row 3, column \u{ab}surname\u{bb}: the cell is not UTF-8")
    );
    assert!(refused(b"\xff\xfeg\0i\0").contains("UTF-16"));
    assert!(refused(b"remarks\nnothing to go by\n").contains("no column holds"));
    let missing = Wishes { truth: Some("who".into()), ..Wishes::default() };
    let file = folder.file("people.csv", "given name,surname\nA,B\n");
    let error = Engine::open(&[file], &missing, None, Settings::default(), &mut |_| {}).err().unwrap();
    assert!(error.to_string().contains("column «who»: there is no such column; the file has: given name, surname"));
}

#[test]
fn odd_files_get_a_right_answer() {
    let folder = Folder::new();
    let header = "given name,surname,birth date,document";
    let one = |rows: &str| people_of(&folder.file("odd.csv", format!("\u{feff}{header}\n{rows}")), 0.8);
    assert_eq!(one(""), Vec::<u32>::new());
    assert_eq!(one("Amina,Yusuf,1990-01-02,A123456\n"), [0]);
    // All the same: one person, found at once.
    let same = one(&"Amina,Yusuf,1990-01-02,A123456\n".repeat(20_000));
    assert!(same.iter().all(|&person| person == 0));
    // Each row twice: half as many people as rows.
    let twice: String = registry(400).iter().flat_map(|row| [row.clone(), row.clone()]).collect();
    let twice = people_of(&folder.file("twice.csv", format!("{}\n{twice}", people::HEADER)), 0.8);
    assert!(twice.chunks(2).filter(|pair| pair[0] == pair[1]).count() > 390);
    // A column of one value, and names that are junk.
    let long = "x".repeat(10_000);
    let rows: String = (0..50).map(|row| format!("{long},{}',1990-01-02,\n", "\u{202e}\u{301}".repeat(row))).collect();
    assert_eq!(one(&rows).len(), 50);
    let empty = ",,,\n".repeat(100);
    let people = one(&empty);
    assert!((0..100).all(|row| people[row] == row as u32), "nothing known is nobody's double");
}

#[test]
fn a_file_comes_back_with_its_people_numbered() {
    let folder = Folder::new();
    let file = folder.file("a.csv", "id;given name;surname\n1;\"Amina; called Mina\";Yusuf\n2;Omar;Ali\n");
    let table = Table::open(&file).unwrap();
    let mut out = Vec::new();
    write_people(&table, &[0, 0], Form::Csv, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "id;given name;surname;cluster_id\n1;\"Amina; called Mina\";Yusuf;1\n2;Omar;Ali;1\n"
    );
    let again = Table::open(&folder.file("b.csv", "id,cluster_id\n1,2\n")).unwrap();
    assert!(write_people(&again, &[0], Form::Csv, &mut Vec::new()).unwrap_err().to_string().contains("cluster_id"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    #[test]
    fn no_file_makes_it_fall_over(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let folder = Folder::new();
        let file = folder.file("junk.csv", &bytes);
        let opened = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {});
        if let Ok(engine) = opened {
            let mut pairs = engine.pairs(0.5, &mut |_| {}).unwrap();
            engine.cluster(&mut pairs, 0.5).unwrap();
        }
    }

    #[test]
    fn no_cell_makes_it_fall_over(
        cells in proptest::collection::vec(("\\PC{0,12}", "\\PC{0,30}", "[0-9/. -]{0,12}", "[0-9A-Z+]{0,14}"), 0..12),
    ) {
        let folder = Folder::new();
        let mut csv = String::from("given name,full name,birth date,phone,address,document\n");
        for (name, full, date, phone) in &cells {
            let quoted = [name, full, date, phone, full, phone].map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
            csv.push_str(&quoted.join(","));
            csv.push('\n');
        }
        let file = folder.file("cells.csv", &csv);
        let engine = Engine::open(&[file], &Wishes::default(), None, Settings::default(), &mut |_| {}).unwrap();
        let mut pairs = engine.pairs(0.5, &mut |_| {}).unwrap();
        let people = engine.cluster(&mut pairs, 0.5).unwrap();
        assert_eq!(people.len(), cells.len());
        for other in 1..cells.len() {
            let explained = engine.explain(0, other);
            assert!(explained.weight.is_finite() && (0.0..=1.0).contains(&explained.probability), "{explained}");
        }
    }
}
