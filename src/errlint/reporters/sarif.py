"""``--output-format sarif``: SARIF 2.1.0, complete for GitHub code scanning.

What GitHub asks for beyond the standard (SARIF support for code scanning): all texts of a rule, ``primaryLocationLineHash``, relative
addresses. An alert is shown on a pull request only if *all* lines of its region changed, so a region never goes beyond its first line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote

from errlint import __version__
from errlint.fingerprints import fingerprints, line_hashes
from errlint.model import Edit, Finding, Fix, Location, RuleText, Severity
from errlint.reporters import Results
from errlint.reporters.sources import Sources, Text
from errlint.terminal import Style

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "recommendation"}
_LONGEST = 1024
"""Characters of a description that GitHub takes."""
_ROOT = "%SRCROOT%"


def report(results: Results, sources: Sources, _style: Style) -> Iterator[str]:
    """One log with one run."""
    findings = list(results)
    rules = _rules(results.rules, findings)
    place_of = {rule.id: place for place, rule in enumerate(rules)}
    hashes = lru_cache(maxsize=None)(lambda path: line_hashes(sources.text(path).text))
    own = fingerprints(findings, sources.statement)
    run = {
        "tool": {
            "driver": {
                "name": "errlint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": "https://errlint.readthedocs.io/",
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "errlint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that errlint ran in."}}},
        "invocations": [{"executionSuccessful": not results.files_failed}],
        "results": [
            {
                "ruleId": finding.rule,
                "ruleIndex": place_of[finding.rule],
                "level": _LEVELS[finding.severity],
                "message": {"text": _message(finding)},
                "locations": [{"physicalLocation": _physical(_first_line(finding.location, sources))}],
                "partialFingerprints": {
                    "primaryLocationLineHash": _hash_of(finding, hashes(finding.location.path)),
                    "errlint/v1": fingerprint,
                },
                **_flow(finding),
                **_fixes(finding, sources),
            }
            for finding, fingerprint in zip(findings, own, strict=True)
        ],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rules(known: Iterable[RuleText], findings: Iterable[Finding]) -> list[RuleText]:
    """The rules that something was found by: the texts of all the others would be most of the file."""
    texts = {rule.id: rule for rule in known}
    return [texts[rule] for rule in sorted({finding.rule for finding in findings})]


def _rule(rule: RuleText) -> dict[str, object]:
    first, _, rest = rule.doc.strip().partition("\n\n")
    about = " ".join((rest.partition("\n\n")[0] or first).split())
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _cut(rule.title)},
        "fullDescription": {"text": _cut(about)},
        "help": {"text": rule.doc.strip(), "markdown": rule.doc.strip()},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["http", "error-handling", "reliability"],
            "precision": "high",
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _message(finding: Finding) -> str:
    return finding.message if finding.remedy is None else f"{finding.message}\n{finding.remedy}"


def _first_line(location: Location, sources: Sources) -> Location:
    if location.line == location.end_line:
        return location
    lines = sources.lines(location.path)
    end = len(lines[location.line - 1]) + 1 if location.line <= len(lines) else location.column + 1
    return Location(location.path, location.line, location.column, location.line, max(end, location.column + 1))


def _physical(location: Location) -> dict[str, object]:
    return {"artifactLocation": _artifact(location.path), "region": _region(location)}


def _artifact(path: str) -> dict[str, object]:
    address = quote(path.encode("utf-8", "surrogateescape"))
    # an absolute path is outside of the folder that errlint ran in
    return {"uri": f"file://{address}"} if path.startswith("/") else {"uri": address, "uriBaseId": _ROOT}


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


def _hash_of(finding: Finding, hashes: list[str]) -> str:
    return hashes[min(finding.location.line, len(hashes)) - 1]


def _flow(finding: Finding) -> dict[str, object]:
    """The trail, as the flow of code that GitHub shows beside an alert."""
    if not finding.trail:
        return {}
    steps = [{"location": {"physicalLocation": _physical(step.location), "message": {"text": step.note}}} for step in finding.trail]
    return {"codeFlows": [{"threadFlows": [{"locations": steps}]}]}


def _fixes(finding: Finding, sources: Sources) -> dict[str, object]:
    # GitHub refuses a whole report for one fix without replacements
    if finding.fix is None or not finding.fix.edits:
        return {}
    return {"fixes": [_fix(finding.fix, finding.location.path, sources.text(finding.location.path))]}


def _fix(fix: Fix, path: str, text: Text) -> dict[str, object]:
    return {
        "description": {"text": fix.message},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": [_replacement(edit, text) for edit in fix.edits]}],
        "properties": {"safety": fix.safety.value},
    }


def _replacement(edit: Edit, text: Text) -> dict[str, object]:
    (line, column), (end_line, end_column) = text.position(edit.start), text.position(edit.end)
    deleted = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"deletedRegion": deleted, **({"insertedContent": {"text": edit.text}} if edit.text else {})}
