"""What a file does with the classes of exceptions that it raises: which statements raise one, and whether that is all there is."""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from errlint.semantics.errors.thrown import Exceptions
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import Types, shown


class ClassUses:
    """Answers for one file."""

    def __init__(self, tree: Tree, types: Types, exceptions: Exceptions) -> None:
        self._tree = tree
        self._types = types
        self._exceptions = exceptions

    def raised(self, name: str) -> list[cst.Raise] | None:
        """The statements that raise a class, or one below it; None where one of these is used for anything that does not show."""
        below = {found for found in self._class_names if any(entry.name == name for entry in self._types.ancestors(found))}
        if any(self._is_used_otherwise(shown(found)) for found in {name, *below}):
            return None
        return [statement for statement, names in self._statements if name in names]

    @cached_property
    def _statements(self) -> list[tuple[cst.Raise, set[str]]]:
        """The statements that raise something new, each with the names of the types that it raises and of all above these."""
        found: list[tuple[cst.Raise, set[str]]] = []
        for statement in self._tree.all(cst.Raise):
            if statement.exc is not None:
                raised = self._exceptions.of(statement.exc).types
                found.append((statement, {above.name for name in raised for above in self._types.ancestors(name)}))
        return found

    @cached_property
    def _class_names(self) -> list[str]:
        return [definition.name.value for definition in self._tree.all(cst.ClassDef)]

    def _is_used_otherwise(self, name: str) -> bool:
        """Whether a class is used for more than to be raised where it is written, caught, inherited from and asked for."""
        return any(found.value == name and not self._is_plain_use(found) for found in self._tree.all(cst.Name))

    def _is_plain_use(self, name: cst.BaseExpression) -> bool:
        around = self._tree.parent.get(name)
        match around:
            case cst.ClassDef() | cst.Raise() | cst.ExceptHandler() | cst.ExceptStarHandler() | cst.ImportAlias():
                return True
            case cst.Attribute(attr=attr) if attr is name:
                return self._is_plain_use(around)
            case cst.Call(func=func) if func is name:
                return isinstance(self._tree.parent.get(around), cst.Raise)
            case cst.Arg():
                outer = self._tree.parent.get(around)
                asks = isinstance(outer, cst.Call) and isinstance(outer.func, cst.Name) and outer.func.value == "isinstance"
                return asks or isinstance(outer, cst.ClassDef)
            case cst.Element():
                return self._is_listed(around)
            case _:
                return False

    def _is_listed(self, element: cst.Element) -> bool:
        """Whether a class stands in the tuple of a handler."""
        listed = self._tree.parent.get(element)
        handler = self._tree.parent.get(listed) if listed is not None else None
        return isinstance(handler, Handler) and handler.type is listed
