"""``match`` patterns: the keys that lead from the subject to what they capture, or compare."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.tree import Tree

Keys = tuple[str | int, ...]
"""Keys of mappings and positions in sequences."""


def captured_path(tree: Tree, capture: cst.MatchAs) -> tuple[cst.BaseExpression, tuple[str, ...]] | None:
    """The subject of the ``match`` and the keys to a captured name: ``case {"error": {"message": text}}`` gives ``("error", "message")``.

    The attributes of class patterns are keys as well: ``case APIError(code=code)``. None where positions lead there.
    """
    case = tree.enclosing(capture, cst.MatchCase)
    match = tree.enclosing(capture, cst.Match)
    if case is None or match is None:
        return None
    keys: list[str] = []
    child: cst.CSTNode = capture
    for around in tree.ancestors(capture):
        if around is case:
            return match.subject, tuple(reversed(keys))
        if isinstance(around, cst.MatchMappingElement) and child is around.pattern:
            key = _key(around)
            if key is None:
                return None
            keys.append(key)
        elif isinstance(around, cst.MatchKeywordElement):
            keys.append(around.key.value)
        elif isinstance(around, cst.MatchClass) and isinstance(child, cst.MatchKeywordElement):
            pass  # which has told its attribute
        elif not isinstance(around, (cst.MatchMapping, cst.MatchOr, cst.MatchOrElement, cst.MatchAs)) and not _is_only_typed(around, child):
            return None
        child = around
    return None


def _is_only_typed(pattern: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """``str(text)``, which captures what is matched, if it is one."""
    if isinstance(pattern, cst.MatchSequenceElement):
        return pattern.value is inner
    return isinstance(pattern, cst.MatchClass) and not pattern.kwds and len(pattern.patterns) == 1 and pattern.patterns[0] is inner


@dataclass(frozen=True, eq=False)
class Tested:
    """What a pattern compares: the value under ``keys`` of ``subject`` (an attribute, in a class pattern), with one of ``values``."""

    subject: cst.BaseExpression
    keys: Keys
    values: tuple[cst.BaseExpression, ...]


def comparisons_in(subject: cst.BaseExpression, pattern: cst.MatchPattern, keys: Keys = ()) -> Iterator[Tested]:
    """The comparisons of a pattern; of ``(status, code)`` matched against ``(429, "A")``, those of each element."""
    values = tuple(_values(pattern))
    if values:
        yield Tested(subject, keys, values)
    elif isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        yield from comparisons_in(subject, pattern.pattern, keys)
    elif isinstance(pattern, cst.MatchMapping):
        for element in pattern.elements:
            key = _key(element)
            if key is not None:
                yield from comparisons_in(subject, element.pattern, (*keys, key))
    elif isinstance(pattern, cst.MatchClass):
        for keyword in pattern.kwds:
            yield from comparisons_in(subject, keyword.pattern, (*keys, keyword.key.value))
    elif isinstance(pattern, (cst.MatchTuple, cst.MatchList)) and isinstance(subject, (cst.Tuple, cst.List)) and not keys:
        for written, part in zip(subject.elements, pattern.patterns, strict=False):
            if isinstance(written, cst.StarredElement) or not isinstance(part, cst.MatchSequenceElement):
                return  # what follows a star has no place
            yield from comparisons_in(written.value, part.value)
    elif isinstance(pattern, (cst.MatchTuple, cst.MatchList)):
        for position, part in enumerate(pattern.patterns):
            if not isinstance(part, cst.MatchSequenceElement):
                return
            yield from comparisons_in(subject, part.value, (*keys, position))


def _values(pattern: cst.MatchPattern) -> Iterator[cst.BaseExpression]:
    """What a pattern compares the subject itself with."""
    if isinstance(pattern, cst.MatchValue):
        yield pattern.value
    elif isinstance(pattern, cst.MatchOr):
        for option in pattern.patterns:
            yield from _values(option.pattern)
    elif isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        yield from _values(pattern.pattern)


def _key(element: cst.MatchMappingElement) -> str | None:
    return string_value(element.key.value) if isinstance(element.key, cst.MatchValue) else string_value(element.key)
