//! A questionnaire designed in a spreadsheet: told what is wrong with it, written for phones, and held against what
//! came back.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn form(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watari")).current_dir(folder).arg("form").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const VISIT: &str = "
| survey |                       |           |                        |                   |                        |
|        | type                  | name      | label                  | relevant          | constraint             |
|        | select_one camps      | camp      | Which camp?            |                   |                        |
|        | integer               | children  | How many children?     |                   | . >= 0 and . < 20      |
|        | select_one_from_file needs.csv | need | What is needed most? | ${children} > 0 |                       |
|        | calculate             | twice     |                        |                   |                        |
| choices |
|        | list_name | name  | label   |
|        | camps     | north | North   |
|        | camps     | south | South   |
| settings |
|        | form_title   | form_id | version |
|        | Family visit | visit   | 3       |
";

fn visit() -> String {
    VISIT.replace(
        "|        | calculate             | twice     |                        |                   |                        |",
        "|        | note                  | thanks    | Thank you, ${camp}.    |                   |                        |",
    )
}

#[test]
fn a_questionnaire_becomes_a_form_for_phones_and_judges_what_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("visit.md"), visit()).unwrap();
    std::fs::write(at.join("needs.csv"), "name,label\nmilk,Milk\nblankets,Blankets\n").unwrap();

    let checked = form(at, &["check", "visit.md"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert!(text(&checked.stdout).contains("visit.md can be used"), "{}", text(&checked.stdout));
    let converted = form(at, &["convert", "visit.md", "-o", "visit.xml"]);
    assert_eq!(converted.status.code(), Some(0), "{}", text(&converted.stderr));
    let xform = std::fs::read_to_string(at.join("visit.xml")).unwrap();
    assert!(xform.contains("<h:title>Family visit</h:title>") && xform.contains("jr://file-csv/needs.csv"), "{xform}");
    assert_eq!(text(&form(at, &["convert", "visit.md"]).stdout), xform, "the same on the standard output");

    let answered = |camp: &str, children: &str, need: &str| {
        let answers = format!(
            "<data id=\"visit\" version=\"3\"><camp>{camp}</camp><children>{children}</children><need>{need}</need>\
             <thanks/><meta><instanceID>uuid:1</instanceID></meta></data>"
        );
        std::fs::write(at.join("answers.xml"), answers).unwrap();
        // The sheet and the form written from it say the same.
        let judged = ["visit.md", "visit.xml"].map(|file| {
            let judged = form(at, &["judge", file, "answers.xml", "--json"]);
            assert_eq!(judged.status.code(), Some(0), "{}", text(&judged.stderr));
            serde_json::from_slice::<Json>(&judged.stdout).unwrap()
        });
        assert_eq!(judged[0], judged[1]);
        let findings = judged[0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|it| format!("{} {}", it["path"], it["kind"]).replace('"', "")).collect::<Vec<String>>()
    };
    assert!(answered("north", "2", "milk").is_empty());
    assert_eq!(answered("north", "0", "milk"), ["/data/need not_relevant"]);
    assert_eq!(answered("east", "21", "milk"), ["/data/camp not_offered", "/data/children constraint"]);
    assert_eq!(answered("south", "2", "gold"), ["/data/need not_offered"]);
    let told = text(&form(at, &["judge", "visit.md", "answers.xml"]).stdout);
    assert!(told.contains("answers.xml, /data/need: «gold» is not among the choices"), "{told}");
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let refused = |args: &[&str], says: &[&str]| {
        let output = form(at, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        for words in says {
            assert!(said.contains(words), "{args:?}: {words} is not in {said}");
        }
    };
    std::fs::write(at.join("visit.md"), VISIT.replace("select_one camps", "select_one tents")).unwrap();
    std::fs::write(at.join("out.xml"), "as it was").unwrap();
    // All of it at once, not only the first.
    let places = ["visit.md, sheet survey, row 2", "tents", "visit.md, sheet survey, row 5", "calculation"];
    refused(&["check", "visit.md"], &places);
    refused(&["convert", "visit.md", "-o", "out.xml"], &places);
    assert_eq!(std::fs::read_to_string(at.join("out.xml")).unwrap(), "as it was", "nothing is half done");
    let told: Json = serde_json::from_slice(&form(at, &["check", "visit.md", "--json"]).stdout).unwrap();
    assert_eq!(told["problems"][0]["sheet"], "survey");
    assert_eq!(told["problems"][0]["row"], 2);

    std::fs::write(at.join("visit.md"), visit()).unwrap();
    refused(&["check", "visit.md"], &["visit.md needs jr://file-csv/needs.csv", "needs.csv cannot be read"]);
    std::fs::write(at.join("needs.csv"), "name,label\nmilk,Milk\n").unwrap();
    std::fs::write(at.join("answers.xml"), "<!DOCTYPE d [<!ENTITY e \"x\">]><data id=\"visit\">&e;</data>").unwrap();
    refused(&["judge", "visit.md", "answers.xml"], &["answers.xml"]);
    std::fs::write(at.join("answers.xml"), "<data id=\"other\"/>").unwrap();
    refused(&["judge", "visit.md", "answers.xml"], &["answers.xml", "other"]);
    refused(&["judge", "visit.md", "answers.xml", "--time-zone", "Mars"], &["«Mars» is no time zone"]);
    std::fs::write(at.join("visit.txt"), "a form?").unwrap();
    refused(&["check", "visit.txt"], &["visit.txt"]);
    std::fs::write(at.join("visit.xlsx"), "PK, but no more").unwrap();
    refused(&["check", "visit.xlsx"], &["visit.xlsx"]);
    std::fs::write(
        at.join("circle.md"),
        "| survey |\n| | type | name | calculation |\n| | calculate | one | ${two} + 1 |\n| | calculate | two | ${one} + 1 |\n",
    )
    .unwrap();
    refused(&["check", "circle.md"], &["circle.md", "circle"]);
}
