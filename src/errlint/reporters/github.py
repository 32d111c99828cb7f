"""``--output-format github``: annotations of GitHub Actions, and a table in the summary of the job.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the gravest come first, the last
place of a full ten tells how many more there are, and every finding stands in the log and in the summary.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from errlint.model import Finding, Severity
from errlint.reporters import Results
from errlint.reporters.sources import Sources
from errlint.terminal import Style, printable

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}
_SHOWN = 10
"""Annotations of one kind that a step may have."""
_LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub refuses a summary of more than 1 MiB."""


def report(results: Results, _sources: Sources, _style: Style) -> Iterator[str]:
    """Workflow commands; the findings that get none follow as plain lines."""
    rest: list[Finding] = []
    for severity, kind in _KINDS.items():
        found = [finding for finding in results if finding.severity is severity]
        shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
        yield from (_annotation(finding, kind) for finding in shown)
        if len(found) > len(shown):
            rest += found[len(shown) :]
            yield f"::{kind} title=errlint::{_data(f'{len(found) - len(shown)} more, in the log and the summary of this job')}\n"
    yield from (f"{printable(_place(finding))}: {finding.rule} {printable(finding.message)}\n" for finding in rest)
    _summarise(list(results), results.pages)


def _annotation(finding: Finding, kind: str) -> str:
    at = finding.location
    properties = {
        "title": f"{finding.rule} {finding.name}",
        "file": at.path,
        "line": str(at.line),
        "endLine": str(at.end_line),
        # GitHub reads columns only within one line
        **({"col": str(at.column), "endColumn": str(at.end_column)} if at.line == at.end_line else {}),
    }
    told = finding.message if finding.remedy is None else f"{finding.message}\n{finding.remedy}"
    return f"::{kind} {','.join(f'{name}={_property(value)}' for name, value in properties.items())}::{_data(told)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _place(finding: Finding) -> str:
    return f"{finding.location.path}:{finding.location.line}:{finding.location.column}"


def _summarise(findings: Sequence[Finding], pages: Mapping[str, str]) -> None:
    """Add a table to the file that ``GITHUB_STEP_SUMMARY`` names; outside of GitHub Actions there is none."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return
    size = Path(target).stat().st_size if Path(target).is_file() else 0
    with Path(target).open("a", encoding="utf-8", errors="backslashreplace") as summary:
        for written, line in enumerate(_table(findings, pages), -1):
            size += len(line.encode("utf-8", "backslashreplace"))
            if size > _LARGEST_SUMMARY:
                summary.write(f"\n{len(findings) - written + 1} more in the log.\n")
                return
            summary.write(line)


def _table(findings: Sequence[Finding], pages: Mapping[str, str]) -> Iterator[str]:
    if not findings:
        yield "### errlint: no findings\n"
        return
    yield f"### errlint: {len(findings)} {'finding' if len(findings) == 1 else 'findings'}\n\n"
    yield "| Place | Rule | Finding |\n| --- | --- | --- |\n"
    for finding in findings:
        page = pages.get(finding.rule)
        rule = f"[{finding.rule}]({page})" if page else finding.rule
        yield f"| {_cell(_place(finding))} | {rule} {finding.name} | {_cell(finding.message)} |\n"


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table: nothing in it ends the cell, starts a tag or breaks the line."""
    return " ".join(printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`").split())
