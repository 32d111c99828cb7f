"""What stands in the place of a response where there is none: only None, or anything else that is false?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import part_at
from errlint.semantics.program.scopes import Binding, How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOPS = 5
"""How many names and functions a value is followed through."""
_BUILT = (
    cst.BaseString,
    cst.BaseNumber,
    cst.BaseDict,
    cst.BaseList,
    cst.BaseSet,
    cst.Tuple,
    cst.Lambda,
    cst.Comparison,
    cst.UnaryOperation,
)
"""What is something else than a response or None by the look of it."""


class AbsentValues:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def are_none(self, tested: cst.BaseExpression, hops: int = _HOPS) -> bool:
        """Whether an expression, if it is no response, can only be None: nothing that is known of it says otherwise."""
        match tested:
            case cst.Name(value="None"):
                return True
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                # of `wanted and get(url)` what was not wanted is left, unless that is a response itself
                kept = isinstance(operator, cst.Or) or (self._is_response(left) and self.are_none(left, hops))
                return kept and self.are_none(right, hops)
            case cst.IfExp(body=body, orelse=orelse):
                return self.are_none(body, hops) and self.are_none(orelse, hops)
            case cst.Await(expression=inner) | cst.NamedExpr(value=inner):
                return self.are_none(inner, hops)
            case cst.Name() if hops:
                bindings = self._semantics.scopes.reaching(tested)
                return bool(bindings) and all(self._binds_none(binding, hops - 1) for binding in bindings)
            case cst.Attribute() if hops:
                values = list(self._semantics.constants.attribute_values(tested))
                return all(self.are_none(value, hops - 1) for value in values) if values else self._is_response(tested)
            case cst.Call() if hops:
                return self._gives_none(tested, hops - 1)
        return not isinstance(tested, _BUILT) and self._is_response(tested)

    def _is_response(self, expression: cst.BaseExpression) -> bool:
        found = self._semantics.meaning(expression)
        return found is not None and found.kind is Kind.RESPONSE

    def _binds_none(self, binding: Binding, hops: int) -> bool:
        value = binding.value if not binding.path else part_at(binding.value, binding.path)
        if binding.how is How.PARAMETER:
            return value is None or self.are_none(value, hops)
        if binding.how is not How.VALUE or (value is None and binding.path):
            return True  # what its type, or who hands it over, says of it
        if value is None or self.are_none(value, hops):
            return True
        return binding.annotation is not None and isinstance(value, cst.Call)

    def _gives_none(self, call: cst.Call, hops: int) -> bool:
        """Whether a call gives a response or None, by what functions of the file return, and by what it gives where nothing is there."""
        match call:
            case cst.Call(func=cst.Name(value="getattr"), args=[_, _, otherwise]):
                return self.are_none(otherwise.value, hops)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="get" | "pop")), args=[_, otherwise]) if otherwise.keyword is None:
                return self._is_response(call) and not isinstance(otherwise.value, _BUILT)
        if not self._is_response(call):
            return False
        returned = (value for function in self._semantics.runs(call) for value in self._semantics.functions.returned(function))
        return all(self.are_none(value, hops) for value in returned)
