"""A test that says nothing new beside another one: ``status == 404 or status == 404``, ``code in {"A", "B"} or code == "B"``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import libcst as cst

from errlint.semantics.program.constants import string_value
from errlint.semantics.program.tree import Tree, alike, parts


def beside(tree: Tree, node: cst.CSTNode, code: str) -> bool:
    """Whether ``code``, in the place of ``node``, would change nothing of the ``and`` or ``or`` that this is a part of."""
    try:
        written = cst.parse_expression(code)
    except cst.ParserSyntaxError:
        return False
    around = tree.parent.get(node)
    if not isinstance(around, cst.BooleanOperation):
        return False
    kind = type(around.operator)
    others = [part for part in parts(_whole(tree, around, kind), kind) if part is not node]
    return any(_implies(written, other) if kind is cst.Or else _implies(other, written) for other in others)


def before(tree: Tree, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The parts that stand before ``node`` in the ``and`` or ``or`` that this is a part of."""
    around = tree.parent.get(node)
    if isinstance(around, cst.BooleanOperation):
        kind = type(around.operator)
        yield from takewhile(lambda part: part is not node, parts(_whole(tree, around, kind), kind))


def _whole(tree: Tree, part: cst.BooleanOperation, kind: type[cst.BaseBooleanOp]) -> cst.BooleanOperation:
    above = tree.parent.get(part)
    while isinstance(above, cst.BooleanOperation) and isinstance(above.operator, kind):
        part, above = above, tree.parent.get(above)
    return part


def _implies(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    """Whether the truth of one test means that of the other, as far as their forms tell."""
    known = list(parts(one, cst.And))
    return all(any(_covers(part, wanted) for part in known) for wanted in parts(other, cst.And))


def _covers(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    if alike(one, other):
        return True
    mine, its = _asked(one), _asked(other)
    if mine is None or its is None or mine[2] is not its[2] or not alike(mine[0], its[0]):
        return False
    return mine[1] >= its[1] if mine[2] else mine[1] <= its[1]


def _asked(test: cst.BaseExpression) -> tuple[cst.BaseExpression, frozenset[int | str], bool] | None:
    """What is compared with which values, and whether with none of them: ``status != 404``, ``code in {"A", "B"}``."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
    if isinstance(operator, (cst.In, cst.NotIn)) and isinstance(right, (cst.Set, cst.Tuple, cst.List)):
        values = [_value(element.value) for element in right.elements]
    elif isinstance(operator, (cst.Equal, cst.NotEqual)):
        values = [_value(right)]
    else:
        return None
    found = frozenset(value for value in values if value is not None)
    return (test.left, found, isinstance(operator, (cst.NotIn, cst.NotEqual))) if None not in values else None


def _value(expression: cst.BaseExpression) -> int | str | None:
    return expression.evaluated_value if isinstance(expression, cst.Integer) else string_value(expression)
