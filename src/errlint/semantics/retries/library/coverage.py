"""Which HTTP calls does a retry of a library cover? Those of a function, of the body of a loop, or made through a client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.errors.raising import Answer
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.retries.library.calls import Given, RetryCalls, RetrySite, given
from errlint.semantics.retries.library.leaving import BY_ANY_LIBRARY, UNSEEN, Leaving, leaving, of_calls, with_results
from errlint.semantics.retries.policy import Attempt, repeated
from errlint.semantics.retries.wrapped.uses import handing
from errlint.sheets.retry import RetryArgument

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_AS_EXCEPTION = {Answer.YES: True, Answer.NO: False, Answer.UNKNOWN: None}


@dataclass(eq=False)
class Covered:
    """What one retry covers; filled while its uses are found.

    :ivar code: the functions, loops and calls that are run again, with their attempts; :ivar foreign: the attempts of a library's functions
    that are handed over; :ivar project: those of functions of other modules of the project, by calls that are not written in the file;
    :ivar through: those made through a client; :ivar said: what is only said where the object is used;
    :ivar coroutines: whether those are run again, too; :ivar generators: whether generator functions are.
    """

    coroutines: bool = True
    code: dict[cst.CSTNode, list[Attempt]] = field(default_factory=dict)
    foreign: list[Attempt] = field(default_factory=list)
    project: dict[cst.Call, Attempt] = field(default_factory=dict)
    through: list[Attempt] = field(default_factory=list)
    said: list[Given] = field(default_factory=list)
    generators: bool = False

    @property
    def attempts(self) -> list[Attempt]:
        """All of them, each once."""
        found = (attempt for attempts in (*self.code.values(), self.foreign, self.project.values(), self.through) for attempt in attempts)
        return list({(attempt.call, attempt.trail[0].node): attempt for attempt in found}.values())

    def extend(self, other: Covered) -> None:
        """Take over what another use of the same retry covers."""
        self.code.update(other.code)
        self.foreign.extend(other.foreign)
        self.project.update(other.project)
        self.through.extend(other.through)
        self.said.extend(other.said)


class Coverage:
    """Answers for the sites of one file."""

    def __init__(self, semantics: Semantics, calls: RetryCalls) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._calls = calls

    def of(self, site: RetrySite) -> Covered:
        """What the retry that a site sets up covers."""
        covers = site.described.sheet.covers
        found = Covered(site.described.sheet.coroutines, generators=site.described.sheet.generators)
        if covers == "function":
            self._add_functions(site, found)
            if not found.attempts:
                self._assume(site, found)
        elif covers == "client":
            found.through.extend(attempt for attempt in self._through(site.node) if self._nearest(attempt) is site.node)
        elif covers == "receiver" and isinstance(site.node, cst.Call) and isinstance(site.node.func, cst.Attribute):
            receiver = self._semantics.meaning(site.node.func.value)
            made = self._makings(site.node.func.value) if receiver is not None else []
            for node in (receiver.trail[0].node, *made) if receiver is not None else ():
                found.through.extend(self._through(node))
        elif covers == "call" and isinstance(site.node, cst.Call):
            attempt = self._semantics.attempts.of_call(site.node)
            found.through.extend([attempt] if attempt is not None else ())
        return found

    def _makings(self, receiver: cst.BaseExpression) -> list[cst.Call]:
        """Where instances are made of a class that mounts something on itself: ``self.mount(…)`` in its constructor."""
        constructor = self._tree.enclosing(receiver, cst.FunctionDef) if dotted(receiver) == "self" else None
        return self._semantics.evaluator.callers(constructor) if constructor is not None and constructor.name.value == "__init__" else []

    def leaving(self, covered: Covered, *, looks_at_answers: bool = False) -> Leaving:
        """How outcomes leave what is covered; of several functions, what is true of any.

        :param looks_at_answers: the retry stands between the client and the code that uses it: a status is an exception only if the
            client makes one of it.
        """
        found = [of_calls(covered.foreign)] if covered.foreign else []
        for code, attempts in covered.code.items():
            found.append(with_results(self._semantics, code, leaving(self._semantics, code, attempts)))
        found.extend(leaving(self._semantics, made, ()) for made in covered.project)
        if looks_at_answers and not found:
            return of_calls(covered.through) if covered.through else UNSEEN
        return reduce(Leaving.also, found) if found else BY_ANY_LIBRARY

    # functions -------------------------------------------------------------------------------------------------------------------

    def _add_functions(self, site: RetrySite, found: Covered) -> None:
        sheet = site.described.sheet
        for item in site.given():
            if "callee" in item.argument.says:
                self._add_callee(item.value, site.node, found)
        for use in self._uses.get(site.node, ()):
            parent = self._tree.parent.get(use)
            if isinstance(parent, cst.Decorator):
                decorated = self._tree.parent.get(parent)
                self._add_code(decorated, found)
            elif isinstance(parent, cst.For) and parent.iter is use:
                self._add_code(parent, found)
            elif isinstance(parent, cst.Call) and parent.func is use:
                self._add_called(parent, sheet.called, found)
            elif isinstance(parent, cst.Arg):
                self._add_argument(parent, site, found)

    def _add_called(self, call: cst.Call, called: tuple[RetryArgument, ...], found: Covered) -> None:
        for item in given(self._calls.passed(call)[0], called):
            if "callee" in item.argument.says:
                self._add_callee(item.value, call, found)
            else:
                found.said.append(item)

    def _add_argument(self, argument: cst.Arg, site: RetrySite, found: Covered) -> None:
        """`client.list_items(request, retry=policy)`: the call itself is retried."""
        call = self._tree.parent.get(argument)
        if not isinstance(call, cst.Call) or argument.keyword is None or self._calls.at(call) is not None:
            return
        attempt = self._semantics.attempts.of_call(call) if self._semantics.meaning(call) is not None else None
        if attempt is None and argument.keyword.value == site.described.sheet.taken_as:
            attempt = self._semantics.attempts.by_argument(call, site.described.sheet.names[0], argument)
        if attempt is not None:
            found.code[call] = [attempt]

    def _add_callee(self, callee: cst.BaseExpression, call: cst.CSTNode, found: Covered) -> None:
        if isinstance(callee, cst.Lambda):
            self._add_code(callee, found)
        elif isinstance(callee, cst.Call):
            # `partial(fetch, url)`
            for argument in callee.args[:1]:
                self._add_callee(argument.value, call, found)
        else:
            functions = self._semantics.functions.defined(callee)
            for function in functions:
                by = handing(self._semantics, call, function) if isinstance(call, cst.Call) else None
                self._add_code(function, found, by)
            if not functions:
                self._add_foreign(callee, call, found)

    def _add_foreign(self, callee: cst.BaseExpression, call: cst.CSTNode, found: Covered) -> None:
        """`retrying(requests.get, url)`, `retrying(session.get, url)`; or a parameter: what the function is used to decorate."""
        if isinstance(callee, cst.Name):
            for binding in self._semantics.scopes.reaching(callee):
                if binding.how is How.PARAMETER:
                    self._add_decorated(binding, found)
                    return
        if not isinstance(call, cst.Call) or not isinstance(callee, (cst.Name, cst.Attribute)):
            return
        attempt = self._semantics.attempts.of_callee(callee, call)
        if attempt is not None:
            found.foreign.append(attempt)
            return
        made = cst.Call(callee)
        attempt = self._semantics.attempts.of_call(made) if self._semantics.evaluator.callees.elsewhere(made) is not None else None
        if attempt is not None:
            # the call is not written in the file: what stands there is the function that is handed over
            trail = tuple(replace(step, node=callee) if step.node is made else step for step in attempt.trail)
            found.project[made] = replace(attempt, call=call, trail=trail)

    def _add_decorated(self, parameter: Binding, found: Covered) -> None:
        """A decorator of the project's own around the library: `def retried(function): return Retrying(…)(function)`."""
        outer = self._tree.enclosing(parameter.node, cst.FunctionDef)
        for decorator in self._tree.all(cst.Decorator):
            if outer in self._semantics.functions.defined(decorator.decorator):
                self._add_code(self._tree.parent.get(decorator), found)

    def _add_code(self, code: cst.CSTNode | None, found: Covered, by: cst.Call | None = None) -> None:
        """Add what is run again; ``by`` hands it over, where others may call it without this retry."""
        if code is None or isinstance(code, cst.ClassDef):
            return
        if isinstance(code, cst.FunctionDef) and code.asynchronous is not None and not found.coroutines:
            return
        raises = _AS_EXCEPTION[self._semantics.raises_for_status(repeated(code)).answer]
        attempts = self._semantics.attempts.of_running(code, generators=found.generators)
        found.code[code] = [replace(attempt, raises=raises, handed_by=by) for attempt in attempts]

    def _assume(self, site: RetrySite, found: Covered) -> None:
        """``@on_exception(expo, GithubException)``: the type that is retried says which API the code asks."""
        for item in self._types_in(site):
            names = self._semantics.predicates.types.named(item.value)
            for code in found.code:
                attempt = self._semantics.attempts.by_type(code, names, item.node) if isinstance(code, cst.FunctionDef) else None
                if attempt is not None:
                    found.code[code] = [attempt]

    def _types_in(self, site: RetrySite) -> Iterator[Given]:
        for item in site.given():
            if "types" in item.argument.says:
                yield item
            for inner in self._calls.behind(item.value):
                if inner.node is not site.node:
                    yield from (part for part in inner.given() if "types" in part.argument.says)

    @cached_property
    def _uses(self) -> dict[cst.CSTNode, list[cst.BaseExpression]]:
        """By site, the expressions where what it makes is used: itself, names it is kept in, calls of functions that return it."""
        found: dict[cst.CSTNode, list[cst.BaseExpression]] = {}
        for expression in self._used():
            elsewhere = self._calls.made_elsewhere(expression)
            for site in [elsewhere] if elsewhere is not None else self._calls.behind(expression):
                found.setdefault(site.node, []).append(expression)
        return found

    def _used(self) -> Iterator[cst.BaseExpression]:
        """Where a retry can take effect: what decorates, what is iterated, what is called, what is passed by keyword."""
        for decorator in self._tree.all(cst.Decorator):
            yield decorator.decorator
        for loop in self._tree.all(cst.For):
            yield loop.iter
        for call in self._tree.all(cst.Call):
            parent = self._tree.parent.get(call)
            if not isinstance(parent, cst.Decorator):
                yield call.func
            yield from (argument.value for argument in call.args if argument.keyword is not None)

    # clients ---------------------------------------------------------------------------------------------------------------------

    def _nearest(self, attempt: Attempt) -> cst.CSTNode | None:
        """The last client on the way to a call that has a policy of its own: `client.with_options(max_retries=0)` replaces the client's."""
        sites = (self._calls.at(place.node) for place in reversed(attempt.trail) if isinstance(place.node, cst.Call))
        return next((site.node for site in sites if site is not None and site.described.sheet.covers == "client"), None)

    def _through(self, origin: cst.CSTNode) -> list[Attempt]:
        return self._by_origin.get(origin, [])

    @cached_property
    def _by_origin(self) -> dict[cst.CSTNode, list[Attempt]]:
        """HTTP calls by where the client that they are made through was made."""
        found: dict[cst.CSTNode, list[Attempt]] = {}
        for call in self._tree.all(cst.Call):
            meaning = self._semantics.meaning(call) if isinstance(call.func, cst.Attribute) else None
            if meaning is None or not any(place.http and place.node is call for place in meaning.trail):
                continue
            attempt = self._semantics.attempts.of_call(call)
            if attempt is not None:
                for node in dict.fromkeys(place.node for place in meaning.trail if place.node is not call):
                    found.setdefault(node, []).append(attempt)
        return found
