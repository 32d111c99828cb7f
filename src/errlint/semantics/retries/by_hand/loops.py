"""Retries written by hand: a loop, or a function that calls itself, around an HTTP call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.by_hand.passages import Passage, passage
from errlint.semantics.retries.by_hand.polls import is_poll, waits_by_name
from errlint.semantics.retries.by_hand.readings import retried, wait_of
from errlint.semantics.retries.by_hand.restarts import end_of_restarts, restarts
from errlint.semantics.retries.by_hand.rotation import asks_another
from errlint.semantics.retries.by_hand.stops import COUNTED, stop_of
from errlint.semantics.retries.by_hand.successes import leaves_when_done
from errlint.semantics.retries.exception_types import AS_LIBRARIES_DO, FEW, TELL_WHEN, Raised
from errlint.semantics.retries.outcomes import FAILURES, FAULTS, NO_ANSWER
from errlint.semantics.retries.policy import Attempt, RetryPolicy, Wait
from errlint.semantics.retries.sent.conflicts import Conflicts
from errlint.semantics.retries.sent.sameness import Sameness
from errlint.semantics.values.status_sets import ERRORS, OK

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_OPENS_A_SOCKET = later(r"web_?socket|ws_connect|^connect_ws", re.IGNORECASE)
"""Calls that connect for good: what is done when that breaks is no retry of a request, although a request may lead there."""
_OF_THE_DEVICE_FLOW = ("authorization_pending", "urn:ietf:params:oauth:grant-type:device_code")
"""RFC 8628, sections 3.5 and 3.4."""
_LEAVES = (cst.Break, cst.Return)
_DECIDES = (cst.Try, cst.TryStar, cst.With, cst.If, cst.IfExp, cst.While, cst.Match, cst.BooleanOperation)
_MOST = 8
"""How many HTTP calls of one loop are followed."""


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
    if (dotted(region.iter.func) or "").rpartition(".")[2] not in COUNTED:
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
        raised = (Raised((attempt.error,), ERRORS),) if attempt.error else AS_LIBRARIES_DO if attempt.assumed else None
        if _OPENS_A_SOCKET.search(dotted(attempt.call.func) or ""):
            continue
        changes = sameness.changed_behind(attempt.call) | conflicts.thrown_away_behind(attempt.call)
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
        passages = list(_beside_others(semantics, region, sameness))
    if not passages:
        return None
    # what is shown first is the one whose errors are retried
    passages.sort(key=lambda one: not one[1].back & ERRORS)
    attempts = tuple(attempt for attempt, _ in passages)
    return assembled(semantics, attempts, [found for _, found in passages])


def _beside_others(semantics: Semantics, region: Region, sameness: Sameness) -> Iterator[tuple[Attempt, Passage]]:
    """A loop that sends the same request again on some of its ways, and goes round on others for something else.

    Either a failure leads to another request (``messages.pop(0)``, ``continue``), or successes to the next page, by its number
    (``page += 1``), and all that comes back elsewhere is a retry. Or the loop goes on after successes for anything else, as that something
    is done: there it is one only after few statuses that it names, ``if answer.status_code == 429: sleep(60); continue``.
    """
    if isinstance(region, cst.FunctionDef) or not semantics.tree.inside(region.body, cst.Continue, cst.Try, into_functions=False):
        return
    turns: dict[cst.Call, frozenset[cst.CSTNode]] = {}

    def is_sent_again(call: cst.Call) -> bool:
        turns[call] = sameness.turns(call)
        return bool(turns[call]) or sameness.is_same(call)

    for attempt in semantics.attempts.within(region.body, is_sent_again)[:_MOST]:
        found = passage(semantics, region, attempt.call, turns=turns[attempt.call])
        if is_poll(semantics, attempt, found):
            continue
        turned = turns[attempt.call]
        is_counted = bool(turned) and all(isinstance(turn, cst.AugAssign) for turn in turned)
        ends_well = turned and (is_counted or not passage(semantics, region, attempt.call).back & OK)
        if found.is_retry if ends_well else _names_few(found, over_pages=bool(turned)):
            yield attempt, found


def _names_few(found: Passage, *, over_pages: bool) -> bool:
    """Whether what comes back are few failures by name; of what goes on until something is done, a limit is one of them.

    Or all that are no fault of the request, as those that are one were sorted out: ``if status < 500 and status != 429: raise``.
    """
    back = found.back & FAILURES
    if not back or back & NO_ANSWER or (back.bit_count() > FEW and back & FAULTS):
        return False
    return found.is_retry if over_pages else bool(back & TELL_WHEN and found.out & OK)


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
