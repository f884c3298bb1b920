//! A submission judged as the form would have judged it while it was filled in.

use std::sync::Arc;

use super::submission::Purpose;
use super::{FillError, Filling, ProblemKind, RestoreError, Surroundings};
use crate::definition::{Definition, Task};
use crate::xpath::{Expr, Function, Kind, NodeId, NodeRef};

/// A submission that cannot be judged.
pub type CheckError = RestoreError;

/// What the form would not have allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingKind {
    /// The form has no such question.
    Unknown,
    /// The question would not have been asked, but has an answer.
    NotRelevant,
    /// The answer is not allowed.
    Problem(ProblemKind),
    /// The form calculates another value.
    CalculatedOtherwise {
        /// What the form calculates.
        calculated: String,
    },
    /// The repeat would have another number of instances.
    Instances {
        /// How many the form counts.
        counted: usize,
    },
    /// It was filled in with another version of the form.
    OtherVersion {
        /// The version it was judged with.
        expected: String,
    },
}

/// Something in a submission that the form would not have allowed. It is kept as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, with its place in each repeat.
    pub path: String,
    /// The value as sent.
    pub value: String,
    /// What about it.
    pub kind: FindingKind,
    /// What the form says to it.
    pub message: Option<String>,
}

/// A submission with what was found.
#[derive(Debug)]
pub struct Checked {
    /// The submission, all its values as they were sent.
    pub filling: Filling,
    /// What the form would not have allowed.
    pub findings: Vec<Finding>,
}

/// Judges a submission. All values stay as they were sent; what the form would not have allowed is found.
///
/// # Errors
/// When it cannot be read, is of another form, or an expression cannot be evaluated.
pub fn check(definition: Arc<Definition>, surroundings: Surroundings, xml: &str) -> Result<Checked, CheckError> {
    let mut filling = Filling::load(definition, surroundings, xml, Purpose::Judge)?;
    filling.enqueue_all();
    filling.settle()?;
    let findings = filling.findings()?;
    Ok(Checked { filling, findings })
}

impl Filling {
    fn findings(&self) -> Result<Vec<Finding>, FillError> {
        let mut findings = Vec::new();
        findings.extend(self.version_finding());
        for node in self.with_attributes(self.root()) {
            if !matches!(self.tree.node(node).kind(), Kind::Element | Kind::Attribute) {
                continue;
            }
            let kind = self.finding_kind(node)?;
            let message = match &kind {
                Some(FindingKind::Problem(_)) => self.problem(node)?.and_then(|problem| problem.message),
                _ => None,
            };
            findings.extend(kind.map(|kind| self.finding(node, kind, message)));
            findings.extend(self.instance_findings(node)?);
        }
        Ok(findings)
    }

    fn finding(&self, node: NodeId, kind: FindingKind, message: Option<String>) -> Finding {
        Finding { path: self.path(node), value: self.value(node).into_owned(), kind, message }
    }

    fn version_finding(&self) -> Option<Finding> {
        let sent = self.tree.attribute(self.root(), "version").unwrap_or_default();
        let expected = self.definition.version.clone();
        let path = format!("{}/@version", self.path(self.root()));
        let value = sent.to_owned();
        (sent != expected).then_some(Finding {
            path,
            value,
            kind: FindingKind::OtherVersion { expected },
            message: None,
        })
    }

    fn finding_kind(&self, node: NodeId) -> Result<Option<FindingKind>, FillError> {
        let Some(id) = self.field_of(node) else {
            // Of a whole unknown group only the outermost is told.
            let around = self.tree.node(node).parent().and_then(|parent| self.field_of(parent));
            return Ok(around.is_some().then_some(FindingKind::Unknown));
        };
        if self.tree.has_elements(node) {
            return Ok(None);
        }
        if !self.relevant(node) {
            return Ok((!self.value(node).is_empty()).then_some(FindingKind::NotRelevant));
        }
        if let Some(problem) = self.problem(node)? {
            return Ok(Some(FindingKind::Problem(problem.kind)));
        }
        let Some(calculate) = &self.definition.field(id).bind.calculate else { return Ok(None) };
        if is_fleeting(calculate) {
            return Ok(None);
        }
        let calculated = self.canonical(id, self.text_for(calculate, node)?);
        let same = calculated == self.value(node) || same_number(&calculated, &self.value(node));
        Ok((!same).then_some(FindingKind::CalculatedOtherwise { calculated }))
    }

    fn instance_findings(&self, around: NodeId) -> Result<Vec<Finding>, FillError> {
        let mut findings = Vec::new();
        let Some(id) = self.field_of(around).filter(|_| self.relevant(around)) else { return Ok(findings) };
        for child in &self.definition.field(id).children {
            let Some(count) = self.definition.expression(*child, Task::Count) else { continue };
            let counted = self.evaluated(around, count.evaluate(self, NodeRef { document: 0, node: around }))?;
            let counted = counted.to_number(self);
            if counted.is_nan() {
                continue;
            }
            let counted = counted.max(0.0) as usize;
            let instances = self.instances(around, *child);
            if instances.len() != counted && instances.first().is_none_or(|first| self.relevant(*first)) {
                findings.push(Finding {
                    path: format!("{}/{}", self.path(around), self.definition.field(*child).name.qualified()),
                    value: instances.len().to_string(),
                    kind: FindingKind::Instances { counted },
                    message: None,
                });
            }
        }
        Ok(findings)
    }
}

/// Whether an expression gives another value at another time, by chance or on another device.
fn is_fleeting(expr: &Expr) -> bool {
    use Function::*;
    let fleeting = [Now, Today, Random, Randomize, Uuid, Once, Property, Itext, ChoiceName];
    fleeting.into_iter().any(|function| expr.calls(function))
}

fn same_number(left: &str, right: &str) -> bool {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => (left - right).abs() <= 1e-9 * left.abs().max(1.0),
        _ => false,
    }
}
