"""Canonical bytes, against published vectors, against the sources, and against a node for every operation."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import layout
import pytest
from conftest import Place

from gage import Client, Transaction, _bech32m, borsh
from gage._keccak import keccak256


def test_the_layouts_are_those_of_the_sources() -> None:
    assert layout.OUT.read_text(encoding="ascii") == layout.document()


def test_keccak_is_that_of_ethereum() -> None:
    # The empty text and "abc" from the Keccak team; a block and more against the other padding's structure.
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    typed = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    assert keccak256(typed).hex() == "8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f"
    assert len({keccak256(bytes(length)) for length in range(130, 145)}) == 15


def test_accounts_read_as_written_and_typing_errors_are_found() -> None:
    text = _bech32m.encode(hashlib.sha256(b"someone").digest())
    assert _bech32m.decode(text) == hashlib.sha256(b"someone").digest()
    for place in range(len("gage1"), len(text)):
        wrong = text[:place] + ("q" if text[place] != "q" else "p") + text[place + 1 :]
        with pytest.raises(ValueError):
            _bech32m.decode(wrong)
    with pytest.raises(ValueError):
        _bech32m.decode("cosmos" + text.removeprefix("gage"))


def test_values_that_do_not_fit_are_refused_with_their_place() -> None:
    give = {"ledger": {"transfer": {"to": _bech32m.encode(bytes(32)), "asset": 0, "quantity": {"exact": "1"}}}}
    good = borsh.encode(borsh.ROOTS["operation"], give)
    assert good[:2] == b"\3\0" and len(good) == 2 + 32 + 4 + 17
    for path, bad in {
        "asset": -1,
        "to": "alice",
        "quantity": {"exact": 1.5},
        "amount": 7,
    }.items():
        broken = json.loads(json.dumps(give))
        broken["ledger"]["transfer"][path] = bad
        with pytest.raises(borsh.EncodeError, match="transfer"):
            borsh.encode(borsh.ROOTS["operation"], broken)


def test_bytes_with_anything_wrong_do_not_read() -> None:
    transaction = Transaction(_bech32m.encode(bytes(32)), 1, 2, 3, [{"vaults": {"open_vault": {"facility": 1}}}])
    data = transaction.to_bytes()
    assert Transaction.from_bytes(data) == transaction
    for length in range(len(data)):
        with pytest.raises(borsh.DecodeError):
            Transaction.from_bytes(data[:length])
    with pytest.raises(borsh.DecodeError):
        Transaction.from_bytes(data + b"\0")


class Maker:
    """Values of any layout, by chance. Accounts, keys and checked codes come from those that exist."""

    def __init__(self, seed: int, place: Place) -> None:
        self.chance, self.place = random.Random(seed), place

    def of(self, shape: object, name: str = "", depth: int = 0) -> object:
        chance = self.chance
        if isinstance(shape, str):
            return self.word(shape, name, depth)
        ((kind, inner),) = shape.items()
        if kind == "struct":
            return {key: self.of(part, key, depth + 1) for key, part in inner}
        if kind == "enum":
            word, _, part = chance.choice(inner)
            return word if part is None else {word: self.of(part, word, depth + 1)}
        if kind == "option":
            return None if chance.random() < 0.4 else self.of(inner, name, depth + 1)
        if kind == "hex":
            return chance.randbytes(inner).hex()
        if kind == "ascii":
            return CODES[inner]
        if kind == "list":
            items = [self.of(inner, name, depth + 1) for _ in range(chance.randint(0, 3 if depth < 8 else 1))]
            # Sets are written in ascending order, each once.
            return items if not all(isinstance(item, int) for item in items) else sorted(set(items))
        return [self.of(part, name, depth + 1) for part in ([inner[0]] * inner[1] if kind == "array" else inner)]

    def word(self, shape: str, name: str, depth: int) -> object:
        chance = self.chance
        if shape.startswith("@"):
            return self.of(borsh._TYPES[shape[1:]], name, depth)
        if shape in borsh._WIDTHS:
            bits = 8 * borsh._WIDTHS[shape] - (shape[0] == "i")
            number = chance.getrandbits(chance.choice([1, 7, bits]))
            number = -number if shape[0] == "i" and chance.random() < 0.5 else number
            return str(number) if bits > 64 else number
        simple = {
            "moment": lambda: "2026-03-31T23:59:59",
            "decimal": lambda: "-12.5",
            "bool": lambda: chance.random() < 0.5,
            "text": lambda: "".join(chance.choice("ABCDEFGH") for _ in range(chance.randint(3, 8))),
            "hex_bytes": lambda: chance.randbytes(chance.randint(0, 40)).hex(),
            "account": lambda: _bech32m.encode(chance.randbytes(32)),
            "key": lambda: chance.choice([self.place.key, self.place.wallet]),
            "signature": lambda: {"scheme": "ed25519", "signature": chance.randbytes(64).hex()},
        }
        return simple[shape]()


# A jurisdiction, a currency, a CFI code, an ISIN, a LEI: with checks that hold.
CODES = {2: "CH", 3: "USD", 6: "DBFTFB", 12: "US0378331005", 20: "5493001KJTIIGC8Y1R12"}
VERBS = [
    (module, verb)
    for module, _, operations in borsh._TYPES["chain.Operation"]["enum"]
    for verb, _, _ in borsh._TYPES[operations[1:]]["enum"]
]


@pytest.mark.parametrize(("module", "verb"), VERBS, ids=[f"{module}-{verb}" for module, verb in VERBS])
def test_every_operation_has_the_bytes_that_the_ledger_gives_it(place: Place, module: str, verb: str) -> None:
    kinds = {name: operations for name, _, operations in borsh._TYPES["chain.Operation"]["enum"]}
    shape = next(part for name, _, part in borsh._TYPES[kinds[module][1:]]["enum"] if name == verb)
    made = Maker(20200312, place)
    operations = [{module: {verb: made.of(shape)}} for _ in range(8)]
    tried = [(operation, written(place, [operation])) for operation in operations]
    if (together := written(place, operations)) is not None:
        assert [[data] for data in together] == [data for _, data in tried]
    # What the reader of a checked code refuses has no bytes; most have.
    read = [(operation, data[0]) for operation, data in tried if data is not None]
    assert 2 * len(read) >= len(tried), tried
    for operation, data in read:
        assert borsh.encode(borsh.ROOTS["operation"], operation).hex() == data, operation
    own = Transaction(place.account, 1, 2, 3, operations)
    assert Transaction.from_bytes(own.to_bytes()).to_bytes() == own.to_bytes()


def written(place: Place, operations: list[object]) -> list[str] | None:
    """The bytes that the program makes of operations, judged by nobody; none if one of them does not read."""
    (place.folder / "operations.json").write_text(json.dumps(operations))
    done = place.tried("--json", "tx", "--bytes", "send", "--operations", "@operations.json")
    return json.loads(done.stdout)["operations"] if done.returncode == 0 else None


EXAMPLES = json.loads((Path(__file__).parent / "operations.json").read_text(encoding="ascii"))


def test_there_is_an_example_of_every_operation() -> None:
    found = [(module, verb) for line in EXAMPLES for module, act in line["operation"].items() for verb in act]
    assert sorted(found) == sorted(VERBS)


@pytest.mark.parametrize("line", EXAMPLES, ids=[" ".join(line["example"].split()[:2]) for line in EXAMPLES])
def test_every_example_of_the_command_line_has_its_bytes(line: dict) -> None:
    # The file is written by a test of the program, from the examples that `gage tx ... --help` shows.
    data = bytes.fromhex(line["bytes"])
    assert borsh.encode(borsh.ROOTS["operation"], line["operation"]) == data
    reader = borsh.Reader(data)
    assert borsh.encode(borsh.ROOTS["operation"], reader.value(borsh.ROOTS["operation"])) == data
    reader.end()


def test_a_node_renders_what_is_encoded_here(place: Place) -> None:
    with Client(place.url) as node:
        for operation in [
            {"ledger": {"transfer": {"to": place.account, "asset": 0, "quantity": {"exact": "1"}}}},
            {"vaults": {"open_vault": {"facility": 1}}},
            {"oracle": {"report": {"feed": 0, "price": "1", "confidence": "0", "bid": None, "ask": None, "observed_at": 1}}},
        ]:
            own = Transaction(place.account, 1, 2, 3, [operation])
            rendered = node.post("/v1/render", {**vars(own), "max_fee": "3"})
            assert (rendered["bytes"], rendered["hash"]) == (own.to_bytes().hex(), own.hash(place.genesis))
