"""How results are written to a file, and read again: plain data, strictly decoded."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import NamedTuple

from errlint.digests import SIZE
from errlint.lean import dataclass
from errlint.traces import NOTHING, Basis

_EVIDENCE = 0xFFFFFFFF
"""Stands for the number of imports of a module that has evidence of its own."""


class Kept(NamedTuple):
    """A result: the modules that it was taken from, the digest of what they held, and the report as bytes; of most, one byte."""

    basis: Basis
    contents: bytes
    report: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What one file holds.

    :ivar folders: by folder that imports were looked for in, the digest of what was in it; :ivar seen: by digest of a module, what it
    imports, or None (:class:`~errlint.screens.gate.Gate`); :ivar names: by digest of a module, that of its names; :ivar kept: results by
    their keys of 16 bytes.
    """

    folders: dict[str, bytes]
    seen: dict[bytes, tuple[str, ...] | None]
    names: dict[bytes, bytes]
    kept: dict[bytes, Kept]


def packed(stored: Stored) -> bytes:
    """As bytes."""
    numbers: dict[str, int] = {}

    def listed(files: tuple[str, ...] | None) -> bytes:
        if files is None:
            return struct.pack("<I", _EVIDENCE)
        found = [numbers.setdefault(file, len(numbers)) for file in files]
        return struct.pack(f"<{len(found) + 1}I", len(found), *found)

    seen = [key + listed(files) for key, files in stored.seen.items()]
    kept: list[bytes] = []
    for key, result in stored.kept.items():
        kept += key, result.contents.ljust(SIZE, b"\0"), *map(listed, result.basis), struct.pack("<I", len(result.report)), result.report
    head = json.dumps([{folder: found.hex() for folder, found in stored.folders.items()}, list(numbers)]).encode()
    names = [digest + of_names for digest, of_names in stored.names.items()]
    return b"".join([struct.pack("<4I", len(head), len(seen), len(names), len(stored.kept)), head, *seen, *names, *kept])


def unpacked(body: bytes) -> Stored:
    """What :func:`packed` made bytes of.

    :raises ValueError, KeyError, IndexError, struct.error: when it did not make these.
    """
    length, count, named, results = struct.unpack_from("<4I", body)
    at = 16 + length
    folders, files = json.loads(body[16:at])
    reader = _Reader(body, at, files)
    seen = {reader.take(SIZE): reader.files() for _ in range(count)}
    names = {reader.take(SIZE): reader.take(SIZE) for _ in range(named)}
    kept = dict(reader.results(results))
    return Stored({folder: bytes.fromhex(found) for folder, found in folders.items()}, seen, names, kept)


class _Reader:
    """Reads one part after the other."""

    def __init__(self, body: bytes, at: int, files: list[str]) -> None:
        self._body = body
        self._at = at
        self._files = files

    def take(self, size: int) -> bytes:
        """The next bytes."""
        self._at += size
        return self._body[self._at - size : self._at]

    def number(self) -> int:
        """The next number."""
        return int.from_bytes(self.take(4), "little")

    def files(self) -> tuple[str, ...] | None:
        """The next list of modules."""
        count = self.number()
        if count == _EVIDENCE:
            return None
        found = struct.unpack_from(f"<{count}I", self._body, self._at)
        self._at += 4 * count
        return tuple([self._files[number] for number in found])

    def results(self, count: int) -> Iterator[tuple[bytes, Kept]]:
        """The next results."""
        for _ in range(count):
            key, contents, basis = self.take(SIZE), self.take(SIZE), Basis(self.files() or (), self.files() or ())
            yield key, Kept(basis, contents if basis != NOTHING else b"", self.take(self.number()))
