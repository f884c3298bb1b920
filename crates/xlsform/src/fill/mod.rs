//! An instance being filled in: relevance, constraints, calculations, repeats, submission.
//!
//! A [`Filling`] holds the answers of one who fills in a form. Each answer recomputes what depends on it, and nothing
//! else. [`check`] asks of a submission what the form would have said while it was filled in.
//!
//! ```
//! use std::sync::Arc;
//! use jiff::tz::TimeZone;
//! use xlsform::definition::{Definition, External};
//! use xlsform::fill::{Filling, Surroundings};
//!
//! let form = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
//!   <instance><visit id="visit"><age/><school/></visit></instance>
//!   <bind nodeset="/visit/age" type="int"/>
//!   <bind nodeset="/visit/school" relevant="/visit/age &lt; 18"/>
//! </model></h:head><h:body>
//!   <input ref="/visit/age"><label>Age</label></input><input ref="/visit/school"><label>School</label></input>
//! </h:body></h:html>"#;
//! let definition = Arc::new(Definition::read(form, &External::new())?);
//! let mut filling = Filling::new(definition, Surroundings::here(TimeZone::UTC))?;
//! filling.answer(filling.at("/visit/age")?, "34")?;
//! assert!(!filling.relevant(filling.at("/visit/school")?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod compute;
mod events;
mod repeats;
mod shown;
mod submission;
mod validity;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use rustc_hash::FxHashMap;

use crate::definition::{Condition, Definition, FieldId, TaskId};
use crate::xpath::{EvaluateError, Expr, Host, NodeId, NodeRef, Tree};

pub use check::{CheckError, Checked, Finding, FindingKind, check};
pub use shown::{Choice, Shown};
pub use submission::RestoreError;
pub use validity::{Problem, ProblemKind};

/// How many instances a repeat may have, so that a slip of the hand does not fill the memory.
pub const MOST_INSTANCES: usize = 10_000;

/// How many elements, attributes and texts a record may have, those of removed instances among them.
pub const MOST_NODES: usize = 2_000_000;

/// What a form needs to know of the world. The caller gives it, so that the same answers give the same record.
pub struct Surroundings {
    /// The time zone where the form is filled in.
    pub zone: TimeZone,
    /// What time it is.
    pub clock: Box<dyn Fn() -> Timestamp + Send>,
    /// Numbers by chance, from 0 up to but not 1.
    pub chance: Box<dyn Fn() -> f64 + Send>,
    /// Properties of the device and the user: `deviceid`, `username`, `email`, `phonenumber`.
    pub properties: HashMap<String, String>,
    /// Where the device is, as a geopoint: latitude, longitude, altitude, accuracy.
    pub place: Box<dyn Fn() -> String + Send>,
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("zone", &self.zone).field("properties", &self.properties).finish()
    }
}

impl Surroundings {
    /// The present moment in a time zone, with true chance, and nothing known of device, user and place.
    pub fn here(zone: TimeZone) -> Surroundings {
        Surroundings {
            zone,
            clock: Box::new(Timestamp::now),
            chance: Box::new(rand::random),
            properties: HashMap::new(),
            place: Box::new(String::new),
        }
    }
}

/// What cannot be done to an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A path to no question.
    #[error("there is no “{0}”")]
    NoSuchNode(String),
    /// A path to what holds others.
    #[error("“{0}” is a group and has no answer of its own")]
    NotAQuestion(String),
    /// A path to what does not repeat.
    #[error("“{0}” does not repeat")]
    NotARepeat(String),
    /// A repeat whose instances the form counts.
    #[error("the form itself decides how often “{0}” repeats")]
    FixedRepeat(String),
    /// A question that may not be answered now.
    #[error("“{0}” cannot be changed")]
    ReadOnly(String),
    /// Too many instances.
    #[error("“{path}” would repeat {count} times; at most {MOST_INSTANCES} are possible")]
    TooMany {
        /// The repeat.
        path: String,
        /// How many instances there would be.
        count: usize,
    },
    /// An action whose target is not one question.
    #[error("an action sets “{0}”, which is there more than once; name the one it sets")]
    ManyTargets(String),
    /// Actions that set off one another for ever.
    #[error("actions set “{0}” again and again; take one of them out")]
    Endless(String),
    /// More than a record can sensibly hold.
    #[error("the record would hold more than {MOST_NODES} values")]
    TooLarge,
    /// A language that the form does not have.
    #[error("the form has no language “{0}”")]
    NoSuchLanguage(String),
    /// An expression that cannot be evaluated.
    #[error("“{path}”: {error}")]
    Evaluate {
        /// The field.
        path: String,
        /// What is wrong.
        error: EvaluateError,
    },
}

/// What is known of a node.
#[derive(Debug, Clone, Copy)]
struct State {
    field: Option<FieldId>,
    /// Whether it still belongs to the instance.
    alive: bool,
    /// Whether its own expression says that it is relevant.
    relevant: bool,
    readonly: bool,
    required: bool,
    satisfied: bool,
}

const UNKNOWN: State =
    State { field: None, alive: false, relevant: true, readonly: false, required: false, satisfied: true };

/// The answers of one who fills in a form.
#[derive(Debug)]
pub struct Filling {
    definition: Arc<Definition>,
    surroundings: Surroundings,
    tree: Tree,
    states: Vec<State>,
    nodes_of: Vec<Vec<NodeId>>,
    language: usize,
    queue: BTreeSet<(TaskId, NodeId)>,
    /// Nodes whose value changed, for actions that wait for it.
    changed: Vec<NodeId>,
    /// Whether values stay as they were sent in.
    frozen: bool,
    /// What was chosen of choices that come and go, for coming back.
    chosen: FxHashMap<NodeId, String>,
    questions: std::cell::RefCell<FxHashMap<String, Option<FieldId>>>,
}

impl Filling {
    /// Begins a new record.
    ///
    /// # Errors
    /// When an expression of the form cannot be evaluated, or a repeat would have too many instances.
    pub fn new(definition: Arc<Definition>, surroundings: Surroundings) -> Result<Filling, FillError> {
        let mut filling = Filling::blank(definition, surroundings);
        filling.canonicalise();
        filling.preload();
        filling.enqueue_all();
        filling.settle()?;
        filling.dispatch_load(true)?;
        Ok(filling)
    }

    fn blank(definition: Arc<Definition>, surroundings: Surroundings) -> Filling {
        let mut filling = Filling {
            surroundings,
            tree: definition.instance.clone(),
            states: Vec::new(),
            nodes_of: vec![Vec::new(); definition.fields.len()],
            language: 0,
            queue: BTreeSet::new(),
            changed: Vec::new(),
            frozen: false,
            chosen: FxHashMap::default(),
            questions: std::cell::RefCell::default(),
            definition,
        };
        if let Some(root) = filling.tree.root() {
            filling.adopt(root, FieldId(0));
        }
        filling
    }

    /// Puts the values that the form begins with as their types write them.
    fn canonicalise(&mut self) {
        for node in self.with_attributes(self.root()) {
            let Some(field) = self.field_of(node).filter(|_| !self.tree.has_elements(node)) else { continue };
            let value = self.tree.text(node).into_owned();
            if !value.is_empty() {
                let value = self.canonical(field, value);
                self.tree.set_text(node, &value);
            }
        }
    }

    /// The form.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The answers as a document, what is not relevant among them.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The outermost element.
    pub fn root(&self) -> NodeId {
        self.tree.root().unwrap_or(NodeId::DOCUMENT)
    }

    fn state(&self, node: NodeId) -> &State {
        self.states.get(node.index()).unwrap_or(&UNKNOWN)
    }

    fn state_mut(&mut self, node: NodeId) -> &mut State {
        if self.states.len() <= node.index() {
            self.states.resize(node.index() + 1, UNKNOWN);
        }
        &mut self.states[node.index()]
    }

    /// Makes a node and all beneath it nodes of a field and those beneath it.
    fn adopt(&mut self, node: NodeId, field: FieldId) {
        let definition = Arc::clone(&self.definition);
        let mut open = vec![(node, field)];
        while let Some((node, field)) = open.pop() {
            *self.state_mut(node) = State { field: Some(field), alive: true, ..UNKNOWN };
            self.nodes_of[field.0].push(node);
            let held = definition.field(field);
            let fields = [
                (&held.attributes, self.tree.node(node).attributes()),
                (&held.children, self.tree.node(node).children()),
            ];
            for (fields, nodes) in fields {
                // Nodes mostly stand in the order of their fields: each is looked for from where the last was found.
                let mut next = 0;
                let mut found = Vec::new();
                for child in nodes {
                    let name = self.tree.node(*child).name();
                    let (before, after) = fields.split_at(next);
                    let place =
                        after.iter().chain(before).position(|id| Some(definition.field(*id).name.as_ref()) == name);
                    if let Some(place) = place {
                        next = (next + place) % fields.len();
                        found.extend(fields.get(next).map(|field| (*child, *field)));
                    }
                }
                open.extend(found.into_iter().rev());
            }
        }
    }

    /// The field of a node.
    pub fn field_of(&self, node: NodeId) -> Option<FieldId> {
        self.state(node).field
    }

    /// All nodes of a field: one, or one for each instance of the repeats around it.
    pub fn nodes(&self, field: FieldId) -> &[NodeId] {
        self.nodes_of.get(field.0).map_or(&[], Vec::as_slice)
    }

    /// The node at a path such as `/data/member[2]/age`. Without a place in a repeat the first instance is meant.
    ///
    /// # Errors
    /// When there is none.
    pub fn at(&self, path: &str) -> Result<NodeId, FillError> {
        let missing = || FillError::NoSuchNode(path.to_owned());
        let mut node = NodeId::DOCUMENT;
        for step in path.strip_prefix('/').ok_or_else(missing)?.split('/') {
            let (name, place) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                Some((name, place)) => (name, place.parse::<usize>().map_err(|_| missing())?),
                None => (step, 1),
            };
            let named = |id: &NodeId| self.tree.node(*id).name().is_some_and(|held| held.qualified() == name);
            let found = match name.strip_prefix('@') {
                Some(name) => self.tree.node(node).attributes().iter().copied().find(|id| self.tree.local(*id) == name),
                None => self.tree.elements(node).filter(named).nth(place.wrapping_sub(1)),
            };
            node = found.ok_or_else(missing)?;
        }
        Ok(node)
    }

    /// The path of a node, with its place in each repeat.
    pub fn path(&self, node: NodeId) -> String {
        let mut steps: Vec<String> = Vec::new();
        for node in std::iter::once(node).chain(self.tree.ancestors(node)) {
            let Some(name) = self.tree.node(node).name() else { continue };
            let field = self.field_of(node).map(|field| self.definition.field(field));
            steps.push(match field {
                Some(field) if field.repeat.is_some() => format!("{}[{}]", name.qualified(), self.tree.position(node)),
                Some(field) if field.is_attribute => format!("@{}", name.qualified()),
                _ => name.qualified().into_owned(),
            });
        }
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    /// The answer to a question; empty if there is none. What is not relevant keeps its answer for coming back.
    pub fn value(&self, node: NodeId) -> Cow<'_, str> {
        self.tree.text(node)
    }

    /// The answers to a question for which a condition holds, one for each instance of the repeats around it. What was
    /// not asked or not answered is none.
    ///
    /// # Errors
    /// When the condition cannot be evaluated.
    pub fn answers_where(&self, condition: &Condition) -> Result<Vec<NodeId>, FillError> {
        let mut found = Vec::new();
        for node in self.nodes(condition.field).iter().copied() {
            if self.relevant(node) && !self.value(node).is_empty() && self.truth_for(&condition.expr, node)? {
                found.push(node);
            }
        }
        Ok(found)
    }

    /// Whether a node is part of the record: its own and all expressions around it say so.
    pub fn relevant(&self, node: NodeId) -> bool {
        !self.tree.node(node).hidden
    }

    /// Whether the user may not change a node: its own or an expression around it says so.
    pub fn readonly(&self, node: NodeId) -> bool {
        std::iter::once(node).chain(self.tree.ancestors(node)).any(|node| self.state(node).readonly)
    }

    /// Whether a question needs an answer.
    pub fn required(&self, node: NodeId) -> bool {
        self.state(node).required
    }

    /// Answers a question; an empty text takes the answer back. If something that depends on it cannot be computed,
    /// the answer is kept all the same, and what cannot be computed keeps its value.
    ///
    /// # Errors
    /// When it is no question, may not be changed, or an expression that depends on it cannot be evaluated.
    pub fn answer(&mut self, node: NodeId, value: &str) -> Result<(), FillError> {
        if self.tree.has_elements(node) || self.field_of(node).is_none() {
            return Err(FillError::NotAQuestion(self.path(node)));
        }
        if self.readonly(node) {
            return Err(FillError::ReadOnly(self.path(node)));
        }
        let value = self.in_order_offered(node, value)?;
        self.chosen.insert(node, value.clone());
        self.set_value(node, &value);
        self.settle()
    }

    /// The name of the active language; none if the form has no texts by language.
    pub fn language(&self) -> Option<&str> {
        self.definition.languages.get(self.language).map(|language| language.name.as_str())
    }

    /// Chooses the language of texts.
    ///
    /// # Errors
    /// When the form does not have it, or an expression that shows texts cannot be evaluated.
    pub fn set_language(&mut self, name: &str) -> Result<(), FillError> {
        let found = self.definition.languages.iter().position(|language| language.name == name);
        self.language = found.ok_or_else(|| FillError::NoSuchLanguage(name.to_owned()))?;
        self.enqueue_texts();
        self.settle()
    }

    fn evaluated<T>(&self, node: NodeId, result: Result<T, EvaluateError>) -> Result<T, FillError> {
        result.map_err(|error| FillError::Evaluate { path: self.path(node), error })
    }

    /// The value of an expression for a node, as text.
    fn text_for(&self, expr: &Expr, node: NodeId) -> Result<String, FillError> {
        self.evaluated(node, expr.evaluate_text(self, NodeRef { document: 0, node }))
    }

    fn truth_for(&self, expr: &Expr, node: NodeId) -> Result<bool, FillError> {
        self.evaluated(node, expr.evaluate_truth(self, NodeRef { document: 0, node }))
    }
}

impl Host for Filling {
    fn tree(&self, document: usize) -> &Tree {
        match document.checked_sub(1).and_then(|index| self.definition.secondary.get(index)) {
            Some((_, tree)) => tree,
            None => &self.tree,
        }
    }

    fn instance(&self, id: &str) -> Option<usize> {
        self.definition.secondary.iter().position(|(held, _)| held == id).map(|index| index + 1)
    }

    fn now(&self) -> ZonedDateTime {
        (self.surroundings.clock)().to_zoned_datetime(self.surroundings.zone.clone())
    }

    fn zone(&self) -> &TimeZone {
        &self.surroundings.zone
    }

    fn random(&self) -> f64 {
        (self.surroundings.chance)()
    }

    fn text(&self, id: &str, node: NodeRef) -> Result<String, EvaluateError> {
        self.itext(id, None, node).map(Option::unwrap_or_default)
    }

    fn choice_name(&self, value: &str, question: &str, node: NodeRef) -> Result<String, EvaluateError> {
        self.name_of_choice(value, question, node)
    }

    fn property(&self, name: &str) -> String {
        self.surroundings.properties.get(name).cloned().unwrap_or_default()
    }

    fn version(&self) -> String {
        self.definition.version.clone()
    }
}
