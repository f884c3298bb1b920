//! What people make of submissions: review states and comments, what was edited, and what was said before.

use serde_json::{Value as Json, json};

use crate::forms::{Phone, as_random, png, published, read, record, visit, with_case};
use crate::story;
use crate::support::{Browser, Server};

/// The submission of an id that a phone gave, as it stands with its case.
fn submission(browser: &Browser, case: &str, instance: &str) -> Json {
    let all = read(browser, &format!("/cases/{case}/submissions"));
    all.as_array().unwrap().iter().find(|it| it["instance_id"] == instance).unwrap().clone()
}

fn review(browser: &Browser, path: &str, body: Json) -> u16 {
    let version = browser.api("GET", path, &[], &Json::Null).etag;
    browser.api("PUT", &format!("{path}/review"), &[("if-match", &version)], &body).status
}

story!(a_submission_is_looked_at_and_commented_on, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    for user in [&amal, &lucia] {
        user.post("/language", &[("language", "en")]);
    }
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Revisada");
    let phone = Phone::of(server, &amal);
    for instance in ["uuid:first", "uuid:second"] {
        assert_eq!(phone.send(&record(&case, "tile", "3", instance), &[]).status, 201);
    }
    let first = format!("/submissions/{}", submission(&amal, &case, "uuid:first")["id"].as_str().unwrap());
    assert_eq!(read(&amal, &first)["submission"]["review_state"], "received");

    // A supervisor asks, the caseworker answers, the supervisor approves.
    let page = lucia.get(&first).body;
    assert!(page.contains("Not reviewed") && page.contains("value=\"has_issues\""), "{page}");
    assert!(!page.contains("value=\"edited\""), "that it was edited says itself");
    let asked = lucia.post(
        &format!("{first}/review?version=1"),
        &[("review_state", "has_issues"), ("comment", "Is the roof really tile?")],
    );
    assert_eq!((asked.status, asked.location.as_str()), (303, format!("{first}#review").as_str()), "{}", asked.body);
    let page = amal.get(&first).body;
    for told in ["Has issues", "Is the roof really tile?", "Lucía"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(amal.get(&format!("/cases/{case}")).body.contains("Has issues"));
    let late = lucia.post(&format!("{first}/review?version=1"), &[("review_state", "approved"), ("comment", "Yes!")]);
    assert_eq!(late.status, 412);
    assert!(late.body.contains("Yes!"), "nothing typed is lost: {}", late.body);
    let answer = json!({ "text": "It is: I stood on it." });
    let said = |browser: &Browser, body: &Json| browser.api("POST", &format!("{first}/comments"), &[], body);
    assert_eq!(said(&amal, &answer).status, 201);
    assert_eq!(said(&amal, &json!({ "text": " " })).json()["fields"][0]["error"], "invalid-required");
    assert_eq!(review(&lucia, &first, json!({ "review_state": "approved" })), 200);
    let detail = read(&lucia, &first);
    let words: Vec<&str> =
        detail["comments"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(words, ["It is: I stood on it.", "Is the roof really tile?"]);
    assert_eq!(detail["submission"]["review_state"], "approved");
    assert!(detail["submission"]["updated_at"].is_string());

    // Only those who see it and work on its case say anything of it; whoever only reads it reads on.
    let approve = json!({ "review_state": "approved" });
    for (name, status) in [("mateo", 404), ("salma", 404), ("pierre", 403), ("daniela", 403), ("audit", 403)] {
        let browser = server.log_in(name);
        assert_eq!(said(&browser, &answer).status, status, "{name}");
        let put = browser.api("PUT", &format!("{first}/review"), &[("if-match", "\"1\"")], &approve);
        assert_eq!(put.status, status, "{name}");
    }

    // What is wanted in one state is found by it, in the case and in the table.
    let approved = read(&lucia, &format!("/cases/{case}/submissions?review_state=approved"));
    assert_eq!((approved.as_array().unwrap().len(), &approved[0]["instance_id"]), (1, &json!("uuid:first")));
    let table = lucia.get(&format!("/forms/{form}/export?review_state=received")).body;
    assert_eq!((table.lines().count(), table.contains(",received,")), (2, true), "{table}");
    assert_eq!(lucia.get(&format!("/forms/{form}/export?review_state=good")).status, 400);

    // The history tells who said what of it; the words of comments stand with the submission only.
    let history = lucia.get(&format!("/cases/{case}/history")).body;
    assert!(history.contains("Review state") && history.contains("Approved"), "{history}");
    assert!(!history.contains("I stood on it"), "{history}");
});

story!(what_was_written_about_a_submission_goes_with_it, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    published(&daniela, "visit.md", &visit());
    let (person, case) = with_case(&amal, "Borrada");
    let phone = Phone::of(server, &mateo);
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:waits"), &[]).status, 201);
    let waiting = format!("/submissions/{}", read(&mateo, "/submissions/waiting")[0]["id"].as_str().unwrap());
    assert_eq!(review(&mateo, &waiting, json!({ "review_state": "has_issues", "comment": "Which case?" })), 200);
    // Given to its case, it brings its comments along.
    let lucia = server.log_in("lucia");
    assert_eq!(lucia.post(&format!("{waiting}/case?version=2"), &[("case", &case)]).status, 303);
    assert_eq!(read(&amal, &waiting)["comments"][0]["text"], "Which case?");
    assert_eq!(mateo.get(&waiting).status, 404);
    let look = daniela.api("GET", &format!("/people/{person}"), &[], &Json::Null);
    let erasure =
        json!({ "reason": "She asked for it", "on_request": true, "confirm": look.json()["number"].to_string() });
    let path = format!("/people/{person}/erase");
    let etag = daniela.api("GET", &path, &[], &Json::Null).etag;
    assert_eq!(daniela.api("POST", &path, &[("if-match", &etag)], &erasure).status, 204);
    assert_eq!(amal.get(&waiting).status, 404);
    let verified = read(&server.log_in("audit"), "/history/verify");
    assert_eq!(verified["faults"], json!([]), "{verified}");
});

/// The record of a phone, made from an earlier one.
fn edited(record: &str, before: &str) -> String {
    record.replace("<orx:meta>", &format!("<orx:meta><orx:deprecatedID>{before}</orx:deprecatedID>"))
}

story!(a_phone_edits_what_it_sent, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    for user in [&amal, &lucia] {
        user.post("/language", &[("language", "en")]);
    }
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Corregida");
    let (_, other) = with_case(&amal, "Vecina");
    let phone = Phone::of(server, &amal);
    let first = record(&case, "tile", "99", "uuid:one");
    assert_eq!(phone.send(&first, &[("roof.png", &png())]).status, 201);
    let it = submission(&amal, &case, "uuid:one");
    let path = format!("/submissions/{}", it["id"].as_str().unwrap());
    assert_eq!((&it["number"], &it["found"]), (&json!(1), &json!(1)));
    assert_eq!(review(&lucia, &path, json!({ "review_state": "has_issues", "comment": "99 people?" })), 200);

    // The next version takes its place, with the files that it still names; the one before can be read.
    let second = edited(&record(&case, "tin", "9", "uuid:two"), "uuid:one");
    let sent = phone.send(&second, &[]);
    assert_eq!(sent.status, 201, "{}", sent.body);
    let detail = read(&lucia, &path);
    let now = &detail["submission"];
    assert_eq!((&now["instance_id"], &now["latest_id"]), (&json!("uuid:one"), &json!("uuid:two")));
    assert_eq!(
        (&now["number"], &now["review_state"], &now["found"]),
        (&json!(2), &json!("edited"), &json!(0)),
        "{now}"
    );
    assert_eq!((&now["sent_at"], &now["editor"]), (&it["sent_at"], &json!("Amal Haddad")));
    assert_eq!((&detail["versions"][0]["number"], &detail["versions"][0]["found"]), (&json!(1), &json!(1)));
    assert_eq!(detail["files"][0]["name"], "roof.png");
    let page = lucia.get(&path).body;
    for told in ["Edited", "Before it was edited", "Tin", "value=\"edited\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let before = lucia.get(&format!("{path}/versions/1")).body;
    for told in ["before it was edited", "Tile", "99", "Between 1 and 29"] {
        assert!(before.contains(told), "{told}: {before}");
    }
    let told = read(&lucia, &format!("{path}/versions/1"));
    assert_eq!((&told["submission"]["latest_id"], &told["files"][0]["name"]), (&json!("uuid:one"), &json!("roof.png")));
    assert_eq!(lucia.get(&format!("{path}/versions/3")).status, 404);
    assert_eq!(server.log_in("mateo").get(&format!("{path}/versions/1")).status, 404);
    let history = lucia.get(&format!("/cases/{case}/history")).body;
    assert!(history.contains("Edited") && history.contains("Has issues"), "{history}");

    // Sent again, as a phone does that got no answer, it is the same; a picture of the same name belongs to its version.
    let picture = [png(), b"another".to_vec()].concat();
    assert_eq!(phone.send(&second, &[("roof.png", &picture)]).status, 201);
    assert_eq!(phone.send(&first, &[]).status, 201, "it is known");
    let file = |version: &str| {
        let id = read(&lucia, &format!("{path}{version}"))["files"][0]["id"].as_str().unwrap().to_owned();
        let file = lucia.get(&format!("{path}/files/{id}"));
        (file.status, file.body.contains("another"))
    };
    assert_eq!((file(""), file("/versions/1")), ((200, true), (200, false)));
    assert_eq!(read(&lucia, &path)["submission"]["number"], 2);

    // What was made from a version that is not the last, from none, or of another form is refused in words.
    let outdated = phone.send(&edited(&record(&case, "tile", "8", "uuid:three"), "uuid:one"), &[]);
    assert!(outdated.status == 409 && outdated.body.contains("edited in the meantime"), "{}", outdated.body);
    assert_eq!(phone.send(&edited(&record(&case, "tile", "8", "uuid:three"), "uuid:nothing"), &[]).status, 404);
    let strange = Phone::of(server, &server.log_in("mateo"));
    assert_eq!(strange.send(&edited(&record(&case, "tile", "8", "uuid:three"), "uuid:two"), &[]).status, 404);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 1);

    // An edit moves nothing to another case: it says so.
    assert_eq!(phone.send(&edited(&record(&other, "tin", "9", "uuid:three"), "uuid:two"), &[]).status, 201);
    let detail = read(&amal, &path);
    assert_eq!((&detail["submission"]["case_id"], &detail["submission"]["number"]), (&json!(case), &json!(3)));
    assert_eq!(detail["findings"][0]["kind"], "other_case", "{detail}");
    assert!(amal.get(&path).body.contains("It names another case now."));
    assert_eq!(read(&amal, &format!("/cases/{other}/submissions")), json!([]));
    // Of a version that was refused nothing is left; erased, nothing of any.
    let table = lucia.get(&format!("/forms/{}/export", detail["submission"]["form_id"].as_str().unwrap())).body;
    assert!(table.contains(",edited,") && table.contains(",tin,9,"), "{table}");
});

story!(an_edit_gives_what_waits_to_its_case, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Encontrada");
    let phone = Phone::of(server, &amal);
    assert_eq!(phone.send(&record("", "tile", "3", "uuid:lost"), &[("roof.png", &png())]).status, 201);
    let waiting = read(&amal, "/submissions/waiting")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(phone.send(&edited(&record(&case, "tile", "3", "uuid:found"), "uuid:lost"), &[]).status, 201);
    assert_eq!(read(&amal, "/submissions/waiting"), json!([]));
    let detail = read(&amal, &format!("/submissions/{waiting}"));
    assert_eq!((&detail["submission"]["case_id"], &detail["submission"]["number"]), (&json!(case), &json!(2)));
    assert_eq!(detail["files"][0]["name"], "roof.png");
    assert_eq!(read(&amal, &format!("/submissions/{waiting}/versions/1"))["submission"]["latest_id"], "uuid:lost");
});

/// A form that makes a row of a list.
const WELL: &str = "\
| survey |
| | type | name | label | save_to |
| | text | place | Where? | place |
| entities |
| | list_name | label |
| | wells | ${place} |
| settings |
| | form_title | form_id | version |
| | Well | well | 1 |
";

story!(an_edit_makes_no_second_entity, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "well.md", WELL);
    let (_, case) = with_case(&amal, "Pozo");
    let phone = Phone::of(server, &amal);
    let well = |place: &str, meta: &str, id: &str| {
        format!(
            "<data id=\"well\" version=\"1\"><place>{place}</place><meta>{meta}<entity dataset=\"wells\" create=\"1\" \
             id=\"{id}\"><label>{place}</label></entity></meta></data>"
        )
    };
    let made = as_random(&case);
    let ids = |before: &str, is: &str| format!("<deprecatedID>{before}</deprecatedID><instanceID>{is}</instanceID>");
    // One that could not be made is made by the edit that mends it; afterwards edits say nothing of it.
    assert_eq!(phone.send(&well("", "<instanceID>uuid:w1</instanceID>", &made), &[]).status, 201);
    assert_eq!(amal.api("GET", &format!("/entities/{made}"), &[], &Json::Null).status, 404);
    assert_eq!(phone.send(&well("North", &ids("uuid:w1", "uuid:w2"), &made), &[]).status, 201);
    assert_eq!(read(&amal, &format!("/entities/{made}"))["entity"]["label"], "North");
    assert_eq!(phone.send(&well("South", &ids("uuid:w2", "uuid:w3"), &made), &[]).status, 201);
    let kept = read(&amal, &format!("/entities/{made}"));
    assert_eq!((&kept["entity"]["label"], &kept["entity"]["number"]), (&json!("North"), &json!(1)));
});
