"""Formats that programs read: each holds against its consumer's schema, and against a golden file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint.fingerprints import fingerprints, line_hashes
from errlint.model import Edit, FileReport, Finding, Fix, Location, RuleText, Safety, Severity, Step
from errlint.own_findings import own_texts
from errlint.reporters import FOR_PEOPLE, FORMATS, Results, reporter
from errlint.reporters.sources import Sources
from errlint.terminal import Style

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "data" / "formats"
SARIF = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
CODE = 'é = "𐐀"; y = é == None\nif "gone" in str(e):\n    pass\n'
RULE = RuleText(
    "ERR101", "message-branch", "Title", "Title\n\nWhat it is.\n\n## Why\n\nBecause.", Severity.WARNING, "https://example.org/r"
)


def one(
    line: int = 2,
    column: int = 4,
    end_line: int = 2,
    end_column: int = 20,
    *,
    path: str = "a.py",
    severity: Severity = Severity.WARNING,
    message: str = "m",
    fix: Fix | None = None,
) -> Finding:
    trail = (Step(Location(path, 1, 1, 1, 2), "born"),)
    at = Location(path, line, column, end_line, end_column)
    return Finding("ERR101", "message-branch", severity, message, at, trail=trail, fix=fix, lines=(line, end_line))


def said(name: str, *findings: Finding, code: str = CODE, stage: str = "checked") -> str:
    path = findings[0].location.path if findings else "a.py"
    results = Results((FileReport(path, findings, stage=stage),), rules=(RULE, *own_texts()), pages={RULE.id: RULE.url})
    return "".join(reporter(name)(results, Sources({path: code.encode()}), Style()))


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "errlint", "check", "--isolated", *options, "client.py"]
    return subprocess.run(command, cwd=ROOT / "docs", capture_output=True, check=False, env={**os.environ, **environment})


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_says_of_the_client_of_the_docs_what_its_golden_file_holds(name: str, update: bool) -> None:
    done = run("--output-format", name, GITHUB_STEP_SUMMARY="")
    golden = GOLDEN / name
    if update:
        golden.write_bytes(done.stdout)
    assert done.returncode == 1
    assert done.stdout == golden.read_bytes()


@pytest.mark.parametrize("name", ["full", "sarif"])
def test_a_file_of_output_holds_what_would_have_been_printed(name: str, tmp_path: Path) -> None:
    target = tmp_path / "report"
    done = run("--output-format", name, "--output-file", str(target), GITHUB_STEP_SUMMARY="")
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.startswith(b"Found 1 error, 1 warning")
    printed = (GOLDEN / name).read_bytes()
    assert printed.startswith(target.read_bytes())
    assert name in FOR_PEOPLE or printed == target.read_bytes()


def test_a_file_of_output_that_cannot_be_written_is_said() -> None:
    done = run("--output-file", "/nowhere/report")
    assert done.returncode == 2
    assert b"--output-file: cannot write" in done.stderr


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(message=TEXTS, inserted=TEXTS, severity=st.sampled_from(Severity), line=st.integers(1, 3), end=st.integers(0, 2))
def test_sarif_holds_against_the_schema_of_the_standard(message: str, inserted: str, severity: Severity, line: int, end: int) -> None:
    fix = Fix(Safety.SAFE, "Do it", (Edit(3, 5, inserted),))
    log = json.loads(said("sarif", one(line, 1, line + end, 4, message=message, severity=severity, fix=fix)))
    jsonschema.Draft4Validator(SARIF).validate(log)


def result_of(*findings: Finding, code: str = CODE) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(said("sarif", *findings, code=code))["runs"][0]["results"][0]
    return result


def test_a_region_of_sarif_never_goes_beyond_its_first_line() -> None:
    region = result_of(one(2, 4, 3, 9))["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 21}


def test_sarif_has_what_github_asks_for() -> None:
    [entry] = json.loads(said("sarif", one()))["runs"]
    [rule] = entry["tool"]["driver"]["rules"]
    assert rule["fullDescription"] == {"text": "What it is."}
    assert rule["help"]["markdown"].startswith("Title")
    assert rule["helpUri"] == "https://example.org/r"
    [result] = entry["results"]
    assert result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes(CODE)[1]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a.py", "uriBaseId": "%SRCROOT%"}
    assert result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["message"] == {"text": "born"}
    assert "fixes" not in result


def test_sarif_knows_the_rules_of_the_tool_itself() -> None:
    broken = Finding("ERR001", "unparsable-file", Severity.ERROR, "m", Location("a.py", 1, 1, 1, 2))
    [entry] = json.loads(said("sarif", broken, stage="failed"))["runs"]
    [rule] = entry["tool"]["driver"]["rules"]
    assert rule["id"] == "ERR001"
    assert rule["helpUri"].endswith("/unparsable-file/")
    assert entry["results"][0]["ruleIndex"] == 0
    assert entry["invocations"] == [{"executionSuccessful": False}]


def test_paths_in_sarif_are_addresses() -> None:
    assert result_of(one(path="a b/ü.py"))["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC.py"


# Vectors of github/codeql-action (fingerprints.test.ts).
VECTORS = {
    "": ["c129715d7a2bc9a3:1"],
    " a\nb\n  \t\tc\n d": ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r": [
        "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", VECTORS)
def test_line_hashes_are_those_of_github(text: str) -> None:
    assert line_hashes(text) == VECTORS[text]


def test_equal_lines_have_numbers() -> None:
    hashes = line_hashes("x\n" * 200)
    assert len(set(hashes)) == len(hashes) == 201
    assert hashes[1].partition(":")[0] == hashes[0].partition(":")[0]


def test_fingerprints_do_not_move_with_lines_and_tell_equal_code_apart() -> None:
    code = {1: "if  x:", 5: "if x :", 9: "if y:"}
    found = fingerprints([one(1), one(5), one(9)], lambda finding: code[finding.location.line])
    moved = fingerprints([one(5), one(9)], lambda finding: code[finding.location.line])
    assert len(set(found)) == 3
    assert [found[0], found[2]] == moved


def test_github_escapes_what_would_end_a_command() -> None:
    text = said("github", one(path="a,b:c%.py", message="50 %\nof it"))
    assert text == "::warning title=ERR101 message-branch,file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=4,endColumn=20::50 %25%0Aof it\n"


def test_github_leaves_out_columns_of_regions_of_several_lines() -> None:
    assert ",line=2,endLine=3::" in said("github", one(2, 4, 3, 9))


def test_github_gets_no_more_annotations_than_it_shows_and_says_how_many_are_left() -> None:
    many = [one(line, severity=Severity.WARNING if line > 1 else Severity.ERROR) for line in range(1, 16)]
    lines = said("github", *many).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert commands[0].startswith("::error ")
    assert sum(line.startswith("::warning ") for line in commands) == 10
    assert commands[-1] == "::warning title=errlint::5 more, in the log and the summary of this job"
    assert len(lines) == len(commands) + 5


def test_github_gets_a_table_in_the_summary_of_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    said("github", one(message="a | b <script>"))
    written = summary.read_text(encoding="utf-8")
    assert written.startswith("before\n### errlint: 1 finding\n")
    assert "| a.py:2:4 | [ERR101](https://example.org/r) message-branch | a \\| b &lt;script> |" in written


def test_the_summary_of_a_job_stays_below_what_github_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    said("github", *(one(message="x" * 2_000) for _ in range(1_000)))
    assert summary.stat().st_size < 1024 * 1024
    assert summary.read_text(encoding="utf-8").splitlines()[-1].endswith(" more in the log.")


def test_gitlab_gets_relative_paths_and_a_fingerprint_for_each_finding() -> None:
    entries = json.loads(said("gitlab", one(), one(1, 1, 1, 2), one(1, 1, 1, 2)))
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert {entry["location"]["path"] for entry in entries} == {"a.py"}
    assert {entry["severity"] for entry in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert json.loads(said("gitlab")) == []


def test_junit_is_xml_whatever_stands_in_a_message() -> None:
    root = ET.fromstring(said("junit", one(message="a\x00b\x1b<&>\ufffe")))
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "a\ufffdb\ufffd<&>\ufffd"
    assert root.get("failures") == "1"


def test_junit_without_findings_is_a_test_that_passed() -> None:
    root = ET.fromstring(said("junit"))
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings"]
    assert list(root.iter("failure")) == []


def test_rdjson_counts_bytes() -> None:
    fix = Fix(Safety.SAFE, "Do it", (Edit(CODE.index("é == None"), CODE.index("\n"), "é is None"),))
    [entry] = json.loads(said("rdjson", one(1, 14, 1, 23, fix=fix)))["diagnostics"]
    column = len('é = "𐐀"; y = '.encode()) + 1
    assert entry["location"]["range"]["start"] == {"line": 1, "column": column}
    assert entry["suggestions"][0]["range"]["start"] == {"line": 1, "column": column}
    assert entry["suggestions"][0]["text"] == "é is None"


def test_json_lines_are_the_findings_of_json() -> None:
    findings = (one(), one(1, 1, 1, 2))
    rows = [json.loads(line) for line in said("json-lines", *findings).splitlines()]
    assert rows == json.loads(said("json", *findings))["findings"]
