"""What arguments are when they are written out: statuses and classes of them, true and false, nothing at all."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from errlint.semantics.values.status_sets import statuses


def classes(words: Iterable[int | str]) -> int:
    """The set of statuses that numbers and classes ("5xx") stand for."""
    found = 0
    for word in words:
        first = int(str(word)[0]) * 100 if isinstance(word, str) else word
        found |= statuses(first, first + 100) if isinstance(word, str) else 1 << first
    return found


def truth(expression: cst.BaseExpression) -> bool | None:
    """True, False, or None if it is not written out."""
    return {"True": True, "False": False}.get(expression.value) if isinstance(expression, cst.Name) else None


def is_nothing(expression: cst.BaseExpression) -> bool:
    """None, False or an empty collection."""
    if isinstance(expression, cst.Name):
        return expression.value in ("None", "False")
    if isinstance(expression, (cst.Tuple, cst.List, cst.Set, cst.Dict)):
        return not expression.elements
    if isinstance(expression, cst.Call) and isinstance(expression.func, cst.Name):
        return expression.func.value in ("set", "frozenset", "tuple", "list", "dict") and not expression.args
    return False
