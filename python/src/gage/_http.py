"""Requests and answers: JSON in, JSON or a typed refusal out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from .errors import BadAnswer, NodeUnreachable, Problem, TryLater

PAGE = 500
"""Items of a page, the most that a node gives."""


class Http:
    """A node's HTTP API. Reads that the node is too busy for are tried again for `patience` seconds."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:7800",
        *,
        api_key: str | None = None,
        timeout: float = 40.0,
        patience: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"accept": "application/json, application/problem+json", "user-agent": "gage-python"}
        if api_key is not None:
            headers["authorization"] = f"Bearer {api_key}"
        self.url = url.rstrip("/")
        self.patience = patience
        self._headers = headers
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, transport=transport)

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """What a path answers. Raises a type of `errors`."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return self.request("GET", path, query=query)
            except TryLater as busy:
                wait = (busy.retry_at or 0) / 1_000 - time.time()
                wait = min(max(wait, 0.05), self.patience)
                if busy.retry_at is None or time.monotonic() + wait > until:
                    raise
                time.sleep(wait)

    def post(self, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **query: Any) -> Any:
        """What a path answers to JSON. Never repeated by itself."""
        return self.request("POST", path, query=query, body=body, headers=headers)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """The items of a list, page after page; each page is asked for when it is come to."""
        query["limit"] = query.get("limit") or PAGE
        while True:
            page = self.get(path, **query)
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise BadAnswer(f"{path} did not answer with a page")
            yield from page["items"]
            if page.get("next") is None:
                return
            if page["next"] == query.get("cursor"):
                raise BadAnswer(f"{path} gives the same page again")
            query["cursor"] = page["next"]

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One request. JSON where the answer is JSON, else its text."""
        params = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = self._http.request(method, path, params=params, json=body, headers=dict(headers or {}))
        except httpx.HTTPError as error:
            raise NodeUnreachable(f"{self.url} does not answer: {error}") from error
        kind = answer.headers.get("content-type", "").split(";")[0]
        try:
            content = answer.json() if kind.endswith("json") else answer.text
        except ValueError as error:
            raise BadAnswer(f"{path} answered something that is not JSON: {error}") from error
        if answer.is_success:
            return content
        if kind == "application/problem+json" and isinstance(content, dict) and "code" in content:
            raise Problem.of(answer.status_code, content)
        raise BadAnswer(f"{path} answered {answer.status_code} without saying why")

    @staticmethod
    def segment(value: object) -> str:
        """A value as one part of a path, whatever is in it."""
        return quote(str(value), safe="")
