//! A report as one HTML file: text, tables, and charts that are tables too.
//!
//! It holds no script and fetches nothing, so that it can be sent, archived and printed. A chart is a table in which
//! each value stands beside its bar: read aloud it is the table, on a narrow screen it stays legible.

use serde::Serialize;

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its language, as BCP 47 has it: `en`.
    pub language: String,
    /// What it says, in this order.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Section {
    /// Sentences.
    Text {
        /// What they are about; nothing where they continue.
        heading: String,
        /// They themselves.
        paragraphs: Vec<String>,
    },
    /// What a reader must not miss.
    Warning {
        /// Which.
        text: String,
    },
    /// A table.
    Table(Table),
    /// A chart of bars, with its table.
    Bars(Bars),
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// What it shows.
    pub heading: String,
    /// How to read it; can be empty.
    pub note: String,
    /// Its columns. The first names the row.
    pub columns: Vec<String>,
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number, and how it is written.
    Number(f64, Format),
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// 12,345
    Whole,
    /// With so many decimal places.
    Decimals(usize),
    /// A share of 1 as 12.3 %.
    Percent,
}

/// A chart: a bar for each value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bars {
    /// What it shows.
    pub heading: String,
    /// How to read it; can be empty.
    pub note: String,
    /// What the rows are: "Length", "Attack".
    pub rows_are: String,
    /// What is compared in each row; one alone needs no name.
    pub series: Vec<String>,
    /// What the values are: "Mean error".
    pub values_are: String,
    /// How they are written.
    pub format: Format,
    /// What the mark across bars means, where there are marks: "Bound for ε = 1".
    pub mark_is: String,
    /// The value of a full bar; the largest value where nothing is given.
    pub full: Option<f64>,
    /// The rows: what each is, and a bar for each series.
    pub rows: Vec<(String, Vec<Bar>)>,
}

/// A bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bar {
    /// How long it is.
    pub value: f64,
    /// Its confidence interval.
    pub interval: Option<(f64, f64)>,
    /// A value to compare with.
    pub mark: Option<f64>,
}

impl Page {
    /// The HTML file.
    pub fn html(&self) -> String {
        let direction =
            if matches!(self.language.split('-').next(), Some("ar" | "fa" | "he" | "ur")) { "rtl" } else { "ltr" };
        let title = escaped(&self.title);
        let sections: String = self.sections.iter().map(Section::html).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{sections}</main>\n</body>\n</html>\n",
            escaped(&self.language),
            include_str!("report.css"),
        )
    }
}

impl Section {
    fn html(&self) -> String {
        match self {
            Section::Text { heading, paragraphs } => {
                let paragraphs: String = paragraphs.iter().map(|text| element("p", text)).collect();
                format!("<section>\n{}{paragraphs}</section>\n", heading_html(heading))
            }
            Section::Warning { text } => format!("<p class=\"warning\" role=\"note\">{}</p>\n", escaped(text)),
            Section::Table(table) => table.html(),
            Section::Bars(bars) => bars.html(),
        }
    }
}

impl Table {
    fn html(&self) -> String {
        let rows: String = self.rows.iter().map(|row| row_html(row)).collect();
        let numbers = |place: usize| self.rows.iter().all(|row| matches!(row.get(place), Some(Cell::Number(..))));
        let head: String =
            self.columns.iter().enumerate().map(|(place, name)| column_html(name, numbers(place))).collect();
        table_html(&self.heading, &self.note, &head, &rows)
    }
}

fn row_html(row: &[Cell]) -> String {
    let cells = row.iter().enumerate().map(|(place, cell)| match (place, cell) {
        (0, cell) => format!("<th scope=\"row\">{}</th>", escaped(&cell.text())),
        (_, Cell::Text(text)) => format!("<td>{}</td>", escaped(text)),
        (_, Cell::Number(..)) => format!("<td class=\"number\">{}</td>", cell.text()),
    });
    format!("<tr>{}</tr>\n", cells.collect::<String>())
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number, format) => format.write(*number),
        }
    }
}

impl Bars {
    fn html(&self) -> String {
        let several = self.series.len() > 1;
        let mut head = column_html(&self.rows_are, false);
        if several {
            head += &column_html("", false);
        }
        head += &column_html(&self.values_are, true);
        if self.bars().any(|bar| bar.interval.is_some()) {
            head += &column_html("95 %", true);
        }
        if self.bars().any(|bar| bar.mark.is_some()) {
            head += &column_html(&self.mark_is, true);
        }
        head += "<td></td>";
        let rows: String = self.rows.iter().map(|(name, bars)| self.row_html(name, bars)).collect();
        table_html(&self.heading, &self.note, &head, &rows)
    }

    fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.rows.iter().flat_map(|(_, bars)| bars)
    }

    fn row_html(&self, name: &str, bars: &[Bar]) -> String {
        let lines = bars.iter().enumerate().map(|(place, bar)| {
            let mut line = String::new();
            if place == 0 {
                let group = if self.series.len() > 1 { "rowgroup" } else { "row" };
                line += &format!("<th scope=\"{group}\" rowspan=\"{}\">{}</th>", bars.len(), escaped(name));
            }
            if self.series.len() > 1 {
                let series = self.series.get(place).map_or("", String::as_str);
                line += &format!("<th scope=\"row\" class=\"series\">{}</th>", escaped(series));
            }
            line += &number_html(&self.format.write(bar.value));
            if self.bars().any(|bar| bar.interval.is_some()) {
                line += &number_html(&bar.interval.map_or(String::new(), |(low, high)| {
                    format!("{} – {}", self.format.write(low), self.format.write(high))
                }));
            }
            if self.bars().any(|bar| bar.mark.is_some()) {
                line += &number_html(&bar.mark.map_or(String::new(), |mark| self.format.write(mark)));
            }
            format!("<tr>{line}<td class=\"bar\">{}</td></tr>\n", self.bar_svg(bar, place))
        });
        format!("<tbody>\n{}</tbody>\n", lines.collect::<String>())
    }

    /// The bar itself. What it shows stands beside it in figures, so that it needs no words of its own.
    fn bar_svg(&self, bar: &Bar, series: usize) -> String {
        let zero = self.place(0.0);
        let end = self.place(bar.value);
        let (start, width) = (zero.min(end), (end - zero).abs());
        let mut shapes =
            format!("<rect class=\"s{}\" x=\"{start:.2}%\" y=\"4\" width=\"{width:.2}%\" height=\"12\"/>", series % 4);
        if let Some((low, high)) = bar.interval {
            let (low, high) = (self.place(low), self.place(high));
            shapes += &format!(
                "<line class=\"interval\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" \
                 y1=\"10\" y2=\"10\"/>"
            );
            for cap in [low, high] {
                shapes += &upright("interval", cap, 7, 13);
            }
        }
        if let Some(mark) = bar.mark {
            shapes += &upright("mark", self.place(mark), 0, 20);
        }
        format!("<svg aria-hidden=\"true\" width=\"100%\" height=\"20\">{shapes}</svg>")
    }

    /// Where a value lies between the ends, in percent.
    fn place(&self, value: f64) -> f64 {
        let ends = |pick: fn(f64, f64) -> f64| {
            let of_bar = |bar: &Bar| {
                let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
                [bar.value, low, high, bar.mark.unwrap_or(0.0)]
                    .into_iter()
                    .filter(|value| value.is_finite())
                    .fold(0.0, pick)
            };
            self.bars().map(of_bar).fold(0.0, pick)
        };
        let (least, most) = (ends(f64::min), self.full.unwrap_or_else(|| ends(f64::max)));
        let span = most - least;
        if span > 0.0 && value.is_finite() { ((value - least) / span * 100.0).clamp(0.0, 100.0) } else { 0.0 }
    }
}

fn upright(class: &str, place: f64, top: u8, bottom: u8) -> String {
    format!("<line class=\"{class}\" x1=\"{place:.2}%\" x2=\"{place:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/>")
}

fn number_html(text: &str) -> String {
    format!("<td class=\"number\">{text}</td>")
}

fn column_html(name: &str, number: bool) -> String {
    match (name.is_empty(), number) {
        (true, _) => "<td></td>".to_owned(),
        (false, true) => format!("<th scope=\"col\" class=\"number\">{}</th>", escaped(name)),
        (false, false) => format!("<th scope=\"col\">{}</th>", escaped(name)),
    }
}

/// A section that is a table. It can be scrolled sideways, with the keyboard too, where it is wider than the screen.
fn table_html(heading: &str, note: &str, head: &str, rows: &str) -> String {
    let note = if note.is_empty() { String::new() } else { element("p", note) };
    format!(
        "<section>\n{}{note}<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n\
         <thead><tr>{head}</tr></thead>\n{rows}</table></div>\n</section>\n",
        heading_html(heading),
        escaped(heading),
    )
}

fn heading_html(heading: &str) -> String {
    if heading.is_empty() { String::new() } else { element("h2", heading) }
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>\n", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

impl Format {
    /// A number in this way; a dash where there is none.
    pub fn write(self, number: f64) -> String {
        if !number.is_finite() {
            return "–".to_owned();
        }
        match self {
            Format::Whole => grouped(number, 0),
            Format::Decimals(places) => grouped(number, places),
            Format::Percent => format!("{:.1} %", number * 100.0),
        }
    }
}

/// With a comma between thousands.
fn grouped(number: f64, places: usize) -> String {
    let text = format!("{:.places$}", number.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let negative = number < 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0');
    format!("{}{grouped}{rest}", if negative { "−" } else { "" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(value: f64) -> Bar {
        Bar { value, interval: None, mark: None }
    }

    fn chart(rows: Vec<(String, Vec<Bar>)>, series: &[&str]) -> Bars {
        Bars {
            heading: "How often attacks succeed".to_owned(),
            note: String::new(),
            rows_are: "Attack".to_owned(),
            series: series.iter().map(|name| (*name).to_owned()).collect(),
            values_are: "Success".to_owned(),
            format: Format::Percent,
            mark_is: "Bound".to_owned(),
            full: Some(1.0),
            rows,
        }
    }

    fn page(sections: Vec<Section>, language: &str) -> String {
        Page { title: "Risk & <remedy>".to_owned(), language: language.to_owned(), sections }.html()
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(Format::Whole.write(1_234_567.0), "1,234,567");
        assert_eq!(Format::Decimals(2).write(-1234.567), "−1,234.57");
        assert_eq!(Format::Decimals(1).write(-0.01), "0.0");
        assert_eq!(Format::Percent.write(0.1234), "12.3 %");
        assert_eq!(Format::Whole.write(f64::NAN), "–");
    }

    #[test]
    fn a_bar_is_as_long_as_its_value_and_says_so() {
        let bars = chart(
            vec![("membership".to_owned(), vec![Bar { value: 0.25, interval: Some((0.2, 0.3)), mark: Some(0.5) }])],
            &[],
        );
        let html = page(vec![Section::Bars(bars)], "en");
        assert!(html.contains("width=\"25.00%\"") && html.contains("x1=\"50.00%\""), "{html}");
        assert!(html.contains("25.0 %") && html.contains("20.0 % – 30.0 %") && html.contains("50.0 %"));
        assert!(html.contains("<title>Risk &amp; &lt;remedy&gt;</title>"));
    }

    #[test]
    fn values_below_zero_lie_on_the_other_side_of_it() {
        let mut bars = chart(vec![("one".to_owned(), vec![bar(-1.0)]), ("two".to_owned(), vec![bar(3.0)])], &[]);
        bars.full = None;
        let html = bars.html();
        assert!(html.contains("x=\"0.00%\" y=\"4\" width=\"25.00%\""), "{html}");
        assert!(html.contains("x=\"25.00%\" y=\"4\" width=\"75.00%\""), "{html}");
    }

    #[test]
    fn arabic_reads_from_the_right_and_nothing_is_fetched_or_run() {
        let html = page(vec![Section::Warning { text: "مثال".to_owned() }], "ar");
        assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"));
        for foreign in ["<script", "http:", "https:", "url(", "@import"] {
            assert!(!html.contains(foreign), "{foreign}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_data_hold_the_page_is_well_formed(
            text in "\\PC{0,20}", values in prop::collection::vec(prop::num::f64::ANY, 4),
        ) {
            let rows = values.chunks(2).map(|pair| (text.clone(), vec![bar(pair[0]), Bar { mark: Some(pair[1]), ..bar(pair[1]) }]));
            let mut bars = chart(rows.collect(), &[&text, "other"]);
            bars.full = None;
            let table = Table {
                heading: text.clone(),
                note: text.clone(),
                columns: vec![text.clone(), "n".to_owned()],
                rows: vec![vec![Cell::Text(text.clone()), Cell::Number(values[0], Format::Decimals(2))]],
            };
            let paragraphs = Section::Text { heading: text.clone(), paragraphs: vec![text.clone()] };
            let html = page(vec![paragraphs, Section::Table(table), Section::Bars(bars)], "en");
            for name in ["section", "table", "tr", "td", "th", "svg", "h1", "h2", "p", "div", "tbody", "main"] {
                let open = html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count();
                prop_assert_eq!(open, html.matches(&format!("</{name}>")).count(), "{}", name);
            }
            prop_assert!(!html.contains("NaN") && !html.contains("inf"));
        }
    }
}
