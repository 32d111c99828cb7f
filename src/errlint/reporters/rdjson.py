"""``--output-format rdjson``: for reviewdog, which turns fixes into suggestions (Reviewdog Diagnostic Format).

Its columns count bytes of UTF-8, 1-based, with an exclusive end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from errlint.model import Edit, Finding, Severity
from errlint.reporters import Results
from errlint.reporters.sources import Sources, Text
from errlint.terminal import Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.ADVICE: "INFO"}


def report(results: Results, sources: Sources, _style: Style) -> Iterator[str]:
    """One JSON object."""
    diagnostics = [_diagnostic(finding, sources.text(finding.location.path), results.pages.get(finding.rule)) for finding in results]
    yield json.dumps({"source": {"name": "errlint"}, "diagnostics": diagnostics}, ensure_ascii=False, indent=2) + "\n"


def _diagnostic(finding: Finding, text: Text, page: str | None) -> dict[str, object]:
    at = finding.location
    return {
        "message": finding.message if finding.remedy is None else f"{finding.message}\n{finding.remedy}",
        "location": {"path": at.path, "range": _range((at.line, at.column), (at.end_line, at.end_column), text)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule, **({"url": page} if page else {})},
        **({"suggestions": [_suggestion(edit, text) for edit in finding.fix.edits]} if finding.fix is not None else {}),
    }


def _suggestion(edit: Edit, text: Text) -> dict[str, object]:
    return {"range": _range(text.position(edit.start), text.position(edit.end), text), "text": edit.text}


def _range(start: tuple[int, int], end: tuple[int, int], text: Text) -> dict[str, object]:
    return {"start": _position(start, text), "end": _position(end, text)}


def _position(place: tuple[int, int], text: Text) -> dict[str, int]:
    line, column = place
    before = text.lines[line - 1][: column - 1] if line <= len(text.lines) else ""
    return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
