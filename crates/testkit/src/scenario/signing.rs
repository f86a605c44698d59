//! Signing, as a client does it. A transaction may be signed now and sent later: `presign 30d transfer alice
//! bob 5 ETH` keeps `presigned-0`, which `send presigned-0` sends as often as it is written.

use gage_accounts::Names;
use gage_chain::{KeySignature, Operation, SignedTransaction, Transaction};
use gage_crypto::{AccountId, Hash, SecretKey};
use gage_ledger::AssetNames;
use gage_store::Draft;
use gage_units::{Amount, Timestamp};

use super::number::{duration_ms, numbered};
use super::world::World;
use super::{stage, verbs};

impl World {
    /// A transaction with the next nonce, valid for so long from the next block on.
    pub(super) fn signed(
        &mut self,
        name: &str,
        operations: Vec<Operation>,
        valid_ms: u64,
    ) -> Result<SignedTransaction, String> {
        let genesis = self.chain.genesis();
        let valid_until = Timestamp(self.next_time.0 + valid_ms);
        let (name, signers) = name.split_once('/').unwrap_or((name, ""));
        let person = self.people.get(name).ok_or_else(|| format!("nobody is called {name}"))?;
        let others: Vec<SecretKey> =
            signers.split(',').filter(|signer| !signer.is_empty()).map(stage::secret).collect();
        let secrets = if others.is_empty() { vec![&person.secret] } else { others.iter().collect() };
        let lane_nonce = session_nonce(self.chain.draft(), &person.id, &secrets);
        let transaction = Transaction {
            account: person.id,
            nonce: lane_nonce.unwrap_or(person.next_nonce),
            valid_until,
            max_fee: Amount::ZERO,
            operations,
            expected: Vec::new(),
        };
        sign(&secrets, transaction, &genesis, &AssetNames(self.chain.draft()))
    }

    /// Signs one operation in a transaction that is valid for a while, under a nonce of its own.
    pub(super) fn presign(&mut self, lasts: &str, words: &[&str]) -> Result<(), String> {
        let (name, operation) = verbs::read(self, words)?;
        let signed = self.signed(&name, vec![operation], duration_ms(lasts)?)?;
        self.person(&name)?.next_nonce += 1;
        self.presigned.push(signed);
        Ok(())
    }

    /// Sends what was signed before, as it was signed.
    pub(super) fn send(&mut self, presigned: &str, expected: &str) -> Result<(), String> {
        let number = usize::try_from(numbered(presigned, "presigned")?).map_err(|error| error.to_string())?;
        let signed = self.presigned.get(number).ok_or_else(|| format!("there is no {presigned}"))?.clone();
        self.offer(0, signed, expected)?;
        self.settle()
    }
}

/// The next nonce of the session whose key signs, if one does.
fn session_nonce(draft: &Draft, account: &AccountId, secrets: &[&SecretKey]) -> Option<u64> {
    let view = gage_accounts::query::account(draft, account).ok()?;
    let key = secrets.first()?.public_key().id();
    view.sessions.iter().find(|session| session.id == key).map(|session| session.next_nonce)
}

fn sign(
    secrets: &[&SecretKey],
    transaction: Transaction,
    genesis: &Hash,
    names: &dyn Names,
) -> Result<SignedTransaction, String> {
    let payload = transaction.payload(genesis, names);
    let signature = |secret: &SecretKey| -> Result<KeySignature, String> {
        let signature = secret.sign(&payload).map_err(|error| error.to_string())?;
        Ok(KeySignature { key: secret.public_key(), signature })
    };
    let signatures = secrets.iter().copied().map(signature).collect::<Result<_, _>>()?;
    let signed = SignedTransaction { transaction, signatures };
    signed.verify_signatures(genesis, names).map_err(|refusal| refusal.to_string())?;
    match SignedTransaction::from_bytes(&signed.to_bytes()) {
        Ok(read) if read == signed => Ok(signed),
        _ => Err("the transaction's bytes do not read back as the transaction".to_owned()),
    }
}
