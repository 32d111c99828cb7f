"""How a pass of a retry ends: the end of the body, and the test of a ``while`` loop that flags and statuses make false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import assigned
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import parts
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING, as_ended, ended, running
from errlint.semantics.values.status_sets import ALL, UNKNOWN, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.fates import Fate
    from errlint.semantics.retries.predicates import Predicates

Region = cst.For | cst.While | cst.FunctionDef
"""The code that is run once for each attempt: a loop, or a function that calls itself."""
_FALSE = ("False", "None")


@dataclass(frozen=True, eq=False)
class _Flag:
    """A part of a loop's test that assignments in the loop decide: ``not done``, ``response is None``.

    :ivar ends_when: the loop ends when the value is ``true``, ``false``, ``none`` or ``not-none``.
    """

    name: str
    test: cst.BaseExpression
    ends_when: str


class Exits:
    """The ends of the passes of one region."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._region = region
        assigned = {dotted(target) for target in _assigned(semantics, region)}
        self.flags = [flag for flag in _flags(region) if flag.name in assigned]
        self._flag_tests = {flag.test for flag in self.flags}
        self._counters = frozenset(_counters(semantics, region)) - {flag.name for flag in self.flags}

    def bind(self, predicates: Predicates) -> None:
        """The tests of the region, which themselves ask :meth:`passed`."""
        self._predicates = predicates

    def passed(self, test: cst.BaseExpression) -> Range | None:
        """Where the loop goes on, its flags are as they must be for that."""
        return ANYTHING if test in self._flag_tests else None

    def end_of_pass(self, state: int) -> Fate:
        """What comes after the last statement of the body, and after ``continue``."""
        from errlint.semantics.retries.by_hand.fates import Fate

        if isinstance(self._region, cst.FunctionDef):
            return Fate(returned=state)
        if isinstance(self._region, cst.For):
            return Fate(back=running(state) | ended(state))
        test = _known_part(self._region.test, self._predicates)
        stays = running(state)
        return Fate(back=stays & test.may, left=stays & ~test.must | as_ended(ended(state)))

    def after(self, statement: cst.Assign | cst.AnnAssign, state: int) -> int:
        """The state after an assignment: one to a flag decides whether the loop will go on, one to its counter may end it."""
        if not (self.flags or self._counters) or statement.value is None:
            return state
        given = {dotted(target): value for target, value in assigned(statement)}
        if any(not isinstance(given[name], cst.Integer) for name in self._counters if name in given):
            state |= as_ended(running(state) | ended(state))
        for flag in self.flags:
            if flag.name in given:
                ends = self._ends(flag, given[flag.name])
                everything = running(state) | ended(state)
                state = everything & ~ends.must | as_ended(everything & ends.may)
        return state

    def _ends(self, flag: _Flag, value: cst.BaseExpression) -> Range:
        """The outcomes for which assigning ``value`` ends the loop."""
        if flag.ends_when in ("none", "not-none"):
            is_none = self._is_none(value)
            return is_none if flag.ends_when == "none" else is_none.negated()
        true = self._truth(value)
        return true if flag.ends_when == "true" else true.negated()

    def _is_none(self, value: cst.BaseExpression) -> Range:
        if isinstance(value, cst.Name) and value.value == "None":
            return ANYTHING
        inner = value.expression if isinstance(value, cst.Await) else value
        if isinstance(inner, cst.Call):
            for function in self._semantics.functions.run_by(inner):
                returned = list(self._semantics.functions.returned(function))
                if not returned or any(isinstance(one, cst.Name) and one.value == "None" for one in returned):
                    return UNKNOWN
        return NOTHING

    def _truth(self, value: cst.BaseExpression) -> Range:
        if isinstance(value, cst.Name) and value.value in ("True", *_FALSE):
            return ANYTHING if value.value == "True" else NOTHING
        if isinstance(value, cst.Integer):
            return ANYTHING if value.evaluated_value else NOTHING
        return self._predicates.range_of(value)


def _flags(region: Region) -> Iterator[_Flag]:
    if isinstance(region, cst.While):
        for part in parts(region.test, cst.And):
            flag = _flag(part)
            if flag is not None:
                yield flag


def _flag(part: cst.BaseExpression) -> _Flag | None:
    if isinstance(part, cst.UnaryOperation) and isinstance(part.operator, cst.Not):
        name = dotted(part.expression)
        return _Flag(name, part, "true") if name else None
    if isinstance(part, (cst.Name, cst.Attribute)):
        name = dotted(part)
        return _Flag(name, part, "false") if name and name != "True" else None
    if isinstance(part, cst.Comparison) and len(part.comparisons) == 1:
        name, operator, value = dotted(part.left), part.comparisons[0].operator, dotted(part.comparisons[0].comparator)
        same = isinstance(operator, (cst.Is, cst.Equal))
        if name and value in ("None", "True", "False") and (same or isinstance(operator, (cst.IsNot, cst.NotEqual))):
            if value == "None":
                return _Flag(name, part, "not-none" if same else "none")
            return _Flag(name, part, "false" if (value == "True") == same else "true")
    return None


def _known_part(test: cst.BaseExpression, predicates: Predicates) -> Range:
    """The test without the parts that nothing is known of (``while self.running``): they are true as long as there is work."""
    found = Range(ALL, ALL)
    for part in parts(test, cst.And):
        said = predicates.range_of(part)
        if said != UNKNOWN:
            found = Range(found.may & said.may, found.must & said.must)
    return found


def _counters(semantics: Semantics, region: Region) -> Iterator[str]:
    """What is counted up in a ``while`` loop and asked for by its test, in a function of the file, too."""
    if not isinstance(region, cst.While):
        return
    asked = {node.value for node in _asked_by(semantics, region.test) if isinstance(node, cst.Name)}
    for node in semantics.tree.inside(region.body, cst.AugAssign, into_functions=False):
        if isinstance(node.target, cst.Name) and node.target.value in asked:
            yield node.target.value


def _asked_by(semantics: Semantics, test: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    for node in (test, *semantics.tree.below(test)):
        yield node
        for function in semantics.functions.run_by(node) if isinstance(node, cst.Call) else ():
            yield from semantics.tree.below(function.body)


def _assigned(semantics: Semantics, region: Region) -> Iterator[cst.BaseExpression]:
    for node in semantics.tree.inside(region.body, cst.Assign, cst.AnnAssign, cst.NamedExpr, into_functions=False):
        if isinstance(node, cst.NamedExpr):
            yield node.target
        elif isinstance(node, (cst.Assign, cst.AnnAssign)):
            yield from (target for target, _ in assigned(node))
