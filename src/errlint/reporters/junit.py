"""``--output-format junit``: a test suite a file, a failed test a finding, as Jenkins, GitLab and others read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from errlint.model import FileReport, Finding
from errlint.reporters import Results
from errlint.reporters.sources import Sources
from errlint.terminal import Style

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""


def report(results: Results, _sources: Sources, _style: Style) -> Iterator[str]:
    """One XML document; without findings it has one test that passed, because an empty report counts as broken."""
    root = ET.Element("testsuites", name="errlint", tests=str(max(results.total, 1)), failures=str(results.total))
    for one in results.reports:
        if one.findings:
            _suite(root, one)
    if not results.total:
        suite = ET.SubElement(root, "testsuite", name="errlint", tests="1", failures="0")
        ET.SubElement(suite, "testcase", name="no findings", classname="errlint")
    ET.indent(root)
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, one: FileReport) -> None:
    number = str(len(one.findings))
    suite = ET.SubElement(root, "testsuite", name=_clean(one.path), tests=number, failures=number)
    for finding in one.findings:
        _case(suite, finding)


def _case(suite: ET.Element, finding: Finding) -> None:
    at = finding.location
    name = f"{finding.rule} {finding.name} ({at.line}:{at.column})"
    case = ET.SubElement(suite, "testcase", name=name, classname=_clean(at.path), file=_clean(at.path), line=str(at.line))
    failure = ET.SubElement(case, "failure", type=finding.severity.value, message=_clean(finding.message))
    remedy = f"\n{finding.remedy}" if finding.remedy else ""
    failure.text = _clean(f"{at.path}:{at.line}:{at.column}: {finding.message}{remedy}")


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
