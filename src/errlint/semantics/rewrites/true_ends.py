"""The end of a retry, said of a failure after which no other attempt is made: words about many attempts are not true of it."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.rewrites.writing import Writing


def raised_of(writing: Writing, statement: cst.CSTNode, error: str) -> str | None:
    """``raise Failed("failed after %d tries" % most)`` becomes ``raise Failed(str(error)) from error``; None for other statements.

    :param error: the name that the failure has where it is written.
    """
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Raise(exc=cst.Call(func=failed, args=[cst.Arg(keyword=None, star="") as told]), cause=None)]
        ):
            return f"raise {writing.code(failed)}(str({error})) from {error}" if _is_text(told.value) else None
    return None


def _is_text(value: cst.BaseExpression) -> bool:
    """Whether a value is written as a text, be it one that others are put into."""
    match value:
        case cst.SimpleString() | cst.FormattedString() | cst.ConcatenatedString():
            return True
        case cst.BinaryOperation(left=left, right=right):
            return _is_text(left) or _is_text(right)
        case cst.Call(func=cst.Attribute(value=text, attr=cst.Name(value="format"))):
            return _is_text(text)
        case _:
            return False
