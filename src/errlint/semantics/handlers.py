"""What an ``except`` clause catches, and what shows that it comes from an HTTP API.

A handler of an HTTP library's or SDK's type is its own evidence. A broad handler (``Exception``) needs an HTTP call in the body of its
``try``, and no earlier handler that already takes the errors with a status. A handler of anything else (``ValueError``, ``OSError``, a
database's error) is none of our business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from errlint.libraries import Libraries, TypeSheet
from errlint.semantics.binding import ApiBinding
from errlint.semantics.functions import Functions
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.names import Names
from errlint.semantics.raises import Raises
from errlint.semantics.scopes import Binding, How, Scopes
from errlint.semantics.tree import Tree

Handler = cst.ExceptHandler | cst.ExceptStarHandler
BROAD = frozenset({"Exception", "BaseException", "builtins.Exception"})
_FROM_A_CALL = (Kind.RESPONSE, Kind.CALL)
_OF_AN_ANSWER = (Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.STATUS, Kind.MESSAGE, Kind.CODE)


class Handlers:
    """Answers what each handler of a file catches."""

    def __init__(
        self,
        tree: Tree,
        names: Names,
        scopes: Scopes,
        functions: Functions,
        *,
        libraries: Libraries,
        binding: ApiBinding,
        raises: Raises,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._names = names
        self._scopes = scopes
        self._functions = functions
        self._libraries = libraries
        self._binding = binding
        self._raises = raises
        self._meaning = meaning

    def caught(self, binding: Binding) -> Meaning | None:
        """The exception that ``except … as name`` binds."""
        assert isinstance(binding.node, (cst.ExceptHandler, cst.ExceptStarHandler))
        return self.meaning(binding.node)

    def meaning(self, handler: Handler) -> Meaning | None:
        """The exception that a handler catches, with its evidence.

        Not ``proven`` when nothing shows that an error of an API can arrive: no HTTP call is seen, or none that raises for a status.
        """
        sheets = [sheet for name in self.types(handler) for sheet in self._sheets(name)]
        calls = self._http_calls(handler)
        call = calls[0] if calls else None
        if sheets:
            sheet = next((found for found in sheets if found.covers_status or found.carries_status), sheets[0])
            api = self._binding.of_error(sheet.name, handler, calls)
            evidence = Place(handler.type or handler, f"`{sheet.name}` is caught")
            trail = (*call.trail, evidence) if call is not None else (evidence,)
            proven = sheet.carries_status or (sheet.covers_status and (call is None or self._raises.for_status(self._body(handler))))
            return Meaning(Kind.EXCEPTION, trail, sheet, api, proven=proven)
        if not self._is_broad(handler) or self._taken_earlier(handler):
            return None
        evidence = Place(handler.type or handler, "any exception is caught")
        if call is None:
            return Meaning(Kind.EXCEPTION, (evidence,), proven=False)
        proven = self._raises.for_status(self._body(handler))
        return Meaning(Kind.EXCEPTION, (*call.trail, evidence), None, self._binding.of_calls(calls), proven=proven)

    def types(self, handler: Handler) -> list[str]:
        """Dotted names of the types that a handler names, through tuples kept in constants."""
        return list(self._type_names(handler.type)) if handler.type is not None else ["BaseException"]

    def _type_names(self, expression: cst.BaseExpression, hops: int = 3) -> Iterator[str]:
        if isinstance(expression, (cst.Tuple, cst.List)):
            for element in expression.elements:
                yield from self._type_names(element.value, hops)
            return
        if isinstance(expression, cst.Name) and hops:
            for binding in self._scopes.reaching(expression):
                if binding.how is How.VALUE and isinstance(binding.value, (cst.Tuple, cst.Name, cst.Attribute)) and not binding.path:
                    yield from self._type_names(binding.value, hops - 1)
                    return
                if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef):
                    yield from self._bases(binding.node, hops - 1)
                    return
        name = self._names.qualified(expression)
        if name is not None:
            yield name

    def _bases(self, definition: cst.ClassDef, hops: int) -> Iterator[str]:
        """An exception class of this file is what it inherits from, unless that is any exception at all."""
        for base in definition.bases:
            yield from (name for name in self._type_names(base.value, hops) if name not in BROAD)

    def _sheets(self, name: str) -> Iterator[TypeSheet]:
        sheet = self._libraries.type(name)
        if sheet is not None and sheet.is_a in ("exception", "response"):
            yield sheet

    def _is_broad(self, handler: Handler) -> bool:
        return any(name in BROAD for name in self.types(handler))

    def _taken_earlier(self, handler: Handler) -> bool:
        """Whether an earlier handler of the same ``try`` already takes every error that carries a status."""
        outer = self._tree.parent.get(handler)
        if not isinstance(outer, (cst.Try, cst.TryStar)):
            return False
        for earlier in outer.handlers:
            if earlier is handler:
                return False
            if any(sheet.covers_status for name in self.types(earlier) for sheet in self._sheets(name)):
                return True
        return False

    def _body(self, handler: Handler) -> cst.CSTNode | None:
        """The body of the handler's ``try``."""
        outer = self._tree.parent.get(handler)
        return outer.body if isinstance(outer, (cst.Try, cst.TryStar)) else None

    def _http_calls(self, handler: Handler) -> list[Meaning]:
        """The HTTP calls in the body of the handler's ``try``."""
        body = self._body(handler)
        found: list[Meaning] = []
        for node in self._tree.below(body, into_functions=False) if body is not None else ():
            if isinstance(node, cst.Call):
                meaning = self._meaning(node)
                if meaning is None:
                    continue
                # a function of this file may do the call and return only a part of the answer
                within = meaning.kind in _OF_AN_ANSWER and not meaning.from_exception and self._functions.run_by(node)
                if meaning.kind in _FROM_A_CALL or within:
                    found.append(meaning)
        return found
