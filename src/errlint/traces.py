"""Which modules of a project an answer was taken from, also where answers are remembered.

A result that is kept for the next run is good as long as the modules that were asked for it say the same. They are noted while they are
asked: answers that are remembered keep their notes, and a module that remembers what it was told passes on all of that. Most are only
asked where a name leads, and say the same as long as they define and import the same names; so that is told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

K = TypeVar("K")
T = TypeVar("T")

_REMEMBERED = 50_000
"""How many answers of one kind are kept."""

Noted = int
"""Modules, as a set of bits: the even ones for their names, the odd ones for anything in them."""


class Basis(NamedTuple):
    """What an answer rests on: modules with all that they hold, and modules of which nothing but the names counts.

    Both are in order of their absolute paths, and no module is in both.
    """

    modules: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def joined(self, other: Basis) -> Basis:
        """All that the two rest on."""
        if other in (self, NOTHING):
            return self
        modules = {*self.modules, *other.modules}
        return Basis(tuple(sorted(modules)), tuple(sorted({*self.names, *other.names} - modules)))


NOTHING = Basis()


class Trace:
    """Notes the modules, by their absolute paths."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._now: Noted = 0
        self._told: dict[str, Noted] = {}

    def touch(self, file: str) -> None:
        """A module is asked what its code means."""
        self._now |= 2 << self._place(file)

    def touch_names(self, file: str) -> None:
        """A module is asked which names it has."""
        self._now |= 1 << self._place(file)

    def _place(self, file: str) -> int:
        known = self._places.get(file)
        if known is None:
            known = self._places[file] = 2 * len(self._places)
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

    def told(self, file: str) -> Basis:
        """The modules that a module was told something by, itself included if it was asked."""
        noted = self._told.get(file, 0)
        asked = [(other, noted >> place & 3) for other, place in self._places.items() if noted >> place & 3]
        return Basis(tuple(sorted(other for other, how in asked if how > 1)), tuple(sorted(other for other, how in asked if how == 1)))
