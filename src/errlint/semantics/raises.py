"""Can a piece of code raise an error for an HTTP status?

`requests.get(url).json()` raises when the network fails or the body is no JSON, and never because the API said no: text of its
exceptions is not text of an API. A call that nothing is known about is no evidence, unless the response is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from errlint.libraries import Libraries
from errlint.semantics.functions import Functions
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.names import Names
from errlint.semantics.tree import Tree

_DEPTH = 4
"""How many calls of the same file are followed."""
_ARGUMENT = "raise_for_status"
_ANY = frozenset({"Exception", "BaseException"})
_OF_ANSWERS = (Kind.RESPONSE, Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.MESSAGE, Kind.CODE, Kind.STATUS, Kind.OBJECT)


class Raises:
    """Answers for the statements of one file."""

    def __init__(
        self,
        tree: Tree,
        names: Names,
        functions: Functions,
        *,
        libraries: Libraries,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._names = names
        self._functions = functions
        self._libraries = libraries
        self._meaning = meaning

    def for_status(self, body: cst.CSTNode | None, depth: int = _DEPTH) -> bool:
        """Whether anything in ``body`` may raise because of the status of an answer."""
        if body is None or not depth:
            return False
        calls = (node for node in self._tree.below(body, into_functions=False) if isinstance(node, cst.Call))
        return any(self._call(call, depth) and not self._handled(call, body) for call in calls) or self._raises_itself(body)

    def _handled(self, call: cst.Call, body: cst.CSTNode) -> bool:
        """Whether a ``try`` inside ``body`` takes the error that the call raises, and does not raise it again."""
        child: cst.CSTNode = call
        for found in self._tree.ancestors(call):
            if found is body:
                return False
            if isinstance(found, (cst.Try, cst.TryStar)) and child is found.body:
                for handler in found.handlers:
                    if any(self._takes_statuses(name) for name in self._types(handler.type)):
                        raised = (isinstance(node, cst.Raise) for node in self._tree.below(handler.body, into_functions=False))
                        return not any(raised)
            child = found
        return False

    def _types(self, written: cst.BaseExpression | None) -> Iterator[str]:
        if isinstance(written, cst.Tuple):
            for element in written.elements:
                yield from self._types(element.value)
        else:
            yield "BaseException" if written is None else self._names.qualified(written) or ""

    def _takes_statuses(self, name: str) -> bool:
        sheet = self._libraries.type(name)
        return name in _ANY or (sheet is not None and (sheet.covers_status or sheet.carries_status))

    def _call(self, call: cst.Call, depth: int) -> bool:
        if self._asks_for_it(call):
            return True
        found = self._meaning(call)
        if found is not None and found.kind is Kind.CALL:
            return True
        name = self._names.qualified(call.func) or ""
        known = self._libraries.function(name)
        if known is not None:
            return known.raises_on_status
        if isinstance(call.func, cst.Attribute):
            owner = self._meaning(call.func.value)
            if owner is not None and owner.kind in _OF_ANSWERS:
                return any(isinstance(place.node, cst.Call) and self._asks_for_it(place.node) for place in owner.trail)
        here = self._functions.run_by(call)
        if here:
            return any(self.for_status(function.body, depth - 1) for function in here)
        return any(self._is_response(argument.value) for argument in call.args)

    def _is_response(self, expression: cst.BaseExpression) -> bool:
        found = self._meaning(expression)
        return found is not None and found.kind is Kind.RESPONSE

    def _asks_for_it(self, call: cst.Call) -> bool:
        """`response.raise_for_status()`, `ClientSession(raise_for_status=True)`."""
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == _ARGUMENT:
            return True
        return any(argument.keyword is not None and argument.keyword.value == _ARGUMENT for argument in call.args)

    def _raises_itself(self, body: cst.CSTNode) -> bool:
        """`if response.status_code >= 400: raise ApiError(response.text)`: an error made of the answer."""
        for node in self._tree.below(body, into_functions=False):
            if isinstance(node, cst.Raise) and node.exc is not None:
                for inner in self._tree.below(node.exc):
                    if isinstance(inner, (cst.Name, cst.Attribute, cst.Call)):
                        found = self._meaning(inner)
                        if found is not None and found.kind in _OF_ANSWERS:
                            return True
        return False
