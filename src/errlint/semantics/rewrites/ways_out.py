"""How a handler leaves a retry that is written by hand early: by its own test for the last attempt, or for such failures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import libcst as cst

from errlint.model import Edit
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.tree import alike, parts
from errlint.semantics.retries.by_hand.ends import is_the_end, never_returns
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.endings import Endings
from errlint.semantics.rewrites.last_attempts import LastAttempts
from errlint.semantics.rewrites.places import pause_in
from errlint.semantics.rewrites.writing import Writing


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
        self.endings = Endings(writing, policy, region)
        self._last = LastAttempts(writing.semantics, region)

    def by_last_attempt(self, handler: Handler, hopeless: str, hopeful: str) -> tuple[Edit, ...] | None:
        """What a handler does where no attempt is left, done at once: by the test that asks for the last attempt.

        ``if attempt == last or …: raise``, or ``if attempt < last and …: wait``. None where no test of the handler leads to that.

        :param hopeless: the test that is true for failures after which there is no use in another attempt; :param hopeful: its opposite.
        """
        statements = list(handler.body.body) if isinstance(handler.body, cst.IndentedBlock) else []
        pause = pause_in(self._semantics, self._policy, handler)
        for position, limit in enumerate(statements):
            if limit is pause:
                break  # a test behind it comes too late
            if not isinstance(limit, cst.If) or (isinstance(limit.orelse, cst.If) and not self._leaves(limit.body)):
                continue
            spent: cst.CSTNode | None
            goes_on: cst.CSTNode | None
            behind = () if self._leaves(limit.body) and self._passed(limit.test, cst.And) == ANYTHING else statements[position + 1 :]
            if self._passed(limit.test, cst.Or) == NOTHING:
                spent, goes_on = limit.body, limit.orelse
                edit = self._joined(limit.test, "or", hopeless)
            elif self._passed(limit.test, cst.And) == ANYTHING and not isinstance(limit.orelse, cst.If):
                following = cst.IndentedBlock(statements[position + 1 :]) if self._leaves(limit.body) else None
                spent, goes_on = limit.orelse.body if isinstance(limit.orelse, cst.Else) else following, limit.body
                edit = self._joined(limit.test, "and", hopeful)
            else:
                continue
            if self.ends_otherwise(handler, [*([goes_on] if goes_on is not None else ()), *behind], but=limit):
                continue  # some failures would no longer come there
            end = self._end_of(spent, goes_on, handler) if isinstance(spent, (cst.IndentedBlock, cst.SimpleStatementSuite)) else None
            if end is not None and not self.endings.skips(limit, but=limit):
                return (edit, *end)
        return None

    def ends_otherwise(self, handler: Handler, statements: Sequence[cst.CSTNode], *, but: cst.If | None = None) -> bool:
        """Whether statements of a handler leave the retry for some failures, by tests that do not ask for the last attempt.

        :param but: a test that is known.
        """
        for statement in statements:
            calls = self._tree.inside(statement, cst.Call, into_functions=False)
            called = {call: self._semantics.functions.run_by(call) for call in calls}
            again = [call for call, functions in called.items() if self.region in functions]
            ended = [call for call in called if never_returns(self._semantics, call, or_raises=False)]
            for one in (*self._tree.inside(statement, cst.Return, cst.Raise, cst.Break, into_functions=False), *ended):
                if any(self._tree.within(call, one) for call in again):
                    continue
                tests = takewhile(lambda above: above is not handler, self._tree.ancestors(one))
                if any(isinstance(test, (cst.If, cst.Match)) and test is not but and not self._asks_for_the_last(test) for test in tests):
                    return True
            others = (function for functions in called.values() for function in functions if function is not self.region)
            if any(self._tree.inside(function.body, cst.Raise, into_functions=False) for function in others):
                return True
        return False

    def _asks_for_the_last(self, test: cst.If | cst.Match) -> bool:
        if isinstance(test, cst.Match):
            return self._last.counts(test.subject)
        return any(self._last.passed(part) is not None for part in parts(test.test, cst.And, cst.Or))

    def _passed(self, test: cst.BaseExpression, operator: type[cst.BaseBooleanOp]) -> object:
        """What a test for the last attempt says while attempts are left; one of several may be it."""
        found = [passed for passed in map(self._last.passed, parts(test, operator)) if passed is not None]
        return found[0] if len(found) == 1 else None

    def _end_of(self, spent: cst.BaseSuite, goes_on: cst.CSTNode | None, handler: Handler) -> tuple[Edit, ...] | None:
        """What has to follow where no attempt is left, so that none comes: nothing, or ``break``; None where that cannot be said.

        :param goes_on: the branch that waits for the next attempt.
        """
        if (
            not spent.body
            or self.endings.speaks_of_many(spent.body)
            or any(self._tree.inside(one, cst.Continue, into_functions=False) for one in spent.body)
        ):
            return None
        if self._leaves(spent):
            breaks = any(self._tree.inside(one, cst.Break, into_functions=False) for one in spent.body)
            tells = self.endings.counts(spent.body) or (breaks and self.endings.tells(spent.body[-1]))
            return None if tells else ()
        if not isinstance(spent, cst.IndentedBlock):
            return None
        pause = pause_in(self._semantics, self._policy, handler)
        waits = pause is not None and goes_on is not None and self._tree.within(pause, goes_on)
        if waits and self._ends_loop(spent):
            return () if self._is_last_of_pass(handler) and not self.endings.counts(spent.body) else None
        if not waits or isinstance(spent.body[-1], cst.BaseCompoundStatement) or not self._ends_a_pass(handler):
            return None
        if self.endings.tells(spent.body[-1]):
            return None
        return (self._writing.after(spent.body[-1], ["break"]),)

    def _leaves(self, block: cst.BaseSuite) -> bool:
        """Whether nothing of the retry comes behind a block: it leaves the loop, or ends the program."""
        return leaves(block) or is_the_end(self._semantics, block.body[-1])

    def _ends_loop(self, spent: cst.IndentedBlock) -> bool:
        """Whether the test of the loop is false after a block: ``done = True`` below ``while not done``."""
        test = self.region.test if isinstance(self.region, cst.While) else None
        ends = "False"
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            test, ends = test.expression, "True"
        small = [line.body[0] for line in spent.body if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1]
        assigned = [one for one in small if isinstance(one, cst.Assign) and len(one.targets) == 1]
        return isinstance(test, cst.Name) and any(
            alike(one.targets[0].target, test) and isinstance(one.value, cst.Name) and one.value.value == ends for one in assigned
        )

    def _ends_a_pass(self, handler: Handler) -> bool:
        """Whether the end of a handler is that of a pass, and nothing but the end of the loop comes after the last one."""
        return isinstance(self.region, cst.For) and self.region.orelse is None and self._is_last_of_pass(handler)

    def _is_last_of_pass(self, handler: Handler) -> bool:
        """Whether nothing is run in a pass behind a handler."""
        tried = self._tree.parent.get(handler)
        return isinstance(tried, cst.Try) and tried.finalbody is None and tried is self.region.body.body[-1]

    def _joined(self, test: cst.BaseExpression, operator: str, more: str) -> Edit:
        """One more reason in a test."""
        code = self._writing.code(test)
        if operator == "or" and " and " in more:
            more = f"({more})" if self._fits(test, f"{code} or ({more})") else self._writing.group(more, self._tree.statement(test))
        loose = (cst.IfExp, cst.Lambda, cst.NamedExpr)
        mixed = isinstance(test, cst.BooleanOperation) and operator == "and" and isinstance(test.operator, cst.Or)
        wrapped = f"({code})" if not self._writing.source.full(test).lpar and (isinstance(test, loose) or mixed) else code
        return self._writing.replace(test, f"{wrapped} {operator} {more}")

    def _fits(self, test: cst.BaseExpression, joined: str) -> bool:
        """Whether a test stays in its line with one more reason, or cannot be spread over several."""
        limit = self._tree.parent[test]
        if not isinstance(limit, cst.If) or not self._writing.starts_line(limit) or " if " in joined:
            return True
        return "\n" in joined or self._writing.fits(f"{self._writing.indent(limit)}if {joined}:")
