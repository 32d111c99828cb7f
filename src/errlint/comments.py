"""Where the comments of a Python file are.

A scanner of its own, because neither the standard tokenizer nor a parser fits: the first follows the syntax of the Python that runs
it and gives up at what it does not know, the second costs a parse. All that has to be told apart is code, strings and the
expressions inside f-strings (PEP 701: these may hold strings and comments in turn). On code that is no Python it may be
wrong, but never fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from errlint.lean import dataclass
from errlint.regex import later

_QUOTE = r"(?P<quote>\"\"\"|'''|\"|')"
_OPENING = rf"(?:(?<!\w)(?P<prefix>[fFtT][rR]?|[rR][fFtT]))?{_QUOTE}"
_CODE = later(rf"(?P<comment>#[^\r\n]*)|{_OPENING}")
_FIELD = later(rf"(?P<comment>#[^\r\n]*)|{_OPENING}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<colon>:)")


@dataclass(slots=True)
class _String:
    """Inside a string, or inside the format specification of a field (``spec``), which obeys the same quotes."""

    quote: str
    prefix: str
    spec: bool = False


@dataclass(slots=True)
class _Field:
    """Inside the expression of a replacement field, with ``depth`` brackets open."""

    string: _String
    depth: int = 0


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Character offsets ``[start, end)`` of every comment, from ``#`` to before the newline, in order."""
    stack: list[_String | _Field] = []
    position = 0
    while True:
        top = stack[-1] if stack else None
        if isinstance(top, _String):
            match = _inside(top.quote, top.prefix != "", "r" in top.prefix, top.spec).search(text, position)
            if match is None:
                return
            _string_token(match.group(), top, stack)
        else:
            match = (_CODE if top is None else _FIELD).search(text, position)
            if match is None:
                return
            if match.group("comment"):
                yield match.span()
            elif match.group("quote"):
                stack.append(_String(match.group("quote"), (match.group("prefix") or "").lower()))
            elif top is not None:
                _field_token(match.group(), top, stack)
        position = match.end()


def _string_token(mark: str, string: _String, stack: list[_String | _Field]) -> None:
    if mark == "{":
        stack.append(_Field(string))
    elif mark == "}" and string.spec:
        del stack[-2:]
    elif mark == string.quote or mark in "\r\n":  # the end, or a string that somebody forgot to close
        while isinstance(stack[-1], _Field) or stack[-1].spec:
            stack.pop()
        stack.pop()


def _field_token(mark: str, field: _Field, stack: list[_String | _Field]) -> None:
    if mark in "([{":
        field.depth += 1
    elif mark == ":":
        if not field.depth:
            stack.append(_String(field.string.quote, field.string.prefix, spec=True))
    elif field.depth:
        field.depth -= 1
    elif mark == "}":
        stack.pop()


@cache
def _inside(quote: str, formatted: bool, raw: bool, spec: bool) -> re.Pattern[str]:
    """What matters inside a string. A backslash hides the next character, in raw strings too, but never a brace."""
    tokens = [r"\\(?:\r\n|[^{}])" if formatted else r"\\(?:\r\n|.)", quote]
    if len(quote) == 1:
        tokens.append(r"[\r\n]")
    if formatted:
        if not raw:
            tokens.insert(0, r"\\N\{[^}\r\n]*\}")
        if not spec:
            tokens.append(r"\{\{|\}\}")
        tokens.append(r"[{}]")
    return later("|".join(tokens), re.DOTALL)
