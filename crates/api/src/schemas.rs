//! The shapes of what the API reads and answers, for the OpenAPI document. Tests hold real answers
//! against them.

use serde_json::{Map, Value, json};

/// A field: name (with `?` where it may be absent), kind, meaning.
type Field = (&'static str, &'static str, &'static str);

/// What a variable part of a path is.
pub(crate) fn segment(name: &str) -> &'static str {
    match name {
        "hash" => "the transaction's hash, 64 hexadecimal digits",
        "height" => "the block's height",
        "account" => "the account, gage1...",
        "asset" => "the asset's number",
        "table" => "the table, like ledger.balances",
        "key" => "the table's key in borsh, in hexadecimal digits",
        _ => "its number; for an account, gage1...",
    }
}

/// A page of things of one schema.
pub(crate) fn page(items: &Value) -> Value {
    json!({
        "type": "object", "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": items },
            "next": { "type": ["string", "null"], "description": "the cursor of the next page; null at the end" },
        },
    })
}

/// The schema of a kind: `amount`, `[event]`, `receipt?` (or null), `@Problem` (another schema).
fn kind(text: &str) -> Value {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return json!({ "type": "array", "items": kind(inner) });
    }
    if let Some(inner) = text.strip_suffix('?') {
        return json!({ "anyOf": [kind(inner), { "type": "null" }] });
    }
    if let Some(name) = text.strip_prefix('@') {
        return json!({ "$ref": format!("#/components/schemas/{name}") });
    }
    match text {
        "amount" => json!({ "type": "string", "pattern": "^(0|[1-9][0-9]*)$" }),
        "hash" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        "hex" => json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" }),
        "account" => json!({ "type": "string", "pattern": "^gage1[02-9ac-hj-np-z]+$" }),
        "text" => json!({ "type": "string" }),
        "number" => json!({ "type": "integer", "minimum": 0 }),
        "flag" => json!({ "type": "boolean" }),
        "any" => json!({}),
        _ => json!({ "type": "object" }),
    }
}

fn object(description: &str, fields: &[Field]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, of, meaning) in fields {
        let name = match name.strip_suffix('?') {
            Some(optional) => optional,
            None => {
                required.push(*name);
                name
            }
        };
        let mut schema = kind(of);
        if let (Some(schema), false) = (schema.as_object_mut(), of.starts_with('@')) {
            schema.insert("description".to_owned(), json!(meaning));
        }
        properties.insert(name.to_owned(), schema);
    }
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

/// Every schema by name.
pub(crate) fn all() -> Value {
    let mut schemas = Map::new();
    for (name, description, fields) in SCHEMAS {
        schemas.insert((*name).to_owned(), object(description, fields));
    }
    Value::Object(schemas)
}

const SCHEMAS: &[(&str, &str, &[Field])] = &[
    ("Object", "Any object", &[]),
    (
        "Problem",
        "A refusal (RFC 9457)",
        &[
            ("type", "text", "urn:gage:problem: and the code"),
            ("title", "text", "the name in words"),
            ("status", "number", "the HTTP status"),
            ("detail", "text", "what is the case and what to do"),
            ("code", "number", "the stable number"),
            ("name", "text", "the stable name"),
        ],
    ),
    (
        "SignedTransaction",
        "A signed transaction: `transaction`, or `unsigned` with `signatures`",
        &[
            ("transaction?", "hex", "the signed transaction in borsh"),
            ("unsigned?", "hex", "the unsigned transaction in borsh, as /v1/render gives it"),
            ("signatures?", "[object]", "each with `key` (scheme:hex) and `signature`"),
        ],
    ),
    ("SignedTransactions", "Many signed transactions", &[("transactions", "[hex]", "each in borsh")]),
    (
        "Status",
        "Where a transaction stands",
        &[
            ("transaction", "hash", "its name"),
            ("status", "text", "accepted, ordered, executed or certified; dropped if it could not run any more"),
            ("height?", "number", "its block, once it is ordered"),
            ("index?", "number", "the position of its receipt, once it is executed"),
            ("receipt?", "@Receipt", "what became of it, once it is executed"),
            ("problem?", "@Problem", "why it was dropped"),
        ],
    ),
    (
        "Receipt",
        "What became of a transaction",
        &[
            ("outcome", "text", "done, rejected or internal"),
            ("operation?", "number", "the operation that was refused, from zero"),
            ("code?", "number", "the stable number of the refusal"),
            ("name?", "text", "the stable name of the refusal"),
            ("sentence?", "text", "why, and what to do"),
            ("fee", "amount", "what it paid"),
            ("weight", "number", "the work it was charged for"),
            ("events", "[@ReceiptEvent]", "what happened"),
        ],
    ),
    ("ReceiptEvent", "One event", &[("module", "text", "whose"), ("event", "any", "its name with its fields")]),
    (
        "Batch",
        "What became of a batch",
        &[
            ("accepted", "number", "how many were taken"),
            ("refused", "number", "how many were not"),
            ("results", "[object]", "in the order of the batch: transaction and status, or the problem"),
        ],
    ),
    (
        "Draft",
        "A transaction to be; what is left out is filled in",
        &[
            ("account", "account", "who acts"),
            ("operations", "[object]", "such as {\"ledger\":{\"transfer\":{...}}}"),
            ("expected?", "[object]", "what the signer expects in all"),
            ("nonce?", "number", "the next of the account's keys if not given"),
            ("valid_until?", "number", "ten minutes from the head's time if not given"),
            ("max_fee?", "amount", "twice the present fee if not given"),
        ],
    ),
    (
        "Rendered",
        "Everything one needs to sign",
        &[
            ("transaction", "object", "the transaction with everything filled in"),
            ("bytes", "hex", "its canonical bytes"),
            ("hash", "hash", "its name: the digest that machine keys sign"),
            ("weight", "number", "the work it causes"),
            ("fee", "amount", "what it costs at the current base fee"),
            ("wallet_text", "text?", "what a wallet shows"),
            ("wallet_digest", "hash?", "the digest a wallet signs"),
            ("typed_data", "object?", "the argument of eth_signTypedData_v4"),
            ("no_wallet", "text?", "why a wallet cannot sign it"),
        ],
    ),
    (
        "NodeStatus",
        "How far the node has come",
        &[
            ("network", "text", "the network's name"),
            ("genesis", "hash", "the genesis hash"),
            ("ordered", "number", "the newest block on the disk"),
            ("head", "@Head", "the last executed block"),
            ("certified", "number", "the newest checkpoint"),
            ("root", "hash", "its root"),
            ("published", "number?", "the newest checkpoint whose root a header publishes"),
            ("oldest_checkpoint", "number", "the oldest checkpoint with proofs"),
            ("records", "number", "records in the tree"),
            ("mempool", "object", "what waits"),
            ("log", "object", "the block log"),
            ("snapshots", "[number]", "heights of the snapshots on the disk"),
            ("stopped", "object?", "why no more blocks are made"),
        ],
    ),
    (
        "Head",
        "A block's place",
        &[("height", "number", "its height"), ("time", "number", "its time"), ("block", "hash", "its hash")],
    ),
    (
        "Network",
        "The network, as its genesis file fixed it",
        &[
            ("network", "text", "its name"),
            ("genesis", "hash", "its name in every signature"),
            ("protocol_version", "number", "the version of the rules"),
            ("params", "object", "the chain's parameters"),
            ("height", "number", "the last executed height"),
            ("time", "number", "its time"),
            ("frozen_modules", "[object]", "modules that accept only acts that reduce risk"),
        ],
    ),
    (
        "Fees",
        "What an act costs in the next block",
        &[
            ("asset", "number", "the fee asset"),
            ("symbol", "text", "its symbol"),
            ("decimals", "number", "its decimals"),
            ("base_fee", "amount", "per 1,000 weight"),
            ("base_fee_min", "amount", "the lowest base fee"),
            ("weight_target", "number", "to which the base fee steers"),
            ("weight_max", "number", "the most of one block"),
            ("transfer", "amount", "what one transfer costs"),
        ],
    ),
    (
        "Audit",
        "The books recomputed",
        &[
            ("height", "number", "the audited height"),
            ("time", "number", "its time"),
            ("conservation_ok", "flag", "whether every unit is accounted for and every invariant holds"),
            ("broken", "text?", "the first invariant that does not hold"),
            ("assets", "[object]", "what exists of each asset"),
            ("coverage", "[object]", "backing over claims of each asset with backing"),
            ("facilities", "[object]", "the identity of each facility"),
        ],
    ),
    (
        "Block",
        "A block with a page of its receipts",
        &[
            ("height", "number", "its height"),
            ("block", "hash", "its hash"),
            ("header", "object", "its header"),
            ("transactions", "number", "how many it orders"),
            ("receipts", "object?", "a page of receipts; null if no longer kept"),
            ("events_root", "hash?", "the root of its receipts"),
            ("due_events", "number?", "how many events due work emitted"),
        ],
    ),
    (
        "Event",
        "An event of a block",
        &[
            ("number", "number", "its number in the block"),
            ("receipt", "number?", "the receipt it belongs to; null for due work"),
            ("transaction", "hash?", "the transaction; null for due work"),
            ("module", "text", "whose"),
            ("event", "any", "its name with its fields"),
        ],
    ),
    (
        "Account",
        "An account",
        &[
            ("id", "account", "its name"),
            ("number", "number", "its number, as events name it"),
            ("opened_by", "account?", "who paid for the opening"),
            ("opened_at", "number", "when"),
            ("threshold", "number", "the weight an act needs"),
            ("next_nonce", "number", "the least nonce above all its keys used"),
            ("keys", "[object]", "its keys"),
            ("sessions", "[object]", "its sessions, each with its own next_nonce"),
            ("credit", "amount", "its fee credit"),
        ],
    ),
    (
        "Bundle",
        "Operations that wait for the approval of an account's keys",
        &[
            ("number", "number", "its number"),
            ("account_id", "account", "whose it is"),
            ("current", "flag", "false once keys or rules of the account changed: then it is void"),
            ("account", "number", "the account's number"),
            ("proposer", "text", "the identifier of the key that proposed it"),
            ("version", "number", "the protocol version of its bytes"),
            ("operations", "[number]", "the operations in borsh, byte by byte"),
            ("hash", "hash", "what approvals bind, and the name of its receipt"),
            ("manages", "flag", "whether it changes keys, thresholds or rules"),
            ("proposed_at", "number", "when"),
            ("not_before", "number", "not executed before this time"),
            ("not_after", "number", "nor after this one"),
            ("delay_ms", "number", "how long approvals wait"),
            ("policy_version", "number", "the account's rules it was proposed under"),
            ("member_epoch", "number", "the account's members it was proposed under"),
            ("votes", "[object]", "each with `key` and `at`"),
            ("weight", "number", "the work it was charged for"),
            ("queued", "number?", "since when it waits for the next block"),
        ],
    ),
    (
        "Holding",
        "A holding",
        &[
            ("asset", "number", "what"),
            ("symbol", "text", "its symbol"),
            ("decimals", "number", "its decimals"),
            ("free", "amount", "at the owner's disposal"),
            ("held", "amount", "set aside by holds"),
            ("pledged", "amount", "marked as collateral"),
            ("frozen", "amount", "immobilised by the issuer"),
        ],
    ),
    (
        "Asset",
        "An asset",
        &[
            ("id", "number", "its number"),
            ("symbol", "text", "its symbol"),
            ("decimals", "number", "its decimals"),
            ("kind", "any", "who mints and burns"),
            ("itemised", "flag", "whether holdings are single things"),
            ("supply", "amount", "what exists"),
        ],
    ),
    (
        "Security",
        "What an asset is",
        &[
            ("asset", "number", "the asset"),
            ("status", "object", "what others may rely on"),
            ("instrument", "object?", "what it is"),
            ("parts", "[object]", "what it is made of directly"),
            ("base", "[object]", "what it is made of in the end"),
            ("backing", "object?", "what backs it"),
            ("coverage", "object?", "backing over claims"),
            ("listing", "object?", "how it is admitted"),
        ],
    ),
    (
        "Feed",
        "A price feed",
        &[
            ("feed", "number", "its number"),
            ("base", "any", "what is priced"),
            ("quote", "any", "in what"),
            ("decimals", "number", "decimal places the price means something to"),
            ("source", "any", "where the price comes from"),
            ("params", "object", "its rules"),
        ],
    ),
    (
        "PriceView",
        "A price with everything it stands on",
        &[
            ("feed", "@Feed", "the feed"),
            ("price", "object?", "mid, low, high, age and class; null if there never was one"),
            ("permits", "[text]", "what it may be used for now"),
            ("cell", "object?", "what the publishers agree on"),
            ("legs", "[object]", "the prices it is composed of"),
            ("reports", "[object]", "what each publisher last saw"),
            ("nav", "object?", "the evidence behind a net asset value"),
        ],
    ),
    (
        "Vault",
        "A vault at the quotes of the last mark",
        &[
            ("id", "number", "its number"),
            ("owner", "account?", "whose"),
            ("facility", "number", "of which facility"),
            ("debt", "amount", "all it owes, without what is at auction"),
            ("auctioned", "amount", "debt of its lots that is not repaid yet"),
            ("health", "any", "pledges at their thresholds over debt; null without debt"),
            ("collateral_value", "amount", "in 1e-18 of the numeraire"),
            ("positions", "[object]", "its collaterals"),
        ],
    ),
    (
        "Facility",
        "A facility",
        &[
            ("id", "number", "its number"),
            ("stable", "number", "what it lends"),
            ("waterfall", "number", "who bears its losses"),
            ("totals", "object", "running totals"),
            ("room", "amount", "what may still be borrowed"),
            ("identity", "object", "both sides of its identity"),
            ("collateral_value", "amount", "in 1e-18 of the numeraire"),
            ("coverage", "any", "collateral value over supply; null without supply"),
            ("collaterals", "[object]", "what it takes, on which terms"),
        ],
    ),
    (
        "Lot",
        "A lot at auction",
        &[
            ("id", "number", "its number"),
            ("asset", "number", "what is sold"),
            ("remaining", "amount", "how much of it is left"),
            ("want", "number", "for what"),
            ("raised", "amount", "how much of that has come in"),
            ("price", "amount", "the price now, in 1e-18"),
            ("outstanding", "amount?", "what is still to raise; null if all is to be sold"),
            ("finished", "flag", "whether nothing is left to sell or to raise"),
            ("needs_restart", "flag", "whether it waits for its restart"),
        ],
    ),
    (
        "Preview",
        "What a take would move",
        &[("taken", "amount", "of the lot's asset"), ("payment", "amount", "of the wanted asset")],
    ),
    (
        "Waterfall",
        "A waterfall with its capital",
        &[
            ("id", "number", "its number"),
            ("pool", "object", "the stability pool"),
            ("first_loss", "object", "the curator's capital"),
            ("surplus", "[object]", "the surplus buffer"),
            ("gains", "[object]", "gains that nobody has claimed yet"),
        ],
    ),
    (
        "Deposit",
        "A deposit in a stability pool",
        &[
            ("waterfall", "number", "which"),
            ("amount", "amount", "what it is worth"),
            ("pending", "amount", "what joins in the next block"),
            ("gains", "[object]", "what can be claimed"),
            ("request", "object?", "the wish to leave"),
        ],
    ),
    ("LossReceipt", "Who bore a loss", &[("id", "number", "its number")]),
    (
        "Evidence",
        "A record, or its absence, with everything needed to check it: `gage verify` reads it",
        &[
            ("format", "text", "gage/record/1"),
            ("network", "text", "the network's name"),
            ("genesis", "hash", "the genesis hash"),
            ("table", "text", "the table"),
            ("key", "hex", "the key in the tree"),
            ("value", "hex?", "the record in borsh; null where there is none"),
            ("proof", "object", "inclusion, or exclusion"),
            ("network_record", "object", "binds the root to the network"),
            ("head_record", "object", "binds the root to its height"),
            ("height", "number", "the height whose state this is"),
            ("state_root", "hash", "the root of all records"),
            ("header", "object?", "a later header that publishes the root"),
        ],
    ),
    (
        "ReceiptEvidence",
        "A receipt with its path: `gage verify` reads it",
        &[
            ("format", "text", "gage/receipt/1"),
            ("genesis", "hash", "the genesis hash"),
            ("transaction", "hash", "the transaction"),
            ("receipt", "hex", "the receipt in borsh"),
            ("proof", "object", "the path"),
            ("height", "number", "the block"),
            ("events_root", "hash", "the root of its receipts"),
            ("header", "object?", "a later header that publishes the root"),
        ],
    ),
    ("Seal", "The block to be made", &[("time", "number", "its time, later than the last block's")]),
    (
        "Sealed",
        "The block that was made",
        &[
            ("height", "number", "its height"),
            ("time", "number", "its time"),
            ("block", "hash", "its hash"),
            ("certified", "number", "the newest certified height"),
            ("root", "hash", "its root"),
            ("events_root", "hash", "the root of the block's receipts"),
            ("receipts", "number", "how many"),
            ("done", "number", "of them done"),
            ("rejected", "number", "of them rejected"),
            ("internal", "number", "of them met a fault"),
        ],
    ),
    ("Snapshot", "The snapshot that was written", &[("file", "text", "where")]),
    ("Live", "The process answers", &[("live", "flag", "true")]),
    ("Ready", "The node makes blocks", &[("ready", "flag", "true"), ("height", "number", "the last executed height")]),
];
