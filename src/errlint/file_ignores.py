"""Entries of ``per-file-ignores`` that silence nothing: found after a run over all the files that they could be about, and taken away.

Like a suppression, an entry is unused only if everything that it means did run. The text of the settings is edited so that it
says the same without the entry: what an edit gives is parsed, and thrown away if it says anything else.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errlint.config import matches_entry
from errlint.engine import failure
from errlint.files import CannotRead, CannotWrite, read_bytes, write_atomically
from errlint.globs import absolute, is_below
from errlint.lean import dataclass
from errlint.model import Edit, FileReport, Finding, Fix, Safety
from errlint.runner import Mode, Outcome
from errlint.selection import meant, silenced
from errlint.terminal import shown_path
from errlint.toml import locate

if TYPE_CHECKING:
    from errlint.config import Configs, Layer
    from errlint.plan import Plan
    from errlint.rule import Rule

_RULE = "ERR007"
_KEY = "per-file-ignores"
_LONGEST = 200
"""Lines of an entry, beyond which nobody wants it edited by a program."""
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_BOM = b"\xef\xbb\xbf"


@dataclass
class _Entry:
    """A glob and its selectors, and what came of it in a run.

    :ivar files: how many files it took in; :ivar used: rules that were silenced in them; :ivar active: rules that ran on all of them;
    :ivar unknown: a file could not be checked, so nothing can be said.
    """

    layer: Layer
    glob: str
    selectors: tuple[str, ...]
    files: int = 0
    used: set[str] = field(default_factory=set)
    active: frozenset[str] | None = None
    unknown: bool = False

    def unused(self, rules: Sequence[Rule]) -> list[str]:
        """The selectors that silenced nothing, although all that they mean did run."""
        if self.unknown:
            return []
        if not self.files:
            return list(self.selectors)
        found = []
        for selector in self.selectors:
            own, tools = meant(selector, rules)
            if not (own | tools) & self.used and own <= (self.active or frozenset()):
                found.append(selector)
        return found


@dataclass(frozen=True)
class _Unused:
    """What can go from one file of settings: a glob, and one of its selectors, or None for the whole entry."""

    table: tuple[str, ...]
    glob: str
    selector: str | None
    message: str

    @property
    def key(self) -> tuple[str, ...]:
        return (*self.table, _KEY, self.glob)


def unused_file_ignores(
    checked: Iterable[tuple[Path, FileReport]], plan: Plan, configs: Configs, folders: Iterable[Path], mode: Mode, *, unsafe: bool
) -> Iterator[Outcome]:
    """What is unused in the settings of a run, one outcome for each file of settings that has something.

    :param checked: the files of the run and what they gave; :param folders: the folders that were searched: only entries about a folder
        that was searched whole are judged. :param mode: whether unused entries are taken away, in the file or for a patch.
    """
    from errlint import registry

    rules = registry.rules()
    whole = [absolute(folder) for folder in folders if folder.is_dir()]
    by_file: dict[Path, list[_Unused]] = {}
    for entry in _entries(checked, plan, configs):
        document = entry.layer.document
        if document is None or not any(Path(entry.layer.root).is_relative_to(folder) for folder in whole):
            continue
        path = Path(document.path)
        if not is_below(path, path.parent):  # a symlink, to what is not the repository's
            continue
        if _RULE in silenced(rules, configs.for_file(path), path, plan.given):
            continue
        by_file.setdefault(path, []).extend(_said_of(entry, entry.unused(rules)))
    for path, unused in sorted(by_file.items()):
        if unused:
            yield _outcome(path, unused, mode, unsafe=unsafe)


def _entries(checked: Iterable[tuple[Path, FileReport]], plan: Plan, configs: Configs) -> Iterable[_Entry]:
    """Every entry that could be about one of the files."""
    found: dict[tuple[str, str], _Entry] = {}
    for path, report in checked:
        for layer in configs.for_file(path).layers:
            if layer.document is None:
                continue
            for glob, selectors in layer.per_file_ignores:
                entry = found.setdefault((layer.document.path, glob), _Entry(layer, glob, selectors))
                if matches_entry(layer, _KEY, glob, path):
                    entry.files += 1
                    entry.used.update(report.ignored)
                    entry.unknown = entry.unknown or report.stage == "failed"
                    ran = plan.rules_for(path)
                    entry.active = ran if entry.active is None else entry.active & ran
    return found.values()


def _said_of(entry: _Entry, unused: list[str]) -> Iterator[_Unused]:
    table = entry.layer.table
    if not entry.files:
        yield _Unused(table, entry.glob, None, f"'{entry.glob}' in `{_KEY}` matches no file that is checked")
    elif unused and len(unused) == len(entry.selectors):
        yield _Unused(table, entry.glob, None, f"'{entry.glob}' in `{_KEY}` silences nothing")
    else:
        yield from (_Unused(table, entry.glob, one, f"'{one}' for '{entry.glob}' in `{_KEY}` silences nothing") for one in unused)


def _outcome(path: Path, unused: list[_Unused], mode: Mode, *, unsafe: bool) -> Outcome:
    shown = shown_path(path)
    try:
        raw = read_bytes(path)
    except CannotRead as problem:
        finding = failure("ERR005", shown, f"cannot be read: {problem.message}")
        return Outcome(FileReport(shown, (finding,), stage="failed"))
    text, left = raw.removeprefix(_BOM).decode("utf-8", "surrogateescape"), unused
    if mode is not Mode.CHECK:
        text, left = _without_all(text, unused, unsafe=unsafe)
    after = raw[: len(raw) - len(raw.removeprefix(_BOM))] + text.encode("utf-8", "surrogateescape")
    if mode is Mode.FIX:
        try:
            write_atomically(path, raw, after)
        except CannotWrite as problem:
            finding = failure("ERR005", shown, f"cannot be written, so nothing was fixed: {problem.message}")
            findings = (finding, *_findings(raw.removeprefix(_BOM).decode("utf-8", "surrogateescape"), unused, shown))
            return Outcome(FileReport(shown, findings, stage="settings"), before=raw, after=raw)
    report = FileReport(shown, tuple(_findings(text, left, shown)), stage="settings")
    return Outcome(report, len(unused) - len(left), raw, after)


def _without_all(text: str, unused: list[_Unused], *, unsafe: bool) -> tuple[str, list[_Unused]]:
    """The text without what can go, and what had to stay."""
    left = []
    for one in unused:
        fix = _fix(text, one)
        if fix is None or (fix.safety is Safety.UNSAFE and not unsafe):
            left.append(one)
        else:
            [edit] = fix.edits
            text = text[: edit.start] + edit.text + text[edit.end :]
    return text, left


def _findings(text: str, unused: Iterable[_Unused], shown: str) -> Iterator[Finding]:
    found = []
    for one in unused:
        place: tuple[str | int, ...] = one.key
        if one.selector is not None:
            place = (*place, _selectors(text, one).index(one.selector))
        line, column = locate(text, place) or (1, 1)
        finding = failure(_RULE, shown, one.message, line, column)
        string = _STRING.match(text, _offset(text, line, column))
        if string is not None:
            finding = replace(finding, location=replace(finding.location, end_column=column + len(string.group())))
        found.append(replace(finding, fix=_fix(text, one)))
    yield from sorted(found, key=lambda finding: finding.sort_key)


def _fix(text: str, one: _Unused) -> Fix | None:
    """The fix that takes it away, if there is an edit that changes nothing else."""
    import tomli

    wanted = _without(tomli.loads(text), one)
    for start, end in _candidates(text, one):
        try:
            fits = tomli.loads(text[:start] + text[end:]) == wanted
        except tomli.TOMLDecodeError:
            continue
        if fits:
            safety = Safety.UNSAFE if "#" in text[start:end] else Safety.SAFE  # what a person wrote is not lost unasked
            return Fix(safety, "Remove the entry", (Edit(start, end, ""),))
    return None


def _without(data: dict[str, Any], one: _Unused) -> dict[str, Any]:
    data = copy.deepcopy(data)
    table = data
    for key in one.key[:-1]:
        table = table[key]
    if one.selector is None:
        del table[one.glob]
    else:
        table[one.glob].remove(one.selector)
    return data


def _candidates(text: str, one: _Unused) -> Iterator[tuple[int, int]]:
    """Regions that may be all of the entry: whole lines from its key on; of a selector, up to a neighbour's beginning or end."""
    if one.selector is None:
        first = (locate(text, one.key) or (1, 1))[0]
        start = _offset(text, first, 1)
        ends = (newline.end() for newline in re.compile(r"\n|\Z").finditer(text, start))
        yield from ((start, end) for end, _ in zip(ends, range(_LONGEST), strict=False))
        return
    selectors = _selectors(text, one)
    index = selectors.index(one.selector)
    starts = [_offset(text, *(locate(text, (*one.key, at)) or (1, 1))) for at in range(len(selectors))]
    if index + 1 < len(selectors):
        yield starts[index], starts[index + 1]
    else:
        before, own = (_STRING.match(text, start) for start in (starts[index - 1], starts[index]))
        if before and own:
            yield before.end(), own.end()


def _selectors(text: str, one: _Unused) -> list[str]:
    import tomli

    value: Any = tomli.loads(text)
    for key in one.key:
        value = value[key]
    return list(value)


def _offset(text: str, line: int, column: int) -> int:
    """The character offset of a 1-based line and column."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1
