"""Answers whose data is used although nothing has asked whether they are errors.

Only calls are spoken of whose whole way is seen: a function of a library, or a client that this file makes, without a hook, called here or
by a function of this file that hands on what came back; the answer stays in the function that uses it, and nothing on the way looks at its
status, at a field that says whether the call succeeded, or at what is there at all.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.handling import caught_name
from errlint.semantics.program.names import dotted
from errlint.semantics.values.answers import Answer as Known
from errlint.semantics.values.fields import names_errors, names_success
from errlint.semantics.values.status_sets import ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_HOOKS = ("hooks", "event_hooks", "response_hook", "raise_for_status", "raw_response_hook")
"""Arguments and attributes by which clients are made to look at every answer."""
_PLAIN_DECORATORS = ("staticmethod", "classmethod", "property", "cached_property", "functools.cached_property")
_HARMLESS = frozenset({"print", "len", "type", "str", "repr", "list", "sorted", "enumerate", "iter", "next", "set", "tuple", "sum"})
_ITEM = "*"
"""In paths, an item of a list."""
_WHOLE = (Kind.RESPONSE, Kind.BODY)
_CLIENTS = (Kind.CLIENT, Kind.OBJECT)
_ASKS = (Kind.STATUS, Kind.OK, Kind.REASON)
_CATCHING = ("Exception", "BaseException", "ValueError", "KeyError", "LookupError", "TypeError", "IndexError", "AttributeError")


@dataclass(frozen=True, eq=False)
class Unchecked:
    """A body whose data is used unchecked.

    :ivar body: what is decoded; :ivar use: where its data is read first.
    """

    body: Meaning
    use: cst.BaseExpression


class UncheckedAnswers:
    """Answers for the calls of one file that decode a body."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._by_answer: dict[cst.CSTNode, dict[Known, list[tuple[cst.BaseExpression, Meaning]]]] = {}

    def at(self, call: cst.Call) -> Unchecked | None:
        """The unchecked body that a call decodes, or gets from a function that does; None for every other call."""
        body = self._semantics.decodings.at(call) or self._handed_on_by(call)
        if body is None or body.origin is None or body.origin.kind is not Kind.RESPONSE or self._has_hooks:
            return None
        function = self._function(call)
        if not self._is_asked_for(body, function) or self._is_caught(call):
            return None
        if not self._semantics.circumstances.statuses_at(call, body) & ERRORS or self._semantics.circumstances.is_error(body, call):
            return None
        return self._use(body, function)

    def _handed_on_by(self, call: cst.Call) -> Meaning | None:
        """The whole body that a function of this file returns."""
        body = self._semantics.meaning(call) if self._semantics.functions.run_by(call) else None
        return body if body is not None and body.kind is Kind.BODY and not body.path and body.trail[-1].node is call else None

    def _function(self, node: cst.CSTNode) -> cst.CSTNode:
        return self._tree.enclosing(node, cst.FunctionDef, cst.Lambda) or self._tree.module

    # the call --------------------------------------------------------------------------------------------------------------------

    @cached_property
    def _has_hooks(self) -> bool:
        """Whether anything in the file looks at every answer of a client."""
        arguments = (argument.keyword.value for argument in self._tree.all(cst.Arg) if argument.keyword is not None)
        attributes = (attribute.attr.value for attribute in self._tree.all(cst.Attribute) if not self._is_called(attribute))
        return any(name in _HOOKS for names in (arguments, attributes) for name in names)

    def _is_called(self, attribute: cst.Attribute) -> bool:
        parent = self._tree.parent.get(attribute)
        return isinstance(parent, cst.Call) and parent.func is attribute

    def _is_asked_for(self, body: Meaning, function: cst.CSTNode) -> bool:
        """Whether a library that does not raise for a status is asked in the function, or by functions that hand on what came back."""
        start = next((position for position, place in enumerate(body.trail) if place.http), len(body.trail))
        calls = [place.node for place in body.trail[start:] if isinstance(place.node, cst.Call)]
        if not calls or any(place.elsewhere for place in body.trail) or self._function(calls[-1]) is not function:
            return False
        born = calls[0]
        on_the_way = {self._function(call) for call in calls} - {function}
        if not all(isinstance(found, cst.FunctionDef) and self._hands_on(found, born) for found in on_the_way):
            return False
        asking = next(call for call in calls if self._function(call) is function)
        if any(self._semantics.raises_for_status(call).answer is not Answer.NO for call in (born, asking)):
            return False
        client = self._semantics.meaning(born.func.value) if isinstance(born.func, cst.Attribute) else None
        return client is None or self._is_plain(client)

    def _hands_on(self, wrapper: cst.FunctionDef, born: cst.Call) -> bool:
        """Whether a function only returns the answer: nothing there, and no decorator, looks at it or is ready for an error."""
        if any(dotted(one.decorator) not in _PLAIN_DECORATORS for one in wrapper.decorators):
            return False
        if self._tree.inside(wrapper, cst.Try, cst.TryStar):
            return False
        response = self._semantics.meaning(born)
        nodes = self._of_answer(self._semantics.answers.of(response), wrapper) if response is not None else []
        return bool(nodes) and not any(self._looks(node, found) or self._is_passed(node) for node, found in nodes)

    def _is_passed(self, node: cst.BaseExpression) -> bool:
        return self._is_handed_on(node) and not isinstance(self._tree.parent.get(node), (cst.Return, cst.Await))

    def _is_plain(self, client: Meaning) -> bool:
        """A client of a library, made in this file, and given to nobody who could change it."""
        made = client.trail[0].node
        if client.sheet is None or self._semantics.types.is_of_project(client.sheet) or not isinstance(made, cst.Call):
            return False
        return made not in self._given_away

    @cached_property
    def _given_away(self) -> set[cst.CSTNode]:
        """Where the clients are made that some call is given, and may change."""
        given = (self._semantics.meaning(argument.value) for call in self._tree.all(cst.Call) for argument in call.args)
        return {meaning.trail[0].node for meaning in given if meaning is not None and meaning.kind in _CLIENTS}

    def _is_caught(self, call: cst.Call) -> bool:
        """Whether the failure to find the data is expected."""
        child: cst.CSTNode = call
        for found in self._tree.ancestors(call):
            handlers = found.handlers if isinstance(found, (cst.Try, cst.TryStar)) and child is found.body else ()
            if any(self._expects(handler) for handler in handlers):
                return True
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                return False
            child = found
        return False

    def _expects(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
        """Whether a handler takes the failure to find the data, and does more with it than to raise it again."""
        simple = all(isinstance(statement, cst.SimpleStatementLine) for statement in handler.body.body)
        last = handler.body.body[-1]
        raised = last.body[-1] if simple and isinstance(last, cst.SimpleStatementLine) else None
        name = caught_name(handler)
        if isinstance(raised, cst.Raise) and (raised.exc is None or (isinstance(raised.exc, cst.Name) and raised.exc.value == name)):
            return False
        return handler.type is None or any(name in _CATCHING for name in self._semantics.evaluator.type_names(handler.type))

    # what becomes of it ----------------------------------------------------------------------------------------------------------

    def _use(self, body: Meaning, function: cst.CSTNode) -> Unchecked | None:
        """The first use of the data, if nothing in the function asks whether there is any."""
        answer = self._semantics.answers.of(body)
        first: cst.BaseExpression | None = None
        for node, found in self._of_answer(answer, function):
            if self._looks(node, found) or (not found.path and found.kind in _WHOLE and self._is_handed_on(node)):
                return None
            if first is None and self._reads(node, found):
                first = node
        return None if first is None else Unchecked(body, first)

    def _looks(self, node: cst.BaseExpression, found: Meaning) -> bool:
        """Whether a part of an answer is looked at to see whether it is an error; the items of a list in it tell nothing of that."""
        if found.kind in _ASKS or self._raises(node) or (_ITEM not in found.path and self._is_tested(node)):
            return True
        return bool(found.path) and (names_errors(found.path) or names_success(found.path) or found.kind in (Kind.MESSAGE, Kind.CODE))

    def _reads(self, node: cst.BaseExpression, found: Meaning) -> bool:
        """Whether data is taken out of the body, or its items are gone through."""
        if found.path:
            return isinstance(node, (cst.Subscript, cst.Call))
        around = self._tree.parent.get(node)
        return found.kind is Kind.BODY and isinstance(around, (cst.For, cst.CompFor)) and around.iter is node

    def _of_answer(self, answer: Known, function: cst.CSTNode) -> list[tuple[cst.BaseExpression, Meaning]]:
        """The expressions of a function that belong to one answer, in document order."""
        if function not in self._by_answer:
            found: dict[Known, list[tuple[cst.BaseExpression, Meaning]]] = {}
            for node in self._tree.inside(function, cst.Name, cst.Attribute, cst.Call, cst.Subscript):
                meaning = self._semantics.meaning(node)
                if meaning is not None and meaning.kind not in _CLIENTS:
                    found.setdefault(self._semantics.answers.of(meaning), []).append((node, meaning))
            self._by_answer[function] = found
        return self._by_answer[function].get(answer, [])

    def _raises(self, node: cst.BaseExpression) -> bool:
        """``answer.raise_for_status()``"""
        attribute = self._tree.parent.get(node)
        call = self._tree.parent.get(attribute) if isinstance(attribute, cst.Attribute) else None
        if not isinstance(call, cst.Call) or call.func is not attribute:
            return False
        return self._semantics.raises_for_status(call).answer is Answer.YES

    def _is_tested(self, node: cst.BaseExpression) -> bool:
        """Whether a test depends on the value."""
        child: cst.CSTNode = node
        for found in self._tree.ancestors(node):
            if isinstance(found, (cst.BooleanOperation, cst.Comparison, cst.UnaryOperation)):
                return True
            if isinstance(found, (cst.If, cst.IfExp, cst.While, cst.Assert, cst.CompIf)):
                return child is found.test
            if isinstance(found, cst.Match):
                return child is found.subject
            if isinstance(found, (cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.BaseSuite)):
                return False
            child = found
        return False

    def _is_handed_on(self, node: cst.BaseExpression) -> bool:
        """Whether the whole answer, or its whole body, goes where it may be looked at: to a function, to the caller, into an object."""
        parent = self._tree.parent.get(node)
        while isinstance(parent, (cst.Await, cst.NamedExpr, cst.Element, cst.DictElement, cst.Tuple, cst.List, cst.Dict, cst.IfExp)):
            parent = self._tree.parent.get(parent)
        if isinstance(parent, cst.Arg):
            call = self._tree.parent.get(parent)
            return not (isinstance(call, cst.Call) and dotted(call.func) in _HARMLESS)
        if isinstance(parent, (cst.Return, cst.Yield, cst.Raise)):
            return True
        if isinstance(parent, cst.Assign):
            kept = any(not isinstance(target.target, cst.Name) for target in parent.targets)
            return kept and self._is_value(node)
        return isinstance(parent, (cst.FormattedStringExpression, cst.StarredElement, cst.StarredDictElement))

    def _is_value(self, node: cst.CSTNode) -> bool:
        """Whether the node stands on the right side of an assignment, not among its targets."""
        return not any(isinstance(found, cst.AssignTarget) for found in self._tree.ancestors(node))
