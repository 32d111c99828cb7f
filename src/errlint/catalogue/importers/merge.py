"""Several documents about one API: what only one of them can be right about.

Most facts add up, and contradictions about retries are settled where verdicts are (:mod:`.verdicts`). Here are the keys that hold one
thing: what is said outright counts before what is only shown, and of equals the document that says more about the subject. The other is
named in the report and behind the key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from errlint.catalogue.importers.bodies import Body
from errlint.catalogue.importers.facts import API, ENVELOPE, FAILURE, IDEMPOTENCY, STRENGTH, Fact, Facts, Subject, lines_of
from errlint.catalogue.importers.sources import Source, cite
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import CatalogueFile

_SINGLE: tuple[tuple[Subject, str, str], ...] = (
    (API, "name", "the name of the API"),
    (API, "auth_header", "the header for credentials"),
    (FAILURE, "status", "which statuses are errors"),
    (ENVELOPE, "request_id_echo", "the header that comes back as the request id"),
    (IDEMPOTENCY, "header", "the header for idempotency keys"),
    (IDEMPOTENCY, "missing", "the status for a missing idempotency key"),
    (IDEMPOTENCY, "mismatch", "the status for an idempotency key used twice"),
    (IDEMPOTENCY, "reuse_on_retry", "the idempotency key of a retry"),
)
_PARTS = ("code", "message", "type", "param", "hint", "request_id")


def merge(facts: Facts, sources: Sequence[Source]) -> dict[tuple[Subject, str], str]:
    """Take out of the facts what another document contradicts with more right; what to tell about it, by subject and key."""
    return _Merger(facts, sources).merge() if len(sources) > 1 else {}


def comments_for(told: dict[tuple[Subject, str], str], file: CatalogueFile) -> dict[KeyPath, str]:
    """What is told of contradictions, by where it belongs in the catalogue."""
    return {at: text for (about, key), text in told.items() if (at := _key(about, key, file)) is not None}


class _Merger:
    def __init__(self, facts: Facts, sources: Sequence[Source]) -> None:
        self._facts = facts
        self._sources = sources
        self._about = Counter((fact.about, fact.at.source) for fact in facts)
        self._all = Counter(fact.at.source for fact in facts)
        self._told: dict[tuple[Subject, str], str] = {}
        self._gone: list[Fact] = []

    def merge(self) -> dict[tuple[Subject, str], str]:
        for about, key, what in _SINGLE:
            self._one(about, key, what)
        for about in self._facts.subjects("retry_after"):
            self._one(about, "format", f"the unit of {about[2]}", several=True)
        for about in self._facts.subjects("code"):
            self._one(about, "type", f"the type of {about[1]}")
            self._one(about, "details_shape", f"the shape of the details of {about[1]}")
        for part in _PARTS:
            self._places(part)
        self._complete()
        for key in ("message_contract", "codes"):
            self._promise(key)
        self._facts.drop(self._gone)
        return self._told

    def _one(self, about: Subject, key: str, what: str, *, several: bool = False) -> None:
        """A key that holds one value; ``several``: or one set of values, of which another document may know a part."""
        groups = [
            (source, [fact for fact in self._facts.of(about, key) if fact.at.source == source]) for source in range(len(self._sources))
        ]
        groups = [(source, group) for source, group in groups if group]
        # what a document only implies is no statement against another's
        strongest = max((_strength(group) for _, group in groups), default=0)
        if strongest > STRENGTH["inferred"]:
            groups = [entry for entry in groups if _strength(entry[1]) > STRENGTH["inferred"]]
        groups.sort(key=lambda entry: (-_strength(entry[1]), -self._about[about, entry[0]], -self._all[entry[0]], entry[0]))
        if len(groups) < 2:
            return
        _, best = groups[0]
        values = {_folded(fact.value) for fact in best}
        against = [group for _, group in groups[1:] if not _agrees(values, {_folded(fact.value) for fact in group}, several=several)]
        if against:
            told = "; ".join(f"{self._said(group)}" for group in (best, *against))
            self._facts.doubt(f"the documents disagree on {what}: {told}; the first of these counts", best[0].at)
            self._told[about, key] = f"disputed: {'; '.join(self._said(group) for group in against)}"
            self._gone.extend(fact for group in against for fact in group)

    def _places(self, part: str) -> None:
        """Where a part of the error stands: all places are candidates, but that documents differ is told."""
        by_source: dict[int, set[str]] = {}
        for fact in self._facts.of(ENVELOPE, "body"):
            body: Body = fact.value
            found = {path for kind, path, extra, _ in body.places if kind == part and not extra}
            by_source.setdefault(fact.at.source, set()).update(found)
        told = {source: paths for source, paths in by_source.items() if paths}
        first = next(iter(told.values()), set())
        if any(first.isdisjoint(paths) for paths in told.values()):
            names = [f"{', '.join(sorted(paths))} ({self._name(source)})" for source, paths in told.items()]
            self._facts.doubt(f"the documents put the {part.replace('_', ' ')} at different places: {'; '.join(names)}")
            self._told[ENVELOPE, part] = f"disputed: {'; '.join(names)}"

    def _promise(self, key: str) -> None:
        """What documents promise differently: the derivation believes, and reports, the one that promises less."""
        said: dict[Any, list[Fact]] = {}
        for fact in self._facts.of(ENVELOPE, key):
            said.setdefault(fact.value, []).append(fact)
        if len(said) > 1:
            self._told[ENVELOPE, key] = f"disputed: {'; '.join(self._said(group) for group in said.values())}"

    def _complete(self) -> None:
        """A list of codes that calls itself complete, while another document has more."""
        for fact in self._facts.of(ENVELOPE, "codes"):
            listed = {source: {one.about[1] for one in self._listed() if one.at.source == source} for source in range(len(self._sources))}
            more = sorted(set().union(*listed.values()) - listed[fact.at.source]) if listed[fact.at.source] else []
            if fact.value == "complete" and more:
                self._facts.doubt(f"the list of codes is called complete, but other documents have {', '.join(more[:5])}", fact.at)
                self._told[ENVELOPE, "codes"] = f"disputed: {self._name(fact.at.source)} calls its list complete"
                self._gone.append(fact)

    def _listed(self) -> Iterator[Fact]:
        return (fact for fact in self._facts if fact.about[0] == "code" and fact.key == "listed")

    def _said(self, group: Sequence[Fact]) -> str:
        values = ", ".join(dict.fromkeys(str(fact.value) for fact in group))
        return f"{values} ({cite(lines_of(group), self._sources)})"

    def _name(self, source: int) -> str:
        from errlint.catalogue.importers.sources import short_names

        return short_names(self._sources)[source]


def _strength(group: Iterable[Fact]) -> int:
    return max(STRENGTH[fact.evidence] for fact in group)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _agrees(one: set[Any], other: set[Any], *, several: bool) -> bool:
    return one <= other or other <= one if several else not one.isdisjoint(other)


def _key(about: Subject, key: str, file: CatalogueFile) -> KeyPath | None:
    kind = about[0]
    if kind == "failure":
        return ("failure", 0, "status")
    if kind == "envelope" and key in _PARTS:
        return ("envelope", key, 0)
    if kind in {"api", "envelope", "idempotency"}:
        return (kind, key)
    if kind == "retry_after":
        found = next((at for at, one in enumerate(file.retry_after) if about[2] in {one.header, one.json}), None)
        return None if found is None else ("retry_after", found, "formats")
    found = next((at for at, rule in enumerate(file.code) if about[1] in rule.names), None)
    return None if found is None else ("code", found, key)
