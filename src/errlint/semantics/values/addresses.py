"""Addresses: what a URL, or the base of one, is known to be, however it is put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.program.constants import Constants, string_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.sheets.libraries import Libraries

_HOPS = 8
"""How many names and calls an address is followed through; cycles end here."""
_LONGEST = 500
"""Characters; what comes later in a text is no host."""
_GAP = "\0"
"""Stands for a part that is not known. Globs of hosts match it: the tenant in ``{tenant}.example.com`` may be anything."""
_FIELD = later(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
_PERCENT = later(r"%(?:\((\w+)\))?[sdr]")
_MAKES_URL = frozenset({"url", "anyurl", "httpurl", "anyhttpurl", "str", "furl"})
_SAME_START = frozenset({
    "rstrip", "strip", "removesuffix", "join", "joinpath", "with_path", "with_query", "copy_with", "lower", "add", "encode", "decode",
})  # fmt: skip
_SCHEME = later(r"[a-z\0+.-]+", re.IGNORECASE)
_HOST = later(r"[a-z0-9\0-]+(?:\.[a-z0-9\0-]+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """What is known of a URL.

    :ivar host: empty when it is not known; :ivar path: as far as it is known; :ivar variable: the environment variable that it is read
    from; :ivar bare: a host, or what looks like one, without a scheme before it.
    """

    host: str = ""
    path: str = ""
    variable: str = ""
    bare: bool = False

    @property
    def names_a_place(self) -> bool:
        """Whether the registered part of the host is known: `{tenant}.example.com` names a place, `{host}` does not."""
        labels = self.host.split(".")
        return bool(self.host) and not any(_GAP in label for label in labels[-2:])

    @property
    def is_unknown(self) -> bool:
        """Whether there is an address of which nothing is known."""
        return not self.names_a_place and not self.variable

    def beginnings(self) -> Iterator[Address]:
        """The hosts that it has if a part that is not known begins the path: ``"https://api.example.com" + path``."""
        for gap in re.finditer(_GAP, self.host):
            if gap.start():
                yield Address(self.host[: gap.start()], variable=self.variable, bare=self.bare)

    @property
    def shown(self) -> str:
        """The host as people read it."""
        return self.host.replace(_GAP, "…")


@dataclass(frozen=True)
class _Text:
    """A text with gaps, and the environment variable that it starts with."""

    text: str
    variable: str = ""

    def __add__(self, other: _Text) -> _Text:
        return _Text((self.text + other.text)[:_LONGEST], self.variable)


_UNKNOWN = _Text(_GAP)


class Addresses:
    """Reads the addresses in one module."""

    def __init__(self, scopes: Scopes, names: Names, constants: Constants, functions: Functions, libraries: Libraries) -> None:
        self._libraries = libraries
        self._scopes = scopes
        self._names = names
        self._constants = constants
        self._functions = functions

    def of(self, expression: cst.BaseExpression) -> Address | None:
        """The address that an expression holds; None when it is certainly none: a path, any other text, no text at all."""
        if isinstance(expression, cst.Name) and expression.value == "None":
            return None
        written = self._text(expression, _HOPS)
        text = written.text
        scheme, separator, _ = text.partition("://")
        if separator and _SCHEME.fullmatch(scheme):
            try:
                url = urlsplit(f"https://{text[len(scheme) + 3 :]}" if _GAP in scheme else text)
                return Address(_without_gaps(url.hostname or ""), url.path, written.variable)
            except ValueError:
                return None
        if text.startswith(_GAP):
            return Address(variable=written.variable)
        host, _, path = text.partition("/")
        host = host.partition(":")[0]
        return Address(host, f"/{path}" if path else "", bare=True) if _HOST.fullmatch(host) else None

    def _text(self, expression: cst.BaseExpression, hops: int) -> _Text:
        value = string_value(expression)
        if value is not None:
            return _Text(value[:_LONGEST])
        if not hops:
            return _UNKNOWN
        match expression:
            case cst.FormattedString(parts=parts):
                return self._formatted(parts, hops)
            case cst.ConcatenatedString(left=left, right=right) | cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
                return self._text(left, hops - 1) + self._text(right, hops - 1)
            case cst.BinaryOperation(left=left, right=right, operator=cst.Modulo()):
                return self._percent(left, right, hops)
            case cst.BinaryOperation(left=left, operator=cst.Divide()):
                # a URL class may take `base / "path"`
                return self._text(left, hops - 1) + _Text("/")
            case cst.BooleanOperation(left=left, right=right, operator=cst.Or()):
                return self._known(left, right, hops)
            case cst.IfExp(body=body, orelse=orelse):
                return self._known(body, orelse, hops)
            case cst.NamedExpr(value=inner) | cst.Await(expression=inner):
                return self._text(inner, hops)
            case cst.Call():
                return self._call(expression, hops)
            case cst.Subscript():
                return self._item(expression, hops)
            case cst.Name() | cst.Attribute():
                return self._named(expression, hops)
            case _:
                return _UNKNOWN

    def _known(self, first: cst.BaseExpression, second: cst.BaseExpression, hops: int) -> _Text:
        """``a or b``: the one of which something is known."""
        left = self._text(first, hops - 1)
        right = self._text(second, hops - 1)
        return left if not left.text.startswith(_GAP) or right == _UNKNOWN else right

    def _formatted(self, parts: object, hops: int) -> _Text:
        text = _Text("")
        assert isinstance(parts, (list, tuple))
        for part in parts:
            if isinstance(part, cst.FormattedStringText):
                more = _Text(part.value)
            else:
                more = self._text(part.expression, hops - 1) if isinstance(part, cst.FormattedStringExpression) else _UNKNOWN
            text = more if not text.text else text + more
        return text

    def _percent(self, left: cst.BaseExpression, right: cst.BaseExpression, hops: int) -> _Text:
        pattern = string_value(left)
        if pattern is None:
            return _UNKNOWN
        values = [element.value for element in right.elements] if isinstance(right, cst.Tuple) else [right]
        return self._filled(_PERCENT, pattern, {str(position): value for position, value in enumerate(values)}, hops)

    def _format(self, pattern: str, call: cst.Call, hops: int) -> _Text:
        plain = [argument.value for argument in call.args if argument.keyword is None and not argument.star]
        values = {str(position): value for position, value in enumerate(plain)}
        values.update({argument.keyword.value: argument.value for argument in call.args if argument.keyword is not None})
        return self._filled(_FIELD, pattern, values, hops)

    def _filled(self, field: re.Pattern[str], pattern: str, values: dict[str, cst.BaseExpression], hops: int) -> _Text:
        """A pattern with its fields replaced; ``values`` by name, or by position as text."""
        text, variable, end = "", "", 0
        for position, found in enumerate(field.finditer(pattern)):
            text += pattern[end : found.start()]
            value = values.get(found[1] or str(position))
            part = self._text(value, hops - 1) if value is not None else _UNKNOWN
            variable = variable or ("" if text else part.variable)
            text, end = (text + part.text)[:_LONGEST], found.end()
        return _Text((text + pattern[end:])[:_LONGEST], variable)

    def _call(self, call: cst.Call, hops: int) -> _Text:
        name = self._names.qualified(call.func) or ""
        arguments = [argument.value for argument in call.args if argument.keyword is None]
        if name in ("os.getenv", "os.environ.get", "environ.get") and arguments:
            variable = string_value(arguments[0]) or ""
            default = self._text(arguments[1], hops - 1) if len(arguments) > 1 else _UNKNOWN
            return _Text(default.text, variable)
        last = (dotted(call.func) or "").rpartition(".")[2].lower()
        if name in ("urllib.parse.urljoin", "posixpath.join", "os.path.join") and arguments:
            parts = [self._text(argument, hops - 1) for argument in arguments]
            absolute = [part for part in parts if "://" in part.text]
            return (absolute[-1] if absolute else parts[0]) + _Text("/")
        for function in self._functions.run_by(call):
            returned = next(self._functions.returned(function), None)
            if returned is not None:
                return self._text(returned, hops - 1)
        if last in _MAKES_URL and arguments:
            return self._text(arguments[0], hops - 1)
        stands_for = self._libraries.addresses.get(name)
        if stands_for is not None:
            named = [found.value for found in call.args if found.keyword is not None and found.keyword.value == stands_for.name]
            written = [*named, *arguments[stands_for.position or 0 :]]
            return self._text(written[0], hops - 1) if written else _UNKNOWN
        if isinstance(call.func, cst.Attribute):
            return self._method(call, call.func, arguments, hops)
        return _UNKNOWN

    def _method(self, call: cst.Call, function: cst.Attribute, arguments: list[cst.BaseExpression], hops: int) -> _Text:
        method = function.attr.value
        separator = string_value(function.value)
        if method == "join" and separator is not None and arguments and isinstance(arguments[0], (cst.List, cst.Tuple)):
            elements = arguments[0].elements
            return self._text(elements[0].value, hops - 1) + _Text(separator) if elements else _Text("")
        if method == "format":
            pattern = self._text(function.value, hops - 1)
            return self._format(pattern.text, call, hops)
        if method in _SAME_START:
            start = self._text(function.value, hops - 1)
            return _Text(start.text.rstrip("/"), start.variable) if method in ("rstrip", "strip") else start
        return _UNKNOWN

    def _item(self, subscript: cst.Subscript, hops: int) -> _Text:
        """``os.environ["X"]``, ``URLS["search"]``."""
        index = subscript.slice[0].slice
        key = string_value(index.value) if isinstance(index, cst.Index) else None
        if key is None:
            return _UNKNOWN
        if self._names.qualified(subscript.value) == "os.environ":
            return _Text(_GAP, key)
        for table in (subscript.value, *self._constants.values(subscript.value)):
            for element in table.elements if isinstance(table, cst.Dict) else ():
                if isinstance(element, cst.DictElement) and string_value(element.key) == key:
                    return self._text(element.value, hops - 1)
        return _UNKNOWN

    def _named(self, expression: cst.Name | cst.Attribute, hops: int) -> _Text:
        found = _UNKNOWN
        for value in self._constants.values(expression):
            text = self._text(value, hops - 1)
            if not text.text.startswith(_GAP):
                return text
            found = found if found.variable else text
        if found == _UNKNOWN and isinstance(expression, cst.Attribute):
            return self._property(expression, hops)
        return found

    def _property(self, attribute: cst.Attribute, hops: int) -> _Text:
        owner = self._constants.owner(attribute)
        for binding in self._scopes.bindings(attribute.attr.value, owner) if owner is not None else ():
            if binding.how is How.FUNCTION and isinstance(binding.node, cst.FunctionDef):
                returned = next(self._functions.returned(binding.node), None)
                if returned is not None:
                    return self._text(returned, hops - 1)
        return _UNKNOWN


def _without_gaps(host: str) -> str:
    """A host of gaps alone is not known."""
    return host if host.strip(_GAP + ".") else ""
