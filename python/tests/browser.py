"""Chromium without a window, led over its DevTools protocol: just what the tests of a page need."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def found() -> str | None:
    """The browser of this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One page. What comes while an answer is awaited is handed to `events` by the method's name."""

    def __init__(self, folder: Path) -> None:
        profile = folder / "profile"
        command = [str(found()), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        self.log = (folder / "browser.log").open("wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.events: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.number = 0
        self.socket = self._attach(profile / "DevToolsActivePort")
        self.call("Page.enable")
        self.call("Runtime.enable")

    def _attach(self, file: Path) -> Any:
        import httpx

        until = time.monotonic() + 60
        while not (file.exists() and file.read_text().count("\n")):
            assert time.monotonic() < until and self.process.poll() is None, "the browser did not start"
            time.sleep(0.05)
        port = file.read_text().splitlines()[0]
        pages = httpx.get(f"http://127.0.0.1:{port}/json/list", timeout=30).json()
        self.connection = connect(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"), max_size=None)
        return self.connection.__enter__()

    def close(self) -> None:
        self.connection.__exit__(None, None, None)
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command and its answer."""
        self.number += 1
        wanted = self.number
        self.socket.send(json.dumps({"id": wanted, "method": method, "params": parameters}))
        while True:
            message = self._receive(60)
            if message.get("id") == wanted:
                assert "error" not in message, (method, message)
                return message["result"]

    def _receive(self, seconds: float) -> dict[str, Any]:
        message = json.loads(self.socket.recv(seconds))
        if "method" in message and message["method"] in self.events:
            self.events[message["method"]](message["params"])
        return message

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def until(self, script: str, seconds: float = 60.0) -> Any:
        """The value of an expression as soon as it is true."""
        end = time.monotonic() + seconds
        while not (value := self.evaluate(script)):
            assert time.monotonic() < end, f"it did not become so: {script}; the page says {self.evaluate('document.body.innerText')}"
            time.sleep(0.05)
        return value

    def send(self, method: str, **parameters: Any) -> None:
        """A command whose answer nobody waits for: what an event's handler may use."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))

    def change_answers(self, path: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Has every JSON answer of a path changed before the page gets it."""
        import httpx

        def paused(event: dict[str, Any]) -> None:
            request = event["request"]
            answer = httpx.request(
                request["method"], request["url"], content=request.get("postData"), headers={"content-type": "application/json"}
            )
            content = answer.json()
            change(content)
            body = base64.b64encode(json.dumps(content).encode()).decode()
            headers = [{"name": "content-type", "value": "application/json"}]
            self.send("Fetch.fulfillRequest", requestId=event["requestId"], responseCode=200, responseHeaders=headers, body=body)

        self.events["Fetch.requestPaused"] = paused
        self.call("Fetch.enable", patterns=[{"urlPattern": f"*{path}"}])
