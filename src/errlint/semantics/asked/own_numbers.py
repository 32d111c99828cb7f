"""Statuses that exceptions of this file keep: numbers, where all that makes one gives it the status of a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.carried import making_of
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import arguments, method
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
            return False
        key = definition, kept.attr.value
        if key not in self._known:
            self._known[key] = self._is_given_numbers(*key)
        return self._known[key]

    def _is_given_numbers(self, definition: cst.ClassDef, attribute: str) -> bool:
        semantics = self._semantics
        making = making_of(definition, semantics.tree, semantics.names, semantics.types)
        parameter = next((given for kept, given in making.kept if kept == attribute), None) if making is not None else None
        if making is None or parameter is None or self._has_other_makers(definition):
            return False
        given = [self._argument(call, parameter, making.parameters) for call in self._calls(definition)]
        return bool(given) and all(value is not None and self._is_status(value) for value in given)

    def _has_other_makers(self, definition: cst.ClassDef) -> bool:
        """Whether a class below it is made by a constructor of its own."""
        semantics = self._semantics
        for other in semantics.tree.all(cst.ClassDef):
            bases = (semantics.types.definition(dotted(base.value) or "") for base in other.bases)
            if other is not definition and definition in bases and (method(other, "__init__") or self._has_other_makers(other)):
                return True
        return False

    def _calls(self, definition: cst.ClassDef) -> list[cst.Call]:
        """The calls in this file that make an exception of a class, or of one below it."""
        semantics, name = self._semantics, definition.name.value

        def makes(call: cst.Call) -> bool:
            made = call.func.value if isinstance(call.func, cst.Name) else ""
            return made == name or any(above.name == name for above in semantics.types.ancestors(made))

        return list(filter(makes, semantics.tree.all(cst.Call)))

    @staticmethod
    def _argument(call: cst.Call, parameter: str, parameters: tuple[str, ...]) -> cst.BaseExpression | None:
        for key, value in arguments(call):
            if key == parameter or (isinstance(key, int) and key < len(parameters) and parameters[key] == parameter):
                return value
        return None

    def _is_status(self, value: cst.BaseExpression) -> bool:
        """Whether a value is a number that is written out, or a status that a library has as one."""
        if isinstance(value, cst.Integer):
            return True
        found = self._semantics.meaning(value)
        sheet = found.origin.sheet if found is not None and found.origin is not None else None
        if found is None or found.kind is not Kind.STATUS or not found.proven or found.path or sheet is None:
            return False
        return not sheet.told_by and not self._semantics.types.is_of_project(sheet)
