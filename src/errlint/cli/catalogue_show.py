"""``errlint catalogue show``: one catalogue, as a table for people or as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from errlint.cli.codes import phrase
from errlint.cli.completion import api_ids
from errlint.cli.group import Choice, color_option, style
from errlint.cli.knowledge import catalogue_named, catalogue_option
from errlint.terminal import Style, shown_path, wrapped, write

if TYPE_CHECKING:
    from errlint.catalogue import Catalogue
    from errlint.catalogue.schema import Case, Statement

_LABEL = 14


@click.command("show")
@click.argument("id", shell_complete=api_ids)
@click.option("--format", "form", type=Choice(["table", "json"]), default="table", show_default=True, help="How to print it.")
@catalogue_option
@color_option
def show_(id: str, form: str, files: tuple[Path, ...]) -> None:  # noqa: A002 -- the catalogue's own word
    """Show what the catalogue ID, or one in a file, says: where the parts of an error stand, and what each code means for a retry.

    `errlint explain ID:CODE` says more of one code.
    """
    one = catalogue_named(id, files)
    if form == "json":
        write(sys.stdout, [json.dumps({"schema": 1, "catalogue": as_data(one)}, ensure_ascii=False, indent=2), "\n"])
        return
    write(sys.stdout, _table(one, style(sys.stdout)))


def _table(one: Catalogue, look: Style) -> Iterator[str]:
    from errlint.catalogue.words import waits_in_words
    from errlint.cli.tables import table

    yield look.paint(f"{one.id}: {one.name}", "bold") + "\n"
    envelope = one.envelope
    key = one.idempotency
    about = {
        "hosts": ", ".join(one.hosts),
        "packages": ", ".join(dict.fromkeys(f"{sdk.package} {sdk.versions}".strip() for sdk in one.sdks)),
        "surfaces": ", ".join(surface.id for surface in one.surfaces),
        "code": _joined(envelope.code),
        "message": _joined(envelope.message),
        "request id": _joined(envelope.request_id),
        "decide on": ", ".join(envelope.branch_on),
        "texts are": "" if one.message_contract == "unstated" else one.message_contract.replace("_", " "),
        "when to retry": "; ".join(waits_in_words(one, status=range(400, 600), codes=one.names)),
        "write key": (f"{key.header} on {', '.join(key.required_on)}" if key.required_on else key.header) if key else "",
        "sources": "; ".join(f"{source.title} {source.url}".strip() for source in one.api.sources),
        "file": shown_path(Path(one.path)),
    }
    for label, text in about.items():
        prefix = f"  {label + ':':<{_LABEL}} "
        yield from (f"{line}\n" for line in wrapped(prefix, prefix, text, look) if text)
    if one.codes:
        yield "\n"
        yield from table(("Code", "Status", "Retry", "What it means"), list(_codes(one)), look)
    if one.status:
        yield "\n"
        yield from table(("Status", "Retry", "What it means"), list(_statuses(one)), look)


def _codes(one: Catalogue) -> Iterator[tuple[str, ...]]:
    for rule in one.codes:
        statuses = ", ".join(map(str, rule.status)) or "-"
        for name in rule.names or (rule.pattern,):
            yield name, statuses, _retry(rule), rule.meanings.get(name, "") or rule.note
        yield from (("", "", *case) for case in _cases(rule.case))


def _statuses(one: Catalogue) -> Iterator[tuple[str, ...]]:
    for key, rule in one.status.items():
        yield key, _retry(rule), rule.meaning or rule.note or (phrase(int(key)) if key.isdigit() else "")
        yield from (("", *case) for case in _cases(rule.case))


def _cases(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    from errlint.catalogue.words import when_in_words

    for case in cases:
        yield _retry(case), f"→ {when_in_words(case.when)}{f': {case.note}' if case.note else ''}"


def _retry(rule: Statement) -> str:
    from errlint.catalogue.words import verdict_in_words

    return verdict_in_words(rule)


def _joined(places: Iterable[object]) -> str:
    return ", ".join(str(place) for place in places)


# JSON -----------------------------------------------------------------------------------------------------------------------------


def as_data(one: Catalogue) -> dict[str, Any]:
    """A catalogue for programs: every code by itself, places as people write them."""
    import msgspec

    from errlint.catalogue.schema import ENVELOPE_PARTS

    envelope = one.envelope
    return {
        "id": one.id,
        "name": one.name,
        "file": one.path,
        "hosts": list(one.hosts),
        "path_prefixes": list(one.path_prefixes),
        "auth_header": one.api.auth_header,
        "sources": msgspec.to_builtins(one.api.sources),
        "packages": [{"package": sdk.package, "versions": sdk.versions} for sdk in one.sdks],
        "failure": msgspec.to_builtins(one.failure),
        "envelope": {
            **{part: [_place(place) for place in getattr(envelope, part)] for part in ENVELOPE_PARTS},
            "request_id_echo": envelope.request_id_echo,
            "branch_on": list(envelope.branch_on),
            "codes": envelope.codes,
            "code_statuses": envelope.code_statuses,
            "message_contract": envelope.message_contract,
        },
        "retry_after": [
            {"place": str(wait.place), "formats": list(wait.formats), "on": list(wait.on), "only_if": msgspec.to_builtins(wait.only_if)}
            for wait in one.retry_after
        ],
        "override_headers": one.override_headers,
        "idempotency": msgspec.to_builtins(one.idempotency),
        "codes": [
            {
                "name": name,
                "status": list(rule.status),
                "pattern": rule.pattern,
                "meaning": rule.meanings.get(name, ""),
                "messages": list(rule.messages.get(name, ())),
                "same_as": [other for other in one.alias_group(name) if other != name],
                **_statement(rule),
                "cases": _case_data(rule.case),
            }
            for rule in one.codes
            for name in rule.names or (rule.pattern,)
        ],
        "statuses": [
            {"status": key, "meaning": rule.meaning, **_statement(rule), "cases": _case_data(rule.case)} for key, rule in one.status.items()
        ],
        "surfaces": [as_data(surface) for surface in one.surfaces],
    }


def _place(place: Any) -> dict[str, Any]:
    return {"place": str(place), "type": place.type, "case": place.case, "optional": place.optional, "shapes": list(place.shapes)}


def _statement(rule: Statement) -> dict[str, Any]:
    from errlint.catalogue.schema import Statement

    return {name: getattr(rule, name) for name in Statement.__struct_fields__}


def _case_data(cases: Iterable[Case]) -> list[dict[str, Any]]:
    import msgspec

    found = []
    for case in cases:
        when = {key: value for key, value in msgspec.to_builtins(case.when).items() if value}
        found.append({"when": when, **_statement(case)})
    return found
