//! A submission in words: its questions and answers, and what the form would not have allowed.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use xlsform::definition::{ControlId, ControlKind, DataType, Definition};
use xlsform::fill::{Filling, check};
use xlsform::xpath::NodeId;

use super::filling::{speaking, surroundings};
use super::meaning::name_of;
use super::submissions::{Found, FoundKind, SubmissionFile};
use crate::access::Viewer;
use crate::cases::outcome::{Outcome, Sign};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::error::Error;
use crate::ids::SubmissionFileId;
use crate::ui::Ui;

/// An answer in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer {
    /// Its path, with its place in each repeat.
    pub path: String,
    /// What was asked.
    pub label: String,
    /// What is stored.
    pub value: String,
    /// What it means.
    pub words: String,
    /// The file that it names.
    pub file: Option<SubmissionFileId>,
    /// What the form would not have allowed about it, in words.
    pub findings: Vec<String>,
}

/// A line of a submission as it is read.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// Of questions that belong together.
    Heading(String),
    /// A question and its answer.
    Answer(Answer),
}

/// A submission as it is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) lines: Vec<Line>,
    /// What was found that stands at no question.
    pub(super) further: Vec<String>,
    /// The repeats of its form, each a table of its own.
    pub(super) repeats: Vec<String>,
    pub(super) lang: String,
    pub(super) dir: &'static str,
}

impl Told {
    /// The lines in runs: a heading and what stands under it.
    pub(super) fn parts(&self) -> Vec<(Option<&str>, Vec<&Answer>)> {
        let mut parts: Vec<(Option<&str>, Vec<&Answer>)> = vec![(None, Vec::new())];
        for line in &self.lines {
            match line {
                Line::Heading(heading) => parts.push((Some(heading), Vec::new())),
                Line::Answer(answer) => parts.last_mut().map(|(_, answers)| answers.push(answer)).unwrap_or_default(),
            }
        }
        parts.retain(|(heading, answers)| heading.is_some() || !answers.is_empty());
        parts
    }

    pub(super) fn answers(self) -> Vec<Answer> {
        self.lines
            .into_iter()
            .filter_map(|line| match line {
                Line::Answer(answer) => Some(answer),
                Line::Heading(_) => None,
            })
            .collect()
    }
}

/// Tells a submission, the answers at those paths that may be read. One that its form cannot read has no lines; its
/// record is there to be downloaded.
pub(super) fn tell(
    definition: Arc<Definition>,
    viewer: &Viewer,
    ui: &Ui,
    xml: &str,
    (findings, files): (&[Found], &[SubmissionFile]),
    may_read: &dyn Fn(&str) -> bool,
) -> Result<Told, Error> {
    let repeats = super::store::repeats(&definition);
    let Ok(checked) = check(definition, surroundings(viewer), xml) else {
        let further = findings.iter().map(|found| found_words(ui, found)).collect();
        return Ok(Told { lines: Vec::new(), further, repeats, lang: ui.language.to_string(), dir: "auto" });
    };
    let filling = speaking(checked.filling, ui.language)?;
    let mut teller =
        Teller { filling: &filling, ui, findings, files, may_read, lines: Vec::new(), told: BTreeSet::new() };
    let body: Vec<ControlId> = filling.definition().body().collect();
    teller.controls(filling.root(), &body)?;
    let Teller { lines, told, .. } = teller;
    let further = findings.iter().filter(|found| !told.contains(&found.path));
    let further = further.map(|found| match found.value.is_empty() {
        true => format!("{}: {}", found.path, found_words(ui, found)),
        false => format!("{}: {} ({})", found.path, found_words(ui, found), found.value),
    });
    let (lang, dir) = super::filling::tongue(&filling, ui);
    Ok(Told { lines, further: further.collect(), repeats, lang, dir })
}

/// The signs of an outcome as question, answer and weight, in the words of the answers told.
pub fn reasons(outcome: &Outcome, told: &[Answer]) -> Vec<(String, String, i64)> {
    let reason = |sign: &Sign| {
        let said = told.iter().find(|answer| name_of(&answer.path) == sign.question && answer.value == sign.answer);
        match said {
            Some(answer) => (answer.label.clone(), answer.words.clone(), sign.weight),
            None => (sign.question.clone(), sign.answer.clone(), sign.weight),
        }
    };
    outcome.signs.iter().map(reason).collect()
}

/// What was found, in words.
pub(super) fn found_words(ui: &Ui, found: &Found) -> String {
    let own = found.message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    let expected = found.expected.as_deref().unwrap_or_default();
    match (found.kind, own) {
        (FoundKind::CalculatedOtherwise | FoundKind::Instances | FoundKind::OtherVersion, _) => {
            ui.name(found.kind.label(), expected)
        }
        (FoundKind::NotJudged | FoundKind::Entity, Some(message)) => format!("{} {message}", ui.label(&found.kind)),
        (_, Some(message)) => message.to_owned(),
        (_, None) => ui.label(&found.kind).to_owned(),
    }
}

struct Teller<'f> {
    filling: &'f Filling,
    ui: &'f Ui,
    findings: &'f [Found],
    files: &'f [SubmissionFile],
    may_read: &'f dyn Fn(&str) -> bool,
    lines: Vec<Line>,
    told: BTreeSet<String>,
}

impl Teller<'_> {
    fn controls(&mut self, around: NodeId, controls: &[ControlId]) -> Result<(), Error> {
        for id in controls {
            let control = self.filling.definition().control(*id);
            match control.kind {
                ControlKind::Group => self.group(around, *id)?,
                ControlKind::Repeat => self.repeat(around, *id, "")?,
                _ => self.answer(around, *id)?,
            }
        }
        Ok(())
    }

    fn label(&self, id: ControlId, node: NodeId) -> Result<String, Error> {
        let label = self.filling.definition().control(id).label.as_ref();
        let shown = label.map(|label| self.filling.show(label, node)).transpose()?;
        Ok(shown.map(|shown| shown.text.trim().to_owned()).unwrap_or_default())
    }

    fn node_of(&self, around: NodeId, id: ControlId) -> Option<NodeId> {
        let field = self.filling.definition().control(id).field?;
        let tree = self.filling.tree();
        let within = |node: &NodeId| tree.ancestors(*node).any(|above| above == around);
        self.filling.nodes(field).iter().copied().find(within)
    }

    /// Writes a heading; taken back where nothing follows it.
    fn under(&mut self, heading: String, tell: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let before = self.lines.len();
        if !heading.is_empty() {
            self.lines.push(Line::Heading(heading));
        }
        let began = self.lines.len();
        tell(self)?;
        if self.lines.len() == began {
            self.lines.truncate(before);
        }
        Ok(())
    }

    fn group(&mut self, around: NodeId, id: ControlId) -> Result<(), Error> {
        let definition = self.filling.definition();
        let control = definition.control(id);
        let repeats = control.field.is_some_and(|field| definition.field(field).repeat.is_some());
        if let ([only], true) = (control.children.as_slice(), repeats) {
            let label = self.label(id, around)?;
            return self.repeat(around, *only, &label);
        }
        let node = self.node_of(around, id).unwrap_or(around);
        let heading = self.label(id, node)?;
        let children = control.children.clone();
        self.under(heading, |teller| teller.controls(node, &children))
    }

    fn repeat(&mut self, around: NodeId, id: ControlId, label: &str) -> Result<(), Error> {
        let control = self.filling.definition().control(id);
        let Some(field) = control.field else { return Ok(()) };
        let children = control.children.clone();
        for (place, node) in self.filling.instances(around, field).into_iter().enumerate() {
            let heading = format!("{label} {}", place + 1).trim().to_owned();
            self.under(heading, |teller| teller.controls(node, &children))?;
        }
        Ok(())
    }

    fn answer(&mut self, around: NodeId, id: ControlId) -> Result<(), Error> {
        let Some(node) = self.node_of(around, id) else { return Ok(()) };
        let (path, value) = (self.filling.path(node), self.filling.value(node).into_owned());
        let findings: Vec<String> =
            self.findings.iter().filter(|found| found.path == path).map(|found| found_words(self.ui, found)).collect();
        if value.is_empty() && findings.is_empty() || !(self.may_read)(&path) {
            return Ok(());
        }
        self.told.insert(path.clone());
        let words = self.words(node, id, &value)?;
        let file = self.files.iter().find(|file| file.name == value).map(|file| file.id);
        let label = Some(self.label(id, node)?).filter(|label| !label.is_empty()).unwrap_or_else(|| path.clone());
        self.lines.push(Line::Answer(Answer { path, label, value, words, file, findings }));
        Ok(())
    }

    /// What an answer means.
    fn words(&self, node: NodeId, id: ControlId, value: &str) -> Result<String, Error> {
        let definition = self.filling.definition();
        let control = definition.control(id);
        let chosen: Vec<&str> = match control.kind {
            ControlKind::SelectOne(_) => vec![value],
            ControlKind::SelectMany(_) | ControlKind::Rank(_) => value.split_whitespace().collect(),
            ControlKind::Trigger if !value.is_empty() => return Ok(self.ui.t("yes").to_owned()),
            _ => {
                let data = control.field.map(|field| definition.field(field).bind.data_type);
                return Ok(plain_words(self.ui, data.unwrap_or_default(), value));
            }
        };
        let choices = self.filling.choices(node)?;
        let label = |word: &&str| {
            let choice = choices.iter().find(|choice| choice.value == **word);
            let label = choice.and_then(|choice| choice.label.as_ref()).map(|label| label.text.clone());
            label.filter(|label| !label.is_empty()).unwrap_or_else(|| (*word).to_owned())
        };
        Ok(chosen.iter().map(label).collect::<Vec<_>>().join(self.ui.t("list-comma")))
    }
}

fn plain_words(ui: &Ui, data: DataType, value: &str) -> String {
    match data {
        DataType::Date => value.parse::<Day>().map_or_else(|_| value.to_owned(), |day| ui.day(&day)),
        DataType::DateTime => match value.parse::<Timestamp>() {
            Ok(moment) => ui.moment(&Moment::from_milliseconds(moment.as_millisecond())),
            Err(_) => value.to_owned(),
        },
        DataType::Time => value.get(..5).unwrap_or(value).to_owned(),
        DataType::Geopoint => value.split_whitespace().take(2).collect::<Vec<_>>().join(", "),
        _ => value.to_owned(),
    }
}
