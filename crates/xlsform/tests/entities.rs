//! What submissions make and change, read by what their forms declare.

use proptest::prelude::*;
use uuid::Uuid;
use xlsform::definition::{Definition, External};
use xlsform::entities::{Declared, Entity, EntityError, EntityProblem, declared, read};
use xlsform::form::Form;
use xlsform::workbook::{Format, Limits, Workbook};
use xlsform::xpath::Tree;

/// A water point is registered once; each tap in a repeat is an entity of its own.
const WATER: &str = "\
| survey |
| | type | name | label | save_to |
| | text | place | Where? | water_points#place |
| | begin_group | state | State | |
| | integer | litres | Litres a day | water_points#litres |
| | end_group | | | |
| | begin_repeat | tap | Tap | |
| | text | mark | Its mark | taps#mark |
| | end_repeat | | | |
| entities |
| | list_name | label | create_if |
| | water_points | ${place} | ${litres} > 0 |
| | taps | ${mark} | |
";

/// Whoever comes back changes it.
const CHECK: &str = "\
| survey |
| | type | name | label | save_to |
| | select_one_from_file water_points.csv | point | Which? | |
| | integer | litres | Litres a day | litres |
| | text | remark | Remark | remark |
| entities |
| | list_name | entity_id | label |
| | water_points | ${point} | |
";

fn definition(sheet: &str) -> Definition {
    let workbook = Workbook::read(sheet.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
    let (form, _) = Form::read(&workbook).unwrap();
    let list = ("jr://file-csv/water_points.csv".to_owned(), "name,label,__version\n".to_owned());
    Definition::read(&xlsform::xform::write(&form), &External::from([list])).unwrap()
}

fn read_all(sheet: &str, record: &str) -> Vec<Result<Entity, EntityError>> {
    read(&definition(sheet), &Tree::from_xml(record).unwrap())
}

const POINT: &str = "7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10";
const TAP: &str = "1b9f0c64-5e27-4f3a-8d0b-6a7c8e9d0f12";
const BRANCH: &str = "c0ffee00-1234-4abc-8def-001122334455";

fn pairs(entity: &Entity) -> Vec<(&str, &str)> {
    entity.properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn a_form_declares_its_lists() {
    let list = |name: &str, properties: &[&str], creates, updates| Declared {
        list: name.to_owned(),
        properties: properties.iter().map(|name| (*name).to_owned()).collect(),
        creates,
        updates,
    };
    let both = declared(&definition(WATER));
    assert!(both.contains(&list("water_points", &["place", "litres"], true, false)), "{both:?}");
    assert!(both.contains(&list("taps", &["mark"], true, false)), "{both:?}");
    assert_eq!(declared(&definition(CHECK)), [list("water_points", &["litres", "remark"], false, true)]);
}

/// A submission of [`WATER`], its metadata as a phone writes it.
fn water(create: &str, id: &str, taps: &[(&str, &str)]) -> String {
    let taps: String = taps
        .iter()
        .map(|(mark, id)| {
            format!(
                "<tap><mark>{mark}</mark><meta><entity dataset=\"taps\" create=\"1\" id=\"{id}\"><label>{mark}</label>\
                 </entity></meta></tap>"
            )
        })
        .collect();
    format!(
        "<data xmlns:orx=\"http://openrosa.org/xforms\" id=\"water\"><place>Well at the school</place>\
         <state><litres>40</litres></state>{taps}<orx:meta><orx:instanceID>uuid:1</orx:instanceID>\
         <entity dataset=\"water_points\" create=\"{create}\" id=\"{id}\"><label> Well </label></entity></orx:meta></data>"
    )
}

#[test]
fn entities_are_read_in_and_out_of_repeats() {
    let second = "1b9f0c64-5e27-4f3a-8d0b-6a7c8e9d0f13";
    let all = read_all(WATER, &water("1", &format!("uuid:{POINT}"), &[("A", TAP), ("B", second)]));
    let all: Vec<Entity> = all.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().map(|it| it.list.as_str()).collect::<Vec<_>>(), ["water_points", "taps", "taps"]);
    let [point, _, tap] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((point.id.to_string().as_str(), point.label.as_deref()), (POINT, Some("Well")));
    assert_eq!(pairs(point), [("place", "Well at the school"), ("litres", "40")]);
    assert_eq!((tap.path.as_str(), pairs(tap)), ("/data/tap[2]/meta/entity", vec![("mark", "B")]));
    assert!(point.create && !point.update && point.base_version.is_none());
}

#[test]
fn what_is_not_to_be_made_is_no_entity() {
    for create in ["", "0", "false", "yes"] {
        assert!(read_all(WATER, &water(create, POINT, &[])).is_empty(), "{create}");
    }
    assert!(read_all(WATER, "<data id=\"water\"/>").is_empty());
    assert_eq!(read_all(WATER, &water("true", POINT, &[])).len(), 1);
}

fn check(attributes: &str, answers: &str) -> Vec<Result<Entity, EntityError>> {
    let entity = format!("<entity dataset=\"water_points\" update=\"1\" {attributes}><label/></entity>");
    read_all(CHECK, &format!("<data id=\"check\"><point>{POINT}</point>{answers}<meta>{entity}</meta></data>"))
}

#[test]
fn a_change_says_what_it_was_made_from() {
    let sent = format!("id=\"{POINT}\" baseVersion=\"4\" trunkVersion=\"3\" branchId=\"{BRANCH}\"");
    let all = check(&sent, "<litres>12</litres><remark/>");
    let [Ok(entity)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((entity.base_version, entity.trunk_version), (Some(4), Some(3)));
    assert_eq!(entity.branch, Uuid::parse_str(BRANCH).ok());
    assert_eq!((pairs(entity), &entity.label), (vec![("litres", "12"), ("remark", "")], &None));
    // What was not asked is not emptied.
    let all = check(&format!("id=\"{POINT}\" baseVersion=\"1\""), "<remark>dry</remark>");
    assert_eq!(pairs(all[0].as_ref().unwrap()), [("remark", "dry")]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_node() {
    let told = |attributes: &str| match check(attributes, "").pop() {
        Some(Err(error)) => (error.path, error.problem),
        other => panic!("{attributes}: {other:?}"),
    };
    let at = |name: &str| format!("/data/meta/entity/@{name}");
    for id in ["", "Well", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "7d3b1a520f6e4c8e9a413c5d2e9f8b10"] {
        assert_eq!(told(&format!("id=\"{id}\"")), (at("id"), EntityProblem::Id), "{id}");
    }
    let good = format!("id=\"{POINT}\"");
    assert_eq!(told(&format!("{good} baseVersion=\"0\"")), (at("baseVersion"), EntityProblem::Version));
    assert_eq!(told(&format!("{good} baseVersion=\"1.5\"")), (at("baseVersion"), EntityProblem::Version));
    assert_eq!(told(&format!("{good} trunkVersion=\"2\"")), (at("branchId"), EntityProblem::Branch));
    assert_eq!(told(&format!("{good} branchId=\"phone\"")), (at("branchId"), EntityProblem::Branch));
    assert_eq!(told(&format!("{good} create=\"1\"")), (at("create"), EntityProblem::Undeclared("create")));
    let other = read_all(WATER, &water("1", POINT, &[]).replace("dataset=\"water_points\"", "dataset=\"people\""));
    assert_eq!(other[0].as_ref().unwrap_err().problem, EntityProblem::OtherList("water_points".to_owned()));
    let error = read_all(
        CHECK,
        &format!(
            "<data id=\"check\"><litres>1</litres><litres>2</litres><meta>\
         <entity dataset=\"water_points\" update=\"1\" id=\"{POINT}\"/></meta></data>"
        ),
    );
    let error = error[0].as_ref().unwrap_err();
    assert_eq!((error.path.as_str(), error.value.as_str()), ("/data/litres[2]", "2"));
    assert!(error.to_string().contains("“litres” is saved from several answers"), "{error}");
}

proptest! {
    #[test]
    fn each_instance_that_is_to_be_made_is_read_once_and_in_order(taps in prop::collection::vec((any::<bool>(), any::<u128>()), 0..6)) {
        let ids: Vec<Uuid> = taps.iter().map(|(_, seed)| uuid::Builder::from_random_bytes(seed.to_be_bytes()).into_uuid()).collect();
        let marks: Vec<String> = (0..taps.len()).map(|at| format!("T{at}")).collect();
        let written: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        let pairs: Vec<(&str, &str)> = marks.iter().map(String::as_str).zip(written.iter().map(String::as_str)).collect();
        let mut record = water("0", POINT, &pairs);
        for ((made, _), id) in taps.iter().zip(&written) {
            if !made {
                record = record.replace(&format!("create=\"1\" id=\"{id}\""), &format!("create=\"0\" id=\"{id}\""));
            }
        }
        let read: Vec<Uuid> = read_all(WATER, &record).into_iter().map(|it| it.unwrap().id).collect();
        let wanted: Vec<Uuid> = ids.iter().zip(&taps).filter(|(_, (made, _))| *made).map(|(id, _)| *id).collect();
        // Two of the same random id would be made or not made together.
        prop_assume!(ids.iter().collect::<std::collections::HashSet<_>>().len() == ids.len());
        prop_assert_eq!(read, wanted);
    }

    #[test]
    fn no_record_ends_the_reading(attributes in prop::collection::vec(("[a-zA-Z]{2,12}", "[ -%'-;=?-~]{0,20}"), 0..6), text in "[a-z <>/]{0,60}") {
        let attributes: std::collections::BTreeMap<_, _> = attributes.into_iter().collect();
        let attributes: String = attributes.iter().map(|(name, value)| format!("{name}=\"{}\" ", value.replace('"', ""))).collect();
        for sheet in [WATER, CHECK] {
            if let Ok(record) = Tree::from_xml(&format!("<data>{text}<meta><entity {attributes}/></meta></data>")) {
                let _ = read(&definition(sheet), &record);
            }
        }
    }
}
