//! A table of bad input: each line has its status, name and code, and leaves the root unchanged.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)]

mod common;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use common::{ALICE, BOB, GUSD, ISSUER, ONE, STRANGER, TOKEN, USD, WETH, World, id, secret, transfer};
use gage_accounts::Quantity;
use gage_api::Server;
use gage_auctions::LotId;
use gage_auctions::operations::Take;
use gage_chain::{Operation, SignedTransaction};
use gage_crypto::{AccountId, Hash, SigningPayload};
use gage_ledger::operations::Mint;
use gage_units::{Amount, Price, Timestamp};
use gage_vaults::VaultId;
use gage_vaults::operations::{Borrow, Repay};
use serde_json::json;

/// What is refused when it is submitted: what, with status, name and code.
type Refused = (&'static str, Vec<u8>, u16, &'static str, u64);

#[test]
fn what_is_refused_at_submission() {
    let mut world = World::new();
    world.furnish();
    let executed = world.signed(ALICE, vec![transfer(id(BOB), USD, 7)]);
    assert_eq!(world.submit(&executed.to_bytes()).status, 202);
    world.seal();

    let good = world.transaction(ALICE, vec![transfer(id(BOB), USD, 1)]);
    let signed = world.sign_with(&secret(ALICE), good.clone());
    let alter = |change: &dyn Fn(&mut gage_chain::Transaction)| {
        let mut transaction = good.clone();
        change(&mut transaction);
        world.sign_with(&secret(ALICE), transaction).to_bytes()
    };
    let mut forged = signed.clone();
    forged.transaction.max_fee = Amount(9_999);
    let other_network = {
        let payload = SigningPayload { machine: good.hash(&Hash([7; 32])).0, wallet: None };
        let mut signed = signed.clone();
        signed.signatures[0].signature = secret(ALICE).sign(&payload).unwrap();
        signed.to_bytes()
    };
    let replay = {
        // The same nonce again, for something else: the first is executed.
        let mut transaction = good.clone();
        transaction.nonce = executed.transaction.nonce;
        world.sign_with(&secret(ALICE), transaction).to_bytes()
    };
    let trailing = [signed.to_bytes(), vec![0]].concat();
    let truncated = signed.to_bytes()[..40].to_vec();
    let unsigned = SignedTransaction { transaction: good.clone(), signatures: vec![] }.to_bytes();
    let twice = {
        let mut signed = signed.clone();
        signed.signatures.push(signed.signatures[0].clone());
        signed.to_bytes()
    };
    let rows: Vec<Refused> = vec![
        ("malformed: no bytes", vec![], 400, "Malformed", 32_001),
        ("malformed: noise", vec![0xff; 300], 400, "Malformed", 32_001),
        ("malformed: cut off", truncated, 400, "Malformed", 32_001),
        ("malformed: a byte too many", trailing, 400, "Malformed", 32_001),
        ("oversized", vec![0; gage_chain::TRANSACTION_BYTES_MAX + 1], 413, "TooLarge", 32_002),
        ("wrong signature", forged.to_bytes(), 422, "BadSignature", 40_001),
        ("wrong network", other_network, 422, "BadSignature", 40_001),
        ("no signature", unsigned, 422, "BelowThreshold", 1_023),
        ("signed twice by one key", twice, 422, "KeyNamedTwice", 1_020),
        ("a stranger's key", world.sign_with(&secret(STRANGER), good.clone()).to_bytes(), 422, "UnknownKey", 1_017),
        ("replay", replay, 409, "NonceUsed", 1_028),
        ("nonce too far", alter(&|t| t.nonce += 2_000_000), 422, "NonceTooFar", 1_026),
        ("expired", alter(&|t| t.valid_until = Timestamp(1)), 422, "Expired", 32_005),
        ("unknown account", alter(&|t| t.account = AccountId([9; 32])), 422, "UnknownAccount", 1_007),
        ("no operations", alter(&|t| t.operations = vec![]), 422, "BadOperationCount", 32_003),
        (
            "too many operations",
            alter(&|t| t.operations = vec![t.operations[0].clone(); 65]),
            422,
            "BadOperationCount",
            32_003,
        ),
        ("zero", alter(&|t| t.operations = vec![transfer(id(BOB), USD, 0)]), 422, "ZeroAmount", 3_004),
        ("fee too low", alter(&|t| t.max_fee = Amount(1)), 422, "FeeAboveMaximum", 32_007),
        ("fee beyond the credit", alter(&|t| t.max_fee = Amount(u128::MAX)), 422, "InsufficientCredit", 32_008),
    ];
    let root = world.root();
    for (what, bytes, status, name, code) in rows {
        let answer = world.submit(&bytes);
        let (found, number) = answer.problem();
        assert_eq!((answer.status, found.as_str()), (status, name), "{what}: {}", answer.body);
        assert_eq!(number, code, "{what}");
    }
    assert_eq!(world.root(), root, "a refused submission changes nothing");
    let height = world.node().read(|chain| chain.head().height);
    let waiting = world.node().status_summary().mempool.waiting;
    assert_eq!((waiting, height.0), (0, 5), "nothing waits, and no block was made");
}

/// What is executed and refused by a rule: the fee is paid, all else is as before.
#[test]
fn what_is_refused_at_execution() {
    let mut world = World::new();
    world.furnish();
    let vaults = Operation::Vaults;
    let borrow = |vault, amount| {
        vaults(gage_vaults::Operation::Borrow(Borrow { vault: VaultId(vault), asset: GUSD, amount: Amount(amount) }))
    };
    let take = |lot| {
        Operation::Auctions(gage_auctions::Operation::Take(Take {
            lot: LotId(lot),
            asset: WETH,
            amount: Quantity::Exact(Amount(ONE)),
            want: GUSD,
            price_max: Price(u128::MAX),
        }))
    };
    let repay = |amount| {
        let amount = Quantity::Exact(Amount(amount));
        vaults(gage_vaults::Operation::Repay(Repay { vault: VaultId(1), asset: GUSD, amount }))
    };
    let overflow =
        Operation::Ledger(gage_ledger::Operation::Mint(Mint { to: id(BOB), asset: USD, amount: Amount(u128::MAX) }));
    let rows: [(&str, u8, Operation, u64, &str, u64); 8] = [
        ("more than there is", ALICE, transfer(id(BOB), USD, u128::MAX), 1_000, "InsufficientBalance", 3_007),
        ("overflow", ISSUER, overflow, 1_000, "Overflow", 3_021),
        ("unknown receiver", ALICE, transfer(AccountId([9; 32]), USD, 1), 1_000, "UnknownAccount", 1_007),
        ("unknown asset", ALICE, transfer(id(BOB), gage_units::AssetId(99), 1), 1_000, "UnknownAsset", 3_002),
        ("unknown vault", ALICE, borrow(77, ONE), 1_000, "UnknownVault", 10_002),
        ("unknown lot", ALICE, take(77), 1_000, "UnknownLot", 7_005),
        ("dust left", ALICE, repay(950 * ONE), 1_000, "BelowDebtFloor", 10_014),
        ("stale price", ALICE, borrow(1, ONE), 400_000, "PriceNotUsable", 5_003),
    ];
    for (what, user, operation, after, name, code) in rows {
        let digest = |world: &World| {
            world.node().read(|chain| {
                let mut books = Vec::new();
                chain.draft().visit(gage_store::Kind::Authenticated, |key, value| {
                    // The chain's own tables hold head and fees, nonces are used up, and these follow the clock.
                    let table = u16::from_be_bytes([key[0], key[1]]);
                    let clock =
                        [0x0105, 0x010f, 0x0a02, 0x0a04, 0x0a05].contains(&table) || key[0] == gage_oracle::MODULE;
                    if key[0] != gage_chain::MODULE && !clock {
                        books.push((key.to_vec(), value.to_vec()));
                    }
                });
                books
            })
        };
        let before = digest(&world);
        let signed = world.signed(user, vec![operation]);
        let mut signed = signed.transaction;
        signed.valid_until = Timestamp(world.time + 10_000_000);
        let bytes = world.sign_with(&secret(user), signed).to_bytes();
        let answer = world.submit(&bytes);
        assert_eq!(answer.status, 202, "{what}: {answer:?}");
        world.seal_after(after);
        let hash = answer.json()["transaction"].as_str().unwrap().to_owned();
        let status = world.get(&format!("/v1/transactions/{hash}")).json();
        let receipt = &status["receipt"];
        assert_eq!(receipt["outcome"], "rejected", "{what}: {status}");
        assert_eq!((receipt["name"].as_str(), receipt["code"].as_u64()), (Some(name), Some(code)), "{what}: {receipt}");
        assert!(receipt["sentence"].as_str().unwrap().len() > 10, "{what}");
        assert_eq!(receipt["events"], json!([]), "{what}: nothing happened");
        let after = digest(&world);
        let changed: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
        assert!(after == before, "{what}: the books are as before, but {changed:?}");
    }
}

#[test]
fn requests_that_are_none() {
    let world = World::new();
    let root = world.root();
    let json_kind = ("content-type", "application/json");
    let token = format!("Bearer {TOKEN}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"account\":\"{}\",\"operations\":{deep}}}", id(ALICE));
    let huge = format!("{{\"transaction\":\"{}\"}}", "00".repeat(gage_chain::TRANSACTION_BYTES_MAX + 1));
    type Row<'a> = (&'a str, &'a str, &'a str, Vec<(&'a str, &'a str)>, String, u16, &'a str, u64);
    let rows: Vec<Row> = vec![
        ("no route", "GET", "/v2/nothing", vec![], String::new(), 404, "UnknownRoute", 41_001),
        ("no method", "DELETE", "/v1/fees", vec![], String::new(), 405, "MethodNotAllowed", 41_002),
        ("not JSON", "POST", "/v1/render", vec![json_kind], "{".to_owned(), 400, "MalformedJson", 41_005),
        ("hostile nesting", "POST", "/v1/render", vec![json_kind], nested, 400, "MalformedJson", 41_005),
        ("hostile nesting alone", "POST", "/v1/transactions", vec![json_kind], deep, 400, "MalformedJson", 41_005),
        ("unknown field", "POST", "/v1/render", vec![json_kind], "{\"x\":1}".to_owned(), 400, "MalformedJson", 41_005),
        ("no type", "POST", "/v1/transactions", vec![], "00".to_owned(), 415, "UnsupportedMediaType", 41_004),
        ("oversized in JSON", "POST", "/v1/transactions", vec![json_kind], huge, 413, "TooLarge", 32_002),
        (
            "oversized body",
            "POST",
            "/v1/transactions",
            vec![json_kind],
            "0".repeat(400_000),
            413,
            "BodyTooLarge",
            41_003,
        ),
        ("bad hash", "GET", "/v1/transactions/xyz", vec![], String::new(), 400, "BadParameter", 41_006),
        ("bad account", "GET", "/v1/accounts/gage1xyz", vec![], String::new(), 400, "BadParameter", 41_006),
        ("bad number", "GET", "/v1/vaults/-1", vec![], String::new(), 400, "BadParameter", 41_006),
        ("bad limit", "GET", "/v1/assets?limit=0", vec![], String::new(), 400, "BadParameter", 41_006),
        ("huge limit", "GET", "/v1/assets?limit=1000000", vec![], String::new(), 400, "BadParameter", 41_006),
        ("bad cursor", "GET", "/v1/assets?cursor=zz", vec![], String::new(), 400, "BadParameter", 41_006),
        ("unknown query", "GET", "/v1/assets?order=up", vec![], String::new(), 400, "BadParameter", 41_006),
        (
            "bad stage",
            "POST",
            "/v1/transactions?wait=soon",
            vec![json_kind],
            "{}".to_owned(),
            400,
            "BadParameter",
            41_006,
        ),
        (
            "unknown transaction",
            "GET",
            "/v1/transactions/0000000000000000000000000000000000000000000000000000000000000000",
            vec![],
            String::new(),
            404,
            "UnknownTransaction",
            41_010,
        ),
        ("unknown block", "GET", "/v1/blocks/99", vec![], String::new(), 404, "UnknownBlock", 41_011),
        ("unknown table", "GET", "/v1/records/no.such/00", vec![], String::new(), 404, "UnknownRecord", 41_012),
        ("derived table", "GET", "/v1/records/ledger.running/00", vec![], String::new(), 404, "UnknownRecord", 41_012),
        ("bad key", "GET", "/v1/records/ledger.assets/0g", vec![], String::new(), 400, "BadParameter", 41_006),
        (
            "no such checkpoint",
            "GET",
            "/v1/records/ledger.assets/00000000?at=77",
            vec![],
            String::new(),
            404,
            "CheckpointNotRetained",
            40_009,
        ),
        ("no asset", "GET", "/v1/assets/99", vec![], String::new(), 404, "UnknownAsset", 3_002),
        ("no vault", "GET", "/v1/vaults/99", vec![], String::new(), 404, "UnknownVault", 10_002),
        ("no feed", "GET", "/v1/feeds/99", vec![], String::new(), 404, "UnknownFeed", 5_001),
        ("no lot", "GET", "/v1/auctions/99", vec![], String::new(), 404, "UnknownLot", 7_005),
        ("no waterfall", "GET", "/v1/backstop/99", vec![], String::new(), 404, "UnknownWaterfall", 9_004),
        (
            "no token",
            "POST",
            "/v1/admin/seal",
            vec![json_kind],
            "{\"time\":2000000}".to_owned(),
            401,
            "Unauthorized",
            41_009,
        ),
        (
            "wrong token",
            "POST",
            "/v1/admin/seal",
            vec![json_kind, ("authorization", "Bearer another token here")],
            "{\"time\":2000000}".to_owned(),
            401,
            "Unauthorized",
            41_009,
        ),
        (
            "time goes back",
            "POST",
            "/v1/admin/seal",
            vec![json_kind, ("authorization", &token)],
            "{\"time\":1}".to_owned(),
            422,
            "TimeNotLater",
            40_007,
        ),
        ("no upgrade", "GET", "/v1/stream", vec![], String::new(), 400, "BadParameter", 41_006),
    ];
    for (what, method, path, headers, body, status, name, code) in rows {
        let answer = world.request(method, path, &headers, body.as_bytes());
        let (found, number) = answer.problem();
        assert_eq!((answer.status, found.as_str()), (status, name), "{what}: {}", answer.body);
        assert_eq!(number, code, "{what}");
    }
    assert_eq!(world.root(), root);
    assert_eq!(world.node().read(|chain| chain.head().height.0), 0);
}

/// A query that does not read is answered in the house's words, which say what is wrong and what there is.
#[test]
fn a_query_that_does_not_read_is_told_what_there_is() {
    let world = World::new();
    for (path, sentence) in [
        ("/v1/vaults?limits=7", "limits is no parameter of this path; it has cursor, limit, "),
        ("/v1/vaults?limit=many", "the parameter limit must be a whole number in its range"),
        ("/v1/vaults?limit=-1", "the parameter limit must be a whole number in its range"),
        ("/v1/vaults?limit=1&limit=2", "the parameter limit is given twice; give it once"),
        ("/v1/auctions/1/preview", "the parameter amount is missing in the query"),
        ("/v1/events?account=alice", "the parameter account does not read: "),
        ("/v1/vaults?limit=501", "limit must be between 1 and 500"),
    ] {
        let answer = world.get(path);
        assert_eq!((answer.status, answer.problem().0.as_str()), (400, "BadParameter"), "{path}");
        let problem = answer.json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(sentence), "{path}: {detail}");
        assert!(!detail.contains("deserialize"), "{path}: {detail}");
        assert!(!problem["remedy"].as_str().unwrap().is_empty(), "{problem}");
    }
}

#[test]
fn without_a_token_there_are_no_admin_routes() {
    let world = World::with(|_| {}, |config| config.admin_token = None);
    let answer =
        world.request("POST", "/v1/admin/seal", &[("content-type", "application/json")], b"{\"time\":2000000}");
    assert_eq!((answer.status, answer.problem().0.as_str()), (404, "UnknownRoute"));
}

#[test]
fn a_chunked_body_is_bounded_too() {
    let world = World::new();
    let head = "POST /v1/transactions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
                content-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "0".repeat(0x10000));
    let answer = world.raw(format!("{head}{}0\r\n\r\n", chunk.repeat(8)).as_bytes());
    assert_eq!((answer.status, answer.problem().0.as_str()), (413, "BodyTooLarge"));
}

#[test]
fn slow_clients_are_cut_off_and_hold_up_nobody() {
    let world = World::with(
        |_| {},
        |config| {
            config.header_timeout = Duration::from_millis(400);
            config.body_timeout = Duration::from_millis(400);
        },
    );
    let root = world.root();
    let start = Instant::now();
    // A head that never ends.
    let mut slow_head = world.connect();
    slow_head.write_all(b"GET /v1/fees HTTP/1.1\r\nhost: te").unwrap();
    // A body that never comes.
    let mut slow_body = world.connect();
    let head = "POST /v1/transactions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
                content-type: application/octet-stream\r\ncontent-length: 100\r\n\r\nabc";
    slow_body.write_all(head.as_bytes()).unwrap();
    assert_eq!(world.get("/v1/fees").status, 200, "others are served meanwhile");
    let mut text = String::new();
    slow_body.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("\"name\":\"RequestTimeout\""), "{text}");
    // Closed, with or without a word.
    let mut rest = Vec::new();
    drop(slow_head.read_to_end(&mut rest));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(world.root(), root);
}

#[test]
fn a_client_that_takes_no_answers_is_cut_off() {
    let world = World::with(|_| {}, |config| config.write_timeout = Duration::from_millis(300));
    let mut greedy = world.connect();
    let request = "GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n";
    let start = Instant::now();
    // Asks again and again and reads nothing: the answers fill every buffer, then the connection ends.
    greedy.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    while greedy.write_all(request.repeat(100).as_bytes()).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "the node goes on writing");
    }
    std::thread::sleep(Duration::from_millis(600));
    let mut rest = Vec::new();
    let ended = greedy.read_to_end(&mut rest);
    assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock));
    assert_eq!(world.get("/health/live").status, 200);
}

#[test]
fn an_address_that_asks_too_much_is_told_so() {
    let world = World::with(
        |_| {},
        |config| {
            config.requests_per_second = 1;
            config.requests_burst = 3;
        },
    );
    let statuses: Vec<u16> = (0..5).map(|_| world.get("/health/live").status).collect();
    assert_eq!(statuses[..3], [200, 200, 200]);
    let refused = world.get("/health/live");
    assert_eq!((refused.status, refused.problem()), (429, ("RateLimited".to_owned(), 41_007)));
    assert_eq!(refused.headers.get("retry-after").map(String::as_str), Some("1"));
}

#[test]
fn only_loopback_unless_told() {
    let world = World::new();
    let config = gage_api::ApiConfig { listen: "0.0.0.0:0".parse().unwrap(), ..Default::default() };
    let refused = Server::start(world.node(), config);
    assert!(matches!(refused, Err(gage_api::StartError::NotLoopback(_))));
    let short = gage_api::ApiConfig { admin_token: Some("short".to_owned()), ..Default::default() };
    assert!(matches!(Server::start(world.node(), short), Err(gage_api::StartError::Config(_))));
}
