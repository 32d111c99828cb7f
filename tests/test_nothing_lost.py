"""Whatever happens during ``--fix``, every file holds its old bytes or its new ones, and nobody else's change is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")

OLD = """import requests


def load(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException as e:
        if not e.response:
            return None
        raise
"""
NEW = OLD.replace("not e.response", "e.response is None")
EDITED = OLD.replace("timeout=5", "timeout=60")
EDITED_AND_FIXED = NEW.replace("timeout=5", "timeout=60")

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Runs ``errlint check --fix`` on a folder while something happens at a moment."""
    warm = tmp_path_factory.mktemp("warm")
    (warm / "a.py").write_text(OLD)
    command = [sys.executable, "-m", "tests.support.moments"]
    environ = {**os.environ, "ERRLINT_CACHE_DIR": str(warm / "results")}
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def put(folder: Path, event: str = "nothing", at: int = 0, *, fix: bool = True, **more: Any) -> dict[str, Any]:
            how = ["--no-cache", "--fix"] if fix else []
            arguments = ["check", "--isolated", *how, "--output-format", "concise", str(folder)]
            print(json.dumps({"arguments": arguments, "event": event, "at": at, **more}), file=questions, flush=True)
            answer: dict[str, Any] = json.loads(answers.readline())
            assert "Traceback" not in answer["output"], answer["output"]
            return answer

        put(warm, warm=str(warm))
        yield put
        questions.close()


def fill(folder: Path, count: int) -> list[Path]:
    for left in folder.glob(".*"):
        left.unlink()
    paths = [folder / f"client{number:03}.py" for number in range(count)]
    for path in paths:
        path.write_text(OLD)
    return paths


def states(paths: list[Path]) -> list[str]:
    """``old`` or ``new`` for each file; there is nothing else."""
    known = {OLD: "old", NEW: "new"}
    return [known[path.read_text()] for path in paths]


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix != ".py"]


def test_a_run_that_nothing_happens_to(ask: Ask, tmp_path: Path) -> None:
    paths = fill(tmp_path, 3)
    answer = ask(tmp_path)
    assert answer["code"] == 0
    assert states(paths) == ["new"] * 3
    assert answer["moments"].count("os.rename") == 3, "every file is replaced"


def test_killed_at_any_moment(ask: Ask, tmp_path: Path) -> None:
    paths = fill(tmp_path, 3)
    for at in range(1, len(ask(tmp_path)["moments"]) + 1):
        paths = fill(tmp_path, 3)
        assert ask(tmp_path, "kill", at)["code"] == -9
        states(paths)
        assert len(leftovers(tmp_path)) <= 1
    assert ask(tmp_path)["code"] == 0, "what a killed run left is in nobody's way"
    assert states(paths) == ["new"] * 3


def test_killed_while_200_files_are_fixed(ask: Ask, tmp_path: Path) -> None:
    paths = fill(tmp_path, 200)
    moments = len(ask(tmp_path)["moments"])
    assert states(paths) == ["new"] * 200
    for at in sorted(random.Random(0).sample(range(moments // 4, moments // 2), 2)):
        paths = fill(tmp_path, 200)
        assert ask(tmp_path, "kill", at)["code"] == -9
        found = states(paths)
        assert found == sorted(found), "files are fixed in their order"
        assert len(set(found)) == 2, "it was killed in the middle"
    assert ask(tmp_path)["code"] == 0
    assert states(paths) == ["new"] * 200


def test_interrupted_at_any_moment(ask: Ask, tmp_path: Path) -> None:
    fill(tmp_path, 2)
    for at in range(1, len(ask(tmp_path)["moments"]) + 1):
        paths = fill(tmp_path, 2)
        answer = ask(tmp_path, "interrupt", at)
        states(paths)
        assert answer["code"] == 130, answer["output"]
        assert leftovers(tmp_path) == []


@pytest.mark.parametrize("event", ["edit", "replace"])
def test_an_editor_saves_at_any_moment(event: str, ask: Ask, tmp_path: Path) -> None:
    refused = 0
    (path,) = fill(tmp_path, 1)
    moments = ask(tmp_path)["moments"]
    # the last look at the file and its replacement cannot be one step, so the moment between them is left out
    for at in (number for number, operation in enumerate(moments, 1) if operation != "os.rename"):
        fill(tmp_path, 1)
        answer = ask(tmp_path, event, at, file=str(path), text=EDITED)
        assert path.read_text() in (EDITED, EDITED_AND_FIXED)
        assert leftovers(tmp_path) == []
        if "has changed since it was read" in answer["output"]:
            refused += 1
            assert (answer["code"], path.read_text()) == (1, EDITED)
            assert "ERR504" in answer["output"], "what was found still stands"
    assert refused >= 3


def test_two_runs_at_once(ask: Ask, tmp_path: Path) -> None:
    fill(tmp_path, 2)
    for at in range(1, len(ask(tmp_path)["moments"]) + 1):
        paths = fill(tmp_path, 2)
        answer = ask(tmp_path, "other run", at)
        assert answer["code"] in (0, 1)
        assert states(paths) == ["new"] * 2
        assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_the_file_and_goes_on(ask: Ask, tmp_path: Path) -> None:
    small, big = fill(tmp_path, 2)
    long = "# " + "x" * 10_000 + "\n"
    big.write_text(OLD + long)
    answer = ask(tmp_path, "full", 1, bytes=5_000)
    assert answer["code"] == 1
    assert "client001.py:1:1: ERR005 unreadable-file cannot be written, so nothing was fixed: file too large" in answer["output"]
    assert (small.read_text(), big.read_text()) == (NEW, OLD + long)
    assert leftovers(tmp_path) == []


def test_one_file_under_several_names(ask: Ask, tmp_path: Path) -> None:
    (path,) = fill(tmp_path, 1)
    linked, hard = tmp_path / "linked.py", tmp_path / "hard.py"
    linked.symlink_to(path.name)
    hard.hardlink_to(path)
    path.chmod(0o640)
    assert ask(tmp_path)["code"] == 0
    assert (path.read_text(), hard.read_text(), linked.is_symlink()) == (NEW, NEW, True)
    assert [file.stat().st_mode & 0o777 for file in (path, hard)] == [0o640, 0o640]


@pytest.mark.parametrize("event", ["kill", "interrupt", "full", "other run"])
def test_whatever_happens_while_results_are_kept_the_next_run_finds_the_same(event: str, ask: Ask, tmp_path: Path) -> None:
    fill(tmp_path, 2)
    found = ask(tmp_path, fix=False)["output"]
    assert found.count("ERR504") == 2
    fill_anew = iter(range(10**6))

    def edited() -> None:
        """Nothing that is remembered holds for these files."""
        for path in tmp_path.glob("*.py"):
            path.write_text(f"{OLD}# {next(fill_anew)}\n")

    edited()
    moments = len(ask(tmp_path, fix=False)["moments"])
    assert moments > len(ask(tmp_path, fix=False)["moments"]), "what was kept is used"
    for at in range(1, moments + 1):
        edited()
        answer = ask(tmp_path, event, at, fix=False, bytes=1_500)
        assert answer["code"] == {"kill": -9, "interrupt": 130}.get(event, 1), answer["output"]
        assert event in ("kill", "interrupt") or answer["output"] == found
        assert ask(tmp_path, fix=False)["output"] == found
    assert leftovers(tmp_path) == []
