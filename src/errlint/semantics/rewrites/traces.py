"""What each failure of a retry written by hand leaves behind, a line of the log, a count, a record: a guard ahead of it leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.constants import targets_of
from errlint.semantics.request_ids.speech import Speaking
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.places import tells_of_wait, waits_in

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Small = cst.Expr | cst.Assign | cst.AugAssign


class Traces:
    """What the statements of one retry leave of a failure.

    :param counts: whether something grows or falls from attempt to attempt.
    """

    def __init__(self, semantics: Semantics, policy: RetryPolicy, counts: Callable[[cst.BaseExpression], bool]) -> None:
        self._counts = counts
        self._semantics = semantics
        self._policy = policy
        self._speaking = Speaking(semantics)

    def are_lost(self, statements: Iterable[cst.CSTNode], *, raises: bool) -> bool:
        """Whether something is lost if statements are not run.

        :param raises: the error goes on to the caller, who is told by it what a log would tell.
        """
        smalls: list[Small] = []
        for statement in statements:
            smalls += self._semantics.tree.inside(statement, cst.Expr, cst.Assign, cst.AugAssign, into_functions=False)
        waits = [small for small in smalls if waits_in(self._semantics, self._policy, small)]
        return any(self._is_one(small, waits, raises=raises) for small in smalls if small not in waits)

    def _is_one(self, small: Small, waits: Sequence[Small], *, raises: bool) -> bool:
        """Not what is told of the next attempt, nor names of the function: these are looked at where they are read."""
        if not isinstance(small, cst.Expr):
            return any(isinstance(target, (cst.Attribute, cst.Subscript)) for target in targets_of(small))
        call = small.value.expression if isinstance(small.value, cst.Await) else small.value
        if not isinstance(call, cst.Call) or not call.args or self._tells_of_wait(small, waits):
            return False
        return not raises or self._speaking.of(call) is None

    def _tells_of_wait(self, small: cst.Expr, waits: Sequence[Small]) -> bool:
        """By its words, or by what the wait is made of; the number of the attempt is about the one that has failed."""
        numbered = any(map(self._counts, self._semantics.tree.inside(small, cst.Name)))
        return tells_of_wait(self._semantics, small, () if numbered else waits)
