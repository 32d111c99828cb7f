"""What a page consists of, whatever it is written in: headings, paragraphs, list items, tables, samples; each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from errlint.lean import dataclass

_SENTENCE_END = re.compile(r"(?<=[.!?])(?:[\"'”’)])?\s+(?=[\"'“‘(]?[A-Z0-9`])|\n{2,}")
_NOT_AN_END = re.compile(r"(?:\be\.g|\bi\.e|\betc|\bvs|\bcf|\bNo|\bapprox|\bmax|\bmin)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the title of the page."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a newline in it is one in the source."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the header."""

    header: Row
    rows: tuple[Row, ...]

    def column(self, index: int) -> list[str]:
        """The cells of a column that are not empty."""
        return [row.cells[index] for row in self.rows if row.cells[index]]


@dataclass(frozen=True, slots=True)
class Sample:
    """Code or an answer's body; ``line`` is that of its first line, ``language`` what the page calls it, if anything."""

    line: int
    text: str
    language: str = ""


Block = Heading | Paragraph | Item | Table | Sample


def table(header: Row, rows: list[Row]) -> Table:
    """A table of rows of any length: short ones are filled up, what is too much goes into the last cell."""
    width = len(header.cells)
    return Table(header, tuple(Row(row.line, _fitted(row.cells, width)) for row in rows if any(row.cells)))


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    if len(cells) > width:
        return (*cells[: width - 1], " | ".join(cell for cell in cells[width - 1 :] if cell))
    return cells + ("",) * (width - len(cells))


def sentences(text: str, line: int) -> Iterator[tuple[int, str]]:
    """The sentences of a text that begins on ``line``, each with its own line."""
    start = 0
    for end in (*(found.start() for found in _SENTENCE_END.finditer(text)), len(text)):
        piece = text[start:end]
        if end < len(text) and _NOT_AN_END.search(piece):
            continue
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield line + text.count("\n", 0, start + lead), " ".join(piece.split())
        start = end
