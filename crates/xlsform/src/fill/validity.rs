//! Which answers the form does not allow.

use super::{FillError, Filling};
use crate::definition::{Control, ControlKind, DataType, Field, FieldId, Range, Text};
use crate::xpath::{Host, Moments, NodeId, is_geopoint, is_geotrace};

/// Why an answer is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// An answer is needed and there is none.
    Required,
    /// The answer does not satisfy the form's constraint.
    Constraint,
    /// The answer is not of the kind that is asked for: no number, no date, no place…
    Type,
    /// What was chosen is not offered, or chosen twice.
    NotOffered,
    /// The number is not on the scale.
    Range,
    /// Not every choice has its rank.
    Rank,
}

/// An answer that the form does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The node.
    pub node: NodeId,
    /// Its path, with its place in each repeat.
    pub path: String,
    /// Why.
    pub kind: ProblemKind,
    /// What the form says to it, in the active language.
    pub message: Option<String>,
}

impl Filling {
    /// All answers that the form does not allow, in the order of the form.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn problems(&self) -> Result<Vec<Problem>, FillError> {
        let mut problems = Vec::new();
        for node in self.with_attributes(self.root()) {
            problems.extend(self.problem(node)?);
        }
        Ok(problems)
    }

    /// Why the form does not allow the answer of a node, if it does not. What is not relevant has no problem.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn problem(&self, node: NodeId) -> Result<Option<Problem>, FillError> {
        let Some(id) = self.field_of(node) else { return Ok(None) };
        if !self.relevant(node) || self.tree.has_elements(node) {
            return Ok(None);
        }
        let field = self.definition.field(id);
        let Some(kind) = self.problem_kind(node, id, field)? else { return Ok(None) };
        let message = match kind {
            ProblemKind::Required => &field.bind.required_message,
            ProblemKind::Constraint => &field.bind.constraint_message,
            _ => &None,
        };
        let shown = |text: &Text| self.show(text, node).map(|shown| shown.text);
        let message = message.as_ref().map(shown).transpose()?;
        Ok(Some(Problem { node, path: self.path(node), kind, message }))
    }

    fn problem_kind(&self, node: NodeId, id: FieldId, field: &Field) -> Result<Option<ProblemKind>, FillError> {
        let value = self.tree.text(node);
        let control = field.control.map(|control| self.definition.control(control));
        if value.is_empty() {
            let missing = control.is_some() && self.required(node);
            return Ok(missing.then_some(ProblemKind::Required));
        }
        if !self.is_of_type(&value, field.bind.data_type) {
            return Ok(Some(ProblemKind::Type));
        }
        if let Some(kind) = control.map(|control| self.choice_problem(node, id, control, &value)).transpose()?.flatten()
        {
            return Ok(Some(kind));
        }
        Ok((!self.state(node).satisfied).then_some(ProblemKind::Constraint))
    }

    fn choice_problem(
        &self,
        node: NodeId,
        id: FieldId,
        control: &Control,
        value: &str,
    ) -> Result<Option<ProblemKind>, FillError> {
        if let ControlKind::Range(range) = &control.kind {
            return Ok((!on_scale(value, range)).then_some(ProblemKind::Range));
        }
        let Some(choices) = self.definition.choices_of(self.definition.field(id)) else { return Ok(None) };
        let offered = self.offered(choices, node)?;
        let chosen: Vec<&str> = match &control.kind {
            ControlKind::SelectOne(_) => vec![value],
            _ => value.split_whitespace().collect(),
        };
        let once = |(index, word): (usize, &&str)| !chosen.iter().take(index).any(|before| before == word);
        let known = chosen.iter().all(|word| offered.iter().any(|held| held == word));
        if !known || !chosen.iter().enumerate().all(once) {
            return Ok(Some(ProblemKind::NotOffered));
        }
        let ranks = matches!(control.kind, ControlKind::Rank(_));
        Ok((ranks && chosen.len() < offered.len()).then_some(ProblemKind::Rank))
    }

    fn is_of_type(&self, value: &str, data_type: DataType) -> bool {
        let moments = Moments { zone: self.zone() };
        match data_type {
            DataType::Int => value.trim().parse::<i64>().is_ok(),
            DataType::Decimal => value.trim().parse::<f64>().is_ok_and(f64::is_finite),
            DataType::Boolean => matches!(value, "true" | "false" | "1" | "0"),
            DataType::Date => !value.contains('T') && moments.read(value).is_some(),
            DataType::DateTime => moments.read(value).is_some(),
            DataType::Time => !value.contains('T') && moments.day_fraction(value).is_some(),
            DataType::Geopoint => is_geopoint(value),
            DataType::Geotrace | DataType::Geoshape => is_geotrace(value),
            DataType::Text | DataType::Binary | DataType::Barcode | DataType::Intent => true,
        }
    }

    /// A computed value as its field's type writes it: a whole number for `int`, a date for a number of days.
    pub(super) fn canonical(&self, field: FieldId, value: String) -> String {
        let moments = Moments { zone: self.zone() };
        let number = || value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let written = match self.definition.field(field).bind.data_type {
            DataType::Int => number().map(|number| format!("{}", number.trunc() + 0.0)),
            DataType::Date => match number() {
                Some(days) => moments.from_days(days).map(|moment| moment.date().to_string()),
                None => value.split_once('T').map(|(date, _)| date.to_owned()),
            },
            DataType::DateTime => number()
                .and_then(|days| moments.from_days(days))
                .map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()),
            _ => None,
        };
        written.unwrap_or(value)
    }
}

/// Whether a number lies on a scale, at one of its marks.
fn on_scale(value: &str, range: &Range) -> bool {
    let Some(number) = value.trim().parse::<f64>().ok().filter(|number| number.is_finite()) else { return false };
    let (least, most) = (range.start.min(range.end), range.start.max(range.end));
    let steps = (number - range.start) / range.step;
    let at_mark = range.step == 0.0 || (steps - steps.round()).abs() < 1e-6;
    (least..=most).contains(&number) && at_mark
}
