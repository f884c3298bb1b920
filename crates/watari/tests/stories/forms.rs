//! Forms as the field writes them: uploaded, tried out and published; filled in on a page and on a phone with ODK
//! Collect; kept with the case, with what the form would not have allowed.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::people::{person, register};
use crate::story;
use crate::support::{Answer, Browser, Server};

/// A visit: a group, a question that is asked only sometimes, a repeat, a file.
const VISIT: &str = "\
| survey |
| | type | name | label::English (en) | label::العربية (ar) | hint::English (en) | relevant | required | constraint | constraint_message::English (en) | choice_filter |
| | begin_group | home | Home | البيت | | | | | | |
| | text | case_id | Case | الحالة | | | | | | |
| | select_one roof | roof | What roof? | أي سقف؟ | Look up | | yes | | | |
| | integer | people | How many live here? | كم يسكن هنا؟ | | | | . > 0 and . < 30 | Between 1 and 29 | |
| | text | leaks | Where does it leak? | أين يتسرب؟ | | ${roof} = 'tin' | | | | |
| | end_group | | | | | | | | | |
| | begin_repeat | child | Child | طفل | | ${people} > 1 | | | | |
| | text | called | Called | الاسم | | | | | | |
| | end_repeat | | | | | | | | | |
| | image | photo | Photo of the roof | صورة السقف | | | | | | |
| | calculate | twice | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::العربية (ar) |
| | roof | tin | Tin | صفيح |
| | roof | tile | Tile | قرميد |
| settings |
| | form_title | form_id | version | default_language |
| | Home visit | home_visit | 1 | English (en) |
";

/// The same with a calculation that means something.
pub fn visit() -> String {
    VISIT.replace("| | calculate | twice | | | | | | | | |\n", "")
}

pub fn upload(browser: &Browser, name: &str, sheet: &str) -> Answer {
    browser.request("POST", &format!("/api/v1/forms?name={name}"), &[], sheet.as_bytes())
}

pub fn read(browser: &Browser, path: &str) -> Json {
    let answer = browser.api("GET", path, &[], &Json::Null);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

pub fn publish(browser: &Browser, form: &str) -> Answer {
    let version = browser.api("GET", &format!("/forms/{form}"), &[], &Json::Null).etag;
    browser.api("POST", &format!("/forms/{form}/publish"), &[("if-match", &version)], &Json::Null)
}

/// A form that is published.
pub fn published(manager: &Browser, name: &str, sheet: &str) -> String {
    let made = upload(manager, name, sheet);
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let done = publish(manager, &id);
    assert_eq!(done.status, 200, "{}", done.body);
    id
}

/// A person with a case that may be worked on.
pub fn with_case(browser: &Browser, given: &str) -> (String, String) {
    let person = register(browser, &person(given, "Formulario"));
    let consent = json!({ "purpose": "case_work", "decision": "given", "wording": "as read to her" });
    assert_eq!(browser.api("POST", &format!("/people/{person}/consents"), &[], &consent).status, 201);
    let opened = browser.api("POST", "/cases", &[], &json!({ "person_id": person, "risk": "medium" }));
    assert_eq!(opened.status, 201, "{}", opened.body);
    (person, opened.json()["id"].as_str().unwrap().to_owned())
}

/// The house's own form begun and handed in for a case, and one that waits for a case: for the walk along the doors.
pub fn filled_in(worker: &Browser, case: &str) -> BTreeMap<&'static str, String> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let forms = read(worker, "/forms/open");
    let form = text(&forms.as_array().unwrap().iter().find(|form| form["name"] == "follow_up_visit").unwrap()["id"]);
    let begun = worker.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form })).json();
    let draft = read(worker, &format!("/drafts/{}", text(&begun["id"])));
    let version = text(&draft["draft"]["form_version_id"]);
    let made = worker.api("POST", "/devices", &[], &json!({ "name": "walk" })).json();
    let url = text(&made["server_url"]);
    let phone = Phone {
        browser: crate::support::browser_at(worker.address()),
        path: url[url.find("/key/").unwrap()..].to_owned(),
    };
    let sent = |named: &str| {
        let id = format!("uuid:{case}{named}");
        let xml = format!(
            "<data id=\"follow_up_visit\" version=\"2026.12\"><case_id>{named}</case_id>\
             <meta><instanceID>{id}</instanceID></meta></data>"
        );
        assert_eq!(phone.send(&xml, &[("a.png", &png())]).status, 201);
        id
    };
    let of = |list: Json, id: String| {
        text(&list.as_array().unwrap().iter().find(|it| it["instance_id"] == id.as_str()).unwrap()["id"])
    };
    let (there, nowhere) = (sent(case), sent(""));
    let submission = of(read(worker, &format!("/cases/{case}/submissions")), there.clone());
    let waiting = of(read(worker, "/submissions/waiting"), nowhere);
    let file = text(&read(worker, &format!("/submissions/{submission}"))["files"][0]["id"]);
    let entity = as_random(case);
    let place = format!(
        "<data id=\"place_of_help\" version=\"2026.11\"><place_name>Clinic</place_name><help>health</help><meta>\
         <instanceID>uuid:place-{case}</instanceID><entity dataset=\"places_of_help\" create=\"1\" id=\"{entity}\">\
         <label>Clinic</label></entity></meta></data>"
    );
    assert_eq!(phone.send(&place, &[]).status, 201);
    let list = text(&read(worker, &format!("/entities/{entity}"))["entity"]["list_id"]);
    BTreeMap::from([
        ("form", form),
        ("form_version", version),
        ("draft", text(&begun["id"])),
        ("submission", submission),
        ("submission_file", file),
        ("waiting", waiting),
        ("instance", there),
        ("list", list),
        ("entity", entity),
    ])
}

/// An id as devices make them, from one of ours.
pub fn as_random(id: &str) -> String {
    format!("{}4{}", &id[..14], &id[15..])
}

/// A request as browsers and phones send files: name, file name where it is one, content.
pub fn multipart(browser: &Browser, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    browser.request("POST", path, &[("content-type", "multipart/form-data; boundary=x")], &body)
}

pub fn png() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(8, 8).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

story!(a_sheet_is_uploaded_tried_out_and_published, |server: &Server| {
    let (admin, daniela, amal) = (server.log_in("admin"), server.log_in("daniela"), server.log_in("amal"));
    daniela.post("/language", &[("language", "en")]);
    assert_eq!(amal.get("/forms").status, 403);

    // Everything wrong is told at once, with its place, and nothing is kept.
    let wrong = visit().replace("select_one roof", "select_one rooves").replace("integer", "integr");
    let page = multipart(&daniela, "/forms", &[("file", Some("visit.md"), wrong.as_bytes())]);
    assert_eq!(page.status, 422);
    for told in ["survey", "rooves", "integr", ">4<", ">5<"] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let answer = upload(&daniela, "visit.md", &wrong);
    let remarks = answer.json()["remarks"].clone();
    assert_eq!((answer.status, remarks.as_array().unwrap().len()), (422, 2), "{}", answer.body);
    assert_eq!((&remarks[0]["sheet"], &remarks[0]["row"]), (&json!("survey"), &json!(4)));
    assert_eq!(upload(&daniela, "visit.pdf", "x").status, 422);
    assert!(!read(&daniela, "/forms").to_string().contains("home_visit"));

    // A good sheet becomes a draft that can be tried out; nothing of that is kept.
    let sheet = visit();
    let made = multipart(&daniela, "/forms", &[("file", Some("visit.md"), sheet.as_bytes())]);
    assert_eq!(made.status, 303, "{}", made.body);
    let form = made.location.strip_prefix("/forms/").unwrap().to_owned();
    let shown = daniela.get(&made.location).body;
    assert!(shown.contains("Home visit") && shown.contains("Draft version"), "{shown}");
    let detail = read(&daniela, &format!("/forms/{form}"));
    let version = detail["versions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(detail["repeats"], json!(["/data/child"]));
    let preview = format!("/forms/{form}/versions/{version}/preview");
    let tried = daniela.get(&preview).body;
    assert!(tried.contains("What roof?") && !tried.contains("Where does it leak?"), "{tried}");
    let look = daniela
        .post(&preview, &[("at", "0"), ("act", "look"), ("/data/home/roof", "tin"), ("/data/home/people", "99")]);
    assert!(look.body.contains("Where does it leak?") && look.body.contains("Between 1 and 29"), "{}", look.body);
    assert_eq!(amal.get(&preview).status, 403);
    assert_eq!(amal.get(&format!("/forms/{form}/print")).status, 409, "a draft is nobody else's");

    // Published, it never changes; the sheet comes back as it was.
    let sheet_path = format!("/forms/{form}/versions/{version}/sheet");
    assert_eq!(publish(&admin, &form).status, 200);
    assert_eq!(publish(&admin, &form).status, 409, "there is no draft any more");
    assert_eq!(daniela.get(&sheet_path).body, sheet);
    assert!(daniela.get(&format!("/forms/{form}/versions/{version}/xform")).body.contains("home_visit"));
    let blank = amal.get(&format!("/forms/{form}/print")).body;
    assert!(blank.contains("Where does it leak?"), "a blank form asks everything: {blank}");
    let again = upload(&daniela, "visit.md", &sheet);
    assert_eq!((again.status, &again.json()["fields"][0]["error"]), (422, &json!("invalid-form-version")));
    assert_eq!(upload(&daniela, "visit.md", &sheet.replace("| home_visit | 1 |", "| home_visit | 2 |")).status, 201);
    let states = read(&daniela, &format!("/forms/{form}"));
    assert_eq!(states["versions"][0]["state"], "draft");
    assert_eq!(states["versions"][1]["state"], "published");
    assert_eq!(publish(&daniela, &form).status, 200);
    let states = read(&daniela, &format!("/forms/{form}"));
    assert_eq!(
        (&states["versions"][0]["state"], &states["versions"][1]["state"]),
        (&json!("published"), &json!("retired"))
    );
    // Closed, it is offered no more; and a stale page says so.
    let version = daniela.api("GET", &format!("/forms/{form}"), &[], &Json::Null).etag;
    let closed = json!({ "state": "closed", "sensitivity": "case" });
    assert!(read(&amal, "/forms/open").to_string().contains("home_visit"));
    assert_eq!(daniela.api("PUT", &format!("/forms/{form}"), &[("if-match", &version)], &closed).status, 200);
    assert_eq!(daniela.api("PUT", &format!("/forms/{form}"), &[("if-match", &version)], &closed).status, 412);
    assert!(!read(&amal, "/forms/open").to_string().contains("home_visit"));
});

story!(a_form_is_published_with_the_files_it_asks_for, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    daniela.post("/language", &[("language", "en")]);
    let sheet = "| survey |\n| | type | name | label |\n| | select_one_from_file camps.csv | camp | Which camp? |\n\
                 | | select_one_from_file people.csv | person_id | Who? |\n\
                 | settings |\n| | form_title | form_id | version |\n| | Camp | camp_visit | 1 |\n";
    let made = upload(&daniela, "camp.md", sheet);
    let form = made.json()["id"].as_str().unwrap().to_owned();
    let detail = read(&daniela, &format!("/forms/{form}"));
    let files = detail["files"].as_array().unwrap();
    assert_eq!((&files[0]["name"], &files[0]["id"]), (&json!("camps.csv"), &Json::Null));
    assert_eq!(files[1]["is_live"], true);
    assert_eq!(publish(&daniela, &form).status, 409);
    assert!(daniela.get(&format!("/forms/{form}")).body.contains("One file is missing"));
    let send = |name: &str, content: &str| {
        daniela.request("POST", &format!("/api/v1/forms/{form}/files?name={name}"), &[], content.as_bytes())
    };
    assert_eq!(send("others.csv", "name,label\n").json()["fields"][0]["error"], "invalid-form-file");
    assert_eq!(send("camps.csv", "name,label\na,b,c\n").json()["fields"][0]["error"], "invalid-form-table");
    let kept = multipart(
        &daniela,
        &format!("/forms/{form}/files"),
        &[("name", None, b"camps.csv"), ("file", Some("x.csv"), b"name,label\nkak,Kakuma\n")],
    );
    assert_eq!(kept.status, 303, "{}", kept.body);
    assert_eq!(publish(&daniela, &form).status, 200);
    let version = read(&daniela, &format!("/forms/{form}"))["versions"][0]["id"].as_str().unwrap().to_owned();
    let file = daniela.get(&format!("/forms/{form}/versions/{version}/files/camps.csv"));
    assert_eq!(amal.get(&format!("/forms/{form}/versions/{version}/pictures/camps.csv")).body, file.body);
    assert_eq!(file.body, "name,label\nkak,Kakuma\n");
    // The next version takes its files along.
    assert_eq!(upload(&daniela, "camp.md", &sheet.replace("| camp_visit | 1 |", "| camp_visit | 2 |")).status, 201);
    assert_eq!(publish(&daniela, &form).status, 200);
    // The list of people is of those whom whoever fills in may see, and names the person by themselves.
    let (person, case) = with_case(&amal, "Nombrada");
    let begun = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form }));
    let draft = read(&amal, &format!("/drafts/{}", begun.json()["id"].as_str().unwrap()));
    let who = draft["questions"].as_array().unwrap().iter().find(|it| it["path"] == "/data/person_id").unwrap();
    assert_eq!(who["value"], person.as_str());
    assert!(who["choices"].to_string().contains("Nombrada Formulario"));
});

story!(a_caseworker_fills_in_a_form_page_by_page, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    amal.post("/language", &[("language", "en")]);
    lucia.post("/language", &[("language", "en")]);
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Rosa");
    assert!(amal.get(&format!("/cases/{case}")).body.contains("Home visit"));
    let begun = amal.post(&format!("/cases/{case}/drafts"), &[("form_id", &form)]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let draft = begun.location.clone();
    let first = amal.get(&draft).body;
    assert!(first.contains("What roof?") && first.contains("Look up") && first.contains(&case), "{first}");
    assert_eq!(lucia.get(&draft).status, 404, "a draft is its writer's");

    // What is missing or not allowed is told at the question, and what was typed is kept.
    let slip = amal.post(&draft, &[("at", "0"), ("act", "next"), ("/data/home/people", "99")]);
    assert_eq!(slip.status, 422);
    for told in ["Answer this question.", "Between 1 and 29", "value=\"99\"", "aria-invalid"] {
        assert!(slip.body.contains(told), "{told}: {}", slip.body);
    }
    let next =
        amal.post(&draft, &[("at", "0"), ("act", "next"), ("/data/home/roof", "tile"), ("/data/home/people", "3")]);
    assert_eq!((next.status, next.location.as_str()), (303, format!("{draft}?step=1").as_str()), "{}", next.body);
    // A repeat grows and shrinks.
    let second = amal.get(&next.location).body;
    let add = second.split("value=\"add ").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let added = amal.post(&draft, &[("at", "1"), ("act", &format!("add {add}")), ("/data/child[1]/called", "Ana")]);
    assert_eq!(added.status, 303);
    let third = amal.post(&draft, &[("at", "1"), ("act", "save"), ("/data/child[2]/called", "Beto")]);
    assert_eq!(third.location, format!("/cases/{case}#forms"));
    // Later on another day: it goes on where it was.
    assert!(amal.get(&format!("/cases/{case}")).body.contains("Draft: go on"));
    let again = amal.get(&next.location).body;
    assert!(again.contains("Ana") && again.contains("Beto"), "{again}");
    let sent_on = amal.post(&draft, &[("at", "1"), ("act", "remove /data/child[1]")]);
    assert_eq!(sent_on.status, 303);

    // A picture with the last page; what is none is not taken.
    let part = |name: &'static str, text: &'static [u8]| (name, None, text);
    let page = [part("at", b"2"), part("act", b"send")];
    let odd = multipart(&amal, &draft, &[page[0], page[1], ("/data/photo", Some("roof.png"), b"MZ\x90\0")]);
    assert_eq!(odd.status, 422);
    assert!(odd.body.contains("This kind of file is not accepted."), "{}", odd.body);
    let photo = png();
    let sent = multipart(&amal, &draft, &[page[0], page[1], ("/data/photo", Some("roof.png"), &photo)]);
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(amal.get(&draft).status, 404, "it is a draft no more");

    // It stands with the case, in words, for whoever sees the case; and in its history.
    let submission = sent.location.split('?').next().unwrap().to_owned();
    let shown = lucia.get(&submission).body;
    for told in ["What roof?", "Tile", "Beto", ".png", "Amal Haddad"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("Ana</dd>") && !shown.contains("would not have allowed"), "{shown}");
    let detail = read(&lucia, &submission);
    let file = detail["files"][0]["id"].as_str().unwrap();
    assert_eq!(lucia.get(&format!("{submission}/files/{file}")).status, 200);
    let record = lucia.get(&format!("{submission}/xml")).body;
    assert!(record.contains("<roof>tile</roof>") && !record.contains("<leaks"), "{record}");
    assert!(lucia.get(&format!("/cases/{case}/history")).body.contains("Home visit"));
    let page = lucia.get(&format!("/cases/{case}")).body;
    assert!(page.contains(&submission), "{page}");
    assert_eq!(read(&lucia, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 1);
    for (name, status) in [("mateo", 404), ("pierre", 404), ("admin", 403), ("salma", 404)] {
        assert_eq!(server.log_in(name).get(&submission).status, status, "{name}");
    }
});

story!(a_form_speaks_the_users_language, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Samira");
    amal.post("/language", &[("language", "ar")]);
    let draft = amal.post(&format!("/cases/{case}/drafts"), &[("form_id", &form)]).location;
    let page = amal.get(&draft).body;
    assert!(page.contains("أي سقف؟") && page.contains("صفيح") && page.contains("lang=\"ar\" dir=\"rtl\""), "{page}");
    // A language that the form has not falls back to its first.
    amal.post("/language", &[("language", "ja")]);
    let page = amal.get(&draft).body;
    assert!(page.contains("What roof?") && page.contains("lang=\"en\" dir=\"ltr\"") && page.contains("次へ"), "{page}");
});

story!(what_is_wrong_with_a_sheet_is_told_in_the_users_language, |server: &Server| {
    let (daniela, admin) = (server.log_in("daniela"), server.log_in("admin"));
    let wrong = visit()
        .replace("select_one roof", "select_one rooves")
        .replace("integer", "integr")
        .replace("${roof} = 'tin'", "${rof} = 'tin'");
    let read_in = |browser: &Browser, language: &str| {
        browser.post("/language", &[("language", language)]);
        let page = multipart(browser, "/forms", &[("file", Some("visit.md"), wrong.as_bytes())]);
        assert_eq!(page.status, 422);
        page.body
    };
    // What stands in the sheet is isolated, so that it turns no sentence around.
    let french = read_in(&daniela, "fr");
    for told in ["Le type « \u{2068}integr\u{2069} » n’existe pas", "La liste de choix « \u{2068}rooves\u{2069} »"]
    {
        assert!(french.contains(told), "{told}: {french}");
    }
    let arabic = read_in(&admin, "ar");
    for told in ["لا يوجد النوع «\u{2068}integr\u{2069}»", "صحّح الاسم في \u{2068}${\u{2068}rof\u{2069}}\u{2069}"]
    {
        assert!(arabic.contains(told), "{told}: {arabic}");
    }
    for english in ["nobody knows", "there is no", "is called"] {
        assert!(!french.contains(english) && !arabic.contains(english), "{english}");
    }
    // Programs get a code with what it speaks of, English, and the asker's language.
    let remarks = upload(&daniela, "visit.md", &wrong).json()["remarks"].as_array().unwrap().clone();
    let mut codes: Vec<_> = remarks.iter().map(|remark| remark["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["unknown-list", "unknown-reference", "unknown-type"], "{remarks:?}");
    let of_type = remarks.iter().find(|remark| remark["code"] == "unknown-type").unwrap();
    assert_eq!(of_type["arguments"], json!({ "name": "integr", "hint": "integer" }));
    assert!(of_type["text"].as_str().unwrap().starts_with("nobody knows the type \"integr\""), "{of_type}");
    assert!(of_type["words"].as_str().unwrap().contains("n’existe pas"), "{of_type}");
    let of_file = upload(&daniela, "visit.pdf", "x").json()["remarks"][0].clone();
    assert_eq!((&of_file["code"], &of_file["arguments"]["name"]), (&json!("unknown-format"), &json!("visit.pdf")));

    // A warning is kept with its version and read in the language of whoever reads it.
    let made = upload(&daniela, "visit.md", &visit());
    let large = |warnings: &Json| {
        let mut warnings = warnings.as_array().unwrap().iter();
        warnings.find(|warning| warning["code"] == "no-max-pixels").unwrap().clone()
    };
    assert_eq!((made.status, &large(&made.json()["warnings"])["row"]), (201, &json!(11)), "{}", made.body);
    let form = format!("/forms/{}", made.json()["id"].as_str().unwrap());
    assert!(daniela.get(&form).body.contains("Le paramètre max-pixels"));
    daniela.post("/language", &[("language", "es")]);
    assert!(daniela.get(&form).body.contains("El parámetro max-pixels"));
    let kept = large(&read(&daniela, &form)["versions"][0]["warnings"]);
    assert!(kept["words"].as_str().unwrap().starts_with("El parámetro max-pixels"), "{kept}");
    assert!(kept["text"].as_str().unwrap().starts_with("parameter max-pixels"), "{kept}");
});

story!(a_program_fills_in_a_form, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Pilar");
    let begun =
        amal.api("POST", &format!("/cases/{case}/drafts"), &[("idempotency-key", "one")], &json!({ "form_id": form }));
    assert_eq!(begun.status, 201, "{}", begun.body);
    let draft = format!("/drafts/{}", begun.json()["id"].as_str().unwrap());
    assert_eq!(read(&amal, &format!("/cases/{case}/drafts")).as_array().unwrap().len(), 1);
    let put = |body: Json| amal.api("PUT", &draft, &[], &body);
    let filled = put(json!({ "answers": { "/data/home/people": "40" } }));
    let told = filled.json()["questions"].to_string();
    assert!(told.contains("Between 1 and 29") && told.contains("Answer this question."), "{told}");
    let early = amal.api("POST", &format!("{draft}/send"), &[], &Json::Null);
    assert_eq!(early.status, 422, "{}", early.body);
    assert_eq!(put(json!({ "answers": { "/data/nothing": "1" } })).status, 400);
    let filled =
        put(json!({ "answers": { "/data/home/people": "4", "/data/home/roof": "tin" }, "add": ["/data/child"] }));
    assert_eq!(filled.status, 200, "{}", filled.body);
    assert_eq!(
        put(json!({ "answers": { "/data/child[2]/called": "Iván" }, "remove": ["/data/child[1]"] })).status,
        400
    );
    assert_eq!(
        put(json!({ "answers": { "/data/child[1]/called": "Iván" }, "remove": ["/data/child[2]"] })).status,
        200
    );
    let path = format!("/api/v1{draft}/files?path=/data/photo&name=roof.png");
    assert_eq!(amal.request("POST", &path, &[], &png()).status, 200);
    let sent = amal.api("POST", &format!("{draft}/send"), &[], &Json::Null);
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!(sent.json()["submission"]["case_id"], case.as_str());
    assert_eq!(sent.json()["answers"].as_array().unwrap().len(), 5, "{}", sent.body);
    // A draft that is not wanted goes without a trace.
    let begun = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form })).json();
    assert_eq!(amal.api("DELETE", &format!("/drafts/{}", begun["id"].as_str().unwrap()), &[], &Json::Null).status, 204);
    assert_eq!(read(&amal, &format!("/cases/{case}/drafts")), json!([]));
});

/// A phone with ODK Collect: what it knows of the server is the address in its settings.
pub struct Phone {
    browser: Browser,
    path: String,
}

impl Phone {
    pub fn of(server: &Server, user: &Browser) -> Phone {
        let made = user.api("POST", "/devices", &[], &json!({ "name": "Field phone" }));
        assert_eq!(made.status, 201, "{}", made.body);
        let settings = made.json()["settings"].as_str().unwrap().to_owned();
        let url = settings_of(&settings)["general"]["server_url"].as_str().unwrap().to_owned();
        assert_eq!(url, made.json()["server_url"]);
        Phone { browser: server.browser(), path: url[url.find("/key/").unwrap()..].to_owned() }
    }

    pub fn get(&self, rest: &str) -> Answer {
        self.browser.request("GET", &format!("{}/{rest}", self.path), &[("x-openrosa-version", "1.0")], b"")
    }

    pub fn send(&self, xml: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut parts: Vec<(&str, Option<&str>, &[u8])> =
            vec![("xml_submission_file", Some("record.xml"), xml.as_bytes())];
        parts.extend(files.iter().map(|(name, content)| (*name, Some(*name), *content)));
        multipart(&self.browser, &format!("{}/submission", self.path), &parts)
    }
}

/// What ODK Collect reads from the picture.
fn settings_of(text: &str) -> Json {
    use base64::Engine as _;
    use std::io::Read as _;
    let compressed = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let mut json = String::new();
    flate2::read::ZlibDecoder::new(compressed.as_slice()).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// What stands between two tags.
pub fn between<'a>(text: &'a str, tag: &str) -> &'a str {
    text.split(&format!("<{tag}>")).nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default()
}

/// A record as a phone sends it.
pub fn record(case: &str, roof: &str, people: &str, instance: &str) -> String {
    format!(
        "<data xmlns:orx=\"http://openrosa.org/xforms\" id=\"home_visit\" version=\"1\"><home><case_id>{case}</case_id>\
         <roof>{roof}</roof><people>{people}</people></home><child><called>Ana</called></child>\
         <photo>roof.png</photo><orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>"
    )
}

story!(a_phone_fetches_forms_and_sends_them_filled_in, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    amal.post("/language", &[("language", "en")]);
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Teresa");
    let phone = Phone::of(server, &amal);

    // The list, the form, and that it is the one whose hash was told.
    let list = phone.get("formList");
    assert_eq!((list.status, list.headers["x-openrosa-version"].as_str()), (200, "1.0"));
    assert!(list.kind.starts_with("text/xml"));
    let ours = list.body.split("<xform>").find(|form| form.contains("home_visit")).unwrap();
    assert_eq!((between(ours, "formID"), between(ours, "version")), ("home_visit", "1"));
    let address = between(ours, "downloadUrl");
    let form = phone.browser.get(&address[address.find("/key/").unwrap()..]);
    assert!(form.body.contains("<h:title>Home visit</h:title>"), "{}", form.body);
    assert!(between(ours, "hash").starts_with("md5:") && between(ours, "hash").len() == 36);
    assert!(!ours.contains("manifestUrl"), "it asks for no files");

    // Before it sends it asks how much is taken at once.
    let asked = phone.browser.request("HEAD", &format!("{}/submission", phone.path), &[], b"");
    assert_eq!(asked.status, 204);
    assert!(asked.headers["x-openrosa-accept-content-length"].parse::<u64>().unwrap() > 1_000_000);
    assert!(asked.location.ends_with("/submission"));

    // Sent twice, as a phone does that got no answer; then the picture in a request of its own.
    let one = record(&case, "tile", "3", "uuid:one");
    assert_eq!(phone.send(&one, &[]).status, 201);
    let again = phone.send(&one, &[("roof.png", &png())]);
    assert_eq!(again.status, 201, "{}", again.body);
    assert!(again.body.contains("OpenRosaResponse"));
    let other = phone.send(&record(&case, "tin", "3", "uuid:one"), &[]);
    assert_eq!(other.status, 409, "{}", other.body);
    let kept = read(&lucia, &format!("/cases/{case}/submissions"));
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["device"]), (1, &json!("Field phone")));
    let detail = read(&lucia, &format!("/submissions/{}", kept[0]["id"].as_str().unwrap()));
    assert_eq!((&detail["findings"], &detail["files"][0]["name"]), (&json!([]), &json!("roof.png")));

    // What the form would not have allowed is kept, marked and explained.
    assert_eq!(phone.send(&record(&case, "straw", "99", "uuid:two"), &[]).status, 201);
    let kept = read(&amal, &format!("/cases/{case}/submissions"));
    let odd = kept.as_array().unwrap().iter().find(|it| it["instance_id"] == "uuid:two").unwrap();
    assert_eq!(odd["found"], 2, "{odd}");
    let page = amal.get(&format!("/submissions/{}", odd["id"].as_str().unwrap())).body;
    for told in ["2 things the form would not have allowed", "Between 1 and 29", "straw", "does not offer"] {
        assert!(page.contains(told), "{told}: {page}");
    }

    // What is none, of no form, or too large is refused in words.
    assert_eq!(phone.send("<data", &[]).status, 400);
    assert_eq!(phone.send("<data id=\"nothing\"><meta><instanceID>uuid:x</instanceID></meta></data>", &[]).status, 404);
    assert_eq!(phone.send("<data id=\"home_visit\"/>", &[]).status, 400);
    assert_eq!(phone.send(&format!("<data id=\"home_visit\">{}</data>", "x".repeat(5 << 20)), &[]).status, 413);
    assert_eq!(phone.browser.get("/key/nonsense/formList").status, 403);
    // The key opens nothing else.
    let key = phone.path.strip_prefix("/key/").unwrap();
    let bearer = format!("Bearer {key}");
    assert_eq!(server.browser().request("GET", "/api/v1/people", &[("authorization", &bearer)], b"").status, 401);
    // Ended, it opens nothing at all.
    let device = read(&amal, "/devices")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(lucia.api("DELETE", &format!("/devices/{device}"), &[], &Json::Null).status, 404);
    assert_eq!(amal.post(&format!("/devices/{device}/end"), &[]).status, 303);
    assert_eq!(phone.get("formList").status, 403);
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:three"), &[]).status, 403);
});

story!(a_phone_holds_only_those_whom_its_user_sees, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    let sheet = "| survey |\n| | type | name | label |\n| | select_one_from_file people.csv | person_id | Who? |\n\
                 | | select_one_from_file cases.csv | other | Or which case? |\n\
                 | settings |\n| | form_title | form_id | version |\n| | Call | call | 1 |\n";
    published(&daniela, "call.md", sheet);
    let (person, case) = with_case(&amal, "Invisible");
    let phones = [Phone::of(server, &amal), Phone::of(server, &mateo)];
    let lists: Vec<[String; 2]> = phones
        .iter()
        .map(|phone| {
            let list = phone.get("formList").body;
            let ours = list.split("<xform>").find(|form| form.contains("<formID>call<")).unwrap().to_owned();
            let path = |url: &str| url[url.find("/key/").unwrap()..].to_owned();
            let manifest = phone.browser.get(&path(between(&ours, "manifestUrl"))).body;
            ["people.csv", "cases.csv"].map(|name| {
                let file = manifest.split("<mediaFile>").find(|file| file.contains(name)).unwrap();
                phone.browser.get(&path(between(file, "downloadUrl"))).body
            })
        })
        .collect();
    assert!(lists[0][0].starts_with("name,label,sex,age,youngest\r\n"), "{}", lists[0][0]);
    assert!(lists[0][0].contains(&person) && lists[0][1].contains(&case));
    assert!(!lists[1][0].contains(&person) && !lists[1][1].contains(&case), "mateo sees only his own");
    // That names left is in the history.
    let history = read(&server.log_in("audit"), "/history").to_string();
    assert!(history.contains("exported") && history.contains("\"csv\""), "{history}");
});

story!(what_names_no_case_waits_and_is_never_lost, |server: &Server| {
    let (daniela, admin, amal) = (server.log_in("daniela"), server.log_in("admin"), server.log_in("amal"));
    let (lucia, mateo) = (server.log_in("lucia"), server.log_in("mateo"));
    for user in [&daniela, &amal, &lucia, &admin] {
        user.post("/language", &[("language", "en")]);
    }
    published(&daniela, "visit.md", &visit());
    let (person, case) = with_case(&amal, "Escondida");
    let number = read(&amal, &format!("/cases/{case}"))["case"]["number"].to_string();
    let phone = Phone::of(server, &mateo);
    // Without a case, with one that its user does not see, and with nonsense.
    for (named, instance) in [("", "uuid:a"), (case.as_str(), "uuid:b"), ("Señora", "uuid:c")] {
        assert_eq!(phone.send(&record(named, "tile", "3", instance), &[("roof.png", &png())]).status, 201);
    }
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")), json!([]));
    // The sender and the supervisor see what waits; those who manage forms see that it does, and no answer.
    assert_eq!(read(&mateo, "/submissions/waiting").as_array().unwrap().len(), 3);
    let waiting = read(&lucia, "/submissions/waiting");
    assert_eq!(waiting.as_array().unwrap().len(), 3);
    assert_eq!(read(&amal, "/submissions/waiting"), json!([]));
    let inbox = admin.get("/forms/inbox").body;
    assert!(inbox.contains("Home visit") && !inbox.contains("Señora"), "{inbox}");
    let id = |at: usize| waiting[at]["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.get(&format!("/submissions/{}", id(0))).status, 403);
    assert_eq!(amal.get(&format!("/submissions/{}", id(0))).status, 404);
    assert!(lucia.get(&format!("/submissions/{}", id(0))).body.contains("Tile"));
    // Given to a case, it stands there with its file.
    let give = |browser: &Browser, at: usize, case: &str| {
        browser.post(&format!("/submissions/{}/case?version=1", id(at)), &[("case", case)])
    };
    let file = |at: usize, case: &str| admin.post(&format!("/forms/inbox/{}?version=1", id(at)), &[("case", case)]);
    assert_eq!(file(0, "999999").status, 422);
    assert_eq!(give(&mateo, 0, &number).status, 422, "mateo does not see this case");
    assert_eq!(file(0, &number).status, 303);
    assert_eq!(file(0, &number).status, 404, "it waits no more");
    assert_eq!(give(&lucia, 1, &case).status, 303);
    let kept = read(&amal, &format!("/cases/{case}/submissions"));
    assert_eq!(kept.as_array().unwrap().len(), 2);
    let detail = read(&amal, &format!("/submissions/{}", kept[0]["id"].as_str().unwrap()));
    assert_eq!(detail["files"].as_array().unwrap().len(), 1);
    assert!(amal.get(&format!("/cases/{case}/history")).body.contains("Home visit"));

    // A phone of someone who sees the person may name them instead of the case.
    let own = Phone::of(server, &amal);
    assert_eq!(own.send(&record(&person, "tile", "3", "uuid:d"), &[]).status, 201);
    assert_eq!(own.send(&record(&number, "tile", "3", "uuid:e"), &[]).status, 201);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 4);
});

story!(erasing_a_person_takes_their_forms_along, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    let form = published(&daniela, "visit.md", &visit());
    let (person, case) = with_case(&amal, "Olvidada");
    let phone = Phone::of(server, &amal);
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:gone"), &[("roof.png", &png())]).status, 201);
    assert_eq!(amal.post(&format!("/cases/{case}/drafts"), &[("form_id", &form)]).status, 303);
    // Another's phone named the same case without seeing it.
    let other = Phone::of(server, &mateo);
    assert_eq!(other.send(&record(&case, "tin", "3", "uuid:waits"), &[]).status, 201);
    let kept = read(&amal, &format!("/cases/{case}/submissions"))[0]["id"].as_str().unwrap().to_owned();
    let look = daniela.api("GET", &format!("/people/{person}"), &[], &Json::Null);
    let erasure =
        json!({ "reason": "She asked for it", "on_request": true, "confirm": look.json()["number"].to_string() });
    let path = format!("/people/{person}/erase");
    let read_first = daniela.api("GET", &path, &[], &Json::Null);
    let erased = daniela.api("POST", &path, &[("if-match", &read_first.etag)], &erasure);
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert_eq!(amal.get(&format!("/submissions/{kept}")).status, 404);
    assert_eq!(read(&mateo, "/submissions/waiting"), json!([]));
    // The phone may send again: it is a new record, and waits for a case.
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:gone"), &[]).status, 201);
    assert_eq!(read(&amal, "/submissions/waiting").as_array().unwrap().len(), 1);
    let verified = read(&server.log_in("audit"), "/history/verify");
    assert!(verified.to_string().contains("\"faults\":[]") || verified["fault"].is_null(), "{verified}");
});

story!(submissions_leave_as_tables, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Tabla");
    let phone = Phone::of(server, &amal);
    let two = record(&case, "tile", "3", "uuid:1").replace("</child>", "</child><child><called>=Beto</called></child>");
    assert_eq!(phone.send(&two, &[]).status, 201);
    let path = format!("/forms/{form}/export");
    assert_eq!((amal.get(&path).status, server.log_in("pierre").get(&path).status), (403, 403));
    let table = lucia.get(&path).body;
    let head = table.lines().next().unwrap();
    assert!(head.ends_with("case,sent_by,marked,home/case_id,home/roof,home/people,home/leaks,photo"), "{head}");
    assert!(table.lines().nth(1).unwrap().contains(",tile,3,,roof.png"), "{table}");
    let children = lucia.get(&format!("{path}?repeat=/data/child")).body;
    let rows: Vec<&str> = children.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{children}");
    assert!(rows[0].ends_with(",1,Ana") && rows[1].ends_with(",2,'=Beto"), "{children}");
    assert_eq!(lucia.get(&format!("{path}?repeat=/data/nothing")).status, 404);
});

story!(an_administrator_hands_a_phone_to_somebody, |server: &Server| {
    let (admin, amal, audit) = (server.log_in("admin"), server.log_in("amal"), server.log_in("audit"));
    admin.post("/language", &[("language", "en")]);
    let amal_id = amal.api("GET", "/account", &[], &Json::Null).json()["id"].as_str().unwrap().to_owned();
    let wrong = admin.post("/devices", &[("name", "Tablet 4"), ("user_id", "")]);
    assert_eq!(wrong.status, 422, "an administrator fills in no forms: {}", wrong.body);
    let made = admin.post("/devices", &[("name", "Tablet 4"), ("user_id", &amal_id)]);
    assert_eq!(made.status, 200);
    assert!(made.body.contains("<svg") && made.body.contains("/key/"), "{}", made.body);
    assert!(!admin.get("/devices").body.contains("/key/"), "the key is shown once");
    assert_eq!(read(&amal, "/devices")[0]["name"], "Tablet 4");
    assert_eq!(audit.get("/devices").status, 403);
    let other = amal.api("POST", "/devices", &[], &json!({ "name": "x", "user_id": server.log_in("lucia").api("GET", "/account", &[], &Json::Null).json()["id"] }));
    assert_eq!(other.status, 403, "only administrators make them for others");
});
