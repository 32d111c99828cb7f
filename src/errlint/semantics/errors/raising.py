"""What is known of code that raises because an HTTP status is an error."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from errlint.lean import dataclass
from errlint.semantics.errors.carried import Carries
from errlint.semantics.errors.chosen import Under
from errlint.semantics.meaning import Place
from errlint.semantics.values.status_sets import ERRORS


class Answer(Enum):
    """An answer that may be open."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Raising:
    """Whether code raises because an HTTP status is an error.

    :ivar answer: NO only where the HTTP calls are seen and nothing turns their statuses into errors;
    :ivar types: the types that are known to be raised, as dotted names, a class of this file by its plain name; may be empty after YES;
    :ivar trail: for YES, how we know; :ivar tells: the error is made of the answer, so its text may be the API's;
    :ivar wording: what the project itself writes into the errors, and into others of their family beside them;
    :ivar under: the statuses under which types are raised, where that is known; any error for the other types;
    :ivar carries: what the errors keep of the answer; :ivar silent: those of the types that are raised with nothing of the answer only;
    :ivar ways: how we know of each of the types, where several are raised.
    """

    answer: Answer
    types: tuple[str, ...] = ()
    trail: tuple[Place, ...] = ()
    tells: bool = True
    under: Under = ()
    wording: tuple[str, ...] = ()
    carries: Carries = ()
    silent: tuple[str, ...] = ()
    ways: tuple[tuple[str, tuple[Place, ...]], ...] = ()

    @property
    def telling(self) -> tuple[str, ...]:
        """The types whose text may be the API's."""
        return tuple(name for name in self.types if name not in self.silent) if self.tells else ()

    def way_to(self, types: Collection[str]) -> tuple[Place, ...]:
        """How we know that one of the types is raised, if it can be one whose text may be the API's."""
        found = [name for name, _ in self.ways if name in types]
        chosen = next((name for name in found if name in self.telling), found[0] if found else None)
        return next((trail for name, trail in self.ways if name == chosen), self.trail)

    def along(self, place: Place) -> Raising:
        """The same, having passed a place."""
        ways = tuple((name, (*trail, place)) for name, trail in self.ways)
        return replace(self, trail=(*self.trail, place), ways=ways)

    def only(self, types: Sequence[str]) -> Raising:
        """The same where the other types are out of the question."""
        return replace(
            self,
            types=tuple(types),
            trail=self.way_to(types),
            ways=tuple(row for row in self.ways if row[0] in types),
            tells=any(name in types for name in self.telling),
            under=tuple(row for row in self.under if row[0] in types),
            carries=tuple(row for row in self.carries if row[0] in types),
            silent=tuple(name for name in self.silent if name in types),
        )

    @property
    def by_type(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """The types, each with the statuses under which it may be raised; those of which nothing is known are kept together."""
        known = {name for name, _ in self.under}
        yield from (((name,), under) for name, under in self.under)
        rest = tuple(name for name in self.types if name not in known)
        if rest or not known:
            yield rest, ERRORS


def joined(found: Sequence[Raising]) -> Raising | None:
    """What is known of several that may each be raised; None where there are none."""
    if not found:
        return None
    types = tuple(dict.fromkeys(name for raising in found for name in raising.types))
    under: dict[str, int] = {}
    for raising in found:
        for names, statuses in raising.by_type:
            under.update((name, under.get(name, 0) | statuses) for name in names)
    known = all(raising.types for raising in found)
    telling = {name for raising in found for name in raising.telling}
    ways: dict[str, tuple[Place, ...]] = {}
    for raising in sorted(found, key=lambda raising: not raising.tells):
        for name in (*raising.telling, *raising.silent, *raising.types):
            ways.setdefault(name, raising.way_to((name,)))
    return replace(
        found[0],
        types=types,
        tells=any(raising.tells for raising in found),
        under=tuple(under.items()) if known else (),
        wording=tuple(dict.fromkeys(text for raising in found for text in raising.wording)),
        carries=tuple(dict.fromkeys(row for raising in found for row in raising.carries)),
        silent=tuple(name for name in types if name not in telling),
        ways=tuple(ways.items()) if len(found) > 1 else found[0].ways,
    )
