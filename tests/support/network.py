"""A network that leads to the fault server only: every host name resolves, every connection ends there, unencrypted."""

from __future__ import annotations

import os
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.clock import Clock, Endless
from tests.support.encryption import unencrypted

MOST_CONNECTIONS = 100
_ANYWHERE = "127.77.0.1"
"""The address of every host; it never matters, because connections are redirected."""
_STEP = 0.25
"""Virtual seconds that pass each time an event loop looks whether a late answer has come."""


class Network:
    """What happens on the sockets of the client.

    :ivar late: by port of the client's end, the virtual seconds after which what the server sent arrives; :ivar endless: set by the server
        when it has been asked too often.
    """

    def __init__(self, server: tuple[str, int], clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.late: dict[int, float] = {}
        self.connections = 0
        self.endless = False
        self._held: dict[int, bytes] = {}
        self._ends: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def connect(self, end: socket.socket) -> None:
        """Count a connection.

        :raises Endless: it is the hundredth of a run.
        """
        self.connections += 1
        self._ends.add(end)
        if self.connections > MOST_CONNECTIONS:
            raise Endless(f"connected more than {MOST_CONNECTIONS} times")

    def close(self) -> None:
        """Close what the client left open; a warning would come up in whatever test runs when it is collected."""
        for end in list(self._ends):
            if (handle := end.detach()) != -1:  # close() would wait for the files that were made of the socket
                os.close(handle)

    def arrived(self, end: socket.socket, data: bytes) -> bytes:
        """What the client reads when ``data`` has come: that, or a timeout if it would have come too late.

        :raises TimeoutError: of a socket with a timeout; :raises BlockingIOError: of a socket in an event loop, whose time passes
            meanwhile; :raises Endless: of one that would wait for ever.
        """
        if end.family != socket.AF_INET or not (self.late or self.endless):
            return data
        port = end.getsockname()[1]
        if port == self.server[1]:
            return data
        if self.endless:
            raise Endless("asked the server again and again")
        if port not in self.late:
            return data
        timeout, seconds = end.gettimeout(), self.late[port]
        if timeout == 0:
            self._held[port] = self._held.get(port, b"") + data
            self.clock.advance(_STEP)
            self.late[port] = seconds - _STEP
            if self.late[port] > -_STEP:  # one look more, for timers that are due at the same moment
                raise BlockingIOError
            data = self._held.pop(port)
        elif timeout is not None and timeout < seconds:
            self.clock.advance(timeout)
            raise TimeoutError("timed out")
        elif seconds == float("inf"):
            raise Endless("waits without a timeout for an answer that never comes")
        else:
            self.clock.advance(seconds)
        del self.late[port]
        return data


@contextmanager
def redirected(network: Network) -> Iterator[None]:
    """Lead the sockets of this process to the fault server."""
    real: dict[str, Any] = {name: socket.socket.__dict__.get(name) for name in ("connect", "connect_ex", "recv", "recv_into")}
    resolve = socket.getaddrinfo
    plain = socket.SocketType  # the C class, without our methods

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (_ANYWHERE, int(port or 0)))]

    def connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_INET:
            network.connect(self)
            address = network.server
        plain.connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if self.family == socket.AF_INET:
            network.connect(self)
            address = network.server
        return plain.connect_ex(self, address)

    def recv(self: socket.socket, size: int, flags: int = 0) -> bytes:
        return network.arrived(self, plain.recv(self, size, flags))

    def recv_into(self: socket.socket, buffer: Any, size: int = 0, flags: int = 0) -> int:
        count = plain.recv_into(self, buffer, size, flags)
        network.arrived(self, bytes(memoryview(buffer)[:count]))
        return count

    socket.getaddrinfo = getaddrinfo
    for stand_in in (connect, connect_ex, recv, recv_into):
        setattr(socket.socket, stand_in.__name__, stand_in)
    try:
        with unencrypted():
            yield
    finally:
        network.close()
        socket.getaddrinfo = resolve
        for name, method in real.items():
            if method is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, method)
