"""The pages' origin: the node serves them beside its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pages


@contextmanager
def site(node: str) -> Iterator[str]:
    """The origin."""
    for path, file in pages.PAGES.items():
        answer = httpx.get(node + path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert answer.text == file.read_text()
    yield node
