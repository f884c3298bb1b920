//! Expressions read into a tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use fancy_regex::Regex;

use super::functions::Function;
use super::lex::{Token, TokenKind, tokens};
use crate::kinds::kinds;

/// How deep brackets, calls and predicates may nest.
const DEEPEST: usize = 250;

/// How many operators of a chain such as `1 + 1 + 1` may follow one another, which nest to the left.
const LONGEST: usize = 1_000;

/// Prefixes of namespaces an expression may use, with the namespaces they stand for.
pub type Prefixes = BTreeMap<String, String>;

/// An expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the expression “{expression}” cannot be read: {problem}")]
pub struct ParseError {
    /// The expression.
    pub expression: String,
    /// Where in it the problem stands, in bytes from 0.
    pub at: usize,
    /// What is wrong, and what to write.
    pub problem: Unreadable,
}

kinds! {
    /// Why an expression cannot be read. Characters are counted from 1.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[allow(missing_docs, reason = "the message beside each is what it means")]
    pub enum Unreadable {
        #[error("the quotation mark at character {0} has no other to close it")]
        Unclosed(character: usize),
        #[error("character {0} is $, but forms have no variables; name a question")]
        Variable(character: usize),
        #[error("it ends where something more is needed")]
        EndsEarly,
        #[error("“{rest}” at character {character} does not belong there")]
        Unexpected { rest: String, character: usize },
        #[error(
            "it nests deeper than {levels} levels or chains more than {operators} operators; calculate a part of it in a \
             question of its own"
        )]
        NestsDeep { levels: usize, operators: usize },
        #[error("{function}() has {count} arguments and takes values in pairs")]
        NotInPairs { function: &'static str, count: usize },
        #[error("{function}() has {count} arguments and takes none")]
        NoArguments { function: &'static str, count: usize },
        #[error("{function}() has {count} arguments and takes {least} or more")]
        TooFewArguments { function: &'static str, count: usize, least: usize },
        #[error("{function}() has {count} arguments and takes {least}")]
        OtherArguments { function: &'static str, count: usize, least: usize },
        #[error("{function}() has {count} arguments and takes {least} to {most}")]
        ArgumentsOutside { function: &'static str, count: usize, least: usize, most: usize },
        #[error("“{pattern}” is no regular expression ({reason})")]
        BadPattern { pattern: String, reason: String },
    }
}

// Told within another kind, it is why it cannot be read.
impl serde::Serialize for ParseError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.problem.serialize(serializer)
    }
}

impl ParseError {
    fn new(expression: &str, at: usize, problem: Unreadable) -> ParseError {
        ParseError { expression: expression.to_owned(), at, problem }
    }

    pub(super) fn unclosed(expression: &str, at: usize) -> ParseError {
        ParseError::new(expression, at, Unreadable::Unclosed(place(expression, at)))
    }

    pub(super) fn variable(expression: &str, at: usize) -> ParseError {
        ParseError::new(expression, at, Unreadable::Variable(place(expression, at)))
    }

    pub(super) fn unexpected(expression: &str, at: usize) -> ParseError {
        let rest: String = expression.get(at..).unwrap_or_default().chars().take(20).collect();
        let problem = match rest.is_empty() {
            true => Unreadable::EndsEarly,
            false => Unreadable::Unexpected { rest, character: place(expression, at) },
        };
        ParseError::new(expression, at, problem)
    }
}

fn place(expression: &str, at: usize) -> usize {
    expression.get(..at).map_or(0, |before| before.chars().count()) + 1
}

/// An operator between two numbers or two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// An expression, read once and evaluated as often as needed.
#[derive(Debug, Clone)]
pub enum Expr {
    /// True if any is.
    Any(Vec<Expr>),
    /// True if all are.
    All(Vec<Expr>),
    /// Two values compared or reckoned with.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// The negative of a number.
    Negate(Box<Expr>),
    /// The nodes of all.
    Union(Vec<Expr>),
    /// A number as written.
    Number(f64),
    /// A string as written.
    Literal(String),
    /// A function with its arguments.
    Call(Function, Vec<Expr>),
    /// `regex()` whose pattern is written out, so that it is compiled once.
    Matches(Box<Expr>, Arc<Regex>),
    /// A function that nobody knows. It fails when it is evaluated.
    Unknown(String, Vec<Expr>),
    /// A path to nodes.
    Path(Path),
}

/// A path to nodes.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// Step after step.
    pub steps: Vec<Step>,
}

/// Where a path begins.
#[derive(Debug, Clone)]
pub enum Start {
    /// At the document.
    Root,
    /// At the context node.
    Context,
    /// At the nodes of an expression that pass the predicates.
    Nodes(Box<Expr>, Vec<Expr>),
}

/// One step of a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// In which direction.
    pub axis: Axis,
    /// To which nodes.
    pub test: NodeTest,
    /// What the nodes have to satisfy.
    pub predicates: Vec<Expr>,
}

/// The directions of XPath 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Axis {
    Child,
    Parent,
    Itself,
    Descendant,
    DescendantOrSelf,
    Ancestor,
    AncestorOrSelf,
    Following,
    FollowingSibling,
    Preceding,
    PrecedingSibling,
    Attribute,
    Namespace,
}

impl Axis {
    fn named(name: &str) -> Option<Axis> {
        Some(match name {
            "child" => Axis::Child,
            "parent" => Axis::Parent,
            "self" => Axis::Itself,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "attribute" => Axis::Attribute,
            "namespace" => Axis::Namespace,
            _ => return None,
        })
    }
}

/// Which nodes a step goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeTest {
    /// Those of a name.
    Name {
        /// The prefix as written, where there is one.
        prefix: Option<String>,
        /// The namespace that the prefix stands for, where it is known.
        namespace: Option<String>,
        /// The name without its prefix.
        local: String,
    },
    /// Those of any name, or of any name in the namespace of a prefix.
    AnyName {
        /// The prefix as written, where there is one.
        prefix: Option<String>,
        /// The namespace that the prefix stands for, where it is known.
        namespace: Option<String>,
    },
    /// All.
    Node,
    /// Runs of text.
    Text,
    /// Comments.
    Comment,
    /// Processing instructions, of a name or of any.
    Instruction(Option<String>),
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is not XPath, nests deeper than 250 levels, or gives a function too few or too many arguments.
    pub fn parse(text: &str, prefixes: &Prefixes) -> Result<Expr, ParseError> {
        let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0, chained: 0, prefixes };
        let expr = parser.expr(0)?;
        if parser.next < parser.tokens.len() {
            return Err(parser.unexpected());
        }
        Ok(expr)
    }

    /// The expressions within this one, those of predicates among them.
    pub fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Any(all) | Expr::All(all) | Expr::Union(all) => all.iter().collect(),
            Expr::Call(_, all) | Expr::Unknown(_, all) => all.iter().collect(),
            Expr::Binary(_, left, right) => vec![left, right],
            Expr::Negate(one) | Expr::Matches(one, _) => vec![one],
            Expr::Number(_) | Expr::Literal(_) => Vec::new(),
            Expr::Path(path) => {
                let mut parts: Vec<&Expr> = path.steps.iter().flat_map(|step| &step.predicates).collect();
                if let Start::Nodes(base, predicates) = &path.start {
                    parts.push(base);
                    parts.extend(predicates);
                }
                parts
            }
        }
    }

    /// The expressions within this one, to be changed.
    pub(crate) fn parts_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Any(all) | Expr::All(all) | Expr::Union(all) => all.iter_mut().collect(),
            Expr::Call(_, all) | Expr::Unknown(_, all) => all.iter_mut().collect(),
            Expr::Binary(_, left, right) => vec![left, right],
            Expr::Negate(one) | Expr::Matches(one, _) => vec![one],
            Expr::Number(_) | Expr::Literal(_) => Vec::new(),
            Expr::Path(path) => {
                let mut parts: Vec<&mut Expr> = path.steps.iter_mut().flat_map(|step| &mut step.predicates).collect();
                if let Start::Nodes(base, predicates) = &mut path.start {
                    parts.push(base);
                    parts.extend(predicates);
                }
                parts
            }
        }
    }

    /// The name of a function in it that nobody knows.
    pub fn unknown_function(&self) -> Option<&str> {
        match self {
            Expr::Unknown(name, _) => Some(name),
            _ => self.parts().into_iter().find_map(Expr::unknown_function),
        }
    }

    /// Whether it or an expression within it calls a function.
    pub fn calls(&self, function: Function) -> bool {
        matches!(self, Expr::Call(called, _) if *called == function)
            || self.parts().into_iter().any(|part| part.calls(function))
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    chained: usize,
    prefixes: &'a Prefixes,
}

/// How tightly `|` binds, and the operand of a minus sign.
const UNION: u8 = 8;
const NEGATIVE: u8 = 7;

fn binding(sign: &str) -> Option<u8> {
    Some(match sign {
        "or" => 1,
        "and" => 2,
        "=" | "!=" => 3,
        "<" | "<=" | ">" | ">=" => 4,
        "+" | "-" => 5,
        "*" | "div" | "mod" => 6,
        "|" => UNION,
        _ => return None,
    })
}

fn operator(sign: &str) -> Option<Operator> {
    Some(match sign {
        "=" => Operator::Equal,
        "!=" => Operator::Unequal,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "div" => Operator::Divide,
        "mod" => Operator::Remainder,
        _ => return None,
    })
}

impl Parser<'_> {
    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn peek_sign(&self) -> Option<&'static str> {
        match self.peek() {
            Some(TokenKind::Sign(sign)) => Some(sign),
            _ => None,
        }
    }

    fn sign_after(&self, ahead: usize) -> Option<&'static str> {
        match self.tokens.get(self.next + ahead).map(|token| &token.kind) {
            Some(TokenKind::Sign(sign)) => Some(sign),
            _ => None,
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.peek_sign() == Some(sign);
        self.next += usize::from(found);
        found
    }

    fn need(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |token| token.at)
    }

    fn unexpected(&self) -> ParseError {
        ParseError::unexpected(self.text, self.at())
    }

    fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST || self.chained > LONGEST {
            let problem = Unreadable::NestsDeep { levels: DEEPEST, operators: LONGEST };
            return Err(ParseError::new(self.text, self.at(), problem));
        }
        Ok(())
    }

    /// Reads operands with all operators that bind tighter than `floor`.
    fn expr(&mut self, floor: u8) -> Result<Expr, ParseError> {
        self.deeper()?;
        let (entered, chained) = (self.depth, self.chained);
        let mut left = self.operand()?;
        while let Some(sign) = self.peek_sign()
            && let Some(tightness) = binding(sign)
            && tightness > floor
        {
            self.next += 1;
            let right = self.expr(tightness)?;
            left = match sign {
                "or" => joined(left, right, |e| matches!(e, Expr::Any(_)), Expr::Any),
                "and" => joined(left, right, |e| matches!(e, Expr::All(_)), Expr::All),
                "|" => joined(left, right, |e| matches!(e, Expr::Union(_)), Expr::Union),
                _ => {
                    self.chained += 1;
                    let operator = operator(sign).ok_or_else(|| self.unexpected())?;
                    Expr::Binary(operator, Box::new(left), Box::new(right))
                }
            };
        }
        self.depth = entered - 1;
        self.chained = chained;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expr, ParseError> {
        if self.take("-") {
            return Ok(Expr::Negate(Box::new(self.expr(NEGATIVE)?)));
        }
        let Some(base) = self.primary()? else { return self.location() };
        let predicates = self.predicates()?;
        let steps = match self.peek_sign() {
            Some("/" | "//") => self.more_steps()?,
            _ => Vec::new(),
        };
        if predicates.is_empty() && steps.is_empty() {
            return Ok(base);
        }
        Ok(Expr::Path(Path { start: Start::Nodes(Box::new(base), predicates), steps }))
    }

    /// Reads what is not a path: a literal, a number, a call, an expression in brackets.
    fn primary(&mut self) -> Result<Option<Expr>, ParseError> {
        let expr = match self.peek() {
            Some(TokenKind::Literal(text)) => Expr::Literal(text.clone()),
            Some(TokenKind::Number(number)) => Expr::Number(*number),
            Some(TokenKind::Sign("(")) => {
                self.next += 1;
                let expr = self.expr(0)?;
                self.need(")")?;
                return Ok(Some(expr));
            }
            Some(TokenKind::Name(prefix, local)) if self.sign_after(1) == Some("(") && !is_node_type(prefix, local) => {
                let name = match prefix {
                    Some(prefix) => format!("{prefix}:{local}"),
                    None => local.clone(),
                };
                return self.call(&name).map(Some);
            }
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(expr))
    }

    fn call(&mut self, name: &str) -> Result<Expr, ParseError> {
        let at = self.at();
        self.next += 2;
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.expr(0)?);
                if !self.take(",") {
                    break;
                }
            }
            self.need(")")?;
        }
        let Some(function) = Function::named(name) else { return Ok(Expr::Unknown(name.to_owned(), arguments)) };
        function.admits(arguments.len()).map_err(|problem| ParseError::new(self.text, at, problem))?;
        if let (Function::Regex, [_, Expr::Literal(pattern)]) = (function, arguments.as_slice()) {
            let regex =
                super::functions::pattern(pattern).map_err(|problem| ParseError::new(self.text, at, problem))?;
            arguments.truncate(1);
            let value = arguments.pop().ok_or_else(|| self.unexpected())?;
            return Ok(Expr::Matches(Box::new(value), Arc::new(regex)));
        }
        Ok(Expr::Call(function, arguments))
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, ParseError> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expr(0)?);
            self.need("]")?;
        }
        Ok(predicates)
    }

    fn location(&mut self) -> Result<Expr, ParseError> {
        let (start, steps) = match self.peek_sign() {
            Some("/") if !self.begins_step(1) => {
                self.next += 1;
                (Start::Root, Vec::new())
            }
            Some("/" | "//") => (Start::Root, self.more_steps()?),
            _ => {
                let mut steps = vec![self.step()?];
                steps.append(&mut self.more_steps()?);
                (Start::Context, steps)
            }
        };
        Ok(Expr::Path(Path { start, steps }))
    }

    fn begins_step(&self, ahead: usize) -> bool {
        match self.tokens.get(self.next + ahead).map(|token| &token.kind) {
            Some(TokenKind::Name(..) | TokenKind::Any(_)) => true,
            Some(TokenKind::Sign(sign)) => matches!(*sign, "." | ".." | "@"),
            _ => false,
        }
    }

    fn more_steps(&mut self) -> Result<Vec<Step>, ParseError> {
        let mut steps = Vec::new();
        loop {
            if self.take("//") {
                steps.push(Step { axis: Axis::DescendantOrSelf, test: NodeTest::Node, predicates: Vec::new() });
            } else if !self.take("/") {
                return Ok(steps);
            }
            steps.push(self.step()?);
        }
    }

    fn step(&mut self) -> Result<Step, ParseError> {
        let short = if self.take("..") {
            Some(Axis::Parent)
        } else if self.take(".") {
            Some(Axis::Itself)
        } else {
            None
        };
        let (axis, test) = match short {
            Some(axis) => (axis, NodeTest::Node),
            None => (self.axis()?, self.test()?),
        };
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis, ParseError> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        match self.peek() {
            Some(TokenKind::Name(None, name)) if self.sign_after(1) == Some("::") => {
                let axis = Axis::named(name).ok_or_else(|| self.unexpected())?;
                self.next += 2;
                Ok(axis)
            }
            _ => Ok(Axis::Child),
        }
    }

    fn test(&mut self) -> Result<NodeTest, ParseError> {
        let test = match self.peek() {
            Some(TokenKind::Any(prefix)) => {
                NodeTest::AnyName { prefix: prefix.clone(), namespace: self.namespace(prefix.as_deref()) }
            }
            Some(TokenKind::Name(None, name)) if self.sign_after(1) == Some("(") => {
                let name = name.clone();
                return self.node_type(&name);
            }
            Some(TokenKind::Name(prefix, local)) => NodeTest::Name {
                prefix: prefix.clone(),
                namespace: self.namespace(prefix.as_deref()),
                local: local.clone(),
            },
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(test)
    }

    fn namespace(&self, prefix: Option<&str>) -> Option<String> {
        self.prefixes.get(prefix?).cloned()
    }

    fn node_type(&mut self, name: &str) -> Result<NodeTest, ParseError> {
        let test = match name {
            "node" => NodeTest::Node,
            "text" => NodeTest::Text,
            "comment" => NodeTest::Comment,
            "processing-instruction" => NodeTest::Instruction(None),
            _ => return Err(self.unexpected()),
        };
        self.next += 2;
        let test = match (test, self.peek()) {
            (NodeTest::Instruction(_), Some(TokenKind::Literal(target))) => {
                let target = target.clone();
                self.next += 1;
                NodeTest::Instruction(Some(target))
            }
            (test, _) => test,
        };
        self.need(")")?;
        Ok(test)
    }
}

fn is_node_type(prefix: &Option<String>, local: &str) -> bool {
    prefix.is_none() && matches!(local, "node" | "text" | "comment" | "processing-instruction")
}

fn joined(left: Expr, right: Expr, same: fn(&Expr) -> bool, join: fn(Vec<Expr>) -> Expr) -> Expr {
    let mut all = if same(&left) { into_parts(left) } else { vec![left] };
    all.push(right);
    join(all)
}

fn into_parts(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::Any(all) | Expr::All(all) | Expr::Union(all) => all,
        other => vec![other],
    }
}
