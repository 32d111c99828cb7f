"""Can a piece of code raise an error for an HTTP status?

`requests.get(url).json()` raises when the network fails or the body is no JSON, and never because the API said no: text of its
exceptions is not text of an API. A call that nothing is known about is no evidence, unless the response is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from errlint.semantics.errors.carried import put_into_records
from errlint.semantics.errors.http_calls import HttpCalls
from errlint.semantics.errors.left_over import LeftOver
from errlint.semantics.errors.raising import Answer, Raising, joined
from errlint.semantics.errors.thrown import Exceptions
from errlint.semantics.meaning import Evidence, Kind, Meaning, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import Tree
from errlint.semantics.program.wordings import is_put_together, standing_in
from errlint.semantics.project.summaries import FunctionSummary
from errlint.semantics.questions import Questions
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.fields import names_error
from errlint.semantics.values.status_sets import ERRORS, OK
from errlint.semantics.values.types import Types
from errlint.sheets.library import FunctionSheet

_ARGUMENT = "raise_for_status"
_HOPS = 3
"""How many names the text of an exception is followed through."""
_OF_ANSWERS = (Kind.RESPONSE, Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.MESSAGE, Kind.CODE, Kind.STATUS, Kind.OBJECT)
_WORDED = (Kind.RESPONSE, Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.MESSAGE, Kind.EXCEPTION)
"""What words of the server may be taken from."""


class Raises:
    """Answers for the calls, functions and statements of one file; remembered for each function."""

    def __init__(
        self,
        tree: Tree,
        names: Names,
        callees: Callees,
        http: HttpCalls,
        *,
        types: Types,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
        possible_at: Callable[[cst.CSTNode], int],
        exceptions: Exceptions,
    ) -> None:
        self._tree = tree
        self._names = names
        self._callees = callees
        self._http = http
        self._types = types
        self._meaning = meaning
        self._possible_at = possible_at
        self._exceptions = exceptions
        self._left = LeftOver(tree, callees, types=types, exceptions=exceptions, tells=self._tells)
        self._raising: Questions[Raising] = Questions()
        self._escaping: Questions[Evidence] = Questions()

    def of(self, code: cst.CSTNode) -> Raising:
        """Whether running ``code`` (a call, a function that is called, or statements) raises for an error status."""
        found = self._status_error(code)
        if found is not None:
            return found
        if self._http.of(code) is not None and self._escapes(code) is None:
            return Raising(Answer.NO)
        return Raising(Answer.UNKNOWN)

    def for_status(self, body: cst.CSTNode | None) -> bool:
        """Whether anything in ``body`` may raise an error with something of an answer in it."""
        if body is None:
            return False
        found = self._status_error(body)
        return (found is not None and found.tells) or self._escapes(body) is not None

    def escapes(self, code: cst.CSTNode) -> bool:
        """Whether running ``code`` hands a response to code that is not known."""
        return self._escapes(code) is not None

    # what is known to raise ------------------------------------------------------------------------------------------------------

    def _status_error(self, code: cst.CSTNode) -> Raising | None:
        if isinstance(code, cst.Call):
            return self._call(code)
        return self._raising.ask(code, self._below_it)  # each handler of a `try` asks for the same body

    def _below_it(self, code: cst.CSTNode) -> Raising | None:
        return self._inside(code.body if isinstance(code, (cst.FunctionDef, cst.Lambda)) else code)

    def _inside(self, body: cst.CSTNode) -> Raising | None:
        """What ``body`` raises for a status; of the same family, it may raise errors of its own words for a timeout, say."""
        found = joined(list(self._below(body)))
        if found is None:
            return None
        raised = (node.exc for node in self._tree.inside(body, cst.Raise, into_functions=False))
        made = (self._exceptions.of(expression) for expression in raised if expression is not None)
        family = self._family(found.types)
        wording = (text for thrown in made if not family.isdisjoint(self._family(thrown.types)) for text in thrown.wording)
        return replace(found, wording=tuple(dict.fromkeys((*found.wording, *wording))))

    def _family(self, types: tuple[str, ...]) -> set[str]:
        """The types, and the classes of the project from which they inherit: a handler of one of these takes them all."""
        above = (ancestor for name in types for ancestor in self._types.ancestors(name))
        return {*types, *(ancestor.name for ancestor in above if self._types.is_of_project(ancestor))}

    def _below(self, body: cst.CSTNode) -> Iterator[Raising]:
        inside = self._tree.inside(body, cst.Call, cst.Raise, into_functions=False)
        for node in (body, *inside):
            found = self._call(node) if isinstance(node, cst.Call) else self._raise(node) if isinstance(node, cst.Raise) else None
            left = self._left.of(found, node, body) if found is not None else None
            if left is not None:
                yield left

    def _call(self, call: cst.Call) -> Raising | None:
        if self._asks_for_it(call):
            types, possible = self._asked_types(call), self._possible_at(call) & ERRORS
            under = tuple((name, possible) for name in types) if possible and possible != ERRORS else ()
            return replace(self._raised(call, types), under=under)
        known = self._types.function(self._names.qualified(call.func) or "")
        if known is not None:
            return self._by_sheet(call, known)
        here = self._callees.here(call)
        if here:
            return self._by_function(call, here)
        summary = self._callees.elsewhere(call)
        if summary is not None:
            return self._by_summary(call, summary)
        if isinstance(call.func, cst.Attribute):
            owner = self._meaning(call.func.value)
            if owner is not None and owner.sheet is not None:
                return self._by_method(call, call.func.attr.value, owner)
        return None

    def _by_function(self, call: cst.Call, functions: list[cst.FunctionDef]) -> Raising | None:
        found = [self._status_error(function) for function in functions]
        inner = joined([raising for raising in found if raising is not None])
        return None if inner is None else inner.along(Place(call, f"raised by `{_shown(call)}()`"))

    def _by_summary(self, call: cst.Call, summary: FunctionSummary) -> Raising | None:
        if summary.answer != "yes":
            return None
        place = Place(call, f"raised by `{_shown(call)}()`", elsewhere=summary.raised)
        return Raising(Answer.YES, summary.raises, (place,), summary.tells, summary.under, summary.wording, summary.carries, summary.silent)

    def _by_sheet(self, call: cst.Call, sheet: FunctionSheet) -> Raising | None:
        if not sheet.raises_for_status:
            return None
        return self._raised(call, sheet.raises or self._types.errors_of(sheet.names[0]))

    def _by_method(self, call: cst.Call, name: str, owner: Meaning) -> Raising | None:
        assert owner.sheet is not None
        method = self._types.method(owner.sheet, name)
        if method is not None and method.raises_for_status:
            return self._raised(call, method.raises or self._types.errors_of(owner.sheet.name))
        hooked = self._by_hook(call, owner)
        if hooked is not None:
            return hooked
        if method is None and owner.kind is Kind.CLIENT:
            return self._raised(call, self._types.errors_of(owner.sheet.name))
        calls = (place.node for place in owner.trail if isinstance(place.node, cst.Call))
        if owner.kind in (Kind.CLIENT, Kind.OBJECT) and any(map(self._asks_for_it, calls)):
            return self._raised(call, self._types.errors_of(owner.sheet.name))
        return None

    def _by_hook(self, call: cst.Call, client: Meaning) -> Raising | None:
        """``Client(event_hooks={"response": [raise_on_error]})``: functions to which the client shows every answer."""
        if client.sheet is None or not client.sheet.hooks:
            return None
        made = [place.node for place in client.trail if isinstance(place.node, cst.Call)]
        hooks = [one.value for node in made for one in node.args if one.keyword is not None and one.keyword.value == client.sheet.hooks]
        for function in self._callees.listed(hooks, "response") if hooks and self._http.of(call) is not None else ():
            found = self._status_error(function)
            if found is not None:
                types = found.types or self._types.errors_of(client.sheet.name)
                return replace(found, types=types).along(Place(call, f"raised for the answer of `{_shown(call)}()`"))
        return None

    def _raised(self, call: cst.Call, types: tuple[str, ...]) -> Raising:
        return Raising(Answer.YES, types, (Place(call, f"`{_shown(call)}()` raises for error statuses"),))

    def _asks_for_it(self, call: cst.Call) -> bool:
        """`response.raise_for_status()`, `ClientSession(raise_for_status=True)`."""
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == _ARGUMENT:
            return True
        return any(
            argument.keyword is not None
            and argument.keyword.value == _ARGUMENT
            and not (isinstance(argument.value, cst.Name) and argument.value.value in ("False", "None"))
            for argument in call.args
        )

    def _asked_types(self, call: cst.Call) -> tuple[str, ...]:
        owner = self._meaning(call.func.value) if isinstance(call.func, cst.Attribute) else self._meaning(call)
        if owner is None or owner.sheet is None:
            return ()
        method = self._types.method(owner.sheet, _ARGUMENT)
        return (method.raises if method is not None else ()) or self._types.errors_of(owner.sheet.name)

    def _raise(self, statement: cst.Raise) -> Raising | None:
        """`if response.status_code >= 400: raise ApiError(response.text)`."""
        if statement.exc is None:
            return None
        possible = self._possible_at(statement)
        tells = self._tells(statement.exc) and (bool(possible & ERRORS) or self._tells(statement.exc, of_success=True))
        if not tells and not self._exceptions.chosen(statement.exc) and not (possible & ERRORS and not possible & OK):
            return None
        place = Place(statement, "an error status becomes an exception")
        made = self._exceptions.of(statement.exc)
        under = tuple((name, statuses & possible) for name, statuses in made.where(possible).under)
        return Raising(Answer.YES, made.types, (place,), tells, under, made.wording, made.carries)

    def _tells(self, raised: cst.BaseExpression, *, of_success: bool = False) -> bool:
        """Whether the exception is made of something of the answer, here or where it is kept in the name that is raised.

        :param of_success: the answer is none of an error: what it says of one counts, and no other part of it.
        """
        bindings = self._names.scopes.reaching(raised) if isinstance(raised, cst.Name) else ()
        made = [binding.value for binding in bindings if binding.how is How.VALUE and isinstance(binding.value, (cst.Call, cst.IfExp))]
        given = [found for expression in (raised, *made) for found in self._tree.below(expression)]
        kept = put_into_records(given, self._names.scopes)
        return any(self._holds_answer(expression, _HOPS, of_success=of_success) for expression in (raised, *made, *kept))

    def _holds_answer(self, made: cst.BaseExpression, hops: int, *, of_success: bool = False) -> bool:
        """Whether something of the answer stands in an expression, or in what was made before and is named in it."""
        for inner in self._tree.below(made):
            if isinstance(inner, (cst.Name, cst.Attribute, cst.Call, cst.Subscript)):
                found = self._meaning(inner)
                # an object of an SDK is a part of an error, or what the SDK works with
                aside = found is not None and (
                    (found.kind is Kind.OBJECT and found.origin is None)
                    or (_is_of_success(found) and (of_success or self._was_sorted_out(found)))
                )
                if found is not None and found.proven and not aside and (found.kind in _OF_ANSWERS or found.kind is Kind.EXCEPTION):
                    return True
                if found is None and hops and isinstance(inner, cst.Name) and self._is_kept_with_answer(inner, hops - 1):
                    return True
        return False

    def _was_sorted_out(self, part: Meaning) -> bool:
        """Whether errors had been raised where a part was taken from its answer: behind ``answer.raise_for_status()`` in a loop above."""
        taken = (place.node for place in part.trail if place.node in self._tree.order and not place.http)
        return any(not self._possible_at(node) & ERRORS for node in taken)

    def _is_kept_with_answer(self, name: cst.Name, hops: int) -> bool:
        """Whether what was kept in a name may have something of the answer in it, whatever it was made by."""
        kept = (one.value for one in self._names.scopes.reaching(name) if one.how in (How.VALUE, How.AUGMENTED))
        return any(
            self._holds_answer(value, hops) if is_put_together(value) else self._is_taken_from_answer(name, value, hops)
            for value in kept
            if value is not None
        )

    def _is_taken_from_answer(self, name: cst.Name, value: cst.BaseExpression, hops: int) -> bool:
        """``message = describe(response)``, where that may be an error: a status or a code only chooses among one's own words."""
        if not self._possible_at(name) & ERRORS or self._gives_literals(value):
            return False
        for part in standing_in(value):
            found = self._meaning(part)
            if found is not None and found.proven and found.kind in _WORDED and not self._gives_literals(part):
                return True
            if found is None and hops and isinstance(part, cst.Name) and self._is_kept_with_answer(part, hops - 1):
                return True
        return False

    def _gives_literals(self, value: cst.BaseExpression) -> bool:
        """Whether a function of the file is called that has nothing but literals to give."""
        functions = self._callees.here(value) if isinstance(value, cst.Call) else []
        given = [one.value for function in functions for one in self._tree.inside(function.body, cst.Return, into_functions=False)]
        return bool(given) and all(one is not None and string_value(one) is not None for one in given)

    # what is not known -----------------------------------------------------------------------------------------------------------

    def _escapes(self, code: cst.CSTNode) -> Evidence | None:
        """Where a response is handed to code that is not known: that may raise for its status."""
        if isinstance(code, (cst.FunctionDef, cst.Lambda)):
            return self._escaping.ask(code, lambda function: self._first_escape(function.body))
        return self._first_escape(code)

    def _first_escape(self, body: cst.CSTNode) -> Evidence | None:
        for node in (body, *self._tree.inside(body, cst.Call, into_functions=False)):
            found = self._escape(node) if isinstance(node, cst.Call) else None
            if found is not None and self._left.of(Raising(Answer.YES), node, body) is not None:
                return found
        return None

    def _escape(self, call: cst.Call) -> Evidence | None:
        if self._types.function(self._names.qualified(call.func) or "") is not None:
            return None
        if isinstance(call.func, cst.Attribute):
            owner = self._meaning(call.func.value)
            if owner is not None and owner.kind in _OF_ANSWERS:
                return None
        here = self._callees.here(call)
        if here:
            return next((found for found in map(self._escapes, here) if found is not None), None)
        summary = self._callees.elsewhere(call)
        if summary is not None:
            return Evidence((Place(call, "the response is handed on"),)) if summary.escapes else None
        if any(self._is_response(argument.value) for argument in call.args):
            return Evidence((Place(call, "the response is handed on"),))
        return None

    def _is_response(self, expression: cst.BaseExpression) -> bool:
        found = self._meaning(expression)
        return found is not None and found.kind is Kind.RESPONSE


def _is_of_success(part: Meaning) -> bool:
    """Whether a part of an answer that is no error says nothing of one: ``job["log"]``, ``answer.text``."""
    return part.kind in (Kind.RESPONSE, Kind.TEXT, Kind.BODY) and not names_error(part.path)


def _shown(call: cst.Call) -> str:
    return dotted(call.func) or (f".{call.func.attr.value}" if isinstance(call.func, cst.Attribute) else "")
