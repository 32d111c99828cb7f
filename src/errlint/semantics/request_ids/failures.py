"""The code that runs after an error of an API that is bound, and whose request id can be read there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.body_keys import REQUEST_IDS
from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.semantics.asked.circumstances import ends_in_raising, misses_a_success
from errlint.semantics.errors.bare_raises import may_have_no_answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.handling import Handler, caught_name
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.request_ids.whereabouts import Ids, Whereabouts
from errlint.semantics.values.mentions import may_be_bound
from errlint.semantics.values.status_sets import SUCCESS
from errlint.sheets.library import TypeSheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_TRYING = (cst.Try, cst.TryStar)
_PARTS = (Kind.STATUS, Kind.OK, Kind.BODY, Kind.CODE, Kind.MESSAGE, Kind.TEXT, Kind.RESPONSE)


@dataclass(frozen=True, eq=False)
class Failure:
    """An error at hand.

    :ivar region: the statements that run after it; :ivar meaning: the exception or the response; :ivar where: its request id;
    :ivar name: how code calls the exception or the response, empty if it has no name; :ivar handler: of an exception.
    """

    region: tuple[cst.CSTNode, ...]
    meaning: Meaning
    where: Whereabouts
    name: str
    handler: Handler | None = None
    is_special: bool = False
    """It is one of the SDK's more specific errors, which says what went wrong; the server's own failures do not."""
    is_own: bool = False
    """It is of a class of the project: whatever it keeps beside the id says what went wrong."""

    @property
    def place(self) -> str:
        """Where the id is, for people."""
        return self.where.shown.replace("{e}", self.name or "e")

    @property
    def expression(self) -> str:
        """What reads the id; empty if nothing does so without a risk."""
        return self.where.expression.replace("{e}", self.name or "e")


class Failures:
    """The failures of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._ids = Ids(semantics)

    def at(self, node: cst.CSTNode) -> Iterator[Failure]:
        """The failures that begin at a handler, or at the test of a response."""
        if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)):
            found = self._caught(node) if self._may_lose(_statements(node.body)) else None
            if found is not None:
                yield found
        elif isinstance(node, cst.If) and any(map(self._may_lose, self._regions(node))):
            yield from self._tested(node)

    def at_hand(self, call: cst.Call) -> Failure | None:
        """The answer that a call tells something of: the one that an argument is read off, else that of the innermost failure around it."""
        given = next(self._given(call), None)
        return given or max(self._around(call), key=lambda failure: self._tree.order[failure.region[0]], default=None)

    def _given(self, call: cst.Call) -> Iterator[Failure]:
        for argument in call.args:
            for node in (argument.value, *self._tree.below(argument.value)):
                name = dotted(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
                found = self._semantics.meaning(node) if name is not None and isinstance(node, cst.BaseExpression) else None
                if name is not None and found is not None and found.kind is Kind.RESPONSE and not _of_exception(found):
                    where = self._ids.of_response(found)
                    if where is not None:
                        yield Failure((self._tree.statement(call),), found, where, name)

    def _around(self, call: cst.Call) -> Iterator[Failure]:
        function = self._tree.enclosing(call, cst.FunctionDef) or self._tree.module
        for node in self._tree.inside(function, cst.ExceptHandler, cst.ExceptStarHandler, cst.If):
            caught = self._caught(node) if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)) else None
            found = self._tested(node) if isinstance(node, cst.If) else filter(None, (caught,))
            yield from (one for one in found if any(self._tree.within(call, statement) for statement in one.region))

    # exceptions ----------------------------------------------------------------------------------------------------------------

    def _caught(self, handler: Handler) -> Failure | None:
        evaluator = self._semantics.evaluator
        caught = evaluator.caught(handler)
        if caught is None or not caught.proven or self._is_pluggable(caught) or self._sends_nothing(handler):
            return None
        kept = self._kept(caught, handler)
        if kept is not None or caught.catalogue is None:
            return kept
        named = evaluator.type_names(handler.type) if handler.type is not None else []
        types = [sheet for name in named if (sheet := self._semantics.types.type(name)) is not None and sheet.is_a == "exception"]
        broad = caught.sheet is None
        if broad:
            types = self._raised_in(handler)
        elif len(types) < len(named):
            broad = any(not is_first_party(name) for name in named if self._semantics.types.type(name) is None)
        known = [found for found in types if not self._semantics.types.is_of_project(found)]
        told = handler.type is None or evaluator.tells_all_types(handler.type)
        mixed = not told or len(known) < len(named) or may_have_no_answer(self._semantics, handler)
        where = self._ids.of_exception(caught, known, broad=broad, mixed=mixed)
        if where is None:
            return None
        name = caught_name(handler) or ""
        special = bool(known) and all(is_special(self._semantics, found) for found in known)
        return Failure(_statements(handler.body), caught, where, name, handler, special)

    def _kept(self, caught: Meaning, handler: Handler) -> Failure | None:
        """The error of a class of the project that keeps the id of the answer, as its own code shows: ``self.request_id = …``."""
        types = self._semantics.types
        named = self._semantics.evaluator.type_names(handler.type) if handler.type is not None else []
        own = [sheet for name in named if (sheet := types.type(name)) is not None and types.is_of_project(sheet)]
        if not own or len(own) < len(named):
            return None
        ids = [self._ids.kept_by(sheet) for sheet in own]
        where = ids[0] if all(one == ids[0] for one in ids) else None
        if where is None:
            return None
        above = (one for sheet in own for one in types.ancestors(sheet.name) if one is not sheet)
        special = any(types.is_of_project(one) and one.is_a == "exception" for one in above)
        return Failure(_statements(handler.body), caught, where, caught_name(handler) or "", handler, special, is_own=True)

    def _is_pluggable(self, caught: Meaning) -> bool:
        """Whether an SDK to which other vendors answer, too, is given arguments that may be the address of one of them."""
        calls = [
            place.node for place in caught.trail if isinstance(place.node, cst.Call) and any(arg.star == "**" for arg in place.node.args)
        ]
        names = [self._semantics.names.qualified(call.func) or "" for call in calls]
        made = [sheet for name in names if (sheet := self._semantics.libraries.type(name)) is not None and sheet.is_a == "client"]
        return caught.catalogue is not None and any(caught.catalogue.is_imitated(sheet.name) for sheet in made)

    def _sends_nothing(self, handler: Handler) -> bool:
        """Whether all that the ``try`` calls on clients is known to make no HTTP call: such an error has no answer."""
        outer = self._tree.parent.get(handler)
        calls = self._tree.inside(outer.body, cst.Call) if isinstance(outer, _TRYING) else []
        on_clients = [call for call in calls if self._is_on_client(call)]
        return bool(on_clients) and not any(self._semantics.does_http(call) for call in calls)

    def _is_on_client(self, call: cst.Call) -> bool:
        if not isinstance(call.func, cst.Attribute):
            return False
        on = self._semantics.meaning(call.func.value)
        if on is None:
            return call.func.attr.value in self._semantics.libraries.silent_methods
        return on.kind is Kind.CLIENT

    def _raised_in(self, handler: Handler) -> list[TypeSheet]:
        """The exceptions of libraries that the ``try`` of a broad handler is seen to raise for a status."""
        outer = self._tree.parent.get(handler)
        if not isinstance(outer, _TRYING):
            return []
        names = self._semantics.raises_for_status(outer.body).types
        return [sheet for name in names if (sheet := self._semantics.types.type(name)) is not None]

    # responses -----------------------------------------------------------------------------------------------------------------

    def _tested(self, test: cst.If) -> Iterator[Failure]:
        subject = self._subject(test.test)
        if subject is None:
            return
        response, part, name = subject
        where = self._ids.of_response(response)
        if where is None:
            return
        for region in self._regions(test):
            if region and (self._is_error(part, region[0]) or self._is_refused(part, region)):
                yield Failure(region, response, where, name)
                return

    def _is_error(self, part: Meaning, node: cst.CSTNode) -> bool:
        """Whether the call has failed: ``run["status"] == "failed"`` in an answer that is a success says so of the run."""
        if part.kind is Kind.BODY and self._semantics.is_record(part, node):
            return False
        return self._semantics.is_error(part, node)

    def _is_refused(self, part: Meaning, region: Sequence[cst.CSTNode]) -> bool:
        """`if answer.status_code != 204: raise …`: whatever else comes is an error to this code, other successes as well."""
        statuses = self._semantics.answers.statuses(part)
        if part.kind is not Kind.STATUS or not misses_a_success(statuses.possible_at(region[0])) or not ends_in_raising(region[-1]):
            return False
        returned = (node for statement in region for node in self._tree.inside(statement, cst.Return, into_functions=False))
        return not any(statuses.possible_at(node) & SUCCESS for node in returned)

    def _regions(self, test: cst.If) -> Iterator[tuple[cst.CSTNode, ...]]:
        """What runs if the test is true, if it is false, and after it if only what is false gets there."""
        yield _statements(test.body)
        if isinstance(test.orelse, cst.Else):
            yield _statements(test.orelse.body)
        elif test.orelse is None and leaves(test.body):
            block = self._tree.parent.get(test)
            body: Sequence[cst.CSTNode] = block.body if isinstance(block, (cst.IndentedBlock, cst.Module)) else ()
            at = next((position for position, statement in enumerate(body) if statement is test), len(body))
            yield tuple(body[at + 1 :])

    def _subject(self, test: cst.BaseExpression) -> tuple[Meaning, Meaning, str] | None:
        """The response that a test asks about, the part that it looks at, and the name of the response."""
        for node in (test, *self._tree.below(test)):
            if not isinstance(node, (cst.Name, cst.Attribute, cst.Subscript, cst.Call)):
                continue
            part = self._semantics.meaning(node)
            if part is None or part.kind not in _PARTS or part.catalogue is None or part.from_exception:
                continue
            response = part if part.kind is Kind.RESPONSE else part.origin
            if response is not None and response.kind is Kind.RESPONSE and not _of_exception(response):
                return response, part, self._name(response)
        return None

    def _may_lose(self, region: Sequence[cst.CSTNode]) -> bool:
        """Whether anything is raised, returned or told there, by the look of it: most code needs no further questions."""
        words = self._semantics.libraries.speeches.words
        for statement in region:
            for node in (statement, *self._tree.below(statement)):
                match node:
                    case cst.Raise(exc=cst.BaseExpression(), cause=None | cst.From(item=cst.Name(value="None"))):
                        return True
                    case cst.Return(value=cst.BaseExpression() as value):
                        if not isinstance(value, (cst.Name, cst.SimpleString, cst.BaseNumber)) or self._is_variable(value):
                            return True
                    case cst.Call(func=cst.Name(value=word) | cst.Attribute(attr=cst.Name(value=word))) if word in words:
                        return True
        return False

    def _is_variable(self, value: cst.BaseExpression) -> bool:
        return isinstance(value, cst.Name) and value.value not in ("None", "True", "False")

    def _name(self, response: Meaning) -> str:
        """The variable that the response was kept in."""
        expression = response.expression
        return (dotted(expression) or "") if isinstance(expression, (cst.Name, cst.Attribute)) else ""

    @cached_property
    def _keeps_ids(self) -> bool:
        """Whether anything in the file is called as a request id is."""
        return any(node.attr.value.lower() in REQUEST_IDS for node in self._tree.all(cst.Attribute))

    @cached_property
    def all(self) -> tuple[tuple[cst.CSTNode, Failure], ...]:
        """All failures of the file with the nodes at which they begin, in document order."""
        if not may_be_bound(self._semantics) and not self._keeps_ids:
            return ()
        nodes = self._tree.of_types(cst.ExceptHandler, cst.ExceptStarHandler, cst.If)
        return tuple((node, found) for node in nodes for found in self.at(node))


def is_special(semantics: Semantics, sheet: TypeSheet) -> bool:
    """Whether a type of exception is one of an SDK's more specific ones, which says what went wrong."""
    if semantics.libraries.is_general(sheet.name):
        return False
    above = [found for found in semantics.types.ancestors(sheet.name) if found is not sheet]
    return sheet.status_class != "5xx" and any(found.carries_status for found in above)


def _of_exception(response: Meaning) -> bool:
    """`e.response`: its handler sees to that."""
    return response.origin is not None and response.origin.kind is Kind.EXCEPTION


def _statements(suite: cst.BaseSuite) -> tuple[cst.CSTNode, ...]:
    return tuple(suite.body)
