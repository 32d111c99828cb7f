"""Shell completion, by asking for it as bash, zsh and fish do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest


def ask(**environ: str) -> str:
    program = [sys.executable, "-c", "import sys; sys.argv[0] = 'errlint'; from errlint.cli import main; main()"]
    done = subprocess.run(program, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def proposed(line: str) -> list[str]:
    words = line.split(" ")
    said = ask(_ERRLINT_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    return [entry.partition(",")[2] for entry in said.splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("errlint che", ["check"]),
        ("errlint check --outp", ["--output-format", "--output-file"]),
        ("errlint check --output-format s", ["sarif"]),
        ("errlint check --select ERR504", ["ERR504"]),
        ("errlint check --select ERR101,falsy", ["ERR101,falsy-response"]),
        ("errlint explain retry-after-d", ["retry-after-disabled"]),
        ("errlint explain ERR003", ["ERR003"]),
        ("errlint explain girardai:RATE_LIMIT", ["girardai:RATE_LIMIT_EXCEEDED", "girardai:RATE_LIMITED"]),
        ("errlint check --api gir", ["girardai"]),
    ],
)
def test_words_are_proposed(line: str, expected: list[str]) -> None:
    assert proposed(line) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("click asks bash for its version")
    script = ask(_ERRLINT_COMPLETE=f"{shell}_source")
    assert f"_ERRLINT_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
