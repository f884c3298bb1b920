//! ODK Collect as it really asks and sends: with a key in the address or a user name and a password, over lines that
//! break.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use md5::{Digest as _, Md5};
use serde_json::{Value as Json, json};

use crate::forms::{between, png, published, read, record, visit, with_case};
use crate::story;
use crate::support::installed::{installed, serving};
use crate::support::{Answer, Browser, Server, browser_at};

/// What ODK Collect sends with each request.
const HEADERS: [(&str, &str); 3] = [
    ("x-openrosa-version", "1.0"),
    ("date", "Fri, 27 Nov 2026 08:15:30 GMT+00:00"),
    ("user-agent", "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0 (Linux; U; Android 11; SM-A107F)"),
];

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parameters of a challenge.
fn challenge(answer: &Answer) -> BTreeMap<String, String> {
    let told = answer.headers.get("www-authenticate").cloned().unwrap_or_default();
    let digest = told.lines().find_map(|line| line.strip_prefix("Digest ")).unwrap_or_default().to_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    };
    digest.split(", ").filter(|pair| pair.contains('=')).map(pair).collect()
}

/// A phone with a user name and a password, which answers a challenge and then goes on with its nonce.
struct Collect {
    browser: Browser,
    username: String,
    password: String,
    /// The nonce in use, and how often it was used.
    nonce: RefCell<(String, u32)>,
}

impl Collect {
    fn of(server: &Server, user: &Browser) -> Collect {
        let made = user.api("POST", "/devices", &[], &json!({ "name": "Old phone" }));
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |field: &str| made.json()[field].as_str().unwrap().to_owned();
        assert!(text("openrosa_url").ends_with("/openrosa"));
        Collect {
            browser: server.browser(),
            username: text("username"),
            password: text("password"),
            nonce: RefCell::default(),
        }
    }

    /// The header for one request with a nonce that is known.
    fn authorization(&self, method: &str, path: &str, nonce: &str, count: u32) -> String {
        let Collect { username, password, .. } = self;
        let (ha1, ha2) = (md5(&format!("{username}:Watari:{password}")), md5(&format!("{method}:{path}")));
        let response = md5(&format!("{ha1}:{nonce}:{count:08x}:4f2a:auth:{ha2}"));
        format!(
            "Digest username=\"{username}\", realm=\"Watari\", nonce=\"{nonce}\", uri=\"{path}\", \
             response=\"{response}\", qop=auth, nc={count:08x}, cnonce=\"4f2a\", algorithm=MD5"
        )
    }

    fn ask_once(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let (nonce, count) = self.nonce.borrow().clone();
        let header = (!nonce.is_empty()).then(|| self.authorization(method, path, &nonce, count + 1));
        *self.nonce.borrow_mut() = (nonce, count + 1);
        let mut headers = HEADERS.to_vec();
        headers.extend(header.as_deref().map(|header| ("authorization", header)));
        headers.push(("content-type", kind));
        if method == "HEAD" {
            // Only the client of these stories unpacks what never comes.
            headers.push(("accept-encoding", "identity"));
        }
        self.browser.request(method, path, &headers, body)
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let first = self.ask_once(method, path, kind, body);
        if first.status != 401 {
            return first;
        }
        *self.nonce.borrow_mut() = (challenge(&first)["nonce"].clone(), 0);
        self.ask_once(method, path, kind, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    /// Asks whether it may send, and sends.
    fn send(&self, xml: &str, files: &[(&str, &[u8])], is_last: bool) -> Answer {
        let asked = self.ask("HEAD", "/openrosa/submission", "", b"");
        assert_eq!(asked.status, 204);
        let path = asked.location[asked.location.find("/openrosa/").unwrap()..].to_owned();
        let (kind, body) = collect_body(xml, files, is_last);
        self.ask("POST", &path, &kind, &body)
    }
}

/// A submission as ODK Collect writes it: the record, the files, and whether more files come in another request.
fn collect_body(xml: &str, files: &[(&str, &[u8])], is_last: bool) -> (String, Vec<u8>) {
    let boundary = "5c3e6f9e-7b0f-4c39-9d0e-1f2b7f4f1a55";
    let mut body = Vec::new();
    let mut part = |name: &str, file: &str, kind: &str, content: &[u8]| {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{kind}Content-Length: {}\r\n\r\n",
            content.len()
        );
        body.extend(head.as_bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    };
    part(
        "xml_submission_file",
        "; filename=\"Home visit_2026-11-27.xml\"",
        "Content-Type: text/xml\r\n",
        xml.as_bytes(),
    );
    for (name, content) in files {
        part(name, &format!("; filename=\"{name}\""), "Content-Type: image/png\r\n", content);
    }
    if !is_last {
        part("*isIncomplete*", "", "", b"yes");
    }
    body.extend(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// How far a request gets before the line breaks.
#[derive(Clone, Copy, Debug)]
enum Breaks {
    /// In the middle of what is sent.
    Halfway,
    /// When all is sent, before the answer.
    BeforeTheAnswer,
}

/// Sends over a line that breaks.
fn send_and_break(address: &str, head: &str, body: &[u8], breaks: Breaks) {
    let mut line = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let whole = [format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
    let sent = match breaks {
        Breaks::Halfway => &whole[..whole.len() - body.len() / 2],
        Breaks::BeforeTheAnswer => &whole[..],
    };
    drop(line.write_all(sent));
    if matches!(breaks, Breaks::BeforeTheAnswer) {
        // The server may be anywhere in its work when the phone goes.
        line.set_read_timeout(Some(Duration::from_millis(3))).unwrap();
        drop(line.read(&mut [0; 16]));
    }
    drop(line.shutdown(Shutdown::Both));
}

story!(a_phone_gives_its_user_name_and_its_password, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Hawa");
    let phone = Collect::of(server, &amal);

    // Asked without a password it says which ways there are, and the first try with one is right.
    let asked = phone.ask_once("GET", "/openrosa/formList", "", b"");
    assert_eq!((asked.status, asked.headers["x-openrosa-version"].as_str()), (401, "1.0"));
    let told = challenge(&asked);
    assert_eq!([told["realm"].as_str(), &told["qop"], &told["algorithm"]], ["Watari", "auth", "MD5"]);
    assert!(asked.headers["www-authenticate"].lines().any(|line| line.starts_with("Basic ")), "from this machine");
    let list = phone.get("/openrosa/formList");
    assert_eq!(list.status, 200, "{}", list.body);
    let ours = list.body.split("<xform>").find(|form| form.contains("home_visit")).unwrap();
    let address = between(ours, "downloadUrl");
    let form_path = &address[address.find("/openrosa/").unwrap()..];
    let form = phone.get(form_path);
    assert!(form.body.contains("<h:title>Home visit</h:title>"), "{}", form.body);
    assert_eq!(phone.nonce.borrow().1, 2, "one challenge is enough for two requests");
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:hawa"), &[], true).status, 201);
    assert_eq!(phone.nonce.borrow().1, 4);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions"))[0]["device"], "Old phone");

    // A request that was overheard opens nothing again, and a phone that counts anew is asked anew.
    let (nonce, _) = phone.nonce.borrow().clone();
    let repeat = |path: &str, asked: &str, count: u32| {
        let header = phone.authorization("GET", asked, &nonce, count);
        phone.browser.request("GET", path, &[("authorization", &header)], b"")
    };
    let again = repeat("/openrosa/formList", "/openrosa/formList", 1);
    assert_eq!((again.status, challenge(&again)["stale"].as_str()), (401, "true"));
    assert_ne!(challenge(&again)["nonce"], nonce);
    let elsewhere = repeat(form_path, "/openrosa/formList", 90);
    assert_eq!((elsewhere.status, challenge(&elsewhere).get("stale")), (401, None));
    *phone.nonce.borrow_mut() = (nonce, 0);
    assert_eq!(phone.get("/openrosa/formList").status, 200);

    // The password itself, where the line keeps it to itself.
    let basic = |username: &str, password: &str| {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
        server.browser().request("GET", "/openrosa/formList", &[("authorization", &format!("Basic {pair}"))], b"")
    };
    assert_eq!(basic(&phone.username, &phone.password).status, 200);
    assert_eq!(basic(&phone.username, "").status, 401);

    // The user name opens nothing else, a session nothing here, and an ended device nothing at all.
    let header = phone.authorization("GET", "/api/v1/people", "x", 1);
    assert_eq!(server.browser().request("GET", "/api/v1/people", &[("authorization", &header)], b"").status, 401);
    assert_eq!(amal.get("/openrosa/formList").status, 401);
    let devices = read(&amal, "/devices");
    assert_eq!(devices[0]["username"], phone.username.as_str());
    assert!(!devices.to_string().contains(&phone.password) && !amal.get("/devices").body.contains(&phone.password));
    assert_eq!(amal.post(&format!("/devices/{}/end", devices[0]["id"].as_str().unwrap()), &[]).status, 303);
    assert_eq!(phone.get("/openrosa/formList").status, 401);
});

story!(a_devices_password_is_not_guessed, |server: &Server| {
    let amal = server.log_in("amal");
    let (phone, other) = (Collect::of(server, &amal), Collect::of(server, &amal));
    let wrong = Collect {
        browser: server.browser(),
        password: "guess".to_owned(),
        username: phone.username.clone(),
        nonce: RefCell::default(),
    };
    let tries: Vec<u16> = (0..11).map(|_| wrong.get("/openrosa/formList").status).collect();
    assert_eq!((&tries[..5], tries[10]), (&[401; 5][..], 429), "{tries:?}");
    let kept_out = phone.get("/openrosa/formList");
    assert_eq!(kept_out.status, 429);
    assert!(kept_out.headers["retry-after"].parse::<u64>().unwrap() > 60);
    assert_eq!(other.get("/openrosa/formList").status, 200, "another phone of the same office");
    let nobody = Collect {
        browser: server.browser(),
        password: String::new(),
        username: "nobody".to_owned(),
        nonce: RefCell::default(),
    };
    let (unknown, known) = (nobody.get("/openrosa/formList"), Collect::of(server, &amal));
    let known = Collect { password: "guess".to_owned(), ..known }.get("/openrosa/formList");
    assert_eq!((unknown.status, unknown.body), (known.status, known.body));
});

#[test]
fn a_password_is_asked_for_in_the_clear_only_where_nobody_listens() {
    let (_folder, data) = installed();
    let asked = |options: &[&str], from: &str| {
        let (_server, address) = serving(&data, options);
        let answer = browser_at(&address).request("GET", "/openrosa/formList", &[("x-forwarded-for", from)], b"");
        assert_eq!(answer.status, 401);
        answer.headers["www-authenticate"]
            .lines()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&["--behind-proxy"], "203.0.113.9"), ["Digest"]);
    assert_eq!(asked(&["--behind-proxy"], "127.0.0.1"), ["Digest", "Basic"]);
    let https = ["--behind-proxy", "--public-url", "https://cases.example.org"];
    assert_eq!(asked(&https, "203.0.113.9"), ["Digest", "Basic"]);
}

story!(a_line_that_breaks_leaves_nothing_half_done, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Mariam");
    let phone = Collect::of(server, &amal);
    let submissions = || read(&amal, &format!("/cases/{case}/submissions"));
    let one = record(&case, "tile", "3", "uuid:mariam");
    let photo = png();

    // Half an upload is none; the whole one is taken once, however often it comes.
    let head = || {
        let asked = phone.ask_once("GET", "/openrosa/formList", "", b"");
        let nonce = challenge(&phone.browser.request("GET", "/openrosa/formList", &[], b""))["nonce"].clone();
        assert!(matches!(asked.status, 200 | 401));
        let (kind, header) =
            (collect_body(&one, &[], true).0, phone.authorization("POST", "/openrosa/submission", &nonce, 1));
        format!(
            "POST /openrosa/submission HTTP/1.1\r\nhost: phone\r\ncontent-type: {kind}\r\nauthorization: {header}\r\n"
        )
    };
    let (_, body) = collect_body(&one, &[("roof.png", &photo)], true);
    for _ in 0..3 {
        send_and_break(&server.address, &head(), &body, Breaks::Halfway);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(submissions(), json!([]));
    send_and_break(&server.address, &head(), &body, Breaks::BeforeTheAnswer);
    // Many pictures come in several requests, the record with each.
    assert_eq!(phone.send(&one, &[("roof.png", &photo)], false).status, 201);
    assert_eq!(phone.send(&one, &[("leak.png", &photo)], true).status, 201);
    assert_eq!(submissions().as_array().unwrap().len(), 1);
    let detail = read(&amal, &format!("/submissions/{}", submissions()[0]["id"].as_str().unwrap()));
    let mut names: Vec<&str> =
        detail["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["leak.png", "roof.png"]);

    // A form that goes out of use between download and sending is still taken; once closed it is not, and says so.
    let change = |state: &str| {
        let version = daniela.api("GET", &format!("/forms/{form}"), &[], &Json::Null).etag;
        let to = json!({ "state": state, "sensitivity": "case" });
        assert_eq!(daniela.api("PUT", &format!("/forms/{form}"), &[("if-match", &version)], &to).status, 200);
    };
    change("closing");
    assert!(!phone.get("/openrosa/formList").body.contains("home_visit"));
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:closing"), &[], true).status, 201);
    change("closed");
    let refused = phone.send(&record(&case, "tile", "3", "uuid:closed"), &[("roof.png", &photo)], true);
    assert!(refused.status == 409 && refused.body.contains("<message"), "{}", refused.body);
    assert_eq!(phone.send(&one, &[("wall.png", &photo)], true).status, 201, "what is there already may be finished");
    change("open");
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:closed"), &[("roof.png", &photo)], true).status, 201);

    // What was begun with the version before is judged by it.
    let next = visit()
        .replace("| home_visit | 1 |", "| home_visit | 2 |")
        .replace("integer | people", "integer | heads")
        .replace("${people}", "${heads}");
    published(&daniela, "visit.md", &next);
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:before"), &[("roof.png", &photo)], true).status, 201);
    let all = submissions();
    assert_eq!(all.as_array().unwrap().len(), 4);
    let before = all.as_array().unwrap().iter().find(|it| it["instance_id"] == "uuid:before").unwrap();
    assert_eq!((&before["form_version"], &before["found"]), (&json!("1"), &json!(0)));
});

/// Phones that send at the same time.
const PHONES: usize = 100;

story!(a_hundred_phones_send_at_once_over_lines_that_break, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Nadia");
    let phones: Vec<(String, String)> = (0..PHONES)
        .map(|number| {
            let made = amal.api("POST", "/devices", &[], &json!({ "name": format!("Phone {number}") }));
            let url = made.json()["server_url"].as_str().unwrap().to_owned();
            let path = format!("{}/submission", &url[url.find("/key/").unwrap()..]);
            (path, record(&case, "tile", "3", &format!("uuid:phone-{number}")))
        })
        .collect();
    // Each picture is of another size, so that none is taken for another's.
    let picture = |number: usize, which: usize| [png(), vec![0; 40_000 + 100 * number + which]].concat();
    std::thread::scope(|scope| {
        for (number, (path, xml)) in phones.iter().enumerate() {
            let picture = &picture;
            scope.spawn(move || {
                let phone = browser_at(&server.address);
                for (which, name) in ["roof.png", "wall.png"].into_iter().enumerate() {
                    let content = picture(number, which);
                    let (kind, body) = collect_body(xml, &[(name, &content)], which == 1);
                    let head = format!("POST {path} HTTP/1.1\r\nhost: phone\r\ncontent-type: {kind}\r\n");
                    for time in 0..(number + which) % 4 {
                        let breaks = if (number + time) % 2 == 0 { Breaks::Halfway } else { Breaks::BeforeTheAnswer };
                        send_and_break(&server.address, &head, &body, breaks);
                    }
                    let sent = phone.request("POST", path, &[("content-type", &kind)], &body);
                    assert_eq!(sent.status, 201, "phone {number}: {}", sent.body);
                }
            });
        }
    });
    let kept = read(&amal, &format!("/cases/{case}/submissions"));
    let mut instances: Vec<&str> =
        kept.as_array().unwrap().iter().map(|it| it["instance_id"].as_str().unwrap()).collect();
    instances.sort_unstable();
    let mut wanted: Vec<String> = (0..PHONES).map(|number| format!("uuid:phone-{number}")).collect();
    wanted.sort_unstable();
    assert_eq!(instances, wanted, "nothing is lost, and nothing there twice");
    for submission in kept.as_array().unwrap() {
        let number: usize =
            submission["instance_id"].as_str().unwrap().trim_start_matches("uuid:phone-").parse().unwrap();
        let detail = read(&amal, &format!("/submissions/{}", submission["id"].as_str().unwrap()));
        let sizes: BTreeMap<&str, usize> = detail["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| (file["name"].as_str().unwrap(), file["size"].as_u64().unwrap() as usize))
            .collect();
        let whole = [("roof.png", picture(number, 0).len()), ("wall.png", picture(number, 1).len())];
        assert_eq!(sizes, BTreeMap::from(whole), "phone {number}");
    }
    let verified = read(&server.log_in("audit"), "/history/verify").to_string();
    assert!(verified.contains("\"faults\":[]") || verified.contains("\"fault\":null"), "{verified}");
});
