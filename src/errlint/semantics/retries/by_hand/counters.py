"""Tests that only ask whether there is an attempt left: of counters, deadlines, loop variables.

A policy is asked what it does with a failure while attempts are left, so these tests count as passed. Which way they pass is told by the
direction of the counter: ``attempt < limit`` is true as long as ``attempt`` grows towards the limit, ``retries <= 0`` is false as long as
``retries`` falls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.values.status_sets import UNKNOWN, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_UPWARD = (cst.LessThan, cst.LessThanEqual)
_DOWNWARD = (cst.GreaterThan, cst.GreaterThanEqual)
_SAME = (cst.Equal, cst.Is)
_DIFFERENT = (cst.NotEqual, cst.IsNot)
_LAST = re.compile(r"^(is_)?(last|final)(_|$)", re.IGNORECASE)
"""What loops are told that go over objects: whether there is another one."""
_NUMBERS = (cst.Integer, cst.Float)
_TRUTHS = ("True", "False")
_HOPS = 4


class Counters:
    """The counters of a loop, or of a function that calls itself.

    :param region: the ``for`` or ``while`` statement or the function that is run once for each attempt.
    """

    def __init__(self, semantics: Semantics, region: cst.For | cst.While | cst.FunctionDef) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._region = region
        self._handed = self._handed_on() if isinstance(region, cst.FunctionDef) else {}
        self._flags = dict(self._flags_of(region)) if isinstance(region, cst.FunctionDef) else {}
        self._answers: dict[cst.BaseExpression, Range | None] = {}
        self.tests: list[cst.BaseExpression] = []
        """The tests of counters that were asked, in order."""

    def passed(self, test: cst.BaseExpression) -> Range | None:
        """ANYTHING or NOTHING for a test of a counter while attempts are left; UNKNOWN for one of the first; None for others."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            inner = self.passed(test.expression)
            return inner.negated() if inner is not None else None
        if test not in self._answers:
            self._answers[test] = self._passed(test)
            if self._answers[test] not in (None, UNKNOWN):
                self.tests.append(test)
        return self._answers[test]

    def _passed(self, test: cst.BaseExpression) -> Range | None:
        flag = self._flag_passed(test)
        if flag is not None:
            return flag
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            spent = self._finds_none_left(test.left, test.comparisons[0])
            if spent is not None:
                return spent
            return self._compared(test.left, test.comparisons[0].operator, test.comparisons[0].comparator)
        if self._asks_for_the_last(test):
            return NOTHING
        if isinstance(test, (cst.Name, cst.Attribute)):
            direction = self.direction(test)
            return None if not direction else ANYTHING if direction < 0 else UNKNOWN
        return None

    def _finds_none_left(self, item: cst.BaseExpression, compared: cst.ComparisonTarget) -> Range | None:
        """``if delay is None: raise``, for ``delay in (1, 2, 5, None)`` and ``delay = next(delays, None)``."""
        if not isinstance(item, cst.Name) or dotted(compared.comparator) != "None":
            return None
        if not any(map(self._ends_with_none, self._semantics.scopes.reaching(item))):
            return None
        return NOTHING if isinstance(compared.operator, _SAME) else ANYTHING if isinstance(compared.operator, _DIFFERENT) else None

    def _ends_with_none(self, binding: Binding) -> bool:
        """Whether a value is None where there is no further attempt, and only there."""
        if binding.how is How.ITEM and binding.node is self._region and not binding.path:
            assert isinstance(self._region, cst.For)
            listed = self._region.iter
            values = [listed] if isinstance(listed, (cst.Tuple, cst.List)) else list(self._semantics.constants.values(listed))
            written = [one for one in values if isinstance(one, (cst.Tuple, cst.List))]
            return bool(written) and len(written) == len(values) and all(map(_is_none_last, written))
        match binding.value:
            case cst.Call(func=cst.Name("next"), args=[_, cst.Arg(value=cst.Name("None"))]):
                return self._tree.within(binding.node, self._region)
            case _:
                return False

    def _asks_for_the_last(self, test: cst.BaseExpression) -> bool:
        """``for step in steps(5): … if step.last: raise``, ``for delay, is_last in delays(): …``."""
        item = test.value if isinstance(test, cst.Attribute) else test
        word = test.attr.value if isinstance(test, cst.Attribute) else getattr(test, "value", "")
        if not isinstance(item, cst.Name) or not _LAST.search(str(word)):
            return False
        return any(binding.how is How.ITEM and binding.node is self._region for binding in self._semantics.scopes.reaching(item))

    def _flag_passed(self, test: cst.BaseExpression) -> Range | None:
        """A test of a flag that says whether this is the first attempt: with an attempt left, it is."""
        if isinstance(test, cst.Name) and test.value in self._flags:
            return ANYTHING if self._flags[test.value] else NOTHING
        if isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and test.left.value in self._flags:
            wanted = dotted(test.comparisons[0].comparator)
            if wanted in _TRUTHS and isinstance(test.comparisons[0].operator, (*_SAME, *_DIFFERENT)):
                same = self._flags[test.left.value] == (wanted == "True")
                return ANYTHING if same == isinstance(test.comparisons[0].operator, _SAME) else NOTHING
        return None

    def counts(self, call: cst.Call) -> bool:
        """Whether a call by which a function calls itself hands on a counter, or a flag that is tested."""
        return any(self.direction(argument.value) for argument in call.args) or any(self._raised_by(call))

    def _raised_by(self, call: cst.Call) -> Iterator[str]:
        """The flags that a call changes: ``fetch(url, again=False)`` in ``def fetch(url, again=True)``."""
        assert isinstance(self._region, cst.FunctionDef)
        defaults = _defaults(self._region)
        plain = [parameter.name.value for parameter in self._region.params.params]
        skipped = 1 if plain[:1] in (["self"], ["cls"]) and isinstance(call.func, cst.Attribute) else 0
        for position, argument in enumerate(call.args):
            place = position + skipped
            name = argument.keyword.value if argument.keyword is not None else plain[place] if place < len(plain) else ""
            if defaults.get(name) in _TRUTHS and dotted(argument.value) in _TRUTHS and defaults[name] != dotted(argument.value):
                yield name

    def _flags_of(self, region: cst.FunctionDef) -> Iterator[tuple[str, bool]]:
        for call in self._tree.inside(region.body, cst.Call):
            if region in self._semantics.functions.run_by(call):
                for name in self._raised_by(call):
                    yield name, _defaults(region)[name] == "True"

    def _compared(self, left: cst.BaseExpression, relation: cst.BaseCompOp, right: cst.BaseExpression) -> Range | None:
        direction = (self.direction(left) or 0) - (self.direction(right) or 0)
        if not direction:
            return None
        bound = right if self.direction(left) else left
        if direction > 0 and isinstance(bound, cst.Integer) and bound.evaluated_value in (0, 1):
            return UNKNOWN  # `if attempt > 0: sleep()` asks for the first attempt, not for the last
        if isinstance(relation, _SAME):
            return NOTHING
        if isinstance(relation, _DIFFERENT):
            return ANYTHING
        if isinstance(relation, _UPWARD):
            return ANYTHING if direction > 0 else NOTHING
        if isinstance(relation, _DOWNWARD):
            return NOTHING if direction > 0 else ANYTHING
        return None

    def direction(self, expression: cst.BaseExpression, hops: int = _HOPS) -> int:
        """1 for a value that grows from attempt to attempt, -1 for one that falls, 0 for one that stays or that nothing is known of."""
        match expression:
            case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
                return self.direction(left, hops) or self.direction(right, hops)
            case cst.BinaryOperation(left=left, right=right, operator=cst.Subtract()):
                return self.direction(left, hops) or -self.direction(right, hops)
            case cst.BinaryOperation(left=left, operator=cst.Multiply() | cst.Divide() | cst.FloorDivide()):
                return self.direction(left, hops)
            case cst.NamedExpr(value=value):
                return self.direction(value, hops)
            case cst.Call():
                return self._of_call(expression, hops)
            case cst.Attribute():
                return self._of_attribute(expression)
            case cst.Name():
                return self._of_name(expression, hops)
            case _:
                return 0

    def _of_call(self, call: cst.Call, hops: int) -> int:
        name = self._semantics.names.qualified(call.func)
        if name is not None and name in self._semantics.libraries.clocks:
            return 1
        if name == "len" or (name in ("int", "float", "round") and call.args):
            return self.direction(call.args[0].value, hops) if name != "len" else self._of_length(call)
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("total_seconds", "time"):
            # `(now() - start).total_seconds()`, `loop.time()`
            return self.direction(call.func.value, hops) if call.func.attr.value == "total_seconds" else 1
        return 0

    def _of_length(self, call: cst.Call) -> int:
        """``failures.append(error)`` and ``len(failures)``, in a function that calls itself; loops fill lists with what they ask for."""
        listed = dotted(call.args[0].value) if isinstance(self._region, cst.FunctionDef) and len(call.args) == 1 else None
        calls = self._tree.inside(self._region.body, cst.Call, into_functions=False) if listed else []
        methods = (one.func for one in calls if isinstance(one.func, cst.Attribute) and one.func.attr.value in ("append", "add"))
        return int(any(dotted(method.value) == listed for method in methods))

    def _of_attribute(self, attribute: cst.Attribute) -> int:
        return self._steps.get(dotted(attribute) or "", 0) or self._of_instance(attribute)

    def _of_instance(self, attribute: cst.Attribute) -> int:
        """In a method that the region runs: what the object counts itself, here or in another method, and always in one direction."""
        owner = self._semantics.constants.owner(attribute) if not self._tree.within(attribute, self._region) else None
        wanted = dotted(attribute)
        steps = self._tree.inside(owner, cst.AugAssign) if owner is not None else []
        directions = {_step(node) for node in steps if dotted(node.target) == wanted}
        return directions.pop() if len(directions) == 1 else 0

    @cached_property
    def _steps(self) -> dict[str, int]:
        """By name of what is counted in the region, the direction of the first step."""
        found: dict[str, int] = {}
        for node in self._tree.inside(self._region, cst.AugAssign):
            found.setdefault(dotted(node.target) or "", _step(node))
        for one in self._tree.inside(self._region, cst.Assign):
            target = dotted(one.targets[0].target)
            if target and isinstance(one.value, cst.BinaryOperation) and dotted(one.value.left) == target:
                found.setdefault(target, _stepped(one.value))
        return {name: step for name, step in found.items() if name}

    def _of_name(self, name: cst.Name, hops: int) -> int:
        bindings = [binding for binding in self._bindings(name) if self._tree.within(binding.node, self._region)]
        if not bindings:
            return self._of_parameter(name, hops)
        for binding in bindings:
            if binding.how is How.ITEM and binding.node is self._region:
                return self._of_target(binding)
            if binding.how is How.AUGMENTED and isinstance(binding.node, cst.AugAssign):
                return _step(binding.node)
            if binding.how is How.PARAMETER and name.value in self._handed:
                return self._handed[name.value]
            if binding.how is How.VALUE and isinstance(binding.value, cst.BinaryOperation) and _reads(binding.value.left, name.value):
                return _stepped(binding.value)
            if binding.how is How.VALUE and binding.value is not None and hops and not binding.path:
                found = self.direction(binding.value, hops - 1)
                if found:
                    return found
        return 0

    def _of_parameter(self, name: cst.Name, hops: int) -> int:
        """In a helper that is handed the counter: ``def _should_retry(self, attempt, response)``."""
        for binding in self._bindings(name):
            if binding.how is How.PARAMETER and hops:
                for argument in self._semantics.functions.passed_for(binding):
                    if self._tree.within(argument, self._region) and not self._tree.within(argument, binding.node):
                        return self.direction(argument, hops - 1)
        return 0

    def _bindings(self, name: cst.Name) -> list[Binding]:
        scopes = self._semantics.scopes
        return scopes.bindings(name.value, scopes.scope_of(name))

    def _of_target(self, binding: Binding) -> int:
        """The loop variable: of ``range``, ``count``, ``enumerate``, of which only its first part counts; of numbers in order."""
        if isinstance(binding.value, (cst.Tuple, cst.List)) and not binding.path:
            return _order([element.value for element in binding.value.elements])
        called = binding.value.func if isinstance(binding.value, cst.Call) else None
        name = (dotted(called) or "").rpartition(".")[2] if called is not None else ""
        if name == "reversed":
            return -1
        if name == "range" and isinstance(binding.value, cst.Call) and len(binding.value.args) == 3:
            step = binding.value.args[2].value
            return -1 if isinstance(step, cst.UnaryOperation) else 1
        if name in ("range", "count", "arange", "trange", "tqdm"):
            return 1
        return 1 if name == "enumerate" and binding.path == (0,) else 0

    def _handed_on(self) -> dict[str, int]:
        """Of a function that calls itself: the parameters that it hands on changed by a number."""
        assert isinstance(self._region, cst.FunctionDef)
        found: dict[str, int] = {}
        for call in self._tree.inside(self._region.body, cst.Call):
            if self._region not in self._semantics.functions.run_by(call):
                continue
            for argument in call.args:
                value = argument.value
                if isinstance(value, cst.BinaryOperation) and isinstance(value.left, cst.Name) and isinstance(value.right, _NUMBERS):
                    found[value.left.value] = _stepped(value)
        return found


def _defaults(function: cst.FunctionDef) -> dict[str, str | None]:
    parameters = (*function.params.params, *function.params.kwonly_params)
    return {parameter.name.value: dotted(parameter.default) for parameter in parameters if parameter.default is not None}


def _step(node: cst.AugAssign) -> int:
    if isinstance(node.operator, cst.AddAssign) or (isinstance(node.operator, cst.MultiplyAssign) and _enlarges(node.value)):
        return 1
    if isinstance(node.operator, cst.LeftShiftAssign) and isinstance(node.value, cst.Integer):
        return 1
    return -1 if isinstance(node.operator, cst.SubtractAssign) else 0


def _enlarges(factor: cst.BaseExpression) -> bool:
    """``delay *= 2``: what is multiplied so grows past any limit."""
    return isinstance(factor, (cst.Integer, cst.Float)) and factor.evaluated_value > 1


def _order(values: Sequence[cst.BaseExpression]) -> int:
    """1 for whole numbers each of which is more than the one before, -1 where each is less: ``for attempt in (1, 2, 3)``."""
    numbers = [value.evaluated_value for value in values if isinstance(value, cst.Integer)]
    if len(numbers) != len(values) or len(set(numbers)) != len(numbers) or len(numbers) < 2:
        return 0
    return 1 if numbers == sorted(numbers) else -1 if numbers == sorted(numbers, reverse=True) else 0


def _stepped(value: cst.BinaryOperation) -> int:
    if isinstance(value.operator, cst.Add) or (isinstance(value.operator, cst.Multiply) and _enlarges(value.right)):
        return 1
    if isinstance(value.operator, cst.LeftShift) and isinstance(value.right, cst.Integer):
        return 1
    return -1 if isinstance(value.operator, cst.Subtract) else 0


def _reads(expression: cst.BaseExpression, name: str) -> bool:
    return isinstance(expression, cst.Name) and expression.value == name


def _is_none_last(listed: cst.Tuple | cst.List) -> bool:
    """``(1, 2, 5, None)``."""
    nones = [dotted(element.value) == "None" for element in listed.elements]
    return nones[-1:] == [True] and not any(nones[:-1])
