"""The text of files, for reporters: read when somebody asks, as late as possible, because most files have no finding."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from errlint.encoding import UndecodableSource, decode
from errlint.model import Finding

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Text:
    """The decoded text of a file: its lines as Python counts them, and where a character offset is."""

    def __init__(self, raw: bytes) -> None:
        try:
            self.text = decode(raw).text
        except UndecodableSource:  # there is a finding about that, and it wants a frame
            self.text = raw.decode("utf-8-sig", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their newlines; a last one that is empty is none."""
        lines = _NEWLINE.split(self.text)
        return lines if lines[-1] else lines[:-1]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def statement(self, finding: Finding) -> str:
        """The lines of the statement that a finding of this file stands in."""
        first, last = finding.lines
        first = first or finding.location.line
        return "\n".join(self.lines[first - 1 : max(last, first)])


class Sources:
    """Texts by the path that the user sees.

    :param given: files that are not on the disk (the standard input), or not as they were checked.
    """

    def __init__(self, given: Mapping[str, bytes] | None = None) -> None:
        self._given = dict(given or {})
        self._known: dict[str, Text] = {}

    def text(self, path: str) -> Text:
        """The text of a file; empty if it cannot be read (any more)."""
        if path not in self._known:
            self._known[path] = Text(self._read(path))
        return self._known[path]

    def lines(self, path: str) -> list[str]:
        """The lines of a file."""
        return self.text(path).lines

    def statement(self, finding: Finding) -> str:
        """The lines of the statement that a finding stands in."""
        return self.text(finding.location.path).statement(finding)

    def _read(self, path: str) -> bytes:
        if path in self._given:
            return self._given[path]
        try:
            return Path(path).read_bytes()
        except (OSError, ValueError):
            return b""
