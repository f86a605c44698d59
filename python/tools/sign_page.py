"""Writes the policy of the page `/sign` into it: the hashes of its one script and its one style.

`--check` compares instead. Whoever edits the page runs this; the tests compare.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "crates" / "api" / "assets" / "sign.html"


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
    page = PAGE.read_text(encoding="ascii")
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(with_policy(page), encoding="ascii")
    elif with_policy(page) != page:
        raise SystemExit("the policy of sign.html is old; run python/tools/sign_page.py")
