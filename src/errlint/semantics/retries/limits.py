"""Limits of time: calls that end what they are given, and ``with`` blocks that are ended, after some seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.sheets.library import Argument

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_DEEP = 3
"""How many callers a limit is looked for in, one around the other."""


def given(call: cst.Call, argument: Argument) -> cst.BaseExpression | None:
    """The argument of a call that a sheet speaks of."""
    plain = [found.value for found in call.args if found.keyword is None and not found.star]
    if argument.position is not None and argument.position < len(plain):
        return plain[argument.position]
    return next((found.value for found in call.args if found.keyword is not None and found.keyword.value == argument.name), None)


def limit_of(semantics: Semantics, call: cst.Call) -> cst.BaseExpression | None:
    """After how long a call ends what it is given, or the block that it opens; None where it does not."""
    argument = semantics.libraries.limits.get(semantics.names.qualified(call.func) or "")
    limit = given(call, argument) if argument is not None else None
    return None if isinstance(limit, cst.Name) and limit.value == "None" else limit


def waited_out(semantics: Semantics, call: cst.Call) -> cst.BaseExpression | None:
    """How long is waited for what hardly ever comes: ``wait_for(stop.wait(), timeout=5)``, ``with move_on_after(5): stop.wait()``.

    The call is the outer one, or that in the block.
    """
    limit = limit_of(semantics, call)
    if limit is not None:
        return limit if any(_waits(argument.value) for argument in call.args) else None
    if not _waits(call):
        return None
    block = next(semantics.tree.ancestors(call, cst.With, cst.FunctionDef), None)
    limits = [limit_of(semantics, opened) for opened in _opened(block)] if isinstance(block, cst.With) else []
    return next((limit for limit in limits if limit is not None), None)


def _waits(expression: cst.BaseExpression) -> bool:
    """``stop.wait()``."""
    return (
        isinstance(expression, cst.Call)
        and isinstance(expression.func, cst.Attribute)
        and expression.func.attr.value == "wait"
        and not expression.args
    )


def limit_around(semantics: Semantics, code: cst.CSTNode, deep: int = _DEEP) -> cst.Call | None:
    """The call that limits for how long code runs: around it, or around all calls of its function that the file has."""
    if isinstance(code, cst.FunctionDef):
        return _limit_around_calls(semantics, code, deep)
    for around in semantics.tree.ancestors(code, cst.With, cst.Call, cst.FunctionDef):
        if isinstance(around, cst.FunctionDef):
            return _limit_around_calls(semantics, around, deep)
        for call in [around] if isinstance(around, cst.Call) else _opened(around):
            if limit_of(semantics, call) is not None and not semantics.tree.within(code, call.func):
                return call
    return None


def _limit_around_calls(semantics: Semantics, function: cst.FunctionDef, deep: int) -> cst.Call | None:
    calls = [call for call in semantics.functions.calls_of(function) if not semantics.tree.within(call, function)]
    found = [limit_around(semantics, call, deep - 1) for call in calls] if deep else []
    return found[0] if found and None not in found else None


def _opened(block: cst.CSTNode | None) -> Iterator[cst.Call]:
    """The calls whose values a ``with`` block holds."""
    for item in block.items if isinstance(block, cst.With) else ():
        if isinstance(item.item, cst.Call):
            yield item.item
