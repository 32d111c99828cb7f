"""Dotted names: what an expression is called outside this file, through its imports."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree

if TYPE_CHECKING:
    from errlint.semantics.project.imported import Imported
    from errlint.sheets.libraries import Libraries


_UNASKED = "?"
_BUILTINS = frozenset(dir(builtins))


def called(expression: cst.BaseExpression) -> cst.BaseExpression:
    """What a decorator, or a call, calls."""
    return expression.func if isinstance(expression, cst.Call) else expression


def dotted(expression: cst.BaseExpression) -> str | None:
    """``a.b.c`` as written, or None for anything but names and attributes."""
    if isinstance(expression, cst.Name):
        return expression.value  # as half of them
    parts: list[str] = []
    current = expression
    while isinstance(current, cst.Attribute):
        parts.append(current.attr.value)
        current = current.value
    if not isinstance(current, cst.Name):
        return None
    parts.append(current.value)
    return ".".join(reversed(parts))


def first_name(expression: cst.BaseExpression, *kinds: type[cst.Attribute | cst.Subscript]) -> cst.Name | None:
    """The name that an attribute of an attribute … begins with; None for what begins with something else.

    :param kinds: what may stand behind the name; attributes, if nothing is said.
    """
    current = expression
    while isinstance(current, kinds or (cst.Attribute,)):
        current = current.value
    return current if isinstance(current, cst.Name) else None


class Names:
    """Resolves expressions of one module to dotted names of other modules.

    :ivar tree: the module; :ivar scopes: its bindings;
    :param imported: the rest of the project; without it, only the file itself is looked at.
    :param libraries: what sheets speak of, and by which names.
    """

    def __init__(self, tree: Tree, scopes: Scopes, imported: Imported | None = None, libraries: Libraries | None = None) -> None:
        self.tree = tree
        self.scopes = scopes
        self._imported = imported
        self._libraries = libraries
        self._qualified: dict[cst.BaseExpression, str | None] = {}
        self._roots: dict[cst.Name, str | None] = {}
        self._bound_to: dict[int, str | None] = {}
        self._settled: set[cst.Name] = set()
        """Names whose dotted name needs not be resolved any further."""

    def qualified(self, expression: cst.BaseExpression) -> str | None:
        """The dotted name through imports (``r.get`` after ``import requests as r`` is ``requests.get``); None when it is not imported.

        What the project itself defines has the name that :mod:`errlint.first_party` gives it. A name that nothing in the file binds is a
        builtin (``ValueError``, ``str``) or, with a star import, anything: None.
        """
        known = self._qualified.get(expression, _UNASKED)
        if known is _UNASKED:
            known = self._qualified[expression] = self._find_qualified(expression)
        return known

    def _find_qualified(self, expression: cst.BaseExpression) -> str | None:
        current = first_name(expression)
        if current is None:
            return None
        root = self._roots.get(current, _UNASKED)
        if root is _UNASKED:
            root = self._roots[current] = self._root(current)
        if root is None:
            return None  # as for nearly all
        name = root + (dotted(expression) or "")[len(current.value) :]
        return name if current in self._settled else self.resolved(name)

    def resolved(self, name: str) -> str:
        """What a dotted name stands for as the imports of this file have it, wherever in the project it was imported first."""
        if self._imported is not None:
            return self._imported.resolve(name) or name
        return self._libraries.aliases.canonical(name) if self._libraries is not None else name

    def _root(self, name: cst.Name, depth: int = 0) -> str | None:
        if not self._may_lead_away(name):
            return None
        bindings = self.scopes.reaching(name)
        if not bindings:
            return self._unbound(name)
        if depth:
            return self._bound(bindings, name, depth)
        key = id(bindings)  # many uses have the very same ones, which live as long as their module
        if key not in self._bound_to:
            self._bound_to[key] = self._bound(bindings, name, depth)
        return self._bound_to[key]

    def _bound(self, bindings: Sequence[Binding], name: cst.Name, depth: int) -> str | None:
        for binding in bindings:
            if binding.how is How.IMPORT:
                imported = self.imported(binding)
                if imported is not None:
                    return imported if self._is_known(imported) else self._known_instead(bindings) or imported
            elif binding.how is How.VALUE and not binding.path and depth < 4 and isinstance(binding.value, (cst.Name, cst.Attribute)):
                return self._through_alias(binding.value, name, depth)
        return None

    def _known_instead(self, bindings: Sequence[Binding]) -> str | None:
        """Where one name is imported from several places, as one of them may not be there: what sheets know of these."""
        imported = (self.imported(binding) for binding in bindings if binding.how is How.IMPORT)
        return next((found for found in imported if found is not None and self._is_known(found)), None)

    def _is_known(self, name: str) -> bool:
        return self._libraries is None or self._libraries.speak_of(self.resolved(name))

    def may_be_imported(self, name: cst.Name) -> bool:
        """Whether a name may stand for anything that an import brings."""
        return name.value in self.scopes.leading_on or bool(self._stars) or name not in self.tree.order

    def _may_lead_away(self, name: cst.Name) -> bool:
        """Whether a name may stand for anything outside of the module: asked before its bindings are looked for."""
        return self.may_be_imported(name) or name.value in _BUILTINS

    def _unbound(self, name: cst.Name) -> str | None:
        """A name that nothing here binds: one that a star brings, else a builtin; in a literal of another module it is complete."""
        self._settled.add(name)
        detached = name not in self.tree.order
        starred = self._starred(name.value) if self._stars and not detached else None
        return starred or (name.value if detached or name.value in _BUILTINS else None)

    def _starred(self, name: str) -> str | None:
        """What a star brings under a name: of the project, or of the only one of these libraries that a sheet knows to have it."""
        of_project = self._imported.starred(self._stars, name) if self._imported is not None else None
        if of_project is not None or self._libraries is None or name.startswith("_"):
            return of_project
        known = [f"{module}.{name}" for module in dict.fromkeys(self._stars) if self._libraries.speak_of(f"{module}.{name}")]
        return self.resolved(known[0]) if len(known) == 1 else None

    @cached_property
    def _stars(self) -> tuple[str, ...]:
        """The modules of which the file imports everything."""
        return tuple(self._module(statement) for statement in self.tree.all(cst.ImportFrom) if isinstance(statement.names, cst.ImportStar))

    @cached_property
    def roots(self) -> frozenset[str]:
        """The top-level names of all that the file imports, but of the project by relative imports."""
        modules = (*map(self.imported_as, self.tree.all(cst.ImportAlias)), *self._stars)
        return frozenset(module.partition(".")[0] for module in modules)

    def _module(self, statement: cst.ImportFrom) -> str:
        module = dotted(statement.module) if statement.module is not None else ""
        return "." * len(statement.relative) + (module or "")

    def _through_alias(self, value: cst.BaseExpression, name: cst.Name, depth: int) -> str | None:
        tail: list[str] = []
        while isinstance(value, cst.Attribute):
            tail.append(value.attr.value)
            value = value.value
        if not isinstance(value, cst.Name) or value.value == name.value:
            return None
        root = self._root(value, depth + 1)
        return None if root is None or (not tail and root == value.value) else ".".join([root, *reversed(tail)])

    def imported(self, binding: Binding) -> str | None:
        """The dotted name that an import binds; relative imports keep their leading dots."""
        alias = binding.node
        if not isinstance(alias, cst.ImportAlias):
            return None
        name = self.imported_as(alias)
        is_root = alias.asname is None and isinstance(self.tree.parent.get(alias), cst.Import)
        return name.partition(".")[0] if is_root else name

    def imported_as(self, alias: cst.ImportAlias) -> str:
        """The dotted name of what is imported; relative imports keep their leading dots."""
        statement = self.tree.parent.get(alias)
        if not isinstance(statement, cst.ImportFrom):
            return alias.evaluated_name
        return self._module(statement) + ("." if statement.module is not None else "") + alias.evaluated_name


def is_partial(call: cst.Call) -> bool:
    """``partial(function, …)``, by any of its import paths."""
    return (dotted(call.func) or "").rpartition(".")[2] == "partial"
