"""Whether what makes errlint fast changes what it finds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from errlint import registry
from errlint.config import Configs
from errlint.engine import Setup, check_bytes
from errlint.model import FileReport
from errlint.plan import Plan
from errlint.runner import Mode, run

Reports = dict[str, tuple[object, ...]]


def differences(folder: Path) -> list[tuple[str, Sequence[str]]]:
    """For each way of working, the files of a folder in which it finds something else than without any of them."""
    files = sorted(folder.rglob("*.py"))
    plain = _by_setup(files)
    with tempfile.TemporaryDirectory() as results:
        ways: dict[str, Callable[[], Reports]] = {
            "gate": lambda: _by_setup(files, gate=True),
            "gate and screens": lambda: _by_setup(files, gate=True, screen=True),
            "gate, screens and bare trees": lambda: _by_setup(files, gate=True, screen=True, bare=True),
            "nothing remembered yet": lambda: _by_plan(files, Path(results)),
            "several processes": lambda: _by_plan(files, None, jobs=2),
            "all remembered": lambda: _by_plan(files, Path(results)),
        }
        found = {name: way() for name, way in ways.items()}
    return [(name, [file for file in plain if _said(plain[file]) != _said(reports[file])]) for name, reports in found.items()]


def _said(report: tuple[object, ...]) -> tuple[object, ...]:
    """What a file that is not parsed cannot say is that it cannot be parsed."""
    return tuple(finding for finding in report if getattr(finding, "rule", "") != "ERR001")


def _by_setup(files: Sequence[Path], *, gate: bool = False, screen: bool = False, bare: bool = False) -> Reports:
    rules = tuple(rule for rule in registry.rules() if not rule.preview)
    setup = Setup(rules, registry.libraries(), registry.catalogues(()), gate=gate, screen=screen, bare=bare)
    return {str(file): _findings(check_bytes(file.read_bytes(), str(file), setup, file)) for file in files}


def _by_plan(files: Sequence[Path], results: Path | None, *, jobs: int = 1) -> Reports:
    outcomes = run(files, Plan(Configs(isolated=True), cache=results), Mode.CHECK, jobs=jobs)
    return {str(file): _findings(outcome.report) for file, outcome in zip(files, outcomes, strict=True)}


def _findings(report: FileReport) -> tuple[object, ...]:
    return report.findings
