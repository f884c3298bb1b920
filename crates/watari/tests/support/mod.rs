//! The real binary on a real database, driven over HTTP.

pub mod installed;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// Which database a story runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Tells a story on both databases: two tests, `sqlite` and `postgres`, in a module of its name.
#[macro_export]
macro_rules! story {
    ($(#[$meta:meta])* $name:ident, $tell:expr) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn sqlite() {
                ($tell)(&$crate::support::Server::start($crate::support::Engine::Sqlite));
            }

            #[test]
            fn postgres() {
                if $crate::support::Cluster::is_here() {
                    ($tell)(&$crate::support::Server::start($crate::support::Engine::Postgres));
                }
            }
        }
    };
}

/// Whether a suite must run (`WATARI_TEST_REQUIRE=browser,postgres`) rather than be skipped.
pub fn required(what: &str) -> bool {
    std::env::var("WATARI_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name == what))
}

/// A server with the demo's data, stopped when dropped.
pub struct Server {
    child: Child,
    pub address: String,
    folder: tempfile::TempDir,
}

impl Server {
    pub fn start(engine: Engine) -> Server {
        Server::start_with(engine, 100_000)
    }

    /// A server that lets one address make so many requests in a minute.
    pub fn start_with(engine: Engine, requests_per_minute: u32) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let database = match engine {
            Engine::Sqlite => {
                copy_folder(filled().path(), folder.path());
                None
            }
            Engine::Postgres => {
                let filled = filled_postgres();
                copy_folder(filled.folder.path(), folder.path());
                Some(Cluster::get().copy_database(&filled.database))
            }
        };
        Server::in_folder(folder, database, requests_per_minute)
    }

    fn in_folder(folder: tempfile::TempDir, database: Option<String>, requests_per_minute: u32) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watari"));
        command
            .args([
                "demo",
                "--port",
                "0",
                "--people",
                "60",
                "--cases",
                "24",
                "--requests-per-minute",
                &requests_per_minute.to_string(),
                "--data",
            ])
            .arg(folder.path())
            .env_remove("WATARI_DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        if let Some(address) = &database {
            command.env("WATARI_DATABASE_URL", address);
        }
        let mut child = command.spawn().unwrap();
        let address = first_address(&mut child, "Watari's demo is at ");
        Server { child, address, folder }
    }

    /// Someone who uses a browser and is logged in.
    pub fn log_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        let answer = browser.post("/login", &[("username", username), ("password", "crossing-the-river")]);
        assert_eq!(answer.status, 303, "{username} cannot log in: {}", answer.body);
        browser
    }

    /// Someone who is asked for a code besides the password.
    pub fn log_in_with_code(&self, username: &str, code: &str) -> Browser {
        let browser = self.log_in(username);
        let answer = browser.post("/login/second-factor", &[("code", code)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// Someone new in the demo's first organisation, logged in; `further` names what of their
    /// account is not as a caseworker's of its team who may know neither health nor trafficking.
    pub fn newcomer(&self, username: &str, further: &Json) -> Browser {
        let (admin, amal) = (self.log_in("admin"), self.log_in("amal"));
        let team = amal.api("GET", "/account", &[], &Json::Null).json()["team_id"].clone();
        let mut new = serde_json::json!({
            "username": username, "name": username, "language": "en", "role": "caseworker", "scope": "team", "team_id": team,
        });
        new.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        let made = admin.api("POST", "/users", &[], &new);
        assert_eq!(made.status, 201, "{}", made.body);
        let link = format!("/users/{}/link", made.json().as_str().unwrap());
        let link = admin.api("POST", &link, &[], &serde_json::json!({})).json();
        let address = link["address"].as_str().unwrap().to_owned();
        let browser = self.browser();
        let password = [("password", "across-the-long-bridge"), ("again", "across-the-long-bridge")];
        assert_eq!(browser.post(&address[address.find("/welcome/").unwrap()..], &password).status, 303);
        browser
    }

    /// Someone who is not logged in.
    pub fn browser(&self) -> Browser {
        browser_at(&self.address)
    }

    /// The most memory it ever held, in bytes.
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Ends the server as an operator would and says whether it ended cleanly.
    pub fn stop(&mut self) -> bool {
        signal(&self.child, "TERM");
        self.child.wait().unwrap().success()
    }
}

/// A demo filled once, of which each story on SQLite gets a copy.
fn filled() -> &'static tempfile::TempDir {
    static FILLED: OnceLock<tempfile::TempDir> = OnceLock::new();
    FILLED.get_or_init(|| fill(None))
}

/// A database that the demo filled, and its folder.
struct Filled {
    folder: tempfile::TempDir,
    database: String,
}

fn filled_postgres() -> &'static Filled {
    static FILLED: OnceLock<Filled> = OnceLock::new();
    FILLED.get_or_init(|| {
        let database = Cluster::get().create_database();
        Filled { folder: fill(Some(database.clone())), database }
    })
}

fn fill(database: Option<String>) -> tempfile::TempDir {
    let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut server = Server::in_folder(tempfile::tempdir().unwrap(), database, 100_000);
    assert!(server.stop());
    copy_folder(server.folder.path(), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A browser for a server's address.
pub fn browser_at(address: &str) -> Browser {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    Browser { agent: config.into(), address: address.to_owned() }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The code that an authenticator app shows, a number of steps from now.
pub fn code(secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    totp.generate(now.checked_add_signed(steps * 30).unwrap()).to_string()
}

/// A certificate for `localhost` that signs itself, and its key, as files in a folder.
pub fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key)
}

/// A browser that trusts one certificate.
pub fn browser_trusting(address: &str, certificate: &Path) -> Browser {
    let pem = std::fs::read(certificate).unwrap();
    let root = ureq::tls::Certificate::from_pem(&pem).unwrap().to_owned();
    let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::new_with_certs(&[root])).build();
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).tls_config(tls).build();
    Browser { agent: config.into(), address: address.to_owned() }
}

/// Sends a signal by name.
pub fn signal(child: &Child, name: &str) {
    Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
}

/// The address that a server prints once it listens.
pub fn first_address(child: &mut Child, mark: &str) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().expect("the server ended before it listened").unwrap();
        if let Some(rest) = line.strip_prefix(mark) {
            break rest.split(' ').next().unwrap().to_owned();
        }
    };
    // Nobody reads the rest, and a full pipe would stop the server.
    std::thread::spawn(move || lines.for_each(drop));
    address
}

/// An HTTP client with a cookie jar that follows no redirect.
pub struct Browser {
    agent: ureq::Agent,
    address: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub headers: std::collections::BTreeMap<String, String>,
    pub status: u16,
    pub location: String,
    pub etag: String,
    pub kind: String,
    pub cookies: Vec<String>,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Browser {
    /// The server's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The same browser, with its cookies, at another address.
    pub fn moved(&self, address: &str) -> Browser {
        Browser { agent: self.agent.clone(), address: address.to_owned() }
    }

    /// Like [`Browser::api`], but nothing where the server went away.
    pub fn try_api(&self, path: &str, body: &Json) -> Option<Answer> {
        let request = self.agent.post(self.url(&format!("/api/v1{path}"))).content_type("application/json");
        request.send(body.to_string()).ok().map(|answer| read(Ok(answer)))
    }

    /// Whether anything comes back at all.
    pub fn answers(&self, path: &str) -> bool {
        self.agent.get(self.url(path)).call().is_ok()
    }

    /// Its cookies as it would send them.
    pub fn cookie(&self) -> String {
        let jar = self.agent.cookie_jar_lock();
        let pairs: Vec<String> = jar.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        pairs.join("; ")
    }

    pub fn get(&self, path: &str) -> Answer {
        read(self.agent.get(self.url(path)).call())
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        read(self.agent.post(self.url(path)).send_form(form.iter().copied()))
    }

    pub fn api(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(&format!("/api/v1{path}")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        read(self.agent.run(request.header("content-type", "application/json").body(body).unwrap()))
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(self.agent.run(request.body(body.to_vec()).unwrap()))
    }

    /// What is fetched, byte for byte.
    pub fn bytes(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut request = ureq::http::Request::builder().method("GET").uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.agent.run(request.body(Vec::new()).unwrap()).unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec().unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.unwrap();
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (location, etag, kind) = (header("location"), header("etag"), header("content-type"));
    let cookies =
        answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok().map(str::to_owned));
    let cookies = cookies.collect();
    let bytes = answer.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec().unwrap();
    let mut headers = std::collections::BTreeMap::<String, String>::new();
    for (name, value) in answer.headers() {
        let told = headers.entry(name.to_string()).or_default();
        // What stands twice is told together.
        *told = [told.as_str(), value.to_str().unwrap_or_default()].map(str::trim).join("\n").trim().to_owned();
    }
    Answer {
        headers,
        status: answer.status().as_u16(),
        location,
        etag,
        kind,
        cookies,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        bytes,
    }
}

/// A throw-away PostgreSQL cluster for the whole test run.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();

impl Cluster {
    /// Whether PostgreSQL can be used; without it stories are skipped, or fail where required.
    pub fn is_here() -> bool {
        let here = CLUSTER.get_or_init(Cluster::start).is_some();
        assert!(here || !required("postgres"), "WATARI_TEST_REQUIRE asks for PostgreSQL and none could be started");
        if !here {
            eprintln!("skipped: PostgreSQL is not installed");
        }
        here
    }

    pub fn get() -> &'static Cluster {
        CLUSTER.get_or_init(Cluster::start).as_ref().unwrap()
    }

    pub fn create_database(&self) -> String {
        self.create_database_named("")
    }

    /// A database of this test, beside its first.
    pub fn create_database_named(&self, what: &str) -> String {
        self.create(what, "template1")
    }

    /// A database that holds what another does, to which nobody is connected.
    fn copy_database(&self, address: &str) -> String {
        self.create("", address.rsplit('/').next().unwrap())
    }

    fn create(&self, what: &str, template: &str) -> String {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("watari_{}_{next}{what}", std::process::id());
        let made = self.psql(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        assert!(made, "the test database cannot be made");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// A cluster of a test's own, which it may stop.
    pub fn of_ones_own() -> Option<Cluster> {
        Cluster::start()
    }

    /// Stops the server at once, as a machine that goes down.
    pub fn stop(&mut self) {
        assert!(self.control("stop -m immediate"));
    }

    /// Starts it again.
    pub fn go_on(&mut self) {
        let socket = self.folder.display();
        let options = format!("-h 127.0.0.1 -p {} -k {socket} -F", self.port);
        assert!(self.control(&format!("start -w -l {socket}/log2 -o '{options}'")));
    }

    fn control(&self, what: &str) -> bool {
        let data = self.folder.join("data");
        as_postgres(&format!("{} -D {} {what}", binaries().join("pg_ctl").display(), data.display()))
    }

    /// The certificate that the cluster shows.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    /// Runs SQL in one of its databases.
    pub fn run(&self, address: &str, sql: &str) -> bool {
        let psql = binaries().join("psql");
        Command::new(psql)
            .args(["-q", "-v", "ON_ERROR_STOP=1", "-c", sql, address])
            .status()
            .is_ok_and(|it| it.success())
    }

    /// Runs a script in one of its databases.
    pub fn run_file(&self, address: &str, file: &Path) -> bool {
        let psql = Command::new(binaries().join("psql"))
            .args(["-q", "-v", "ON_ERROR_STOP=1", address, "-f"])
            .arg(file)
            .stderr(Stdio::null())
            .status();
        psql.is_ok_and(|status| status.success())
    }

    fn psql(&self, sql: &str) -> bool {
        let psql = binaries().join("psql");
        Command::new(psql)
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-c", sql, "postgres"])
            .status()
            .is_ok_and(|status| status.success())
    }

    fn start() -> Option<Cluster> {
        let binaries = binaries();
        if !binaries.join("initdb").exists() {
            return None;
        }
        // The cluster outlives this process's tests only until `watch` sees the process gone.
        let folder = tempfile::Builder::new().prefix("watari-postgres-").tempdir().unwrap().keep();
        let port = free_port();
        let data = folder.join("data");
        own(&folder);
        let initdb = format!(
            "{} -D {} -U postgres -A trust -E UTF8 --no-sync",
            binaries.join("initdb").display(),
            data.display()
        );
        if !as_postgres(&initdb) {
            return None;
        }
        let parent = std::process::id();
        let (certificate, key) = certificate(&folder);
        own(&key);
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let serve = format!(
            "{} -D {} -h 127.0.0.1 -p {port} -k {} -F -c ssl=on -c ssl_cert_file={} -c ssl_key_file={} >{2}/log 2>&1 & server=$!; \
             while kill -0 {parent} 2>/dev/null || [ -d /proc/{parent} ]; do sleep 1; done; \
             kill $server; wait $server; $(dirname {0})/pg_ctl -D {1} stop -m immediate; rm -rf {2}/data",
            binaries.join("postgres").display(),
            data.display(),
            folder.display(),
            certificate.display(),
            key.display()
        );
        let mut command = shell(&serve);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let cluster = Cluster { folder, port };
        let patience = Instant::now() + Duration::from_secs(30);
        while Instant::now() < patience {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() && cluster.psql("DO $$BEGIN END$$") {
                return Some(cluster);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        eprintln!("PostgreSQL did not start: see {}", cluster.folder.join("log").display());
        None
    }
}

/// Where PostgreSQL's programs are: the newest of Debian's, or `WATARI_POSTGRES_BIN`.
fn binaries() -> PathBuf {
    if let Some(folder) = std::env::var_os("WATARI_POSTGRES_BIN") {
        return folder.into();
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort();
    versions.pop().unwrap_or_else(|| PathBuf::from("/usr/bin"))
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// PostgreSQL refuses to run as root; as root, its own user runs it.
fn shell(line: &str) -> Command {
    if is_root() {
        let mut command = Command::new("su");
        command.args(["postgres", "-s", "/bin/sh", "-c", line]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    }
}

fn as_postgres(line: &str) -> bool {
    shell(line).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn own(folder: &Path) {
    if is_root() {
        drop(Command::new("chown").arg("postgres").arg(folder).status());
    }
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
