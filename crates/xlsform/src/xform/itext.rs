//! The form's translations. Every text has a wording in every language; one that is missing is a hyphen, so that no
//! app falls back to a language that the person does not read without saying so.

use std::collections::HashMap;

use crate::form::references::has_reference;
use crate::form::{Choice, ChoiceList, Form, Kind, Node, NodeId, ROOT, Text};

use super::paths::Paths;
use super::{MediaOrGuidance, Writer};

/// What stands where a wording is missing.
const MISSING: &str = "-";

/// Languages and texts of a form.
pub(super) struct Itext<'a> {
    default: &'a str,
    languages: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
    texts: Vec<Entry<'a>>,
}

/// A text with its forms: words, guidance, pictures and so on.
struct Entry<'a> {
    id: Id<'a>,
    from: Option<NodeId>,
    forms: Vec<(Option<MediaOrGuidance>, Wordings<'a>)>,
}

/// The wording in each language, by the language's number.
type Wordings<'a> = Vec<Option<&'a str>>;

enum Id<'a> {
    /// A path with what of the node is said.
    Node(NodeId, &'static str),
    /// A choice by its list and its place there.
    Choice(&'a str, usize),
}

/// Whether a node's label stands among the translations.
pub(super) fn is_label_translated(node: &Node) -> bool {
    node.label.is_translated() || !node.media.is_empty()
}

/// Whether a node's hint stands among the translations.
pub(super) fn is_hint_translated(node: &Node) -> bool {
    node.hint.is_translated() || !node.guidance.is_empty()
}

/// Whether a message stands among the translations.
pub(super) fn is_message_translated(text: &Text) -> bool {
    text.is_translated() || text.untranslated().is_some_and(has_reference)
}

impl<'a> Itext<'a> {
    pub(super) fn new(form: &'a Form) -> Self {
        let mut itext = Self {
            default: &form.settings.default_language,
            languages: Vec::new(),
            numbers: HashMap::new(),
            texts: Vec::new(),
        };
        for list in form.lists.iter().filter(|list| list.is_translated) {
            for (number, choice) in list.choices.iter().enumerate() {
                itext.choice(list, number, choice);
            }
        }
        let mut left = vec![ROOT];
        while let Some(id) = left.pop() {
            let node = form.node(id);
            left.extend(node.children.iter().rev());
            itext.node(id, node);
        }
        itext
    }

    fn choice(&mut self, list: &'a ChoiceList, number: usize, choice: &'a Choice) {
        let mut forms = vec![(None, self.wordings(&choice.label))];
        for (kind, text) in &choice.media {
            forms.push((Some(MediaOrGuidance::Media(*kind)), self.wordings(text)));
        }
        self.push(Id::Choice(&list.name, number), None, forms);
    }

    fn node(&mut self, id: NodeId, node: &'a Node) {
        if !matches!(node.kind, Kind::Question(_) | Kind::Group | Kind::Repeat) {
            return;
        }
        let asked = matches!(node.kind, Kind::Question(_));
        let messages = [
            ("jr:constraintMsg", &node.constraint_message, is_message_translated(&node.constraint_message)),
            ("jr:requiredMsg", &node.required_message, is_message_translated(&node.required_message)),
            ("jr:noAppErrorString", &node.no_app_message, node.no_app_message.is_translated()),
        ];
        for (name, text, translated) in messages {
            if translated {
                let forms = vec![(None, self.wordings(text))];
                self.push(Id::Node(id, name), Some(id), forms);
            }
        }
        if is_label_translated(node) {
            let mut forms = vec![(None, self.wordings(&node.label))];
            for (kind, text) in &node.media {
                forms.push((Some(MediaOrGuidance::Media(*kind)), self.wordings(text)));
            }
            self.push(Id::Node(id, "label"), Some(id), forms);
        }
        if node.hint.is_translated() || asked && is_hint_translated(node) {
            let mut forms = vec![(None, self.wordings(&node.hint))];
            if asked {
                forms.push((Some(MediaOrGuidance::Guidance), self.wordings(&node.guidance)));
            }
            self.push(Id::Node(id, "hint"), Some(id), forms);
        }
    }

    fn push(&mut self, id: Id<'a>, from: Option<NodeId>, mut forms: Vec<(Option<MediaOrGuidance>, Wordings<'a>)>) {
        forms.retain(|(_, wordings)| !wordings.is_empty());
        if !forms.is_empty() {
            self.texts.push(Entry { id, from, forms });
        }
    }

    fn wordings(&mut self, text: &'a Text) -> Wordings<'a> {
        let mut wordings = Vec::new();
        for (language, text) in text.in_languages(self.default) {
            let number = *self.numbers.entry(language).or_insert_with(|| {
                self.languages.push(language);
                self.languages.len() - 1
            });
            if wordings.len() <= number {
                wordings.resize(number + 1, None);
            }
            if let Some(place) = wordings.get_mut(number) {
                *place = Some(text);
            }
        }
        wordings
    }
}

/// A text's name.
pub(super) fn text_id(paths: &Paths<'_>, id: NodeId, what: &str) -> String {
    format!("{}:{what}", paths.of(id))
}

/// The expression by which a control reads a text.
pub(super) fn text_ref(paths: &Paths<'_>, id: NodeId, what: &str) -> String {
    format!("jr:itext('{}')", text_id(paths, id, what))
}

impl Writer<'_> {
    /// The `itext` element, if anything is translated.
    pub(super) fn itext(&mut self) {
        let itext = std::mem::replace(
            &mut self.itext,
            Itext { default: "", languages: Vec::new(), numbers: HashMap::new(), texts: Vec::new() },
        );
        if itext.languages.is_empty() {
            return;
        }
        self.xml.open("itext");
        for (number, language) in itext.languages.iter().enumerate() {
            self.xml.open("translation").attribute("lang", language);
            if *language == itext.default {
                self.xml.attribute("default", "true()");
            }
            for entry in &itext.texts {
                let id = match &entry.id {
                    Id::Node(id, what) => text_id(&self.paths, *id, what),
                    Id::Choice(list, number) => format!("{list}-{number}"),
                };
                self.xml.open("text").attribute("id", &id);
                for (form, wordings) in &entry.forms {
                    let wording = wordings.get(number).copied().flatten().unwrap_or(MISSING);
                    self.value(*form, wording, entry.from);
                }
                self.xml.close();
            }
            self.xml.close();
        }
        self.xml.close();
    }

    fn value(&mut self, form: Option<MediaOrGuidance>, wording: &str, from: Option<NodeId>) {
        match form {
            Some(MediaOrGuidance::Media(_)) if wording == MISSING => {}
            Some(MediaOrGuidance::Media(kind)) => {
                let folder = if kind.name().ends_with("image") { "images" } else { kind.name() };
                self.words("value", form, &format!("jr://{folder}/{wording}"), from);
            }
            _ => self.words("value", form, wording, from),
        }
    }
}
