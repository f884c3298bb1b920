//! Expressions evaluated.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use super::dates::Moments;
use super::functions::Function;
use super::parse::{Axis, Expr, NodeTest, Operator, Path, Start, Step};
use super::tree::{Kind, Node, NodeId, Tree};
use super::value::{NodeRef, Value, number_to_text, text_to_number};

/// How many nodes one evaluation may visit before it is stopped.
const MOST_VISITS: u64 = 20_000_000;

/// From how many items on a list of another instance is looked up in an index.
const LONG_LIST: usize = 32;

/// An expression that cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// A function that nobody knows.
    #[error("there is no function “{0}()”")]
    UnknownFunction(String),
    /// An instance that the form does not have.
    #[error("the form has no instance “{0}”")]
    UnknownInstance(String),
    /// A path that is no question with choices.
    #[error("“{0}” is no question with choices")]
    NoChoices(String),
    /// A value that a function cannot work with.
    #[error("{function}() cannot work with “{value}”: it needs {needs}")]
    Unfit {
        /// The function.
        function: &'static str,
        /// The value.
        value: String,
        /// What it needs instead.
        needs: &'static str,
    },
    /// More work than one expression may take.
    #[error("it visits more than {MOST_VISITS} nodes; narrow its paths")]
    TooMuch,
}

/// What expressions need from outside the documents.
pub trait Host {
    /// A document: 0 is the primary instance.
    fn tree(&self, document: usize) -> &Tree;
    /// The number of the document that is the instance of an id.
    fn instance(&self, id: &str) -> Option<usize>;
    /// What time it is, where the form is filled in.
    fn now(&self) -> ZonedDateTime;
    /// The time zone where the form is filled in.
    fn zone(&self) -> &TimeZone;
    /// A number by chance, from 0 up to but not 1.
    fn random(&self) -> f64;
    /// A text of the form in the active language, as `jr:itext()` gives it.
    fn text(&self, id: &str, node: NodeRef) -> Result<String, EvaluateError>;
    /// The label of a choice in the active language, as `jr:choice-name()` gives it.
    fn choice_name(&self, value: &str, question: &str, node: NodeRef) -> Result<String, EvaluateError>;
    /// A property of the device or the user, such as `deviceid`.
    fn property(&self, name: &str) -> String;
    /// The version of the form.
    fn version(&self) -> String;
}

/// Plain documents, for expressions that stand in no form.
#[derive(Debug)]
pub struct Documents {
    /// The documents; the first is the primary instance.
    pub trees: Vec<Tree>,
    /// The numbers of the documents that are instances, by id.
    pub instances: HashMap<String, usize>,
    /// The moment at which the expressions are evaluated.
    pub now: ZonedDateTime,
}

impl Documents {
    /// One document at a moment.
    pub fn new(tree: Tree, now: ZonedDateTime) -> Documents {
        Documents { trees: vec![tree], instances: HashMap::new(), now }
    }
}

impl Host for Documents {
    fn tree(&self, document: usize) -> &Tree {
        static NONE: std::sync::LazyLock<Tree> = std::sync::LazyLock::new(Tree::new);
        self.trees.get(document).unwrap_or(&NONE)
    }

    fn instance(&self, id: &str) -> Option<usize> {
        self.instances.get(id).copied()
    }

    fn now(&self) -> ZonedDateTime {
        self.now.clone()
    }

    fn zone(&self) -> &TimeZone {
        self.now.time_zone()
    }

    fn random(&self) -> f64 {
        rand::random()
    }

    fn text(&self, _: &str, _: NodeRef) -> Result<String, EvaluateError> {
        Ok(String::new())
    }

    fn choice_name(&self, _: &str, _: &str, _: NodeRef) -> Result<String, EvaluateError> {
        Ok(String::new())
    }

    fn property(&self, _: &str) -> String {
        String::new()
    }

    fn version(&self) -> String {
        String::new()
    }
}

/// The node for which an expression is evaluated, and what is around it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub(super) host: &'a dyn Host,
    /// The node at hand.
    pub(super) node: NodeRef,
    /// The node for which the whole expression is evaluated.
    pub(super) current: NodeRef,
    pub(super) position: usize,
    pub(super) size: usize,
    /// Whether paths lead to what is not relevant, too.
    with_hidden: bool,
    visits: &'a Cell<u64>,
}

impl Expr {
    /// Evaluates the expression for a node.
    ///
    /// # Errors
    /// When a function is not known or cannot work with what it is given, or the work grows out of all measure.
    pub fn evaluate(&self, host: &dyn Host, node: NodeRef) -> Result<Value, EvaluateError> {
        let visits = Cell::new(0);
        Context { host, node, current: node, position: 1, size: 1, with_hidden: false, visits: &visits }.value(self)
    }

    /// Evaluates the expression for a node as a string. What is not a number becomes empty.
    ///
    /// # Errors
    /// As for [`Expr::evaluate`].
    pub fn evaluate_text(&self, host: &dyn Host, node: NodeRef) -> Result<String, EvaluateError> {
        match self.evaluate(host, node)? {
            Value::Number(number) if number.is_nan() => Ok(String::new()),
            Value::Text(text) => Ok(text),
            value => Ok(value.to_text(host)),
        }
    }

    /// Evaluates the expression for a node as a boolean.
    ///
    /// # Errors
    /// As for [`Expr::evaluate`].
    pub fn evaluate_truth(&self, host: &dyn Host, node: NodeRef) -> Result<bool, EvaluateError> {
        Ok(self.evaluate(host, node)?.to_truth())
    }

    /// Evaluates the expression for a node as a node-set; empty if it is none.
    ///
    /// # Errors
    /// As for [`Expr::evaluate`].
    pub fn evaluate_nodes(&self, host: &dyn Host, node: NodeRef) -> Result<Vec<NodeRef>, EvaluateError> {
        match self.evaluate(host, node)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }
}

impl Value {
    /// As `string()` gives it.
    pub fn to_text(&self, host: &dyn Host) -> String {
        match self {
            Value::Nodes(nodes) => nodes.first().map(|node| text_of(host, *node).into_owned()).unwrap_or_default(),
            Value::Text(text) => text.clone(),
            Value::Number(number) => number_to_text(*number),
            Value::Truth(truth) => truth.to_string(),
        }
    }

    /// As `number()` gives it: dates are days since the beginning of 1970.
    pub fn to_number(&self, host: &dyn Host) -> f64 {
        match self {
            Value::Nodes(nodes) => nodes.first().map_or(f64::NAN, |node| number_of(host, &text_of(host, *node))),
            Value::Text(text) => number_of(host, text),
            Value::Number(number) => *number,
            Value::Truth(truth) => f64::from(u8::from(*truth)),
        }
    }

    /// As `boolean()` gives it.
    pub fn to_truth(&self) -> bool {
        match self {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Truth(truth) => *truth,
        }
    }
}

pub(super) fn text_of(host: &dyn Host, node: NodeRef) -> Cow<'_, str> {
    host.tree(node.document).text(node.node)
}

pub(super) fn number_of(host: &dyn Host, text: &str) -> f64 {
    text_to_number(text).or_else(|| Moments { zone: host.zone() }.days(text)).unwrap_or(f64::NAN)
}

/// Axes along which children come in document order, each after all of the one before.
fn keeps_order(axis: Axis) -> bool {
    matches!(axis, Axis::Child | Axis::Attribute | Axis::Itself)
}

impl<'a> Context<'a> {
    pub(super) fn value(&self, expr: &Expr) -> Result<Value, EvaluateError> {
        match expr {
            Expr::Any(all) => {
                for one in all {
                    if self.truth(one)? {
                        return Ok(Value::Truth(true));
                    }
                }
                Ok(Value::Truth(false))
            }
            Expr::All(all) => {
                for one in all {
                    if !self.truth(one)? {
                        return Ok(Value::Truth(false));
                    }
                }
                Ok(Value::Truth(true))
            }
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right),
            Expr::Negate(one) => Ok(Value::Number(-self.number(one)?)),
            Expr::Union(all) => {
                let mut nodes = Vec::new();
                for one in all {
                    nodes.append(&mut self.nodes(one)?);
                }
                self.sort(&mut nodes);
                Ok(Value::Nodes(nodes))
            }
            Expr::Number(number) => Ok(Value::Number(*number)),
            Expr::Literal(text) => Ok(Value::Text(text.clone())),
            Expr::Call(function, arguments) => function.call(self, arguments),
            Expr::Matches(one, regex) => super::functions::matches(&self.text(one)?, regex),
            Expr::Unknown(name, _) => Err(EvaluateError::UnknownFunction(name.clone())),
            Expr::Path(path) => self.path(path).map(Value::Nodes),
        }
    }

    pub(super) fn truth(&self, expr: &Expr) -> Result<bool, EvaluateError> {
        Ok(self.value(expr)?.to_truth())
    }

    pub(super) fn number(&self, expr: &Expr) -> Result<f64, EvaluateError> {
        Ok(self.value(expr)?.to_number(self.host))
    }

    pub(super) fn text(&self, expr: &Expr) -> Result<String, EvaluateError> {
        match self.value(expr)? {
            Value::Text(text) => Ok(text),
            value => Ok(value.to_text(self.host)),
        }
    }

    /// The nodes of an expression; none if it is not a node-set.
    pub(super) fn nodes(&self, expr: &Expr) -> Result<Vec<NodeRef>, EvaluateError> {
        match self.value(expr)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn text_of(&self, node: NodeRef) -> Cow<'a, str> {
        text_of(self.host, node)
    }

    fn tree(&self, node: NodeRef) -> &'a Tree {
        self.host.tree(node.document)
    }

    fn visit(&self, nodes: usize) -> Result<(), EvaluateError> {
        let visits = self.visits.get() + nodes as u64;
        self.visits.set(visits);
        if visits > MOST_VISITS { Err(EvaluateError::TooMuch) } else { Ok(()) }
    }

    /// Reckons and compares from the innermost on the left outwards, so that long chains need no deep stack.
    fn binary(&self, operator: Operator, left: &Expr, right: &Expr) -> Result<Value, EvaluateError> {
        let mut chain = vec![(operator, right)];
        let mut innermost = left;
        while let Expr::Binary(operator, left, right) = innermost {
            chain.push((*operator, right));
            innermost = left;
        }
        let mut value = self.operand(innermost)?;
        while let Some((operator, right)) = chain.pop() {
            value = self.operate(operator, &value, &self.operand(right)?)?;
        }
        Ok(value)
    }

    /// The value of an operand. A path that leads only to what is not relevant is blank: a question that was not asked
    /// is unlike any answer.
    fn operand(&self, expr: &Expr) -> Result<Value, EvaluateError> {
        let value = self.value(expr)?;
        let (Value::Nodes(nodes), Expr::Path(path)) = (&value, expr) else { return Ok(value) };
        // Other instances hold nothing that is not relevant.
        let elsewhere =
            matches!(&path.start, Start::Nodes(base, _) if matches!(base.as_ref(), Expr::Call(Function::Instance, _)));
        let hidden = nodes.is_empty() && !elsewhere && !Context { with_hidden: true, ..*self }.path(path)?.is_empty();
        Ok(if hidden { Value::Text(String::new()) } else { value })
    }

    fn operate(&self, operator: Operator, left: &Value, right: &Value) -> Result<Value, EvaluateError> {
        let reckon: fn(f64, f64) -> f64 = match operator {
            Operator::Add => |a, b| a + b,
            Operator::Subtract => |a, b| a - b,
            Operator::Multiply => |a, b| a * b,
            Operator::Divide => |a, b| a / b,
            Operator::Remainder => |a, b| a % b,
            _ => return self.compare(operator, left, right).map(Value::Truth),
        };
        Ok(Value::Number(reckon(left.to_number(self.host), right.to_number(self.host))))
    }

    /// Compares as XPath 1.0 does: a node-set if any of its nodes fits.
    fn compare(&self, operator: Operator, left: &Value, right: &Value) -> Result<bool, EvaluateError> {
        match (left, right) {
            (Value::Nodes(left), Value::Nodes(right)) => {
                self.visit(left.len() * right.len())?;
                let right: Vec<Value> = right.iter().map(|node| self.node_value(*node)).collect();
                Ok(left.iter().any(|node| {
                    let left = self.node_value(*node);
                    right.iter().any(|right| self.compare_one(operator, &left, right))
                }))
            }
            (Value::Nodes(_), Value::Truth(_)) | (Value::Truth(_), Value::Nodes(_)) => {
                Ok(self.compare_one(operator, &Value::Truth(left.to_truth()), &Value::Truth(right.to_truth())))
            }
            (Value::Nodes(nodes), other) => {
                self.visit(nodes.len())?;
                Ok(nodes.iter().any(|node| self.compare_text(operator, &self.text_of(*node), other, false)))
            }
            (other, Value::Nodes(nodes)) => {
                self.visit(nodes.len())?;
                Ok(nodes.iter().any(|node| self.compare_text(operator, &self.text_of(*node), other, true)))
            }
            _ => Ok(self.compare_one(operator, left, right)),
        }
    }

    fn node_value(&self, node: NodeRef) -> Value {
        Value::Text(self.text_of(node).into_owned())
    }

    /// Compares the text of a node with a value that is none, without copying the text.
    fn compare_text(&self, operator: Operator, text: &str, other: &Value, swapped: bool) -> bool {
        match (operator, other) {
            (Operator::Equal, Value::Text(other)) => text == other,
            (Operator::Unequal, Value::Text(other)) => text != other,
            _ => {
                let (number, other) = (number_of(self.host, text), other.to_number(self.host));
                let (left, right) = if swapped { (other, number) } else { (number, other) };
                compare_numbers(operator, left, right)
            }
        }
    }

    fn compare_one(&self, operator: Operator, left: &Value, right: &Value) -> bool {
        let equality = matches!(operator, Operator::Equal | Operator::Unequal);
        match (left, right) {
            (Value::Truth(_), _) | (_, Value::Truth(_)) if equality => {
                (left.to_truth() == right.to_truth()) == (operator == Operator::Equal)
            }
            (Value::Text(left), Value::Text(right)) if equality => (left == right) == (operator == Operator::Equal),
            _ => compare_numbers(operator, left.to_number(self.host), right.to_number(self.host)),
        }
    }

    fn path(&self, path: &Path) -> Result<Vec<NodeRef>, EvaluateError> {
        let mut nodes = match &path.start {
            Start::Root => vec![NodeRef { document: 0, node: NodeId::DOCUMENT }],
            Start::Context => vec![self.node],
            Start::Nodes(base, predicates) => {
                let mut nodes = self.nodes(base)?;
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate)?;
                }
                nodes
            }
        };
        // Whether no node stands beneath another and all stand in order.
        let mut flat = nodes.len() <= 1;
        for step in &path.steps {
            let in_order = nodes.len() <= 1 || (flat && keeps_order(step.axis));
            nodes = self.step(&nodes, step)?;
            if !in_order {
                self.sort(&mut nodes);
            }
            flat = (flat && keeps_order(step.axis)) || nodes.len() <= 1;
        }
        Ok(nodes)
    }

    fn step(&self, from: &[NodeRef], step: &Step) -> Result<Vec<NodeRef>, EvaluateError> {
        let mut reached = Vec::new();
        for node in from {
            let (mut found, predicates) = match self.looked_up(*node, step)? {
                Some(found) => (found, step.predicates.get(1..).unwrap_or_default()),
                None => (self.along(*node, step)?, step.predicates.as_slice()),
            };
            for predicate in predicates {
                found = self.filter(found, predicate)?;
            }
            if matches!(step.axis, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling) {
                found.reverse();
            }
            reached.append(&mut found);
        }
        Ok(reached)
    }

    /// Looks `item[column = value]` of a long list up in an index, where the value does not depend on the item.
    fn looked_up(&self, from: NodeRef, step: &Step) -> Result<Option<Vec<NodeRef>>, EvaluateError> {
        let tree = self.tree(from);
        // The primary instance changes with each answer, and some of it may not be relevant.
        if from.document == 0 || tree.node(from.node).children().len() < LONG_LIST {
            return Ok(None);
        }
        let (Some(name), Some(Expr::Binary(Operator::Equal, left, right))) =
            (plain_child(step), step.predicates.first())
        else {
            return Ok(None);
        };
        let (column, value) = match (plain_column(left), plain_column(right)) {
            (Some(column), None) if stands_alone(right) => (column, right),
            (None, Some(column)) if stands_alone(left) => (column, left),
            _ => return Ok(None),
        };
        let wanted: Vec<Cow<'_, str>> = match self.value(value)? {
            Value::Text(text) => vec![Cow::Owned(text)],
            Value::Nodes(nodes) => nodes.iter().map(|node| self.text_of(*node)).collect(),
            Value::Number(_) | Value::Truth(_) => return Ok(None),
        };
        let index = tree.index(from.node, name, column);
        let found = wanted.iter().filter_map(|wanted| index.get(wanted.as_ref())).flatten();
        let mut found: Vec<NodeRef> = found.map(|node| NodeRef { document: from.document, node: *node }).collect();
        self.visit(found.len())?;
        if wanted.len() > 1 {
            self.sort(&mut found);
        }
        Ok(Some(found))
    }

    fn filter(&self, nodes: Vec<NodeRef>, predicate: &Expr) -> Result<Vec<NodeRef>, EvaluateError> {
        if let Expr::Number(position) = predicate {
            let wanted = nodes.into_iter().enumerate().find(|(index, _)| (index + 1) as f64 == *position);
            return Ok(wanted.map(|(_, node)| node).into_iter().collect());
        }
        let size = nodes.len();
        self.visit(size)?;
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let at = Context { node, position: index + 1, size, ..*self };
            let keep = match at.value(predicate)? {
                Value::Number(number) => number == (index + 1) as f64,
                value => value.to_truth(),
            };
            if keep {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    /// The nodes along an axis that pass the node test, the nearest first.
    fn along(&self, from: NodeRef, step: &Step) -> Result<Vec<NodeRef>, EvaluateError> {
        let tree = self.tree(from);
        let node = tree.node(from.node);
        let fits = |id: &NodeId| fits(tree.node(*id), &step.test, step.axis);
        let shown = |id: &NodeId| (self.with_hidden || !tree.node(*id).hidden) && fits(id);
        let siblings = || -> &[NodeId] {
            match node.parent {
                Some(parent) if node.kind != Kind::Attribute => &tree.node(parent).children,
                _ => &[],
            }
        };
        let mut found: Vec<NodeId> = Vec::new();
        let mut visited = 1;
        match step.axis {
            Axis::Child => {
                visited += node.children.len();
                found.extend(node.children.iter().copied().filter(shown));
            }
            Axis::Attribute => found.extend(node.attributes.iter().copied().filter(shown)),
            Axis::Namespace => {}
            Axis::Itself => found.extend(Some(from.node).filter(fits)),
            Axis::Parent => found.extend(node.parent.filter(fits)),
            Axis::Ancestor => found.extend(tree.ancestors(from.node).filter(fits)),
            Axis::AncestorOrSelf => {
                found.extend(std::iter::once(from.node).chain(tree.ancestors(from.node)).filter(fits));
            }
            Axis::Descendant | Axis::DescendantOrSelf => {
                let all = tree.descendants(from.node).skip(usize::from(step.axis == Axis::Descendant));
                found.extend(all.inspect(|_| visited += 1).filter(shown));
            }
            Axis::FollowingSibling => {
                let after = siblings().iter().skip_while(|id| **id != from.node).skip(1);
                found.extend(after.copied().filter(shown));
            }
            Axis::PrecedingSibling => {
                let before = siblings().iter().take_while(|id| **id != from.node);
                found.extend(before.copied().filter(shown));
                found.reverse();
            }
            Axis::Following | Axis::Preceding => {
                visited += tree.len();
                let here = tree.order(from.node);
                let own: Vec<NodeId> = match step.axis {
                    Axis::Following => tree.descendants(from.node).collect(),
                    _ => tree.ancestors(from.node).collect(),
                };
                let all = tree.descendants(NodeId::DOCUMENT).skip(1).filter(|id| match step.axis {
                    Axis::Following => tree.order(*id) > here && !own.contains(id),
                    _ => tree.order(*id) < here && !own.contains(id),
                });
                found.extend(all.filter(shown));
                if step.axis == Axis::Preceding {
                    found.reverse();
                }
            }
        }
        self.visit(visited)?;
        Ok(found.into_iter().map(|node| NodeRef { document: from.document, node }).collect())
    }

    /// Puts nodes in document order, each once.
    pub(super) fn sort(&self, nodes: &mut Vec<NodeRef>) {
        nodes.sort_by_key(|node| (node.document, self.tree(*node).order(node.node)));
        nodes.dedup();
    }
}

/// The name of a step to children of a name without prefix.
fn plain_child(step: &Step) -> Option<&str> {
    match (&step.axis, &step.test) {
        (Axis::Child, NodeTest::Name { prefix: None, local, .. }) => Some(local),
        _ => None,
    }
}

/// The name of a path that is nothing but such a step.
fn plain_column(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Path(Path { start: Start::Context, steps }) => match steps.as_slice() {
            [step] if step.predicates.is_empty() => plain_child(step),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression has the same value whatever the context node: a literal, or a path from the document or from
/// `current()`.
fn stands_alone(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(_) => true,
        Expr::Path(Path { start: Start::Root, .. }) => true,
        Expr::Path(Path { start: Start::Nodes(base, predicates), .. }) => {
            predicates.is_empty() && matches!(base.as_ref(), Expr::Call(Function::Current, _))
        }
        _ => false,
    }
}

fn compare_numbers(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::Unequal => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}

fn fits(node: &Node, test: &NodeTest, axis: Axis) -> bool {
    let principal = if axis == Axis::Attribute { Kind::Attribute } else { Kind::Element };
    match test {
        NodeTest::Node => true,
        NodeTest::Text => node.kind == Kind::Text,
        NodeTest::Comment => node.kind == Kind::Comment,
        NodeTest::Instruction(target) => {
            node.kind == Kind::Instruction
                && target.as_ref().is_none_or(|target| node.name().is_some_and(|name| name.local == *target))
        }
        NodeTest::AnyName { prefix, namespace } => {
            node.kind == principal && (prefix.is_none() || in_namespace(node, prefix, namespace))
        }
        NodeTest::Name { prefix, namespace, local } => {
            node.kind == principal
                && node.name().is_some_and(|name| name.local == *local)
                && in_namespace(node, prefix, namespace)
        }
    }
}

/// Whether a node stands in the namespace of a prefix; without one, whether it is written without one.
fn in_namespace(node: &Node, prefix: &Option<String>, namespace: &Option<String>) -> bool {
    let Some(name) = &node.name else { return false };
    match (prefix, namespace) {
        (None, _) => name.prefix.is_none(),
        (Some(_), Some(namespace)) => name.namespace.as_ref() == Some(namespace),
        (Some(_), None) => name.prefix == *prefix,
    }
}
