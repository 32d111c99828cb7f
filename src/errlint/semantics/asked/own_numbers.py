"""Statuses that exceptions of the project keep: numbers, where all that makes one gives it the status of a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.carried import making_of
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import bound_arguments, method
from errlint.semantics.program.handling import caught_name
from errlint.semantics.program.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class OwnNumbers:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._known: dict[tuple[cst.ClassDef, str], bool] = {}

    def has(self, subject: Meaning) -> bool:
        """Whether a status that an attribute of an exception keeps is a number: ``raise ShopError(answer.status_code, answer.text)``."""
        kept, origin = subject.expression, subject.origin
        if subject.kind is not Kind.STATUS or not isinstance(kept, cst.Attribute) or origin is None or origin.sheet is None:
            return False
        definition = self._semantics.types.definition(origin.sheet.name)
        if definition is None:
            return self._arrives(kept)
        key = definition, kept.attr.value
        if key not in self._known:
            self._known[key] = self._is_given_numbers(*key)
        return self._known[key]

    def _arrives(self, kept: cst.Attribute) -> bool:
        """Whether what the ``try`` raises, in other modules, is made with the status of an answer under this name."""
        handler = self._semantics.tree.enclosing(kept, cst.ExceptHandler, cst.ExceptStarHandler, cst.FunctionDef)
        if not isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) or dotted(kept.value) != caught_name(handler):
            return False
        return self._semantics.evaluator.carried(handler).get(kept.attr.value) == "status"

    def _is_given_numbers(self, definition: cst.ClassDef, attribute: str) -> bool:
        semantics, constructor = self._semantics, method(definition, "__init__")
        making = making_of(definition, semantics.tree, semantics.names, semantics.types)
        parameter = next((given for kept, given in making.kept if kept == attribute), None) if making is not None else None
        if constructor is None or parameter is None:
            return False
        # the constructors of classes below are among these, with parameters of their own: nobody knows what those are
        given = [self._argument(call, constructor, parameter) for call in semantics.evaluator.callers(constructor)]
        return bool(given) and all(value is not None and self._is_status(value) for value in given)

    @staticmethod
    def _argument(call: cst.Call, constructor: cst.FunctionDef, parameter: str) -> cst.BaseExpression | None:
        given = bound_arguments(call, constructor)
        return next((value for one, value in given.items() if isinstance(one, cst.Param) and one.name.value == parameter), None)

    def _is_status(self, value: cst.BaseExpression) -> bool:
        """Whether a value is a number that is written out, or a status that a library has as one."""
        if isinstance(value, cst.Integer):
            return True
        found = self._semantics.meaning(value)
        sheet = found.origin.sheet if found is not None and found.origin is not None else None
        if found is None or found.kind is not Kind.STATUS or not found.proven or found.path or sheet is None:
            return False
        return not sheet.told_by and not self._semantics.types.is_of_project(sheet)
