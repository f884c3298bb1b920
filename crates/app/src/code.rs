//! Codes and ids: enums and newtypes that are the same in table, type, API and page.

/// A value with a fixed code; its words stand in `locales/` under `<list>-<code>`.
pub trait Code: Copy + 'static {
    /// The list this code belongs to, the prefix of its label's key.
    const LIST: &'static str;
    /// Every value, in the order shown.
    const ALL: &'static [Self];
    /// The code as stored and sent.
    fn code(self) -> &'static str;
    /// The value of a code.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.code() == code)
    }
    /// The key of the label in `locales/`.
    fn label(self) -> &'static str;
}

/// The keys of a list's labels, in its order.
pub(crate) fn labels<C: Code>() -> Vec<String> {
    C::ALL.iter().map(|it| format!("{}-{}", C::LIST, it.code().replace(['_', ':'], "-"))).collect()
}

/// A code that its list does not have.
#[derive(Debug, thiserror::Error)]
#[error("not a code of this list")]
pub struct UnknownCode;

/// An enum whose codes are the same in table, type, API and page.
#[macro_export]
macro_rules! codes {
    ($(#[doc = $words:literal])* $list:literal $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[doc = $words])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant),+ }

        impl $crate::code::Code for $name {
            const LIST: &'static str = $list;
            const ALL: &'static [Self] = &[$($name::$variant),+];
            fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
            fn label(self) -> &'static str {
                static LABELS: std::sync::LazyLock<Vec<String>> =
                    std::sync::LazyLock::new($crate::code::labels::<$name>);
                &LABELS[self as usize]
            }
        }

        // By hand: the derived one does not see names that a macro passes on.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($words),*).trim()))
                    .enum_values(Some([$($code),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
        }

        impl From<$name> for $crate::db::Value {
            fn from(it: $name) -> Self { $crate::code::Code::code(it).into() }
        }

        impl $crate::db::FromColumn for $name {
            fn from_column(row: &$crate::db::Row<'_>, column: usize) -> Result<Self, $crate::db::DbError> {
                row.text(column, $list, $crate::code::Code::from_code)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::code::Code::code(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::UnknownCode;
            fn from_str(code: &str) -> Result<Self, Self::Err> {
                $crate::code::Code::from_code(code).ok_or($crate::code::UnknownCode)
            }
        }
    };
}

/// Ids that cannot be mistaken for each other: time-ordered UUIDs (RFC 9562, version 7).
#[macro_export]
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
            #[serde(transparent)]
            pub struct $name(pub uuid::Uuid);

            impl $name {
                /// A new id.
                pub fn new() -> Self { Self(uuid::Uuid::now_v7()) }
            }

            impl Default for $name {
                fn default() -> Self { Self::new() }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
            }

            impl std::str::FromStr for $name {
                type Err = uuid::Error;
                fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
            }

            impl From<$name> for $crate::db::Value {
                fn from(it: $name) -> Self { it.0.into() }
            }

            impl $crate::db::FromColumn for $name {
                fn from_column(row: &$crate::db::Row<'_>, column: usize) -> Result<Self, $crate::db::DbError> {
                    row.get(column).map(Self)
                }
            }
        )+
    };
}
