//! Transactions of a thousand payments over HTTP into the durable node.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use gage_api::{ApiConfig, Server};
use gage_chain::SignedTransaction;
use gage_client::{Client, Stage, Taken};
use gage_node::{Node, NodeConfig, Sealing};

use super::Scale;
use super::measure::{rate, wall};
use super::peers;
use super::table::Table;
use super::world::{self, Signers, Transfers};

const ACCOUNTS: usize = 10_000;
/// Payments of a transaction.
const BATCH: usize = 1_000;
/// Transactions of one request, and requests under way at a time.
const PER_REQUEST: usize = 20;
const CONNECTIONS: usize = 2;

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let mut table = Table::new(
        "api-batch",
        "Signed transactions of 1,000 payments between 10,000 accounts, drawn uniformly, seed 42: 20 transactions a \
         request, 2 requests under way, through HTTP on loopback into a node that syncs every block; signatures \
         checked; the time until the last request is answered as executed. Client on the same two cores.",
    );
    let dir = tempfile::tempdir().context("a directory for the node")?;
    let genesis = world::genesis(ACCOUNTS);
    let mut config = NodeConfig::new(dir.path().join("node"), genesis);
    config.sealing = Sealing::Every(Duration::from_millis(2));
    config.snapshot_every = 0;
    let node = Node::start(config)?;
    let api = ApiConfig { requests_per_second: 1_000_000, requests_burst: 1_000_000, ..ApiConfig::default() };
    let server = Server::start(node.handle(), api)?;
    let client = Client::new(&server.url())?;

    let genesis = node.handle().genesis();
    let mut transfers = Transfers::of(Signers::on(ACCOUNTS, genesis));
    let count = scale.of(2_000).max(2 * CONNECTIONS * PER_REQUEST);
    let drawn: Vec<SignedTransaction> = (0..count).map(|_| transfers.batch(BATCH)).collect();
    let (warm, counted) = drawn.split_at(CONNECTIONS * PER_REQUEST);
    submit(&client, warm)?;
    let (done, time) = wall(|| submit(&client, counted));
    done?;
    server.stop();
    node.stop()?;
    let payments = counted.len() * BATCH;
    table.per_second("payments, durable, executed", rate(payments, time));
    let transfers = scale.of(400_000);
    let time = peers::sqlite(dir.path(), ACCOUNTS, transfers, BATCH)?;
    table.per_second(
        "peer: SQLite WAL FULL, batch 1,000, durable, in the process, no signatures",
        rate(transfers, time),
    );
    Ok(table)
}

/// Submits all, several requests at a time, each answered when its transactions are executed.
fn submit(client: &Client, transactions: &[SignedTransaction]) -> Result<()> {
    let share = transactions.len().div_ceil(CONNECTIONS);
    std::thread::scope(|scope| {
        let connections: Vec<_> = transactions
            .chunks(share)
            .map(|share| {
                scope.spawn(move || -> Result<()> {
                    for request in share.chunks(PER_REQUEST) {
                        let taken = client.submit_batch_until(request, Stage::Executed)?;
                        let executed = |taken: &Taken| matches!(taken, Taken::Accepted { status, .. } if *status >= Stage::Executed);
                        ensure!(taken.iter().all(executed), "a transaction was not executed: {taken:?}");
                    }
                    Ok(())
                })
            })
            .collect();
        connections
            .into_iter()
            .try_for_each(|connection| connection.join().map_err(|_| anyhow::anyhow!("a connection panicked"))?)
    })
}
