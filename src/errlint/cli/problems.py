"""How a problem of usage looks: what is wrong, where, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from errlint.errors import UsageProblem
from errlint.frames import frame
from errlint.model import Location
from errlint.terminal import Style, printable, shown_path, wrapped

_WORD = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[\w.-]+')
_NEWLINE = re.compile(r"\r\n|\r|\n")


def render(problem: UsageProblem, style: Style) -> Iterator[str]:
    """The lines of the problem: ``error: …``, ``--> path:line:column`` with the code, ``hint: …``."""
    yield from _said("error", "error", problem.message, style)
    if problem.path is not None:
        yield from _place(problem, printable(shown_path(Path(problem.path))), style)
    if problem.hint:
        yield from _said("hint", "good", problem.hint, style)


def _said(label: str, purpose: str, text: str, style: Style) -> Iterator[str]:
    return (line + "\n" for line in wrapped(f"{label}: ", f"{style.paint(label, purpose)}: ", text, style))


def _place(problem: UsageProblem, path: str, style: Style) -> Iterator[str]:
    numbers = [str(number) for number in (problem.line, problem.column) if number is not None]
    gutter = len(str((problem.line or 0) + 2))
    yield f"{' ' * gutter}{style.paint('-->', 'gutter')} {':'.join([path, *numbers])}\n"
    if problem.line is None or not problem.source:
        return
    lines = _NEWLINE.split(problem.source)
    column = problem.column or 1
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    word = _WORD.match(line, column - 1)
    at = Location(path, problem.line, column, problem.line, word.end() + 1 if word else column)
    edge = style.paint(f"{'':{gutter}} |", "gutter") + "\n"
    yield edge
    for row in frame(lines, at, style, gutter=gutter, python=False):
        yield row + "\n"
    yield edge
