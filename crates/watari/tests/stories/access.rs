//! Who sees which records: lists and single reads, tokens, emergency access. The doors themselves
//! are walked in `doors.rs`.

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Browser, Server};

// Each record that a list shows opens alone, and what the list leaves out does not.
story!(lists_and_single_reads_follow_one_rule, |server: &Server| {
    let all = |user: &str, path: &str| -> Vec<String> {
        let browser = server.log_in(user);
        let page = browser.api("GET", &format!("{path}?limit=200"), &[], &Json::Null).json();
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    for (path, everyone) in [("/people", ["daniela", "salma"]), ("/cases", ["lucia", "salma"])] {
        let known: Vec<String> = everyone.iter().flat_map(|user| all(user, path)).collect();
        for user in ["amal", "omar", "lucia", "salma"] {
            let seen = all(user, path);
            let browser = server.log_in(user);
            for id in known.iter().step_by(5) {
                let status = browser.api("GET", &format!("{path}/{id}"), &[], &Json::Null).status;
                let expected = if seen.contains(id) { 200 } else { 404 };
                assert_eq!(status, expected, "{user} reads {path}/{id}");
            }
        }
    }
});

story!(a_programme_manager_never_learns_a_name, |server: &Server| {
    let (lucia, pierre) = (server.log_in("lucia"), server.log_in("pierre"));
    let people = lucia.api("GET", "/people?limit=200", &[], &Json::Null).json();
    let names: Vec<&str> =
        people["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert!(names.len() > 10);
    let cases = pierre.api("GET", "/cases?limit=200", &[], &Json::Null);
    let first = cases.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let pages = [pierre.get("/").body, pierre.get("/cases").body, pierre.get("/team").body, cases.body];
    let one = [pierre.get(&format!("/cases/{first}")).body, pierre.get(&format!("/api/v1/cases/{first}")).body];
    for page in pages.iter().chain(&one) {
        for name in &names {
            assert!(!page.contains(name), "{name} is shown");
        }
    }
});

story!(a_token_may_do_what_it_was_made_for_and_no_more, |server: &Server| {
    let amal = server.log_in("amal");
    let made = amal.api("POST", "/account/tokens", &[], &json!({ "name": "list", "scopes": ["people:read"] }));
    assert_eq!(made.status, 201, "{}", made.body);
    let bearer = format!("Bearer {}", made.json()["secret"].as_str().unwrap());
    let program = server.browser();
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(program.api("GET", "/people", &headers, &Json::Null).status, 200);
    assert_eq!(program.api("GET", "/cases", &headers, &Json::Null).status, 403);
    let body = json!({ "names": [{ "kind": "main", "given": "A" }], "sex": "female" });
    assert_eq!(program.api("POST", "/people", &headers, &body).status, 403);
    let more = json!({ "name": "more", "scopes": ["cases:write"] });
    assert_eq!(program.api("POST", "/account/tokens", &headers, &more).status, 409, "a token makes no token");
    assert_eq!(program.api("GET", "/people", &[("authorization", "Bearer nonsense")], &Json::Null).status, 401);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    amal.post(&format!("/account/tokens/{id}/end"), &[]);
    assert_eq!(program.api("GET", "/people", &headers, &Json::Null).status, 401, "ended at once");
});

story!(emergency_access_opens_one_person_and_tells_the_supervisor, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    // Registered outside the team: the data officer belongs to it too, so a team of its own is made first.
    let admin = server.log_in("admin");
    admin.post("/teams", &[("name", "Elsewhere")]);
    let page = admin.get("/users/new").body;
    let at = page.find(">Elsewhere").expect("the team is offered");
    let team = page[..at].rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    let users = admin.api("GET", "/users", &[], &Json::Null).json();
    let officer = users.as_array().unwrap().iter().find(|user| user["username"] == "daniela").unwrap().clone();
    let change = json!({ "name": officer["name"], "role": "data_officer", "scope": "organisation", "team_id": team, "active": true });
    let path = format!("/users/{}", officer["id"].as_str().unwrap());
    let changed = admin.api("PUT", &path, &[("if-match", &officer["version"].to_string())], &change);
    assert_eq!(changed.status, 204, "{}", changed.body);
    assert_eq!(daniela.get("/people").status, 303, "a changed user logs in anew");
    let daniela = server.log_in("daniela");
    let body = json!({ "names": [{ "kind": "main", "given": "Hidden", "family": "Farhadian" }], "sex": "female" });
    let id = daniela.api("POST", "/people", &[], &body).json()["id"].as_str().unwrap().to_owned();

    assert_eq!(amal.get(&format!("/people/{id}")).status, 404);
    let hits = amal.api("POST", "/people/search", &[], &json!({ "q": "Hidden Farhadian" }));
    let hit = hits.json().as_array().unwrap().iter().find(|hit| hit["id"] == id.as_str()).unwrap().clone();
    assert_eq!((hit["visible"].as_bool(), hit["name"].as_str()), (Some(false), Some("")), "known, but not who");
    let short = amal.api("POST", &format!("/people/{id}/break-glass"), &[], &json!({ "reason": "please" }));
    assert_eq!(short.status, 422);
    let opened = amal.post(&format!("/people/{id}/emergency"), &[("reason", "She is at the door and bleeding")]);
    assert_eq!(opened.status, 303, "{}", opened.body);
    assert_eq!(amal.get(&format!("/people/{id}")).status, 200);
    assert!(lucia.get("/").body.contains("She is at the door and bleeding"), "the supervisor is alerted");
    let history = server.log_in("audit").api("GET", "/history", &[], &Json::Null);
    assert!(history.json().as_array().unwrap().iter().any(|entry| entry["act"] == "broke_glass"));
});

story!(whoever_supervises_alone_takes_no_emergency_access_unseen, |server: &Server| {
    let (lucia, admin, audit) = (server.log_in("lucia"), server.log_in("admin"), server.log_in("audit"));
    let officer =
        server.newcomer("noemi", &json!({ "role": "data_officer", "scope": "organisation", "team_id": null }));
    let opens_someone = |given: &str, reason: &str| {
        let body = json!({ "names": [{ "kind": "main", "given": given, "family": "Elsewhere" }], "sex": "female" });
        let id = officer.api("POST", "/people", &[], &body).json()["id"].as_str().unwrap().to_owned();
        assert_eq!(lucia.get(&format!("/people/{id}")).status, 404);
        let opened = lucia.api("POST", &format!("/people/{id}/break-glass"), &[], &json!({ "reason": reason }));
        assert_eq!(opened.status, 201, "{}", opened.body);
        id
    };
    let told = |browser: &Browser| browser.api("GET", "/today", &[], &Json::Null).json()["notices"].to_string();
    let person = opens_someone("Marisol", "Bleeding at the door, first time");
    assert!(!told(&lucia).contains("first time"), "never the one who took it");
    for watcher in [&admin, &audit] {
        let notices = told(watcher);
        assert!(notices.contains("break_glass_unjudged") && notices.contains("Lucía Ortega"), "{notices}");
        assert!(!notices.contains("first time") && !notices.contains(&person), "they see nobody's data: {notices}");
        assert_eq!(watcher.get("/").status, 200);
    }
    assert!(admin.get("/").body.contains("no other supervisor to judge it"));

    // Where there is someone to judge, they are told, and nobody else.
    let (before, nadia) = (told(&admin), server.newcomer("nadia", &json!({ "role": "supervisor" })));
    opens_someone("Consuelo", "Bleeding at the door, second time");
    assert!(told(&nadia).contains("second time"));
    assert_eq!(told(&admin), before);
    assert!(nadia.get("/emergencies").body.contains("first time"), "what nobody could judge waits for her");
});
