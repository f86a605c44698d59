"""A node from Python: read, sign, submit, wait."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import httpx

from . import borsh
from ._http import Http
from .errors import Dropped, FeeAboveLimit, GageError, Rejected, RenderMismatch, WaitTimeout, WrongNetwork
from .keys import MachineKey
from .routes import Routes
from .stream import Stream
from .transaction import Transaction

STAGES = ("accepted", "ordered", "executed", "certified")
VALID_MS = 600_000
WAIT_MS_MAX = 30_000


class Client(Routes):
    """A node. `genesis` is the network that is meant; another one is refused. Safe to close with `with`."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:7800",
        *,
        genesis: str | None = None,
        api_key: str | None = None,
        timeout: float = 40.0,
        patience: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(url, api_key=api_key, timeout=timeout, patience=patience, transport=transport)
        self._meant = genesis
        self._genesis: str | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def genesis(self) -> str:
        """The genesis hash of the node's network, asked for once. Raises WrongNetwork."""
        if self._genesis is None:
            found = str(self.get("/v1/network")["genesis"])
            if self._meant is not None and self._meant != found:
                raise WrongNetwork(f"the node is of the network {found}, and {self._meant} is meant")
            self._genesis = found
        return self._genesis

    def signer(self, key: MachineKey, account: str | None = None, *, fee_limit: int | None = None) -> Signer:
        """Whoever acts with a key; the account that the key opened if none is named."""
        return Signer(self, key, account, fee_limit)

    def submit(
        self,
        transaction: Transaction,
        signatures: Iterable[dict[str, Any]],
        *,
        wait: str = "executed",
        timeout: float = 20.0,
    ) -> dict[str, Any]:
        """Submits, and waits until the transaction has come so far. The status, with the receipt where there is one.

        The same transaction again gives the same answer, so that after `NodeUnreachable` the same call is right.
        """
        if wait not in STAGES:
            raise ValueError(f"wait for one of {', '.join(STAGES)}")
        body = {"unsigned": transaction.to_bytes().hex(), "signatures": list(signatures)}
        until = time.monotonic() + timeout
        wait_ms = int(min(timeout * 1_000, WAIT_MS_MAX))
        status: dict[str, Any] = self.post("/v1/transactions", body, wait=wait, timeout_ms=wait_ms)
        while not _has_come(status, wait):
            if time.monotonic() >= until:
                raise WaitTimeout(status["transaction"], status["status"])
            time.sleep(0.1)
            status = self.get(f"/v1/transactions/{status['transaction']}")
        return status

    def stream(self) -> Stream:
        """What happens, as it happens. Use it in a `with`."""
        return Stream(self.url, api_key=self._headers.get("authorization", "").removeprefix("Bearer ") or None)


def _has_come(status: dict[str, Any], wait: str) -> bool:
    stage = status["status"]
    return stage == "dropped" or (stage in STAGES and STAGES.index(stage) >= STAGES.index(wait))


class Signer:
    """An account with a machine key. Signs only bytes that were encoded here."""

    def __init__(self, client: Client, key: MachineKey, account: str | None, fee_limit: int | None) -> None:
        self.client, self.key = client, key
        self.account = account or self._own_account()
        self.fee_limit = fee_limit if fee_limit is not None else 10 ** int(client.get("/v1/fees")["decimals"])
        """The most a transaction may offer as its fee, in smallest units; one whole unit if not given."""
        self._nonce = 0

    def _own_account(self) -> str:
        """Opened on this network, or by its genesis file: the one that the node knows."""
        own = self.key.account(self.client.genesis), self.key.account()
        for account in own:
            try:
                self.client.get(f"/v1/accounts/{account}")
                return account
            except GageError as error:
                if getattr(error, "status", None) != 404:
                    raise
        raise GageError(f"no account of {self.key.public} is on this network; name the account, or open {own[0]}")

    def transaction(
        self,
        operations: Iterable[dict[str, Any]],
        *,
        expected: Iterable[dict[str, Any]] = (),
        max_fee: int | None = None,
        valid_ms: int = VALID_MS,
    ) -> Transaction:
        """A transaction to be signed. The node says what it costs; the bytes are made here and compared."""
        next_nonce = int(self.client.get(f"/v1/accounts/{self.account}")["next_nonce"])
        now = max(int(self.client.get("/v1/network")["time"]), int(time.time() * 1_000))
        drafted = Transaction(
            self.account, max(next_nonce, self._nonce), now + valid_ms, max_fee or 0, list(operations), list(expected)
        )
        drafted.to_bytes()  # What does not fit is said before the node is asked.
        rendered = self.client.post("/v1/render", {**vars(drafted), "max_fee": str(drafted.max_fee)})
        compare(drafted, rendered, self.client.genesis)
        # The base fee may rise until the transaction is executed: twice what it costs now.
        offered = max_fee if max_fee is not None else 2 * int(rendered["fee"])
        if offered > self.fee_limit:
            raise FeeAboveLimit(f"a fee of up to {offered} is above the limit of {self.fee_limit}")
        return Transaction(**{**vars(drafted), "max_fee": offered})

    def sign(self, transaction: Transaction) -> dict[str, Any]:
        """The key's signature of a transaction."""
        digest = bytes.fromhex(transaction.hash(self.client.genesis))
        return {"key": self.key.public, "signature": self.key.sign(digest)}

    def send(
        self,
        *operations: dict[str, Any],
        expected: Iterable[dict[str, Any]] = (),
        max_fee: int | None = None,
        wait: str = "executed",
        timeout: float = 20.0,
    ) -> dict[str, Any]:
        """Signs, submits, waits. The status; raises Rejected where a rule refused, Dropped where it cannot run."""
        transaction = self.transaction(operations, expected=expected, max_fee=max_fee)
        status = self.client.submit(transaction, [self.sign(transaction)], wait=wait, timeout=timeout)
        self._nonce = max(self._nonce, transaction.nonce + 1)
        receipt = status.get("receipt")
        if receipt is not None and receipt["outcome"] != "done":
            raise Rejected.by(receipt)
        if status["status"] == "dropped":
            why: dict[str, Any] = status.get("problem") or {}
            sentence = why.get("detail") or "it could not run any more before it was ordered"
            raise Dropped(why.get("code", 0), why.get("name", "Dropped"), sentence, remedy=why.get("remedy"))
        return status


def compare(drafted: Transaction, rendered: dict[str, Any], genesis: str) -> None:
    """Refuses what a node rendered if it is not byte for byte what was asked for. Raises RenderMismatch."""
    data = drafted.to_bytes()
    if rendered.get("bytes") != data.hex() or rendered.get("hash") != drafted.hash(genesis):
        try:
            found = Transaction.from_bytes(bytes.fromhex(rendered.get("bytes", "")))
            wrong = [name for name, value in vars(found).items() if value != vars(drafted)[name]]
            words = "it differs in " + ", ".join(wrong) if wrong else "its hash is another"
        except (ValueError, borsh.DecodeError) as error:
            words = f"it does not read: {error}"
        raise RenderMismatch(f"the node rendered another transaction than the one asked for: {words}")
