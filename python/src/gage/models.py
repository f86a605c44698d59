"""What a node answers, as types. Made by `tools/routes.py` from the node's OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, Union


Account = TypedDict(
    "Account",
    {
        "credit": "str",
        "id": "str",
        "keys": "list[dict[str, Any]]",
        "next_nonce": "int",
        "number": "int",
        "opened_at": "int",
        "opened_by": "str | None",
        "sessions": "list[dict[str, Any]]",
        "threshold": "int",
    },
)
"""An account."""

Asset = TypedDict(
    "Asset",
    {
        "decimals": "int",
        "id": "int",
        "itemised": "bool",
        "kind": "Any",
        "supply": "str",
        "symbol": "str",
    },
)
"""An asset."""

Audit = TypedDict(
    "Audit",
    {
        "assets": "list[dict[str, Any]]",
        "broken": "str | None",
        "conservation_ok": "bool",
        "coverage": "list[dict[str, Any]]",
        "facilities": "list[dict[str, Any]]",
        "height": "int",
        "time": "int",
    },
)
"""The books recomputed."""

Batch = TypedDict(
    "Batch",
    {
        "accepted": "int",
        "refused": "int",
        "results": "list[dict[str, Any]]",
    },
)
"""What became of a batch."""

Block = TypedDict(
    "Block",
    {
        "block": "str",
        "due_events": "int | None",
        "events_root": "str | None",
        "header": "dict[str, Any]",
        "height": "int",
        "receipts": "dict[str, Any] | None",
        "transactions": "int",
    },
)
"""A block with a page of its receipts."""

Bundle = TypedDict(
    "Bundle",
    {
        "account": "int",
        "account_id": "str",
        "current": "bool",
        "delay_ms": "int",
        "hash": "str",
        "manages": "bool",
        "member_epoch": "int",
        "not_after": "int",
        "not_before": "int",
        "number": "int",
        "operations": "list[int]",
        "policy_version": "int",
        "proposed_at": "int",
        "proposer": "str",
        "queued": "int | None",
        "version": "int",
        "votes": "list[dict[str, Any]]",
        "weight": "int",
    },
)
"""Operations that wait for the approval of an account's keys."""

Deposit = TypedDict(
    "Deposit",
    {
        "amount": "str",
        "gains": "list[dict[str, Any]]",
        "pending": "str",
        "request": "dict[str, Any] | None",
        "waterfall": "int",
    },
)
"""A deposit in a stability pool."""

Draft = TypedDict(
    "Draft",
    {
        "account": "str",
        "expected": "NotRequired[list[dict[str, Any]]]",
        "max_fee": "NotRequired[str]",
        "nonce": "NotRequired[int]",
        "operations": "list[dict[str, Any]]",
        "valid_until": "NotRequired[int]",
    },
)
"""A transaction to be; what is left out is filled in."""

Event = TypedDict(
    "Event",
    {
        "event": "Any",
        "module": "str",
        "number": "int",
        "receipt": "int | None",
        "transaction": "str | None",
    },
)
"""An event of a block."""

Evidence = TypedDict(
    "Evidence",
    {
        "format": "str",
        "genesis": "str",
        "head_record": "dict[str, Any]",
        "header": "dict[str, Any] | None",
        "height": "int",
        "key": "str",
        "network": "str",
        "network_record": "dict[str, Any]",
        "proof": "dict[str, Any]",
        "state_root": "str",
        "table": "str",
        "value": "str | None",
    },
)
"""A record, or its absence, with everything needed to check it: `gage verify` reads it."""

Facility = TypedDict(
    "Facility",
    {
        "collateral_value": "str",
        "collaterals": "list[dict[str, Any]]",
        "coverage": "Any",
        "id": "int",
        "identity": "dict[str, Any]",
        "room": "str",
        "stable": "int",
        "totals": "dict[str, Any]",
        "waterfall": "int",
    },
)
"""A facility."""

Feed = TypedDict(
    "Feed",
    {
        "base": "Any",
        "decimals": "int",
        "feed": "int",
        "params": "dict[str, Any]",
        "quote": "Any",
        "source": "Any",
    },
)
"""A price feed."""

Fees = TypedDict(
    "Fees",
    {
        "asset": "int",
        "base_fee": "str",
        "base_fee_min": "str",
        "decimals": "int",
        "symbol": "str",
        "transfer": "str",
        "weight_max": "int",
        "weight_target": "int",
    },
)
"""What an act costs in the next block."""

Head = TypedDict(
    "Head",
    {
        "block": "str",
        "height": "int",
        "time": "int",
    },
)
"""A block's place."""

Holding = TypedDict(
    "Holding",
    {
        "asset": "int",
        "decimals": "int",
        "free": "str",
        "frozen": "str",
        "held": "str",
        "pledged": "str",
        "symbol": "str",
    },
)
"""A holding."""

Live = TypedDict(
    "Live",
    {
        "live": "bool",
    },
)
"""The process answers."""

LossReceipt = TypedDict(
    "LossReceipt",
    {
        "id": "int",
    },
)
"""Who bore a loss."""

Lot = TypedDict(
    "Lot",
    {
        "asset": "int",
        "finished": "bool",
        "id": "int",
        "needs_restart": "bool",
        "outstanding": "str | None",
        "price": "str",
        "raised": "str",
        "remaining": "str",
        "want": "int",
    },
)
"""A lot at auction."""

Network = TypedDict(
    "Network",
    {
        "frozen_modules": "list[dict[str, Any]]",
        "genesis": "str",
        "height": "int",
        "network": "str",
        "params": "dict[str, Any]",
        "protocol_version": "int",
        "time": "int",
    },
)
"""The network, as its genesis file fixed it."""

NodeStatus = TypedDict(
    "NodeStatus",
    {
        "certified": "int",
        "genesis": "str",
        "head": "Head",
        "log": "dict[str, Any]",
        "mempool": "dict[str, Any]",
        "network": "str",
        "oldest_checkpoint": "int",
        "ordered": "int",
        "published": "int | None",
        "records": "int",
        "root": "str",
        "snapshots": "list[int]",
        "stopped": "dict[str, Any] | None",
    },
)
"""How far the node has come."""

Preview = TypedDict(
    "Preview",
    {
        "payment": "str",
        "taken": "str",
    },
)
"""What a take would move."""

PriceView = TypedDict(
    "PriceView",
    {
        "cell": "dict[str, Any] | None",
        "feed": "Feed",
        "legs": "list[dict[str, Any]]",
        "nav": "dict[str, Any] | None",
        "permits": "list[str]",
        "price": "dict[str, Any] | None",
        "reports": "list[dict[str, Any]]",
    },
)
"""A price with everything it stands on."""

Problem = TypedDict(
    "Problem",
    {
        "code": "int",
        "detail": "str",
        "name": "str",
        "status": "int",
        "title": "str",
        "type": "str",
    },
)
"""A refusal (RFC 9457)."""

Ready = TypedDict(
    "Ready",
    {
        "height": "int",
        "ready": "bool",
    },
)
"""The node makes blocks."""

Receipt = TypedDict(
    "Receipt",
    {
        "code": "NotRequired[int]",
        "events": "list[ReceiptEvent]",
        "fee": "str",
        "name": "NotRequired[str]",
        "operation": "NotRequired[int]",
        "outcome": "str",
        "sentence": "NotRequired[str]",
        "weight": "int",
    },
)
"""What became of a transaction."""

ReceiptEvent = TypedDict(
    "ReceiptEvent",
    {
        "event": "Any",
        "module": "str",
    },
)
"""One event."""

ReceiptEvidence = TypedDict(
    "ReceiptEvidence",
    {
        "events_root": "str",
        "format": "str",
        "genesis": "str",
        "header": "dict[str, Any] | None",
        "height": "int",
        "proof": "dict[str, Any]",
        "receipt": "str",
        "transaction": "str",
    },
)
"""A receipt with its path: `gage verify` reads it."""

Rendered = TypedDict(
    "Rendered",
    {
        "bytes": "str",
        "fee": "str",
        "hash": "str",
        "no_wallet": "str | None",
        "transaction": "dict[str, Any]",
        "typed_data": "dict[str, Any] | None",
        "wallet_digest": "str | None",
        "wallet_text": "str | None",
        "weight": "int",
    },
)
"""Everything one needs to sign."""

Seal = TypedDict(
    "Seal",
    {
        "time": "int",
    },
)
"""The block to be made."""

Sealed = TypedDict(
    "Sealed",
    {
        "block": "str",
        "certified": "int",
        "done": "int",
        "events_root": "str",
        "height": "int",
        "internal": "int",
        "receipts": "int",
        "rejected": "int",
        "root": "str",
        "time": "int",
    },
)
"""The block that was made."""

Security = TypedDict(
    "Security",
    {
        "asset": "int",
        "backing": "dict[str, Any] | None",
        "base": "list[dict[str, Any]]",
        "coverage": "dict[str, Any] | None",
        "instrument": "dict[str, Any] | None",
        "listing": "dict[str, Any] | None",
        "parts": "list[dict[str, Any]]",
        "status": "dict[str, Any]",
    },
)
"""What an asset is."""

SignedTransaction = TypedDict(
    "SignedTransaction",
    {
        "signatures": "NotRequired[list[dict[str, Any]]]",
        "transaction": "NotRequired[str]",
        "unsigned": "NotRequired[str]",
    },
)
"""A signed transaction: `transaction`, or `unsigned` with `signatures`."""

SignedTransactions = TypedDict(
    "SignedTransactions",
    {
        "transactions": "list[str]",
    },
)
"""Many signed transactions."""

Snapshot = TypedDict(
    "Snapshot",
    {
        "file": "str",
    },
)
"""The snapshot that was written."""

Status = TypedDict(
    "Status",
    {
        "height": "NotRequired[int]",
        "index": "NotRequired[int]",
        "problem": "NotRequired[Problem]",
        "receipt": "NotRequired[Receipt]",
        "status": "str",
        "transaction": "str",
    },
)
"""Where a transaction stands."""

Vault = TypedDict(
    "Vault",
    {
        "auctioned": "str",
        "collateral_value": "str",
        "debt": "str",
        "facility": "int",
        "health": "Any",
        "id": "int",
        "owner": "str | None",
        "positions": "list[dict[str, Any]]",
    },
)
"""A vault at the quotes of the last mark."""

Waterfall = TypedDict(
    "Waterfall",
    {
        "first_loss": "dict[str, Any]",
        "gains": "list[dict[str, Any]]",
        "id": "int",
        "pool": "dict[str, Any]",
        "surplus": "list[dict[str, Any]]",
    },
)
"""A waterfall with its capital."""

# What has one of several shapes.
Object = dict[str, Any]
"""Any object."""
