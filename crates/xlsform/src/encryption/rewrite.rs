//! An XForm given a key, or freed of it, under another version: nothing else of it changes.

use std::ops::Range;

use roxmltree::{Document, Node};

/// The attribute that holds the key.
const KEY: &str = "base64RsaPublicKey";

/// Why an XForm cannot be rewritten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    /// No XML.
    #[error("the form is no XML: {0}")]
    Unreadable(String),
    /// A part that every form has.
    #[error("the form has no {0}")]
    Missing(&'static str),
}

/// Writes an XForm again with another version, and with the public key that devices encrypt with, in base64; none takes
/// it away.
///
/// # Errors
/// It is no XForm.
pub fn rewrite(xform: &str, version: &str, key: Option<&str>) -> Result<String, RewriteError> {
    let document = Document::parse(xform).map_err(|error| RewriteError::Unreadable(error.to_string()))?;
    let is_model = |node: &Node<'_, '_>| node.tag_name().name() == "model";
    let model = document.descendants().find(is_model).ok_or(RewriteError::Missing("model"))?;
    let instance = child(model, "instance").ok_or(RewriteError::Missing("primary instance"))?;
    let primary = instance.first_element_child().ok_or(RewriteError::Missing("primary instance"))?;
    let mut edits = vec![set(xform, primary, "version", version)];
    match (child(model, "submission"), key) {
        (Some(submission), Some(key)) => edits.push(set(xform, submission, KEY, key)),
        (Some(submission), None) => edits.extend(remove(xform, submission, KEY)),
        (None, Some(key)) => {
            let end = instance.range().end;
            let prefix = tag(xform, model).strip_suffix("model").unwrap_or_default();
            edits.push((end..end, format!("<{prefix}submission {KEY}=\"{}\"/>", escaped(key))));
        }
        (None, None) => {}
    }
    // From behind, so that the places before stay where they are.
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut written = xform.to_owned();
    edits.into_iter().for_each(|(place, text)| written.replace_range(place, &text));
    Ok(written)
}

/// What is to stand at a place.
type Edit = (Range<usize>, String);

fn child<'a, 'i>(parent: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    parent.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// An element's name as it is written, with its prefix.
fn tag<'x>(xform: &'x str, node: Node<'_, '_>) -> &'x str {
    let from = xform.get(node.range().start + 1..).unwrap_or_default();
    let end = from.find(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '>')).unwrap_or(from.len());
    from.get(..end).unwrap_or_default()
}

fn set(xform: &str, node: Node<'_, '_>, name: &str, value: &str) -> Edit {
    match node.attributes().find(|attribute| attribute.name() == name && attribute.namespace().is_none()) {
        Some(attribute) => (attribute.range_value(), escaped(value)),
        None => {
            let end = node.range().start + 1 + tag(xform, node).len();
            (end..end, format!(" {name}=\"{}\"", escaped(value)))
        }
    }
}

/// Takes an attribute away, with the space before it.
fn remove(xform: &str, node: Node<'_, '_>, name: &str) -> Option<Edit> {
    let attribute = node.attributes().find(|attribute| attribute.name() == name)?;
    let before = xform.get(..attribute.range().start)?;
    Some((before.trim_end().len()..attribute.range().end, String::new()))
}

/// Text in an attribute.
fn escaped(text: &str) -> String {
    let entity = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(entity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Definition, External};
    use crate::form::Form;
    use crate::workbook::{Format, Limits, Workbook};

    fn visit(settings: &str) -> String {
        let sheet = format!(
            "| survey |\n| | type | name | label |\n| | text | town | \"Which\" <town>? |\n| settings |\n{settings}"
        );
        let workbook = Workbook::read(sheet.as_bytes(), Format::Markdown, &Limits::default()).unwrap();
        crate::xform::write(&Form::read(&workbook).unwrap().0)
    }

    fn read(xform: &str) -> Definition {
        Definition::read(xform, &External::new()).unwrap()
    }

    #[test]
    fn a_form_is_given_a_key_and_freed_of_it_under_versions_of_their_own() {
        for settings in [
            "| | form_id | version |\n| | visit | 1 |\n",
            "| | form_id |\n| | visit |\n",
            "| | form_id | version | submission_url |\n| | visit | 1 | https://example.org/submission |\n",
            "| | form_id | version | auto_send |\n| | visit | 1 | true |\n",
        ] {
            let plain = visit(settings);
            let version = "1 \"&' [encrypted:2]";
            let encrypted = rewrite(&plain, version, Some("QUJD")).unwrap();
            let definition = read(&encrypted);
            assert_eq!((definition.version.as_str(), definition.public_key.as_deref()), (version, Some("QUJD")));
            assert_eq!(definition.submission_url, read(&plain).submission_url);
            let other = read(&rewrite(&encrypted, "1[encrypted:3]", Some("REVG")).unwrap());
            assert_eq!((other.version.as_str(), other.public_key.as_deref()), ("1[encrypted:3]", Some("REVG")));
            let freed = rewrite(&encrypted, "1[unencrypted:4]", None).unwrap();
            let definition = read(&freed);
            assert_eq!((definition.version.as_str(), definition.public_key), ("1[unencrypted:4]", None));
            assert_eq!(freed.contains("auto-send"), plain.contains("auto-send"));
        }
    }

    #[test]
    fn a_form_with_a_prefix_keeps_it() {
        let form = "<h:html xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:xf=\"http://www.w3.org/2002/xforms\"><h:head>\
                    <h:title>A</h:title><xf:model><xf:instance><a id=\"a\"/></xf:instance></xf:model></h:head><h:body/>\
                    </h:html>";
        let written = rewrite(form, "2", Some("QUJD")).unwrap();
        assert!(written.contains("<xf:submission base64RsaPublicKey=\"QUJD\"/>"), "{written}");
        assert!(written.contains("<a version=\"2\" id=\"a\"/>"), "{written}");
    }

    #[test]
    fn what_is_no_form_is_told() {
        assert!(matches!(rewrite("<h:html", "1", None), Err(RewriteError::Unreadable(_))));
        assert_eq!(rewrite("<html/>", "1", None), Err(RewriteError::Missing("model")));
        assert_eq!(rewrite("<html><model/></html>", "1", None), Err(RewriteError::Missing("primary instance")));
    }
}
