"""How a retry that is written by hand can be left early: by the test for the last attempt, as after the last attempt, or by raising."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit
from errlint.semantics.leaving import leaves
from errlint.semantics.names import dotted
from errlint.semantics.retries.counters import Counters
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.scopes import How
from errlint.semantics.statuses import UNKNOWN

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Handler = cst.ExceptHandler | cst.ExceptStarHandler
Region = cst.For | cst.While | cst.FunctionDef


class WaysOut:
    """The ways out of one retry.

    :param region: what is run once for each attempt.
    """

    def __init__(self, writing: Writing, policy: RetryPolicy, region: Region) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._policy = policy
        self.region = region
        self._counters = Counters(self._semantics, region)

    def statement(self, place: cst.CSTNode) -> str:
        """Out as after the last attempt (``break``), where that is the end of the loop; else ``raise``."""
        region = self.region
        if (
            isinstance(region, cst.FunctionDef)
            or self._tree.enclosing(place, cst.For, cst.While) is not region
            or region.orelse is not None
        ):
            return "raise"
        if (isinstance(region, cst.While) and dotted(region.test) == "True") or self._is_tried_after():
            return "raise"
        asked = (node for node in self._tree.below(region.body, into_functions=False) if isinstance(node, (cst.If, cst.IfExp)))
        limits = (node for node in asked if self._counters.passed(node.test) not in (None, UNKNOWN))
        return "raise" if any(map(self._gives_up, limits)) else "break"

    def by_last_attempt(self, handler: Handler, hopeless: str, hopeful: str) -> tuple[Edit, ...] | None:
        """What a handler does where no attempt is left, done at once: by the test that asks for the last attempt.

        ``if attempt == last or …: raise``, or ``if attempt < last and …: wait``. None where no test of the handler leads to that.

        :param hopeless: the test that is true for failures after which there is no use in another attempt; :param hopeful: its opposite.
        """
        statements = list(handler.body.body) if isinstance(handler.body, cst.IndentedBlock) else []
        for position, limit in enumerate(statements):
            if not isinstance(limit, cst.If) or isinstance(limit.orelse, cst.If):
                continue
            spent: cst.CSTNode | None
            goes_on: cst.CSTNode | None
            if self._passed(limit.test, cst.Or) == NOTHING:
                spent, goes_on = limit.body, limit.orelse
                edit = self._joined(limit.test, "or", hopeless)
            elif self._passed(limit.test, cst.And) == ANYTHING:
                following = cst.IndentedBlock(statements[position + 1 :]) if leaves(limit.body) else None
                spent, goes_on = limit.orelse.body if isinstance(limit.orelse, cst.Else) else following, limit.body
                edit = self._joined(limit.test, "and", hopeful)
            else:
                continue
            end = self._end_of(spent, goes_on, handler) if isinstance(spent, cst.IndentedBlock) else None
            if end is not None:
                return (edit, *end)
        return None

    def _passed(self, test: cst.BaseExpression, operator: type[cst.BaseBooleanOp]) -> object:
        """What a test for the last attempt says while attempts are left; one of several may be it."""
        found = [passed for passed in map(self._counters.passed, _parts(test, operator)) if passed is not None]
        return found[0] if len(found) == 1 else None

    def _end_of(self, spent: cst.IndentedBlock, goes_on: cst.CSTNode | None, handler: Handler) -> tuple[Edit, ...] | None:
        """What has to follow where no attempt is left, so that none comes: nothing, or ``break``; None where that cannot be said.

        :param goes_on: the branch that waits for the next attempt.
        """
        if not spent.body or any(self._tree.inside(one, cst.Continue, into_functions=False) for one in spent.body):
            return None
        if leaves(spent):
            return ()
        pause = pause_in(self._semantics, self._policy, handler)
        waits = pause is not None and goes_on is not None and self._tree.within(pause, goes_on)
        if not waits or isinstance(spent.body[-1], cst.BaseCompoundStatement) or not self._ends_a_pass(handler):
            return None
        return (self._writing.after(spent.body[-1], ["break"]),)

    def _ends_a_pass(self, handler: Handler) -> bool:
        """Whether the end of a handler is that of a pass, and nothing but the end of the loop comes after the last one."""
        region, tried = self.region, self._tree.parent.get(handler)
        if not isinstance(region, cst.For) or region.orelse is not None:
            return False
        return isinstance(tried, cst.Try) and tried.finalbody is None and tried is region.body.body[-1]

    def _joined(self, test: cst.BaseExpression, operator: str, more: str) -> Edit:
        """One more reason in a test."""
        more = f"({more})" if operator == "or" and " and " in more else more
        code = self._writing.code(test)
        loose = (cst.IfExp, cst.Lambda, cst.NamedExpr)
        mixed = isinstance(test, cst.BooleanOperation) and operator == "and" and isinstance(test.operator, cst.Or)
        wrapped = f"({code})" if not self._writing.source.full(test).lpar and (isinstance(test, loose) or mixed) else code
        return self._writing.replace(test, f"{wrapped} {operator} {more}")

    def _gives_up(self, limit: cst.CSTNode) -> bool:
        """Whether the code that asks for the last attempt leaves the loop there; a handler that does not only saves itself a wait."""
        handler = self._tree.enclosing(limit, cst.ExceptHandler, cst.ExceptStarHandler, cst.For, cst.While)
        if not isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)):
            return True
        return bool(self._tree.inside(handler, cst.Raise, cst.Return, cst.Break, into_functions=False))

    def _is_tried_after(self) -> bool:
        """Whether what follows the loop makes the call once more."""
        region = self.region
        function = self._tree.enclosing(region, cst.FunctionDef)
        called = {dotted(attempt.call.func) for attempt in self._policy.attempts}
        called |= {dotted(node.func) for node in self._tree.below(region.body) if isinstance(node, cst.Call) and self._is_handed(node)}
        last = self._tree.order[region]
        following = (
            node
            for node in self._tree.below(function or self._tree.module)
            if isinstance(node, cst.Call) and self._tree.order[node] > last and not self._tree.within(node, region)
        )
        return any(dotted(node.func) in called or self._semantics.does_http(node) is not None for node in following)

    def _is_handed(self, call: cst.Call) -> bool:
        """Whether a call runs a parameter."""
        bindings = self._semantics.scopes.reaching(call.func) if isinstance(call.func, cst.Name) else []
        return any(binding.how is How.PARAMETER for binding in bindings)


def _parts(test: cst.BaseExpression, operator: type[cst.BaseBooleanOp]) -> Iterator[cst.BaseExpression]:
    """The parts of ``a or b or c``."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, operator):
        yield from _parts(test.left, operator)
        yield from _parts(test.right, operator)
    else:
        yield test


def pause_in(semantics: Semantics, policy: RetryPolicy, code: cst.CSTNode, *, but_in: Sequence[cst.CSTNode] = ()) -> cst.CSTNode | None:
    """The statement of some code that waits, if there is one; what waits in other parts of it does not count."""
    tree = semantics.tree
    calls = (call for call in tree.inside(code, cst.Call, into_functions=False) if not any(tree.within(call, part) for part in but_in))
    pauses = [call for call in calls if semantics.waits.pause(call) is not None]
    if len(pauses) == 1:
        return tree.statement(pauses[0])
    node = policy.wait.node
    return tree.statement(node) if node is not None and pauses and tree.within(node, code) else None
