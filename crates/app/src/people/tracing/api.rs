//! Family tracing over the JSON API.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;

use super::{
    AnswerInput, Candidate, CandidateRecords, CandidateVerdict, PersonTracing, Question, QuestionOptions, Questions,
    TracingClosing, TracingInput, TracingOptions, TracingReopening, TracingRequest, TracingRequests, candidates, pages,
    store,
};
use crate::error::Error;
use crate::ids::{CandidateId, PersonId, TracingId};
use crate::people::api::Made;
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// Whom a person looks for, and what they are to be asked who may have been found themselves.
#[utoipa::path(get, path = "/people/{id}/tracing", tag = "tracing", params(("id" = PersonId, Path)),
    operation_id = "tracing_of_person",
    responses((status = 200, body = PersonTracing), (status = "4XX", body = Problem)))]
pub(super) async fn of_person(ctx: Context, Path(id): Path<PersonId>) -> Result<Json<PersonTracing>, Error> {
    ctx.read(move |tx, viewer| store::of_person(tx, viewer, id)).await.map(Json)
}

/// Registers a tracing request of a person. Candidates are found in the background.
#[utoipa::path(post, path = "/people/{id}/tracing", tag = "tracing", request_body = TracingInput,
    operation_id = "register_tracing_request",
    params(("id" = PersonId, Path, description = "Who looks"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating it gets the first answer")),
    responses((status = 201, body = Made<TracingId>), (status = "4XX", body = Problem)))]
pub(super) async fn register(
    ctx: Context,
    Path(id): Path<PersonId>,
    Input(input): Input<TracingInput>,
) -> Result<(StatusCode, Json<Made<TracingId>>), Error> {
    let id = ctx.create(input, move |tx, viewer, input| store::register(tx, viewer, id, input)).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Tracing requests of the people who are there for you: children first, whether they are sought or
/// seek, then women and girls, then the most vulnerable.
#[utoipa::path(get, path = "/tracing", tag = "tracing", params(TracingOptions), operation_id = "tracing_requests",
    responses((status = 200, body = TracingRequests), (status = "4XX", body = Problem)))]
pub(super) async fn list(ctx: Context, Query(options): Query<TracingOptions>) -> Result<Json<TracingRequests>, Error> {
    ctx.read(move |tx, viewer| store::list(tx, viewer, &options)).await.map(Json)
}

/// A tracing request. It says nothing of candidates but the news of someone found who agreed. Reading
/// that of a protected person is written down.
#[utoipa::path(get, path = "/tracing/{id}", tag = "tracing", params(("id" = TracingId, Path)),
    operation_id = "tracing_request",
    responses((status = 200, body = TracingRequest), (status = "4XX", body = Problem)))]
pub(super) async fn show(ctx: Context, Path(id): Path<TracingId>) -> Result<Versioned<TracingRequest>, Error> {
    let request = pages::read_request(&ctx, id).await?;
    Ok(Versioned(request.version, request))
}

/// Changes what the family told, as a whole.
#[utoipa::path(put, path = "/tracing/{id}", tag = "tracing", request_body = TracingInput,
    operation_id = "change_tracing_request",
    params(("id" = TracingId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = TracingRequest), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn change(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    Input(input): Input<TracingInput>,
) -> Result<Versioned<TracingRequest>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::change(tx, viewer, id, version, input)?;
        store::find(tx, viewer, id)
    });
    changed.await.map(|request| Versioned(request.version, request))
}

/// Ends a search, with what it came to.
#[utoipa::path(post, path = "/tracing/{id}/close", tag = "tracing", request_body = TracingClosing,
    operation_id = "close_tracing_request",
    params(("id" = TracingId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = TracingRequest), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn close(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    Input(closing): Input<TracingClosing>,
) -> Result<Versioned<TracingRequest>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::close(tx, viewer, id, version, &closing)?;
        store::find(tx, viewer, id)
    });
    changed.await.map(|request| Versioned(request.version, request))
}

/// Takes a closed search up again.
#[utoipa::path(post, path = "/tracing/{id}/reopen", tag = "tracing", request_body = TracingReopening,
    operation_id = "reopen_tracing_request",
    params(("id" = TracingId, Path), ("If-Match" = String, Header, description = "The version this change was made from")),
    responses((status = 200, body = TracingRequest), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn reopen(
    ctx: Context,
    Path(id): Path<TracingId>,
    Expected(version): Expected,
    Input(reopening): Input<TracingReopening>,
) -> Result<Versioned<TracingRequest>, Error> {
    let changed = ctx.write(move |tx, viewer| {
        store::reopen(tx, viewer, id, version, &reopening)?;
        store::find(tx, viewer, id)
    });
    changed.await.map(|request| Versioned(request.version, request))
}

/// People who may be the one sought, the likeliest first: those who are there for you as the seeker is.
#[utoipa::path(get, path = "/tracing/{id}/candidates", tag = "tracing", params(("id" = TracingId, Path)),
    operation_id = "tracing_candidates",
    responses((status = 200, body = Vec<Candidate>), (status = "4XX", body = Problem)))]
pub(super) async fn candidates(ctx: Context, Path(id): Path<TracingId>) -> Result<Json<Vec<Candidate>>, Error> {
    ctx.read(move |tx, viewer| candidates::of_request(tx, viewer, id)).await.map(Json)
}

/// A candidate beside what the family told. Reading a protected record is written down.
#[utoipa::path(get, path = "/tracing/{id}/candidates/{candidate}", tag = "tracing",
    params(("id" = TracingId, Path), ("candidate" = CandidateId, Path)), operation_id = "tracing_candidate",
    responses((status = 200, body = CandidateRecords), (status = "4XX", body = Problem)))]
pub(super) async fn candidate(
    ctx: Context,
    Path((id, candidate)): Path<(TracingId, CandidateId)>,
) -> Result<Versioned<CandidateRecords>, Error> {
    let records = pages::read(&ctx, id, candidate).await?;
    Ok(Versioned(records.candidate.version, records))
}

/// Decides on a candidate: `likely`, `not_this_person` or `confirmed`; then `asked` puts the question
/// to the person, whether they want to be found, before anything is told to either side.
#[utoipa::path(post, path = "/tracing/{id}/candidates/{candidate}", tag = "tracing", request_body = CandidateVerdict,
    operation_id = "decide_on_tracing_candidate",
    params(("id" = TracingId, Path), ("candidate" = CandidateId, Path),
        ("If-Match" = String, Header, description = "The version that was compared")),
    responses((status = 200, body = Candidate), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn decide(
    ctx: Context,
    Path((id, candidate)): Path<(TracingId, CandidateId)>,
    Expected(version): Expected,
    Input(verdict): Input<CandidateVerdict>,
) -> Result<Versioned<Candidate>, Error> {
    let decided = ctx.write(move |tx, viewer| {
        candidates::decide(tx, viewer, id, candidate, version, &verdict)?;
        candidates::find(tx, viewer, id, candidate)
    });
    decided.await.map(|candidate| Versioned(candidate.version, candidate))
}

/// What people who are there for you are to be asked: whether they want to be found. Of the seeker it
/// says no more than the seeker lets be told.
#[utoipa::path(get, path = "/tracing/questions", tag = "tracing", params(QuestionOptions),
    operation_id = "tracing_questions",
    responses((status = 200, body = Questions), (status = "4XX", body = Problem)))]
pub(super) async fn questions(ctx: Context, Query(options): Query<QuestionOptions>) -> Result<Json<Questions>, Error> {
    ctx.read(move |tx, viewer| candidates::questions(tx, viewer, &options)).await.map(Json)
}

/// What one person is to be asked, or was. Reading that of a protected person is written down.
#[utoipa::path(get, path = "/tracing/questions/{id}", tag = "tracing", params(("id" = CandidateId, Path)),
    operation_id = "tracing_question",
    responses((status = 200, body = Question), (status = "4XX", body = Problem)))]
pub(super) async fn question(ctx: Context, Path(id): Path<CandidateId>) -> Result<Versioned<Question>, Error> {
    let question = pages::read_question(&ctx, id).await?;
    Ok(Versioned(question.version, question))
}

/// Records whether someone wants to be found: `agreed`, with what the seeker may know, or `refused`,
/// of which the seeker's side learns nothing.
#[utoipa::path(post, path = "/tracing/questions/{id}", tag = "tracing", request_body = AnswerInput,
    operation_id = "answer_tracing_question",
    params(("id" = CandidateId, Path), ("If-Match" = String, Header, description = "The version that was answered")),
    responses((status = 200, body = Question), (status = 412, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn answer(
    ctx: Context,
    Path(id): Path<CandidateId>,
    Expected(version): Expected,
    Input(input): Input<AnswerInput>,
) -> Result<Versioned<Question>, Error> {
    let answered = ctx.write(move |tx, viewer| {
        candidates::answer(tx, viewer, id, version, &input)?;
        candidates::question(tx, viewer, id)
    });
    answered.await.map(|question| Versioned(question.version, question))
}
