"""What the server said about the wait, and what becomes of it: is it read as a number, in which unit is it slept?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.words import last_word

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Unit = Literal["seconds", "milliseconds", "point-in-time", "unknown"]
_HEADER = "retry-after"
_UNITS: dict[str, Unit] = {
    "delta-seconds": "seconds", "decimal-seconds": "seconds", "seconds-number": "seconds", "milliseconds": "milliseconds",
    "epoch-seconds": "point-in-time",
}  # fmt: skip
_PASSES_ON = frozenset({"int", "float", "round", "abs", "max", "min", "math.ceil", "math.floor", "str"})
_ASKS = frozenset({"isdigit", "isdecimal", "isnumeric", "match", "fullmatch", "search"})
_TAKES_BAD_NUMBERS = frozenset({"ValueError", "Exception", "BaseException"})
_HOPS = 5


@dataclass(frozen=True, eq=False)
class Told:
    """A value by which the server says when to come back.

    :ivar header: the name of the header, if it is one; :ivar unit: what its number counts, as the API documents it.
    """

    expression: cst.BaseExpression
    trail: tuple[Place, ...]
    header: str
    unit: Unit
    catalogue: Catalogue | None


@dataclass(frozen=True, eq=False)
class Slept:
    """Such a value in a delay.

    :ivar factor: what it is multiplied by on its way; :ivar relative: whether the time is subtracted from it.
    """

    told: Told
    factor: float
    relative: bool


class ToldWaits:
    """Answers for the expressions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def of(self, expression: cst.BaseExpression) -> Told | None:
        """What the server said, where the expression reads it from a header or the body."""
        meaning = self._semantics.meaning(expression)
        if meaning is None:
            return self._by_name_of_the_header(expression)
        if meaning.kind in (Kind.RETRY_AFTER, Kind.HEADER) and meaning.name:
            header = meaning.name.lower()
            unit = self._unit(meaning.catalogue, header, ()) or _unit_by_name(header)
            if meaning.kind is Kind.RETRY_AFTER or unit is not None:
                return Told(expression, meaning.trail, header, unit or "unknown", meaning.catalogue)
        if meaning.kind is Kind.BODY and meaning.path:
            unit = self._unit(meaning.catalogue, "", meaning.path)
            return None if unit is None else Told(expression, meaning.trail, "", unit, meaning.catalogue)
        return None

    def _by_name_of_the_header(self, expression: cst.BaseExpression) -> Told | None:
        """``anything.headers["Retry-After"]``: nothing but an answer of a server has that."""
        if isinstance(expression, cst.Name):
            return self._kept(expression)
        read = _read_item(expression)
        if read is None or last_word(read[0]).lower() != "headers":
            return None
        if [text.lower() for text in self._semantics.constants.strings(read[1])] != [_HEADER]:
            return None
        return Told(expression, (Place(expression, "header `Retry-After` of an answer"),), _HEADER, "seconds", None)

    def _kept(self, name: cst.Name) -> Told | None:
        for binding in self._semantics.scopes.reaching(name):
            if binding.how is How.VALUE and binding.value is not None and not binding.path and not isinstance(binding.value, cst.Name):
                told = self._by_name_of_the_header(binding.value)
                if told is not None:
                    return Told(name, told.trail, told.header, told.unit, told.catalogue)
        return None

    def _unit(self, catalogue: Catalogue | None, header: str, path: tuple[str | int, ...]) -> Unit | None:
        if catalogue is None:
            return None
        for entry in catalogue.retry_after:
            here = (entry.place.header or "").lower() == header if header else entry.place.json == path
            if here:
                units = {_UNITS.get(form, "unknown") for form in entry.formats if form != "http-date"}
                return units.pop() if len(units) == 1 else "unknown"
        return None

    # as a number -----------------------------------------------------------------------------------------------------------------

    def may_be_a_date(self, told: Told) -> bool:
        """Whether the header may hold a date: it is Retry-After, and the API does not promise seconds."""
        if told.header != _HEADER:
            return False
        forms = [entry.formats for entry in told.catalogue.retry_after if entry.place.header] if told.catalogue is not None else []
        return not forms or any("http-date" in form for form in forms)

    def survives(self, call: cst.Call) -> bool:
        """Whether code is prepared for ``int(x)`` to fail, or has looked at the text before."""
        return self._is_guarded(call, _HOPS - 2)

    def _is_guarded(self, node: cst.CSTNode, hops: int) -> bool:
        if any(self._asks_for_digits(test) and truth for test, truth in conditions_at(self._tree, node)):
            return True
        child: cst.CSTNode = node
        for found in self._tree.ancestors(node):
            if isinstance(found, cst.Try) and child is found.body and any(self._takes(handler) for handler in found.handlers):
                return True
            if isinstance(found, cst.With) and child is found.body and any(self._suppresses(item.item) for item in found.items):
                return True
            if isinstance(found, cst.FunctionDef):
                calls = [call for call in self._tree.all(cst.Call) if found in self._semantics.functions.run_by(call)] if hops else []
                return bool(calls) and all(self._is_guarded(call, hops - 1) for call in calls)
            child = found
        return False

    def _asks_for_digits(self, test: cst.BaseExpression) -> bool:
        return any(
            isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _ASKS
            for node in (test, *self._tree.below(test))
        )

    def _takes(self, handler: cst.ExceptHandler) -> bool:
        return bool(_TAKES_BAD_NUMBERS.intersection(self._semantics.predicates.types.named(handler.type)))

    def _suppresses(self, item: cst.BaseExpression) -> bool:
        return (
            isinstance(item, cst.Call)
            and (self._semantics.names.qualified(item.func) or "").endswith("suppress")
            and any(_TAKES_BAD_NUMBERS.intersection(self._semantics.predicates.types.named(argument.value)) for argument in item.args)
        )

    # as a delay ------------------------------------------------------------------------------------------------------------------

    def slept(self, delay: cst.BaseExpression) -> Iterator[Slept]:
        """The values of the server that a delay is made of."""
        yield from self._slept(delay, 1.0, relative=False, hops=_HOPS)

    def _slept(self, expression: cst.BaseExpression, factor: float, *, relative: bool, hops: int) -> Iterator[Slept]:
        if not hops:
            return
        if isinstance(expression, cst.Name):
            for binding in self._semantics.scopes.reaching(expression):
                if binding.how is How.VALUE and binding.value is not None and not binding.path:
                    yield from self._slept(binding.value, factor, relative=relative, hops=hops - 1)
            return
        told = self.of(expression)
        if told is not None:
            yield Slept(told, factor, relative)
            return
        for part, times, since in self._parts(expression):
            yield from self._slept(part, factor * times, relative=relative or since, hops=hops - 1)

    def _parts(self, expression: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, float, bool]]:
        """The parts that a number is made of: with the factor, and whether the time is subtracted."""
        number = self._semantics.waits.number
        match expression:
            case cst.BinaryOperation(left=left, right=right, operator=cst.Multiply()):
                yield left, number(right) or 1.0, False
                yield right, number(left) or 1.0, False
            case cst.BinaryOperation(left=left, right=right, operator=cst.Divide() | cst.FloorDivide()):
                yield left, 1 / (number(right) or 1.0), False
            case cst.BinaryOperation(left=left, right=right, operator=cst.Subtract()):
                yield left, 1.0, self._is_time(right)
            case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
                yield left, 1.0, False
                yield right, 1.0, False
            case cst.IfExp(body=body, orelse=orelse):
                yield body, 1.0, False
                yield orelse, 1.0, False
            case cst.Call(func=func, args=arguments) if (self._semantics.names.qualified(func) or dotted(func)) in _PASSES_ON:
                for argument in arguments:
                    yield argument.value, 1.0, False

    def _is_time(self, expression: cst.BaseExpression) -> bool:
        if isinstance(expression, cst.Name):
            values = self._semantics.constants.values(expression)
            return expression.value == "now" or any(self._is_time(value) for value in values if not isinstance(value, cst.Name))
        nodes = (expression, *self._tree.below(expression))
        names = (self._semantics.names.qualified(node.func) for node in nodes if isinstance(node, cst.Call))
        return any(name is not None and name in self._semantics.libraries.clocks for name in names)


def _read_item(expression: cst.BaseExpression) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """What ``x[key]`` and ``x.get(key)`` read from, and the key."""
    match expression:
        case cst.Subscript(value=owner, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return owner, key
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *_]):
            return owner, key
        case _:
            return None


def _unit_by_name(header: str) -> Unit | None:
    if header == _HEADER:
        return "seconds"
    return "milliseconds" if header.endswith(("-ms", "_ms")) and "retry" in header else None
