//! The index against the plain truth, on names of every script and on junk.

use std::collections::HashMap;

use proptest::prelude::*;

use super::Index;

const GIVEN: &[&str] =
    &["Amina", "Youssef", "محمد", "Олена", "Nguyễn", "小明", "Абдулла", "ສົມ", "Abdul Rahman", "O'Neil"];
const FAMILY: &[&str] =
    &["Al-Khatib", "الخطيب", "Шевченко", "Trần", "王", "de la Cruz", "Chokri", "ሃይለ", "山田", "Öztürk"];

fn name() -> impl Strategy<Value = String> {
    let picked = (0..GIVEN.len(), 0..FAMILY.len()).prop_map(|(one, other)| format!("{} {}", GIVEN[one], FAMILY[other]));
    prop_oneof![4 => picked, 2 => "\\PC{0,30}", 1 => any::<String>()]
}

type Records = Vec<(u8, Vec<String>, Vec<String>)>;

fn records(most: usize) -> impl Strategy<Value = Records> {
    let record = (any::<u8>(), prop::collection::vec(name(), 0..4), prop::collection::vec("[dt]:[0-9]{1,2}", 0..3));
    prop::collection::vec(record, 0..most)
}

fn insert(index: &mut Index<u8>, (id, names, keys): &(u8, Vec<String>, Vec<String>)) {
    index.insert(*id, names.iter().map(String::as_str), keys.iter().map(String::as_str));
}

fn answers(index: &Index<u8>, question: &str) -> Vec<(u8, String)> {
    let mut found: Vec<(u8, String)> =
        index.find(question, 300).into_iter().map(|hit| (hit.id, format!("{:.5}", hit.score))).collect();
    found.sort();
    found
}

#[test]
fn a_known_short_form_finds_the_name() {
    let mut index = Index::new();
    index.insert(1, ["Олександр Коваленко"], []);
    index.insert(2, ["Serhii Kovalenko"], []);
    index.insert(3, ["José Ruiz"], []);
    for (asked, meant) in [("Sasha Kovalenko", 1), ("Pepe Ruiz", 3), ("Сашко", 1)] {
        let found = index.find(asked, 3);
        assert_eq!(found.first().map(|hit| hit.id), Some(meant), "{asked}: {found:?}");
    }
}

#[test]
fn a_hit_is_explained_part_by_part() {
    use crate::How;
    let mut index = of(&["Youssef Chokri", "محمد علي الخطيب"]);
    let explained = index.explain("Khatib Moham", &1).unwrap();
    let told: Vec<_> = explained.parts.iter().map(|part| (part.known.as_deref(), part.how, part.is_moved)).collect();
    assert_eq!(told[0], (Some("alkhtib"), How::Heard, true), "{told:?}");
    assert_eq!(told[2], (Some("ali"), How::Besides, false), "{told:?}");
    let half_typed = index.explain("Youssef Chok", &0).unwrap();
    assert_eq!(half_typed.parts[1].how, How::Begun, "{half_typed:?}");
    assert_eq!(half_typed.score, index.find("Youssef Chok", 1)[0].score);
    index.remove(&0);
    assert_eq!(index.explain("Youssef", &0), None);
}

fn sorted(mut ids: Vec<u8>) -> Vec<u8> {
    ids.sort_unstable();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn changing_it_equals_building_it_anew(
        written in records(60), removed in prop::collection::vec(any::<u8>(), 0..40), questions in prop::collection::vec(name(), 1..5)
    ) {
        let mut changed = Index::new();
        let mut left: HashMap<u8, _> = HashMap::new();
        for (at, record) in written.iter().enumerate() {
            insert(&mut changed, record);
            left.insert(record.0, record.clone());
            if let Some(id) = removed.get(at) {
                prop_assert_eq!(changed.remove(id), left.remove(id).is_some());
            }
        }
        let mut anew = Index::new();
        left.values().for_each(|record| insert(&mut anew, record));
        prop_assert_eq!(changed.len(), left.len());
        prop_assert_eq!(changed.distinct_parts(), anew.distinct_parts());
        let keys = left.values().flat_map(|(_, _, keys)| keys);
        for key in keys {
            prop_assert_eq!(sorted(changed.holders(key)), sorted(anew.holders(key)));
        }
        for question in questions.iter().chain(left.values().flat_map(|(_, names, _)| names)) {
            prop_assert_eq!(answers(&changed, question), answers(&anew, question));
        }
    }

    #[test]
    fn everyone_is_found_by_each_of_their_names_and_keys(written in records(60)) {
        let mut index = Index::new();
        let mut left: HashMap<u8, _> = HashMap::new();
        for record in &written {
            insert(&mut index, record);
            left.insert(record.0, record.clone());
        }
        index.shrink();
        for (id, names, keys) in left.values() {
            for name in names.iter().filter(|name| !crate::tokens(name).is_empty()) {
                let hit = index.find(name, 300).into_iter().find(|hit| hit.id == *id);
                prop_assert!(hit.is_some_and(|hit| hit.score > 0.999), "{name} does not find {id}: {hit:?}");
            }
            for key in keys {
                prop_assert!(index.holders(key).contains(id));
            }
        }
    }

    #[test]
    fn an_emptied_index_holds_nothing(written in records(30)) {
        let mut index = Index::new();
        written.iter().for_each(|record| insert(&mut index, record));
        for (id, ..) in &written {
            index.remove(id);
        }
        prop_assert!(index.is_empty());
        prop_assert_eq!(index.distinct_parts(), 0);
        prop_assert!(index.held.iter().all(|held| *held == 0) && index.keys.is_empty());
    }

    #[test]
    fn scores_are_between_0_and_1_and_in_order(written in records(30), question in any::<String>(), limit in 0_usize..20) {
        let mut index = Index::new();
        written.iter().for_each(|record| insert(&mut index, record));
        let found = index.find(&question, limit);
        for hit in &found {
            let explained = index.explain(&question, &hit.id);
            prop_assert!(explained.is_some_and(|explained| explained.score >= hit.score - 1e-6));
        }
        prop_assert!(found.len() <= limit);
        prop_assert!(found.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
        prop_assert!(found.is_sorted_by(|one, other| one.score >= other.score));
    }
}

fn of(names: &[&str]) -> Index<usize> {
    let mut index = Index::new();
    names.iter().enumerate().for_each(|(id, name)| index.insert(id, [*name], []));
    index
}

#[test]
fn a_name_is_found_misspelt_transliterated_swapped_and_half_typed() {
    let index =
        of(&["Youssef Chokri", "محمد الخطيب", "Олена Шевченко", "Nguyễn Thị Minh", "Carlos Pérez", "たなか はなこ"]);
    for (question, id) in [
        ("Yusuf Shukri", 0),
        ("Chokri Youssef", 0),
        ("Yousef Chok", 0),
        ("Yosef Shokry", 0),
        ("Mohammed Al-Khatib", 1),
        ("Alkhateeb Muhamad", 1),
        ("Olena Shevchenko", 2),
        ("Shevtchenko", 2),
        ("nguyen min", 3),
        ("Perez", 4),
        ("Karlos Perez", 4),
        ("Hanako Tanaka", 5),
    ] {
        assert_eq!(index.find(question, 3).first().map(|hit| hit.id), Some(id), "{question}");
    }
}

#[test]
fn two_slips_anywhere_in_a_part_are_undone() {
    let index = of(&["Tocipaf", "Mansour", "Chalabi", "Jafuruhigh", "Gunabil"]);
    for (question, id) in [
        ("Tcoinaf", 0),
        ("Ocipa", 0),
        ("Xtocipafx", 0),
        ("Ansou", 1),
        ("Bansuor", 1),
        ("Hcalabu", 2),
        ("Afupuhigh", 3),
        ("Munaril", 4),
    ] {
        assert_eq!(index.find(question, 1).first().map(|hit| hit.id), Some(id), "{question}");
    }
}

#[test]
fn common_parts_together_find_the_few_who_share_them() {
    let mut index = Index::new();
    let given = ["Mohammed", "Ahmed", "Ali", "Fatima", "Zahra"];
    for id in 0..20_000_usize {
        let name = format!("{} {}", given[id % 5], ["Hassan", "Hussein", "Ibrahim", "Saleh"][id / 5 % 4]);
        index.insert(id, [name.as_str()], []);
    }
    index.insert(77_777, ["Zahra Mohammed Saleh Ibrahim"], []);
    let found = index.find("Ibrahim Saleh Zahra", 5);
    assert_eq!(found.first().map(|hit| hit.id), Some(77_777), "{found:?}");
    assert_eq!(index.find("Fatima Saleh", 10).iter().filter(|hit| hit.score > 0.999).count(), 10);
}
