"""A real HTTP server on loopback that answers by a script and records what it is asked."""

from __future__ import annotations

import os
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.answers import Answer
from tests.support.clock import START

MOST_REQUESTS = 60
"""Requests of one run after which the client is taken for endless."""


@dataclass(frozen=True)
class Call:
    """One request as it came in.

    :ivar headers: by name in lower case; :ivar at: virtual seconds since the start of the run; :ivar answer: what it was answered with.
    """

    method: str
    path: str
    headers: dict[str, str] = field(hash=False)
    body: bytes
    at: float
    answer: str

    def key(self, header: str) -> str | None:
        """The idempotency key that it carries in this header."""
        return self.headers.get(header.lower())


class FaultServer:
    """Plays a script: its answers one after the other, the last one for ever."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._lock = threading.Lock()
        self._script: Sequence[Answer] = ()
        self.calls: list[Call] = []
        self.network: Any = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def play(self, script: Sequence[Answer], network: Any) -> None:
        """Start a run: forget the calls of the one before."""
        assert script, "a script has at least one answer"
        with self._lock:
            self._script, self.calls, self.network = script, [], network

    def take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Record a request and say what it is answered with."""
        with self._lock:
            answer = self._script[min(len(self.calls), len(self._script) - 1)]
            passed = self.network.clock.passed
            self.calls.append(Call(method, path, headers, body, passed, answer.label))
            self.network.endless = self.network.endless or len(self.calls) >= MOST_REQUESTS
            return answer

    @property
    def now(self) -> float:
        """The time of the run, in seconds since 1970."""
        return START + float(self.network.clock.passed)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Answer in a thread of its own."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="fault server").start()


@contextmanager
def serving() -> Iterator[FaultServer]:
    """A fault server that listens."""
    server = FaultServer()
    server.serve()
    try:
        yield server
    finally:
        server.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: FaultServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self._chunks() if self.headers.get("Transfer-Encoding", "").lower() == "chunked" else self.rfile.read(length)
        owner = self.server.owner
        answer = owner.take(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        if answer.fault == "reset":
            self._reset()
            return
        if answer.late:
            owner.network.late[self.client_address[1]] = answer.late
            self.close_connection = True  # what is held back stays readable
        if answer.fault == "hang":
            return
        headers, content = answer.rendered(owner.now)
        self.send_response(answer.status, answer.reason)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if answer.late:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815 -- the names that http.server calls

    def handle_expect_100(self) -> bool:
        """Ask for the body of a client that wants to be asked, at once: what is sent is buffered."""
        asked = super().handle_expect_100()
        self.wfile.flush()
        return asked

    def _chunks(self) -> bytes:
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _reset(self) -> None:
        """Close in such a way that the other end gets a reset instead of an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # rfile and wfile still refer to the socket object, which would otherwise keep the descriptor open
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that http.server calls it
        """Say nothing."""
