//! What screenings find: needs, signs, and the risk proposed from them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::model::Risk;
use crate::access::{Sensitivity, Viewer};
use crate::code::Code;
use crate::codes;

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

impl Need {
    /// How delicate it is that someone has it: a serious medical condition is medical information wherever it is shown.
    pub fn sensitivity(self) -> Sensitivity {
        match self {
            Need::Disability | Need::SeriousMedicalCondition | Need::Torture => Sensitivity::Medical,
            _ => Sensitivity::Case,
        }
    }
}

/// Whether a user may know that someone has a need. Codes of no need are known for what they are.
pub fn may_know_need(viewer: &Viewer, need: &str) -> bool {
    let delicate = Need::from_code(need).map(Need::sensitivity).filter(|it| *it != Sensitivity::Case);
    delicate.is_none_or(|sensitivity| viewer.sees(sensitivity))
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
    /// The risk that it proposes at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
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
        signs.sort_by_key(|sign| Reverse(sign.weight));
        let heaviest = signs.first().map_or(0, |sign| sign.weight);
        let sum: i64 = signs.iter().map(|sign| sign.weight).sum();
        let by_weight = match (heaviest, sum) {
            (3.., _) | (_, 8..) => Risk::High,
            (2, _) | (_, 4..) => Risk::Medium,
            _ => Risk::Low,
        };
        // The higher risk stands first.
        let proposed = signs.iter().filter_map(|sign| sign.risk).fold(by_weight, Risk::min);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(weight: i64) -> Sign {
        Sign { question: "q".to_owned(), answer: "yes".to_owned(), weight, need: None, risk: None }
    }

    #[test]
    fn the_heaviest_sign_decides_the_proposal() {
        assert_eq!(Outcome::of([]).proposed, Some(Risk::Low));
        assert_eq!(Outcome::of([sign(1)]).proposed, Some(Risk::Low));
        assert_eq!(Outcome::of([sign(1), sign(2)]).proposed, Some(Risk::Medium));
        assert_eq!(Outcome::of((0..4).map(|_| sign(1))).proposed, Some(Risk::Medium));
        assert_eq!(Outcome::of([sign(3)]).proposed, Some(Risk::High));
        assert_eq!(Outcome::of((0..4).map(|_| sign(2))).proposed, Some(Risk::High));
    }

    #[test]
    fn a_sign_may_ask_for_a_risk_at_least() {
        let least = |risk| Sign { risk: Some(risk), ..sign(1) };
        assert_eq!(Outcome::of([least(Risk::High)]).proposed, Some(Risk::High));
        assert_eq!(
            Outcome::of([least(Risk::Medium), sign(3)]).proposed,
            Some(Risk::High),
            "no less than the others say"
        );
        assert_eq!(Outcome::of([least(Risk::Low), sign(2)]).proposed, Some(Risk::Medium));
    }
}
