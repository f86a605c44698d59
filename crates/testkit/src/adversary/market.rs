//! Who is there before the adversary begins, and how prices go.

use super::wealth::Prices;

/// The accounts of the adversary: one person.
pub const GANG: [&str; 2] = ["mallory", "mary"];
/// The others: a borrower with a deposit in the stability pool, a supplier who borrows, a borrower of the
/// pool, a holder with insurance.
pub const HONEST: [&str; 4] = ["alice", "bob", "carol", "dora"];
/// What one unit of ETH and of BTC costs in the beginning.
pub const START: Prices = Prices { eth: 200, btc: 20_000 };

/// How prices go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    /// They stand still: there is no risk, so there is no gain.
    Still,
    /// They drift and jump, as far as the feeds believe at once.
    Moving,
}

impl Market {
    /// The prices of a block after `last`, by two numbers of its gene.
    pub fn next(self, last: Prices, a: u16, b: u16) -> Prices {
        if self == Market::Still {
            return last;
        }
        // Parts of a hundred; as often as not a price stands, now and then it jumps.
        const MOVES: [u64; 12] = [100, 100, 100, 100, 99, 101, 97, 103, 94, 106, 89, 110];
        let step = |price: u64, choice: u16, least: u64| {
            (price * MOVES[usize::from(choice) % MOVES.len()] / 100).clamp(least, least * 60)
        };
        Prices { eth: step(last.eth, a, 20), btc: step(last.btc, b, 2_000) }
    }
}

/// What is played before: features that governance must turn on, without any interest or fee for a swap,
/// so that nobody earns by waiting and a round trip costs nothing but its rounding.
pub fn prelude() -> String {
    const ALL: &str = "340282366920938463463374607431768211455";
    const NO_INTEREST: &str = "1000000000000000000000000000";
    let step = |kind: &str| format!("{{\"kind\":{kind},\"cap\":\"{ALL}\"}}");
    let kinds = [
        "\"stability_pool\"",
        "\"curator_first_loss\"",
        "{\"insurance\":{\"tier\":1}}",
        "{\"insurance\":{\"tier\":2}}",
        "\"surplus_buffer\"",
    ];
    let steps = kinds.map(step).join(",");
    let tier = |tier: u8| {
        format!(
            "govern {{\"backstop\":{{\"set_insurance\":{{\"waterfall\":1,\"tier\":{tier},\
             \"terms\":{{\"cooldown_ms\":3600000,\"premium\":1000}}}}}}}}"
        )
    };
    let zero = format!(
        "govern {{\"vaults\":{{\"set_pool_terms\":{{\"facility\":3,\"asset\":$USDC,\"terms\":{{\"curve\":\
         {{\"kink\":8000,\"at_zero\":\"{NO_INTEREST}\",\"at_kink\":\"{NO_INTEREST}\",\"at_full\":\"{NO_INTEREST}\"}},\
         \"reserve_factor\":1000,\"supply_cap\":\"10000000000000\",\"supply_min\":\"1000\"}}}}}}}}"
    );
    let steps = format!(
        "govern {{\"backstop\":{{\"set_terms\":{{\"waterfall\":1,\"asset\":$GUSD,\"steps\":[{steps}],\"terms\":\
         {{\"cooldown_ms\":3600000,\"window_ms\":86400000,\"deposit_min\":\"1\",\
         \"remaining_min\":\"1000000000000000000\",\"first_loss_min\":\"0\",\"buffer_min\":\"0\"}}}}}}}}"
    );
    let credit = |name: &str| {
        format!("do {name} {{\"chain\":{{\"buy_credit\":{{\"asset\":$FEE,\"quantity\":{{\"exact\":\"50000000\"}}}}}}}}")
    };
    let fixed = |line: &str| line.to_owned();
    [
        fixed("price ETH 200 BTC 20000"),
        fixed(
            "govern {\"vaults\":{\"set_peg\":{\"facility\":1,\"stable\":$GUSD,\"asset\":$USDC,\"terms\":\
             {\"cap\":\"100000000000000000000000\",\"fee_in\":0,\"fee_out\":0,\"price_min\":null,\"state\":\"open\"}}}}",
        ),
        fixed(
            "govern {\"vaults\":{\"set_redemption\":{\"facility\":1,\"stable\":$GUSD,\"terms\":{\"fee_min\":1,\
             \"fee_max\":500,\"decay\":\"999967910367635122012970996\",\"amount_min\":\"1\"}}}}",
        ),
        tier(1),
        tier(2),
        steps,
        fixed("set GUSD rate 5%"),
        fixed("begin"),
        fixed("price ETH 200 BTC 20000"),
        fixed("open mallory 1000 ETH 10 BTC 50000 USDC 100 BOND"),
        fixed("open mary 100 ETH 1 BTC 10000 USDC 10 BOND"),
        fixed("open alice 1000 ETH 50 BOND"),
        fixed("open bob 20 BTC 20000 USDC"),
        fixed("open carol 30 ETH"),
        fixed("open dora 5 ETH 100 USDC"),
        fixed("end"),
        fixed("begin"),
        fixed("price ETH 200 BTC 20000"),
        fixed(
            "vault alice GUSD + deposit alice vault-1 100 ETH + borrow alice vault-1 10000 GUSD \
             + pool alice 3000 GUSD + transfer alice dora 2000 GUSD",
        ),
        fixed(
            "vault bob GUSD + deposit bob vault-2 1 BTC + borrow bob vault-2 13000 GUSD + supply bob 15000 USDC",
        ),
        fixed("vault carol USDC + deposit carol vault-3 20 ETH + borrow carol vault-3 2500 USDC"),
        fixed("insure dora 1 700 GUSD + insure dora 2 300 GUSD"),
        fixed("mint bank mallory 100 FEE + mint bank mary 100 FEE"),
        fixed("end"),
        // More credit than is ever taken back, so that no transaction of a block is without cover for its fee.
        credit("mallory"),
        credit("mary"),
        // A month of interest, so that no debt and no share is worth a round number; from here on none.
        fixed("run 30d every 10d ETH 200 BTC 20000"),
        fixed("set GUSD rate 0%"),
        zero,
        // The adversary stands in everything already, so that one act is enough to go on from there.
        fixed("begin"),
        fixed("price ETH 200 BTC 20000"),
        fixed(
            "vault mallory GUSD + deposit mallory vault-4 100 ETH + borrow mallory vault-4 9000 GUSD \
             + pool mallory 1000 GUSD + insure mallory 1 500 GUSD + supply mallory 5000 USDC \
             + record-owner mallory mary 7 ETH",
        ),
        fixed(
            "vault mary USDC + deposit mary vault-5 20 ETH + deposit mary vault-5 0.3 BTC \
             + borrow mary vault-5 3000 USDC + vault mary GEUR + deposit mary vault-6 10 ETH \
             + borrow mary vault-6 1200 GEUR + pool mary 500 GEUR",
        ),
        fixed("end"),
        // What rounding took from borrowers is given to suppliers when interest is next accrued.
        fixed("advance 2s"),
        fixed("price ETH 200 BTC 20000"),
    ]
    .join("\n")
}
