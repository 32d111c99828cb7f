"""``errlint check --watch``: check again whenever a file changes.

Files are looked at again and again (their times and sizes, not their content), because a library that listens to the system costs more to
import than errlint does to run, is another binary to install, and hears nothing of network drives and most mounts in containers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from errlint.errors import UsageProblem
from errlint.terminal import printable, shown_path, write

_SHORTEST = 0.3
"""Seconds between two looks: a person who has saved a file does not feel them."""
_SHARE = 20
"""A look is followed by a pause that is so many times as long: watching takes at most a twentieth of a processor."""
_SETTLED = 0.1
"""Seconds without a change after which an editor, or git, is taken to be done."""
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"

Stamp = tuple[int, int, int]
Snapshot = dict[str, Stamp | None]


def watch(
    check: Callable[[], object],
    watched: Callable[[], Iterable[Path]],
    complain: Callable[[UsageProblem], object],
    *,
    clear: bool = False,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Check, and again after every change, until somebody interrupts.

    :param watched: the files that matter, found anew each time; :param complain: tells what is wrong with the settings: they may be mended.
    """
    files = _Files(watched)
    while True:
        # looked at before the check, so that a change during the check is seen after it
        seen = files.look()
        try:
            check()
        except UsageProblem as problem:
            complain(problem)
        _tell(f"watching {len(seen)} file{'' if len(seen) == 1 else 's'}; Ctrl-C ends it")
        changed = _changed(seen, _next(files, seen, sleep))
        if clear:
            write(sys.stdout, [_CLEAR])
        _tell(f"{_named(changed)} changed, checking again")


def _next(files: _Files, seen: Snapshot, sleep: Callable[[float], object]) -> Snapshot:
    """The files after the next change, when they have come to rest."""
    while (now := files.look()) == seen:
        sleep(max(_SHORTEST, _SHARE * files.took))
    while True:
        sleep(max(_SETTLED, files.took))
        settled = files.look()
        if settled == now:
            return now
        now = settled


class _Files:
    """Looks at files. While the settings are broken nothing can be found by them, so the files of the last look are looked at."""

    def __init__(self, watched: Callable[[], Iterable[Path]]) -> None:
        self._watched = watched
        self._last: list[str] = []
        self.took = 0.0

    def look(self) -> Snapshot:
        started = time.perf_counter()
        try:
            self._last = [str(path) for path in self._watched()]
        except UsageProblem as problem:
            if problem.path is not None and problem.path not in self._last:
                self._last.append(problem.path)
        found = {path: _stamp(path) for path in self._last}
        self.took = time.perf_counter() - started
        return found


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116 -- of thousands of files, several times a second
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _changed(before: Snapshot, after: Snapshot) -> list[str]:
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path) or (path in before) != (path in after)
    )


def _named(changed: list[str]) -> str:
    shown: Iterator[str] = (shown_path(Path(path)) for path in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return ", ".join(shown) + more


def _tell(line: str) -> None:
    write(sys.stderr, [printable(line) + "\n"])
