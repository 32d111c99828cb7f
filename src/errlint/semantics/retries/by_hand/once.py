"""Waits for a limit without a retry around them: the request is made once more behind the wait, or the next one of a list is.

``if answer.status_code == 429: sleep(60)`` and ``answer = get(url)`` below; ``for url in urls:`` … ``sleep(30)`` and ``continue``. Nothing
counts attempts here, so these are no policies for the rules that ask which failures are worth it, and how often. How long they wait is told
by the answer just as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import or_
from types import NoneType
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.passages import Passage, passage
from errlint.semantics.retries.exception_types import AS_LIBRARIES_DO, FEW, TELL_WHEN
from errlint.semantics.retries.outcomes import FAILURES, NO_ANSWER, NOT_YET
from errlint.semantics.retries.policy import Attempt, Retried, RetryPolicy, Stop, either
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.values.status_sets import ERRORS, OK, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.exits import Region

ONCE = "once"
"""The mechanism of these."""
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)
_WORDS = (cst.Name, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString, cst.FormattedStringText)
_MOST = 8
"""How many HTTP calls of one function are followed."""
_HOPS = 2


def waits_once(semantics: Semantics) -> Iterator[RetryPolicy]:
    """Those of a file, each at the call that waits; not the waits of retries."""
    pauses = [call for call in semantics.tree.of_types(cst.Call) if isinstance(call, cst.Call) and _is_sleep(semantics, call)]
    in_branches = [call for call in pauses if not isinstance(_branch(semantics, call), (cst.FunctionDef, NoneType))]
    alone = [call for call in in_branches if not _is_of_a_retry(semantics, call)]
    for region in dict.fromkeys(_region(semantics, call) for call in alone):
        if region is not None:
            yield from _in_region(semantics, region, alone)


def _region(semantics: Semantics, pause: cst.Call) -> Region | None:
    """What is walked through for a pause: its function; in a script, the outermost loop around it."""
    loops: list[cst.For | cst.While] = []
    for found in semantics.tree.ancestors(pause):
        if isinstance(found, cst.FunctionDef):
            return found
        if isinstance(found, (cst.For, cst.While)):
            loops.append(found)
    return loops[-1] if loops else None


def _is_sleep(semantics: Semantics, call: cst.Call) -> bool:
    word = (dotted(call.func) or "").rpartition(".")[2].lower()
    return word.endswith("sleep") and pause_of(semantics, call) is not None


def _is_of_a_retry(semantics: Semantics, pause: cst.Call) -> bool:
    """Whether a policy of the file has it in its code, or waits by it."""
    delay = pause_of(semantics, pause)
    policies = semantics.retries.layers
    return any(policy.wait.node is delay or any(semantics.tree.within(pause, code) for code in policy.code) for policy in policies)


def _in_region(semantics: Semantics, region: Region, alone: list[cst.Call]) -> Iterator[RetryPolicy]:
    """One of each pause at most, by the first attempt whose limits get there."""
    seen: set[cst.CSTNode] = set()
    for attempt in semantics.attempts.within(region.body)[:_MOST]:
        if not semantics.tree.within(attempt.call, region.body):
            continue
        followed = [pause for pause in alone if _is_made_again(semantics, attempt, pause) or _is_in_a_list(semantics, attempt, pause)]
        if not followed:
            continue  # asked first: what leads to a pause takes a walk through all that the region calls
        found = passage(semantics, region, attempt.call, raised=AS_LIBRARIES_DO if attempt.assumed else None)
        for pause, outcomes in found.steps.pauses.items():
            if pause in seen or not _is_for_a_limit(outcomes) or not any(pause is one for one in followed):
                continue
            policy = _policy(semantics, found, attempt, pause)
            if policy is not None:
                seen.add(pause)
                yield policy


def _is_for_a_limit(outcomes: int) -> bool:
    """Whether only few failures get to a pause, those among them after which servers say when to come back."""
    failures = outcomes & FAILURES
    return bool(failures & TELL_WHEN) and failures.bit_count() <= FEW and not outcomes & (OK | NOT_YET | NO_ANSWER)


def _branch(semantics: Semantics, pause: cst.Call) -> cst.CSTNode | None:
    """The branch or handler that a pause stands in."""
    return semantics.tree.enclosing(pause, cst.If, *_HANDLERS, cst.FunctionDef)


# what comes behind -----------------------------------------------------------------------------------------------------------------


def _is_made_again(semantics: Semantics, attempt: Attempt, pause: cst.Call) -> bool:
    """Whether the same call stands behind a pause, in the same block."""
    statement = semantics.tree.statement(pause)
    block = semantics.tree.parent.get(statement)
    if not isinstance(block, cst.IndentedBlock):
        return False
    order = semantics.tree.order
    calls = (call for call in semantics.tree.inside(block, cst.Call, into_functions=False) if order[call] > order[statement])
    wanted = _spelled(semantics, attempt.call)
    return any(_spelled(semantics, call) == wanted for call in calls)


def _spelled(semantics: Semantics, call: cst.Call) -> list[tuple[type[cst.CSTNode], object]]:
    """What a call is made of, in order, without its spaces."""
    return [(type(node), getattr(node, "value", None) if isinstance(node, _WORDS) else None) for node in semantics.tree.below(call)]


def _is_in_a_list(semantics: Semantics, attempt: Attempt, pause: cst.Call) -> bool:
    """Whether a loop goes on with another request behind a pause, and the request is made of what the loop goes over."""
    loop = semantics.tree.enclosing(pause, cst.For, cst.While, cst.FunctionDef)
    if not isinstance(loop, cst.For) or not semantics.tree.within(attempt.call, loop.body):
        return False
    statement = semantics.tree.statement(pause)
    block = semantics.tree.parent.get(statement)
    behind = block.body[block.body.index(statement) + 1 :] if isinstance(block, cst.IndentedBlock) else ()
    leaves = (one for other in behind for one in semantics.tree.inside(other, cst.Return, cst.Raise, cst.Break, into_functions=False))
    return not any(True for _ in leaves) and _reads_item(semantics, attempt.call, loop, _HOPS)


def _reads_item(semantics: Semantics, expression: cst.BaseExpression, loop: cst.For, hops: int) -> bool:
    """Whether an expression is made of the item of a loop, or of what the loop makes of it."""
    for name in semantics.tree.inside(expression, cst.Name, into_functions=False):
        for binding in semantics.scopes.reaching(name):
            if binding.how is How.ITEM and binding.node is loop:
                return True
            is_made_here = binding.how is How.VALUE and binding.value is not None and semantics.tree.within(binding.node, loop.body)
            if hops and is_made_here and binding.value is not None and _reads_item(semantics, binding.value, loop, hops - 1):
                return True
    return False


# as a policy -----------------------------------------------------------------------------------------------------------------------


def _policy(semantics: Semantics, found: Passage, attempt: Attempt, pause: cst.Call) -> RetryPolicy | None:
    """The wait of a pause, after limits that are named; together with the others that these get to."""
    outcomes, branch = found.steps.pauses[pause], _branch(semantics, pause)
    places = dict(_naming(semantics, found, pause, outcomes))
    if not places or branch is None:
        return None
    named = reduce(or_, places.values())
    pauses = [call for call, others in found.steps.pauses.items() if _is_for_a_limit(others)]
    delays = [delay for call in (pause, *pauses) if (delay := pause_of(semantics, call)) is not None]
    waits = [semantics.waits.of(delay) for delay in delays]
    wait = replace(either(waits), node=delays[0])
    if wait.server is False and any(semantics.waits.said.is_read_in(one) for one in (branch, *places)):
        wait = replace(wait, server=None)  # a test of it, or another branch, may have done what there is to do
    shown = tuple(Place(place, "what is limited waits, and then another request is sent") for place in places)
    statuses = outcomes & ERRORS
    return RetryPolicy(
        ONCE,
        pause,
        (attempt,),
        Retried(Range(statuses, statuses), False, named=named, places=shown),
        wait,
        Stop(),
        code=(branch,),
    )


def _naming(semantics: Semantics, found: Passage, pause: cst.Call, outcomes: int) -> Iterator[tuple[cst.CSTNode, int]]:
    """The tests before a pause, and the handlers around it, that name the limits which get there; and which each of them names."""
    order = semantics.tree.order
    for node in found.walk.reached:
        named = 0
        if isinstance(node, _HANDLERS) and semantics.tree.within(pause, node):
            types = found.predicates.types
            names = types.named(node.type)
            named = types.statuses_named(names) | types.named_by_raising(names, found.walk.caught.get(node, ()))
        elif isinstance(node, cst.BaseExpression) and order[node] < order[pause]:
            named = found.predicates.named.in_test(node)
        if named & outcomes & TELL_WHEN:
            yield node, named & outcomes
