"""What an ``except`` clause catches, and what shows that it comes from an HTTP API.

A handler of an HTTP library's or SDK's type is its own evidence. A broad handler (``Exception``) needs an HTTP call in the body of its
``try``, and no earlier handler that already takes the errors with a status. A handler of anything else (``ValueError``, ``OSError``, a
database's error) is none of our business.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import msgspec

from errlint.semantics.errors.carried import CODE, is_of_python, is_of_unknown_library, takes
from errlint.semantics.errors.caught_types import CaughtTypes
from errlint.semantics.errors.http_calls import HttpCalls
from errlint.semantics.errors.raises import Raises
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.leaving import all_asked_to_raise
from errlint.semantics.program.scopes import Binding, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.types import Types, shown
from errlint.sheets.library import TypeSheet

BROAD = frozenset({"Exception", "BaseException", "builtins.Exception"})
_FROM_A_CALL = (Kind.RESPONSE, Kind.CALL)
_OF_AN_ANSWER = (Kind.BODY, Kind.TEXT, Kind.HEADERS, Kind.STATUS, Kind.MESSAGE, Kind.CODE)


class Handlers:
    """Answers what each handler of a file catches."""

    def __init__(
        self,
        tree: Tree,
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
        self._callees = callees
        self._types = types
        self._binding = binding
        self._http = http
        self._raises = raises
        self._meaning = meaning
        self.caught_types = CaughtTypes(tree, scopes, types, raises, meaning)

    def caught(self, binding: Binding) -> Meaning | None:
        """The exception that ``except … as name`` binds."""
        assert isinstance(binding.node, (cst.ExceptHandler, cst.ExceptStarHandler))
        return self.meaning(binding.node)

    def meaning(self, handler: Handler) -> Meaning | None:
        """The exception that a handler catches, with its evidence.

        Not ``proven`` when nothing shows that an error of an API can arrive: no HTTP call is seen, or none that raises for a status.
        """
        sheets = self.caught_types.sheets(handler)
        calls = self._http_calls(handler)
        call = calls[0] if calls else None
        if sheets:
            sheet = self._in_common([found for found in sheets if found.covers_status or found.carries_status]) or sheets[0]
            evidence = Place(handler.type or handler, f"`{shown(sheet.name)}` is caught")
            if self.caught_types.are_taken_above(handler, sheets):
                return Meaning(Kind.EXCEPTION, (evidence,), sheet, proven=False)
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
        if self.caught_types.is_all_taken_above(handler):
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
        if raising is None or raising.answer is Answer.UNKNOWN:
            for sheet in sheets:
                told = self._types.raised_for(sheet)
                if told is not None:
                    seen = Place(evidence.node, evidence.note, elsewhere=told.spots)
                    return Meaning(Kind.EXCEPTION, (seen,), self._with(self._types.from_status(sheet), dict(told.carries)))
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
        sheets = self.caught_types.sheets(handler)
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
        names = list(filter(is_of_python, self.caught_types.of(handler)))
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
        names = [name for name in filter(is_of_unknown_library, self.caught_types.of(handler)) if name not in own]
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

    def _is_broad(self, handler: Handler) -> bool:
        return any(name in BROAD for name in self.caught_types.of(handler))

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
