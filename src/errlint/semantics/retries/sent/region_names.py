"""What the code of a region does to things, by the names of these: what it assigns, fills, counts up, extends and tells."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.words import CREDENTIAL, PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_CREDENTIALS = later(
    r"auth|token|cookie|nonce|csrf|xsrf|crumb|key|attempt|retr(y|ies)|trace|request.?id|idempotency|date|^(if-)?range$", re.IGNORECASE
)
"""Headers and parameters that may differ between two attempts of one request."""
_CHANGING = frozenset({"append", "pop", "update", "extend"})
"""Methods that change what they are called of, in place."""
N = TypeVar("N", bound=cst.CSTNode)


class RegionNames:
    """Answers for one region: the code that is run once for each attempt."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._region = region

    def _inside(self, *kinds: type[N]) -> list[N]:
        return self._tree.inside(self._region.body, *kinds, into_functions=False)

    @cached_property
    def named(self) -> dict[str, list[cst.Name]]:
        """Where a name stands."""
        found: dict[str, list[cst.Name]] = {}
        for node in self._inside(cst.Name):
            found.setdefault(node.value, []).append(node)
        return found

    @cached_property
    def filled(self) -> dict[str, list[cst.Assign]]:
        """The assignments to items and attributes."""
        found: dict[str, list[cst.Assign]] = {}
        for node in self._inside(cst.Assign):
            for name in {self._filled_by(target.target) for target in node.targets} - {""}:
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def counted(self) -> dict[str, list[cst.CSTNode]]:
        """Where items are counted up or deleted, by what they are of."""
        found: dict[str, list[cst.CSTNode]] = {}
        counted = [(node, node.target) for node in self._inside(cst.AugAssign)]
        for statement, target in (*counted, *((node, node.target) for node in self._inside(cst.Del))):
            found.setdefault(self._filled_by(target), []).append(statement)
        return found

    @cached_property
    def extended(self) -> dict[str, list[cst.Call]]:
        """The calls of ``append`` and the like, by what they are called of."""
        found: dict[str, list[cst.Call]] = {}
        for call in self._inside(cst.Call):
            if isinstance(call.func, cst.Attribute) and call.func.attr.value in _CHANGING:
                found.setdefault(dotted(call.func.value) or "", []).append(call)
        return found

    @cached_property
    def told(self) -> dict[str, list[cst.Call]]:
        """The calls of methods for what they do, not for their value: ``form.add_field("file", file)``."""
        found: dict[str, list[cst.Call]] = {}
        for statement in self._inside(cst.Expr):
            call = statement.value
            if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name):
                found.setdefault(call.func.value.value, []).append(call)
        return found

    @cached_property
    def assigned(self) -> dict[str, cst.Assign | None]:
        """By dotted name, the first assignment; None where it is counted up as well."""
        found: dict[str, cst.Assign | None] = {}
        for node in self._inside(cst.Assign):
            for target in node.targets:
                found.setdefault(dotted(target.target) or "", node)
        return found | {dotted(node.target) or "": None for node in self._inside(cst.AugAssign)}

    def _filled_by(self, target: cst.BaseExpression) -> str:
        """The name of what has an item or an attribute set; empty where that changes nothing of the request."""
        if not isinstance(target, (cst.Subscript, cst.Attribute)):
            return ""
        if isinstance(target, cst.Attribute) and (PER_ATTEMPT.search(target.attr.value) or CREDENTIAL.search(target.attr.value)):
            return ""
        if isinstance(target, cst.Subscript) and any(
            _CREDENTIALS.search(text)
            for element in target.slice
            if isinstance(element.slice, cst.Index)
            for text in self._semantics.constants.strings(element.slice.value)
        ):
            return ""
        name = (dotted(target.value) or "").partition(".")[0]
        return "" if name == "self" else name
