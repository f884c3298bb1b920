//! Lists coming in and going out: through the browser, over the API, on the command line.

use std::io::Cursor;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::installed::{Installation, people};
use crate::support::{Answer, Browser, Server};
use crate::{operator_story, story};

/// A form with a file, as a browser sends it.
fn send(browser: &Browser, name: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes());
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    browser.request("POST", "/people/import", &[("content-type", "multipart/form-data; boundary=x")], &body)
}

/// The page of an import once it has come to an end.
fn ended(browser: &Browser, path: &str) -> Answer {
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{}", page.body);
        if !page.body.contains("People are being registered.") {
            return page;
        }
        assert!(Instant::now() < patience, "it never ended");
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// A data officer, who speaks Spanish otherwise.
fn in_english(server: &Server) -> Browser {
    let daniela = server.log_in("daniela");
    daniela.post("/language", &[("language", "en")]);
    daniela
}

fn sent(browser: &Browser, name: &str, fields: &[(&str, &str)], file: &[u8]) -> String {
    let answer = send(browser, name, fields, file);
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location
}

fn rows_of(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

story!(a_data_officer_imports_a_list_without_a_shell, |server: &Server| {
    let daniela = in_english(server);
    assert!(daniela.get("/people").body.contains("href=\"/people/import\""));
    assert!(daniela.get("/people/import").body.contains("type=\"file\""));
    assert_eq!(server.log_in("amal").get("/people/import").status, 403);
    let before = people(&daniela);
    let file = "Wer;Sex;Née le\r\nZubayda Karimova;f;03/04/2001\r\n\r\nOlim;perhaps;04/05/2001\r\n;;\r\n";
    let path = sent(&daniela, "liste <1>.csv", &[("encoding", ""), ("dates", "")], file.as_bytes());
    let page = daniela.get(&path).body;
    assert!(page.contains("liste &#60;1&#62;.csv"), "{page}");
    assert!(page.contains("No column holds a name. Columns found: Wer, Sex, Née le"), "{page}");
    assert!(
        page.contains("Zubayda Karimova") && page.contains("name=\"columns[0][field]\""),
        "columns to choose: {page}"
    );
    assert_eq!(daniela.post(&format!("{path}/run"), &[]).status, 409, "nothing is run that cannot be");
    let columns = [
        ("columns[0][name]", "Wer"),
        ("columns[0][field]", "name"),
        ("columns[1][name]", "Sex"),
        ("columns[1][field]", "sex"),
        ("columns[2][name]", "Née le"),
        ("columns[2][field]", "birth_date"),
    ];
    assert_eq!(daniela.post(&format!("{path}/look"), &columns).status, 303);
    let page = daniela.get(&path).body;
    assert!(page.contains("2 rows: 0 to be registered") && page.contains("the day or the month first?"), "{page}");
    assert!(page.contains("«perhaps» is not a known word for a sex"), "{page}");
    let looked = daniela.post(&format!("{path}/look"), &[&columns[..], &[("dates", "day_first")]].concat());
    assert_eq!(looked.status, 303, "{}", looked.body);
    let page = daniela.get(&path).body;
    assert!(page.contains("2 rows: 1 to be registered, 0 known from before, 1 rejected."), "{page}");
    assert_eq!(people(&daniela), before, "looking writes nothing");
    assert_eq!(server.log_in("lucia").get(&path).status, 403);
    for _ in 0..2 {
        assert_eq!(daniela.post(&format!("{path}/run"), &[]).status, 303);
    }
    let page = ended(&daniela, &path).body;
    assert!(page.contains("2 rows: 1 registered, 0 changed, 0 known from before, 1 rejected."), "{page}");
    assert_eq!(people(&daniela), before + 1);
    // The empty line and the row of nothing but semicolons count as rows, as a spreadsheet shows them.
    let rejects = rows_of(&daniela.get(&format!("{path}/rejects")).body);
    assert_eq!(rejects[0][..3], ["Row", "Column", "Problem"]);
    assert_eq!(rejects[1][..4], ["4", "Sex", "«perhaps» is not a known word for a sex", "Olim"]);
    daniela.post("/language", &[("language", "ar")]);
    let again = sent(&daniela, "b.csv", &[], "الاسم الكامل,الجنس\nنور,ربما\n".as_bytes());
    let page = daniela.get(&again).body;
    assert!(page.contains("dir=\"rtl\"") && page.contains("«ربما» ليست كلمة معروفة للجنس"), "{page}");
    assert_eq!(daniela.post(&format!("{again}/discard"), &[]).status, 303);
    assert_eq!(daniela.get(&again).status, 404);
});

story!(lists_come_in_as_spreadsheets_of_any_country_save_them, |server: &Server| {
    let daniela = in_english(server);
    let begin = |query: &str, file: &[u8]| {
        let path = format!("/api/v1/people/imports?name=list{query}");
        let answer = daniela.request("POST", &path, &[("content-type", "text/csv")], file);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    };
    let utf16: Vec<u8> = "\u{feff}الاسم\tالعمر\r\nضياء\t31\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let arabic = b"\xc7\xe1\xc7\xd3\xe3;\xc7\xe1\xda\xe3\xd1\r\n\xe4\xe6\xd1;31\r\n";
    let japanese = b"\x8e\x81\x96\xbc,\x94N\x97\xee\r\n\x8eR\x93c\x89\xd4\x8eq,31\r\n";
    for (query, file, name) in [
        ("", &utf16[..], "ضياء"),
        ("&encoding=windows-1256", arabic, "نور"),
        ("&encoding=shift_jis", japanese, "山田花子"),
        ("&encoding=windows-1252", b"sep=;\r\nNom;\xc2ge\r\nZo\xe9;31\r\n", "Zoé"),
        ("", &workbook(), "Workbook Person"),
    ] {
        let draft = begin(query, file);
        assert_eq!(draft["report"]["created"], 1, "{name}: {draft}");
        assert_eq!(draft["sample"][0][0], name, "{draft}");
        let id = draft["id"].as_str().unwrap();
        assert_eq!(daniela.api("POST", &format!("/people/imports/{id}/run"), &[], &Json::Null).status, 202);
        let patience = Instant::now() + Duration::from_secs(60);
        let done = loop {
            let draft = daniela.api("GET", &format!("/people/imports/{id}"), &[], &Json::Null).json();
            if draft["state"] == "done" || Instant::now() > patience {
                break draft;
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        assert_eq!((&done["state"], &done["report"]["created"]), (&json!("done"), &json!(1)), "{done}");
        let found = daniela.api("POST", "/people/search", &[], &json!({ "q": name })).json();
        assert!(found.as_array().unwrap().iter().any(|hit| hit["name"] == name), "{name}: {found}");
    }
    for (file, problem) in [
        (&b" \r\n"[..], "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\x00\x01\x02", "neither a text file"),
        (b"nam\xe9;age\nA;3\n", "row 1 cannot be read"),
    ] {
        let draft = begin("", file);
        assert!(draft["problem"].as_str().unwrap().contains(problem), "{draft}");
        assert!(draft["report"].is_null());
    }
    let latin = begin("", b"name,age\nZo\xe9,31\nAmina,30\n");
    let rejection = &latin["report"]["rejections"][0];
    assert_eq!(
        (&rejection["row"], &rejection["column"], &rejection["code"]),
        (&json!(2), &json!("name"), &json!("encoding"))
    );
    let huge = daniela.request("POST", "/api/v1/people/imports?name=x", &[], &vec![b'x'; 17 * 1024 * 1024]);
    assert_eq!((huge.status, huge.json()["status"].as_u64()), (413, Some(413)));
    assert_eq!(
        begin("", bomb().as_slice())["problem"],
        "The workbook is too large. Save the list alone, as «CSV UTF-8»."
    );
});

/// A workbook whose second row is empty, with a date and a number as Excel stores them.
fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Full name", "Date of birth", "ID"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_string(2, 0, "Workbook Person").unwrap();
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(1994, 5, 17).unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_datetime_with_format(2, 1, &date, &format).unwrap();
    sheet.write_number(2, 2, 4711.0).unwrap();
    book.save_to_buffer().unwrap()
}

/// A small workbook that unpacks to very much.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    file.start_file("xl/worksheets/sheet1.xml", deflated).unwrap();
    let piece = vec![b' '; 1024 * 1024];
    (0..200).for_each(|_| file.write_all(&piece).unwrap());
    file.finish().unwrap().into_inner()
}

story!(a_long_list_goes_in_and_out_whole, |server: &Server| {
    let daniela = in_english(server);
    let before = rows_of(&daniela.get("/people/export?format=csv").body).len() - 1;
    let rows: String = (0..2_300)
        .map(|row| format!("{row},=Given{row},@Family,{}\n", if row % 2 == 0 { "f" } else { "male" }))
        .collect();
    let path = sent(&daniela, "long.csv", &[], format!("id,given name,family name,sex\n{rows}").as_bytes());
    daniela.post(&format!("{path}/run"), &[]);
    let page = ended(&daniela, &path).body;
    assert!(page.contains("2300 registered"), "{page}");
    let all = rows_of(&daniela.get("/people/export?format=csv").body);
    assert_eq!(all.len(), before + 2_300 + 1, "more than one piece, each row once");
    let numbers: std::collections::HashSet<&String> = all.iter().map(|row| &row[0]).collect();
    assert_eq!(numbers.len(), all.len());
    assert!(all.iter().all(|row| row.len() == all[0].len()));
    for row in &all {
        assert!(
            row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])),
            "a formula leaves: {row:?}"
        );
    }
    let women = rows_of(&daniela.get("/people/export?format=csv&sex=female").body);
    assert!(women.len() > 1_150 && women[1..].iter().all(|row| row[2] == "Female"));
    assert!(
        daniela.get("/people?sex=female").body.contains("/people/export?format=xlsx&amp;sex=female")
            || daniela.get("/people?sex=female").body.contains("/people/export?format=xlsx&#38;sex=female"),
        "the link keeps the filter"
    );
    let book = daniela.request("GET", "/people/export?format=xlsx&sex=female", &[], b"");
    assert_eq!(book.status, 200);
    let history = server.log_in("audit").api("GET", "/history", &[], &Json::Null).json();
    let told = history.as_array().unwrap().iter().filter(|entry| entry["act"] == "exported").count();
    assert!(told >= 4, "each export is told: {history}");
    let lucia = server.log_in("lucia");
    let open = rows_of(&lucia.get("/cases/export?format=csv&state=in_service").body);
    let listed = lucia.api("GET", "/cases?state=in_service&limit=200", &[], &Json::Null).json();
    assert_eq!(open.len() - 1, listed["items"].as_array().unwrap().len());
    assert!(lucia.get("/cases?state=in_service").body.contains("state=in_service\"><svg"), "the link keeps the filter");
});

operator_story!(an_import_speaks_the_operators_language, |it: &Installation| {
    let file = it.file("liste.csv");
    std::fs::write(&file, "nom complet,sexe,né le\nAwa,femme,1990-01-02\nB,peut-être,32.01.1990\n").unwrap();
    let args = ["import", "people", file.to_str().unwrap(), "--user", "officer"];
    let said = it.watari(&args).env("LANG", "fr_FR.UTF-8").arg("--dry-run").output().unwrap();
    let said = crate::support::installed::said(&said);
    assert!(said.contains("Essai : rien n’a été écrit."), "{said}");
    assert!(said.contains("2 lignes : 1 à enregistrer, 0 déjà connues, 1 rejetées."), "{said}");
    assert!(
        said.contains("ligne 3, colonne « sexe » : « peut-être » n’est pas un mot connu pour un sexe")
            || said.contains("ligne 3, colonne « sexe »: « peut-être » n’est pas un mot connu pour un sexe"),
        "{said}"
    );
    let english = it.watari(&args).env("LANG", "fr_FR.UTF-8").args(["--language", "en", "--json"]).output().unwrap();
    let report: Json = serde_json::from_slice(&english.stdout).unwrap();
    assert_eq!((&report["created"], &report["rejected"]), (&json!(1), &json!(1)), "{report}");
    let again: Json = serde_json::from_slice(&it.watari(&args).arg("--json").output().unwrap().stdout).unwrap();
    assert_eq!((&again["created"], &again["known"]), (&json!(0), &json!(1)), "safe to run twice: {again}");
    let rejects = it.file("rejects.csv");
    it.does(&[&args[..], &["--rejects", rejects.to_str().unwrap()]].concat());
    assert!(std::fs::read_to_string(&rejects).unwrap().contains("peut-être"));
    let wrong = it.refuses(&[&args[..], &["--encoding", "klingon"]].concat());
    assert!(wrong.contains("windows-1256"), "{wrong}");
    std::fs::write(&file, "").unwrap();
    let empty = it.watari(&args).env("LANG", "ja_JP.UTF-8").output().unwrap();
    let empty = crate::support::installed::said(&empty);
    assert!(empty.contains("liste.csv") && empty.contains("ファイルが空です。"), "{empty}");
});
