"""What documents say about an API's errors: single facts, each with the place where it stands.

Readers turn a document into facts and decide nothing; documents that contradict each other meet in :mod:`.merge`, and :mod:`.derive`
makes a catalogue of the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any, Literal

from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import Evidence, Retry, Wait
from errlint.lean import dataclass

Subject = tuple[str, ...]
"""What a fact is about: ``("code", "RATE_LIMITED")``, ``("status", "429")``, ``("envelope",)``, ``("header", "Retry-After")`` …"""

API: Subject = ("api",)
ENVELOPE: Subject = ("envelope",)
FAILURE: Subject = ("failure",)
IDEMPOTENCY: Subject = ("idempotency",)

STRENGTH: dict[Evidence, int] = {"inferred": 0, "summary": 1, "example": 2, "stated": 3}
"""Which of two facts counts if they disagree: what is said beats what is shown, and both beat what is concluded."""


def code(name: str) -> Subject:
    """An error code."""
    return ("code", name)


def status(key: int | str) -> Subject:
    """A status (429) or a class of them ("5xx")."""
    return ("status", str(key))


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a source: the number of the source, from 0, and the line, from 1."""

    source: int
    line: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What a document says about sending the same request again; the fields are those of :class:`errlint.catalogue.schema.Statement`."""

    retry: Retry = "unstated"
    wait: Wait = ""
    change: str = ""
    poll: str = ""
    action: str = ""
    write_effect: Literal["", "none", "unknown", "rolled_back", "maybe_partial"] = ""
    idempotency_key: Literal["", "reuse", "new"] = ""
    operation: str = ""
    """If given, this holds only for an operation ("create program")."""
    inferred: bool = False
    """No word about a retry; concluded from the remedy ("check the ID")."""
    of_some: bool = False
    """Of a "no", while the clauses of a text are put together: it is said of some requests only ("never retry payments")."""
    hedged: bool = False
    """The document says "usually": there are other cases."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: of a subject, ``key`` is ``value``."""

    about: Subject
    key: str
    value: Any
    at: Place
    evidence: Evidence = "stated"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a reader saw and did not take, or took with a grain of salt, for the report."""

    text: str
    at: Place | None = None


@dataclass(slots=True)
class Facts:
    """The facts of one or more documents, in the order in which they stand there."""

    facts: list[Fact] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    _by_key: dict[tuple[Subject, str], list[Fact]] = field(default_factory=dict)
    _indexed: int = 0
    _doubted: set[Doubt] = field(default_factory=set)

    def add(self, about: Subject, key: str, value: Any, at: Place, evidence: Evidence = "stated") -> None:
        """Take a fact down."""
        self.facts.append(Fact(about, key, value, at, evidence))

    def doubt(self, text: str, at: Place | None = None) -> None:
        """Take a doubt down, each once."""
        self._doubt(Doubt(text, at))

    def _doubt(self, doubt: Doubt) -> None:
        if doubt not in self._doubted:
            self._doubted.add(doubt)
            self.doubts.append(doubt)

    def of(self, about: Subject, key: str) -> list[Fact]:
        """The facts on one key of a subject."""
        for fact in self.facts[self._indexed :]:
            self._by_key.setdefault((fact.about, fact.key), []).append(fact)
        self._indexed = len(self.facts)
        return list(self._by_key.get((about, key), ()))

    def rename(self, old: Subject, new: Subject) -> None:
        """What was said of one subject was said of the other."""
        self.facts = [Fact(new, fact.key, fact.value, fact.at, fact.evidence) if fact.about == old else fact for fact in self.facts]
        self._by_key.clear()
        self._indexed = 0

    def drop(self, gone: Iterable[Fact]) -> None:
        """Forget facts."""
        without = set(map(id, gone))
        self.facts = [fact for fact in self.facts if id(fact) not in without]
        self._by_key.clear()
        self._indexed = 0

    def subjects(self, kind: str) -> list[Subject]:
        """All subjects of a kind, in the order of their first fact."""
        return list(dict.fromkeys(fact.about for fact in self.facts if fact.about[0] == kind))

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def extend(self, other: Facts) -> None:
        """Take over everything from other facts."""
        self.facts.extend(other.facts)
        for doubt in other.doubts:
            self._doubt(doubt)


def note(places: dict[KeyPath, tuple[Place, ...]], at: KeyPath, found: tuple[Place, ...]) -> None:
    """Keep where the documents say what stands under a key of the catalogue, if they say it anywhere."""
    if found:
        places[at] = found


def lines_of(facts: Iterable[Fact]) -> tuple[Place, ...]:
    """Where the facts stand, in order, each place once."""
    return tuple(sorted({fact.at for fact in facts}))
