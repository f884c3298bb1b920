//! Family tracing: who looks for whom, matched in the background against people on record by what
//! both sides tell, decided by people, and told to nobody before the person found agreed.
//!
//! Each side is confidential to the other. The seeker's worker sees the request (`store`), and
//! nothing of a candidate but the news someone found lets them know: a refusal looks like a search
//! that goes on. The worker of the person found sees a question (`candidates`), and no more of the
//! seeker than the seeker lets be told. Only whoever may decide and sees both sees both.

mod api;
mod candidates;
mod find;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;
mod weigh;

use axum::Router;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::family::Family;
use super::follow::Finder;
use super::search::Search;
use super::{Name, NameKind, Person};
use crate::db::Db;
use crate::web::App;

pub use candidates::{answer, decide, of_request, question, questions};
pub use model::{
    Answer, AnswerInput, Candidate, CandidateRecords, CandidateState, CandidateVerdict, Fact, Facts, Kin, News,
    PersonTracing, Question, QuestionOptions, Questions, Share, TracingClosing, TracingInput, TracingOptions,
    TracingOutcome, TracingReopening, TracingRequest, TracingRequests, TracingState, TracingWaiting, tracing_number,
};
pub(in crate::people) use store::told_of;
pub use store::{change, close, find, list, of_person, register, reopen, waiting};

/// The pages of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tracing", get(pages::list))
        .route("/tracing/questions", get(pages::questions))
        .route("/tracing/questions/{id}", get(pages::question).post(pages::answer))
        .route("/people/{id}/tracing", get(pages::blank_form).post(pages::register))
        .route("/tracing/{id}", get(pages::show).post(pages::change))
        .route("/tracing/{id}/edit", get(pages::edit))
        .route("/tracing/{id}/close", post(pages::close))
        .route("/tracing/{id}/reopen", post(pages::reopen))
        .route("/tracing/{id}/candidates/{candidate}", get(pages::candidate).post(pages::decide))
}

/// The API of this room.
pub fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::of_person, api::register))
        .routes(routes!(api::list))
        .routes(routes!(api::show, api::change))
        .routes(routes!(api::close))
        .routes(routes!(api::reopen))
        .routes(routes!(api::candidates))
        .routes(routes!(api::candidate, api::decide))
        .routes(routes!(api::questions))
        .routes(routes!(api::question, api::answer))
}

/// Begins to look for those whom families look for, once the index of names is built.
pub fn find_in(db: &Db, search: &Search) -> Finder {
    Finder::start(db, find::Candidates { known: search.known(), sought: find::Sought::default() })
}

/// Those whom a person names as family or lives with, as far as they are open to whoever asks.
fn kin_of(person: &Person, family: &Family) -> Vec<Kin> {
    let parents = person.record.names.iter().filter_map(|name: &Name| {
        let relation = match name.kind {
            NameKind::Mother => "mother",
            NameKind::Father => "father",
            _ => return None,
        };
        Some(Kin { relation: relation.to_owned(), name: name.full(), person: None })
    });
    let tied = family.relations.iter().filter_map(|tie| {
        let open = tie.relative.as_ref();
        let name = open.map(|one| one.name.clone()).or(tie.relative_name.clone())?;
        Some(Kin { relation: tie.relation.clone(), name, person: open.map(|one| one.id) })
    });
    let members = family.household.iter().flat_map(|household| &household.members);
    let mine = members.clone().find(|member| member.person.as_ref().is_some_and(|one| one.id == person.id));
    let mine = mine.and_then(|member| member.role.clone()).unwrap_or_default();
    let living_with = members.filter_map(|member| {
        let one = member.person.as_ref().filter(|one| one.id != person.id)?;
        let tie = super::family::tie_through_head(&mine, member.role.as_deref().unwrap_or_default());
        Some(Kin { relation: tie.unwrap_or("other_relative".to_owned()), name: one.name.clone(), person: Some(one.id) })
    });
    let mut kin: Vec<Kin> = parents.chain(tied).collect();
    for member in living_with {
        if kin.iter().all(|known| known.person.is_none() || known.person != member.person) {
            kin.push(member);
        }
    }
    kin
}
