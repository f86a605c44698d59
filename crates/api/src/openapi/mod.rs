//! The OpenAPI document: the list of routes, with schemas, errors and examples that are not written by hand.
//!
//! Schemas and stable numbers are read from the sources of the crates when this one is built (`build/`);
//! examples are recorded answers (`examples.json`, made by the tests).

mod errors;
pub(crate) mod events;
mod route;
pub(crate) mod schemas;

pub use errors::{ErrorRow, errors};
pub use route::{Answer, Body, Route};

use serde_json::{Map, Value, json};

use crate::problem::Cause;

/// Every route of the API.
pub fn routes() -> Vec<Route> {
    crate::routes::routes().into_iter().map(|(route, _)| route).collect()
}

/// What the tags are about, in the order of the document.
const TAGS: [(&str, &str); 17] = [
    ("transactions", "Submit, try, render and follow transactions."),
    ("blocks", "Blocks, receipts and events."),
    ("accounts", "Accounts, what they hold, what guards them."),
    ("compliance", "Who may hold what, and why not."),
    ("assets", "What there is, what it is, what backs it."),
    ("settlement", "Instructions, holds, and holdings behind a holder of record."),
    ("staking", "Bonds and what was taken from them."),
    ("prices", "Feeds, prices, publishers."),
    ("payments", "What assets pay: distributions, contracts, what was retired."),
    ("redemption", "Queues in which assets are redeemed."),
    ("auctions", "Lots that are sold."),
    ("backstop", "Who bears a loss, in which order."),
    ("vaults", "Debt against pledged assets."),
    ("history", "What happened: statements, past transactions, events, vaults, auctions, prices."),
    ("proofs", "Records and receipts with proofs that anyone can check."),
    ("node", "This node and its network."),
    ("admin", "What only operators may ask."),
];

/// The document, OpenAPI 3.1.
pub fn document() -> Value {
    let routes = routes();
    let examples = examples();
    let mut paths = Map::new();
    let mut used = vec!["Problem".to_owned()];
    for route in &routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        let methods = path.as_object_mut().expect("the line above made an object");
        let operation = route.operation(examples.get(route.id));
        schemas::references(&operation, &mut used);
        methods.insert(route.method.to_owned(), operation);
    }
    for extra in ["AnyEvent", "Operation"] {
        used.push(extra.to_owned());
    }
    let causes: Vec<String> = Cause::ALL.iter().map(|cause| format!("{} {}", cause.row().0, cause.row().1)).collect();
    let tags: Vec<Value> = TAGS.iter().map(|(name, text)| json!({ "name": name, "description": text })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gage",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": format!(
                "A node of an open ledger for asset-backed securities and derivatives. Amounts are texts in smallest units, \
                 prices texts in 1e-18, times milliseconds since 1970. Refusals are problems (RFC 9457) with stable numbers: \
                 those of the modules, 40,000s of the node, and of the API itself: {}. `GET /v1/errors` lists them all, as does \
                 `x-gage-errors` of this document.", causes.join(", ")),
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas::closure(used),
            "securitySchemes": { "key": {
                "type": "http", "scheme": "bearer",
                "description": "An API key. Reads need none; operators' routes need one with the role they name.",
            } },
        },
        "x-gage-errors": errors(),
    })
}

/// The list of routes as `docs/api.md` has it.
pub fn page() -> String {
    let mut text = String::new();
    for (tag, about) in TAGS {
        text.push_str(&format!("\n### {tag}\n\n{about}\n\n| route | query | what | role |\n|---|---|---|---|\n"));
        for route in routes().iter().filter(|route| route.tag == tag) {
            let parameters = route.query.map(|query| schemas::parameters(schemas::component(query)));
            let names =
                parameters.into_iter().flatten().filter_map(|one| one["name"].as_str().map(|name| format!("`{name}`")));
            let (query, method) = (names.collect::<Vec<_>>().join(" "), route.method.to_uppercase());
            let role = route.role.map_or(String::new(), |role| format!("`{}`", role.word()));
            text.push_str(&format!("| `{method} {}` | {query} | {} | {role} |\n", route.path, route.summary));
        }
    }
    text
}

/// Recorded examples by operation.
fn examples() -> Map<String, Value> {
    serde_json::from_str(include_str!("../../examples.json")).expect("a test holds the examples against the document")
}
