"""A command loads what it needs and no more: what is heavy stays out of the runs that do not need it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"libcst", "rich", "msgspec", "pygments", "tomli", "pathspec", "asyncio", "multiprocessing", "errlint_rules"}

SCRIPT = """
import sys
from errlint.cli import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), "libcst.matchers" in sys.modules, sep=" ", file=sys.stderr)
"""


def loaded(*arguments: str, cwd: Path) -> set[str]:
    """The top-level modules that were loaded when the command ended."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["catalogue", "--help"]])
def test_version_and_help_load_click_only(arguments: list[str], tmp_path: Path) -> None:
    assert not loaded(*arguments, cwd=tmp_path) & HEAVY


def test_a_file_without_anything_of_http_is_answered_without_a_parser(tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    assert not loaded("check", "sums.py", cwd=tmp_path) & {"libcst", "rich", "pygments", "asyncio", "multiprocessing"}


def test_a_file_that_is_parsed_needs_neither_matchers_nor_colours(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text("import requests\n\nr = requests.get('https://x.example', timeout=1)\n", encoding="utf-8")
    modules = loaded("check", "client.py", cwd=tmp_path)
    assert "libcst" in modules
    assert "True" not in modules  # libcst.matchers
    assert not modules & {"rich", "pygments", "asyncio", "multiprocessing"}


def test_the_package_itself_imports_nothing() -> None:
    script = "import sys; before = set(sys.modules); import errlint; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"['errlint']", "[]"}
