//! Compares released records with the original: `errors ORIGINAL.csv RELEASED.csv LENGTH`.

use std::time::Instant;

use disclosure::{Column, Microdata, evaluate};

fn read(path: &str) -> Microdata {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |(place, name): (usize, &String)| Column::found(name, rows.iter().map(|row| &row[place])).unwrap();
    Microdata::new(names.iter().enumerate().map(column).collect())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (original, released) = (read(&arguments[0]), read(&arguments[1]));
    let begun = Instant::now();
    for line in evaluate::by_length(&original, &released, arguments[2].parse().unwrap()).unwrap() {
        println!("{}", serde_json::to_string(&line).unwrap());
    }
    eprintln!("compared in {:.2?}", begun.elapsed());
}
