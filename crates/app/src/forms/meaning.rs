//! What a sheet says besides its questions: the rule from answers to results, how delicate each answer is, what the form
//! is called in each language. Kept with the version, so that answers are read by the sheet they were given to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xlsform::definition::{ConditionError, ControlKind, DataType, Definition, External, Field};
use xlsform::fill::{Filling, Surroundings};
use xlsform::form::{Form, Place, ProblemKind};
use xlsform::xform;
use xlsform::xpath::Tree;

use super::filling::code_of;
use super::model::{FOLLOW_UP_FIELD, SUBJECT_FIELDS};
use super::remarks::{HouseKind, Remark};
use super::upload::{LIVE_LISTS, files, placeholders};
use crate::access::{Sensitivity, Viewer};
use crate::cases::Risk;
use crate::cases::outcome::{Need, Outcome, Sign};
use crate::code::Code;
use crate::error::Error;
use crate::ui::Language;

/// The sheet of the rule.
const RESULTS: &str = "results";

/// What follows from an answer: a row of the sheet `results`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    /// The path of the question.
    path: String,
    /// When: an expression in which `.` is the answer.
    when: String,
    /// The need that it means.
    need: Option<Need>,
    /// How heavy it weighs, 1 to 3.
    weight: i64,
    /// The risk that it proposes at least.
    risk: Option<Risk>,
}

/// A question as far as it matters who may read its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) sensitivity: Sensitivity,
    /// Whether it is answered by choosing, with a number or a day. Any other answer may say who someone is.
    pub(super) closed: bool,
}

/// What a sheet says besides its questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Meaning {
    rules: Vec<Rule>,
    /// Its questions by paths.
    pub(super) questions: BTreeMap<String, Known>,
    /// The youngest, in years, of whom it asks anything.
    pub(super) from_age: i64,
}

/// What a form is called, by language codes.
pub(super) type Titles = BTreeMap<String, String>;

impl Meaning {
    /// What a sheet says, with the form it becomes.
    ///
    /// # Errors
    /// Codes that are none, with sheet, row and column.
    pub(super) fn read(form: &Form, definition: &Arc<Definition>, written: &str) -> Result<Meaning, Vec<Remark>> {
        let mut remarks = wrong_sensitivities(form);
        let mut rules = Vec::new();
        for result in xform::results(form) {
            let place = Place::row(RESULTS, result.row.row);
            let rule = rule(&result, &place, &mut remarks);
            if let Err(error) = definition.condition(&rule.path, &rule.when) {
                remarks.push(Remark::at(&place.column("when"), &of_condition(error)));
            }
            rules.push(rule);
        }
        if !remarks.is_empty() {
            return Err(remarks);
        }
        let from_age = if rules.is_empty() { 0 } else { youngest(written) };
        Ok(Meaning { rules, questions: questions(form, definition), from_age })
    }

    pub(super) fn from_json(text: &str) -> Meaning {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether anything follows from its answers: then it is a screening.
    pub(super) fn judges(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Whether it is a screening: something follows from its answers, and it is not filled in for a follow-up.
    pub(super) fn screens(&self) -> bool {
        self.judges() && !self.questions.keys().any(|path| name_of(path) == FOLLOW_UP_FIELD)
    }

    /// What follows from the answers of a record.
    ///
    /// # Errors
    /// An expression that cannot be evaluated with them.
    pub(super) fn judge(&self, filling: &Filling) -> Result<Outcome, Error> {
        let mut signs = Vec::new();
        for rule in &self.rules {
            let condition = filling.definition().condition(&rule.path, &rule.when);
            let condition = condition.map_err(|error| Error::BadRequest(error.to_string()))?;
            for node in filling.answers_where(&condition)? {
                signs.push(Sign {
                    question: name_of(&rule.path).to_owned(),
                    answer: filling.value(node).into_owned(),
                    weight: rule.weight,
                    need: rule.need,
                    risk: rule.risk,
                });
            }
        }
        Ok(Outcome::of(signs))
    }

    /// How delicate all its answers are, where all are as delicate as each other.
    pub(super) fn shared_sensitivity(&self) -> Sensitivity {
        let is_asked = |path: &&String| !is_subject(name_of(path)) && name_of(path) != DONE_ON;
        let mut said = self.questions.iter().filter(|(path, _)| is_asked(path)).map(|(_, known)| known.sensitivity);
        let first = said.next().unwrap_or(Sensitivity::Case);
        if said.all(|other| other == first) { first } else { Sensitivity::Case }
    }

    /// Whether a user may read the answer at a path, with or without places in repeats.
    pub(super) fn may_read(&self, viewer: &Viewer, path: &str) -> bool {
        may_read(viewer, self.questions.get(&without_places(path)))
    }

    /// The paths of answers that a user may not read.
    pub(super) fn hidden_from(&self, viewer: &Viewer) -> Vec<String> {
        let hidden = self.questions.iter().filter(|(_, known)| !may_read(viewer, Some(known)));
        hidden.map(|(path, _)| path.clone()).collect()
    }

    /// Whether a user may read all answers.
    pub(super) fn may_read_all(&self, viewer: &Viewer) -> bool {
        self.questions.values().all(|known| may_read(viewer, Some(known)))
    }

    /// Whether a user may read the answer to a question of a name.
    fn may_read_named(&self, viewer: &Viewer, name: &str) -> bool {
        may_read(viewer, self.questions.iter().find(|(path, _)| name_of(path) == name).map(|(_, known)| known))
    }

    /// Answers by questions' names, as far as a user may read them.
    pub(super) fn readable(&self, viewer: &Viewer, mut answers: BTreeMap<String, String>) -> BTreeMap<String, String> {
        answers.retain(|name, _| self.may_read_named(viewer, name));
        answers
    }

    /// Answers by questions' names and an outcome, without what a user may not read.
    pub(super) fn show(&self, viewer: &Viewer, answers: &mut BTreeMap<String, String>, outcome: &mut Outcome) {
        *answers = self.readable(viewer, std::mem::take(answers));
        outcome.signs.retain(|sign| self.may_read_named(viewer, &sign.question));
    }
}

/// The question that says on which day something was asked.
pub(super) const DONE_ON: &str = "done_on";

/// What is not known to be harmless is for those who may know who someone is.
fn may_read(viewer: &Viewer, known: Option<&Known>) -> bool {
    let (sensitivity, closed) = known.map_or((Sensitivity::Case, false), |known| (known.sensitivity, known.closed));
    viewer.sees(sensitivity) && (closed || viewer.sees(Sensitivity::Identity))
}

/// The name of the question at a path.
pub(super) fn name_of(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split('[').next().unwrap_or(last)
}

/// Whether a question names the case or person, as it usually does, or a follow-up of theirs.
pub(super) fn is_subject(name: &str) -> bool {
    SUBJECT_FIELDS.contains(&name) || name == FOLLOW_UP_FIELD
}

/// `/data/member[2]/age` → `/data/member/age`.
fn without_places(path: &str) -> String {
    let steps = path.split('/').map(|step| step.split('[').next().unwrap_or(step));
    steps.collect::<Vec<_>>().join("/")
}

/// What is wrong with a condition, as it would be in any other column.
fn of_condition(error: ConditionError) -> ProblemKind {
    match error {
        ConditionError::NoSuchQuestion(path) => ProblemKind::UnknownReference(name_of(&path).to_owned()),
        ConditionError::Expression(error) => ProblemKind::BadExpression(error.problem),
        ConditionError::UnknownFunction(function) => ProblemKind::UnknownFunction(function),
    }
}

/// A code of a cell; none where it is empty.
fn coded<C: Code>(cell: Option<&str>, place: Place, remarks: &mut Vec<Remark>) -> Option<C> {
    let code = C::from_code(cell?);
    if code.is_none() {
        let known = C::ALL.iter().map(|code| code.code()).collect();
        remarks.push(Remark::at(&place, &HouseKind::NoCode { found: cell.unwrap_or_default().to_owned(), known }));
    }
    code
}

fn rule(result: &xform::WrittenResult<'_>, place: &Place, remarks: &mut Vec<Remark>) -> Rule {
    let value = |header: &str| result.row.value(header);
    let need = coded(value("need"), place.column("need"), remarks);
    let weight = value("weight").map_or(Some(1), |text| text.parse().ok().filter(|weight| (1..=3).contains(weight)));
    if weight.is_none() {
        remarks.push(Remark::at(&place.column("weight"), &HouseKind::NoWeight));
    }
    let risk = coded(value("risk"), place.column("risk"), remarks);
    let unknown = result.row.values.iter().filter(|(header, _)| !["need", "weight", "risk"].contains(&header.as_str()));
    for (header, _) in unknown {
        remarks.push(Remark::at(&place.column(header), &HouseKind::UnknownResultsColumn));
    }
    Rule { path: result.path.clone(), when: result.when.clone(), need, weight: weight.unwrap_or(1), risk }
}

fn wrong_sensitivities(form: &Form) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for node in &form.nodes {
        let place = Place::row("survey", node.row.unwrap_or_default()).column("sensitivity");
        coded::<Sensitivity>(node.sensitivity.as_deref(), place, &mut remarks);
    }
    remarks
}

/// Its questions by paths.
fn questions(form: &Form, definition: &Definition) -> BTreeMap<String, Known> {
    let said: BTreeMap<String, &str> = xform::sensitivities(form).into_iter().collect();
    let leaves = definition.fields().filter(|(_, field)| field.children.is_empty() && !field.is_attribute);
    let asked = leaves.filter(|(_, field)| field.control.is_some() && !is_note(definition, field));
    let known = asked.map(|(_, field)| {
        let sensitivity = said.get(&field.path).and_then(|code| Sensitivity::from_code(code));
        let sensitivity = sensitivity.unwrap_or(Sensitivity::Case);
        (field.path.clone(), Known { sensitivity, closed: is_closed(definition, field) })
    });
    known.collect()
}

/// Whether a field only tells something.
fn is_note(definition: &Definition, field: &Field) -> bool {
    let is_input = field.control.is_some_and(|control| matches!(definition.control(control).kind, ControlKind::Input));
    is_input
        && field.bind.data_type == DataType::Text
        && field.bind.readonly.is_some()
        && field.bind.calculate.is_none()
}

fn is_closed(definition: &Definition, field: &Field) -> bool {
    let Some(control) = field.control.map(|control| definition.control(control)) else { return false };
    match &control.kind {
        // Lists of people and cases name them.
        ControlKind::SelectOne(_) | ControlKind::SelectMany(_) | ControlKind::Rank(_) => !is_subject(&field.name.local),
        ControlKind::Range(_) | ControlKind::Trigger => true,
        ControlKind::Input => {
            matches!(field.bind.data_type, DataType::Int | DataType::Decimal | DataType::Boolean | DataType::Date)
        }
        _ => false,
    }
}

/// The youngest of whom a form asks anything, found by trying it out.
fn youngest(written: &str) -> i64 {
    let [_, cases, _] = LIVE_LISTS;
    if !files(written).iter().any(|(_, name)| name == cases) {
        return 0;
    }
    (0..=18).find(|age| asks_at(written, *age).unwrap_or(true)).unwrap_or(0)
}

/// Whether a form asks anything of someone of an age, besides whose case it is and on which day it is asked.
fn asks_at(written: &str, age: i64) -> Result<bool, Error> {
    let mut external: External = placeholders(written);
    let [_, cases, _] = LIVE_LISTS;
    let list = format!("name,label,sex,age,youngest\nx,x,,{age},{age}\n");
    external.extend(
        files(written).into_iter().filter(|(_, name)| name == cases).map(|(address, _)| (address, list.clone())),
    );
    let definition = Definition::read(written, &external).map_err(|error| Error::BadRequest(error.to_string()))?;
    let mut filling = Filling::new(Arc::new(definition), Surroundings::here(jiff::tz::TimeZone::UTC))?;
    let named = |filling: &Filling, is_wanted: &dyn Fn(&str) -> bool| {
        let fields =
            filling.definition().fields().filter(|(_, field)| field.control.is_some() && is_wanted(&field.name.local));
        let fields = fields.filter(|(_, field)| field.children.is_empty() && !is_note(filling.definition(), field));
        fields.flat_map(|(id, _)| filling.nodes(id).to_vec()).collect::<Vec<_>>()
    };
    for node in named(&filling, &is_subject) {
        filling.answer(node, "x")?;
    }
    let asked = named(&filling, &|name| !is_subject(name) && name != DONE_ON);
    Ok(asked.into_iter().any(|node| filling.relevant(node)))
}

/// What a form is called in each of its languages: a form whose questions all lie in one group is called what the group
/// is called, because a sheet has one title only.
pub(super) fn titles(definition: &Arc<Definition>) -> Titles {
    let mut titles = Titles::new();
    let surroundings = Surroundings::here(jiff::tz::TimeZone::UTC);
    let Ok(mut filling) = Filling::new(definition.clone(), surroundings) else { return titles };
    for language in definition.languages.iter().map(|language| language.name.clone()) {
        let Some(code) = code_of(&language).map(str::to_owned) else { continue };
        let title = filling.set_language(&language).ok().and_then(|()| title_group(&filling));
        titles.extend(title.map(|title| (code, title)));
    }
    titles
}

/// The label of the group that holds all questions.
fn title_group(filling: &Filling) -> Option<String> {
    let mut body = filling.definition().body();
    let (Some(only), None) = (body.next(), body.next()) else { return None };
    let control = filling.definition().control(only);
    let label = control.label.as_ref().filter(|_| matches!(control.kind, ControlKind::Group))?;
    let shown = filling.show(label, filling.root()).ok()?;
    Some(shown.text.trim().to_owned()).filter(|title| !title.is_empty())
}

/// The title of a record in the language it speaks; whether a group of that name holds all its questions.
pub(super) fn title_of(filling: &Filling) -> (String, bool) {
    match title_group(filling) {
        Some(title) => (title, true),
        None => (filling.definition().title.clone(), false),
    }
}

/// A title in a language, or else as the sheet has it.
pub(super) fn titled<'t>(title: &'t str, titles: &'t Titles, language: Language) -> &'t str {
    titles.get(language.code()).map_or(title, String::as_str)
}

/// The answers of a record by their questions' names, whose case it is not among them; several answers to one question
/// stand side by side.
pub(super) fn answers_of(record: &Tree, meaning: &Meaning) -> BTreeMap<String, String> {
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    let names: BTreeSet<&str> = meaning.questions.keys().map(|path| name_of(path)).collect();
    for node in record.root().into_iter().flat_map(|root| record.descendants(root)) {
        let (name, value) = (record.local(node), record.text(node));
        let is_answer = names.contains(name) && !is_subject(name) && !record.has_elements(node);
        if is_answer && !value.trim().is_empty() {
            let held = answers.entry(name.to_owned()).or_default();
            if !held.is_empty() {
                held.push_str(", ");
            }
            held.push_str(value.trim());
        }
    }
    answers
}
