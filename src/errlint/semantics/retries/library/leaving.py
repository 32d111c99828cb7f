"""How the outcomes of what is retried leave it: a library that looks at exceptions sees only those that get out as exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.meaning import Kind
from errlint.semantics.retries.by_hand.fates import Fate
from errlint.semantics.retries.by_hand.passages import passage
from errlint.semantics.retries.exception_types import AS_LIBRARIES_DO, ExceptionTypes, Raised
from errlint.semantics.retries.library.values import is_nothing
from errlint.semantics.retries.outcomes import ALL_WAYS, FAILURES, NO_ANSWER, NOT_YET, NOTHING, ended, running
from errlint.semantics.retries.policy import Attempt
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.values.status_sets import ALL, ERRORS, UNKNOWN, Range
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_MOST = 8
"""How many HTTP calls of one function are followed."""


@dataclass(frozen=True)
class Leaving:
    """The ways out.

    :ivar raised: exceptions, with the outcomes they stand for; :ivar returned: the outcomes that come back as a value;
    :ivar spared: those of them that do so only in failures that a test singles out: ``if e.code == "already_sent": return None``;
    :ivar true: those for which that value is true, where it is seen; :ivar may_be_none: whether it is None where it is false;
    :ivar seen: whether anything is seen that runs.
    """

    raised: tuple[Raised, ...] = ()
    returned: int = 0
    spared: int = 0
    true: Range = UNKNOWN
    may_be_none: bool = False
    seen: bool = True

    def also(self, other: Leaving) -> Leaving:
        """Both: what is true of any of several functions."""
        raised = tuple(dict.fromkeys((*self.raised, *other.raised)))
        true = Range(self.true.may | other.true.may, self.true.must & other.true.must)
        returned = self.returned | other.returned
        spared = returned & ~(self._swallowed | other._swallowed)
        return Leaving(raised, returned, spared, true, self.may_be_none and other.may_be_none)

    @property
    def _swallowed(self) -> int:
        """The outcomes that come back as a value, whatever is said of them."""
        return self.returned & ~self.spared

    def caught(self, names: list[str], types: ExceptionTypes) -> Range:
        """The outcomes whose exceptions are of one of these types."""
        may = must = missed = 0
        for one in self.raised:
            taken = types.taken(names, one)
            may, must, missed = may | taken.may, must | taken.must, missed | one.outcomes & ~taken.must
        return Range(may, must & ~missed & ~self._swallowed)

    def tested(self, passes: Range) -> Range:
        """The outcomes that a function of the exception lets through."""
        thrown = known = 0
        for one in self.raised:
            thrown |= one.outcomes
            known |= 0 if UNKNOWN_TYPE in one.types else one.outcomes
        return Range(passes.may & thrown, passes.must & known & ~self._swallowed)

    def come_back(self, passes: Range) -> Range:
        """The outcomes that come back as a value which a function of it lets through."""
        returned = self.returned & ERRORS if self.seen else ERRORS
        return Range(passes.may & returned, passes.must & returned)


BY_ANY_LIBRARY = Leaving((Raised((), FAILURES),), seen=False)
"""Nothing is known of what runs: errors come out as whatever the HTTP library raises."""


def leaving(semantics: Semantics, code: cst.CSTNode, attempts: Sequence[Attempt]) -> Leaving:
    """How outcomes leave a function, a loop's body or a call."""
    if isinstance(code, cst.Call) and attempts and all(attempt.assumed for attempt in attempts):
        return of_calls(attempts)
    if not attempts or not isinstance(code, (cst.FunctionDef, cst.For)):
        return _by_raising(semantics.raises_for_status(code))
    found = Leaving()
    for attempt in attempts[:_MOST]:
        assumed = AS_LIBRARIES_DO if attempt.assumed else None
        fate = passage(semantics, code, attempt.call, raised=assumed).fate
        raised = [one for leaves in fate.raised if (one := Raised(leaves.types, _outcomes(leaves.outcomes))).outcomes]
        returned = _returned(fate, code)
        spared = returned & reduce(or_, (one.outcomes for one in raised), 0) & ERRORS
        if spared:
            ordinary = passage(semantics, code, attempt.call, raised=assumed, ordinary=True)
            spared = spared & ~_returned(ordinary.fate, code) if ordinary.is_singled_out else 0
        found = found.also(Leaving(tuple(raised), returned, spared))
    return found


def _returned(fate: Fate, code: cst.CSTNode) -> int:
    """The failures that do not leave code as an exception."""
    return _outcomes(fate.next | fate.returned | fate.left | fate.broke | (fate.back if isinstance(code, cst.For) else 0)) & FAILURES


def with_results(semantics: Semantics, code: cst.CSTNode, found: Leaving) -> Leaving:
    """The same with what is known of the value that a function gives back."""
    if not isinstance(code, (cst.FunctionDef, cst.Lambda)) or not found.returned:
        return found
    values = [code.body] if isinstance(code, cst.Lambda) else semantics.functions.returned(code)
    answers = (meaning for value in values if (meaning := semantics.meaning(value)) is not None)
    is_answer = any(meaning.kind is Kind.RESPONSE for meaning in answers)
    truths = Predicates(semantics, extra=lambda value: NOTHING if is_nothing(value) else None)
    return replace(found, true=truths.of_function(code), may_be_none=not is_answer)


def of_calls(attempts: Iterable[Attempt]) -> Leaving:
    """How outcomes leave calls of a library that are written nowhere, or of which no more is known than what they raise."""
    found = Leaving()
    for attempt in attempts:
        answer = {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}[attempt.raises]
        found = found.also(_by_raising(Raising(answer)))
    return found


def _by_raising(raising: Raising) -> Leaving:
    network = Raised((), NO_ANSWER)
    if raising.answer is Answer.NO:
        return Leaving((network,), ERRORS)
    if raising.answer is Answer.UNKNOWN:
        return Leaving((network, Raised((UNKNOWN_TYPE,), ERRORS)), ERRORS)
    errors = [Raised(types, ERRORS & under) for types, under in raising.by_type]
    seen = reduce(or_, (one.outcomes for one in errors), 0)
    return Leaving((network, *(one for one in errors if one.outcomes)), ERRORS & ~seen)


def _outcomes(state: int) -> int:
    return (running(state & ALL_WAYS) | ended(state & ALL_WAYS)) & ALL & ~NOT_YET


UNSEEN = _by_raising(Raising(Answer.UNKNOWN))
"""Nobody knows whether errors come out as exceptions or as answers."""
