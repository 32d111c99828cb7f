"""Summaries of one module, made by asking its own semantic layer: there is no second analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.first_party import file_and_path
from errlint.semantics.carried import making_of
from errlint.semantics.class_members import is_abstract, is_property, is_static
from errlint.semantics.functions import fields, is_spread, method
from errlint.semantics.leaving import leaves
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.request_ids.readers import only_reads
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.scopes import How
from errlint.semantics.statuses import ALL, UNKNOWN, Range, Statuses
from errlint.semantics.summaries import (
    Arguments,
    ByType,
    Decision,
    Fixed,
    FunctionSummary,
    Given,
    Making,
    Onward,
    Retrier,
    Retrying,
    Schedule,
    Spot,
    Value,
    Waiting,
)
from errlint.semantics.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.handed import Predicate
    from errlint.semantics.retries.policy import Stop, Wait

_Keys = dict[cst.CSTNode, int | str | None]
"""By parameter, the position or keyword of the argument that it is given by; None: nobody knows."""
_LONGEST_TRAIL = 12
"""Places; of a longer trail the start is kept, where the value was born."""


class Summariser:
    """Summarises the functions and values of a module for the others.

    :param file: the absolute path of the module.
    """

    def __init__(self, semantics: Semantics, file: str) -> None:
        self._semantics = semantics
        self._file = file
        self._tree = semantics.tree

    def function(self, path: tuple[str, ...], given: Given, *, bound: bool) -> FunctionSummary | None:
        """The function or method at a path of names, called with what is ``given``."""
        node = self._function_at(path)
        if node is None:
            return self._kept_function(path, given)
        keys = self._parameters(node, [key for key, _ in given], bound=bound)
        evaluator = self._semantics.evaluator
        if keys:
            values = dict(given)
            assumed = {param: meaning for param, key in keys.items() if (meaning := self._given(values[key], param)) is not None}
            evaluator = self._semantics.evaluator_with(assumed)
        returned = list(self._semantics.functions.returned(node))
        meanings = [*(evaluator.meaning(expression) for expression in returned), evaluator.returned_by_annotation(node)]

        def first(found: Iterable[Meaning | None]) -> Value | None:
            return next((value for meaning in found if (value := self._value(meaning, keys)) is not None), None)

        raising = evaluator.raises.of(node)
        made = evaluator.exceptions.made_by(node)
        http = evaluator.http.of(node)
        rows = [[element.value for element in found.elements] for found in returned if isinstance(found, (cst.Tuple, cst.List))]
        columns = zip_longest(*rows)
        return FunctionSummary(
            names=(".".join(path),),
            raises=tuple(self.outside(name) for name in raising.types),
            value=first(meanings),
            items=tuple(first(evaluator.meaning(cell) for cell in column if cell is not None) for column in columns),
            http=self._spots(http.trail) if http is not None else (),
            answer=raising.answer.value,
            raised=self._spots(raising.trail),
            tells=raising.tells,
            under=tuple((self.outside(name), statuses) for name, statuses in raising.under),
            wording=(*raising.wording, *made.wording),
            carries=tuple((self.outside(name), attribute, word) for name, attribute, word in (*raising.carries, *made.carries)),
            makes=tuple((self.outside(name), statuses) for name, statuses in made.under),
            escapes=evaluator.raises.escapes(node),
            predicate=self._predicate(node, returned, evaluator.statuses),
            abstract=is_abstract(node),
            only_reads=only_reads(node, self._tree),
        )

    def _kept_function(self, path: tuple[str, ...], given: Given) -> FunctionSummary | None:
        """The same of ``client.request``, where the attribute at a path is set to it, and to nothing else."""
        values = list(self._expressions_at(path)) if len(path) == 2 else []
        kept = values[0] if len(values) == 1 else None
        member = self._semantics.evaluator.callees.member(kept) if isinstance(kept, cst.Attribute) else None
        if member is None:
            return None
        if member.owner is None:
            imported = self._semantics.imported
            return imported.function(member.elsewhere, given, bound=True) if imported is not None else None
        target = (member.owner.name.value, member.name)
        return self.function(target, given, bound=True) if self._function_at(target) is not None else None

    def value(self, path: tuple[str, ...]) -> Value | None:
        """The variable, or the attribute of a class, at a path of names."""
        for expression in self._expressions_at(path):
            found = self._value(self._semantics.meaning(expression))
            if found is not None:
                return found
        for node in self._functions_at(path):  # a property, and what sets it
            returned = (self._semantics.meaning(expression) for expression in self._semantics.functions.returned(node))
            for meaning in (*returned, self._semantics.evaluator.returned_by_annotation(node)):
                found = self._value(meaning)
                if found is not None:
                    return found
        definition = self._semantics.types.definition(path[0]) if len(path) == 2 else None
        field = self._semantics.evaluator.field(definition, path[1]) if definition is not None else None
        return self._value(field) or self._declared(path)

    def retrier(self, path: tuple[str, ...], asked: Retrying) -> Retrier | None:
        """The function at a path of names, if it retries what it is given."""
        from errlint.semantics.retries.wrappers import Assumed, retries_what_it_gets

        node = self._function_at(path)
        if node is None:
            return self._configured(path, asked)
        made, given = self._keys_of_instance(path, asked.made), self._keys(node, asked.given, bound=len(path) > 1)
        kinds = {**self._kinds(made, asked.made), **self._kinds(given, asked.given)}
        numbers = {**_numbers(made, asked.made), **_numbers(given, asked.given)}
        kinds.update(self._starred(node, asked.given, bound=len(path) > 1))
        raised = tuple(Raised(tuple(map(self._inside, types)), outcomes) for types, outcomes in asked.raised)
        predicates = {**self._predicates(made, asked.made), **self._predicates(given, asked.given)}
        found = retries_what_it_gets(self._semantics, node, Assumed(kinds, raised, numbers, predicates))
        if found is None:
            return None
        outcomes = found.failures.outcomes
        positional = [*node.params.posonly_params, *node.params.params][len(path) > 1 and not is_static(node) :]
        callee = next((position for position, parameter in enumerate(positional) if parameter is found.parameter), None)
        spots, schedule = self._spots(found.failures.places), self._schedule(found.wait, found.stop)
        name = found.parameter.name.value
        return Retrier(outcomes.may, outcomes.must, found.failures.named, spots, callee, name, found.asks, schedule)

    def _configured(self, path: tuple[str, ...], asked: Retrying) -> Retrier | None:
        """The same of a variable at a path, or of a method of the object that it keeps."""
        from errlint.semantics.retries.foreign import configured

        values = list(self._expressions_at(path[:1])) if len(path) <= 2 else []
        found = configured(self._semantics, values[0], path[1] if len(path) == 2 else "", asked) if len(values) == 1 else None
        imported = self._semantics.imported
        if found is None or imported is None:
            return None
        name, question = found
        own = name.startswith(f"{self._file}:")
        known = self.retrier(file_and_path(name)[1], question) if own else imported.retrier(name, question)
        return msgspec.structs.replace(known, callee=0) if known is not None and known.callee is None else known

    def may_retry(self, path: tuple[str, ...]) -> bool:
        """Whether the function at a path of names may retry what it is given, whatever that is."""
        from errlint.semantics.retries.library.calls import RetryCalls
        from errlint.semantics.retries.wrappers import may_retry

        node = self._function_at(path)
        if node is None:
            return False
        calls = RetryCalls(self._semantics)
        return may_retry(self._semantics, node) or any(map(calls.behind, self._semantics.functions.returned(node)))

    def makes(self, path: tuple[str, ...]) -> str:
        """What the function at a path returns, written out, where that is one expression."""
        node = self._function_at(path)
        returned = list(self._semantics.functions.returned(node)) if node is not None and node.asynchronous is None else []
        return self._semantics.closed.made_by(node, returned[0]) if node is not None and len(returned) == 1 else "..."

    def waiting(self, path: tuple[str, ...], answers: tuple[int | str, ...], *, bound: bool) -> Waiting | None:
        """How long the function at a path of names waits, or says to wait; ``answers``: the arguments that are what failed."""
        from errlint.semantics.retries.elsewhere import waiting
        from errlint.semantics.retries.policy import Stop

        node = self._function_at(path)
        if node is None or is_abstract(node):
            return None
        found = waiting(self._semantics, node, self._parameters(node, answers, bound=bound))
        pauses, delay = (self._schedule(wait, Stop()) if wait is not None else None for wait in found)
        return Waiting(pauses, delay)

    def _schedule(self, wait: Wait, stop: Stop) -> Schedule:
        """How long a retry waits and when it gives up, as others may know it."""
        waits = self._spots((Place(wait.node, "waits here"),)) if wait.node is not None else ()
        stops = self._spots((Place(stop.node, "gives up here"),)) if stop.node is not None else ()
        return Schedule(wait.growth, wait.seconds, wait.jitter, wait.server, wait.cap, waits, stop.bounded, stop.attempts, stops)

    def decision(self, path: tuple[str, ...], raised: ByType, *, called: bool) -> Decision | None:
        """What the predicate at a path of names lets through; None where there is none, or nothing is known of what it asks."""
        from errlint.semantics.retries.deciders import of_its_kind
        from errlint.semantics.retries.predicates import Predicates

        node = next(self._predicates_at(path), None)
        if node is None or (isinstance(node, cst.FunctionDef) and (is_abstract(node) or is_property(node) == called)):
            return None
        predicates = Predicates(self._semantics)
        predicates.in_flight = tuple(Raised(tuple(map(self._inside, types)), outcomes) for types, outcomes in raised)
        passes, named = predicates.of_function(node), predicates.named.in_function(node)
        if passes == UNKNOWN and not named:
            return None
        strict = Predicates(self._semantics, extra=lambda test: of_its_kind(self._semantics, test)) if named else predicates
        return Decision(passes.may, passes.must, named, named & ~strict.of_function(node).may)

    def onward(self, path: tuple[str, ...], outcomes: int, raised: ByType) -> Onward | None:
        """What the function at a path of names does with what failed, where the call stands that hands it over."""
        from errlint.semantics.retries.onward import through

        node = self._function_at(path)
        if node is None or is_abstract(node):
            return None
        fate = through(self._semantics, node, outcomes, [Raised(tuple(map(self._inside, types)), under) for types, under in raised])
        return Onward(fate.next, tuple((tuple(map(self.outside, one.types)), one.outcomes) for one in fate.raised))

    def _predicates_at(self, path: tuple[str, ...]) -> Iterator[cst.FunctionDef | cst.Lambda]:
        yield from self._functions_at(path)
        yield from (found for found in self._expressions_at(path) if isinstance(found, cst.Lambda))
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
        found: _Keys = dict(self._parameters(node, keys, bound=bound))
        # what is passed by a star goes to the function that is run, where there is a star to take it
        if given is None or is_spread(keys, node):
            found = {**dict.fromkeys((*node.params.params, *node.params.kwonly_params)), **found}
        return found

    def _kinds(self, keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, tuple[str, ...]]:
        """The types that parameters stand for."""
        kinds = dict(given.kinds) if given is not None else {}
        return {param: (UNKNOWN_TYPE,) if key is None else tuple(map(self._inside, kinds[key])) for param, key in keys.items()}

    def _starred(self, node: cst.FunctionDef, given: Arguments | None, *, bound: bool) -> dict[cst.CSTNode, tuple[str, ...]]:
        """The types that ``*errors`` of a function stand for: those of the arguments that no other parameter takes."""
        star = node.params.star_arg
        if not isinstance(star, cst.Param):
            return {}
        taken = len([*node.params.posonly_params, *node.params.params]) - (bound and not is_static(node))
        kinds = given.kinds if given is not None else ()
        names = [name for key, found in kinds if (key >= taken if isinstance(key, int) else key == "*") for name in found]
        known = given is not None and not (taken and any(key == "*" for key, _ in kinds))
        return {star: tuple(map(self._inside, names)) if known else (UNKNOWN_TYPE,)}

    def _predicates(self, keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, Predicate | None]:
        """The functions that parameters stand for: those of this file, and what another one says of its own."""
        from errlint.semantics.retries.handed import Verdict

        said = {key: Verdict(Range(may, must), named) for key, (may, must, named) in (given.predicates if given is not None else ())}
        kinds = dict(given.kinds) if given is not None else {}
        found: dict[cst.CSTNode, Predicate | None] = {}
        for parameter, key in keys.items():
            names = kinds.get(key, ()) if key is not None else ()
            here = self._function_at((self._inside(names[0]),)) if len(names) == 1 and names[0].startswith(f"{self._file}:") else None
            found[parameter] = here if here is not None or key is None else said.get(key)
        return found

    def _inside(self, name: str) -> str:
        """The name by which this file knows a type."""
        return name.removeprefix(f"{self._file}:")

    def making(self, path: tuple[str, ...]) -> Making | None:
        """How instances of the class at a path are made."""
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        return making_of(definition, self._tree, self._semantics.names, self._semantics.types) if definition is not None else None

    def fixed(self, path: tuple[str, ...]) -> Fixed | None:
        """The numbers that the class at a path is made with."""
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        return self._semantics.types.fixed(definition) if definition is not None else None

    def constant(self, path: tuple[str, ...]) -> str:
        """The literal that the name at a path is bound to, written out."""
        found = (self._semantics.closed.source(expression) for expression in self._expressions_at(path))
        return next((source for source in found if source != "..."), "...")

    def type_names(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The types that a name is bound to: ``RETRYABLE = (requests.Timeout, ApiError)``; `?` where that is not known."""
        for expression in self._expressions_at(path):
            return tuple(self.outside(name) for name in self._semantics.predicates.types.named(expression))
        return ()

    def caught_by(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The types that the decorator or context manager at a path of names catches of what it runs."""
        node = self._function_at(path)
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        found = {*(self._semantics.shields.of_function(node) if node is not None else ())}
        found.update(self._semantics.shields.of_class(definition) if definition is not None else ())
        return tuple(sorted(map(self.outside, found)))

    def asks_by_itself(self, rank: int) -> bool | None:
        """Whether the call of this rank makes a client that waits by itself as long as the server says."""
        from errlint.semantics.retries.library.clients import asks_by_itself

        return asks_by_itself(self._semantics, self._tree.at(rank))

    def outside(self, name: str) -> str:
        """The name by which other modules know a type: classes of this file go by their plain name only here."""
        return f"{self._file}:{name}" if self._semantics.types.definition(name) is not None else name

    # where things are ------------------------------------------------------------------------------------------------------------

    def _function_at(self, path: tuple[str, ...]) -> cst.FunctionDef | None:
        return next(self._functions_at(path), None)

    def _functions_at(self, path: tuple[str, ...]) -> Iterator[cst.FunctionDef]:
        """The functions of this name, the last one first."""
        scope: cst.CSTNode | None = self._tree.module
        for name in path[:-1]:
            bindings = self._semantics.scopes.bindings(name, scope) if scope is not None else []
            scope = next((binding.node for binding in reversed(bindings) if binding.how is How.CLASS), None)
        for binding in reversed(self._semantics.scopes.bindings(path[-1], scope)) if scope is not None and path else ():
            if binding.how is How.FUNCTION and isinstance(binding.node, cst.FunctionDef):
                yield binding.node

    def _expressions_at(self, path: tuple[str, ...]) -> Iterable[cst.BaseExpression]:
        if len(path) == 1:
            bindings = self._semantics.scopes.bindings(path[0], self._tree.module)
            return [b.value for b in reversed(bindings) if b.how is How.VALUE and b.value is not None and not b.path]
        if len(path) == 2:
            definition = self._semantics.types.definition(path[0])
            return self._semantics.constants.values_in(definition, path[1]) if definition is not None else ()
        return ()

    def _declared(self, path: tuple[str, ...]) -> Value | None:
        definition = self._semantics.types.definition(path[0]) if len(path) == 2 else None
        scope = self._tree.module if len(path) == 1 else definition
        bindings = self._semantics.scopes.bindings(path[-1], scope) if scope is not None else []
        found = (self._value(self._semantics.evaluator.bound(binding)) for binding in bindings if binding.annotation is not None)
        return next((value for value in found if value is not None), None)

    # arguments -------------------------------------------------------------------------------------------------------------------

    def _parameters(self, node: cst.FunctionDef, given: Iterable[int | str], *, bound: bool) -> dict[cst.CSTNode, int | str]:
        """The parameters of a function for which something is given, and by which argument."""
        positional = [*node.params.posonly_params, *node.params.params]
        in_class = isinstance(self._tree.parent.get(self._tree.block(node)), cst.ClassDef)
        takes_self = in_class and not is_static(node) and (bound or self._is_class_method(node))
        by_name = {param.name.value: param for param in (*positional, *node.params.kwonly_params)}
        found: dict[cst.CSTNode, int | str] = {}
        for key in given:
            param = by_name.get(key) if isinstance(key, str) else next(iter(positional[key + takes_self :]), None)
            if param is not None:
                found[param] = key
        return found

    def _is_class_method(self, node: cst.FunctionDef) -> bool:
        return any(isinstance(d.decorator, cst.Name) and d.decorator.value == "classmethod" for d in node.decorators)

    def _given(self, value: Value, param: cst.CSTNode) -> Meaning | None:
        """An argument as the parameter sees it: its trail starts at the parameter, which is how it is known again."""
        sheet = self._semantics.types.type(value.type) if value.type else None
        if value.type and sheet is None:
            return None
        api = self._semantics.binding.named(value.api, value.because)
        return Meaning(
            Kind[value.kind], (Place(param, "passed on"),), sheet, api, value.path, value.name, from_exception=value.from_exception
        )

    # values ----------------------------------------------------------------------------------------------------------------------

    def _value(self, meaning: Meaning | None, keys: Mapping[cst.CSTNode, int | str] | None = None) -> Value | None:
        """A meaning as others may know it; what is not proven stays here."""
        if meaning is None or not meaning.proven or meaning.kind is Kind.CALL:
            return None
        argument = (keys or {}).get(meaning.trail[0].node)
        trail = meaning.trail if argument is None else meaning.trail[1:]
        return msgspec.structs.replace(outline(meaning, self.outside), argument=argument, spots=self._spots(trail))

    def _spots(self, trail: tuple[Place, ...]) -> tuple[Spot, ...]:
        found: list[Spot] = []
        for place in trail:
            found.extend(place.elsewhere)
            rank = self._tree.order.get(place.node)
            if rank is not None and place.note:
                found.append(Spot(self._file, rank, place.note, place.http))
        return tuple(found[:_LONGEST_TRAIL])

    # predicates ------------------------------------------------------------------------------------------------------------------

    def _predicate(self, node: cst.FunctionDef, returned: list[cst.BaseExpression], statuses: Statuses) -> tuple[int, int] | None:
        """For which statuses what the function returns may and must be true, by all its ``return`` statements."""
        may, fails = 0, 0
        for expression in returned:
            reached = statuses.possible_at(expression)
            found = _truth(expression) or statuses.range_of(expression)
            may |= reached & found.may
            fails |= reached & ~found.must
        if not returned or (may, fails) == (ALL, ALL):
            return None
        return may, ALL & ~fails if leaves(node.body) else 0


def _numbers(keys: _Keys, given: Arguments | None) -> dict[cst.CSTNode, cst.BaseExpression]:
    """The numbers that parameters stand for; of what is passed and is no number, nothing is known."""
    numbers = dict(given.numbers) if given is not None else {}
    known = {key: cst.Float(repr(number)) for key, number in numbers.items()}
    return {param: known[key] if key in known else cst.Ellipsis() for param, key in keys.items()}


def _truth(expression: cst.BaseExpression) -> Range | None:
    if isinstance(expression, cst.Name) and expression.value in ("True", "False", "None"):
        return Range(ALL, ALL) if expression.value == "True" else Range(0, 0)
    return None


def outline(meaning: Meaning, outside: Callable[[str], str]) -> Value:
    """A meaning without its places.

    :param outside: turns the name of a type into the one that other modules know it by.
    """
    api = meaning.api
    return Value(
        meaning.kind.name,
        outside(meaning.sheet.name) if meaning.sheet is not None else "",
        meaning.name,
        meaning.path,
        "" if api is None else api.catalogue.id if api.catalogue is not None else "-",
        api.because if api is not None else "",
        meaning.from_exception,
    )
