"""What a call of a retry library says where no argument says otherwise."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.retries.exception_types import ExceptionTypes
from errlint.semantics.retries.library.leaving import Leaving
from errlint.semantics.retries.library.said import Again, Said
from errlint.semantics.retries.library.values import classes
from errlint.semantics.retries.outcomes import ANY_FAILURE, NO_ANSWER, NOTHING
from errlint.semantics.retries.policy import Stop, Wait
from errlint.semantics.values.status_sets import UNKNOWN, Range
from errlint.sheets.retry import RetryFacts


class Defaults:
    """What a table says without arguments."""

    def __init__(self, facts: RetryFacts, types: ExceptionTypes, leaving: Leaving) -> None:
        self._facts = facts
        self._types = types
        self._leaving = leaving

    def said(self, node: cst.CSTNode) -> Said:
        """All of it, but for what is tried again."""
        facts = self._facts
        waits = (facts.growth, facts.delay, facts.cap, facts.jitter, facts.server)
        wait = None
        if any(value is not None for value in waits):
            wait = Wait(facts.growth or "unknown", facts.delay, facts.jitter, facts.server, facts.cap)
        stop = None
        if facts.bounded is not None or facts.attempts is not None or facts.seconds is not None:
            bounded = facts.bounded if facts.bounded is not None else True
            stop = Stop(bounded, facts.attempts, facts.seconds, None, () if bounded else (Place(node, "never ends by itself"),))
        return Said(None, wait, stop, frozenset(facts.methods) if facts.methods else None)

    def raised(self, node: cst.CSTNode) -> Again | None:
        """By types."""
        if not self._facts.types:
            return None
        names = list(self._facts.types)
        anything = self._types.covers(names) == ANY_FAILURE
        note = "any exception is tried again" if anything else f"{', '.join(f'`{name}`' for name in names)}: tried again"
        return Again(self._leaving.caught(names, self._types), self._types.statuses_named(names), (Place(node, note),))

    def listed(self, node: cst.CSTNode) -> Again | None:
        """By statuses."""
        if self._facts.statuses is None:
            return None
        found = classes(self._facts.statuses)
        return Again(Range(found, found), places=(Place(node, "tried again by default"),) if found else ())

    def hinted(self) -> Again | None:
        """By statuses, if the answer says when."""
        found = classes(self._facts.hinted)
        return Again(Range(found, 0)) if found else None

    def network(self) -> Again | None:
        """Without an answer."""
        known = self._facts.transport
        return None if known is None else Again(Range(NO_ANSWER, NO_ANSWER) if known else Range(0, 0))

    def returned(self, node: cst.CSTNode) -> Again | None:
        """By results that are false."""
        if not self._facts.falsy:
            return None
        passes = self._leaving.true.negated()
        if self._leaving.seen and passes == UNKNOWN:
            return Again(NOTHING, places=())
        return Again(self._leaving.come_back(passes), places=(Place(node, "a result that is false is tried again"),))
