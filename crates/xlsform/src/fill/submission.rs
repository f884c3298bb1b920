//! Records written as XML and read again.

use std::fmt::Write;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::{FillError, Filling, MOST_INSTANCES, MOST_NODES, Surroundings};
use crate::definition::{Definition, Field, FieldId};
use crate::xpath::{Kind, Name, NodeId, Tree, XmlError, escape};

const XFORMS: &str = "http://www.w3.org/2002/xforms";
const OPENROSA: &str = "http://openrosa.org/xforms";

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The XML cannot be read.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// It is of another form.
    #[error("this record is of the form “{found}”, not of “{expected}”")]
    OtherForm {
        /// The form it was read with.
        expected: String,
        /// The form it says it is of.
        found: String,
    },
    /// What it makes of the form cannot be.
    #[error(transparent)]
    Fill(#[from] FillError),
}

/// What a record is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To go on: what is missing has the form's defaults.
    Resume,
    /// To judge it: what is missing is missing, and nothing is calculated.
    Judge,
}

impl Filling {
    /// Goes on with a record, one of [`Filling::draft`] or [`Filling::submission`].
    ///
    /// # Errors
    /// When it cannot be read, is of another form, or an expression cannot be evaluated.
    pub fn restore(
        definition: Arc<Definition>,
        surroundings: Surroundings,
        xml: &str,
    ) -> Result<Filling, RestoreError> {
        let mut filling = Filling::load(definition, surroundings, xml, Purpose::Resume)?;
        filling.enqueue_all();
        filling.settle()?;
        filling.dispatch_load(false)?;
        Ok(filling)
    }

    /// Opens a submitted record for changes: it gets a new `instanceID`, and `deprecatedID` holds the one before.
    ///
    /// # Errors
    /// As for [`Filling::restore`].
    pub fn edit(definition: Arc<Definition>, surroundings: Surroundings, xml: &str) -> Result<Filling, RestoreError> {
        let mut filling = Filling::load(definition, surroundings, xml, Purpose::Resume)?;
        filling.deprecate();
        filling.enqueue_all();
        filling.settle()?;
        filling.dispatch_load(false)?;
        Ok(filling)
    }

    /// The record as it is submitted: without what is not relevant.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn submission(&mut self) -> Result<String, FillError> {
        self.end();
        self.settle()?;
        Ok(self.written(false))
    }

    /// The record as it is kept to go on later: with what is not relevant.
    pub fn draft(&self) -> String {
        self.written(true)
    }

    /// The record as it would be submitted now, without the time of its end.
    pub fn preview(&self) -> String {
        self.written(false)
    }

    fn written(&self, all: bool) -> String {
        let mut xml = String::new();
        self.write(self.root(), all, true, &mut xml);
        xml
    }

    fn write(&self, node: NodeId, all: bool, outermost: bool, xml: &mut String) {
        // Elements nest no deeper than the form's XML, which is bounded.
        let held = self.tree.node(node);
        if held.hidden && !all {
            return;
        }
        let Some(name) = held.name() else { return };
        let name = name.qualified();
        let _ = write!(xml, "<{name}");
        if outermost {
            self.write_namespaces(xml);
        }
        for attribute in held.attributes() {
            let held = self.tree.node(*attribute);
            let Some(name) = held.name().filter(|_| all || !held.hidden) else { continue };
            let _ = write!(xml, " {}=\"", name.qualified());
            escape(&held.text, xml);
            xml.push('"');
        }
        if held.children().iter().all(|child| self.says_nothing(*child, all)) {
            xml.push_str("/>");
            return;
        }
        xml.push('>');
        for child in held.children() {
            match self.tree.node(*child).kind() {
                Kind::Element => self.write(*child, all, false, xml),
                Kind::Text if all => escape(&self.tree.node(*child).text, xml),
                // One spelling of each letter, so that servers find what devices write in different ways.
                Kind::Text => escape(&self.tree.node(*child).text.nfc().collect::<String>(), xml),
                _ => {}
            }
        }
        let _ = write!(xml, "</{name}>");
    }

    /// Whether nothing is written for a child.
    fn says_nothing(&self, child: NodeId, all: bool) -> bool {
        let child = self.tree.node(child);
        match child.kind() {
            Kind::Element => child.hidden && !all,
            _ => child.text.is_empty(),
        }
    }

    /// Declares the namespaces of the names in the record. That of XForms itself goes without saying.
    fn write_namespaces(&self, xml: &mut String) {
        let mut declared: Vec<(Option<&str>, &str)> = Vec::new();
        for node in self.with_attributes(self.root()) {
            let Some(Name { prefix, namespace: Some(namespace), .. }) = self.tree.node(node).name() else { continue };
            let unsaid = prefix.is_none() && (namespace == XFORMS || self.tree.node(node).kind() == Kind::Attribute);
            let pair = (prefix.as_deref(), namespace.as_str());
            if !unsaid && prefix.as_deref() != Some("xml") && !declared.iter().any(|(held, _)| *held == pair.0) {
                declared.push(pair);
            }
        }
        for (prefix, namespace) in declared {
            let _ = match prefix {
                Some(prefix) => write!(xml, " xmlns:{prefix}=\""),
                None => write!(xml, " xmlns=\""),
            };
            escape(namespace, xml);
            xml.push('"');
        }
    }

    pub(super) fn load(
        definition: Arc<Definition>,
        surroundings: Surroundings,
        xml: &str,
        purpose: Purpose,
    ) -> Result<Filling, RestoreError> {
        let source = Tree::from_xml(xml)?;
        if source.len() > MOST_NODES {
            return Err(FillError::TooLarge.into());
        }
        let mut filling = Filling::blank(definition, surroundings);
        filling.frozen = purpose == Purpose::Judge;
        let (Some(from), Some(into)) = (source.root(), filling.tree.root()) else { return Ok(filling) };
        let expected = filling.definition.id.clone();
        // A form may also be told by its namespace.
        let namespace = source.node(from).name().and_then(|name| name.namespace.as_deref());
        let found = source.attribute(from, "id").or(namespace).unwrap_or_default();
        if source.local(from) != filling.tree.local(into) || found != expected {
            return Err(RestoreError::OtherForm { expected, found: found.to_owned() });
        }
        filling.merge(&source, from, into, purpose)?;
        Ok(filling)
    }

    /// Takes the values of a record over. What the form does not know is kept beside what it knows.
    fn merge(&mut self, source: &Tree, from: NodeId, into: NodeId, purpose: Purpose) -> Result<(), RestoreError> {
        let definition = Arc::clone(&self.definition);
        let mut open = vec![(from, into)];
        while let Some((from, into)) = open.pop() {
            let Some(id) = self.field_of(into) else { continue };
            let field = definition.field(id);
            self.merge_attributes(source, from, into, field);
            if field.children.is_empty() {
                self.merge_value(source, from, into);
                continue;
            }
            let mut repeated: Vec<(FieldId, Vec<NodeId>)> = Vec::new();
            let mut taken: Vec<FieldId> = Vec::new();
            for child in source.elements(from) {
                let known = field.children.iter().copied().find(|id| same_name(source, child, definition.field(*id)));
                match known {
                    Some(id) if definition.field(id).repeat.is_some() => {
                        match repeated.iter_mut().find(|(held, _)| *held == id) {
                            Some((_, instances)) => instances.push(child),
                            None => repeated.push((id, vec![child])),
                        }
                    }
                    Some(id) if !taken.contains(&id) => {
                        taken.push(id);
                        let target = self.beneath(into, id).first().copied();
                        let target = target.unwrap_or_else(|| self.add_child(into, id));
                        open.push((child, target));
                    }
                    _ => self.keep(source, child, into),
                }
            }
            for id in &field.children {
                let child = definition.field(*id);
                if child.repeat.is_some() {
                    let sent = repeated.iter().find(|(held, _)| held == id).map_or(&[][..], |(_, sent)| sent);
                    open.extend(self.merge_instances(sent, into, *id)?);
                } else if purpose == Purpose::Judge && !taken.contains(id) {
                    for node in self.beneath(into, *id) {
                        self.clear(node);
                    }
                }
            }
        }
        Ok(())
    }

    fn merge_instances(
        &mut self,
        sent: &[NodeId],
        into: NodeId,
        repeat: FieldId,
    ) -> Result<Vec<(NodeId, NodeId)>, RestoreError> {
        if sent.len() > MOST_INSTANCES {
            let path = self.definition.field(repeat).path.clone();
            return Err(FillError::TooMany { path, count: sent.len() }.into());
        }
        // Of a repeat to which nothing can be added, what the form writes out stays.
        let held = self.definition.field(repeat).repeat.as_ref();
        let kept = held.filter(|held| held.fixed && held.count.is_none() && !self.frozen);
        let least = kept.map_or(0, |held| held.written.len()).max(sent.len());
        for surplus in self.instances(into, repeat).into_iter().skip(least).rev() {
            self.forget(surplus);
        }
        let mut pairs = Vec::new();
        let held = self.instances(into, repeat);
        for (index, from) in sent.iter().enumerate() {
            let target = match held.get(index) {
                Some(held) => *held,
                None => self.graft_instance(into, repeat, None),
            };
            pairs.push((*from, target));
        }
        Ok(pairs)
    }

    fn forget(&mut self, node: NodeId) {
        for node in self.with_attributes(node) {
            self.state_mut(node).alive = false;
            if let Some(field) = self.field_of(node) {
                self.nodes_of[field.0].retain(|held| *held != node);
            }
        }
        self.tree.detach(node);
    }

    fn add_child(&mut self, into: NodeId, id: FieldId) -> NodeId {
        let name = self.definition.field(id).name.clone();
        let node = self.tree.add_element(into, name);
        self.adopt(node, id);
        node
    }

    fn merge_attributes(&mut self, source: &Tree, from: NodeId, into: NodeId, field: &Field) {
        for attribute in source.node(from).attributes() {
            let Some(name) = &source.node(*attribute).name else { continue };
            let value = source.text(*attribute);
            let held = self.tree.node(into).attributes().iter().copied().find(|id| self.tree.local(*id) == name.local);
            match held {
                Some(held) => self.tree.set_text(held, &value),
                None => {
                    let node = self.tree.add_attribute(into, name.clone(), &value);
                    let known = field.attributes.iter().copied();
                    let known = known.clone().find(|id| self.definition.field(*id).name.local == name.local);
                    if let Some(known) = known {
                        self.adopt(node, known);
                    }
                }
            }
        }
    }

    fn merge_value(&mut self, source: &Tree, from: NodeId, into: NodeId) {
        let texts = source.node(from).children().iter().filter(|child| source.node(**child).kind() == Kind::Text);
        let text: String = texts.map(|child| source.text(*child)).collect();
        let nested: Vec<NodeId> = source.elements(from).collect();
        // White space between elements is none of the answer.
        self.tree.set_text(into, if nested.is_empty() { &text } else { text.trim() });
        for child in nested {
            self.keep(source, child, into);
        }
    }

    /// Keeps what the form does not know.
    fn keep(&mut self, source: &Tree, from: NodeId, into: NodeId) {
        let last = self.tree.node(into).children().len();
        let node = self.tree.graft(source, from, into, last);
        for node in self.with_attributes(node) {
            self.state_mut(node).alive = true;
        }
    }

    /// Takes the values of a node and all beneath it away.
    fn clear(&mut self, node: NodeId) {
        for node in self.tree.descendants(node).collect::<Vec<_>>() {
            if self.tree.node(node).kind() == Kind::Element && !self.tree.has_elements(node) {
                self.tree.set_text(node, "");
            }
        }
    }

    /// Moves `instanceID` to `deprecatedID` and gives a new one.
    fn deprecate(&mut self) {
        let Some(meta) = self.tree.child(self.root(), "meta") else { return };
        let Some(id) = self.tree.child(meta, "instanceID") else { return };
        let before = self.tree.text(id).into_owned();
        let deprecated = self.tree.child(meta, "deprecatedID").unwrap_or_else(|| {
            let like = self.tree.node(id).name().cloned().unwrap_or_default();
            let namespace = like.namespace.or_else(|| Some(OPENROSA.to_owned()));
            let name = Name { local: "deprecatedID".to_owned(), namespace, prefix: like.prefix };
            let node = self.tree.add_element(meta, Arc::new(name));
            self.state_mut(node).alive = true;
            node
        });
        self.tree.set_text(deprecated, &before);
        let new = format!("uuid:{}", self.uuid());
        self.tree.set_text(id, &new);
    }
}

/// Whether an element bears the name of a field, whatever prefix stands for the namespace.
fn same_name(source: &Tree, node: NodeId, field: &Field) -> bool {
    let Some(name) = source.node(node).name() else { return false };
    let unsaid = |namespace: &Option<String>| namespace.as_deref().is_none_or(|uri| uri == XFORMS);
    name.local == field.name.local
        && (name.namespace == field.name.namespace
            || name.namespace.is_none()
            || (unsaid(&name.namespace) && unsaid(&field.name.namespace)))
}
