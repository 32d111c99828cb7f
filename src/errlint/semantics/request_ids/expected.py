"""Whether code has looked at what went wrong, and has an answer of its own to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.keeping import Keeping, Kept

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ASKED = (Kind.CODE, Kind.MESSAGE, Kind.TEXT, Kind.STATUS)
_POSITIVE = (cst.Equal, cst.In, cst.Is)
_NEGATIVE = (cst.NotEqual, cst.NotIn, cst.IsNot)
_PRESENCE = frozenset({"hasattr", "bool", "len", "getattr"})


class Expected:
    """Answers for one failure."""

    def __init__(self, semantics: Semantics, failure: Failure, keeping: Keeping) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._failure = failure
        self._keeping = keeping

    def at(self, node: cst.CSTNode) -> bool:
        """Whether the code has looked at what went wrong, and has an answer of its own to it."""
        if self._failure.where.broad or self._failure.is_special:
            return True
        if self._semantics.narrowed(node, self._failure.meaning) is not None:
            return True
        if any(self.asks(test, truth) for test, truth in conditions_at(self._tree, node)):
            return True
        return any(isinstance(found, cst.MatchCase) and self.takes(found) for found in self._tree.ancestors(node))

    def takes(self, case: cst.MatchCase) -> bool:
        """Whether a case names the error: ``match e.code: case "Gone":``, ``match e: case NotFoundError():``."""
        asked = self._tree.parent.get(case)
        if not isinstance(asked, cst.Match) or (isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None):
            return False
        if dotted(asked.subject) == self._failure.name and self._failure.name:
            return any(self._tells_more(node) for node in (case.pattern, *self._tree.below(case.pattern)))
        parts = (meaning for node in (asked.subject, *self._tree.below(asked.subject)) if (meaning := self._asked(node)) is not None)
        return any(self._is_of_failure(part, asked.subject) for part in parts)

    def _tells_more(self, pattern: cst.CSTNode) -> bool:
        """Whether a pattern has a value, or another class than the one that was caught."""
        if isinstance(pattern, cst.MatchValue):
            return True
        caught = self._failure.meaning.sheet
        return isinstance(pattern, cst.MatchClass) and (caught is None or self._semantics.types.named(pattern.cls) != caught.name)

    def _asked(self, node: cst.CSTNode) -> Meaning | None:
        found = self._semantics.meaning(node) if isinstance(node, cst.BaseExpression) else None
        return found if found is not None and found.kind in _ASKED else None

    def asks(self, test: cst.BaseExpression, truth: bool) -> bool:
        """Whether a test that comes out so names the error: `e.code == …`, `"exists" in str(e)`, `is_conflict(e)`."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.asks(test.expression, not truth)
        if isinstance(test, cst.BooleanOperation):
            # both hold, or nobody knows which
            return isinstance(test.operator, cst.And) is truth and (self.asks(test.left, truth) or self.asks(test.right, truth))
        if isinstance(test, cst.Comparison):
            wanted = _POSITIVE if truth else _NEGATIVE
            return isinstance(test.comparisons[0].operator, wanted) and self._has_part(test)
        if isinstance(test, cst.Call) and truth and self._semantics.names.qualified(test.func) not in _PRESENCE:
            return self._has_part(test) or self._keeping.passed(test) is Kept.ID
        if isinstance(test, cst.Name):
            # `known = is_known(e)`, `known, message = look_at(e)`
            values = [binding.value for binding in self._semantics.scopes.reaching(test) if binding.how is How.VALUE]
            return bool(values) and all(isinstance(value, cst.Call) and self.asks(value, truth) for value in values)
        return False

    def _has_part(self, test: cst.BaseExpression) -> bool:
        if self._failure.is_own and any(dotted(node.value) == self._failure.name for node in self._tree.inside(test, cst.Attribute)):
            return True
        if any(self._keeping.passed(call) is Kept.ID for call in self._tree.inside(test, cst.Call) if call is not test):
            return True  # `code_of(e) == "IN_USE"`
        parts = (meaning for node in self._tree.below(test) if (meaning := self._asked(node)) is not None)
        return any(self._is_of_failure(part, test) for part in parts)

    def _is_of_failure(self, part: Meaning, test: cst.BaseExpression) -> bool:
        """Whether a part belongs to the answer that failed: on the way to it, another one may have been looked at."""
        if self._failure.handler is not None and self._tree.within(test, self._failure.handler):
            return True
        answers = self._semantics.answers
        return answers.of(part) == answers.of(self._failure.meaning)
