//! Names of questions, groups and lists: they become the names of XML elements.

/// Whether a text can name an XML element: a name by [Namespaces in XML](https://www.w3.org/TR/xml-names/), with a
/// prefix or without.
pub fn is_name(text: &str) -> bool {
    let (first, second) = match text.split_once(':') {
        Some((prefix, name)) => (prefix, Some(name)),
        None => (text, None),
    };
    is_plain_name(first) && second.is_none_or(is_plain_name)
}

/// Whether a text is an XML name without a prefix.
pub fn is_plain_name(text: &str) -> bool {
    !text.is_empty() && name_length(text) == text.len()
}

/// How many bytes at the beginning of a text are a name without a prefix.
pub(super) fn name_length(text: &str) -> usize {
    let mut letters = text.char_indices();
    match letters.next() {
        Some((_, first)) if begins_name(first) => {}
        _ => return 0,
    }
    letters.find(|(_, letter)| !goes_on(*letter)).map_or(text.len(), |(at, _)| at)
}

fn begins_name(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn goes_on(letter: char) -> bool {
    begins_name(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_xml() {
        for good in ["age", "_age", "a.b-c", "prénom", "اسم", "名前", "geo:point"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "1st", "-a", "first name", "a:b:c", "a:", ":a", "a/b", "q?"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
