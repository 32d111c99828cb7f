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
        case _:
            text = string_value(value)
            if text is not None:
                yield text


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
