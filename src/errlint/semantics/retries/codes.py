"""Error codes that a retry names: what becomes of a failure that comes with one of them, and of one that comes with any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.members import Literal
from errlint.semantics.retries.outcomes import ANYTHING, FAILED, NO_ANSWER, NOTHING
from errlint.semantics.retries.words import last_word
from errlint.semantics.values.status_sets import UNKNOWN, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 2
OTHER = ""
"""Stands for a code that is named nowhere."""
_WORDS = frozenset({"code", "error_code", "errorcode", "err_code", "type", "error_type", "error"})
_TYPES = frozenset({"type", "error_type"})
_STATUS = later(r"[45]\d\d")
"""Where the body says no code, some SDKs have the status in its place."""
_TOKEN = later(r"[A-Za-z][A-Za-z0-9]*([_.-][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class _Listed:
    """The codes that a test may name, and those that it certainly does."""

    may: tuple[str, ...] = ()
    must: frozenset[str] = frozenset()


def _together(parts: Sequence[_Listed]) -> _Listed:
    return _Listed(tuple(dict.fromkeys(text for part in parts for text in part.may)), frozenset().union(*(part.must for part in parts)))


def _either(parts: Sequence[_Listed]) -> _Listed:
    found = _together(parts)
    return replace(found, must=frozenset.intersection(*(part.must for part in parts))) if parts else found


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
                        yield from self._semantics.collections.members(side).seen_in(self._semantics.tree, side).literals

    def are_of_answers(self, test: cst.CSTNode) -> bool:
        """Whether each code that a test asks for came with an answer: where there was none, there is no code."""
        sides = [(node.left, node.comparisons[0].comparator) for node in self._comparisons(test) if self._named(node)]
        return all(self._is_of_answer(left if self._is_code(left) else right) for left, right in sides)

    def _is_of_answer(self, code: cst.BaseExpression, hops: int = _HOPS) -> bool:
        """What the error of a body says, or what is read as an item of something; an attribute may be set by whoever raises."""
        meaning = self._semantics.meaning(code)
        if meaning is not None:
            return meaning.kind is Kind.CODE
        if isinstance(code, cst.IfExp):
            return all(self._is_of_answer(part, hops) for part in (code.body, code.orelse) if self._is_code(part, hops))
        if isinstance(code, cst.BooleanOperation):
            return self._is_of_answer(code.left, hops)
        functions = self._semantics.functions.run_by(code) if isinstance(code, cst.Call) and hops else []
        if functions:
            returned = (value for function in functions for value in self._returned(function))
            return all(self._is_of_answer(value, hops - 1) for value in returned if self._is_code(value, hops - 1))
        read = isinstance(code, cst.Call) and isinstance(code.func, cst.Attribute) and code.func.attr.value == "get"
        return read or isinstance(code, cst.Subscript)

    def _comparisons(self, test: cst.CSTNode, hops: int = _HOPS) -> Iterator[cst.Comparison]:
        """Those of a test, and of the functions of the file that it asks."""
        for node in (test, *self._semantics.tree.below(test)):
            if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
                yield node
            elif isinstance(node, cst.Call) and hops:
                for function in self._semantics.functions.run_by(node):
                    yield from self._comparisons(function.body, hops - 1)

    def passed(self, test: cst.BaseExpression, code: str) -> Range | None:
        """ANYTHING or NOTHING for a test of the code, where the failure has ``code``; UNKNOWN where a condition chooses whether the code is
        among those that the test names; None for other tests.
        """
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
            return None
        listed = self._listed(test)
        if not listed.may:
            return None
        if code in listed.may and code not in listed.must:
            return UNKNOWN
        negative = isinstance(test.comparisons[0].operator, (cst.NotEqual, cst.NotIn, cst.IsNot))
        return ANYTHING if (code in listed.must) != negative else NOTHING

    def of_failures(self, test: cst.Comparison) -> Range | None:
        """What a test lets through whose codes the API is known to send with error statuses: no success; None for other tests."""
        target = test.comparisons[0] if len(test.comparisons) == 1 else None
        listed = self._listed(test) if target is not None else _Listed()
        if target is None or not listed.may:
            return None
        meanings = (self._semantics.meaning(side) for side in (test.left, target.comparator))
        known = next((meaning for meaning in meanings if meaning is not None and meaning.kind is Kind.CODE), None)
        catalogue = known.catalogue if known is not None and known.proven else None
        if catalogue is None or not all(any(400 <= status < 600 for status in catalogue.statuses_of(code)) for code in listed.may):
            return None
        passes = Range(FAILED & ~NO_ANSWER, 0)
        return passes.negated() if isinstance(target.operator, (cst.NotEqual, cst.NotIn, cst.IsNot)) else passes

    def _named(self, test: cst.Comparison) -> tuple[str, ...]:
        return self._listed(test).may

    def _listed(self, test: cst.Comparison) -> _Listed:
        """The codes that a comparison names."""
        target = test.comparisons[0]
        for subject, other in ((test.left, target.comparator), (target.comparator, test.left)):
            if self._is_code(subject):
                found = self._with_kin(subject, self._codes_of(other))
                words = [text for text in found.may if not _STATUS.fullmatch(text)]
                return found if words and all(_TOKEN.fullmatch(text) for text in words) else _Listed()
        return _Listed()

    def _with_kin(self, subject: cst.BaseExpression, listed: _Listed) -> _Listed:
        """Whoever asks for the type of an error asks for all codes that come with it."""
        meaning = self._semantics.meaning(subject) if last_word(subject).lower() in _TYPES else None
        catalogue = meaning.catalogue if meaning is not None else None
        if catalogue is None:
            return listed

        def kin(words: Iterable[str]) -> dict[str, None]:
            return dict.fromkeys(code for word in words for code in (word, *catalogue.codes_of_type(word)))

        return _Listed(tuple(kin(listed.may)), frozenset(kin(listed.must)))

    def _codes_of(self, expression: cst.BaseExpression, hops: int = _HOPS) -> _Listed:
        """The strings of a collection, through what it is put together from."""
        match expression:
            case cst.IfExp(body=body, orelse=orelse):
                parts = [self._codes_of(body, hops), self._codes_of(orelse, hops)]
                # one that is not known: a default that the caller may replace
                found = _either(parts) if all(part.may for part in parts) else _Listed()
            case cst.BinaryOperation(left=left, operator=cst.BitOr() | cst.Add(), right=right) if string_value(left) is None:
                parts = [self._codes_of(left, hops), self._codes_of(right, hops)]
                found = _together(parts) if all(part.may for part in parts) else _Listed()
            case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
                parts = [self._codes_of(element.value, hops) for element in elements]
                found = _together(parts) if all(part.may for part in parts) else _Listed()
            case cst.Name() | cst.Attribute() if hops:
                parts = [self._codes_of(value, hops - 1) for value in self._semantics.constants.values(expression)]
                found = _either(parts) if all(part.may for part in parts) else _Listed()
            case _:
                found = _Listed()
        written = self._semantics.constants.strings(expression) if not found.may else ()
        return found if found.may else _Listed(written, frozenset(written))

    def _returned(self, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        return self._semantics.functions.returned(function)

    def _is_code(self, expression: cst.BaseExpression, hops: int = _HOPS) -> bool:
        meaning = self._semantics.meaning(expression)
        if meaning is not None:
            return meaning.kind is Kind.CODE
        functions = self._semantics.functions.run_by(expression) if isinstance(expression, cst.Call) else []
        if functions:
            returned = (value for function in functions for value in self._returned(function))
            return hops > 0 and any(self._is_code(value, hops - 1) for value in returned)
        if isinstance(expression, cst.IfExp):
            return self._is_code(expression.body, hops) or self._is_code(expression.orelse, hops)
        if isinstance(expression, cst.BooleanOperation) and isinstance(expression.operator, cst.Or):
            return self._is_code(expression.left, hops)
        return not isinstance(expression, cst.SimpleString) and last_word(expression).lower() in _WORDS
