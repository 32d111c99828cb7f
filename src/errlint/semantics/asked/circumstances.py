"""What is known at a place of the status and the code of one answer, by the tests on the way there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import libcst as cst

from errlint.semantics.asked.code_tests import CodeTest, CodeTests
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.leaving import all_asked_to_raise
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.answers import Answer, Answers
from errlint.semantics.values.status_sets import ALL, ERRORS, OK, SUCCESS, statuses

_KINDS = (statuses(400, 500), statuses(500, 600))
"""Errors of the client, and of the server."""


class Circumstances:
    """Answers for the places of one file. Tests of other answers count for nothing."""

    def __init__(
        self,
        tree: Tree,
        answers: Answers,
        code_tests: CodeTests,
        caught: Callable[[cst.ExceptHandler | cst.ExceptStarHandler], Meaning | None],
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._answers = answers
        self._code_tests = code_tests
        self._caught = caught
        self._meaning = meaning

    def statuses_at(self, node: cst.CSTNode, of: Meaning) -> int:
        """The statuses that the answer which ``of`` was taken from may have where ``node`` stands.

        By tests, and by the class of its exception.
        """
        possible = self._answers.statuses(of).possible_at(node)
        origin = of.origin
        while origin is not None:
            if origin.kind is Kind.EXCEPTION and origin.sheet is not None and origin.sheet.statuses:
                possible &= _set(origin.sheet.statuses)
            origin = origin.origin
        if isinstance(node, cst.MatchCase):
            # `case (429, "RATE_LIMITED")`
            for test in self._code_tests.at(node):
                if test.subject.kind is Kind.STATUS and test.complete and self._same(test.subject, of):
                    possible &= _set(value for value in test.values if isinstance(value, int))
        return possible

    def is_error(self, of: Meaning, node: cst.CSTNode) -> bool:
        """Whether the answer that ``of`` was taken from is an error where ``node`` stands: by tests of its status, or by an exception."""
        origin = of.origin
        while origin is not None:
            if origin.kind is Kind.EXCEPTION:
                return origin.proven
            origin = origin.origin
        possible = self._answers.statuses(of).possible_at(node)
        if possible & ERRORS and not possible & OK:
            return True
        if self._is_refused(of, node):
            return True
        answer = self._answers.of(of)
        for found in self._tree.ancestors(node):
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler)):
                caught = self._caught(found)
                carries = caught is not None and caught.sheet is not None and caught.sheet.carries_status
                # an answer that came before: one that the handler asks for is another
                before = bool(answer) and not any(self._tree.within(birth, found) for birth in answer)
                return carries and before and not self._others_are_asked(found, answer)
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                break
        return False

    def _others_are_asked(self, handler: cst.ExceptHandler | cst.ExceptStarHandler, answer: Answer) -> bool:
        """Whether the ``try`` of a handler asks answers to raise for their status, and not this one."""
        tried = self._tree.tried(handler)
        asked = list(all_asked_to_raise(self._tree, tried)) if tried is not None else []
        known = [self._answers.of(meaning) for one in asked if (meaning := self._meaning(one)) is not None]
        return len(known) == len(asked) > 0 and answer not in known

    def _is_refused(self, of: Meaning, node: cst.CSTNode) -> bool:
        """Whether a test leaves all but one success, and what is left is raised: ``if answer.status_code != 201: raise …``

        Whatever else comes is an error to this code, other successes as well. What ends in another way may be one of them.
        """
        statuses = self._answers.statuses(of)
        region: list[cst.CSTNode] = []
        for found in self._tree.ancestors(node):
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                break
            if isinstance(found, cst.IndentedBlock):
                left = [statement for statement in found.body if misses_a_success(statuses.possible_at(statement))]
                if not left:
                    break
                region = [*left]
        ends = bool(region) and ends_in_raising(region[-1])
        return ends and not any(statuses.possible_at(way) & SUCCESS for way in self._ways_out(region))

    def _ways_out(self, region: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
        """Where statements end otherwise than in raising."""
        for statement in region:
            yield from self._tree.inside(statement, cst.Return, cst.Break, cst.Continue, cst.Yield, into_functions=False)

    def handles_status(self, test: CodeTest, statuses: Collection[int]) -> bool:
        """Whether the decision that a test of codes is part of has another arm for one of these statuses."""
        around = [condition for condition, truth in conditions_at(self._tree, test.node) if truth]
        for other in self._code_tests.beside(test):
            if other.subject.kind is Kind.STATUS and not set(statuses).isdisjoint(other.values):
                on_the_way = any(self._tree.within(other.node, condition) for condition in around)
                inside = isinstance(other.node, cst.MatchCase) and self._tree.within(test.node, other.node)
                if not on_the_way and not inside:
                    return True
        return False

    def codes_at(self, node: cst.CSTNode, of: Meaning) -> frozenset[str] | None:
        """The codes that tests on the way leave to the answer which ``of`` was taken from; None: any."""
        known: frozenset[str] | None = None
        for test, truth in conditions_at(self._tree, node):
            codes = self._codes(test, of, truth=truth)
            if codes is not None:
                known = codes if known is None else known & codes
        child: cst.CSTNode = node
        for found in self._tree.ancestors(node):
            if isinstance(found, cst.MatchCase) and child is found.body:
                for matched in self._code_tests.at(found):
                    codes = self._values(matched, of)
                    known = codes if known is None else known if codes is None else known & codes
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                break
            child = found
        return known

    def _codes(self, test: cst.BaseExpression, of: Meaning, *, truth: bool) -> frozenset[str] | None:
        """The codes for which a test has this outcome, if that is a list of them."""
        if isinstance(test, cst.BooleanOperation):
            # `a or b` that is true; conjunctions come taken apart
            left, right = self._codes(test.left, of, truth=truth), self._codes(test.right, of, truth=truth)
            return None if left is None or right is None else left | right
        for asked in self._code_tests.at(test):
            if asked.negated is not truth:
                return self._values(asked, of)
        return None

    def _values(self, test: CodeTest, of: Meaning) -> frozenset[str] | None:
        if test.subject.kind is not Kind.CODE or not test.complete or test.origin.fold or not self._same(test.subject, of):
            return None
        return frozenset(str(value) for value in test.values)

    def _same(self, one: Meaning, other: Meaning) -> bool:
        return self._answers.of(one) == self._answers.of(other)


def misses_a_success(possible: int) -> bool:
    """Whether most errors of the client, or of the server, are possible, and not all successes."""
    return possible & SUCCESS != SUCCESS and any((possible & kind).bit_count() * 2 > kind.bit_count() for kind in _KINDS)


def ends_in_raising(statement: cst.CSTNode) -> bool:
    """Whether the line of a statement ends in a ``raise``."""
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[-1], cst.Raise)


def _set(statuses: Iterable[int]) -> int:
    found = 0
    for status in statuses:
        if 0 <= status < ALL.bit_length():
            found |= 1 << status
    return found
