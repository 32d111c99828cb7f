"""Whether a value is the request id itself, and not something that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import index_value, string_value
from errlint.semantics.program.patterns import captured_path
from errlint.semantics.program.scopes import How
from errlint.semantics.request_ids.readers import names_id
from errlint.semantics.request_ids.whereabouts import Whereabouts, is_id

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 4
"""Through how many variables a value is followed."""


def is_none(value: cst.BaseExpression) -> bool:
    """Whether a value is nothing: `None`, or an empty text."""
    return (isinstance(value, cst.Name) and value.value == "None") or (isinstance(value, cst.SimpleString) and not string_value(value))


class IdValues:
    """Answers for one failure; ``where``: where its API puts the id."""

    def __init__(self, semantics: Semantics, where: Whereabouts) -> None:
        self._semantics = semantics
        self._where = where

    def is_one(self, node: cst.BaseExpression, hops: int = _HOPS) -> bool:
        """Whether a value is the id itself, if there is one, and not something that has it: `e.request_id`, `headers.get("x-id")`."""
        part = self._semantics.meaning(node)
        if part is not None and part.kind in (Kind.REQUEST_ID, Kind.HEADER, Kind.BODY):
            return part.kind is Kind.REQUEST_ID or is_id(part.kind, part.name, part.path or ("",), self._where) or self.names(part.name)
        match node:
            case cst.Name(value=name):
                return self.names(name) or (hops > 0 and self._is_kept_id(node, hops))
            case cst.Attribute(attr=cst.Name(value=name)):
                return self.names(name)
            case cst.SimpleString():
                return self.names(self.key(node))
            case cst.Subscript():
                index = index_value(node)
                return index is not None and self.names(self.key(index))
            case cst.Call(func=cst.Name(value="getattr" | "hasattr"), args=[_, cst.Arg(value=name), *_]):
                return self.names(self.key(name))
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="get")), args=[cst.Arg(value=key), *_]):
                return self.names(self.key(key))
            case cst.NamedExpr(value=value):
                return self.is_one(value, hops)
            case cst.IfExp(body=body, orelse=orelse):
                return self.is_one(body, hops) or self.is_one(orelse, hops)
            case cst.BooleanOperation(left=left, right=right):
                return self.is_one(left, hops) or self.is_one(right, hops)
            case _:
                return False

    def _is_kept_id(self, name: cst.Name, hops: int) -> bool:
        """Whether all that a variable may hold is the id, or nothing."""
        bindings = self._semantics.scopes.reaching(name)
        values = [one.value for one in bindings if one.value is not None and not is_none(one.value)]
        captured = [one.node for one in bindings if isinstance(one.node, cst.MatchAs)]
        known = all(one.how in (How.VALUE, How.MATCH) and not one.path for one in bindings)
        held = all(self.is_one(value, hops - 1) for value in values) and all(map(self.captures, captured))
        return known and held and bool(values or captured)

    def captures(self, capture: cst.MatchAs) -> bool:
        """`case openai.APIStatusError(request_id=reference)`"""
        captured = captured_path(self._semantics.tree, capture)
        return captured is not None and any(map(self.names, captured[1]))

    def key(self, expression: cst.BaseExpression) -> str:
        """The text that an expression is, if that is one."""
        found = self._semantics.constants.strings(expression)
        return found[0] if len(found) == 1 else ""

    def names(self, name: str) -> bool:
        """Whether something is called like the id, or is the header that has it."""
        return names_id(name) or (bool(name) and name.lower() in self._where.headers)
