"""Several processes find what one finds, and leave nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from errlint import processes, runner
from errlint.config import Configs
from errlint.plan import Answer, Plan, Task
from errlint.runner import Mode, Outcome, run
from tests.support.projects import CLIENT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other processes pay at once, and get a few files at a time."""
    monkeypatch.setattr(processes, "PAYS", 1)
    monkeypatch.setattr(processes, "PACKET", 700)
    yield
    assert not multiprocessing.active_children()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for number in range(12):
        (folder / f"client_{number}.py").write_text(CLIENT, encoding="utf-8")
        (folder / f"plain_{number}.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    (folder / "texts.py").write_text('GONE = "404"\n', encoding="utf-8")
    return folder


def checked(folder: Path, jobs: int, cache: Path | None = None, files: str = "*.py") -> list[Outcome]:
    return list(run(sorted(folder.glob(files)), Plan(Configs(isolated=True), cache=cache), Mode.CHECK, jobs=jobs))


def lines(outcomes: list[Outcome]) -> int:
    return sum(len(outcome.report.findings) for outcome in outcomes)


def test_several_processes_say_the_same_in_the_same_order(project: Path) -> None:
    alone = checked(project, 1)
    assert lines(alone) == 12
    assert checked(project, 3) == alone


def test_the_rules_are_asked_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(_plan: Plan, _task: Task) -> Answer:
        raise AssertionError("asked here")

    alone = checked(project, 1)
    outcomes = run(sorted(project.glob("*.py")), Plan(Configs(isolated=True)), Mode.CHECK, jobs=2)
    first = next(outcomes)  # the copies are made by now
    monkeypatch.setattr(Plan, "answer", here)
    assert [first, *outcomes] == alone


def test_no_more_is_away_than_can_be_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = checked(project, 1)
    monkeypatch.setattr(processes, "AHEAD", 1)
    assert checked(project, 3) == alone


def test_where_a_process_cannot_be_copied_everything_stays_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_WITHOUT_COPIES", (sys.platform,))
    monkeypatch.setattr(processes, "_copies", lambda *_: pytest.fail("it was copied"))
    assert lines(checked(project, 4)) == 12


def test_little_work_stays_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PAYS", 1_000_000)
    monkeypatch.setattr(processes, "_copies", lambda *_: pytest.fail("nobody else was needed"))
    assert lines(checked(project, 2)) == 12


def test_what_other_processes_found_is_remembered(project: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    first = checked(project, 2, results)
    assert checked(project, 2, results) == first
    (project / "texts.py").write_text('GONE = "x"\n', encoding="utf-8")  # one letter names nothing
    assert lines(checked(project, 2, results)) == 0
    (project / "texts.py").write_text('GONE = "404"\n', encoding="utf-8")
    assert checked(project, 1, results) == first


def test_modules_that_come_where_only_other_processes_looked_count(project: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    (project / "texts.py").write_text("from deep.words import GONE\n", encoding="utf-8")
    (project / "deep").mkdir()
    (project / "deep" / "__init__.py").touch()
    assert lines(checked(project, 2, results, "client_*.py")) == 0
    (project / "deep" / "words.py").write_text('GONE = "404"\n', encoding="utf-8")
    assert lines(checked(project, 2, results, "client_*.py")) == 12


def test_a_process_that_dies_costs_no_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, here, answer = checked(project, 1), os.getpid(), Plan.answer

    def dies(plan: Plan, task: Task) -> Answer:
        if os.getpid() != here and task.path.name == "client_5.py":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(plan, task)

    monkeypatch.setattr(Plan, "answer", dies)
    assert checked(project, 2) == alone


def test_a_run_that_is_given_up_leaves_no_processes(project: Path) -> None:
    outcomes = run(sorted(project.glob("*.py")), Plan(Configs(isolated=True)), Mode.CHECK, jobs=2)
    next(outcomes)
    assert multiprocessing.active_children()
    outcomes.close()  # type: ignore[attr-defined]


def test_processes_end_with_the_one_that_made_them(project: Path) -> None:
    script = """
import multiprocessing, sys, time
from pathlib import Path
from errlint import processes
from errlint.config import Configs
from errlint.plan import Plan
from errlint.runner import Mode, run
processes.PAYS, processes.PACKET = 1, 700
outcomes = run(sorted(Path(sys.argv[1]).glob("*.py")), Plan(Configs(isolated=True)), Mode.CHECK, jobs=2)
next(outcomes)
print(*(child.pid for child in multiprocessing.active_children()), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script, str(project)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(children) == 2
    for _ in range(100):
        if not any(map(_is_alive, children)):
            return
        time.sleep(0.1)
    pytest.fail("they are still there")


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
