"""Files that are nested so deeply that a parser's stack could overflow: a finding, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from errlint.nesting import BRACKETS

SMALL_STACK = 1024 * 1024
"""Bytes; the usual limit is 8 MiB, and what a worker or a container gets may be less."""

DEEP = {
    "calls": "x = a" + ".b()" * 20_000,
    "sum": "x = " + "+".join(["a"] * 50_000),
    "conjunction": "x = " + " and ".join(["str(e)"] * 20_000),
    "parentheses": "x = " + "(" * 5_000 + "1" + ")" * 5_000,
    "open parentheses": "x = " + "(" * 50_000,
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 6_000,
    "negations": "x = " + "not " * 20_000 + "1",
    "conditions": "x = " + "a if b else " * 20_000 + "c",
    "subscripts": "x = a" + "[0]" * 20_000,
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "lambdas with parameters": "x = " + "lambda a, b: " * 20_000 + "1",
    "loops": "x = [a " + "for a, b in c " * 20_000 + "]",
    "strings": "x = (" + "'a'\n" * 20_000 + ")",
    "blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(2_000)) + f"{' ' * 2_000}pass",
    "in a formatted string": "x = f'{a" + "[0]" * 20_000 + "}'",
    "formats in formats": "x = f'" + "{a:" * 5_000 + "}" * 5_000 + "'",
    "broken and deep": "x = a" + ".b()" * 20_000 + "\nprint 'x'",
}
AT_THE_LIMIT = {
    "sum": "x = " + "+".join(["a"] * 600),
    "disjunction": "x = " + " or ".join(["a"] * 600),
    "calls": "x = a" + ".b()" * 299,
    "subscripts": "x = a" + "[0]" * 599,
    "brackets and links": "x = " + "f(" * (BRACKETS - 1) + "b" + ".c" * 150 + ")" * (BRACKETS - 1),
    "lambdas": "x = " + "lambda: " * 590 + "1",
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 590,
    "strings": "x = (" + "'a'\n" * 590 + ")",
}
BAD = """import requests
try:
    requests.get(u).raise_for_status()
except requests.HTTPError as e:
    if '404' in str(e):
        x = 1
"""


CONCERNS_RULES = "if x in requests.status_code: pass\n"
"""Without it, the files would not be parsed: there is nothing in them that a rule is about."""


def _check(folder: Path, **files: str) -> tuple[int, list[str]]:
    """errlint's exit code and what it says, sorted, on a small stack where the system can make one."""
    for name, text in files.items():
        (folder / f"{name.replace(' ', '_')}.py").write_text("import requests\n" + text + "\n" + CONCERNS_RULES)
    command = [sys.executable, "-m", "errlint", "check", "--isolated", "--no-cache", "--output-format", "concise", "."]
    if sys.platform != "win32":
        command = ["sh", "-c", f'ulimit -s {SMALL_STACK // 1024} && exec "$@"', "sh", *command]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, sorted(line for line in done.stdout.splitlines() if ": ERR" in line)


def test_files_nested_too_deeply_are_findings_and_the_run_goes_on(tmp_path: Path) -> None:
    code, said = _check(tmp_path, **DEEP, zzz=BAD)
    assert code == 1
    assert Counter(line.split(":")[0] for line in said if "ERR001 unparsable-file cannot be parsed: nested too deeply" in line) == {
        f"{name.replace(' ', '_')}.py": 1 for name in DEEP
    }
    assert [line for line in said if "ERR001" not in line] == [line for line in said if line.startswith("zzz.py:6:8: ERR101")] != []


def test_the_deepest_files_that_are_parsed_are_checked(tmp_path: Path) -> None:
    code, said = _check(tmp_path, **{name: BAD.removeprefix("import requests\n") + text for name, text in AT_THE_LIMIT.items()})
    assert code == 1
    assert [line.split(" ")[:2] for line in said] == sorted([f"{name.replace(' ', '_')}.py:5:8:", "ERR101"] for name in AT_THE_LIMIT)


def test_a_syntax_error_is_told_in_the_words_of_python(tmp_path: Path) -> None:
    code, said = _check(tmp_path, old="print 'hello'")
    assert code == 1
    assert len(said) == 1
    assert said[0].startswith("old.py:2:1: ERR001")
    assert "Missing parentheses in call to 'print'" in said[0]


def test_a_panic_of_the_native_parser_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from errlint.source import Source, SyntaxProblem

    class PanicException(BaseException):
        pass

    def panic(_: bytes) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("libcst.parse_module", panic)
    with pytest.raises(SyntaxProblem, match="index out of bounds"):
        Source.parse(b"x = 1\n", "x.py")
