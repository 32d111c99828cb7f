"""When Python looks for garbage while code is checked: seldom.

A tree is hundreds of thousands of objects, nearly all of which live until their file is done and then go by themselves. Python would look
through them each time that there are 700 more, to find what refers to itself in a circle, which is little: a tenth of a run went into that.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 3_000_000
"""How many more objects there may be before garbage is looked for: some 200 MB of them."""


@contextmanager
def seldom() -> Iterator[None]:
    """Look for garbage when there are :data:`MOST` more objects, and no sooner."""
    before = gc.get_threshold()
    gc.set_threshold(MOST, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
