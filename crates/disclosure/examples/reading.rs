//! How long a file takes to read, and how much memory: `cargo run --release -p disclosure --example reading FILE`.

use std::path::PathBuf;
use std::time::Instant;

use disclosure::describe::Description;

fn main() {
    let Some(path) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("reading FILE");
        std::process::exit(2);
    };
    let begun = Instant::now();
    match disclosure::read::read(&path, &Description::default()) {
        Ok(read) => {
            let (rows, columns) = (read.microdata.rows(), read.microdata.columns().len());
            println!("{rows} rows of {columns} columns in {:.2} s", begun.elapsed().as_secs_f64());
        }
        Err(refusals) => println!("{refusals}"),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
}
