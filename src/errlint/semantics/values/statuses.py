"""Which HTTP statuses a test lets through, and which are possible at a place.

Tests are asked for the statuses (:mod:`errlint.semantics.values.status_sets`) under which they *may* be true and *must* be true, so every
spelling (``>= 400``, ``// 100 == 4``, ``in {…}``, ``not resp.ok``, ``HTTPStatus.NOT_FOUND``) is one question.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import int_value, string_value
from errlint.semantics.program.leaving import Exit, asked_to_raise, asserted, may_leave
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.status_sets import ALL, BELOW_400, ERRORS, SUCCESS, UNKNOWN, Range, either_of, statuses, together, without

_NUMBERED = re.compile(r"HTTP_([1-5]\d\d)(?:_[A-Z_]+)?")
"""Constants of web frameworks: ``status.HTTP_404_NOT_FOUND``."""


_OK_TESTS = {
    "ok": BELOW_400,
    "success": SUCCESS,
    "is-error": ERRORS,
    "client-error": statuses(400, 500),
    "server-error": statuses(500, 600),
}


_HOPS = 3
"""How many names a test is followed through."""
_BEARING = (cst.FunctionDef, cst.Lambda, cst.Module, cst.If, cst.IfExp, cst.BooleanOperation, cst.IndentedBlock, cst.MatchCase)
"""What stands around code and may tell which statuses are possible there."""
_Exits = tuple[list[Exit], list[int], list[int]]
"""The statements that may leave a block (``if ok: return``, ``answer.raise_for_status()``), their ranks, and which statuses are left before
the first, after it, after the second, as far as known."""

_TESTS: dict[type[cst.BaseCompOp], Callable[[int, int], bool]] = {
    cst.Equal: operator.eq,
    cst.Is: operator.eq,
    cst.NotEqual: operator.ne,
    cst.IsNot: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}
_MIRRORED: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.LessThan: cst.GreaterThan,
    cst.GreaterThan: cst.LessThan,
    cst.LessThanEqual: cst.GreaterThanEqual,
    cst.GreaterThanEqual: cst.LessThanEqual,
}


class Statuses:
    """Questions about statuses; ``meaning`` says of an expression what it is, ``predicate`` of a call for which statuses it is true."""

    def __init__(
        self,
        tree: Tree,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
        qualified: Callable[[cst.BaseExpression], str | None],
        values: Callable[[cst.BaseExpression], list[cst.BaseExpression]],
        predicate: Callable[[cst.Call], tuple[int, int] | None] | None = None,
    ) -> None:
        self._tree = tree
        self._meaning = meaning
        self._qualified = qualified
        self._values = values
        self._followed: list[cst.Name] = []
        self._exits: dict[cst.CSTNode, _Exits] = {}
        self._predicate = predicate or (lambda _: None)

    def restricted(self, counts: Callable[[Meaning], bool]) -> Statuses:
        """The same questions, where only values count of which ``counts`` is true."""

        def meaning(expression: cst.BaseExpression) -> Meaning | None:
            found = self._meaning(expression)
            return found if found is not None and counts(found) else None

        return Statuses(self._tree, meaning, self._qualified, self._values)

    def number(self, expression: cst.BaseExpression, hops: int = 4) -> int | None:
        """The int that an expression stands for: a literal, ``HTTPStatus.X``, ``codes.x``, a constant."""
        if isinstance(expression, cst.Integer):
            return int_value(expression)
        if isinstance(expression, cst.Attribute):
            member = expression.attr.value
            if member == "value":
                return self.number(expression.value, hops)
            name = self._qualified(expression) or ""
            if "HTTPStatus." in name or ".codes." in name:
                return named_status(member)
        if isinstance(expression, cst.Call):
            inner = _int_of(expression)
            return self.number(inner, hops) if inner is not None else None
        numbered = _NUMBERED.fullmatch(_last_name(expression))
        if numbered is not None:
            return int(numbered[1])
        if hops and isinstance(expression, (cst.Name, cst.Attribute)):
            numbers = {self.number(value, hops - 1) for value in self._values(expression)}
            return numbers.pop() if len(numbers) == 1 else None
        return None

    def members(self, expression: cst.BaseExpression) -> int | None:
        """The set of statuses that a collection holds, or None when it is not known, or a condition chooses it."""
        held = self.held(expression)
        return held.must if held is not None and held.may == held.must else None

    def held(self, expression: cst.BaseExpression, hops: int = 4) -> Range | None:
        """The statuses that a collection may hold, and those that it certainly holds; None when a part is unknown."""
        match expression:
            case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
                return together([self._member(element, hops) for element in elements])
            case cst.BinaryOperation(left=left, operator=cst.BitOr() | cst.Add(), right=right):
                return together([self.held(left, hops), self.held(right, hops)])
            case cst.BinaryOperation(left=left, operator=cst.Subtract(), right=right):
                return without(self.held(left, hops), self.held(right, hops))
            case cst.IfExp(body=body, orelse=orelse):
                return either_of([self.held(body, hops), self.held(orelse, hops)])
            case cst.Call(func=cst.Name(value="set" | "frozenset" | "tuple" | "list"), args=[argument]):
                return self.held(argument.value, hops)
            case cst.Call(func=cst.Name(value="range"), args=arguments):
                return self._in_range([self.number(argument.value) for argument in arguments])
            case cst.Call(func=cst.Attribute(value=left, attr=cst.Name(value="union")), args=[argument]):
                return together([self.held(left, hops), self.held(argument.value, hops)])
            case cst.Call(func=cst.Attribute(value=left, attr=cst.Name(value="difference")), args=[argument]):
                return without(self.held(left, hops), self.held(argument.value, hops))
            case cst.Name() | cst.Attribute() if hops:
                return either_of([self.held(value, hops - 1) for value in self._values(expression)])
            case _:
                return None

    def _in_range(self, bounds: list[int | None]) -> Range | None:
        """The statuses of ``range(500, 600)``."""
        start, stop = (0, *bounds) if len(bounds) == 1 else bounds if len(bounds) == 2 else (None, None)
        if start is None or stop is None:
            return None
        found = statuses(max(0, start), max(0, min(stop, 600)))
        return Range(found, found)

    def _member(self, element: cst.BaseElement, hops: int) -> Range | None:
        """What one element adds: a status, or all that ``*range(500, 600)`` stands for."""
        if isinstance(element, cst.StarredElement):
            return self.held(element.value, hops - 1) if hops else None
        number = self.number(element.value)
        return Range(1 << number, 1 << number) if number is not None and 0 <= number < 600 else None

    def range_of(self, test: cst.BaseExpression) -> Range:
        """The statuses under which a test is true; ``failed`` of ``failed = answer.status_code >= 400`` is that test."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.range_of(test.expression).negated()
        if isinstance(test, cst.BooleanOperation):
            left, right = self.range_of(test.left), self.range_of(test.right)
            if isinstance(test.operator, cst.And):
                return Range(left.may & right.may, left.must & right.must)
            return Range(left.may | right.may, left.must | right.must)
        if isinstance(test, cst.Comparison):
            return self._comparison(test)
        begins = self._beginning(test) if isinstance(test, cst.Call) else None
        if begins is not None:
            return Range(begins, begins)
        asked = self._predicate(test) if isinstance(test, cst.Call) else None
        if asked is not None:
            return Range(*asked)
        meaning = self._meaning(test)
        if meaning is None:
            return self._of_kept(test) if isinstance(test, cst.Name) else UNKNOWN
        if meaning.kind is Kind.OK:
            exact = _OK_TESTS[meaning.name]
            return Range(exact, exact)
        if meaning.kind is Kind.RESPONSE and meaning.sheet is not None and meaning.sheet.falsy_on_error:
            return Range(BELOW_400, BELOW_400)
        if meaning.kind is Kind.BODY and meaning.catalogue is not None and meaning.path in meaning.catalogue.flags_of_success:
            return Range(BELOW_400, BELOW_400)
        return UNKNOWN

    def _of_kept(self, name: cst.Name) -> Range:
        """The statuses under which a name is true that a test was kept in."""
        values = self._values(name)
        kept = values[0] if len(values) == 1 else None
        if len(self._followed) >= _HOPS or not isinstance(kept, (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.Name)):
            return UNKNOWN
        self._followed.append(name)
        found = self.range_of(kept)
        self._followed.pop()
        return found

    def _beginning(self, test: cst.Call) -> int | None:
        """``str(response.status_code).startswith("5")``: the statuses whose digits begin so."""
        if not isinstance(test.func, cst.Attribute) or test.func.attr.value != "startswith" or len(test.args) != 1:
            return None
        text = test.func.value
        if not isinstance(text, cst.Call) or not isinstance(text.func, cst.Name) or text.func.value != "str" or len(text.args) != 1:
            return None
        given = test.args[0].value
        options = [element.value for element in given.elements] if isinstance(given, (cst.Tuple, cst.List)) else [given]
        digits = [string_value(option) or "" for option in options]
        if not all(digit.isdigit() for digit in digits) or self._divisor(text.args[0].value) != 1:
            return None
        return sum(1 << status for status in range(100, 600) if str(status).startswith(tuple(digits)))

    def _comparison(self, test: cst.Comparison) -> Range:
        found = Range(ALL, ALL)
        left = test.left
        for target in test.comparisons:
            part = self._compare(left, target.operator, target.comparator)
            found = Range(found.may & part.may, found.must & part.must)
            left = target.comparator
        return found

    def _compare(self, left: cst.BaseExpression, relation: cst.BaseCompOp, right: cst.BaseExpression) -> Range:
        divisor = self._divisor(left)
        if divisor is not None:
            if isinstance(relation, (cst.In, cst.NotIn)):
                held = self.held(right)
                if held is None:
                    return UNKNOWN
                found = Range(_within(held.may, divisor), _within(held.must, divisor))
                return found if isinstance(relation, cst.In) else found.negated()
            number = self.number(right)
            return UNKNOWN if number is None else _by(type(relation), divisor, number)
        divisor = self._divisor(right)
        number = self.number(left)
        if divisor is None or number is None:
            return UNKNOWN
        return _by(_MIRRORED.get(type(relation), type(relation)), divisor, number)

    def _divisor(self, expression: cst.BaseExpression) -> int | None:
        """What the status is divided by: 1 for the status itself, 100 for ``status // 100``; None for anything else."""
        if isinstance(expression, cst.BinaryOperation) and isinstance(expression.operator, cst.FloorDivide):
            inner, divisor = self._divisor(expression.left), self.number(expression.right)
            return inner * divisor if inner is not None and divisor else None
        if isinstance(expression, cst.Call):
            inside = _int_of(expression)
            if inside is not None:
                return self._divisor(inside)
        meaning = self._meaning(expression)
        return 1 if meaning is not None and meaning.kind is Kind.STATUS else None

    def contradicted(self, operand: cst.BaseExpression) -> bool:
        """Whether ``operand``, true for successes only, is joined by a test that only errors pass: in one ``and``, or below its ``if``."""
        child: cst.CSTNode = operand
        for found in self._tree.ancestors(operand):
            if isinstance(found, cst.BooleanOperation) and isinstance(found.operator, cst.And):
                other = found.right if child is found.left else found.left
                if self._only_errors(other):
                    return True
            elif isinstance(found, cst.If) and child is found.test:
                inner = getattr(found.body, "body", ())
                return any(isinstance(statement, cst.If) and self._only_errors(statement.test) for statement in inner)
            else:
                return False
            child = found
        return False

    def _only_errors(self, test: cst.BaseExpression) -> bool:
        may = self.range_of(test).may
        return bool(may) and not may & BELOW_400

    def possible_at(self, node: cst.CSTNode) -> int:
        """The statuses that are possible where ``node`` stands, by the tests around it and the early exits before it."""
        possible, within = ALL, self._tree.within
        for found in self._tree.ancestors(node, *_BEARING):
            if isinstance(found, cst.IndentedBlock):
                possible &= self._after_exits(found, node)
            elif isinstance(found, (cst.If, cst.IfExp)):
                if within(node, found.body):
                    possible &= self.range_of(found.test).may
                elif within(node, found.orelse):
                    possible &= self.range_of(found.test).negated().may
            elif isinstance(found, cst.BooleanOperation):
                if within(node, found.right):
                    left = self.range_of(found.left)
                    possible &= left.may if isinstance(found.operator, cst.And) else left.negated().may
            elif isinstance(found, cst.MatchCase):
                if within(node, found.body) or within(node, found.guard):
                    possible &= self._in_case(found)
            else:
                if isinstance(found, cst.Module):
                    possible &= self._after_exits(found, node)
                break
        return possible

    def _in_case(self, case: cst.MatchCase) -> int:
        """The statuses under which a case of ``match response.status_code`` runs."""
        match = self._tree.parent.get(case)
        if not isinstance(match, cst.Match) or self._divisor(match.subject) != 1:
            return ALL
        left = ALL
        for other in match.cases:
            matched = self._matched(other.pattern)
            if other is case:
                return left & matched
            if other.guard is None and matched != ALL:
                left &= ~matched
        return ALL

    def _matched(self, pattern: cst.MatchPattern) -> int:
        if isinstance(pattern, cst.MatchValue):
            number = self.number(pattern.value)
            return 1 << number if number is not None and 0 <= number < 600 else ALL
        if isinstance(pattern, cst.MatchOr):
            found = 0
            for option in pattern.patterns:
                found |= self._matched(option.pattern)
            return found
        return ALL

    def _after_exits(self, block: cst.BaseSuite | cst.Module, node: cst.CSTNode | None) -> int:
        """What is left after ``if ok: return`` and its like before the statement of a block that a node stands in; None: at its end."""
        exits, ranks, left = self._exits_of(block)
        if not exits:
            return ALL
        wanted = len(exits) if node is None else bisect_left(ranks, self._tree.order[node])
        if wanted and node is not None and self._tree.within(node, exits[wanted - 1]):
            wanted -= 1
        while len(left) <= wanted:
            known = len(left)
            passed = exits[known - 1]
            possible = left[-1] & self._behind(passed)
            if len(left) == known:  # the question itself may have led here
                left.append(possible)
        return left[wanted]

    def _exits_of(self, block: cst.BaseSuite | cst.Module) -> _Exits:
        known = self._exits.get(block)
        if known is None:
            exits = [one for one in block.body if may_leave(one)]
            known = self._exits[block] = exits, [self._tree.order[one] for one in exits], [ALL]
        return known

    def _behind(self, statement: Exit) -> int:
        """What is left after ``if not answer.ok: return``, ``assert answer.status_code == 200``, ``answer.raise_for_status()``."""
        if isinstance(statement, cst.If):
            return self.range_of(statement.test).negated().may
        if not isinstance(statement, cst.SimpleStatementLine):
            otherwise = statement.orelse if not isinstance(statement, cst.With) else None
            done = self._after_exits(statement.body, None)
            return done & self._after_exits(otherwise.body, None) if otherwise is not None else done
        demanded = asserted(statement)
        if demanded is not None:
            return self.range_of(demanded).may
        called = asked_to_raise(statement)
        meaning = self._meaning(called) if called is not None else None
        return BELOW_400 if meaning is not None and meaning.kind is Kind.RESPONSE else ALL


def _int_of(call: cst.Call) -> cst.BaseExpression | None:
    """What ``int(x)`` converts."""
    converts = isinstance(call.func, cst.Name) and call.func.value == "int" and len(call.args) == 1
    return call.args[0].value if converts else None


@lru_cache(1_000)
def _by(relation: type[cst.BaseCompOp], divisor: int, number: int) -> Range:
    test = _TESTS.get(relation)
    if test is None:
        return UNKNOWN
    exact = _where(lambda value: test(value, number), divisor)
    return Range(exact, exact)


@lru_cache(1_000)
def _within(held: int, divisor: int) -> int:
    """The statuses that are in a set once they are divided."""
    return _where(lambda value: bool(held >> value & 1), divisor)


def _where(test: Callable[[int], bool], divisor: int) -> int:
    return sum(1 << status for status in range(600) if test(status // divisor))


def _last_name(expression: cst.BaseExpression) -> str:
    if isinstance(expression, cst.Attribute):
        expression = expression.attr
    return expression.value if isinstance(expression, cst.Name) else ""


def named_status(member: str) -> int | None:
    """The status that a member of ``HTTPStatus``, or of a table like it, is called after."""
    name = member.upper()
    if name in HTTPStatus.__members__:
        return int(HTTPStatus[name])
    aliases = {"OK": 200, "OKAY": 200, "TOO_MANY": 429, "SERVER_ERROR": 500, "UNAVAILABLE": 503, "UNPROCESSABLE": 422, "BAD": 400}
    return aliases.get(name)
