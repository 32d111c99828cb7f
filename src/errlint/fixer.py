"""Edits in, text out: choose fixes, apply them, look at the result, until nothing is left to fix.

A fix is applied whole or not at all. Fixes that get into each other's way wait for the next round, in which the rules see the new
text. A round is accepted only if the file is no less valid after it than before; otherwise the guilty fixes are searched for and left out.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import field
from itertools import pairwise

from errlint.encoding import Decoded, UndecodableSource, decode, encode
from errlint.lean import dataclass
from errlint.model import Edit, FileReport, Finding, Safety

Lint = Callable[[bytes, str], FileReport]
"""Lints bytes under a path."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_UNFIT = {
    "ERR001": "the file cannot be parsed",
    "ERR004": "the file cannot be rewritten without loss",
}
_MAX_TRIALS = 100
"""Texts tried for one file, beyond which the fixes that are still in doubt are left out: a rule with a broken fix may not cost minutes."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The findings whose fixes are wanted.

    :ivar fixes: those that can be applied together now; :ivar deferred: those that have to wait for the next round;
    :ivar impossible: those whose own edits overlap, which can never be applied.
    """

    fixes: tuple[Finding, ...]
    deferred: tuple[Finding, ...] = ()
    impossible: tuple[Finding, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits of the chosen fixes, each once, by position."""
        return _edits(self.fixes)


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """What became of a file.

    :ivar raw: its bytes now, the very same object when nothing was fixed; :ivar applied: how many findings were fixed, by rule;
    :ivar report: what is found in the bytes as they are now; :ivar rounds: how many rounds changed something;
    :ivar held_back: why fixes were left out though they were wanted, without a full stop, or None.
    """

    raw: bytes
    applied: dict[str, int]
    report: FileReport
    rounds: int
    held_back: str | None = None


def choose(findings: Iterable[Finding], *, unsafe: bool) -> Chosen:
    """Choose the fixes of one round.

    :param findings: in any order; the first by position, then by rule, wins where fixes overlap. Identical edits do not overlap: they
        are made once, for all fixes that want them. Two different insertions at one place, or an insertion that touches what
        another fix replaces, do, because which text comes first would be an accident.
    :param unsafe: whether fixes that may change which branch is taken are wanted as well.
    """
    taken: list[Edit] = []
    fixes: list[Finding] = []
    deferred: list[Finding] = []
    impossible: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        if finding.fix is None or not finding.fix.edits or not (unsafe or finding.fix.safety is Safety.SAFE):
            continue
        edits = _edits((finding,))
        if any(left.end > right.start for left, right in pairwise(edits)) or any(edit.start > edit.end for edit in edits):
            impossible.append(finding)
            continue
        new = [edit for edit in edits if not _contains(taken, edit)]
        if any(_is_blocked(taken, edit) for edit in new):
            deferred.append(finding)
            continue
        for edit in new:
            insort(taken, edit)
        fixes.append(finding)
    return Chosen(tuple(fixes), tuple(deferred), tuple(impossible))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; newlines in what they insert become those that the text uses most.

    :raises ValueError: when edits overlap or lie outside the text.
    """
    newline = _newline(text)
    pieces: list[str] = []
    position = 0
    for edit in sorted(set(edits)):
        if not position <= edit.start <= edit.end <= len(text):
            raise ValueError(f"an edit of [{edit.start}, {edit.end}) overlaps another one or lies outside the text")
        pieces += text[position : edit.start], _NEWLINE.sub(newline, edit.text)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)


def fix_source(raw: bytes, path: str, lint: Lint, *, unsafe: bool, max_rounds: int = 10) -> FixOutcome:
    """Fix what can be fixed in one file, until nothing changes any more.

    :param lint: finds what is wrong in given bytes. A file for which it reports ERR001 or ERR004 is left as it is, to the byte.
    :param unsafe: whether fixes that may change which branch is taken are wanted as well.

    The result has the encoding, byte-order mark and newlines of ``raw``. Linting happens once at the start and about once a round.
    """
    report = lint(raw, path)
    unfit = next((_UNFIT[finding.rule] for finding in report.findings if finding.rule in _UNFIT), None)
    if unfit is not None:
        return FixOutcome(raw, {}, report, 0, unfit)
    chosen = choose(report.findings, unsafe=unsafe)
    if not chosen.fixes and not chosen.impossible:
        return FixOutcome(raw, {}, report, 0)
    try:
        original = decode(raw)
    except UndecodableSource as problem:
        return FixOutcome(raw, {}, report, 0, problem.message)
    if encode(original.text, original) != raw:
        return FixOutcome(raw, {}, report, 0, f"the file cannot be written back in {original.encoding} without loss")
    state = _State(raw, original.text, report)
    return _Fixing(path, lint, unsafe, original, _validity(raw), state).run(max_rounds)


@dataclass(frozen=True, slots=True)
class _State:
    """The file at one moment."""

    raw: bytes
    text: str
    report: FileReport


@dataclass(slots=True)
class _Fixing:
    """The rounds that one file goes through."""

    path: str
    lint: Lint
    unsafe: bool
    original: Decoded
    validity: int
    state: _State
    trials: int = 0
    seen: set[str] = field(default_factory=set)
    left_out: dict[Finding, str] = field(default_factory=dict)
    """Why fixes of the present text are left out; in the next text everything gets a new chance."""

    def run(self, max_rounds: int) -> FixOutcome:
        first = self.state
        applied: Counter[str] = Counter()
        rounds = 0
        while True:
            chosen = choose((one for one in self.state.report.findings if one not in self.left_out), unsafe=self.unsafe)
            self.left_out.update(dict.fromkeys(chosen.impossible, "its own edits overlap"))
            if not chosen.fixes:
                break
            if rounds == max_rounds:
                self.left_out.update(dict.fromkeys(chosen.fixes + chosen.deferred, f"no end after {rounds} rounds"))
                break
            self.seen.add(self.state.text)
            accepted = self._settle(chosen.fixes)
            if accepted:
                rounds += 1
                applied.update(one.rule for one in accepted)
                self.left_out.clear()
        raw = first.raw if self.state.raw == first.raw else self.state.raw
        return FixOutcome(raw, dict(sorted(applied.items())), self.state.report, rounds, self._held_back())

    def _settle(self, fixes: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Apply as many of the fixes as leave the file in order; halving finds the guilty ones in a few trials."""
        base = self.state.text
        accepted: tuple[Finding, ...] = ()
        groups = [fixes]
        while groups:
            group = groups.pop()
            tried = self._try(base, accepted + group)
            if isinstance(tried, _State):
                self.state = tried
                accepted += group
            elif len(group) == 1 or self.trials >= _MAX_TRIALS:
                self.left_out.update(dict.fromkeys(group, tried))
            else:
                middle = len(group) // 2
                groups += group[middle:], group[:middle]
        return accepted

    def _try(self, base: str, fixes: tuple[Finding, ...]) -> _State | str:
        """The file with these fixes, or why there can be no such file."""
        if self.trials >= _MAX_TRIALS:
            return "too many had to be left out before"
        self.trials += 1
        try:
            text = apply(base, _edits(fixes))
        except ValueError:
            return "edits outside the file"
        if text in self.seen:
            return "it changes nothing, or undoes another fix"
        try:
            raw = encode(text, self.original)
        except UnicodeEncodeError:
            return f"its text cannot be written in {self.original.encoding}"
        if not _reads_as(raw, text):
            return "the file would be read in another encoding"
        if _validity(raw) < self.validity:
            return "the code would not be valid any more"
        report = self.lint(raw, self.path)
        if any(finding.rule in _UNFIT for finding in report.findings):
            return "the code would not be valid any more"
        return _State(raw, text, report)

    def _held_back(self) -> str | None:
        counts = Counter((finding.rule, reason) for finding, reason in self.left_out.items())
        parts = [
            f"{count} {'fix' if count == 1 else 'fixes'} of {rule} left out: {reason}" for (rule, reason), count in sorted(counts.items())
        ]
        return "; ".join(parts) or None


def _edits(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    return tuple(sorted({edit for finding in findings if finding.fix is not None for edit in finding.fix.edits}))


def _contains(taken: list[Edit], edit: Edit) -> bool:
    index = bisect_left(taken, edit)
    return index < len(taken) and taken[index] == edit


def _is_blocked(taken: list[Edit], edit: Edit) -> bool:
    """Whether an edit gets into the way of one of these, which are sorted and free of overlaps: only neighbours can be touched."""
    index = bisect_left(taken, edit)
    before = index - 1
    while before >= 0 and taken[before].end >= edit.start:
        if _clash(taken[before], edit):
            return True
        before -= 1
    while index < len(taken) and taken[index].start <= edit.end:
        if _clash(taken[index], edit):
            return True
        index += 1
    return False


def _clash(one: Edit, other: Edit) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _newline(text: str) -> str:
    """The newline that a text uses most."""
    both = text.count("\r\n")
    counts = {"\n": text.count("\n") - both, "\r\n": both, "\r": text.count("\r") - both}
    return max(counts, key=lambda newline: counts[newline])


def _reads_as(raw: bytes, text: str) -> bool:
    """Whether the bytes mean this text: an inserted line may push the encoding declaration out of the first two lines."""
    try:
        return decode(raw).text == text
    except UndecodableSource:
        return False


def _validity(raw: bytes) -> int:
    """How far the running Python gets with a file: 2 it compiles (the order of future imports is right, say), 1 it parses, 0 neither.

    Newer syntax than the running Python's gives 0, which a fix cannot make worse; the linter's own parser judges then. Nothing is executed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for level, flags in ((2, 0), (1, ast.PyCF_ONLY_AST)):
            try:
                compile(raw, "<fixed>", "exec", flags=flags, dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
                continue
            return level
    return 0
