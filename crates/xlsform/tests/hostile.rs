//! Files that were not made to be read: bombs, lies, halves.

use std::io::{Cursor, Write};
use std::time::Instant;

use proptest::prelude::*;
use rust_xlsxwriter::{Format as Style, Workbook as Excel};
use xlsform::form::Form;
use xlsform::workbook::{Error, Format, Limits, Workbook};
use zip::write::SimpleFileOptions;

/// A form as Excel writes it.
fn excel() -> Excel {
    let mut excel = Excel::new();
    let sheet = excel.add_worksheet().set_name("survey").unwrap();
    for (row, cells) in [["type", "name", "label"], ["text", "town", "Where?"]].iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    excel
}

fn read(bytes: &[u8], format: Format) -> Result<Workbook, Error> {
    Workbook::read(bytes, format, &Limits::default())
}

/// The parts of a workbook, one of them replaced.
fn with_part(workbook: &[u8], name: &str, write: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).unwrap();
        if part.name().unwrap() != name {
            changed.raw_copy_file(part).unwrap();
        }
    }
    changed.start_file(name, SimpleFileOptions::default()).unwrap();
    write(&mut changed);
    changed.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_is_read_as_it_looks() {
    let mut excel = excel();
    let sheet = excel.worksheet_from_name("survey").unwrap();
    let day = Style::new().set_num_format("yyyy-mm-dd");
    sheet.write(2, 0, "date").unwrap();
    sheet.write(2, 1, 7.0).unwrap();
    sheet.write(2, 2, 2.5).unwrap();
    sheet.write(2, 3, true).unwrap();
    sheet.write_with_format(2, 4, 46354.5, &day).unwrap();
    let workbook = read(&excel.save_to_buffer().unwrap(), Format::Xlsx).unwrap();
    let cells: Vec<_> = workbook.sheets[0].rows[2].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(cells, ["date", "7", "2.5", "TRUE", "2026-11-28 12:00:00"]);
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let bomb = with_part(&excel().save_to_buffer().unwrap(), "xl/media/image1.png", |part| {
        part.write_all(&vec![0; 5 << 20]).unwrap();
    });
    assert!(bomb.len() < 100_000, "{} bytes on disk", bomb.len());
    let limits = Limits { unpacked: 4 << 20, ..Limits::default() };
    assert!(matches!(Workbook::read(&bomb, Format::Xlsx, &limits), Err(Error::UnpacksTooLarge(_))));
    assert!(read(&bomb, Format::Xlsx).is_ok(), "five megabytes are no bomb");
}

#[test]
fn a_cell_in_the_last_corner_costs_nothing() {
    let mut excel = excel();
    excel.worksheet_from_name("survey").unwrap().write(1_048_575, 16_383, "note").unwrap();
    let began = Instant::now();
    let workbook = read(&excel.save_to_buffer().unwrap(), Format::Xlsx).unwrap();
    assert_eq!(workbook.sheets[0].rows.len(), 2, "what stands far below the form is no form");
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn one_text_in_many_cells_counts_each_time() {
    let mut excel = excel();
    let long = "a".repeat(30_000);
    let sheet = excel.worksheet_from_name("survey").unwrap();
    for row in 1..100 {
        sheet.write(row, 2, &long).unwrap();
    }
    let limits = Limits { text: 1 << 20, ..Limits::default() };
    let error = Workbook::read(&excel.save_to_buffer().unwrap(), Format::Xlsx, &limits).unwrap_err();
    assert!(
        error.to_string().contains("row 36: the file holds more than a form can, 1048576 bytes of text"),
        "{error}"
    );
}

#[test]
fn half_a_workbook_and_none_are_said_to_be_damaged() {
    let whole = excel().save_to_buffer().unwrap();
    for bytes in [&whole[..whole.len() / 2], b"PK", b"", b"<html></html>"] {
        for format in [Format::Xlsx, Format::Xls] {
            let error = read(bytes, format).unwrap_err();
            assert!(error.to_string().contains("open it in a spreadsheet and save it anew"), "{error}");
        }
    }
}

#[test]
fn macros_are_left_alone() {
    let with_macro = with_part(&excel().save_to_buffer().unwrap(), "xl/vbaProject.bin", |part| {
        part.write_all(b"\xd0\xcf\x11\xe0 no macro that anybody runs").unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("intake.xlsm");
    std::fs::write(&file, with_macro).unwrap();
    let workbook = Workbook::open(&file).unwrap();
    assert_eq!(workbook.name.as_deref(), Some("intake"));
    let (form, _) = Form::read(&workbook).unwrap();
    assert_eq!(form.settings.id, "intake");
}

#[test]
fn an_old_workbook_is_read() {
    let workbook = read(include_bytes!("data/arrival.xls"), Format::Xls).unwrap();
    let (form, _) = Form::read(&workbook).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(form.settings.title, "Arrival");
    assert_eq!(form.settings.version.as_deref(), Some("2026-11-28 09:30:00"));
    assert!(form.ids().any(|id| form.node(id).name == "town"));
}

#[test]
fn an_old_workbook_with_cells_in_many_corners_is_refused() {
    let bytes = include_bytes!("data/corners.xls");
    assert!(bytes.len() < 100_000);
    let limits = Limits { cells: 100_000, ..Limits::default() };
    assert!(matches!(Workbook::read(bytes, Format::Xls, &limits), Err(Error::UnpacksTooLarge(_))));
}

fn problems(markdown: &str) -> Vec<String> {
    let workbook = read(markdown.as_bytes(), Format::Markdown).unwrap();
    Form::read(&workbook).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_form_that_grows_out_of_hand_is_refused_at_once() {
    let began = Instant::now();
    let survey = "| survey | | | |\n| | type | name | label |\n";
    let row = |kind: &str, name: usize| format!("| | {kind} | n{name} | Which? |\n");

    let deep: String = (0..5000).map(|number| row("begin_group", number)).collect();
    assert!(problems(&(survey.to_string() + &deep))[0].contains("row 66: groups lie in one another more than 64 deep"));

    let long: String = (0..110_000).map(|number| row("note", number)).collect();
    assert!(problems(&(survey.to_string() + &long))[0].contains("more than 100000 rows"));

    let loops: String = (0..4).map(|number| row("begin_loop over towns", number)).collect();
    let ends = "| | end_loop | | |\n".repeat(4);
    let towns: String = (0..300).map(|number| format!("| | towns | t{number} | T |\n")).collect();
    let form =
        format!("{survey}{loops}{}{ends}| choices | | | |\n| | list_name | name | label |\n{towns}", row("note", 9));
    assert!(problems(&form).iter().any(|problem| problem.contains("more than 100000 rows")));

    let languages: String = (0..900).map(|number| format!(" label::L{number} |")).collect();
    let texts: String = (0..3000).map(|number| format!("| | note | n{number} | Word |\n")).collect();
    let form = format!("| survey |\n| | type | name |{languages}\n{texts}| | note | all |{}\n", " x |".repeat(900));
    assert!(problems(&form).iter().any(|problem| problem.contains("900 languages and 3001 texts")));

    let brackets = format!("{survey}| | calculate | c | |\n| | note | a | instance( {} |\n", "[(${c} ".repeat(4000));
    assert!(problems(&brackets).len() == 1, "it calculates nothing");
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn an_old_workbook_that_says_it_fills_a_continent_is_not_believed() {
    let mut bytes = include_bytes!("data/arrival.xls").to_vec();
    let dimensions = [0x00, 0x02, 0x0e, 0x00];
    let at = bytes.windows(4).position(|window| window == dimensions).unwrap() + 4;
    bytes[at + 4..at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read(&bytes, Format::Xls).unwrap().sheets[0].rows.len(), 3);
}

/// A cell of a form: often something that means something.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "text", "integer", "note", "calculate", "select_one towns", "select_multiple towns or_other", "begin_repeat",
            "end_repeat", "begin_group", "end_group", "begin_loop over towns", "end_loop", "range", "audit", "rank towns",
            "select_one ${a}", "select_one_from_file x.csv", "csv-external", "background-geopoint", "geotrace", "image",
        ]).prop_map(str::to_string),
        3 => prop::sample::select(vec!["a", "b", "c", "a b", "data", "meta", "A"]).prop_map(str::to_string),
        2 => prop::sample::select(vec![
            "${a}", "${b} > ${a}", "${last-saved#a}", "${", "indexed-repeat(${a}, ${b}, ${c})", "search('x')", "table-list",
            "instance('towns')/root/item[name = ${a}]", "pulldata('f', 'a', 'b', ${c})", "start=1 end=3", "yes", "<&\">",
        ]).prop_map(str::to_string),
        1 => "\\PC{0,12}",
        2 => Just(String::new()),
    ]
}

fn table(columns: Vec<&'static str>) -> impl Strategy<Value = String> {
    let rows = prop::collection::vec(prop::collection::vec(cell(), columns.len()), 0..10);
    rows.prop_map(move |rows| {
        let line = |cells: &[String]| format!("| | {} |\n", cells.join(" | ").replace('\n', " "));
        let headers: Vec<String> = columns.iter().map(|column| (*column).to_string()).collect();
        std::iter::once(line(&headers)).chain(rows.iter().map(|row| line(row))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_form_holds_it_is_refused_or_written_as_xml(
        survey in table(vec![
            "type", "name", "label", "label::French (fr)", "relevant", "calculation", "default", "trigger", "appearance",
            "parameters", "repeat_count", "choice_filter", "save_to", "bind::odk:x", "body::y:z", "instance::id",
        ]),
        choices in table(vec!["list_name", "name", "label", "image", "region", "a b"]),
        entities in table(vec!["list_name", "label", "entity_id", "create_if", "update_if"]),
        with_entities in any::<bool>(),
    ) {
        let mut form = format!("| survey |\n{survey}| choices |\n| | list_name | name |\n| | towns | x |\n{choices}");
        if with_entities {
            form += &format!("| entities |\n{entities}");
        }
        let workbook = Workbook::read(form.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
        match Form::read(&workbook) {
            Ok((form, _)) => {
                let written = xlsform::xform::write(&form);
                let document = roxmltree::Document::parse(&written);
                prop_assert!(document.is_ok(), "{:?}: {}", document, written);
                for node in document.unwrap().descendants() {
                    for name in ["relevant", "calculate", "nodeset", "ref", "value", "appearance"] {
                        let value = node.attribute(name).unwrap_or_default();
                        prop_assert!(!value.contains("${"), "{} in {}", value, written);
                    }
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.place.sheet.is_empty() && problem.to_string().len() > 20);
                }
            }
        }
    }
}
