"""Answers that code sorts into kinds of its own: a function or property returns constants by the status, and tests ask for these.

``reply.outcome is Outcome.LATER``, ``classify(response) in ("busy", "down")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.constants import string_value
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.values.status_sets import ALL, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.predicates import Predicates

_HOPS = 2


class KindsOfAnswers:
    """Answers for the tests of one file.

    :param predicates: what the tests in such functions let through.
    """

    def __init__(self, semantics: Semantics, predicates: Predicates) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._predicates = predicates
        self._asking: set[cst.CSTNode] = set()

    def sorted_by(self, subject: cst.BaseExpression) -> list[cst.FunctionDef]:
        """The functions, or the property, that a value comes from, if they return nothing but constants."""
        call = subject if isinstance(subject, cst.Call) else None
        functions = self._semantics.functions.run_by(call) if call is not None else []
        functions = functions or self._semantics.deciders.here(call.func if call is not None else subject, called=call is not None)
        return functions if all(map(self._returns_constants, functions)) else []

    def compared(self, left: cst.BaseExpression, relation: cst.BaseCompOp, right: cst.BaseExpression) -> Range | None:
        """The outcomes under which a comparison of a kind is true; None for other comparisons."""
        if not isinstance(relation, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual, cst.In, cst.NotIn)):
            return None
        wanted = set(self._wanted(right, many=isinstance(relation, (cst.In, cst.NotIn))))
        functions = self.sorted_by(left) if wanted and "" not in wanted else []
        if not functions or self._asking.intersection(functions):
            return None
        self._asking.update(functions)
        try:
            true, false = 0, 0
            for function in functions:
                for kind, outcomes in self._returned(function):
                    true, false = (true | outcomes, false) if kind in wanted else (true, false | outcomes)
        finally:
            self._asking.difference_update(functions)
        found = Range(true, ALL & ~false & true)
        return found if isinstance(relation, (cst.Is, cst.Equal, cst.In)) else found.negated()

    def _returned(self, function: cst.FunctionDef) -> Iterator[tuple[str, int]]:
        """The kinds that a function returns, each with the outcomes for which it may do so."""
        for value in self._semantics.functions.returned(function):
            yield from self._parts(value, self._predicates.possible_at(value))
        if not leaves(function.body):
            yield "None", ALL

    def _parts(self, value: cst.BaseExpression, outcomes: int) -> Iterator[tuple[str, int]]:
        if isinstance(value, cst.IfExp):
            passed = self._predicates.range_of(value.test)
            yield from self._parts(value.body, outcomes & passed.may)
            yield from self._parts(value.orelse, outcomes & passed.negated().may)
        else:
            yield self._kind(value), outcomes

    def _returns_constants(self, function: cst.FunctionDef) -> bool:
        returned = list(self._semantics.functions.returned(function))
        kinds = {kind for value in returned for kind, _ in self._written(value)}
        return len(kinds - {"None"}) > 1 and "" not in kinds

    def _written(self, value: cst.BaseExpression) -> Iterator[tuple[str, cst.BaseExpression]]:
        if isinstance(value, cst.IfExp):
            yield from self._written(value.body)
            yield from self._written(value.orelse)
        else:
            yield self._kind(value), value

    def _wanted(self, right: cst.BaseExpression, *, many: bool) -> Iterator[str]:
        if not many:
            yield self._kind(right)
            return
        values = [right, *(self._semantics.constants.values(right) if isinstance(right, (cst.Name, cst.Attribute)) else ())]
        for collection in values:
            if isinstance(collection, (cst.Tuple, cst.List, cst.Set)):
                yield from (self._kind(element.value) for element in collection.elements)

    def _kind(self, expression: cst.BaseExpression, hops: int = _HOPS) -> str:
        """A constant as a word: a string, a member of a class, None; "" for anything else."""
        text = string_value(expression)
        if text is not None:
            return repr(text)
        if isinstance(expression, cst.Attribute) and isinstance(expression.value, cst.Name):
            bindings = self._semantics.scopes.reaching(expression.value)
            is_member = bool(bindings) and all(binding.how in (How.CLASS, How.IMPORT) for binding in bindings)
            return dotted(expression) or "" if is_member else ""
        if not isinstance(expression, cst.Name):
            return ""
        if expression.value == "None":
            return "None"
        values = list(self._semantics.constants.values(expression)) if hops else []
        return self._kind(values[0], hops - 1) if len(values) == 1 else ""
