//! Households and relations: who moves together, who was parted, and who may know of it.

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Answer, Browser, Server};

fn register(browser: &Browser, given: &str, born: &str) -> String {
    let body = json!({
        "names": [{ "given": given, "family": "Kinsfolk" }],
        "sex": "female",
        "birth": { "kind": "exact", "from": born },
    });
    made(&browser.api("POST", "/people", &[], &body))
}

fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn household(browser: &Browser, head: &str) -> String {
    made(&browser.api("POST", "/households", &[], &json!({ "person_id": head })))
}

fn join(browser: &Browser, household: &str, person: &str, role: &str) -> u16 {
    let body = json!({ "person_id": person, "role": role });
    browser.api("POST", &format!("/households/{household}/members"), &[], &body).status
}

fn relate(browser: &Browser, person: &str, other: &str, relation: &str) -> String {
    let body = json!({ "relative_id": other, "relation": relation });
    made(&browser.api("POST", &format!("/people/{person}/relations"), &[], &body))
}

fn family(browser: &Browser, person: &str) -> Json {
    let answer = browser.api("GET", &format!("/people/{person}/family"), &[], &Json::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn number(browser: &Browser, person: &str) -> String {
    let number = browser.api("GET", &format!("/people/{person}"), &[], &Json::Null).json()["number"].as_i64().unwrap();
    format!("P-{number:06}")
}

story!(a_family_parted_and_joined_again, |server: &Server| {
    let amal = server.log_in("amal");
    let (mother, child) = (register(&amal, "Rahma", "1990-01-01"), register(&amal, "Dima", "2017-01-01"));
    assert!(family(&amal, &child)["child_status"].is_null(), "nothing is on record yet");
    relate(&amal, &child, &mother, "mother");
    let of_child = family(&amal, &child);
    assert_eq!(of_child["relations"][0]["relation"], "mother");
    assert_eq!(
        (&of_child["relations"][0]["separated"], &of_child["child_status"]),
        (&json!(true), &json!("unaccompanied"))
    );
    let of_mother = family(&amal, &mother);
    assert_eq!(of_mother["relations"][0]["relation"], "child", "the other side shows by itself");
    assert_eq!(of_mother["relations"][0]["relative"]["id"], child.as_str());
    let page = amal.get(&format!("/people/{child}")).body;
    assert!(page.contains("Unaccompanied child") && page.contains("Separated"), "{page}");

    let aunt = register(&amal, "Suha", "1985-01-01");
    let home = household(&amal, &aunt);
    assert_eq!(join(&amal, &home, &child, "niece_or_nephew"), 204);
    assert_eq!(family(&amal, &child)["child_status"], "separated", "with an aunt, apart from her mother");
    assert_eq!(join(&amal, &home, &mother, "sister"), 204);
    let of_child = family(&amal, &child);
    assert_eq!(
        (&of_child["relations"][0]["separated"], &of_child["child_status"]),
        (&json!(false), &json!("accompanied"))
    );
    let read = amal.api("GET", &format!("/households/{home}"), &[], &Json::Null);
    let roles: Vec<Json> = read.json()["members"].as_array().unwrap().iter().map(|it| it["role"].clone()).collect();
    assert_eq!((roles, read.etag.as_str()), (vec![json!("head"), json!("sister"), json!("niece_or_nephew")], "\"3\""));

    assert_eq!(join(&amal, &home, &mother, "head"), 204, "another head");
    assert_eq!(family(&amal, &aunt)["household"]["members"][0]["person"]["id"], mother.as_str());
    let leave =
        |person: &str| amal.api("DELETE", &format!("/households/{home}/members/{person}"), &[], &Json::Null).status;
    assert_eq!((leave(&mother), leave(&mother)), (204, 404));
    assert_eq!(family(&amal, &child)["relations"][0]["separated"], true);
    assert_eq!((leave(&child), leave(&aunt)), (204, 204));
    assert_eq!(amal.get(&format!("/households/{home}")).status, 404, "a household without anyone ends");
});

story!(ties_are_checked_ended_and_taken_back, |server: &Server| {
    let amal = server.log_in("amal");
    let (one, other) = (register(&amal, "Abir", "1991-01-01"), register(&amal, "Basma", "1992-01-01"));
    let path = format!("/people/{one}/relations");
    let tie = relate(&amal, &one, &other, "sister");
    let field = |body: Json| amal.api("POST", &path, &[], &body).json()["fields"][0]["field"].clone();
    assert_eq!(field(json!({ "relative_id": other, "relation": "sister" })), "relation", "known already");
    assert_eq!(field(json!({ "relative_id": one, "relation": "sister" })), "relative_name", "herself");
    assert_eq!(field(json!({ "relation": "sister" })), "relative_name");
    assert_eq!(field(json!({ "relative_name": "Umm Ali", "relation": "friendly" })), "relation");
    assert_eq!(field(json!({ "relative_name": "Umm Ali", "relation": "aunt", "ends_on": "3000-01-01" })), "ends_on");
    assert_eq!(field(json!({ "relative_name": "Umm Ali", "relation": "aunt", "starts_on": "soon" })), "starts_on");
    let end = format!("{path}/{tie}");
    assert_eq!(amal.api("POST", &end, &[], &json!({ "ends_on": "24/11/2020" })).status, 204);
    assert_eq!(amal.api("POST", &end, &[], &json!({})).status, 409, "ended already");
    let ended = &family(&amal, &other)["relations"][0];
    assert_eq!((&ended["relation"], &ended["ends_on"]), (&json!("sibling"), &json!("2020-11-24")));
    assert_eq!(ended["separated"], false, "what ended parts nobody");
    assert_eq!(amal.api("DELETE", &format!("/people/{other}/relations/{tie}"), &[], &Json::Null).status, 204);
    assert_eq!(family(&amal, &one)["relations"], json!([]));
    let story = amal.api("GET", &format!("/people/{other}/history"), &[], &Json::Null).json();
    let told: Vec<&str> = story
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["kind"] == "relation")
        .filter_map(|it| it["act"].as_str())
        .collect();
    assert_eq!(told, ["removed", "changed", "created"], "the other's history tells it too");
});

story!(families_are_written_down_without_script, |server: &Server| {
    let amal = server.log_in("amal");
    let (head, sister) = (register(&amal, "Fadwa", "1980-01-01"), register(&amal, "Fayza", "1983-01-01"));
    let begun = amal.post(&format!("/people/{head}/household"), &[]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let home = begun.location.clone();
    let wrong = amal.post(&format!("{home}/members"), &[("who", &number(&amal, &sister)), ("role", "")]);
    assert!(wrong.status == 422 && wrong.body.contains(&number(&amal, &sister)), "{}", wrong.body);
    let nobody = amal.post(&format!("{home}/members"), &[("who", "Xyzzyx Qwrtq"), ("role", "sister")]);
    assert!(nobody.status == 422 && nobody.body.contains("Nobody was found"), "{}", nobody.body);
    let choice = amal.post(&format!("{home}/members"), &[("who", "Fayza Kinsfolk"), ("role", "sister")]);
    assert!(choice.status == 200 && choice.body.contains(&sister), "{}", choice.body);
    let joined = amal.post(&format!("{home}/members"), &[("person_id", &sister), ("role", "sister")]);
    assert_eq!(joined.status, 303, "{}", joined.body);
    assert!(amal.get(&home).body.contains("Fayza Kinsfolk"));

    let id = home.trim_start_matches("/households/");
    assert!(amal.get(&format!("/people/new?household={id}")).body.contains(&format!("value=\"{id}\"")));
    let mut form = vec![("names[0][given]", "Newborn"), ("household", id), ("role", "")];
    let wrong = amal.post("/people", &form);
    assert!(wrong.status == 422 && wrong.body.contains("id=\"role-error\""), "{}", wrong.body);
    form[2] = ("role", "daughter");
    let made = amal.post("/people", &form);
    assert_eq!(made.status, 303, "{}", made.body);
    assert!(amal.get(&home).body.contains("Newborn"));

    let relations = format!("/people/{head}/relations");
    let choice = amal.post(&relations, &[("who", "Umm Nowhere"), ("relation", "mother"), ("starts_on", "")]);
    assert!(choice.status == 200 && choice.body.contains("Keep only the name"), "{}", choice.body);
    let kept = amal.post(&relations, &[("relative_name", "Umm Nowhere"), ("relation", "mother")]);
    assert_eq!(kept.status, 303, "{}", kept.body);
    let sister_number = number(&amal, &sister);
    let wrong = amal.post(&relations, &[("who", &sister_number), ("relation", "sister"), ("starts_on", "long ago")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("value=\"long ago\"") && wrong.body.contains(&format!("value=\"{sister_number}\"")));
    assert_eq!(amal.post(&relations, &[("who", &sister_number), ("relation", "sister")]).status, 303);
    let page = amal.get(&format!("/people/{head}")).body;
    assert!(page.contains("Umm Nowhere") && page.contains("not on record") && page.contains("Fayza"), "{page}");
    let tie = family(&amal, &head)["relations"][1]["id"].as_str().unwrap().to_owned();
    assert_eq!(amal.post(&format!("{relations}/{tie}/end"), &[("ends_on", "never")]).status, 422);
    assert_eq!(amal.post(&format!("{relations}/{tie}/end"), &[("ends_on", "1.1.2020")]).status, 303);
    assert_eq!(amal.post(&format!("{relations}/{tie}/remove"), &[]).status, 303);
    assert_eq!(amal.post(&format!("{home}/members/{sister}/leave"), &[]).status, 303);
});

story!(who_is_not_yours_has_no_name_in_a_household, |server: &Server| {
    let (amal, lucia, omar) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("omar"));
    let (witness, brother) = (register(&amal, "Rima", "1990-01-01"), register(&amal, "Hidden", "1988-01-01"));
    let case = json!({ "person_id": witness, "risk": "high", "trafficking": true });
    assert_eq!(lucia.api("POST", "/cases", &[], &case).status, 201);
    let consent = json!({ "purpose": "law_enforcement", "decision": "given", "wording": "May we?" });
    assert_eq!(amal.api("POST", &format!("/people/{witness}/consents"), &[], &consent).status, 201);
    let home = household(&amal, &brother);
    assert_eq!(join(&amal, &home, &witness, "sister"), 204);
    relate(&amal, &witness, &brother, "brother");
    let page = omar.get(&format!("/people/{witness}"));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Another member") && page.body.contains("Another person on record"), "{}", page.body);
    let read = omar.get(&format!("/households/{home}"));
    assert!(read.status == 200 && read.body.contains("Rima") && read.body.contains("Another member"));
    let told = family(&omar, &witness).to_string() + &page.body + &read.body;
    assert!(!told.contains("Hidden") && !told.contains(&brother), "{told}");
    assert_eq!(join(&omar, &home, &witness, "head"), 403);
    let salma = server.log_in("salma");
    assert_eq!(salma.get(&format!("/households/{home}")).status, 404);
    let theirs = register(&salma, "Elsewhere", "1990-01-01");
    assert_eq!(join(&amal, &home, &theirs, "sister"), 404, "another organisation's person");
    let tie = json!({ "relative_id": theirs, "relation": "sister" });
    assert_eq!(amal.api("POST", &format!("/people/{witness}/relations"), &[], &tie).status, 404);
    household(&amal, &register(&amal, "Else", "1990-01-01"));
    assert_eq!(amal.api("POST", "/households", &[], &json!({ "person_id": witness })).status, 409, "in one already");
});

story!(families_follow_a_merge_its_undoing_and_an_erasure, |server: &Server| {
    let (amal, lucia, daniela) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("daniela"));
    let (kept, ended) = (register(&amal, "Nawal", "1990-01-01"), register(&amal, "Nawel", "1990-01-01"));
    let child = register(&amal, "Jude", "2018-01-01");
    let home = household(&amal, &ended);
    join(&amal, &home, &child, "daughter");
    relate(&amal, &child, &ended, "mother");
    relate(&amal, &ended, &kept, "sister");
    let before = family(&amal, &ended);
    let merge = json!({ "merged": ended, "why": "the same passport" });
    let merge_id = made(&lucia.api("POST", &format!("/people/{kept}/merge"), &[], &merge));
    let merged = family(&amal, &kept);
    assert_eq!(merged["household"]["id"], home.as_str(), "the household goes along");
    assert_eq!(merged["household"]["members"].as_array().unwrap().len(), 2, "and counts nobody twice");
    let relations = merged["relations"].as_array().unwrap();
    assert_eq!((relations.len(), &relations[0]["relation"]), (1, &json!("child")), "nobody is their own sister");
    assert_eq!(family(&amal, &child)["relations"][0]["relative"]["id"], kept.as_str());
    assert_eq!(family(&amal, &child)["child_status"], "accompanied");
    assert_eq!(lucia.api("POST", &format!("/merges/{merge_id}/undo"), &[], &Json::Null).status, 200);
    let mut after = family(&amal, &ended);
    after["household"]["version"] = before["household"]["version"].clone();
    assert_eq!(after, before, "as before the merge");
    assert!(family(&amal, &kept)["household"].is_null());

    let photo = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";
    let put = amal.request("PUT", &format!("/api/v1/people/{ended}/photo"), &[], photo);
    assert_eq!(put.status, 200, "{}", put.body);
    let version = amal.api("GET", &format!("/people/{ended}"), &[], &Json::Null).etag;
    let erasure = json!({ "reason": "asked for it", "on_request": true, "confirm": number(&amal, &ended) });
    let erased = daniela.api("POST", &format!("/people/{ended}/erase"), &[("if-match", &version)], &erasure);
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert_eq!(family(&amal, &child)["relations"], json!([]));
    assert_eq!(family(&amal, &kept)["relations"], json!([]));
    assert_eq!(family(&amal, &child)["household"]["members"].as_array().unwrap().len(), 1);
    assert_eq!(amal.get(&format!("/people/{ended}/photo")).status, 404);
    let told = amal.api("GET", &format!("/people/{child}/history"), &[], &Json::Null).body;
    assert!(!told.contains("Nawel"), "{told}");
});
