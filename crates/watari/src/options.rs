//! The command line. Each option can also stand in the environment or in a configuration file;
//! a flag wins over the environment, the environment over the file.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use conf::{Conf, Subcommands};
use serde::Deserialize;

/// Watari: human security in migration. One binary, one encrypted database.
///
/// Try it: `watari demo`. For real use: `watari init`, then `watari serve`.
#[derive(Conf)]
#[conf(serde, name = "watari", version)]
pub struct Options {
    /// Configuration file (TOML) with the commands' options as keys, such as `data = "/srv/watari"` or
    /// `public_url = "https://cases.example.org"`; a flag wins over the environment, that over the file
    // Read by `read` before the rest; here for `--help`.
    #[conf(long = "config", env = "WATARI_CONFIG", serde(skip))]
    pub _config: Option<PathBuf>,
    /// What to do
    #[conf(subcommands)]
    pub command: Command,
}

#[derive(Subcommands)]
#[conf(serde)]
pub enum Command {
    /// Start with invented data in a temporary folder; prints the address and log-ins
    Demo(Demo),
    /// Make a new installation: data folder, key, first organisation and administrator
    Init(Init),
    /// Start the server
    Serve(Serve),
    /// Check that the history is whole: nothing altered, missing or reordered; prints each chain's head
    Verify(Verify),
    /// Write an encrypted, verified copy of everything to a file, also while the server runs: `watari backup monday.watari`
    Backup(Backup),
    /// Bring a backup back into an empty data folder: `watari restore monday.watari --data NEW`
    Restore(Restore),
    /// Move everything into another, empty database: PostgreSQL, or a new data folder
    Copy(Copy),
    /// Bring people in from a list: `watari import people list.csv --user NAME --dry-run`
    Import(Import),
    /// Make a one-time link with which a user chooses a new password: `watari invite NAME`
    Invite(Invite),
    /// Find who is the same person, in a file or between two: no data folder needed
    Link(Link),
    /// Publish figures in which nobody can be found, and see who could be found without: no data folder needed
    Stats(Stats),
    /// Check a questionnaire (XLSForm), write it as XForm, judge or open what was answered: no data folder needed
    Form(Form),
}

/// Where the data are and what opens them.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Store {
    /// Folder of the data
    #[conf(long, env = "WATARI_DATA", default_value = "watari-data")]
    pub data: PathBuf,
    /// PostgreSQL instead of the embedded database: `postgres://user:password@host/database`
    #[conf(env = "WATARI_DATABASE_URL", secret)]
    pub database_url: Option<String>,
    /// File that holds the key, instead of a passphrase; keep it apart from the data
    #[conf(long, env = "WATARI_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// File whose first line is the passphrase; without it you are asked
    #[conf(long, env = "WATARI_PASSPHRASE_FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The passphrase itself, from the environment only
    #[conf(env = "WATARI_PASSPHRASE", secret)]
    pub passphrase: Option<String>,
}

/// Where people find the server.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Site {
    /// Address people type; one-time links, passkeys and secure cookies depend on it
    #[conf(long, env = "WATARI_PUBLIC_URL", default_value = "http://localhost:8080")]
    pub public_url: String,
}

/// How much one client may ask for.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Limits {
    /// Requests one address may make in a minute
    #[conf(long, env = "WATARI_REQUESTS_PER_MINUTE", default_value = "1200")]
    pub requests_per_minute: u32,
}

/// Invented, lifelike data, in a temporary folder that is gone when it stops, or in one that is kept.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Demo {
    /// Port on this machine
    #[conf(long, env = "WATARI_PORT", default_value = "8080")]
    pub port: u16,
    /// Folder that keeps the demo's data for the next time, when they are there at once; a temporary
    /// one without it
    #[conf(long)]
    pub data: Option<PathBuf>,
    /// How many people to invent
    #[conf(long, default_value = "320")]
    pub people: u32,
    /// How many cases to invent
    #[conf(long, default_value = "120")]
    pub cases: u32,
    /// PostgreSQL (an empty database) instead of the embedded one
    #[conf(env = "WATARI_DATABASE_URL", secret)]
    pub database_url: Option<String>,
    #[conf(flatten, serde(flatten))]
    pub limits: Limits,
}

/// A new installation.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Init {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// Name of the organisation
    #[conf(long, default_value = "My organisation")]
    pub organisation: String,
    /// Country it works in (ISO 3166-1 alpha-2, such as JO)
    #[conf(long, default_value = "XX")]
    pub country: String,
    /// Time zone it works in (IANA name, such as Asia/Amman)
    #[conf(long, default_value = "UTC")]
    pub time_zone: String,
    /// Log-in name of the first administrator
    #[conf(long, default_value = "admin")]
    pub administrator: String,
    #[conf(flatten, serde(flatten))]
    pub site: Site,
}

/// The server.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Serve {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// Address to listen on
    #[conf(long, env = "WATARI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    #[conf(flatten, serde(flatten))]
    pub site: Site,
    /// A proxy in front sets X-Forwarded-For; without a proxy, anyone could forge it
    #[conf(long, env = "WATARI_BEHIND_PROXY")]
    pub behind_proxy: bool,
    #[conf(flatten, serde(flatten))]
    pub limits: Limits,
    /// Certificate (PEM, chain included), to serve https without a proxy; SIGHUP reads it anew
    #[conf(long, env = "WATARI_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// Key of the certificate (PEM)
    #[conf(long, env = "WATARI_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Private address that serves figures for Prometheus at /metrics; none without it
    #[conf(long, env = "WATARI_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Threads that read the database; without it, one for each processor, three at least
    #[conf(long, env = "WATARI_READERS")]
    pub readers: Option<usize>,
}

/// The check of the history.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Verify {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// Print JSON
    #[conf(long)]
    pub json: bool,
}

/// A backup.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Backup {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// File to write; must not be there yet
    #[conf(pos)]
    pub file: PathBuf,
}

/// Bringing a backup back.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Restore {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// The backup
    #[conf(pos)]
    pub file: PathBuf,
}

/// Moving to another database.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Copy {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// The empty target: `postgres://user:password@host/database`, or a folder that is not there yet
    #[conf(long)]
    pub to: String,
}

/// Bringing records in.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Import {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// What the file holds: `people`
    #[conf(pos)]
    pub what: String,
    /// The file: CSV as a spreadsheet saves it, or an Excel workbook (XLSX)
    #[conf(pos)]
    pub file: PathBuf,
    /// A column's meaning where its name does not tell: `--map "Nom complet=name"`, or `--map "Notes=-"` to leave
    /// it out; may be given several times
    #[conf(repeat, long)]
    pub map: Vec<String>,
    /// Log-in name of the user in whose name people are registered
    #[conf(long)]
    pub user: String,
    /// `day_first` or `month_first`: what 3/4/2001 is, where the file does not show it
    #[conf(long)]
    pub dates: Option<String>,
    /// How the file's letters are written, where it is not UTF-8: windows-1256, windows-1252, windows-1251,
    /// windows-1250, windows-1254, shift_jis
    #[conf(long)]
    pub encoding: Option<String>,
    /// Language of the report: en, fr, es, ar or ja
    #[conf(long, env = "LANG", default_value = "en")]
    pub language: String,
    /// Change people who were imported before and differ now
    #[conf(long)]
    pub update: bool,
    /// Only say what would happen; nothing is written
    #[conf(long)]
    pub dry_run: bool,
    /// Write the rejected rows, with reasons, to this file
    #[conf(long)]
    pub rejects: Option<PathBuf>,
    /// Print the report as JSON
    #[conf(long)]
    pub json: bool,
}

/// A one-time link.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Invite {
    #[conf(flatten, serde(flatten))]
    pub store: Store,
    /// Log-in name
    #[conf(pos)]
    pub username: String,
    /// Using the link also forgets the user's second factor and passkeys
    #[conf(long)]
    pub forget_second_factor: bool,
    #[conf(flatten, serde(flatten))]
    pub site: Site,
}

/// Linkage of files. Columns are recognised by name and content, and what their agreement is worth
/// is learned from the file; `watari link train` keeps that as a model.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Link {
    /// What to do
    #[conf(subcommands)]
    pub command: LinkCommand,
}

#[derive(Subcommands)]
#[conf(serde)]
pub enum LinkCommand {
    /// Write a file again with a column `cluster_id`: the same number, the same person
    Dedupe(Dedupe),
    /// Write the pairs of records of two files that are one person
    Match(Match),
    /// Learn from a file, or from two, and write a model that can be read and changed
    Train(Train),
    /// Say field by field why two records are taken for one person, or are not
    Explain(Explain),
    /// Judge by a column that says who is who: precision, recall and F1 by threshold
    Evaluate(Evaluate),
    /// Write a list's values in the forms in which they are compared, for a database that links them
    Prepare(Prepare),
    /// Write a model as SQL for a database that links prepared records, where they are too many for one machine
    Sql(Sql),
    /// Say how far values agree that a database met
    Levels(Levels),
    /// Make the secret with which two organisations encode their lists: `watari link secret -o FILE`
    Secret(MakeSecret),
    /// Encode a list, so that it can be compared with another organisation's without being shown
    Encode(Encode),
    /// Find who is in both of two encoded lists; the secret is not needed
    Compare(Compare),
}

/// What all linkage takes.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Linkage {
    /// A model (TOML) instead of learning from the file
    #[conf(long)]
    pub model: Option<PathBuf>,
    /// What a column holds where recognition errs: `--column "Naam=full-name"`; kinds are given,
    /// family, full-name, name, date, age, sex, phone, number, address, postcode, place, category, ignored
    #[conf(repeat, long)]
    pub column: Vec<String>,
    /// The column that names a record; without it one called id, or the row's number
    #[conf(long)]
    pub id: Option<String>,
    /// The column that tells who is who, which is not compared
    #[conf(long)]
    pub truth: Option<String>,
    /// Memory to aim at, such as 500M or 8G
    #[conf(long, default_value = "8G")]
    pub memory: String,
    /// Pairs to look at for each record: more find more and take longer
    #[conf(long, default_value = "20")]
    pub pairs_per_record: u32,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
    /// Print the result, or a summary of it, as JSON
    #[conf(long)]
    pub json: bool,
}

/// Who stands in a file twice.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Dedupe {
    #[conf(flatten, serde(flatten))]
    pub linkage: Linkage,
    /// The file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// File to write (CSV, or Parquet by its name); without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Probability from which two records are one person
    #[conf(long, default_value = "0.8")]
    pub threshold: f64,
}

/// Who stands in both of two files.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Match {
    #[conf(flatten, serde(flatten))]
    pub linkage: Linkage,
    /// The first file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// The second file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub other: PathBuf,
    /// File to write (CSV, or Parquet by its name); without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Probability from which two records are one person
    #[conf(long, default_value = "0.8")]
    pub threshold: f64,
    /// How many partners a record may have: one-to-one, one-to-many (the second file may have a
    /// person twice), all
    #[conf(long, default_value = "one-to-one")]
    pub links: String,
}

/// Learning.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Train {
    #[conf(flatten, serde(flatten))]
    pub linkage: Linkage,
    /// The file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// A second file to link the first with
    #[conf(long)]
    pub other: Option<PathBuf>,
    /// File to write the model to; without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
}

/// Why two records are one person.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Explain {
    #[conf(flatten, serde(flatten))]
    pub linkage: Linkage,
    /// The file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// Id of the first record
    #[conf(pos)]
    pub first: String,
    /// Id of the second record, of the other file where there is one
    #[conf(pos)]
    pub second: String,
    /// The other file
    #[conf(long)]
    pub other: Option<PathBuf>,
    /// File to write the picture to (SVG)
    #[conf(long)]
    pub svg: Option<PathBuf>,
}

/// How well it goes.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Evaluate {
    #[conf(flatten, serde(flatten))]
    pub linkage: Linkage,
    /// The file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// A second file to link the first with
    #[conf(long)]
    pub other: Option<PathBuf>,
    /// Probability from which two records are one person, judged beside the usual ones
    #[conf(long, default_value = "0.8")]
    pub threshold: f64,
    /// As for `match`
    #[conf(long, default_value = "one-to-one")]
    pub links: String,
    /// File to write the curve to (SVG)
    #[conf(long)]
    pub svg: Option<PathBuf>,
}

/// Records as a database compares them.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Prepare {
    /// The file (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// A second file, to link the first with
    #[conf(long)]
    pub other: Option<PathBuf>,
    /// The model, made by `watari link train`
    #[conf(long)]
    pub model: PathBuf,
    /// File to write (CSV, or Parquet by its name); without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// The column that names a record; without it one called id, or the record's number
    #[conf(long)]
    pub id: Option<String>,
    /// Number of the first record, where parts of a list are prepared apart
    #[conf(long, default_value = "1")]
    pub first: i64,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
}

/// A model as SQL, for the records that `prepare` writes. How the steps follow one another stands in
/// crates/linkage/SCALE.md.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Sql {
    /// The model, made by `watari link train`
    #[conf(pos)]
    pub model: PathBuf,
    /// The table of prepared records; what the SQL makes is called after it
    #[conf(long)]
    pub table: String,
    /// duckdb or postgres
    #[conf(long)]
    pub dialect: String,
    /// What the SQL does: table makes the empty table, pairs finds what could be one person and which values to ask
    /// `levels` about, weights weighs it, people joins it
    #[conf(long)]
    pub step: String,
    /// Probability from which two records are one person
    #[conf(long, default_value = "0.8")]
    pub threshold: f64,
    /// Pairs to look at for each record: keys that make far more are left out
    #[conf(long, default_value = "20")]
    pub pairs_per_record: u32,
    /// File to write; without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
}

/// Answers for a database.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Levels {
    /// The pairs of values that met (CSV, or Parquet by its name), with the columns field, one and other
    #[conf(pos)]
    pub file: PathBuf,
    /// The model, made by `watari link train`
    #[conf(long)]
    pub model: PathBuf,
    /// File to write (CSV, or Parquet by its name); without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
}

/// A secret of two organisations.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct MakeSecret {
    /// File to write; must not be there yet
    #[conf(short = 'o', long)]
    pub output: PathBuf,
}

/// A list that is encoded. What codes betray and what to agree on beforehand stands in
/// crates/linkage/PRIVATE.md; codes are as confidential as the list itself.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Encode {
    /// The list (CSV, or Parquet by its name)
    #[conf(pos)]
    pub file: PathBuf,
    /// File to write; without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// File of the secret that both organisations have, made by `watari link secret`
    #[conf(long)]
    pub secret: PathBuf,
    /// The column that names a record to the other organisation; without it the row's number does
    #[conf(long)]
    pub id: Option<String>,
    /// What a column holds where recognition errs: `--column "Naam=full-name"`
    #[conf(repeat, long)]
    pub column: Vec<String>,
    /// What to encode where the lists differ: of name, relative, birth, sex, phone, number, address,
    /// postcode and place those that both have, such as `--fields name,birth,sex`
    #[conf(long)]
    pub fields: Option<String>,
    /// Bits of a code before hardening; as many as suit the fields where it is not given
    #[conf(long)]
    pub bits: Option<usize>,
    /// What makes bits say less: folded or balanced
    #[conf(long, default_value = "folded")]
    pub hardening: String,
    /// What makes a frequent name rare: none, sex or birth-year; whose salt is wrong in one list is not found
    #[conf(long, default_value = "none")]
    pub salt: String,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
}

/// Two encoded lists.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Compare {
    /// The first list's codes
    #[conf(pos)]
    pub file: PathBuf,
    /// The second list's codes
    #[conf(pos)]
    pub other: PathBuf,
    /// File to write; without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Similarity from 0 to 1 from which two codes are one person's; 0.68 for folded codes, 0.8 for balanced
    /// ones where it is not given
    #[conf(long = "threshold")]
    pub similarity: Option<f64>,
    /// Look at all pairs, however long it takes
    #[conf(long)]
    pub all_pairs: bool,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
    /// Print a summary as JSON
    #[conf(long)]
    pub json: bool,
}

/// Every command reads the same file, so each leaves out the keys of the others; a key that none
/// knows is a slip of the pen. A test holds these against what `--help` names.
const KEYS: &[&str] = &[
    "data",
    "database_url",
    "key_file",
    "passphrase_file",
    "passphrase",
    "port",
    "people",
    "cases",
    "requests_per_minute",
    "organisation",
    "country",
    "time_zone",
    "administrator",
    "public_url",
    "listen",
    "behind_proxy",
    "tls_certificate",
    "tls_key",
    "metrics_listen",
    "readers",
    "json",
    "to",
    "map",
    "user",
    "dates",
    "encoding",
    "language",
    "update",
    "dry_run",
    "rejects",
    "forget_second_factor",
    "model",
    "column",
    "id",
    "truth",
    "memory",
    "pairs_per_record",
    "quiet",
    "threshold",
    "links",
    "table",
    "dialect",
    "secret",
    "fields",
    "bits",
    "hardening",
    "salt",
];

const COMMANDS: [&str; 9] = ["demo", "init", "serve", "verify", "backup", "restore", "copy", "import", "invite"];

/// The commands of `link`, which read the same file.
const LINK_COMMANDS: [&str; 10] =
    ["dedupe", "match", "train", "explain", "evaluate", "prepare", "sql", "levels", "encode", "compare"];

/// Reads flags, environment and file; ends the program with help or an error where they do not fit.
///
/// # Errors
/// The configuration file cannot be read, or has a key that nothing knows.
pub fn read() -> anyhow::Result<Options> {
    let (mut args, file) = without_config(std::env::args_os());
    if args.len() == 1 {
        args.push("--help".into());
    }
    let file = file.or_else(|| std::env::var_os("WATARI_CONFIG").map(PathBuf::from));
    let builder = Options::conf_builder().args(args).env(std::env::vars_os());
    let Some(file) = file else { return Ok(builder.try_parse().unwrap_or_else(|help| end(&help))) };
    let unreadable = |error: &dyn std::fmt::Display| anyhow::anyhow!("{}: {error}", file.display());
    let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&error))?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| unreadable(&error))?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let known = KEYS.join(", ");
        anyhow::bail!("{}: nothing is called «{key}»; keys that are known: {known}", file.display());
    }
    let for_each = |commands: &[&str]| -> toml::Table {
        commands.iter().map(|command| ((*command).to_owned(), toml::Value::Table(table.clone()))).collect()
    };
    let mut document = for_each(&COMMANDS);
    document.insert("link".to_owned(), toml::Value::Table(for_each(&LINK_COMMANDS)));
    Ok(builder.doc(file.display().to_string(), document).try_parse().unwrap_or_else(|help| end(&help)))
}

/// Ends the program with the help that was asked for, or with what does not fit.
fn end(help: &conf::Error) -> ! {
    let (code, text) = (help.exit_code(), in_words(&help.to_string()));
    // Whoever reads only the first lines closes the pipe: no reason to complain.
    drop(match code {
        0 => std::io::stdout().write_all(text.as_bytes()),
        _ => std::io::stderr().write_all(text.as_bytes()),
    });
    std::process::exit(code)
}

/// Help as it is read: `<store.key_file>`, the name of a field, becomes `<FILE>`, what is to be put
/// there; and what stands in square brackets for `conf`, which checks it later, is needed.
fn in_words(help: &str) -> String {
    let mut told = String::with_capacity(help.len());
    let mut rest = help;
    while let Some(at) = rest.find(['<', '[']) {
        let (before, from) = rest.split_at(at);
        told.push_str(before);
        let field = from[1..].split(['>', ']']).next().unwrap_or_default();
        let whole = field.len() + 2;
        match value(field, from.starts_with('[')) {
            Some(value) => {
                let word = format!("<{value}>");
                rest = &from[whole..];
                // Descriptions beside it stay below each other.
                let width = if rest.starts_with("  ") { whole } else { 0 };
                told.push_str(&format!("{word:width$}"));
            }
            None => {
                told.push_str(&from[..1]);
                rest = &from[1..];
            }
        }
    }
    told + rest
}

/// What is put in the place of a field; in square brackets only of those without a flag.
fn value(field: &str, in_brackets: bool) -> Option<&'static str> {
    let known = match field.rsplit('.').next().unwrap_or_default() {
        "what" => "WHAT",
        "file" | "other" | "model" if in_brackets => "FILE",
        "username" => "NAME",
        "first" | "second" if in_brackets => "ID",
        _ if in_brackets => return None,
        "data" => "FOLDER",
        "_config" | "key_file" | "passphrase_file" | "tls_certificate" | "tls_key" | "rejects" => "FILE",
        "file" | "other" | "model" | "output" | "svg" | "secret" => "FILE",
        "listen" | "metrics_listen" => "ADDRESS",
        "public_url" | "database_url" => "URL",
        "passphrase" => "PASSPHRASE",
        "port" => "PORT",
        "people" | "cases" | "requests_per_minute" | "readers" | "pairs_per_record" | "bits" | "first" => "NUMBER",
        "organisation" | "administrator" | "user" => "NAME",
        "country" => "CODE",
        "time_zone" => "ZONE",
        "to" => "TARGET",
        "map" | "column" => "COLUMN=KIND",
        "fields" => "FIELDS",
        "hardening" | "salt" | "dialect" | "step" => "WORD",
        "table" => "TABLE",
        "id" | "truth" => "COLUMN",
        "dates" => "ORDER",
        "encoding" => "ENCODING",
        "language" => "LANGUAGE",
        "memory" => "SIZE",
        "threshold" => "PROBABILITY",
        "similarity" => "SIMILARITY",
        "columns" => "FILE",
        "k" | "population" | "length" | "round" | "epsilon" | "delta" | "seed" | "targets" => "NUMBER",
        "by" => "COLUMNS",
        "nested" => "COLUMN=COLUMN",
        "earlier" | "ledger" | "control" => "FILE",
        "links" => "LINKS",
        _ => return None,
    };
    Some(known)
}

/// The arguments, and the configuration file wherever it stands among them.
fn without_config(args: impl Iterator<Item = OsString>) -> (Vec<OsString>, Option<PathBuf>) {
    let (mut rest, mut file) = (Vec::new(), None);
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--config") if args.peek().is_some() => file = args.next().map(PathBuf::from),
            Some(text) if text.starts_with("--config=") => file = text.split_once('=').map(|(_, it)| it.into()),
            _ => rest.push(arg),
        }
    }
    (rest, file)
}

/// Figures that expose nobody, on files alone.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Stats {
    /// What to do
    #[conf(subcommands)]
    pub command: StatsCommand,
}

/// What to do with records of people.
#[derive(Subcommands)]
#[conf(serde)]
pub enum StatsCommand {
    /// Say what the columns of a file seem to be, as a description (TOML) to start from
    Describe(DescribeRecords),
    /// Say how easily people are recognised in a file, and by which columns
    Risk(AssessRisk),
    /// Write tables of a file in which no small figure can be worked out, or with noise (--epsilon)
    Tables(PublishTables),
    /// Write records of people who do not exist, with the figures of those who do
    Synthesize(SynthesizeRecords),
    /// Say how well released records keep the figures of the original ones
    Evaluate(EvaluateRelease),
    /// Attack a release of records: who is found in it, and what does it tell of persons?
    Attack(AttackRelease),
    /// Work out what published tables leave out, by subtracting them from each other
    Difference(DifferenceTables),
    /// Begin a ledger of what all releases about the same people may cost, or say what was spent of it
    Ledger(KeepLedger),
}

/// A file of records, one row a person.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Records {
    /// The file (CSV, or Parquet by its name), one row a person
    #[conf(pos)]
    pub file: PathBuf,
    /// What its columns are (TOML, as `watari stats describe` writes it); without it that is guessed
    #[conf(long)]
    pub columns: Option<PathBuf>,
    /// Say nothing of the progress
    #[conf(long)]
    pub quiet: bool,
}

/// A release, attacked.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct AttackRelease {
    #[conf(flatten, serde(flatten))]
    pub records: Records,
    /// The release: synthetic records, or records that were made coarser, with the same columns
    #[conf(pos)]
    pub released: PathBuf,
    /// A random part of the people that was held back before the release was made; without it nobody can say what the
    /// release tells of persons
    #[conf(long)]
    pub control: Option<PathBuf>,
    /// The ε of differential privacy that the release promises
    #[conf(long)]
    pub epsilon: Option<f64>,
    /// Its δ
    #[conf(long)]
    pub delta: Option<f64>,
    /// How many people are attacked, and as many of the control
    #[conf(long, default_value = "1000")]
    pub targets: usize,
    /// File to write, by its name: .html is a report with charts, .json the same figures
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Print the figures as JSON
    #[conf(long)]
    pub json: bool,
}

/// Tables, subtracted from each other.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct DifferenceTables {
    /// Published tables (JSON, as `watari stats tables -o` writes them), of one release or of several
    #[conf(repeat, pos)]
    pub files: Vec<PathBuf>,
    /// Figures of fewer people than this should not be known
    #[conf(long, default_value = "10")]
    pub k: u64,
    /// File to write, by its name: .html is a report, .json the same figures
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Print the figures as JSON
    #[conf(long)]
    pub json: bool,
}

/// What all releases about the same people cost.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct KeepLedger {
    /// The ledger (JSON)
    #[conf(pos)]
    pub ledger: PathBuf,
    /// To begin one: what all releases together may cost (ε)
    #[conf(long)]
    pub epsilon: Option<f64>,
    /// To begin one: the chance that this promise fails for a person (δ)
    #[conf(long)]
    pub delta: Option<f64>,
    /// Print what was spent as JSON
    #[conf(long)]
    pub json: bool,
}

/// A release that costs privacy.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Budget {
    /// What the release may cost (ε of differential privacy, from 0.5 to 5 is usual)
    #[conf(long)]
    pub epsilon: Option<f64>,
    /// The chance that this promise fails for a person (δ), well below 1 divided by the number of people
    #[conf(long)]
    pub delta: Option<f64>,
    /// The ledger (JSON) of all releases about these people, which refuses when their budget is spent
    #[conf(long)]
    pub ledger: Option<PathBuf>,
    /// For tests only: noise that can be repeated protects nobody, and the output says so
    #[conf(long)]
    pub seed: Option<u64>,
}

/// What the columns of a file are.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct DescribeRecords {
    /// The file (CSV, or Parquet by its name), one row a person
    #[conf(pos)]
    pub file: PathBuf,
    /// File to write (TOML); without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
}

/// How easily people are recognised.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct AssessRisk {
    #[conf(flatten, serde(flatten))]
    pub records: Records,
    /// Groups of fewer people than this are small
    #[conf(long, default_value = "10")]
    pub k: u64,
    /// How many people there are of whom those in the file are a part; without it an attacker is thought to know that
    /// somebody is in the file
    #[conf(long)]
    pub population: Option<u64>,
    /// The most columns, up to 3, that are looked at together for people who stand out
    #[conf(long, default_value = "3")]
    pub length: usize,
    /// File to write, by its name: .html is a report, .csv has a row for each person in the file's order, .json holds
    /// both; without it only the summary is printed
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Print the summary as JSON
    #[conf(long)]
    pub json: bool,
}

/// Tables in which no small figure can be worked out.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct PublishTables {
    #[conf(flatten, serde(flatten))]
    pub records: Records,
    #[conf(flatten, serde(flatten))]
    pub budget: Budget,
    /// A table to write, by its columns: `--by sex,age`; may be given several times
    #[conf(repeat, long)]
    pub by: Vec<String>,
    /// All tables of up to so many columns, instead of naming them
    #[conf(long)]
    pub length: Option<usize>,
    /// Figures of fewer people than this are not published
    #[conf(long, default_value = "10")]
    pub k: u64,
    /// Round figures to multiples of this
    #[conf(long)]
    pub round: Option<u64>,
    /// Publish that nobody has a combination; without it nobody is a small figure too
    #[conf(long)]
    pub zeros: bool,
    /// A column whose values lie in those of another: `--nested country=region`; may be given several times
    #[conf(repeat, long)]
    pub nested: Vec<String>,
    /// Tables of the same people published earlier (JSON, as -o writes it), oldest first; may be given several times
    #[conf(repeat, long)]
    pub earlier: Vec<PathBuf>,
    /// File to write, by its name: .csv or .json, which the next release needs; without it CSV on the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Print what was checked, or the tables without -o, as JSON
    #[conf(long)]
    pub json: bool,
}

/// How synthetic records are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// From marginals that are chosen, measured and fitted in turn.
    Marginals,
    /// From the counts of all combinations up to a length.
    Seeded,
}

impl Method {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Method::Marginals => "marginals",
            Method::Seeded => "seeded",
        }
    }
}

impl std::str::FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Method, String> {
        let all = [Method::Marginals, Method::Seeded];
        all.into_iter().find(|method| method.name() == text).ok_or_else(|| "write marginals or seeded".to_owned())
    }
}

/// Records of people who do not exist.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct SynthesizeRecords {
    #[conf(flatten, serde(flatten))]
    pub records: Records,
    #[conf(flatten, serde(flatten))]
    pub budget: Budget,
    /// With noise: `marginals` asks about few columns at a time and about what is told worst; `seeded` about all
    /// combinations up to --length
    #[conf(long, default_value = "marginals")]
    pub method: Method,
    /// The longest combinations that are counted, for `seeded` and with --k
    #[conf(long, default_value = "3")]
    pub length: usize,
    /// Instead of noise: no combination, up to --length, that fewer people share than this
    #[conf(long)]
    pub k: Option<u32>,
    /// File to write (CSV); how it was made is written beside it, as .method.json. Without it the standard output
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
}

/// How well a release keeps the figures.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct EvaluateRelease {
    #[conf(flatten, serde(flatten))]
    pub records: Records,
    /// The released records (CSV or Parquet)
    #[conf(pos)]
    pub released: PathBuf,
    /// The longest combinations that are compared
    #[conf(long, default_value = "3")]
    pub length: usize,
    /// File to write, by its name: .html or .json; without it only the summary is printed
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Print the whole as JSON
    #[conf(long)]
    pub json: bool,
}

/// Questionnaires, on files alone.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct Form {
    #[conf(subcommands)]
    pub command: FormCommand,
}

/// What to do with a questionnaire.
#[derive(Subcommands)]
#[conf(serde)]
pub enum FormCommand {
    /// Say what is wrong with a questionnaire, by sheet, row and column, and what to write instead
    Check(CheckForm),
    /// Write a questionnaire as XForm, which phones read
    Convert(ConvertForm),
    /// Say what a questionnaire would not have allowed in answers that were sent
    Judge(JudgeAnswers),
    /// Open encrypted submissions with the private key
    Open(OpenForm),
}

/// What is wrong with a questionnaire.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct CheckForm {
    /// The questionnaire (.xlsx, .xls, .csv, .md, or an XForm as .xml); files it names are looked for beside it
    #[conf(pos)]
    pub file: PathBuf,
    /// Print the result as JSON
    #[conf(long)]
    pub json: bool,
}

/// A questionnaire as XForm.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct ConvertForm {
    /// The questionnaire (.xlsx, .xls, .csv or .md)
    #[conf(pos)]
    pub file: PathBuf,
    /// File to write; without it the standard output. Choices that are looked up in a file stand beside it, as
    /// itemsets.csv
    #[conf(short = 'o', long)]
    pub output: Option<PathBuf>,
    /// Say nothing of what may not be meant as it is written
    #[conf(long)]
    pub quiet: bool,
}

/// Encrypted submissions opened.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct OpenForm {
    /// A folder of encrypted submissions, or a ZIP as a form's page gives it
    #[conf(pos)]
    pub source: PathBuf,
    /// The private key (.pem, without a passphrase)
    #[conf(long)]
    pub key: PathBuf,
    /// Folder to write to; each submission in a folder of its own, with its files
    #[conf(short = 'o', long)]
    pub output: PathBuf,
}

/// Answers judged.
#[derive(Conf)]
#[conf(serde(allow_unknown_fields))]
pub struct JudgeAnswers {
    /// The questionnaire (.xlsx, .xls, .csv, .md, or an XForm as .xml); files it names are looked for beside it
    #[conf(pos)]
    pub file: PathBuf,
    /// What was sent (.xml)
    #[conf(pos)]
    pub answers: PathBuf,
    /// Time zone in which it was filled in (IANA name, such as Asia/Amman), where answers do not say it
    #[conf(long, default_value = "UTC")]
    pub time_zone: String,
    /// Print the result as JSON
    #[conf(long)]
    pub json: bool,
}
