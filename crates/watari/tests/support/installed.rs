//! A real installation: made by `watari init`, served by `watari serve`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Browser, Cluster, Engine, browser_at, first_address, signal};

pub const PASSPHRASE: &str = "four words for testing";

pub fn watari(data: &Path, passphrase: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watari"));
    command.args(args).env("WATARI_DATA", data).env("WATARI_PASSPHRASE", passphrase).env_remove("WATARI_DATABASE_URL");
    command
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A server that goes when the story ends, however it ends.
pub struct Serving(pub std::process::Child);

impl Serving {
    /// Ends it as an operator would and says whether it ended cleanly.
    pub fn stops(&mut self) -> bool {
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
pub fn serving(data: &Path, options: &[&str]) -> (Serving, String) {
    let mut child = watari(data, PASSPHRASE, &[&["serve", "--listen", "127.0.0.1:0"], options].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let address = first_listening(&mut child);
    (Serving(child), address)
}

pub fn first_listening(child: &mut std::process::Child) -> String {
    let address = first_address(child, "Listening on ");
    format!("http://{address}")
}

/// An installation with an administrator, and its folder.
pub fn installed() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = watari(&data, PASSPHRASE, &["init"]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    (folder, data)
}

/// Tells a story of an operator on both databases.
#[macro_export]
macro_rules! operator_story {
    ($(#[$meta:meta])* $name:ident, $tell:expr) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn sqlite() {
                ($tell)(&$crate::support::installed::Installation::new($crate::support::Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                if $crate::support::Cluster::is_here() {
                    ($tell)(&$crate::support::installed::Installation::new($crate::support::Engine::Postgres));
                }
            }
        }
    };
}

/// A data folder and the database that belongs to it, with an administrator and a data officer.
pub struct Installation {
    pub folder: tempfile::TempDir,
    pub data: PathBuf,
    pub database: Option<String>,
}

impl Installation {
    pub fn new(engine: Engine) -> Installation {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let database = (engine == Engine::Postgres).then(|| Cluster::get().create_database());
        Installation::at(folder, data, database)
    }

    /// An installation in a folder, on a database that is still empty.
    pub fn at(folder: tempfile::TempDir, data: PathBuf, database: Option<String>) -> Installation {
        let it = Installation { folder, data, database };
        it.does(&["init"]);
        it.change_with(officer_in);
        it
    }

    /// A file beside the data.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command on this installation.
    pub fn watari(&self, args: &[&str]) -> Command {
        let mut command = watari(&self.data, PASSPHRASE, args);
        if let Some(address) = &self.database {
            command.env("WATARI_DATABASE_URL", address);
        }
        command
    }

    /// What a command says; it must do its work.
    pub fn does(&self, args: &[&str]) -> String {
        let output = self.watari(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        said(&output)
    }

    /// What a command says; it must refuse.
    pub fn refuses(&self, args: &[&str]) -> String {
        let output = self.watari(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", said(&output));
        said(&output)
    }

    /// Starts `serve` on a free port; what it logs goes to the file `log`.
    pub fn serve(&self, options: &[&str]) -> (Serving, String) {
        self.serve_with(self.watari(&[&["serve", "--listen", "127.0.0.1:0"], options].concat()))
    }

    /// Starts a command that serves.
    pub fn serve_with(&self, mut command: Command) -> (Serving, String) {
        let log = std::fs::File::options().create(true).append(true).open(self.file("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let address = first_listening(&mut child);
        (Serving(child), address)
    }

    /// What the servers logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.file("log")).unwrap_or_default()
    }

    /// The data officer at a server, logged in by a one-time link.
    pub fn officer(&self, address: &str) -> Browser {
        let output = self.watari(&["invite", "officer"]).output().unwrap();
        let link = String::from_utf8(output.stdout).unwrap().trim().rsplit('/').next().unwrap().to_owned();
        let browser = browser_at(address);
        let password = "a long enough password";
        let chosen = browser.post(&format!("/welcome/{link}"), &[("password", password), ("again", password)]);
        assert_eq!(chosen.status, 303, "{}", chosen.body);
        browser
    }

    /// Changes the database behind Watari's back.
    pub fn tamper(&self, sql: &str) {
        match &self.database {
            Some(address) => assert!(Cluster::get().run(address, sql), "{sql}"),
            None => {
                let database = rusqlite::Connection::open(self.data.join("watari.db")).unwrap();
                database
                    .execute_batch(&format!(
                        "PRAGMA key = \"x'{}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; {sql}",
                        key_of(&self.data)
                    ))
                    .unwrap();
            }
        }
    }

    fn change_with(&self, work: fn(&mut app::db::Tx<'_>) -> Result<(), app::error::Error>) {
        let location = match &self.database {
            Some(address) => app::db::Location::Postgres(address.clone()),
            None => app::db::Location::Sqlite(self.data.join("watari.db")),
        };
        app::db::Db::open(location, &data_key(&self.data), 1).unwrap().write_blocking(work).unwrap();
    }
}

/// How many people are on record, as a list tells.
pub fn people(browser: &Browser) -> usize {
    let answer = browser.api("GET", "/people?limit=200", &[], &serde_json::Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().len()
}

/// Registers someone, and says how that was answered.
pub fn register(browser: &Browser, given: &str) -> super::Answer {
    let body = serde_json::json!({ "names": [{ "kind": "main", "given": given }], "sex": "female" });
    browser.api("POST", "/people", &[], &body)
}

fn data_key(data: &Path) -> app::keys::DataKey {
    let wrapped = app::keys::WrappedKey::load(&data.join("key.toml")).unwrap();
    wrapped.unwrap(&app::keys::Unlock::Passphrase(PASSPHRASE.to_owned().into())).unwrap()
}

pub fn key_of(data: &Path) -> String {
    data_key(data).hex().to_string()
}

/// Makes a data officer behind the server's back, as `init` makes the administrator.
pub fn officer(data: &Path) {
    let db = app::db::Db::open(app::db::Location::Sqlite(data.join("watari.db")), &data_key(data), 1).unwrap();
    db.write_blocking(officer_in).unwrap();
}

fn officer_in(tx: &mut app::db::Tx<'_>) -> Result<(), app::error::Error> {
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
    app::users::store::create_user(tx, app::history::Actor { organisation, user: None }, &user).map(drop)
}
