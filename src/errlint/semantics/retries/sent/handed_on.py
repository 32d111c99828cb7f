"""What one call of a function makes of it: what its parameters stand for, and which of its requests these leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.functions import bound_arguments
from errlint.semantics.retries.library.values import is_nothing

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Passed = Mapping[str, cst.BaseExpression]
"""By the name of a parameter, what a call passes for it, or its default."""


def passed_to(semantics: Semantics, call: cst.Call, inside: cst.CSTNode) -> tuple[cst.FunctionDef, Passed] | None:
    """The function of this file that a call runs and in which a node stands, with what its parameters are; None where it is not seen."""
    functions = [one for one in semantics.runs(call) if semantics.tree.within(inside, one)]
    if len(functions) != 1 or any(argument.star for argument in call.args):
        return None
    params = functions[0].params
    parameters = (*params.posonly_params, *params.params, *params.kwonly_params)
    found = {one.name.value: one.default for one in parameters if one.default is not None}
    for parameter, value in bound_arguments(call, functions[0]).items():
        if isinstance(parameter, cst.Param):
            found[parameter.name.value] = value
    set_anew = {
        node.value
        for target in semantics.tree.inside(functions[0].body, cst.AssignTarget)
        for node in [target.target]
        if isinstance(node, cst.Name)
    }
    return functions[0], {name: value for name, value in found.items() if name not in set_anew}


def resolved(value: cst.BaseExpression, passed: Passed) -> cst.BaseExpression:
    """What an expression of the function comes to: ``method``, ``method or "POST"``, ``method.upper()``."""
    match value:
        case cst.Name(value=name):
            return passed.get(name, value)
        case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
            first = resolved(left, passed)
            return resolved(right, passed) if is_nothing(first) else first
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="upper" | "strip"))):
            return resolved(inner, passed)
        case _:
            return value


def is_left_out(semantics: Semantics, node: cst.CSTNode, function: cst.FunctionDef, passed: Passed) -> bool:
    """Whether a node stands in a branch that is not gone into with these parameters: under ``if data:``, where none is passed."""
    child = node
    for around in semantics.tree.ancestors(node):
        if around is function:
            return False
        if isinstance(around, cst.If) and child is not around.test:
            holds = _holds(around.test, passed)
            if holds is not None and holds is not (child is around.body):
                return True
        child = around
    return False


def _holds(test: cst.BaseExpression, passed: Passed) -> bool | None:
    """Whether a test of a parameter that is nothing holds; None for all others."""
    match test:
        case cst.Name(value=name):
            return False if name in passed and is_nothing(passed[name]) else None
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            holds = _holds(inner, passed)
            return None if holds is None else not holds
        case cst.Comparison(left=cst.Name(value=name), comparisons=[cst.ComparisonTarget(operator=how, comparator=cst.Name(value="None"))]):
            given = passed.get(name)
            is_none = isinstance(given, cst.Name) and given.value == "None"
            return None if not is_none else True if isinstance(how, cst.Is) else False if isinstance(how, cst.IsNot) else None
        case _:
            return None
