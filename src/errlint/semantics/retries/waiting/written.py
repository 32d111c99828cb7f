"""What is written into an attribute of an object that the file makes, wherever the object is handed on to.

``context = SimpleNamespace(pause=None)`` before the loop, ``sleep(context.pause or 1)`` and ``context.pause = int(told)`` in it; a
generator that yields an object, and waits as long as the body of the loop has written into it. Two names are of one object where what they
stand for was made by the same expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.constants import assigned, part_at
from errlint.semantics.program.scopes import Binding, How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HANDS_OUT = frozenset({"__iter__", "__aiter__", "__next__", "__anext__"})
_INSTANCES = ("self", "cls")


class Written:
    """Answers for the attributes of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def values(self, attribute: cst.Attribute) -> Iterator[cst.BaseExpression]:
        """What the file writes into an attribute of the object that ``attribute`` reads, ``self`` aside."""
        name = attribute.attr.value
        if _is_instance(attribute.value):
            return
        written = self._written.get(name, ())
        classes = self._classes_with(name)
        if not written and not classes:
            return
        makers = self._makers(attribute.value)
        for owner, value in written:
            if not makers.isdisjoint(self._makers(owner)):
                yield value
        for definition in dict.fromkeys(self._class_of(maker) for maker in makers):
            if definition in classes and definition is not None:
                yield from self._semantics.constants.values_in(definition, name)

    @cached_property
    def _written(self) -> dict[str, list[tuple[cst.BaseExpression, cst.BaseExpression]]]:
        """By name of the attribute, the objects that it is written into, with what is written; those called ``self`` are left out."""
        found: dict[str, list[tuple[cst.BaseExpression, cst.BaseExpression]]] = {}
        for statement in self._tree.of_types(cst.Assign, cst.AnnAssign):
            assert isinstance(statement, (cst.Assign, cst.AnnAssign))
            for target, value in assigned(statement):
                if isinstance(target, cst.Attribute) and not _is_instance(target.value):
                    found.setdefault(target.attr.value, []).append((target.value, value))
        return found

    def _classes_with(self, name: str) -> frozenset[cst.ClassDef]:
        """The classes of the file that give their instances an attribute of this name."""
        values_in = self._semantics.constants.values_in
        return frozenset(one for one in self._tree.all(cst.ClassDef) if next(values_in(one, name), None) is not None)

    def _class_of(self, maker: cst.CSTNode) -> cst.ClassDef | None:
        """The class of the file that an expression makes an instance of."""
        bindings = self._semantics.scopes.reaching(maker.func) if isinstance(maker, cst.Call) and isinstance(maker.func, cst.Name) else []
        return next((found.node for found in bindings if isinstance(found.node, cst.ClassDef)), None)

    # whose attribute it is ---------------------------------------------------------------------------------------------------------

    def _makers(self, expression: cst.BaseExpression) -> frozenset[cst.CSTNode]:
        """The expressions that made the object; the parameter, or whatever else binds its name, where that is all that is known."""
        found: set[cst.CSTNode] = set()
        seen: set[Binding | cst.CSTNode] = set()
        pending = [expression]
        while pending:
            value = pending.pop()
            if value in seen:
                continue
            seen.add(value)
            if isinstance(value, cst.Attribute):
                pending += self._semantics.constants.attribute_values(value)
            elif not isinstance(value, cst.Name):
                found.add(value)
            for binding in self._semantics.scopes.reaching(value) if isinstance(value, cst.Name) else ():
                handed = list(self._behind(binding)) if binding not in seen else []
                if binding not in seen and not handed:
                    found.add(binding.node)
                seen.add(binding)
                pending += handed
        return frozenset(found)

    def _behind(self, binding: Binding) -> Iterator[cst.BaseExpression]:
        """What a name is bound to, or handed from somewhere else in the file."""
        if binding.how is How.PARAMETER:
            yield from self._semantics.functions.passed_for(binding)
        elif binding.how is How.ITEM and binding.value is not None:
            yield from (part_at(item, binding.path) or item for item in self._handed_out(binding.value))
        elif binding.how is How.VALUE and binding.value is not None and not binding.path:
            yield binding.value

    def _handed_out(self, iterable: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """What a generator of the file, or an object of one of its classes, hands out in turn."""
        if not isinstance(iterable, cst.Call):
            return
        functions = self._semantics.functions
        methods = (method for method in functions.methods_of(iterable.func) if method.name.value in _HANDS_OUT)
        for function in (*functions.run_by(iterable), *methods):
            for node in self._tree.inside(function.body, cst.Yield, into_functions=False):
                if isinstance(node.value, cst.BaseExpression):
                    yield node.value
            if function.name.value in ("__next__", "__anext__"):
                yield from functions.returned(function)


def _is_instance(expression: cst.BaseExpression) -> bool:
    return isinstance(expression, cst.Name) and expression.value in _INSTANCES
