"""``--output-format concise``: a line for each finding, as editors and ``grep`` read it."""

from __future__ import annotations

from collections.abc import Iterator

from errlint.model import Finding
from errlint.reporters import Results, badge
from errlint.reporters.sources import Sources
from errlint.terminal import Style, printable


def report(results: Results, _sources: Sources, style: Style) -> Iterator[str]:
    """``path:line:column: ERR101 message-branch [*] message``."""
    for finding in results:
        yield _line(finding, style) + "\n"


def _line(finding: Finding, style: Style) -> str:
    at = finding.location
    place = style.paint(f"{printable(at.path)}:{at.line}:{at.column}:", "bold")
    rule = f"{style.paint(finding.rule, finding.severity.value)} {finding.name}"
    return " ".join(part for part in (place, rule, badge(finding), printable(" ".join(finding.message.split("\n")))) if part)
