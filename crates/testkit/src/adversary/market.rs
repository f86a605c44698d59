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
    /// They stand still, and facilities end.
    Ending,
}

impl Market {
    /// The prices of a block after `last`, by two numbers of its gene.
    pub fn next(self, last: Prices, a: u16, b: u16) -> Prices {
        if self != Market::Moving {
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
pub fn prelude(market: Market) -> String {
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
    let instrument = |symbol: &str, agent: bool| {
        let agent = if agent { ",\"paying_agent\":$mallory" } else { "" };
        format!(
            "govern {{\"securities\":{{\"register_instrument\":{{\"asset\":${symbol},\"version\":1,\"issuer\":$bank,\
             \"name\":\"Paper\",\"governing_law\":\"CH\",\"terms\":\"{}\",\"documents\":[]{agent}}}}}}}",
            "0".repeat(64)
        )
    };
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
             + borrow mary vault-6 1200 GEUR + pool mary 300 GEUR \
             + transfer mary dora 400.000000000000000007 GEUR",
        ),
        fixed("end"),
        // What pays: shares, certificates against proven backing, and a paying agent who is the adversary.
        fixed("open v1"),
        fixed("open v2"),
        instrument("BOND", true),
        instrument("SHARE", true),
        instrument("GOLD", false),
        fixed(
            "govern {\"securities\":{\"set_backing_terms\":{\"asset\":$GOLD,\"terms\":{\"description\":\"credits\",\
             \"verifiers\":[$v1,$v2],\"threshold\":2,\"validity_ms\":31536000000,\"grace_ms\":864000000,\"haircut\":0,\
             \"late_haircut\":2100,\"quarantine_haircut\":6000}}}}",
        ),
        fixed("attest v1 100 GOLD for 300d"),
        fixed("attest v2 100 GOLD for 300d"),
        fixed("begin"),
        fixed(
            "mint-backed bank 80.000007 GOLD + transfer bank mallory 30 GOLD + transfer bank mary 20.000007 GOLD \
             + transfer bank dora 30 GOLD + mint bank mallory 100.000003 SHARE + mint bank mary 20 SHARE \
             + mint bank dora 40 SHARE + mint bank bank 500 SHARE",
        ),
        fixed("end"),
        // Something is owed of every kind, to be chosen, claimed, given back for or taken back.
        fixed("begin"),
        fixed("declare bank BOND pays 0.05 USDC or 0.00025 ETH recorded 1s paid 3h until 40h"),
        fixed("declare bank GOLD pays 0.333333 USDC recorded 1s paid 2s until 40h"),
        fixed("offer bank SHARE pays 1 USDC paid 2s until 40h"),
        fixed("offer bank GOLD pays 1 SHARE paid 2s until 40h"),
        fixed("declare mallory BOND pays 0.01 USDC recorded 1s paid 2s until 50m"),
        fixed("offer mallory SHARE pays 0.5 USDC paid 20h until 30h"),
        fixed("end"),
        fixed("advance 5s"),
        fixed("begin"),
        fixed("price ETH 200 BTC 20000"),
        fixed("bring bank distribution-1 26.6667 USDC + bring bank distribution-2 660.000003 USDC"),
        fixed("bring mallory distribution-4 1.6 USDC + bring mallory distribution-5 10 USDC"),
        fixed("end"),
        // What rounding took from borrowers is given to suppliers when interest is next accrued.
        fixed("advance 2s"),
        fixed("price ETH 200 BTC 20000"),
    ]
    .into_iter()
    .chain(ended(market))
    .collect::<Vec<String>>()
    .join("\n")
}

/// Where facilities end, the smallest has ended already, and one account may not hold what its basket has.
fn ended(market: Market) -> Vec<String> {
    let lines = [
        "govern {\"vaults\":{\"shut_down\":{\"facility\":2,\"asset\":$GEUR,\"window_ms\":3600000}}}",
        "advance 61m",
        "price ETH 200 BTC 20000",
        "freeze-holder bank mary ETH both",
        "basket mary 50 GEUR",
        "price ETH 200 BTC 20000",
    ];
    if market == Market::Ending { lines.map(str::to_owned).to_vec() } else { Vec::new() }
}
