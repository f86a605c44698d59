//! The tables in the order in which they are written, with the columns in the order of a row.

/// A table as the writer and the exports know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// How its rows are ordered: its key.
    pub order: &'static str,
}

impl Table {
    pub fn insert(&self) -> String {
        let places: Vec<String> = (1..=self.columns.len()).map(|place| format!("?{place}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.columns.join(", "), places.join(", "))
    }
}

/// Every table with rows of blocks. The last one is written last: a height that is there is there whole.
pub(crate) const TABLES: &[Table] = &[
    Table { name: "accounts", columns: &["account", "id", "opened_by", "opened_height"], order: "account" },
    Table {
        name: "assets",
        columns: &["asset", "symbol", "decimals", "itemised", "issuer", "module", "created_height"],
        order: "asset",
    },
    Table {
        name: "transactions",
        columns: &[
            "height",
            "position",
            "hash",
            "kind",
            "account",
            "lane",
            "sequence",
            "outcome",
            "operation",
            "code",
            "name",
            "sentence",
            "fee",
            "weight",
            "events",
            "operations",
            "bytes",
        ],
        order: "height, position",
    },
    Table {
        name: "events",
        columns: &[
            "height", "number", "receipt", "module", "kind", "asset", "amount", "vault", "facility", "lot", "feed",
            "body", "bytes",
        ],
        order: "height, number",
    },
    Table { name: "event_accounts", columns: &["account", "height", "number"], order: "account, height, number" },
    Table {
        name: "postings",
        columns: &[
            "account", "asset", "height", "number", "leg", "receipt", "purpose", "side", "part", "amount", "balance",
            "item", "other",
        ],
        order: "height, number, leg",
    },
    Table {
        name: "balances",
        columns: &["account", "asset", "height", "free", "held", "pledged", "frozen"],
        order: "account, asset, height",
    },
    Table {
        name: "prices",
        columns: &["feed", "height", "number", "time_ms", "price", "confidence", "used", "observed_ms"],
        order: "feed, height, number",
    },
    Table { name: "vaults", columns: &["vault", "facility", "owner", "opened_height"], order: "vault" },
    Table {
        name: "vault_lines",
        columns: &[
            "vault",
            "height",
            "number",
            "kind",
            "asset",
            "collateral",
            "debt",
            "debt_left",
            "lot",
            "health",
            "health_after",
        ],
        order: "vault, height, number",
    },
    Table {
        name: "lots",
        columns: &[
            "lot",
            "style",
            "module",
            "record",
            "asset",
            "amount",
            "want",
            "raise_max",
            "start_price",
            "floor_price",
            "opened_height",
        ],
        order: "lot",
    },
    Table {
        name: "takes",
        columns: &["lot", "height", "number", "taker", "taken", "price", "payment"],
        order: "lot, height, number",
    },
    Table {
        name: "lot_ends",
        columns: &["lot", "height", "number", "remainder", "remainder_to", "raised"],
        order: "lot",
    },
    Table { name: "block_tree", columns: &["level", "place", "hash"], order: "level, place" },
    Table {
        name: "blocks",
        columns: &["height", "time_ms", "hash", "events_root", "transactions", "bundles", "events", "header"],
        order: "height",
    },
];

/// The table of a name that is in the list.
pub(crate) fn table(name: &str) -> &'static Table {
    TABLES.iter().find(|table| table.name == name).expect("the writer names tables of this list")
}

/// Whether a column holds JSON.
pub(crate) fn column_of_json(column: &str) -> bool {
    ["body", "operations"].contains(&column)
}

/// The columns that hold amounts, prices or ratios.
const AMOUNTS: [&str; 22] = [
    "amount",
    "balance",
    "collateral",
    "confidence",
    "debt",
    "debt_left",
    "fee",
    "floor_price",
    "free",
    "frozen",
    "health",
    "health_after",
    "held",
    "payment",
    "pledged",
    "price",
    "raise_max",
    "raised",
    "remainder",
    "start_price",
    "taken",
    "used",
];

/// Whether a column holds amounts, prices or ratios.
pub(crate) fn column_of_amount(column: &str) -> bool {
    AMOUNTS.contains(&column)
}
