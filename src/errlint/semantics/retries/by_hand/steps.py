"""What single expressions do to outcomes: the attempt brings them, calls raise for them, functions of the file are entered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.regex import later
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.ends import never_returns
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.by_hand.own_calls import OwnCalls
from errlint.semantics.retries.by_hand.restarts import restarts
from errlint.semantics.retries.exception_types import ExceptionTypes, Raised
from errlint.semantics.retries.limits import limit_of
from errlint.semantics.retries.outcomes import ALL_WAYS, FAILED, FAILURES, NO_ANSWER, NOT_YET, both_halves, ended, refused, running
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.sent.renewals import CREDENTIALS, renews
from errlint.semantics.retries.sent.repairs import Repairs
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.words import BEGINS_WITH_A_WAIT, MAY_WAIT
from errlint.semantics.values.status_sets import ERRORS, SUCCESS, Range, statuses
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.fates import Fate

Function = cst.FunctionDef | cst.Lambda
Callee = cst.FunctionDef | cst.Lambda | cst.Call
"""What runs when a parameter is called: a function of the file, or one of a library, as a call of it that is not written in the file."""
_ANSWERED = statuses(100, 600)
_SUCCEEDED = _ANSWERED & ~ERRORS
_REJECTED = later(r"auth|unauthori[sz]ed|forbidden|credential|token|login|session", re.IGNORECASE)
_DEPTH = 3
"""How many functions are entered inside of each other."""
_MOST = 400
"""How many calls a walk looks into before it gives up; real loops have a few dozen."""


class Steps:
    """The single steps of a walk through one region.

    :param attempt: the call whose outcomes are followed; :param callees: the functions that it runs, where it calls a parameter;
    :param assumed: what it raises for error statuses, if that is assumed; :param turns: statements after which another request is sent;
    :param changes: statements and calls that make another request of it where a failure leads there.
    :ivar pauses: calls that wait, with the outcomes that get there; :ivar unknown: other calls that nothing is known of;
    :ivar limiters: what ``with`` blocks may wait for, likewise;
    :ivar self_calls: calls by which a function calls itself; :ivar is_made_again: the attempt ends what is followed;
    :ivar answered: where failures are answered by another request (new credentials, something mended), and which.
    """

    def __init__(
        self,
        semantics: Semantics,
        predicates: Predicates,
        region: Region,
        attempt: cst.Call,
        callees: Sequence[Callee] = (),
        *,
        assumed: Sequence[Raised] | None = None,
        turns: frozenset[cst.CSTNode] = frozenset(),
        changes: frozenset[cst.CSTNode] = frozenset(),
    ) -> None:
        self._semantics = semantics
        self._predicates = predicates
        self._types: ExceptionTypes = predicates.types
        self._region = region
        self._attempt = attempt
        self.callees = callees
        self.assumed = assumed
        self.turns = turns
        self.changes = changes
        self._restarts = restarts(semantics, region) if isinstance(region, cst.FunctionDef) else {}
        self._entered: list[Function] = []
        self._inside = 0
        self._calls = 0
        self.is_made_again = False
        self.pauses: dict[cst.Call, int] = {}
        self.unknown: dict[cst.Call, int] = {}
        self.limiters: dict[cst.BaseExpression, int] = {}
        self.self_calls: dict[cst.Call, int] = {}
        self.answered: dict[cst.CSTNode, int] = {}
        self.walk_function: Callable[[Function, int], Fate]

    @cached_property
    def _own_calls(self) -> OwnCalls:
        assert isinstance(self._region, cst.FunctionDef)
        return OwnCalls(self._semantics, self._region, self._attempt)

    @cached_property
    def _repairs(self) -> Repairs:
        return Repairs(self._semantics, self._attempt)

    def note_answered(self, place: cst.CSTNode, state: int) -> None:
        """Note that the failures among the outcomes that get to a place are answered there by another request."""
        failed = (running(state) | ended(state)) & FAILED
        if failed:
            self.answered[place] = self.answered.get(place, 0) | failed

    # questions of the walk ---------------------------------------------------------------------------------------------------------

    def range_of(self, test: cst.BaseExpression, caught: Sequence[Raised] = ()) -> Range:
        """The outcomes under which a test is true; ``caught`` is what the handler around it has caught."""
        self._predicates.in_flight = tuple(Raised(one.types, running(one.outcomes) | ended(one.outcomes)) for one in caught)
        try:
            return self._predicates.range_of(test)
        finally:
            self._predicates.in_flight = ()

    def in_case(self, case: cst.MatchCase) -> Range:
        """The outcomes that the pattern of a case of ``match response.status_code`` takes."""
        return self._predicates.in_case(case)

    def taken(self, handler: Handler, raised: Raised) -> Range:
        """What a handler takes of an exception, which came of the attempt."""
        names = [name for name in self._types.named(handler.type) if self._semantics.attempts.may_raise(self._attempt, name)]
        return self._types.taken(names, raised)

    def suppressed(self, statement: cst.With, raised: Sequence[Raised]) -> int:
        """The outcomes whose exceptions ``with suppress(X):`` ends."""
        found = 0
        for item in statement.items:
            call = item.item
            if isinstance(call, cst.Call) and (self._semantics.names.qualified(call.func) or "").endswith("contextlib.suppress"):
                names = [name for argument in call.args for name in self._types.named(argument.value)]
                for one in raised:
                    found |= one.outcomes & both_halves(self._types.taken(names, Raised(one.types, running(one.outcomes))).must)
        return found

    def raises_again(self, statement: cst.Raise) -> bool:
        """``raise`` and ``raise e`` in the handler that caught ``e``."""
        if statement.exc is None:
            return True
        if not isinstance(statement.exc, cst.Name):
            return False
        bindings = self._semantics.scopes.reaching(statement.exc)
        return bool(bindings) and bindings[0].how is How.EXCEPT

    def raised(self, statement: cst.Raise, state: int) -> tuple[Raised, ...]:
        """What a ``raise`` makes of the outcomes that get to it."""
        if self._semantics.is_refused_at(statement):
            state = refused(state)
        exceptions = self._semantics.evaluator.exceptions
        chosen = exceptions.chosen(statement.exc) if statement.exc is not None else ()
        made = exceptions.made_elsewhere(statement.exc) if statement.exc is not None and not chosen else ()
        if not chosen and not made:
            return (Raised(self._types_of(statement), state),)
        found = [Raised((self._types.canonical(name),), state & both_halves(under | NOT_YET)) for name, under in chosen or made]
        # which of them a function makes of other outcomes is not known
        rest = state & ~both_halves(reduce(or_, (under for _, under in made), NOT_YET)) if made else 0
        return tuple(one for one in (*found, Raised(tuple(self._types.canonical(name) for name, _ in made), rest)) if one.outcomes)

    def _types_of(self, statement: cst.Raise) -> tuple[str, ...]:
        """The type that a ``raise`` raises: ``ApiError``, ``ApiError(…)``, ``ApiError.of(…)``."""
        made = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
        owner = self._semantics.types.named(made.value) if isinstance(made, cst.Attribute) else None
        sheet = self._semantics.types.type(owner) if owner else None
        if isinstance(made, cst.Attribute) and sheet is not None and sheet.is_a == "exception":
            made = made.value
        return tuple(self._types.named(made)) if made is not None else (UNKNOWN_TYPE,)

    def refreshed(self, statement: cst.If, state: int) -> int:
        """The part of the state that is rejected credentials, where the branch gets new ones: the next attempt is another request."""
        outcomes = (running(state) | ended(state)) & ~NOT_YET
        if not outcomes or outcomes & ~CREDENTIALS:
            return 0
        if not renews(self._semantics, statement.body):
            return 0
        self.note_answered(statement.body, state)
        return state & ~both_halves(NOT_YET)

    def renews(self, handler: Handler) -> bool:
        """Whether a handler of rejected credentials gets new ones: the next attempt is another request."""
        names = self._types.named(handler.type)
        about = all(_REJECTED.search(name.rpartition(".")[2].rpartition(":")[2]) for name in names)
        return bool(names) and about and renews(self._semantics, handler.body)

    def asks_others(self, test: cst.BaseExpression) -> bool:
        """``if not budget.allows(): break``: what is not about the answer, or keeps a record of answers, may know what is enough."""
        calls = [node for node in (test, *self._semantics.tree.below(test)) if isinstance(node, cst.Call)]
        for name in (node for node in (test, *self._semantics.tree.below(test)) if isinstance(node, cst.Name)):
            values = (binding.value for binding in self._semantics.scopes.reaching(name) if binding.how is How.VALUE)
            calls += [value for value in values if isinstance(value, cst.Call) and value is not self._attempt]
        return any(map(self._is_others, calls))

    def _is_others(self, call: cst.Call) -> bool:
        is_answer = self._semantics.waits.is_answer
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        if owner is not None and is_answer(owner):
            return False
        keeps = isinstance(owner, cst.Name) and owner.value not in ("self", "cls") and self._semantics.names.qualified(owner) is None
        return keeps or not any(is_answer(argument.value) for argument in call.args)

    def enters(self, statement: cst.With, state: int) -> None:
        """Note what a ``with`` block may have to wait for: ``async with self.limiter:``, ``with limits.slot():``."""
        for item in statement.items:
            held = item.item.func if isinstance(item.item, cst.Call) else item.item
            is_request = isinstance(item.item, cst.Call) and self._is_attempt(item.item)
            if not is_request and BEGINS_WITH_A_WAIT.search(dotted(held) or ""):
                self.limiters[item.item] = self.limiters.get(item.item, 0) | running(state) | ended(state)

    def is_of_failures(self, state: int) -> bool:
        """Whether only failures get to a place."""
        outcomes = (running(state) | ended(state)) & ~NOT_YET
        return bool(outcomes & FAILED) and not outcomes & SUCCESS

    # calls -----------------------------------------------------------------------------------------------------------------------

    def calls(self, code: cst.CSTNode) -> list[cst.Call]:
        """The calls in a piece of code, inner ones first; not those of functions that it only defines."""
        return self._semantics.tree.inner_first(code, cst.Call)

    def call(self, call: cst.Call, state: int, caught: Sequence[Raised] = ()) -> Fate:
        """What one call does to the outcomes that get to it; ``caught`` is what the handler around it has caught."""
        from errlint.semantics.retries.by_hand.fates import Fate

        if not state or self._calls > _MOST:
            return Fate(next=state)
        self._calls += 1
        if call in self.changes and self.is_of_failures(state):
            return self._another(call, state)
        functions = self._semantics.runs(call)
        if call in self._restarts:
            self.pauses[call] = self.pauses.get(call, 0) | running(state) | ended(state)
            return Fate(back=running(state) | ended(state))
        if isinstance(self._region, cst.FunctionDef) and self._region in self._semantics.functions.run_by(call):
            if self._own_calls.sends_another(call):
                self.note_answered(call, state)
                return Fate(left=running(state) | ended(state))
            self.self_calls[call] = self.self_calls.get(call, 0) | running(state) | ended(state)
            return Fate(back=running(state) | ended(state))
        if call is self._attempt and self.is_made_again:
            return Fate(back=running(state) | ended(state))
        if call is self._attempt or (self._inside and self._is_attempt(call)):
            return self._born(call, state, functions)
        if never_returns(self._semantics, call, or_raises=False):
            return Fate(left=state)
        if pause_of(self._semantics, call) is not None:
            if not any(isinstance(entered, cst.FunctionDef) and self._repeats(entered) for entered in self._entered):
                self.pauses[call] = self.pauses.get(call, 0) | running(state) | ended(state)
            return Fate(next=state)
        if self._semantics.does_http(call) is not None:
            # another attempt than the one that is followed
            return self._another(call, state) if self.is_of_failures(state) and self._repairs.mends(call) else Fate(next=state)
        entered = self._enter(functions, state)
        if entered is not None:
            return entered
        if not functions and limit_of(self._semantics, call) is None:
            self.unknown[call] = self.unknown.get(call, 0) | running(state) | ended(state)
            return self._elsewhere(call, state, caught)
        return Fate(next=state)

    def _elsewhere(self, call: cst.Call, state: int, caught: Sequence[Raised]) -> Fate:
        """What a function that is not of this file does to the outcomes that get to its call."""
        from errlint.semantics.retries.by_hand.fates import Fate

        onward = self._semantics.onward
        told = onward.behind(call, (running(state) | ended(state)) & ~NOT_YET, caught)
        if told is not None and told.raised:
            made = (Raised(tuple(map(self._types.canonical, types)), state & both_halves(under)) for types, under in told.raised)
            return Fate(next=state & both_halves(told.next | NOT_YET), raised=tuple(one for one in made if one.outcomes))
        raising = self._semantics.raises_for_status(call)
        if raising.answer is Answer.YES:
            raised = self._by_type(raising, state & both_halves(ERRORS))
            return Fate(next=state & ~reduce(or_, (one.outcomes for one in raised), 0), raised=raised)
        if told is None and onward.may_raise(call):
            return Fate(next=state, raised=(Raised((UNKNOWN_TYPE,), state & both_halves(FAILED)),))
        return Fate(next=state)

    def _another(self, call: cst.Call, state: int) -> Fate:
        """What becomes of failures after which another request is sent, or the same one to an API that is no longer the same."""
        from errlint.semantics.retries.by_hand.fates import Fate

        self.note_answered(call, state)
        return Fate(next=state & both_halves(NOT_YET), left=state & ~both_halves(NOT_YET))

    def _repeats(self, function: cst.FunctionDef) -> bool:
        """Whether a function calls itself: then what it waits is the wait of a retry of its own."""
        inner = self._semantics.tree.inside(function.body, cst.Call, into_functions=False)
        return function is not self._region and any(function in self._semantics.functions.run_by(call) for call in inner)

    def _is_attempt(self, call: cst.Call) -> bool:
        """Whether a call makes a request, or its value is used as only answers are."""
        return self._semantics.does_http(call) is not None or self._semantics.attempts.use_of(call) is not None

    def _by_type(self, raising: Raising, errors: int) -> tuple[Raised, ...]:
        """Error statuses as the exceptions that they become."""
        found = (Raised(types, errors & both_halves(under)) for types, under in raising.by_type)
        return tuple(one for one in found if one.outcomes)

    def _enter(self, functions: Sequence[Function], state: int) -> Fate | None:
        """Walk into functions of the file, where they matter."""
        fate: Fate | None = None
        for function in functions:
            if function in self._entered or len(self._entered) >= _DEPTH or not self._matters(function):
                continue
            self._entered.append(function)
            try:
                done = self.walk_function(function, state)
            finally:
                self._entered.pop()
            if isinstance(function, cst.FunctionDef) and function.decorators:
                done = msgspec.structs.replace(done, raised=self._semantics.retries.last_failures.of(function, done.raised))
            fate = done if fate is None else fate.also(done)
        return fate

    def _matters(self, function: Function) -> bool:
        """Whether a function raises, waits, or leads back into the retry."""
        if self._inside:
            return True
        for node in self._semantics.tree.inside(function.body, cst.Raise, cst.Call, into_functions=False):
            if isinstance(node, cst.Raise) and not self._is_missing(node):
                return True
            if isinstance(node, cst.Call):
                if pause_of(self._semantics, node) is not None:
                    return True
                inner = self._semantics.functions.run_by(node)
                if not inner and MAY_WAIT.search((dotted(node.func) or "").rpartition(".")[2]):
                    return True
                if self._region in inner or self._semantics.raises_for_status(node).answer is Answer.YES:
                    return True
        return False

    def _is_missing(self, statement: cst.Raise) -> bool:
        """``raise NotImplementedError``: another class has the code that runs."""
        made = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
        return made is not None and self._semantics.names.qualified(made) == "NotImplementedError"

    def _born(self, call: cst.Call, state: int, functions: Sequence[Function]) -> Fate:
        """The outcomes that an attempt brings."""
        from errlint.semantics.retries.by_hand.fates import Fate, everything

        halves = (ALL_WAYS & both_halves(_ANSWERED | FAILURES)) if running(state) and ended(state) else 0
        if not halves:
            halves = _ANSWERED | FAILURES if running(state) else both_halves(_ANSWERED | FAILURES) & ~(_ANSWERED | FAILURES)
        if call is self._attempt and self.callees:
            functions = [callee for callee in self.callees if not isinstance(callee, cst.Call)]
            call = next((callee for callee in self.callees if isinstance(callee, cst.Call)), call)
        if functions and len(self._entered) < _DEPTH:
            self._inside += 1
            try:
                fate = self._enter(functions, state)
            finally:
                self._inside -= 1
            if fate is not None and (fate.next | everything(fate)) & both_halves(FAILURES):
                return fate
        raising = self._semantics.raises_for_status(call)
        if raising.answer is Answer.UNKNOWN and not functions and self._semantics.attempts.use_of(call) is not None:
            raising = Raising(Answer.NO)
        if call is self._attempt and self.assumed is not None:
            errors = tuple(Raised(one.types, halves & both_halves(one.outcomes & ERRORS)) for one in self.assumed)
            return Fate(next=halves & both_halves(_SUCCEEDED), raised=(Raised((), halves & both_halves(NO_ANSWER)), *errors))
        answered = both_halves(_SUCCEEDED if raising.answer is Answer.YES else _ANSWERED)
        raised = [Raised((), halves & both_halves(NO_ANSWER))]
        if raising.answer is not Answer.NO:
            known = raising if raising.types else None
            types = (UNKNOWN_TYPE,) if functions or self.callees or raising.answer is Answer.UNKNOWN else ()
            statuses_raised = halves & both_halves(ERRORS)
            raised.extend(self._by_type(known, statuses_raised) if known is not None else (Raised(types, statuses_raised),))
        return Fate(next=halves & answered, raised=tuple(raised))
