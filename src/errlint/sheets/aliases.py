"""Modules and classes that have several names: one by which sheets speak of them, and those of copies, shims and older versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from errlint.lean import dataclass
from errlint.sheets.library import Alias

_STEPS = 4
"""How many aliases a name may go through: the package that another one has a copy of may have aliases itself."""


@dataclass(frozen=True)
class Aliases:
    """The aliases of all sheets. :ivar names: by alias, what it is one of; :ivar rows: as the sheets have them."""

    names: Mapping[str, str]
    rows: tuple[Alias, ...]

    @classmethod
    def of(cls, rows: Sequence[Alias]) -> Aliases:
        """What these rows say."""
        return cls({name: row.of for row in rows for name in row.names}, tuple(rows))

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self.names)

    def canonical(self, name: str) -> str:
        """The name by which sheets speak of what code calls ``name``; that name itself, if it is no alias."""
        for _ in range(_STEPS):
            if name.partition(".")[0] not in self._roots:
                break  # as nearly all
            alias = next((start for start in _starts(name) if start in self.names), None)
            if alias is None:
                break
            name = self.names[alias] + name[len(alias) :]
        return name

    def are_of_python2(self, name: str) -> bool:
        """Whether only code that runs on Python 2, too, imports this."""
        return any(self._python2.get(start, False) for start in _starts(name))

    def are_called_otherwise(self, name: str) -> bool:
        """Whether Python 2 has no module of this name, since it is called something else there."""
        return any(start in self._renamed for start in _starts(name))

    @cached_property
    def _python2(self) -> dict[str, bool]:
        return {name: row.python2 for row in self.rows for name in row.names}

    @cached_property
    def _renamed(self) -> frozenset[str]:
        return frozenset(row.of for row in self.rows if row.python2)


def _starts(name: str) -> list[str]:
    """A dotted name and the names of all that it stands in, longest first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
