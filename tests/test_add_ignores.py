"""``errlint check --add-ignores``: what is found gets a comment, and nothing else changes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli
from errlint.ignores import add_ignores
from errlint.model import FileReport, Finding, Location, Severity
from errlint.suppressions import Suppressions
from tests.harness.bench import Bench
from tests.harness.comments import Mark
from tests.harness.fixture import Fixture, compilable

ROOT = Path(__file__).parent.parent / "fixtures"
REASON = "the vendor is asked for a code"
BAD = """import requests
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if "404" in str(e):
        x = 1
    else:
        raise
"""
_ADDED = re.compile(rf"(?:^[ \t]*|  )# errlint: ignore\[[^\]]*\] {REASON}")


def errlint(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def code_of(text: str) -> list[str]:
    """The lines without the comments that were written, and without white space at their ends."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [_ADDED.sub("", line).rstrip() for line in lines if not re.fullmatch(rf"\s*(?:{_ADDED.pattern})+", line)]


@pytest.mark.parametrize("path", [path for path in compilable(ROOT) if path.name.startswith("bad_")][::3], ids=lambda path: path.stem)
def test_what_is_found_in_a_fixture_is_silenced_and_nothing_else_changes(path: Path, bench: Bench) -> None:
    fixture = Fixture.read(path)
    before = fixture.text.replace("\n", "\r\n").encode()
    done = add_ignores(before, "x.py", lambda raw, _: bench.lint(fixture, raw), REASON)
    assert bool(done.count) == bool(fixture.rules(Mark.EXPECT, Mark.TODO_OK))  # a file of known misses has nothing to silence
    assert not done.report.findings
    assert done.held_back is None
    assert add_ignores(done.raw, "x.py", lambda raw, _: bench.lint(fixture, raw), REASON).raw is done.raw
    after = done.raw.decode()
    assert after.count("\n") == after.count("\r\n")
    assert code_of(after) == [line.rstrip() for line in fixture.text.split("\n")]
    assert ast.dump(ast.parse(done.raw)) == ast.dump(ast.parse(before))


def on(*lines: tuple[int, int, str]) -> list[Finding]:
    return [
        Finding(rule, rule, Severity.ERROR, "m", Location("x.py", first, 1, first, 2), lines=(first, last)) for first, last, rule in lines
    ]


def commented(text: str, *lines: tuple[int, int, str], reason: str = "why") -> str:
    """The text with comments, if there were findings on these lines, first and last."""

    def lint(raw: bytes, path: str) -> FileReport:
        added = raw.decode().count("\n") - text.count("\n")  # lines put above; the cases have one finding then
        found = on(*((first + added, last + added, rule) for first, last, rule in lines))
        return FileReport(path, tuple(Suppressions.parse(raw.decode(), ()).apply(found)[0]))

    done = add_ignores(text.encode(), "x.py", lint, reason)
    assert not done.report.findings, done.held_back
    return done.raw.decode()


LONG = "x" * 80


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ("a = 1\n", [(1, 1, "ERR101")], "a = 1  # errlint: ignore[ERR101] why\n"),
        ("a = 1", [(1, 1, "ERR101")], "a = 1  # errlint: ignore[ERR101] why"),
        ("a = 1  \n", [(1, 1, "ERR101")], "a = 1  # errlint: ignore[ERR101] why\n"),
        ("a = 1  # why\n", [(1, 1, "ERR101")], "a = 1  # why  # errlint: ignore[ERR101] why\n"),
        ("a = 1\n", [(1, 1, "ERR101"), (1, 1, "ERR302")], "a = 1  # errlint: ignore[ERR101, ERR302] why\n"),
        ("f(\n  1,\n)\n", [(1, 3, "ERR101")], "f(\n  1,\n)  # errlint: ignore[ERR101] why\n"),
        ("a = '''\n'''\n", [(1, 2, "ERR101")], "a = '''\n'''  # errlint: ignore[ERR101] why\n"),
        ("if a:\n  b = '''\nc\n'''\n", [(2, 3, "ERR101")], "if a:\n  # errlint: ignore[ERR101] why\n  b = '''\nc\n'''\n"),
        ("a = 1 + \\\n  2\n", [(1, 2, "ERR101")], "a = 1 + \\\n  2  # errlint: ignore[ERR101] why\n"),
        ("a = 1 + \\\n  2\n", [(1, 1, "ERR101")], "# errlint: ignore[ERR101] why\na = 1 + \\\n  2\n"),
        (f"{LONG} = 1\n", [(1, 1, "ERR101")], f"# errlint: ignore[ERR101] why\n{LONG} = 1\n"),
        (f"if a:\n\t{LONG} = 1\n", [(2, 2, "ERR101")], f"if a:\n\t# errlint: ignore[ERR101] why\n\t{LONG} = 1\n"),
        (f"f(\n  {LONG},\n)\n", [(1, 3, "ERR101")], f"f(\n  {LONG},\n)  # errlint: ignore[ERR101] why\n"),
        (f"# {LONG * 2}\n{LONG} = 1\n", [(2, 2, "ERR101")], f"# {LONG * 2}\n{LONG} = 1  # errlint: ignore[ERR101] why\n"),
        (f"a = '''\n''', \\\n{LONG}\n", [(3, 3, "ERR101")], f"a = '''\n''', \\\n{LONG}  # errlint: ignore[ERR101] why\n"),
        ("a = f'{b}'\n", [(1, 1, "ERR101")], "a = f'{b}'  # errlint: ignore[ERR101] why\n"),
    ],
)
def test_the_comment_stands_where_it_counts_and_disturbs_nobody(text: str, lines: list[tuple[int, int, str]], expected: str) -> None:
    assert commented(text, *lines) == expected
    assert commented(text.replace("\n", "\r\n"), *lines) == expected.replace("\n", "\r\n")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(BAD, encoding="utf-8")
    return tmp_path


def test_the_next_run_is_clean_and_the_reason_stands_in_the_file(here: Path) -> None:
    done = errlint("check", "--add-ignores", "no code for it")
    assert done.exit_code == 0, done.output
    assert "Silenced 1 finding in 1 file." in done.stdout
    text = (here / "client.py").read_text(encoding="utf-8")
    assert '    if "404" in str(e):  # errlint: ignore[ERR101] no code for it\n' in text
    clean = errlint("check")
    assert clean.exit_code == 0
    assert "1 suppressed" in clean.stdout
    again = errlint("check", "--add-ignores", "no code for it")
    assert "Silenced" not in again.output
    assert (here / "client.py").read_text(encoding="utf-8") == text


def test_what_the_tool_says_of_itself_stays(here: Path) -> None:
    (here / "broken.py").write_text("import requests\ntry: f()\nexcept E: g()\ndef f(:\n", encoding="utf-8")
    done = errlint("check", "--add-ignores", "no code for it", "--output-format", "concise")
    assert done.exit_code == 1
    assert [line.split()[1] for line in done.stdout.splitlines() if ": ERR" in line] == ["ERR001"]
    assert (here / "broken.py").read_text(encoding="utf-8") == "import requests\ntry: f()\nexcept E: g()\ndef f(:\n"


def test_fixes_that_cannot_be_made_are_not_told_of_what_is_silenced(here: Path) -> None:
    lossy = (
        "import requests\ntry:\n    answer = requests.get(u)\nexcept (OSError) :\n    raise\n"
        "if answer and answer.status_code == 404:\n    x = 1\n"
    )
    (here / "client.py").write_text(lossy, encoding="utf-8")
    assert "ERR004" in errlint("check").stdout
    assert errlint("check", "--add-ignores", "no time").exit_code == 0
    assert errlint("check").exit_code == 0


def test_a_reason_that_the_encoding_does_not_have_changes_nothing(here: Path) -> None:
    raw = ("# coding: latin-1\n" + BAD).encode("latin-1")
    (here / "client.py").write_bytes(raw)
    done = errlint("check", "--add-ignores", "für später")
    assert done.exit_code == 0
    assert "für später".encode("latin-1") in (here / "client.py").read_bytes()
    (here / "client.py").write_bytes(raw)
    done = errlint("check", "--add-ignores", "на потом")
    assert done.exit_code == 1
    assert "the reason cannot be written in iso-8859-1" in done.stderr
    assert (here / "client.py").read_bytes() == raw


@pytest.mark.parametrize("reason", ["", "  ", "--", "one\ntwo", "see #12"])
def test_a_reason_has_to_be_one(reason: str, here: Path) -> None:
    done = errlint("check", "--add-ignores", reason)
    assert done.exit_code == 2
    assert "--add-ignores" in done.stderr
    assert (here / "client.py").read_text(encoding="utf-8") == BAD


@pytest.mark.parametrize("other", [["--fix"], ["--diff"], ["--diff-base", "HEAD"], ["-"]])
def test_it_is_one_thing_at_a_time(other: list[str], here: Path) -> None:
    assert errlint("check", "--add-ignores", "no time", *other).exit_code == 2
    assert (here / "client.py").read_text(encoding="utf-8") == BAD


def test_accepted_findings_get_no_comment(here: Path) -> None:
    errlint("baseline", "create")
    errlint("check", "--baseline", "errlint-baseline.toml", "--add-ignores", "no time")
    assert (here / "client.py").read_text(encoding="utf-8") == BAD


def test_an_end_may_be_given_with_the_reason(here: Path) -> None:
    ended = errlint("check", "--add-ignores", "until=2001-01-01 SDK 4")
    assert ended.exit_code == 1
    assert "not everything was silenced" in ended.stderr
    assert (here / "client.py").read_text(encoding="utf-8") == BAD
    assert errlint("check", "--add-ignores", "until=2999-01-01 SDK 4").exit_code == 0


def test_a_file_that_cannot_be_written_keeps_its_findings(here: Path) -> None:
    (here / "client.py").chmod(0o444)
    done = errlint("check", "--add-ignores", "no time")
    assert done.exit_code == 1
    assert "cannot be written, so nothing was silenced" in done.stdout
