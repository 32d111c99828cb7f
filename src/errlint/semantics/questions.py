"""Questions that lead to questions: remembered answers, and cycles.

A question that comes back to itself (recursion, ``x = x or y``) is answered with "nothing" for the time being. "Nothing" that rests on such
an assumption is remembered for good only when the question it rests on turns out to be "nothing" as well; otherwise it is asked again. So
each answer is the same whatever was asked before, and the cost stays linear in the number of questions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

T = TypeVar("T")
Q = TypeVar("Q")

_UNASKED = object()

_DEPTH = 60
"""How many questions may rest on each other."""


class Questions(Generic[T]):
    """Asks each question once, as far as cycles allow."""

    def __init__(self) -> None:
        self._known: dict[object, T | None] = {}
        self._asking: dict[object, int] = {}
        self._provisional: dict[object, int] = {}
        self._lowest = 0
        """Depth of the outermost unfinished question that the answer at hand rests on."""

    def ask(self, question: Q, find: Callable[[Q], T | None]) -> T | None:
        """The answer to ``question``, found by ``find`` if it is not known yet."""
        known = self._known.get(question, _UNASKED)
        if known is not _UNASKED:
            return cast("T | None", known)
        rests_on = self._provisional.get(question, self._asking.get(question))
        if rests_on is None and len(self._asking) >= _DEPTH:
            rests_on = 0
        if rests_on is not None:
            self._lowest = min(self._lowest, rests_on)
            return None
        depth = len(self._asking)
        outer, self._lowest = self._lowest, depth
        self._asking[question] = depth
        try:
            found = find(question)
        finally:
            del self._asking[question]
        if found is not None or self._lowest >= depth:
            if self._provisional:
                self._settle(depth, nothing=found is None)
            self._known[question] = found
            self._lowest = outer
        else:
            self._provisional[question] = self._lowest
            self._lowest = min(outer, self._lowest)
        return found

    def _settle(self, depth: int, *, nothing: bool) -> None:
        """The question at ``depth`` is answered: what rested on it is known now, or has to be asked again."""
        resting = [question for question, rests_on in self._provisional.items() if rests_on >= depth]
        for question in resting:
            del self._provisional[question]
            if nothing:
                self._known[question] = None
