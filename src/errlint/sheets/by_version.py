"""Which rows of a sheet hold for the versions that a project has, and what several rows have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from errlint.installed import Installed
from errlint.sheets.library import FunctionSheet, RetryAfterDefeat, Sheet, TypeSheet
from errlint.sheets.retry import RetrySheet


class Row(Protocol):
    """A table of a sheet; several with the same name describe one thing in several versions."""

    @property
    def versions(self) -> str:
        """The range of versions that it speaks of; empty: all."""
        ...


R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=msgspec.Struct)

_MORE_IS_LESS = frozenset({"statuses"})
"""Fields that say "only these": what holds for all rows is all that any of them has, and nothing if one leaves it open."""
_NAMES = frozenset({"also"})
"""Fields that only say how the thing is called."""


def holding(rows: Iterable[R], package: str, installed: Installed, key: str) -> tuple[R, ...]:
    """The rows that can hold, where several can for one thing reduced to what they agree on.

    :param key: the field that names the thing.
    """
    groups: dict[Hashable, list[R]] = {}
    for row in rows:
        groups.setdefault(getattr(row, key), []).append(row)
    found: list[R] = []
    for group in groups.values():
        possible = [row for row in group if not row.versions or installed.allows(package, row.versions)]
        if len(possible) == 1:
            found.append(possible[0])
        elif possible:
            common = agreed(possible)  # type: ignore[type-var]
            found.extend([common] if common is not None else [])
    return tuple(found)


def agreed(rows: Sequence[S]) -> S | None:
    """What all rows say alike; None when they disagree on something that cannot be left out."""
    first = rows[0]
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(first):
        different = [getattr(row, field.name) for row in rows]
        if all(value == different[0] for value in different):
            values[field.name] = different[0]
        elif field.required:
            return None
        else:
            common = _common(field.name, different)
            if common is not None:
                values[field.name] = common
    return type(first)(**values)


def _common(name: str, values: Sequence[Any]) -> Any:
    """The part of different values that holds for all; None: the default of the field."""
    first = values[0]
    if isinstance(first, dict):
        # code that uses what only some rows have shows that one of these holds
        everything_said = {key: said for value in values for key, said in value.items()}
        return {key: said for key, said in everything_said.items() if all(value.get(key, said) == said for value in values)}
    if isinstance(first, msgspec.Struct):
        return agreed(values)
    if not isinstance(first, tuple):
        return None
    everything = tuple(dict.fromkeys(item for value in values for item in value))
    if name in _NAMES or (name in _MORE_IS_LESS and all(values)):
        return everything
    return () if name in _MORE_IS_LESS else tuple(item for item in everything if all(item in value for value in values))


def rows(sheet: Sheet) -> Iterator[TypeSheet | FunctionSheet | RetryAfterDefeat | RetrySheet]:
    """The tables of a sheet that may speak of some versions only."""
    yield from sheet.type
    yield from sheet.function
    yield from sheet.defeats_retry_after
    yield from sheet.retry


def sheet_at(sheet: Sheet, installed: Installed) -> Sheet:
    """A sheet with what holds, or may hold, for the versions of a project."""
    if not any(row.versions for row in rows(sheet)):
        return sheet
    package = sheet.library.package or sheet.library.id
    return msgspec.structs.replace(
        sheet,
        type=holding(sheet.type, package, installed, "name"),
        function=holding(sheet.function, package, installed, "names"),
        defeats_retry_after=holding(sheet.defeats_retry_after, package, installed, "calls"),
        retry=holding(sheet.retry, package, installed, "names"),
    )
