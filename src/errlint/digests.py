"""Digests of 16 bytes: BLAKE2, straight from its module, because :mod:`hashlib` loads OpenSSL, which costs half a start of Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b
else:
    try:
        from _blake2 import blake2b
    except ImportError:  # another Python than CPython
        from hashlib import blake2b

SIZE = 16
"""Bytes of a digest."""


def digest(*parts: bytes) -> bytes:
    """Of parts, each told apart from the next."""
    found = blake2b(digest_size=SIZE)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def digest_of(parts: Iterable[object]) -> bytes:
    """Of values whose ``repr`` says all of them."""
    return digest(repr(tuple(parts)).encode("utf-8", "surrogatepass"))
