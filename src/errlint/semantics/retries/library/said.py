"""What calls of a retry library say, piece by piece, and how the pieces are joined: by ``|``, ``&`` and ``+``, or one over the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from errlint.lean import dataclass
from errlint.semantics.meaning import Place
from errlint.semantics.retries.codes import OTHER
from errlint.semantics.retries.outcomes import FAILED, NO_ANSWER, NOTHING
from errlint.semantics.retries.policy import Growth, Retried, Stop, Wait
from errlint.semantics.values.status_sets import ERRORS, Range

_ORDER: tuple[Growth, ...] = ("none", "constant", "unknown", "growing")


@dataclass(frozen=True, eq=False)
class Again:
    """Which outcomes of an attempt are tried again.

    :ivar outcomes: as in :mod:`~errlint.semantics.retries.outcomes`; :ivar named: the statuses that the source names one by one or by type,
    for a predicate that says when to give up those that it names to be left;
    :ivar places: where the source says so; :ivar by_code: the outcomes again, of failures with the error codes that a predicate names, and
    (``OTHER``) of all others; empty where codes play no part.
    """

    outcomes: Range = NOTHING
    named: int = 0
    places: tuple[Place, ...] = ()
    by_code: Mapping[str, Range] = field(default_factory=dict)

    def of_code(self, code: str) -> Range:
        """The outcomes of failures with an error code."""
        return self.by_code.get(code, self.by_code.get(OTHER, self.outcomes))

    def __or__(self, other: Again) -> Again:
        def joined(one: Range, two: Range) -> Range:
            return Range(one.may | two.may, one.must | two.must)

        return Again(joined(self.outcomes, other.outcomes), self.named | other.named, self._both_places(other), self._each(other, joined))

    def __and__(self, other: Again) -> Again:
        def joined(one: Range, two: Range) -> Range:
            return Range(one.may & two.may, one.must & two.must)

        outcomes = joined(self.outcomes, other.outcomes)
        return Again(outcomes, (self.named | other.named) & outcomes.may, self._both_places(other), self._each(other, joined))

    def without(self, other: Again) -> Again:
        """What is left when ``other`` is given up; named is what it names to be left: ``giveup=lambda e: e.status not in (429, 503)``."""

        def joined(one: Range, two: Range) -> Range:
            return Range(one.may & ~two.must, one.must & ~two.may)

        outcomes = joined(self.outcomes, other.outcomes)
        left = self.outcomes.may & ~other.outcomes.must
        return Again(outcomes, (self.named | other.named) & left, self._both_places(other), self._each(other, joined))

    def _both_places(self, other: Again) -> tuple[Place, ...]:
        return (*self.places, *other.places)

    def _each(self, other: Again, joined: Callable[[Range, Range], Range]) -> dict[str, Range]:
        codes = dict.fromkeys((*self.by_code, *other.by_code))
        return {code: joined(self.of_code(code), other.of_code(code)) for code in codes}

    @property
    def after_failures(self) -> bool:
        """Whether anything that may be tried again has failed."""
        return any(passes.may & FAILED for passes in (self.outcomes, *self.by_code.values()))

    @property
    def retried(self) -> Retried:
        """The same in the words of a policy."""
        statuses = Range(self.outcomes.may & ERRORS, self.outcomes.must & ERRORS)
        transport = True if self.outcomes.must & NO_ANSWER else None if self.outcomes.may & NO_ANSWER else False
        said = Retried(statuses, transport, named=self.named & self.outcomes.may & ERRORS, places=self.places)
        if not self.by_code:
            return said
        others = self.of_code(OTHER)
        retried, dropped = set(), set()
        for code in self.by_code:
            found = self.of_code(code)
            differs = (found.may ^ others.may | found.must ^ others.must) & ERRORS
            if code != OTHER and differs and not found.may & differs:
                dropped.add(code)
            elif code != OTHER and differs and not differs & ~found.must:
                retried.add(code)
        unnamed = Range(others.may & ERRORS, others.must & ERRORS)
        return replace(said, codes=frozenset(retried), dropped=frozenset(dropped), unnamed=unnamed)


@dataclass(frozen=True, eq=False)
class Said:
    """What a call says about a retry; None for a piece that it does not speak of.

    :ivar methods: the only HTTP methods that are sent again; None if it does not say, empty for any.
    """

    again: Again | None = None
    wait: Wait | None = None
    stop: Stop | None = None
    methods: frozenset[str] | None = None

    def over(self, other: Said) -> Said:
        """This, and what ``other`` says of the pieces that this does not speak of."""
        return Said(
            self.again if self.again is not None else other.again,
            self.wait or other.wait,
            self.stop or other.stop,
            self.methods if self.methods is not None else other.methods,
        )

    def either(self, other: Said) -> Said:
        """``a | b``: tried again if one says so, ended if one says so."""
        again = self.again if other.again is None else other.again if self.again is None else self.again | other.again
        return Said(again, self.wait or other.wait, _first_of(self.stop, other.stop), self.methods or other.methods)

    def both(self, other: Said) -> Said:
        """``a & b``: tried again if both say so, ended when both say so."""
        again = self.again if other.again is None else other.again if self.again is None else self.again & other.again
        return Said(again, self.wait or other.wait, _last_of(self.stop, other.stop), self.methods or other.methods)

    def plus(self, other: Said) -> Said:
        """``a + b``: one delay after the other."""
        return replace(self.over(other), wait=_sum(self.wait, other.wait))

    def then(self, other: Said) -> Said:
        """``chain(a, b)``: first this delay, later that one."""
        wait = _sum(self.wait, other.wait)
        if wait is not None and wait.growth == "constant":
            wait = replace(wait, growth="unknown")
        return replace(self.over(other), wait=wait)


def _first_of(one: Stop | None, other: Stop | None) -> Stop | None:
    if one is None or other is None:
        return one or other
    attempts = [stop.attempts for stop in (one, other) if stop.attempts is not None]
    seconds = [stop.seconds for stop in (one, other) if stop.seconds is not None]
    bounded = True if one.bounded or other.bounded else None if None in (one.bounded, other.bounded) else False
    return Stop(bounded, min(attempts, default=None), min(seconds, default=None), one.node or other.node, (*one.places, *other.places))


def _last_of(one: Stop | None, other: Stop | None) -> Stop | None:
    if one is None or other is None:
        return one or other
    bounded = False if False in (one.bounded, other.bounded) else None if None in (one.bounded, other.bounded) else True
    attempts = max(one.attempts, other.attempts) if one.attempts is not None and other.attempts is not None else None
    seconds = max(one.seconds, other.seconds) if one.seconds is not None and other.seconds is not None else None
    return Stop(bounded, attempts, seconds, one.node or other.node, (*one.places, *other.places))


def _sum(one: Wait | None, other: Wait | None) -> Wait | None:
    if one is None or other is None:
        return one or other
    growth = max(one.growth, other.growth, key=_ORDER.index)
    seconds = None if one.seconds is None or other.seconds is None else one.seconds + other.seconds
    jitter = True if one.jitter or other.jitter else None if None in (one.jitter, other.jitter) else False
    server = True if one.server or other.server else None if None in (one.server, other.server) else False
    return Wait(growth, seconds, jitter, server, None, one.node or other.node, (*one.places, *other.places))
