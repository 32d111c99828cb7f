"""What one module tells the others of the retries that its functions make, and of what these are made of.

The other half of :mod:`errlint.semantics.project.summarise`, loaded when somebody asks about a retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.first_party import file_and_path
from errlint.semantics.meaning import Place
from errlint.semantics.program.closed import UNKNOWN as NOT_WRITTEN
from errlint.semantics.program.functions import fields, is_spread, method
from errlint.semantics.project.summaries import Arguments, ByType, Decision, Onward, Retrier, Retrying, Schedule, Waiting
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.library.calls import RetryCalls
from errlint.semantics.retries.policy import Stop, Wait
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.waiting.elsewhere import waiting
from errlint.semantics.retries.wrapped.deciders import of_its_kind
from errlint.semantics.retries.wrapped.foreign import configured
from errlint.semantics.retries.wrapped.handed import Predicate, Verdict
from errlint.semantics.retries.wrapped.onward import through
from errlint.semantics.retries.wrapped.wrappers import Assumed, may_retry, retries_what_it_gets
from errlint.semantics.values.class_members import is_abstract, is_property, is_static
from errlint.semantics.values.status_sets import UNKNOWN, Range
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.project.found_by_path import FoundByPath

_Keys = dict[cst.CSTNode, int | str | None]
"""By parameter, the position or keyword of the argument that it is given by; None: nobody knows."""


class RetrySummaries:
    """Summarises for other modules what a module does about failures."""

    def __init__(self, semantics: Semantics, found: FoundByPath) -> None:
        self._semantics = semantics
        self._found = found
        self._tree = semantics.tree

    def retrier(self, path: tuple[str, ...], asked: Retrying) -> Retrier | None:
        """The function at a path of names, if it retries what it is given."""
        node = self._found.function_at(path)
        if node is None:
            return self._configured(path, asked)
        made, given = self._keys_of_instance(path, asked.made), self._keys(node, asked.given, bound=len(path) > 1)
        kinds = {**self._kinds(made, asked.made), **self._kinds(given, asked.given)}
        numbers = {**_numbers(made, asked.made), **_numbers(given, asked.given)}
        kinds.update(self._starred(node, asked.given, bound=len(path) > 1))
        raised = tuple(Raised(tuple(map(self._found.inside, types)), outcomes) for types, outcomes in asked.raised)
        predicates = {**self._predicates(made, asked.made), **self._predicates(given, asked.given)}
        found = retries_what_it_gets(self._semantics, node, Assumed(kinds, raised, numbers, predicates))
        if found is None:
            return None
        outcomes = found.failures.outcomes
        positional = [*node.params.posonly_params, *node.params.params][len(path) > 1 and not is_static(node) :]
        callee = next((position for position, parameter in enumerate(positional) if parameter is found.parameter), None)
        spots, schedule = self._found.spots(found.failures.places), self._schedule(found.wait, found.stop)
        name = found.parameter.name.value
        return Retrier(outcomes.may, outcomes.must, found.failures.named, spots, callee, name, found.asks, schedule)

    def _configured(self, path: tuple[str, ...], asked: Retrying) -> Retrier | None:
        """The same of a variable at a path, or of a method of the object that it keeps."""
        values = list(self._found.expressions_at(path[:1])) if len(path) <= 2 else []
        found = configured(self._semantics, values[0], path[1] if len(path) == 2 else "", asked) if len(values) == 1 else None
        imported = self._semantics.imported
        if found is None or imported is None:
            return None
        name, question = found
        own = name.startswith(f"{self._found.file}:")
        known = self.retrier(file_and_path(name)[1], question) if own else imported.retrier(name, question)
        return msgspec.structs.replace(known, callee=0) if known is not None and known.callee is None else known

    def may_retry(self, path: tuple[str, ...]) -> bool:
        """Whether the function at a path of names may retry what it is given, whatever that is."""
        node = self._found.function_at(path)
        if node is None:
            return False
        calls = RetryCalls(self._semantics)
        return may_retry(self._semantics, node) or any(map(calls.behind, self._semantics.functions.returned(node)))

    def makes(self, path: tuple[str, ...]) -> str:
        """What the function at a path returns, written out, where that is one expression."""
        node = self._found.function_at(path)
        returned = list(self._semantics.functions.returned(node)) if node is not None and node.asynchronous is None else []
        return self._semantics.closed.made_by(node, returned[0]) if node is not None and len(returned) == 1 else NOT_WRITTEN

    def waiting(self, path: tuple[str, ...], answers: tuple[int | str, ...], *, bound: bool) -> Waiting | None:
        """How long the function at a path of names waits, or says to wait; ``answers``: the arguments that are what failed."""
        node = self._found.function_at(path)
        if node is None or is_abstract(node):
            return None
        found = waiting(self._semantics, node, self._found.parameters(node, answers, bound=bound))
        pauses, delay = (self._schedule(wait, Stop()) if wait is not None else None for wait in found)
        return Waiting(pauses, delay)

    def _schedule(self, wait: Wait, stop: Stop) -> Schedule:
        """How long a retry waits and when it gives up, as others may know it."""
        waits = self._found.spots((Place(wait.node, "waits here"),)) if wait.node is not None else ()
        stops = self._found.spots((Place(stop.node, "gives up here"),)) if stop.node is not None else ()
        return Schedule(wait.growth, wait.seconds, wait.jitter, wait.server, wait.cap, waits, stop.bounded, stop.attempts, stops)

    def decision(self, path: tuple[str, ...], raised: ByType, *, called: bool) -> Decision | None:
        """What the predicate at a path of names lets through; None where there is none, or nothing is known of what it asks."""
        node = next(self._predicates_at(path), None)
        if node is None or (isinstance(node, cst.FunctionDef) and (is_abstract(node) or is_property(node) == called)):
            return None
        predicates = Predicates(self._semantics)
        predicates.in_flight = tuple(Raised(tuple(map(self._found.inside, types)), outcomes) for types, outcomes in raised)
        passes, named = predicates.of_function(node), predicates.named.in_function(node)
        if passes == UNKNOWN and not named:
            return None
        strict = Predicates(self._semantics, extra=lambda test: of_its_kind(self._semantics, test)) if named else predicates
        return Decision(passes.may, passes.must, named, named & ~strict.of_function(node).may)

    def onward(self, path: tuple[str, ...], outcomes: int, raised: ByType) -> Onward | None:
        """What the function at a path of names does with what failed, where the call stands that hands it over."""
        node = self._found.function_at(path)
        if node is None or is_abstract(node):
            return None
        fate = through(self._semantics, node, outcomes, [Raised(tuple(map(self._found.inside, types)), under) for types, under in raised])
        return Onward(
            fate.next, tuple((tuple(map(self._semantics.evaluator.callees.outside, one.types)), one.outcomes) for one in fate.raised)
        )

    def _predicates_at(self, path: tuple[str, ...]) -> Iterator[cst.FunctionDef | cst.Lambda]:
        yield from self._found.functions_at(path)
        yield from (found for found in self._found.expressions_at(path) if isinstance(found, cst.Lambda))
        rank = path[0][1:-1] if len(path) == 1 and path[0].startswith("<") else ""
        written = self._tree.at(int(rank)) if rank.isdecimal() else None
        if isinstance(written, cst.Lambda):
            yield written

    def _keys_of_instance(self, path: tuple[str, ...], made: Arguments | None) -> _Keys:
        """By which argument the parameters of a class's ``__init__`` are given, or the fields of a dataclass."""
        definition = self._semantics.types.definition(path[0]) if len(path) == 2 else None
        if definition is None:
            return {}
        function = method(definition, "__init__")
        if function is not None:
            return self._keys(function, made, bound=True)
        known = fields(definition)
        keys = [key for key, _ in made.kinds] if made is not None else ["**"]
        if "*" in keys or "**" in keys:
            return dict.fromkeys(known.values())
        named = ((list(known)[key] if key < len(known) else "") if isinstance(key, int) else key for key in keys)
        return {known[name]: key for name, key in zip(named, keys, strict=True) if name in known}

    def _keys(self, node: cst.FunctionDef, given: Arguments | None, *, bound: bool) -> _Keys:
        """By which argument the parameters of a function are given."""
        keys = [key for key, _ in given.kinds] if given is not None else []
        found: _Keys = dict(self._found.parameters(node, keys, bound=bound))
        # what is passed by a star goes to the function that is run, where there is a star to take it
        if given is None or is_spread(keys, node):
            found = {**dict.fromkeys((*node.params.params, *node.params.kwonly_params)), **found}
        return found

    def _kinds(self, keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, tuple[str, ...]]:
        """The types that parameters stand for."""
        kinds = dict(given.kinds) if given is not None else {}
        return {param: (UNKNOWN_TYPE,) if key is None else tuple(map(self._found.inside, kinds[key])) for param, key in keys.items()}

    def _starred(self, node: cst.FunctionDef, given: Arguments | None, *, bound: bool) -> dict[cst.CSTNode, tuple[str, ...]]:
        """The types that ``*errors`` of a function stand for: those of the arguments that no other parameter takes."""
        star = node.params.star_arg
        if not isinstance(star, cst.Param):
            return {}
        taken = len([*node.params.posonly_params, *node.params.params]) - (bound and not is_static(node))
        kinds = given.kinds if given is not None else ()
        names = [name for key, found in kinds if (key >= taken if isinstance(key, int) else key == "*") for name in found]
        known = given is not None and not (taken and any(key == "*" for key, _ in kinds))
        return {star: tuple(map(self._found.inside, names)) if known else (UNKNOWN_TYPE,)}

    def _predicates(self, keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, Predicate | None]:
        """The functions that parameters stand for: those of this file, and what another one says of its own."""
        said = {key: Verdict(Range(may, must), named) for key, (may, must, named) in (given.predicates if given is not None else ())}
        kinds = dict(given.kinds) if given is not None else {}
        found: dict[cst.CSTNode, Predicate | None] = {}
        for parameter, key in keys.items():
            names = kinds.get(key, ()) if key is not None else ()
            here = (
                self._found.function_at((self._found.inside(names[0]),))
                if len(names) == 1 and names[0].startswith(f"{self._found.file}:")
                else None
            )
            found[parameter] = here if here is not None or key is None else said.get(key)
        return found


def _numbers(keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, cst.BaseExpression]:
    """The numbers that parameters stand for; of what is passed and is no number, nothing is known."""
    numbers = dict(given.numbers) if given is not None else {}
    known = {key: cst.Float(repr(number)) for key, number in numbers.items()}
    return {param: known[key] if key in known else cst.Ellipsis() for param, key in keys.items()}
