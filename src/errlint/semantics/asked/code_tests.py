"""Tests of codes: every spelling of "is this code, or status, one of …?" as one fact.

``code == "A"``, ``code in CODES``, ``case "A" | "B":``, ``case {"error": {"code": "A"}}:``, ``HANDLERS[code]``, ``HANDLERS.get(code)``,
``any(code == known for known in CODES)``; the values through constants, enumerations, unions and tables of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum
from functools import cached_property

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import index_value
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.members import Collections, Literal, Members
from errlint.semantics.program.patterns import Keys, comparisons_in
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.origins import PURE, Origin, Origins

_ASKED = (Kind.CODE, Kind.STATUS)
_LOOKS_UP = frozenset({"get", "__contains__"})
_SINGLE = frozenset({"None", "True", "False"})


class Way(Enum):
    """How a test asks; the value is how messages say it."""

    EQUAL = "compared with"
    AMONG = "looked for among"
    CASE = "matched against"
    TABLE = "looked up among"


@dataclass(frozen=True, eq=False)
class _Question:
    """Whether something is one of these literals; with keys, what stands under them in it."""

    subject: cst.BaseExpression
    members: Members
    way: Way
    keys: Keys = ()
    negated: bool = False


@dataclass(frozen=True, eq=False)
class CodeTest:
    """Whether ``subject`` is one of the values ``asked``.

    :ivar node: the comparison, call, subscript or case that asks; :ivar subject: what is asked, of kind CODE or STATUS;
    :ivar complete: all values are known; :ivar negated: the test is true when it is *none* of them;
    :ivar origin: what the subject may be besides, and how its letters were changed.
    """

    node: cst.CSTNode
    subject: Meaning
    asked: tuple[Literal, ...]
    way: Way
    complete: bool = True
    negated: bool = False
    origin: Origin = PURE

    @property
    def values(self) -> tuple[str | int, ...]:
        """The values alone."""
        return tuple(literal.value for literal in self.asked)


class CodeTests:
    """Finds the code tests of one file."""

    def __init__(
        self,
        tree: Tree,
        collections: Collections,
        origins: Origins,
        functions: Functions,
        *,
        meaning: Callable[[cst.BaseExpression], Meaning | None],
        part: Callable[[Meaning, str | int, cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._collections = collections
        self._origins = origins
        self._functions = functions
        self._meaning = meaning
        self._part = part
        self._known: dict[cst.CSTNode, tuple[CodeTest, ...]] = {}
        self._questions: dict[cst.CSTNode, tuple[_Question, ...]] = {}

    def at(self, node: cst.CSTNode) -> tuple[CodeTest, ...]:
        """The tests that this comparison, call, subscript or case makes; a case may ask for several things at once."""
        if node not in self._known:
            self._known[node] = tuple(test for question in self._questions_at(node) if (test := self._test(node, question)) is not None)
        return self._known[node]

    def literals_at(self, node: cst.CSTNode) -> tuple[Literal, ...]:
        """What this node asks something for, be it a code or anything else: most tests are about something else."""
        return tuple(literal for question in self._questions_at(node) for literal in question.members.literals)

    def _questions_at(self, node: cst.CSTNode) -> tuple[_Question, ...]:
        if not _may_ask(node):
            return ()
        known = self._questions.get(node)
        if known is None:
            asked = (question for question in self._find(node) if question.members.literals)
            known = self._questions[node] = tuple(replace(one, members=one.members.seen_in(self._tree, node)) for one in asked)
        return known

    def _test(self, node: cst.CSTNode, question: _Question) -> CodeTest | None:
        meaning, members = self._meaning(question.subject), question.members
        for key in question.keys:
            meaning = self._part(meaning, key, question.subject) if meaning is not None else None
        if meaning is None or meaning.kind not in _ASKED:
            return None
        origin = self._origins.of(question.subject) if not question.keys else PURE
        return CodeTest(node, meaning, members.literals, question.way, members.complete, question.negated, origin)

    @cached_property
    def all(self) -> tuple[CodeTest, ...]:
        """All tests of the file, in document order."""
        nodes = self._tree.of_types(cst.Comparison, cst.Call, cst.Subscript, cst.MatchCase)
        return tuple(test for node in nodes for test in self.at(node))

    @cached_property
    def _by_literal(self) -> dict[cst.CSTNode, list[CodeTest]]:
        found: dict[cst.CSTNode, list[CodeTest]] = {}
        for test in self.all:
            for literal in test.asked:
                found.setdefault(literal.node, []).append(test)
        return found

    def asking_for(self, literal: Literal) -> list[CodeTest]:
        """The tests that ask for a literal, in document order: several when it stands in a constant."""
        return self._by_literal.get(literal.node, [])

    @cached_property
    def _by_function(self) -> dict[cst.CSTNode | None, list[CodeTest]]:
        found: dict[cst.CSTNode | None, list[CodeTest]] = {}
        for test in self.all:
            found.setdefault(self._tree.enclosing(test.node, cst.FunctionDef), []).append(test)
        return found

    def beside(self, test: CodeTest) -> list[CodeTest]:
        """The other tests that may be part of the same decision: in the function, in those that it calls, and in those that call it."""
        here = self._tree.enclosing(test.node, cst.FunctionDef)
        around: dict[cst.FunctionDef | None, None] = {here: None}
        if here is not None:
            calls = self._tree.inside(here.body, cst.Call, into_functions=False)
            around.update(dict.fromkeys(called for call in calls for called in self._functions.run_by(call)))
            around.update(dict.fromkeys(self._tree.enclosing(call, cst.FunctionDef) for call in self._functions.calls_of(here)))
        return [other for function in around for other in self._by_function.get(function, ()) if other is not test]

    def _find(self, node: cst.CSTNode) -> Iterator[_Question]:
        if isinstance(node, cst.Comparison):
            yield from self._comparison(node)
        elif isinstance(node, cst.Call):
            if isinstance(node.func, cst.Attribute) and node.args:
                yield from self._lookup(node.func.value, node.args[0].value)
        elif isinstance(node, cst.Subscript):
            index = index_value(node)
            if index is not None and not self._tree.is_in(node, cst.Annotation):
                yield from self._lookup(node.value, index)
        elif isinstance(node, cst.MatchCase):
            yield from self._case(node)

    def _comparison(self, node: cst.Comparison) -> Iterator[_Question]:
        if len(node.comparisons) != 1:
            return
        left, operator, right = node.left, node.comparisons[0].operator, node.comparisons[0].comparator
        if isinstance(operator, (cst.In, cst.NotIn)):
            yield _Question(left, self._collections.members(right), Way.AMONG, negated=isinstance(operator, cst.NotIn))
        elif isinstance(operator, (cst.Equal, cst.NotEqual, cst.Is, cst.IsNot)):
            negated = isinstance(operator, (cst.NotEqual, cst.IsNot))
            for subject, other in ((left, right), (right, left)):
                members = self._collections.members(other)
                if members.literals:
                    # the variable of `any(code == known for known in CODES)` stands for all of them
                    yield _Question(subject, members, Way.EQUAL if len(members.literals) == 1 else Way.AMONG, negated=negated)
                    return

    def _lookup(self, table: cst.BaseExpression, key: cst.BaseExpression) -> Iterator[_Question]:
        """``TABLE[code]``, ``TABLE.get(code)``: the table decides."""
        if not isinstance(key, (cst.SimpleString, cst.Integer)) and self._collections.is_table(table):
            yield _Question(key, self._collections.members(table), Way.TABLE)

    def _case(self, case: cst.MatchCase) -> Iterator[_Question]:
        match = self._tree.parent.get(case)
        for tested in comparisons_in(match.subject, case.pattern) if isinstance(match, cst.Match) else ():
            members = Members(complete=True)
            for value in tested.values:
                members |= self._collections.members(value)
            yield _Question(tested.subject, members, Way.CASE, tested.keys)


def _may_ask(node: cst.CSTNode) -> bool:
    """Whether the form of a node lets it ask for literals: nearly all calls are no look into a table, most comparisons ask for None."""
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Attribute) and node.func.attr.value in _LOOKS_UP
    if isinstance(node, cst.Comparison):
        other = node.comparisons[0].comparator
        return not isinstance(other, cst.Name) or other.value not in _SINGLE
    return True
