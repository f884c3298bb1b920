//! Questionnaires that ship with Watari: reading them, and what the answers mean.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use super::model::{Dimension, Risk};
use crate::access::{Sensitivity, Viewer};
use crate::code::Code;
use crate::codes;
use crate::dates::Day;
use crate::ui::{Language, Ui};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../forms");

/// The answer of someone who would rather not say; offered with every closed question.
pub const NOT_SAID: &str = "unknown";

/// The screening every case needs.
pub const SPECIFIC_NEEDS: &str = "specific-needs";
/// The short set on disability.
pub const WASHINGTON_GROUP: &str = "washington-group";
/// The assessment every case needs.
pub const SEVEN_DIMENSIONS: &str = "seven-dimensions";

codes! {
    /// Specific needs, after UNHCR's categories.
    "need" Need {
        /// A child at risk.
        ChildAtRisk = "child_at_risk",
        /// A child without, or apart from, their parents.
        UnaccompaniedOrSeparatedChild = "unaccompanied_or_separated_child",
        /// A woman at risk.
        WomanAtRisk = "woman_at_risk",
        /// An older person at risk.
        OlderPerson = "older_person",
        /// A disability.
        Disability = "disability",
        /// A serious medical condition.
        SeriousMedicalCondition = "serious_medical_condition",
        /// Alone with children.
        SingleParent = "single_parent",
        /// Legal and physical protection needed.
        LegalPhysicalProtection = "legal_physical_protection",
        /// Survived torture.
        Torture = "torture",
        /// Family apart.
        FamilyUnity = "family_unity",
        /// Sexual or gender-based violence.
        Sgbv = "sgbv",
    }
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Yes or no.
    YesNo,
    /// One of its options, from no difficulty to the greatest.
    Scale,
    /// In words.
    Text,
}

/// Whom a question is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// People under 18.
    Child,
    /// People of 18 and over.
    Adult,
    /// Women, and girls from 10 on, whom adolescence puts at a woman's risks.
    Woman,
    /// People of 60 and over, whom UNHCR calls older (Policy on Older Refugees).
    Older,
    /// Everybody.
    #[default]
    Any,
}

type Words = BTreeMap<String, String>;

/// A questionnaire.
#[derive(Clone, Debug, Deserialize)]
pub struct Form {
    /// Its id, the name of its file.
    pub id: String,
    /// Its version; answers keep the one they were given to.
    pub version: i64,
    /// What it is taken from.
    pub source: String,
    title: Words,
    /// The youngest it can be asked of or about, in years.
    #[serde(default)]
    pub from_age: i64,
    /// Its questions in order.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    /// Its id within the form.
    pub id: String,
    /// The need that a sign of it means.
    #[serde(default)]
    pub need: Option<Need>,
    /// How it is answered.
    pub kind: AnswerKind,
    /// How heavy a sign of it weighs, 1 to 3; scales of numbers weigh by the number.
    #[serde(default)]
    pub weight: Option<i64>,
    /// Who may read the answer.
    #[serde(default = "case")]
    pub sensitivity: Sensitivity,
    /// Whom it is for.
    #[serde(default)]
    pub applies: Applies,
    /// The dimension it belongs to.
    #[serde(default)]
    pub dimension: Option<Dimension>,
    label: Words,
    #[serde(default)]
    hint: Words,
    /// The options of a scale.
    #[serde(default, rename = "option")]
    pub options: Vec<Choice>,
}

/// An option of a scale.
#[derive(Clone, Debug, Deserialize)]
pub struct Choice {
    /// As stored.
    #[serde(deserialize_with = "as_text")]
    pub value: String,
    label: Words,
}

/// Values are text or whole numbers in the files.
fn as_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(i64),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}

fn case() -> Sensitivity {
    Sensitivity::Case
}

fn in_language(words: &Words, language: Language) -> &str {
    words.get(language.code()).or_else(|| words.get("en")).map_or("", String::as_str)
}

/// Whom the questions are put to, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Respondent {
    /// `female`, `male`, …
    pub sex: String,
    /// Earliest day of birth.
    pub born_from: Option<Day>,
    /// Latest day of birth.
    pub born_to: Option<Day>,
    /// The day it is asked.
    pub today: Option<Day>,
}

/// From this age on people count as older.
const OLDER: i64 = 60;

impl Respondent {
    /// What is not known excludes nobody.
    fn fits(&self, applies: Applies) -> bool {
        match applies {
            Applies::Any => true,
            Applies::Woman => self.sex != "male" && self.may_have_reached(10),
            Applies::Child => self.age(self.born_to).is_none_or(|years| years < 18),
            Applies::Adult => self.may_have_reached(18),
            Applies::Older => self.may_have_reached(OLDER),
        }
    }

    fn age(&self, born: Option<Day>) -> Option<i64> {
        born.zip(self.today).map(|(born, today)| born.years_until(today))
    }

    fn may_have_reached(&self, years: i64) -> bool {
        self.age(self.born_from).is_none_or(|oldest| oldest >= years)
    }

    /// How far children, women and older people stand before others of the same risk, in the
    /// measure of signs: a child as far as three severe ones, the others as two.
    pub fn precedence(&self) -> i64 {
        let child = self.age(self.born_to).is_some_and(|youngest| youngest < 18);
        let older = self.age(self.born_to).is_some_and(|youngest| youngest >= OLDER);
        9 * i64::from(child) + 6 * i64::from(self.sex == "female") + 6 * i64::from(older)
    }
}

/// What a sign weighs on the record.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Sign {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// 1 to 3.
    pub weight: i64,
    /// The need it means.
    pub need: Option<Need>,
}

/// What the rule makes of the answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Outcome {
    /// What was found, heaviest first: the reasons of the proposal.
    pub signs: Vec<Sign>,
    /// The risk proposed.
    pub proposed: Option<Risk>,
}

impl Outcome {
    /// What several questionnaires say together.
    pub fn of(signs: impl IntoIterator<Item = Sign>) -> Outcome {
        let mut signs: Vec<Sign> = signs.into_iter().collect();
        signs.sort_by_key(|sign| -sign.weight);
        let heaviest = signs.first().map_or(0, |sign| sign.weight);
        let sum: i64 = signs.iter().map(|sign| sign.weight).sum();
        let proposed = match (heaviest, sum) {
            (3.., _) | (_, 8..) => Risk::High,
            (2, _) | (_, 4..) => Risk::Medium,
            _ => Risk::Low,
        };
        Outcome { signs, proposed: Some(proposed) }
    }

    /// The needs found.
    pub fn needs(&self) -> BTreeSet<Need> {
        self.signs.iter().filter_map(|sign| sign.need).collect()
    }

    /// The weight of all signs.
    pub fn weight(&self) -> i64 {
        self.signs.iter().map(|sign| sign.weight).sum()
    }
}

impl Form {
    /// A questionnaire by its id.
    pub fn find(id: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.id == id)
    }

    /// All questionnaires.
    pub fn all() -> &'static [Form] {
        &FORMS
    }

    /// The questionnaires for this person.
    pub fn all_for(respondent: &Respondent) -> Vec<&'static Form> {
        FORMS.iter().filter(|form| respondent.may_have_reached(form.from_age)).collect()
    }

    /// Its title.
    pub fn title(&self, language: Language) -> &str {
        in_language(&self.title, language)
    }

    /// A question by its id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The questions for this person.
    pub fn questions_for(&self, respondent: &Respondent) -> Vec<&Question> {
        self.questions.iter().filter(|question| respondent.fits(question.applies)).collect()
    }

    /// How delicate the whole is: one sensitivity where all questions share it; otherwise each
    /// answer is shown by its own.
    pub fn sensitivity(&self) -> Sensitivity {
        let mut all = self.questions.iter().map(|question| question.sensitivity);
        let first = all.next().unwrap_or(Sensitivity::Case);
        if all.all(|other| other == first) { first } else { Sensitivity::Case }
    }

    /// What the answers mean.
    pub fn evaluate(&self, answers: &BTreeMap<String, String>) -> Outcome {
        let signs = self.questions.iter().filter_map(|question| {
            let answer = answers.get(&question.id)?;
            let weight = question.weight_of(answer)?;
            Some(Sign { question: question.id.clone(), answer: answer.clone(), weight, need: question.need })
        });
        Outcome::of(signs)
    }

    /// Answers and outcome without what this user may not read.
    pub fn shown_to(&self, viewer: &Viewer, answers: &mut BTreeMap<String, String>, outcome: &mut Outcome) {
        let may_read = |id: &str| {
            self.question(id).is_some_and(|question| {
                viewer.sees(question.sensitivity)
                    // What was said in words may say who it was.
                    && (question.kind != AnswerKind::Text || viewer.sees(Sensitivity::Identity))
            })
        };
        answers.retain(|id, _| may_read(id));
        outcome.signs.retain(|sign| may_read(&sign.question));
    }
}

impl Question {
    /// The question in words.
    pub fn label(&self, language: Language) -> &str {
        in_language(&self.label, language)
    }

    /// What helps to ask it; empty where nothing does.
    pub fn hint(&self, language: Language) -> &str {
        in_language(&self.hint, language)
    }

    /// Whether it is answered in words.
    pub fn is_text(&self) -> bool {
        self.kind == AnswerKind::Text
    }

    /// Values and words of the answers to choose from.
    pub fn choices(&self, ui: &Ui) -> Vec<(String, String)> {
        let mut choices: Vec<(String, String)> = match self.kind {
            AnswerKind::Text => return Vec::new(),
            AnswerKind::YesNo => {
                [("yes", ui.t("yes")), ("no", ui.t("no"))].map(|(value, words)| (value.into(), words.into())).into()
            }
            AnswerKind::Scale => self
                .options
                .iter()
                .map(|option| (option.value.clone(), in_language(&option.label, ui.language).to_owned()))
                .collect(),
        };
        if !choices.iter().any(|(value, _)| value == NOT_SAID) {
            choices.push((NOT_SAID.to_owned(), ui.t("case-not-said").to_owned()));
        }
        choices
    }

    /// An answer in words.
    pub fn answer_in_words(&self, answer: &str, ui: &Ui) -> String {
        let known = self.choices(ui).into_iter().find(|(value, _)| value == answer);
        known.map_or_else(|| answer.to_owned(), |(_, words)| words)
    }

    /// Whether an answer is one of those offered.
    pub fn accepts(&self, answer: &str) -> bool {
        match self.kind {
            AnswerKind::Text => answer.chars().count() <= 4000,
            AnswerKind::YesNo => matches!(answer, "yes" | "no" | NOT_SAID),
            AnswerKind::Scale => answer == NOT_SAID || self.options.iter().any(|option| option.value == answer),
        }
    }

    /// What a sign weighs; nothing where the answer is no sign. «A lot of difficulty» and «cannot
    /// do at all» mean a disability (Washington Group); on scales from 0 to 3 a serious threat
    /// weighs 2 and a severe one 3.
    fn weight_of(&self, answer: &str) -> Option<i64> {
        match (self.kind, answer) {
            (AnswerKind::YesNo, "yes") | (AnswerKind::Scale, "a_lot" | "cannot_do") => Some(self.weight.unwrap_or(1)),
            (AnswerKind::Scale, "2") => Some(2),
            (AnswerKind::Scale, "3") => Some(3),
            _ => None,
        }
    }
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let texts = FILES.files().filter(|file| file.path().extension().is_some_and(|it| it == "toml"));
    let mut forms: Vec<Form> = texts
        .filter_map(|file| match toml::from_str(file.contents_utf8()?) {
            Ok(form) => Some(form),
            Err(error) => {
                tracing::error!(%error, file = %file.path().display(), "a questionnaire has errors");
                None
            }
        })
        .collect();
    let place = |form: &Form| [SPECIFIC_NEEDS, WASHINGTON_GROUP, SEVEN_DIMENSIONS].iter().position(|id| form.id == *id);
    forms.sort_by_key(|form| (place(form).unwrap_or(usize::MAX), form.id.clone()));
    forms
});

/// Needs that are themselves delicate, because every question that finds them is.
static DELICATE: LazyLock<BTreeMap<&'static str, Sensitivity>> = LazyLock::new(|| {
    let found_by =
        |need: Need| Form::all().iter().flat_map(|form| &form.questions).filter(move |it| it.need == Some(need));
    let delicate = Need::ALL.iter().filter_map(|need| {
        let first = found_by(*need).next()?.sensitivity;
        let shared = found_by(*need).all(|question| question.sensitivity == first);
        (shared && first != Sensitivity::Case).then(|| (need.code(), first))
    });
    delicate.collect()
});

/// Whether a user may know that someone has a need: a serious medical condition is medical
/// information wherever it is shown.
pub fn may_know_need(viewer: &Viewer, need: &str) -> bool {
    DELICATE.get(need).is_none_or(|sensitivity| viewer.sees(*sensitivity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn the_shipped_forms_are_whole_in_every_language() {
        for id in [SPECIFIC_NEEDS, WASHINGTON_GROUP, SEVEN_DIMENSIONS] {
            let form = Form::find(id).expect(id);
            for language in Language::ALL {
                let here = |words: &Words| words.get(language.code()).is_some_and(|text| !text.is_empty());
                assert!(here(&form.title), "{id} {language}");
                for question in &form.questions {
                    assert!(here(&question.label), "{id} {} {language}", question.id);
                    assert!(question.options.iter().all(|option| here(&option.label)));
                    assert!(question.hint.is_empty() || here(&question.hint), "{id} {} {language}", question.id);
                }
            }
        }
    }

    #[test]
    fn every_need_and_dimension_is_asked_about() {
        let screening = Form::find(SPECIFIC_NEEDS).unwrap();
        for need in Need::ALL.iter().filter(|need| **need != Need::Disability) {
            assert!(screening.questions.iter().any(|question| question.need == Some(*need)), "{need}");
        }
        let assessment = Form::find(SEVEN_DIMENSIONS).unwrap();
        for dimension in Dimension::ALL {
            assert!(assessment.questions.iter().any(|question| question.dimension == Some(*dimension)), "{dimension}");
        }
    }

    #[test]
    fn a_lot_of_difficulty_in_one_thing_is_a_disability() {
        let form = Form::find(WASHINGTON_GROUP).unwrap();
        let first = form.questions[0].id.as_str();
        for (answer, expected) in [("a_lot", true), ("cannot_do", true), ("some", false), (NOT_SAID, false)] {
            let outcome = form.evaluate(&answers(&[(first, answer)]));
            assert_eq!(outcome.needs().contains(&Need::Disability), expected, "{answer}");
        }
    }

    #[test]
    fn the_heaviest_sign_decides_the_proposal() {
        let sign = |weight| Sign { question: "q".to_owned(), answer: "yes".to_owned(), weight, need: None };
        assert_eq!(Outcome::of([]).proposed, Some(Risk::Low));
        assert_eq!(Outcome::of([sign(1)]).proposed, Some(Risk::Low));
        assert_eq!(Outcome::of([sign(1), sign(2)]).proposed, Some(Risk::Medium));
        assert_eq!(Outcome::of((0..4).map(|_| sign(1))).proposed, Some(Risk::Medium));
        assert_eq!(Outcome::of([sign(3)]).proposed, Some(Risk::High));
        assert_eq!(Outcome::of((0..4).map(|_| sign(2))).proposed, Some(Risk::High));
    }

    #[test]
    fn children_women_and_older_people_come_first() {
        let one = |sex: &str, born: &str| Respondent {
            sex: sex.to_owned(),
            born_from: born.parse().ok(),
            born_to: born.parse().ok(),
            today: "2026-11-24".parse().ok(),
        };
        let (girl, boy) = (one("female", "2015-01-01").precedence(), one("male", "2015-01-01").precedence());
        let (woman, man) = (one("female", "1990-01-01").precedence(), one("male", "1990-01-01").precedence());
        let old = one("male", "1950-01-01").precedence();
        assert!(girl > boy && boy > woman && woman > man && old > man);
        assert_eq!((man, Respondent::default().precedence()), (0, 0));
    }

    #[test]
    fn questions_are_put_to_whom_they_concern() {
        let today = "2026-11-24".parse().ok();
        let boy = Respondent {
            sex: "male".to_owned(),
            born_from: "2012-01-01".parse().ok(),
            born_to: "2012-12-31".parse().ok(),
            today,
        };
        assert!(boy.fits(Applies::Child) && !boy.fits(Applies::Adult) && !boy.fits(Applies::Woman));
        let man =
            Respondent { born_from: "2002-01-01".parse().ok(), born_to: "2002-01-01".parse().ok(), ..boy.clone() };
        assert!(man.fits(Applies::Adult) && !man.fits(Applies::Older), "a man of 24 is no older person");
        let perhaps_60 = Respondent { born_from: "1966-01-01".parse().ok(), ..man.clone() };
        assert!(perhaps_60.fits(Applies::Older), "an estimate that reaches 60");
        let girl = |born: &str| Respondent {
            sex: "female".to_owned(),
            born_from: born.parse().ok(),
            born_to: born.parse().ok(),
            today,
        };
        assert!(girl("2015-01-01").fits(Applies::Woman) && !girl("2020-01-01").fits(Applies::Woman));
        let asked = |born: &str| Form::all_for(&girl(born)).iter().any(|form| form.id == WASHINGTON_GROUP);
        assert!(asked("2020-01-01") && !asked("2023-01-01"), "the short set is for people of 5 and over");
        let unknown = Respondent { today, ..Respondent::default() };
        assert!(unknown.fits(Applies::Child) && unknown.fits(Applies::Adult) && unknown.fits(Applies::Woman));
    }
}
