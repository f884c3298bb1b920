//! Documents as XPath sees them: nodes in an arena.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A node's place in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The document node, parent of the outermost element.
    pub const DOCUMENT: NodeId = NodeId(0);

    /// The place as a number, in the order in which nodes were made.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The name of an element, an attribute or a processing instruction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Name {
    /// The prefix, as written.
    pub prefix: Option<String>,
    /// The name without its prefix.
    pub local: String,
    /// The namespace, where there is one.
    pub namespace: Option<String>,
}

impl Name {
    /// A name in no namespace.
    pub fn plain(local: impl Into<String>) -> Name {
        Name { prefix: None, local: local.into(), namespace: None }
    }

    /// The name as written: `prefix:local`.
    pub fn qualified(&self) -> Cow<'_, str> {
        match &self.prefix {
            Some(prefix) => Cow::Owned(format!("{prefix}:{}", self.local)),
            None => Cow::Borrowed(&self.local),
        }
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The root of the document.
    Document,
    /// An element.
    Element,
    /// An attribute.
    Attribute,
    /// A run of text.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
}

/// One node of a document.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) kind: Kind,
    pub(crate) name: Option<Arc<Name>>,
    /// The text of an attribute, a run of text, a comment or an instruction.
    pub(crate) text: String,
    pub(crate) parent: Option<NodeId>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) attributes: Vec<NodeId>,
    /// Whether expressions pass it by: it is not relevant.
    pub(crate) hidden: bool,
}

impl Node {
    fn new(kind: Kind, name: Option<Arc<Name>>, text: String, parent: Option<NodeId>) -> Node {
        Node { kind, name, text, parent, children: Vec::new(), attributes: Vec::new(), hidden: false }
    }

    /// What kind of node it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name, where its kind has one.
    pub fn name(&self) -> Option<&Name> {
        self.name.as_deref()
    }

    /// Its parent; the element, for an attribute.
    pub fn parent(&self) -> Option<NodeId> {
        self.parent
    }

    /// Its children in document order, attributes not among them.
    pub fn children(&self) -> &[NodeId] {
        &self.children
    }

    /// Its attributes.
    pub fn attributes(&self) -> &[NodeId] {
        &self.attributes
    }
}

/// The elements of one name beneath a parent, by the text of one of their children.
pub(crate) type Index = HashMap<String, Vec<NodeId>>;

/// A parent, the name of elements beneath it, and the name of a child of theirs.
type IndexKey = (NodeId, String, String);

/// Indexes made when they were first needed. A copy of a document begins without.
#[derive(Debug, Default)]
struct Indexes(Mutex<HashMap<IndexKey, Arc<Index>>>);

impl Clone for Indexes {
    fn clone(&self) -> Indexes {
        Indexes::default()
    }
}

/// A document.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Node>,
    order: OnceLock<Vec<u32>>,
    indexes: Indexes,
}

impl Default for Tree {
    fn default() -> Self {
        Tree::new()
    }
}

impl Tree {
    /// A document with nothing in it.
    pub fn new() -> Tree {
        Tree {
            nodes: vec![Node::new(Kind::Document, None, String::new(), None)],
            order: OnceLock::new(),
            indexes: Indexes::default(),
        }
    }

    /// The node at a place. A place of another tree gives the document node.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.index()).unwrap_or(&self.nodes[0])
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        let index = if id.index() < self.nodes.len() { id.index() } else { 0 };
        &mut self.nodes[index]
    }

    /// How many nodes were made, those taken out again among them.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing but the document node.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// The outermost element.
    pub fn root(&self) -> Option<NodeId> {
        self.elements(NodeId::DOCUMENT).next()
    }

    /// The child elements of a node.
    pub fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.node(id).children.iter().copied().filter(|child| self.node(*child).kind == Kind::Element)
    }

    /// The first child element of a name.
    pub fn child(&self, id: NodeId, local: &str) -> Option<NodeId> {
        self.elements(id).find(|child| self.local(*child) == local)
    }

    /// The name of a node without prefix; empty where it has none.
    pub fn local(&self, id: NodeId) -> &str {
        self.node(id).name.as_deref().map_or("", |name| &name.local)
    }

    /// The value of an attribute by its name without prefix.
    pub fn attribute(&self, id: NodeId, local: &str) -> Option<&str> {
        let attributes = &self.node(id).attributes;
        attributes.iter().find(|a| self.local(**a) == local).map(|a| self.node(*a).text.as_str())
    }

    fn changed(&mut self) {
        self.order = OnceLock::new();
        self.forget_indexes();
    }

    fn forget_indexes(&mut self) {
        self.indexes.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The elements of a name beneath a parent by the text of their children of another name, made once.
    pub(crate) fn index(&self, parent: NodeId, name: &str, column: &str) -> Arc<Index> {
        let key = (parent, name.to_owned(), column.to_owned());
        let mut indexes = self.indexes.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = indexes.entry(key).or_insert_with(|| {
            let plain = |id: &NodeId, wanted: &str| {
                self.node(*id).name().is_some_and(|name| name.prefix.is_none() && name.local == wanted)
            };
            let mut index = Index::new();
            for item in self.elements(parent).filter(|item| plain(item, name)) {
                for value in self.elements(item).filter(|value| plain(value, column)) {
                    let items = index.entry(self.text(value).into_owned()).or_default();
                    if items.last() != Some(&item) {
                        items.push(item);
                    }
                }
            }
            Arc::new(index)
        });
        Arc::clone(index)
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.changed();
        id
    }

    /// Adds an element as the last child.
    pub fn add_element(&mut self, parent: NodeId, name: Arc<Name>) -> NodeId {
        let id = self.push(Node::new(Kind::Element, Some(name), String::new(), Some(parent)));
        self.node_mut(parent).children.push(id);
        id
    }

    /// Adds a child element with text.
    pub fn add_leaf(&mut self, parent: NodeId, name: Arc<Name>, text: &str) -> NodeId {
        let id = self.add_element(parent, name);
        self.set_text(id, text);
        id
    }

    /// Adds an attribute.
    pub fn add_attribute(&mut self, parent: NodeId, name: Arc<Name>, value: &str) -> NodeId {
        let id = self.push(Node::new(Kind::Attribute, Some(name), value.to_owned(), Some(parent)));
        self.node_mut(parent).attributes.push(id);
        id
    }

    /// Adds a comment, a run of text or a processing instruction as the last child.
    pub fn add_other(&mut self, parent: NodeId, kind: Kind, name: Option<Arc<Name>>, text: &str) -> NodeId {
        let id = self.push(Node::new(kind, name, text.to_owned(), Some(parent)));
        self.node_mut(parent).children.push(id);
        id
    }

    /// Sets the text of an element without child elements, or the value of an attribute.
    pub fn set_text(&mut self, id: NodeId, text: &str) {
        self.forget_indexes();
        if self.node(id).kind != Kind::Element {
            text.clone_into(&mut self.node_mut(id).text);
            return;
        }
        let held = self.node(id).children.iter().copied().find(|child| self.node(*child).kind == Kind::Text);
        match held {
            Some(held) => text.clone_into(&mut self.node_mut(held).text),
            None if text.is_empty() => {}
            None => {
                self.add_other(id, Kind::Text, None, text);
            }
        }
    }

    /// Whether an element has child elements.
    pub fn has_elements(&self, id: NodeId) -> bool {
        self.elements(id).next().is_some()
    }

    /// The string-value: all text within an element, the value of any other node.
    pub fn text(&self, id: NodeId) -> Cow<'_, str> {
        let node = self.node(id);
        match node.kind {
            Kind::Element | Kind::Document => match node.children.as_slice() {
                [] => Cow::Borrowed(""),
                [only] if self.node(*only).kind == Kind::Text => Cow::Borrowed(&self.node(*only).text),
                _ => {
                    let mut text = String::new();
                    self.collect_text(id, &mut text);
                    Cow::Owned(text)
                }
            },
            _ => Cow::Borrowed(&node.text),
        }
    }

    fn collect_text(&self, id: NodeId, into: &mut String) {
        for node in self.descendants(id).map(|id| self.node(id)).filter(|node| node.kind == Kind::Text) {
            into.push_str(&node.text);
        }
    }

    /// A node and all beneath it, in document order, attributes not among them.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut open = vec![id];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(self.node(next).children.iter().rev());
            Some(next)
        })
    }

    /// The ancestors of a node, the nearest first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).parent, |id| self.node(*id).parent)
    }

    /// Puts a copy of an element beneath a parent, as the child at `at`.
    pub fn graft(&mut self, from: &Tree, source: NodeId, parent: NodeId, at: usize) -> NodeId {
        self.graft_without(from, source, parent, at, &[])
    }

    /// Puts a copy of an element beneath a parent, without some of what it holds.
    pub(crate) fn graft_without(
        &mut self,
        from: &Tree,
        source: NodeId,
        parent: NodeId,
        at: usize,
        without: &[NodeId],
    ) -> NodeId {
        let copied = from.node(source);
        let id = self.push(Node::new(copied.kind, copied.name.clone(), copied.text.clone(), Some(parent)));
        let siblings = &mut self.node_mut(parent).children;
        siblings.insert(at.min(siblings.len()), id);
        let mut open = vec![(source, id)];
        while let Some((source, target)) = open.pop() {
            for attribute in &from.node(source).attributes {
                let held = from.node(*attribute);
                if let Some(name) = &held.name {
                    self.add_attribute(target, name.clone(), &held.text);
                }
            }
            for child in from.node(source).children.iter().filter(|child| !without.contains(child)) {
                let held = from.node(*child);
                let copy = self.add_other(target, held.kind, held.name.clone(), &held.text);
                open.push((*child, copy));
            }
        }
        id
    }

    /// Takes a node out of its parent. Its place is not used again.
    pub fn detach(&mut self, id: NodeId) {
        let Some(parent) = self.node_mut(id).parent.take() else { return };
        let parent = self.node_mut(parent);
        parent.children.retain(|child| *child != id);
        parent.attributes.retain(|attribute| *attribute != id);
        self.changed();
    }

    /// Where a node stands in document order; attributes follow their element.
    pub fn order(&self, id: NodeId) -> u32 {
        let order = self.order.get_or_init(|| {
            let mut order = vec![u32::MAX; self.nodes.len()];
            let mut next = 0;
            for id in self.descendants(NodeId::DOCUMENT) {
                for one in std::iter::once(&id).chain(&self.node(id).attributes) {
                    order[one.index()] = next;
                    next += 1;
                }
            }
            order
        });
        order.get(id.index()).copied().unwrap_or(u32::MAX)
    }

    /// How many siblings of the same name stand up to and with a node.
    pub fn position(&self, id: NodeId) -> usize {
        let Some(parent) = self.node(id).parent else { return 1 };
        let name = &self.node(id).name;
        let before = self.node(parent).children.iter().take_while(|child| **child != id);
        1 + before.filter(|child| self.node(**child).name == *name).count()
    }
}
