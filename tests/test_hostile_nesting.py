"""Files that are nested so deeply that a parser's stack could overflow: a finding, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEEP = {
    "calls": "x = a" + ".b()" * 20_000,
    "sum": "x = " + "+".join(["a"] * 50_000),
    "conjunction": "x = " + " and ".join(["str(e)"] * 20_000),
    "parentheses": "x = " + "(" * 5_000 + "1" + ")" * 5_000,
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 6_000,
    "negations": "x = " + "not " * 20_000 + "1",
    "conditions": "x = " + "a if b else " * 20_000 + "c",
    "subscripts": "x = a" + "[0]" * 20_000,
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "broken and deep": "print 'x'\nx = a" + ".b()" * 20_000,
}
LONG = {
    "sum": "x = " + "+".join(["a"] * 600),
    "disjunction": "x = " + " or ".join(["a"] * 600),
    "calls": "x = a" + ".b()" * 300,
}
BAD = """import requests
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if '404' in str(e):
        x = 1
"""


def _check(folder: Path, **files: str) -> tuple[int, str]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text("import requests\n" + text + "\n")
    command = [sys.executable, "-m", "errlint", "check", "--isolated", "--output-format", "concise", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("kind", DEEP)
def test_a_file_nested_too_deeply_is_a_finding_and_the_run_goes_on(kind: str, tmp_path: Path) -> None:
    code, said = _check(tmp_path, deep=DEEP[kind], other=BAD)
    assert code == 1
    assert "deep.py:" in said
    assert "ERR001" in said
    assert "other.py:6:8: ERR101" in said


@pytest.mark.parametrize("kind", LONG)
def test_long_expressions_of_real_files_are_checked(kind: str, tmp_path: Path) -> None:
    code, said = _check(tmp_path, long=BAD.removeprefix("import requests\n") + LONG[kind])
    assert code == 1
    assert "ERR001" not in said
    assert "long.py:5:8: ERR101" in said


def test_a_syntax_error_is_told_in_the_words_of_python(tmp_path: Path) -> None:
    code, said = _check(tmp_path, old="print 'hello'")
    assert code == 1
    assert "old.py:2:1: ERR001" in said
    assert "Missing parentheses in call to 'print'" in said
