//! Figures for the public: prepared by one, decided by another, and telling of nobody.

use serde_json::{Value as Json, json};

use crate::forms::read;
use crate::story;
use crate::support::{Answer, Browser, Server};

/// A release of the people who came new, by sex, as it may be begun.
pub fn draft() -> Json {
    json!({
        "titles": [{ "language": "es", "text": "Personas nuevas" }, { "language": "en", "text": "New people" }],
        "tables": [{ "indicator": "new_people", "by": ["sex"] }],
        "from": "2024-01-01",
        "to": today(),
        "protection": { "method": "suppression", "threshold": 10, "rounding": 5 },
        "licence": "cc-by",
    })
}

/// The day where the organisation works, in Mexico.
fn today() -> String {
    jiff::tz::Offset::constant(-6).to_datetime(jiff::Timestamp::now()).date().to_string()
}

/// Someone registered who agrees to be counted, with a case.
fn counted(worker: &Browser, given: &str, sex: &str, nationality: &str) -> String {
    let body = json!({
        "names": [{ "kind": "main", "given": given, "family": "Contada" }],
        "sex": sex,
        "birth": { "kind": "exact", "from": "1990-01-01" },
        "nationalities": [nationality],
    });
    let person = made(&worker.api("POST", "/people", &[], &body));
    for purpose in ["case_work", "statistics"] {
        decide(worker, &person, purpose, "given");
    }
    let case = json!({ "person_id": person, "risk": "medium" });
    made(&worker.api("POST", "/cases", &[], &case));
    person
}

fn decide(worker: &Browser, person: &str, purpose: &str, decision: &str) {
    let consent = json!({ "purpose": purpose, "decision": decision, "wording": "as read to her" });
    let kept = worker.api("POST", &format!("/people/{person}/consents"), &[], &consent);
    assert_eq!(kept.status, 201, "{}", kept.body);
}

fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Does a step with a release as it stands.
fn step(browser: &Browser, release: &str, step: &str, body: &Json) -> Answer {
    let version = browser.api("GET", &format!("/releases/{release}"), &[], &Json::Null).etag;
    browser.api("POST", &format!("/releases/{release}/{step}"), &[("if-match", &version)], body)
}

fn done(browser: &Browser, release: &str, what: &str) {
    let answer = step(browser, release, what, &json!({ "reason": "so that it is right" }));
    assert_eq!(answer.status, 204, "{what}: {}", answer.body);
}

/// A release prepared by the data officer and published by the programme manager.
fn published(server: &Server, input: &Json) -> String {
    let (daniela, pierre) = (server.log_in("daniela"), server.log_in("pierre"));
    let release = made(&daniela.api("POST", "/releases", &[], input));
    done(&daniela, &release, "submit");
    done(&pierre, &release, "publish");
    release
}

/// The figure of a table at codes of its axes, `_T` for the total.
fn figure(release: &Json, table: usize, at: &[&str]) -> Json {
    let table = &release["tables"][table];
    let places: Vec<Json> = table["axes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(at)
        .map(|(axis, code)| {
            let place = axis["values"].as_array().unwrap().iter().position(|value| value == code);
            place.map_or(Json::Null, Json::from)
        })
        .collect();
    let cells = table["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["at"] == json!(places)).unwrap_or_else(|| panic!("{at:?} in {table}")).clone()
}

story!(a_release_is_prepared_by_one_and_decided_by_another, |server: &Server| {
    let (daniela, pierre, amal) = (server.log_in("daniela"), server.log_in("pierre"), server.log_in("amal"));
    let visitor = server.browser();
    for number in 0..24 {
        counted(&amal, &format!("Mujer{number}"), "female", "HN");
    }
    for number in 0..3 {
        counted(&amal, &format!("Rara{number}"), "other", "TV");
    }
    assert_eq!(visitor.get("/published").status, 404, "nothing is there before something is published");

    // The data officer begins it on a page, with a slip, and sees what it would tell.
    daniela.post("/language", &[("language", "en")]);
    let day = today();
    let form = [
        ("titles[0][language]", "en"),
        ("titles[0][text]", "New people"),
        ("titles[1][language]", "fr"),
        ("titles[1][text]", "Nouvelles personnes"),
        ("tables[0][indicator]", "new_people"),
        ("tables[0][first]", "sex"),
        ("tables[1][indicator]", "new_people"),
        ("tables[1][first]", "nationality"),
        ("from", "2024-01-01"),
        ("to", day.as_str()),
        ("protection[method]", "suppression"),
        ("protection[threshold]", "2"),
        ("protection[rounding]", "5"),
        ("licence", "cc-by"),
    ];
    let wrong = daniela.post("/releases", &form);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("from 3 to 100") && wrong.body.contains("Nouvelles personnes"), "{}", wrong.body);
    let form = form.map(|(name, value)| if name == "protection[threshold]" { (name, "10") } else { (name, value) });
    let begun = daniela.post("/releases", &form);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let release = begun.location.trim_start_matches("/releases/").to_owned();
    let page = daniela.get(&begun.location).body;
    assert!(page.contains("someone could be recognised") && page.contains("[c]"), "{page}");
    let preview = read(&daniela, &format!("/releases/{release}/preview"));
    assert!(preview["risks"][0]["small"].as_u64().unwrap() >= 1, "{preview}");
    assert!(preview["risks"][0]["people"].as_u64().unwrap() >= 3, "{preview}");
    assert_eq!(visitor.get(&format!("/published/{release}")).status, 404);

    // It is submitted; its author does not decide, nor does the public see it.
    assert_eq!(daniela.post(&format!("/releases/{release}/submit?version=1"), &[]).status, 303);
    assert_eq!(step(&daniela, &release, "publish", &Json::Null).status, 403);
    assert_eq!(step(&daniela, &release, "submit", &Json::Null).status, 409, "it waits already");
    assert_eq!(visitor.get(&format!("/published/{release}")).status, 404);
    let waits = pierre.get(&format!("/releases/{release}")).body;
    assert!(waits.contains("[c]") && waits.contains(&format!("/releases/{release}/publish")), "{waits}");

    // The second person sends it back with a reason, gets it anew, and publishes it.
    assert_eq!(step(&pierre, &release, "return", &json!({ "reason": " " })).status, 422);
    let back = step(&pierre, &release, "return", &json!({ "reason": "The title says too little" }));
    assert_eq!(back.status, 204, "{}", back.body);
    assert!(daniela.get(&format!("/releases/{release}")).body.contains("The title says too little"));
    done(&daniela, &release, "submit");
    done(&pierre, &release, "publish");

    // A journalist reads it in French, without a log-in and without a cookie.
    let page = visitor.get(&format!("/published/{release}?lang=fr"));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Nouvelles personnes") && page.body.contains("lang=\"fr\""), "{}", page.body);
    assert!(page.body.contains("Casa del Puente") && page.body.contains("moins de 10 personnes"), "{}", page.body);
    assert!(page.cookies.is_empty() && page.headers["cache-control"] == "public, no-cache", "{:?}", page.headers);
    let tag = page.headers["etag"].clone();
    let again = visitor.request("GET", &format!("/published/{release}?lang=fr"), &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    assert!(visitor.get("/published?lang=en").body.contains("New people"));

    // What is small is in no format: neither the figure nor the country of three people.
    let told = read(&visitor, &format!("/published/{release}"));
    assert_eq!(figure(&told, 0, &["other"])["status"], "suppressed", "{told}");
    assert_eq!(figure(&told, 0, &["female"])["status"], "rounded", "{told}");
    assert_eq!(figure(&told, 0, &["female"])["value"].as_u64().unwrap() % 5, 0);
    let hidden = told["tables"][0]["cells"].as_array().unwrap().iter().filter(|cell| cell["status"] == "suppressed");
    assert!(hidden.clone().count() >= 2, "one alone would be the total less the others: {told}");
    assert!(hidden.clone().all(|cell| cell.get("value").is_none()), "{told}");
    let mut everything = vec![told.to_string().into_bytes(), visitor.get(&format!("/published/{release}")).bytes];
    for format in ["csv", "xlsx", "json-stat"] {
        for table in [1, 2] {
            for at in ["/published", "/api/v1/published"] {
                let file = visitor.get(&format!("{at}/{release}/tables/{table}?format={format}&lang=en"));
                assert_eq!(file.status, 200, "{}", file.body);
                everything.push(file.bytes);
            }
        }
    }
    for bytes in &everything {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("Tuvalu") && !text.contains("\"TV\"") && !text.contains(",TV,"), "{text}");
    }
    let csv = visitor.get(&format!("/published/{release}/tables/1?format=csv&lang=en")).body;
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[1].starts_with("#group+gender+name,#group+gender+code,#affected+ind,#status+code"), "{csv}");
    assert!(rows.iter().any(|row| row.contains(",other,,c,")), "{csv}");
    let stat = visitor.get(&format!("/published/{release}/tables/1?format=json-stat&lang=en")).json();
    assert_eq!((&stat["version"], &stat["class"]), (&json!("2.0"), &json!("dataset")));
    let size: u64 = stat["size"].as_array().unwrap().iter().map(|size| size.as_u64().unwrap()).product();
    assert_eq!(stat["value"].as_array().unwrap().len() as u64, size, "{stat}");
    let index = stat["dimension"]["sex"]["category"]["index"].as_array().unwrap();
    let other = index.iter().position(|code| code == "other").unwrap();
    assert_eq!((&stat["value"][other], &stat["status"][other.to_string()]), (&Json::Null, &json!("c")), "{stat}");

    // Every step stands in the history, and the ledger knows the release though it cost nothing.
    let history = read(&server.log_in("audit"), "/history?kind=release").to_string();
    for state in ["submitted", "returned", "published"] {
        assert!(history.contains(state), "{state}: {history}");
    }
    let ledger = read(&pierre, "/releases/ledger");
    assert_eq!(ledger["entries"].as_array().unwrap().len(), 2, "once for each time it was submitted: {ledger}");
    assert_eq!((&ledger["entries"][0]["rho"], &ledger["spent_epsilon"]), (&json!(0), &json!(0.0)), "{ledger}");

    // Withdrawn, it says so and why, and its figures are gone from every format.
    let why = json!({ "reason": "A mistake in the period" });
    assert_eq!(step(&pierre, &release, "withdraw", &why).status, 204);
    let gone = visitor.request("GET", &format!("/published/{release}?lang=en"), &[("if-none-match", &tag)], b"");
    assert_eq!(gone.status, 200);
    assert!(gone.body.contains("A mistake in the period") && !gone.body.contains("[c]"), "{}", gone.body);
    assert_eq!(visitor.get(&format!("/published/{release}/tables/1?format=csv")).status, 404);
    assert_eq!(step(&pierre, &release, "publish", &Json::Null).status, 409, "it does not come back");
});

story!(whoever_withdraws_consent_is_not_in_the_next_release, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let people: Vec<String> = (0..40).map(|number| counted(&amal, &format!("Una{number}"), "female", "HN")).collect();
    let mut exact = draft();
    exact["protection"] = json!({ "method": "suppression", "threshold": 3 });
    exact["tables"] = json!([{ "indicator": "new_people", "by": [] }]);
    let first = published(server, &exact);
    let count = |release: &str| {
        let told = read(&server.browser(), &format!("/published/{release}"));
        figure(&told, 0, &[])["value"].as_u64()
    };
    let before = count(&first).unwrap();
    assert!(before >= 40, "{before}");

    // Ten withdraw, and the next release does not count them; the first stays as it was.
    for person in people.iter().take(10) {
        decide(&amal, person, "statistics", "withdrawn");
    }
    let second = published(server, &exact);
    assert_eq!((count(&first), count(&second)), (Some(before), Some(before - 10)));

    // One comes, and the difference to what the public knows already would tell of her: nothing new is told.
    counted(&amal, "Sola", "female", "HN");
    let third = made(&daniela.api("POST", "/releases", &[], &exact));
    let page = daniela.get(&format!("/releases/{third}")).body;
    assert!(page.contains(&first) && page.contains(&second), "what was published before is named: {page}");
    let preview = read(&daniela, &format!("/releases/{third}/preview"));
    assert_eq!(figure(&preview, 0, &[])["status"], "suppressed", "{preview}");
});

story!(noise_is_drawn_once_and_ends_with_the_budget, |server: &Server| {
    let (daniela, pierre, admin) = (server.log_in("daniela"), server.log_in("pierre"), server.log_in("admin"));
    let mut noisy = draft();
    noisy["protection"] = json!({ "method": "noise", "epsilon": 1.5 });

    // A budget holds once a second person confirmed it.
    let terms = json!({ "epsilon": 2.0, "delta": 1e-6, "lasts": "ever" });
    let budget = made(&daniela.api("POST", "/releases/ledger", &[], &terms));
    assert_eq!(read(&daniela, "/releases/ledger")["epsilon"], 4.0, "the one that every house begins with");
    assert_eq!(daniela.api("POST", &format!("/releases/ledger/{budget}/confirm"), &[], &Json::Null).status, 403);
    assert_eq!(admin.api("POST", &format!("/releases/ledger/{budget}/confirm"), &[], &Json::Null).status, 204);
    assert_eq!(read(&daniela, "/releases/ledger")["epsilon"], 2.0);
    let own = made(&admin.api("POST", "/releases/ledger", &[], &terms));
    assert_eq!(admin.api("POST", &format!("/releases/ledger/{own}/confirm"), &[], &Json::Null).status, 409);
    let silly = json!({ "epsilon": 100.0, "delta": 0.5, "lasts": "ever" });
    assert_eq!(admin.api("POST", "/releases/ledger", &[], &silly).status, 422);

    // Before it is submitted nothing is drawn; after, the same figures come each time.
    let release = made(&daniela.api("POST", "/releases", &[], &noisy));
    let preview = read(&daniela, &format!("/releases/{release}/preview"));
    assert!(preview["tables"].as_array().unwrap().is_empty() && preview["noise"]["sigma"].as_f64().unwrap() > 1.0);
    assert!(daniela.get(&format!("/releases/{release}")).body.contains("±"));
    done(&daniela, &release, "submit");
    let tables = |browser: &Browser| read(browser, &format!("/releases/{release}"))["figures"]["tables"].clone();
    assert_eq!(tables(&daniela), tables(&pierre));
    done(&pierre, &release, "publish");
    let told = read(&server.browser(), &format!("/published/{release}"));
    assert_eq!(figure(&told, 0, &["female"])["status"], "noisy");
    assert_eq!(told["tables"], tables(&daniela));
    let page = server.browser().get(&format!("/published/{release}?lang=en")).body;
    assert!(page.contains("±") && page.contains("differential privacy"), "{page}");

    // The budget does not suffice for another of the kind: refused with what is left, and nothing was spent.
    let spent = read(&daniela, "/releases/ledger");
    assert!(spent["left_epsilon"].as_f64().unwrap() < 1.5, "{spent}");
    let another = made(&daniela.api("POST", "/releases", &[], &noisy));
    let refused = step(&daniela, &another, "submit", &Json::Null);
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.json()["type"] == "/problems/budget-spent" && refused.body.contains("ε"), "{}", refused.body);
    assert_eq!(read(&daniela, "/releases/ledger")["entries"], spent["entries"]);
    assert_eq!(read(&daniela, &format!("/releases/{another}"))["state"], "draft");
    assert!(read(&server.log_in("audit"), "/history?kind=budget").to_string().contains("epsilon"));
});

story!(a_house_may_have_no_public_page, |server: &Server| {
    let (admin, visitor) = (server.log_in("admin"), server.browser());
    let release = published(server, &draft());
    assert_eq!(visitor.get(&format!("/published/{release}")).status, 200);
    let settings = admin.api("GET", "/settings", &[], &Json::Null);
    let mut closed = settings.json();
    closed["public_page"] = false.into();
    assert_eq!(admin.api("PUT", "/settings", &[("if-match", &settings.etag)], &closed).status, 204);
    for path in ["/published".to_owned(), format!("/published/{release}"), format!("/api/v1/published/{release}")] {
        assert_eq!(visitor.get(&path).status, 404, "{path}");
    }
    assert!(read(&visitor, "/published").as_array().unwrap().is_empty());
});

story!(what_was_published_meanwhile_is_taken_into_account, |server: &Server| {
    let (daniela, pierre) = (server.log_in("daniela"), server.log_in("pierre"));
    // Two are counted side by side, neither knowing of the other.
    let both: Vec<String> = (0..2).map(|_| made(&daniela.api("POST", "/releases", &[], &draft()))).collect();
    both.iter().for_each(|release| done(&daniela, release, "submit"));
    done(&pierre, &both[0], "publish");
    let second = step(&pierre, &both[1], "publish", &Json::Null);
    assert_eq!(second.status, 409, "{}", second.body);
    done(&pierre, &both[1], "return");
    done(&daniela, &both[1], "submit");
    done(&pierre, &both[1], "publish");
    // A period that begins on another day within the first would tell of the days between.
    let mut within = draft();
    within["from"] = "2024-06-01".into();
    let third = made(&daniela.api("POST", "/releases", &[], &within));
    assert_eq!(step(&daniela, &third, "submit", &Json::Null).status, 409);
    assert!(daniela.get(&format!("/releases/{third}")).status == 200);
});

story!(synthetic_records_resemble_everybody_and_are_nobody, |server: &Server| {
    let (daniela, pierre, amal) = (server.log_in("daniela"), server.log_in("pierre"), server.log_in("amal"));
    let visitor = server.browser();
    for number in 0..80 {
        counted(&amal, &format!("Mujer{number}"), "female", "HN");
    }
    counted(&amal, "Rara", "other", "TV");
    let terms = json!({ "epsilon": 4.0, "delta": 1e-3, "lasts": "ever" });
    let budget = made(&daniela.api("POST", "/releases/ledger", &[], &terms));
    assert_eq!(pierre.api("POST", &format!("/releases/ledger/{budget}/confirm"), &[], &Json::Null).status, 204);

    // On the page: what the records are to tell is chosen, and what it would tell of the people themselves is seen.
    daniela.post("/language", &[("language", "en")]);
    let day = today();
    let mut form = vec![
        ("titles[0][language]", "en"),
        ("titles[0][text]", "Records for research"),
        ("from", "2024-01-01"),
        ("to", day.as_str()),
        ("protection[method]", "records"),
        ("protection[epsilon]", "2"),
        ("licence", "cc-by"),
    ];
    let wrong = daniela.post("/releases", &form);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("at least two things"), "{}", wrong.body);
    form.extend(["sex", "age", "nationality"].map(|column| ("columns[]", column)));
    let begun = daniela.post("/releases", &form);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let release = begun.location.trim_start_matches("/releases/").to_owned();
    assert!(daniela.get(&format!("{}/edit", begun.location)).body.contains("value=\"nationality\" checked"));
    let page = daniela.get(&begun.location).body;
    assert!(page.contains("Share it with nobody") && page.contains("made once"), "{page}");
    let preview = read(&daniela, &format!("/releases/{release}/preview"));
    assert!(preview["records"]["alone"]["unique"].as_u64().unwrap() >= 1, "{preview}");
    assert_eq!((&preview["records"]["number"], preview["tables"].as_array().unwrap().len()), (&json!(0), 0));

    // Made once, whoever looks; how near they are is for the house.
    done(&daniela, &release, "submit");
    let figures = |browser: &Browser| read(browser, &format!("/releases/{release}"))["figures"].clone();
    assert_eq!(figures(&daniela), figures(&pierre));
    assert_eq!(figures(&pierre)["records"]["apart"].as_array().unwrap().len(), 2);
    assert!(pierre.get(&format!("/releases/{release}")).body.contains(&format!("/releases/{release}/publish")));
    done(&pierre, &release, "publish");

    // The public gets the records in three formats, and tables counted in them.
    let told = read(&visitor, &format!("/published/{release}"));
    assert_eq!(told["tables"].as_array().unwrap().len(), 3, "{told}");
    let women = figure(&told, 0, &["female"]);
    assert_eq!(women["status"], "synthetic");
    let all = figure(&told, 0, &["_T"])["value"].as_u64().unwrap();
    assert!((50..250).contains(&all) && women["value"].as_u64().unwrap() > all / 3, "{told}");
    assert!(told.get("records").is_none() && !told.to_string().contains("apart"), "{told}");
    let page = visitor.get(&format!("/published/{release}?lang=en")).body;
    assert!(page.contains("No record is a person") && page.contains("Honduras"), "{page}");
    assert!(!page.contains("How near"), "{page}");
    let file = |at: &str, format: &str| visitor.get(&format!("{at}/{release}/records?format={format}&lang=en"));
    let csv = file("/published", "csv").body;
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len() as u64, all + 2, "a head, the tags, a line each");
    assert!(rows[0].contains("Sex,Age") && rows[1] == "#group+gender,#group+age,#country+nationality");
    let json = file("/api/v1/published", "json").json();
    assert_eq!(json["columns"][0], "sex", "{json}");
    assert_eq!(json["records"].as_array().unwrap().len() as u64, all);
    let ways = [file("/published", "xlsx").bytes, csv.into_bytes(), json.to_string().into_bytes(), page.into_bytes()];
    for bytes in ways {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("Tuvalu") && !text.contains("\"TV\""), "what one person alone has is left out: {text}");
    }
    assert_eq!(visitor.get(&format!("/published/{release}/records?format=parquet")).status, 400);

    // It cost noise, and a little δ to find out which nationalities occur; records of what is known beforehand cost none.
    let ledger = read(&pierre, "/releases/ledger");
    let entry = &ledger["entries"][0];
    assert!(entry["rho"].as_u64().unwrap() > 0 && entry["delta"].as_f64().unwrap() > 0.0, "{ledger}");
    let mut known = draft();
    known["protection"] = json!({ "method": "records", "epsilon": 0.5 });
    known["columns"] = json!(["sex", "age"]);
    let second = published(server, &known);
    let ledger = read(&pierre, "/releases/ledger");
    assert_eq!((&ledger["entries"][0]["release_id"], &ledger["entries"][0]["delta"]), (&json!(second), &json!(0.0)));
    let history = read(&server.log_in("audit"), "/history?kind=release").to_string();
    assert!(history.contains("nationality"), "{history}");

    // No table needs to be chosen, no column twice, and none that is not of a person.
    for columns in [json!(["sex"]), json!(["sex", "sex"]), json!(["sex", "provider"])] {
        known["columns"] = columns;
        assert_eq!(daniela.api("POST", "/releases", &[], &known).status, 422, "{known}");
    }
    assert_eq!(step(&pierre, &release, "withdraw", &json!({ "reason": "A mistake" })).status, 204);
    assert_eq!(file("/published", "csv").status, 404);
    assert_eq!(visitor.get(&format!("/published/{second}/tables/1?format=csv")).status, 200);
});
