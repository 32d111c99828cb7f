"""Calls by which a function has a library run it again: ``raise self.retry(exc=error)`` in a task.

Which decorators make such functions, how the method is called and which argument says after how long a time, is in the sheets. How often
that happens is up to the library and its settings, so it is not known; nor is the time where no argument says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.retry_sheets import RetrySheet
from errlint.semantics.retries.library.calls import RetryCalls

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def restarts(semantics: Semantics, function: cst.FunctionDef) -> dict[cst.Call, cst.BaseExpression | None]:
    """The calls in a function that run it again, and after how many seconds, where they say."""
    sheets = {
        sheet.again: sheet for decorator in function.decorators if (sheet := _sheet(semantics, decorator)) is not None and sheet.again
    }
    if not sheets:
        return {}
    plain = (*function.params.posonly_params, *function.params.params)
    owners = {function.name.value, *(parameter.name.value for parameter in plain[:1])}
    found: dict[cst.Call, cst.BaseExpression | None] = {}
    for call in semantics.tree.inside(function.body, cst.Call, into_functions=False):
        sheet = sheets.get(_method_of(call, owners))
        if sheet is not None:
            named = (argument for argument in call.args if argument.keyword is not None and argument.keyword.value == sheet.again_after)
            found[call] = next((argument.value for argument in named), None)
    return found


def _sheet(semantics: Semantics, decorator: cst.Decorator) -> RetrySheet | None:
    site = RetryCalls(semantics).at(decorator.decorator)
    return site.described.sheet if site is not None else None


def _method_of(call: cst.Call, owners: set[str]) -> str:
    """The method that is called of one of the owners."""
    func = call.func
    is_owned = isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value in owners
    return func.attr.value if is_owned and isinstance(func, cst.Attribute) else ""
