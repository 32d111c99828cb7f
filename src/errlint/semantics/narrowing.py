"""Where ``isinstance(name, T)`` holds: in the branch below it, behind an ``assert``, and after ``if not isinstance(name, T): return``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from errlint.semantics.conditions import atoms
from errlint.semantics.scopes import Scopes
from errlint.semantics.statuses import leaves
from errlint.semantics.tree import Tree


class Narrowings:
    """Answers for the names of one file."""

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes

    def at(self, name: cst.Name) -> Iterator[cst.Call]:
        """The calls of ``isinstance`` that are true where the name is used."""
        calls = self._calls.get(name.value)
        if not calls:
            return
        for test in self._tree.tests_around(name):
            if isinstance(test, cst.Call) and test in calls:
                yield test
        for call in calls:
            statement = self._statement_that_leaves(call)
            if statement is not None and self._is_behind(name, statement):
                yield call

    @cached_property
    def _calls(self) -> dict[str, list[cst.Call]]:
        found: dict[str, list[cst.Call]] = {}
        for call in self._tree.all(cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value == "isinstance" and len(call.args) == 2:
                subject = call.args[0].value
                if isinstance(subject, cst.Name):
                    found.setdefault(subject.value, []).append(call)
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
