"""Words that only code about HTTP has: they are evidence where no import is, and the byte gate looks for them."""

from __future__ import annotations

import re

STATUS_MEMBERS = frozenset({"status_code", "http_status", "http_status_code", "http_code"})
"""Members that only answers and errors of HTTP have."""
STATUS_IN_TEXT = r"(?<![\w.])([45]\d\d)(?![\w.])"
"""The number of an error status as a word of a text."""
LONGEST_STATUS_TEXT = 40
"""Characters; a longer text with a number in it says something else."""
_MOST_BYTES = 4 * LONGEST_STATUS_TEXT
STATUS_IN_STRING = re.compile(rb"""%b[^"'\n]{0,%d}["']""" % (STATUS_IN_TEXT.encode(), _MOST_BYTES))
"""In the bytes of a file, such a word in a string on one line."""

_STATUS = re.compile(STATUS_IN_TEXT)


def names_status(literal: str) -> bool:
    """Whether a text holds the number of an HTTP error status: text that only an HTTP error has."""
    return bool(_STATUS.search(literal)) and len(literal) <= LONGEST_STATUS_TEXT


def statuses_named(literal: str) -> list[int]:
    """The HTTP error statuses whose numbers stand in a text."""
    return [int(number) for number in _STATUS.findall(literal)]
