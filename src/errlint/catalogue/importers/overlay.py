"""Decisions of people on what the documents leave open: a TOML file beside the documents, applied on every import.

Each decision names what it is about, what holds, and why; the reason goes into the catalogue as a comment. A decision that the documents
have caught up with is reported, so that an overlay does not outlive its purpose::

    overlay = 1

    [[decision]]
    about = "code TIMEOUT"
    because = "the sample repeats the request unchanged, the table asks for a smaller one"
    set = { disputed = "table and sample disagree" }
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from errlint.catalogue.importers.derive import Derived
from errlint.catalogue.importers.facts import Facts
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import CatalogueFile
from errlint.toml import Document

_TABLES = ("api", "envelope", "idempotency")
_LISTS = ("failure", "retry_after", "sdk")


class Decision(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One decision."""

    about: str
    """``code NAME``, ``status 503``, a table (``api``, ``envelope``, ``idempotency``), or a list that is replaced as a whole
    (``failure``, ``retry_after``, ``sdk``)."""
    because: str
    """Why; for people."""
    set: dict[str, Any] = {}
    """Keys of that table with their values, as in a catalogue; for a list, its tables under the key ``tables``."""
    drop: bool = False
    """Leave the thing out altogether."""


class Overlay(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole file."""

    overlay: Literal[1]
    decision: tuple[Decision, ...] = ()


def read_overlay(path: Path) -> tuple[Document, Overlay]:
    """Read an overlay.

    :raises UsageProblem: it cannot be read, is no TOML or no overlay.
    """
    document = Document.read(path)
    if "overlay" not in document.data:
        raise document.problem("a TOML file among the sources is an overlay, and this is none", hint="an overlay begins with `overlay = 1`")
    return document, document.decode(Overlay)


def apply(document: Document, overlay: Overlay, derived: Derived, facts: Facts) -> Derived:
    """The catalogue with the decisions; its rules have one code each.

    :raises UsageProblem: a decision is about nothing, or what it sets does not fit the schema.
    """
    for index, decision in enumerate(overlay.decision):
        before = derived.file
        data = msgspec.to_builtins(before)
        at = _change(data, decision, document, index)
        try:
            after = msgspec.convert(data, CatalogueFile)
        except msgspec.ValidationError as error:
            raise document.problem(f"this decision does not fit a catalogue: {error}", ("decision", index, "set")) from error
        if after == before:
            facts.doubt(f"the decision on {decision.about} changes nothing any more")
        if decision.drop:
            derived = Derived(after, *(_without(book, at, before, after) for book in (derived.places, derived.comments)))
        else:
            derived = Derived(after, derived.places, {**derived.comments, at: f"decided: {decision.because}"})
    return derived


def _change(data: dict[str, Any], decision: Decision, document: Document, index: int) -> KeyPath:
    """Carry a decision out; where its reason belongs."""
    kind, _, name = decision.about.partition(" ")
    if kind == "code" and name:
        return _change_code(data, name, decision)
    if kind == "status" and name:
        if decision.drop:
            data["status"].pop(name, None)
        else:
            data["status"].setdefault(name, {"retry": "unstated"}).update(decision.set)
        return ("status", name, "retry")
    if kind in _TABLES and not name:
        data[kind] = None if decision.drop else {**(data.get(kind) or {}), **decision.set}
        first = next(iter(decision.set), "")
        value = decision.set.get(first)
        return (kind, first, 0) if isinstance(value, list) and value and isinstance(value[0], dict) else (kind, first)
    if kind in _LISTS and not name:
        data[kind] = [] if decision.drop else decision.set.get("tables", [])
        return (kind, 0, next(iter(data[kind][0]), "")) if data[kind] else (kind,)
    hint = "write 'code NAME', 'status 503', 'api', 'envelope', 'idempotency', 'failure', 'retry_after' or 'sdk'"
    raise document.problem(f"a decision about '{decision.about}'", ("decision", index, "about"), hint)


def _change_code(data: dict[str, Any], name: str, decision: Decision) -> KeyPath:
    rules: list[dict[str, Any]] = [*data["code"]]
    data["code"] = rules
    found = next((at for at, rule in enumerate(rules) if name in rule["names"]), len(rules))
    if decision.drop:
        del rules[found : found + 1]  # of an unknown code nothing
        return ("code", found)
    if found == len(rules):
        rules.append({"names": [name], "retry": "unstated"})
    rules[found].update(decision.set)
    return ("code", found, "retry")


def _without(book: dict[KeyPath, Any], at: KeyPath, before: CatalogueFile, after: CatalogueFile) -> dict[KeyPath, Any]:
    """Notes without those on what a decision drops; the rules behind a code that is dropped keep theirs."""
    if at[0] != "code" or len(before.code) == len(after.code):
        return book
    gone = at[1]
    assert isinstance(gone, int)
    kept: dict[KeyPath, Any] = {}
    for key, note in book.items():
        if key[0] != "code" or not isinstance(key[1], int) or key[1] < gone:
            kept[key] = note
        elif key[1] > gone:
            moved = ("code", key[1] - 1, *key[2:])
            kept[moved] = note
    return kept
