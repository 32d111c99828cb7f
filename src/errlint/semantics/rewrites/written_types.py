"""Types that a handler names itself, so that what it catches is of them whoever runs the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.scopes import How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


def is_written(semantics: Semantics, kind: cst.BaseExpression) -> bool:
    """Whether an expression is a type by its name, or a constant of the module for one: nothing that is given, kept or chosen elsewhere.

    What is caught by ``except on:`` has another type where a caller says so, be it in another module.
    """
    if isinstance(kind, cst.Tuple):
        return all(is_written(semantics, element.value) for element in kind.elements)
    root = kind
    while isinstance(root, cst.Attribute):
        root = root.value
    if not isinstance(root, cst.Name) or root.value in ("self", "cls"):
        return False
    bindings = semantics.scopes.reaching(root)
    if len(bindings) == 1 and bindings[0].how is How.VALUE and kind is root and not bindings[0].path:
        value, around = bindings[0].value, semantics.tree.enclosing(bindings[0].node, cst.FunctionDef, cst.ClassDef, cst.Lambda)
        return value is not None and around is None and is_written(semantics, value)
    return all(binding.how in (How.IMPORT, How.CLASS) for binding in bindings)
