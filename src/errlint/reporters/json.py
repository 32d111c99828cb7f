"""``--output-format json``: everything, versioned by ``schema``, the same bytes for the same findings.

Lines and columns are 1-based and count characters, ends are exclusive, paths have ``/`` and are relative to the working directory.
Keys are only ever added within a schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from errlint.model import Edit, Finding, Fix, Location, Safety
from errlint.reporters import Results
from errlint.reporters.sources import Sources, Text
from errlint.terminal import Style

SCHEMA = 1


def report(results: Results, sources: Sources, _style: Style) -> Iterator[str]:
    """One JSON object."""
    findings = [finding_as_json(finding, sources, results.pages) for finding in results]
    yield json.dumps({"schema": SCHEMA, "findings": findings, "summary": _summary(results)}, ensure_ascii=False, indent=2) + "\n"


def statistics_as_json(results: Results) -> Iterator[str]:
    """One JSON object: how often each rule speaks, the most frequent first, and how many of its findings have which fix."""
    rules: list[dict[str, object]] = []
    for rule, number in sorted(results.by_rule.items(), key=lambda one: (-one[1], one[0])):
        found = [finding for finding in results if finding.rule == rule]
        fixes = {one.value: sum(finding.fix is not None and finding.fix.safety is one for finding in found) for one in Safety}
        rules.append({"rule": rule, "name": found[0].name, "severity": found[0].severity.value, "findings": number, "fixable": fixes})
    yield json.dumps({"schema": SCHEMA, "statistics": rules, "summary": _summary(results)}, ensure_ascii=False, indent=2) + "\n"


def finding_as_json(finding: Finding, sources: Sources, pages: Mapping[str, str]) -> dict[str, object]:
    """One finding, as it stands in ``findings``."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "url": pages.get(finding.rule) or None,
        "message": finding.message,
        "remedy": finding.remedy,
        **_start(finding.location),
        "end_line": finding.location.end_line,
        "end_column": finding.location.end_column,
        "api": finding.api,
        "trail": [{**_start(step.location), "note": step.note} for step in finding.trail],
        "fix": None if finding.fix is None else _fix(finding.fix, sources.text(finding.location.path)),
    }


def _start(location: Location) -> dict[str, object]:
    return {"path": location.path, "line": location.line, "column": location.column}


def _fix(fix: Fix, text: Text) -> dict[str, object]:
    return {"safety": fix.safety.value, "message": fix.message, "edits": [_edit(edit, text) for edit in fix.edits]}


def _edit(edit: Edit, text: Text) -> dict[str, object]:
    return {"start": _position(edit.start, text), "end": _position(edit.end, text), "text": edit.text}


def _position(offset: int, text: Text) -> dict[str, int]:
    line, column = text.position(offset)
    return {"line": line, "column": column}


def _summary(results: Results) -> dict[str, object]:
    return {
        "findings": results.total,
        "by_rule": results.by_rule,
        "by_severity": {severity.value: count for severity, count in results.by_severity.items()},
        "files_checked": results.files_checked,
        "files_failed": results.files_failed,
        "fixed": results.fixed,
        "suppressed": results.suppressed,
    }
