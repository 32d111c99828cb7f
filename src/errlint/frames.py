"""A piece of source with line numbers, and marks under the region that somebody should look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from errlint.lean import dataclass
from errlint.model import Location
from errlint.terminal import Style, cells, printable

_WIDTH_IF_UNKNOWN = 160
_ROOM_AT_LEAST = 24
_TAB = " " * 4
_GAP = "..."
_LONG_REGION = 8
"""A region of more lines than this shows its first and last ones only."""
_LONG_LINE = 2_000
"""Of a line of more characters than this, only what is shown is coloured."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is shown of a line: the characters ``[left, right)``, with a gap where something is left out."""

    line: str
    left: int
    right: int

    @property
    def head(self) -> str:
        return _GAP if self.left else ""

    @property
    def tail(self) -> str:
        return _GAP if self.right < len(self.line) else ""

    @property
    def shown(self) -> str:
        return self.head + _shown(self.line[self.left : self.right]) + self.tail

    def columns_before(self, start: int) -> int:
        """How many columns are shown before a character."""
        return len(self.head) + cells(_shown(self.line[self.left : start]))


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of code (``number``, ``code``), a row of marks, or (``left_out``) one that stands for lines; ``bar`` is left of the code."""

    bar: str = ""
    number: int | None = None
    code: _Cut | None = None
    left_out: bool = False


def frame(
    lines: Sequence[str],
    location: Location,
    style: Style,
    *,
    gutter: int,
    purpose: str = "error",
    mark: str = "^",
    context: int = 2,
    python: bool = True,
) -> Iterator[str]:
    """The lines around a region, numbered, with marks under it.

    :param lines: the lines of the file, without their newlines; :param location: the region; what lies outside the file is moved into it.
    :param gutter: how many columns the line numbers take; :param purpose: the colour of the marks; :param context: lines before and after.
    :param python: False for text that is no Python, and gets no colours of it.
    """
    if not lines:
        return
    rows = list(_rows(lines, _inside(lines, location), (style.width or _WIDTH_IF_UNKNOWN) - gutter - 3, mark, context))
    code = [row.code for row in rows if row.code is not None]
    shown = iter(_highlighted(code) if style.colour and python else [cut.shown.rstrip() for cut in code])
    for row in rows:
        number = _GAP[:gutter] if row.left_out else "" if row.number is None else str(row.number)
        left = style.paint(f"{number:>{gutter}} |", "gutter")
        right = style.paint(row.bar, purpose) + (next(shown) if row.code is not None else "")
        yield f"{left} {right}" if right.strip() else left


# rows --------------------------------------------------------------------------------------------------------------------------


def _inside(lines: Sequence[str], location: Location) -> Location:
    """The region within the file."""
    first = min(max(location.line, 1), len(lines))
    last = min(max(location.end_line, first), len(lines))
    end = location.end_column if last == location.end_line else len(lines[last - 1]) + 1
    if end <= 1 and last > first:  # up to the end of the line before
        last -= 1
        end = len(lines[last - 1]) + 1
    start = min(max(location.column if first == location.line else len(lines[first - 1]) + 1, 1), len(lines[first - 1]) + 1)
    end = min(end, len(lines[last - 1]) + 1)
    return Location(location.path, first, start, last, max(end, start) if last == first else end)


def _rows(lines: Sequence[str], region: Location, room: int, mark: str, context: int) -> Iterator[_Row]:
    several = region.line != region.end_line
    room = max(room - 2 * several, _ROOM_AT_LEAST)
    margin = "  " if several else ""
    yield from (_Row(margin, number, _cut(lines[number - 1], 0, 0, room)) for number in _before(lines, region.line, context))
    if several:
        yield from _several_lines(lines, region, room, mark)
    else:
        start, end = region.column - 1, region.end_column - 1
        code = _cut(lines[region.line - 1], start, end, room)
        yield _Row("", region.line, code)
        yield _Row(" " * code.columns_before(start) + mark * max(cells(_shown(code.line[start : min(end, code.right)])), 1))
    yield from (_Row(margin, number, _cut(lines[number - 1], 0, 0, room)) for number in _after(lines, region.end_line, context))


def _several_lines(lines: Sequence[str], region: Location, room: int, mark: str) -> Iterator[_Row]:
    """A bar on the left from the first to the last line of the region, as rustc draws it."""
    start = region.column - 1
    code = _cut(lines[region.line - 1], start, start + 1, room)
    if code.line[:start].strip():
        yield _Row("  ", region.line, code)
        yield _Row(" " + "_" * (code.columns_before(start) + 1) + mark)
    else:
        yield _Row("/ ", region.line, code)
    inner = range(region.line + 1, region.end_line)
    for number in inner:
        if len(inner) + 2 <= _LONG_REGION or number < inner[2] or number == inner[-1]:
            yield _Row("| ", number, _cut(lines[number - 1], 0, 0, room))
        elif number == inner[2]:
            yield _Row("|", left_out=True)
    last = max(region.end_column - 2, 0)
    code = _cut(lines[region.end_line - 1], last, last + 1, room)
    yield _Row("| ", region.end_line, code)
    yield _Row("|" + "_" * (code.columns_before(last) + 1) + mark)


def _before(lines: Sequence[str], line: int, context: int) -> range:
    first = max(line - context, 1)
    while first < line and not lines[first - 1].strip():
        first += 1
    return range(first, line)


def _after(lines: Sequence[str], line: int, context: int) -> range:
    last = min(line + context, len(lines))
    while last > line and not lines[last - 1].strip():
        last -= 1
    return range(line + 1, last + 1)


# lines that are too long -------------------------------------------------------------------------------------------------------


def _cut(line: str, start: int, end: int, room: int) -> _Cut:
    """What to show of a line in ``room`` columns so that the characters ``[start, end)`` are seen, or as many of them as fit."""
    # a line of a megabyte is never measured as a whole
    beyond = start >= len(line)  # the mark needs a column of its own
    if len(line) <= 4 * room and cells(_shown(line)) + beyond <= room:
        return _Cut(line, 0, len(line))
    room -= 2 * len(_GAP)
    used, right = 0, start
    while right < min(end, len(line)) and used + (width := _width(line[right])) <= room:
        right, used = right + 1, used + width
    left = start
    lead = cells(_shown(line[:start])) if start <= room else room + 1
    if used + lead <= room:  # the beginning of the line shows how deep it is
        left, used = 0, used + lead
    else:
        half = used + (room - used) // 2
        left, used = _back(line, left, used, half)
    while right < len(line) and used + (width := _width(line[right])) <= room:
        right, used = right + 1, used + width
    left, _ = _back(line, left, used, room)
    return _Cut(line, left, right)


def _back(line: str, left: int, used: int, room: int) -> tuple[int, int]:
    """Take characters before ``left`` in as long as there is room; the new ``left`` and ``used``."""
    while left > 0 and used + (width := _width(line[left - 1])) <= room:
        left, used = left - 1, used + width
    return left, used


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _width(character: str) -> int:
    return cells(_shown(character))


# colours -----------------------------------------------------------------------------------------------------------------------


def _highlighted(cuts: Sequence[_Cut]) -> Iterator[str]:
    """The lines with the colours of Python. They are read whole, so that what is left out does not change the meaning of the rest."""
    from pygments import format as paint
    from pygments.formatters.terminal import TerminalFormatter
    from pygments.lexers.python import PythonLexer
    from pygments.token import Token

    formatter = TerminalFormatter(bg="dark")
    parts = [cut if len(cut.line) <= _LONG_LINE else _Cut(cut.line[cut.left : cut.right], 0, cut.right - cut.left) for cut in cuts]
    tokens = PythonLexer(stripnl=False, ensurenl=False).get_tokens("\n".join(part.line for part in parts))
    for cut, part, pieces in zip(cuts, parts, _by_line(tokens), strict=False):
        inside: list[tuple[Any, str]] = []
        at = 0
        for kind, text in pieces:
            inside.append((kind, _shown(text[max(part.left - at, 0) : max(part.right - at, 0)])))
            at += len(text)
        yield paint([(Token, cut.head), *inside, (Token, cut.tail)], formatter).rstrip()


def _by_line(tokens: Iterable[tuple[Any, str]]) -> Iterator[list[tuple[Any, str]]]:
    """The tokens of each line, without the newlines."""
    line: list[tuple[Any, str]] = []
    for kind, text in tokens:
        first, *more = text.split("\n")
        line.append((kind, first))
        for part in more:
            yield line
            line = [(kind, part)]
    yield line
