"""Loops whose passes begin with the answer of the pass before: ``for …: if answer.ok: break; sleep(1); answer = get(url)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.names import dotted

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.exits import Region


def asks_another(semantics: Semantics, region: Region, attempt: cst.Call) -> bool:
    """Whether the next pass begins with a request whose answer has another name: that one is what its tests look at."""
    tree = semantics.tree
    kept = _kept_as(semantics, attempt)
    for call in tree.inside(region.body, cst.Call, into_functions=False):
        if tree.order[call] >= tree.order[attempt]:
            return False
        name = _kept_as(semantics, call)
        if name not in ("", kept) and not tree.within(attempt, call) and semantics.does_http(call) is not None:
            return True
    return False


def _kept_as(semantics: Semantics, call: cst.Call) -> str:
    """The name that a call's value is assigned to; empty where it is not."""
    statement = semantics.tree.parent.get(call)
    if isinstance(statement, cst.Await):
        statement = semantics.tree.parent.get(statement)
    target = statement.targets[0].target if isinstance(statement, cst.Assign) and len(statement.targets) == 1 else None
    return dotted(target) or "" if target is not None else ""
