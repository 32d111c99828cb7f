"""``--output-format gitlab``: a Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from errlint.fingerprints import fingerprints
from errlint.model import Severity
from errlint.reporters import Results
from errlint.reporters.sources import Sources
from errlint.terminal import Style

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def report(results: Results, sources: Sources, _style: Style) -> Iterator[str]:
    """A JSON array; GitLab joins entries with the same fingerprint, so each has one of its own that outlives shifted lines."""
    findings = list(results)
    entries = [
        {
            "description": f"{finding.rule} {finding.name}: {finding.message}",
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": finding.location.path,
                "positions": {
                    "begin": {"line": finding.location.line, "column": finding.location.column},
                    "end": {"line": finding.location.end_line, "column": finding.location.end_column},
                },
            },
        }
        for finding, fingerprint in zip(findings, fingerprints(findings, sources.statement), strict=True)
    ]
    yield json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
