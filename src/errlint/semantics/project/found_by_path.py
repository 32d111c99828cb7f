"""What stands in a module at a path of names (``Client.get``), for those who ask about it from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Place
from errlint.semantics.program.scopes import How
from errlint.semantics.project.summaries import Spot
from errlint.semantics.values.class_members import is_static

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_LONGEST_TRAIL = 12
"""Places; of a longer trail the start is kept, where the value was born."""


class FoundByPath:
    """Answers for one module.

    :param file: the absolute path of the module.
    """

    def __init__(self, semantics: Semantics, file: str) -> None:
        self.file = file
        self._semantics = semantics
        self._tree = semantics.tree

    def function_at(self, path: tuple[str, ...]) -> cst.FunctionDef | None:
        """The function of this name."""
        return next(self.functions_at(path), None)

    def functions_at(self, path: tuple[str, ...]) -> Iterator[cst.FunctionDef]:
        """The functions of this name, the last one first."""
        scope: cst.CSTNode | None = self._tree.module
        for name in path[:-1]:
            bindings = self._semantics.scopes.bindings(name, scope) if scope is not None else []
            scope = next((binding.node for binding in reversed(bindings) if binding.how is How.CLASS), None)
        for binding in reversed(self._semantics.scopes.bindings(path[-1], scope)) if scope is not None and path else ():
            if binding.how is How.FUNCTION and isinstance(binding.node, cst.FunctionDef):
                yield binding.node

    def expressions_at(self, path: tuple[str, ...]) -> Iterable[cst.BaseExpression]:
        """What a variable is bound to, or an attribute of a class."""
        if len(path) == 1:
            bindings = self._semantics.scopes.bindings(path[0], self._tree.module)
            return [b.value for b in reversed(bindings) if b.how is How.VALUE and b.value is not None and not b.path]
        if len(path) == 2:
            definition = self._semantics.types.definition(path[0])
            return self._semantics.constants.values_in(definition, path[1]) if definition is not None else ()
        return ()

    def parameters(self, node: cst.FunctionDef, given: Iterable[int | str], *, bound: bool) -> dict[cst.CSTNode, int | str]:
        """The parameters of a function for which something is given, and by which argument."""
        positional = [*node.params.posonly_params, *node.params.params]
        in_class = isinstance(self._tree.parent.get(self._tree.block(node)), cst.ClassDef)
        takes_self = in_class and not is_static(node) and (bound or self._is_class_method(node))
        by_name = {param.name.value: param for param in (*positional, *node.params.kwonly_params)}
        found: dict[cst.CSTNode, int | str] = {}
        for key in given:
            param = by_name.get(key) if isinstance(key, str) else next(iter(positional[key + takes_self :]), None)
            if param is not None:
                found[param] = key
        return found

    def _is_class_method(self, node: cst.FunctionDef) -> bool:
        return any(isinstance(d.decorator, cst.Name) and d.decorator.value == "classmethod" for d in node.decorators)

    def inside(self, name: str) -> str:
        """The name by which this file knows a type."""
        return name.removeprefix(f"{self.file}:")

    def spots(self, trail: tuple[Place, ...]) -> tuple[Spot, ...]:
        """Places, as other modules may know them."""
        found: list[Spot] = []
        for place in trail:
            found.extend(place.elsewhere)
            rank = self._tree.order.get(place.node)
            if rank is not None and place.note:
                found.append(Spot(self.file, rank, place.note, place.http))
        return tuple(found[:_LONGEST_TRAIL])
