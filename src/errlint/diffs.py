"""Unified diffs that ``git apply`` and ``patch`` accept, of bytes: a diff is in the encoding of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUOTED = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", '"': r"\"", "\\": r"\\"}
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def unified_diff(before: bytes, after: bytes, path: str, *, created: bool = False) -> bytes:
    """The difference between two versions of a file; empty if there is none.

    :param path: the file, relative to the folder in which the diff will be applied, with ``/``; :param created: it is not there yet.
    """
    import difflib

    old, new = b"/dev/null" if created else _name("a", path), _name("b", path)
    # git and patch know only \n as the end of a line: \r is part of it, and so are form feeds
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(before), _lines(after), old, new, lineterm=b"\n")
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def _lines(raw: bytes) -> list[bytes]:
    lines = raw.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _name(side: str, path: str) -> bytes:
    """A name as git writes it: in quotes if it has to be, and ended by a tab if it has a space in it."""
    name = f"{side}/{path.removeprefix('/')}"
    if _QUOTED.search(name):
        name = '"' + "".join(_escaped(name)) + '"'
    elif " " in name:
        name += "\t"
    return name.encode("utf-8", "surrogateescape")


def _escaped(name: str) -> Iterator[str]:
    for character in name:
        if not _QUOTED.match(character):
            yield character
        else:
            yield _ESCAPES.get(character) or f"\\{ord(character):03o}"
