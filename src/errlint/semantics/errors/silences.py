"""Which errors of an API run through a handler without anything being done about them.

The statuses that a handler catches are sent through its body: a test lets through those that it does not name, quiet statements (``pass``,
reading the status into a variable) let all through, anything else (a log line, a ``raise``, a value) is something done. What arrives at the
end is passed over in silence, unless the code after the ``try`` notices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.handling import Handler
from errlint.semantics.program.leaving import goes_on, last_of, leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.tree import alike
from errlint.semantics.values.status_sets import ALL, ERRORS, UNKNOWN, Range, statuses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_TRYING = (cst.Try, cst.TryStar)
_LOOPS = (cst.For, cst.While)
_ALWAYS, _NEVER = Range(ALL, ALL), Range(0, 0)
_READ = (Kind.STATUS, Kind.CODE, Kind.MESSAGE, Kind.BODY, Kind.RESPONSE, Kind.TEXT, Kind.REASON, Kind.HEADERS, Kind.OBJECT)
_LAST_RITES = ("__exit__", "__aexit__", "__del__", "close", "aclose", "shutdown")
"""Methods that end something: what fails in them cannot be helped."""
_DIRECTIVE = re.compile(r"\s*(?:[\w-]+:|noqa|nosec|pragma)")
_REMOVING = frozenset({
    "delete", "remove", "detach", "release", "terminate", "stop", "close", "cancel", "abort", "revoke", "unsubscribe", "deregister",
    "unlink", "disassociate", "purge", "drop", "cleanup", "clear", "destroy", "leave", "logout", "unpin", "unlock",
})  # fmt: skip
"""First words of calls after which something is gone: that it was gone before is what most of their errors say."""
_CLASSES = {"4xx": statuses(400, 500), "5xx": statuses(500, 600)}


@dataclass(frozen=True, eq=False)
class Silence:
    """A handler that lets errors pass.

    :ivar caught: the exception; :ivar test: the last test in the handler, which names what is handled; None: nothing is handled.
    """

    caught: Meaning
    test: cst.BaseExpression | None


@dataclass(eq=False)
class _Way:
    """What is seen on the way through one handler."""

    caught: Meaning
    named: list[cst.BaseExpression] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    """Variables that parts of the error are read into."""


class Silences:
    """Answers for the handlers of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._tree = semantics.tree

    def of(self, handler: Handler) -> Silence | None:
        """The silence of a handler; None when it deals with what it catches, or nothing shows that it catches errors of an API."""
        if not _may_pass(handler.body.body):
            return None  # by its form; what is caught may take other modules to tell
        caught = self._semantics.evaluator.caught(handler)
        outer = self._tree.parent.get(handler)
        if caught is None or not caught.proven or not isinstance(outer, _TRYING):
            return None
        all_caught = _caught(caught)
        way = _Way(caught)
        passed = self._through(handler.body.body, all_caught, way)
        if passed.bit_count() * 2 < all_caught.bit_count() or self._is_noticed(outer, way.kept):
            return None
        if way.named and caught.sheet is not None and caught.sheet.statuses:
            return None  # the class is a test of the status already
        if way.named:
            return Silence(caught, way.named[-1])
        return Silence(caught, None) if not way.kept and self._is_broad_pass(handler, outer, caught) else None

    def _is_broad_pass(self, handler: Handler, outer: cst.Try | cst.TryStar, caught: Meaning) -> bool:
        """``except ApiError: pass``: a type that stands for many statuses, no word about why."""
        if caught.sheet is None or not caught.sheet.covers_status or caught.sheet.statuses or _has_reason(handler):
            return False
        if self._semantics.types.is_of_project(caught.sheet):
            return False  # which may stand for one status as well as for all
        if self._only_removes(outer):
            return False
        sheets = [self._semantics.types.type(name) for name in self._semantics.evaluator.type_names(handler.type)] if handler.type else []
        return bool(sheets) and all(sheet is not None and sheet.is_a in ("exception", "response") for sheet in sheets)

    def _only_removes(self, outer: cst.Try | cst.TryStar) -> bool:
        """Whether all that is asked for over HTTP is to remove something."""
        calls = self._tree.inside(outer.body, cst.Call, into_functions=False)
        asking = [call for call in calls if self._semantics.does_http(call) is not None]
        return bool(asking) and all(
            (dotted(call.func) or "").rpartition(".")[2].lstrip("_").partition("_")[0] in _REMOVING for call in asking
        )

    # through the handler ---------------------------------------------------------------------------------------------------------

    def _through(self, body: Sequence[cst.CSTNode], state: int, way: _Way) -> int:
        """The statuses that certainly reach the end of these statements, with nothing done about them."""
        for statement in body:
            if not state:
                break
            if isinstance(statement, cst.If):
                state = self._if(statement, state, way)
            elif isinstance(statement, cst.Match):
                state = self._match(statement, state, way)
            elif isinstance(statement, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
                for small in statement.body:
                    if isinstance(small, cst.Continue):
                        return state
                    if not self._is_quiet(small, way):
                        return 0
            else:
                return 0
        return state

    def _if(self, statement: cst.If, state: int, way: _Way) -> int:
        asked = self._range_of(statement.test, way)
        yes = self._through(statement.body.body, state & asked.may, way)
        no = state & ~asked.must
        if isinstance(statement.orelse, cst.If):
            no = self._if(statement.orelse, no, way)
        elif statement.orelse is not None:
            no = self._through(statement.orelse.body.body, no, way)
        return (yes & asked.must) | (no & ~asked.may) | (yes & no)

    def _match(self, statement: cst.Match, state: int, way: _Way) -> int:
        """``match e.status_code``, ``match e.code``: what no case names runs past."""
        subject = self._semantics.meaning(statement.subject)
        if subject is None or subject.kind not in (Kind.STATUS, Kind.CODE):
            return 0
        way.named.append(statement.subject)
        for case in statement.cases:
            if isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None:
                return self._through(case.body.body, state, way)
            state &= ~self._matched(case)
        return state

    def _matched(self, case: cst.MatchCase) -> int:
        """The statuses that a case takes; of codes, none that others come with."""
        tests = [test for test in self._semantics.code_tests.at(case) if test.subject.kind is Kind.STATUS]
        return sum(1 << value for test in tests for value in set(test.values) if isinstance(value, int) and 0 <= value < 600)

    def _is_quiet(self, statement: cst.BaseSmallStatement, way: _Way) -> bool:
        """Does nothing, or only reads a part of the error into a variable."""
        if not _may_be_quiet(statement) or not isinstance(statement, cst.Assign):
            return _may_be_quiet(statement)
        found = self._semantics.meaning(_without_int(statement.value))
        way.kept.update(target.target.value for target in statement.targets if isinstance(target.target, cst.Name))
        return found is not None and found.kind in _READ

    # tests -----------------------------------------------------------------------------------------------------------------------

    def _range_of(self, test: cst.BaseExpression, way: _Way) -> Range:
        """For which statuses a test may and must be true, for an error that none of its codes, texts and types names."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self._range_of(test.expression, way).negated()
        if isinstance(test, cst.BooleanOperation):
            left, right = self._range_of(test.left, way), self._range_of(test.right, way)
            if isinstance(test.operator, cst.And):
                return Range(left.may & right.may, left.must & right.must)
            return Range(left.may | right.may, left.must | right.must)
        found = self._semantics.statuses.range_of(test)
        if found != UNKNOWN:
            way.named.append(test)
            return found
        named = self._names_one(test)
        if named is not None:
            way.named.append(test)
            return named
        return _ALWAYS if self._is_there(test) else UNKNOWN

    def _names_one(self, test: cst.BaseExpression) -> Range | None:
        """A test for certain codes or texts: another error is none of them."""
        for asked in self._semantics.code_tests.at(test):
            if asked.subject.kind is Kind.CODE:
                return _ALWAYS if asked.negated else _NEVER
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1 and self._is_number_of_code(test.left):
            operator = test.comparisons[0].operator
            if isinstance(operator, (cst.Equal, cst.In)):
                return _NEVER
            if isinstance(operator, (cst.NotEqual, cst.NotIn)):
                return _ALWAYS
        text = self._semantics.text_tests.at(test)
        subject = self._semantics.meaning(text.subject) if text is not None else None
        if text is None or subject is None or subject.kind not in (Kind.MESSAGE, Kind.TEXT):
            return None
        return _ALWAYS if text.negated else _NEVER

    def _is_number_of_code(self, subject: cst.BaseExpression) -> bool:
        """``int(e.response["Error"]["Code"])``, which some APIs answer a HEAD with, or a variable that it was read into."""
        values = [subject]
        if isinstance(subject, cst.Name):
            values = [binding.value for binding in self._semantics.scopes.reaching(subject) if binding.value is not None]
        codes = [code for value in values if (code := _without_int(value)) is not value]
        meanings = [self._semantics.meaning(code) for code in codes]
        return bool(meanings) and all(meaning is not None and meaning.kind is Kind.CODE for meaning in meanings)

    def _is_there(self, test: cst.BaseExpression) -> bool:
        """``e.response is not None``: an error with a status has an answer."""
        asked = test
        if isinstance(test, cst.Comparison):
            target = test.comparisons[0]
            if not isinstance(target.operator, cst.IsNot) or not isinstance(target.comparator, cst.Name):
                return False
            asked = test.left
        found = self._semantics.meaning(asked)
        return found is not None and found.kind in (Kind.RESPONSE, Kind.STATUS)

    # after the handler -----------------------------------------------------------------------------------------------------------

    def _is_noticed(self, outer: cst.Try | cst.TryStar, kept: set[str]) -> bool:
        """Whether what follows the ``try`` tells failure from success, or nobody could do anything about it."""
        succeeded = leaves(outer.body) or (outer.orelse is not None and leaves(outer.orelse.body))
        next_candidate = succeeded or self._may_end_loop(outer.body) or self._is_left_behind(outer)
        bound = self._bound_by(outer)
        if self._is_told_by_value(outer):
            return True
        if outer.finalbody is not None and (self._tests(outer.finalbody, bound) or self._reads(outer.finalbody, kept)):
            return True
        child: cst.CSTNode = outer
        for found in self._tree.ancestors(outer):
            if isinstance(found, (cst.IndentedBlock, cst.Module)):
                following = _after(found.body, child)
                if following and succeeded:
                    return True
                if any(self._tests(statement, bound) or self._reads(statement, kept) for statement in following):
                    return True
            elif isinstance(found, _LOOPS) and child is found.body and (next_candidate or isinstance(found, cst.While)):
                return True  # tries again, or the next candidate
            elif isinstance(found, (cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally)):
                return True  # cleans up
            elif isinstance(found, cst.FunctionDef):
                return _ends_something(found)
            child = found
        return False

    def _is_left_behind(self, outer: cst.Try | cst.TryStar) -> bool:
        """``continue`` in each handler, and ``return`` or ``break`` behind the ``try``: a failure leads to the next candidate."""
        block = self._tree.parent.get(outer)
        last = last_of(block) if isinstance(block, cst.IndentedBlock) and block.body[-1] is not outer else None
        leaves_loop = isinstance(last, cst.Break) or (isinstance(last, cst.Return) and last.value is not None)
        return leaves_loop and all(goes_on(handler.body) for handler in outer.handlers)

    def _is_told_by_value(self, outer: cst.Try | cst.TryStar) -> bool:
        """Whether a value that is set before the ``try``, and set or counted in it, tells: ``up = 0``, ``up = 1``, ``gauge.set(up)``."""
        done = [outer.body, *([outer.orelse.body] if outer.orelse is not None else [])]
        function = self._tree.enclosing(outer, cst.FunctionDef) or self._tree.module
        order = self._tree.order
        before = [one for one in self._tree.inside(function, cst.Assign, into_functions=False) if order[one] < order[outer]]
        for block in done:
            for node in self._tree.inside(block, cst.Assign, cst.AugAssign, into_functions=False):
                target = node.target if isinstance(node, cst.AugAssign) else cst.ensure_type(node, cst.Assign).targets[0].target
                if any(_is_set_anew(target, one) for one in before) and self._is_of_use(target, outer, function):
                    return True
        return False

    def _is_of_use(self, target: cst.BaseExpression, outer: cst.CSTNode, function: cst.CSTNode) -> bool:
        """Whether a variable is read behind a ``try``; what is kept elsewhere may be."""
        if not isinstance(target, cst.Name):
            return True
        last = max(self._tree.order[node] for node in (outer, *self._tree.below(outer)))
        names = (name for name in self._tree.inside(function, cst.Name, into_functions=False) if self._tree.order[name] > last)
        return any(name.value == target.value and not isinstance(self._tree.parent.get(name), cst.AssignTarget) for name in names)

    def _may_end_loop(self, tried: cst.BaseSuite) -> bool:
        """Whether a success, be it only one of some kind, ends the loop around a ``try``: a failure leads to the next candidate."""
        ends = self._tree.inside(tried, cst.Return, cst.Break, into_functions=False)
        return any(not isinstance(end, cst.Return) or end.value is not None for end in ends)

    def _bound_by(self, outer: cst.Try | cst.TryStar) -> set[str]:
        """The variables and attributes that get a value in the ``try`` or in its handlers."""
        found: set[str] = set()
        for node in self._tree.inside(outer, cst.AssignTarget, cst.NamedExpr, cst.AnnAssign, cst.AugAssign):
            assert isinstance(node, (cst.AssignTarget, cst.NamedExpr, cst.AnnAssign, cst.AugAssign))
            target = node.target
            parts = [one.value for one in target.elements] if isinstance(target, (cst.Tuple, cst.List)) else [target]
            found.update(name for part in parts if (name := dotted(part)))
        return found

    def _reads(self, statement: cst.CSTNode, kept: set[str]) -> bool:
        return bool(kept) and any(name.value in kept for name in self._tree.inside(statement, cst.Name))

    def _tests(self, statement: cst.CSTNode, bound: set[str]) -> bool:
        """Whether a statement decides something by one of these variables."""
        for node in (statement, *self._tree.below(statement)):
            test = node if isinstance(node, cst.BooleanOperation) else getattr(node, "test", None)
            for part in (test, *self._tree.below(test)) if isinstance(test, cst.BaseExpression) else ():
                if isinstance(part, (cst.Name, cst.Attribute)) and dotted(part) in bound:
                    return True
        return False


def _is_set_anew(target: cst.BaseExpression, before: cst.Assign) -> bool:
    """Whether an earlier statement set the same, or made the collection with something in it that an item is set of."""
    made = before.targets[0].target
    if alike(made, target):
        return True
    filled = isinstance(before.value, cst.DictComp) or (isinstance(before.value, cst.Dict) and bool(before.value.elements))
    return filled and isinstance(target, cst.Subscript) and alike(made, target.value)


def _ends_something(function: cst.FunctionDef) -> bool:
    """Whether a method ends its object: what is given something to close (`close(self, issue)`) does its work."""
    name, params = function.name.value, function.params.params
    return name in _LAST_RITES and (name.startswith("__") or all(parameter.default is not None for parameter in params[1:]))


def _may_pass(body: Sequence[cst.CSTNode]) -> bool:
    """Whether the form of statements lets anything reach their end with nothing done about it."""
    for statement in body:
        if isinstance(statement, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            for small in statement.body:
                if isinstance(small, cst.Continue):
                    return True
                if not _may_be_quiet(small):
                    return False
        elif not isinstance(statement, (cst.If, cst.Match)):
            return False
    return True


def _may_be_quiet(statement: cst.BaseSmallStatement) -> bool:
    """By its form: does nothing, or assigns something that was read to names."""
    if isinstance(statement, cst.Expr):
        return isinstance(statement.value, (cst.Ellipsis, cst.SimpleString, cst.ConcatenatedString))
    if isinstance(statement, cst.Assign):
        read = isinstance(statement.value, (cst.Attribute, cst.Subscript, cst.Call, cst.Name))
        return read and all(isinstance(target.target, cst.Name) for target in statement.targets)
    return isinstance(statement, cst.Pass)


def _without_int(value: cst.BaseExpression) -> cst.BaseExpression:
    """What ``int(x)`` makes a number of."""
    makes_number = isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "int" and len(value.args) == 1
    return value.args[0].value if makes_number and isinstance(value, cst.Call) else value


def _caught(caught: Meaning) -> int:
    """The statuses that an exception may stand for."""
    if caught.sheet is None:
        return ERRORS
    if caught.sheet.statuses:
        return sum(1 << status for status in caught.sheet.statuses if status < 600)
    return _CLASSES.get(caught.sheet.status_class, ERRORS)


def _after(body: Sequence[cst.CSTNode], statement: cst.CSTNode) -> Sequence[cst.CSTNode]:
    position = next((index for index, found in enumerate(body) if found is statement), len(body))
    return body[position + 1 :]


def _has_reason(handler: Handler) -> bool:
    """Whether somebody wrote down why, in words that are not meant for a tool (`# noqa`, `# type: …`)."""
    comments = (part.partition("#")[2] for part in cst.Module([]).code_for_node(handler.body).splitlines() if "#" in part)
    return any(comment.strip() and not _DIRECTIVE.match(comment) for comment in comments)
