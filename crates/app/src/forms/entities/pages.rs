//! Pages of lists and entities: for those who manage forms, and for those who fill them in.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::api::FromRow;
use super::file::{self, Uploaded};
use super::model::{
    Entity, EntityChange, EntityConflict, EntityDetail, EntityList, EntityListChange, EntityListDetail, EntityVersion,
    NewEntityList, Reach,
};
use super::store;
use crate::access::{Permission, Viewer};
use crate::cases::reading;
use crate::code::Code;
use crate::db::Tx;
use crate::documents::download as as_file;
use crate::documents::table::TableFormat;
use crate::error::Error;
use crate::forms::remarks::Remark;
use crate::history::Kind;
use crate::ids::{EntityId, EntityListId, SubmissionId};
use crate::ui::Ui;
use crate::ui::refill::{Refill, Weighed, Wrong};
use crate::web::{Context, Expected, Sent, Typed, page};

#[derive(Template)]
#[template(path = "forms/templates/entity_lists.html")]
struct ListsPage {
    ui: Ui,
    lists: Vec<EntityList>,
    /// Whether it is for those who manage forms.
    manages: bool,
    refill: Refill,
}

impl ListsPage {
    fn address(&self, list: &EntityList) -> String {
        address(self.manages, list.id)
    }
}

/// Where a list is, for those who manage forms or those who fill them in.
fn address(manages: bool, list: EntityListId) -> String {
    if manages { format!("/forms/lists/{list}") } else { format!("/lists/{list}") }
}

pub(crate) async fn managed(ctx: Context) -> Result<Html<String>, Error> {
    managed_page(&ctx, Refill::default()).await
}

async fn managed_page(ctx: &Context, refill: Refill) -> Result<Html<String>, Error> {
    let lists = ctx.read(store::managed).await?;
    page(ListsPage { ui: ctx.ui(), lists, manages: true, refill })
}

pub(crate) async fn used(ctx: Context) -> Result<Html<String>, Error> {
    let lists = ctx.read(store::used).await?;
    page(ListsPage { ui: ctx.ui(), lists, manages: false, refill: Refill::default() })
}

pub(crate) async fn make_list(ctx: Context, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let typed: Typed<NewEntityList> = sent.fields.read()?;
    let refill = Refill::of("list", &typed.read);
    match ctx.create(typed.read, |tx, viewer, input| store::make_list(tx, viewer, &input)).await {
        Ok(list) => Ok(Redirect::to(&address(true, list)).into_response()),
        Err(Error::Invalid(errors)) => {
            let page = managed_page(&ctx, refill.wrong(errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "forms/templates/entity_list.html")]
struct ListPage {
    ui: Ui,
    it: EntityListDetail,
    manages: bool,
    refill: Refill,
    /// What cannot be taken of a file.
    remarks: Vec<Remark>,
    /// What was taken of one.
    uploaded: Option<Uploaded>,
}

impl ListPage {
    fn properties(&self) -> String {
        self.it.list.properties.join(", ")
    }
    fn words(&self, conflict: &EntityConflict) -> &'static str {
        self.ui.label(conflict)
    }
    fn reaches(&self) -> &'static [Reach] {
        Reach::ALL
    }
    fn next(&self, from: &i64) -> String {
        format!("{}?from={from}", address(self.manages, self.it.list.id))
    }
    fn taken(&self, count: &i64, key: &str) -> String {
        self.ui.count(key, count)
    }
}

async fn list_page(
    ctx: &Context,
    (id, from, manages): (EntityListId, i64, bool),
    refill: Refill,
    remarks: Vec<Remark>,
    uploaded: Option<Uploaded>,
) -> Result<Html<String>, Error> {
    let it = ctx.read(move |tx, viewer| match manages {
        true => store::managed_list(tx, viewer, id, from),
        false => store::used_list(tx, viewer, id, from),
    });
    page(ListPage { ui: ctx.ui(), it: it.await?, manages, refill, remarks, uploaded })
}

pub(crate) async fn managed_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Query(FromRow { from }): Query<FromRow>,
) -> Result<Html<String>, Error> {
    list_page(&ctx, (id, from, true), Refill::default(), Vec::new(), None).await
}

pub(crate) async fn used_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Query(FromRow { from }): Query<FromRow>,
) -> Result<Html<String>, Error> {
    list_page(&ctx, (id, from, false), Refill::default(), Vec::new(), None).await
}

/// The page of a list for those who fill in forms, with what to correct in the form of a change that waits.
pub(super) async fn used_page(ctx: &Context, id: EntityListId, refill: Refill) -> Result<Html<String>, Error> {
    list_page(ctx, (id, 0, false), refill, Vec::new(), None).await
}

/// What is wrong, where a form can be shown again.
fn wrong(error: Error) -> Result<(StatusCode, Wrong), Error> {
    match error {
        Error::Invalid(errors) => Ok((StatusCode::UNPROCESSABLE_ENTITY, Wrong::Fields(errors))),
        Error::Stale(stale) => Ok((StatusCode::PRECONDITION_FAILED, Wrong::Stale(Weighed::new(*stale)))),
        error => Err(error),
    }
}

pub(crate) async fn change_list(
    ctx: Context,
    Path(id): Path<EntityListId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let typed: Typed<EntityListChange> = sent.fields.read()?;
    let refill = Refill::of("list", &typed.read);
    let change = typed.read;
    match ctx.write(move |tx, viewer| store::change_list(tx, viewer, id, version, &change)).await {
        Ok(()) => Ok(Redirect::to(&address(true, id)).into_response()),
        Err(error) => {
            let (status, wrong) = wrong(error)?;
            let page = list_page(&ctx, (id, 0, true), refill.wrong(wrong), Vec::new(), None).await?;
            Ok((status, page).into_response())
        }
    }
}

pub(crate) async fn upload(ctx: Context, Path(id): Path<EntityListId>, sent: Sent) -> Result<Response, Error> {
    let content = sent.file("file").unwrap_or_default();
    match ctx.write(move |tx, viewer| file::upload(tx, viewer, id, &content)).await {
        Ok(done) => {
            let page = list_page(&ctx, (id, 0, true), Refill::default(), Vec::new(), Some(done)).await?;
            Ok(page.into_response())
        }
        Err(Error::Sheet(remarks)) => {
            let page = list_page(&ctx, (id, 0, true), Refill::default(), remarks, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

pub(crate) async fn download(ctx: Context, Path(id): Path<EntityListId>) -> Result<Response, Error> {
    let (name, content) = ctx.write(move |tx, viewer| file::download(tx, viewer, id)).await?;
    Ok(as_file(&format!("{name}.csv"), TableFormat::Csv.media_type(), content))
}

#[derive(Template)]
#[template(path = "forms/templates/entity.html")]
struct EntityPage {
    ui: Ui,
    it: EntityDetail,
    refill: Refill,
}

impl EntityPage {
    /// The submission that a version came from, for those who may read some.
    fn submission(&self, version: &EntityVersion) -> Option<SubmissionId> {
        version.submission_id.filter(|_| self.ui.may("write_cases"))
    }
    /// Where this user finds the lists.
    fn lists(&self) -> &'static str {
        if self.ui.may("write_cases") { "/lists" } else { "/forms/lists" }
    }
    fn value(&self, name: &str) -> &str {
        self.it.entity.properties.get(name).map_or("", String::as_str)
    }
    /// The properties, each with the name of its field.
    fn fields(&self) -> Vec<(String, &str)> {
        self.it.columns.iter().map(|name| (format!("properties[{name}]"), name.as_str())).collect()
    }
    /// What a version brought, with what stood in the version before it.
    fn lines<'v>(&'v self, version: &'v EntityVersion) -> Vec<(&'v str, &'v str, &'v str)> {
        let before = self.it.versions.iter().find(|before| before.number == version.number - 1);
        let stood = |name: &str| match (before, name) {
            (None, _) => "",
            (Some(before), "label") => before.label.as_str(),
            (Some(before), _) => before.properties.get(name).map_or("", String::as_str),
        };
        let brought = version.received.iter().map(|(name, value)| (name.as_str(), stood(name), value.as_str()));
        brought.filter(|(_, stood, value)| stood != value).collect()
    }
    /// The other version that a change was made beside.
    fn beside(&self, version: &EntityVersion) -> String {
        self.ui.count("entity-made-from", &version.base.unwrap_or_default())
    }
    fn words(&self, conflict: &EntityConflict) -> &'static str {
        self.ui.label(conflict)
    }
    fn hint(&self, conflict: &EntityConflict) -> &'static str {
        self.ui.t(match conflict {
            EntityConflict::Soft => "entity-conflict-soft-hint",
            EntityConflict::Hard => "entity-conflict-hard-hint",
        })
    }
    fn name<'n>(&self, name: &'n str) -> &'n str {
        if name == "label" { self.ui.t("entity-label") } else { name }
    }
}

/// Reads an entity; that one about a case was read is durable before anything is shown.
pub(super) async fn read(ctx: &Context, id: EntityId) -> Result<EntityDetail, Error> {
    let it = ctx.read(move |tx, viewer| store::find(tx, viewer, id)).await?;
    note(ctx, &it.entity).await?;
    Ok(it)
}

/// Writes down that an entity was read, where it is about a case.
pub(crate) async fn note(ctx: &Context, entity: &Entity) -> Result<(), Error> {
    match entity.case_id.zip(entity.person_id) {
        Some((case, person)) => reading::note(ctx, Kind::Entity, entity.id.0, person, case).await,
        None => Ok(()),
    }
}

async fn entity_page(ctx: &Context, id: EntityId, refill: Refill) -> Result<Html<String>, Error> {
    let it = read(ctx, id).await?;
    page(EntityPage { ui: ctx.ui(), it, refill })
}

pub(crate) async fn show(ctx: Context, Path(id): Path<EntityId>) -> Result<Html<String>, Error> {
    entity_page(&ctx, id, Refill::default()).await
}

pub(crate) async fn change(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
    sent: Sent,
) -> Result<Response, Error> {
    let typed: Typed<EntityChange> = sent.fields.read()?;
    let refill = Refill::of("entity", &typed.read);
    let change = typed.read;
    match ctx.write(move |tx, viewer| store::change(tx, viewer, id, version, &change)).await {
        Ok(()) => Ok(to_entity(id)),
        Err(error) => {
            let (status, wrong) = wrong(error)?;
            Ok((status, entity_page(&ctx, id, refill.wrong(wrong)).await?).into_response())
        }
    }
}

fn to_entity(id: EntityId) -> Response {
    Redirect::to(&format!("/entities/{id}")).into_response()
}

/// Does what a button of an entity's page asks for.
async fn press(
    ctx: &Context,
    id: EntityId,
    version: i64,
    act: fn(&mut Tx<'_>, &Viewer, EntityId, i64) -> Result<(), Error>,
) -> Result<Response, Error> {
    ctx.write(move |tx, viewer| act(tx, viewer, id, version)).await?;
    Ok(to_entity(id))
}

pub(crate) async fn resolve(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    press(&ctx, id, version, store::resolve).await
}

pub(crate) async fn delete(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    press(&ctx, id, version, store::delete).await
}

pub(crate) async fn restore(
    ctx: Context,
    Path(id): Path<EntityId>,
    Expected(version): Expected,
) -> Result<Response, Error> {
    press(&ctx, id, version, store::restore).await
}
