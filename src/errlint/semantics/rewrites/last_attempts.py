"""The tests of a retry that is written by hand which ask whether an attempt is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.values.status_sets import Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.exits import Region


class LastAttempts:
    """The tests of one retry that ask whether an attempt is left."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._counters = Counters(semantics, region)

    def passed(self, test: cst.BaseExpression) -> Range | None:
        """What a test says while attempts are left, ANYTHING or NOTHING; None for one that does not ask for that."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            inner = self.passed(test.expression)
            return {ANYTHING: NOTHING, NOTHING: ANYTHING}[inner] if inner is not None else None
        found = self._counters.passed(test)
        if found is None and isinstance(test, cst.Call):
            found = self._answered(test)
        return found if found in (ANYTHING, NOTHING) else None

    def counts(self, subject: cst.BaseExpression) -> bool:
        """Whether something grows or falls from attempt to attempt."""
        return bool(self._counters.direction(subject))

    def _answered(self, call: cst.Call) -> Range | None:
        """``is_last(attempt)``: what a function of the file makes of the counter."""
        returned = [value for function in self._semantics.functions.run_by(call) for value in self._semantics.functions.returned(function)]
        return self._counters.passed(returned[0]) if len(returned) == 1 else None
