"""Which known name is a misspelt one likely to be?"""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 5
"""Characters; of shorter names, too many are one edit apart."""


def same_but_for_case(one: str, other: str) -> bool:
    """Whether two names differ, and only in the case of their letters."""
    return one != other and one.casefold() == other.casefold()


def same_words(one: str, other: str) -> bool:
    """Whether two names consist of the same words: ``rateLimited``, ``rate-limited`` and ``RATE_LIMITED`` do."""
    return _words(one) == _words(other)


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours swapped, makes one name of the other.

    Digits do not count as misspelt: ``E1001`` and ``E1002`` are two codes.
    """
    if min(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((index for index, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    if len(one) != len(other):
        longer, shorter = (rest, other_rest) if len(one) > len(other) else (other_rest, rest)
        return longer[1:] == shorter and not longer[0].isdigit()
    swapped = len(rest) > 1 and rest[0] == other_rest[1] and rest[1] == other_rest[0] and rest[2:] == other_rest[2:]
    replaced = rest[1:] == other_rest[1:]
    edited = rest[:2] + other_rest[:2] if swapped else rest[0] + other_rest[0]
    return (swapped or replaced) and not any(character.isdigit() for character in edited)


def is_slip(one: str, other: str) -> bool:
    """Whether two names differ in case only, or by one edit."""
    return same_but_for_case(one, other) or one_edit_apart(one, other)


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names that ``name`` is a misspelling of: by case, else by one edit, else by the way that words are joined."""
    names = tuple(known)
    for alike in (same_but_for_case, one_edit_apart, same_words, _one_edit_and_case):
        found = tuple(other for other in names if other != name and alike(name, other))
        if found:
            return found
    return ()


def _one_edit_and_case(one: str, other: str) -> bool:
    return one_edit_apart(one.casefold(), other.casefold())


def _words(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
