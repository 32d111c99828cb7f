"""The imports of a file, read by regular expressions: they may see one too many, in a string, never one too few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

SPACE = rb"(?:[ \t\f]|\\\r?\n)"
"""What may stand between two words of a statement."""
REST = rb"(?:[^\n;#\\]|\\\r?\n)*"
"""What stands on the rest of its line."""
# A literal first, and then what may not stand before it: only so does `re` leap from one place where it stands to the next.
_FROM = re.compile(
    rb"from(?<!\wfrom)%b*((?:\.%b*)*)([^\s.;#()\\,][^\s;#()\\,]*)?%b*\bimport\b%b*(\([^)]*\)|%b)" % (SPACE, SPACE, SPACE, SPACE, REST)
)
_IMPORT = re.compile(rb"import(?<!\wimport)%b+(%b)" % (SPACE, REST))
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_RENAMED = re.compile(r"([^\W\d]\w*)(?:\s+as\s+([^\W\d]\w*))?")
_COMMENT = re.compile(rb"#[^\n]*")
_SHORT = 500
"""Bytes of a list of names that are worth remembering."""


def from_imports(raw: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Each ``from … import``: the number of leading dots, the module behind them, and the list of names as it is written.

    :param raw: the bytes of the file, its lines ended by LF or CR LF.
    """
    for found in _FROM.finditer(raw):
        yield found[1].count(b"."), (found[2] or b"").decode("utf-8", "replace"), found[3]


def imports(raw: bytes) -> Iterator[str]:
    """The dotted names of all other imports; the word ``as`` and what follows it does no harm."""
    for found in _IMPORT.finditer(raw):
        yield from names_in(found[1])


def names_in(written: bytes) -> tuple[str, ...]:
    """The names in the list of an import; the word ``as`` and what follows it does no harm."""
    return _short_names_in(written) if len(written) <= _SHORT else tuple(_NAME.findall(_text(written)))


@lru_cache(maxsize=4096)
def _short_names_in(written: bytes) -> tuple[str, ...]:
    return tuple(_NAME.findall(_text(written)))  # files of a project import much the same


def sources(raw: bytes) -> dict[str, list[str]]:
    """By each name that ``from … import`` brings, what it may stand for: dotted names, with the leading dots of the imports."""
    found: dict[str, list[str]] = {}
    for level, module, written in from_imports(raw):
        around = "." * level + (f"{module}." if module else "")
        for there, here in _RENAMED.findall(_text(written)):
            found.setdefault(here or there, []).append(around + there)
    return found


def _text(written: bytes) -> str:
    return (_COMMENT.sub(b"", written) if b"#" in written else written).decode("utf-8", "replace")
