//! Every route over a real socket, its answer held against the schema that the document gives it.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{ALICE, BOB, GUSD, ISSUER, ONE, TOKEN, USD, WALLET, WETH, World, id, transfer};
use gage_api::openapi::Route;
use gage_crypto::{Scheme, SecretKey};
use gage_verify::{Document, Trust};
use serde_json::{Value, json};

/// Asks for routes by their stable names, and holds the answers against the document.
struct Asker<'w> {
    world: &'w World,
    document: Value,
    /// The routes that were asked for, with an example of each.
    examples: BTreeMap<String, Value>,
}

impl<'w> Asker<'w> {
    fn new(world: &'w World) -> Asker<'w> {
        Asker { world, document: world.get("/openapi.json").json(), examples: BTreeMap::new() }
    }

    /// Whether a value is what a schema says: by a library that knows nothing of this one.
    fn check(&self, schema: &Value, value: &Value, place: &str) {
        let mut schema = schema.clone();
        schema["components"] = self.document["components"].clone();
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        let validator = jsonschema::validator_for(&schema).unwrap();
        let found: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(found.is_empty(), "{place} is not as the document says: {found:#?}\n{value:#}");
    }

    fn note(&mut self, route: &Route, path: &str, request: Option<&Value>, answer: &Value) {
        let schema = route.schema().unwrap_or_else(|| json!({}));
        self.check(&schema, answer, path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut parameters: serde_json::Map<String, Value> = Default::default();
        for (template, actual) in route.path.split('/').zip(path.split('/')) {
            if let Some(name) = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                parameters.insert(name.to_owned(), number_or_text(actual));
            }
        }
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            parameters.insert(name.to_owned(), number_or_text(value));
        }
        let mut example = json!({ "parameters": parameters, "answer": shortened(answer) });
        if let Some(request) = request {
            example["request"] = request.clone();
        }
        self.examples.entry(route.id.to_owned()).or_insert(example);
    }

    fn get(&mut self, id: &str, path: &str) -> Value {
        let route = route(id);
        let answer = self.world.request("GET", path, &[("authorization", &bearer())], b"");
        assert_eq!((route.method, answer.status), ("get", 200), "{path}: {answer:?}");
        let value = answer.json();
        self.note(&route, path, None, &value);
        value
    }

    fn post(&mut self, id: &str, path: &str, body: &Value) -> Value {
        let route = route(id);
        let headers = [("authorization", bearer()), ("content-type", "application/json".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.world.request("POST", path, &headers, body.to_string().as_bytes());
        assert!(answer.status == 200 || answer.status == 202, "{path}: {answer:?}");
        if let (Some(schema), false) = (
            self.document.pointer(&format!(
                "/paths/{}/post/requestBody/content/application~1json/schema",
                route.path.replace('/', "~1")
            )),
            body.is_null(),
        ) {
            self.check(&schema.clone(), body, &format!("the body for {path}"));
        }
        let value = answer.json();
        self.note(&route, path, Some(body).filter(|body| !body.is_null()), &value);
        value
    }
}

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

fn route(id: &str) -> Route {
    gage_api::openapi::routes().into_iter().find(|route| route.id == id).unwrap_or_else(|| panic!("{id} is a route"))
}

fn number_or_text(text: &str) -> Value {
    // Amounts are texts: only short numbers are numbers.
    text.parse::<u32>().map_or_else(|_| json!(text), |number| json!(number))
}

/// Lists in an example are short.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().take(2).map(shortened).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_route_answers_as_its_document_says() {
    let mut world = World::full(|_| {});
    world.furnish_all();
    let (alice, bob) = (id(ALICE), id(BOB));
    let status = world.run(ALICE, vec![transfer(bob, USD, 250)]);
    let hash = status["transaction"].as_str().unwrap().to_owned();
    let time = world.get("/v1/network").json()["time"].as_u64().unwrap();
    let operations = borsh::to_vec(&[transfer(bob, USD, 9)].to_vec()).unwrap();
    let key = common::secret(ALICE).public_key().id();
    let (not_before, not_after) = (gage_units::Timestamp(time), gage_units::Timestamp(time + 3_600_000));
    let proposal = gage_chain::ProposeBundle { operations, not_before, not_after, key };
    let proposed = gage_chain::Operation::Chain(gage_chain::ChainOperation::ProposeBundle(proposal));
    assert_eq!(world.run(ALICE, vec![proposed])["receipt"]["outcome"], "done");
    let signed = hex::encode(world.signed(BOB, vec![transfer(alice, USD, 3)]).to_bytes());
    let sealed_at = world.time + 5_000;

    // A fall: the vault is liquidated, and there is a lot to look at.
    world.report(120);
    world.seal();
    world.seal();

    world.recorded();
    let mut ask = Asker::new(&world);
    // What happened.
    assert_eq!(ask.get("get_history", "/v1/history")["begins"], 0);
    let statement = ask.get("get_statement", &format!("/v1/history/accounts/{bob}/statement?asset=0&limit=3"));
    let purposes: Vec<&Value> = statement["items"].as_array().unwrap().iter().map(|line| &line["purpose"]).collect();
    assert_eq!(purposes, ["opening", "transfer"], "{statement}");
    ask.get("list_past_transactions", &format!("/v1/history/accounts/{alice}/transactions?limit=2"));
    let liquidated = ask.get("list_past_events", "/v1/history/events?module=vaults&kind=liquidated");
    assert_eq!(liquidated["items"][0]["module"], "vaults");
    assert_eq!(ask.get("get_vault_history", "/v1/history/vaults/1")["items"][0]["kind"], "vault_opened");
    let lots = ask.get("list_past_lots", "/v1/history/auctions?limit=1");
    ask.get("get_lot_history", &format!("/v1/history/auctions/{}", lots["items"][0]["lot"]));
    assert!(!ask.get("list_candles", "/v1/history/prices/0?interval_ms=60000")["items"].as_array().unwrap().is_empty());
    // Transactions and blocks.
    let status = ask.get("get_transaction", &format!("/v1/transactions/{hash}"));
    assert_eq!((status["status"].as_str(), status["receipt"]["outcome"].as_str()), (Some("certified"), Some("done")));
    assert_eq!(status["receipt"]["events"][0]["module"], "ledger");
    let draft = json!({ "account": alice, "operations": [transfer(bob, USD, 5)] });
    let rendered = ask.post("render", "/v1/render", &draft);
    assert!(rendered["bytes"].is_string());
    let dry = ask.post("dry_run", "/v1/dry-run", &json!({ "draft": draft }));
    assert_eq!(
        (&dry["receipt"]["outcome"], &dry["postings"][0]["legs"][0]["amount"]),
        (&json!("done"), &json!("5")),
        "{dry}"
    );
    let taken = ask.post("submit_transaction", "/v1/transactions?wait=accepted", &json!({ "transaction": signed }));
    assert_eq!(taken["status"], "accepted");
    let batch = ask.post("submit_batch", "/v1/transactions/batch", &json!({ "transactions": [signed, "00"] }));
    assert_eq!((&batch["accepted"], &batch["results"][1]["problem"]["name"]), (&json!(1), &json!("Malformed")));
    let height = status["height"].as_u64().unwrap();
    let blocks = ask.get("list_blocks", "/v1/blocks?limit=3");
    assert_eq!(blocks["items"].as_array().unwrap().len(), 3);
    let block = ask.get("get_block", &format!("/v1/blocks/{height}"));
    assert_eq!(block["receipts"]["items"][0]["transaction"], hash);
    let raw = ask.get("list_raw_blocks", "/v1/raw-blocks?limit=2");
    assert_eq!((&raw["items"][1]["height"], &raw["next"]), (&json!(2), &json!("2")));
    let events = ask.get("list_block_events", &format!("/v1/blocks/{height}/events?account={bob}"));
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
    let none = world.get(&format!("/v1/blocks/{height}/events?module=oracle")).json();
    assert_eq!(none["items"], json!([]));
    let lots = ask.get("list_events", "/v1/events?module=auctions&kind=lot_opened&asset=1");
    assert_eq!(lots["items"][0]["kind"], "lot_opened", "{lots}");

    // Accounts, compliance, settlement, staking.
    ask.get("list_accounts", "/v1/accounts");
    let account = ask.get("get_account", &format!("/v1/accounts/{alice}"));
    assert!(account["next_nonce"].as_u64().unwrap() > 6, "{account}");
    ask.get("get_guard", &format!("/v1/accounts/{alice}/guard"));
    let proof = ask.get("prove_policy", &format!("/v1/accounts/{alice}/policy-proof?asset=0&keys=1&time_ms=1000"));
    assert_eq!((&proof["most"], &proof["bound"]), (&Value::Null, &json!("threshold")));
    let holdings = ask.get("list_holdings", &format!("/v1/accounts/{bob}/holdings"));
    assert_eq!(holdings["items"][0]["symbol"], "USD");
    ask.get("get_exposure", &format!("/v1/accounts/{bob}/exposure"));
    let bundles = ask.get("list_account_bundles", &format!("/v1/accounts/{alice}/bundles"));
    let number = bundles["items"][0]["number"].as_u64().unwrap();
    let bundle = ask.get("get_bundle", &format!("/v1/bundles/{number}"));
    assert_eq!((&bundle, &bundle["current"]), (&bundles["items"][0], &json!(true)));
    let deposits = ask.get("list_account_deposits", &format!("/v1/accounts/{alice}/deposits"));
    assert_eq!(deposits["items"][0]["waterfall"], 1, "{deposits}");
    ask.get("list_gain_batches", &format!("/v1/accounts/{alice}/gain-batches"));
    let report = ask.get("explain_transfer", &format!("/v1/compliance/explain?asset=4&from={alice}&to={bob}&amount=5"));
    assert_eq!(report["allowed"], true, "{report}");
    ask.get("get_rules", "/v1/compliance/rules/4");
    ask.get("get_standing", &format!("/v1/accounts/{alice}/standing"));
    ask.get("get_identity", "/v1/compliance/identities/0");
    let claims = ask.get("list_claims", "/v1/compliance/identities/0/claims?limit=1");
    assert_eq!((&claims["items"][0]["topic"], &claims["items"][0]["live"]), (&json!("kyc"), &json!(true)));
    let next = claims["next"].as_str().unwrap();
    let rest = world.get(&format!("/v1/compliance/identities/0/claims?cursor={next}")).json();
    assert_eq!((&rest["items"], &rest["next"]), (&json!([]), &Value::Null));
    let statistics = ask.get("get_statistics", "/v1/compliance/statistics/4");
    assert_eq!(statistics["holders"], 2, "{statistics}");
    let largest = ask.get("list_largest_holders", "/v1/compliance/statistics/4/largest?limit=1");
    assert_eq!(largest["items"][0]["identity"], 0, "{largest}");
    let instructions = ask.get("list_instructions", &format!("/v1/instructions?account={bob}"));
    let number = instructions["items"][0]["id"].as_u64().unwrap();
    assert_eq!(ask.get("get_instruction", &format!("/v1/instructions/{number}")), instructions["items"][0]);
    assert_eq!(world.get(&format!("/v1/instructions?account={}", id(ISSUER))).json()["items"], json!([]));
    let held = world.get("/v1/events?kind=held&module=ledger").json();
    let hold = held["items"][0]["event"]["held"]["hold"].as_u64().unwrap();
    ask.get("get_hold", &format!("/v1/holds/{hold}"));
    let owners = ask.get("list_sub_holdings", &format!("/v1/accounts/{bob}/sub-holdings/1?limit=1"));
    let next = owners["next"].as_str().unwrap();
    let rest = world.get(&format!("/v1/accounts/{bob}/sub-holdings/1?limit=1&cursor={next}")).json();
    assert_eq!(rest["items"][0]["owner"], json!({ "reference": "11".repeat(32) }));
    let end = world.get(&format!("/v1/accounts/{bob}/sub-holdings/1?cursor={}", rest["next"].as_str().unwrap())).json();
    assert_eq!((&end["items"], &end["next"]), (&json!([]), &Value::Null));
    ask.get("list_roles", "/v1/staking/roles");
    let bonds = ask.get("list_bonds", "/v1/staking/bonds?role=validator&purpose=0");
    let validators = ask.get("get_validators", "/v1/staking/validators");
    assert_eq!(validators["members"][0]["stake"], "1000", "{validators}");
    assert_eq!(ask.get("list_handovers", "/v1/staking/handovers?after=0")["items"], json!([]));
    assert_eq!(ask.get("list_equivocations", "/v1/staking/equivocations")["items"], json!([]));
    let bond = bonds["items"][0]["bond"].as_u64().unwrap();
    assert_eq!(ask.get("get_bond", &format!("/v1/staking/bonds/{bond}"))["active"], "1000");
    assert_eq!(ask.get("list_account_bonds", &format!("/v1/accounts/{alice}/bonds"))["items"], bonds["items"]);
    ask.get("list_slashes", "/v1/staking/slashes");

    // Assets, prices, redemption.
    assert_eq!(ask.get("list_assets", "/v1/assets?symbol=GUSD")["items"][0]["id"], 2);
    assert_eq!(ask.get("get_asset", "/v1/assets/1")["symbol"], "WETH");
    ask.get("get_security", "/v1/securities/2");
    ask.get("list_attestations", "/v1/securities/2/attestations");
    assert_eq!(ask.get("list_listings", "/v1/listings")["items"][0]["tier"], 1);
    assert_eq!(ask.get("list_coverage", "/v1/coverage")["items"][0]["asset"], 2);
    ask.get("list_feeds", "/v1/feeds");
    let price = ask.get("get_price", "/v1/feeds/0");
    assert_eq!(price["price"]["mid"], (120 * ONE).to_string(), "{price}");
    assert_eq!(ask.get("get_asset_price", "/v1/assets/1/price")["price"], price["price"]);
    assert_eq!(ask.get("list_publishers", "/v1/feeds/0/publishers")["items"][0]["weight"], 1);
    ask.get("list_bands", "/v1/feeds/0/bands");
    ask.get("get_matrix", "/v1/oracle/matrix");
    ask.get("list_offences", "/v1/oracle/offences");
    let declared = ask.get("list_distributions", "/v1/distributions?asset=3");
    assert_eq!((&declared["items"][0]["recorded"], &declared["next"]), (&json!(true), &Value::Null), "{declared}");
    assert_eq!(world.get("/v1/distributions?asset=1").json()["items"], json!([]));
    assert_eq!(ask.get("get_distribution", "/v1/distributions/0"), declared["items"][0]);
    let owed = ask.get("get_entitlement", &format!("/v1/distributions/0/entitlements/{bob}"));
    assert_eq!((&owed["units"], &owed["claimed"]), (&json!("400"), &json!(false)), "{owed}");
    let contract = ask.get("get_contract", "/v1/securities/3/contract");
    assert_eq!(contract["flows"][0]["at"].as_str().map(|at| &at[..10]), Some("1971-01-01"), "{contract}");
    assert_eq!(world.get("/v1/securities/1/contract").status, 404);
    assert_eq!(ask.get("list_retirements", "/v1/retirements")["items"], json!([]), "nothing was retired");
    ask.get("list_queues", "/v1/redemptions");
    assert_eq!(ask.get("get_queue", "/v1/redemptions/3")["terms"]["cash"], 0);
    ask.get("get_wait", "/v1/redemptions/3/wait?amount=10");
    let requests = ask.get("list_requests", &format!("/v1/redemption-requests?owner={alice}&asset=3"));
    let number = requests["items"][0]["id"].as_u64().unwrap();
    ask.get("get_request", &format!("/v1/redemption-requests/{number}"));

    // Vaults, auctions, the backstop.
    let vaults = ask.get("list_vaults", &format!("/v1/vaults?owner={alice}&facility=1"));
    assert_eq!(vaults["items"][0]["id"], 1);
    assert_eq!(world.get(&format!("/v1/vaults?owner={bob}")).json()["items"], json!([]));
    ask.get("get_vault", "/v1/vaults/1");
    ask.get("get_protection", "/v1/vaults/1/protection");
    ask.get("list_facilities", "/v1/facilities");
    assert_eq!(ask.get("get_facility", "/v1/facilities/1")["identity"]["holds"], true);
    ask.get("get_pool", "/v1/facilities/2/pool");
    ask.get("count_candidates", "/v1/facilities/1/candidates");
    let lots = ask.get("list_lots", "/v1/auctions?asset=1");
    let lot = lots["items"][0]["id"].as_u64().unwrap();
    assert_eq!(ask.get("list_vault_lots", "/v1/vault-lots?vault=1")["items"][0]["lot"], lot);
    ask.get("get_lot", &format!("/v1/auctions/{lot}"));
    let preview = ask.get("preview_take", &format!("/v1/auctions/{lot}/preview?amount={ONE}"));
    assert_eq!(preview["taken"], ONE.to_string());
    ask.get("list_held", "/v1/auctions-held");
    let uniform = ask.get("list_uniform_lots", "/v1/uniform-lots");
    let number = uniform["items"][0]["id"].as_u64().unwrap();
    ask.get("get_uniform_lot", &format!("/v1/uniform-lots/{number}"));
    ask.get("list_waterfalls", "/v1/backstop");
    assert_eq!(ask.get("get_waterfall", "/v1/backstop/1")["id"], 1);
    let coverage = ask.get("get_backstop_coverage", &format!("/v1/backstop/1/coverage?stressed_loss={ONE}"));
    assert_eq!(coverage["steps"].as_array().unwrap().len(), 3, "{coverage}");
    ask.get("get_deposit", &format!("/v1/backstop/1/deposits/{alice}"));
    ask.get("get_insurance_deposit", &format!("/v1/backstop/1/insurance/1/deposits/{alice}"));
    let receipts = ask.get("list_loss_receipts", "/v1/backstop-receipts?waterfall=1");
    assert_eq!(receipts["next"], Value::Null, "{receipts}");

    // The node.
    assert!(ask.get("list_tables", "/v1/tables")["items"].as_array().unwrap().len() > 50);
    let node = ask.get("get_status", "/v1/status");
    assert_eq!(node["head"]["height"], node["certified"]);
    let network = ask.get("get_network", "/v1/network");
    assert_eq!((&network["network"], &network["consensus"]), (&json!("api-test"), &json!("solo")));
    ask.get("get_genesis", "/v1/genesis");
    assert_eq!(ask.get("get_fees", "/v1/fees")["symbol"], "USD");
    ask.get("list_scheduled_bundles", "/v1/governance/bundles");
    let audit = ask.get("audit", "/v1/audit");
    assert_eq!((audit["conservation_ok"].as_bool(), audit["broken"].is_null()), (Some(true), true));
    assert_eq!(audit["coverage"][0]["symbol"], "GUSD", "{audit}");
    let errors = ask.get("list_errors", "/v1/errors?module=api");
    assert_eq!(errors["items"][0]["code"], 41_001);
    assert_eq!(ask.get("get_error", "/v1/errors/10002")["name"], "UnknownVault");
    ask.get("is_live", "/health/live");
    ask.get("is_ready", "/health/ready");
    ask.get("get_load", "/v1/admin/load");
    assert_eq!(ask.get("list_keys", "/v1/admin/keys")["items"][0]["role"], "admin");
    ask.post("reload_keys", "/v1/admin/keys/reload", &Value::Null);
    ask.post("write_snapshot", "/v1/admin/snapshot", &Value::Null);

    // Proofs that anyone can check.
    let trust = Trust { genesis: Some(world.genesis()), ..Trust::default() };
    let mut proved = |route: &str, path: &str, anchored: bool| {
        let evidence = ask.get(route, path);
        let verified = Document::parse(&evidence.to_string()).unwrap().verify(&trust).unwrap();
        assert_eq!(verified.header.is_some(), anchored, "{path}");
        verified
    };
    assert!(proved("prove_holding", &format!("/v1/accounts/{alice}/holdings/{WETH}/proof?at=published"), true).present);
    assert!(!proved("prove_holding", &format!("/v1/accounts/{bob}/holdings/{GUSD}/proof"), false).present);
    assert!(proved("prove_vault", "/v1/vaults/1/proof?at=published", true).present);
    assert!(proved("prove_lot", &format!("/v1/auctions/{lot}/proof"), false).present);
    assert!(!proved("prove_lot", "/v1/auctions/99/proof", false).present);
    proved("prove_receipt", &format!("/v1/transactions/{hash}/proof"), true);
    assert!(proved("get_record", "/v1/records/vaults.vaults/01000000?at=published", true).present);
    let head = world.get("/v1/records/vaults.vaults/01000000?at=head").json();
    assert_eq!((head["proved"].as_bool(), head["value"].is_string()), (Some(false), true));
    // The keys that coverage names can be proved.
    for key in coverage["keys"].as_array().unwrap() {
        let (table, key) = key.as_str().unwrap().split_at(4);
        let path = format!("/v1/records/{}/{key}", u16::from_str_radix(table, 16).unwrap());
        let evidence = world.get(&path).json();
        Document::parse(&evidence.to_string()).unwrap().verify(&trust).unwrap();
    }
    ask.post("seal", "/v1/admin/seal", &json!({ "time": sealed_at }));

    let metrics = world.get("/metrics").body;
    for (name, ..) in gage_api::metrics::NAMES {
        assert!(metrics.contains(&format!("# TYPE {name} ")), "{name} is shown:\n{metrics}");
    }
    let examples = ask.examples;
    // Not JSON, or this very document, or tested elsewhere: `get_loss_receipt` needs a loss.
    // What followers read is tested with the followers: it needs validators.
    let followers = ["get_certified_blocks", "get_snapshot_part"];
    let elsewhere = ["get_metrics", "stream", "get_document", "get_loss_receipt"];
    let elsewhere = [&elsewhere[..], &followers[..]].concat();
    let routes = gage_api::openapi::routes();
    let all = routes.iter().map(|route| route.id).filter(|id| !elsewhere.contains(id));
    let missing: Vec<&str> = all.filter(|id| !examples.contains_key(*id)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "routes without a test");
    keep(&world, &examples);
}

/// Writes the examples of the document where that is asked for; otherwise every route has one there.
fn keep(world: &World, examples: &BTreeMap<String, Value>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples.json");
    if std::env::var_os("GAGE_RECORD_EXAMPLES").is_some() {
        let mut text = serde_json::to_string_pretty(examples).unwrap();
        text.push('\n');
        // Where the node of this test lies is nobody's business.
        std::fs::write(path, text.replace(world.dir.to_str().unwrap(), "data")).unwrap();
    }
    let kept: BTreeMap<String, Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (kept, now): (BTreeSet<&String>, BTreeSet<&String>) = (kept.keys().collect(), examples.keys().collect());
    assert_eq!(kept, now, "record examples anew: GAGE_RECORD_EXAMPLES=1 cargo nextest run -p gage-api --test routes");
}

/// The examples of the document are what its schemas say.
#[test]
fn examples_are_as_the_schemas_say() {
    let world = World::new();
    let ask = Asker::new(&world);
    let mut count = 0;
    for (path, methods) in ask.document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let contents = [
                &operation["requestBody"]["content"]["application/json"],
                &operation["responses"]["200"]["content"]["application/json"],
            ];
            for content in contents.into_iter().filter(|content| content["example"].is_object()) {
                ask.check(&content["schema"], &content["example"], &format!("the example of {method} {path}"));
                count += 1;
            }
        }
    }
    assert!(count > 80, "{count} examples");
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
fn the_page_on_the_api_has_every_route() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- routes: written by the tests -->\n").unwrap();
    let (list, after) = rest.split_once("<!-- /routes -->").unwrap();
    let wanted = gage_api::openapi::page();
    if std::env::var_os("GAGE_RECORD_EXAMPLES").is_some() {
        let text = format!("{before}<!-- routes: written by the tests -->\n{wanted}<!-- /routes -->{after}");
        std::fs::write(path, text).unwrap();
    } else {
        assert!(
            list == wanted,
            "write the page anew: GAGE_RECORD_EXAMPLES=1 cargo nextest run -p gage-api --test routes"
        );
    }
}

#[test]
fn the_page_on_the_api_has_every_figure() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md")).unwrap();
    for (name, kind, meaning) in gage_api::metrics::NAMES {
        assert!(page.contains(&format!("| `{name}` | {kind} | {meaning} |\n")), "docs/api.md has {name}");
    }
}
