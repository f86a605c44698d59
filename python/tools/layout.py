"""Writes `src/gage/layout.json`: how every operation is encoded, read from the sources of the ledger.

With it the client writes the canonical bytes of a transaction itself and never signs what a node merely
says. `--check` compares instead of writing. The tests encode an example of every operation with it and
compare with what a node renders.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "python" / "src" / "gage" / "layout.json"

# Types whose bytes or JSON are not what their declaration says; by crate and name.
LEAVES: dict[tuple[str, str], object] = {
    ("units", "Amount"): "u128",
    ("units", "Price"): "u128",
    ("units", "Ratio"): "u128",
    ("units", "Accumulator"): "u128",
    ("units", "RatePerSecond"): "u128",
    ("units", "Value"): "i128",
    ("oracle", "Variance"): "u128",
    ("crypto", "AccountId"): "account",
    ("crypto", "PublicKey"): "key",
    ("crypto", "Hash"): {"hex": 32},
    ("crypto", "KeyId"): {"hex": 20},
    ("crypto", "EthereumAddress"): {"hex": 20},
    ("crypto", "SignatureBytes"): {"hex": 64},
    ("crypto", "Signature"): "signature",
    ("compliance", "Reason"): "text",
    ("compliance", "Jurisdiction"): {"ascii": 2},
    ("oracle", "Currency"): {"ascii": 3},
    ("securities", "Isin"): {"ascii": 12},
    ("securities", "Lei"): {"ascii": 20},
    ("securities", "Cfi"): {"ascii": 6},
    ("calendar", "Moment"): "moment",
    ("terms", "Number"): "decimal",
    ("vaults", "FacilityId"): "u32",
    ("vaults", "VaultId"): "u32",
    ("vaults", "GroupId"): "u32",
}
NUMBERS = {"u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"}
ATTRIBUTE = re.compile(r"#\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")


@dataclass
class Declaration:
    crate: str
    name: str
    kind: str
    attributes: str
    body: str
    file: str
    parameter: str = ""
    uses: dict[str, str] = field(default_factory=dict)


def bare(text: str) -> str:
    """Without comments and test modules."""
    text = text.split("#[cfg(test)]\nmod tests")[0]
    return re.sub(r"//[^\n]*", "", text)


def block(text: str, start: int) -> str:
    """What stands between the bracket at `start` and its partner."""
    depth = 0
    for position in range(start, len(text)):
        depth += text[position] in "{("
        depth -= text[position] in "})"
        if depth == 0:
            return text[start + 1 : position]
    raise SystemExit("a bracket without its partner")


def imports(text: str) -> dict[str, str]:
    """Name to crate, of what a file uses from other crates."""
    found = {}
    for crate, tree in re.findall(r"\buse gage_(\w+)::([^;]+);", text):
        for name in re.findall(r"\b[A-Z]\w*", tree):
            found[name] = crate
    return found


def declarations() -> tuple[dict[tuple[str, str], Declaration], dict[str, int]]:
    found: dict[tuple[str, str], Declaration] = {}
    constants: dict[str, int] = {}
    for path in sorted((ROOT / "crates").glob("*/src/**/*.rs")):
        crate = path.relative_to(ROOT / "crates").parts[0]
        text = bare(path.read_text(encoding="utf-8"))
        uses = imports(text)
        for name, digits in re.findall(r"const (\w+): usize = ([\d_]+);", text):
            constants[name] = int(digits.replace("_", ""))
        pattern = re.compile(r"((?:#\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*)+)pub (struct|enum) (\w+)(?:<(\w+)(?: = \w+)?>)?\s*([{(;])")
        for match in pattern.finditer(text):
            attributes, kind, name, parameter, bracket = match.groups()
            if "BorshSerialize" not in attributes and "borsh" not in attributes:
                continue
            body = "" if bracket == ";" else bracket + block(text, match.end() - 1)
            if (crate, name) in found and "/operations/" not in str(path):
                continue  # An operation and a record of one name: operations hold operations.
            found[crate, name] = Declaration(crate, name, kind, attributes, body, str(path), parameter or "", uses)
    return found, constants


def parts(text: str, separator: str = ",") -> list[str]:
    """Splits at separators that stand in no brackets."""
    out, depth, last = [], 0, 0
    for position, letter in enumerate(text):
        depth += letter in "<([{"
        depth -= letter in ">)]}"
        if letter == separator and depth == 0:
            out.append(text[last:position])
            last = position + 1
    out.append(text[last:])
    return [part.strip() for part in out if part.strip()]


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Layouts:
    def __init__(self) -> None:
        self.known, self.constants = declarations()
        self.types: dict[str, object] = {}

    def of(self, text: str, place: Declaration) -> object:
        """The layout of a type as it is written in a declaration."""
        text = text.strip()
        if text in NUMBERS or text == "bool":
            return text
        if text in ("u128", "i128"):
            return text
        if text == "String":
            return "text"
        if match := re.fullmatch(r"\[(.+); (\w+)\]", text):
            count = int(match[2]) if match[2].isdigit() else self.constants[match[2]]
            return {"array": [self.of(match[1], place), count]}
        if match := re.fullmatch(r"(?:\w+::)*(Vec|BTreeSet|Option|Box|Arc|BTreeMap)<(.+)>", text):
            inner = [self.of(part, place) for part in parts(match[2])]
            if match[1] in ("Box", "Arc"):
                return inner[0]
            if match[1] == "Option":
                return {"option": inner[0]}
            if match[1] == "BTreeMap":
                return {"map": inner}
            return {"list": inner[0]}
        if text.startswith("(") and text.endswith(")"):
            return {"tuple": [self.of(part, place) for part in parts(text[1:-1])]}
        argument = ""
        if match := re.fullmatch(r"(.+?)<(.+)>", text):
            text, argument = match[1], match[2]
        path = text.split("::")
        name = path[-1]
        crates = [path[0][5:]] if path[0].startswith("gage_") else []
        crates += [place.uses[name]] if name in place.uses else []
        crates += [place.crate]
        crates += [crate for crate, known in self.known if known == name]
        for crate in crates:
            if (crate, name) in LEAVES:
                return LEAVES[crate, name]
            if (crate, name) in self.known:
                return self.named(self.known[crate, name], argument)
        raise SystemExit(f"{place.file}: no layout for {text!r} of {place.name}")

    def named(self, declaration: Declaration, argument: str = "") -> object:
        key = f"{declaration.crate}.{declaration.name}"
        if argument:
            body = re.sub(rf"\b{declaration.parameter}\b", argument, declaration.body)
            key, declaration = f"{key}<{argument}>", replace(declaration, body=body)
        if key not in self.types:
            self.types[key] = None
            self.types[key] = self.struct(declaration) if declaration.kind == "struct" else self.enum(declaration)
        return "@" + key

    def struct(self, declaration: Declaration) -> object:
        body = declaration.body
        if not body:
            return {"struct": []}
        members = parts(body[1:])
        if body[0] == "(":
            layouts = [self.of(self.plain(member), declaration) for member in members]
            if any("as_text" in member for member in members):
                layouts = ["u128"]
            return layouts[0] if len(layouts) == 1 else {"tuple": layouts}
        return {"struct": self.fields(members, declaration)}

    def fields(self, members: list[str], declaration: Declaration) -> list[list[object]]:
        out = []
        for member in members:
            name, kind = self.plain(member).split(":", 1)
            layout: Any = self.of(kind, declaration)
            if re.search(r'with = "(\w+::)?(hex_bytes|hex_text::vec|hex::serde)"', member):
                layout = "hex_bytes"
            if re.search(r'with = "(\w+::)?hex_text::array"', member):
                layout = {"hex": layout["array"][1]}
            out.append([name.strip(), layout])
        return out

    @staticmethod
    def plain(member: str) -> str:
        return re.sub(r"^pub(\(\w+\))? ", "", ATTRIBUTE.sub("", member).strip())

    def enum(self, declaration: Declaration) -> object:
        variants: list[list[object]] = []
        snakes = 'rename_all = "snake_case"' in declaration.attributes
        for part in parts(declaration.body[1:]):
            attributes = "".join(ATTRIBUTE.findall(part))
            text = ATTRIBUTE.sub("", part).strip()
            name = re.split(r"\W", text, maxsplit=1)[0]
            rest = text[len(name) :].strip()
            layout: object = None
            number = len(variants)
            if rest.startswith("="):
                number = int(rest[1:])
            elif rest.startswith("("):
                layouts = [self.of(self.plain(item), declaration) for item in parts(rest[1:-1])]
                layout = layouts[0] if len(layouts) == 1 else {"tuple": layouts}
            elif rest.startswith("{"):
                layout = {"struct": self.fields(parts(rest[1:-1]), declaration)}
            renamed = re.search(r'rename = "(\w+)"', attributes)
            word = renamed[1] if renamed else snake(name) if snakes else name
            variants.append([word, number, layout])
        return {"enum": variants}


def document() -> str:
    layouts = Layouts()
    roots = {}
    for name, key in {"operation": ("chain", "Operation"), "expected": ("chain", "ExpectedEffect")}.items():
        roots[name] = layouts.named(layouts.known[key])
    types = dict(sorted(layouts.types.items()))
    lines = [f" {json.dumps(name)}: {json.dumps(layout)}" for name, layout in types.items()]
    return '{"roots": ' + json.dumps(roots) + ',\n"types": {\n' + ",\n".join(lines) + "\n}}\n"


def main() -> None:
    text = document()
    if "--check" not in sys.argv[1:]:
        OUT.write_text(text, encoding="ascii")
    elif OUT.read_text(encoding="ascii") != text:
        raise SystemExit(f"{OUT.relative_to(ROOT)} is old; run python/tools/layout.py")


if __name__ == "__main__":
    main()
