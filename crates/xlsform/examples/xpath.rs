//! Evaluates expressions on documents: requests as JSON lines on standard input, answers on standard output.
//!
//! For `bench/xlsform/scenarios`, which runs other engines' tests of XPath against this one.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::{Value as Json, json};
use xlsform::xpath::{Documents, EvaluateError, Expr, Host, Kind, Name, NodeId, NodeRef, Prefixes, Tree, Value};

/// Plain documents with texts.
struct Texts {
    documents: Documents,
    texts: HashMap<String, String>,
}

impl Host for Texts {
    fn tree(&self, document: usize) -> &Tree {
        self.documents.tree(document)
    }
    fn instance(&self, id: &str) -> Option<usize> {
        self.documents.instance(id)
    }
    fn now(&self) -> ZonedDateTime {
        self.documents.now()
    }
    fn zone(&self) -> &TimeZone {
        self.documents.zone()
    }
    fn random(&self) -> f64 {
        self.documents.random()
    }
    fn text(&self, id: &str, _: NodeRef) -> Result<String, EvaluateError> {
        Ok(self.texts.get(id).cloned().unwrap_or_else(|| format!("[{id}]")))
    }
    fn choice_name(&self, value: &str, question: &str, node: NodeRef) -> Result<String, EvaluateError> {
        self.documents.choice_name(value, question, node)
    }
    fn property(&self, name: &str) -> String {
        self.documents.property(name)
    }
    fn version(&self) -> String {
        self.documents.version()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match answer(&serde_json::from_str(&line?)?) {
            Ok(answer) => answer,
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: &Json) -> Result<Json, Box<dyn std::error::Error>> {
    let text = |field: &str| request[field].as_str().unwrap_or_default();
    // Where each node that was sent stands, in the order sent.
    let mut places: Vec<NodeRef> = Vec::new();
    let mut trees = Vec::new();
    for (document, nodes) in request["documents"].as_array().into_iter().flatten().enumerate() {
        let mut tree = Tree::new();
        places.push(NodeRef { document, node: NodeId::DOCUMENT });
        read(&mut tree, NodeId::DOCUMENT, nodes, document, &mut places);
        trees.push(tree);
    }
    let strings = |field: &str| {
        let entries = request[field].as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
    };
    let prefixes: Prefixes = strings("prefixes").collect();
    let now = Timestamp::from_millisecond(request["now"].as_i64().unwrap_or_default())?;
    let now = now.to_zoned_datetime(TimeZone::get(text("zone"))?);
    let instances = request["instances"].as_object().into_iter().flatten();
    let instances = instances.map(|(id, number)| (id.clone(), number.as_u64().unwrap_or_default() as usize)).collect();
    let host = Texts { documents: Documents { trees, instances, now }, texts: strings("texts").collect() };

    let expr = Expr::parse(text("expression"), &prefixes)?;
    let context = request["context"].as_u64().unwrap_or_default() as usize;
    let value = expr.evaluate(&host, *places.get(context).ok_or("no such context")?)?;
    let number = value.to_number(&host);
    let mut answer = json!({
        "string": value.to_text(&host),
        "number": if number.is_finite() { json!(number) } else { json!(number.to_string()) },
        "boolean": value.to_truth(),
    });
    answer["type"] = json!(match &value {
        Value::Text(_) => "string",
        Value::Number(_) => "number",
        Value::Truth(_) => "boolean",
        Value::Nodes(nodes) => {
            answer["nodes"] = nodes.iter().map(|node| json!(places.iter().position(|place| place == node))).collect();
            "nodes"
        }
    });
    Ok(answer)
}

/// Reads nodes, each `[kind, prefix, name, namespace, text, attributes, children]`.
fn read(tree: &mut Tree, parent: NodeId, nodes: &Json, document: usize, places: &mut Vec<NodeRef>) {
    for sent in nodes.as_array().into_iter().flatten() {
        let text = |index: usize| sent[index].as_str().map(str::to_owned);
        let name = || Arc::new(Name { prefix: text(1), local: text(2).unwrap_or_default(), namespace: text(3) });
        let value = text(4).unwrap_or_default();
        let node = match sent[0].as_str() {
            Some("element") => tree.add_element(parent, name()),
            Some("attribute") => tree.add_attribute(parent, name(), &value),
            Some("comment") => tree.add_other(parent, Kind::Comment, None, &value),
            Some("instruction") => tree.add_other(parent, Kind::Instruction, Some(name()), &value),
            _ => tree.add_other(parent, Kind::Text, None, &value),
        };
        places.push(NodeRef { document, node });
        read(tree, node, &sent[5], document, places);
        read(tree, node, &sent[6], document, places);
    }
}
