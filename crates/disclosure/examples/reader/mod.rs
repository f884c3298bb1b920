//! Reads a CSV as the benchmarks do: each column a category, whatever it holds.

use disclosure::{Column, Domain, Microdata};

pub fn read(path: &str, domain: Domain) -> Microdata {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |(place, name): (usize, &String)| Column {
        domain,
        ..Column::found(name, rows.iter().map(|row| &row[place])).unwrap()
    };
    Microdata::new(names.iter().enumerate().map(column).collect())
}
