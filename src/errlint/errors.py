"""The one exception for "errlint could not do the job": it names the file, the place and the remedy, and ends with exit code 2."""

from __future__ import annotations


class UsageProblem(Exception):
    """A mistake outside the linted code: configuration, catalogue, command line, rule pack.

    :param message: what is wrong, one sentence without a full stop.
    :param path: the file that is wrong, as the user knows it, if any.
    :param line: 1-based line in it, or None.
    :param column: 1-based column (characters) in it, or None.
    :param source: the whole text of the file, for the code frame, or None.
    :param hint: the remedy ("did you mean 'select'?"), or None.
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
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.source = source
        self.hint = hint
