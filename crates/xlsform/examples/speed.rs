//! Seconds that it takes to convert a workbook: `speed FILE TIMES` prints the fastest of so many conversions, after one
//! to warm up, because others may use the machine. Each opens the file, reads the form and writes the XForm.

use std::path::Path;
use std::time::Instant;

use xlsform::form::Form;
use xlsform::workbook::Workbook;

/// That of the program `watari`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (file, times) = (Path::new(&arguments[1]), arguments[2].parse::<usize>().unwrap());
    let fastest = (0..=times).map(|_| convert(file)).skip(1).reduce(f64::min);
    println!("{}", fastest.unwrap());
}

fn convert(file: &Path) -> f64 {
    let start = Instant::now();
    let workbook = Workbook::open(file).unwrap();
    let (form, _) = Form::read(&workbook).unwrap();
    let xform = xlsform::xform::write(&form);
    let seconds = start.elapsed().as_secs_f64();
    assert!(xform.ends_with("</h:html>\n"));
    seconds
}
