"""Where bodies are decoded, and what happens there to a body that is no JSON: the page of a proxy, an empty answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.decode_guards import IN_FRONT, DecodeGuards
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.functions import bound_arguments, is_super_init
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.values.answers import Answer
from errlint.semantics.values.status_sets import UNKNOWN

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_DECODE = "decoded from JSON"
_HOPS = 3
"""Callers of callers that are asked."""
_TRYING = (cst.Try, cst.TryStar)


class Decodings:
    """Answers for the calls of one file that decode the body of an answer."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._guards = DecodeGuards(semantics)
        self._reads: dict[cst.CSTNode, dict[cst.CSTNode, list[cst.BaseExpression]]] = {}
        self._decoding: dict[cst.CSTNode, dict[Answer, list[cst.Call]]] = {}

    def at(self, call: cst.Call) -> Meaning | None:
        """The body that a call decodes from JSON: `response.json()`, `json.loads(response.text)`; None for every other call."""
        if not self._is_named_so(call):
            return None  # most calls are something else, and what they mean may take other modules to tell
        body = self._semantics.meaning(call)
        if body is None or body.kind is not Kind.BODY or body.path or body.trail[-1].node is not call:
            return None
        if body.trail[-1].note == _DECODE:
            return body
        base = self._semantics.meaning(call.func.value) if isinstance(call.func, cst.Attribute) else None
        return body if base is not None and base.kind is Kind.RESPONSE else None

    def _is_named_so(self, call: cst.Call) -> bool:
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in self._semantics.libraries.decoding_methods:
            return True
        name = self._semantics.names.qualified(call.func)
        return name is not None and self._semantics.types.decodes(name)

    def needed_for_an_error(self, call: cst.Call, body: Meaning) -> cst.BaseExpression | None:
        """Where what a call decodes is needed for an error that a server in front of the API may have answered with.

        The call itself, where the answer is an error; or a later read of the body that stands where it is one.
        """
        if self._may_be_a_page(call, body):
            return call
        function = self._tree.enclosing(call, cst.FunctionDef) or self._tree.module
        reads = (read for read in self._error_reads(function).get(call, ()) if read is not call)
        return next((read for read in reads if not self._is_told_by_body(read, call)), None)

    def _is_told_by_body(self, read: cst.BaseExpression, call: cst.Call) -> bool:
        """``if not body["ok"]: raise ApiError(body["error"])``: that it is an error, what was decoded tells, and nothing else."""
        asked = [test for test, _ in conditions_at(self._tree, read)]
        by_body = [test for test in asked if any(self._is_decoded_by(node, call) for node in (test, *self._tree.below(test)))]
        return bool(by_body) and all(test in by_body or self._semantics.statuses.range_of(test) == UNKNOWN for test in asked)

    def _is_decoded_by(self, node: cst.CSTNode, call: cst.Call) -> bool:
        found = self._semantics.meaning(node) if isinstance(node, cst.BaseExpression) else None
        return found is not None and bool(found.path) and any(place.node is call for place in found.trail)

    def _may_be_a_page(self, node: cst.CSTNode, of: Meaning) -> bool:
        return bool(self._statuses_of_error(node, of, _HOPS) & IN_FRONT)

    def _statuses_of_error(self, node: cst.CSTNode, of: Meaning, hops: int) -> int:
        """The statuses that an answer may have where ``node`` stands, if it is known to be an error there; else none.

        It is one, too, where all that run the function hand it an error, and where an exception is made of it.
        """
        circumstances = self._semantics.circumstances
        possible = circumstances.statuses_at(node, of)
        if circumstances.is_error(of, node) or self._semantics.is_denied(of, node):
            return possible
        function = self._tree.enclosing(node, cst.FunctionDef) if hops and possible & IN_FRONT else None
        if function is None or not self._is_handed(of, function):
            return 0
        handed = [self._statuses_of_error(call, given, hops - 1) if given else 0 for call, given in self._callers(function, of)]
        if handed:
            return possible & reduce(or_, handed) if all(handed) else 0
        return possible if self._is_of_error(function, of) else 0

    def _is_handed(self, of: Meaning, function: cst.FunctionDef) -> bool:
        return any(self._tree.enclosing(place.node, cst.FunctionDef) is function for place in of.trail if isinstance(place.node, cst.Param))

    def _callers(self, function: cst.FunctionDef, of: Meaning) -> Iterator[tuple[cst.Call, Meaning | None]]:
        """The calls that run a function, and what each hands it for the value that ``of`` was taken from; not those of its own."""
        parameters = [place.node for place in of.trail if isinstance(place.node, cst.Param)]
        for call in self._semantics.evaluator.callers(function):
            if self._tree.within(call, function) or is_super_init(call):
                continue  # the constructor of a class below is no use of the class
            given = bound_arguments(call, function)
            argument = next((given[one] for one in parameters if one in given), None)
            yield call, self._semantics.meaning(argument) if argument is not None else None

    def _is_of_error(self, function: cst.FunctionDef, of: Meaning) -> bool:
        """Whether a function makes an exception of an answer, and reads its status: other modules raise it."""
        definition = self._tree.parent.get(self._tree.block(function))
        if not self._semantics.types.makes_exceptions(definition) or not _makes(function):
            return False
        answer = self._semantics.answers.of(of)
        read = (self._semantics.meaning(node) for node in self._tree.inside(function.body, cst.Attribute))
        return any(one is not None and one.kind is Kind.STATUS and self._semantics.answers.of(one) == answer for one in read)

    def _error_reads(self, function: cst.CSTNode) -> dict[cst.CSTNode, list[cst.BaseExpression]]:
        """The places of a function that read parts of the body of an error that may be the page of a proxy, by the call that decoded it."""
        if function not in self._reads:
            found: dict[cst.CSTNode, list[cst.BaseExpression]] = {}
            for node in self._tree.inside(function, cst.Subscript, cst.Call, into_functions=False):
                assert isinstance(node, (cst.Subscript, cst.Call))
                meaning = self._semantics.meaning(node)
                if meaning is None or not meaning.path or meaning.from_exception:
                    continue
                if isinstance(node, cst.Call) and self._tree.enclosing(node, cst.FunctionDef) in self._semantics.runs(node):
                    continue  # what comes of another request
                if self._may_be_a_page(node, meaning):
                    for place in meaning.trail:
                        found.setdefault(place.node, []).append(node)
            self._reads[function] = found
        return self._reads[function]

    def failed_at(self, node: cst.CSTNode, of: Meaning) -> bool:
        """Whether ``node`` stands where the body of the answer that ``of`` was taken from could not be decoded.

        That is: in the handler that takes the failure.
        """
        answer = self._semantics.answers.of(of)
        for handler in self._tree.ancestors(node):
            if isinstance(handler, (cst.FunctionDef, cst.Lambda)):
                return False
            outer = self._tree.parent.get(handler)
            if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) and isinstance(outer, _TRYING):
                for body in self._decoded_by(outer.body, answer):
                    if next((one for one in outer.handlers if self._guards.takes(one.type, body)), None) is handler:
                        return True
        return False

    def _decoded_by(self, code: cst.CSTNode, answer: Answer) -> Iterator[Meaning]:
        """The whole bodies of an answer that code decodes, or that its helpers do."""
        for call in self._tree.inside(code, cst.Call):
            body = self._semantics.meaning(call)
            if body is not None and body.kind is Kind.BODY and not body.path and self._semantics.answers.of(body) == answer:
                yield body

    def raised(self, body: Meaning) -> tuple[str, ...]:
        """The types, one or more, that a handler has to name to take any failure to decode a body."""
        return self._guards.raised(body)

    def guarded(self, call: cst.Call, body: Meaning) -> bool:
        """Whether a body that is no JSON cannot get here, or its failure is expected: there, or by all callers.

        By a handler, a look at it first, or an earlier success.
        """
        return self._is_guarded(call, body, _HOPS, at_hand=True)

    def _is_guarded(self, node: cst.CSTNode, body: Meaning, hops: int, *, at_hand: bool) -> bool:
        """``at_hand``: the answer is there already, and not asked for further in."""
        if self._guards.ready(node, body) or (at_hand and self._decoded_before(node, body)):
            return True
        function = self._tree.enclosing(node, cst.FunctionDef) if hops else None
        callers = list(self._callers(function, body)) if function is not None else []
        return bool(callers) and all(
            self._is_guarded(one, given or body, hops - 1, at_hand=at_hand and given is not None) for one, given in callers
        )

    def hangs_on(self, asked: cst.BaseExpression, answer: Meaning) -> bool:
        """Whether the body of an answer is decoded only where ``asked`` is true, and nothing there is ready for one that is no JSON.

        What callers do about the failure does not count: it is another one than they were told of before.
        """
        function = self._tree.enclosing(asked, cst.FunctionDef) or self._tree.module
        calls = (node for node in self._tree.below(function) if isinstance(node, cst.Call) and self._decodes_unready(node, answer))
        return any(test is asked and truth for call in calls for test, truth in conditions_at(self._tree, call))

    def _decodes_unready(self, call: cst.Call, answer: Meaning) -> bool:
        """Whether a call decodes the body of an answer, or a function of the file that it hands it to, and nothing is ready for a page."""
        found = self.at(call)
        if found is not None:
            return self._is_from(found, answer) and not self._is_guarded(call, found, 0, at_hand=True)
        given = (self._semantics.meaning(argument.value) for argument in call.args)
        if not any(one is not None and self._is_from(one, answer) for one in given):
            return False
        inner = (node for function in self._semantics.functions.run_by(call) for node in self._tree.inside(function.body, cst.Call))
        bodies = ((node, body) for node in inner if (body := self.at(node)) is not None)
        return any(not self._guards.ready(call, body) and not self._is_guarded(node, body, 0, at_hand=True) for node, body in bodies)

    def _is_from(self, part: Meaning, answer: Meaning) -> bool:
        return self._semantics.answers.of(part) == self._semantics.answers.of(answer)

    def _decoded_before(self, node: cst.CSTNode, body: Meaning) -> bool:
        """The same answer was decoded already, on every way to here."""
        answer, order = self._semantics.answers.of(body), self._tree.order
        function = self._tree.enclosing(node, cst.FunctionDef) or self._tree.module
        earlier = (other for other in self._decoded_in(function, answer) if order[other] < order[node])
        return any(self._is_on_the_way(other, node) for other in earlier)

    def _decoded_in(self, function: cst.CSTNode, answer: Answer) -> list[cst.Call]:
        """Where a function decodes the body of an answer."""
        if function not in self._decoding:
            found: dict[Answer, list[cst.Call]] = {}
            for node in self._tree.below(function):
                body = self.at(node) if isinstance(node, cst.Call) else None
                if body is not None and isinstance(node, cst.Call):
                    found.setdefault(self._semantics.answers.of(body), []).append(node)
            self._decoding[function] = found
        return self._decoding[function].get(answer, [])

    def _is_on_the_way(self, earlier: cst.CSTNode, later: cst.CSTNode) -> bool:
        if self._may_be_skipped(earlier, later):
            return False
        block = self._tree.block(earlier)
        around = self._tree.parent.get(block)
        while isinstance(around, (*_TRYING, cst.With)) and not self._tree.within(later, block):
            if isinstance(around, _TRYING) and not all(leaves(handler.body) for handler in around.handlers):
                return False
            block = self._tree.block(around)
            around = self._tree.parent.get(block)
        return self._tree.within(later, block)

    def _may_be_skipped(self, earlier: cst.CSTNode, later: cst.CSTNode) -> bool:
        """``status == 422 and answer.json()``: whether one way to ``later`` leads past a part of an expression."""
        tree = self._tree
        for found in tree.ancestors(earlier):
            if isinstance(found, (cst.BooleanOperation, cst.IfExp)):
                ways = (found.right,) if isinstance(found, cst.BooleanOperation) else (found.body, found.orelse)
                way = next((one for one in ways if tree.within(earlier, one)), None)
                branch = tree.enclosing(found, cst.If)
                both = isinstance(found, cst.BooleanOperation) and isinstance(found.operator, cst.And)
                passed = both and branch is not None and tree.within(later, branch.body)
                if way is not None and not tree.within(later, way) and not passed:
                    return True
            elif isinstance(found, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return False
        return False


def _makes(function: cst.FunctionDef) -> bool:
    """Whether a function makes objects of its class."""
    return function.name.value == "__init__" or any(dotted(one.decorator) == "classmethod" for one in function.decorators)
