//! Scripts written for ODK Central: the requests that pyodk makes, and what it reads of the answers.

use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::forms::{png, read, record, visit, with_case};
use crate::story;
use crate::support::{Answer, Browser, Server, code, required};

/// A sheet as Excel writes it, from the Markdown that stories tell forms in.
fn xlsx(sheet: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let mut rows: Vec<Vec<&str>> = Vec::new();
    let mut sheets: Vec<(&str, Vec<Vec<&str>>)> = Vec::new();
    for line in sheet.lines() {
        let cells: Vec<&str> =
            line.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim).collect();
        match cells.as_slice() {
            [name] if !name.is_empty() => sheets.push((name, Vec::new())),
            [_, rest @ ..] => sheets.last_mut().unwrap().1.push(rest.to_vec()),
            _ => rows.push(cells),
        }
    }
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, *cell).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A script with a session's token.
struct Script {
    browser: Browser,
    bearer: String,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Script {
    fn log_in(server: &Server, username: &str) -> Script {
        let browser = server.browser();
        let answer = session(&browser, username, "crossing-the-river");
        assert_eq!(answer.status, 200, "{}", answer.body);
        Script { browser, bearer: format!("Bearer {}", answer.json()["token"].as_str().unwrap()) }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let headers = [&[("authorization", self.bearer.as_str())], headers].concat();
        self.browser.request(method, &format!("/v1/{path}"), &headers, body)
    }

    fn get(&self, path: &str) -> Json {
        let answer = self.ask("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    fn upload(&self, path: &str, sheet: &str) -> Answer {
        let headers = [("content-type", XLSX), ("x-xlsform-formid-fallback", "fall%20back")];
        self.ask("POST", path, &headers, &xlsx(sheet))
    }
}

fn session(browser: &Browser, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password }).to_string();
    browser.request("POST", "/v1/sessions", &[("content-type", "application/json")], body.as_bytes())
}

story!(a_script_logs_in_as_a_user, |server: &Server| {
    let daniela = Script::log_in(server, "daniela");
    let user = daniela.get("users/current");
    assert_eq!((&user["type"], &user["email"]), (&json!("user"), &json!("daniela")));
    let projects = daniela.get("projects");
    assert_eq!((projects.as_array().unwrap().len(), &projects[0]["id"]), (1, &json!(1)));
    assert_eq!(daniela.get("projects/1"), projects[0]);
    let told = |answer: &Answer| (answer.status, answer.json()["code"].clone());
    assert_eq!(told(&daniela.ask("GET", "projects/2", &[], b"")), (404, json!(404.1)));
    assert_eq!(told(&daniela.ask("GET", "nothing", &[], b"")), (404, json!(404.1)));
    let wrong = session(&server.browser(), "daniela", "guess-guess-guess");
    assert_eq!(told(&wrong), (401, json!(401.2)));
    assert!(wrong.json()["message"].is_string());
    assert_eq!(told(&server.browser().get("/v1/projects")), (401, json!(401.2)));
    // A token of the API is as good; that of a session opens only this API.
    let made = server.log_in("daniela").api(
        "POST",
        "/account/tokens",
        &[],
        &json!({ "name": "script", "scopes": ["administration"] }),
    );
    let bearer = format!("Bearer {}", made.json()["secret"].as_str().unwrap());
    let token = Script { browser: server.browser(), bearer };
    assert_eq!(token.get("projects/1/forms"), daniela.get("projects/1/forms"));
    let elsewhere = daniela.browser.request("GET", "/api/v1/people", &[("authorization", &daniela.bearer)], b"");
    assert_eq!(elsewhere.status, 401);
    // A second factor cannot be asked for, and is not left out.
    let lucia = server.log_in("lucia");
    let secret = lucia.api("POST", "/account/totp", &[], &Json::Null).json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(lucia.api("PUT", "/account/totp", &[], &json!({ "code": code(&secret, -1) })).status, 204);
    let due = session(&server.browser(), "lucia", "crossing-the-river");
    assert_eq!(told(&due), (401, json!(401.2)));
    assert!(due.body.contains("token under Account") && due.json()["token"].is_null(), "{}", due.body);
    let tries: Vec<u16> = (0..11).map(|_| session(&server.browser(), "omar", "guess-guess-guess").status).collect();
    assert_eq!(tries[10], 429, "guessing is limited: {tries:?}");
});

story!(a_script_uploads_and_publishes_forms, |server: &Server| {
    let (daniela, amal) = (Script::log_in(server, "daniela"), Script::log_in(server, "amal"));
    let camps = "| | select_one_from_file camps.csv | camp | Camp | مخيم |\n| choices |";
    let sheet = visit().replacen("| choices |", camps, 1);
    let made = daniela.upload("projects/1/forms?ignoreWarnings=True&publish=False", &sheet);
    assert_eq!(made.status, 200, "{}", made.body);
    let form = made.json();
    assert_eq!(
        (&form["xmlFormId"], &form["version"], &form["publishedAt"]),
        (&json!("home_visit"), &json!("1"), &Json::Null)
    );
    for field in ["projectId", "hash", "state", "createdAt", "name", "enketoId", "keyId", "updatedAt"] {
        assert!(form.get(field).is_some(), "pyodk reads {field}: {form}");
    }
    let again = daniela.upload("projects/1/forms?ignoreWarnings=True", &sheet);
    assert_eq!((again.status, &again.json()["code"]), (409, &json!(409.3)));
    assert_eq!(amal.ask("GET", "projects/1/forms/home_visit", &[], b"").status, 404, "not published");
    let early = daniela.ask("POST", "projects/1/forms/home_visit/draft/publish", &[], b"");
    assert_eq!(early.status, 409, "a file is missing: {}", early.body);
    let file = |name: &str| {
        daniela.ask(
            "POST",
            &format!("projects/1/forms/home_visit/draft/attachments/{name}"),
            &[("content-type", "text/csv")],
            b"name,label\nkak,Kakuma\n",
        )
    };
    assert_eq!(file("others.csv").json()["code"], 404.1);
    assert_eq!(file("camps.csv").json()["success"], true);
    let published = daniela.ask("POST", "projects/1/forms/home_visit/draft/publish", &[], b"");
    assert_eq!(published.json()["success"], true, "{}", published.body);
    assert!(daniela.get("projects/1/forms/home_visit")["publishedAt"].is_string());
    assert_eq!(daniela.get("projects/1/forms/home_visit/attachments")[0]["exists"], true);
    let listed = amal.get("projects/1/forms");
    assert!(listed.as_array().unwrap().iter().any(|form| form["xmlFormId"] == "home_visit"));
    let xform = amal.ask("GET", "projects/1/forms/home_visit.xml", &[], b"");
    assert!(xform.body.contains("<h:title>Home visit</h:title>") && xform.kind.starts_with("application/xml"));

    // The next version; what is wrong and what is not done is told with Central's codes.
    let told = |answer: Answer| (answer.status, answer.json()["code"].clone());
    let draft = "projects/1/forms/home_visit/draft?ignoreWarnings=True";
    assert_eq!(told(daniela.upload(draft, &sheet)), (409, json!(409.6)));
    assert_eq!(told(daniela.upload(draft, &sheet.replace("integer", "integr"))), (400, json!(400.15)));
    assert_eq!(told(daniela.upload(draft, &sheet.replace("home_visit", "other"))), (400, json!(400.1)));
    let next = sheet.replace("| home_visit | 1 |", "| home_visit | 2 |");
    assert_eq!(daniela.upload(draft, &next).json()["success"], true);
    assert_eq!(
        told(daniela.ask("POST", "projects/1/forms/home_visit/draft/publish?version=3", &[], b"")),
        (501, json!(501.1))
    );
    assert_eq!(daniela.ask("POST", "projects/1/forms/home_visit/draft/publish?version=2", &[], b"").status, 200);
    let versions = daniela.get("projects/1/forms/home_visit/versions");
    let names: Vec<&str> =
        versions.as_array().unwrap().iter().map(|version| version["version"].as_str().unwrap()).collect();
    assert_eq!(names, ["2", "1"]);
    assert_eq!(told(daniela.ask("POST", "projects/1/forms/home_visit/draft", &[], b"")), (501, json!(501.1)));
    assert_eq!(told(daniela.ask("POST", "projects/1/forms/home_visit/draft/publish", &[], b"")), (404, json!(404.1)));
    let xml = daniela.ask("POST", "projects/1/forms", &[("content-type", "application/xml")], b"<h:html/>");
    assert_eq!(told(xml), (501, json!(501.1)));
    assert_eq!(told(amal.upload("projects/1/forms", &next)), (403, json!(403.1)));
    // A sheet without an id is called what the request says; a warning stops it until it was read.
    let nameless = "| survey |\n| | type | name | label |\n| | text | town | Town |\n| | geopoint | place | Place |\n";
    let made = daniela.upload("projects/1/forms?ignoreWarnings=True&publish=True", nameless);
    assert_eq!((made.status, &made.json()["xmlFormId"]), (200, &json!("fall back")), "{}", made.body);
});

story!(a_script_hands_in_and_reads_submissions, |server: &Server| {
    let (daniela, amal, lucia) =
        (Script::log_in(server, "daniela"), Script::log_in(server, "amal"), Script::log_in(server, "lucia"));
    let made = daniela.upload("projects/1/forms?ignoreWarnings=True&publish=True", &visit());
    assert_eq!(made.status, 200, "{}", made.body);
    let page = server.log_in("amal");
    let (_, case) = with_case(&page, "Yusra");
    let all = "projects/1/forms/home_visit/submissions";
    let hand_in = |script: &Script, instance: &str, children: &str| {
        let xml = record(&case, "tile", "3", instance).replace("</child>", children);
        script.ask("POST", &format!("{all}?deviceID=x"), &[("content-type", "application/xml")], xml.as_bytes())
    };
    let sent = hand_in(&amal, "uuid:yusra", "</child><child><called>Beto</called></child>");
    assert_eq!(sent.status, 200, "{}", sent.body);
    for field in ["instanceId", "submitterId", "createdAt"] {
        assert!(!sent.json()[field].is_null(), "pyodk reads {field}: {}", sent.body);
    }
    let one = format!("{all}/uuid%3Ayusra");
    assert_eq!(amal.get(&format!("{one}/attachments")), json!([{ "name": "roof.png", "exists": false }]));
    let photo = png();
    let put = |script: &Script, name: &str| {
        script.ask("POST", &format!("{one}/attachments/{name}"), &[("content-type", "image/png")], &photo).status
    };
    assert_eq!((put(&amal, "other.png"), put(&lucia, "roof.png"), put(&amal, "roof.png")), (404, 404, 200));
    assert_eq!(amal.get(&format!("{one}/attachments"))[0]["exists"], true);
    assert_eq!(lucia.ask("GET", &format!("{one}/attachments/roof.png"), &[], b"").status, 200);
    assert_eq!(hand_in(&amal, "uuid:second", "</child>").status, 200);
    let conflict = amal.ask("POST", all, &[], record(&case, "tin", "3", "uuid:second").as_bytes());
    assert_eq!(conflict.json()["code"], 409.1, "{}", conflict.body);
    assert_eq!(read(&page, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 2);

    // Who may see the case sees them; who manages forms sees none, nor does another organisation.
    assert_eq!(lucia.get(all).as_array().unwrap().len(), 2);
    assert_eq!(lucia.get(&one)["instanceId"], "uuid:yusra");
    assert!(lucia.ask("GET", &format!("{one}.xml"), &[], b"").body.contains("<called>Beto</called>"));
    assert_eq!(daniela.ask("GET", all, &[], b"").status, 403);
    assert_eq!(Script::log_in(server, "salma").ask("GET", all, &[], b"").status, 404);

    // As tables: numbers as numbers, groups as objects, a repeat as a table of its own.
    let table = "projects/1/forms/home_visit.svc/Submissions";
    let whole = lucia.get(&format!("{table}?%24count=True"));
    let row = &whole["value"][0];
    assert_eq!(
        (&whole["@odata.count"], &row["__id"], &row["home"]["people"]),
        (&json!(2), &json!("uuid:yusra"), &json!(3))
    );
    assert_eq!(row["child@odata.navigationLink"], "Submissions('uuid:yusra')/child");
    assert_eq!(
        (&row["__system"]["attachmentsPresent"], &row["__system"]["attachmentsExpected"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(row["__system"]["submitterName"], "Amal Haddad");
    assert_eq!(row["photo"], "roof.png");
    let children = lucia.get(&format!("{table}.child"));
    let called: Vec<&str> =
        children["value"].as_array().unwrap().iter().map(|row| row["called"].as_str().unwrap()).collect();
    assert_eq!(
        (called.as_slice(), &children["value"][0]["__Submissions-id"]),
        (&["Ana", "Beto", "Ana"][..], &json!("uuid:yusra"))
    );
    let page_of = |query: &str| lucia.get(&format!("{table}{query}"));
    let ids = |rows: &Json| {
        rows["value"].as_array().unwrap().iter().map(|row| row["__id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = page_of("?%24top=1");
    assert_eq!(ids(&first), ["uuid:yusra"]);
    assert!(first["@odata.nextLink"].as_str().unwrap().ends_with("Submissions?%24skip=1&%24top=1"));
    assert_eq!(ids(&page_of("?%24top=5&%24skip=1")), ["uuid:second"]);
    assert_eq!(ids(&page_of(".child?%24top=1&%24skip=1")), ["uuid:yusra/child[2]"]);
    assert_eq!(page_of("?%24expand=*")["value"][0]["child"][1]["called"], "Beto");
    assert_eq!(
        page_of("?%24select=__id,home/roof&%24top=1")["value"],
        json!([{ "__id": "uuid:yusra", "home": { "roof": "tile" } }])
    );
    let by = |filter: &str| ids(&page_of(&format!("?%24filter={}", filter.replace(' ', "%20")))).len();
    let sender = &sent.json()["submitterId"];
    assert_eq!(by(&format!("__system/submitterId eq {sender} and __system/submissionDate gt 2020-01-01")), 2);
    assert_eq!(
        (
            by("__system/submitterId eq 7"),
            by("not (__system/submissionDate gt 2020-01-01)"),
            by("__system/reviewState eq null")
        ),
        (0, 0, 2)
    );
    let refused = |query: &str| lucia.ask("GET", &format!("{table}?{query}"), &[], b"").json()["code"].clone();
    assert_eq!(
        [refused("%24filter=age%20gt%203"), refused("%24filter=("), refused("%24orderby=age")],
        [json!(501.5), json!(400.18), json!(501.1)]
    );
    assert_eq!(lucia.ask("GET", &format!("{table}.nothing"), &[], b"").status, 404);
    assert_eq!(amal.ask("GET", table, &[], b"").status, 403, "a caseworker exports no lists");
    let history = read(&server.log_in("audit"), "/history").to_string();
    assert!(history.contains("odata"), "{history}");
});

story!(a_script_reviews_submissions, |server: &Server| {
    let (daniela, amal, lucia) =
        (Script::log_in(server, "daniela"), Script::log_in(server, "amal"), Script::log_in(server, "lucia"));
    assert_eq!(daniela.upload("projects/1/forms?ignoreWarnings=True&publish=True", &visit()).status, 200);
    let (_, case) = with_case(&server.log_in("amal"), "Yusra");
    let all = "projects/1/forms/home_visit/submissions";
    for instance in ["uuid:one", "uuid:two"] {
        let xml = record(&case, "tile", "3", instance);
        assert_eq!(amal.ask("POST", all, &[("content-type", "application/xml")], xml.as_bytes()).status, 200);
    }
    let one = format!("{all}/uuid%3Aone");
    let json = [("content-type", "application/json")];
    let patch = |script: &Script, body: Json| script.ask("PATCH", &one, &json, body.to_string().as_bytes());
    assert_eq!(amal.get(&one)["reviewState"], Json::Null);
    let approved = patch(&lucia, json!({ "reviewState": "approved" }));
    assert_eq!((approved.status, &approved.json()["reviewState"]), (200, &json!("approved")), "{}", approved.body);
    assert!(approved.json()["updatedAt"].is_string());
    assert_eq!(patch(&lucia, json!({ "reviewState": "hasIssues" })).json()["reviewState"], "hasIssues");
    assert_eq!(patch(&lucia, json!({})).json()["reviewState"], "hasIssues", "nothing is asked for");
    assert_eq!(patch(&lucia, json!({ "reviewState": "good" })).json()["code"], 400.8);
    assert_eq!(
        (patch(&daniela, json!({})).status, patch(&Script::log_in(server, "mateo"), json!({})).status),
        (403, 404)
    );

    let comments = format!("{one}/comments");
    let say = |script: &Script, body: &str| {
        script.ask("POST", &comments, &json, json!({ "body": body }).to_string().as_bytes())
    };
    let said = say(&lucia, "Which roof?");
    let author = lucia.get("users/current")["id"].clone();
    assert_eq!((said.status, &said.json()["body"], &said.json()["actorId"]), (200, &json!("Which roof?"), &author));
    assert_eq!(say(&amal, "The large one.").status, 200);
    assert_eq!((say(&amal, "").status, say(&daniela, "x").status), (400, 403));
    let listed = lucia.get(&comments);
    assert_eq!((&listed[0]["body"], &listed[1]["body"]), (&json!("The large one."), &json!("Which roof?")));

    let rows = |filter: &str| {
        let filter = filter.replace(' ', "%20").replace('\'', "%27");
        let table = lucia.get(&format!("projects/1/forms/home_visit.svc/Submissions?%24filter={filter}"));
        table["value"].as_array().unwrap().clone()
    };
    let of_one = rows("__system/reviewState eq 'hasIssues'");
    assert_eq!((of_one.len(), &of_one[0]["__id"]), (1, &json!("uuid:one")));
    assert_eq!(of_one[0]["__system"]["reviewState"], "hasIssues");
    let counts = ["__system/reviewState eq null", "__system/reviewState eq 'approved'", "__system/updatedAt ne null"];
    assert_eq!(counts.map(|filter| rows(filter).len()), [1, 0, 1]);
});

story!(a_script_edits_submissions, |server: &Server| {
    let (daniela, amal, lucia) =
        (Script::log_in(server, "daniela"), Script::log_in(server, "amal"), Script::log_in(server, "lucia"));
    assert_eq!(daniela.upload("projects/1/forms?ignoreWarnings=True&publish=True", &visit()).status, 200);
    let (_, case) = with_case(&server.log_in("amal"), "Yusra");
    let all = "projects/1/forms/home_visit/submissions";
    let xml = |roof: &str, instance: &str, before: &str| {
        let meta = format!("<orx:meta><orx:deprecatedID>{before}</orx:deprecatedID>");
        record(&case, roof, "3", instance).replace("<orx:meta>", if before.is_empty() { "<orx:meta>" } else { &meta })
    };
    let send = |script: &Script, method: &str, path: &str, xml: &str| {
        let answer = script.ask(method, path, &[("content-type", "application/xml")], xml.as_bytes());
        (answer.status, answer.json())
    };
    for instance in ["uuid:one", "uuid:other"] {
        assert_eq!(send(&amal, "POST", all, &xml("tile", instance, "")).0, 200);
    }
    let one = format!("{all}/uuid%3Aone");
    let (status, edited) = send(&lucia, "PUT", &one, &xml("tin", "uuid:two", "uuid:one"));
    assert_eq!((status, &edited["instanceId"], &edited["reviewState"]), (200, &json!("uuid:one"), &json!("edited")));
    assert_eq!(edited["submitterId"], amal.get("users/current")["id"], "who handed it in first");
    assert!(amal.ask("GET", &format!("{one}.xml"), &[], b"").body.contains("<roof>tin</roof>"));
    let table = lucia.get("projects/1/forms/home_visit.svc/Submissions");
    let row = &table["value"][0];
    assert_eq!(
        (&row["__id"], &row["__system"]["edits"], &row["home"]["roof"]),
        (&json!("uuid:one"), &json!(1), &json!("tin"))
    );
    // With Central's codes: nothing that it was made from, not the last, an id that is taken, another's.
    let told = |xml: String| send(&amal, "PUT", &one, &xml).1["code"].clone();
    assert_eq!(told(xml("tin", "uuid:three", "")), 400.19);
    assert_eq!(told(xml("tin", "uuid:three", "uuid:one")), 409.9);
    assert_eq!(told(xml("tin", "uuid:three", "uuid:other")), 409.9);
    assert_eq!(told(xml("tin", "uuid:other", "uuid:two")), 409.8);
    let mateo = Script::log_in(server, "mateo");
    assert_eq!(send(&mateo, "PUT", &one, &xml("tin", "uuid:three", "uuid:two")).0, 404);
    assert_eq!(send(&amal, "PUT", &one, &xml("tile", "uuid:three", "uuid:two")).0, 200);
    // Handed in as a new one it stays a new one.
    assert_eq!(send(&amal, "POST", all, &xml("tile", "uuid:four", "uuid:three")).1["instanceId"], "uuid:four");
    assert_eq!(lucia.get(all).as_array().unwrap().len(), 3);
});

story!(a_script_keeps_lists_of_entities, |server: &Server| {
    let (daniela, amal, lucia) =
        (Script::log_in(server, "daniela"), Script::log_in(server, "amal"), Script::log_in(server, "lucia"));
    let send = |script: &Script, method: &str, path: &str, body: Json| {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let path = format!("projects/1/datasets{path}");
        let answer = script.ask(method, &path, &[("content-type", "application/json")], &body);
        (answer.status, answer.json())
    };
    let code = |answer: (u16, Json)| answer.1["code"].clone();
    let (status, made) = send(&daniela, "POST", "", json!({ "name": "wells", "approvalRequired": false }));
    assert_eq!((status, &made["name"], &made["approvalRequired"]), (200, &json!("wells"), &json!(false)), "{made}");
    assert_eq!(code(send(&daniela, "POST", "", json!({ "name": "wells" }))), 409.3);
    assert_eq!(code(send(&daniela, "POST", "", json!({ "name": "two words" }))), 400.8);
    assert_eq!(code(send(&daniela, "POST", "", json!({ "name": "x", "approvalRequired": true }))), 501.1);
    assert_eq!(code(send(&amal, "POST", "", json!({ "name": "x" }))), 403.1);
    for name in ["place", "litres"] {
        let added = send(&daniela, "POST", "/wells/properties", json!({ "name": name }));
        assert_eq!(added, (200, json!({ "success": true })));
    }
    assert_eq!(code(send(&daniela, "POST", "/wells/properties", json!({ "name": "place" }))), 409.3);
    assert_eq!(code(send(&daniela, "POST", "/wells/properties", json!({ "name": "label" }))), 400.8);
    assert_eq!(code(send(&daniela, "POST", "/nothing/properties", json!({ "name": "x" }))), 404.1);
    let told = send(&amal, "GET", "/wells", Json::Null).1;
    let names: Vec<&str> =
        told["properties"].as_array().unwrap().iter().map(|it| it["odataName"].as_str().unwrap()).collect();
    assert_eq!(names, ["place", "litres"]);
    let listed = send(&amal, "GET", "", Json::Null).1;
    assert!(listed.as_array().unwrap().iter().any(|list| list["name"] == "wells"), "{listed}");

    // One, and many at once: all or none.
    let id = "7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10";
    let one = json!({ "uuid": id, "label": "North", "data": { "place": "hill", "litres": "40" } });
    let (status, made) = send(&daniela, "POST", "/wells/entities", one.clone());
    assert_eq!((status, &made["uuid"], &made["currentVersion"]["version"]), (200, &json!(id), &json!(1)), "{made}");
    assert_eq!(made["creatorId"], daniela.get("users/current")["id"]);
    assert_eq!(code(send(&daniela, "POST", "/wells/entities", one)), 409.3);
    let wrong = |body: Json| code(send(&daniela, "POST", "/wells/entities", body));
    assert_eq!(wrong(json!({ "data": {} })), 400.2);
    assert_eq!(wrong(json!({ "label": "x", "data": { "litres": 40 } })), 400.11);
    assert_eq!(wrong(json!({ "label": "x", "data": { "depth": "4" } })), 400.28);
    assert_eq!(wrong(json!({ "label": "x", "uuid": "7" })), 400.11);
    let (south, odd) = (json!({ "label": "South", "data": { "place": "river" } }), json!({ "data": {} }));
    assert_eq!(wrong(json!({ "entities": [south] })), 400.2, "nobody says where they are from");
    let many = |entities: Json| {
        send(&daniela, "POST", "/wells/entities", json!({ "entities": entities, "source": { "name": "wells.csv" } }))
    };
    assert_eq!(code(many(json!([south, odd]))), 400.2);
    assert_eq!(send(&amal, "GET", "/wells/entities", Json::Null).1.as_array().unwrap().len(), 1);
    assert_eq!(many(json!([south])), (200, json!({ "success": true })));
    assert_eq!(code(send(&amal, "POST", "/wells/entities", json!({ "label": "x" }))), 403.1);

    // Changed from the version that stands, or by force; a page sees the same versions.
    let north = format!("/wells/entities/{id}");
    let change = |script: &Script, query: &str, body: Json| send(script, "PATCH", &format!("{north}?{query}"), body);
    let litres = |litres: &str| json!({ "data": { "litres": litres } });
    let changed = change(&amal, "baseVersion=1", litres("30"));
    assert_eq!((changed.0, &changed.1["currentVersion"]["version"]), (200, &json!(2)), "{}", changed.1);
    assert_eq!(changed.1["currentVersion"]["data"], json!({ "place": "hill", "litres": "30" }));
    assert_eq!(code(change(&daniela, "baseVersion=1", litres("20"))), 409.15);
    assert_eq!(change(&daniela, "force=True", litres("20")).1["currentVersion"]["version"], 3);
    assert_eq!(code(change(&daniela, "force=True", json!({}))), 400.28);
    let page = server.log_in("amal");
    assert_eq!(read(&page, &format!("/entities/{id}"))["entity"]["number"], 3);
    let manager = server.log_in("daniela");
    assert!(
        manager.get(&format!("/entities/{id}")).body.contains("/forms/lists"),
        "whoever manages forms reads it too"
    );

    // As a table, for those who take lists out; in the history.
    let table = "projects/1/datasets/wells.svc/Entities";
    let whole = lucia.get(&format!("{table}?%24count=True"));
    let row = &whole["value"][0];
    assert_eq!(
        (&whole["@odata.count"], &row["__id"], &row["litres"]),
        (&json!(2), &json!(id), &json!("20")),
        "{whole}"
    );
    assert_eq!((&row["__system"]["version"], &row["__system"]["updates"]), (&json!(3), &json!(2)));
    assert_eq!((&whole["value"][1]["label"], &whole["value"][1]["litres"]), (&json!("South"), &json!("")));
    let labels = |query: &str| {
        let table = lucia.get(&format!("{table}?{query}"));
        table["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (labels("%24top=1"), labels("%24skip=1"), labels("%24skip=2")),
        (vec!["North".to_owned()], vec!["South".to_owned()], vec![])
    );
    assert_eq!(labels("%24filter=__system/updatedAt%20ne%20null"), ["North"]);
    let selected = lucia.get(&format!("{table}?%24select=__id,place&%24top=1"));
    assert_eq!(selected["value"], json!([{ "__id": id, "place": "hill" }]));
    assert_eq!(amal.ask("GET", table, &[], b"").status, 403);
    assert!(read(&server.log_in("audit"), "/history").to_string().contains("wells"));

    // What is about a case is there for those who see the case only, and gone is gone.
    assert_eq!(send(&amal, "DELETE", &north, Json::Null), (200, json!({ "success": true })));
    assert_eq!(code(send(&amal, "DELETE", &north, Json::Null)), 404.1);
    assert_eq!(labels(""), ["South"]);
    assert_eq!(send(&Script::log_in(server, "salma"), "GET", "/wells", Json::Null).0, 404);
    assert_eq!(send(&Script::log_in(server, "pierre"), "GET", "/wells", Json::Null).0, 403);
});

story!(submissions_leave_as_central_gives_them, |server: &Server| {
    let (daniela, amal, lucia) =
        (Script::log_in(server, "daniela"), Script::log_in(server, "amal"), Script::log_in(server, "lucia"));
    assert_eq!(daniela.upload("projects/1/forms?ignoreWarnings=True&publish=True", &visit()).status, 200);
    let (_, case) = with_case(&server.log_in("amal"), "Yusra");
    let all = "projects/1/forms/home_visit/submissions";
    for (instance, children) in
        [("uuid:one", "</child><child><called>=Beto</called></child>"), ("uuid:two", "</child>")]
    {
        let xml = record(&case, "tile", "3", instance).replace("</child>", children);
        assert_eq!(amal.ask("POST", all, &[("content-type", "application/xml")], xml.as_bytes()).status, 200);
    }
    let photo = png();
    for instance in ["one", "two"] {
        let path = format!("{all}/uuid%3A{instance}/attachments/roof.png");
        assert_eq!(amal.ask("POST", &path, &[("content-type", "image/png")], &photo).status, 200);
    }
    let review = json!({ "reviewState": "hasIssues" }).to_string();
    let patched =
        lucia.ask("PATCH", &format!("{all}/uuid%3Atwo"), &[("content-type", "application/json")], review.as_bytes());
    assert_eq!(patched.status, 200);

    let get = |query: &str| lucia.ask("GET", &format!("{all}.csv{query}"), &[], b"");
    let table = get("");
    assert!(table.kind.starts_with("text/csv"), "{}", table.kind);
    let head = "SubmissionDate,home-case_id,home-roof,home-people,home-leaks,photo,meta-instanceID,KEY,SubmitterID,\
                SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion";
    let lines: Vec<&str> = table.body.lines().collect();
    assert_eq!((lines[0], lines.len()), (head, 3), "{}", table.body);
    assert!(
        lines[1].contains(",tile,3,,roof.png,uuid:one,uuid:one,") && lines[1].ends_with(",Amal Haddad,1,1,,,,0,1"),
        "{}",
        lines[1]
    );
    assert!(lines[2].ends_with(",1,1,,hasIssues,,0,1"), "{}", lines[2]);
    assert_eq!(get("?%24filter=__system/reviewState%20eq%20null").body.lines().count(), 2);
    assert!(get("?groupPaths=false").body.starts_with("SubmissionDate,case_id,roof,"));
    let refused = |query: &str| get(query).json()["code"].clone();
    assert_eq!(
        [refused("?splitSelectMultiples=true"), refused("?%24filter=("), refused("?x=y")],
        [json!(501.1), json!(400.18), json!(501.1)]
    );

    // With a table for each repeat, and the files; values as they were sent.
    let files = |query: &str| {
        let archive = lucia.browser.bytes(&format!("/v1/{all}.csv.zip{query}"), &[("authorization", &lucia.bearer)]);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
        let mut files = std::collections::BTreeMap::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            let (name, mut content) = (file.name().unwrap().into_owned(), Vec::new());
            std::io::Read::read_to_end(&mut file, &mut content).unwrap();
            files.insert(name, content);
        }
        files
    };
    let whole = files("");
    assert_eq!(
        whole.keys().collect::<Vec<_>>(),
        ["home_visit-child.csv", "home_visit.csv", "media/roof.png", "media/two/roof.png"]
    );
    assert_eq!(whole["media/roof.png"], photo);
    assert_eq!(String::from_utf8_lossy(&whole["home_visit.csv"]), table.body);
    let children = String::from_utf8_lossy(&whole["home_visit-child.csv"]).into_owned();
    let rows: Vec<&str> = children.lines().collect();
    assert_eq!(
        rows,
        [
            "called,PARENT_KEY,KEY",
            "Ana,uuid:one,uuid:one/child[1]",
            "=Beto,uuid:one,uuid:one/child[2]",
            "Ana,uuid:two,uuid:two/child[1]",
        ]
    );
    assert_eq!(files("?attachments=false").len(), 2);
    for (script, status) in [(&amal, 403), (&daniela, 403)] {
        assert_eq!(script.ask("GET", &format!("{all}.csv.zip"), &[], b"").status, status);
    }
    let history = read(&server.log_in("audit"), "/history").to_string();
    assert!(history.contains("\"zip\"") && history.contains("\"csv\""), "{history}");
});

story!(devices_are_app_users, |server: &Server| {
    let amal = Script::log_in(server, "amal");
    let before = amal.get("projects/1/app-users").as_array().unwrap().len();
    let body = br#"{"displayName": "Enumerator 7"}"#;
    let made = amal.ask("POST", "projects/1/app-users", &[("content-type", "application/json")], body).json();
    assert_eq!((&made["displayName"], &made["type"]), (&json!("Enumerator 7"), &json!("field_key")));
    let key = made["token"].as_str().unwrap();
    assert_eq!(server.browser().get(&format!("/key/{key}/formList")).status, 200);
    let listed = amal.get("projects/1/app-users");
    let user = listed.as_array().unwrap().iter().find(|user| user["id"] == made["id"]).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &user["token"]), (before + 1, &json!("")), "the key is told once");
    let assign = |form: &str, id: &Json| {
        amal.ask("POST", &format!("projects/1/forms/{form}/assignments/2/{id}"), &[], b"").status
    };
    assert_eq!(assign("follow_up_visit", &made["id"]), 200);
    assert_eq!((assign("follow_up_visit", &json!(7)), assign("nothing", &made["id"])), (404, 404));
});

/// The Python that pyodk is installed for, where there is one.
fn python_with_pyodk() -> Option<String> {
    let python = std::env::var("WATARI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let tried = Command::new(&python).args(["-c", "import pyodk"]).stderr(Stdio::null()).status();
    let is_here = tried.is_ok_and(|status| status.success());
    assert!(is_here || !required("pyodk"), "WATARI_TEST_REQUIRE asks for pyodk and {python} has none");
    if !is_here {
        eprintln!("skipped: pyodk is not installed");
    }
    is_here.then_some(python)
}

story!(pyodk_itself_is_content, |server: &Server| {
    let Some(python) = python_with_pyodk() else { return };
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: Vec<u8>| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    };
    let next = visit().replace("| home_visit | 1 |", "| home_visit | 2 |");
    let files = [put("visit.xlsx", xlsx(&visit())), put("next.xlsx", xlsx(&next)), put("roof.png", png())];
    let (_, case) = with_case(&server.log_in("amal"), "Yusra");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/pyodk_drive.py");
    let ran = Command::new(python).arg(script).arg(&server.address).args(files).arg(case).output().unwrap();
    let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).join("\n");
    assert!(ran.status.success() && said.contains("pyodk is content"), "{said}");
});
