//! What can be wrong, as a code and its arguments: for those who tell it in another language than English.

use std::fmt::Display;

use serde_json::{Map, Value};

/// Something that can be wrong; in English as it is displayed.
pub trait Kind: Display {
    /// Every code with the names of its arguments.
    fn codes() -> Vec<(String, &'static [&'static str])>
    where
        Self: Sized;

    /// What programs know it by: a word in kebab-case that stays what it is.
    fn code(&self) -> String;

    /// What its message speaks of, by name: text, a number, a list, nothing, or another kind with its code and
    /// arguments.
    fn arguments(&self) -> Map<String, Value>;
}

/// Declares an enum whose every variant has a code, its name in kebab-case, and arguments, its fields by their names.
#[macro_export]
macro_rules! kinds {
    (
        $(#[$($about:tt)*])*
        pub enum $name:ident {
            $(
                $(#[$($words:tt)*])*
                $kind:ident
                $(( $(#[$($from:tt)*])* $only:ident: $only_type:ty ))?
                $({ $($(#[$($meaning:tt)*])* $field:ident: $type:ty),+ $(,)? })?
            ),+ $(,)?
        }
    ) => {
        $(#[$($about)*])*
        pub enum $name {
            $(
                $(#[$($words)*])*
                $kind $(( $(#[$($from)*])* $only_type ))? $({ $($(#[$($meaning)*])* $field: $type),+ })?
            ),+
        }

        impl $crate::kinds::Kind for $name {
            fn codes() -> Vec<(String, &'static [&'static str])> {
                vec![$((
                    $crate::kinds::kebab(stringify!($kind)),
                    &[$(stringify!($only),)? $($(stringify!($field),)+)?],
                )),+]
            }

            fn code(&self) -> String {
                $crate::kinds::kebab(match self { $(Self::$kind { .. } => stringify!($kind)),+ })
            }

            fn arguments(&self) -> serde_json::Map<String, serde_json::Value> {
                match self {
                    $(Self::$kind $(($only))? $({ $($field),+ })? => {
                        let arguments: &[(&str, serde_json::Value)] = &[
                            $((stringify!($only), $crate::kinds::value($only)),)?
                            $($((stringify!($field), $crate::kinds::value($field)),)+)?
                        ];
                        arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
                    }),+
                }
            }
        }

        // A kind that is another's argument is told by its own code.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::kinds::Kind;
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("code", &self.code())?;
                map.serialize_entry("arguments", &self.arguments())?;
                map.end()
            }
        }
    };
}

pub(crate) use kinds;

/// An argument as it is told; for `kinds!`.
#[doc(hidden)]
pub fn value(argument: &impl serde::Serialize) -> Value {
    serde_json::to_value(argument).unwrap_or_default()
}

/// `UnknownType` as `unknown-type`; for `kinds!`.
#[doc(hidden)]
pub fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// Every code of everything that can be wrong with a sheet, with the names of its arguments.
pub fn codes() -> Vec<(String, &'static [&'static str])> {
    [
        crate::workbook::Error::codes(),
        crate::form::ProblemKind::codes(),
        crate::form::WarningKind::codes(),
        crate::form::Wanted::codes(),
        crate::form::Outside::codes(),
        crate::xpath::Unreadable::codes(),
        crate::definition::DefinitionError::codes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::Kind;
    use crate::form::{ProblemKind, Wanted, WarningKind};

    #[test]
    fn no_two_kinds_share_a_code() {
        let mut seen = HashSet::new();
        for (code, arguments) in super::codes() {
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
            assert!(seen.insert(code.clone()), "{code} stands twice");
            assert_eq!(arguments.iter().collect::<HashSet<_>>().len(), arguments.len(), "{code}: {arguments:?}");
        }
    }

    #[test]
    fn a_kind_is_told_by_its_code_and_what_it_speaks_of() {
        let kind = ProblemKind::UnknownType { name: "integr".into(), hint: Some("integer") };
        assert_eq!(kind.code(), "unknown-type");
        assert_eq!(json!(kind.arguments()), json!({ "name": "integr", "hint": "integer" }));
        assert_eq!((ProblemKind::NoType.code(), ProblemKind::NoType.arguments().len()), ("no-type".to_owned(), 0));
        let similar = WarningKind::SimilarSheet(vec!["chioces".into()]);
        assert_eq!(json!(similar.arguments()), json!({ "similar": ["chioces"] }));
        // What is told within what is told.
        let found = "many".to_owned();
        let kind = ProblemKind::BadParameter { parameter: "rows", found, wanted: Wanted::WholeNumber };
        let wanted = json!({ "code": "whole-number", "arguments": {} });
        assert_eq!(json!(kind.arguments()), json!({ "parameter": "rows", "found": "many", "wanted": wanted }));
        assert_eq!(kind.to_string(), "parameter rows is \"many\"; write a whole number");
    }
}
