"""What the code of a loop changes, by the names of what is changed: ``page``, ``self.messages``, ``body`` of ``body["rows"].pop()``.

A function of the file that the loop calls changes members of its object, variables of the function around it, and what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.functions import bound_arguments
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.program.tree import Tree
    from errlint.semantics.retries.by_hand.exits import Region

N = TypeVar("N", bound=cst.CSTNode)
_OBJECTS = ("self", "cls")
_MUTATES = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove", "reverse", "rotate",
    "setdefault", "update",
})  # fmt: skip
"""Methods of lists, dicts, sets and deques that change them."""
_DEPTH = 2
"""How many functions are entered inside of each other."""


@dataclass(frozen=True, eq=False)
class Change:
    """One change of a value.

    :ivar name: what of; :ivar node: the statement or call in the loop that makes it; :ivar value: what is assigned, where the loop itself
    assigns; :ivar is_part: something in it is changed, not the name; :ivar member: the attribute of a variable that is assigned, where that
    is all: ``order.sent_at = now()``.
    """

    name: str
    node: cst.CSTNode
    value: cst.BaseExpression | None = None
    is_part: bool = True
    member: str = ""


def root(expression: cst.BaseExpression) -> str:
    """The variable, or the member of an object, that an expression is a part of; empty for others."""
    current: cst.CSTNode = expression
    while not isinstance(current, cst.Name):
        if isinstance(current, cst.Attribute):
            if isinstance(current.value, cst.Name) and current.value.value in _OBJECTS:
                return dotted(current) or ""
            current = current.value
        elif isinstance(current, cst.Subscript):
            current = current.value
        elif isinstance(current, cst.Call) and isinstance(current.func, cst.Attribute):
            current = current.func.value
        else:
            return ""
    return "" if current.value in _OBJECTS else current.value


class Changes:
    """Answers for one region."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._region = region

    def of(self, names: Iterable[str]) -> Iterator[Change]:
        """The changes of any of these."""
        for name in names:
            yield from self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, list[Change]]:
        found: dict[str, list[Change]] = {}
        for change in self._in(self._region.body, _DEPTH):
            found.setdefault(change.name, []).append(change)
        return found

    def _in(self, code: cst.CSTNode, depth: int) -> Iterator[Change]:
        for statement in self._tree.inside(code, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Del, into_functions=False):
            value = statement.value if isinstance(statement, (cst.Assign, cst.AnnAssign)) else None
            for target in _targets(statement):
                is_part = isinstance(target, cst.Subscript) or not _is_whole(target)
                member = member_of_a_variable(target) if isinstance(statement, (cst.Assign, cst.AugAssign)) else ""
                yield Change(root(target), statement, value, is_part, member)
        for call in self._tree.inside(code, cst.Call, into_functions=False):
            if isinstance(call.func, cst.Attribute) and call.func.attr.value in _MUTATES:
                yield Change(root(call.func.value), call)
            if depth:
                for function in self._semantics.functions.run_by(call):
                    if function is not self._region:
                        yield from self._made_by(call, function, depth)
                if self._is_told(call) and self._changes_its_object(call):
                    yield Change(root(call.func), call)

    def _is_told(self, call: cst.Call) -> bool:
        """Whether a method of a variable is called for what it does, not for its value."""
        is_method = isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name) and bool(root(call.func.value))
        return is_method and isinstance(self._tree.parent.get(call), cst.Expr)

    def _changes_its_object(self, call: cst.Call) -> bool:
        """Whether a class of the file has the method, and it sets members of its object or changes what they are."""
        return any("." in change.name for function in self._semantics.runs(call) for change in self._in(function.body, 0))

    def _made_by(self, call: cst.Call, function: cst.FunctionDef, depth: int) -> Iterator[Change]:
        """What calling a function of the file changes, as seen from the call."""
        given = {
            parameter.name.value: root(value)
            for parameter, value in bound_arguments(call, function).items()
            if isinstance(parameter, cst.Param)
        }
        for change in self._in(function.body, depth - 1):
            if "." in change.name or self._is_outer(change.name, function):
                yield Change(change.name, call)
            elif change.is_part and given.get(change.name):
                yield Change(given[change.name], call)

    def _is_outer(self, name: str, function: cst.FunctionDef) -> bool:
        """Whether a name in a function means the same as in the region."""
        bound = any(binding.how is not How.DECLARED for binding in self._semantics.scopes.bindings(name, function))
        if not name or (bound and name not in declared_outside(self._tree, function)):
            return False
        around = self._tree.enclosing(self._region, cst.FunctionDef)
        return around is None or self._tree.within(function, around) or not self._semantics.scopes.bindings(name, around)


def declared_outside(tree: Tree, function: Region) -> frozenset[str]:
    """The names that a function calls ``global`` or ``nonlocal``."""
    said: list[cst.Nonlocal | cst.Global] = [*tree.inside(function.body, cst.Nonlocal), *tree.inside(function.body, cst.Global)]
    return frozenset(item.name.value for node in said for item in node.names)


def member_of_a_variable(expression: cst.CSTNode | None) -> str:
    """The attribute that ``variable.attribute`` reads or assigns; empty for all else."""
    match expression:
        case cst.Attribute(value=cst.Name(), attr=cst.Name(value=member)):
            return member
        case _:
            return ""


def _is_whole(target: cst.BaseExpression) -> bool:
    """Whether a target is a variable, or a member of the object at hand."""
    return isinstance(target, cst.Name) or root(target) == dotted(target)


def _targets(statement: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """What a statement assigns to or deletes."""
    found: list[cst.BaseExpression] = []
    if isinstance(statement, cst.Assign):
        found += [target.target for target in statement.targets]
    elif isinstance(statement, (cst.AnnAssign, cst.AugAssign, cst.Del)):
        found.append(statement.target)
    for target in found:
        if isinstance(target, (cst.Tuple, cst.List)):
            yield from (element.value for element in target.elements)
        else:
            yield target
