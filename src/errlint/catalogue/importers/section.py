"""Where on a page something stands: what the headings above it are about."""

from __future__ import annotations

import re
from dataclasses import field

from errlint.catalogue.importers.advice import advice
from errlint.catalogue.importers.blocks import Heading
from errlint.catalogue.importers.facts import Advice
from errlint.catalogue.importers.tokens import codes_in_cell, looks_like_code, statuses
from errlint.lean import dataclass

_ERRORS = re.compile(r"\b(?:errors?|fail\w*|problems?|exceptions?|faults?)\b", re.IGNORECASE)
_NOT_ERRORS = re.compile(r"\b(?:success\w*|request|pagination|webhooks?|events?)\b(?! (?:error|fail))", re.IGNORECASE)
_RETRYABLE = re.compile(r"\b(?:retry-?able|retriable|transient|temporary)\b(?! logic)", re.IGNORECASE)
_PERMANENT = re.compile(
    r"\bnon-?retr(?:y|i)-?able\b|\bnot (?:be )?retr(?:y|i)(?:able|ed)\b|\bpermanent\b|\bfatal\b|\b(?:do not|don'?t|never) retry\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Section:
    """The headings above the current place, outermost first."""

    headings: list[Heading] = field(default_factory=list)

    def enter(self, heading: Heading) -> None:
        """A new heading: it ends all that are not above it."""
        self.headings = [one for one in self.headings if one.level < heading.level]
        self.headings.append(heading)

    @property
    def statuses(self) -> list[str]:
        """The statuses that the nearest heading which names any is about."""
        return next((found for one in reversed(self.headings) if (found := statuses(one.text))), [])

    @property
    def status(self) -> int | None:
        """The one status that everything here is about."""
        found = self.statuses
        return int(found[0]) if len(found) == 1 and found[0].isdigit() and int(found[0]) >= 400 else None

    @property
    def codes(self) -> list[str]:
        """The codes that the nearest heading consists of."""
        if not self.headings:
            return []
        bare = re.sub(r"\b[1-5]\d\d\b(?:\s+[A-Z][a-z]+)*|[()\[\]:–—-]+(?=\s|$)", " ", self.headings[-1].text)
        return [name for name in codes_in_cell(bare) if looks_like_code(name)]

    @property
    def verdict(self) -> Advice | None:
        """What the nearest heading says of retrying whatever stands below it ("Retryable errors", "Permanent errors")."""
        for one in reversed(self.headings):
            if _PERMANENT.search(one.text):
                return Advice("no")
            if _RETRYABLE.search(one.text) and len(one.text.split()) <= 5:
                said = advice(one.text, imperative=False)
                return Advice("yes", said.wait if said else "")
        return None

    @property
    def of_errors(self) -> bool:
        """Whether what stands here is about errors at all."""
        for one in reversed(self.headings):
            if _ERRORS.search(one.text) or any(key >= "4" for key in statuses(one.text)):
                return True
            if _NOT_ERRORS.search(one.text):
                return False
        return False
