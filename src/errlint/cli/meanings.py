"""What is known of the expressions on a line, in words and in JSON, for ``errlint debug meaning``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.errors import UsageProblem
from errlint.terminal import Style, printable, shown_path, wrapped

if TYPE_CHECKING:
    from errlint.model import Location
    from errlint.semantics.insight import Insight
    from errlint.source import Source

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_LABEL = 9
"""Characters; the widest label and a space."""


def parse_place(text: str) -> tuple[Path, int, int | None]:
    """``FILE:LINE`` or ``FILE:LINE:COL``, both counted from 1.

    :raises UsageProblem: it is neither.
    """
    match = _PLACE.fullmatch(text)
    if match is None:
        raise UsageProblem(f"'{text}' names no line", hint="write FILE:LINE or FILE:LINE:COLUMN, e.g. client.py:10")
    line, column = int(match["line"]), int(match["column"]) if match["column"] else None
    if line < 1 or (column is not None and column < 1):
        raise UsageProblem(f"'{text}': lines and columns are counted from 1")
    return Path(match["path"]), line, column


def check_line(source: Source, line: int) -> None:
    """Hold a line against the file.

    :raises UsageProblem: there is no such line.
    """
    lines = source.position(len(source.text))[0]
    if line > lines:
        raise UsageProblem(f"{source.path} has no line {line}", hint=f"it has {lines}")


def describe(found: Sequence[Insight], source: Source, place: tuple[int, int | None], style: Style) -> Iterator[str]:
    """The line, then what is known of each expression, then of which nothing is."""
    number, column = place
    line = _NEWLINE.split(source.text)[number - 1].strip()
    yield style.paint(printable(f"{source.path}:{number}"), "bold") + f"  {printable(line)}\n"
    known = [one for one in found if one.is_known]
    for one in known:
        yield "\n"
        yield from _insight(one, style)
    unknown = list(dict.fromkeys(one.source for one in found if not one.is_known))
    if unknown:
        yield "\n" + style.paint("nothing is known of:", "bold") + f" {printable(', '.join(unknown))}\n"
    if not found:
        yield f"\nno expression {'begins on this line' if column is None else 'stands there'}\n"


def _insight(one: Insight, style: Style) -> Iterator[str]:
    yield f"{style.paint(_at(one.location), 'gutter')}  {style.paint(printable(one.source), 'bold')}\n"
    for label, lines in _facts(one):
        for count, line in enumerate(lines):
            prefix = f"  {'' if count else label:<{_LABEL}}"
            yield from (f"{part}\n" for part in wrapped(prefix, prefix, line, style))


def _facts(one: Insight) -> Iterator[tuple[str, list[str]]]:
    if one.kind:
        yield "means", [one.kind + (f", a `{one.type}`" if one.type else "")]
        if one.path:
            yield "path", ["".join(f"[{part!r}]" if part != "*" else "[…]" for part in one.path) + " of the body"]
        yield "API", [f"{one.api or 'none'}{f' ({one.because})' if one.because else ''}"]
        if not one.proven:
            yield "proven", ["no: nothing shows that an error of an API can arrive here"]
        if one.statuses:
            yield "statuses", [one.statuses]
    if one.asks:
        yield "asks", list(one.asks)
    if one.trail:
        places = [_at(step.location, one.location.path) for step in one.trail]
        width = max(map(len, places))
        yield "trail", [f"{place:<{width}}  {step.note}" for place, step in zip(places, one.trail, strict=True)]


def _at(location: Location, file: str | None = None) -> str:
    """Line and column; before them the path of another file than ``file``."""
    here = file is None or location.path == file
    return f"{'' if here else f'{location.path}:'}{location.line}:{location.column}"


def as_json(found: Sequence[Insight], source: Source, place: tuple[int, int | None]) -> str:
    """The same as JSON."""
    number, column = place
    listing = {
        "schema": 1,
        "path": shown_path(Path(source.path)),
        "line": number,
        "column": column,
        "expressions": [_fields(one) for one in found if one.is_known],
        "unknown": [{"source": one.source, **_where(one.location)} for one in found if not one.is_known],
    }
    return json.dumps(listing, ensure_ascii=False, indent=2) + "\n"


def _fields(one: Insight) -> dict[str, object]:
    return {
        "source": one.source,
        **_where(one.location),
        "kind": one.kind or None,
        "type": one.type or None,
        "api": one.api or None,
        "because": one.because or None,
        "path": list(one.path),
        "proven": one.proven,
        "statuses": one.statuses or None,
        "asks": list(one.asks),
        "trail": [{"path": step.location.path, **_where(step.location), "note": step.note} for step in one.trail],
    }


def _where(location: Location) -> dict[str, int]:
    return {"line": location.line, "column": location.column, "end_line": location.end_line, "end_column": location.end_column}
