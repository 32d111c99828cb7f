"""How long a retry of a library waits, by the arguments that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.retries.exception_types import BROAD
from errlint.semantics.retries.library.calls import Given, Passed
from errlint.semantics.retries.library.said import Said
from errlint.semantics.retries.library.values import is_nothing, truth
from errlint.semantics.retries.policy import Wait
from errlint.semantics.retries.waiting.kept import is_kept_by_outcome

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Delays:
    """Answers for the calls of one file.

    :param part: what an expression in the library's own words says, given arguments that an outer call forwards to it.
    """

    def __init__(self, semantics: Semantics, part: Callable[[cst.BaseExpression, tuple[Passed, ...]], Said | None]) -> None:
        self._semantics = semantics
        self._part = part

    def of(self, passed: list[Given], base: Wait | None, forwarded: tuple[Passed, ...]) -> Wait | None:
        """What the arguments say, over what is said without them; ``forwarded`` are arguments for the parts."""
        found = base
        for item in passed:
            found = self._wait_with(found, item, forwarded)
        return found

    def _wait_with(self, found: Wait | None, item: Given, forwarded: tuple[Passed, ...]) -> Wait | None:
        words, waits = item.argument.says, self._semantics.waits
        base = found or Wait()
        places = (*base.places, Place(item.node, "says how long to wait"))
        if "wait" in words:
            part = self._part(item.value, forwarded)
            wait = part.wait if part is not None and part.wait is not None else self.own(item.value)
            jitter = True if wait.jitter or base.jitter else wait.jitter if base.jitter is None else base.jitter
            return replace(wait, jitter=jitter, node=item.value, places=(*wait.places, Place(item.node, "says how long to wait")))
        if "delay-of" in words and "when" in words:
            return replace(base, server=self._hinted(item.value, base.server))
        if "delay-of" in words:
            return replace(self.own(item.value), jitter=base.jitter, node=item.value, places=places)
        number = waits.number(item.value)
        seconds = None if number is None else number * item.argument.unit
        if "jitter" in words:
            base = replace(base, jitter=not is_nothing(item.value) and number != 0)
        if "delay" in words:
            growth = base.growth if base.growth == "growing" else "none" if seconds == 0 else "constant"
            base = replace(base, growth=growth, seconds=seconds, node=item.value, places=places)
        elif "growing" in words:
            if is_nothing(item.value) or number == 0:
                return base
            base = replace(base, growth="growing", seconds=1.0 if truth(item.value) else seconds, node=item.value, places=places)
        elif "multiplier" in words and number != 1:
            growing = base.growth in ("constant", "growing")
            base = replace(base, growth="growing" if growing else base.growth)
        elif "cap" in words:
            base = replace(base, cap=seconds)
        elif "server" in words:
            base = replace(base, server=truth(item.value))
        elif "jitter" not in words:
            return found
        return base

    def _hinted(self, condition: cst.BaseExpression, otherwise: bool | None) -> bool | None:
        """Whether the server is asked by a predicate whose result may be the delay; ``otherwise`` where types stand in its place."""
        if self._semantics.functions.behind(condition) or isinstance(condition, cst.Call):
            return self.own(condition).server
        types = self._semantics.predicates.types
        return otherwise if all(name in BROAD or self._semantics.types.type(name) for name in types.named(condition)) else None

    def own(self, expression: cst.BaseExpression) -> Wait:
        """A delay that the project works out itself: a function, an object whose class can be called, a factory of one."""
        waits = self._semantics.waits
        functions = self._semantics.functions.behind(expression)
        if isinstance(expression, cst.Call):
            functions.extend(self._semantics.functions.run_by(expression))
            functions.extend(self._semantics.functions.methods_of(expression.func))
        if any(self._asks(function) for function in functions):
            return Wait(server=True, places=(Place(expression, "reads what the server says about the wait"),))
        said = waits.of(expression)
        known = functions and not any(
            is_kept_by_outcome(self._semantics, value) for function in functions for value in self._returned(function)
        )
        return Wait(server=True if said.server else False if known else None, places=said.places)

    def _asks(self, function: cst.FunctionDef | cst.Lambda) -> bool:
        """Whether a function reads what the server says, or returns what a helper has read, or hands it on from within."""
        waits = self._semantics.waits
        inner = self._semantics.tree.inside(function.body, cst.Yield)
        if any(made.value is not None and isinstance(made.value, cst.Call) and waits.of(made.value).server for made in inner):
            return True
        return waits.said.is_read_in(function.body) or any(waits.of(value).server for value in self._returned(function))

    def _returned(self, function: cst.FunctionDef | cst.Lambda) -> Iterable[cst.BaseExpression]:
        return [function.body] if isinstance(function, cst.Lambda) else self._semantics.functions.returned(function)
