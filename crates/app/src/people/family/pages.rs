//! Households and relations as pages.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::{HEAD, Household, Member, MemberInput, RelationEnd, RelationInput, household_number, store};
use crate::access::Permission;
use crate::dates::{Day, western};
use crate::error::Error;
use crate::ids::{HouseholdId, PersonId, RelationId};
use crate::people::pages::{age, show_again, to_person};
use crate::people::search::{self, Found};
use crate::people::{PersonSummary, number};
use crate::ui::Ui;
use crate::ui::refill::Refill;
use crate::web::{App, Context, Fields, Sent, Typed, page};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people/{id}/household", post(create))
        .route("/people/{id}/relations", post(relate))
        .route("/people/{id}/relations/{relation}/end", post(end))
        .route("/people/{id}/relations/{relation}/remove", post(unrelate))
        .route("/households/{id}", get(show))
        .route("/households/{id}/members", post(join))
        .route("/households/{id}/members/{person}/leave", post(leave))
}

#[derive(Template)]
#[template(path = "people/templates/household.html")]
struct HouseholdPage {
    ui: Ui,
    household: Household,
    today: Day,
    refill: Refill,
}

impl HouseholdPage {
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn household_number(&self) -> String {
        household_number(self.household.number)
    }
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
    fn role<'m>(&self, member: &'m Member) -> &'m str {
        role(&self.ui, member.role.as_deref())
    }
    fn is_role(&self, member: &Member, code: &str) -> bool {
        member.role.as_deref() == Some(code)
    }
    fn is_child(&self, member: &Member) -> bool {
        member.may_be_child == Some(true)
    }
}

/// What someone is in a household, in words.
pub(in crate::people) fn role<'c>(ui: &Ui, role: Option<&'c str>) -> &'c str {
    match role {
        Some(HEAD) => ui.t("family-head"),
        Some(code) => ui.entry("relations", code),
        None => "–",
    }
}

async fn show(ctx: Context, Path(id): Path<HouseholdId>) -> Result<Html<String>, Error> {
    show_page(&ctx, id, Refill::default()).await
}

async fn show_page(ctx: &Context, id: HouseholdId, refill: Refill) -> Result<Html<String>, Error> {
    let household = ctx.read(move |tx, viewer| store::household(tx, viewer, id)).await?;
    page(HouseholdPage { ui: ctx.ui(), household, today: ctx.viewer.today, refill })
}

async fn create(ctx: Context, Path(id): Path<PersonId>) -> Result<Redirect, Error> {
    let household = ctx.create((), move |tx, viewer, ()| store::create_household(tx, viewer, id)).await?;
    Ok(to_household(household))
}

fn to_household(id: HouseholdId) -> Redirect {
    Redirect::to(&format!("/households/{id}"))
}

/// People to choose from, where a name was typed; what else was typed goes along.
#[derive(Template)]
#[template(path = "people/templates/choose.html")]
struct ChoosePage {
    ui: Ui,
    title: &'static str,
    action: String,
    back: String,
    /// The name of the field that takes the one chosen.
    field: &'static str,
    q: String,
    found: Vec<Found>,
    /// Whether the name may stand for someone who is not on record.
    name_only: bool,
    kept: Vec<(&'static str, String)>,
    today: Day,
}

impl ChoosePage {
    fn number(&self, value: &i64) -> String {
        number(*value)
    }
    fn age(&self, person: &PersonSummary) -> String {
        age(&self.ui, &person.birth_from, &person.birth_to, &self.today)
    }
}

/// Those open to the user whom a name or number may mean; one alone where it is their number.
async fn meant(ctx: &Context, who: String, not: Option<PersonId>) -> Result<Vec<Found>, Error> {
    let wanted = number_in(&who);
    let mut found = search::search(ctx, who).await?;
    found.retain(|hit| hit.visible && Some(hit.person.id) != not);
    match found.iter().position(|hit| Some(hit.person.number) == wanted) {
        Some(at) => Ok(vec![found.swap_remove(at)]),
        None => Ok(found),
    }
}

/// `P-000123` or `123`, in any digits.
fn number_in(who: &str) -> Option<i64> {
    let plain: String = who.trim().chars().map(western).collect();
    plain.trim_start_matches(['P', 'p', 'Ｐ', 'ｐ']).trim_start_matches('-').parse().ok()
}

async fn relate(ctx: Context, Path(id): Path<PersonId>, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let typed: Typed<RelationInput> = sent.fields.clone().read()?;
    let who = sent.fields.value("who").trim().to_owned();
    let refill = Refill::of("relation", &relation_typed(&typed.read, &who)).unread(&typed.unread);
    let mut input = typed.read.clone();
    if input.relative_id.is_none() && input.relative_name.trim().is_empty() && !who.is_empty() {
        let found = meant(&ctx, who.clone(), Some(id)).await?;
        match (&found[..], number_in(&who)) {
            ([one], Some(wanted)) if one.person.number == wanted => input.relative_id = Some(one.person.id),
            _ if typed.unread.is_empty() => return choose_relative(&ctx, id, who, found, &sent.fields),
            _ => input.relative_name = who,
        }
    }
    let errors = typed.errors(input.check(id, ctx.viewer.today))?;
    if !errors.is_empty() {
        return show_again(&ctx, id, refill.wrong(errors)).await;
    }
    match ctx.create(input, move |tx, viewer, input| store::relate(tx, viewer, id, &input)).await {
        Ok(_) => Ok(to_person(id, "#family").into_response()),
        Err(Error::Invalid(errors)) => show_again(&ctx, id, refill.wrong(errors)).await,
        Err(error) => Err(error),
    }
}

fn relation_typed(input: &RelationInput, who: &str) -> serde_json::Value {
    let mut typed = serde_json::to_value(input).unwrap_or_default();
    let who = if who.is_empty() { input.relative_name.as_str() } else { who };
    typed["relative_name"] = who.into();
    typed
}

fn choose_relative(
    ctx: &Context,
    id: PersonId,
    q: String,
    found: Vec<Found>,
    fields: &Fields,
) -> Result<Response, Error> {
    let kept = ["relation", "starts_on", "ends_on"].map(|name| (name, fields.value(name).to_owned()));
    let ui = ctx.ui();
    let choose = ChoosePage {
        title: ui.t("family-who"),
        action: format!("/people/{id}/relations?once={}", ui.once),
        back: format!("/people/{id}#family"),
        ui,
        field: "relative_id",
        q,
        found,
        name_only: true,
        kept: kept.to_vec(),
        today: ctx.viewer.today,
    };
    Ok(page(choose)?.into_response())
}

async fn end(ctx: Context, Path((id, relation)): Path<(PersonId, RelationId)>, sent: Sent) -> Result<Response, Error> {
    let typed: Typed<RelationEnd> = sent.fields.read()?;
    let refill = Refill::of("relation-end", &typed.read).unread(&typed.unread);
    let errors = typed.errors(Ok(()))?;
    let saved = match errors.is_empty() {
        true => ctx.write(move |tx, viewer| store::end(tx, viewer, id, relation, typed.read.ends_on)).await,
        false => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(()) => Ok(to_person(id, "#family").into_response()),
        Err(Error::Invalid(errors)) => show_again(&ctx, id, refill.wrong(errors)).await,
        Err(error) => Err(error),
    }
}

async fn unrelate(ctx: Context, Path((id, relation)): Path<(PersonId, RelationId)>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| store::unrelate(tx, viewer, id, relation)).await?;
    Ok(to_person(id, "#family"))
}

async fn join(ctx: Context, Path(id): Path<HouseholdId>, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let (who, role) = (sent.fields.value("who").trim().to_owned(), sent.fields.value("role").to_owned());
    let refill = Refill::of("member", &serde_json::json!({ "who": who, "role": role }));
    let person_id = match sent.fields.value("person_id").parse().ok() {
        Some(chosen) => Some(chosen),
        None => match &meant(&ctx, who.clone(), None).await?[..] {
            [one] if Some(one.person.number) == number_in(&who) => Some(one.person.id),
            [] => None,
            found => return choose_member(&ctx, id, who, role, found.to_vec()),
        },
    };
    let saved = match person_id {
        Some(person_id) => {
            let input = MemberInput { person_id, role };
            ctx.write(move |tx, viewer| store::join(tx, viewer, id, &input)).await
        }
        None => Err(Error::field("who", "invalid-nobody")),
    };
    match saved {
        Ok(()) => Ok(to_household(id).into_response()),
        Err(Error::Invalid(errors)) => {
            let again = show_page(&ctx, id, refill.wrong(errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error),
    }
}

fn choose_member(
    ctx: &Context,
    id: HouseholdId,
    q: String,
    role: String,
    found: Vec<Found>,
) -> Result<Response, Error> {
    let ui = ctx.ui();
    let choose = ChoosePage {
        title: ui.t("family-who"),
        action: format!("/households/{id}/members"),
        back: format!("/households/{id}"),
        ui,
        field: "person_id",
        q,
        found,
        name_only: false,
        kept: vec![("role", role)],
        today: ctx.viewer.today,
    };
    Ok(page(choose)?.into_response())
}

async fn leave(ctx: Context, Path((id, person)): Path<(HouseholdId, PersonId)>) -> Result<Redirect, Error> {
    ctx.write(move |tx, viewer| store::leave(tx, viewer, id, person)).await?;
    Ok(to_person(person, "#family"))
}
