"""In-house HTTP libraries, as the settings describe them: a few words about a call make a library sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from errlint.hints import did_you_mean
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import KINDS, FunctionSheet, Library, Sheet, TypeSheet

if TYPE_CHECKING:
    from errlint.config import Config, Layer
    from errlint.config.schema import Wrapper

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "send")
"""What ``Client.*`` stands for."""


def with_wrappers(libraries: Libraries, config: Config) -> Libraries:
    """The library sheets, and what the settings say of the user's own libraries.

    :raises UsageProblem: a wrapper has no dotted name, or returns or raises what no sheet knows.
    """
    said = {name: (layer, wrapper) for layer in config.layers for name, wrapper in layer.wrappers}
    if not said:
        return libraries
    for name, (layer, wrapper) in said.items():
        _check(libraries, layer, name, wrapper)
    sheets = tuple(_sheet(libraries, name, wrapper) for name, (_, wrapper) in sorted(said.items()))
    merged = _merged([sheet.type[0] for sheet in sheets if sheet.type])
    named = frozenset(name for sheet in sheets for name in (*(entry.name for entry in sheet.type), *sheet.function[0].names))
    types = Sheet(schema=1, library=Library(id="wrappers", roots=()), type=merged)
    return replace(libraries, sheets=(*libraries.sheets, *(_without_types(sheet) for sheet in sheets), types), wrapped=named)


def _check(libraries: Libraries, layer: Layer, name: str, wrapper: Wrapper) -> None:
    *owner, member = name.split(".")
    if (
        not owner
        or not all(part.isidentifier() for part in owner)
        or not (member.isidentifier() or (member == "*" and _is_class(owner[-1])))
    ):
        problem = f"'{name}' is no dotted name of a function or a method"
        raise layer.problem(problem, "wrappers", name, hint="as in 'acme_http.get', 'acme_http.Client.get' or 'acme_http.Client.*'")
    named = [("returns", wrapper.returns)] if wrapper.returns not in KINDS else []
    for key, type_name in (*named, *(("raises", raised) for raised in wrapper.raises)):
        if libraries.type(type_name) is None:
            known = [*libraries.type_names, *(sorted(KINDS) if key == "returns" else ())]
            hint = did_you_mean(type_name, known) or "it has to be a type of a library sheet, such as 'requests.Response'"
            raise layer.problem(f"no library sheet knows '{type_name}'", "wrappers", name, key, hint=hint)


def _sheet(libraries: Libraries, name: str, wrapper: Wrapper) -> Sheet:
    owner, _, member = name.rpartition(".")
    members = _METHODS if member == "*" else (member,)
    raises = wrapper.raises or (libraries.errors_of(wrapper.returns) if wrapper.raises_on_status else ())
    function = FunctionSheet(
        tuple(f"{owner}.{one}" for one in members), wrapper.returns, raises_on_status=wrapper.raises_on_status, raises=raises
    )
    is_new = _is_class(owner.rpartition(".")[2]) and libraries.type(owner) is None
    types = (TypeSheet(owner, methods=dict.fromkeys(members, wrapper.returns)),) if is_new else ()
    return Sheet(schema=1, library=Library(id=name, roots=()), type=types, function=(function,))


def _is_class(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()


def _merged(types: list[TypeSheet]) -> tuple[TypeSheet, ...]:
    """One table for each class, with the methods of all."""
    methods: dict[str, dict[str, str]] = {}
    for entry in types:
        methods.setdefault(entry.name, {}).update(entry.methods)
    return tuple(TypeSheet(name, methods=found) for name, found in methods.items())


def _without_types(sheet: Sheet) -> Sheet:
    return Sheet(schema=1, library=sheet.library, function=sheet.function)
