//! The organisation's history, for those who may read all of it: who, when and what was done, not
//! what stands in people's records.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Kind, Story, Wanted, entries_of_organisation, verify_organisation, words};
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::UserId;
use crate::params;
use crate::ui::Ui;
use crate::web::{App, Context, Problem, page};

/// Entries on one page.
const PAGE: i64 = 100;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new().route("/history", get(list)).route("/history/verify", post(check))
}

/// The API of this area.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api_list)).routes(routes!(api_verify))
}

/// Which entries are asked for.
#[derive(Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only what this user did.
    #[serde(default, deserialize_with = "crate::web::blank")]
    user: Option<UserId>,
    /// Only entries about this kind of record.
    #[serde(default, deserialize_with = "crate::web::blank")]
    kind: Option<Kind>,
    /// Only from this day on.
    #[serde(default, deserialize_with = "crate::web::blank")]
    from: Option<Day>,
    /// Only until this day's end.
    #[serde(default, deserialize_with = "crate::web::blank")]
    to: Option<Day>,
    /// Only entries before this number.
    #[serde(default, deserialize_with = "crate::web::blank")]
    before: Option<i64>,
}

/// Auditors see that something was done and changed, not whom it names.
fn read(tx: &mut Tx<'_>, viewer: &Viewer, asked: &Asked) -> Result<Vec<Story>, Error> {
    viewer.require(Permission::ReadHistory)?;
    let wanted = Wanted {
        user: asked.user,
        kind: asked.kind,
        from: asked.from.map(|day| day.begins(&viewer.time_zone)),
        until: asked.to.map(|day| day.plus_days(1).begins(&viewer.time_zone)),
        before: asked.before,
    };
    let mut stories = entries_of_organisation(tx, viewer.organisation, wanted, PAGE)?;
    stories.iter_mut().for_each(hide);
    Ok(stories)
}

/// Those who may have done something, by name.
fn users(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<(UserId, String)>, Error> {
    Ok(tx.query(
        "SELECT id, name FROM user_account WHERE organisation_id = $1 ORDER BY name",
        params![viewer.organisation],
        |row| Ok((row.next()?, row.next()?)),
    )?)
}

/// What of an entry names nobody: all else, the words that users wrote first, is left out.
const TELLING: &[&str] = &[
    "fact",
    "list",
    "format",
    "count",
    "on_request",
    "role",
    "scope",
    "scopes",
    "days",
    "active",
    "language",
    "sees_medical",
    "sees_trafficking",
    "country",
    "time_zone",
    "deadlines",
    "retention_years",
    "break_glass_hours",
    "plan_approval",
    "closure_approval",
    "public_page",
    "release_state",
    "release_method",
    "indicators",
    "columns",
    "first_on",
    "last_on",
    "threshold",
    "rounding",
    "epsilon",
    "delta",
    "lasts",
    "agreement_state",
    "answers",
    "parts",
    "subtotals",
    "follow_up_form",
    "follow_up_kind",
];

/// Kinds of records that are about how the organisation works, not about people.
fn is_administration(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Organisation
            | Kind::Team
            | Kind::User
            | Kind::Token
            | Kind::Passkey
            | Kind::Form
            | Kind::List
            | Kind::Release
            | Kind::Budget
            | Kind::Agreement
    )
}

/// Leaves out what could name someone, whether or not the entry is about a person.
fn hide(story: &mut Story) {
    story.why = None;
    let open = is_administration(story.kind) && story.person_id.is_none();
    story.facts.retain(|(name, _)| open && TELLING.contains(&name.as_str()));
    for line in story.changes.iter_mut().filter(|line| !(open && TELLING.contains(&line.field.as_str()))) {
        line.hide();
    }
}

/// Whether the organisation's chain is whole.
#[derive(Serialize, utoipa::ToSchema)]
struct Chain {
    /// Entries read.
    entries: i64,
    /// Hash of the last entry, to be written down elsewhere.
    head: String,
    /// What is wrong; nothing where the chain is whole.
    faults: Vec<String>,
}

fn verify(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Chain, Error> {
    viewer.require(Permission::ReadHistory)?;
    let verified = verify_organisation(tx, viewer.organisation, viewer.organisation_name.clone())?;
    let faults = verified.faults.iter().map(ToString::to_string).collect();
    Ok(Chain { entries: verified.entries, head: verified.head, faults })
}

#[derive(Template)]
#[template(path = "history/templates/list.html")]
struct ListPage {
    ui: Ui,
    stories: Vec<Story>,
    users: Vec<(UserId, String)>,
    asked: Asked,
    chain: Option<Chain>,
}

impl ListPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn is_user(&self, id: &UserId) -> bool {
        self.asked.user == Some(*id)
    }
    fn is_kind(&self, kind: &Kind) -> bool {
        self.asked.kind == Some(*kind)
    }
    /// A fact in words: some are sentences of their own, the others a name and a value.
    fn fact(&self, ui: &Ui, name: &str, value: &str) -> String {
        let sentence = ui.language.find(&format!("fact-{}", value.replace('_', "-")));
        sentence
            .filter(|_| name == "fact")
            .map_or_else(|| format!("{}: {}", ui.field(name), words::fact(ui, name, value)), str::to_owned)
    }
    fn day(&self, day: &Option<Day>) -> String {
        day.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// Where the next page is, if this one is full.
    fn next(&self) -> Option<String> {
        let last = self.stories.last().filter(|_| self.stories.len() as i64 == PAGE)?;
        let mut address = format!("/history?before={}", last.seq);
        let parts = [
            ("user", self.asked.user.map(|it| it.to_string())),
            ("kind", self.asked.kind.map(|it| it.to_string())),
            ("from", self.asked.from.map(|it| it.to_string())),
            ("to", self.asked.to.map(|it| it.to_string())),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                address += &format!("&{name}={value}");
            }
        }
        Some(address)
    }
}

async fn list(ctx: Context, Query(asked): Query<Asked>) -> Result<Html<String>, Error> {
    list_page(&ctx, asked, None).await
}

async fn check(ctx: Context) -> Result<Html<String>, Error> {
    let chain = ctx.read(verify).await?;
    list_page(&ctx, Asked::default(), Some(chain)).await
}

async fn list_page(ctx: &Context, asked: Asked, chain: Option<Chain>) -> Result<Html<String>, Error> {
    let wanted = asked.clone();
    let (stories, users) = ctx.read(move |tx, viewer| Ok((read(tx, viewer, &wanted)?, users(tx, viewer)?))).await?;
    page(ListPage { ui: ctx.ui(), stories, users, asked, chain })
}

/// The organisation's history, newest first: who did what and when, never what stands in people's
/// records.
#[utoipa::path(get, path = "/history", tag = "history", params(Asked),
    responses((status = 200, body = Vec<Story>), (status = "4XX", body = Problem)))]
async fn api_list(ctx: Context, Query(asked): Query<Asked>) -> Result<Json<Vec<Story>>, Error> {
    ctx.read(move |tx, viewer| read(tx, viewer, &asked)).await.map(Json)
}

/// Walks the organisation's chain: what was altered, is missing, or stands in another order.
#[utoipa::path(get, path = "/history/verify", tag = "history",
    responses((status = 200, body = Chain), (status = "4XX", body = Problem)))]
async fn api_verify(ctx: Context) -> Result<Json<Chain>, Error> {
    ctx.read(verify).await.map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Act, Line};

    fn story(kind: Kind, field: &str) -> Story {
        let line = Line::of(field, serde_json::json!(["Amina", "Yusuf"])).unwrap();
        Story {
            seq: 1,
            at: crate::dates::Moment::now(),
            user_id: None,
            user_name: None,
            act: Act::Changed,
            kind,
            record_id: uuid::Uuid::nil(),
            person_id: None,
            case_id: None,
            why: Some("asked by Amina".to_owned()),
            changes: vec![line],
            facts: vec![("search".to_owned(), "Amina".to_owned()), ("count".to_owned(), "3".to_owned())],
            erased: false,
        }
    }

    #[test]
    fn no_entry_names_anyone_whatever_its_kind() {
        for kind in <Kind as crate::code::Code>::ALL {
            let mut story = story(*kind, "name");
            hide(&mut story);
            assert!(!format!("{story:?}").contains("Amina"), "{kind}");
            assert!(!format!("{story:?}").contains("Yusuf"), "{kind}");
        }
    }

    #[test]
    fn what_a_user_may_do_is_told() {
        let mut role = story(Kind::User, "role");
        hide(&mut role);
        assert_eq!((role.changes[0].after.as_str(), role.facts.len()), ("Yusuf", 1));
        let mut nationality = story(Kind::Household, "role");
        hide(&mut nationality);
        assert!(nationality.changes[0].after.is_empty() && nationality.facts.is_empty());
    }
}
