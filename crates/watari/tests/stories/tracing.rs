//! Family tracing: a mother looks for her daughter, who was registered elsewhere, in another script.
//! Nobody is told of the other before the one found agreed, and a refusal looks like a search that
//! goes on.

use serde_json::{Value as Json, json};

use crate::duplicates::soon;
use crate::people::register;
use crate::story;
use crate::support::{Answer, Browser, Server};

fn someone(given: &str, family: &str, sex: &str, age: i64) -> Json {
    json!({
        "names": [{ "kind": "main", "given": given, "family": family }],
        "sex": sex,
        "birth": { "kind": "age", "age": age },
        "nationalities": ["SY"],
    })
}

fn looks_for(relation: &str, sought: &Json) -> Json {
    let mut request = sought.clone();
    request["relation"] = json!(relation);
    request["wording"] = json!("May we look for her? She said yes.");
    request["circumstances"] = json!("The bus left without her");
    request
}

fn seek(browser: &Browser, seeker: &str, request: &Json) -> String {
    let made = browser.api("POST", &format!("/people/{seeker}/tracing"), &[], request);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn read(browser: &Browser, path: &str) -> Json {
    let answer = browser.api("GET", path, &[], &Json::Null);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

/// The candidate of a request who is this person, as soon as they are found.
fn found(browser: &Browser, request: &str, person: &str) -> Json {
    soon(&format!("{person} a candidate"), || {
        let all = read(browser, &format!("/tracing/{request}/candidates"));
        all.as_array().unwrap().iter().find(|one| one["person"]["id"] == person).cloned()
    })
}

fn candidate_path(candidate: &Json) -> String {
    format!("/tracing/{}/candidates/{}", candidate["request_id"].as_str().unwrap(), candidate["id"].as_str().unwrap())
}

fn decide(browser: &Browser, candidate: &Json, decision: &str) -> Answer {
    let version = format!("\"{}\"", candidate["version"]);
    let verdict = json!({ "decision": decision, "why": "Her scar, her brother's name" });
    browser.api("POST", &candidate_path(candidate), &[("if-match", &version)], &verdict)
}

/// Confirms a candidate and has them asked.
fn ask(browser: &Browser, candidate: &Json) -> String {
    let confirmed = decide(browser, candidate, "confirmed");
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let asked = decide(browser, &confirmed.json(), "asked");
    assert_eq!(asked.status, 200, "{}", asked.body);
    candidate["id"].as_str().unwrap().to_owned()
}

fn answer(browser: &Browser, question: &str, answer: &Json) -> Answer {
    let path = format!("/tracing/questions/{question}");
    let version = browser.api("GET", &path, &[], &Json::Null).etag;
    browser.api("POST", &path, &[("if-match", &version)], answer)
}

fn agreed(words: &str) -> Json {
    json!({ "decision": "agreed", "share": "message", "words": words, "wording": "Someone of your family looks for you" })
}

/// A request and a candidate who is being asked, for the walk along the doors.
pub fn asked(worker: &Browser, supervisor: &Browser) -> (String, String) {
    let sought = someone("Ondine", "Tarasconi", "female", 22);
    let mother = register(worker, &someone("Eulalie", "Tarasconi", "female", 45));
    let daughter = register(worker, &sought);
    let request = seek(worker, &mother, &looks_for("daughter", &sought));
    let candidate = ask(supervisor, &found(supervisor, &request, &daughter));
    (request, candidate)
}

/// A caseworker of another team, who sees none of the first team's people.
fn elsewhere(server: &Server) -> Browser {
    let team = server.log_in("admin").api("POST", "/teams", &[], &json!({ "name": "Ciudad Hidalgo" })).json();
    server.newcomer("eva", &json!({ "team_id": team }))
}

story!(a_mother_and_her_daughter_of_two_teams_find_each_other, |server: &Server| {
    let (amal, daniela, eva) = (server.log_in("amal"), server.log_in("daniela"), elsewhere(server));
    let mut mother = someone("مريم", "الحداد", "female", 41);
    mother["names"].as_array_mut().unwrap().push(json!({ "kind": "also", "given": "Mariam", "family": "Haddad" }));
    let mother = register(&amal, &mother);
    let mut daughter = someone("Nour", "Al-Ahmad", "female", 19);
    daughter["names"].as_array_mut().unwrap().push(json!({ "kind": "mother", "given": "Maryam", "family": "Haddad" }));
    daughter["journey"] = json!([{ "stage": "transit", "country": "TR", "place": "Gaziantep" }]);
    let daughter = register(&eva, &daughter);

    // The form, as the caseworker fills it in: a slip first.
    amal.post("/language", &[("language", "en")]);
    let form = format!("/people/{mother}/tracing");
    let blank = amal.get(&form).body;
    assert!(blank.contains("May we look for your relative") && blank.contains("value=\"SY\" selected"), "{blank}");
    let typed = [
        ("relation", "daughter"),
        ("names[0][kind]", "main"),
        ("names[0][given]", "نور"),
        ("names[0][family]", "الأحمد"),
        ("names[1][kind]", "also"),
        ("names[1][given]", ""),
        ("sex", "female"),
        ("birth[kind]", "age"),
        ("birth[age]", "20"),
        ("nationalities[0]", "SY"),
        ("last_seen_country", "TR"),
        ("last_seen_place", "غازي عنتاب"),
        ("last_seen_on", "next week"),
        ("company[0]", ""),
        ("company[1]", "خالدة درويش"),
        ("circumstances", "انفصلنا في محطة الحافلات"),
        ("tell_name", "true"),
        ("message", "أمك بخير وتنتظرك"),
        ("wording", "قرأنا لها السؤال فوافقت"),
    ];
    let again = amal.post(&form, &typed);
    assert_eq!(again.status, 422);
    for kept in ["next week", "نور", "خالدة درويش", "أمك بخير وتنتظرك"] {
        assert!(again.body.contains(kept), "{kept} is lost: {}", again.body);
    }
    let typed: Vec<(&str, &str)> = typed
        .into_iter()
        .map(|(name, value)| (name, if value == "next week" { "2026-01-05" } else { value }))
        .collect();
    let made = amal.post(&form, &typed);
    assert_eq!(made.status, 303, "{}", made.body);
    let request = made.location.rsplit('/').next().unwrap().to_owned();
    let page = amal.get(&made.location).body;
    assert!(page.contains("نور الأحمد") && page.contains("خالدة درويش") && !page.contains("Who it may be"), "{page}");
    assert!(amal.get(&format!("/people/{mother}")).body.contains(&made.location));

    // Whoever sees both sides sees why it may be her.
    let candidate = found(&daniela, &request, &daughter);
    let fact = |fact: &str| candidate["facts"][fact].as_str().unwrap().to_owned();
    assert_eq!((fact("ages").as_str(), fact("birth").as_str(), fact("sex").as_str()), ("same", "alike", "same"));
    for told in ["name", "family"] {
        assert!(["same", "alike"].contains(&fact(told).as_str()), "{candidate}");
    }
    daniela.post("/language", &[("language", "en")]);
    assert!(daniela.get("/tracing?waiting=true").body.contains(&made.location));
    assert!(daniela.get("/").body.contains("/tracing?waiting=true"), "Today does not lead there");
    let path = candidate_path(&candidate);
    let page = daniela.get(&path).body;
    for words in ["Tell nobody yet.", "نور الأحمد", "Nour Al-Ahmad", "Maryam Haddad", "Gaziantep"] {
        assert!(page.contains(words), "{words} is not on the page: {page}");
    }
    let form = |candidate: &Json| format!("{path}?version={}", candidate["version"]);
    let again = daniela.post(&form(&candidate), &[("decision", "confirmed"), ("why", " ")]);
    assert_eq!(again.status, 422, "a decision without a reason");
    let early = daniela.post(&form(&candidate), &[("decision", "asked")]);
    assert_eq!(early.status, 409, "nobody is asked who was not confirmed");
    assert_eq!(daniela.post(&form(&candidate), &[("decision", "confirmed"), ("why", "Her mother's name")]).status, 303);
    let late = daniela.post(&form(&candidate), &[("decision", "likely"), ("why", "As I read it")]);
    assert_eq!(late.status, 412, "someone else was faster");
    let candidate = found(&daniela, &request, &daughter);
    assert_eq!(daniela.post(&form(&candidate), &[("decision", "asked")]).status, 303);

    // Her worker is told what to ask, and no more than the mother lets be told.
    let question = format!("/tracing/questions/{}", candidate["id"].as_str().unwrap());
    eva.post("/language", &[("language", "en")]);
    assert!(eva.get("/").body.contains("/tracing/questions"), "Today does not lead there");
    assert!(eva.get("/tracing/questions").body.contains(&question));
    assert!(eva.get(&format!("/people/{daughter}")).body.contains(&question));
    let asked = eva.get(&question).body;
    assert!(asked.contains("أمك بخير وتنتظرك") && asked.contains("مريم الحداد") && asked.contains("Parent"), "{asked}");
    assert!(!asked.contains("محطة الحافلات") && !asked.contains(&request) && !asked.contains(&mother), "{asked}");
    assert_eq!(eva.get(&made.location).status, 404);
    let version = read(&eva, &question)["version"].to_string();
    let form = format!("{question}?version={version}");
    let silent = eva.post(&form, &[("decision", "agreed"), ("share", "message"), ("wording", "as written")]);
    assert_eq!(silent.status, 422, "a message without words");
    let words = "ماما، أنا بخير. اكتبي لي.";
    let said = [("decision", "agreed"), ("share", "message"), ("words", words), ("wording", "as written")];
    assert_eq!(eva.post(&form, &said).location, format!("/people/{daughter}#tracing"));

    // The mother's worker is told that she is found, in her words, and neither where nor by whom.
    let located = read(&amal, &format!("/tracing/{request}"));
    assert_eq!((&located["state"], &located["news"]["words"]), (&json!("located"), &json!(words)));
    let page = amal.get(&made.location).body;
    assert!(page.contains(words) && page.contains("Found, and wants to be found."), "{page}");
    assert!(amal.get("/").body.contains("/tracing?show=located"), "Today does not lead there");
    let story = amal.get(&format!("/people/{mother}/history")).body;
    assert!(story.contains(words), "{story}");
    for hidden in [&daughter, "Al-Ahmad", "eva"] {
        assert!(!page.contains(hidden) && !story.contains(hidden), "{hidden} is told");
        assert!(!located.to_string().contains(hidden), "{hidden} is told");
    }
    let close = format!("/tracing/{request}/close?version={}", located["version"]);
    assert_eq!(amal.post(&close, &[("outcome", "")]).status, 422);
    assert_eq!(amal.post(&close, &[("outcome", "reunited"), ("note", "At the border")]).status, 303);
    assert!(amal.get("/tracing?show=closed").body.contains("Family reunited"));
    assert_eq!(amal.post(&close, &[("outcome", "reunited")]).status, 412);
});

/// All that the seeker's worker can see of a request, without what is made anew for each page.
fn seen(browser: &Browser, seeker: &str, request: &str) -> Vec<String> {
    let paths = ["/tracing", "/tracing/questions", "/today", "/people?limit=200"].map(str::to_owned);
    let own = ["", "/tracing", "/history", "/family"].map(|part| format!("/people/{seeker}{part}"));
    let own = own.into_iter().chain([format!("/tracing/{request}")]);
    let told = paths.into_iter().chain(own.clone()).map(|path| {
        let answer = browser.api("GET", &path, &[], &Json::Null);
        format!("{path} {} {}", answer.etag, answer.body)
    });
    let pages = own.filter(|path| !path.ends_with("/family")).chain(["/tracing".to_owned(), "/".to_owned()]);
    let pages = pages.map(|path| without_once(&browser.get(&path).body));
    told.chain(pages).collect()
}

fn without_once(page: &str) -> String {
    let mut pieces = page.split("once=");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |page, piece| page + &piece[32.min(piece.len())..])
}

story!(a_refusal_looks_like_a_search_that_goes_on, |server: &Server| {
    let (amal, daniela, eva) = (server.log_in("amal"), server.log_in("daniela"), elsewhere(server));
    let sought = someone("Zenobia", "Karkouti", "female", 24);
    let father = register(&amal, &someone("Antoun", "Karkouti", "male", 50));
    let request = seek(&amal, &father, &looks_for("daughter", &sought));
    // Nobody is there yet who could be her.
    let before = seen(&amal, &father, &request);
    let daughter = register(&eva, &sought);
    let candidate = found(&daniela, &request, &daughter);
    assert_eq!(seen(&amal, &father, &request), before, "that someone like her is here");
    let question = ask(&daniela, &candidate);
    assert_eq!(seen(&amal, &father, &request), before, "that someone is asked");
    let refused = answer(&eva, &question, &json!({ "decision": "refused", "words": "He sold me" }));
    assert_eq!((refused.status, &refused.json()["state"]), (200, &json!("refused")), "{}", refused.body);
    assert!(!refused.body.contains("He sold me"), "kept for nobody");
    assert_eq!(seen(&amal, &father, &request), before, "that someone refused");
    // His supervisor sees the father and not her: no candidate, not even a count.
    let lucia = server.log_in("lucia");
    assert_eq!(read(&lucia, &format!("/tracing/{request}"))["candidates"], json!(0));
    assert_eq!(read(&lucia, &format!("/tracing/{request}/candidates")), json!([]));
    assert_eq!(lucia.get(&candidate_path(&candidate)).status, 404);
    assert_eq!(decide(&lucia, &candidate, "not_this_person").status, 404);
    assert!(!read(&lucia, "/tracing?waiting=true")["items"].to_string().contains(&request));
    let page = lucia.get(&format!("/tracing/{request}")).body;
    assert!(!page.contains("Zenobia Karkouti</bdi></a>"), "{page}");
    for (browser, path) in [(&amal, format!("/tracing/questions/{question}")), (&eva, format!("/tracing/{request}"))] {
        assert_eq!(browser.get(&path).status, 404, "{path}");
        assert_eq!(browser.api("GET", &path, &[], &Json::Null).status, 404, "{path}");
    }
    assert_eq!(amal.get(&candidate_path(&candidate)).status, 403);
    // She may change her mind, and back again.
    assert_eq!(answer(&eva, &question, &agreed("I live")).status, 200);
    assert_eq!(read(&amal, &format!("/tracing/{request}"))["state"], "located");
    assert_eq!(answer(&eva, &question, &json!({ "decision": "refused" })).status, 200);
    let back = read(&amal, &format!("/tracing/{request}"));
    assert_eq!((&back["state"], &back["news"]), (&json!("open"), &Json::Null));
});

story!(whoever_decides_may_have_been_wrong, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let sought = someone("Filemon", "Aquino", "male", 30);
    let sister = register(&amal, &someone("Perla", "Aquino", "female", 33));
    let other = register(&amal, &sought);
    let request = seek(&amal, &sister, &looks_for("brother", &sought));
    let candidate = found(&lucia, &request, &other);
    let wrong = decide(&lucia, &candidate, "not_this_person");
    assert_eq!(wrong.status, 200, "{}", wrong.body);
    assert!(!read(&lucia, "/tracing?waiting=true")["items"].to_string().contains(&request), "still waits");
    // Asked again by nobody, though his record changes; taken back by whoever decided.
    let path = format!("/people/{other}");
    let mut body = sought.clone();
    body["birth"]["age"] = json!(31);
    let version = amal.api("GET", &path, &[], &Json::Null).etag;
    assert_eq!(amal.api("PUT", &path, &[("if-match", &version)], &body).status, 200);
    let brother = register(&amal, &sought);
    found(&lucia, &request, &brother);
    assert_eq!(found(&lucia, &request, &other)["state"], "not_this_person");
    let likely = decide(&lucia, &found(&lucia, &request, &other), "likely");
    assert_eq!((likely.status, &likely.json()["state"]), (200, &json!("likely")), "{}", likely.body);
    let stale = decide(&lucia, &candidate, "confirmed");
    assert_eq!((stale.status, &stale.json()["current"]["state"]), (412, &json!("likely")));
    let unversioned = lucia.api("POST", &candidate_path(&candidate), &[], &json!({ "decision": "likely", "why": "x" }));
    assert_eq!(unversioned.status, 428);
    for answered in ["agreed", "refused", "proposed"] {
        assert_eq!(decide(&lucia, &likely.json(), answered).status, 422, "{answered} is his to say");
    }
    // A closed search decides nothing more.
    let closing = json!({ "outcome": "withdrawn" });
    let close =
        |closing: &Json| amal.api("POST", &format!("/tracing/{request}/close"), &[("if-match", "\"1\"")], closing);
    assert_eq!(close(&json!({})).status, 422);
    assert_eq!(close(&closing).status, 200);
    assert_eq!(decide(&lucia, &likely.json(), "confirmed").status, 409);
    let reopened = amal.api(
        "POST",
        &format!("/tracing/{request}/reopen"),
        &[("if-match", "\"2\"")],
        &json!({ "why": "She asks again" }),
    );
    assert_eq!((reopened.status, &reopened.json()["state"]), (200, &json!("open")), "{}", reopened.body);
    assert_eq!(decide(&lucia, &likely.json(), "confirmed").status, 200);
});

story!(children_come_first_and_pages_speak_every_language, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let man = register(&amal, &someone("Bashir", "Qabbani", "male", 44));
    let brother = seek(&amal, &man, &looks_for("brother", &someone("Nizar", "Qabbani", "male", 40)));
    let wife = seek(&amal, &man, &looks_for("wife", &someone("Balqis", "Rawi", "female", 40)));
    let son = seek(&amal, &man, &looks_for("son", &someone("Tawfiq", "Qabbani", "male", 9)));
    let order: Vec<String> = read(&amal, "/tracing?limit=200")["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["id"].as_str().unwrap().to_owned())
        .filter(|id| [&brother, &wife, &son].contains(&id))
        .collect();
    assert_eq!(order, [son.as_str(), wife.as_str(), brother.as_str()]);
    let children = read(&amal, "/tracing?child=true&limit=200")["items"].to_string();
    assert!(children.contains(&son) && !children.contains(&brother));
    assert!(read(&amal, "/tracing?relation=wife")["items"].to_string().contains(&wife));
    let first = read(&amal, "/tracing?limit=1");
    let next = read(&amal, &format!("/tracing?limit=1&after={}", first["next"].as_str().unwrap()));
    assert_ne!(first["items"][0]["id"], next["items"][0]["id"]);
    assert_eq!(amal.api("GET", "/tracing?after=nonsense", &[], &Json::Null).status, 400);
    let boy = register(&amal, &someone("Tawfiq", "Qabbani", "male", 9));
    let candidate = found(&lucia, &son, &boy);
    let question = ask(&lucia, &candidate);
    let mut alone = agreed("Papa, I am here");
    assert_eq!(answer(&amal, &question, &alone).status, 422, "a child without anyone who decides with him");
    alone["guardian"] = json!("Child protection office");
    assert_eq!(answer(&amal, &question, &alone).status, 200);
    for language in ["en", "fr", "es", "ar", "ja"] {
        lucia.post("/language", &[("language", language)]);
        let (request, own) = (format!("/tracing/{son}"), format!("/people/{man}/tracing"));
        let question = format!("/tracing/questions/{question}");
        let edit = format!("{request}/edit");
        let candidate = candidate_path(&candidate);
        for path in [
            "/tracing",
            "/tracing?show=located",
            "/tracing/questions?answered=true",
            &request,
            &edit,
            &own,
            &question,
            &candidate,
        ] {
            let page = lucia.get(path);
            assert_eq!(page.status, 200, "{language} {path}: {}", page.body);
            assert!(!page.body.contains("tracing-") || page.body.contains("id=\"tracing-"), "{language} {path}: a key");
        }
    }
});

story!(reading_what_a_protected_person_asked_for_is_written_down, |server: &Server| {
    let amal = server.log_in("amal");
    let mut seeker = someone("Hermine", "Vauquelin", "female", 39);
    seeker["protected"] = json!(true);
    let seeker = register(&amal, &seeker);
    let request = seek(&amal, &seeker, &looks_for("sister", &someone("Odile", "Vauquelin", "female", 35)));
    let readings = || {
        let story = read(&amal, &format!("/people/{seeker}/history"));
        story.as_array().unwrap().iter().filter(|entry| entry["act"] == "read").count()
    };
    let before = readings();
    read(&amal, &format!("/tracing/{request}"));
    assert_eq!(amal.get(&format!("/tracing/{request}")).status, 200);
    assert_eq!(readings(), before + 2);
});

story!(erasing_either_side_leaves_nothing_of_it_with_the_other, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let pair = |family: &str| {
        let sought = someone("Iphigenie", family, "female", 26);
        let mother = register(&amal, &someone("Clytie", family, "female", 48));
        let daughter = register(&amal, &sought);
        let mut request = looks_for("daughter", &sought);
        request["message"] = json!(format!("The house of {family} waits"));
        let request = seek(&amal, &mother, &request);
        let question = ask(&daniela, &found(&daniela, &request, &daughter));
        assert_eq!(answer(&amal, &question, &agreed(&format!("Tell {family} I live"))).status, 200);
        (mother, daughter, request, question)
    };
    let erase = |person: &str| {
        let read = daniela.api("GET", &format!("/people/{person}"), &[], &Json::Null);
        let number = read.json()["number"].to_string();
        let erasure = json!({ "reason": "she asked", "on_request": true, "confirm": number });
        let erased = daniela.api("POST", &format!("/people/{person}/erase"), &[("if-match", &read.etag)], &erasure);
        assert_eq!(erased.status, 204, "{}", erased.body);
    };
    let story = |person: &str| amal.api("GET", &format!("/people/{person}/history"), &[], &Json::Null).body;
    let (mother, daughter, request, question) = pair("Atreides");
    assert!(story(&mother).contains("Tell Atreides I live") && story(&daughter).contains("Tell Atreides I live"));
    erase(&daughter);
    assert!(!story(&mother).contains("Tell Atreides I live"), "the mother's story still tells her words");
    let left = read(&amal, &format!("/tracing/{request}"));
    assert_eq!((&left["state"], &left["news"]), (&json!("open"), &Json::Null));
    assert_eq!(read(&daniela, &format!("/tracing/{request}/candidates")), json!([]));
    assert_eq!(amal.get(&format!("/tracing/questions/{question}")).status, 404);

    let (mother, daughter, request, question) = pair("Labdakides");
    erase(&mother);
    assert_eq!(amal.get(&format!("/tracing/{request}")).status, 404);
    assert_eq!(amal.get(&format!("/tracing/questions/{question}")).status, 404);
    assert_eq!(read(&amal, &format!("/people/{daughter}/tracing"))["questions"], json!([]));
    assert!(!story(&daughter).contains("Labdakides I live"), "what was answered to whom is gone");
});

story!(the_demo_has_families_who_look_for_each_other, |server: &Server| {
    let lucia = server.log_in("lucia");
    let met = soon("two requests that meet", || {
        let requests = read(&lucia, "/tracing?limit=200")["items"].as_array().unwrap().clone();
        assert!(requests.len() >= 4, "{}", requests.len());
        requests.iter().find_map(|request| {
            let candidates = read(&lucia, &format!("/tracing/{}/candidates", request["id"].as_str().unwrap()));
            candidates.as_array().unwrap().iter().find(|one| one["facts"]["request"] == "same").cloned()
        })
    });
    assert!(met["likeness"].as_i64().unwrap() > 900, "{met}");
});
