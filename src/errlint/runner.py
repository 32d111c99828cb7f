"""Many files, and what becomes of each of them.

The unit of work, :func:`work`, is a function of a path and its plan: it writes no more than that one file and remembers nothing of it.
Files that are only checked may be shared out among processes (:mod:`errlint.processes`).
"""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.files import CannotRead, CannotWrite, read_bytes, write_atomically
from errlint.lean import dataclass
from errlint.model import FileReport, Safety
from errlint.plan import Plan, Task
from errlint.terminal import shown_path

if TYPE_CHECKING:
    from errlint.discovery import Skipped
    from errlint.fixer import Lint


_WITHOUT_COPIES = ("darwin", "emscripten", "wasi", "win32")
"""Platforms on which a process cannot be copied, or a copy may not go on (:mod:`errlint.processes`)."""
_WHY_NOT_FIXED = {"ERR001", "ERR004"}
"""Findings that say themselves why a file is not fixed."""

_OUTSIDE = "it is a symlink to a file outside of the folder; name it itself to have that rewritten"


def processors() -> int:
    """How many processes can work at the same time here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Mode(enum.Enum):
    """What happens to fixes."""

    CHECK = "check"
    """They are only shown."""
    FIX = "fix"
    """They are written to the files."""
    DIFF = "diff"
    """They are made, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    :ivar report: what was found; with fixes, what remains; :ivar fixed: how many findings were fixed;
    :ivar before, after: the bytes, equal unless something was fixed, and left empty if nothing was found; :ivar held_back: why wanted
    fixes, or suppressions, were left out, if any were; :ivar silenced: how many findings got a suppression.
    """

    report: FileReport
    fixed: int = 0
    before: bytes = b""
    after: bytes = b""
    held_back: str | None = None
    silenced: int = 0


def run(
    paths: Iterable[Path], plan: Plan, mode: Mode, *, unsafe: bool = False, jobs: int = 1, outside: Container[Path] = ()
) -> Iterator[Outcome]:
    """Lint files, in the order given; ``unsafe`` wants the unsafe fixes as well. What was found is remembered when the run ends.

    :param jobs: how many processes may be used; fixes are made in this one, since a file that is written may be asked about by others, and
        so is everything where a process cannot be copied. :param outside: symlinks whose targets are not rewritten.
    :raises UsageProblem: as :meth:`Plan.lint_for`; nothing about the files themselves raises.
    """
    try:
        if mode is Mode.CHECK and jobs > 1 and sys.platform not in _WITHOUT_COPIES:
            from errlint.processes import shared_out

            for begun in shared_out((_begin(path, plan) for path in paths), plan, jobs):
                yield begun if isinstance(begun, Outcome) else _checked(plan.finish(*begun), begun[0].raw)
            return
        for path in paths:
            yield spared(path, plan, unsafe=unsafe) if path in outside else work(path, plan, mode, unsafe=unsafe)
    finally:
        plan.remember()


def _begin(path: Path, plan: Plan) -> Outcome | Task:
    """What becomes of a file that is only checked, as far as that can be told at once."""
    plan.lint_for(path)
    raw = _read(path)
    if isinstance(raw, Outcome):
        return raw
    begun = plan.begin(path, raw, shown_path(path))
    return _checked(begun, raw) if isinstance(begun, FileReport) else begun


def work(path: Path, plan: Plan, mode: Mode, *, unsafe: bool = False) -> Outcome:
    """Lint one file, and fix it if asked to. A file that cannot be read, or not be written, has a finding that says so."""
    shown = shown_path(path)
    lint = plan.lint_for(path)
    raw = _read(path)
    if isinstance(raw, Outcome):
        return raw
    outcome = work_bytes(raw, shown, lint, mode, unsafe=unsafe)
    if mode is Mode.FIX:
        try:
            write_atomically(path, outcome.before, outcome.after)
        except CannotWrite as problem:
            return _unwritten(lint(raw, shown), raw, problem.message)
    return outcome


def spared(path: Path, plan: Plan, *, unsafe: bool = True) -> Outcome:
    """Lint a file that is not rewritten, as a symlink out of the folder that was named; says so where there was a fix to make."""
    outcome = work(path, plan, Mode.CHECK)
    fixes = [finding.fix for finding in outcome.report.findings if finding.fix is not None]
    wanted = any(unsafe or fix.safety is Safety.SAFE for fix in fixes)
    return replace(outcome, held_back=_OUTSIDE) if wanted else outcome


def unquoted(outcome: Outcome) -> Outcome:
    """What is told of a file that is no Python and none of the repository's: nothing that stands in it."""
    return replace(outcome, before=b"", after=b"") if outcome.report.stage == "failed" else outcome


def work_bytes(raw: bytes, shown: str, lint: Lint, mode: Mode, *, unsafe: bool = False) -> Outcome:
    """Lint bytes, and fix them if asked to; nothing is written."""
    if mode is Mode.CHECK:
        return _checked(lint(raw, shown), raw)
    from errlint.fixer import fix_source

    fixed = fix_source(raw, shown, lint, unsafe=unsafe)
    if not fixed.applied and not fixed.report.findings:
        return Outcome(fixed.report)
    told = any(finding.rule in _WHY_NOT_FIXED for finding in fixed.report.findings)
    return Outcome(fixed.report, sum(fixed.applied.values()), raw, fixed.raw, None if told else fixed.held_back)


def _checked(report: FileReport, raw: bytes) -> Outcome:
    return Outcome(report, before=raw, after=raw) if report.findings else Outcome(report)


def silence(path: Path, plan: Plan, reason: str, outside: Container[Path] = ()) -> Outcome:
    """Write suppressions for what is found in one file, unless it is one of the symlinks whose targets are not rewritten."""
    from errlint.ignores import add_ignores

    if path in outside:
        outcome = work(path, plan, Mode.CHECK)
        return replace(outcome, held_back=_OUTSIDE) if outcome.report.findings else outcome
    shown = shown_path(path)
    lint = plan.lint_for(path)
    raw = _read(path)
    if isinstance(raw, Outcome):
        return raw
    done = add_ignores(raw, shown, lint, reason)
    try:
        write_atomically(path, raw, done.raw)
    except CannotWrite as problem:
        return _unwritten(lint(raw, shown), raw, problem.message, "silenced")
    return Outcome(done.report, before=done.raw, after=done.raw, held_back=done.held_back, silenced=done.count)


def unreachable(skipped: Skipped) -> Outcome:
    """What discovery should have found but could not get at: a folder that cannot be read, a symlink to nowhere."""
    return _unread(shown_path(skipped.path), skipped.reason.removeprefix("cannot be read: "))


def _read(path: Path) -> bytes | Outcome:
    """The bytes of a file, or what becomes of one that cannot be read."""
    try:
        return read_bytes(path)
    except CannotRead as problem:
        return _unread(shown_path(path), problem.message)


def _unread(shown: str, reason: str) -> Outcome:
    from errlint.engine import failure

    return Outcome(FileReport(shown, (failure("ERR005", shown, f"cannot be read: {reason}"),), stage="failed"))


def _unwritten(report: FileReport, raw: bytes, reason: str, what: str = "fixed") -> Outcome:
    """What was done did not reach the file, so everything that was found in it still stands."""
    from errlint.engine import failure

    finding = failure("ERR005", report.path, f"cannot be written, so nothing was {what}: {reason}")
    return Outcome(replace(report, findings=(finding, *report.findings)), before=raw, after=raw)
