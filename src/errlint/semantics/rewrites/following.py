"""What is run after a place in a retry, and after the retry."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.by_hand.exits import Region


class Following:
    """Answers for one retry; ``region``: what is run once for each attempt."""

    def __init__(self, tree: Tree, region: Region) -> None:
        self._tree = tree
        self._region = region

    def beside(self) -> Iterator[cst.CSTNode]:
        """What stands behind the region in its block."""
        block = self._tree.parent.get(self._region)
        if isinstance(block, (cst.IndentedBlock, cst.Module)) and isinstance(self._region, (cst.For, cst.While)):
            yield from block.body[block.body.index(self._region) + 1 :]

    def behind(self) -> Iterator[cst.CSTNode]:
        """What stands behind the loop in its function."""
        function = self._tree.enclosing(self._region, cst.FunctionDef) or self._tree.module
        last = self._tree.order[self._region]
        for node in self._tree.below(function, into_functions=False):
            if self._tree.order[node] > last and not self._tree.within(node, self._region):
                yield node

    def rest(self, place: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The statements behind a place that are run before the next attempt."""
        child = place
        for above in self._tree.ancestors(place):
            if isinstance(above, cst.IndentedBlock):
                following = above.body[above.body.index(child) + 1 :] if child in above.body else ()
                yield from following
                if leaves(above):
                    return
            if above is self._region:
                return
            child = above


def bound_in(tree: Tree, statement: cst.CSTNode) -> Iterator[str]:
    """The names, and the attributes, that get a value in a statement."""
    for node in (statement, *tree.below(statement, into_functions=False)):
        targets = node.targets if isinstance(node, cst.Assign) else [node] if isinstance(node, (cst.AnnAssign, cst.AugAssign)) else []
        for target in targets:
            if isinstance(target.target, cst.Attribute):
                yield dotted(target.target) or ""
            else:
                yield from (name.value for name in (target.target, *tree.below(target.target)) if isinstance(name, cst.Name))


def decides(tree: Tree, name: cst.CSTNode) -> bool:
    """Whether it depends on a name what code does, returns or raises."""
    child = name
    for above in tree.ancestors(name):
        if isinstance(above, cst.Assert) or (isinstance(above, (cst.If, cst.IfExp, cst.While)) and child is above.test):
            return True
        if isinstance(above, (cst.Return, cst.Raise)):
            return True
        if isinstance(above, cst.BaseSuite):
            break
        child = above
    return False
