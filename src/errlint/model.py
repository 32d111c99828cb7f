"""What errlint says about code: findings, their trails, and fixes.

Everything here is frozen, sortable by position, and knows nothing of libcst, files or terminals.

Two coordinate systems, and only these two:

* *offsets* are 0-based character offsets into the decoded text of a file (no byte-order mark, newlines as they stand in the file);
  fixes use them;
* *lines and columns* are 1-based and count characters; the end is exclusive. People and reporters use them.
"""

from __future__ import annotations

import enum
import re
from dataclasses import field

from errlint.lean import dataclass

_CODE = re.compile(r"`[^`]*`")

TOOL_RULES = {
    "ERR001": "unparsable-file",
    "ERR002": "rule-crash",
    "ERR003": "suppression",
    "ERR004": "lossy-file",
    "ERR005": "unreadable-file",
    "ERR006": "api-comment",
    "ERR007": "unused-file-ignore",
}
"""What the tool says about itself and about files it cannot handle."""


class Severity(enum.Enum):
    """How sure it is that the client misbehaves."""

    ERROR = "error"
    """Will misbehave."""
    WARNING = "warning"
    """Will misbehave when the API rewords, slows down or fails."""
    ADVICE = "advice"
    """Worth a look; a person has to decide."""


class Safety(enum.Enum):
    """What a fix may change besides the defect."""

    SAFE = "safe"
    """Keeps everything the program does except for the defect itself."""
    UNSAFE = "unsafe"
    """May change which branch is taken."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters ``[start, end)`` of the decoded text by ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that are applied whole or not at all.

    ``message`` is an imperative sentence without a full stop; code of the file stands in backticks.
    """

    safety: Safety
    message: str
    edits: tuple[Edit, ...]

    @property
    def kind(self) -> str:
        """The message without the code in it, which is the same for all fixes of one sort: ``Remove `…```."""
        return _CODE.sub("`…`", self.message)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A region of a file: path as shown to the user (relative, ``/``), 1-based lines and columns, end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Step:
    """One place through which a value came, and what happened to it there."""

    location: Location
    note: str


Trail = tuple[Step, ...]
"""From where a value was born to where it is misused, in the order of the flow."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake at one place.

    ``trail`` leads from where the value was born to where it is misused. ``lines`` are the first and last line of the
    statement (or of the header of the compound statement) that holds the place: a suppression comment counts on any of them.
    """

    rule: str
    name: str
    severity: Severity
    message: str
    location: Location
    remedy: str | None = None
    api: str | None = None
    trail: Trail = ()
    fix: Fix | None = None
    lines: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def sort_key(self) -> tuple[Location, str, str]:
        """Order by position, then rule: nothing else decides the order of findings."""
        return (self.location, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class RuleText:
    """What formats that carry documentation say of a rule; ``doc`` is Markdown, ``url`` the address of its page."""

    id: str
    name: str
    title: str
    doc: str
    severity: Severity
    url: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file gave.

    ``stage`` tells how far the file went: ``"gated"`` (nothing in it has to do with HTTP), ``"screened"`` (nothing in it that any rule is
    about), ``"failed"`` (could not be read or parsed; ``findings`` says so), ``"checked"``; ``"settings"`` is a file of errlint's own
    settings. ``ignored`` are the rules that per-file-ignores silenced in it. ``suppressed`` counts findings silenced by a comment, by
    per-file-ignores or by a baseline, ``accepted`` those of the baseline alone.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    stage: str = "checked"
    accepted: int = 0
    ignored: tuple[str, ...] = ()
