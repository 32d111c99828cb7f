"""The comments by which a fixture says what errlint finds in it. They are found by tokenize and parsed, never evaluated.

comment = mark ":" entry ("," entry)* [" -- " reason]
mark    = "# expect" | "# then-expect" | "# todo-expect" | "# todo-ok"
entry   = RULE ["safe" | "unsafe"] ["error" | "warning" | "advice"]
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from errlint.model import Safety, Severity

_PART = re.compile(r"\s*#[^#]*?(?=\s*(?:#|\Z))")
_MARK = re.compile(r"\s*#\s*(?P<mark>expect|then-expect|todo-expect|todo-ok)\b(?P<colon>:?)(?P<entries>.*?)(?:\s--\s.*)?\Z", re.DOTALL)
_RULE = re.compile(r"[A-Z]+[0-9]+\Z")
_SAFETIES = {safety.value: safety for safety in Safety}
_SEVERITIES = {severity.value: severity for severity in Severity}


class Mark(Enum):
    """What a comment claims about its line."""

    EXPECT = "expect"
    """The finding is there, and right."""
    THEN_EXPECT = "then-expect"
    """The finding is there after the fixes only, and right: what they write says enough for it."""
    TODO_EXPECT = "todo-expect"
    """A known miss: the finding should be there and is not."""
    TODO_OK = "todo-ok"
    """A known false alarm: the finding is there and should not be."""


@dataclass(frozen=True)
class Entry:
    """One finding that a comment speaks of. No ``safety``: no fix. No ``severity``: that of the rule."""

    rule: str
    safety: Safety | None = None
    severity: Severity | None = None

    def __str__(self) -> str:
        words = (self.rule, self.safety and self.safety.value, self.severity and self.severity.value)
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Comment:
    """One comment of the harness.

    :ivar line: where it stands (1-based); :ivar target: the line it speaks of: its own or, when it stands alone, the next line of code.
    :ivar start: 0-based column where it starts, with the white space before it; :ivar end: where it ends.
    """

    mark: Mark
    entries: tuple[Entry, ...]
    line: int
    target: int
    start: int
    end: int


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a file, up to where it stops being Python."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def parse_comments(text: str) -> tuple[Comment, ...]:
    """All comments of the harness, in the order of the file.

    :raises AssertionError: when one starts like such a comment and cannot be parsed.
    """
    lines = text.split("\n")
    found: list[Comment] = []
    for token in tokens(text):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            # the white space before a comment goes with it
            start = len(lines[line - 1][:column].rstrip())
            found.extend(_parse(lines, line, start, token.end[1]))
    return tuple(found)


def _parse(lines: list[str], line: int, start: int, end: int) -> Iterator[Comment]:
    alone = start == 0
    target = _next_code(lines, line) if alone else line
    for part in _PART.finditer(lines[line - 1][:end], start):
        match = _MARK.match(part.group())
        if match is None:
            continue
        if not match["colon"]:
            raise AssertionError(f"line {line}: a colon is missing after `{match['mark']}`")
        entries = tuple(_entry(entry, line) for entry in match["entries"].split(","))
        yield Comment(Mark(match["mark"]), entries, line, target, part.start(), part.end())


def _next_code(lines: list[str], line: int) -> int:
    for number, text in enumerate(lines[line:], line + 1):
        if text.strip() and not text.lstrip().startswith("#"):
            return number
    raise AssertionError(f"line {line}: no code follows the comment")


def _entry(text: str, line: int) -> Entry:
    rule, *words = text.split() or [""]
    if not _RULE.match(rule):
        raise AssertionError(f"line {line}: `{text.strip()}` does not start with the id of a rule")
    safety = [_SAFETIES[word] for word in words if word in _SAFETIES]
    severity = [_SEVERITIES[word] for word in words if word in _SEVERITIES]
    unknown = [word for word in words if word not in _SAFETIES and word not in _SEVERITIES]
    if unknown or len(safety) > 1 or len(severity) > 1:
        raise AssertionError(f"line {line}: `{text.strip()}` is not a rule with an optional safety and an optional severity")
    return Entry(rule, safety[0] if safety else None, severity[0] if severity else None)
