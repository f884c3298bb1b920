//! Fills in forms: requests as JSON lines on standard input, answers on standard output.
//!
//! For `bench/xlsform/scenarios`, which runs other engines' tests of forms against this one.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use xlsform::definition::{ControlKind, DataType, Definition, FieldId};
use xlsform::fill::{Filling, ProblemKind, Shown, Surroundings};
use xlsform::xpath::{Expr, Function, NodeId};

type Failure = Box<dyn std::error::Error>;

/// What the scenarios' clock shows, and where their device is, call after call.
#[derive(Default, Clone)]
struct World {
    now: Arc<Mutex<Timestamp>>,
    places: Arc<Mutex<VecDeque<String>>>,
}

#[derive(Default)]
struct Bench {
    world: World,
    forms: Vec<Arc<Definition>>,
    fillings: Vec<Filling>,
}

fn main() -> Result<(), Failure> {
    let mut bench = Bench::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match bench.answer(&serde_json::from_str(&line?)?) {
            Ok(answer) => answer,
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn number(request: &Json, field: &str) -> usize {
    request[field].as_u64().unwrap_or(u64::MAX) as usize
}

fn text<'a>(request: &'a Json, field: &str) -> &'a str {
    request[field].as_str().unwrap_or_default()
}

fn strings(request: &Json) -> HashMap<String, String> {
    let entries = request.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

impl Bench {
    fn answer(&mut self, request: &Json) -> Result<Json, Failure> {
        if let Some(now) = request["now"].as_i64() {
            *self.world.now.lock().map_err(|_| "clock")? = Timestamp::from_millisecond(now)?;
        }
        match text(request, "do") {
            "define" => self.define(request),
            "begin" => self.begin(request),
            what => {
                let filling = self.fillings.get_mut(number(request, "filling")).ok_or("no such filling")?;
                act(filling, what, request)
            }
        }
    }

    fn define(&mut self, request: &Json) -> Result<Json, Failure> {
        let definition = Definition::read(text(request, "xml"), &strings(&request["external"]))?;
        let answer = json!({
            "form": self.forms.len(),
            "languages": definition.languages.iter().map(|language| &language.name).collect::<Vec<_>>(),
            "style": definition.style,
            "action": definition.submission_url,
            "key": definition.public_key,
        });
        self.forms.push(Arc::new(definition));
        Ok(answer)
    }

    fn begin(&mut self, request: &Json) -> Result<Json, Failure> {
        let definition = Arc::clone(self.forms.get(number(request, "form")).ok_or("no such form")?);
        let (clock, places) = (Arc::clone(&self.world.now), Arc::clone(&self.world.places));
        if let Some(sent) = request["places"].as_array() {
            *places.lock().map_err(|_| "places")? =
                sent.iter().map(|place| place.as_str().unwrap_or_default().to_owned()).collect();
        }
        let surroundings = Surroundings {
            zone: TimeZone::get(text(request, "zone"))?,
            clock: Box::new(move || clock.lock().map(|now| *now).unwrap_or_default()),
            properties: strings(&request["properties"]),
            place: Box::new(move || places.lock().ok().and_then(|mut places| places.pop_front()).unwrap_or_default()),
            ..Surroundings::here(TimeZone::UTC)
        };
        let filling = match text(request, "mode") {
            "restore" => Filling::restore(definition, surroundings, text(request, "xml"))?,
            "edit" => Filling::edit(definition, surroundings, text(request, "xml"))?,
            _ => Filling::new(definition, surroundings)?,
        };
        self.fillings.push(filling);
        Ok(json!({ "filling": self.fillings.len() - 1 }))
    }
}

fn node_of(filling: &Filling, request: &Json) -> Result<NodeId, Failure> {
    Ok(filling.at(text(request, "path"))?)
}

fn act(filling: &mut Filling, what: &str, request: &Json) -> Result<Json, Failure> {
    match what {
        "state" => return Ok(state(filling, filling.root())?.unwrap_or_default()),
        "look" => return look(filling, node_of(filling, request)?),
        "preview" => return Ok(json!({ "xml": filling.preview() })),
        "submission" => return Ok(json!({ "xml": filling.submission()? })),
        "answer" => filling.answer(node_of(filling, request)?, text(request, "value"))?,
        "language" => filling.set_language(text(request, "name"))?,
        "add" => {
            let around = node_of(filling, request)?;
            let at = request["at"].as_u64().map(|at| at as usize);
            filling.add_repeat(around, FieldId::from_index(number(request, "field")), at)?;
        }
        "remove" => filling.remove_repeat(node_of(filling, request)?)?,
        _ => return Err("what?".into()),
    }
    Ok(json!({}))
}

fn shown(shown: Option<Shown>) -> Json {
    shown.map_or(Json::Null, |shown| {
        let forms: HashMap<String, String> = shown.forms.into_iter().collect();
        json!({ "text": shown.text, "forms": forms })
    })
}

fn data_type(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Text => "string",
        DataType::Int => "int",
        DataType::Boolean => "boolean",
        DataType::Decimal => "decimal",
        DataType::Date => "date",
        DataType::Time => "time",
        DataType::DateTime => "dateTime",
        DataType::Geopoint => "geopoint",
        DataType::Geotrace => "geotrace",
        DataType::Geoshape => "geoshape",
        DataType::Binary => "binary",
        DataType::Barcode => "barcode",
        DataType::Intent => "intent",
    }
}

/// What a client would show of a node.
fn look(filling: &Filling, node: NodeId) -> Result<Json, Failure> {
    let problem = filling.problem(node)?.map(|problem| {
        let condition = match problem.kind {
            ProblemKind::Required => "required",
            ProblemKind::Constraint => "constraint",
            _ => "other",
        };
        json!({ "condition": condition, "message": problem.message })
    });
    let choices: Vec<Json> = filling
        .choices(node)?
        .into_iter()
        .map(|choice| json!({ "value": choice.value, "label": shown(choice.label), "properties": choice.properties }))
        .collect();
    Ok(json!({
        "label": shown(filling.label(node)?),
        "hint": shown(filling.hint(node)?),
        "choices": choices,
        "problem": problem,
    }))
}

/// A node and all in it.
fn state(filling: &Filling, node: NodeId) -> Result<Option<Json>, Failure> {
    let Some(id) = filling.field_of(node) else {
        return Ok(Some(json!({
            "id": node.index(), "kind": "model-value", "type": "string", "path": filling.path(node),
            "name": filling.tree().local(node), "value": filling.value(node), "relevant": filling.relevant(node),
            "readonly": true, "required": false, "attributes": [], "choices": [], "children": [],
        })));
    };
    let definition = filling.definition();
    let field = definition.field(id);
    let control = field.control.map(|control| definition.control(control));
    let said = control.is_some_and(|control| control.label.is_some() || control.hint.is_some());
    let note = said && matches!(field.bind.readonly, Some(Expr::Call(Function::True, _)));
    let kind = match control.map(|control| &control.kind) {
        _ if node == filling.root() => "root",
        _ if field.repeat.is_some() => "repeat-instance",
        _ if !field.children.is_empty() => "group",
        None | Some(ControlKind::Group | ControlKind::Repeat) => "model-value",
        Some(ControlKind::Input) if note => "note",
        Some(ControlKind::Input) => "input",
        Some(ControlKind::SelectOne(_) | ControlKind::SelectMany(_)) => "select",
        Some(ControlKind::Rank(_)) => "rank",
        Some(ControlKind::Range(_)) => "range",
        Some(ControlKind::Trigger) => "trigger",
        Some(ControlKind::Upload { .. }) => "upload",
    };
    let mut attributes = Vec::new();
    for attribute in filling.tree().node(node).attributes() {
        attributes.push(json!({
            "name": filling.tree().local(*attribute),
            "path": filling.path(*attribute),
            "value": filling.value(*attribute),
            "relevant": filling.relevant(*attribute),
        }));
    }
    let leaf = field.children.is_empty();
    Ok(Some(json!({
        "id": node.index(),
        "field": id.index(),
        "kind": kind,
        "path": filling.path(node),
        "name": filling.tree().local(node),
        "type": data_type(field.bind.data_type),
        "value": if leaf { filling.value(node).into_owned() } else { String::new() },
        "relevant": filling.relevant(node),
        "readonly": filling.readonly(node),
        "required": filling.required(node),
        "many": matches!(control.map(|control| &control.kind), Some(ControlKind::SelectMany(_))),
        "appearance": control.map(|control| &control.appearance),
        "media": control.and_then(|control| match &control.kind {
            ControlKind::Upload { media } => media.clone(),
            _ => None,
        }),
        "range": control.and_then(|control| match &control.kind {
            ControlKind::Range(range) => Some(json!([range.start, range.end, range.step])),
            _ => None,
        }),
        "attributes": attributes,
        "children": children(filling, node, id)?,
    })))
}

/// The children of a node in the order of the form, instances of a repeat together.
fn children(filling: &Filling, node: NodeId, id: FieldId) -> Result<Vec<Json>, Failure> {
    let definition = filling.definition();
    let mut told = Vec::new();
    for child in &definition.field(id).children {
        let nodes = filling.tree().elements(node).collect::<Vec<_>>();
        let mut instances = Vec::new();
        for node in nodes.into_iter().filter(|node| filling.field_of(*node) == Some(*child)) {
            instances.extend(state(filling, node)?);
        }
        let held = definition.field(*child);
        if held.repeat.is_none() {
            told.append(&mut instances);
            continue;
        }
        let control = held.control.map(|control| definition.control(control));
        let label = control.and_then(|control| control.label.as_ref());
        let label = label.map(|label| filling.show(label, node)).transpose()?;
        told.push(json!({
            "id": format!("{}:{}", node.index(), child.index()),
            "kind": if held.repeat.as_ref().is_some_and(|repeat| repeat.count.is_some()) || !filling.may_repeat(*child) {
                "repeat-range:controlled"
            } else {
                "repeat-range:uncontrolled"
            },
            "field": child.index(),
            "around": filling.path(node),
            "path": format!("{}/{}", filling.path(node), held.name.qualified()),
            "name": held.name.local,
            "label": shown(label),
            "relevant": instances.iter().any(|one| one["relevant"] == json!(true))
                || (instances.is_empty() && filling.relevant(node)),
            "readonly": filling.readonly(node),
            "required": false,
            "value": "",
            "appearance": control.map(|control| &control.appearance),
            "attributes": [],
            "children": instances,
        }));
    }
    for node in filling.tree().elements(node).filter(|node| filling.field_of(*node).is_none()) {
        told.extend(state(filling, node)?);
    }
    Ok(told)
}
