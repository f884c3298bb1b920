//! Consent as pages: one for each purpose, with the words that are read to the person.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::ConsentInput;
use crate::access::Permission;
use crate::code::Code;
use crate::dates::Day;
use crate::error::Error;
use crate::ids::PersonId;
use crate::people::model::{Decision, Person, Purpose};
use crate::people::pages::{read_person, to_person};
use crate::ui::Ui;
use crate::ui::refill::Refill;
use crate::web::{App, Context, Sent, Typed, page};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/people/{id}/consents", post(decide)).route("/people/{id}/consents/{purpose}", get(show))
}

#[derive(Template)]
#[template(path = "people/templates/consent.html")]
struct ConsentPage {
    ui: Ui,
    person: Person,
    purpose: Purpose,
    wording: &'static str,
    /// The decision to show as chosen.
    decision: Decision,
    /// The kinds of provider ticked before the form was shown again.
    ticked: Vec<String>,
    may_be_child: bool,
    today: Day,
    refill: Refill,
}

impl ConsentPage {
    fn decisions(&self) -> &'static [Decision] {
        &[Decision::Given, Decision::Refused, Decision::Withdrawn]
    }
    fn asks_for_providers(&self) -> bool {
        self.purpose == Purpose::Referral
    }
    fn is_ticked(&self, code: &str) -> bool {
        self.ticked.iter().any(|ticked| ticked == code)
    }
}

async fn show(ctx: Context, Path((id, purpose)): Path<(PersonId, Purpose)>) -> Result<Response, Error> {
    show_page(&ctx, id, purpose, Vec::new(), Refill::default()).await
}

async fn show_page(
    ctx: &Context,
    id: PersonId,
    purpose: Purpose,
    ticked: Vec<String>,
    refill: Refill,
) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let person = read_person(ctx, id).await?;
    let ui = ctx.ui();
    // What was given can be taken back: the next decision is most likely that.
    let decision = match person.consents.of(purpose) {
        Decision::Given => Decision::Withdrawn,
        _ => Decision::Given,
    };
    let form = ConsentPage {
        wording: ui.t(&format!("consent-wording-{}", purpose.code().replace('_', "-"))),
        may_be_child: person.record.birth.may_be_child(ctx.viewer.today),
        today: ctx.viewer.today,
        ui,
        person,
        purpose,
        decision,
        ticked,
        refill,
    };
    Ok(page(form)?.into_response())
}

async fn decide(ctx: Context, Path(id): Path<PersonId>, sent: Sent) -> Result<Response, Error> {
    ctx.viewer.require(Permission::WritePeople)?;
    let typed: Typed<ConsentInput> = sent.fields.read()?;
    let refill = Refill::of("consent", &typed.read).unread(&typed.unread);
    let (purpose, ticked) = (typed.read.purpose, typed.read.provider_kinds.clone());
    let errors = typed.errors(Ok(()))?;
    let saved = match errors.is_empty() {
        true => ctx.create(typed.read, move |tx, viewer, input| super::decide(tx, viewer, id, input)).await,
        false => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(_) => Ok(to_person(id, "#consent").into_response()),
        Err(Error::Invalid(errors)) => {
            let mut again = show_page(&ctx, id, purpose, ticked, refill.wrong(errors)).await?;
            *again.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(again)
        }
        Err(error) => Err(error),
    }
}
