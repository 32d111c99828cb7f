"""Does code note what the server said about the wait where the next attempt may find it, or hand it to somebody who may wait for that?

``self.resume_at = now() + int(answer.headers["Retry-After"])``, ``cache.set("paused", seconds)``, ``limiter.throttled(answer.headers)``:
the wait that stands beside it is not all that follows. What is only read to be logged or raised is not noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.asked.decisions import is_told
from errlint.semantics.meaning import Kind
from errlint.semantics.program.constants import assigned
from errlint.semantics.program.names import dotted, first_name
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.outcomes import FAILED
from errlint.semantics.retries.sent.changes import declared_outside

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.passages import Passage

_STATEMENTS = (cst.Assign, cst.AnnAssign, cst.Expr)
_HOPS = 3
_DEPTH = 2
"""How many functions of the file are looked into, one inside of the other."""


def is_noted(semantics: Semantics, passage: Passage, asked: int) -> bool:
    """Whether that happens on the way of the failures ``asked`` through a retry."""
    noted = _Noted(semantics, passage)
    reached = [(node, outcomes) for node, outcomes in passage.walk.reached.items() if outcomes & asked]
    return any(noted.by(node, of_failures=not outcomes & ~FAILED) for node, outcomes in reached if isinstance(node, cst.BaseSmallStatement))


class _Noted:
    """Answers for the statements of one passage."""

    def __init__(self, semantics: Semantics, passage: Passage) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._passage = passage

    def by(self, statement: cst.CSTNode, *, of_failures: bool, deep: int = _DEPTH) -> bool:
        """Whether a statement notes it, or hands it on; ``of_failures``: nothing but failures gets there."""
        if isinstance(statement, (cst.Assign, cst.AnnAssign)):
            return any(self._outlives_the_pass(target) and self._reads_it(value, _HOPS) for target, value in assigned(statement))
        value = statement.value if isinstance(statement, cst.Expr) else None
        call = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(call, cst.Call):
            return False
        functions = self._semantics.functions.run_by(call)
        if not functions:
            return self._is_handed_to(call, of_failures=of_failures)
        if any(_is_headers(argument.value) for argument in call.args) and any(map(self._calls_what_it_is_given, functions)):
            return True  # `self.locked(limits.update, answer.headers)`
        inside = [one for function in functions for one in self._tree.inside(function.body, *_STATEMENTS, into_functions=False)]
        if any(self._reads_it(argument.value, _HOPS) for argument in call.args) and any(map(self._keeps_something, inside)):
            return True  # `gate.close_for(told_in(answer))`
        return bool(deep) and any(self.by(one, of_failures=of_failures, deep=deep - 1) for one in inside)

    def _keeps_something(self, statement: cst.CSTNode) -> bool:
        return isinstance(statement, (cst.Assign, cst.AnnAssign)) and any(self._outlives_the_pass(one) for one, _ in assigned(statement))

    def _calls_what_it_is_given(self, function: cst.FunctionDef) -> bool:
        called = (call.func for call in self._tree.inside(function.body, cst.Call, into_functions=False))
        bindings = (one for name in called if isinstance(name, cst.Name) for one in self._semantics.scopes.reaching(name))
        return any(one.how is How.PARAMETER for one in bindings)

    def _outlives_the_pass(self, target: cst.BaseExpression) -> bool:
        """``self.resume_at``, ``paused[host]`` and a global variable; not the member of an exception that is made here."""
        if isinstance(target, cst.Name):
            function = self._tree.enclosing(target, cst.FunctionDef)
            return function is not None and target.value in declared_outside(self._tree, function)
        if not isinstance(target, (cst.Attribute, cst.Subscript)):
            return False
        root = first_name(target, cst.Attribute, cst.Subscript)
        around = self._tree.enclosing(target, cst.FunctionDef, cst.For, cst.While)
        if root is None or around is None:
            return True
        made = [one.node for one in self._semantics.scopes.reaching(root) if one.how is not How.PARAMETER]
        return not any(self._tree.within(node, place) for node in made for place in (around, self._passage.region))

    def _is_handed_to(self, call: cst.Call, *, of_failures: bool) -> bool:
        for argument in call.args:
            if is_told(self._tree, argument.value):
                return False
            if _is_headers(argument.value) or self._reads_it(argument.value, _HOPS):
                return True
            meaning = self._semantics.meaning(argument.value) if of_failures else None
            if meaning is not None and meaning.kind is Kind.RESPONSE and self._is_asked_too(call):
                return True
        return False

    def _is_asked_too(self, call: cst.Call) -> bool:
        """Whether the retry calls another method of the same object: ``limiter.wait()`` beside ``limiter.throttled(answer)``."""
        if not isinstance(call.func, cst.Attribute):
            return False
        owner, method = dotted(call.func.value), call.func.attr.value
        calls = self._tree.inside(self._passage.region.body, cst.Call, into_functions=False) if owner else []
        others = [other.func for other in calls if isinstance(other.func, cst.Attribute)]
        return any(dotted(other.value) == owner and other.attr.value != method for other in others)

    def _reads_it(self, expression: cst.BaseExpression, hops: int) -> bool:
        """Whether a value is made of what the server said about the wait."""
        said = self._semantics.waits.said
        for node in (expression, *self._tree.below(expression)):
            if isinstance(node, cst.BaseExpression) and said.by_server(node) is not None:
                return True
            if isinstance(node, cst.Call) and hops and any(self._is_read_by(one, hops) for one in self._semantics.functions.run_by(node)):
                return True
            if isinstance(node, cst.Name) and hops:
                bindings = self._semantics.scopes.reaching(node)
                if any(one.value is not None and one.how is How.VALUE and self._reads_it(one.value, hops - 1) for one in bindings):
                    return True
        return False

    def _is_read_by(self, function: cst.FunctionDef, hops: int) -> bool:
        """Whether a function reads it, or returns what another one reads."""
        returned = self._semantics.functions.returned(function)
        return self._semantics.waits.said.is_read_in(function.body) or any(self._reads_it(value, hops - 1) for value in returned)


def _is_headers(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Attribute) and value.attr.value == "headers"
