//! Converts forms: `convert FILE` writes its XForm to standard output, or what is wrong with it as JSON to standard
//! error. `convert --batch` reads a form as JSON from each line of standard input and answers each with a line, for
//! harnesses that convert many.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use xlsform::form::{Form, Place, Reading};
use xlsform::workbook::{Cell, Format, Limits, Row, Sheet, Workbook};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("--batch") => batch(),
        Some(file) => one(Path::new(file)),
        None => {
            eprintln!("convert FILE, or convert --batch");
            ExitCode::from(2)
        }
    }
}

fn one(file: &Path) -> ExitCode {
    let answer = match Workbook::open(file) {
        Ok(workbook) => told(Form::read(&workbook)),
        Err(error) => json!({ "problems": [{ "message": error.to_string() }] }),
    };
    match answer.get("xform").and_then(Value::as_str) {
        Some(xform) => {
            print!("{xform}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("{answer:#}");
            ExitCode::FAILURE
        }
    }
}

/// Each line has `markdown`, `file` or `sheets`, and perhaps `root`, the name of the root element.
fn batch() -> ExitCode {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(Ok(task)) = line.map(|line| serde_json::from_str::<Value>(&line)) else { return ExitCode::from(2) };
        let root = task.get("root").and_then(Value::as_str).unwrap_or("data");
        let answer = match workbook(&task) {
            Ok(mut workbook) => {
                workbook.name = task.get("stem").and_then(Value::as_str).map(str::to_string).or(workbook.name);
                told(Form::read_named(&workbook, root))
            }
            Err(message) => json!({ "problems": [{ "message": message }] }),
        };
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn workbook(task: &Value) -> Result<Workbook, String> {
    let text = |name: &str| task.get(name).and_then(Value::as_str);
    if let Some(markdown) = text("markdown") {
        return Workbook::read(markdown.as_bytes(), Format::Markdown, &Limits::default()).map_err(|e| e.to_string());
    }
    if let Some(file) = text("file") {
        return Workbook::open(Path::new(file)).map_err(|error| error.to_string());
    }
    let sheets = task.get("sheets").and_then(Value::as_array).ok_or("the line names no form")?;
    Ok(Workbook { name: None, sheets: sheets.iter().map(sheet).collect() })
}

/// `{"name": "survey", "rows": [["type", "name"], ["text", "town"]]}`: cells as they are, untrimmed.
fn sheet(value: &Value) -> Sheet {
    let rows = value.get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let cells = |cells: &Value| -> Vec<Cell> {
        let cells = cells.as_array().map(Vec::as_slice).unwrap_or_default();
        (1..)
            .zip(cells)
            .filter_map(|(column, cell)| Some(Cell { column, text: cell.as_str()?.to_string() }))
            .filter(|cell| !cell.text.is_empty())
            .collect()
    };
    Sheet {
        name: value.get("name").and_then(Value::as_str).unwrap_or_default().to_string(),
        rows: (1..).zip(rows).map(|(number, row)| Row { number, cells: cells(row) }).collect(),
    }
}

fn told(reading: Reading) -> Value {
    let place = |place: &Place, message: String| json!({ "sheet": place.sheet, "row": place.row, "column": place.column, "message": message });
    match reading {
        Ok((form, warnings)) => json!({
            "xform": xlsform::xform::write(&form),
            "itemsets": xlsform::xform::itemsets(&form),
            "warnings": warnings.iter().map(|w| place(&w.place, w.kind.to_string())).collect::<Vec<_>>(),
        }),
        Err(problems) => {
            json!({ "problems": problems.iter().map(|p| place(&p.place, p.kind.to_string())).collect::<Vec<_>>() })
        }
    }
}
