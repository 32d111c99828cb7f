"""Literals that can leave their module: written out so that nothing around them is needed.

``f"{HOST}/v1"`` becomes ``"https://api.example.com/v1"``, and ``RETRYABLE | {HTTPStatus.BAD_GATEWAY}`` becomes
``({429} | {http.HTTPStatus.BAD_GATEWAY})``. A class or a function of the project is written as a call of its name, which other modules can
ask about. What is not known becomes ``...``, which is no text, no number and no type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.program.constants import Constants, string_value
from errlint.semantics.program.names import Names

UNKNOWN = "..."
_CLASS = "__class__"
"""How a class of the project is written: a call of this, of its name."""
_FUNCTION = "__function__"
"""The same for a function."""
_PASSED = "__passed__"
"""How a parameter is written: a call of this, of its name, its position and its default."""
_HOPS = 6
_LONGEST = 8_000
"""Characters; a longer table is cut off, that is, unknown."""
_METHODS = frozenset({"rstrip", "strip", "removesuffix", "lower", "upper", "casefold", "format"})


class Closed:
    """Writes the literals of one module.

    :param class_of: the name by which other modules know the class of the project that an expression is; "" for anything else.
    :param function_of: the same for a function.
    :param parameters: what is written for parameters, by their nodes.
    """

    def __init__(
        self,
        names: Names,
        constants: Constants,
        class_of: Callable[[cst.BaseExpression], str],
        function_of: Callable[[cst.BaseExpression], str],
        parameters: Mapping[cst.CSTNode, str] | None = None,
    ) -> None:
        self._names = names
        self._constants = constants
        self._class_of = class_of
        self._function_of = function_of
        self._parameters = parameters or {}

    def made_by(self, function: cst.FunctionDef, returned: cst.BaseExpression) -> str:
        """What a function returns, where it is for its callers to say what stands for its parameters (:func:`filled_in`)."""
        positional = [*function.params.posonly_params, *function.params.params]
        keys = {parameter: position for position, parameter in enumerate(positional)}
        written: dict[cst.CSTNode, str] = {
            parameter: f"{_PASSED}({parameter.name.value!r}, {keys.get(parameter, -1)}, "
            f"{self.source(parameter.default) if parameter.default is not None else UNKNOWN})"
            for parameter in (*positional, *function.params.kwonly_params)
        }
        return Closed(self._names, self._constants, self._class_of, self._function_of, written).source(returned)

    def source(self, expression: cst.BaseExpression) -> str:
        """An expression as text that can be parsed anywhere."""
        found = self._source(expression, _HOPS)
        return found if len(found) <= _LONGEST else UNKNOWN

    def _source(self, expression: cst.BaseExpression, hops: int) -> str:
        value = string_value(expression)
        if value is not None:
            return repr(value)
        match expression:
            case cst.Integer() | cst.Float():
                return expression.value
            case cst.SimpleString(value=text):
                return text
            case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer() | cst.Float() as number):
                return f"-{number.value}"
            case cst.FormattedString(parts=parts):
                return self._formatted(parts, hops)
            case cst.ConcatenatedString(left=left, right=right) | cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
                return _joined([self._source(left, hops), self._source(right, hops)])
            case cst.BinaryOperation(left=left, right=right, operator=cst.BitOr()):
                return f"({self._source(left, hops)} | {self._source(right, hops)})"
            case cst.Tuple(elements=elements):
                return f"({''.join(f'{self._element(element, hops)}, ' for element in elements)})"
            case cst.List(elements=elements):
                return f"[{', '.join(self._element(element, hops) for element in elements)}]"
            case cst.Set(elements=elements):
                return f"{{{', '.join(self._element(element, hops) for element in elements)}}}"
            case cst.Dict(elements=elements):
                return self._table(elements, hops)
            case cst.Call():
                return self._call(expression, hops)
            case cst.Lambda(params=cst.Parameters(params=[]), body=body):
                return f"(lambda: {self._source(body, hops)})"
            case cst.Lambda():
                return self._function(expression)
            case cst.Name() | cst.Attribute():
                return self._named(expression, hops)
            case _:
                return UNKNOWN

    def _element(self, element: cst.BaseElement, hops: int) -> str:
        return UNKNOWN if isinstance(element, cst.StarredElement) else self._source(element.value, hops)

    def _table(self, elements: Sequence[cst.BaseDictElement], hops: int) -> str:
        pairs = [
            f"{self._source(element.key, hops)}: {self._source(element.value, hops)}"
            if isinstance(element, cst.DictElement)
            else "..., ..."
            for element in elements
        ]
        return f"{{{', '.join(pairs)}}}" if not any(pair == "..., ..." for pair in pairs) else UNKNOWN

    def _formatted(self, parts: Sequence[cst.BaseFormattedStringContent], hops: int) -> str:
        return _joined([
            repr(part.value.replace("{{", "{").replace("}}", "}"))
            if isinstance(part, cst.FormattedStringText)
            else self._source(part.expression, hops)
            if isinstance(part, cst.FormattedStringExpression)
            else UNKNOWN
            for part in parts
        ])  # fmt: skip

    def _call(self, call: cst.Call, hops: int) -> str:
        arguments = ", ".join(
            (f"{argument.keyword.value}=" if argument.keyword is not None else argument.star) + self._source(argument.value, hops)
            for argument in call.args
        )
        name = self._names.qualified(call.func)
        if name is not None and not is_first_party(name) and not name.startswith("."):
            return f"{name}({arguments})"
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in _METHODS:
            return f"{self._source(call.func.value, hops)}.{call.func.attr.value}({arguments})"
        return UNKNOWN

    def _named(self, expression: cst.Name | cst.Attribute, hops: int) -> str:
        name = self._names.qualified(expression)
        if name is not None and not is_first_party(name) and not name.startswith("."):
            return name
        known = self._class_of(expression)
        if known:
            return f"{_CLASS}({known!r})"
        function = self._function(expression)
        if function != UNKNOWN or not hops:
            return function
        parameter = self._parameter(expression)
        if parameter is not None:
            return parameter
        if isinstance(expression, cst.Attribute) and expression.attr.value == "value":
            # of a member of an enumeration
            return self._source(expression.value, hops - 1)
        for value in self._constants.values(expression):
            found = self._source(value, hops - 1)
            if found != UNKNOWN:
                return found
        return UNKNOWN

    def _function(self, expression: cst.BaseExpression) -> str:
        known = self._function_of(expression)
        return f"{_FUNCTION}({known!r})" if known else UNKNOWN

    def _parameter(self, name: cst.Name | cst.Attribute) -> str | None:
        bindings = self._names.scopes.reaching(name) if self._parameters and isinstance(name, cst.Name) else ()
        return next((self._parameters[binding.node] for binding in bindings if binding.node in self._parameters), None)


def _joined(parts: Sequence[str]) -> str:
    """Texts one after the other, as one literal as far as they are known."""
    texts: list[str] = []
    for part in parts:
        if texts and _is_text(texts[-1]) and _is_text(part):
            texts[-1] = repr(_text(texts[-1]) + _text(part))
        else:
            texts.append(part)
    return f"({' + '.join(texts)})" if len(texts) > 1 else "".join(texts) or "''"


def _is_text(source: str) -> bool:
    return source[:1] in ("'", '"') and source[-1:] == source[:1]


def _text(source: str) -> str:
    return string_value(cst.parse_expression(source)) or ""


def class_named(expression: cst.BaseExpression) -> str:
    """The class of the project that :meth:`Closed.source` wrote; "" for any other expression."""
    return _named_by(expression, _CLASS)


def function_named(expression: cst.BaseExpression) -> str:
    """The function of the project that :meth:`Closed.source` wrote; "" for any other expression."""
    return _named_by(expression, _FUNCTION)


def _named_by(expression: cst.BaseExpression, word: str) -> str:
    match expression:
        case cst.Call(func=cst.Name(value=func), args=[cst.Arg(value=argument)]) if func == word:
            return string_value(argument) or ""
        case _:
            return ""


def parsed(source: str) -> cst.BaseExpression | None:
    """The expression that :meth:`Closed.source` wrote; None when nothing of it is known."""
    if source == UNKNOWN:
        return None
    try:
        return cst.parse_expression(source)
    except cst.ParserSyntaxError:
        return None


def filled_in(made: cst.BaseExpression, call: cst.Call) -> cst.BaseExpression:
    """What :meth:`Closed.made_by` wrote, with what a call passes for the parameters."""
    found = made.visit(_Filling(call))
    return found if isinstance(found, cst.BaseExpression) else made


class _Filling(cst.CSTTransformer):
    """Puts the arguments of a call in the place of parameters, as they stand in the tree of the call."""

    def __init__(self, call: cst.Call) -> None:
        super().__init__()
        plain = [argument for argument in call.args if argument.keyword is None]
        self._plain = [argument.value for argument in takewhile(lambda argument: not argument.star, plain)]
        self._named = {argument.keyword.value: argument.value for argument in call.args if argument.keyword is not None}
        self._is_open = any(argument.star for argument in call.args)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: ARG002, N802  (libcst)
        match updated_node:
            case cst.Call(func=cst.Name(value=word), args=[cst.Arg(value=name), cst.Arg(value=position), cst.Arg(value=default)]) if (
                word == _PASSED
            ):
                return self._passed(string_value(name) or "", position, default)
            case _:
                return updated_node

    def _passed(self, name: str, position: cst.BaseExpression, default: cst.BaseExpression) -> cst.BaseExpression:
        at = position.evaluated_value if isinstance(position, cst.Integer) else len(self._plain)
        given = self._named.get(name) or (self._plain[at] if at < len(self._plain) else None)
        return given or (cst.Ellipsis() if self._is_open else default)
