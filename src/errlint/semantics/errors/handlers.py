"""What an ``except`` clause catches, and what shows that it comes from an HTTP API.

A handler of an HTTP library's or SDK's type is its own evidence. A broad handler (``Exception``) needs an HTTP call in the body of its
``try``, and no earlier handler that already takes the errors with a status. A handler of anything else (``ValueError``, ``OSError``, a
database's error) is none of our business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

import libcst as cst
import msgspec

from errlint.semantics.errors.carried import CODE, is_builtin, is_of_python, is_of_unknown_library, takes
from errlint.semantics.errors.http_calls import HttpCalls
from errlint.semantics.errors.raises import Raises
from errlint.semantics.errors.raising import Raising
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.leaving import all_asked_to_raise
from errlint.semantics.program.names import Names
from errlint.semantics.program.scopes import Binding, How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.types import UNKNOWN_TYPE, Types, shown
from errlint.sheets.library import TypeSheet

Handler = cst.ExceptHandler | cst.ExceptStarHandler
BROAD = frozenset({"Exception", "BaseException", "builtins.Exception"})
_USUAL = (400, 401, 403, 404, 429, 500)
"""Statuses with which nearly all APIs answer."""
_FROM_A_CALL = (Kind.RESPONSE, Kind.CALL)
_OF_AN_ANSWER = (Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.STATUS, Kind.MESSAGE, Kind.CODE)


class Handlers:
    """Answers what each handler of a file catches."""

    def __init__(
        self,
        tree: Tree,
        names: Names,
        scopes: Scopes,
        callees: Callees,
        *,
        types: Types,
        binding: ApiBinding,
        http: HttpCalls,
        raises: Raises,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._names = names
        self._scopes = scopes
        self._callees = callees
        self._types = types
        self._binding = binding
        self._http = http
        self._raises = raises
        self._meaning = meaning

    def caught(self, binding: Binding) -> Meaning | None:
        """The exception that ``except … as name`` binds."""
        assert isinstance(binding.node, (cst.ExceptHandler, cst.ExceptStarHandler))
        return self.meaning(binding.node)

    def meaning(self, handler: Handler) -> Meaning | None:
        """The exception that a handler catches, with its evidence.

        Not ``proven`` when nothing shows that an error of an API can arrive: no HTTP call is seen, or none that raises for a status.
        """
        sheets = [sheet for name in self.types(handler) for sheet in self._sheets(name)]
        calls = self._http_calls(handler)
        call = calls[0] if calls else None
        if sheets:
            sheet = self._in_common([found for found in sheets if found.covers_status or found.carries_status]) or sheets[0]
            evidence = Place(handler.type or handler, f"`{shown(sheet.name)}` is caught")
            name = self._types.library_name(sheet)
            api = self._binding.of_error(name, handler, calls, [one for one in calls if self._is_on_given_client(one, name)])
            if self._types.is_of_project(sheet) and not sheet.covers_status:
                return self._raised_here(sheets, handler, calls, evidence)
            if self._types.is_of_project(sheet):
                sheet = self._with(sheet, self.carried(handler))
            trail = (*call.trail, evidence) if call is not None else (evidence,)
            proven = sheet.carries_status or (sheet.covers_status and (call is None or self._raises.for_status(self._tree.tried(handler))))
            return Meaning(Kind.EXCEPTION, trail, sheet, api, proven=proven)
        if not self._is_broad(handler):
            return self._of_python(handler, calls) or self._of_unknown_library(handler, calls)
        evidence = Place(handler.type or handler, "any exception is caught")
        if self._taken_earlier(handler):
            return Meaning(Kind.EXCEPTION, (evidence,), proven=False)
        body = self._tree.tried(handler)
        http = call or (self._http.of(body) if body is not None else None)
        if http is None:
            raising = self._raises.of(body) if body is not None else None
            told = raising.trail if raising is not None and raising.tells else ()
            return Meaning(Kind.EXCEPTION, (*told, evidence), proven=bool(told))
        proven = self._raises.for_status(body)
        api = self._binding.of_calls(calls) if calls else None
        return Meaning(Kind.EXCEPTION, (*http.trail, evidence), None, api, proven=proven)

    def _is_on_given_client(self, call: Meaning, name: str) -> bool:
        """Whether a call is made on a client that another module has made, of the SDK that a name is of."""
        for place in call.trail:
            found = self._meaning(place.node) if place.elsewhere and isinstance(place.node, cst.BaseExpression) else None
            if found is not None and found.kind is Kind.CLIENT and found.sheet is not None:
                return found.sheet.name.partition(".")[0] == name.partition(".")[0]
        return False

    def _in_common(self, sheets: list[TypeSheet]) -> TypeSheet | None:
        """What can be said of an exception that is of one of several types: the first, unless one stands for more than some statuses."""
        broad = next((sheet for sheet in sheets if not sheet.statuses), None)
        if broad is None or len(sheets) == 1:
            return sheets[0] if sheets else None
        lines = [[above.name for above in self._types.ancestors(sheet.name)] for sheet in sheets]
        common = (above for above in self._types.ancestors(broad.name) if all(above.name in line for line in lines))
        return next((above for above in common if above.covers_status), sheets[0])

    def _raised_here(self, sheets: list[TypeSheet], handler: Handler, calls: list[Meaning], evidence: Place) -> Meaning:
        """An exception of the project: it stands for a status if the ``try`` raises it for one, or if it is made with one."""
        body = self._tree.tried(handler)
        raising = self._raises.of(body) if body is not None else None
        if raising is not None and raising.tells:
            raised = {ancestor.name for name in raising.telling for ancestor in self._types.ancestors(name)}
            sheet = next((sheet for sheet in sheets if sheet.name in raised), None)
            if sheet is not None:
                kinds = [name for name in raising.types if any(above.name == sheet.name for above in self._types.ancestors(name))]
                trail = (*(calls[0].trail if calls else ()), *raising.way_to(kinds), evidence)
                made = self._with(self._types.from_status(sheet), self._carried_as(sheet, raising))
                return Meaning(Kind.EXCEPTION, trail, made, self._binding.of_calls(calls) if calls else None)
        for sheet in sheets:
            if self._types.takes_status(sheet):
                return Meaning(Kind.EXCEPTION, (evidence,), self._types.made_of_answer(sheet))
        # its text is the project's own; what it was given may still be the server's
        made = self._with(sheets[0], self._carried_as(sheets[0], raising)) if raising is not None else sheets[0]
        return Meaning(Kind.EXCEPTION, (evidence,), made, proven=False)

    def carried(self, handler: Handler) -> dict[str, str]:
        """What the exceptions of the project that a handler catches are seen to keep of an answer, in the words of sheets."""
        body = self._tree.tried(handler)
        raising = self._raises.of(body) if body is not None else None
        if raising is None or not raising.carries:
            return {}
        sheets = [sheet for name in self.types(handler) for sheet in self._sheets(name)]
        found = [self._carried_as(sheet, raising) for sheet in sheets]
        return next((carried for carried in found if carried), {})

    def _with(self, sheet: TypeSheet, carried: dict[str, str]) -> TypeSheet:
        """A type of which more is known than its class says."""
        return msgspec.structs.replace(sheet, attributes={**sheet.attributes, **carried}) if carried else sheet

    def _carried_as(self, sheet: TypeSheet, raising: Raising) -> dict[str, str]:
        """What those of the exceptions carry that are of a type, where all that is known of an attribute agrees."""
        found: dict[str, set[str]] = {}
        for name, attribute, word in raising.carries:
            if any(ancestor.name == sheet.name for ancestor in self._types.ancestors(name)):
                found.setdefault(attribute, set()).add(word)
        return {attribute: words.pop() for attribute, words in found.items() if len(words) == 1}

    def _of_python(self, handler: Handler, calls: list[Meaning]) -> Meaning | None:
        """``RuntimeError``, where the ``try`` is seen to raise it with what a server said, or for a status.

        Raised for a status, it may have no more than that in it, and Python raises it, too: then nothing is proven.
        """
        names = list(filter(is_of_python, self.types(handler)))
        body = self._tree.tried(handler) if names else None
        raising = self._raises.of(body) if body is not None else None
        for name, attribute, word in raising.carries if raising is not None else ():
            worded = attribute == "args" and word != CODE
            if worded and is_of_python(name) and any(takes(caught, name) for caught in names):
                assert raising is not None
                way = raising.way_to((name,))
                trail = (*(calls[0].trail if calls else ()), *way, Place(handler.type or handler, f"`{name}` is caught"))
                return Meaning(Kind.EXCEPTION, trail, None, self._binding.of_calls(calls) if calls else None)
        for name in raising.types if raising is not None else ():
            if is_of_python(name) and any(takes(caught, name) for caught in names):
                assert raising is not None
                trail = (*raising.way_to((name,)), Place(handler.type or handler, f"`{name}` is caught"))
                return Meaning(Kind.EXCEPTION, trail, proven=False)
        return None

    def _of_unknown_library(self, handler: Handler, calls: list[Meaning]) -> Meaning | None:
        """An exception of a library that no sheet knows may stand for a status; one of Python itself does not, nor does an own answer.

        It does where the ``try`` is seen to raise it with what a server said: ``raise AirflowException(response.text)``.
        """
        own = self._types.speeches.answering_errors
        names = [name for name in filter(is_of_unknown_library, self.types(handler)) if name not in own]
        if not names:
            return None
        body = self._tree.tried(handler)
        raising = self._raises.of(body) if body is not None else None
        made = [name for name, attribute, word in raising.carries if attribute == "args" and word != CODE] if raising is not None else []
        name = next((name for name in names if name in made), None)
        evidence = Place(handler.type or handler, f"`{shown(name or names[0])}` is caught")
        if raising is None or name is None:
            return Meaning(Kind.EXCEPTION, (evidence,), proven=False)
        trail = (*(calls[0].trail if calls else ()), *raising.way_to((name,)), evidence)
        return Meaning(Kind.EXCEPTION, trail, None, self._binding.of_calls(calls) if calls else None)

    def types(self, handler: Handler) -> list[str]:
        """Dotted names of the types that a handler names, through tuples kept in constants."""
        return self.named(handler.type) if handler.type is not None else ["BaseException"]

    def named(self, expression: cst.BaseExpression) -> list[str]:
        """Dotted names of the types that an expression names."""
        return list(self._type_names(expression))

    def tells_all(self, expression: cst.BaseExpression, hops: int = 3) -> bool:
        """Whether :meth:`named` knows all types that an expression may stand for; not what is given, or chosen, or made by a call."""
        if isinstance(expression, (cst.Tuple, cst.List)):
            return all(self.tells_all(element.value, hops) for element in expression.elements)
        if isinstance(expression, cst.Name) and hops:
            bindings = self._scopes.reaching(expression)
            if any(one.how in (How.VALUE, How.PARAMETER) for one in bindings):
                only = bindings[0] if len(bindings) == 1 and bindings[0].how is How.VALUE and not bindings[0].path else None
                return only is not None and only.value is not None and self.tells_all(only.value, hops - 1)
        name = self._types.named(expression) or self._of_client(expression)
        return name is not None and UNKNOWN_TYPE not in self._types.in_tuple(name)

    def _type_names(self, expression: cst.BaseExpression, hops: int = 3) -> Iterator[str]:
        if isinstance(expression, (cst.Tuple, cst.List)):
            for element in expression.elements:
                yield from self._type_names(element.value, hops)
            return
        if isinstance(expression, cst.Name) and hops:
            for binding in self._scopes.reaching(expression):
                assigned = binding.how in (How.VALUE, How.PARAMETER) and not binding.path
                if assigned and isinstance(binding.value, (cst.Tuple, cst.Name, cst.Attribute)):
                    yield from self._type_names(binding.value, hops - 1)
                    return
        name = self._types.named(expression) or self._of_client(expression)
        if name is None:
            return
        elsewhere = self._types.in_tuple(name)
        yield from (one for one in elsewhere or (name,) if one != UNKNOWN_TYPE)

    def _of_client(self, expression: cst.BaseExpression) -> str | None:
        """``client.exceptions.ClientError``: the error of the library, under its own name, that a client hands out."""
        if not isinstance(expression, cst.Attribute) or not isinstance(expression.value, cst.Attribute):
            return None
        client = self._meaning(expression.value.value)
        if client is None or client.kind is not Kind.CLIENT or client.sheet is None:
            return None
        errors = self._types.errors_of(client.sheet.name)
        return next((error for error in errors if error.rpartition(".")[2] == expression.attr.value), None)

    def _sheets(self, name: str) -> Iterator[TypeSheet]:
        sheet = self._types.type(name)
        if sheet is not None and sheet.is_a in ("exception", "response"):
            yield sheet

    def _is_broad(self, handler: Handler) -> bool:
        return any(name in BROAD for name in self.types(handler))

    def _taken_earlier(self, handler: Handler) -> bool:
        """Whether an earlier handler of the same ``try`` already takes every error that carries a status."""
        outer = self._tree.parent.get(handler)
        if not isinstance(outer, (cst.Try, cst.TryStar)):
            return False
        handlers: Sequence[Handler] = outer.handlers
        earlier = [name for one in takewhile(lambda one: one is not handler, handlers) for name in self.types(one)]
        sheets = [sheet for name in earlier for sheet in self._sheets(name)]
        taken = {sheet.name for sheet in sheets}
        if not taken:
            return False
        raising = self._raises.of(outer.body)
        if any(sheet.covers_status and not _is_specific(sheet) for sheet in sheets) or self._take_what_is_usual(sheets):
            made = (name for name, _, _ in raising.carries if self._is_own(name))
            return all(self._is_taken(name, earlier, taken) for name in made)
        return bool(raising.types) and all(self._is_taken(name, earlier, taken) for name in raising.types)

    def _take_what_is_usual(self, sheets: Sequence[TypeSheet]) -> bool:
        """Whether nothing is left but statuses that hardly any API answers with, when each of some types has a handler."""
        return all(any(_stands_for(sheet, status) for sheet in sheets) for status in _USUAL)

    def _is_own(self, name: str) -> bool:
        """Whether an exception is none that a library raises for a status: the project makes one with what the answer says."""
        sheet = self._types.type(name)
        return sheet is None or self._types.is_of_project(sheet)

    def _is_taken(self, name: str, types: list[str], sheets: set[str]) -> bool:
        """Whether handlers of these types, some of them by their sheets, take an exception."""
        above = list(self._types.ancestors(name))
        if any(sheet.name in sheets for sheet in above):
            return True
        of_python = [base for base in (name, *(parent for sheet in above for parent in sheet.parents)) if is_builtin(base)]
        return any(takes(other, base) for base in of_python for other in types if is_builtin(other))

    def _http_calls(self, handler: Handler) -> list[Meaning]:
        """The HTTP calls in the body of the handler's ``try``, or the answers to earlier ones that are asked there to raise."""
        body = self._tree.tried(handler)
        found: list[Meaning] = []
        for call in self._tree.inside(body, cst.Call, into_functions=False) if body is not None else ():
            meaning = self._meaning(call)
            if meaning is None:
                continue
            # a function of this file may do the call and return only a part of the answer
            within = meaning.kind in _OF_AN_ANSWER and not meaning.from_exception and self._callees.runs_code(call)
            last = meaning.trail[-1]
            if meaning.kind in _FROM_A_CALL or within or (last.http and last.node is call):
                found.append(meaning)
        return found or (self._asked_to_raise(body) if body is not None else [])

    def _asked_to_raise(self, body: cst.CSTNode) -> list[Meaning]:
        """Answers that came before a ``try`` and are asked in it to raise for their status."""
        answers = map(self._meaning, all_asked_to_raise(self._tree, body))
        return [answer for answer in answers if answer is not None and answer.kind is Kind.RESPONSE]


def _is_specific(sheet: TypeSheet) -> bool:
    """Whether an exception stands for some statuses only: others arrive where it was not caught."""
    return bool(sheet.statuses or sheet.status_class)


def _stands_for(sheet: TypeSheet, status: int) -> bool:
    """Whether a specific exception may stand for a status."""
    return status in sheet.statuses or sheet.status_class == f"{status // 100}xx"
