"""Tables that say what to do after which status: ``RETRY = {400: False, 429: True}`` and ``RETRY.get(response.status_code, False)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.scopes import How
from errlint.semantics.values.status_sets import ALL, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.predicates import Predicates

_HOPS = 3
_NOTHING = cst.Name("None")
_WORDS = ("True", "False", "None")
_CODE = "code"
"""Stands for a class or function, which is the same as no literal."""


@dataclass(frozen=True)
class _Entry:
    """``outcomes``: the statuses of one value of a table; ``value``: what is written there."""

    outcomes: int
    value: cst.BaseExpression


class StatusTables:
    """Answers for the tests of one file.

    :param predicates: tells what is a status.
    """

    def __init__(self, semantics: Semantics, predicates: Predicates) -> None:
        self._semantics = semantics
        self._predicates = predicates

    def passed(self, looked_up: cst.BaseExpression) -> Range | None:
        """The statuses for which a table has something that is true; None for what is not looked up in one."""
        entries = self._entries(looked_up)
        return _where([(entry.outcomes, True if self._is_code(entry.value) else _truth(entry.value)) for entry in entries])

    def compared(self, left: cst.BaseExpression, relation: cst.BaseCompOp, right: cst.BaseExpression) -> Range | None:
        """The statuses for which what a table has is, or is not, something that is written out."""
        if not isinstance(relation, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual, cst.In, cst.NotIn)):
            return None
        many = isinstance(relation, (cst.In, cst.NotIn))
        collected = right.elements if isinstance(right, (cst.Tuple, cst.List, cst.Set)) and many else ()
        wanted = [_written(element.value) for element in collected] if many else [_written(right)]
        entries = self._entries(left) if wanted and None not in wanted else []
        words = [(entry.outcomes, _CODE if self._is_code(entry.value) else _written(entry.value)) for entry in entries]
        found = _where([(outcomes, None if word is None else word in wanted) for outcomes, word in words])
        return found.negated() if found is not None and isinstance(relation, (cst.IsNot, cst.NotEqual, cst.NotIn)) else found

    def _is_code(self, value: cst.BaseExpression) -> bool:
        """Whether a value is a class or function: it is true, and nothing that is written out."""
        if isinstance(value, cst.Lambda):
            return True
        bindings = self._semantics.scopes.reaching(value) if isinstance(value, cst.Name) else []
        if bindings and all(found.how in (How.CLASS, How.FUNCTION) for found in bindings):
            return True
        name = self._semantics.types.named(value) if isinstance(value, (cst.Name, cst.Attribute)) else None
        return name is not None and self._semantics.types.type(name) is not None

    def named(self, looked_up: cst.CSTNode) -> int:
        """The statuses that a table has entries for."""
        if not isinstance(looked_up, (cst.Call, cst.Subscript, cst.Name)):
            return 0
        return sum(entry.outcomes for entry in self._entries(looked_up) if entry.outcomes.bit_count() == 1)

    def _entries(self, expression: cst.BaseExpression, hops: int = _HOPS) -> list[_Entry]:
        """What a table says, as it is asked; empty for anything else. What it has no entry for comes last."""
        match expression:
            case cst.Name() if hops:
                bindings = self._semantics.scopes.reaching(expression)
                values = [found.value for found in bindings if found.how is How.VALUE and not found.path and found.value is not None]
                return self._entries(values[0], hops - 1) if len(values) == len(bindings) == 1 else []
            case cst.Subscript(value=table, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                return self._of(table, key, _NOTHING)
            case cst.Call(func=cst.Attribute(value=table, attr=cst.Name(value="get")), args=[cst.Arg(value=key, keyword=None)]):
                return self._of(table, key, _NOTHING)
            case cst.Call(
                func=cst.Attribute(value=table, attr=cst.Name(value="get")),
                args=[cst.Arg(value=key, keyword=None), cst.Arg(value=otherwise, keyword=None)],
            ):
                return self._of(table, key, otherwise)
            case _:
                return []

    def _of(self, table: cst.BaseExpression, key: cst.BaseExpression, otherwise: cst.BaseExpression) -> list[_Entry]:
        if not isinstance(table, (cst.Name, cst.Attribute, cst.Dict)) or not self._predicates.is_status(key):
            return []
        known = [table] if isinstance(table, cst.Dict) else list(self._semantics.constants.values(table))
        written = known[0] if len(known) == 1 else None
        elements = list(written.elements) if isinstance(written, cst.Dict) else []
        rows = [(self._predicates.number(one.key), one.value) for one in elements if isinstance(one, cst.DictElement)]
        entries = [_Entry(1 << number, value) for number, value in rows if number is not None and 100 <= number < 600]
        if not entries or len(entries) != len(elements):
            return []
        listed = sum(dict.fromkeys(entry.outcomes for entry in entries))
        return [*entries, _Entry(ALL & ~listed, otherwise)]


def _where(said: list[tuple[int, bool | None]]) -> Range | None:
    """The outcomes for which it is true, or is for all that is known; None where nothing is said."""
    if not any(answer is not None for _, answer in said):
        return None
    may = must = 0
    for outcomes, answer in said:
        may |= outcomes if answer is not False else 0
        must |= outcomes if answer else 0
    return Range(may, must)


def _truth(value: cst.BaseExpression) -> bool | None:
    """Whether something that is written out is true; None where that is not known."""
    written = _written(value)
    return None if written is None else written not in ("False", "None", "0", "''")


def _written(value: cst.BaseExpression) -> str | None:
    """What is written out, as a word: a string, a number, True, False, None."""
    text = string_value(value)
    if text is not None:
        return repr(text)
    if isinstance(value, (cst.Integer, cst.Float)):
        return f"{value.evaluated_value:g}"
    return value.value if isinstance(value, cst.Name) and value.value in _WORDS else None
