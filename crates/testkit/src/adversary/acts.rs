//! What the adversary can ask, as genes that fit any state, and as the words of a scenario.

use gage_ledger::{HoldId, InstructionId};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId, Timestamp};
use gage_vaults::query::VaultView;

use super::market::{GANG, HONEST};
use crate::scenario::stage;
use crate::scenario::world::World;

/// One act, told by numbers of which any are good: what they stand for depends on what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gene {
    /// What is asked, modulo [`VERBS`].
    pub verb: u16,
    /// Which account of the adversary asks.
    pub who: u8,
    /// Which of several things.
    pub a: u16,
    /// And which of others.
    pub b: u16,
    /// How much: see [`Scene::part`].
    pub size: u8,
    /// Whether it joins the transaction before it, the block before it, or ends the block.
    pub flow: u8,
}

/// How many acts there are.
pub const VERBS: u16 = 60;
/// The first act of claims and what follows them.
pub const CLAIMS: u16 = 47;
/// The first act that is asked of others than the adversary: see [`super::others`].
pub const OF_OTHERS: u16 = 56;
/// What moves through most acts.
const SYMBOLS: [&str; 9] = ["GUSD", "ETH", "BTC", "USDC", "P-USDC", "BOND", "GEUR", "SHARE", "GOLD"];
/// What the facilities lend.
const LENT: [&str; 3] = stage::STABLES;
/// Enough for a million of the stage's largest units.
pub(super) const MANY: usize = 200;

/// The state that an act is made for.
pub struct Scene<'a> {
    pub(super) world: &'a World,
    pub(super) draft: &'a Draft,
    pub(super) who: &'static str,
    pub(super) other: &'static str,
    pub(super) gene: Gene,
}

pub(super) fn pick<T: Copy>(list: &[T], choice: u16) -> Option<T> {
    list.get(usize::from(choice).checked_rem(list.len())?).copied()
}

pub(super) fn asset(symbol: &str) -> AssetId {
    stage::asset(symbol).expect("the stage lists its assets").0
}

/// The symbol of an asset of the stage.
pub(super) fn symbol(asset: AssetId) -> Option<&'static str> {
    SYMBOLS.into_iter().find(|symbol| stage::asset(symbol).is_some_and(|(other, _)| other == asset))
}

impl Scene<'_> {
    /// The operations of one gene in words, or none if nothing of the kind is there.
    pub fn words(world: &World, gene: Gene) -> Option<Vec<String>> {
        let side = usize::from(gene.who) % GANG.len();
        let scene = Scene { world, draft: world.draft(), who: GANG[side], other: GANG[(side + 1) % GANG.len()], gene };
        match gene.verb % VERBS {
            0..=5 => scene.ledger(),
            6..=13 => scene.vault(),
            14..=21 => scene.backstop(),
            22..=27 => scene.facility(),
            28..=34 => scene.auction(),
            35..=38 => scene.instruction(),
            39..=43 => scene.at_once(),
            44..=46 => scene.arranged(),
            CLAIMS..OF_OTHERS => scene.claim(),
            _ => None,
        }
    }

    /// The account that asks.
    pub fn asker(gene: Gene) -> &'static str {
        GANG[usize::from(gene.who) % GANG.len()]
    }

    pub(super) fn number(&self, name: &str) -> AccountNumber {
        let id = self.world.account(name).expect("the people of the market are there");
        gage_accounts::resolve(self.draft, &id).expect("the people of the market have accounts")
    }

    pub(super) fn free(&self, symbol: &str) -> u128 {
        let account = self.number(self.who);
        let holdings = gage_ledger::query::holdings(self.draft, account, AssetId(0), MANY).into_iter();
        let of = |asset: AssetId| move |holding: &gage_ledger::query::HoldingView| holding.asset == asset;
        holdings.into_iter().find(of(asset(symbol))).map_or(0, |holding| holding.balance.free.0)
    }

    /// One to three units, a part of what there is, all of it, or more.
    pub(super) fn part(&self, all: u128) -> u128 {
        match self.gene.size % 12 {
            0 => 1,
            1 => 2,
            2 => 3,
            3 => all,
            4 => all / 2,
            5 => all / 3 + 1,
            6 => all.saturating_sub(1),
            7 => all.saturating_add(1),
            8 => all / 1_000 * (u128::from(self.gene.b) % 1_000) + 7,
            9 => all / 100_000 * (u128::from(self.gene.b) % 1_000) + u128::from(self.gene.a),
            10 => 1_000 + u128::from(self.gene.b),
            _ => all / 10,
        }
        .max(1)
    }

    fn coin(&self, choice: u16) -> Option<&'static str> {
        pick(&SYMBOLS, choice)
    }

    fn vaults(&self) -> Vec<VaultView> {
        gage_vaults::query::vaults_of(self.draft, self.number(self.who), None, MANY).unwrap_or_default()
    }

    fn ledger(&self) -> Option<Vec<String>> {
        let (who, other, Gene { a, b, .. }) = (self.who, self.other, self.gene);
        let coin = self.coin(a)?;
        let amount = self.part(self.free(coin));
        let anybody = ["module-vaults", "module-backstop", "module-auctions", "module-chain", "dora", other];
        let line = match self.gene.verb % VERBS {
            0 => format!("transfer {who} {other} {amount}u {coin}"),
            1 => format!("transfer {who} {} {}u {coin}", pick(&anybody, b)?, amount.min(1_000_000)),
            2 => format!("hold {who} {} {amount}u {coin} {}s", pick(&["mallory", "mary", "dora"], b)?, 2 + b % 60),
            3 => {
                let hold = HoldId(u64::from(b % 24));
                let record = gage_ledger::hold_record(self.draft, hold)?;
                format!("settle {who} hold-{} {}u {}", hold.0, self.part(record.amount.0), symbol(record.asset)?)
            }
            4 => format!("release {who} hold-{}", b % 24),
            _ => match b % 4 {
                0 => format!("record-owner {who} {} {amount}u {coin}", pick(&[other, "client-1", "dora"], b / 4)?),
                1 => format!("move-within {who} {other} {who} {} {amount}u {coin}", pick(&["dora", other], b / 4)?),
                2 => format!("release-owner {who} client-1 {amount}u {coin}"),
                _ => format!("take-out {who} {other} {amount}u {coin}"),
            },
        };
        Some(vec![line])
    }

    fn vault(&self) -> Option<Vec<String>> {
        let (who, Gene { a, b, .. }) = (self.who, self.gene);
        let verb = self.gene.verb % VERBS;
        if verb == 6 {
            return Some(vec![format!("vault {who} {}", pick(&LENT, a)?)]);
        }
        let own = self.vaults();
        // Anybody's debt may be repaid.
        let vault = match (verb, b % 8) {
            (10, 0) => gage_vaults::query::vault(self.draft, gage_vaults::VaultId(u32::from(a % 12))).ok()?,
            _ => own.get(usize::from(a).checked_rem(own.len())?)?.clone(),
        };
        let facility = gage_vaults::query::facility(self.draft, vault.facility).ok()?;
        let stable = symbol(facility.record.stable)?;
        let takes: Vec<&str> = facility.collaterals.iter().filter_map(|collateral| symbol(collateral.asset)).collect();
        let id = vault.id;
        let line = match verb {
            7 | 12 => {
                let coin = pick(&takes, b)?;
                format!("deposit {who} vault-{id} {}u {coin}", self.part(self.free(coin)))
            }
            8 => {
                let position = vault.positions.get(usize::from(b).checked_rem(vault.positions.len())?)?;
                format!("withdraw {who} vault-{id} {}u {}", self.part(position.amount.0), symbol(position.asset)?)
            }
            9 | 13 => {
                // As much as six tenths of what is pledged carry: below every limit of the stage.
                let scale = 10u128.pow(18 - u32::from(facility.record.decimals));
                let room = (vault.collateral_value.0 / 10 * 6 / scale).saturating_sub(vault.debt.0);
                format!("borrow {who} vault-{id} {}u {stable}", self.part(room))
            }
            10 => format!("repay {who} vault-{id} {}u {stable}", self.part(vault.debt.0)),
            _ => format!("close {who} vault-{id}"),
        };
        Some(vec![line])
    }

    fn backstop(&self) -> Option<Vec<String>> {
        let (who, Gene { a, b, .. }) = (self.who, self.gene);
        let tier = 1 + a % 2;
        let stable = pick(&["GUSD", "GUSD", "GEUR", "USDC"], b)?;
        let (number, head) = (self.number(who), self.world.height());
        let waterfall = |symbol: &str| {
            let place = stage::STABLES.iter().position(|stable| *stable == symbol).unwrap_or(0);
            gage_backstop::WaterfallId(u32::try_from(place + 1).unwrap_or(1))
        };
        let all =
            |view: Option<gage_backstop::query::DepositView>| view.map_or(0, |view| view.amount.0 + view.pending.0);
        let pooled =
            || all(gage_backstop::query::deposit_view(self.draft, waterfall(stable), number, head).ok().flatten());
        let insured = || {
            let view = gage_backstop::query::insurance_view(
                self.draft,
                waterfall("GUSD"),
                u8::try_from(tier).ok()?,
                number,
                head,
            );
            Some(all(view.ok().flatten()))
        };
        let line = match self.gene.verb % VERBS {
            14 => format!("pool {who} {}u {stable}", self.part(self.free(stable))),
            15 => format!("unpool {who} {}u {stable}", self.part(pooled())),
            16 => format!("leave {who} {}u {stable}", self.part(pooled())),
            17 => format!("claim {who} {stable} {}", pick(&["ETH", "BTC"], a)?),
            18 => format!("insure {who} {tier} {}u GUSD", self.part(self.free("GUSD"))),
            19 => format!("uninsure {who} {tier} {}u GUSD", self.part(insured()?)),
            20 => format!("leave-insurance {who} {tier} {}u GUSD", self.part(insured()?)),
            _ => match b % 4 {
                0 => format!("claim-premium {who} {tier} GUSD"),
                1 => format!("bond {who} publisher {} {}u BOND", a % 3, self.part(self.free("BOND"))),
                2 => format!("unbond {who} bond-{} {}u BOND", a % 4, self.part(1_000_000)),
                _ => format!("claim-bond {who} bond-{}", a % 4),
            },
        };
        Some(vec![line])
    }

    fn facility(&self) -> Option<Vec<String>> {
        let (who, Gene { a, .. }) = (self.who, self.gene);
        Some(vec![match self.gene.verb % VERBS {
            22 => format!("supply {who} {}u USDC", self.part(self.free("USDC"))),
            23 => format!("unsupply {who} {}u P-USDC", self.part(self.free("P-USDC"))),
            24 => format!("redeem {who} {}u GUSD", self.part(self.free("GUSD"))),
            25 => format!("swap {who} {}u USDC to GUSD", self.part(self.free("USDC"))),
            26 => format!("swap {who} {}u GUSD to USDC", self.part(self.free("GUSD"))),
            _ => {
                let credit = match a % 2 {
                    0 => format!("\"buy_credit\":{{\"asset\":$FEE,\"quantity\":{{\"exact\":\"{}\"}}}}", self.part(5)),
                    _ => format!("\"withdraw_credit\":{{\"asset\":$FEE,\"amount\":\"{}\"}}", self.part(5)),
                };
                format!("do {who} {{\"chain\":{{{credit}}}}}")
            }
        }])
    }

    fn auction(&self) -> Option<Vec<String>> {
        let (who, Gene { a, b, .. }) = (self.who, self.gene);
        let (verb, time) = (self.gene.verb % VERBS, self.world.next_time());
        if verb <= 29 {
            return self.take(time);
        }
        if verb == 30 {
            let (coin, want) = (pick(&["BOND", "ETH", "USDC"], a)?, pick(&["GUSD", "USDC", "ETH"], b)?);
            let sealed = if b % 2 == 0 { " sealed 5s deposit 1 forfeit 2500" } else { "" };
            let price = pick(&["1", "0.000001", "3.333333", "200"], a / 3)?;
            let amount = self.part(self.free(coin));
            return Some(vec![format!("sell {who} {amount}u {coin} for {want} from {price} within 10s{sealed}")]);
        }
        let lots = gage_auctions::query::uniform_lots(self.draft, None, MANY);
        let (id, lot) = lots.get(usize::from(a).checked_rem(lots.len())?)?;
        let (coin, want) = (symbol(lot.asset)?, symbol(lot.want)?);
        let price = gage_units::format_decimal(lot.floor.0 + u128::from(b % 3) * (lot.floor.0 / 7), 18);
        let amount = self.part(lot.remaining.0);
        Some(vec![match verb {
            31 => format!("bid {who} lot-{id} {amount}u {coin} at {price} {want}"),
            32 => format!("seal {who} lot-{id} {amount}u {coin} at {price} {want}"),
            33 => format!("reveal {who} lot-{id} {amount}u {coin} at {price} {want}"),
            _ => format!("unsell {who} lot-{id} {coin}"),
        }])
    }

    /// A part of a lot at whatever it costs now.
    fn take(&self, time: Timestamp) -> Option<Vec<String>> {
        let lots = gage_auctions::query::lots(self.draft, None, MANY, time).ok()?;
        let lot = lots.get(usize::from(self.gene.a).checked_rem(lots.len())?)?;
        let (coin, price) = (symbol(lot.lot.asset)?, gage_units::format_decimal(lot.price.0, 18));
        Some(vec![format!("take {} lot-{} {}u {coin} at {price}", self.who, lot.id, self.part(lot.lot.remaining.0))])
    }

    fn instruction(&self) -> Option<Vec<String>> {
        let (who, other, Gene { a, b, .. }) = (self.who, self.other, self.gene);
        let (gives, gets) = (self.coin(a)?, self.coin(b)?);
        let how = pick(&["reserved", "later"], b / 7)?;
        let number = b % 16;
        let line = match self.gene.verb % VERBS {
            35 => {
                let when = pick(&["affirmation", "block", "in 5s", "in 3s partials"], a / 7)?;
                let amount = self.part(self.free(gives));
                let back = if a % 5 == 0 { format!("; {other} dora {amount}u {gives}") } else { String::new() };
                format!(
                    "propose {who} {when} until 60s {how} : {who} {other} {amount}u {gives} ; {other} {who} {}u {gets} {back}",
                    1 + u128::from(b)
                )
            }
            36 | 37 => {
                gage_ledger::instruction(self.draft, InstructionId(u64::from(number))).ok()?;
                format!("affirm {who} instruction-{number} {how}")
            }
            _ => format!("cancel-instruction {who} instruction-{number}"),
        };
        Some(vec![line])
    }

    /// What is done later without asking again: ladders, bands, allowances.
    fn arranged(&self) -> Option<Vec<String>> {
        let (who, other, Gene { a, b, .. }) = (self.who, self.other, self.gene);
        let own = self.vaults();
        let vault = own.get(usize::from(a).checked_rem(own.len())?)?;
        let facility = gage_vaults::query::facility(self.draft, vault.facility).ok()?;
        let (stable, id) = (symbol(facility.record.stable)?, vault.id);
        let coin = pick(&["ETH", "BTC"], b)?;
        let pledged = vault.positions.iter().find(|position| position.asset == asset(coin));
        let amount = self.part(pledged.map_or(0, |position| position.amount.0));
        Some(vec![match self.gene.verb % VERBS {
            44 => {
                let health = pick(&["1.05", "1.3", "2", "9"], b / 2)?;
                match b % 5 {
                    0 => format!("ladder {who} vault-{id} {stable} none"),
                    1 => {
                        let amount = self.part(vault.debt.0);
                        format!("ladder {who} vault-{id} {stable} below {health} repay {amount}u {stable}")
                    }
                    _ => format!("ladder {who} vault-{id} {stable} below {health} sell {amount}u {coin}"),
                }
            }
            45 => {
                let (lower, target, upper) = pick(&[("1", "1.01", "1.02"), ("1.2", "1.5", "1.6")], b / 3)?;
                let with = match b % 3 {
                    0 => format!("{coin} of {other}"),
                    _ => coin.to_owned(),
                };
                format!("band {who} vault-{id} {lower} {target} {upper} with {with} max {amount}u every 1m")
            }
            _ => {
                let vault = gage_vaults::query::vault(self.draft, gage_vaults::VaultId(u32::from(a % 12))).ok()?;
                format!("allow {who} vault-{} {}u {coin}", vault.id, self.part(self.free(coin)))
            }
        }])
    }

    /// There and back in one transaction.
    fn at_once(&self) -> Option<Vec<String>> {
        let (who, Gene { a, b, .. }) = (self.who, self.gene);
        let cash = self.free("USDC");
        Some(match self.gene.verb % VERBS {
            // What is lent for one transaction, without cover for it.
            39 | 40 => {
                let own = self.vaults();
                let vault = own.get(usize::from(a).checked_rem(own.len())?)?;
                let facility = gage_vaults::query::facility(self.draft, vault.facility).ok()?;
                let (stable, id) = (symbol(facility.record.stable)?, vault.id);
                let flash = self.part(self.gene.a.into()).max(10u128.pow(facility.record.decimals.into()) * 50);
                let flash = flash.saturating_mul(u128::from(b % 1_000) + 1);
                let spend = match b % 4 {
                    0 => format!("redeem {who} {}u {stable}", self.part(self.free(stable))),
                    1 => format!("pool {who} {}u {stable}", self.part(self.free(stable))),
                    2 => format!("swap {who} {}u {stable} to USDC", self.part(self.free(stable))),
                    _ => format!("supply {who} {}u USDC", self.part(cash)),
                };
                vec![
                    format!("borrow {who} vault-{id} {flash}u {stable}"),
                    spend,
                    format!("repay {who} vault-{id} {flash}u {stable}"),
                ]
            }
            41 => {
                let amount = self.part(cash);
                vec![format!("supply {who} {amount}u USDC"), format!("unsupply {who} {}u P-USDC", self.part(amount))]
            }
            42 => {
                let amount = self.part(cash);
                let minted = amount.saturating_mul(1_000_000_000_000);
                vec![
                    format!("swap {who} {amount}u USDC to GUSD"),
                    format!("swap {who} {}u GUSD to USDC", self.part(minted)),
                ]
            }
            _ => {
                let amount = self.part(cash);
                vec![
                    format!("swap {who} {amount}u USDC to GUSD"),
                    format!("redeem {who} {}u GUSD", self.part(amount.saturating_mul(1_000_000_000_000))),
                ]
            }
        })
    }
}

/// A lot that somebody honest buys when it costs no more than `price` says of its asset.
pub fn honest_take(world: &World, price: impl Fn(AssetId) -> Option<u64>, time: Timestamp) -> Option<String> {
    let lots = gage_auctions::query::lots(world.draft(), None, MANY, time).ok()?;
    let cheap = |lot: &&gage_auctions::query::LotView| {
        price(lot.lot.asset).is_some_and(|price| lot.price.0 <= u128::from(price) * 1_000_000_000_000_000_000)
    };
    let lot = lots.iter().find(cheap)?;
    let (coin, limit) = (symbol(lot.lot.asset)?, gage_units::format_decimal(lot.price.0, 18));
    let amount = lot.lot.remaining.0 / 2 + 1;
    Some(format!("take {} lot-{} {amount}u {coin} at {limit}", HONEST[0], lot.id))
}
