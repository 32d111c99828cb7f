"""Comments that say which API a piece of code talks to, where the code itself does not tell.

::

    answer = session.get(url)  # errlint: api=girardai      this statement
    class Client:  # errlint: api=girardai                  everything in its body
    # errlint: api=girardai                                 alone: the statement below; above the first statement: the whole file
    answer = session.get(url)  # errlint: api=none          no API that a catalogue knows

The comments that silence findings are another matter: :mod:`errlint.suppressions`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection

from errlint.comments import comments
from errlint.hints import did_you_mean
from errlint.lean import dataclass
from errlint.regex import later

NONE = "none"
"""Instead of an id: the code talks to an API that no catalogue knows."""

_HINT = later(r"errlint\s*:\s*api\b", re.IGNORECASE)
_DIRECTIVE = later(r"(?<![^\s#])#\s*errlint\s*:\s*api\b(?P<rest>[^#]*)", re.IGNORECASE)
_ID = later(r"\s*=\s*(?P<id>[\w./-]*)")
_NEWLINE = later(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ApiComment:
    """One comment: the id that it names, and its 1-based line. ``alone``: there is no code on the line."""

    api: str
    line: int
    alone: bool


@dataclass(frozen=True, slots=True)
class ApiCommentProblem:
    """What is wrong with a comment: 1-based line and columns (end exclusive), and a message without a full stop."""

    line: int
    column: int
    end_column: int
    message: str


@dataclass(frozen=True, slots=True)
class ApiComments:
    """All such comments of a file, in order, and what is wrong with others."""

    comments: tuple[ApiComment, ...] = ()
    problems: tuple[ApiCommentProblem, ...] = ()

    @classmethod
    def parse(cls, text: str, known: Collection[str]) -> ApiComments:
        """Read the comments of a decoded file.

        :param known: the ids of all catalogues and their surfaces.
        """
        if "errlint" not in text.lower() or _HINT.search(text) is None:
            return cls()
        starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]
        found: list[ApiComment] = []
        problems: list[ApiCommentProblem] = []
        for start, end in comments(text):
            for match in _DIRECTIVE.finditer(text[start:end]):
                line = bisect_right(starts, start)
                column = start - starts[line - 1] + 1
                named = _ID.match(match["rest"])
                message = _objection(match["rest"], named["id"] if named else None, known)
                if message:
                    first = column + match.start()
                    problems.append(ApiCommentProblem(line, first, first + len(match.group().rstrip()), message))
                elif named:
                    alone = not text[starts[line - 1] : start].strip(" \t\f")
                    found.append(ApiComment(named["id"], line, alone))
        return cls(tuple(found), tuple(problems))


def _objection(rest: str, named: str | None, known: Collection[str]) -> str | None:
    """What is wrong with a comment; None also for prose that only begins like one."""
    if named is None:
        meant = rest.strip()[:1] in ("", ":", "[", "(")
        return "an API is named by `errlint: api=ID`" if meant else None
    if not named:
        return "`errlint: api=` names no API"
    if named != NONE and named not in known:
        hint = did_you_mean(named, sorted(known))
        return f"there is no catalogue with the id '{named}'" + (f"; {hint}" if hint else "")
    return None
