"""Predicates of other modules, and properties of exceptions: which outcomes do they let through, and which statuses do they name?

A function is asked in the module where it stands (:mod:`~errlint.semantics.project.summarise`), for what is raised here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.program.closed import function_named
from errlint.semantics.project.summaries import Decision
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.outcomes import FAILURES
from errlint.semantics.values.class_members import is_property
from errlint.semantics.values.status_sets import ALL, UNKNOWN, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Deciders:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._callees = semantics.evaluator.callees

    def here(self, attribute: cst.BaseExpression, *, called: bool) -> list[cst.FunctionDef]:
        """The methods of this file, or properties, that ``error.is_temporary`` is, of an exception whose class is known."""
        if not isinstance(attribute, cst.Attribute):
            return []
        return [function for function in self._callees.members(attribute) if is_property(function) != called]

    def elsewhere(self, function: cst.BaseExpression, raised: Sequence[Raised], *, called: bool = True) -> Decision | None:
        """What a function or property of another module decides, asked about what is ``raised``."""
        imported = self._semantics.imported
        name = self._name(function, called=called) if imported is not None else ""
        if imported is None or not name:
            return None
        outside = self._callees.outside
        by_type = tuple((tuple(map(outside, one.types)), one.outcomes & FAILURES) for one in raised if one.outcomes & FAILURES)
        return imported.decision(name, by_type, called=called)

    def _name(self, function: cst.BaseExpression, *, called: bool) -> str:
        name = (function_named(function) or self._semantics.names.qualified(function) or "") if called else ""
        if is_first_party(name):
            return name if self._semantics.types.type(name) is None else ""
        member = self._callees.member(function) if isinstance(function, cst.Attribute) else None
        return member.elsewhere if member is not None else ""


def of_its_kind(semantics: Semantics, test: cst.BaseExpression) -> Range | None:
    """A test for a type that is not known, passed: who names a status below it speaks of exceptions of that type."""
    is_test = isinstance(test, cst.Call) and isinstance(test.func, cst.Name) and test.func.value == "isinstance"
    return Range(ALL, ALL) if is_test and semantics.predicates.range_of(test) == UNKNOWN else None
