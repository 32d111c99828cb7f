"""Does a function that calls itself send the same request again? Only then that is a retry.

The next page, the halves of a batch, each item of a list, a request without the field that was refused: those are other requests. What a
request is made of is followed through the variables of the function; attempt counters and timeouts may change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.program.functions import Given, bound_arguments
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.sent.request_parts import RequestParts, is_read
from errlint.semantics.retries.words import CREDENTIAL, PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOW = later(r"timeout|session|client|verify|proxy|proxies|retr(y|ies)|delay", re.IGNORECASE)
"""How something is asked for, not what."""
_ASIDE = (PER_ATTEMPT, CREDENTIAL, _HOW)


class OwnCalls:
    """Answers for the calls of one function of itself; ``attempt`` is the call that sends the request."""

    def __init__(self, semantics: Semantics, function: cst.FunctionDef, attempt: cst.Call) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._function = function
        self._attempt = attempt
        self._parts = RequestParts(semantics, function)
        self._made_of = list(self._parts_of(attempt))

    def sends_another(self, again: cst.Call) -> bool:
        """Whether what ``again`` sends differs from what was sent."""
        return self._hands_on_others(again) or self._changes_members(again)

    def _parts_of(self, attempt: cst.Call) -> Iterator[cst.CSTNode]:
        """What a request is made of, through the variables of the function and what is put into them."""
        queue: list[cst.CSTNode] = [attempt.func, *attempt.args]
        names: set[str] = set()
        while queue:
            expression = queue.pop()
            for node in self._parts.nodes(expression):
                if isinstance(node, cst.Name) and (not is_read(self._tree, node) or self._parts.is_aside(node, attempt)):
                    continue
                yield node
                if isinstance(node, cst.Name) and node.value not in names:
                    names.add(node.value)
                    queue.extend(self._put_into(node))

    def _put_into(self, name: cst.Name) -> Iterator[cst.BaseExpression]:
        scopes = self._semantics.scopes
        for binding in scopes.bindings(name.value, scopes.scope_of(name)):
            if binding.value is not None and self._tree.within(binding.node, self._function.body):
                yield binding.value
        for node in self._tree.inside(self._function.body, cst.Assign, into_functions=False):
            for target in node.targets:
                filled = target.target
                if isinstance(filled, cst.Subscript) and isinstance(filled.value, cst.Name) and filled.value.value == name.value:
                    yield node.value

    # by arguments ----------------------------------------------------------------------------------------------------------------

    def _hands_on_others(self, again: cst.Call) -> bool:
        """``fetch(url, page + 1)``, ``fetch(half)``: a parameter that the request is made of gets another value, or goes without."""
        read = {node.value for node in self._made_of if isinstance(node, cst.Name)}
        given = bound_arguments(again, self._function)
        others = [
            parameter.name.value
            for parameter, value in given.items()
            if isinstance(parameter, cst.Param) and not self._is_still(value, parameter.name.value)
        ]
        others += [name for name in self._left_out(again, given) if not any(word.search(name) for word in _ASIDE)]
        return any(name in read for name in others)

    def _left_out(self, again: cst.Call, given: Given) -> Iterator[str]:
        """``send(channel, text)`` in ``send(channel, text, blocks=None)``: what has a default that nothing is handed for."""
        if not any(argument.star for argument in again.args):
            params = (*self._function.params.params, *self._function.params.kwonly_params)
            yield from (one.name.value for one in params if one.default is not None and one not in given)

    def _is_still(self, value: cst.BaseExpression, parameter: str) -> bool:
        """Whether a value is the one that the parameter had when the request was sent: ``url``, ``first_url`` after ``first_url = url``."""
        if not isinstance(value, cst.Name):
            return False
        bindings = self._semantics.scopes.reaching(value)
        if value.value == parameter:
            order = self._tree.order
            return not any(binding.how is How.VALUE and order[binding.node] > order[self._attempt] for binding in bindings)
        kept = [binding.value for binding in bindings if binding.how is How.VALUE and not binding.path]
        return bool(kept) and len(kept) == len(bindings) and all(isinstance(one, cst.Name) and one.value == parameter for one in kept)

    # by members ------------------------------------------------------------------------------------------------------------------

    def _changes_members(self, again: cst.Call) -> bool:
        """``self.way = "plain"`` before a function calls itself: what is sent next is made of something else."""
        read = set(self._members_in((*self._made_of, *self._tree.below(self._attempt)), self._semantics.runs))
        block: cst.CSTNode | None = again
        while block is not None and block is not self._function:
            outer = self._tree.parent.get(block)
            if isinstance(outer, cst.If) and block is outer.body:
                read |= set(self._members_asked(outer.test))
            block = outer
        return any(member in read and not PER_ATTEMPT.search(member) for member in self._members_set_before(again))

    def _members_asked(self, test: cst.BaseExpression) -> Iterator[str]:
        """The attributes that a test is about, those included that a predicate of the file looks at: what sets them changes its answer."""
        return self._members_in((test, *self._tree.below(test)), self._semantics.functions.run_by)

    def _members_in(self, nodes: Iterable[cst.CSTNode], runs: Callable[[cst.Call], Iterable[cst.FunctionDef]]) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, cst.Attribute):
                yield node.attr.value
            for function in runs(node) if isinstance(node, cst.Call) else ():
                yield from (inner.attr.value for inner in self._tree.inside(function.body, cst.Attribute))

    def _members_set_before(self, again: cst.Call) -> Iterator[str]:
        """The attributes that the block of a call sets before it, by a function of the file, too: ``if not self.other_way(): raise``."""
        around = self._tree.enclosing(again, cst.IndentedBlock)
        order = self._tree.order
        before = (
            (node for node in self._tree.below(around, into_functions=False) if order[node] < order[again]) if around is not None else ()
        )
        for node in before:
            yield from self._members_set(node)
            for function in self._semantics.functions.run_by(node) if isinstance(node, cst.Call) else ():
                for inner in self._tree.below(function.body, into_functions=False) if function is not self._function else ():
                    yield from self._members_set(inner)

    def _members_set(self, node: cst.CSTNode) -> Iterator[str]:
        for target in node.targets if isinstance(node, cst.Assign) else ():
            if isinstance(target.target, cst.Attribute):
                yield target.target.attr.value
