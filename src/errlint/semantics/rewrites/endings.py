"""How a retry that is written by hand ends after its last attempt: so it may be left for a failure after which no other is of use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.handling import caught_name
from errlint.semantics.program.leaving import goes_on, last_of, leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import alike, parts
from errlint.semantics.retries.by_hand.ends import is_the_end
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.by_hand.fates import takes_all
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.accounts import Accounts
from errlint.semantics.rewrites.following import Following, bound_in, decides
from errlint.semantics.rewrites.last_attempts import LastAttempts
from errlint.semantics.rewrites.true_ends import Words, raised_of, renamed
from errlint.semantics.rewrites.writing import Writing

_MOST_COPIED = 3
"""Statements: an end that is longer is not written a second time."""


@dataclass(frozen=True)
class Way:
    """How a retry is left: :ivar lines: the statements that do it;

    :ivar same: the failure comes to what it comes to after the last attempt; of a retry without end, the error is raised;
    :ivar stops_others: it ends a loop around the retry, which goes on with the next item where no attempt is left.
    """

    lines: tuple[str, ...]
    same: bool = True
    stops_others: bool = False

    @property
    def raises(self) -> bool:
        """Whether the error goes on to the caller."""
        return self.lines == ("raise",)


class Endings:
    """The end of one retry.

    :param region: what is run once for each attempt.
    """

    def __init__(self, writing: Writing, policy: RetryPolicy, region: Region) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._policy = policy
        self._region = region
        self._following = Following(self._tree, region)
        self._last = LastAttempts(writing.semantics, region)
        self.grows = self._last.counts

    def at(self, place: cst.CSTNode, error: str | None = None) -> Way:
        """How the code at a place leaves the retry; ``error``: the name that the failure has there."""
        way = self._at(place, error)
        if way.lines == ("break",) and self._is_marked(place):
            way = Way(("raise",), same=False)  # to leave in silence would be a success
        if way.raises and not way.same and self._is_for_one_item():
            return replace(way, stops_others=True)
        return replace(way, same=False) if self.skips(place) else way

    def _is_marked(self, place: cst.CSTNode) -> bool:
        """Whether the last attempt alone notes that it has failed: ``if attempt == last: ok = False``, ``failed.append(item)``.

        Where one of many items has failed, what is said of it is all that is left of that.
        """
        for limit in self._limits(place):
            spent = (
                limit.body if any(self._last.passed(part) == NOTHING for part in parts(limit.test, cst.And, cst.Or)) else self._spent(limit)
            )
            for statement in getattr(spent, "body", ()):
                for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
                    if isinstance(small, (cst.Assign, cst.AnnAssign, cst.AugAssign)) or _puts(small):
                        return True
                    if self._speaks(small) and self._is_for_one_item():
                        return True
        return False

    def _speaks(self, small: cst.BaseSmallStatement) -> bool:
        """``log.error("skipping %s", item)``."""
        call = small.value if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) else None
        word = (dotted(call.func) or "").rpartition(".")[2] if call is not None else ""
        return word in self._semantics.libraries.speeches.words

    def _is_for_one_item(self) -> bool:
        """Whether a loop in the function goes on behind the retry, whatever has become of it: nothing is raised there today."""
        region = self._region
        if isinstance(region, cst.FunctionDef):
            return False
        around = self._tree.enclosing(region, cst.For, cst.While, cst.FunctionDef, cst.Lambda)
        if not isinstance(around, (cst.For, cst.While)) or not self._tree.within(region, around.body):
            return False
        ends = [region.orelse.body] if region.orelse is not None else [*self._following.beside()]
        ends += [spent for limit in self._tree.inside(region.body, cst.If, into_functions=False) if (spent := self._spent(limit))]
        return not any(isinstance(one, cst.Raise) for end in ends for one in (end, *self._tree.below(end)))

    def skips(self, place: cst.CSTNode, but: cst.If | None = None) -> bool:
        """Whether something is done after the last attempt alone that leaves nothing, which is not done where a place is left before it.

        :param but: a test that is changed so that it is done.
        """
        if any(limit is not but and self._does_more(limit) for limit in self._limits(place)):
            return True
        return any(self._is_passed_by(one, place) for one in self._asked_otherwise())

    def _asked_otherwise(self) -> Iterator[cst.CSTNode]:
        """What asks for the last attempt without ``if``: ``match attempt: case 2: …``, ``attempt == 2 and log.error(…)``."""
        for match in self._tree.inside(self._region.body, cst.Match, into_functions=False):
            if self._last.counts(match.subject):
                yield match
        for statement in self._tree.inside(self._region.body, cst.Expr, into_functions=False):
            value = statement.value
            tests = (
                [value.test]
                if isinstance(value, cst.IfExp)
                else parts(value, cst.And, cst.Or)
                if isinstance(value, cst.BooleanOperation)
                else ()
            )
            if any(self._last.passed(test) is not None for test in tests):
                yield statement

    def _does_more(self, limit: cst.If) -> bool:
        """``if attempt == last: log.error(…)``."""
        spent = self._spent(limit)
        if spent is None and any(self._last.passed(part) == NOTHING for part in parts(limit.test, cst.And, cst.Or)):
            spent = limit.body
        elif spent is None and isinstance(limit.orelse, cst.If):
            return any(self._last.passed(part) == ANYTHING for part in parts(limit.test, cst.And))
        if spent is None or (leaves(spent) and not goes_on(spent)):
            return False
        return any(not _does_nothing(statement) for statement in getattr(spent, "body", ()))

    def _at(self, place: cst.CSTNode, error: str | None) -> Way:
        given_up = list(self._given_up(place))
        if any(map(self._is_partial, self._limits(place))):
            return Way(("raise",), same=False)
        if given_up:
            return self._like(given_up, place, error)
        region = self._region
        if isinstance(region, cst.FunctionDef) or not self._ends_by_itself(region):
            return Way(("raise",), same=self._policy.stop.bounded is False and not self._counts_attempts())
        if not self._is_own(place):
            return Way(("raise",), same=False)
        if self._is_tried_after(region):
            return Way(("raise",))  # as that attempt will
        if region.orelse is not None:
            return self._copied(region.orelse.body, place, error) or Way(("raise",), same=False)
        return self._out_of_loop(place)

    def _counts_attempts(self) -> bool:
        """Whether something asks for the last attempt, wherever that leads: ``if tries > 3: done = True``."""
        tests = self._tree.inside(self._region.body, cst.If, into_functions=False)
        return any(self._last.passed(part) is not None for one in tests for part in parts(one.test, cst.And, cst.Or))

    def _out_of_loop(self, place: cst.CSTNode) -> Way:
        return Way(("raise",), same=False) if self.tells(place) or renamed(self._semantics, self._region, place) else Way(("break",))

    # by a test -------------------------------------------------------------------------------------------------------------------

    def _given_up(self, place: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The code that leaves the retry after the last attempt, of tests that a failure comes to which is at a place."""
        for limit in self._limits(place):
            spent = self._spent(limit)
            if spent is not None and leaves(spent) and not goes_on(spent):
                yield spent

        for match in self._tree.inside(self._region.body, cst.Match, into_functions=False):
            rest = match.cases[-1]
            limits = [case.guard for case in match.cases if case.guard is not None and self._last.passed(case.guard) == ANYTHING]
            if limits and takes_all(rest) and leaves(rest.body) and self._is_passed_by(match, place):
                yield rest.body

    def _limits(self, place: cst.CSTNode) -> list[cst.If]:
        return [one for one in self._tree.inside(self._region.body, cst.If, into_functions=False) if self._is_passed_by(one, place)]

    def _is_partial(self, limit: cst.If) -> bool:
        """Whether the last attempt leaves at a test under a further condition: ``if attempt == last and strict: raise``."""
        asks = any(self._last.passed(part) is not None for part in parts(limit.test, cst.And, cst.Or))
        return asks and leaves(limit.body) and self._spent(limit) is None and not goes_on(limit.body)

    def _is_passed_by(self, limit: cst.CSTNode, place: cst.CSTNode) -> bool:
        """Not one of another handler, nor one of the code that has failed."""
        for above in self._tree.ancestors(limit):
            if above is self._region:
                return True
            if isinstance(above, (cst.ExceptHandler, cst.ExceptStarHandler)) and not self._tree.within(place, above):
                return False
            handlers = above.handlers if isinstance(above, (cst.Try, cst.TryStar)) and not self._tree.within(limit, above.finalbody) else ()
            if any(self._tree.within(place, handler) and not self._tree.within(limit, handler) for handler in handlers):
                return False
        return True

    def _spent(self, limit: cst.If) -> cst.CSTNode | None:
        """What is done where no attempt is left, as far as it begins at a test."""
        if any(self._last.passed(part) == NOTHING for part in parts(limit.test, cst.Or)):
            return limit.body
        if not any(self._last.passed(part) == ANYTHING for part in parts(limit.test, cst.And)):
            return None
        if isinstance(limit.orelse, cst.Else):
            return limit.orelse.body
        block = self._tree.parent.get(limit)
        if limit.orelse is not None or not isinstance(block, cst.IndentedBlock) or not leaves(limit.body):
            return None
        return cst.IndentedBlock(block.body[block.body.index(limit) + 1 :])

    def _like(self, given_up: Sequence[cst.CSTNode], place: cst.CSTNode, error: str | None) -> Way:
        ends = {self._kind(spent) for spent in given_up}
        if ends == {"raise"}:
            return Way(("raise",))
        if ends == {"break"} and self.speaks_of_many(given_up):
            return Way(("raise",), same=False)
        if ends == {"break"} and self._is_own(place):
            return self._out_of_loop(place)
        copied = self._copied(given_up[0], place, error) if len(given_up) == 1 and "break" not in ends else None
        return copied or Way(("raise",), same=False)

    def _kind(self, spent: cst.CSTNode) -> str:
        """``raise``: the error itself goes on; ``break``: the loop is left; ``other``."""
        last = last_of(spent)
        if isinstance(last, cst.Break):
            return "break" if self._is_own(last) else "other"
        if not isinstance(last, cst.Raise) or last.cause is not None:
            return "other"
        handler = self._tree.enclosing(last, cst.ExceptHandler, cst.ExceptStarHandler)
        if not isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)):
            return "other"
        is_same = isinstance(last.exc, cst.Name) and last.exc.value == caught_name(handler)
        return "raise" if last.exc is None or is_same else "other"

    # by the end of the loop ------------------------------------------------------------------------------------------------------

    def _ends_by_itself(self, region: cst.For | cst.While) -> bool:
        """Whether the loop comes to an end when the attempts are used up, not only when one has succeeded."""
        if isinstance(region, cst.For):
            return self._policy.stop.bounded is not False
        return any(self._last.passed(part) == ANYTHING for part in parts(region.test, cst.And))

    def _is_own(self, place: cst.CSTNode) -> bool:
        """Whether ``break`` leaves the retry there."""
        return self._tree.enclosing(place, cst.For, cst.While, cst.FunctionDef) is self._region

    def _is_tried_after(self, region: cst.For | cst.While) -> bool:
        """Whether what follows the loop makes the call once more."""
        called = [attempt.call for attempt in self._policy.attempts]
        called += [node for node in self._tree.inside(region.body, cst.Call, into_functions=False) if self.is_handed(node)]
        return any(alike(node, call) for node in self._following.behind() if isinstance(node, cst.Call) for call in called)

    def is_handed(self, call: cst.Call) -> bool:
        """Whether a call runs a parameter."""
        bindings = self._semantics.scopes.reaching(call.func) if isinstance(call.func, cst.Name) else []
        return any(binding.how is How.PARAMETER for binding in bindings)

    def reads_behind(self, name: str) -> bool:
        """Whether the code behind the loop reads a name."""
        return any(isinstance(node, cst.Name) and node.value == name for node in self._following.behind())

    def tells(self, place: cst.CSTNode) -> bool:
        """Whether the code behind the loop tells the last attempt from another one: by what was counted, or is kept below a place."""
        if self._accounts is not None and self._accounts.tell(self._following.behind()):
            return True
        kept = self._kept_below(place)
        read = (node for node in self._following.behind() if kept and isinstance(node, (cst.Name, cst.Attribute)) and dotted(node) in kept)
        return any(decides(self._tree, name) for name in read)

    def counts(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Whether statements do something else after fewer attempts."""
        nodes = (node for one in statements for node in self._tree.below(one))
        return self._accounts is not None and self._accounts.tell(nodes)

    @cached_property
    def _accounts(self) -> Accounts | None:
        region = self._region
        if isinstance(region, cst.FunctionDef):
            return None
        ends = map(self._spent, self._tree.inside(region.body, cst.If, into_functions=False))
        return Accounts(self._semantics, self._policy, region, [one for end in ends for one in getattr(end, "body", ())])

    def _kept_below(self, place: cst.CSTNode) -> set[str]:
        """The names that get a value between a place and the next attempt, not that of the attempt itself."""
        below = (statement for statement in self._following.rest(place) if not self._is_attempt(statement))
        return {name for statement in below for name in bound_in(self._tree, statement)}

    def passed_over(self, place: cst.CSTNode, *, below: bool = False) -> Iterator[cst.CSTNode]:
        """What a guard above a statement, or below it, passes over of what is run after the last attempt, too."""
        ends = [limit for limit in self._limits(place) if (spent := self._spent(limit)) and leaves(spent) and not goes_on(spent)]
        if any(self._tree.order[limit] < self._tree.order[place] for limit in ends):
            return
        for statement in [*(() if below else (place,)), *self._following.rest(place)]:
            if statement in ends:
                return
            if not self._is_attempt(statement):
                yield statement

    def _is_attempt(self, statement: cst.CSTNode) -> bool:
        return any(self._tree.within(attempt.call, statement) for attempt in self._policy.attempts)

    # written again ---------------------------------------------------------------------------------------------------------------

    def _copied(self, block: cst.CSTNode, place: cst.CSTNode, error: str | None) -> Way | None:
        """The statements of a short end, once more; None where they are not what they were at another place.

        What they raise with words of their own speaks of all attempts: it is told the failure instead.
        """
        statements = block.body if isinstance(block, cst.IndentedBlock) else ()
        if not 0 < len(statements) <= _MOST_COPIED or not all(isinstance(one, cst.SimpleStatementLine) for one in statements):
            return None
        lines = [self._writing.code(one) for one in statements]
        loose = [node for one in statements for node in self._tree.inside(one, cst.Break, cst.Continue)]
        if (
            loose
            or self.counts(statements)
            or any("\n" in line for line in lines)
            or not self._read_in(statements).isdisjoint(self._kept_below(place))
        ):
            return None
        same = not self._speaks_of_the_end(statements)
        raised = raised_of(self._writing, statements[-1], error) if error is not None else None
        if self.speaks_of_many(statements[:-1] if raised is not None else statements):
            return None
        lines = [*lines[:-1], raised or lines[-1]]
        if leaves(cst.IndentedBlock(statements)) or is_the_end(self._semantics, statements[-1]):
            return Way(tuple(lines), same)
        return Way((*lines, "break"), same) if self._is_own(place) and not self.tells(place) else None

    def _speaks_of_the_end(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Whether somebody is told in words, or by what was counted or timed, how a retry ended whose attempts were used up."""
        said = [node for one in statements for node in self._tree.inside(one, cst.Raise, cst.Return, cst.Expr)]
        if any(_has_words(text) for one in said for text in self._tree.inside(one, cst.SimpleString, cst.FormattedStringText)):
            return True
        measured = self._read_in([self._region.test]) if isinstance(self._region, cst.While) else set()
        measured |= self._accounts.counted if self._accounts is not None else set()
        return not self._read_in(said).isdisjoint(measured)

    def speaks_of_many(self, statements: Sequence[cst.CSTNode]) -> bool:
        """Whether an end tells of several attempts."""
        return self._words.of_many(statements)

    @cached_property
    def _words(self) -> Words:
        region = self._region
        limits = self._tree.inside(region.body, cst.If, into_functions=False)
        tests = [part for one in limits for part in parts(one.test, cst.And, cst.Or) if self._last.passed(part) is not None]
        tests += [region.iter] if isinstance(region, cst.For) else [region.test] if isinstance(region, cst.While) else []
        return Words(self._semantics, self._policy, tests, self._last.counts)

    def _read_in(self, statements: Sequence[cst.CSTNode]) -> set[str]:
        return {name.value for one in statements for name in self._tree.inside(one, cst.Name)}


def _has_words(text: cst.CSTNode) -> bool:
    written = string_value(text) if isinstance(text, cst.SimpleString) else getattr(text, "value", "")
    return isinstance(written, str) and any(letter.isalpha() for letter in written)


def _does_nothing(statement: cst.CSTNode) -> bool:
    """``pass``, ``continue``."""
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(one, (cst.Pass, cst.Continue)) for one in statement.body)


def _puts(small: cst.BaseSmallStatement) -> bool:
    """``failed.append(item)``."""
    call = small.value if isinstance(small, cst.Expr) else None
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value in ("append", "add", "put")
