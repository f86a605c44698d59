//! What becomes of transactions: fees, refusals, effects, faults, bundles.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ALICE, BASE_FEE, BOB, GOVERNOR, ISSUER, Network, USD, WALLET, genesis, id, keys, pay, rejected};
use gage_accounts::Quantity;
use gage_chain::{
    Bundle, BuyCredit, CancelBundle, Chain, ChainOperation, ExpectedEffect, GiveCredit, LoadFault, Operation, Outcome,
    Schedule, SignatureRefusal, Transaction, WithdrawCredit, check_transaction, decode_event,
};
use gage_crypto::{AccountId, Hash, Scheme};
use gage_ledger::AssetNames;
use gage_units::{Amount, Timestamp};

fn schedule(operations: &[Operation], from: u64, to: u64) -> Operation {
    Operation::Chain(ChainOperation::Schedule(Schedule {
        operations: borsh::to_vec(operations).unwrap(),
        not_before: Timestamp(from),
        not_after: Timestamp(to),
    }))
}

#[test]
fn a_transaction_is_all_or_nothing_and_pays() {
    let mut network = Network::new();
    let receipt = network.run(ALICE, vec![pay(BOB, 100)]);
    assert_eq!(receipt.outcome, Outcome::Done);
    assert_eq!((receipt.weight, receipt.fee), (2_000, Amount(2 * BASE_FEE)));
    assert_eq!((network.free(ALICE), network.free(BOB)), (499_900, 500_100));

    let receipt = network.run(ALICE, vec![pay(BOB, 100), pay(BOB, 1_000_000)]);
    rejected(&receipt, Some(1), "InsufficientBalance");
    assert!(receipt.events.is_empty());
    assert_eq!((network.free(ALICE), network.free(BOB)), (499_900, 500_100));
    assert_eq!(network.credit(ALICE), 500_000 - 5 * BASE_FEE);
}

#[test]
fn nonces_run_once() {
    let mut network = Network::new();
    let signed = network.signed(ALICE, vec![pay(BOB, 1)]);
    assert_eq!(network.execute(vec![signed.clone()]).receipts[0].outcome, Outcome::Done);
    rejected(&network.execute(vec![signed]).receipts[0], None, "NonceUsed");
    assert_eq!(network.free(BOB), 500_001);
}

#[test]
fn fees_are_bounded_by_the_signer() {
    let mut network = Network::new();
    let mut transaction = network.transaction(ALICE, vec![pay(BOB, 1)]);
    transaction.max_fee = Amount(2 * BASE_FEE - 1);
    let signed = network.sign(ALICE, transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "FeeAboveMaximum");
    assert_eq!(network.credit(ALICE), 500_000);
}

#[test]
fn the_base_fee_follows_the_load() {
    let mut network = Network::new();
    let load = |network: &mut Network| {
        let transactions = (0..150)
            .map(|_| {
                let transaction = network.transaction(ALICE, vec![pay(BOB, 1)]);
                network.sign(ALICE, gage_chain::Transaction { max_fee: Amount(100), ..transaction })
            })
            .collect();
        network.execute(transactions);
        gage_chain::base_fee(network.chain.draft()).0
    };
    // 300,000 weight against a target of 100,000: an eighth of twice, rounded up.
    assert_eq!(load(&mut network), BASE_FEE + 3);
    assert_eq!(load(&mut network), BASE_FEE + 3 + 4);
    for _ in 0..20 {
        network.execute(vec![]);
    }
    assert_eq!(gage_chain::base_fee(network.chain.draft()).0, BASE_FEE);
}

#[test]
fn credit_is_bought_and_withdrawn() {
    let mut network = Network::new();
    let buy = |asset, amount| {
        Operation::Chain(ChainOperation::BuyCredit(BuyCredit { asset, quantity: Quantity::Exact(Amount(amount)) }))
    };
    let withdraw = |amount| {
        Operation::Chain(ChainOperation::WithdrawCredit(WithdrawCredit { asset: USD, amount: Amount(amount) }))
    };
    assert_eq!(network.run(ALICE, vec![buy(USD, 1_000)]).outcome, Outcome::Done);
    assert_eq!(network.credit(ALICE), 501_000 - 2 * BASE_FEE);
    rejected(&network.run(ALICE, vec![buy(gage_units::AssetId(3), 1_000)]), Some(0), "NotFeeAsset");
    rejected(&network.run(ALICE, vec![withdraw(600_000)]), Some(0), "InsufficientCredit");
    assert_eq!(network.run(ALICE, vec![withdraw(400_000)]).outcome, Outcome::Done);
    assert_eq!(network.free(ALICE), 500_000 - 1_000 + 400_000);
}

#[test]
fn a_new_account_comes_to_its_first_credit() {
    const CAROL: u8 = 9;
    let mut network = Network::new();
    let open = gage_accounts::operations::OpenAccount { keys: keys(CAROL), threshold: 1 };
    let open = Operation::Accounts(gage_accounts::Operation::OpenAccount(open));
    assert_eq!(network.run(ALICE, vec![open]).outcome, Outcome::Done);
    let carol = gage_accounts::derive_id(&network.chain.genesis(), &keys(CAROL), 1).unwrap();
    let nobody = AccountId::derive(&Hash::ZERO, Scheme::P256, b"nobody");
    let give = |asset, to| {
        let quantity = Quantity::Exact(Amount(50_000));
        Operation::Chain(ChainOperation::GiveCredit(GiveCredit { to, asset, quantity }))
    };
    rejected(&network.run(ALICE, vec![give(gage_units::AssetId(3), carol)]), Some(0), "NotFeeAsset");
    rejected(&network.run(ALICE, vec![give(USD, nobody)]), Some(0), "UnknownAccount");
    let free = network.free(ALICE);
    assert_eq!(network.run(ALICE, vec![give(USD, carol)]).outcome, Outcome::Done);
    assert_eq!(network.free(ALICE), free - 50_000);

    // She pays her own way now, and what she was given is hers.
    let withdraw = ChainOperation::WithdrawCredit(WithdrawCredit { asset: USD, amount: Amount(30_000) });
    let transaction = Transaction {
        account: carol,
        nonce: 1,
        valid_until: Timestamp(network.time + 60_000),
        max_fee: Amount(10_000),
        operations: vec![Operation::Chain(withdraw), pay(BOB, 30_000)],
        expected: vec![],
    };
    let signed = network.sign(CAROL, transaction);
    let result = network.execute(vec![signed]);
    assert_eq!(result.receipts[0].outcome, Outcome::Done);
}

/// `contract "Note" from 1970-01-01 issuer owes holder when at 2001-09-09T01:46:40: one USD_0`, as bytes.
fn note() -> Vec<u8> {
    let name = |text: &str| [&u32::try_from(text.len()).unwrap().to_le_bytes()[..], text.as_bytes()].concat();
    let (from, due) = (0i64.to_le_bytes(), 1_000_000_000i64.to_le_bytes());
    let (legs, parties) = (1u16.to_le_bytes(), [name("issuer"), name("holder")].concat());
    let claim = [&[7, 0][..], &due, &[1], &name("USD_0")].concat();
    [b"gage/terms/1", &name("Note")[..], &from, &legs, &parties, &claim].concat()
}

/// What a contract will pay is written by due work, which has no account: its records are left for before.
#[test]
fn steps_of_a_contract_leave_the_deposit_for_their_records() {
    let mut genesis = genesis();
    genesis.params.record_deposit = Amount(100);
    let mut bond = genesis.ledger.assets[0].clone();
    bond.symbol = "BOND".to_owned();
    genesis.ledger.assets.push(bond);
    let asset = gage_units::AssetId(1);
    let register = gage_securities::operations::RegisterInstrument {
        asset,
        version: 1,
        issuer: id(ISSUER),
        name: "Note".to_owned(),
        isin: None,
        lei: None,
        cfi: None,
        governing_law: "CH".to_owned(),
        terms: gage_crypto::hash::sha256(&note()),
        documents: Vec::new(),
        registrar: None,
        paying_agent: None,
        calculation_agent: None,
    };
    // What the issuer has left once a contract is attached with so many steps, and after two more.
    let left = |steps| {
        let mut network = Network::with(&genesis, 1, 1);
        let attach = gage_securities::operations::AttachContract {
            asset,
            cash: USD,
            contract: note(),
            claim_ms: 86_400_000,
            steps,
        };
        let fund = gage_securities::operations::FundContract { asset, amount: Amount(0), steps: 2 };
        let operations = [
            gage_securities::Operation::RegisterInstrument(register.clone()),
            gage_securities::Operation::AttachContract(attach),
            gage_securities::Operation::FundContract(fund),
        ];
        operations.map(|operation| {
            assert_eq!(network.run(ISSUER, vec![Operation::Securities(operation)]).outcome, Outcome::Done);
            let account = gage_accounts::resolve(network.chain.draft(), &id(ISSUER)).unwrap();
            gage_chain::deposit(network.chain.draft(), account).0
        })
    };
    let (three, five) = (left(3), left(5));
    assert_eq!(five[1] - three[1], 2 * 3 * 100, "three records for each step");
    assert_eq!(three[2] - three[1], 2 * 3 * 100);
}

#[test]
fn records_cost_a_deposit_that_comes_back() {
    let mut genesis = genesis();
    genesis.params.record_deposit = Amount(1_000);
    let mut network = Network::with(&genesis, 1, 1);
    let deposit = |network: &Network, user| {
        let account = gage_accounts::resolve(network.chain.draft(), &id(user)).unwrap();
        gage_chain::deposit(network.chain.draft(), account).0
    };
    let hold = |network: &Network| {
        Operation::Ledger(gage_ledger::Operation::GiveHold(gage_ledger::operations::GiveHold {
            beneficiary: id(BOB),
            asset: USD,
            amount: Amount(7),
            expires: Timestamp(network.time + 50_000),
        }))
    };
    // The first hold of all also starts the counter of holds.
    let first = hold(&network);
    assert_eq!(network.run(ISSUER, vec![first]).outcome, Outcome::Done);
    assert_eq!(deposit(&network, ISSUER), 3_000);

    // A hold is a record and an entry in the index of expiries.
    let give = hold(&network);
    assert_eq!(network.run(ALICE, vec![give.clone()]).outcome, Outcome::Done);
    assert_eq!((deposit(&network, ALICE), network.credit(ALICE)), (2_000, 500_000 - 2_000 - 2 * BASE_FEE));
    // The deposit is part of what the signer allows.
    let mut transaction = network.transaction(ALICE, vec![give]);
    transaction.max_fee = Amount(2_000 + 2 * BASE_FEE - 1);
    let signed = network.sign(ALICE, transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "FeeAboveMaximum");

    // Bob removes the records that Alice added: he left nothing and gets nothing, hers stays.
    let release = |hold| {
        let hold = gage_ledger::HoldId(hold);
        Operation::Ledger(gage_ledger::Operation::ReleaseHold(gage_ledger::operations::ReleaseHold { hold }))
    };
    assert_eq!(network.run(BOB, vec![release(1)]).outcome, Outcome::Done);
    assert_eq!((deposit(&network, ALICE), deposit(&network, BOB)), (2_000, 0));
    // Her next hold is paid, and given back when she withdraws it as its beneficiary.
    let mut own = hold(&network);
    if let Operation::Ledger(gage_ledger::Operation::GiveHold(give)) = &mut own {
        give.beneficiary = id(ALICE);
    }
    assert_eq!(network.run(ALICE, vec![own]).outcome, Outcome::Done);
    assert_eq!(deposit(&network, ALICE), 4_000);
    let credit = network.credit(ALICE);
    assert_eq!(network.run(ALICE, vec![release(2)]).outcome, Outcome::Done);
    assert_eq!((deposit(&network, ALICE), network.credit(ALICE)), (2_000, credit + 2_000 - 2 * BASE_FEE));
}

#[test]
fn declared_effects_bind() {
    let mut network = Network::new();
    let with = |network: &mut Network, effect| {
        let mut transaction = network.transaction(ALICE, vec![pay(BOB, 100), pay(ISSUER, 50)]);
        transaction.expected = vec![effect];
        let signed = network.sign(ALICE, transaction);
        network.execute(vec![signed]).receipts.pop().unwrap()
    };
    let pay_at_most = |amount| ExpectedEffect::PayAtMost { asset: USD, amount: Amount(amount) };
    rejected(&with(&mut network, pay_at_most(149)), None, "UnexpectedEffect");
    assert_eq!(with(&mut network, pay_at_most(150)).outcome, Outcome::Done);
    let receive = ExpectedEffect::ReceiveAtLeast { asset: USD, amount: Amount(1) };
    rejected(&with(&mut network, receive), None, "UnexpectedEffect");
}

#[test]
fn a_panic_in_an_operation_is_an_internal_receipt() {
    fn fault(operation: &Operation) {
        if *operation == pay(ISSUER, 13) {
            panic!("planted");
        }
    }
    let mut network = Network::new();
    network.chain = Chain::from_genesis(&genesis(), 1).unwrap().with_fault(fault);
    let transactions = vec![
        network.signed(ALICE, vec![pay(BOB, 1)]),
        network.signed(BOB, vec![pay(ALICE, 50), pay(ISSUER, 13)]),
        network.signed(ALICE, vec![pay(BOB, 2)]),
    ];
    let result = network.execute(transactions);
    let outcomes: Vec<_> = result.receipts.iter().map(|receipt| receipt.outcome.clone()).collect();
    assert_eq!(outcomes, vec![Outcome::Done, Outcome::Internal, Outcome::Done]);
    // The fee stays, the payments before the panic are undone, and the chain goes on.
    assert_eq!(result.receipts[1].fee, Amount(3 * BASE_FEE));
    assert_eq!((network.free(ALICE), network.free(BOB)), (499_997, 500_003));
    assert_eq!(network.run(BOB, vec![pay(ALICE, 3)]).outcome, Outcome::Done);
}

#[test]
fn a_state_that_does_not_conserve_value_is_not_loaded() {
    let network = Network::new();
    let key = gage_ledger::balance_key_bytes(gage_units::AccountNumber(64), USD);
    let records: Vec<_> = network
        .tree
        .records()
        .map(|(found, value)| {
            let mut value = value.to_vec();
            if found == key {
                value[0] ^= 1;
            }
            (found.to_vec(), value)
        })
        .collect();
    let broken = Chain::from_records(records, 1).err().unwrap();
    assert!(matches!(&broken, LoadFault::Broken(broken) if broken.module == "ledger"), "{broken}");
}

/// A governor whose policy has a delay cannot decide at once, nor end the delay at once.
#[test]
fn a_governor_with_a_delay_decides_in_the_open() {
    const DELAY_MS: u64 = 3_600_000;
    let mut network = Network::new();
    let set_delay = |delay_ms| {
        let policy = gage_accounts::Policy { delay_ms, rules: Vec::new() };
        Operation::Accounts(gage_accounts::Operation::SetPolicy(gage_accounts::operations::SetPolicy { policy }))
    };
    assert_eq!(network.run(GOVERNOR, vec![set_delay(DELAY_MS)]).outcome, Outcome::Done);
    let act = pay(BOB, 1);
    // Before the delay has passed, by one millisecond; signed before does not help.
    let (now, later) = (network.time, network.time + 10 * DELAY_MS);
    for from in [0, now, now + DELAY_MS - 1] {
        let schedule = schedule(std::slice::from_ref(&act), from, later);
        rejected(&network.run(GOVERNOR, vec![schedule]), Some(0), "DecisionMustWait");
    }
    rejected(&network.run(GOVERNOR, vec![set_delay(0)]), None, "LooseningMustWait");
    // Blocks come in between.
    let from = network.time + DELAY_MS + 60_000;
    let in_time = schedule(std::slice::from_ref(&act), from, later);
    assert_eq!(network.run(GOVERNOR, vec![in_time]).outcome, Outcome::Done);
    assert_eq!(network.execute(vec![]).bundles, 0);
    network.time = from;
    assert_eq!(network.execute(vec![]).bundles, 1);
}

#[test]
fn governance_acts_by_scheduled_bundles() {
    let mut network = Network::new();
    let (now, later) = (network.time, network.time + 3_600_000);
    let mint = Operation::Ledger(gage_ledger::Operation::Mint(gage_ledger::operations::Mint {
        asset: USD,
        to: id(BOB),
        amount: Amount(1),
    }));
    rejected(&network.run(ALICE, vec![schedule(std::slice::from_ref(&mint), now, later)]), Some(0), "NotGovernor");
    rejected(&network.run(GOVERNOR, vec![schedule(std::slice::from_ref(&mint), now, now)]), Some(0), "BadWindow");

    assert_eq!(network.run(GOVERNOR, vec![schedule(std::slice::from_ref(&mint), now, later)]).outcome, Outcome::Done);
    let result = network.execute(vec![]);
    assert_eq!(result.bundles, 1);
    // Governance has authority over parameters, not over other people's assets.
    rejected(&result.receipts[0], Some(0), "NotAnAccount");
    assert_eq!(result.receipts[0].transaction.0, Bundle::hash_of(&borsh::to_vec(&vec![mint.clone()]).unwrap()));
    assert_eq!(network.execute(vec![]).bundles, 0);

    // A bundle whose time has passed does not run; a cancelled one neither.
    let soon = network.time + 100_000;
    network.run(GOVERNOR, vec![schedule(std::slice::from_ref(&mint), soon, soon + 1)]);
    network.run(GOVERNOR, vec![schedule(std::slice::from_ref(&mint), soon, soon + 1_000_000)]);
    let cancel = Operation::Chain(ChainOperation::CancelBundle(CancelBundle { bundle: 2 }));
    assert_eq!(network.run(GOVERNOR, vec![cancel.clone()]).outcome, Outcome::Done);
    rejected(&network.run(GOVERNOR, vec![cancel]), Some(0), "UnknownBundle");
    network.time += 200_000;
    let result = network.execute(vec![]);
    assert_eq!(result.bundles, 0);
    let events: Vec<_> = result.due.iter().filter_map(|(module, bytes)| decode_event(module, bytes)).collect();
    assert!(format!("{events:?}").contains("BundleExpired"), "{events:?}");

    // A session of the governing account acts for the account, never for governance.
    let session = common::secret(common::WALLET + 1).public_key();
    let open = gage_accounts::operations::OpenSession {
        key: session,
        scope: vec![gage_accounts::Grant { module: gage_chain::MODULE, classes: vec![gage_accounts::Class::General] }],
        expires: Timestamp(network.time + 60_000),
        limits: vec![],
    };
    let open = Operation::Accounts(gage_accounts::Operation::OpenSession(open));
    assert_eq!(network.run(GOVERNOR, vec![open]).outcome, Outcome::Done);
    let mut transaction =
        network.transaction(GOVERNOR, vec![schedule(std::slice::from_ref(&mint), network.time, later)]);
    transaction.nonce = gage_accounts::nonce::nonce(1, 1);
    let signed = network.sign_with(common::secret(common::WALLET + 1), transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "OutsideSession");

    // A bundle never schedules another.
    let nested = schedule(&[schedule(&[mint], now, later)], now, later);
    let signed = network.signed(GOVERNOR, vec![nested]);
    assert_eq!(signed.transaction.validate().unwrap_err().name, "NestedSchedule");
}

#[test]
fn a_wallet_signs_the_text_it_shows() {
    let mut network = Network::new();
    assert_eq!(network.run(WALLET, vec![pay(BOB, 5)]).outcome, Outcome::Done);

    let genesis = network.chain.genesis();
    let mut signed = network.signed(WALLET, vec![pay(BOB, 5)]);
    signed.transaction.operations = vec![pay(BOB, 6)];
    let refusal = signed.verify_signatures(&genesis, &AssetNames(network.chain.draft()));
    assert!(matches!(refusal, Err(SignatureRefusal::Bad { position: 0, .. })), "{refusal:?}");

    let mut long = network.transaction(WALLET, vec![pay(BOB, 5); 9]);
    long.max_fee = Amount(20_000);
    let other = network.sign(ALICE, long.clone());
    let mut signatures = network.signed(WALLET, vec![pay(BOB, 5)]).signatures;
    let signed = gage_chain::SignedTransaction { transaction: other.transaction, signatures: signatures.clone() };
    let refusal = signed.verify_signatures(&genesis, &AssetNames(network.chain.draft()));
    assert!(matches!(refusal, Err(SignatureRefusal::NoText(_))), "{refusal:?}");

    signatures.push(signatures[0].clone());
    let mut twice = network.signed(WALLET, vec![pay(BOB, 5)]);
    twice.signatures.push(twice.signatures[0].clone());
    let refusal = twice.verify_signatures(&genesis, &AssetNames(network.chain.draft()));
    assert_eq!(refusal, Err(SignatureRefusal::DuplicateKey));
}

#[test]
fn another_network_and_another_key_are_refused() {
    let mut network = Network::new();
    let mut elsewhere = genesis();
    elsewhere.network = "other".to_owned();
    let mut elsewhere = Network::with(&elsewhere, 1, 1);
    let signed = elsewhere.signed(ALICE, vec![pay(BOB, 5)]);
    let refusal = signed.verify_signatures(&network.chain.genesis(), &AssetNames(network.chain.draft()));
    assert!(matches!(refusal, Err(SignatureRefusal::Bad { position: 0, .. })), "{refusal:?}");

    // Bob signs for Alice: the signature holds, the key is not hers.
    let transaction = network.transaction(ALICE, vec![pay(BOB, 5)]);
    let signed = network.sign(BOB, transaction);
    rejected(&network.execute(vec![signed]).receipts[0], None, "UnknownKey");
    assert_eq!(network.free(BOB), 500_000);
}

#[test]
fn the_door_of_the_mempool_says_what_execution_would() {
    let mut network = Network::new();
    let now = Timestamp(network.time);
    let ask = |network: &Network, signed: &gage_chain::SignedTransaction, claimed: u128| {
        check_transaction(network.chain.draft(), now, Amount(claimed), signed).map_err(|reason| reason.name)
    };
    let good = network.signed(ALICE, vec![pay(BOB, 5)]);
    assert!(ask(&network, &good, 0).is_ok());
    assert_eq!(ask(&network, &good, 500_000), Err("InsufficientCredit".to_owned()));
    let mut late = network.transaction(ALICE, vec![pay(BOB, 5)]);
    late.valid_until = Timestamp(now.0 - 1);
    let late = network.sign(ALICE, late);
    assert_eq!(ask(&network, &late, 0), Err("Expired".to_owned()));
    let none = network.signed(ALICE, vec![]);
    assert_eq!(ask(&network, &none, 0), Err("BadOperationCount".to_owned()));
    let mut cheap = network.transaction(ALICE, vec![pay(BOB, 5)]);
    cheap.max_fee = Amount(1);
    let cheap = network.sign(ALICE, cheap);
    assert_eq!(ask(&network, &cheap, 0), Err("FeeAboveMaximum".to_owned()));
    network.execute(vec![good.clone()]);
    assert_eq!(ask(&network, &good, 0), Err("NonceUsed".to_owned()));
}
