//! Encryption, compression, origins, keys, remembered answers, refusals that say when to come back.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{ALICE, BOB, TOKEN, USD, World, id, secret, transfer};
use gage_api::keys::{ApiKey, Keys, Role};
use gage_api::{Server, TlsFiles};
use gage_node::Sealing;
use gage_units::Timestamp;
use serde_json::{Value, json};

/// A certificate for `localhost`, in files that go with the test.
fn certificate(name: &str) -> (TlsFiles, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let certificate = dir.join(format!("{name}-{}.pem", std::process::id()));
    let key = dir.join(format!("{name}-{}-key.pem", std::process::id()));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (TlsFiles { certificate, key }, made.cert.der().clone())
}

fn encrypted(world: &World, trusted: rustls::pki_types::CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, world.connect());
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut text = Vec::new();
    // The node closes; whether it said so in TLS does not matter here.
    let read = stream.read_to_end(&mut text);
    if text.is_empty() { read.map(|_| String::new()) } else { Ok(String::from_utf8(text).unwrap()) }
}

#[test]
fn answers_are_encrypted_where_a_certificate_is_given() {
    let (files, trusted) = certificate("tls");
    let world = World::with(|_| {}, |config| config.tls = Some(files.clone()));
    assert!(world.server().url().starts_with("https://"));
    let answer = encrypted(&world, trusted).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("{\"live\":true}"), "{answer}");
    let (_, other) = certificate("other");
    assert!(encrypted(&world, other).is_err(), "another certificate is not trusted");
    // Who speaks no TLS gets no answer, and holds nobody up.
    let mut plain = world.connect();
    plain.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut text = Vec::new();
    drop(plain.read_to_end(&mut text));
    assert!(!String::from_utf8_lossy(&text).contains("HTTP/1.1"));

    let remote = |tls| gage_api::ApiConfig { listen: "0.0.0.0:0".parse().unwrap(), tls, ..Default::default() };
    Server::start(world.node(), remote(Some(files.clone()))).unwrap().stop();
    let missing = TlsFiles { certificate: files.key.clone(), key: files.key };
    let refused = Server::start(world.node(), remote(Some(missing)));
    assert!(matches!(refused, Err(gage_api::StartError::Tls { .. })), "a key is no certificate");
}

#[test]
fn long_answers_are_compressed_for_those_who_read_them() {
    let world = World::new();
    let plain = world.get("/openapi.json");
    assert!(!plain.headers.contains_key("content-encoding"));
    let head = "GET /openapi.json HTTP/1.1\r\nhost: t\r\nconnection: close\r\naccept-encoding: gzip\r\n\r\n";
    let mut stream = world.connect();
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"), "{head}");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[end..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.body);
    assert!(bytes.len() * 4 < plain.body.len(), "{} of {}", bytes.len(), plain.body.len());
    let short = world.request("GET", "/health/live", &[("accept-encoding", "gzip")], b"");
    assert!(!short.headers.contains_key("content-encoding"), "a short answer is sent as it is");
    let coded = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let refused = world.request("POST", "/v1/transactions", &coded, b"{}");
    assert_eq!((refused.status, refused.problem().0.as_str()), (415, "UnsupportedMediaType"));
}

#[test]
fn pages_of_other_origins_read_what_the_operator_allows() {
    let desk = "https://desk.example";
    let world = World::with(|_| {}, |config| config.cors_origins = vec![desk.to_owned()]);
    let asked = |origin: &str| world.request("GET", "/v1/fees", &[("origin", origin)], b"");
    assert_eq!(asked(desk).headers.get("access-control-allow-origin").map(String::as_str), Some(desk));
    assert!(asked(desk).headers["access-control-expose-headers"].contains("retry-after"));
    assert!(!asked("https://evil.example").headers.contains_key("access-control-allow-origin"));
    let before = [("origin", desk), ("access-control-request-method", "POST")];
    let preflight = world.request("OPTIONS", "/v1/transactions", &before, b"");
    assert_eq!((preflight.status, preflight.body.as_str()), (204, ""));
    assert!(preflight.headers["access-control-allow-headers"].contains("idempotency-key"));
    let upgrade = [
        ("origin", "https://evil.example"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let refused = world.request("GET", "/v1/stream", &upgrade, b"");
    assert_eq!((refused.status, refused.problem().0.as_str()), (403, "OriginNotAllowed"));
}

#[test]
fn keys_open_what_their_role_permits() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("keys-{}.json", std::process::id()));
    let (operator, record) = ApiKey::generate("operator", Role::Operator).unwrap();
    let (sealer, of_sealer) = ApiKey::generate("sealer", Role::Sealer).unwrap();
    let (late, mut ended) = ApiKey::generate("late", Role::Admin).unwrap();
    ended.expires = Some(1);
    let mut keys = Keys::default();
    [record, of_sealer, ended].into_iter().for_each(|key| keys.push(key));
    keys.write(&path).unwrap();
    let world = World::with(|_| {}, |config| config.keys_file = Some(path.clone()));
    let ask = |method: &str, path: &str, key: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = world.request(method, path, &headers, b"");
        (answer.status, if answer.status == 200 { String::new() } else { answer.problem().0 })
    };
    let ok = (200, String::new());
    let forbidden = (403, "Forbidden".to_owned());
    let unauthorized = (401, "Unauthorized".to_owned());
    assert_eq!(ask("GET", "/v1/admin/load", &operator), ok);
    assert_eq!(ask("POST", "/v1/admin/snapshot", &operator), ok);
    assert_eq!(ask("POST", "/v1/admin/seal", &operator), forbidden);
    assert_eq!(ask("GET", "/v1/admin/keys", &operator), forbidden);
    assert_eq!(ask("POST", "/v1/admin/seal", &sealer), (400, "MalformedJson".to_owned()), "it may, but says nothing");
    assert_eq!(ask("GET", "/v1/admin/load", &sealer), forbidden);
    assert_eq!(ask("GET", "/v1/admin/load", &late), unauthorized, "its time is over");
    assert_eq!(ask("GET", "/v1/admin/load", ""), unauthorized);
    assert_eq!(ask("GET", "/v1/admin/keys", TOKEN), ok);

    // A key is added and the file read anew; a file that does not read changes nothing.
    let (fresh, record) = ApiKey::generate("fresh", Role::Observer).unwrap();
    let mut more = Keys::read(&path).unwrap();
    more.push(record);
    more.write(&path).unwrap();
    assert_eq!(ask("GET", "/v1/admin/load", &fresh), unauthorized);
    assert_eq!(ask("POST", "/v1/admin/keys/reload", TOKEN), ok);
    assert_eq!(ask("GET", "/v1/admin/load", &fresh), ok);
    std::fs::write(&path, "{").unwrap();
    assert_eq!(ask("POST", "/v1/admin/keys/reload", TOKEN).0, 503);
    assert_eq!(ask("GET", "/v1/admin/load", &fresh), ok);
    drop(std::fs::remove_file(path));
}

#[test]
fn a_key_has_its_own_rate() {
    let (desk, mut record) = ApiKey::generate("desk", Role::Partner).unwrap();
    record.requests_per_second = Some(1_000);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rate-{}.json", std::process::id()));
    let mut keys = Keys::default();
    keys.push(record);
    keys.write(&path).unwrap();
    let world = World::with(
        |_| {},
        |config| {
            (config.requests_per_second, config.requests_burst) = (1, 2);
            config.keys_file = Some(path.clone());
        },
    );
    let statuses: Vec<u16> = (0..3).map(|_| world.get("/health/live").status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    let bearer = format!("Bearer {desk}");
    let own = |_| world.request("GET", "/health/live", &[("authorization", &bearer)], b"").status;
    assert!((0..50).map(own).all(|status| status == 200));
    drop(std::fs::remove_file(path));
}

#[test]
fn the_same_word_gives_the_same_answer() {
    let mut world = World::new();
    let one = world.signed(ALICE, vec![transfer(id(BOB), USD, 5)]).to_bytes();
    let other = world.signed(ALICE, vec![transfer(id(BOB), USD, 6)]).to_bytes();
    let send = |world: &World, word: &str, body: &[u8]| {
        let headers = [("content-type", "application/octet-stream"), ("idempotency-key", word)];
        world.request("POST", "/v1/transactions", &headers, body)
    };
    let first = send(&world, "order-1", &one);
    assert_eq!((first.status, first.headers.contains_key("idempotency-replayed")), (202, false));
    world.seal();
    let again = send(&world, "order-1", &one);
    assert_eq!((again.status, &again.body), (202, &first.body), "as it was answered then");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let reused = send(&world, "order-1", &other);
    assert_eq!((reused.status, reused.problem()), (422, ("IdempotencyKeyReused".to_owned(), 41_017)));
    assert_eq!(send(&world, "order-2", &other).status, 202);
    assert_eq!(send(&world, &"x".repeat(256), &one).problem().0, "BadParameter");
    // A refusal is remembered as well; what the client got wrong is not.
    let third = world_forged(&world.signed(ALICE, vec![transfer(id(BOB), USD, 7)]).to_bytes());
    let refused = send(&world, "order-3", &third);
    assert_eq!((refused.status, send(&world, "order-3", &third).body), (422, refused.body));
    assert_eq!(send(&world, "order-4", b"").status, 400);
    assert_eq!(send(&world, "order-4", &one).status, 200, "the word is still free");
}

/// The same transaction with a signature that does not hold.
fn world_forged(bytes: &[u8]) -> Vec<u8> {
    let mut forged = bytes.to_vec();
    *forged.last_mut().unwrap() ^= 1;
    forged
}

#[test]
fn waits_say_what_was_reached() {
    let mut world = World::with(|config| config.sealing = Sealing::Every(Duration::from_millis(20)), |_| {});
    for stage in ["ordered", "executed", "certified"] {
        let mut transaction = world.transaction(ALICE, vec![transfer(id(BOB), USD, 5)]);
        transaction.valid_until = Timestamp(u64::MAX);
        let bytes = world.sign_with(&secret(ALICE), transaction).to_bytes();
        let path = format!("/v1/transactions?wait={stage}&timeout_ms=20000");
        let answer = world.request("POST", &path, &[("content-type", "application/octet-stream")], &bytes);
        let status = answer.json();
        let reached =
            ["accepted", "ordered", "executed", "certified"].iter().position(|word| status["status"] == **word);
        let wanted = ["accepted", "ordered", "executed", "certified"].iter().position(|word| *word == stage);
        assert!(reached >= wanted, "{stage}: {status}");
        assert_eq!((&status["final"], &status["finality"]), (&json!(true), &json!("solo")));
    }
    // Where consensus orders the blocks, it is not this node that stands for them.
    let validator = World::with(|config| config.sealing = Sealing::Consensus, |_| {});
    assert_eq!(validator.get("/v1/network").json()["consensus"], "validators");
    // A node that seals on command does not get there: the answer says how far it is.
    let mut manual = World::new();
    let bytes = manual.signed(ALICE, vec![transfer(id(BOB), USD, 5)]).to_bytes();
    let path = "/v1/transactions?wait=certified&timeout_ms=50";
    let answer = manual.request("POST", path, &[("content-type", "application/octet-stream")], &bytes);
    assert_eq!(
        (answer.status, &answer.json()["status"], &answer.json()["final"]),
        (202, &json!("accepted"), &json!(false))
    );
}

#[test]
fn a_stop_answers_those_who_wait() {
    let mut world = World::new();
    let bytes = world.signed(ALICE, vec![transfer(id(BOB), USD, 5)]).to_bytes();
    let address = world.server().address();
    let waiting = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /v1/transactions?wait=certified&timeout_ms=30000 HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\
             content-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            bytes.len()
        );
        stream.write_all(&[head.as_bytes(), &bytes].concat()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    world.stop_server();
    assert!(start.elapsed() < Duration::from_secs(3));
    let text = waiting.join().unwrap();
    assert!(text.starts_with("HTTP/1.1 202") && text.contains("\"status\":\"accepted\""), "{text}");
}

#[test]
fn problems_say_what_to_do_and_when() {
    let world = World::with(|_| {}, |config| (config.requests_per_second, config.requests_burst) = (1, 1));
    let unknown = world.get("/v1/vaults/99").json();
    assert!(unknown["remedy"].as_str().is_some_and(|text| text.len() > 10), "{unknown}");
    assert_eq!(unknown.get("retry_at"), None, "time does not help");
    let refused = world.get("/v1/vaults/99");
    let now =
        u64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let at = refused.json()["retry_at"].as_u64().unwrap();
    assert_eq!((refused.status, refused.headers["retry-after"].as_str()), (429, "1"));
    assert!((now - 5_000..now + 1_500).contains(&at), "{at} is about a second from {now}");
}

#[test]
fn more_connections_than_may_be_are_told_so() {
    let world = World::with(|_| {}, |config| config.connections_max = 2);
    let held = [world.connect(), world.connect()];
    // Both are taken once they are accepted.
    std::thread::sleep(Duration::from_millis(200));
    let refused = world.get("/health/live");
    assert_eq!((refused.status, refused.problem().0.as_str()), (503, "Busy"));
    assert_eq!(refused.headers["retry-after"], "1");
    drop(held);
    let start = Instant::now();
    while world.get("/health/live").status != 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "places come back");
        std::thread::sleep(Duration::from_millis(20));
    }
    let few = World::with(|_| {}, |config| config.connections_per_address_max = 1);
    let held = few.connect();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(few.get("/health/live").status, 503);
    drop(held);
}

#[test]
fn more_reads_than_may_wait_are_refused() {
    let world = World::with(|_| {}, |config| config.reads_max = 1);
    let address = world.server().address();
    let body = json!({ "draft": { "account": id(ALICE), "operations": [transfer(id(BOB), USD, 70)] } }).to_string();
    let trial = world.node().read(|_| {
        // A dry run waits for the state, which is held here: it has the only place.
        let trial = std::thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let head = format!(
                "POST /v1/dry-run HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        });
        std::thread::sleep(Duration::from_millis(500));
        let refused = world.get("/v1/fees");
        assert_eq!((refused.status, refused.problem().0.as_str()), (503, "Busy"));
        assert_eq!(refused.headers["retry-after"], "1");
        assert_eq!(world.get("/health/live").status, 200, "what reads nothing is answered");
        trial
    });
    assert!(trial.join().unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!(world.get("/v1/fees").status, 200);
}

#[test]
fn a_dry_run_says_what_would_happen() {
    let mut world = World::new();
    let root = world.root();
    let draft = json!({ "account": id(ALICE), "operations": [transfer(id(BOB), USD, 70)] });
    let dry = world.post("/v1/dry-run", &json!({ "draft": draft })).json();
    assert_eq!(dry["receipt"]["outcome"], "done", "{dry}");
    let legs = dry["postings"][0]["legs"].as_array().unwrap();
    assert!(legs.iter().all(|leg| leg["amount"] == "70") && legs.len() == 2, "{dry}");
    assert_eq!(dry["receipt"]["events"][0]["event"]["posted"]["legs"], dry["postings"][0]["legs"]);
    let too_much = json!({ "account": id(ALICE), "operations": [transfer(id(BOB), USD, 70_000_000)] });
    let dry = world.post("/v1/dry-run", &json!({ "draft": too_much })).json();
    assert_eq!((&dry["receipt"]["name"], &dry["postings"]), (&json!("InsufficientBalance"), &json!([])));
    let nobody = world.post("/v1/dry-run", &json!({ "draft": draft, "keys": [] })).json();
    assert_eq!(nobody["receipt"]["name"], "BelowThreshold");

    // Signed bytes: what is tried is then what happens.
    let signed = world.signed(ALICE, vec![transfer(id(BOB), USD, 70)]);
    let kind = [("content-type", "application/octet-stream")];
    let dry = world.request("POST", "/v1/dry-run", &kind, &signed.to_bytes()).json();
    assert_eq!(world.root(), root, "nothing was done");
    world.submit(&signed.to_bytes());
    world.seal();
    let hash = signed.transaction.hash(&world.genesis());
    let done = world.get(&format!("/v1/transactions/{hash}")).json();
    assert_eq!(done["receipt"], dry["receipt"]);
    assert_eq!(done["height"], dry["height"]);
    let forged = world.request("POST", "/v1/dry-run", &kind, &world_forged(&signed.to_bytes()));
    assert_eq!((forged.status, forged.problem().0.as_str()), (422, "BadSignature"));
    let neither: Value = json!({});
    assert_eq!(world.post("/v1/dry-run", &neither).problem().0, "MalformedJson");
}
