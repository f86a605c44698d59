//! Evidence that was touched anywhere is refused, and what holds says what it rests on.

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{
    Chain, Executed, Genesis, GenesisCredit, Header, KeySignature, Operation, ReceiptProof, SignedTransaction,
    Transaction, accumulator_key_bytes, block_leaf, genesis_account_id, head_key_bytes, network_key_bytes,
};
use gage_crypto::accumulator::MmrProof;
use gage_crypto::{Hash, Scheme, SecretKey};
use gage_ledger::operations::Transfer;
use gage_ledger::{AssetNames, GenesisAsset, GenesisBalance, balance_key_bytes};
use gage_store::certified::{Certified, Changes};
use gage_store::proof::Root;
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};
use gage_verify::{
    Accumulated, Document, Evidence, ProvedRecord, RECEIPT_FORMAT, RECORD_FORMAT, ReceiptEvidence, Trust, VerifyError,
    verify, verify_receipt,
};
use serde_json::Value;

const USD: AssetId = AssetId(0);

/// Six blocks of a small network; the first moves value, the third publishes the first one's roots.
struct Network {
    chain: Chain,
    tree: Certified,
    headers: Vec<Header>,
    receipt: ReceiptEvidence,
    /// The leaves of the accumulator.
    leaves: Vec<Hash>,
}

fn network() -> Network {
    let keys: Vec<SecretKey> =
        (1..=9).map(|byte| SecretKey::from_bytes(Scheme::Ed25519, &[byte; 32]).unwrap()).collect();
    let owner = |key: &SecretKey| vec![NewKey::owner(key.public_key())];
    let ids: Vec<_> = keys.iter().map(|key| genesis_account_id(&owner(key), 1).unwrap()).collect();
    let mut genesis = Genesis { network: "verify-test".to_owned(), time: Timestamp(1_000), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(10);
    let (symbol, issuer) = ("USD".to_owned(), Some(ids[0]));
    genesis.ledger.assets.push(GenesisAsset { symbol, decimals: 2, issuer, module: None, itemised: false });
    for (key, id) in keys.iter().zip(&ids) {
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys: owner(key), threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account: *id, asset: USD, amount: Amount(100_000) });
        genesis.credits.push(GenesisCredit { account: *id, amount: Amount(10_000) });
    }
    let mut chain = Chain::from_genesis(&genesis, 1).unwrap();
    let mut tree = Certified::new(8);
    let mut roots = vec![(checkpoint(&mut chain, &mut tree), Hash::ZERO)];

    let transfers: Vec<SignedTransaction> = (0..5)
        .map(|from| {
            let quantity = Quantity::Exact(Amount(100 + from as u128));
            let transfer = Transfer { to: ids[from + 1], asset: USD, quantity };
            let transaction = Transaction {
                account: ids[from],
                nonce: 1,
                valid_until: Timestamp(1_000_000),
                max_fee: Amount(1_000),
                operations: vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))],
                expected: vec![],
            };
            let payload = transaction.payload(&chain.genesis(), &AssetNames(chain.draft()));
            let signature = keys[from].sign(&payload).unwrap();
            let signatures = vec![KeySignature { key: keys[from].public_key(), signature }];
            SignedTransaction { transaction, signatures }
        })
        .collect();
    let (mut headers, mut receipt, mut leaves) = (Vec::new(), None, Vec::new());
    for height in 1..=6u64 {
        let executed = height.saturating_sub(2);
        let (root, events_root) = roots[executed as usize];
        let transactions = if height == 1 { transfers.clone() } else { Vec::new() };
        let block = chain.make_block(Timestamp(1_000 + height), transactions, Height(executed), root, events_root);
        let result = chain.execute(&block).unwrap();
        headers.push(block.header);
        leaves.push(block_leaf(&result.block, &result.events_root));
        if height == 1 {
            let proof = ReceiptProof::make(result.height, &result.receipts, &result.due, 2).unwrap();
            receipt = Some(ReceiptEvidence {
                format: RECEIPT_FORMAT.to_owned(),
                genesis: chain.genesis(),
                transaction: result.receipts[2].transaction,
                receipt: result.receipts[2].to_bytes(),
                proof,
                height: Height(1),
                events_root: result.events_root,
                header: None,
                finality: None,
                accumulated: None,
            });
        }
        roots.push((checkpoint(&mut chain, &mut tree), result.events_root));
    }
    let mut receipt = receipt.unwrap();
    receipt.header = Some(headers[2].clone());
    Network { chain, tree, headers, receipt, leaves }
}

fn checkpoint(chain: &mut Chain, tree: &mut Certified) -> Root {
    let mut changes = Changes::new();
    chain.drain_changes(|key, value| changes.push(key, value).unwrap());
    tree.apply(chain.head().height.0, &changes).unwrap()
}

impl Network {
    fn evidence(&self, account: u32) -> Evidence {
        self.record("ledger/balances", balance_key_bytes(AccountNumber(account), USD), 1)
    }

    /// The receipt as it is proved when its own header is out of reach: by the accumulator after block 4.
    fn accumulated(&self) -> ReceiptEvidence {
        let record = self.record("chain/accumulator", accumulator_key_bytes(), 4);
        let proof = MmrProof::make(&self.leaves[..4], 0).unwrap();
        let block = self.headers[0].hash(&self.chain.genesis());
        let accumulated = Some(Accumulated { block, proof, record });
        ReceiptEvidence { header: None, accumulated, ..self.receipt.clone() }
    }

    fn record(&self, table: &str, key: Vec<u8>, height: u64) -> Evidence {
        let read = |key: &[u8]| self.tree.read_at(height, key).unwrap();
        let proved = |key: &[u8]| ProvedRecord { value: read(key).value.unwrap(), proof: read(key).proof };
        let found = read(&key);
        Evidence {
            format: RECORD_FORMAT.to_owned(),
            network: "verify-test".to_owned(),
            genesis: self.chain.genesis(),
            table: table.to_owned(),
            key,
            value: found.value,
            proof: found.proof,
            network_record: proved(&network_key_bytes()),
            head_record: proved(&head_key_bytes()),
            height: Height(height),
            state_root: found.root,
            header: Some(self.headers[height as usize + 1].clone()),
            finality: None,
        }
    }

    fn trust(&self) -> Trust {
        let header = Some(self.headers[2].hash(&self.chain.genesis()));
        Trust { genesis: Some(self.chain.genesis()), header, ..Trust::default() }
    }
}

/// Every JSON value that differs from `value` in one leaf.
fn touched(value: &Value) -> Vec<(String, Value)> {
    let wrap = |path: String, inner: Vec<(String, Value)>, put: &dyn Fn(Value) -> Value| {
        inner
            .into_iter()
            .map(move |(below, value)| (format!("{path}{below}"), value))
            .map(|(p, v)| (p, put(v)))
            .collect()
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| -> Vec<(String, Value)> {
                wrap(format!(".{name}"), touched(field), &|new| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), new);
                    Value::Object(fields)
                })
            })
            .collect(),
        Value::Array(items) => {
            let mut all: Vec<(String, Value)> = items
                .iter()
                .enumerate()
                .flat_map(|(at, item)| -> Vec<(String, Value)> {
                    wrap(format!("[{at}]"), touched(item), &|new| {
                        let mut items = items.clone();
                        items[at] = new;
                        Value::Array(items)
                    })
                })
                .collect();
            let mut longer = items.clone();
            longer.push(items.last().cloned().unwrap_or(Value::Null));
            all.push(("[longer]".to_owned(), Value::Array(longer)));
            let mut shorter = items.clone();
            if shorter.pop().is_some() {
                all.push(("[shorter]".to_owned(), Value::Array(shorter)));
            }
            all
        }
        Value::String(text) => {
            let mut variants = vec![format!("{text}0"), String::new()];
            // One character changed to another of its kind, at the start, in the middle and at the end.
            for at in [0, text.len() / 2, text.len().saturating_sub(1)] {
                let mut bytes = text.clone().into_bytes();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = if *byte == b'1' { b'2' } else { b'1' };
                    variants.push(String::from_utf8(bytes).unwrap());
                }
            }
            variants.retain(|variant| variant != text);
            variants.into_iter().map(|text| (String::new(), Value::String(text))).collect()
        }
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            [number + 1, number.wrapping_sub(1), 0, 1 << 40]
                .into_iter()
                .filter(|other| *other != number)
                .map(|number| (String::new(), Value::from(number)))
                .collect()
        }
        Value::Null => vec![(String::new(), Value::from("00")), (String::new(), Value::from("00".repeat(32)))],
        Value::Bool(value) => vec![(String::new(), Value::Bool(!value))],
    }
}

/// Nothing touched may pass. Says how many variants were tried.
fn nothing_passes(document: &Document, trust: &Trust, unproved: &[&str]) -> usize {
    let value: Value = serde_json::from_str(&document.to_text()).unwrap();
    let variants = touched(&value);
    let count = variants.len();
    for (path, variant) in variants {
        let text = serde_json::to_string(&variant).unwrap();
        let passed = Document::parse(&text).and_then(|document| document.verify(trust));
        if !unproved.contains(&path.as_str()) {
            assert!(passed.is_err(), "{path} was touched and nobody noticed: {text}");
        }
    }
    count
}

#[test]
fn evidence_holds_and_says_what_it_rests_on() {
    let network = network();
    let evidence = network.evidence(65);
    let verified = verify(&evidence, &network.trust()).unwrap();
    assert!(verified.anchored && verified.present);
    assert_eq!((verified.height, verified.time), (Height(1), Some(Timestamp(1_001))));
    assert_eq!(verified.header, network.trust().header);
    assert_eq!((verified.checked.len(), verified.trusted.len()), (5, 2));

    let bare = verify(&evidence, &Trust::default()).unwrap();
    assert!(!bare.anchored);
    assert!(bare.trusted.iter().any(|line| line.contains("solo node signs no certificate")), "{:?}", bare.trusted);
    let root = Trust { state_root: Some(evidence.state_root), ..Trust::default() };
    assert!(verify(&evidence, &root).unwrap().anchored);

    let absent = network.evidence(9_999);
    assert!(absent.value.is_none());
    assert!(!verify(&absent, &network.trust()).unwrap().present);
    let receipt = verify_receipt(&network.receipt, &network.trust()).unwrap();
    assert!(receipt.anchored && receipt.checked[0].contains("was done"), "{receipt:?}");
}

#[test]
fn no_field_can_be_touched() {
    let network = network();
    for account in [65, 9_999] {
        let document = Document::Record(Box::new(network.evidence(account)));
        assert!(nothing_passes(&document, &network.trust(), &[]) > 150);
    }
    let receipt = Document::Receipt(Box::new(network.receipt.clone()));
    // The number of leaves only shapes the path: another number of the same shape proves the same.
    assert!(nothing_passes(&receipt, &network.trust(), &[".proof.count"]) > 60);
}

#[test]
fn an_old_receipt_is_proved_by_the_accumulator_of_a_later_state() {
    let network = network();
    let evidence = network.accumulated();
    let header = Some(network.headers[5].hash(&network.chain.genesis()));
    let trust = Trust { header, ..network.trust() };
    let verified = verify_receipt(&evidence, &trust).unwrap();
    assert!(verified.anchored && verified.header == header, "{verified:?}");
    assert!(verified.checked.iter().any(|line| line.contains("among its 4 blocks")), "{verified:?}");
    let document = Document::Receipt(Box::new(evidence.clone()));
    assert!(nothing_passes(&document, &trust, &[".proof.count"]) > 200);

    let with = |change: &dyn Fn(&mut ReceiptEvidence)| {
        let mut evidence = evidence.clone();
        change(&mut evidence);
        verify_receipt(&evidence, &trust).unwrap_err()
    };
    // The header of the receipt's own block is a second way, which nothing would compare with the first.
    assert_eq!(with(&|it| it.header = network.receipt.header.clone()), VerifyError::TwoWays);
    let other = network.record("chain/head", head_key_bytes(), 4);
    let foreign = with(&|it| it.accumulated.as_mut().unwrap().record = other.clone());
    assert_eq!(foreign, VerifyError::BadRecord("record of the accumulator"));
    let younger = MmrProof::make(&network.leaves[..3], 0).unwrap();
    let misplaced = with(&|it| it.accumulated.as_mut().unwrap().proof = younger.clone());
    assert_eq!(misplaced, VerifyError::BlockPath(Height(4)));
}

#[test]
fn absence_cannot_be_claimed_for_a_record_nor_the_other_way_round() {
    let network = network();
    let (present, absent) = (network.evidence(65), network.evidence(9_999));
    let hidden = Evidence { value: None, ..present.clone() };
    assert!(matches!(verify(&hidden, &network.trust()), Err(VerifyError::Proof { what: "record", .. })));
    let hidden = Evidence { proof: absent.proof.clone(), ..hidden };
    assert!(verify(&hidden, &network.trust()).is_err());
    let invented = Evidence { value: present.value.clone(), ..absent };
    assert!(verify(&invented, &network.trust()).is_err());
}

#[test]
fn the_reader_decides_whom_to_trust() {
    let network = network();
    let evidence = network.evidence(65);
    let trust = network.trust();
    let other = Some(Hash([7; 32]));
    let error = |evidence: &Evidence, trust: Trust| verify(evidence, &trust).unwrap_err();
    assert!(matches!(
        error(&evidence, Trust { genesis: other, ..trust.clone() }),
        VerifyError::GenesisNotTrusted { .. }
    ));
    assert!(matches!(error(&evidence, Trust { header: other, ..trust.clone() }), VerifyError::HeaderNotTrusted { .. }));
    let root = Trust { state_root: Some(Root([7; 32])), ..trust.clone() };
    assert!(matches!(error(&evidence, root), VerifyError::StateRootNotTrusted { .. }));
    let headless = Evidence { header: None, ..evidence.clone() };
    assert_eq!(error(&headless, trust.clone()), VerifyError::NoHeader);
    let late = Evidence { header: Some(network.headers[1].clone()), ..evidence };
    assert!(matches!(error(&late, trust.clone()), VerifyError::NotPublished { .. }));
    let events = Trust { events_root: other, ..trust };
    assert!(matches!(verify_receipt(&network.receipt, &events), Err(VerifyError::EventsRootNotTrusted { .. })));
}

#[test]
fn a_header_must_come_after_the_height_it_publishes() {
    let network = network();
    let mut evidence = network.evidence(65);
    let executed = Executed { ..network.headers[2].executed };
    let header = Header { height: Height(1), executed, ..network.headers[2].clone() };
    let trust = Trust { header: Some(header.hash(&network.chain.genesis())), ..network.trust() };
    evidence.header = Some(header);
    assert!(matches!(verify(&evidence, &trust), Err(VerifyError::NotPublished { .. })));
}

#[test]
fn what_is_no_evidence_is_said_to_be_none() {
    for text in ["", "[]", "{}", "{\"format\": \"gage/record/1\"}", "{\"format\": 3}", "\u{0}"] {
        assert!(matches!(Document::parse(text), Err(VerifyError::Malformed(_))), "{text}");
    }
    assert!(matches!(Document::parse("{\"format\": \"gage/record/2\"}"), Err(VerifyError::Format { .. })));
    let text = Document::Record(Box::new(network().evidence(65))).to_text();
    let extra = text.replacen('{', "{\"more\": 1,", 1);
    assert!(Document::parse(&extra).unwrap_err().to_string().contains("more"));
    let upper = text.to_uppercase();
    assert!(Document::parse(&upper).is_err());
}
