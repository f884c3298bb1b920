//! Reading XForm XML into a definition whose expressions are resolved once.
//!
//! A [`Definition`] is what a form says: its [`Field`]s are the nodes of the data, its [`Control`]s the questions and
//! groups shown, and every expression is parsed, stands for its place, and knows what else it reads, so that
//! [`Filling`](crate::fill::Filling) recomputes only what an answer touches.

mod condition;
mod graph;
mod instances;
mod read;
mod resolve;

use std::collections::HashMap;
use std::sync::Arc;

use crate::kinds::kinds;
use crate::xpath::{Expr, Name, ParseError, Prefixes, Tree, XmlError};

pub use condition::{Condition, ConditionError};
pub(crate) use graph::{Graph, Task, TaskId};
pub use instances::{External, InstanceError};

/// A node of the form's data: an element or an attribute of the primary instance. All instances of a repeat share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub(crate) usize);

impl FieldId {
    /// The field as a number, in the order of the form.
    pub fn index(self) -> usize {
        self.0
    }

    /// The field of a number that [`FieldId::index`] gave.
    pub fn from_index(index: usize) -> FieldId {
        FieldId(index)
    }
}

/// A question, a group or a repeat of the form's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ControlId(pub(crate) usize);

kinds! {
    /// A form that cannot be used.
    #[derive(Debug, Clone, PartialEq, thiserror::Error)]
    pub enum DefinitionError {
        /// The XML cannot be read.
        #[error(transparent)]
        UnreadableXml(#[from] reason: XmlError),
        /// A part that a form needs is missing.
        #[error("the form has no {0}; is this an XForm?")]
        MissingPart(part: &'static str),
        /// An expression cannot be read.
        #[error("row {row}, {place}: {error}")]
        UnreadableExpression {
            /// The row of the XML, from 1.
            row: u32,
            /// The element and attribute where it stands.
            place: String,
            /// What is wrong.
            error: ParseError,
        },
        /// A function that nobody knows.
        #[error("row {row}, {place}: there is no function “{function}()”")]
        UnknownFunctionAt {
            /// The row of the XML, from 1.
            row: u32,
            /// The element and attribute where it stands.
            place: String,
            /// The function.
            function: String,
        },
        /// A path that leads nowhere.
        #[error("row {row}, {place}: the form's data have no “{path}”")]
        UnknownPath {
            /// The row of the XML, from 1.
            row: u32,
            /// The element and attribute where it stands.
            place: String,
            /// The path.
            path: String,
        },
        /// Something that stands twice.
        #[error("row {row}: {what} “{name}” stands twice; give each its own")]
        Twice {
            /// The row of the XML, from 1.
            row: u32,
            /// What kind of thing.
            what: &'static str,
            /// Its name.
            name: String,
        },
        /// A value that an element or attribute does not allow.
        #[error("row {row}, {place}: “{value}” is not allowed; {needs}")]
        NotAllowed {
            /// The row of the XML, from 1.
            row: u32,
            /// The element and attribute where it stands.
            place: String,
            /// The value.
            value: String,
            /// What to write instead.
            needs: &'static str,
        },
        /// Fields that depend on themselves.
        #[error("these depend on one another in a circle: {}; take one reference out", .0.join(" → "))]
        Circle(names: Vec<String>),
        /// An instance given by the caller, or one that is missing.
        #[error(transparent)]
        UnreadableInstance(#[from] reason: InstanceError),
    }
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum DataType {
    #[default]
    Text,
    Int,
    Boolean,
    Decimal,
    Date,
    Time,
    DateTime,
    Geopoint,
    Geotrace,
    Geoshape,
    Binary,
    Barcode,
    Intent,
}

impl DataType {
    /// The type of a name as `bind` elements write it; unknown names are text.
    pub fn named(name: &str) -> DataType {
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        match local {
            "int" | "integer" => DataType::Int,
            "boolean" => DataType::Boolean,
            "decimal" => DataType::Decimal,
            "date" => DataType::Date,
            "time" => DataType::Time,
            "dateTime" => DataType::DateTime,
            "geopoint" => DataType::Geopoint,
            "geotrace" => DataType::Geotrace,
            "geoshape" => DataType::Geoshape,
            "binary" => DataType::Binary,
            "barcode" => DataType::Barcode,
            "intent" => DataType::Intent,
            _ => DataType::Text,
        }
    }
}

/// What a `bind` element says of a field.
#[derive(Debug, Clone, Default)]
pub struct Bind {
    /// The kind of value.
    pub data_type: DataType,
    /// What the value is calculated from.
    pub calculate: Option<Expr>,
    /// When the field is part of the record.
    pub relevant: Option<Expr>,
    /// When an answer is needed.
    pub required: Option<Expr>,
    /// When the user may not change it.
    pub readonly: Option<Expr>,
    /// What an answer has to satisfy.
    pub constraint: Option<Expr>,
    /// What is said when a needed answer is missing.
    pub required_message: Option<Text>,
    /// What is said when the constraint is not satisfied.
    pub constraint_message: Option<Text>,
    /// What the field is filled with by itself: `jr:preload` and `jr:preloadParams`.
    pub preload: Option<(String, String)>,
    /// The property of an entity that the answer is saved to: `entities:saveto`.
    pub save_to: Option<String>,
}

/// A node of the form's data.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Arc<Name>,
    /// Its path, such as `/data/household/member/age`.
    pub path: String,
    /// The element around it; none for the outermost.
    pub parent: Option<FieldId>,
    /// The elements in it, in order.
    pub children: Vec<FieldId>,
    /// Its attributes, `id`, `version` and namespaces of the outermost element among them.
    pub attributes: Vec<FieldId>,
    /// Whether it is an attribute.
    pub is_attribute: bool,
    /// What its `bind` says.
    pub bind: Bind,
    /// The control that shows it.
    pub control: Option<ControlId>,
    /// How it repeats, if it does.
    pub repeat: Option<Repeat>,
    pub(crate) depth: usize,
}

/// How an element repeats.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// How many instances there are, where the form decides.
    pub count: Option<Expr>,
    /// Whether the user may neither add nor remove.
    pub fixed: bool,
    /// A new instance.
    pub(crate) template: Tree,
    /// The instances that the form itself writes out.
    pub(crate) written: Vec<Tree>,
}

/// A text with values of answers in it.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// An expression that gives the text: `jr:itext('id')` or a path.
    pub reference: Option<Expr>,
    /// The text as written in place, used where there is no reference.
    pub parts: Vec<Part>,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Part {
    /// As written.
    Literal(String),
    /// The value of an expression.
    Output(Expr),
}

/// A text in its forms: none for the text itself, else `short`, `guidance`, `image`, `audio`…
pub type Forms = Vec<(Option<String>, Vec<Part>)>;

/// One language's texts.
#[derive(Debug, Clone)]
pub struct Language {
    /// Its name, as the form writes it.
    pub name: String,
    /// The texts by id.
    pub texts: HashMap<String, Forms>,
}

/// What a control is.
#[derive(Debug, Clone)]
pub enum ControlKind {
    /// Questions shown together.
    Group,
    /// A group that repeats.
    Repeat,
    /// A text, number, date, place…
    Input,
    /// One choice.
    SelectOne(Choices),
    /// Any number of choices.
    SelectMany(Choices),
    /// All choices, put in an order.
    Rank(Choices),
    /// A number on a scale.
    Range(Range),
    /// A confirmation, which is answered by `OK`.
    Trigger,
    /// A file.
    Upload {
        /// Which media are expected, such as `image/*`.
        media: Option<String>,
    },
}

/// The scale of a range question.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The least.
    pub start: f64,
    /// The greatest.
    pub end: f64,
    /// From one mark to the next.
    pub step: f64,
}

/// What a select or rank question offers.
#[derive(Debug, Clone)]
pub enum Choices {
    /// Written in place.
    Items(Vec<Item>),
    /// Looked up.
    Set {
        /// The items.
        nodes: Expr,
        /// An item's value, for the item.
        value: Expr,
        /// An item's label, for the item.
        label: Option<Text>,
    },
}

/// A choice written in place.
#[derive(Debug, Clone)]
pub struct Item {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: Option<Text>,
}

/// A question, a group or a repeat of the form's body.
#[derive(Debug, Clone)]
pub struct Control {
    /// What it is.
    pub kind: ControlKind,
    /// The field it shows; none for a group that only holds others together.
    pub field: Option<FieldId>,
    /// The control around it.
    pub parent: Option<ControlId>,
    /// The controls in it, in order.
    pub children: Vec<ControlId>,
    /// What is asked.
    pub label: Option<Text>,
    /// What helps to answer.
    pub hint: Option<Text>,
    /// How it is to look.
    pub appearance: Vec<String>,
    /// Its other attributes, by name.
    pub attributes: Vec<(String, String)>,
}

/// When an action is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Event {
    /// A new record is begun.
    FirstLoad,
    /// A record is opened, a new one too.
    Load,
    /// The value of the control around the action changed.
    ValueChanged,
    /// An instance of the repeat around the action was added.
    NewRepeat,
}

/// What an action puts into its target.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The value of an expression.
    Value(Expr),
    /// A text.
    Literal(String),
    /// Where the device is.
    Geopoint,
}

/// Something carried out when something happens.
#[derive(Debug, Clone)]
pub struct Action {
    /// When.
    pub events: Vec<Event>,
    /// What is set.
    pub target: FieldId,
    pub(crate) target_path: Expr,
    /// To what.
    pub effect: Effect,
    /// The control around it.
    pub within: Option<ControlId>,
}

/// A form.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its title.
    pub title: String,
    /// The id that submissions carry.
    pub id: String,
    /// Its version, where it has one.
    pub version: String,
    /// Classes of the body, such as `pages`.
    pub style: Vec<String>,
    /// Where submissions go, if the form says so.
    pub submission_url: Option<String>,
    /// The key to encrypt submissions with, if the form has one.
    pub public_key: Option<String>,
    /// The languages; the first is the one to begin with. A form without texts by language has none.
    pub languages: Vec<Language>,
    /// What the form says in vain.
    pub warnings: Vec<DefinitionError>,
    pub(crate) fields: Vec<Field>,
    pub(crate) controls: Vec<Control>,
    pub(crate) actions: Vec<Action>,
    pub(crate) instance: Tree,
    pub(crate) secondary: Vec<(String, Tree)>,
    pub(crate) namespaces: Vec<(Option<String>, String)>,
    pub(crate) prefixes: Prefixes,
    pub(crate) graph: Graph,
}

impl Definition {
    /// A field.
    pub fn field(&self, id: FieldId) -> &Field {
        // The outermost field is always there.
        self.fields.get(id.0).unwrap_or(&self.fields[0])
    }

    /// A control.
    pub fn control(&self, id: ControlId) -> &Control {
        &self.controls[id.0]
    }

    /// All fields, parents before children.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.fields.iter().enumerate().map(|(index, field)| (FieldId(index), field))
    }

    /// The controls that stand in no other, in order.
    pub fn body(&self) -> impl Iterator<Item = ControlId> + '_ {
        (0..self.controls.len()).map(ControlId).filter(|id| self.control(*id).parent.is_none())
    }

    /// The field at a path such as `/data/age`, without places in repeats.
    pub fn field_at(&self, path: &str) -> Option<FieldId> {
        self.fields.iter().position(|field| field.path == path).map(FieldId)
    }

    /// A field and those around it, from the inside out.
    pub(crate) fn upwards(&self, id: FieldId) -> impl Iterator<Item = FieldId> + '_ {
        std::iter::successors(Some(id), |id| self.field(*id).parent)
    }

    /// What a field's control offers to choose from.
    pub(crate) fn choices_of(&self, field: &Field) -> Option<&Choices> {
        match &self.control(field.control?).kind {
            ControlKind::SelectOne(choices) | ControlKind::SelectMany(choices) | ControlKind::Rank(choices) => {
                Some(choices)
            }
            _ => None,
        }
    }

    /// The nearest repeat that a field is or stands in.
    pub(crate) fn repeat_around(&self, id: FieldId) -> Option<FieldId> {
        self.upwards(id).find(|id| self.field(*id).repeat.is_some())
    }
}
