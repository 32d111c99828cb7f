"""The action, the GitLab job and the container recipe: what they run is what errlint has."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from errlint.cli import cli

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
JOB: dict[str, Any] = yaml.safe_load((ROOT / "templates" / "gitlab.yml").read_text(encoding="utf-8"))["errlint"]


def stand_in(folder: Path) -> Path:
    """A virtual environment as far as the scripts see it: its errlint is that of this checkout."""
    binary = folder / "errlint" / "bin" / "errlint"
    binary.parent.mkdir(parents=True)
    binary.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m errlint "$@"\n', encoding="utf-8")
    binary.chmod(0o755)
    return folder


@pytest.fixture
def client(tmp_path: Path) -> Path:
    folder = tmp_path / "a repository"
    folder.mkdir()
    (folder / "client.py").write_bytes((ROOT / "docs" / "client.py").read_bytes())
    return folder


def step(name: str, folder: Path, temporary: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as GitHub does: bash, with the step's environment; inputs keep their defaults unless given."""
    values = {key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", _default, value) for key, value in STEPS[name]["env"].items()}
    everything = {**os.environ, **values, "RUNNER_TEMP": str(stand_in(temporary)), "GITHUB_STEP_SUMMARY": "", **environment}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEPS[name]["run"]]
    return subprocess.run(command, cwd=folder, env=everything, capture_output=True, text=True, check=False)


def _default(match: re.Match[str]) -> str:
    return str(ACTION["inputs"][match.group(1)]["default"])


def test_the_check_of_the_action_annotates_and_fails(client: Path, tmp_path: Path) -> None:
    done = step("Check", client, tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=ERR504 falsy-response,file=client.py,line=19,")


def test_arguments_reach_errlint(client: Path, tmp_path: Path) -> None:
    done = step("Check", client, tmp_path, ARGUMENTS="--select ERR504 --exit-zero", PATHS="client.py")
    assert done.returncode == 0
    assert "ERR504" in done.stdout
    assert "ERR101" not in done.stdout


def test_the_action_writes_sarif_and_leaves_failing_to_the_check(client: Path, tmp_path: Path) -> None:
    done = step("Write SARIF", client, tmp_path, SARIF="errlint.sarif")
    assert done.returncode == 0, done.stderr
    assert (client / "errlint.sarif").read_text(encoding="utf-8").startswith('{\n  "$schema"')


def test_every_input_of_the_action_is_documented_and_used() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    documented = set(re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs" / "github.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert used == documented == set(ACTION["inputs"])


def test_the_gitlab_job_writes_its_report_and_fails(client: Path, tmp_path: Path) -> None:
    stand_in(tmp_path)
    script = "\n".join(JOB["script"]).replace("/tmp/errlint", shlex.quote(str(tmp_path / "errlint")))
    environment = {**os.environ, **JOB["variables"]}
    done = subprocess.run(["bash", "-e", "-c", script], cwd=client, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ERR504" in done.stdout
    assert (client / JOB["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8").startswith("[\n")
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "gitlab.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == set(JOB["variables"])


def test_the_container_starts_what_the_command_line_has() -> None:
    recipe = (ROOT / "Containerfile").read_text(encoding="utf-8")
    command = re.search(r'^CMD \["(\w+)"\]$', recipe, re.MULTILINE)
    assert command is not None
    assert CliRunner().invoke(cli, [command.group(1), "--help"]).exit_code == 0
    assert re.search(r'^ENTRYPOINT \["/opt/errlint/bin/errlint"\]$', recipe, re.MULTILINE)
