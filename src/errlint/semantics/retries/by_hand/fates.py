"""Where do the outcomes of an attempt go: out of the retry, or into another pass?

Sets of outcomes (:mod:`~errlint.semantics.retries.outcomes`) are sent through the code, statement by statement: a test splits them, a
``raise`` turns them into an exception, a handler takes those of its types, ``continue`` and the end of a body send them into another pass.
Tests that nothing is known of let everything through on both sides, so an outcome that only goes back is certainly retried.

A ``while`` loop may also end by its own test (``while not done``). An outcome whose way makes that test false moves into the upper half of
the set, where it stays until something makes the test true again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import libcst as cst
import msgspec

from errlint.semantics.program.handling import Handler
from errlint.semantics.retries.by_hand.exits import Exits
from errlint.semantics.retries.by_hand.marks import Marks
from errlint.semantics.retries.by_hand.steps import Steps
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.outcomes import ALL_WAYS, FAILED, NOT_YET, both_halves, ended, running
from errlint.semantics.values.status_sets import ERRORS, UNKNOWN, Range


class Fate(msgspec.Struct, frozen=True):
    """Where outcomes go from a piece of code; each field is a set of outcomes.

    :ivar next: to what follows it; :ivar back: into another attempt; :ivar returned: out by ``return``; :ivar left: out of the retry in
    another way; :ivar broke: out of the innermost loop; :ivar again: to the start of the innermost loop; :ivar raised: exceptions.
    """

    next: int = 0
    back: int = 0
    returned: int = 0
    left: int = 0
    broke: int = 0
    again: int = 0
    raised: tuple[Raised, ...] = ()

    def also(self, other: Fate, *, then: int | None = None) -> Fate:
        """Both; what follows is ``then`` if given."""
        following = self.next | other.next if then is None else then
        raised = (*self.raised, *(one for one in other.raised if one not in self.raised))
        return Fate(
            following,
            self.back | other.back,
            self.returned | other.returned,
            self.left | other.left,
            self.broke | other.broke,
            self.again | other.again,
            raised,
        )


class Walk:
    """Sends outcomes through code.

    :ivar reached: the outcomes that reach a statement, a handler or a test; :ivar went_back: those of a handler or of a branch of a test
    that went into another pass; :ivar caught: the exceptions that a handler takes for error statuses;
    :ivar ends_by_others: a failure leaves where somebody else is asked whether it may go on.
    """

    def __init__(self, steps: Steps, exits: Exits, marks: Marks) -> None:
        self._steps = steps
        self._exits = exits
        self._marks = marks
        self._handling: list[tuple[Raised, ...]] = []
        self._in_loop = 0
        self._in_function = 0
        self.reached: dict[cst.CSTNode, int] = {}
        self.went_back: dict[cst.CSTNode, int] = {}
        self.caught: dict[cst.CSTNode, list[Raised]] = {}
        self.ends_by_others = False
        steps.walk_function = self._function

    # blocks ----------------------------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[cst.CSTNode], state: int) -> Fate:
        """Send ``state`` through statements that follow each other."""
        fate = Fate(next=state)
        for statement in statements:
            if not fate.next:
                break
            self._note(statement, fate.next)
            done = self._statement(statement, fate.next)
            fate = fate.also(done, then=done.next)
        return fate

    def suite(self, suite: cst.BaseSuite, state: int) -> Fate:
        """Send ``state`` through the body of a compound statement."""
        return self.block(suite.body, state)

    def _note(self, node: cst.CSTNode, state: int) -> None:
        self.reached[node] = self.reached.get(node, 0) | running(state) | ended(state)

    def _function(self, function: cst.FunctionDef | cst.Lambda, state: int) -> Fate:
        """What running a function does; its returns are what follows the call."""
        handling, self._handling = self._handling, []
        loop, self._in_loop = self._in_loop, 1
        self._in_function += 1
        try:
            body = function.body
            fate = self.suite(body, state) if isinstance(body, cst.BaseSuite) else self._evaluated(body, state)
        finally:
            self._handling, self._in_loop = handling, loop
            self._in_function -= 1
        return Fate(fate.next | fate.returned, fate.back, 0, fate.left, 0, 0, fate.raised)

    def handed(self, function: cst.FunctionDef, outcomes: int, raised: tuple[Raised, ...]) -> Fate:
        """What a function does with outcomes that it is handed, and where those go that come back to its caller.

        :param raised: the exceptions that the caller has caught, which a bare ``raise`` raises again.
        """
        self._handling = [raised] if raised else []
        self._in_loop = self._in_function = 1
        fate = self.suite(function.body, outcomes)
        return Fate(next=fate.next | fate.returned | fate.back, left=fate.left, raised=fate.raised)

    def _statement(self, statement: cst.CSTNode, state: int) -> Fate:
        match statement:
            case cst.SimpleStatementLine(body=parts) | cst.SimpleStatementSuite(body=parts):
                return self.block(parts, state)
            case cst.If():
                return self._if(statement, state)
            case cst.Try() | cst.TryStar():
                return self._try(statement, state)
            case cst.With():
                return self._with(statement, state)
            case cst.For() | cst.While():
                return self._loop(statement, state)
            case cst.Match():
                return self._match(statement, state)
            case cst.FunctionDef() | cst.ClassDef():
                return Fate(next=state)
            case _:
                return self._small(statement, state)

    def _small(self, statement: cst.CSTNode, state: int) -> Fate:
        fate = self._evaluated(statement, state)
        state = fate.next
        if statement in self._steps.turns:
            self._steps.note_answered(statement, state)
            return fate.also(Fate(left=state), then=0)
        if statement in self._steps.changes and self._steps.is_of_failures(state):
            self._steps.note_answered(statement, state)
            return fate.also(Fate(left=state & ~both_halves(NOT_YET)), then=state & both_halves(NOT_YET))
        match statement:
            case cst.Return():
                return fate.also(Fate(returned=state), then=0)
            case cst.Raise():
                return fate.also(Fate(raised=self._raised(statement, state)), then=0)
            case cst.Break():
                return fate.also(Fate(broke=state) if self._in_loop else Fate(left=state), then=0)
            case cst.Continue():
                return fate.also(Fate(again=state) if self._in_loop else self._exits.end_of_pass(state), then=0)
            case cst.Assign() | cst.AnnAssign():
                self._marks.assigned(statement, state)
                return fate.also(Fate(), then=self._exits.after(statement, state))
            case _:
                return fate

    def _evaluated(self, code: cst.CSTNode, state: int) -> Fate:
        """What the calls in an expression or small statement do."""
        fate = Fate(next=state)
        for call in self._steps.calls(code):
            done = self._steps.call(call, fate.next, self._handling[-1] if self._handling else ())
            fate = fate.also(done, then=done.next)
        return fate

    def _raised(self, statement: cst.Raise, state: int) -> tuple[Raised, ...]:
        again = self._handling[-1] if self._handling else ()
        if again and self._steps.raises_again(statement):
            return tuple(Raised(one.types, one.outcomes & state) for one in again if one.outcomes & state)
        return self._steps.raised(statement, state)

    # tests -----------------------------------------------------------------------------------------------------------------------

    def _if(self, statement: cst.If, state: int) -> Fate:
        fate = self._evaluated(statement.test, state)
        state = fate.next
        passed = self._steps.range_of(statement.test, self._handling[-1] if self._handling else ())
        true, false = _split(passed, state)
        self._note(statement.test, true)
        refreshed = self._steps.refreshed(statement, true)
        with self._marks.by_other_ways(true & false):
            yes = self.suite(statement.body, true & ~refreshed).also(Fate(left=refreshed))
        if passed != UNKNOWN:
            stays = running(yes.back | yes.again | yes.next)
            self.went_back[statement.test] = self.went_back.get(statement.test, 0) | stays & running(true)
        rest = statement.orelse
        # what a function returns goes on behind its call
        decides = everything(msgspec.structs.replace(yes, returned=0) if self._in_function else yes) or yes.back or yes.again
        if passed == UNKNOWN and running(state) & FAILED and decides and self._steps.asks_others(statement.test):
            self.ends_by_others = True
        with self._marks.by_other_ways(true & false):
            no = self._otherwise(rest, false)
        return fate.also(yes.also(no), then=yes.next | no.next)

    def _otherwise(self, rest: cst.If | cst.Else | None, state: int) -> Fate:
        if rest is None:
            return Fate(next=state)
        if isinstance(rest, cst.Else):
            return self.suite(rest.body, state)
        self._note(rest, state)
        return self._if(rest, state)

    def _match(self, statement: cst.Match, state: int) -> Fate:
        fate = self._evaluated(statement.subject, state)
        left = fate.next
        following = 0
        for case in statement.cases:
            taken, passed_by = _split(self._steps.in_case(case), left)
            if case.guard is not None:
                asked = self._evaluated(case.guard, taken)
                fate = fate.also(asked, then=0)
                taken, refused = _split(self._steps.range_of(case.guard, self._handling[-1] if self._handling else ()), asked.next)
                passed_by |= refused
            self._note(case.pattern, taken)
            with self._marks.by_other_ways(taken & passed_by):
                done = self.suite(case.body, taken)
            fate, following = fate.also(done), following | done.next
            if takes_all(case):
                left = 0
                break
            stays = running(done.back | done.again | done.next)
            self.went_back[case.pattern] = self.went_back.get(case.pattern, 0) | stays & running(taken)
            left = passed_by
        return fate.also(Fate(), then=following | left)

    # exceptions ------------------------------------------------------------------------------------------------------------------

    def _try(self, statement: cst.Try | cst.TryStar, state: int) -> Fate:
        body = self.suite(statement.body, state)
        pending = body.raised
        fate = Fate(body.next, body.back, body.returned, body.left, body.broke, body.again)
        if statement.orelse is not None:
            done = self.suite(statement.orelse.body, body.next)
            fate = fate.also(done, then=done.next)
        for handler in statement.handlers:
            taken, pending = self._taken(handler, pending)
            if taken:
                answered = (Raised(one.types, (running(one.outcomes) | ended(one.outcomes)) & ERRORS) for one in taken)
                self.caught.setdefault(handler, []).extend(one for one in answered if one.outcomes)
                by_others = body.next | body.back | body.returned | body.left | reduce(or_, (one.outcomes for one in pending), 0)
                with self._marks.by_other_ways(by_others):
                    fate = fate.also(self._handled(handler, taken))
        fate = fate.also(Fate(raised=pending))
        if statement.finalbody is not None:
            everything = fate.next | fate.back | fate.returned | fate.left | fate.broke | fate.again
            last = self.suite(statement.finalbody.body, everything)
            fate = fate.also(Fate(raised=last.raised))
        return fate

    def _taken(self, handler: Handler, pending: tuple[Raised, ...]) -> tuple[tuple[Raised, ...], tuple[Raised, ...]]:
        """What a handler takes, and what is left for the next one."""
        taken: list[Raised] = []
        left: list[Raised] = []
        for raised in pending:
            passed = self._steps.taken(handler, Raised(raised.types, running(raised.outcomes) | ended(raised.outcomes)))
            caught, rest = raised.outcomes & both_halves(passed.may), raised.outcomes & ~both_halves(passed.must)
            if caught:
                taken.append(Raised(raised.types, caught))
            if rest:
                left.append(Raised(raised.types, rest))
        return tuple(taken), tuple(left)

    def _handled(self, handler: Handler, taken: tuple[Raised, ...]) -> Fate:
        state = 0
        for one in taken:
            state |= one.outcomes
        self._note(handler, state)
        if self._steps.renews(handler):
            self._steps.note_answered(handler.body, state)
            return Fate(left=state)
        self._handling.append(taken)
        try:
            fate = self.suite(handler.body, state)
        finally:
            self._handling.pop()
        stays = fate.back | fate.again | fate.next
        self.went_back[handler] = self.went_back.get(handler, 0) | running(stays) & running(state)
        return fate

    def _with(self, statement: cst.With, state: int) -> Fate:
        fate = Fate(next=state)
        for item in statement.items:
            done = self._evaluated(item.item, fate.next)
            fate = fate.also(done, then=done.next)
        self._steps.enters(statement, fate.next)
        body = self.suite(statement.body, fate.next)
        quiet = self._steps.suppressed(statement, body.raised)
        if quiet:
            kept = tuple(Raised(one.types, one.outcomes & ~quiet) for one in body.raised if one.outcomes & ~quiet)
            body = Fate(body.next | quiet, body.back, body.returned, body.left, body.broke, body.again, kept)
        return fate.also(body, then=body.next)

    # loops inside ----------------------------------------------------------------------------------------------------------------

    def _loop(self, statement: cst.For | cst.While, state: int) -> Fate:
        head = statement.iter if isinstance(statement, cst.For) else statement.test
        fate = self._evaluated(head, state)
        entered = fate.next
        endless = isinstance(statement, cst.While) and isinstance(statement.test, cst.Name) and statement.test.value == "True"
        passed = self._steps.range_of(statement.test) if isinstance(statement, cst.While) else Range()
        self._in_loop += 1
        try:
            with self._marks.by_other_ways(ALL_WAYS):
                body = self.suite(statement.body, entered)
                more = (body.next | body.again) & ~entered
                if more:
                    # a second pass, for what the first one brought
                    body = body.also(self.suite(statement.body, more & ~both_halves(NOT_YET)))
        finally:
            self._in_loop -= 1
        through = 0 if endless else _split(passed, entered | body.next | body.again)[1] | (entered if isinstance(statement, cst.For) else 0)
        following = through
        inner = Fate(0, body.back, body.returned, body.left, 0, 0, body.raised)
        if statement.orelse is not None:
            done = self.suite(statement.orelse.body, through)
            inner, following = inner.also(done, then=0), done.next
        return fate.also(inner, then=following | body.broke)


def takes_all(case: cst.MatchCase) -> bool:
    """``case _:``."""
    return case.guard is None and isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None


def _split(passed: Range, state: int) -> tuple[int, int]:
    """The parts of a state that may find a test true, and false."""
    fresh = both_halves(NOT_YET)
    return state & (both_halves(passed.may) | fresh), state & ~(both_halves(passed.must) & ~fresh)


def everything(fate: Fate) -> int:
    """All outcomes that leave a piece of code other than into another pass."""
    found = fate.returned | fate.left | fate.broke
    for one in fate.raised:
        found |= one.outcomes
    return found & ALL_WAYS
