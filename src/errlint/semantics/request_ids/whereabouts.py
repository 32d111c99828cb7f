"""Where is the request id of an error, and how does code read it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from errlint.body_keys import REQUEST_IDS
from errlint.catalogue import Catalogue
from errlint.catalogue.schema import ExceptionSheet, Sdk, sdk_expression
from errlint.lean import dataclass
from errlint.regex import later
from errlint.semantics.meaning import Kind, Meaning
from errlint.sheets.library import TypeSheet

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_OF_HEADERS = later(r'\(?\{e\}\.(?:(\w+)\.)?(\w+)(?: or \{\}\))?\.get\("([^"]+)"\)(?: if .*)?')
"""``{e}.response.headers.get("x-request-id")`` in the spellings of catalogues."""
_OF_A_DICT = later(r"\{e\}\.(\w+)((?:\.get\(\"\w+\"(?:, \{\})?\))+)")
_ATTRIBUTE = later(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Whereabouts:
    """The request id of one kind of error.

    :ivar shown: for people, with ``{e}`` as in the expression; :ivar headers: names of headers that hold it, in lower case;
    :ivar paths: places in the body; :ivar in_text: ``str(e)`` has it, or may have it; :ivar expression: reads it, with ``{e}`` for the
    exception or the response; empty if no expression does so without a risk; :ivar narrow: whatever arrives there has it, so that reading
    it needs no guard; :ivar broad: errors arrive, too, that have nothing to do with the API; :ivar of_type: the type of exception, and the
    expression that reads it off that type alone, where none does so without a risk.
    """

    shown: str
    headers: frozenset[str]
    paths: tuple[tuple[int | str, ...], ...]
    in_text: bool
    expression: str
    narrow: bool
    broad: bool = False
    of_type: tuple[str, str] | None = None


class Ids:
    """Answers for the exceptions and responses of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    def of_response(self, response: Meaning) -> Whereabouts | None:
        """The id of an answer that is at hand as a response; None if the API gives none, or it cannot be read there."""
        catalogue = response.catalogue
        if catalogue is None or not _is_promised(catalogue):
            return None
        headers, paths = _headers(catalogue), _paths(catalogue)
        member, _ = self._member(response.sheet, "headers")
        if headers and member:
            return Whereabouts(f"header `{headers[0]}`", _lower(headers), paths, False, f'{{e}}.{member}.get("{headers[0]}")', True)
        return Whereabouts(_path_shown(paths), _lower(headers), paths, False, "", True) if paths else None

    def of_exception(self, caught: Meaning, types: Sequence[TypeSheet], *, broad: bool, mixed: bool) -> Whereabouts | None:
        """The id of an exception that a handler catches; None if the API gives none, or the exception does not lead to it.

        :param types: the sheets of all types of libraries that the handler names; :param broad: it also takes what has nothing to do with
            the API; :param mixed: it also takes types of which nobody knows what they have.
        """
        catalogue = caught.catalogue
        if catalogue is None:
            return None
        library = next((found for found in types if found.covers_status), None)
        if library is None:
            return None
        sdks = [sdk for sdk in catalogue.sdks if any(_root(root) == _root(library.name) for root in sdk.import_roots)]
        mixed = mixed or broad or not all(self._is_read_like(found, library, by_sdk=bool(sdks)) for found in types)
        narrow = not mixed and all(found.carries_status or self._has_response(found) for found in types)
        if sdks:
            return self._of_sdk(catalogue, sdks, library, narrow=narrow, broad=broad, mixed=mixed)
        return self._of_http(catalogue, library, narrow=narrow, broad=broad)

    def kept_by(self, sheet: TypeSheet) -> Whereabouts | None:
        """The id that exceptions of a class of the project keep; their text may have it, whoever makes it."""
        names = (name for name in sorted(REQUEST_IDS) if self._semantics.evaluator.defines(sheet, name))
        name = next(names, None)
        if name is None:
            return None
        return Whereabouts(f"`{{e}}.{name}`", frozenset(), (), True, f"{{e}}.{name}", narrow=True)

    def _is_read_like(self, found: TypeSheet, library: TypeSheet, *, by_sdk: bool) -> bool:
        """Whether what reads the id off one type of exception does so off another that has an answer; within a library, it does."""
        return _root(found.name) == _root(library.name) or (not by_sdk and self._way_to_headers(found) == self._way_to_headers(library))

    def _way_to_headers(self, sheet: TypeSheet) -> tuple[str, str, str]:
        """The attributes that lead to the headers of the answer behind an exception."""
        response, inner = self._response(sheet)
        return self._member(sheet, "headers")[0], response, self._member(inner, "headers")[0]

    def _of_sdk(
        self, catalogue: Catalogue, sdks: Sequence[Sdk], library: TypeSheet, *, narrow: bool, broad: bool, mixed: bool
    ) -> Whereabouts | None:
        if any("request_id" in sdk.unreachable for sdk in sdks):
            return None
        names = [name for found in self._semantics.types.ancestors(library.name) for name in (found.name, *found.also)]
        own = [next((sheet for name in names for sheet in sdk.exceptions if sheet.class_ == name), None) for sdk in sdks]
        said = {_attribute(sdk, sheet) for sdk, sheet in zip(sdks, own, strict=True)}
        if said == {None}:
            return None
        shows = [
            sheet.str_shows if sheet is not None and sheet.str_shows is not None else sdk.str_shows
            for sdk, sheet in zip(sdks, own, strict=True)
        ]
        # what nobody has looked at may have it
        in_text = any(shown is None or "request_id" in shown for shown in shows)
        written = said.pop() if len(said) == 1 else None
        expression = _guarded(sdk_expression(written, "{e}"), narrow=narrow, mixed=mixed) if written is not None else ""
        headers, paths = _headers(catalogue), _paths(catalogue)
        shown = f"`{sdk_expression(written, '{e}')}`" if written is not None else _place_shown(headers, paths)
        of_type = (library.name, sdk_expression(written, "{e}")) if written is not None and not expression else None
        return Whereabouts(shown, _lower(headers), paths, in_text, expression, narrow, broad, of_type)

    def _of_http(self, catalogue: Catalogue, library: TypeSheet, *, narrow: bool, broad: bool) -> Whereabouts | None:
        """The id of an API that is called without an SDK, from an exception of the HTTP library."""
        if not _is_promised(catalogue):
            return None
        headers, paths = _headers(catalogue), _paths(catalogue)
        own, may_lack = self._member(library, "headers")
        if headers and own:
            member = f"({{e}}.{own} or {{}})" if may_lack else f"{{e}}.{own}"
            return self._in_header(headers, paths, member, narrow=narrow, broad=broad)
        response, sheet = self._response(library)
        inner, _ = self._member(sheet, "headers")
        if headers and response and inner:
            return self._in_header(headers, paths, f"{{e}}.{response}.{inner}", narrow=narrow, broad=broad)
        if paths and (response or self._member(library, "body")[0] or self._member(library, "text")[0]):
            return Whereabouts(_path_shown(paths), _lower(headers), paths, False, "", narrow, broad)
        return None

    def _in_header(
        self, headers: Sequence[str], paths: tuple[tuple[int | str, ...], ...], member: str, *, narrow: bool, broad: bool
    ) -> Whereabouts:
        expression = _guarded(f'{member}.get("{headers[0]}")', narrow=narrow, mixed=False)
        return Whereabouts(f"header `{headers[0]}`", _lower(headers), paths, False, expression, narrow, broad)

    def _has_response(self, sheet: TypeSheet) -> bool:
        """Whether every instance has an answer, by what is declared."""
        name, _ = self._response(sheet)
        declared = (found.attributes[name] for found in self._semantics.types.ancestors(sheet.name) if name in found.attributes)
        return not next(declared, "?").endswith("?")

    def _response(self, sheet: TypeSheet) -> tuple[str, TypeSheet | None]:
        """The attribute of an exception that is the response, and its type."""
        for ancestor in self._semantics.types.ancestors(sheet.name):
            for name, declared in ancestor.attributes.items():
                found = self._semantics.libraries.type(declared.rstrip("?"))
                if found is not None and found.is_a == "response":
                    return name, found
        return "", None

    def _member(self, sheet: TypeSheet | None, meaning: str) -> tuple[str, bool]:
        """The attribute of a type that means this, and whether it may be None; without a name if there is none."""
        ancestors = self._semantics.types.ancestors(sheet.name) if sheet is not None else ()
        found = ((name, said.endswith("?")) for one in ancestors for name, said in one.attributes.items() if said.rstrip("?") == meaning)
        return next(found, ("", False))


def is_id(kind: Kind, name: str, path: tuple[int | str, ...], where: Whereabouts) -> bool:
    """Whether a part of an answer is the id, or has it inside."""
    if kind is Kind.HEADER:
        return name.lower() in where.headers
    return any(known[: len(path)] == path for known in where.paths)


def _attribute(sdk: Sdk, sheet: ExceptionSheet | None) -> str | None:
    """How the id is read off an exception, by what a catalogue says of the SDK and of the class."""
    if sheet is not None and "request_id" in sheet.unreachable:
        return None
    own = sheet.attrs.get("request_id") if sheet is not None else None
    return own or sdk.attrs.get("request_id")


def _guarded(expression: str, *, narrow: bool, mixed: bool) -> str:
    """The expression for exceptions of which some do not have what it reads.

    :param mixed: what others have by the same name may be anything: a response, for one, is no dict. Empty, if no guard helps then.
    """
    attribute = expression.removeprefix("{e}.")
    header = _OF_HEADERS.fullmatch(expression)
    if _ATTRIBUTE.fullmatch(attribute):
        return expression if narrow else f'getattr({{e}}, "{attribute}", None)'
    if header is not None:
        response, headers, name = header.groups()
        if narrow:
            return expression if " if " not in expression else f"({expression})"
        if response:
            return f'getattr(getattr({{e}}, "{response}", None), "{headers}", {{}}).get("{name}")'
        return f'(getattr({{e}}, "{headers}", None) or {{}}).get("{name}")'
    inner = _OF_A_DICT.fullmatch(expression)
    if inner is not None and not mixed:
        return expression if narrow else f'(getattr({{e}}, "{inner[1]}", None) or {{}}){inner[2]}'
    return ""


def _headers(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(place.header for place in catalogue.envelope.request_id if place.header is not None)


def _is_promised(catalogue: Catalogue) -> bool:
    """Whether an error always has an id: what may be missing cannot be asked for."""
    return any(not place.optional for place in catalogue.envelope.request_id)


def _paths(catalogue: Catalogue) -> tuple[tuple[int | str, ...], ...]:
    return tuple(place.json for place in catalogue.envelope.request_id if place.json is not None)


def _place_shown(headers: Sequence[str], paths: Sequence[tuple[int | str, ...]]) -> str:
    """Where an answer has it, for exceptions from which it is read in one way or another."""
    if headers:
        return f"header `{headers[0]}`"
    return _path_shown(paths) if paths else "the answer has it"


def _path_shown(paths: Sequence[tuple[int | str, ...]]) -> str:
    return "`" + ".".join(str(step) for step in paths[0]) + "` of the body"


def _lower(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _root(name: str) -> str:
    return name.partition(".")[0]
