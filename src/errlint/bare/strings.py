"""Strings as libcst has them: each piece as it is written, where Python's own tree has what they come to.

A string may be put together of several, and hold expressions. What an expression is, Python's tree says; where it stands in the string,
only the text does. As Python 3.11 does not know the places of things inside of f-strings, expressions that need theirs (numbers, strings)
are left to libcst, and so is all that no simple pattern can tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import libcst as cst

from errlint.bare.nodes import maker

_SEPARATOR = re.compile(rb"(?:[ \t\f\n]|\\\n|#[^\n]*\n)*")
_PIECE = re.compile(
    rb"""([bBfFrRuU]{0,2})(?:
        (\"{3})([^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*)\"{3} | ('{3})([^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*)'{3}
        | (")([^"\\\n]*(?:\\.[^"\\\n]*)*)" | (')([^'\\\n]*(?:\\.[^'\\\n]*)*)'
    )""",
    re.DOTALL | re.VERBOSE,
)
_PART = re.compile(
    rb"""(?P<text>(?:[^{}\\]|\\[^N{}]|\{\{|\}\})+)
    | \{[ ]*(?P<expression>[^\W\d][\w.()\[\], ]*)(?:!(?P<conversion>[rsa]))?(?::(?P<form>[^{}\\]+))?\}""",
    re.DOTALL | re.VERBOSE,
)

_plain = maker(cst.SimpleString, "value")
_joined = maker(cst.ConcatenatedString, "left", "right")
_formatted = maker(cst.FormattedString, "parts", "start", "end")
_text = maker(cst.FormattedStringText, "value")
_expression = maker(cst.FormattedStringExpression, "expression", "conversion", "format_spec", "equal")

_Part = cst.BaseFormattedStringContent
_Piece = cst.SimpleString | cst.FormattedString
_Of = Callable[[ast.expr], cst.BaseExpression]


def string_of(node: ast.Constant | ast.JoinedStr, written: bytes, of: _Of) -> cst.BaseString | None:
    """What is written as a string; None when that is more than can be told.

    :param written: as it stands in the text, in UTF-8; :param of: reads an expression.
    """
    found = _PIECE.fullmatch(written) if isinstance(node, ast.Constant) else None
    if found is not None:
        return _plain(written.decode())
    values = iter(value for value in node.values if isinstance(value, ast.FormattedValue)) if isinstance(node, ast.JoinedStr) else iter(())
    made: list[_Piece] = []
    at = 0
    while at < len(written):
        found = _PIECE.match(written, at)
        piece = _piece(found, values, of) if found is not None else None
        if found is None or piece is None:
            return None
        made.append(piece)
        separator = _SEPARATOR.match(written, found.end())
        at = separator.end() if separator is not None else found.end()
    if not made or next(values, None) is not None:
        return None
    whole: cst.BaseString = made.pop()
    while made:
        whole = _joined(made.pop(), whole)
    return whole


def _piece(found: re.Match[bytes], values: Iterator[ast.FormattedValue], of: _Of) -> _Piece | None:
    prefix = found[1].lower()
    if b"f" not in prefix:
        return _plain(found[0].decode())
    inner = found.lastindex or 0
    quote, body = found[inner - 1].decode(), found[inner]
    parts = None if b"r" in prefix and b"\\" in body else _parts(body, values, of)
    return _formatted(parts, found[1].decode() + quote, quote) if parts is not None else None


def _parts(body: bytes, values: Iterator[ast.FormattedValue], of: _Of) -> tuple[_Part, ...] | None:
    made: list[_Part] = []
    at = 0
    while at < len(body):
        found = _PART.match(body, at)
        if found is None:
            return None
        at = found.end()
        if found["text"] is not None:
            made.append(_text(found["text"].decode()))
            continue
        value = next(values, None)
        if value is None or not _stands_anywhere(value.value):
            return None
        conversion, form = found["conversion"], found["form"]
        spec = (_text(form.decode()),) if form is not None else None
        made.append(_expression(of(value.value), conversion.decode() if conversion is not None else None, spec, None))
    return tuple(made)


def _stands_anywhere(node: ast.expr) -> bool:
    """Whether an expression is told by its tree alone, wherever it stands."""
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return _stands_anywhere(node.value)
    if isinstance(node, ast.Call):
        return not node.keywords and _stands_anywhere(node.func) and all(map(_stands_anywhere, node.args))
    return isinstance(node, ast.Subscript) and _stands_anywhere(node.value) and _stands_anywhere(node.slice)
