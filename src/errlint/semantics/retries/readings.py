"""What a walk through a retry says about the policy: which failures are retried, how long it waits, when it stops."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.names import dotted
from errlint.semantics.retries.exits import Region
from errlint.semantics.retries.outcomes import FAILURES, NO_ANSWER, NOT_YET
from errlint.semantics.retries.policy import Retried, Stop, Wait
from errlint.semantics.statuses import ERRORS, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.loops import Passage

_MAY_WAIT = re.compile(r"sleep|wait|back_?off|throttl|limit|delay|pause|cool|acquire|handle|retry", re.IGNORECASE)
"""Calls of unknown functions that may well wait."""
_WAITS_FOR_SERVER = 1 << 429 | 1 << 503
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


# which failures --------------------------------------------------------------------------------------------------------------------


def retried(semantics: Semantics, passages: Sequence[Passage]) -> Retried:
    """The failures after which the attempts are made again."""
    may = must = 0
    for passage in passages:
        found = passage.retried
        may, must = may | found.may, must | found.must
    transport = True if must & NO_ANSWER else None if may & NO_ANSWER else False
    named = _named(passages) & may
    places = tuple(_places(semantics, passages))
    return Retried(Range(may & ERRORS, must & ERRORS), transport, named=named, places=places)


def _named(passages: Sequence[Passage]) -> int:
    found = 0
    for passage in passages:
        for node in passage.walk.reached:
            if isinstance(node, _HANDLERS):
                found |= passage.predicates.types.statuses_named(passage.predicates.types.named(node.type))
            elif isinstance(node, cst.BaseExpression):
                found |= passage.predicates.named_in(node)
        if isinstance(passage.region, cst.While):
            found |= passage.predicates.named_in(passage.region.test)
    return found


def _places(semantics: Semantics, passages: Sequence[Passage]) -> Iterator[Place]:
    """The handlers and tests that let failures go into another pass, in document order."""
    let: dict[cst.CSTNode, int] = {}
    for passage in passages:
        for node, outcomes in passage.walk.went_back.items():
            let[node] = let.get(node, 0) | outcomes & passage.back & FAILURES
    order = semantics.tree.order
    ranked = sorted((node for node, outcomes in let.items() if outcomes), key=lambda node: order[node])
    handlers = [node for node in ranked if isinstance(node, _HANDLERS)]
    for node in ranked:
        if isinstance(node, _HANDLERS):
            yield Place(node, f"{_caught(node)} caught here, and the call is made again")
        elif not any(semantics.tree.within(node, handler) for handler in handlers) and isinstance(node, cst.BaseExpression):
            yield Place(node, "after this test the call is made again")
    if not ranked:
        yield Place(passages[0].region, "whatever is not a success goes into another pass")


def _caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> str:
    if handler.type is None or dotted(handler.type) in ("Exception", "BaseException"):
        return "any exception is"
    written = dotted(handler.type)
    return f"`{written}` is" if written else "these exceptions are"


# how long ----------------------------------------------------------------------------------------------------------------------


def wait_of(semantics: Semantics, passages: Sequence[Passage], failures: Retried) -> Wait:
    """How long the policy waits, and whether it asks the server; where statuses that come with Retry-After are named, after those."""
    asked = failures.named & _WAITS_FOR_SERVER or FAILURES
    waits: list[Wait] = []
    perhaps = False
    for passage in passages:
        for call, outcomes in passage.steps.pauses.items():
            if outcomes & (asked | NOT_YET):
                delay = semantics.waits.pause(call)
                if delay is not None:
                    waits.append(semantics.waits.of(delay, passage.region))
        unknown = [call for call, outcomes in passage.steps.unknown.items() if outcomes & asked]
        perhaps = perhaps or any(_MAY_WAIT.search((dotted(call.func) or "").rpartition(".")[2]) for call in unknown)
    if not waits:
        return Wait("unknown" if perhaps else "none", None, None if perhaps else False, None if perhaps else False)
    return _longest(waits)


def _longest(waits: list[Wait]) -> Wait:
    """Several waits as one: it asks the server, grows or has chance in it if any of them does."""
    ranks = ("growing", "unknown", "constant", "none")
    first = min(waits, key=lambda wait: ranks.index(wait.growth))
    servers = [wait.server for wait in waits]
    server = True if True in servers else None if None in servers else False
    caps = [wait.cap for wait in waits if wait.cap is not None]
    return Wait(
        first.growth,
        first.seconds,
        any(wait.jitter for wait in waits),
        server,
        max(caps, default=None),
        first.node,
        tuple(dict.fromkeys(place for wait in waits for place in wait.places)),
    )


# when it ends --------------------------------------------------------------------------------------------------------------------


def stop_of(semantics: Semantics, passages: Sequence[Passage]) -> Stop:
    """When the policy gives up."""
    region = passages[0].region
    counted = [test for passage in passages for test in passage.counters.tests]
    if isinstance(region, cst.For):
        return _of_iterable(semantics, region)
    if isinstance(region, cst.While) and not _is_endless(region):
        found = _attempts_of_while(semantics, region)
        if counted or found is not None:
            return Stop(True, found, None, region.test)
        return Stop(None, None, None, region.test)
    if counted:
        return Stop(True, None, None, counted[0])
    return Stop(False)


def _is_endless(region: Region) -> bool:
    if not isinstance(region, cst.While):
        return False
    test = region.test
    return (isinstance(test, cst.Name) and test.value == "True") or (isinstance(test, cst.Integer) and bool(test.evaluated_value))


def _of_iterable(semantics: Semantics, region: cst.For) -> Stop:
    iterable = region.iter
    if isinstance(iterable, cst.Call):
        name = (dotted(iterable.func) or "").rpartition(".")[2]
        if name == "count":
            return Stop(False, None, None, iterable)
        if name == "range":
            return Stop(True, _length_of_range(semantics, iterable), None, iterable)
        if name == "enumerate" and iterable.args:
            return Stop(True, _length(semantics, iterable.args[0].value), None, iterable)
    return Stop(True, _length(semantics, iterable), None, iterable)


def _length_of_range(semantics: Semantics, call: cst.Call) -> int | None:
    bounds = [semantics.waits.number(argument.value) for argument in call.args]
    if any(bound is None for bound in bounds) or not 1 <= len(bounds) <= 3:
        return None
    return len(range(*(int(bound) for bound in bounds if bound is not None)))


def _length(semantics: Semantics, iterable: cst.BaseExpression) -> int | None:
    if isinstance(iterable, (cst.Tuple, cst.List)):
        return len(iterable.elements)
    if isinstance(iterable, (cst.Name, cst.Attribute)):
        lengths = {len(value.elements) for value in semantics.constants.values(iterable) if isinstance(value, (cst.Tuple, cst.List))}
        return lengths.pop() if len(lengths) == 1 else None
    return None


def _attempts_of_while(semantics: Semantics, region: cst.While) -> int | None:
    """``while attempt < 5`` with a counter that starts at 0 or 1."""
    test = region.test
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or not isinstance(test.left, cst.Name):
        return None
    limit = semantics.waits.number(test.comparisons[0].comparator)
    starts = {semantics.waits.number(binding.value) for binding in semantics.scopes.reaching(test.left) if binding.value is not None}
    if limit is None or len(starts) != 1:
        return None
    start = starts.pop()
    if start is None or not isinstance(test.comparisons[0].operator, (cst.LessThan, cst.LessThanEqual)):
        return None
    return int(limit - start) + isinstance(test.comparisons[0].operator, cst.LessThanEqual)
