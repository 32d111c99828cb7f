"""Suppressions that end, that have to say why, and that are taken away when they silence nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from errlint.cli import cli
from errlint.suppressions import SuppressionProblem, Suppressions

KNOWN = frozenset({"ERR101", "message-branch", "ERR504", "falsy-response"})
TODAY = date(2026, 6, 15)
BAD = """import requests
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if "404" in str(e):{comment}
        x = 1
"""


def problems(text: str, *, require_reason: bool = False) -> list[SuppressionProblem]:
    return Suppressions.parse(text, KNOWN, today=TODAY, require_reason=require_reason).problems(())


@pytest.mark.parametrize("day", ["2026-06-15", "2026-06-16", "2027-01-31"])
def test_a_suppression_holds_until_the_end_of_its_day(day: str) -> None:
    assert problems(f"x  # errlint: ignore[ERR101] until={day} SDK 4\n") == []


def test_a_suppression_that_ended_is_noted() -> None:
    [found] = problems("x  # errlint: ignore[ERR101] SDK 4, until = 2026-06-14\n")
    assert found.message == "this suppression ended on 2026-06-14"


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01", "14.06.2026"])
def test_what_is_no_date_is_noted_and_silences_nothing(day: str) -> None:
    [found] = problems(f"x  # errlint: ignore[ERR101] until={day}\n")
    assert "is no date, so nothing is suppressed" in found.message


@pytest.mark.parametrize(
    ("comment", "asked"),
    [
        ("errlint: ignore[ERR101]", True),
        ("errlint: ignore[ERR101] until=2027-01-01", True),
        ("errlint: ignore[ERR101] --", True),
        ("errlint: ignore", True),
        ("errlint: ignore[ERR101] the vendor has no code for this", False),
        ("errlint: ignore[ERR101] until=2027-01-01 waiting for SDK 4", False),
    ],
)
def test_a_reason_is_asked_for_where_the_configuration_wants_one(comment: str, asked: bool) -> None:
    found = problems(f"x  # {comment}\n", require_reason=True)
    assert ["gives no reason" in problem.message for problem in found] == ([True] if asked else [])
    assert problems(f"x  # {comment}\n") == []


def run(folder: Path, code: str, *options: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    monkeypatch.chdir(folder)
    (folder / "client.py").write_text(code, encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", *options, "--output-format", "concise", "client.py"])
    return done.exit_code, done.stdout, (folder / "client.py").read_text(encoding="utf-8")


def test_the_configuration_asks_for_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "errlint.toml").write_text("require-reason = true\n", encoding="utf-8")
    code, said, _ = run(tmp_path, BAD.format(comment="  # errlint: ignore[ERR101]"), monkeypatch=monkeypatch)
    assert code == 1
    assert "client.py:5:26: ERR003" in said
    assert "ERR101" not in said


def test_what_ended_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said, _ = run(tmp_path, BAD.format(comment="  # errlint: ignore[ERR101] until=2001-01-01"), monkeypatch=monkeypatch)
    assert "ERR101" in said
    assert "ended on 2001-01-01" in said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # errlint: ignore[ERR504]\n", "x = 1\n"),
        ("x = 1  # errlint: ignore[ERR504, ERR302]\n", "x = 1\n"),
        ("# errlint: ignore-file[ERR504]\nx = 1\n", "x = 1\n"),
        ("x = 1  # type: ignore  # errlint: ignore[ERR504]\n", "x = 1  # type: ignore  \n"),
        ("x = 1  # errlint: ignore[ERR504]", "x = 1"),
    ],
)
def test_a_comment_that_silences_nothing_is_taken_away(before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, left = run(tmp_path, f"import requests\n{before}", "--fix", monkeypatch=monkeypatch)
    assert left == f"import requests\n{after}"


def test_a_reason_is_not_lost_unless_unsafe_fixes_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import requests\nx = 1  # errlint: ignore[ERR504] it was needed once\n"
    assert run(tmp_path, code, "--fix", monkeypatch=monkeypatch)[2] == code
    assert run(tmp_path, code, "--fix", "--unsafe-fixes", monkeypatch=monkeypatch)[2] == "import requests\nx = 1\n"


@pytest.mark.parametrize("listed", ["ERR101, ERR504", "ERR504,ERR101", "ERR504, ERR101 , ERR302"])
def test_what_silences_something_stays_in_the_comment(listed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = BAD.format(comment=f"  # errlint: ignore[{listed}] no code for it")
    left = run(tmp_path, code, "--fix", monkeypatch=monkeypatch)[2]
    assert left.replace(" ]", "]") == BAD.format(comment="  # errlint: ignore[ERR101] no code for it")
