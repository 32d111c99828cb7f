"""Which statuses does a test name one by one (``== 429``, ``in (429, 503)``, ``"429" in str(e)``), itself or in its predicates?

Who names 429 has thought of rate limits. A range (``>= 500``) names nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted
from errlint.semantics.retries.kinds import KindsOfAnswers
from errlint.semantics.retries.status_texts import status_in_text
from errlint.semantics.retries.tables import StatusTables
from errlint.semantics.retries.wrapped.handed import Handed, Verdict
from errlint.semantics.values.status_sets import BELOW_400, ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.predicates import Function, Predicates


class Named:
    """Answers for the tests that :class:`~errlint.semantics.retries.predicates.Predicates` understand."""

    def __init__(
        self, semantics: Semantics, predicates: Predicates, kinds: KindsOfAnswers, tables: StatusTables, handed: Handed | None
    ) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._predicates = predicates
        self._kinds = kinds
        self._tables = tables
        self._handed = handed
        self._asking: set[cst.CSTNode] = set()

    def in_test(self, test: cst.BaseExpression) -> int:
        """The statuses that a test names one by one (``== 429``, ``in (429, 503)``, ``"429" in str(e)``), itself or in its predicates."""
        found = 0
        for node in (test, *self._tree.below(test)):
            found |= self._tables.named(node)
            if isinstance(node, cst.Comparison):
                found |= self._named_by(node)
            elif isinstance(node, (cst.Call, cst.Attribute)) and node not in self._asking and not self._kinds.sorted_by(node):
                found |= self._named_by_functions(node)
        return found & ~BELOW_400

    def in_pattern(self, pattern: cst.MatchPattern) -> int:
        """The statuses that ``case 429 | 503`` names, of a ``match`` on the status."""
        case = self._tree.parent.get(pattern)
        known = isinstance(case, cst.MatchCase) and self._predicates.in_case(case).must
        return self._predicates.matched(pattern) & ERRORS if known else 0

    def by_kinds(self, test: cst.BaseExpression) -> int:
        """The statuses that functions name by which answers are sorted into the kinds that a test speaks of, each kind of them."""
        found = 0
        for node in (test, *self._tree.below(test)):
            for function in self._kinds.sorted_by(node) if isinstance(node, (cst.Call, cst.Attribute)) else ():
                if function not in self._asking:
                    self._asking.add(function)
                    found |= self.in_function(function)
                    self._asking.discard(function)
        return found

    def in_function(self, function: Function) -> int:
        """The statuses that a predicate names one by one."""
        if isinstance(function, cst.Lambda):
            return self.in_test(function.body)
        found = 0
        for test in self._tests_in(function):
            found |= self.in_test(test)
        return found

    def _named_by_functions(self, node: cst.Call | cst.Attribute) -> int:
        found = 0
        call = node if isinstance(node, cst.Call) else None
        if call is not None and dotted(call.func) == "isinstance" and len(call.args) == 2:
            found |= self._predicates.types.statuses_named(self._predicates.types.named(call.args[1].value))
        asked, called, deciders = call.func if call is not None else node, call is not None, self._semantics.deciders
        functions = (self._semantics.functions.run_by(call) if call is not None else []) or deciders.here(asked, called=called)
        self._asking.add(node)
        try:
            for function in functions:
                for test in self._tests_in(function):
                    found |= self.in_test(test)
            handed = self._handed.behind(asked) if self._handed is not None and called else None
            if handed is not None:
                found |= handed.named if isinstance(handed, Verdict) else self.in_function(handed)
        finally:
            self._asking.discard(node)
        known = deciders.elsewhere(asked, self._predicates.in_flight, called=called) if not functions else None
        return found | known.named if known is not None else found

    def _tests_in(self, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
        for node in self._tree.below(function.body, into_functions=False):
            if isinstance(node, (cst.If, cst.IfExp)):
                yield node.test
            elif isinstance(node, cst.Return) and node.value is not None:
                yield node.value

    def _named_by(self, comparison: cst.Comparison) -> int:
        found = 0
        left = comparison.left
        for target in comparison.comparisons:
            relation, right = target.operator, target.comparator
            if isinstance(relation, (cst.Equal, cst.NotEqual, cst.Is, cst.IsNot)):
                for one, other in ((left, right), (right, left)):
                    number = self._predicates.number(one)
                    if number is not None and 400 <= number < 600 and self._predicates.is_status(other):
                        found |= 1 << number
            elif isinstance(relation, (cst.In, cst.NotIn)):
                found |= status_in_text(left, right)
                if self._predicates.is_status(left) and not (isinstance(right, cst.Call) and dotted(right.func) == "range"):
                    held = self._predicates.held(right)
                    found |= held.must if held is not None else 0
            asked = self._kinds.compared(left, cst.In() if isinstance(relation, (cst.In, cst.NotIn)) else cst.Is(), right)
            found |= asked.may & self.by_kinds(left) if asked is not None else 0
            left = right
        return found
