//! Instances of repeats added and removed.

use std::sync::Arc;

use super::{FillError, Filling, MOST_INSTANCES, MOST_NODES};
use crate::definition::{Event, FieldId};
use crate::xpath::NodeId;

impl Filling {
    /// The instances of a repeat in the element around it, in order.
    pub fn instances(&self, around: NodeId, repeat: FieldId) -> Vec<NodeId> {
        self.tree.elements(around).filter(|node| self.field_of(*node) == Some(repeat)).collect()
    }

    /// Whether the user may add and remove instances of a repeat.
    pub fn may_repeat(&self, repeat: FieldId) -> bool {
        self.definition.field(repeat).repeat.as_ref().is_some_and(|repeat| repeat.count.is_none() && !repeat.fixed)
    }

    /// Adds an instance of a repeat to the element around it, at a place counted from 0 or, without one, at the end.
    /// Gives the new instance.
    ///
    /// # Errors
    /// When it is no repeat, the form itself counts its instances, there would be too many, or an expression cannot be
    /// evaluated.
    pub fn add_repeat(&mut self, around: NodeId, repeat: FieldId, at: Option<usize>) -> Result<NodeId, FillError> {
        self.need_free(repeat)?;
        let count = self.instances(around, repeat).len() + 1;
        self.need_few(repeat, count)?;
        let node = self.insert_instance(around, repeat, at)?;
        self.settle()?;
        Ok(node)
    }

    /// Removes an instance of a repeat.
    ///
    /// # Errors
    /// When it is none, the form itself counts them, or an expression cannot be evaluated.
    pub fn remove_repeat(&mut self, instance: NodeId) -> Result<(), FillError> {
        let repeat = self.field_of(instance).ok_or_else(|| FillError::NoSuchNode(self.path(instance)))?;
        self.need_free(repeat)?;
        self.remove_instance(instance, repeat);
        self.settle()
    }

    fn need_free(&self, repeat: FieldId) -> Result<(), FillError> {
        let field = self.definition.field(repeat);
        if field.repeat.is_none() {
            return Err(FillError::NotARepeat(field.path.clone()));
        }
        if !self.may_repeat(repeat) {
            return Err(FillError::FixedRepeat(field.path.clone()));
        }
        Ok(())
    }

    fn need_few(&self, repeat: FieldId, count: usize) -> Result<(), FillError> {
        if count > MOST_INSTANCES {
            return Err(FillError::TooMany { path: self.definition.field(repeat).path.clone(), count });
        }
        Ok(())
    }

    /// Makes a repeat have so many instances.
    pub(super) fn set_count(&mut self, around: NodeId, repeat: FieldId, count: usize) -> Result<(), FillError> {
        self.need_few(repeat, count)?;
        let held = self.instances(around, repeat);
        for _ in held.len()..count {
            self.insert_instance(around, repeat, None)?;
        }
        for surplus in held.into_iter().skip(count).rev() {
            self.remove_instance(surplus, repeat);
        }
        Ok(())
    }

    fn insert_instance(&mut self, around: NodeId, repeat: FieldId, at: Option<usize>) -> Result<NodeId, FillError> {
        if self.tree.len() > MOST_NODES {
            return Err(FillError::TooLarge);
        }
        let node = self.graft_instance(around, repeat, at);
        let last = self.instances(around, repeat).last() == Some(&node);
        self.inherit_relevance(node);
        self.dispatch(Event::NewRepeat, Some(node))?;
        self.enqueue_beneath(node);
        for node in self.with_attributes(node) {
            if let Some(field) = self.field_of(node) {
                self.touch(field, node);
            }
        }
        if !last {
            self.touch_everywhere(repeat);
        }
        Ok(node)
    }

    /// Puts a new instance into the tree, without computing anything.
    pub(super) fn graft_instance(&mut self, around: NodeId, repeat: FieldId, at: Option<usize>) -> NodeId {
        let definition = Arc::clone(&self.definition);
        let place = self.place_of_instance(around, repeat, at);
        let Some(held) = &definition.field(repeat).repeat else { return around };
        // An instance that the form counts comes back with what the form wrote in it.
        let written = held.written.get(self.instances(around, repeat).len());
        let like = written.filter(|_| held.count.is_some()).unwrap_or(&held.template);
        let Some(root) = like.root() else { return around };
        let node = self.tree.graft(like, root, around, place);
        self.adopt(node, repeat);
        node
    }

    /// Where among the children of an element an instance goes: after those before it, and after the fields that come
    /// first in the form.
    fn place_of_instance(&self, around: NodeId, repeat: FieldId, at: Option<usize>) -> usize {
        let children = self.tree.node(around).children();
        let held = self.instances(around, repeat);
        let place_of = |node: &NodeId| children.iter().position(|child| child == node);
        if let Some(place) = at.and_then(|at| held.get(at)).and_then(place_of) {
            return place;
        }
        if let Some(place) = held.last().and_then(place_of) {
            return place + 1;
        }
        let siblings = match self.field_of(around) {
            Some(around) => &self.definition.field(around).children,
            None => return children.len(),
        };
        let before: Vec<FieldId> = siblings.iter().copied().take_while(|field| *field != repeat).collect();
        let last =
            children.iter().rposition(|child| self.field_of(*child).is_some_and(|field| before.contains(&field)));
        last.map_or(0, |last| last + 1)
    }

    fn remove_instance(&mut self, instance: NodeId, repeat: FieldId) {
        let gone = self.with_attributes(instance);
        for node in &gone {
            if let Some(field) = self.field_of(*node) {
                self.touch(field, *node);
            }
        }
        let mut fields: Vec<FieldId> = Vec::new();
        for node in gone {
            self.state_mut(node).alive = false;
            fields.extend(self.field_of(node));
        }
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let states = &self.states;
            self.nodes_of[field.0].retain(|node| states.get(node.index()).is_some_and(|state| state.alive));
        }
        self.tree.detach(instance);
        self.touch_everywhere(repeat);
    }
}
