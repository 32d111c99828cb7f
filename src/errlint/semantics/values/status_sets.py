"""Sets of HTTP statuses, and what is known of the set under which something holds.

A set is an int with bit *s* set for status *s* (0 to 599).
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import msgspec

ALL = (1 << 600) - 1


def statuses(start: int, stop: int) -> int:
    """The set of all statuses from ``start`` to ``stop - 1``."""
    return ((1 << stop) - 1) & ~((1 << start) - 1)


OK = statuses(200, 201)
SUCCESS = statuses(200, 300)
ERRORS = statuses(400, 600)
BELOW_400 = statuses(0, 400)


class Range(msgspec.Struct, frozen=True):
    """The statuses under which a test may be true, and under which it is certainly true."""

    may: int = ALL
    must: int = 0

    def negated(self) -> Range:
        """The same for ``not test``."""
        return Range(ALL & ~self.must, ALL & ~self.may)


UNKNOWN = Range()


def without(kept: Range | None, taken: Range | None) -> Range | None:
    """What is left of one collection without what another one holds."""
    if kept is None or taken is None:
        return None
    return Range(kept.may & ~taken.must, kept.must & ~taken.may)


def together(parts: list[Range | None]) -> Range | None:
    """What several collections hold together; None when nothing is known of one of them."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return Range(reduce(or_, (part.may for part in known), 0), reduce(or_, (part.must for part in known), 0))


def either_of(parts: list[Range | None]) -> Range | None:
    """What one of several collections holds; None when nothing is known of one of them."""
    found = together(parts)
    known = [part.must for part in parts if part is not None]
    return Range(found.may, reduce(and_, known)) if found is not None and known else None


def in_words(statuses: int) -> list[str]:
    """A set of statuses for people: whole classes as ``5xx``, runs as ``400-428``."""
    found: list[str] = []
    start: int | None = None
    for status in range(100, 601):
        inside = status < 600 and statuses >> status & 1
        if inside and start is None:
            start = status
        if start is not None and (not inside or (status % 100 == 0 and status != start)):
            last = status - 1
            whole = start % 100 == 0 and last == start + 99
            found.append(f"{start // 100}xx" if whole else str(start) if last == start else f"{start}-{last}")
            start = status if inside else None
    return found
