"""What dicts of the file itself have under their keys."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from errlint.semantics.meaning import Meaning
from errlint.semantics.program.constants import Constants
from errlint.semantics.values.records import Records


class Items:
    """Meanings of items that the file put where they are.

    :param meaning: what an expression means.
    """

    def __init__(self, constants: Constants, records: Records, meaning: Callable[[cst.BaseExpression], Meaning | None]) -> None:
        self._constants = constants
        self._records = records
        self._meaning = meaning

    def key(self, expression: cst.BaseExpression) -> str | int | None:
        """The key or position that an expression is; None where it may be one of several."""
        if isinstance(expression, cst.Integer):
            return expression.evaluated_value
        found = self._constants.strings(expression)
        return found[0] if len(found) == 1 else None

    def under(self, mapping: cst.BaseExpression, key: str | int) -> Meaning | None:
        """What a dict of this file has under a key."""
        values = self._records.under(mapping, key) if isinstance(key, str) else ()
        return next((found for found in (self.kept(value, repr(key)) for value in values) if found is not None), None)

    def kept(self, value: cst.BaseExpression, place: str) -> Meaning | None:
        """A value that is kept in a place of a record."""
        found = self._meaning(value)
        return found.via(value, f"kept under `{place}`") if found is not None else None
