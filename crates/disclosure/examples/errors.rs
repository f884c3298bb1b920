//! Compares released records with the original: `errors ORIGINAL.csv RELEASED.csv LENGTH`.

use std::time::Instant;

use disclosure::{Domain, evaluate};
use reader::read;

mod reader;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (original, released) = (read(&arguments[0], Domain::Found), read(&arguments[1], Domain::Found));
    let begun = Instant::now();
    for line in evaluate::by_length(&original, &released, arguments[2].parse().unwrap()).unwrap() {
        println!("{}", serde_json::to_string(&line).unwrap());
    }
    eprintln!("compared in {:.2?}", begun.elapsed());
}
