"""What objects of settings hold by default: ``self.config.again_on``, of a class that says ``again_on: frozenset = field(…)``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_FIELDS = frozenset({"field", "Field", "ib", "attrib"})
"""Functions by which dataclasses, attrs and pydantic say what an attribute is."""


class Settings:
    """Answers for the attributes that one file reads."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def held_by_default(self, attribute: cst.Attribute) -> list[cst.BaseExpression]:
        """What the class of an object of the project gives an attribute; nothing where this file makes such an object otherwise."""
        member = self._semantics.evaluator.callees.member(attribute)
        if member is None:
            return []
        if member.owner is not None:
            values = list(self._semantics.constants.values_in(member.owner, member.name))
        else:
            imported = self._semantics.imported
            value = imported.constant(member.elsewhere) if imported is not None else None
            values = [value] if value is not None else []
        return list(map(default_of, values)) if values and not self._is_given(attribute) else []

    def _is_given(self, attribute: cst.Attribute) -> bool:
        """Whether a call of this file makes an object of the class and passes anything by this name, or by position."""
        found = self._semantics.meaning(attribute.value)
        given = self._given.get(found.sheet.name, frozenset()) if found is not None and found.sheet is not None else frozenset()
        return attribute.attr.value in given or "" in given

    @cached_property
    def _given(self) -> dict[str, frozenset[str]]:
        """By type, the keywords that calls of it pass; "" for what is passed by position, or by a star."""
        found: dict[str, set[str]] = {}
        for call in self._semantics.tree.all(cst.Call):
            name = self._semantics.types.named(call.func) if call.args else None
            if name is not None:
                words = (argument.keyword.value if argument.keyword is not None else "" for argument in call.args)
                found.setdefault(name, set()).update(words)
        return {name: frozenset(words) for name, words in found.items()}


def default_of(value: cst.BaseExpression) -> cst.BaseExpression:
    """What ``field(default=…)`` and ``field(default_factory=lambda: …)`` stand for; else the value itself."""
    if not isinstance(value, cst.Call) or (dotted(value.func) or "").rpartition(".")[2] not in _FIELDS:
        return value
    for argument in value.args:
        name = argument.keyword.value if argument.keyword is not None else ""
        if name == "default":
            return argument.value
        if name in ("default_factory", "factory") and isinstance(argument.value, cst.Lambda):
            return argument.value.body
    return value
