//! Computing what an answer touches, in an order in which nothing is computed twice.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{FillError, Filling};
use crate::definition::{FieldId, Task, TaskId};
use crate::xpath::{Function, NodeId, NodeRef};

/// How often one expression may be computed after one answer. Expressions whose relevance depends on one another
/// could otherwise take turns for ever.
const MOST_TURNS: u8 = 20;

/// How often actions may set off one another after one answer.
const MOST_ROUNDS: usize = 50;

impl Filling {
    /// Puts a value into a node; what reads it is to be computed anew.
    pub(super) fn set_value(&mut self, node: NodeId, value: &str) {
        if self.tree.text(node) == value {
            return;
        }
        self.tree.set_text(node, value);
        self.changed.push(node);
        if let Some(field) = self.field_of(node) {
            self.touch(field, node);
        }
    }

    /// Marks all expressions that read a node.
    pub(super) fn touch(&mut self, field: FieldId, node: NodeId) {
        let definition = Arc::clone(&self.definition);
        for dependent in definition.graph.dependents(field) {
            let (reader, task) = definition.graph.task(dependent.task);
            let asked = definition.asked_of(reader, task);
            let shared =
                dependent.scope.and_then(|scope| self.upwards(node).find(|id| self.field_of(*id) == Some(scope)));
            match shared {
                Some(shared) => {
                    for node in self.beneath(shared, asked) {
                        self.queue.insert((dependent.task, node));
                    }
                }
                None => self.queue.extend(self.nodes_of[asked.0].iter().map(|node| (dependent.task, *node))),
            }
        }
    }

    /// Marks all expressions that read a field, in all instances.
    pub(super) fn touch_everywhere(&mut self, field: FieldId) {
        let definition = Arc::clone(&self.definition);
        for dependent in definition.graph.dependents(field) {
            let (reader, task) = definition.graph.task(dependent.task);
            let nodes = &self.nodes_of[definition.asked_of(reader, task).0];
            self.queue.extend(nodes.iter().map(|node| (dependent.task, *node)));
        }
    }

    pub(super) fn upwards(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::once(node).chain(self.tree.ancestors(node))
    }

    /// The nodes of a field beneath a node, or the node itself.
    pub(super) fn beneath(&self, node: NodeId, field: FieldId) -> Vec<NodeId> {
        let Some(top) = self.field_of(node) else { return Vec::new() };
        let mut way: Vec<FieldId> = self.definition.upwards(field).take_while(|id| *id != top).collect();
        way.reverse();
        let mut nodes = vec![node];
        for field in way {
            let attribute = self.definition.field(field).is_attribute;
            nodes = nodes
                .iter()
                .flat_map(|node| {
                    let node = self.tree.node(*node);
                    if attribute { node.attributes() } else { node.children() }
                })
                .copied()
                .filter(|child| self.field_of(*child) == Some(field))
                .collect();
        }
        nodes
    }

    /// Marks all expressions of the form.
    pub(super) fn enqueue_all(&mut self) {
        self.enqueue_beneath(self.root());
    }

    /// Marks all expressions of a node and of those beneath it.
    pub(super) fn enqueue_beneath(&mut self, node: NodeId) {
        let definition = Arc::clone(&self.definition);
        for node in self.with_attributes(node) {
            let Some(field) = self.field_of(node) else { continue };
            for task in definition.graph.of_field(field) {
                if definition.graph.task(*task).1 != Task::Count {
                    self.queue.insert((*task, node));
                }
            }
            for child in &definition.field(field).children {
                self.enqueue_task(*child, Task::Count, node);
            }
        }
    }

    fn enqueue_task(&mut self, field: FieldId, wanted: Task, node: NodeId) {
        let tasks = self.definition.graph.of_field(field).iter();
        let found: Option<TaskId> = tasks.copied().find(|task| self.definition.graph.task(*task).1 == wanted);
        self.queue.extend(found.map(|task| (task, node)));
    }

    /// Marks calculations that hold texts in the active language.
    pub(super) fn enqueue_texts(&mut self) {
        let definition = Arc::clone(&self.definition);
        for (field, held) in definition.fields() {
            let shows = held
                .bind
                .calculate
                .as_ref()
                .is_some_and(|calculate| calculate.calls(Function::Itext) || calculate.calls(Function::ChoiceName));
            if shows {
                for node in self.nodes_of[field.0].clone() {
                    self.enqueue_task(field, Task::Calculate, node);
                }
            }
        }
    }

    /// A node, all elements beneath it and their attributes.
    pub(super) fn with_attributes(&self, node: NodeId) -> Vec<NodeId> {
        let elements = self.tree.descendants(node);
        elements
            .flat_map(|node| std::iter::once(node).chain(self.tree.node(node).attributes().iter().copied()))
            .collect()
    }

    /// Computes what is marked, and carries out what waits for changed values, until nothing is left to do.
    pub(super) fn settle(&mut self) -> Result<(), FillError> {
        let mut turns: FxHashMap<(TaskId, NodeId), u8> = FxHashMap::default();
        for _ in 0..MOST_ROUNDS {
            while let Some((task, node)) = self.queue.pop_first() {
                let turn = turns.entry((task, node)).or_insert(0);
                *turn += 1;
                if *turn <= MOST_TURNS && self.state(node).alive {
                    self.compute(task, node)?;
                }
            }
            let changed = std::mem::take(&mut self.changed);
            if changed.is_empty() {
                return Ok(());
            }
            self.dispatch_changes(&changed)?;
        }
        let endless = self.changed.first().map(|node| self.path(*node)).unwrap_or_default();
        self.changed.clear();
        Err(FillError::Endless(endless))
    }

    fn compute(&mut self, task: TaskId, node: NodeId) -> Result<(), FillError> {
        let definition = Arc::clone(&self.definition);
        let (field, kind) = definition.graph.task(task);
        let Some(expr) = definition.expression(field, kind) else { return Ok(()) };
        match kind {
            Task::Relevant => {
                let relevant = self.truth_for(expr, node)?;
                self.state_mut(node).relevant = relevant;
                self.update_relevance(node);
            }
            Task::Readonly => self.state_mut(node).readonly = self.truth_for(expr, node)?,
            Task::Required => self.state_mut(node).required = self.truth_for(expr, node)?,
            Task::Constraint => {
                let blank = self.tree.text(node).is_empty();
                self.state_mut(node).satisfied = blank || self.truth_for(expr, node)?;
            }
            _ if self.frozen => {}
            Task::Calculate => {
                if self.relevant(node) {
                    let value = self.text_for(expr, node)?;
                    self.set_value(node, &self.canonical(field, value));
                }
            }
            Task::Count => {
                if self.relevant(node) {
                    let number = self.evaluated(node, expr.evaluate(self, NodeRef { document: 0, node }))?;
                    let number = number.to_number(self);
                    // A number still to be given changes nothing.
                    if !number.is_nan() {
                        self.set_count(node, field, if number >= 1.0 { number as usize } else { 0 })?;
                    }
                }
            }
            Task::Choices => self.drop_unoffered(field, node)?,
        }
        Ok(())
    }

    /// Hides or shows a node and all beneath it as their own expressions and those around them say.
    fn update_relevance(&mut self, node: NodeId) {
        let around = self.tree.node(node).parent().is_none_or(|parent| self.relevant(parent));
        let mut open = vec![(node, around)];
        while let Some((node, around)) = open.pop() {
            let shown = around && self.state(node).relevant;
            if shown != self.tree.node(node).hidden {
                continue;
            }
            self.tree.node_mut(node).hidden = !shown;
            let children = self.tree.node(node).children().iter().chain(self.tree.node(node).attributes());
            open.extend(children.map(|child| (*child, shown)));
            let Some(field) = self.field_of(node) else { continue };
            self.touch(field, node);
            if shown {
                self.enqueue_task(field, Task::Calculate, node);
                let definition = Arc::clone(&self.definition);
                for child in &definition.field(field).children {
                    self.enqueue_task(*child, Task::Count, node);
                }
            }
        }
    }

    /// Takes a new node's relevance from what is around it.
    pub(super) fn inherit_relevance(&mut self, node: NodeId) {
        let hidden = self.tree.node(node).parent().is_some_and(|parent| !self.relevant(parent));
        if hidden {
            for node in self.with_attributes(node) {
                self.tree.node_mut(node).hidden = true;
            }
        }
    }
}
