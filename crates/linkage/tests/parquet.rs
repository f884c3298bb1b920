//! Lists in Parquet, as other programs write them.

mod support;

use std::fs::File;
use std::path::{Path, PathBuf};

use linkage::batch::{Batch, Form, Sheet, Table, Values, write_people};
use parquet::file::reader::{FileReader, SerializedFileReader};
use support::Folder;

fn made_by(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("{program}.parquet"))
}

/// All cells of a file, row by row.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let table = Table::open(path).unwrap();
    let (mut batches, mut batch) = (table.batches().unwrap(), Batch::default());
    let mut rows = Vec::new();
    loop {
        batches.read(&mut batch).unwrap();
        if batch.is_empty() {
            return rows;
        }
        let row = |row| (0..table.header().len()).map(|column| batch.cell(row, column).to_owned()).collect();
        rows.extend((0..batch.len()).map(row));
    }
}

#[test]
fn what_other_programs_wrote_is_read_as_csv_would_have_it() {
    let table = Table::open(&made_by("pyarrow")).unwrap();
    let header = ["id", "given name", "family name", "birth date", "registered at", "nanoseconds"];
    let more = ["household", "children", "rations", "here"];
    assert_eq!(table.header(), [&header[..], &more].concat(), "a list is no value that is compared");
    let moments = |row: usize| rows(&made_by("pyarrow"))[row][4..6].to_vec();
    assert_eq!(moments(0), ["2026-01-02T03:04:06", "1970-01-01T00:00:00"]);
    assert_eq!(moments(2), ["1969-12-31T23:59:59", "1970-01-01T00:00:00"]);
    let read = rows(&made_by("pyarrow"));
    assert_eq!(read.len(), 5, "over three row groups");
    assert_eq!(read[0][..4], ["11", "Youssef", "Haddad", "1990-12-31"]);
    assert_eq!(read[0][6..], ["1", "1", "12.50", "true"]);
    assert_eq!(read[1], ["12", "Amina", "Mansour", "", "", "", "", "", "", ""], "null is missing");
    assert_eq!(read[3][1..4], ["Олександр", "Шевченко", "2011-01-01"]);
    assert_eq!(read[3][6..], ["", "255", "-1.00", "true"]);
    let read = rows(&made_by("duckdb"));
    assert_eq!(read[0], ["1", "Amina", "Mansour", "1990-12-31", "12345678-1234-5678-1234-567812345678"]);
    assert_eq!(read[1], ["2", "", "Haddad", "", ""]);
}

#[test]
fn columns_keep_their_types_beside_the_number_of_the_person() {
    let folder = Folder::new();
    let path = folder.path("people.parquet");
    let table = Table::open(&made_by("pyarrow")).unwrap();
    write_people(&table, &[0, 1, 0, 3, 4], Form::Parquet, &mut File::create(&path).unwrap()).unwrap();
    let (before, after) = (rows(&made_by("pyarrow")), rows(&path));
    let numbers: Vec<&str> = after.iter().map(|row| row[10].as_str()).collect();
    assert_eq!(numbers, ["1", "2", "1", "3", "4"]);
    assert!(before.iter().zip(&after).all(|(before, after)| before[..] == after[..10]));
    let types = |path: &Path| {
        let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        schema.columns().iter().map(|column| column.self_type().clone()).collect::<Vec<_>>()
    };
    let (before, after) = (types(&made_by("pyarrow")), types(&path));
    assert_eq!(before[..], after[..before.len()], "also the list, which is not compared");
    assert_eq!(after.last().unwrap().name(), "cluster_id");
    // As CSV, and as Parquet from CSV.
    let mut csv = Vec::new();
    write_people(&table, &[0, 1, 0, 3, 4], Form::Csv, &mut csv).unwrap();
    let csv = folder.file("people.csv", std::str::from_utf8(&csv).unwrap());
    let same = folder.path("same.parquet");
    let numbered = Table::open(&csv).unwrap();
    assert!(numbered.header().contains(&"cluster_id".to_owned()));
    let plain = Table::open(&folder.file("plain.csv", "id,name\n1,Amina\n2,\n")).unwrap();
    write_people(&plain, &[0, 1], Form::Parquet, &mut File::create(&same).unwrap()).unwrap();
    assert_eq!(rows(&same), [["1", "Amina", "1"], ["2", "", "2"]]);
}

#[test]
fn many_rows_go_out_in_groups_and_come_back() {
    let folder = Folder::new();
    let path = folder.path("many.parquet");
    let mut file = File::create(&path).unwrap();
    let columns = |from: i64, to: i64| {
        [
            Values::Text((from..to).map(|at| (at % 3 > 0).then(|| format!("name {}", at % 1000))).collect()),
            Values::Whole((from..to).map(|at| (at % 5 > 0).then_some(at)).collect()),
            Values::Real((from..to).map(|at| at as f64 / 8.0).collect(), 3),
        ]
    };
    let names = ["text", "whole", "real"].map(str::to_owned);
    let mut sheet = Sheet::new(Form::Parquet, names.into_iter().zip(columns(0, 0)).collect(), &mut file).unwrap();
    for from in (0..300_000).step_by(50_000) {
        sheet.write(columns(from, from + 50_000).into()).unwrap();
    }
    sheet.finish().unwrap();
    let groups = SerializedFileReader::new(File::open(&path).unwrap()).unwrap().num_row_groups();
    assert!((2..=4).contains(&groups), "{groups}");
    let read = rows(&path);
    assert_eq!(read.len(), 300_000);
    assert_eq!(read[150_000], ["", "", "18750"]);
    assert_eq!(read[299_999], ["name 999", "299999", "37499.875"]);
    assert_eq!(read[299_998], ["name 998", "299998", "37499.75"]);
}

#[test]
fn what_is_no_good_parquet_is_refused_with_its_place() {
    let folder = Folder::new();
    let refused = |path: &Path| match Table::open(path) {
        Ok(table) => {
            let (mut batches, mut batch) = (table.batches().unwrap(), Batch::default());
            batches.read(&mut batch).unwrap_err().to_string()
        }
        Err(error) => error.to_string(),
    };
    let said = refused(&folder.file("list.parquet", "id,name\n1,Amina\n"));
    assert!(said.contains("list.parquet: this is no Parquet file that can be read"), "{said}");
    let whole = std::fs::read(made_by("pyarrow")).unwrap();
    let path = folder.path("list.csv");
    std::fs::write(&path, &whole).unwrap();
    assert!(refused(&path).contains("give it a name that ends in .parquet"));
    let path = folder.path("short.parquet");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(refused(&path).contains("no Parquet file that can be read"));
    // Bytes overwritten in the first pages: the row group and the column are named, and nothing panics.
    let mut spoilt = whole.clone();
    spoilt[4..900].fill(0xff);
    let path = folder.path("spoilt.parquet");
    std::fs::write(&path, spoilt).unwrap();
    let said = refused(&path);
    assert!(said.contains("row group 1, column «id»"), "{said}");
}
