//! References of one question to another, written `${name}`, or `${last-saved#name}` for the answer of last time.

use std::ops::Range;

use super::names::name_length;

const LAST_SAVED: &str = "last-saved#";

/// A reference within a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Where it stands in the text, braces included.
    pub range: Range<usize>,
    /// The name of what is meant.
    pub name: &'a str,
    /// Whether the answer of the record saved last is meant.
    pub last_saved: bool,
}

/// A `${` that begins no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// All references of a text, in order; a malformed one ends the search of those who do not go on.
pub fn references(text: &str) -> impl Iterator<Item = Result<Reference<'_>, Malformed>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find("${")?;
            let inside = text.get(start + 2..)?;
            let Some(length) = inside.find('}') else {
                at = text.len();
                return Some(Err(Malformed));
            };
            at = start + 2 + length + 1;
            if length == 0 {
                continue;
            }
            let inside = inside.get(..length)?;
            let (last_saved, name) = match inside.strip_prefix(LAST_SAVED) {
                Some(name) => (true, name),
                None => (false, inside),
            };
            let whole = !name.is_empty() && name_length(name) == name.len();
            return Some(if whole { Ok(Reference { range: start..at, name, last_saved }) } else { Err(Malformed) });
        }
    })
}

/// Whether a text holds a reference.
pub fn has_reference(text: &str) -> bool {
    references(text).next().is_some_and(|first| first.is_ok())
}

/// Whether a text refers to the record saved last.
pub fn has_last_saved(text: &str) -> bool {
    references(text).flatten().any(|reference| reference.last_saved)
}

/// The reference, if the text is nothing else.
pub fn sole_reference(text: &str) -> Option<Reference<'_>> {
    references(text).next()?.ok().filter(|reference| reference.range == (0..text.len()))
}

/// The text with each well-formed reference replaced by what `replacement` gives for it.
pub fn replace(text: &str, mut replacement: impl FnMut(&Reference<'_>) -> String) -> String {
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for reference in references(text).flatten() {
        result.push_str(text.get(done..reference.range.start).unwrap_or_default());
        result.push_str(&replacement(&reference));
        done = reference.range.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<Result<(&str, bool), Malformed>> {
        references(text).map(|found| found.map(|reference| (reference.name, reference.last_saved))).collect()
    }

    #[test]
    fn references_are_found_where_they_stand() {
        assert_eq!(names("${age} > 17 and ${last-saved#town} = 'Irbid'"), [Ok(("age", false)), Ok(("town", true))]);
        assert_eq!(names("costs $5 {about}"), []);
        assert_eq!(names("${}"), []);
        for bad in ["${ age }", "${age", "${first name}", "${1st}", "${last-saved#}"] {
            assert_eq!(names(bad), [Err(Malformed)], "{bad}");
        }
        assert!(sole_reference("${age}").is_some() && sole_reference("${age} + 1").is_none());
    }

    #[test]
    fn what_is_replaced_is_the_reference_alone() {
        assert_eq!(replace("Dear ${name}, ${town}?", |r| r.name.to_uppercase()), "Dear NAME, TOWN?");
    }

    proptest! {
        #[test]
        fn replacing_a_reference_by_itself_changes_nothing(text in "[a-z${}# -]{0,40}") {
            let same = replace(&text, |r| text[r.range.clone()].to_string());
            prop_assert_eq!(same, text);
        }
    }
}
