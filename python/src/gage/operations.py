"""The operations of every day as functions; any other is the same JSON: `{"module": {"verb": {...}}}`.

Quantities are in smallest units. `units("12.5", 18)` reads what people write.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

Operation = dict[str, Any]


def units(text: str | Decimal | int, decimals: int) -> int:
    """A decimal text in smallest units. Raises ValueError where it has too many places or is negative."""
    if isinstance(text, float):
        raise ValueError("an amount is a text or a Decimal: a float has lost digits already")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount") from None
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or (sign and number):
        raise ValueError(f"{text!r} is no amount")
    places = exponent + decimals
    if places < 0:
        raise ValueError(f"{text!r} has more than {decimals} decimal places")
    return int("".join(map(str, digits)) + "0" * places)


def text_of(amount: str | int, decimals: int) -> str:
    """Smallest units as people read them."""
    digits = str(int(amount)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{whole}.{part}" if part else whole


def exact(amount: int) -> dict[str, str]:
    """A quantity that is given, not taken from an earlier operation's output."""
    return {"exact": str(amount)}


def transfer(to: str, asset: int, amount: int) -> Operation:
    """Gives an amount to another account."""
    return {"ledger": {"transfer": {"to": to, "asset": asset, "quantity": exact(amount)}}}


def open_account(keys: list[str]) -> Operation:
    """Opens an account of keys of weight 1 each; one signature of any of them suffices."""
    owners = [{"public_key": key, "weight": 1, "role": "owner"} for key in keys]
    return {"accounts": {"open_account": {"keys": owners, "threshold": 1}}}


def buy_credit(asset: int, amount: int) -> Operation:
    """Moves an amount of the fee asset into fee credit."""
    return {"chain": {"buy_credit": {"asset": asset, "quantity": exact(amount)}}}


def give_credit(to: str, asset: int, amount: int) -> Operation:
    """Buy fee credit for another account: a payment to it. So does a new account come to its first."""
    return {"chain": {"give_credit": {"to": to, "asset": asset, "quantity": exact(amount)}}}


def open_vault(facility: int) -> Operation:
    """Opens an empty vault."""
    return {"vaults": {"open_vault": {"facility": facility}}}


def deposit(vault: int, asset: int, amount: int) -> Operation:
    """Pledges collateral to a vault."""
    return {"vaults": {"deposit": {"vault": vault, "asset": asset, "amount": exact(amount)}}}


def withdraw(vault: int, asset: int, amount: int) -> Operation:
    """Frees collateral of a vault."""
    return {"vaults": {"withdraw": {"vault": vault, "asset": asset, "amount": str(amount)}}}


def borrow(vault: int, asset: int, amount: int) -> Operation:
    """Takes on debt against a vault."""
    return {"vaults": {"borrow": {"vault": vault, "asset": asset, "amount": str(amount)}}}


def repay(vault: int, asset: int, amount: int) -> Operation:
    """Repays debt of a vault."""
    return {"vaults": {"repay": {"vault": vault, "asset": asset, "amount": exact(amount)}}}


def close_vault(vault: int) -> Operation:
    """Ends a vault without debt."""
    return {"vaults": {"close_vault": {"vault": vault}}}


def take(lot: int, asset: int, amount: int, want: int, price_max: int) -> Operation:
    """Buys from a lot at auction, at most at a price in 1e-18 per whole unit."""
    terms = {"lot": lot, "asset": asset, "amount": exact(amount), "want": want, "price_max": str(price_max)}
    return {"auctions": {"take": terms}}


def pay_at_most(asset: int, amount: int) -> Operation:
    """An expected effect: the transaction is undone if it takes more."""
    return {"pay_at_most": {"asset": asset, "amount": str(amount)}}


def receive_at_least(asset: int, amount: int) -> Operation:
    """An expected effect: the transaction is undone if it brings less."""
    return {"receive_at_least": {"asset": asset, "amount": str(amount)}}
