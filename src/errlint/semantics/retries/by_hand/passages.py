"""One attempt, sent through the code around it: which outcomes come back to it, and which leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.program.functions import Given
from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.by_hand.exits import Exits, Region
from errlint.semantics.retries.by_hand.fates import Fate, Walk, everything
from errlint.semantics.retries.by_hand.marks import Marks
from errlint.semantics.retries.by_hand.particular import Particular
from errlint.semantics.retries.by_hand.steps import Callee, Steps
from errlint.semantics.retries.codes import Codes
from errlint.semantics.retries.exception_types import ExceptionTypes, Raised
from errlint.semantics.retries.outcomes import FAILED, FAILURES, LIMITED, NOT_YET, ended, running
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.words import last_word
from errlint.semantics.retries.wrapped.handed import Handed
from errlint.semantics.values.status_sets import ERRORS, OK, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ATTEMPT = later(r"attempt|retry|retries|tries", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Passage:
    """One attempt, sent through its region.

    :ivar back: outcomes that may go into another pass; :ivar out: outcomes that may leave the retry; :ivar fate: all ways that they take;
    :ivar kinds: the types that parameters stand for, where another module says so; :ivar is_singled_out: tests single failures out;
    :ivar rotated: the next pass looks at them: ``for …: if answer.ok: break; sleep(1); answer = get(url)``.
    """

    region: Region
    attempt: cst.Call
    walk: Walk
    steps: Steps
    predicates: Predicates
    counters: Counters
    back: int
    out: int
    given: Given
    fate: Fate
    rotated: bool = False
    handed: Handed | None = None
    kinds: Mapping[cst.CSTNode, tuple[str, ...]] | None = None
    is_singled_out: bool = False

    @property
    def is_retry(self) -> bool:
        """Success leaves, and some failure stays.

        A success that is of no use may stay as well where the loop counts attempts, which code that waits for something does not do; or
        where an exception is raised for it as for 429, by name: `if response.status_code == 429 or is_captcha: raise TooFast`.
        """
        if not self.back & FAILED or not self.out & OK:
            return False
        if not self.back & OK or (self.counts_attempts and bool(self.caught & self.back & ERRORS)):
            return True
        return isinstance(self.region, cst.For) and not self.back & OK & ~self.caught and self._names_limit

    @property
    def _names_limit(self) -> bool:
        tests = (node for node in self.walk.reached if isinstance(node, cst.BaseExpression))
        return bool(self.caught >> LIMITED & 1) and any(self.predicates.named.in_test(test) >> LIMITED & 1 for test in tests)

    @property
    def may_be_rotated(self) -> bool:
        """Whether nothing tells successes from failures behind the attempt; the next pass may, which begins with other things."""
        return not self.is_retry and bool(self.back & OK and self.back & ERRORS) and not isinstance(self.region, cst.FunctionDef)

    @property
    def counts_attempts(self) -> bool:
        """``for attempt in range(3)`` and ``for _ in range(self.max_retries)``."""
        region = self.region
        if not isinstance(region, cst.For) or not isinstance(region.target, cst.Name):
            return False
        bounds = [argument.value for argument in region.iter.args] if isinstance(region.iter, cst.Call) else []
        parts = [part for bound in bounds for part in ((bound.left, bound.right) if isinstance(bound, cst.BinaryOperation) else (bound,))]
        return any(_ATTEMPT.search(word) for word in (region.target.value, *map(last_word, parts)))

    @property
    def caught(self) -> int:
        """The failures that a handler sends into another pass."""
        found = 0
        for node, outcomes in self.walk.went_back.items():
            found |= outcomes if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)) else 0
        return found

    @property
    def retried(self) -> Range:
        """The failures that may be, and that certainly are, tried again."""
        return Range(self.back & FAILURES, self.back & ~self.out & FAILURES)

    @property
    def asked_for_status(self) -> cst.BaseExpression | None:
        """A test that names error statuses."""
        tests = (node for node in self.walk.reached if isinstance(node, cst.BaseExpression))
        return next((test for test in tests if self.predicates.named.in_test(test) & ERRORS), None)

    def again_with(self, semantics: Semantics, code: str) -> Passage:
        """The same for failures that come with an error code."""
        steps = self.steps
        given, assumed, handed = self.given, steps.assumed, self.handed
        return passage(
            semantics,
            self.region,
            self.attempt,
            callees=steps.callees,
            given=given,
            code=code,
            raised=assumed,
            rotated=self.rotated,
            handed=handed,
            turns=steps.turns,
            changes=steps.changes,
        )

    def most_retried(self, semantics: Semantics) -> int:
        """The error statuses that certainly go into another pass, but for a few failures that tests single out."""
        certain, doubtful = self.retried.must & ERRORS, self.back & self.out & ERRORS
        if not doubtful or self.back & OK or self.rotated:
            return certain
        steps = self.steps
        found = passage(
            semantics,
            self.region,
            self.attempt,
            callees=steps.callees,
            given=self.given,
            raised=steps.assumed,
            handed=self.handed,
            turns=frozenset(steps.turns),
            kinds=self.kinds,
            ordinary=True,
            changes=steps.changes,
        )
        return certain | found.retried.must & doubtful if found.is_singled_out and not found.back & OK else certain

    def statuses_of(self, semantics: Semantics, code: str) -> int:
        """The statuses that an error code is known to come with."""
        meaning = semantics.meaning(self.attempt)
        catalogue = meaning.catalogue if meaning is not None else None
        return sum(1 << status for status in catalogue.statuses_of(code)) if catalogue is not None else 0


def passage(
    semantics: Semantics,
    region: Region,
    attempt: cst.Call,
    *,
    callees: Sequence[Callee] = (),
    given: Given | None = None,
    code: str | None = None,
    kinds: Mapping[cst.CSTNode, tuple[str, ...]] | None = None,
    raised: Sequence[Raised] | None = None,
    rotated: bool = False,
    handed: Handed | None = None,
    turns: frozenset[cst.CSTNode] = frozenset(),
    ordinary: bool = False,
    changes: frozenset[cst.CSTNode] = frozenset(),
) -> Passage:
    """Send the outcomes of ``attempt`` through ``region``.

    :param callees: the functions that the attempt runs, where it calls a parameter; :param given: what parameters stand for;
    :param kinds: the types that parameters stand for, where another module says so; :param code: the error code that failures come with;
    None: not known; :param raised: what the attempt raises for error statuses, if that is assumed;
    :param rotated: what goes into another pass is followed through that, until the attempt is made again;
    :param handed: the predicates that a use hands over; :param turns: statements after which another request is sent;
    :param changes: statements and calls that make another request of it where a failure leads there;
    :param ordinary: the failures are none that a test of a text, a code or a part of the body singles out.
    """
    types = ExceptionTypes(
        semantics.tree,
        semantics.scopes,
        semantics.names,
        libraries=semantics.libraries,
        types=semantics.types,
        given=given,
        kinds=kinds,
        attributes=semantics.constants.attribute_values,
    )
    counters, exits = Counters(semantics, region), Exits(semantics, region)
    codes, marks = Codes(semantics), Marks(semantics, region.body)

    particular = Particular(semantics, codes, attempt) if ordinary else None

    def known(test: cst.BaseExpression) -> Range | None:
        said = codes.passed(test, code) if code is not None else None
        said = said or exits.passed(test) or marks.passed(test) or counters.passed(test)
        return particular.passed(test) if said is None and particular is not None else said

    predicates = Predicates(semantics, types, known, given, handed)
    exits.bind(predicates)
    steps = Steps(semantics, predicates, region, attempt, callees, assumed=raised, turns=turns, changes=changes)
    walk = Walk(steps, exits, marks)
    fate = walk.suite(region.body, NOT_YET)
    fate = fate.also(exits.end_of_pass(fate.next), then=0)
    back = fate.back & ~NOT_YET
    if rotated:
        steps.is_made_again = True
        again = walk.suite(region.body, back)
        again = again.also(exits.end_of_pass(again.next), then=0)
        back, fate = again.back, fate.also(again)
    out = everything(fate)
    out = (running(out) | ended(out)) & ~NOT_YET
    singled_out = particular is not None and particular.asked
    return Passage(region, attempt, walk, steps, predicates, counters, back, out, given or {}, fate, rotated, handed, kinds, singled_out)
