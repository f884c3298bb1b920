//! Results on their way out as columns of one type each: CSV, or Parquet.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::parquet::{Opened, is_named};

/// Rows of a row group: what readers of Parquet take at a time.
const GROUP: usize = 122_880;

/// The key under which writers put down of which Arrow table a file was made.
const ARROW_SCHEMA: &str = "ARROW:schema";

/// Where results go.
pub type Out<'a> = &'a mut (dyn Write + Send);

/// How a result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Comma-separated values.
    Csv,
    /// Parquet.
    Parquet,
}

impl Form {
    /// The form that a file's name asks for: Parquet where it ends so, CSV else and on the standard output.
    pub fn of(path: Option<&Path>) -> Form {
        if path.is_some_and(is_named) { Form::Parquet } else { Form::Csv }
    }
}

/// The values of one column, row after row.
#[derive(Clone, Debug)]
pub enum Values {
    /// Texts; none is missing.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Numbers with so many digits after the point in CSV.
    Real(Vec<f64>, usize),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::Whole(values) => values.len(),
            Values::Real(values, _) => values.len(),
        }
    }

    /// One value as CSV has it.
    fn cell(&self, row: usize) -> String {
        match self {
            Values::Text(values) => values[row].clone().unwrap_or_default(),
            Values::Whole(values) => values[row].map(|value| value.to_string()).unwrap_or_default(),
            Values::Real(values, digits) => format!("{:.digits$}", values[row]),
        }
    }

    fn clear(&mut self) {
        match self {
            Values::Text(values) => values.clear(),
            Values::Whole(values) => values.clear(),
            Values::Real(values, _) => values.clear(),
        }
    }

    fn extend(&mut self, more: Values) {
        match (self, more) {
            (Values::Text(these), Values::Text(those)) => these.extend(those),
            (Values::Whole(these), Values::Whole(those)) => these.extend(those),
            (Values::Real(these, _), Values::Real(those, _)) => these.extend(those),
            (these, those) => *these = those,
        }
    }

    fn field(&self, name: &str) -> Result<TypePtr, ParquetError> {
        let (physical, logical, repetition) = match self {
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
            Values::Whole(_) => (Physical::INT64, Some(LogicalType::integer(64, true)), Repetition::OPTIONAL),
            Values::Real(..) => (Physical::DOUBLE, None, Repetition::REQUIRED),
        };
        let field = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        field.with_repetition(repetition).build().map(Arc::new)
    }

    fn put(&self, group: &mut SerializedRowGroupWriter<'_, Out<'_>>) -> Result<(), ParquetError> {
        match self {
            Values::Text(texts) => {
                let there = texts.iter().flatten().map(|text| ByteArray::from(text.as_str())).collect::<Vec<_>>();
                put::<ByteArrayType>(group, &there, Some(&levels(texts)))
            }
            Values::Whole(numbers) => {
                let there = numbers.iter().flatten().copied().collect::<Vec<_>>();
                put::<Int64Type>(group, &there, Some(&levels(numbers)))
            }
            Values::Real(numbers, _) => put::<DoubleType>(group, numbers, None),
        }
    }
}

fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Out<'_>>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("there are more columns than were named".into()));
    };
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// A result that is being written.
pub struct Sheet<'a> {
    to: To<'a>,
}

enum To<'a> {
    Csv(Box<csv::Writer<Out<'a>>>),
    /// With what waits for its row group.
    Parquet(Box<SerializedFileWriter<Out<'a>>>, Vec<Values>),
}

impl<'a> Sheet<'a> {
    /// Begins a result with these columns, whose values so far say of which type they are.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(form: Form, columns: Vec<(String, Values)>, out: Out<'a>) -> io::Result<Sheet<'a>> {
        let (names, mut values): (Vec<String>, Vec<Values>) = columns.into_iter().unzip();
        let to = match form {
            Form::Csv => {
                let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 20).from_writer(out);
                writer.write_record(&names)?;
                To::Csv(Box::new(writer))
            }
            Form::Parquet => {
                let fields = names.iter().zip(&values).map(|(name, values)| values.field(name));
                let schema = fields.collect::<Result<Vec<TypePtr>, _>>().and_then(schema).map_err(io::Error::other)?;
                values.iter_mut().for_each(Values::clear);
                let writer = SerializedFileWriter::new(out, schema, properties(None)).map_err(io::Error::other)?;
                To::Parquet(Box::new(writer), values)
            }
        };
        Ok(Sheet { to })
    }

    /// Adds rows: the values of each column, all equally many.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&mut self, columns: Vec<Values>) -> io::Result<()> {
        match &mut self.to {
            To::Csv(writer) => {
                for row in 0..columns.first().map_or(0, Values::len) {
                    writer.write_record(columns.iter().map(|column| column.cell(row)))?;
                }
                Ok(())
            }
            To::Parquet(writer, waiting) => {
                waiting.iter_mut().zip(columns).for_each(|(waiting, more)| waiting.extend(more));
                let full = waiting.first().map_or(0, Values::len) >= GROUP;
                if full { put_group(writer, waiting).map_err(io::Error::other) } else { Ok(()) }
            }
        }
    }

    /// Ends the result.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(self) -> io::Result<()> {
        match self.to {
            To::Csv(mut writer) => writer.flush(),
            To::Parquet(mut writer, mut waiting) => {
                put_group(&mut writer, &mut waiting).map_err(io::Error::other)?;
                writer.close().map(|_| ()).map_err(io::Error::other)
            }
        }
    }
}

fn put_group(writer: &mut SerializedFileWriter<Out<'_>>, columns: &mut [Values]) -> Result<(), ParquetError> {
    if columns.first().map_or(0, Values::len) > 0 {
        let mut group = writer.next_row_group()?;
        columns.iter().try_for_each(|column| column.put(&mut group))?;
        group.close()?;
        columns.iter_mut().for_each(Values::clear);
    }
    Ok(())
}

fn schema(fields: Vec<TypePtr>) -> Result<TypePtr, ParquetError> {
    Type::group_type_builder("schema").with_fields(fields).build().map(Arc::new)
}

fn properties(said: Option<Vec<KeyValue>>) -> WriterPropertiesPtr {
    let by = format!("watari {}", env!("CARGO_PKG_VERSION"));
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by(by);
    Arc::new(properties.set_key_value_metadata(said).build())
}

/// Writes a Parquet file again with one more column of whole numbers. What was there is copied as it
/// stands, types, lists and structures included.
///
/// # Errors
/// The file cannot be read again, or the output cannot be written.
pub fn with_column(
    path: &Path,
    opened: &Opened,
    name: &str,
    mut values: impl Iterator<Item = i64>,
    out: Out<'_>,
) -> Result<(), ParquetError> {
    let (file, metadata) = (File::open(path)?, opened.metadata());
    let mut fields = metadata.file_metadata().schema().get_fields().to_vec();
    fields.push(Values::Whole(Vec::new()).field(name)?);
    let said = metadata.file_metadata().key_value_metadata().cloned();
    // That the columns are those of an Arrow table is no longer true.
    let said = said.map(|said| said.into_iter().filter(|said| said.key != ARROW_SCHEMA).collect());
    let mut writer = SerializedFileWriter::new(out, schema(fields)?, properties(said))?;
    for rows in metadata.row_groups() {
        let mut group = writer.next_row_group()?;
        for column in rows.columns() {
            let as_it_stands = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: rows.num_rows().unsigned_abs(),
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            group.append_column(&file, as_it_stands)?;
        }
        let count = usize::try_from(rows.num_rows()).unwrap_or_default();
        Values::Whole(values.by_ref().take(count).map(Some).collect()).put(&mut group)?;
        group.close()?;
    }
    writer.close().map(|_| ())
}
