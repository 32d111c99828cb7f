"""Retries of one's own: a decorator or a helper function whose loop calls whatever it is given.

The loop alone does no HTTP. What is attempted are the functions that the decorator decorates and that the helper is handed; each use may
also say which exceptions are retried. Uses with the same answers are one policy, which stands at the loop; others stand at their uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.functions import Given, bound_arguments
from errlint.semantics.meaning import Place
from errlint.semantics.names import dotted
from errlint.semantics.raises import Answer, Raising
from errlint.semantics.retries.exits import Region
from errlint.semantics.retries.library.leaving import leaving
from errlint.semantics.retries.loops import Passage, assembled, calls_itself, passage
from errlint.semantics.retries.outcomes import NO_ANSWER
from errlint.semantics.retries.policy import Attempt, Retried, RetryPolicy, Stop, Wait
from errlint.semantics.retries.readings import retried
from errlint.semantics.retries.steps import Callee
from errlint.semantics.scopes import How
from errlint.semantics.statuses import ERRORS, Range
from errlint.semantics.summaries import Retrier

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_MOST = 40
"""How many uses of one wrapper are looked at."""
_HOPS = 3


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a wrapper.

    :ivar node: the decorator or the call; :ivar callee: what is attempted; :ivar given: what the wrapper's parameters stand for.
    """

    node: cst.Decorator | cst.Call
    callee: Callee
    given: Given
    name: str


def policies(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The retries of a file that call what they are given."""
    for region in semantics.tree.of_types(cst.For, cst.While, cst.FunctionDef):
        assert isinstance(region, (cst.For, cst.While, cst.FunctionDef))
        if isinstance(region, cst.FunctionDef) and not calls_itself(semantics, region):
            continue
        for call, parameter in _calls_of_parameters(semantics, region):
            found = list(_of_loop(semantics, region, call, parameter))
            yield from found
            if found:
                break


def _calls_of_parameters(semantics: Semantics, region: Region) -> Iterator[tuple[cst.Call, cst.Param]]:
    """The calls in a region whose callee is a parameter of a function around them."""
    for node in semantics.tree.below(region.body, into_functions=False):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            for binding in semantics.scopes.reaching(node.func):
                if binding.how is How.PARAMETER and isinstance(binding.node, cst.Param):
                    yield node, binding.node


def _of_loop(semantics: Semantics, region: Region, call: cst.Call, parameter: cst.Param) -> Iterator[RetryPolicy]:
    owner = semantics.tree.enclosing(parameter, cst.FunctionDef)
    if owner is None:
        return
    groups: dict[tuple[int, int], list[tuple[tuple[Attempt, ...], Passage, Use]]] = {}
    for number, use in enumerate(_uses(semantics, owner, parameter)):
        if number >= _MOST:
            break
        attempts = _attempted(semantics, use)
        if not attempts:
            continue
        found = passage(semantics, region, call, callees=(use.callee,), given=use.given)
        if found.is_retry:
            groups.setdefault((found.retried.may, found.retried.must), []).append((attempts, found, use))
    if not groups:
        yield from _by_what_it_asks(semantics, region, call)
    for group in groups.values():
        attempts = tuple(attempt for made, _, _ in group for attempt in made)
        node = region if len(groups) == 1 else group[0][2].node
        code = tuple(use.callee for _, _, use in group if isinstance(use.callee, (cst.FunctionDef, cst.Lambda)))
        yield assembled(semantics, attempts, [found for _, found, _ in group], mechanism="wrapper", node=node, code=code)


def _by_what_it_asks(semantics: Semantics, region: Region, call: cst.Call) -> Iterator[RetryPolicy]:
    """The retry of a wrapper of whose uses nothing is known, where it asks failures for their HTTP status."""
    found = passage(semantics, region, call, raising=Raising(Answer.YES))
    asked = found.asked_for_status if found.is_retry else None
    if asked is not None:
        attempt = Attempt(call, (Place(asked, "asks for the status of the answer", http=True),))
        yield assembled(semantics, (attempt,), [found], mechanism="wrapper", node=region)


def retries_what_it_gets(semantics: Semantics, function: cst.FunctionDef) -> Retried | None:
    """What a decorator of this file, seen from another one, does with the failures of what it decorates."""
    for region in semantics.tree.below(function.body):
        if not isinstance(region, (cst.For, cst.While)):
            continue
        for call, parameter in _calls_of_parameters(semantics, region):
            if semantics.tree.within(parameter, function):
                found = passage(semantics, region, call, raising=Raising(Answer.YES))
                if found.is_retry:
                    return retried(semantics, [found])
    return None


def foreign(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The retries of decorators that stand in other modules of the project. How long they wait, and when they stop, is said there."""
    for decorated in semantics.tree.all(cst.FunctionDef) if semantics.imported is not None else ():
        for decorator in decorated.decorators:
            name = semantics.names.qualified(_called(decorator.decorator)) or ""
            known = semantics.imported.retrier(name) if semantics.imported is not None and is_first_party(name) else None
            attempts = semantics.attempts.of_running(decorated) if known is not None else []
            policy = _by_retrier(semantics, decorator, decorated, known, tuple(attempts)) if known is not None and attempts else None
            if policy is not None and (policy.retried.statuses.may or policy.retried.transport is not False):
                yield policy


def _by_retrier(
    semantics: Semantics, decorator: cst.Decorator, decorated: cst.FunctionDef, known: Retrier, attempts: tuple[Attempt, ...]
) -> RetryPolicy:
    ways = leaving(semantics, decorated, attempts)
    raised = reduce(or_, (one.outcomes for one in ways.raised), 0)
    may, must = known.may & raised, known.must & raised & ~ways.returned
    transport = True if must & NO_ANSWER else None if may & NO_ANSWER else False
    place = Place(decorator, f"`{dotted(_called(decorator.decorator))}` makes the call again", elsewhere=known.places)
    failures = Retried(Range(may & ERRORS, must & ERRORS), transport, named=known.named & may, places=(place,))
    return RetryPolicy("wrapper", decorator, attempts, failures, Wait(), Stop())


def _attempted(semantics: Semantics, use: Use) -> tuple[Attempt, ...]:
    """The HTTP calls that a use attempts; none when nothing shows that there are any."""
    place = Place(use.node, f"`{use.name}` makes it again after failures")
    if isinstance(use.callee, cst.Call):
        attempt = semantics.attempts.of_call(use.callee)
        if attempt is None:
            return ()
        # the call is not written in the file: what stands there is the function that is handed over
        trail = tuple(replace(step, node=use.node) if step.node is use.callee else step for step in attempt.trail)
        node = use.node if isinstance(use.node, cst.Call) else use.callee
        return (replace(attempt, call=node, trail=(*trail, place)),)
    raises = _raises(semantics, use)
    return tuple(
        replace(attempt, trail=(*attempt.trail, place), raises=raises if raises is not None else attempt.raises)
        for attempt in semantics.attempts.of_running(use.callee)
    )


def _raises(semantics: Semantics, use: Use) -> bool | None:
    return {Answer.YES: True, Answer.NO: False}.get(semantics.raises_for_status(use.callee).answer)


# uses ------------------------------------------------------------------------------------------------------------------------------


def _uses(semantics: Semantics, owner: cst.FunctionDef, parameter: cst.Param) -> Iterator[Use]:
    """Where ``owner`` is handed something to call: as a decorator, by a factory of decorators, in a call."""
    factory = _factory_of(semantics, owner)
    for decorated in semantics.tree.all(cst.FunctionDef):
        for decorator in decorated.decorators:
            given = _given_by_decorator(semantics, decorator.decorator, owner, factory, _HOPS)
            if given is not None:
                yield Use(decorator, decorated, given, dotted(_called(decorator.decorator)) or owner.name.value)
    for call in semantics.tree.all(cst.Call):
        if owner not in semantics.functions.run_by(call) or semantics.tree.within(call, owner):
            continue
        given = bound_arguments(call, owner)
        handed = given.get(parameter)
        for callee in _callees(semantics, handed, call, _HOPS) if handed is not None else ():
            yield Use(call, callee, given, owner.name.value)


def _factory_of(semantics: Semantics, owner: cst.FunctionDef) -> cst.FunctionDef | None:
    """The function that makes the decorator ``owner`` and returns it."""
    outer = semantics.tree.enclosing(owner, cst.FunctionDef)
    if outer is None:
        return None
    returned = (dotted(value) for value in semantics.functions.returned(outer))
    return outer if owner.name.value in returned else None


def _called(expression: cst.BaseExpression) -> cst.BaseExpression:
    return expression.func if isinstance(expression, cst.Call) else expression


def _given_by_decorator(
    semantics: Semantics, decorator: cst.BaseExpression, owner: cst.FunctionDef, factory: cst.FunctionDef | None, hops: int
) -> Given | None:
    """What the parameters stand for where a decorator leads to ``owner``; None where it does not."""
    if isinstance(decorator, cst.Call):
        if factory is not None and factory in semantics.functions.run_by(decorator):
            return bound_arguments(decorator, factory)
        return None
    if not isinstance(decorator, (cst.Name, cst.Attribute)):
        return None
    functions = semantics.functions.run_by(cst.Call(decorator))
    if owner in functions or (factory is not None and factory in functions):
        return {}
    if isinstance(decorator, cst.Name) and hops:
        for binding in semantics.scopes.reaching(decorator):
            if binding.how is How.VALUE and binding.value is not None and not binding.path:
                return _given_by_decorator(semantics, binding.value, owner, factory, hops - 1)
    return None


def _callees(semantics: Semantics, handed: cst.BaseExpression, call: cst.Call, hops: int) -> Iterator[Callee]:
    """What runs when ``handed`` is called: a lambda, a function of the file, a function of a library."""
    if isinstance(handed, cst.Lambda):
        yield handed
    elif isinstance(handed, cst.Call) and (dotted(handed.func) or "").rpartition(".")[2] == "partial" and handed.args:
        yield from _callees(semantics, handed.args[0].value, handed, hops)
    elif isinstance(handed, (cst.Name, cst.Attribute)):
        functions = semantics.functions.run_by(cst.Call(handed))
        yield from functions
        if functions:
            return
        if isinstance(handed, cst.Name) and hops:
            for binding in semantics.scopes.reaching(handed):
                if binding.how is How.VALUE and binding.value is not None and not binding.path:
                    yield from _callees(semantics, binding.value, call, hops - 1)
                    return
        yield cst.Call(handed, call.args[1:])
