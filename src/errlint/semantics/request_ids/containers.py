"""Parts of an answer that have the request id inside, among other things: do they go on whole, or does a read go on to something else?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.names import dotted
from errlint.semantics.request_ids.whereabouts import Whereabouts

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ONE_PART = frozenset({"get", "pop"})
"""Methods that give the part of a key."""
_ASKING = frozenset({"bool", "hasattr", "isinstance", "len", "type"})
"""Functions that tell about a value, and nothing that is in it."""


def has_id_inside(part: Meaning, where: Whereabouts) -> bool:
    """Whether a part of a body is not the id, but has it inside."""
    path = part.path
    inside = any(len(path) < len(known) and known[: len(path)] == path for known in where.paths)
    return part.kind is Kind.BODY and bool(path) and inside and path not in where.paths


class Containers:
    """Answers for the expressions of one file that are such parts."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def is_used_whole(self, container: cst.BaseExpression) -> bool:
        """Whether a part goes on with all that it has: into a text, to a function, to who called this.

        It does not where one of its parts is read, where it is only asked for, and where it gets a name whose uses are known, which are
        asked for themselves.
        """
        node: cst.CSTNode = container
        for around in self._tree.ancestors(container):
            match around:
                case cst.NamedExpr(target=target) if not self._are_known([target]):
                    return True
                case cst.BooleanOperation() | cst.NamedExpr():
                    pass
                case cst.IfExp(test=test) if test is not node:
                    pass
                case cst.Tuple() | cst.Element() if self._is_assigned(around):
                    pass
                case cst.Attribute() | cst.Subscript():
                    return not self._reads_part(around, node)
                case cst.Arg():
                    call = self._tree.parent.get(around)
                    return not isinstance(call, cst.Call) or dotted(call.func) not in _ASKING
                case cst.Assign(targets=targets):
                    return not self._are_known([target.target for target in targets])
                case cst.UnaryOperation() | cst.Comparison() | cst.ComparisonTarget():
                    return False
                case cst.If() | cst.While() | cst.IfExp() | cst.Assert() | cst.Expr():
                    return False
                case _:
                    return True
            node = around
        return True

    def _is_assigned(self, node: cst.CSTNode) -> bool:
        """``meta, error = answer["meta"], answer["error"]``"""
        display = self._tree.parent[node] if isinstance(node, cst.Element) else node
        return isinstance(self._tree.parent[display], cst.Assign)

    def _reads_part(self, read: cst.Attribute | cst.Subscript, container: cst.CSTNode) -> bool:
        """Whether a read gives one part, of which it is known what it is: that is asked for itself."""
        if read.value is not container:
            return False
        call = self._tree.parent.get(read)
        if isinstance(read, cst.Attribute) and isinstance(call, cst.Call) and call.func is read:
            return read.attr.value in _ONE_PART and self._semantics.meaning(call) is not None
        return self._semantics.meaning(read) is not None

    def _are_known(self, targets: list[cst.BaseExpression]) -> bool:
        """Whether a value gets names alone, and it is known of each of their uses what it is."""
        names = [name for target in targets for name in _names(target)]
        plain = [name.value for name in names if name is not None]
        if len(plain) < len(names):
            return False
        function = self._tree.enclosing(targets[0], cst.FunctionDef) or self._tree.module
        uses = (node for node in self._tree.inside(function, cst.Name) if node.value in plain)
        return all(self._semantics.meaning(use) is not None for use in uses if self.is_read(use))

    def is_read(self, name: cst.Name) -> bool:
        """Whether a name is a variable that is read where it stands."""
        around = self._tree.parent.get(name)
        match around:
            case cst.Attribute(attr=part):
                return part is not name
            case cst.Arg(keyword=keyword):
                return keyword is not name
            case cst.AssignTarget() | cst.AnnAssign() | cst.NamedExpr() | cst.For() | cst.CompFor() as binding:
                return getattr(binding, "target", None) is not name
            case cst.Element():
                outer = self._tree.parent[self._tree.parent[around]]
                return not isinstance(outer, (cst.AssignTarget, cst.For, cst.CompFor))
            case cst.Param() | cst.FunctionDef() | cst.ClassDef() | cst.AsName() | cst.NameItem():
                return False
            case _:
                return True


def _names(target: cst.BaseExpression) -> Iterator[cst.Name | None]:
    """The names that a target binds; None for what is no name."""
    match target:
        case cst.Name():
            yield target
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _names(element.value)
        case _:
            yield None
