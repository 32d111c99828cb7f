"""What a call of a retry library says, put together from its table in the sheet and its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.library.calls import Given, Passed, RetryCalls, RetrySite, given
from errlint.semantics.retries.library.conditions import Conditions
from errlint.semantics.retries.library.defaults import Defaults
from errlint.semantics.retries.library.delays import Delays
from errlint.semantics.retries.library.leaving import Leaving
from errlint.semantics.retries.library.limits import Limits
from errlint.semantics.retries.library.said import Again, Said
from errlint.semantics.retries.library.values import is_nothing, truth
from errlint.semantics.retries.outcomes import FAILURES
from errlint.semantics.retries.policy import Stop, Wait
from errlint.semantics.values.status_sets import Range
from errlint.sheets.retry import Says

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_JOINED: dict[type[cst.CSTNode], Callable[[Said, Said], Said]] = {cst.BitOr: Said.either, cst.BitAnd: Said.both, cst.Add: Said.plus}
_COMBINED: dict[str, Callable[[Said, Said], Said]] = {"any": Said.either, "all": Said.both, "sum": Said.plus, "chain": Said.then}


class Parts:
    """Answers for the calls of one file.

    :param leaving: how outcomes leave what is retried.
    """

    def __init__(self, semantics: Semantics, calls: RetryCalls, leaving: Leaving) -> None:
        self._semantics = semantics
        self._calls = calls
        self._leaving = leaving
        self._conditions = Conditions(semantics, leaving, self.of)
        self._delays = Delays(semantics, self.of)
        self._limits = Limits(semantics, self.of)

    def of_site(self, site: RetrySite, extra: Iterable[Given] = (), handed: tuple[Passed, ...] = ()) -> Said:
        """What a call says.

        :param extra: what is said where the object that the call makes is called; :param handed: keyword arguments of an outer call.
        """
        sheet = site.described.sheet
        if sheet.combines and isinstance(site.node, cst.Call):
            values = (value for argument in site.node.args for value in _joined(argument))
            of_waits = sheet.combines in ("sum", "chain")
            parts = [self.of(value) or (Said(wait=self._delays.own(value)) if of_waits else None) for value in values]
            return reduce(_COMBINED[sheet.combines], [part for part in parts if part is not None], Said())
        passed = [*site.given(), *given(handed, sheet.arguments), *extra]
        forwarded = site.others() if sheet.forwards else ()
        whole = next((found for found in map(self._policy, passed) if found is not None), None)
        default = Defaults(sheet.default, self._semantics.predicates.types, self._leaving)
        base = whole or default.said(site.node)
        said = Said(
            self._conditions.of(passed, site, default, whole),
            self._delays.of(passed, base.wait, forwarded),
            self._limits.of(passed, base.stop),
            self._methods(passed),
        ).over(base)
        known = [item for item in passed if not self._is_unknown_policy(item)]
        if site.is_open or (len(known) < len(passed) and said.again is not None):
            said = _opened(said, known)
        if sheet.extends and isinstance(site.node, cst.Call) and isinstance(site.node.func, cst.Attribute):
            for outer in self._calls.behind(site.node.func.value):
                said = said.over(self.of_site(outer))
        return said

    def of(self, expression: cst.BaseExpression, handed: tuple[Passed, ...] = ()) -> Said | None:
        """What an expression in the library's own words says; None when no sheet knows it."""
        if isinstance(expression, cst.BinaryOperation) and type(expression.operator) in _JOINED:
            one, other = self.of(expression.left, handed), self.of(expression.right, handed)
            if one is None or other is None:
                return None
            return _JOINED[type(expression.operator)](one, other)
        sites = self._calls.behind(expression)
        if len(sites) == 1:
            return self.of_site(sites[0], handed=handed)
        if not sites and isinstance(expression, (cst.Name, cst.Attribute)):
            values = [value for value in self._semantics.constants.values(expression) if isinstance(value, cst.BinaryOperation)]
            return self.of(values[0], handed) if len(values) == 1 else None
        return None

    def _policy(self, item: Given) -> Said | None:
        return self.of(item.value) if "policy" in item.argument.says else None

    def _is_unknown_policy(self, item: Given) -> bool:
        """Whether an argument is a policy that is not seen here, as a parameter is: it is neither the default nor a number of retries."""
        if "policy" not in item.argument.says or is_nothing(item.value) or self._policy(item) is not None:
            return False
        return truth(item.value) is None and self._semantics.waits.number(item.value) is None

    def _methods(self, passed: list[Given]) -> frozenset[str] | None:
        for item in passed:
            if "methods" in item.argument.says:
                if is_nothing(item.value):
                    return frozenset()
                written = self._semantics.constants.strings(item.value)
                return frozenset(word.upper() for word in written)
        return None


def _joined(argument: cst.Arg) -> Iterator[cst.BaseExpression]:
    """The values that an argument of a call that combines them is: ``*[wait_fixed(1) for _ in range(3)], wait_fixed(9)``."""
    if argument.star == "*":
        yield from _spread(argument.value)
    elif not argument.star:
        yield argument.value


def _spread(values: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    match values:
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            yield from (element.value for element in elements)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
            yield from _spread(left)
            yield from _spread(right)
        case cst.ListComp(elt=one) | cst.GeneratorExp(elt=one):
            yield from (one, one)  # more than one of them
        case _:
            yield values


ABOUT: dict[str, frozenset[Says]] = {
    "again": frozenset(
        {"policy", "retried", "types", "not-types", "when", "unless", "text", "text-pattern", "result", "not-result", "statuses"}
    ),
    "wait": frozenset({"policy", "wait", "delay", "delay-of", "growing"}),
    "stop": frozenset({"policy", "stop", "attempts", "retries", "seconds"}),
}
"""What arguments may say, by the piece of a policy that they say it of."""


def _opened(said: Said, passed: list[Given]) -> Said:
    """Of a call with arguments that are not known: only what is passed for certain is known, and no default."""
    words = {word for item in passed for word in item.argument.says}
    known = {piece for piece, about in ABOUT.items() if words & about}
    return replace(
        said,
        again=said.again if "again" in known else Again(Range(FAILURES, 0)),
        wait=said.wait if "wait" in known else Wait(),
        stop=said.stop if "stop" in known else Stop(),
    )
