"""What a misspelt code was meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.catalogue.spelling import near, one_edit_apart, same_but_for_case, same_words

CODES = ("RATE_LIMITED", "RATE_LIMIT_EXCEEDED", "TIMEOUT", "E1001", "INVALID_FIELD", "INVALID_FIELDS", "BUSY")
letters = st.text(alphabet="ABCDEFG_", min_size=5, max_size=12)


def edits(word: str) -> set[str]:
    """All that one edit makes of a word, the slow way."""
    splits = [(word[:end], word[end:]) for end in range(len(word) + 1)]
    alphabet = "ABCDEFG_"
    return {
        *(left + right[1:] for left, right in splits if right),
        *(left + letter + right for left, right in splits for letter in alphabet),
        *(left + letter + right[1:] for left, right in splits for letter in alphabet if right),
        *(left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1),
    } - {word}


@given(letters, letters)
def test_one_edit_is_one_edit(one: str, other: str) -> None:
    assert one_edit_apart(one, other) == (other in edits(one))
    assert all(one_edit_apart(one, edited) == (len(edited) >= 5) for edited in edits(one))


@given(letters)
def test_case_alone_is_no_edit(word: str) -> None:
    assert same_but_for_case(word, word.lower()) == (word != word.lower())
    assert same_words(word, word.lower().replace("_", "-"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rate_limited", ("RATE_LIMITED",)),
        ("RATE_LIMTED", ("RATE_LIMITED",)),
        ("RATE-LIMITED", ("RATE_LIMITED",)),
        ("RateLimited", ("RATE_LIMITED",)),
        ("rate_limitted", ("RATE_LIMITED",)),
        ("INVALID_FIELDZ", ("INVALID_FIELD", "INVALID_FIELDS")),
        ("E1002", ()),
        ("E10011", ()),
        ("BUSI", ()),
        ("busy", ("BUSY",)),
        ("OVERLOADED", ()),
        ("", ()),
    ],
)
def test_what_was_meant(written: str, meant: tuple[str, ...]) -> None:
    assert near(written, CODES) == meant
