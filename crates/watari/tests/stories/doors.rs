//! Every route with every role: what a role may do opens, everything else stays shut. The table is
//! `doors.txt`; the routes come from the running program's OpenAPI document and from the sources of
//! the pages, so that a new route without a line in the table fails here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Answer, Browser, Server};

/// The users of the table's columns, one for each role.
const USERS: [&str; 7] = ["amal", "lucia", "pierre", "daniela", "omar", "admin", "audit"];

/// What the tokens of each of them can be limited to.
const SCOPES: [&[&str]; 7] = [
    &["people:read", "people:write", "cases:read", "cases:write", "export"],
    &["people:read", "people:write", "cases:read", "cases:write", "export", "statistics:read"],
    &["cases:read", "export", "statistics:read"],
    &["people:read", "people:write", "export", "administration", "statistics:read"],
    &["people:read", "cases:read", "export"],
    &["administration"],
    &["history:read"],
];

/// Names in paths that are no records of an organisation.
const NO_RECORDS: [&str; 21] = [
    "indicator",
    "questionnaire",
    "link",
    "asset",
    "purpose",
    "session",
    "token",
    "held",
    "passkey",
    "key",
    "name",
    "project",
    "form_name",
    "service",
    "table",
    "role",
    "actor",
    "number",
    "list_name",
    "list_service",
    "budget",
];

/// One line of the table.
struct Door {
    method: String,
    path: String,
    who: Vec<char>,
    scopes: Vec<String>,
    body: String,
    /// What does the same over the API.
    api: String,
}

impl Door {
    fn is_api(&self) -> bool {
        self.path.starts_with("/api/") || self.path.starts_with("/v1/")
    }

    /// The route as the program declares it: `GET /cases/{}`.
    fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {}", self.method, nameless(path))
    }

    /// The names in braces, of path and body.
    fn names(&self) -> Vec<String> {
        let text = format!("{}{}", self.path, self.body);
        let inner = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        let is_name = |name: &&str| {
            !name.is_empty() && name.trim_end_matches('!').bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let mut names: Vec<String> = inner.filter(is_name).map(|name| name.trim_end_matches('!').to_owned()).collect();
        names.dedup();
        names
    }

    fn records(&self) -> Vec<String> {
        self.names().into_iter().filter(|name| !NO_RECORDS.contains(&name.as_str())).collect()
    }

    /// What a token needs; of either of two what `all` of a user's holds.
    fn needed(&self, all: &[&str]) -> Vec<&str> {
        let scopes = self.scopes.iter();
        let mut needed: Vec<&str> =
            scopes.map(|scope| scope.split('/').find(|one| all.contains(one)).unwrap_or(scope)).collect();
        needed.dedup();
        needed
    }

    /// What a user's own browser sees.
    fn opens_to(&self, user: usize) -> Seen {
        if self.needs("device") { Seen::Out } else { expected(self.who[user]) }
    }

    fn needs(&self, scope: &str) -> bool {
        self.scopes.iter().any(|needed| needed == scope)
    }
}

/// A path without the names of what stands in it.
fn nameless(path: &str) -> String {
    let mut pieces = path.split('{');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain += "{}";
        plain += piece.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain
}

fn doors() -> Vec<Door> {
    let lines = include_str!("doors.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let doors = lines.map(|line| {
        let parts: Vec<&str> = line.splitn(5, '|').map(str::trim).collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
        let (method, path) = parts[0].split_once(' ').unwrap();
        let who: Vec<char> = part(1).chars().collect();
        assert!(who.len() == USERS.len() && who.iter().all(|sign| "ox-".contains(*sign)), "{line}");
        let scopes: Vec<String> = part(2).split_whitespace().map(str::to_owned).collect();
        assert!(!scopes.is_empty(), "{line}");
        Door { method: method.to_owned(), path: path.to_owned(), who, scopes, body: part(3), api: part(4) }
    });
    doors.collect()
}

/// What came of a try at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Log in first.
    Out,
    /// Not allowed.
    Shut,
    /// Not there.
    Hidden,
    /// The door is open, whatever the record's rules say next.
    Open,
}

fn seen(answer: &Answer) -> Seen {
    match answer.status {
        401 => Seen::Out,
        303 if answer.location.starts_with("/login") => Seen::Out,
        403 => Seen::Shut,
        404 => Seen::Hidden,
        status => {
            assert!(status < 500, "{status}: {}", answer.body);
            Seen::Open
        }
    }
}

/// A person's file with something of everything in it, by the names of the table.
type File = BTreeMap<&'static str, String>;

fn made(answer: &Answer) -> String {
    assert!(matches!(answer.status, 200 | 201), "{}: {}", answer.status, answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn post(browser: &Browser, path: &str, body: &Json) -> String {
    made(&browser.api("POST", path, &[], body))
}

fn register(browser: &Browser, given: &str) -> String {
    let body = json!({
        "names": [{ "kind": "main", "given": given, "family": "Doors" }],
        "sex": "female",
        "birth": { "kind": "exact", "from": "1990-01-01" },
    });
    post(browser, "/people", &body)
}

fn photo() -> Vec<u8> {
    let mut file = Vec::new();
    image::DynamicImage::new_rgb8(8, 8).write_to(&mut Cursor::new(&mut file), image::ImageFormat::Jpeg).unwrap();
    file
}

fn give_photo(browser: &Browser, person: &str) {
    let kept = browser.request("PUT", &format!("/api/v1/people/{person}/photo"), &[], &photo());
    assert_eq!(kept.status, 200, "{}", kept.body);
}

/// Lives through a case up to the plan that waits for approval.
fn file(worker: &Browser, trafficking: bool) -> File {
    let person = register(worker, "Walked");
    let purposes = if trafficking { &["case_work", "law_enforcement"][..] } else { &["case_work"] };
    for purpose in purposes {
        let consent = json!({ "purpose": purpose, "decision": "given", "wording": "as read to her" });
        post(worker, &format!("/people/{person}/consents"), &consent);
    }
    give_photo(worker, &person);
    let relative = register(worker, "Related");
    let household = post(worker, "/households", &json!({ "person_id": person }));
    let tie = json!({ "relative_id": relative, "relation": "sister" });
    let relation = post(worker, &format!("/people/{person}/relations"), &tie);
    let opened = json!({ "person_id": person, "risk": "medium", "trafficking": trafficking });
    let case = post(worker, "/cases", &opened);
    let part = |path: &str, body: Json| post(worker, &format!("/cases/{case}/{path}"), &body);
    let forms = worker.api("GET", "/questionnaires", &[], &Json::Null).json();
    let screened: Vec<String> = forms.as_array().unwrap().iter().map(|form| answer(worker, &case, form)).collect();
    let version = worker.api("GET", &format!("/cases/{case}"), &[], &Json::Null).etag;
    let assessed = worker.api("POST", &format!("/cases/{case}/assessed"), &[("if-match", &version)], &Json::Null);
    assert_eq!(assessed.status, 200, "{}", assessed.body);
    let goal = part("goals", json!({ "front": "protect", "dimension": "personal", "text": "Safe" }));
    let step = json!({ "text": "Ask", "who": "user", "due_on": "2030-01-01" });
    let action = part(&format!("goals/{goal}/actions"), step);
    let note = part("notes", json!({ "kind": "general", "text": "Seen" }));
    let flag = part("flags", json!({ "kind": code("flag_kinds"), "text": "Look" }));
    let follow_up = part("follow-ups", json!({ "kind": code("follow_up_kinds"), "due_on": "2030-01-01" }));
    let approval = part("approvals", json!({ "kind": "plan", "one_front_reason": "first things first" }));
    let kept = worker.request("POST", &format!("/api/v1/cases/{case}/attachments?name=a.txt"), &[], b"words");
    let mut file = super::forms::filled_in(worker, &case);
    file.extend([
        ("person", person),
        ("relative", relative),
        ("household", household),
        ("relation", relation),
        ("case", case),
        ("screening", screened[0].clone()),
        ("goal", goal),
        ("action", action),
        ("note", note),
        ("flag", flag),
        ("follow_up", follow_up),
        ("approval", approval),
        ("attachment", made(&kept)),
    ]);
    file
}

/// Answers a questionnaire: nothing is told.
fn answer(worker: &Browser, case: &str, form: &Json) -> String {
    let asked = form["questions"].as_array().unwrap().iter().filter(|question| question["in_words"] == false);
    let answers: BTreeMap<&str, &str> = asked.map(|question| (question["id"].as_str().unwrap(), "unknown")).collect();
    let path = format!("/cases/{case}/screenings/{}", form["id"].as_str().unwrap());
    post(worker, &path, &json!({ "answers": answers }))
}

/// The first code of a list.
fn code(list: &str) -> String {
    let path = format!("{}/../../reference/{list}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
}

/// The records that the walk tries the doors with.
struct World<'s> {
    server: &'s Server,
    browsers: Vec<Browser>,
    salma: Browser,
    /// A case that caseworker, supervisor and programme manager see.
    plain: File,
    /// Another of them.
    sibling: File,
    /// A trafficking case of someone who agreed to work with the police.
    agreed: File,
    /// The same of another organisation.
    foreign: File,
    /// What a door that ends its record has not ended yet.
    fresh: RefCell<BTreeMap<String, String>>,
}

impl<'s> World<'s> {
    fn new(server: &'s Server) -> World<'s> {
        let browsers: Vec<Browser> = USERS.iter().map(|user| server.log_in(user)).collect();
        let (amal, lucia, admin, salma) = (&browsers[0], &browsers[1], &browsers[5], server.log_in("salma"));
        let account = |browser: &Browser| browser.api("GET", "/account", &[], &Json::Null).json();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let mut plain = file(amal, false);
        let new =
            json!({ "username": "walked", "name": "Walked", "language": "en", "role": "auditor", "scope": "own" });
        plain.insert("user", text(&admin.api("POST", "/users", &[], &new).json()));
        plain.insert("team", text(&account(lucia)["team_id"]));
        let urgent = json!({ "reason": "She is at the door and bleeding" });
        plain.insert("grant", post(amal, &format!("/people/{}/break-glass", plain["person"]), &urgent));
        plain.insert("import", begun(&browsers[3]));
        let today = lucia.api("GET", "/today", &[], &Json::Null).json();
        plain.insert("notice", text(&today["notices"][0]["id"]));
        plain.insert("duplicate", alike(amal, lucia));
        plain.insert("release", post(&browsers[3], "/releases", &super::releases::draft()));
        plain.insert("agreement", post(&browsers[3], "/regional", &super::regional::agreement()));
        plain.extend(sought(amal, lucia));
        let mut agreed = file(lucia, true);
        let mut foreign = file(&salma, true);
        for name in [
            "user",
            "team",
            "notice",
            "grant",
            "import",
            "duplicate",
            "tracing",
            "candidate",
            "question",
            "release",
            "agreement",
        ] {
            agreed.insert(name, plain[name].clone());
        }
        foreign.insert("user", text(&account(&salma)["id"]));
        foreign.insert("team", text(&account(&salma)["team_id"]));
        foreign.insert("member", foreign["person"].clone());
        foreign.insert("pictured", foreign["person"].clone());
        foreign.insert("merge", merged(&salma));
        foreign.insert("duplicate", alike(&salma, &salma));
        foreign.insert("grant", post(&salma, &format!("/people/{}/break-glass", foreign["person"]), &urgent));
        foreign.extend(sought(&salma, &salma));
        let mut sibling = file(amal, false);
        sibling.extend(sought(amal, lucia));
        World { server, browsers, salma, plain, sibling, agreed, foreign, fresh: RefCell::default() }
    }

    fn file(&self, user: usize) -> &File {
        if USERS.get(user) == Some(&"omar") { &self.agreed } else { &self.plain }
    }

    /// The record that a name means for a user.
    fn record(&self, name: &str, user: usize) -> String {
        match name {
            "questionnaire" => "specific-needs".to_owned(),
            "name" => "nothing.csv".to_owned(),
            "link" | "key" => "nonsense".to_owned(),
            "asset" => "watari.css".to_owned(),
            "purpose" => "research".to_owned(),
            "project" => "1".to_owned(),
            "form_name" => "follow_up_visit".to_owned(),
            "service" => "follow_up_visit.svc".to_owned(),
            "table" => "Submissions".to_owned(),
            "role" => "2".to_owned(),
            "actor" => "7".to_owned(),
            "number" => "1".to_owned(),
            "indicator" => "people_reached".to_owned(),
            "list_name" => "places_of_help".to_owned(),
            "list_service" => "places_of_help.svc".to_owned(),
            "passkey" | "session" | "token" | "held" | "budget" => uuid().to_owned(),
            _ => self.file(user)[name].clone(),
        }
    }

    /// A record that the door may end.
    fn fresh(&self, name: &str, user: usize) -> String {
        let lucia = &self.browsers[1];
        let key = format!("{name} {user}");
        let known = self.fresh.borrow().get(&key).cloned();
        let id = known.unwrap_or_else(|| match name {
            "session" => self.another_session(user),
            "draft" => {
                let maker = if user < 2 { self.browser(user) } else { lucia };
                let file = self.file(user);
                post(maker, &format!("/cases/{}/drafts", file["case"]), &json!({ "form_id": file["form"] }))
            }
            "device" => {
                let own = |browser: &Browser| browser.api("GET", "/account", &[], &Json::Null).json()["id"].clone();
                // Administrators fill in nothing themselves.
                let (maker, whose) = match USERS.get(user) {
                    Some(&"admin") => (self.browser(user), own(&self.browsers[0])),
                    Some(&"amal") => (self.browser(user), Json::Null),
                    _ => (lucia, Json::Null),
                };
                post(maker, "/devices", &json!({ "name": "walk", "user_id": whose }))
            }
            "entity" => {
                let new = json!({ "label": "walk", "data": {} }).to_string();
                let path = "/v1/projects/1/datasets/places_of_help/entities";
                let made =
                    self.browsers[3].request("POST", path, &[("content-type", "application/json")], new.as_bytes());
                assert_eq!(made.status, 200, "{}", made.body);
                made.json()["uuid"].as_str().unwrap().to_owned()
            }
            "token" => self.token(user, &SCOPES.get(user).unwrap_or(&SCOPES[1])[..1]).0,
            "merge" => merged(lucia),
            "import" => begun(&self.browsers[3]),
            "pictured" => {
                let person = register(lucia, "Pictured");
                give_photo(lucia, &person);
                person
            }
            "member" => {
                let path = format!("/households/{}/members", self.file(user)["household"]);
                let person = register(lucia, "Member");
                let joined = lucia.api("POST", &path, &[], &json!({ "person_id": person, "role": "sister" }));
                assert_eq!(joined.status, 204, "{}", joined.body);
                person
            }
            "relation" => {
                let path = format!("/people/{}/relations", self.file(user)["person"]);
                post(lucia, &path, &json!({ "relative_name": "Umm Ali", "relation": "aunt" }))
            }
            "action" => {
                let file = self.file(user);
                let path = format!("/cases/{}/goals/{}/actions", file["case"], file["goal"]);
                post(lucia, &path, &json!({ "text": "Not this", "due_on": "2030-01-01" }))
            }
            other => panic!("nothing makes a fresh {other}"),
        });
        self.fresh.borrow_mut().insert(key, id.clone());
        id
    }

    fn another_session(&self, user: usize) -> String {
        let name = USERS.get(user).copied().unwrap_or("salma");
        self.server.log_in(name);
        let sessions = self.browser(user).api("GET", "/account/sessions", &[], &Json::Null).json();
        let other = sessions.as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
        other["id"].as_str().unwrap().to_owned()
    }

    /// A token of a user: its id and the header that carries it.
    fn token(&self, user: usize, scopes: &[&str]) -> (String, String) {
        let made = self.browser(user).api("POST", "/account/tokens", &[], &json!({ "name": "walk", "scopes": scopes }));
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |field: &str| made.json()[field].as_str().unwrap().to_owned();
        (text("id"), format!("Bearer {}", text("secret")))
    }

    fn browser(&self, user: usize) -> &Browser {
        self.browsers.get(user).unwrap_or(&self.salma)
    }

    /// The records of a door for a user, those that it ends made anew.
    fn records(&self, door: &Door, user: usize) -> BTreeMap<String, String> {
        let names = door.names().into_iter().map(|name| {
            let ends = door.path.contains(&format!("{{{name}!}}"));
            let id = if ends { self.fresh(&name, user) } else { self.record(&name, user) };
            (name, id)
        });
        names.collect()
    }

    /// Tries a door as a user; what the door ended is forgotten.
    fn try_door(&self, door: &Door, user: usize, browser: &Browser, bearer: Option<&str>) -> Answer {
        let answer = send(browser, door, &self.records(door, user), bearer);
        if seen(&answer) == Seen::Open {
            let ended =
                |key: &str| key.split(' ').next().is_some_and(|name| door.path.contains(&format!("{{{name}!}}")));
            self.fresh.borrow_mut().retain(|key, _| !ended(key) || !key.ends_with(&format!(" {user}")));
        }
        answer
    }
}

/// A file that was looked at and brings in nobody yet.
fn begun(officer: &Browser) -> String {
    let kept =
        officer.request("POST", "/api/v1/people/imports?name=a.csv", &[], b"given name,family name\nImported,Doors\n");
    made(&kept)
}

fn uuid() -> &'static str {
    "0190b0b0-0000-7000-8000-000000000000"
}

/// Two records made one.
fn merged(browser: &Browser) -> String {
    let (kept, ended) = (register(browser, "Kept"), register(browser, "Ended"));
    post(browser, &format!("/people/{kept}/merge"), &json!({ "merged": ended, "why": "the same passport" }))
}

/// A text with the records in place of their names.
fn filled(text: &str, records: &BTreeMap<String, String>) -> String {
    records.iter().fold(text.to_owned(), |text, (name, id)| {
        text.replace(&format!("{{{name}}}"), id).replace(&format!("{{{name}!}}"), id)
    })
}

/// A tracing request with someone found who is being asked.
fn sought(worker: &Browser, supervisor: &Browser) -> File {
    let (request, candidate) = super::tracing::asked(worker, supervisor);
    File::from([("tracing", request), ("candidate", candidate.clone()), ("question", candidate)])
}

/// Two records that may be one person's, as soon as they are found to be.
fn alike(registrar: &Browser, reviewer: &Browser) -> String {
    register(registrar, "Twice");
    let second = register(registrar, "Twice");
    super::duplicates::found(reviewer, "waiting", &second)["id"].as_str().unwrap().to_owned()
}

fn send(browser: &Browser, door: &Door, records: &BTreeMap<String, String>, bearer: Option<&str>) -> Answer {
    let (path, body) = (filled(&door.path, records), filled(&door.body, records));
    let (kind, body) = match body.as_str() {
        "@photo" => ("image/jpeg", photo()),
        "@multipart" => ("multipart/form-data; boundary=x", b"--x--\r\n".to_vec()),
        _ if door.is_api() => ("application/json", body.into_bytes()),
        _ => ("application/x-www-form-urlencoded", body.into_bytes()),
    };
    let mut headers = vec![("content-type", kind), ("accept-language", "en")];
    if door.is_api() && door.method != "GET" {
        headers.push(("if-match", "\"0\""));
    }
    headers.extend(bearer.map(|bearer| ("authorization", bearer)));
    browser.request(&door.method, &path, &headers, &body)
}

fn expected(sign: char) -> Seen {
    match sign {
        'o' => Seen::Open,
        'x' => Seen::Shut,
        _ => Seen::Hidden,
    }
}

/// What went wrong, all of it: a table is mended as a whole.
fn none_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} doors are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
}

/// The routes of the pages, from where they are declared.
fn page_routes(folder: &Path, found: &mut BTreeSet<String>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            page_routes(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("web/metrics.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains(".route_service(") && !text.contains(".nest_service("), "{}", path.display());
            for declared in text.split(".route(").skip(1) {
                let (route, rest) = declared.trim_start().strip_prefix('"').unwrap().split_once('"').unwrap();
                let handlers = call(rest);
                let methods: Vec<&str> = ["get", "post", "put", "delete", "patch"]
                    .into_iter()
                    .filter(|method| {
                        handlers
                            .split(|c: char| !c.is_alphanumeric() && c != '(' && c != '_')
                            .any(|word| word.starts_with(&format!("{method}(")))
                    })
                    .collect();
                assert!(!methods.is_empty(), "{route} has no method that is understood: {handlers}");
                found.extend(methods.iter().map(|method| format!("{} {}", method.to_uppercase(), nameless(route))));
            }
        }
    }
}

/// What stands before the bracket that closes a call.
fn call(rest: &str) -> &str {
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    });
    &rest[..end.unwrap()]
}

/// The operations of the API, from the running program.
fn operations(server: &Server) -> BTreeSet<String> {
    let document = server.browser().get("/api/v1/openapi.json").json();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| ["get", "post", "put", "delete", "patch"].contains(&key.as_str()));
        found.extend(methods.map(|method| format!("{} {}", method.to_uppercase(), nameless(path))));
    }
    found
}

story!(every_route_is_in_the_table_and_every_page_has_its_operation, |server: &Server| {
    let operations = operations(server);
    let mut routes: BTreeSet<String> =
        operations.iter().map(|operation| operation.replacen(' ', " /api/v1", 1)).collect();
    page_routes(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src")), &mut routes);
    assert!(routes.len() > 150, "{}", routes.len());
    let doors = doors();
    let known: BTreeSet<String> = doors.iter().map(Door::route).collect();
    let strange: Vec<&String> = routes.symmetric_difference(&known).collect();
    assert!(strange.is_empty(), "in the program or in doors.txt, but not in both: {strange:#?}");
    assert_eq!(known.len(), doors.len(), "a route stands twice");
    let without: Vec<String> = doors
        .iter()
        .filter(|door| {
            !door.is_api() && !matches!(door.api.as_str(), "form" | "page") && !operations.contains(&door.api)
        })
        .map(|door| format!("{} → {:?}", door.route(), door.api))
        .collect();
    assert!(without.is_empty(), "pages that do what the API cannot: {without:#?}");
});

story!(every_role_at_every_door, |server: &Server| {
    let world = World::new(server);
    let (doors, nobody) = (doors(), server.browser());
    let mut wrong = Vec::new();
    for door in &doors {
        let is_public = door.needs("public");
        let outside = seen(&world.try_door(door, 0, &nobody, None));
        if (outside == Seen::Out) == is_public && door.path != "/logout" {
            wrong.push(format!("nobody at {}: {outside:?}", door.route()));
        }
        for user in (0..USERS.len()).filter(|_| !is_public) {
            let answer = world.try_door(door, user, world.browser(user), None);
            if seen(&answer) != door.opens_to(user) {
                wrong.push(format!("{} at {}: {} {}", USERS[user], door.route(), answer.status, first(&answer)));
            }
        }
        if !is_public {
            let answer = world.try_door(door, USERS.len(), &world.salma, None);
            let wanted = match (door.who[1], door.records().is_empty()) {
                _ if door.needs("device") => &[Seen::Out][..],
                ('x', _) => &[Seen::Shut, Seen::Hidden],
                (_, false) | ('-', _) => &[Seen::Hidden],
                _ => &[Seen::Open],
            };
            if !wanted.contains(&seen(&answer)) {
                wrong.push(format!("another organisation at {}: {} {}", door.route(), answer.status, first(&answer)));
            }
        }
    }
    none_wrong(&wrong);
});

fn is_within(set: &[&str], all: &[&str]) -> bool {
    set.iter().all(|scope| all.contains(scope))
}

/// The beginning of what was answered, for a message.
fn first(answer: &Answer) -> String {
    answer.body.chars().take(160).collect()
}

story!(every_token_at_every_door, |server: &Server| {
    let world = World::new(server);
    let (doors, program) = (doors(), server.browser());
    let mut wrong = Vec::new();
    for (user, all) in SCOPES.iter().enumerate() {
        // Each scope alone and all together at every door; what a door needs together at that door.
        let alone = all.iter().map(|scope| vec![*scope]);
        let whole: BTreeSet<Vec<&str>> = alone.chain([all.to_vec()]).collect();
        let needed: BTreeSet<Vec<&str>> =
            doors.iter().map(|door| door.needed(all)).filter(|set| is_within(set, all)).collect();
        for scopes in whole.union(&needed) {
            let bearer = world.token(user, scopes).1;
            let together = scopes.len() == all.len();
            let walked = |door: &&Door| match door.needs("public") {
                true => false,
                // What the role may not do at all, no scope alone will open when all together do not.
                false => together || door.needed(all) == *scopes || whole.contains(scopes) && door.who[user] != 'x',
            };
            for door in doors.iter().filter(walked) {
                let answer = world.try_door(door, user, &program, Some(&bearer));
                let allowed = door.needs("any") || is_within(&door.needed(all), scopes);
                let seen = seen(&answer);
                let right = match door.scopes[0].as_str() {
                    "person" => answer.status == 409 || answer.status == 404,
                    "cookie" | "device" => seen == Seen::Out,
                    _ if allowed => seen == expected(door.who[user]) || door.who[user] == 'x' && seen == Seen::Hidden,
                    _ => matches!(seen, Seen::Shut | Seen::Hidden),
                };
                if !right {
                    let route = door.route();
                    wrong.push(format!("{} {scopes:?} at {route}: {} {}", USERS[user], answer.status, first(&answer)));
                }
            }
        }
    }
    none_wrong(&wrong);
});

story!(what_is_of_another_organisation_is_as_if_it_were_not, |server: &Server| {
    let world = World::new(server);
    let mut wrong = Vec::new();
    for door in doors().iter().filter(|door| !door.needs("public")) {
        for user in (0..USERS.len()).filter(|user| door.who[*user] == 'o') {
            for name in door.records() {
                let Some(theirs) = world.foreign.get(name.as_str()) else { continue };
                let ask = |id: &str| {
                    let mut records = world.records(door, user);
                    records.insert(name.clone(), id.to_owned());
                    let answer = send(world.browser(user), door, &records, None);
                    (answer.status, answer.body.replace(id, "ID"))
                };
                let (foreign, nothing) = (ask(theirs), ask(uuid()));
                if foreign != nothing || foreign.0 != 404 {
                    let route = door.route();
                    wrong.push(format!("{} at {route} with their {name}: {} / {}", USERS[user], foreign.0, nothing.0));
                }
            }
        }
    }
    none_wrong(&wrong);
});

story!(a_part_is_found_under_its_own_record_only, |server: &Server| {
    let world = World::new(server);
    let mut wrong = Vec::new();
    for door in doors().iter().filter(|door| door.path.matches('{').count() > 1 && door.records().len() > 1) {
        let parent = door.records().remove(0);
        // Those who see both files.
        for user in (0..3).filter(|user| door.who[*user] == 'o') {
            let mut records = world.records(door, user);
            records.insert(parent.clone(), world.sibling[parent.as_str()].clone());
            let answer = send(world.browser(user), door, &records, None);
            if answer.status != 404 {
                wrong.push(format!("{} at {} of another {parent}: {}", USERS[user], door.route(), answer.status));
            }
        }
    }
    none_wrong(&wrong);
});

story!(another_site_can_write_nowhere, |server: &Server| {
    let world = World::new(server);
    let mut wrong = Vec::new();
    for door in doors().iter().filter(|door| door.method != "GET") {
        for forged in
            [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://elsewhere.example")]
        {
            let path = filled(&door.path, &world.records(door, 1));
            let answer = world.browsers[1].request(&door.method, &path, &[forged], b"");
            if answer.status != 403 || !answer.body.contains("another site") {
                wrong.push(format!("{forged:?} at {}: {}", door.route(), answer.status));
            }
        }
    }
    none_wrong(&wrong);
});

story!(a_session_whose_second_factor_is_due_reaches_nothing_else, |server: &Server| {
    let world = World::new(server);
    let lucia = &world.browsers[1];
    let secret = lucia.api("POST", "/account/totp", &[], &Json::Null).json()["secret"].as_str().unwrap().to_owned();
    let confirmed = lucia.api("PUT", "/account/totp", &[], &json!({ "code": crate::support::code(&secret, -1) }));
    assert_eq!(confirmed.status, 204, "{}", confirmed.body);
    let half = server.log_in("lucia");
    let mut wrong = Vec::new();
    for door in doors().iter().filter(|door| !door.needs("public")) {
        let wanted = if door.needs("cookie") { Seen::Open } else { Seen::Out };
        let answer = send(&half, door, &world.records(door, 1), None);
        if seen(&answer) != wanted {
            wrong.push(format!("{}: {} {}", door.route(), answer.status, first(&answer)));
        }
    }
    none_wrong(&wrong);
});

// What the browser is told with each answer, and what no page may hold under its policy.
story!(every_answer_is_guarded_and_no_page_runs_what_stands_in_it, |server: &Server| {
    let world = World::new(server);
    let mut wrong = Vec::new();
    for door in doors().iter().filter(|door| door.method == "GET" || door.needs("public")) {
        for user in (0..USERS.len()).filter(|user| door.who[*user] != 'x') {
            let answer = send(world.browser(user), door, &world.records(door, user), None);
            let header = |name: &str| answer.headers.get(name).cloned().unwrap_or_default();
            let policy = header("content-security-policy");
            let guarded = policy.starts_with("default-src 'none'")
                && !policy.contains("unsafe")
                && policy.contains("frame-ancestors 'none'")
                && header("x-content-type-options") == "nosniff"
                && header("x-frame-options") == "DENY"
                && header("referrer-policy") == "no-referrer"
                && (door.path.starts_with("/assets/") || header("cache-control") == "no-store");
            if !guarded {
                wrong.push(format!("{} is not guarded: {:?}", door.route(), answer.headers));
            }
            if answer.kind.starts_with("text/html") {
                let runs = |what: &str| answer.body.contains(what);
                let bare = answer.body.split("<script").skip(1).any(|script| !script.contains(" src=\"/assets/"));
                if bare || runs("<style") || runs(" style=") || runs("javascript:") || runs(" onclick=") {
                    wrong.push(format!("{} holds what its policy forbids", door.route()));
                }
            }
            if door.needs("public") {
                break;
            }
        }
    }
    none_wrong(&wrong);
});
