"""A piece of source with line numbers, and marks under the region that somebody should look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from errlint.model import Location
from errlint.terminal import Style, cells, printable

_WIDTH_IF_UNKNOWN = 160
_ROOM_AT_LEAST = 24
_TAB = " " * 4
_CUT = "..."
_LONG_REGION = 8
"""A region of more lines than this shows its first and last ones only."""


@dataclass(slots=True)
class _Row:
    """A line of source (``number``), a row of marks, or a row that stands for left-out lines (``cut``)."""

    text: str
    number: int | None = None
    bar: str = ""
    cut: bool = False


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
    region = _inside(lines, location)
    rows = list(_rows(lines, region, (style.width or _WIDTH_IF_UNKNOWN) - gutter - 3, mark, context))
    code = [row.text for row in rows if row.number is not None]
    painted = iter(highlight(code) if style.colour and python else code)
    for row in rows:
        number = _CUT[:gutter] if row.cut else "" if row.number is None else str(row.number)
        left = style.paint(f"{number:>{gutter}} |", "gutter")
        marks = style.paint(row.bar if row.number is not None else row.text, purpose)
        right = f"{marks}{next(painted)}" if row.number is not None else marks
        yield f"{left} {right}" if right.strip() else left


def highlight(lines: Sequence[str]) -> list[str]:
    """The lines with the colours of Python."""
    from pygments import format as paint
    from pygments.formatters.terminal import TerminalFormatter
    from pygments.lexers.python import PythonLexer

    lexer = PythonLexer(stripnl=False, ensurenl=False)
    painted = paint(lexer.get_tokens("\n".join(lines)), TerminalFormatter(bg="dark")).split("\n")
    return painted if len(painted) == len(lines) else list(lines)


def _inside(lines: Sequence[str], location: Location) -> Location:
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
    yield from (_plain(lines, number, room, several) for number in _before(lines, region.line, context))
    if several:
        yield from _several_lines(lines, region, room, mark)
    else:
        shown, skip, length = _cut(lines[region.line - 1], region.column - 1, region.end_column - 1, room)
        yield _Row(shown, region.line)
        yield _Row(" " * skip + mark * length)
    yield from (_plain(lines, number, room, several) for number in _after(lines, region.end_line, context))


def _several_lines(lines: Sequence[str], region: Location, room: int, mark: str) -> Iterator[_Row]:
    """A bar on the left from the first to the last line of the region, as rustc draws it."""
    first = lines[region.line - 1]
    starts_the_line = not first[: region.column - 1].strip()
    shown, skip, _ = _cut(first, region.column - 1, region.column, room)
    yield _Row(shown, region.line, "/ " if starts_the_line else "  ")
    if not starts_the_line:
        yield _Row(" " + "_" * (skip + 1) + mark)
    inner = range(region.line + 1, region.end_line)
    for number in inner:
        left_out = len(inner) + 2 > _LONG_REGION and inner[2] <= number < inner[-1]
        if not left_out:
            yield _Row(_cut(lines[number - 1], 0, 0, room)[0], number, "| ")
        elif number == inner[2]:
            yield _Row("|", cut=True)
    shown, skip, _ = _cut(lines[region.end_line - 1], max(region.end_column - 2, 0), region.end_column - 1, room)
    yield _Row(shown, region.end_line, "| ")
    yield _Row("|" + "_" * (skip + 1) + mark)


def _plain(lines: Sequence[str], number: int, room: int, several: bool) -> _Row:
    return _Row(_cut(lines[number - 1], 0, 0, room)[0], number, "  " if several else "")


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


def _cut(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """What to show of a line in ``room`` columns so that the characters ``[start, end)`` are seen.

    :return: the text to show, the columns before the region in it, the columns of the region (at least 1).
    """
    # a line of a megabyte is never measured as a whole
    if len(line) <= 4 * room and cells(_shown(line)) <= room:
        left, right = 0, len(line)
    else:
        left, right = _window(line, start, end, room - 2 * len(_CUT))
        end = max(min(end, right), start)
    head = _CUT if left else ""
    tail = _CUT if right < len(line) else ""
    shown = head + _shown(line[left:right]) + tail
    return shown.rstrip(), len(head) + cells(_shown(line[left:start])), max(cells(_shown(line[start:end])), 1)


def _window(line: str, start: int, end: int, room: int) -> tuple[int, int]:
    """Which characters of a long line to show: from its beginning if the region is seen then, else as much on either side of it."""
    used, right = 0, start
    while right < end and (used := used + _width(line[right])) <= room:
        right += 1
    left = start
    lead = cells(_shown(line[:start])) if start <= room else room + 1
    if used + lead <= room:
        left, used = 0, used + lead
    else:
        target = used + (room - used) // 2
        while left > 0 and used + (width := _width(line[left - 1])) <= target:
            left, used = left - 1, used + width
    while right < len(line) and used + (width := _width(line[right])) <= room:
        right, used = right + 1, used + width
    while left > 0 and used + (width := _width(line[left - 1])) <= room:
        left, used = left - 1, used + width
    return left, right


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _width(character: str) -> int:
    return cells(_shown(character))
