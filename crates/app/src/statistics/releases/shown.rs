//! A table of a release in a reader's language, and in the formats that programs read.

use serde_json::{Map, Value as Json, json};

use super::figures::{Axis, Figure, FrozenTable, MET, OTHER};
use super::model::ReleaseInput;
use super::records::{RecordColumn, Records};
use crate::code::Code;
use crate::codes;
use crate::documents::table::{Cell, Table, TableFormat};
use crate::error::Error;
use crate::statistics::{Dimension, Indicator, IndicatorId, words};
use crate::ui::{Language, Ui};

codes! {
    /// What a table leaves as.
    "release-format" ReleaseFormat {
        /// Comma-separated values, with the tags of the Humanitarian Exchange Language in the second row.
        Csv = "csv",
        /// An Excel workbook, with the same tags.
        Xlsx = "xlsx",
        /// JSON-stat 2.0.
        JsonStat = "json-stat",
    }
}

impl ReleaseFormat {
    /// The media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            ReleaseFormat::Csv => TableFormat::Csv.media_type(),
            ReleaseFormat::Xlsx => TableFormat::Xlsx.media_type(),
            ReleaseFormat::JsonStat => "application/json",
        }
    }

    /// How the name of such a file ends.
    pub fn ending(self) -> &'static str {
        match self {
            ReleaseFormat::Csv => "csv",
            ReleaseFormat::Xlsx => "xlsx",
            ReleaseFormat::JsonStat => "json",
        }
    }
}

/// The code of all values together, as SDMX writes it.
const TOTAL: &str = "_T";
/// What stands for a figure that is not told: confidential, as statistical offices write it.
pub const CONFIDENTIAL: &str = "c";

/// A table in a language.
pub struct Shown {
    /// What is counted.
    pub title: String,
    /// What stands for all of them together.
    pub total_label: &'static str,
    /// What is counted: people, or records of people who do not exist.
    pub unit: &'static str,
    indicator: IndicatorId,
    axes: Vec<ShownAxis>,
    cells: Vec<(Vec<Option<usize>>, Figure)>,
}

/// An axis in a language.
struct ShownAxis {
    code: String,
    label: String,
    tag: &'static str,
    /// Codes and labels.
    values: Vec<(String, String)>,
}

/// One bar of a table's chart.
pub struct Bar {
    /// Whose.
    pub label: String,
    /// How many.
    pub figure: Figure,
    /// How long, in per cent of the longest.
    pub width: u64,
}

/// A table with the values of its last axis side by side.
pub struct Grid {
    /// The names of the axes that go down.
    pub down: Vec<String>,
    /// The name of the axis that goes across.
    pub across: String,
    /// Its values, and all of them together.
    pub columns: Vec<String>,
    /// The rows: their values on the other axes, and the figures.
    pub rows: Vec<(Vec<String>, Vec<Figure>)>,
}

impl Shown {
    /// A table in a language.
    pub fn of(table: &FrozenTable, language: Language) -> Shown {
        let axes = table.axes.iter().map(|axis| ShownAxis::of(axis, language)).collect();
        let place = |value: &Option<u16>| value.map(usize::from);
        let cells = table.cells.iter().map(|cell| (cell.at.iter().map(place).collect(), cell.figure)).collect();
        let indicator = table.input.indicator;
        let several = table.input.by.iter().any(|dimension| dimension.overlaps());
        let out_of = several && Indicator::of(indicator).is_some_and(|it| it.denominator.is_some());
        let total_label = language.t(if out_of { "release-out-of" } else { "release-total" });
        let synthetic = table.cells.iter().any(|cell| matches!(cell.figure, Figure::Synthetic { .. }));
        let unit = language.t(if synthetic { "release-records" } else { "release-people" });
        Shown { title: name_of(indicator, language), total_label, unit, indicator, axes, cells }
    }

    fn figure(&self, at: &[Option<usize>]) -> Figure {
        self.cells.iter().find(|(own, _)| own == at).map_or(Figure::Suppressed, |(_, figure)| *figure)
    }

    /// All people together.
    pub fn total(&self) -> Figure {
        self.figure(&vec![None; self.axes.len()])
    }

    /// The name of the first axis.
    pub fn first_axis(&self) -> Option<&str> {
        self.axes.first().map(|axis| axis.label.as_str())
    }

    /// The totals of the first axis' values, as a chart.
    pub fn bars(&self) -> Vec<Bar> {
        let Some(axis) = self.axes.first() else { return Vec::new() };
        let figure = |value: usize| {
            let mut at = vec![None; self.axes.len()];
            at.iter_mut().take(1).for_each(|first| *first = Some(value));
            self.figure(&at)
        };
        let figures: Vec<Figure> = (0..axis.values.len()).map(figure).collect();
        let longest = figures.iter().filter_map(|figure| figure.value()).max().unwrap_or(0).max(1);
        let bar = |((_, label), figure): (&(String, String), Figure)| Bar {
            label: label.clone(),
            figure,
            width: figure.value().unwrap_or(0) * 100 / longest,
        };
        axis.values.iter().zip(figures).map(bar).collect()
    }

    /// All figures, where there are more axes than the chart shows.
    pub fn grid(&self) -> Option<Grid> {
        let (across, down) = self.axes.split_last().filter(|(_, down)| !down.is_empty())?;
        let labels = |axis: &ShownAxis| {
            let values = axis.values.iter().map(|(_, label)| label.clone());
            values.chain([self.total_label.to_owned()]).collect::<Vec<_>>()
        };
        let places = |axis: &ShownAxis| (0..axis.values.len()).map(Some).chain([None]).collect::<Vec<_>>();
        let mut rows: Vec<(Vec<String>, Vec<Option<usize>>)> = vec![(Vec::new(), Vec::new())];
        for axis in down {
            let own: Vec<_> = labels(axis).into_iter().zip(places(axis)).collect();
            let further = |(names, at): (Vec<String>, Vec<Option<usize>>)| {
                let next = own.iter().map(move |(name, place)| {
                    ([names.clone(), vec![name.clone()]].concat(), [at.clone(), vec![*place]].concat())
                });
                next.collect::<Vec<_>>()
            };
            rows = rows.into_iter().flat_map(further).collect();
        }
        let figures = |at: &[Option<usize>]| {
            places(across).into_iter().map(|place| self.figure(&[at, &[place]].concat())).collect()
        };
        Some(Grid {
            down: down.iter().map(|axis| axis.label.clone()).collect(),
            across: across.label.clone(),
            columns: labels(across),
            rows: rows.into_iter().map(|(names, at)| (names, figures(&at))).collect(),
        })
    }

    /// The table as a file.
    ///
    /// # Errors
    /// The writer failed.
    pub fn write(&self, format: ReleaseFormat, about: &About<'_>, language: Language) -> Result<Vec<u8>, Error> {
        match format {
            ReleaseFormat::Csv => self.rows(about, language).write(TableFormat::Csv),
            ReleaseFormat::Xlsx => self.rows(about, language).write(TableFormat::Xlsx),
            ReleaseFormat::JsonStat => serde_json::to_vec_pretty(&self.json_stat(about, language))
                .map_err(|error| Error::Internal(error.to_string())),
        }
    }

    /// A figure a row, tagged after the Humanitarian Exchange Language (HXL 1.1).
    fn rows(&self, about: &About<'_>, language: Language) -> Table {
        let noisy = self.cells.iter().any(|(_, figure)| matches!(figure, Figure::Noisy { .. }));
        let mut head = Vec::new();
        for axis in &self.axes {
            let code = language.t_with("release-code-of", &[("name", axis.label.as_str().into())]);
            head.push((axis.label.clone(), format!("{}+name", axis.tag)));
            head.push((code, format!("{}+code", axis.tag)));
        }
        head.push((self.unit.to_owned(), "#affected+ind".to_owned()));
        if noisy {
            head.push((language.t("release-within").to_owned(), "#affected+ind+margin".to_owned()));
        }
        for (words, tag) in [
            ("release-status", "#status+code"),
            ("release-indicator", "#indicator+name"),
            ("release-from", "#date+start"),
            ("release-to", "#date+end"),
            ("release-organisation", "#org+name"),
        ] {
            head.push((language.t(words).to_owned(), tag.to_owned()));
        }
        let row = |(at, figure): &(Vec<Option<usize>>, Figure)| {
            let mut row: Vec<Cell> = Vec::new();
            for (axis, place) in self.axes.iter().zip(at) {
                let value = place.and_then(|place| axis.values.get(place));
                let (code, label) =
                    value.map_or((TOTAL, self.total_label), |(code, label)| (code.as_str(), label.as_str()));
                row.extend([Cell::from(label), Cell::from(code)]);
            }
            let number = |value: u64| Cell::from(i64::try_from(value).unwrap_or(i64::MAX));
            row.push(figure.value().map_or(Cell::Empty, number));
            if noisy {
                row.push(if let Figure::Noisy { within, .. } = figure { number(*within) } else { Cell::Empty });
            }
            row.extend([
                Cell::from(status(*figure)),
                Cell::from(self.title.as_str()),
                Cell::from(about.input.from),
                Cell::from(about.input.to),
                Cell::from(about.organisation),
            ]);
            row
        };
        let tags = head.iter().map(|(_, tag)| Cell::from(tag.as_str())).collect();
        Table {
            title: self.title.clone(),
            head: head.into_iter().map(|(words, _)| words).collect(),
            rows: [tags].into_iter().chain(self.cells.iter().map(row)).collect(),
            right_to_left: language.direction() == "rtl",
        }
    }

    /// The table as a JSON-stat 2.0 dataset (json-stat.org/full); all values together are a category of each dimension.
    fn json_stat(&self, about: &About<'_>, language: Language) -> Json {
        let mut dimensions = Map::new();
        for axis in &self.axes {
            let values = || axis.values.iter().cloned().chain([(TOTAL.to_owned(), self.total_label.to_owned())]);
            let index: Vec<String> = values().map(|(code, _)| code).collect();
            let labels: Map<String, Json> = values().map(|(code, label)| (code, label.into())).collect();
            let category = json!({ "index": index, "label": labels });
            dimensions.insert(axis.code.clone(), json!({ "label": axis.label, "category": category }));
        }
        let period = format!("{}/{}", about.input.from, about.input.to);
        let time = json!({ "index": [period], "label": { period.as_str(): period } });
        dimensions.insert("time".to_owned(), json!({ "label": language.t("release-period"), "category": time }));
        let unit = json!({ "decimals": 0, "label": self.unit });
        let metric = json!({ "index": [self.indicator.code()], "label": { self.indicator.code(): self.title },
            "unit": { self.indicator.code(): unit } });
        dimensions
            .insert("indicator".to_owned(), json!({ "label": language.t("release-indicator"), "category": metric }));
        let ordered = self.in_order();
        let mut told = Map::new();
        for (place, figure) in ordered.iter().enumerate().filter(|(_, figure)| !status(**figure).is_empty()) {
            told.insert(place.to_string(), status(*figure).into());
        }
        let margins: Vec<Option<u64>> = ordered
            .iter()
            .map(|figure| if let Figure::Noisy { within, .. } = figure { Some(*within) } else { None })
            .collect();
        let ids = self.axes.iter().map(|axis| axis.code.as_str()).chain(["time", "indicator"]);
        let sizes = self.axes.iter().map(|axis| axis.values.len() + 1).chain([1, 1]);
        let mut dataset = json!({
            "version": "2.0",
            "class": "dataset",
            "label": format!("{} – {}", about.input.title(&language), self.title),
            "source": about.organisation,
            "updated": about.updated,
            "href": about.address,
            "id": ids.collect::<Vec<_>>(),
            "size": sizes.collect::<Vec<_>>(),
            "role": { "time": ["time"], "metric": ["indicator"] },
            "dimension": dimensions,
            "value": ordered.iter().map(|figure| figure.value()).collect::<Vec<_>>(),
            "status": told,
            "note": about.note,
            "extension": {
                "licence": about.input.licence.address(),
                "status": { CONFIDENTIAL: language.t("release-status-confidential"),
                    "r": language.t("release-status-rounded"), "n": language.t("release-status-noise"),
                    "s": language.t("release-status-synthetic") },
            },
        });
        if margins.iter().any(Option::is_some) {
            dataset["extension"]["within"] = json!(margins);
        }
        dataset
    }

    /// Every figure in the order of the axes, all values together last on each.
    fn in_order(&self) -> Vec<Figure> {
        let mut places: Vec<Vec<Option<usize>>> = vec![Vec::new()];
        for axis in &self.axes {
            let values = || (0..axis.values.len()).map(Some).chain([None]);
            let further = |at: Vec<Option<usize>>| values().map(move |value| [at.clone(), vec![value]].concat());
            places = places.into_iter().flat_map(further).collect();
        }
        places.iter().map(|at| self.figure(at)).collect()
    }
}

codes! {
    /// What synthetic records leave as.
    "records-format" RecordsFormat {
        /// Comma-separated values, in words, with the tags of the Humanitarian Exchange Language in the second row.
        Csv = "csv",
        /// An Excel workbook of the same.
        Xlsx = "xlsx",
        /// JSON, in codes: a list of the columns and a list for each record.
        Json = "json",
    }
}

impl RecordsFormat {
    /// The media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            RecordsFormat::Csv => TableFormat::Csv.media_type(),
            RecordsFormat::Xlsx => TableFormat::Xlsx.media_type(),
            RecordsFormat::Json => "application/json",
        }
    }
}

/// Synthetic records in a language.
pub struct ShownRecords<'r> {
    records: &'r Records,
    language: Language,
}

impl<'r> ShownRecords<'r> {
    /// Records in a language.
    pub fn of(records: &'r Records, language: Language) -> ShownRecords<'r> {
        ShownRecords { records, language }
    }

    /// How many there are.
    pub fn number(&self) -> i64 {
        i64::try_from(self.records.rows()).unwrap_or(i64::MAX)
    }

    /// The names of the columns.
    pub fn head(&self) -> Vec<String> {
        let ui = Ui::new(self.language, None, "");
        let name = |column: &RecordColumn| {
            let dimension = self.language.t(column.dimension.label());
            let of = column.of.as_ref().map(|of| words::value(&ui, column.dimension, of));
            of.map_or(dimension.to_owned(), |of| format!("{dimension}: {of}"))
        };
        self.records.columns.iter().map(name).collect()
    }

    /// The first so many, in words.
    pub fn rows(&self, most: usize) -> impl Iterator<Item = Vec<String>> {
        let ui = Ui::new(self.language, None, "");
        let said = move |column: &RecordColumn, value: &str| match (value, &column.of) {
            ("", _) => String::new(),
            (_, Some(_)) => self.language.t("yes").to_owned(),
            (value, None) => words::value(&ui, column.dimension, value),
        };
        let row = move |row| self.records.record(row).map(|(column, value)| said(column, value)).collect();
        (0..self.records.rows().min(most)).map(row)
    }

    /// The records as a file.
    ///
    /// # Errors
    /// The writer failed.
    pub fn write(&self, format: RecordsFormat, title: &str) -> Result<Vec<u8>, Error> {
        match format {
            RecordsFormat::Csv => self.table(title).write(TableFormat::Csv),
            RecordsFormat::Xlsx => self.table(title).write(TableFormat::Xlsx),
            RecordsFormat::Json => {
                let names: Vec<String> = self.records.columns.iter().map(RecordColumn::name).collect();
                let record = |row| self.records.record(row).map(|(_, value)| value).collect::<Vec<_>>();
                let records: Vec<Vec<&str>> = (0..self.records.rows()).map(record).collect();
                serde_json::to_vec(&json!({ "columns": names, "records": records }))
                    .map_err(|error| Error::Internal(error.to_string()))
            }
        }
    }

    fn table(&self, title: &str) -> Table {
        let tagged = |column: &RecordColumn| {
            let of = column.of.as_ref().map_or_else(String::new, |of| format!("+{of}"));
            Cell::from(format!("{}{of}", tag(column.dimension.code())))
        };
        let tags = self.records.columns.iter().map(tagged).collect();
        let rows = self.rows(usize::MAX).map(|row| row.into_iter().map(Cell::from).collect());
        Table {
            title: title.to_owned(),
            head: self.head(),
            rows: [tags].into_iter().chain(rows).collect(),
            right_to_left: self.language.direction() == "rtl",
        }
    }
}

/// What a figure is, in a letter; nothing for an exact one.
pub fn status(figure: Figure) -> &'static str {
    match figure {
        Figure::Count { .. } => "",
        Figure::Rounded { .. } => "r",
        Figure::Noisy { .. } => "n",
        Figure::Synthetic { .. } => "s",
        Figure::Suppressed => CONFIDENTIAL,
    }
}

/// What a file says of the release besides its figures.
pub struct About<'r> {
    /// What was asked for.
    pub input: &'r ReleaseInput,
    /// Who publishes.
    pub organisation: &'r str,
    /// Where it stands.
    pub address: String,
    /// When it was published, in ISO 8601.
    pub updated: String,
    /// How it was made.
    pub note: Vec<String>,
}

/// The name of an indicator.
pub fn name_of(indicator: IndicatorId, language: Language) -> String {
    Indicator::of(indicator).map_or_else(|| indicator.code().to_owned(), |it| it.name.said(&language).to_owned())
}

/// The name of an indicator by its code, for the history.
pub fn indicator_named(code: &str, language: Language) -> String {
    IndicatorId::from_code(code).map_or_else(|| code.to_owned(), |indicator| name_of(indicator, language))
}

impl ShownAxis {
    fn of(axis: &Axis, language: Language) -> ShownAxis {
        let dimension = Dimension::from_code(&axis.code);
        let ui = Ui::new(language, None, "");
        let words = |value: &String| match (dimension, value.as_str()) {
            (_, OTHER) if dimension.is_some_and(super::model::is_open) => language.t("release-others").to_owned(),
            (Some(dimension), value) => words::value(&ui, dimension, value),
            (None, "yes") => language.t("release-met-yes").to_owned(),
            (None, _) => language.t("release-met-no").to_owned(),
        };
        ShownAxis {
            code: axis.code.clone(),
            label: dimension.map_or(language.t("release-met"), |it| language.t(it.label())).to_owned(),
            tag: tag(&axis.code),
            values: axis.values.iter().map(|value| (value.clone(), words(value))).collect(),
        }
    }
}

/// The hashtag of an axis.
fn tag(code: &str) -> &'static str {
    match Dimension::from_code(code) {
        Some(Dimension::Sex) => "#group+gender",
        Some(Dimension::Age) => "#group+age",
        Some(Dimension::Disability) => "#group+disability",
        Some(Dimension::Status) => "#group+legal_status",
        Some(Dimension::Nationality) => "#country+nationality",
        Some(Dimension::Route) => "#country+route",
        Some(Dimension::Need) => "#need",
        Some(Dimension::Front) => "#sector+front",
        Some(Dimension::Security) => "#sector+security",
        Some(Dimension::Exploitation) => "#cause+exploitation",
        Some(Dimension::Provider) => "#org+kind",
        Some(Dimension::After) => "#meta+after",
        None if code == MET => "#meta+met",
        None => "#meta",
    }
}
