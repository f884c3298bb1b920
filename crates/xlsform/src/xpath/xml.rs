//! Documents read from XML and written to it.

use std::sync::Arc;

use roxmltree::{Document, NodeType};

use super::tree::{Kind, Name, NodeId, Tree};

/// How deep elements may nest.
const DEEPEST: usize = 200;

/// XML that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// It is not well-formed.
    #[error("row {row}, column {column}: this is not well-formed XML ({problem})")]
    Malformed {
        /// The row, from 1.
        row: u32,
        /// The column, from 1.
        column: u32,
        /// What is wrong.
        problem: String,
    },
    /// It declares a document type, which could name other files or grow out of all measure.
    #[error("the XML declares a document type (<!DOCTYPE …>); take that declaration out")]
    DocumentType,
    /// Its elements nest too deep.
    #[error("row {row}: elements nest deeper than {DEEPEST} levels")]
    TooDeep {
        /// The row, from 1.
        row: u32,
    },
}

impl serde::Serialize for XmlError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads XML without document types and without endless nesting.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    bounded(text)?;
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::DocumentType,
        error => XmlError::Malformed { row: error.pos().row, column: error.pos().col, problem: error.to_string() },
    })
}

/// Counts how deep tags nest before anything is built from them. Text in comments and quotation marks may count
/// too much, which only matters beyond the bound.
fn bounded(text: &str) -> Result<(), XmlError> {
    let mut depth = 0usize;
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        match rest.bytes().next() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let tag = rest.find('>').map_or(rest, |end| &rest[..end]);
                depth += usize::from(!tag.ends_with('/'));
            }
        }
        if depth > DEEPEST {
            let row = u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX);
            return Err(XmlError::TooDeep { row });
        }
    }
    Ok(())
}

impl Tree {
    /// Reads a document from XML.
    ///
    /// # Errors
    /// When it is not well-formed, declares a document type or nests too deep.
    pub fn from_xml(text: &str) -> Result<Tree, XmlError> {
        let document = parse(text)?;
        let mut tree = Tree::new();
        tree.copy_children(document.root(), NodeId::DOCUMENT, true);
        Ok(tree)
    }

    /// Copies what an XML node holds beneath one of this document; white space between elements on demand.
    pub(crate) fn copy_children(&mut self, from: roxmltree::Node<'_, '_>, into: NodeId, white_space: bool) {
        let mut open = vec![(from, into)];
        while let Some((from, into)) = open.pop() {
            let has_elements = from.children().any(|child| child.is_element());
            for child in from.children() {
                match child.node_type() {
                    NodeType::Element => {
                        let element = self.add_element(into, name_of(child));
                        self.copy_attributes(child, element);
                        open.push((child, element));
                    }
                    NodeType::Text => {
                        let text = child.text().unwrap_or_default();
                        if white_space || !has_elements || !text.trim().is_empty() {
                            self.add_other(into, Kind::Text, None, text);
                        }
                    }
                    NodeType::Comment if white_space => {
                        self.add_other(into, Kind::Comment, None, child.text().unwrap_or_default());
                    }
                    NodeType::PI if white_space => {
                        let (name, text) = child.pi().map_or(("", ""), |pi| (pi.target, pi.value.unwrap_or_default()));
                        self.add_other(into, Kind::Instruction, Some(Arc::new(Name::plain(name))), text);
                    }
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn copy_attributes(&mut self, from: roxmltree::Node<'_, '_>, into: NodeId) {
        for attribute in from.attributes() {
            let namespace = attribute.namespace();
            let prefix = namespace.and_then(|uri| from.lookup_prefix(uri)).map(str::to_owned);
            let name = Name { prefix, local: attribute.name().to_owned(), namespace: namespace.map(str::to_owned) };
            self.add_attribute(into, Arc::new(name), attribute.value());
        }
    }
}

/// The name of an element. Its prefix is the one written in the source, not another for the same namespace.
pub(crate) fn name_of(node: roxmltree::Node<'_, '_>) -> Arc<Name> {
    let tag = node.tag_name();
    let source = &node.document().input_text()[node.range()];
    let written = source.trim_start_matches('<');
    let end = written.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(written.len());
    let prefix = written[..end].split_once(':').map(|(prefix, _)| prefix.to_owned());
    Arc::new(Name { prefix, local: tag.name().to_owned(), namespace: tag.namespace().map(str::to_owned) })
}

/// Escapes text for XML.
pub(crate) fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\r' => into.push_str("&#13;"),
            // Control characters have no place in XML 1.0.
            c if c < ' ' && !matches!(c, '\n' | '\t') => {}
            '\u{fffe}' | '\u{ffff}' => {}
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_type_is_refused() {
        let text = "<!DOCTYPE d [<!ENTITY a \"aaaa\">]><d>&a;</d>";
        assert_eq!(Tree::from_xml(text).unwrap_err(), XmlError::DocumentType);
    }

    #[test]
    fn endless_nesting_is_refused() {
        let text = "<a>\n".repeat(100_000);
        assert_eq!(Tree::from_xml(&text).unwrap_err(), XmlError::TooDeep { row: 201 });
    }

    #[test]
    fn names_keep_the_prefix_they_were_written_with() {
        let tree = Tree::from_xml("<d xmlns=\"u\" xmlns:o=\"u\"><o:meta>x</o:meta></d>").unwrap();
        let meta = tree.child(tree.root().unwrap(), "meta").unwrap();
        assert_eq!(tree.node(meta).name().unwrap().qualified(), "o:meta");
        assert_eq!(tree.text(meta), "x");
    }
}
