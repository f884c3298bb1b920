//! A data officer brings a file; what it holds is understood, or refused with all that is wrong and what to do.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use disclosure::describe::Description;
use disclosure::read::{Read, Refusals, guess, read};
use disclosure::{Domain, Role};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn read_text(content: &str, description: &str) -> Result<Read, Refusals> {
    let (_folder, path) = file("people.csv", content.as_bytes());
    read(&path, &Description::read(description).unwrap())
}

fn told(content: &str, description: &str) -> String {
    read_text(content, description).unwrap_err().to_string()
}

fn cells(read: &Read, column: &str) -> Vec<String> {
    let column = read.microdata.column(column).unwrap();
    column.codes.iter().map(|code| column.value(*code).to_owned()).collect()
}

const PEOPLE: &str = "\u{feff}sex;age;country;need\n\
    female;4;Syria;\"shelter; heating\"\n\
    male;17;Iraq;food\n\
    female;61;;food\n";

#[test]
fn a_described_file_becomes_categories_with_public_values() {
    let description = "[columns.sex]\nvalues = [\"male\", \"female\", \"other\"]\n\
        [columns.age]\nbands = [0, 5, 18, 60]\n[columns.need]\nrole = \"sensitive\"\n";
    let read = read_text(PEOPLE, description).unwrap();
    assert_eq!(cells(&read, "age"), ["0-4", "5-17", "60+"]);
    assert_eq!(cells(&read, "country"), ["Syria", "Iraq", ""]);
    assert_eq!(cells(&read, "need"), ["shelter; heating", "food", "food"]);
    let sex = read.microdata.column("sex").unwrap();
    assert_eq!(sex.values, ["male", "female", "other"], "in the order of the description, whether or not they occur");
    assert_eq!((sex.domain, sex.role), (Domain::Declared, Role::QuasiIdentifier));
    let country = read.microdata.column("country").unwrap();
    assert_eq!((country.values.join(" "), country.domain), ("Iraq Syria".to_owned(), Domain::Found));
    assert_eq!(read.microdata.column("need").unwrap().role, Role::Sensitive);
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
}

#[test]
fn a_value_outside_the_declared_ones_is_told_with_row_and_column() {
    let told = told(PEOPLE, "[columns.sex]\nvalues = [\"femal\", \"male\"]\n[columns.age]\nbands = [5, 18]\n");
    assert!(told.contains("row 2, column «sex»: «female» is not among its values; is «femal» meant?"), "{told}");
    assert!(told.contains("row 2, column «age»: «4» lies in no band, the first of which begins with 5"), "{told}");
}

#[test]
fn a_description_that_is_wrong_says_what_was_meant() {
    let wrong = |text: &str| {
        let wrong = Description::read(text).unwrap_err();
        wrong.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
    };
    assert!(wrong("[columns.sex]\nrol = \"sensitive\"").contains("a key «rol», which means nothing; is «role» meant?"));
    assert!(wrong("[column.sex]\n").contains("is «columns» meant?"));
    assert!(wrong("[columns.sex]\nrole = \"secret\"").contains("column «sex»"));
    assert!(wrong("[columns.age]\nbands = [0, 18, 18]").contains("each larger than the one before"));
    assert!(wrong("[columns.age]\nbands = [0]\nvalues = [\"a\"]").contains("only one of"));
    assert!(wrong("[columns.age]\nvalues = [\"a\", \"a\"]").contains("twice"));
    assert!(wrong("sex = ").contains("no TOML"));
    let told = told(PEOPLE, "[columns.contry]\nrole = \"sensitive\"");
    assert!(told.contains("there is no column «contry»; is «country» meant?"), "{told}");
}

/// A register of 400 invented people, with all that does not belong into statistics.
fn register() -> String {
    let mut text = "name,phone,born,age,story,sex,office\n".to_owned();
    for row in 0..400 {
        let born = format!("{}-{:02}-{:02}", 1950 + row % 60, row % 12 + 1, row % 28 + 1);
        let story = format!("Came over the border in winter {row} and lost a bag");
        let sex = ["female", "male"][row % 2];
        writeln!(text, "Person {row},+9627{row:07},{born},{},{story},{sex},North", row % 70).unwrap();
    }
    text
}

#[test]
fn what_no_category_holds_is_refused_all_at_once_and_the_guess_settles_it() {
    let told = told(&register(), "");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 5, "{told}");
    let expected = [
        ("«name»", "400 different values in 400 rows", "role = \"identifier\""),
        ("«phone»", "400 different values in 400 rows", "role = \"identifier\""),
        ("«born»", "days", "dates = \"year\""),
        ("«age»", "numbers", "bands = [0, 5, 12, 18, 25, 60]"),
        ("«story»", "sentences", "role = \"ignore\""),
    ];
    for (line, (column, why, what)) in lines.iter().zip(expected) {
        assert!(line.contains(column) && line.contains(why) && line.contains(what), "{line}");
        assert!(line.contains("[columns."), "which lines of the description help: {line}");
    }
    let (_folder, path) = file("register.csv", register().as_bytes());
    let guessed = guess(&path).unwrap();
    let description = Description::read(&guessed).unwrap();
    let read = read(&path, &description).unwrap_or_else(|refused| panic!("{refused}\n{guessed}"));
    let kept: Vec<&str> = read.microdata.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(kept, ["born", "age", "sex", "office"], "{guessed}");
    assert_eq!(read.microdata.rows(), 400);
}

#[test]
fn a_column_that_says_the_same_of_everybody_is_only_warned_of() {
    let read = read_text("sex,office,empty\nfemale,North,\nmale,North,\n", "").unwrap();
    let warned: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    assert!(warned[0].contains("column «office»: says nothing but «North»"), "{warned:?}");
    assert!(warned[1].contains("column «empty»: is empty"), "{warned:?}");
}

#[test]
fn a_broken_file_is_told_with_its_rows() {
    assert!(told("", "").contains("is empty"));
    assert!(told("sex,age\n", "").contains("no rows"));
    let twice = told("sex,sex,\nfemale,male,x\n", "");
    assert!(twice.contains("«sex»: stands in the header twice") && twice.contains("column 3 has no name"), "{twice}");
    let uneven = told("sex,age\nfemale,1\nmale\nfemale,1,2\n", "");
    assert!(uneven.contains("row 3: has 1 cells where the header names 2"), "{uneven}");
    assert!(uneven.contains("row 4: has 3 cells"), "{uneven}");
    let wide: Vec<String> = (0..150).map(|column| format!("c{column}")).collect();
    assert!(told(&format!("{0}\n{0}\n", wide.join(",")), "").contains("150 columns"));
    assert!(told("a\n1\n", "[columns.a]\nrole = \"ignore\"").contains("no column is left"));
    let (_folder, latin) = file("latin.csv", b"sex,place\nfemale,B\xe9char\n");
    let told = read(&latin, &Description::default()).unwrap_err().to_string();
    assert!(told.contains("row 2, column «place»") && told.contains("UTF-8"), "{told}");
    let (_folder, wide) = file("wide.csv", b"\xff\xfes\0e\0x\0");
    assert!(read(&wide, &Description::default()).unwrap_err().to_string().contains("UTF-16"));
    let (_folder, parquet) = file("people.parquet", b"PAR1 and no more");
    assert!(read(&parquet, &Description::default()).unwrap_err().to_string().contains("no Parquet file"));
    assert!(read(&parquet.with_file_name("none.csv"), &Description::default()).is_err());
}

#[test]
fn a_release_is_read_by_the_description_of_its_original() {
    let text = "[columns.name]\nrole = \"identifier\"\n[columns.age]\nbands = [0, 18, 60]\n\
                [columns.arrived]\ndates = \"year\"\n[columns.need]\nrole = \"sensitive\"\nvalues = [\"food\", \"rent\"]\n";
    let (_folder, made) = file("made.csv", b"age,arrived,need\n18-59,2025,rent\n7,2024-05-01,food\n0-59,2020s,other\n");
    let description = Description::read(text).unwrap();
    // As an original it would be refused: it lacks a column, and holds what no age, day or need is.
    assert!(read(&made, &description).is_err());
    let released = read(&made, &description.of_release()).unwrap();
    assert_eq!(cells(&released, "age"), ["18-59", "0-17", "0-59"]);
    assert_eq!(cells(&released, "arrived"), ["2025", "2024", "2020s"]);
    assert_eq!(cells(&released, "need"), ["rent", "food", "other"]);
    assert_eq!(released.microdata.column("need").unwrap().role, Role::Sensitive);
}

#[test]
fn what_is_guessed_can_be_read_back() {
    // A column without values, one whose name goes over two lines and has quotes, and one with a bell in it.
    let (_folder, path) = file("people.csv", b"sex,remark,\"born\n\"\"about\"\"\",\x07\nfemale,,2001,a\nmale,,2002,\n");
    let guessed = guess(&path).unwrap();
    let read = read(&path, &Description::read(&guessed).unwrap()).unwrap();
    assert_eq!(cells(&read, "born\n\"about\""), ["2001", "2002"], "{guessed}");
}

#[test]
fn parquet_says_the_same_as_csv() {
    let field = |name: &str, physical, logical| {
        let built = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        Arc::new(built.with_repetition(Repetition::OPTIONAL).build().unwrap())
    };
    let fields = vec![
        field("sex", Physical::BYTE_ARRAY, Some(LogicalType::String)),
        field("age", Physical::INT32, None),
        field("alone", Physical::BOOLEAN, None),
        field("arrived", Physical::INT32, Some(LogicalType::Date)),
    ];
    let schema = Arc::new(Type::group_type_builder("schema").with_fields(fields).build().unwrap());
    for dictionary in [true, false] {
        let (_folder, path) = file("people.parquet", b"");
        let properties = WriterProperties::builder().set_dictionary_enabled(dictionary).build();
        let out = std::fs::File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(out, schema.clone(), Arc::new(properties)).unwrap();
        for _group in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let texts = [ByteArray::from("female"), ByteArray::from("male")];
            column.typed::<ByteArrayType>().write_batch(&texts, Some(&[1, 0, 1]), None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[4, 17], Some(&[0, 1, 1]), None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<BoolType>().write_batch(&[true, false, true], Some(&[1, 1, 1]), None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[0, 366, 20_000], Some(&[1, 1, 1]), None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        let text = "[columns.age]\nbands = [0, 5]\n[columns.arrived]\ndates = \"year\"\n";
        let parquet = read(&path, &Description::read(text).unwrap()).unwrap();
        let rows = "female,,true,1970-01-01\n,4,false,1971-01-02\nmale,17,true,2024-10-04\n";
        let csv = read_text(&format!("sex,age,alone,arrived\n{rows}{rows}"), text).unwrap();
        for column in ["sex", "age", "alone", "arrived"] {
            assert_eq!(cells(&parquet, column), cells(&csv, column), "{column}");
        }
    }
}
