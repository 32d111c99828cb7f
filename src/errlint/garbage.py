"""When Python looks for garbage: by the amount of code that was checked, not by the number of objects that were made.

A tree is hundreds of thousands of objects, nearly all of which live until their file is done and then go by themselves. Python would look
through all of them again and again to find what refers to itself in a circle, which is little: a tenth of a run went into that.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

BETWEEN = 4_000_000
"""Bytes of code after which garbage is looked for: what the parts of their analyses keep of each other is some 50 times as much."""

_checked = 0


@contextmanager
def put_off() -> Iterator[None]:
    """Python does not look for garbage by itself, unless it did not before."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def after(size: int) -> None:
    """Code of this many bytes was checked: look for garbage if it is time."""
    global _checked  # noqa: PLW0603 -- there is one heap
    _checked += size
    if _checked >= BETWEEN:
        _checked = 0
        gc.collect()
