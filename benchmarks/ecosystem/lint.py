"""Run errlint over a package of the corpus and read what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ecosystem.record import Place, normalise

FAILURES = frozenset({"ERR001", "ERR002", "ERR005"})
"""Findings that say that a file could not be parsed, that a rule crashed on it, or that it could not be read."""


class LintProblem(Exception):
    """errlint could not do its job on a package."""


@dataclass(frozen=True)
class Spoken:
    """A finding as errlint printed it: its place, its message, and its trail as ``(line, note)``."""

    place: Place
    message: str
    trail: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Run:
    """One run over one package; times are in seconds, ``cpu`` counts user and system time."""

    package: str
    files: int
    findings: tuple[Spoken, ...]
    failures: tuple[Spoken, ...]
    wall: float
    cpu: float


def lint(package: str, folder: Path, options: tuple[str, ...] = ()) -> Run:
    """Run ``errlint check --isolated`` in the folder, in a process of its own.

    :raises LintProblem: when it ends with anything but 0 or 1, or does not print the JSON it promises.
    """
    errlint = Path(sys.executable).with_name("errlint")
    command = [str(errlint), "check", "--isolated", "--output-format", "json", *options, "."]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        printed, complaint = output.read(), errors.read().decode(errors="replace").strip()
    if process.returncode not in {0, 1}:
        raise LintProblem(f"{package}: errlint ended with {process.returncode}: {complaint}")
    try:
        rows = json.loads(printed)["findings"]
        spoken = tuple(_read(package, row, folder) for row in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise LintProblem(f"{package}: errlint did not print the JSON it promises: {error!r} {complaint}") from error
    return Run(
        package,
        files=sum(1 for path in folder.rglob("*.py*") if path.is_file()),
        findings=tuple(one for one in spoken if not one.place.rule.startswith("ERR0")),
        failures=tuple(one for one in spoken if one.place.rule in FAILURES),
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
    )


def _read(package: str, row: dict[str, Any], folder: Path) -> Spoken:
    path, line = row["path"], row["line"]
    lines = source_lines(folder / path)
    snippet = normalise(lines[line - 1]) if line <= len(lines) else ""
    trail = tuple((step["line"], step["note"]) for step in row["trail"])
    return Spoken(Place(package, path, line, row["column"], row["rule"], snippet), row["message"], trail)


def source_lines(path: Path) -> list[str]:
    """The lines of a file as errlint counts them; bytes that are not UTF-8 do not matter here."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
