"""Plain tables: columns side by side, the last one wrapped to the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from errlint.terminal import Style, cells, printable


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """The lines of a table, the headings first; without a known width nothing is wrapped, so each row is one line."""
    clean = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cells, column)) for column in zip(headings, *clean, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    for number, row in enumerate([headings, *clean]):
        last = _wrapped(row[-1], style.width and max(style.width - indent, 24))
        head = "".join(f"{cell}{' ' * (width - cells(cell))}  " for cell, width in zip(row, widths, strict=False))
        lines = [f"{head}{last[0]}".rstrip(), *(" " * indent + line for line in last[1:])]
        yield "".join((line if number else style.paint(line, "bold")) + "\n" for line in lines)


def _wrapped(text: str, width: int | None) -> list[str]:
    return (textwrap.wrap(text, width, break_on_hyphens=False) if width else [text]) or [""]
