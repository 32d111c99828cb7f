"""Is what code tells people a sentence, which may go on, or data that something else reads: JSON, markup, columns?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.scopes import How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.request_ids.speech import Speech

Text = cst.SimpleString | cst.FormattedString | cst.ConcatenatedString
_HELD = (cst.Dict, cst.List, cst.Set, cst.Tuple, cst.DictComp, cst.ListComp, cst.SetComp, cst.GeneratorExp)
_TEXTS = frozenset({"str", "repr", "format"})
"""Calls of Python that write what they are given."""
_ENCODER = "json.dumps"
_TERMINALS = frozenset({"sys.stdout", "sys.stderr"})
_BETWEEN = (" ", "\n")
"""What may stand between the words of a sentence."""
_VALUE = "\0"
"""Stands for a value in a text."""
_OPENS_DATA = later(r"""\s*(?:\{[{"'\s]|\{$|\[\s*(?:\{[{"'\s]|"|\[)|<[A-Za-z/!?])""")
"""A JSON object or list, or a tag. `{}` and `[%s]` are gaps for values, `[red]` and `[1/3]` begin sentences."""
_OBJECT = later(r'\{\s*"[^"]*"\s*:')
_TABLE = later(r"\S\t\S")
_ROW = later(r"[^ ]*\0[^ ]*[,;|][^ ]*|[^ ]*[,;|][^ ]*\0[^ ]*")
"""Values with separators, and no blank."""
_TRAILING = later(r"(?<!\\)(?:\\[nrt]|\s)+$")
_TRAILING_RAW = later(r"(?<!\\)\s+$")


class Wording:
    """Answers for the calls and texts of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def goes_on(self, speech: Speech) -> bool:
        """Whether a call tells people a sentence, so that more of it may follow what the call is given."""
        given = {argument.keyword.value: argument.value for argument in speech.call.args if argument.keyword is not None}
        if speech.sheet.style in ("joined", "text") and not self._is_line(given):
            return False
        return speech.text is None or not self.is_data(speech.text.value)

    def _is_line(self, given: dict[str, cst.BaseExpression]) -> bool:
        """Whether what is printed is words in a line of their own, in a terminal, by the keywords of `print`."""
        between, end, file = given.get("sep"), given.get("end"), given.get("file")
        if between is not None and string_value(between) not in _BETWEEN:
            return False
        if end is not None and not (string_value(end) or "").startswith("\n"):
            return False
        return file is None or self._semantics.names.qualified(file) in _TERMINALS

    def is_data(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is no sentence: a collection, what a call makes of something, a text in a notation."""
        if isinstance(expression, cst.Name):
            values = [binding.value for binding in self._semantics.scopes.reaching(expression) if binding.how is How.VALUE]
            return any(value is not None and not isinstance(value, cst.Name) and self.is_data(value) for value in values)
        if isinstance(expression, _HELD):
            return True
        if isinstance(expression, cst.Call) and not isinstance(_filled(expression), Text):
            return self._is_made(expression)
        return is_notation(expression)

    def _is_made(self, call: cst.Call) -> bool:
        """Whether a call makes something else than a sentence: `red("it failed")` is one."""
        if self._semantics.names.qualified(call.func) in _TEXTS:
            return False
        texts = [found for argument in call.args if isinstance(found := _filled(argument.value), Text)]
        return not texts or any(is_notation(text) for text in texts)

    def last_entry(self, expression: cst.BaseExpression, name: str) -> cst.DictElement | None:
        """The last entry of the dict that is told, by itself or as JSON, if one of this name may be added."""
        if isinstance(expression, cst.Call) and expression.args and self._semantics.names.qualified(expression.func) == _ENCODER:
            expression = expression.args[0].value
        if not isinstance(expression, cst.Dict):
            return None
        entries = [entry for entry in expression.elements if isinstance(entry, cst.DictElement)]
        keys = [string_value(entry.key) for entry in entries]
        is_free = len(entries) == len(expression.elements) and None not in keys and name not in keys
        return entries[-1] if entries and is_free else None


def is_filled(expression: cst.BaseExpression) -> bool:
    """Whether an expression is a text that values are put into from behind."""
    return isinstance(_filled(expression), Text) and not isinstance(expression, Text)


def is_notation(expression: cst.BaseExpression) -> bool:
    """Whether a text is written for programs: JSON, markup, columns."""
    text = _pattern(expression)
    if _OPENS_DATA.match(text) is not None or _TABLE.search(text) is not None or _ROW.fullmatch(text) is not None:
        return True
    return _OBJECT.search(text) is not None


def trailing(literal: cst.SimpleString | cst.FormattedString) -> str:
    """The white space, as it is written, that ends a literal."""
    if isinstance(literal, cst.SimpleString):
        written, prefix = literal.raw_value, literal.prefix
    else:
        last = literal.parts[-1] if literal.parts else None
        written, prefix = last.value if isinstance(last, cst.FormattedStringText) else "", literal.prefix
    found = (_TRAILING_RAW if "r" in prefix.lower() else _TRAILING).search(written)
    return found[0] if found is not None else ""


def _filled(expression: cst.BaseExpression) -> cst.BaseExpression:
    """The text that values are put into: `"%s" % value`, `"{}".format(value)`; else the expression itself."""
    match expression:
        case cst.BinaryOperation(left=left, operator=cst.Modulo()):
            return left
        case cst.Call(func=cst.Attribute(value=left, attr=cst.Name(value="format"))):
            return left
    return expression


def _pattern(expression: cst.BaseExpression) -> str:
    """A text with a sign for each value in it."""
    expression = _filled(expression)
    match expression:
        case cst.SimpleString():
            value = string_value(expression)
            return value.replace("%s", _VALUE).replace("{}", _VALUE) if value is not None else _VALUE
        case cst.FormattedString(parts=parts):
            return "".join(_plain(part.value) if isinstance(part, cst.FormattedStringText) else _VALUE for part in parts)
        case cst.ConcatenatedString(left=left, right=right) | cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            return _pattern(left) + _pattern(right)
    return _VALUE


def _plain(written: str) -> str:
    """The text of a piece of an f-string, without the escapes that matter here."""
    return written.replace("\\t", "\t").replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
