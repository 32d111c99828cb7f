"""What a request is made of, seen from one region: which variables and members it reads, and whether it goes round with the loop."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.asked.decisions import is_told
from errlint.semantics.program.functions import bound_arguments
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.program.tree import Tree, alike
from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.sent.changes import Change, Changes, member_of_a_variable, root
from errlint.semantics.retries.sent.draws import is_drawn, turned_in
from errlint.semantics.retries.sent.renewals import renews
from errlint.semantics.retries.words import COUNTER, CREDENTIAL, PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.by_hand.exits import Region

_CASTS = ("typing.cast", "typing_extensions.cast")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOPS = 4


class RequestParts:
    """Answers for the calls of one region."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._region = region
        self._counters = Counters(semantics, region)
        self._draws = semantics.draws
        self.changes = Changes(semantics, region)

    def nodes(self, expression: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What an expression is made of, without what only tells attempts apart: ``{"X-Attempt": str(attempt)}``, ``f(retries=number)``."""
        return self._draws.parts(expression)

    def is_drawn(self, call: cst.Call) -> bool:
        """Whether the value of a call is another one each time, by its name, or by the functions of the file that it runs."""
        return is_drawn(call) or self._draws.chooses(call)

    def is_aside(self, name: cst.Name, call: cst.Call | None) -> bool:
        """Whether a name stands for what tells the attempts of ``call`` apart; a counter does only where it is handed on as it is."""
        if not PER_ATTEMPT.search(name.value):
            return call is not None and self._is_only_told(name, call)
        if not COUNTER.search(name.value):
            return True
        argument = self._tree.parent.get(name)
        if not isinstance(argument, cst.Arg) or call is None or self._tree.parent.get(argument) is not call:
            return False
        if argument.keyword is not None:
            return PER_ATTEMPT.search(argument.keyword.value) is not None
        return all(PER_ATTEMPT.search(parameter.name.value) for _, parameter in self._taken_as(name, call))

    def _taken_as(self, value: cst.CSTNode, call: cst.Call) -> Iterator[tuple[cst.FunctionDef, cst.Param]]:
        """The parameters by which functions of the file take an argument of a call."""
        for function in self._semantics.functions.run_by(call):
            for parameter, given in bound_arguments(call, function).items():
                if given is value and isinstance(parameter, cst.Param):
                    yield function, parameter

    def _is_only_told(self, name: cst.Name, call: cst.Call) -> bool:
        """``self.page(url, number)``, where that function only logs the number: whatever it is, the request is the same."""
        argument = self._tree.parent.get(name)
        if not isinstance(argument, cst.Arg) or self._tree.parent.get(argument) is not call:
            return False
        taken = list(self._taken_as(name, call))
        uses = (
            use
            for function, parameter in taken
            for use in self._tree.inside(function.body, cst.Name)
            if use.value == parameter.name.value and is_read(self._tree, use)
        )
        return bool(taken) and all(is_told(self._tree, use) for use in uses)

    # rotation ------------------------------------------------------------------------------------------------------------------------

    def rotates(self, value: cst.BaseExpression, call: cst.Call, hops: int = _HOPS) -> bool:
        """Whether a value is another one in each pass because the loop goes over keys, accounts, proxies: who asks is what it tries."""
        if not hops:
            return False
        for node in self.nodes(value):
            if isinstance(node, cst.Call) and self.is_drawn(node):
                return True
            if isinstance(node, cst.Name) and is_read(self._tree, node) and self._name_rotates(node, call, hops):
                return True
            if isinstance(node, (cst.Name, cst.Attribute)) and self._chooses(node) and self._moves_on(node):
                return True
            if isinstance(node, cst.Subscript) and dotted(node.value) in self.turned:
                return True
            if isinstance(node, cst.Attribute) and any(self.rotates(one, call, hops - 1) for one in self._set_before(root(node), call)):
                return True
        return False

    @cached_property
    def turned(self) -> set[str | None]:
        """What is turned around in the region, so that its items are others in the next pass."""
        return turned_in(self._tree, self._region)

    def _name_rotates(self, name: cst.Name, call: cst.Call, hops: int) -> bool:
        made: list[cst.BaseExpression] = []
        for binding in bindings(self._semantics, name):
            if binding.how is How.ITEM and binding.node is self._region:
                if not self._counters.direction(name) or self._chooses(name):
                    return True
            elif not self._tree.within(name, binding.node):
                made += [binding.value] if binding.value is not None and self._is_before(binding.node, call) else []
        return any(self.rotates(one, call, hops - 1) for one in (*made, *self._set_before(name.value, call)))

    def _chooses(self, counter: cst.Name | cst.Attribute) -> bool:
        """``tokens[attempt]`` and ``tokens[attempt % len(tokens)]``."""
        return self._tree.enclosing(counter, cst.Index) is not None

    def _moves_on(self, index: cst.Name | cst.Attribute) -> bool:
        """``at = (at + 1) % len(tokens)`` in each pass, whatever came of the attempt; what only some failures do is a change by these."""
        name = dotted(index)
        for change in self.changes.of((name,) if name else ()):
            line = self._tree.parent.get(change.node)
            if line is None or self._tree.parent.get(line) is not self._region.body:
                continue
            read = (change.value, *self._tree.below(change.value)) if change.value is not None else ()
            if isinstance(change.node, cst.AugAssign) or any(dotted(one) == name for one in read if isinstance(one, cst.BaseExpression)):
                return True
        return False

    def _set_before(self, name: str, call: cst.Call) -> Iterator[cst.BaseExpression]:
        """What is assigned to a value, or put into it, in the pass before the call."""
        for change in self.changes.of((name,) if name else ()):
            if change.value is not None and self._is_before(change.node, call):
                yield change.value

    def _is_before(self, node: cst.CSTNode, call: cst.Call) -> bool:
        order = self._tree.order
        return order[node] < order[call] and self._tree.within(node, self._region) and not self._tree.within(call, node)

    def follows_loop(self, call: cst.Call, *, counts: bool = True) -> bool:
        """Whether a call asks for something else in each pass, by what the loop goes over, or counts."""
        if not isinstance(self._region, cst.For):
            return False
        target = self._region.target
        names = (node for node in (target, *self._tree.below(target)) if isinstance(node, cst.Name))
        items = {node.value for node in names if counts or not self._counters.direction(node)}
        return any(name in items for name, _ in self._read_by(call))

    # what a failure changes ------------------------------------------------------------------------------------------------------------

    def changed_behind(self, call: cst.Call) -> Iterator[Change]:
        """The changes behind a call of what it asks for, or of who asks."""
        order = self._tree.order
        read: dict[str, list[cst.CSTNode]] = {}
        for name, node in self._read_by(call):
            read.setdefault(name, []).append(node)
        for change in self.changes.of(read):
            if all(self.reads_another_member(node, change.member) for node in read[change.name]):
                continue
            if order[change.node] < order[call] or self._tree.within(call, change.node):
                continue
            if not self._is_made_alike(change) or self._is_read_again(change, call):
                yield change

    def reads_another_member(self, name: cst.CSTNode, member: str) -> bool:
        """Whether nothing of a variable is read but a member that is not ``member``: of ``order.url``, ``order.sent_at`` is no part.

        Unless a class of the file has a use for ``member``: it may make the other one of it.
        """
        around = self._tree.parent.get(name)
        read = member_of_a_variable(around)
        above = self._tree.parent.get(around) if around is not None else None
        is_called = isinstance(above, cst.Call) and above.func is around
        return bool(read and member) and read != member and not is_called and member not in self._of_objects

    @cached_property
    def _of_objects(self) -> frozenset[str]:
        """The members that classes of the file read of their objects."""
        found = (node for node in self._tree.all(cst.Attribute) if not isinstance(self._tree.parent.get(node), cst.AssignTarget))
        return frozenset(node.attr.value for node in found if isinstance(node.value, cst.Name) and node.value.value in ("self", "cls"))

    def _is_made_alike(self, change: Change) -> bool:
        """``body = open(path)`` once more: what is sent is the same."""
        if change.value is None or change.is_part or any(map(self.is_drawn, self._tree.inner_first(change.value, cst.Call))):
            return False
        others = (one for one in self.assigned_anywhere(change.name) if one is not change.value)
        return any(alike(one, change.value) for one in others)

    def _is_read_again(self, change: Change, call: cst.Call) -> bool:
        """``sha = get(url).json()["sha"]`` once more, and what is written goes by it: the server may have another one by now.

        New credentials and a new address to send the same to (an upload that was signed) make no other request of it.
        """
        if change.value is None or CREDENTIAL.search(change.name) or self._is_address(change.name, call):
            return False
        return self.is_read_for(change.value, call)

    def is_read_for(self, value: cst.BaseExpression, call: cst.Call) -> bool:
        """Whether a value is read over HTTP, and ``call`` writes."""
        attempts = self._semantics.attempts
        calls = list(self._tree.inner_first(value, cst.Call))
        sent = attempts.of_call(call) if calls and call not in calls and not renews(self._semantics, value) else None
        if sent is None or sent.method in _READS:
            return False
        read = map(attempts.of_call, calls)
        return any(one is not None and (one.method in _READS or one.method is None) for one in read)

    def _is_address(self, name: str, call: cst.Call) -> bool:
        """Whether a call of a library sends to an address that is the variable, or a part of its value."""
        if self._semantics.attempts.method(call) is None:
            return False
        placed = (one.value for one in call.args if one.keyword is None and not isinstance(one.value, cst.SimpleString))
        named = (one.value for one in call.args if one.keyword is not None and one.keyword.value == "url")
        address = next(named, None) or next(placed, None)
        return isinstance(address, (cst.Name, cst.Attribute, cst.Subscript)) and root(address) == name

    def assigned_anywhere(self, name: str) -> Iterator[cst.BaseExpression]:
        """What a variable is set to in the function around, or a member in the class."""
        around = self._tree.enclosing(self._region, cst.FunctionDef, cst.ClassDef) if "." not in name else None
        around = around or self._tree.enclosing(self._region, cst.ClassDef)
        for statement in self._tree.inside(around or self._tree.module, cst.Assign):
            if any(dotted(target.target) == name for target in statement.targets):
                yield statement.value

    def _read_by(self, call: cst.Call) -> Iterator[tuple[str, cst.CSTNode]]:
        """The variables and members that a request is made of, through what the pass makes of them, and functions of the file.

        Each with every place that reads it.
        """
        queue: list[tuple[cst.CSTNode, int]] = [(argument, _HOPS) for argument in call.args]
        if dotted(call.func) is None:
            queue.append((call.func, _HOPS))
        queue += [(argument, 2) for argument in self._sent_by_a_function(call)]
        seen: set[str] = set()
        while queue:
            expression, hops = queue.pop()
            for node in self.nodes(expression):
                if isinstance(node, cst.Call) and hops:
                    queue += [(function.body, 0) for function in self._semantics.functions.run_by(node) if function is not self._region]
                name = self._name_of(node, call)
                if not name:
                    continue
                if "." in name or self._tree.within(node, self._region.body):
                    yield name, node
                    if name in seen:
                        continue
                    seen.add(name)
                if isinstance(node, cst.Name) and hops:
                    queue += [(value, hops - 1) for value in self._made_of(node, call)]

    def _made_of(self, name: cst.Name, call: cst.Call) -> Iterator[cst.BaseExpression]:
        """What the pass, or the function that sends the request, makes a variable of."""
        if self._tree.within(name, self._region.body):
            yield from self.made_before(name, call)
        else:
            yield from (one.value for one in bindings(self._semantics, name) if one.how is How.VALUE and one.value is not None)

    def made_before(self, name: cst.Name, call: cst.Call) -> Iterator[cst.BaseExpression]:
        """What the pass makes a variable of before the call."""
        for binding in bindings(self._semantics, name):
            if binding.value is not None and binding.node is not self._region and self._is_before(binding.node, call):
                yield binding.value

    def _name_of(self, node: cst.CSTNode, call: cst.Call) -> str:
        """The variable or member that a node reads; empty for what only tells attempts apart."""
        if isinstance(node, cst.Name) and is_read(self._tree, node):
            return "" if self.is_aside(node, call) or node.value in ("self", "cls") else node.value
        if isinstance(node, cst.Attribute) and not isinstance(self._tree.parent.get(node), (cst.AssignTarget, cst.AugAssign)):
            name = root(node)
            return name if "." in name and not PER_ATTEMPT.search(name.rpartition(".")[2]) else ""
        return ""

    def _sent_by_a_function(self, call: cst.Call) -> list[cst.Arg]:
        """The arguments of the request that a function of the file sends when it is called."""
        evidence = self._semantics.does_http(call) if self._semantics.functions.run_by(call) else None
        sent = (place.node for place in evidence.trail if place.http) if evidence is not None else ()
        return [argument for node in sent if isinstance(node, cst.Call) and node is not call for argument in node.args]


def is_cast(semantics: Semantics, value: cst.BaseExpression, name: str) -> bool:
    """``run = cast(Run, run)`` tells a type checker something, and changes nothing."""
    if not isinstance(value, cst.Call) or len(value.args) != 2:
        return False
    last = value.args[1].value
    return isinstance(last, cst.Name) and last.value == name and semantics.names.qualified(value.func) in _CASTS


def is_read(tree: Tree, name: cst.Name) -> bool:
    """Whether a name is that of a variable that is read: no keyword, no member."""
    parent = tree.parent.get(name)
    if isinstance(parent, cst.Attribute):
        return parent.value is name
    return not isinstance(parent, (cst.Arg, cst.Param)) or getattr(parent, "keyword", None) is not name


def bindings(semantics: Semantics, name: cst.Name) -> list[Binding]:
    """All bindings of a name in the innermost scope that has any: a comprehension sees those of the function around it."""
    scopes = semantics.scopes
    return next((found for scope in scopes.outer(scopes.scope_of(name)) if (found := scopes.bindings(name.value, scope))), [])
