"""Waits that ask the server how long they should be, with the old wait where it does not say, and waits with chance in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.leaving import leaves
from errlint.semantics.retries.policy import Attempt, RetryPolicy, Wait
from errlint.semantics.retries.waiting.numbers import Numbers
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.rewrites.failures import Failures
from errlint.semantics.rewrites.helpers import Helpers
from errlint.semantics.rewrites.library_waits import LibraryDelays
from errlint.semantics.rewrites.places import suppresses
from errlint.semantics.rewrites.reading_headers import ToldIn, reads, told_by, told_in
from errlint.semantics.rewrites.shared_waits import SharedWaits
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.rewrites.written_types import is_written

_Around = Handler | cst.Try | cst.TryStar | cst.With
_ATOMS = (cst.Name, cst.Integer, cst.Float, cst.Attribute, cst.Call, cst.Subscript)


@dataclass(frozen=True, eq=False)
class _Answer:
    """An expression of something with headers, or None; with the edits that it needs."""

    code: str
    edits: tuple[Edit, ...] = ()


class Delays:
    """Edits of the waits of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._failures = Failures(writing)
        self._helpers = Helpers(writing)
        self._shared = SharedWaits(writing)
        self._libraries = LibraryDelays(writing, self._failures, self._helpers)

    # as long as told ---------------------------------------------------------------------------------------------------------------

    def as_told(self, policy: RetryPolicy, status: int) -> tuple[Edit, ...] | None:
        """Each wait after a status as long as the server asks, with the old one for the case that it does not."""
        by_sheets = told_by(self._semantics.headers.wait_headers(policy.attempts))
        told = by_sheets or tuple(told_in(policy.catalogue or self._semantics.catalogues.generic, status))
        helper = self._helper(told, plain=self._asks_a_dict(policy))
        if helper is None:
            return None
        name, edits = helper
        if not policy.written_by_hand:
            replaced = self._libraries.of(policy, name)
            return (*edits, *replaced) if replaced is not None else None
        found: list[Edit] = [*edits]
        for delay in self._delays(policy, status):
            made = self._made(delay)
            answer = self._answer(made, policy)
            if answer is None:
                return None
            replaced = self._replaced(delay, made, f"{name}({answer.code}, {self._writing.code(made)})", answer)
            if replaced is None:
                return None
            found += [*answer.edits, *replaced]
        return tuple(found) if len(found) > len(edits) else None

    def _replaced(
        self, delay: cst.BaseExpression, made: cst.BaseExpression, code: str, answer: _Answer | None = None
    ) -> tuple[Edit, ...] | None:
        """Other code for what a delay is made of; where that is the delay itself, also where it is told or added up."""
        if made is not delay:
            if isinstance(delay, cst.Name) and self._shared.is_needed_whole(delay):
                return None
            return (self._writing.replace(made, code),)
        return self._shared.replaced(delay, code, (answer.code.partition(".")[0],) if answer is not None else ())

    def _delays(self, policy: RetryPolicy, status: int) -> Iterator[cst.BaseExpression]:
        """What the pauses of a policy are made of; the one that its wait is, and those beside it after other failures."""
        node = policy.wait.node
        for region in policy.code[:1]:
            for call in self._tree.below(region, into_functions=False):
                delay = pause_of(self._semantics, call) if isinstance(call, cst.Call) else None
                if delay is not None and not self._is_tick(delay, policy) and (delay is node or self._may_follow(call, status)):
                    yield delay

    def _is_tick(self, delay: cst.BaseExpression, policy: RetryPolicy) -> bool:
        """Whether a loop of its own makes the wait, to which this is a step: ``while monotonic() < end: sleep(0.05)``."""
        loop = self._tree.enclosing(delay, cst.For, cst.While, cst.FunctionDef)
        if not isinstance(loop, (cst.For, cst.While)) or any(loop is code for code in policy.code):
            return False
        return not any(self._tree.within(attempt.call, loop) for attempt in policy.attempts)

    def _made(self, delay: cst.BaseExpression) -> cst.BaseExpression:
        """What a delay is made of, where it is kept for the pause, and perhaps told: ``delay = 2**attempt`` above it in the same block."""
        if not isinstance(delay, cst.Name):
            return delay
        scopes, pause = self._semantics.scopes, self._tree.statement(delay)
        bindings = scopes.bindings(delay.value, scopes.scope_of(delay))
        node, value = (bindings[0].node, bindings[0].value) if len(bindings) == 1 else (None, None)
        if not isinstance(node, (cst.Assign, cst.AnnAssign)) or value is None or bindings[0].path:
            return delay
        block = self._tree.parent.get(pause)
        is_above = self._tree.parent.get(self._tree.statement(node)) is block and self._tree.order[node] < self._tree.order[pause]
        is_only = isinstance(node, cst.AnnAssign) or len(node.targets) == 1
        return value if is_above and is_only and isinstance(block, cst.IndentedBlock) else delay

    def _may_follow(self, pause: cst.CSTNode, status: int) -> bool:
        handler = self._tree.enclosing(pause, cst.ExceptHandler, cst.FunctionDef)
        if not self._failures.arriving(handler) >> status & 1:
            return False
        return bool(self._semantics.statuses.possible_at(pause) >> status & 1)

    def _answer(self, delay: cst.BaseExpression, policy: RetryPolicy) -> _Answer | None:
        for found in self._tree.ancestors(delay):
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler)):
                return self._of_handler(found, policy) if self._semantics.rebinding.keeps(found, delay) else None
            if isinstance(found, cst.FunctionDef):
                break
        at_hand = self._semantics.headers.at(delay)
        if at_hand is None or at_hand.unnamed is not None or "{e}" in at_hand.headers or not at_hand.headers.endswith(".headers"):
            return None
        if any(map(self._raises_by_itself, policy.attempts)):
            return None  # there is no answer behind the handlers
        answer = at_hand.headers.removesuffix(".headers")
        name = answer.partition(".")[0]
        anywhere = self._bindings(name, delay)
        # what the pass before left in it, or code above the loop, is no answer to this attempt
        bound = [node for node in anywhere if any(self._tree.within(node, code) for code in policy.code)] or anywhere
        if any(all(self._is_reached(around, delay) for around in self._ended_early(node)) for node in bound):
            return _Answer(answer)
        forgotten = self._forgotten(name, bound, policy, delay)
        return _Answer(answer, forgotten) if forgotten else None

    def _raises_by_itself(self, attempt: Attempt) -> bool:
        """Whether the library raises for each error status: what a call gives is never one."""
        function = self._semantics.types.function(self._semantics.names.qualified(attempt.call.func) or "")
        return function is not None and bool(function.raises_for_status)

    def _bindings(self, name: str, place: cst.CSTNode) -> list[cst.CSTNode]:
        """What gives a name its values, seen from a place."""
        scopes = self._semantics.scopes
        return [binding.node for binding in scopes.bindings(name, scopes.scope_of(place))]

    def _forgotten(self, name: str, bound: Sequence[cst.CSTNode], policy: RetryPolicy, delay: cst.CSTNode) -> tuple[Edit, ...]:
        """``answer = None`` above the only ``try`` that gives a name its value, so that a pass without an answer has none of another.

        Where nothing from the loop on reads the name but the body of that ``try``.
        """
        region = policy.code[0] if policy.code else None
        tried = {next((one for one in self._tree.ancestors(node, cst.Try) if self._tree.within(one, region)), None) for node in bound}
        around = tried.pop() if len(tried) == 1 else None
        if region is None or not isinstance(around, cst.Try) or not self._writing.starts_line(around):
            return ()
        read = (node for node in self._tree.inside(self._semantics.scopes.scope_of(delay), cst.Name) if node.value == name)
        order = self._tree.order
        others = (node for node in read if order[node] > order[region] and not self._tree.within(node, around.body))
        if any(not isinstance(self._tree.parent.get(node), cst.AssignTarget) and not self._tree.is_member(node) for node in others):
            return ()
        return (self._writing.before(around, [f"{name} = None"], with_comments=True),)

    def _ended_early(self, node: cst.CSTNode) -> list[_Around]:
        """What stands around a node behind which it may not have its value: each ``try``, handlers, which forget it, ``suppress``."""
        around = (above for above in self._tree.ancestors(node) if isinstance(above, (cst.Try, cst.TryStar, cst.With)))
        found: list[_Around] = [one for one in around if self._tree.within(node, one.body)]
        found = [one for one in found if not isinstance(one, cst.With) or suppresses(self._semantics, one)]
        return [node, *found] if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)) else found

    def _is_reached(self, tried: _Around, place: cst.CSTNode) -> bool:
        """Whether a place is reached only where the body of a ``try`` came to its end, or stands in it."""
        if isinstance(tried, (cst.ExceptHandler, cst.ExceptStarHandler, cst.With)):
            return self._tree.within(place, tried.body)
        after = tried.orelse is not None and self._tree.within(place, tried.orelse)
        return after or self._tree.within(place, tried.body) or all(leaves(handler.body) for handler in tried.handlers)

    def _of_handler(self, handler: Handler, policy: RetryPolicy) -> _Answer | None:
        """The response of the exception, or the exception itself where that has the headers."""
        if handler.type is None:
            return None
        named = caught_name(handler)
        name = named or self._writing.caught(handler)
        end = self._writing.source.end(handler.type)
        edits = () if named is not None else (Edit(end, end, f" as {name}"),)
        names = self._semantics.predicates.types.named(handler.type)
        sheet = self._semantics.libraries.type(names[0]) if len(names) == 1 else None
        certain = sheet is not None and sheet.carries_status and is_written(self._semantics, handler.type)
        if sheet is not None and certain:
            member = self._failures.member(sheet.name)
        else:
            member = self._failures.holder(policy, self._tree.tried(handler))
        if member is None:
            return None
        if member == "headers":
            return _Answer(name, edits)
        return _Answer(f"{name}.{member}" if certain else f'getattr({name}, "{member}", None)', edits)

    # the helper --------------------------------------------------------------------------------------------------------------------

    def _asks_a_dict(self, policy: RetryPolicy) -> bool:
        """Whether the headers may be an ordinary dict: those of an exception that is raised, or is caught by its name."""
        handlers = (
            found
            for code in policy.code
            for found in self._tree.below(code)
            if isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler))
        )
        caught = (name for handler in handlers if handler.type is not None for name in self._semantics.predicates.types.named(handler.type))
        return any(map(self._failures.has_plain_headers, (*self._failures.raised(policy, None), *caught)))

    def _helper(self, told: Sequence[ToldIn], *, plain: bool) -> tuple[str, tuple[Edit, ...]] | None:
        """The function that reads the wait from the headers of an answer, and the imports it needs."""
        if not told:
            return None
        body, modules = reads(told, plain=plain)
        imports: list[Edit] = []
        for module in modules:
            called, added = self._writing.module(module)
            body = [line.replace(f"{module}.", f"{called}.") for line in body]
            imports += added
        name, edits = self._helpers.function("_seconds_to_wait", "answer, otherwise", body)
        return (name, (*imports, *edits)) if edits else (name, ())

    # with chance -------------------------------------------------------------------------------------------------------------------

    def with_chance(self, policy: RetryPolicy, wait: Wait) -> tuple[Edit, ...] | None:
        """A random part of a second more in one of its waits: ``2**attempt + random.random()``."""
        node = wait.node
        if not policy.written_by_hand or not isinstance(node, cst.BaseExpression) or self._is_tick(node, policy):
            return None
        named = self._writing.named("random.random")
        pause = self._tree.parent.get(self._tree.parent.get(node, node), node)
        if named is None or not isinstance(pause, cst.Call) or pause_of(self._semantics, pause) is not node:
            return None
        made = self._made(node)
        if Numbers(self._semantics).reads_clock(made):
            return None  # it is as long as there is time left
        code = self._writing.code(made)
        bracketed = isinstance(made, _ATOMS) or _binds_as_plus(made) or self._writing.source.full(made).lpar
        replaced = self._replaced(node, made, f"{code if bracketed else f'({code})'} + {named[0]}()")
        return (*named[1], *replaced) if replaced is not None else None


def _binds_as_plus(node: cst.CSTNode) -> bool:
    """Whether something can be added to an expression as it stands: not to ``1 << attempt``, which would be shifted by the sum."""
    looser = (cst.LeftShift, cst.RightShift, cst.BitAnd, cst.BitOr, cst.BitXor)
    return isinstance(node, cst.BinaryOperation) and not isinstance(node.operator, looser)
