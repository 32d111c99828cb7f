"""Loops that know a request by one status of success alone: ``if response.status_code == 201: return``. Another one is sent again, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.request_ids.speech import Speaking
from errlint.semantics.retries.by_hand.polls import asks_only_for_success, uses_besides_success
from errlint.semantics.values.status_sets import ALL, ERRORS, SUCCESS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.passages import Passage
    from errlint.semantics.retries.policy import Attempt

_CHANGES = frozenset({"DELETE", "PATCH", "PUT"})
_WRITES = _CHANGES | {"POST"}
_DONE = 1 << 202 | 1 << 204
"""With these, servers say that something was, or will be, changed (RFC 9110, sections 15.3.3 and 15.3.5); or that there is nothing yet."""
_MADE = 1 << 201 | 1 << 206
"""With these they say nothing else than that it is there: created, or the part that was asked for (sections 15.3.2 and 15.3.7)."""
_FEW = 3


def leaves_when_done(semantics: Semantics, attempt: Attempt, found: Passage) -> bool:
    """Whether a status says that it is done, by which a loop is left, and all others go into another pass: who asks so has never seen them.

    Not where the loop names another status of success (202: not yet), nor where it does something with the answers that go on.
    """
    out, back = found.out & SUCCESS & ~found.back, found.back & ERRORS
    if not out or not back or out & ~(_DONE | _MADE) or _names_another(found):
        return False
    if not out & ~_MADE and found.counts_attempts:
        return True
    if attempt.method not in _WRITES:
        return False
    if attempt.method in _CHANGES and not out & _MADE and asks_only_for_success(semantics, attempt.call):
        return True
    return bool(out & _MADE) or all(_is_told(semantics, use) for use in uses_besides_success(semantics, attempt.call))


def _names_another(found: Passage) -> bool:
    """Whether a test names a status of success that goes into another pass."""
    for test in found.walk.reached:
        if isinstance(test, cst.BaseExpression):
            asked = found.predicates.range_of(test)
            for named in (asked.must, ALL & ~asked.may):
                if named & SUCCESS & found.back and named.bit_count() <= _FEW:
                    return True
    return False


def _is_told(semantics: Semantics, use: cst.CSTNode) -> bool:
    """Whether a part of an answer is given back, or told to people: nothing else is done with it."""
    if any(True for _ in semantics.tree.ancestors(use, cst.Return, cst.Raise)):
        return True
    speaking = Speaking(semantics)
    calls = [call for call in semantics.tree.ancestors(use, cst.Call) if isinstance(call, cst.Call)]
    return any(speaking.of(call) is not None for call in calls)
