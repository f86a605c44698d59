//! What can be asked: the words of one operation, and the account that asks it.
//!
//! | step | operation |
//! |---|---|
//! | `transfer alice bob 5 ETH` | the ledger's transfer |
//! | `burn bank 5 ETH`, `mint bank bob 5 ETH` | of an issuer |
//! | `correct bob alice 5 ETH 3/0/0` | gives a posting back |
//! | `hold alice bob 5 ETH 1h`, `settle bob hold-0 5 ETH`, `release bob hold-0` | the escrow |
//! | `report pub-1 ETH 200 [aged 10m] [within 1]` | one publisher's price; of a feed the scenario made: `feed-2` |
//! | `vault alice GUSD` | opens a vault of the facility that lends GUSD |
//! | `deposit alice vault-1 5 ETH`, `withdraw ...`, `borrow ...`, `repay ...` | of a vault |
//! | `close alice vault-1` | closes it |
//! | `take bob lot-1 5 ETH at 180` | buys at auction for at most 180 a unit; `all` for all there is |
//! | `pool alice 100 GUSD`, `unpool alice 100 GUSD`, `leave alice 100 GUSD` | stability pool: deposit, request, withdraw |
//! | `claim alice GUSD ETH` | gains of the pool of GUSD in ETH |
//! | `cover curator 100 GUSD` | first-loss capital |
//! | `bond`, `unbond`, `claim-bond` | of bonds, see `verbs/staking.rs` |
//! | `policy`, `propose-bundle`, `approve`, `execute`, `freeze`, `recover`, ... | of accounts, see `verbs/accounts.rs` |
//! | `sell`, `bid`, `seal`, `reveal`, `unsell` | uniform-price lots: see `verbs/auctions.rs` |
//! | `supply`, `unsupply`, `redeem`, `swap`, `restrict`, `shut`, `basket` | of a facility, see `verbs/facility.rs` |
//! | `identity`, `vouch`, `require`, `caps`, `freeze-part` and so on | see `verbs/compliance.rs` |
//! | `insure`, `uninsure`, `leave-insurance`, `claim-premium`, `convert`, `claim-proceeds` | see `verbs/backstop.rs` |
//! | `ladder`, `band`, `allow`, `deposit-item`, `withdraw-item` | what owners arrange for their vaults, see `verbs/vaults.rs` |
//! | `do alice {...}` | any operation in JSON, with `$alice` and `$ETH` for identifiers |
//!
//! `ledger` has the verbs of settlement and of omnibus holdings.
//!
//! An amount may be `output 0 at least 5`: what the operation before yielded.

pub mod accounts;
mod auctions;
mod backstop;
pub mod compliance;
mod facility;
pub mod ledger;
mod payments;
mod securities;
pub mod staking;
mod vaults;

use gage_accounts::Quantity;
use gage_auctions::LotId;
use gage_auctions::operations::Take;
use gage_backstop::WaterfallId;
use gage_backstop::operations::{
    ClaimGains, DepositFirstLoss, DepositStability, RequestWithdrawal, Tranche, WithdrawStability,
};
use gage_chain::Operation;
use gage_ledger::operations::{Burn, Correct, GiveHold, Mint, PostingRef, ReleaseHold, SettleHold, Transfer};
use gage_ledger::{HoldId, Operation as Ledger};
use gage_oracle::operations::Report;
use gage_oracle::{FeedId, Operation as Oracle};
use gage_units::{Amount, AssetId, Height, Price, Timestamp};
use gage_vaults::operations::{Borrow, CloseVault, Deposit, OpenVault, Repay, Withdraw};
use gage_vaults::{FacilityId, Operation as Vaults, VaultId};

use super::number::{amount, duration_ms, numbered};
use super::stage;
use super::world::World;

/// An operation and the name of who asks it.
pub type Asked = (String, Operation);

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let by = |name: &str, operation| Ok((name.to_owned(), operation));
    match *words {
        ["transfer", from, to, ref rest @ ..] => {
            let (quantity, asset) = quantity(rest)?;
            by(from, Operation::Ledger(Ledger::Transfer(Transfer { to: world.account(to)?, asset, quantity })))
        }
        ["mint", from, to, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            by(from, Operation::Ledger(Ledger::Mint(Mint { asset, to: world.account(to)?, amount })))
        }
        ["burn", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            by(from, Operation::Ledger(Ledger::Burn(Burn { asset, amount })))
        }
        ["correct", from, to, count, symbol, posting] => {
            let (amount, asset) = exact(count, symbol)?;
            let (original, to) = (posting_ref(posting)?, world.account(to)?);
            let reason = "given back".to_owned();
            by(from, Operation::Ledger(Ledger::Correct(Correct { original, to, asset, amount, reason })))
        }
        ["hold" | "settle" | "release", ..] => hold(world, words),
        ["report", from, symbol, price, ref rest @ ..] => by(from, report(world, symbol, price, rest)?),
        ["vault" | "deposit" | "withdraw" | "borrow" | "repay" | "close", ..] => vault(words),
        ["supply" | "unsupply" | "redeem" | "swap" | "basket" | "shut" | "restrict", ..] => facility::read(words),
        ["take", from, lot, ref rest @ ..] => by(from, take(world, lot, rest)?),
        ["pool" | "unpool" | "leave" | "claim" | "cover", ..] => pool(words),
        ["bond" | "unbond" | "claim-bond", ..] => staking::read(words),
        [word, ..] if accounts::WORDS.contains(&word) => accounts::read(world, words),
        ["insure" | "uninsure" | "leave-insurance" | "claim-premium" | "convert" | "claim-proceeds", ..] => {
            backstop::read(words)
        }
        ["sell" | "bid" | "seal" | "reveal" | "unsell", ..] => auctions::read(world, words),
        [word, ..] if securities::WORDS.contains(&word) => securities::read(world, words),
        [word, ..] if payments::WORDS.contains(&word) => payments::read(world, words),
        ["retire", ..] => payments::retire(words),
        [word, ..] if ledger::WORDS.contains(&word) => ledger::read(world, words),
        [word, ..] if compliance::reads(word) => compliance::read(world, words),
        ["ladder" | "band" | "allow" | "deposit-item" | "withdraw-item" | "claim-kept", ..] => {
            vaults::read(world, words)
        }
        ["do", from, ref json @ ..] => by(from, world.operation_of_json(&json.join(" "))?),
        _ => Err(format!("`{}` is no step", words.join(" "))),
    }
}

/// `5 ETH`, or `output 0 at least 5 ETH`.
fn quantity(words: &[&str]) -> Result<(Quantity, AssetId), String> {
    match *words {
        [count, symbol] => exact(count, symbol).map(|(amount, asset)| (Quantity::Exact(amount), asset)),
        ["output", operation, "at", "least", count, symbol] => {
            let (minimum, asset) = exact(count, symbol)?;
            let operation = operation.parse().map_err(|_| format!("`{operation}` is no position"))?;
            Ok((Quantity::OutputOf { operation, minimum }, asset))
        }
        _ => Err(format!("`{}` is no amount with its asset", words.join(" "))),
    }
}

pub(super) fn exact(count: &str, symbol: &str) -> Result<(Amount, AssetId), String> {
    let (asset, decimals) = asset(symbol)?;
    Ok((Amount(amount(count, decimals)?), asset))
}

/// The number and decimals of an asset.
pub fn asset(symbol: &str) -> Result<(AssetId, u8), String> {
    // A class of things that the scenario made, by its number: `DEED#10`.
    if let Some(number) = symbol.split_once('#').and_then(|(_, number)| number.parse().ok()) {
        return Ok((AssetId(number), 0));
    }
    stage::asset(symbol).ok_or_else(|| format!("there is no asset {symbol}"))
}

fn posting_ref(text: &str) -> Result<PostingRef, String> {
    let bad = || format!("`{text}` is no posting: height/transaction/event");
    let parts: Vec<u32> = text.split('/').map(|part| part.parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
    match *parts.as_slice() {
        [height, transaction, event] => Ok(PostingRef { height: Height(height.into()), transaction, event }),
        _ => Err(bad()),
    }
}

fn hold(world: &World, words: &[&str]) -> Result<Asked, String> {
    match *words {
        ["hold", from, to, count, symbol, time] => {
            let (amount, asset) = exact(count, symbol)?;
            let (beneficiary, expires) = (world.account(to)?, Timestamp(world.next_time().0 + duration_ms(time)?));
            let operation = Ledger::GiveHold(GiveHold { beneficiary, asset, amount, expires });
            Ok((from.to_owned(), Operation::Ledger(operation)))
        }
        ["settle", from, hold, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let hold = HoldId(numbered(hold, "hold")?);
            Ok((from.to_owned(), Operation::Ledger(Ledger::SettleHold(SettleHold { hold, asset, amount }))))
        }
        ["release", from, hold] => {
            let hold = HoldId(numbered(hold, "hold")?);
            Ok((from.to_owned(), Operation::Ledger(Ledger::ReleaseHold(ReleaseHold { hold }))))
        }
        _ => Err(format!("`{}` is no step of a hold", words.join(" "))),
    }
}

/// One publisher's report, observed at the next block's time unless aged, within 0.05 % unless told.
pub fn report(world: &World, symbol: &str, price: &str, rest: &[&str]) -> Result<Operation, String> {
    let place = stage::FEEDS.iter().position(|other| *other == symbol);
    let numbered = symbol.strip_prefix("feed-").and_then(|number| number.parse().ok());
    let feed = numbered.or_else(|| place.and_then(|place| u32::try_from(place).ok()));
    let feed = feed.ok_or_else(|| format!("no feed prices {symbol}"))?;
    let price = Price(amount(price, 18)?);
    let (mut observed_at, mut confidence) = (world.next_time(), Price(price.0 / 2_000));
    for pair in rest.chunks(2) {
        match *pair {
            ["aged", age] => observed_at = Timestamp(observed_at.0.saturating_sub(duration_ms(age)?)),
            ["ahead", time] => observed_at = Timestamp(observed_at.0 + duration_ms(time)?),
            ["within", width] => confidence = Price(amount(width, 18)?),
            _ => return Err(format!("`{}` is no detail of a report", pair.join(" "))),
        }
    }
    let report = Report { feed: FeedId(feed), price, confidence, bid: None, ask: None, observed_at };
    Ok(Operation::Oracle(Oracle::Report(report)))
}

fn vault(words: &[&str]) -> Result<Asked, String> {
    let number = |text: &str| -> Result<VaultId, String> {
        Ok(VaultId(u32::try_from(numbered(text, "vault")?).map_err(|error| error.to_string())?))
    };
    let (from, operation) = match *words {
        ["vault", from, stable] => (from, Vaults::OpenVault(OpenVault { facility: FacilityId(of_stable(stable)?) })),
        ["deposit", from, vault, ref rest @ ..] => {
            let (amount, asset) = quantity(rest)?;
            (from, Vaults::Deposit(Deposit { vault: number(vault)?, asset, amount }))
        }
        ["withdraw", from, vault, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Vaults::Withdraw(Withdraw { vault: number(vault)?, asset, amount }))
        }
        ["borrow", from, vault, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            (from, Vaults::Borrow(Borrow { vault: number(vault)?, asset, amount }))
        }
        ["repay", from, vault, ref rest @ ..] => {
            let (amount, asset) = quantity(rest)?;
            (from, Vaults::Repay(Repay { vault: number(vault)?, asset, amount }))
        }
        ["close", from, vault] => (from, Vaults::CloseVault(CloseVault { vault: number(vault)? })),
        _ => return Err(format!("`{}` is no step of a vault", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Vaults(operation)))
}

/// The number of the facility and waterfall of a stable asset.
pub fn of_stable(symbol: &str) -> Result<u32, String> {
    let place = stage::STABLES.iter().position(|stable| *stable == symbol);
    let place = place.ok_or_else(|| format!("{symbol} is no stable asset"))?;
    u32::try_from(place + 1).map_err(|error| error.to_string())
}

fn take(world: &World, lot: &str, rest: &[&str]) -> Result<Operation, String> {
    let lot = LotId(numbered(lot, "lot")?);
    let [count, symbol, "at", price] = *rest else {
        return Err("a take is `take bob lot-1 5 ETH at 180`".to_owned());
    };
    let record = gage_auctions::lot(world.draft(), lot);
    let (asset, decimals) = asset(symbol)?;
    let amount = match (count, &record) {
        ("all", Some(record)) => record.remaining,
        ("all", None) => return Err(format!("there is no lot {lot}")),
        _ => Amount(amount(count, decimals)?),
    };
    let want = record.map_or(AssetId(1), |record| record.want);
    let price_max = Price(super::number::amount(price, 18)?);
    let amount = Quantity::Exact(amount);
    Ok(Operation::Auctions(gage_auctions::Operation::Take(Take { lot, asset, amount, want, price_max })))
}

fn pool(words: &[&str]) -> Result<Asked, String> {
    use gage_backstop::Operation as Backstop;
    let waterfall = |symbol: &str| of_stable(symbol).map(WaterfallId);
    let (from, operation) = match *words {
        ["pool", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (waterfall, amount) = (waterfall(symbol)?, Quantity::Exact(amount));
            (from, Backstop::DepositStability(DepositStability { waterfall, asset, amount }))
        }
        ["unpool", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (waterfall, tranche) = (waterfall(symbol)?, Tranche::Stability);
            (from, Backstop::RequestWithdrawal(RequestWithdrawal { waterfall, asset, tranche, amount }))
        }
        ["leave", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (waterfall, amount) = (waterfall(symbol)?, Quantity::Exact(amount));
            (from, Backstop::WithdrawStability(WithdrawStability { waterfall, asset, amount }))
        }
        ["claim", from, stable, symbol] => {
            let (waterfall, asset) = (waterfall(stable)?, asset(symbol)?.0);
            (from, Backstop::ClaimGains(ClaimGains { waterfall, asset }))
        }
        ["cover", from, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (waterfall, amount) = (waterfall(symbol)?, Quantity::Exact(amount));
            (from, Backstop::DepositFirstLoss(DepositFirstLoss { waterfall, asset, amount }))
        }
        _ => return Err(format!("`{}` is no step of the backstop", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Backstop(operation)))
}
