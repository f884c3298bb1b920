//! Follow-ups kept by filling in the form of their kind: on a page, over the API, on a phone.

use serde_json::{Value as Json, json};

use crate::forms::{Phone, published, read, visit, with_case};
use crate::story;
use crate::support::{Browser, Server};

fn plan(worker: &Browser, case: &str, kind: &str) -> String {
    let planned = json!({ "kind": kind, "due_on": "2027-01-15" });
    let made = worker.api("POST", &format!("/cases/{case}/follow-ups"), &[], &planned);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn follow_up(worker: &Browser, case: &str, id: &str) -> Json {
    read(worker, &format!("/cases/{case}/follow-ups/{id}"))
}

/// Answers a draft and hands it in.
fn hand_in(worker: &Browser, draft: &str, answers: &Json) -> Json {
    let filled = worker.api("PUT", &format!("/drafts/{draft}"), &[], &json!({ "answers": answers }));
    assert_eq!(filled.status, 200, "{}", filled.body);
    let sent = worker.api("POST", &format!("/drafts/{draft}/send"), &[], &Json::Null);
    assert_eq!(sent.status, 200, "{}", sent.body);
    sent.json()
}

/// A visit as a phone writes it down.
fn visited(case: &str, follow_up: &str, instance: &str) -> String {
    format!(
        "<data id=\"follow_up_visit\" version=\"2026.12\"><case_id>{case}</case_id>\
         <follow_up_id>{follow_up}</follow_up_id><visit><visited_on>2026-11-19</visited_on><met>no</met></visit>\
         <next><agreed>Again on Monday</agreed></next><done_on>2026-11-19</done_on><person_seen>no</person_seen>\
         <meta><instanceID>{instance}</instanceID></meta></data>"
    )
}

/// What is found in the submission of an instance.
fn found(worker: &Browser, case: &str, instance: &str) -> String {
    let all = read(worker, &format!("/cases/{case}/submissions"));
    let id = all.as_array().unwrap().iter().find(|it| it["instance_id"] == instance).unwrap()["id"].clone();
    read(worker, &format!("/submissions/{}", id.as_str().unwrap()))["findings"].to_string()
}

story!(a_follow_up_is_kept_by_the_form_of_its_kind, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    amal.post("/language", &[("language", "en")]);
    let other = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Visitada");
    let planned = plan(&amal, &case, "home_visit");
    let page = format!("/cases/{case}/follow-ups/{planned}");
    let offered = amal.get(&page).body;
    assert!(offered.contains("Follow-up visit") && offered.contains("Fill in the form"), "{offered}");

    // Exactly that form is opened, with the case and the follow-up.
    let drafts = format!("/cases/{case}/drafts");
    let odd = amal.api("POST", &drafts, &[], &json!({ "follow_up_id": planned, "form_id": other }));
    assert_eq!((odd.status, &odd.json()["fields"][0]["field"]), (422, &json!("form_id")), "{}", odd.body);
    assert_eq!(amal.api("POST", &drafts, &[], &json!({})).status, 422, "some form has to be named");
    let begun = amal.post(&drafts, &[("follow_up_id", &planned)]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let draft = begun.location.strip_prefix("/drafts/").unwrap();
    let held = read(&amal, &begun.location);
    assert_eq!(
        (&held["draft"]["follow_up_id"], &held["draft"]["form_title"]),
        (&json!(planned), &json!("Follow-up visit"))
    );
    let asked = |name: &str| held["questions"].as_array().unwrap().iter().find(|it| it["path"] == name).cloned();
    assert_eq!(asked("/data/follow_up_id").unwrap()["value"], json!(planned), "{held}");
    let changed = json!({ "answers": { "/data/follow_up_id": "" } });
    assert_eq!(amal.api("PUT", &begun.location, &[], &changed).status, 400, "nobody makes it another's");
    assert!(amal.get(&page).body.contains("Go on with the form"));

    // Handed in, it is what the follow-up was kept by, on the day it names.
    let answers = json!({ "/data/visit/visited_on": "2026-11-20", "/data/visit/met": "yes", "/data/living/safe": "safe",
        "/data/next/agreed": "She will come on Monday" });
    let sent = hand_in(&amal, draft, &answers);
    assert_eq!(sent["findings"], json!([]), "{sent}");
    let kept = follow_up(&amal, &case, &planned);
    assert_eq!(
        (&kept["done_on"], &kept["person_seen"], &kept["submission_id"]),
        (&json!("2026-11-20"), &json!(true), &json!(draft))
    );
    for path in [page, format!("/cases/{case}")] {
        assert!(lucia.get(&path).body.contains(&format!("/submissions/{draft}")), "{path}");
    }
    let again = amal.api("POST", &drafts, &[], &json!({ "follow_up_id": planned }));
    assert_eq!(again.status, 409, "it was kept already: {}", again.body);
    let told = read(&amal, &format!("/cases/{case}/history")).to_string();
    assert!(told.contains("person_seen"), "{told}");
});

story!(a_phone_keeps_a_follow_up_that_its_user_may_keep, |server: &Server| {
    let (amal, mateo, lucia) = (server.log_in("amal"), server.log_in("mateo"), server.log_in("lucia"));
    let (_, case) = with_case(&amal, "Llamada");
    let (first, second) = (plan(&amal, &case, "home_visit"), plan(&amal, &case, "outreach"));
    let phone = Phone::of(server, &amal);
    // The follow-up says whose it is.
    assert_eq!(phone.send(&visited("", &first, "uuid:kept"), &[]).status, 201);
    let kept = follow_up(&amal, &case, &first);
    assert_eq!((&kept["done_on"], &kept["person_seen"]), (&json!("2026-11-19"), &json!(false)));
    // Kept once; a second form about it is kept too, and says so.
    assert_eq!(phone.send(&visited(&case, &first, "uuid:again"), &[]).status, 201);
    assert!(found(&amal, &case, "uuid:again").contains("\"follow_up\""));
    assert!(!found(&amal, &case, "uuid:kept").contains("\"follow_up\""));
    assert_eq!(follow_up(&amal, &case, &first)["version"], kept["version"]);

    // Whoever does not see the case keeps nothing of it; whoever gives the form to its case does.
    let stranger = Phone::of(server, &mateo);
    assert_eq!(stranger.send(&visited("", &second, "uuid:strange"), &[]).status, 201);
    assert_eq!(follow_up(&amal, &case, &second)["done_on"], Json::Null);
    let waiting = read(&lucia, "/submissions/waiting");
    let strange = waiting.as_array().unwrap().iter().find(|it| it["instance_id"] == "uuid:strange").unwrap();
    let given = lucia.api(
        "POST",
        &format!("/submissions/{}/case", strange["id"].as_str().unwrap()),
        &[("if-match", "\"1\"")],
        &json!({ "case": case }),
    );
    assert_eq!(given.status, 204, "{}", given.body);
    assert_eq!(follow_up(&amal, &case, &second)["submission_id"], strange["id"]);
});

story!(a_house_chooses_the_form_of_each_kind, |server: &Server| {
    let (admin, daniela, amal) = (server.log_in("admin"), server.log_in("daniela"), server.log_in("amal"));
    for user in [&admin, &amal] {
        user.post("/language", &[("language", "en")]);
    }
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Elegida");
    let page = admin.get("/forms/follow-ups").body;
    assert!(page.contains("Home visit") && page.contains("Office appointment"), "{page}");
    assert_eq!(amal.get("/forms/follow-ups").status, 403);
    let stands = admin.api("GET", "/forms/follow-ups", &[], &Json::Null);
    assert_eq!(stands.json()["forms"]["phone"], "follow_up_visit");

    let wrong = admin.post("/forms/follow-ups?version=0", &[("forms[phone]", "nothing")]);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    let chosen = [("forms[home_visit]", "home_visit"), ("forms[phone]", "")];
    assert_eq!(admin.post("/forms/follow-ups?version=0", &chosen).status, 303);
    assert_eq!(admin.post("/forms/follow-ups?version=0", &[("forms[phone]", "home_visit")]).status, 412);
    let told = read(&server.log_in("audit"), "/history").to_string();
    assert!(told.contains("follow_up_form"), "{told}");

    // A form without a question for the follow-up is its evidence too.
    let visited = plan(&amal, &case, "home_visit");
    let begun = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "follow_up_id": visited }));
    assert_eq!(begun.status, 201, "{}", begun.body);
    let draft = begun.json()["id"].as_str().unwrap().to_owned();
    hand_in(&amal, &draft, &json!({ "/data/home/roof": "tile", "/data/home/people": "1" }));
    assert_eq!(follow_up(&amal, &case, &visited)["submission_id"], json!(draft));

    // Where no form is chosen, what came of it is written down.
    let called = plan(&amal, &case, "phone");
    let plain = amal.get(&format!("/cases/{case}/follow-ups/{called}")).body;
    assert!(!plain.contains("Fill in the form") && plain.contains("What came of it?"), "{plain}");
    let refused = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "follow_up_id": called }));
    assert_eq!(refused.status, 409, "{}", refused.body);
    let version = admin.api("GET", "/forms/follow-ups", &[], &Json::Null).etag;
    let back = json!({ "forms": { "phone": "follow_up_visit" } });
    assert_eq!(admin.api("PUT", "/forms/follow-ups", &[("if-match", &version)], &back).status, 200);
    assert!(amal.get(&format!("/cases/{case}/follow-ups/{called}")).body.contains("Fill in the form"));
});
