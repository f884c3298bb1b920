//! Follow-ups and forms: which form is filled in for which kind, and the planned one that a form handed in was filled in
//! for.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use xlsform::fill::Filling;
use xlsform::xpath::Tree;

use super::meaning::DONE_ON;
use super::model::{FOLLOW_UP_FIELD, Form, FormState};
use super::shipped::{FOLLOW_UP_VISIT, OUTCOMES};
use super::store;
use super::submissions::{Found, FoundKind, path_in};
use crate::access::{Permission, Viewer};
use crate::cases::parts::{self, Evidence};
use crate::cases::{self, AfterClosure};
use crate::code::Code;
use crate::dates::Day;
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::history::{self, Entry, Kind};
use crate::ids::{CaseId, FollowUpId, FormId, OrganisationId, PersonId, SubmissionId};
use crate::params;
use crate::reference;
use crate::ui::refill::{Refill, Weighed, Wrong, element};
use crate::ui::{Language, Ui};
use crate::web::{Context, Expected, Input, Problem, Sent, Typed, Versioned, page};

/// The code list of the kinds.
const KINDS: &str = "follow_up_kinds";

/// The question that says whether the person was seen: `yes` or not.
const PERSON_SEEN: &str = "person_seen";

/// Which form is filled in for which kind of follow-up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(super) struct FollowUpForms {
    /// The form's name for each code of `follow_up_kinds`; empty where none is filled in.
    #[serde(default)]
    forms: BTreeMap<String, String>,
}

/// The form of a kind in a house that chose none.
fn usual(kind: &str) -> &'static str {
    if AfterClosure::from_code(kind).is_some() { OUTCOMES } else { FOLLOW_UP_VISIT }
}

/// The name of each kind's form, and the version of what is chosen.
pub(super) fn forms(tx: &mut Tx<'_>, of: OrganisationId) -> Result<(i64, BTreeMap<String, String>), Error> {
    let kinds = reference::entries(KINDS, Language::En).iter();
    let mut forms: BTreeMap<String, String> =
        kinds.map(|(kind, _)| ((*kind).to_owned(), usual(kind).to_owned())).collect();
    let mut version = 0;
    let sql = "SELECT x.kind, x.form, x.version FROM follow_up_form x WHERE x.organisation_id = $1";
    tx.each(sql, params![of], |row| {
        forms.insert(row.next()?, row.next()?);
        version += row.next::<i64>()?;
        Ok(true)
    })?;
    Ok((version, forms))
}

/// The form that this user fills in for a follow-up of a kind; none where there is none, or it is not open to them.
///
/// # Errors
/// The database failed.
pub fn form_of(tx: &mut Tx<'_>, viewer: &Viewer, kind: &str) -> Result<Option<Form>, Error> {
    let (_, forms) = forms(tx, viewer.organisation)?;
    let Some(name) = forms.get(kind).filter(|name| !name.is_empty()) else { return Ok(None) };
    let form = store::form_named(tx, viewer.organisation, name)?;
    Ok(form.filter(|form| form.state == FormState::Open && viewer.sees(form.sensitivity)))
}

/// The form that is begun for a planned follow-up.
pub(super) fn form_to_begin(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, id: FollowUpId) -> Result<FormId, Error> {
    let follow_up = parts::planned(tx, viewer, case, id)?;
    let form = form_of(tx, viewer, &follow_up.kind)?;
    form.map(|form| form.id).ok_or(Error::Refused("refused-follow-up-no-form"))
}

/// Answers the question for the follow-up, where the form has one.
pub(super) fn name_in(filling: &mut Filling, id: FollowUpId) -> Result<(), Error> {
    let fields = filling.definition().fields().filter(|(_, field)| field.name.local == FOLLOW_UP_FIELD);
    let ids: Vec<_> = fields.filter(|(_, field)| field.children.is_empty()).map(|(id, _)| id).collect();
    for node in ids.into_iter().flat_map(|id| filling.nodes(id).to_vec()).collect::<Vec<_>>() {
        filling.answer(node, &id.to_string())?;
    }
    Ok(())
}

/// The follow-up that a record was filled in for, and what the record says came of it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Its id as it was written.
    follow_up: String,
    /// Where; nowhere where only the draft knew it.
    path: String,
    done_on: Option<Day>,
    person_seen: bool,
}

/// The follow-up that a record names, or else the one that its draft was begun for.
pub(super) fn named(record: &Tree, begun_for: Option<FollowUpId>) -> Option<Named> {
    let answer = |name: &str| {
        let nodes = record.root().into_iter().flat_map(|root| record.descendants(root));
        let said = nodes.filter(|node| record.local(*node) == name && !record.has_elements(*node));
        said.map(|node| (node, record.text(node).trim().to_owned())).find(|(_, text)| !text.is_empty())
    };
    let value = |name: &str| answer(name).map(|(_, text)| text);
    let written = answer(FOLLOW_UP_FIELD).map(|(node, text)| (path_in(record, node), text));
    let (path, follow_up) = written.or(begun_for.map(|id| (String::new(), id.to_string())))?;
    Some(Named {
        follow_up,
        path,
        done_on: value(DONE_ON).and_then(|day| day.parse().ok()),
        person_seen: value(PERSON_SEEN).as_deref() == Some("yes"),
    })
}

/// The case of the follow-up that a record names, as far as this user may work on it.
pub(super) fn case_of(tx: &mut Tx<'_>, viewer: &Viewer, named: &Named) -> Result<Option<(CaseId, PersonId)>, Error> {
    let Ok(id) = named.follow_up.parse::<FollowUpId>() else { return Ok(None) };
    let sql = "SELECT f.case_id, f.kind FROM follow_up f WHERE f.organisation_id = $1 AND f.id = $2";
    let found = tx.one(sql, params![viewer.organisation, id], |row| Ok((row.next()?, row.next::<String>()?)))?;
    let Some((case, kind)) = found else { return Ok(None) };
    match cases::store::find_for_follow_up(tx, viewer, case, &kind) {
        Ok(file) => Ok(Some((case, file.case.person_id))),
        Err(Error::NotFound | Error::Refused(_) | Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Marks the follow-up that a submission was filled in for as kept; answers what is wrong where it is not planned in the
/// submission's case, or not this user's to keep.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    submission: SubmissionId,
    case: Option<CaseId>,
    named: &Named,
) -> Result<Option<Found>, Error> {
    let evidence = Evidence { submission, done_on: named.done_on, person_seen: named.person_seen };
    let is_kept = match (case, named.follow_up.parse()) {
        (Some(case), Ok(id)) => parts::keep_by_form(tx, viewer, case, id, &evidence)?,
        _ => false,
    };
    Ok((!is_kept).then(|| Found {
        path: named.path.clone(),
        value: named.follow_up.clone(),
        kind: FoundKind::FollowUp,
        expected: None,
        message: None,
    }))
}

/// Chooses the forms of kinds; those that are not named stay as they are.
fn change(tx: &mut Tx<'_>, viewer: &Viewer, expected: i64, input: &FollowUpForms) -> Result<(), Error> {
    viewer.require(Permission::ManageForms)?;
    let (version, stand) = forms(tx, viewer.organisation)?;
    if version != expected {
        return Err(Error::stale(input, &FollowUpForms { forms: stand }, version));
    }
    let mut check = Check::default();
    for (kind, form) in &input.forms {
        let can_be = form.is_empty()
            || store::form_named(tx, viewer.organisation, form)?.is_some_and(|form| form.published.is_some());
        check.that(reference::has(KINDS, kind) && can_be, format!("forms[{kind}]"), "invalid-choice");
    }
    check.done()?;
    for (kind, form) in input.forms.iter().filter(|(kind, form)| stand.get(*kind) != Some(*form)) {
        let told = |form: Option<&String>| json!({ "follow_up_form": form });
        let entry = Entry::changed(Kind::Organisation, viewer.organisation, &told(stand.get(kind)), &told(Some(form)));
        let pen = history::record(tx, viewer, entry.noting("follow_up_kind", kind.as_str()))?;
        tx.execute(
            &pen,
            "INSERT INTO follow_up_form (organisation_id, kind, form, version) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (organisation_id, kind) DO UPDATE SET form = $3, version = follow_up_form.version + 1",
            params![viewer.organisation, kind.as_str(), form.as_str()],
        )?;
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "forms/templates/follow_ups.html")]
struct FollowUpsPage {
    ui: Ui,
    /// Each kind with its form.
    kinds: Vec<KindOfFollowUp>,
    /// The forms to choose from, by name and title.
    forms: Vec<(String, String)>,
    version: i64,
    refill: Refill,
}

/// A kind as the page asks for its form.
struct KindOfFollowUp {
    field: String,
    id: String,
    label: &'static str,
    /// The name of the form.
    form: String,
}

async fn show_page(ctx: &Context, refill: Refill) -> Result<Html<String>, Error> {
    let read = ctx.read(|tx, viewer| {
        let offered = store::list(tx, viewer)?;
        Ok((offered, forms(tx, viewer.organisation)?))
    });
    let (offered, (version, chosen)) = read.await?;
    let ui = ctx.ui();
    let kinds = reference::entries(KINDS, ui.language).iter();
    let kind = |(kind, label): &(&'static str, &'static str)| {
        let field = format!("forms[{kind}]");
        let form = chosen.get(*kind).cloned().unwrap_or_default();
        KindOfFollowUp { id: element("follow-ups", &field), field, label, form }
    };
    let offered = offered.iter().filter(|form| form.published.is_some());
    page(FollowUpsPage {
        kinds: kinds.map(kind).collect(),
        forms: offered.map(|form| (form.name.clone(), form.title_in(ui.language).to_owned())).collect(),
        version,
        refill,
        ui,
    })
}

pub(super) async fn show(ctx: Context) -> Result<Html<String>, Error> {
    show_page(&ctx, Refill::default()).await
}

pub(super) async fn change_on_page(ctx: Context, Expected(version): Expected, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::ManageForms)?;
    let typed: Typed<FollowUpForms> = sent.fields.read()?;
    let refill = Refill::of("follow-ups", &typed.read);
    let input = typed.read;
    let (status, wrong) = match ctx.write(move |tx, viewer| change(tx, viewer, version, &input)).await {
        Ok(()) => return Ok(Redirect::to("/forms/follow-ups").into_response()),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, Wrong::Fields(errors)),
        Err(Error::Stale(stale)) => (StatusCode::PRECONDITION_FAILED, Wrong::Stale(Weighed::new(*stale))),
        Err(error) => return Err(error),
    };
    Ok((status, show_page(&ctx, refill.wrong(wrong)).await?).into_response())
}

async fn answered(ctx: &Context) -> Result<Versioned<FollowUpForms>, Error> {
    let read = ctx.read(|tx, viewer| {
        viewer.require(Permission::ManageForms)?;
        forms(tx, viewer.organisation)
    });
    let (version, forms) = read.await?;
    Ok(Versioned(version, FollowUpForms { forms }))
}

/// Which form is filled in for which kind of follow-up.
#[utoipa::path(get, path = "/forms/follow-ups", tag = "forms", operation_id = "follow_up_forms",
    responses((status = 200, body = FollowUpForms), (status = "4XX", body = Problem)))]
pub(super) async fn api_show(ctx: Context) -> Result<Versioned<FollowUpForms>, Error> {
    answered(&ctx).await
}

/// Chooses the forms of kinds of follow-ups; those that are not named stay as they are.
#[utoipa::path(put, path = "/forms/follow-ups", tag = "forms", operation_id = "change_follow_up_forms",
    request_body = FollowUpForms,
    params(("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = FollowUpForms), (status = 412, body = Problem), (status = 422, body = Problem),
        (status = "4XX", body = Problem)))]
pub(super) async fn api_change(
    ctx: Context,
    Expected(version): Expected,
    Input(input): Input<FollowUpForms>,
) -> Result<Versioned<FollowUpForms>, Error> {
    ctx.write(move |tx, viewer| change(tx, viewer, version, &input)).await?;
    answered(&ctx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_which_follow_up_it_was_filled_in_for() {
        let record = |inner: &str| Tree::from_xml(&format!("<data><visit>{inner}</visit></data>")).unwrap();
        assert!(named(&record("<person_seen>yes</person_seen>"), None).is_none());
        let said =
            record("<follow_up_id> 7 </follow_up_id><done_on>2026-11-20</done_on><person_seen>yes</person_seen>");
        let kept = named(&said, Some(FollowUpId::new())).unwrap();
        assert_eq!((kept.follow_up.as_str(), kept.path.as_str()), ("7", "/data/visit/follow_up_id"));
        assert_eq!((kept.done_on, kept.person_seen), ("2026-11-20".parse().ok(), true));
        // A form without the question is filled in for what it was begun for.
        let begun_for = FollowUpId::new();
        let kept = named(&record("<follow_up_id/><person_seen>no</person_seen>"), Some(begun_for)).unwrap();
        assert_eq!((kept.follow_up, kept.done_on, kept.person_seen), (begun_for.to_string(), None, false));
    }
}
