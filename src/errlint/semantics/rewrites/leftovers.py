"""What a rewritten test leaves behind: a name that nothing reads any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from errlint.model import Edit
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.rewrites.writing import Writing

_READS = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "get", "decode", "replace", "title"})
"""Methods that change nothing in what they are called of."""
_MAKES_TEXT = frozenset({"str", "repr", "format"})


class Leftovers:
    """Answers for one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.semantics.tree
        self._scopes = writing.semantics.scopes

    def of(self, node: cst.CSTNode, code: str) -> Iterator[Edit]:
        """Edits that take out the assignments of names that only ``node`` reads, where ``code`` takes its place.

        Where other tests read a name, too, all of them may be written anew. The last one that is takes the name with it, so no two
        neighbours may be in one round: each but the first holds on to the one before it, by an edit that changes nothing.
        """
        names = {name.value: name for name in self._tree.inside(node, cst.Name)}
        for name in names.values():
            bindings = self._scopes.reaching(name)
            if len(bindings) != 1 or re.search(rf"\b{re.escape(name.value)}\b", code):
                continue
            statement = self._bound_alone(bindings[0])
            edit = self._writing.remove(statement) if statement is not None else None
            others = self._read_outside(bindings[0], node)
            if edit is not None and not others:
                yield edit
            elif edit is not None and all(self._tree.is_in(other, cst.Comparison) for other in others):
                before = [other for other in others if self._tree.order[other] < self._tree.order[node]]
                yield from (self._writing.replace(other, other.value) for other in before[-1:])

    def _read_outside(self, binding: Binding, node: cst.CSTNode) -> list[cst.Name]:
        """Where else than in a node a name of a function is read, in document order."""
        function = self._tree.enclosing(binding.node, cst.FunctionDef) or self._tree.module
        names = [name for name in self._tree.inside(function, cst.Name) if name.value == binding.name and not self._tree.is_member(name)]
        outside = (name for name in names if not self._tree.within(name, node))
        return [name for name in outside if not isinstance(self._tree.parent.get(name), cst.AssignTarget)]

    def _bound_alone(self, binding: Binding) -> cst.SimpleStatementLine | None:
        """The statement that binds a name of a function and does nothing else, of which it makes no difference whether it is run."""
        assign = binding.node
        statement = self._tree.statement(assign)
        function = self._tree.enclosing(assign, cst.FunctionDef)
        if binding.how is not How.VALUE or binding.path or not isinstance(assign, cst.Assign) or function is None:
            return None
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) > 1 or len(assign.targets) > 1:
            return None
        block = self._tree.parent.get(statement)
        if not isinstance(block, cst.IndentedBlock) or len(block.body) == 1 or not _only_reads(assign.value):
            return None
        return statement


def _only_reads(value: cst.BaseExpression) -> bool:
    """Whether it makes no difference that an expression is not evaluated any more."""
    match value:
        case cst.Name() | cst.SimpleString() | cst.Integer():
            return True
        case cst.Attribute(value=inner):
            return _only_reads(inner)
        case cst.Subscript(value=inner, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return _only_reads(inner) and _only_reads(key)
        case cst.Call(func=cst.Name(value=function), args=args) if function in _MAKES_TEXT:
            return all(_only_reads(argument.value) for argument in args)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=method)), args=args) if method in _READS:
            return _only_reads(inner) and all(_only_reads(argument.value) for argument in args)
        case cst.BooleanOperation(left=left, right=right):
            return _only_reads(left) and _only_reads(right)
        case _:
            return False
