//! The answers of forms leaving without identity.

use serde_json::{Value as Json, json};

use crate::follow_ups::hand_in;
use crate::forms::{read, with_case};
use crate::story;
use crate::support::{Browser, Server};

fn counted(worker: &Browser, person: &str, decision: &str) {
    let decided = json!({ "purpose": "statistics", "decision": decision, "wording": "as read to her" });
    let kept = worker.api("POST", &format!("/people/{person}/consents"), &[], &decided);
    assert_eq!(kept.status, 201, "{}", kept.body);
}

/// A visit filled in for a case.
fn visit(worker: &Browser, form: &str, case: &str) {
    let begun = worker.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form }));
    let answers = json!({ "/data/visit/visited_on": "2026-11-20", "/data/visit/met": "yes",
        "/data/living/safe": "mostly", "/data/living/sharing": "4", "/data/next/agreed": "She will see Umm Karim" });
    hand_in(worker, begun.json()["id"].as_str().unwrap(), &answers);
}

story!(answers_leave_without_identity, |server: &Server| {
    let (daniela, amal, audit) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("audit"));
    daniela.post("/language", &[("language", "en")]);
    let forms = read(&amal, "/forms/open");
    let named = |name: &str| {
        let form = forms.as_array().unwrap().iter().find(|form| form["name"] == name).unwrap();
        form["id"].as_str().unwrap().to_owned()
    };
    let form = named("follow_up_visit");
    let path = format!("/forms/{form}/deidentified");
    let rows = || {
        let file = daniela.get(&format!("{path}/export?format=csv"));
        assert_eq!(file.status, 200, "{}", file.body);
        let head = file.body.lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
        (head, file.body.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
    };
    let before = rows().1.len();
    let (person, case) = with_case(&amal, "Contada");
    let (_, silent) = with_case(&amal, "Callada");
    let (no_more, withdrawn) = with_case(&amal, "Retirada");
    counted(&amal, &person, "given");
    counted(&amal, &no_more, "given");
    for case in [&case, &case, &silent, &withdrawn] {
        visit(&amal, &form, case);
    }
    counted(&amal, &no_more, "withdrawn");

    // Of those who agreed, and of what was chosen, counted or dated.
    let (head, left) = rows();
    assert!(head.starts_with("case,month,sex,age,"), "{head}");
    for stays in ["agreed", "not_met", "case_id", "follow_up_id", "child", "submission"] {
        assert!(!head.contains(stays), "{stays}: {head}");
    }
    assert_eq!(left.len(), before + 2, "{left:?}");
    let ours: Vec<&String> =
        left.iter().filter(|row| row.contains("mostly") && row.contains(",2026-11,yes,")).collect();
    assert!(ours.len() >= 2, "{left:?}");
    let number = read(&amal, &format!("/cases/{case}"))["case"]["number"].to_string();
    for row in &left {
        for identity in ["Umm Karim", "Contada", &person, &case, "2026-11-20"] {
            assert!(!row.contains(identity), "{identity}: {row}");
        }
        assert_ne!(row.split(',').next(), Some(number.as_str()));
    }
    // A case has one number in a file, and another in the next.
    let names = |rows: &[String]| rows.iter().map(|row| row.split(',').next().unwrap().to_owned()).collect::<Vec<_>>();
    let (first, second) = (names(&left), names(&rows().1));
    assert!(first.windows(2).any(|two| two[0] == two[1]), "{first:?}");
    assert!(first.iter().all(|name| !second.contains(name)), "{first:?} {second:?}");

    // Its page says what it holds and what it does not protect from; it stands in the history.
    let page = daniela.get(&path).body;
    assert!(page.contains("does not protect from") && page.contains(">met<"), "{page}");
    assert!(daniela.get(&format!("/forms/{form}")).body.contains(&path));
    assert_eq!(daniela.get(&format!("{path}/export?format=xlsx")).status, 200);
    assert!(read(&audit, "/history").to_string().contains("deidentified"));
    for user in ["amal", "lucia", "pierre", "admin"] {
        assert_eq!(server.log_in(user).get(&path).status, 403, "{user}");
    }
    // What is delicate leaves in no such file.
    let delicate = read(&daniela, "/forms");
    let delicate = delicate.as_array().unwrap().iter().find(|form| form["name"] == "trafficking-indicators").unwrap();
    let refused = daniela.api(
        "GET",
        &format!("/forms/{}/deidentified?format=csv", delicate["id"].as_str().unwrap()),
        &[],
        &Json::Null,
    );
    assert_eq!(refused.status, 409, "{}", refused.body);
});
