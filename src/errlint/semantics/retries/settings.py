"""What objects of settings hold by default: ``self.config.again_on``, of a class that says ``again_on: frozenset = field(…)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_FIELDS = frozenset({"field", "Field", "ib", "attrib"})
"""Functions by which dataclasses, attrs and pydantic say what an attribute is."""


def held_by_default(semantics: Semantics, attribute: cst.Attribute) -> list[cst.BaseExpression]:
    """What the class of an object of the project gives an attribute; nothing where this file makes such an object otherwise."""
    callees, imported = semantics.evaluator.callees, semantics.imported
    member = callees.member(attribute)
    if member is None or _is_given(semantics, attribute):
        return []
    if member.owner is not None:
        return [default_of(value) for value in semantics.constants.values_in(member.owner, member.name)]
    value = imported.constant(member.elsewhere) if imported is not None else None
    return [default_of(value)] if value is not None else []


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


def _is_given(semantics: Semantics, attribute: cst.Attribute) -> bool:
    """Whether a call of this file makes an object of the class and passes anything by this name, or by position."""
    found = semantics.meaning(attribute.value)
    name = found.sheet.name if found is not None and found.sheet is not None else ""
    for call in semantics.tree.all(cst.Call):
        if call.args and semantics.types.named(call.func) == name:
            words = [argument.keyword.value if argument.keyword is not None else "" for argument in call.args]
            if attribute.attr.value in words or "" in words:
                return True
    return False
