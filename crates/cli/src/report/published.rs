//! What was published about 12 and 13 March 2020, with its source. Not our measurement.

/// A published figure.
pub struct Figure {
    /// What.
    pub what: &'static str,
    /// How much.
    pub figure: &'static str,
    /// Where it is written.
    pub source: &'static str,
}

const WHITERABBIT: &str = "Whiterabbit, Black Thursday for MakerDAO, 14 March 2020, \
    medium.com/@whiterabbit_hq/black-thursday-for-makerdao-8-32-million-was-liquidated-for-0-dai-36b83cac56b6";

/// The published figures. They concern another book of vaults: compare shares, not sums.
pub const FIGURES: &[Figure] = &[
    Figure { what: "Collateral given away for bids of zero", figure: "8.32 million USD", source: WHITERABBIT },
    Figure { what: "Share of liquidations won with a bid of zero", figure: "36 %", source: WHITERABBIT },
    Figure { what: "Debt left without cover, first count", figure: "5.67 million DAI", source: WHITERABBIT },
    Figure {
        what: "Loss of the protocol, later count",
        figure: "6.65 million DAI",
        source: "The Bulletin Time, 4 May 2020, \
            thebulletintime.com/news/makerdao-takes-new-measures-to-prevent-another-black-swan-collapse",
    },
    Figure {
        what: "Largest lot, as proposed for launch",
        figure: "50 ETH",
        source: "Maker forum, Auction Parameter Derivations, forum.makerdao.com/t/auction-parameter-derivations/781",
    },
];
