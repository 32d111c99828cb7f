"""From a TOML file to a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from errlint.catalogue.collection import Catalogues
from errlint.catalogue.model import Catalogue, Envelope, RetryAfter
from errlint.catalogue.parts import Part, parts_of
from errlint.catalogue.places import Place, parse_json_path
from errlint.catalogue.problem import Problem
from errlint.catalogue.schema import CatalogueFile, EnvelopeSheet, PlaceSheet, RetryAfterSheet
from errlint.errors import UsageProblem
from errlint.prepared import NOTHING, Prepared, decoded
from errlint.toml import Document


def load_catalogue(path: Path, ready: Prepared = NOTHING) -> Catalogue:
    """Read one catalogue.

    :param ready: what is prepared of some files, in which nothing is wrong.
    :raises UsageProblem: the file is missing, is no TOML, does not fit the schema, or contradicts itself (its first problem).
    """
    file = decoded(ready, path, CatalogueFile) or _checked(path)
    api, *surfaces = parts_of(file)
    return _catalogue(file, api, path, tuple(_catalogue(file, part, path) for part in surfaces))


def _checked(path: Path) -> CatalogueFile:
    document = Document.read(path)
    file = document.decode(CatalogueFile)
    problems = _located(document, _problems(file))
    if problems:
        raise problems[0]
    return file


def load_catalogues(*layers: Iterable[Path], ready: Prepared = NOTHING) -> Catalogues:
    """Read the built-in catalogues, those of packages, the user's.

    :param layers: files that must all have different ids within a layer; a file that is listed twice counts once. One with the id of a
        file in an earlier layer takes its place, whole. :param ready: as for :func:`load_catalogue`.
    :raises UsageProblem: as :func:`load_catalogue`, or two files of one layer have the same id.
    """
    found: dict[str, Catalogue] = {}
    for layer in layers:
        found.update(_by_id(layer, ready))
    return Catalogues(tuple(found.values()))


def catalogue_problems(path: Path) -> tuple[UsageProblem, ...]:
    """Everything that is wrong with a file, in the order of its lines; what does not fit the schema hides the rest."""
    try:
        document = Document.read(path)
        return tuple(_located(document, _problems(document.decode(CatalogueFile))))
    except UsageProblem as problem:
        return (problem,)


def _problems(file: CatalogueFile) -> Iterator[Problem]:
    from errlint.catalogue.checks import problems_of  # which no file needs that is prepared

    return problems_of(file)


def _by_id(paths: Iterable[Path], ready: Prepared) -> dict[str, Catalogue]:
    found: dict[str, Catalogue] = {}
    for path in dict.fromkeys(paths):
        one = load_catalogue(path, ready)
        if one.id in found:
            message = f"the id '{one.id}' is already that of {found[one.id].path}"
            raise Document.read(path).problem(message, ("api", "id"), "give one of them another id")
        found[one.id] = one
    return found


def _located(document: Document, problems: Iterable[Problem]) -> list[UsageProblem]:
    placed = [document.problem(problem.message, problem.at, problem.hint) for problem in problems]
    return sorted(placed, key=lambda problem: (problem.line or 0, problem.column or 0))


def _catalogue(file: CatalogueFile, part: Part, path: Path, surfaces: tuple[Catalogue, ...] = ()) -> Catalogue:
    own = part.surface
    return Catalogue(
        id=f"{file.api.id}/{own.id}" if own else file.api.id,
        name=(own.name if own else "") or file.api.name,
        hosts=part.hosts,
        path_prefixes=part.path_prefixes,
        envelope=_envelope(part.envelope),
        failure=part.failure,
        retry_after=tuple(_retry_after(sheet) for sheet in part.retry_after),
        override_headers=part.override_headers,
        idempotency=part.idempotency,
        status=part.status,
        codes=part.code,
        sdks=file.sdk,
        api=file.api,
        path=str(path),
        surfaces=surfaces,
    )


def _envelope(sheet: EnvelopeSheet) -> Envelope:
    return Envelope(
        code=_places(sheet.code),
        message=_places(sheet.message),
        hint=_places(sheet.hint),
        details=_places(sheet.details),
        type=_places(sheet.type),
        param=_places(sheet.param),
        status=_places(sheet.status),
        request_id=_places(sheet.request_id),
        upstream_message=_places(sheet.upstream_message),
        request_id_echo=sheet.request_id_echo or None,
        branch_on=sheet.branch_on,
        codes=sheet.codes,
        code_statuses=sheet.code_statuses,
        message_contract=sheet.message_contract,
        message_allow=sheet.message_allow,
    )


def _places(sheets: tuple[PlaceSheet, ...]) -> tuple[Place, ...]:
    return tuple(
        Place(
            json=parse_json_path(sheet.json) if sheet.json else None,
            header=sheet.header or None,
            xml=sheet.xml or None,
            sdk_attr=sheet.sdk_attr or None,
            type=sheet.type,
            case=sheet.case,
            optional=sheet.optional,
            shapes=sheet.shapes,
        )
        for sheet in sheets
    )


def _retry_after(sheet: RetryAfterSheet) -> RetryAfter:
    place = Place(
        json=parse_json_path(sheet.json) if sheet.json else None,
        header=sheet.header or None,
        sdk_attr=sheet.sdk_attr or None,
        optional=sheet.optional,
    )
    return RetryAfter(place, sheet.formats, sheet.on, sheet.only_if)
