//! Possible duplicates: found by themselves, compared side by side, decided once, undone if wrong.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::people::{person, register};
use crate::story;
use crate::support::{Answer, Browser, Server};

fn change(browser: &Browser, person: &str, change: impl FnOnce(&mut Json)) {
    let path = format!("/people/{person}");
    let read = browser.api("GET", &path, &[], &Json::Null);
    let mut body = read.json();
    change(&mut body);
    let changed = browser.api("PUT", &path, &[("if-match", &read.etag)], &body);
    assert_eq!(changed.status, 200, "{}", changed.body);
}

fn listed(browser: &Browser, show: &str, person: &str) -> Option<Json> {
    let answer = browser.api("GET", &format!("/people/duplicates?limit=200&show={show}"), &[], &Json::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let is_theirs = |pair: &&Json| pair["first"]["id"] == person || pair["second"]["id"] == person;
    answer.json()["items"].as_array().unwrap().iter().find(is_theirs).cloned()
}

/// Looks until something is as it should be; it is done in the background.
pub fn soon<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        match look() {
            Some(seen) => return seen,
            None if Instant::now() > patience => panic!("{what} was never so"),
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// The pair of a person in a list, as soon as it is there.
pub fn found(browser: &Browser, show: &str, person: &str) -> Json {
    soon(&format!("a pair of {person} {show}"), || listed(browser, show, person))
}

/// Whatever was written before has been looked at: someone registered afterwards was found to be double.
fn all_looked_at(browser: &Browser, family: &str) {
    register(browser, &person("Sentinela", family));
    let last = register(browser, &person("Sentinela", family));
    found(browser, "waiting", &last);
}

fn path(pair: &Json) -> String {
    format!("/people/duplicates/{}", pair["id"].as_str().unwrap())
}

fn decide(browser: &Browser, pair: &Json, verdict: &Json) -> Answer {
    browser.api("POST", &path(pair), &[("if-match", &format!("\"{}\"", pair["version"]))], verdict)
}

fn story_of(browser: &Browser, person: &str) -> String {
    browser.get(&format!("/people/{person}/history")).body
}

story!(one_woman_registered_in_two_scripts_is_made_one_and_two_again, |server: &Server| {
    let (amal, mateo, daniela) = (server.log_in("amal"), server.log_in("mateo"), server.log_in("daniela"));
    let mut body = person("ضحى", "الزرقاوي");
    body["contacts"] = json!([{ "kind": "mobile", "value": "+963 944 555 123", "safety": "unsafe" }]);
    let first = register(&amal, &body);
    let mut body = person("Zarqawi", "Duha");
    body["birth"] = json!({ "kind": "estimated", "from": "1993-01-01", "to": "1993-12-31" });
    body["contacts"] = json!([{ "kind": "mobile", "value": "0944 555 123", "safety": "safe" }]);
    let second = register(&mateo, &body);
    let pair = found(&daniela, "waiting", &second);
    assert_eq!((&pair["first"]["id"], &pair["second"]["id"]), (&json!(first), &json!(second)));
    assert_eq!((&pair["agreements"]["birth"], &pair["agreements"]["phone"]), (&json!("alike"), &json!("same")));
    assert!(pair["likeness"].as_i64().unwrap() >= 900, "{pair}");
    let today = daniela.get("/").body;
    assert!(today.contains("href=\"/people/duplicates\""), "Today does not lead there");
    assert!(daniela.api("GET", "/today", &[], &Json::Null).json()["possible_duplicates"].as_i64().unwrap() > 0);
    let queue = daniela.get("/people/duplicates?limit=200").body;
    assert!(queue.contains(&path(&pair)) && queue.contains("Zarqawi Duha"), "{queue}");

    daniela.post("/language", &[("language", "en")]);
    let page = daniela.get(&path(&pair)).body;
    for words in ["ضحى الزرقاوي", "Zarqawi Duha", "Alike", "The same", "0944 555 123", "Same person: merge"]
    {
        assert!(page.contains(words), "{words} is not on the page: {page}");
    }
    let at = page.find("+963 944 555 123").expect("the unsafe number is there");
    assert!(page[..at].rfind("<details class=\"gate\"") > page[..at].rfind("</details>"), "outside the gate");
    assert!(page.contains(&format!("value=\"{first}\" checked")), "the older record is proposed");

    let form = path(&pair) + "?version=" + &pair["version"].to_string();
    let again = daniela.post(&form, &[("decision", "same"), ("kept", &second), ("why", " ")]);
    assert_eq!(again.status, 422);
    assert!(again.body.contains("This is needed.") && again.body.contains(&format!("value=\"{second}\" checked")));
    let merged = daniela.post(&form, &[("decision", "same"), ("kept", &second), ("why", "She says so herself")]);
    assert_eq!(merged.status, 303, "{}", merged.body);
    assert!(merged.location.starts_with("/people/duplicates"), "the next one opens: {}", merged.location);
    assert!(daniela.get(&merged.location).body.contains("Decided: Same person."));
    assert_eq!(daniela.get(&format!("/people/{first}")).location, format!("/people/{second}"));
    let decided = found(&daniela, "decided", &second);
    assert_eq!((&decided["decision"], &decided["why"]), (&json!("same"), &json!("She says so herself")));
    assert!(story_of(&daniela, &second).contains("possible duplicate"), "the story says nothing of it");

    let page = daniela.get(&path(&pair)).body;
    let merge = decided["merge_id"].as_str().unwrap();
    assert!(page.contains(&format!("/merges/{merge}/undo")), "{page}");
    assert_eq!(daniela.post(&format!("/merges/{merge}/undo"), &[]).status, 303);
    let back = found(&daniela, "waiting", &first);
    assert_eq!((&back["id"], &back["merge_id"]), (&pair["id"], &Json::Null));
    assert_eq!(daniela.get(&format!("/people/{first}")).status, 200, "two records again");
});

story!(what_is_not_the_same_is_never_asked_again, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let first = register(&amal, &person("Leocadia", "Ferreira"));
    let second = register(&amal, &person("Leocadia", "Ferreira"));
    let pair = found(&daniela, "waiting", &second);
    let verdict = json!({ "decision": "not_same", "why": "They came together: cousins" });
    let decided = decide(&daniela, &pair, &verdict);
    assert_eq!(decided.status, 200, "{}", decided.body);
    assert_eq!((&decided.json()["decision"], decided.etag.as_str()), (&json!("not_same"), "\"2\""));
    // Someone who looked at it before is told kindly.
    let lucia = server.log_in("lucia");
    lucia.post("/language", &[("language", "en")]);
    let late = lucia.post(&(path(&pair) + "?version=1"), &[("decision", "unsure"), ("why", "cannot tell")]);
    assert_eq!(late.status, 412);
    assert!(late.body.contains("Someone else was faster.") && late.body.contains("They came together: cousins"));
    assert!(late.body.contains("cannot tell"), "what was typed is lost");
    let late = decide(&lucia, &pair, &json!({ "decision": "unsure" }));
    assert_eq!((late.status, &late.json()["current"]["decision"]), (412, &json!("not_same")));
    assert_eq!(lucia.api("POST", &path(&pair), &[], &verdict).status, 428, "a decision without a version");

    change(&amal, &first, |body| body["nationalities"] = json!(["SY", "JO"]));
    change(&amal, &second, |body| body["birth"]["from"] = json!("1994-05-18"));
    all_looked_at(&daniela, "Ferreiro");
    assert!(listed(&daniela, "waiting", &second).is_none(), "asked again");
    assert_eq!(listed(&daniela, "decided", &second).unwrap()["agreements"]["birth"], "alike");
    for (language, words) in [
        ("en", ["possible duplicate", "Not the same"]),
        ("fr", ["doublon possible", "Pas la même personne"]),
        ("es", ["posible duplicado", "No es la misma persona"]),
        ("ar", ["تكرار محتمل", "ليسا الشخص نفسه"]),
        ("ja", ["重複の可能性", "別人"]),
    ] {
        daniela.post("/language", &[("language", language)]);
        for person in [&first, &second] {
            let story = story_of(&daniela, person);
            assert!(words.iter().all(|words| story.contains(words)), "{language}: {story}");
        }
        assert_eq!(daniela.get(&path(&pair)).status, 200);
        assert_eq!(daniela.get("/people/duplicates?show=decided").status, 200);
    }
});

story!(unsure_is_asked_again_once_something_changes, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    register(&amal, &person("Mykola", "Bondarenko"));
    let second = register(&amal, &person("Bondarenko", "Mykola"));
    let pair = found(&daniela, "waiting", &second);
    assert_eq!(decide(&daniela, &pair, &json!({ "decision": "unsure" })).status, 200);
    change(&amal, &second, |body| body["languages"] = json!(["uk"]));
    all_looked_at(&daniela, "Bondarev");
    assert_eq!(listed(&daniela, "unsure", &second).unwrap()["id"], pair["id"], "of what is not compared");
    change(&amal, &second, |body| body["birth"]["from"] = json!("1994-05-18"));
    let back = found(&daniela, "waiting", &second);
    assert_eq!((&back["id"], &back["agreements"]["birth"]), (&pair["id"], &json!("alike")));
});

story!(a_pair_is_there_only_for_those_who_see_both, |server: &Server| {
    let (amal, lucia, daniela) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("daniela"));
    let first = register(&amal, &person("Zubaida", "Qasmi"));
    let second = register(&daniela, &person("Qasmi", "Zubayda"));
    let pair = found(&daniela, "waiting", &second);
    assert_eq!(pair["first"]["id"], json!(first));
    assert!(listed(&lucia, "waiting", &second).is_some(), "she sees her team's");
    // A team of its own, which lucia does not see.
    let admin = server.log_in("admin");
    let team = admin.api("POST", "/teams", &[], &json!({ "name": "Elsewhere" })).json();
    let new = json!({ "username": "elsewhere", "name": "Eva", "language": "en", "role": "data_officer", "scope": "team",
        "team_id": team });
    let made = admin.api("POST", "/users", &[], &new);
    assert_eq!(made.status, 201, "{}", made.body);
    let link = admin.api("POST", &format!("/users/{}/link", made.json().as_str().unwrap()), &[], &json!({})).json();
    let address = link["address"].as_str().unwrap();
    let (eva, password) = (server.browser(), "crossing-the-river");
    let welcome = &address[address.find("/welcome/").unwrap()..];
    assert_eq!(eva.post(welcome, &[("password", password), ("again", password)]).status, 303);
    let third = register(&eva, &person("Zubaida", "Qasmi"));
    let hidden = soon("a pair over two teams", || {
        let all = daniela.api("GET", "/people/duplicates?limit=200", &[], &Json::Null).json();
        let items = all["items"].as_array().unwrap().clone();
        items.into_iter().find(|pair| pair["second"]["id"] == third.as_str())
    });
    for blind in [&lucia, &eva] {
        assert!(listed(blind, "waiting", &third).is_none());
        assert_eq!(blind.api("GET", &path(&hidden), &[], &Json::Null).status, 404);
        assert_eq!(blind.get(&path(&hidden)).status, 404);
        assert_eq!(decide(blind, &hidden, &json!({ "decision": "not_same" })).status, 404);
    }
    assert_eq!(amal.get("/people/duplicates").status, 403);
    assert_eq!(server.log_in("salma").get(&path(&hidden)).status, 404, "another organisation's does not exist");
});

story!(erasing_someone_removes_what_was_asked_about_them, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let first = register(&amal, &person("Quirina", "Zapotecatl"));
    let second = register(&amal, &person("Quirina", "Zapotecatl"));
    let pair = found(&daniela, "waiting", &second);
    let verdict = json!({ "decision": "unsure", "why": "Quirina of the river has a scar" });
    assert_eq!(decide(&daniela, &pair, &verdict).status, 200);
    assert!(story_of(&daniela, &first).contains("has a scar"));
    let read = daniela.api("GET", &format!("/people/{second}"), &[], &Json::Null);
    let erasure = json!({ "reason": "she asked", "on_request": true, "confirm": read.json()["number"].to_string() });
    let erased = daniela.api("POST", &format!("/people/{second}/erase"), &[("if-match", &read.etag)], &erasure);
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert_eq!(daniela.api("GET", &path(&pair), &[], &Json::Null).status, 404);
    assert!(["waiting", "unsure", "decided"].iter().all(|show| listed(&daniela, show, &first).is_none()));
    assert!(!story_of(&daniela, &first).contains("has a scar"), "the other's story still tells");
});

story!(whoever_is_typed_in_again_is_shown_with_reasons, |server: &Server| {
    let amal = server.log_in("amal");
    let mut body = person("Samira", "Halabiyeh");
    body["documents"] = json!([{ "kind": "passport", "number": "SY 778-1234/9", "issuer": "SY" }]);
    let id = register(&amal, &body);
    let mut typed = person("Umm", "Karim");
    typed["documents"] = json!([{ "kind": "passport", "number": "sy77812349", "issuer": "SY" }]);
    let likely = amal.api("POST", "/people/matches", &[], &typed).json();
    let hit = likely.as_array().unwrap().iter().find(|hit| hit["id"] == id.as_str()).expect("by the paper");
    assert_eq!((&hit["agreements"]["document"], &hit["agreements"]["name"]), (&json!("same"), &json!("different")));
    let typed =
        amal.get("/people/matches?names[0][kind]=main&names[0][given]=Sameera&names[0][family]=Halabiye&sex=female");
    assert!(typed.body.contains(&id) && typed.body.contains("The same: sex. Alike: name."), "{}", typed.body);
});

story!(the_demo_has_people_who_were_registered_twice, |server: &Server| {
    let daniela = server.log_in("daniela");
    let waiting = soon("four pairs", || {
        let all = daniela.api("GET", "/people/duplicates?limit=200", &[], &Json::Null).json();
        let items = all["items"].as_array().unwrap().clone();
        (items.len() >= 4).then_some(items)
    });
    let order: Vec<(i64, i64)> = waiting
        .iter()
        .map(|pair| (pair["vulnerability"].as_i64().unwrap(), pair["likeness"].as_i64().unwrap()))
        .collect();
    assert!(order.is_sorted_by(|one, other| one >= other), "{order:?}");
});
