//! Instances that stand outside the form: CSV, XML and GeoJSON given by the caller.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::xpath::{Name, NodeId, Tree, XmlError};

/// A file that the form's instances may name, by its address in the form, such as `jr://file-csv/camps.csv`.
pub type External = HashMap<String, String>;

/// An instance from outside that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// It was not given.
    #[error("the form needs the file “{0}”, which was not given")]
    Missing(String),
    /// It is not the XML it should be.
    #[error("the file “{address}”: {error}")]
    Xml {
        /// The address in the form.
        address: String,
        /// What is wrong.
        error: XmlError,
    },
    /// It is not the CSV it should be.
    #[error("the file “{address}”, row {row}: {problem}")]
    Csv {
        /// The address in the form.
        address: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong.
        problem: String,
    },
    /// It is not the GeoJSON it should be.
    #[error("the file “{address}”: {problem}")]
    GeoJson {
        /// The address in the form.
        address: String,
        /// What is wrong.
        problem: String,
    },
}

impl serde::Serialize for InstanceError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a file by what its name or its content says it is.
pub(super) fn read(address: &str, content: &str) -> Result<Tree, InstanceError> {
    let lower = address.to_ascii_lowercase();
    if lower.ends_with(".geojson") || lower.ends_with(".json") {
        return geojson(address, content);
    }
    if lower.ends_with(".xml") || content.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return Tree::from_xml(content).map_err(|error| InstanceError::Xml { address: address.to_owned(), error });
    }
    csv(address, content)
}

fn plain(name: &str) -> Arc<Name> {
    Arc::new(Name::plain(name))
}

/// A root, to which items are added.
fn root(tree: &mut Tree) -> NodeId {
    tree.add_element(NodeId::DOCUMENT, plain("root"))
}

/// The delimiter of a CSV file: the one its first row has most of.
fn delimiter(content: &str) -> u8 {
    let first = content.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let most = [b'|', b'\t', b';', b','].into_iter().max_by_key(count);
    most.unwrap_or(b',')
}

fn csv(address: &str, content: &str) -> Result<Tree, InstanceError> {
    let fail = |row: u64, problem: String| InstanceError::Csv { address: address.to_owned(), row, problem };
    let content = content.trim_start_matches('\u{feff}');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter(content)).flexible(true).from_reader(content.as_bytes());
    let headers: Vec<Arc<Name>> = match reader.headers() {
        Ok(headers) => headers.iter().map(plain).collect(),
        Err(error) => return Err(fail(1, error.to_string())),
    };
    let mut tree = Tree::new();
    let root = root(&mut tree);
    for (index, record) in reader.records().enumerate() {
        let row = index as u64 + 2;
        let record = record.map_err(|error| fail(row, error.to_string()))?;
        if record.len() > headers.len() {
            return Err(fail(row, format!("{} values for {} columns", record.len(), headers.len())));
        }
        let item = tree.add_element(root, plain("item"));
        for (column, header) in headers.iter().enumerate() {
            tree.add_leaf(item, header.clone(), record.get(column).unwrap_or_default());
        }
    }
    Ok(tree)
}

/// Features become items: their properties, `id`, and `geometry` as ODK writes places.
fn geojson(address: &str, content: &str) -> Result<Tree, InstanceError> {
    let fail = |problem: &str| InstanceError::GeoJson { address: address.to_owned(), problem: problem.to_owned() };
    let json: Json = serde_json::from_str(content).map_err(|error| fail(&format!("it is no JSON ({error})")))?;
    if json["type"] != "FeatureCollection" {
        return Err(fail("its type is not FeatureCollection"));
    }
    let features = json["features"].as_array().ok_or_else(|| fail("its features are no list"))?;
    let mut tree = Tree::new();
    let root = root(&mut tree);
    for (index, feature) in features.iter().enumerate() {
        if feature["type"] != "Feature" {
            return Err(fail(&format!("feature {} is not of the type Feature", index + 1)));
        }
        let place = geometry(&feature["geometry"])
            .ok_or_else(|| fail(&format!("feature {} is no Point, LineString or Polygon", index + 1)))?;
        let item = tree.add_element(root, plain("item"));
        tree.add_leaf(item, plain("geometry"), &place);
        let properties = feature["properties"].as_object();
        for (name, value) in properties.into_iter().flatten() {
            tree.add_leaf(item, plain(name), &written(value));
        }
        if let Some(id) = feature.get("id") {
            match tree.child(item, "id") {
                Some(held) => tree.set_text(held, &written(id)),
                None => {
                    tree.add_leaf(item, plain("id"), &written(id));
                }
            }
        }
    }
    Ok(tree)
}

fn written(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn geometry(geometry: &Json) -> Option<String> {
    let coordinates = &geometry["coordinates"];
    let line = |points: &Json| -> Option<String> {
        let points: Option<Vec<String>> = points.as_array()?.iter().map(point).collect();
        Some(points?.join("; "))
    };
    match geometry["type"].as_str()? {
        "Point" => point(coordinates),
        "LineString" => line(coordinates),
        "Polygon" => line(coordinates.get(0)?),
        _ => None,
    }
}

/// GeoJSON writes longitude first, ODK latitude.
fn point(coordinates: &Json) -> Option<String> {
    let number = |index: usize| coordinates.get(index)?.as_f64();
    let (longitude, latitude) = (number(0)?, number(1)?);
    let altitude = number(2).unwrap_or(0.0);
    Some(format!("{latitude} {longitude} {altitude} 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_camps_becomes_items() {
        let tree = read("jr://file-csv/camps.csv", "\u{feff}name;label\nkak;\"Kakuma; west\"\nbid\n").unwrap();
        let items: Vec<NodeId> = tree.elements(tree.root().unwrap()).collect();
        assert_eq!(items.len(), 2);
        assert_eq!(tree.text(tree.child(items[0], "label").unwrap()), "Kakuma; west");
        assert_eq!(tree.text(tree.child(items[1], "label").unwrap()), "");
    }

    #[test]
    fn a_map_of_wells_becomes_items() {
        let json = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"w1",
            "geometry":{"type":"Point","coordinates":[34.8,3.7]},"properties":{"depth":40}}]}"#;
        let tree = read("jr://file/wells.geojson", json).unwrap();
        let item = tree.elements(tree.root().unwrap()).next().unwrap();
        assert_eq!(tree.text(tree.child(item, "geometry").unwrap()), "3.7 34.8 0 0");
        assert_eq!(tree.text(tree.child(item, "depth").unwrap()), "40");
        assert_eq!(tree.text(tree.child(item, "id").unwrap()), "w1");
    }
}
