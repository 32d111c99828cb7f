"""Error codes that a retry names: what becomes of a failure that comes with one of them, and of one that comes with any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.members import Literal
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.words import last_word
from errlint.semantics.statuses import Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 2
OTHER = ""
"""Stands for a code that is named nowhere."""
_WORDS = frozenset({"code", "error_code", "errorcode", "err_code", "type", "error_type", "error"})
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*([_.-][A-Za-z0-9]+)*")


class Codes:
    """Tests of error codes in one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def named_in(self, test: cst.CSTNode) -> Iterator[str]:
        """The codes that a test names."""
        for node in self._comparisons(test):
            yield from self._named(node)

    def written_in(self, test: cst.CSTNode) -> Iterator[Literal]:
        """The codes that a test names, each where it is written, which may be in a constant."""
        for node in self._comparisons(test):
            if self._named(node):
                for side in (node.left, node.comparisons[0].comparator):
                    if not self._is_code(side):
                        yield from self._semantics.collections.members(side).literals

    def _comparisons(self, test: cst.CSTNode, hops: int = _HOPS) -> Iterator[cst.Comparison]:
        """Those of a test, and of the functions of the file that it asks."""
        for node in (test, *self._semantics.tree.below(test)):
            if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
                yield node
            elif isinstance(node, cst.Call) and hops:
                for function in self._semantics.functions.run_by(node):
                    yield from self._comparisons(function.body, hops - 1)

    def passed(self, test: cst.BaseExpression, code: str) -> Range | None:
        """ANYTHING or NOTHING for a test of the code, where the failure has ``code``; None for other tests."""
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
            return None
        named = self._named(test)
        if not named:
            return None
        negative = isinstance(test.comparisons[0].operator, (cst.NotEqual, cst.NotIn, cst.IsNot))
        return ANYTHING if (code in named) != negative else NOTHING

    def _named(self, test: cst.Comparison) -> tuple[str, ...]:
        target = test.comparisons[0]
        for subject, other in ((test.left, target.comparator), (target.comparator, test.left)):
            if self._is_code(subject):
                found = self._semantics.constants.strings(other)
                return found if all(_TOKEN.fullmatch(text) for text in found) else ()
        return ()

    def _returned(self, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        return self._semantics.functions.returned(function)

    def _is_code(self, expression: cst.BaseExpression, hops: int = _HOPS) -> bool:
        meaning = self._semantics.meaning(expression)
        if meaning is not None:
            return meaning.kind is Kind.CODE
        if isinstance(expression, cst.Call) and hops:
            returned = (value for function in self._semantics.functions.run_by(expression) for value in self._returned(function))
            return any(self._is_code(value, hops - 1) for value in returned)
        return not isinstance(expression, cst.SimpleString) and last_word(expression).lower() in _WORDS
