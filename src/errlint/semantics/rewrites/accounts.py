"""What a retry written by hand keeps of its passes, and whether the code behind it goes by that: fewer passes then mean another end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.program.constants import targets_of
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.policy import RetryPolicy

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ITSELF = frozenset({"self", "cls"})


class Accounts:
    """What is counted and gathered from pass to pass of one loop.

    :param apart: statements that are run after the last attempt alone.
    """

    def __init__(self, semantics: Semantics, policy: RetryPolicy, region: cst.For | cst.While, apart: Sequence[cst.CSTNode]) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._policy = policy
        self._region = region
        self._apart = apart

    def tell(self, end: Iterable[cst.CSTNode]) -> bool:
        """Whether the end of a retry does something else after fewer passes; that an error or a message tells their number is fine.

        :param end: all nodes of that code.
        """
        for node in end:
            if isinstance(node, (cst.Name, cst.Attribute)) and self._is_read(node):
                name = dotted(node) or ""
                if name in self._gathered and not self._is_last_one(node) and not self._is_run(node):
                    return True
                if name in self.counted and self._decides(node):
                    return True
        return False

    # what is kept ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def counted(self) -> frozenset[str]:
        """The names and attributes whose value comes of how many passes there were."""
        region = self._region
        targets = (region.target, *self._tree.below(region.target)) if isinstance(region, cst.For) else ()
        found = {target.value for target in targets if isinstance(target, cst.Name)}
        found |= {dotted(node.target) or "" for node in self._failing if isinstance(node, cst.AugAssign)} - {""}
        found |= {name for node in self._failing if isinstance(node, cst.Expr) for name in self._counted_by(node)}
        assigned = [
            (name, self._read_in(node.value))
            for node in self._failing
            if isinstance(node, (cst.Assign, cst.AnnAssign, cst.NamedExpr))
            for name in map(dotted, targets_of(node))
            if name
        ]
        before = -1
        while before != len(found):
            before = len(found)
            found |= {name for name, read in assigned if name in read or not read.isdisjoint(found)}
        return frozenset(found)

    def _counted_by(self, statement: cst.Expr) -> Iterator[str]:
        """What functions count that a statement calls: ``self._note(error)``."""
        for call in self._tree.inside(statement, cst.Call):
            for function in self._semantics.functions.run_by(call):
                for step in self._tree.inside(function.body, cst.AugAssign):
                    yield dotted(step.target) or ""

    @cached_property
    def _gathered(self) -> frozenset[str]:
        """What more is put into in each pass: ``errors.append(error)``, ``errors[attempt] = error``, ``failures[url] += 1``."""
        return frozenset(name for node in self._failing for name in self._changed_by(node) if name not in _ITSELF | self._fresh)

    def _changed_by(self, node: cst.CSTNode) -> Iterator[str]:
        match node:
            case cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name() | cst.Attribute() as changed))):
                if isinstance(changed, cst.Attribute) or self._is_local(changed):
                    yield dotted(changed) or ""
            case cst.AugAssign(target=cst.Subscript(value=changed)):
                yield dotted(changed) or ""
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target.target, cst.Subscript):
                        read = self._read_in(value).union(*(self._read_in(part) for part in target.target.slice))
                        name = dotted(target.target.value) or ""
                        if name in read or not read.isdisjoint(self.counted):
                            yield name

    @cached_property
    def _fresh(self) -> frozenset[str]:
        """What each pass sets anew: the answer, the error."""
        nodes: list[cst.Assign | cst.AnnAssign] = self._tree.inside(self._region.body, cst.Assign, cst.AnnAssign, into_functions=False)
        inside = self._tree.below(self._region.body, into_functions=False)
        names = (node.name for node in inside if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)))
        caught = {name.name.value for name in names if name is not None and isinstance(name.name, cst.Name)}
        return frozenset(name for node in nodes for name in map(dotted, targets_of(node)) if name) | caught

    @cached_property
    def _failing(self) -> list[cst.CSTNode]:
        """What is run in a pass that fails, as far as it keeps something; not the attempt itself."""
        kinds = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.Expr)
        nodes = self._tree.inside(self._region.body, *kinds, into_functions=False)
        return [node for node in nodes if not self._is_attempt(node) and not self._has_succeeded(node) and not self._is_apart(node)]

    def _is_apart(self, node: cst.CSTNode) -> bool:
        """Whether no other pass follows a statement."""
        if any(self._tree.within(node, statement) for statement in self._apart):
            return True
        blocks = (above for above in self._tree.ancestors(node) if isinstance(above, cst.IndentedBlock))
        inner = takewhile(lambda block: block is not self._region.body, blocks)
        return any(leaves(block) and not self._is_attempt(block) and not self._goes_on(block) for block in inner)

    def _goes_on(self, block: cst.CSTNode) -> bool:
        return bool(self._tree.inside(block, cst.Continue, into_functions=False))

    def _is_attempt(self, node: cst.CSTNode) -> bool:
        """Whether a statement or block makes the attempt."""
        return any(self._tree.within(attempt.call, node) for attempt in self._policy.attempts)

    def _has_succeeded(self, node: cst.CSTNode) -> bool:
        """Whether a statement is only run after an attempt that succeeded: behind all that can fail in a ``try``, or in its ``else``."""
        for above in self._tree.ancestors(node):
            if above is self._region:
                return False
            if isinstance(above, (cst.Try, cst.TryStar)) and self._is_behind_failures(node, above):
                return True
            if isinstance(above, cst.Else) and isinstance(self._tree.parent.get(above), (cst.Try, cst.TryStar)):
                return True
        return False

    def _is_behind_failures(self, node: cst.CSTNode, tried: cst.Try | cst.TryStar) -> bool:
        return bool(tried.handlers) and self._tree.within(node, tried.body) and self._tree.order[node] > self._failing_until(tried)

    def _failing_until(self, tried: cst.Try | cst.TryStar) -> int:
        """The rank of the last thing in a ``try`` that makes it fail: the attempt, a question to its answer, an error that is raised."""
        order = self._tree.order
        ends = [order[attempt.call] for attempt in self._policy.attempts if self._tree.within(attempt.call, tried.body)]
        if not ends:
            return max((order[node] for node in self._tree.below(tried.body)), default=0)
        ends += [order[one] for one in self._tree.inside(tried.body, cst.Raise, into_functions=False)]
        for one in self._tree.inside(tried.body, cst.Expr, into_functions=False):
            function = one.value.func if isinstance(one.value, cst.Call) else None
            if isinstance(function, cst.Attribute) and dotted(function.value) in self._fresh:
                ends.append(order[one])
        return max(ends)

    def _is_local(self, name: cst.Name) -> bool:
        """Whether a name stands for a thing of this function; loggers and modules are those of the file."""
        home = self._tree.enclosing(self._region, cst.FunctionDef) or self._tree.module
        bindings = self._semantics.scopes.reaching(name)
        return any(binding.how is not How.IMPORT and self._tree.within(binding.node, home) for binding in bindings)

    def _read_in(self, node: cst.CSTNode | None) -> set[str]:
        inside = (node, *self._tree.below(node)) if node is not None else ()
        return {dotted(part) or "" for part in inside if isinstance(part, (cst.Name, cst.Attribute))} - {""}

    # how it is read --------------------------------------------------------------------------------------------------------------

    def _is_read(self, node: cst.Name | cst.Attribute) -> bool:
        """Whether the value is read that the loop left behind."""
        match self._tree.parent.get(node):
            case cst.Arg(keyword=part) | cst.Attribute(attr=part) if part is node:
                return False
            case cst.AssignTarget() | cst.CompFor(target=_) | cst.For() as around if getattr(around, "target", None) is node:
                return False
        if isinstance(node, cst.Attribute):
            return True
        return not all(self._is_behind(binding.node) for binding in self._semantics.scopes.reaching(node))

    def _is_behind(self, node: cst.CSTNode) -> bool:
        return self._tree.order[node] > self._tree.order[self._region] and not self._tree.within(node, self._region)

    def _is_last_one(self, node: cst.CSTNode) -> bool:
        """``errors[-1]`` is the last one after fewer passes, too."""
        match self._tree.parent.get(node):
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=cst.UnaryOperation()))]):
                return value is node
        return False

    def _is_run(self, node: cst.CSTNode) -> bool:
        """``errors.clear()``: what is kept has one thing more done to it."""
        function = self._tree.parent.get(node)
        call = self._tree.parent.get(function) if isinstance(function, cst.Attribute) and function.value is node else None
        return isinstance(call, cst.Call) and call.func is function and isinstance(self._tree.parent.get(call), cst.Expr)

    def _decides(self, node: cst.CSTNode) -> bool:
        """Whether it depends on a number what the code does or gives back; an error or a message may name it."""
        child = node
        for above in self._tree.ancestors(node):
            if isinstance(above, (cst.Comparison, cst.BooleanOperation, cst.Subscript, cst.Assert)):
                return True
            if isinstance(above, (cst.If, cst.IfExp, cst.While)) and child is above.test:
                return True
            if isinstance(above, (cst.Raise, cst.Expr)):
                return False
            if isinstance(above, (cst.BaseSuite, cst.SimpleStatementLine)):
                break
            child = above
        return True
