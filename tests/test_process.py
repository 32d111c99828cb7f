"""How the process of the command line starts and ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = "import sys; from errlint.process import main; main()"
PLAIN = "import sys; from errlint.cli import main; main()"


def run(code: str, *arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=cwd, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def ended(code: str, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    done = run(code, *arguments, cwd=cwd, capture_output=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--version"], 0), (["check", "sums.py"], 0), (["check", "--output-format", "json", "client.py"], 1), (["chek"], 2)],
)
def test_it_ends_as_the_command_line_does(arguments: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    (tmp_path / "client.py").write_text(
        "import requests\n\ntry:\n    requests.get('https://x.example', timeout=1).raise_for_status()\n"
        "except requests.HTTPError as e:\n    if '404' not in str(e):\n        raise\n",
        encoding="utf-8",
    )
    quick = ended(RUN, *arguments, cwd=tmp_path)
    assert quick[0] == code
    assert quick == ended(PLAIN, *arguments, cwd=tmp_path)


def test_what_is_to_be_done_at_the_end_is_done(tmp_path: Path) -> None:
    registered = "import atexit; atexit.register(print, 'at the end')\n"
    assert ended(registered + RUN, "--version", cwd=tmp_path)[1].splitlines()[-1] == "at the end"


def test_who_watches_gets_the_program_back(tmp_path: Path) -> None:
    for watch in ("sys.settrace(lambda *_: None)", "sys.setprofile(lambda *_: None)"):
        watched = f"import sys; {watch}\nfrom errlint.process import main\ntry:\n    main()\nfinally:\n    print('back')"
        assert ended(watched, "--version", cwd=tmp_path)[1].splitlines()[-1] == "back"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_a_reader_that_has_gone_is_no_crash(tmp_path: Path) -> None:
    ways = []
    for program in (RUN, PLAIN):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = run(program, "--help", cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE)
        finally:
            os.close(writing)
        ways.append((done.returncode, done.stderr))
    assert ways[0] == ways[1]
    assert not ways[0][1]


def test_garbage_is_looked_for_once_everything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text("import requests\n\nrequests.get('https://x.example', timeout=1)\n", encoding="utf-8")
    looks = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 1_000))\n"
    assert ended(looks + RUN, "check", "--no-cache", "client.py", cwd=tmp_path)[1].splitlines()[-1] == "True True"


def test_a_library_leaves_garbage_to_the_program(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text("import requests\n\nrequests.get('https://x.example', timeout=1)\n", encoding="utf-8")
    program = "import gc\nfrom errlint.cli import cli\ntry:\n    cli()\nfinally:\n    print(gc.isenabled(), gc.get_freeze_count())"
    before = ended("import gc; print(gc.isenabled(), gc.get_freeze_count())", cwd=tmp_path)[1]
    assert ended(program, "check", "--no-cache", "client.py", cwd=tmp_path)[1].splitlines()[-1:] == before.splitlines()
