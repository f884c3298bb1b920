//! What is medical or about trafficking reaches only those who may know it, by whatever way.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Browser, Server};

fn post(browser: &Browser, path: &str, body: &Json) -> String {
    let made = browser.api("POST", path, &[], body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

/// A caseworker of amal's team who may know neither.
fn newcomer(server: &Server) -> Browser {
    server.newcomer("nadia", &json!({}))
}

fn register(browser: &Browser, given: &str) -> String {
    let body = json!({
        "names": [{ "kind": "main", "given": given, "family": "Delicate" }],
        "sex": "female",
        "birth": { "kind": "exact", "from": "1990-01-01" },
    });
    let person = post(browser, "/people", &body);
    let consent = json!({ "purpose": "case_work", "decision": "given", "wording": "as read to her" });
    post(browser, &format!("/people/{person}/consents"), &consent);
    person
}

/// Answers the screening: what is asked about illness, torture and control by others is so.
fn screen(browser: &Browser, case: &str) -> String {
    screen_with(browser, case, &["illness_treatment", "illness_urgent", "torture_harm", "controlled_by_others"])
}

fn screen_with(browser: &Browser, case: &str, yes: &[&str]) -> String {
    let forms = browser.api("GET", "/questionnaires", &[], &Json::Null).json();
    let form = forms.as_array().unwrap().iter().find(|form| form["id"] == "specific-needs").unwrap();
    let answers: BTreeMap<&str, &str> = form["questions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|question| question["in_words"] == false)
        .map(|question| question["id"].as_str().unwrap())
        .map(|id| (id, if yes.contains(&id) { "yes" } else { "no" }))
        .collect();
    post(browser, &format!("{case}/screenings/specific-needs"), &json!({ "answers": answers }))
}

fn keep(browser: &Browser, case: &str, sensitivity: &str) -> String {
    let path = format!("/api/v1{case}/attachments?name={sensitivity}-letter.txt&sensitivity={sensitivity}");
    let kept = browser.request("POST", &path, &[], format!("the {sensitivity} letter").as_bytes());
    assert_eq!(kept.status, 201, "{}", kept.body);
    kept.json()["id"].as_str().unwrap().to_owned()
}

/// Words that tell of it: of notes, files, answers, needs.
const TOLD: [&str; 10] = [
    "medical-secret",
    "trafficking-secret",
    "medical-letter",
    "trafficking-letter",
    "illness_treatment",
    "torture_harm",
    "controlled_by_others",
    "serious_medical_condition",
    "Serious medical condition",
    "torture",
];

story!(nobody_without_the_right_learns_of_health_or_trafficking, |server: &Server| {
    let (lucia, nadia) = (server.log_in("lucia"), newcomer(server));
    let person = register(&lucia, "Halima");
    let case = format!("/cases/{}", post(&lucia, "/cases", &json!({ "person_id": person, "risk": "medium" })));
    let result = screen(&lucia, &case);
    for sensitivity in ["case", "medical", "trafficking"] {
        let note = json!({ "kind": "general", "sensitivity": sensitivity, "text": format!("{sensitivity}-secret") });
        post(&lucia, &format!("{case}/notes"), &note);
    }
    let files = ["case", "medical", "trafficking"].map(|sensitivity| keep(&lucia, &case, sensitivity));
    lucia.post("/language", &[("language", "en")]);
    let ways = [
        case.clone(),
        format!("{case}/plan"),
        format!("{case}/history"),
        format!("{case}/results/{result}"),
        format!("/people/{person}"),
        format!("/people/{person}/history"),
        "/people?vulnerable=true".to_owned(),
        "/".to_owned(),
        format!("/api/v1{case}"),
        format!("/api/v1{case}/notes"),
        format!("/api/v1{case}/attachments"),
        format!("/api/v1{case}/screenings"),
        format!("/api/v1{case}/screening-results/{result}"),
        format!("/api/v1{case}/history"),
        format!("/api/v1/people/{person}"),
        format!("/api/v1/people/{person}/history"),
        format!("/api/v1/people/{person}/family"),
        "/api/v1/people?limit=200".to_owned(),
        "/api/v1/today".to_owned(),
    ];
    let learns = |browser: &Browser, path: &str| -> Vec<&str> {
        let answer = browser.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        TOLD.into_iter().filter(|words| answer.body.contains(words)).collect()
    };
    for path in &ways {
        assert_eq!(learns(&nadia, path), Vec::<&str>::new(), "Nadia at {path}");
    }
    let known: Vec<&str> = ways.iter().flat_map(|path| learns(&lucia, path)).collect();
    for words in TOLD {
        assert!(known.contains(&words), "{words} is told to nobody: the test would not see it");
    }
    assert!(nadia.get(&format!("/api/v1{case}/notes")).body.contains("case-secret"), "the rest of the case is hers");
    for (file, status) in files.iter().zip([200, 404, 404]) {
        for path in [format!("{case}/attachments/{file}"), format!("/api/v1{case}/attachments/{file}")] {
            assert_eq!((nadia.get(&path).status, lucia.get(&path).status), (status, 200), "{path}");
        }
    }
    let found = nadia.api("POST", "/people/search", &[], &json!({ "q": "Halima Delicate" })).body;
    assert!(found.contains(&person) && !found.contains("torture"), "{found}");
    for sensitivity in ["medical", "trafficking"] {
        let note = json!({ "kind": "general", "sensitivity": sensitivity, "text": "what she may not read herself" });
        assert_eq!(nadia.api("POST", &format!("{case}/notes"), &[], &note).status, 422);
    }
    // Whoever keeps the data, or works with the police, is no doctor.
    let daniela = server.log_in("daniela");
    let kept = daniela.get(&format!("/api/v1/people/{person}")).body;
    daniela.post("/language", &[("language", "en")]);
    let list = daniela.get("/people/export?format=csv").body;
    assert!(list.contains("Halima Delicate") && !list.contains("Serious medical condition"), "{list}");
    assert!(kept.contains("legal_physical_protection") && !kept.contains("torture"), "{kept}");
});

story!(a_trafficking_case_does_not_show_to_whoever_may_not_see_it, |server: &Server| {
    let (lucia, nadia) = (server.log_in("lucia"), newcomer(server));
    let person = register(&lucia, "Blessing");
    let opened = json!({ "person_id": person, "risk": "high", "trafficking": true, "why": "trafficking-secret" });
    let id = post(&lucia, "/cases", &opened);
    let case = format!("/cases/{id}");
    assert_eq!(lucia.get(&format!("{case}/case.pdf")).status, 200);
    for path in [case.clone(), format!("{case}/history"), format!("/api/v1{case}"), format!("/api/v1{case}/notes")] {
        assert_eq!((nadia.get(&path).status, lucia.get(&path).status), (404, 200), "{path}");
    }
    assert_eq!(nadia.get(&format!("{case}/case.pdf")).status, 404);
    let ways = [
        "/".to_owned(),
        "/cases".to_owned(),
        format!("/people/{person}"),
        format!("/people/{person}/history"),
        format!("/people/{person}/progress"),
        "/api/v1/cases?limit=200".to_owned(),
        "/api/v1/today".to_owned(),
        format!("/api/v1/people/{person}/cases"),
        format!("/api/v1/people/{person}/history"),
        format!("/api/v1/people/{person}/shared"),
        format!("/api/v1/people/{person}/progress"),
    ];
    for path in ways {
        let answer = nadia.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(!answer.body.contains(&id) && !answer.body.contains("trafficking-secret"), "{path}: {}", answer.body);
    }
    let shared = lucia.get(&format!("/api/v1/people/{person}/shared")).body;
    assert!(shared.contains(&id), "who may see the case is told that it left: {shared}");
});

story!(the_list_of_those_with_needs_holds_whom_the_reader_may_know_to_have_one, |server: &Server| {
    let (lucia, nadia) = (server.log_in("lucia"), newcomer(server));
    let screened = |given: &str, yes: &[&str]| {
        let person = register(&lucia, given);
        let case = format!("/cases/{}", post(&lucia, "/cases", &json!({ "person_id": person, "risk": "high" })));
        screen_with(&lucia, &case, yes);
        person
    };
    let nothing = screened("Quiet", &[]);
    let ill = screened("Ill", &["illness_treatment", "illness_urgent"]);
    let both = screened("Apart", &["illness_treatment", "family_tracing"]);
    let unasked = register(&lucia, "Unasked");
    let listed = |browser: &Browser| {
        let list = browser.api("GET", "/people?vulnerable=true&limit=200", &[], &Json::Null).json();
        let mut needs = list["items"].as_array().unwrap().iter().map(|it| it["needs"].as_array().unwrap().len());
        assert!(needs.all(|needs| needs > 0), "someone without a need that is shown: {list}");
        let found = [&nothing, &ill, &both, &unasked].map(|id| list.to_string().contains(id.as_str()));
        let page = browser.get("/people?vulnerable=true").body;
        assert_eq!(found, [&nothing, &ill, &both, &unasked].map(|id| page.contains(id.as_str())));
        found
    };
    assert_eq!(listed(&lucia), [false, true, true, false]);
    assert_eq!(listed(&nadia), [false, false, true, false], "that she is ill is not hers to know");
    let file = lucia.get("/people/export?format=csv&vulnerable=true").body;
    assert!(file.contains("Ill Delicate") && !file.contains("Quiet Delicate"), "the file is of the same people");
});
