"""A progress bar on standard error: on a terminal only, and only for runs that take longer than a second."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TextIO, TypeVar

T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds after which a person wonders what is going on."""
_BETWEEN = 0.1
"""Seconds between two states of the bar."""
_WITHOUT = ("CI", "PRE_COMMIT", "NO_COLOR")
"""Variables that say that there is a log behind the terminal, or a person who wants no escape sequences."""


def with_progress(
    items: Iterable[T],
    total: int,
    *,
    stream: TextIO | None = None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The items, with a bar that shows how many of ``total`` have come; it goes away at the end.

    None in pipes, in CI and in pre-commit, which would keep every state of it in a log.
    """
    stream = sys.stderr if stream is None else stream
    if not stream.isatty() or environ.get("TERM") == "dumb" or any(environ.get(name) for name in _WITHOUT):
        yield from items
        return
    started = clock()
    bar = None
    try:
        for count, item in enumerate(items, 1):
            if bar is None and clock() - started > _PATIENCE:
                bar = _Bar(stream, total)
            if bar is not None:
                bar.show(count)
            yield item
    finally:
        if bar is not None:
            bar.close()


class _Bar:
    """rich's progress bar, imported only when there is something to show."""

    def __init__(self, stream: TextIO, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeRemainingColumn())
        # it is drawn when something comes, not by a thread of rich's: processes may be copied while it is shown
        self._progress = Progress(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
        self._task = self._progress.add_task("", total=total)
        self._progress.start()
        self._drawn = 0.0

    def show(self, count: int) -> None:
        now = time.monotonic()
        self._progress.update(self._task, completed=count, refresh=now - self._drawn > _BETWEEN)
        if now - self._drawn > _BETWEEN:
            self._drawn = now

    def close(self) -> None:
        self._progress.stop()
