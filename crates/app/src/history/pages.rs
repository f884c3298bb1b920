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

use super::{Story, Verified, entries_of_organisation, verify_organisation};
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

/// Auditors see that a field changed, not what it says.
fn read(tx: &mut Tx<'_>, viewer: &Viewer, before: Option<i64>) -> Result<Vec<Story>, Error> {
    viewer.require(Permission::ReadHistory)?;
    let mut stories = entries_of_organisation(tx, viewer.organisation, before, PAGE)?;
    for story in stories.iter_mut().filter(|story| story.person_id.is_some()) {
        story.why = None;
        story.facts.clear();
        for line in &mut story.changes {
            line.before.clear();
            line.after.clear();
        }
    }
    Ok(stories)
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
