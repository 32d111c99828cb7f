"""The conditions under which a place is reached: tests around it and early exits before it, taken apart."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.tree import Tree


def conditions_at(tree: Tree, node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """Pairs of a test and its truth where ``node`` stands; conjunctions, disjunctions and negations taken apart as far as they allow."""
    child = node
    for found in tree.ancestors(node):
        if isinstance(found, (cst.If, cst.IfExp)) and child is not found.test:
            yield from atoms(found.test, truth=child is found.body)
        elif isinstance(found, cst.While) and child is found.body:
            yield from atoms(found.test, truth=True)
        elif isinstance(found, cst.MatchCase) and child is found.body and found.guard is not None:
            yield from atoms(found.guard, truth=True)
        elif isinstance(found, cst.BooleanOperation) and child is found.right:
            yield from atoms(found.left, truth=isinstance(found.operator, cst.And))
        elif isinstance(found, (cst.IndentedBlock, cst.Module)):
            yield from _exits(found, child)
        if isinstance(found, (cst.FunctionDef, cst.Lambda)):
            return
        child = found


def needed_beside(tree: Tree, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The tests beside ``node`` without which its truth changes nothing: the other parts of an ``and``, and of an ``all((…))``."""
    child = node
    for found in tree.ancestors(node):
        if isinstance(found, (cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.Lambda)):
            return
        if isinstance(found, cst.BooleanOperation) and isinstance(found.operator, cst.And):
            other = found.right if child is found.left else found.left
            yield from (test for test, truth in atoms(other, truth=True) if truth)
        elif isinstance(found, cst.Call) and isinstance(found.func, cst.Name) and found.func.value == "all" and child is not found.func:
            listed = found.args[0].value
            elements = listed.elements if isinstance(listed, (cst.Tuple, cst.List, cst.Set)) else ()
            yield from (element.value for element in elements if not tree.within(node, element))
        child = found


def _exits(block: cst.IndentedBlock | cst.Module, until: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, bool]]:
    for statement in block.body:
        if statement is until:
            return
        if isinstance(statement, cst.If) and leaves(statement.body):
            yield from atoms(statement.test, truth=False)
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assert):
                yield from atoms(small.test, truth=True)


def atoms(test: cst.BaseExpression, *, truth: bool) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """What follows from the truth of a test: its parts, as far as each has to be true or false."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yield from atoms(test.expression, truth=not truth)
    elif isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And) is truth:
        yield from atoms(test.left, truth=truth)
        yield from atoms(test.right, truth=truth)
    else:
        yield test, truth
