"""What catches the failures of code from around it: handlers, context managers, and decorators and helpers that run what they are given.

All answers are names of types, as handlers write them; ``BaseException`` stands for types that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.program.functions import method
from errlint.semantics.program.names import called, dotted
from errlint.semantics.program.scopes import How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ANY = "BaseException"
_HOPS = 3
"""Through how many functions that run what they are given a call is followed."""
_EXITS = ("__exit__", "__aexit__")
_KINDS = frozenset({"isinstance", "issubclass"})


class Shields:
    """Answers for the code of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def at(self, node: cst.CSTNode, hops: int = _HOPS) -> Iterator[str]:
        """The types that are caught of what fails where ``node`` stands, by the code around it in its function."""
        child = node
        for found in self._tree.ancestors(node):
            match found:
                case cst.Try() | cst.TryStar() if child is found.body:
                    for handler in found.handlers:
                        yield from self._handled(handler.type)
                case cst.With(items=items) if child is found.body:
                    for item in items:
                        yield from self.of(item.item, hops)
                case cst.Lambda():
                    argument = self._tree.parent.get(found)
                    call = self._tree.parent.get(argument) if isinstance(argument, cst.Arg) else None
                    yield from self.of(call, hops) if isinstance(call, cst.Call) else ()  # `tried(lambda: answer.json())`
                case cst.FunctionDef():
                    return
            child = found

    def of(self, runner: cst.BaseExpression, hops: int = _HOPS) -> Iterator[str]:
        """The types that a decorator, a context manager or a helper catches of the code that it runs."""
        function = called(runner)
        if (dotted(function) or "").rpartition(".")[2] == "suppress" and isinstance(runner, cst.Call):
            for argument in runner.args:
                yield from self._semantics.evaluator.type_names(argument.value)
        if not hops:
            return
        here = self._semantics.runs(runner) if isinstance(runner, cst.Call) else self._semantics.functions.defined(runner)
        for definition in self._semantics.scopes.classes(function):
            yield from self.of_class(definition)
        for run in here:
            yield from self.of_function(run, hops - 1)
        if not here and self._semantics.imported is not None:
            name = self._name_elsewhere(runner)
            yield from self._semantics.imported.caught_by(name) if name else ()

    def _name_elsewhere(self, runner: cst.BaseExpression) -> str:
        if isinstance(runner, cst.Call):
            return self._semantics.evaluator.callees.name_elsewhere(runner)[0]
        name = self._semantics.names.qualified(runner) or ""
        return name if is_first_party(name) else ""

    def of_function(self, runner: cst.FunctionDef, hops: int = _HOPS) -> Iterator[str]:
        """The types that a function catches where it runs a function that it is given, or the block that it is the manager of."""
        for node in self._tree.inside(runner.body, cst.Call, cst.Yield):
            if not isinstance(node, cst.Call) or self._is_parameter(node.func, runner):
                yield from self.at(node, hops)

    def of_class(self, definition: cst.ClassDef) -> Iterator[str]:
        """The types that objects of a class catch of the block that they are the manager of."""
        for found in filter(None, (method(definition, name) for name in _EXITS)):
            for call in self._tree.inside(found.body, cst.Call):
                if dotted(call.func) in _KINDS and len(call.args) > 1:
                    yield from self._handled(call.args[1].value)

    def _handled(self, types: cst.BaseExpression | None) -> Iterator[str]:
        if types is None or self._is_parameter(types, None):
            yield _ANY
        else:
            yield from self._semantics.evaluator.type_names(types)

    def _is_parameter(self, name: cst.BaseExpression, of: cst.FunctionDef | None) -> bool:
        """Whether a name is a parameter: of this function, or of one inside of it."""
        bindings = self._semantics.scopes.reaching(name) if isinstance(name, cst.Name) else []
        return any(one.how is How.PARAMETER and (of is None or self._tree.within(one.node, of)) for one in bindings)
