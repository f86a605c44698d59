"""The node's WebSocket: subscribe, read in order, resume after a break."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from .errors import BadAnswer, NodeUnreachable, Problem

Message = dict[str, Any]


class Stream:
    """Messages of the channels subscribed to. A lost connection is made again, and each channel goes on
    where it was; what the node no longer keeps comes as a message of type `lag` or as a new `snapshot`."""

    def __init__(self, url: str, *, api_key: str | None = None, attempts: int = 10, patience: float = 10.0) -> None:
        self.url = "ws" + url.removeprefix("http") + "/v1/stream"
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._attempts, self._patience = attempts, patience
        self._wanted: dict[str, Message] = {}
        self._socket: ClientConnection | None = None
        self._open = ExitStack()

    def __enter__(self) -> Stream:
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._socket = None
        self._open.close()

    def subscribe(self, channel: str, *, id: str | None = None, since: int | None = None, **filters: Any) -> str:
        """Opens a subscription and says its name. `since` is the first sequence not seen; from now on without."""
        name = id or f"{channel}-{len(self._wanted)}"
        command: Message = {"type": "subscribe", "id": name, "channel": channel, **filters}
        if since is not None:
            command["from"] = since
        self._wanted[name] = command
        if self._socket is not None:
            self._send(command)
        return name

    def unsubscribe(self, name: str) -> None:
        """Ends a subscription."""
        del self._wanted[name]
        if self._socket is not None:
            self._send({"type": "unsubscribe", "id": name})

    def __iter__(self) -> Iterator[Message]:
        while True:
            message = self.next(None)
            assert message is not None
            yield message

    def next(self, timeout: float | None = 10.0) -> Message | None:
        """The next message; None after so many seconds without one. Raises Problem for a refused subscription."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._socket is None:
                self._connect()
            assert self._socket is not None
            left = None if until is None else max(until - time.monotonic(), 0.0)
            try:
                text = self._socket.recv(left)
            except TimeoutError:
                return None
            except ConnectionClosed:
                self._socket = None
                continue
            message = self._read(text)
            if message is not None:
                return message

    def _read(self, text: str | bytes) -> Message | None:
        try:
            message: Message = json.loads(text)
            kind = message["type"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadAnswer(f"the stream sent something that is no message: {error}") from None
        if kind == "problem":
            raise Problem.of(int(message["problem"].get("status", 400)), message["problem"])
        wanted = self._wanted.get(message.get("id", ""))
        if kind in ("subscribed", "unsubscribed"):
            if wanted is not None and "from" not in wanted and message.get("next"):
                wanted["from"] = message["next"]
            return None
        if wanted is not None:
            seen = message.get("sequence", message.get("missed_to"))
            # A block of many events comes in parts: it is seen with its last.
            if seen is not None and message.get("last", True):
                wanted["from"] = seen + 1
        return message

    def _send(self, command: Message) -> None:
        assert self._socket is not None
        try:
            self._socket.send(json.dumps(command))
        except ConnectionClosed:
            self._socket = None  # The next read connects again, and subscribes again.

    def _connect(self) -> None:
        wait = 0.1
        for attempt in range(1, self._attempts + 1):
            try:
                self._open.close()
                connection = connect(self.url, additional_headers=self._headers, open_timeout=self._patience)
                self._socket = self._open.enter_context(connection)
                break
            except (OSError, WebSocketException) as error:
                if attempt == self._attempts:
                    raise NodeUnreachable(f"{self.url} does not answer: {error}") from error
                time.sleep(wait)
                wait = min(wait * 2, self._patience)
        for command in list(self._wanted.values()):
            self._send(command)
