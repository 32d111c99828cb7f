"""Retries written by hand: where the same request fails again, they are left before they wait."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.asked.presence import asks_in_vain
from errlint.semantics.errors.bare_raises import may_have_no_answer
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.leaving import goes_on, leaves
from errlint.semantics.retries.exception_types import BROAD, Raised
from errlint.semantics.retries.outcomes import members
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.retries.sent.repairs import Repairs
from errlint.semantics.rewrites.answer_guards import AnswerGuards
from errlint.semantics.rewrites.assorted import Assorted, Assortment, taken_by
from errlint.semantics.rewrites.endings import Way
from errlint.semantics.rewrites.failures import Failure, Failures, permanent
from errlint.semantics.rewrites.own_tests import by_own_test
from errlint.semantics.rewrites.places import announcement_in, first_of_telling, first_of_wait, pause_in, told_alone
from errlint.semantics.rewrites.predicates import may_succeed
from errlint.semantics.rewrites.traces import Traces
from errlint.semantics.rewrites.ways_out import WaysOut
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.rewrites.written_types import is_written
from errlint.semantics.values.status_sets import ERRORS


@dataclass(frozen=True, eq=False)
class Guard:
    """Edits that put a guard before the wait.

    :ivar safe: in a handler that takes nothing but error statuses, and the failure comes to what it came to after the last attempt.
    """

    edits: tuple[Edit, ...]
    safe: bool


class Guards:
    """Guards for the retries of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._failures = Failures(writing)
        self._answers = AnswerGuards(writing)

    def of(self, policy: RetryPolicy) -> Guard | None:
        """The guard for a policy; None where it is not clear where it belongs."""
        region = policy.code[0] if policy.code else None
        if not policy.written_by_hand or not isinstance(region, (cst.For, cst.While, cst.FunctionDef)):
            return None
        handlers = [place.node for place in policy.retried.places if isinstance(place.node, (cst.ExceptHandler, cst.ExceptStarHandler))]
        ways = WaysOut(self._writing, policy, region)
        taking = [handler for handler in handlers if self._takes_statuses(policy, handler) and self._takes_hopeless(policy, handler)]
        if any(asks_in_vain(self._semantics, handler) for handler in taking):
            return None  # what the handler has for such failures begins to work once that is mended
        if any(isinstance(one, cst.ExceptStarHandler) or self._is_told_by_users(one) for one in taking):
            return None  # nothing may leave an `except*`
        if any(may_have_no_answer(self._semantics, one) for one in taking):
            return None  # a guard by the answer would never be true
        if taking:
            return self._in_handlers(policy, ways, taking)
        edits = self._answers.of(policy, region, ways)
        return Guard(edits, safe=False) if edits else None

    def _is_told_by_users(self, handler: Handler) -> bool:
        """``status in statuses``, a parameter without default: what is retried in vain stands where the retry is used."""
        for comparison in self._semantics.tree.inside(handler.body, cst.Comparison):
            asked = comparison.comparisons[0]
            if isinstance(asked.operator, (cst.In, cst.NotIn)) and isinstance(asked.comparator, cst.Name):
                bindings = self._semantics.scopes.reaching(asked.comparator)
                if any(isinstance(one.node, cst.Param) and one.node.default is None for one in bindings):
                    return True
        return False

    def _in_handlers(self, policy: RetryPolicy, ways: WaysOut, handlers: list[Handler]) -> Guard | None:
        edits: list[Edit] = []
        safe = True
        for handler in handlers:
            failure = self._own_failure(handler) or self._tried_failure(policy, handler)
            if self._names_own_classes(handler):
                failure = self._tried_failure(policy, handler) or failure
            found = self._in_handler(policy, ways, handler, failure) if failure is not None else None
            if found is None:
                return None
            edits += found.edits
            safe = safe and found.safe
        return Guard(tuple(edits), safe)

    def _in_handler(self, policy: RetryPolicy, ways: WaysOut, handler: Handler, failure: Failure | Assorted) -> Guard | None:
        if not isinstance(handler.body, cst.IndentedBlock):
            return None
        name, edits = self._named(handler)
        if name is None:
            return None
        more: Edit | None = None
        is_narrow = isinstance(failure, Failure) and self._is_narrow(handler, failure) and not self._writes_more(policy, handler)
        inline = self._inline(policy, handler, failure, name, handler) if isinstance(failure, Failure) else None
        if isinstance(failure, Failure) and inline is not None:
            worth = self._semantics.judge.worth(policy, at=handler)
            more = by_own_test(self._writing, ways, handler, failure, name=name, worth=worth) if not worth.drop else None
            test, hopeful = inline, f"not ({inline})"
        else:
            at = pause_in(self._semantics, policy, handler) or handler
            predicate, added = may_succeed(self._writing, policy, failure, at=at)
            test, hopeful = f"not {predicate}({name})", f"{predicate}({name})"
            worth = self._semantics.judge.worth(policy, by_code=True, at=at)
            is_narrow = is_narrow and worth.exact and not worth.guessed
            edits += added
        way = ways.endings.at(pause_in(self._semantics, policy, handler) or handler.body.body[-1], name)
        if way.stops_others:
            return None
        as_last = ways.by_last_attempt(handler, test, hopeful) if more is None or not way.raises else None
        if as_last is not None:
            return Guard((*edits, *as_last), is_narrow)
        if more is not None:
            return Guard((*edits, more), is_narrow and way.raises and way.same)  # it raises, be it not what the last attempt does
        if isinstance(failure, Failure) and inline is not None:
            test = self._inline(policy, handler, failure, name, pause_in(self._semantics, policy, handler) or handler) or test
        written = self._placed(policy, ways, handler, name, test)
        return Guard((*edits, written[0]), is_narrow and written[1].same) if written is not None else None

    def _placed(self, policy: RetryPolicy, ways: WaysOut, handler: Handler, name: str, test: str) -> tuple[Edit, Way] | None:
        """The guard before the wait; where there is none, at the end of the handler, or ahead of what is told if the error goes on."""
        body = handler.body
        assert isinstance(body, cst.IndentedBlock)
        pause = pause_in(self._semantics, policy, handler)
        last = body.body[-1]
        way = ways.endings.at(pause or last, name)
        asked = self._writing.asked(test, pause or last)
        done = [f"{self._writing.step}{line}" for line in way.lines]
        lines = [*asked, *done]
        kept = None if way.raises else caught_name(handler) or ""
        announced = announcement_in(self._semantics, body, kept=kept) if pause is None else None
        place: cst.CSTNode = announced or last
        leads_on = pause is not None or announced is not None
        if pause is not None:
            place = first_of_wait(self._semantics, pause, within=handler, kept=kept)
            whole = first_of_wait(self._semantics, pause, within=handler, kept=None)
            told = told_alone(self._writing, whole, kept) if kept is not None else None
            if told is not None:
                place, lines = whole, [*asked, f"{self._writing.step}{told}", *done]
        elif way.raises:
            first, above = first_of_telling(self._semantics, body)
            if first is None:
                return None if leaves(body) else (self._writing.below(last, lines), self._lost(policy, ways, way, last, below=True))
            place = first
            leads_on = above is not None
        elif announced is None and leaves(body) and not goes_on(body):
            return None  # what goes into another pass has left before
        elif announced is None and not leaves(body):
            if isinstance(last, cst.BaseCompoundStatement):
                return None
            written = self._writing.in_place_of_pass(last, lines) or self._writing.after(last, lines)
            return written, self._lost(policy, ways, way, last, below=True)
        if not self._writing.starts_line(place):
            return None
        written = self._writing.in_place_of_pass(place, lines) or self._writing.before(place, lines, with_comments=leads_on)
        return written, self._lost(policy, ways, way, place)

    def _lost(self, policy: RetryPolicy, ways: WaysOut, way: Way, place: cst.CSTNode, *, below: bool = False) -> Way:
        """A way at a place: the failure comes to something else where it no longer leaves what it left behind."""
        traces = Traces(self._semantics, policy, ways.endings.grows)
        passed = ways.endings.passed_over(place, below=below)
        return replace(way, same=way.same and not traces.are_lost(passed, raises=way.raises))

    def _is_narrow(self, handler: Handler, failure: Failure) -> bool:
        """Whether a handler takes nothing but answers: by a type that is written there, and not given or chosen elsewhere."""
        named = self._semantics.predicates.types.named(handler.type) == [failure.sheet.name] and failure.sheet.carries_status
        return named and handler.type is not None and is_written(self._semantics, handler.type)

    def _writes_more(self, policy: RetryPolicy, handler: Handler) -> bool:
        """Whether a handler changes something over HTTP, be it what the request has failed for; what is known to be that is spared."""
        known = [place for place, _ in policy.retried.answered]
        repairs = [Repairs(self._semantics, attempt.call) for attempt in policy.attempts]
        calls = self._tree.inside(handler.body, cst.Call, into_functions=False)
        sent = [call for call in calls if not any(self._tree.within(call, place) for place in known)]
        return any(one.writes(call) for call in sent if self._semantics.does_http(call) is not None for one in repairs)

    def _inline(self, policy: RetryPolicy, handler: Handler, failure: Failure, name: str, at: cst.CSTNode) -> str | None:
        """The test, at a place, for failures that nothing will come of; None where it takes a function to tell."""
        by_code = self._failures.code_of(failure, name, policy.catalogue) is not None
        worth = self._semantics.judge.worth(policy, by_code=by_code, at=at)
        if not self._is_narrow(handler, failure) or worth.codes or worth.only:
            return None
        present = failure.present(name)
        test = permanent(failure.status(name), worth, certain=failure.certain)
        return f"{present} and {_joined(test)}" if present else test

    def _own_failure(self, handler: Handler) -> Failure | None:
        """By the only type that a handler takes which stands for nothing but an answer."""
        names = self._semantics.predicates.types.named(handler.type)
        sheets = [
            sheet for sheet in map(self._semantics.libraries.type, names) if sheet is not None and sheet.carries_status and sheet.status
        ]
        return self._failures.of_type(sheets[0]) if len(sheets) == 1 else None

    def _names_own_classes(self, handler: Handler) -> bool:
        """Whether a handler names classes of the project, which may stand for an answer beside the type of a library."""
        types = self._semantics.predicates.types
        return any(types.local(name) is not None or is_first_party(name) for name in types.named(handler.type))

    def _tried_failure(self, policy: RetryPolicy, handler: Handler) -> Failure | Assorted | None:
        """By what the code raises that a handler stands by."""
        tried = self._tree.tried(handler)
        taken = taken_by(self._writing, self._semantics.predicates.types.named(handler.type))
        return self._failures.of(policy, tried, taken) or Assortment(self._writing, self._failures).of(policy, tried, taken)

    def _named(self, handler: Handler) -> tuple[str | None, list[Edit]]:
        """The name of the exception, which the handler is given if it has none; ``except:`` takes any. None where it is bound anew."""
        if not self._semantics.rebinding.keeps(handler, handler.body.body[-1]):
            return None, []
        if handler.name is not None:
            return caught_name(handler), []
        name = self._writing.caught(handler)
        if handler.type is None:
            end = self._writing.source.span(handler)[0] + len("except")
            return name, [Edit(end, end, f" BaseException as {name}")]
        end = self._writing.source.end(handler.type)
        return name, [Edit(end, end, f" as {name}")]

    def _takes_statuses(self, policy: RetryPolicy, handler: Handler) -> bool:
        """Whether an error status can arrive in a handler, by its types and by the code that it stands by."""
        types = self._semantics.predicates.types
        names = types.named(handler.type)
        if not self._failures.arriving(handler):
            return False
        if types.covers(names).may >> 400 or any(name in BROAD for name in names):
            return True
        raised = self._failures.raised(policy, self._tree.tried(handler))
        return any(types.taken(names, Raised((name,), ERRORS)).must for name in raised)

    def _takes_hopeless(self, policy: RetryPolicy, handler: Handler) -> bool:
        """Whether one can arrive after which the same request fails again: `except RateLimitError` takes none."""
        worth = self._semantics.judge.worth(policy)
        covered = self._semantics.predicates.types.covers(self._semantics.predicates.types.named(handler.type)).may & ERRORS
        arriving = (covered or ERRORS) & self._failures.arriving(handler)
        return bool(worth.codes) or not all(map(worth.allows, members(arriving)))


def _joined(test: str) -> str:
    """A test as a part of ``and``."""
    return f"({test})" if " or " in test else test
