"""Which API the comments of a file name for each of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst

from errlint.api_comments import ApiComment
from errlint.catalogue import Catalogues
from errlint.semantics.meaning import Bound
from errlint.semantics.program.tree import Tree

Lines = Callable[[cst.CSTNode], tuple[int, int]]
"""First and last line of a node, 1-based."""


class SaidApis:
    """What comments say.

    :ivar whole_file: what a comment above the first statement says.
    """

    def __init__(self, tree: Tree, comments: Iterable[ApiComment], catalogues: Catalogues, lines: Lines | None) -> None:
        self._tree = tree
        self._by_statement: dict[cst.CSTNode, Bound] = {}
        self.whole_file: Bound | None = None
        said = list(comments)
        if not said or lines is None:
            return
        statements = [(*lines(node), node) for node in _statements(tree)]
        first = next((start for start, _, node in statements if not _is_docstring(node)), 0)
        for comment in said:
            bound = Bound(catalogues.get(comment.api), f"the comment in line {comment.line}")
            if comment.alone and (not first or comment.line < first):
                self.whole_file = bound
                continue
            if comment.alone:
                spoken_of = next((node for start, _, node in statements if start > comment.line), None)
            else:
                around = [(start, node) for start, end, node in statements if start <= comment.line <= end]
                spoken_of = max(around, key=lambda found: found[0])[1] if around else None
            if spoken_of is not None:
                self._by_statement[spoken_of] = bound

    @property
    def all(self) -> tuple[Bound, ...]:
        """The APIs that comments name."""
        return (*self._by_statement.values(), *([self.whole_file] if self.whole_file is not None else []))

    def of(self, node: cst.CSTNode) -> Bound | None:
        """What the comment on the nearest statement around a node says, if there is one."""
        if not self._by_statement:
            return None
        return next((bound for found in (node, *self._tree.ancestors(node)) if (bound := self._by_statement.get(found))), None)


def _statements(tree: Tree) -> Iterable[cst.CSTNode]:
    return (node for node in tree.order if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)))


def _is_docstring(node: cst.CSTNode) -> bool:
    small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))
