//! Every route over a real socket, its answer held against the schema that the document gives it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::collections::BTreeSet;

use common::{ALICE, BOB, GUSD, ONE, TOKEN, USD, WALLET, WETH, World, id, transfer};
use gage_crypto::{Scheme, SecretKey};
use gage_verify::{Document, Trust};
use serde_json::{Value, json};

/// Holds a value against a schema: types, required fields, patterns of the kinds in use.
fn check(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let schema = document.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} exists"));
        return check(document, schema, value, place);
    }
    if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
        if value.is_null() {
            assert!(options.iter().any(|option| option["type"] == "null"), "{place} is null");
            return;
        }
        return check(document, &options[0], value, place);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => assert!(value.is_object(), "{place} is an object: {value}"),
        Some("array") => assert!(value.is_array(), "{place} is a list: {value}"),
        Some("string") => assert!(value.is_string(), "{place} is a text: {value}"),
        Some("integer") => assert!(value.is_u64(), "{place} is a number: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{place} is a flag: {value}"),
        _ => {}
    }
    if let (Some(pattern), Some(text)) = (schema.get("pattern").and_then(Value::as_str), value.as_str()) {
        let digits = |hex: bool| text.bytes().all(|byte| byte.is_ascii_digit() || hex && (b'a'..=b'f').contains(&byte));
        let fits = match pattern {
            "^(0|[1-9][0-9]*)$" => digits(false) && (text == "0" || !text.starts_with('0')),
            "^[0-9a-f]{64}$" => text.len() == 64 && digits(true),
            "^([0-9a-f]{2})*$" => text.len() % 2 == 0 && digits(true),
            other => other.starts_with("^gage1") && text.starts_with("gage1"),
        };
        assert!(fits, "{place} is like {pattern}: {text}");
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{place} has {name}: {value}");
    }
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.get(name) {
            check(document, schema, value, &format!("{place}.{name}"));
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (position, value) in list.iter().enumerate() {
            check(document, items, value, &format!("{place}[{position}]"));
        }
    }
}

/// Asks for a path and holds the answer against the document.
fn ask(world: &World, document: &Value, route: &str, path: &str, seen: &mut BTreeSet<String>) -> Value {
    let answer = world.get(path);
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    let schema = document.pointer(&format!(
        "/paths/{}/get/responses/200/content/application~1json/schema",
        route.replace('~', "~0").replace('/', "~1")
    ));
    let value = answer.json();
    check(document, schema.unwrap_or_else(|| panic!("{route} is in the document")), &value, path);
    seen.insert(format!("get {route}"));
    value
}

#[test]
fn every_route_answers_as_its_document_says() {
    let mut world = World::new();
    let document = world.get("/openapi.json").json();
    let mut seen = BTreeSet::from(["get /openapi.json".to_owned(), "get /v1/stream".to_owned()]);
    world.furnish();
    let (alice, bob) = (id(ALICE), id(BOB));
    let status = world.run(ALICE, vec![transfer(bob, USD, 250)]);
    let hash = status["transaction"].as_str().unwrap().to_owned();
    seen.insert("post /v1/transactions".to_owned());
    seen.insert("post /v1/admin/seal".to_owned());
    let time = world.get("/v1/network").json()["time"].as_u64().unwrap();
    let proposal = gage_chain::ProposeBundle {
        operations: borsh::to_vec(&[transfer(bob, USD, 9)].to_vec()).unwrap(),
        not_before: gage_units::Timestamp(time),
        not_after: gage_units::Timestamp(time + 3_600_000),
        key: common::secret(ALICE).public_key().id(),
    };
    let proposed = gage_chain::Operation::Chain(gage_chain::ChainOperation::ProposeBundle(proposal));
    assert_eq!(world.run(ALICE, vec![proposed])["receipt"]["outcome"], "done");

    // A fall: the vault is liquidated, and there is a lot to look at.
    world.report(120);
    world.seal();
    world.seal();

    let get = |route: &str, path: &str, seen: &mut BTreeSet<String>| ask(&world, &document, route, path, seen);
    let seen = &mut seen;
    let status = get("/v1/transactions/{hash}", &format!("/v1/transactions/{hash}"), seen);
    assert_eq!((status["status"].as_str(), status["receipt"]["outcome"].as_str()), (Some("certified"), Some("done")));
    assert_eq!(status["receipt"]["events"][0]["module"], "ledger");
    let node = get("/v1/status", "/v1/status", seen);
    assert_eq!(node["head"]["height"], node["certified"]);
    assert_eq!(get("/v1/network", "/v1/network", seen)["network"], "api-test");
    assert_eq!(get("/v1/fees", "/v1/fees", seen)["transfer"], "20");
    let audit = get("/v1/audit", "/v1/audit", seen);
    assert_eq!((audit["conservation_ok"].as_bool(), audit["broken"].is_null()), (Some(true), true));
    assert_eq!(audit["coverage"][0]["symbol"], "GUSD", "{audit}");
    let height = status["height"].as_u64().unwrap();
    let block = get("/v1/blocks/{height}", &format!("/v1/blocks/{height}"), seen);
    assert_eq!(block["receipts"]["items"][0]["transaction"], hash);
    let events = get("/v1/blocks/{height}/events", &format!("/v1/blocks/{height}/events?account={bob}"), seen);
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
    let oracle = format!("/v1/blocks/{height}/events?module=oracle");
    assert_eq!(get("/v1/blocks/{height}/events", &oracle, seen)["items"], json!([]));
    let account = get("/v1/accounts/{id}", &format!("/v1/accounts/{alice}"), seen);
    assert_eq!(account["next_nonce"], 6);
    let bundles = get("/v1/accounts/{id}/bundles", &format!("/v1/accounts/{alice}/bundles"), seen);
    let number = bundles["items"][0]["number"].as_u64().unwrap();
    let bundle = get("/v1/bundles/{number}", &format!("/v1/bundles/{number}"), seen);
    assert_eq!((&bundle, &bundle["current"]), (&bundles["items"][0], &json!(true)));
    let behind = format!("/v1/accounts/{alice}/bundles?cursor={number}");
    assert_eq!(get("/v1/accounts/{id}/bundles", &behind, seen)["items"], json!([]));
    let holdings = get("/v1/accounts/{id}/holdings", &format!("/v1/accounts/{bob}/holdings"), seen);
    assert_eq!(holdings["items"][0]["free"], "500250");
    assert_eq!(get("/v1/assets", "/v1/assets", seen)["items"].as_array().unwrap().len(), 3);
    assert_eq!(get("/v1/assets/{id}", "/v1/assets/1", seen)["symbol"], "WETH");
    get("/v1/securities/{asset}", "/v1/securities/2", seen);
    get("/v1/feeds", "/v1/feeds", seen);
    let price = get("/v1/feeds/{id}", "/v1/feeds/0", seen);
    assert_eq!(price["price"]["mid"], (120 * ONE).to_string(), "{price}");
    let vaults = get("/v1/vaults", &format!("/v1/vaults?owner={alice}"), seen);
    assert_eq!(vaults["items"][0]["id"], 1);
    assert_eq!(get("/v1/vaults", &format!("/v1/vaults?owner={bob}"), seen)["items"], json!([]));
    let vault = get("/v1/vaults/{id}", "/v1/vaults/1", seen);
    assert_ne!(vault["auctioned"], "0", "{vault}");
    get("/v1/facilities", "/v1/facilities", seen);
    assert_eq!(get("/v1/facilities/{id}", "/v1/facilities/1", seen)["identity"]["holds"], true);
    let lots = get("/v1/auctions", "/v1/auctions", seen);
    let lot = lots["items"][0]["id"].as_u64().unwrap();
    get("/v1/auctions/{id}", &format!("/v1/auctions/{lot}"), seen);
    let preview = format!("/v1/auctions/{lot}/preview?amount={ONE}");
    let preview = get("/v1/auctions/{id}/preview", &preview, seen);
    assert_eq!(preview["taken"], ONE.to_string());
    assert_eq!(get("/v1/backstop/{id}", "/v1/backstop/1", seen)["id"], 1);
    let deposit = format!("/v1/backstop/1/deposits/{alice}");
    assert_eq!(get("/v1/backstop/{id}/deposits/{account}", &deposit, seen)["amount"], (500 * ONE).to_string());
    get("/v1/backstop-receipts", "/v1/backstop-receipts", seen);
    get("/health/live", "/health/live", seen);
    get("/health/ready", "/health/ready", seen);

    // Proofs that anyone can check.
    let trust = Trust { genesis: Some(world.genesis()), ..Trust::default() };
    let mut proved = |route: &str, path: &str, anchored: bool| {
        let evidence = ask(&world, &document, route, path, seen);
        let verified = Document::parse(&evidence.to_string()).unwrap().verify(&trust).unwrap();
        assert_eq!(verified.header.is_some(), anchored, "{path}");
        verified
    };
    let proof = "/v1/accounts/{id}/holdings/{asset}/proof";
    assert!(proved(proof, &format!("/v1/accounts/{alice}/holdings/{WETH}/proof?at=published"), true).present);
    assert!(!proved(proof, &format!("/v1/accounts/{bob}/holdings/{GUSD}/proof"), false).present);
    assert!(proved("/v1/vaults/{id}/proof", "/v1/vaults/1/proof?at=published", true).present);
    assert!(proved("/v1/auctions/{id}/proof", &format!("/v1/auctions/{lot}/proof"), false).present);
    assert!(!proved("/v1/auctions/{id}/proof", "/v1/auctions/99/proof", false).present);
    proved("/v1/transactions/{hash}/proof", &format!("/v1/transactions/{hash}/proof"), true);
    let record = "/v1/records/{table}/{key}";
    assert!(proved(record, "/v1/records/vaults.vaults/01000000?at=published", true).present);
    let head = world.get("/v1/records/vaults.vaults/01000000?at=head").json();
    assert_eq!((head["proved"].as_bool(), head["value"].is_string()), (Some(false), true));

    let rendered = world.post("/v1/render", &json!({ "account": alice, "operations": [transfer(bob, USD, 5)] }));
    check(&document, &document["components"]["schemas"]["Rendered"], &rendered.json(), "rendered");
    seen.insert("post /v1/render".to_owned());
    let batch = world.post("/v1/transactions/batch", &json!({ "transactions": ["00"] })).json();
    check(&document, &document["components"]["schemas"]["Batch"], &batch, "batch");
    assert_eq!(batch["results"][0]["problem"]["name"], "Malformed");
    seen.insert("post /v1/transactions/batch".to_owned());
    let token = format!("Bearer {TOKEN}");
    let snapshot = world.request("POST", "/v1/admin/snapshot", &[("authorization", &token)], b"");
    assert_eq!(snapshot.status, 200, "{snapshot:?}");
    seen.insert("post /v1/admin/snapshot".to_owned());

    let metrics = world.get("/metrics").body;
    seen.insert("get /metrics".to_owned());
    for (name, ..) in gage_api::metrics::NAMES {
        assert!(metrics.contains(&format!("# TYPE {name} ")), "{name} is shown:\n{metrics}");
    }

    let routes = gage_api::openapi::routes();
    let all: BTreeSet<String> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(all.difference(seen).collect::<Vec<_>>(), Vec::<&String>::new(), "routes without a test");
}

#[test]
fn the_document_is_whole() {
    let document = gage_api::openapi::document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for route in gage_api::openapi::routes() {
        let operation = &document["paths"][route.path][route.method];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "ids differ");
        let in_path = operation["parameters"].as_array().unwrap().iter().filter(|parameter| parameter["in"] == "path");
        assert_eq!(in_path.count(), route.segments().count(), "{}", route.path);
        assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object());
    }
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference} exists");
    }
}

#[test]
fn a_wallet_signs_what_render_gives() {
    let mut world = World::new();
    let body = json!({ "account": id(WALLET), "operations": [transfer(id(BOB), USD, 1_250)] });
    let rendered = world.post("/v1/render", &body).json();
    assert!(rendered["wallet_text"].as_str().unwrap().starts_with("1. Transfer 12.5 USD#0 to gage1"), "{rendered}");
    assert_eq!(rendered["typed_data"]["primaryType"], "Transaction");
    let digest = rendered["wallet_digest"].as_str().unwrap().parse().unwrap();
    let payload = gage_crypto::SigningPayload { machine: gage_crypto::Hash::ZERO, wallet: Some(digest) };
    let key = SecretKey::from_bytes(Scheme::Secp256k1Eip712, &[WALLET; 32]).unwrap();
    let signature = key.sign(&payload).unwrap();
    let body = json!({
        "unsigned": rendered["bytes"],
        "signatures": [{ "key": key.public_key(), "signature": signature }],
    });
    let answer = world.post("/v1/transactions", &body);
    assert_eq!((answer.status, &answer.json()["transaction"]), (202, &rendered["hash"]), "{answer:?}");
    world.seal();
    let status = world.get(&format!("/v1/transactions/{}", rendered["hash"].as_str().unwrap())).json();
    assert_eq!(status["receipt"]["outcome"], "done", "{status}");
}

#[test]
fn submission_waits_and_is_idempotent() {
    let mut world =
        World::with(|config| config.sealing = gage_node::Sealing::Every(std::time::Duration::from_millis(20)), |_| {});
    let mut transaction = world.transaction(ALICE, vec![transfer(id(BOB), USD, 5)]);
    transaction.valid_until = gage_units::Timestamp(u64::MAX);
    let bytes = world.sign_with(&common::secret(ALICE), transaction).to_bytes();
    let headers = [("content-type", "application/octet-stream")];
    let answer = world.request("POST", "/v1/transactions?wait=certified&timeout_ms=20000", &headers, &bytes);
    let status = answer.json();
    assert_eq!((answer.status, status["status"].as_str()), (200, Some("certified")), "{answer:?}");
    let again = world.submit(&bytes).json();
    assert_eq!(again["transaction"], status["transaction"]);
    assert_eq!(again["height"], status["height"], "the same transaction is executed once");
    let sealed = world.request(
        "POST",
        "/v1/admin/seal",
        &[("authorization", &format!("Bearer {TOKEN}")), ("content-type", "application/json")],
        b"{\"time\":99999999999999}",
    );
    assert_eq!((sealed.status, sealed.problem().0.as_str()), (409, "NotManual"));
}

#[test]
fn lists_come_in_pages() {
    let world = World::new();
    let first = world.get("/v1/assets?limit=2").json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let rest = world.get(&format!("/v1/assets?limit=2&cursor={next}")).json();
    assert_eq!((rest["items"][0]["symbol"].as_str(), rest["next"].is_null()), (Some("GUSD"), true));
    let alice = id(ALICE);
    let first = world.get(&format!("/v1/accounts/{alice}/holdings?limit=1")).json();
    let next = first["next"].as_str().unwrap();
    let rest = world.get(&format!("/v1/accounts/{alice}/holdings?limit=5&cursor={next}")).json();
    assert_eq!((rest["items"][0]["symbol"].as_str(), rest["next"].is_null()), (Some("WETH"), true));
}

#[test]
fn reads_go_on_when_the_node_has_stopped() {
    let mut world = World::new();
    world.stop_node();
    let ready = world.get("/health/ready");
    assert_eq!((ready.status, ready.problem().0.as_str()), (503, "NotReady"));
    assert_eq!(world.get("/health/live").status, 200);
    assert_eq!(world.get("/v1/assets/0").json()["symbol"], "USD");
}

#[test]
fn the_page_on_the_api_has_every_figure() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md")).unwrap();
    for (name, kind, meaning) in gage_api::metrics::NAMES {
        assert!(page.contains(&format!("| `{name}` | {kind} | {meaning} |\n")), "docs/api.md has {name}");
    }
}
