"""Where the request ids of errors are lost: at most one place for each failure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.request_ids.failures import Failure, Failures
from errlint.semantics.request_ids.judging import Judge, Loss, Lost
from errlint.semantics.request_ids.paths import Walk
from errlint.semantics.request_ids.speech import Speaking

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class Losses:
    """Answers for one file: at most one loss a failure."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self.failures = Failures(semantics)
        self._speaking = Speaking(semantics)
        self._serving = semantics.evaluator.serving

    def at(self, node: cst.CSTNode) -> tuple[Loss, ...]:
        """The losses of the failures that begin at a handler or at a test."""
        return self._by_node.get(node, ())

    @cached_property
    def _by_node(self) -> dict[cst.CSTNode, tuple[Loss, ...]]:
        found: dict[cst.CSTNode, tuple[Loss, ...]] = {}
        taken: set[cst.CSTNode] = set()
        for node, failure in self.failures.all:
            loss = self._loss(failure)
            if loss is not None and loss.node not in taken:
                taken.add(loss.node)
                found[node] = (*found.get(node, ()), loss)
        return found

    @property
    def all(self) -> Iterator[Loss]:
        """All losses of the file."""
        return (loss for losses in self._by_node.values() for loss in losses)

    def _loss(self, failure: Failure) -> Loss | None:
        if self._serving.at(failure.region[0]):
            return None
        judge = Judge(self._semantics, self._speaking, failure)
        walk = Walk(judge.does, judge.louder, judge.expected.asks, judge.absence.said, judge.expected.takes)
        ways = walk.ways(failure.region, failure.region[-1])
        found = [loss for way in ways if (loss := judge.loss(way)) is not None and not judge.has_no_id(loss.node)]
        found.sort(key=lambda loss: (loss.lost is Lost.SAID, self._tree.order[loss.node]))
        return found[0] if found else None
