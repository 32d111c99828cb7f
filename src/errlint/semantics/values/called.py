"""What calls mean: of libraries, of the language, of the project."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from errlint.semantics.errors.handlers import Handlers
from errlint.semantics.meaning import Bound, Kind, Meaning, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.class_members import ClassMembers
from errlint.semantics.values.fields import names_error
from errlint.semantics.values.inside import KIND_OF, OF_TYPE, Inside, is_item
from errlint.semantics.values.items import Items
from errlint.semantics.values.texts import TEXTS, Texts, as_text, several
from errlint.semantics.values.typed import Typed
from errlint.semantics.values.types import Types, shown
from errlint.sheets.library import FunctionSheet

_SAME_TEXT = frozenset({
    "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "title", "capitalize", "decode",
    "encode", "expandtabs", "swapcase", "format",
})  # fmt: skip
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_PASSED_THROUGH = {
    **dict.fromkeys(_CASTS, 1),
    **dict.fromkeys(("asyncio.wait_for", "asyncio.shield", "asyncio.run", "copy.copy", "copy.deepcopy"), 0),
}
"""Functions that give back one of their arguments, by its position."""
_FOLDED = frozenset({"lower", "upper", "casefold", "strip"})
_MADE = {
    "response": "a response",
    "exception": "an exception",
    "client": "a client",
    "object": "an object that does HTTP",
    "class": "an instance",
}


class Called:
    """Meanings of calls.

    :param meaning: what an expression means.
    """

    def __init__(
        self,
        tree: Tree,
        functions: Functions,
        callees: Callees,
        handlers: Handlers,
        *,
        types: Types,
        binding: ApiBinding,
        inside: Inside,
        members: ClassMembers,
        typed: Typed,
        items: Items,
        texts: Texts,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._functions = functions
        self._callees = callees
        self._handlers = handlers
        self._types = types
        self._binding = binding
        self._inside = inside
        self._members = members
        self._typed = typed
        self._items = items
        self._texts = texts
        self._meaning = meaning

    def meaning(self, call: cst.Call) -> Meaning | None:
        """What a call gives: of a library, of a function of the file, of one of another module."""
        by_name = self._by_name(call, call.func) or self._in_thread(call)
        if by_name is not None:
            return by_name
        if isinstance(call.func, cst.Attribute):
            found = self._method(call, self._callees.kept_method(call.func) or call.func)
            if found is not None:
                return found
        for function in self._callees.here(call):
            for returned in self._functions.returned(function):
                result = self._meaning(returned)
                if result is not None:
                    return result.via(call, f"returned by `{function.name.value}()`")
            declared = self.returned_by_annotation(function)
            if declared is not None:
                return declared.via(call, f"returned by `{function.name.value}()`")
        summary = self._callees.elsewhere(call)
        if summary is not None:
            return self._callees.returned(call, summary, summary.value, self._callees.client(call))
        given = (self._typed.given_by(annotation, call) for annotation in self._functions.annotations(call.func))
        return next((found for found in given if found is not None), None)

    def returned_by_annotation(self, function: cst.FunctionDef) -> Meaning | None:
        """What a function returns by its annotation (``-> httpx.Response``)."""
        if function.returns is None:
            return None
        note = f"`{function.name.value}()` returns a `{{}}`"
        return self._typed.annotated(function.returns.annotation, function.returns, note, exceptions=False)

    def _in_thread(self, call: cst.Call) -> Meaning | None:
        """``asyncio.to_thread(requests.get, url)``."""
        run = self._callees.run_in_thread(call)
        return self._by_name(call, run) if run is not None else None

    def _by_name(self, call: cst.Call, called: cst.BaseExpression) -> Meaning | None:
        name = self._types.named(called)
        if name is None:
            return None
        special = self._builtin(call, name)
        if special is not None:
            return special
        function = self._types.function(name)
        if function is not None:
            api = self._binding.of_call(call, name)
            return self._result(call, function, f"`{name}()`", api)
        sheet = self._types.type(name)
        if sheet is not None:
            api = self._binding.of_call(call, name)
            return self._typed.of_type(sheet, Place(call, f"`{shown(name)}()` makes {_MADE[sheet.is_a]}"), api)
        return None

    def _result(
        self, call: cst.Call, function: FunctionSheet, name: str, api: Bound | None, *, trail: tuple[Place, ...] = ()
    ) -> Meaning | None:
        """What a function or a method of a client gives. What raises for a status has made a request, whatever it gives."""
        returns = function.returns
        kind = KIND_OF.get(returns)
        sheet = None if kind is not None else self._types.type(returns.rstrip("?"))
        if sheet is not None:
            kind = OF_TYPE[sheet.is_a]
        if kind is None:
            return None
        if sheet is not None and sheet.is_a != "response" and not function.raises_for_status:
            place = Place(call, f"{name} makes {_MADE[sheet.is_a]}")
        else:
            place = Place(call, f"{name} makes an HTTP call", http=True)
        return Meaning(kind, (*trail, place), sheet, api)

    def _builtin(self, call: cst.Call, name: str) -> Meaning | None:
        """What the language and its standard library do to a value that has a meaning."""
        arguments = [argument.value for argument in call.args if argument.keyword is None]
        if name == "traceback.format_exc":
            handler = self._tree.enclosing(call, cst.ExceptHandler)
            caught = self._handlers.meaning(handler) if handler is not None else None
            return as_text(caught, call)
        if not arguments:
            return self._super(call) if name == "super" else None
        if name in _PASSED_THROUGH and len(arguments) > _PASSED_THROUGH[name]:
            passed = self._meaning(arguments[_PASSED_THROUGH[name]])
            return (
                passed if passed is not None or name not in _CASTS else self._typed.annotated(arguments[0], call, "declared to be a `{}`")
            )
        if name in ("str", "repr", "format", "bytes") or name in ("json.dumps", "traceback.format_exception", "html.unescape"):
            return as_text(self._meaning(arguments[0]), call)
        if self._types.decodes(name):
            found = self._meaning(arguments[0])
            if found is not None and (found.kind is Kind.TEXT or self._inside.is_read(found)):
                return found.becomes(Kind.BODY, call, "decoded from JSON")
        if name == "dict" and len(arguments) == 1:
            copied = self._meaning(arguments[0])
            return copied if copied is not None and copied.kind in (Kind.HEADERS, Kind.BODY) else None
        if name == "getattr" and len(arguments) > 1:
            member = string_value(arguments[1])
            base = self._meaning(arguments[0])
            if member is not None and base is not None:
                return self._inside.member(base, member, call)
        return None

    def _super(self, call: cst.Call) -> Meaning | None:
        """``super()`` in a class that inherits from a client of a library: ``class Session(requests.Session)``."""
        definition = self._tree.enclosing(call, cst.ClassDef)
        names = (self._types.named(base.value) for base in (definition.bases if definition is not None else ()))
        above = next((sheet for name in names if name is not None and (sheet := self._types.type(name)) is not None), None)
        if above is None or above.is_a not in ("client", "object") or self._types.is_of_project(above):
            return None
        return self._typed.instance(above, call)

    def _method(self, call: cst.Call, attribute: cst.Attribute) -> Meaning | None:
        if attribute.attr.value in ("format", "join") and isinstance(attribute.value, (cst.SimpleString, cst.ConcatenatedString)):
            parts = [one for argument in call.args for one in _members(argument.value)]
            listed = self._joined(parts, call) if attribute.attr.value == "join" else None
            return listed or self._texts.woven(call, parts)
        base = self._meaning(attribute.value)
        name = attribute.attr.value
        if base is None and name == "get" and call.args:
            key = self._items.key(call.args[0].value)
            return None if key is None else self._items.under(attribute.value, key)
        if base is None or (base.sheet is not None and self._members.find(base.sheet, name) is not None):
            return None
        if base.kind in TEXTS and name in _SAME_TEXT:
            return base
        if base.kind is Kind.BODY and name in _FOLDED and names_error(base.path):
            # `body["error"].lower()` is a text, and what stands for the error
            return base.becomes(Kind.MESSAGE, call, "the text of the error")
        by_key = (
            base.kind in (Kind.BODY, Kind.HEADERS)
            or is_item(base)
            or (base.sheet is not None and bool(base.sheet.items or base.sheet.keys))
        )
        if by_key and name in ("get", "pop", "setdefault", "getheader", "get_all") and call.args:
            key = self._items.key(call.args[0].value)
            return None if key is None else self._inside.item(base, key, call)
        if base.kind in (Kind.MESSAGE, Kind.TEXT) and name in ("split", "splitlines", "partition"):
            return several(base, call)
        if base.kind is Kind.BODY and name == "values":
            return base  # which is walked like a list
        return self._typed_method(call, name, base)

    def _joined(self, lists: list[cst.BaseExpression], call: cst.Call) -> Meaning | None:
        """``" ".join(body["errorMessages"])``: what each item of a list is."""
        bodies = (found for found in map(self._meaning, lists) if found is not None and found.kind is Kind.BODY)
        items = (self._inside.item(found, "*", call) for found in bodies)
        return next((item for item in items if item is not None and item.kind in TEXTS), None)

    def _typed_method(self, call: cst.Call, name: str, base: Meaning) -> Meaning | None:
        if base.sheet is None:
            return None
        method = self._types.method(base.sheet, name)
        if method is not None:
            if base.kind in (Kind.RESPONSE, Kind.EXCEPTION):
                return self._inside.declared_value(base, method.returns, f"{name}()", call)
            api = self._binding.of_call(call, inherited=base.api)
            return self._result(call, method, f"`.{name}()`", api, trail=base.trail)
        if base.kind is Kind.CLIENT and self._inside.declared(base.sheet, name) is None:
            api = self._binding.of_client_call(call, base.api)
            return self._result(call, FunctionSheet((), "http"), f"`.{name}()`", api, trail=base.trail)
        return None


def _members(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What is put into a text one by one: the members of a list that is written out, or the value."""
    return [element.value for element in value.elements] if isinstance(value, (cst.List, cst.Tuple)) else [value]
