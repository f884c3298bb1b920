//! A form written as [XForm](https://getodk.github.io/xforms-spec/), which apps and servers read.

mod controls;
mod itext;
mod model;
mod paths;
mod xml;

use crate::form::references::{has_reference, references};
use crate::form::tokens::instance_paths;
use crate::form::{Form, Kind, MediaKind, NodeId, ResultRow};

use itext::Itext;
use paths::{Paths, Surroundings, View};
use xml::Xml;

/// The version of the XForms specification that is written.
const XFORMS_VERSION: &str = "1.0.0";

/// Namespaces that every form declares.
pub(crate) const NAMESPACES: [(&str, &str); 7] = [
    ("", "http://www.w3.org/2002/xforms"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("ev", "http://www.w3.org/2001/xml-events"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
    ("jr", "http://openrosa.org/javarosa"),
    ("orx", "http://openrosa.org/xforms"),
    ("odk", "http://www.opendatakit.org/xforms"),
];
pub(crate) const ENTITIES: (&str, &str) = ("entities", "http://www.opendatakit.org/xforms/entities");

/// Writes a form as XForm XML.
pub fn write(form: &Form) -> String {
    let mut writer = Writer { form, paths: Paths::new(form), itext: Itext::new(form), xml: Xml::document() };
    writer.document();
    writer.xml.finish()
}

/// The file `itemsets.csv` that goes beside a form whose choices are looked up in a file; none when it has none.
pub fn itemsets(form: &Form) -> Option<String> {
    let external = form.external_choices.as_ref()?;
    let mut out = String::new();
    for row in std::iter::once(&external.headers).chain(&external.rows) {
        let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    Some(out)
}

/// Where and when something follows from an answer: a row of the results sheet as [`Definition::condition`] reads it.
///
/// [`Definition::condition`]: crate::definition::Definition::condition
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenResult<'a> {
    /// The row.
    pub row: &'a ResultRow,
    /// The path of its question.
    pub path: String,
    /// Its condition, with paths for references.
    pub when: String,
}

/// The rows of the results sheet as they are evaluated.
pub fn results(form: &Form) -> Vec<WrittenResult<'_>> {
    let paths = Paths::new(form);
    let written = |row| {
        let ResultRow { question, when, .. }: &ResultRow = row;
        WrittenResult { row, path: paths.of(*question).to_string(), when: paths.resolve(when, View::from(*question)) }
    };
    form.results.iter().map(written).collect()
}

/// How delicate answers are: the path of each question with what it, or else the nearest group around it, says.
pub fn sensitivities(form: &Form) -> Vec<(String, &str)> {
    let paths = Paths::new(form);
    let questions = form.ids().filter(|id| matches!(form.node(*id).kind, Kind::Question(_)));
    let said = |id: NodeId| form.node(id).sensitivity.as_deref();
    let nearest = |id: NodeId| said(id).or_else(|| form.ancestors(id).find_map(said));
    questions.filter_map(|id| Some((paths.of(id).to_string(), nearest(id)?))).collect()
}

struct Writer<'a> {
    form: &'a Form,
    paths: Paths<'a>,
    itext: Itext<'a>,
    xml: Xml,
}

impl Writer<'_> {
    fn document(&mut self) {
        let settings = &self.form.settings;
        let own = settings.namespaces.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()));
        let entities = self.form.entities_version.map(|_| ENTITIES);
        let mut declared: Vec<&str> = Vec::new();
        self.xml.open("h:html");
        for (prefix, uri) in NAMESPACES.into_iter().chain(own).chain(entities) {
            if declared.contains(&prefix) {
                continue;
            }
            declared.push(prefix);
            let name = if prefix.is_empty() { "xmlns".to_string() } else { format!("xmlns:{prefix}") };
            self.xml.attribute(&name, uri);
        }
        self.xml.open("h:head").open("h:title");
        if !settings.title.is_empty() {
            self.xml.text(&settings.title);
        }
        self.xml.close();
        self.model();
        self.xml.close().open("h:body");
        if let Some(style) = &settings.style {
            self.xml.attribute("class", style);
        }
        self.controls();
        self.xml.close().close();
    }

    /// An attribute whose references become paths.
    fn attribute(&mut self, name: &str, value: &str, view: View) {
        if has_reference(value) {
            let value = self.paths.resolve(value, view);
            self.xml.attribute(name, &value);
        } else {
            self.xml.attribute(name, value);
        }
    }

    /// An element with a text in which references, and paths into instances, become `output` elements.
    fn words(&mut self, tag: &str, form: Option<MediaOrGuidance>, text: &str, from: Option<NodeId>) {
        self.xml.open(tag);
        if let Some(form) = form {
            self.xml.attribute("form", form.name());
        }
        let mut done = 0;
        for (range, path) in self.outputs(text, from) {
            let before = text.get(done..range.start).unwrap_or_default();
            if !before.is_empty() {
                self.xml.text(before);
            } else if done == 0 {
                // Keeps the output on the text's line.
                self.xml.text("");
            }
            self.xml.open("output").attribute("value", &path).close();
            done = range.end;
        }
        let rest = text.get(done..).unwrap_or_default();
        if !rest.is_empty() {
            self.xml.text(rest);
        }
        self.xml.close();
    }

    fn outputs(&self, text: &str, from: Option<NodeId>) -> Vec<(std::ops::Range<usize>, String)> {
        let view = View { from, ..View::default() };
        let mut outputs = Vec::new();
        let mut lookups = if text.contains("instance(") { instance_paths(text) } else { Vec::new() };
        for range in &lookups {
            let path = text.get(range.clone()).unwrap_or_default();
            outputs.push((range.clone(), self.paths.resolve(path, view)));
        }
        lookups.reverse();
        let mut surroundings = Surroundings::of(text);
        for reference in references(text).flatten() {
            while lookups.pop_if(|range| range.end <= reference.range.start).is_some() {}
            if !lookups.last().is_some_and(|range| range.contains(&reference.range.start)) {
                outputs.push((reference.range.clone(), self.paths.path(&reference, &mut surroundings, view)));
            }
        }
        outputs.sort_by_key(|(range, _)| range.start);
        outputs
    }
}

/// A value of a text that is more than its words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MediaOrGuidance {
    Media(MediaKind),
    Guidance,
}

impl MediaOrGuidance {
    fn name(self) -> &'static str {
        match self {
            Self::Media(kind) => kind.name(),
            Self::Guidance => "guidance",
        }
    }
}
