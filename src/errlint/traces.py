"""Which modules of a project an answer was taken from, also where answers are remembered.

A result that is kept for the next run is good as long as the modules that were asked for it say the same. They are noted while they are
asked: answers that are remembered keep their notes, and a module that remembers what it was told passes on all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")

_REMEMBERED = 50_000
"""How many answers of one kind are kept."""

Noted = int
"""Modules, as a set of bits."""


class Trace:
    """Notes the modules, by their absolute paths."""

    def __init__(self) -> None:
        self._bits: dict[str, Noted] = {}
        self._now: Noted = 0
        self._told: dict[str, Noted] = {}

    def touch(self, file: str) -> None:
        """A module is asked."""
        self._now |= self._bit(file)

    def _bit(self, file: str) -> Noted:
        known = self._bits.get(file)
        if known is None:
            known = self._bits[file] = 1 << len(self._bits)
        return known

    def remembered(self, answers: dict[K, tuple[T, Noted]], key: K, find: Callable[[], T]) -> T:
        """The answer to a question, found by ``find`` if it is not among those that are known; either way its modules are noted."""
        known = answers.get(key)
        if known is None:
            outer, self._now = self._now, 0
            try:
                value = find()
            finally:
                seen, self._now = self._now, self._now | outer
            if len(answers) >= _REMEMBERED:
                answers.clear()
            known = answers[key] = value, seen
        self._now |= known[1]
        return known[0]

    @contextmanager
    def on_behalf_of(self, file: str) -> Iterator[None]:
        """A module asks others. It may have been told before what it needs, so all that it was ever told is noted."""
        outer, self._now = self._now, self._told.get(file, 0)
        try:
            yield
        finally:
            self._told[file] = self._told.get(file, 0) | self._now
            self._now |= outer

    def told(self, file: str) -> tuple[str, ...]:
        """The modules that a module was told something by, itself included if it was asked, in order of their paths."""
        noted = self._told.get(file, 0)
        return tuple(sorted(other for other, bit in self._bits.items() if noted & bit))
