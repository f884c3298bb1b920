//! The OpenAPI document: made from the handlers, and finished here with what holds for all of them.

use serde_json::{Map, Value as Json, json};
use utoipa::openapi::OpenApi;

/// Where the API is.
const ADDRESS: &str = "/api/v1";
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// What may go wrong at an operation, by status.
const ERRORS: [(u16, &str); 12] = [
    (400, "The request cannot be understood."),
    (401, "Nobody is logged in, or the token is not valid."),
    (403, "Neither role nor token allow this; or another site sent the request."),
    (404, "Not there, or not for you: the two look the same."),
    (409, "A rule forbids it now."),
    (412, "Someone else changed the record meanwhile: `yours` and `current` are both versions."),
    (413, "More data than accepted."),
    (422, "Fields to correct."),
    (428, "If-Match is missing."),
    (429, "Too many requests: wait as long as Retry-After says."),
    (500, "A fault of the server; nothing was changed."),
    (503, "The change could not be made durable; nothing was changed."),
];

fn error(words: &str) -> Json {
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    json!({ "description": words, "content": { "application/problem+json": problem } })
}

/// The document as JSON, with errors, security and headers told at every operation.
pub(super) fn finished(document: &OpenApi) -> String {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["servers"] = json!([{ "url": ADDRESS }]);
    document["security"] = json!([{ "token": [] }, { "session": [] }]);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "A token made in the user's account, limited to scopes." },
        "session": { "type": "apiKey", "in": "cookie", "name": "watari", "description": "A logged-in browser." },
    });
    document["components"]["responses"] =
        ERRORS.iter().map(|(status, words)| (status.to_string(), error(words))).collect();
    document["components"]["schemas"]["PersonInput"]["example"] = person();
    document["components"]["schemas"]["Problem"]["example"] = problem();
    if let Some(paths) = document["paths"].as_object_mut() {
        finish_operations(paths);
        tell_versions(paths);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn finish_operations(paths: &mut Map<String, Json>) {
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get_mut(method).filter(|operation| operation.is_object()) else { continue };
            operation["operationId"] = name(method, path).into();
            finish_parameters(method, operation);
            finish_responses(method, path, operation);
            if path.starts_with("/login/") || path.starts_with("/published") {
                operation["security"] = json!([]);
            }
        }
    }
}

/// `get` and `/cases/{id}/goals` are `get_cases_id_goals`: handlers share names, operations must not.
fn name(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// Whether an operation changes a record from a version that must be named.
fn is_versioned(operation: &Json) -> bool {
    operation["responses"].get("412").is_some()
}

fn finish_parameters(method: &str, operation: &mut Json) {
    let mut headers = Vec::new();
    if is_versioned(operation) {
        let words = "The ETag of the record this change was made from; without it the answer is 428.";
        headers.push(("If-Match", true, words));
    }
    if method == "post" && operation["responses"].get("201").is_some() {
        let words = "A name of your own for this request, up to 200 characters. Repeating the request under it makes \
                     nothing again and gets the first answer.";
        headers.push(("Idempotency-Key", false, words));
    }
    if !operation["parameters"].is_array() {
        operation["parameters"] = json!([]);
    }
    let Some(parameters) = operation["parameters"].as_array_mut() else { return };
    for (name, required, words) in headers {
        parameters.retain(|known| known["name"] != name);
        parameters.push(json!({
            "name": name, "in": "header", "required": required, "description": words, "schema": { "type": "string" },
        }));
    }
}

fn finish_responses(method: &str, path: &str, operation: &mut Json) {
    if path.ends_with("/export") {
        let file = json!({ "schema": { "type": "string", "format": "binary" } });
        operation["responses"]["200"]["content"] = json!({ "text/csv": file, WORKBOOK: file });
    }
    let (writes, versioned) = (method != "get", is_versioned(operation));
    let has_body = operation.get("requestBody").is_some();
    let has_query = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|it| it["in"] == "query"));
    let applies = |status: u16| match status {
        400 => has_body || has_query || versioned,
        404 => path.contains('{') || has_body,
        412 | 428 => versioned,
        413 | 422 => has_body,
        503 => writes,
        _ => true,
    };
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.retain(|status, _| !status.starts_with('4'));
    for (status, _) in ERRORS.iter().filter(|(status, _)| applies(*status)) {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    for response in responses.values_mut() {
        if response.get("$ref").is_none() && response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = "Done.".into();
        }
    }
}

/// A record that changes take a version of is read with one.
fn tell_versions(paths: &mut Map<String, Json>) {
    let versioned = |item: &Json| METHODS.iter().any(|method| item.get(*method).is_some_and(is_versioned));
    let changed: Vec<String> = paths.iter().filter(|(_, item)| versioned(item)).map(|(path, _)| path.clone()).collect();
    for (path, item) in paths {
        let below = format!("{path}/");
        let is_record =
            changed.contains(path) || path.ends_with('}') && changed.iter().any(|it| it.starts_with(&below));
        if is_record && let Some(response) = item.pointer_mut("/get/responses/200") {
            let words = "The record's version, to be sent back as If-Match with a change.";
            response["headers"] = json!({ "ETag": { "description": words, "schema": { "type": "string" } } });
        }
    }
}

/// A person as they may be registered.
fn person() -> Json {
    json!({
        "names": [
            { "kind": "main", "given": "Amina", "family": "Yusuf", "family_first": false },
            { "kind": "also", "given": "أمينة", "family": "يوسف", "family_first": false },
        ],
        "sex": "female",
        "birth": { "kind": "estimated", "from": "1996-01-01", "to": "1997-12-31" },
        "nationalities": ["SO"],
        "languages": ["so", "ar"],
        "contacts": [{ "kind": "mobile", "value": "+962 7 9000 0000", "safety": "unsafe", "note": "Her brother answers." }],
        "journey": [{ "stage": "origin", "country": "SO", "place": "Baidoa", "until": "2025-03-01" }],
        "protected": true,
    })
}

fn problem() -> Json {
    json!({
        "type": "/problems/stale", "title": "Someone else changed this in the meantime", "status": 412,
        "yours": { "name": "Tapachula" }, "current": { "name": "Ciudad Hidalgo" },
    })
}
