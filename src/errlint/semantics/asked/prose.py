"""Text made to be read: sentences that code writes, and what it passes on of an error's own text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_CUT = frozenset({
    "strip", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix", "capitalize", "title", "lower", "upper", "splitlines", "split",
    "partition", "join", "format", "rjust", "ljust",
})  # fmt: skip
"""What is done to a sentence that stays one."""
_TEXT_OF = frozenset({"str", "repr", "format", "getattr"})


class Prose:
    """Answers for the expressions of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def is_written(self, expression: cst.BaseExpression | None) -> bool:
        """A sentence of the code's own: a text with a space in it, or a join of such."""
        match expression:
            case None:
                return False
            case cst.FormattedString(parts=parts):
                return any(" " in part.value for part in parts if isinstance(part, cst.FormattedStringText))
            case cst.ConcatenatedString(left=left, right=right) if string_value(expression) is None:
                return self.is_written(left) or self.is_written(right)
            case cst.BinaryOperation(left=left, right=right):
                return self.is_written(left) or self.is_written(right)
            case cst.IfExp(body=body, orelse=orelse):
                return self.is_written(body) and self.is_written(orelse)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=method))) if method in _CUT:
                return self.is_written(value)
            case cst.SimpleString() | cst.ConcatenatedString():
                return _is_sentence(string_value(expression))
            case cst.Name() | cst.Attribute():
                words = self._strings(expression)
                return bool(words) and all(map(_is_sentence, words))
            case _:
                return False

    def is_read(self, expression: cst.BaseExpression | None) -> bool:
        """A sentence, or the text of an error itself, whole or cut."""
        if self.is_written(expression):
            return True
        match expression:
            case None:
                return False
            case cst.IfExp(body=body, orelse=orelse):
                return self.is_read(body) and self.is_read(orelse)
            case cst.BooleanOperation(left=left, right=right, operator=cst.Or()):
                return self.is_read(left) and (self.is_read(right) or string_value(right) is not None)
            case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
                return self.is_read(left) or self.is_read(right)
            case cst.Subscript(value=value) if self.is_read(value):
                return True
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=method))) if method in _CUT and self.is_read(value):
                return True
            case cst.Call(func=cst.Name(value=function)) if function not in _TEXT_OF:
                return False  # what else a function of the file may give is not seen from here
            case _:
                return self._says_error(expression)

    def _strings(self, expression: cst.BaseExpression) -> tuple[str, ...]:
        """The strings that a name always stands for: of a constant, or of what a loop takes from a table."""
        bindings = self._semantics.scopes.reaching(expression) if isinstance(expression, cst.Name) else []
        of_table = bool(bindings) and all(binding.how is How.ITEM for binding in bindings)
        constant = len(bindings) == 1 and self._is_of_module(bindings[0])
        member = isinstance(expression, cst.Attribute) and expression.attr.value.isupper()
        return self._semantics.constants.strings(expression) if of_table or constant or member else ()

    def _is_of_module(self, binding: Binding) -> bool:
        """Whether a name is bound outside of all functions, to a value or by an import."""
        enclosing = self._semantics.tree.enclosing
        return binding.how in (How.VALUE, How.IMPORT) and enclosing(binding.node, cst.FunctionDef, cst.Lambda) is None

    def _says_error(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is the human-readable text of an error."""
        found = self._semantics.meaning(expression)
        if found is None or found.kind not in (Kind.MESSAGE, Kind.REASON, Kind.TEXT):
            return False
        return found.from_exception or found.kind is not Kind.TEXT or self._semantics.is_error(found, expression)

    def is_any_word(self, expression: cst.BaseExpression) -> bool:
        """The same, or a single word."""
        if isinstance(expression, cst.IfExp):
            return self.is_any_word(expression.body) and self.is_any_word(expression.orelse)
        return string_value(expression) is not None or self.is_read(expression)

    def alike(self, one: cst.BaseExpression | None, other: cst.BaseExpression | None) -> bool:
        """Whether two expressions are the same but for texts that people read."""
        if one is None or other is None:
            return one is other
        if self.is_read(one) and self.is_read(other):
            return True
        match one, other:
            case cst.Await(), cst.Await():
                return self.alike(one.expression, other.expression)
            case cst.Yield(), cst.Yield():
                return self.alike(_yielded(one), _yielded(other))
            case (cst.Tuple(elements=some), cst.Tuple(elements=others)) | (cst.List(elements=some), cst.List(elements=others)):
                return self._all_alike([item.value for item in some], [item.value for item in others])
            case cst.Dict(elements=some), cst.Dict(elements=others):
                same = [_key(item) for item in some] == [_key(item) for item in others]
                return same and self._all_alike([item.value for item in some], [item.value for item in others])
            case cst.Call(), cst.Call():
                return self._calls_alike(one, other)
            case cst.Integer(), cst.Integer():
                return one.value == other.value
            case _:
                name, text = dotted(one), string_value(one)
                return name == dotted(other) if name is not None else text is not None and text == string_value(other)

    def _calls_alike(self, one: cst.Call, other: cst.Call) -> bool:
        names = [argument.keyword and argument.keyword.value for argument in one.args]
        same = self.alike(one.func, other.func) and names == [argument.keyword and argument.keyword.value for argument in other.args]
        return same and self._all_alike([argument.value for argument in one.args], [argument.value for argument in other.args])

    def _all_alike(self, some: Sequence[cst.BaseExpression], others: Sequence[cst.BaseExpression]) -> bool:
        return len(some) == len(others) and all(self.alike(one, other) for one, other in zip(some, others, strict=True))


def _is_sentence(text: str | None) -> bool:
    return text is not None and (" " in text.strip() or not text)


def _yielded(expression: cst.Yield) -> cst.BaseExpression | None:
    return expression.value if isinstance(expression.value, cst.BaseExpression) else None


def _key(element: cst.BaseDictElement) -> str | None:
    """The key of an element of a dict, where it is written out."""
    return string_value(element.key) if isinstance(element, cst.DictElement) else None
