//! The column parameters: `key=value` pairs, separated by spaces, commas or semicolons.

use super::problem::{Findings, Place, ProblemKind, Wanted};

/// A question's parameters, each with a name once.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    place: Place,
}

impl Parameters {
    /// Reads a cell. Names and values are written in small letters, but for names within files.
    pub(super) fn read(text: Option<&str>, place: Place, findings: &mut Findings) -> Self {
        let mut parameters = Self { pairs: Vec::new(), place };
        let Some(pairs) = pairs(text.unwrap_or_default()) else {
            findings.problem(parameters.place.clone(), ProblemKind::BadParameters);
            return parameters;
        };
        for (name, value) in pairs {
            let name = name.to_lowercase();
            let value =
                if matches!(name.as_str(), "label" | "value") { value.to_string() } else { value.to_lowercase() };
            match parameters.pairs.iter_mut().find(|(other, _)| *other == name) {
                Some((_, old)) => *old = value,
                None => parameters.pairs.push((name, value)),
            }
        }
        parameters
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A problem for every name that is not among these.
    pub(super) fn allow(&self, known: &[&str], findings: &mut Findings) {
        for (name, _) in self.pairs.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let kind = ProblemKind::UnknownParameter {
                unknown: name.clone(),
                known: known.iter().map(|name| (*name).to_string()).collect(),
            };
            findings.problem(self.place.clone(), kind);
        }
    }

    /// The value of a name, if it is one of these.
    pub(super) fn one_of(&self, name: &'static str, allowed: &[&str], findings: &mut Findings) -> Option<&str> {
        let wanted = Wanted::OneOf(allowed.iter().map(|value| (*value).to_string()).collect());
        self.checked(name, wanted, findings, |value| allowed.contains(&value))
    }

    /// The value of a name, if it passes a check.
    pub(super) fn checked(
        &self,
        name: &'static str,
        wanted: Wanted,
        findings: &mut Findings,
        good: impl Fn(&str) -> bool,
    ) -> Option<&str> {
        let value = self.get(name)?;
        if good(value) {
            return Some(value);
        }
        let kind = ProblemKind::BadParameter { parameter: name, found: value.to_string(), wanted };
        findings.problem(self.place.clone(), kind);
        None
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

/// None when the text is not made of pairs.
fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let is_gap = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';');
    let mut pairs = Vec::new();
    let mut rest = text.trim_matches(is_gap);
    while !rest.is_empty() {
        let (name, after) = rest.split_at(rest.find(|letter| is_gap(letter) || letter == '=')?);
        let value = after.trim_start_matches(is_gap).strip_prefix('=')?.trim_start_matches(is_gap);
        let end = value.find(|letter| is_gap(letter) || letter == '=').unwrap_or(value.len());
        if name.is_empty() || end == 0 {
            return None;
        }
        let (value, after) = value.split_at(end);
        pairs.push((name, value));
        rest = after.trim_start_matches(is_gap);
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_however_they_are_separated() {
        assert_eq!(pairs("start=0 end=10;step=2, label = Town").unwrap().len(), 4);
        assert_eq!(pairs(" ").unwrap(), []);
        for bad in ["start", "start=", "=3", "a=b=c", "start 3"] {
            assert_eq!(pairs(bad), None, "{bad}");
        }
    }
}
