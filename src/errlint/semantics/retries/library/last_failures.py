"""What comes out of a retried function after its last attempt: some libraries raise an exception of their own, in place of the failure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.library.calls import RetryCalls, RetrySite
from errlint.semantics.retries.library.leaving import Leaving
from errlint.semantics.retries.library.parts import Parts
from errlint.semantics.retries.outcomes import both_halves, ended, running

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class LastFailures:
    """Answers for the functions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    @cached_property
    def _calls(self) -> RetryCalls:
        return RetryCalls(self._semantics)

    def of(self, function: cst.FunctionDef, raised: tuple[Raised, ...]) -> tuple[Raised, ...]:
        """What a call of a function raises.

        :param raised: what the body of the function does.
        """
        for decorator in reversed(function.decorators) if raised else ():
            sites = self._calls.behind(decorator.decorator)
            if len(sites) == 1 and sites[0].ends_as and not sites[0].is_open:
                raised = tuple(found for one in raised for found in self._behind(sites[0], one))
        return raised

    def _behind(self, site: RetrySite, one: Raised) -> Sequence[Raised]:
        """What becomes of one exception behind a retry: what is not tried again comes out as it is."""
        plain = Raised(one.types, running(one.outcomes) | ended(one.outcomes))
        again = Parts(self._semantics, self._calls, Leaving((plain,))).of_site(site).again
        replaced = both_halves(again.outcomes.must) if again is not None else 0
        both = (Raised((site.ends_as,), one.outcomes & replaced), Raised(one.types, one.outcomes & ~replaced))
        return [found for found in both if found.outcomes]
