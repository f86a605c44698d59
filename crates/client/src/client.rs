//! A node at a URL.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use borsh::BorshSerialize;
use gage_chain::{SignedTransaction, TransactionHash, table_names};
use gage_crypto::{AccountId, Hash};
use gage_ledger::query::{AssetView, HoldingView};
use gage_units::{AccountNumber, AssetId, Timestamp};
use gage_vaults::VaultId;
use gage_vaults::query::{FacilityView, VaultView};
use gage_verify::{Document, Evidence, Trust, Verified};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

use crate::replies::{Batch, Lot};
use crate::trust::Roots;
use crate::{Account, Audit, Error, Fees, Network, Page, Problem, Rendered, Sealed, Stage, Status, Stream, Taken};

/// The most bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// The most pages that are read in a row.
const PAGES_MAX: usize = 100_000;
/// Where many transactions go.
const BATCH_PATH: &str = "/v1/transactions/batch";
/// The most transactions in one request.
const BATCH_MAX: usize = 1_000;
/// The most bytes of transactions in one request, below what the API takes.
const BATCH_BYTES_MAX: usize = 6 << 20;

/// How a client talks to its node.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// `http://` or `https://` with host and port.
    pub url: String,
    /// For `https`: a file in PEM with the certificates that are believed; those of the system without.
    pub certificates: Option<PathBuf>,
    /// How long one request may take.
    pub timeout: Duration,
    /// An API key, or the admin's token.
    pub admin_token: Option<String>,
    /// The genesis hash of the network that is meant; what the node says where none is given.
    pub genesis: Option<Hash>,
}

impl ClientConfig {
    /// The defaults for a node at this URL.
    pub fn new(url: impl Into<String>) -> ClientConfig {
        ClientConfig {
            url: url.into(),
            certificates: None,
            timeout: Duration::from_secs(60),
            admin_token: None,
            genesis: None,
        }
    }
}

/// A node at a URL. Cheap to clone; requests may run side by side.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    roots: Option<Roots>,
    admin: Option<String>,
    genesis: OnceLock<Hash>,
}

impl Client {
    /// A client of the node at a URL.
    ///
    /// # Errors
    /// [`Error::Url`].
    pub fn new(url: &str) -> Result<Client, Error> {
        Client::with(ClientConfig::new(url))
    }

    /// A client with everything said.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Certificates`].
    pub fn with(config: ClientConfig) -> Result<Client, Error> {
        let url = config.url.trim_end_matches('/').to_owned();
        let encrypted = url.starts_with("https://");
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
        if host.is_empty() || host.contains('/') {
            return Err(Error::Url(config.url));
        }
        let roots = if encrypted { Some(Roots::read(config.certificates.as_deref())?) } else { None };
        let mut builder = Agent::config_builder();
        if let Some(roots) = &roots {
            builder = builder.tls_config(roots.for_requests());
        }
        let agent = builder
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(config.timeout))
            // Below the time after which a node closes a silent connection.
            .max_idle_age(Duration::from_secs(5))
            .proxy(None)
            .build()
            .new_agent();
        let genesis = OnceLock::new();
        if let Some(hash) = config.genesis {
            genesis.get_or_init(|| hash);
        }
        Ok(Client { agent, url, roots, admin: config.admin_token.map(|token| format!("Bearer {token}")), genesis })
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Reads `path` (such as `/v1/status`) as `T`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(admin) = &self.admin {
            request = request.header("authorization", admin);
        }
        self.read(request.call())
    }

    /// Sends JSON to `path` and reads the answer as `T`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(|error| self.answer(error))?;
        self.send(path, "application/json", &body)
    }

    fn send<T: DeserializeOwned>(&self, path: &str, kind: &str, body: &[u8]) -> Result<T, Error> {
        let mut request = self.agent.post(format!("{}{path}", self.url)).header("content-type", kind);
        if let Some(admin) = &self.admin {
            request = request.header("authorization", admin);
        }
        self.read(request.send(body))
    }

    fn read<T: DeserializeOwned>(&self, answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<T, Error> {
        let (success, bytes) = self.bytes(answer)?;
        if success {
            serde_json::from_slice(&bytes).map_err(|error| self.answer(error))
        } else {
            let problem: Problem = serde_json::from_slice(&bytes).map_err(|error| self.answer(error))?;
            Err(Error::Refused(Box::new(problem)))
        }
    }

    fn bytes(&self, answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<(bool, Vec<u8>), Error> {
        let failed = |error: ureq::Error| Error::connecting(&self.url, error.to_string());
        let mut answer = answer.map_err(failed)?;
        let success = answer.status().is_success();
        let bytes = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(failed)?;
        Ok((success, bytes))
    }

    fn answer(&self, reason: impl ToString) -> Error {
        Error::Answer { url: self.url.clone(), reason: reason.to_string() }
    }

    /// All entries of a list, page by page. `path` may have a query.
    ///
    /// # Errors
    /// [`Error`].
    pub fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let joint = if path.contains('?') { '&' } else { '?' };
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page: Page<T> = self.get(&format!("{path}{joint}limit=500{from}"))?;
            items.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(items);
            }
        }
        Err(self.answer("the list does not end"))
    }

    /// The text of `path`, such as `/metrics`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn text(&self, path: &str) -> Result<String, Error> {
        let (success, bytes) = self.bytes(self.agent.get(format!("{}{path}", self.url)).call())?;
        if !success {
            let problem: Problem = serde_json::from_slice(&bytes).map_err(|error| self.answer(error))?;
            return Err(Error::Refused(Box::new(problem)));
        }
        String::from_utf8(bytes).map_err(|error| self.answer(error))
    }

    /// The network the node runs; an error if it is another than the one this client is for.
    ///
    /// # Errors
    /// [`Error`].
    pub fn network(&self) -> Result<Network, Error> {
        let network: Network = self.get("/v1/network")?;
        let expected = *self.genesis.get_or_init(|| network.genesis);
        if expected != network.genesis {
            let found = network.genesis;
            return Err(self.answer(format!("it runs the network with genesis {found}, meant is {expected}")));
        }
        Ok(network)
    }

    /// The genesis hash of the network.
    ///
    /// # Errors
    /// [`Error`].
    pub fn genesis(&self) -> Result<Hash, Error> {
        match self.genesis.get() {
            Some(genesis) => Ok(*genesis),
            None => self.network().map(|network| network.genesis),
        }
    }

    /// How far the node has come.
    ///
    /// # Errors
    /// [`Error`].
    pub fn status(&self) -> Result<Value, Error> {
        self.get("/v1/status")
    }

    /// What an act costs in the next block.
    ///
    /// # Errors
    /// [`Error`].
    pub fn fees(&self) -> Result<Fees, Error> {
        self.get("/v1/fees")
    }

    /// An account.
    ///
    /// # Errors
    /// [`Error`].
    pub fn account(&self, id: &AccountId) -> Result<Account, Error> {
        self.get(&format!("/v1/accounts/{id}"))
    }

    /// Everything an account holds.
    ///
    /// # Errors
    /// [`Error`].
    pub fn holdings(&self, id: &AccountId) -> Result<Vec<HoldingView>, Error> {
        self.all(&format!("/v1/accounts/{id}/holdings"))
    }

    /// An asset.
    ///
    /// # Errors
    /// [`Error`].
    pub fn asset(&self, asset: AssetId) -> Result<AssetView, Error> {
        self.get(&format!("/v1/assets/{asset}"))
    }

    /// All assets.
    ///
    /// # Errors
    /// [`Error`].
    pub fn assets(&self) -> Result<Vec<AssetView>, Error> {
        self.all("/v1/assets")
    }

    /// A vault.
    ///
    /// # Errors
    /// [`Error`].
    pub fn vault(&self, vault: VaultId) -> Result<VaultView, Error> {
        self.get(&format!("/v1/vaults/{vault}"))
    }

    /// All vaults, or those of one account.
    ///
    /// # Errors
    /// [`Error`].
    pub fn vaults(&self, owner: Option<&AccountId>) -> Result<Vec<VaultView>, Error> {
        let query = owner.map(|owner| format!("?owner={owner}")).unwrap_or_default();
        self.all(&format!("/v1/vaults{query}"))
    }

    /// A facility.
    ///
    /// # Errors
    /// [`Error`].
    pub fn facility(&self, facility: u32) -> Result<FacilityView, Error> {
        self.get(&format!("/v1/facilities/{facility}"))
    }

    /// All lots at auction.
    ///
    /// # Errors
    /// [`Error`].
    pub fn auctions(&self) -> Result<Vec<Lot>, Error> {
        self.all("/v1/auctions")
    }

    /// Recomputes the books.
    ///
    /// # Errors
    /// [`Error`].
    pub fn audit(&self) -> Result<Audit, Error> {
        self.get("/v1/audit")
    }

    /// What the node makes of operations in JSON: nonce, fee, bytes, wallet text.
    ///
    /// # Errors
    /// [`Error`].
    pub fn render(&self, account: &AccountId, operations: &Value) -> Result<Rendered, Error> {
        self.post("/v1/render", &json!({ "account": account, "operations": operations }))
    }

    /// Submits a transaction; the same again gives the same answer.
    ///
    /// # Errors
    /// [`Error`].
    pub fn submit(&self, signed: &SignedTransaction) -> Result<TransactionHash, Error> {
        let status: Status = self.send("/v1/transactions", "application/octet-stream", &signed.to_bytes())?;
        Ok(status.transaction)
    }

    /// Submits a transaction and waits until it has reached a stage, was dropped, or the time is over.
    ///
    /// # Errors
    /// [`Error`].
    pub fn submit_and_wait(
        &self,
        signed: &SignedTransaction,
        stage: Stage,
        timeout: Duration,
    ) -> Result<Status, Error> {
        let ms = timeout.as_millis().min(30_000);
        let path = format!("/v1/transactions?wait={}&timeout_ms={ms}", stage.word());
        let status: Status = self.send(&path, "application/octet-stream", &signed.to_bytes())?;
        if status.status >= stage || status.status == Stage::Dropped {
            return Ok(status);
        }
        let hash = status.transaction;
        let left = timeout.saturating_sub(Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX)));
        self.wait(&hash, stage, left).map(|found| found.unwrap_or(status))
    }

    /// Submits many transactions, in requests of bounded size; results in the order given.
    ///
    /// # Errors
    /// [`Error`]; transactions of requests before the failed one are submitted.
    pub fn submit_many(&self, signed: &[SignedTransaction]) -> Result<Vec<Taken>, Error> {
        let mut results = Vec::with_capacity(signed.len());
        let (mut batch, mut bytes) = (Vec::new(), 0usize);
        for signed in signed {
            let encoded = signed.to_bytes();
            if batch.len() >= BATCH_MAX || bytes.saturating_add(encoded.len()) > BATCH_BYTES_MAX {
                results.extend(self.submit_batch(BATCH_PATH, &std::mem::take(&mut batch))?);
                bytes = 0;
            }
            bytes = bytes.saturating_add(encoded.len());
            batch.push(encoded);
        }
        if !batch.is_empty() {
            results.extend(self.submit_batch(BATCH_PATH, &batch)?);
        }
        Ok(results)
    }

    /// Submits up to a thousand transactions in one request that is answered when all of them have
    /// reached `stage` or were refused.
    ///
    /// # Errors
    /// [`Error`].
    pub fn submit_batch_until(&self, signed: &[SignedTransaction], stage: Stage) -> Result<Vec<Taken>, Error> {
        let batch: Vec<Vec<u8>> = signed.iter().map(SignedTransaction::to_bytes).collect();
        self.submit_batch(&format!("{BATCH_PATH}?wait={}", stage.word()), &batch)
    }

    fn submit_batch(&self, path: &str, batch: &[Vec<u8>]) -> Result<Vec<Taken>, Error> {
        let body = borsh::to_vec(batch).map_err(|error| self.answer(error))?;
        let answer: Batch = self.send(path, "application/octet-stream", &body)?;
        if answer.results.len() == batch.len() {
            Ok(answer.results)
        } else {
            Err(self.answer("a batch's answer has one result for each transaction"))
        }
    }

    /// Where a transaction stands; `None` if the node does not know it.
    ///
    /// # Errors
    /// [`Error`].
    pub fn transaction(&self, hash: &TransactionHash) -> Result<Option<Status>, Error> {
        match self.get(&format!("/v1/transactions/{hash}")) {
            Err(Error::Refused(problem)) if problem.name == "UnknownTransaction" => Ok(None),
            other => other.map(Some),
        }
    }

    /// Asks until a transaction has reached a stage, was dropped, or the time is over.
    ///
    /// # Errors
    /// [`Error`].
    pub fn wait(&self, hash: &TransactionHash, stage: Stage, timeout: Duration) -> Result<Option<Status>, Error> {
        let deadline = Instant::now() + timeout;
        loop {
            let status = self.transaction(hash)?;
            let there = status.as_ref().is_none_or(|status| status.status >= stage || status.status == Stage::Dropped);
            if there || Instant::now() >= deadline {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes a block of this time, on a node that seals on command; wants the admin token.
    ///
    /// # Errors
    /// [`Error`].
    pub fn seal(&self, time: Timestamp) -> Result<Sealed, Error> {
        self.post("/v1/admin/seal", &json!({ "time": time }))
    }

    /// The record behind a path that ends in `/proof`, or a path of `/v1/records`, with its proof
    /// checked against this client's network.
    ///
    /// # Errors
    /// [`Error::Proof`] if it does not hold.
    pub fn proof(&self, path: &str) -> Result<(Document, Verified), Error> {
        let text: Value = self.get(path)?;
        let document = Document::parse(&text.to_string()).map_err(|error| Error::Proof(error.to_string()))?;
        let trust = Trust { genesis: Some(self.genesis()?), ..Trust::default() };
        let verified = document.verify(&trust).map_err(|error| Error::Proof(error.to_string()))?;
        Ok((document, verified))
    }

    fn record(&self, path: &str, key: &[u8]) -> Result<(Evidence, Verified), Error> {
        match self.proof(path)? {
            (Document::Record(evidence), verified) if evidence.key == key => Ok((*evidence, verified)),
            _ => Err(Error::Proof("it is of another record than was asked for".to_owned())),
        }
    }

    /// A vault's record, proved and checked. `at` as the API says: `certified`, `published`, a height.
    ///
    /// # Errors
    /// [`Error::Proof`] if it does not hold.
    pub fn vault_proof(&self, vault: VaultId, at: &str) -> Result<(Evidence, Verified), Error> {
        self.record(&format!("/v1/vaults/{vault}/proof?at={at}"), &key_bytes("vaults/vaults", &vault))
    }

    /// A lot's record or its absence, proved and checked.
    ///
    /// # Errors
    /// [`Error::Proof`] if it does not hold.
    pub fn auction_proof(&self, lot: u64, at: &str) -> Result<(Evidence, Verified), Error> {
        self.record(&format!("/v1/auctions/{lot}/proof?at={at}"), &key_bytes("auctions/lots", &lot))
    }

    /// A holding or its absence, proved and checked. The account's number is the node's word.
    ///
    /// # Errors
    /// [`Error::Proof`] if it does not hold.
    pub fn holding_proof(&self, id: &AccountId, asset: AssetId, at: &str) -> Result<(Evidence, Verified), Error> {
        let number = AccountNumber(self.account(id)?.number);
        let path = format!("/v1/accounts/{id}/holdings/{asset}/proof?at={at}");
        self.record(&path, &gage_ledger::balance_key_bytes(number, asset))
    }

    /// A receipt, proved and checked.
    ///
    /// # Errors
    /// [`Error::Proof`] if it does not hold.
    pub fn receipt_proof(&self, hash: &TransactionHash) -> Result<(Document, Verified), Error> {
        match self.proof(&format!("/v1/transactions/{hash}/proof"))? {
            (Document::Receipt(evidence), verified) if evidence.transaction == *hash => {
                Ok((Document::Receipt(evidence), verified))
            }
            _ => Err(Error::Proof("it is of another transaction than was asked for".to_owned())),
        }
    }

    /// Blocks, events, prices and auctions as they happen.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Stream`].
    pub fn stream(&self) -> Result<Stream, Error> {
        Stream::open(&self.url, self.roots.as_ref())
    }
}

/// The bytes under which `key` stands in the table of this name.
fn key_bytes(name: &str, key: &impl BorshSerialize) -> Vec<u8> {
    let tables = table_names();
    let table = tables.iter().find(|table| table.name == name);
    let mut bytes = table.expect("the caller names a table of this version").number.to_be_bytes().to_vec();
    key.serialize(&mut bytes).expect("writing to memory cannot fail");
    bytes
}
