"""Answers and errors that a program gives itself: in middleware, decorators of views, handlers that a framework calls, test clients.

They look like those of an API to code that asks for their status; but the program words them itself.
"""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from errlint.semantics.program.functions import Functions
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.annotations import Annotations
from errlint.semantics.values.serving import Serving
from errlint.sheets.speech import Speeches


class OwnAnswers:
    """Answers for the values of one file of which nothing else is known."""

    def __init__(
        self,
        tree: Tree,
        scopes: Scopes,
        names: Names,
        functions: Functions,
        *,
        annotations: Annotations,
        serving: Serving,
        speeches: Speeches,
    ) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._functions = functions
        self._annotations = annotations
        self._serving = serving
        self._speeches = speeches

    def binds(self, binding: Binding) -> bool:
        """Whether a name is given an answer of the program itself."""
        if binding.how is How.PARAMETER:
            function = self._tree.enclosing(binding.node, cst.FunctionDef)
            return function is not None and self._serving.is_called(function)
        value = binding.value.expression if isinstance(binding.value, cst.Await) else binding.value
        return isinstance(value, cst.Call) and not binding.path and self._gives(value)

    def handles(self, function: cst.FunctionDef) -> bool:
        """Whether a framework calls a function with an error: one that it is told of, and that answers."""
        if any(_registers_a_handler(decorator) for decorator in function.decorators) or self._serving.is_called(function):
            return True
        told = function.name.value in self._handed_over or self._is_asked(function)
        return told and not self._functions.calls_of(function) and self._serving.answers(function)

    def _gives(self, call: cst.Call) -> bool:
        if (self._names.qualified(call.func) or "") in self._speeches.responses:
            return True
        return self._hands_on(call) or (isinstance(call.func, cst.Attribute) and self._is_own_client(call.func.value))

    def _hands_on(self, call: cst.Call) -> bool:
        """``self.get_response(request)``, ``view(request, …)``: what is given the request that the code around was given."""
        if not call.args or not isinstance(call.args[0].value, cst.Name) or not self._is_parameter(call.args[0].value):
            return False
        function = call.func
        word = function.value if isinstance(function, cst.Name) else function.attr.value if isinstance(function, cst.Attribute) else ""
        if word in self._speeches.inner:
            return True
        within = isinstance(function, cst.Attribute) and isinstance(function.value, cst.Call) and dotted(function.value.func) == "super"
        return (within or self._is_given(function)) and self._serving.at(call)

    def _is_given(self, function: cst.BaseExpression) -> bool:
        """Whether a function is a parameter, or an attribute that is set to one."""
        if isinstance(function, cst.Attribute):
            return any(self._is_parameter(value) for value in self._functions.values(function))
        return self._is_parameter(function)

    def _is_parameter(self, value: cst.BaseExpression) -> bool:
        bindings = self._scopes.reaching(value) if isinstance(value, cst.Name) else ()
        return any(binding.how is How.PARAMETER for binding in bindings)

    def _is_own_client(self, client: cst.BaseExpression) -> bool:
        """Whether the program itself answers what a client asks."""
        makers = [client] if isinstance(client, cst.Call) else self._made(client)
        if any((self._names.qualified(call.func) or dotted(call.func) or "") in self._speeches.own_clients for call in makers):
            return True
        types = (name for annotation in self._functions.annotations(client) for name in self._annotations.types(annotation))
        return any(name in self._speeches.own_clients for name in types)

    def _made(self, client: cst.BaseExpression) -> list[cst.Call]:
        """The calls that a name or an attribute is given the value of, in ``with`` as well."""
        values = list(self._functions.values(client)) if isinstance(client, (cst.Name, cst.Attribute)) else []
        bindings = self._scopes.reaching(client) if isinstance(client, cst.Name) else ()
        opened = (binding.value for binding in bindings if binding.how is How.WITH)
        return [value for value in (*values, *opened) if isinstance(value, cst.Call)]

    @cached_property
    def _handed_over(self) -> frozenset[str]:
        """The names that are put into tables and passed to calls: of functions, those that somebody else calls."""
        around = (cst.Arg, cst.DictElement, cst.Element)
        found = (node for node in self._tree.of_types(cst.Name, cst.Attribute) if isinstance(self._tree.parent.get(node), around))
        return frozenset(
            node.attr.value if isinstance(node, cst.Attribute) else node.value
            for node in found
            if isinstance(node, (cst.Name, cst.Attribute))
        )

    def _is_asked(self, function: cst.FunctionDef) -> bool:
        """Whether the first parameter is called a request: nobody else has both a request and its error."""
        names = [parameter.name.value for parameter in function.params.params]
        return names[:1] == ["request"] or names[:2] == ["self", "request"]


def _registers_a_handler(decorator: cst.Decorator) -> bool:
    """``@app.exception_handler(Exception)``, ``@app.errorhandler(404)``: what a server answers with."""
    function = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
    return isinstance(function, cst.Attribute) and function.attr.value.endswith("handler")
