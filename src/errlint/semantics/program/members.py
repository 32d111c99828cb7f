"""The literals that an expression is, or holds, and where each is written: through constants, enumerations, unions and tables."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import msgspec

from errlint.semantics.program.constants import Constants, int_value, string_value
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree

_HOPS = 5
"""How many names are followed; cycles end here."""
_COLLECTIONS = frozenset({"frozenset", "set", "tuple", "list", "sorted", "dict"})
_SAME_MEMBERS = frozenset({"keys", "copy", "items", "union"})


class Literal(msgspec.Struct, frozen=True, eq=False):
    """A value, and where it is written, which may be in a constant; of one in another module, what asks for it."""

    node: cst.CSTNode
    value: str | int


class Members(msgspec.Struct, frozen=True):
    """Literals; ``complete`` if there are no others."""

    literals: tuple[Literal, ...] = ()
    complete: bool = False

    def __or__(self, other: Members) -> Members:
        return Members((*self.literals, *other.literals), self.complete and other.complete)

    def seen_in(self, tree: Tree, node: cst.CSTNode) -> Members:
        """The same in a file where a node asks for them: what another module has written stands, as far as this one goes, at the node."""
        if all(literal.node in tree.order for literal in self.literals):
            return self
        here = (literal if literal.node in tree.order else Literal(node, literal.value) for literal in self.literals)
        return Members(tuple(here), self.complete)


_UNKNOWN = Members()


class Collections:
    """Reads the literals of one module."""

    def __init__(self, scopes: Scopes, constants: Constants, number: Callable[[cst.BaseExpression], int | None]) -> None:
        self._scopes = scopes
        self._constants = constants
        self._number = number

    def members(self, expression: cst.BaseExpression, hops: int = _HOPS) -> Members:
        """The literals that an expression is, or holds; of a table, its keys."""
        value = string_value(expression)
        if value is not None:
            return Members((Literal(expression, value),), complete=True)
        match expression:
            case cst.Integer():
                return Members((Literal(expression, int_value(expression)),), complete=True)
            case cst.Tuple() | cst.List() | cst.Set() | cst.Dict():
                return self._elements(expression, hops)
            case cst.BinaryOperation(left=left, operator=cst.BitOr() | cst.Add(), right=right):
                return self.members(left, hops) | self.members(right, hops)
            case cst.NamedExpr(value=inner):
                return self.members(inner, hops)
            case cst.IfExp(body=body, orelse=orelse):
                return Members((self.members(body, hops) | self.members(orelse, hops)).literals)
            case cst.Call():
                return self._made(expression, hops)
            case cst.Name() | cst.Attribute():
                return self._named(expression, hops)
            case _:
                return _UNKNOWN

    def is_table(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is a dict that is written in this file."""
        return any(isinstance(value, cst.Dict) for value in (expression, *self._constants.values(expression)))

    def _elements(self, collection: cst.Tuple | cst.List | cst.Set | cst.Dict, hops: int) -> Members:
        parts = [
            self.members(element.key if isinstance(element, cst.DictElement) else element.value, hops) for element in collection.elements
        ]
        return Members(tuple(literal for part in parts for literal in part.literals), all(part.complete for part in parts))

    def _made(self, call: cst.Call, hops: int) -> Members:
        """``frozenset({…})``, ``TABLE.keys()``, ``CODES.union(MORE)``."""
        arguments = [argument.value for argument in call.args if argument.keyword is None]
        if isinstance(call.func, cst.Name) and call.func.value in _COLLECTIONS and len(call.args) == 1 and arguments:
            return self.members(arguments[0], hops)
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in _SAME_MEMBERS:
            found = self.members(call.func.value, hops)
            for argument in arguments:
                found |= self.members(argument, hops)
            return found
        return _UNKNOWN

    def _named(self, expression: cst.Name | cst.Attribute, hops: int) -> Members:
        if isinstance(expression, cst.Attribute):
            number = self._number(expression)
            if number is not None:
                return Members((Literal(expression, number),), complete=True)
            if expression.attr.value == "value" and isinstance(expression.value, cst.Attribute):
                # a member of an enumeration
                return self.members(expression.value, hops)
        if not hops:
            return _UNKNOWN
        found = [self.members(value, hops - 1) for value in self._constants.values(expression)]
        literals = {literal.node: literal for members in found for literal in members.literals}
        return Members(tuple(literals.values()), len(found) == 1 and found[0].complete and not self._is_extended(expression))

    def _is_extended(self, expression: cst.Name | cst.Attribute) -> bool:
        """``CODES |= {…}``: then it holds more than what it was made of."""
        if not isinstance(expression, cst.Name):
            return False
        return any(binding.how not in (How.VALUE, How.ITEM, How.PARAMETER) for binding in self._scopes.reaching(expression))
