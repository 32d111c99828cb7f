"""What a handler does when no attempt is left, done at once for some failures: ``if attempt < most and may_succeed(error): …``."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from errlint.model import Edit
from errlint.semantics.leaving import leaves
from errlint.semantics.retries.counters import Counters
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.rewrites.writing import Writing

Handler = cst.ExceptHandler | cst.ExceptStarHandler
Region = cst.For | cst.While | cst.FunctionDef


class LastAttempts:
    """Edits of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.semantics.tree

    def also_for(self, test: str, otherwise: str, region: Region, handler: Handler, pause: cst.CSTNode) -> list[Edit] | None:
        """Edits by which a handler also does what it does after the last attempt where ``test`` is true, and ``otherwise`` is not.

        None where that is nothing of its own, or is not told apart from the rest by one test of a counter.
        """
        limit = self._tree.enclosing(pause, cst.If)
        if limit is None or self._tree.parent.get(limit) is not handler.body or not isinstance(limit.test, (cst.Comparison, cst.Name)):
            return None
        goes_on = Counters(self._writing.semantics, region).passed(limit.test)
        spent = self._spent(limit, handler, pause, goes_on == ANYTHING) if goes_on in (ANYTHING, NOTHING) else ()
        if not spent or self._only_raises(spent) or self._goes_on(spent):
            return None
        end = self._writing.span(limit.test)[1]
        edits = [Edit(end, end, f" and {otherwise}" if goes_on == ANYTHING else f" or {test}")]
        if leaves(cst.IndentedBlock(spent)):
            return edits
        if isinstance(spent[-1], cst.BaseCompoundStatement) or not self._ends_by_itself(region, handler):
            return None
        return [*edits, self._writing.after(spent[-1], ["break"])]

    def _spent(self, limit: cst.If, handler: Handler, pause: cst.CSTNode, goes_on: bool) -> Sequence[cst.BaseStatement]:
        """The statements for which no attempt is left; none where others follow them in the handler."""
        assert isinstance(handler.body, cst.IndentedBlock)
        following = handler.body.body[handler.body.body.index(limit) + 1 :]
        if goes_on and limit.orelse is None and leaves(limit.body) and self._tree.within(pause, limit.body):
            return following
        if following or not isinstance(limit.orelse, cst.Else):
            return ()
        spent, other = (limit.orelse.body, limit.body) if goes_on else (limit.body, limit.orelse)
        return spent.body if isinstance(spent, cst.IndentedBlock) and self._tree.within(pause, other) else ()

    def _only_raises(self, spent: Sequence[cst.BaseStatement]) -> bool:
        """``raise`` and no more: that can be said before the wait as well."""
        only = spent[0]
        return len(spent) == 1 and isinstance(only, cst.SimpleStatementLine) and isinstance(only.body[-1], cst.Raise)

    def _goes_on(self, spent: Sequence[cst.BaseStatement]) -> bool:
        """Whether the loop itself is left to see that there is no further attempt."""
        return any(self._tree.inside(statement, cst.Continue, into_functions=False) for statement in spent)

    def _ends_by_itself(self, region: Region, handler: Handler) -> bool:
        """Whether the handler's end is the end of a pass, and nothing but the end of the loop comes after the last one."""
        if not isinstance(region, cst.For) or region.orelse is not None:
            return False
        tried = self._tree.parent.get(handler)
        return isinstance(tried, cst.Try) and tried.finalbody is None and tried is region.body.body[-1]
