"""What a command costs: processor time, wall time and memory, its child processes included."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KIB_PER_MIB = 1024 if sys.platform != "darwin" else 1024 * 1024


class BenchProblem(Exception):
    """A command did not do what is measured, so its time means nothing."""


_SLOWS_DOWN = ("PYTHONDONTWRITEBYTECODE",)
"""Not handed on: pip compiles what it installs, a checkout is compiled by its first run, and that is what is compared."""


@dataclass(frozen=True, order=True)
class Cost:
    """``cpu`` (user and system) and ``wall`` are in seconds, ``memory`` is the largest resident size of one process in MiB."""

    cpu: float
    wall: float
    memory: float


def cost_of(command: Sequence[str], folder: Path, *, ends_with: Iterable[int], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command once, its output thrown away.

    :param ends_with: the exit codes of a run that did its job. :raises BenchProblem: when it ends with another one.
    """
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**{name: value for name, value in os.environ.items() if name not in _SLOWS_DOWN}, **(environment or {})},
    ) as process:
        started = time.perf_counter()
        assert process.stderr is not None
        said = process.stderr.read()  # until the process ends
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in set(ends_with):
        shown = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise BenchProblem(f"{command[0]} ended with {process.returncode}: {shown}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / _KIB_PER_MIB)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(*(statistics.median(getattr(cost, field) for cost in costs) for field in ("cpu", "wall", "memory")))
