//! Makes synthetic records: `synthesize ORIGINAL.csv OUT.csv EPSILON DELTA [declared]`. With `declared` the values
//! that occur count as public.

use std::time::Instant;

use disclosure::account::{Delta, Epsilon};
use disclosure::noise::Source;
use disclosure::{Column, Domain, Microdata, synthesis};

fn read(path: &str, domain: Domain) -> Microdata {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |(place, name): (usize, &String)| Column {
        domain,
        ..Column::found(name, rows.iter().map(|row| &row[place])).unwrap()
    };
    Microdata::new(names.iter().enumerate().map(column).collect())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [original, target, epsilon, delta] = [0, 1, 2, 3].map(|place| arguments[place].as_str());
    let domain = if arguments.get(4).is_some() { Domain::Declared } else { Domain::Found };
    let begun = Instant::now();
    let original = read(original, domain);
    let read = begun.elapsed();
    let epsilon = Epsilon::new(epsilon.parse().unwrap()).unwrap();
    let delta = Delta::new(delta.parse().unwrap()).unwrap();
    let made = synthesis::marginals(&original, epsilon, delta, &mut Source::secure()).unwrap();
    eprintln!("read in {read:.2?}, made in {:.2?}", begun.elapsed() - read);
    let mut out = csv::Writer::from_path(target).unwrap();
    let columns = made.records.columns();
    out.write_record(columns.iter().map(|column| &column.name)).unwrap();
    for row in 0..made.records.rows() {
        out.write_record(columns.iter().map(|column| column.value(column.codes[row]))).unwrap();
    }
}
