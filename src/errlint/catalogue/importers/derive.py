"""From facts to a catalogue: what the documents say, what follows from it, and what they leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path

from errlint.catalogue.importers.envelope import envelope, failure
from errlint.catalogue.importers.facts import API, IDEMPOTENCY, Facts, Place, lines_of, note
from errlint.catalogue.importers.retries import Retries
from errlint.catalogue.importers.sources import Source
from errlint.catalogue.importers.waits import retry_after
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import Api, CatalogueFile, CodeRule, Idempotency, Sdk, StatusAndCode
from errlint.catalogue.schema import Source as SourceSheet
from errlint.lean import dataclass

_UNKNOWN = ("status", "headers", "response", "retry_after", "details")
"""What rules ask of an exception; a page that shows some attributes and not these leaves open how to get them."""


@dataclass(slots=True)
class Derived:
    """A catalogue, and for every key in it where the documents say so."""

    file: CatalogueFile
    places: dict[KeyPath, tuple[Place, ...]] = field(default_factory=dict)
    comments: dict[KeyPath, str] = field(default_factory=dict)


def derive(facts: Facts, sources: Sequence[Source], *, id: str = "", name: str = "") -> Derived:  # noqa: A002 -- the catalogue's own word
    """The catalogue that the facts amount to; doubts that come up on the way are added to the facts."""
    places: dict[KeyPath, tuple[Place, ...]] = {}
    waits = retry_after(facts, places)
    retries = Retries(facts, sources, places, has_waits=bool(waits))
    codes = retries.codes()
    statuses = retries.statuses(codes)
    file = CatalogueFile(
        schema=1,
        api=_api(facts, sources, id, name, places),
        failure=failure(facts, places),
        envelope=envelope(facts, [name for rule in codes for name in rule.names], places),
        retry_after=waits,
        idempotency=_idempotency(facts, codes, places),
        status=statuses,
        code=codes,
        sdk=_sdks(facts, places),
    )
    return Derived(file, places)


def _api(facts: Facts, sources: Sequence[Source], wanted_id: str, wanted_name: str, places: dict[KeyPath, tuple[Place, ...]]) -> Api:
    hosts: dict[str, None] = {}
    for fact in facts.of(API, "host"):
        index = len(hosts)
        if fact.value not in hosts:
            hosts[fact.value] = None
            places["api", "hosts", index] = (fact.at,)
    names = facts.of(API, "name")
    prefixes = tuple(dict.fromkeys(fact.value for fact in facts.of(API, "path_prefix")))
    auth = facts.of(API, "auth_header")
    for key, found in (
        ("name", names[:1] if not wanted_name else []),
        ("auth_header", auth),
        ("path_prefixes", facts.of(API, "path_prefix")),
    ):
        if found:
            places["api", key] = lines_of(found)[:1]
    name = wanted_name or (names[0].value if names else "")
    identifier = wanted_id or _id_of(next(iter(hosts), ""), name) or _slug(sources[0].stem) or "api"
    return Api(
        id=identifier,
        name=name or identifier,
        hosts=tuple(hosts),
        path_prefixes=prefixes,
        auth_header=auth[0].value if auth else "",
        sources=tuple(SourceSheet(title=_title(facts, index, source)) for index, source in enumerate(sources)),
    )


def _title(facts: Facts, index: int, source: Source) -> str:
    found = [fact.value for fact in facts.of(API, "title") if fact.at.source == index]
    return f"{Path(source.name).name}: {found[0]}" if found else Path(source.name).name


def _id_of(host: str, name: str) -> str:
    """``girardai`` for api.girardai.com, else what the name amounts to."""
    labels = [label for label in host.split(".")[:-1] if label not in {"api", "www", "*", "co", "com"} and not re.fullmatch(r"v\d+", label)]
    return _slug(labels[-1]) if labels else _slug(name)


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:40].strip("-")


def _idempotency(facts: Facts, codes: Iterable[CodeRule], places: dict[KeyPath, tuple[Place, ...]]) -> Idempotency | None:
    headers = facts.of(IDEMPOTENCY, "header")
    if not headers:
        return None
    rules = tuple(codes)

    def answer(key: str) -> StatusAndCode | None:
        found = facts.of(IDEMPOTENCY, key)
        if not found:
            return None
        places["idempotency", key] = lines_of(found)
        names = [name for rule in rules if found[0].value in rule.status for name in rule.names]
        return StatusAndCode(status=found[0].value, code=names[0] if len(names) == 1 else "")

    reuse = facts.of(IDEMPOTENCY, "reuse_on_retry")
    required = facts.of(IDEMPOTENCY, "required_on")
    places["idempotency", "header"] = lines_of(headers)
    for key, found in (("reuse_on_retry", reuse), ("required_on", required)):
        if found:
            places["idempotency", key] = lines_of(found)
    return Idempotency(
        header=headers[0].value,
        required_on=tuple(dict.fromkeys(fact.value for fact in required)),
        missing=answer("missing"),
        mismatch=answer("mismatch"),
        reuse_on_retry=reuse[0].value if reuse else "unstated",
    )


def _sdks(facts: Facts, places: dict[KeyPath, tuple[Place, ...]]) -> tuple[Sdk, ...]:
    sheets: list[Sdk] = []
    for subject in facts.subjects("sdk"):
        base = facts.of(subject, "base_exception")
        attrs = {fact.value[0]: fact.value[1] for fact in reversed(facts.of(subject, "attr"))}
        at: KeyPath = ("sdk", len(sheets))
        note(places, (*at, "base_exception"), lines_of(base))
        note(places, (*at, "attrs"), lines_of(facts.of(subject, "attr")))
        sheets.append(
            Sdk(
                package=subject[1],
                import_roots=(subject[1],),
                base_exception=base[0].value if base else "",
                attrs=dict(sorted(attrs.items())),
                unknown=tuple(name for name in _UNKNOWN if name not in attrs),  # type: ignore[misc]
            )
        )
    return tuple(sheets)
