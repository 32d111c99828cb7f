"""A stack of known size for work that recurses.

How much stack the caller has left depends on the machine, the platform and the thread; when it runs out, the process dies without a word.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")

BYTES = 64 * 1024 * 1024
"""Address space, not memory. libcst's parser takes 6 MiB for the deepest text it is given (:mod:`errlint.nesting`), and Python 3.10 about
half a KiB for each of the 10,000 calls that may be open."""


def run(work: Callable[[], _Result]) -> _Result:
    """What ``work`` returns, or raises, when it is done in a thread with a stack of its own."""
    results: list[_Result] = []
    failures: list[BaseException] = []

    def in_thread() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is the caller's)
            failures.append(error)

    before = threading.stack_size(BYTES)
    try:
        thread = threading.Thread(target=in_thread, name="errlint")
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    for failure in failures:
        raise failure
    return results[0]
