"""Statuses that are looked for in the text of an exception: ``"429" in str(e)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import libcst as cst

from errlint.semantics.program.constants import string_value
from errlint.semantics.values.status_sets import UNKNOWN, Range

_STATUS_IN_TEXT = re.compile(r"\D{0,24}\b([45]\d\d)\b\D{0,24}")


def status_in_text(left: cst.BaseExpression, right: cst.BaseExpression) -> int:
    """The status that ``left in right`` looks for in a text; 0 where it looks for something else."""
    text = string_value(left)
    found = _STATUS_IN_TEXT.fullmatch(text) if text else None
    if found is None or string_value(right) is not None or isinstance(right, (cst.Tuple, cst.List, cst.Set, cst.Dict)):
        return 0
    return 1 << int(found[1])


def any_status(generator: cst.BaseExpression, strings: Callable[[cst.BaseExpression], Iterable[str]]) -> Range:
    """What ``any(code in str(e) for code in ("429", "503"))`` lets through; ``strings``: the texts that an expression has."""
    if not isinstance(generator, (cst.GeneratorExp, cst.ListComp)) or not isinstance(generator.elt, cst.Comparison):
        return UNKNOWN
    elt = generator.elt
    if not isinstance(elt.left, cst.Name) or not isinstance(elt.comparisons[0].operator, cst.In):
        return UNKNOWN
    found = 0
    for text in strings(generator.for_in.iter):
        status = _STATUS_IN_TEXT.fullmatch(text)
        if status is None:
            return UNKNOWN
        found |= 1 << int(status[1])
    return Range(found, found) if found else UNKNOWN
