"""Predicates that are handed to a retry of the project's own: ``retry_http(check=is_transient)``, ``Again(when=lambda error: …)``.

The loop calls them by the name of a parameter, or of an attribute that keeps it. Which function that is, the use says; another module says
what its function lets through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.functions import Given, fields
from errlint.semantics.program.scopes import How
from errlint.semantics.values.status_sets import Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 3


@dataclass(frozen=True)
class Verdict:
    """What a predicate of another module lets through, and the statuses that it names."""

    passes: Range
    named: int


Predicate = cst.FunctionDef | cst.Lambda | Verdict


class Handed:
    """Answers for one use of a retry.

    :param given: what parameters stand for; :param said: the same of parameters that another module passes: None for what is not known.
    """

    def __init__(self, semantics: Semantics, given: Given, said: Mapping[cst.CSTNode, Predicate | None] | None = None) -> None:
        self._semantics = semantics
        self._given = given
        self._said = said or {}

    def behind(self, callee: cst.BaseExpression, hops: int = _HOPS) -> Predicate | None:
        """The predicate that a name or ``self.name`` stands for; None if it is none that is handed over."""
        found = set(self._behind(callee, hops))
        return found.pop() if len(found) == 1 else None

    def is_absent(self, test: cst.BaseExpression) -> bool | None:
        """Whether a test ``delay_of is None`` of a parameter is true, by what the use passes; None where that is not known."""
        match test:
            case cst.Comparison(
                left=cst.Name() as name, comparisons=[cst.ComparisonTarget(comparator=cst.Name(value="None"), operator=relation)]
            ):
                absent = self.is_none(name)
                return absent if absent is None or isinstance(relation, cst.Is) else not absent
            case _:
                return None

    def is_none(self, name: cst.Name) -> bool | None:
        """Whether a parameter is None, by what the use passes, or passes not; None where that is not known."""
        bindings = self._semantics.scopes.reaching(name)
        if len(bindings) != 1 or bindings[0].how is not How.PARAMETER or bindings[0].value is None:
            return None
        parameter = bindings[0].node
        if parameter in self._said:
            return False if self._said[parameter] is not None else None
        if parameter not in self._given and any(self._semantics.functions.passed_for(bindings[0])):
            return None  # of a helper, which the retry itself tells more than the use
        value = self._given.get(parameter, bindings[0].value)
        if isinstance(value, cst.Name):
            return True if value.value == "None" else False if self._semantics.functions.behind(value) else None
        return False if isinstance(value, cst.Lambda) else None

    def _behind(self, callee: cst.BaseExpression, hops: int) -> Iterator[Predicate]:
        if isinstance(callee, cst.Name):
            for binding in self._semantics.scopes.reaching(callee):
                if binding.how is How.PARAMETER:
                    yield from self._of(binding.node, binding.value, hops)
        elif isinstance(callee, cst.Attribute):
            owner = self._semantics.constants.owner(callee)
            field = fields(owner).get(callee.attr.value) if owner is not None else None
            if field is not None:
                yield from self._of(field, field.value, hops)
            for value in self._semantics.constants.attribute_values(callee) if field is None and hops else ():
                yield from self._behind(value, hops - 1)

    def _of(self, parameter: cst.CSTNode, default: cst.BaseExpression | None, hops: int) -> Iterator[Predicate]:
        if parameter in self._said:
            said = self._said[parameter]
            if said is not None:
                yield said
            return
        value = self._given.get(parameter, default)
        if value is None:
            return
        functions = self._semantics.functions.behind(value)
        yield from functions
        if not functions and hops:
            yield from self._behind(value, hops - 1)
