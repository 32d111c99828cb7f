"""What the sheets of a run say together of calls that retry."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from errlint.lean import dataclass
from errlint.sheets.library import Sheet
from errlint.sheets.retry import RetrySheet


@dataclass(frozen=True)
class RetryCall:
    """A call that a sheet describes: the library's id, the name that led to it, and what it says."""

    library: str
    name: str
    sheet: RetrySheet


@dataclass(frozen=True)
class RetryTables:
    """All of them, by dotted name."""

    sheets: tuple[Sheet, ...]

    @cached_property
    def _named(self) -> dict[str, RetryCall]:
        return {name: RetryCall(sheet.library.id, name, entry) for sheet in self.sheets for entry in sheet.retry for name in entry.names}

    @property
    def names(self) -> Iterable[str]:
        """The names of all that is described."""
        return self._named

    @cached_property
    def chosen(self) -> tuple[RetrySheet, ...]:
        """What is said of calls that set up a retry; not what a library does by its own choice."""
        return tuple(row for sheet in self.sheets for row in sheet.retry if not row.builtin)

    @cached_property
    def takers(self) -> frozenset[str]:
        """The names of arguments by which calls of some library take what retries them."""
        return frozenset(row.taken_as for row in self.chosen if row.taken_as)

    @cached_property
    def asking_text(self) -> frozenset[str]:
        """The names, without their modules, of what makes a retry depend on the text of an exception."""
        asking = (row for row in self.chosen if any({"text", "text-pattern"}.intersection(argument.says) for argument in row.arguments))
        return frozenset(name.rpartition(".")[2] for row in asking for name in row.names)

    @cached_property
    def restarting(self) -> frozenset[str]:
        """The names of methods by which a decorated function has itself run again."""
        return frozenset(entry.again for sheet in self.sheets for entry in sheet.retry if entry.again)

    def get(self, names: Iterable[str]) -> RetryCall | None:
        """What is said of the first of these names of which anything is said."""
        return next((found for name in names if (found := self._named.get(name)) is not None), None)
