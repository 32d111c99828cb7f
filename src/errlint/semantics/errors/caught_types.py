"""Which types an ``except`` clause names, and which errors the clauses above it have taken already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from errlint.semantics.errors.carried import is_builtin, takes
from errlint.semantics.errors.raises import Raises
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.handling import Handler, earlier_handlers
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.types import UNKNOWN_TYPE, Types
from errlint.sheets.library import TypeSheet

_USUAL = (400, 401, 403, 404, 429, 500)
"""Statuses with which nearly all APIs answer."""


class CaughtTypes:
    """Answers for the handlers of one file."""

    def __init__(
        self, tree: Tree, scopes: Scopes, types: Types, raises: Raises, meaning: Callable[[cst.BaseExpression], Meaning | None]
    ) -> None:
        self._tree = tree
        self._scopes = scopes
        self._types = types
        self._raises = raises
        self._meaning = meaning

    def of(self, handler: Handler) -> list[str]:
        """Dotted names of the types that a handler names, through tuples kept in constants."""
        return self.named(handler.type) if handler.type is not None else ["BaseException"]

    def sheets(self, handler: Handler) -> list[TypeSheet]:
        """What is known of those types that are errors of an API, or its answers."""
        return [sheet for name in self.of(handler) for sheet in self._sheets(name)]

    def named(self, expression: cst.BaseExpression) -> list[str]:
        """Dotted names of the types that an expression names."""
        return list(self._named(expression))

    def tells_all(self, expression: cst.BaseExpression, hops: int = 3) -> bool:
        """Whether :meth:`named` knows all types that an expression may stand for; not what is given, or chosen, or made by a call."""
        if isinstance(expression, (cst.Tuple, cst.List)):
            return all(self.tells_all(element.value, hops) for element in expression.elements)
        if isinstance(expression, cst.Name) and hops:
            bindings = self._scopes.reaching(expression)
            if any(one.how in (How.VALUE, How.PARAMETER) for one in bindings):
                only = bindings[0] if len(bindings) == 1 and bindings[0].how is How.VALUE and not bindings[0].path else None
                return only is not None and only.value is not None and self.tells_all(only.value, hops - 1)
        name = self._types.named(expression) or self._of_client(expression)
        return name is not None and UNKNOWN_TYPE not in self._types.in_tuple(name)

    def _named(self, expression: cst.BaseExpression, hops: int = 3) -> Iterator[str]:
        if isinstance(expression, (cst.Tuple, cst.List)):
            for element in expression.elements:
                yield from self._named(element.value, hops)
            return
        if isinstance(expression, cst.Name) and hops:
            for binding in self._scopes.reaching(expression):
                assigned = binding.how in (How.VALUE, How.PARAMETER) and not binding.path
                if assigned and isinstance(binding.value, (cst.Tuple, cst.Name, cst.Attribute)):
                    yield from self._named(binding.value, hops - 1)
                    return
        name = self._types.named(expression) or self._of_client(expression)
        if name is None:
            return
        elsewhere = self._types.in_tuple(name)
        yield from (one for one in elsewhere or (name,) if one != UNKNOWN_TYPE)

    def _of_client(self, expression: cst.BaseExpression) -> str | None:
        """``client.exceptions.ClientError``: the error of the library, under its own name, that a client hands out."""
        if not isinstance(expression, cst.Attribute) or not isinstance(expression.value, cst.Attribute):
            return None
        client = self._meaning(expression.value.value)
        if client is None or client.kind is not Kind.CLIENT or client.sheet is None:
            return None
        errors = self._types.errors_of(client.sheet.name)
        return next((error for error in errors if error.rpartition(".")[2] == expression.attr.value), None)

    def _sheets(self, name: str) -> Iterator[TypeSheet]:
        sheet = self._types.type(name)
        if sheet is not None and sheet.is_a in ("exception", "response"):
            yield sheet

    # what is taken above ---------------------------------------------------------------------------------------------------------

    def are_taken_above(self, handler: Handler, types: Sequence[TypeSheet]) -> bool:
        """Whether earlier handlers take all errors of these types behind which an answer stands.

        ``except HTTPError`` above ``except URLError``: what is left of that has none.
        """
        taken = {found.name for one in earlier_handlers(self._tree, handler) for name in self.of(one) if (found := self._types.type(name))}
        answered = [error for sheet in types if sheet.covers_status for error in self._answered(sheet)] if taken else []
        return bool(answered) and all(any(above.name in taken for above in self._types.ancestors(error)) for error in answered)

    def _answered(self, sheet: TypeSheet) -> list[str]:
        """The errors of a type behind which an answer stands, by the most general types of them; the type itself, if none is told apart."""
        errors = () if sheet.carries_status else self._types.errors_of(sheet.name)
        below = [error for error in errors if any(above.name == sheet.name for above in self._types.ancestors(error))]
        return below or [sheet.name]

    def is_all_taken_above(self, handler: Handler) -> bool:
        """Whether earlier handlers take every error with a status that the ``try`` may raise."""
        earlier = [name for one in earlier_handlers(self._tree, handler) for name in self.of(one)]
        sheets = [sheet for name in earlier for sheet in self._sheets(name)]
        taken = {sheet.name for sheet in sheets}
        body = self._tree.tried(handler)
        if not taken or body is None:
            return False
        raising = self._raises.of(body)
        if any(sheet.covers_status and not _is_specific(sheet) for sheet in sheets) or _take_what_is_usual(sheets):
            made = (name for name, _, _ in raising.carries if self._is_own(name))
            return all(self._is_taken(name, earlier, taken) for name in made)
        return bool(raising.types) and all(self._is_taken(name, earlier, taken) for name in raising.types)

    def _is_own(self, name: str) -> bool:
        """Whether an exception is none that a library raises for a status: the project makes one with what the answer says."""
        sheet = self._types.type(name)
        return sheet is None or self._types.is_of_project(sheet)

    def _is_taken(self, name: str, types: list[str], sheets: set[str]) -> bool:
        """Whether handlers of these types, some of them by their sheets, take an exception."""
        above = list(self._types.ancestors(name))
        if any(sheet.name in sheets for sheet in above):
            return True
        of_python = [base for base in (name, *(parent for sheet in above for parent in sheet.parents)) if is_builtin(base)]
        return any(takes(other, base) for base in of_python for other in types if is_builtin(other))


def _take_what_is_usual(sheets: Sequence[TypeSheet]) -> bool:
    """Whether nothing is left but statuses that hardly any API answers with, when each of some types has a handler."""
    return all(any(_stands_for(sheet, status) for sheet in sheets) for status in _USUAL)


def _is_specific(sheet: TypeSheet) -> bool:
    """Whether an exception stands for some statuses only: others arrive where it was not caught."""
    return bool(sheet.statuses or sheet.status_class)


def _stands_for(sheet: TypeSheet, status: int) -> bool:
    """Whether a specific exception may stand for a status."""
    return status in sheet.statuses or sheet.status_class == f"{status // 100}xx"
