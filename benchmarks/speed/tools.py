"""The linters that are measured, each doing its part of the same work: as many files, the rules nearest to errlint's."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.speed.measure import BenchProblem

PEERS = Path(__file__).with_name("peers")
REQUIREMENTS = PEERS / "requirements.txt"
_FIXIT_RULE = PEERS / "message_branch_for_fixit.py"


@dataclass(frozen=True)
class Tool:
    """A command that lints the folder it runs in, and the exit codes with which it says that it did."""

    name: str
    command: tuple[str, ...]
    ends_with: tuple[int, ...] = (0, 1)
    environment: Mapping[str, str] = field(default_factory=dict)


def errlint(*options: str, results: Path | None = None) -> Tool:
    """errlint of this checkout, with all rules that are on by default.

    :param results: the folder of remembered results; without it, nothing is remembered.
    """
    command = (sys.executable, "-m", "errlint", "check", "--isolated", "--quiet", "--output-format", "concise", *options, ".")
    if results is None:
        return Tool("errlint", (*command[:-1], "--no-cache", "."))
    return Tool("errlint, warm", command, environment={"ERRLINT_CACHE_DIR": str(results)})


def peers(folder: Path) -> tuple[Tool, ...]:
    """The pinned linters of ``requirements.txt``, from the environment in ``folder``, which is made if it is not there."""
    python = _environment(folder)
    found = python.parent
    select = ("--select", "E,F,B,TRY,BLE")
    offline = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    rules = str(PEERS / "semgrep.yml")
    return (
        Tool("ruff", (str(found / "ruff"), "check", "--isolated", "--no-cache", "--quiet", *select, ".")),
        Tool(
            "semgrep, 4 rules",
            (
                str(found / "semgrep"),
                "scan",
                "--metrics=off",
                "--disable-version-check",
                "--no-git-ignore",
                "--quiet",
                "--config",
                rules,
                ".",
            ),
            (0,),
            offline,
        ),
        Tool("flake8 with bugbear", (str(found / "flake8"), "--isolated", "--quiet", "--exit-zero", "."), (0,)),
        Tool("Fixit, 1 rule", (str(found / "fixit"), "--quiet", "lint", "."), (0, 1, 2, 3)),
    )


def prepare(folder: Path) -> None:
    """Put what Fixit needs into the folder that is linted: its rules are modules beside its configuration."""
    (folder / "fixit_rules").mkdir(exist_ok=True)
    (folder / "fixit_rules" / "__init__.py").touch()
    (folder / "fixit_rules" / "message_branch.py").write_bytes(_FIXIT_RULE.read_bytes())
    (folder / "fixit.toml").write_text(
        '[tool.fixit]\nroot = true\nenable = [".fixit_rules.message_branch"]\ndisable = ["fixit.rules"]\n', encoding="utf-8"
    )


def _environment(folder: Path) -> Path:
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp = folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)]
    if subprocess.run(command, check=False).returncode:
        raise BenchProblem("the linters to compare with could not be installed")
    stamp.write_text(wanted, encoding="utf-8")
    return python
