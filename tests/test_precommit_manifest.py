"""The pre-commit manifest offers hooks that pre-commit accepts and that the command line understands."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

ACCEPTED_KEYS = {
    "id", "name", "entry", "language", "files", "exclude", "types", "types_or", "exclude_types", "always_run", "fail_fast", "verbose",
    "pass_filenames", "require_serial", "description", "language_version", "minimum_pre_commit_version", "args", "stages",
    "additional_dependencies", "alias", "log_file",
}  # fmt: skip
"""What pre-commit documents for a hook; it warns about any other key."""

a_hook = pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])


def errlint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("errlint")
    return subprocess.run([command, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_offers_a_checking_and_a_fixing_hook() -> None:
    assert [hook["id"] for hook in HOOKS] == ["errlint", "errlint-fix"]
    assert ["--fix" in shlex.split(hook["entry"]) for hook in HOOKS] == [False, True]


@a_hook
def test_has_only_keys_that_pre_commit_knows(hook: dict[str, Any]) -> None:
    assert set(hook) <= ACCEPTED_KEYS


@a_hook
def test_gets_python_files_in_one_process(hook: dict[str, Any]) -> None:
    assert hook["language"] == "python"
    assert hook["types_or"] == ["python", "pyi"]
    assert hook["require_serial"] is True


@a_hook
def test_asks_for_the_first_pre_commit_that_knows_types_or(hook: dict[str, Any]) -> None:
    assert hook["minimum_pre_commit_version"] == "2.9.2"


@a_hook
def test_keeps_excludes_when_a_user_sets_args(hook: dict[str, Any]) -> None:
    assert "--force-exclude" in shlex.split(hook["entry"])
    assert hook["args"] == []


@a_hook
def test_uses_options_that_the_command_has(hook: dict[str, Any], tmp_path: Path) -> None:
    command, subcommand, *options = shlex.split(hook["entry"])
    assert command == "errlint"
    usage = errlint(subcommand, "--help", cwd=tmp_path).stdout
    assert [option for option in options if option not in usage.replace(",", " ").split()] == []


@a_hook
def test_accepts_clean_files_by_name(hook: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("import requests\n", encoding="utf-8")
    done = errlint(*shlex.split(hook["entry"])[1:], "clean.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@a_hook
def test_succeeds_when_every_file_is_excluded(hook: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "errlint.toml").write_text('exclude = ["vendored.py"]\n', encoding="utf-8")
    (tmp_path / "vendored.py").write_text("import requests\ntry: f()\nexcept E: g()\ndef (:\n", encoding="utf-8")
    assert errlint("check", "vendored.py", cwd=tmp_path).returncode == 1
    assert errlint(*shlex.split(hook["entry"])[1:], "vendored.py", cwd=tmp_path).returncode == 0
