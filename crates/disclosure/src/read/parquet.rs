//! Parquet: columns of text, whole numbers, truth values and days, with or without a dictionary.

use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;

use crate::describe::Description;

use super::dictionary::{Batch, Gathered};
use super::{Raw, Refused, judge_header};

/// Rows that are read at a time.
const BATCH: usize = 1 << 16;

/// The columns of a Parquet file.
pub fn gather(path: &Path, description: &Description) -> Result<Raw, Vec<Refused>> {
    let file = File::open(path).map_err(|error| vec![Refused::File(format!("cannot be read: {error}"))])?;
    let unreadable = |error| vec![Refused::File(format!("is no Parquet file that can be read: {error}"))];
    let file = SerializedFileReader::new(file).map_err(unreadable)?;
    let schema = file.metadata().file_metadata().schema_descr();
    let header: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    judge_header(&header, description)?;
    let mut columns: Vec<Gathered> = Vec::with_capacity(header.len());
    for (place, name) in header.iter().enumerate() {
        let about = description.columns.get(name).cloned().unwrap_or_default();
        let mut column = Gathered::new(name.clone(), about);
        if column.is_read()
            && let Err(reason) = read(&file, place, &mut column)
        {
            column.refused = Some(Refused::Column { column: name.clone(), reason });
        }
        columns.push(column);
    }
    let rows = file.metadata().file_metadata().num_rows();
    Ok(Raw { columns, rows: u64::try_from(rows).unwrap_or_default() })
}

fn read(file: &SerializedFileReader<File>, place: usize, column: &mut Gathered) -> Result<(), String> {
    let describes = file.metadata().file_metadata().schema_descr().column(place);
    if describes.max_rep_level() > 0 {
        return Err("holds lists, not single values; leave it out, with role = \"ignore\"".to_owned());
    }
    // As a spreadsheet would count them, under a header.
    let mut row = 2;
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(|error| error.to_string())?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        let mut reader = group.get_column_reader(place).map_err(|error| error.to_string())?;
        while left > 0 && column.is_read() {
            let rows = left.min(BATCH);
            column.join(&batch(&mut reader, &describes, rows)?, row);
            row += rows as u64;
            left -= rows;
        }
    }
    Ok(())
}

fn batch(reader: &mut ColumnReader, column: &ColumnDescPtr, rows: usize) -> Result<Batch, String> {
    let number = |value: i64, unsigned: u64| whole(column, value, unsigned);
    match reader {
        ColumnReader::BoolColumnReader(values) => {
            cells(values, column, rows, |value, batch| batch.push(if *value { b"true" } else { b"false" }))
        }
        ColumnReader::Int32ColumnReader(values) => cells(values, column, rows, |value, batch| {
            batch.push(number(i64::from(*value), u64::from(value.cast_unsigned())).as_bytes());
        }),
        ColumnReader::Int64ColumnReader(values) => cells(values, column, rows, |value, batch| {
            batch.push(number(*value, value.cast_unsigned()).as_bytes());
        }),
        ColumnReader::FloatColumnReader(values) => cells(values, column, rows, |value, batch| {
            batch.push(fraction(f64::from(*value)).as_bytes());
        }),
        ColumnReader::DoubleColumnReader(values) => cells(values, column, rows, |value, batch| {
            batch.push(fraction(*value).as_bytes());
        }),
        ColumnReader::ByteArrayColumnReader(values) if is_text(column) => {
            cells(values, column, rows, |value, batch| batch.push(value.data()))
        }
        _ => Err("its values are no text, whole number, truth value or day; write it as text, or leave it out, with \
                  role = \"ignore\""
            .to_owned()),
    }
}

fn is_text(column: &ColumnDescPtr) -> bool {
    !matches!(column.logical_type_ref(), Some(LogicalType::Decimal(_)))
        && column.converted_type() != ConvertedType::DECIMAL
}

/// A number that is missing in some programs' way is an empty cell.
fn fraction(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}

/// A whole number, or the day it stands for.
fn whole(column: &ColumnDescPtr, value: i64, unsigned: u64) -> String {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => day(value),
        (Some(LogicalType::Integer(integer)), _) if !integer.is_signed => unsigned.to_string(),
        (None, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64) => {
            unsigned.to_string()
        }
        _ => value.to_string(),
    }
}

/// A day counted from 1 January 1970; its number where no calendar has it.
fn day(days: i64) -> String {
    let span = jiff::Span::new().try_days(days);
    let day = span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span));
    day.map_or_else(|_| days.to_string(), |day| day.to_string())
}

/// The next rows' cells; what is null is empty.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    column: &ColumnDescPtr,
    rows: usize,
    push: impl Fn(&T::T, &mut Batch),
) -> Result<Batch, String> {
    let (mut values, mut levels): (Vec<T::T>, Vec<i16>) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (more, _, _) = reader
            .read_records(rows - read, Some(&mut levels), None, &mut values)
            .map_err(|error| format!("its values cannot be read: {error}"))?;
        if more == 0 {
            return Err(format!("there are {} values fewer than rows", rows - read));
        }
        read += more;
    }
    let mut batch = Batch::default();
    let most = column.max_def_level();
    let mut values = values.iter();
    for row in 0..rows {
        let there = most == 0 || levels.get(row) == Some(&most);
        match if there { values.next() } else { None } {
            Some(value) => push(value, &mut batch),
            None => batch.push(b""),
        }
    }
    Ok(batch)
}
