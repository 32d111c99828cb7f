"""Calls by which a function has a library run it again: ``raise self.retry(exc=error)`` in a task.

Which decorators make such functions, how the method is called and which argument says after how long a time, is in the sheets. How often
that happens is up to the library and its settings, so it is known only where the decorator says it; nor is the time known where no
argument says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.library.calls import RetryCalls
from errlint.semantics.retries.library.limits import Limits
from errlint.semantics.retries.policy import Stop
from errlint.sheets.retry import RetrySheet

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


def end_of_restarts(semantics: Semantics, function: cst.FunctionDef) -> Stop:
    """When the library gives up running a function again, if the decorator says so, and neither a call nor the function says otherwise."""
    for decorator in function.decorators:
        site = RetryCalls(semantics).at(decorator.decorator)
        if site is None or not site.described.sheet.again or site.is_open:
            continue
        counts = [item for item in site.given() if "retries" in item.argument.says]
        names = {argument.name for argument in site.described.sheet.arguments if "retries" in argument.says}
        passed = [argument for call in restarts(semantics, function) for argument in call.args]
        said_again = any(argument.star or (argument.keyword is not None and argument.keyword.value in names) for argument in passed)
        if said_again or _counts_itself(semantics, function, site.described.sheet):
            return Stop()
        return Limits(semantics, lambda _: None).of(counts, None) or Stop()
    return Stop()


def _counts_itself(semantics: Semantics, function: cst.FunctionDef, sheet: RetrySheet) -> bool:
    """Whether a function asks how often it was run again, or lets others ask."""
    first = next(iter((*function.params.posonly_params, *function.params.params)), None)
    tree = semantics.tree
    for name in tree.inside(function.body, cst.Name):
        parent = tree.parent.get(name)
        is_member = isinstance(parent, cst.Attribute)
        if name.value == sheet.again_count and is_member:
            return True
        if first is not None and name.value == first.name.value and not is_member:
            return True
    return False


def _sheet(semantics: Semantics, decorator: cst.Decorator) -> RetrySheet | None:
    site = RetryCalls(semantics).at(decorator.decorator)
    return site.described.sheet if site is not None else None


def _method_of(call: cst.Call, owners: set[str]) -> str:
    """The method that is called of one of the owners."""
    func = call.func
    is_owned = isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value in owners
    return func.attr.value if is_owned and isinstance(func, cst.Attribute) else ""
