"""Constructors of exceptions that are given an answer, and keep nothing of it but its status."""

from __future__ import annotations

import libcst as cst

from errlint.semantics.program.functions import is_super_init
from errlint.semantics.program.tree import Tree

_PASSING = frozenset({"status_code", "status", "reason", "reason_phrase", "ok", "is_error", "is_success", "url"})
"""What of an answer says nothing of which one it was."""
_OF_THE_BODY = frozenset({"text", "content", "json", "body", "read"})


def drops(tree: Tree, init: cst.FunctionDef, parameter: str, *, in_body: bool = True) -> bool:
    """``self.status = response.status_code`` and ``super().__init__(f"HTTP {self.status}")``: whether what is given as a parameter is gone.

    Without a call of the constructor above it, Python keeps all that an exception is made with (``BaseException.args``).

    :param in_body: the id may be in the body, too.
    """
    if not any(map(is_super_init, tree.inside(init.body, cst.Call))):
        return False
    uses = [name for name in tree.inside(init.body, cst.Name) if name.value == parameter and not tree.is_member(name)]
    around = [tree.parent.get(use) for use in uses]
    passing = _PASSING if in_body else _PASSING | _OF_THE_BODY
    return bool(uses) and all(isinstance(one, cst.Attribute) and one.attr.value in passing for one in around)
