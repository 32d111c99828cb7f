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
        case cst.Call(func=cst.Name("next") | cst.Attribute(attr=cst.Name("get")), args=[_, cst.Arg(value=default)]):
            yield from written_texts(default)
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


def standing_in(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The parts of an expression, itself first, of which something may be in its value: not what only chooses, counts or compares."""
    match value:
        case (
            cst.Comparison()
            | cst.UnaryOperation()
            | cst.Call(func=cst.Name(value="len" | "bool" | "int" | "float" | "type" | "isinstance"))
        ):
            return
        case cst.IfExp(body=one, orelse=other) | cst.BooleanOperation(left=one, right=other) | cst.BinaryOperation(left=one, right=other):
            parts = [one, other]
        case cst.ListComp(elt=made, for_in=comp) | cst.GeneratorExp(elt=made, for_in=comp) | cst.SetComp(elt=made, for_in=comp):
            parts = [made, comp.iter]
        case cst.Subscript(value=held) | cst.Attribute(value=held) | cst.Await(expression=held):
            parts = [held]
        case cst.Call(func=cst.Attribute(value=held, attr=cst.Name("get")), args=[_, *rest]):
            parts = [held, *(argument.value for argument in rest)]
        case cst.Call(func=called, args=args):
            parts = [called, *(argument.value for argument in args)]
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements) | cst.Dict(elements=elements):
            parts = [element.value for element in elements]
        case cst.FormattedString():
            parts = [part.expression for part in value.parts if isinstance(part, cst.FormattedStringExpression)]
        case _:
            parts = []
    yield value
    for part in parts:
        yield from standing_in(part)


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
