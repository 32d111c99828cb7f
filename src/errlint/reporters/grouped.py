"""``--output-format grouped``: the findings below the name of their file."""

from __future__ import annotations

from collections.abc import Iterator

from errlint.model import FileReport
from errlint.reporters import Results, badge
from errlint.reporters.sources import Sources
from errlint.terminal import Style, printable


def report(results: Results, _sources: Sources, style: Style) -> Iterator[str]:
    """The file, then a line for each finding: line and column, rule, message."""
    for one in results.reports:
        if one.findings:
            yield from _file(one, style)


def _file(one: FileReport, style: Style) -> Iterator[str]:
    yield style.paint(printable(one.path), "bold") + "\n"
    width = max(len(f"{finding.location.line}:{finding.location.column}") for finding in one.findings)
    for finding in one.findings:
        place = f"{finding.location.line}:{finding.location.column}".rjust(width)
        rule = f"{style.paint(finding.rule, finding.severity.value)} {finding.name}"
        message = printable(" ".join(finding.message.split("\n")))
        yield "  " + " ".join(part for part in (place, rule, badge(finding), message) if part) + "\n"
    yield "\n"
