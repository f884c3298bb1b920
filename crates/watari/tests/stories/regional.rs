//! Three organisations in three countries add up whom they met, and none shows its figures to the others.

use serde_json::{Value as Json, json};

use crate::forms::{multipart, read};
use crate::story;
use crate::support::{Answer, Browser, Cluster, Engine, Server};

/// Tells a story of three houses on both databases. Nothing joins them but the files that they send.
macro_rules! three_houses {
    ($name:ident, $tell:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                ($tell)(&houses(Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                if Cluster::is_here() {
                    ($tell)(&houses(Engine::Postgres));
                }
            }
        }
    };
}

/// An organisation with its own server.
struct House {
    server: Server,
    /// The data officer.
    officer: Browser,
    /// The programme manager.
    manager: Browser,
}

fn houses(engine: Engine) -> [House; 3] {
    [(); 3].map(|()| {
        let server = Server::start(engine);
        let (officer, manager) = (server.log_in("daniela"), server.log_in("pierre"));
        officer.post("/language", &[("language", "en")]);
        manager.post("/language", &[("language", "en")]);
        House { server, officer, manager }
    })
}

/// The day before today where the organisation works, in Mexico.
fn yesterday() -> String {
    let today = jiff::tz::Offset::constant(-6).to_datetime(jiff::Timestamp::now()).date();
    today.yesterday().unwrap().to_string()
}

/// What may be proposed.
pub fn agreement() -> Json {
    json!({
        "title": "People on the southern route",
        "purpose": "To plan shelters",
        "parties": ["Casa del Puente", "Albergue Norte", "Refugio Sur"],
        "tables": [{ "indicator": "new_people", "by": ["sex"] }],
        "from": "2024-01-01",
        "to": yesterday(),
        "epsilon": 2.0,
        "known_to": 1,
        "contact": "Daniela, +52 55 0000 0000",
        "reply_by": "2099-12-31",
        "licence": "cc-by",
    })
}

fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Does a step with an agreement as it stands.
fn step(browser: &Browser, id: &str, step: &str, body: &Json) -> Answer {
    let version = browser.api("GET", &format!("/regional/{id}"), &[], &Json::Null).etag;
    browser.api("POST", &format!("/regional/{id}/{step}"), &[("if-match", &version)], body)
}

fn done(answer: &Answer) {
    assert_eq!(answer.status, 204, "{}", answer.body);
}

fn file(browser: &Browser, id: &str) -> Vec<u8> {
    let file = browser.get(&format!("/api/v1/regional/{id}/file"));
    assert_eq!(file.status, 200, "{}", file.body);
    file.bytes
}

fn take(browser: &Browser, bytes: &[u8]) -> Answer {
    browser.request("POST", "/api/v1/regional/files", &[], bytes)
}

fn taken(browser: &Browser, bytes: &[u8]) {
    let answer = take(browser, bytes);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn state(house: &House, id: &str) -> String {
    read(&house.officer, &format!("/regional/{id}"))["state"].as_str().unwrap().to_owned()
}

/// Everyone sends their file to everyone.
fn exchange(houses: &[House; 3], id: &str) {
    let sent: Vec<Vec<u8>> = houses.iter().map(|house| file(&house.officer, id)).collect();
    for (own, house) in houses.iter().enumerate() {
        let others = sent.iter().enumerate().filter(|(from, _)| *from != own);
        let files: Vec<_> = others.map(|(_, bytes)| ("files", Some("theirs.json"), bytes.as_slice())).collect();
        let taken = multipart(&house.officer, "/regional/files", &files);
        assert_eq!(taken.status, 303, "{}", taken.body);
    }
}

/// An agreement to which all three have agreed.
fn joined(houses: &[House; 3], input: &Json) -> String {
    let id = made(&houses[0].officer.api("POST", "/regional", &[], input));
    done(&step(&houses[0].manager, &id, "agree", &json!({})));
    let proposal = file(&houses[0].officer, &id);
    for (party, house) in houses.iter().enumerate().skip(1) {
        taken(&house.officer, &proposal);
        done(&step(&house.manager, &id, "agree", &json!({ "party": party })));
    }
    exchange(houses, &id);
    for house in houses {
        assert_eq!(state(house, &id), "joined");
    }
    id
}

fn give(house: &House, id: &str) -> Answer {
    step(&house.officer, id, "give", &json!({ "compared": true }))
}

/// How many new people this house has counted, women, men and others.
fn exact(house: &House) -> Vec<i64> {
    let path = format!("/statistics/new_people?period=2024-01-01/{}&by=sex", yesterday());
    let cells = read(&house.officer, &path)["cells"].clone();
    let count = |sex: &str| {
        let cell = cells.as_array().unwrap().iter().find(|cell| cell["values"][0] == sex);
        cell.map_or(0, |cell| cell["numerator"].as_i64().unwrap())
    };
    ["female", "male", "other", "unknown"].map(count).to_vec()
}

/// The figures of the total, in the same order.
fn total(house: &House, id: &str) -> Vec<i64> {
    let table = read(&house.officer, &format!("/regional/{id}"))["tables"][0].clone();
    let values = table["axes"][0]["values"].as_array().unwrap().clone();
    let figure = |sex: &str| {
        let place = values.iter().position(|value| value == sex).unwrap();
        let cell = table["cells"].as_array().unwrap().iter().find(|cell| cell["at"] == json!([place]));
        cell.unwrap()["value"].as_i64().unwrap()
    };
    ["female", "male", "other", "unknown"].map(figure).to_vec()
}

three_houses!(everyone_learns_the_total_and_nobody_the_figures_of_another, |houses: &[House; 3]| {
    let [first, second, third] = houses;
    // The second knows fewer people who agree: the sum is not three times the same.
    let supervisor = second.server.log_in("lucia");
    let people = read(&supervisor, "/people?limit=40")["items"].clone();
    for person in people.as_array().unwrap() {
        let consent = json!({ "purpose": "statistics", "decision": "withdrawn", "wording": "by telephone" });
        let path = format!("/people/{}/consents", person["id"].as_str().unwrap());
        let kept = supervisor.api("POST", &path, &[], &consent);
        // Who never agreed has nothing to withdraw.
        assert!(matches!(kept.status, 201 | 422), "{}", kept.body);
    }

    // The data officer of the first proposes it on a page, with a slip.
    let day = yesterday();
    let form = [
        ("title", "People on the southern route"),
        ("purpose", "To plan shelters"),
        ("parties", "Casa del Puente\r\nAlbergue Norte\r\n"),
        ("tables[0][indicator]", "new_people"),
        ("tables[0][first]", "sex"),
        ("from", "2024-01-01"),
        ("to", day.as_str()),
        ("epsilon", "2"),
        ("known_to", "1"),
        ("contact", "Daniela"),
        ("reply_by", "2099-12-31"),
        ("licence", "cc-by"),
    ];
    let wrong = first.officer.post("/regional", &form);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("At least 3 organisations") && wrong.body.contains("Albergue Norte"), "{}", wrong.body);
    let parties = "Casa del Puente\r\nAlbergue Norte\r\nRefugio Sur";
    let form = form.map(|(name, value)| if name == "parties" { (name, parties) } else { (name, value) });
    let begun = first.officer.post("/regional", &form);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let id = begun.location.trim_start_matches("/regional/").to_owned();

    // Nothing can be sent before a second person agrees, and the first cannot be the second.
    assert_eq!(first.officer.get(&format!("/regional/{id}/file")).status, 404);
    assert_eq!(step(&first.officer, &id, "agree", &json!({})).status, 403);
    let page = first.manager.get(&begun.location).body;
    assert!(
        page.contains("Nobody gets the figures of one organisation") && page.contains("/agree?version=1"),
        "{page}"
    );
    assert_eq!(first.manager.post(&format!("{}/agree?version=1", begun.location), &[]).status, 303);
    let proposal = first.officer.get(&format!("/regional/{id}/file"));
    assert_eq!((proposal.status, proposal.kind.as_str()), (200, "application/json"));

    // The second takes it in on a page, the third through the API; in each house a second person says which they are.
    let upload = [("files", Some("proposal.json"), proposal.bytes.as_slice())];
    let came = multipart(&second.officer, "/regional/files", &upload);
    assert_eq!((came.status, came.location.as_str()), (303, format!("/regional/{id}").as_str()), "{}", came.body);
    taken(&third.officer, &proposal.bytes);
    for party in [Json::Null, json!(0), json!(3)] {
        assert_eq!(step(&second.manager, &id, "agree", &json!({ "party": party })).status, 422, "{party}");
    }
    let page = second.manager.get(&format!("/regional/{id}")).body;
    assert!(page.contains("Albergue Norte</option>") && !page.contains(">Casa del Puente</option>"), "{page}");
    assert_eq!(second.manager.post(&format!("/regional/{id}/agree?version=1"), &[("party", "1")]).status, 303);
    done(&step(&third.manager, &id, "agree", &json!({ "party": 2 })));
    assert_eq!(give(second, &id).status, 409, "not everyone has agreed as far as the second knows");

    // The first passes on what came: one file brings all of it.
    let both = [file(&second.officer, &id), file(&third.officer, &id)];
    let upload = [("files", Some("north.json"), both[0].as_slice()), ("files", Some("south.json"), &both[1])];
    assert_eq!(multipart(&first.officer, "/regional/files", &upload).status, 303);
    let all = file(&first.officer, &id);
    taken(&second.officer, &all);
    taken(&third.officer, &all);
    let codes = houses.each_ref().map(|house| read(&house.officer, &format!("/regional/{id}"))["code"].clone());
    assert!(codes[0].as_str().unwrap().len() == 47 && codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    assert!(third.officer.get(&format!("/regional/{id}")).body.contains(codes[0].as_str().unwrap()));

    // Each gives its part once, after the code was compared; the decision is not the manager's any more.
    let hasty = step(&first.officer, &id, "give", &json!({}));
    assert_eq!((hasty.status, hasty.json()["fields"][0]["field"].clone()), (422, json!("compared")), "{}", hasty.body);
    assert_eq!(step(&first.manager, &id, "give", &json!({ "compared": true })).status, 403);
    let before = read(&first.officer, "/releases/ledger");
    for house in houses {
        done(&give(house, &id));
        assert_eq!(give(house, &id).status, 409);
        assert_eq!(state(house, &id), "given");
        assert!(read(&house.officer, &format!("/regional/{id}"))["tables"].as_array().unwrap().is_empty());
    }
    let ledger = read(&first.officer, "/releases/ledger");
    assert_eq!(ledger["entries"].as_array().unwrap().len(), before["entries"].as_array().unwrap().len() + 1);
    let entry = &ledger["entries"][0];
    assert_eq!(
        (&entry["title"], &entry["regional"]),
        (&json!("People on the southern route"), &json!(true)),
        "{entry}"
    );
    assert!(entry["rho"].as_u64().unwrap() > 0, "{entry}");
    let page = first.officer.get("/releases/ledger").body;
    assert!(page.contains(&format!("/regional/{id}")), "{page}");

    // With the parts of all the subtotals come, with those the total: the same in every house, and near the sum.
    exchange(houses, &id);
    for house in houses {
        assert_eq!(state(house, &id), "added");
    }
    exchange(houses, &id);
    let counted = houses.each_ref().map(exact);
    assert!(counted[0] != counted[1] && counted[0][0] > 0, "{counted:?}");
    let told = read(&first.officer, &format!("/regional/{id}"));
    let within = told["within"].as_i64().unwrap();
    for house in houses {
        assert_eq!(state(house, &id), "complete");
        assert_eq!(total(house, &id), total(first, &id));
    }
    for (place, total) in total(first, &id).into_iter().enumerate() {
        let sum: i64 = counted.iter().map(|counts| counts[place]).sum();
        assert!((total - sum).abs() <= 3 * within, "{total} is far from {sum}: {counted:?}, ± {within}");
    }
    let page = second.officer.get(&format!("/regional/{id}")).body;
    assert!(page.contains("±") && page.contains("additive secret sharing"), "{page}");
    for format in ["csv", "xlsx", "json-stat"] {
        for at in ["/regional", "/api/v1/regional"] {
            let table = second.manager.get(&format!("{at}/{id}/tables/1?format={format}&lang=en"));
            assert_eq!(table.status, 200, "{}", table.body);
        }
    }
    let csv = second.officer.get(&format!("/regional/{id}/tables/1?format=csv&lang=en")).body;
    assert!(csv.contains("#group+gender+code") && csv.contains("Albergue Norte"), "{csv}");
    assert_eq!(second.officer.get(&format!("/regional/{id}/tables/2?format=csv")).status, 404);

    // It is over: nothing more is taken, given or ended. The history tells every step.
    assert_eq!(take(&first.officer, &file(&second.officer, &id)).status, 409);
    assert_eq!(step(&first.manager, &id, "end", &json!({ "reason": "too late" })).status, 409);
    let history = read(&first.server.log_in("audit"), "/history?kind=agreement").to_string();
    for state in ["proposed", "agreed", "joined", "given", "added", "complete"] {
        assert!(history.contains(&format!("\"{state}\"")), "{state}: {history}");
    }
});

three_houses!(a_file_that_is_not_right_changes_nothing, |houses: &[House; 3]| {
    let [first, second, third] = houses;
    let id = joined(houses, &agreement());
    done(&give(second, &id));
    let right = file(&second.officer, &id);
    let known = first.officer.api("GET", &format!("/regional/{id}"), &[], &Json::Null);
    let unchanged = |what: &str| {
        let now = first.officer.api("GET", &format!("/regional/{id}"), &[], &Json::Null);
        assert_eq!((&now.etag, &now.body), (&known.etag, &known.body), "{what}");
    };
    let refused = |bytes: &[u8], says: &str| {
        let answer = take(&first.officer, bytes);
        assert_eq!(answer.status, 409, "{says}: {}", answer.body);
        assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{says}: {}", answer.body);
        unchanged(says);
    };
    let english = first.officer.request("POST", "/api/v1/regional/files", &[("accept-language", "en")], b"words");
    assert_eq!(english.status, 409, "{}", english.body);
    refused(b"words", "not a file of regional figures");
    refused(&right[..right.len() / 2], "not a file of regional figures");
    refused(&file(&first.officer, &id), "known here already");
    refused(&right.iter().copied().chain([b'}']).collect::<Vec<u8>>(), "not a file of regional figures");
    let text = String::from_utf8(right.clone()).unwrap();
    refused(text.replacen("\"watari_regional\":1", "\"watari_regional\":2", 1).as_bytes(), "another version");
    refused(text.replacen("\"epsilon\":2.0", "\"epsilon\":0.5", 1).as_bytes(), "changed on its way");
    refused(text.replacen("\"party\":1,\"sealed\"", "\"party\":2,\"sealed\"", 1).as_bytes(), "changed on its way");
    refused(&vec![b' '; 7 * 1024 * 1024], "not a file of regional figures");
    let huge = vec![b' '; 9 * 1024 * 1024];
    assert_eq!(take(&first.officer, &huge).status, 413);
    let huge = multipart(&first.officer, "/regional/files", &[("files", Some("huge.json"), huge.as_slice())]);
    assert!(huge.status == 422 && huge.body.contains("larger than"), "{}", huge.body);

    // Of two files on a page one is damaged: it is named, and the other is not taken in either.
    let damaged = text.replacen("\"epsilon\":2.0", "\"epsilon\":0.5", 1);
    let upload = [("files", Some("right.json"), right.as_slice()), ("files", Some("damaged.json"), damaged.as_bytes())];
    let both = multipart(&first.officer, "/regional/files", &upload);
    assert_eq!(both.status, 422, "{}", both.body);
    assert!(both.body.contains("damaged.json") && both.body.contains("changed on its way"), "{}", both.body);
    unchanged("two files");
    let none = multipart(&first.officer, "/regional/files", &[]);
    assert!(none.status == 422 && none.body.contains("Choose a file"), "{}", none.body);

    // The second's keys are lost and made anew elsewhere: an answer that is not the one that came before.
    let another = made(&second.officer.api("POST", "/regional", &[], &agreement()));
    done(&step(&second.manager, &another, "agree", &json!({})));
    taken(&third.officer, &file(&second.officer, &another));
    assert_eq!(state(third, &another), "proposed");
    // The right one comes twice at once, which does no harm; alone once more, there is nothing to take.
    let twice = [("files", Some("right.json"), right.as_slice()), ("files", Some("again.json"), &right)];
    assert_eq!(multipart(&first.officer, "/regional/files", &twice).status, 303);
    assert_eq!(state(first, &id), "joined");
    let again = multipart(&first.officer, "/regional/files", &twice[..1]);
    assert!(again.status == 422 && again.body.contains("right.json"), "{}", again.body);
    assert!(again.body.contains("known here already"), "{}", again.body);
});

three_houses!(nothing_is_given_that_the_budget_does_not_cover, |houses: &[House; 3]| {
    let [first, second, _] = houses;
    let id = joined(houses, &agreement());
    let terms = json!({ "epsilon": 0.5, "delta": 1e-6, "lasts": "ever" });
    let budget = made(&second.officer.api("POST", "/releases/ledger", &[], &terms));
    done(&second.manager.api("POST", &format!("/releases/ledger/{budget}/confirm"), &[], &Json::Null));
    let before = file(&second.officer, &id);
    let entries = |house: &House| read(&house.officer, "/releases/ledger")["entries"].clone();
    let spent = entries(second);
    let refused = give(second, &id);
    assert_eq!((refused.status, &refused.json()["type"]), (409, &json!("/problems/budget-spent")), "{}", refused.body);
    assert_eq!((state(second, &id), file(&second.officer, &id)), ("joined".to_owned(), before), "nothing was drawn");
    assert_eq!(entries(second), spent);
    // The others are told from the file, and whoever is left proposes anew what was agreed.
    assert_eq!(step(&second.officer, &id, "end", &json!({ "reason": " " })).status, 422);
    done(&step(&second.officer, &id, "end", &json!({ "reason": "Our budget is spent" })));
    taken(&first.officer, &file(&second.officer, &id));
    assert_eq!(state(first, &id), "ended");
    let page = first.officer.get(&format!("/regional/{id}")).body;
    assert!(page.contains("Our budget is spent") && !page.contains("/give?version"), "{page}");
    assert_eq!(give(first, &id).status, 409);
    assert_eq!(take(&first.officer, &file(&houses[2].officer, &id)).status, 409, "nothing comes of it any more");
    let again = first.officer.get(&format!("/regional/new?like={id}")).body;
    assert!(again.contains("People on the southern route") && again.contains("Refugio Sur"), "{again}");
});

story!(regional_figures_are_for_two_people_of_a_house_and_no_one_else, |server: &Server| {
    let (officer, manager, worker) = (server.log_in("daniela"), server.log_in("pierre"), server.log_in("amal"));
    assert_eq!(manager.api("POST", "/regional", &[], &agreement()).status, 403);
    let id = made(&officer.api("POST", "/regional", &[], &agreement()));
    for path in ["/regional".to_owned(), format!("/regional/{id}"), format!("/regional/{id}/file")] {
        assert_eq!(worker.get(&path).status, 403, "{path}");
        assert_eq!(worker.get(&format!("/api/v1{path}")).status, 403, "{path}");
    }
    // Roles change: whoever proposed it is a programme manager now, and still does not agree to it.
    let admin = server.log_in("admin");
    let own = officer.api("GET", "/account", &[], &Json::Null).json()["id"].as_str().unwrap().to_owned();
    let user = admin.api("GET", &format!("/users/{own}"), &[], &Json::Null);
    let mut changed = user.json();
    changed["role"] = "programme_manager".into();
    let kept = admin.api("PUT", &format!("/users/{own}"), &[("if-match", &user.etag)], &changed);
    assert!(kept.status < 300, "{}", kept.body);
    let promoted = server.log_in("daniela");
    assert_eq!(step(&promoted, &id, "agree", &json!({})).status, 409);
    // An agreement that is a slip is ended by one, and says why.
    done(&step(&manager, &id, "end", &json!({ "reason": "The wrong year" })));
    assert_eq!(read(&manager, &format!("/regional/{id}"))["reason"], "The wrong year");
    assert_eq!(step(&manager, &id, "agree", &json!({})).status, 409);
    let wrong = |change: fn(&mut Json)| {
        let mut input = agreement();
        change(&mut input);
        server.log_in("daniela").api("POST", "/regional", &[], &input).status
    };
    assert_eq!(wrong(|_| {}), 403, "not a data officer any more");
});
