"""When Python looks for garbage: not while errlint starts, and seldom after that.

Python looks through new objects each time that there are 700 more of them, and through all of them now and then, to find what refers to
itself in a circle. A start makes tens of thousands of objects that stay. A tree is hundreds of thousands, nearly all of which live until
their file is done, and then go by themselves. Much of a start, and of a run, would go into looking for what is not there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 3_000_000
"""How many more objects there may be before garbage is looked for: some 200 MB of them."""

_LARGE = 2_000_000
"""Bytes of code whose tree should not wait for others to be taken away."""

_STARTING: list[bool] = []
"""Not empty while the process is ours and starts: of a process that only uses errlint as a library, nothing is changed for good."""


def leave_until_loaded() -> None:
    """Do not look for garbage before :func:`loaded` is called; for the process of the command line."""
    if gc.isenabled():
        gc.disable()
        _STARTING.append(True)


def loaded() -> None:
    """Everything is there that work needs: it stays, and only among what comes now garbage is looked for."""
    if _STARTING:
        _STARTING.clear()
        gc.freeze()
        gc.set_threshold(MOST, *gc.get_threshold()[1:])
        gc.enable()


@contextmanager
def seldom(size: int) -> Iterator[None]:
    """Look for garbage when there are :data:`MOST` more objects, and after a large file.

    :param size: of the code that is checked, in bytes.
    """
    before = gc.get_threshold()
    gc.set_threshold(MOST, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if size > _LARGE:
            gc.collect()
