"""A retry of a library without an end gets one, in the words of the library."""

from __future__ import annotations

from errlint.model import Edit
from errlint.semantics.retries.library.calls import RetryCalls, RetrySite
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.parts import added, part_that_says
from errlint.semantics.rewrites.writing import Writing
from errlint.sheets.retry import RetryArgument

ATTEMPTS = 5
"""Attempts after which a retry that had no end gives up."""


class Limits:
    """Edits of the ends of one file's retries."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._calls = RetryCalls(writing.semantics)

    def of(self, policy: RetryPolicy) -> tuple[Edit, ...] | None:
        """``stop=stop_after_attempt(5)``, ``max_tries=5``; None for loops, and where the library has no word for it."""
        site = self._calls.written_at(policy.node)
        if site is None or site.is_open:
            return None
        for argument in site.described.sheet.arguments:
            if argument.key or not argument.name:
                continue
            if "attempts" in argument.says:
                return self._put(site, argument, str(ATTEMPTS))
            if "stop" in argument.says:
                part = part_that_says(self._writing.semantics.libraries, site.described.library, "attempts")
                named = self._writing.named(part) if part is not None else None
                return (*named[1], *self._put(site, argument, f"{named[0]}({ATTEMPTS})")) if named is not None else None
        return None

    def _put(self, site: RetrySite, argument: RetryArgument, code: str) -> tuple[Edit, ...]:
        given = next((one for one in site.given() if one.argument is argument), None)
        if given is not None:
            return (self._writing.replace(given.value, code),)
        return added(self._writing, site, f"{argument.name}={code}")
