"""What exceptions and answers keep under names that say nothing: the server may have said it, and a property may read it from a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

PASSES_ON = frozenset({
    "int", "float", "abs", "round", "math.ceil", "math.floor", "max", "min", "str", "sum", "next", "iter",
    "timedelta", "datetime.timedelta",
})  # fmt: skip
"""Functions whose value is one of their arguments, or made of these alone."""


def reads_told(semantics: Semantics, attribute: cst.Attribute) -> bool:
    """Whether an attribute is a property of a class of the project that reads what the server says about the wait."""
    here, elsewhere = semantics.evaluator.callees.properties(attribute)
    if any(semantics.waits.said.is_read_in(function.body) for function in here):
        return True
    there = semantics.imported.waiting(elsewhere, (), bound=True) if semantics.imported is not None and elsewhere else None
    return there is not None and there.delay is not None and there.delay.server is True


def is_kept_by_outcome(semantics: Semantics, expression: cst.BaseExpression) -> bool:
    """Whether an expression is, in parts, something of an answer or an exception that no sheet knows: the server may have said it.

    ``state.outcome.exception().seconds``, ``error.pause or 5``.
    """
    parts: tuple[cst.BaseExpression, ...] = ()
    match expression:
        case cst.Attribute(value=cst.Call(func=cst.Attribute(attr=cst.Name(value="exception" | "result")))):
            return semantics.meaning(expression) is None
        case cst.Attribute(value=owner):
            return semantics.meaning(expression) is None and semantics.waits.is_answer(owner)
        case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
            parts = (left, right)
        case cst.IfExp(body=body, orelse=orelse):
            parts = (body, orelse)
        case cst.Call(func=func, args=arguments) if dotted(func) in PASSES_ON:
            parts = tuple(argument.value for argument in arguments)
    return any(is_kept_by_outcome(semantics, part) for part in parts)
