"""Regular expressions of catalogues: which ones may be used, so that none can take for ever, and the search for them.

Python tries the ways in which an expression could fit one after the other. So an expression has few of them: no group is repeated, and
of repeats and choices there are not many; and only the beginning of a text is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from errlint.lean import dataclass

REPEATS = 2
"""Repeats (``*``, ``+``, ``{2,}``, ``{2,5}``) in each alternative of an expression."""
CHOICES = 5
"""``?``, and ``|`` within groups, in each alternative of an expression."""
LONGEST_REGEX = 500
LONGEST_TEXT = 200
"""Characters of a text in which an expression is searched."""

_TOKEN = re.compile(
    r"(?P<back>\\[1-9]|\(\?P=|\(\?\()"
    r"|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|\(\?(?P<flags>[a-zA-Z-]+)(?P<scope>[:)])"
    r"|(?P<open>\((?:\?(?:[:=!>]|<[=!]|P<\w+>))?)"
    r"|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<times>(?:[*+?]|\{(?=[\d,])\d*,?\d*\})[?+]?)"
    r"|.",
    re.DOTALL,
)
_EXACTLY = re.compile(r"\{\d+\}")


@dataclass(frozen=True, slots=True)
class _Step:
    """What counts in an expression: a ``kind`` (repeat, choice, alternative), or a ``refusal``."""

    kind: str = ""
    refusal: str = ""


def refusal(regex: str) -> str | None:
    """Why an expression cannot be used; None if it can."""
    if len(regex) > LONGEST_REGEX:
        return f"longer than {LONGEST_REGEX} characters"
    try:
        re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}"
    counts = {"repeat": 0, "choice": 0}
    for step in _steps(regex):
        if step.refusal:
            return step.refusal
        if step.kind == "alternative":
            counts = dict.fromkeys(counts, 0)
            continue
        counts[step.kind] += 1
        for kind, most in (("repeat", REPEATS), ("choice", CHOICES)):
            if counts[kind] > most:
                return f"it has more than {most} {kind}s, so a search could take for ever"
    return None


def finds(regex: str, text: str) -> bool:
    """Whether an expression that may be used stands in the beginning of a text."""
    return re.search(regex, text[:LONGEST_TEXT]) is not None


def _steps(regex: str) -> Iterator[_Step]:
    depth, after_group = 0, False
    for token in _TOKEN.finditer(regex):
        kind, text = token.lastgroup, token.group()
        if token["back"]:
            yield _Step(refusal="it refers to what a group found, so a search could take for ever")
        elif token["flags"] and "x" in token["flags"].partition("-")[0]:
            yield _Step(refusal="it is verbose (`x`)")
        elif kind == "bar":
            yield _Step("choice" if depth else "alternative")
        elif kind == "times" and not _EXACTLY.match(text) and text[0] != "?":
            yield _Step(refusal="it repeats a group, so a search could take for ever") if after_group else _Step("repeat")
        elif kind == "times":
            yield (
                _Step(refusal="it repeats a group, so a search could take for ever") if after_group and text[0] == "{" else _Step("choice")
            )
        depth += (kind == "open" or token["scope"] == ":") - (kind == "close")
        after_group = kind == "close"
