"""Is a call the same in every pass of a loop? Only then a further pass is a retry.

What changes from pass to pass makes it something else: the next page, the next item of a list, another host, a request that was changed
after the error. Attempt counters, timeouts, headers and tokens may change: the request stays the same to the API.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from errlint.regex import later
from errlint.semantics.leaving import leaves
from errlint.semantics.names import dotted
from errlint.semantics.retries.counters import Counters
from errlint.semantics.retries.exits import Region
from errlint.semantics.retries.outcomes import ANYTHING, NOTHING
from errlint.semantics.retries.words import ASIDE
from errlint.semantics.scopes import Binding, How

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_CREDENTIALS = later(r"auth|token|cookie|nonce|csrf|xsrf|crumb|key|attempt|retr(y|ies)|trace|request.?id|idempotency|date", re.IGNORECASE)
"""Headers and parameters that may differ between two attempts of one request."""
_CHANGING = frozenset({"append", "pop", "update", "extend"})
_DRAWN = frozenset(
    {"next", "input", "prompt", "ask", "getpass", "pop", "popleft", "popitem", "get_nowait", "recv", "readline", "choice", "shift",
     "dequeue", "next_key", "rotate"}
)  # fmt: skip
"""Calls whose value is another one each time: what a person says, what comes next."""
_CASTS = ("typing.cast", "typing_extensions.cast")
_QUEUES = later(r"queue|_q$|^q$|jobs|tasks|inbox|pending", re.IGNORECASE)
N = TypeVar("N", bound=cst.CSTNode)

_STATEMENTS = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Del, cst.Expr)
_HOPS = 6
_MOST = 1_000
"""Values that are looked at for one call."""


class Sameness:
    """Answers for one region."""

    def __init__(self, semantics: Semantics, region: Region) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._region = region
        self._call: cst.Call | None = None
        self._asking: set[cst.BaseExpression] = set()
        self._known_last: dict[cst.CSTNode, bool] = {}
        """Expressions that are being looked at: a value that is made of itself stays if all else does."""
        self._left = 0
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
        self._call = call
        self._left = _MOST
        if not self._stays(call.func, _HOPS) or self._is_switched():
            return False
        for argument in call.args:
            if argument.keyword is not None and ASIDE.search(argument.keyword.value):
                if self._turns is not None:
                    self._stays(argument.value, _HOPS)  # `pagination_token=token`
                elif isinstance(argument.value, cst.Name) and self._changed_inside(argument.value.value):
                    return False
                continue
            if not self._stays(argument.value, _HOPS):
                return False
        return True

    def _is_switched(self) -> bool:
        """``for model in models: self.model = model``: each pass asks somebody else."""
        if not isinstance(self._region, cst.For):
            return False
        items = {node.value for node in (self._region.target, *self._tree.below(self._region.target)) if isinstance(node, cst.Name)}
        for node in self._tree.inside(self._region.body, cst.Assign, into_functions=False):
            if isinstance(node.value, cst.Name) and node.value.value in items:
                targets = [target.target for target in node.targets]
                if any(isinstance(target, cst.Attribute) and not ASIDE.search(target.attr.value) for target in targets):
                    return True
        return False

    def _stays(self, expression: cst.BaseExpression, hops: int) -> bool:
        """Whether the value of an expression is the same in each pass."""
        if not hops or expression in self._asking:
            return True
        self._left -= 1
        if self._left < 0:
            return False  # nobody can follow that
        self._asking.add(expression)
        try:
            return self._parts_stay(expression, hops)
        finally:
            self._asking.discard(expression)

    def _parts_stay(self, expression: cst.BaseExpression, hops: int) -> bool:
        for node in (expression, *self._tree.below(expression)):
            if isinstance(node, cst.Call) and self._is_drawn(node):
                return False
            if isinstance(node, cst.Name) and self._is_read(node) and not self._name_stays(node, hops):
                return False
            if isinstance(node, cst.Attribute) and not self._attribute_stays(node, hops):
                return False
        return True

    def _is_read(self, name: cst.Name) -> bool:
        parent = self._tree.parent.get(name)
        if isinstance(parent, cst.Attribute):
            return parent.value is name
        return not isinstance(parent, (cst.Arg, cst.Param)) or getattr(parent, "keyword", None) is not name

    def _is_drawn(self, call: cst.Call) -> bool:
        name = dotted(call.func) or (call.func.attr.value if isinstance(call.func, cst.Attribute) else "")
        owner, _, word = name.rpartition(".")
        if word in _DRAWN:
            # `kwargs.pop("timeout")` takes an argument out; `items.pop()` takes the next item
            return word not in ("pop", "popitem") or not call.args
        return word == "get" and bool(_QUEUES.search(owner.rpartition(".")[2])) and not call.args

    def _name_stays(self, name: cst.Name, hops: int) -> bool:
        scopes = self._semantics.scopes
        scope = scopes.scope_of(name)
        for binding in scopes.bindings(name.value, scope):
            if not self._tree.within(binding.node, self._region.body) and binding.node is not self._region:
                continue
            if self._is_turn(binding.node) or ASIDE.search(name.value) or self._counts_failures(name):
                continue
            if not self._binding_stays(binding, name, hops):
                return False
        made_here = any(self._tree.within(binding.node, self._region.body) for binding in scopes.bindings(name.value, scope))
        return self._filled_alike(name.value, hops) if made_here else not self._changed_inside(name.value)

    def _counts_failures(self, name: cst.Name) -> bool:
        """``failed += 1`` in a handler or after a test, and ``if failed > limit: raise``: compared, told to others, and that is all."""
        compared = False
        for node in self._named.get(name.value, ()):
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
        return around is not None and self._tree.within(around, self._region.body)

    def _filled_alike(self, name: str, hops: int) -> bool:
        """Whether what each pass makes anew is filled with the same: ``options = {}``, ``options["limit"] = limit``, ``form.add(x)``."""
        if name in self._extended:
            return False
        told = (argument.value for call in self._told.get(name, ()) for argument in call.args)
        set_to = (node.value for node in self._filled.get(name, ()) if not self._is_last(node))
        return all(self._stays(value, hops - 1) for value in (*set_to, *told))

    def _binding_stays(self, binding: Binding, name: cst.Name, hops: int) -> bool:
        if binding.node is self._region:
            return False
        if self._is_last(binding.node):
            return True
        if binding.how in (How.EXCEPT, How.FUNCTION, How.CLASS, How.IMPORT, How.PARAMETER, How.DECLARED):
            return binding.how is not How.EXCEPT
        if binding.how is How.AUGMENTED or binding.value is None:
            return False
        if self._is_cast(binding.value, name.value):
            return True
        if self._reads(binding.value, name.value):
            return False
        return self._stays(binding.value, hops - 1)

    def _is_cast(self, value: cst.BaseExpression, name: str) -> bool:
        """``run = cast(Run, run)`` tells a type checker something, and changes nothing."""
        if not isinstance(value, cst.Call) or len(value.args) != 2:
            return False
        last = value.args[1].value
        return isinstance(last, cst.Name) and last.value == name and self._semantics.names.qualified(value.func) in _CASTS

    def _is_last(self, node: cst.CSTNode) -> bool:
        """``result = failed(result)`` and ``return result``, or where no attempt is left: no further pass follows."""
        if node not in self._known_last:
            self._known_last[node] = self._is_last_of_all(node)
        return self._known_last[node]

    def _is_last_of_all(self, node: cst.CSTNode) -> bool:
        child, order = node, self._tree.order
        for found in self._tree.ancestors(node):
            if self._is_spent(child, found):
                return True
            if found is self._region or (isinstance(found, (cst.Try, cst.TryStar)) and child is found.body):
                return False  # or an exception may come in between, and send it into another pass
            if isinstance(found, cst.IndentedBlock) and isinstance(found.body[-1], cst.SimpleStatementLine):
                ends = self._leaves(found.body[-1].body[-1])
                again = (other for other in self._tree.inside(found, cst.Continue, into_functions=False) if order[other] > order[node])
                if ends and next(again, None) is None:
                    return True
            child = found
        return False

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
        return Counters(self._semantics, self._region)

    def _leaves(self, statement: cst.CSTNode) -> bool:
        """Whether a statement ends all passes: a ``break`` may be one of a loop inside."""
        if isinstance(statement, cst.Break):
            return self._tree.enclosing(statement, cst.For, cst.While) is self._region
        return isinstance(statement, (cst.Return, cst.Raise))

    def _reads(self, expression: cst.BaseExpression, name: str) -> bool:
        nodes = (expression, *self._tree.below(expression))
        return any(isinstance(node, cst.Name) and node.value == name and self._is_read(node) for node in nodes)

    def _changed_inside(self, name: str) -> bool:
        """``params["page"] = …`` and ``headers["Origin"] = …`` change the request; ``headers["Authorization"] = …`` does not."""
        changes = [*self._extended.get(name, ()), *self._counted.get(name, ())]
        changes += [node for node in self._filled.get(name, ()) if not self._set_alike(node) and not self._is_last(node)]
        return bool(changes) and not self._is_turn(*changes)

    def _set_alike(self, statement: cst.Assign) -> bool:
        """``kwargs["data"] = form`` before the call, in every pass that gets there: what is set is the same each time."""
        order = self._tree.order
        if self._call is None or order[statement] > order[self._call]:
            return False
        for found in self._tree.ancestors(statement):
            if found is self._region:
                break
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler, cst.For, cst.While)):
                return False
            if isinstance(found, cst.If) and any(self._is_set_inside(node) for node in (found.test, *self._tree.below(found.test))):
                return False
        return self._stays(statement.value, _HOPS - 1)

    def _is_set_inside(self, node: cst.CSTNode) -> bool:
        """Whether a name of a test gets its value in the region: then the test may come out otherwise in the next pass."""
        if not isinstance(node, cst.Name):
            return False
        bindings = self._semantics.scopes.bindings(node.value, self._semantics.scopes.scope_of(node))
        return any(binding.node is self._region or self._tree.within(binding.node, self._region.body) for binding in bindings)

    def _filled_by(self, target: cst.BaseExpression) -> str:
        """The name of what has an item or an attribute set; empty where that changes nothing of the request."""
        if not isinstance(target, (cst.Subscript, cst.Attribute)):
            return ""
        if isinstance(target, cst.Attribute) and ASIDE.search(target.attr.value):
            return ""
        if isinstance(target, cst.Subscript) and any(
            _CREDENTIALS.search(text)
            for element in target.slice
            if isinstance(element.slice, cst.Index)
            for text in self._semantics.constants.strings(element.slice.value)
        ):
            return ""
        name = (dotted(target.value) or "").partition(".")[0]
        return "" if name == "self" else name

    # what the region does, by names ------------------------------------------------------------------------------------------------

    def _inside(self, *kinds: type[N]) -> list[N]:
        return self._tree.inside(self._region.body, *kinds, into_functions=False)

    @cached_property
    def _named(self) -> dict[str, list[cst.Name]]:
        found: dict[str, list[cst.Name]] = {}
        for node in self._inside(cst.Name):
            found.setdefault(node.value, []).append(node)
        return found

    @cached_property
    def _filled(self) -> dict[str, list[cst.Assign]]:
        """The assignments to items and attributes."""
        found: dict[str, list[cst.Assign]] = {}
        for node in self._inside(cst.Assign):
            for name in {self._filled_by(target.target) for target in node.targets} - {""}:
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def _counted(self) -> dict[str, list[cst.CSTNode]]:
        """Where items are counted up or deleted, by what they are of."""
        found: dict[str, list[cst.CSTNode]] = {}
        counted = [(node, node.target) for node in self._inside(cst.AugAssign)]
        for statement, target in (*counted, *((node, node.target) for node in self._inside(cst.Del))):
            found.setdefault(self._filled_by(target), []).append(statement)
        return found

    @cached_property
    def _extended(self) -> dict[str, list[cst.CSTNode]]:
        """The calls of ``append`` and the like, by what they are called of."""
        found: dict[str, list[cst.CSTNode]] = {}
        for call in self._inside(cst.Call):
            if isinstance(call.func, cst.Attribute) and call.func.attr.value in _CHANGING:
                found.setdefault(dotted(call.func.value) or "", []).append(call)
        return found

    @cached_property
    def _told(self) -> dict[str, list[cst.Call]]:
        """The calls of methods for what they do, not for their value: ``form.add_field("file", file)``."""
        found: dict[str, list[cst.Call]] = {}
        for statement in self._inside(cst.Expr):
            call = statement.value
            if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Name):
                found.setdefault(call.func.value.value, []).append(call)
        return found

    @cached_property
    def _assigned(self) -> dict[str, cst.Assign | None]:
        """By dotted name, the first assignment; None where it is counted up as well."""
        found: dict[str, cst.Assign | None] = {}
        for node in self._inside(cst.Assign):
            for target in node.targets:
                found.setdefault(dotted(target.target) or "", node)
        return found | {dotted(node.target) or "": None for node in self._inside(cst.AugAssign)}

    def _attribute_stays(self, attribute: cst.Attribute, hops: int) -> bool:
        """``self.page += 1`` and ``self.key_index = …`` in the loop."""
        wanted = dotted(attribute)
        if wanted is None or ASIDE.search(attribute.attr.value):
            return True
        if wanted not in self._assigned:
            return True
        assigned = self._assigned[wanted]
        if assigned is not None and self._is_turn(assigned):
            return True
        return assigned is not None and self._stays(assigned.value, min(hops - 1, 1))  # which may speak of the attribute itself
