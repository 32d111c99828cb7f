"""Code that answers requests rather than making them: its errors go to a client of ours."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.names import Names, called
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import Types

_HOPS = 2
"""Helpers that an answer comes from."""


class Serving:
    """Answers for one file."""

    def __init__(self, tree: Tree, names: Names, functions: Functions, types: Types) -> None:
        self._tree = tree
        self._names = names
        self._functions = functions
        self._types = types
        self._speeches = types.speeches
        self._known: dict[cst.FunctionDef, bool] = {}

    def at(self, node: cst.CSTNode) -> bool:
        """Whether the code around a node answers requests."""
        return any(self._serves(found) for found in self._tree.ancestors(node) if isinstance(found, cst.FunctionDef))

    def _serves(self, function: cst.FunctionDef) -> bool:
        if function not in self._known:
            self._known[function] = (
                any(self._marks(one.decorator) for one in function.decorators) or self.is_called(function) or self.answers(function)
            )
        return self._known[function]

    def _marks(self, decorator: cst.BaseExpression) -> bool:
        """`@app.get("/items")`, `@api_view`, `@app.after_request`."""
        if (self._names.qualified(called(decorator)) or "") in self._speeches.marks or self._hooks(decorator):
            return True
        return (
            isinstance(decorator, cst.Call)
            and isinstance(decorator.func, cst.Attribute)
            and decorator.func.attr.value in self._speeches.routes
            and bool(decorator.args)
            and (string_value(decorator.args[0].value) or "").startswith("/")
        )

    def _hooks(self, decorator: cst.BaseExpression) -> bool:
        function = called(decorator)
        return isinstance(function, cst.Attribute) and function.attr.value in self._speeches.hooks

    def is_called(self, function: cst.FunctionDef) -> bool:
        """Whether a framework calls the function when there is a request, an answer or an error: a method of a view, a hook."""
        if any(self._hooks(one.decorator) for one in function.decorators):
            return True
        owner = self._tree.parent.get(self._tree.block(function))
        sheet = self._types.of_class(owner) if isinstance(owner, cst.ClassDef) else None
        if sheet is None:
            return False
        bases = {base for entry in self._types.ancestors(sheet.name) for base in entry.parents}
        return any(self._speeches.answers_in(base, function.name.value) for base in bases)

    def answers(self, function: cst.FunctionDef, hops: int = _HOPS) -> bool:
        """Whether a function returns what a framework's own class, or a function of it, makes for answers."""
        return any(self._is_answer(value, hops) for value in self._functions.returned(function))

    def _is_answer(self, value: cst.BaseExpression, hops: int) -> bool:
        match value:
            case cst.Await(expression=inner):
                return self._is_answer(inner, hops)
            case cst.IfExp(body=one, orelse=other):
                return self._is_answer(one, hops) or self._is_answer(other, hops)
            case cst.Tuple(elements=[first, *_]):
                return self._is_answer(first.value, hops)  # with a status, with headers
            case cst.Call():
                if (self._names.qualified(value.func) or "") in self._speeches.responses:
                    return True
                return hops > 0 and any(self.answers(helper, hops - 1) for helper in self._functions.run_by(value))
            case cst.Name():
                return hops > 0 and any(self._is_answer(bound, hops - 1) for bound in self._functions.values(value))
        return False
