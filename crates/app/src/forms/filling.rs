//! A form being filled in, step by step: what a page shows, and what was typed into it.
//!
//! The engine decides what is asked and what is allowed; this turns it into questions of a page, and what a browser
//! sends into answers as forms write them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use xlsform::definition::{ControlId, ControlKind, DataType, Definition, FieldId, Text};
use xlsform::fill::{FillError, Filling, Problem, ProblemKind, RestoreError, Surroundings};
use xlsform::xpath::NodeId;

use super::meaning::title_of;
use crate::access::Viewer;
use crate::error::Error;
use crate::ui::{Language, Ui};

/// Up to so many choices are shown side by side; more are a list to open.
const MOST_IN_SIGHT: usize = 12;

/// Scripts that are written from right to left, by their languages' codes.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ur"];

impl From<FillError> for Error {
    fn from(error: FillError) -> Error {
        Error::BadRequest(error.to_string())
    }
}

impl From<RestoreError> for Error {
    fn from(error: RestoreError) -> Error {
        Error::BadRequest(error.to_string())
    }
}

/// The time zone where a user works.
pub(super) fn zone(viewer: &Viewer) -> TimeZone {
    TimeZone::get(&viewer.time_zone).unwrap_or(TimeZone::UTC)
}

/// What a form may know of the user.
pub(super) fn surroundings(viewer: &Viewer) -> Surroundings {
    let mut surroundings = Surroundings::here(zone(viewer));
    surroundings.properties.insert("username".to_owned(), viewer.name.clone());
    surroundings
}

/// A new record, in the user's language where the form has it.
pub(super) fn begin(definition: Arc<Definition>, viewer: &Viewer, language: Language) -> Result<Filling, Error> {
    speaking(Filling::new(definition, surroundings(viewer))?, language)
}

/// A record to go on with.
pub(super) fn resume(
    definition: Arc<Definition>,
    viewer: &Viewer,
    language: Language,
    xml: &str,
) -> Result<Filling, Error> {
    speaking(Filling::restore(definition, surroundings(viewer), xml)?, language)
}

/// The record in a language, where the form has it.
pub(super) fn speaking(mut filling: Filling, language: Language) -> Result<Filling, Error> {
    use crate::code::Code;
    let names: Vec<String> = filling.definition().languages.iter().map(|language| language.name.clone()).collect();
    let wanted = |name: &&String| code_of(name) == Some(language.code()) || **name == language.own_name();
    if let Some(name) = names.iter().find(wanted) {
        filling.set_language(name)?;
    }
    Ok(filling)
}

/// The code in a form's name of a language: `fr` in “Français (fr)”.
pub(super) fn code_of(name: &str) -> Option<&str> {
    let inner = name.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or(name, |(code, _)| code).trim();
    let is_code = (2..=8).contains(&inner.len()) && inner.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    is_code.then_some(inner)
}

/// The language tag and direction of a record's texts; the page's where the form names none.
pub(super) fn tongue(filling: &Filling, ui: &Ui) -> (String, &'static str) {
    match filling.language().and_then(code_of) {
        Some(code) => {
            let right_to_left = RIGHT_TO_LEFT.contains(&code.split('-').next().unwrap_or(code));
            (code.to_owned(), if right_to_left { "rtl" } else { "ltr" })
        }
        None => (ui.language.to_string(), "auto"),
    }
}

/// Who asks: in the words of a page, and for whom.
pub(super) struct Asker {
    ui: Ui,
    /// The names of questions that the case itself answers.
    fixed: Vec<String>,
}

impl std::ops::Deref for Asker {
    type Target = Ui;
    fn deref(&self) -> &Ui {
        &self.ui
    }
}

impl Asker {
    /// In the words of a page.
    pub(super) fn new(ui: Ui) -> Asker {
        Asker { ui, fixed: Vec::new() }
    }

    /// For a case, which answers these questions itself.
    pub(super) fn for_case(self, fixed: &[String]) -> Asker {
        Asker { fixed: fixed.to_vec(), ..self }
    }

    /// Whether the case answered the question, so that nobody makes it another's.
    pub(super) fn has_answered(&self, filling: &Filling, node: NodeId) -> bool {
        let field = filling.field_of(node).map(|field| filling.definition().field(field));
        let is_fixed = field.is_some_and(|field| self.fixed.contains(&field.name.local));
        is_fixed && !filling.value(node).is_empty()
    }
}

/// How a question is answered on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Widget {
    /// Nothing is asked.
    Note,
    /// One line.
    Line,
    /// Several lines.
    Lines,
    /// A number, whole or not.
    Number { whole: bool },
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// A day and a time.
    Moment,
    /// A place as numbers.
    Place,
    /// One of a few choices in sight.
    One,
    /// One of many choices.
    OneOfMany,
    /// Any number of choices.
    Several,
    /// All choices, in an order.
    Order,
    /// A number on a scale.
    Scale { start: f64, end: f64, step: f64 },
    /// A confirmation.
    Confirmation,
    /// A file of such media.
    File { accept: String },
}

/// A choice of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// A question as a page asks it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Its element on the page.
    pub(super) id: String,
    /// Its path, which is its name on the page.
    pub(super) path: String,
    pub(super) widget: Widget,
    pub(super) label: String,
    pub(super) hint: String,
    /// The name of a picture beside it.
    pub(super) picture: Option<String>,
    pub(super) required: bool,
    /// The answer as a field of its kind holds it.
    pub(super) value: String,
    /// What it means, where nothing is asked.
    pub(super) words: String,
    pub(super) choices: Vec<Choice>,
    /// What is wrong with the answer.
    pub(super) error: Option<String>,
}

impl Question {
    /// A part of a place: latitude, longitude, altitude, accuracy.
    pub(super) fn part(&self, place: &usize) -> &str {
        self.value.split_whitespace().nth(*place).unwrap_or_default()
    }

    /// Which choice has a rank.
    pub(super) fn ranked(&self, place: &usize, value: &str) -> bool {
        self.value.split_whitespace().nth(*place) == Some(value)
    }

    /// What describes the field to screen readers.
    pub(super) fn described(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = self.error.is_some().then(|| format!("{}-error", self.id));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// What stands on a page, in order.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A question or note.
    Question(Box<Question>),
    /// Questions under a heading.
    Group { label: String, items: Vec<Item> },
    /// Questions asked again and again.
    Repeat(Repeat),
}

/// Questions asked again and again.
#[derive(Clone, Debug)]
pub(super) struct Repeat {
    pub(super) label: String,
    pub(super) instances: Vec<Instance>,
    /// What the button sends that adds one; none where the form counts them.
    pub(super) add: Option<String>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) path: String,
    pub(super) items: Vec<Item>,
}

/// Which problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// None: the page is new.
    Nothing,
    /// Those of answers that were given.
    Answered,
    /// All: someone wants to go on.
    Everything,
}

/// A part of a form that is shown as one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step(Vec<ControlId>);

/// The pages of a form: each outermost group is one, and so are questions between groups.
pub(super) fn steps(definition: &Definition) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut loose = false;
    for id in definition.body() {
        let is_group = matches!(definition.control(id).kind, ControlKind::Group | ControlKind::Repeat);
        match steps.last_mut() {
            Some(step) if loose && !is_group => step.0.push(id),
            _ => steps.push(Step(vec![id])),
        }
        loose = !is_group;
    }
    steps
}

/// A page's place in the form.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) at: usize,
    pub(super) title: String,
    pub(super) now: bool,
}

/// A page of a form.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) lang: String,
    pub(super) dir: &'static str,
    pub(super) links: Vec<Link>,
    pub(super) at: usize,
    pub(super) items: Vec<Item>,
    /// Elements with what is wrong.
    pub(super) wrong: Vec<(String, String)>,
}

impl Page {
    pub(super) fn is_first(&self) -> bool {
        self.links.first().is_none_or(|link| link.now)
    }
    pub(super) fn is_last(&self) -> bool {
        self.links.last().is_none_or(|link| link.now)
    }
    /// Tells what is wrong with a question's answer that the form itself knows nothing of.
    pub(super) fn refuse(&mut self, path: &str, words: &str) {
        refuse(&mut self.items, path, words);
        self.wrong.clear();
        collect_wrong(&self.items, &mut self.wrong);
    }
    /// How many things to put right.
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.wrong.len()).unwrap_or(i64::MAX)
    }
}

/// One page of a record: the step at a place, or the nearest that asks anything.
pub(super) fn page(filling: &Filling, ui: &Asker, at: usize, showing: Showing) -> Result<Page, Error> {
    let view = View::new(filling, ui, showing, false)?;
    let steps = steps(filling.definition());
    let mut asked: Vec<(usize, Vec<Item>)> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let items = view.items(filling.root(), &step.0)?;
        if !items.is_empty() {
            asked.push((place, items));
        }
    }
    let now = asked.iter().map(|(place, _)| *place).find(|place| *place >= at);
    let now = now.or(asked.last().map(|(place, _)| *place)).unwrap_or_default();
    let title = |place: usize, items: &[Item]| match items {
        [Item::Group { label, .. } | Item::Repeat(Repeat { label, .. })] if !label.is_empty() => label.clone(),
        _ => ui.count("form-page", &(i64::try_from(place).unwrap_or(i64::MAX))),
    };
    let links = asked.iter().enumerate();
    let links = links.map(|(count, (at, items))| Link { at: *at, title: title(count + 1, items), now: *at == now });
    let links = links.collect();
    let items = asked.into_iter().find(|(place, _)| *place == now).map(|(_, items)| items).unwrap_or_default();
    let (title, whole) = title_of(filling);
    // The group that the form is called after stands under the page's own heading.
    let items = match <[Item; 1]>::try_from(items) {
        Ok([Item::Group { items, .. }]) if whole => items,
        Ok(only) => only.into(),
        Err(items) => items,
    };
    let mut wrong = Vec::new();
    collect_wrong(&items, &mut wrong);
    let (lang, dir) = tongue(filling, ui);
    Ok(Page { title, lang, dir, links, at: now, items, wrong })
}

/// All questions of a form, whether they would be asked or not, to be printed and filled in by hand.
pub(super) fn whole(filling: &Filling, ui: &Asker) -> Result<Vec<Item>, Error> {
    let body: Vec<ControlId> = filling.definition().body().collect();
    View::new(filling, ui, Showing::Nothing, true)?.items(filling.root(), &body)
}

/// The step that comes after one, or before it, among those that ask anything.
pub(super) fn beside(filling: &Filling, ui: &Asker, at: usize, forth: bool) -> Result<usize, Error> {
    let links = page(filling, ui, at, Showing::Nothing)?.links;
    let other = match forth {
        true => links.iter().map(|link| link.at).find(|place| *place > at),
        false => links.iter().map(|link| link.at).rfind(|place| *place < at),
    };
    Ok(other.unwrap_or(at))
}

/// The first step with something that the form does not allow.
pub(super) fn first_wrong(filling: &Filling, ui: &Asker) -> Result<Option<usize>, Error> {
    let view = View::new(filling, ui, Showing::Everything, false)?;
    if view.problems.is_empty() {
        return Ok(None);
    }
    for (place, step) in steps(filling.definition()).iter().enumerate() {
        let mut wrong = Vec::new();
        collect_wrong(&view.items(filling.root(), &step.0)?, &mut wrong);
        if !wrong.is_empty() {
            return Ok(Some(place));
        }
    }
    // What no page shows cannot be put right on one.
    Ok(None)
}

fn refuse(items: &mut [Item], path: &str, words: &str) {
    for item in items {
        match item {
            Item::Question(question) if question.path == path => question.error = Some(words.to_owned()),
            Item::Question(_) => {}
            Item::Group { items, .. } => refuse(items, path, words),
            Item::Repeat(repeat) => {
                for instance in &mut repeat.instances {
                    refuse(&mut instance.items, path, words);
                }
            }
        }
    }
}

fn collect_wrong(items: &[Item], wrong: &mut Vec<(String, String)>) {
    for item in items {
        match item {
            Item::Question(question) => {
                let told =
                    question.error.as_ref().map(|error| (question.id.clone(), format!("{}: {error}", question.label)));
                wrong.extend(told);
            }
            Item::Group { items, .. } => collect_wrong(items, wrong),
            Item::Repeat(repeat) => {
                for instance in &repeat.instances {
                    collect_wrong(&instance.items, wrong);
                }
            }
        }
    }
}

/// Every question of a record that is asked now, in order.
pub(super) fn questions(filling: &Filling, ui: &Asker) -> Result<Vec<Question>, Error> {
    let body: Vec<ControlId> = filling.definition().body().collect();
    Ok(flat(View::new(filling, ui, Showing::Everything, false)?.items(filling.root(), &body)?))
}

/// The questions among items, in order.
pub(super) fn flat(items: Vec<Item>) -> Vec<Question> {
    fn flatten(items: Vec<Item>, into: &mut Vec<Question>) {
        for item in items {
            match item {
                Item::Question(question) => into.push(*question),
                Item::Group { items, .. } => flatten(items, into),
                Item::Repeat(repeat) => {
                    for instance in repeat.instances {
                        flatten(instance.items, into);
                    }
                }
            }
        }
    }
    let mut questions = Vec::new();
    flatten(items, &mut questions);
    questions
}

/// A record as it is shown.
struct View<'f> {
    filling: &'f Filling,
    ui: &'f Asker,
    problems: HashMap<NodeId, Problem>,
    /// Whether what is not relevant is shown too.
    all: bool,
}

impl<'f> View<'f> {
    fn new(filling: &'f Filling, ui: &'f Asker, showing: Showing, all: bool) -> Result<View<'f>, Error> {
        let problems = if showing == Showing::Nothing { Vec::new() } else { filling.problems()? };
        let shown = |problem: &Problem| showing == Showing::Everything || problem.kind != ProblemKind::Required;
        let problems = problems.into_iter().filter(shown).map(|problem| (problem.node, problem)).collect();
        Ok(View { filling, ui, problems, all })
    }

    fn items(&self, around: NodeId, controls: &[ControlId]) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for id in controls {
            let control = self.filling.definition().control(*id);
            match control.kind {
                ControlKind::Group => items.extend(self.group(around, *id)?),
                ControlKind::Repeat => items.extend(self.repeat(around, *id, String::new())?),
                _ => {
                    let node = control.field.and_then(|field| self.node_of(around, field));
                    if let Some(node) = node.filter(|node| self.is_shown(*node)) {
                        items.push(Item::Question(Box::new(self.question(node, *id)?)));
                    }
                }
            }
        }
        Ok(items)
    }

    fn is_shown(&self, node: NodeId) -> bool {
        self.all || self.filling.relevant(node)
    }

    /// The node of a field in the element around it.
    fn node_of(&self, around: NodeId, field: FieldId) -> Option<NodeId> {
        let tree = self.filling.tree();
        let within = |node: &NodeId| tree.ancestors(*node).any(|above| above == around);
        self.filling.nodes(field).iter().copied().find(within)
    }

    fn words(&self, text: Option<&Text>, node: NodeId) -> Result<String, Error> {
        let shown = text.map(|text| self.filling.show(text, node)).transpose()?;
        Ok(shown.map(|shown| shown.text.trim().to_owned()).unwrap_or_default())
    }

    fn group(&self, around: NodeId, id: ControlId) -> Result<Option<Item>, Error> {
        let definition = self.filling.definition();
        let control = definition.control(id);
        let repeats = control.field.is_some_and(|field| definition.field(field).repeat.is_some());
        if let ([only], true) = (control.children.as_slice(), repeats) {
            let label = self.words(control.label.as_ref(), around)?;
            return self.repeat(around, *only, label);
        }
        let node = control.field.and_then(|field| self.node_of(around, field)).unwrap_or(around);
        if !self.is_shown(node) {
            return Ok(None);
        }
        let items = self.items(node, &control.children)?;
        let label = self.words(control.label.as_ref(), node)?;
        Ok((!items.is_empty()).then_some(Item::Group { label, items }))
    }

    fn repeat(&self, around: NodeId, id: ControlId, label: String) -> Result<Option<Item>, Error> {
        let control = self.filling.definition().control(id);
        let Some(field) = control.field else { return Ok(None) };
        let mut instances = Vec::new();
        let nodes = self.filling.instances(around, field);
        for (place, node) in nodes.iter().copied().filter(|node| self.is_shown(*node)).enumerate() {
            instances.push(Instance {
                id: element(node),
                number: i64::try_from(place + 1).unwrap_or(i64::MAX),
                path: self.filling.path(node),
                items: self.items(node, &control.children)?,
            });
        }
        let is_hidden = !nodes.is_empty() && instances.is_empty();
        let may = self.filling.may_repeat(field) && !is_hidden;
        let add = may.then(|| format!("add {} {}", field.index(), self.filling.path(around)));
        let is_there = !instances.is_empty() || add.is_some();
        Ok(is_there.then_some(Item::Repeat(Repeat { label, instances, add })))
    }

    fn question(&self, node: NodeId, id: ControlId) -> Result<Question, Error> {
        let definition = self.filling.definition();
        let control = definition.control(id);
        let data = control.field.map(|field| definition.field(field).bind.data_type).unwrap_or_default();
        let value = self.filling.value(node).into_owned();
        let label = control.label.as_ref().map(|label| self.filling.show(label, node)).transpose()?.unwrap_or_default();
        let offered = self.filling.choices(node)?;
        let looks = |name: &str| control.appearance.iter().any(|held| held == name);
        let is_order = matches!(control.kind, ControlKind::Rank(_));
        let widget = match &control.kind {
            _ if self.filling.readonly(node) || self.ui.has_answered(self.filling, node) => Widget::Note,
            // On paper, what is looked up elsewhere is written down.
            ControlKind::SelectOne(_) | ControlKind::SelectMany(_) if self.all && offered.is_empty() => Widget::Line,
            ControlKind::SelectOne(_) if offered.len() > MOST_IN_SIGHT || looks("minimal") => Widget::OneOfMany,
            ControlKind::SelectOne(_) => Widget::One,
            ControlKind::SelectMany(_) => Widget::Several,
            ControlKind::Rank(_) => Widget::Order,
            ControlKind::Range(range) => Widget::Scale { start: range.start, end: range.end, step: range.step },
            ControlKind::Trigger => Widget::Confirmation,
            ControlKind::Upload { media } => Widget::File { accept: media.clone().unwrap_or_default() },
            _ => match data {
                DataType::Int => Widget::Number { whole: true },
                DataType::Decimal => Widget::Number { whole: false },
                DataType::Date => Widget::Day,
                DataType::Time => Widget::Time,
                DataType::DateTime => Widget::Moment,
                DataType::Geopoint => Widget::Place,
                _ if looks("multiline") => Widget::Lines,
                _ => Widget::Line,
            },
        };
        let chosen = |choice: &str| match widget {
            Widget::Several => value.split_whitespace().any(|word| word == choice),
            _ => value == choice,
        };
        let choices: Vec<Choice> = offered
            .into_iter()
            .map(|choice| Choice {
                chosen: !is_order && chosen(&choice.value),
                label: choice
                    .label
                    .map(|label| label.text)
                    .filter(|text| !text.is_empty())
                    .unwrap_or(choice.value.clone()),
                value: choice.value,
            })
            .collect();
        let picture = label.form("image").and_then(|address| address.rsplit('/').next()).map(str::to_owned);
        Ok(Question {
            id: element(node),
            path: self.filling.path(node),
            label: label.text.trim().to_owned(),
            hint: self.words(control.hint.as_ref(), node)?,
            picture: picture.filter(|name| !name.is_empty() && name != "-"),
            required: self.filling.required(node),
            words: in_words(&value, &choices),
            value: match widget {
                Widget::Moment => self.local(&value),
                Widget::Time => value.get(..5).unwrap_or(&value).to_owned(),
                _ => value,
            },
            error: self.problems.get(&node).map(|problem| problem_words(self.ui, problem)),
            widget,
            choices,
        })
    }

    /// A moment as a browser's field writes it.
    fn local(&self, value: &str) -> String {
        let zone = self.ui.viewer.as_ref().map_or(TimeZone::UTC, |viewer| zone(viewer));
        let moment = value.parse::<Timestamp>().map(|moment| moment.to_zoned_datetime(zone));
        moment.map_or_else(|_| value.to_owned(), |moment| moment.strftime("%Y-%m-%dT%H:%M").to_string())
    }
}

/// The labels of choices that are chosen, or else the value itself.
fn in_words(value: &str, choices: &[Choice]) -> String {
    let chosen: Vec<&str> = choices.iter().filter(|choice| choice.chosen).map(|choice| choice.label.as_str()).collect();
    if chosen.is_empty() { value.to_owned() } else { chosen.join(", ") }
}

/// The id of a node's element on a page.
fn element(node: NodeId) -> String {
    format!("q-{}", node.index())
}

/// What a form says to an answer, or what the house says where it says nothing.
fn problem_words(ui: &Ui, problem: &Problem) -> String {
    let own = problem.message.clone().filter(|message| !message.trim().is_empty());
    own.unwrap_or_else(|| ui.t(problem_key(problem.kind)).to_owned())
}

/// The key of the sentence for a problem.
pub(super) fn problem_key(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Required => "form-wrong-required",
        ProblemKind::Constraint => "form-wrong-constraint",
        ProblemKind::Type => "form-wrong-type",
        ProblemKind::NotOffered => "form-wrong-not-offered",
        ProblemKind::Range => "form-wrong-range",
        ProblemKind::Rank => "form-wrong-rank",
    }
}

/// What a button of a page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Show the page again as it is now.
    Look,
    /// Keep it and leave.
    Save,
    /// The page after, the page before, or another.
    Next,
    Back,
    Go(usize),
    /// Another instance of a repeat in the element at a path.
    Add(FieldId, String),
    /// Away with the instance at a path.
    Remove(String),
    /// Hand it in.
    Send,
}

impl Act {
    /// What the value of a button says.
    pub(super) fn of(text: &str) -> Act {
        let mut words = text.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("save"), ..) => Act::Save,
            (Some("next"), ..) => Act::Next,
            (Some("back"), ..) => Act::Back,
            (Some("send"), ..) => Act::Send,
            (Some("step"), Some(place), _) => place.parse().map_or(Act::Look, Act::Go),
            (Some("remove"), Some(path), _) => Act::Remove(path.to_owned()),
            (Some("add"), Some(field), Some(path)) => {
                field.parse().map_or(Act::Look, |field| Act::Add(FieldId::from_index(field), path.to_owned()))
            }
            _ => Act::Look,
        }
    }
}

/// Adds or removes an instance.
///
/// # Errors
/// When the form counts them itself, or the path is none.
pub(super) fn repeat(filling: &mut Filling, act: &Act) -> Result<(), Error> {
    match act {
        Act::Add(field, path) => {
            // A number from outside need not be a field of the form.
            let is_field = field.index() < filling.definition().fields().count();
            let around = filling.at(path)?;
            if is_field {
                filling.add_repeat(around, *field, None)?;
            }
        }
        Act::Remove(path) => {
            let instance = filling.at(path)?;
            filling.remove_repeat(instance)?;
        }
        _ => {}
    }
    Ok(())
}

/// Adds an instance to the repeat at a path such as `/data/household[1]/member`.
///
/// # Errors
/// When there is no such repeat, or the form counts its instances itself.
pub(super) fn add_at(filling: &mut Filling, path: &str) -> Result<(), Error> {
    let (around, name) = path.rsplit_once('/').unwrap_or_default();
    let around = filling.at(around)?;
    let definition = filling.definition();
    let children = filling.field_of(around).map(|field| definition.field(field).children.clone()).unwrap_or_default();
    let repeat = children.into_iter().find(|field| definition.field(*field).name.qualified() == name);
    let repeat = repeat.ok_or_else(|| FillError::NoSuchNode(path.to_owned()))?;
    filling.add_repeat(around, repeat, None)?;
    Ok(())
}

/// Writes what was typed into the record. What is no question of the form, or may not be changed, is passed by.
///
/// # Errors
/// When an expression of the form cannot be evaluated.
pub(super) fn take(
    filling: &mut Filling,
    ui: &Asker,
    fields: &[(String, String)],
    zone: &TimeZone,
) -> Result<(), Error> {
    let mut answers: Vec<(&str, Vec<(usize, &str)>)> = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| name.starts_with('/')) {
        let (path, part) =
            name.split_once('|').map_or((name.as_str(), 0), |(path, part)| (path, part.parse().unwrap_or(0)));
        match answers.iter_mut().find(|(held, _)| *held == path) {
            Some((_, values)) => values.push((part, value)),
            None => answers.push((path, vec![(part, value)])),
        }
    }
    for (path, values) in answers {
        let is_free = filling.at(path).is_ok_and(|node| !ui.has_answered(filling, node));
        if is_free {
            answer(filling, path, &values, zone)?;
        }
    }
    Ok(())
}

fn answer(filling: &mut Filling, path: &str, values: &[(usize, &str)], zone: &TimeZone) -> Result<(), Error> {
    let Ok(node) = filling.at(path) else { return Ok(()) };
    let definition = filling.definition();
    let Some(field) = filling.field_of(node).map(|field| definition.field(field)) else { return Ok(()) };
    let Some(control) = field.control.map(|control| definition.control(control)) else { return Ok(()) };
    let is_asked = !matches!(control.kind, ControlKind::Group | ControlKind::Repeat | ControlKind::Upload { .. });
    if !is_asked || filling.readonly(node) {
        return Ok(());
    }
    let value = written(&control.kind, field.bind.data_type, values, zone);
    if value != filling.value(node) {
        filling.answer(node, &value)?;
    }
    Ok(())
}

/// The paths of questions that take a file, among those at the given paths.
pub(super) fn takes_file(filling: &Filling, path: &str) -> Option<NodeId> {
    let node = filling.at(path).ok()?;
    let definition = filling.definition();
    let control = definition.control(definition.field(filling.field_of(node)?).control?);
    (matches!(control.kind, ControlKind::Upload { .. }) && !filling.readonly(node)).then_some(node)
}

/// An answer as forms write it.
fn written(kind: &ControlKind, data: DataType, values: &[(usize, &str)], zone: &TimeZone) -> String {
    let given = || values.iter().map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
    let last = given().next_back().unwrap_or_default();
    match kind {
        ControlKind::SelectMany(_) | ControlKind::Rank(_) => given().collect::<Vec<_>>().join(" "),
        ControlKind::Trigger => last.to_owned(),
        ControlKind::Range(_) => number(last),
        _ => match data {
            DataType::Int | DataType::Decimal => number(last),
            DataType::Time => time(last, zone),
            DataType::DateTime => moment(last, zone),
            DataType::Geopoint if values.len() > 1 => place(values),
            _ => values.last().map(|(_, value)| value.replace("\r\n", "\n")).unwrap_or_default().trim().to_owned(),
        },
    }
}

/// A number as people type it: digits of any script, a comma for the point.
fn number(text: &str) -> String {
    let digit = |c: char| match c {
        '٠'..='٩' => char::from_u32(c as u32 - '٠' as u32 + '0' as u32).unwrap_or(c),
        '۰'..='۹' => char::from_u32(c as u32 - '۰' as u32 + '0' as u32).unwrap_or(c),
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        ',' | '٫' => '.',
        '−' => '-',
        other => other,
    };
    text.chars().map(digit).collect()
}

fn time(text: &str, zone: &TimeZone) -> String {
    let offset = Timestamp::now().to_zoned_datetime(zone.clone()).strftime("%:z").to_string();
    if text.len() == 5 { format!("{text}:00.000{offset}") } else { text.to_owned() }
}

fn moment(text: &str, zone: &TimeZone) -> String {
    let local = text.parse::<DateTime>().ok().and_then(|local| local.to_zoned_datetime(zone.clone()).ok());
    local.map_or_else(|| text.to_owned(), |moment| moment.strftime("%Y-%m-%dT%H:%M:%S.000%:z").to_string())
}

fn place(values: &[(usize, &str)]) -> String {
    let part = |place: usize| {
        let found = values.iter().rev().find(|(part, _)| *part == place).map(|(_, value)| number(value.trim()));
        found.filter(|value| !value.is_empty())
    };
    if part(0).is_none() && part(1).is_none() {
        return String::new();
    }
    let or_nothing = |place: usize| part(place).unwrap_or_else(|| "0".to_owned());
    // A latitude without a longitude is no place, and is told to be none.
    let (latitude, longitude) = (part(0).unwrap_or("?".to_owned()), part(1).unwrap_or("?".to_owned()));
    format!("{latitude} {longitude} {} {}", or_nothing(2), or_nothing(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURVEY: &str = "| survey |\n\
        | | type | name | label | relevant | required | constraint |\n\
        | | begin_group | who | Who | | | |\n\
        | | text | name | Name | | yes | |\n\
        | | integer | age | Age | | | . < 120 |\n\
        | | end_group | | | | | |\n\
        | | begin_repeat | child | Child | ${age} > 12 | | |\n\
        | | text | called | Called | | | |\n\
        | | end_repeat | | | | | |\n\
        | | select_multiple needs | needs | Needs | | | |\n\
        | | geopoint | place | Place | | | |\n\
        | | dateTime | seen | Seen | | | |\n\
        | choices |\n| | list_name | name | label |\n| | needs | food | Food |\n| | needs | bed | A bed |\n";

    fn filling() -> Filling {
        let sheet = super::super::upload::read("visit.md", SURVEY.as_bytes().to_vec()).unwrap();
        let definition = Definition::read(&sheet.xform, &Default::default()).unwrap();
        Filling::new(Arc::new(definition), Surroundings::here(TimeZone::UTC)).unwrap()
    }

    fn ui() -> Asker {
        Asker::new(Ui::new(Language::En, None, "/"))
    }

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn groups_are_pages_and_what_is_not_relevant_is_none() {
        let mut filling = filling();
        let shown = page(&filling, &ui(), 0, Showing::Nothing).unwrap();
        assert_eq!(shown.links.iter().map(|link| link.at).collect::<Vec<_>>(), [0, 2]);
        take(&mut filling, &ui(), &typed(&[("/data/who/age", "٣٠")]), &TimeZone::UTC).unwrap();
        let shown = page(&filling, &ui(), 0, Showing::Nothing).unwrap();
        assert_eq!(shown.links.iter().map(|link| link.at).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(beside(&filling, &ui(), 0, true).unwrap(), 1);
        assert_eq!(beside(&filling, &ui(), 2, false).unwrap(), 1);
    }

    #[test]
    fn what_a_browser_sends_becomes_answers() {
        let mut filling = filling();
        let sent = typed(&[
            ("/data/who/name", " Amina\r\nYusuf "),
            ("/data/needs", ""),
            ("/data/needs", "food"),
            ("/data/needs", "bed"),
            ("/data/place|0", "14,9"),
            ("/data/place|1", "-92.2"),
            ("/data/seen", "2026-11-28T10:05"),
            ("/data/nothing", "x"),
            ("/data/meta/instanceID", "uuid:forged"),
        ]);
        let before = filling.value(filling.at("/data/meta/instanceID").unwrap()).into_owned();
        take(&mut filling, &ui(), &sent, &TimeZone::UTC).unwrap();
        let value = |path: &str| filling.value(filling.at(path).unwrap()).into_owned();
        assert_eq!(value("/data/who/name"), "Amina\nYusuf");
        assert_eq!(value("/data/needs"), "food bed");
        assert_eq!(value("/data/place"), "14.9 -92.2 0 0");
        assert_eq!(value("/data/seen"), "2026-11-28T10:05:00.000+00:00");
        assert_eq!(value("/data/meta/instanceID"), before);
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let mut filling = filling();
        take(&mut filling, &ui(), &typed(&[("/data/who/age", "200")]), &TimeZone::UTC).unwrap();
        assert_eq!(page(&filling, &ui(), 0, Showing::Nothing).unwrap().count(), 0);
        assert_eq!(page(&filling, &ui(), 0, Showing::Answered).unwrap().count(), 1);
        assert_eq!(page(&filling, &ui(), 0, Showing::Everything).unwrap().count(), 2);
        assert_eq!(first_wrong(&filling, &ui()).unwrap(), Some(0));
    }

    #[test]
    fn repeats_grow_and_shrink() {
        let mut filling = filling();
        take(&mut filling, &ui(), &typed(&[("/data/who/age", "30")]), &TimeZone::UTC).unwrap();
        let add = |filling: &Filling| match page(filling, &ui(), 1, Showing::Nothing).unwrap().items.as_slice() {
            [Item::Repeat(repeat)] => (repeat.instances.len(), repeat.add.clone().unwrap()),
            other => panic!("{other:?}"),
        };
        let (before, button) = add(&filling);
        repeat(&mut filling, &Act::of(&button)).unwrap();
        assert_eq!(add(&filling).0, before + 1);
        repeat(&mut filling, &Act::of("remove /data/child[1]")).unwrap();
        assert_eq!(add(&filling).0, before);
        assert!(repeat(&mut filling, &Act::of("remove /data/who")).is_err());
        repeat(&mut filling, &Act::of("add 99999 /data")).unwrap();
    }

    #[test]
    fn what_the_case_answers_nobody_makes_anothers() {
        let mut filling = filling();
        take(&mut filling, &ui(), &typed(&[("/data/who/name", "Amina")]), &TimeZone::UTC).unwrap();
        let asker = ui().for_case(&["name".to_owned()]);
        take(&mut filling, &asker, &typed(&[("/data/who/name", "Other")]), &TimeZone::UTC).unwrap();
        assert_eq!(filling.value(filling.at("/data/who/name").unwrap()), "Amina");
        let asked = questions(&filling, &asker).unwrap();
        assert_eq!(asked.iter().find(|question| question.path == "/data/who/name").unwrap().widget, Widget::Note);
    }

    #[test]
    fn a_language_is_known_by_its_code() {
        assert_eq!(code_of("Français (fr)"), Some("fr"));
        assert_eq!(code_of("ar"), Some("ar"));
        assert_eq!(code_of("Kreyòl"), None);
    }
}
