"""What an SDK makes of an error, held against what its catalogue says of the SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import get_args

from packaging.specifiers import SpecifierSet

from benchmarks.sdks.server import answering
from benchmarks.sdks.specimens import ID, Specimen
from errlint.catalogue import Catalogue
from errlint.catalogue.schema import Attribute, ExceptionSheet, Sdk, sdk_expression

_DEPTH = 3
"""How many attributes deep the id is looked for."""


@dataclass(frozen=True)
class Observation:
    """What was raised: ``shown`` is what of the answer stands in ``str(e)``, ``found`` the ways from the exception to the id."""

    error: Exception
    classes: tuple[str, ...]
    shown: frozenset[Attribute]
    found: tuple[str, ...]


def installed(specimen: Specimen) -> str | None:
    """The version of the SDK that is here, if any."""
    try:
        return version(specimen.package)
    except PackageNotFoundError:
        return None


def observe(specimen: Specimen) -> Observation:
    """Let the SDK meet the error.

    :raises LookupError: what came out is not an error of the SDK: this release has to be called in another way.
    """
    with answering(specimen.answer) as url:
        try:
            specimen.call(import_module(specimen.module), url)
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in {specimen.module.partition(".")[0], *specimen.raises}:
                raise LookupError(f"{specimen}: cannot be called like that: {type(error).__name__}: {error}") from error
            text = str(error)
            classes = tuple(f"{one.__module__}.{one.__qualname__}" for one in type(error).__mro__ if issubclass(one, Exception))
            shown = frozenset(part for part, said in specimen.holds.items() if said in text)
            return Observation(error, classes, shown, tuple(_ways(error)))
    raise LookupError(f"{specimen}: no error came out")


def sheet(catalogue: Catalogue, specimen: Specimen, release: str) -> Sdk:
    """The table of the catalogue that speaks of this release; the package that is installed may only bring it along (boto3, botocore).

    :raises LookupError: there is none.
    """
    root = specimen.module.partition(".")[0]
    for sdk in catalogue.sdks:
        if root in sdk.import_roots and SpecifierSet(sdk.versions).contains(release, prereleases=True):
            return sdk
    raise LookupError(f"{specimen}: the catalogue does not speak of {specimen.package} {release}")


def disagreements(specimen: Specimen, seen: Observation, sdk: Sdk) -> Iterator[str]:
    """Where the catalogue says something else than what was seen; nothing if it is true."""
    own = next((one for one in sdk.exceptions if _names(one, seen.classes)), ExceptionSheet(class_=""))
    expressions = {**sdk.attrs, **own.attrs}
    for part in get_args(Attribute):
        if part in specimen.holds and part in expressions:
            yield from _reading(part, sdk_expression(expressions[part], "e"), specimen.holds[part], seen.error)
    if "request_id" in (*sdk.unreachable, *own.unreachable) and seen.found:
        yield f"request_id is said to be out of reach, but stands at {', '.join(seen.found)}"
    shows = sdk.str_shows if own.str_shows is None else own.str_shows
    if shows is not None:
        for part in specimen.holds:
            if (part in shows) != (part in seen.shown):
                yield f"str(e) is said {'to show' if part in shows else 'not to show'} {part}: {str(seen.error)!r}"


def _names(sheet: ExceptionSheet, classes: tuple[str, ...]) -> bool:
    return sheet.class_ in classes


def _reading(part: str, expression: str, said: str, error: Exception) -> Iterator[str]:
    try:
        value = eval(expression, {"e": error, "json": json})  # noqa: S307 -- an expression of a catalogue of ours
    except Exception as problem:  # noqa: BLE001 -- whatever is wrong with the expression
        yield f"{part} = {expression}: {type(problem).__name__}: {problem}"
        return
    if not (value == said or str(value) == said or (part == "message" and said in str(value))):
        yield f"{part} = {expression} gives {value!r}, the answer had {said!r}"


def _ways(error: Exception) -> Iterator[str]:
    """Where the id stands below an exception, by attribute and key."""
    waiting: list[tuple[str, object, int]] = [("e", error, 0)]
    seen: set[int] = set()
    while waiting:
        way, value, depth = waiting.pop(0)
        if id(value) in seen or depth > _DEPTH:
            continue
        seen.add(id(value))
        if isinstance(value, (str, bytes)):
            if ID in (value if isinstance(value, str) else value.decode(errors="replace")):
                yield way
            continue
        if isinstance(value, Mapping):
            inside = [(f"{way}[{key!r}]", one) for key, one in value.items()]
        elif isinstance(value, (list, tuple)):
            inside = [(f"{way}[{index}]", one) for index, one in enumerate(value)]
        else:
            own = {**getattr(value, "__dict__", {}), "headers": getattr(value, "headers", None)}
            inside = [(f"{way}.{name}", one) for name, one in own.items() if not name.startswith("_")]
        waiting += [(where, one, depth + 1) for where, one in inside]
