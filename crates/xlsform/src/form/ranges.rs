//! The parameters of a range: where it starts and ends, its steps and marks.

use super::Node;
use super::choices::Choices;
use super::parameters::Parameters;
use super::problem::{Findings, Outside, ProblemKind, Wanted};

const KNOWN: [&str; 6] = ["end", "placeholder", "start", "step", "tick_interval", "tick_labelset"];

/// A decimal number, exact to twelve places: 0.3 is a multiple of 0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Decimal(i128);

impl Decimal {
    const PLACES: usize = 12;
    const ONE: i128 = 1_000_000_000_000;

    fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let too_long = whole.len() > 18 || fraction.len() > Self::PLACES;
        if (whole.is_empty() && fraction.is_empty()) || too_long || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let number: i128 = format!("{whole}{fraction:0<places$}", places = Self::PLACES).parse().ok()?;
        Some(Self(if negative { -number } else { number }))
    }

    fn is_whole(self) -> bool {
        self.0 % Self::ONE == 0
    }

    fn is_multiple_of(self, step: Self) -> bool {
        step.0 != 0 && self.0 % step.0 == 0
    }

    fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// Checks a range's parameters and puts them into the node; gives the list that labels its marks.
pub(super) fn read(
    node: &mut Node,
    parameters: &Parameters,
    choices: &Choices,
    findings: &mut Findings,
) -> Option<String> {
    parameters.allow(&KNOWN, findings);
    let place = parameters.place().clone();
    let appearance = node.body.get("appearance").unwrap_or_default().to_string();
    let has_marks = ["tick_interval", "placeholder", "tick_labelset"].iter().any(|name| parameters.get(name).is_some());
    let plain = appearance.is_empty() || appearance.contains("vertical") || appearance.contains("no-ticks");
    if has_marks && !plain {
        findings.problem(place.clone(), ProblemKind::TicksWithAppearance(appearance.clone()));
    }
    let number = |name, usual: &'static str, findings: &mut Findings| {
        let text = match parameters.get(name) {
            None => usual,
            Some(_) => parameters.checked(name, Wanted::Number, findings, |text| Decimal::parse(text).is_some())?,
        };
        Some((text.to_string(), Decimal::parse(text)?))
    };
    let start = number("start", "1", findings)?;
    let end = number("end", "10", findings)?;
    let step = number("step", "1", findings)?;
    let tick = parameters.get("tick_interval").and_then(|_| number("tick_interval", "1", findings));
    let placeholder = parameters.get("placeholder").and_then(|_| number("placeholder", "1", findings));
    let (low, high) = (start.1.min(end.1), start.1.max(end.1));
    let outside = |value: Decimal| value < low || value > high;

    for (name, value) in [("step", Some(&step)), ("tick_interval", tick.as_ref())] {
        let Some((text, value)) = value else { continue };
        if value.0 == 0 {
            let kind =
                ProblemKind::BadParameter { parameter: name, found: text.clone(), wanted: Wanted::NumberOtherThanZero };
            findings.problem(place.clone(), kind);
        } else if *value > high.less(low) {
            let kind = ProblemKind::LargerThanRange { parameter: name, start: start.0.clone(), end: end.0.clone() };
            findings.problem(place.clone(), kind);
        } else if !value.is_multiple_of(step.1) {
            findings.problem(place.clone(), ProblemKind::NoMultiple { parameter: name, step: step.0.clone() });
        }
    }
    if let Some((text, value)) = &placeholder {
        if !value.less(start.1).is_multiple_of(step.1) {
            findings.problem(place.clone(), ProblemKind::NoMultiple { parameter: "placeholder", step: step.0.clone() });
        }
        if outside(*value) {
            let what = Outside::ParameterOutside { parameter: "placeholder", value: text.clone() };
            findings
                .problem(place.clone(), ProblemKind::OutsideRange { what, start: start.0.clone(), end: end.0.clone() });
        }
    }
    let labels = parameters.get("tick_labelset").map(str::to_string);
    if let Some(name) = &labels {
        let Some(list) = choices.get(name) else {
            let wanted = Wanted::ListOfChoices;
            let kind = ProblemKind::BadParameter { parameter: "tick_labelset", found: name.clone(), wanted };
            findings.problem(place, kind);
            return labels;
        };
        let every = tick.as_ref().unwrap_or(&step);
        let mut marks = Vec::new();
        for choice in &list.choices {
            let (choice_name, list) = (choice.name.clone(), name.clone());
            match Decimal::parse(&choice.name) {
                None => {
                    let wanted = Wanted::ListOfNumbers { choice: choice_name, list };
                    let kind = ProblemKind::BadParameter { parameter: "tick_labelset", found: name.clone(), wanted };
                    findings.problem(place.clone(), kind);
                }
                Some(value) if outside(value) => {
                    let what = Outside::ChoiceOutside { choice: choice_name, list };
                    let kind = ProblemKind::OutsideRange { what, start: start.0.clone(), end: end.0.clone() };
                    findings.problem(place.clone(), kind);
                }
                Some(value) if !value.less(start.1).is_multiple_of(every.1) => {
                    let kind = ProblemKind::NoMultiple { parameter: "tick_labelset", step: every.0.clone() };
                    findings.problem(place.clone(), kind);
                }
                Some(value) => marks.push(value),
            }
        }
        marks.sort_unstable();
        marks.dedup();
        if appearance.contains("no-ticks") && marks != [low, high] {
            findings.problem(place.clone(), ProblemKind::NoTicksLabels(name.clone()));
        }
    }
    let numbers = [Some(&start), Some(&end), Some(&step), tick.as_ref(), placeholder.as_ref()];
    if numbers.into_iter().flatten().any(|(_, value)| !value.is_whole()) {
        node.bind.set("type", "decimal");
    }
    let attributes = [
        ("start", Some(start)),
        ("end", Some(end)),
        ("step", Some(step)),
        ("odk:tick-interval", tick),
        ("odk:placeholder", placeholder),
    ];
    for (name, value) in attributes {
        if let Some((text, _)) = value {
            node.body.set(name, text);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let of = |text| Decimal::parse(text).unwrap();
        assert!(of("0.3").is_multiple_of(of("0.1")) && !of("0.35").is_multiple_of(of("0.1")));
        assert!(of("-2.0").is_whole() && of("-.5") < of("0"));
        for bad in ["", ".", "1e3", "one", "1.2.3", "--1"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
