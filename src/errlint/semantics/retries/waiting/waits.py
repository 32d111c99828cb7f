"""How long does a delay expression say to wait?

An expression is followed through names, arithmetic and functions of the same file. What matters to a retry: is it the same each time or
does it grow, is chance in it, is it capped, and does it follow what the server said (Retry-After, a reset, an SDK's attribute)?
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.program.functions import Given, arguments
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.policy import Growth, Wait
from errlint.semantics.retries.waiting.kept import PASSES_ON, is_kept_by_outcome
from errlint.semantics.retries.waiting.numbers import Numbers
from errlint.semantics.retries.waiting.said import SaidWaits
from errlint.semantics.retries.waiting.written import Written
from errlint.semantics.retries.wrapped.handed import Handed

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.project.summaries import Schedule, Waiting

_ANSWERS = (Kind.RESPONSE, Kind.EXCEPTION, Kind.HEADERS, Kind.BODY)
_ANSWER_NAMES = frozenset({"response", "resp", "res", "r", "e", "ex", "exc", "err", "error", "exception", "headers"})
_DEPTH = 16


@dataclass
class _Found:
    """What an expression is made of; filled while it is walked."""

    varies: bool = False
    jitter: bool = False
    server: list[Place] = field(default_factory=list)
    handed: bool = False
    """The answer goes to a function that is not known: it may read the header."""
    steady: bool = False
    """Under a condition, it is the same each time after all."""
    unknown: bool = False
    by_others: bool = False
    """A function that is not known has a say, or a part of the time of day: there may be chance in it."""
    cap: float | None = None
    given: Given = field(default_factory=dict)
    """What parameters stand for."""
    handed_over: Handed | None = None
    """The functions among these, where the use of a retry is known."""
    seen: set[cst.CSTNode] = field(default_factory=set)
    helpers: list[cst.FunctionDef] = field(default_factory=list)
    """The functions of the file that have a part in it."""


class Waits:
    """Answers for the delay expressions of one file.

    :ivar said: what reads what the server says about the wait.
    """

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._numbers = Numbers(semantics)
        self._written = Written(semantics)
        self.said = SaidWaits(semantics, self._numbers)

    def of(
        self, expression: cst.BaseExpression, within: cst.CSTNode | None = None, given: Given | None = None, handed: Handed | None = None
    ) -> Wait:
        """How long a wait of ``expression`` seconds is.

        :param within: the loop or function that is run again for each attempt: what changes in it makes the delays differ.
        :param given: what parameters stand for, where that is known of the use of a retry; :param handed: the functions among them.
        """
        found = _Found(given=given or {}, handed_over=handed)
        function = self._tree.enclosing(expression, cst.FunctionDef)
        if within is not None and function is not None and not self._tree.within(within, function):
            found.helpers.append(function)  # which the loop calls
        self._walk(expression, within, found, _DEPTH)
        wait = self._as_wait(found, expression, self.number(expression, found.given))
        if isinstance(within, (cst.For, cst.While)) and not found.server:
            differs = wait.growth == "growing" and self._numbers.is_passed_by(expression, within, found.given)
            if wait.seconds is None or differs:
                return replace(wait, seconds=self._numbers.first(expression, within, found.given))
        return wait

    def _as_wait(self, found: _Found, node: cst.BaseExpression, seconds: float | None = None) -> Wait:
        growth: Growth = "growing" if found.varies else "unknown" if found.unknown else "constant"
        if growth == "constant" and seconds is not None and seconds <= 0 and not (found.jitter or found.server or found.handed):
            growth = "none"
        server = True if found.server else None if found.handed else False
        jitter = True if found.jitter else None if found.by_others else False
        return Wait(growth, seconds, jitter, server, found.cap, node, tuple(found.server), steady=found.steady and growth == "growing")

    def number(self, expression: cst.BaseExpression, given: Given | None = None) -> float | None:
        """The value of a number that is written out and the same each time; ``given``: what parameters stand for."""
        return self._numbers.of(expression, given)

    # walking ---------------------------------------------------------------------------------------------------------------------

    def _walk(self, expression: cst.BaseExpression, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        if expression in found.seen or not depth:
            return
        found.seen.add(expression)
        place = self.said.by_server(expression) or self.said.in_answer(expression, within)
        if place is not None:
            found.server.append(place)
            return
        match expression:
            case cst.Integer() | cst.Float() | cst.SimpleString():
                return
            case cst.Name():
                self._name(expression, within, found, depth)
            case cst.Attribute():
                self._attribute(expression, within, found, depth)
            case cst.Call():
                self._call(expression, within, found, depth)
            case cst.BinaryOperation(operator=cst.Modulo(), left=left) if self._numbers.reads_clock(left):
                found.by_others = True
            case cst.BinaryOperation(left=left, right=right) | cst.BooleanOperation(left=left, right=right):
                self._walk(left, within, found, depth)
                self._walk(right, within, found, depth)
            case cst.UnaryOperation(expression=inner) | cst.Await(expression=inner) | cst.NamedExpr(value=inner):
                self._walk(inner, within, found, depth)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                found.varies = found.varies or self._counts(test, within, found, depth)
                absent = found.handed_over.is_absent(test) if found.handed_over is not None else None
                parts = (body, orelse) if absent is None else (body,) if absent else (orelse,)
                self._either(parts, within, found, depth)
            case cst.Subscript(value=value, slice=slices):
                self._walk(value, within, found, depth)
                for element in slices:
                    if isinstance(element.slice, cst.Index):
                        self._walk(element.slice.value, within, found, depth)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for item in elements:
                    self._walk(item.value, within, found, depth)
            case cst.GeneratorExp(elt=item) | cst.ListComp(elt=item):
                found.unknown = True
                found.jitter = found.jitter or self._draws(item)
                chosen = self.said.in_answer(item, within)
                found.server += [chosen] if chosen is not None else []
                found.handed = found.handed or self._is_handed_on(item)  # `max(hook(answer) for hook in hooks)`
            case _:
                found.unknown = True

    def _either(self, values: Sequence[cst.BaseExpression], within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        """Values of which a condition chooses one."""
        known, each = found.varies, set()
        for value in values:
            found.varies = False
            self._walk(value, within, found, depth)
            each.add(found.varies)
        found.varies = known or True in each
        found.steady = found.steady or (len(each) > 1 and not known)

    def _name(self, name: cst.Name, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        bindings = self._semantics.scopes.reaching(name)
        if within is not None:
            bindings = list(dict.fromkeys([*bindings, *self._changed_in(name, within)]))
        if not bindings:
            found.unknown = True
        found.varies = found.varies or self._is_chosen_by_count(name, bindings, within, found, depth)
        values = self._made_anew(name, bindings, within)
        if values:
            self._either(values, within, found, depth - 1)
            return
        for binding in bindings:
            inside = within is not None and self._tree.within(binding.node, within)
            if binding.how is How.ITEM and (binding.node is within or inside):
                found.varies = True
                if binding.value is not None:
                    self._iterator(binding.value, found)
            elif binding.how is How.AUGMENTED:
                found.varies = found.varies or inside or within is None
                if binding.value is not None:
                    self._walk(binding.value, within, found, depth - 1)
                self._before_change(binding, within, found, depth)
            elif binding.how is How.VALUE and binding.value is not None:
                if inside and self._reads(binding.value, name.value):
                    found.varies = True
                self._walk(binding.value, within, found, depth - 1)
            elif binding.how is How.PARAMETER:
                self._parameter(name, within, found, depth)
            else:
                found.unknown = True

    def _made_anew(self, name: cst.Name, bindings: list[Binding], within: cst.CSTNode | None) -> list[cst.BaseExpression]:
        """What a name is in each pass, where all that it is assigned there is made of other things; else nothing."""
        values = [found.value for found in bindings if found.how is How.VALUE and found.value is not None and not found.path]
        inside = within is not None and all(self._tree.within(found.node, within) for found in bindings)
        alone = len(values) == len(bindings) > 1 and not any(self._reads(value, name.value) for value in values)
        return values if inside and alone else []

    def _is_chosen_by_count(self, name: cst.Name, bindings: list[Binding], within: cst.CSTNode | None, found: _Found, depth: int) -> bool:
        """``if attempt == 0: delay = 15`` and ``else: delay = 60``."""
        values = [binding.value for binding in bindings if binding.how is How.VALUE and binding.value is not None]
        if within is None or len(values) < 2 or len({self.number(value, found.given) for value in values}) == 1:
            return False
        for binding in bindings:
            child = binding.node
            for around in self._tree.ancestors(binding.node):
                if around is within or isinstance(around, cst.FunctionDef) or self._tree.within(name, child):
                    break
                if isinstance(around, cst.If) and self._counts(around.test, within, found, depth):
                    return True
                child = around
        return False

    def _counts(self, test: cst.BaseExpression, within: cst.CSTNode | None, found: _Found, depth: int) -> bool:
        """Whether a test is about a number that differs from attempt to attempt: ``attempt > 2``, ``not attempt``."""
        match test:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                return self._counts(inner, within, found, depth)
            case cst.BooleanOperation(left=left, right=right):
                return self._counts(left, within, found, depth) or self._counts(right, within, found, depth)
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=other)]):
                number = left if self.number(other, found.given) is not None else None
            case _:
                number = test
        if within is None or not isinstance(number, (cst.Name, cst.Attribute, cst.BinaryOperation)):
            return False
        asked = _Found(given=found.given, helpers=found.helpers)
        self._walk(number, within, asked, depth - 1)
        return asked.varies

    def _before_change(self, binding: Binding, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        """What ``delay *= factor`` changes."""
        changed = binding.node.target if isinstance(binding.node, cst.AugAssign) else None
        if isinstance(changed, cst.Name) and changed not in found.seen and depth:
            found.seen.add(changed)
            self._name(changed, within, found, depth - 1)

    def _changed_in(self, name: cst.Name, within: cst.CSTNode) -> list[Binding]:
        """Bindings later in the loop: the next pass sees them."""
        scope = self._semantics.scopes.scope_of(name)
        return [binding for binding in self._semantics.scopes.bindings(name.value, scope) if self._tree.within(binding.node, within)]

    def _iterator(self, value: cst.BaseExpression, found: _Found, depth: int = _DEPTH) -> None:
        """What delays are taken from, one for each attempt: a list, ``range``, a generator of the file or of somebody else."""
        names = (node for node in (value, *self._tree.below(value)) if isinstance(node, cst.Name))
        for name in (name for name in names if depth):
            for binding in self._semantics.scopes.reaching(name):
                if binding.how is How.VALUE and binding.value is not None and not binding.path:
                    self._iterator(binding.value, found, depth - 1)
            found.jitter = found.jitter or self._is_shuffled(name)
        for call in (node for node in (value, *self._tree.below(value)) if isinstance(node, cst.Call)):
            functions = self._semantics.functions.run_by(call)
            inner = [made for function in functions for made in self._tree.inside(function.body, cst.Call)]
            found.jitter = found.jitter or any(map(self._is_random, (call, *inner)))
            root = (self._semantics.names.qualified(call.func) or "?").partition(".")[0]
            found.by_others = found.by_others or (not functions and root != "itertools" and not hasattr(builtins, root))

    def _is_shuffled(self, name: cst.Name) -> bool:
        """``random.shuffle(waits)``."""
        around = self._tree.enclosing(name, cst.FunctionDef) or self._tree.module
        calls = (call for call in self._tree.inside(around, cst.Call, into_functions=False) if self._is_random(call))
        return any(isinstance(one.value, cst.Name) and one.value.value == name.value for call in calls for one in call.args)

    def _draws(self, expression: cst.CSTNode) -> bool:
        """Whether an expression has a random part."""
        return any(isinstance(node, cst.Call) and self._is_random(node) for node in (expression, *self._tree.below(expression)))

    def _reads(self, expression: cst.BaseExpression, name: str) -> bool:
        return any(isinstance(node, cst.Name) and node.value == name for node in (expression, *self._tree.below(expression)))

    def _parameter(self, name: cst.Name, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        """In a helper that works out the delay, a parameter is what the calls of this file pass; elsewhere it is the same each time."""
        for binding in self._semantics.scopes.reaching(name):
            found.varies = found.varies or self._numbers.is_counted_on(binding)
            if binding.how is How.PARAMETER and binding.value is not None and self._draws(binding.value):
                found.jitter = True  # once for each process
            for argument in self._semantics.functions.passed_for(binding):
                if within is None or any(self._tree.within(argument, place) for place in (within, *found.helpers)):
                    self._walk(argument, within, found, depth - 1)

    def _attribute(self, attribute: cst.Attribute, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        if within is not None and self._assigned_within(attribute, within):
            found.varies = True
        values = list(self._semantics.constants.attribute_values(attribute))
        for value in values or self._written.values(attribute):
            self._walk(value, within, found, depth - 1)
        if not values and self._semantics.meaning(attribute) is None:
            self._member(attribute, within, found, depth)

    def _member(self, attribute: cst.Attribute, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        """A property, or whatever else an answer or an exception has under a name that says nothing."""
        here, _ = self._semantics.evaluator.callees.properties(attribute)
        for function in here:
            found.helpers.append(function)
            for returned in self._semantics.functions.returned(function):
                self._walk(returned, within, found, depth - 1)
        found.handed = found.handed or (not here and is_kept_by_outcome(self._semantics, attribute))

    def _assigned_within(self, attribute: cst.Attribute, within: cst.CSTNode) -> bool:
        wanted = dotted(attribute)
        for node in self._tree.inside(within, cst.AugAssign, cst.Assign):
            if isinstance(node, cst.AugAssign) and dotted(node.target) == wanted:
                return True
            if isinstance(node, cst.Assign) and any(dotted(target.target) == wanted for target in node.targets):
                return True
        return False

    # calls -----------------------------------------------------------------------------------------------------------------------

    def _is_random(self, call: cst.Call) -> bool:
        name = self._semantics.names.qualified(call.func)
        return name is not None and name in self._semantics.libraries.random

    def _call(self, call: cst.Call, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        name = self._semantics.names.qualified(call.func) or dotted(call.func) or ""
        arguments = [argument.value for argument in call.args]
        if self._is_random(call):
            found.jitter = True
        elif name == "next" and arguments:
            self._iterator(arguments[0], found)
        elif name == "min":
            caps = [value for argument in arguments if (value := self.number(argument, found.given)) is not None]
            found.cap = min([*caps, *([found.cap] if found.cap is not None else [])], default=found.cap)
        if self._is_random(call) or name in PASSES_ON:
            for argument in arguments:
                self._walk(argument, within, found, depth - 1)
            return
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "total_seconds":
            self._walk(call.func.value, within, found, depth - 1)  # of a timedelta
            return
        functions = self._semantics.functions.run_by(call)
        told = self._asked_elsewhere(call) if not functions else None
        if told is not None and told.delay is not None:
            self._told_elsewhere(call, told.delay, within, found, depth)
        elif not functions:
            self._unknown_call(call, arguments, within, found, depth)
        for function in functions:
            found.helpers.append(function)
            found.server.extend(self.said.places(function.body))
            for returned in self._semantics.functions.returned(function):
                self._walk(returned, within, found, depth - 1)

    def _unknown_call(
        self, call: cst.Call, arguments: list[cst.BaseExpression], within: cst.CSTNode | None, found: _Found, depth: int
    ) -> None:
        found.unknown = True
        found.by_others = found.by_others or (self._semantics.names.qualified(call.func) or "") not in self._semantics.libraries.clocks
        found.handed = found.handed or self._is_handed_on(call)
        if isinstance(call.func, cst.Attribute):
            found.handed = found.handed or self.is_answer(call.func.value)
            self._walk(call.func.value, within, found, depth - 1)
        for argument in arguments:
            self._walk(argument, within, found, depth - 1)

    def _is_handed_on(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is a call that takes the answer."""
        return isinstance(expression, cst.Call) and any(self.is_answer(argument.value) for argument in expression.args)

    # in other modules ------------------------------------------------------------------------------------------------------------

    def elsewhere(self, call: cst.Call, within: cst.CSTNode | None) -> Wait | None:
        """How long a call of a function of another module waits; None where it does not, or nothing is known of it."""
        told = self._asked_elsewhere(call)
        if told is None or told.pauses is None:
            return None
        found = _Found()
        self._told_elsewhere(call, told.pauses, within, found, _DEPTH)
        wait = self._as_wait(found, call)
        return replace(wait, seconds=told.pauses.first)

    def _asked_elsewhere(self, call: cst.Call) -> Waiting | None:
        imported, callees = self._semantics.imported, self._semantics.evaluator.callees
        name, bound = callees.name_elsewhere(call)
        if imported is None or not name:
            return None
        return imported.waiting(name, tuple(key for key, value in arguments(call) if self.is_answer(value)), bound=bound)

    def _told_elsewhere(self, call: cst.Call, told: Schedule, within: cst.CSTNode | None, found: _Found, depth: int) -> None:
        found.varies = found.varies or told.growth == "growing"
        found.unknown = found.unknown or told.growth == "unknown"
        found.jitter = found.jitter or bool(told.jitter)
        found.by_others = found.by_others or told.jitter is None
        found.handed = found.handed or told.server is None
        if told.server:
            found.server.append(Place(call, "what the server says about the wait", elsewhere=told.waits))
        found.cap = found.cap if told.cap is None else told.cap
        for argument in call.args:
            if not self.is_answer(argument.value):
                self._walk(argument.value, within, found, depth - 1)

    def is_answer(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is the answer of an attempt, or the exception that it became, by its meaning or its name."""
        meaning = self._semantics.meaning(expression)
        if meaning is not None and meaning.kind in _ANSWERS:
            return True
        return (dotted(expression) or "").rpartition(".")[2].lower() in _ANSWER_NAMES
