"""What earlier runs found, so that files that did not change need not be looked at again.

A result is kept under a digest of all that it depends on (:mod:`errlint.plan` says what), so it is right or it is not found: nothing has to
be invalidated. All results of one setup stand in one file, which is written anew, in one step, at the end of a run; of two
runs at once one may lose what it learnt, no more. The folder may be deleted at any time. What is damaged counts as absent. Only data are
read, strictly decoded, never code; the folder is the user's own, not the repository's, which might not mean well.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from errlint.digests import SIZE, digest
from errlint.model import FileReport

FOLDER = "ERRLINT_CACHE_DIR"
"""The environment variable that names another folder."""

_MAGIC = b"errlint 1\n"
_STAGES = ("checked", "screened")
"""Of a file without findings, this is all there is to say."""
_MOST_RESULTS = 200_000
_MOST_BYTES = 64_000_000
"""Of one file of results; a larger one is not read."""
_MOST_FILES = 40
"""Files in the folder; the longest unused ones go."""


def cache_folder() -> Path | None:
    """Where results are kept: ``$ERRLINT_CACHE_DIR``, else the platform's folder for caches; None where there is none."""
    chosen = os.environ.get(FOLDER)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base, "errlint", "Cache") if base else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "errlint"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache", "errlint")


class Results:
    """The results of one setup.

    :param folder: where files of results are kept; :param setup: the digest of everything that is the same for all files of the setup.
    """

    def __init__(self, folder: Path, setup: bytes) -> None:
        self._file = folder / f"results-{setup.hex()}"
        self._clean, self._found, self.known = self._load()
        self._used: dict[bytes, None] = {}
        self._new = False

    def get(self, key: bytes, shown: str) -> FileReport | None:
        """What was found under a key of 16 bytes, if it is known; ``shown`` is the path that goes with it."""
        if key in self._clean:
            self._used[key] = None
            return FileReport(shown, stage=_STAGES[self._clean[key]])
        if key in self._found:
            self._used[key] = None
            return _decoded(self._found[key])
        return None

    def put(self, key: bytes, report: FileReport) -> None:
        """Remember what was found. Of failures nothing is remembered: they may be the machine's."""
        if report.stage not in _STAGES or any(finding.rule in ("ERR002", "ERR005") for finding in report.findings):
            return
        self._used[key] = None
        self._new = True
        if report == FileReport(report.path, stage=report.stage):
            self._clean[key] = _STAGES.index(report.stage)
        else:
            self._found[key] = _encoded(report)

    def save(self) -> None:
        """Write what is new. Where that cannot be done, nothing is remembered."""
        if not self._new:
            with suppress(OSError):
                os.utime(self._file)  # it is in use
            return
        clean, found, _ = self._load()  # what another run has written meanwhile
        clean.update(self._clean)
        found.update(self._found)
        order = (*self._used, *(key for key in (*clean, *found) if key not in self._used))
        kept = set(order[:_MOST_RESULTS])
        body = _packed({k: v for k, v in clean.items() if k in kept}, {k: v for k, v in found.items() if k in kept})
        store(self._file, body)
        self._new = False

    def _load(self) -> tuple[dict[bytes, int], dict[bytes, bytes], bool]:
        body = load(self._file)
        return ({}, {}, False) if body is None else (*_unpacked(body), True)


def load(file: Path) -> bytes | None:
    """What :func:`store` wrote; None when there is no such file, or it is damaged, too large or not a regular file."""
    try:
        said = file.stat()
        raw = file.read_bytes() if stat.S_ISREG(said.st_mode) and said.st_size <= _MOST_BYTES else b""
    except OSError:
        return None
    seal, body = raw[: len(_MAGIC) + SIZE], raw[len(_MAGIC) + SIZE :]
    return body if seal == _seal(body) else None


def store(file: Path, body: bytes) -> None:
    """Write a file, and its folder if need be, in one step; where that cannot be done, nothing is written."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_seal(body) + body)
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _prune(file.parent)


def _seal(body: bytes) -> bytes:
    return _MAGIC + digest(body)


def _prune(folder: Path) -> None:
    """Keep the files that were used last."""
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file(follow_symlinks=False))
    for _, path in files[:-_MOST_FILES]:
        Path(path).unlink()


def _packed(clean: dict[bytes, int], found: dict[bytes, bytes]) -> bytes:
    parts = [len(clean).to_bytes(4, "big"), *(key + bytes([stage]) for key, stage in clean.items())]
    for key, report in found.items():
        parts += [key, len(report).to_bytes(4, "big"), report]
    return b"".join(parts)


def _unpacked(body: bytes) -> tuple[dict[bytes, int], dict[bytes, bytes]]:
    size = SIZE + 1
    end = 4 + int.from_bytes(body[:4], "big") * size
    clean = {body[at : at + SIZE]: body[at + SIZE] for at in range(4, end, size)}
    found: dict[bytes, bytes] = {}
    while end < len(body):
        start = end + SIZE + 4
        length = int.from_bytes(body[end + SIZE : start], "big")
        found[body[end : end + SIZE]] = body[start : start + length]
        end = start + length
    return clean, found


def _encoded(report: FileReport) -> bytes:
    import msgspec

    return msgspec.msgpack.encode(report)


def _decoded(raw: bytes) -> FileReport | None:
    import msgspec

    try:
        return msgspec.msgpack.decode(raw, type=FileReport)
    except (msgspec.MsgspecError, ValueError):
        return None
