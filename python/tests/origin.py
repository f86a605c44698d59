"""The page's origin: the node serves it beside its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import sign_page


@contextmanager
def site(node: str) -> Iterator[str]:
    """The origin."""
    answer = httpx.get(node + "/sign")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.text == sign_page.PAGE.read_text()
    yield node
