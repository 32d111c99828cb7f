"""Python's own parser, for texts of which nothing is known."""

from __future__ import annotations

import ast
import warnings

_BRACES = 20_000
"""Python 3.11 takes time that grows with the square of the parts of an f-string: half a second for so many."""


def python_tree(text: str) -> ast.Module:
    """The tree of a text.

    :raises SyntaxError, ValueError, RecursionError, MemoryError: when Python cannot parse it, or could take very long.
    """
    if text.count("{") > _BRACES:
        raise ValueError("too many braces")
    return parsed(text)


def parsed(code: str | bytes) -> ast.Module:
    """The tree of code, however long that takes.

    :raises SyntaxError, ValueError, RecursionError, MemoryError: when Python cannot parse it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes are not our business
        return ast.parse(code)
