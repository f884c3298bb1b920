//! Users, teams and organisations; logging in, sessions, second factors, tokens of the API.

mod account;
mod admin;
pub(crate) mod device_login;
mod devices;
pub(crate) mod digest;
mod logins;
mod model;
mod pages;
mod passkey_pages;
pub(crate) mod passkeys;
pub mod passwords;
pub(crate) mod pending;
mod second_factor;
pub mod sessions;
pub mod store;
mod teams;
mod tokens;
mod totp;
mod tries;

pub(crate) use account::in_person;
pub(crate) use devices::COOKIE as DEVICE_COOKIE;
pub use model::{NewUser, Organisation, OrganisationSettings, User};
pub(crate) use pages::{Began, begin_session};
pub(crate) use totp::picture_of as picture;

use axum::Router;
use axum::routing::{get, post};

use crate::web::App;

/// The pages of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/login", get(pages::login).post(pages::log_in))
        .route("/logout", post(pages::log_out))
        .route("/language", post(pages::choose_language))
        .route("/login/second-factor", get(second_factor::ask).post(second_factor::give_code))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/totp", get(second_factor::set_up).post(second_factor::turn_on))
        .route("/account/totp/off", post(second_factor::turn_off))
        .route("/account/passkeys/{id}/name", post(passkey_pages::rename_on_page))
        .route("/account/passkeys/{id}/end", post(passkey_pages::remove_on_page))
        .route("/account/sessions/end", post(account::end_all_others))
        .route("/account/sessions/{id}/end", post(account::end_one))
        .route("/account/tokens", post(account::make_token))
        .route("/account/tokens/{id}/end", post(account::end_token))
        .route("/users", get(admin::list).post(admin::make))
        .route("/users/new", get(admin::blank_form))
        .route("/users/{id}", get(admin::edit).post(admin::save))
        .route("/users/{id}/link", post(admin::make_link))
        .route("/logins", get(logins::show))
        .route("/teams", post(teams::create_on_page))
        .route("/teams/{id}", post(teams::rename_on_page))
        .route("/teams/{id}/remove", post(teams::remove_on_page))
        .route("/settings", get(admin::settings).post(admin::save_settings))
        .route("/welcome/{token}", get(pages::welcome).post(pages::choose_password))
}

/// The API of this area.
pub fn api_routes() -> utoipa_axum::router::OpenApiRouter<App> {
    account::api_routes()
        .merge(passkey_pages::api_routes())
        .merge(second_factor::api_routes())
        .merge(logins::api_routes())
        .merge(teams::api_routes())
        .merge(admin::api_routes())
}
