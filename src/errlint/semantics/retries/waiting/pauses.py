"""Which calls wait, and for how long: those that library sheets know, and those that are called and used like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted
from errlint.semantics.retries.by_hand.restarts import restarts
from errlint.semantics.retries.limits import waited_out

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_SLEEPERS = frozenset({"sleep", "async_sleep", "sleep_func", "sleeper"})
_OF_TIME = ("delay", "wait", "interval", "sleep", "backoff", "seconds", "timeout")


def pause_of(semantics: Semantics, call: cst.Call) -> cst.BaseExpression | None:
    """What a call waits for: ``time.sleep(x)``, ``await asyncio.sleep(x)``, ``stop.wait(x)``, ``task.retry(delay=x)``."""
    argument = semantics.libraries.pauses.get(semantics.names.qualified(call.func) or "")
    plain = [found.value for found in call.args if found.keyword is None and not found.star]
    if argument is not None:
        named = next((found.value for found in call.args if found.keyword is not None), None)
        position = argument.position or 0
        return plain[position] if position < len(plain) else named
    waited = waited_out(semantics, call)
    if waited is not None or not isinstance(call.func, (cst.Attribute, cst.Name)):
        return waited
    word = call.func.attr.value if isinstance(call.func, cst.Attribute) else call.func.value
    if word.lower().lstrip("_") in _SLEEPERS and not _is_own(semantics, call):
        return plain[0] if plain else None
    if word in semantics.libraries.retries.restarting:
        function = semantics.tree.enclosing(call, cst.FunctionDef)
        return restarts(semantics, function).get(call) if function is not None else None
    if word == "wait" and isinstance(call.func, cst.Attribute):
        by_name = {found.keyword.value: found.value for found in call.args if found.keyword is not None}
        if "timeout" in by_name:
            return by_name["timeout"]
        said = [*plain, *(value for name, value in by_name.items() if _is_about_time(name))]
        return said[0] if len(said) == 1 and _is_number(said[0]) else None
    return None


def _is_own(semantics: Semantics, call: cst.Call) -> bool:
    """Whether the project has the code that a call runs: that tells what it waits for."""
    return bool(semantics.functions.run_by(call)) or semantics.evaluator.callees.runs_code(call)


def _is_number(expression: cst.BaseExpression) -> bool:
    if isinstance(expression, (cst.Integer, cst.Float, cst.BinaryOperation)):
        return True
    return _is_about_time((dotted(expression) or "").rpartition(".")[2])


def _is_about_time(name: str) -> bool:
    return any(word in name.lower() for word in _OF_TIME)
