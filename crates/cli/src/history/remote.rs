//! `gage history follow --node`: a history recorded from the API of a node, by a process apart from it.
//!
//! What the node says its blocks did is compared with what later headers publish. What the node has forgotten is
//! executed here, from the genesis on; so is everything, if that is asked for.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use gage_chain::Genesis;
use gage_client::{Client, Error, Page};
use gage_history::{Execution, History, Location, Recorded, Recorder, Told};
use gage_units::Height;
use serde::Deserialize;

use super::LOOK;
use crate::progress;

/// The most blocks of one request; the node ends a page early where they are large.
const BLOCKS_MAX: u64 = 200;
/// How long to wait for a node that does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// A block as the API has it.
#[derive(Deserialize)]
struct Raw {
    height: Height,
    block: String,
    result: Option<String>,
}

/// How blocks become what they did.
enum Source {
    /// By the node's word.
    Told(Told),
    /// By execution.
    Executed(Box<Execution>),
}

/// Whom to follow, and how.
pub struct Remote<'a> {
    pub client: &'a Client,
    /// A genesis file that the node's must agree with.
    pub genesis: Option<&'a Path>,
    /// Whether everything is executed here.
    pub execute: bool,
    /// End with the newest block there is now.
    pub once: bool,
}

impl Remote<'_> {
    /// Records until `stop`; how many blocks were recorded.
    pub fn follow(&self, location: &Location, stop: &AtomicBool) -> Result<u64> {
        let genesis = self.genesis()?;
        let history = History::open(location, &genesis)?;
        let mut recorder = history.recorder()?;
        let (mut source, spinner) =
            (self.source(&genesis, &history, &mut recorder)?, progress::spinner("recording block"));
        let mut count = 0u64;
        while !stop.load(Ordering::Relaxed) {
            let last = recorder.height().unwrap_or(Height::GENESIS);
            let page = match self.after(last) {
                // It may be started anew; what is recorded stands.
                Err(Error::Unreachable { .. }) if !self.once => {
                    std::thread::sleep(PAUSE);
                    continue;
                }
                page => page?,
            };
            if page.is_empty() {
                if self.once {
                    break;
                }
                std::thread::sleep(LOOK);
                continue;
            }
            let mut batch = Vec::new();
            for raw in page {
                batch.push(self.recorded(&mut source, &genesis, raw)?);
            }
            recorder.record(&batch)?;
            count = count.saturating_add(u64::try_from(batch.len())?);
            spinner.set_position(recorder.height().unwrap_or_default().0);
        }
        spinner.finish_and_clear();
        Ok(count)
    }

    /// The node's genesis: that of the file, or that which its own hash names.
    fn genesis(&self) -> Result<Genesis> {
        let (named, genesis) = (
            self.client.network()?.genesis,
            match self.genesis {
                Some(path) => gage_node::read_genesis(path)?,
                None => self.client.get("/v1/genesis")?,
            },
        );
        let found = genesis.hash();
        if found != named {
            bail!("the node is of the network {named}, and the genesis of {found}; give its own with --genesis");
        }
        Ok(genesis)
    }

    /// What goes on from the last block recorded; an empty history begins with the genesis.
    fn source(&self, genesis: &Genesis, history: &History, recorder: &mut Recorder) -> Result<Source> {
        if recorder.height().is_none() {
            recorder.begin(Execution::from_genesis(genesis)?.chain())?;
        }
        let last = recorder.height().unwrap_or(Height::GENESIS);
        if self.execute {
            return Ok(Source::Executed(Box::new(self.executed(genesis, last)?)));
        }
        let hash = genesis.hash();
        let parent = match last {
            Height::GENESIS => Some(hash),
            last => history.header(last)?.map(|header| header.hash(&hash)),
        };
        Ok(Source::Told(Told::after(hash, parent)))
    }

    /// The state after block `last`, by executing every block up to it.
    fn executed(&self, genesis: &Genesis, last: Height) -> Result<Execution> {
        let spinner = progress::spinner("executing block");
        let mut execution = Execution::from_genesis(genesis)?;
        loop {
            let head = execution.chain().head().height;
            if head >= last {
                spinner.finish_and_clear();
                return Ok(execution);
            }
            let page = self.after(head)?;
            if page.is_empty() {
                bail!("the node has {head} blocks, and the history {last}: they are not of the same chain");
            }
            for raw in page.into_iter().take_while(|raw| raw.height <= last) {
                execution.execute(raw.height.0, &bytes(&raw.block)?)?;
                spinner.set_position(raw.height.0);
            }
        }
    }

    fn recorded(&self, source: &mut Source, genesis: &Genesis, raw: Raw) -> Result<Recorded> {
        let (height, block) = (raw.height.0, bytes(&raw.block)?);
        if let (Source::Told(_), None) = (&*source, &raw.result) {
            // The node forgot what it did, and keeps no history: from here on it is executed.
            let before = Height(height.saturating_sub(1));
            *source = Source::Executed(Box::new(self.executed(genesis, before)?));
        }
        Ok(match (source, raw.result) {
            (Source::Told(told), Some(result)) => told.take(height, &block, &bytes(&result)?)?,
            (Source::Executed(execution), _) => execution.execute(height, &block)?,
            (Source::Told(_), None) => bail!("block {height} came without what it did"),
        })
    }

    fn after(&self, last: Height) -> Result<Vec<Raw>, Error> {
        let page: Page<Raw> = self.client.get(&format!("/v1/raw-blocks?limit={BLOCKS_MAX}&cursor={last}"))?;
        Ok(page.items)
    }
}

fn bytes(digits: &str) -> Result<Vec<u8>> {
    hex::decode(digits).context("the node's answer has bytes that are not hexadecimal digits")
}
