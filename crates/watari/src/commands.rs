//! What each command does: it wires the application to the command line, no more.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use app::access::{Role, Scope};
use app::code::Code;
use app::dates::Moment;
use app::db::{Db, Location};
use app::demo::Progress;
use app::history::{self, Actor};
use app::people::import::{self, ImportError};
use app::ui::Language;
use app::users::{NewUser, OrganisationSettings, sessions, store};
use app::web::{App, Settings};

use crate::installation::{DemoFolder, Unfinished, key_path, lock};
use crate::options::{Backup, Copy, Demo, Import, Init, Invite, Restore, Serve, Verify};
use crate::serve::{Stop, figures_until_stopped, listen, until_stopped, until_stopped_over_tls};

/// Threads that read the database for commands other than `serve`.
const READERS: usize = 2;

/// As many as there are processors: each keeps decrypted pages of its own, and all are dropped with
/// every commit. Three at least, for a long list holds one.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).max(3)
}

/// `watari serve`
pub fn serve(options: &Serve) -> Result<()> {
    let _lock = options.store.lock()?;
    let installation = options.store.open(options.readers.unwrap_or_else(readers))?;
    warn_of_the_clock(&installation.db)?;
    let settings = Settings {
        public_url: options.site.public_url.trim_end_matches('/').to_owned(),
        behind_proxy: options.behind_proxy,
        requests_per_minute: options.limits.requests_per_minute,
        ..Settings::default()
    };
    bring_forms_up_to_date(&installation.db);
    let app = App::new(installation.db, settings);
    let tls = tls_files(options)?;
    runtime()?.block_on(async {
        let stop = Stop::listen()?;
        let listener = listen(options.listen).await?;
        println!("Watari is at {}", options.site.public_url);
        println!("Listening on {}", listener.local_addr()?);
        let metrics = match options.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        if let Some(metrics) = &metrics {
            println!("Metrics on {}", metrics.local_addr()?);
        }
        let figures = figures_until_stopped(app.clone(), metrics, stop.clone());
        match tls {
            Some(files) => tokio::try_join!(until_stopped_over_tls(app, listener, stop, files), figures)?,
            None => tokio::try_join!(until_stopped(app, listener, stop), figures)?,
        };
        Ok(())
    })
}

/// Gives every organisation the forms that this version brings. Another server on the same database may have been
/// faster; no server stays away for that.
fn bring_forms_up_to_date(db: &Db) {
    if let Err(error) = db.write_blocking(app::forms::ship_everywhere) {
        tracing::warn!(%error, "the forms that come with Watari could not be brought up to date");
    }
}

/// An old laptop without its battery wakes up in 1970, and every date would be wrong.
fn warn_of_the_clock(db: &Db) -> Result<()> {
    let last = db.read_blocking(history::last_change)?;
    if let Some(last) = last.filter(|last| Moment::now().plus_seconds(60) < *last) {
        tracing::warn!(now = %Moment::now(), %last, "the clock stands before the last change on record: set it right");
    }
    Ok(())
}

/// Certificate and key, where both are given.
fn tls_files(options: &Serve) -> Result<Option<(&Path, &Path)>> {
    match (&options.tls_certificate, &options.tls_key) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        _ => bail!("--tls-certificate and --tls-key are needed together"),
    }
}

/// `watari demo`
pub fn demo(options: &Demo) -> Result<()> {
    let temporary = tempfile::Builder::new().prefix("watari-demo-").tempdir()?;
    let folder = options.data.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let _lock = lock(folder)?;
    let demo = DemoFolder::open(folder, options.database_url.clone().map(Location::Postgres), readers())?;
    let db = demo.db.clone();
    runtime()?.block_on(async {
        let stop = Stop::listen()?;
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let address = listener.local_addr()?;
        if !demo.filled {
            eprintln!("Inventing {} people and {} cases …", options.people, options.cases);
            let (filled, people, cases) = (db.clone(), options.people, options.cases);
            tokio::task::spawn_blocking(move || app::demo::fill(&filled, people, cases, told_now_and_then())).await??;
        }
        if !demo.filled && options.data.is_some() {
            demo.keep()?;
        }
        let public_url = format!("http://localhost:{}", address.port());
        println!(
            "\nWatari's demo is at {public_url}\n\nLog in as any of these; the password of all is: {}\n",
            app::demo::PASSWORD
        );
        for user in app::demo::users() {
            println!("  {:<12} {:<26} {}", user.username, user.role, user.organisation);
        }
        match &options.data {
            Some(folder) => println!("\nStop it with Ctrl-C; the data stay in {} for the next time.", folder.display()),
            None => println!("\nStop it with Ctrl-C; the data are then gone."),
        }
        let settings =
            Settings { public_url, requests_per_minute: options.limits.requests_per_minute, ..Settings::default() };
        until_stopped(App::new(db, settings), listener, stop).await
    })
}

/// Progress of a demo large enough to wait for, on standard error.
fn told_now_and_then() -> impl FnMut(Progress) {
    let (begun, mut told) = (Instant::now(), Instant::now());
    move |progress| {
        if told.elapsed() > Duration::from_secs(2) {
            told = Instant::now();
            let seconds = begun.elapsed().as_secs();
            eprintln!("{} people, {} cases after {seconds} s", progress.people, progress.cases);
        }
    }
}

/// `watari init`
pub fn init(options: &Init) -> Result<()> {
    let key = options.store.create()?;
    let db = Db::open(options.store.location(), &key, READERS).context("the database cannot be made")?;
    let settings = OrganisationSettings { time_zone: options.time_zone.clone(), ..OrganisationSettings::default() };
    let (name, country) = (options.organisation.clone(), options.country.clone());
    let administrator = NewUser {
        username: options.administrator.clone(),
        name: options.administrator.clone(),
        email: None,
        language: Language::En,
        role: Role::Administrator,
        scope: Scope::Organisation,
        team_id: None,
        supervisor_id: None,
        sees_medical: false,
        sees_trafficking: false,
    };
    let secret = db.write_blocking(move |tx| {
        let organisation = store::create_organisation(tx, &name, &country, &settings)?;
        let by = Actor { organisation, user: None };
        let user = store::create_user(tx, by, &administrator)?;
        store::create_login_link(tx, by, user, false)
    })?;
    println!("The installation is in {}.", options.store.data.display());
    println!("Start it:  watari serve --data {}", options.store.data.display());
    println!(
        "Then open this link within 72 hours; it works once and makes «{}» the administrator:",
        options.administrator
    );
    println!("  {}/welcome/{secret}", options.site.public_url.trim_end_matches('/'));
    Ok(())
}

/// `watari invite`
pub fn invite(options: &Invite) -> Result<()> {
    let db = options.store.open(READERS)?.db;
    let (organisation, user) = user_named(&db, &options.username)?;
    let by = Actor { organisation, user: None };
    let forgets = options.forget_second_factor;
    let secret = db.write_blocking(move |tx| store::create_login_link(tx, by, user, forgets))?;
    println!("{}/welcome/{secret}", options.site.public_url.trim_end_matches('/'));
    Ok(())
}

/// `watari verify`
pub fn verify(options: &Verify) -> Result<()> {
    let db = options.store.open(READERS)?.db;
    let organisations = db.read_blocking(history::verify)?;
    let faults: usize = organisations.iter().map(|verified| verified.faults.len()).sum();
    if options.json {
        let report: Vec<_> = organisations
            .iter()
            .map(|verified| {
                serde_json::json!({
                    "organisation": verified.name, "entries": verified.entries, "head": verified.head,
                    "faults": verified.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
                })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for verified in &organisations {
            println!("{}: {} entries, head {}", verified.name, verified.entries, verified.head);
            verified.faults.iter().for_each(|fault| println!("  {fault}"));
        }
    }
    if faults > 0 {
        bail!("the history is not whole: {faults} faults");
    }
    Ok(())
}

fn user_named(db: &Db, username: &str) -> Result<(app::ids::OrganisationId, app::ids::UserId)> {
    let name = username.to_lowercase();
    db.read_blocking(move |tx| store::id_of_username(tx, &name))?
        .with_context(|| format!("there is no user «{username}»"))
}

/// `watari backup`
pub fn backup(options: &Backup) -> Result<()> {
    let installation = options.store.open(READERS)?;
    let report = app::db::backup(&installation.db, &installation.key, &installation.wrapped, &options.file, progress)?;
    eprintln!();
    println!("{} written and verified: {} bytes.", options.file.display(), report.size);
    println!("It opens with the key of this installation as it is now; keep that with it, but not beside it.");
    whole(&report.faults)
}

/// `watari restore`
pub fn restore(options: &Restore) -> Result<()> {
    let unfinished = Unfinished::begin(&options.store.data)?;
    let unlock = options.store.unlock("Passphrase of the backup: ")?;
    let restored = app::db::restore(&options.file, &unlock, &options.store.location(), progress)?;
    restored.wrapped.store(&key_path(&options.store.data))?;
    unfinished.finish()?;
    eprintln!();
    println!(
        "The backup of {} is back in {}. Everyone must log in anew.",
        restored.made_at,
        options.store.data.display()
    );
    whole(&restored.faults)
}

fn progress(table: &'static str, rows: u64) {
    eprint!("\r\x1b[K{table}: {rows} rows");
}

fn whole(faults: &[String]) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    faults.iter().for_each(|fault| eprintln!("  {fault}"));
    bail!("the history in it is not whole: {} faults", faults.len())
}

/// `watari copy`
pub fn copy(options: &Copy) -> Result<()> {
    let installation = options.store.open(READERS)?;
    let is_address = ["postgres://", "postgresql://"].iter().any(|start| options.to.starts_with(start));
    let folder = Path::new(&options.to);
    let unfinished = if is_address { None } else { Some(Unfinished::begin(folder)?) };
    let (location, serve) = match is_address {
        true => {
            let serve = format!("WATARI_DATABASE_URL=… watari serve --data {}", options.store.data.display());
            (Location::Postgres(options.to.clone()), serve)
        }
        false => (Location::Sqlite(folder.join("watari.db")), format!("watari serve --data {}", options.to)),
    };
    let to = Db::open(location, &installation.key, READERS).context("the target does not open")?;
    let report = app::db::copy(&installation.db, &to, progress)?;
    eprintln!();
    let heads = |db: &Db| -> Result<Vec<(String, String)>> {
        let verified = db.read_blocking(history::verify)?;
        let faults: Vec<String> = verified
            .iter()
            .flat_map(|chain| chain.faults.iter().map(|fault| format!("{}: {fault}", chain.name)))
            .collect();
        whole(&faults)?;
        Ok(verified.into_iter().map(|chain| (chain.name, chain.head)).collect())
    };
    let copied = heads(&to)?;
    if copied != heads(&installation.db)? {
        bail!("the data changed while they were copied: stop the server and copy into an empty database again");
    }
    if !is_address {
        installation.wrapped.store(&key_path(folder))?;
    }
    unfinished.map(Unfinished::finish).transpose()?;
    println!("{} rows copied and verified.", report.rows());
    copied.iter().for_each(|(name, head)| println!("{name}: head {head}"));
    println!("Serve them with: {serve}");
    Ok(())
}

/// `watari import`
pub fn import(options: &Import) -> Result<()> {
    if options.what != "people" {
        bail!("«{}» cannot be imported; only `people` can", options.what);
    }
    let map = options.map.iter().map(|pair| import::parse_map(pair)).collect::<Result<Vec<_>, _>>()?;
    let file = std::fs::read(&options.file).with_context(|| format!("{} cannot be read", options.file.display()))?;
    let db = options.store.open(READERS)?.db;
    let (organisation, user) = user_named(&db, &options.user)?;
    let viewer = db.read_blocking(move |tx| sessions::viewer_of_user(tx, organisation, user))?;
    let language = Language::accepted(&options.language);
    let choices = import::Options {
        map,
        dry_run: options.dry_run,
        dates: code("--dates", options.dates.as_deref())?,
        update: options.update,
        encoding: code("--encoding", options.encoding.as_deref())?,
        language,
    };
    let report =
        import::import(&db, &viewer, &file, &choices, |rows| eprint!("\r\x1b[K{rows} …")).map_err(|error| {
            let how = match &error {
                ImportError::NoName(_) => " (--map \"COLUMN=name\")".to_owned(),
                ImportError::Twice { second, .. } => format!(" (--map \"{second}=-\")"),
                _ => String::new(),
            };
            anyhow::anyhow!("{}: {}{how}", options.file.display(), error.in_words(language))
        })?;
    eprintln!();
    if let Some(rejects) = &options.rejects {
        std::fs::write(rejects, report.rejects_csv()?)
            .with_context(|| format!("{} cannot be written", rejects.display()))?;
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}

/// The value of an option that has a list of codes.
fn code<C: Code>(option: &str, value: Option<&str>) -> Result<Option<C>> {
    let known = || C::ALL.iter().map(|code| code.code()).collect::<Vec<_>>().join(", ");
    let read = |value: &str| C::from_code(value).with_context(|| format!("{option} {value}: it can be {}", known()));
    value.map(read).transpose()
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
