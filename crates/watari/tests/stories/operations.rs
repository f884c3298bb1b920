//! What an operator does: start, stop, keys, the first administrator, verify.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::story;
use crate::support::{self, Cluster, Engine, Server, first_address, signal};

fn watari(data: &Path, passphrase: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watari"));
    command.args(args).env("WATARI_DATA", data).env("WATARI_PASSPHRASE", passphrase).env_remove("WATARI_DATABASE_URL");
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn it_stops_cleanly() {
    let mut server = Server::start(Engine::Sqlite);
    assert_eq!(server.browser().get("/healthz").body, "ok");
    assert!(server.stop());
}

#[test]
fn the_first_administrator_comes_by_a_link_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = watari(&data, "four words for testing", &["init", "--organisation", "Test house"]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let text = said(&made);
    let link = text.lines().find_map(|line| line.split_once("/welcome/")).unwrap().1.trim().to_owned();

    let again = watari(&data, "four words for testing", &["init"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    let wrong = watari(&data, "five words for testing", &["serve"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("passphrase does not fit"), "{}", said(&wrong));
    let short = watari(&folder.path().join("other"), "short", &["init"]).output().unwrap();
    assert!(said(&short).contains("too short"));

    let mut serving = watari(&data, "four words for testing", &["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = first_listening(&mut serving);
    let browser = support::browser_at(&line);
    let page = format!("/welcome/{link}");
    assert_eq!(browser.get(&page).status, 200);
    let weak = browser.post(&page, &[("password", "short"), ("again", "short")]);
    assert_eq!(weak.status, 422);
    let chosen = browser.post(&page, &[("password", "a long enough password"), ("again", "a long enough password")]);
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.get(&page).status, 409, "a link works once");
    signal(&serving, "TERM");
    assert!(serving.wait().unwrap().success());

    let verified = watari(&data, "four words for testing", &["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    let database = std::fs::read(data.join("watari.db")).unwrap();
    assert_ne!(&database[..15], b"SQLite format 3");
    assert!(!database.windows(10).any(|window| window == b"Test house"), "the database is not encrypted");
}

/// A server that goes when the story ends, however it ends.
struct Serving(std::process::Child);

impl Serving {
    /// Ends it as an operator would and says whether it ended cleanly.
    fn stops(&mut self) -> bool {
        signal(&self.0, "TERM");
        self.0.wait().unwrap().success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts `serve` on a free port.
fn serving(data: &Path, options: &[&str]) -> (Serving, String) {
    let mut child = watari(data, PASSPHRASE, &[&["serve", "--listen", "127.0.0.1:0"], options].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let address = first_listening(&mut child);
    (Serving(child), address)
}

#[test]
fn behind_https_every_cookie_is_secure() {
    let (_folder, data) = installed();
    let (mut child, address) = serving(&data, &["--public-url", "https://cases.example.org"]);
    let browser = support::browser_at(&address);
    for answer in [browser.post("/language", &[("language", "fr")]), browser.post("/logout", &[])] {
        assert!(!answer.cookies.is_empty() && answer.cookies.iter().all(|cookie| cookie.contains("; Secure")));
    }
    assert!(child.stops());
}

#[test]
fn a_flood_from_elsewhere_does_not_reach_a_stranger_at_another_address() {
    let (_folder, data) = installed();
    let (mut child, address) = serving(&data, &["--behind-proxy"]);
    let browser = support::browser_at(&address);
    let guess = |from: &str| {
        let headers = [("x-forwarded-for", from), ("content-type", "application/x-www-form-urlencoded")];
        browser.request("POST", "/login", &headers, b"username=admin&password=guess-guess-guess").status
    };
    assert!((0..10).all(|_| guess("2001:db8::1") == 422));
    assert_eq!(guess("2001:db8::ffff"), 429, "the same network");
    assert_eq!((guess("2001:db8:0:1::1"), guess("192.0.2.1")), (422, 422));
    assert!(child.stops());
}

#[test]
fn over_tls_it_serves_stops_cleanly_and_reads_a_new_certificate() {
    let (folder, data) = installed();
    let (certificate, key) = support::certificate(folder.path());
    let files = ["--tls-certificate", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let half = watari(&data, PASSPHRASE, &["serve", files[0], files[1]]).output().unwrap();
    assert!(said(&half).contains("needed together"), "{}", said(&half));
    let (mut child, address) = serving(&data, &files);
    let address = address.replace("http://127.0.0.1", "https://localhost");
    assert_eq!(support::browser_trusting(&address, &certificate).get("/healthz").body, "ok");
    support::certificate(folder.path());
    signal(&child.0, "HUP");
    let renewed = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        support::browser_trusting(&address, &certificate).answers("/healthz")
    });
    assert!(renewed);
    assert!(child.stops());
}

#[test]
fn figures_have_their_own_listener_and_name_nobody() {
    let (_folder, data) = installed();
    let private = format!("127.0.0.1:{}", support::free_port());
    let (mut child, address) = serving(&data, &["--metrics-listen", &private]);
    let browser = support::browser_at(&address);
    assert_eq!(browser.get("/metrics").status, 404, "not where users are");
    assert_eq!(browser.get("/people/00000000-0000-0000-0000-000000000000").status, 303);
    browser.post("/login", &[("username", "admin"), ("password", "guess-guess-guess")]);
    let figures = support::browser_at(&format!("http://{private}")).get("/metrics");
    assert_eq!(figures.status, 200);
    for line in [
        "watari_http_requests_total{route=\"/login\",status=\"4xx\"} 1",
        "watari_http_requests_total{route=\"/people/{id}\",status=\"3xx\"} 1",
        "watari_http_request_seconds_count{route=\"/login\"} 1",
        "watari_database_write_seconds_count",
        "watari_database_write_queue 0",
        "watari_people 0",
    ] {
        assert!(figures.body.contains(line), "{line} in {}", figures.body);
    }
    assert!(!figures.body.contains("admin") && !figures.body.contains("00000000-0000"), "{}", figures.body);
    assert!(child.stops());
}

#[test]
fn two_servers_never_open_one_data_folder() {
    let (_folder, data) = installed();
    let (mut child, _) = serving(&data, &[]);
    let second = watari(&data, PASSPHRASE, &["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("another server is running on"), "{}", said(&second));
    let verified = watari(&data, PASSPHRASE, &["verify"]).output().unwrap();
    assert!(verified.status.success(), "other commands go on");
    assert!(child.stops());
    let (mut third, _) = serving(&data, &[]);
    assert!(third.stops());
}

#[test]
fn postgresql_is_reached_over_tls_and_only_where_it_is_the_one_meant() {
    if !Cluster::is_here() {
        return;
    }
    let cluster = Cluster::get();
    let (_folder, data) = installed();
    let plain = cluster.create_database();
    let named = plain.replace("127.0.0.1", "localhost");
    let trusted = format!("sslrootcert={}", cluster.certificate().display());
    let copy = |to: &str| watari(&data, PASSPHRASE, &["copy", "--to", to]).output().unwrap();
    for (address, why) in [
        (format!("{named}?sslmode=require"), "an unknown certificate"),
        (format!("{plain}?sslmode=verify-full&{trusted}"), "another name"),
        (format!("{named}?sslmode=sometimes"), "an unknown mode"),
    ] {
        let refused = copy(&address);
        assert_eq!(refused.status.code(), Some(1), "{why}: {}", said(&refused));
    }
    let copied = copy(&format!("{named}?sslmode=verify-full&{trusted}"));
    assert!(copied.status.success(), "{}", said(&copied));
}

fn first_listening(child: &mut std::process::Child) -> String {
    let address = first_address(child, "Listening on ");
    format!("http://{address}")
}

#[test]
fn a_missing_installation_is_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let output = watari(folder.path(), "four words for testing", &["verify"]).output().unwrap();
    assert!(said(&output).contains("holds no installation"), "{}", said(&output));
}

story!(health_needs_no_log_in, |server: &Server| {
    assert_eq!(server.browser().get("/healthz").status, 200);
});

/// An installation with an administrator, and its folder.
fn installed() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = watari(&data, PASSPHRASE, &["init"]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    (folder, data)
}

const PASSPHRASE: &str = "four words for testing";

#[test]
fn a_backup_comes_back_elsewhere_and_only_with_its_key() {
    let (folder, data) = installed();
    let file = folder.path().join("today.watari");
    let path = file.to_str().unwrap();
    let made = watari(&data, PASSPHRASE, &["backup", path]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let again = watari(&data, PASSPHRASE, &["backup", path]).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "a backup never overwrites");
    let other = folder.path().join("other");
    let wrong = watari(&other, "five words for testing", &["restore", path]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    let back = watari(&other, PASSPHRASE, &["restore", path]).output().unwrap();
    assert!(back.status.success(), "{}", said(&back));
    let verified = watari(&other, PASSPHRASE, &["verify", "--json"]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    let twice = watari(&other, PASSPHRASE, &["restore", path]).output().unwrap();
    assert_eq!(twice.status.code(), Some(1), "nothing is restored over data");
}

#[test]
fn a_truncated_backup_is_refused_and_leaves_nothing() {
    let (folder, data) = installed();
    let file = folder.path().join("today.watari");
    assert!(watari(&data, PASSPHRASE, &["backup", file.to_str().unwrap()]).output().unwrap().status.success());
    let whole = std::fs::read(&file).unwrap();
    let half = folder.path().join("half.watari");
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let other = folder.path().join("other");
    let output = watari(&other, PASSPHRASE, &["restore", half.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!other.join("watari.db").exists() && !other.join("key.toml").exists());
}

#[test]
fn verify_names_what_was_altered_or_removed() {
    let (_folder, data) = installed();
    let key = key_of(&data);
    let change = |sql: &str| {
        let database = rusqlite::Connection::open(data.join("watari.db")).unwrap();
        database.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {sql}")).unwrap();
    };
    let verify = || watari(&data, PASSPHRASE, &["verify"]).output().unwrap();
    assert!(verify().status.success());
    change("CREATE TABLE kept AS SELECT * FROM history");
    change("UPDATE history SET content = '{}' WHERE seq = 2");
    assert!(said(&verify()).contains("the content of entry 2 was altered"));
    change("DELETE FROM history; INSERT INTO history SELECT * FROM kept; UPDATE history SET at = at + 1 WHERE seq = 2");
    assert!(said(&verify()).contains("entry 2 was altered or moved"));
    change("DELETE FROM history; INSERT INTO history SELECT * FROM kept; DELETE FROM history WHERE seq = 2");
    assert!(said(&verify()).contains("entry 2 is missing"));
    change("DELETE FROM history; INSERT INTO history SELECT * FROM kept; DELETE FROM history WHERE seq = 3");
    assert!(said(&verify()).contains("entry 3 is missing"), "a tail cut off");
    change("UPDATE history_head SET seq = 2, hash = (SELECT hash FROM kept WHERE seq = 2)");
    assert!(said(&verify()).contains("the head of the chain does not belong"), "a tail cut off and the head set back");
    change(
        "DELETE FROM history; INSERT INTO history SELECT * FROM kept; UPDATE history SET content = NULL, salt = NULL WHERE seq = 1",
    );
    assert!(said(&verify()).contains("the content of entry 1 is missing"));
}

fn key_of(data: &Path) -> String {
    let wrapped = app::keys::WrappedKey::load(&data.join("key.toml")).unwrap();
    let unlock = app::keys::Unlock::Passphrase(PASSPHRASE.to_owned().into());
    wrapped.unwrap(&unlock).unwrap().hex().to_string()
}

/// Kill -9 in the middle of writes: the chain is whole, and the rest can be brought in.
#[test]
fn a_killed_import_leaves_a_whole_history_and_can_be_run_again() {
    let (folder, data) = installed();
    let csv = folder.path().join("people.csv");
    let rows: String = (0..3000).map(|row| format!("{row},Given{row},Family{row}\n")).collect();
    std::fs::write(&csv, format!("id,given name,family name\n{rows}")).unwrap();
    let rounds = if cfg!(debug_assertions) { 6 } else { 20 };
    officer(&data);
    for round in 0..rounds {
        let args = ["import", "people", csv.to_str().unwrap(), "--user", "officer"];
        let mut importing =
            watari(&data, PASSPHRASE, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(400 + 150 * round));
        drop(importing.kill());
        drop(importing.wait());
        let verified = watari(&data, PASSPHRASE, &["verify"]).output().unwrap();
        assert!(verified.status.success(), "round {round}: {}", said(&verified));
    }
    let args = ["import", "people", csv.to_str().unwrap(), "--user", "officer", "--json"];
    let done = watari(&data, PASSPHRASE, &args).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((report["rejected"].as_u64(), report["rows"].as_u64()), (Some(0), Some(3000)), "{report}");
    let again: serde_json::Value =
        serde_json::from_slice(&watari(&data, PASSPHRASE, &args).output().unwrap().stdout).unwrap();
    assert_eq!(
        (again["created"].as_u64(), again["known"].as_u64()),
        (Some(0), Some(3000)),
        "safe to run twice: {again}"
    );
}

/// Makes a data officer behind the server's back, as `init` makes the administrator.
fn officer(data: &Path) {
    let wrapped = app::keys::WrappedKey::load(&data.join("key.toml")).unwrap();
    let key = wrapped.unwrap(&app::keys::Unlock::Passphrase(PASSPHRASE.to_owned().into())).unwrap();
    let db = app::db::Db::open(app::db::Location::Sqlite(data.join("watari.db")), &key, 1).unwrap();
    let made: Result<_, app::error::Error> = db.write_blocking(|tx| {
        let organisation = tx.one("SELECT id FROM organisation", &[], |row| row.get(0))?.unwrap();
        let user = app::users::NewUser {
            username: "officer".into(),
            name: "Officer".into(),
            email: None,
            language: app::ui::Language::En,
            role: app::access::Role::DataOfficer,
            scope: app::access::Scope::Organisation,
            team_id: None,
            supervisor_id: None,
            sees_medical: false,
            sees_trafficking: false,
        };
        app::users::store::create_user(tx, app::history::Actor { organisation, user: None }, &user)
    });
    made.unwrap();
}

/// `WATARI_TEST_KILLS` sets how often; the figure in bench/README.md is for 200.
#[test]
fn a_killed_server_keeps_every_write_it_acknowledged() {
    let (_folder, data) = installed();
    officer(&data);
    let linked = watari(&data, PASSPHRASE, &["invite", "officer"]).output().unwrap();
    let link = said(&linked).trim().rsplit('/').next().unwrap().to_owned();
    let serve = || {
        let mut child =
            watari(&data, PASSPHRASE, &["serve", "--listen", "127.0.0.1:0", "--requests-per-minute", "1000000"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let address = first_listening(&mut child);
        (child, address)
    };
    let (mut child, address) = serve();
    let mut browser = support::browser_at(&address);
    let chosen = browser.post(
        &format!("/welcome/{link}"),
        &[("password", "a long enough password"), ("again", "a long enough password")],
    );
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    let rounds: u64 = std::env::var("WATARI_TEST_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8);
    let mut kept: Vec<String> = Vec::new();
    for round in 0..rounds {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let browser = browser.moved(browser.address());
                std::thread::spawn(move || {
                    let mut acknowledged = Vec::new();
                    for number in 0.. {
                        let given = format!("Kept{round}x{writer}x{number}");
                        let body =
                            serde_json::json!({ "names": [{ "kind": "main", "given": given }], "sex": "female" });
                        match browser.try_api("/people", &body) {
                            Some(answer) if answer.status == 201 => {
                                acknowledged.push(answer.json()["id"].as_str().unwrap().to_owned());
                            }
                            _ => break,
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(60 + 37 * (round % 9)));
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged: Vec<String> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        let address;
        (child, address) = serve();
        browser = browser.moved(&address);
        for id in &acknowledged {
            let answer = browser.api("GET", &format!("/people/{id}"), &[], &serde_json::Value::Null);
            assert_eq!(answer.status, 200, "round {round} lost {id}");
        }
        kept.extend(acknowledged);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(kept.len() as u64 > rounds, "only {} writes in {rounds} rounds", kept.len());
    let verified = watari(&data, PASSPHRASE, &["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    println!("{} acknowledged writes over {rounds} kills, none lost", kept.len());
}
