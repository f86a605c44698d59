"""Writes `src/gage/models.py` and `src/gage/routes.py` from the OpenAPI document of a node.

    python tools/routes.py http://127.0.0.1:7800/openapi.json       # or a file

The tests make both anew from the document of a running node and compare.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "gage"
Schema = dict[str, Any]
# Names that a client uses for itself.
TAKEN = {"get", "post", "request", "pages", "close", "segment", "signer", "submit", "stream", "genesis", "url"}
WIDTH = 110


def name_of(text: str) -> str:
    """A name of Python."""
    name = re.sub(r"\W+", "_", text).strip("_")
    return name + "_" if keyword.iskeyword(name) or name in TAKEN else name


def type_name(reference: str) -> str:
    """The name of a component, as a class."""
    words = re.split(r"\W+", reference.rsplit("/", 1)[-1])
    return "".join(word[:1].upper() + word[1:] for word in words)


def type_of(schema: Any) -> str:
    """The type of a schema. Inner objects without a name stay objects."""
    if not isinstance(schema, dict):
        return "Any"
    if "$ref" in schema:
        return type_name(schema["$ref"])
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return "Literal[" + ", ".join(repr(value) for value in schema["enum"]) + "]"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return union(type_of(part) for part in schema[key])
    kind = schema.get("type")
    if isinstance(kind, list):
        return union(type_of({**schema, "type": one}) for one in kind)
    if kind == "array":
        if "prefixItems" in schema:
            return "list[Any]"
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {type_of(inner)}]" if isinstance(inner, dict) else "dict[str, Any]"
    plain = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
    return plain.get(str(kind), "Any")


def union(types: Any) -> str:
    """Each once; None last."""
    seen = list(dict.fromkeys(types))
    if "Any" in seen:
        return "Any"
    return " | ".join(sorted(seen, key=lambda one: one == "None"))


def words_of(text: str) -> str:
    """A description as one line of plain text."""
    text = " ".join(str(text).split()).replace("\\", "\\\\").replace('"""', "'''")
    text = text if text.endswith((".", "?", "!")) else text + "."
    return text[:1].upper() + text[1:]


def models(document: Schema) -> str:
    """Every component of the document."""
    lines = [
        '"""What a node answers, as types. Made by `tools/routes.py` from the node\'s OpenAPI document."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Any, Literal, NotRequired, TypedDict, Union",
        "",
    ]
    aliases = []
    for name, schema in sorted(document["components"]["schemas"].items()):
        properties = schema.get("properties")
        if not properties or schema.get("type") != "object":
            aliases.append((type_name(name), type_of(schema), schema))
            continue
        required = set(schema.get("required", []))
        lines += ["", f"{type_name(name)} = TypedDict(", f'    "{type_name(name)}",', "    {"]
        for key, part in properties.items():
            kind = type_of(part)
            kind = kind if key in required else f"NotRequired[{kind}]"
            lines.append(f'        "{key}": {json.dumps(kind)},')
        lines += ["    },", ")"]
        if schema.get("description"):
            lines.append(f'"""{words_of(schema["description"])}"""')
    lines += ["", "# What has one of several shapes."]
    for name, kind, schema in aliases:
        # Types that name themselves stay open: nothing reads them deeper than a program asks.
        kind = "Any" if re.search(r"\b(" + "|".join(re.escape(other) for other, _, _ in aliases) + r")\b", kind) else kind
        lines.append(f"{name} = {as_value(kind)}")
        if schema.get("description"):
            lines.append(f'"""{words_of(schema["description"])}"""')
    return "\n".join(lines) + "\n"


def as_value(kind: str) -> str:
    """A union that Python evaluates while it reads the file, whatever stands before or after it."""
    if " | " in kind:
        return "Union[" + ", ".join(json.dumps(part) if part != "None" else part for part in kind.split(" | ")) + "]"
    return kind


def routes(document: Schema) -> str:
    """A method of every route that answers with text or JSON."""
    bodies = []
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            if "200" in operation["responses"]:
                bodies.append(method_of(path, method, operation))
    used = sorted(set(re.findall(r"\bmodels\.(\w+)", "".join(bodies))))
    head = [
        '"""Every route of a node as a method. Made by `tools/routes.py` from the node\'s OpenAPI document."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Iterator",
        "from typing import Any, Literal, cast",
        "",
        "from . import models" if used else "",
        "from ._http import Http",
        "",
        "",
        "class Routes(Http):",
        '    """The routes by their stable names. Lists come as iterators over all pages."""',
    ]
    return "\n".join(head) + "\n" + "".join(bodies)


def method_of(path: str, method: str, operation: Schema) -> str:
    content = operation["responses"]["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    page = bool(schema) and set(schema.get("properties", {})) == {"items", "next"}
    kind = "Any" if schema is None and "text/plain" not in content else qualified(type_of(schema)) if schema else "str"
    arguments, optional = ["self"], list[str]()
    segments, query, headers = dict[str, str](), list[tuple[str, str]](), list[tuple[str, str]]()
    for parameter in operation.get("parameters", []):
        name, place = parameter["name"], parameter["in"]
        if page and name == "cursor":
            continue
        word = name_of(name.lower()) if place == "header" else name_of(name)
        part = type_of(parameter.get("schema", {}))
        part = qualified("int | str" if part == "int" and place == "path" else part)
        if place == "path":
            segments[name] = word
            arguments.append(f"{word}: {part}")
        elif place in ("query", "header"):
            (query if place == "query" else headers).append((name, word))
            if parameter.get("required"):
                optional.insert(0, f"{word}: {part}")
            else:
                optional.append(f"{word}: {part} | None = None" if "None" not in part else f"{word}: {part} = None")
    if method == "post" and "requestBody" in operation:
        reads = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
        shape = qualified(type_of(reads))
        arguments.append(f"body: {shape} | dict[str, Any]" if shape not in ("Any", "dict[str, Any]") else f"body: {shape}")
    if optional:
        arguments += ["*", *sorted(optional, key=lambda one: "= None" in one)]
    where = "".join(
        "{self.segment(" + segments[part[1:-1]] + ")}" if part.startswith("{") else part
        for part in re.split(r"(\{\w+\})", path)
    )
    where = f'f"{where}"' if segments else f'"{where}"'
    if page:
        item = qualified(type_of(schema["properties"]["items"]["items"]))
        answers, call = f"Iterator[{item}]", "self.pages"
    else:
        answers, call = kind, f"self.{method}"
    given = [where]
    if method == "post" and "requestBody" in operation:
        given.append("body")
    given += [f'**{{"{name}": {word}}}' if name != word else f"{name}={word}" for name, word in query]
    if headers and method == "post":
        inner = ", ".join(f'"{name}": {word}' for name, word in headers)
        given.append(f"headers={{name: value for name, value in {{{inner}}}.items() if value is not None}}")
    result = f"{call}({', '.join(given)})"
    result = f'return cast("{answers}", {result})' if answers != "Any" and not page else f"return {result}"
    lines = ["", signature(name_of(operation["operationId"]), arguments, answers)]
    lines.append(f'        """{words_of(operation.get("summary", path))}"""')
    lines.append("        " + result)
    return "\n".join(lines) + "\n"


def signature(name: str, arguments: list[str], answers: str) -> str:
    """The head of a method, over several lines where one is too long."""
    line = f"    def {name}({', '.join(arguments)}) -> {answers}:"
    if len(line) <= WIDTH:
        return line
    return f"    def {name}(\n" + "".join(f"        {one},\n" for one in arguments) + f"    ) -> {answers}:"


def qualified(kind: str) -> str:
    """The type with its module before every name that is a component's."""
    plain = {"Any", "Literal", "None", "Iterator"}
    parts = re.split(r"('[^']*')", kind)
    return "".join(
        part
        if part.startswith("'")
        else re.sub(r"\b[A-Z]\w*", lambda found: found[0] if found[0] in plain else f"models.{found[0]}", part)
        for part in parts
    )


def files(document: Schema) -> dict[str, str]:
    """The files by their names."""
    return {"models.py": models(document), "routes.py": routes(document)}


def main() -> None:
    (source,) = sys.argv[1:]
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source) as answer:
            text = answer.read()
    else:
        text = Path(source).read_bytes()
    for name, content in files(json.loads(text)).items():
        (PACKAGE / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
