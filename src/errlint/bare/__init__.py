"""The tree of a file without its white space: libcst's own node classes, filled from Python's own parser.

Rules ask what code means, and of most files nothing is to be said. For that question white space, brackets and commas do not matter, and
they are what libcst spends its time on: a bare tree takes a fifth of it. It has the same nodes in the same order as
:class:`~errlint.semantics.program.tree.Tree` finds them in a module that libcst parsed. The fields for punctuation are not set at all, so
whoever asks for one gets an :exc:`AttributeError`, never a wrong answer. Where something is to be said, the file is parsed in full
(:mod:`errlint.source`).

What is rare in code (type parameters, ``case (a), b``) is left to libcst.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst

from errlint.bare.statements import Statements, module_of
from errlint.encoding import decode
from errlint.nesting import refusal
from errlint.nodes import unchecked
from errlint.python_tree import python_tree

_LARGE = 4_000_000
"""Bytes. What is larger may be too large altogether: there the full parser's guard is asked."""
_LARGEST = 12_000_000
"""Bytes. What is larger is parsed in full at once: two trees of it would take up too much memory."""

_FRAMES = 1_500
"""Calls of the reader that may be open: two to four for each level of a tree. What is deeper may be too deep altogether, as above."""

_NEWLINE = re.compile(r"\r\n?")


class NotBare(Exception):
    """The file has to be parsed in full: it holds what no bare tree can say, or is no Python at all."""


def bare_module(raw: bytes) -> cst.Module:
    """The bare tree of a file.

    :raises NotBare: when there is none. :raises errlint.encoding.UndecodableSource: when the bytes are not text.
    """
    if len(raw) > _LARGEST:
        raise NotBare
    text = decode(raw).text
    if len(raw) > _LARGE and refusal(text) is not None:
        raise NotBare
    if "\r" in text:
        text = _NEWLINE.sub("\n", text)
    try:
        tree = python_tree(text)
        with _shallow(), unchecked():
            return Statements(text.encode()).module(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError, KeyError, cst.ParserSyntaxError):  # a KeyError: an unknown kind of node
        raise NotBare from None


def bare_tree(statements: Sequence[cst.BaseStatement]) -> cst.Module:
    """The bare tree that has these statements of others."""
    return module_of(tuple(statements))


@contextmanager
def _shallow() -> Iterator[None]:
    """Let no more than so many calls be opened."""
    limit = sys.getrecursionlimit()
    frame, here = sys._getframe(), 0
    while frame.f_back is not None:
        frame, here = frame.f_back, here + 1
    sys.setrecursionlimit(min(limit, here + _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
