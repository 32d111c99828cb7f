"""Words that only code about HTTP has: they are evidence where no import is, and the byte gate looks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

STATUS_MEMBERS = frozenset({"status_code", "http_status", "http_status_code", "http_code"})
"""Members that only answers and errors of HTTP have."""
_CLIENTS = "client|session|api|http|transport|requester|sdk"
_CALLED_A_CLIENT = re.compile(rf"_*(?:\w*_)?(?:{_CLIENTS})", re.IGNORECASE)
_CLIENT_IN_SIGNATURE = re.compile(rb"(?:%b)(?!\w)\s*[,)=#]" % _CLIENTS.encode())
"""Looked for in small letters: to ignore the case takes several times as long."""
STATUS_IN_TEXT = r"(?<![\w.])([45]\d\d)(?![\w.])"
"""The number of an error status as a word of a text."""
_ERROR_STATUSES = frozenset({*range(400, 419), *range(421, 427), 428, 429, 431, 451, *range(500, 509), 510, 511})
"""The error statuses that are registered (IANA, HTTP Status Code Registry)."""
_SPREAD = frozenset({420, 440, 499, 509, *range(520, 528), 529, 530, 598, 599})
"""Others that are spread widely: of proxies and networks in front of servers, and of overloaded ones."""
_STATUSES = _ERROR_STATUSES | _SPREAD
LONGEST_STATUS_TEXT = 40
"""Characters; a longer text with a number in it says something else."""
PHRASES = ("too many requests", "bad gateway", "gateway timeout", "gateway time-out", "internal server error", "service unavailable")
"""Reason phrases (RFC 9110, section 15.5 and 15.6, and RFC 6585, section 4) that nothing but HTTP speaks in."""
_PHRASE = "|".join(map(re.escape, PHRASES))
_PHRASES = tuple(phrase.encode() for phrase in PHRASES)
_NUMBER_AS_WORD = re.compile(rb"[45]\d\d(?<!\w\d\d\d)(?!\w)")
_ENDS = rb"""[^"'\n]{0,%d}["']""" % (4 * LONGEST_STATUS_TEXT)
# The first digit alone, and then what may not stand before: only so does `re` leap from one place where it stands to the next.
_NUMBERS_IN_STRING = tuple(re.compile(rb"%b\d\d(?<![\w.]\d\d\d)(?![\w.])%b" % (digit, _ENDS)) for digit in (b"4", b"5"))
_PHRASE_IN_STRING = re.compile(rb"(?i:%b)%b" % (_PHRASE.encode(), _ENDS))


def is_called_a_client(name: str) -> bool:
    """Whether a parameter is called as clients are: ``http_client``, ``session``."""
    return _CALLED_A_CLIENT.fullmatch(name) is not None


def may_be_given_clients(raw: bytes) -> bool:
    """Whether a constructor in a file may have a parameter that is called as clients are, and has no annotation."""
    return b"__init__" in raw and _CLIENT_IN_SIGNATURE.search(raw.lower()) is not None


def statuses_in_strings(raw: bytes, words: bytes | None = None) -> Iterator[int]:
    """Where the strings on one line of a file end that have the number of an error status, or a phrase of one: byte offsets.

    :param words: all words of the file in small letters, if they are known already: fewer bytes to look at.
    """
    if words is None or _NUMBER_AS_WORD.search(words) is not None:
        for number in _NUMBERS_IN_STRING:
            for found in number.finditer(raw):
                yield found.end()
    if words is not None and not any(all(word in words for word in phrase.split()) for phrase in _PHRASES):
        return
    lower = raw.lower()
    if any(phrase in lower for phrase in _PHRASES):
        for found in _PHRASE_IN_STRING.finditer(raw):
            yield found.end()


_NUMBER = re.compile(STATUS_IN_TEXT)
_SPOKEN = re.compile(f"(?i:{_PHRASE})")


def names_status(literal: str) -> bool:
    """Whether a text holds the number of a known HTTP error status, or a phrase of one: text that an HTTP error has.

    Other numbers are other people's: 547 is SQL Server's, 550 that of a mail server.
    """
    if len(literal) > LONGEST_STATUS_TEXT:
        return False
    return not _STATUSES.isdisjoint(statuses_named(literal)) or _SPOKEN.search(literal) is not None


def statuses_named(literal: str) -> list[int]:
    """The HTTP error statuses whose numbers stand in a text."""
    return [int(number) for number in _NUMBER.findall(literal)]
