"""Where the request ids of errors are lost: at most one place for each failure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.constants import string_value
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
        self._failures = Failures(semantics)
        self._speaking = Speaking(semantics)

    def at(self, node: cst.CSTNode) -> tuple[Loss, ...]:
        """The losses of the failures that begin at a handler or at a test."""
        return self._by_node.get(node, ())

    @cached_property
    def _by_node(self) -> dict[cst.CSTNode, tuple[Loss, ...]]:
        found: dict[cst.CSTNode, tuple[Loss, ...]] = {}
        taken: set[cst.CSTNode] = set()
        for node, failure in self._failures.all:
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
        if self._serves(failure.region[0]):
            return None
        judge = Judge(self._semantics, self._speaking, failure)
        ways = Walk(judge.does, judge.louder, judge.asks, judge.absence.said).ways(failure.region, failure.region[-1])
        found = [loss for way in ways if (loss := judge.loss(way)) is not None and not judge.has_no_id(loss.node)]
        found.sort(key=lambda loss: (loss.lost is Lost.SAID, self._tree.order[loss.node]))
        return found[0] if found else None

    def _serves(self, node: cst.CSTNode) -> bool:
        """Whether the code answers requests: its errors go to a client of ours."""
        functions = [found for found in self._tree.ancestors(node) if isinstance(found, cst.FunctionDef)]
        return any(function in self._serving for function in functions)

    @cached_property
    def _serving(self) -> frozenset[cst.FunctionDef]:
        """The functions with the decorator of a route, and those that return what a framework makes an answer of."""
        speeches = self._semantics.libraries.speeches
        functions = self._tree.all(cst.FunctionDef)
        routed = {function for function in functions if any(self._is_route(one.decorator) for one in function.decorators)}
        made = ((statement, _made(statement.value)) for statement in self._tree.all(cst.Return))
        answering = {
            self._tree.enclosing(statement, cst.FunctionDef)
            for statement, call in made
            if call is not None and speeches.makes_answer(self._semantics.names.qualified(call.func) or "")
        }
        return frozenset(routed.union(function for function in answering if function is not None))

    def _is_route(self, decorator: cst.BaseExpression) -> bool:
        """``@router.get("/items")``."""
        return (
            isinstance(decorator, cst.Call)
            and isinstance(decorator.func, cst.Attribute)
            and decorator.func.attr.value in self._semantics.libraries.speeches.routes
            and bool(decorator.args)
            and (string_value(decorator.args[0].value) or "-").startswith("/")
        )


def _made(returned: cst.BaseExpression | None) -> cst.Call | None:
    """The call whose value a function returns, by itself or with a status beside it: ``return jsonify(error=text), 502``."""
    first = returned.elements[0].value if isinstance(returned, cst.Tuple) and returned.elements else returned
    return first if isinstance(first, cst.Call) else None
