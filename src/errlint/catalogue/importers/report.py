"""What an import found, what is doubtful about it, and what the documents leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from errlint.catalogue.importers.facts import Doubt, Facts
from errlint.catalogue.importers.sources import Source, cite
from errlint.catalogue.schema import CatalogueFile, CodeRule, PlaceSheet
from errlint.lean import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """Three lists of lines for people."""

    found: tuple[str, ...]
    doubtful: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the documents say nothing at all about errors."""
        return not self.found


def report(file: CatalogueFile, facts: Facts, sources: Sequence[Source]) -> Report:
    """The report on an import."""
    disputes = [f"{what}: {text}" for what, text in _disputes(file)]
    doubts = [_told(doubt, sources) for doubt in facts.doubts]
    return Report(tuple(_found(file)), (*disputes, *doubts, *_aliases(file)), tuple(_missing(file)))


def _found(file: CatalogueFile) -> Iterator[str]:
    names = [name for rule in file.code for name in rule.names]
    if names:
        texts = sum(len(said) for rule in file.code for said in rule.messages.values())
        yield _count(len(names), "code") + (f", {_count(texts, 'text')} on the wire" if texts else "")
    families = [rule.pattern for rule in file.code if rule.pattern]
    if families:
        yield f"families of codes: {', '.join(dict.fromkeys(families))}"
    if file.status:
        yield f"{_count(len(file.status), 'status', 'statuses')}: {', '.join(file.status)}"
    for part in ("code", "message", "hint", "type", "details", "request_id"):
        sheets: tuple[PlaceSheet, ...] = getattr(file.envelope, part)
        if sheets:
            yield f"{part.replace('_', ' ')} at {', '.join(_place(sheet) for sheet in sheets)}"
    for sheet in file.retry_after:
        yield f"time to retry: {f'header {sheet.header}' if sheet.header else sheet.json} ({' or '.join(sheet.formats)})"
    if file.envelope.message_contract != "unstated":
        yield f"message texts are {file.envelope.message_contract}"
    if file.idempotency is not None:
        yield f"idempotency key: {file.idempotency.header}"
    if file.api.hosts:
        yield f"hosts: {', '.join(file.api.hosts)}"
    for sdk in file.sdk:
        yield f"SDK: {sdk.package}"


def _missing(file: CatalogueFile) -> Iterator[str]:
    envelope = file.envelope
    if not file.code:
        yield "codes: none is listed"
    for part, what in (("code", "where the code stands"), ("message", "where the message stands"), ("request_id", "a request id")):
        if not getattr(envelope, part):
            yield what
    if envelope.message_contract == "unstated":
        yield "whether message texts may change"
    if not file.retry_after:
        yield "when to retry: neither a header nor a field"
    if not file.api.hosts:
        yield "the host of the API: bind it in the configuration"
    open_ = [name for rule in file.code if rule.retry == "unstated" for name in rule.names or (rule.pattern,)]
    if open_:
        yield f"whether these may be retried: {_some(open_)}"
    statuses = [key for key, rule in file.status.items() if rule.retry == "unstated"]
    if statuses:
        yield f"whether these statuses may be retried: {_some(statuses)}"
    homeless = [name for rule in file.code if not rule.status for name in rule.names]
    if homeless:
        yield f"the statuses of {_some(homeless)}"


def _disputes(file: CatalogueFile) -> Iterator[tuple[str, str]]:
    for rule in file.code:
        if rule.disputed:
            yield ", ".join(rule.names), rule.disputed
    for key, default in file.status.items():
        if default.disputed and not any(rule.disputed == default.disputed for rule in file.code):
            yield f"status {key}", default.disputed


def _aliases(file: CatalogueFile) -> Iterator[str]:
    """Codes under one status whose names share their words: perhaps two names of one thing."""
    from errlint.catalogue.importers.words import essence

    alike: dict[frozenset[str], list[tuple[int, str, CodeRule]]] = {}
    names = ((name, rule) for rule in file.code for name in rule.names if not rule.alias_group)
    for at, (name, rule) in enumerate(names):
        alike.setdefault(essence(name), []).append((at, name, rule))
    found: list[tuple[int, int, str]] = []
    for words, members in alike.items():
        for position, (at, name, rule) in enumerate(members if words else ()):
            for later, other, of_other in members[position + 1 :]:
                if set(rule.status) & set(of_other.status) and rule.retry == of_other.retry:
                    found.append((at, later, f"{name} and {other} may be two names of one thing: if so, give them an alias_group"))
    yield from (text for _, _, text in sorted(found))


def _told(doubt: Doubt, sources: Sequence[Source]) -> str:
    return f"{cite([doubt.at], sources)}: {doubt.text}" if doubt.at is not None else doubt.text


def _place(sheet: PlaceSheet) -> str:
    return sheet.json or f"header {sheet.header}"


def _some(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
