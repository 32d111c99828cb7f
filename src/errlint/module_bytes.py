"""What the bytes of a module tell of it, before anything is parsed."""

from __future__ import annotations

import re

from errlint.project import Project
from errlint.retry_words import SPEAKS_OF_AGAIN
from errlint.traces import Noted, Trace

_LOOPS = re.compile(rb"^[ \t]*(?:async[ \t]+)?(?:for|while)\b", re.MULTILINE)
_AGAIN = re.compile(SPEAKS_OF_AGAIN.encode())


class Bytes:
    """Answers for the modules of a project; remembered.

    :param trace: which modules were asked.
    """

    def __init__(self, project: Project, trace: Trace) -> None:
        self._project = project
        self._trace = trace
        self._loops: dict[str, tuple[bool, Noted]] = {}
        self._words: dict[str, tuple[bool, Noted]] = {}

    def has_loop(self, file: str) -> bool:
        """Whether a module has a loop and a handler."""
        return self._trace.remembered(self._loops, file, lambda: self._find_loop(file))

    def speaks_of_again(self, file: str) -> bool:
        """Whether a module has a name that speaks of another attempt, as libraries that make them do."""
        return self._trace.remembered(self._words, file, lambda: _AGAIN.search(self._read(file)) is not None)

    def _find_loop(self, file: str) -> bool:
        raw = self._read(file)
        return _LOOPS.search(raw) is not None and b"except" in raw

    def _read(self, file: str) -> bytes:
        self._trace.touch(file)
        return self._project.read(file) or b""
