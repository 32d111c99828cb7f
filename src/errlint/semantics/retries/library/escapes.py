"""How error statuses leave what is retried: a library that looks at exceptions sees only those that are raised."""

from __future__ import annotations

from dataclasses import dataclass

from errlint.semantics.raises import Answer
from errlint.semantics.retries.outcomes import FAILURES, NO_ANSWER
from errlint.semantics.statuses import Range


@dataclass(frozen=True)
class Escapes:
    """How error statuses leave what is retried.

    :ivar answer: whether they leave it as exceptions; :ivar types: the types that are known; empty: whatever the library raises.
    """

    answer: Answer = Answer.YES
    types: tuple[str, ...] = ()

    def seen_as(self, outcomes: Range) -> Range:
        """The outcomes that a test of exceptions lets through, given that only what is raised is tested."""
        if self.answer is Answer.YES:
            return outcomes
        return Range(outcomes.may & (NO_ANSWER if self.answer is Answer.NO else FAILURES), outcomes.must & NO_ANSWER)
