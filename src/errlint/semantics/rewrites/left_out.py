"""What becomes of an answer whose status is taken out of a list: it takes the way of those that are not listed.

That is right where this is the way of the last attempt, too. Where it is the way of a success, an error becomes data.
"""

from __future__ import annotations

from enum import Enum

import libcst as cst

from errlint.semantics.program.leaving import asked_to_raise, leaves, otherwise
from errlint.semantics.program.tree import alike, parts
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.endings import Endings, Way
from errlint.semantics.rewrites.last_attempts import LastAttempts
from errlint.semantics.rewrites.places import pause_in
from errlint.semantics.rewrites.writing import Writing

_Loop = (cst.For, cst.While)


class Outcome(Enum):
    """How a failure ends that is listed no more: as after the last attempt, by an error, or in a way of which neither is known."""

    SAME = "same"
    RAISES = "raises"
    UNKNOWN = "unknown"


class LeftOut:
    """Answers for one retry that is written by hand.

    :param region: what is run once for each attempt.
    """

    def __init__(self, writing: Writing, policy: RetryPolicy, region: Region) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._policy = policy
        self._region = region
        self._endings = Endings(writing, policy, region)
        self._last = LastAttempts(writing.semantics, region)

    def outcome(self, comparison: cst.Comparison) -> Outcome:
        """How an answer ends for which ``status in LIST`` becomes false, or ``status not in LIST`` true."""
        return self._of_test(comparison, listed=isinstance(comparison.comparisons[0].operator, cst.In))

    def _of_test(self, test: cst.BaseExpression, *, listed: bool) -> Outcome:
        above = self._tree.parent.get(test)
        while isinstance(above, (cst.BooleanOperation, cst.UnaryOperation)):
            listed = listed != (isinstance(above, cst.UnaryOperation) and isinstance(above.operator, cst.Not))
            test, above = above, self._tree.parent.get(above)
        if isinstance(above, (cst.Return, cst.Lambda)):
            asked = self._asked(above)
            return self._of_test(asked, listed=listed) if asked is not None else Outcome.UNKNOWN
        if not isinstance(above, (cst.If, cst.While)) or above.test is not test:
            return Outcome.UNKNOWN
        if self._asks_for_last(test, listed=listed) or (listed and isinstance(above, cst.If) and self._asks_for_it_inside(above)):
            return Outcome.SAME
        if isinstance(above, cst.While):
            return Outcome.SAME if above is self._region and not self._endings.skips(above.body.body[-1]) else Outcome.UNKNOWN
        return self._compared(above, listed=listed)

    def _asked(self, returned: cst.Return | cst.Lambda) -> cst.Call | None:
        """The only call in the retry that runs the function which returns something there, or may run it: that of a parameter."""
        function = self._tree.enclosing(returned, cst.FunctionDef) if isinstance(returned, cst.Return) else returned
        calls = self._tree.inside(self._region, cst.Call, into_functions=False)
        found = [call for call in calls if function in self._semantics.functions.run_by(call)]
        handed = [call for call in calls if self._endings.is_handed(call) and self._is_asked(call)]
        return found[0] if len(found) == 1 else handed[0] if not found and len(handed) == 1 else None

    def _is_asked(self, call: cst.Call) -> bool:
        """Whether a call is a part of a test."""
        above = self._tree.enclosing(call, cst.If, cst.While, cst.SimpleStatementLine)
        return isinstance(above, (cst.If, cst.While)) and self._tree.within(call, above.test)

    def _asks_for_last(self, test: cst.BaseExpression, *, listed: bool) -> bool:
        """``status in LIST and attempt < last``: after the last attempt, what is listed goes the way of the others already."""
        wanted, operator = (ANYTHING, cst.And) if listed else (NOTHING, cst.Or)
        return any(self._last.passed(part) == wanted for part in parts(test, operator))

    def _asks_for_it_inside(self, test: cst.If) -> bool:
        """The same in two tests: ``if status in LIST: if attempt < last: …``."""
        inner = test.body.body[0] if len(test.body.body) == 1 else None
        is_alone = test.orelse is None and isinstance(inner, cst.If) and inner.orelse is None
        return is_alone and isinstance(inner, cst.If) and self._asks_for_last(inner.test, listed=True)

    def _compared(self, test: cst.If, *, listed: bool) -> Outcome:
        """The way of what is not listed, beside that of the last attempt."""
        true, false = list(test.body.body), list(otherwise(test, self._tree.parent.get(test)))
        again, ending = (true, false) if listed else (false, true)
        if not ending or not again:
            return Outcome.UNKNOWN
        pause = pause_in(self._semantics, self._policy, self._region)
        way = self._endings.at(pause if pause is not None and any(self._tree.within(pause, one) for one in again) else again[-1])
        if way.same and (list(way.lines) == list(map(self._written, ending)) or self._is_end_of_loop(way, ending)):
            return Outcome.SAME
        return Outcome.RAISES if any(map(self._raises, ending)) else Outcome.UNKNOWN

    def _is_end_of_loop(self, way: Way, ending: list[cst.CSTNode]) -> bool:
        """Whether the last attempt leaves the loop, and the way of the others says what stands behind that."""
        block = self._tree.parent.get(self._region)
        if way.lines != ("break",) or not isinstance(block, (cst.IndentedBlock, cst.Module)) or not isinstance(self._region, _Loop):
            return False
        behind = block.body[block.body.index(self._region) + 1 :]
        return len(behind) >= len(ending) and all(map(alike, behind, ending)) and leaves(cst.IndentedBlock(behind[: len(ending)]))

    def _written(self, statement: cst.CSTNode) -> str:
        """The code of a statement; ``raise`` where it raises what a handler caught."""
        raised = _small(statement)
        handler = self._tree.enclosing(statement, cst.ExceptHandler)
        caught = handler.name.name if isinstance(handler, cst.ExceptHandler) and handler.name is not None else None
        if isinstance(raised, cst.Raise) and raised.cause is None and raised.exc is not None and caught is not None:
            return "raise" if alike(raised.exc, caught) else self._writing.code(statement)
        return self._writing.code(statement)

    def _raises(self, statement: cst.CSTNode) -> bool:
        """``raise``, ``response.raise_for_status()``."""
        if isinstance(_small(statement), cst.Raise):
            return True
        return isinstance(statement, cst.SimpleStatementLine) and asked_to_raise(statement) is not None


def _small(statement: cst.CSTNode) -> cst.CSTNode:
    """The small statement of a line that has one."""
    return statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else statement
