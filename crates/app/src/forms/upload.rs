//! A sheet as it was uploaded: read, turned into an XForm and tried out before anything is kept.

use std::path::Path;
use std::sync::Arc;

use xlsform::definition::{Definition, External};
use xlsform::encryption::PublicKey;
use xlsform::form::{Form, Place};
use xlsform::kinds::Kind;
use xlsform::workbook::{self, Format, Limits, Workbook};

use super::meaning::{self, Meaning, Titles};
use super::model::Encryption;
use super::remarks::{HouseKind, Remark};

/// The largest sheet in bytes.
pub const LARGEST_SHEET: usize = 8 * 1024 * 1024;

/// Lists that Watari makes itself, as they are called in forms.
pub const LIVE_LISTS: [&str; 3] = ["people.csv", "cases.csv", "follow_ups.csv"];

/// A sheet that can be used.
#[derive(Debug)]
pub struct Sheet {
    /// The uploaded file's name.
    pub file_name: String,
    /// The uploaded file.
    pub content: Vec<u8>,
    /// What the sheet calls the form.
    pub name: String,
    /// The form's title.
    pub title: String,
    /// What the sheet calls this version; may be empty.
    pub version: String,
    /// The XForm.
    pub xform: String,
    /// The file that external choices are looked up in, for devices.
    pub itemsets: Option<String>,
    /// What may not be meant as it is written.
    pub warnings: Vec<Remark>,
    /// What it says besides its questions.
    pub(super) meaning: Meaning,
    /// What the form is called, by language codes.
    pub(super) titles: Titles,
    /// Whose key devices encrypt with.
    pub(super) encryption: Encryption,
}

/// Reads a sheet; answers everything that must be changed before it can be used.
///
/// # Errors
/// What is wrong, with sheet, row and column.
pub fn read(file_name: &str, content: Vec<u8>) -> Result<Sheet, Vec<Remark>> {
    let path = Path::new(file_name);
    let format = Format::of(path).ok_or_else(|| whole(&workbook::Error::UnknownFormat(file_name.to_owned())))?;
    let limits = Limits { file: LARGEST_SHEET as u64, unpacked: 64 << 20, cells: 500_000, text: 16 << 20 };
    let mut workbook = Workbook::read(&content, format, &limits).map_err(|error| whole(&error))?;
    workbook.name = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
    let (mut form, warnings) = Form::read(&workbook).map_err(|problems| {
        problems.iter().map(|problem| Remark::at(&problem.place, &problem.kind)).collect::<Vec<_>>()
    })?;
    let mut warnings: Vec<Remark> = warnings.iter().map(|warning| Remark::at(&warning.place, &warning.kind)).collect();
    let encryption = own_key(&mut form, &mut warnings)?;
    let xform = xlsform::xform::write(&form);
    let definition = Definition::read(&xform, &placeholders(&xform)).map_err(|error| whole(&error))?;
    let taken = |list: &&xlsform::entities::Declared| LIVE_LISTS.contains(&format!("{}.csv", list.list).as_str());
    if let Some(list) = xlsform::entities::declared(&definition).iter().find(taken) {
        let kind = HouseKind::ListOfTheHouse { list: list.list.clone() };
        return Err(vec![Remark::at(&Place::sheet("entities").column("list_name"), &kind)]);
    }
    let definition = Arc::new(definition);
    Ok(Sheet {
        file_name: file_name.to_owned(),
        content,
        meaning: Meaning::read(&form, &definition, &xform)?,
        titles: meaning::titles(&definition),
        name: definition.id.clone(),
        title: definition.title.clone(),
        version: definition.version.clone(),
        itemsets: xlsform::xform::itemsets(&form),
        warnings,
        xform,
        encryption,
    })
}

/// Checks the key that a sheet has of its own, and says what it means for the house.
fn own_key(form: &mut Form, warnings: &mut Vec<Remark>) -> Result<Encryption, Vec<Remark>> {
    let Some(written) = &form.settings.public_key else { return Ok(Encryption::None) };
    let place = Place::sheet("settings").column("public_key");
    let key = PublicKey::read(written).and_then(|key| key.to_base64());
    form.settings.public_key = Some(key.map_err(|error| vec![Remark::at(&place, &HouseKind::from(error))])?);
    warnings.push(Remark::at(&place, &HouseKind::PublicKey));
    Ok(Encryption::Own)
}

fn whole(kind: &impl Kind) -> Vec<Remark> {
    vec![Remark::of_file(kind)]
}

/// The files that an XForm asks for: its address of each, and the file's name.
pub fn files(xform: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for address in xform.split("jr://").skip(1) {
        let end = address.find(['"', '\'', '<', '>', '&']).unwrap_or(address.len());
        let Some(address) = address.get(..end) else { continue };
        let known = ["file/", "file-csv/", "images/", "image/", "audio/", "video/"];
        let Some(name) = known.iter().find_map(|folder| address.strip_prefix(folder)) else { continue };
        let name = name.trim();
        if !name.is_empty() && !files.iter().any(|(_, held)| held == name) {
            files.push((format!("jr://{}", address.trim()), name.to_owned()));
        }
    }
    files
}

/// Whether a file is one that expressions look things up in.
pub fn is_data(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".csv", ".xml", ".geojson"].iter().any(|ending| lower.ends_with(ending))
}

/// Empty files in place of those that a form asks for and that are not there yet.
pub fn placeholders(xform: &str) -> External {
    files(xform).into_iter().filter(|(_, name)| is_data(name)).map(|(address, name)| (address, blank(&name))).collect()
}

/// A file of this name with nothing in it.
pub fn blank(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let content = match () {
        () if lower.ends_with(".geojson") => "{\"type\":\"FeatureCollection\",\"features\":[]}",
        () if lower.ends_with(".xml") => "<root/>",
        () => "name,label\n",
    };
    content.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = "| survey |\n| | type | name | label |\n| | text | town | Which town? |\n\
        | | select_one_from_file camps.csv | camp | Which camp? |\n";

    #[test]
    fn a_sheet_becomes_an_xform_and_names_its_files() {
        let sheet = read("visit.md", VISIT.as_bytes().to_vec()).unwrap();
        assert_eq!(sheet.name, "visit");
        assert_eq!(files(&sheet.xform), [("jr://file-csv/camps.csv".to_owned(), "camps.csv".to_owned())]);
    }

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        let wrong =
            "| survey |\n| | type | name | label |\n| | tex | town | Town |\n| | select_one camps | camp | Camp |\n";
        let remarks = read("visit.md", wrong.as_bytes().to_vec()).unwrap_err();
        assert_eq!(remarks.len(), 2, "{remarks:?}");
        assert!(remarks.iter().all(|remark| remark.sheet.as_deref() == Some("survey") && remark.row.is_some()));
        let odd = read("visit.txt", Vec::new()).unwrap_err();
        assert!(odd[0].text.contains("save it as .xlsx"));
    }

    #[test]
    fn an_expression_that_cannot_be_evaluated_is_found_before_anything_is_kept() {
        let wrong =
            "| survey |\n| | type | name | label | constraint |\n| | integer | age | Age | . &lt; nonsense(1) |\n";
        let remarks = read("a.md", wrong.replace("&lt;", "<").into_bytes()).unwrap_err();
        assert!(remarks[0].text.contains("nonsense"), "{remarks:?}");
    }
}
