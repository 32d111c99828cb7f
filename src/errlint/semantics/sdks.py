"""Library sheets made from catalogues: what an API's own SDK raises, and that its calls do HTTP."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from errlint.catalogue import Catalogue
from errlint.catalogue.schema import Attribute, Sdk
from errlint.sheets.library import FunctionSheet, Library, Sheet, TypeSheet

_KINDS: dict[Attribute, str] = {
    "code": "code", "message": "message", "request_id": "request-id", "status": "status", "retry_after": "retry-after", "headers":
    "headers",
}  # fmt: skip


def sdk_sheets(catalogues: Iterable[Catalogue], written: Container[str] = ()) -> tuple[Sheet, ...]:
    """One sheet for each package that a catalogue describes, with all its versions.

    :param written: import roots that have a library sheet: it knows more (classes, responses, which calls do HTTP), and takes the place.
    """
    packages: dict[tuple[str, str], list[Sdk]] = {}
    for catalogue in catalogues:
        for sdk in catalogue.sdks:
            if not any(root.partition(".")[0] in written for root in sdk.import_roots):
                packages.setdefault((catalogue.id, sdk.package), []).append(sdk)
    return tuple(_sheet(api, package, sdks) for (api, package), sdks in packages.items())


def _sheet(api: str, package: str, sdks: Sequence[Sdk]) -> Sheet:
    roots = dict.fromkeys(root.partition(".")[0] for sdk in sdks for root in sdk.import_roots)
    return Sheet(
        schema=1,
        library=Library(id=f"{api}:{package}", roots=tuple(roots), package=package),
        type=tuple(row for sdk in sdks for row in _types(sdk)),
        function=tuple(row for sdk in sdks for row in _functions(sdk)),
    )


def _functions(sdk: Sdk) -> Iterator[FunctionSheet]:
    for root in sdk.import_roots:
        yield FunctionSheet(names=(f"{root}.[A-Z]*",), returns=_client(sdk), versions=sdk.versions)
        yield FunctionSheet(names=(f"{root}.*",), returns="http", raises_on_status=True, versions=sdk.versions)


def _types(sdk: Sdk) -> Iterator[TypeSheet]:
    yield TypeSheet(name=_client(sdk), is_a="client", versions=sdk.versions)
    for entry in _exceptions(sdk):
        yield replace(entry, versions=sdk.versions)


def _client(sdk: Sdk) -> str:
    return f"{sdk.import_roots[0]}.<client>"


def _exceptions(sdk: Sdk) -> Iterator[TypeSheet]:
    root = sdk.import_roots[0]
    seen: set[str] = set()
    for entry in sdk.exceptions:
        name = entry.class_ if "." in entry.class_ else f"{root}.{entry.class_}"
        seen.add(name)
        numbers = tuple(status for status in entry.status if isinstance(status, int))
        parents = tuple(parent if "." in parent else f"{root}.{parent}" for parent in entry.parents) or (sdk.base_exception,)
        yield TypeSheet(
            name=name,
            is_a="exception",
            parents=parents,
            attributes=_attributes({**sdk.attrs, **entry.attrs}),
            covers_status=bool(entry.status) or not entry.codes,
            carries_status=bool(entry.status),
            statuses=numbers if len(numbers) == len(entry.status) else (),
        )
    if sdk.base_exception and sdk.base_exception not in seen:
        attributes = _attributes(sdk.attrs)
        yield TypeSheet(name=sdk.base_exception, is_a="exception", attributes=attributes, covers_status=True, text=sdk.str_contains)


def _attributes(attributes: Mapping[Attribute, str]) -> dict[str, str]:
    """Attributes by name; expressions (``response.status_code``) are not attributes of the exception itself."""
    return {name: _KINDS[meaning] for meaning, name in attributes.items() if meaning in _KINDS and name.isidentifier()}
