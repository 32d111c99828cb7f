"""Requests that answer a failure by being others, although nothing changes them behind the call.

Each pass reads the object again and sends it changed after a conflict, or draws another name until one is free. And where a pass
sends another request than the one before, what it asks for on the way to that is asked again for its sake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.functions import method
from errlint.semantics.retries.by_hand.readings import retried
from errlint.semantics.retries.outcomes import FAILURES, FAULTS
from errlint.semantics.retries.policy import Attempt
from errlint.semantics.retries.sent.askers import OF_WHO_ASKS, Askers
from errlint.semantics.retries.sent.changes import Change, root
from errlint.semantics.retries.words import CREDENTIAL, PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.passages import Passage
    from errlint.semantics.retries.sent.sameness import Sameness

_CONFLICTS = 1 << 409 | 1 << 412
_HOPS = 3


class Conflicts:
    """Answers for the attempts of one region."""

    def __init__(self, semantics: Semantics, sameness: Sameness) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._sameness = sameness
        self._askers = Askers(semantics, sameness)

    def are_met(self, attempt: Attempt, found: Passage) -> bool:
        """Whether the next pass sends another request because of the failures that lead there, or is there for another request."""
        beside = [call for call in self._beside(attempt.call) if self._asks(call, attempt.call)]
        if any(map(self._sameness.parts.follows_loop, beside)):
            return True
        back = found.back & FAILURES
        if not back or (back & ~FAULTS and not retried(self._semantics, [found]).named & _CONFLICTS):
            return False
        return self._is_fresh(attempt.call) or any(self._is_fresh(call) or not self._sameness.sends_same(call) for call in beside)

    def answered_in(self, attempt: Attempt, found: Passage) -> Passage:
        """The same without what another request is the answer to.

        Conflicts, where each pass reads what it then writes; rejected keys; all that is wrong with an object that is made anew.
        """
        met = found.back & _CONFLICTS if found.back & _CONFLICTS and self._reads_first(attempt) else 0
        if found.back & OF_WHO_ASKS and self._askers.may_differ(attempt.call):
            met |= found.back & OF_WHO_ASKS
        if found.back & FAULTS and self._is_of_new_object(attempt.call):
            met |= found.back & FAULTS
        if not met:
            return found
        found.steps.answered[found.region] = found.steps.answered.get(found.region, 0) | met
        return replace(found, back=found.back & ~met)

    def _reads_first(self, attempt: Attempt) -> bool:
        parts = self._sameness.parts
        return any(
            parts.is_read_for(value, attempt.call)
            for argument in attempt.call.args
            for name in parts.nodes(argument)
            if isinstance(name, cst.Name)
            for value in parts.made_before(name, attempt.call)
        )

    def _beside(self, attempt: cst.Call) -> Iterator[cst.Call]:
        """The other calls that stand or fall with an attempt: in the same ``try``, else in the same block."""
        tried = self._tried(attempt)
        around = tried or self._tree.block(attempt)
        for call in self._tree.inside(around, cst.Call, into_functions=False):
            alike = self._tried(call) is tried and (tried is not None or self._tree.block(call) is around)
            if call is not attempt and alike and not self._tree.within(call, attempt):
                yield call

    def _asks(self, call: cst.Call, attempt: cst.Call) -> bool:
        """Whether a call does HTTP, or is a method of what an attempt got: ``hub.get_user().create_repo(name)``."""
        if self._semantics.does_http(call) is not None:
            return True
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        if isinstance(owner, cst.Await):
            owner = owner.expression
        made = self._sameness.parts.made_before(owner, call) if isinstance(owner, cst.Name) else ()
        return owner is attempt or any(one is attempt or getattr(one, "expression", None) is attempt for one in made)

    def _tried(self, call: cst.Call) -> cst.BaseSuite | None:
        """The innermost body of a ``try`` in the region that holds a call."""
        for found in self._tree.ancestors(call):
            if found is self._sameness.region:
                return None
            if isinstance(found, (cst.Try, cst.TryStar)) and self._tree.within(call, found.body):
                return found.body
        return None

    def _is_fresh(self, call: cst.Call) -> bool:
        """Whether what a call sends, credentials aside, is read, drawn or made by code that is not known, in each pass anew."""
        words = ((argument, argument.keyword.value if argument.keyword is not None else "") for argument in call.args)
        sent = [argument.value for argument, word in words if not PER_ATTEMPT.search(word) and not CREDENTIAL.search(word)]
        return any(self._is_made_anew(value, call, _HOPS) for value in sent)

    def _is_of_new_object(self, call: cst.Call) -> bool:
        """``cursor = Cursor(session)`` and ``cursor.rows()``: what the object asks for is what the API gave it in this pass."""
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        made = self._sameness.parts.made_before(owner, call) if isinstance(owner, cst.Name) else ()
        return any(map(self._is_given_by_api, made))

    def thrown_away_behind(self, call: cst.Call) -> frozenset[cst.CSTNode]:
        """Where the object that is called is thrown away behind the call, ``self.cursor = None``: the API gives another then."""
        owner = root(call.func.value) if isinstance(call.func, cst.Attribute) else ""
        parts, order = self._sameness.parts, self._tree.order
        thrown = (
            [one.node for one in parts.changes.of((owner,)) if _is_nothing(one) and order[one.node] > order[call]] if "." in owner else []
        )
        return frozenset(thrown) if thrown and any(map(self._is_given_by_api, parts.assigned_anywhere(owner))) else frozenset()

    def _is_given_by_api(self, made: cst.BaseExpression) -> bool:
        calls = (node for node in (made, *self._tree.below(made)) if isinstance(node, cst.Call))
        return any(self._draws(node, _HOPS) or self._asks_to_be_made(node) for node in calls)

    def _asks_to_be_made(self, making: cst.Call) -> bool:
        """Whether a class of the file asks the API where an object of it is made."""
        classes = self._semantics.scopes.classes(making.func) if isinstance(making.func, cst.Name) else ()
        constructors = (method(definition, "__init__") for definition in classes)
        functions = [*self._semantics.runs(making), *(one for one in constructors if one is not None)]
        return any(self._semantics.does_http(one) is not None for one in functions)

    def _is_made_anew(self, value: cst.BaseExpression, call: cst.Call, hops: int) -> bool:
        for node in self._sameness.parts.nodes(value):
            if isinstance(node, cst.Call) and self._draws(node, _HOPS):
                return True
            if isinstance(node, cst.Name) and hops:
                made = list(self._sameness.parts.made_before(node, call))
                if any(self._is_unknown(one) or self._is_made_anew(one, call, hops - 1) for one in made):
                    return True
        return False

    def _draws(self, call: cst.Call, hops: int) -> bool:
        """Whether a call asks the API, or draws a value at random, itself or in a function of the file."""
        name = self._semantics.names.qualified(call.func) or ""
        if name in self._semantics.libraries.new_each_time or self._semantics.does_http(call) is not None:
            return True
        inner = (
            one
            for function in self._semantics.functions.run_by(call)
            for one in self._tree.inside(function.body, cst.Call, into_functions=False)
        )
        return hops > 0 and any(self._draws(one, hops - 1) for one in inner)

    def _is_unknown(self, value: cst.BaseExpression) -> bool:
        """``row = self.rows.load(key)``: code that is not known may have read the object again."""
        made = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(made, cst.Call) or self._semantics.names.qualified(made.func) is not None:
            return False
        return not self._semantics.functions.run_by(made)


def _is_nothing(change: Change) -> bool:
    """Whether a name no longer has a value: ``self.cursor = None``, ``del self.cursor``."""
    return isinstance(change.node, cst.Del) or (isinstance(change.value, cst.Name) and change.value.value == "None")
