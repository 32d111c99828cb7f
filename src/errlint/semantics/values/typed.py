"""Values of which the type says what they are: made, annotated, cast, tested by ``isinstance``."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.meaning import Bound, Kind, Meaning, Place
from errlint.semantics.values.annotations import Annotations
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.inside import OF_TYPE
from errlint.semantics.values.types import Types, shown
from errlint.sheets.library import TypeSheet


class Typed:
    """Meanings of values that are known to be of a type."""

    def __init__(self, annotations: Annotations, types: Types, binding: ApiBinding) -> None:
        self._annotations = annotations
        self._types = types
        self._binding = binding

    def of_type(self, sheet: TypeSheet, place: Place, api: Bound | None, expression: cst.BaseExpression | None = None) -> Meaning:
        """A value that is known to be of a type. An exception of the project may stand for anything."""
        open_ = sheet.is_a == "exception" and not sheet.covers_status and self._types.is_of_project(sheet)
        if open_ and self._types.takes_status(sheet):
            sheet, open_ = self._types.made_of_answer(sheet), False
        return Meaning(OF_TYPE[sheet.is_a], (place,), sheet, api, expression=expression, proven=not open_)

    def annotated(self, annotation: cst.BaseExpression, node: cst.CSTNode, note: str, *, exceptions: bool = True) -> Meaning | None:
        """A value that an annotation says is of a type.

        :param node: where it says so; :param note: how that is told, with ``{}`` for the type;
        :param exceptions: types of exceptions count.
        """
        for name in self._annotations.types(annotation):
            sheet = self._types.type(name) or self._made_by(name)
            if sheet is not None and (exceptions or sheet.is_a != "exception"):
                api = self._binding.of_name(self._types.library_name(sheet), node)
                return self.of_type(sheet, Place(node, note.format(shown(sheet.name))), api)
        return None

    def _made_by(self, name: str) -> TypeSheet | None:
        """What calls of a name make, for a class that a sheet knows by its constructor alone, as one of many clients."""
        constructor = self._types.function(name)
        made = self._types.type(constructor.returns) if constructor is not None else None
        return made if made is not None and made.is_a == "client" else None

    def given_by(self, annotation: cst.BaseExpression, call: cst.Call) -> Meaning | None:
        """What a call gives of a value that is annotated as ``Callable[…, X]``, where X is a response: then the call makes a request."""
        for name in self._annotations.results(annotation):
            sheet = self._types.type(name)
            if sheet is not None and sheet.is_a == "response":
                place = Place(call, f"is annotated to give a `{shown(sheet.name)}`", http=True)
                return self.of_type(sheet, place, self._binding.of_call(call))
        return None

    def instance(self, sheet: TypeSheet, node: cst.CSTNode) -> Meaning:
        """``self`` and ``cls`` in the methods of a class."""
        if sheet.is_a == "exception" and self._types.takes_status(sheet):
            return self.of_type(sheet, Place(node, f"an instance of `{shown(sheet.name)}`, which is made with a status"), None)
        kind = OF_TYPE[sheet.is_a] if sheet.is_a in ("client", "object") else Kind.INSTANCE
        return Meaning(kind, (Place(node, f"an instance of `{shown(sheet.name)}`"),), sheet)
