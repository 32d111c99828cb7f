"""The one exception for "errlint could not do the job": it names the file, the place and the remedy, and ends with exit code 2."""

from __future__ import annotations

import re

_LONG_WORD = re.compile(r"\S{300,}")
_WITHHELD = "it lies outside of the folder of what names it, so nothing of it is shown; name it on the command line to see more"


class UsageProblem(Exception):
    """A mistake outside the linted code: configuration, catalogue, command line, rule pack.

    :param message: what is wrong, one sentence without a full stop.
    :param path: the file that is wrong, as the user knows it, if any.
    :param line: 1-based line in it, or None.
    :param column: 1-based column (characters) in it, or None.
    :param source: the whole text of the file, for the code frame, or None.
    :param hint: the remedy ("did you mean 'select'?"), or None.
    :param gist: the message without anything that stands in the file, where that makes a difference.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        source: str | None = None,
        hint: str | None = None,
        gist: str | None = None,
    ) -> None:
        message = _LONG_WORD.sub(lambda found: f"{found[0][:100]}…{found[0][-40:]}", message)
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.source = source
        self.hint = hint
        self.gist = gist

    def withheld(self) -> UsageProblem:
        """The problem without anything that stands in the file: what is told may end in a log that others read."""
        if self.source is None:
            return self
        gist = self.gist or "there is something wrong here"
        return UsageProblem(gist, path=self.path, line=self.line, column=self.column, hint=_WITHHELD)
