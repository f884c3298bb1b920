//! When things go wrong around the server: disks, locks, clocks, broken lines, hostile input.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::installed::{Installation, PASSPHRASE, key_of, people, register};
use crate::support::{Browser, Engine, Server};
use crate::{operator_story, story};

/// Says aloud what could not be told on this machine; with `WATARI_TEST_REQUIRE=faults` that is a failure.
fn skipped(why: &str) {
    assert!(!crate::support::required("faults"), "WATARI_TEST_REQUIRE asks for this: {why}");
    eprintln!("skipped: {why}");
}

fn runs(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

/// Registers people until the server takes no more, and answers how many it took and what it said.
fn register_until_refused(browser: &Browser) -> (usize, crate::support::Answer) {
    for taken in 0..20_000 {
        let answer = register(browser, &format!("Crowded{taken} {}", "name ".repeat(30)));
        if answer.status != 201 {
            return (taken, answer);
        }
    }
    panic!("the disk never became full");
}

/// A disk that is full: what was acknowledged is there, reading goes on, the answer says what is
/// wrong in the reader's language, and with room again everything goes on without a restart.
fn tells_of_a_full_disk(it: &Installation, address: &str, make_room: &dyn Fn()) {
    let officer = it.officer(address);
    let before = people(&officer);
    let (taken, refused) = register_until_refused(&officer);
    assert_eq!((refused.status, refused.kind.as_str()), (503, "application/problem+json"), "{}", refused.body);
    assert_eq!(refused.json()["type"], "/problems/not-durable", "{}", refused.body);
    officer.post("/language", &[("language", "fr")]);
    let form = [("names[0][given]", "Aline"), ("names[0][kind]", "main"), ("confirm", "true"), ("sex", "female")];
    let page = officer.post("/people", &form);
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(page.body.contains("n’a pas pu être enregistrée") && page.body.contains("disque"), "{}", page.body);
    assert_eq!(officer.get("/people").status, 200, "reading goes on");
    let log = it.log();
    assert!(log.contains("full") || log.contains("disk I/O error"), "the operator is told: {log}");
    assert!(!log.contains("Crowded") && !log.contains("Aline"), "no name is in the log");
    make_room();
    let later = register(&officer, "Roomy");
    assert_eq!(later.status, 201, "{}", later.body);
    let kept = it.does(&["verify", "--json"]);
    assert!(kept.contains("\"faults\": []"), "{kept}");
    assert_eq!(counted(&officer), before + taken + 1, "what was acknowledged is there, and nothing else");
}

/// All people on record, page by page.
fn counted(browser: &Browser) -> usize {
    let (mut count, mut after) = (0, String::new());
    loop {
        let page = browser.api("GET", &format!("/people?limit=200{after}"), &[], &Json::Null).json();
        count += page["items"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", next.replace(' ', "%20")),
            None => return count,
        }
    }
}

#[test]
fn a_disk_that_takes_no_more_is_told_and_lived_through() {
    let it = Installation::new(Engine::Sqlite);
    let mut command = Command::new("sh");
    // A file at its largest size fails like a disk; unheeded, the signal would end the process.
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(env!("CARGO_BIN_EXE_watari"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--requests-per-minute", "1000000"]);
    command.env("WATARI_DATA", &it.data).env("WATARI_PASSPHRASE", PASSPHRASE).env_remove("WATARI_DATABASE_URL");
    let (mut serving, address) = it.serve_with(command);
    let limit = |size: &str| runs("prlimit", &["--pid", &serving.0.id().to_string(), &format!("--fsize={size}")]);
    if !limit("2000000:unlimited") {
        return skipped("prlimit cannot make a disk seem full");
    }
    tells_of_a_full_disk(&it, &address, &|| assert!(limit("unlimited:unlimited")));
    assert!(serving.stops());
}

#[test]
fn a_full_disk_is_told_and_lived_through() {
    let disk = tempfile::tempdir().unwrap();
    let at = disk.path().to_str().unwrap();
    if !runs("mount", &["-t", "tmpfs", "-o", "size=12m", "tmpfs", at]) {
        return skipped("a small disk cannot be mounted here");
    }
    struct Mounted<'p>(&'p Path);
    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            runs("umount", &["-l", self.0.to_str().unwrap()]);
        }
    }
    let mounted = Mounted(disk.path());
    let mut it = Installation::new(Engine::Sqlite);
    let data = disk.path().join("data");
    assert!(runs("cp", &["-r", it.data.to_str().unwrap(), data.to_str().unwrap()]));
    it.data = data.clone();
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 7 * 1024 * 1024]).unwrap();
    let (mut serving, address) = it.serve(&["--requests-per-minute", "1000000"]);
    tells_of_a_full_disk(&it, &address, &|| std::fs::remove_file(&ballast).unwrap());
    // A backup for which there is no room leaves nothing behind.
    std::fs::write(&ballast, vec![1; 64 * 1024]).unwrap();
    let file = disk.path().join("no-room.watari");
    while std::fs::File::options().append(true).open(&ballast).unwrap().write_all(&[1; 256 * 1024]).is_ok() {}
    let said = it.refuses(&["backup", file.to_str().unwrap()]);
    assert!(said.contains("full") || said.contains("No space"), "{said}");
    std::fs::remove_file(&ballast).unwrap();
    assert!(serving.stops());
    let mut left: Vec<_> =
        std::fs::read_dir(disk.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["data"], "half a backup was left");
    drop(mounted);
}

/// A command as a user who may read the folder but not write: root heeds no permissions.
fn as_reader(it: &Installation, args: &[&str]) -> Option<std::process::Output> {
    runs("chmod", &["-R", "a=rX", it.data.to_str().unwrap()]);
    let parent = it.data.parent().unwrap();
    runs("chmod", &["a+rx", parent.to_str().unwrap()]);
    let binary = env!("CARGO_BIN_EXE_watari");
    let mut command = if crate::support::is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--", binary]);
        command
    } else {
        Command::new(binary)
    };
    command.args(args).env("WATARI_DATA", &it.data).env("WATARI_PASSPHRASE", PASSPHRASE);
    command.env_remove("WATARI_DATABASE_URL").current_dir("/");
    let output = command.output().ok()?;
    // 126: the other user may not even run the program from where it lies.
    (output.status.code() != Some(126)).then_some(output)
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let it = Installation::new(Engine::Sqlite);
    let backup = it.file("out.watari");
    let path = backup.to_str().unwrap().to_owned();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["verify"], &["backup", &path], &["invite", "officer"]] {
        let Some(output) = as_reader(&it, args) else { return skipped("no other user may run the program") };
        let said = crate::support::installed::said(&output);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains(it.data.to_str().unwrap()), "{args:?} names the folder: {said}");
        assert!(said.contains("write") || said.contains("Permission denied"), "{args:?}: {said}");
    }
    runs("chmod", &["-R", "u+rwX", it.data.to_str().unwrap()]);
    assert!(!backup.exists());
    it.does(&["verify"]);
}

#[test]
fn a_database_held_by_another_program_is_waited_for_then_told() {
    let it = Installation::new(Engine::Sqlite);
    let (mut serving, address) = it.serve(&[]);
    let officer = it.officer(&address);
    let other = rusqlite::Connection::open(it.data.join("watari.db")).unwrap();
    other
        .execute_batch(&format!(
            "PRAGMA key = \"x'{}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; BEGIN IMMEDIATE",
            key_of(&it.data)
        ))
        .unwrap();
    let begun = Instant::now();
    let waiting: Vec<_> = (0..8)
        .map(|number| {
            let browser = officer.moved(&address);
            std::thread::spawn(move || register(&browser, &format!("Waiting{number}")))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(officer.get("/people").status, 200, "reading goes on");
    for answer in waiting.into_iter().map(|waiting| waiting.join().unwrap()) {
        assert_eq!((answer.status, &answer.json()["type"]), (503, &json!("/problems/unavailable")), "{}", answer.body);
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "they waited one after the other: {:?}", begun.elapsed());
    assert!(it.log().contains("locked"), "the operator is told: {}", it.log());
    let patient = {
        let browser = officer.moved(&address);
        std::thread::spawn(move || register(&browser, "Patient"))
    };
    std::thread::sleep(Duration::from_secs(1));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(patient.join().unwrap().status, 201, "a short wait is no fault");
    assert_eq!(people(&officer), 1);
    assert!(serving.stops());
    it.does(&["verify"]);
}

/// The library that tells a program another time.
fn faketime() -> Option<std::path::PathBuf> {
    let places = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    places.iter().map(|place| Path::new(place).join("libfaketimeMT.so.1")).find(|library| library.exists())
}

operator_story!(a_clock_that_jumps_back_loses_no_order, |it: &Installation| {
    let Some(library) = faketime() else { return skipped("libfaketime is not installed") };
    let clock = it.file("clock");
    let set = |offset: &str| std::fs::write(&clock, format!("{offset}\n")).unwrap();
    set("+0");
    let mut command = it.watari(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock).env("FAKETIME_NO_CACHE", "1");
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let (mut serving, address) = it.serve_with(command);
    let officer = it.officer(&address);
    let first = register(&officer, "Before").json()["id"].as_str().unwrap().to_owned();
    set("-2d");
    assert_eq!(officer.get("/healthz").status, 200);
    let person = |browser: &Browser| browser.api("GET", &format!("/people/{first}"), &[], &Json::Null);
    std::thread::sleep(Duration::from_millis(5_200));
    assert_eq!(person(&officer).status, 401, "a session that would now last two days longer ends");
    let officer = it.officer(&address);
    let mut record = person(&officer).json();
    record["names"][0]["given"] = json!("After");
    let changed = officer.api("PUT", &format!("/people/{first}"), &[("if-match", "\"1\"")], &record);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let story = officer.api("GET", &format!("/people/{first}/history"), &[], &Json::Null).json();
    let acts: Vec<&str> = story.as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["changed", "created"], "told in the order in which it happened");
    assert!(story[0]["at"].as_str().unwrap() < story[1]["at"].as_str().unwrap(), "the clock did go back: {story}");
    // Tries are counted on a clock that only runs forward.
    let guess =
        || officer.moved(&address).post("/login", &[("username", "admin"), ("password", "guess-guess-guess")]).status;
    while guess() == 422 {}
    set("+1d");
    assert_eq!(guess(), 429, "a clock set forward opens no door");
    assert!(serving.stops());
    it.does(&["verify"]);
    it.does(&["invite", "officer"]);
    set("-2d");
    let mut late = it.watari(&["serve", "--listen", "127.0.0.1:0"]);
    late.env("LD_PRELOAD", faketime().unwrap()).env("FAKETIME_TIMESTAMP_FILE", &clock);
    let (mut serving, _) = it.serve_with(late);
    assert!(serving.stops());
    assert!(it.log().contains("the clock stands before the last change"), "{}", it.log());
});

/// Sends the beginning of a request whose head promises more, then ends the line.
fn broken_off(address: &str, head: &str, body: &[u8], promised: usize) -> String {
    let mut line = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(line, "{head}host: x\r\ncontent-length: {promised}\r\n\r\n").unwrap();
    line.write_all(body).unwrap();
    line.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    drop(line.read_to_string(&mut answer));
    answer
}

story!(an_upload_that_breaks_off_leaves_nothing, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let case = amal.api("GET", "/cases?mine=true", &[], &Json::Null).json()["items"][0].clone();
    let (case, person) = (case["id"].as_str().unwrap(), case["person_id"].as_str().unwrap());
    let files = || amal.api("GET", &format!("/cases/{case}"), &[], &Json::Null).json()["attachments"].clone();
    let photo = || amal.api("GET", &format!("/people/{person}"), &[], &Json::Null).json()["photo_id"].clone();
    let all = || daniela.api("GET", "/people?limit=1", &[], &Json::Null).json()["items"][0]["id"].clone();
    let (files_before, photo_before, last_before) = (files(), photo(), all());
    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of it";
    let multipart = "content-type: multipart/form-data; boundary=x\r\n";
    for (browser, method, path, kind, body) in [
        (&amal, "POST", format!("/api/v1/cases/{case}/attachments?name=a.txt"), "", "half of it"),
        (&amal, "PUT", format!("/api/v1/people/{person}/photo"), "content-type: image/jpeg\r\n", "\u{7f}half"),
        (&amal, "POST", format!("/cases/{case}/attachments"), multipart, form),
        (&amal, "POST", format!("/people/{person}/photo"), multipart, form),
        (&daniela, "POST", "/people/import".to_owned(), multipart, form),
        (&daniela, "POST", "/api/v1/people/imports?name=a.csv".to_owned(), "content-type: text/csv\r\n", "name\nHalf"),
        (
            &daniela,
            "POST",
            "/api/v1/people".to_owned(),
            "content-type: application/json\r\n",
            "{\"names\":[{\"given\":\"Ha",
        ),
        (
            &daniela,
            "POST",
            "/people".to_owned(),
            "content-type: application/x-www-form-urlencoded\r\n",
            "names[0][given]=Ha",
        ),
    ] {
        let head = format!("{method} {path} HTTP/1.1\r\ncookie: {}\r\n{kind}", browser.cookie());
        let answer = broken_off(&server.address, &head, body.as_bytes(), 100_000);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    assert_eq!((files(), photo(), all()), (files_before, photo_before, last_before));
    assert_eq!(server.browser().get("/healthz").status, 200);
});

/// What someone hostile, or a broken program, writes into a field.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\\\"><img src=x onerror=alert(1)>",
    "'); DROP TABLE person;--",
    "nul \\u0000 in it",
    "\\u202Egnirts\\u202C \\u2066 \\u200f",
    "👩🏽‍⚕️🏳️‍🌈 \\uD83D\\uDC69",
    "{{7*7}} ${7*7} %s%n ../../etc/passwd",
    "half a letter \\uD800",
    "",
];

/// Every field of every change that the API's own document names.
struct Field {
    method: String,
    path: String,
    body: Json,
    /// Where in the body, as a JSON pointer.
    pointer: String,
}

fn schema<'d>(document: &'d Json, mut at: &'d Json) -> &'d Json {
    while let Some(name) = at["$ref"].as_str() {
        at = document.pointer(name.trim_start_matches('#')).unwrap();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = at[choice].as_array().and_then(|all| all.iter().find(|it| it["type"] != "null")) {
            return schema(document, first);
        }
    }
    at
}

fn is_kind(schema: &Json, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|it| it == kind))
}

/// What people write into a field of such a name.
fn ordinary(pointer: &str) -> Json {
    let name = pointer.rsplit('/').find(|part| !part.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or_default();
    match name {
        "country" | "issuer" | "nationalities" => json!("JO"),
        "languages" => json!("ar"),
        "time_zone" => json!("Asia/Amman"),
        "due_on" | "expires_on" | "valid_until" => json!("2031-01-01"),
        "ends_on" | "starts_on" => Json::Null,
        "assessment" | "first_contact" | "follow_up" | "plan" if pointer.contains("deadlines") => json!(1),
        "username" => json!("UNIQUE"),
        "relation" => json!("mother"),
        "email" | "provider_kind" => Json::Null,
        "provider_kinds" => json!("health"),
        "from" | "decided_on" | "done_on" | "age_on" | "to" | "until" => json!("1996-01-01"),
        "kind" if pointer == "/kind" => json!("general"),
        "kind" if pointer.contains("documents") => json!("passport"),
        "kind" if pointer.contains("contacts") => json!("mobile"),
        "value" => json!("+962 79 000 0000"),
        "gender" | "legal_status" | "cause" | "reason" if pointer.contains("journey") || name == "gender" => Json::Null,
        _ if name.ends_with("_id") || name == "household" => Json::Null,
        _ => json!("An ordinary word or two"),
    }
}

/// A body that fits a schema, and the pointers to its texts.
fn example(document: &Json, at: &Json, pointer: &str, texts: &mut Vec<String>, depth: usize) -> Json {
    let at = schema(document, at);
    if let Some(code) = at["enum"].as_array().and_then(|codes| codes.first()) {
        texts.push(pointer.to_owned());
        return code.clone();
    }
    if is_kind(at, "object") && depth < 5 {
        let fields = at["properties"].as_object().into_iter().flatten();
        let object: serde_json::Map<String, Json> = fields
            .map(|(name, of)| (name.clone(), example(document, of, &format!("{pointer}/{name}"), texts, depth + 1)))
            .collect();
        return Json::Object(object);
    }
    if is_kind(at, "array") && at["prefixItems"].is_null() && at["minItems"].as_u64().unwrap_or(1) > 1 {
        return json!(vec![1; at["minItems"].as_u64().unwrap_or(1) as usize]);
    }
    if is_kind(at, "array") && depth < 5 {
        return json!([example(document, &at["items"], &format!("{pointer}/0"), texts, depth + 1)]);
    }
    texts.push(pointer.to_owned());
    match () {
        () if is_kind(at, "integer") || is_kind(at, "number") => json!(1),
        () if is_kind(at, "boolean") => json!(false),
        () => ordinary(pointer),
    }
}

/// The fields of every operation that writes, with addresses that lead to records that are there.
fn fields(document: &Json, known: &[(&str, String)]) -> Vec<Field> {
    let mut fields = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(of) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
            let mut address = path.trim_start_matches("/api/v1").to_owned();
            for (name, value) in known {
                address = address.replace(name, value);
            }
            while let Some((start, rest)) = address.clone().split_once('{') {
                address = format!("{start}00000000-0000-7000-8000-000000000000{}", rest.split_once('}').unwrap().1);
            }
            let mut pointers = Vec::new();
            let body = example(document, of, "", &mut pointers, 0);
            for pointer in pointers {
                let (method, path, body) = (method.to_uppercase(), address.clone(), body.clone());
                fields.push(Field { method, path, body, pointer });
            }
        }
    }
    fields
}

/// The body with a text in one field, as it goes over the line.
fn with(field: &Field, text: &str) -> String {
    let mut body = field.body.clone();
    if field.pointer.is_empty() {
        return format!("\"{text}\"");
    }
    *body.pointer_mut(&field.pointer).unwrap() = json!("PLACE");
    static UNIQUE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let unique = format!("user{}", UNIQUE.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    body.to_string().replace("UNIQUE", &unique).replace("\"PLACE\"", &format!("\"{text}\""))
}

/// Addresses of records, and who may work with them.
fn known(amal: &Browser) -> Vec<(&'static str, String)> {
    let case = amal.api("GET", "/cases?mine=true&state=in_service", &[], &Json::Null).json()["items"][0].clone();
    let id = case["id"].as_str().unwrap().to_owned();
    let whole = amal.api("GET", &format!("/cases/{id}"), &[], &Json::Null).json();
    let first = |list: &str| whole[list][0]["id"].as_str().map(str::to_owned);
    let mut known = vec![
        ("/cases/{id}", format!("/cases/{id}")),
        ("/cases/{case}", format!("/cases/{id}")),
        ("/people/{id}", format!("/people/{}", case["person_id"].as_str().unwrap())),
        ("{form}", "specific-needs".to_owned()),
    ];
    for (name, list) in
        [("{goal}", "goals"), ("{flag}", "flags"), ("{follow_up}", "follow_ups"), ("{approval}", "approvals")]
    {
        known.extend(first(list).map(|id| (name, id)));
    }
    known
}

const WRITERS: [&str; 4] = ["amal", "lucia", "daniela", "admin"];

fn send(browsers: &[Browser], field: &Field, text: &str) -> Vec<crate::support::Answer> {
    let mut answers = Vec::new();
    for browser in browsers {
        let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
        let path = format!("/api/v1{}", field.path);
        let answer = browser.request(&field.method, &path, &headers, with(field, text).as_bytes());
        let shown: String = text.chars().take(40).collect();
        let at =
            format!("{} {} {} {shown}: {} {}", field.method, field.path, field.pointer, answer.status, answer.body);
        assert!(answer.status < 500, "{at}");
        assert!(answer.status < 400 || answer.kind == "application/problem+json", "{} {at}", answer.kind);
        answers.push(answer);
    }
    answers
}

story!(whatever_is_written_into_any_field_is_refused_or_kept_harmless, |server: &Server| {
    let browsers = WRITERS.map(|user| server.log_in(user));
    let document: Json = browsers[0].get("/api/v1/openapi.json").json();
    let known = known(&browsers[0]);
    // Ending one's own session or password would end the story.
    let all = fields(&document, &known);
    let all: Vec<&Field> = all.iter().filter(|field| !field.path.starts_with("/account/password")).collect();
    assert!(all.len() > 100, "only {} fields were found", all.len());
    let (mut taken, mut never) = (0, std::collections::BTreeSet::new());
    for field in &all {
        never.insert(format!("{} {}", field.method, field.path));
    }
    for field in &all {
        for text in HOSTILE {
            let kept = send(&browsers, field, text).iter().filter(|answer| answer.status < 300).count();
            taken += kept;
            if kept > 0 {
                never.remove(&format!("{} {}", field.method, field.path));
            }
        }
    }
    assert!(taken > 150, "too little was taken to prove anything: {taken}; never: {never:#?}");
    // What was kept is shown as text, on every page that shows it.
    let mut pages = vec!["/", "/people", "/cases", "/team", "/users", "/settings", "/account", "/retention"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    for (_, address) in known.iter().filter(|(_, address)| address.starts_with('/')) {
        pages.extend(
            ["", "/history", "/plan", "/edit", "/merge", "/assign", "/close"].map(|rest| format!("{address}{rest}")),
        );
    }
    for browser in &browsers {
        for person in
            browser.api("GET", "/people?limit=60", &[], &Json::Null).json()["items"].as_array().into_iter().flatten()
        {
            pages.push(format!("/people/{}", person["id"].as_str().unwrap()));
        }
        for page in &pages {
            let answer = browser.get(page);
            assert!(answer.status < 500, "{page}: {}", answer.body);
            assert!(
                !answer.body.contains("<script>alert") && !answer.body.contains("<img src=x"),
                "{page} runs what was written"
            );
        }
    }
    assert!(people(&browsers[2]) >= 60, "the table was dropped");
    let audit = server.log_in("audit");
    assert!(audit.get("/history").body.len() > 1_000);
});

/// The forms of a page: where each goes, and its fields with what stands in them.
fn forms(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let attribute = |tag: &str, name: &str| -> Option<String> {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&amp;", "&").replace("&#38;", "&"))
    };
    let read = |form: &str| -> Option<(String, Vec<(String, String)>)> {
        let head = form.split('>').next()?;
        let action = attribute(head, "action").filter(|_| attribute(head, "method").as_deref() == Some("post"))?;
        let tags = form.split('<').filter(|tag| ["input", "textarea", "select"].iter().any(|it| tag.starts_with(it)));
        let fields =
            tags.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())));
        Some((action, fields.collect()))
    };
    page.split("<form").skip(1).filter_map(|rest| read(rest.split("</form>").next()?)).collect()
}

story!(every_form_of_every_page_takes_or_refuses_whatever_is_typed, |server: &Server| {
    let amal = server.log_in("amal");
    let known = known(&amal);
    let at = |name: &str| known.iter().find(|(of, _)| *of == name).unwrap().1.clone();
    let (case, person) = (at("/cases/{id}"), at("/people/{id}"));
    let mut tried = 0;
    for (user, pages) in [
        (
            "amal",
            vec![
                "/people/new".to_owned(),
                person.clone(),
                format!("{person}/edit"),
                case.clone(),
                format!("{case}/plan"),
                format!("{case}/close"),
                format!("{case}/goals/{}", at("{goal}")),
                format!("/cases/new?person={}", person.rsplit('/').next().unwrap()),
                "/account".to_owned(),
                "/people".to_owned(),
            ],
        ),
        ("lucia", vec![case.clone(), format!("{case}/assign"), format!("{person}/merge"), "/".to_owned()]),
        ("daniela", vec!["/people/import".to_owned(), person.clone()]),
        ("admin", vec!["/users/new".to_owned(), "/users".to_owned(), "/settings".to_owned()]),
    ] {
        let browser = server.log_in(user);
        for page in pages {
            let shown = browser.get(&page);
            assert!(shown.status < 500, "{page}: {}", shown.body);
            for (action, fields) in forms(&shown.body) {
                if ["/logout", "/account/password", "/account/sessions"].iter().any(|door| action.starts_with(door)) {
                    continue;
                }
                for (name, _) in &fields {
                    for text in
                        [HOSTILE[0], HOSTILE[2], "\u{0}\u{202e}\u{feff}\u{10ffff}", "-9223372036854775809", "1e400"]
                    {
                        let pairs: Vec<(&str, &str)> = fields
                            .iter()
                            .map(|(field, value)| (field.as_str(), if field == name { text } else { value.as_str() }))
                            .collect();
                        let answer = browser.post(&action, &pairs);
                        tried += 1;
                        assert!(answer.status < 500, "{page} {action} {name} {text}: {}", answer.body);
                        assert!(!answer.body.contains("<script>alert"), "{page} {action} {name} runs what was typed");
                    }
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} fields were tried");
    for path in ["/people", "/cases", "/users/new", "/account"] {
        assert!(server.log_in("amal").get(path).status < 500);
    }
});

story!(ten_megabytes_in_any_field_are_refused_and_cost_no_memory, |server: &Server| {
    let browsers = [server.log_in("amal"), server.log_in("daniela")];
    let document: Json = browsers[0].get("/api/v1/openapi.json").json();
    let junk = "junk ".repeat(2 * 1024 * 1024);
    let mut seen = std::collections::HashSet::new();
    for field in fields(&document, &known(&browsers[0])) {
        // One list entry or one text is like the next of its operation; names differ, so does each field.
        if seen.insert((field.path.clone(), field.pointer.clone())) {
            let browser = if field.path.starts_with("/cases") { &browsers[..1] } else { &browsers[1..] };
            for answer in send(browser, &field, &junk) {
                assert!(answer.status >= 400, "{} {} took 10 MB", field.path, field.pointer);
            }
        }
    }
    let form = format!("names[0][given]={}", "x".repeat(10 * 1024 * 1024));
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    for path in ["/people", "/login", "/people/search", "/language"] {
        let answer = browsers[1].request("POST", path, &kind, form.as_bytes());
        assert!((400..500).contains(&answer.status) || answer.status == 303, "{path}: {}", answer.status);
    }
    let peak = server.most_memory() / 1024 / 1024;
    assert!(peak < 600, "{peak} MB were held");
    assert_eq!(server.browser().get("/healthz").status, 200);
});
