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
pub fn hand_in(worker: &Browser, draft: &str, answers: &Json) -> Json {
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

/// A case that its supervisor lets be closed.
fn to_close(worker: &Browser, supervisor: &Browser, given: &str) -> (String, String) {
    let (person, case) = with_case(worker, given);
    let asked = worker.api("POST", &format!("/cases/{case}/approvals"), &[], &json!({ "kind": "closure" }));
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("/cases/{case}/approvals/{}", asked.json()["id"].as_str().unwrap());
    assert_eq!(supervisor.api("POST", &approval, &[], &json!({ "approve": true })).status, 204);
    (person, case)
}

fn close(worker: &Browser, case: &str, closure: &Json) -> crate::support::Answer {
    let version = worker.api("GET", &format!("/cases/{case}"), &[], &Json::Null).etag;
    worker.api("POST", &format!("/cases/{case}/closed"), &[("if-match", &version)], closure)
}

fn consent(worker: &Browser, person: &str, decision: &str) {
    let decided = json!({ "purpose": "contact", "decision": decision, "wording": "as read to her" });
    let kept = worker.api("POST", &format!("/people/{person}/consents"), &[], &decided);
    assert_eq!(kept.status, 201, "{}", kept.body);
}

/// What of a case is late on its worker's first page.
fn late(worker: &Browser, case: &str) -> Vec<Json> {
    let today = read(worker, "/today");
    let of_case = today["overdue"].as_array().unwrap().iter().filter(|item| item["case_id"] == case);
    of_case.map(|item| item["matter"].clone()).collect()
}

/// Begins the form of a follow-up.
fn begin(worker: &Browser, case: &str, follow_up: &str) -> String {
    let begun = worker.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "follow_up_id": follow_up }));
    assert_eq!(begun.status, 201, "{}", begun.body);
    begun.json()["id"].as_str().unwrap().to_owned()
}

fn asked(rest: &str) -> String {
    format!("/data/asked/{rest}")
}

story!(after_closure_whoever_agreed_is_asked_what_became_of_them, |server: &Server| {
    let (amal, lucia, mateo) = (server.log_in("amal"), server.log_in("lucia"), server.log_in("mateo"));
    amal.post("/language", &[("language", "en")]);
    assert!(!read(&amal, "/questionnaires").to_string().contains("outcomes"), "nobody is screened with it");
    let (person, case) = to_close(&amal, &lucia, "Preguntada");
    let closing = format!("/cases/{case}/close");
    assert!(amal.get(&closing).body.contains("has not agreed to be contacted"));
    let planned = json!({ "reason": "goals_met", "ask_after": ["outcome_3_months", "outcome_12_months"] });
    let early = close(&amal, &case, &planned);
    assert_eq!((early.status, &early.json()["fields"][0]["field"]), (422, &json!("ask_after")), "{}", early.body);
    consent(&amal, &person, "given");
    let proposed = amal.get(&closing).body;
    assert_eq!(proposed.matches("name=\"ask_after[]\"").count(), 3, "{proposed}");
    assert_eq!(proposed.split("ask_after[]").filter(|part| part.contains(" checked")).count(), 3, "{proposed}");
    let odd = json!({ "reason": "deceased", "ask_after": ["outcome_3_months"] });
    assert_eq!(close(&amal, &case, &odd).status, 422);
    let closed = close(&amal, &case, &planned);
    assert_eq!(closed.status, 200, "{}", closed.body);
    let all = read(&amal, &format!("/cases/{case}/follow-ups"));
    let kinds: Vec<&Json> = all.as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, [&json!("outcome_3_months"), &json!("outcome_12_months")]);
    let first = all[0]["id"].as_str().unwrap().to_owned();

    // In a closed case nothing else is planned; what is due is on the worker's first page.
    let plan_on = |kind: &str| {
        let due = json!({ "kind": kind, "due_on": "2026-01-15" });
        amal.api("POST", &format!("/cases/{case}/follow-ups"), &[], &due)
    };
    assert_eq!(plan_on("home_visit").status, 409);
    assert!(amal.get(&format!("/cases/{case}")).body.contains("Ask later what became of the person"));
    let second = plan_on("outcome_6_months").json()["id"].as_str().unwrap().to_owned();
    assert_eq!(late(&amal, &case), [json!({ "follow_up": "outcome_6_months" })]);
    assert!(late(&mateo, &case).is_empty());

    // Asked: the answers are a result, and a column of the list of cases.
    let page = amal.get(&format!("/cases/{case}/follow-ups/{second}")).body;
    assert!(page.contains("What became of the person") && page.contains("Fill in the form"), "{page}");
    let draft = begin(&amal, &case, &second);
    assert_eq!(mateo.get(&format!("/drafts/{draft}")).status, 404);
    let said = [
        ("contact/reached", "yes"),
        ("contact/answered_by", "person"),
        ("contact/again", "yes"),
        ("economic/work", "employed_contract"),
        ("economic/income", "partly"),
        ("food/meals", "always"),
        ("health/health_now", "good"),
        ("health/wellbeing", "some"),
        ("health/care", "always"),
        ("environmental/place", "same"),
        ("environmental/housing", "own"),
        ("personal/safety", "danger"),
        ("personal/harmed", "no"),
        ("community/ties", "few"),
        ("community/children", "no"),
        ("political/legal", "pending"),
        ("political/intention", "stay"),
        ("political/compared", "better"),
        ("political/help", "yes"),
    ];
    let answers: Json =
        said.iter().map(|(path, value)| (asked(path), json!(value))).collect::<serde_json::Map<_, _>>().into();
    let sent = hand_in(&amal, &draft, &answers);
    assert_eq!((&sent["findings"], &sent["submission"]["judged"]), (&json!([]), &json!(true)), "{sent}");
    let kept = follow_up(&amal, &case, &second);
    assert_eq!((&kept["submission_id"], &kept["person_seen"]), (&json!(draft), &json!(true)));
    assert!(late(&amal, &case).is_empty());
    let screenings = read(&amal, &format!("/cases/{case}/screenings"));
    assert_eq!(screenings[0]["result"]["proposed"], "high", "in danger now: {screenings}");
    let list = read(&amal, "/cases?state=closed&limit=200&columns=outcomes.reached,outcomes.housing,outcomes.safety");
    let row = list["items"].as_array().unwrap().iter().find(|it| it["id"] == case.as_str()).unwrap();
    assert_eq!(row["answers"], json!(["Yes", "Own or rented, can stay", "In danger now"]));

    // Not reached is a result, after three tries.
    let draft = begin(&amal, &case, &first);
    let tried = |tries: &str| {
        let answers = json!({ asked("contact/reached"): "not_reached", asked("contact/tries"): tries });
        assert_eq!(amal.api("PUT", &format!("/drafts/{draft}"), &[], &json!({ "answers": answers })).status, 200);
        amal.api("POST", &format!("/drafts/{draft}/send"), &[], &Json::Null).status
    };
    assert_eq!((tried("2"), tried("3")), (422, 200));
    let kept = follow_up(&amal, &case, &first);
    assert_eq!((&kept["submission_id"], &kept["person_seen"]), (&json!(draft), &json!(false)));
});

story!(a_phone_asks_after_closure_as_long_as_the_person_agrees, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let (person, case) = to_close(&amal, &lucia, "Despedida");
    consent(&amal, &person, "given");
    let closure = json!({ "reason": "resettled", "ask_after": ["outcome_3_months", "outcome_6_months"] });
    assert_eq!(close(&amal, &case, &closure).status, 200);
    let all = read(&amal, &format!("/cases/{case}/follow-ups"));
    let id = |at: usize| all[at]["id"].as_str().unwrap().to_owned();
    let phone = Phone::of(server, &amal);
    let record = |follow_up: &str, instance: &str| {
        format!(
            "<data id=\"outcomes\" version=\"2026.12\"><asked><follow_up_id>{follow_up}</follow_up_id>\
             <done_on>2026-11-20</done_on><contact><reached>refused</reached></contact><person_seen>no</person_seen>\
             </asked><meta><instanceID>{instance}</instanceID></meta></data>"
        )
    };
    let (told, file) = crate::entities::fetched(&phone, "outcomes", "follow_ups.csv");
    assert!(file.contains(&id(0)) && file.contains(",outcome_3_months,outcomes"), "{told}: {file}");
    assert_eq!(phone.send(&record(&id(0), "uuid:refused"), &[]).status, 201);
    let kept = follow_up(&amal, &case, &id(0));
    assert_eq!((&kept["done_on"], &kept["person_seen"]), (&json!("2026-11-20"), &json!(false)));
    assert_eq!(found(&amal, &case, "uuid:refused"), "[]");

    // Whoever no longer agrees is asked no more, at once.
    consent(&amal, &person, "withdrawn");
    let (_, file) = crate::entities::fetched(&phone, "outcomes", "follow_ups.csv");
    assert!(!file.contains(&id(1)), "{file}");
    let began = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "follow_up_id": id(1) }));
    assert_eq!(began.status, 409, "{}", began.body);
    assert_eq!(phone.send(&record(&id(1), "uuid:late"), &[]).status, 201);
    assert_eq!(follow_up(&amal, &case, &id(1))["done_on"], Json::Null);
    assert_eq!(read(&amal, "/submissions/waiting").as_array().unwrap().len(), 1, "kept, and without a case");
});
