//! Parts that die: the node stops cleanly, says why, and reads go on.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{channel, sync_channel};

use gage_chain::{Genesis, PreparedBlock};
use gage_units::{Height, Timestamp};

use crate::executor::{Durable, Executor};
use crate::locks::write;
use crate::{Node, NodeConfig, SealError, StopReason};

/// A node without accounts in a directory that is removed at the end.
struct Bare(Option<Node>, PathBuf);

impl Bare {
    fn new(name: &str) -> Bare {
        let dir = std::env::temp_dir().join(format!("gage-node-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        let genesis = Genesis { network: "bare".to_owned(), ..Genesis::default() };
        let config = NodeConfig { log_segment_bytes: 8_192, ..NodeConfig::new(&dir, genesis) };
        Bare(Some(Node::start(config).unwrap()), dir)
    }

    fn node(&mut self) -> &mut Node {
        self.0.as_mut().unwrap()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.0.take());
        drop(fs::remove_dir_all(&self.1));
    }
}

#[test]
fn a_part_that_panics_stops_the_node_and_reads_go_on() {
    let mut bare = Bare::new("panic");
    let node = bare.node();
    let handle = node.handle();
    handle.seal(Timestamp(1)).unwrap();
    let shared = Arc::clone(handle.shared());
    node.spawn("tester", move || {
        // Worse than it could happen: with the state locked for writing.
        let _chain = write(&shared.chain);
        panic!("planted");
    })
    .unwrap();
    let stopped = handle.shared().progress.wait_for(|progress| progress.stopped).unwrap();
    assert!(stopped.stopped);
    let Some(StopReason::Panic { part: "tester", sentence }) = handle.stopped() else { panic!() };
    assert_eq!(sentence, "planted");
    assert_eq!(handle.read(|chain| chain.head().height), Height(1));
    assert!(handle.checkpoint().is_some());
    assert!(matches!(handle.seal(Timestamp(2)), Err(SealError::Stopped(StopReason::Panic { .. }))));
    assert!(bare.0.take().unwrap().stop().unwrap_err().to_string().contains("planted"));
}

#[test]
fn a_fault_of_execution_stops_the_node_and_names_the_block() {
    let mut bare = Bare::new("fault");
    let handle = bare.node().handle();
    handle.seal(Timestamp(1)).unwrap();
    let (certifier, _kept) = sync_channel(1);
    let (_spares, spares) = channel();
    let (blocks, inbox) = sync_channel(1);
    // The first block again: it cannot follow itself.
    let first = PreparedBlock::new(&handle.genesis(), handle.block(Height(1)).unwrap());
    blocks.send(Durable { block: Arc::new(first), done: None }).unwrap();
    drop(blocks);
    Executor { shared: Arc::clone(handle.shared()), certifier, spares }.run(&inbox);
    let Some(StopReason::Fault { height: Height(1), sentence }) = handle.stopped() else { panic!() };
    assert!(sentence.contains("cannot be executed"), "{sentence}");
    assert_eq!(handle.status_summary().stopped, handle.stopped());
    assert!(handle.seal(Timestamp(2)).is_err());
    assert_eq!(handle.read(|chain| chain.head().height), Height(1));
    assert!(bare.0.take().unwrap().stop().is_err());
}
