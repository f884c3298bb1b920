//! Registering people, finding them again, consent, merging and undoing it, emergency access.

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Browser, Server};

/// What the API is sent of a woman of 1994.
pub fn person(given: &str, family: &str) -> Json {
    json!({
        "names": [{ "kind": "main", "given": given, "family": family }],
        "sex": "female",
        "birth": { "kind": "exact", "from": "1994-05-17" },
        "nationalities": ["SY"],
    })
}

/// Registers a person, and their id.
pub fn register(browser: &Browser, body: &Json) -> String {
    let answer = browser.api("POST", "/people", &[], body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn found(browser: &Browser, q: &str) -> Vec<String> {
    let answer = browser.api("POST", "/people/search", &[], &json!({ "q": q }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

story!(a_person_is_found_in_any_script_and_spelling, |server: &Server| {
    let amal = server.log_in("amal");
    let mut body = person("ضحى", "الزرقاوي");
    body["documents"] = json!([{ "kind": "passport", "number": "SY 778-1234/9", "issuer": "SY" }]);
    body["contacts"] = json!([{ "kind": "mobile", "value": "+963 944 555 123", "safety": "unsafe" }]);
    let id = register(&amal, &body);
    let number = amal.api("GET", &format!("/people/{id}"), &[], &Json::Null).json()["number"].as_i64().unwrap();
    for q in ["ضحى الزرقاوي", "الزرقاوي ضحى", "sy7781234 9", "0944555123", &format!("P-{number:06}")]
    {
        assert!(found(&amal, q).contains(&id), "not found by {q}");
    }
    let other = register(&amal, &person("Youssef", "Chokri"));
    for q in ["Yusuf Shukri", "Chokri Youssef", "Yousef Chok", "يوسف شكري"] {
        assert!(found(&amal, q).contains(&other), "not found by {q}");
    }
});

story!(search_follows_every_change_at_once, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let mut body = person("Quirina", "Zapotecatl");
    body["documents"] = json!([{ "kind": "passport", "number": "QZ-42 42-42", "issuer": "MX" }]);
    let id = register(&amal, &body);
    let path = format!("/people/{id}");
    assert!(found(&amal, "Zapotecatl Kirina").contains(&id) && found(&amal, "qz424242").contains(&id));
    let typed =
        amal.get("/people/matches?names[0][kind]=main&names[0][given]=Quirina&names[0][family]=Zapotec&sex=female");
    assert!(typed.body.contains(&id), "found while it is typed: {}", typed.body);
    let changed = amal.api("PUT", &path, &[("if-match", "\"1\"")], &person("Quirina", "Huitzilin"));
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert!(found(&amal, "Huitzilin").contains(&id));
    assert!(!found(&amal, "Zapotecatl").contains(&id) && !found(&amal, "qz424242").contains(&id), "by what is no more");
    let read = daniela.api("GET", &path, &[], &Json::Null);
    let erasure = json!({ "reason": "she asked", "on_request": true, "confirm": read.json()["number"].to_string() });
    let erased = daniela.api("POST", &format!("{path}/erase"), &[("if-match", &read.etag)], &erasure);
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert!(!found(&amal, "Quirina Huitzilin").contains(&id));
});

story!(a_form_tells_all_that_is_wrong_and_forgets_nothing, |server: &Server| {
    let amal = server.log_in("amal");
    let form = [
        ("names[0][given]", "Zahra"),
        ("names[0][kind]", "nickname"),
        ("sex", "female"),
        ("birth[kind]", "age"),
        ("birth[age]", "999"),
    ];
    let answer = amal.post("/people", &form);
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("value=\"Zahra\"") && answer.body.contains("value=\"999\""), "what was typed is lost");
    assert!(answer.body.contains("Give one main name.") && answer.body.contains("Give an age from 0 to 130."));
});

story!(dates_are_read_as_people_type_them, |server: &Server| {
    let amal = server.log_in("amal");
    for typed in ["24/11/1996", "24.11.1996", "1996/11/24", "1996-11-24", "٢٤/١١/١٩٩٦", "１９９６年１１月２４日"]
    {
        let form = [
            ("names[0][given]", "Salwa"),
            ("names[0][family]", typed),
            ("sex", "female"),
            ("birth[kind]", "exact"),
            ("birth[from]", typed),
            ("confirm", "true"),
        ];
        let made = amal.post("/people", &form);
        assert_eq!(made.status, 303, "{typed}: {}", made.body);
        let person = amal.api("GET", &made.location, &[], &Json::Null).json();
        assert_eq!(person["birth"]["from"], "1996-11-24", "{typed}");
    }
    let mut body = person("Salwa", "Api");
    body["birth"]["from"] = json!("24/11/1996");
    register(&amal, &body);
    body["birth"]["from"] = json!("in spring");
    let refused = amal.api("POST", "/people", &[], &body);
    assert_eq!((refused.status, &refused.json()["fields"][0]["field"]), (422, &json!("birth.from")));
});

story!(what_cannot_be_read_is_named_in_the_form_and_stays_there, |server: &Server| {
    let amal = server.log_in("amal");
    let form = [
        ("names[0][given]", "Ibtisam"),
        ("names[0][kind]", "main"),
        ("names[4][given]", "إبتسام"),
        ("names[4][kind]", "also"),
        ("sex", "several"),
        ("birth[kind]", "exact"),
        ("birth[from]", "31/02/1990"),
        ("birth[age]", "thirty-four"),
        ("gender", "unheard-of"),
        ("documents[0][number]", ""),
        ("documents[0][kind]", "passport"),
        ("documents[1][number]", ""),
        ("documents[1][kind]", "passport"),
        ("documents[1][expires_on]", "next <year>"),
        ("contacts[0][value]", "+962 7"),
        ("contacts[0][kind]", "pigeon"),
        ("contacts[0][safety]", "perhaps"),
        ("journey[0][stage]", "origin"),
        ("journey[0][place]", "Deraa"),
        ("journey[0][from]", "1/13/2015"),
    ];
    let made = amal.api("POST", "/people", &[], &person("Ibtisam", "Ready")).json();
    let change = format!("/people/{}?version=1", made["id"].as_str().unwrap());
    for path in ["/people", &change] {
        let answer = amal.post(path, &form);
        assert_eq!(answer.status, 422, "{}", answer.body);
        for kept in ["31/02/1990", "thirty-four", "next &#60;year&#62;", "1/13/2015", "+962 7", "Deraa", "إبتسام"]
        {
            assert!(answer.body.contains(&format!("value=\"{kept}\"")), "{kept} is lost: {}", answer.body);
        }
        for field in [
            "sex",
            "birth.from",
            "birth.age",
            "gender",
            "documents[0].expires_on",
            "documents[0].number",
            "contacts[0].kind",
            "contacts[0].safety",
            "journey[0].from",
        ] {
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field} is not in the summary");
            assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{field} has no error");
            assert!(answer.body.contains(&format!(" id=\"{field}\"")), "{field} cannot be jumped to");
        }
    }
    assert!(!amal.get(&change).body.contains("إبتسام"), "nothing was saved");
});

story!(a_likely_double_is_shown_before_it_is_made, |server: &Server| {
    let amal = server.log_in("amal");
    let id = register(&amal, &person("Nour", "Halabiyeh"));
    let form = [
        ("names[0][given]", "Noor"),
        ("names[0][family]", "Halabiye"),
        ("names[0][kind]", "main"),
        ("sex", "female"),
        ("birth[kind]", "unknown"),
    ];
    let asked = amal.post("/people", &form);
    assert_eq!(asked.status, 200);
    assert!(asked.body.contains(&id) && asked.body.contains("This is someone new"));
    let typed =
        amal.get("/people/matches?names[0][kind]=main&names[0][given]=Noor&names[0][family]=Halabiye&sex=female");
    assert!(typed.body.contains(&id), "{}", typed.body);
    let mut sure = form.to_vec();
    sure.push(("confirm", "true"));
    let made = amal.post("/people", &sure);
    assert_eq!(made.status, 303, "{}", made.body);
    let page = amal.get(&made.location);
    assert!(page.body.contains("Noor Halabiye"));
});

story!(two_people_changing_one_record_see_both_versions, |server: &Server| {
    let amal = server.log_in("amal");
    let lucia = server.log_in("lucia");
    let id = register(&amal, &person("Samira", "Tahan"));
    let path = format!("/people/{id}");
    let read = amal.api("GET", &path, &[], &Json::Null);
    assert_eq!(read.etag, "\"1\"");
    let first = amal.api("PUT", &path, &[("if-match", &read.etag)], &person("Samira", "Tahhan"));
    assert_eq!((first.status, first.etag.as_str()), (200, "\"2\""));
    let second = lucia.api("PUT", &path, &[("if-match", "\"1\"")], &person("Samirah", "Tahan"));
    assert_eq!(second.status, 412);
    let problem = second.json();
    assert_eq!(problem["yours"]["names"][0]["given"], "Samirah");
    assert_eq!(problem["current"]["names"][0]["family"], "Tahhan");
    let form =
        [("names[0][given]", "Samirah"), ("names[0][kind]", "main"), ("sex", "female"), ("birth[kind]", "unknown")];
    let page = lucia.post(&format!("{path}?version=1"), &form);
    assert_eq!(page.status, 412);
    assert!(page.body.contains("Samirah") && page.body.contains("Tahhan"), "both versions are shown");
    assert_eq!(amal.api("PUT", &path, &[], &person("A", "B")).status, 428, "a write without a version");
});

story!(a_request_sent_twice_is_done_once, |server: &Server| {
    let amal = server.log_in("amal");
    let key = [("idempotency-key", "one-and-only")];
    let first = amal.api("POST", "/people", &key, &person("Dunya", "Once"));
    let again = amal.api("POST", "/people", &key, &person("Dunya", "Once"));
    assert_eq!(first.json(), again.json());
    let other = amal.api("POST", "/people", &key, &person("Dunya", "Twice"));
    assert_eq!(other.status, 409);
    assert_eq!(found(&amal, "Dunya Once").iter().filter(|id| **id == first.json()["id"].as_str().unwrap()).count(), 1);
});

story!(an_unsafe_number_stands_behind_a_warning, |server: &Server| {
    let amal = server.log_in("amal");
    let mut body = person("Hanan", "Safe");
    body["contacts"] = json!([
        { "kind": "mobile", "value": "+1 202 555 0001", "safety": "unsafe" },
        { "kind": "mobile", "value": "+1 202 555 0002", "safety": "safe" },
    ]);
    let id = register(&amal, &body);
    let page = amal.get(&format!("/people/{id}")).body;
    let at = page.find("+1 202 555 0001").unwrap();
    let gate = page[..at].rfind("<details class=\"gate\"").expect("no gate before the unsafe number");
    assert!(!page[gate..at].contains("</details>"), "the unsafe number stands outside the gate");
    assert_eq!(page.matches("+1 202 555 0001").count(), 1, "and nowhere else, not in the story either");
    assert!(!amal.get("/people").body.contains("555 0001"));
});

story!(consent_for_a_child_names_the_guardian, |server: &Server| {
    let amal = server.log_in("amal");
    let mut body = person("Little", "One");
    body["birth"] = json!({ "kind": "age", "age": 9 });
    let id = register(&amal, &body);
    let path = format!("/people/{id}/consents");
    let mut consent = json!({ "purpose": "case_work", "decision": "given", "wording": "May we?" });
    let answer = amal.api("POST", &path, &[], &consent);
    assert_eq!((answer.status, answer.json()["fields"][0]["field"].as_str()), (422, Some("guardian")));
    consent["guardian"] = json!("Her grandmother");
    assert_eq!(amal.api("POST", &path, &[], &consent).status, 201);
    consent["decision"] = json!("withdrawn");
    assert_eq!(amal.api("POST", &path, &[], &consent).status, 201);
    let person = amal.api("GET", &format!("/people/{id}"), &[], &Json::Null).json();
    assert_eq!(person["consents"]["case_work"], "withdrawn");
    assert_eq!(
        amal.api("GET", &path, &[], &Json::Null).json().as_array().unwrap().len(),
        2,
        "decisions are only added"
    );
});

story!(a_decision_is_recorded_on_a_page_of_its_own_which_forgets_nothing, |server: &Server| {
    let amal = server.log_in("amal");
    let id = register(&amal, &person("Selma", "Asked"));
    let page = amal.get(&format!("/people/{id}")).body;
    assert!(page.contains(&format!("/people/{id}/consents/referral\"")), "the page does not lead to the form");
    let form = amal.get(&format!("/people/{id}/consents/referral")).body;
    assert!(form.contains("May we give what is needed") && form.contains("name=\"provider_kinds[]\""));
    let mut decision = vec![
        ("purpose", "referral"),
        ("decision", "given"),
        ("wording", "May we?"),
        ("decided_on", ""),
        ("valid_until", ""),
        ("witness", "A neighbour"),
        ("guardian", ""),
    ];
    let path = format!("/people/{id}/consents");
    let again = amal.post(&path, &decision);
    assert_eq!(again.status, 422, "{}", again.body);
    assert!(again.body.contains("This is needed.") && again.body.contains("value=\"A neighbour\""));
    decision.push(("provider_kinds[]", "health"));
    decision[4] = ("valid_until", "soon");
    let again = amal.post(&path, &decision);
    assert_eq!(again.status, 422, "{}", again.body);
    assert!(again.body.contains("value=\"health\" checked"), "what was ticked is lost");
    decision[4] = ("valid_until", "");
    assert_eq!(amal.post(&path, &decision).location, format!("/people/{id}#consent"));
    let person = amal.api("GET", &format!("/people/{id}"), &[], &Json::Null).json();
    assert_eq!(person["consents"]["referral"], "given");
    assert_eq!(server.log_in("omar").get(&format!("/people/{id}/consents/referral")).status, 403);
});

story!(a_list_that_is_reached_in_several_ways_has_each_person_once, |server: &Server| {
    let amal = server.log_in("amal");
    let all: Vec<String> = (0..7).map(|n| register(&amal, &person(&format!("Way{n}"), "Several"))).collect();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = amal.api("GET", &format!("/people?limit=3&after={after}"), &[], &Json::Null).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let newest: Vec<&String> = all.iter().rev().collect();
    assert_eq!(seen.iter().take(7).collect::<Vec<_>>(), newest, "the last changed come first");
    let many = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), many, "someone stands twice");
    let listed = amal.api("GET", "/people?limit=200&sort=name", &[], &Json::Null).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), many, "the orders list different people");
});

story!(withdrawal_hides_a_person_from_law_enforcement_at_once, |server: &Server| {
    let (amal, omar, lucia) = (server.log_in("amal"), server.log_in("omar"), server.log_in("lucia"));
    let id = register(&amal, &person("Rima", "Witness"));
    let read = || omar.api("GET", &format!("/people/{id}"), &[], &Json::Null).status;
    assert_eq!(read(), 404);
    let decide = |decision: &str| {
        let consent = json!({ "purpose": "law_enforcement", "decision": decision, "wording": "May we?" });
        assert_eq!(amal.api("POST", &format!("/people/{id}/consents"), &[], &consent).status, 201);
    };
    decide("given");
    assert_eq!(read(), 404, "consent alone is not the liaison's business");
    let case = json!({ "person_id": id, "risk": "high", "why": "exploited on the way", "trafficking": true });
    let opened = lucia.api("POST", "/cases", &[], &case);
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(read(), 200);
    decide("withdrawn");
    assert_eq!(read(), 404);
});

story!(two_records_become_one_and_two_again, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let kept = register(&amal, &person("Maryam", "Doublet"));
    let mut body = person("مريم", "دبلت");
    body["languages"] = json!(["ar"]);
    let ended = register(&amal, &body);
    let merge = json!({ "merged": ended, "why": "the same passport" });
    assert_eq!(amal.api("POST", &format!("/people/{kept}/merge"), &[], &merge).status, 403, "not a caseworker's to do");
    let made = lucia.api("POST", &format!("/people/{kept}/merge"), &[], &merge);
    assert_eq!(made.status, 201, "{}", made.body);
    let person = lucia.api("GET", &format!("/people/{kept}"), &[], &Json::Null).json();
    assert_eq!(person["languages"], json!(["ar"]));
    assert_eq!(lucia.get(&format!("/people/{ended}")).location, format!("/people/{kept}"));
    assert!(found(&lucia, "مريم دبلت").contains(&kept) && !found(&lucia, "مريم دبلت").contains(&ended));
    let undone = lucia.api("POST", &format!("/merges/{}/undo", made.json()["id"].as_str().unwrap()), &[], &Json::Null);
    assert_eq!(undone.status, 200, "{}", undone.body);
    let person = lucia.api("GET", &format!("/people/{kept}"), &[], &Json::Null).json();
    assert_eq!((&person["languages"], person["names"].as_array().unwrap().len()), (&json!([]), 1));
    assert!(found(&lucia, "مريم دبلت").contains(&ended));
});

story!(another_organisations_people_do_not_exist, |server: &Server| {
    let (amal, salma) = (server.log_in("amal"), server.log_in("salma"));
    let id = register(&amal, &person("Only", "Tapachula"));
    for path in [format!("/people/{id}"), format!("/people/{id}/edit"), format!("/people/{id}/history")] {
        assert_eq!(salma.get(&path).status, 404, "{path}");
    }
    assert_eq!(salma.api("PUT", &format!("/people/{id}"), &[("if-match", "1")], &person("A", "B")).status, 404);
    assert!(!found(&salma, "Only Tapachula").contains(&id));
    let emergency = json!({ "reason": "someone's life is in danger" });
    assert_eq!(salma.api("POST", &format!("/people/{id}/break-glass"), &[], &emergency).status, 404);
});

story!(lists_go_on_where_they_ended, |server: &Server| {
    let daniela = server.log_in("daniela");
    for sort in ["updated", "name", "vulnerability"] {
        let mut seen = std::collections::HashSet::new();
        let mut after = String::new();
        loop {
            let page = daniela.api("GET", &format!("/people?limit=7&sort={sort}{after}"), &[], &Json::Null).json();
            for item in page["items"].as_array().unwrap() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{sort}: shown twice");
            }
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={}", next.replace(' ', "%20"));
        }
        assert_eq!(seen.len(), 45, "{sort}: three quarters of 60 people are this organisation's");
    }
});

story!(script_and_sql_in_every_field_stay_words, |server: &Server| {
    let amal = server.log_in("amal");
    let evil = "<script>alert(1)</script>'; DROP TABLE person; --";
    let mut body = person(evil, evil);
    body["contacts"] = json!([{ "kind": "address", "value": evil, "safety": "safe", "note": evil }]);
    body["journey"] = json!([{ "stage": "origin", "place": evil }]);
    let id = register(&amal, &body);
    let page = amal.get(&format!("/people/{id}")).body;
    assert!(!page.contains("<script>alert"));
    assert!(found(&amal, evil).contains(&id));
});

story!(an_estimate_of_a_whole_year_is_said_as_the_year, |server: &Server| {
    let amal = server.log_in("amal");
    let page = |from: &str, to: &str| {
        let body =
            json!({ "names": [{ "given": "Estimated" }], "birth": { "kind": "estimated", "from": from, "to": to } });
        let made = amal.api("POST", "/people", &[], &body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let told = amal.get(&format!("/people/{id}")).body;
        told.split("<dt>Born</dt><dd>").nth(1).unwrap().split("</dd>").next().unwrap().to_owned()
    };
    assert_eq!(page("1990-01-01", "1990-12-31"), "1990");
    assert_eq!(page("1990-01-01", "1990-06-30"), "1 January 1990 to 30 June 1990");
    amal.post("/language", &[("language", "ja")]);
    let body = json!({ "names": [{ "given": "推定" }], "birth": { "kind": "estimated", "from": "1990-01-01", "to": "1990-12-31" } });
    let id = amal.api("POST", "/people", &[], &body).json()["id"].as_str().unwrap().to_owned();
    assert!(amal.get(&format!("/people/{id}")).body.contains("<dd>1990年</dd>"));
    assert!(amal.get(&format!("/people/{id}/history")).body.contains("<bdi>1990年</bdi>"));
});
