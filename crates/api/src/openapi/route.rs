//! One route: what the router, the document and the page on the API say of it.

use std::any::type_name;

use serde_json::{Map, Value, json};

use super::schemas::{self, component, reference};
use crate::keys::Role;
use crate::problem::PROBLEM_JSON;

/// What a route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON of this type.
    Json(&'static str),
    /// JSON of this type, or bytes in borsh.
    JsonOrBytes(&'static str),
}

/// What a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// JSON of this type.
    Json(&'static str),
    /// A page of things of this type.
    Page(&'static str),
    /// All things of this type: there are few.
    List(&'static str),
    /// JSON of one of two types.
    Either(&'static str, &'static str),
    /// Any JSON object.
    Object,
    /// Plain text.
    Text,
    /// A WebSocket.
    Upgrade,
}

/// One route of the document.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The stable name: the operation's id.
    pub id: &'static str,
    /// `get` or `post`.
    pub method: &'static str,
    /// The path, with its variable parts in braces.
    pub path: &'static str,
    /// The subject.
    pub tag: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The type of the query.
    pub query: Option<&'static str>,
    /// What it reads.
    pub body: Body,
    /// What it answers.
    pub answer: Answer,
    /// The role that the caller's key needs.
    pub role: Option<Role>,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotent: bool,
    /// Whether it may answer 202.
    pub accepted: bool,
}

impl Route {
    const fn new(id: &'static str, method: &'static str, path: &'static str) -> Route {
        Route {
            id,
            method,
            path,
            tag: "node",
            summary: "",
            query: None,
            body: Body::None,
            answer: Answer::Object,
            role: None,
            idempotent: false,
            accepted: false,
        }
    }

    pub(crate) const fn get(id: &'static str, path: &'static str, tag: &'static str, summary: &'static str) -> Route {
        Route { tag, summary, ..Route::new(id, "get", path) }
    }

    pub(crate) const fn post(id: &'static str, path: &'static str, tag: &'static str, summary: &'static str) -> Route {
        Route { tag, summary, ..Route::new(id, "post", path) }
    }

    pub(crate) fn query<T>(self) -> Route {
        Route { query: Some(type_name::<T>()), ..self }
    }

    pub(crate) fn reads<T>(self) -> Route {
        Route { body: Body::Json(type_name::<T>()), ..self }
    }

    pub(crate) fn reads_or_bytes<T>(self) -> Route {
        Route { body: Body::JsonOrBytes(type_name::<T>()), ..self }
    }

    pub(crate) fn answers<T>(self) -> Route {
        Route { answer: Answer::Json(type_name::<T>()), ..self }
    }

    pub(crate) fn page<T>(self) -> Route {
        Route { answer: Answer::Page(type_name::<T>()), ..self }
    }

    pub(crate) fn list<T>(self) -> Route {
        Route { answer: Answer::List(type_name::<T>()), ..self }
    }

    pub(crate) fn either<A, B>(self) -> Route {
        Route { answer: Answer::Either(type_name::<A>(), type_name::<B>()), ..self }
    }

    pub(crate) const fn text(self) -> Route {
        Route { answer: Answer::Text, ..self }
    }

    pub(crate) const fn upgrades(self) -> Route {
        Route { answer: Answer::Upgrade, ..self }
    }

    pub(crate) const fn role(self, role: Role) -> Route {
        Route { role: Some(role), ..self }
    }

    pub(crate) const fn idempotent(self) -> Route {
        Route { idempotent: true, ..self }
    }

    pub(crate) const fn accepted(self) -> Route {
        Route { accepted: true, ..self }
    }

    /// The variable parts of the path, in order.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The route as an operation of the document.
    pub(crate) fn operation(&self, example: Option<&Value>) -> Value {
        let example_of = |name: &str| example.and_then(|example| example["parameters"].get(name)).cloned();
        let mut parameters: Vec<Value> = self
            .segments()
            .map(|name| {
                json!({
                    "name": name, "in": "path", "required": true,
                    "description": schemas::segment_meaning(name), "schema": schemas::segment(name),
                })
            })
            .collect();
        parameters.extend(self.query.into_iter().flat_map(|query| schemas::parameters(component(query))));
        for parameter in &mut parameters {
            if let Some(example) = example_of(parameter["name"].as_str().unwrap_or_default()) {
                parameter["example"] = example;
            }
        }
        if self.idempotent {
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "A word of one's own, 1 to 255 visible characters. The same request with the same key is \
                    answered from memory for a day; another request with it is refused.",
                "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
            }));
        }
        let mut operation = json!({
            "operationId": self.id, "tags": [self.tag], "summary": self.summary, "parameters": parameters,
            "responses": self.responses(example),
        });
        if let Some(body) = self.request_body(example) {
            operation["requestBody"] = body;
        }
        if let Some(role) = self.role {
            operation["security"] = json!([{ "key": [] }]);
            operation["x-gage-role"] = json!(role.word());
        }
        operation
    }

    fn request_body(&self, example: Option<&Value>) -> Option<Value> {
        let as_json = |name: &str| {
            let mut content = json!({ "schema": reference(component(name)) });
            if let Some(request) = example.and_then(|example| example.get("request")) {
                content["example"] = request.clone();
            }
            content
        };
        let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
        let content = match self.body {
            Body::None => return None,
            Body::Json(name) => json!({ "application/json": as_json(name) }),
            Body::JsonOrBytes(name) => json!({ "application/octet-stream": bytes, "application/json": as_json(name) }),
        };
        Some(json!({ "required": true, "content": content }))
    }

    /// The schema of the answer, if it is JSON.
    pub fn schema(&self) -> Option<Value> {
        Some(match self.answer {
            Answer::Json(name) => reference(component(name)),
            Answer::Page(name) => schemas::page(&reference(component(name))),
            Answer::List(name) => {
                let items = json!({ "type": "array", "items": reference(component(name)) });
                json!({ "type": "object", "required": ["items"], "properties": { "items": items } })
            }
            Answer::Either(one, other) => json!({ "anyOf": [reference(component(one)), reference(component(other))] }),
            Answer::Object => json!({ "type": "object" }),
            Answer::Text | Answer::Upgrade => return None,
        })
    }

    fn responses(&self, example: Option<&Value>) -> Value {
        let mut responses = Map::new();
        match (self.schema(), self.answer) {
            (Some(schema), _) => {
                let mut content = json!({ "schema": schema });
                if let Some(answer) = example.and_then(|example| example.get("answer")) {
                    content["example"] = answer.clone();
                }
                let answer = json!({ "description": self.summary, "content": { "application/json": content } });
                if self.accepted {
                    let mut taken = answer.clone();
                    taken["description"] = json!("Taken; the stage that was waited for is not reached yet");
                    responses.insert("202".to_owned(), taken);
                }
                responses.insert("200".to_owned(), answer);
            }
            (None, Answer::Upgrade) => {
                responses.insert("101".to_owned(), json!({ "description": "The connection becomes a WebSocket" }));
            }
            (None, _) => {
                let content = json!({ "text/plain": { "schema": { "type": "string" } } });
                responses.insert("200".to_owned(), json!({ "description": self.summary, "content": content }));
            }
        }
        let problem = json!({
            "description": "Why not: a stable number and name, what to do, and when to come back",
            "content": { PROBLEM_JSON: { "schema": reference("Problem") } },
        });
        responses.insert("default".to_owned(), problem);
        Value::Object(responses)
    }
}
