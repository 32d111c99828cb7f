"""Predicates of retry libraries that ask for the text of an exception: what the text has to say, and why it is an API's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.http_words import names_status
from errlint.semantics.meaning import Place
from errlint.semantics.retries.library.calls import Given, RetryCalls
from errlint.semantics.text_tests import plain_words

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


@dataclass(frozen=True, eq=False)
class RetriedText:
    """``words``: what the text is asked for; ``trail``: why an error of an API can have it, and where it is asked."""

    words: tuple[str, ...]
    trail: tuple[Place, ...]
    catalogue: Catalogue | None = None


class RetriedTexts:
    """Answers for the calls of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._calls = RetryCalls(semantics)

    def at(self, call: cst.Call) -> RetriedText | None:
        """The text that a call makes a retry depend on; None for every other call, and where nothing shows that it is an API's."""
        site = self._calls.at(call)
        for item in site.given() if site is not None else ():
            pattern = "text-pattern" in item.argument.says
            if not pattern and "text" not in item.argument.says:
                continue
            words = tuple(self._of_patterns(item)) if pattern else self._semantics.constants.strings(item.value)
            if words:
                return self._asked(item, words)
        return None

    def _of_patterns(self, item: Given) -> Iterator[str]:
        for pattern in self._semantics.text_tests.patterns(item.value):
            yield from plain_words(pattern)

    def _asked(self, item: Given, words: tuple[str, ...]) -> RetriedText | None:
        """The question, with what is retried for its answer: a call that raises for a status; or with a status among the words."""
        place = Place(item.node, f"asked for {', '.join(map(repr, words))}")
        for policy in self._semantics.retries.policies:
            if not any(found.node is item.node for found in policy.retried.places):
                continue
            attempt = next((found for found in policy.attempts if found.raises), None)
            if attempt is not None:
                return RetriedText(words, (*attempt.trail, place), policy.catalogue)
        if any(map(names_status, words)):
            return RetriedText(words, (Place(item.node, "the text is asked for a status of HTTP"), place))
        return None
