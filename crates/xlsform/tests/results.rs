//! What follows from answers, by the results sheet.

use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use xlsform::definition::{ConditionError, Definition, External};
use xlsform::fill::{Filling, Surroundings};
use xlsform::form::Form;
use xlsform::workbook::{Format, Limits, Workbook};
use xlsform::xform;

const SHEET: &str = "| survey |\n| | type | name | label | relevant | sensitivity |\n\
    | | select_one yes_no | alone | Is the child alone? | | |\n\
    | | begin_group | health | Health | | medical |\n\
    | | select_one yes_no | ill | Ill? | ${alone} = 'yes' | |\n\
    | | text | work | Which work? | | case |\n\
    | | end_group | | | | |\n\
    | | begin_repeat | member | Member | | |\n\
    | | integer | age | Age | | |\n\
    | | select_one yes_no | school | School? | | |\n\
    | | end_repeat | | | | |\n\
    | choices |\n| | list_name | name | label |\n| | yes_no | yes | Yes |\n| | yes_no | no | No |\n\
    | results |\n| | question | when | need | weight |\n\
    | | alone | . = 'yes' | unaccompanied | 3 |\n\
    | | ill | . = 'yes' and ${alone} = 'yes' | medical | 2 |\n\
    | | school | . = 'no' and ${age} >= 6 and ${age} < 18 | child_at_risk | 1 |\n";

fn form() -> Form {
    Form::read(&Workbook::read(SHEET.as_bytes(), Format::Markdown, &Limits::default()).unwrap()).unwrap().0
}

fn filling(form: &Form) -> Filling {
    let definition = Definition::read(&xform::write(form), &External::new()).unwrap();
    Filling::new(Arc::new(definition), Surroundings::here(TimeZone::UTC)).unwrap()
}

fn answer(filling: &mut Filling, path: &str, value: &str) {
    filling.answer(filling.at(path).unwrap(), value).unwrap();
}

/// The needs that follow, with the answers' paths.
fn needs(form: &Form, filling: &Filling) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for result in xform::results(form) {
        let condition = filling.definition().condition(&result.path, &result.when).unwrap();
        for node in filling.answers_where(&condition).unwrap() {
            found.push((result.row.value("need").unwrap_or_default().to_owned(), filling.path(node)));
        }
    }
    found
}

fn found(needs: &[(String, String)]) -> Vec<(&str, &str)> {
    needs.iter().map(|(need, path)| (need.as_str(), path.as_str())).collect()
}

#[test]
fn what_follows_from_an_answer_follows_only_while_it_is_asked() {
    let form = form();
    let mut filling = filling(&form);
    assert!(needs(&form, &filling).is_empty(), "nothing is answered");
    answer(&mut filling, "/data/alone", "yes");
    answer(&mut filling, "/data/health/ill", "yes");
    assert_eq!(found(&needs(&form, &filling)), [("unaccompanied", "/data/alone"), ("medical", "/data/health/ill")]);
    answer(&mut filling, "/data/alone", "no");
    assert!(needs(&form, &filling).is_empty(), "what is asked no more says nothing");
}

#[test]
fn each_instance_of_a_repeat_is_judged_by_its_own_answers() {
    let form = form();
    let mut filling = filling(&form);
    let repeat = filling.definition().field_at("/data/member").unwrap();
    let root = filling.root();
    filling.add_repeat(root, repeat, None).unwrap();
    let instances = filling.instances(root, repeat).len();
    assert!(instances >= 2);
    for (place, (age, school)) in [("5", "no"), ("9", "no")].into_iter().enumerate() {
        answer(&mut filling, &format!("/data/member[{}]/age", place + 1), age);
        answer(&mut filling, &format!("/data/member[{}]/school", place + 1), school);
    }
    assert_eq!(found(&needs(&form, &filling)), [("child_at_risk", "/data/member[2]/school")]);
}

#[test]
fn how_delicate_a_group_is_holds_for_what_lies_in_it() {
    let form = form();
    let said = xform::sensitivities(&form);
    assert_eq!(said, [("/data/health/ill".to_owned(), "medical"), ("/data/health/work".to_owned(), "case")]);
    assert!(!xform::write(&form).contains("medical"), "the sheet's own columns do not leave with the form");
}

#[test]
fn a_condition_that_cannot_be_asked_says_why() {
    let filling = filling(&form());
    let definition = filling.definition();
    assert_eq!(
        definition.condition("/data/none", ". = 1").unwrap_err(),
        ConditionError::NoSuchQuestion("/data/none".into())
    );
    assert!(matches!(definition.condition("/data/alone", ". ="), Err(ConditionError::Expression(_))));
    let unknown = definition.condition("/data/alone", "nonsense(.)").unwrap_err();
    assert_eq!(unknown, ConditionError::UnknownFunction("nonsense".into()));
}

proptest! {
    #[test]
    fn no_condition_breaks_the_engine(when in "[-a-z0-9 .='<>()${}/\\[\\]|+*,]{0,40}") {
        let sheet = SHEET.replace(". = 'yes' | unaccompanied", &format!("{} | unaccompanied", when.replace('|', " ")));
        let workbook = Workbook::read(sheet.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
        let Ok((form, _)) = Form::read(&workbook) else { return Ok(()) };
        let mut filling = filling(&form);
        answer(&mut filling, "/data/alone", "yes");
        for result in xform::results(&form) {
            if let Ok(condition) = filling.definition().condition(&result.path, &result.when) {
                let _ = filling.answers_where(&condition);
            }
        }
    }
}
