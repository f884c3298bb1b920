use super::*;
use crate::access::Role;
use crate::history;
use crate::testing::House;

struct Desk(House);

fn desk() -> Desk {
    Desk(House::new())
}

impl Desk {
    fn import(&self, file: impl AsRef<[u8]>) -> ImportReport {
        self.try_import(file, Options::default()).unwrap()
    }

    fn try_import(&self, file: impl AsRef<[u8]>, options: Options) -> Result<ImportReport, ImportError> {
        import(&self.0.db, &self.0.viewer, file.as_ref(), &options, |_| {})
    }

    fn people(&self) -> i64 {
        self.0.db.read_blocking(|tx| tx.count("SELECT count(*) FROM person", &[])).unwrap()
    }

    fn person(&self, column: &'static str) -> String {
        let sql = format!("SELECT {column} FROM person ORDER BY number");
        self.0
            .db
            .read_blocking(move |tx| tx.one(&sql, &[], |row| row.get::<Option<String>>(0)))
            .unwrap()
            .flatten()
            .unwrap_or_default()
    }
}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (report.rows, report.created, report.known, report.rejected)
}

fn reasons(report: &ImportReport) -> Vec<(u64, Option<&str>, &str)> {
    report.rejections.iter().map(|it| (it.row, it.column.as_deref(), it.reason.as_str())).collect()
}

#[test]
fn heads_are_known_in_five_languages() {
    for (head, row) in [
        ("Given name,Family name,Sex,Date of birth,Nationality", "Amina,Hassan,female,1997-03-02,Somalia"),
        ("Prénom;Nom de famille;Sexe;Date de naissance;Nationalité", "Amina;Hassan;femme;02.03.1997;Somalie"),
        ("Nombres\tApellidos\tSexo\tFecha de nacimiento\tPaís de origen", "Amina\tHassan\tmujer\t1997/03/02\tSomalia"),
        ("الاسم الأول,اسم العائلة,الجنس,تاريخ الميلاد,الجنسية", "Amina,Hassan,أنثى,١٩٩٧-٠٣-٠٢,الصومال"),
        ("名,姓,性別,生年月日,国籍", "Amina,Hassan,女性,1997年3月2日,so"),
    ] {
        let desk = desk();
        let report = desk.import(format!("\u{feff}{head}\r\n{row}\r\n"));
        assert_eq!(counts(&report), (1, 1, 0, 0), "{head}: {report}");
        assert_eq!(desk.person("display_name"), "Amina Hassan");
        assert_eq!((desk.person("sex"), desk.person("birth_from")), ("female".into(), "1997-03-02".into()));
        assert_eq!(desk.person("nationality"), "SO", "{head}");
    }
}

#[test]
fn running_again_changes_nothing() {
    let desk = desk();
    let file = "id,name,phone\n7,Nyein Chan,+95 1 234 567\n8,မမ,\n";
    assert_eq!(counts(&desk.import(file)), (2, 2, 0, 0));
    assert_eq!(counts(&desk.import(file)), (2, 0, 2, 0));
    // The id decides, whatever else was corrected in the file.
    assert_eq!(counts(&desk.import("ID;Name\n7;Nyein Chan Aung\n9;New\n")), (2, 1, 1, 0));
    assert_eq!(desk.people(), 3);
    assert!(desk.0.db.read_blocking(history::verify).unwrap().iter().all(|chain| chain.faults.is_empty()));
}

#[test]
fn without_an_id_the_row_itself_is_the_key() {
    let desk = desk();
    assert_eq!(counts(&desk.import("name,age\nAn Nguyễn,30\n")), (1, 1, 0, 0));
    let again = desk.import("Age;Full name\n30;AN NGUYỄN\n31;An Nguyễn\n");
    assert_eq!(counts(&again), (2, 1, 1, 0), "order, case and the columns' names do not matter");
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = desk();
    let before = desk.0.db.read_blocking(|tx| tx.count("SELECT count(*) FROM history", &[])).unwrap();
    let options = Options { dry_run: true, ..Options::default() };
    let report = desk.try_import("name,age\nA,30\nB,300\n", options).unwrap();
    assert_eq!(counts(&report), (2, 1, 0, 1));
    let after = desk.0.db.read_blocking(|tx| tx.count("SELECT count(*) FROM history", &[])).unwrap();
    assert_eq!((desk.people(), before), (0, after));
}

#[test]
fn every_rejected_row_is_named() {
    let desk = desk();
    let mut file =
        b"id,name,birth date,nationality,sex,phone\n1,A,2001-02-30,SO,f,\n2,B,2030-01-01,Atlantis,q,12\n3,C\n4,"
            .to_vec();
    file.extend(b"\xe9t\xe9,,,,\n5,,,,,\n1,Again,,,,\n6,\x07bell,,,,\n7,Good,,,,\n7,Twin,,,,\n");
    let report = desk.import(file);
    assert_eq!(counts(&report), (9, 2, 0, 7), "{report}");
    let expected: Vec<(u64, Option<&str>, &str)> = vec![
        (2, Some("birth date"), "«2001-02-30» is not a day of the calendar"),
        (3, Some("birth date"), "2030-01-01 lies in the future"),
        (3, Some("nationality"), "«Atlantis» is not a country’s name or ISO code"),
        (3, Some("sex"), "«q» is not a known word for a sex"),
        (3, Some("phone"), "«12» is not a telephone number"),
        (4, None, "has 2 cells, the head has 6"),
        (5, Some("name"), "is not UTF-8 text: say how its letters are written, or save it as «CSV UTF-8»"),
        (6, None, "has no name"),
        (8, Some("name"), "holds control characters"),
        (10, None, "is the same as row 9"),
    ];
    assert_eq!(reasons(&report), expected);
    let csv = String::from_utf8(report.rejects_csv().unwrap()).unwrap();
    assert!(csv.starts_with("\u{feff}Row,Column,Problem,id,name"));
    assert!(csv.contains("4,,\"has 2 cells, the head has 6\",3,C,,,,\r\n"), "{csv}");
    assert!(report.to_string().contains("row 3, column «sex»"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rejections"][0]["row"], 2);
}

#[test]
fn bad_files_are_refused_in_words() {
    let desk = desk();
    let refusal = |file: &[u8]| desk.try_import(file, Options::default()).unwrap_err().to_string();
    assert_eq!(refusal(b""), "The file is empty.");
    assert_eq!(refusal(b"\xef\xbb\xbf\r\n  "), "The file is empty.");
    assert_eq!(refusal(b"\xff\xfe \0"), "The file is empty.");
    assert!(refusal(b"PK\x03\x04...").contains("The workbook cannot be opened"));
    assert!(refusal(b"\xd0\xcf\x11\xe0").contains("old Excel"));
    assert!(refusal(b"name\0").contains("neither a text file nor an Excel workbook"));
    assert!(refusal(b"colour,weight\nred,2").contains("colour, weight"));
    assert!(refusal(b"name,full name\nA,B").contains("would both be «Whole name»"));
    assert!(refusal(b"nam\xe9\nA").contains("not UTF-8"));
    assert_eq!(desk.people(), 0);
}

#[test]
fn a_mapping_goes_before_the_names() {
    let desk = desk();
    let map = ["Wer=name", "name=-"].map(|text| parse_map(text).unwrap()).to_vec();
    let report = desk.try_import("Wer,name\nAmina,x\n", Options { map, ..Options::default() }).unwrap();
    assert_eq!(report.created, 1);
    assert_eq!(desk.person("display_name"), "Amina");
    assert!(parse_map("Wer").is_err() && parse_map("Wer=colour").is_err());
    let map = vec![("Wo".to_owned(), None)];
    assert!(matches!(desk.try_import("name\nA", Options { map, ..Options::default() }), Err(ImportError::NoColumn(_))));
}

#[test]
fn ten_megabytes_in_a_cell_are_one_rejected_row() {
    let desk = desk();
    let file = format!("name\n\"{}\"\nAmina\n", "x".repeat(10 * 1024 * 1024));
    let report = desk.import(file);
    assert_eq!(counts(&report), (2, 1, 0, 1));
    assert!(report.rejects_csv().unwrap().len() < 10_000);
    // A quote that never ends takes the rest of the file along, and says so.
    assert_eq!(desk.import(format!("name\n\"{}", "Row\n".repeat(5_000))).rejected, 1);
}

#[test]
fn the_file_tells_which_comes_first_or_nobody_guesses() {
    let desk = desk();
    let report = desk.import("id,name,dob\n1,A,03/04/2001\n2,B,25/12/1999\n");
    assert_eq!((report.created, desk.person("birth_from").as_str()), (2, "2001-04-03"));
    let unclear = "id,name,dob\n3,C,03/04/2001\n";
    assert!(desk.import(unclear).rejections[0].reason.contains("--dates"));
    let options = Options { dates: Some(DateOrder::MonthFirst), ..Options::default() };
    assert_eq!(desk.try_import(unclear, options).unwrap().created, 1);
}

#[test]
fn m_is_read_from_what_stands_beside_it() {
    for (other, sex) in [("F", Some("male")), ("H", Some("female")), ("x", None)] {
        let desk = desk();
        let report = desk.import(format!("name,sexo\nA,M\nB,{other}\n"));
        match sex {
            Some(sex) => assert_eq!(desk.person("sex"), sex),
            None => assert_eq!(report.rejections[0].reason, "M may mean masculine or mujer: write it out"),
        }
    }
}

#[test]
fn ages_and_years_are_spans() {
    let desk = desk();
    desk.import("name,age\nA,30\n");
    assert_eq!((desk.person("birth_from"), desk.person("birth_to")), ("1995-11-25".into(), "1996-11-24".into()));
    let desk = self::desk();
    desk.import("name,age,year of birth\nA,30,1996\n");
    assert_eq!((desk.person("birth_kind"), desk.person("birth_to")), ("estimated".into(), "1996-12-31".into()));
}

#[test]
fn what_was_defused_on_the_way_out_comes_back_in() {
    let desk = desk();
    desk.import("name,phone,nationality\nA,'+962 79 000 1111,\"Syria; stateless\"\n");
    let details = desk.person("details");
    assert!(details.contains("\"+962 79 000 1111\"") && !details.contains("'+"), "{details}");
    assert!(details.contains("[\"SY\",\"stateless\"]"), "{details}");
    assert!(details.contains("\"safety\":\"unknown\""), "nobody said that the number is safe");
}

#[test]
fn only_who_may_import_does() {
    let mut desk = desk();
    desk.0.viewer.role = Role::Caseworker;
    assert!(matches!(desk.try_import("name\nA", Options::default()), Err(ImportError::NotAllowed)));
}

#[test]
fn what_was_written_since_is_overwritten_only_when_asked() {
    let desk = desk();
    desk.import("id,name\n7,Amina\n");
    let corrected = "id,name\n7,Amina Yusuf\n";
    assert_eq!(counts(&desk.import(corrected)), (1, 0, 1, 0));
    assert_eq!(desk.person("display_name"), "Amina");
    let update = || Options { update: true, ..Options::default() };
    assert_eq!(desk.try_import(corrected, update()).unwrap().changed, 1);
    assert_eq!(desk.person("display_name"), "Amina Yusuf");
    assert_eq!(counts(&desk.try_import(corrected, update()).unwrap()), (1, 0, 1, 0));
}

#[test]
fn rows_have_the_numbers_that_a_spreadsheet_shows() {
    for end in ["\n", "\r\n"] {
        let lines = ["name,age", "", "\"A\nB\",300", "", ",", "C,301", "D,30", "E,302"];
        let report = desk().import(lines.join(end));
        let rows: Vec<u64> = report.rejections.iter().map(|it| it.row).collect();
        assert_eq!((rows, report.rows, report.created), (vec![3, 6, 8], 4, 1), "{report}");
    }
}

#[test]
fn utf16_and_other_letters_are_read() {
    let desk = desk();
    let text: Vec<u8> = "\u{feff}name\tage\nضحى\t30\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(desk.import(text).created, 1);
    let options = Options { encoding: Some(TextEncoding::Arabic), ..Options::default() };
    assert_eq!(desk.try_import(b"name\n\xe4\xe6\xd1\n", options).unwrap().created, 1);
    let options = Options { encoding: Some(TextEncoding::Japanese), ..Options::default() };
    assert!(matches!(desk.try_import(b"name\n\x81\n", options), Err(ImportError::Encoding)));
}

#[test]
fn east_asian_family_names_come_first() {
    let desk = desk();
    desk.import("姓,名\n山田,花子\n");
    assert_eq!(desk.person("display_name"), "山田 花子");
}
