//! What an operator does: start, stop, keys, the first administrator, verify.

use std::process::Stdio;

use crate::support::installed::{
    Installation, PASSPHRASE, first_listening, installed, key_of, officer, people, register, said, serving, watari,
};
use crate::support::{self, Cluster, Engine, Server, signal};
use crate::{operator_story, story};

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

#[test]
fn a_missing_installation_is_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let output = watari(folder.path(), "four words for testing", &["verify"]).output().unwrap();
    assert!(said(&output).contains("holds no installation"), "{}", said(&output));
}

story!(health_needs_no_log_in, |server: &Server| {
    assert_eq!(server.browser().get("/healthz").status, 200);
});

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
        database
            .execute_batch(&format!("PRAGMA key = \"x'{key}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; {sql}"))
            .unwrap();
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

/// People and a history to move about.
fn filled(it: &Installation, count: usize) {
    let csv = it.file("people.csv");
    let rows: String = (0..count).map(|row| format!("{row},Given{row},Family{row}\n")).collect();
    std::fs::write(&csv, format!("id,given name,family name\n{rows}")).unwrap();
    it.does(&["import", "people", csv.to_str().unwrap(), "--user", "officer"]);
}

/// Each chain's head, and that all is whole.
fn heads(it: &Installation) -> Vec<(String, i64)> {
    let output = it.watari(&["verify", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let chains = report.as_array().unwrap().iter();
    chains.map(|it| (it["head"].as_str().unwrap().to_owned(), it["entries"].as_i64().unwrap())).collect()
}

operator_story!(a_backup_made_while_serving_comes_back_whole, |it: &Installation| {
    filled(it, 40);
    let (mut serving, address) = it.serve(&[]);
    let officer = it.officer(&address);
    let writing = {
        let browser = officer.moved(&address);
        std::thread::spawn(move || (0..40).filter(|it| register(&browser, &format!("While{it}")).status == 201).count())
    };
    let file = it.file("today.watari");
    let path = file.to_str().unwrap();
    it.does(&["backup", path]);
    assert_eq!(writing.join().unwrap(), 40, "writing goes on");
    assert!(it.refuses(&["backup", path]).contains("nothing was overwritten"));
    assert!(serving.stops());
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"Given7" || window == b"Family"), "it is not encrypted");
    // Back into a folder, from either database.
    let other = it.file("other");
    let restored = |passphrase: &str, file: &str, data: &std::path::Path| {
        watari(data, passphrase, &["restore", file]).output().unwrap()
    };
    let wrong = restored("five words for testing", path, &other);
    assert!(said(&wrong).contains("passphrase does not fit") && !other.join("watari.db").exists(), "{}", said(&wrong));
    drop(std::fs::remove_dir(&other));
    for (name, part) in
        [("half", &bytes[..bytes.len() / 2]), ("short", &bytes[..bytes.len() - 1]), ("head", &bytes[..60])]
    {
        let part_file = it.file(name);
        std::fs::write(&part_file, part).unwrap();
        let refused = restored(PASSPHRASE, part_file.to_str().unwrap(), &other);
        assert_eq!(refused.status.code(), Some(1), "{name}");
        assert!(said(&refused).contains(part_file.to_str().unwrap()), "{}", said(&refused));
        assert!(std::fs::read_dir(&other).map(|left| left.count()).unwrap_or(0) == 0, "{name} left something");
    }
    let back = restored(PASSPHRASE, path, &other);
    assert!(back.status.success(), "{}", said(&back));
    assert!(said(&restored(PASSPHRASE, path, &other)).contains("already holds an installation"));
    let verified = watari(&other, PASSPHRASE, &["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
    if let Some(taken) = &it.database {
        // And into PostgreSQL again: never over what is there.
        let empty = Cluster::get().create_database_named("restored");
        let third = it.file("third");
        let mut command = watari(&third, PASSPHRASE, &["restore", path]);
        let back = command.env("WATARI_DATABASE_URL", taken).output().unwrap();
        assert_eq!(back.status.code(), Some(1), "{}", said(&back));
        let back = command.env("WATARI_DATABASE_URL", &empty).output().unwrap();
        assert!(back.status.success(), "{}", said(&back));
        let verified = watari(&third, PASSPHRASE, &["verify"]).env("WATARI_DATABASE_URL", &empty).output().unwrap();
        assert!(verified.status.success(), "{}", said(&verified));
    }
});

#[test]
fn an_installation_moves_to_postgresql_and_back() {
    if !Cluster::is_here() {
        return;
    }
    let it = Installation::new(Engine::Sqlite);
    filled(&it, 60);
    let before = heads(&it);
    let there = Cluster::get().create_database();
    let copied = it.does(&["copy", "--to", &there]);
    assert!(copied.contains(&before[0].0), "the head is told: {copied}");
    assert!(it.refuses(&["copy", "--to", &there]).contains("already holds data"));
    let moved = Installation { database: Some(there), ..it };
    assert_eq!(heads(&moved), before, "the same history on PostgreSQL");
    let (mut serving, address) = moved.serve(&[]);
    assert_eq!(people(&moved.officer(&address)), 60);
    assert!(serving.stops());
    let then = heads(&moved);
    let home = moved.file("home");
    moved.does(&["copy", "--to", home.to_str().unwrap()]);
    assert!(moved.refuses(&["copy", "--to", home.to_str().unwrap()]).contains("already holds an installation"));
    let back = Installation { data: home, database: None, ..moved };
    assert_eq!(heads(&back), then, "and the same again at home");
}

operator_story!(verify_names_every_entry_that_is_not_as_it_was, |it: &Installation| {
    filled(it, 5);
    it.tamper("CREATE TABLE kept AS SELECT * FROM history");
    let restore = "DELETE FROM history; INSERT INTO history SELECT * FROM kept;";
    let verify = || said(&it.watari(&["verify"]).output().unwrap());
    for (harm, told) in [
        ("UPDATE history SET content = '{}' WHERE seq = 2", &["the content of entry 2 was altered"][..]),
        ("UPDATE history SET at = at + 1 WHERE seq = 2", &["entry 2 was altered or moved"]),
        ("DELETE FROM history WHERE seq = 3", &["entry 3 is missing"]),
        ("DELETE FROM history WHERE seq IN (3, 4)", &["entries 3 to 4 are missing"]),
        ("DELETE FROM history WHERE seq = (SELECT max(seq) FROM kept)", &["is missing"]),
        (
            "UPDATE history SET seq = -2 WHERE seq = 2; UPDATE history SET seq = 2 WHERE seq = 3; \
             UPDATE history SET seq = 3 WHERE seq = -2",
            &["entry 2 was altered or moved", "entry 3 was altered or moved"],
        ),
        ("UPDATE history SET content = NULL, salt = NULL WHERE seq = 1", &["the content of entry 1 is missing"]),
    ] {
        it.tamper(&format!("{restore} {harm}"));
        let said = verify();
        assert!(told.iter().all(|words| said.contains(words)), "{harm}: {said}");
    }
    it.tamper(restore);
    assert!(!verify().contains("entry"), "whole again");
});

operator_story!(erasing_leaves_no_name_in_the_database_or_in_later_backups, |it: &Installation| {
    let (mut serving, address) = it.serve(&[]);
    let officer = it.officer(&address);
    let id = register(&officer, "Zaynab-to-forget").json()["id"].as_str().unwrap().to_owned();
    let body =
        serde_json::json!({ "reason": "She asked for it in writing", "on_request": true, "confirm": "P-000001" });
    let erased = officer.api("POST", &format!("/people/{id}/erase"), &[("if-match", "\"1\"")], &body);
    assert_eq!(erased.status, 204, "{}", erased.body);
    assert_eq!(officer.get(&format!("/people/{id}")).status, 404);
    assert!(serving.stops());
    it.does(&["verify"]);
    let (file, other) = (it.file("after.watari"), it.file("other"));
    it.does(&["backup", file.to_str().unwrap()]);
    assert!(watari(&other, PASSPHRASE, &["restore", file.to_str().unwrap()]).output().unwrap().status.success());
    let database = rusqlite::Connection::open(other.join("watari.db")).unwrap();
    database
        .execute_batch(&format!("PRAGMA key = \"x'{}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256", key_of(&other)))
        .unwrap();
    for table in app::db::TABLES {
        let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let width = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let told = (0..width).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect::<String>();
            let hex: String = "Zaynab-to-forget".bytes().map(|byte| format!("{byte}, ")).collect();
            assert!(!told.contains("Zaynab-to-forget") && !told.contains(hex.trim_end_matches(", ")), "{table}");
        }
    }
});

#[test]
fn postgresql_goes_away_and_comes_back_under_a_serving_server() {
    if !Cluster::is_here() {
        return;
    }
    let mut cluster = Cluster::of_ones_own().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = cluster.create_database();
    let it = Installation::at(folder, data, Some(url));
    let (mut one, first) = it.serve(&[]);
    let (mut two, second) = it.serve(&[]);
    let officer = it.officer(&first);
    let other = officer.moved(&second);
    // Two servers on one database: what one writes the other reads, log-in included, and one chain holds both.
    let writers: Vec<_> = [&officer, &other]
        .into_iter()
        .map(|browser| {
            let browser = browser.moved(browser.address());
            std::thread::spawn(move || {
                (0..15).filter(|it| register(&browser, &format!("Both{it}")).status == 201).count()
            })
        })
        .collect();
    assert_eq!(writers.into_iter().map(|writer| writer.join().unwrap()).sum::<usize>(), 30);
    assert_eq!((people(&officer), people(&other)), (30, 30));
    cluster.stop();
    let gone = register(&officer, "Nobody");
    assert_eq!(
        (gone.status, &gone.json()["type"]),
        (503, &serde_json::json!("/problems/unavailable")),
        "{}",
        gone.body
    );
    let page = other.get("/people");
    assert_eq!(page.status, 503);
    assert!(page.body.contains("The database cannot be reached just now"), "{}", page.body);
    assert_eq!(officer.get("/healthz").status, 200);
    assert!(it.log().contains("no change can be written"), "{}", it.log());
    cluster.go_on();
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    for browser in [&officer, &other] {
        assert_eq!(browser.get("/people").status, 200, "found again without a restart");
        assert_eq!(register(browser, "Back").status, 201);
    }
    assert_eq!(people(&officer), 32, "nobody half-done");
    assert!(one.stops() && two.stops());
    it.does(&["verify"]);
}

// Kill -9 in the middle of making, saving, bringing back and moving: all of it can be done again.
operator_story!(whatever_is_killed_half_way_leaves_nothing_half_done, |it: &Installation| {
    filled(it, 400);
    let before = heads(it);
    let kill = |mut command: std::process::Command, after: u64| {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(after));
        drop(child.kill());
        child.wait().unwrap().success()
    };
    let whole = it.file("whole.watari");
    it.does(&["backup", whole.to_str().unwrap()]);
    for round in 0..6 {
        let after = 120 + 130 * round;
        let file = it.file(&format!("killed{round}.watari"));
        let ended = kill(it.watari(&["backup", file.to_str().unwrap()]), after);
        assert!(
            ended
                || !file.exists()
                || std::fs::metadata(&file).unwrap().len() == std::fs::metadata(&whole).unwrap().len()
        );
        let target = it.file(&format!("restored{round}"));
        let ended = kill(watari(&target, PASSPHRASE, &["restore", whole.to_str().unwrap()]), after);
        if !ended && !target.join("key.toml").exists() {
            // What a killed one left under other names does not stand in the way.
            let again = watari(&target, PASSPHRASE, &["restore", whole.to_str().unwrap()]).output().unwrap();
            assert!(again.status.success(), "round {round}: {}", said(&again));
        }
        let verified = watari(&target, PASSPHRASE, &["verify"]).output().unwrap();
        assert!(verified.status.success(), "round {round}: {}", said(&verified));
        let fresh = it.file(&format!("fresh{round}"));
        let ended = kill(watari(&fresh, PASSPHRASE, &["init"]), 40 + 60 * round);
        if !ended {
            let again = watari(&fresh, PASSPHRASE, &["init"]).output().unwrap();
            assert!(
                again.status.success() || said(&again).contains("already holds"),
                "round {round}: {}",
                said(&again)
            );
        }
        let serves = watari(&fresh, PASSPHRASE, &["invite", "admin"]).output().unwrap();
        assert!(serves.status.success(), "round {round}: an administrator can come in: {}", said(&serves));
        let moved = it.file(&format!("moved{round}"));
        let ended = kill(it.watari(&["copy", "--to", moved.to_str().unwrap()]), after);
        if !ended && moved.join("key.toml").exists() {
            // It was done but for saying so: half a copy never looks like an installation.
            let verified = watari(&moved, PASSPHRASE, &["verify"]).output().unwrap();
            assert!(verified.status.success(), "round {round}: {}", said(&verified));
        }
    }
    assert_eq!(heads(it), before, "none of it touched the data");
    it.does(&["backup", it.file("last.watari").to_str().unwrap()]);
    let entries = std::fs::read_dir(whole.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let drafts: Vec<String> = names.filter(|name| name.contains(".watari.")).collect();
    assert_eq!(drafts, Vec::<String>::new(), "the next backup clears up after those that were killed");
});

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let it = Installation::new(Engine::Sqlite);
    let config = it.file("watari.toml");
    let elsewhere = it.file("elsewhere");
    let write = |text: String| std::fs::write(&config, text).unwrap();
    let path = config.to_str().unwrap();
    let run = |args: &[&str], env: Option<&str>| {
        let mut command = it.watari(args);
        command.env_remove("WATARI_DATA");
        env.map(|value| command.env("WATARI_DATA", value));
        said(&command.output().unwrap())
    };
    write(format!("data = {:?}\n", it.data.to_str().unwrap()));
    assert!(run(&["--config", path, "verify"], None).contains("head"), "from the file");
    assert!(run(&["verify", "--config", path], None).contains("head"), "wherever it stands");
    assert!(run(&["verify", &format!("--config={path}")], None).contains("head"));
    let there = elsewhere.to_str().unwrap();
    assert!(run(&["--config", path, "verify"], Some(there)).contains(there), "the environment goes before the file");
    assert!(run(&["--config", path, "verify", "--data", it.data.to_str().unwrap()], Some(there)).contains("head"));
    write("listen = \"127.0.0.1:0\"\npublik_url = \"https://x\"\n".to_owned());
    let wrong = run(&["--config", path, "serve"], Some(there));
    assert!(wrong.contains("«publik_url»") && wrong.contains("public_url") && wrong.contains(path), "{wrong}");
    write("listen = \"everywhere\"\n".to_owned());
    let wrong = run(&["--config", path, "serve"], Some(there));
    assert!(wrong.contains("listen") && wrong.contains(path), "{wrong}");
    write("data = [\n".to_owned());
    assert!(run(&["--config", path, "serve"], None).contains("line 1"));
    assert!(run(&["--config", "/not/there.toml", "serve"], None).contains("/not/there.toml"));
}

#[test]
fn help_names_every_command_and_every_option_can_stand_in_the_file() {
    let it = Installation::new(Engine::Sqlite);
    let help = |args: &[&str]| {
        let output = it.watari(args).output().unwrap();
        assert!(output.status.success() || args.is_empty(), "{args:?}: {}", said(&output));
        said(&output)
    };
    assert_eq!(help(&[]), help(&["--help"]), "without a command it helps");
    assert!(help(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
    let commands = help(&["--help"]);
    assert!(commands.contains("\n  link"), "{commands}");
    let config = it.file("watari.toml");
    for command in ["demo", "init", "serve", "verify", "backup", "restore", "copy", "import", "invite"] {
        assert!(commands.contains(&format!("\n  {command}")), "{commands}");
        let told = help(&[command, "--help"]);
        for option in told.lines().filter_map(|line| line.trim().strip_prefix("--")) {
            let name = option.split([' ', '=']).next().unwrap().replace('-', "_");
            std::fs::write(&config, format!("{name} = \"x\"\n")).unwrap();
            let said = said(&it.watari(&["--config", config.to_str().unwrap(), "verify"]).output().unwrap());
            assert!(!said.contains("nothing is called"), "{command} --{option}: {said}");
        }
    }
    // What is to be put there is said in words, not by the names of fields.
    for command in [
        &["serve"][..],
        &["import"],
        &["invite"],
        &["copy"],
        &["link", "match"],
        &["link", "explain"],
        &["link", "encode"],
        &["link", "compare"],
        &["link", "prepare"],
        &["link", "sql"],
        &["link", "levels"],
        &[],
    ] {
        for ask in ["-h", "--help"] {
            let told = help(&[command, &[ask]].concat());
            let values = told.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
            for value in values {
                assert!(value.chars().all(|c| c.is_ascii_uppercase() || c == '='), "{command:?}: <{value}> in {told}");
            }
        }
    }
    let serve = help(&["serve", "--help"]);
    for told in ["--data <FOLDER>", "--key-file <FILE>", "--listen <ADDRESS>", "--public-url <URL>"] {
        assert!(serve.contains(told), "{told}: {serve}");
    }
    assert!(help(&["import", "-h"]).contains("[OPTIONS] <WHAT> <FILE>"));
    let wrong = it.watari(&["serve", "--listen", "everywhere"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("--listen <ADDRESS>"), "{}", said(&wrong));
}
