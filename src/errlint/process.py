"""The process of the command line: how it starts and how it ends, so that a short run costs little more than its work."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from errlint.garbage import leave_until_loaded


def main() -> NoReturn:
    """Run the command line and end the process."""
    leave_until_loaded()
    from errlint import cli  # which makes thousands of objects

    try:
        cli.main()
    except SystemExit as end:
        if isinstance(end.code, int) and not _is_watched():
            _leave(end.code)
        raise


def _leave(code: int) -> None:
    """End the process as Python would, but for taking apart what it holds: trees, rules and sheets by the ten thousand, for nothing.

    Returns where something cannot be written any more: then Python says so.
    """
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


def _is_watched() -> bool:
    """Whether a debugger, a profiler or a measurement of coverage runs the program, or a person at a prompt: they want it back."""
    if sys.gettrace() or sys.getprofile() or sys.flags.inspect:
        return True
    monitoring = getattr(sys, "monitoring", None)  # since Python 3.12
    return monitoring is not None and any(monitoring.get_tool(number) for number in range(6))
