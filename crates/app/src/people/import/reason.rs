//! Why something is not taken, in five languages.

use super::Field;
use crate::code::Code;
use crate::error::FieldError;
use crate::ui::Language;

/// Why a row is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The key of a sentence in `locales/`, and what stands in it.
    Said(&'static str, Vec<(&'static str, String)>),
    /// Fields of the record that a rule refuses.
    Fields(Vec<FieldError>),
}

impl Reason {
    pub(super) fn new(key: &'static str) -> Reason {
        Reason::Said(key, Vec::new())
    }

    /// A sentence about a cell, of which enough is shown to find it again.
    pub(super) fn about(key: &'static str, cell: &str) -> Reason {
        Reason::Said(key, Vec::new()).with("cell", cell.chars().take(60).collect::<String>())
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Reason {
        if let Reason::Said(_, values) = &mut self {
            values.push((name, value.to_string()));
        }
        self
    }

    /// A name for machines, the same in every language.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Said(key, _) => key.strip_prefix("import-reason-").unwrap_or(key),
            Reason::Fields(_) => "field",
        }
    }

    /// The sentence.
    pub fn in_words(&self, language: Language) -> String {
        match self {
            Reason::Said(key, values) => {
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
                language.t_with(key, &values)
            }
            Reason::Fields(fields) => {
                let said = fields.iter().map(|field| format!("{}: {}", field.field, language.t(field.error)));
                said.collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// Why a file could not be imported at all.
#[derive(Debug)]
pub enum ImportError {
    /// There is nothing in it.
    Empty,
    /// It does not hold the letters of the encoding said.
    Encoding,
    /// It is neither text nor a workbook.
    Binary,
    /// A workbook of Excel 97.
    OldWorkbook,
    /// A workbook that does not open.
    Workbook(String),
    /// It would take more memory than anyone's list of people.
    TooLarge,
    /// The head does not say where the names are.
    NoName(String),
    /// Two columns hold the same.
    Twice {
        /// The first column.
        first: String,
        /// The second column.
        second: String,
        /// What both would be.
        field: Field,
    },
    /// A mapping names a column that the file does not have.
    NoColumn(String),
    /// The head itself could not be read.
    Head(Reason),
    /// The user may not import.
    NotAllowed,
    /// The database failed; batches before it are kept, and running again goes on from there.
    Failed {
        /// Rows taken before.
        taken: u64,
        /// What happened.
        error: Box<crate::error::Error>,
    },
}

impl std::error::Error for ImportError {}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_words(Language::En))
    }
}

impl ImportError {
    /// What is wrong, and what to do about it.
    pub fn in_words(&self, language: Language) -> String {
        match self {
            ImportError::Empty => language.t("import-error-empty").to_owned(),
            ImportError::Encoding => language.t("import-error-encoding").to_owned(),
            ImportError::Binary => language.t("import-error-binary").to_owned(),
            ImportError::OldWorkbook => language.t("import-error-old-workbook").to_owned(),
            ImportError::Workbook(why) => language.t_with("import-error-workbook", &[("why", why.as_str().into())]),
            ImportError::TooLarge => language.t("import-error-too-large").to_owned(),
            ImportError::NoName(columns) => {
                language.t_with("import-error-no-name", &[("columns", columns.as_str().into())])
            }
            ImportError::Twice { first, second, field } => language.t_with(
                "import-error-twice",
                &[
                    ("first", first.as_str().into()),
                    ("second", second.as_str().into()),
                    ("field", language.t(&field.label()).into()),
                ],
            ),
            ImportError::NoColumn(name) => {
                language.t_with("import-error-no-column", &[("column", name.as_str().into())])
            }
            ImportError::Head(reason) => {
                language.t_with("import-error-head", &[("why", reason.in_words(language).into())])
            }
            ImportError::NotAllowed => language.t("permission-import-people").to_owned(),
            ImportError::Failed { taken, error } => language.t_with(
                "import-error-failed",
                &[("taken", taken.to_string().into()), ("why", language.t(&format!("error-{}", error.code())).into())],
            ),
        }
    }
}
