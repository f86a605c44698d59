"""Canonical bytes: borsh, steered by `layout.json`, which is read from the sources of the ledger.

Values are those of the API's JSON: amounts are texts, hashes hexadecimal, accounts `gage1...`. What is
encoded here is therefore what a reader of the JSON sees, and nothing a node says has to be believed.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from . import _bech32m

_FILE = json.loads(resources.files(__package__).joinpath("layout.json").read_text(encoding="ascii"))
_TYPES: dict[str, Any] = _FILE["types"]
ROOTS: dict[str, Any] = _FILE["roots"]
_WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "u128": 16, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "i128": 16}
SCHEMES = {"secp256k1_eip712": (0, 33), "ed25519": (1, 32), "p256": (2, 33), "webauthn": (3, 33)}
_EPOCH = datetime(1970, 1, 1)
_ASSERTION = {"struct": [["authenticator_data", "hex_bytes"], ["client_data_json", "hex_bytes"], ["signature", {"hex": 64}]]}


class EncodeError(ValueError):
    """A value that is not of the shape that the ledger has for it; says where."""


class DecodeError(ValueError):
    """Bytes that are not the canonical bytes of anything."""


def _fail(place: str, wanted: str, value: object) -> EncodeError:
    return EncodeError(f"{place}: expected {wanted}, found {json.dumps(value, default=str)[:80]}")


def _length(count: int) -> bytes:
    return count.to_bytes(4, "little")


def encode(layout: Any, value: Any, place: str = "value") -> bytes:
    """The canonical bytes of a value in the API's JSON."""
    if isinstance(layout, str):
        return _encode_word(layout, value, place)
    ((kind, inner),) = layout.items()
    if kind == "struct":
        names = [name for name, _ in inner]
        if not isinstance(value, dict) or not set(value) <= set(names):
            raise _fail(place, "an object with " + ", ".join(names), value)
        return b"".join(encode(part, value.get(name), f"{place}.{name}") for name, part in inner)
    if kind == "enum":
        return _encode_variant(inner, value, place)
    if kind == "option":
        return b"\0" if value is None else b"\1" + encode(inner, value, place)
    if kind == "hex":
        return _hex(value, inner, place)
    if kind == "ascii":
        if not isinstance(value, str) or len(value) != inner or not value.isascii():
            raise _fail(place, f"{inner} letters", value)
        return value.encode("ascii")
    if not isinstance(value, (list, tuple)):
        raise _fail(place, "a list", value)
    if kind == "list":
        return _length(len(value)) + b"".join(encode(inner, item, f"{place}[{i}]") for i, item in enumerate(value))
    layouts = [inner[0]] * inner[1] if kind == "array" else inner
    if len(value) != len(layouts):
        raise _fail(place, f"{len(layouts)} items", value)
    return b"".join(encode(part, item, f"{place}[{i}]") for i, (part, item) in enumerate(zip(layouts, value)))


def _encode_word(layout: str, value: Any, place: str) -> bytes:
    if layout.startswith("@"):
        return encode(_TYPES[layout[1:]], value, place)
    if layout in _WIDTHS:
        return _encode_number(layout, value, place)
    if layout == "bool":
        if not isinstance(value, bool):
            raise _fail(place, "true or false", value)
        return bytes([value])
    if layout == "signature":
        return _encode_signature(value, place)
    if not isinstance(value, str):
        raise _fail(place, "a text", value)
    if layout == "text":
        data = value.encode("utf-8")
        return _length(len(data)) + data
    if layout == "hex_bytes":
        data = _hex(value, None, place)
        return _length(len(data)) + data
    if layout == "moment":
        return _encode_moment(value, place)
    if layout == "decimal":
        return _encode_decimal(value, place)
    if layout == "account":
        try:
            return _bech32m.decode(value)
        except ValueError as error:
            raise EncodeError(f"{place}: {error}") from None
    if layout == "key":
        name, _, digits = value.partition(":")
        if name not in SCHEMES:
            raise _fail(place, "a key like ed25519:...", value)
        scheme, width = SCHEMES[name]
        return bytes([scheme]) + _hex(digits, width, place)
    raise EncodeError(f"{place}: there is no encoder of {layout}")


def _encode_moment(value: str, place: str) -> bytes:
    """A day, or a day and a second of it, in UTC: `2026-03-31T23:59:59`."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _fail(place, "a moment like 2026-03-31 or 2026-03-31T23:59:59", value) from None
    seconds = (moment - _EPOCH) // timedelta(seconds=1) if moment.tzinfo is None else None
    if seconds is None or _moment(seconds) != value:
        raise _fail(place, "a moment like 2026-03-31 or 2026-03-31T23:59:59", value)
    return seconds.to_bytes(8, "little", signed=True)


def _moment(seconds: int) -> str:
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.isoformat() if (moment.hour, moment.minute, moment.second) != (0, 0, 0) else moment.date().isoformat()


def _encode_decimal(value: str, place: str) -> bytes:
    """A decimal with at most eighteen places, counted in the eighteenth."""
    whole, dot, part = value.removeprefix("-").partition(".")
    if not (whole.isdecimal() and value.isascii() and len(part) <= 18 and part.isdecimal() == bool(dot)):
        raise _fail(place, "a decimal like -12.5 with at most eighteen places", value)
    units = int(whole + part.ljust(18, "0")) * (-1 if value.startswith("-") else 1)
    return _encode_number("i128", units, place)


def _decimal(units: int) -> str:
    whole, part = divmod(abs(units), 10**18)
    digits = f"{part:018}".rstrip("0")
    return ("-" if units < 0 else "") + str(whole) + ("." + digits if digits else "")


def _encode_signature(value: Any, place: str) -> bytes:
    scheme = value.get("scheme") if isinstance(value, dict) and set(value) == {"scheme", "signature"} else None
    if scheme not in SCHEMES:
        raise _fail(place, "an object with scheme and signature", value)
    content = value["signature"]
    if scheme != "webauthn":
        return bytes([SCHEMES[scheme][0]]) + _hex(content, 64, place)
    return b"\3" + encode(_ASSERTION, content, place)


def _encode_number(layout: str, value: Any, place: str) -> bytes:
    width = _WIDTHS[layout]
    # 128 bits are texts in JSON, because readers of JSON lose digits; whole numbers of Python are as good.
    if width == 16 and isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _fail(place, f"a whole number ({layout})", value)
    try:
        return value.to_bytes(width, "little", signed=layout[0] == "i")
    except OverflowError:
        raise _fail(place, f"a number that fits {layout}", value) from None


def _encode_variant(variants: list[Any], value: Any, place: str) -> bytes:
    name, content = (value, None) if isinstance(value, str) else (None, None)
    if isinstance(value, dict) and len(value) == 1:
        ((name, content),) = value.items()
    for known, number, layout in variants:
        if known == name:
            if (layout is None) != isinstance(value, str):
                break
            return bytes([number]) + (b"" if layout is None else encode(layout, content, f"{place}.{name}"))
    raise _fail(place, "one of " + ", ".join(known for known, _, _ in variants), value)


def _hex(value: Any, width: int | None, place: str) -> bytes:
    wanted = f"{2 * width} hexadecimal digits" if width is not None else "hexadecimal digits"
    try:
        data = bytes.fromhex(value)
    except (TypeError, ValueError):
        raise _fail(place, wanted, value) from None
    if (width is not None and len(data) != width) or data.hex() != value.lower():
        raise _fail(place, wanted, value)
    return data


class Reader:
    """Takes values off bytes, every length checked against what is there."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        if count > len(self.data) - self.place:
            raise DecodeError(f"the bytes end at {len(self.data)}, and {count} are wanted at {self.place}")
        self.place += count
        return self.data[self.place - count : self.place]

    def number(self, width: int, signed: bool = False) -> int:
        """A little-endian integer."""
        return int.from_bytes(self.take(width), "little", signed=signed)

    def length(self) -> int:
        """A length; every element takes a byte at least or nothing is allocated for it here."""
        count = self.number(4)
        if count > len(self.data):
            raise DecodeError(f"a length of {count} in {len(self.data)} bytes")
        return count

    def end(self) -> None:
        """Nothing may follow."""
        if self.place != len(self.data):
            raise DecodeError(f"{len(self.data) - self.place} bytes too many")

    def value(self, layout: Any) -> Any:
        """A value of a layout, in the API's JSON."""
        if isinstance(layout, str):
            return self._word(layout)
        ((kind, inner),) = layout.items()
        if kind == "struct":
            return {name: self.value(part) for name, part in inner}
        if kind == "enum":
            number = self.number(1)
            for name, known, part in inner:
                if known == number:
                    return name if part is None else {name: self.value(part)}
            raise DecodeError(f"there is no variant {number}")
        if kind == "option":
            there = self.number(1)
            if there > 1:
                raise DecodeError(f"{there} where 0 or 1 is wanted")
            return self.value(inner) if there else None
        if kind == "hex":
            return self.take(inner).hex()
        if kind == "ascii":
            return self._text(self.take(inner))
        if kind == "list":
            return [self.value(inner) for _ in range(self.length())]
        return [self.value(part) for part in ([inner[0]] * inner[1] if kind == "array" else inner)]

    def _word(self, layout: str) -> Any:
        if layout.startswith("@"):
            return self.value(_TYPES[layout[1:]])
        if layout in _WIDTHS:
            number = self.number(_WIDTHS[layout], layout[0] == "i")
            return str(number) if _WIDTHS[layout] == 16 else number
        if layout == "bool":
            flag = self.number(1)
            if flag > 1:
                raise DecodeError(f"{flag} where 0 or 1 is wanted")
            return bool(flag)
        if layout == "text":
            return self._text(self.take(self.length()))
        if layout == "hex_bytes":
            return self.take(self.length()).hex()
        if layout == "moment":
            return _moment(self.number(8, True))
        if layout == "decimal":
            return _decimal(self.number(16, True))
        if layout == "account":
            return _bech32m.encode(self.take(32))
        if layout == "key":
            scheme = self.number(1)
            for name, (known, width) in SCHEMES.items():
                if known == scheme:
                    return f"{name}:{self.take(width).hex()}"
            raise DecodeError(f"there is no scheme {scheme}")
        if layout == "signature":
            scheme = self.number(1)
            for name, (known, _) in SCHEMES.items():
                if known == scheme:
                    return {"scheme": name, "signature": self.value(_ASSERTION if scheme == 3 else {"hex": 64})}
            raise DecodeError(f"there is no scheme {scheme}")
        raise DecodeError(f"there is no decoder of {layout}")

    @staticmethod
    def _text(data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise DecodeError("a text that is not UTF-8") from None
