//! What a form is in this house: its versions, its files, what is wrong with a sheet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::encryption::unmarked;
use super::meaning::titled;
use super::remarks::Remark;
use crate::access::Sensitivity;
use crate::dates::Moment;
use crate::error::{Check, Error};
use crate::ids::{FormFileId, FormId, FormVersionId};
use crate::ui::Language;

crate::codes! {
    /// Whether a form can be filled in.
    "form-state" FormState {
        /// It has not been published.
        Draft = "draft",
        /// It is offered, and submissions are taken.
        Open = "open",
        /// It is offered no more; what is under way is still taken.
        Closing = "closing",
        /// Nothing is taken.
        Closed = "closed",
    }
}

crate::codes! {
    /// Whose key devices encrypt a form's submissions with.
    "encryption" Encryption {
        /// Nobody's: they are sent as they are.
        None = "none",
        /// The house's: it reads them as they come.
        House = "house",
        /// That of the form's author, in the sheet: the house cannot read them.
        Own = "own",
    }
}

crate::codes! {
    /// Where a version of a form stands.
    "form-version-state" VersionState {
        /// It can be tried out.
        Draft = "draft",
        /// It is the one that is filled in; it never changes.
        Published = "published",
        /// A later one took its place; submissions of it are still taken.
        Retired = "retired",
    }
}

/// A form in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Form {
    /// Id.
    pub id: FormId,
    /// The id that the sheet gives it, and submissions carry.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is called, by language codes, where that differs.
    pub titles: BTreeMap<String, String>,
    /// Whether it can be filled in.
    pub state: FormState,
    /// The question that holds the id or number of the case or person; none where it is the usual one.
    pub subject_field: String,
    /// How delicate its answers are.
    pub sensitivity: Sensitivity,
    /// The published version's own name.
    pub published: Option<String>,
    /// Submissions, drafts not among them; told to those who manage forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submissions: Option<i64>,
    /// When it was last changed.
    pub updated_at: Moment,
    /// The record's version.
    pub version: i64,
}

impl Form {
    /// Its title in a language.
    pub fn title_in(&self, language: Language) -> &str {
        titled(&self.title, &self.titles, language)
    }
}

/// A version of a form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormVersion {
    /// Id.
    pub id: FormVersionId,
    /// Whose version it is.
    pub form_id: FormId,
    /// The count of versions, from 1.
    pub number: i64,
    /// What the sheet calls this version; may be empty.
    pub name: String,
    /// Where it stands.
    pub state: VersionState,
    /// The form's title in this version.
    pub title: String,
    /// What it is called, by language codes, where that differs.
    pub titles: BTreeMap<String, String>,
    /// The name of the uploaded file.
    pub file_name: String,
    /// MD5 of the XForm, by which devices tell versions apart.
    pub hash: String,
    /// What may not be meant as it is written.
    pub warnings: Vec<Remark>,
    /// Whether it came with Watari.
    pub shipped: bool,
    /// Whose key devices encrypt with.
    pub encryption: Encryption,
    /// When it was uploaded.
    pub created_at: Moment,
    /// When it was published.
    pub published_at: Option<Moment>,
}

impl FormVersion {
    /// Whether it is a version that a sheet calls by this name, whatever was added to it for devices.
    pub fn is_of(&self, sheet: &str) -> bool {
        unmarked(&self.name) == unmarked(sheet)
    }
}

/// A form with everything about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormDetail {
    /// The form.
    pub form: Form,
    /// Its versions, the last first.
    pub versions: Vec<FormVersion>,
    /// The files that the last version asks for.
    pub files: Vec<FormFile>,
    /// The questions that may hold a case's or a person's id.
    pub questions: Vec<String>,
    /// The repeats of the last version, each a table of its own in an export.
    pub repeats: Vec<String>,
}

impl FormDetail {
    /// The version that is filled in.
    pub fn published(&self) -> Option<&FormVersion> {
        self.versions.iter().find(|version| version.state == VersionState::Published)
    }

    /// Whose key devices encrypt with now.
    pub fn encryption(&self) -> Encryption {
        self.published().map_or(Encryption::None, |version| version.encryption)
    }

    /// The version that is being prepared.
    pub fn draft(&self) -> Option<&FormVersion> {
        self.versions.iter().find(|version| version.state == VersionState::Draft)
    }

    /// Whether it may be published now.
    pub fn may_publish(&self) -> bool {
        self.draft().is_some() && self.missing() == 0
    }

    /// Files that were asked for and are not there.
    pub fn missing(&self) -> usize {
        self.files.iter().filter(|file| file.is_missing()).count()
    }
}

/// A file that a form shows or reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormFile {
    /// Its name in the form.
    pub name: String,
    /// Id; none as long as it is missing, and for a list that Watari makes itself.
    pub id: Option<FormFileId>,
    /// Bytes.
    pub size: i64,
    /// Whether Watari makes it: the people, cases, follow-ups or entities that whoever fills in may see.
    pub is_live: bool,
    /// Whether it is a list of entities.
    pub is_entities: bool,
}

impl FormFile {
    /// Whether it was asked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.id.is_none() && !self.is_live
    }
}

/// What can be changed about a form without a new version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FormChange {
    /// Whether it can be filled in.
    pub state: FormState,
    /// The question that holds the id or number of the case or person.
    #[serde(default)]
    pub subject_field: String,
    /// How delicate its answers are.
    pub sensitivity: Sensitivity,
}

impl FormChange {
    /// Checks what needs no database.
    ///
    /// # Errors
    /// Fields to correct.
    pub fn check(&self, form: &Form) -> Result<(), Error> {
        let mut check = Check::default();
        // A form that was never published is no more closed than open.
        check.that((form.state == FormState::Draft) == (self.state == FormState::Draft), "state", "invalid-form-state");
        check.that(self.sensitivity != Sensitivity::Identity, "sensitivity", "invalid-choice");
        check.short(&self.subject_field, 200, "subject_field");
        check.done()
    }
}

/// Questions that hold a case's or a person's id where the form's page names none.
pub const SUBJECT_FIELDS: [&str; 2] = ["case_id", "person_id"];

/// The question that holds the id of the planned follow-up that a form is filled in for.
pub const FOLLOW_UP_FIELD: &str = "follow_up_id";
