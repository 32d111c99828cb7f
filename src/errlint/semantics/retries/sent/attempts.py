"""What does a piece of code attempt over HTTP? The calls, their method, their API, and whether a status leaves them as an exception."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.first_party import is_first_party
from errlint.semantics.errors.carried import is_of_unknown_library
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Kind, Place
from errlint.semantics.program.constants import string_value
from errlint.semantics.program.functions import bound_arguments
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.policy import Attempt, repeated
from errlint.semantics.retries.sent.handed_on import Passed, is_left_out, passed_to, resolved
from errlint.semantics.values.types import shown

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "POST", "PATCH"})
_AS_VALUE = frozenset({"request", "stream", "urlopen", "fetch"})
_AS_EXCEPTION = {Answer.YES: True, Answer.NO: False, Answer.UNKNOWN: None}
_HOPS = 3
"""Through how many objects a client is followed to where it comes from."""
_MOST = 12
"""No piece of code is asked for more calls than these."""


class Attempts:
    """Answers for the pieces of code of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def of_call(self, call: cst.Call) -> Attempt | None:
        """The attempt that a call is; None when nothing shows that it does HTTP."""
        evidence = self._semantics.does_http(call)
        if evidence is None:
            return self._by_its_use(call)
        made = next((place.node for place in evidence.trail if place.http and isinstance(place.node, cst.Call)), call)
        return Attempt(
            call,
            evidence.trail,
            self._catalogue(call) or self._catalogue(made),
            self._sent_with(call, made),
            None,
            _AS_EXCEPTION[self._semantics.raises_for_status(call).answer],
        )

    def _sent_with(self, call: cst.Call, made: cst.Call) -> str | None:
        """The method of a request that a call makes, where a function of the file sends it, by what that is given.

        Where the function does not come to that request, with what it is given, it is the method of those that are left.
        """
        known = passed_to(self._semantics, call, made) if made is not call else None
        if known is None:
            return self.method(made)
        function, passed = known
        if not is_left_out(self._semantics, made, function, passed):
            return self.method(made, passed)
        others = (one for one in self._calls(function.body) if self._is_request(one))
        left = {self.method(one, passed) for one in others if not is_left_out(self._semantics, one, function, passed)}
        return left.pop() if len(left) == 1 else None

    def _is_request(self, call: cst.Call) -> bool:
        evidence = self._semantics.does_http(call)
        return evidence is not None and any(place.http and place.node is call for place in evidence.trail)

    def _by_its_use(self, call: cst.Call) -> Attempt | None:
        """A call of which nothing is known but that its value is asked for its status; here, or in the function that makes it."""
        place = self.use_of(call)
        if place is not None:
            return Attempt(call, (Place(call, "makes an HTTP call", http=True), place), None, self.method(call), None, raises=False)
        for function in self._semantics.runs(call):
            for inner in self._calls(function.body):
                used = self.use_of(inner)
                if used is not None:
                    trail = (Place(call, "runs code that makes an HTTP call"), Place(inner, "makes an HTTP call", http=True), used)
                    raises = _AS_EXCEPTION[self._semantics.raises_for_status(call).answer]
                    return Attempt(call, trail, None, self.method(inner), None, raises)
        return None

    def use_of(self, call: cst.Call) -> Place | None:
        """Where the value of a call is used as only responses are: an error status comes back with it."""
        parent = self._tree.parent
        outer = parent.get(call)
        while isinstance(outer, cst.Await):
            outer = parent.get(outer)
        target: cst.CSTNode | None = None
        if isinstance(outer, cst.Assign) and len(outer.targets) == 1:
            target = outer.targets[0].target
        elif isinstance(outer, cst.AnnAssign):
            target = outer.target
        elif isinstance(outer, cst.WithItem) and outer.asname is not None:
            target = outer.asname.name
        if not isinstance(target, cst.Name) or outer is None:
            return None
        return self._semantics.evaluator.used_as_response(target, outer) or self._handed_on(target, outer)

    def _handed_on(self, name: cst.Name, node: cst.CSTNode) -> Place | None:
        """Where a value that ``node`` binds to a name goes to a function of the file that takes responses, by its annotation."""
        around = self._tree.enclosing(node, cst.FunctionDef)
        for call in self._tree.inside(around.body, cst.Call, into_functions=False) if around is not None else ():
            for function in self._semantics.functions.run_by(call):
                for parameter, value in bound_arguments(call, function).items():
                    if self._is_bound_by(value, name.value, node) and self._is_response(parameter, function):
                        return Place(value, f"`{dotted(call.func)}()` takes responses")
        return None

    def _is_bound_by(self, value: cst.BaseExpression, name: str, node: cst.CSTNode) -> bool:
        if not isinstance(value, cst.Name) or value.value != name:
            return False
        return any(found.node is node for found in self._semantics.scopes.reaching(value))

    def _is_response(self, parameter: cst.CSTNode, function: cst.FunctionDef) -> bool:
        bindings = self._semantics.scopes.bindings(parameter.name.value, function) if isinstance(parameter, cst.Param) else ()
        meanings = (self._semantics.evaluator.bound(found) for found in bindings if found.node is parameter)
        return any(meaning is not None and meaning.kind is Kind.RESPONSE for meaning in meanings)

    def of_callee(self, callee: cst.Name | cst.Attribute, call: cst.Call) -> Attempt | None:
        """The attempt that ``call`` makes by running a function of a library that is handed to it: ``retrying(session.get, url)``."""
        method = callee.attr.value if isinstance(callee, cst.Attribute) else callee.value
        verb = method.upper() if method.upper() in _METHODS else None
        name = self._semantics.names.qualified(callee)
        known = self._semantics.libraries.function(name) if name is not None else None
        if known is not None and known.returns:
            return Attempt(call, (Place(callee, f"`{name}()` makes an HTTP call", http=True),), None, verb, None, known.raises_for_status)
        if not isinstance(callee, cst.Attribute):
            return None
        owner = self._semantics.meaning(callee.value)
        if owner is None or owner.sheet is None or owner.kind not in (Kind.CLIENT, Kind.OBJECT):
            return None
        does = self._semantics.libraries.method(owner.sheet, method)
        if does is None and owner.kind is not Kind.CLIENT:
            return None
        place = Place(callee, f"`.{method}()` makes an HTTP call", http=True)
        return Attempt(call, (*owner.trail, place), owner.catalogue, verb, None, does.raises_for_status if does is not None else True)

    def within(self, code: cst.CSTNode, may_count: Callable[[cst.Call], bool] | None = None) -> list[Attempt]:
        """The attempts that running ``code`` makes: a function (as if it were called), statements, an expression.

        :param may_count: whether an attempt counts; asked of those alone, as most calls are none.
        """
        body = code.body if isinstance(code, (cst.FunctionDef, cst.Lambda)) else code
        found: list[Attempt] = []
        for call in self._calls(body):
            attempt = self.of_call(call)
            if attempt is not None and (may_count is None or may_count(call)):
                found.append(attempt)
                if len(found) == _MOST:
                    break
        return found

    def by_type(self, code: cst.CSTNode, names: list[str], named: cst.CSTNode) -> Attempt | None:
        """The attempt that code makes whose errors are caught, or retried, by a type that an SDK raises for errors of its API.

        The call may be a method of what a function was given, or the library made, of which nothing else is known.

        :param names: the types; :param named: where they are named.
        """
        for name in names:
            own = self._of_project(code, name, named) if is_first_party(name) else None
            if own is not None:
                return own
            sheet = self._semantics.libraries.type(name)
            if sheet is None or not (sheet.carries_status or sheet.covers_status):
                continue
            api = self._semantics.binding.of_name(name, named)
            catalogue = api.catalogue if api is not None else None
            of_calls = any(above.only_from_calls for above in self._semantics.libraries.ancestors(name))
            call = self._unknown_call(repeated(code), name) if of_calls or (catalogue is not None and sheet.carries_status) else None
            if call is not None:
                trail = (Place(call, "makes an HTTP call", http=True), Place(named, f"`{shown(name)}` is what its SDK raises"))
                return Attempt(call, trail, catalogue, raises=True, assumed=True)
        return None

    def _of_project(self, code: cst.CSTNode, name: str, named: cst.CSTNode) -> Attempt | None:
        """The same, of an exception that its module raises for nothing but error answers."""
        sheet = self._semantics.types.type(name)
        told = self._semantics.types.raised_for(sheet) if sheet is not None else None
        call = self._unknown_call(repeated(code), name) if told is not None else None
        if told is None or call is None:
            return None
        seen = Place(named, f"`{shown(name)}` is raised for errors of the API alone", elsewhere=told.spots)
        return Attempt(call, (Place(call, "makes an HTTP call", http=True), seen), raises=True, assumed=True, error=name)

    def by_argument(self, call: cst.Call, retry: str, argument: cst.Arg) -> Attempt | None:
        """The attempt that a call is which is told how an SDK shall retry it, in the way that methods of the SDK are told.

        :param retry: the name of what made the ``argument``.
        """
        if not self._is_unknown(call) or not self._is_given(call, retry, _HOPS):
            return None
        trail = (Place(call, "makes an HTTP call", http=True), Place(argument, f"`{shown(retry)}` is what its SDK retries by"))
        return Attempt(call, trail, raises=True, assumed=True)

    def _unknown_call(self, code: cst.CSTNode, error: str) -> cst.Call | None:
        """The outermost call of a method of which nothing is known: ``hub.get_repo(name).get_issue(number).edit(state)``.

        One whose value is used, if there is one: others may only write a line to a log.

        :param error: the type that is caught, of whose library the object may be.
        """
        every = self._calls(code.body if isinstance(code, cst.FunctionDef) else code)
        calls = [call for call in every if self._is_unknown(call) and not self._leads_on(call) and self.may_raise(call, error)]
        # what was given or made by the library itself, before what something else has given out: `client = hook.get_conn()`
        found = [call for call in calls if self._is_given(call, error)] or [call for call in calls if self._is_given(call, error, _HOPS)]
        used = (call for call in found if not isinstance(self._tree.parent.get(call), cst.Expr))
        return next(used, None) or next(iter(found), None)

    def may_raise(self, call: cst.Call, error: str) -> bool:
        """Whether an exception may come of a call, by the name of the method; of code of the project, which calls others, any may."""
        sheet = self._semantics.libraries.type(error)
        if sheet is None or not sheet.raised_by or not isinstance(call.func, cst.Attribute):
            return True
        return sheet.may_leave(call.func.attr.value) or self._semantics.evaluator.callees.runs_code(call)

    def _is_unknown(self, call: cst.Call) -> bool:
        """Whether nothing is known of a call of a method."""
        if not isinstance(call.func, cst.Attribute):
            return False
        return self._semantics.meaning(call) is None and not self._semantics.evaluator.callees.runs_code(call)

    def _leads_on(self, call: cst.Call) -> bool:
        """Whether the method of what a call gives is called: ``hub.get_repo(name)`` of ``hub.get_repo(name).get_issue(number)``."""
        member = self._tree.parent.get(call)
        outer = self._tree.parent.get(member) if isinstance(member, cst.Attribute) else None
        return isinstance(outer, cst.Call) and outer.func is member

    def _is_given(self, value: cst.BaseExpression, error: str, hops: int = 0) -> bool:
        """Whether an object, in which ``value`` is rooted, was given to the function, or made by the library that an error is of.

        :param hops: through how many other objects, which gave it out.
        """
        root = value
        while isinstance(root, (cst.Call, cst.Attribute)):
            root = root.func if isinstance(root, cst.Call) else root.value
            if self._is_made_beside(root, error):
                return True
        bindings = self._semantics.scopes.reaching(root) if isinstance(root, cst.Name) else ()
        return any(
            binding.how is How.PARAMETER
            or self._is_made_beside(binding.value, error)
            or (hops > 0 and self._is_given_out(binding.value, error, hops - 1))
            for binding in bindings
        )

    def _is_given_out(self, value: cst.BaseExpression | None, error: str, hops: int) -> bool:
        """Whether an object comes from a method of what was given itself, or of what the library made; or from a library not known."""
        if isinstance(value, cst.Await):
            value = value.expression
        if not isinstance(value, cst.Call) or self._semantics.runs(value):
            return False
        if isinstance(value.func, cst.Attribute) and self._is_given(value, error, hops):
            return True
        made = self._semantics.names.qualified(value.func) if self._semantics.meaning(value) is None else None
        return made is not None and is_of_unknown_library(made) and self._semantics.libraries.foreign(made) is None

    def _is_made_beside(self, value: cst.BaseExpression | None, error: str) -> bool:
        """Whether a value is made by the library that an error is of: what raises it is known, though what is made is not."""
        made = self._semantics.names.qualified(value.func) if isinstance(value, cst.Call) else None
        return made is not None and made.partition(".")[0] == error.partition(".")[0]

    def of_running(self, code: cst.CSTNode, *, generators: bool = False) -> list[Attempt]:
        """Those that a call of a function, or a pass of a loop, makes: calling a generator function only makes the generator.

        :param generators: whoever calls it reads the generator, too.
        """
        return [] if not generators and self.is_generator(code) else self.within(repeated(code))

    def is_generator(self, code: cst.CSTNode) -> bool:
        """Whether code is a generator function."""
        return isinstance(code, cst.FunctionDef) and bool(self._tree.inside(code.body, cst.Yield, into_functions=False))

    def _calls(self, body: cst.CSTNode) -> Iterator[cst.Call]:
        if isinstance(body, cst.Call):
            yield body
        yield from self._tree.inside(body, cst.Call, into_functions=False)

    def _catalogue(self, call: cst.Call) -> Catalogue | None:
        meaning = self._semantics.meaning(call)
        return meaning.catalogue if meaning is not None else None

    def method(self, call: cst.Call, passed: Passed | None = None) -> str | None:
        """The HTTP method of a call: ``requests.post(…)``, ``session.request("POST", …)``; with parameters, for what is passed for them."""
        meaning = self._semantics.meaning(call)
        if meaning is not None and meaning.kind is not Kind.RESPONSE:
            return None
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else call.func.value if isinstance(call.func, cst.Name) else ""
        if name.upper() in _METHODS:
            return name.upper()
        if name in _AS_VALUE:
            for argument in call.args:
                if argument.keyword is not None and argument.keyword.value != "method":
                    continue
                value = resolved(argument.value, passed) if passed is not None else argument.value
                written = string_value(value) or next(iter(self._semantics.constants.strings(value)), "")
                if written.upper() in _METHODS:
                    return written.upper()
        return None
