//! Every message of ours, fed with mutated good inputs and with noise: nothing panics, and what is accepted is written
//! back byte for byte. `GAGE_FUZZ_INPUTS` asks for more inputs.

use std::sync::Arc;

use bytes::Bytes;
use commonware_codec::{Encode as _, Read as _};
use gage_chain::{Executed, Header, PreparedBlock};
use gage_crypto::{Hash, SignatureBytes};
use gage_node::SnapshotPart;
use gage_store::proof::Root;
use gage_testkit::fuzz::{Target, run};
use gage_units::{Height, Timestamp};
use gage_verify::{Certificate, CertifiedBlocks, Finality, Hex, Vote};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::block::{Block, ReadConfig};
use crate::gossip;
use crate::sim::user_transfer;

const GENESIS: Hash = Hash([7; 32]);

fn block() -> PreparedBlock {
    let transactions = vec![user_transfer(&GENESIS, 1, 0, 2, 5), user_transfer(&GENESIS, 2, 0, 1, 7)];
    let executed = Executed { height: Height(1), state_root: Root::EMPTY, events_root: Hash::ZERO };
    let header =
        |body| Header { parent: Hash::ZERO, height: Height(3), time: Timestamp(5), version: 1, body, executed };
    PreparedBlock::make(&GENESIS, transactions, header)
}

fn block_message(bytes: &[u8]) {
    let mut buffer = Bytes::copy_from_slice(bytes);
    if let Ok(block) = Block::read_cfg(&mut buffer, &ReadConfig::new(GENESIS)) {
        let read = &bytes[..bytes.len() - buffer.len()];
        assert_eq!(block.encode().as_ref(), read, "a block has one encoding");
    }
}

fn gossip_message(bytes: &[u8]) {
    if let Some(batch) = gossip::read(bytes) {
        assert_eq!(gossip::write(&batch), bytes, "a batch has one encoding");
    }
}

fn json<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(bytes) {
        let again = serde_json::from_slice::<T>(&serde_json::to_vec(&read).expect("it was JSON"));
        assert_eq!(again.expect("what is written is read"), read);
    }
}

fn certified_blocks(bytes: &[u8]) {
    json::<CertifiedBlocks>(bytes);
    if let Ok(read) = serde_json::from_slice::<CertifiedBlocks>(bytes) {
        // Nobody signed this.
        assert!(read.verify(&GENESIS, &[], (2, Hash::ZERO)).is_err());
    }
}

#[test]
fn messages_of_strangers() {
    let block = block();
    let bytes = block.block().to_bytes();
    let vote = Vote { validator: 1, signature: SignatureBytes([3; 64]) };
    let certificate = Certificate { epoch: 0, view: 3, parent_view: 2, block: Hash::ZERO, votes: vec![vote] };
    let finality = Finality { headers: vec![block.block().header.clone()], certificate };
    let certified = CertifiedBlocks { blocks: vec![Hex(bytes.clone())], finality };
    let part = SnapshotPart { height: Height(3), parts: 2, bytes: Hex(vec![1, 2, 3]) };
    let targets = [
        Target {
            name: "block of the engine",
            corpus: vec![
                Block::new(&GENESIS, Arc::new(block)).encode().to_vec(),
                Block::genesis(&GENESIS).encode().to_vec(),
            ],
            run: block_message,
        },
        Target {
            name: "transactions of a peer",
            corpus: vec![gossip::write(&[vec![1], vec![2; 300]]), gossip::write(&[bytes])],
            run: gossip_message,
        },
        Target {
            name: "certified blocks",
            corpus: vec![serde_json::to_vec(&certified).expect("JSON")],
            run: certified_blocks,
        },
        Target {
            name: "part of a snapshot",
            corpus: vec![serde_json::to_vec(&part).expect("JSON")],
            run: json::<SnapshotPart>,
        },
    ];
    let count = std::env::var("GAGE_FUZZ_INPUTS").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000);
    for target in &targets {
        run(target, 42, count);
    }
}
