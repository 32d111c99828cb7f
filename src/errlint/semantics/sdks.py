"""Library sheets made from catalogues: what an API's own SDK raises, and that its calls do HTTP."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from errlint.catalogue import Catalogue
from errlint.catalogue.schema import Attribute, Sdk
from errlint.libraries import FunctionSheet, Library, Sheet, TypeSheet

_KINDS: dict[Attribute, str] = {
    "code": "code", "message": "message", "request_id": "request-id", "status": "status", "retry_after": "retry-after", "headers":
    "headers",
}  # fmt: skip


def sdk_sheets(catalogues: Iterable[Catalogue], written: Container[str] = ()) -> tuple[Sheet, ...]:
    """One sheet for each SDK that a catalogue describes.

    :param written: import roots that have a library sheet: it knows more (classes, responses, which calls do HTTP), and takes the place.
    """
    sdks = ((catalogue, sdk) for catalogue in catalogues for sdk in catalogue.sdks)
    return tuple(
        _sheet(catalogue, sdk) for catalogue, sdk in sdks if not any(root.partition(".")[0] in written for root in sdk.import_roots)
    )


def _sheet(catalogue: Catalogue, sdk: Sdk) -> Sheet:
    library = Library(id=f"{catalogue.id}:{sdk.package}", roots=tuple(root.partition(".")[0] for root in sdk.import_roots))
    client = f"{sdk.import_roots[0]}.<client>"
    functions = tuple(
        function
        for root in sdk.import_roots
        for function in (
            FunctionSheet(names=(f"{root}.[A-Z]*",), returns=client),
            FunctionSheet(names=(f"{root}.*",), returns="http", raises_on_status=True),
        )
    )
    types = (TypeSheet(name=client, is_a="client"), *_exceptions(sdk))
    return Sheet(schema=1, library=library, type=types, function=functions)


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
