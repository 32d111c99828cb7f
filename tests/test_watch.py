"""``errlint check --watch``: after every change, and only then, another check."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from errlint.cli import cli
from errlint.cli.watch import watch
from errlint.errors import UsageProblem

BAD = """import requests
answer = requests.get(u)
if answer and answer.status_code == 404:
    x = 1
"""
GOOD = BAD.replace("if answer and", "if answer is not None and")
DEADLINE = 60
"""Seconds for a run of errlint, on a machine that has other things to do."""


class Person:
    """Does one thing in every pause until nothing is left to do, then interrupts; counts the checks before each."""

    def __init__(self, *deeds: Callable[[], object]) -> None:
        self.deeds = list(deeds)
        self.checks = 0
        self.log: list[int] = []
        self.complaints: list[str] = []

    def pause(self, seconds: float) -> None:
        assert 0 < seconds < 60
        self.log.append(self.checks)
        if not self.deeds:
            raise KeyboardInterrupt
        self.deeds.pop(0)()

    def check(self) -> None:
        self.checks += 1

    def watch(self, watched: Callable[[], list[Path]], check: Callable[[], object] | None = None) -> None:
        with pytest.raises(KeyboardInterrupt):
            watch(check or self.check, watched, lambda problem: self.complaints.append(problem.message), sleep=self.pause)


def nothing() -> None:
    pass


def write(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.write_text(text, encoding="utf-8")


def test_a_change_is_checked_once_it_has_settled(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("1", encoding="utf-8")
    person = Person(nothing, write(path, "one"), write(path, "three"), nothing, nothing)
    person.watch(lambda: [path])
    assert person.log == [1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("deed", ["new", "gone", "renamed", "same size"])
def test_every_kind_of_change_is_seen(deed: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("1", encoding="utf-8")
    os.utime(path, (1, 1))
    deeds: dict[str, Callable[[], object]] = {
        "new": (tmp_path / "b.py").touch,
        "gone": path.unlink,
        "renamed": lambda: path.rename(tmp_path / "c.py"),
        "same size": write(path, "2"),
    }
    person = Person(deeds[deed], nothing, nothing)
    person.watch(lambda: sorted(tmp_path.glob("*.py")))
    assert person.checks == 2


def test_a_change_during_the_check_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("1", encoding="utf-8")
    person = Person(nothing, nothing)

    def check() -> None:
        person.check()
        if person.checks == 1:
            path.write_text("changed", encoding="utf-8")

    person.watch(lambda: [path], check)
    assert person.checks == 2


def test_broken_settings_are_told_and_may_be_mended(tmp_path: Path) -> None:
    settings = tmp_path / "errlint.toml"
    settings.write_text("fine", encoding="utf-8")

    def watched() -> list[Path]:
        if settings.read_text(encoding="utf-8") == "broken":
            raise UsageProblem("broken", path=str(settings))
        return [settings]

    person = Person(write(settings, "broken"), nothing, write(settings, "mended"), nothing, nothing)

    def check() -> None:
        person.check()
        watched()

    person.watch(watched, check)
    assert person.complaints == ["broken"]
    assert person.checks == 3


@pytest.mark.parametrize("other", [["--fix"], ["--diff"], ["--add-ignores", "why"], ["-"], ["--show-files"]])
def test_it_only_checks(other: list[str]) -> None:
    done = CliRunner().invoke(cli, ["check", "--watch", *other])
    assert done.exit_code == 2
    assert "--watch" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_for_real(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(BAD, encoding="utf-8")
    command = [sys.executable, "-u", "-m", "errlint", "check", "--watch", "--output-format", "concise"]
    log = tmp_path / "log"
    with log.open("wb") as stream, subprocess.Popen(command, cwd=tmp_path, stdout=stream, stderr=stream) as process:
        read = 0

        def until(words: str) -> str:
            nonlocal read
            deadline = time.monotonic() + DEADLINE
            while words not in (said := log.read_text(encoding="utf-8")[read:]):
                assert time.monotonic() < deadline, said
                time.sleep(0.05)
            read += len(said)
            return said

        try:
            assert "client.py:3:4: ERR504" in until("watching 1 file; Ctrl-C ends it")
            (tmp_path / "client.py").write_text(GOOD, encoding="utf-8")
            said = until("Ctrl-C ends it")
            assert "client.py changed, checking again" in said
            assert "No findings" in said
            (tmp_path / "errlint.toml").write_text("selct = []\n", encoding="utf-8")
            (tmp_path / "client.py").write_text(BAD, encoding="utf-8")
            until("did you mean 'select'?")
            (tmp_path / "errlint.toml").write_text("ignore = ['ERR1']\n", encoding="utf-8")
            until("client.py:3:4: ERR504")
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) == 130
        finally:
            process.kill()
