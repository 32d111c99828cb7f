"""Which values, in the code that runs after a failure, come from another answer than the one that failed.

``return create(name)`` after a 404 gives what the second request answered: that is what the function is for, not what went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.request_ids.failures import Failure

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


class OtherAnswers:
    """Answers for the values that are at hand after one failure."""

    def __init__(self, semantics: Semantics, failure: Failure) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._failure = failure

    def has(self, meaning: Meaning) -> bool:
        """Whether a value was taken from the answer to another request; not where nothing shows what it was taken from."""
        root = meaning
        while root.origin is not None:
            root = root.origin
        if root.kind is Kind.EXCEPTION or meaning.from_exception or not any(place.http for place in root.trail):
            return False
        return self._is_asked_for_afterwards(meaning) or self._is_known_before(meaning, root)

    def _is_asked_for_afterwards(self, meaning: Meaning) -> bool:
        """Whether the request was made in the code that runs after the failure."""
        return any(self._runs_after(call) and self._semantics.does_http(call) for call in self._semantics.answers.calls(meaning))

    def _stands_by(self, calls: tuple[cst.Call, ...]) -> bool:
        """Whether any of these calls is made in the function in which the other one failed."""
        function = self._tree.enclosing(self._failure.region[0], cst.FunctionDef)
        return function is None or any(self._tree.within(call, function) for call in calls)

    def _runs_after(self, node: cst.CSTNode) -> bool:
        return any(node is statement or self._tree.within(node, statement) for statement in self._failure.region)

    def _is_known_before(self, meaning: Meaning, root: Meaning) -> bool:
        """Whether the answer that the value is from was a success, by what the code did with it, and another request failed."""
        answers, failed = self._semantics.answers, self._failure.meaning
        if self._failure.handler is None:
            # a body may call itself an error, whatever its status
            of, others = answers.of(meaning), answers.calls(meaning)
            if of == answers.of(failed) or not others:
                return False
            if set(others).isdisjoint(answers.calls(failed)) and not self._stands_by(others):
                return True  # the records of a list that was asked for elsewhere
        return self._semantics.has_succeeded(meaning, root, self._failure.region[0])
