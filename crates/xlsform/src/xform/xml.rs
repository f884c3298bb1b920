//! XML, written piece by piece.

use std::ops::Range;

/// Writes elements, indented but for text.
#[derive(Default)]
pub(super) struct Xml {
    out: String,
    open: Vec<Element>,
    /// Whether the last element's opening tag still takes attributes.
    in_tag: bool,
}

struct Element {
    /// Where in what is written its name stands.
    tag: Range<usize>,
    has_text: bool,
}

impl Xml {
    pub(super) fn document() -> Self {
        Self { out: "<?xml version=\"1.0\"?>".to_string(), ..Self::default() }
    }

    /// Begins an element.
    pub(super) fn open(&mut self, tag: &str) -> &mut Self {
        self.end_tag();
        if self.open.last().is_none_or(|parent| !parent.has_text) {
            self.indent();
        }
        self.out.push('<');
        let start = self.out.len();
        self.out.push_str(tag);
        self.open.push(Element { tag: start..self.out.len(), has_text: false });
        self.in_tag = true;
        self
    }

    /// Adds an attribute to the element that was just begun.
    pub(super) fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(value, true, &mut self.out);
        self.out.push('"');
        self
    }

    /// Adds text to the element that is open.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.end_tag();
        if let Some(element) = self.open.last_mut() {
            element.has_text = true;
        }
        escape(text, false, &mut self.out);
        self
    }

    /// Ends the element that is open.
    pub(super) fn close(&mut self) -> &mut Self {
        let Some(element) = self.open.pop() else { return self };
        if self.in_tag {
            self.out.push_str("/>");
            self.in_tag = false;
            return self;
        }
        if !element.has_text {
            self.indent();
        }
        self.out.push_str("</");
        self.out.extend_from_within(element.tag);
        self.out.push('>');
        self
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push('\n');
        self.out
    }

    fn end_tag(&mut self) {
        if self.in_tag {
            self.out.push('>');
            self.in_tag = false;
        }
    }

    fn indent(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.open.len()));
    }
}

/// Text as XML has it; what XML cannot hold at all is left out.
fn escape(text: &str, in_attribute: bool, out: &mut String) {
    let mut plain = 0;
    for (at, letter) in text.char_indices() {
        let replacement = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if in_attribute => "&quot;",
            // A reader would make spaces of them.
            '\n' if in_attribute => "&#10;",
            '\t' if in_attribute => "&#9;",
            '\r' => "&#13;",
            '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => continue,
            _ => "",
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        out.push_str(replacement);
        plain = at + letter.len_utf8();
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_indented_and_text_is_not() {
        let mut xml = Xml::document();
        xml.open("label").attribute("lang", "\"fr\"").text("Bon ").open("output").close().text(" & salut").close();
        assert_eq!(
            xml.finish(),
            "<?xml version=\"1.0\"?>\n<label lang=\"&quot;fr&quot;\">Bon <output/> &amp; salut</label>\n"
        );
        let mut xml = Xml::document();
        xml.open("a").open("b").close().close();
        assert_eq!(xml.finish(), "<?xml version=\"1.0\"?>\n<a>\n  <b/>\n</a>\n");
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        let mut xml = Xml::document();
        xml.open("a").text("x\u{b}y\u{0}\u{ffff}\tz").close();
        assert!(xml.finish().contains("<a>xy\tz</a>"));
    }
}
