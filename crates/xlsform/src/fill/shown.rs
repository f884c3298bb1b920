//! What is shown: texts in the active language, choices and their names.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{FillError, Filling};
use crate::definition::{Choices, ControlKind, FieldId, Forms, Part, Text};
use crate::xpath::{EvaluateError, Expr, Function, Host, NodeId, NodeRef};

/// A text as it is shown, with what is shown or played beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Its other forms by name: `short`, `guidance`, `image`, `audio`, `video`.
    pub forms: Vec<(String, String)>,
}

impl Shown {
    /// A form by name.
    pub fn form(&self, name: &str) -> Option<&str> {
        self.forms.iter().find(|(held, _)| held == name).map(|(_, text)| text.as_str())
    }
}

/// A choice that a question offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown; none if the form gives no label.
    pub label: Option<Shown>,
    /// What else the form's list says of it, by column.
    pub properties: Vec<(String, String)>,
}

impl Filling {
    /// A text of the form for a node, in the active language.
    ///
    /// # Errors
    /// When an expression in it cannot be evaluated.
    pub fn show(&self, text: &Text, node: NodeId) -> Result<Shown, FillError> {
        self.evaluated(node, self.show_at(text, NodeRef { document: 0, node }))
    }

    fn show_at(&self, text: &Text, node: NodeRef) -> Result<Shown, EvaluateError> {
        match &text.reference {
            Some(Expr::Call(Function::Itext, arguments)) => {
                let id = match arguments.first() {
                    Some(id) => id.evaluate_text(self, node)?,
                    None => String::new(),
                };
                let Some(forms) = self.forms_of(&id) else {
                    return Ok(Shown { text: id, forms: Vec::new() });
                };
                let mut shown = Shown::default();
                for (form, parts) in forms {
                    let written = self.assemble(parts, node)?;
                    match form {
                        Some(form) => shown.forms.push((form.clone(), written)),
                        None => shown.text = written,
                    }
                }
                Ok(shown)
            }
            Some(reference) => Ok(Shown { text: reference.evaluate_text(self, node)?, forms: Vec::new() }),
            None => Ok(Shown { text: self.assemble(&text.parts, node)?, forms: Vec::new() }),
        }
    }

    /// The label of a node's control.
    ///
    /// # Errors
    /// When an expression in it cannot be evaluated.
    pub fn label(&self, node: NodeId) -> Result<Option<Shown>, FillError> {
        let control = self.field_of(node).and_then(|field| self.definition.field(field).control);
        let label = control.and_then(|control| self.definition.control(control).label.as_ref());
        label.map(|label| self.show(label, node)).transpose()
    }

    /// The hint of a node's control.
    ///
    /// # Errors
    /// When an expression in it cannot be evaluated.
    pub fn hint(&self, node: NodeId) -> Result<Option<Shown>, FillError> {
        let control = self.field_of(node).and_then(|field| self.definition.field(field).control);
        let hint = control.and_then(|control| self.definition.control(control).hint.as_ref());
        hint.map(|hint| self.show(hint, node)).transpose()
    }

    fn forms_of(&self, id: &str) -> Option<&Forms> {
        let languages = &self.definition.languages;
        let active = languages.get(self.language).and_then(|language| language.texts.get(id));
        active.or_else(|| languages.first().and_then(|language| language.texts.get(id)))
    }

    /// A text by its id and form, in the active language or the form's first.
    pub(super) fn itext(&self, id: &str, form: Option<&str>, node: NodeRef) -> Result<Option<String>, EvaluateError> {
        let parts = self.forms_of(id).and_then(|forms| forms.iter().find(|(held, _)| held.as_deref() == form));
        parts.map(|(_, parts)| self.assemble(parts, node)).transpose()
    }

    fn assemble(&self, parts: &[Part], node: NodeRef) -> Result<String, EvaluateError> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Output(expr) => text.push_str(&self.output(expr, node)?),
            }
        }
        Ok(text)
    }

    /// The value of an output. Texts by language are shared by questions, so what their paths mean in a repeat is only
    /// known here.
    fn output(&self, expr: &Expr, node: NodeRef) -> Result<String, EvaluateError> {
        let field = if node.document == 0 { self.field_of(node.node) } else { None };
        match field.filter(|field| self.definition.repeat_around(*field).is_some()) {
            Some(field) => self.definition.contextualised(expr, field).evaluate_text(self, node),
            None => expr.evaluate_text(self, node),
        }
    }

    /// The choices that a question offers now, in order; none if it is no question with choices.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn choices(&self, node: NodeId) -> Result<Vec<Choice>, FillError> {
        let field = self.field_of(node).map(|field| self.definition.field(field));
        let Some(choices) = field.and_then(|field| self.definition.choices_of(field)) else { return Ok(Vec::new()) };
        self.evaluated(node, self.choices_at(choices, NodeRef { document: 0, node }))
    }

    fn choices_at(&self, choices: &Choices, node: NodeRef) -> Result<Vec<Choice>, EvaluateError> {
        match choices {
            Choices::Items(items) => items
                .iter()
                .map(|item| {
                    let label = item.label.as_ref().map(|label| self.show_at(label, node)).transpose()?;
                    Ok(Choice { value: item.value.clone(), label, properties: Vec::new() })
                })
                .collect(),
            Choices::Set { nodes, value, label } => {
                let items = nodes.evaluate_nodes(self, node)?;
                let choice = |item: NodeRef| {
                    let label = label.as_ref().map(|label| self.show_at(label, item)).transpose()?;
                    Ok(Choice { value: value.evaluate_text(self, item)?, label, properties: self.properties_of(item) })
                };
                items.into_iter().map(choice).collect()
            }
        }
    }

    fn properties_of(&self, item: NodeRef) -> Vec<(String, String)> {
        let tree = Host::tree(self, item.document);
        let columns = tree.elements(item.node).filter(|column| !tree.has_elements(*column));
        columns.map(|column| (tree.local(column).to_owned(), tree.text(column).into_owned())).collect()
    }

    /// The values that a question offers now.
    pub(super) fn offered(&self, choices: &Choices, node: NodeId) -> Result<Vec<String>, FillError> {
        let values = match choices {
            Choices::Items(items) => return Ok(items.iter().map(|item| item.value.clone()).collect()),
            Choices::Set { nodes, value, .. } => {
                let items = nodes.evaluate_nodes(self, NodeRef { document: 0, node });
                items.and_then(|items| items.into_iter().map(|item| value.evaluate_text(self, item)).collect())
            }
        };
        self.evaluated(node, values)
    }

    /// What is chosen in the order in which it is offered, as people tick it; other answers as they are.
    pub(super) fn in_order_offered(&self, node: NodeId, value: &str) -> Result<String, FillError> {
        let field = self.field_of(node).map(|field| self.definition.field(field));
        let control = field.and_then(|field| field.control).map(|control| &self.definition.control(control).kind);
        let Some(ControlKind::SelectMany(choices)) = control else { return Ok(value.to_owned()) };
        let mut words: Vec<&str> = value.split_whitespace().collect();
        if words.len() < 2 {
            return Ok(words.concat());
        }
        let offered = self.offered(choices, node)?;
        let place: FxHashMap<&str, usize> =
            offered.iter().enumerate().rev().map(|(place, value)| (value.as_str(), place)).collect();
        words.sort_by_key(|word| place.get(word).copied().unwrap_or(usize::MAX));
        Ok(words.join(" "))
    }

    /// Takes back what was chosen and is offered no more, and brings back what is offered again.
    pub(super) fn drop_unoffered(&mut self, field: FieldId, node: NodeId) -> Result<(), FillError> {
        let held = self.tree.text(node).into_owned();
        let chosen = self.chosen.get(&node).cloned().unwrap_or_else(|| held.clone());
        if chosen.is_empty() {
            return Ok(());
        }
        let definition = std::sync::Arc::clone(&self.definition);
        let Some(choices) = definition.choices_of(definition.field(field)) else { return Ok(()) };
        let offered: FxHashSet<String> = self.offered(choices, node)?.into_iter().collect();
        let control = definition.field(field).control.map(|control| &definition.control(control).kind);
        let kept = match control {
            Some(ControlKind::SelectOne(_)) => {
                if offered.contains(&chosen) {
                    chosen.clone()
                } else {
                    String::new()
                }
            }
            _ => {
                let words = chosen.split_whitespace().filter(|word| offered.contains(*word));
                words.collect::<Vec<_>>().join(" ")
            }
        };
        if kept != held {
            self.chosen.insert(node, chosen);
            self.set_value(node, &kept);
        }
        Ok(())
    }

    /// The label of a choice of the question at a path.
    pub(super) fn name_of_choice(&self, value: &str, question: &str, node: NodeRef) -> Result<String, EvaluateError> {
        let here = if node.document == 0 { self.field_of(node.node) } else { None };
        let known = self.questions.borrow().get(question).copied();
        let field = known.unwrap_or_else(|| {
            let path = Expr::parse(question, &self.definition.prefixes).ok();
            let field = path.and_then(|path| self.definition.target(&path, here));
            if question.starts_with('/') {
                self.questions.borrow_mut().insert(question.to_owned(), field);
            }
            field
        });
        let choices = field.and_then(|field| self.definition.choices_of(self.definition.field(field)));
        let (Some(field), Some(choices)) = (field, choices) else {
            return Err(EvaluateError::NoChoices(question.to_owned()));
        };
        let Some(asked) = self.nearest(field, node) else { return Ok(String::new()) };
        let offered = self.choices_at(choices, NodeRef { document: 0, node: asked })?;
        let found = offered.into_iter().find(|choice| choice.value == value);
        Ok(found.and_then(|choice| choice.label).map(|label| label.text).unwrap_or_default())
    }

    /// The node of a field that shares the most with a node.
    pub(super) fn nearest(&self, field: FieldId, node: NodeRef) -> Option<NodeId> {
        if node.document == 0 {
            for above in self.upwards(node.node) {
                let top = self.field_of(above);
                if top.is_some_and(|top| self.definition.upwards(field).any(|id| id == top)) {
                    return self.beneath(above, field).first().copied();
                }
            }
        }
        self.nodes(field).first().copied()
    }
}
