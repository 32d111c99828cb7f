"""Waits that stand in a function, seen from where it is called: ``back_off(attempt)``, ``sleep(pause(answer))``, ``for _ in pauses():``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.retries.policy import Wait, either
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.words import STATUS_WORDS, last_word

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ITERATES = frozenset({"__iter__", "__next__", "__aiter__", "__anext__"})
_DEEP = 2
"""How many functions a pause is followed into."""


def waiting(semantics: Semantics, function: cst.FunctionDef, answers: Collection[cst.CSTNode]) -> tuple[Wait | None, Wait | None]:
    """How long a function waits, and how long a wait is of the number of seconds that it returns; None where it does not.

    :param answers: the parameters that stand for what failed.
    """
    asks = semantics.waits.said.is_read_in(function.body)
    told = any(_looks_at(semantics, function, parameter) for parameter in answers if isinstance(parameter, cst.Param))

    def joined(delays: Iterator[cst.BaseExpression]) -> Wait | None:
        waits = [semantics.waits.of(delay, function) for delay in delays]
        if not waits:
            return None
        found = either(waits)
        return replace(found, server=True if asks or found.server else None if told else found.server)

    return joined(_delays(semantics, function, _DEEP)), joined(semantics.functions.returned(function))


def paced_by(semantics: Semantics, region: cst.CSTNode) -> Wait | None:
    """How long what a loop goes over waits before it hands out the next item: ``for _ in Pauses(5)``, ``async for _ in attempts(4)``.

    None where it does not wait, or is a library's.
    """
    call = region.iter if isinstance(region, cst.For) else None
    if not isinstance(call, cst.Call):
        return None
    methods = [method for method in semantics.functions.methods_of(call.func) if method.name.value in _ITERATES]
    paces = [*semantics.functions.run_by(call), *methods]
    waits = [wait for function in paces if (wait := waiting(semantics, function, ())[0]) is not None]
    if waits or paces:
        return either(waits) if waits else None
    if is_first_party(semantics.names.qualified(call.func) or ""):
        return semantics.waits.elsewhere(call, region) or Wait()
    return None


def _delays(semantics: Semantics, function: cst.FunctionDef, deep: int) -> Iterator[cst.BaseExpression]:
    for call in semantics.tree.inside(function.body, cst.Call, into_functions=False):
        delay = pause_of(semantics, call)
        if delay is not None:
            yield delay
        for inner in semantics.runs(call) if delay is None and deep else ():
            if inner is not function:
                yield from _delays(semantics, inner, deep - 1)


def _looks_at(semantics: Semantics, function: cst.FunctionDef, parameter: cst.Param) -> bool:
    """Whether a function reads anything of a parameter but a status, or hands it on: that may say how long to wait."""
    names = (name for name in semantics.tree.inside(function.body, cst.Name) if name.value == parameter.name.value)
    for name in names:
        parent = semantics.tree.parent[name]
        if isinstance(parent, cst.Attribute) and parent.value is name and last_word(parent).lower() in STATUS_WORDS:
            continue
        if not isinstance(parent, (cst.Comparison, cst.ComparisonTarget, cst.FormattedStringExpression)):
            return True
    return False
