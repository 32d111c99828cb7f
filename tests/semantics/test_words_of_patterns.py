"""A regular expression as a person reads it."""

from __future__ import annotations

import pytest

from errlint.semantics.asked.text_tests import plain_words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\b404\b|Not\s+Found", ("404", "Not Found")),
        (r"(?i)quota (exceeded|reached)", ("quota exceeded|reached",)),
        (r"try again in (\d+(?:\.\d+)?)s", ("try again in …s",)),
        (r"HTTP \d{3}", ("HTTP …",)),
        (r"no such shop\(\)", ("no such shop()",)),
        (r"5\d\d", (r"5\d\d",)),  # nothing a person could read is left of it
    ],
)
def test_plain_words(pattern: str, words: tuple[str, ...]) -> None:
    assert tuple(plain_words(pattern)) == words
