"""Is an answer known to be an error at a place? By its status, by what its body says of itself, by the handler around the place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.errors.alternatives import is_sign_of_error
from errlint.semantics.errors.raising import Answer
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.leaving import asked_to_raise
from errlint.semantics.program.names import dotted
from errlint.semantics.values.fields import (
    is_failure,
    is_in_row,
    is_kept_for_errors,
    is_listed_error,
    is_of_thing,
    is_success,
    names_errors,
    names_result,
    names_state,
    names_success,
)
from errlint.semantics.values.status_sets import ERRORS, OK, SUCCESS
from errlint.semantics.values.statuses import Statuses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_CREATED = 1 << 201


class KnownErrors:
    """Answers for one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def is_error(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether the answer that a value was taken from is known to be an error where ``node`` stands."""
        if _is_of_exception(meaning):
            return True
        if self._is_error_at(meaning, node) or self._passed_as_error(meaning) or is_sign_of_error(self._semantics, meaning, node):
            return True
        # what passed through a branch for errors is part of one, wherever it is asked
        return any(self._is_error_at(meaning, place.node) for place in meaning.trail[1:] if place.node in self._tree.order)

    def is_denied(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether the function around a place says, by False, that what got there is no success: ``if status == 204: return True``."""
        statuses = self._semantics.answers.statuses(meaning)
        if not self._is_not_as_wanted(statuses.possible_at(node)):
            return False
        return any(self._is_denied(statuses, block) for block in self._blocks(node))

    def _blocks(self, node: cst.CSTNode) -> Iterator[cst.IndentedBlock]:
        for found in self._tree.ancestors(node, cst.IndentedBlock, cst.FunctionDef):
            if not isinstance(found, cst.IndentedBlock):
                return
            yield found

    def is_record(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether a part of a body tells, where ``node`` stands, of a thing that failed, not of the call: the answer is a success.

        The state of a job says nothing about the call that asked for it. An API may send an error with a status of success; then its
        catalogue says so, or the code asks the body for more than a state: ``"error" in body``, ``not body["ok"]``, ``body.get("errors")``.
        """
        if _is_of_exception(meaning) or not self._is_of_success(meaning, node):
            return False
        if meaning.catalogue is not None and any(test.json for test in meaning.catalogue.failure):
            return False
        if is_listed_error(meaning.path):
            return False
        places = self._handed_on_at(meaning, node)
        tests = [test for place in places for test in conditions_at(self._tree, place)]
        if any(self._says_failure(test, meaning, truth=truth, but_state=True) for test, truth in tests):
            return False
        return any(self._says_failure(test, meaning, truth=truth) for test, truth in tests) or not any(
            self._may_lack_error(meaning, place) for place in places
        )

    def _is_of_success(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        answer = meaning.origin
        if answer is None or answer.kind is not Kind.RESPONSE:
            return meaning.succeeded
        return self.has_succeeded(meaning, answer, node)

    def _handed_on_at(self, meaning: Meaning, node: cst.CSTNode) -> list[cst.CSTNode]:
        """Where a value is asked, and the calls that handed it, out of the same answer, to the function around that place."""
        function = self._tree.enclosing(node, cst.FunctionDef)
        parameters = [place.node for place in meaning.trail if isinstance(place.node, cst.Param)]
        if function is None or not any(self._tree.within(parameter, function) for parameter in parameters):
            return [node]
        calls = self._semantics.functions.calls_of(function)
        handing = (call for call in calls if any(self._of_same_body(argument.value, meaning) for argument in call.args))
        return [node, *handing]

    def has_succeeded(self, meaning: Meaning, answer: Meaning, node: cst.CSTNode) -> bool:
        """Whether errors were sorted out where ``node`` stands, or on the way there of what was taken from the answer."""
        if not self._semantics.circumstances.statuses_at(node, meaning) & ERRORS:
            return True
        for place in (place for place in meaning.trail if place.node in self._tree.order):
            if not self._semantics.circumstances.statuses_at(place.node, answer) & ERRORS:
                return True
            if place.http and self._raises_at_once(place.node):
                return True
            if not place.http and isinstance(place.node, cst.Call) and self._raises_for_all(place.node):
                return True
        return False

    def _raises_for_all(self, call: cst.Call) -> bool:
        """Whether a function that gives a part of the answer raises for every error status: ``self.checked("GET", path).json()``."""
        raising = self._semantics.raises_for_status(call)
        return raising.answer is Answer.YES and not ERRORS & ~reduce(or_, (statuses for _, statuses in raising.by_type), 0)

    def _raises_at_once(self, node: cst.CSTNode) -> bool:
        """``requests.get(url).raise_for_status()``, ``checked(requests.get(url))``, or a client that raises by itself.

        Not what the arguments of the call are made by, whose answers are others.
        """
        line = self._tree.statement(node)
        if not isinstance(line, cst.SimpleStatementLine):
            return False
        around = (call for call in self._tree.ancestors(node, cst.Call) if self._tree.within(call, line))
        return any(self._semantics.raises_for_status(call).answer is Answer.YES for call in (node, *around))

    def _may_lack_error(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether the code knows the body without an error as well: ``body.get("errors", [])``."""
        around = self._tree.enclosing(node, cst.FunctionDef) or self._tree.module
        for call in self._tree.inside(around, cst.Call):
            if isinstance(call.func, cst.Attribute) and call.func.attr.value in ("get", "pop"):
                found = self._of_same_body(call, meaning)
                if found is not None and names_errors(found.path) and not is_of_thing(found.path):
                    return True
        return False

    def _is_error_at(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        asked_for = [call for call in self._semantics.answers.calls(meaning) if call in self._tree.order]
        # what was asked of an answer before this one says nothing about this one, nor does the branch in which this one was asked for
        again = any(self._only_errors(self._semantics.statuses, call) for call in asked_for)
        if (not again and self._only_errors(self._semantics.statuses, node)) or self._only_errors(
            self._semantics.answers.statuses(meaning), node
        ):
            return True
        if any(self._says_failure(test, meaning, truth=truth) for test, truth in conditions_at(self._tree, node)):
            return True
        return any(
            self._takes_statuses(found) and not any(self._tree.within(call, found) for call in asked_for)
            for found in self._tree.ancestors(node)
        )

    def _only_errors(self, statuses: Statuses, node: cst.CSTNode) -> bool:
        """Whether ``node`` is reached with an error only; `status != 200` is how most clients spell that."""
        possible = statuses.possible_at(node)
        return bool(possible & ERRORS) and (not possible & OK or (self._is_not_as_wanted(possible) and self._rest_raises(statuses, node)))

    def _is_not_as_wanted(self, possible: int) -> bool:
        """Whether a success is asked for by name and is not there: `status != 201`."""
        return possible & SUCCESS != SUCCESS

    def _rest_raises(self, statuses: Statuses, node: cst.CSTNode) -> bool:
        """Whether what is not as wanted, and not sorted out where ``node`` stands, is raised, or denied.

        Without that, 204 may be one success and 200 another: ``if answer.status_code != 204: return answer.json()``. So may they where 204
        is only sorted out first; what asks for 201 creates something, and has no other success.
        """
        for found in self._blocks(node):
            for last in self._raised_at_the_end(found):
                first = statuses.possible_at(found.body[0])
                if self._is_not_as_wanted(first) or not statuses.possible_at(last) & _CREATED:
                    return True
            if self._is_denied(statuses, found):
                return True
        return False

    def _is_denied(self, statuses: Statuses, block: cst.IndentedBlock) -> bool:
        """Whether a block ends in False with what is not as wanted, where the success that is wanted is True to the same function.

        What this function says is then whether the call succeeded.
        """
        if _returned(block.body[-1]) != "False" or not self._is_not_as_wanted(statuses.possible_at(block.body[-1])):
            return False
        function = self._tree.enclosing(block, cst.FunctionDef)
        others = self._tree.inside(function.body, cst.SimpleStatementLine, into_functions=False) if function is not None else ()
        wanted = (statuses.possible_at(other) for other in others if _returned(other) == "True")
        return any(possible and not possible & ~SUCCESS for possible in wanted)

    def _raised_at_the_end(self, block: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The statement by which a block, and an ``else`` at the end of it, ends in raising."""
        statements = getattr(block, "body", ())
        last = statements[-1] if statements else None
        if isinstance(last, cst.If) and isinstance(last.orelse, cst.Else):
            yield from self._raised_at_the_end(last.orelse.body)
        elif isinstance(last, cst.SimpleStatementLine):
            small = last.body[-1]
            in_a_branch = isinstance(self._tree.parent.get(block), (cst.If, cst.Else))
            if isinstance(small, cst.Raise) or (in_a_branch and asked_to_raise(last) is not None):
                yield small

    def _passed_as_error(self, meaning: Meaning) -> bool:
        """Whether the value came through a parameter to which only answers that are errors are passed: `raise_for_error(response)`."""
        parameter = next((place.node for place in reversed(meaning.trail) if isinstance(place.node, cst.Param)), None)
        function = self._tree.enclosing(parameter, cst.FunctionDef) if parameter is not None else None
        if function is None:
            return False
        key = (meaning.trail[0].node, function)
        if key not in self._given_errors:
            calls = self._semantics.functions.calls_of(function)
            self._given_errors[key] = bool(calls) and all(self._is_error_at(meaning, call) for call in calls)
        return self._given_errors[key]

    @cached_property
    def _given_errors(self) -> dict[tuple[cst.CSTNode, cst.CSTNode], bool]:
        return {}

    def is_refused_at(self, node: cst.CSTNode) -> bool:
        """Whether a body, by a test on the way, calls itself an error where ``node`` stands."""
        for test, truth in conditions_at(self._tree, node):
            for part in (test, *self._tree.below(test)):
                meaning = self._semantics.meaning(part) if isinstance(part, (cst.Name, cst.Attribute, cst.Call, cst.Subscript)) else None
                of_answer = meaning is not None and meaning.origin is not None and meaning.origin.kind is Kind.RESPONSE
                if meaning is not None and of_answer and self._says_failure(test, meaning, truth=truth):
                    return True
        return False

    def _says_failure(self, test: cst.BaseExpression, of: Meaning, *, truth: bool, but_state: bool = False) -> bool:
        """``not body["success"]``, ``body["status"] == "error"``, ``body.get("errors")``: the same body calls itself an error.

        :param but_state: not by a state, which may be that of a thing.
        """
        asked = test.left if isinstance(test, cst.Comparison) else test
        if (
            isinstance(test, cst.Comparison)
            and len(test.comparisons) == 1
            and isinstance(test.comparisons[0].operator, (cst.In, cst.NotIn))
        ):
            return self._holds_failure(test, of, truth=truth, but_state=but_state)
        meaning = self._of_same_body(asked, of)
        if meaning is None or not meaning.path or is_in_row(meaning.path):
            return False
        if not isinstance(test, cst.Comparison):
            return truth if names_errors(meaning.path) else not truth and names_success(meaning.path)
        target = test.comparisons[0]
        equal = isinstance(target.operator, (cst.Equal, cst.Is))
        if len(test.comparisons) > 1 or not (equal or isinstance(target.operator, (cst.NotEqual, cst.IsNot))):
            return False
        if isinstance(target.comparator, cst.Name) and target.comparator.value in ("True", "False"):
            return names_success(meaning.path) and (equal == truth) == (target.comparator.value == "False")
        number = self._semantics.statuses.number(target.comparator)
        if number in (0, 1) and names_success(meaning.path):
            return (equal == truth) == (number == 0)
        if number in (0, 200):
            return equal != truth and names_result(meaning.path)
        words = self._semantics.constants.strings(target.comparator)
        if equal != truth and names_result(meaning.path) and any(_is_zero(word, meaning) for word in words):
            return True
        if but_state:
            return False
        if equal != truth:
            # a state that is no success
            return names_state(meaning.path) and any(map(is_success, words))
        return any(map(is_failure, words))

    def _holds_failure(self, test: cst.Comparison, of: Meaning, *, truth: bool, but_state: bool) -> bool:
        """``"error" in body``: the error is there; ``"error" in body["result"]``: the state says so."""
        holds = isinstance(test.comparisons[0].operator, cst.In) == truth
        words = self._semantics.constants.strings(test.left) if holds else ()
        meaning = self._of_same_body(_keyed(test.comparisons[0].comparator), of) if words else None
        if meaning is None or meaning.kind is not Kind.BODY or is_in_row(meaning.path):
            return False
        if meaning.path and names_state(meaning.path):
            return not but_state and any(map(is_failure, words))
        return all(map(is_kept_for_errors, words))

    def _of_same_body(self, expression: cst.BaseExpression, of: Meaning) -> Meaning | None:
        meaning = self._semantics.meaning(expression)
        return meaning if meaning is not None and meaning.trail[0].node is of.trail[0].node else None

    def _takes_statuses(self, node: cst.CSTNode) -> bool:
        """A handler of errors that carry a status: in it, the answer at hand is one."""
        if not isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)):
            return False
        caught = self._semantics.evaluator.caught(node)
        return caught is not None and caught.sheet is not None and caught.sheet.carries_status


def _is_zero(word: str, result: Meaning) -> bool:
    """Whether a text under the key of a result says that all went well: ``"0000"``; ``"SUCCESS"`` may be the state of a thing."""
    return bool(word) and (not word.strip("0") or (is_success(word) and not names_state(result.path)))


def _is_of_exception(meaning: Meaning) -> bool:
    """Whether a value was taken from an exception: what answered is an error."""
    origin: Meaning | None = meaning
    while origin is not None:
        if origin.from_exception or origin.kind is Kind.EXCEPTION:
            return True
        origin = origin.origin
    return False


def _returned(line: cst.CSTNode) -> str | None:
    """The name that a line returns at its end."""
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else None
    return dotted(last.value) if isinstance(last, cst.Return) and last.value is not None else None


def _keyed(value: cst.BaseExpression) -> cst.BaseExpression:
    """What has the keys: ``body.keys()`` has those of ``body``."""
    if isinstance(value, cst.Call) and not value.args and isinstance(value.func, cst.Attribute) and value.func.attr.value == "keys":
        return value.func.value
    return value
