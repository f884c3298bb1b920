//! What an operator does: start, stop, keys, the first administrator, verify.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::story;
use crate::support::{Engine, Server, first_address, signal};

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
    let browser = crate::support::browser_at(&line);
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
