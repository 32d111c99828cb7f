"""Whether the words of a code say the same as the words for a status: ``rate_limit_exceeded`` and "Rate Limited"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from errlint.catalogue.importers.tokens import phrase
from errlint.catalogue.text import words_of, words_of_name

_LITTLE = frozenset({
    "a", "an", "the", "of", "or", "to", "is", "be", "it", "this", "your", "error", "errors", "exception", "code", "exceeded",
})  # fmt: skip


def statuses_by_meaning(name: str, meanings: Mapping[int, Sequence[str]]) -> list[int]:
    """The statuses whose description, or reason phrase, consists of the words of a code's name; descriptions of a sentence do not count."""
    wanted = _stems(words_of_name(name))
    if not wanted:
        return []
    found = []
    for number, said in meanings.items():
        titles = (re.split(r"[:.;(—–]", meaning)[0] for meaning in said)
        texts = [text for text in (*titles, phrase(number)) if text and len(text.split()) <= 4]
        if any((stems := _stems(words_of(text))) and (stems == wanted or (len(stems) > 1 and stems < wanted)) for text in texts):
            found.append(number)
    return found


def _stems(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_stem(word) for word in words if word not in _LITTLE)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def essence(name: str) -> frozenset[str]:
    """What a code consists of, words aside that only say "error" or "exceeded": names with the same may be two of one thing."""
    return _stems(words_of_name(name))
