"""Limits of a function that calls itself which outlast a call: kept by its object or its module, or handed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.constants import assigned
from errlint.semantics.program.names import dotted, first_name
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.sent.changes import declared_outside

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.passages import Passage


def lasting_limits(semantics: Semantics, passage: Passage) -> Iterator[cst.BaseExpression]:
    """The tests of counters, clocks and lengths by which a function that calls itself gives up, although it hands no counter on.

    ``self.failures += 1``, ``if self.failures > 5: raise``; ``if time.time() < deadline: return fetch(url, deadline)``. A value that every
    call makes anew before its attempt limits nothing.
    """
    for test in passage.counters.tests:
        read = list(_read(semantics, test))
        if read and all(_lasts(semantics, passage, one) for one in read):
            yield test


def _read(semantics: Semantics, test: cst.BaseExpression) -> Iterator[cst.Name | cst.Attribute]:
    """The names and attributes whose values a test reads; not the functions that it calls."""
    tree = semantics.tree
    for node in (test, *tree.inside(test, cst.Name, cst.Attribute)):
        parent = tree.parent.get(node)
        is_part = isinstance(parent, (cst.Attribute, cst.Arg)) and getattr(parent, "value", None) is not node
        is_called = isinstance(parent, cst.Call) and parent.func is node
        inner = isinstance(parent, cst.Attribute) and parent.value is node
        if isinstance(node, (cst.Name, cst.Attribute)) and dotted(node) and not (is_part or is_called or inner):
            yield node


def _lasts(semantics: Semantics, passage: Passage, read: cst.Name | cst.Attribute) -> bool:
    """Whether the next call finds what this one leaves."""
    root = first_name(read)
    if root is None:
        return False
    if root is not read and _is_made_before(semantics, passage, dotted(read) or ""):
        return False
    inside = [one for one in semantics.scopes.reaching(root) if semantics.tree.within(one.node, passage.region)]
    if all(one.how is How.PARAMETER for one in inside):
        return True
    if root.value in declared_outside(semantics.tree, passage.region):
        return not _is_made_before(semantics, passage, root.value)
    return all(any(dotted(argument.value) == root.value for argument in call.args) for call in passage.steps.self_calls)


def _is_made_before(semantics: Semantics, passage: Passage, wanted: str) -> bool:
    """Whether each call gives it a value of its own before its attempt."""
    tree = semantics.tree
    before = (
        statement
        for statement in tree.inside(passage.region, cst.Assign, cst.AnnAssign, into_functions=False)
        if tree.order[statement] < tree.order[passage.attempt]
    )
    return any(
        dotted(target) == wanted and not any(dotted(part) == wanted for part in (value, *tree.inside(value, cst.Name, cst.Attribute)))
        for statement in before
        if isinstance(statement, (cst.Assign, cst.AnnAssign))
        for target, value in assigned(statement)
    )
