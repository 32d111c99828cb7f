"""Sets of versions: what ``>=1.2,<3`` and its like allow (PEP 440, and Poetry's ``^`` and ``~``), and whether two ranges can both hold.

Nothing here asks whether a version was ever released.
"""

from __future__ import annotations

import re
from functools import lru_cache

from errlint.lean import dataclass

Key = tuple[tuple[int, ...], tuple[object, ...]]
"""Sorts as versions do: the release without zeros at its end, then the phase."""
Bound = tuple[Key, int]
"""A cut in the order of versions: just before a version (0) or just after it (1)."""

# as text, which `re` compiles when it is first needed: most runs read no version
_VERSION = (
    r"(?i)v?(?:\d+!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<number>\d*))?"
    r"(?:[-_.]?(?:post|rev|r)[-_.]?(?P<post>\d*)|-(?P<implicit>\d+))?"
    r"(?:[-_.]?dev[-_.]?(?P<dev>\d*))?(?:\+[a-z0-9._-]*)?"
)
_CLAUSE = r"\s*(?P<operator>===|==|~=|!=|<=|>=|<|>|\^|~|)\s*(?P<version>[\w.*+!-]+)\s*"
_FIRST = (-3,)
"""The phase before all pre-releases."""
_LOWEST: Bound = (((), ()), 0)
_HIGHEST: Bound = (((1 << 62,), ()), 0)


@dataclass(frozen=True)
class Versions:
    """A set of versions: disjoint spans in ascending order, each from a cut up to another."""

    spans: tuple[tuple[Bound, Bound], ...]

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __and__(self, other: Versions) -> Versions:
        """The versions in both."""
        pairs = ((max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans)
        return Versions(tuple(sorted((start, end) for start, end in pairs if start < end)))

    def __or__(self, other: Versions) -> Versions:
        """The versions in either."""
        merged: list[tuple[Bound, Bound]] = []
        for start, end in sorted((*self.spans, *other.spans)):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((start, end))
        return Versions(tuple(merged))


ANY = Versions(((_LOWEST, _HIGHEST),))


@lru_cache(maxsize=512)
def parse_versions(text: str) -> Versions | None:
    """The versions that a specifier allows (``>=1.2,<3``, ``^1.2``, ``1.2.3``, ``*``, ``>=1 || ^3``); None if it cannot be understood."""
    options = [_all_of(option) for option in re.split(r"\|\|?", text)]
    found = Versions(())
    for option in options:
        if option is None:
            return None
        found |= option
    return found


def _all_of(text: str) -> Versions | None:
    found = ANY
    for clause in text.split(",") if text.strip() else ():
        match = re.fullmatch(_CLAUSE, clause)
        part = _clause(match["operator"], match["version"]) if match else None
        if part is None:
            return None
        found &= part
    return found


def _clause(operator: str, text: str) -> Versions | None:
    if text == "*":
        return ANY
    if text.endswith(".*"):
        family = _family(text[:-2])
        return {"==": family, "": family, "!=": _without(family)}.get(operator) if family else None
    key = _key(text)
    if key is None:
        return None
    release = tuple(map(int, re.fullmatch(_VERSION, text)["release"].split(".")))  # type: ignore[index]
    before, after = (key, 0), (key, 1)
    match operator:
        case "" | "==" | "===":
            return Versions(((before, after),))
        case "!=":
            return _without(Versions(((before, after),)))
        case ">=":
            return _span(before, _HIGHEST)
        case ">":
            return _span(after, _HIGHEST)
        case "<=":
            return _span(_LOWEST, after)
        case "<":
            # PEP 440: not the pre-releases of that version either
            return _span(_LOWEST, before if key[1] != (0,) else ((key[0], _FIRST), 0))
        case "~=":
            return _span(before, _next(release[:-1])) if len(release) > 1 else None
        case "~":
            return _span(before, _next(release[:2]))
        case _:
            leading = next((place for place, number in enumerate(release) if number), len(release) - 1)
            return _span(before, _next(release[: leading + 1]))


def _span(start: Bound, end: Bound) -> Versions:
    return Versions(((start, end),) if start < end else ())


def _without(versions: Versions) -> Versions:
    ((start, end),) = versions.spans
    return _span(_LOWEST, start) | _span(end, _HIGHEST)


def _family(text: str) -> Versions | None:
    """``1.2.*``."""
    if not re.fullmatch(r"\d+(?:\.\d+)*", text):
        return None
    release = tuple(map(int, text.split(".")))
    return _span(((_trimmed(release), _FIRST), 0), _next(release))


def _next(release: tuple[int, ...]) -> Bound:
    """The cut before everything that begins with the following number."""
    return (_trimmed((*release[:-1], release[-1] + 1)), _FIRST), 0


def _key(text: str) -> Key | None:
    match = re.fullmatch(_VERSION, text)
    if match is None:
        return None
    release = _trimmed(tuple(map(int, match["release"].split("."))))
    if match["pre"]:
        return release, (-1, match["pre"].lower()[:1].replace("p", "c").replace("r", "c"), int(match["number"] or 0))
    if match["post"] is not None or match["implicit"]:
        return release, (1, int(match["post"] or match["implicit"] or 0))
    return (release, (-2, int(match["dev"] or 0))) if match["dev"] is not None else (release, (0,))


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    while release and release[-1] == 0:
        release = release[:-1]
    return release
