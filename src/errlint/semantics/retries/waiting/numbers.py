"""Numbers that are written out: through names, simple arithmetic, and what is chosen by the number of the attempt."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import index_value
from errlint.semantics.program.functions import Given
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 4
"""How many names a number is followed through."""
_HOPS_IN_PASS = 8
"""The same with an attempt in mind: its number is handed on from function to function."""
_RELATIONS: dict[type[cst.BaseCompOp], Callable[[float, float], bool]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}
_ROUNDS = frozenset({"int", "round", "math.ceil", "math.floor"})
"""Functions that give whole numbers back as they are."""


@dataclass(frozen=True)
class _Asked:
    """What is known where a number is asked for: what parameters stand for, and the loop and which of its passes it is, if any."""

    given: Given = field(default_factory=dict)
    loop: cst.For | cst.While | None = None
    index: int = 0


class Numbers:
    """The numbers of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def of(self, expression: cst.BaseExpression, given: Given | None = None) -> float | None:
        """The value of a number that is the same each time.

        :param given: what parameters, and fields of dataclasses, stand for.
        """
        return self._of(expression, _Asked(given or {}), _HOPS)

    def first(self, expression: cst.BaseExpression, loop: cst.For | cst.While, given: Given | None = None) -> float | None:
        """The value that a number has in the first pass of a loop that comes by, without the chance in it: 1 for ``2**attempt + random()``,
        2 for that below ``if attempt > 0:``.
        """
        index = int(self.is_passed_by(expression, loop, given))
        return self._of(expression, _Asked(given or {}, loop, index), _HOPS_IN_PASS)

    def is_passed_by(self, expression: cst.BaseExpression, loop: cst.For | cst.While, given: Given | None = None) -> bool:
        """Whether the first pass of a loop does not come by."""
        return self._is_reached(expression, loop, _Asked(given or {}, loop), _HOPS_IN_PASS) is False

    def is_chance(self, expression: cst.BaseExpression) -> bool:
        """``random.random()``, ``time.time() % 1``: nobody knows what that will be."""
        if (
            isinstance(expression, cst.BinaryOperation)
            and isinstance(expression.operator, cst.Modulo)
            and self.reads_clock(expression.left)
        ):
            return True
        return any(name in self._semantics.libraries.random for name in self._called_in(expression))

    def reads_clock(self, expression: cst.BaseExpression) -> bool:
        """Whether a function that tells the time is called."""
        return any(name in self._semantics.libraries.clocks for name in self._called_in(expression))

    def _called_in(self, expression: cst.BaseExpression) -> Iterator[str]:
        nodes = (expression, *self._tree.below(expression))
        return (self._semantics.names.qualified(node.func) or "" for node in nodes if isinstance(node, cst.Call))

    def _of(self, expression: cst.BaseExpression, asked: _Asked, hops: int) -> float | None:
        match expression:
            case cst.Integer() | cst.Float():
                return float(expression.evaluated_value)
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                value = self._of(inner, asked, hops)
                return None if value is None else -value
            case cst.BinaryOperation(left=left, right=right, operator=joined):
                one, other = self._of(left, asked, hops), self._of(right, asked, hops)
                if asked.loop is not None and isinstance(joined, cst.Add):
                    one, other = 0 if self.is_chance(left) else one, 0 if self.is_chance(right) else other
                return _calculated(one, joined, other) if one is not None and other is not None else None
            case cst.Name() | cst.Attribute() if hops:
                return self._named(expression, asked, hops - 1)
            case _:
                return self._chosen(expression, asked, hops - 1) if asked.loop is not None and hops else None

    def _named(self, name: cst.Name | cst.Attribute, asked: _Asked, hops: int) -> float | None:
        bindings = self._semantics.scopes.reaching(name) if isinstance(name, cst.Name) else []
        if asked.loop is not None and bindings:
            return self._bound(name, bindings, asked, hops)
        if self._is_counted(name, bindings):
            return None
        numbers = {self._of(value, asked, hops) for value in self._values(name, bindings, asked.given)}
        return numbers.pop() if len(numbers) == 1 else None

    def _values(self, name: cst.Name | cst.Attribute, bindings: Sequence[Binding], given: Given) -> Iterator[cst.BaseExpression]:
        """What a name is bound to; a parameter for which something is given is that, and not its default."""
        owner = self._semantics.constants.owner(name) if given and isinstance(name, cst.Attribute) else None
        if owner is not None and isinstance(name, cst.Attribute):
            bindings = self._semantics.scopes.bindings(name.attr.value, owner)
        known = [binding for binding in bindings if binding.node in given]
        yield from (given[binding.node] for binding in known)
        defaults = [binding.value for binding in known]
        yield from (value for value in self._semantics.constants.values(name) if value not in defaults)

    def _is_counted(self, name: cst.Name | cst.Attribute, bindings: Sequence[Binding]) -> bool:
        """Whether a value is changed step by step: it is not the number that it begins with."""
        if isinstance(name, cst.Name):
            return any(found.how is How.AUGMENTED or self.is_counted_on(found) for found in bindings)
        wanted = dotted(name)
        return wanted is not None and any(dotted(node.target) == wanted for node in self._tree.all(cst.AugAssign))

    def is_counted_on(self, binding: Binding) -> bool:
        """A parameter that a function passes to itself as another number: ``read(url, depth + 1)``."""
        if binding.how is not How.PARAMETER:
            return False
        passed = (node for value in self._semantics.functions.passed_for(binding) for node in self._tree.below(value))
        return any(binding in self._semantics.scopes.reaching(node) for node in passed if isinstance(node, cst.Name))

    # in the first pass of a loop ---------------------------------------------------------------------------------------------------

    def _bound(self, name: cst.BaseExpression, bindings: Sequence[Binding], asked: _Asked, hops: int) -> float | None:
        """What a name is there: the last binding that is reached says it."""
        order = self._tree.order
        if asked.index and self._is_changed(name, bindings, asked.loop):
            return None
        for binding in sorted(bindings, key=lambda found: order[found.node], reverse=True):
            reached = len(bindings) == 1 or self._is_reached(binding.node, name, asked, hops)
            if reached is not False:
                return self._of_binding(binding, asked, hops) if reached else None
        return None

    def _is_changed(self, name: cst.BaseExpression, reaching: Sequence[Binding], loop: cst.CSTNode | None) -> bool:
        """Whether a pass of a loop changes what the next one finds in a name."""
        scopes = self._semantics.scopes
        every = scopes.bindings(name.value, scopes.scope_of(name)) if isinstance(name, cst.Name) and loop is not None else []
        return any(loop is not None and self._tree.within(binding.node, loop) for binding in every if binding not in reaching)

    def _of_binding(self, binding: Binding, asked: _Asked, hops: int) -> float | None:
        assert asked.loop is not None
        if binding.node in asked.given:
            return self._of(asked.given[binding.node], asked, hops)
        match binding:
            case Binding(how=How.ITEM, node=cst.For(iter=iterable) as node) if node is asked.loop:
                return self._counter(iterable, binding.path, asked, hops)
            case Binding(how=How.PARAMETER):
                passed = [value for value in self._semantics.functions.passed_for(binding) if value not in asked.given]
                inside = [value for value in passed if self._tree.within(value, asked.loop)]
                numbers = {self._of(value, asked, hops) for value in inside or passed}
                if binding.value is not None and not numbers:
                    return self._of(binding.value, asked, hops)
                return numbers.pop() if len(numbers) == 1 else None
            case Binding(how=How.VALUE, value=value, path=()) if value is not None:
                return self._of(value, asked, hops)
            case Binding(how=How.AUGMENTED, node=cst.AugAssign(target=target, operator=cst.AddAssign(), value=added)) if hops:
                before = self._semantics.scopes.reaching(target) if isinstance(target, cst.Name) else []
                return self._bound(target, before, asked, hops - 1) if before and self.is_chance(added) else None
            case _:
                return None

    def _counter(self, iterable: cst.BaseExpression, path: tuple[int, ...], asked: _Asked, hops: int) -> float | None:
        """The item of the pass, of ``range(1, 5)``, of ``(1, 2, 5)`` and, by its number, of ``enumerate(…)``."""
        if isinstance(iterable, cst.Call):
            name, arguments = dotted(iterable.func), [argument.value for argument in iterable.args]
            if name == "range" and not path:
                first = self._of(arguments[0], asked, hops) if len(arguments) > 1 else 0
                between = self._of(arguments[2], asked, hops) if len(arguments) > 2 else 1
                return first + asked.index * between if first is not None and between is not None else None
            return asked.index if name == "enumerate" and path == (0,) and len(arguments) == 1 else None
        return self._item(iterable, asked.index, asked, hops) if not path else None

    def _item(self, table: cst.BaseExpression, index: int, asked: _Asked, hops: int) -> float | None:
        named = isinstance(table, (cst.Name, cst.Attribute))
        rows = list(self._semantics.constants.values(table)) if named else [table]
        row = rows[0] if len(rows) == 1 else None
        if not isinstance(row, (cst.Tuple, cst.List)) or index >= len(row.elements):
            return None
        return self._of(row.elements[index].value, asked, hops)

    def _chosen(self, expression: cst.BaseExpression, asked: _Asked, hops: int) -> float | None:
        """``15 if attempt == 0 else 60``, ``DELAYS[attempt]``, ``min(2**attempt, 60)``, a function of the file."""
        match expression:
            case cst.IfExp(test=test, body=body, orelse=orelse):
                passed = self._is_true(test, asked, hops)
                return None if passed is None else self._of(body if passed else orelse, asked, hops)
            case cst.Subscript(value=table):
                key = index_value(expression)
                index = self._of(key, asked, hops) if key is not None else None
                return self._item(table, int(index), asked, hops) if index is not None and index >= 0 else None
            case cst.Await(expression=inner):
                return self._of(inner, asked, hops)
            case cst.Call():
                return self._returned(expression, asked, hops)
            case _:
                return None

    def _returned(self, call: cst.Call, asked: _Asked, hops: int) -> float | None:
        name, arguments = dotted(call.func) or "", [argument.value for argument in call.args]
        if name in ("min", "max") and len(arguments) > 1:
            numbers = [self._of(argument, asked, hops) for argument in arguments]
            known = [number for number in numbers if number is not None]
            return (min if name == "min" else max)(known) if len(known) == len(numbers) else None
        if name in ("float", *_ROUNDS) and len(arguments) == 1:
            found = self._of(arguments[0], asked, hops)
            return found if found is not None and (name == "float" or found.is_integer()) else None
        returned = [value for function in self._semantics.functions.run_by(call) for value in self._semantics.functions.returned(function)]
        return self._of(returned[0], asked, hops) if len(returned) == 1 else None

    def _is_reached(self, node: cst.CSTNode, use: cst.CSTNode, asked: _Asked, hops: int) -> bool | None:
        """Whether code runs that stands in branches: by tests of the number of the attempt; None if others are asked."""
        child, found = node, True
        for around in self._tree.ancestors(node):
            if around is asked.loop or isinstance(around, cst.FunctionDef) or self._tree.within(use, child):
                break
            if isinstance(around, (cst.For, cst.While, cst.Try, cst.TryStar, cst.Match)):
                return None
            if isinstance(around, cst.If) and child is not around.test:
                passed = self._is_true(around.test, asked, hops)
                if passed is None:
                    return None
                found = found and passed == (child is around.body)
            child = around
        return found

    def _is_true(self, test: cst.BaseExpression, asked: _Asked, hops: int) -> bool | None:
        match test:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                passed = self._is_true(inner, asked, hops)
                return None if passed is None else not passed
            case cst.BooleanOperation(left=left, operator=joined, right=right):
                sides = (self._is_true(left, asked, hops), self._is_true(right, asked, hops))
                decisive = isinstance(joined, cst.Or)
                return decisive if decisive in sides else None if None in sides else not decisive
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=relation, comparator=right)]):
                one, other = self._of(left, asked, hops), self._of(right, asked, hops)
                holds = _RELATIONS.get(type(relation))
                return holds(one, other) if holds is not None and one is not None and other is not None else None
            case _:
                number = self._of(test, asked, hops)
                return None if number is None else number != 0


def _calculated(one: float, joined: cst.BaseBinaryOp, other: float) -> float | None:
    match joined:
        case cst.Add():
            return one + other
        case cst.Subtract():
            return one - other
        case cst.Multiply():
            return one * other
        case cst.Divide() if other:
            return one / other
        case cst.Power() if abs(one) < 1e3 and abs(other) < 64:
            return _power(one, other)
        case _:
            return None


def _power(base: float, exponent: float) -> float | None:
    try:
        found = base**exponent
    except ZeroDivisionError:
        return None
    return found if isinstance(found, float) else None
