//! What depends on what: each expression with the fields it reads, in an order in which they can be computed.

use std::collections::HashMap;

use super::resolve::Read;
use super::{Choices, Definition, DefinitionError, FieldId};
use crate::xpath::Expr;

/// What an expression of a field decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Task {
    /// How many instances a repeat has.
    Count,
    /// Whether the field is part of the record.
    Relevant,
    /// Its value.
    Calculate,
    /// Whether the user may not change it.
    Readonly,
    /// Whether it needs an answer.
    Required,
    /// Whether its answer is allowed.
    Constraint,
    /// Which choices it offers: what is chosen has to be among them.
    Choices,
}

/// An expression of a field, by its place in the order of computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TaskId(pub(crate) usize);

/// An expression that reads a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Dependent {
    pub(crate) task: TaskId,
    /// The repeat whose instance both share; none if all instances are concerned.
    pub(crate) scope: Option<FieldId>,
}

/// All expressions of binds and repeats, in an order in which each comes after those whose results it reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    tasks: Vec<(FieldId, Task)>,
    by_field: Vec<Vec<TaskId>>,
    dependents: Vec<Vec<Dependent>>,
}

impl Graph {
    pub(crate) fn task(&self, id: TaskId) -> (FieldId, Task) {
        self.tasks[id.0]
    }

    /// The expressions of a field.
    pub(crate) fn of_field(&self, field: FieldId) -> &[TaskId] {
        self.by_field.get(field.0).map_or(&[], Vec::as_slice)
    }

    /// The expressions that read a field.
    pub(crate) fn dependents(&self, field: FieldId) -> &[Dependent] {
        self.dependents.get(field.0).map_or(&[], Vec::as_slice)
    }
}

impl Definition {
    pub(crate) fn expression(&self, field: FieldId, task: Task) -> Option<&Expr> {
        let field = self.field(field);
        match task {
            Task::Count => field.repeat.as_ref()?.count.as_ref(),
            Task::Relevant => field.bind.relevant.as_ref(),
            Task::Calculate => field.bind.calculate.as_ref(),
            Task::Readonly => field.bind.readonly.as_ref(),
            Task::Required => field.bind.required.as_ref(),
            Task::Constraint => field.bind.constraint.as_ref(),
            Task::Choices => match self.choices_of(field)? {
                Choices::Set { nodes, .. } => Some(nodes),
                Choices::Items(_) => None,
            },
        }
    }

    /// The field for whose nodes an expression is evaluated: that around a repeat, for the number of its instances.
    pub(crate) fn asked_of(&self, field: FieldId, task: Task) -> FieldId {
        match (task, self.field(field).parent) {
            (Task::Count, Some(parent)) => parent,
            _ => field,
        }
    }

    /// Works out what depends on what.
    pub(super) fn build_graph(&self) -> Result<Graph, DefinitionError> {
        use Task::*;
        let mut nodes: Vec<(FieldId, Task)> = Vec::new();
        let mut reads: Vec<Vec<Read>> = Vec::new();
        for (field, _) in self.fields() {
            for task in [Count, Relevant, Calculate, Readonly, Required, Constraint, Choices] {
                if let Some(expr) = self.expression(field, task) {
                    nodes.push((field, task));
                    reads.push(self.reads(expr, self.asked_of(field, task)));
                }
            }
        }
        let numbers: HashMap<(FieldId, Task), usize> =
            nodes.iter().enumerate().map(|(number, node)| (*node, number)).collect();
        self.refuse_circles(&nodes, &reads, &numbers)?;

        let mut order = Order { done: vec![None; nodes.len()], entered: vec![false; nodes.len()], next: 0 };
        for start in 0..nodes.len() {
            order.visit(start, |node| self.before(nodes[node], &reads[node], &numbers));
        }
        let places: Vec<usize> = order.done.iter().map(|place| place.unwrap_or_default()).collect();

        let mut graph = Graph {
            tasks: nodes.clone(),
            by_field: vec![Vec::new(); self.fields.len()],
            dependents: vec![Vec::new(); self.fields.len()],
        };
        for (number, node) in nodes.iter().enumerate() {
            let id = TaskId(places[number]);
            graph.tasks[places[number]] = *node;
            graph.by_field[node.0.0].push(id);
            for read in &reads[number] {
                graph.dependents[read.field.0].push(Dependent { task: id, scope: self.scope(*read) });
            }
        }
        for dependents in &mut graph.dependents {
            dependents.sort_unstable();
            dependents.dedup();
        }
        Ok(graph)
    }

    /// The innermost repeat whose instance a reader and what it reads share.
    fn scope(&self, read: Read) -> Option<FieldId> {
        if read.chosen { None } else { self.repeat_around(read.within?) }
    }

    /// The expressions to be computed before another: those that decide what it reads is and how relevant it is.
    fn before(&self, node: (FieldId, Task), reads: &[Read], numbers: &HashMap<(FieldId, Task), usize>) -> Vec<usize> {
        let mut before = Vec::new();
        for read in reads {
            before.extend(numbers.get(&(read.field, Task::Calculate)));
            for above in self.upwards(read.field) {
                before.extend(numbers.get(&(above, Task::Relevant)));
                before.extend(numbers.get(&(above, Task::Count)));
            }
        }
        if node.1 == Task::Calculate {
            before.extend(self.upwards(node.0).filter_map(|above| numbers.get(&(above, Task::Relevant))));
        }
        before
    }

    /// Refuses calculations that need their own result. Another instance's result is another result.
    fn refuse_circles(
        &self,
        nodes: &[(FieldId, Task)],
        reads: &[Vec<Read>],
        numbers: &HashMap<(FieldId, Task), usize>,
    ) -> Result<(), DefinitionError> {
        let needs = |number: usize| -> Vec<usize> {
            let (field, task) = nodes[number];
            let other_instance =
                |read: &Read| read.chosen && self.repeat_around(read.field) == self.repeat_around(field);
            let own = |read: &Read| {
                let value = numbers.get(&(read.field, Task::Calculate));
                let itself = (task == Task::Relevant && read.field == field).then_some(&number);
                value.or(itself).copied()
            };
            reads[number].iter().filter(|read| !other_instance(read)).filter_map(own).collect()
        };
        let mut state = vec![State::New; nodes.len()];
        for start in 0..nodes.len() {
            let mut way: Vec<(usize, Vec<usize>)> = Vec::new();
            if state[start] == State::New {
                state[start] = State::Open;
                way.push((start, needs(start)));
            }
            while let Some((number, open)) = way.last_mut() {
                let Some(next) = open.pop() else {
                    state[*number] = State::Done;
                    way.pop();
                    continue;
                };
                match state[next] {
                    State::Done => {}
                    State::New => {
                        state[next] = State::Open;
                        way.push((next, needs(next)));
                    }
                    State::Open => {
                        let circle = way.iter().skip_while(|(number, _)| *number != next).map(|(number, _)| *number);
                        let mut paths: Vec<String> =
                            circle.chain([next]).map(|number| self.field(nodes[number].0).path.clone()).collect();
                        paths.reverse();
                        return Err(DefinitionError::Circle(paths));
                    }
                }
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Puts nodes after what comes before them; what depends on itself by relevance alone is computed until it rests.
struct Order {
    done: Vec<Option<usize>>,
    entered: Vec<bool>,
    next: usize,
}

impl Order {
    fn visit(&mut self, start: usize, before: impl Fn(usize) -> Vec<usize>) {
        if self.done[start].is_some() {
            return;
        }
        let mut open: Vec<(usize, Vec<usize>)> = vec![(start, before(start))];
        self.entered[start] = true;
        while let Some((node, first)) = open.last_mut() {
            let node = *node;
            match first.pop() {
                Some(next) if !self.entered[next] => {
                    self.entered[next] = true;
                    open.push((next, before(next)));
                }
                Some(_) => {}
                None => {
                    self.done[node] = Some(self.next);
                    self.next += 1;
                    open.pop();
                }
            }
        }
    }
}
