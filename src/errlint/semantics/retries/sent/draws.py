"""Values that are others each time they are asked for: ``next(keys)``, ``random.choice(urls)``, a method that moves on and picks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.sent.changes import declared_outside
from errlint.semantics.retries.words import PER_ATTEMPT

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_DRAWN = frozenset(
    {"next", "input", "prompt", "ask", "getpass", "pop", "popleft", "popitem", "get_nowait", "recv", "readline", "choice", "shift",
     "dequeue", "next_key", "rotate"}
)  # fmt: skip
"""Calls whose value is another one each time: what a person says, what comes next."""
_QUEUES = later(r"queue|_q$|^q$|jobs|tasks|inbox|pending")
_HOPS = 3
_COUNTS = "itertools.count"
"""What numbers requests, and chooses none of them."""
_TURNS = "rotate"
"""The method of a deque after which another item is the first one."""


@dataclass(frozen=True, eq=False)
class _Set:
    """What a statement gives a name or a member; whether it only adds to it."""

    name: str
    value: cst.BaseExpression | None
    counts: bool


def is_drawn(call: cst.Call) -> bool:
    """Whether the value of a call is another one each time."""
    name = dotted(call.func) or (call.func.attr.value if isinstance(call.func, cst.Attribute) else "")
    owner, _, word = name.rpartition(".")
    if word == "next" and call.args and isinstance(call.args[0].value, cst.GeneratorExp):
        return False  # the first one that fits
    if word in _DRAWN:
        # `kwargs.pop("timeout")` takes an argument out; `items.pop()` takes the next item
        return word not in ("pop", "popitem") or not call.args or isinstance(call.args[0].value, cst.Integer)
    return word == "get" and bool(_QUEUES.search(owner.rpartition(".")[2].lower())) and not call.args


def turned_in(tree: Tree, code: cst.CSTNode) -> set[str | None]:
    """What code turns around, by name: ``keys.rotate(-1)``."""
    called = (call.func for call in tree.inside(code, cst.Call, into_functions=False))
    return {dotted(func.value) for func in called if isinstance(func, cst.Attribute) and func.attr.value == _TURNS} - {None}


class Draws:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._known: dict[cst.FunctionDef, bool] = {}

    def parts(self, expression: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What an expression is made of, without what only tells attempts apart: ``{"X-Attempt": str(attempt)}``, ``f(retries=number)``."""
        found = (expression, *self._tree.below(expression))
        aside = [node for node in found if isinstance(node, (cst.DictElement, cst.Arg)) and self._tells_attempts_apart(node)]
        yield from (node for node in found if not any(self._tree.within(node, one) for one in aside)) if aside else found

    def _tells_attempts_apart(self, node: cst.DictElement | cst.Arg) -> bool:
        if isinstance(node, cst.Arg):
            return node.keyword is not None and PER_ATTEMPT.search(node.keyword.value) is not None
        return any(PER_ATTEMPT.search(text.replace("-", "_")) for text in self._semantics.constants.strings(node.key))

    def chooses(self, call: cst.Call) -> bool:
        """Whether a call runs functions of the project, and each of them gives another one of many each time it is called."""
        functions = self._semantics.runs(call)
        if functions:
            return all(map(self.gives_another, functions))
        elsewhere = self._semantics.evaluator.callees.elsewhere(call)
        return elsewhere is not None and elsewhere.gives_another

    def are_in_request(self, call: cst.Call) -> bool:
        """Whether the function that a call runs sends a request that another value is a part of each time."""
        evidence = self._semantics.does_http(call) if self._semantics.runs(call) else None
        for place in evidence.trail if evidence is not None else ():
            function = self._tree.enclosing(place.node, cst.FunctionDef)
            if place.http and isinstance(place.node, cst.Call) and place.node is not call and function is not None:
                parts = (place.node.func, *(argument.value for argument in place.node.args))
                if any(self._is_another(part, function, _HOPS) for part in parts):
                    return True
        return False

    def gives_another(self, function: cst.FunctionDef) -> bool:
        """Whether all that a function returns is another one of many with each call of it."""
        if function not in self._known:
            self._known[function] = False  # one that calls itself
            values = [value for value in self._semantics.functions.returned(function) if dotted(value) != "None"]
            self._known[function] = bool(values) and all(self._is_another(value, function, _HOPS) for value in values)
        return self._known[function]

    def _is_another(self, value: cst.BaseExpression, function: cst.FunctionDef, hops: int) -> bool:
        """Whether an expression in a function has a value, or a part, that is another one with each call of the function."""
        for node in self.parts(value):
            if isinstance(node, cst.Call) and self._is_drawn_there(node):
                return True
            if isinstance(node, cst.Subscript) and self._is_of_moving(node, function):
                return True
            if hops and isinstance(node, (cst.Name, cst.Attribute)):
                made = (
                    one.value for one in self._set_in(function) if one.value is not None and not one.counts and one.name == dotted(node)
                )
                if any(self._is_another(one, function, hops - 1) for one in made):
                    return True
        return False

    def _is_drawn_there(self, call: cst.Call) -> bool:
        if not is_drawn(call):
            return self.chooses(call)
        drawn_from = call.args[0].value if call.args else None
        values = self._semantics.functions.values(drawn_from) if isinstance(drawn_from, (cst.Name, cst.Attribute)) else ()
        return not any(isinstance(one, cst.Call) and self._semantics.names.qualified(one.func) == _COUNTS for one in values)

    def _is_of_moving(self, item: cst.Subscript, function: cst.FunctionDef) -> bool:
        """``self.urls[self.at]``, where the function counts ``self.at`` on; ``self.urls[0]``, where it turns the list around."""
        moved = {one.name for one in self._set_in(function) if self._moves_on(one, function)}
        indices = (node for element in item.slice for node in (element.slice, *self._tree.below(element.slice)))
        if any(isinstance(node, (cst.Name, cst.Attribute)) and dotted(node) in moved for node in indices):
            return True
        return dotted(item.value) in turned_in(self._tree, function.body)

    def _moves_on(self, change: _Set, function: cst.FunctionDef) -> bool:
        """``self.at += 1`` and ``self.at = (self.at + 1) % len(urls)``: of what outlives the call."""
        if "." not in change.name and change.name not in declared_outside(self._tree, function):
            return False
        read = (change.value, *self._tree.below(change.value)) if change.value is not None else ()
        return change.counts or any(isinstance(node, (cst.Name, cst.Attribute)) and dotted(node) == change.name for node in read)

    def _set_in(self, function: cst.FunctionDef) -> Iterator[_Set]:
        statements: list[cst.Assign | cst.AnnAssign | cst.AugAssign] = [
            *self._tree.inside(function.body, cst.Assign, into_functions=False),
            *self._tree.inside(function.body, cst.AnnAssign, into_functions=False),
            *self._tree.inside(function.body, cst.AugAssign, into_functions=False),
        ]
        for node in statements:
            targets = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
            for name in map(dotted, targets):
                if name is not None:
                    yield _Set(name, node.value, isinstance(node, cst.AugAssign))
