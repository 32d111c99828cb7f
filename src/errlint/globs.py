"""Globs of the kind that stand in a .gitignore, each relative to a folder of its own. pathspec is imported with the first glob."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Complain = Callable[[int, str], Exception]
"""Makes the exception for a glob that cannot be understood: its 0-based number and the reason."""


STARS = 5
"""``*`` and ``**`` in one glob. Each may end anywhere, and what pathspec makes of a glob tries all ways in which a path could fit: with
eight, a name of 60 characters takes 10 seconds."""

_STARS = re.compile(r"\*+")


def absolute(path: Path) -> str:
    """The absolute path without ``.`` and ``..``, symlinks left as they are: globs are about names as the user sees them."""
    return os.path.abspath(path)  # noqa: PTH100 -- resolve() would follow symlinks


def is_below(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, or below it, when all symlinks are followed."""
    real = os.path.realpath(folder)
    try:
        return os.path.commonpath((real, os.path.realpath(path))) == real
    except ValueError:  # on another drive, or a NUL in the name
        return False


class Globs:
    """Some globs and the folder that they are relative to; the last one that matches a path decides, and ``!`` turns a decision round.

    :param folder: an absolute path. :param lines: the globs, in their order.
    :param complain: what to raise for a glob that cannot be understood; without it, such a glob is passed over, as git does.
    """

    def __init__(self, folder: str, lines: Iterable[str], complain: Complain | None = None) -> None:
        self._prefix = folder.rstrip(os.sep) + os.sep
        self._spec = _spec(tuple(lines), complain)

    def verdict(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Whether the globs take an absolute path in (True), out again (False), or say nothing of it (None)."""
        if not path.startswith(self._prefix):
            return None
        relative = path[len(self._prefix) :]
        if os.sep != "/":
            relative = relative.replace(os.sep, "/")
        return self._spec.check_file(f"{relative}/" if is_folder else relative).include


def matches(glob: str, folder: str, path: str, complain: Complain) -> bool:
    """Whether one glob, relative to a folder, takes in an absolute path; ``!glob`` takes in whatever ``glob`` does not.

    A path outside the folder is taken in by neither.
    """
    if not path.startswith(folder.rstrip(os.sep) + os.sep):
        return False
    negated = glob.startswith("!")
    return bool(_single(glob.removeprefix("!"), folder, complain).verdict(path)) is not negated


def _single(glob: str, folder: str, complain: Complain) -> Globs:
    found = _singles.get((glob, folder))
    if found is None:
        found = _singles[glob, folder] = Globs(folder, [glob], complain)
    return found


_singles: dict[tuple[str, str], Globs] = {}
"""One glob is asked about every file of a run."""


def _spec(lines: tuple[str, ...], complain: Complain | None) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    for index, line in enumerate(lines):
        if len(_STARS.findall(line)) > STARS:
            if complain is not None:
                raise complain(index, f"it has more than {STARS} stars, so holding it against a path could take for ever")
            return _spec(tuple(line for line in lines if len(_STARS.findall(line)) <= STARS), None)
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):  # what pathspec does not check fails in the regular expression that it makes
        good: list[str] = []
        for index, line in enumerate(lines):
            try:
                GitIgnoreSpec.from_lines([line])
            except (ValueError, re.error) as error:
                if complain is not None:
                    raise complain(index, str(error)) from error
            else:
                good.append(line)
        return GitIgnoreSpec.from_lines(good)
