"""A report as bytes, and back: JSON of lists, each read as what it must be.

By the standard library alone: a run that finds everything remembered ends before a decoder of the TOML kind would have been imported.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from enum import Enum
from typing import Any

from errlint.model import Edit, FileReport, Finding, Fix, Location, Safety, Severity, Step


def written(report: FileReport) -> bytes:
    """A report as bytes."""
    return json.dumps(astuple(report), default=_value, separators=(",", ":")).encode()


def read(raw: bytes) -> FileReport:
    """What :func:`written` made bytes of.

    :raises ValueError, TypeError: when it did not make these.
    """
    path, findings, suppressed, stage, accepted, ignored = json.loads(raw)
    rules = tuple([_text(rule) for rule in ignored])
    return FileReport(_text(path), tuple(map(_finding, findings)), _number(suppressed), _text(stage), _number(accepted), rules)


def _finding(row: list[Any]) -> Finding:
    rule, name, severity, message, location, remedy, api, trail, fix, lines = row
    first, last = map(_number, lines)
    return Finding(
        _text(rule),
        _text(name),
        Severity(severity),
        _text(message),
        _location(location),
        None if remedy is None else _text(remedy),
        None if api is None else _text(api),
        tuple([Step(_location(at), _text(note)) for at, note in trail]),
        None if fix is None else _fix(fix),
        (first, last),
    )


def _fix(row: list[Any]) -> Fix:
    safety, message, edits = row
    return Fix(Safety(safety), _text(message), tuple([Edit(_number(start), _number(end), _text(text)) for start, end, text in edits]))


def _location(row: list[Any]) -> Location:
    path, *numbers = row
    return Location(_text(path), *map(_number, numbers))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _value(member: object) -> object:
    if not isinstance(member, Enum):
        raise TypeError(f"{member!r} is no part of a report")
    return member.value
