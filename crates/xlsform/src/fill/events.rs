//! Events and the actions that they set off; what is filled in by itself.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{FillError, Filling};
use crate::definition::{Action, Effect, Event, FieldId};
use crate::xpath::{Host, NodeId, NodeRef, is_geopoint};

impl Filling {
    /// Carries out what waits for a record being opened, for the first time or again.
    pub(super) fn dispatch_load(&mut self, first: bool) -> Result<(), FillError> {
        if first {
            self.dispatch(Event::FirstLoad, None)?;
            self.settle()?;
        }
        self.dispatch(Event::Load, None)?;
        self.settle()
    }

    /// Carries out the actions that wait for an event, in an instance of a repeat or everywhere.
    pub(super) fn dispatch(&mut self, event: Event, instance: Option<NodeId>) -> Result<(), FillError> {
        let definition = Arc::clone(&self.definition);
        for action in definition.actions.iter().filter(|action| action.events.contains(&event)) {
            match instance {
                None => {
                    for node in self.nodes_of[action.target.0].clone() {
                        if self.relevant(node) {
                            self.act(action, node)?;
                        }
                    }
                }
                Some(instance) => {
                    let Some(repeat) = self.field_of(instance) else { continue };
                    let inside = self.stands_in(action, repeat);
                    let around = definition.upwards(action.target).any(|id| id == repeat);
                    if inside && around {
                        for node in self.beneath(instance, action.target) {
                            self.act(action, node)?;
                        }
                    } else if inside {
                        self.act_from(action, instance)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the nearest repeat around an action is a field's.
    fn stands_in(&self, action: &Action, repeat: FieldId) -> bool {
        let controls = std::iter::successors(action.within, |id| self.definition.control(*id).parent);
        let mut fields = controls.filter_map(|id| self.definition.control(id).field);
        fields.find_map(|field| self.definition.repeat_around(field)) == Some(repeat)
    }

    /// Carries out the actions that wait for the values of nodes to change.
    pub(super) fn dispatch_changes(&mut self, changed: &[NodeId]) -> Result<(), FillError> {
        let definition = Arc::clone(&self.definition);
        let mut done: FxHashSet<NodeId> = FxHashSet::default();
        for node in changed {
            if !done.insert(*node) || !self.state(*node).alive {
                continue;
            }
            let control = self.field_of(*node).and_then(|field| definition.field(field).control);
            let Some(control) = control else { continue };
            let waits =
                |action: &&Action| action.within == Some(control) && action.events.contains(&Event::ValueChanged);
            for action in definition.actions.iter().filter(waits) {
                self.act_from(action, *node)?;
            }
        }
        Ok(())
    }

    /// Carries out an action on the target that its path leads to from a node.
    fn act_from(&mut self, action: &Action, node: NodeId) -> Result<(), FillError> {
        let at = NodeRef { document: 0, node };
        let targets = self.evaluated(node, action.target_path.evaluate_nodes(self, at))?;
        match targets.as_slice() {
            [target] => self.act(action, target.node),
            // What is not relevant is not found by its path, but may be set for later.
            [] => match self.nearest(action.target, at) {
                Some(target) if !self.relevant(target) => self.act(action, target),
                _ => Ok(()),
            },
            _ => Err(FillError::ManyTargets(self.definition.field(action.target).path.clone())),
        }
    }

    fn act(&mut self, action: &Action, target: NodeId) -> Result<(), FillError> {
        let value = match &action.effect {
            Effect::Value(expr) => self.text_for(expr, target)?,
            Effect::Literal(text) => text.clone(),
            Effect::Geopoint => {
                Some((self.surroundings.place)()).filter(|place| is_geopoint(place)).unwrap_or_default()
            }
        };
        let value = self.canonical(action.target, value);
        self.set_value(target, &value);
        Ok(())
    }

    /// Fills in what `jr:preload` asks for when a record is begun.
    pub(super) fn preload(&mut self) {
        let definition = Arc::clone(&self.definition);
        for (id, field) in definition.fields() {
            let Some((preload, parameter)) = &field.bind.preload else { continue };
            let value = match (preload.as_str(), parameter.as_str()) {
                ("uid", _) => format!("uuid:{}", self.uuid()),
                ("timestamp", "start") => self.present(),
                ("date", "today") => self.now().date().to_string(),
                ("property", name) => self.property(name),
                _ => continue,
            };
            for node in self.nodes_of[id.0].clone() {
                self.tree.set_text(node, &value);
            }
        }
    }

    /// Fills in what `jr:preload` asks for when a record is ended: the time.
    pub(super) fn end(&mut self) {
        let definition = Arc::clone(&self.definition);
        for (id, field) in definition.fields() {
            if field.bind.preload.as_ref().is_some_and(|(preload, at)| preload == "timestamp" && at == "end") {
                let value = self.present();
                for node in self.nodes_of[id.0].clone() {
                    self.set_value(node, &value);
                }
            }
        }
    }

    pub(super) fn uuid(&self) -> uuid::Uuid {
        let bytes: [u8; 16] = std::array::from_fn(|_| (self.random() * 256.0) as u8);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn present(&self) -> String {
        self.now().strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
    }
}
