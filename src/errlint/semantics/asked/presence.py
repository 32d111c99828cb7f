"""Which bare tests may ask whether there is a response at all, told by their form.

What a value means may take other modules to tell, and a file has hundreds of bare tests. So the form is asked first: whether the value can
be the response of an exception, the same test goes on to a status, or what it guards shows or raises a part of the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import dropwhile
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.asked.absent_values import AbsentValues
from errlint.semantics.meaning import Kind
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.constants import int_value
from errlint.semantics.program.functions import bound_arguments
from errlint.semantics.program.leaving import asked_to_raise, leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import alike
from errlint.semantics.values.status_sets import BELOW_400

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.program.tree import Tree

_HOPS = 3
"""How many names a value is followed through."""


class Presence:
    """Answers for the operands of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._of_exception: dict[tuple[cst.BaseExpression, int], bool] = {}

    @cached_property
    def absent(self) -> AbsentValues:
        """What stands in the place of a response where there is none."""
        return AbsentValues(self._semantics)

    def may_be_asked(self, operand: cst.BaseExpression) -> bool:
        """Whether the truth of an operand may stand for the presence of a response."""
        if self._may_be_of_exception(operand, _HOPS) or self._goes_on(operand) or self._is_told(operand):
            return True
        return self.is_left_by_failure(operand) or any(self._asked_below(operand)) or self.is_of_own_exception(operand)

    def is_of_own_exception(self, operand: cst.BaseExpression) -> bool:
        """Whether code of a class of exceptions asks for the answer that its object keeps: ``if self.response:``."""
        is_kept = isinstance(operand, cst.Attribute) and dotted(operand.value) == "self"
        return is_kept and self._semantics.types.makes_exceptions(self._tree.enclosing(operand, cst.ClassDef))

    def is_asked_for_errors_below(self, operand: cst.BaseExpression) -> bool:
        """``if not answer: return None`` and ``if answer.status_code == 401:`` below it, where an error never gets to."""
        statuses = self._semantics.statuses
        for test in self._asked_below(operand):
            found = statuses.range_of(test).may
            if found and not found & BELOW_400:
                return True
        return False

    def _asked_below(self, operand: cst.BaseExpression) -> Iterator[cst.Comparison]:
        """The tests of a status of what is asked for in ``if not answer: return``, behind that."""
        negation = self._tree.parent.get(operand)
        exit_ = self._tree.parent.get(negation) if isinstance(negation, cst.UnaryOperation) and isinstance(operand, cst.Name) else None
        if not isinstance(exit_, cst.If) or exit_.test is not negation or exit_.orelse is not None or not leaves(exit_.body):
            return
        block = self._tree.parent.get(exit_)
        body: Sequence[cst.CSTNode] = block.body if isinstance(block, (cst.IndentedBlock, cst.Module)) else ()
        for statement in dropwhile(lambda one: one is not exit_, body):
            for test in self._tree.inside(statement, cst.Comparison, into_functions=False) if statement is not exit_ else ():
                asked = test.left
                if isinstance(asked, cst.Attribute) and self._is_of_status(asked) and alike(asked.value, operand):
                    yield test

    def is_known_of(self, operand: cst.BaseExpression) -> bool:
        """Whether a response is known to be there where its truth is asked for: by a test beside that, around it or before it.

        ``e.response is not None and not e.response``: what is false there is an answer, and an error.
        """
        tree, after = self._semantics.tree, self._semantics.tree.order[operand]
        return any(tree.order[test] < after and self._is_there(test, operand, truth=truth) for test, truth in conditions_at(tree, operand))

    def _is_there(self, test: cst.BaseExpression, operand: cst.BaseExpression, *, truth: bool) -> bool:
        """Whether a test that comes out so says that a response is no None."""
        match test:
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=asked, comparator=cst.Name(value="None"))]):
                says = isinstance(asked, (cst.IsNot, cst.NotEqual) if truth else (cst.Is, cst.Equal))
            case cst.Call(func=cst.Name(value="isinstance"), args=[cst.Arg(value=left), _]):
                says = truth
            case _:
                return False
        return says and self._is_same(left, operand)

    def _is_same(self, one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
        """Whether two expressions are alike, or one is the name that the other is given."""
        spellings = [list(self._spellings(expression, _HOPS)) for expression in (one, other)]
        return any(alike(left, right) for left in spellings[0] for right in spellings[1])

    def _spellings(self, expression: cst.BaseExpression, hops: int) -> Iterator[cst.BaseExpression]:
        """An expression, the name that is bound to it there, and what a name is bound to that is bound once."""
        yield expression
        if isinstance(expression, cst.NamedExpr):
            yield expression.target
            yield from self._spellings(expression.value, hops)
        bindings = list(self._semantics.scopes.reaching(expression)) if isinstance(expression, cst.Name) and hops else []
        if len(bindings) == 1 and bindings[0].how is How.VALUE and bindings[0].value is not None and not bindings[0].path:
            yield from self._spellings(bindings[0].value, hops - 1)

    def is_left_by_failure(self, operand: cst.BaseExpression) -> bool:
        """Whether a name is None until a request of the ``try``, which then asks its answer to raise for its status.

        The handler asks for the truth of the name: what raised there was an error, or there was no answer.
        """
        handler = self._tree.enclosing(operand, cst.ExceptHandler) if isinstance(operand, cst.Name) else None
        tried = self._tree.tried(handler)
        if handler is None or tried is None or not isinstance(operand, cst.Name):
            return False
        bindings = [binding for binding in self._semantics.scopes.reaching(operand) if binding.how is How.VALUE]
        answers = [binding for binding in bindings if self._tree.within(binding.node, tried)]
        nothing = any(isinstance(one.value, cst.Name) and one.value.value == "None" for one in bindings if one not in answers)
        raised = (asked_to_raise(one) for one in self._tree.inside(tried, cst.SimpleStatementLine))
        if not nothing or not answers or not any(isinstance(one, cst.Name) and one.value == operand.value for one in raised):
            return False
        caught = self._semantics.evaluator.caught(handler)
        return caught is not None and caught.proven and (caught.sheet is None or caught.sheet.covers_status)

    def is_handed_by_failures(self, operand: cst.BaseExpression) -> bool:
        """Whether an operand is a parameter for which all calls of this file pass the response of an exception, or nothing.

        Or one of an exception's constructor, for which they pass answers that are known to be errors.
        """
        bindings = self._semantics.scopes.reaching(operand) if isinstance(operand, cst.Name) else []
        parameter = bindings[0].node if len(bindings) == 1 and bindings[0].how is How.PARAMETER else None
        function = self._tree.enclosing(parameter, cst.FunctionDef) if parameter is not None else None
        if parameter is None or not isinstance(function, cst.FunctionDef):
            return False
        of_errors = self._makes_exceptions(function)
        if not of_errors and not self._is_handed_on:
            return False
        given = [bound_arguments(call, function).get(parameter) for call in self._calls_of(function)]
        passed = [value for value in given if value is not None and dotted(value) != "None"]
        return bool(passed) and all(self._is_of_exception(value) or (of_errors and self._is_error(value)) for value in passed)

    def _makes_exceptions(self, function: cst.FunctionDef) -> bool:
        """Whether a function is the constructor of a class of exceptions."""
        return function.name.value == "__init__" and self._semantics.types.makes_exceptions(self._tree.enclosing(function, cst.ClassDef))

    def _is_error(self, value: cst.BaseExpression) -> bool:
        found = self._semantics.meaning(value)
        return found is not None and found.kind is Kind.RESPONSE and self._semantics.circumstances.is_error(found, value)

    def _calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls that run a function: those of its class, for a constructor."""
        block = self._tree.parent.get(function)
        definition = self._tree.parent.get(block) if block is not None else None
        if function.name.value != "__init__" or not isinstance(definition, cst.ClassDef):
            return self._semantics.functions.calls_of(function)
        named = (call for call in self._tree.all(cst.Call) if isinstance(call.func, cst.Name) and call.func.value == definition.name.value)
        return [call for call in named if isinstance(call.func, cst.Name) and definition in self._semantics.scopes.classes(call.func)]

    def _is_of_exception(self, value: cst.BaseExpression) -> bool:
        found = self._semantics.meaning(value)
        origin = found.origin if found is not None and found.kind is Kind.RESPONSE else None
        return origin is not None and origin.kind is Kind.EXCEPTION

    def _may_be_of_exception(self, expression: cst.BaseExpression, hops: int) -> bool:
        known = self._of_exception.get((expression, hops))
        if known is None:
            known = self._of_exception[expression, hops] = self._find_of_exception(expression, hops)
        return known

    def _find_of_exception(self, expression: cst.BaseExpression, hops: int) -> bool:
        if isinstance(expression, cst.Name):
            return hops > 0 and any(
                (binding.how is How.PARAMETER and self._is_handed_on)
                or (binding.value is not None and self._may_be_of_exception(binding.value, hops - 1))
                for binding in self._semantics.scopes.reaching(expression)
            )
        return any(self._tells(node, hops) for node in (expression, *self._tree.below(expression)))

    @cached_property
    def _is_handed_on(self) -> bool:
        """Whether any function of the file is given the response of an exception."""
        members = self._semantics.libraries.falsy_members
        read = (attribute for attribute in self._tree.all(cst.Attribute) if attribute.attr.value in members)
        return any(self._tree.enclosing(attribute, cst.Arg) is not None for attribute in read)

    def _tells(self, node: cst.CSTNode, hops: int) -> bool:
        if isinstance(node, cst.Attribute):
            return node.attr.value in self._semantics.libraries.falsy_members
        if isinstance(node, cst.Call):
            is_getattr = isinstance(node.func, cst.Name) and node.func.value == "getattr"
            return is_getattr or bool(self._semantics.functions.run_by(node))
        return isinstance(node, cst.Name) and self._is_value(node) and hops > 0 and self._may_be_of_exception(node, hops - 1)

    def _is_value(self, name: cst.Name) -> bool:
        """Neither an attribute nor what one is read off."""
        return not isinstance(self._tree.parent.get(name), (cst.Attribute, cst.Arg, cst.Call))

    def _goes_on(self, operand: cst.BaseExpression) -> bool:
        test: cst.CSTNode = operand
        for found in self._tree.ancestors(operand):
            if not isinstance(found, cst.BooleanOperation):
                break
            test = found
        outer = self._tree.parent.get(test)
        inner = [s.test for s in getattr(outer.body, "body", ()) if isinstance(s, cst.If)] if isinstance(outer, cst.If) else []
        return any(self._is_of_status(node) for part in (test, *inner) for node in (part, *self._tree.below(part)) if part is not operand)

    def _is_told(self, operand: cst.BaseExpression) -> bool:
        """``answer.text if answer else ""``, ``if answer: raise …``"""
        around = self._tree.parent.get(operand)
        if isinstance(around, cst.IfExp) and around.test is operand:
            return isinstance(around.body, cst.Attribute) or bool(self._tree.inside(around.body, cst.Attribute))
        if not isinstance(around, cst.If) or around.test is not operand or len(around.body.body) != 1:
            return False
        return bool(self._tree.inside(around.body, cst.Raise))

    def _is_of_status(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Attribute):
            return node.attr.value in self._semantics.libraries.status_members
        if isinstance(node, cst.Name):
            return "status" in node.value.lower()
        return isinstance(node, cst.Integer) and 400 <= int_value(node) < 600


def asks_in_vain(semantics: Semantics, code: cst.CSTNode) -> bool:
    """Whether some code takes the answer of an exception for its truth, which is false for each that has failed: ``if e.response:``."""
    functions = (one for call in semantics.tree.inside(code, cst.Call, into_functions=False) for one in semantics.functions.run_by(call))
    return any(_is_false_for_errors(semantics, asked) for part in (code, *functions) for asked in _asked_for_truth(semantics.tree, part))


def _asked_for_truth(tree: Tree, code: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    for node in tree.inside(code, cst.If, cst.IfExp, cst.BooleanOperation, cst.UnaryOperation, into_functions=False):
        match node:
            case cst.If(test=test) | cst.IfExp(test=test):
                yield test
            case cst.BooleanOperation(left=left, right=right):
                yield from (left, right)
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                yield inner


def _is_false_for_errors(semantics: Semantics, asked: cst.BaseExpression) -> bool:
    meaning = semantics.meaning(asked) if isinstance(asked, (cst.Name, cst.Attribute, cst.Call)) else None
    is_answer = meaning is not None and meaning.kind is Kind.RESPONSE and meaning.sheet is not None and meaning.sheet.falsy_on_error
    return is_answer and meaning is not None and meaning.origin is not None and meaning.origin.kind is Kind.EXCEPTION
