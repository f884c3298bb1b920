//! An intake form of a reception centre, and what goes wrong while it is written.

use xlsform::form::{Form, Kind, Problem, ProblemKind};
use xlsform::workbook::{Format, Limits, Workbook};

/// The form that a caseworker wrote in a mail.
const INTAKE: &str = "
| survey  |                    |             |                       |                       |                       |
|         | type               | name        | label::English (en)   | label::French (fr)    | relevant              |
|         | text               | given_name  | What is your name?    | Comment t'appelles-tu ? |                     |
|         | integer            | age         | How old are you?      | Quel âge as-tu ?      |                       |
|         | select_one towns   | town        | Where do you live?    | Où habites-tu ?       | ${age} > 17           |
|         | begin_repeat       | child       | Child                 | Enfant                |                       |
|         | text               | child_name  | Your child's name?    | Nom de l'enfant ?     |                       |
|         | integer            | child_age   | How old is ${child_name}? | Âge de ${child_name} ? | ${age} > 10 and ${child_name} != '' |
|         | end_repeat         |             |                       |                       |                       |
| choices |                    |             |                       |                       |                       |
|         | list_name          | name        | label::English (en)   | label::French (fr)    |                       |
|         | towns              | irbid       | Irbid                 | Irbid                 |                       |
|         | towns              | zarqa       | Zarqa                 | Zarqa                 |                       |
| settings |                   |             |                       |                       |                       |
|         | form_title         | form_id     | version               | default_language      |                       |
|         | Intake             | intake      | 2026-11-28            | English (en)          |                       |
";

fn read(markdown: &str) -> Result<Form, Vec<Problem>> {
    let workbook = Workbook::read(markdown.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
    Form::read(&workbook).map(|(form, _)| form)
}

fn xform(markdown: &str) -> String {
    xlsform::xform::write(&read(markdown).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

fn problems(markdown: &str) -> Vec<String> {
    read(markdown).unwrap_err().iter().map(ToString::to_string).collect()
}

/// A survey with these rows of type, name and label.
fn survey(rows: &str) -> String {
    let rows: String = rows.lines().map(|row| format!("| | {} |\n", row.trim())).collect();
    format!("| survey | | | |\n| | type | name | label |\n{rows}")
}

#[test]
fn an_intake_form_becomes_an_xform() {
    let written = xform(INTAKE);
    let document = roxmltree::Document::parse(&written).unwrap();
    let of = |tag: &str| -> Vec<roxmltree::Node<'_, '_>> {
        document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2002/xforms", tag))).collect()
    };
    let bind = |path: &str| of("bind").into_iter().find(|bind| bind.attribute("nodeset") == Some(path)).unwrap();

    assert_eq!(of("translation").len(), 2);
    assert_eq!(of("translation")[0].attribute("default"), Some("true()"));
    assert_eq!(bind("/data/town").attribute("relevant"), Some(" /data/age  > 17"));
    let within = bind("/data/child/child_age").attribute("relevant");
    assert_eq!(within, Some(" /data/age  > 10 and  ../child_name  != ''"), "the name of the same child is meant");
    assert_eq!(of("itemset")[0].attribute("nodeset"), Some("instance('towns')/root/item"));
    let outputs = of("output");
    assert!(outputs.iter().all(|output| output.attribute("value") == Some(" ../child_name ")));
    assert_eq!(outputs.len(), 2, "one in each language");
    let children: Vec<_> = of("child").iter().map(|child| child.attributes().len()).collect();
    assert_eq!(children, [1, 0], "a template, and the first child");
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let told = problems(&survey(
        "text | 1st | What?
         integr | age | How old?
         select_one towns | town | Where?
         text | note | Dear ${nmae}
         text | age | Again
         end_group | | ",
    ));
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(told[0].starts_with("sheet survey, row 2, column name: \"1st\" is no name; begin with a letter"));
    assert!(told[1].ends_with("see xlsform.org for the types there are; did you mean integer?"), "{}", told[1]);
    assert!(told[2].starts_with("sheet survey, row 4, column type: there is no choice list \"towns\""));
    assert!(told[3].starts_with("sheet survey, row 5, column label: nothing on the survey sheet is called \"nmae\""));
    assert!(told[4].starts_with("sheet survey, row 6, column name: row 3 beside it has the name \"age\" already"));
    assert!(told[5].starts_with("sheet survey, row 7, column type: this ends a group that was not begun"));
}

#[test]
fn a_group_closed_by_the_wrong_word_is_one_mistake() {
    let told = read(&survey(
        "begin_repeat | child | Child
         begin_group | school | School
         text | class | Class?
         end_repeat | |
         text | town | Where?",
    ))
    .unwrap_err();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(matches!(told[0].kind, ProblemKind::WrongEnd { end: "repeat", open: "group", begun: 3 }));
}

#[test]
fn a_name_almost_right_is_suggested() {
    let form =
        survey("select_one twons | town | Where?") + "| choices | | |\n| | list_name | name |\n| | towns | irbid |\n";
    assert!(problems(&form)[0].ends_with("or correct its name (there is towns)"), "{:?}", problems(&form));
    let sheet = "| surveys | |\n| | type |\n| choices | |\n| | name |\n";
    assert!(problems(sheet)[0].contains("(there is surveys)"), "{:?}", problems(sheet));
}

#[test]
fn an_answer_of_last_time_can_be_the_default() {
    let form =
        "| survey | | | | |\n| | type | name | label | default |\n| | text | town | Where? | ${last-saved#town} |\n";
    let written = xform(form);
    assert!(written.contains("<instance id=\"__last-saved\" src=\"jr://instance/last-saved\"/>"), "{written}");
    assert!(written.contains("value=\" instance('__last-saved')/data/town \""), "{written}");
    assert!(!written.contains("<town> instance"), "it is worked out, not written as it stands");
}

#[test]
fn entities_stand_where_their_answers_are() {
    let form = "
| survey   |              |       |          |         |
|          | type         | name  | label    | save_to |
|          | begin_repeat | tree  | Tree     |         |
|          | text         | kind  | Kind?    | species |
|          | end_repeat   |       |          |         |
| entities |              |       |          |         |
|          | list_name    | label |          |         |
|          | trees        | ${kind} |        |         |
";
    let read = read(form).unwrap();
    let entity = read.ids().find(|id| read.node(*id).kind == Kind::Entity).unwrap();
    let names: Vec<_> = read.ancestors(entity).map(|id| read.node(id).name.as_str()).collect();
    assert_eq!(names, ["meta", "tree", "data"]);
    let written = xlsform::xform::write(&read);
    assert!(written.contains("entities:entities-version=\"2025.1.0\""), "{written}");
    assert!(written.contains("calculate=\" ../../../kind \""), "{written}");
}

#[test]
fn answers_of_a_repeat_can_be_chosen_from() {
    let written = xform(&survey(
        "begin_repeat | person | Person
         text | given_name | Name?
         end_repeat | |
         select_one ${given_name} | head | Who is the head of the household?",
    ));
    assert!(written.contains("nodeset=\"/data/person[./given_name != '']\""), "{written}");
}

#[test]
fn a_loop_asks_for_each_choice() {
    let rows = "begin_loop over towns | visited | Visited
         integer | days | How many days in %(label)s?
         end_loop | | ";
    let towns =
        |name: &str| format!("| choices | | | |\n| | list_name | name | label |\n| | towns | {name} | Ma'an |\n");
    let written = xform(&(survey(rows) + &towns("maan")));
    assert!(written.contains("<label>How many days in Ma'an?</label>"), "{written}");
    assert!(written.contains("ref=\"/data/visited/maan/days\""), "{written}");
    let told = problems(&(survey(rows) + &towns("ma an")));
    assert!(told[0].starts_with("sheet choices, row 2, column name: a loop goes over this list"), "{told:?}");
}

#[test]
fn text_that_looks_like_xml_stays_text() {
    let written = xform(&survey("note | hello | Younger than 18 & <older> than \"5\"?"));
    let document = roxmltree::Document::parse(&written).unwrap();
    let label = document.descendants().find(|node| node.has_tag_name(("http://www.w3.org/2002/xforms", "label")));
    assert_eq!(label.unwrap().text(), Some("Younger than 18 & <older> than \"5\"?"));
}

#[test]
fn choices_of_a_file_go_beside_the_form() {
    let form = survey("select_one_external towns | town | Where?").replace("label |", "label | choice_filter |")
        + "| external_choices | | |\n| | list_name | name | region |\n| | towns | irbid | north |\n| | towns | ma'an |\n";
    let read = read(&form).unwrap();
    let itemsets = xlsform::xform::itemsets(&read).unwrap();
    assert_eq!(
        itemsets,
        "\"list_name\",\"name\",\"region\"\r\n\"towns\",\"irbid\",\"north\"\r\n\"towns\",\"ma'an\",\"\"\r\n"
    );
}

#[test]
fn an_expression_that_is_none_is_told_where_it_stands() {
    let wrong = problems(
        "
| survey |         |      |               |                        |                          |               |
|        | type    | name | label         | relevant               | constraint               | calculation   |
|        | integer | age  | How old?      |                        | . > 0 and                |               |
|        | text    | work | Your work?    | ${age} > 15 'or so'    | regex(., '[a-z]+(')      |               |
|        | calculate | years |            |                        |                          | todays() - ${age} |
| settings |       |      |               |                        |                          |               |
|        | instance_name |  |             |                        |                          |               |
|        | concat(${age}, |  |            |                        |                          |               |
",
    );
    let expected = [
        "settings, row 2, column instance_name: the expression cannot be read: it ends where something more is needed",
        "survey, row 2, column constraint: the expression cannot be read: it ends where something more is needed",
        "survey, row 3, column constraint: the expression cannot be read: “[a-z]+(” is no regular expression",
        "survey, row 3, column relevant: the expression cannot be read: “'or so'” at character 13 does not belong there",
        "survey, row 4, column calculation: there is no function todays(); correct its name",
    ];
    assert_eq!(wrong.len(), expected.len(), "{wrong:#?}");
    for (wrong, expected) in wrong.iter().zip(expected) {
        assert!(wrong.starts_with(&format!("sheet {expected}")), "{wrong}\n{expected}");
    }
}

#[test]
fn a_function_of_another_program_is_warned_of() {
    let sheet = survey("calculate | weeks | ").replace("| label |", "| label | calculation |");
    let sheet = sheet.replace("weeks |", "weeks | | lab:weeks-since('2026-01-01')");
    let workbook = Workbook::read(sheet.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
    let (_, warnings) = Form::read(&workbook).unwrap();
    assert!(warnings.iter().any(|warning| warning.to_string().contains("lab:weeks-since()")), "{warnings:#?}");
}
