"""Values of which neither a call nor a type is known, and what their use says of them.

A parameter that is asked for its ``.status_code`` is a response, whoever made it. A parameter that is annotated as ``Exception``, or called
one, is an exception; whether an API's stands behind it is not known (it is not ``proven``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.constants import int_value
from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.annotations import Annotations
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.own_answers import OwnAnswers
from errlint.semantics.values.types import STATUS_ATTRIBUTES, Types, shown
from errlint.sheets.library import TypeSheet

_ANY = frozenset({"Exception", "BaseException"})
_CALLED_AN_EXCEPTION = re.compile(r"e|ex|err|(?:.*_)?(?:exc|error|exception)")
_COLLECTIONS = (cst.Tuple, cst.List, cst.Set)
_NOT_MADE_HERE = (How.PARAMETER, How.VALUE, How.WITH, How.ITEM)
_KINDS = {kind.name.lower().replace("_", "-"): kind for kind in Kind}


class Unknown:
    """Answers for the names of one file."""

    def __init__(self, tree: Tree, scopes: Scopes, annotations: Annotations, *, types: Types, own: OwnAnswers, binding: ApiBinding) -> None:
        self._tree = tree
        self._scopes = scopes
        self._annotations = annotations
        self._types = types
        self._own = own
        self._binding = binding

    def meaning(self, name: cst.Name) -> Meaning | None:
        """A value that is used as only values of one type are; where the call that gave it has an address, the API's."""
        told = self._told.get(name.value)
        if told is None:
            return None
        found = next(iter(told.get(self._scopes.scope_of(name), ())), None)
        bindings = self._scopes.reaching(name) if found is not None else []
        if found is None or not bindings or bindings[0].how not in _NOT_MADE_HERE or bindings[0].annotation is not None:
            return None
        if self._own.binds(bindings[0]):
            return None
        attribute, sheet = found
        place = Place(bindings[0].node, f"`{name.value}` is used as a response: `.{attribute.attr.value}`")
        made = bindings[0].value if len(bindings) == 1 else None
        made = made.expression if isinstance(made, cst.Await) else made
        api = self._binding.of_call(made) if isinstance(made, cst.Call) else None
        return Meaning(Kind.RESPONSE, (place,), sheet, api=api, expression=name)

    def telling_use(self, name: cst.Name, node: cst.CSTNode) -> Place | None:
        """Where a value that ``node`` binds to a name is used as only responses are."""
        for attribute, _ in self._told.get(name.value, {}).get(self._scopes.scope_of(name), ()):
            used = attribute.value
            if isinstance(used, cst.Name) and any(binding.node is node for binding in self._scopes.reaching(used)):
                return Place(attribute, f"`{name.value}` is used as a response: `.{attribute.attr.value}`")
        return None

    @cached_property
    def _told(self) -> dict[str, dict[cst.CSTNode, list[tuple[cst.Attribute, TypeSheet]]]]:
        """By name and scope, the telling members that are read of it."""
        found: dict[str, dict[cst.CSTNode, list[tuple[cst.Attribute, TypeSheet]]]] = {}
        for attribute in self._tree.all(cst.Attribute):
            sheet = self._types.told_by(attribute.attr.value)
            if sheet is not None and isinstance(attribute.value, cst.Name) and not self._is_set(attribute):
                scope = self._scopes.scope_of(attribute.value)
                found.setdefault(attribute.value.value, {}).setdefault(scope, []).append((attribute, sheet))
        for attribute, sheet in self._told_beside_status():
            assert isinstance(attribute.value, cst.Name)
            scope = self._scopes.scope_of(attribute.value)
            found.setdefault(attribute.value.value, {}).setdefault(scope, []).append((attribute, sheet))
        return found

    def _told_beside_status(self) -> Iterator[tuple[cst.Attribute, TypeSheet]]:
        """``resp.status == 404`` beside ``resp.json()``: one that is compared with the status of an answer, and decoded as one."""
        for attribute in self._tree.all(cst.Attribute):
            told = self._types.told_beside(attribute.attr.value)
            if told is None or not isinstance(attribute.value, cst.Name) or not self._is_compared(attribute):
                continue
            sheet, members = told
            scope = self._scopes.scope_of(attribute.value)
            if any((attribute.value.value, scope, member) in self._called for member in members):
                yield attribute, sheet

    def _is_compared(self, attribute: cst.Attribute) -> bool:
        """Whether an attribute is compared with a status that is written out."""
        parent = self._tree.parent.get(attribute)
        comparison = parent if isinstance(parent, cst.Comparison) else self._tree.parent.get(parent) if parent is not None else None
        if not isinstance(comparison, cst.Comparison):
            return False
        values = (comparison.left, *(target.comparator for target in comparison.comparisons))
        parts = (part for value in values for part in ([e.value for e in value.elements] if isinstance(value, _COLLECTIONS) else [value]))
        numbers = (int_value(part) for part in parts if isinstance(part, cst.Integer))
        return any(number == 200 or 300 <= number < 600 for number in numbers)

    @cached_property
    def _called(self) -> frozenset[tuple[str, cst.CSTNode, str]]:
        """The members that are called of names: the name, its scope, the member."""
        called = (call.func for call in self._tree.all(cst.Call))
        of_names = ((func, func.value) for func in called if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name))
        return frozenset((name.value, self._scopes.scope_of(name), func.attr.value) for func, name in of_names)

    def _is_set(self, attribute: cst.Attribute) -> bool:
        """``response.status_code = 404`` is what a server does."""
        return isinstance(self._tree.parent.get(attribute), (cst.AssignTarget, cst.AnnAssign, cst.AugAssign))

    def exception(self, binding: Binding) -> Meaning | None:
        """A parameter that is some exception."""
        if binding.annotation is not None:
            if not _ANY.intersection(self._annotations.types(binding.annotation)):
                return None
            note = f"`{binding.name}` is annotated as an exception"
        elif _CALLED_AN_EXCEPTION.fullmatch(binding.name) is not None:
            note = f"`{binding.name}` is called an exception"
        else:
            return None
        function = self._tree.enclosing(binding.node, cst.FunctionDef)
        if function is not None and self._own.handles(function):
            return None
        return Meaning(Kind.EXCEPTION, (Place(binding.node, note),), proven=False)

    def exception_named(self, type_: cst.BaseExpression) -> str | None:
        """The exception that a type is, of which nothing more is known."""
        names = (shown(name) for name in self._annotations.types(type_) if name not in self._types.speeches.answering_errors)
        return next((name for name in names if name in _ANY or name.endswith(("Error", "Exception"))), None)

    def member(self, exception: Meaning, name: str, expression: cst.BaseExpression) -> Meaning | None:
        """What an attribute of an exception of unknown type means, if the exception stands for an answer."""
        if name == "response":
            sheet = self._types.told_by("status_code")
            return None if sheet is None else exception.becomes(Kind.RESPONSE, expression, "`.response`", sheet=sheet, proven=True)
        kind = _KINDS.get(STATUS_ATTRIBUTES.get(name, ""))
        if kind is None:
            return None
        return exception.becomes(kind, expression, f"{kind.value}: `.{name}`", name=name, from_exception=kind is Kind.MESSAGE)
