"""A program that runs errlint and lets something happen at one moment of the run: ``python -m tests.support.moments PLAN < questions``.

A moment is an operation on files (Python's audit events tell of each before it happens), counted from the start of the run. Every
question is a JSON line; each is answered by one run in a forked child of its own, so that what is slow to import is imported once.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_OPERATIONS = {"open", "os.chmod", "os.chown", "os.rename", "os.remove", "os.listdir", "os.scandir"}


def main() -> None:
    """Answer the questions of standard input.

    ``{"arguments": […], "at": 3, "event": "kill"}`` gives ``{"code": …, "output": …, "moments": [operations]}``.
    """
    from click.testing import CliRunner

    from errlint.cli import cli

    for line in sys.stdin:
        question = json.loads(line)
        if "warm" in question:
            CliRunner().invoke(cli, ["check", "--isolated", "--diff", question["warm"]])
        print(json.dumps(answer(question)), flush=True)


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Run errlint once in a child."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os._exit(_run(question))
        _, status = os.waitpid(child, 0)
        output.seek(0)
        text = output.read().decode()
    said, _, moments = text.rpartition("moments: ")
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "output": said if moments else text, "moments": moments.split() if moments else []}


def _run(question: dict[str, Any]) -> int:
    from errlint.cli import cli

    seen: list[str] = []
    event = _EVENTS[question["event"]]
    busy = False

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal busy
        if busy or name not in _OPERATIONS or (name == "open" and isinstance(arguments[0], int)):
            return
        seen.append(name)
        if len(seen) == question["at"]:
            busy = True
            event(question, name)
            busy = False

    sys.addaudithook(hook)
    code = 1
    try:
        cli.main(args=question["arguments"], prog_name="errlint")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    busy = True
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(1, f"moments: {' '.join(seen)}".encode())
    return code


def _kill(_question: dict[str, Any], _name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupt(_question: dict[str, Any], _name: str) -> None:
    signal.raise_signal(signal.SIGINT)


def _edit(question: dict[str, Any], _name: str) -> None:
    """An editor saves the file, in place."""
    Path(question["file"]).write_text(question["text"])


def _replace(question: dict[str, Any], _name: str) -> None:
    """An editor saves the file under its name anew."""
    path = Path(question["file"])
    other = path.with_name(path.name + ".new")
    other.write_text(question["text"])
    other.replace(path)


def _other_run(question: dict[str, Any], _name: str) -> None:
    """Another errlint does the same from beginning to end."""
    child = os.fork()
    if child == 0:
        from errlint.cli import cli

        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
            cli.main(args=question["arguments"], prog_name="errlint")
        os._exit(0)
    os.waitpid(child, 0)


def _full(question: dict[str, Any], _name: str) -> None:
    """From now on no file can grow beyond so many bytes, as if the disk were full."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (question["bytes"], resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def _nothing(_question: dict[str, Any], _name: str) -> None:
    pass


_EVENTS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "kill": _kill,
    "interrupt": _interrupt,
    "edit": _edit,
    "replace": _replace,
    "other run": _other_run,
    "full": _full,
    "nothing": _nothing,
}

if __name__ == "__main__":
    main()
