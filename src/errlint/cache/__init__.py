"""What earlier runs found, so that files that did not change need not be looked at again.

A result is kept under a digest of the file and its setup (:mod:`errlint.plan` says what is in it), with the names of the other modules
that it was taken from and a digest of what these held: when that is the same it is right, and else it is not used. Of modules that were
only asked where names lead, their names count and nothing else. So an edit costs the files that were told something by what was edited,
no others. All results of one setup stand in one file, which is written anew, in one
step, at the end of a run; of two runs at once one may lose what it learnt, no more. The folder may be deleted at any time. What is damaged
counts as absent. Only data are read, strictly decoded, never code; the folder is the user's own, not the repository's, which might not mean
well.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

from errlint.cache.reports import read, written
from errlint.cache.stored import Kept, Stored, packed, unpacked
from errlint.digests import SIZE, digest
from errlint.model import FileReport
from errlint.screens.gate import Gate
from errlint.traces import NOTHING, Basis

FOLDER = "ERRLINT_CACHE_DIR"
"""The environment variable that names another folder."""

_MAGIC = b"errlint 4\n"
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

    :param folder: where files of results are kept; :param setup: the digest of everything that is the same for all files of the setup;
    :param gate: what it saw of imports is kept as well.
    """

    def __init__(self, folder: Path, setup: bytes, gate: Gate) -> None:
        self._file = folder / f"results-{setup.hex()}"
        self._gate = gate
        self._project = gate.project
        self._read_at = _state(self._file)
        stored = self._load()
        self.known = stored is not None
        self._kept = dict(stored.kept) if stored is not None else {}
        self._used: dict[bytes, None] = {}
        self._new = False
        gate.seen.update(stored.seen if stored is not None else {})
        gate.project.names.update(stored.names if stored is not None else {})
        self._seen = len(gate.seen)

    def get(self, key: bytes, shown: str) -> FileReport | None:
        """What was found under a key of 16 bytes, if it is known and the modules that it rests on are the same.

        :param shown: the path that goes with it.
        """
        kept = self._kept.get(key)
        if kept is None or self._project.contents(kept.basis) != kept.contents:
            return None
        self._used[key] = None
        return FileReport(shown, stage=_STAGES[kept.report[0]]) if len(kept.report) == 1 else _decoded(kept.report)

    def put(self, key: bytes, report: FileReport, basis: Basis = NOTHING, contents: bytes = b"") -> None:
        """Remember what was found, and in the light of which other modules, with the digest of what these said.

        Of failures nothing is remembered: they may be the machine's.
        """
        if report.stage not in _STAGES or any(finding.rule in ("ERR002", "ERR005") for finding in report.findings):
            return
        is_clean = report == FileReport(report.path, stage=report.stage)
        said = bytes([_STAGES.index(report.stage)]) if is_clean else written(report)
        self._used[key] = None
        self._new = True
        self._kept[key] = Kept(basis, contents, said)

    def save(self) -> None:
        """Write what is new. Where that cannot be done, nothing is remembered."""
        if not self._new and len(self._gate.seen) == self._seen:
            with suppress(OSError):
                os.utime(self._file)  # it is in use
            return
        changed = _state(self._file) != self._read_at
        other = (self._load() if changed else None) or Stored({}, {}, {}, {})  # what another run has written meanwhile
        kept = {**other.kept, **self._kept}
        seen = {**other.seen, **self._gate.seen}
        names = {**other.names, **self._project.names}
        order = (*self._used, *(key for key in kept if key not in self._used))
        stored = Stored(
            {**other.folders, **self._project.listings()},
            dict(list(seen.items())[-_MOST_RESULTS:]),
            dict(list(names.items())[-_MOST_RESULTS:]),
            {key: kept[key] for key in order[:_MOST_RESULTS]},
        )
        store(self._file, packed(stored))
        self._new, self._seen, self._read_at = False, len(self._gate.seen), _state(self._file)

    def _load(self) -> Stored | None:
        """What is in the file; None when there is none, or modules have come or gone since, so that imports may lead elsewhere."""
        body = load(self._file)
        try:
            stored = unpacked(body) if body is not None else None
        except (ValueError, KeyError, IndexError, struct.error):
            return None
        if stored is None or not all(self._project.is_listed_so(folder, seen) for folder, seen in stored.folders.items()):
            return None
        return stored


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
    import tempfile

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


def _state(file: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written; None where there is none."""
    try:
        said = file.stat()
    except OSError:
        return None
    return said.st_ino, said.st_mtime_ns, said.st_size


def _seal(body: bytes) -> bytes:
    return _MAGIC + digest(body)


def _prune(folder: Path) -> None:
    """Keep the files that were used last."""
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file(follow_symlinks=False))
    for _, path in files[:-_MOST_FILES]:
        Path(path).unlink()


def _decoded(raw: bytes) -> FileReport | None:
    try:
        return read(raw)
    except (ValueError, TypeError):
        return None
