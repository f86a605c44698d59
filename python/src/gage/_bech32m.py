"""Text of accounts: bech32m (BIP-350) of 32 bytes under the prefix `gage`."""

from __future__ import annotations

PREFIX = "gage"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHECK = 0x2BC830A3


def _polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                state ^= generator
    return state


def _expanded() -> list[int]:
    return [ord(letter) >> 5 for letter in PREFIX] + [0] + [ord(letter) & 31 for letter in PREFIX]


def encode(data: bytes) -> str:
    """The text of 32 bytes."""
    if len(data) != 32:
        raise ValueError("an account identifier has 32 bytes")
    number = int.from_bytes(data, "big") << 4  # 256 bits and 4 of padding are 52 groups of 5.
    words = [number >> 5 * place & 31 for place in reversed(range(52))]
    check = _polymod(_expanded() + words + [0] * 6) ^ _CHECK
    words += [check >> 5 * place & 31 for place in reversed(range(6))]
    return PREFIX + "1" + "".join(_ALPHABET[word] for word in words)


def decode(text: str) -> bytes:
    """The 32 bytes of a text. Raises ValueError if it is not the text of an account."""
    prefix, _, letters = text.rpartition("1")
    if prefix != PREFIX or len(letters) != 58 or any(letter not in _ALPHABET for letter in letters):
        raise ValueError(f"{text!r} is no account: gage1 and 58 letters and digits")
    words = [_ALPHABET.index(letter) for letter in letters]
    if _polymod(_expanded() + words) != _CHECK:
        raise ValueError(f"{text!r} is no account: its check does not hold")
    number = 0
    for word in words[:-6]:
        number = number << 5 | word
    if number & 15:
        raise ValueError(f"{text!r} is no account: its padding is not zero")
    return (number >> 4).to_bytes(32, "big")
