"""What a run looks like to people and to programs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from errlint.diffs import unified_diff
from errlint.frames import frame
from errlint.model import Edit, FileReport, Finding, Fix, Location, Safety, Severity, Step
from errlint.registry import rule_texts
from errlint.reporters import FORMATS, Results, reporter
from errlint.reporters.sources import Sources, Text
from errlint.reporters.summary import statistics, summary
from errlint.terminal import Style, cells, printable

PLAIN = Style()
CODE = """import requests

def call(url):
    resp = requests.get(url)
    try:
        resp.raise_for_status()
    except requests.HTTPError as e:
        if "rate limit" in str(e):
            return None
        raise
"""
UNSAFE = Fix(Safety.UNSAFE, "test the status", (Edit(CODE.index('"rate'), CODE.index(":\n            return"), "e.status == 429"),))


def finding(
    line: int = 8,
    column: int = 12,
    end_line: int = 8,
    end_column: int = 34,
    *,
    path: str = "client.py",
    severity: Severity = Severity.WARNING,
    fix: Fix | None = UNSAFE,
    trail: tuple[Step, ...] | None = None,
) -> Finding:
    steps = (
        Step(Location(path, 4, 12, 4, 29), "a response of `requests.get`"),
        Step(Location(path, 7, 5, 7, 35), "its error"),
        Step(Location(path, 8, 28, 8, 34), "the text of the error"),
    )
    return Finding(
        rule="ERR101",
        name="message-branch",
        severity=severity,
        message="the branch depends on the wording of an error",
        location=Location(path, line, column, end_line, end_column),
        remedy="test the status or the code",
        api="acme",
        trail=steps if trail is None else trail,
        fix=fix,
    )


def results(*findings: Finding, suppressed: int = 0, stage: str = "checked") -> Results:
    return Results((FileReport("client.py", findings, suppressed, stage),), rules=rule_texts())


def render(name: str, *findings: Finding, code: str = CODE, style: Style = PLAIN) -> str:
    return "".join(reporter(name)(results(*findings), Sources({"client.py": code.encode()}), style))


def framed(code: str, location: tuple[int, int, int, int], *, width: int | None = None, context: int = 0) -> list[str]:
    return list(frame(code.splitlines(), Location("x.py", *location), Style(width=width), gutter=2, context=context))


def marked(rows: list[str]) -> str:
    """The characters above the marks of a one-line frame; wide characters are not expected."""
    code, marks = rows
    return code[marks.index("^") : marks.rindex("^") + 1]


def test_full_shows_place_code_trail_remedy_and_fix() -> None:
    assert (
        render("full", finding())
        == """\
client.py:8:12 ERR101 message-branch [unsafe fix]
warning: the branch depends on the wording of an error
   |
 6 |         resp.raise_for_status()
 7 |     except requests.HTTPError as e:
 8 |         if "rate limit" in str(e):
   |            ^^^^^^^^^^^^^^^^^^^^^^
 9 |             return None
10 |         raise
   |
   = trail: client.py:4:12  a response of `requests.get`
 4 |     resp = requests.get(url)
   |            -----------------
   = trail: client.py:7:5  its error
 7 |     except requests.HTTPError as e:
   |     ------------------------------
   = trail: client.py:8:28  the text of the error
   = remedy: test the status or the code
   = fix (unsafe): test the status

"""
    )


def test_full_marks_a_safe_fix_and_says_nothing_without_one() -> None:
    safe = Fix(Safety.SAFE, "compare with None", (Edit(0, 1, "x"),))
    assert "message-branch [*]\n" in render("full", finding(fix=safe))
    assert "= fix (safe): compare with None\n" in render("full", finding(fix=safe))
    without = render("full", finding(fix=None))
    assert "message-branch\n" in without
    assert "fix" not in without


def test_full_wraps_text_at_the_width_of_the_terminal() -> None:
    text = render("full", finding(), style=Style(width=50))
    assert "warning: the branch depends on the wording of an\n         error\n" in text
    assert "wording of an error" in render("full", finding(), style=Style(width=200))


def test_full_has_no_frame_when_the_file_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "".join(reporter("full")(results(finding(trail=())), Sources(), PLAIN))
    assert text.splitlines()[2:] == ["   = remedy: test the status or the code", "   = fix (unsafe): test the status", ""]


def test_full_in_colour_is_the_plain_text_with_colours() -> None:
    coloured = render("full", finding(), style=Style(colour=True))
    assert "\x1b[1;33mERR101\x1b[0m" in coloured
    assert "\x1b[33m" in coloured  # pygments: strings are yellow
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render("full", finding())


def test_concise_is_one_line_a_finding() -> None:
    two_lines = Finding("ERR302", "x", Severity.ERROR, "one\ntwo", Location("a b.py", 1, 2, 1, 3))
    text = render("concise", finding(), two_lines)
    assert text == (
        "client.py:8:12: ERR101 message-branch [unsafe fix] the branch depends on the wording of an error\na b.py:1:2: ERR302 x one two\n"
    )


def test_json_has_the_documented_shape() -> None:
    document = json.loads(render("json", finding()))
    assert document == {
        "schema": 1,
        "findings": [
            {
                "rule": "ERR101",
                "name": "message-branch",
                "severity": "warning",
                "url": None,
                "remedy": "test the status or the code",
                "message": "the branch depends on the wording of an error",
                "path": "client.py",
                "line": 8,
                "column": 12,
                "end_line": 8,
                "end_column": 34,
                "api": "acme",
                "trail": [
                    {"path": "client.py", "line": 4, "column": 12, "note": "a response of `requests.get`"},
                    {"path": "client.py", "line": 7, "column": 5, "note": "its error"},
                    {"path": "client.py", "line": 8, "column": 28, "note": "the text of the error"},
                ],
                "fix": {
                    "safety": "unsafe",
                    "message": "test the status",
                    "edits": [{"start": {"line": 8, "column": 12}, "end": {"line": 8, "column": 34}, "text": "e.status == 429"}],
                },
            }
        ],
        "summary": {
            "findings": 1,
            "by_rule": {"ERR101": 1},
            "by_severity": {"error": 0, "warning": 1, "advice": 0},
            "files_checked": 1,
            "files_failed": 0,
            "fixed": 0,
            "suppressed": 0,
        },
    }


def test_json_says_null_where_there_is_nothing() -> None:
    bare = Finding("ERR001", "unparsable-file", Severity.ERROR, "cannot be parsed", Location("client.py", 1, 1, 1, 2))
    [row] = json.loads(render("json", bare))["findings"]
    assert (row["api"], row["trail"], row["fix"]) == (None, [], None)


def test_json_is_utf8_and_survives_file_names_that_are_not() -> None:
    odd = Finding("ERR101", "x", Severity.ERROR, "für 🚀", Location("b\udce9.py", 1, 1, 1, 2))
    raw = "".join(reporter("json")(results(odd), Sources(), PLAIN)).encode("utf-8", "backslashreplace")
    assert "für 🚀".encode() in raw
    assert json.loads(raw)["findings"][0]["path"] == "b\udce9.py"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_json_edits_are_in_lines_and_characters_whatever_the_newline(newline: str) -> None:
    code = newline.join(["é = '\u2028\f'", "if x:", "    pass", ""])
    start = code.index("x:")
    edited = finding(fix=Fix(Safety.SAFE, "y", (Edit(start, start + 1, "y"),)))
    [row] = json.loads(render("json", edited, code=code))["findings"]
    assert row["fix"]["edits"] == [{"start": {"line": 2, "column": 4}, "end": {"line": 2, "column": 5}, "text": "y"}]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_bytes_for_the_same_findings(name: str) -> None:
    assert render(name, finding(), finding(line=9)) == render(name, finding(), finding(line=9))


def test_summary_counts_findings_files_and_fixes() -> None:
    safe = Fix(Safety.SAFE, "m", (Edit(0, 1, ""),))
    found = results(finding(fix=safe), finding(fix=safe, severity=Severity.ERROR), finding(severity=Severity.ERROR), suppressed=4)
    assert "".join(summary(found, PLAIN)) == (
        "Found 2 errors, 1 warning (1 file checked, 4 suppressed).\n2 fixable with --fix, 1 more with --unsafe-fixes.\n"
    )
    assert "".join(summary(results(finding()), PLAIN)).endswith("\n1 fixable with --fix --unsafe-fixes.\n")


def test_summary_of_clean_fixed_and_failed_files() -> None:
    assert "".join(summary(results(), PLAIN)) == "No findings (1 file checked).\n"
    assert "".join(summary(Results(results().reports, fixed=3, fixed_files=1), PLAIN)).startswith("Fixed 3 findings in 1 file.\n")
    assert "(0 files checked, 1 could not be checked)" in "".join(summary(results(finding(), stage="failed"), PLAIN))
    assert list(summary(Results(()), PLAIN)) == []


def test_statistics_put_the_most_frequent_rule_first() -> None:
    other = Finding("ERR001", "unparsable-file", Severity.ERROR, "m", Location("client.py", 1, 1, 1, 2))
    assert list(statistics(results(other, finding(), finding()), PLAIN)) == [
        "2  ERR101  message-branch  [unsafe fix]\n",
        "1  ERR001  unparsable-file\n",
    ]


def test_marks_stand_under_the_region_behind_tabs() -> None:
    assert framed("\tif\tx in y:", (1, 5, 1, 11)) == [" 1 |     if    x in y:", "   |           ^^^^^^"]


def test_marks_count_wide_and_combining_characters() -> None:
    assert framed("f('漢字', 'é'.x)", (1, 9, 1, 12))[1] == "   |           ^^^"
    assert framed("s = 'e\u0301'.x", (1, 9, 1, 11))[1] == "   |        ^^"


def test_an_empty_region_and_one_behind_the_line_have_one_mark() -> None:
    assert framed("if x", (1, 5, 1, 5)) == [" 1 | if x", "   |     ^"]
    assert framed("if x", (1, 99, 1, 120)) == [" 1 | if x", "   |     ^"]
    assert framed("if x", (9, 1, 9, 2)) == [" 1 | if x", "   |     ^"]
    assert framed("", (1, 1, 1, 2)) == []


def test_a_region_of_several_lines_has_a_bar() -> None:
    code = "if (\n    a\n    in b\n):\n    pass"
    assert framed(code, (1, 4, 4, 2)) == [
        " 1 |   if (",
        "   |  ____^",
        " 2 | |     a",
        " 3 | |     in b",
        " 4 | | ):",
        "   | |_^",
    ]
    assert framed(code, (1, 1, 4, 2))[:2] == [" 1 | / if (", " 2 | |     a"]


def test_a_region_that_ends_at_the_start_of_a_line_does_not_show_that_line() -> None:
    assert framed("abc\nnext", (1, 1, 2, 1)) == [" 1 | abc", "   | ^^^"]


def test_a_very_long_region_leaves_out_its_middle() -> None:
    rows = framed("\n".join(f"line{number}" for number in range(1, 31)), (1, 1, 30, 5))
    assert [row.split("|")[0].strip() for row in rows] == ["1", "2", "3", "..", "29", "30", ""]


def test_blank_lines_at_the_edge_of_the_frame_are_left_out() -> None:
    assert framed("\n\nx = 1\n\n\n", (3, 1, 3, 2), context=2) == [" 3 | x = 1", "   | ^"]


@pytest.mark.parametrize("width", [40, 80, 200, None])
@pytest.mark.parametrize("start", [1, 30, 500, 4_990])
def test_a_long_line_is_cut_around_the_region(width: int | None, start: int) -> None:
    line = "".join(chr(ord("a") + index % 26) for index in range(5_000))
    rows = framed(line, (1, start, 1, start + 10), width=width)
    assert max(map(len, rows)) <= (width or 160)
    assert marked(rows) == line[start - 1 : start + 9]


def test_a_line_of_megabytes_is_shown_at_once() -> None:
    rows = framed("x = '" + "é" * 3_000_000 + "'", (1, 1_500_000, 1, 2_900_000), width=80)
    assert all(len(row) <= 80 for row in rows)


def test_nothing_that_a_terminal_acts_upon_leaves_a_frame() -> None:
    [code, marks] = framed("s = '\x1b[31m\u202e\x00\x7f'; bad", (1, 17, 1, 20))
    assert code == " 1 | s = '␛[31m\ufffd␀␡'; bad"
    assert marked([code, marks]) == "bad"


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r")),
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(30, 90),
)
@example("b\t漢aba\t b\t \t\t ", 39, 46, 34)  # the mark behind a line that just fits
def test_frames_fit_the_terminal_and_mark_something(line: str, column: int, length: int, width: int) -> None:
    rows = list(frame([line], Location("x.py", 1, column, 1, column + length), Style(width=width), gutter=1))
    assert all(cells(row) <= width for row in rows)
    assert rows[-1].count("^") >= 1


@given(st.lists(st.text(st.sampled_from("ab \t\f\x1b\u2028é漢'\"\\#(1"), max_size=300), min_size=1, max_size=6), st.integers(0, 300))
def test_colours_change_nothing_but_the_colour(lines: list[str], column: int) -> None:
    where = Location("x.py", 1, column, 1, column + 3)
    plain, coloured = (list(frame(lines, where, Style(colour=colour, width=60), gutter=1)) for colour in (False, True))
    assert [re.sub(r"\x1b\[[\d;]*m", "", row).rstrip() for row in coloured] == [row.rstrip() for row in plain]


@given(st.text())
def test_printable_text_keeps_its_length_and_stays_on_one_line(text: str) -> None:
    assert len(printable(text)) == len(text)
    assert len(printable(text).splitlines()) <= 1


@given(st.text(st.sampled_from("ab\n\r\f\u2028é")), st.data())
def test_lines_and_offsets_agree(text: str, data: st.DataObject) -> None:
    source = Text(text.encode())
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.position(offset)
    if offset < len(text) and text[offset] not in "\r\n":
        assert source.lines[line - 1][column - 1] == text[offset]


DIFFS = [
    (b"a\nb\nc\n", b"a\nB\nc\n"),
    (b"a\nb", b"a\nB"),
    (b"a\nb", b"a\nb\n"),
    (b"a\nb\n", b"a\nb"),
    (b"a\r\nb\r\n", b"a\r\nB\r\n"),
    (b"a\rb\rc\r", b"a\rB\rc\r"),
    ("\ufeffä = 1\n".encode(), "\ufeffä = 2\n".encode()),
    (b"# coding: latin-1\n# \xe9\n", b"# coding: latin-1\n# \xe9\xe9\n"),
    (b"a\n\x0cb\n\xe2\x80\xa8c\n", b"a\n\x0cB\n\xe2\x80\xa8c\n"),
    (b"\n" * 50 + b"x\n" + b"\n" * 50 + b"y", b"\n" * 50 + b"1\n" + b"\n" * 50 + b"2"),
]


@pytest.mark.parametrize(("before", "after"), DIFFS)
@pytest.mark.parametrize("name", ["a.py", "pkg/a b.py", 'odd "name".py', "é.py"])
def test_git_applies_a_diff(tmp_path: Path, before: bytes, after: bytes, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(before)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=unified_diff(before, after, name), check=True)
    assert file.read_bytes() == after


def test_git_applies_a_diff_below_the_top_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_bytes(b"a\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path / "sub", input=unified_diff(b"a\n", b"b\n", "a.py"), check=True)
    assert (tmp_path / "sub" / "a.py").read_bytes() == b"b\n"


def test_no_difference_is_no_diff() -> None:
    assert unified_diff(b"a\n", b"a\n", "a.py") == b""
