"""Statements after which code does not go on, or does so for some answers only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

import libcst as cst

from errlint.semantics.program.tree import Tree


def leaves(block: cst.CSTNode) -> bool:
    """Whether a block always ends in return, raise, continue or break."""
    statements = getattr(block, "body", ())
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, (cst.Return, cst.Raise, cst.Continue, cst.Break)):
        return True
    if isinstance(last, cst.With):
        return leaves(last.body) and not any(map(_swallows, last.items))
    if isinstance(last, (cst.Try, cst.TryStar)):
        return _tried_leaves(last)
    return isinstance(last, cst.If) and _all_arms_leave(last)


def last_of(block: cst.CSTNode) -> cst.CSTNode | None:
    """The statement that a block ends with, if that is a simple one."""
    line = block.body[-1] if isinstance(block, (cst.IndentedBlock, cst.SimpleStatementSuite)) and block.body else None
    return line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line


def goes_on(block: cst.CSTNode) -> bool:
    """Whether a block ends with the next pass of its loop."""
    return isinstance(last_of(block), cst.Continue)


def _swallows(item: cst.WithItem) -> bool:
    """``with suppress(KeyError):`` goes on behind an exception."""
    function = item.item.func if isinstance(item.item, cst.Call) else None
    word = function.attr if isinstance(function, cst.Attribute) else function
    return isinstance(word, cst.Name) and word.value == "suppress"


def _tried_leaves(tried: cst.Try | cst.TryStar) -> bool:
    if tried.finalbody is not None and leaves(tried.finalbody.body):
        return True
    succeeded = leaves(tried.body) or (tried.orelse is not None and leaves(tried.orelse.body))
    return succeeded and all(leaves(handler.body) for handler in tried.handlers)


def _all_arms_leave(test: cst.If) -> bool:
    if not leaves(test.body) or test.orelse is None:
        return False
    return _all_arms_leave(test.orelse) if isinstance(test.orelse, cst.If) else leaves(test.orelse.body)


Exit = cst.If | cst.SimpleStatementLine | cst.Try | cst.TryStar | cst.With
"""What may leave a block for some statuses."""


def may_leave(statement: cst.CSTNode) -> TypeGuard[Exit]:
    """Whether nothing comes after a statement for some statuses: ``if not answer.ok: return``, ``answer.raise_for_status()``, ``assert``.

    Or something in it may be one: in a ``with``, and in a ``try`` behind which code goes on only where nothing was caught.
    """
    if isinstance(statement, cst.If):
        return leaves(statement.body)
    if isinstance(statement, cst.With):
        return not any(map(_swallows, statement.items))
    if isinstance(statement, (cst.Try, cst.TryStar)):
        return all(leaves(handler.body) for handler in statement.handlers)
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return asserted(statement) is not None or asked_to_raise(statement) is not None


def asserted(statement: cst.SimpleStatementLine) -> cst.BaseExpression | None:
    """What a statement demands: ``assert answer.status_code == 200``."""
    small = statement.body[0] if len(statement.body) == 1 else None
    return small.test if isinstance(small, cst.Assert) else None


def otherwise(branch: cst.If, block: cst.CSTNode | None) -> Sequence[cst.CSTNode]:
    """What is run where a condition is false, and only there: its ``else``, or what stands behind a branch that leaves.

    :param block: what the ``if`` stands in.
    """
    if isinstance(branch.orelse, cst.Else):
        return branch.orelse.body.body
    if branch.orelse is not None or not isinstance(block, (cst.IndentedBlock, cst.Module)) or not leaves(branch.body):
        return ()
    return block.body[block.body.index(branch) + 1 :]


def asked_to_raise(statement: cst.SimpleStatementLine) -> cst.BaseExpression | None:
    """The answer that a statement asks to raise for its status."""
    small = statement.body[0] if len(statement.body) == 1 else None
    call = small.value if isinstance(small, cst.Expr) else None
    function = call.func if isinstance(call, cst.Call) else None
    return function.value if isinstance(function, cst.Attribute) and function.attr.value == "raise_for_status" else None


def all_asked_to_raise(tree: Tree, code: cst.CSTNode, *, into_functions: bool = False) -> Iterator[cst.BaseExpression]:
    """The answers that statements of some code ask to raise for their status."""
    asked = map(asked_to_raise, tree.inside(code, cst.SimpleStatementLine, into_functions=into_functions))
    return (answer for answer in asked if answer is not None)
