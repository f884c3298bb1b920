//! Answers as columns of the list of cases: of the latest submission of each form, as far as their reader may read them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use xlsform::xpath::Tree;

use super::filling::{self, Asker, Question, Widget, begin};
use super::meaning::{answers_of, is_subject, name_of};
use super::model::Form;
use super::{shipped, store};
use crate::access::{Permission, Viewer};
use crate::dates::Day;
use crate::db::Tx;
use crate::error::Error;
use crate::ids::{CaseId, FormId, FormVersionId};
use crate::ui::Ui;

/// The most columns at once.
const MOST: usize = 12;

/// A question whose answers can be a column.
#[derive(Clone, Debug)]
pub struct Column {
    /// How the address calls it: the form's name and the question's.
    pub key: String,
    /// What is asked.
    pub label: String,
    form: FormId,
    question: String,
    /// What is chosen, in words.
    choices: BTreeMap<String, String>,
    is_day: bool,
}

/// The columns of a form.
#[derive(Clone, Debug)]
pub struct FormColumns {
    /// The form's title in the reader's language.
    pub title: String,
    /// Its questions, in order.
    pub columns: Vec<Column>,
}

/// Answers by case, each beside its column's place.
pub type CaseAnswers = HashMap<CaseId, Vec<String>>;

/// The questions of the forms in use whose answers this user may read.
///
/// # Errors
/// The role does not read cases, or the database failed.
pub fn columns(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui) -> Result<Vec<FormColumns>, Error> {
    viewer.require(Permission::ReadCases)?;
    let mut forms = store::forms_in_use(tx, viewer)?;
    forms.retain(|form| viewer.sees(form.sensitivity));
    forms.sort_by_key(|form| shipped::place(&form.name));
    let of = |form| of_form(tx, viewer, ui, form);
    Ok(forms.into_iter().map(of).collect::<Result<Vec<_>, Error>>()?.into_iter().flatten().collect())
}

/// The columns of an address, such as `specific-needs.threats_now,home_visit.roof`; what names none is passed by.
///
/// # Errors
/// The database failed.
pub fn columns_named(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui, keys: &str) -> Result<Vec<Column>, Error> {
    let mut found: Vec<Column> = Vec::new();
    let mut known: HashMap<&str, Vec<Column>> = HashMap::new();
    for key in keys.split(',').filter(|key| !key.is_empty()).take(MOST) {
        let Some((name, _)) = key.rsplit_once('.') else { continue };
        let columns = match known.entry(name) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => free.insert(columns_of(tx, viewer, ui, name)?),
        };
        let column = columns.iter().find(|column| column.key == key);
        found.extend(column.filter(|column| found.iter().all(|held| held.key != column.key)).cloned());
    }
    Ok(found)
}

/// The columns of the form of a name; none where this user may not read it.
fn columns_of(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui, name: &str) -> Result<Vec<Column>, Error> {
    let form = store::form_named(tx, viewer.organisation, name)?.filter(|form| viewer.sees(form.sensitivity));
    let columns = form.map(|form| of_form(tx, viewer, ui, form)).transpose()?.flatten();
    Ok(columns.map(|form| form.columns).unwrap_or_default())
}

fn of_form(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui, form: Form) -> Result<Option<FormColumns>, Error> {
    let (version, xform) = match store::published(tx, viewer, form.id) {
        Ok(found) => found,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let meaning = store::meaning(tx, viewer.organisation, version.id)?;
    let definition = store::definition_for_all(tx, viewer, version.id, &xform)?;
    let repeats = store::repeats(&definition);
    let filling = begin(definition, viewer, ui.language)?;
    let questions = filling::flat(filling::whole(&filling, &Asker::new(ui.clone()))?).into_iter();
    let is_asked = |question: &Question| {
        let in_repeat = repeats.iter().any(|repeat| question.path.starts_with(repeat.as_str()));
        let is_file = matches!(question.widget, Widget::Note | Widget::File { .. });
        !in_repeat && !is_file && !is_subject(name_of(&question.path)) && meaning.may_read(viewer, &question.path)
    };
    let columns = questions.filter(is_asked).map(|question| Column {
        key: format!("{}.{}", form.name, name_of(&question.path)),
        form: form.id,
        question: name_of(&question.path).to_owned(),
        is_day: question.widget == Widget::Day,
        label: question.label,
        choices: question.choices.into_iter().map(|choice| (choice.value, choice.label)).collect(),
    });
    let columns: Vec<Column> = columns.collect();
    let title = form.title_in(ui.language).to_owned();
    Ok((!columns.is_empty()).then_some(FormColumns { title, columns }))
}

impl Column {
    /// An answer in words.
    fn words(&self, ui: &Ui, value: &str) -> String {
        if self.is_day {
            return value.parse::<Day>().map_or_else(|_| value.to_owned(), |day| ui.day(&day));
        }
        if self.choices.is_empty() {
            return value.to_owned();
        }
        let word = |word: &str| self.choices.get(word).cloned().unwrap_or_else(|| word.to_owned());
        value.split_whitespace().map(word).collect::<Vec<_>>().join(ui.t("list-comma"))
    }
}

/// The answers of cases that were found for the user before: for each column those of the form's latest submission, in
/// words; empty where there is none or the user may not read it.
///
/// # Errors
/// The database failed.
pub fn answers_of_cases(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    ui: &Ui,
    cases: &[CaseId],
    columns: &[Column],
) -> Result<CaseAnswers, Error> {
    let mut answers = CaseAnswers::new();
    if cases.is_empty() || columns.is_empty() {
        return Ok(answers);
    }
    let forms: Vec<FormId> = columns.iter().map(|column| column.form).collect();
    let filter = viewer.visible_parts("s").among("s.case_id", cases).among("s.form_id", &forms);
    let sql = format!(
        "SELECT s.case_id, s.form_id, s.form_version_id, s.xml FROM submission s WHERE {} ORDER BY s.sent_at, s.id",
        filter.sql()
    );
    let mut latest: HashMap<(CaseId, FormId), (FormVersionId, String)> = HashMap::new();
    tx.each(&sql, filter.params(), |row| {
        let key = (row.next()?, row.next()?);
        latest.insert(key, (row.next()?, row.next()?));
        Ok(true)
    })?;
    for ((case, form), (version, xml)) in latest {
        let meaning = store::meaning(tx, viewer.organisation, version)?;
        let Ok(record) = Tree::from_xml(&xml) else { continue };
        let said = meaning.readable(viewer, answers_of(&record, &meaning));
        let cells = answers.entry(case).or_insert_with(|| vec![String::new(); columns.len()]);
        for (column, cell) in columns.iter().zip(cells).filter(|(column, _)| column.form == form) {
            *cell = said.get(&column.question).map(|value| column.words(ui, value)).unwrap_or_default();
        }
    }
    Ok(answers)
}
