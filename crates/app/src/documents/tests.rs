use std::collections::BTreeSet;

use super::*;

fn many_scripts() -> Document {
    Document {
        title: "ملف الحالة".into(),
        subtitle: "Case file 2026-0114".into(),
        language: "ar".into(),
        right_to_left: true,
        footer: "سري".into(),
        blocks: vec![
            Block::Heading("الخطة".into()),
            Block::Paragraph("وصلت Amina Noor في 12 مارس 2026 إلى المركز.".into()),
            Block::Facts(vec![
                ("မြန်မာ".into(), "ကျွန်တော်တို့သည် အိမ်သို့".into()),
                ("日本語".into(), "東京都で保護を受けた。".into()),
                ("Tiếng Việt".into(), "Nguyễn Thị Ánh".into()),
            ]),
            Block::Table {
                head: vec!["الاسم".into(), "العمر".into(), "ملاحظة".into()],
                rows: vec![vec!["فاطمة".into(), "34".into()], vec!["علی‌رضا".into(), "7".into(), "گ ښ ے".into()]],
            },
            Block::Warning("لا تتصل بالأسرة".into()),
        ],
    }
}

fn read(pdf: &[u8]) -> lopdf::Document {
    lopdf::Document::load_mem(pdf).unwrap()
}

/// What copying every page would put on the clipboard, as far as the files'
/// tables from glyphs to letters tell.
fn letters(pdf: &[u8]) -> BTreeSet<char> {
    let file = read(pdf);
    let mut letters = BTreeSet::new();
    for object in file.objects.values() {
        let Ok(stream) = object.as_stream() else { continue };
        let Ok(content) = stream.decompressed_content() else { continue };
        let content = String::from_utf8_lossy(&content);
        if content.contains("beginbfchar") || content.contains("beginbfrange") {
            letters.extend(mapped_letters(&content));
        }
    }
    letters
}

/// The right-hand sides of a table's lines, `<0003> <0627>`, as letters.
fn mapped_letters(table: &str) -> Vec<char> {
    let mut letters = Vec::new();
    for line in table.lines().filter(|line| line.starts_with('<')) {
        let hexadecimal = line.rsplit('<').next().unwrap().trim_end_matches('>');
        let quads = hexadecimal.as_bytes().chunks_exact(4);
        let units = quads.filter_map(|quad| u16::from_str_radix(std::str::from_utf8(quad).unwrap(), 16).ok());
        letters.extend(char::decode_utf16(units.collect::<Vec<_>>()).flatten());
    }
    letters
}

#[test]
fn a_document_in_four_scripts_can_be_read_searched_and_copied() {
    let pdf = many_scripts().to_pdf().unwrap();
    assert_eq!(read(&pdf).get_pages().len(), 1);
    let letters = letters(&pdf);
    for letter in "ملفالحةوصتNoor2026မြန်東京都でễ".chars() {
        assert!(letters.contains(&letter), "{letter} cannot be copied");
    }
}

#[test]
fn the_file_names_its_title_and_language() {
    let file = read(&many_scripts().to_pdf().unwrap());
    let catalog = file.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"ar");
    assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines"));
    let info = file.trailer.get_deref(b"Info", &file).unwrap().as_dict().unwrap();
    assert_eq!(lopdf::decode_text_string(info.get(b"Title").unwrap()).unwrap(), "ملف الحالة");
}

#[test]
fn typefaces_are_cut_down_to_what_is_used() {
    let pdf = many_scripts().to_pdf().unwrap();
    assert!(pdf.len() < 120_000, "{} bytes", pdf.len());
}

#[test]
fn a_long_table_takes_several_pages() {
    let row = |number: usize| vec![number.to_string(), "name".into()];
    let table = Block::Table { head: vec!["No".into(), "Name".into()], rows: (0..200).map(row).collect() };
    let document = Document { title: "List".into(), blocks: vec![table], ..Document::default() };
    assert!(read(&document.to_pdf().unwrap()).get_pages().len() > 4);
}

#[test]
fn an_empty_document_is_one_page() {
    let pdf = Document::default().to_pdf().unwrap();
    assert_eq!(read(&pdf).get_pages().len(), 1);
}

#[test]
fn the_same_document_gives_the_same_file() {
    assert_eq!(many_scripts().to_pdf().unwrap(), many_scripts().to_pdf().unwrap());
}

#[test]
fn anything_can_be_printed() {
    let odd = "\u{0}\u{7}\u{202E}txt\u{2066}a\u{200D}\u{10FFFD}\u{FFFF}💩\r\n\t\u{301}\u{94D}ꙮ한";
    let cells = || vec![odd.to_owned(), String::new(), "x".repeat(5_000)];
    let document = Document {
        title: odd.into(),
        subtitle: odd.into(),
        language: odd.into(),
        right_to_left: true,
        footer: odd.repeat(50),
        blocks: vec![
            Block::Heading(odd.into()),
            Block::Heading(String::new()),
            Block::Paragraph("a".to_owned() + &"\u{301}".repeat(3_000)),
            Block::Facts(Vec::new()),
            Block::Facts(vec![(odd.into(), String::new()), (String::new(), String::new())]),
            Block::Table { head: Vec::new(), rows: vec![cells(), Vec::new()] },
            Block::Table { head: vec![odd.repeat(400); MOST_COLUMNS], rows: vec![cells()] },
            Block::Table { head: Vec::new(), rows: Vec::new() },
            Block::Warning(odd.repeat(300)),
        ],
    };
    assert!(!read(&document.to_pdf().unwrap()).get_pages().is_empty());
}

#[test]
fn too_much_text_is_refused() {
    let blocks = vec![Block::Paragraph("م".repeat(5_000_000))];
    let document = Document { blocks, ..Document::default() };
    assert!(matches!(document.to_pdf(), Err(DocumentError::TooLong { bytes }) if bytes > 10_000_000));
    let rows = vec![vec![String::new(); 10]; 100_000];
    let document = Document { blocks: vec![Block::Table { head: Vec::new(), rows }], ..Document::default() };
    assert!(matches!(document.to_pdf(), Err(DocumentError::TooLong { .. })));
}

#[test]
fn too_many_columns_are_refused() {
    let head = vec![String::new(); MOST_COLUMNS + 1];
    let document = Document { blocks: vec![Block::Table { head, rows: Vec::new() }], ..Document::default() };
    assert!(matches!(document.to_pdf(), Err(DocumentError::TooWide { columns: 25 })));
}
