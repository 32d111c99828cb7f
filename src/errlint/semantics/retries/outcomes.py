"""What may come of an attempt: an answer with a status, or no answer at all.

Outcomes are a set of statuses (:mod:`errlint.semantics.values.status_sets`) in which status 0, which no server sends, stands for "no
answer": a timeout, a connection that broke. So each test of statuses is a test of outcomes as it stands: ``status == 404`` is false without
an answer.
"""

from __future__ import annotations

from errlint.semantics.values.status_sets import ALL, ERRORS, Range, statuses

NO_ANSWER = 1
"""The network failed: there is no status."""
NOT_YET = 1 << 1
"""The attempt was not made yet in this pass; no server sends status 1 either."""
REFUSED = 1 << 2
"""An answer with the status of a success, and a body that calls itself an error (GraphQL): code has raised an exception for it."""
LIMITED = 429
"""Too many requests (RFC 6585): with this status, servers say when to come back."""
FAULTS = statuses(400, 500) & ~(1 << 408 | 1 << 425 | 1 << LIMITED)
"""Statuses that find fault with the request, not with its time."""
FAILURES = ERRORS | NO_ANSWER
FAILED = FAILURES | REFUSED
_GIVEN = ALL & ~FAILED & ~NOT_YET

NOTHING = Range(0, 0)
ANYTHING = Range(ALL, ALL)
ANY_FAILURE = Range(FAILURES, FAILURES)

_HALF = ALL.bit_length()
ALL_WAYS = ALL | ALL << _HALF
"""A *state* is two sets in one: the outcomes for which the loop goes on, and above them those for which its test has become false."""


def both_halves(outcomes: int) -> int:
    """The state in which these outcomes stand in both halves."""
    return outcomes | outcomes << _HALF


def running(state: int) -> int:
    """The outcomes of the lower half."""
    return state & ALL


def ended(state: int) -> int:
    """The outcomes of the upper half."""
    return state >> _HALF


def refused(state: int) -> int:
    """The state after code has seen that what came with the status of a success is an error."""
    found = state & ~both_halves(_GIVEN)
    for half, way in ((running(state), REFUSED), (ended(state), as_ended(REFUSED))):
        found |= way if half & _GIVEN else 0
    return found


def as_ended(outcomes: int) -> int:
    """The state in which these outcomes stand in the upper half."""
    return outcomes << _HALF


def either(one: Range, other: Range) -> Range:
    """What one of two tests lets through."""
    return Range(one.may | other.may, one.must | other.must)


def members(outcomes: int) -> list[int]:
    """The statuses of a set, in order."""
    return [status for status in range(600) if outcomes >> status & 1]
