//! The OpenAPI document, written from the list of routes.

use serde_json::{Map, Value, json};

use crate::problem::{Cause, PROBLEM_JSON};
use crate::schemas;

/// What a route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON of this schema.
    Schema(&'static str),
    /// A signed transaction, in borsh or JSON.
    Transaction,
    /// Many signed transactions, in borsh or JSON.
    Batch,
}

/// What a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// JSON of this schema.
    Schema(&'static str),
    /// A page of things of this schema.
    Page(&'static str),
    /// Plain text.
    Text,
    /// A WebSocket.
    Upgrade,
}

/// One route of the document.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `GET` or `POST`, in small letters.
    pub method: &'static str,
    /// The path, with its variable parts in braces.
    pub path: &'static str,
    /// The subject.
    pub tag: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The fields of the query, each with its meaning.
    pub query: &'static [(&'static str, &'static str)],
    /// What it reads.
    pub body: Body,
    /// What it answers.
    pub answer: Answer,
    /// Whether it wants the admin token.
    pub admin: bool,
}

impl Route {
    pub(crate) const fn get(
        path: &'static str,
        tag: &'static str,
        summary: &'static str,
        query: &'static [(&'static str, &'static str)],
        answer: Answer,
    ) -> Route {
        Route { method: "get", path, tag, summary, query, body: Body::None, answer, admin: false }
    }

    pub(crate) const fn post(
        path: &'static str,
        tag: &'static str,
        summary: &'static str,
        query: &'static [(&'static str, &'static str)],
        body: Body,
        answer: &'static str,
    ) -> Route {
        Route { method: "post", path, tag, summary, query, body, answer: Answer::Schema(answer), admin: false }
    }

    pub(crate) const fn admin(mut self) -> Route {
        self.admin = true;
        self
    }

    /// The variable parts of the path, in order.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    fn operation(&self) -> Value {
        let in_path = self.segments().map(|name| {
            let description = schemas::segment(name);
            json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
        });
        let in_query = self.query.iter().map(|(name, meaning)| {
            let required = *name == "amount";
            json!({ "name": name, "in": "query", "required": required, "description": meaning, "schema": { "type": "string" } })
        });
        let parameters: Vec<Value> = in_path.chain(in_query).collect();
        let mut operation = json!({
            "operationId": self.id(), "tags": [self.tag], "summary": self.summary, "parameters": parameters,
            "responses": self.responses(),
        });
        let fields = operation.as_object_mut().expect("the line above made an object");
        if let Some(body) = self.request_body() {
            fields.insert("requestBody".to_owned(), body);
        }
        if self.admin {
            fields.insert("security".to_owned(), json!([{ "admin": [] }]));
        }
        operation
    }

    fn id(&self) -> String {
        let good = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let path: String = self.path.chars().filter(|letter| !matches!(letter, '{' | '}')).map(good).collect();
        format!("{}{path}", self.method)
    }

    fn request_body(&self) -> Option<Value> {
        let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
        let content = match self.body {
            Body::None => return None,
            Body::Schema(name) => json!({ "application/json": { "schema": reference(name) } }),
            Body::Transaction => json!({
                "application/octet-stream": bytes,
                "application/json": { "schema": reference("SignedTransaction") },
            }),
            Body::Batch => json!({
                "application/octet-stream": bytes,
                "application/json": { "schema": reference("SignedTransactions") },
            }),
        };
        Some(json!({ "required": true, "content": content }))
    }

    fn responses(&self) -> Value {
        let problem = json!({
            "description": "Why not: a stable number and name, and what to do",
            "content": { PROBLEM_JSON: { "schema": reference("Problem") } },
        });
        let as_json = |schema: Value| json!({ "description": self.summary, "content": { "application/json": { "schema": schema } } });
        let mut responses = Map::new();
        match self.answer {
            Answer::Schema(name) => responses.insert("200".to_owned(), as_json(reference(name))),
            Answer::Page(name) => responses.insert("200".to_owned(), as_json(schemas::page(&reference(name)))),
            Answer::Text => {
                let content = json!({ "text/plain": { "schema": { "type": "string" } } });
                responses.insert("200".to_owned(), json!({ "description": self.summary, "content": content }))
            }
            Answer::Upgrade => {
                responses.insert("101".to_owned(), json!({ "description": "The connection becomes a WebSocket" }))
            }
        };
        if self.body == Body::Transaction {
            let taken = as_json(reference("Status"));
            responses.insert("202".to_owned(), taken);
        }
        responses.insert("default".to_owned(), problem);
        Value::Object(responses)
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Every route of the API.
pub fn routes() -> Vec<Route> {
    crate::routes::routes().into_iter().map(|(route, _)| route).collect()
}

/// The document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        let methods = path.as_object_mut().expect("the line above made an object");
        methods.insert(route.method.to_owned(), route.operation());
    }
    let causes: Vec<String> = Cause::ALL.iter().map(|cause| format!("{} {}", cause.row().0, cause.row().1)).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gage",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": format!(
                "A node of an open ledger for asset-backed securities and derivatives. Amounts are texts in smallest units, \
                 prices texts in 1e-18, times milliseconds since 1970. Refusals are problems (RFC 9457) with stable numbers: \
                 those of the modules, 40,000s of the node, and of the API itself: {}.", causes.join(", ")),
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": { "admin": { "type": "http", "scheme": "bearer" } },
        },
    })
}
