//! Comma-separated values: all sheets in one file, each begun by its name in the first column.

use super::{Collector, Error};

/// Reads all sheets. The first line with content after a sheet's name holds the column headers.
pub(super) fn read(text: &str, into: &mut Collector) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(Error::UnreadableLine { line, reason: error.to_string() }),
        }
        if let Some(name) = record.get(0).map(str::trim).filter(|name| !name.is_empty()) {
            into.begin_sheet(name);
            row = 0;
        }
        if into.workbook.sheets.is_empty() || record.iter().skip(1).all(|cell| cell.trim().is_empty()) {
            continue;
        }
        row += 1;
        for (column, cell) in (1..).zip(record.iter().skip(1)) {
            into.cell(row, column, cell)?;
        }
    }
    if into.workbook.sheets.iter().all(|sheet| sheet.rows.is_empty()) { Err(Error::NoTable) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Limits, Workbook};

    #[test]
    fn sheets_stand_one_below_the_other() {
        let text = "survey,,\n,type,name,label\n,text,town,\"Where, or near what?\"\nsettings\n,form_id\n,arrival\n";
        let workbook = Workbook::read(text.as_bytes(), Format::Csv, &Limits::default()).unwrap();
        assert_eq!(workbook.sheets.len(), 2);
        assert_eq!(workbook.sheets[0].rows[1].number, 2);
        assert_eq!(workbook.sheets[0].rows[1].cells[2].text, "Where, or near what?");
        assert_eq!(workbook.sheets[1].rows[1].cells[0].text, "arrival");
    }
}
