"""Plain tables: columns side by side, the last one wrapped to the terminal; what does not fit stands below."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from errlint.terminal import Style, cells, printable

_LEAST = 24
"""Cells that the last column needs beside others, if it has texts as long as that."""
_BELOW = 4
"""Cells that columns are indented by that do not fit beside the first."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """The lines of a table, the headings first; without a known width nothing is wrapped, so each row is one line."""
    clean = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cells, column)) for column in zip(headings, *clean, strict=True)]
    lines = _lines(widths, style.width)
    for number, row in enumerate([headings, *clean]):
        for indent, columns in lines:
            for line in _beside(row, columns, widths, indent, style.width):
                yield (line if number else style.paint(line, "bold")) + "\n"


def _lines(widths: Sequence[int], room: int | None) -> list[tuple[int, range]]:
    """Which columns stand beside each other, with the indentation of their line."""
    needed = [*widths[:-1], min(widths[-1], _LEAST)]
    starts, used = [0], 0
    for index, width in enumerate(needed):
        if room and used + width > room and index > starts[-1]:
            starts.append(index)
            used = _BELOW
        used += width + 2
    return [(_BELOW if start else 0, range(start, end)) for start, end in zip(starts, [*starts[1:], len(widths)], strict=True)]


def _beside(row: Sequence[str], columns: range, widths: Sequence[int], indent: int, room: int | None) -> Iterator[str]:
    """The lines that some columns of a row take; none where all of them are empty."""
    last = len(row) - 1
    head = " " * indent + "".join(f"{row[index]}{' ' * (widths[index] - cells(row[index]))}  " for index in columns if index != last)
    texts = _wrapped(row[last], room and max(room - cells(head), _LEAST)) if last in columns else [""]
    for number, text in enumerate(texts):
        line = f"{head if not number else ' ' * cells(head)}{text}".rstrip()
        if line:
            yield line


def _wrapped(text: str, width: int | None) -> list[str]:
    return (textwrap.wrap(text, width, break_on_hyphens=False) if width else [text]) or [""]
