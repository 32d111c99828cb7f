"""A catalogue as TOML that people read and correct: one table a thing, and behind every fact the lines where the documents say it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import NODEFAULT, UNSET, Struct

from errlint.catalogue.importers.facts import Place
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import CatalogueFile, Surface

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 120
_FIRST = ("id", "when", "names", "pattern", "type", "status", "header", "json", "sdk_attr", "class_", "package")
"""Keys that say what a table is about, before those that say something of it; the others keep the order of the schema."""
_TABLES = ("api", "failure", "envelope", "retry_after", "override_headers", "idempotency", "status", "code", "sdk", "surface")


def toml_of(
    file: CatalogueFile,
    places: Mapping[KeyPath, Sequence[Place]],
    comments: Mapping[KeyPath, str] | None = None,
    *,
    head: Iterable[str] = (),
    several: bool = False,
) -> str:
    """The text of a catalogue file.

    :param places: for keys and elements, where they stand in the sources; :param comments: further remarks on keys;
    :param head: comment lines for the top; :param several: tell the sources apart by letters.
    """
    return _Writer(places, comments or {}, several).whole(file, head)


def told(places: Iterable[Place], *, several: bool) -> str:
    """Lines as comments have them: ``12, 15-18``, with letters for the sources if there are several: ``a12, b7``."""
    pieces: list[str] = []
    ordered = sorted(set(places))
    at = 0
    while at < len(ordered):
        end = at
        while end + 1 < len(ordered) and ordered[end + 1] == Place(ordered[end].source, ordered[end].line + 1):
            end += 1
        letter = chr(ord("a") + ordered[at].source % 26) if several else ""
        pieces.append(f"{letter}{ordered[at].line}" + (f"-{ordered[end].line}" if end > at else ""))
        at = end + 1
    return ", ".join(pieces)


class _Writer:
    def __init__(self, places: Mapping[KeyPath, Sequence[Place]], comments: Mapping[KeyPath, str], several: bool) -> None:
        self._places = places
        self._comments = comments
        self._several = several

    def whole(self, file: CatalogueFile, head: Iterable[str]) -> str:
        lines = [f"# {line}".rstrip() for line in head]
        lines.append(f"schema = {file.schema}")
        for name in _TABLES:
            lines.extend(self._any(getattr(file, name), (name,), (name,)))
        return "\n".join(lines) + "\n"

    def _any(self, value: Any, keys: tuple[str, ...], at: KeyPath) -> Iterator[str]:
        """What stands under a key as tables of its own, if there is anything."""
        if isinstance(value, Struct):
            if not _is_default(value):
                yield from self._table(value, keys, at)
        elif isinstance(value, tuple):
            for index, one in enumerate(value):
                yield from self._table(one, keys, (*at, index), array=True)
        elif isinstance(value, dict):
            for key, one in value.items():
                yield from self._table(one, (*keys, key), (*at, key))

    def _table(self, value: Any, keys: tuple[str, ...], at: KeyPath, *, array: bool = False) -> Iterator[str]:
        name = ".".join(_key(key) for key in keys)
        yield ""
        yield f"[[{name}]]" if array else f"[{name}]"
        below: list[tuple[str, Any]] = []
        for key, one in _fields(value):
            if _is_tables(key, one, value):
                below.append((key, one))
            else:
                yield from self._pair(key, one, (*at, key))
        for key, one in below:
            yield from self._any(one, (*keys, key), (*at, key)) if not _is_long(one) else self._table(one, (*keys, key), (*at, key))

    def _pair(self, key: str, value: Any, at: KeyPath) -> Iterator[str]:
        flat = f"{_key(key)} = {_inline(value)}"
        single = self._note(at)
        if (
            isinstance(value, tuple)
            and value
            and (len(flat) > _WIDTH or (any(self._note((*at, index)) for index in range(len(value))) and len(value) > 1))
        ):
            yield f"{_key(key)} = [" + single
            for index, one in enumerate(value):
                yield f"    {_inline(one)}," + self._note((*at, index))
            yield "]"
        else:
            own = [place for index in range(len(value)) for place in self._places.get((*at, index), ())] if isinstance(value, tuple) else []
            inner = [place for name in value for place in self._places.get((*at, name), ())] if isinstance(value, dict) else []
            yield flat + self._note(at, (*own, *inner))

    def _note(self, at: KeyPath, more: Iterable[Place] = ()) -> str:
        lines = told((*self._places.get(at, ()), *more), several=self._several)
        text = "; ".join(part for part in (lines, _one_line(self._comments.get(at, ""))) if part)
        return f"  # {text}" if text else ""


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """The keys of a table with what they hold, but for what holds anyway."""
    if not isinstance(value, Struct):
        yield from value.items()
        return
    for field in sorted(msgspec.structs.fields(value), key=lambda field: _FIRST.index(field.name) if field.name in _FIRST else len(_FIRST)):
        one = getattr(value, field.name)
        default = (
            field.default
            if field.default is not NODEFAULT
            else field.default_factory()
            if field.default_factory is not NODEFAULT
            else NODEFAULT
        )
        if one is UNSET or one is None or (default is not NODEFAULT and one == default):
            continue
        yield field.encode_name, one


def _is_default(value: Struct) -> bool:
    return not any(True for _ in _fields(value))


def _is_tables(key: str, value: Any, owner: Any) -> bool:
    """Whether a value needs tables of its own: cases, the parts of a surface, long dictionaries."""
    return key in {"case", "builtin_retry"} or _is_long(value) or (isinstance(owner, Surface) and key in _TABLES)


def _is_long(value: Any) -> bool:
    return (
        isinstance(value, dict) and bool(value) and not isinstance(next(iter(value.values())), Struct) and len(_inline(value)) > _WIDTH - 20
    )


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    pairs = ", ".join(f"{_key(key)} = {_inline(one)}" for key, one in _fields(value))
    return f"{{ {pairs} }}" if pairs else "{}"


def _string(text: str) -> str:
    """A basic string; JSON's escapes are TOML's, but for the ones it lacks."""
    clean = text.encode("utf-8", "replace").decode()  # half of a surrogate pair, from an escape in some sample
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
