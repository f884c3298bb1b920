//! What the API promises: its document in the repository, versions, and requests sent twice.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Answer, Browser, Server};

/// The document as it was reviewed.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

story!(the_apis_document_is_the_one_that_was_reviewed, |server: &Server| {
    let now = server.browser().get("/api/v1/openapi.json").body + "\n";
    if std::env::var_os("WATARI_REWRITE").is_some() {
        std::fs::write(Path::new(KEPT), &now).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    let differs = now.lines().zip(kept.lines()).position(|(now, kept)| now != kept);
    assert!(
        now == kept,
        "the API changed (docs/openapi.json, line {}): review the change, then run this test with WATARI_REWRITE=1",
        differs.map_or(0, |line| line + 1)
    );
});

story!(every_operation_tells_what_it_does_and_what_may_go_wrong, |server: &Server| {
    let document = server.browser().get("/api/v1/openapi.json").json();
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let told = |field: &str| operation[field].as_str().is_some_and(|words| !words.is_empty());
            assert!(told("summary") || told("description"), "{method} {path} says nothing");
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{method} {path}");
            let names_a_record = path.contains('{') || operation.get("requestBody").is_some();
            assert_eq!(responses.contains_key("404"), names_a_record, "{method} {path}");
            assert_eq!(responses["403"]["$ref"], "#/components/responses/403");
        }
    }
    let mut lost = Vec::new();
    references(&document, &mut |reference| {
        if document.pointer(reference.trim_start_matches('#')).is_none() {
            lost.push(reference.to_owned());
        }
    });
    assert!(lost.is_empty(), "named and not there: {lost:?}");
    let states = &document["components"]["schemas"]["CaseState"]["enum"];
    assert!(states.as_array().unwrap().contains(&json!("in_service")), "codes as they are sent: {states}");
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "two operations share a name");
    let person = &document["components"]["schemas"]["PersonInput"]["example"];
    let made = server.log_in("amal").api("POST", "/people", &[], person);
    assert_eq!(made.status, 201, "the example is refused: {}", made.body);
});

/// Calls `visit` with every reference in a document.
fn references(value: &Json, visit: &mut impl FnMut(&str)) {
    match value {
        Json::Object(fields) => {
            if let Some(Json::String(reference)) = fields.get("$ref") {
                visit(reference);
            }
            fields.values().for_each(|value| references(value, visit));
        }
        Json::Array(values) => values.iter().for_each(|value| references(value, visit)),
        _ => {}
    }
}

fn post(browser: &Browser, path: &str, body: &Json) -> String {
    let made = browser.api("POST", path, &[], body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn person(given: &str) -> Json {
    json!({
        "names": [{ "kind": "main", "given": given, "family": "Twice" }],
        "sex": "female",
        "birth": { "kind": "exact", "from": "1990-01-01" },
    })
}

/// An open case with a goal, an action and a planned meeting, by path.
fn case(browser: &Browser) -> [String; 4] {
    let person = post(browser, "/people", &person("Worked"));
    let consent = json!({ "purpose": "case_work", "decision": "given", "wording": "as read to her" });
    post(browser, &format!("/people/{person}/consents"), &consent);
    let case = format!("/cases/{}", post(browser, "/cases", &json!({ "person_id": person, "risk": "medium" })));
    let goal = json!({ "front": "protect", "dimension": "personal", "text": "A safe room" });
    let goal = format!("{case}/goals/{}", post(browser, &format!("{case}/goals"), &goal));
    let step = json!({ "text": "Ask the shelter", "due_on": "2030-01-01" });
    let action = format!("{case}/actions/{}", post(browser, &format!("{goal}/actions"), &step));
    let meeting = json!({ "kind": "office", "due_on": "2030-01-01" });
    let meeting = format!("{case}/follow-ups/{}", post(browser, &format!("{case}/follow-ups"), &meeting));
    [case, goal, action, meeting]
}

fn put(browser: &Browser, path: &str, version: &str, body: &Json) -> Answer {
    browser.api("PUT", path, &[("if-match", version)], body)
}

story!(a_stale_change_is_refused_with_both_versions, |server: &Server| {
    let (amal, lucia, admin) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("admin"));
    let [_, goal, action, meeting] = case(&amal);
    let account = amal.api("GET", "/account", &[], &Json::Null).json();
    let who = format!("/people/{}", post(&amal, "/people", &person("Both")));
    let change = |field: &str, value: &str, rest: Json| {
        let mut body = rest;
        body[field] = json!(value);
        body
    };
    let step = json!({ "state": "open", "due_on": "2030-01-01" });
    let plan = json!({ "front": "protect", "dimension": "personal", "state": "begun" });
    let user = json!({ "role": "caseworker", "scope": "own", "active": true });
    let settings = admin.api("GET", "/settings", &[], &Json::Null).json();
    let records: [(&Browser, &Browser, String, &str, Json); 6] = [
        (&amal, &lucia, who, "gender", person("Both")),
        (&amal, &lucia, goal, "text", plan),
        (&amal, &lucia, action, "text", step),
        (&amal, &lucia, meeting, "text", json!({})),
        (&admin, &admin, format!("/users/{}", account["id"].as_str().unwrap()), "name", user),
        (&admin, &admin, "/settings".to_owned(), "name", settings),
    ];
    for (one, other, path, field, rest) in records {
        let read = one.api("GET", &path, &[], &Json::Null);
        assert!(read.etag.starts_with('"'), "{path} has no ETag");
        let value = if field == "gender" { ["woman", "man"] } else { ["Theirs", "Mine"] };
        assert_eq!(one.api("PUT", &path, &[], &change(field, value[1], rest.clone())).status, 428, "{path}");
        let first = put(other, &path, &read.etag, &change(field, value[0], rest.clone()));
        assert!(first.status < 300, "{path}: {}", first.body);
        let stale = put(one, &path, &read.etag, &change(field, value[1], rest.clone()));
        let problem = stale.json();
        assert_eq!((stale.status, stale.kind.as_str()), (412, "application/problem+json"), "{path}");
        assert_eq!(
            (&problem["yours"][field], &problem["current"][field]),
            (&json!(value[1]), &json!(value[0])),
            "{path}"
        );
        assert_eq!(one.api("PUT", &path, &[("if-match", "soon")], &rest).status, 400, "{path}");
    }
});

story!(two_at_once_are_heard_one_after_the_other, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    for _ in 0..3 {
        let [_, goal, action, meeting] = case(&amal);
        let texts = [
            (goal, json!({ "front": "empower", "dimension": "food", "text": "x", "state": "begun" })),
            (action, json!({ "text": "x", "state": "open", "due_on": "2030-01-01" })),
            (meeting, json!({ "text": "x" })),
        ];
        for (path, body) in texts {
            let both = std::thread::scope(|scope| {
                let tries = [&amal, &lucia].map(|browser| scope.spawn(|| put(browser, &path, "\"1\"", &body).status));
                tries.map(|one| one.join().unwrap())
            });
            let mut sorted = both;
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 412], "{path}");
        }
    }
});

story!(on_a_page_both_versions_are_shown_and_nothing_typed_is_lost, |server: &Server| {
    let (amal, lucia, admin) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("admin"));
    let [case, goal, ..] = case(&amal);
    let who = format!("/people/{}", post(&amal, "/people", &person("Zaynab")));
    let form = |given: &'static str| {
        [("names[0][given]", given), ("names[0][family]", "Twice"), ("names[0][kind]", "main"), ("sex", "female")]
    };
    assert_eq!(lucia.post(&format!("{who}?version=1"), &form("Zeinab")).status, 303);
    let stale = amal.post(&format!("{who}?version=1"), &form("Zaynab bint Ali"));
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("value=\"Zaynab bint Ali\""), "what was typed is lost: {}", stale.body);
    assert!(stale.body.contains("<bdi>Zeinab, Twice") || stale.body.contains("Zeinab"), "{}", stale.body);
    assert!(stale.body.contains("Someone else changed this") && stale.body.contains("Keep what stands now"));
    let again = format!("{who}?version=2");
    assert!(stale.body.contains(&format!("action=\"{again}\"")), "saving once more replaces what stands");
    assert_eq!(amal.post(&again, &form("Zaynab bint Ali")).status, 303);
    assert!(amal.get(&who).body.contains("Zaynab bint Ali"));

    let change =
        |text: &'static str| [("front", "protect"), ("dimension", "personal"), ("text", text), ("state", "begun")];
    assert_eq!(lucia.post(&format!("{goal}?version=1"), &change("A room with a lock")).status, 303);
    let stale = amal.post(&format!("{goal}?version=1"), &change("A room in another town"));
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("value=\"A room in another town\"") && stale.body.contains("A room with a lock"));
    assert!(stale.body.contains(&format!("action=\"{goal}?version=2\"")), "{}", stale.body);

    let closing = [("reason", "goals_met"), ("note", "All reached, she says")];
    let version = amal.api("GET", &case, &[], &Json::Null).etag.replace('"', "");
    let marked = json!({ "owner_id": lucia.api("GET", "/account", &[], &Json::Null).json()["id"], "why": "leave" });
    assert_eq!(put(&lucia, &format!("{case}/assignment"), &version, &marked).status, 200);
    let stale = amal.post(&format!("{case}/close?version={version}"), &closing);
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("All reached, she says"), "{}", stale.body);

    let users = admin.api("GET", "/users", &[], &Json::Null).json();
    let omar = users.as_array().unwrap().iter().find(|user| user["username"] == "omar").unwrap().clone();
    let (path, version) = (format!("/users/{}", omar["id"].as_str().unwrap()), omar["version"].as_i64().unwrap());
    let form = |name: &'static str| {
        [("name", name), ("role", "law_enforcement_liaison"), ("scope", "organisation"), ("active", "true")]
    };
    assert_eq!(admin.post(&format!("{path}?version={version}"), &form("Omar R.")).status, 303);
    let stale = admin.post(&format!("{path}?version={version}"), &form("Omar Reyes y Reyes"));
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("value=\"Omar Reyes y Reyes\"") && stale.body.contains("<bdi>Omar R.</bdi>"));
    assert!(stale.body.contains(&format!("action=\"{path}?version={}\"", version + 1)));
    assert_eq!(admin.post(&path, &form("Nobody")).status, 428, "a form without a version");
});

story!(what_is_typed_for_a_user_and_the_settings_stays, |server: &Server| {
    let admin = server.log_in("admin");
    let new =
        [("username", "x"), ("name", "Wanjiku Kamau"), ("language", "fr"), ("role", "supervisor"), ("scope", "own")];
    let wrong = admin.post("/users", &new);
    assert_eq!(wrong.status, 422);
    for kept in ["value=\"Wanjiku Kamau\"", "value=\"x\"", "value=\"supervisor\" selected", "value=\"fr\" selected"] {
        assert!(wrong.body.contains(kept), "{kept} is lost: {}", wrong.body);
    }
    let settings = |name: &str, version: &str| {
        let mut form: Vec<(String, String)> = [
            ("name", name),
            ("country", "MX"),
            ("time_zone", "America/Mexico_City"),
            ("retention_years", "7"),
            ("break_glass_hours", "12"),
        ]
        .map(|(field, value)| (field.to_owned(), value.to_owned()))
        .to_vec();
        for step in ["first_contact", "assessment", "plan", "follow_up"] {
            form.extend((0..3).map(|risk| (format!("deadlines[{step}][{risk}]"), "9".to_owned())));
        }
        let form: Vec<(&str, &str)> = form.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
        admin.post(&format!("/settings?version={version}"), &form)
    };
    assert_eq!(settings("First", "1").status, 303);
    let stale = settings("Second", "1");
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("value=\"Second\"") && stale.body.contains("<bdi>First</bdi>"), "{}", stale.body);
    assert_eq!(settings("Second", "2").status, 303);
});

story!(what_is_sent_twice_is_made_once, |server: &Server| {
    let (amal, lucia, admin) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("admin"));
    let [case, goal, ..] = case(&amal);
    let who = post(&amal, "/people", &person("Once"));
    let other = post(&amal, "/people", &person("Other"));
    let creating = [
        (&amal, "/people".to_owned(), person("Key")),
        (&amal, format!("/people/{who}/consents"), json!({ "purpose": "research", "decision": "refused" })),
        (&amal, "/households".to_owned(), json!({ "person_id": who })),
        (&amal, format!("/people/{who}/relations"), json!({ "relative_name": "Umm Ali", "relation": "aunt" })),
        (&lucia, format!("/people/{who}/merge"), json!({ "merged": other, "why": "the same passport" })),
        (&amal, format!("/people/{who}/break-glass"), json!({ "reason": "She is at the door and bleeding" })),
        (&amal, format!("{case}/goals"), json!({ "front": "empower", "dimension": "food", "text": "Work" })),
        (&amal, format!("{goal}/actions"), json!({ "text": "Ask", "due_on": "2030-01-01" })),
        (&amal, format!("{case}/notes"), json!({ "kind": "general", "text": "Seen" })),
        (&amal, format!("{case}/flags"), json!({ "kind": "urgent", "text": "Look" })),
        (&amal, format!("{case}/follow-ups"), json!({ "kind": "office", "due_on": "2030-01-02" })),
        (&amal, format!("{case}/approvals"), json!({ "kind": "closure" })),
        (&admin, "/teams".to_owned(), json!({ "name": "Night" })),
    ];
    for (number, (browser, path, body)) in creating.iter().enumerate() {
        let key = format!("key-{number}");
        let send = || browser.api("POST", path, &[("idempotency-key", &key)], body);
        let (one, two) = std::thread::scope(|scope| {
            let tries = [scope.spawn(send), scope.spawn(send)];
            let [one, two] = tries.map(|one| one.join().unwrap());
            (one, two)
        });
        assert_eq!((one.status, two.status), (201, 201), "{path}: {} {}", one.body, two.body);
        assert_eq!(one.body, two.body, "{path} made two");
        let mut changed = body.clone();
        changed["why"] = json!("else");
        changed["text"] = json!("else");
        changed["name"] = json!("else");
        changed["reason"] = json!("something else altogether");
        let reused = browser.api("POST", path, &[("idempotency-key", &key)], &changed);
        assert!(matches!(reused.status, 201 | 409), "{path}: {}", reused.status);
    }
    let upload = |content: &[u8]| {
        let path = format!("/api/v1{case}/attachments?name=a.txt");
        amal.request("POST", &path, &[("idempotency-key", "file")], content)
    };
    let (one, two) = (upload(b"words"), upload(b"words"));
    assert_eq!((one.status, &one.body), (201, &two.body));
    assert_eq!(upload(b"other words").status, 409, "the key is another file's");
    assert_eq!(amal.api("GET", &format!("{case}/attachments"), &[], &Json::Null).json().as_array().unwrap().len(), 1);
    let token = json!({ "name": "sync", "scopes": ["people:read"] });
    let secret = || amal.api("POST", "/account/tokens", &[("idempotency-key", "token")], &token);
    assert_eq!((secret().status, secret().status), (201, 409), "a secret is shown once and kept nowhere");
    assert_eq!(amal.api("GET", "/account/tokens", &[], &Json::Null).json().as_array().unwrap().len(), 1);
});

story!(a_form_sent_twice_makes_one_and_a_changed_one_another, |server: &Server| {
    let (amal, admin) = (server.log_in("amal"), server.log_in("admin"));
    let [case, ..] = case(&amal);
    let page = amal.get(&case).body;
    let action = |path: &str| {
        let at = page.find(&format!("action=\"{path}?once=")).unwrap_or_else(|| panic!("{path} has no key"));
        page[at + 8..].split('"').next().unwrap().to_owned()
    };
    let notes = action(&format!("{case}/notes"));
    let write = |text: &str| amal.post(&notes, &[("kind", "general"), ("text", text)]).status;
    let both = std::thread::scope(|scope| {
        let tries = [scope.spawn(|| write("Seen today")), scope.spawn(|| write("Seen today"))];
        tries.map(|one| one.join().unwrap())
    });
    assert_eq!(both, [303, 303], "a double click");
    assert_eq!(write("Seen today, and tomorrow again"), 303, "after going back and writing more");
    let of_case = |what: &str| amal.api("GET", &format!("{case}/{what}"), &[], &Json::Null).json();
    assert_eq!(of_case("notes").as_array().unwrap().len(), 2);
    let flags = action(&format!("{case}/flags"));
    assert_eq!(amal.post(&flags, &[("kind", "urgent"), ("text", "Look")]).status, 303, "another form of the same page");
    let upload = action(&format!("{case}/attachments"));
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords\r\n--x--\r\n";
    let send = || {
        amal.request("POST", &upload, &[("content-type", "multipart/form-data; boundary=x")], body.as_bytes()).status
    };
    assert_eq!((send(), send()), (303, 303));
    assert_eq!(of_case("attachments").as_array().unwrap().len(), 1);

    let once = |page: &str, path: &str| {
        let at = page.find(&format!("action=\"{path}?once=")).unwrap_or_else(|| panic!("{path} has no key"));
        page[at + 8..].split('"').next().unwrap().to_owned()
    };
    let teams = once(&admin.get("/users").body, "/teams");
    assert_eq!(
        (admin.post(&teams, &[("name", "Dawn")]).status, admin.post(&teams, &[("name", "Dawn")]).status),
        (303, 303)
    );
    assert_eq!(admin.api("GET", "/teams", &[], &Json::Null).json().as_array().unwrap().len(), 2);
    let users = once(&admin.get("/users/new").body, "/users");
    let new = [("username", "newcomer"), ("name", "New"), ("language", "en"), ("role", "auditor"), ("scope", "own")];
    let answers = [admin.post(&users, &new), admin.post(&users, &new)];
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body.contains("/welcome/")), "both get a link");
});
