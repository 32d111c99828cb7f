"""Is a call the same in every pass of a loop? Only then a further pass is a retry.

What changes from pass to pass makes it something else: the next page, the next item of a list, another host, a request that was changed
after the error. Attempt counters and timeouts may change, and headers and tokens as long as the loop does not go over them: the request
stays the same to the API.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.by_hand.counters import Counters
from errlint.semantics.retries.by_hand.exits import Region
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.sent.changes import member_of_a_variable, root
from errlint.semantics.retries.sent.draws import is_drawn
from errlint.semantics.retries.sent.region_names import RegionNames
from errlint.semantics.retries.sent.request_parts import RequestParts, bindings, is_cast, is_read
from errlint.semantics.retries.words import CREDENTIAL, PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_STATEMENTS = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Del, cst.Expr)
_HOPS = 6
_MOST = 1_000  # values that are looked at for one call


class Sameness:
    """Answers for one region: the code that is run once for each attempt."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self.region = region
        self._names = RegionNames(semantics, region)
        self._call: cst.Call | None = None
        self._asking: set[cst.BaseExpression] = set()
        """Expressions that are being looked at: a value that is made of itself stays if all else does."""
        self._staying: dict[cst.BaseExpression, int] = {}
        """Expressions that stay for the call in question, with the hops that were followed: one that does not stay ends the question."""
        self._known_last: dict[tuple[cst.CSTNode, cst.Call | None], bool] = {}
        self._left = 0
        self._helpers: list[cst.Call] = []
        """The calls that the call in question is made of; asked last, since it may take other modules to tell whether they choose."""
        self._turns: set[cst.CSTNode] | None = None

    def turns(self, call: cst.Call) -> frozenset[cst.CSTNode]:
        """The statements behind a call that turn the next request into another one: ``page += 1``; where nothing else does."""
        self._turns = set()
        try:
            return frozenset(self._turns) if self.is_same(call) else frozenset()
        finally:
            self._turns = None

    def _is_turn(self, *nodes: cst.CSTNode) -> bool:
        """Note statements that change the request, if turns are looked for and all of them stand behind the call."""
        order = self._tree.order
        if self._turns is None or self._call is None or not nodes:
            return False
        found = [node if isinstance(node, _STATEMENTS) else self._tree.enclosing(node, *_STATEMENTS) for node in nodes]
        behind = [one for one in found if one is not None and order[one] > order[self._call] and not self._tree.within(self._call, one)]
        if len(behind) < len(nodes):
            return False
        self._turns.update(behind)
        return True

    def is_same(self, call: cst.Call) -> bool:
        """Whether the call sends the same request in every pass."""
        if not self.sends_same(call) or not self._stays(call.func, _HOPS) or self._is_switched():
            return False
        draws = self._semantics.draws
        if any(map(draws.chooses, self._helpers)) or draws.are_in_request(call):
            return False
        inside = (function for function in self._semantics.functions.run_by(call) if self._tree.within(function, self.region.body))
        return not any(inside) or not self.parts.follows_loop(call, counts=False)

    def sends_same(self, call: cst.Call) -> bool:
        """Whether the call has the same arguments in every pass, whatever it is a method of."""
        self._call = call
        self._left = _MOST
        self._staying.clear()
        self._helpers.clear()
        return all(self._argument_stays(argument, call) for argument in call.args)

    def _argument_stays(self, argument: cst.Arg, call: cst.Call) -> bool:
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if not CREDENTIAL.search(keyword):
            return bool(PER_ATTEMPT.search(keyword)) or self._stays(argument.value, _HOPS)
        if self._turns is not None:
            self._stays(argument.value, _HOPS)  # `pagination_token=token`
        elif isinstance(argument.value, cst.Name) and self._changed_inside(argument.value.value):
            return False
        return not self.parts.rotates(argument.value, call)

    def changed_behind(self, call: cst.Call) -> frozenset[cst.CSTNode]:
        """The statements and calls behind a call that make another request of it: where a failure leads there, it is no retry."""
        changes = self.parts.changed_behind(call)
        return frozenset(one.node for one in changes if one.value is None or not is_cast(self._semantics, one.value, one.name))

    @cached_property
    def parts(self) -> RequestParts:
        """What the requests of the region are made of."""
        return RequestParts(self._semantics, self.region)

    def _is_switched(self) -> bool:
        """``for model in models: self.model = model``, ``session.headers["X-Key"] = key``: each pass asks somebody else, or as another."""
        if not isinstance(self.region, cst.For) or self._call is None:
            return False
        asked = root(self._call.func)
        for node in self._tree.inside(self.region.body, cst.Assign, into_functions=False):
            set_to = [target.target for target in node.targets if isinstance(target.target, (cst.Attribute, cst.Subscript))]
            of_client = [target for target in set_to if "." in asked or root(target) == asked]
            words = [target.attr.value if isinstance(target, cst.Attribute) else "" for target in of_client]
            moves_on = self._goes_over(node.value, self.region.target) or self.parts.rotates(node.value, self._call)
            if not all(map(PER_ATTEMPT.search, words)) and moves_on:
                return True
        told = (call for calls in self._names.extended.values() for call in calls)
        values = (argument.value for call in told if root(call.func) == asked != "" for argument in call.args)
        return any(self._goes_over(value, self.region.target) for value in values)

    def _goes_over(self, value: cst.BaseExpression, item: cst.BaseExpression) -> bool:
        """Whether a value is made of what the loop goes over, where that are no numbers."""
        items = {node.value for node in (item, *self._tree.below(item)) if isinstance(node, cst.Name)}
        names = (node for node in (value, *self._tree.below(value)) if isinstance(node, cst.Name) and node.value in items)
        return any(value is name or not self._counters.direction(name) for name in names)

    def _stays(self, expression: cst.BaseExpression, hops: int) -> bool:
        """Whether the value of an expression is the same in each pass."""
        if not hops or expression in self._asking or self._staying.get(expression, 0) >= hops:
            return True
        self._left -= 1
        if self._left < 0:
            return False  # nobody can follow that
        self._asking.add(expression)
        try:
            stays = self._parts_stay(expression, hops)
        finally:
            self._asking.discard(expression)
        if stays:
            self._staying[expression] = hops
        return stays

    def _parts_stay(self, expression: cst.BaseExpression, hops: int) -> bool:
        for node in self.parts.nodes(expression):
            if isinstance(node, cst.Call):
                if node is self._call or is_drawn(node):
                    return False  # what is made of an answer is not what was sent before it
                self._helpers.append(node)
            if isinstance(node, cst.Subscript) and dotted(node.value) in self.parts.turned:
                return False
            if isinstance(node, cst.Name) and is_read(self._tree, node) and not self._name_stays(node, hops):
                return False
            if isinstance(node, cst.Attribute) and not self._attribute_stays(node, hops):
                return False
        return True

    def _name_stays(self, name: cst.Name, hops: int) -> bool:
        if self.parts.is_aside(name, self._call):
            return True
        is_credential = CREDENTIAL.search(name.value) is not None
        if is_credential and self._call is not None and self.parts.rotates(name, self._call):
            return False
        made_here = False
        for binding in bindings(self._semantics, name):
            if not self._tree.within(binding.node, self.region.body) and binding.node is not self.region:
                continue
            made_here = made_here or binding.node is not self.region
            if self._is_turn(binding.node) or is_credential or self._counts_failures(name):
                continue
            if not self._binding_stays(binding, name, hops):
                return False
        return self._filled_alike(name, hops) if made_here else not self._changed_inside(name.value, name)

    def _counts_failures(self, name: cst.Name) -> bool:
        """``failed += 1`` in a handler or after a test, and ``if failed > limit: raise``: compared, told to others, and that is all."""
        compared = False
        for node in self._names.named.get(name.value, ()):
            parent = self._tree.parent.get(node)
            if isinstance(parent, cst.AugAssign):
                if not isinstance(parent.value, cst.Integer) or not self._is_conditional(parent):
                    return False
            elif isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
                compared = True
            elif not isinstance(parent, (cst.FormattedStringExpression, cst.Arg)) or self._tree.parent.get(parent) is self._call:
                return False
        return compared

    def _is_conditional(self, statement: cst.CSTNode) -> bool:
        around = self._tree.enclosing(statement, cst.If, cst.ExceptHandler, cst.ExceptStarHandler)
        return around is not None and self._tree.within(around, self.region.body)

    def _filled_alike(self, name: cst.Name, hops: int) -> bool:
        """Whether what each pass makes anew is filled with the same: ``options = {}``, ``options["limit"] = limit``, ``form.add(x)``."""
        if self._extended(name.value):
            return False
        told = (argument.value for call in self._names.told.get(name.value, ()) for argument in call.args)
        filled = self._names.filled.get(name.value, ())
        set_to = (node.value for node in filled if not self._is_last(node) and not self._sets_others(node, name))
        return all(self._stays(value, hops - 1) for value in (*set_to, *told))

    def _binding_stays(self, binding: Binding, name: cst.Name, hops: int) -> bool:
        if binding.node is self.region:
            return False
        if not isinstance(binding.node, cst.CompFor) and self._is_last(binding.node):
            return True
        if binding.how in (How.EXCEPT, How.FUNCTION, How.CLASS, How.IMPORT, How.PARAMETER, How.DECLARED):
            return binding.how is not How.EXCEPT
        if binding.how is How.AUGMENTED or binding.value is None:
            return False
        if is_cast(self._semantics, binding.value, name.value):
            return True
        if self._reads(binding.value, name.value):
            return self._is_prepared(binding) or (self._is_made_before(binding, name) and self._stays(binding.value, hops - 1))
        return self._stays(binding.value, hops - 1)

    def _is_prepared(self, binding: Binding) -> bool:
        """``try: order = checked(order); return post(order)``: once more, that changes nothing."""
        call, tried = self._call, self._tree.enclosing(binding.node, cst.Try)
        if call is None or tried is None or not isinstance(binding.value, cst.Call) or not self._tree.within(tried, self.region.body):
            return False
        return self._tree.order[binding.node] < self._tree.order[call] and self._tree.within(call, tried.body)

    def _is_made_before(self, binding: Binding, name: cst.Name) -> bool:
        """``rows = read()`` and ``rows = rows[:10]`` below it: each pass begins with it anew."""
        tree = self._tree
        earlier = (
            one for one in bindings(self._semantics, name) if tree.order[one.node] < tree.order[binding.node] and one.value is not None
        )
        made = (one for one in earlier if tree.within(one.node, self.region.body) and tree.within(binding.node, tree.block(one.node)))
        return any(one.value is not None and not self._reads(one.value, name.value) for one in made)

    def _is_last(self, node: cst.CSTNode) -> bool:
        """``result = failed(result)`` and ``return result``, or where no attempt is left: no further pass follows."""
        if (node, self._call) not in self._known_last:
            self._known_last[node, self._call] = self._is_last_of_all(node)
        return self._known_last[node, self._call]

    def _is_last_of_all(self, node: cst.CSTNode) -> bool:
        child, order = node, self._tree.order
        for found in self._tree.ancestors(node):
            if self._is_spent(child, found):
                return True
            if found is self.region or (isinstance(found, (cst.Try, cst.TryStar)) and child is found.body):
                return False  # or an exception may come in between, and send it into another pass
            if isinstance(found, cst.IndentedBlock) and isinstance(found.body[-1], cst.SimpleStatementLine):
                ends = self._leaves(found.body[-1].body[-1])
                again = (other for other in self._tree.inside(found, cst.Continue, into_functions=False) if order[other] > order[node])
                if ends and next(again, None) is None and not self._is_called_between(node, found):
                    return True
            child = found
        return False

    def _is_called_between(self, node: cst.CSTNode, block: cst.CSTNode) -> bool:
        """Whether the call stands behind a node in a block: it may fail, and lead into another pass."""
        call, order = self._call, self._tree.order
        return call is not None and order[call] > order[node] and self._tree.within(call, block) and not self._tree.within(call, node)

    def _is_spent(self, node: cst.CSTNode, around: cst.CSTNode) -> bool:
        """Whether a part of a test or block is reached after the last attempt only: ``if attempt < most: continue``, and what follows."""
        if isinstance(around, cst.If):
            wanted = NOTHING if node is around.body else ANYTHING
            return node in (around.body, around.orelse) and self._counters.passed(around.test) == wanted
        if not isinstance(around, cst.IndentedBlock):
            return False
        before = around.body[: around.body.index(node)] if node in around.body else ()
        return any(isinstance(one, cst.If) and leaves(one.body) and self._counters.passed(one.test) == ANYTHING for one in before)

    @cached_property
    def _counters(self) -> Counters:
        return Counters(self._semantics, self.region)

    def _leaves(self, statement: cst.CSTNode) -> bool:
        """Whether a statement ends all passes: a ``break`` may be one of a loop inside."""
        if isinstance(statement, cst.Break):
            return self._tree.enclosing(statement, cst.For, cst.While) is self.region
        return isinstance(statement, (cst.Return, cst.Raise))

    def _reads(self, expression: cst.BaseExpression, name: str) -> bool:
        nodes = (expression, *self._tree.below(expression))
        return any(isinstance(node, cst.Name) and node.value == name and is_read(self._tree, node) for node in nodes)

    def _sets_others(self, statement: cst.Assign | cst.AugAssign, name: cst.Name) -> bool:
        """``hook.failed += 1``: whether members of a variable are set, or counted, that are not the one which is read here."""
        targets = [one.target for one in statement.targets] if isinstance(statement, cst.Assign) else [statement.target]
        return all(self.parts.reads_another_member(name, member_of_a_variable(target)) for target in targets)

    def _changed_inside(self, name: str, read: cst.Name | None = None) -> bool:
        """``params["page"] = …`` and ``headers["Origin"] = …`` change the request; ``headers["Authorization"] = …`` does not.

        :param read: where it is read, if that is one place.
        """
        made: list[cst.CSTNode] = [node for node in self._names.filled.get(name, ()) if not self._set_alike(node)]
        made = [node for node in (*made, *self._names.counted.get(name, ())) if not self._is_last(node)]
        if read is not None:
            made = [node for node in made if not isinstance(node, (cst.Assign, cst.AugAssign)) or not self._sets_others(node, read)]
        changes = [*self._extended(name), *made]
        return bool(changes) and not self._is_turn(*changes)

    def _extended(self, name: str) -> list[cst.Call]:
        """The calls that put other things into a variable in each pass; ``headers.update({"X-Key": key})`` puts in the same ones again."""
        return [call for call in self._names.extended.get(name, ()) if not (_updates(call) and self._set_alike(call))]

    def _set_alike(self, statement: cst.Assign | cst.Call) -> bool:
        """``kwargs["data"] = form`` before the call, in every pass that gets there: what is set is the same each time."""
        order = self._tree.order
        if self._call is None or order[statement] > order[self._call]:
            return False
        for found in self._tree.ancestors(statement):
            if found is self.region:
                break
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler, cst.For, cst.While)):
                return False
            if isinstance(found, cst.If) and any(self._is_set_inside(node) for node in (found.test, *self._tree.below(found.test))):
                return False
        values = [argument.value for argument in statement.args] if isinstance(statement, cst.Call) else [statement.value]
        return all(self._stays(value, _HOPS - 1) for value in values)

    def _is_set_inside(self, node: cst.CSTNode) -> bool:
        """Whether a name of a test gets its value in the region: then the test may come out otherwise in the next pass."""
        if not isinstance(node, cst.Name):
            return False
        bindings = self._semantics.scopes.bindings(node.value, self._semantics.scopes.scope_of(node))
        return any(binding.node is self.region or self._tree.within(binding.node, self.region.body) for binding in bindings)

    def _attribute_stays(self, attribute: cst.Attribute, hops: int) -> bool:
        """``self.page += 1`` and ``self.key_index = …`` in the loop."""
        wanted = dotted(attribute)
        word = attribute.attr.value
        if wanted is None or PER_ATTEMPT.search(word):
            return True
        if CREDENTIAL.search(word):
            return self._call is None or not self.parts.rotates(attribute, self._call)
        if wanted not in self._names.assigned:
            return True
        assigned = self._names.assigned[wanted]
        if assigned is not None and self._is_turn(assigned):
            return True
        return assigned is not None and self._stays(assigned.value, min(hops - 1, 1))  # which may speak of the attribute itself


def _updates(call: cst.Call) -> bool:
    """``values.update(…)``: done again with the same, it changes nothing."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value == "update"
