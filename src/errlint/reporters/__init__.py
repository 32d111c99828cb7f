"""Output formats: one module each, and what all of them are given.

A reporter is a function ``report(results, sources, style)`` that yields text. It sees the model and the lines of the files, nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from importlib import import_module

from errlint.lean import dataclass
from errlint.model import FileReport, Finding, RuleText, Safety, Severity
from errlint.reporters.sources import Sources
from errlint.terminal import Style

Report = Callable[["Results", Sources, Style], Iterable[str]]

FORMATS = ("full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson")
"""Each is the name of a module here, with ``-`` for ``_``."""

FOR_PEOPLE = frozenset({"full", "concise", "grouped"})
"""Formats that end with a summary, and in which every character is printable; the others are UTF-8, whatever the terminal."""


@dataclass(frozen=True)
class Results:
    """What a run gave: the reports of all files in the order of their paths, and how many findings were fixed, in how many files;
    ``silenced`` counts those that got a suppression.

    With fixes applied, the reports tell what remains. ``rules`` are all rules, for the formats that tell of them; ``pages`` are the
    addresses of the pages about what was found, by rule.
    """

    reports: tuple[FileReport, ...]
    fixed: int = 0
    fixed_files: int = 0
    rules: tuple[RuleText, ...] = ()
    silenced: int = 0
    silenced_files: int = 0
    pages: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        return (finding for report in self.reports for finding in report.findings)

    @cached_property
    def by_rule(self) -> dict[str, int]:
        """How many findings each rule has, in the order of the ids; rules without findings are left out."""
        return dict(sorted(Counter(finding.rule for finding in self).items()))

    @cached_property
    def by_severity(self) -> dict[Severity, int]:
        """How many findings each severity has, the gravest first, zeros included."""
        counted = Counter(finding.severity for finding in self)
        return {severity: counted[severity] for severity in Severity}

    @property
    def total(self) -> int:
        """The number of findings."""
        return sum(self.by_rule.values())

    @property
    def files_failed(self) -> int:
        """How many files could not be read or parsed."""
        return sum(report.stage == "failed" for report in self.reports)

    @property
    def files_checked(self) -> int:
        """How many files have been looked at with success."""
        return sum(report.stage not in ("failed", "settings") for report in self.reports)

    @property
    def suppressed(self) -> int:
        """How many findings were silenced by comments and per-file-ignores."""
        return sum(report.suppressed for report in self.reports)

    def fixable(self, safety: Safety) -> int:
        """How many findings have a fix of this safety."""
        return sum(finding.fix is not None and finding.fix.safety is safety for finding in self)


def reporter(name: str) -> Report:
    """The reporter of a format: one of :data:`FORMATS`."""
    report: Report = import_module(f"{__name__}.{name.replace('-', '_')}").report
    return report


def badge(finding: Finding) -> str:
    """How a headline says that a finding can be fixed: ``[*]``, ``[unsafe fix]`` or nothing."""
    if finding.fix is None:
        return ""
    return "[*]" if finding.fix.safety is Safety.SAFE else "[unsafe fix]"
