"""Where ``isinstance(name, T)`` holds: in the branch below it, behind an ``assert``, and after ``if not isinstance(name, T): return``."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from errlint.semantics.program.conditions import atoms
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Scopes
from errlint.semantics.program.tree import Tree

_NEAREST = 20
"""So many of the calls before a use are looked at: the cost must not grow with the square of their number."""


class Narrowings:
    """Answers for the names of one file."""

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes

    def at(self, name: cst.Name) -> Iterator[cst.Call]:
        """The calls of ``isinstance`` that are true where the name is used."""
        scopes = self._calls.get(name.value)
        if scopes is None:
            return
        for test in self._tree.tests_around(name):
            if isinstance(test, cst.Call) and _asks_about(test, name.value):
                yield test
        for scope in self._scopes.outer(self._scopes.scope_of(name)):
            left = scopes.get(scope, [])
            position = bisect_right(left, self._tree.order[name], key=lambda found: self._tree.order[found[1]])
            for call, statement in left[max(0, position - _NEAREST) : position]:
                if self._is_behind(name, statement):
                    yield call
            if isinstance(scope, cst.FunctionDef):
                return

    def at_attribute(self, attribute: cst.Attribute) -> Iterator[cst.Call]:
        """The same of ``context.error``, in the branch below the test."""
        path = dotted(attribute)
        if path is not None and path in self._paths:
            for test in self._tree.tests_around(attribute):
                if isinstance(test, cst.Call) and _asked_about(test) == path:
                    yield test

    @cached_property
    def _paths(self) -> frozenset[str]:
        """The attributes that are asked about anywhere."""
        asked = (_asked_about(call) for call in self._tree.all(cst.Call))
        return frozenset(path for path in asked if path is not None and "." in path)

    @cached_property
    def _calls(self) -> dict[str, dict[cst.CSTNode, list[tuple[cst.Call, cst.CSTNode]]]]:
        """By the name that is asked about and by scope, the calls behind which they were true, with the statements that make them so."""
        found: dict[str, dict[cst.CSTNode, list[tuple[cst.Call, cst.CSTNode]]]] = {}
        for call in self._tree.all(cst.Call):
            subject = call.args[0].value if len(call.args) == 2 else None
            if isinstance(subject, cst.Name) and _asks_about(call, subject.value):
                scopes = found.setdefault(subject.value, {})
                statement = self._statement_that_leaves(call)
                if statement is not None:
                    scopes.setdefault(self._scopes.scope_of(subject), []).append((call, statement))
        return found

    def _statement_that_leaves(self, call: cst.Call) -> cst.CSTNode | None:
        """The statement behind which the call was true: anything else raises or leaves there."""
        statement = self._tree.statement(call)
        if isinstance(statement, cst.SimpleStatementLine):
            tests = [(small.test, True) for small in statement.body if isinstance(small, cst.Assert)]
        elif isinstance(statement, cst.If) and statement.orelse is None and leaves(statement.body):
            tests = [(statement.test, False)]
        else:
            return None
        held = any(atom is call and true for test, truth in tests for atom, true in atoms(test, truth=truth))
        return statement if held else None

    def _is_behind(self, name: cst.Name, statement: cst.CSTNode) -> bool:
        tree = self._tree
        block = tree.block(statement)
        if tree.order[name] < tree.order[statement] or tree.within(name, statement) or not tree.within(name, block):
            return False
        bindings = self._scopes.reaching(name)
        # a value that is bound later is another
        return all(tree.order[binding.node] < tree.order[statement] for binding in bindings)


def _asks_about(call: cst.Call, name: str) -> bool:
    """Whether a call is ``isinstance(name, …)``."""
    return _asked_about(call) == name


def _asked_about(call: cst.Call) -> str | None:
    """The dotted name in ``isinstance(name, …)``."""
    if not isinstance(call.func, cst.Name) or call.func.value != "isinstance" or len(call.args) != 2:
        return None
    return dotted(call.args[0].value)
