"""A file's tables as they hold for the whole API and for each of its surfaces."""

from __future__ import annotations

from collections.abc import Iterator

from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import (
    CatalogueFile,
    CodeRule,
    EnvelopeSheet,
    FailureTest,
    Idempotency,
    Retry,
    RetryAfterSheet,
    StatusRule,
    Surface,
)
from errlint.lean import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """The tables that hold for the API (``surface`` is None) or for one surface, its own before the file's."""

    at: KeyPath
    surface: Surface | None
    hosts: tuple[str, ...]
    path_prefixes: tuple[str, ...]
    failure: tuple[FailureTest, ...]
    envelope: EnvelopeSheet
    retry_after: tuple[RetryAfterSheet, ...]
    override_headers: dict[str, dict[str, Retry]]
    idempotency: Idempotency | None
    status: dict[str, StatusRule]
    code: tuple[CodeRule, ...]
    known: tuple[str, ...]
    """Every code of the file: what one part inherits may speak of the codes of another."""

    def where(self, table: str) -> KeyPath:
        """The way to the table that holds here: in the surface if it has one, else in the file."""
        own = self.surface is not None and getattr(self.surface, table) is not None
        return (*self.at, table) if own else (table,)


def parts_of(file: CatalogueFile) -> Iterator[Part]:
    """The API first, then its surfaces in the order of the file."""
    known = tuple(name for rules in (file.code, *(one.code or () for one in file.surface)) for rule in rules for name in rule.names)
    api = Part(
        at=(),
        surface=None,
        hosts=file.api.hosts,
        path_prefixes=file.api.path_prefixes,
        failure=file.failure,
        envelope=file.envelope,
        retry_after=file.retry_after,
        override_headers=file.override_headers,
        idempotency=file.idempotency,
        status=file.status,
        code=file.code,
        known=known,
    )
    yield api
    for index, own in enumerate(file.surface):
        yield Part(
            at=("surface", index),
            surface=own,
            hosts=own.hosts or api.hosts,
            path_prefixes=own.path_prefixes or api.path_prefixes,
            failure=api.failure if own.failure is None else own.failure,
            envelope=own.envelope or api.envelope,
            retry_after=api.retry_after if own.retry_after is None else own.retry_after,
            override_headers=api.override_headers if own.override_headers is None else own.override_headers,
            idempotency=own.idempotency or api.idempotency,
            status=api.status if own.status is None else own.status,
            code=api.code if own.code is None else own.code,
            known=known,
        )
