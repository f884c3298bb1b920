//! A Parquet file as a table: its columns, its rows in batches, each value as the text that CSV would have.

use std::fs::File;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, Unit};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use super::error::Error;

/// What begins and ends every Parquet file.
pub const MAGIC: &[u8] = b"PAR1";
/// The day on which Julian days are those of 1 January 1970.
const JULIAN_EPOCH: i64 = 2_440_588;
const NANOSECONDS_OF_A_DAY: i64 = 86_400_000_000_000;

/// Whether a file's name says that it is Parquet.
pub fn is_named(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("parquet"))
}

/// A file opened, its columns known.
pub struct Opened {
    file: SerializedFileReader<File>,
    /// The columns that hold one value a row, by their place among all; lists and structures are left out.
    columns: Vec<usize>,
}

impl Opened {
    /// Opens a file and reads what it says of itself.
    ///
    /// # Errors
    /// It cannot be read, or is no Parquet.
    pub fn open(path: &Path) -> Result<Opened, Error> {
        let file = File::open(path).map_err(|error| Error::file(path, format!("the file cannot be read: {error}")))?;
        let file = SerializedFileReader::new(file)
            .map_err(|error| Error::file(path, format!("this is no Parquet file that can be read: {error}")))?;
        let schema = file.metadata().file_metadata().schema_descr();
        let single = |column: &usize| {
            let column = schema.column(*column);
            column.max_rep_level() == 0 && column.path().parts().len() == 1
        };
        let columns = (0..schema.num_columns()).filter(single).collect();
        Ok(Opened { file, columns })
    }

    /// The columns' names.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        let file = self.file.metadata().file_metadata();
        let root = |&column: &usize| file.schema_descr().get_column_root_idx(column);
        self.columns.iter().map(move |column| file.schema().get_fields()[root(column)].name())
    }

    /// What the file says of itself.
    pub fn metadata(&self) -> &ParquetMetaData {
        self.file.metadata()
    }

    /// All rows from the first on.
    pub fn rows<'a>(&'a self, path: &'a Path) -> Rows<'a> {
        Rows { opened: self, path, group: 0, left: 0, readers: Vec::new() }
    }
}

/// A file's rows on their way in, row group by row group.
pub struct Rows<'a> {
    opened: &'a Opened,
    path: &'a Path,
    /// The row group that is read next.
    group: usize,
    /// Rows that are left of the one that is being read.
    left: usize,
    readers: Vec<Reader>,
}

impl Rows<'_> {
    /// The next rows, at most so many: a list of cells for each column, all of one length; empty
    /// lists mean that there are no more rows.
    ///
    /// # Errors
    /// A value cannot be read or is no text; row group and column are named.
    pub fn read(&mut self, most: usize) -> Result<Vec<Vec<String>>, Error> {
        while self.left == 0 {
            if self.group == self.opened.file.num_row_groups() {
                return Ok(vec![Vec::new(); self.opened.columns.len()]);
            }
            self.begin()?;
        }
        let rows = most.min(self.left);
        let group = self.group;
        let columns = self.readers.iter_mut().map(|reader| {
            reader.read(rows).map_err(|reason| Error::file(self.path, reason).group(group).column(reader.column.name()))
        });
        let cells = columns.collect::<Result<Vec<Vec<String>>, Error>>()?;
        self.left -= rows;
        Ok(cells)
    }

    fn begin(&mut self) -> Result<(), Error> {
        let group = self.group + 1;
        let failed = |error: ParquetError| Error::file(self.path, error.to_string()).group(group);
        let rows = self.opened.file.get_row_group(self.group).map_err(failed)?;
        let schema = self.opened.file.metadata().file_metadata().schema_descr();
        let open = |&at: &usize| {
            let column = schema.column(at);
            let values = rows.get_column_reader(at).map_err(|error| failed(error).column(column.name()))?;
            Ok(Reader { column, values })
        };
        self.readers = self.opened.columns.iter().map(open).collect::<Result<Vec<Reader>, Error>>()?;
        self.left = usize::try_from(rows.metadata().num_rows()).unwrap_or_default();
        self.group = group;
        Ok(())
    }
}

/// One column of a row group.
struct Reader {
    column: ColumnDescPtr,
    values: ColumnReader,
}

impl Reader {
    fn read(&mut self, rows: usize) -> Result<Vec<String>, String> {
        let column = &self.column;
        match &mut self.values {
            ColumnReader::BoolColumnReader(values) => cells(values, column, rows, |value| Ok(value.to_string())),
            ColumnReader::Int32ColumnReader(values) => {
                cells(values, column, rows, |value| whole(column, i64::from(*value), u64::from(value.cast_unsigned())))
            }
            ColumnReader::Int64ColumnReader(values) => {
                cells(values, column, rows, |value| whole(column, *value, value.cast_unsigned()))
            }
            ColumnReader::Int96ColumnReader(values) => cells(values, column, rows, old_timestamp),
            ColumnReader::FloatColumnReader(values) => {
                cells(values, column, rows, |value| Ok(if value.is_nan() { String::new() } else { value.to_string() }))
            }
            ColumnReader::DoubleColumnReader(values) => {
                cells(values, column, rows, |value| Ok(if value.is_nan() { String::new() } else { value.to_string() }))
            }
            ColumnReader::ByteArrayColumnReader(values) => cells(values, column, rows, |value| text(column, value)),
            ColumnReader::FixedLenByteArrayColumnReader(values) => {
                cells(values, column, rows, |value| fixed(column, &ByteArray::from(value.data().to_vec())))
            }
        }
    }
}

/// The next rows' values as cells; what is null is empty.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    column: &ColumnDescPtr,
    rows: usize,
    cell: impl Fn(&T::T) -> Result<String, String>,
) -> Result<Vec<String>, String> {
    let (mut values, mut levels): (Vec<T::T>, Vec<i16>) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (more, _, _) = reader
            .read_records(rows - read, Some(&mut levels), None, &mut values)
            .map_err(|error| format!("the values cannot be read: {error}"))?;
        if more == 0 {
            return Err(format!("there are {} values fewer than rows", rows - read));
        }
        read += more;
    }
    let mut values = values.iter();
    let mut next = || values.next().map_or(Err("a value is missing that is said to be there".to_owned()), &cell);
    match column.max_def_level() {
        0 => (0..rows).map(|_| next()).collect(),
        there => levels.iter().map(|level| if *level == there { next() } else { Ok(String::new()) }).collect(),
    }
}

/// What a column's numbers or bytes stand for.
enum Meaning {
    Plain,
    Unsigned,
    Day,
    Moment(TimeUnit),
    Time(TimeUnit),
    Decimal,
    Uuid,
}

/// The meaning that a column declares, in today's way or in that of older writers.
fn meaning(column: &ColumnDescPtr) -> Meaning {
    use ConvertedType as Old;
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Date), _) | (None, Old::DATE) => Meaning::Day,
        (Some(LogicalType::Timestamp(moment)), _) => Meaning::Moment(moment.unit),
        (None, Old::TIMESTAMP_MILLIS) => Meaning::Moment(TimeUnit::MILLIS),
        (None, Old::TIMESTAMP_MICROS) => Meaning::Moment(TimeUnit::MICROS),
        (Some(LogicalType::Time(time)), _) => Meaning::Time(time.unit),
        (None, Old::TIME_MILLIS) => Meaning::Time(TimeUnit::MILLIS),
        (None, Old::TIME_MICROS) => Meaning::Time(TimeUnit::MICROS),
        (Some(LogicalType::Decimal(_)), _) | (None, Old::DECIMAL) => Meaning::Decimal,
        (Some(LogicalType::Integer(integer)), _) if !integer.is_signed => Meaning::Unsigned,
        (None, Old::UINT_8 | Old::UINT_16 | Old::UINT_32 | Old::UINT_64) => Meaning::Unsigned,
        (Some(LogicalType::Uuid), _) => Meaning::Uuid,
        _ => Meaning::Plain,
    }
}

/// A whole number, or what it stands for.
fn whole(column: &ColumnDescPtr, value: i64, unsigned: u64) -> Result<String, String> {
    match meaning(column) {
        Meaning::Day => day(value).map(|day| day.to_string()),
        Meaning::Moment(unit) => timestamp(value, unit),
        Meaning::Time(unit) => timestamp(value, unit).map(|moment| moment[11..].to_owned()),
        Meaning::Unsigned => Ok(unsigned.to_string()),
        Meaning::Decimal => match column.physical_type() {
            Physical::INT32 => Ok(Field::convert_int32(column, value as i32).to_string()),
            _ => Ok(Field::convert_int64(column, value).to_string()),
        },
        Meaning::Plain | Meaning::Uuid => Ok(value.to_string()),
    }
}

fn day(days: i64) -> Result<Date, String> {
    let span = Span::new().try_days(days);
    let day = span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span));
    day.map_err(|_| format!("{days} days from 1970 is no date"))
}

fn timestamp(value: i64, unit: TimeUnit) -> Result<String, String> {
    let moment = match unit {
        TimeUnit::MILLIS => Timestamp::from_millisecond(value),
        TimeUnit::MICROS => Timestamp::from_microsecond(value),
        TimeUnit::NANOS => Timestamp::from_nanosecond(value.into()),
    };
    let seconds = |moment: DateTime| moment.round(Unit::Second).unwrap_or(moment).strftime("%Y-%m-%dT%H:%M:%S");
    moment
        .map(|moment| seconds(jiff::tz::Offset::UTC.to_datetime(moment)).to_string())
        .map_err(|_| format!("{value} is no moment that there can be"))
}

/// A moment as old programs write it: nanoseconds of the day and the Julian day.
fn old_timestamp(value: &Int96) -> Result<String, String> {
    let [low, high, julian] = value.data() else { return Err("the moment is not whole".to_owned()) };
    let nanoseconds = i64::from(*low) | i64::from(*high) << 32;
    let since = i64::from(*julian) - JULIAN_EPOCH;
    let value = since.checked_mul(NANOSECONDS_OF_A_DAY).and_then(|days| days.checked_add(nanoseconds));
    timestamp(value.ok_or("the moment is out of bounds")?, TimeUnit::NANOS)
}

fn text(column: &ColumnDescPtr, value: &ByteArray) -> Result<String, String> {
    if let Meaning::Decimal = meaning(column) {
        return decimal(column, value);
    }
    let text = std::str::from_utf8(value.data());
    text.map(str::to_owned).map_err(|_| "a value is no text in UTF-8".to_owned())
}

fn fixed(column: &ColumnDescPtr, value: &ByteArray) -> Result<String, String> {
    match (meaning(column), <[u8; 16]>::try_from(value.data())) {
        (Meaning::Uuid, Ok(bytes)) => {
            let hex = format!("{:032x}", u128::from_be_bytes(bytes));
            Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
        }
        (Meaning::Decimal, _) => decimal(column, value),
        _ => Err("its values are no text, number or date; leave it out or write it as text".to_owned()),
    }
}

fn decimal(column: &ColumnDescPtr, value: &ByteArray) -> Result<String, String> {
    let field = Field::convert_byte_array(column, value.clone());
    field.map(|field| field.to_string()).map_err(|error| error.to_string())
}
