"""A web server on this machine that misbehaves as it is asked to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class LocalServer(ThreadingHTTPServer):
    """Answers `/text?is=...`, `/status?code=...`, `/to?url=...` and others; counts requests by path."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


@contextmanager
def local_server(address: str = "127.0.0.1") -> Iterator[LocalServer]:
    server = LocalServer(address)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LocalServer

    def do_GET(self) -> None:
        server = self.server
        with server.lock:
            server.asked[self.path] += 1
            times = server.asked[self.path]
        try:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            getattr(self, parts.path.strip("/"))(given, times)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has heard enough

    def text(self, given: dict[str, str], times: int) -> None:
        time.sleep(float(given.get("after", "0")))
        self._answer(given["is"].encode(given.get("charset", "utf-8")), given.get("charset"))

    def long(self, given: dict[str, str], times: int) -> None:
        self._answer(given.get("of", "x").encode() * int(given["length"]))

    def endless(self, given: dict[str, str], times: int) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65_536)

    def drip(self, given: dict[str, str], times: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            time.sleep(0.02)

    def cut(self, given: dict[str, str], times: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")

    def zipped(self, given: dict[str, str], times: int) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b"\x1f\x8b")

    def status(self, given: dict[str, str], times: int) -> None:
        self.send_response(int(given["code"]))
        self.end_headers()

    def flaky(self, given: dict[str, str], times: int) -> None:
        if times <= int(given["failures"]):
            self.send_response(503)
            self.end_headers()
        else:
            self._answer(b"at last")

    def to(self, given: dict[str, str], times: int) -> None:
        self.send_response(302)
        self.send_header("Location", given["url"])
        self.end_headers()

    def around(self, given: dict[str, str], times: int) -> None:
        self.send_response(301)
        self.send_header("Location", self.path)
        self.end_headers()

    def _answer(self, body: bytes, charset: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"text/plain; charset={charset}" if charset else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the screen."""
