"""What can go wrong, as types: what the node refuses, what a rule of the ledger refuses, what is outside."""

from __future__ import annotations

from typing import Any


class GageError(Exception):
    """Everything this package raises on purpose."""


class NodeUnreachable(GageError):
    """No answer. Whether a submission arrived is not known: submit the same bytes again, which is harmless."""


class BadAnswer(GageError):
    """An answer that is not what the API promises: another program, another version, or a proxy."""


class WrongNetwork(GageError):
    """The node is of another network than the one meant."""


class RenderMismatch(GageError):
    """A node rendered other bytes than those of the operations asked for. Nothing was signed."""


class FeeAboveLimit(GageError):
    """The fee asked for is above what the signer is willing to pay. Nothing was signed."""


class WaitTimeout(GageError):
    """A transaction did not come so far in the time given; it may still. Ask for its status again."""

    def __init__(self, transaction: str, status: str) -> None:
        super().__init__(f"transaction {transaction} is only {status}")
        self.transaction, self.status = transaction, status


class KeyFileError(GageError):
    """A key file that cannot be read, or a wrong password."""


class Problem(GageError):
    """A refusal with a stable `code` and `name`, its `sentence`, and the `remedy` that helps."""

    def __init__(
        self,
        code: int,
        name: str,
        sentence: str,
        *,
        status: int | None = None,
        remedy: str | None = None,
        retry_at: int | None = None,
    ) -> None:
        super().__init__(f"{sentence} ({name} {code})" + (f"; {remedy}" if remedy else ""))
        self.code, self.name, self.sentence = code, name, sentence
        self.status, self.remedy = status, remedy
        self.retry_at = retry_at
        """The first time, in milliseconds since 1970, at which the same may pass; None where time does not help."""

    @classmethod
    def of(cls, status: int, body: dict[str, Any]) -> Problem:
        """The refusal of an `application/problem+json`, as the type that fits its status."""
        kind = _BY_STATUS.get(status, Refused)
        return kind(
            int(body["code"]),
            str(body["name"]),
            str(body["detail"]),
            status=status,
            remedy=body.get("remedy"),
            retry_at=body.get("retry_at"),
        )


class Refused(Problem):
    """The node does not take it: a rule of a module, or the shape of a request."""


class BadRequest(Refused):
    """The request does not read."""


class Unauthorized(Refused):
    """An API key is needed, or it is wrong or lacks the role."""


class NotFound(Refused):
    """There is no such thing."""


class Conflict(Refused):
    """It collides with something that is there: a used nonce, an idempotency key."""


class TryLater(Problem):
    """The node has as much to do as it may; `retry_at` says when to come again."""


class Rejected(Problem):
    """An executed transaction that a rule refused: everything undone but the fee. `receipt` has the whole."""

    receipt: dict[str, Any]

    @classmethod
    def by(cls, receipt: dict[str, Any]) -> Rejected:
        """The rejection of a receipt."""
        sentence = receipt.get("sentence") or "the program met a fault"
        rejected = cls(int(receipt.get("code") or 0), str(receipt.get("name") or "Internal"), sentence)
        rejected.receipt = receipt
        return rejected


class Dropped(Refused):
    """A transaction that can no longer run: its time or its nonce has passed. It has cost nothing."""


_BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    405: BadRequest,
    409: Conflict,
    413: BadRequest,
    415: BadRequest,
    429: TryLater,
    503: TryLater,
}
