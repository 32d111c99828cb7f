"""Literals that can leave their module: written out so that nothing around them is needed.

``f"{HOST}/v1"`` becomes ``"https://api.example.com/v1"``, and ``RETRYABLE | {HTTPStatus.BAD_GATEWAY}`` becomes
``({429} | {http.HTTPStatus.BAD_GATEWAY})``. What is not known becomes ``...``, which is no text, no number and no type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from errlint.first_party import is_first_party
from errlint.semantics.constants import Constants, string_value
from errlint.semantics.names import Names

UNKNOWN = "..."
_CLASS = "__class__"
"""How a class of the project is written: a call of this, of its name."""
_HOPS = 6
_LONGEST = 8_000
"""Characters; a longer table is cut off, that is, unknown."""
_METHODS = frozenset({"rstrip", "strip", "removesuffix", "lower", "upper", "casefold", "format"})


class Closed:
    """Writes the literals of one module.

    :param class_of: the name by which other modules know the class of the project that an expression is; "" for anything else.
    """

    def __init__(self, names: Names, constants: Constants, class_of: Callable[[cst.BaseExpression], str]) -> None:
        self._names = names
        self._constants = constants
        self._class_of = class_of

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
        if not hops:
            return UNKNOWN
        if isinstance(expression, cst.Attribute) and expression.attr.value == "value":
            # of a member of an enumeration
            return self._source(expression.value, hops - 1)
        for value in self._constants.values(expression):
            found = self._source(value, hops - 1)
            if found != UNKNOWN:
                return found
        return UNKNOWN


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
    match expression:
        case cst.Call(func=cst.Name(value=func), args=[cst.Arg(value=argument)]) if func == _CLASS:
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
