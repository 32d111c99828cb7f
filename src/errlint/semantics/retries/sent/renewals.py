"""Does code get new credentials? Then the next attempt is another request, and rejected credentials are no reason to give up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

CREDENTIALS = sum(1 << status for status in (401, 403, 407, 419, 498))
"""The statuses (a set) of rejected credentials."""
_OF_CREDENTIALS = later(
    r"refresh|re_?auth|log_?in|sign_?in|authenticat|(?<!un)authoriz|token|credential|renew|session|cookie|nonce", re.IGNORECASE
)
_TAKES_AWAY = frozenset({"clear", "delete", "discard", "expire", "invalidate", "pop", "remove", "reset"})


def renews(semantics: Semantics, body: cst.CSTNode) -> bool:
    """Whether code calls what gets new credentials, by its name, or takes the old ones away: `self.token = None`, `tokens.clear()`.

    To make an exception that is called by them (`raise TokenExpired()`) does neither.
    """
    tree = semantics.tree
    for call in (*([body] if isinstance(body, cst.Call) else ()), *tree.inside(body, cst.Call, into_functions=False)):
        word = call.func.attr.value if isinstance(call.func, cst.Attribute) else dotted(call.func) or ""
        owner = dotted(call.func.value) or "" if isinstance(call.func, cst.Attribute) else ""
        if not isinstance(tree.parent.get(call), cst.Raise) and (_is_named(word) or (word in _TAKES_AWAY and _is_named(owner))):
            return True
    targets = (node.target for node in tree.inside(body, cst.AssignTarget, into_functions=False))
    return any(isinstance(target, cst.Attribute) and _is_named(target.attr.value) for target in targets)


def any_renews(semantics: Semantics, functions: Iterable[cst.CSTNode]) -> bool:
    """Whether any of these functions, lambdas or loops does, or an expression is called like a function that does."""
    for function in functions:
        word = dotted(function) or "" if isinstance(function, (cst.Name, cst.Attribute)) else ""
        if _is_named(word) and word.rpartition(".")[2].islower():
            return True
        if renews(semantics, function.body if isinstance(function, (cst.FunctionDef, cst.Lambda, cst.For)) else function):
            return True
    return False


def _is_named(name: str) -> bool:
    return _OF_CREDENTIALS.search(name) is not None
