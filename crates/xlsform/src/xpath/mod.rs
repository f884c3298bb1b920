//! XPath 1.0 as ODK uses it.
//!
//! [`Expr::parse`] reads an expression once; [`Expr::evaluate`] gives its [`Value`] for a node. What lies outside the
//! documents (the clock, chance, texts in the active language) a [`Host`] gives. The functions are those of the
//! [ODK XForms specification](https://getodk.github.io/xforms-spec/#xpath-functions), the axes and node tests all of
//! [XPath 1.0](https://www.w3.org/TR/1999/REC-xpath-19991116/).

mod dates;
mod digest;
mod evaluate;
mod functions;
mod geo;
mod lex;
mod parse;
mod shuffle;
mod signed;
mod tree;
mod value;
mod xml;

pub use dates::Moments;
pub use evaluate::{Context, Documents, EvaluateError, Host};
pub use functions::Function;
pub(crate) use geo::{is_geopoint, is_geotrace};
pub use parse::{Axis, Expr, NodeTest, Operator, ParseError, Path, Prefixes, Start, Step, Unreadable};
pub use tree::{Kind, Name, Node, NodeId, Tree};
pub use value::{NodeRef, Value};
pub use xml::XmlError;
pub(crate) use xml::{escape, name_of, parse as parse_xml};
