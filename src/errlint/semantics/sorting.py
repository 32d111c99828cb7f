"""Which exception a text is of where it is asked: many handlers make the text first, and tell the kinds of errors apart afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.semantics.conditions import conditions_at, needed_beside
from errlint.semantics.meaning import Kind, Meaning

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Sorting:
    """Answers for the texts of exceptions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def at(self, text: Meaning, node: cst.CSTNode) -> Meaning:
        """A text as ``node`` asks it: under ``isinstance(e, ConnectionError)``, it is what the network says, whatever else ``e`` may be."""
        tree = self._semantics.tree
        holding = (*tree.tests_around(node), *needed_beside(tree, node))
        sorted_ = (self._semantics.evaluator.sorted_by(test, test.args[0].value) for test in self._about(text, holding))
        for found in sorted_:
            if found is not None and found.kind is Kind.EXCEPTION and not self._is_raised(found, node):
                now = replace(text, trail=(*found.trail, *text.trail), origin=found, proven=found.proven)
                return self._without_answers(now, of=text, node=node)
        return self._without_answers(text, of=text, node=node)

    def _about(self, text: Meaning, tests: Iterable[cst.BaseExpression]) -> Iterator[cst.Call]:
        """The calls of ``isinstance`` that ask about the exception of a text."""
        for test in tests:
            if isinstance(test, cst.Call) and isinstance(test.func, cst.Name) and test.func.value == "isinstance" and len(test.args) == 2:
                whole = self._semantics.meaning(test.args[0].value)
                if whole is not None and whole.kind is Kind.EXCEPTION and whole.trail[0].node is text.trail[0].node:
                    yield test

    def _is_raised(self, exception: Meaning, node: cst.CSTNode) -> bool:
        """Whether the ``try`` around is seen to raise this type of the project for a status."""
        types, tree = self._semantics.types, self._semantics.tree
        if exception.proven or exception.sheet is None:
            return False
        handler = next(tree.ancestors(node, cst.ExceptHandler, cst.ExceptStarHandler), None)
        tried = tree.tried(handler)
        if tried is None:
            return False
        raising = self._semantics.raises_for_status(tried)
        above = {ancestor.name for name in raising.types for ancestor in types.ancestors(name)}
        return raising.tells and exception.sheet.name in above

    def _without_answers(self, text: Meaning, *, of: Meaning, node: cst.CSTNode) -> Meaning:
        """``URLError`` where ``isinstance(e, HTTPError)`` is false: of all that the type covers, no answer is left."""
        sheet = text.origin.sheet if text.origin is not None else None
        if text.origin is None or sheet is None or not sheet.covers_status or sheet.carries_status:
            return text
        ruled_out = (test for test, truth in conditions_at(self._semantics.tree, node) if not truth)
        for test in self._about(of, ruled_out):
            for other in self._semantics.evaluator.type_sheets(test.args[1].value):
                is_one = any(ancestor.name == sheet.name for ancestor in self._semantics.types.ancestors(other.name))
                if is_one and other.carries_status and not other.statuses and not other.status_class:
                    return replace(text, origin=replace(text.origin, sheet=msgspec.structs.replace(sheet, covers_status=False)))
        return text
