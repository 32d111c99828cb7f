"""A fix is tried before it is offered: the policy is asked again, in the text that the fix would make."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import cast

import libcst as cst

from errlint.api_comments import ApiComments
from errlint.bare import NotBare, bare_module, bare_tree
from errlint.model import Edit
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.answered import answered
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.by_hand.loops import policy_of
from errlint.semantics.retries.by_hand.once import ONCE
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.syntax import edited
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.values.said_apis import SaidApis
from errlint.source import Source

_NO_CODE = "a code that is named nowhere"
_OF_A_REGION = ("loop", "recursion")


class Trials:
    """Trials of edits of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def after(self, edits: Sequence[Edit], policy: RetryPolicy) -> tuple[Semantics, RetryPolicy] | None:
        """The policy after the edits, and the file that it is in; None where it cannot be found again."""
        semantics = self._semantics_after(edits)
        if semantics is None:
            return None
        if policy.mechanism in _OF_A_REGION and isinstance(policy.node, (cst.For, cst.While, cst.FunctionDef)):
            return self._of_region(policy.node, semantics)
        both = (self._writing.semantics.retries, semantics.retries)
        before, after = (one.once if policy.mechanism == ONCE else one.policies for one in both)
        rank = next(index for index, one in enumerate(before) if one is policy)
        if len(before) != len(after) or after[rank].mechanism != policy.mechanism:
            return None
        return semantics, after[rank]

    def _of_region(self, region: Region, semantics: Semantics) -> tuple[Semantics, RetryPolicy] | None:
        """The same region in the new text: other ones, in the largest files, take most of the time, and nothing was done to them."""
        own = _namesakes(self._writing.semantics.tree, region, _place(self._writing.semantics.tree, region))
        others = _namesakes(semantics.tree, region, _place(self._writing.semantics.tree, region))
        if len(own) != len(others):
            return None
        found = policy_of(semantics, others[own.index(region)])
        return (semantics, found) if found is not None else None

    def _semantics_after(self, edits: Sequence[Edit]) -> Semantics | None:
        """The edited file; None where it is no Python."""
        old = self._writing.semantics
        text = edited(self._writing.source.text, edits)
        ids = frozenset(part.id for part in old.catalogues.everything)
        comments = ApiComments.parse(text, ids).comments
        module = (None if comments else self.spliced(edits) or _bare(text)) or _in_full(text)
        if module is None:
            return None
        tree = Tree.of(module)
        source = Source(text.encode(), self._writing.source.path, text, module)
        said = SaidApis(tree, comments, old.catalogues, source.lines_of)
        return Semantics(tree, old.libraries, old.catalogues, old.default, said, imported=old.imported)

    def spliced(self, edits: Sequence[Edit]) -> cst.Module | None:
        """The tree of the edited file; top-level statements that nothing is done to are those of the bare tree, and not read again.

        None where the tree is not bare, and where an edited piece of the file cannot be read by itself.
        """
        old, source = self._writing.semantics.tree.module, self._writing.source
        if source.full(old) is old or not source.lossless:
            return None
        starts = [0, *map(self._writing.line_of, old.body), len(source.text)]
        by_piece: dict[int, list[Edit]] = {}
        for edit in edits:
            by_piece.setdefault(bisect_right(starts, edit.start, hi=len(starts) - 1) - 1, []).append(edit)
        pieces: list[Sequence[cst.BaseStatement]] = [(), *((statement,) for statement in old.body)]
        for number, inside in by_piece.items():
            start, end = starts[number], starts[number + 1]
            moved = [Edit(edit.start - start, edit.end - start, edit.text) for edit in inside]
            text = edited(source.text[start:end], moved)
            is_whole = all(edit.end <= end for edit in inside) and (text[-1:] in ("", "\n") or end == len(source.text))
            module = _bare(text) if is_whole else None
            if module is None:
                return None
            pieces[number] = cast("Sequence[cst.BaseStatement]", module.body)
        return bare_tree([statement for piece in pieces for statement in piece])

    def asks_server(self, edits: Sequence[Edit], policy: RetryPolicy) -> bool:
        """Whether the policy then waits as long as the server asks, and is otherwise as before."""
        found = self.after(edits, policy)
        return found is not None and found[1].wait.server is True and found[1].retried.statuses == policy.retried.statuses

    def has_chance(self, edits: Sequence[Edit], policy: RetryPolicy, *, which: int = 0) -> bool:
        """Whether there is chance in one of the policy's waits then, by its place among them."""
        found = self.after(edits, policy)
        if found is None or found[1].retried.statuses != policy.retried.statuses:
            return False
        waits = found[1].wait.each
        return which < len(waits) and waits[which].jitter is True

    def is_bounded(self, edits: Sequence[Edit], policy: RetryPolicy) -> bool:
        """Whether the policy then gives up at some time."""
        found = self.after(edits, policy)
        return found is not None and found[1].stop.bounded is True and found[1].retried.statuses == policy.retried.statuses

    def is_right(self, edits: Sequence[Edit], policy: RetryPolicy, *, network_only: bool = False) -> bool:
        """Whether the policy then retries nothing in vain, and still all that may succeed."""
        found = self.after(edits, policy)
        if found is None:
            return False
        semantics, after = found
        hopeless = self._writing.semantics.judge.hopeless(policy)
        if hopeless is None or semantics.judge.hopeless(after) is not None:
            return False
        # a layer that follows Retry-After may come back after any status with it: then it was asked to
        wrong = (True,) if after.wait.server else (True, None)
        if any(after.retried.status(status, _NO_CODE) in wrong for status in hopeless.statuses):
            return False
        if policy.retried.transport is not False and after.retried.transport is False:
            return False
        if network_only:
            return True
        worth = self._writing.semantics.judge.worth(policy)
        before = policy.retried.statuses.may | answered(policy, self._writing.semantics.tree)
        lost = before & ~(after.retried.statuses.may | answered(after, semantics.tree))
        return not any(lost >> status & 1 and worth.allows(status) for status in range(400, 600))


def _bare(text: str) -> cst.Module | None:
    """The tree of a text without white space, if it can be had."""
    if any("coding" in line for line in text.split("\n", 2)[:2]):
        return None
    try:
        return bare_module(text.encode())
    except NotBare:
        return None


def _in_full(text: str) -> cst.Module | None:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError:
        return None


def _place(tree: Tree, node: cst.CSTNode) -> tuple[str, ...]:
    """The names of the functions and classes around a node."""
    return tuple(found.name.value for found in tree.ancestors(node) if isinstance(found, (cst.FunctionDef, cst.ClassDef)))


def _namesakes(tree: Tree, region: Region, place: tuple[str, ...]) -> list[Region]:
    """The regions of a kind in functions of the same name, in document order."""
    found = [node for node in tree.all(type(region)) if _place(tree, node) == place]
    if isinstance(region, cst.FunctionDef):
        return [node for node in found if isinstance(node, cst.FunctionDef) and node.name.value == region.name.value]
    return found
