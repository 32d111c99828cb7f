"""The ways through the code that runs after a failure, and what is left of the error at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import Enum

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.request_ids.speech import Speech


class End(Enum):
    """How a way ends."""

    RAISE = "raise"
    RETURN = "return"
    STOP = "stop"
    """The program, or the command that it runs, ends."""
    AGAIN = "again"
    """In the next pass of the loop around."""
    ON = "on"
    """With what follows."""


@dataclass(frozen=True)
class State:
    """What has happened on the way.

    :ivar kept: something has the id, or there is none; :ivar said: the call that told people most of it without; :ivar expected: a test has
    asked what went wrong, and this is the way for the answer.
    """

    kept: bool = False
    said: Speech | None = None
    expected: bool = False


@dataclass(frozen=True)
class Way:
    """The end of a way, and what has happened until there."""

    end: End
    node: cst.CSTNode
    state: State


Does = Callable[[cst.CSTNode], tuple[bool, "Speech | None", bool]]
"""Whether code keeps the id, what it tells people without it, and whether the program ends there."""
Louder = Callable[["Speech | None", "Speech | None"], "Speech | None"]
Says = Callable[[cst.BaseExpression, bool], bool]
"""What a test says if it comes out so."""
States = frozenset[State]


class Walk:
    """Follows all ways through a block.

    ``does`` says of a small statement, or of what a ``with`` enters, what it does; ``louder`` is the call, of two, that told people more.
    Tests neither keep nor tell; ``asks`` says whether one, if it comes out so, names the error, and ``misses``, whether there is no id;
    ``takes``, whether a case names the error.
    """

    def __init__(self, does: Does, louder: Louder, asks: Says, misses: Says, takes: Callable[[cst.MatchCase], bool]) -> None:
        self._does = does
        self._louder = louder
        self._asks = asks
        self._misses = misses
        self._takes = takes
        self._ways: list[Way] = []
        self._loops: list[set[State]] = []

    def ways(self, statements: Sequence[cst.CSTNode], last: cst.CSTNode) -> list[Way]:
        """All ends; ``last`` stands for what comes after the last statement."""
        left = self._block(statements, frozenset({State()}))
        return [*self._ways, *(Way(End.ON, last, state) for state in left)]

    def _block(self, statements: Iterable[cst.CSTNode], states: States) -> States:
        for statement in statements:
            if not states:
                break
            states = self._statement(statement, states)
        return states

    def _statement(self, statement: cst.CSTNode, states: States) -> States:
        match statement:
            case cst.SimpleStatementLine(body=parts) | cst.SimpleStatementSuite(body=parts):
                return self._block(parts, states)
            case cst.If():
                return self._if(statement, states)
            case cst.Try() | cst.TryStar():
                return self._try(statement, states)
            case cst.With(items=items, body=body):
                return self._block((*items, *body.body), states)
            case cst.For() | cst.While():
                return self._loop(statement, states)
            case cst.Match(cases=cases):
                return states.union(*(self._block(case.body.body, self._taken(case, states)) for case in cases))
            case _:
                return self._small(statement, states)

    def _small(self, statement: cst.CSTNode, states: States) -> States:
        match statement:
            case cst.Raise():
                return self._leave(End.RAISE, statement, states)
            case cst.Return():
                return self._leave(End.RETURN, statement, states)
            case cst.Break() | cst.Continue() if self._loops:
                self._loops[-1].update(states)
                return frozenset()
            case cst.Continue():
                return self._leave(End.AGAIN, statement, states)
            case cst.Break():
                return self._leave(End.ON, statement, states)
            case _:
                return self._after(statement, states)

    def _leave(self, end: End, node: cst.CSTNode, states: States) -> States:
        self._ways += (Way(end, node, state) for state in states)
        return frozenset()

    def _after(self, code: cst.CSTNode, states: States) -> States:
        keeps, says, ends = self._does(code)
        after = frozenset(replace(state, kept=state.kept or keeps, said=self._louder(state.said, says)) for state in states)
        return self._leave(End.STOP, code, after) if ends else after

    def _if(self, statement: cst.If, states: States) -> States:
        yes = self._block(statement.body.body, self._asked(statement.test, True, states))
        left = self._asked(statement.test, False, states)
        match statement.orelse:
            case cst.If() as rest:
                return yes | self._if(rest, left)
            case cst.Else(body=body):
                return yes | self._block(body.body, left)
            case _:
                return yes | left

    def _taken(self, case: cst.MatchCase, states: States) -> States:
        return _expected(states) if self._takes(case) else states

    def _asked(self, test: cst.BaseExpression, truth: bool, states: States) -> States:
        if self._asks(test, truth):
            states = _expected(states)
        # what is not there cannot be lost
        return frozenset(replace(state, kept=True) for state in states) if self._misses(test, truth) else states

    def _try(self, statement: cst.Try | cst.TryStar, states: States) -> States:
        after = self._block(statement.body.body, states)
        if statement.orelse is not None:
            after = self._block(statement.orelse.body.body, after)
        for handler in statement.handlers:
            after |= self._block(handler.body.body, states)
        return self._block(statement.finalbody.body.body, after) if statement.finalbody is not None else after

    def _loop(self, statement: cst.For | cst.While, states: States) -> States:
        self._loops.append(set())
        through = self._block(statement.body.body, states)
        after = states | through | self._loops.pop()
        return self._block(statement.orelse.body.body, after) if statement.orelse is not None else after


def _expected(states: States) -> States:
    return frozenset(replace(state, expected=True) for state in states)
