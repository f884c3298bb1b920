//! A file between being sent and being imported: looked at, put right, imported, told about.
//!
//! It lies sealed on the server for a day at most, so that it need not travel again for each look.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DateOrder, Field, ImportReport, Options, TextEncoding, import, preview};
use crate::access::{Permission, Viewer};
use crate::codes;
use crate::dates::Moment;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::ids::{ImportId, OrganisationId, UserId};
use crate::ui::Language;
use crate::users::pending;
use crate::web::{Context, blank};

/// Largest file in bytes: a hundred thousand people and more.
pub(super) const LARGEST: usize = 16 * 1024 * 1024;
/// How long a file waits for a decision, and its report to be read, in seconds.
const KEPT: i64 = 24 * 3600;
/// Rejections that are shown; all are in the file of rejected rows.
const SHOWN: usize = 200;
/// Rows that are shown of the file.
const SAMPLE: usize = 5;
/// An import that said nothing for so many seconds has ended with its server.
const SILENCE: i64 = 60;

const DRAFT: &str = "import";
const FILE: &str = "import-file";
const REJECTS: &str = "import-rejects";

codes! {
    /// How far an import is.
    "import-state" State {
        /// The file was looked at; nothing is written yet.
        Looked = "looked",
        /// People are being registered.
        Running = "running",
        /// All rows were taken or rejected.
        Done = "done",
        /// It stopped half-way: what was taken is kept, and running again goes on.
        Stopped = "stopped",
    }
}

/// What a column is, as someone chose.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(super) struct ChosenColumn {
    /// Its name in the file.
    #[serde(default)]
    pub name: String,
    /// What it is; nothing leaves it out.
    #[serde(default, deserialize_with = "blank")]
    pub field: Option<Field>,
}

/// How to read the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(super) struct Choices {
    /// How its letters are written, where it is not UTF-8.
    #[serde(default, deserialize_with = "blank")]
    pub encoding: Option<TextEncoding>,
    /// Whether 3/4/2001 is in April or in March.
    #[serde(default, deserialize_with = "blank")]
    pub dates: Option<DateOrder>,
    /// Bring people who came from this source before in line with the file.
    #[serde(default, deserialize_with = "blank")]
    pub update: Option<bool>,
    /// What the columns are; they tell by their names where this is left out.
    #[serde(default)]
    pub columns: Vec<ChosenColumn>,
}

impl Choices {
    fn options(&self, dry_run: bool, language: Language) -> Options {
        Options {
            map: self.columns.iter().map(|column| (column.name.clone(), column.field)).collect(),
            dry_run,
            dates: self.dates,
            update: self.update == Some(true),
            encoding: self.encoding,
            language,
        }
    }
}

/// A file that is being imported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Draft {
    /// Its id.
    pub id: ImportId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    whose: Option<(OrganisationId, UserId)>,
    /// The file's name.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// How it is read.
    pub choices: Choices,
    /// The names of its columns.
    pub head: Vec<String>,
    /// Its first rows.
    pub sample: Vec<Vec<String>>,
    /// Rows done, while it runs.
    pub rows: u64,
    /// What would come of it, or what came of it.
    pub report: Option<ImportReport>,
    /// Why it cannot be imported as it is.
    pub problem: Option<String>,
    /// When it last got on.
    #[schema(value_type = String)]
    pub at: Moment,
}

impl Draft {
    /// What is told of it: not whose it is, which the asker knows.
    pub(super) fn told(mut self) -> Draft {
        self.whose = None;
        if self.state == State::Running && self.at.plus_seconds(SILENCE) < Moment::now() {
            self.state = State::Stopped;
        }
        self
    }
}

fn load(tx: &mut Tx<'_>, viewer: &Viewer, id: ImportId) -> Result<Draft, Error> {
    viewer.require(Permission::ImportPeople)?;
    let kept = pending::look(tx, id.0.as_bytes(), DRAFT)?.ok_or(Error::NotFound)?;
    let draft: Draft = serde_json::from_slice(&kept).map_err(|error| Error::Internal(error.to_string()))?;
    if draft.whose == Some((viewer.organisation, viewer.user)) { Ok(draft) } else { Err(Error::NotFound) }
}

fn store(tx: &mut Tx<'_>, draft: &Draft) -> Result<(), Error> {
    let kept = serde_json::to_vec(draft).map_err(|error| Error::Internal(error.to_string()))?;
    pending::keep_for(tx, draft.id.0.as_bytes(), DRAFT, &kept, KEPT)
}

fn file(tx: &mut Tx<'_>, id: ImportId) -> Result<Vec<u8>, Error> {
    pending::look(tx, id.0.as_bytes(), FILE)?.ok_or(Error::NotFound)
}

/// Keeps a file and looks at it.
pub(super) async fn begin(ctx: &Context, name: &str, file: Vec<u8>, choices: Choices) -> Result<Draft, Error> {
    ctx.viewer.require(Permission::ImportPeople)?;
    if file.is_empty() {
        return Err(Error::field("file", "invalid-required"));
    }
    if file.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST));
    }
    let id = ImportId::new();
    let (draft, file, rejects) = looked_at(ctx, id, name.chars().take(200).collect(), file, choices).await?;
    let kept = draft.clone();
    ctx.write(move |tx, _| {
        store(tx, &kept)?;
        pending::keep_for(tx, id.0.as_bytes(), REJECTS, &rejects, KEPT)?;
        pending::keep_for(tx, id.0.as_bytes(), FILE, &file, KEPT)
    })
    .await?;
    Ok(draft.told())
}

/// Looks at a file again, otherwise read.
pub(super) async fn look(ctx: &Context, id: ImportId, choices: Choices) -> Result<Draft, Error> {
    let (before, content) = ctx.read(move |tx, viewer| Ok((load(tx, viewer, id)?, file(tx, id)?))).await?;
    if before.told().state == State::Running {
        return Err(Error::Refused("refused-import-running"));
    }
    let name = ctx.read(move |tx, viewer| Ok(load(tx, viewer, id)?.name)).await?;
    let (draft, _, rejects) = looked_at(ctx, id, name, content, choices).await?;
    let kept = draft.clone();
    ctx.write(move |tx, viewer| {
        load(tx, viewer, id)?;
        store(tx, &kept)?;
        pending::keep_for(tx, id.0.as_bytes(), REJECTS, &rejects, KEPT)
    })
    .await?;
    Ok(draft.told())
}

/// What would come of a file, with nothing written.
async fn looked_at(
    ctx: &Context,
    id: ImportId,
    name: String,
    file: Vec<u8>,
    choices: Choices,
) -> Result<(Draft, Vec<u8>, Vec<u8>), Error> {
    let (db, viewer, language) = (ctx.app.db.clone(), ctx.viewer.clone(), ctx.language);
    let look = move || {
        let shown = preview(&file, choices.encoding, SAMPLE);
        let tried = import(&db, &viewer, &file, &choices.options(true, language), |_| {});
        let (report, problem) = match tried {
            Ok(report) => (Some(report), None),
            Err(super::ImportError::Failed { error, .. }) => return Err(*error),
            Err(wrong) => (None, Some(wrong.in_words(language))),
        };
        let rejects = report.as_ref().map(ImportReport::rejects_csv).transpose()?.unwrap_or_default();
        let shown = shown.unwrap_or_default();
        let draft = Draft {
            id,
            whose: Some((viewer.organisation, viewer.user)),
            name,
            state: State::Looked,
            choices,
            head: shown.head,
            sample: shown.rows,
            rows: 0,
            report: report.map(|report| report.shortened(SHOWN)),
            problem,
            at: Moment::now(),
        };
        Ok((draft, file, rejects))
    };
    tokio::task::spawn_blocking(look).await.map_err(|error| Error::Internal(error.to_string()))?
}

/// The file as it stands.
pub(super) async fn show(ctx: &Context, id: ImportId) -> Result<Draft, Error> {
    ctx.read(move |tx, viewer| Ok(load(tx, viewer, id)?.told())).await
}

/// The rejected rows as CSV, with what is wrong.
pub(super) async fn rejects(ctx: &Context, id: ImportId) -> Result<Vec<u8>, Error> {
    ctx.read(move |tx, viewer| {
        load(tx, viewer, id)?;
        pending::look(tx, id.0.as_bytes(), REJECTS)?.ok_or(Error::NotFound)
    })
    .await
}

/// Throws the file away; people who were registered from it stay.
pub(super) async fn discard(ctx: &Context, id: ImportId) -> Result<(), Error> {
    ctx.write(move |tx, viewer| {
        if load(tx, viewer, id)?.told().state == State::Running {
            return Err(Error::Refused("refused-import-running"));
        }
        for kind in [DRAFT, FILE, REJECTS] {
            pending::take(tx, id.0.as_bytes(), kind)?;
        }
        Ok(())
    })
    .await
}

/// Begins to register the people of a file. Asking twice begins once.
pub(super) async fn run(ctx: &Context, id: ImportId) -> Result<Draft, Error> {
    let (draft, file, begins) = ctx
        .write(move |tx, viewer| {
            let mut draft = load(tx, viewer, id)?.told();
            if matches!(draft.state, State::Running | State::Done) {
                return Ok((draft, Vec::new(), false));
            }
            if draft.problem.is_some() && draft.report.is_none() {
                return Err(Error::Refused("refused-import-problem"));
            }
            draft.whose = Some((viewer.organisation, viewer.user));
            (draft.state, draft.rows, draft.problem, draft.at) = (State::Running, 0, None, Moment::now());
            store(tx, &draft)?;
            let file = file(tx, id)?;
            Ok((draft, file, true))
        })
        .await?;
    if begins {
        let (db, viewer, language, running) = (ctx.app.db.clone(), ctx.viewer.clone(), ctx.language, draft.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = work(&db, &viewer, language, running, &file) {
                tracing::error!(%error, "an import's end could not be written down");
            }
        });
    }
    Ok(draft.told())
}

/// Registers the people, and writes down how far it is, about once a second.
fn work(db: &Db, viewer: &Viewer, language: Language, mut draft: Draft, file: &[u8]) -> Result<(), Error> {
    let mut told = Instant::now();
    let progress = |rows| {
        if told.elapsed() > Duration::from_secs(1) {
            told = Instant::now();
            let draft = Draft { rows, at: Moment::now(), ..draft.clone() };
            drop(db.write_blocking::<_, Error, _>(move |tx| store(tx, &draft)));
        }
    };
    let ended = import(db, viewer, file, &draft.choices.options(false, language), progress);
    let mut rejects = Vec::new();
    match ended {
        Ok(report) => {
            rejects = report.rejects_csv()?;
            (draft.state, draft.rows) = (State::Done, report.rows);
            draft.report = Some(report.shortened(SHOWN));
        }
        Err(error) => {
            tracing::error!(error = error.in_words(Language::En), "an import stopped");
            (draft.state, draft.problem) = (State::Stopped, Some(error.in_words(language)));
        }
    }
    draft.at = Moment::now();
    let done = draft.state == State::Done;
    db.write_blocking(move |tx| {
        store(tx, &draft)?;
        if done {
            // The file has done its work; what is left of it is what was rejected.
            pending::take(tx, draft.id.0.as_bytes(), FILE)?;
            pending::keep_for(tx, draft.id.0.as_bytes(), REJECTS, &rejects, KEPT)?;
        }
        Ok(())
    })
}
