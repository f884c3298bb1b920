//! Screenings: submissions of forms that have a rule, as cases read them; and answering one in one go.

use std::collections::BTreeMap;
use std::sync::Arc;

use xlsform::definition::Definition;
use xlsform::fill::{Filling, ProblemKind};
use xlsform::xpath::Tree;

use super::answers::{self, Answer};
use super::filling::{self, Asker, Question, Widget, begin};
use super::meaning::{DONE_ON, Meaning, answers_of, is_subject, name_of};
use super::model::Form;
use super::submissions::{self, Incoming};
use super::{follow_ups, shipped, store};
use crate::access::{Permission, Viewer};
use crate::cases::input::Answers;
use crate::cases::outcome::Outcome;
use crate::cases::respondent::Respondent;
use crate::cases::{self, Screening};
use crate::dates::{Day, Moment};
use crate::db::Tx;
use crate::error::{Check, Error};
use crate::ids::{CaseId, FormVersionId, ScreeningId, SubmissionId};
use crate::params;
use crate::ui::{Language, Ui};

/// The open forms with a rule that this user may fill in, those that come with Watari first, as it offers them.
fn screening_forms(tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<(Form, FormVersionId, Meaning)>, Error> {
    let mut forms = store::forms_with_meaning(tx, viewer)?;
    forms.retain(|(.., meaning)| meaning.screens());
    Ok(forms)
}

/// The forms that can be filled in for someone.
pub struct Offers {
    /// Those with a rule that ask them anything.
    pub screenings: Vec<Form>,
    /// Those without.
    pub further: Vec<Form>,
}

/// The forms that this user may fill in for someone.
///
/// # Errors
/// The database failed.
pub fn offers(tx: &mut Tx<'_>, viewer: &Viewer, respondent: &Respondent) -> Result<Offers, Error> {
    let mut offers = Offers { screenings: Vec::new(), further: Vec::new() };
    for (form, _, meaning) in store::forms_with_meaning(tx, viewer)? {
        if !meaning.judges() {
            offers.further.push(form);
        } else if meaning.screens() && respondent.may_have_reached(meaning.from_age) {
            offers.screenings.push(form);
        }
    }
    Ok(offers)
}

/// A screening as it is asked.
pub struct Questionnaire {
    /// The form.
    pub form: Form,
    /// What it is called in the user's language.
    pub title: String,
    /// The version's name.
    pub version: String,
    /// Its questions, whose case it is not among them.
    pub questions: Vec<QuestionAsked>,
}

/// A question of a screening.
pub struct QuestionAsked {
    /// Its name in the form.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// What helps to ask it.
    pub hint: String,
    /// Answers to choose from and their words; none where it is answered otherwise.
    pub choices: Vec<(String, String)>,
}

impl From<Question> for QuestionAsked {
    fn from(question: Question) -> QuestionAsked {
        QuestionAsked {
            name: name_of(&question.path).to_owned(),
            label: question.label,
            hint: question.hint,
            choices: question.choices.into_iter().map(|choice| (choice.value, choice.label)).collect(),
        }
    }
}

/// The screenings of the house, each with all questions it may ask.
///
/// # Errors
/// The role does not read cases, or the database failed.
pub fn questionnaires(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui) -> Result<Vec<Questionnaire>, Error> {
    viewer.require(Permission::ReadCases)?;
    let asker = Asker::new(ui.clone());
    let forms = screening_forms(tx, viewer)?;
    let asked = forms.into_iter().map(|(form, version, _)| {
        let (version, xform) = store::version(tx, viewer.organisation, version)?;
        let definition = store::definition_for_all(tx, viewer, version.id, &xform)?;
        let filling = begin(definition, viewer, ui.language)?;
        let questions = filling::flat(filling::whole(&filling, &asker)?).into_iter();
        let questions = questions.filter(|question| question.widget != Widget::Note).map(QuestionAsked::from);
        let questions = questions.filter(|question| !is_subject(&question.name) && question.name != DONE_ON);
        let title = form.title_in(ui.language).to_owned();
        Ok(Questionnaire { title, version: version.name, questions: questions.collect(), form })
    });
    asked.collect()
}

/// The results of a case, with the names of their forms and the moments they came: for the rule, not for eyes.
///
/// # Errors
/// The database failed.
pub fn results_of_case(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
) -> Result<Vec<(String, Moment, Outcome)>, Error> {
    let rows = tx.query(
        "SELECT f.name, s.sent_at, s.result FROM submission s \
         JOIN form f ON f.organisation_id = s.organisation_id AND f.id = s.form_id \
         WHERE s.organisation_id = $1 AND s.case_id = $2 AND s.result IS NOT NULL ORDER BY s.sent_at, s.id",
        params![viewer.organisation, case],
        |row| Ok((row.next::<String>()?, row.next::<Moment>()?, row.next::<String>()?)),
    )?;
    let read = |(name, at, text): (_, _, String)| Some((name, at, serde_json::from_str(&text).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The screenings among the submissions of a case that was found for the user before, as far as this user may read
/// them.
///
/// # Errors
/// The database failed.
pub fn screenings_of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId) -> Result<Vec<Screening>, Error> {
    let filter = viewer.visible_parts("s").and("s.case_id = ? AND s.result IS NOT NULL", [case.into()]);
    let sql = format!(
        "SELECT s.id, f.name, v.title, v.titles, v.name, v.id, s.xml, s.result, s.sent_at, u.name \
         FROM submission s \
         JOIN form f ON f.organisation_id = s.organisation_id AND f.id = s.form_id \
         JOIN form_version v ON v.organisation_id = s.organisation_id AND v.id = s.form_version_id \
         LEFT JOIN user_account u ON u.organisation_id = s.organisation_id AND u.id = s.sent_by \
         WHERE {} ORDER BY s.sent_at DESC, s.id DESC",
        filter.sql()
    );
    let mut screenings = tx.query(&sql, filter.params(), |row| {
        let id: SubmissionId = row.next()?;
        let (form, title, titles): (String, String, String) = (row.next()?, row.next()?, row.next()?);
        let (form_version, version) = (row.next()?, row.next::<FormVersionId>()?);
        let (xml, result): (String, String) = (row.next()?, row.next()?);
        let at: Moment = row.next()?;
        let screening = Screening {
            id: ScreeningId(id.0),
            form,
            title,
            titles: serde_json::from_str(&titles).unwrap_or_default(),
            form_version,
            answers: BTreeMap::new(),
            result: serde_json::from_str(&result).unwrap_or_default(),
            done_on: at.day(&viewer.time_zone),
            done_by: row.next()?,
            submission_id: Some(id),
            at,
        };
        Ok((screening, version, xml))
    })?;
    for (screening, version, xml) in &mut screenings {
        let meaning = store::meaning(tx, viewer.organisation, *version)?;
        let mut answers = Tree::from_xml(xml).map(|record| answers_of(&record, &meaning)).unwrap_or_default();
        let done_on = answers.remove(DONE_ON).and_then(|day| day.parse::<Day>().ok());
        screening.done_on = done_on.unwrap_or(screening.done_on);
        meaning.show(viewer, &mut answers, &mut screening.result);
        screening.answers = answers;
    }
    Ok(screenings.into_iter().map(|(screening, ..)| screening).collect())
}

/// What was asked and answered in a screening, in words, as far as this user may read it.
///
/// # Errors
/// The database failed.
pub fn screening_in_words(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    ui: &Ui,
    screening: &Screening,
) -> Result<Vec<Answer>, Error> {
    let (definition, xml) = match screening.submission_id {
        Some(id) => record_of(tx, viewer, id)?,
        None => match from_before(viewer, screening) {
            Some(found) => found,
            None => return Ok(Vec::new()),
        },
    };
    // Whose case it is stands above; what may not be read is not among the screening's answers.
    let may_read = |path: &str| screening.answers.contains_key(name_of(path));
    Ok(answers::tell(definition, viewer, ui, &xml, (&[], &[]), &may_read)?.answers())
}

fn record_of(tx: &mut Tx<'_>, viewer: &Viewer, id: SubmissionId) -> Result<(Arc<Definition>, String), Error> {
    let found = tx.one(
        "SELECT s.form_version_id, s.xml FROM submission s WHERE s.organisation_id = $1 AND s.id = $2",
        params![viewer.organisation, id],
        |row| Ok((row.next::<FormVersionId>()?, row.next::<String>()?)),
    )?;
    let (version, xml) = found.ok_or(Error::NotFound)?;
    let (_, xform) = store::version(tx, viewer.organisation, version)?;
    Ok((store::definition_for_all(tx, viewer, version, &xform)?, xml))
}

/// A screening from before screenings were submissions, written into the form of the same questions.
fn from_before(viewer: &Viewer, screening: &Screening) -> Option<(Arc<Definition>, String)> {
    let (definition, _) = shipped::definition(&screening.form)?;
    let mut filling = begin(definition.clone(), viewer, Language::En).ok()?;
    for (name, value) in &screening.answers {
        // What the form no longer asks cannot be told.
        let _ = answer_named(&mut filling, name, value);
    }
    Some((definition, filling.submission().ok()?))
}

/// Answers the questions of a name; whether there are any.
fn answer_named(filling: &mut Filling, name: &str, value: &str) -> Result<bool, Error> {
    let fields = filling.definition().fields();
    let asked = fields.filter(|(_, field)| field.name.local == name && field.control.is_some());
    let nodes: Vec<_> = asked.map(|(id, _)| id).collect::<Vec<_>>();
    let nodes: Vec<_> = nodes.into_iter().flat_map(|id| filling.nodes(id).to_vec()).collect();
    for node in &nodes {
        filling.answer(*node, value)?;
    }
    Ok(!nodes.is_empty())
}

/// Answers a screening in one go, by the names of its questions: a submission as any other.
///
/// # Errors
/// No such screening, questions to answer, work on the case is not allowed, or the database failed.
pub fn answer_screening(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    case: CaseId,
    name: &str,
    input: &Answers,
) -> Result<SubmissionId, Error> {
    let file = cases::store::find_for_work(tx, viewer, case)?;
    let found = screening_forms(tx, viewer)?.into_iter().find(|(form, ..)| form.name == name);
    let (form, version, meaning) = found.ok_or(Error::NotFound)?;
    let (_, xform) = store::version(tx, viewer.organisation, version)?;
    let definition = store::definition(tx, viewer, version, &xform, Some(case))?;
    let mut filling = begin(definition.clone(), viewer, Language::En)?;
    submissions::name_the_case(&mut filling, &form, case, file.case.person_id)?;
    let done_on = input.done_on.unwrap_or(viewer.today);
    let mut check = Check::default();
    check.that(done_on <= viewer.today, "done_on", "invalid-future");
    answer_named(&mut filling, DONE_ON, &done_on.to_string())?;
    for (question, answer) in input.answers.iter().filter(|(question, _)| !is_subject(question)) {
        answer_named(&mut filling, question, answer.trim())?;
    }
    for problem in filling.problems()? {
        let name = name_of(&filling.path(problem.node)).to_owned();
        let wrong = if problem.kind == ProblemKind::Required { "invalid-answer" } else { "invalid-choice" };
        check.that(name == DONE_ON, format!("answers[{name}]"), wrong);
    }
    check.done()?;
    let xml = filling.submission()?;
    let record = Tree::from_xml(&xml).map_err(|error| Error::Internal(error.to_string()))?;
    let id = SubmissionId::new();
    let incoming = Incoming {
        id,
        version,
        instance_id: submissions::instance_id(&record).unwrap_or_else(|| id.to_string()),
        case: Some((case, file.case.person_id)),
        subject: submissions::subject_of(&form, &record),
        judged: submissions::judge(&definition, &meaning, viewer, &xml),
        entities: xlsform::entities::read(&definition, &record),
        asks_for_case: submissions::asks_for_case(&form, &definition),
        follow_up: follow_ups::named(&record, None),
        xml,
        device: None,
        manifest: None,
        edits: None,
        form,
    };
    submissions::keep(tx, viewer, &incoming)?;
    Ok(id)
}

/// Answers and outcome of a screening from before screenings were submissions, without what a user may not read.
pub fn show_from_before(viewer: &Viewer, form: &str, answers: &mut BTreeMap<String, String>, outcome: &mut Outcome) {
    match shipped::meaning(form) {
        Some(meaning) => meaning.show(viewer, answers, outcome),
        None => {
            answers.clear();
            outcome.signs.clear();
        }
    }
}
