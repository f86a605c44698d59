"""Writes the policy of the pages of a node, `/sign` and `/reference`, into them: the hashes of their one script and style.

`--check` compares instead. Whoever edits a page runs this; the tests compare.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "crates" / "api" / "assets"
PAGES = {"/sign": ASSETS / "sign.html", "/reference": ASSETS / "reference.html"}


def with_policy(text: str) -> str:
    """The page with the policy that belongs to what is in it."""

    def source(tag: str) -> str:
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"

    policy = (
        f"default-src 'none'; script-src {source('script')}; style-src {source('style')}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return re.sub(r'(http-equiv="content-security-policy" content=")[^"]*', lambda found: found[1] + policy, text)


if __name__ == "__main__":
    for page in PAGES.values():
        text = page.read_text(encoding="ascii")
        if "--check" not in sys.argv[1:]:
            page.write_text(with_policy(text), encoding="ascii")
        elif with_policy(text) != text:
            raise SystemExit(f"the policy of {page.name} is old; run python/tools/pages.py")
