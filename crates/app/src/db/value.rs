//! Values that go into a statement and come out of a row, the same on both engines.

use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};
use uuid::Uuid;

use super::DbError;

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing recorded.
    Null,
    /// Whole numbers, booleans (0 and 1) and moments (milliseconds since 1970, UTC).
    Int(i64),
    /// Real numbers.
    Real(f64),
    /// Text, dates (`2026-11-24`), codes and JSON.
    Text(String),
    /// Bytes and ids (16 bytes).
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => |$it:ident| $value:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from($it: $type) -> Value { $value }
        })*
    };
}

value_from! {
    i64 => |it| Value::Int(it),
    i32 => |it| Value::Int(it.into()),
    u32 => |it| Value::Int(it.into()),
    bool => |it| Value::Int(it.into()),
    f64 => |it| Value::Real(it),
    &str => |it| Value::Text(it.to_owned()),
    String => |it| Value::Text(it),
    &String => |it| Value::Text(it.clone()),
    Vec<u8> => |it| Value::Bytes(it),
    &[u8] => |it| Value::Bytes(it.to_vec()),
    Uuid => |it| Value::Bytes(it.as_bytes().to_vec()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Value::Int(number) if *ty == Type::FLOAT8 => (*number as f64).to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Real(number) => number.to_sql(ty, out),
            // PostgreSQL refuses NUL in text; nobody's name has one.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "").to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            // The wire form of a UUID is its 16 bytes.
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row under the cursor.
pub enum Row<'a> {
    /// From SQLite.
    Sqlite(&'a rusqlite::Row<'a>, std::cell::Cell<usize>),
    /// From PostgreSQL.
    Postgres(&'a ::postgres::Row, std::cell::Cell<usize>),
}

impl Row<'_> {
    /// The column at a position, from 0.
    pub fn get<T: FromColumn>(&self, column: usize) -> Result<T, DbError> {
        T::from_column(self, column)
    }

    /// The next column, left to right: for struct literals written in the order of the select.
    pub fn next<T: FromColumn>(&self) -> Result<T, DbError> {
        let (Row::Sqlite(_, at) | Row::Postgres(_, at)) = self;
        let column = at.replace(at.get() + 1);
        self.get(column)
    }

    /// Reads a column of text where it lies; `expected` says what was looked for in it.
    pub fn text<T>(
        &self,
        column: usize,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, DbError> {
        let read = match self {
            Row::Sqlite(row, _) => match row.get_ref(column)? {
                ValueRef::Text(text) => match std::str::from_utf8(text) {
                    Ok(text) => read(text),
                    Err(_) => read(&String::from_utf8_lossy(text)),
                },
                _ => None,
            },
            Row::Postgres(row, _) => row.try_get::<_, Option<&str>>(column)?.and_then(read),
        };
        read.ok_or(DbError::Column { column, expected })
    }

    /// Reads a column of bytes where it lies; `expected` says what was looked for in it.
    fn bytes<T>(
        &self,
        column: usize,
        expected: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, DbError> {
        let read = match self {
            Row::Sqlite(row, _) => match row.get_ref(column)? {
                ValueRef::Blob(bytes) => read(bytes),
                _ => None,
            },
            Row::Postgres(row, _) if matches!(*row.columns()[column].type_(), Type::BYTEA | Type::UUID) => {
                row.try_get::<_, Option<Raw>>(column)?.and_then(|raw| read(raw.0))
            }
            Row::Postgres(..) => None,
        };
        read.ok_or(DbError::Column { column, expected })
    }

    /// The column as it is, for copying.
    pub fn value(&self, column: usize) -> Result<Value, DbError> {
        match self {
            Row::Sqlite(row, _) => Ok(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Real(number) => Value::Real(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            }),
            Row::Postgres(row, _) => {
                let ty = row.columns()[column].type_();
                Ok(match *ty {
                    Type::INT8 | Type::INT4 | Type::INT2 => {
                        row.try_get::<_, Option<Raw>>(column)?.map(|raw| Value::Int(raw.int())).unwrap_or(Value::Null)
                    }
                    Type::FLOAT8 => row.try_get::<_, Option<f64>>(column)?.map_or(Value::Null, Value::Real),
                    Type::BYTEA | Type::UUID => {
                        row.try_get::<_, Option<Raw>>(column)?.map_or(Value::Null, |raw| Value::Bytes(raw.0.to_vec()))
                    }
                    _ => row.try_get::<_, Option<String>>(column)?.map_or(Value::Null, Value::Text),
                })
            }
        }
    }
}

/// The bytes of a PostgreSQL value as sent.
struct Raw<'a>(&'a [u8]);

impl Raw<'_> {
    fn int(&self) -> i64 {
        let negative = self.0.first().is_some_and(|byte| byte & 0x80 != 0);
        let start: i64 = if negative { -1 } else { 0 };
        self.0.iter().fold(start, |number, byte| (number << 8) | i64::from(*byte))
    }
}

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(raw))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A type that can be read from a column on both engines.
pub trait FromColumn: Sized {
    /// Reads the column at a position, from 0.
    ///
    /// # Errors
    /// The column holds something else.
    fn from_column(row: &Row<'_>, column: usize) -> Result<Self, DbError>;
}

impl FromColumn for i64 {
    fn from_column(row: &Row<'_>, column: usize) -> Result<i64, DbError> {
        let number = match row {
            Row::Sqlite(row, _) => match row.get_ref(column)? {
                ValueRef::Integer(number) => Some(number),
                _ => None,
            },
            Row::Postgres(row, _) => match *row.columns()[column].type_() {
                Type::INT8 | Type::INT4 | Type::INT2 => row.try_get::<_, Option<Raw>>(column)?.map(|raw| raw.int()),
                _ => None,
            },
        };
        number.ok_or(DbError::Column { column, expected: "a whole number" })
    }
}

impl FromColumn for bool {
    fn from_column(row: &Row<'_>, column: usize) -> Result<bool, DbError> {
        row.get::<i64>(column).map(|number| number != 0)
    }
}

impl FromColumn for f64 {
    fn from_column(row: &Row<'_>, column: usize) -> Result<f64, DbError> {
        match row.value(column)? {
            Value::Real(number) => Ok(number),
            _ => Err(DbError::Column { column, expected: "a number" }),
        }
    }
}

impl FromColumn for String {
    fn from_column(row: &Row<'_>, column: usize) -> Result<String, DbError> {
        row.text(column, "text", |text| Some(text.to_owned()))
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(row: &Row<'_>, column: usize) -> Result<Vec<u8>, DbError> {
        row.bytes(column, "bytes", |bytes| Some(bytes.to_vec()))
    }
}

impl FromColumn for Uuid {
    fn from_column(row: &Row<'_>, column: usize) -> Result<Uuid, DbError> {
        row.bytes(column, "an id", |bytes| Uuid::from_slice(bytes).ok())
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let absent = match row {
            Row::Sqlite(row, _) => row.get_ref(column)? == ValueRef::Null,
            Row::Postgres(row, _) => row.try_get::<_, Option<Raw>>(column)?.is_none(),
        };
        if absent { Ok(None) } else { T::from_column(row, column).map(Some) }
    }
}
