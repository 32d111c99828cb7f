"""Predicates of retries that ask for the text of an exception: what the text has to say, and why it is an API's.

A library may be told a text (``retry_if_exception_message``), or a function to ask about the exception, which is then an HTTP error if
what is retried raises those.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.http_words import names_status
from errlint.lean import dataclass
from errlint.semantics.asked.text_tests import plain_words
from errlint.semantics.meaning import Meaning, Place
from errlint.semantics.retries.library.calls import Given, RetryCalls
from errlint.semantics.retries.policy import RetryPolicy

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
        site = self._calls.at(call) if call.args and self._names_one else None
        for item in site.given() if site is not None else ():
            pattern = "text-pattern" in item.argument.says
            if not pattern and "text" not in item.argument.says:
                continue
            words = tuple(self._of_patterns(item)) if pattern else self._semantics.constants.strings(item.value)
            if words:
                return self._asked(item, words)
        return None

    @cached_property
    def _names_one(self) -> bool:
        """Whether the file names anything that can be told a text: nearly none does."""
        tree = self._semantics.tree
        written = {attribute.attr.value for attribute in tree.all(cst.Attribute)}
        written.update(alias.evaluated_name.rpartition(".")[2] for alias in tree.all(cst.ImportAlias))
        return bool(tree.all(cst.ImportStar)) or not written.isdisjoint(self._semantics.libraries.retries.asking_text)

    def _of_patterns(self, item: Given) -> Iterator[str]:
        for pattern in self._semantics.text_tests.patterns(item.value):
            yield from plain_words(pattern)

    def _asked(self, item: Given, words: tuple[str, ...]) -> RetriedText | None:
        """The question, if an API's error can be the answer.

        What shows it: a call that is retried raises for a status; errors of HTTP are retried as well; or the words have a status in them.
        """
        place = Place(item.node, f"asked for {', '.join(map(repr, words))}")
        for policy in self._policies(item):
            evidence = self._evidence(policy)
            if evidence:
                return RetriedText(words, (*evidence, place), policy.catalogue)
        if any(map(names_status, words)):
            return RetriedText(words, (Place(item.node, "the text is asked for a status of HTTP"), place))
        return None

    def asked_about(self, subject: Meaning) -> Place | None:
        """Where a retry asks a function about HTTP errors, if ``subject`` is the text of the exception that it is given."""
        born = subject.trail[0].node
        function = self._semantics.tree.enclosing(born, cst.FunctionDef, cst.Lambda) if isinstance(born, cst.Param) else None
        return self._predicates.get(function) if function is not None else None

    @cached_property
    def _predicates(self) -> dict[cst.CSTNode, Place]:
        """By function or lambda, where it decides what is tried again of calls that fail with HTTP errors."""
        found: dict[cst.CSTNode, Place] = {}
        for site in self._calls.all():
            for item in site.given():
                if {"when", "unless"}.isdisjoint(item.argument.says):
                    continue
                if any(self._evidence(policy) for policy in self._policies(item)):
                    functions = self._semantics.functions.behind(item.value)
                    found.update(dict.fromkeys(functions, Place(item.node, "a retry asks it about errors of HTTP")))
        return found

    def _policies(self, item: Given) -> list[RetryPolicy]:
        """The policies that an argument is a part of."""
        policies = self._semantics.retries.policies
        return [policy for policy in policies if any(place.node is item.node for place in policy.retried.places)]

    def _evidence(self, policy: RetryPolicy) -> tuple[Place, ...]:
        """What shows that HTTP errors are tried again: a call that raises them for a status, or a type of theirs."""
        attempt = next((found for found in policy.attempts if found.raises), None)
        if attempt is not None:
            return attempt.trail
        return tuple(place for place in policy.retried.places if self._names_http_error(place.node))[:1]

    def _names_http_error(self, node: cst.CSTNode) -> bool:
        """Whether an argument names types of which some stand for a status."""
        if not isinstance(node, cst.Arg):
            return False
        return any(sheet.covers_status or sheet.carries_status for sheet in self._semantics.evaluator.type_sheets(node.value))
