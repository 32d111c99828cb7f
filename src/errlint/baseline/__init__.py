"""A baseline: findings that a team accepts for now, in a committed file, so that only new ones are told.

An entry is a rule, a path and a fingerprint of the statement's code; there is no line and no date in it, so shifted code and the
passing of time change nothing. The file has an entry a line, sorted, so that branches that both fix something merge without conflict.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from errlint.errors import UsageProblem
from errlint.globs import absolute
from errlint.lean import dataclass
from errlint.model import FileReport, Finding
from errlint.reporters.sources import Text
from errlint.terminal import printable

FILE_NAME = "errlint-baseline.toml"
_TOOL = "ERR0"
_HEAD = """# Findings that are accepted for now, written by `errlint baseline create`; `errlint baseline update` takes out what is gone.
version = 1
accepted = [
"""
_LONGEST = 60
"""Characters of the code that an entry shows, for people."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One accepted finding: ``path`` is relative to the folder of the baseline, ``code`` a fingerprint, ``shown`` how the code begins."""

    path: str
    rule: str
    code: str
    shown: str = ""

    @property
    def key(self) -> Key:
        """What makes two entries the same."""
        return (self.path, self.rule, self.code)


@dataclass(frozen=True)
class Baseline:
    """What a file accepts; an entry stands in it as often as its finding is accepted.

    :ivar path: the absolute path of the file.
    """

    path: Path
    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, path: Path, *, quoted: bool = True) -> Baseline:
        """Read a baseline.

        :param quoted: False for a file of which nothing is told.
        :raises UsageProblem: the file is missing, cannot be read, or is no baseline.
        """
        from errlint.baseline.schema import BaselineFile
        from errlint.toml import decode_file

        file = Path(absolute(path))
        accepted = decode_file(file, BaselineFile, quoted=quoted).accepted
        return cls(file, tuple(Entry(one.path, one.rule, one.code, one.shown) for one in accepted for _ in range(one.times)))

    def write(self) -> None:
        """Write the file.

        :raises UsageProblem: it cannot be written.
        """
        try:
            self.path.write_text("".join(self._lines()), encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageProblem(f"cannot write '{self.path}': {error.strerror or error}") from error

    def _lines(self) -> Iterator[str]:
        yield _HEAD
        times = Counter(entry.key for entry in self.entries)
        for entry in sorted({entry.key: entry for entry in sorted(self.entries)}.values()):
            fields = [("path", entry.path), ("rule", entry.rule), ("code", entry.code), ("shown", entry.shown)]
            more = f", times = {times[entry.key]}" if times[entry.key] > 1 else ""
            yield f"    {{ {', '.join(f'{name} = {_quoted(value)}' for name, value in fields)}{more} }},\n"
        yield "]\n"

    def entries_of(self, report: FileReport, raw: bytes, path: Path) -> tuple[Entry, ...]:
        """The entries that the findings of a file would have; what the tool says of itself (ERR0xx) can have none."""
        text, shown = Text(raw), self._shown(path)
        return tuple(_entry(finding, text, shown) for finding in report.findings if not finding.rule.startswith(_TOOL))

    def without_accepted(self, report: FileReport, raw: bytes, path: Path) -> FileReport:
        """The report of a file without what the baseline accepts, which counts as suppressed.

        :param raw: the bytes that the findings were made in.
        """
        shown = self._shown(path)
        left = self._accepted.get(shown)
        if not left or not report.findings:
            return report
        left, text, kept = left.copy(), Text(raw), []
        for finding in report.findings:
            key = _entry(finding, text, shown).key
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.append(finding)
        accepted = len(report.findings) - len(kept)
        return replace(report, findings=tuple(kept), suppressed=report.suppressed + accepted, accepted=accepted)

    def entries_for(self, paths: Iterable[Path]) -> int:
        """How many findings of these files the baseline accepts."""
        return sum(self._accepted.get(self._shown(path), Counter()).total() for path in paths)

    def entries_of_gone(self) -> int:
        """How many findings of files that do not exist any more the baseline accepts."""
        return sum(entries.total() for path, entries in self._accepted.items() if not (self.path.parent / path).exists())

    def shrunk(self, looked_at: Iterable[Path], found: Iterable[Entry], *, rules: frozenset[str]) -> Baseline:
        """The baseline without entries that are gone: of the files and the rules that were looked at, and of files that do not exist."""
        files = {self._shown(path) for path in looked_at}
        left = Counter(entry.key for entry in found)
        kept: list[Entry] = []
        for entry in self.entries:
            judged = (entry.path in files and entry.rule in rules) or not (self.path.parent / entry.path).exists()
            if judged and left[entry.key] <= 0:
                continue
            left[entry.key] -= 1
            kept.append(entry)
        return replace(self, entries=tuple(kept))

    def grown(self, found: Iterable[Entry]) -> Baseline:
        """The baseline with what is found besides."""
        left = Counter(entry.key for entry in self.entries)
        new = []
        for entry in found:
            if left[entry.key] > 0:
                left[entry.key] -= 1
            else:
                new.append(entry)
        return replace(self, entries=(*self.entries, *new))

    def without(self, other: Baseline) -> tuple[Key, ...]:
        """What this baseline accepts more often than another."""
        return tuple((Counter(entry.key for entry in self.entries) - Counter(entry.key for entry in other.entries)).elements())

    @cached_property
    def _accepted(self) -> dict[str, Counter[Key]]:
        found: dict[str, Counter[Key]] = {}
        for entry in self.entries:
            found.setdefault(entry.path, Counter())[entry.key] += 1
        return found

    def _shown(self, path: Path) -> str:
        here = Path(absolute(path))
        return here.relative_to(self.path.parent).as_posix() if here.is_relative_to(self.path.parent) else here.as_posix()


def _entry(finding: Finding, text: Text, path: str) -> Entry:
    code = text.statement(finding)
    hashed = hashlib.sha256("".join(code.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Entry(path, finding.rule, hashed, printable(" ".join(code.split()))[:_LONGEST])


def _quoted(value: str) -> str:
    # a JSON string is a TOML string, but for surrogates and DEL, which `printable` has replaced in code
    return json.dumps(value.encode("utf-8", "backslashreplace").decode(), ensure_ascii=False)
