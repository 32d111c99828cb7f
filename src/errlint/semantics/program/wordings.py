"""The texts that code itself writes: the fixed parts of what it puts together."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.semantics.program.constants import string_value


def written_texts(value: cst.BaseExpression) -> Iterator[str]:
    """The texts of which an expression is made."""
    match value:
        case cst.FormattedString(parts=parts):
            yield from (part.value for part in parts if isinstance(part, cst.FormattedStringText))
        case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
            yield from written_texts(left)
            yield from written_texts(right)
        case cst.ConcatenatedString(left=left, right=right) if string_value(value) is None:
            yield from written_texts(left)
            yield from written_texts(right)
        case cst.IfExp(body=body, orelse=orelse):
            yield from written_texts(body)
            yield from written_texts(orelse)
        case cst.Call(func=cst.Attribute(value=pattern, attr=cst.Name("format"))):
            yield from written_texts(pattern)
        case _:
            text = string_value(value)
            if text is not None:
                yield text


def is_put_together(value: cst.BaseExpression) -> bool:
    """Whether an expression puts values together, in a text or in a collection that may be shown as one: they are in it as they are."""
    match value:
        case cst.FormattedString() | cst.Dict() | cst.Tuple() | cst.List():
            return True
        case cst.ConcatenatedString(left=left, right=right):
            return is_put_together(left) or is_put_together(right)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add() | cst.Modulo()):
            return any(string_value(side) is not None or is_put_together(side) for side in (left, right))
        case cst.Call(func=cst.Attribute(value=text, attr=cst.Name("format" | "join"))):
            return string_value(text) is not None
        case _:
            return False


def written_beginning(value: cst.BaseExpression) -> str:
    """What a text certainly begins with: all of a literal, and of what is put together its first part; ``""`` if that is not fixed."""
    match value:
        case cst.FormattedString(parts=[cst.FormattedStringText(value=text), *_]):
            return text
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Modulo()) if string_value(value) is None:
            return written_beginning(left).partition("%")[0] if isinstance(value.operator, cst.Modulo) else written_beginning(left)
        case cst.ConcatenatedString(left=left) if string_value(value) is None:
            return written_beginning(left)
        case _:
            return string_value(value) or ""
