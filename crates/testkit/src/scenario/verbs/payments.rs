//! What can be asked of what assets pay.
//!
//! | step | operation |
//! |---|---|
//! | `declare bank BOND pays 0.05 USDC or 0.001 ETH recorded 1d paid 3d until 30d` | by the register, holders may choose from the record on |
//! | `offer bank BOND pays 2 USDC paid 1d until 30d` | by surrender |
//! | `bring bank distribution-0 100 USDC`, `bring bank distribution-0 1 ETH option 1` | what is paid |
//! | `elect alice distribution-0 1`, `collect alice distribution-0`, `surrender alice distribution-0 5 BOND` | what holders do |
//! | `reclaim bank distribution-0` | what nobody claimed goes back |
//! | `instrument bank BOND contract "Note" from ...` | what an asset is, its terms being a contract |
//! | `attach bank BOND in USDC contract "Note" from ... 1 USDC_7` | the ledger pays what the contract says, claimable for 30 days, 20 steps paid ahead |
//! | `fix bank BOND rate 2020-01-05 0.045` | a number that a contract waits for |
//! | `reserve bank BOND 100 USDC`, `reserve bank BOND 0 USDC steps 5`, `unreserve bank BOND` | money from which a contract pays, and steps paid ahead |
//! | `withhold bank BOND to tax US 30 GB 10 others 25` | percents by residence |
//! | `retire alice 5 GOLD for Acme` | for good |
//!
//! Times are counted from the next block.

use gage_accounts::Quantity;
use gage_chain::Operation;
use gage_compliance::rule::Topic;
use gage_crypto::hash::sha256;
use gage_securities::operations::{
    AttachContract, ClaimDistribution, DeclareDistribution, ElectPayout, FundContract, FundDistribution,
    NewWithholding, PublishFixing, ReclaimDistribution, RegisterInstrument, Retire, SetWithholding, Surrender,
    WithdrawReserve,
};
use gage_securities::{Basis, DistributionId, Operation as Securities, Payout};
use gage_units::{AssetId, Bps, Ratio, Timestamp};

use super::{Asked, asset, exact};
use crate::scenario::number::{amount, duration_ms, numbered};
use crate::scenario::world::World;

/// The first words this file understands.
pub const WORDS: [&str; 13] = [
    "declare",
    "offer",
    "bring",
    "elect",
    "collect",
    "surrender",
    "reclaim",
    "instrument",
    "attach",
    "fix",
    "reserve",
    "unreserve",
    "withhold",
];

const DAY_MS: u64 = 24 * 3_600_000;

/// Reads the words of one operation.
pub fn read(world: &World, words: &[&str]) -> Result<Asked, String> {
    let id = |text: &str| numbered(text, "distribution").map(DistributionId);
    let (from, operation) = match *words {
        ["declare" | "offer", from, symbol, "pays", ref rest @ ..] => {
            (from, Securities::DeclareDistribution(declaration(world, asset(symbol)?.0, rest)?))
        }
        ["bring", from, distribution, count, symbol, ref rest @ ..] => {
            let option = match *rest {
                [] => 0,
                ["option", option] => option.parse().map_err(|_| format!("`{option}` is no option"))?,
                _ => return Err("after the amount there may be `option 1`".to_owned()),
            };
            let (amount, asset) = exact(count, symbol)?;
            let distribution = id(distribution)?;
            (from, Securities::FundDistribution(FundDistribution { distribution, option, asset, amount }))
        }
        ["elect", from, distribution, option] => {
            let option = option.parse().map_err(|_| format!("`{option}` is no option"))?;
            (from, Securities::ElectPayout(ElectPayout { distribution: id(distribution)?, option }))
        }
        ["collect", from, distribution] => {
            (from, Securities::ClaimDistribution(ClaimDistribution { distribution: id(distribution)? }))
        }
        ["surrender", from, distribution, count, symbol] => {
            let (count, asset) = exact(count, symbol)?;
            let (distribution, quantity) = (id(distribution)?, Quantity::Exact(count));
            let payout = payout_of(world, distribution)?;
            (from, Securities::Surrender(Surrender { distribution, asset, quantity, payout }))
        }
        ["reclaim", from, distribution] => {
            (from, Securities::ReclaimDistribution(ReclaimDistribution { distribution: id(distribution)? }))
        }
        ["instrument", from, symbol, ref text @ ..] => {
            let terms = sha256(&contract(text)?);
            let register = RegisterInstrument {
                asset: asset(symbol)?.0,
                version: 1,
                issuer: world.account(from)?,
                name: symbol.to_owned(),
                isin: None,
                lei: None,
                cfi: None,
                governing_law: "GB".to_owned(),
                terms,
                documents: Vec::new(),
                registrar: None,
                paying_agent: None,
                calculation_agent: None,
            };
            (from, Securities::RegisterInstrument(register))
        }
        ["attach", from, symbol, "in", cash, ref text @ ..] => {
            let (asset, cash) = (asset(symbol)?.0, asset(cash)?.0);
            let contract = contract(text)?;
            (
                from,
                Securities::AttachContract(AttachContract { asset, cash, contract, claim_ms: 30 * DAY_MS, steps: 20 }),
            )
        }
        ["fix", from, symbol, name, at, value] => {
            let asset = asset(symbol)?.0;
            let name = name.parse()?;
            let at = at.parse().map_err(|_| format!("`{at}` is no date"))?;
            let value = value.parse().map_err(|_| format!("`{value}` is no number"))?;
            (from, Securities::PublishFixing(PublishFixing { asset, name, at, value }))
        }
        ["reserve", from, symbol, count, cash, ref rest @ ..] => {
            let steps = match *rest {
                [] => 0,
                ["steps", steps] => steps.parse().map_err(|_| format!("`{steps}` is no number of steps"))?,
                _ => return Err("after the amount there may be `steps 5`".to_owned()),
            };
            let (amount, _) = exact(count, cash)?;
            (from, Securities::FundContract(FundContract { asset: asset(symbol)?.0, amount, steps }))
        }
        ["unreserve", from, symbol] => (from, Securities::WithdrawReserve(WithdrawReserve { asset: asset(symbol)?.0 })),
        ["withhold", from, symbol, "to", agent, ref rest @ ..] => {
            (from, Securities::SetWithholding(withholding(world, asset(symbol)?.0, agent, rest)?))
        }
        _ => return Err(format!("`{}` is no step of a payment", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Securities(operation)))
}

/// `retire alice 5 GOLD for Acme`.
pub fn retire(words: &[&str]) -> Result<Asked, String> {
    let ["retire", from, count, symbol, "for", ref beneficiary @ ..] = *words else {
        return Err("`retire alice 5 GOLD for Acme`".to_owned());
    };
    let (amount, asset) = exact(count, symbol)?;
    let (quantity, beneficiary) = (Quantity::Exact(amount), beneficiary.join(" "));
    let retire = Retire { asset, quantity, beneficiary, reason: "flights of the year".to_owned() };
    Ok((from.to_owned(), Operation::Securities(Securities::Retire(retire))))
}

/// `0.05 USDC or 0.001 ETH recorded 1d paid 3d until 30d`; without a record date by surrender.
fn declaration(world: &World, asset_paid: AssetId, words: &[&str]) -> Result<DeclareDistribution, String> {
    let now = world.next_time();
    let later = |text: &str| Ok::<_, String>(Timestamp(now.0 + duration_ms(text)?));
    let (payouts, times): (Vec<&str>, Vec<&str>) = {
        let end = words.iter().position(|word| ["recorded", "paid"].contains(word)).unwrap_or(words.len());
        (words[..end].to_vec(), words[end..].to_vec())
    };
    let payouts = payouts
        .split(|word| *word == "or")
        .map(|pair| match *pair {
            [rate, symbol] => Ok(Payout { asset: asset(symbol)?.0, rate: Ratio(amount(rate, 18)?) }),
            _ => Err("payouts are `0.05 USDC or 0.001 ETH`".to_owned()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (basis, elect_by, pay_at, expires_at) = match *times.as_slice() {
        ["recorded", record, "paid", paid, "until", end] => {
            (Basis::Register { at: later(record)? }, later(paid)?, later(paid)?, later(end)?)
        }
        ["paid", paid, "until", end] => (Basis::Surrender, now, later(paid)?, later(end)?),
        _ => return Err("times are `recorded 1d paid 3d until 30d`, or without a record date".to_owned()),
    };
    Ok(DeclareDistribution { asset: asset_paid, basis, payouts, elect_by, pay_at, expires_at })
}

/// What a distribution says it pays first.
fn payout_of(world: &World, id: DistributionId) -> Result<Payout, String> {
    let record = gage_securities::distribution::distribution(world.draft(), id);
    let pot = record.and_then(|record| record.pot(0).copied());
    pot.map(|pot| pot.payout).map_err(|error| error.to_string())
}

/// The canonical bytes of a contract as text.
fn contract(words: &[&str]) -> Result<Vec<u8>, String> {
    let contract = gage_terms::parse(&words.join(" ")).map_err(|error| error.to_string())?;
    Ok(gage_terms::to_bytes(&contract))
}

/// `US 30 GB 10 others 25`, in percent.
fn withholding(world: &World, asset: AssetId, agent: &str, words: &[&str]) -> Result<SetWithholding, String> {
    let part = |text: &str| {
        let percent = amount(text, 2)?;
        u32::try_from(percent).map(Bps).map_err(|_| format!("`{text}` is no percentage"))
    };
    let (mut rates, mut otherwise) = (Vec::new(), Bps(0));
    for pair in words.chunks(2) {
        match *pair {
            ["others", percent] => otherwise = part(percent)?,
            [place, percent] => {
                rates.push((place.parse().map_err(|_| format!("`{place}` is no country"))?, part(percent)?))
            }
            _ => return Err("parts are `US 30 GB 10 others 25`".to_owned()),
        }
    }
    rates.sort_unstable();
    let terms = NewWithholding { agent: world.account(agent)?, topic: Topic::Resident, rates, otherwise };
    Ok(SetWithholding { asset, terms: Some(terms) })
}
