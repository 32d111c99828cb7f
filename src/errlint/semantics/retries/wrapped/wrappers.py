"""Retries of one's own: a decorator or a helper function whose loop calls whatever it is given.

The loop alone does no HTTP. What is attempted are the functions that the decorator decorates and that the helper is handed; each use may
also say which exceptions are retried. Uses with the same answers are one policy, which stands at the loop; others stand at their uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Place
from errlint.semantics.program.functions import Given, bound_arguments
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.by_hand.loops import assembled, calls_itself
from errlint.semantics.retries.by_hand.passages import Passage, passage
from errlint.semantics.retries.by_hand.readings import retried, wait_of
from errlint.semantics.retries.by_hand.stops import stop_of
from errlint.semantics.retries.exception_types import AS_LIBRARIES_DO, Raised
from errlint.semantics.retries.policy import Attempt, Retried, RetryPolicy, Stop, Wait
from errlint.semantics.retries.wrapped.handed import Handed, Predicate
from errlint.semantics.retries.wrapped.uses import Use, handing, parameter_behind, uses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_MOST = 40
"""How many uses of one wrapper are looked at."""
_HOPS = 2
"""How many functions pass on what they are given."""
_Groups = dict[tuple[int, int], list[tuple[tuple[Attempt, ...], Passage, Use]]]
"""Uses with their attempts, by the outcomes that may be, and that certainly are, tried again."""


def policies(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The retries of a file that call what they are given."""
    for region in semantics.tree.of_types(cst.For, cst.While, cst.FunctionDef):
        assert isinstance(region, (cst.For, cst.While, cst.FunctionDef))
        if isinstance(region, cst.FunctionDef) and not calls_itself(semantics, region):
            continue
        for call, parameter in calls_of_parameters(semantics, region):
            found = list(_of_loop(semantics, region, call, parameter))
            yield from found
            if found:
                break


def calls_of_parameters(semantics: Semantics, region: Region) -> Iterator[tuple[cst.Call, cst.Param]]:
    """The calls in a region whose callee is a parameter of a function around them."""
    for node in semantics.tree.inside(region.body, cst.Call, into_functions=False):
        if isinstance(node.func, cst.Name):
            for binding in semantics.scopes.reaching(node.func):
                if binding.how is How.PARAMETER and isinstance(binding.node, cst.Param):
                    yield node, binding.node


def _of_loop(semantics: Semantics, region: Region, call: cst.Call, parameter: cst.Param) -> Iterator[RetryPolicy]:
    owner = semantics.tree.enclosing(parameter, cst.FunctionDef)
    if owner is None:
        return
    found = list(islice(uses(semantics, owner, parameter), _MOST))
    groups = _grouped(semantics, region, call, ((use, _attempted(semantics, use)) for use in found))
    groups = groups or _grouped(semantics, region, call, ((use, _by_what_is_caught(semantics, region, call, use)) for use in found))
    if not groups:
        yield from _by_what_it_asks(semantics, region, call)
    for group in groups.values():
        attempts = tuple(attempt for made, _, _ in group for attempt in made)
        node = region if len(groups) == 1 else group[0][2].node
        code = tuple(use.callee for _, _, use in group if isinstance(use.callee, (cst.FunctionDef, cst.Lambda)))
        yield assembled(semantics, attempts, [found for _, found, _ in group], mechanism="wrapper", node=node, code=code)


def _grouped(semantics: Semantics, region: Region, call: cst.Call, attempted: Iterable[tuple[Use, tuple[Attempt, ...]]]) -> _Groups:
    """The uses that are retries, by what they retry; ``attempted`` are uses with their HTTP calls."""
    groups: _Groups = {}
    for use, attempts in attempted:
        if not attempts:
            continue
        raised = AS_LIBRARIES_DO if attempts[0].assumed else None
        found = passage(semantics, region, call, callees=(use.callee,), given=use.given, raised=raised, handed=Handed(semantics, use.given))
        if found.is_retry:
            groups.setdefault((found.retried.may, found.retried.must), []).append((attempts, found, use))
    return groups


def _by_what_is_caught(semantics: Semantics, region: Region, call: cst.Call, use: Use) -> tuple[Attempt, ...]:
    """What a use attempts of which nothing is known but that the loop catches what an SDK raises for errors of its API."""
    if not isinstance(use.callee, (cst.FunctionDef, cst.Lambda)) or semantics.attempts.is_generator(use.callee):
        return ()
    types = passage(semantics, region, call, given=use.given, raised=AS_LIBRARIES_DO).predicates.types
    for node in semantics.tree.inside(region.body, cst.Try, into_functions=False):
        for handler in node.handlers if semantics.tree.within(call, node.body) else ():
            attempt = semantics.attempts.by_type(use.callee, types.named(handler.type), handler)
            if attempt is not None:
                place = Place(use.node, f"`{use.name}` makes it again after failures")
                return (replace(attempt, handed_by=handing(semantics, use.node, use.callee), trail=(*attempt.trail, place)),)
    return ()


def _by_what_it_asks(semantics: Semantics, region: Region, call: cst.Call) -> Iterator[RetryPolicy]:
    """The retry of a wrapper of whose uses nothing is known, where it asks failures for their HTTP status."""
    found = passage(semantics, region, call, raised=AS_LIBRARIES_DO)
    asked = found.asked_for_status if found.is_retry else None
    if asked is not None:
        attempt = Attempt(call, (Place(asked, "asks for the status of the answer", http=True),))
        yield assembled(semantics, (attempt,), [found], mechanism="wrapper", node=region)


@dataclass(frozen=True, eq=False)
class Found:
    """The retry of a function seen from another module: what it does with failures, its schedule, and the parameter that it calls.

    :ivar asks: it asks failures for their status by itself, and is judged where it stands.
    """

    failures: Retried
    parameter: cst.Param
    wait: Wait
    stop: Stop
    asks: bool


@dataclass(frozen=True, eq=False)
class Assumed:
    """What another module says of a use.

    :ivar kinds: the types that parameters stand for; :ivar raised: what is raised for error statuses;
    :ivar numbers: by parameter, the number that is passed for it; :ivar predicates: the function, None if it is not known.
    """

    kinds: Mapping[cst.CSTNode, tuple[str, ...]]
    raised: Sequence[Raised]
    numbers: Mapping[cst.CSTNode, cst.BaseExpression] = field(default_factory=dict)
    predicates: Mapping[cst.CSTNode, Predicate | None] = field(default_factory=dict)


def retries_what_it_gets(
    semantics: Semantics, function: cst.FunctionDef, assumed: Assumed, given: Given | None = None, hops: int = _HOPS
) -> Found | None:
    """What a function of this file, used in another one, does with the failures of what it is given, or passes on.

    :param given: what its parameters stand for, where a function of this file calls it.
    """
    for region in semantics.tree.inside(function.body, cst.For, cst.While):
        assert isinstance(region, (cst.For, cst.While))
        for call, parameter in calls_of_parameters(semantics, region):
            if semantics.tree.within(parameter, function):
                predicates = Handed(semantics, given or {}, assumed.predicates)
                found = passage(semantics, region, call, given=given, kinds=assumed.kinds, raised=assumed.raised, handed=predicates)
                if found.is_retry:
                    failures = retried(semantics, [found])
                    counted = replace(found, given={**assumed.numbers, **found.given})
                    asks = any(True for _ in _by_what_it_asks(semantics, region, call))
                    return Found(failures, parameter, wait_of(semantics, [counted], failures), stop_of(semantics, [counted]), asks)
    for call in semantics.tree.inside(function.body, cst.Call) if hops else ():
        for handed in (argument.value for argument in call.args):
            passed_on = parameter_behind(semantics, handed)
            if passed_on is None or not semantics.tree.within(passed_on, function):
                continue
            for target in semantics.runs(call):
                passed = bound_arguments(call, target)
                inner = retries_what_it_gets(semantics, target, assumed, {**(given or {}), **passed}, hops - 1)
                if inner is not None and passed.get(inner.parameter) is handed:
                    return replace(inner, parameter=passed_on)
    return None


def may_retry(semantics: Semantics, function: cst.FunctionDef, hops: int = _HOPS) -> bool:
    """Whether a function calls what it is given in a loop, or passes it on to a function that does, whatever becomes of failures."""
    for region in semantics.tree.inside(function.body, cst.For, cst.While):
        assert isinstance(region, (cst.For, cst.While))
        if any(semantics.tree.within(parameter, function) for _, parameter in calls_of_parameters(semantics, region)):
            return True
    for call in semantics.tree.inside(function.body, cst.Call) if hops else ():
        handed = (parameter_behind(semantics, argument.value) for argument in call.args)
        passes_on = any(parameter is not None and semantics.tree.within(parameter, function) for parameter in handed)
        if passes_on and any(may_retry(semantics, target, hops - 1) for target in semantics.runs(call)):
            return True
    return False


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
    by = handing(semantics, use.node, use.callee)
    return tuple(
        replace(attempt, handed_by=by, trail=(*attempt.trail, place), raises=raises if raises is not None else attempt.raises)
        for attempt in semantics.attempts.of_running(use.callee)
    )


def _raises(semantics: Semantics, use: Use) -> bool | None:
    return {Answer.YES: True, Answer.NO: False}.get(semantics.raises_for_status(use.callee).answer)
