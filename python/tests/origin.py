"""Page and node under one origin: the node where it serves `/sign` itself, else a forwarder in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import sign_page


@contextmanager
def site(node: str) -> Iterator[str]:
    """The origin."""
    if httpx.get(node + "/sign").status_code == 200:
        yield node
        return

    class Forwarder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            if self.path == "/sign":
                self.answer(200, "text/html; charset=utf-8", sign_page.PAGE.read_bytes())
            else:
                self.forward(b"")

        def do_POST(self) -> None:
            self.forward(self.rfile.read(int(self.headers.get("content-length") or 0)))

        def forward(self, body: bytes) -> None:
            headers = {"content-type": self.headers.get("content-type", "application/json")}
            answer = httpx.request(self.command, node + self.path, content=body, headers=headers, timeout=60)
            self.answer(answer.status_code, answer.headers.get("content-type", ""), answer.content)

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
