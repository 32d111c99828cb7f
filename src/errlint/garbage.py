"""Garbage is not looked for while errlint starts.

Python looks through new objects each time that there are 700 more of them, and through all of them now and then. A start makes 80,000,
and nearly all of them stay, so an eighth of it would go into looking for what is not there.
"""

from __future__ import annotations

import gc

_STARTING: list[bool] = []
"""Not empty while the process is ours and starts: of a process that only uses errlint as a library, nothing is changed."""


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
        gc.enable()
