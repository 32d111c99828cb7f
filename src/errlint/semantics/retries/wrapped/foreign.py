"""Retries of one's own that stand in other modules of the project: decorators, helpers and objects that run what they are given.

What their loop does with a failure is asked of the module where it stands (:mod:`~errlint.semantics.project.summarise`), for the types that
are raised here and for the arguments that are passed here. How long they wait, and when they stop, is said there; rules that look at this
file ask no more of it than whether the wait asks the server and whether it ever ends, and only where the use alone tells after which
statuses the retry comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from math import inf
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.first_party import file_and_path, is_first_party
from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.program.names import called, dotted, first_name, is_partial
from errlint.semantics.program.scopes import How
from errlint.semantics.project.summaries import Arguments, Retrier, Retrying
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.library.leaving import Leaving, leaving
from errlint.semantics.retries.outcomes import LIMITED, NO_ANSWER
from errlint.semantics.retries.policy import Attempt, Elsewhere, Retried, RetryPolicy, Stop, Wait
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.wrapped.uses import callees, handing
from errlint.semantics.values.status_sets import ERRORS, Range
from errlint.semantics.values.types import UNKNOWN_TYPE

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.project.imported import Imported
    from errlint.sheets.library import TypeSheet

_CALLED = "__call__"
_ANYTHING = (Raised((UNKNOWN_TYPE,), ERRORS),)
"""Asks whether anything can be tried again at all."""
_HOPS = 2
_MAY_BE_CALLED = frozenset({cst.Lambda, cst.Call, cst.Name, cst.Attribute})


@dataclass(frozen=True)
class Passed:
    """What a call passes: as the other module is told it, and the functions among its arguments."""

    arguments: Arguments
    functions: tuple[tuple[int | str, cst.BaseExpression], ...] = ()


_NONE = Passed(Arguments())


@dataclass(frozen=True)
class Runner:
    """A function or method of another module, with what is passed to it.

    :ivar name: as the project knows it; :ivar given: what its arguments say; :ivar made: those that its object was made with, None if that
    is not known.
    """

    name: str
    given: Passed | None = _NONE
    made: Passed | None = _NONE


def policies(semantics: Semantics) -> Iterator[RetryPolicy]:
    """The retries of other modules that code of this file is run by."""
    if semantics.imported is not None:
        yield from _Foreign(semantics, semantics.imported).policies()


def configured(semantics: Semantics, value: cst.BaseExpression, member: str, asked: Retrying) -> tuple[str, Retrying] | None:
    """The function of the project behind a variable of this file that another one asks about, and what it is to be asked.

    :param value: what the variable is bound to; :param member: the method of the object that it keeps, "" for what is called itself.
    """
    if semantics.imported is None:
        return None
    given = Passed(asked.given) if asked.given is not None else None
    runner = _Runners(semantics).kept(value, member, given)
    if runner is None:
        return None
    own = f"{semantics.imported.file}:"
    raised = tuple(Raised(tuple(name.removeprefix(own) for name in types), outcomes) for types, outcomes in asked.raised)
    told = _Told(semantics)
    return runner.name, Retrying(told.arguments(runner.given, raised), told.arguments(runner.made, raised), asked.raised)


class _Told:
    """Says to another module what a call passes.

    :param semantics: of the file with the call.
    """

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def arguments(self, passed: Passed | None, raised: Sequence[Raised]) -> Arguments | None:
        """What is passed, with what its functions let through of the exceptions that are raised here."""
        if passed is None or not passed.functions:
            return passed.arguments if passed is not None else None
        said = ((key, self._let_through(function, raised)) for key, function in passed.functions)
        return msgspec.structs.replace(passed.arguments, predicates=tuple((key, found) for key, found in said if found is not None))

    def _let_through(self, function: cst.BaseExpression, raised: Sequence[Raised]) -> tuple[int, int, int] | None:
        """The outcomes that a predicate may and certainly does let through, and the statuses that it names."""
        here = self._semantics.functions.behind(function)
        if here:
            predicates = Predicates(self._semantics)
            predicates.in_flight = tuple(raised)
            passes = predicates.of_function(here[0])
            return (passes.may, passes.must, predicates.named.in_function(here[0])) if len(here) == 1 else None
        known = self._semantics.deciders.elsewhere(function, raised)
        return (known.may, known.must, known.named) if known is not None else None


class _Foreign:
    """Builds the policies of one file."""

    def __init__(self, semantics: Semantics, imported: Imported) -> None:
        self._semantics = semantics
        self._imported = imported
        self._runners = _Runners(semantics)
        self._told = _Told(semantics)

    def policies(self) -> Iterator[RetryPolicy]:
        for decorated in self._semantics.tree.all(cst.FunctionDef):
            for decorator in decorated.decorators:
                runner = self._runners.decorating(decorator.decorator, _HOPS)
                if runner is not None:
                    yield from self._of_function(decorator, runner, decorated)
        for call in self._semantics.tree.all(cst.Call):
            if not any(type(argument.value) in _MAY_BE_CALLED for argument in call.args):
                continue
            applied = _applied(call)
            if not self._is_of_library(applied.func) and any(self._is_callable(argument.value) for argument in applied.args):
                yield from self._of_call(call, applied)

    def _is_of_library(self, function: cst.BaseExpression) -> bool:
        """Whether a function is a builtin, or imported from outside of the project: asked first, since it takes no look at arguments."""
        root = first_name(function)
        if root is None or any(binding.how is not How.IMPORT for binding in self._semantics.scopes.reaching(root)):
            return False
        name = self._semantics.names.qualified(function)
        return name is not None and not is_first_party(name)

    def _is_callable(self, value: cst.BaseExpression) -> bool:
        """Whether an argument can be called; who takes it is asked only then."""
        if isinstance(value, cst.Lambda):
            return True
        if isinstance(value, cst.Call):
            return is_partial(value)
        if not isinstance(value, (cst.Name, cst.Attribute)):
            return False
        if self._semantics.functions.defined(value):
            return True
        name = self._semantics.names.qualified(value) or ""
        if is_first_party(name):
            return self._semantics.types.type(name) is None
        known = self._semantics.libraries.function(name)
        if known is not None:
            return bool(known.returns)
        return isinstance(value, cst.Attribute) and self._semantics.evaluator.callees.member(value) is not None

    def _of_call(self, node: cst.Call, call: cst.Call) -> Iterator[RetryPolicy]:
        """The retry of a call; it stands at ``node``."""
        runner = self._runners.called(call)
        known = self._ask(runner, _ANYTHING) if runner is not None else None
        if runner is None or known is None or (known.callee is None and not isinstance(call.func, cst.Call)):
            return
        argument = self._semantics.evaluator.callees.argument
        handed = argument(call, known.callee or 0) or argument(call, known.parameter)
        for callee in callees(self._semantics, handed, call) if handed is not None else ():
            if isinstance(callee, cst.Call):
                yield from self._of_library(node, runner, callee)
            else:
                yield from self._of_function(node, runner, callee)

    def _of_library(self, node: cst.Call, runner: Runner, callee: cst.Call) -> Iterator[RetryPolicy]:
        attempt = self._semantics.attempts.of_call(callee)
        if attempt is not None:
            # the call is not written in the file: what stands there is the function that is handed over
            trail = tuple(replace(step, node=node) if step.node is callee else step for step in attempt.trail)
            yield from self._policy(node, runner, leaving(self._semantics, callee, ()), [replace(attempt, call=node, trail=trail)])

    def _of_function(self, node: cst.Decorator | cst.Call, runner: Runner, function: cst.FunctionDef | cst.Lambda) -> Iterator[RetryPolicy]:
        attempts = self._semantics.attempts.of_running(function) if self._ask(runner, _ANYTHING) is not None else []
        if attempts:
            by = handing(self._semantics, node, function)
            made = [replace(attempt, handed_by=by) for attempt in attempts]
            yield from self._policy(node, runner, leaving(self._semantics, function, attempts), made)

    def _policy(self, node: cst.Decorator | cst.Call, runner: Runner, ways: Leaving, attempts: Sequence[Attempt]) -> Iterator[RetryPolicy]:
        known = self._ask(runner, tuple(one for one in ways.raised if one.outcomes & ERRORS))
        if known is None:
            return
        raised = reduce(or_, (one.outcomes for one in ways.raised), 0)
        may, must = known.may & raised, known.must & raised & ~ways.returned
        transport = True if must & NO_ANSWER else None if may & NO_ANSWER else False
        shown = dotted(called(node.decorator if isinstance(node, cst.Decorator) else node)) or runner.name.rpartition(".")[2]
        place = Place(node, f"`{shown}` makes the call again", elsewhere=known.places)
        failures = Retried(Range(may & ERRORS, must & ERRORS), transport, named=known.named & may, places=(place,))
        if failures.statuses.may or failures.transport is not False:
            told = _elsewhere(known)
            answered = self._carries_answer(ways, failures.named)
            yield RetryPolicy("wrapper", node, tuple(attempts), failures, Wait(), Stop(), answered=answered, elsewhere=told)

    def _carries_answer(self, ways: Leaving, named: int) -> bool:
        """Whether what is raised for a named status (of which 429 decides, if it is there) has the answer or its headers."""
        asked = named & 1 << LIMITED or named
        for one in ways.raised:
            sheets = [self._semantics.types.type(name) for name in one.types]
            if one.outcomes & asked and all(sheet is not None and self._semantics.headers.of_exception(sheet) for sheet in sheets):
                return True
        return False

    def _ask(self, runner: Runner, raised: Sequence[Raised]) -> Retrier | None:
        outside = self._semantics.evaluator.callees.outside
        by_type = tuple((tuple(map(outside, one.types)), one.outcomes & ERRORS) for one in raised)
        given, made = self._told.arguments(runner.given, raised), self._told.arguments(runner.made, raised)
        return self._imported.retrier(runner.name, Retrying(given, made, by_type))


def _elsewhere(known: Retrier) -> Elsewhere:
    said = known.schedule
    wait = Wait(said.growth, said.first, said.jitter, said.server, said.cap)
    return Elsewhere(wait, Stop(said.bounded, said.attempts), said.waits, said.stops, by_use=not known.asks)


def _applied(call: cst.Call) -> cst.Call:
    """The call that ``partial(retrying, fetch)`` stands for; else the call itself."""
    applies = is_partial(call) and call.args and not call.args[0].star
    return cst.Call(call.args[0].value, call.args[1:]) if applies else call


class _Runners:
    """Finds the functions of other modules that run what they are given."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._callees = semantics.evaluator.callees

    def decorating(self, decorator: cst.BaseExpression, hops: int) -> Runner | None:
        """The one that a decorator is, makes, or calls."""
        function = called(decorator)
        call = decorator if isinstance(decorator, cst.Call) else None
        name = self._semantics.names.qualified(function) or ""
        if is_first_party(name):
            sheet = self._semantics.types.type(name)
            given = self._arguments(call) if call is not None else _NONE
            if sheet is None:
                return Runner(name, given)
            return self._method(sheet, _CALLED, _NONE, given) if call is not None else None
        if call is None and isinstance(function, cst.Name) and hops:
            values = list(self._semantics.functions.values(function))
            return self.decorating(values[0], hops - 1) if len(values) == 1 and isinstance(values[0], cst.Call) else None
        return None

    def called(self, call: cst.Call) -> Runner | None:
        """The one that a call runs."""
        name = self._semantics.names.qualified(call.func) or ""
        given = self._arguments(call)
        if is_first_party(name) and self._semantics.types.type(name) is None:
            return Runner(name, given)
        if isinstance(call.func, cst.Call):
            return self.decorating(call.func, 0)
        if isinstance(call.func, cst.Attribute):
            member = self._callees.member(call.func)
            kept = self._semantics.names.qualified(call.func.value) or ""
            if member is not None and len(file_and_path(kept)[1]) == 1 and self._is_variable(kept):
                return Runner(f"{kept}.{member.name}", given)
            if member is not None and member.elsewhere:
                return Runner(member.elsewhere, given, self._made_with(call.func.value))
        found = self._object(call.func)
        return Runner(found.name, given, found.made) if found is not None else None

    def _object(self, expression: cst.BaseExpression) -> Runner | None:
        """An instance that is called."""
        meaning = self._semantics.meaning(expression)
        if meaning is None or meaning.sheet is None or meaning.kind is not Kind.INSTANCE:
            return None
        return self._method(meaning.sheet, _CALLED, _NONE, self._made_with(expression))

    def _method(self, sheet: TypeSheet, name: str, given: Passed | None, made: Passed | None) -> Runner | None:
        member = self._callees.method(sheet, name)
        return Runner(member.elsewhere, given, made) if member is not None and member.elsewhere else None

    def _is_variable(self, name: str) -> bool:
        imported = self._semantics.imported
        return imported is not None and is_first_party(name) and imported.value(name) is not None

    def kept(self, value: cst.BaseExpression, member: str, given: Passed | None) -> Runner | None:
        """The one that is kept in a variable: ``again = repeated(ERRORS)``, an object that is called, or a method of it."""
        call = value if isinstance(value, cst.Call) else None
        name = (self._semantics.types.named(call.func) or "") if call is not None else ""
        if call is not None and self._semantics.types.type(name) is not None:
            return Runner(f"{self._callees.outside(name)}.{member or _CALLED}", given, self._arguments(call))
        here = self._semantics.functions.defined(call.func) if call is not None and isinstance(call.func, cst.Name) else []
        if call is not None and not member and (here or is_first_party(name)):
            return Runner(self._here(here[0]) if here else name, self._arguments(call))
        meaning = self._semantics.meaning(value)
        sheet = meaning.sheet if meaning is not None and meaning.kind is Kind.INSTANCE else None
        return Runner(f"{self._callees.outside(sheet.name)}.{member or _CALLED}", given, None) if sheet is not None else None

    def _here(self, function: cst.FunctionDef) -> str:
        imported = self._semantics.imported
        return f"{imported.file if imported is not None else ''}:{function.name.value}"

    def _made_with(self, instance: cst.BaseExpression) -> Passed | None:
        """What the ``__init__`` of an object was given; None if that is not known."""
        values: list[cst.BaseExpression] = [instance]
        if isinstance(instance, (cst.Name, cst.Attribute)):
            values = list(self._semantics.functions.values(instance))
        made = values[0] if len(values) == 1 else None
        if not isinstance(made, cst.Call) or self._semantics.types.type(self._semantics.names.qualified(made.func) or "") is None:
            return None
        return self._arguments(made)

    def _arguments(self, call: cst.Call) -> Passed:
        """The types, numbers and functions that the arguments of a call name; of what is passed by ``*`` and ``**``, nothing is known."""
        kinds: list[tuple[int | str, tuple[str, ...]]] = []
        numbers: list[tuple[int | str, float]] = []
        functions: list[tuple[int | str, cst.BaseExpression]] = []
        for position, argument in enumerate(call.args):
            key = argument.star or (argument.keyword.value if argument.keyword is not None else position)
            names = self._semantics.predicates.types.named(argument.value)
            kinds.append((key, tuple(map(self._callees.outside, names))))
            number = self._semantics.waits.number(argument.value) if not argument.star else None
            if number is not None and 0 <= number < inf:
                numbers.append((key, number))
            if not argument.star and isinstance(argument.value, (cst.Name, cst.Attribute, cst.Lambda)):
                functions.append((key, argument.value))
        return Passed(Arguments(tuple(kinds), tuple(numbers)), tuple(functions))
