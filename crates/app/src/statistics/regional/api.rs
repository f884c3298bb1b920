//! Regional figures over the JSON API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::{self, Noise};
use super::file::{File, LARGEST};
use super::model::{Agreement, AgreementInput, Consent, Giving, Party};
use super::store;
use crate::documents::download;
use crate::error::Error;
use crate::ids::AgreementId;
use crate::statistics::Indicator;
use crate::statistics::releases::ReleaseFormat;
use crate::statistics::releases::figures::FrozenTable;
use crate::statistics::releases::model::Reason;
use crate::statistics::releases::shown::{About, Shown};
use crate::ui::Language;
use crate::web::{Context, Expected, Input, Problem, Versioned};

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeAgreement {
    /// The agreement.
    id: AgreementId,
}

/// The agreement that a file was about.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenIn {
    /// The agreement.
    id: AgreementId,
}

/// An agreement, what has come of it, and its total once it is there.
#[derive(Serialize, ToSchema)]
pub(super) struct AgreementDetail {
    #[serde(flatten)]
    agreement: Agreement,
    /// What has come from each organisation.
    progress: Vec<Party>,
    /// Once all have agreed: forty digits that have to be the same in every house.
    code: Option<String>,
    /// In 95 of 100 draws a figure of the total lies no farther from the count; sums of figures do.
    within: u64,
    /// The tables of the total; none before it is there.
    tables: Vec<FrozenTable>,
}

/// What has come from each organisation.
pub(super) fn progress(agreement: &Agreement, file: &File) -> Vec<Party> {
    let party = |(number, name): (usize, &String)| {
        let [agreed, part, subtotal] = file.came_from(number);
        Party { name: name.clone(), own: agreement.party == Some(number), agreed, part, subtotal }
    };
    agreement.input.parties.iter().enumerate().map(party).collect()
}

/// The tables of the total; none before it is there.
pub(super) fn total(file: &File, noise: &Noise) -> Vec<FrozenTable> {
    file.total().map(|total| figures::tables(&file.terms, &total, noise)).unwrap_or_default()
}

/// Agreements on regional figures, the last changed first.
#[utoipa::path(get, path = "/regional", tag = "statistics", operation_id = "agreements",
    responses((status = 200, body = Vec<Agreement>), (status = "4XX", body = Problem)))]
pub(super) async fn list(ctx: Context) -> Result<Json<Vec<Agreement>>, Error> {
    ctx.read(store::list).await.map(Json)
}

/// Proposes an agreement; a second person of this house has to agree before it can be sent.
#[utoipa::path(post, path = "/regional", tag = "statistics", operation_id = "propose_agreement",
    request_body = AgreementInput,
    responses((status = 201, body = MadeAgreement), (status = 422, body = Problem)))]
pub(super) async fn create(
    ctx: Context,
    Input(input): Input<AgreementInput>,
) -> Result<(StatusCode, Json<MadeAgreement>), Error> {
    let id = propose(&ctx, input).await?;
    Ok((StatusCode::CREATED, Json(MadeAgreement { id })))
}

/// Looks how the cells lie outside the one writer, then keeps the proposal.
///
/// # Errors
/// As [`store::create`].
pub(super) async fn propose(ctx: &Context, input: AgreementInput) -> Result<AgreementId, Error> {
    let asked = input.clone().tidy();
    let shapes = ctx.read(move |tx, viewer| {
        viewer.require(crate::access::Permission::PrepareReleases)?;
        asked.check(viewer.today)?;
        figures::shapes(tx, viewer, &asked)
    });
    let shapes = shapes.await?;
    ctx.create(input, move |tx, viewer, input| store::create(tx, viewer, input, shapes)).await
}

/// Takes in a file that another organisation sent: a proposal that is new here, or what has come of an agreement.
/// Refused whole where anything in it is damaged, from a stranger, or not what came before.
#[utoipa::path(post, path = "/regional/files", tag = "statistics", operation_id = "take_regional_file",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = TakenIn), (status = 409, body = Problem), (status = 413, body = Problem)))]
pub(super) async fn take(ctx: Context, body: Result<Bytes, BytesRejection>) -> Result<Json<TakenIn>, Error> {
    ctx.viewer.require(crate::access::Permission::PrepareReleases)?;
    let body = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(LARGEST),
        _ => Error::BadRequest("the upload broke off".to_owned()),
    })?;
    let file = File::read(&body)?;
    let id = file.terms.id;
    take_in(&ctx, vec![file], |(_, error)| error).await?;
    Ok(Json(TakenIn { id }))
}

/// Looks whether files fit this house outside the one writer, then takes in all of them or none.
///
/// # Errors
/// As [`store::check`] and [`store::take`], in the words of `wrong`.
pub(super) async fn take_in(
    ctx: &Context,
    files: Vec<File>,
    wrong: fn((usize, Error)) -> Error,
) -> Result<Vec<AgreementId>, Error> {
    let files = std::sync::Arc::new(files);
    let looked = files.clone();
    ctx.read(move |tx, viewer| store::check(tx, viewer, &looked).map_err(wrong)).await?;
    ctx.write(move |tx, viewer| store::take(tx, viewer, &files).map_err(wrong)).await
}

/// An agreement, what has come of it, and its total once it is there.
#[utoipa::path(get, path = "/regional/{agreement}", tag = "statistics", operation_id = "agreement",
    params(("agreement" = AgreementId, Path)),
    responses((status = 200, body = AgreementDetail), (status = 404, body = Problem)))]
pub(super) async fn show(ctx: Context, Path(id): Path<AgreementId>) -> Result<Versioned<AgreementDetail>, Error> {
    let (agreement, file) = ctx.read(move |tx, viewer| store::agreement(tx, viewer, id)).await?;
    let noise = Noise::of(&file.terms)?;
    let detail = AgreementDetail {
        progress: progress(&agreement, &file),
        code: file.code(),
        within: noise.within(),
        tables: total(&file, &noise),
        agreement,
    };
    Ok(Versioned(detail.agreement.version, detail))
}

/// Agrees for this house, which someone else than who proposed it or took it in does: keys are made for it.
#[utoipa::path(post, path = "/regional/{agreement}/agree", tag = "statistics", operation_id = "agree",
    request_body = Consent, params(("agreement" = AgreementId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn agree(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(consent): Input<Consent>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::agree(tx, viewer, id, version, consent)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts, adds noise, spends what it costs and gives this house's part, once; the code was compared before.
#[utoipa::path(post, path = "/regional/{agreement}/give", tag = "statistics", operation_id = "give_part",
    request_body = Giving, params(("agreement" = AgreementId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn give(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(giving): Input<Giving>,
) -> Result<StatusCode, Error> {
    give_part(&ctx, id, version, giving).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts, splits and seals outside the one writer, then keeps the part.
///
/// # Errors
/// As [`store::prepare`] and [`store::give`].
pub(super) async fn give_part(ctx: &Context, id: AgreementId, version: i64, giving: Giving) -> Result<(), Error> {
    let prepared = ctx.read(move |tx, viewer| store::prepare(tx, viewer, id, version, giving)).await?;
    ctx.write(move |tx, viewer| store::give(tx, viewer, id, version, prepared)).await
}

/// Ends an agreement before this house's subtotal is given, with a reason that the others read.
#[utoipa::path(post, path = "/regional/{agreement}/end", tag = "statistics", operation_id = "end_agreement",
    request_body = Reason, params(("agreement" = AgreementId, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn end(
    ctx: Context,
    Path(id): Path<AgreementId>,
    Expected(version): Expected,
    Input(why): Input<Reason>,
) -> Result<StatusCode, Error> {
    ctx.write(move |tx, viewer| store::end(tx, viewer, id, version, &why)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file for the other organisations: all that is known of the agreement, each part sealed to whom it is for. There
/// is none before this house has agreed.
#[utoipa::path(get, path = "/regional/{agreement}/file", tag = "statistics", operation_id = "regional_file",
    params(("agreement" = AgreementId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/json"), (status = 404, body = Problem)))]
pub(super) async fn file(ctx: Context, Path(id): Path<AgreementId>) -> Result<Response, Error> {
    let (agreement, file) = ctx.read(move |tx, viewer| store::agreement(tx, viewer, id)).await?;
    // A proposal without its proposer's signature is no file that anyone would take in.
    if !agreement.state.has_file() || !file.came_from(0)[0] {
        return Err(Error::NotFound);
    }
    let name = format!("regional-{}-{}.json", agreement.input.to, agreement.version);
    Ok(download(&name, "application/json", file.write()))
}

/// What kind of file a table is to be.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// What kind.
    format: ReleaseFormat,
    /// The language of its words.
    #[serde(default, deserialize_with = "crate::web::blank")]
    lang: Option<Language>,
}

/// A table of the total, numbered from 1, as a file.
#[utoipa::path(get, path = "/regional/{agreement}/tables/{number}", tag = "statistics",
    operation_id = "regional_table", params(("agreement" = AgreementId, Path), ("number" = usize, Path), Wanted),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(super) async fn table(
    ctx: Context,
    Path((id, number)): Path<(AgreementId, usize)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let (agreement, file) = ctx.read(move |tx, viewer| store::agreement(tx, viewer, id)).await?;
    let (language, noise) = (wanted.lang.unwrap_or(ctx.language), Noise::of(&file.terms)?);
    let tables = total(&file, &noise);
    let table = number.checked_sub(1).and_then(|place| tables.get(place)).ok_or(Error::NotFound)?;
    let about = About {
        input: &agreement.input.as_release(),
        organisation: &agreement.input.parties.join(language.t("list-comma")),
        address: format!("{}/regional/{id}", ctx.app.settings.public_url.trim_end_matches('/')),
        updated: agreement.updated_at.0.to_string(),
        note: note(&agreement, &noise, language),
    };
    let content = Shown::of(table, language).write(wanted.format, &about, language)?;
    let name = format!("{}-{number}-{}.{}", table.input.indicator, agreement.input.to, wanted.format.ending());
    Ok(download(&name, wanted.format.media_type(), content))
}

/// How a total was made, sentence by sentence.
pub(super) fn note(agreement: &Agreement, noise: &Noise, language: Language) -> Vec<String> {
    let input = &agreement.input;
    let period = [("from", input.from.in_words(language).into()), ("to", input.to.in_words(language).into())];
    let mut said = vec![language.t_with("release-note-period", &period)];
    for indicator in input.as_release().indicators().into_iter().filter_map(Indicator::of) {
        let name = indicator.name.said(&language);
        for words in [&indicator.numerator, &indicator.limits] {
            let of = [("name", name.into()), ("words", words.said(&language).into())];
            said.push(language.t_with("release-note-of", &of));
        }
    }
    let values = [
        ("count", input.parties.len().into()),
        ("epsilon", language.decimal(input.epsilon, 2).into()),
        ("delta", format!("{:e}", agreement.delta).into()),
        ("sigma", language.decimal(noise.sigma, 1).into()),
        ("known", input.known_to.into()),
    ];
    let own = ["regional-note-consent", "regional-note-sum", "regional-note-noise", "regional-note-known"];
    said.extend(own.map(|key| language.t_with(key, &values)));
    said.push(language.t("release-note-noise-read").to_owned());
    said
}
