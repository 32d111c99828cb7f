"""Which exception a text is of where it is asked: many handlers make the text first, and tell the kinds of errors apart afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.lean import dataclass
from errlint.semantics.errors.handlers import BROAD
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.conditions import conditions_at, needed_beside
from errlint.semantics.program.names import dotted
from errlint.semantics.values.types import shown

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


@dataclass(frozen=True)
class _Asked:
    """A test that asks of which type a value is."""

    test: cst.BaseExpression
    value: cst.BaseExpression
    type: cst.BaseExpression


class Sorting:
    """Answers for the texts of exceptions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def at(self, text: Meaning, node: cst.CSTNode) -> Meaning:
        """A text as ``node`` asks it: under ``isinstance(e, ConnectionError)``, it is what the network says, whatever else ``e`` may be."""
        tree = self._semantics.tree
        holding = dict.fromkeys((*tree.tests_around(node), *needed_beside(tree, node), *self._holding_at(node, truth=True)))
        for asked in self._about(text, holding):
            found = self._semantics.evaluator.sorted_by(asked.test, asked.type, asked.value) or self._of_unknown_kind(asked, text)
            if found is not None and found.kind is Kind.EXCEPTION and not self._is_raised(found, node):
                return self._without_answers(_of(text, found), of=text, node=node)
        return self._without_answers(text, of=text, node=node)

    def are_apart(self, text: Meaning, place: cst.CSTNode, node: cst.CSTNode) -> bool:
        """Whether ``place`` speaks of another kind of exceptions than that of which the text can be where ``node`` asks it."""
        ruled_out = self._ruled_out(text, node)
        if not ruled_out:
            return False
        here = (place,) if isinstance(place, cst.Call) else ()
        named = [self._kinds(asked) for asked in self._about(text, (*here, *self._holding_at(place, truth=True)))]
        return any(kinds and all(self._is_one_of(kind, ruled_out) for kind in kinds) for kinds in named)

    def _holding_at(self, node: cst.CSTNode, *, truth: bool) -> Iterator[cst.BaseExpression]:
        """The tests that are true, or false, where ``node`` stands."""
        return (test for test, true in conditions_at(self._semantics.tree, node) if true is truth)

    def _ruled_out(self, text: Meaning, node: cst.CSTNode) -> set[str]:
        """The types of which the exception of a text is not, where ``node`` stands.

        ``isinstance(e, HTTPError) or "is busy" in str(e)`` does not tell them apart: whatever follows is for both.
        """
        alternatives: list[cst.CSTNode] = []
        for found in self._semantics.tree.ancestors(node):
            if isinstance(found, (cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.Lambda)):
                break
            if isinstance(found, cst.BooleanOperation) and isinstance(found.operator, cst.Or):
                alternatives.append(found.left)
        tests = self._holding_at(node, truth=False)
        told_apart = (test for test in tests if not any(self._semantics.tree.within(test, other) for other in alternatives))
        return {kind for asked in self._about(text, told_apart) for kind in self._kinds(asked)}

    def _kinds(self, asked: _Asked) -> list[str]:
        """The types that a test asks for."""
        return self._semantics.evaluator.type_names(asked.type)

    def _is_one_of(self, kind: str, kinds: Collection[str]) -> bool:
        return kind in kinds or any(ancestor.name in kinds for ancestor in self._semantics.types.ancestors(kind))

    def _of_unknown_kind(self, asked: _Asked, text: Meaning) -> Meaning | None:
        """An exception of a type of which nothing is known: what is expected of it is told in the same branch.

        A type that only shows at run time may be that of an answer, if one is known to come.
        """
        kinds = self._kinds(asked)
        if (not kinds and text.proven) or any(kind in BROAD or self._semantics.types.type(kind) is not None for kind in kinds):
            return None
        place = Place(asked.test, f"`{dotted(asked.value)}` is a `{shown(kinds[0]) if kinds else dotted(asked.type)}`")
        return Meaning(Kind.EXCEPTION, (place,), proven=False)

    def _about(self, text: Meaning, tests: Iterable[cst.BaseExpression]) -> Iterator[_Asked]:
        """The tests that ask of which type the exception of a text is."""
        for asked in filter(None, map(_asked, tests)):
            whole = self._semantics.meaning(asked.value)
            if whole is not None and whole.kind is Kind.EXCEPTION and whole.trail[0].node is text.trail[0].node:
                yield asked

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
        return any(ancestor.name == exception.sheet.name for name in raising.telling for ancestor in types.ancestors(name))

    def _without_answers(self, text: Meaning, *, of: Meaning, node: cst.CSTNode) -> Meaning:
        """``URLError`` where ``isinstance(e, HTTPError)`` is false: of all that the type covers, no answer is left."""
        without = next((test for test, truth in conditions_at(self._semantics.tree, node) if self._has_no_answer(of, test, truth)), None)
        if without is not None:
            place = Place(without, "there is no answer")
            return _of(text, Meaning(Kind.EXCEPTION, (place,), proven=False))
        sheet = text.origin.sheet if text.origin is not None else None
        if text.origin is None or (sheet is not None and (not sheet.covers_status or sheet.carries_status)):
            return text
        ruled_out = self._ruled_out(of, node)
        if sheet is None:
            return replace(text, proven=text.proven and not self._takes_all(ruled_out, node))
        for other in filter(None, map(self._semantics.types.type, ruled_out)):
            is_one = any(ancestor.name == sheet.name for ancestor in self._semantics.types.ancestors(other.name))
            if is_one and other.carries_status and not other.statuses and not other.status_class:
                return replace(text, origin=replace(text.origin, sheet=msgspec.structs.replace(sheet, covers_status=False)))
        return text

    def _takes_all(self, kinds: Collection[str], node: cst.CSTNode) -> bool:
        """Whether all that the ``try`` around raises for a status is of these types."""
        tree = self._semantics.tree
        tried = tree.tried(next(tree.ancestors(node, cst.ExceptHandler, cst.ExceptStarHandler), None)) if kinds else None
        if tried is None:
            return False
        raised = self._semantics.raises_for_status(tried).types
        if raised:
            return all(self._is_one_of(kind, kinds) for kind in raised)
        sheets = filter(None, map(self._semantics.types.type, kinds))
        return any(sheet.covers_status and not sheet.statuses and not sheet.status_class for sheet in sheets)

    def _has_no_answer(self, text: Meaning, test: cst.BaseExpression, truth: bool) -> bool:
        """``e.response is None``, or no status, of the exception of the text. A response that is false may be one with an error status."""
        asked, none = test, not truth
        if isinstance(test, cst.Comparison):
            target = test.comparisons[0]
            if len(test.comparisons) > 1 or dotted(target.comparator) != "None" or not isinstance(target.operator, (cst.Is, cst.IsNot)):
                return False
            asked, none = test.left, isinstance(target.operator, cst.Is) is truth
        found = self._semantics.meaning(asked) if none else None
        if found is None or found.trail[0].node is not text.trail[0].node:
            return False
        return found.kind is Kind.STATUS or (found.kind is Kind.RESPONSE and asked is not test)


def _asked(test: cst.BaseExpression) -> _Asked | None:
    """What a test asks, if it is ``isinstance(value, type)`` or ``type(value) is type``."""
    match test:
        case cst.Call(func=cst.Name(value="isinstance"), args=[cst.Arg(value=value), cst.Arg(value=kind)]):
            return _Asked(test, value, kind)
        case cst.Comparison(
            left=cst.Call(func=cst.Name(value="type"), args=[cst.Arg(value=value)]),
            comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.Equal(), comparator=kind)],
        ):
            return _Asked(test, value, kind)
        case _:
            return None


def _of(text: Meaning, exception: Meaning) -> Meaning:
    """The same text, of an exception of which more is known."""
    return replace(text, trail=(*exception.trail, *text.trail), origin=exception, proven=exception.proven)
