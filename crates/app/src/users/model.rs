//! Users and organisations: types and rules.

use serde::{Deserialize, Serialize};

use crate::access::{Role, Scope};
use crate::error::{Check, Error};
use crate::ids::{OrganisationId, TeamId, UserId};
use crate::ui::Language;

/// Most letters of a user name.
pub(super) const LONGEST_USERNAME: usize = 60;

/// A body that holds data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2 code of the country it works in.
    pub country: String,
    /// What it decided for itself.
    pub settings: OrganisationSettings,
    /// Version of the record.
    pub version: i64,
}

/// What an organisation decides for itself.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(default)]
pub struct OrganisationSettings {
    /// IANA time zone, such as `Asia/Amman`; decides what «today» is.
    pub time_zone: String,
    /// Days until each step is due, by risk.
    pub deadlines: Deadlines,
    /// Years a closed case is kept before its erasure is offered.
    pub retention_years: i64,
    /// Hours that emergency access lasts.
    pub break_glass_hours: i64,
    /// Whether a plan needs the supervisor's approval.
    pub plan_approval: bool,
    /// Whether a closure needs the supervisor's approval.
    pub closure_approval: bool,
    /// Whether the public sees what was published; otherwise it is as if nothing were.
    pub public_page: bool,
}

/// Days until each step is due, for high, medium and low risk.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(default)]
pub struct Deadlines {
    /// From opening to the first contact.
    pub first_contact: [i64; 3],
    /// From opening to the assessment.
    pub assessment: [i64; 3],
    /// From the assessment to the plan.
    pub plan: [i64; 3],
    /// Between follow-ups.
    pub follow_up: [i64; 3],
}

impl Default for Deadlines {
    /// After the timeframes of the Inter-Agency Guidelines for Case Management and Child
    /// Protection (2014): high risk within 24 hours to 3 days, medium within a week, low within
    /// two; follow-up weekly, two-weekly, monthly.
    fn default() -> Deadlines {
        Deadlines { first_contact: [1, 3, 7], assessment: [3, 7, 14], plan: [7, 14, 21], follow_up: [7, 14, 30] }
    }
}

impl Default for OrganisationSettings {
    fn default() -> OrganisationSettings {
        OrganisationSettings {
            time_zone: "UTC".to_owned(),
            deadlines: Deadlines::default(),
            retention_years: 5,
            break_glass_hours: 24,
            plan_approval: true,
            closure_approval: true,
            public_page: true,
        }
    }
}

/// Someone who logs in.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they type to log in.
    pub username: String,
    /// Their name.
    pub name: String,
    /// Where to reach them.
    pub email: Option<String>,
    /// The language they chose.
    pub language: Language,
    /// What they do.
    pub role: Role,
    /// How far they see.
    pub scope: Scope,
    /// Their team.
    pub team_id: Option<TeamId>,
    /// Who supervises them.
    pub supervisor_id: Option<UserId>,
    /// May see medical information.
    pub sees_medical: bool,
    /// May see trafficking information.
    pub sees_trafficking: bool,
    /// Whether they can log in.
    pub active: bool,
    /// Whether they use an authenticator app.
    pub has_totp: bool,
    /// Version of the record.
    pub version: i64,
}

/// What is needed for a user.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewUser {
    /// What they type to log in: 3 to 60 letters, digits, `.`, `-`, `_` or `@`.
    pub username: String,
    /// Their name.
    pub name: String,
    /// Where to reach them.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub email: Option<String>,
    /// The language they start with.
    pub language: Language,
    /// What they do.
    pub role: Role,
    /// How far they see.
    pub scope: Scope,
    /// Their team.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub team_id: Option<TeamId>,
    /// Who supervises them.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub supervisor_id: Option<UserId>,
    /// May see medical information.
    #[serde(default)]
    pub sees_medical: bool,
    /// May see trafficking information.
    #[serde(default)]
    pub sees_trafficking: bool,
}

impl NewUser {
    /// Whether everything needed is there.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn check(&self) -> Result<(), Error> {
        let mut check = Check::default();
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
        check.that(
            (3..=LONGEST_USERNAME).contains(&self.username.len()) && self.username.chars().all(fits),
            "username",
            "invalid-username",
        );
        check.text(&self.name, 200, "name");
        check.short(self.email.as_deref().unwrap_or_default(), 200, "email");
        check.that(self.scope != Scope::Team || self.team_id.is_some(), "team_id", "invalid-team-needed");
        check.done()
    }
}
