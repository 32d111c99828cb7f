"""Calls by which a function has a library run it again: ``raise self.retry(exc=error)`` in a task.

Which decorators make such functions, and how the method is called, is in the sheets. How often that happens and after how long a time is up
to the library and its settings, so it is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.library.calls import RetryCalls

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def restarts(semantics: Semantics, function: cst.FunctionDef) -> tuple[cst.Call, ...]:
    """The calls in a function that run it again."""
    methods = {method for decorator in function.decorators if (method := _method(semantics, decorator))}
    if not methods:
        return ()
    plain = (*function.params.posonly_params, *function.params.params)
    owners = {function.name.value, *(parameter.name.value for parameter in plain[:1])}
    calls = semantics.tree.inside(function.body, cst.Call, into_functions=False)
    return tuple(call for call in calls if _is_method_of(call, methods, owners))


def _method(semantics: Semantics, decorator: cst.Decorator) -> str:
    site = RetryCalls(semantics).at(decorator.decorator)
    return site.described.sheet.again if site is not None else ""


def _is_method_of(call: cst.Call, methods: set[str], owners: set[str]) -> bool:
    func = call.func
    return (
        isinstance(func, cst.Attribute) and func.attr.value in methods and isinstance(func.value, cst.Name) and func.value.value in owners
    )
