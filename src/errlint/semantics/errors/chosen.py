"""Exceptions that are chosen from a table: ``raise ERRORS.get(response.status_code, ApiError)(message)``.

A table whose keys are statuses says itself under which status each of its classes is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import index_value, string_value
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.values.status_sets import ERRORS

_HOPS = 4

Values = Callable[[cst.BaseExpression], Iterator[cst.BaseExpression]]
Under = tuple[tuple[str, int], ...]
"""Types of exceptions, and the statuses (a set, see :mod:`~errlint.semantics.values.status_sets`) under which each is raised."""


@dataclass(frozen=True)
class _Rows:
    """What a lookup may give: by status, and for all other statuses; None if that is an error of the lookup itself."""

    by_status: dict[int, cst.BaseExpression]
    otherwise: cst.BaseExpression | None


class Chosen:
    """Answers for one file.

    :param values: what a name is bound to; :param number: the int that an expression stands for; :param named: the name of a type;
    :param possible_at: the statuses (a set) that are possible where a node stands.
    """

    def __init__(
        self,
        scopes: Scopes,
        values: Values,
        number: Callable[[cst.BaseExpression], int | None],
        named: Callable[[cst.BaseExpression], str | None],
        possible_at: Callable[[cst.CSTNode], int],
    ) -> None:
        self._scopes = scopes
        self._values = values
        self._number = number
        self._named = named
        self._possible_at = possible_at

    def of(self, raised: cst.BaseExpression) -> Under:
        """The classes of which an exception is made that a ``raise`` names, if a table chooses them; () otherwise."""
        made = raised.func if isinstance(raised, cst.Call) and not self._is_lookup(raised) else raised
        rows = self._rows(made, _HOPS)
        if rows is None:
            return ()
        found: dict[str, int] = {}
        for status, value in rows.by_status.items():
            name = self._named(value) or ""
            found[name] = found.get(name, 0) | 1 << status
        others = ERRORS & ~sum(1 << status for status in rows.by_status)
        for arm in arms(rows.otherwise) if rows.otherwise is not None else ():
            name = self._named(arm) or ""
            under = self._possible_at(arm) if arm is not rows.otherwise else ERRORS
            found[name] = found.get(name, 0) | others & under
        return () if "" in found else tuple(found.items())

    def by_words(self, raised: cst.BaseExpression) -> Under:
        """The same of a table whose keys are texts, as codes are: under which statuses, it does not say. It is no evidence of an answer."""
        made: cst.BaseExpression | None = raised.func if isinstance(raised, cst.Call) and not self._is_lookup(raised) else raised
        if isinstance(made, cst.Name):
            bindings = self._scopes.reaching(made)
            made = bindings[0].value if len(bindings) == 1 and bindings[0].how is How.VALUE and not bindings[0].path else None
        default: list[cst.BaseExpression] = []
        if isinstance(made, cst.Call) and isinstance(made.func, cst.Attribute) and self._is_lookup(made) and made.args:
            table: cst.BaseExpression | None = made.func.value
            default = [argument.value for argument in made.args[1:2]]
        else:
            table = made.value if isinstance(made, cst.Subscript) else None
        written = self._table(table) if table is not None else None
        if not written or not all(isinstance(element.key, cst.SimpleString) for element in written):
            return ()
        names = [self._named(arm) or "" for value in (*(element.value for element in written), *default) for arm in arms(value)]
        return () if "" in names else tuple((name, ERRORS) for name in dict.fromkeys(names))

    def _is_lookup(self, call: cst.Call) -> bool:
        return isinstance(call.func, cst.Attribute) and call.func.attr.value == "get"

    def _rows(self, expression: cst.BaseExpression, hops: int) -> _Rows | None:
        if not hops:
            return None
        if isinstance(expression, cst.Name):
            return self._kept(expression, hops)
        if isinstance(expression, cst.BooleanOperation) and isinstance(expression.operator, cst.Or):
            # `ERRORS.get(status) or ApiError`
            rows = self._rows(expression.left, hops - 1)
            return _Rows(rows.by_status, expression.right) if rows is not None else None
        if isinstance(expression, cst.Subscript):
            key = index_value(expression)
            return self._looked_up(expression.value, key, None, hops) if key is not None else None
        if isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute) and self._is_lookup(expression):
            arguments = [argument.value for argument in expression.args]
            if arguments:
                return self._looked_up(expression.func.value, arguments[0], arguments[1] if len(arguments) > 1 else None, hops)
        return None

    def _kept(self, name: cst.Name, hops: int) -> _Rows | None:
        """``kind, text = ERRORS.get(status, (ApiError, "unknown"))``: the columns of the rows."""
        bindings = self._scopes.reaching(name)
        if len(bindings) == 2 and all(one.how is How.VALUE and one.value is not None and not one.path for one in bindings):
            # `kind = ERRORS.get(status)`, `if kind is None: kind = ApiError`
            values = [one.value for one in bindings if one.value is not None]
            found = [self._rows(value, hops - 1) for value in values]
            for rows, other, otherwise in ((found[0], found[1], values[1]), (found[1], found[0], values[0])):
                if rows is not None and rows.otherwise is None and other is None:
                    return _Rows(rows.by_status, otherwise)
            return None
        if len(bindings) != 1 or bindings[0].how is not How.VALUE or bindings[0].value is None:
            values = list(self._values(name)) if len(bindings) == 1 else []
            return self._rows(values[0], hops - 1) if len(values) == 1 else None
        rows = self._rows(bindings[0].value, hops - 1)
        for position in bindings[0].path:
            rows = self._column(rows, position) if rows is not None else None
        return rows

    def _column(self, rows: _Rows, position: int) -> _Rows | None:
        """What stands at a position of each row, if all have it; a default that is no tuple is an error of the lookup."""
        found = {status: cell for status, row in rows.by_status.items() if (cell := _cell(row, position)) is not None}
        otherwise = _cell(rows.otherwise, position) if rows.otherwise is not None else None
        return _Rows(found, otherwise) if len(found) == len(rows.by_status) else None

    def _looked_up(self, table: cst.BaseExpression, key: cst.BaseExpression, default: cst.BaseExpression | None, hops: int) -> _Rows | None:
        """``TABLE[status]``, or ``TABLE[status]["class"]``, where each row of the table is a table itself."""
        written = self._table(table)
        if written is not None:
            keys = [self._number(element.key) for element in written]
            statuses = [status for status in keys if status is not None and 300 <= status < 600]
            if not keys or len(statuses) != len(keys):
                return None
            return _Rows({status: element.value for status, element in zip(statuses, written, strict=True)}, default)
        if isinstance(key, cst.Integer):
            # `ERRORS[status][0]`
            rows = self._rows(table, hops - 1)
            return self._column(rows, key.evaluated_value) if rows is not None else None
        name = string_value(key)
        rows = self._rows(table, hops - 1) if name is not None else None
        if rows is None or name is None:
            return None
        by_status: dict[int, cst.BaseExpression] = {}
        for status, row in rows.by_status.items():
            value = self._part(row, name) or default
            if value is not None:
                by_status[status] = value
        return _Rows(by_status, default if rows.otherwise is not None else None)

    def _table(self, expression: cst.BaseExpression) -> list[cst.DictElement] | None:
        written = [expression] if isinstance(expression, cst.Dict) else list(self._values(expression))
        if len(written) != 1 or not isinstance(written[0], cst.Dict):
            return None
        elements = [element for element in written[0].elements if isinstance(element, cst.DictElement)]
        return elements if len(elements) == len(written[0].elements) else None

    def _part(self, row: cst.BaseExpression, name: str) -> cst.BaseExpression | None:
        return next((element.value for element in self._table(row) or () if string_value(element.key) == name), None)


def arms(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What a value may be, where a condition chooses: ``ServerError if status >= 500 else ApiError``."""
    if isinstance(value, cst.IfExp):
        yield from arms(value.body)
        yield from arms(value.orelse)
    else:
        yield value


def _cell(row: cst.BaseExpression, position: int) -> cst.BaseExpression | None:
    """What stands at a position of a tuple that is written out."""
    cells = row.elements if isinstance(row, (cst.Tuple, cst.List)) else ()
    return cells[position].value if 0 <= position < len(cells) else None
