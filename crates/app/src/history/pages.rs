//! The organisation's history, for those who may read all of it: who, when and what was done, not
//! what stands in people's records.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Kind, Story, Verified, entries_of_organisation, verify_organisation};
use crate::access::{Permission, Viewer};
use crate::db::Tx;
use crate::error::Error;
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
    OpenApiRouter::new().routes(routes!(api_list))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Before {
    /// Only entries before this number.
    before: Option<i64>,
}

/// Auditors see that something was done and changed, not whom it names.
fn read(tx: &mut Tx<'_>, viewer: &Viewer, before: Option<i64>) -> Result<Vec<Story>, Error> {
    viewer.require(Permission::ReadHistory)?;
    let mut stories = entries_of_organisation(tx, viewer.organisation, before, PAGE)?;
    stories.iter_mut().for_each(hide);
    Ok(stories)
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
];

/// Kinds of records that are about how the organisation works, not about people.
fn is_administration(kind: Kind) -> bool {
    matches!(kind, Kind::Organisation | Kind::Team | Kind::User | Kind::Token | Kind::Passkey | Kind::List)
}

/// Leaves out what could name someone, whether or not the entry is about a person.
fn hide(story: &mut Story) {
    story.why = None;
    let open = is_administration(story.kind) && story.person_id.is_none();
    story.facts.retain(|(name, _)| open && TELLING.contains(&name.as_str()));
    for line in story.changes.iter_mut().filter(|line| !(open && TELLING.contains(&line.field.as_str()))) {
        line.before.clear();
        line.after.clear();
    }
}

#[derive(Template)]
#[template(path = "history/templates/list.html")]
struct ListPage {
    ui: Ui,
    stories: Vec<Story>,
    verified: Option<Verified>,
}

async fn list(ctx: Context, Query(Before { before }): Query<Before>) -> Result<Html<String>, Error> {
    let stories = ctx.read(move |tx, viewer| read(tx, viewer, before)).await?;
    page(ListPage { ui: ctx.ui(), stories, verified: None })
}

async fn check(ctx: Context) -> Result<Html<String>, Error> {
    let (stories, verified) = ctx
        .read(|tx, viewer| {
            let stories = read(tx, viewer, None)?;
            Ok((stories, verify_organisation(tx, viewer.organisation, viewer.organisation_name.clone())?))
        })
        .await?;
    page(ListPage { ui: ctx.ui(), stories, verified: Some(verified) })
}

#[utoipa::path(get, path = "/history", tag = "history", params(Before),
    responses((status = 200, body = Vec<Story>), (status = "4XX", body = Problem)))]
async fn api_list(ctx: Context, Query(Before { before }): Query<Before>) -> Result<Json<Vec<Story>>, Error> {
    ctx.read(move |tx, viewer| read(tx, viewer, before)).await.map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Act, Line};

    fn story(kind: Kind, field: &str) -> Story {
        let line = Line { field: field.to_owned(), before: "Amina".to_owned(), after: "Yusuf".to_owned() };
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
