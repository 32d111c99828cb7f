"""What is asked of an answer that a library no longer retries: after the last attempt it was an exception, now it comes back.

Code that looks at the status of each answer before it uses anything else of it takes that for an error as well. Other code would take an
error for data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.leaving import asked_to_raise
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.library.calls import RetryCalls, RetrySite
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.values.status_sets import SUCCESS

_ASKS = (Kind.STATUS, Kind.OK)
_CONDITIONAL = (cst.If, cst.For, cst.While, cst.ExceptHandler, cst.ExceptStarHandler, cst.IfExp, cst.Lambda, cst.FunctionDef, cst.MatchCase)
_HOPS = 3
"""How many functions of the file an answer is followed through that hand it on."""


class UnlistedAnswers:
    """Answers for the retries of one file that libraries are given."""

    def __init__(self, writing: Writing) -> None:
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._calls = RetryCalls(writing.semantics)

    def end_alike(self, site: RetrySite, policy: RetryPolicy, statuses: int) -> bool:
        """Whether an answer with one of the statuses stays an error to all who get it, although the policy lists these no more."""
        told = site.described.sheet.raises_last_answer
        if told is None or self._is_switched_off(site, told.unless):
            return True
        if any(self._names_one_of(handler, told.named) for handler in self._tree.of_types(cst.ExceptHandler, cst.ExceptStarHandler)):
            return False
        made = list(self._made(policy))
        if not made or not policy.attempts or not all(self._stays(origin) for origin in made):
            return False
        return all(self._is_checked(attempt.call, statuses, _HOPS) for attempt in policy.attempts)

    def _is_switched_off(self, site: RetrySite, argument: str) -> bool:
        """Whether the answer of the last attempt comes back as well: ``raise_on_status=False``."""
        given = next((found.value for found in site.passed if found.name == argument), None)
        if given is None:
            return False
        values = list(self._semantics.constants.values(given)) or [given]
        return all(dotted(value) == "False" for value in values)

    def _names_one_of(self, handler: cst.CSTNode, names: Sequence[str]) -> bool:
        """Whether a handler is there for what was raised in the end; nothing comes to it any more."""
        written = handler.type if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) else None
        return written is not None and not set(names).isdisjoint(self._semantics.evaluator.type_names(written))

    # the clients -----------------------------------------------------------------------------------------------------------------

    def _made(self, policy: RetryPolicy) -> Iterator[cst.CSTNode]:
        """Where the clients are made that have the policy."""
        for site in self._calls.all():
            if site.node is not policy.node and not self._hands(site, policy):
                continue
            covers = site.described.sheet.covers
            if covers == "receiver" and isinstance(site.node, cst.Call) and isinstance(site.node.func, cst.Attribute):
                receiver = self._semantics.meaning(site.node.func.value)
                if receiver is not None:
                    yield receiver.trail[0].node
            elif covers == "client":
                yield site.node

    def _hands(self, site: RetrySite, policy: RetryPolicy) -> bool:
        """Whether a call is given the policy, by way of an adapter or not."""
        handed = [item.value for item in site.given() if "policy" in item.argument.says]
        inner = [one for value in handed for one in self._calls.behind(value)]
        return any(one.node is policy.node or self._hands(one, policy) for one in inner if one.node is not site.node)

    def _stays(self, made: cst.CSTNode) -> bool:
        """Whether a client is used by the code of this file alone, as far as that can be seen."""
        for node in self._tree.of_types(cst.Name, cst.Attribute, cst.Call):
            meaning = self._semantics.meaning(node) if isinstance(node, cst.BaseExpression) else None
            if meaning is None or meaning.kind not in (Kind.CLIENT, Kind.OBJECT) or all(place.node is not made for place in meaning.trail):
                continue
            if not self._is_kept(node):
                return False
        return True

    def _is_kept(self, node: cst.CSTNode) -> bool:
        parent = self._tree.parent.get(node)
        if isinstance(parent, cst.Arg):
            call = self._tree.parent.get(parent)
            return isinstance(call, cst.Call) and bool(self._semantics.functions.run_by(call))
        if isinstance(parent, (cst.Return, cst.Yield)):
            function = self._tree.enclosing(parent, cst.FunctionDef)
            return isinstance(function, cst.FunctionDef) and bool(self._semantics.functions.calls_of(function))
        return not isinstance(parent, (cst.Element, cst.DictElement, cst.StarredElement))

    # their answers ---------------------------------------------------------------------------------------------------------------

    def _is_checked(self, call: cst.Call, statuses: int, hops: int) -> bool:
        """Whether the status of the answer is looked at, and nothing else of it is used where it may have one of these and be a success."""
        answer = self._semantics.meaning(call)
        if answer is None or answer.kind is not Kind.RESPONSE:
            return False
        known, function = self._semantics.answers.of(answer), self._function(call)
        asked = False
        for node in self._tree.inside(function, cst.Name, cst.Attribute, cst.Call, cst.Subscript, into_functions=False):
            part = self._semantics.meaning(node)
            if part is None or self._semantics.answers.of(part) != known:
                continue
            if part.kind in _ASKS or self._is_asked_to_raise(node):
                asked = asked or self._always_follows(node, call)
            elif part.kind is Kind.RESPONSE and self._is_handed_back(node, function):
                if self._may_pass(part, node, statuses) and not self._callers_check(function, statuses, hops):
                    return False
                asked = True
            elif self._is_used(node, part) and self._may_pass(part, node, statuses):
                return False
        return asked

    def _function(self, node: cst.CSTNode) -> cst.CSTNode:
        return self._tree.enclosing(node, cst.FunctionDef, cst.Lambda) or self._tree.module

    def _is_asked_to_raise(self, node: cst.CSTNode) -> bool:
        """``answer.raise_for_status()``, of the answer."""
        line = self._tree.enclosing(node, cst.SimpleStatementLine)
        return isinstance(line, cst.SimpleStatementLine) and asked_to_raise(line) is node

    def _always_follows(self, node: cst.CSTNode, call: cst.Call) -> bool:
        """Whether what asks is run whenever the call has come back: nothing that it stands in, and the call does not, decides on it."""
        child = node
        for found in self._tree.ancestors(node):
            if self._tree.within(call, found):
                return True
            if isinstance(found, _CONDITIONAL) and child is not getattr(found, "test", None):
                return False
            child = found
        return True

    def _is_used(self, node: cst.CSTNode, part: Meaning) -> bool:
        """Whether something is taken out of an answer, or the whole of it goes where nobody follows it."""
        parent = self._tree.parent.get(node)
        if part.kind is not Kind.RESPONSE:
            return True
        if isinstance(parent, cst.Arg):
            return not isinstance(call := self._tree.parent.get(parent), cst.Call) or not self._semantics.functions.run_by(call)
        return isinstance(parent, (cst.Element, cst.DictElement, cst.FormattedStringExpression, cst.Yield, cst.Return))

    def _is_handed_back(self, node: cst.CSTNode, function: cst.CSTNode) -> bool:
        return isinstance(self._tree.parent.get(node), cst.Return) and isinstance(function, cst.FunctionDef)

    def _callers_check(self, function: cst.CSTNode, statuses: int, hops: int) -> bool:
        """Whether all who call a function in this file look at the status of what it returns."""
        calls = self._semantics.functions.calls_of(function) if isinstance(function, cst.FunctionDef) and hops else []
        return bool(calls) and all(self._is_checked(call, statuses, hops - 1) for call in calls)

    def _may_pass(self, part: Meaning, node: cst.CSTNode, statuses: int) -> bool:
        """Whether code is run for one of the statuses as for a success."""
        possible = self._semantics.answers.statuses(part).possible_at(node)
        return bool(possible & statuses) and bool(possible & SUCCESS)
