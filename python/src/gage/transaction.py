"""Transactions: their canonical bytes, written and read here, and the hash that machine keys sign."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from . import _bech32m, borsh

OPERATIONS_MAX = 64
EXPECTED_MAX = 16

_LAYOUT = {
    "struct": [
        ["account", "account"],
        ["nonce", "u64"],
        ["valid_until", "u64"],
        ["max_fee", "u128"],
        ["operations", {"list": borsh.ROOTS["operation"]}],
        ["expected", {"list": borsh.ROOTS["expected"]}],
    ]
}


@dataclass(frozen=True)
class Transaction:
    """Operations of one account, all or none. Units: milliseconds since 1970, smallest units of the fee asset."""

    account: str
    nonce: int
    valid_until: int
    max_fee: int
    operations: list[dict[str, Any]]
    expected: list[dict[str, Any]] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises EncodeError, which says what does not fit, and where."""
        if not 1 <= len(self.operations) <= OPERATIONS_MAX or len(self.expected) > EXPECTED_MAX:
            raise borsh.EncodeError(f"1 to {OPERATIONS_MAX} operations and at most {EXPECTED_MAX} expected effects")
        return borsh.encode(_LAYOUT, dict(vars(self)), "transaction")

    @classmethod
    def from_bytes(cls, data: bytes) -> Transaction:
        """Reads canonical bytes, all of them. Raises DecodeError."""
        reader = borsh.Reader(data)
        value = reader.value(_LAYOUT)
        reader.end()
        return cls(**{**value, "max_fee": int(value["max_fee"])})

    def hash(self, genesis: str) -> str:
        """The name of the transaction on a network, which is what machine keys sign."""
        return hashlib.sha256(b"gage/tx/1" + bytes.fromhex(genesis) + self.to_bytes()).hexdigest()


def account_bytes(account: str) -> bytes:
    """The 32 bytes of an account's text. Raises ValueError."""
    return _bech32m.decode(account)
