//! Where references lead: `${name}` becomes a path.
//!
//! Within a repeat, what is meant is the answer of the same repetition, so the path goes up to the nearest group that
//! both share and down again. Elsewhere it leads from the root.

use crate::form::references::{Reference, has_reference, replace};
use crate::form::{Form, Kind, LAST_SAVED, Node, NodeId, ROOT};

/// Every node's path from the root.
pub(super) struct Paths<'a> {
    form: &'a Form,
    paths: Vec<String>,
}

/// How a text's references are to be resolved.
#[derive(Clone, Copy, Default)]
pub(super) struct View {
    /// From where one looks; none for texts that belong to no place.
    pub(super) from: Option<NodeId>,
    /// Whether the text stands in a filter, where `.` is the item and `current()` the question.
    pub(super) in_filter: bool,
    /// Whether answers of all repetitions are meant, so that the path goes through the repeat's parent.
    pub(super) all_repetitions: bool,
}

impl View {
    pub(super) fn from(id: NodeId) -> Self {
        Self { from: Some(id), ..Self::default() }
    }
}

impl<'a> Paths<'a> {
    pub(super) fn new(form: &'a Form) -> Self {
        let mut paths = vec![String::new(); form.ids().len()];
        let mut left = vec![ROOT];
        while let Some(id) = left.pop() {
            let node = form.node(id);
            let parent = node.parent.and_then(|parent| paths.get(parent.index())).map_or("", String::as_str);
            let before = if matches!(node.kind, Kind::Attribute(_)) { "/@" } else { "/" };
            let path = [parent, before, &node.name].concat();
            left.extend(&node.children);
            if let Some(place) = paths.get_mut(id.index()) {
                *place = path;
            }
        }
        Self { form, paths }
    }

    /// A node's path from the root.
    pub(super) fn of(&self, id: NodeId) -> &str {
        self.paths.get(id.index()).map_or("", String::as_str)
    }

    /// The text with every reference replaced by a path, between spaces.
    pub(super) fn resolve(&self, text: &str, view: View) -> String {
        if !has_reference(text) {
            return text.to_string();
        }
        let mut surroundings = Surroundings::of(text);
        replace(text, |reference| self.path(reference, &mut surroundings, view))
    }

    /// The path, between spaces, that a reference stands for. References of a text are asked for in their order.
    pub(super) fn path(&self, reference: &Reference<'_>, surroundings: &mut Surroundings<'_>, view: View) -> String {
        surroundings.go_to(reference);
        let Some(target) = self.form.named(reference.name) else { return reference.name.to_string() };
        if reference.last_saved {
            return format!(" instance('{LAST_SAVED}'){} ", self.of(target));
        }
        let relative = view
            .from
            .filter(|_| !surroundings.names_every_repetition())
            .and_then(|from| self.relative(from, target, view.all_repetitions));
        match relative {
            Some(path) if view.in_filter || surroundings.in_predicate() => format!(" current()/{path} "),
            Some(path) => format!(" {path} "),
            None => format!(" {} ", self.of(target)),
        }
    }

    /// The path from one node to another through the nearest group that both share, if a repeat holds both.
    fn relative(&self, from: NodeId, to: NodeId, all_repetitions: bool) -> Option<String> {
        let repeat = self.shared(from, to, Node::is_repeat)?;
        let group = self.shared(from, to, |node| matches!(node.kind, Kind::Group | Kind::Repeat | Kind::Meta))?;
        let own_repeat = |id| self.form.ancestors(id).find(|id| self.form.node(*id).is_repeat());
        let through = match self.form.node(repeat).parent {
            Some(parent)
                if all_repetitions
                    && own_repeat(to) == Some(repeat)
                    && (own_repeat(repeat).is_none() || own_repeat(from) != Some(repeat)) =>
            {
                parent
            }
            _ => group,
        };
        let steps = self.form.ancestors(from).take_while(|id| *id != through).count() + 1;
        let down = self.of(to).strip_prefix(self.of(through))?;
        Some(vec![".."; steps].join("/") + down)
    }

    /// The nearest group above both nodes that is of a kind.
    fn shared(&self, one: NodeId, other: NodeId, is_kind: impl Fn(&Node) -> bool) -> Option<NodeId> {
        let above: Vec<NodeId> = self.form.ancestors(other).collect();
        self.form.ancestors(one).find(|id| above.contains(id) && is_kind(self.form.node(*id)))
    }
}

/// What a reference stands within, found while going through a text once.
pub(super) struct Surroundings<'a> {
    text: &'a str,
    at: usize,
    has_instance: bool,
    /// How many square brackets are open.
    brackets: usize,
    /// For each parenthesis that is open whether `indexed-repeat` stands before it.
    parentheses: Vec<bool>,
    /// For each `indexed-repeat` that is open how deep it stands, and how many arguments are behind.
    indexed: Vec<(usize, usize)>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let has_instance = text.contains("instance(");
        Self { text, at: 0, has_instance, brackets: 0, parentheses: Vec::new(), indexed: Vec::new() }
    }

    fn go_to(&mut self, reference: &Reference<'_>) {
        let passed = self.text.get(self.at..reference.range.start).unwrap_or_default();
        for (offset, letter) in passed.char_indices() {
            match letter {
                '[' => self.brackets += 1,
                ']' => self.brackets = self.brackets.saturating_sub(1),
                '(' => {
                    let indexed = passed.get(..offset).is_some_and(|before| before.ends_with("indexed-repeat"));
                    self.parentheses.push(indexed);
                    if indexed {
                        self.indexed.push((self.parentheses.len(), 0));
                    }
                }
                ')' if self.parentheses.pop() == Some(true) => drop(self.indexed.pop()),
                ',' => {
                    if let Some((depth, arguments)) = self.indexed.last_mut()
                        && *depth == self.parentheses.len()
                    {
                        *arguments += 1;
                    }
                }
                _ => {}
            }
        }
        self.at = reference.range.end;
    }

    /// Whether one stands in square brackets of a text that looks something up in an instance.
    fn in_predicate(&self) -> bool {
        self.has_instance && self.brackets > 0
    }

    /// Whether one is an argument of `indexed-repeat()` that names a node of every repetition: the first is the question,
    /// the second, fourth and sixth are repeats. The others are numbers.
    fn names_every_repetition(&self) -> bool {
        matches!(self.indexed.last(), Some((_, 0 | 1 | 3 | 5)))
    }
}
