"""Patterns of ``match`` in Python's own tree as libcst's nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from errlint.bare.expressions import Expressions
from errlint.bare.nodes import maker

_name = maker(cst.Name, "value")
_value, _singleton = maker(cst.MatchValue, "value"), maker(cst.MatchSingleton, "value")
_element, _star = maker(cst.MatchSequenceElement, "value"), maker(cst.MatchStar, "name")
_tuple, _list = maker(cst.MatchTuple, "patterns"), maker(cst.MatchList, "patterns")
_entry, _mapping = maker(cst.MatchMappingElement, "key", "pattern"), maker(cst.MatchMapping, "elements", "rest")
_keyword, _class = maker(cst.MatchKeywordElement, "key", "pattern"), maker(cst.MatchClass, "cls", "patterns", "kwds")
_as, _or, _option = maker(cst.MatchAs, "pattern", "name"), maker(cst.MatchOr, "patterns"), maker(cst.MatchOrElement, "pattern")


class Patterns:
    """Reads patterns.

    :param expressions: reads what stands in them, of the same text.
    """

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions

    def of(self, node: ast.pattern) -> Any:
        """The pattern as libcst has it.

        :raises KeyError: for one of which Python's tree does not tell what libcst would make of it.
        """
        return _READERS[type(node)](self, node)

    def _value(self, node: ast.MatchValue) -> cst.MatchValue:
        return _value(self._expressions.of(node.value))

    def _singleton(self, node: ast.MatchSingleton) -> cst.MatchSingleton:
        return _singleton(_name(str(node.value)))

    def _sequence(self, node: ast.MatchSequence) -> cst.MatchList | cst.MatchTuple:
        patterns = tuple([self._item(found) for found in node.patterns])
        start = self._expressions.start(node)
        opening = self._expressions.code[start : start + 1]
        if opening != b"(" or (node.patterns and self._expressions.start(node.patterns[0]) == start):
            return _list(patterns)  # in brackets, or in none: `case [a], b`
        if node.patterns and self._expressions.is_closed_after(node.patterns[0]):
            raise KeyError("(a), b")  # or `((a), b)`
        return _tuple(patterns)

    def _item(self, node: ast.pattern) -> cst.MatchSequenceElement | cst.MatchStar:
        return self._star(node) if isinstance(node, ast.MatchStar) else _element(self.of(node))

    def _star(self, node: ast.MatchStar) -> cst.MatchStar:
        return _star(_maybe_name(node.name))

    def _mapping(self, node: ast.MatchMapping) -> cst.MatchMapping:
        pairs = zip(node.keys, node.patterns, strict=True)
        entries = [_entry(self._expressions.of(key), self.of(pattern)) for key, pattern in pairs]
        return _mapping(tuple(entries), _maybe_name(node.rest))

    def _class(self, node: ast.MatchClass) -> cst.MatchClass:
        pairs = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
        keywords = tuple([_keyword(_name(key), self.of(pattern)) for key, pattern in pairs])
        return _class(self._expressions.of(node.cls), tuple([_element(self.of(found)) for found in node.patterns]), keywords)

    def _as(self, node: ast.MatchAs) -> cst.MatchAs:
        return _as(self.of(node.pattern) if node.pattern is not None else None, _maybe_name(node.name))

    def _or(self, node: ast.MatchOr) -> cst.MatchOr:
        return _or(self._options(node.patterns))

    def _options(self, nodes: Sequence[ast.pattern]) -> tuple[cst.MatchOrElement, ...]:
        return tuple([_option(self.of(found)) for found in nodes])


def _maybe_name(name: str | None) -> cst.Name | None:
    return _name(name) if name is not None else None


_READERS: dict[type[ast.AST], Callable[[Patterns, Any], Any]] = {
    ast.MatchValue: Patterns._value,
    ast.MatchSingleton: Patterns._singleton,
    ast.MatchSequence: Patterns._sequence,
    ast.MatchMapping: Patterns._mapping,
    ast.MatchClass: Patterns._class,
    ast.MatchAs: Patterns._as,
    ast.MatchOr: Patterns._or,
}
