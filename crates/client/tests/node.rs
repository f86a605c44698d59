//! The client against a node over loopback: signing, nonces of sessions and wallets, batches, proofs, streams.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gage_accounts::operations::OpenSession;
use gage_accounts::{Class, GenesisAccount, Grant, NewKey, Quantity};
use gage_api::{ApiConfig, Server};
use gage_chain::{Genesis, GenesisCredit, Operation, genesis_account_id};
use gage_client::{Channel, Client, ClientConfig, Error, Signer, Stage, Taken};
use gage_crypto::{AccountId, Hash, Scheme, SecretKey};
use gage_ledger::operations::Transfer;
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_node::{Node, NodeConfig};
use gage_units::{Amount, AssetId, Timestamp};

const USD: AssetId = AssetId(0);
const START: u64 = 1_000_000;
const TOKEN: &str = "a token for the tests";
const ALICE: u8 = 1;
const WALLET: u8 = 2;

fn secret(user: u8) -> SecretKey {
    let scheme = if user == WALLET { Scheme::Secp256k1Eip712 } else { Scheme::Ed25519 };
    SecretKey::from_bytes(scheme, &[user; 32]).unwrap()
}

fn id(user: u8) -> AccountId {
    genesis_account_id(&[NewKey::owner(secret(user).public_key())], 1).unwrap()
}

struct World {
    server: Option<Server>,
    node: Option<Node>,
    client: Client,
    time: u64,
    dir: PathBuf,
}

impl World {
    fn new() -> World {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("client-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        let mut genesis = Genesis { network: "client-test".to_owned(), time: Timestamp(START), ..Genesis::default() };
        genesis.params.base_fee_min = Amount(10);
        let symbol = "USD".to_owned();
        let asset = GenesisAsset { symbol, decimals: 2, issuer: Some(id(ALICE)), module: None, itemised: false };
        genesis.ledger.assets.push(asset);
        for user in [ALICE, WALLET] {
            let keys = vec![NewKey::owner(secret(user).public_key())];
            genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
            genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: USD, amount: Amount(10_000_000) });
            genesis.credits.push(GenesisCredit { account: id(user), amount: Amount(5_000_000) });
        }
        let mut config = NodeConfig::new(&dir, genesis);
        config.snapshot_every = 0;
        let node = Node::start(config).unwrap();
        let api = ApiConfig { admin_token: Some(TOKEN.to_owned()), ..ApiConfig::default() };
        let server = Server::start(node.handle(), api).unwrap();
        let config = ClientConfig { admin_token: Some(TOKEN.to_owned()), ..ClientConfig::new(server.url()) };
        let client = Client::with(config).unwrap();
        World { server: Some(server), node: Some(node), client, time: START, dir }
    }

    fn seal(&mut self) -> gage_client::Sealed {
        self.time += 1_000;
        self.client.seal(Timestamp(self.time)).unwrap()
    }

    fn until(&self) -> Timestamp {
        Timestamp(self.time + 60_000)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.server.take());
        drop(self.node.take());
        drop(fs::remove_dir_all(&self.dir));
    }
}

fn give(to: u8, amount: u128) -> Vec<Operation> {
    let transfer = Transfer { to: id(to), asset: USD, quantity: Quantity::Exact(Amount(amount)) };
    vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))]
}

#[test]
fn accounts_wallets_and_sessions_sign() {
    let mut world = World::new();
    let client = world.client.clone();
    let mut alice = Signer::of(&client, id(ALICE), secret(ALICE)).unwrap();
    let mut wallet = Signer::of(&client, id(WALLET), secret(WALLET)).unwrap();
    wallet.know_asset(USD, "USD", 2);
    let first = alice.signed(world.until(), give(WALLET, 100)).unwrap();
    let text = wallet.signed(world.until(), give(ALICE, 30)).unwrap();
    let session = SecretKey::from_bytes(Scheme::Ed25519, &[77; 32]).unwrap();
    let scope = vec![Grant { module: gage_ledger::MODULE, classes: vec![Class::General] }];
    let open =
        OpenSession { key: session.public_key(), scope, expires: Timestamp(world.time + 3_600_000), limits: vec![] };
    let opening = vec![Operation::Accounts(gage_accounts::Operation::OpenSession(open))];
    let opening = alice.signed(world.until(), opening).unwrap();
    let hashes = [&first, &text, &opening].map(|signed| client.submit(signed).unwrap());
    world.seal();
    for hash in hashes {
        let status = client.transaction(&hash).unwrap().unwrap();
        assert!(status.is_done() && status.status == Stage::Certified, "{status:?}");
    }
    // The session's nonces are in a lane of its own.
    let mut trader = Signer::of(&client, id(ALICE), session).unwrap();
    assert!(trader.nonce() >> 40 == 1, "{}", trader.nonce());
    let hash = client.submit(&trader.signed(world.until(), give(WALLET, 5)).unwrap()).unwrap();
    world.seal();
    let status = client.wait(&hash, Stage::Executed, Duration::from_secs(5)).unwrap().unwrap();
    assert!(status.is_done(), "{status:?}");
    assert!(status.receipt.unwrap().event("posted").is_some());
    assert_eq!(client.holdings(&id(WALLET)).unwrap()[0].balance.free, Amount(5_000_075));
}

#[test]
fn batches_keep_their_order_and_name_what_is_refused() {
    let mut world = World::new();
    let client = world.client.clone();
    let mut alice = Signer::of(&client, id(ALICE), secret(ALICE)).unwrap();
    let mut batch: Vec<_> = (0..50).map(|_| alice.signed(world.until(), give(WALLET, 1)).unwrap()).collect();
    batch[20].transaction.max_fee = Amount(1);
    let taken = client.submit_many(&batch).unwrap();
    assert_eq!(taken.len(), 50);
    for (position, taken) in taken.iter().enumerate() {
        match taken {
            Taken::Accepted { transaction, .. } => {
                assert_eq!(*transaction, batch[position].transaction.hash(&client.genesis().unwrap()));
            }
            Taken::Refused { problem } => assert_eq!((position, problem.name.as_str()), (20, "FeeAboveMaximum")),
        }
    }
    let sealed = world.seal();
    assert_eq!((sealed.receipts, sealed.done), (49, 49));
    let audit = client.audit().unwrap();
    assert!(audit.conservation_ok && audit.height == sealed.height);
}

#[test]
fn proofs_are_checked_here() {
    let mut world = World::new();
    let client = world.client.clone();
    let mut alice = Signer::of(&client, id(ALICE), secret(ALICE)).unwrap();
    let hash = client.submit(&alice.signed(world.until(), give(WALLET, 25)).unwrap()).unwrap();
    for _ in 0..3 {
        world.seal();
    }
    let (evidence, verified) = client.holding_proof(&id(WALLET), USD, "published").unwrap();
    assert!(verified.header.is_some() && evidence.value.is_some());
    let (_, verified) = client.receipt_proof(&hash).unwrap();
    assert!(verified.header.is_some());
    let absent = client.vault_proof(gage_vaults::VaultId(1), "certified").unwrap();
    assert!(absent.0.value.is_none());

    // A client that means another network believes nothing of this node.
    let config = ClientConfig { genesis: Some(Hash([9; 32])), ..ClientConfig::new(client.url()) };
    let other = Client::with(config).unwrap();
    assert!(matches!(other.network(), Err(Error::Answer { .. })));
    assert!(matches!(other.vault_proof(gage_vaults::VaultId(1), "certified"), Err(Error::Proof(_))));
}

#[test]
fn streams_resume() {
    let mut world = World::new();
    let client = world.client.clone();
    let mut stream = client.stream().unwrap();
    stream.subscribe("blocks", Channel::Blocks, None).unwrap();
    assert_eq!(stream.read().unwrap()["type"], "subscribed");
    world.seal();
    assert_eq!(stream.read().unwrap()["sequence"], 1);
    drop(stream);
    world.seal();
    world.seal();
    let mut stream = client.stream().unwrap();
    stream.subscribe("blocks", Channel::Blocks, Some(2)).unwrap();
    assert_eq!(stream.read().unwrap()["next"], 2);
    assert_eq!(
        (stream.read().unwrap()["sequence"].as_u64(), stream.read().unwrap()["sequence"].as_u64()),
        (Some(2), Some(3))
    );
}

/// Both sides have the same channels: the node names its own where it refuses another.
#[test]
fn the_client_knows_every_channel_of_the_node() {
    let world = World::new();
    let (mut socket, _) = {
        let tcp = std::net::TcpStream::connect(world.server.as_ref().unwrap().address()).unwrap();
        tungstenite::client("ws://localhost/v1/stream", tcp).unwrap()
    };
    socket.send(r#"{"type":"subscribe","id":"x","channel":"weather"}"#.into()).unwrap();
    // A ping may come first.
    let said = loop {
        if let tungstenite::Message::Text(said) = socket.read().unwrap() {
            break said.to_string();
        }
    };
    let (_, known) = said.split_once("expected one of ").unwrap_or_else(|| panic!("{said}"));
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let word = |channel: &Channel| serde_json::to_value(channel).unwrap().as_str().unwrap().to_owned();
    assert_eq!(known, Channel::ALL.iter().map(word).collect::<Vec<_>>());
}

#[test]
fn refusals_and_absence_are_told_apart() {
    let world = World::new();
    let missing = world.client.account(&AccountId([9; 32])).unwrap_err();
    assert_eq!(missing.name(), Some("UnknownAccount"));
    assert!(world.client.transaction(&gage_client::TransactionHash(Hash([9; 32]))).unwrap().is_none());
    assert!(matches!(Client::new("ftp://somewhere"), Err(Error::Url(_))));
    let nobody = Client::new("http://127.0.0.1:1").unwrap();
    assert!(matches!(nobody.network(), Err(Error::Unreachable { .. })));
    let guest = Client::new(world.client.url()).unwrap();
    assert_eq!(guest.seal(Timestamp(START + 1)).unwrap_err().name(), Some("Unauthorized"));
}

#[test]
fn an_encrypted_node_is_believed_by_its_certificate_alone() {
    let world = World::new();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (world.dir.join("chain.pem"), world.dir.join("key.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = Some(gage_api::TlsFiles { certificate: certificate.clone(), key });
    let server =
        Server::start(world.node.as_ref().unwrap().handle(), ApiConfig { tls, ..ApiConfig::default() }).unwrap();
    let url = format!("https://localhost:{}", server.address().port());
    let with = |certificates| Client::with(ClientConfig { certificates, ..ClientConfig::new(url.clone()) });
    let client = with(Some(certificate)).unwrap();
    assert_eq!(client.network().unwrap().network, "client-test");
    let mut stream = client.stream().unwrap();
    stream.follow_account("a", id(ALICE), None).unwrap();
    assert_eq!(stream.read().unwrap()["type"], "subscribed");
    let whole = stream.read().unwrap();
    assert_eq!((&whole["type"], &whole["data"]["holdings"]["0"]["symbol"]), (&"snapshot".into(), &"USD".into()));
    // The certificate of another is not that of this node.
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let path = world.dir.join("other.pem");
    fs::write(&path, other.cert.pem()).unwrap();
    let stranger = with(Some(path.clone())).unwrap();
    assert!(matches!(stranger.network(), Err(Error::Untrusted { .. })));
    assert!(matches!(stranger.stream(), Err(Error::Untrusted { .. })));
    fs::write(&path, "no certificate").unwrap();
    assert!(matches!(with(Some(path)), Err(Error::Certificates { .. })));
    server.stop();
}
