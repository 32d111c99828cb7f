"""Failures that a retry answers by another request: with new credentials, to a bucket that was missing. Who gives up early spares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.leaving import leaves
from errlint.semantics.retries.policy import RetryPolicy

if TYPE_CHECKING:
    from errlint.semantics.program.tree import Tree


def answered(policy: RetryPolicy, tree: Tree, at: cst.CSTNode | None = None) -> int:
    """The statuses (a set) after which a policy sends another request.

    :param at: only those that get to this place of the retry; None for all of them.
    """
    found = 0
    for place, statuses in policy.retried.answered:
        found |= statuses if at is None or _gets_to(tree, place, at) else 0
    return found


def _gets_to(tree: Tree, place: cst.CSTNode, at: cst.CSTNode) -> bool:
    """Whether failures that are answered at one place get to another one, before that or behind it."""
    if place not in tree.order or at not in tree.order:
        return True
    is_before = tree.order[place] < tree.order[at]
    for above in (place, *tree.ancestors(place)):
        if isinstance(above, cst.If) and above.orelse is not None and tree.within(place, above.body) and tree.within(at, above.orelse):
            return False
        if tree.within(at, above):
            return True
        if isinstance(above, (cst.ExceptHandler, cst.ExceptStarHandler)) and _are_beside(tree, above, at):
            return False
        if is_before and isinstance(above, cst.BaseSuite) and leaves(above):
            return False
    return True


def _are_beside(tree: Tree, handler: cst.CSTNode, at: cst.CSTNode) -> bool:
    """Whether a place is in another handler of the same ``try``."""
    tried = tree.parent.get(handler)
    others = tried.handlers if isinstance(tried, (cst.Try, cst.TryStar)) else ()
    return any(tree.within(at, other) for other in others)
