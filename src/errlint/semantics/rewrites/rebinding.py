"""Does a name still stand for what it stood for where some code begins?

Whoever writes the name of a handler, or of an answer, into code asks this: between there and the place, the name may have been bound anew,
deleted, or forgotten by a handler within the handler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.scopes import How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)
_LOOPS = (cst.For, cst.While)
_TRYING = (cst.Try, cst.TryStar)


class Rebinding:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._scopes = semantics.scopes
        self._tree = semantics.tree

    def keeps(self, handler: Handler, place: cst.CSTNode) -> bool:
        """Whether the name of a handler, if it has one, stands for what it caught at a place in it."""
        if not self._tree.within(place, handler.body):
            return False
        name = caught_name(handler)
        return name is None or self.keeps_name(name, handler.body.body, place)

    def keeps_name(self, name: str, code: Sequence[cst.CSTNode], place: cst.CSTNode) -> bool:
        """Whether a name stands for the same at a place as where the statements begin in which it is."""
        scope = self._scopes.scope_of(code[0])
        if self._scopes.scope_of(place) is not scope:
            return False  # runs at another time
        bound = [node for node in self._bound(name, scope, code) if any(self._tree.within(node, part) for part in code)]
        return not any(self._reaches(node, code, place) for node in bound)

    def _bound(self, name: str, scope: cst.CSTNode, code: Sequence[cst.CSTNode]) -> Iterator[cst.CSTNode]:
        """What gives a name another value, or takes it away."""
        yield from (binding.node for binding in self._scopes.bindings(name, scope) if binding.how is not How.DECLARED)
        for part in code:
            for gone in self._tree.inside(part, cst.Del, into_functions=False):
                if any(node.value == name for node in self._tree.inside(gone, cst.Name)):
                    yield gone

    def _reaches(self, bound: cst.CSTNode, code: Sequence[cst.CSTNode], place: cst.CSTNode) -> bool:
        """Whether code goes on from a binding to a place."""
        tree = self._tree
        if isinstance(bound, _HANDLERS) and tree.within(place, bound.body):
            return True
        if tree.within(bound, place):
            return True
        loops = [loop for loop in tree.ancestors(bound, *_LOOPS) if any(tree.within(loop, part) for part in code)]
        if isinstance(bound, _LOOPS) and tree.within(place, bound):
            return isinstance(bound, cst.For) and not tree.within(place, bound.iter)
        if any(tree.within(place, loop) for loop in loops):
            return True  # in the next pass
        if tree.within(place, bound) or tree.order[bound] > tree.order[place]:
            return False
        return not self._scopes.are_apart(bound, place) and not self._ends(bound, place)

    def _ends(self, bound: cst.CSTNode, place: cst.CSTNode) -> bool:
        """Whether code never goes on behind the block of a binding, so that it does not come to a place outside of it."""
        around, _, other = self._tree.parting(bound, place)
        if isinstance(around, _TRYING) and other is around.finalbody:
            return False
        block: cst.CSTNode | None = bound.body if isinstance(bound, _HANDLERS) else None
        below = bound
        for found in (block, *self._tree.ancestors(bound)):
            if found is around:
                return False
            if found is None:
                continue
            if isinstance(found, (*_LOOPS, cst.With)) or (isinstance(found, _TRYING) and below is found.body):
                return False  # where it would be left, and what is raised may be caught
            if isinstance(found, cst.BaseSuite) and leaves(found):
                return True
            below = found
        return False
