"""Input that is meant to take errlint down, or to make it hang: a finding or exit code 2, no traceback, and the other files are checked.

The limits: 500,000 tokens of a file, 5 stars of a glob; nesting has its own tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from errlint import nesting
from errlint.globs import STARS, Globs
from errlint.suppressions import Suppressions

HEAD = "import requests\n"
BAD = """answer = requests.get(u)
if answer and answer.status_code == 404:
    x = 1
"""
TEN_MB = 10_000_000
PATIENCE = 300
"""Seconds that a test waits before it says that errlint hangs, on a machine that has other things to do."""


def errlint(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code, and all that is said."""
    command = [sys.executable, "-m", "errlint", "check", "--output-format", "concise", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return done.returncode, said


LINES = {
    "a string": f"s = '{'a' * TEN_MB}'\n",
    "a comment": f"# {'a' * TEN_MB}\n",
    "many suppressions": f"x = 1  # {'noqa ' * (TEN_MB // 5)}\n",
    "blanks": f"x = 1{' ' * (TEN_MB // 5)}\n",  # libcst takes its time with them
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_megabytes_is_checked(name: str, tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(HEAD + LINES[name] + BAD, encoding="utf-8")
    code, said = errlint(tmp_path)
    assert code == 1
    assert "long.py:4:4: ERR504" in said


MANY_TOKENS = {
    "numbers": "s = [" + "1, " * 3_000_000 + "]\n",
    "statements": "a = 1; " * 1_500_000,
    "a text": "f'" + "{a}" * 1_000_000 + "'\n",
}


@pytest.mark.parametrize("name", MANY_TOKENS)
def test_a_file_of_too_many_tokens_is_a_finding_and_the_run_goes_on(name: str, tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(HEAD + MANY_TOKENS[name] + "\n" + BAD, encoding="utf-8")
    (tmp_path / "other.py").write_text(HEAD + BAD, encoding="utf-8")
    code, said = errlint(tmp_path)
    assert code == 1
    assert "large.py:2:1: ERR001 unparsable-file cannot be parsed: too large to be parsed, with more than 500,000 tokens" in said
    assert "leave it out (`exclude`)" in said
    assert "other.py:3:4: ERR504" in said


def test_the_limit_is_the_number_of_tokens() -> None:
    fits = "[" + "1," * (nesting.TOKENS - 2) + "]"
    assert nesting.refusal(fits) is None
    assert nesting.refusal(fits + "\n[") is not None


@pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab", "junit", "rdjson", "json-lines", "grouped", "full"])
def test_thousands_of_findings_are_told_one_by_one(form: str, tmp_path: Path) -> None:
    many = 500
    (tmp_path / "many.py").write_text(HEAD + "a = requests.get(u)\n" + "1 if a and a.status_code == 404 else 0\n" * many, encoding="utf-8")
    command = [sys.executable, "-m", "errlint", "check", "--output-format", form]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stdout.count("a response with an error status is false") >= many


def test_ten_thousand_findings_in_one_file_are_told(tmp_path: Path) -> None:
    many = 10_000
    listed = '    "404",\n' * many
    (tmp_path / "many.py").write_text(f"{HEAD}a = requests.get(u)\nb = a.status_code in (\n{listed})\n", encoding="utf-8")
    code, said = errlint(tmp_path)
    assert code == 1
    assert said.count(": ERR103 ") == many


def test_hundreds_of_findings_are_fixed(tmp_path: Path) -> None:
    many = 700
    path = tmp_path / "many.py"
    path.write_text(HEAD + "a = requests.get(u)\n" + "1 if a and a.status_code == 404 else 0\n" * many, encoding="utf-8")
    code, said = errlint(tmp_path, "--fix")
    assert code == 0, said[-500:]
    assert path.read_text(encoding="utf-8").count("a is not None and") == many


def test_the_cost_of_a_suppression_grows_with_its_length() -> None:
    def cost(rules: int) -> float:
        text = f"x = 1  # errlint: ignore[{'ERR101, ' * rules}ERR302]\n"
        started = time.process_time()
        suppressions = Suppressions.parse(text, {"ERR101", "ERR302"})
        suppressions._used.add(suppressions._directives[0].selectors[-1])
        assert len(suppressions.problems({"ERR101", "ERR302"})) == rules
        return time.process_time() - started

    cost(100)
    assert cost(40_000) < 40 * cost(4_000) + 0.5


# settings


EXPLODING = "a*" * 20 + "b"


def test_a_glob_that_explodes_is_refused_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HEAD, encoding="utf-8")
    for key in (
        f"exclude = ['{EXPLODING}']",
        f"per-file-ignores = {{ '{EXPLODING}' = ['ERR1'] }}",
        f"apis = {{ '{EXPLODING}' = 'openai' }}",
    ):
        (tmp_path / "errlint.toml").write_text(f"{key}\n", encoding="utf-8")
        code, said = errlint(tmp_path)
        assert code == 2, key
        assert "this glob cannot be understood: it has more than 5 stars" in said
        assert "errlint.toml:1:" in said


def test_a_gitignore_that_explodes_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text(f"{EXPLODING}\nignored.py\n", encoding="utf-8")
    for name in ("a" * 100 + ".py", "ignored.py"):
        (tmp_path / name).write_text(HEAD + BAD, encoding="utf-8")
    code, said = errlint(tmp_path)
    assert code == 1
    assert said.count("ERR504") == 1


@pytest.mark.parametrize("glob", ["a*" * STARS + "b", "**/a*" * (STARS // 2) + "b", "a/**/" * STARS + "b"])
def test_a_glob_with_as_many_stars_as_there_may_be_does_not_hang(glob: str) -> None:
    globs = Globs("/x", [glob])
    started = time.process_time()
    for path in ("/x/" + "a" * 120 + ".py", "/x/" + "a/" * 40 + "c.py"):
        globs.verdict(path)
    assert time.process_time() - started < 5


def test_globs_that_people_write_have_fewer(tmp_path: Path) -> None:
    for glob in ("**/tests/**/*_test_*.py", "src/**/vendor/**/*_pb2*.py"):
        (tmp_path / "errlint.toml").write_text(f"exclude = ['{glob}']\n", encoding="utf-8")
        (tmp_path / "a.py").write_text(HEAD, encoding="utf-8")
        assert errlint(tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("/dev/zero", "is not a regular file"),
        ("../outside", "is a folder"),
        ("../outside/secret.toml", "this is not TOML"),
        ("../outside/deep.toml", "this TOML cannot be read"),
        ("../" * 40 + "etc/hostname", "this"),
        ("pipe", "is not a regular file"),
        ("x\\u0000y", "there is no file"),
    ],
)
def test_catalogues_outside_the_tree_are_catalogues_or_refused(named: str, said: str, tmp_path: Path) -> None:
    folder, outside = tmp_path / "project", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.toml").write_text("password: 1\n", encoding="utf-8")
    (outside / "deep.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
    (folder / "a.py").write_text(HEAD + BAD, encoding="utf-8")
    (folder / "errlint.toml").write_text(f'catalogues = ["{named}"]\n', encoding="utf-8")
    code, told = errlint(folder)
    assert code == 2
    assert said in told


def test_patterns_of_a_catalogue_that_explode_elsewhere_do_not_hang(tmp_path: Path) -> None:
    stars, long = "a*" * 40 + "b", "a" * 5_000
    catalogue = f"""
schema = 1
[api]
id = "stars"
name = "Stars"
hosts = ["{"a*" * 40}b.example.com"]
[[failure]]
status = ">=400"
[envelope]
code = [{{ json = "$.code" }}]
message = [{{ json = "$.message" }}]
[[code]]
names = ["ONE"]
pattern = "{stars}"
retry = "no"
"""
    (tmp_path / "stars.toml").write_text(catalogue, encoding="utf-8")
    (tmp_path / "errlint.toml").write_text('catalogues = ["stars.toml"]\npreview = true\n', encoding="utf-8")
    client = f"""
import requests

def load():
    answer = requests.get("https://{long}.example.com/x", timeout=5)
    if answer.json()["code"] == "{long}":
        return None
    return requests.get("https://{long}b.example.com/x", timeout=5).json()["code"] == "{long}"
"""
    (tmp_path / "client.py").write_text(client, encoding="utf-8")
    (tmp_path / "other.py").write_text(HEAD + BAD, encoding="utf-8")
    code, said = errlint(tmp_path)
    assert code == 1
    assert "other.py:3:4: ERR504" in said


def test_nothing_of_the_code_that_is_checked_is_run(tmp_path: Path) -> None:
    for name in ("string", "json", "tomli", "click", "sitecustomize_", "re", "pathspec", "libcst"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('it was run')\n", encoding="utf-8")
    (tmp_path / "client.py").write_text(HEAD + BAD, encoding="utf-8")
    (tmp_path / "errlint.toml").write_text("exclude = ['x*']\n", encoding="utf-8")
    code, said = errlint(tmp_path)
    assert "client.py:3:4: ERR504" in said
    assert code == 1
    assert "it was run" not in said
