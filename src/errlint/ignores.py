"""Suppressions for what is found, written by the tool: comments in, nothing else changed.

A comment goes to the end of a line of the statement, or above the statement where it would make the line longer than the file's lines are,
or where the lines of the statement end inside a string or with a backslash. The result is kept only if it is the same program.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from errlint.comments import comments
from errlint.encoding import UndecodableSource, decode, encode
from errlint.errors import UsageProblem
from errlint.fixer import Lint, apply
from errlint.lean import dataclass
from errlint.model import Edit, FileReport, Finding
from errlint.python_tree import parsed

_NEWLINE = re.compile(r"\r\n|\r|\n")
_TOOL = "ERR0"
_NO_PLACE = "a comment with this reason would not silence it"
_USUAL = 88
"""Characters of a line that nobody objects to."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """What became of a file.

    :ivar raw: its bytes now, the very same object when nothing was silenced; :ivar count: how many findings were silenced;
    :ivar report: what is still found; :ivar held_back: why findings were left, without a full stop, or None.
    """

    raw: bytes
    count: int
    report: FileReport
    held_back: str | None = None


def checked_reason(reason: str) -> str:
    """The reason as it can stand in a comment.

    :raises UsageProblem: when it says nothing, or would not end where it ends.
    """
    told = reason.strip()
    if re.search(r"\w", told) is None:
        raise UsageProblem("--add-ignores: say why these findings stay", hint='for example `--add-ignores "before our time"`')
    if re.search(r"[#\x00-\x1f\x7f\x85\u2028\u2029]", told):
        raise UsageProblem("--add-ignores: a reason is one line without `#`")
    return told


def add_ignores(raw: bytes, path: str, lint: Lint, reason: str) -> Silenced:
    """Silence what is found in a file by comments that give the reason; what the tool says of itself (ERR0xx) is never silenced."""
    report = lint(raw, path)
    wanted = [finding for finding in report.findings if not finding.rule.startswith(_TOOL)]
    if not wanted:
        return Silenced(raw, 0, report)
    try:
        original = decode(raw)
        text = _Commented(original.text).silencing(wanted, reason)
        changed = encode(text, original)
    except UndecodableSource as problem:
        return Silenced(raw, 0, report, problem.message)
    except UnicodeEncodeError:
        return Silenced(raw, 0, report, f"the reason cannot be written in {original.encoding}")
    if not _same_program(raw, changed):
        return Silenced(raw, 0, report, "the comments would change the program")
    after = lint(changed, path)
    left = [finding for finding in after.findings if not finding.rule.startswith(_TOOL)]
    if len(left) >= len(wanted) or any(finding.rule == "ERR001" for finding in after.findings):
        return Silenced(raw, 0, report, _NO_PLACE)
    return Silenced(changed, len(wanted) - len(left), after, _NO_PLACE if left else None)


class _Commented:
    """A text that gets comments."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]
        self._lines = _NEWLINE.split(text)
        self._width = max(_USUAL, *map(len, self._lines))
        self._open = _lines_open_to_comments(self._lines, text)

    def silencing(self, findings: list[Finding], reason: str) -> str:
        """The text with a comment for each statement in which there are findings."""
        rules: dict[tuple[int, int], set[str]] = {}
        for finding in findings:
            lines = finding.lines if finding.lines != (0, 0) else (finding.location.line, finding.location.end_line)
            rules.setdefault(lines, set()).add(finding.rule)
        edits: dict[int, Edit] = {}
        for (first, last), ids in sorted(rules.items()):
            comment = f"# errlint: ignore[{', '.join(sorted(ids))}] {reason}"
            edit = next(self._places(first, last, comment), None)
            if edit is not None:
                known = edits.get(edit.start)
                # two statements that end on one line, such as `if x: y`
                edits[edit.start] = edit if known is None else Edit(edit.start, edit.end, f"{known.text}{edit.text}")
        return apply(self._text, edits.values())

    def _places(self, first: int, last: int, comment: str) -> Iterator[Edit]:
        """Where the comment can stand, the best place first."""
        behind = [self._behind(line, comment) for line in range(last, first - 1, -1) if line in self._open]
        yield from (edit for edit, width in behind if width <= self._width)
        if first == 1 or first - 1 in self._open:
            start, line = self._starts[first - 1], self._lines[first - 1]
            yield Edit(start, start, f"{line[: len(line) - len(line.lstrip())]}{comment}\n")
        yield from (edit for edit, _ in behind)

    def _behind(self, line: int, comment: str) -> tuple[Edit, int]:
        """The comment at the end of a line, and how long the line becomes."""
        code = self._lines[line - 1]
        kept = code.rstrip(" \t")
        start = self._starts[line - 1] + len(kept)
        return Edit(start, start + len(code) - len(kept), f"  {comment}"), len(kept) + 2 + len(comment)


def _lines_open_to_comments(lines: list[str], text: str) -> frozenset[int]:
    """The lines, counted from 1, that may end with a comment: not inside a string, and not with a backslash.

    One look at all of them: a ``#`` is put at the end of each line, which is a comment of its own or the end of one, unless the line
    ends inside a string; neither changes how the rest is read.
    """
    newlines = [*(match.group() for match in _NEWLINE.finditer(text)), ""]
    marked, ends, position = [], [], 0
    for line, newline in zip(lines, newlines, strict=True):
        marked.append(f"{line} #{newline}" if not line.endswith("\\") else f"{line}{newline}")
        position += len(marked[-1])
        ends.append(position - len(newline))
    in_comment = {end for _, end in comments("".join(marked))}
    return frozenset(number for number, end in enumerate(ends, 1) if end in in_comment)


def _same_program(before: bytes, after: bytes) -> bool:
    """Whether two files are the same to the Python that runs errlint; what it cannot parse is judged by the linter's own parser."""
    try:
        one = ast.dump(parsed(before))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    try:
        return one == ast.dump(parsed(after))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
