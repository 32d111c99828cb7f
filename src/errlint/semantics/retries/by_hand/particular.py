"""Tests that single out a few failures, whatever their status: ``if "already exists" in response.text: return``.

They take some failures out of a retry, not all of a status. What becomes of the others is asked of a failure of which none of these tests
is true. A test that may stand for every error of the client (``"Client Error" in str(e)``, ``body.get("permanent")``) is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from http import HTTPStatus
from operator import or_
from typing import TYPE_CHECKING

import libcst as cst

from errlint.regex import later
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.constants import string_value
from errlint.semantics.retries.codes import OTHER, Codes
from errlint.semantics.values.fields import kind_at, names_errors, names_state, names_success
from errlint.semantics.values.status_sets import ALL, ERRORS, Range

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_VERDICT = later(r"retr(y|i)|again|transient|temporar|permanent|fatal|final|recover", re.IGNORECASE)
"""What says whether there is use in another attempt says so of any failure."""
_STATUS = re.compile(r"(?<!\d)[1-5](\d\d|xx)?(?!\d)", re.IGNORECASE)
"""A status, or the first figure of one: ``str(e).startswith("answer 4")``."""
_OF_ANY = frozenset({
    "a", "an", "bad", "be", "client", "code", "cannot", "could", "error", "errors", "exception", "fail", "failed", "failure", "for", "http",
    "in", "invalid", "is", "not", "of", "on", "request", "response", "server", "status", "the", "to", "type", "url", "valid", "was",
})  # fmt: skip
"""Words that the texts of any failure may have."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_SHORTEST = 3
_LEAST = 600
"""A number from which on it is the status of no answer."""
_MOST = 2
"""How many texts or codes a test asks for that singles something out; a list of them may be all that the API has."""
_KINDS_OF_TEXT = (Kind.MESSAGE, Kind.TEXT, Kind.REASON)
_EMPTY = (Kind.TEXT, Kind.BODY)


class Particular:
    """Answers for the tests of one retry.

    :param attempt: the call that is sent again.
    :ivar asked: there was a test that singles something out.
    """

    def __init__(self, semantics: Semantics, codes: Codes, attempt: cst.Call) -> None:
        self._semantics = semantics
        self._codes = codes
        meaning = semantics.meaning(attempt)
        self._catalogue = meaning.catalogue if meaning is not None else None
        self.asked = False

    def passed(self, test: cst.BaseExpression) -> Range | None:
        """What a test that singles failures out lets through of the others; None for all other tests."""
        found = self._passed(test)
        self.asked = self.asked or found is not None
        return found

    def _passed(self, test: cst.BaseExpression) -> Range | None:
        words = self._words(test)
        if words:
            negated = self._is_negated(test)
            found = Range(ALL & ~ERRORS | self._statuses_of(words), 0)
            return found.negated() if negated else found
        if self._asks_for_a_number(test):
            found = Range(ALL & ~ERRORS, 0)
            return found.negated() if self._is_negated(test) else found
        emptiness = self._asks_for_content(test)
        if emptiness is not None:
            return Range(ALL, ERRORS) if emptiness else Range(ALL & ~ERRORS, 0)
        return Range(ALL & ~ERRORS, 0) if self._asks_for_a_part(test) else None

    def _is_negated(self, test: cst.BaseExpression) -> bool:
        asked = self._semantics.text_tests.at(test)
        if asked is not None:
            return asked.negated
        return isinstance(test, cst.Comparison) and isinstance(test.comparisons[0].operator, (cst.NotEqual, cst.NotIn, cst.IsNot))

    # texts and codes -------------------------------------------------------------------------------------------------------------

    def _words(self, test: cst.BaseExpression) -> tuple[str, ...]:
        """The texts or codes that a test asks for, where these are few, and each is that of a certain failure."""
        words = tuple(dict.fromkeys(self._of_codes(test) or self._of_texts(test)))
        return words if 0 < len(words) <= _MOST and all(map(_is_of_one, words)) else ()

    def _of_codes(self, test: cst.BaseExpression) -> tuple[str, ...]:
        return tuple(self._codes.named_in(test)) if self._codes.passed(test, OTHER) is not None else ()

    def _of_texts(self, test: cst.BaseExpression) -> tuple[str, ...]:
        asked = self._semantics.text_tests.at(test)
        subject = self._semantics.meaning(asked.subject) if asked is not None and not asked.keys else None
        return asked.words() if asked is not None and subject is not None and subject.kind in _KINDS_OF_TEXT else ()

    def _asks_for_a_number(self, test: cst.BaseExpression) -> bool:
        """``error.code == 21211``, where the codes of an API are numbers and this one is no status; by ``in``, of a few."""
        if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
            return False
        asked = self._semantics.meaning(test.left)
        if asked is None or asked.kind is not Kind.CODE:
            return False
        other = test.comparisons[0].comparator
        several = isinstance(other, (cst.Tuple, cst.List, cst.Set))
        numbers = [element.value for element in other.elements] if isinstance(other, (cst.Tuple, cst.List, cst.Set)) else [other]
        equal = (cst.In, cst.NotIn) if several else (cst.Equal, cst.NotEqual)
        written = all(isinstance(number, cst.Integer) and number.evaluated_value >= _LEAST for number in numbers)
        return 0 < len(numbers) <= _MOST and written and isinstance(test.comparisons[0].operator, equal)

    def _statuses_of(self, words: Iterable[str]) -> int:
        """The statuses that may be meant: those that the API says, or whose names are like it."""
        known = self._catalogue.statuses_of if self._catalogue is not None else lambda _: ()
        plain = [word.lower().replace("_", " ") for word in words]
        named = [one for one in HTTPStatus if any(one.phrase.lower() in word or word in one.phrase.lower() for word in plain)]
        return reduce(or_, (1 << int(status) for status in (*named, *(one for word in words for one in known(word)))), 0)

    # the body and the headers ----------------------------------------------------------------------------------------------------

    def _asks_for_content(self, test: cst.BaseExpression) -> bool | None:
        """Whether a test is true for an answer with a body, or for one without (False); None for other tests."""
        match test:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                found = self._asks_for_content(inner)
                return None if found is None else not found
            case cst.Call(func=cst.Name(value="len" | "bool"), args=[cst.Arg(value=inner)]):
                return self._asks_for_content(inner)
            case _:
                meaning = self._semantics.meaning(test)
                return True if meaning is not None and meaning.kind in _EMPTY and not meaning.path else None

    def _asks_for_a_part(self, test: cst.BaseExpression) -> bool:
        """``response.headers.get("X-Cached")``, ``response.json().get("duplicate")``, or that it is something that is written out."""
        asked = test
        if (
            isinstance(test, cst.Comparison)
            and len(test.comparisons) == 1
            and isinstance(test.comparisons[0].operator, (cst.Equal, cst.Is))
        ):
            value = test.comparisons[0].comparator
            written = string_value(value) is not None or isinstance(value, cst.Integer) or getattr(value, "value", "") == "True"
            asked = test.left if written else test
        meaning = self._semantics.meaning(asked)
        return meaning is not None and (self._is_of_a_header(meaning) or self._is_of_the_body(meaning))

    def _is_of_a_header(self, meaning: Meaning) -> bool:
        name = meaning.name.lower()
        return meaning.kind is Kind.HEADER and not _VERDICT.search(name) and not name.startswith("content-") and "error" not in name

    def _is_of_the_body(self, meaning: Meaning) -> bool:
        path = meaning.path
        if meaning.kind is not Kind.BODY or not path or kind_at(path, meaning.catalogue) is not None:
            return False
        says_all = names_errors(path) or names_success(path) or names_state(path) or bool(_VERDICT.search(str(path[-1])))
        return not says_all and _is_of_one(str(path[-1]))


def _is_of_one(word: str) -> bool:
    """Whether a text or a code can hardly be that of any failure."""
    if _VERDICT.search(word) or _STATUS.search(word):
        return False
    parts = (part.lower() for part in _WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", word)))
    return any(len(part) >= _SHORTEST and part not in _OF_ANY for part in parts)
