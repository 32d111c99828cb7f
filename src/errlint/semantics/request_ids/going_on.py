"""Whether an error may not have ended where its code does: the call is tried again, or the response is used once more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.leaving import last_of
from errlint.semantics.program.names import dotted
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.paths import End, Way
from errlint.semantics.retries.sent.draws import is_drawn
from errlint.semantics.retries.waiting.pauses import pause_of

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_PUTS = frozenset({"append", "appendleft", "put", "put_nowait", "insert", "add", "extend"})
"""Methods that put something into a list or a queue."""


class GoingOn:
    """Answers for one failure."""

    def __init__(self, semantics: Semantics, failure: Failure) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._failure = failure

    def behind(self, way: Way) -> bool:
        """Whether it is so behind a way through the code after the failure."""
        if self._failure.handler is None and way.end is End.ON:
            return self._is_used_later()
        is_left = isinstance(way.node, cst.Break) or (way.end is End.ON and self._leaves_afterwards())
        loop = next(islice(self._loops(), is_left, None), None)
        if loop is None:
            return False
        if isinstance(loop, cst.While):
            return not self._takes_next(loop)
        if self._semantics.retries.at(loop) or self._is_repeated(loop):
            return True
        pauses = (
            call for call in self._tree.inside(loop, cst.Call) if pause_of(self._semantics, call) is not None and not self._is_instead(call)
        )
        return self._counts(loop) or any(not (is_left and self._is_between_attempts(pause)) for pause in pauses)

    def _takes_next(self, loop: cst.While) -> bool:
        """``while queue: item = queue.popleft()``: the next pass is about something else, unless the code puts the item back."""
        names = {
            dotted(target.target)
            for line in loop.body.body
            if isinstance(line, cst.SimpleStatementLine)
            for part in line.body
            if isinstance(part, cst.Assign) and isinstance(part.value, cst.Call) and is_drawn(part.value)
            for target in part.targets
        }
        calls = (call for statement in self._failure.region for call in self._tree.inside(statement, cst.Call))
        put_back = (name.value for call in calls if _word(call) in _PUTS for name in self._tree.inside(call, cst.Name))
        return bool(names) and names.isdisjoint(put_back)

    def _is_between_attempts(self, pause: cst.Call) -> bool:
        """Whether a pause belongs to the innermost loop around the failure, which attempts the same: who leaves it waits no more."""
        loop = next(self._loops(), None)
        if loop is None or not self._tree.within(pause, loop):
            return False
        return bool(self._semantics.retries.at(loop)) or (isinstance(loop, cst.For) and self._counts(loop))

    def _is_instead(self, node: cst.CSTNode) -> bool:
        """Whether a pass that ends in the handler of the failure never gets to ``node``: what is done about other errors, or none."""
        handler = self._failure.handler
        outer = self._tree.parent.get(handler) if handler is not None else None
        if not isinstance(outer, (cst.Try, cst.TryStar)):
            return False
        others = [one for one in (*outer.handlers, outer.orelse) if one is not None and one is not handler]
        return any(self._tree.within(node, other) for other in others)

    def _is_repeated(self, loop: cst.For) -> bool:
        """`while not done:` around the loop, where the code after the failure says that it is not."""
        outer = next((found for found in self._tree.ancestors(loop) if isinstance(found, (cst.While, cst.FunctionDef, cst.Lambda))), None)
        if not isinstance(outer, cst.While):
            return False
        asked = {node.value for node in (outer.test, *self._tree.below(outer.test)) if isinstance(node, cst.Name)}
        after = [node for statement in self._failure.region for node in self._tree.below(statement)]
        return any(isinstance(node, cst.AssignTarget) and dotted(node.target) in asked for node in after)

    def _counts(self, loop: cst.For) -> bool:
        """`for attempt in range(5)`: the number has no part in what is attempted."""
        if not (isinstance(loop.iter, cst.Call) and isinstance(loop.iter.func, cst.Name) and loop.iter.func.value == "range"):
            return False
        number = loop.target.value if isinstance(loop.target, cst.Name) else ""
        read = (node for node in self._tree.below(loop.body) if isinstance(node, cst.Name) and node.value == number)
        return all(self._tree.within(node, self._failure.handler) for node in read)

    def _leaves_afterwards(self) -> bool:
        """Whether the block around the ``try`` of the failure always ends the loop that it is the body of."""
        outer = self._tree.parent.get(self._failure.handler) if self._failure.handler is not None else None
        block = self._tree.parent.get(outer) if outer is not None else None
        if not isinstance(block, cst.IndentedBlock) or not isinstance(self._tree.parent.get(block), (cst.For, cst.While)):
            return False
        return isinstance(last_of(block), (cst.Return, cst.Raise, cst.Break))

    def _loops(self) -> Iterator[cst.For | cst.While]:
        """The loops around the handler, within its function; a `break` leaves the first."""
        for found in self._tree.ancestors(self._failure.region[0]):
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(found, (cst.For, cst.While)):
                yield found

    def _is_used_later(self) -> bool:
        """Whether the response, or a part of it, is used after the code that looks at the error."""
        last = self._failure.region[-1]
        order = self._tree.order
        end = max(order[node] for node in (last, *self._tree.below(last)))
        function = self._tree.enclosing(last, cst.FunctionDef) or self._tree.module
        born = self._failure.meaning.trail[0].node
        for node in self._tree.below(function, into_functions=True):
            if isinstance(node, cst.Name) and order[node] > end:
                meaning = self._semantics.meaning(node)
                if meaning is not None and any(place.node is born for place in meaning.trail):
                    return True
        return False


def _word(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
