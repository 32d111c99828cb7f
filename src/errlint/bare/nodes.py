"""How bare nodes are made, and the nodes that are made once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar, cast

import libcst as cst

N = TypeVar("N", bound=cst.CSTNode)


def maker(kind: type[N], *names: str) -> Callable[..., N]:
    """A function that makes nodes of a kind and sets these fields, no others. libcst's own constructors take several times as long."""
    new = cast("Callable[[type[N]], N]", kind.__new__)
    setters = [getattr(kind, name).__set__ for name in names]
    match setters:
        case []:
            return lambda: new(kind)
        case [first]:

            def make_one(value: object) -> N:
                node = new(kind)
                first(node, value)
                return node

            return make_one
        case [first, second]:

            def make_two(value: object, other: object) -> N:
                node = new(kind)
                first(node, value)
                second(node, other)
                return node

            return make_two
        case [first, second, third]:

            def make_three(value: object, other: object, last: object) -> N:
                node = new(kind)
                first(node, value)
                second(node, other)
                third(node, last)
                return node

            return make_three

    def make(*values: object) -> N:
        node = new(kind)
        for put, value in zip(setters, values, strict=True):
            put(node, value)
        return node

    return make


def _once_each(kinds: dict[type[ast.AST], type[cst.CSTNode]]) -> dict[type[ast.AST], cst.CSTNode]:
    return {of: maker(kind)() for of, kind in kinds.items()}


OPERATORS = _once_each({
    ast.And: cst.And, ast.Or: cst.Or, ast.Not: cst.Not, ast.Invert: cst.BitInvert, ast.UAdd: cst.Plus, ast.USub: cst.Minus,
    ast.Add: cst.Add, ast.Sub: cst.Subtract, ast.Mult: cst.Multiply, ast.MatMult: cst.MatrixMultiply, ast.Div: cst.Divide,
    ast.Mod: cst.Modulo, ast.Pow: cst.Power, ast.LShift: cst.LeftShift, ast.RShift: cst.RightShift, ast.BitOr: cst.BitOr,
    ast.BitXor: cst.BitXor, ast.BitAnd: cst.BitAnd, ast.FloorDiv: cst.FloorDivide, ast.Eq: cst.Equal,
    ast.Lt: cst.LessThan, ast.LtE: cst.LessThanEqual, ast.Gt: cst.GreaterThan, ast.GtE: cst.GreaterThanEqual, ast.Is: cst.Is,
    ast.IsNot: cst.IsNot, ast.In: cst.In, ast.NotIn: cst.NotIn,
})  # fmt: skip
"""One node for each operator: nobody asks where it stands."""
OPERATORS[ast.NotEq] = maker(cst.NotEqual, "value")("!=")
ASSIGNING = _once_each({
    ast.Add: cst.AddAssign, ast.Sub: cst.SubtractAssign, ast.Mult: cst.MultiplyAssign, ast.MatMult: cst.MatrixMultiplyAssign,
    ast.Div: cst.DivideAssign, ast.Mod: cst.ModuloAssign, ast.Pow: cst.PowerAssign, ast.LShift: cst.LeftShiftAssign,
    ast.RShift: cst.RightShiftAssign, ast.BitOr: cst.BitOrAssign, ast.BitXor: cst.BitXorAssign, ast.BitAnd: cst.BitAndAssign,
    ast.FloorDiv: cst.FloorDivideAssign,
})  # fmt: skip
ASYNCHRONOUS = maker(cst.Asynchronous)()
DOT = maker(cst.Dot)()
