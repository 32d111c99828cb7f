"""Comments that silence findings, and what is wrong with such comments.

::

    call()  # errlint: ignore[ERR101] the vendor has no code for this
    call()  # errlint: ignore[ERR101, retry-after-disabled]      ids, names, or the beginning of ids (ERR1)
    call()  # errlint: ignore                                    everything
    call()  # errlint: ignore[ERR101] until=2027-01-31 SDK 4     until the end of that day
    call()  # noqa: E501, ERR101                                 the codes that begin with ERR are ours
    call()  # noqa                                               everything
    # errlint: ignore-file[ERR101] generated                     on a line of its own, anywhere in the file

A comment counts for a statement when it stands on any of its lines (of its header, for a compound statement), or in the comment lines
directly above it; a bare ``# noqa`` counts on the lines of the statement only. What the tool says of itself (``ERR0xx``) is
silenced by name only: a crash must not vanish behind a bare comment.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from errlint.comments import comments
from errlint.hints import did_you_mean
from errlint.lean import dataclass
from errlint.model import Edit, Finding
from errlint.regex import later

_REPORTABLE = (later(rb"errlint\s*:"), later(rb"noqa[^\r\n]*\berr[0-9]"))
_MARKER = later(r"errlint\s*:|noqa", re.IGNORECASE)
_NEWLINE = later(r"\r\n|\r|\n")
_DIRECTIVE = later(r"(?<![^\s#])#\s*errlint\s*:\s*(?P<verb>[\w-]+)\s*(?P<rest>[^#]*)", re.IGNORECASE)
_NOQA = later(r"(?<![^\s#])#\s*noqa\b(?P<colon>\s*:\s*(?P<codes>(?:[A-Z]+[0-9]+(?:\s*,\s*|\s+|(?=\W|$)))*))?", re.IGNORECASE)
_LISTED = later(r"[^\s,]+")
_OURS = later(r"ERR[0-9]+", re.IGNORECASE)
_PREFIX = later(r"[A-Z]+[0-9]*")
_UNTIL = later(r"(?<!\S)until\s*=\s*(?P<day>[^\s,;]*)", re.IGNORECASE)
_WORD = later(r"\w")
_NAMES = later(r"\w+(?:-\w+)*")
_TOOL = "ERR0"
_VERBS = ("ignore", "ignore-file")


def may_be_reportable(raw: bytes) -> bool:
    """Whether a file can hold a comment that ``problems`` has something to say about, whatever is found in the file."""
    small = raw.lower()
    return any(comment.search(small) for comment in _REPORTABLE)


@dataclass(frozen=True, slots=True)
class SuppressionProblem:
    """Something wrong with a comment: 1-based line and columns (end exclusive), and a message without a full stop.

    :ivar removal: the edit that takes it away, where it can simply go; :ivar reasoned: whether that would lose what a person wrote.
    """

    line: int
    column: int
    end_column: int
    message: str
    removal: Edit | None = None
    reasoned: bool = False


@dataclass(frozen=True, slots=True)
class _Selector:
    """One rule, or one group of rules, that a comment names; ``text`` is None when it names none and means all."""

    text: str | None
    line: int
    column: int
    end_column: int

    def covers(self, rule: str, name: str) -> bool:
        if self.text is None:
            return not rule.startswith(_TOOL)
        return self.text in {rule, name} or (_is_prefix(self.text) and rule.startswith(self.text))

    def among(self, words: Collection[str]) -> list[str]:
        """Those of these ids and names that the selector means."""
        if self.text is None:
            return [word for word in words if _is_prefix(word) and not word.startswith(_TOOL)]
        return [word for word in words if word == self.text or (_is_prefix(self.text) and word.startswith(self.text))]


@dataclass(frozen=True, slots=True)
class _Directive:
    """One suppressing comment. ``reportable`` is False for a bare ``# noqa``, which is mostly meant for other tools.

    :ivar removal: the edit that takes the whole comment away; None for those of other tools; :ivar reasoned: it gives a reason.
    """

    line: int
    whole_file: bool
    above: bool
    reportable: bool
    selectors: tuple[_Selector, ...]
    removal: Edit | None = None
    reasoned: bool = False
    origin: int = 0
    """The character offset of column 0 of its line."""

    def without(self, at: int) -> Edit:
        """The edit that takes one of several rules out of the brackets, by its 0-based number."""
        selector = self.selectors[at]
        if at + 1 < len(self.selectors):
            start, end = selector.column, self.selectors[at + 1].column
        else:
            start, end = self.selectors[at - 1].end_column, selector.end_column
        return Edit(self.origin + start, self.origin + end, "")


class Suppressions:
    """The suppressing comments of one file. It remembers which of them silenced something, so ``apply`` comes before ``problems``."""

    def __init__(
        self, directives: Iterable[_Directive], alone: Collection[int], malformed: tuple[SuppressionProblem, ...], known: Collection[str]
    ):
        self._directives = tuple(directives)
        self._malformed = malformed
        self._known = known
        self._used: set[_Selector] = set()
        self._file = [directive for directive in self._directives if directive.whole_file]
        self._inline = [directive for directive in self._directives if not directive.whole_file]
        self._inline_lines = [directive.line for directive in self._inline]
        self._above = _by_target([directive for directive in self._inline if directive.above], alone)

    @classmethod
    def parse(cls, text: str, known: Collection[str], *, today: date | None = None, require_reason: bool = False) -> Suppressions:
        """Read the comments of a decoded file; a file without the words ``errlint:`` and ``noqa`` is not even scanned.

        :param known: ids and names of all installed rules, for saying what a comment misspells; empty: nothing counts as misspelt.
        :param today: for comments that hold ``until=``; None: they all hold; :param require_reason: comments that name no reason count,
        but are noted.
        """
        if _MARKER.search(text) is None:
            return cls((), (), (), known)
        starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]
        reader = _Reader(known, today, require_reason=require_reason)
        alone: set[int] = set()
        for start, end in comments(text):
            line = bisect_right(starts, start)
            column = start - starts[line - 1] + 1
            own_line = not text[starts[line - 1] : start].strip(" \t\f")
            if own_line:
                alone.add(line)
            around = (starts[line - 1], starts[line] if line < len(starts) else len(text)) if own_line else None
            reader.read(_Comment(text[start:end], start, line, column, around, _gap(text, start)))
        return cls(reader.directives, alone, tuple(reader.problems), known)

    def apply(self, findings: Iterable[Finding]) -> tuple[list[Finding], int]:
        """The findings that no comment silences, in their order, and how many were silenced."""
        kept: list[Finding] = []
        suppressed = 0
        for finding in findings:
            selectors = [selector for selector in self._at(finding) if selector.covers(finding.rule, finding.name)]
            self._used.update(selectors)
            if selectors:
                suppressed += 1
            else:
                kept.append(finding)
        return kept, suppressed

    def problems(self, active: Collection[str]) -> list[SuppressionProblem]:
        """Malformed comments, unknown rules, and comments that silenced nothing, by position.

        :param active: ids and names of the rules that ran. A comment is unused only when all rules that it means did run.
        """
        found = list(self._malformed)
        for directive in self._directives:
            if directive.reportable:
                unused = [at for at, selector in enumerate(directive.selectors) if self._is_unused(selector, active)]
                found.extend(_unused(directive, at, alone=len(unused) == len(directive.selectors)) for at in unused)
        return sorted(found, key=lambda problem: (problem.line, problem.column, problem.message))

    def _is_unused(self, selector: _Selector, active: Collection[str]) -> bool:
        meant = selector.among(self._known)
        return selector not in self._used and bool(meant) and all(word in active for word in meant)

    def _at(self, finding: Finding) -> Iterator[_Selector]:
        """What is said where a finding stands."""
        first, last = finding.lines if finding.lines != (0, 0) else (finding.location.line, finding.location.end_line)
        inside = self._inline[bisect_left(self._inline_lines, first) : bisect_right(self._inline_lines, last)]
        for directive in (*self._file, *inside, *self._above.get(first, ())):
            yield from directive.selectors


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment: its text, character offset, 1-based line and column; the offsets of its line, where it stands alone; the blanks before."""

    text: str
    start: int
    line: int
    column: int
    own_line: tuple[int, int] | None
    gap: int

    def without(self, start: int, end: int) -> Edit:
        """The edit that takes out a part of the text, and the whole line or the blanks before if nothing else is left."""
        rest = f"{self.text[:start]}{self.text[end:]}".strip(" \t#")
        if rest:
            return Edit(self.start + start, self.start + end, "")
        return Edit(*self.own_line, "") if self.own_line else Edit(self.start - self.gap, self.start + len(self.text), "")


def _gap(text: str, start: int) -> int:
    """How many blanks stand before an offset."""
    before = start
    while before and text[before - 1] in " \t":
        before -= 1
    return start - before


class _Reader:
    """Collects the directives and the mistakes in comments."""

    def __init__(self, known: Collection[str], today: date | None, *, require_reason: bool) -> None:
        self.known = known
        self.today = today
        self.require_reason = require_reason
        self.directives: list[_Directive] = []
        self.problems: list[SuppressionProblem] = []

    def read(self, comment: _Comment) -> None:
        """Read one comment, which may hold several directives."""
        if _MARKER.search(comment.text) is None:
            return
        for match in _DIRECTIVE.finditer(comment.text):
            self._ours(match, comment)
        for match in _NOQA.finditer(comment.text):
            self._noqa(match, comment)

    def _ours(self, match: re.Match[str], comment: _Comment) -> None:
        verb, rest = match.group("verb").lower(), match.group("rest")
        line, column, own_line = comment.line, comment.column, comment.own_line is not None

        def problem(message: str) -> None:
            self.problems.append(
                SuppressionProblem(line, column + match.start(), column + match.start() + len(match.group().rstrip()), message)
            )

        if verb == "api":
            return  # errlint.api_comments reads it
        if verb not in _VERBS:
            hint = did_you_mean(verb, (*_VERBS, "api"))
            named = any(self._is_rule(word) for word in _NAMES.findall(rest))
            if hint or named or rest.startswith("[") or not rest.strip():  # anything else is prose that begins with the name of the tool
                problem(f"`errlint: {verb}` is not understood; {hint or 'write `errlint: ignore[ERR101]`'}")
            return
        whole_file = verb == "ignore-file"
        if whole_file and not own_line:
            problem("`ignore-file` must stand on a line of its own")
            return
        bare = _Selector(None, line, column + match.start(), column + match.end("verb"))
        selectors: tuple[_Selector, ...] = (bare,)
        if rest.startswith("["):
            listed, bracket, _ = rest.partition("]")
            if not bracket:
                problem(f"the bracket of `{verb}[` is never closed, so nothing is suppressed")
                return
            offset = column + match.start("rest")
            words = [(word.group(), offset + word.start()) for word in _LISTED.finditer(listed, 1)]
            if not words:
                problem(f"`{verb}[]` names no rule, so nothing is suppressed")
                return
            selectors = self._known_ones(_Selector(word, line, start, start + len(word)) for word, start in words)
        elif rest[:1] in {":", "=", "("} or self._is_rule(rest.split(maxsplit=1)[0].rstrip(",.;:") if rest.strip() else ""):
            problem(f"rules stand in brackets: `{verb}[ERR101]`; nothing is suppressed")
            return
        told = rest.partition("]")[2] if rest.startswith("[") else rest
        expiry = _UNTIL.search(told)
        if expiry is not None:
            try:
                day = date.fromisoformat(expiry.group("day"))
            except ValueError:
                problem(f"`until={expiry.group('day')}` is no date, so nothing is suppressed; write `until=2027-01-31`")
                return
            if self.today is not None and self.today > day:
                problem(f"this suppression ended on {day}")
                return
        reason = _UNTIL.sub("", told)
        if self.require_reason and _WORD.search(reason) is None:
            problem("this suppression gives no reason, which the configuration asks for; write it after the bracket")
        if selectors:
            removal = comment.without(match.start(), match.start() + len(match.group().rstrip()))
            reasoned = _WORD.search(told) is not None
            above = own_line and not whole_file
            self.directives.append(_Directive(line, whole_file, above, True, selectors, removal, reasoned, comment.start - column))

    def _noqa(self, match: re.Match[str], comment: _Comment) -> None:
        line, column, own_line = comment.line, comment.column, comment.own_line is not None
        start = column + match.start()
        if match.group("colon") is None:
            everything = _Selector(None, line, start, column + match.end())
            self.directives.append(_Directive(line, whole_file=False, above=False, reportable=False, selectors=(everything,)))
            return
        offset = column + match.start("codes")
        codes = [word for word in _LISTED.finditer(match.group("codes")) if _OURS.fullmatch(word.group())]
        selectors = self._known_ones(_Selector(word.group().upper(), line, offset + word.start(), offset + word.end()) for word in codes)
        if selectors:
            self.directives.append(_Directive(line, whole_file=False, above=own_line, reportable=True, selectors=selectors))

    def _known_ones(self, selectors: Iterable[_Selector]) -> tuple[_Selector, ...]:
        """These selectors without those that mean no installed rule, which are noted."""
        good: list[_Selector] = []
        for selector in selectors:
            if not self.known or selector.among(self.known):
                good.append(selector)
            else:
                hint = did_you_mean(selector.text or "", sorted(self.known))
                message = f"unknown rule {selector.text!r} in a suppression" + (f"; {hint}" if hint else "")
                self.problems.append(SuppressionProblem(selector.line, selector.column, selector.end_column, message))
        return tuple(good)

    def _is_rule(self, word: str) -> bool:
        return word in self.known or _OURS.fullmatch(word) is not None


def _is_prefix(word: str) -> bool:
    """Whether a word looks like an id or its beginning, rather than like a name."""
    return _PREFIX.fullmatch(word) is not None


def _by_target(directives: list[_Directive], alone: Collection[int]) -> dict[int, list[_Directive]]:
    """Comments that stand alone, by the line of the statement below their block of comment lines."""
    targets: dict[int, int] = {}
    for line in sorted(alone, reverse=True):
        targets[line] = targets.get(line + 1, line + 1)
    found: dict[int, list[_Directive]] = {}
    for directive in directives:
        found.setdefault(targets[directive.line], []).append(directive)
    return found


def _unused(directive: _Directive, at: int, *, alone: bool) -> SuppressionProblem:
    """:param at: the 0-based number of what is unused in it; :param alone: nothing that the comment names is used, so it can go whole."""
    selector = directive.selectors[at]
    what = "suppression" if selector.text is None else f"suppression of {selector.text}"
    where = "in this file" if directive.whole_file else "here"
    message = f"unused {what}: there is nothing to silence {where}"
    if directive.removal is None or alone:
        return SuppressionProblem(selector.line, selector.column, selector.end_column, message, directive.removal, directive.reasoned)
    return SuppressionProblem(selector.line, selector.column, selector.end_column, message, directive.without(at))
