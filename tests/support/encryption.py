"""No encryption: below its clients ``https://`` is ``http://``, so that SDKs with addresses of their own reach the fault server, too."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from anyio.abc import AnyByteStream
from anyio.streams.tls import TLSStream


@contextmanager
def unencrypted() -> Iterator[None]:
    """Let every encrypted socket and stream of this process be the one below it."""
    stand_ins: list[tuple[Any, str, Any]] = [
        (ssl, "create_default_context", lambda *_, **__: _context()),
        # reading all certificates for every client would cost more than all else
        (ssl.SSLContext, "load_default_certs", lambda *_, **__: None),
        (ssl.SSLContext, "load_verify_locations", lambda *_, **__: None),
        (ssl.SSLContext, "wrap_socket", _socket_below),
        (TLSStream, "wrap", _stream_below),
    ]
    before = [(owner, name, vars(owner).get(name)) for owner, name, _ in stand_ins]
    for owner, name, stand_in in stand_ins:
        setattr(owner, name, stand_in)
    try:
        yield
    finally:
        for owner, name, method in before:
            if method is None:
                delattr(owner, name)  # it was inherited
            else:
                setattr(owner, name, method)


def _socket_below(context: ssl.SSLContext, end: socket.socket, *_: Any, **__: Any) -> socket.socket:
    if context.verify_mode is not ssl.CERT_NONE:
        context.check_hostname = True  # else the client asks for a certificate to look at
    return end


async def _stream_below(stream: AnyByteStream, **_: Any) -> AnyByteStream:
    return stream


@cache
def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
