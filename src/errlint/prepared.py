"""TOML files of a pack as JSON, which msgspec reads in a fraction of the time that a TOML parser takes.

A pack may ship its sheets and catalogues in this form beside the files themselves, in a file of one line each: its name, a digest of its
contents, and what stands in it. A line is used only while the file is what it was made of; else the file is read, as are those of packs
without such a file, of other packages and of the user. The tests write it (``--update``), and hold it to the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")

SHIPPED = "prepared"
"""The name of the file in a pack's folder."""

Prepared = Mapping[Path, bytes]
"""What stands in a TOML file, as JSON, by its path."""
NOTHING: Prepared = MappingProxyType({})


def prepared(folder: Path, digests: Mapping[Path, bytes]) -> Prepared:
    """What a pack ships of the files in its folder that have these digests; nothing of those that have changed since."""
    try:
        lines = (folder / SHIPPED).read_bytes().splitlines()
        made = {(name, of): body for name, of, body in (line.split(b"\t", 2) for line in lines)}
    except (OSError, ValueError):
        return NOTHING
    keys = ((file, (_name(folder, file), of.hex().encode())) for file, of in digests.items())
    return {file: made[key] for file, key in keys if key in made}


def decoded(ready: Prepared, file: Path, kind: type[T]) -> T | None:
    """What is prepared of a file; None where it has to be read, if only to say what is wrong with it."""
    if file not in ready:
        return None
    import msgspec

    try:
        return msgspec.json.decode(ready[file], type=kind)
    except msgspec.DecodeError:
        return None


def to_ship(folder: Path, digests: Mapping[Path, bytes]) -> bytes:
    """What stands in the file that a pack ships.

    :raises UsageProblem: a file cannot be read.
    """
    import json

    from errlint.toml import Document

    data = [(file, of, json.dumps(Document.read(file).data, ensure_ascii=False, separators=(",", ":"))) for file, of in digests.items()]
    return b"".join(b"%s\t%s\t%s\n" % (_name(folder, file), of.hex().encode(), body.encode()) for file, of, body in data)


def _name(folder: Path, file: Path) -> bytes:
    return file.relative_to(folder).as_posix().encode()
