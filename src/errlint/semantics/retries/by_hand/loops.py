"""Retries written by hand: a loop, or a function that calls itself, around an HTTP call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import Given
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.by_hand.exits import Exits, Region
from errlint.semantics.retries.by_hand.fates import Fate, Walk, everything
from errlint.semantics.retries.by_hand.marks import Marks
from errlint.semantics.retries.by_hand.particular import Particular
from errlint.semantics.retries.by_hand.polls import is_poll, waits_by_name
from errlint.semantics.retries.by_hand.readings import retried, wait_of
from errlint.semantics.retries.by_hand.restarts import end_of_restarts, restarts
from errlint.semantics.retries.by_hand.rotation import asks_another
from errlint.semantics.retries.by_hand.steps import Callee, Steps
from errlint.semantics.retries.by_hand.stops import stop_of
from errlint.semantics.retries.by_hand.successes import leaves_when_done
from errlint.semantics.retries.codes import Codes
from errlint.semantics.retries.exception_types import AS_LIBRARIES_DO, FEW, TELL_WHEN, ExceptionTypes, Raised
from errlint.semantics.retries.outcomes import FAILED, FAILURES, LIMITED, NO_ANSWER, NOT_YET, ended, running
from errlint.semantics.retries.policy import Attempt, RetryPolicy, Wait
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.sent.conflicts import Conflicts
from errlint.semantics.retries.sent.sameness import Sameness
from errlint.semantics.retries.words import last_word
from errlint.semantics.retries.wrapped.handed import Handed
from errlint.semantics.values.status_sets import ERRORS, OK, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ATTEMPT = later(r"attempt|retry|retries|tries", re.IGNORECASE)
_OPENS_A_SOCKET = later(r"web_?socket|ws_connect|^connect_ws", re.IGNORECASE)
"""Calls that connect for good: what is done when that breaks is no retry of a request, although a request may lead there."""
_OF_THE_DEVICE_FLOW = ("authorization_pending", "urn:ietf:params:oauth:grant-type:device_code")
"""RFC 8628, sections 3.5 and 3.4."""
_LEAVES = (cst.Break, cst.Return)
_DECIDES = (cst.Try, cst.TryStar, cst.With, cst.If, cst.IfExp, cst.While, cst.Match, cst.BooleanOperation)
_MOST = 8
"""How many HTTP calls of one loop are followed."""


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


def policies(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The retries of a file that stand around their HTTP calls."""
    for region in semantics.tree.of_types(cst.For, cst.While, cst.FunctionDef):
        assert isinstance(region, (cst.For, cst.While, cst.FunctionDef))
        found = policy_of(semantics, region)
        if found is not None:
            yield found


def policy_of(semantics: Semantics, region: Region) -> RetryPolicy | None:
    """The retry that a region is; None for other loops and functions."""
    if isinstance(region, cst.FunctionDef) and not calls_itself(semantics, region) and not restarts(semantics, region):
        return None
    if not may_come_back(semantics, region) or _runs_once(semantics, region):
        return None
    if waits_by_name(semantics, region) or _waits_for_a_person(semantics, region):
        return None
    return _in_region(semantics, region)


def may_come_back(semantics: Semantics, region: Region) -> bool:
    """Whether the form of a region allows that a failure brings it back and a success leaves it; asked before any call is looked at."""
    tree = semantics.tree
    if isinstance(region, cst.For) and not tree.inside(region.body, *_LEAVES, into_functions=False):
        return False  # every item has its turn
    return isinstance(region, cst.While) or bool(tree.inside(region.body, *_DECIDES, into_functions=False))


def _waits_for_a_person(semantics: Semantics, region: Region) -> bool:
    """A person is asked in between, or has to agree elsewhere (the device flow of OAuth)."""
    function = region if isinstance(region, cst.FunctionDef) else semantics.tree.enclosing(region, cst.FunctionDef)
    around = function.body if function is not None else region.body
    if any(string_value(text) in _OF_THE_DEVICE_FLOW for text in semantics.tree.inside(around, cst.SimpleString)):
        return True
    calls = semantics.tree.inside(region.body, cst.Call, into_functions=False)
    return any(isinstance(call.func, cst.Name) and call.func.value == "input" for call in calls)


def _runs_once(semantics: Semantics, region: Region) -> bool:
    """``retries = 1`` and ``for attempt in range(retries)``: what nobody can set otherwise is no retry."""
    if not isinstance(region, cst.For) or not isinstance(region.iter, cst.Call) or len(region.iter.args) != 1:
        return False
    bound = region.iter.args[0].value
    if isinstance(bound, cst.Name) and any(binding.how is not How.VALUE for binding in semantics.scopes.reaching(bound)):
        return False
    return isinstance(bound, (cst.Name, cst.Integer)) and semantics.waits.number(bound) == 1


def calls_itself(semantics: Semantics, function: cst.FunctionDef) -> bool:
    """Whether a function is called in its own body."""
    name = function.name.value
    for node in semantics.tree.inside(function.body, cst.Call, into_functions=False):
        called = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", None)
        if called == name and function in semantics.functions.run_by(node):
            return True
    return False


def _in_region(semantics: Semantics, region: Region) -> RetryPolicy | None:
    sameness = Sameness(semantics, region)
    conflicts = Conflicts(semantics, sameness)
    passages: list[tuple[Attempt, Passage]] = []
    for attempt in semantics.attempts.within(region.body, sameness.is_same)[:_MOST] or _by_what_is_caught(semantics, region, sameness):
        raised = AS_LIBRARIES_DO if attempt.assumed else None
        if _OPENS_A_SOCKET.search(dotted(attempt.call.func) or ""):
            continue
        changes = sameness.changed_behind(attempt.call)
        found = passage(semantics, region, attempt.call, raised=raised, changes=changes)
        if found.may_be_rotated and not asks_another(semantics, region, attempt.call):
            found = passage(semantics, region, attempt.call, raised=raised, rotated=True, changes=changes)
        if attempt.raises is False and found.back & OK and _is_dropped(semantics, attempt.call):
            found = replace(found, back=found.back & NO_ANSWER)  # whatever sends an answer back, it is not its status
        found = conflicts.answered_in(attempt, found)
        is_retry = found.is_retry or leaves_when_done(semantics, attempt, found)
        if is_retry and not is_poll(semantics, attempt, found):
            passages.append((attempt, found))
    passages = [(attempt, found) for attempt, found in passages if not conflicts.are_met(attempt, found)]
    if not passages:
        passages = list(_of_pages(semantics, region, sameness))
    if not passages:
        return None
    # what is shown first is the one whose errors are retried
    passages.sort(key=lambda one: not one[1].back & ERRORS)
    attempts = tuple(attempt for attempt, _ in passages)
    return assembled(semantics, attempts, [found for _, found in passages])


def _of_pages(semantics: Semantics, region: Region, sameness: Sameness) -> Iterator[tuple[Attempt, Passage]]:
    """A loop over pages that asks for the same page again: ``if answer.status_code == 429: sleep(60); continue``, and ``page += 1`` below.

    Only after few statuses that it names: whatever else goes on in such a loop is no retry.
    """
    if isinstance(region, cst.FunctionDef) or not semantics.tree.inside(region.body, cst.Continue, cst.Try, into_functions=False):
        return
    for attempt in semantics.attempts.within(region.body, lambda call: bool(sameness.turns(call)))[:_MOST]:
        found = passage(semantics, region, attempt.call, turns=sameness.turns(attempt.call))
        back = found.back & FAILURES
        few = back & TELL_WHEN and back.bit_count() <= FEW and not back & NO_ANSWER
        if few and found.is_retry and not is_poll(semantics, attempt, found):
            yield attempt, found


def _is_dropped(semantics: Semantics, call: cst.Call) -> bool:
    """Whether nobody takes what a call returns."""
    parent = semantics.tree.parent[call]
    return isinstance(semantics.tree.parent[parent] if isinstance(parent, cst.Await) else parent, cst.Expr)


def _by_what_is_caught(semantics: Semantics, region: Region, sameness: Sameness) -> list[Attempt]:
    """``try: client.answer(question)`` and ``except openai.APIStatusError:``, where nothing is known of the client."""
    for node in semantics.tree.inside(region.body, cst.Try, into_functions=False):
        assert isinstance(node, cst.Try)
        for handler in node.handlers:
            names = semantics.predicates.types.named(handler.type)
            attempt = semantics.attempts.by_type(node.body, names, handler)
            if attempt is not None and sameness.is_same(attempt.call):
                return [attempt]
    return []


def assembled(
    semantics: Semantics,
    attempts: tuple[Attempt, ...],
    passages: list[Passage],
    *,
    mechanism: str = "",
    node: cst.CSTNode | None = None,
    code: tuple[cst.CSTNode, ...] = (),
) -> RetryPolicy:
    """One policy of all passages through one region; ``code`` is what the region calls without naming it."""
    region = passages[0].region
    default = "recursion" if isinstance(region, cst.FunctionDef) else "loop"
    failures = retried(semantics, passages)
    by_others = region if isinstance(region, cst.FunctionDef) and restarts(semantics, region) else None
    wait = wait_of(semantics, passages, failures)
    return RetryPolicy(
        mechanism or default,
        node or region,
        attempts,
        failures,
        Wait() if by_others and wait.node is None else wait,
        end_of_restarts(semantics, by_others) if by_others else stop_of(semantics, passages),
        code=(region, *code),
    )
